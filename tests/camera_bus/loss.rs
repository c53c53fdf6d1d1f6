//! A camera that vanishes: at every single transfer of a run.

use std::time::Duration;

use qhyccd::camera::{Camera, ErrorKind, Result, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::bench::*;

const FAST: &str = "QHY600M?scene=xy&speed=1000&readout=instant";

/// Connect, expose, read, stream, stop. Every call is made, whatever came before.
fn run(camera: &Camera) -> Vec<Result<()>> {
    let mut results = vec![
        camera.set_stream_mode(StreamMode::Single),
        camera.init(),
        camera.set(ControlId::EXPOSURE, 1000.0),
        camera.set_roi(Rect::new(0, 0, 64, 64)),
        camera.start_exposure(),
        camera.get(ControlId::CUR_TEMP).map(drop),
        read(camera).map(drop),
        camera.set_stream_mode(StreamMode::Live),
        camera.init(),
        camera.set_depth(8),
        camera.begin_live(),
    ];
    if results.iter().all(|r| r.is_ok()) {
        results.push(live(camera).map(drop));
    }
    results.push(camera.stop_live());
    results.push(camera.cancel_exposure());
    results
}

#[test]
fn vanishing_at_every_transfer_ends_every_call_and_a_new_open_works() {
    // How many transfers a run has.
    let bench = bench(FAST);
    let camera = bench.open(0);
    bench.tap.vanish_at(0);
    assert!(run(&camera).iter().all(|r| r.is_ok()));
    let transfers = bench.tap.transfers();
    assert!(transfers > 40, "{transfers}");
    bench.library.close(&camera).unwrap();

    let mut lost = 0;
    for transfer in 1..=transfers {
        let camera = bench.open(0);
        bench.tap.vanish_at(transfer);
        let results = run(&camera);
        bench.tap.vanish_at(0);
        if camera.state() == State::Lost {
            lost += 1;
            // After the first failure as lost, all that ask the camera fail so.
            let kinds: Vec<_> = results.iter().filter_map(|r| r.as_ref().err()).map(|e| e.kind()).collect();
            assert!(kinds.iter().all(|k| *k == ErrorKind::Lost), "transfer {transfer}: {results:?}");
            assert_eq!(camera.get(ControlId::GAIN).unwrap_err().kind(), ErrorKind::Lost);
            assert_eq!(camera.exposure_remaining_percent(), 0);
            bench.bus.socket().replug(0).unwrap();
        }
        // Same process, same id: a good frame.
        let camera = bench.open(0);
        camera.set_stream_mode(StreamMode::Single).unwrap();
        camera.init().unwrap();
        camera.set_depth(16).unwrap();
        camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
        camera.set_roi(Rect::new(0, 0, 64, 64)).unwrap();
        let (_, picture) = expose(&camera);
        assert_same(&picture, &expected(Rect::new(0, 0, 64, 64), 1, 16, false), "after replug");
        bench.library.close(&camera).unwrap();
    }
    println!("vanished at {lost} of {transfers} transfers");
    assert!(lost + 8 >= transfers, "{lost} of {transfers}");
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
