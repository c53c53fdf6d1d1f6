//! What capture programs rely on, program by program, in the order in which they call.
//! The same is replayed from C; here it is the Rust interface that must hold.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use qhyccd::camera::{Camera, ErrorKind, State, StreamMode};
use qhyccd::model::{Availability, ControlId};
use qhyccd::util::Rect;

use crate::bench::*;

const ROI: Rect = Rect::new(0, 0, 320, 240);

fn shoot(camera: &Camera, roi: Rect) {
    let (info, picture) = expose(camera);
    assert_eq!((info.width, info.height, info.channels), (roi.width, roi.height, 1));
    assert_same(&picture, &expected(roi, 1, info.bits, false), "frame");
}

#[test]
fn indi_asks_before_and_after_init_and_switches_to_8_bit_live() {
    let bench = bench(XY);
    let camera = bench.open(0);
    assert_eq!(camera.availability(ControlId::COLOR), Availability::No);
    camera.set_stream_mode(StreamMode::Single).unwrap();
    camera.init().unwrap();
    assert!(camera.read_mode() < camera.model().read_mode_count());
    assert!((0.0..=2.0).contains(&camera.get(ControlId::AMPV).unwrap()), "used as an array index");
    assert_ne!(camera.overscan_area(), camera.effective_area());
    camera.set(ControlId::EXPOSURE, 500.0).unwrap();
    camera.set_bin(1, 1).unwrap();
    camera.set_roi(ROI).unwrap();
    shoot(&camera, ROI);
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    camera.set_depth(8).unwrap();
    camera.begin_live().unwrap();
    let (info, picture) = live(&camera).unwrap();
    assert_eq!(info.bits, 8);
    assert_same(&picture, &expected(ROI, 1, 8, false), "live");
    camera.stop_live().unwrap();
    camera.set_stream_mode(StreamMode::Single).unwrap();
    camera.init().unwrap();
    shoot(&camera, ROI);
}

#[test]
fn indigo_scans_before_every_open_and_waits_for_100_percent() {
    let bench = bench(XY);
    for _ in 0..3 {
        let camera = bench.open(0);
        camera.init().unwrap();
        let info = camera.chip_info();
        assert!(info.bits <= 16 && info.pixel_um > 0.0);
        assert!(camera.effective_area().fits(info.image));
        assert!(camera.mem_length() <= 128 << 20);
        camera.set_single_frame_timeout_ms(1000).unwrap();
        camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
        camera.set_roi(ROI).unwrap();
        camera.start_exposure().unwrap();
        let end = Instant::now() + FOR_EVER;
        while camera.exposure_remaining_percent() > 100 {
            assert!(Instant::now() < end);
        }
        read(&camera).unwrap();
    }
}

#[test]
fn phd2_opens_twice_and_bins_before_every_exposure() {
    let bench = bench(XY);
    let first = bench.open(0);
    assert_eq!(first.availability(ControlId::ST4_PORT), Availability::No);
    let camera = bench.open(0);
    camera.init().unwrap();
    camera.set_depth(16).unwrap();
    let memory = camera.mem_length();
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    for (bin, roi) in [(1, ROI), (1, ROI), (2, Rect::new(32, 8, 64, 40)), (1, Rect::new(0, 0, 9600, 6422))] {
        camera.set_bin(bin, bin).unwrap();
        camera.cancel_exposure().unwrap();
        camera.set_roi(roi).unwrap();
        let (info, _) = expose(&camera);
        assert!(info.len_bytes() <= memory, "allocated once");
    }
}

#[test]
fn nina_polls_until_0_and_probes_controls_by_writing() {
    let bench = bench(XY);
    let camera = bench.ready(StreamMode::Single);
    camera.set_bin(1, 1).unwrap();
    assert_eq!(camera.effective_area(), Rect::new(24, 0, 9576, 6388));
    camera.set(ControlId::IGNORE_OVERSCAN, 0.0).unwrap();
    camera.set_debayer(false).unwrap();
    camera.set(ControlId::DDR, 1.0).unwrap();
    for id in [ControlId::GAIN, ControlId::OFFSET, ControlId::USB_TRAFFIC] {
        let range = camera.range(id).unwrap();
        camera.set(id, range.max - range.step).unwrap();
        assert_eq!(camera.get(id).unwrap(), range.max - range.step, "{id}");
    }
    camera.set(ControlId::EXPOSURE, 2e6).unwrap();
    camera.set_roi(ROI).unwrap();
    camera.start_exposure().unwrap();
    let end = Instant::now() + FOR_EVER;
    while camera.exposure_remaining_percent() > 0 {
        assert!(Instant::now() < end);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    read(&camera).unwrap();
}

#[test]
fn rockit_starts_and_reads_at_once_with_gps_on() {
    let bench = bench("QHY600M?scene=xy&speed=100&gps=on");
    let camera = bench.open(0);
    camera.set_read_mode(1).unwrap();
    camera.set_stream_mode(StreamMode::Single).unwrap();
    camera.init().unwrap();
    for (id, value) in [
        (ControlId::GPS, 1.0),
        (ControlId::GAIN, 26.0),
        (ControlId::OFFSET, 140.0),
        (ControlId::USB_TRAFFIC, 0.0),
        (ControlId::EXPOSURE, 1000.0),
    ] {
        camera.set(id, value).unwrap();
    }
    camera.set_roi(Rect::new(0, 0, 9600, 300)).unwrap();
    camera.set_depth(16).unwrap();
    camera.set_single_frame_timeout_ms(10_000).unwrap();
    expose(&camera);
    // Cancel and stop, both, in any state and order.
    camera.cancel_exposure().unwrap();
    camera.stop_live().unwrap();
    camera.stop_live().unwrap();
    camera.cancel_exposure().unwrap();
    camera.set(ControlId::COOLER, -10.0).unwrap();
    assert_eq!(camera.get(ControlId::COOLER).unwrap(), -10.0);
}

#[test]
fn qhyccd_rs_asks_too_much_of_the_traffic_and_never_closes() {
    let bench = bench(XY);
    let camera = bench.open(0);
    bench.library.close(&camera).unwrap();
    let camera = bench.open(0);
    camera.set_stream_mode(StreamMode::Single).unwrap();
    camera.set_read_mode(0).unwrap();
    camera.init().unwrap();
    camera.set(ControlId::USB_TRAFFIC, 255.0).unwrap();
    camera.set(ControlId::OFFSET, 140.0).unwrap();
    camera.set(ControlId::EXPOSURE, 2000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    camera.set_bin(1, 1).unwrap();
    camera.set(ControlId::TRANSFER_BIT, 16.0).unwrap();
    shoot(&camera, ROI);
    bench.library.release();
    assert_eq!(camera.state(), State::Closed);
    // The live program: read mode before stream mode, the buffer emptied before begin.
    let camera = bench.open(0);
    camera.set_read_mode(0).unwrap();
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    camera.set_depth(8).unwrap();
    camera.set_bin(1, 1).unwrap();
    camera.set_roi(ROI).unwrap();
    camera.set(ControlId::TRANSFER_BIT, 8.0).unwrap();
    camera.set(ControlId::EXPOSURE, 2000.0).unwrap();
    camera.set(ControlId::USB_TRAFFIC, 255.0).unwrap();
    camera.set(ControlId::DDR, 1.0).unwrap();
    camera.begin_live().unwrap();
    let (_, picture) = live(&camera).unwrap();
    assert_same(&picture, &expected(ROI, 1, 8, false), "live");
}

#[test]
fn ezcap_watches_the_progress_while_another_thread_reads() {
    let bench = bench(XY);
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut most = 0.0f64;
            while !done.load(Ordering::Relaxed) {
                let percent = camera.reading_progress_percent();
                assert!((0.0..=100.0).contains(&percent), "{percent}");
                most = most.max(percent);
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            most
        });
        camera.start_exposure().unwrap();
        let result = read(&camera);
        done.store(true, Ordering::Relaxed);
        result.unwrap();
        assert!(watcher.join().unwrap() > 0.0, "no progress was seen during a whole frame");
    });
}

#[test]
fn oacapture_fetches_once_more_after_the_stop() {
    let bench = bench(XY);
    let camera = bench.ready(StreamMode::Live);
    camera.set_depth(8).unwrap();
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.begin_live().unwrap();
    live(&camera).unwrap();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            loop {
                if let Err(error) = live(&camera) {
                    return error.kind();
                }
            }
        });
        camera.stop_live().unwrap();
        assert_eq!(other.join().unwrap(), ErrorKind::State);
    });
    bench.library.close(&camera).unwrap();
    bench.library.release();
}

#[test]
fn napari_opens_an_old_id_after_a_release() {
    let bench = bench("QHY600C?scene=xy&speed=100");
    let camera = bench.open(0);
    let id = camera.id().to_owned();
    for number in 0..camera.model().read_mode_count() {
        assert!(!camera.read_mode_name(number).unwrap().is_empty());
        assert!(camera.read_mode_size(number).unwrap().pixels() > 0);
    }
    bench.library.close(&camera).unwrap();
    bench.library.release();
    let camera = bench.library.open(&id).unwrap();
    camera.set_read_mode(0).unwrap();
    camera.set_stream_mode(StreamMode::Single).unwrap();
    camera.init().unwrap();
    assert_eq!(camera.availability(ControlId::COLOR), Availability::BayerOrder);
    // It sets 0 bits, and gets an error for it; nothing changes.
    assert_eq!(camera.set(ControlId::TRANSFER_BIT, 0.0).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(camera.get(ControlId::TRANSFER_BIT).unwrap(), 16.0);
}

#[test]
fn last_sends_everything_again_after_each_init() {
    let bench = bench(XY);
    let camera = bench.open(0);
    camera.init().unwrap();
    // The stream mode after init, as for another model.
    camera.set_stream_mode(StreamMode::Single).unwrap();
    for _ in 0..3 {
        camera.init().unwrap();
        camera.set_debayer(false).unwrap();
        camera.set_bin(1, 1).unwrap();
        camera.set_roi(ROI).unwrap();
        camera.set_depth(16).unwrap();
        for (id, value) in [
            (ControlId::GAIN, 0.0),
            (ControlId::OFFSET, 6.0),
            (ControlId::EXPOSURE, 1000.0),
            (ControlId::USB_TRAFFIC, 3.0),
            (ControlId::DDR, 1.0),
        ] {
            camera.set(id, value).unwrap();
        }
        shoot(&camera, ROI);
    }
}
