//! Devices that refuse, answer short, answer nonsense or keep silent.

use std::time::Duration;

use qhyccd::camera::{ErrorKind, Library, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::transport::UsbError;
use qhyccd::util::Rect;

use crate::bench::*;

const ROI: Rect = Rect::new(0, 0, 64, 64);

#[test]
fn an_erased_identity_is_no_camera_and_says_why() {
    let bench = bench(XY);
    bench.tap.spoil_controls(|setup, answer| {
        (setup.request == 0xCA).then(|| {
            answer.fill(0xFF);
            Ok(answer.len())
        })
    });
    assert!(bench.library.scan().unwrap().is_empty());
    let unknown = bench.library.unknown();
    assert_eq!(unknown.len(), 1);
    assert!(unknown[0].1.contains("0xff"), "{}", unknown[0].1);
    // Asked again, it may answer better.
    bench.tap.heal();
    assert_eq!(bench.library.scan().unwrap().len(), 1);
    assert!(bench.library.unknown().is_empty());
}

#[test]
fn an_identity_that_stalls_or_is_short_is_no_camera() {
    for fault in [Err(UsbError::Stall), Err(UsbError::Timeout { transferred: 0 }), Ok(3)] {
        let bench = bench(XY);
        bench.tap.spoil_controls(move |_, _| Some(fault.clone()));
        assert!(bench.library.scan().unwrap().is_empty());
        assert_eq!(bench.library.unknown().len(), 1);
        assert_eq!(bench.library.open("QHY600M-0123456789abcdef").err().unwrap().kind(), ErrorKind::NotFound);
    }
}

/// Every request of an initialisation refused in turn: an error, and the next one works.
#[test]
fn a_refused_request_fails_the_init_and_no_more() {
    let bench = bench("QHY600M?scene=xy&speed=1000&readout=instant");
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(ROI).unwrap();
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    bench.tap.take();
    camera.init().unwrap();
    let requests = bench.tap.take().iter().filter(|r| !r.contains("register: 103")).count();
    assert!(requests >= 10, "{requests}");
    let watchdog = |setup: qhyccd::transport::Setup| setup.request == 0xB9 && setup.index == 0x67;
    for refused in 0..requests {
        let mut number = 0;
        bench.tap.spoil_controls(move |setup, _| {
            if watchdog(setup) {
                return None;
            }
            number += 1;
            (number == refused + 1).then_some(Err(UsbError::Stall))
        });
        assert_eq!(camera.init().unwrap_err().kind(), ErrorKind::Usb, "request {refused}");
        assert_eq!(camera.state(), State::Opened);
        assert_eq!(camera.start_exposure().unwrap_err().kind(), ErrorKind::State);
        bench.tap.heal();
        camera.init().unwrap();
        let (_, picture) = expose(&camera);
        assert_same(&picture, &expected(ROI, 1, 16, false), "after a refusal");
    }
}

#[test]
fn a_refused_setting_stays_as_it_was() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(ROI).unwrap();
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    bench.tap.spoil_controls(|setup, _| (setup.request == 0xD1).then_some(Err(UsbError::Stall)));
    assert_eq!(camera.set(ControlId::GAIN, 60.0).unwrap_err().kind(), ErrorKind::Usb);
    assert_eq!(camera.get(ControlId::GAIN).unwrap(), 30.0);
    assert!(camera.set_roi(Rect::new(0, 0, 99, 99)).is_err());
    assert_eq!(camera.roi(), ROI);
    assert!(camera.set_depth(8).is_err());
    assert_eq!(camera.frame_info().bits, 16);
    assert!(camera.start_exposure().is_err());
    assert_eq!(camera.state(), State::Ready);
    bench.tap.heal();
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(ROI, 1, 16, false), "after refusals");
}

#[test]
fn a_temperature_that_cannot_be_read_is_an_error() {
    let bench = bench(XY);
    let camera = bench.open(0);
    for fault in [Err(UsbError::Stall), Ok(0), Ok(3)] {
        bench.tap.spoil_controls(move |_, _| Some(fault.clone()));
        assert_eq!(camera.get(ControlId::CUR_TEMP).unwrap_err().kind(), ErrorKind::Usb);
        assert!(camera.humidity_percent().is_err());
        assert!(camera.firmware_version().is_err());
    }
    bench.tap.heal();
    camera.get(ControlId::CUR_TEMP).unwrap();
}

#[test]
fn an_absurd_fill_counter_ends_at_the_deadline_or_in_a_good_frame() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    camera.set_single_frame_timeout_ms(1).unwrap();
    // Full for ever: reading starts at once, and the frame comes all the same.
    bench.tap.spoil_controls(|setup, answer| {
        (setup.request == 0xBC).then(|| {
            answer.fill(0xFF);
            Ok(answer.len())
        })
    });
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(ROI, 1, 16, false), "full counter");
    // Never at rest.
    let mut units = 0u32;
    bench.tap.spoil_controls(move |setup, answer| {
        (setup.request == 0xBC).then(|| {
            units += 1;
            answer.copy_from_slice(&(units << 6).to_le_bytes()[..answer.len()]);
            Ok(answer.len())
        })
    });
    camera.start_exposure().unwrap();
    assert_eq!(read(&camera).unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn rubbish_before_the_marker_is_skipped() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    // The transfer that holds the marker begins with bytes of an older frame.
    bench.tap.spoil_reads(|completion| {
        if completion.filled == 4 {
            completion.buffer.copy_within(..4, 700);
            completion.buffer[..700].fill(0x5A);
            completion.filled = 704;
        }
    });
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(ROI, 1, 16, false), "misaligned");
}

#[test]
fn a_camera_without_markers_still_gives_single_frames() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    bench.tap.spoil_reads(|completion| {
        if completion.filled == 4 {
            completion.filled = 0;
        }
    });
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(ROI, 1, 16, false), "no marker");
}

#[test]
fn stalls_during_the_transfer_are_bounded() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    // One is got over.
    let mut reads = 0;
    bench.tap.spoil_reads(move |completion| {
        reads += 1;
        if reads == 2 {
            completion.status = Err(UsbError::Stall);
        }
    });
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(ROI, 1, 16, false), "one stall");
    // Nothing but stalls is an error.
    bench.tap.spoil_reads(|completion| {
        completion.filled = 0;
        completion.status = Err(UsbError::Stall);
    });
    camera.start_exposure().unwrap();
    assert_eq!(read(&camera).unwrap_err().kind(), ErrorKind::Usb);
    bench.tap.heal();
    let (_, picture) = expose(&camera);
    assert_same(&picture, &expected(ROI, 1, 16, false), "afterwards");
}

#[test]
fn a_stream_survives_stalls_and_stops_at_once() {
    let bench = bench("QHY600M?scene=xy&speed=20");
    let camera = bench.ready(StreamMode::Live);
    camera.set(ControlId::EXPOSURE, 5000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    camera.begin_live().unwrap();
    live(&camera).unwrap();
    bench.tap.spoil_reads(|completion| {
        completion.filled = 0;
        completion.status = Err(UsbError::Stall);
    });
    std::thread::sleep(Duration::from_millis(50));
    bench.tap.heal();
    camera.clear_live_queue().unwrap();
    let (_, picture) = live(&camera).unwrap();
    assert_same(&picture, &expected(ROI, 1, 16, false), "after stalls");
    bench.tap.spoil_reads(|completion| completion.status = Err(UsbError::Stall));
    camera.stop_live().unwrap();
}

#[test]
fn an_interface_in_use_is_an_error_and_the_user_of_it_is_not_disturbed() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    let other = Library::new(bench.bus.clone());
    let id = other.scan().unwrap()[0].id.clone();
    let error = other.open(&id).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Usb);
    camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    expose(&camera);
    bench.library.close(&camera).unwrap();
    other.open(&id).unwrap();
}
