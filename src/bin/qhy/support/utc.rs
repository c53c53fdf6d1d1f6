//! UTC dates from the system clock, as FITS files want them. No time zones, no leap
//! seconds, no parsing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MJD_OF_UNIX_EPOCH: f64 = 40587.0;
const SECONDS_A_DAY: u64 = 86_400;

/// An instant in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Utc {
    since_epoch: Duration,
}

impl Utc {
    /// The present instant; the epoch if the system clock stands before 1970.
    pub(crate) fn now() -> Utc {
        Utc { since_epoch: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() }
    }

    /// So long after 1970.
    pub(crate) fn from_unix(since_epoch: Duration) -> Utc {
        Utc { since_epoch }
    }

    /// Time since 1970.
    pub(crate) fn unix(self) -> Duration {
        self.since_epoch
    }

    /// The instant `us` microseconds later.
    pub(crate) fn after_us(self, us: f64) -> Utc {
        Utc { since_epoch: self.since_epoch + Duration::from_secs_f64(us / 1e6) }
    }

    /// ISO 8601 to the millisecond, for example `2026-03-01T21:05:09.250`.
    pub(crate) fn iso(self) -> String {
        let seconds = self.since_epoch.as_secs();
        let (year, month, day) = civil_from_days(seconds / SECONDS_A_DAY);
        let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        let ms = self.since_epoch.subsec_millis();
        format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{ms:03}")
    }

    /// The same to 100 ns.
    pub(crate) fn iso_fine(self) -> String {
        let iso = self.iso();
        format!("{}{:07}", &iso[..iso.len() - 3], self.since_epoch.subsec_nanos() / 100)
    }

    /// Modified Julian date.
    pub(crate) fn mjd(self) -> f64 {
        MJD_OF_UNIX_EPOCH + self.since_epoch.as_secs_f64() / SECONDS_A_DAY as f64
    }
}

/// Year, month and day of the Gregorian calendar, `days` after 1970-01-01. Counts in
/// eras of 400 years that begin on a 1 March, so that the leap day comes last.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, ms: u64) -> Utc {
        Utc { since_epoch: Duration::from_millis(seconds * 1000 + ms) }
    }

    #[test]
    fn known_dates() {
        // Expected values from `date -u -d @N`.
        assert_eq!(at(0, 0).iso(), "1970-01-01T00:00:00.000");
        assert_eq!(at(951_782_399, 999).iso(), "2000-02-28T23:59:59.999");
        assert_eq!(at(951_782_400, 0).iso(), "2000-02-29T00:00:00.000");
        assert_eq!(at(1_709_251_199, 5).iso(), "2024-02-29T23:59:59.005");
        assert_eq!(at(4_107_542_400, 0).iso(), "2100-03-01T00:00:00.000");
        let fine = Utc::from_unix(Duration::from_nanos(951_782_400_012_345_678));
        assert_eq!(fine.iso_fine(), "2000-02-29T00:00:00.0123456");
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut previous = civil_from_days(0);
        for days in 1..200_000 {
            let (year, month, day) = civil_from_days(days);
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            assert!((1..=length[month as usize - 1]).contains(&day));
            match previous {
                (y, 12, 31) => assert_eq!((year, month, day), (y + 1, 1, 1)),
                (y, m, d) if day == 1 => {
                    assert_eq!((year, month), (y, m + 1));
                    assert_eq!(d, length[m as usize - 1]);
                }
                (y, m, d) => assert_eq!((year, month, day), (y, m, d + 1)),
            }
            previous = (year, month, day);
        }
    }

    #[test]
    fn modified_julian_date() {
        assert_eq!(at(0, 0).mjd(), 40587.0);
        // 2000-01-01T12:00 is JD 2451545.0.
        assert_eq!(at(946_728_000, 0).mjd(), 51544.5);
    }
}
