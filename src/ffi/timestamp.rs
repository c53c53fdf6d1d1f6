//! Wall time as text, without a time zone data base: UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// Length of [`now`] for the next eight thousand years.
pub(super) const LEN: usize = "2026-01-31T12:00:00.000Z".len();

/// The present time, as `2026-01-31T12:00:00.000Z`.
pub(super) fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format(since.as_secs(), since.subsec_millis())
}

fn format(seconds: u64, millis: u32) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{millis:03}Z")
}

/// Gregorian date of a day since 1970: count years from March, so that the leap day is
/// the last of its year.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468; // since 0000-03-01
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right() {
        assert_eq!(format(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(format(951_782_400, 7), "2000-02-29T00:00:00.007Z");
        assert_eq!(format(1_704_067_199, 999), "2023-12-31T23:59:59.999Z");
        assert_eq!(format(4_107_542_400, 0), "2100-03-01T00:00:00.000Z");
        assert_eq!(now().len(), LEN);
    }
}
