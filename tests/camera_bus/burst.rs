//! Burst mode: exactly the frames that were asked for, each whole, and then none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use qhyccd::camera::{Camera, ErrorKind, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;
use qhyccd::vcam::scene::serial::SerialView;
use qhyccd::wire::DATA_ENDPOINT;

use crate::bench::*;

/// A frame on the cable does not fill its last unit of 2048 bytes.
const STRIP: Rect = Rect::new(0, 0, 9600, 40);
const CAMERA: &str = "QHY600M?scene=serial&speed=5&seed=3";

fn streaming() -> (Bench, Arc<Camera>) {
    let bench = bench(CAMERA);
    let camera = bench.ready(StreamMode::Live);
    camera.set(ControlId::EXPOSURE, 50_000.0).unwrap();
    camera.set_roi(STRIP).unwrap();
    camera.begin_live().unwrap();
    live(&camera).unwrap();
    (bench, camera)
}

fn frame_of(picture: &[u8], since: u32) -> u32 {
    let view = SerialView { seed: 3, origin: (0, 0), width: 9600, height: 40, bin: 1, bits: 16 };
    view.frame(picture, since..since + 100_000).expect("a whole frame of this camera")
}

fn frames(bench: &Bench) -> u32 {
    // Any question brings the camera up to the present.
    let port = bench.bus.socket().ports().remove(0);
    let mut nothing = [0; 0];
    port.bulk_in(DATA_ENDPOINT, &mut nothing).unwrap();
    port.with_device(|device| device.frames())
}

/// Nothing comes for as long as ten frames take, and longer.
#[track_caller]
fn assert_silent(bench: &Bench, camera: &Camera) {
    let until = frames(bench) + 10;
    let end = Instant::now() + FOR_EVER;
    while frames(bench) < until {
        assert!(Instant::now() < end, "the sensor stands still");
        let got = camera.live_frame(|_| panic!("a frame came"));
        assert_eq!(got.unwrap_err().kind(), ErrorKind::NotYet);
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_burst_delivers_exactly_the_frames_between_its_limits() {
    let (bench, camera) = streaming();
    camera.set_buffer_number(64).unwrap();
    camera.burst_start_end(1, 6).unwrap();
    camera.burst_patch_number(32001).unwrap();
    camera.burst_enable(true).unwrap();
    for _ in 0..5 {
        camera.burst_idle().unwrap();
        assert_eq!(camera.live_frame(|_| panic!("idle")).unwrap_err().kind(), ErrorKind::NotYet);
        let since = frames(&bench);
        camera.burst_release().unwrap();
        // The first two after the release are before the start: 0 and 1.
        let got: Vec<u32> = (0..4).map(|_| frame_of(&live(&camera).unwrap().1, since) - since).collect();
        assert_eq!(got, [2, 3, 4, 5]);
        assert_silent(&bench, &camera);
    }
    let stats = camera.stream_stats();
    assert_eq!(stats.damaged, 0, "{stats:?}");
    // Other limits, and live video again at the end.
    camera.burst_start_end(0, 9).unwrap();
    camera.burst_idle().unwrap();
    camera.burst_release().unwrap();
    let since = frames(&bench);
    let first = frame_of(&live(&camera).unwrap().1, since - 1);
    let rest: Vec<u32> = (1..8).map(|_| frame_of(&live(&camera).unwrap().1, first) - first).collect();
    assert_eq!(rest, [1, 2, 3, 4, 5, 6, 7]);
    assert_silent(&bench, &camera);
    camera.burst_enable(false).unwrap();
    for _ in 0..20 {
        live(&camera).unwrap();
    }
}

#[test]
fn a_long_burst_twice_and_the_last_frame_once_more() {
    let (bench, camera) = streaming();
    camera.set_buffer_number(64).unwrap();
    camera.burst_start_end(1, 32).unwrap();
    camera.burst_patch_number(32001).unwrap();
    camera.burst_enable(true).unwrap();
    for _ in 0..2 {
        camera.burst_idle().unwrap();
        let since = frames(&bench);
        camera.burst_release().unwrap();
        let mut last = 0;
        for n in 2..32 {
            last = frame_of(&live(&camera).unwrap().1, since);
            assert_eq!(last - since, n);
        }
        camera.burst_resend().unwrap();
        assert_eq!(frame_of(&live(&camera).unwrap().1, since), last);
        assert_silent(&bench, &camera);
    }
}

#[test]
fn without_a_patch_number_the_last_frame_waits_for_the_next_burst() {
    let (bench, camera) = streaming();
    camera.burst_start_end(1, 4).unwrap();
    camera.burst_patch_number(0).unwrap();
    camera.burst_enable(true).unwrap();
    camera.burst_idle().unwrap();
    let since = frames(&bench);
    camera.burst_release().unwrap();
    assert_eq!(frame_of(&live(&camera).unwrap().1, since) - since, 2);
    assert_silent(&bench, &camera);
    // It is not one of the next burst.
    camera.burst_idle().unwrap();
    let since = frames(&bench);
    camera.burst_release().unwrap();
    assert_eq!(frame_of(&live(&camera).unwrap().1, since) - since, 2);
}

#[test]
fn a_software_trigger_gives_one_frame() {
    let (bench, camera) = streaming();
    camera.burst_patch_number(32001).unwrap();
    camera.trigger_in_only(true).unwrap();
    // The sequence itself triggers twice.
    live(&camera).unwrap();
    while live_within(&camera, &bench) {}
    for _ in 0..3 {
        let since = frames(&bench);
        camera.soft_trigger().unwrap();
        frame_of(&live(&camera).unwrap().1, since);
        assert_silent(&bench, &camera);
    }
    camera.trigger_in_only(false).unwrap();
    camera.init().unwrap();
    camera.begin_live().unwrap();
    live(&camera).unwrap();
}

/// A frame comes within the time of ten.
fn live_within(camera: &Camera, bench: &Bench) -> bool {
    let until = frames(bench) + 10;
    let mut buffer = vec![0; 9600 * 40 * 2];
    while frames(bench) < until {
        if camera.live_frame(|_| Some(&mut buffer[..])).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}
