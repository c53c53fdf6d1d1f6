//! What programs do at the wrong moment: asking twice, cancelling everywhere, unplugging
//! what is closed, scanning and closing beside a camera at work. `docs/reliability.md`
//! tells which complaint each test answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use qhyccd::camera::{Camera, ErrorKind, Result, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;
use qhyccd::vcam::scene::serial::SerialView;

use crate::bench::*;

const ROI: Rect = Rect::new(40, 30, 64, 48);
const HOUR_US: f64 = 3600e6;

fn small(camera: &Camera) {
    camera.set_roi(ROI).unwrap();
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
}

fn good_frame(camera: &Camera, what: &str) {
    let (_, picture) = expose(camera);
    assert_same(&picture, &expected(camera.roi(), 1, 16, false), what);
}

#[test]
fn one_exposure_asked_for_many_times_gives_one_frame_and_errors() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    small(&camera);
    for _ in 0..5 {
        good_frame(&camera, "first fetch");
        for _ in 0..3 {
            let mut buffer = vec![0xA5; camera.frame_info().len_bytes()];
            let error = camera.read_frame(|_| Some(&mut buffer[..])).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State);
            assert!(buffer.iter().all(|b| *b == 0xA5), "written without an exposure");
        }
    }
}

#[test]
fn cancelling_is_allowed_in_every_state() {
    let bench = bench("QHY600M?scene=xy&speed=20");
    let camera = bench.open(0);
    let cancel_in = |state: State| {
        assert_eq!(camera.state(), state);
        camera.cancel_exposure().unwrap();
        camera.cancel_exposure().unwrap();
    };
    cancel_in(State::Opened);
    camera.init().unwrap();
    small(&camera);
    cancel_in(State::Ready);
    camera.set(ControlId::EXPOSURE, HOUR_US).unwrap();
    camera.start_exposure().unwrap();
    cancel_in(State::Exposing);
    assert_eq!(camera.state(), State::Ready);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    // In the middle of the transfer, from the thread that reads.
    let (other, seen) = (camera.clone(), Arc::new(AtomicU32::new(0)));
    let count = seen.clone();
    bench.tap.spoil_reads(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            assert_eq!(other.state(), State::Reading);
            other.cancel_exposure().unwrap();
        }
    });
    camera.start_exposure().unwrap();
    assert_eq!(read(&camera).unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(seen.load(Ordering::SeqCst) > 0);
    bench.tap.heal();
    good_frame(&camera, "after the cancels");

    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.begin_live().unwrap();
    cancel_in(State::Live);
    let (_, picture) = live(&camera).unwrap();
    assert_same(&picture, &expected(ROI, 1, 16, false), "the stream goes on");
    bench.bus.socket().unplug(0);
    cancel_in(State::Lost);
    bench.library.close(&camera).unwrap();
    cancel_in(State::Closed);
}

#[test]
fn a_camera_may_leave_while_it_is_closed() {
    let bench = bench(XY_INSTANT);
    let id = bench.library.scan().unwrap()[0].id.clone();
    for round in 0..10 {
        let camera = bench.library.open(&id).unwrap();
        camera.init().unwrap();
        small(&camera);
        good_frame(&camera, "before");
        bench.library.close(&camera).unwrap();
        bench.bus.socket().unplug(0);
        assert_eq!(camera.state(), State::Closed);
        assert!(camera.init().is_err());
        assert!(bench.library.scan().unwrap().is_empty());
        assert_eq!(bench.library.open(&id).err().unwrap().kind(), ErrorKind::NotFound);
        if round % 2 == 0 {
            bench.library.release();
        }
        bench.bus.socket().replug(0).unwrap();
    }
}

/// Everything that asks the camera, or answers for it.
fn questions(camera: &Camera) -> Vec<(String, Result<f64>)> {
    let mut answers: Vec<(String, Result<f64>)> = Vec::new();
    for control in camera.model().controls() {
        answers.push((format!("{}", control.id), camera.get(control.id)));
        if control.range.is_some() {
            answers.push((format!("range of {}", control.id), camera.range(control.id).map(|r| r.max)));
        }
    }
    let mut add = |what: &str, answer: Result<()>| answers.push((what.into(), answer.map(|()| 0.0)));
    add("temperature", camera.temperature_c().map(drop));
    add("humidity", camera.humidity_percent().map(drop));
    add("pressure", camera.pressure_hpa().map(drop));
    add("power", camera.power_state().map(drop));
    add("logic temperature", camera.fpga_temp_c().map(drop));
    add("timing", camera.timing().map(drop));
    add("type", camera.device_type().map(drop));
    add("firmware", camera.firmware_version().map(drop));
    add("logic version", camera.fpga_version().map(drop));
    add("status", camera.status_bytes().map(drop));
    add("wheel", camera.wheel_present().map(drop));
    add("wheel position", camera.wheel_position().map(drop));
    add("live frame", camera.live_frame(|_| None).map(drop));
    add("frame", camera.read_frame(|_| None).map(drop));
    add("start", camera.start_exposure());
    add("init", camera.init());
    add("begin", camera.begin_live());
    add("region", camera.set_roi(ROI));
    add("depth", camera.set_depth(16));
    add("gain", camera.set(ControlId::GAIN, 1.0));
    add("target", camera.set(ControlId::COOLER, -1.0));
    answers
}

#[test]
fn no_answer_comes_from_a_camera_that_is_gone() {
    for mode in [StreamMode::Single, StreamMode::Live] {
        let bench = bench("QHY600M?scene=xy&speed=100");
        let camera = bench.ready(mode);
        small(&camera);
        if mode == StreamMode::Live {
            camera.begin_live().unwrap();
            live(&camera).unwrap();
        }
        let answered = questions(&camera).iter().filter(|(_, answer)| answer.is_ok()).count();
        assert!(answered > 40, "{answered}");
        camera.set_stream_mode(mode).unwrap();
        if mode == StreamMode::Live {
            camera.begin_live().unwrap();
        }
        bench.bus.socket().unplug(0);
        for (what, answer) in questions(&camera) {
            assert_eq!(answer.err().map(|e| e.kind()), Some(ErrorKind::Lost), "{what} in {mode:?}");
        }
        assert_eq!(camera.exposure_remaining_percent(), 0);
        bench.library.close(&camera).unwrap();
        for (what, answer) in questions(&camera) {
            assert_eq!(answer.err().map(|e| e.kind()), Some(ErrorKind::State), "{what} when closed");
        }
    }
}

#[test]
fn a_scan_beside_an_exposure_disturbs_nothing() {
    let bench = bench("QHY600M?scene=xy&speed=10,QHY600C?scene=xy&speed=100&readout=instant");
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(ROI).unwrap();
    camera.set(ControlId::EXPOSURE, 2e6).unwrap();
    let other_id = bench.library.scan().unwrap()[1].id.clone();
    for _ in 0..3 {
        camera.start_exposure().unwrap();
        bench.tap.take();
        assert_eq!(bench.library.scan().unwrap().len(), 2);
        bench.bus.socket().unplug(1);
        assert_eq!(bench.library.scan().unwrap().len(), 1);
        bench.bus.socket().replug(1).unwrap();
        assert_eq!(bench.library.scan().unwrap().len(), 2);
        let other = bench.library.open(&other_id).unwrap();
        other.init().unwrap();
        small(&other);
        good_frame(&other, "the camera that came meanwhile");
        bench.library.close(&other).unwrap();
        let asked: Vec<_> = bench.tap.take_of(&camera);
        assert!(asked.iter().all(|r| r.contains("Fpga")), "the camera at work was asked {asked:?}");
        let (_, picture) = read(&camera).unwrap();
        assert_same(&picture, &expected(ROI, 1, 16, false), "the exposure went on");
    }
}

/// A row of orders by chance, the same for the same seed.
fn orders(camera: &Camera, seed: u64) {
    let mut random = seed;
    let mut below = |end: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % end
    };
    camera.init().unwrap();
    small(camera);
    for _ in 0..60 {
        match below(9) {
            0 => camera.set(ControlId::GAIN, below(200) as f64).unwrap(),
            1 => camera.set(ControlId::OFFSET, below(255) as f64).unwrap(),
            2 => camera.set(ControlId::USB_TRAFFIC, below(60) as f64).unwrap(),
            3 => camera.set(ControlId::EXPOSURE, 1.0 + below(5000) as f64).unwrap(),
            4 => camera.set(ControlId::COOLER, -(below(30) as f64)).unwrap(),
            5 => camera.set_roi(Rect::new(below(900) as u32, below(900) as u32, 64, 48)).unwrap(),
            6 => camera.set_read_mode(below(4) as u32).and_then(|()| camera.init()).unwrap(),
            7 => drop(camera.temperature_c().unwrap()),
            _ => good_frame(camera, "in between"),
        }
    }
}

/// What a camera was told, without what depends on the time: looks at the fill counter
/// and the watchdog.
fn told(bench: &Bench, camera: &Camera) -> Vec<String> {
    let mut requests = bench.tap.take_of(camera);
    requests.retain(|r| !r.contains("register: 103") && r != "Fpga(4)");
    requests
}

#[test]
fn two_cameras_at_once_are_told_what_each_would_be_told_alone() {
    const TWO: &str =
        "QHY600M?scene=xy&speed=1000&readout=instant,QHY600C?scene=xy&speed=1000&readout=instant";
    let alone: Vec<_> = (0..2)
        .map(|place| {
            let bench = bench(TWO);
            let camera = bench.open(place);
            bench.tap.take();
            orders(&camera, 7 + place as u64);
            told(&bench, &camera)
        })
        .collect();
    assert!(alone.iter().all(|requests| requests.len() > 100));
    let bench = bench(TWO);
    let cameras = [bench.open(0), bench.open(1)];
    bench.tap.take();
    std::thread::scope(|scope| {
        for (place, camera) in cameras.iter().enumerate() {
            scope.spawn(move || orders(camera, 7 + place as u64));
        }
    });
    for (camera, alone) in cameras.iter().zip(&alone) {
        let both = told(&bench, camera);
        let at = both.iter().zip(alone).position(|(a, b)| a != b);
        assert!(both == *alone, "request {at:?} of {} and {} differs", both.len(), alone.len());
    }
}

/// The last byte of every tenth frame is missing: nine good ones, one error.
#[test]
fn a_frame_cut_short_fails_alone() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    small(&camera);
    let wire_bytes = 300 * 9600 * 2;
    let (mut frames, mut bytes) = (0, 0);
    bench.tap.spoil_reads(move |completion| {
        if completion.filled == 4 {
            (frames, bytes) = (frames + 1, 0);
        } else {
            bytes += completion.filled;
        }
        if frames % 10 == 0 && bytes == wire_bytes && completion.filled > 0 {
            completion.filled -= 1;
            bytes = 0;
        }
    });
    let whole = expected(ROI, 1, 16, false);
    for number in 1..=40 {
        camera.start_exposure().unwrap();
        let result = read(&camera);
        assert_eq!(camera.state(), State::Ready);
        match result {
            Ok((_, picture)) if number % 10 != 0 => assert_same(&picture, &whole, "whole"),
            Err(error) if number % 10 == 0 => assert_eq!(error.kind(), ErrorKind::Damaged),
            other => panic!("frame {number}: {:?}", other.map(|(info, _)| info)),
        }
    }
}

/// Scene `serial` numbers the exposures: one that was given up or not fetched has a number
/// too.
#[test]
fn no_frame_of_an_older_exposure_is_handed_out() {
    let bench = bench("QHY600M?seed=5&scene=serial&speed=100&readout=instant");
    let camera = bench.ready(StreamMode::Single);
    small(&camera);
    let view = SerialView { seed: 5, origin: (40, 30), width: 64, height: 48, bin: 1, bits: 16 };
    let number = |picture: &[u8]| view.frame(picture, 0..1000).expect("one frame");
    let mut last = number(&expose(&camera).1);
    let mut next = |skipped: u32, what: &str| {
        let now = number(&expose(&camera).1);
        assert_eq!(now, last + 1 + skipped, "{what}");
        last = now;
    };
    next(0, "the next one");
    // Given up long before its end: the camera begins anew.
    camera.set(ControlId::EXPOSURE, HOUR_US).unwrap();
    camera.start_exposure().unwrap();
    camera.cancel_exposure().unwrap();
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    next(1, "after one that was given up");
    // Not fetched, or given up when it was over: it waits in the camera's memory.
    for cancel in [false, true] {
        camera.start_exposure().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        if cancel {
            camera.cancel_exposure().unwrap();
        }
        next(1, "after one that nobody fetched");
    }
}

#[test]
fn without_data_the_buffer_is_untouched() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    small(&camera);
    camera.set_single_frame_timeout_ms(1).unwrap();
    bench.tap.spoil_reads(|completion| completion.filled = 0);
    let mut buffer = vec![0xA5; camera.frame_info().len_bytes()];
    camera.start_exposure().unwrap();
    assert!(camera.read_frame(|_| Some(&mut buffer[..])).is_err());
    assert!(buffer.iter().all(|b| *b == 0xA5), "written without data");
    // A counter that stays at 0: not even the buffer is asked for.
    bench.tap.spoil_controls(|setup, answer| {
        (setup.request == 0xBC).then(|| {
            answer.fill(0);
            Ok(answer.len())
        })
    });
    let mut asked = false;
    camera.start_exposure().unwrap();
    let error = camera.read_frame(|_| {
        asked = true;
        None
    });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(!asked);
    bench.tap.heal();
    camera.set_single_frame_timeout_ms(0).unwrap();
    good_frame(&camera, "afterwards");
}

/// The reset comes when some reads of a frame have ended: it takes what the endpoint held.
#[test]
fn a_bus_reset_in_a_frame_spoils_no_other() {
    for mode in [StreamMode::Single, StreamMode::Live] {
        let bench = bench("QHY600M?scene=xy&speed=50");
        let camera = bench.ready(mode);
        camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
        let roi = Rect::new(0, 0, 9600, 600);
        camera.set_roi(roi).unwrap();
        camera.set_single_frame_timeout_ms(200).unwrap();
        let whole = expected(roi, 1, 16, false);
        if mode == StreamMode::Live {
            camera.begin_live().unwrap();
        }
        let mut spoilt = 0;
        for reads_before in [1, 2, 5, 9, 14] {
            let port = bench.bus.socket().port(0);
            let mut reads = 0;
            bench.tap.spoil_reads(move |_| {
                reads += 1;
                if reads == reads_before {
                    port.reset();
                }
            });
            if mode == StreamMode::Single {
                camera.start_exposure().unwrap();
                match read(&camera) {
                    Ok((_, picture)) => assert_same(&picture, &whole, "hit by a reset that took nothing"),
                    Err(_) => spoilt += 1,
                }
                bench.tap.heal();
                let (_, picture) = expose(&camera);
                assert_same(&picture, &whole, "after a reset");
            } else {
                for _ in 0..4 {
                    let (_, picture) = live(&camera).unwrap();
                    assert_same(&picture, &whole, "beside a reset");
                }
            }
        }
        if mode == StreamMode::Single {
            assert!(spoilt > 0, "no reset took anything");
        } else {
            assert!(camera.stream_stats().damaged > 0, "{:?}", camera.stream_stats());
        }
    }
}
