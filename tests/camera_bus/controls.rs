//! Controls: ranges, clamping, read-back, peripherals.

use qhyccd::camera::{ErrorKind, StreamMode};
use qhyccd::model::{Availability, ControlId};
use qhyccd::util::Rect;

use crate::bench::*;

#[test]
fn the_first_init_sets_defaults_and_later_ones_keep_what_was_set() {
    let bench = bench(XY_INSTANT);
    let camera = bench.open(0);
    camera.set(ControlId::GAIN, 77.0).unwrap();
    camera.init().unwrap();
    let settings = [
        (ControlId::GAIN, 30.0, 55.0),
        (ControlId::OFFSET, 30.0, 12.0),
        (ControlId::USB_TRAFFIC, 50.0, 7.0),
        (ControlId::EXPOSURE, 5e6, 2000.0),
    ];
    for (id, default, new) in settings {
        assert_eq!(camera.get(id).unwrap(), default, "{id}");
        camera.set(id, new).unwrap();
    }
    camera.set_depth(8).unwrap();
    camera.set_bin(2, 2).unwrap();
    camera.set_roi(Rect::new(10, 10, 100, 100)).unwrap();
    camera.set(ControlId::GPS, 1.0).unwrap();
    camera.set(ControlId::COOLER, -10.0).unwrap();
    for mode in [StreamMode::Live, StreamMode::Single] {
        camera.set_stream_mode(mode).unwrap();
        camera.set_read_mode(1).unwrap();
        camera.init().unwrap();
        for (id, _, new) in settings {
            assert_eq!(camera.get(id).unwrap(), new, "{id}");
        }
        assert_eq!(camera.roi(), Rect::new(10, 10, 100, 100));
        assert_eq!((camera.bin(), camera.frame_info().bits), (2, 8));
        assert_eq!(camera.get(ControlId::GPS).unwrap(), 1.0);
        assert_eq!(camera.get(ControlId::COOLER).unwrap(), -10.0);
    }
    let port = bench.bus.socket().ports().remove(0);
    assert_eq!(port.with_device(|d| (d.fpga(0x8E), d.fpga(0x27))), (1, 1), "GPS on the device");
}

#[test]
fn finite_values_are_clamped_and_others_refused() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    for (id, value, taken) in [
        (ControlId::USB_TRAFFIC, 255.0, 60.0),
        (ControlId::GAIN, -1.0, 0.0),
        (ControlId::GAIN, 1e300, 200.0),
        (ControlId::OFFSET, 300.0, 255.0),
        (ControlId::EXPOSURE, 0.0, 1.0),
        (ControlId::EXPOSURE, 4e9, 3.6e9),
        (ControlId::COOLER, -300.0, -50.0),
    ] {
        camera.set(id, value).unwrap();
        assert_eq!(camera.get(id).unwrap(), taken, "{id} {value}");
        for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(camera.set(id, nonsense).unwrap_err().kind(), ErrorKind::Invalid);
            assert_eq!(camera.get(id).unwrap(), taken, "{id} {nonsense}");
        }
    }
    assert_eq!(camera.set(ControlId(4711), 1.0).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(camera.get(ControlId(4711)).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(camera.availability(ControlId(4711)), Availability::No);
}

#[test]
fn every_control_of_the_table_reads_inside_its_range_after_a_write() {
    for order in [XY_INSTANT, "QHY600C?scene=xy&speed=100&readout=instant"] {
        let bench = bench(order);
        let camera = bench.ready(StreamMode::Single);
        for control in camera.model().controls() {
            let Some(range) = control.range else { continue };
            for value in [range.min, range.max, range.min + range.step] {
                if camera.set(control.id, value).is_ok() {
                    if let Ok(read) = camera.get(control.id) {
                        assert!(range.min <= read && read <= range.max, "{}: {read}", control.id);
                    }
                }
            }
        }
    }
}

#[test]
fn impossible_formats_are_refused_and_change_nothing() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(Rect::new(2, 2, 3, 3)).unwrap();
    let before = camera.frame_info();
    for (x, y) in [(0, 0), (2, 1), (5, 5), (6, 6), (8, 8), (u32::MAX, u32::MAX)] {
        assert_eq!(camera.set_bin(x, y).unwrap_err().kind(), ErrorKind::Invalid, "{x}x{y}");
    }
    assert!(camera.set_bin(4, 4).is_err(), "no group of 4x4 fits in 3x3 pixels");
    for bits in [0, 1, 12, 24, 64] {
        assert_eq!(camera.set_depth(bits).unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(
            camera.set(ControlId::TRANSFER_BIT, f64::from(bits)).unwrap_err().kind(),
            ErrorKind::Invalid
        );
    }
    for roi in [Rect::new(0, 0, 0, 0), Rect::new(1, 0, 9600, 1), Rect::new(0, u32::MAX, 1, 2)] {
        assert_eq!(camera.set_roi(roi).unwrap_err().kind(), ErrorKind::Invalid);
    }
    assert_eq!(camera.set_read_mode(11).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(camera.set_debayer(true).unwrap_err().kind(), ErrorKind::Unsupported);
    camera.set_debayer(false).unwrap();
    assert_eq!(camera.frame_info(), before);
    assert_eq!(camera.roi(), Rect::new(2, 2, 3, 3));
}

#[test]
fn areas_follow_the_binning_and_memory_does_not() {
    let bench = bench(XY_INSTANT);
    let camera = bench.open(0);
    // The same before and after init.
    for _ in 0..2 {
        camera.set_bin(1, 1).unwrap();
        assert_eq!(camera.effective_area(), Rect::new(24, 0, 9576, 6388));
        assert_eq!(camera.overscan_area(), Rect::new(0, 6388, 9600, 34));
        for (bin, area) in [
            (2, Rect::new(12, 0, 4788, 3194)),
            (3, Rect::new(8, 0, 3192, 2129)),
            (4, Rect::new(6, 0, 2394, 1597)),
        ] {
            camera.set_bin(bin, bin).unwrap();
            assert_eq!(camera.effective_area(), area);
            assert_eq!(camera.mem_length(), 123_302_400);
        }
        camera.init().unwrap();
    }
    camera.set_depth(8).unwrap();
    assert_eq!(camera.mem_length(), 61_651_200);
}

#[test]
fn the_cooler_takes_target_or_power() {
    let bench = bench("QHY600M?scene=xy&speed=1000&ambient=20");
    let camera = bench.ready(StreamMode::Single);
    assert_eq!(camera.get(ControlId::COOLER).unwrap(), -100.0);
    camera.set(ControlId::MANUAL_PWM, 100.0).unwrap();
    assert_eq!(camera.get(ControlId::CUR_PWM).unwrap(), 100.0);
    camera.set(ControlId::COOLER, -5.0).unwrap();
    assert_eq!(camera.get(ControlId::COOLER).unwrap(), -5.0);
    camera.set(ControlId::MANUAL_PWM, 0.0).unwrap();
    assert_eq!(camera.get(ControlId::COOLER).unwrap(), -100.0);
    let temp_c = camera.get(ControlId::CUR_TEMP).unwrap();
    assert!((-60.0..=60.0).contains(&temp_c), "{temp_c}");
}

#[test]
fn sensors_that_are_not_fitted_are_errors() {
    let with = bench("QHY600M?scene=xy&speed=100");
    let camera = with.ready(StreamMode::Single);
    assert_eq!(camera.humidity_percent().unwrap(), 42.0);
    assert_eq!(camera.get(ControlId::HUMIDITY).unwrap(), 42.0);
    assert_eq!(camera.pressure_hpa().unwrap(), 1013.2);
    assert_eq!(camera.get(ControlId::PRESSURE).unwrap(), 1013.2);
    let without = bench("QHY600M?scene=xy&speed=100&humidity=off&pressure=off&wheel=0");
    // Before init as well as after.
    let camera = without.open(0);
    assert_eq!(camera.humidity_percent().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(camera.pressure_hpa().unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(!camera.wheel_present().unwrap());
    assert_eq!(camera.wheel_position().unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(camera.wheel_slots().unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(camera.get(ControlId::CFW_PORT).unwrap(), 0.0);
}

#[test]
fn the_buffer_is_switched_on_but_not_off() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::DDR, 1.0).unwrap();
    assert!(bench.tap.take().contains(&"DdrOn".to_owned()));
    assert_eq!(camera.set(ControlId::DDR, 0.0).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn settings_of_a_running_exposure_wait_for_the_next() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.start_exposure().unwrap();
    bench.tap.take();
    camera.set(ControlId::GAIN, 60.0).unwrap();
    assert_eq!(camera.get(ControlId::GAIN).unwrap(), 60.0);
    assert!(!bench.tap.take().iter().any(|r| r.starts_with("Gain")));
    read(&camera).unwrap();
    camera.start_exposure().unwrap();
    let requests = bench.tap.take();
    let gain = requests.iter().position(|r| r.starts_with("Gain"));
    assert!(gain < requests.iter().position(|r| r == "Start") && gain.is_some(), "{requests:?}");
    read(&camera).unwrap();
}

#[test]
fn trigger_and_burst_requests_as_observed() {
    let bench = bench("QHY600M?scene=xy&speed=1000");
    let camera = bench.ready(StreamMode::Live);
    let sent = |call: &dyn Fn()| {
        bench.tap.take();
        call();
        let writes: Vec<String> = bench
            .tap
            .take()
            .iter()
            .filter_map(|r| r.strip_prefix("Fpga { register: ").map(str::to_owned))
            .filter(|r| !r.starts_with("103,"))
            .map(|r| r.replace(", value: ", "=").replace(" }", ""))
            .collect();
        writes.join(" ")
    };
    assert_eq!(sent(&|| camera.burst_patch_number(32001).unwrap()), "41=0 42=0 43=125 44=1");
    assert_eq!(sent(&|| camera.burst_start_end(1, 3).unwrap()), "50=1 51=0 52=3");
    assert_eq!(sent(&|| camera.burst_idle().unwrap()), "63=0 63=1 63=0 1=1 1=0 1=1 35=0");
    assert_eq!(sent(&|| camera.burst_release().unwrap()), "35=1");
    assert_eq!(sent(&|| camera.burst_resend().unwrap()), "69=1 69=0");
    assert_eq!(sent(&|| camera.trigger_filter_time(100).unwrap()), "144=0 145=0 146=38 147=37 148=160");
    assert_eq!(sent(&|| camera.trigger_out_a().unwrap()), "58=0 45=0 46=0 39=2 142=1");
    assert_eq!(sent(&|| camera.set_trigger(false).unwrap()), "45=0 46=0 39=5 50=1 51=0 52=3 57=0 58=0");
    assert_eq!(
        sent(&|| camera.set_trigger(true).unwrap()),
        "145=0 146=0 147=0 148=10 58=12 39=2 142=1 50=1 51=0 52=3 57=1 \
         144=0 145=0 146=0 147=97 148=168 35=0 35=1 35=0 35=1"
    );
    assert_eq!(sent(&|| camera.soft_trigger().unwrap()), "35=0 35=1");
    assert_eq!(sent(&|| camera.burst_enable(true).unwrap()), "57=1 35=0 1=0 1=1 63=1 63=0 1=0 1=1 63=1 63=0");
    assert_eq!(
        sent(&|| camera.frame_detect_code(5).unwrap()),
        "228=0 229=0 223=2 222=1 227=5 226=0 225=0 224=0 228=8 228=0"
    );
}

#[test]
fn gain_in_electrons_and_decibels_follows_the_read_mode() {
    let bench = bench(XY_INSTANT);
    let camera = bench.open(0);
    let published = camera.amplification(26.0).unwrap();
    assert_eq!((published.e_per_adu, published.read_noise_e), (0.4113, 2.754));
    for decibels in [0.0, 5.5, 12.0] {
        let gain = camera.decibels_to_gain(decibels).unwrap();
        assert!((camera.gain_to_decibels(gain.floor()).unwrap() - decibels).abs() < 0.6, "{decibels}");
    }
    // Setting and decibels stop at the ends of the range.
    assert_eq!(camera.decibels_to_gain(1e9).unwrap(), 200.0);
    assert_eq!(camera.gain_to_decibels(1e9).unwrap(), camera.gain_to_decibels(200.0).unwrap());
    assert_eq!(camera.gain_to_decibels(f64::NAN).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(camera.amplification(101.0).unwrap_err().kind(), ErrorKind::Unsupported);

    camera.set_read_mode(2).unwrap();
    assert_eq!(camera.amplification(26.0).unwrap().e_per_adu, 0.9662);
    camera.set_read_mode(8).unwrap();
    assert!(camera.amplification(26.0).unwrap_err().to_string().contains("2CMS-0"));
}
