//! Photon transfer curves as tables and charts, beside what the maker published.

use std::path::{Path, PathBuf};

use qhyccd::model::{Amplification, Model};

use crate::support::chart::{Axis, Chart, Mark, Scale, Series as Marks};
use crate::support::markdown;
use crate::support::output::{self, Failure, Result};

use super::dark::Dark;
use super::fit::{Fit, Limit};
use super::rig::Setting;
use super::series::Series;

/// What was measured at one setting.
pub(crate) struct Curve {
    pub(crate) setting: Setting,
    pub(crate) series: Series,
    pub(crate) fit: Fit,
    pub(crate) published: Option<Amplification>,
}

/// What is published for a setting.
pub(crate) fn published(model: &Model, setting: Setting) -> Option<Amplification> {
    model.read_modes.get(setting.mode as usize)?.curve?.at(f64::from(setting.gain))
}

/// All settings of a model that have a published point.
pub(crate) fn published_settings(model: &Model) -> Vec<Setting> {
    let modes = model.read_modes.iter().zip(0..).filter_map(|(mode, number)| Some((number, mode.curve?)));
    modes.flat_map(|(mode, curve)| curve.points.iter().map(move |p| Setting { mode, gain: p.gain })).collect()
}

/// Rows for the curves, titles first.
pub(crate) fn curve_rows(curves: &[Curve]) -> Vec<Vec<String>> {
    let mut titles = vec!["mode".to_string(), "gain".into()];
    for title in ["e-/ADU", "read noise e-", "full well e-"] {
        titles.extend([title.to_string(), "published".into(), "off %".into()]);
    }
    titles.extend(["ended by", "row noise e-", "R squared", "off line %"].map(String::from));
    let mut rows = vec![titles];
    for curve in curves {
        let (fit, published) = (&curve.fit, &curve.published);
        let mut row = vec![curve.setting.mode.to_string(), curve.setting.gain.to_string()];
        let full_e = fit.well.map(|well| well.full_e);
        row.extend(compared(Some(fit.e_per_adu), published.map(|p| p.e_per_adu), 4));
        row.extend(compared(Some(fit.read_noise_e), published.map(|p| p.read_noise_e), 3));
        row.extend(compared(full_e, published.map(|p| p.full_well_e), 0));
        let limit = fit.well.map(|well| match well.limit {
            Limit::Converter => "converter",
            Limit::Pixel => "pixel",
        });
        row.push(limit.unwrap_or("-").into());
        row.push(format!("{:.2}", fit.row_noise_e));
        row.push(number(fit.linearity.map(|l| l.r_squared), 6));
        row.push(number(fit.linearity.map(|l| l.worst * 100.0), 3));
        rows.push(row);
    }
    rows
}

/// Rows for the dark current, titles first.
pub(crate) fn dark_rows(darks: &[Dark]) -> Vec<Vec<String>> {
    let titles = ["sensor C", "exposure s", "dark e-/s", "published", "off %"];
    let mut rows = vec![titles.map(String::from).to_vec()];
    for dark in darks {
        let mut row = vec![format!("{:.2}", dark.temp_c), format!("{:.0}", dark.exposure_s)];
        row.extend(compared(Some(dark.e_per_s), dark.published, 4));
        rows.push(row);
    }
    rows
}

/// A value, the published one and the difference in percent.
fn compared(value: Option<f64>, published: Option<f64>, decimals: usize) -> [String; 3] {
    let off = value.zip(published).map(|(value, published)| (value / published - 1.0) * 100.0);
    let off = off.map_or("-".into(), |off| format!("{off:+.2}"));
    [number(value, decimals), number(published, decimals), off]
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or("-".into(), |value| format!("{value:.decimals$}"))
}

/// The comments of a Markdown file between which the results stand.
pub(crate) const PLACE: &str = "ptc";

/// Puts the tables into a Markdown file: between its two comments, or into a new file.
pub(crate) fn write_markdown(file: &Path, old: Option<&str>, tables: &[Vec<Vec<String>>]) -> Result<()> {
    let texts: Vec<String> = tables.iter().map(|rows| markdown::table(rows)).collect();
    let fresh = texts.join("\n");
    let text = match old {
        Some(old) => markdown::replaced(old, PLACE, &fresh).ok_or_else(|| Failure::new("no place"))?,
        None => fresh,
    };
    output::write_file(file, |out| std::io::Write::write_all(out, text.as_bytes()))
}

/// Curves that one chart shows at most.
const CURVES: usize = 8;

/// Draws all charts that the results fill, and tells their names: the transfer curves in
/// the file that was named, others beside it.
pub(crate) fn write_charts(file: &Path, curves: &[Curve], darks: &[Dark]) -> Result<Vec<PathBuf>> {
    let beside = |name: &str| {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        file.with_file_name(format!("{stem}-{name}.png"))
    };
    let mut charts = vec![(file.to_path_buf(), transfer_chart(curves))];
    if curves.len() > 1 {
        charts.push((beside("gain"), gain_chart(curves)));
        charts.push((beside("noise"), noise_chart(curves)));
        charts.push((beside("well"), well_chart(curves)));
    }
    charts.push((beside("linearity"), linearity_chart(curves)));
    if !darks.is_empty() {
        charts.push((beside("dark"), dark_chart(darks)));
    }
    for (path, chart) in &charts {
        output::write_file(path, |out| chart.write_png(out))?;
    }
    Ok(charts.into_iter().map(|(path, _)| path).collect())
}

fn axis(label: &'static str, scale: Scale) -> Axis {
    Axis { label, scale }
}

/// At most [`CURVES`] of them, evenly from the largest to the smallest gain.
fn some(curves: &[Curve]) -> Vec<&Curve> {
    let mut sorted: Vec<&Curve> = curves.iter().collect();
    sorted.sort_by(|a, b| b.fit.e_per_adu.total_cmp(&a.fit.e_per_adu));
    let last = sorted.len().saturating_sub(1);
    let count = sorted.len().min(CURVES);
    (0..count).map(|n| sorted[(n * last).checked_div(count - 1).unwrap_or(0)]).collect()
}

fn name(setting: Setting) -> String {
    format!("mode {} gain {}", setting.mode, setting.gain)
}

fn transfer_chart(curves: &[Curve]) -> Chart {
    let mut series = Vec::new();
    for (colour, curve) in some(curves).into_iter().enumerate() {
        let (fit, flats) = (&curve.fit, &curve.series.flats);
        let points = flats.iter().map(|l| (l.pair.mean_adu - fit.pedestal_adu, l.pair.variance.sqrt()));
        let points: Vec<(f64, f64)> = points.filter(|(_, noise)| *noise > 0.5).collect();
        let top = points.iter().map(|p| p.0).fold(1.0, f64::max);
        let noise = |signal: f64| (signal * fit.e_per_adu + fit.read_noise_e.powi(2)).sqrt() / fit.e_per_adu;
        let line = (0..=100).map(|n| 10.0 * (top / 10.0).powf(f64::from(n) / 100.0));
        let line = line.map(|signal| (signal, noise(signal))).collect();
        series.push(Marks { name: String::new(), colour, mark: Mark::Line, points: line });
        series.push(Marks { name: name(curve.setting), colour, mark: Mark::Dots, points });
    }
    Chart {
        title: "Photon transfer: measured (dots) and fitted (lines)".into(),
        x: axis("signal above the pedestal, ADU", Scale::Log),
        y: axis("noise of one frame, ADU", Scale::Log),
        series,
    }
}

/// Measured dots and published rings over the gain setting, a colour for each read mode.
fn over_gain(
    curves: &[Curve],
    measured: impl Fn(&Fit) -> Option<f64>,
    published: impl Fn(&Amplification) -> f64,
) -> Vec<Marks> {
    let mut modes: Vec<u32> = curves.iter().map(|curve| curve.setting.mode).collect();
    modes.dedup();
    let mut series = Vec::new();
    for mode in modes {
        let of_mode = || curves.iter().filter(move |curve| curve.setting.mode == mode);
        let gain = |curve: &Curve| f64::from(curve.setting.gain);
        let dots = of_mode().filter_map(|c| Some((gain(c), measured(&c.fit)?))).collect();
        let rings = of_mode().filter_map(|c| Some((gain(c), published(c.published.as_ref()?)))).collect();
        let colour = mode as usize;
        series.push(Marks { name: format!("mode {mode}"), colour, mark: Mark::Dots, points: dots });
        series.push(Marks { name: String::new(), colour, mark: Mark::Rings, points: rings });
    }
    series
}

const GAIN_LABEL: &str = "gain setting";

fn gain_chart(curves: &[Curve]) -> Chart {
    Chart {
        title: "System gain: measured (dots) and published (rings)".into(),
        x: axis(GAIN_LABEL, Scale::Linear),
        y: axis("e- per ADU", Scale::Log),
        series: over_gain(curves, |fit| Some(fit.e_per_adu), |p| p.e_per_adu),
    }
}

fn noise_chart(curves: &[Curve]) -> Chart {
    Chart {
        title: "Read noise: measured (dots) and published (rings)".into(),
        x: axis(GAIN_LABEL, Scale::Linear),
        y: axis("e-", Scale::Linear),
        series: over_gain(curves, |fit| Some(fit.read_noise_e), |p| p.read_noise_e),
    }
}

fn well_chart(curves: &[Curve]) -> Chart {
    Chart {
        title: "Full well: measured (dots) and published (rings)".into(),
        x: axis(GAIN_LABEL, Scale::Linear),
        y: axis("e-", Scale::Log),
        series: over_gain(curves, |fit| Some(fit.well?.full_e), |p| p.full_well_e),
    }
}

fn linearity_chart(curves: &[Curve]) -> Chart {
    let mut series = Vec::new();
    for (colour, curve) in some(curves).into_iter().enumerate() {
        let fit = &curve.fit;
        let points = curve.series.flats.iter().map(|level| {
            let signal_e = (level.pair.mean_adu - fit.pedestal_adu) * fit.e_per_adu;
            (level.exposure_us / 1e6, signal_e)
        });
        series.push(Marks { name: name(curve.setting), colour, mark: Mark::Dots, points: points.collect() });
    }
    Chart {
        title: "Signal over exposure".into(),
        x: axis("exposure, s", Scale::Log),
        y: axis("signal, e-", Scale::Log),
        series,
    }
}

fn dark_chart(darks: &[Dark]) -> Chart {
    let dots = darks.iter().map(|dark| (dark.temp_c, dark.e_per_s)).collect();
    let rings = darks.iter().filter_map(|dark| Some((dark.temp_c, dark.published?))).collect();
    Chart {
        title: "Dark current".into(),
        x: axis("sensor, degrees C", Scale::Linear),
        y: axis("e- per pixel and second", Scale::Log),
        series: vec![
            Marks { name: "measured".into(), colour: 0, mark: Mark::Dots, points: dots },
            Marks { name: "published".into(), colour: 1, mark: Mark::Rings, points: rings },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qhyccd::model;

    #[test]
    fn there_are_enough_published_settings() {
        let model = model::by_name("QHY600M").unwrap();
        let settings = published_settings(model);
        assert!(settings.len() >= 24, "{}", settings.len());
        assert!(settings.iter().all(|setting| published(model, *setting).is_some()));
        let outside = Setting { mode: 0, gain: 101 };
        assert_eq!(published(model, outside), None);
    }

    #[test]
    fn differences_have_signs() {
        assert_eq!(compared(Some(1.02), Some(1.0), 4), ["1.0200", "1.0000", "+2.00"]);
        assert_eq!(compared(Some(0.5), None, 1), ["0.5", "-", "-"]);
        assert_eq!(compared(None, Some(2.0), 0), ["-", "2", "-"]);
    }
}
