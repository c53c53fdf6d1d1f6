//! The IMX455 as in the QHY600, written from the sources a second time, independent of the
//! host's table. Geometry: manual and observed row orders. Correlated sampling (code 3) ends
//! a row about one row time later (what the vendor's library answers as shutter end offset).
//! What codes 1 and 2 (14 and 12 bit) send over USB is not known; they send 16 bit here. In
//! code 4 the vendor's library orders picture row 0 as sensor row 25 + 20 for single frames
//! and 21 + 20 for live ones; that the camera starts four rows earlier in live mode is the
//! reading under which both orders are right.

use super::gain::Pixel;
use super::{Readout, RowUnit};

/// Name of the sensor, as tables have it.
pub(super) const NAME: &str = "Sony IMX455";

const PLAIN: Readout = Readout {
    code: 0,
    init_bits: 0,
    columns: 9600,
    first_column: 0,
    lit_columns: (24, 9600),
    picture_at: [59, 59],
    lit_rows: (0, 6388),
    overscan_at: Some(6388),
    bin: 1,
    header_bytes: 0,
    little_endian: false,
    taps: None,
    numbered: true,
    orders: [RowUnit::ONE; 2],
    row_ns: [39_040, 62_000],
    traffic_ns: [730, 1_000],
    blank_rows: 12,
    shutter_end_rows: 10,
    shutter_end_ns: 73_750,
    pairs: true,
    pixel: Pixel::Imx455 { double_sampling: false },
    offset_adu: 1.0,
    whole_rows: [6456; 2],
    whole_first: [25; 2],
};

pub(super) static READOUTS: [Readout; 5] = [
    PLAIN,
    Readout { code: 1, ..PLAIN },
    Readout { code: 2, ..PLAIN },
    Readout {
        code: 3,
        shutter_end_rows: 9,
        shutter_end_ns: 112_777,
        pairs: false,
        pixel: Pixel::Imx455 { double_sampling: true },
        ..PLAIN
    },
    Readout {
        code: 4,
        columns: 3200,
        lit_columns: (8, 3200),
        picture_at: [45, 41],
        lit_rows: (0, 2124),
        overscan_at: Some(2124),
        bin: 3,
        blank_rows: 26,
        shutter_end_rows: 24,
        whole_rows: [2164; 2],
        whole_first: [25, 21],
        ..PLAIN
    },
];
