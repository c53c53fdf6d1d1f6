//! Many threads on one camera, and two cameras.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use qhyccd::camera::{ErrorKind, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::bench::*;

const HOUR_US: f64 = 3600e6;

#[test]
fn cancelling_wakes_a_blocked_read() {
    let bench = bench("QHY600M?scene=xy");
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
    let mut slowest = Duration::ZERO;
    for pause_ms in [0, 1, 50, 50, 50, 50] {
        camera.set(ControlId::EXPOSURE, HOUR_US).unwrap();
        camera.start_exposure().unwrap();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| read(&camera).unwrap_err().kind());
            std::thread::sleep(Duration::from_millis(pause_ms));
            let asked = Instant::now();
            camera.cancel_exposure().unwrap();
            // Before the read began: no exposure; during it: cancelled.
            assert!(matches!(reader.join().unwrap(), ErrorKind::Cancelled | ErrorKind::State));
            slowest = slowest.max(asked.elapsed());
        });
        camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
        let (_, picture) = expose(&camera);
        assert_same(&picture, &expected(Rect::new(0, 0, 64, 64), 1, 16, false), "after the cancel");
    }
    // The bound is for machines that do much else.
    println!("from the cancel to the end of the blocked read: {slowest:?} at most");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}

#[test]
fn cancelling_during_the_transfer_wakes_it_and_the_next_frame_is_fresh() {
    let bench = bench("QHY600M?scene=xy&speed=100");
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    let roi = Rect::new(0, 0, 9600, 1000);
    camera.set_roi(roi).unwrap();
    let whole = expected(roi, 1, 16, false);
    for reads_before in [0, 1, 5, 20] {
        camera.start_exposure().unwrap();
        let cancelled = std::sync::Arc::new(AtomicBool::new(false));
        let (seen, other) = (cancelled.clone(), camera.clone());
        let mut reads = 0;
        bench.tap.spoil_reads(move |_| {
            if reads == reads_before && !seen.swap(true, Ordering::SeqCst) {
                other.cancel_exposure().unwrap();
            }
            reads += 1;
        });
        assert_eq!(read(&camera).unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(cancelled.load(Ordering::SeqCst));
        bench.tap.heal();
        assert_eq!(camera.state(), State::Ready);
        let (_, picture) = expose(&camera);
        assert_same(&picture, &whole, &format!("cancelled after {reads_before} reads"));
    }
}

#[test]
fn questions_go_through_while_a_read_waits() {
    let bench = bench("QHY600M?scene=xy");
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, HOUR_US).unwrap();
    camera.start_exposure().unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read(&camera).unwrap_err().kind());
        camera.get(ControlId::CUR_TEMP).unwrap();
        camera.set(ControlId::COOLER, -10.0).unwrap();
        camera.set(ControlId::MANUAL_PWM, 0.0).unwrap();
        assert_eq!(camera.get(ControlId::CUR_PWM).unwrap(), 0.0);
        assert!(camera.wheel_present().unwrap());
        camera.wheel_position().unwrap();
        camera.humidity_percent().unwrap();
        camera.timing().unwrap();
        assert!(camera.exposure_remaining_percent() > 0);
        assert_eq!(camera.reading_progress_percent(), 0.0);
        camera.set(ControlId::GAIN, 10.0).unwrap();
        assert_eq!(read(&camera).unwrap_err().kind(), ErrorKind::State, "a second reader");
        camera.cancel_exposure().unwrap();
        assert_eq!(reader.join().unwrap(), ErrorKind::Cancelled);
    });
}

#[test]
fn started_in_one_thread_and_read_in_another() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| camera.start_exposure().unwrap()).join().unwrap();
        let picture = scope.spawn(|| read(&camera).unwrap().1).join().unwrap();
        assert_same(&picture, &expected(Rect::new(0, 0, 64, 64), 1, 16, false), "crossing threads");
    });
}

#[test]
fn what_ends_an_exposure_wakes_its_reader() {
    let bench = bench("QHY600M?scene=xy");
    type End = fn(&Bench, &qhyccd::camera::Camera);
    let ends: [(&str, End); 5] = [
        ("start", |_, camera| camera.start_exposure().unwrap()),
        ("init", |_, camera| camera.init().unwrap()),
        ("begin", |_, camera| {
            camera.set_stream_mode(StreamMode::Live).unwrap();
            camera.begin_live().unwrap();
        }),
        ("close", |bench, camera| bench.library.close(camera).unwrap()),
        ("release", |bench, _| bench.library.release()),
    ];
    for (what, end) in ends {
        let camera = bench.ready(StreamMode::Single);
        camera.set(ControlId::EXPOSURE, HOUR_US).unwrap();
        camera.start_exposure().unwrap();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| read(&camera).unwrap_err().kind());
            std::thread::sleep(Duration::from_millis(30));
            end(&bench, &camera);
            assert_eq!(reader.join().unwrap(), ErrorKind::Cancelled, "{what}");
        });
        bench.library.close(&camera).unwrap();
    }
}

#[test]
fn two_cameras_do_not_wait_for_each_other() {
    let bench = bench("QHY600M?scene=xy,QHY600C?scene=xy&speed=100&readout=instant");
    let (slow, fast) = (bench.open(0), bench.open(1));
    for camera in [&slow, &fast] {
        camera.init().unwrap();
        camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
    }
    slow.set(ControlId::EXPOSURE, HOUR_US).unwrap();
    slow.start_exposure().unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read(&slow).unwrap_err().kind());
        fast.set(ControlId::EXPOSURE, 1000.0).unwrap();
        for _ in 0..5 {
            expose(&fast);
        }
        assert_eq!(bench.library.scan().unwrap().len(), 2);
        bench.library.close(&fast).unwrap();
        slow.cancel_exposure().unwrap();
        assert_eq!(reader.join().unwrap(), ErrorKind::Cancelled);
    });
}

/// Everything at once for a moment: nothing may hang, and frames that come are right.
#[test]
fn a_crowd_of_threads_does_no_harm() {
    let bench = bench("QHY600M?scene=xy&speed=1000&readout=instant");
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    let roi = Rect::new(0, 0, 320, 64);
    camera.set_roi(roi).unwrap();
    let whole = expected(roi, 1, 16, false);
    let stop = AtomicBool::new(false);
    let going = || !stop.load(Ordering::Relaxed);
    /// Ends the crowd also when a check fails.
    struct StopAtEnd<'a>(&'a AtomicBool);
    impl Drop for StopAtEnd<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    std::thread::scope(|scope| {
        let _stop = StopAtEnd(&stop);
        scope.spawn(|| {
            while going() {
                let _ = camera.cancel_exposure();
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        scope.spawn(|| {
            while going() {
                camera.get(ControlId::CUR_TEMP).unwrap();
                camera.set(ControlId::COOLER, -1.0).unwrap();
                let _ = camera.reading_progress_percent();
            }
        });
        scope.spawn(|| {
            while going() {
                camera.set_roi(roi).unwrap();
                camera.set(ControlId::GAIN, 3.0).unwrap();
                bench.library.scan().unwrap();
            }
        });
        let mut good = 0;
        for _ in 0..300 {
            if camera.start_exposure().is_ok() {
                if let Ok((_, picture)) = read(&camera) {
                    assert_same(&picture, &whole, "in the crowd");
                    good += 1;
                }
            }
        }
        assert!(good > 0, "not one frame came");
    });
    let (_, picture) = expose(&camera);
    assert_same(&picture, &whole, "afterwards");
}
