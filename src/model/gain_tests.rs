//! Every gain code that was observed, and what the codes amplify.

use super::super::gain_laws::{EXTENDED, HIGH_GAIN, PHOTOGRAPHIC};
use super::*;
use crate::model::{ControlId, DigitalSlots, GainOrder, Model, by_name};

/// One group of read modes: analogue, digital, byte 14 and byte 16 for settings 0..=200.
type Group = (Vec<usize>, [Vec<i64>; 4]);

/// Reads the committed copy of what was observed.
fn observed() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut column = 0;
    for line in include_str!("observed/qhy600-gain.txt").lines() {
        let mut words = line.split_whitespace().peekable();
        let first = words.peek().copied().unwrap_or("#");
        column = match first {
            "analogue" => 0,
            "digital" => 1,
            "byte14" => 2,
            "byte16" => 3,
            _ => column,
        };
        if first.starts_with('#') {
            continue;
        }
        if first == "modes" {
            groups.push((words.skip(1).map(|w| w.parse().unwrap()).collect(), Default::default()));
            continue;
        }
        let values = &mut groups.last_mut().expect("modes come first").1[column];
        for word in words.filter(|w| !w.starts_with(char::is_alphabetic)) {
            match word.split_once('*') {
                None => values.push(word.parse().unwrap()),
                Some((count, step)) => {
                    let step: i64 = step.parse().unwrap();
                    for _ in 0..count.parse().unwrap() {
                        values.push(values.last().unwrap() + step);
                    }
                }
            }
        }
    }
    groups
}

fn codes(model: &Model, mode: usize, gain: usize) -> [i64; 4] {
    let steps = model.read_modes[mode].gain.steps(gain as f64);
    [steps.analogue.into(), steps.digital.into(), steps.switch_14.into(), steps.switch_16.into()]
}

#[test]
fn every_observed_code_comes_out() {
    let mut compared = 0;
    for name in ["QHY600M", "QHY600C"] {
        let model = by_name(name).unwrap();
        for (modes, columns) in observed() {
            assert!(columns.iter().all(|c| c.len() == 201));
            for mode in modes {
                for gain in 0..=200 {
                    let expected = columns.each_ref().map(|c| c[gain]);
                    assert_eq!(codes(model, mode, gain), expected, "{name} mode {mode} gain {gain}");
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 2 * 11 * 201);
}

/// The same against the full recording, 3819 rows, where the reference folder is there.
#[test]
fn every_row_of_the_recording_comes_out() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/protocol/facts");
    for (name, rows, slots) in [("QHY600M", 2211, [1, 0, 0]), ("QHY600C", 1608, [1, 1, 1])] {
        let file = folder.join(format!("{}-gain-registers.tsv", name.to_lowercase()));
        let Ok(text) = std::fs::read_to_string(&file) else {
            println!("skipped: {} is not here; the committed copy was compared", file.display());
            continue;
        };
        let model = by_name(name).unwrap();
        let mut compared = 0;
        for line in text.lines().skip(1) {
            let row: Vec<i64> = line.split('\t').take(8).map(|w| w.parse().unwrap()).collect();
            let [analogue, digital, b14, b16] = codes(model, row[0] as usize, row[1] as usize);
            let [red, green, blue] = slots.map(|used| used * digital);
            assert_eq!(row[2..], [analogue, red, green, blue, b14, b16], "{name}: {line}");
            compared += 1;
        }
        assert_eq!(compared, rows);
    }
}

static LAWS: [&GainLaw; 3] = [&PHOTOGRAPHIC, &HIGH_GAIN, &EXTENDED];

/// Answers of the vendor's library where it is right: below the conversion gain's step
/// and without digital gain.
#[test]
fn decibels_are_those_observed() {
    for (law, gain, decibels) in [
        (&PHOTOGRAPHIC, 5.0, 1.0906),
        (&PHOTOGRAPHIC, 20.0, 5.5469),
        (&PHOTOGRAPHIC, 25.0, 7.7437),
        (&HIGH_GAIN, 5.0, 0.4349),
        (&HIGH_GAIN, 55.0, 6.6929),
        (&EXTENDED, 50.0, 5.5469),
        (&EXTENDED, 100.0, 25.0289),
    ] {
        let by_law = law.decibels(gain).unwrap();
        assert!((by_law - decibels).abs() < 1e-4, "{law:?} {gain}: {by_law}");
    }
}

/// Ten units of digital gain where there were eight.
#[test]
fn digital_gain_counts_as_what_it_does() {
    let law = &EXTENDED;
    assert!(
        (law.decibels(102.0).unwrap() - law.decibels(100.0).unwrap() - 20.0 * (10.0f64 / 8.0).log10()).abs()
            < 1e-9
    );
}

/// The plots were read to 0.008 e-/ADU; that of mode 3 wobbles by more.
#[test]
fn decibels_agree_with_the_published_system_gains() {
    for mode in by_name("QHY600M").unwrap().read_modes {
        let Some(curve) = mode.curve else { continue };
        for point in curve.points {
            let by_law =
                curve.points[0].e_per_adu / 10f64.powf(mode.gain.decibels(point.gain.into()).unwrap() / 20.0);
            let off = (by_law - point.e_per_adu).abs();
            assert!(off < 0.04, "{} {}: {by_law}", mode.name, point.gain);
        }
    }
}

#[test]
fn settings_and_decibels_are_inverse_and_rise() {
    for law in LAWS {
        for gain in 0..200 {
            let (here, next) = (law.decibels(gain.into()).unwrap(), law.decibels((gain + 1).into()).unwrap());
            assert!(next > here, "{law:?} {gain}");
            assert!((law.setting(here, 200).unwrap() - f64::from(gain)).abs() < 1e-6, "{law:?} {gain}");
            let between = law.setting((here + next) / 2.0, 200).unwrap();
            assert!((between - f64::from(gain) - 0.5).abs() < 1e-6, "{law:?} {gain}");
        }
        assert_eq!(law.setting(-3.0, 200), Some(0.0));
        assert_eq!(law.setting(1e300, 140), Some(140.0));
    }
}

#[test]
fn settings_beyond_the_sweep_do_not_overflow() {
    for law in LAWS {
        assert_eq!(law.steps(-1.0), law.steps(0.0));
        assert_eq!(law.steps(f64::NAN), law.steps(0.0));
        assert_eq!(law.steps(f64::INFINITY), law.steps(10_000.0));
        assert_eq!(law.steps(12.9), law.steps(12.0));
    }
    // Observed: setting 1000 in mode 0 sends digital 0x03AF.
    assert_eq!(PHOTOGRAPHIC.steps(1000.0).digital, 0x03AF);
}

/// Every row that was recorded of the other cameras of the family.
#[test]
fn every_observed_code_of_the_family_comes_out() {
    const NAMES: [&str; 8] =
        ["analogue", "red", "green-analogue", "green", "blue-analogue", "blue", "byte13-14", "byte16"];
    let mut compared = 0;
    // A run of values, or none where the codes were not set.
    let values = |words: &[&str]| -> Option<Vec<i64>> {
        let mut values = vec![words[0].parse().ok()?];
        for word in &words[1..] {
            let (count, step) = word.split_once('*').unwrap();
            for _ in 0..count.parse().unwrap() {
                values.push(values.last().unwrap() + step.parse::<i64>().unwrap());
            }
        }
        Some(values)
    };
    let text: String = include_str!("observed/family-gain.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .fold(String::new(), |text, line| {
            text + if line.starts_with(' ') { " " } else { "\n" } + line.trim_start()
        });
    for block in text.split("\nmodes ").skip(1) {
        let mut lines = block.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let modes = lines.next().unwrap();
        let columns: Vec<(&str, Option<Vec<i64>>)> =
            lines.filter(|l| !l.is_empty()).map(|l| (l[0], values(&l[1..]))).collect();
        let column = |name| columns.iter().find(|(n, _)| *n == name).map(|(_, values)| values);
        let gains = column("gain").unwrap().as_ref().unwrap();
        for mode in modes {
            let (name, number) = mode.split_once(':').unwrap();
            let model = by_name(name).unwrap_or_else(|| panic!("{name} has no table"));
            let most = model.control(ControlId::GAIN).unwrap().range.unwrap().max;
            // In the short order nothing stands where the switches are in the long one.
            let short = matches!(column("byte16"), Some(None));
            assert_eq!(short, model.wire.gain_order == GainOrder::Short, "{mode}");
            for (i, &gain) in gains.iter().enumerate() {
                assert!(gain as f64 <= most, "{mode} {gain}");
                let law = model.read_modes[number.parse::<usize>().unwrap()].gain;
                let steps = law.steps(gain as f64);
                let [green, blue] = match model.digital_slots {
                    _ if law.first_slot_only => [0; 2],
                    DigitalSlots::First => [0; 2],
                    DigitalSlots::All | DigitalSlots::WhiteBalance { .. } => [steps.digital; 2],
                };
                let sent = [
                    steps.analogue,
                    steps.digital,
                    steps.more_analogue[0],
                    green,
                    steps.more_analogue[1],
                    blue,
                    steps.switch_14,
                    u16::from(steps.switch_16),
                ];
                for (what, sent) in NAMES.into_iter().zip(sent) {
                    let expected = match column(what) {
                        Some(Some(values)) => values[i],
                        Some(None) => continue,
                        None => 0,
                    };
                    assert_eq!(i64::from(sent), expected, "{mode} {gain} {what}");
                }
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 25_511);
}
