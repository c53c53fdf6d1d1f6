//! Triggers, from the call to the frame.

use std::sync::Arc;
use std::time::Duration;

use qhyccd::camera::{Camera, ErrorKind, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::bench::*;

const STRIP: Rect = Rect::new(0, 0, 9600, 40);
const PRO: &str = "QHY600ProM?scene=xy&speed=20&readout=instant";

fn ready(order: &str, mode: StreamMode) -> (Bench, Arc<Camera>) {
    let bench = bench(order);
    let camera = bench.ready(mode);
    camera.set(ControlId::EXPOSURE, 50_000.0).unwrap();
    camera.set_roi(STRIP).unwrap();
    (bench, camera)
}

fn pulse(bench: &Bench) {
    bench.bus.socket().port(0).trigger_in(Duration::from_millis(5)).unwrap();
}

#[test]
fn a_single_frame_waits_for_the_pulse() {
    let (bench, camera) = ready(PRO, StreamMode::Single);
    camera.set_trigger(true).unwrap();
    for _ in 0..2 {
        bench.tap.take();
        camera.start_exposure().unwrap();
        let requests = bench.tap.take();
        let strobe: Vec<_> = requests.iter().filter(|r| r.contains("register: 63")).collect();
        assert!(strobe.len() == 3 && !requests.contains(&"Start".to_owned()), "{requests:?}");
        let reader = {
            let camera = camera.clone();
            std::thread::spawn(move || read(&camera))
        };
        // However long it waits, no frame comes by itself.
        std::thread::sleep(Duration::from_millis(50));
        assert!(!reader.is_finished());
        pulse(&bench);
        let (_, picture) = reader.join().unwrap().unwrap();
        assert_same(&picture, &expected(STRIP, 1, 16, false), "triggered");
    }
    // By software, and before anybody reads.
    camera.start_exposure().unwrap();
    camera.soft_trigger().unwrap();
    assert_same(&read(&camera).unwrap().1, &expected(STRIP, 1, 16, false), "by software");
    // Off, and exposures start by themselves.
    camera.set_trigger(false).unwrap();
    expose(&camera);
    assert_eq!(bench.bus.socket().port(0).with_device(|d| d.trigger_out_pulses()), 4);
}

#[test]
fn waiting_for_a_trigger_ends_by_its_time_or_by_cancelling() {
    let (_bench, camera) = ready(PRO, StreamMode::Single);
    camera.trigger_in_only(true).unwrap();
    camera.set_single_frame_timeout_ms(20).unwrap();
    camera.start_exposure().unwrap();
    let error = read(&camera).unwrap_err();
    assert!(error.kind() == ErrorKind::Timeout && error.to_string().contains("no trigger"), "{error}");
    camera.set_single_frame_timeout_ms(3_600_000).unwrap();
    camera.start_exposure().unwrap();
    let reader = {
        let camera = camera.clone();
        std::thread::spawn(move || read(&camera))
    };
    std::thread::sleep(Duration::from_millis(20));
    camera.cancel_exposure().unwrap();
    assert_eq!(reader.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    // A trigger that comes too late does no harm to the next frame.
    camera.soft_trigger().unwrap();
    camera.start_exposure().unwrap();
    camera.soft_trigger().unwrap();
    assert_same(&read(&camera).unwrap().1, &expected(STRIP, 1, 16, false), "the next one");
}

#[test]
fn a_source_gives_live_frames_at_its_own_pace() {
    let (bench, camera) =
        ready("QHY600ProM?scene=serial&speed=20&readout=instant&trigger=400", StreamMode::Live);
    camera.burst_patch_number(32001).unwrap();
    camera.begin_live().unwrap();
    camera.set_trigger(true).unwrap();
    live(&camera).unwrap();
    let port = bench.bus.socket().port(0);
    let begin = port.clock().now();
    for _ in 0..6 {
        live(&camera).unwrap();
    }
    // The sensor could give eight times as many; one may have waited.
    assert!(port.clock().now() - begin >= Duration::from_millis(4 * 400));
}

#[test]
fn a_trigger_without_a_source_is_refused_and_does_nothing() {
    let (bench, camera) = ready(PRO, StreamMode::Single);
    bench.tap.take();
    let error = camera.soft_trigger().unwrap_err();
    assert!(
        error.kind() == ErrorKind::State && error.to_string().contains("trigger input is off"),
        "{error}"
    );
    assert_eq!(bench.tap.take().iter().filter(|r| r.starts_with("Fpga")).count(), 0);
    let lite = ready("QHY600Lite?scene=xy&speed=20", StreamMode::Single);
    let refused = lite.0.bus.socket().port(0).trigger_in(Duration::from_millis(1)).unwrap_err();
    assert!(refused.to_string().contains("no trigger socket"));
}

#[test]
fn sockets_filter_and_output_as_observed() {
    let (bench, camera) = ready(PRO, StreamMode::Single);
    let sent = |call: &dyn Fn()| {
        bench.tap.take();
        call();
        let writes = bench.tap.take().into_iter().filter(|r| !r.contains("register: 103"));
        let short =
            |r: String| r.replace("Fpga { register: ", "").replace(", value: ", "=").replace(" }", "");
        writes.map(short).collect::<Vec<_>>().join(" ")
    };
    let off = "45=0 46=0 39=5 50=1 51=0 52=3 58=0";
    let on = " 39=2 142=1 50=1 51=0 52=3 57=1 144=0 145=0 146=0 147=97 148=168 35=0 35=1 35=0 35=1";
    assert_eq!(sent(&|| camera.trigger_from_sma(true).unwrap()), "");
    assert_eq!(
        sent(&|| camera.trigger_in_only(true).unwrap()),
        format!("145=0 146=0 147=0 148=10 58=28{on}")
    );
    assert_eq!(sent(&|| camera.trigger_in_only(false).unwrap()), off);
    camera.trigger_from_sma(false).unwrap();
    camera.trigger_filter(true).unwrap();
    let output = "TriggerOut { on: true";
    assert_eq!(sent(&|| camera.set_trigger(true).unwrap()), format!("58=13 {output}{on}"));
    camera.trigger_filter(false).unwrap();
    assert_eq!(sent(&|| camera.trigger_out_only(false).unwrap()), off);
    assert_eq!(sent(&|| camera.trigger_out_only(true).unwrap()), output);
    assert_eq!(sent(&|| camera.anti_rbi(false).unwrap()), "TriggerOut { on: false");
    assert_eq!(sent(&|| camera.trigger_out().unwrap()), format!("58=12 39=2 142=1 {output}"));
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    assert_eq!(sent(&|| camera.trigger_out_only(true).unwrap()), format!("58=4 39=2 142=1 {output}"));
    assert_eq!(sent(&|| camera.set_trigger(false).unwrap()), off.replace(" 58=0", " 57=0 58=0"));
}
