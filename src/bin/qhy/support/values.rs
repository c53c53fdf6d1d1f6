//! What people type on the command line, and how numbers are shown to them.

use qhyccd::util::Rect;

/// Reads an exposure time: `2s`, `500ms`, `100us`, `1.5` (seconds). Gives microseconds.
pub(crate) fn exposure_us(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let (number, factor) = [("us", 1.0), ("ms", 1e3), ("s", 1e6)]
        .into_iter()
        .find_map(|(unit, factor)| text.strip_suffix(unit).map(|number| (number, factor)))
        .unwrap_or((text, 1e6));
    match number.trim_end().parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value * factor),
        _ => Err("expected a time such as 2s, 500ms, 100us or 1.5 (seconds)".into()),
    }
}

/// Reads `X,Y,W,H`.
pub(crate) fn rect(text: &str) -> Result<Rect, String> {
    let numbers: Option<Vec<u32>> = text.split(',').map(|n| n.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[x, y, width, height]) if width > 0 && height > 0 => Ok(Rect::new(x, y, width, height)),
        _ => Err("expected X,Y,WIDTH,HEIGHT in pixels, for example 100,200,640,480".into()),
    }
}

/// An exposure time for a person, in a unit that suits it.
pub(crate) fn show_exposure(exposure_us: f64) -> String {
    match exposure_us {
        t if t >= 1e6 => format!("{} s", trimmed(t / 1e6)),
        t if t >= 1e3 => format!("{} ms", trimmed(t / 1e3)),
        t => format!("{} us", trimmed(t)),
    }
}

/// A number with at most three decimals and no trailing zeros.
pub(crate) fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exposures() {
        for (text, us) in
            [("2s", 2e6), ("500ms", 5e5), ("100us", 100.0), ("1.5", 1.5e6), ("0", 0.0), ("0.25 s", 2.5e5)]
        {
            assert_eq!(exposure_us(text), Ok(us), "{text}");
        }
        for text in ["", "s", "-1", "nan", "inf", "2h", "1,5", "2 m s"] {
            assert!(exposure_us(text).is_err(), "{text}");
        }
    }

    #[test]
    fn regions() {
        assert_eq!(rect("1, 2,3,4"), Ok(Rect::new(1, 2, 3, 4)));
        for text in ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "-1,2,3,4", "a,b,c,d", "1,2,3,4294967296"] {
            assert!(rect(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shown() {
        assert_eq!(show_exposure(2e6), "2 s");
        assert_eq!(show_exposure(2.5e3), "2.5 ms");
        assert_eq!(show_exposure(40.0), "40 us");
        assert_eq!(trimmed(-10.0), "-10");
    }
}
