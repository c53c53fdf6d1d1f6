//! The USB traffic value without periodic banding.
//!
//! The manual: random bands average out over frames, periodic ones do not; changing USB
//! traffic moves their frequency and can remove them. Periodic is what stands out of the
//! spectrum of row means.

use std::f64::consts::TAU;

use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::support::output::{self, Failure, Result};
use crate::support::progress::Progress;
use crate::support::session::Session;

use super::{Biases, Setup};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    setup: Setup,
    /// First value to look at [default: the smallest there is]
    #[arg(long, value_name = "N")]
    from: Option<u32>,
    /// Last value to look at [default: the largest there is]
    #[arg(long, value_name = "N")]
    to: Option<u32>,
    /// Bias frames at each value
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    frames: u32,
}

/// Rows that are read unless a region is wanted: bands of half of them are still seen.
const ROWS: u32 = 1024;

/// Power of a line against the mean of the others from which on it is no chance. That of
/// chance is distributed as `exp(-x)`: among a thousand lines one in 5e5 looks would reach
/// this.
const STANDS_OUT: f64 = 20.0;
/// Of the median of that distribution.
const MEDIAN: f64 = std::f64::consts::LN_2;

/// The strongest line of a spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    period_rows: f64,
    /// Of a sine.
    amplitude_adu: f64,
    /// Power against the mean of all lines.
    strength: f64,
}

impl Line {
    fn stands_out(&self) -> bool {
        self.strength > STANDS_OUT
    }
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args, session: &Session) -> Result<()> {
    let mut biases = Biases::new(session, &args.setup, middle)?;
    let [least, most] = biases.range(ControlId::USB_TRAFFIC)?;
    let (from, to) = (args.from.unwrap_or(least), args.to.unwrap_or(most));
    if from > to {
        return Err(Failure::new(format_args!("there is nothing between {from} and {to}")));
    }
    let present = biases.get(ControlId::USB_TRAFFIC)?;
    let progress = Progress::new(args.setup.quiet);
    let mut lines: Vec<(u32, Line)> = Vec::new();
    for traffic in from..=to {
        let percent = 100.0 * f64::from(traffic - from) / f64::from(to - from + 1);
        progress.show(&format!("USB traffic {traffic}"), percent);
        biases.set(ControlId::USB_TRAFFIC, traffic)?;
        let mut spectra = Vec::new();
        for _ in 0..args.frames {
            let (width, samples) = biases.take()?;
            spectra.push(spectrum(&row_means(width, samples)));
        }
        let line = strongest(&spectra).ok_or_else(|| Failure::new("too few rows to see bands"))?;
        lines.push((traffic, line));
    }
    drop(progress);
    output::print(&format!("{}\n{}\n", output::table(&rows(&lines)), verdict(&lines, present)))
}

/// Rows in the middle of an area.
fn middle(area: Rect) -> Rect {
    let height = area.height.min(ROWS);
    Rect::new(area.x, (area.y + (area.height - height) / 2) & !1, area.width, height)
}

fn rows(lines: &[(u32, Line)]) -> Vec<Vec<String>> {
    let titles = ["TRAFFIC", "STRONGEST PERIOD, ROWS", "AMPLITUDE, ADU", "TIMES THE MEAN", ""];
    let mut rows = vec![titles.map(String::from).to_vec()];
    for (traffic, line) in lines {
        rows.push(vec![
            traffic.to_string(),
            format!("{:.1}", line.period_rows),
            format!("{:.3}", line.amplitude_adu),
            format!("{:.0}", line.strength),
            if line.stands_out() { "bands" } else { "clean" }.into(),
        ]);
    }
    rows
}

/// The fastest value without bands; the present one if it has none.
fn choice(lines: &[(u32, Line)], present: u32) -> Option<u32> {
    let clean = || lines.iter().filter(|(_, line)| !line.stands_out()).map(|(traffic, _)| *traffic);
    clean().find(|traffic| *traffic == present).or_else(|| clean().min())
}

fn verdict(lines: &[(u32, Line)], present: u32) -> String {
    if let Some(traffic) = choice(lines, present) {
        return format!("Suggested USB traffic: {traffic}, without periodic bands (present: {present}).");
    }
    let weakest = lines.iter().min_by(|a, b| a.1.amplitude_adu.total_cmp(&b.1.amplitude_adu));
    weakest.map_or("Nothing was looked at.".into(), |(traffic, line)| {
        let amplitude = line.amplitude_adu;
        format!("Every value has periodic bands; those at {traffic} are the weakest, {amplitude:.3} ADU.")
    })
}

/// Mean of each row.
fn row_means(width: usize, mut samples: impl Iterator<Item = u16>) -> Vec<f64> {
    let mut means = Vec::new();
    loop {
        let (mut sum, mut count) = (0.0, 0);
        for sample in samples.by_ref().take(width) {
            sum += f64::from(sample);
            count += 1;
        }
        if count == 0 || count < width {
            return means;
        }
        means.push(sum / f64::from(count as u32));
    }
}

/// Squared amplitudes of the sines with 1, 2, 3, ... periods in all of the values, up to
/// two values a period. A slope is no band and is taken off first.
fn spectrum(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let count = n as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / count;
    let moment: f64 = values.iter().enumerate().map(|(at, v)| (at as f64 - middle) * (v - mean)).sum();
    let slope = 12.0 * moment / (count * (count * count - 1.0));
    let flat: Vec<f64> =
        values.iter().enumerate().map(|(at, v)| v - mean - slope * (at as f64 - middle)).collect();
    let sines: Vec<(f64, f64)> = (0..n).map(|at| (TAU * at as f64 / count).sin_cos()).collect();
    (1..n / 2)
        .map(|periods| {
            let (mut sin, mut cos) = (0.0, 0.0);
            for (at, value) in flat.iter().enumerate() {
                let (s, c) = sines[at * periods % n];
                sin += s * value;
                cos += c * value;
            }
            4.0 * (sin * sin + cos * cos) / (count * count)
        })
        .collect()
}

/// The strongest line of the mean of some spectra; `None` if there are too few lines to
/// say what is usual.
fn strongest(spectra: &[Vec<f64>]) -> Option<Line> {
    let lines = spectra.first()?.len();
    let power = |line: usize| spectra.iter().map(|s| s[line]).sum::<f64>() / spectra.len() as f64;
    let powers: Vec<f64> = (0..lines).map(power).collect();
    if lines < 16 {
        return None;
    }
    let mut sorted = powers.clone();
    sorted.sort_by(f64::total_cmp);
    let mean = (sorted[lines / 2] / MEDIAN).max(f64::MIN_POSITIVE);
    let (at, power) = powers.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let values = 2.0 * (lines + 1) as f64;
    Some(Line { period_rows: values / (at + 1) as f64, amplitude_adu: power.sqrt(), strength: power / mean })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Even noise of deviation 1 and a sine.
    fn bands(seed: u64, amplitude: f64, period: f64) -> Vec<f64> {
        let mut state = seed;
        (0..1024)
            .map(|row| {
                let noise: f64 = (0..12)
                    .map(|_| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5
                    })
                    .sum();
                500.0
                    + 0.01 * f64::from(row)
                    + noise
                    + amplitude * (TAU * f64::from(row) / period + 1.0).sin()
            })
            .collect()
    }

    #[test]
    fn a_sine_is_found_with_its_period_and_amplitude() {
        // A sine of amplitude A has N A^2 / 4 times the mean power: 64 here. Its amplitude is
        // known to sqrt(2 / N), 4.4 %.
        for periods in [2.0, 5.0, 64.0, 300.0] {
            let period = 1024.0 / periods;
            let line = strongest(&[spectrum(&bands(1, 0.5, period))]).unwrap();
            assert!((line.period_rows / period - 1.0).abs() < 1e-9, "{line:?}");
            assert!((line.amplitude_adu / 0.5 - 1.0).abs() < 0.25, "{line:?}");
            assert!(line.stands_out(), "{line:?}");
        }
        // A period that does not fit is found beside it.
        let line = strongest(&[spectrum(&bands(1, 0.7, 50.0))]).unwrap();
        assert!((line.period_rows - 50.0).abs() < 2.0 && line.stands_out(), "{line:?}");
    }

    #[test]
    fn noise_does_not_stand_out() {
        for seed in 0..50 {
            let spectra: Vec<_> = (0..2).map(|n| spectrum(&bands(100 * n + seed, 0.0, 9.0))).collect();
            for count in 1..=2 {
                let line = strongest(&spectra[..count]).unwrap();
                assert!(!line.stands_out(), "{seed}: {line:?}");
            }
        }
        assert_eq!(strongest(&[spectrum(&[1.0; 20])]), None);
        assert!(!strongest(&[spectrum(&[7.0; 64])]).unwrap().stands_out());
    }

    #[test]
    fn the_fastest_clean_value_is_chosen_unless_the_present_one_is_clean() {
        let line = |strength| Line { period_rows: 9.0, amplitude_adu: strength, strength };
        let lines = [(0, line(90.0)), (1, line(3.0)), (2, line(40.0)), (3, line(4.0))];
        assert_eq!(choice(&lines, 3), Some(3));
        assert_eq!(choice(&lines, 0), Some(1));
        assert_eq!(choice(&lines[2..3], 0), None);
        assert!(verdict(&[lines[0], lines[2]], 0).contains("at 2 are the weakest"));
        assert!(verdict(&lines, 0).contains("Suggested USB traffic: 1"));
    }

    #[test]
    fn rows_are_averaged_one_by_one() {
        assert_eq!(row_means(2, [1u16, 3, 10, 20, 7].into_iter()), [2.0, 15.0]);
        assert!(row_means(2, [].into_iter()).is_empty());
    }
}
