//! Single frames: pixels, order of calls, time-outs, cancelling.

use std::time::{Duration, Instant};

use qhyccd::camera::{ErrorKind, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::bench::*;

fn ready(order: &str) -> (Bench, std::sync::Arc<qhyccd::camera::Camera>) {
    let bench = bench(order);
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    (bench, camera)
}

#[test]
fn the_whole_frame_comes_pixel_for_pixel() {
    let (_bench, camera) = ready(XY);
    let (info, picture) = expose(&camera);
    assert_eq!((info.width, info.height, info.bits, info.channels), (9600, 6422, 16, 1));
    assert_eq!(picture.len(), camera.mem_length());
    assert_same(&picture, &expected(Rect::new(0, 0, 9600, 6422), 1, 16, false), "whole frame");
}

/// Region, bin and depth in every combination; odd corners and sizes among them.
#[test]
fn every_combination_of_region_bin_and_depth_is_exact() {
    let (_bench, camera) = ready(XY_INSTANT);
    let regions = [
        Rect::new(0, 0, 640, 320),
        Rect::new(24, 0, 333, 77),
        Rect::new(1001, 501, 101, 203),
        Rect::new(9599, 6421, 1, 1),
        Rect::new(9000, 6300, 600, 122),
        Rect::new(8, 6390, 64, 32),
        Rect::new(0, 7, 9600, 9),
    ];
    let mut compared = 0;
    for bits in [8, 16] {
        camera.set_depth(bits).unwrap();
        for bin in 1..=4 {
            camera.set_bin(bin, bin).unwrap();
            for frame in regions {
                let roi = frame.binned(bin);
                if roi.width == 0 || roi.height == 0 || !roi.fits(camera.chip_info().image.binned(bin)) {
                    continue;
                }
                camera.set_roi(roi).unwrap();
                assert_eq!(camera.roi(), roi);
                let what = format!("{bits} bit, bin {bin}, {roi:?}");
                let (info, picture) = expose(&camera);
                assert_eq!((info.width, info.height, info.bits), (roi.width, roi.height, bits), "{what}");
                assert_same(&picture, &expected(roi.unbinned(bin), bin, bits, false), &what);
                compared += 1;
            }
        }
    }
    assert!(compared >= 48, "{compared}");
}

#[test]
fn averages_instead_of_sums() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set(ControlId::USE_AVERAGE_BINNING, 1.0).unwrap();
    camera.set_bin(3, 3).unwrap();
    camera.set_roi(Rect::new(10, 20, 100, 50)).unwrap();
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(Rect::new(30, 60, 300, 150), 3, 16, true), "average");
}

#[test]
fn ignoring_the_overscan_moves_the_corner() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set(ControlId::IGNORE_OVERSCAN, 1.0).unwrap();
    assert_eq!(camera.roi(), Rect::new(0, 0, 9576, 6388));
    camera.set_roi(Rect::new(0, 0, 500, 40)).unwrap();
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(Rect::new(24, 0, 500, 40), 1, 16, false), "effective area");
}

#[test]
fn the_hardware_binned_mode_has_its_own_frame() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set_read_mode(5).unwrap();
    camera.init().unwrap();
    assert_eq!(camera.chip_info().image, qhyccd::util::Size::new(3200, 2144));
    assert_eq!(camera.effective_area(), Rect::new(8, 0, 3192, 2124));
    camera.set_roi(Rect::new(100, 50, 200, 60)).unwrap();
    let (info, picture) = expose(&camera);
    assert_eq!((info.width, info.height), (200, 60));
    assert_same(&picture, &expected(Rect::new(100, 50, 200, 60), 1, 16, false), "3x3 mode");
}

/// A program that forgets to initialise again after choosing a mode gets it all the same.
#[test]
fn a_read_mode_chosen_after_init_is_in_force_at_the_next_exposure() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set_read_mode(5).unwrap();
    let (info, _) = expose(&camera);
    assert_eq!((info.width, info.height), (3200, 2144));
}

#[test]
fn region_first_and_binning_after_keeps_the_area() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set_roi(Rect::new(100, 60, 400, 240)).unwrap();
    camera.set_bin(2, 2).unwrap();
    assert_eq!(camera.roi(), Rect::new(50, 30, 200, 120));
    let (info, picture) = expose(&camera);
    assert_eq!((info.width, info.height), (200, 120));
    assert_same(&picture, &expected(Rect::new(100, 60, 400, 240), 2, 16, false), "area");
    // The whole frame stays the whole frame.
    camera.set_roi(Rect::new(0, 0, 4800, 3211)).unwrap();
    camera.set_bin(4, 4).unwrap();
    assert_eq!(camera.roi(), Rect::new(0, 0, 2400, 1605));
    camera.set_bin(1, 1).unwrap();
    assert_eq!(camera.roi(), Rect::new(0, 0, 9600, 6422));
}

#[test]
fn a_colour_camera_debayers_when_asked() {
    let (_bench, camera) = ready("QHY600C?scene=constant:4660&speed=100&readout=instant");
    camera.set_roi(Rect::new(11, 11, 64, 32)).unwrap();
    assert_eq!(camera.frame_info().channels, 1);
    camera.set_debayer(true).unwrap();
    let (info, picture) = expose(&camera);
    assert_eq!((info.channels, info.len_bytes()), (3, 64 * 32 * 6));
    let at = (5 * 64 + 5) * 6;
    assert_eq!(picture[at..at + 6], [0x34, 0x12, 0x34, 0x12, 0x34, 0x12]);
    assert_eq!(camera.mem_length(), 9600 * 6422 * 6);
}

#[test]
fn gps_data_take_the_first_bytes_of_the_picture() {
    let (_bench, camera) = ready("QHY600M?scene=xy&speed=100&readout=instant&gps=on");
    camera.set(ControlId::GPS, 1.0).unwrap();
    assert_eq!(camera.get(ControlId::GPS).unwrap(), 1.0);
    for number in 0..2 {
        camera.set_roi(Rect::new(0, 0, 9600, 300)).unwrap();
        let (_, picture) = expose(&camera);
        // Sequence number, then width and height of the frame.
        assert_eq!(picture[..4], u32::to_be_bytes(number));
        assert_eq!(u16::from_be_bytes([picture[5], picture[6]]), 9600);
        let whole = expected(Rect::new(0, 0, 9600, 300), 1, 16, false);
        assert_same(&picture[9600..], &whole[9600..], "below the header");
    }
}

#[test]
fn the_requests_of_a_short_exposure_are_the_observed_ones() {
    let (bench, camera) = ready(XY_INSTANT);
    camera.set_depth(16).unwrap();
    camera.set_roi(Rect::new(0, 0, 9600, 300)).unwrap();
    bench.tap.take();
    expose(&camera);
    let mut requests = bench.tap.take();
    // The watchdog is fed in between; how often the counter is read depends on the machine.
    requests.retain(|r| !r.contains("register: 103"));
    requests.dedup();
    assert_eq!(
        requests,
        [
            "Start",
            "Fpga { register: 49, value: 1 }",
            "Sensor { register: 414, value: 0 }",
            "Fpga(4)",
            "Fpga { register: 35, value: 0 }",
        ]
    );
}

#[test]
fn what_the_caller_did_not_set_is_sent_before_the_first_exposure() {
    let (bench, camera) = ready(XY_INSTANT);
    bench.tap.take();
    camera.start_exposure().unwrap();
    let requests = bench.tap.take();
    let at = |text: &str| requests.iter().position(|r| r.starts_with(text));
    assert!(at("Bits").unwrap() < at("Region").unwrap() && at("Region").unwrap() < at("Start").unwrap());
    read(&camera).unwrap();
    camera.start_exposure().unwrap();
    assert!(!bench.tap.take().iter().any(|r| r.starts_with("Region")), "sent twice");
    read(&camera).unwrap();
}

#[test]
fn the_circuits_go_off_and_on_during_a_long_exposure() {
    let (bench, camera) = ready(XY_INSTANT);
    camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
    let switches = |exposure_us: f64| {
        camera.set(ControlId::EXPOSURE, exposure_us).unwrap();
        bench.tap.take();
        expose(&camera);
        let mut requests = bench.tap.take();
        requests.retain(|r| r.starts_with("Sensor") || r.starts_with("Fpga { register: 49"));
        requests
    };
    assert_eq!(switches(10e6), ["Fpga { register: 49, value: 1 }", "Sensor { register: 414, value: 0 }"]);
    assert_eq!(
        switches(10.1e6),
        [
            "Sensor { register: 414, value: 4 }",
            "Fpga { register: 49, value: 0 }",
            "Fpga { register: 49, value: 1 }",
            "Sensor { register: 414, value: 0 }",
        ]
    );
}

#[test]
fn a_long_exposure_that_is_cancelled_leaves_the_circuits_on() {
    let (bench, camera) = ready("QHY600M?scene=xy&speed=10&readout=instant");
    camera.set(ControlId::EXPOSURE, 3600e6).unwrap();
    camera.start_exposure().unwrap();
    let port = bench.bus.socket().ports().remove(0);
    let glow = || port.with_device(|device| device.sensor(0x19E));
    let end = Instant::now() + FOR_EVER;
    while glow() != 4 {
        assert!(Instant::now() < end, "never switched off");
        std::thread::sleep(Duration::from_millis(5));
    }
    camera.cancel_exposure().unwrap();
    while glow() != 0 {
        assert!(Instant::now() < end, "never switched on again");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_frame_is_fetched_early_at_the_end_or_long_after() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set_roi(Rect::new(0, 0, 320, 300)).unwrap();
    camera.set(ControlId::EXPOSURE, 5e6).unwrap();
    for pause_ms in [0, 45, 50, 300] {
        camera.start_exposure().unwrap();
        std::thread::sleep(Duration::from_millis(pause_ms));
        let (_, picture) = read(&camera).unwrap();
        assert_same(&picture, &expected(Rect::new(0, 0, 320, 300), 1, 16, false), "frame");
    }
}

#[test]
fn each_exposure_gives_one_frame() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
    assert_eq!(read(&camera).unwrap_err().kind(), ErrorKind::State);
    expose(&camera);
    let mut asked = false;
    let second = camera.read_frame(|_| {
        asked = true;
        None
    });
    assert_eq!(second.unwrap_err().kind(), ErrorKind::State);
    assert!(!asked, "the buffer was asked for");
}

#[test]
fn cancelling_is_harmless_at_any_time_and_the_next_frame_is_fresh() {
    let (_bench, camera) = ready("QHY600M?scene=xy&speed=20");
    let roi = Rect::new(0, 0, 9600, 600);
    camera.set_roi(roi).unwrap();
    camera.cancel_exposure().unwrap();
    let whole = expected(roi, 1, 16, false);
    // Exposure 100 ms of wall time here, read-out a few more.
    camera.set(ControlId::EXPOSURE, 2e6).unwrap();
    for pause_ms in [0, 50, 95, 100, 103, 106, 110, 130, 400] {
        camera.start_exposure().unwrap();
        std::thread::sleep(Duration::from_millis(pause_ms));
        camera.cancel_exposure().unwrap();
        camera.cancel_exposure().unwrap();
        assert_eq!(camera.state(), State::Ready);
        assert_eq!(camera.exposure_remaining_percent(), 0);
        assert_eq!(read(&camera).unwrap_err().kind(), ErrorKind::State);
        let (_, picture) = expose(&camera);
        assert_same(&picture, &whole, &format!("after a cancel at {pause_ms} ms"));
    }
}

/// A camera that is told nothing of a cancel finishes the exposure by itself. Only a frame
/// that can be there already is thrown away; else the new order is enough (observed).
#[test]
fn only_what_a_given_up_exposure_can_have_left_is_thrown_away() {
    let (bench, camera) = ready(XY_INSTANT);
    camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
    let orders = || {
        let mut requests = bench.tap.take();
        requests.retain(|r| r == "DdrOn" || r == "Start");
        requests
    };
    expose(&camera);
    for (exposure_us, expected) in [(3600e6, &["Start"][..]), (1000.0, &["DdrOn", "Start"][..])] {
        camera.set(ControlId::EXPOSURE, exposure_us).unwrap();
        camera.start_exposure().unwrap();
        std::thread::sleep(Duration::from_millis(5));
        camera.cancel_exposure().unwrap();
        orders();
        camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
        expose(&camera);
        assert_eq!(orders(), expected);
    }
    // A frame that was simply not fetched.
    camera.start_exposure().unwrap();
    std::thread::sleep(Duration::from_millis(5));
    orders();
    expose(&camera);
    assert_eq!(orders(), ["DdrOn", "Start"]);
}

#[test]
fn a_second_start_begins_anew() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
    camera.set(ControlId::EXPOSURE, 3600e6).unwrap();
    camera.start_exposure().unwrap();
    camera.set(ControlId::EXPOSURE, 1e6).unwrap();
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(Rect::new(0, 0, 64, 64), 1, 16, false), "second exposure");
}

#[test]
fn a_format_changed_during_the_exposure_makes_its_frame_void() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set_roi(Rect::new(0, 0, 640, 480)).unwrap();
    camera.start_exposure().unwrap();
    // A program that repeats its settings loses nothing.
    camera.set_roi(Rect::new(0, 0, 640, 480)).unwrap();
    read(&camera).unwrap();
    camera.start_exposure().unwrap();
    camera.set_roi(Rect::new(0, 0, 64, 48)).unwrap();
    let mut asked = false;
    let refused = camera.read_frame(|_| {
        asked = true;
        None
    });
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::State);
    assert!(!asked, "a buffer of the other size could have been written");
    let (info, picture) = expose(&camera);
    assert_eq!((info.width, info.height), (64, 48));
    assert_same(&picture, &expected(Rect::new(0, 0, 64, 48), 1, 16, false), "next exposure");
}

#[test]
fn a_buffer_of_the_wrong_length_is_refused_unwritten() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set_roi(Rect::new(0, 0, 64, 48)).unwrap();
    for wrong in [64 * 48 * 2 - 1, 64 * 48 * 2 + 1, 0] {
        camera.start_exposure().unwrap();
        let mut buffer = vec![0xA5; wrong];
        let result = camera.read_frame(|_| Some(&mut buffer));
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Invalid);
        assert!(buffer.iter().all(|&b| b == 0xA5));
    }
    expose(&camera);
}

#[test]
fn the_shortest_exposure_is_what_0_us_means() {
    let (_bench, camera) = ready(XY_INSTANT);
    camera.set(ControlId::EXPOSURE, 0.0).unwrap();
    assert_eq!(camera.get(ControlId::EXPOSURE).unwrap(), 1.0);
    camera.set_roi(Rect::new(0, 0, 64, 48)).unwrap();
    expose(&camera);
}

#[test]
fn remaining_percent_falls_from_100_to_0() {
    let (_bench, camera) = ready("QHY600M?scene=xy&speed=20&readout=instant");
    camera.set_roi(Rect::new(0, 0, 64, 48)).unwrap();
    camera.set(ControlId::EXPOSURE, 4e6).unwrap();
    assert_eq!(camera.exposure_remaining_percent(), 0);
    camera.start_exposure().unwrap();
    let mut last = 100;
    let end = Instant::now() + FOR_EVER;
    while last > 0 {
        let now = camera.exposure_remaining_percent();
        assert!(now <= last, "{now} after {last}");
        assert!(Instant::now() < end);
        last = now;
    }
    read(&camera).unwrap();
    assert_eq!(camera.exposure_remaining_percent(), 0);
    assert_eq!(camera.reading_progress_percent(), 0.0);
}

#[test]
fn bytes_that_are_lost_fail_the_frame_and_spare_the_next() {
    let (bench, camera) = ready(XY_INSTANT);
    camera.set_single_frame_timeout_ms(60_000).unwrap();
    let roi = Rect::new(0, 0, 9600, 400);
    camera.set_roi(roi).unwrap();
    for lost in [1, 512, 1024, 100_000] {
        let mut reads = 0;
        bench.tap.spoil_reads(move |completion| {
            reads += 1;
            if reads == 3 {
                completion.filled -= lost;
            }
        });
        camera.start_exposure().unwrap();
        let error = read(&camera).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
        bench.tap.heal();
        let (_, picture) = expose(&camera);
        assert_same(&picture, &expected(roi, 1, 16, false), "after a loss");
    }
}

#[test]
fn a_frame_that_never_comes_fails_at_the_deadline() {
    let (bench, camera) = ready(XY_INSTANT);
    let roi = Rect::new(0, 0, 320, 300);
    camera.set_roi(roi).unwrap();
    camera.set_single_frame_timeout_ms(1).unwrap();
    // Every read comes back empty.
    bench.tap.spoil_reads(|completion| completion.filled = 0);
    camera.start_exposure().unwrap();
    let error = read(&camera).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Damaged), "{error}");
    bench.tap.heal();
    camera.set_single_frame_timeout_ms(0).unwrap();
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(roi, 1, 16, false), "after the time-out");
}

#[test]
fn nothing_is_exposed_before_init_or_in_live_mode() {
    let bench = bench(XY_INSTANT);
    let camera = bench.open(0);
    assert_eq!(camera.start_exposure().unwrap_err().kind(), ErrorKind::State);
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    assert_eq!(camera.start_exposure().unwrap_err().kind(), ErrorKind::State);
}
