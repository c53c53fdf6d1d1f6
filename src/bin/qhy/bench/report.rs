//! Results as text and as Markdown.

use std::fs;

use crate::support::{markdown, output};

use super::Measured;
use super::cases;
use super::child::Kind;
use super::rig::{Frame, Outcome, median};

/// A line of the plot.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    /// Bytes on the cable, and milliseconds.
    pub(crate) points: Vec<(f64, f64)>,
}

/// What a round gave for the one region of a case.
fn frame(outcome: &Outcome) -> Frame {
    outcome.frames.first().copied().unwrap_or_default()
}

fn mid(outcomes: &[Outcome], value: impl Fn(&Outcome) -> f64) -> f64 {
    median(outcomes.iter().map(value))
}

/// The median of what the oracle needs over what we need, round by round.
fn ratio(m: &Measured, value: impl Fn(&Outcome) -> f64) -> f64 {
    median(m.oracle.iter().zip(&m.ours).map(|(theirs, ours)| value(theirs) / value(ours)))
}

/// A number with about three digits, or a dash.
fn short(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => "-".into(),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// What each case costs.
fn cost_rows(measured: &[Measured]) -> Vec<Vec<String>> {
    let titles = [
        "measurement",
        "wall ms",
        "CPU ms",
        "CPU / memcpy",
        "last byte to return ms",
        "requests",
        "bulk reads",
        "peak MiB",
    ];
    let mut rows = vec![titles.map(String::from).to_vec()];
    for m in measured {
        let kind = m.case.args.kind;
        let unless = |not: bool, value: f64| if not { "-".into() } else { short(value) };
        rows.push(vec![
            m.case.name.clone(),
            short(mid(&m.ours, |o| wall_ms(m, o))),
            short(mid(&m.ours, |o| cpu_ms(m, o))),
            unless(kind == Kind::Start, mid(&m.ours, |o| frame(o).cpu_ns / frame(o).copy_ns)),
            unless(kind != Kind::Single, mid(&m.ours, |o| frame(o).tail_ns / 1e6)),
            short(mid(&m.ours, |o| frame(o).requests)),
            short(mid(&m.ours, |o| frame(o).transfers)),
            short(mid(&m.ours, |o| peak_mib(m, o))),
        ]);
    }
    rows
}

/// The same of both libraries, side by side.
fn compared_rows(measured: &[Measured]) -> Vec<Vec<String>> {
    let mut titles = vec!["measurement".to_string()];
    for title in ["wall ms", "CPU ms", "peak MiB"] {
        titles.extend([title.to_string(), "vendor's".into(), "ratio".into()]);
    }
    for title in ["requests", "bulk reads"] {
        titles.extend([title.to_string(), "vendor's".into()]);
    }
    let mut rows = vec![titles];
    for m in measured.iter().filter(|m| !m.oracle.is_empty()) {
        let mut row = vec![m.case.name.clone()];
        // What the device needs is in the ratio: nobody can wait for less.
        let whole_ms = |_: &Measured, o: &Outcome| frame(o).wall_ns / 1e6;
        type Value = fn(&Measured, &Outcome) -> f64;
        for (value, whole) in [(wall_ms as Value, whole_ms as Value), (cpu_ms, cpu_ms), (peak_mib, peak_mib)]
        {
            let numbers = [&m.ours, &m.oracle].map(|library| mid(library, |o| value(m, o)));
            row.extend(numbers.map(short));
            row.push(short(ratio(m, |o| whole(m, o))));
        }
        for value in [|f: Frame| f.requests, |f: Frame| f.transfers] {
            row.extend([&m.ours, &m.oracle].map(|library| short(mid(library, |o| value(frame(o))))));
        }
        rows.push(row);
    }
    rows
}

/// What was aimed at, and whether it was met; only what was measured.
fn aim_rows(measured: &[Measured]) -> Vec<Vec<String>> {
    let mut rows = vec![["aim", "bound", "measured", ""].map(String::from).to_vec()];
    // An aim is a most or, if it is negative, a least.
    let mut aim = |what: &str, bound: f64, value: f64| {
        let (side, met) =
            if bound < 0.0 { ("at least", value >= -bound) } else { ("at most", value <= bound) };
        if value.is_finite() {
            let word = if met { "met" } else { "missed" };
            rows.push(vec![what.into(), format!("{side} {}", bound.abs()), short(value), word.into()]);
        }
    };
    let of = |name: &str, value: &dyn Fn(&Measured) -> f64| {
        measured.iter().find(|m| m.case.name == name).map_or(f64::NAN, value)
    };
    let copies = of(cases::SINGLE_FULL, &|m| mid(&m.ours, |o| frame(o).cpu_ns / frame(o).copy_ns));
    aim("full single frame: CPU in memcpys of it", 1.5, copies);
    let tail_ms = of(cases::SINGLE_FULL, &|m| mid(&m.ours, |o| frame(o).tail_ns / 1e6));
    aim("full single frame: last byte to return, ms", 5.0, tail_ms);
    let peak = of(cases::SINGLE_FULL, &|m| mid(&m.ours, |o| peak_mib(m, o)));
    aim("full single frame: memory beside the caller's buffer, MiB", 48.0, peak);
    let cpu_ratio = |m: &Measured| ratio(m, |o| cpu_ms(m, o));
    aim("full single frame: CPU, vendor's over ours", -8.0, of(cases::SINGLE_FULL, &cpu_ratio));
    let wall = |m: &Measured| mid(&m.ours, |o| wall_ms(m, o));
    aim("start: ms beside the 200 ms and the exposure", 20.0, of(cases::START, &wall));
    aim("small frame: ms beside what the device takes", 10.0, of(cases::SINGLE_SMALL, &wall));
    let frames = of(cases::LIVE_FULL, &|m| mid(&m.ours, |o| o.peak_kib * 1024.0 / frame(o).bytes));
    aim("live, 2 frames kept: memory beside the caller's buffer, frames", 3.0, frames);
    aim("full live frame: CPU, vendor's over ours", -20.0, of(cases::LIVE_FULL, &cpu_ratio));
    let link = |f: Frame| cases::FULL_BYTES / cases::LINK_RATE * 1e9 / f.wall_ns * 100.0;
    aim(
        "live at 400 MB/s: % of the link's frame rate",
        -99.0,
        of(cases::LIVE_LINKED, &|m| mid(&m.ours, |o| link(frame(o)))),
    );
    let core = |f: Frame| f.cpu_ns / f.wall_ns * 100.0;
    aim(
        "live at 400 MB/s: % of one core",
        35.0,
        of(cases::LIVE_LINKED, &|m| mid(&m.ours, |o| core(frame(o)))),
    );
    // Where the camera sets the pace, nobody is slower.
    let paced = |m: &Measured| m.case.args.kind == Kind::Live && m.case.args.exposure_us > 10_000;
    let slowest = measured
        .iter()
        .filter(|m| !paced(m))
        .map(|m| ratio(m, |o| frame(o).wall_ns))
        .fold(f64::INFINITY, f64::min);
    aim("all measurements: wall time, vendor's over ours, the least", -1.0, slowest);
    rows
}

fn wall_ms(m: &Measured, outcome: &Outcome) -> f64 {
    (frame(outcome).wall_ns - m.case.device_ns) / 1e6
}

fn cpu_ms(_: &Measured, outcome: &Outcome) -> f64 {
    frame(outcome).cpu_ns / 1e6
}

fn peak_mib(_: &Measured, outcome: &Outcome) -> f64 {
    outcome.peak_kib / 1024.0
}

/// The lines of the plot: ours, the oracle's if it took part, and memcpy.
pub(crate) fn series(sweep: &Measured) -> Vec<Series> {
    let points = |outcomes: &[Outcome], value: fn(&Frame) -> f64| {
        let regions = outcomes.first().map_or(0, |o| o.frames.len());
        let of = |n: usize, value: fn(&Frame) -> f64| mid(outcomes, |o| value(&o.frames[n]));
        (0..regions).map(|n| (of(n, |f| f.bytes), of(n, value) / 1e6)).collect::<Vec<_>>()
    };
    let mut lines = vec![
        Series { name: "this library", points: points(&sweep.ours, |f| f.cpu_ns) },
        Series { name: "the vendor's library", points: points(&sweep.oracle, |f| f.cpu_ns) },
        Series { name: "memcpy of as many bytes", points: points(&sweep.ours, |f| f.copy_ns) },
    ];
    lines.retain(|line| !line.points.is_empty());
    lines
}

fn sweep_rows(sweep: &[Measured]) -> Vec<Vec<String>> {
    let titles = ["region", "MB on the cable", "CPU ms", "vendor's", "memcpy ms", "wall ms", "vendor's"];
    let mut rows = vec![titles.map(String::from).to_vec()];
    for m in sweep {
        for (n, region) in m.case.args.regions.iter().enumerate() {
            let of = |outcomes: &[Outcome], value: &dyn Fn(&Frame) -> f64| {
                short(mid(outcomes, |o| o.frames.get(n).map_or(f64::NAN, value)))
            };
            let wall = |f: &Frame| (f.wall_ns - m.case.device_ns) / 1e6;
            rows.push(vec![
                format!("{}x{}", region.0[2], region.0[3]),
                of(&m.ours, &|f| f.bytes / 1e6),
                of(&m.ours, &|f| f.cpu_ns / 1e6),
                of(&m.oracle, &|f| f.cpu_ns / 1e6),
                of(&m.ours, &|f| f.copy_ns / 1e6),
                of(&m.ours, &wall),
                of(&m.oracle, &wall),
            ]);
        }
    }
    rows
}

/// All tables that have rows.
fn tables(measured: &[Measured], sweep: &[Measured]) -> Vec<Vec<Vec<String>>> {
    let mut tables =
        vec![aim_rows(measured), cost_rows(measured), compared_rows(measured), sweep_rows(sweep)];
    tables.retain(|rows| rows.len() > 1);
    tables
}

/// Tables for a person.
pub(crate) fn text(measured: &[Measured], sweep: &[Measured]) -> String {
    let texts: Vec<String> = tables(measured, sweep).iter().map(|rows| output::table(rows)).collect();
    texts.join("\n")
}

/// Name of the comments between which results stand.
pub(crate) const PLACE: &str = "bench";

/// Puts new results in the place of the old ones.
pub(crate) fn update(old: &str, measured: &[Measured], sweep: &[Measured], rounds: u32) -> String {
    let mut fresh = format!("Rounds: {rounds}. Processor: {}.\n", processor());
    for rows in tables(measured, sweep) {
        fresh += "\n";
        fresh += &markdown::table(&rows);
    }
    markdown::replaced(old, PLACE, &fresh).unwrap_or_default()
}

/// The machine in a few words.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{} ({count} threads)", name.map_or("unknown", |(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_three_digits() {
        let texts = [1234.56, 12.345, 1.2345, 0.0, f64::NAN, f64::INFINITY].map(short);
        assert_eq!(texts, ["1235", "12.3", "1.23", "0.00", "-", "-"]);
    }
}
