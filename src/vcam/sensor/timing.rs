//! Row time and frame time.
//!
//! One law meets the published frame rates within a few percent: frame period =
//! (rows + 46) x row time, with a row time of 39.04 us + 0.73 us per step of USB
//! traffic at 8 bit and 62 us + 1.0 us at 16 bit over USB (manual, and measurements of
//! two observatories). Single frames do not depend on traffic.

use std::time::Duration;

/// Row times between the start of readout and the first row out.
pub(in crate::vcam) const BLANK_ROWS: u32 = 46;

/// Shortest exposure of the sensor in microseconds (manual).
pub(in crate::vcam) const SHORTEST_EXPOSURE_US: u32 = 40;

/// Time of one row in nanoseconds.
pub(in crate::vcam) fn row_ns(sixteen_bit: bool, traffic: u8, live: bool) -> u64 {
    let traffic = if live { u64::from(traffic) } else { 0 };
    if sixteen_bit { 62_000 + 1_000 * traffic } else { 39_040 + 730 * traffic }
}

/// Time to read a frame out.
pub(in crate::vcam) fn readout_time(rows: u32, row_ns: u64) -> Duration {
    Duration::from_nanos(u64::from(rows + BLANK_ROWS) * row_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(rows: u32, sixteen_bit: bool, traffic: u8) -> f64 {
        1.0 / readout_time(rows, row_ns(sixteen_bit, traffic, true)).as_secs_f64()
    }

    #[test]
    fn frame_rates_are_those_of_the_manual() {
        for (rows, published) in [(6422, 4.0), (1080, 22.5), (480, 47.0)] {
            let got = rate(rows, false, 0);
            assert!((got / published - 1.0).abs() < 0.05, "{rows} rows: {got}");
        }
        assert!((rate(6422, true, 0) / 2.5 - 1.0).abs() < 0.05);
        // Measured at traffic 30: 2.55 and 1.6 frames a second.
        assert!((rate(6422, false, 30) / 2.55 - 1.0).abs() < 0.06);
        assert!((rate(6422, true, 30) / 1.6 - 1.0).abs() < 0.06);
    }
}
