//! Row time and frame time.
//!
//! One law meets what is published and measured within a few percent: frame period =
//! (rows of the picture + 46) x row time, with a row time of 39.04 us + 0.73 us per step
//! of USB traffic at 8 bit and 62 us + 1.0 us at 16 bit over USB (manual, and measurements
//! of two observatories; `docs/frame-rates.md` holds one against the other). 34 of the 46
//! rows are sent ahead of the picture, which leaves 12 in which nothing comes (20 and 26 in the
//! 3x3 readout). Single frames do not depend on traffic.
//!
//! On a high-speed link live video is ten times slower, as the maker's notes say of
//! another camera (QHY163); that the QHY600 does the same is a guess.

use std::time::Duration;

use super::Readout;
use crate::transport::LinkSpeed;

/// Shortest exposure of the sensor in microseconds (manual).
pub(in crate::vcam) const SHORTEST_EXPOSURE_US: u32 = 40;

/// How much slower live video is on a high-speed link.
const HIGH_SPEED_FACTOR: u64 = 10;

/// Time of one row of a single frame, in nanoseconds.
pub(in crate::vcam) fn single_row_ns(readout: &Readout, sixteen_bit: bool) -> u64 {
    readout.row_ns[usize::from(sixteen_bit)]
}

/// Time of one row of live video, in nanoseconds.
pub(in crate::vcam) fn live_row_ns(
    readout: &Readout,
    sixteen_bit: bool,
    traffic: u8,
    link: LinkSpeed,
) -> u64 {
    let step = readout.traffic_ns[usize::from(sixteen_bit)];
    let row_ns = single_row_ns(readout, sixteen_bit) + step * u64::from(traffic);
    if link == LinkSpeed::Super { row_ns } else { HIGH_SPEED_FACTOR * row_ns }
}

/// Time from the start of a readout to the end of the exposure of a wire row.
/// `picture_row` is the same row in the picture; the rows of a pair end together.
///
/// The vendor's library tells 44 line periods (of the timing page) and 73.75 us for rows 0
/// and 1 of a picture and two line periods more for each further pair; with double sampling
/// rows end one by one, after 43 line periods and 112.777 us (observed). An observatory read
/// the same from a camera: 1974.286 us and 86.388 us at 43.194 us a row. The maker told
/// another one 46 rows and 21.52 us, which is 26 us later at its 39.04 us a row.
pub(in crate::vcam) fn shutter_end(
    readout: &Readout,
    wire_row: u32,
    picture_row: i32,
    row_ns: u64,
) -> Duration {
    let second = readout.pairs && picture_row.rem_euclid(2) == 1;
    let rows = readout.shutter_end_rows + wire_row - u32::from(second);
    Duration::from_nanos(readout.shutter_end_ns + u64::from(rows) * row_ns)
}

/// Time to read a frame out of which so many rows are sent.
pub(in crate::vcam) fn readout_time(readout: &Readout, rows: u32, row_ns: u64) -> Duration {
    Duration::from_nanos(u64::from(rows + readout.blank_rows) * row_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows ahead of the picture in the whole frame.
    fn lead(readout: &Readout) -> u32 {
        readout.picture_at[0] - u32::from(readout.whole_first[0])
    }

    /// Frames a second for a picture of so many rows.
    fn rate(rows: u32, sixteen_bit: bool, traffic: u8) -> f64 {
        let readout = crate::vcam::sensor::readout(0).unwrap();
        let row_ns = live_row_ns(&readout, sixteen_bit, traffic, LinkSpeed::Super);
        1.0 / readout_time(&readout, rows + 34, row_ns).as_secs_f64()
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
            let end = shutter_end(&readout, row + 34, row as i32, 43_194);
            assert!((end.as_secs_f64() * 1e6 - us).abs() < 0.01, "{row}: {end:?}");
        }
        // Whatever row is read first.
        assert_eq!(shutter_end(&readout, 1, 102, 1000), shutter_end(&readout, 2, 103, 1000));
    }

    /// Answers of the vendor's library, in microseconds, to a line period of 39.04 us: double
    /// sampling, then 3x3.
    #[test]
    fn other_readouts_end_as_observed() {
        for (code, row, us) in
            [(3, 0, 1791.497), (3, 1, 1830.537), (3, 2, 1869.577), (4, 1, 1791.51), (4, 2, 1869.59)]
        {
            let readout = crate::vcam::sensor::readout(code).unwrap();
            let end = shutter_end(&readout, row + lead(&readout), row as i32, 39_040);
            assert!((end.as_secs_f64() * 1e6 - us).abs() < 0.001, "{code} {row}: {end:?}");
        }
    }

    /// No row leaves before its exposure is over.
    #[test]
    fn rows_end_before_they_are_sent() {
        for code in 0..5 {
            let readout = crate::vcam::sensor::readout(code).unwrap();
            for (row, row_ns) in [(0, 39_040), (1, 62_000), (2000, 620_000)] {
                let end = shutter_end(&readout, row + lead(&readout), row as i32, row_ns);
                assert!(end <= readout_time(&readout, row + lead(&readout) + 1, row_ns), "{code} {row}");
            }
        }
    }

    #[test]
    fn usb_2_carries_live_video() {
        for sixteen_bit in [false, true] {
            let readout = crate::vcam::sensor::readout(0).unwrap();
            let row_ns = live_row_ns(&readout, sixteen_bit, 0, LinkSpeed::High);
            let bytes = if sixteen_bit { 19_200.0 } else { 9_600.0 };
            assert!(bytes / (row_ns as f64 * 1e-9) < 40e6);
        }
    }
}
