//! The camera's memory and the cable, seen through the library: pictures that tell which
//! frame they are, and hosts that are too slow.

use qhyccd::camera::{Camera, FrameInfo, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;
use qhyccd::vcam::scene::serial::SerialView;

use crate::bench::*;

/// How a picture of a camera with this seed shows its frame. `roi` is in binned pixels.
fn view(seed: u64, roi: Rect, bin: u32, info: FrameInfo) -> SerialView {
    assert_eq!((info.width, info.height, info.channels), (roi.width, roi.height, 1));
    SerialView {
        seed,
        origin: (roi.x * bin, (roi.y * bin) as i32),
        width: roi.width as usize,
        height: roi.height as usize,
        bin,
        bits: info.bits,
    }
}

/// The frame that a picture shows, if all of it is of one frame not older than `since`.
#[track_caller]
fn frame_of(seed: u64, roi: Rect, bin: u32, (info, picture): &(FrameInfo, Vec<u8>), since: u32) -> u32 {
    view(seed, roi, bin, *info).frame(picture, since..since + 10_000).expect("a frame of this camera")
}

fn frames(bench: &Bench, place: usize) -> u32 {
    bench.bus.socket().ports()[place].with_device(|device| device.frames())
}

fn prepare(camera: &Camera, roi: Rect, bin: u32, bits: u32) {
    camera.set_depth(bits).unwrap();
    camera.set_bin(bin, bin).unwrap();
    camera.set_roi(roi).unwrap();
}

#[test]
fn pictures_tell_camera_frame_and_place() {
    let bench = bench("QHY600M?scene=serial&seed=5&speed=50,QHY600C?scene=serial&seed=6&speed=50");
    for (place, seed) in [(0, 5), (1, 6)] {
        let camera = bench.open(place);
        camera.set_stream_mode(StreamMode::Single).unwrap();
        camera.init().unwrap();
        camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
        for (roi, bin, bits) in [
            (Rect::new(24, 0, 400, 300), 1, 16),
            (Rect::new(101, 333, 64, 66), 1, 8),
            (Rect::new(60, 40, 200, 150), 2, 16),
            (Rect::new(60, 41, 200, 150), 4, 8),
        ] {
            prepare(&camera, roi, bin, bits);
            let since = frames(&bench, place);
            let picture = expose(&camera);
            assert_eq!(frame_of(seed, roi, bin, &picture, since), since, "{roi:?} bin {bin} {bits} bit");
            assert!(view(11 - seed, roi, bin, picture.0).frame(&picture.1, 0..1000).is_err());
        }
        let strip = Rect::new(0, 0, 9600, 100);
        camera.set_stream_mode(StreamMode::Live).unwrap();
        camera.init().unwrap();
        prepare(&camera, strip, 1, 16);
        camera.begin_live().unwrap();
        let mut since = frames(&bench, place);
        for _ in 0..5 {
            since = frame_of(seed, strip, 1, &live(&camera).unwrap(), since) + 1;
        }
        camera.stop_live().unwrap();
    }
}

/// Live strips of 9600x1000 and whatever the host may find in them.
fn stream(order: &str, exposure_us: f64) -> (Bench, std::sync::Arc<Camera>, Rect) {
    let bench = bench(order);
    let camera = bench.ready(StreamMode::Live);
    let roi = Rect::new(0, 0, 9600, 1000);
    camera.set(ControlId::EXPOSURE, exposure_us).unwrap();
    camera.set(ControlId::USB_TRAFFIC, 0.0).unwrap();
    camera.set_roi(roi).unwrap();
    camera.begin_live().unwrap();
    (bench, camera, roi)
}

/// The host's machine sleeps. Bad frames come without end then, each of the right length,
/// and none may be handed out.
fn sleep(bench: &Bench, camera: &Camera, roi: Rect) {
    let device = bench.bus.socket().ports().remove(0);
    let (mut last, mut after) = (0, 0);
    while after < 10 {
        last = frame_of(9, roi, 1, &live(camera).unwrap(), last) + 1;
        after += u32::from(device.with_device(|device| device.overflows() > 0));
    }
    // Sooner or later all is well again.
    while device.with_device(|device| device.has_overflowed()) {
        last = frame_of(9, roi, 1, &live(camera).unwrap(), last) + 1;
    }
    for _ in 0..3 {
        last = frame_of(9, roi, 1, &live(camera).unwrap(), last) + 1;
    }
}

#[test]
fn an_overflow_while_the_host_sleeps_costs_frames_but_damages_none() {
    let (bench, camera, roi) =
        stream("QHY600M?scene=serial&seed=9&memory=1024&speed=10&faults=late@100000:40000", 600_000.0);
    sleep(&bench, &camera, roi);
}

/// The same on a model of which no order that empties its memory is known: what is in it is
/// read and thrown away.
#[test]
fn an_overflow_of_a_memory_that_cannot_be_emptied_damages_no_frame() {
    let bench = bench("QHY5III678M?scene=serial&seed=9&speed=10&faults=late@100000:40000");
    let camera = bench.open(0);
    assert!(!camera.model().wire.can_empty);
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    // The first four bytes of a frame are its number.
    let roi = Rect::new(8, 100, 3840, 400);
    prepare(&camera, roi, 1, 16);
    camera.set(ControlId::EXPOSURE, 100_000.0).unwrap();
    camera.begin_live().unwrap();
    sleep(&bench, &camera, roi);
}

/// The cable carries a third of what the sensor gives.
#[test]
fn a_slow_cable_gives_whole_frames() {
    let (_bench, camera, roi) =
        stream("QHY600M?scene=serial&seed=9&memory=1024&speed=4&link_rate=100", 1000.0);
    let mut last = 0;
    let mut jumps = 0;
    while jumps < 2 {
        let picture = live(&camera).unwrap();
        let frame = frame_of(9, roi, 1, &picture, last);
        // Far more than the queue of two drops: the memory was emptied.
        jumps += u32::from(last > 0 && frame > last + 12);
        last = frame + 1;
    }
}
