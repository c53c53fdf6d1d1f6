//! Data of the GPS box: from the virtual camera through the cable to the decoder, which was
//! written apart from it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qhyccd::camera::{Camera, GpsDoubt, GpsRecord, ReceiverState, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::bench::*;

const STRIP: Rect = Rect::new(0, 200, 9600, 300);

fn ready(order: &str, mode: StreamMode) -> (Bench, std::sync::Arc<Camera>) {
    let bench = bench(order);
    let camera = bench.ready(mode);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(STRIP).unwrap();
    camera.set_gps(true).unwrap();
    (bench, camera)
}

fn record(camera: &Camera) -> GpsRecord {
    GpsRecord::decode(&expose(camera).1).unwrap()
}

fn computer() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

#[test]
fn a_locked_box_tells_frame_place_and_time() {
    let order = "QHY600M?scene=xy&gps=on&gps_place=-33.5:-70.25&gps_jitter=400&readout=instant";
    let (_bench, camera) = ready(order, StreamMode::Single);
    for number in 0..3 {
        let before = computer();
        let record = record(&camera);
        let after = computer();
        assert_eq!((record.sequence, record.width, record.height), (number, 9600, 334));
        assert!((record.latitude_deg.unwrap() + 33.5).abs() < 1e-6);
        assert!((record.longitude_deg.unwrap() + 70.25).abs() < 1e-5);
        assert_eq!(record.now.state, ReceiverState::Locked);
        assert!(record.pps.abs_diff(10_000_000) <= 400);
        assert_eq!(record.doubts(Some(after)), []);
        // The readout began between the order and the answer, but for the oscillator, whose
        // seconds differ by 800 counts at most.
        let slack = Duration::from_micros(100);
        assert!(
            (before - slack..=after + slack).contains(&record.now_unix()),
            "{before:?} {record:?} {after:?}"
        );
    }
}

/// Live frames follow each other at the frame period of the timing page, and the times of
/// the box are those of the readouts: this holds to the 0.1 us of a mark.
#[test]
fn marks_of_live_frames_are_frame_periods_apart() {
    let (_bench, camera) = ready("QHY600M?scene=xy&gps=on&speed=1", StreamMode::Live);
    camera.begin_live().unwrap();
    let period = Duration::from_micros(camera.timing().unwrap().frame_period_us.into());
    let mut last: Option<GpsRecord> = None;
    for _ in 0..5 {
        let record = GpsRecord::decode(&live(&camera).unwrap().1).unwrap();
        assert_eq!(record.doubts(None), []);
        if let Some(last) = last {
            let frames = record.sequence - last.sequence;
            let passed = record.now_unix() - last.now_unix();
            // A period may have a fraction of a microsecond that the page cuts.
            let slack = Duration::from_micros(frames.into()) + Duration::from_nanos(100);
            assert!(passed.abs_diff(period * frames) <= slack, "{passed:?} for {frames} of {period:?}");
        }
        last = Some(record);
    }
}

#[test]
fn a_box_that_is_not_locked_is_doubted() {
    let (_bench, camera) = ready("QHY600M?scene=xy&gps=searching&readout=instant", StreamMode::Single);
    let doubts = record(&camera).doubts(Some(computer()));
    assert!(doubts.contains(&GpsDoubt::State(ReceiverState::Searching)), "{doubts:?}");
    assert!(doubts.contains(&GpsDoubt::Pps(0)), "{doubts:?}");
    assert!(doubts.iter().any(|d| matches!(d, GpsDoubt::Computer(_))), "{doubts:?}");
}

/// In three seconds of the camera one pulse is missing: that second and the next are doubted.
#[test]
fn a_missed_pulse_is_doubted() {
    let (_bench, camera) = ready("QHY600M?scene=xy&gps=missed&speed=100&readout=instant", StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 500_000.0).unwrap();
    let mut seen = [0; 3];
    let end = std::time::Instant::now() + FOR_EVER;
    while seen.contains(&0) {
        assert!(std::time::Instant::now() < end, "{seen:?}");
        match record(&camera).doubts(None).as_slice() {
            [] => seen[0] += 1,
            [GpsDoubt::State(ReceiverState::Locking), GpsDoubt::Counts(counts)] if *counts > 10_000_500 => {
                seen[1] += 1;
            }
            // The counter has run over: only the state tells.
            [GpsDoubt::State(ReceiverState::Locking)] => {}
            [GpsDoubt::Pps(3_222_784)] => seen[2] += 1,
            other => panic!("{other:?}"),
        }
    }
}

/// Neither rubbish nor pixels are believed, and pictures come as ever.
#[test]
fn what_is_no_gps_data_is_doubted_and_spoils_no_frame() {
    let whole = expected(STRIP, 1, 16, false);
    for kind in ["garbage", "off"] {
        for mode in [StreamMode::Single, StreamMode::Live] {
            let order = format!("QHY600M?scene=xy&gps={kind}&speed=100&readout=instant");
            let (_bench, camera) = ready(&order, mode);
            if mode == StreamMode::Live {
                camera.begin_live().unwrap();
            }
            for _ in 0..5 {
                let (_, picture) =
                    if mode == StreamMode::Live { live(&camera).unwrap() } else { expose(&camera) };
                assert_same(&picture[9600..], &whole[9600..], kind);
                let record = GpsRecord::decode(&picture).unwrap();
                assert_ne!(record.doubts(Some(computer())), [], "{kind}: {record:?}");
            }
        }
    }
}
