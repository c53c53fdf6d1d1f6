//! Faults of cable and device that are ordered with the camera: every frame that is
//! handed out is right, every call ends, and afterwards all is well.

use std::sync::mpsc;
use std::time::Duration;

use qhyccd::camera::{Camera, ErrorKind, PlugEvent, Result, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;
use qhyccd::vcam::{FaultKind, Faults};

use crate::bench::*;

const ROI: Rect = Rect::new(0, 0, 64, 64);
/// Wire bytes of such a single frame: 300 rows, a whole number of packets.
const PACKETS: u64 = 300 * 9600 * 2 / 1024;

fn small(camera: &Camera) {
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(ROI).unwrap();
}

/// Exposes until it works, `most` times; what comes must be right. Returns the failures.
fn expose_until_right(camera: &Camera, most: usize) -> Vec<ErrorKind> {
    let mut failures = Vec::new();
    loop {
        match camera.start_exposure().and_then(|()| read(camera)) {
            Ok((_, picture)) => {
                assert_same(&picture, &expected(ROI, 1, 16, false), "a frame handed out");
                return failures;
            }
            Err(error) => failures.push(error.kind()),
        }
        assert!(failures.len() < most, "{failures:?}");
    }
}

#[test]
fn a_single_frame_is_right_or_an_error_whatever_happened_to_its_packets() {
    let last = PACKETS + 1;
    for (faults, fails) in [
        ("lost@1".to_owned(), false),
        ("lost@2".to_owned(), true),
        (format!("lost@{last}"), true),
        ("dup@1".to_owned(), false),
        ("dup@2".to_owned(), true),
        ("dup@3000".to_owned(), true),
        (format!("late@3000:{}", 200_000), false),
        ("nohead@1".to_owned(), false),
        ("losepacket@1".to_owned(), true),
        ("shortframe@1:2".to_owned(), true),
        ("shortframe@1:5000000".to_owned(), true),
    ] {
        let bench = bench(XY_INSTANT);
        let camera = bench.ready(StreamMode::Single);
        small(&camera);
        bench.bus.port(0).inject(&faults).unwrap();
        let failures = expose_until_right(&camera, 2);
        assert_eq!(failures.len(), usize::from(fails), "{faults}: {failures:?}");
        assert_eq!(expose_until_right(&camera, 1), [], "{faults}: the next one");
    }
}

#[test]
fn live_frames_are_right_whatever_happened_to_packets_and_transfers() {
    for faults in [
        "lost~0.0001",
        "dup~0.0001",
        "late~0.0001:30",
        "nohead~0.2",
        "longframe~0.2:1",
        "longframe~0.2:1024",
        "shortframe~0.2:1",
        "shortframe~0.2:1024",
        "losepacket~0.2",
        "lost~0.0003+nohead~0.3+longframe~0.1:5+shortframe~0.1:99999",
        "stall~0.02",
        "short~0.02",
        "reset~0.02",
    ] {
        let bench = bench("QHY600M?scene=xy&readout=instant");
        let camera = bench.ready(StreamMode::Live);
        // Slow enough for any machine: memory that overflows would spoil frames too.
        camera.set(ControlId::EXPOSURE, 20_000.0).unwrap();
        camera.set_roi(ROI).unwrap();
        camera.begin_live().unwrap();
        live(&camera).unwrap();
        let port = bench.bus.port(0);
        port.inject(faults).unwrap();
        let ordered = Faults::parse(faults).unwrap().0;
        let mut frames = 0;
        while frames < 10 || ordered.iter().any(|fault| port.happened(fault.kind) < 3) {
            let (_, picture) = live(&camera).unwrap();
            assert_same(&picture, &expected(ROI, 1, 16, false), faults);
            frames += 1;
        }
        println!("{faults}: {frames} frames, {:?}", camera.stream_stats());
        camera.stop_live().unwrap();
    }
}

/// Everything at once that a host can notice, in both modes of one camera.
#[test]
fn whatever_goes_wrong_together_no_wrong_frame_is_handed_out() {
    let faults = "lost~0.00005+late~0.0001:5+nohead~0.1+longframe~0.1:1+shortframe~0.1:3000\
                  +stall~0.01+short~0.01+reset~0.005+silent~0.005:1";
    let rounds = std::env::var("QHYCCD_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    for seed in 0..rounds {
        let bench = bench(&format!("QHY600M?seed={seed}&scene=xy&readout=instant"));
        let camera = bench.open(0);
        let port = bench.bus.port(0);
        port.inject(faults).unwrap();
        let patiently = |what: &dyn Fn() -> Result<()>| {
            let failures = (0..100).take_while(|_| what().is_err()).count();
            assert!(failures < 100, "{:?}", what());
        };
        let (mut right, mut wrong) = (0, 0);
        for mode in [StreamMode::Single, StreamMode::Live, StreamMode::Single, StreamMode::Live] {
            patiently(&|| camera.set_stream_mode(mode));
            patiently(&|| camera.init());
            patiently(&|| camera.set(ControlId::EXPOSURE, 10_000.0).map(drop));
            patiently(&|| camera.set_roi(ROI));
            if mode == StreamMode::Live {
                patiently(&|| camera.begin_live());
                for _ in 0..10 {
                    let (_, picture) = live(&camera).unwrap();
                    assert_same(&picture, &expected(ROI, 1, 16, false), "live");
                    right += 1;
                }
                patiently(&|| camera.stop_live());
                continue;
            }
            for _ in 0..6 {
                match camera.start_exposure().and_then(|()| read(&camera)) {
                    Ok((_, picture)) => {
                        assert_same(&picture, &expected(ROI, 1, 16, false), "single");
                        right += 1;
                    }
                    Err(error) => {
                        assert_ne!(error.kind(), ErrorKind::Lost);
                        wrong += 1;
                    }
                }
            }
        }
        let happened: Vec<_> = FaultKind::all().map(|kind| (kind, port.happened(kind))).collect();
        println!("seed {seed}: {right} right, {wrong} failed, {:?}", camera.stream_stats());
        println!("{happened:?}");
        assert!(happened.iter().map(|(_, times)| times).sum::<u64>() > 15, "{happened:?}");
    }
}

#[test]
fn a_camera_whose_power_was_off_is_lost_told_and_opened_again() {
    let bench = bench(XY_INSTANT);
    let (sender, events) = mpsc::channel();
    bench.library.watch(move |event| drop(sender.send(event))).unwrap();
    let camera = bench.ready(StreamMode::Single);
    small(&camera);
    let id = camera.id().to_owned();
    bench.bus.port(0).inject("replug@1:1000").unwrap();
    assert_eq!(camera.get(ControlId::CUR_TEMP).unwrap_err().kind(), ErrorKind::Lost);
    assert_eq!(events.recv().unwrap(), PlugEvent::Left(id.clone()));
    assert_eq!(events.recv().unwrap(), PlugEvent::Arrived(id.clone()));
    let again = bench.library.open(&id).unwrap();
    again.set_stream_mode(StreamMode::Single).unwrap();
    again.init().unwrap();
    small(&again);
    assert_eq!(expose_until_right(&again, 1), []);
    assert_eq!(camera.state(), State::Closed);
    bench.library.unwatch();
}

#[test]
fn a_bus_reset_costs_the_frame_it_hits_and_no_more() {
    for transfer in [1, 2, 5, 8, 12] {
        let bench = bench(XY_INSTANT);
        let camera = bench.ready(StreamMode::Single);
        small(&camera);
        bench.bus.port(0).inject(&format!("reset@{transfer}")).unwrap();
        let failures = expose_until_right(&camera, 2);
        assert_eq!(bench.bus.port(0).happened(FaultKind::Reset), 1, "{transfer}: {failures:?}");
        assert_eq!(expose_until_right(&camera, 1), []);
    }
}

#[test]
fn a_frozen_camera_costs_its_deadline_and_a_power_cycle_heals_it() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    small(&camera);
    camera.set_single_frame_timeout_ms(1).unwrap();
    let port = bench.bus.port(0);
    port.freeze(None);
    camera.start_exposure().unwrap();
    assert_eq!(read(&camera).unwrap_err().kind(), ErrorKind::Timeout);
    // What the controller knows itself it still tells.
    camera.get(ControlId::CUR_TEMP).unwrap();
    port.power_cycle(Duration::ZERO);
    let id = camera.id().to_owned();
    let again = bench.library.open(&id).unwrap();
    again.init().unwrap();
    small(&again);
    assert_eq!(expose_until_right(&again, 1), []);
}

#[test]
fn a_camera_that_resets_itself_for_want_of_power_is_lost_and_comes_back() {
    let bench = bench("QHY600M?scene=xy&speed=10000&readout=instant&supply=11.2");
    let camera = bench.ready(StreamMode::Single);
    let id = camera.id().to_owned();
    camera.set(ControlId::MANUAL_PWM, 255.0).unwrap();
    let error = loop {
        match camera.get(ControlId::CUR_TEMP) {
            Ok(_) => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Lost);
    let again = loop {
        match bench.library.open(&id) {
            Ok(camera) => break camera,
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound),
        }
    };
    again.init().unwrap();
    assert_eq!(again.get(ControlId::SENSOR_ULVO_STATUS).unwrap(), 3.0);
    small(&again);
    assert_eq!(expose_until_right(&again, 1), []);
}

#[test]
fn a_hostile_device_ends_every_call() {
    let mut opened = 0;
    for seed in 0..12 {
        let bench = bench(&format!("QHY600M?scene=xy&speed=1000&readout=instant&hostile={seed}"));
        let Some(info) = bench.library.scan().unwrap().first().cloned() else { continue };
        let Ok(camera) = bench.library.open(&info.id) else { continue };
        opened += 1;
        camera.set_single_frame_timeout_ms(1).unwrap();
        for mode in [StreamMode::Single, StreamMode::Live] {
            let _ = camera.set_stream_mode(mode);
            let _ = (0..5).find(|_| camera.init().is_ok());
            let _ = camera.set(ControlId::EXPOSURE, 1000.0);
            let _ = camera.set_roi(ROI);
            let _ = camera.get(ControlId::CUR_TEMP);
            let _ = camera.humidity_percent();
            if mode == StreamMode::Single {
                let _ = camera.start_exposure().and_then(|()| read(&camera));
            } else if camera.begin_live().is_ok() {
                for _ in 0..50 {
                    let _ = camera.live_frame(|_| None);
                    std::thread::sleep(Duration::from_millis(1));
                }
                let _ = camera.stop_live();
            }
        }
        bench.library.close(&camera).unwrap();
    }
    assert!(opened >= 6, "{opened}");
}
