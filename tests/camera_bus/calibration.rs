//! Dark, flat and bias frames from files.

use std::fs;
use std::path::{Path, PathBuf};

use qhyccd::camera::{CalibrationFiles, Camera, ErrorKind, StreamMode};
use qhyccd::util::{Rect, Size};

use crate::bench::*;

const REGION: Rect = Rect::new(30, 40, 24, 10);

/// A FITS file of unsigned 16-bit samples.
fn fits(name: &str, size: Size, value: impl Fn(u32, u32) -> u16) -> PathBuf {
    let mut bytes = Vec::new();
    for (key, value) in [
        ("SIMPLE", "T".to_owned()),
        ("BITPIX", "16".to_owned()),
        ("NAXIS", "2".to_owned()),
        ("NAXIS1", size.width.to_string()),
        ("NAXIS2", size.height.to_string()),
        ("BZERO", "32768".to_owned()),
    ] {
        bytes.extend(format!("{:<80}", format!("{key:<8}= {value:>20}")).bytes());
    }
    bytes.extend(format!("{:<80}", "END").bytes());
    bytes.resize(bytes.len().next_multiple_of(2880), b' ');
    for y in 0..size.height {
        (0..size.width).for_each(|x| bytes.extend((value(x, y) ^ 0x8000).to_be_bytes()));
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("calibration-{name}.fits"));
    fs::write(&path, bytes).unwrap();
    path
}

fn load(camera: &Camera, files: CalibrationFiles<'_>) -> qhyccd::camera::Result<()> {
    camera.load_calibration(REGION.size(), 16, files)
}

/// Half the light in every other column: the mean of the flat is 3000.
fn flat(x: u32, _: u32) -> u16 {
    if x % 2 == 0 { 2100 } else { 4100 }
}

fn dark(x: u32, y: u32) -> u16 {
    (x * y) as u16
}

fn calibrated() -> Vec<u8> {
    let raw = expected(REGION, 1, 16, false);
    let mut picture = Vec::new();
    for (i, bytes) in raw.chunks(2).enumerate() {
        let (x, y) = (i as u32 % REGION.width, i as u32 / REGION.width);
        let value = f64::from(u16::from_le_bytes([bytes[0], bytes[1]])) - f64::from(dark(x, y));
        let gain = if x % 2 == 0 { 1.5 } else { 0.75 };
        picture.extend((((value * gain + 0.5).floor()).clamp(0.0, 65535.0) as u16).to_le_bytes());
    }
    picture
}

#[test]
fn single_and_live_frames_are_corrected_while_it_is_on() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(REGION).unwrap();
    let size = REGION.size();
    let (dark, flat) = (fits("dark", size, dark), fits("flat", size, flat));
    let bias = fits("bias", size, |_, _| 100);
    let files = CalibrationFiles { dark: Some(&dark), flat: Some(&flat), bias: Some(&bias) };
    let raw = expected(REGION, 1, 16, false);
    load(&camera, files).unwrap();
    assert_same(&expose(&camera).1, &raw, "loaded and not on");
    camera.set_calibration(true).unwrap();
    assert_same(&expose(&camera).1, &calibrated(), "on");

    // It survives the change to live video and back.
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    camera.begin_live().unwrap();
    for _ in 0..3 {
        assert_same(&live(&camera).unwrap().1, &calibrated(), "live");
    }
    camera.set_calibration(false).unwrap();
    assert_same(&live(&camera).unwrap().1, &raw, "live and off");
    camera.stop_live().unwrap();
    camera.set_stream_mode(StreamMode::Single).unwrap();
    camera.init().unwrap();
    assert_same(&expose(&camera).1, &raw, "off");

    // Forgotten when no file is named.
    load(&camera, CalibrationFiles::default()).unwrap();
    assert_eq!(camera.set_calibration(true).unwrap_err().kind(), ErrorKind::State);
}

#[test]
fn frames_of_another_form_are_refused_before_they_are_exposed() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(REGION).unwrap();
    let dark = fits("forms", REGION.size(), |_, _| 5);
    load(&camera, CalibrationFiles { dark: Some(&dark), ..CalibrationFiles::default() }).unwrap();
    camera.set_calibration(true).unwrap();
    expose(&camera);
    let wrong = || {
        let error = camera.start_exposure().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert!(error.to_string().starts_with("calibration is on for frames of 24x10, 16 bits"), "{error}");
    };
    camera.set_depth(8).unwrap();
    wrong();
    camera.set_depth(16).unwrap();
    camera.set_bin(2, 2).unwrap();
    wrong();
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    assert_eq!(camera.begin_live().unwrap_err().kind(), ErrorKind::State);
    camera.set_bin(1, 1).unwrap();
    camera.begin_live().unwrap();
    live(&camera).unwrap();
    // Changed on the way: an error, not a frame that nobody corrected.
    camera.set_roi(Rect::new(0, 0, 24, 11)).unwrap();
    assert_eq!(live(&camera).unwrap_err().kind(), ErrorKind::State);
    camera.set_calibration(false).unwrap();
    assert_eq!(live(&camera).unwrap().0.height, 11);
}

#[test]
fn files_that_do_not_fit_are_refused_and_change_nothing() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    camera.set_roi(REGION).unwrap();
    let good = fits("good", REGION.size(), |_, _| 100);
    let dark = CalibrationFiles { dark: Some(&good), ..CalibrationFiles::default() };
    load(&camera, dark).unwrap();
    camera.set_calibration(true).unwrap();
    let (_, before) = expose(&camera);

    let other = fits("other", Size::new(24, 11), |_, _| 100);
    let missing = good.with_file_name("no such file");
    for (path, text) in [(&other, "is 24x11, not 24x10"), (&missing, "no such file")] {
        let error = load(&camera, CalibrationFiles { flat: Some(path), ..dark }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(text), "{error}");
    }
    for (size, bits) in [(REGION.size(), 32), (REGION.size(), 12), (Size::new(0, 10), 16)] {
        assert_eq!(camera.load_calibration(size, bits, dark).unwrap_err().kind(), ErrorKind::Invalid);
    }
    let huge = Size::new(u32::MAX, u32::MAX);
    assert_eq!(camera.load_calibration(huge, 16, dark).unwrap_err().kind(), ErrorKind::Invalid);
    let night = CalibrationFiles { flat: Some(&good), bias: Some(&good), dark: None };
    assert!(load(&camera, night).unwrap_err().to_string().contains("dark"));
    assert_same(&expose(&camera).1, &before, "as before");
}
