//! Plans against requests observed on the bus. The texts are one request a line: code,
//! `wValue`, `wIndex`, data; `<` reads.

use super::*;
use crate::camera::PixelOptions;
use crate::model::by_name;
use crate::util::Rect;

fn spell(steps: &[Step]) -> Vec<String> {
    let out = |request: &Out| {
        let (setup, data) = request.encode();
        // The byte of a register write is rubbish; of a command, trailing zeros are.
        let data = match request {
            Out::Fpga { .. } => &[][..],
            Out::Command(_) => data.trim_ascii_end_zeros(),
            _ => &data[..],
        };
        let hex: String = data.iter().map(|b| format!("{b:02x}")).collect();
        format!("{:02x} {:04x} {:04x} {hex}", setup.request, setup.value, setup.index).trim_end().to_owned()
    };
    let ask = |request: &In| {
        let (setup, len) = request.encode();
        format!("< {:02x} {:04x} {:04x} {len}", setup.request, setup.value, setup.index)
    };
    steps
        .iter()
        .map(|step| match step {
            Step::Send(request) => out(request),
            Step::Setting(_, command) => out(&Out::Command(*command)),
            Step::Ask(request) => ask(request),
            Step::ProbePressure => ask(&In::Page(page::HAS_PRESSURE)),
            Step::ProbeHumidity => ask(&In::Page(page::HAS_HUMIDITY)),
            Step::WatchdogOn => ask(&In::Page(page::WATCHDOG_ON)),
            Step::ClearHalt => "clear_halt".to_owned(),
            Step::DropFrame => "drop_frame".to_owned(),
            Step::Wait(time) => format!("wait {}", time.as_millis()),
        })
        .collect()
}

trait TrimZeros {
    fn trim_ascii_end_zeros(&self) -> &[u8];
}

impl TrimZeros for Vec<u8> {
    fn trim_ascii_end_zeros(&self) -> &[u8] {
        let end = self.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1);
        &self[..end.max(2)]
    }
}

fn after_first_init(name: &str, change: impl FnOnce(&mut Settings)) -> (&'static Model, Settings) {
    let model = by_name(name).unwrap();
    let mut settings = Settings::new(model, PixelOptions::default());
    settings.set_first_defaults(model);
    change(&mut settings);
    (model, settings)
}

fn sent(name: &str, slot: Slot, change: impl FnOnce(&mut Settings)) -> String {
    let (model, settings) = after_first_init(name, change);
    spell(&[Step::Setting(slot, command(model, &settings, slot).unwrap())]).remove(0)
}

#[test]
fn single_mode_init_in_the_observed_order() {
    let (model, settings) = after_first_init("QHY600M", |_| ());
    let expected = [
        "clear_halt",
        "< d5 0000 0007 64",
        "< d5 0000 0002 64",
        "d1 0000 0000 a001",
        "b9 0000 0062",
        "wait 200",
        "d1 0000 0000 a3004c4b40",
        "d1 0000 0000 a40a280008000000000000000000000001",
        "d1 0000 0000 a801e0",
        "d1 0000 0000 a532",
        "d1 0000 0000 a9ff",
        "b9 0005 0027",
        "< d5 0000 0003 64",
    ];
    assert_eq!(spell(&init(model, &settings)), expected);
}

#[test]
fn live_mode_init_in_the_observed_order() {
    let (model, settings) = after_first_init("QHY600M", |s| s.stream = StreamMode::Live);
    let expected = [
        "clear_halt",
        "< d5 0000 0007 64",
        "< d5 0000 0002 64",
        "< bc 0000 0000 1",
        "< bc 0000 0001 1",
        "< bc 0000 0002 1",
        "< bc 0000 0003 1",
        "d1 0000 0000 a000",
        "wait 200",
        "d1 0000 0000 a40a280008000000000000000000000001",
        "d1 0000 0000 a801e0",
        "d1 0000 0000 a532",
        "d1 0000 0000 a9ff",
        "b9 0005 0027",
        "< d5 0000 0003 64",
    ];
    assert_eq!(spell(&init(model, &settings)), expected);
}

#[test]
fn every_read_mode_initialises_with_its_own_codes() {
    // Observed: byte 6 of A0, then A4 at gain 30, by read mode.
    let photographic = "a40a280008000000000000000000000001";
    let high = "a404b0000800000000000000000003";
    let extended = "a40b400008";
    let observed = [
        ("a001", photographic),
        ("a001", high),
        ("a001", extended),
        ("a0010000000003", extended),
        ("a0010000000001", photographic),
        ("a0010000000004", photographic),
        ("a0010000000002", photographic),
        ("a0010000000002", photographic),
        ("a0010000000003", photographic),
        ("a0010000000003", high),
        ("a0010000000001", high),
    ];
    for (number, (a0, a4)) in observed.into_iter().enumerate() {
        let (model, settings) = after_first_init("QHY600M", |s| s.read_mode = number);
        let plan = spell(&init(model, &settings));
        assert_eq!(plan[3], format!("d1 0000 0000 {a0}"), "mode {number}");
        assert_eq!(plan[7], format!("d1 0000 0000 {a4}"), "mode {number}");
    }
}

#[test]
fn a_colour_camera_fills_three_digital_slots_and_scales_them() {
    let gain = |change: fn(&mut Settings)| sent("QHY600C", Slot::Gain, change);
    assert_eq!(gain(|_| ()), "d1 0000 0000 a40a280008000000080000000800000001");
    // Observed: red 20 -> 16, green 15 -> 12, blue 25 -> 20.
    let balanced = gain(|s| {
        s.store(ControlId::WBR, 20.0);
        s.store(ControlId::WBG, 15.0);
        s.store(ControlId::WBB, 25.0);
    });
    assert_eq!(balanced, "d1 0000 0000 a40a2800100000000c0000001400000001");
}

#[test]
fn settings_as_observed() {
    let exposure = |us| sent("QHY600M", Slot::Exposure, |s| s.store(ControlId::EXPOSURE, us));
    assert_eq!(exposure(1.5), "d1 0000 0000 a300000001");
    assert_eq!(exposure(123_456.789), "d1 0000 0000 a30001e240");
    assert_eq!(exposure(3.6e9), "d1 0000 0000 a3d693a4");
    let offset = |v| sent("QHY600M", Slot::Offset, |s| s.store(ControlId::OFFSET, v));
    assert_eq!(offset(15.0), "d1 0000 0000 a800f0");
    assert_eq!(offset(255.0), "d1 0000 0000 a80ff0");
    let traffic = |v| sent("QHY600M", Slot::Traffic, |s| s.store(ControlId::USB_TRAFFIC, v));
    assert_eq!(traffic(60.0), "d1 0000 0000 a53c");
    assert_eq!(sent("QHY600M", Slot::Bits, |s| s.depth = 8), "d1 0000 0000 a700");
    assert_eq!(sent("QHY600M", Slot::Bits, |s| s.depth = 16), "d1 0000 0000 a701");
    // Sums of 32 bits are made of samples of 16.
    assert_eq!(sent("QHY600M", Slot::Bits, |s| s.depth = 32), "d1 0000 0000 a701");
}

#[test]
fn regions_as_observed() {
    let region = |change: fn(&mut Settings)| sent("QHY600M", Slot::Region, change);
    assert_eq!(region(|_| ()), "d1 0000 0000 a2000000000019380019");
    let small = |s: &mut Settings| s.roi = Some(Rect::new(0, 0, 640, 100));
    assert_eq!(region(small), "d1 0000 0000 a20000000000012c0019");
    let strip = |s: &mut Settings| s.roi = Some(Rect::new(0, 0, 9600, 300));
    assert_eq!(region(strip), "d1 0000 0000 a20000000000014e0019");
    // Live: as many rows as wanted.
    let live = |s: &mut Settings| {
        s.stream = StreamMode::Live;
        s.roi = Some(Rect::new(0, 0, 9600, 1000));
    };
    assert_eq!(region(live), "d1 0000 0000 a20000000000040a0019");
    // With the overscan ignored, the whole is the effective area.
    let effective = |s: &mut Settings| s.ignore_overscan = true;
    assert_eq!(region(effective), "d1 0000 0000 a2000000000019160019");
}

#[test]
fn binning_orders_what_the_same_area_unbinned_orders() {
    let binned = |s: &mut Settings| {
        s.bin = 4;
        s.roi = Some(Rect::new(400, 800, 1200, 400));
    };
    let unbinned = |s: &mut Settings| s.roi = Some(Rect::new(400, 800, 1200, 400));
    let order = sent("QHY600M", Slot::Region, binned);
    assert_eq!(order, sent("QHY600M", Slot::Region, unbinned));
    assert_eq!(order, "d1 0000 0000 a2000000000001b20339");
}

#[test]
fn gps_as_observed() {
    assert_eq!(spell(&gps(true)), ["b9 0001 008e", "b9 0001 0027", "b9 0001 0038", "b9 0001 0023"]);
    assert_eq!(spell(&gps(false)), ["b9 0000 008e", "b9 0005 0027", "b9 0000 0038", "b9 0001 0023"]);
}

#[test]
fn gps_stays_on_over_an_init() {
    let (model, settings) = after_first_init("QHY600M", |s| s.gps = true);
    let plan = spell(&init(model, &settings));
    assert_eq!(plan[plan.len() - 4..], spell(&gps(true)));
}

#[test]
fn cooler_as_observed() {
    let observed = [
        (0.0, "010007"),
        (-10.0, "01006b"),
        (-10.3, "01006e"),
        (20.0, "0000c1"),
        (-50.0, "0101fb"),
        (50.0, "0001ed"),
    ];
    let model = by_name("QHY600M").unwrap();
    for (target_c, bytes) in observed {
        let steps = spell(&cooling(model, Cooling::Target(target_c)));
        assert_eq!(steps, ["f4 0000 0000 0100".to_owned(), format!("f3 0000 0000 {bytes}")], "{target_c}");
    }
    for (pwm, bytes) in [(0.0, "0000"), (128.0, "0040"), (255.0, "007f"), (3.0, "0001")] {
        assert_eq!(spell(&cooling(model, Cooling::Power(pwm))), [format!("f4 0000 0000 {bytes}")], "{pwm}");
    }
}

#[test]
fn low_dark_current_as_observed() {
    let circuits = by_name("QHY600M").unwrap().has.low_dark_current.unwrap();
    assert_eq!(spell(&low_dark_current(circuits, false)), ["b9 0001 0031", "b8 0081 019e 00"]);
    assert_eq!(spell(&low_dark_current(circuits, true)), ["b8 0081 019e 04", "b9 0000 0031"]);
}

#[test]
fn closing_as_observed_but_the_watchdog_page_before_the_release() {
    let [mono, colour] = ["QHY600M", "QHY600C"].map(|name| by_name(name).unwrap());
    assert_eq!(spell(&close(mono, true)), ["< c2 0000 0000 10", "b9 0000 0069", "< d5 0000 0004 64"]);
    assert_eq!(spell(&close(mono, false)), ["< c2 0000 0000 10", "b9 0000 0069"]);
    assert_eq!(spell(&close(colour, false)), ["< c2 0000 0000 10"]);
}

#[test]
fn frame_plans_know_wire_and_picture() {
    let (model, mut settings) = after_first_init("QHY600M", |_| ());
    let full = FramePlan::new(model, &settings).unwrap();
    assert_eq!(full.wire_len(), 123_955_200);
    assert_eq!((full.info.width, full.info.height, full.info.bits, full.info.channels), (9600, 6422, 16, 1));
    assert_eq!(whole_frame_bytes(model, &settings), 123_302_400);
    settings.bin = 4;
    let binned = FramePlan::new(model, &settings).unwrap();
    assert_eq!((binned.info.width, binned.info.height), (2400, 1605));
    assert_eq!(whole_frame_bytes(model, &settings), 123_302_400);
    assert!(!binned.same_picture(&full));
    settings.depth = 32;
    let sums = FramePlan::new(model, &settings).unwrap();
    assert_eq!((sums.info.bits, sums.info.len_bytes()), (32, 2400 * 1605 * 4));
    assert_eq!(whole_frame_bytes(model, &settings), 246_604_800);
    assert!(sums.same_wire(&binned) && !sums.same_picture(&binned));
}

#[test]
fn bins_that_keep_the_colours_are_even_and_only_for_colour_cameras() {
    let plan = |name, change: fn(&mut Settings)| {
        let (model, settings) = after_first_init(name, |s| {
            s.colour_bin = true;
            change(s);
        });
        FramePlan::new(model, &settings).unwrap()
    };
    let size = |plan: FramePlan| (plan.info.width, plan.info.height, plan.info.channels);
    assert_eq!(size(plan("QHY600C", |_| ())), (9600, 6422, 1));
    assert_eq!(size(plan("QHY600C", |s| s.bin = 2)), (4800, 3210, 1));
    assert_eq!(size(plan("QHY600C", |s| s.bin = 4)), (2400, 1604, 1));
    assert_eq!(size(plan("QHY600M", |s| s.bin = 4)), (2400, 1605, 1));
    let debayered = |s: &mut Settings| {
        s.bin = 3;
        s.debayer = true;
        // Nine groups across and five down, from a green corner.
        s.roi = Some(Rect::new(3, 6, 27, 17));
    };
    let debayered = plan("QHY600C", debayered);
    assert_eq!(debayered.pixels.settings().debayer, Some(crate::util::Bayer::Gr));
    assert_eq!(size(debayered), (8, 4, 3));
}

#[test]
fn only_colour_at_bin_1_is_debayered_and_the_order_moves_with_the_corner() {
    let plan = |name, change: fn(&mut Settings)| {
        let (model, mut settings) = after_first_init(name, change);
        settings.debayer = true;
        FramePlan::new(model, &settings).unwrap()
    };
    assert_eq!(plan("QHY600M", |_| ()).info.channels, 1);
    assert_eq!(plan("QHY600C", |_| ()).info.channels, 3);
    assert_eq!(plan("QHY600C", |s| s.bin = 2).info.channels, 1);
    assert_eq!(plan("QHY600C", |s| s.depth = 32).info.channels, 1);
    let moved = plan("QHY600C", |s| s.roi = Some(Rect::new(1, 1, 64, 64)));
    assert_eq!(moved.pixels.settings().debayer, Some(crate::util::Bayer::Bg));
}
