//! The filter wheel in the camera's socket: what it is believed, what it is not sent, and
//! that no wheel keeps frames waiting.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use qhyccd::camera::{Camera, ErrorKind, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::bench::*;

const SMALL: Rect = Rect::new(96, 64, 320, 200);

fn arrives(camera: &Camera, at: u8) {
    let end = Instant::now() + FOR_EVER;
    while camera.wheel_position().unwrap() != at {
        assert!(Instant::now() < end, "the wheel does not arrive");
    }
}

#[test]
fn it_moves_and_tells_where_it_is() {
    for slots in [5, 7, 9] {
        let bench = bench(&format!("QHY600M?scene=xy&speed=1000&wheel={slots}"));
        let camera = bench.open(0);
        assert!(camera.wheel_present().unwrap());
        assert_eq!(camera.wheel_slots().unwrap(), slots);
        assert_eq!(camera.get(ControlId::CFW_SLOTS_NUM).unwrap(), f64::from(slots));
        for position in *b"3104" {
            camera.wheel_move(position).unwrap();
            arrives(&camera, position);
        }
        camera.set(ControlId::CFW_PORT, f64::from(b'1')).unwrap();
        arrives(&camera, b'1');
        assert_eq!(camera.get(ControlId::CFW_PORT).unwrap(), 49.0);
    }
}

#[test]
fn a_wheel_that_turns_says_so() {
    let bench = bench("QHY600M?scene=xy&speed=1000&wheel=7:stuck");
    let camera = bench.open(0);
    assert_eq!(camera.wheel_position().unwrap(), b'0');
    camera.wheel_move(b'6').unwrap();
    for _ in 0..5 {
        assert_eq!(camera.wheel_position().unwrap(), b'N');
        assert_eq!(camera.get(ControlId::CFW_PORT).unwrap(), 78.0);
    }
    assert_eq!(camera.wheel_slots().unwrap(), 7, "it still answers");
}

#[test]
fn what_is_no_slot_of_the_wheel_is_refused_and_nothing_moves() {
    let bench = bench("QHY600M?scene=xy&speed=1000&wheel=5");
    let camera = bench.open(0);
    bench.tap.take();
    for nonsense in [b'Z', b'G', 0, b' ', b'N', 0xFF] {
        let error = camera.wheel_move(nonsense).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("no filter wheel position"), "{error}");
    }
    for nonsense in [1e9, -1.0, f64::NAN, f64::INFINITY, 256.0 + 48.0] {
        assert_eq!(camera.set(ControlId::CFW_PORT, nonsense).unwrap_err().kind(), ErrorKind::Invalid);
    }
    assert_eq!(bench.tap.take(), [""; 0], "nothing is sent");
    // The wheel itself says which it has, before the first order too.
    for past in *b"569AaF" {
        let error = camera.wheel_move(past).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("5 positions"), "{error}");
    }
    let orders: Vec<_> = bench.tap.take().into_iter().filter(|r| r.starts_with("Wheel([")).collect();
    assert!(orders.iter().all(|order| order.matches(',').count() == 2), "three letters each: {orders:?}");
    assert_eq!(camera.wheel_position().unwrap(), b'0');
    camera.wheel_move(b'4').unwrap();
    arrives(&camera, b'4');
}

/// The questions of a homing wheel go unanswered; after a power cycle it begins with its
/// first slot.
#[test]
fn it_looks_for_its_first_slot_after_power_on() {
    // 80 s of the wall to find it, half a second for a question.
    let slow = bench("QHY600M?scene=xy&speed=0.2&wheel=7:homing");
    let camera = slow.open(0);
    assert!(!camera.wheel_present().unwrap());
    assert_eq!(camera.wheel_position().unwrap_err().kind(), ErrorKind::NotFound);
    let error = camera.wheel_move(b'1').unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("first slot"), "{error}");

    let bench = bench("QHY600M?scene=xy&speed=1000&wheel=7");
    let camera = bench.open(0);
    camera.wheel_move(b'3').unwrap();
    arrives(&camera, b'3');
    let id = camera.id().to_owned();
    bench.bus.port(0).power_cycle(Duration::ZERO);
    assert_eq!(camera.wheel_position().unwrap_err().kind(), ErrorKind::Lost);
    let again = bench.library.open(&id).unwrap();
    let end = Instant::now() + FOR_EVER;
    while !again.wheel_present().unwrap() {
        assert!(Instant::now() < end, "it never finds its first slot");
    }
    assert_eq!(again.wheel_position().unwrap(), b'0');
}

#[test]
fn silence_is_no_wheel_and_rubbish_is_an_error() {
    let silent = bench("QHY600M?scene=xy&speed=1000&wheel=7:silent");
    let camera = silent.open(0);
    assert!(!camera.wheel_present().unwrap());
    for error in [
        camera.wheel_position().unwrap_err(),
        camera.wheel_slots().unwrap_err(),
        camera.wheel_move(b'1').unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    let hangs = bench("QHY600M?scene=xy&speed=1000&wheel=7:hangs");
    let camera = hangs.open(0);
    assert_eq!(camera.wheel_present().unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(camera.wheel_move(b'1').unwrap_err().kind(), ErrorKind::Timeout);

    let garbage = bench("QHY600M?scene=xy&speed=10000&wheel=7:garbage");
    let camera = garbage.open(0);
    let (mut errors, mut positions) = (0, 0);
    for _ in 0..1000 {
        match camera.wheel_position() {
            Ok(position) => {
                assert!(b"0123456789ABCDEFabcdefN/".contains(&position), "{position:#04x}");
                positions += 1;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Usb);
                errors += 1;
            }
        }
        if let Ok(slots) = camera.wheel_slots() {
            assert!((1..=16).contains(&slots), "{slots}");
        }
    }
    // Of 256 bytes 24 are positions and one is silence.
    assert!(errors > 700 && positions > 0, "{errors} errors, {positions} positions");
}

/// Frames come while somebody waits for the wheel: many begin and end within a question,
/// which a frame that waited for the wheel would hardly ever do.
#[test]
fn no_wheel_keeps_a_frame_waiting() {
    for kind in ["7:silent", "7:garbage", "7:hangs"] {
        // Each question takes 100 ms of the wall at least.
        let bench = bench(&format!("QHY600M?scene=xy&speed=1&readout=instant&wheel={kind}"));
        for mode in [StreamMode::Single, StreamMode::Live] {
            let camera = bench.open(0);
            camera.set_stream_mode(mode).unwrap();
            camera.init().unwrap();
            camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
            camera.set_roi(SMALL).unwrap();
            if mode == StreamMode::Live {
                camera.begin_live().unwrap();
            }
            let asked = AtomicUsize::new(0);
            let seen = || asked.load(Ordering::SeqCst);
            std::thread::scope(|scope| {
                let wheel = scope.spawn(|| {
                    // An odd number while a question is under way.
                    while seen() < 2000 {
                        asked.fetch_add(1, Ordering::SeqCst);
                        let _ = camera.wheel_position();
                        asked.fetch_add(1, Ordering::SeqCst);
                    }
                });
                let whole = expected(SMALL, 1, 16, false);
                let mut within = 0;
                for _ in 0..20 {
                    let before = seen();
                    let (_, picture) =
                        if mode == StreamMode::Live { live(&camera).unwrap() } else { expose(&camera) };
                    within += usize::from(before % 2 == 1 && before == seen());
                    assert_same(&picture, &whole, kind);
                }
                assert!(within >= 7, "{kind}: {within} of 20 frames within a question to the wheel");
                asked.store(2000, Ordering::SeqCst);
                wheel.join().unwrap();
            });
        }
    }
}
