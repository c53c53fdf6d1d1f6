//! From pairs of frames to system gain, read noise, full well and linearity.
//!
//! The variance of light that is counted grows with its mean as one electron does, so the
//! slope of variance over mean is one over the electrons of a unit. All of this is in
//! units of samples (ADU) until that slope is known.

use super::stats::Pair;

/// Two frames at one exposure time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Level {
    pub(crate) exposure_us: f64,
    pub(crate) pair: Pair,
}

/// What a series of levels tells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fit {
    pub(crate) e_per_adu: f64,
    /// What chance alone may have done to it, one deviation.
    pub(crate) e_per_adu_error: f64,
    pub(crate) read_noise_e: f64,
    /// The part of the read noise that all pixels of a row share.
    pub(crate) row_noise_e: f64,
    /// Samples without any light.
    pub(crate) pedestal_adu: f64,
    /// `None` if the longest exposure did not saturate.
    pub(crate) well: Option<Well>,
    /// `None` with fewer than three levels.
    pub(crate) linearity: Option<Linearity>,
}

/// Where the scale ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Well {
    /// Electrons at the end: for a converter its whole range, as makers count it.
    pub(crate) full_e: f64,
    /// Electrons of light that fit above the pedestal.
    pub(crate) usable_e: f64,
    pub(crate) limit: Limit,
}

/// What ends the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// The samples have no larger number.
    Converter,
    /// The pixel takes no more, while the samples could.
    Pixel,
}

/// How well signal follows exposure time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Linearity {
    pub(crate) r_squared: f64,
    /// Largest distance from the straight line, as part of the largest signal.
    pub(crate) worst: f64,
    /// Signal of the highest level that counted.
    pub(crate) up_to_e: f64,
}

/// Part of the scale up to which the variance is believed.
const GAIN_UP_TO: f64 = 0.75;
/// Part of the scale up to which linearity is judged; the maker's own test ends at 90 %
/// of the pixel.
const LINEAR_UP_TO: f64 = 0.9;
/// Share of samples that may stand at an end of the scale: hot and dead pixels.
pub(crate) const DEFECTS: f64 = 1e-4;
/// Deviations that must fit between a level and the end of the scale.
const HEADROOM: f64 = 5.0;

/// Fits a series: levels at the shortest exposure, and levels of an even light.
pub(crate) fn fit(bias: &[Level], flats: &[Level]) -> Result<Fit, String> {
    let end = End::of(flats).ok_or("no flat frames")?;
    let dark = mean_of(bias).ok_or("no bias frames")?;
    if bias.iter().any(|level| level.pair.empty > DEFECTS) {
        return Err("bias samples are cut off at 0; raise the offset".into());
    }
    let usable = |level: &&Level, part: f64| {
        let pair = &level.pair;
        let top = dark.mean_adu + part * (end.adu - dark.mean_adu);
        pair.full < DEFECTS
            && pair.mean_adu < top
            && pair.mean_adu + HEADROOM * pair.variance.sqrt() < end.adu
    };
    let lit: Vec<Level> = flats.iter().filter(|level| usable(level, GAIN_UP_TO)).copied().collect();
    let brightest = lit.iter().max_by(|a, b| a.pair.mean_adu.total_cmp(&b.pair.mean_adu));
    let brightest = brightest.ok_or("no flat frame is below saturation")?;

    // Even the shortest exposure sees some of a bright light.
    let bias_us = bias.iter().map(|level| level.exposure_us).sum::<f64>() / bias.len() as f64;
    let rate = (brightest.pair.mean_adu - dark.mean_adu) / (brightest.exposure_us - bias_us);
    if !(rate.is_finite() && rate > 0.0) {
        return Err("the signal does not grow with the exposure".into());
    }
    let pedestal_adu = dark.mean_adu - rate * bias_us;

    let points = bias.iter().chain(&lit).map(|level| Point {
        x: level.pair.mean_adu - pedestal_adu,
        y: level.pair.variance,
        pixels: level.pair.pixels,
    });
    let line =
        variance_line(&points.collect::<Vec<_>>()).ok_or("the variance does not grow with the signal")?;
    let e_per_adu = 1.0 / line.slope;
    let read_variance = dark.variance - line.slope * (dark.mean_adu - pedestal_adu);

    let well = end.limit.map(|limit| {
        let usable_e = (end.adu - pedestal_adu) * e_per_adu;
        let full_e = if limit == Limit::Converter { end.adu * e_per_adu } else { usable_e };
        Well { full_e, usable_e, limit }
    });
    let straight: Vec<(f64, f64)> = flats
        .iter()
        .filter(|level| usable(level, LINEAR_UP_TO))
        .map(|level| (level.exposure_us, (level.pair.mean_adu - pedestal_adu) * e_per_adu))
        .collect();
    Ok(Fit {
        e_per_adu,
        e_per_adu_error: e_per_adu * e_per_adu * line.slope_error,
        read_noise_e: read_variance.max(0.0).sqrt() * e_per_adu,
        row_noise_e: dark.row_variance.max(0.0).sqrt() * e_per_adu,
        pedestal_adu,
        well,
        linearity: linearity(&straight),
    })
}

/// The end of the scale.
struct End {
    adu: f64,
    limit: Option<Limit>,
}

impl End {
    /// The converter's end is reached where most samples are full. The pixel's is where
    /// the two longest exposures, of different lengths, look the same.
    fn of(flats: &[Level]) -> Option<End> {
        let mut sorted: Vec<&Level> = flats.iter().collect();
        sorted.sort_by(|a, b| a.exposure_us.total_cmp(&b.exposure_us));
        let longest = sorted.last()?;
        if longest.pair.full > 0.5 {
            return Some(End { adu: f64::from(u16::MAX), limit: Some(Limit::Converter) });
        }
        let same = |other: &&&Level| {
            let longer = longest.exposure_us / other.exposure_us > 1.1;
            longer && (other.pair.mean_adu / longest.pair.mean_adu - 1.0).abs() < 0.005
        };
        if sorted.iter().rev().skip(1).any(|level| same(&level)) {
            return Some(End { adu: longest.pair.mean_adu, limit: Some(Limit::Pixel) });
        }
        Some(End { adu: f64::from(u16::MAX), limit: None })
    }
}

/// All pairs of some levels taken together.
fn mean_of(levels: &[Level]) -> Option<Pair> {
    let count = levels.len() as f64;
    let mean = |value: fn(&Pair) -> f64| levels.iter().map(|level| value(&level.pair)).sum::<f64>() / count;
    (!levels.is_empty()).then(|| Pair {
        pixels: mean(|p| p.pixels) * count,
        mean_adu: mean(|p| p.mean_adu),
        variance: mean(|p| p.variance),
        row_variance: mean(|p| p.row_variance),
        full: mean(|p| p.full),
        empty: mean(|p| p.empty),
    })
}

struct Point {
    x: f64,
    y: f64,
    pixels: f64,
}

struct Line {
    slope: f64,
    slope_error: f64,
}

/// The straight line through variances. A variance `v` of `n` pixels is known to
/// `v sqrt(2 / n)`; `v` is that of the line, not of the point, for points that are too low
/// by chance would count too much.
fn variance_line(points: &[Point]) -> Option<Line> {
    let mut model: Vec<f64> = points.iter().map(|p| p.y).collect();
    let mut line = None;
    for _ in 0..6 {
        let [mut w, mut wx, mut wy, mut wxx, mut wxy] = [0.0; 5];
        for (point, v) in points.iter().zip(&model) {
            let weight = point.pixels / (2.0 * v * v).max(1e-12);
            w += weight;
            wx += weight * point.x;
            wy += weight * point.y;
            wxx += weight * point.x * point.x;
            wxy += weight * point.x * point.y;
        }
        let span = w * wxx - wx * wx;
        let slope = (w * wxy - wx * wy) / span;
        let at_zero = (wxx * wy - wx * wxy) / span;
        if !(slope.is_finite() && slope > 0.0) {
            return None;
        }
        line = Some(Line { slope, slope_error: (w / span).sqrt() });
        model = points.iter().map(|p| (at_zero + slope * p.x).max(0.01 * p.y)).collect();
    }
    line
}

/// Signal over exposure: every level counts alike, as in the maker's own test.
fn linearity(points: &[(f64, f64)]) -> Option<Linearity> {
    let n = points.len() as f64;
    if points.len() < 3 {
        return None;
    }
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|p| p.0), mean(|p| p.1));
    let xx: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let xy: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let yy: f64 = points.iter().map(|(_, y)| (y - mean_y).powi(2)).sum();
    let slope = xy / xx;
    let off = |(x, y): &(f64, f64)| (y - mean_y - slope * (x - mean_x)).abs();
    let up_to_e = points.iter().map(|p| p.1).fold(0.0, f64::max);
    let squares: f64 = points.iter().map(|p| off(p).powi(2)).sum();
    let worst = points.iter().map(off).fold(0.0, f64::max) / up_to_e;
    Some(Linearity { r_squared: 1.0 - squares / yy, worst, up_to_e })
}

#[cfg(test)]
mod tests {
    use super::super::stats::synthetic::{PLAIN, Random, Sensor};
    use super::*;

    /// Electrons a microsecond.
    const LIGHT: f64 = 0.02;
    const SIZE: (usize, usize) = (256, 128);

    fn level(sensor: &Sensor, exposure_us: f64, random: &mut Random) -> Level {
        let [first, second] = [(); 2].map(|()| sensor.frame(LIGHT * exposure_us, SIZE, random));
        Level { exposure_us, pair: Pair::of(&first, &second, SIZE.0).unwrap() }
    }

    fn series(sensor: &Sensor) -> (Vec<Level>, Vec<Level>) {
        let mut random = Random(11);
        let bias = (0..4).map(|_| level(sensor, 40.0, &mut random)).collect();
        let full_us = 65_535.0 * sensor.e_per_adu / LIGHT;
        let parts = [0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.95, 1.0, 1.2, 1.5];
        (bias, parts.iter().map(|part| level(sensor, (part * full_us).round(), &mut random)).collect())
    }

    /// Variances of 32768 pixels are known to 0.8 %, ten levels together to about 0.3 %, and
    /// the read noise of four pairs to 0.2 %. Tolerances are more than four of it.
    fn recovers(sensor: &Sensor, full_e: f64, limit: Limit) {
        let (bias, flats) = series(sensor);
        let got = fit(&bias, &flats).unwrap();
        let near = |got: f64, truth: f64, part: f64| (got / truth - 1.0).abs() < part;
        assert!(near(got.e_per_adu, sensor.e_per_adu, 0.015), "{got:?}");
        assert!((got.e_per_adu_error / got.e_per_adu) < 0.006, "{got:?}");
        assert!(near(got.read_noise_e, sensor.read_noise_e, 0.02), "{got:?}");
        assert!((got.pedestal_adu - sensor.pedestal_adu).abs() < 0.5, "{got:?}");
        let well = got.well.unwrap();
        assert_eq!(well.limit, limit, "{got:?}");
        assert!(near(well.full_e, full_e, 0.015), "{got:?}");
        let linearity = got.linearity.unwrap();
        assert!(linearity.r_squared > 0.99999 && linearity.worst < 0.002, "{got:?}");
    }

    #[test]
    fn the_converter_ends_the_scale() {
        recovers(&PLAIN, 65_535.0 * 0.4113, Limit::Converter);
        let noisy = Sensor { e_per_adu: 0.0222, read_noise_e: 1.992, pedestal_adu: 1000.0, ..PLAIN };
        recovers(&noisy, 65_535.0 * 0.0222, Limit::Converter);
        recovers(&Sensor { uneven: 0.01, jumping: 0.005, jump_e: 40.0, ..PLAIN }, 26_955.0, Limit::Converter);
    }

    #[test]
    fn the_pixel_ends_the_scale() {
        let wide = Sensor { e_per_adu: 1.2977, read_noise_e: 7.856, ..PLAIN };
        recovers(&wide, 81_000.0, Limit::Pixel);
    }

    #[test]
    fn a_bent_response_is_seen() {
        let (bias, mut flats) = series(&PLAIN);
        for level in &mut flats {
            let signal = level.pair.mean_adu - 500.0;
            level.pair.mean_adu = 500.0 + signal * (1.0 - 0.05 * signal / 65_000.0);
        }
        let linearity = fit(&bias, &flats).unwrap().linearity.unwrap();
        assert!(linearity.worst > 0.004 && linearity.r_squared < 0.9999, "{linearity:?}");
    }

    #[test]
    fn a_series_that_cannot_tell_is_refused() {
        let (bias, flats) = series(&PLAIN);
        assert!(fit(&[], &flats).is_err());
        assert!(fit(&bias, &[]).is_err());
        assert!(fit(&bias, &flats[15..]).unwrap_err().contains("below saturation"));
        // A cap on the lens: nothing grows.
        let dark: Vec<Level> = (1..6).map(|n| Level { exposure_us: 1e6 * f64::from(n), ..bias[0] }).collect();
        assert!(fit(&bias, &dark).is_err());
        let mut cut = bias.clone();
        cut[0].pair.empty = 0.001;
        assert!(fit(&cut, &flats).unwrap_err().contains("offset"));
        // Not long enough to saturate: no well, the rest is there.
        let short = fit(&bias, &flats[..9]).unwrap();
        assert_eq!(short.well, None);
        assert!((short.e_per_adu / 0.4113 - 1.0).abs() < 0.02);
    }
}
