//! Live video: frames, their order, changes while streaming.

use std::time::{Duration, Instant};

use qhyccd::camera::{ErrorKind, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

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

#[test]
fn gain_and_exposure_change_without_a_gap() {
    let (_bench, camera) = streaming("QHY600M?scene=constant:7&speed=20");
    for n in 0..20 {
        camera.set(ControlId::GAIN, f64::from(n)).unwrap();
        camera.set(ControlId::EXPOSURE, 10_000.0 + f64::from(n)).unwrap();
        live(&camera).unwrap();
    }
    assert_eq!(camera.stream_stats().damaged, 0);
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
