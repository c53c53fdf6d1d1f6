//! Live video: frames, their order, changes while streaming.

use std::time::{Duration, Instant};

use qhyccd::camera::{ErrorKind, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::transport::{Setup, UsbError};
use qhyccd::util::Rect;
use qhyccd::wire::Out;

use crate::bench::*;

const STRIP: Rect = Rect::new(0, 0, 9600, 100);

fn streaming(order: &str) -> (Bench, std::sync::Arc<qhyccd::camera::Camera>) {
    let bench = bench(order);
    let camera = bench.ready(StreamMode::Live);
    camera.set(ControlId::EXPOSURE, 10_000.0).unwrap();
    camera.set_roi(STRIP).unwrap();
    camera.begin_live().unwrap();
    (bench, camera)
}

#[test]
fn frames_come_and_none_is_an_error_of_its_own() {
    let (_bench, camera) = streaming("QHY600M?scene=xy&speed=1");
    let whole = expected(STRIP, 1, 16, false);
    for _ in 0..5 {
        let (info, picture) = live(&camera).unwrap();
        assert_eq!((info.width, info.height, info.bits, info.channels), (9600, 100, 16, 1));
        assert_same(&picture, &whole, "live frame");
    }
    // A long exposure: at first there is nothing, at once.
    camera.set(ControlId::EXPOSURE, 3600e6).unwrap();
    camera.clear_live_queue().unwrap();
    let mut asked = false;
    let none = camera.live_frame(|_| {
        asked = true;
        None
    });
    assert!(!asked || none.is_err());
    camera.stop_live().unwrap();
    assert_eq!(camera.state(), State::Ready);
    assert_eq!(live(&camera).unwrap_err().kind(), ErrorKind::State);
}

#[test]
fn no_command_starts_or_stops_a_stream() {
    let bench = bench(XY);
    let camera = bench.ready(StreamMode::Live);
    camera.set(ControlId::EXPOSURE, 10_000.0).unwrap();
    camera.set_depth(8).unwrap();
    camera.set_roi(STRIP).unwrap();
    bench.tap.take();
    camera.begin_live().unwrap();
    live(&camera).unwrap();
    camera.stop_live().unwrap();
    let sent = bench.tap.take();
    let commands: Vec<_> = sent.iter().filter(|r| !r.contains("Fpga") && !r.contains("Firmware")).collect();
    assert!(commands.is_empty(), "{commands:?}");
}

/// No frame of the old format, and no mixture, may come after a change.
#[test]
fn region_bin_and_depth_change_while_streaming() {
    let (_bench, camera) = streaming("QHY600M?scene=xy&speed=20");
    live(&camera).unwrap();
    let changes = [
        (Rect::new(0, 0, 9600, 50), 1, 16),
        // As many bytes on the wire as before, other rows.
        (Rect::new(0, 1000, 9600, 50), 1, 16),
        (Rect::new(0, 3000, 9600, 50), 1, 16),
        (Rect::new(0, 3000, 9600, 50), 1, 8),
        (Rect::new(0, 3000, 9600, 134), 1, 8),
        (Rect::new(100, 3001, 300, 101), 1, 16),
        (Rect::new(100, 3000, 300, 102), 2, 16),
        (Rect::new(102, 3000, 300, 102), 3, 8),
    ];
    for (frame, bin, bits) in changes {
        camera.set_depth(bits).unwrap();
        camera.set_bin(bin, bin).unwrap();
        camera.set_roi(frame.binned(bin)).unwrap();
        let whole = expected(frame.binned(bin).unbinned(bin), bin, bits, false);
        for _ in 0..3 {
            let (info, picture) = live(&camera).unwrap();
            assert_eq!(info.bits, bits);
            assert_same(&picture, &whole, &format!("{frame:?} bin {bin} {bits} bit"));
        }
    }
    assert_eq!(camera.stream_stats().damaged, 0);
}

/// The first frame after a change of gain has that gain: the numbers of frames go on.
#[test]
fn no_frame_is_older_than_gain_and_exposure() {
    let (_bench, camera) = streaming("QHY600M?scene=stars&speed=20");
    let spread = |picture: &[u8]| {
        let values: Vec<f64> =
            picture.chunks(2).take(9600).map(|p| f64::from(u16::from_le_bytes([p[0], p[1]]))).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|v| (v - mean).abs()).sum::<f64>() / values.len() as f64
    };
    // The noise of the amplifier tells the gain.
    let mut settled = [0.0; 2];
    for (gain, settled) in [0.0, 80.0].into_iter().zip(&mut settled) {
        camera.set(ControlId::GAIN, gain).unwrap();
        for _ in 0..5 {
            *settled = spread(&live(&camera).unwrap().1);
        }
    }
    assert!(settled[1] > 2.0 * settled[0], "{settled:?}");
    let limit = (settled[0] * settled[1]).sqrt();
    for n in 0..20 {
        camera.set(ControlId::GAIN, if n % 2 == 0 { 0.0 } else { 80.0 }).unwrap();
        let got = spread(&live(&camera).unwrap().1);
        assert_eq!(got > limit, n % 2 == 1, "change {n}: {got} of {settled:?}");
        camera.set(ControlId::EXPOSURE, 10_000.0 + f64::from(n)).unwrap();
    }
    assert_eq!(camera.stream_stats().damaged, 0);
}

/// A change that the camera took or did not take: nobody knows. No frame may pass for one
/// of other rows.
#[test]
fn a_change_that_fails_leaves_no_wrong_frames() {
    let (bench, camera) = streaming("QHY600M?scene=xy&speed=20");
    live(&camera).unwrap();
    let is_region = |setup: Setup| setup.request == 0xD1;
    let moved = Rect::new(0, 2000, 9600, 100);

    // Once: the camera is told the old region again, and goes on.
    let mut failed = false;
    bench.tap.spoil_controls(move |setup, _| {
        let fails = is_region(setup) && !std::mem::replace(&mut failed, true);
        fails.then_some(Err(UsbError::Timeout { transferred: 0 }))
    });
    assert_eq!(camera.set_roi(moved).unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(camera.roi(), STRIP);
    for _ in 0..3 {
        let (_, picture) = live(&camera).unwrap();
        assert_same(&picture, &expected(STRIP, 1, 16, false), "told the old region");
    }

    // Whatever it is told: no frames, and a text, until a change succeeds.
    bench.tap.spoil_controls(move |setup, _| {
        is_region(setup).then_some(Err(UsbError::Timeout { transferred: 0 }))
    });
    assert!(camera.set_roi(moved).is_err());
    assert_eq!(live(&camera).unwrap_err().kind(), ErrorKind::Usb);
    bench.tap.heal();
    camera.set_roi(moved).unwrap();
    let (_, picture) = live(&camera).unwrap();
    assert_same(&picture, &expected(moved, 1, 16, false), "healed");
}

/// Its frames would not have the size that the caller is told.
#[test]
fn a_stream_of_another_read_mode_hands_nothing_out() {
    let (_bench, camera) = streaming(XY);
    live(&camera).unwrap();
    camera.set_read_mode(5).unwrap();
    assert_eq!(live(&camera).unwrap_err().kind(), ErrorKind::State);
    // What is set now is for the next stream.
    camera.set(ControlId::GAIN, 3.0).unwrap();
    camera.set_depth(8).unwrap();
    let roi = Rect::new(10, 10, 300, 40);
    camera.set_roi(roi).unwrap();
    assert_eq!(live(&camera).unwrap_err().kind(), ErrorKind::State);
    camera.stop_live().unwrap();
    camera.begin_live().unwrap();
    let (info, picture) = live(&camera).unwrap();
    assert_eq!((info.width, info.height, info.bits), (300, 40, 8));
    assert_same(&picture, &expected(roi, 1, 8, false), "mode 5");
}

#[test]
fn what_the_camera_counted_and_nobody_got_is_counted_as_missed() {
    let (_bench, camera) = streaming("QHY600M?scene=xy&speed=20&faults=losepacket~0.1");
    let whole = expected(STRIP, 1, 16, false);
    let end = Instant::now() + FOR_EVER;
    while camera.stream_stats().missed < 5 {
        assert!(Instant::now() < end, "{:?}", camera.stream_stats());
        assert_same(&live(&camera).unwrap().1, &whole, "among lost packets");
    }
    let stats = camera.stream_stats();
    assert!(stats.damaged > 0 && stats.stale == 0, "{stats:?}");
}

#[test]
fn frames_that_streamed_before_begin_are_not_handed_out() {
    let bench = bench("QHY600M?scene=xy&speed=50");
    let camera = bench.ready(StreamMode::Live);
    camera.set(ControlId::EXPOSURE, 5_000.0).unwrap();
    camera.set_roi(STRIP).unwrap();
    // Meanwhile the camera streams into its memory, then the region moves.
    std::thread::sleep(Duration::from_millis(200));
    let moved = Rect::new(0, 2000, 9600, 100);
    camera.set_roi(moved).unwrap();
    camera.begin_live().unwrap();
    let (_, picture) = live(&camera).unwrap();
    assert_same(&picture, &expected(moved, 1, 16, false), "first frame");
}

#[test]
fn a_slow_reader_gets_new_frames_and_the_rest_is_counted() {
    let (bench, camera) = streaming("QHY600M?scene=xy&speed=20&gps=on");
    camera.set(ControlId::GPS, 1.0).unwrap();
    camera.set_buffer_number(3).unwrap();
    let number = |picture: &[u8]| u32::from_be_bytes(picture[..4].try_into().unwrap());
    let mut last = number(&live(&camera).unwrap().1);
    for _ in 0..5 {
        let received = camera.stream_stats().received;
        let end = Instant::now() + FOR_EVER;
        while camera.stream_stats().received < received + 8 {
            assert!(Instant::now() < end, "the stream stands still");
            std::thread::sleep(Duration::from_millis(1));
        }
        let now = number(&live(&camera).unwrap().1);
        assert!(now >= last + 8, "frame {now} after {last}: not the newest");
        last = now;
    }
    let stats = camera.stream_stats();
    assert!(stats.dropped >= 30, "{stats:?}");
    assert_eq!(stats.damaged, 0);
    drop(bench);
}

#[test]
fn a_damaged_frame_is_dropped_and_counted() {
    let (bench, camera) = streaming("QHY600M?scene=xy&speed=20");
    let whole = expected(STRIP, 1, 16, false);
    live(&camera).unwrap();
    let mut reads = 0;
    bench.tap.spoil_reads(move |completion| {
        reads += 1;
        if reads % 11 == 3 && completion.filled > 1024 {
            completion.filled -= 1024;
        }
    });
    for _ in 0..20 {
        let (_, picture) = live(&camera).unwrap();
        assert_same(&picture, &whole, "between damaged ones");
    }
    assert!(camera.stream_stats().damaged > 0);
}

#[test]
fn modes_switch_back_and_forth() {
    let bench = bench(XY);
    let camera = bench.open(0);
    let single = Rect::new(0, 200, 400, 300);
    let whole = expected(STRIP, 1, 16, false);
    for _ in 0..10 {
        camera.set_stream_mode(StreamMode::Single).unwrap();
        camera.init().unwrap();
        camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
        camera.set_roi(single).unwrap();
        let (_, picture) = expose(&camera);
        assert_same(&picture, &expected(single, 1, 16, false), "single");
        camera.set_stream_mode(StreamMode::Live).unwrap();
        camera.init().unwrap();
        camera.set_roi(STRIP).unwrap();
        camera.begin_live().unwrap();
        camera.begin_live().unwrap();
        let (_, picture) = live(&camera).unwrap();
        assert_same(&picture, &whole, "live");
        camera.stop_live().unwrap();
        camera.stop_live().unwrap();
    }
}

#[test]
fn a_small_region_of_single_mode_streams_with_the_rows_of_live_mode() {
    let bench = bench(XY);
    let camera = bench.ready(StreamMode::Single);
    let roi = Rect::new(16, 16, 64, 64);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(roi).unwrap();
    expose(&camera);
    // Region and exposure are not set again: the mode alone changes.
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.begin_live().unwrap();
    let (_, picture) = live(&camera).unwrap();
    assert_same(&picture, &expected(roi, 1, 16, false), "live");
    // Choosing single frames ends the stream.
    camera.set_stream_mode(StreamMode::Single).unwrap();
    assert_eq!(camera.state(), State::Ready);
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(roi, 1, 16, false), "single");
}

#[test]
fn trigger_and_burst_survive_an_initialisation() {
    let bench = bench(XY);
    let camera = bench.ready(StreamMode::Live);
    let fpga = |register: u16, value: u16| format!("{:?}", Out::Fpga { register, value });
    let (trigger, first) = (fpga(0x3A, 0x0C), fpga(0x32, 2));
    let init = || {
        bench.tap.take();
        camera.init().unwrap();
        bench.tap.take()
    };
    assert!(!init().contains(&trigger));
    camera.set_trigger(true).unwrap();
    camera.burst_start_end(2, 9).unwrap();
    let sent = init();
    let place = |request: &String| sent.iter().position(|r| r == request).expect("sent");
    // After the registers of the initialisation itself, and the range after the trigger.
    assert!(place(&fpga(0x27, 5)) < place(&trigger) && place(&trigger) < place(&first), "{sent:?}");
    camera.set_trigger(false).unwrap();
    let sent = init();
    assert!(!sent.contains(&trigger) && sent.contains(&first), "{sent:?}");
}
