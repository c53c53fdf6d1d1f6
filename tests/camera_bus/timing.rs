//! When rows end their exposure, by the page of the camera.

use qhyccd::camera::{Camera, ErrorKind, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::bench::*;

fn ends(camera: &Camera, rows: &[u32]) -> Vec<f64> {
    rows.iter().map(|&row| camera.rolling_shutter_end_offset_us(row).unwrap()).collect()
}

/// Written out, for the line period that the camera tells.
fn law(camera: &Camera, lines: &[u32]) -> Vec<f64> {
    let line_ns = f64::from(camera.timing().unwrap().line_period_ns);
    lines.iter().map(|&n| (73_750.0 + f64::from(44 + n) * line_ns) / 1000.0).collect()
}

#[test]
fn rows_end_in_pairs_of_the_region_that_is_read() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    let rows = [0, 1, 2, 3, 99];
    assert_eq!(ends(&camera, &rows), law(&camera, &[0, 0, 2, 2, 98]));
    // What comes before the region is not read.
    camera.set_roi(Rect::new(0, 1000, 9600, 100)).unwrap();
    assert_eq!(ends(&camera, &rows), law(&camera, &[0, 0, 2, 2, 98]));
    // From an odd row on, the even one above it is read too.
    camera.set_roi(Rect::new(0, 1001, 9600, 100)).unwrap();
    assert_eq!(ends(&camera, &rows), law(&camera, &[0, 2, 2, 4, 100]));
    // Of a binned row the first one counts.
    camera.set_bin(3, 3).unwrap();
    camera.set_roi(Rect::new(0, 0, 3200, 100)).unwrap();
    assert_eq!(ends(&camera, &rows), law(&camera, &[0, 2, 6, 8, 296]));
    let error = camera.rolling_shutter_end_offset_us(100).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("100 rows"), "{error}");
    assert_eq!(camera.rolling_shutter_end_offset_us(u32::MAX).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn the_line_period_is_that_of_the_mode_and_the_traffic() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    let line_ns = |camera: &Camera| camera.timing().unwrap().line_period_ns;
    let single = line_ns(&camera);
    camera.set_depth(8).unwrap();
    assert!(line_ns(&camera) < single);
    let live = bench.ready(StreamMode::Live);
    live.set(ControlId::USB_TRAFFIC, 0.0).unwrap();
    let fast = (line_ns(&live), ends(&live, &[0]));
    live.set(ControlId::USB_TRAFFIC, 60.0).unwrap();
    assert!(line_ns(&live) > fast.0 && ends(&live, &[0]) > fast.1);
    assert_eq!(ends(&live, &[0]), law(&live, &[0]));
}

/// A page that does not come is an error, not a row that ends early.
#[test]
fn without_an_answer_there_is_no_time() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    bench.tap.spoil_controls(|_, _| Some(Err(qhyccd::transport::UsbError::Stall)));
    assert_eq!(camera.rolling_shutter_end_offset_us(0).unwrap_err().kind(), ErrorKind::Usb);
}
