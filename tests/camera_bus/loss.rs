//! A camera that vanishes: at every single transfer of a run.

use std::time::{Duration, Instant};

use qhyccd::camera::{ErrorKind, Library, Result, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::bench::*;

const FAST: &str = "QHY600M?scene=xy&speed=1000&readout=instant";

const ROI: Rect = Rect::new(0, 0, 64, 64);

/// One call: its name, and how it ended.
type Call = (&'static str, Result<()>);

/// Runs a call, which must return some time: the bound stands for "for ever".
fn timed(calls: &mut Vec<Call>, name: &'static str, call: impl FnOnce() -> Result<()>) {
    let start = Instant::now();
    calls.push((name, call()));
    assert!(start.elapsed() < Duration::from_secs(30), "{name} took {:?}", start.elapsed());
}

/// Connect, expose, read, stream, stop, close. Every call is made, whatever came before;
/// after a failed opening there is no camera to call.
fn run(library: &Library, id: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    timed(&mut calls, "scan", || library.scan().map(drop));
    let mut opened = None;
    timed(&mut calls, "open", || library.open(id).map(|camera| opened = Some(camera)));
    let Some(camera) = opened else { return calls };
    timed(&mut calls, "single mode", || camera.set_stream_mode(StreamMode::Single));
    timed(&mut calls, "init", || camera.init());
    timed(&mut calls, "exposure", || camera.set(ControlId::EXPOSURE, 1000.0));
    timed(&mut calls, "region", || camera.set_roi(ROI));
    timed(&mut calls, "start", || camera.start_exposure());
    timed(&mut calls, "temperature", || camera.get(ControlId::CUR_TEMP).map(drop));
    timed(&mut calls, "read", || read(&camera).map(drop));
    timed(&mut calls, "live mode", || camera.set_stream_mode(StreamMode::Live));
    timed(&mut calls, "init live", || camera.init());
    timed(&mut calls, "depth", || camera.set_depth(8));
    timed(&mut calls, "begin", || camera.begin_live());
    timed(&mut calls, "live frame", || live(&camera).map(drop));
    timed(&mut calls, "stop", || camera.stop_live());
    timed(&mut calls, "cancel", || camera.cancel_exposure());
    if camera.state() == State::Lost {
        // Also what the library knows by itself.
        timed(&mut calls, "gain", || camera.get(ControlId::GAIN).map(drop));
        assert_eq!(camera.exposure_remaining_percent(), 0);
    }
    timed(&mut calls, "close", || library.close(&camera));
    calls
}

/// Just before and just after every single transfer from the first look at the bus to the
/// last of closing.
#[test]
fn vanishing_at_every_transfer_ends_every_call_and_a_new_open_works() {
    let whole = expected(ROI, 1, 16, false);
    for after in [false, true] {
        let mut position = 0;
        loop {
            position += 1;
            let what = format!("{} transfer {position}", if after { "after" } else { "before" });
            let bench = bench(FAST);
            let id = bench.library.scan().unwrap()[0].id.clone();
            // Nobody knows the camera any more.
            bench.bus.socket().unplug(0);
            bench.bus.socket().replug(0).unwrap();
            if after {
                bench.tap.vanish_after(position)
            } else {
                bench.tap.vanish_at(position)
            };
            let calls = run(&bench.library, &id);
            let reached = bench.tap.transfers() >= position;
            bench.tap.vanish_at(0);
            // From the first call that failed on, all that ask the camera fail.
            let harmless = ["stop", "cancel", "close", "scan"];
            let failed = calls.iter().position(|(_, result)| result.is_err()).unwrap_or(calls.len());
            for (name, result) in &calls[failed..] {
                assert!(result.is_err() || harmless.contains(name), "{what}: {name} after {calls:?}");
            }
            if calls.len() > 2 {
                let kinds = calls.iter().filter_map(|(_, r)| r.as_ref().err()).map(|e| e.kind());
                assert!(kinds.clone().all(|k| k == ErrorKind::Lost), "{what}: {calls:?}");
            }
            if !reached {
                assert_eq!(failed, calls.len(), "{what}: {calls:?}");
                assert!(position > 40, "{position} transfers are too few");
                println!(
                    "vanished {} each of {} transfers",
                    if after { "after" } else { "before" },
                    position - 1
                );
                break;
            }
            // Same process, same id: a good frame.
            bench.bus.socket().replug(0).unwrap();
            let camera = bench.library.open(&id).unwrap_or_else(|error| panic!("{what}: {error}"));
            camera.set_stream_mode(StreamMode::Single).unwrap();
            camera.init().unwrap();
            camera.set_depth(16).unwrap();
            camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
            camera.set_roi(ROI).unwrap();
            assert_same(&expose(&camera).1, &whole, &what);
        }
    }
}

#[test]
fn unplugging_wakes_who_waits() {
    for order in ["QHY600M?scene=xy", "QHY600C?scene=xy"] {
        let bench = bench(order);
        let camera = bench.ready(StreamMode::Single);
        camera.set(ControlId::EXPOSURE, 3600e6).unwrap();
        camera.start_exposure().unwrap();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| read(&camera).unwrap_err().kind());
            std::thread::sleep(Duration::from_millis(50));
            bench.bus.socket().unplug(0);
            assert_eq!(reader.join().unwrap(), ErrorKind::Lost);
        });
        assert_eq!(camera.start_exposure().unwrap_err().kind(), ErrorKind::Lost);
        assert_eq!(camera.state(), State::Lost);
        bench.library.close(&camera).unwrap();
    }
}

#[test]
fn a_lost_stream_ends() {
    let bench = bench("QHY600M?scene=xy&speed=10");
    let camera = bench.ready(StreamMode::Live);
    camera.set(ControlId::EXPOSURE, 10_000.0).unwrap();
    camera.set_roi(Rect::new(0, 0, 9600, 50)).unwrap();
    camera.begin_live().unwrap();
    live(&camera).unwrap();
    bench.bus.socket().unplug(0);
    loop {
        match live(&camera) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Lost);
                break;
            }
        }
    }
    camera.stop_live().unwrap();
    bench.library.close(&camera).unwrap();
}
