//! Row time and frame time.
//!
//! One law meets what is published and measured within a few percent: frame period =
//! (rows of the picture + 46) x row time, with a row time of 39.04 us + 0.73 us per step
//! of USB traffic at 8 bit and 62 us + 1.0 us at 16 bit over USB (manual, and measurements
//! of two observatories; `docs/frame-rates.md` holds one against the other). 34 of the 46
//! rows are sent ahead of the picture, which leaves 12 in which nothing comes; that picture
//! row 0 ends its exposure 46 rows after the start of a readout is what the maker told one
//! of the observatories. Single frames do not depend on traffic.
//!
//! On a high-speed link live video is ten times slower, as the maker's notes say of
//! another camera (QHY163); that the QHY600 does the same is a guess.

use std::time::Duration;

use super::Readout;
use crate::transport::LinkSpeed;

/// Row times between the start of readout and the first row out.
pub(in crate::vcam) const BLANK_ROWS: u32 = 12;

/// Shortest exposure of the sensor in microseconds (manual).
pub(in crate::vcam) const SHORTEST_EXPOSURE_US: u32 = 40;

/// How much slower live video is on a high-speed link.
const HIGH_SPEED_FACTOR: u64 = 10;

/// Time of one row of a single frame, in nanoseconds.
pub(in crate::vcam) fn single_row_ns(sixteen_bit: bool) -> u64 {
    if sixteen_bit { 62_000 } else { 39_040 }
}

/// Time of one row of live video, in nanoseconds.
pub(in crate::vcam) fn live_row_ns(sixteen_bit: bool, traffic: u8, link: LinkSpeed) -> u64 {
    let step = if sixteen_bit { 1_000 } else { 730 };
    let row_ns = single_row_ns(sixteen_bit) + step * u64::from(traffic);
    if link == LinkSpeed::Super { row_ns } else { HIGH_SPEED_FACTOR * row_ns }
}

/// Row times from the start of a readout to the end of the exposure of wire row 0, without
/// the readout's own [`Readout::shutter_end_ns`].
const SHUTTER_LEAD_ROWS: i64 = 10;

/// Time from the start of a readout to the end of the exposure of a wire row; the row above
/// or below in its pair ends with it. `picture_row` is the same row in the picture.
///
/// An observatory's readings (1974.286 us for rows 0 and 1, 86.388 us more every second row)
/// are 73.75 us, which the vendor's library answers without a camera, and 44 + row times
/// 43.194 us; 34 of the 44 rows are read ahead of the picture.
pub(in crate::vcam) fn shutter_end(
    readout: &Readout,
    wire_row: u32,
    picture_row: i32,
    row_ns: u64,
) -> Duration {
    let pair = i64::from(wire_row) - i64::from(picture_row.rem_euclid(2));
    let rows = (SHUTTER_LEAD_ROWS + pair) as u64;
    Duration::from_nanos(readout.shutter_end_ns + rows * row_ns)
}

/// Time to read a frame out.
pub(in crate::vcam) fn readout_time(rows: u32, row_ns: u64) -> Duration {
    Duration::from_nanos(u64::from(rows + BLANK_ROWS) * row_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames a second for a picture of so many rows.
    fn rate(rows: u32, sixteen_bit: bool, traffic: u8) -> f64 {
        let row_ns = live_row_ns(sixteen_bit, traffic, LinkSpeed::Super);
        1.0 / readout_time(rows + 34, row_ns).as_secs_f64()
    }

    #[test]
    fn frame_rates_are_those_measured_with_traffic() {
        assert!((rate(6422, false, 30) / 2.55 - 1.0).abs() < 0.06);
        assert!((rate(6422, true, 30) / 1.6 - 1.0).abs() < 0.06);
    }

    /// The readings of an observatory, in microseconds, at its row time of 43.194 us.
    #[test]
    fn rows_end_in_pairs_as_measured() {
        let readout = crate::vcam::sensor::readout(0).unwrap();
        for (row, us) in [(0, 1974.286), (1, 1974.286), (2, 2060.674), (3, 2060.674), (4, 2147.062)] {
            let end = shutter_end(readout, row + 34, row as i32, 43_194);
            assert!((end.as_secs_f64() * 1e6 - us).abs() < 0.01, "{row}: {end:?}");
        }
        // Whatever row is read first.
        assert_eq!(shutter_end(readout, 1, 102, 1000), shutter_end(readout, 2, 103, 1000));
    }

    #[test]
    fn usb_2_carries_live_video() {
        for sixteen_bit in [false, true] {
            let row_ns = live_row_ns(sixteen_bit, 0, LinkSpeed::High);
            let bytes = if sixteen_bit { 19_200.0 } else { 9_600.0 };
            assert!(bytes / (row_ns as f64 * 1e-9) < 40e6);
        }
    }
}
