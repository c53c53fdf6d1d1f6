//! Pictures of the real scene, checked by their statistics.

use super::super::bands::Bands;
use super::super::readout;
use super::*;
use crate::util::Bayer;
use crate::vcam::spec::SceneSpec;

/// Offset 30 at the factor 16.
const BIAS: f64 = 480.0;

/// Mode 0 at gain 26.
const GAIN_26: GainCode =
    GainCode { analogue: 2440, digital: [8, 8, 8], more_analogue: [0; 2], switch_14: 0, switch_16: 1 };
/// Mode 0 at gain 0.
const GAIN_0: GainCode =
    GainCode { analogue: 2400, digital: [8, 8, 8], more_analogue: [0; 2], switch_14: 0, switch_16: 0 };

fn shot(exposure_s: f64, gain: GainCode) -> Shot {
    Shot {
        serial: 0,
        number: 0,
        readout: readout(0).unwrap(),
        live: false,
        columns: Columns::all(&readout(0).unwrap()),
        first_row: 25,
        rows: 6456,
        sixteen_bit: true,
        exposure: Duration::from_secs_f64(exposure_s),
        readout_at: Duration::from_secs_f64(exposure_s),
        row_ns: 62_000,
        gain,
        traffic: quiet(1),
        offset: 480,
        temp_c: -10.0,
        gps: None,
    }
}

fn imager(colour: bool) -> Imager {
    sees(&SceneSpec::Stars, colour)
}

/// The USB traffic without bands.
fn quiet(seed: u64) -> u8 {
    Bands::new(seed).quiet_traffic
}

fn sees(scene: &SceneSpec, colour: bool) -> Imager {
    Imager::new(
        Scene::new(scene, 1).unwrap(),
        Unit { seed: 1, bayer: colour.then_some(Bayer::Rg), columns: 9600, suppression: true },
    )
}

/// In front of a panel that gives two electrons a second.
fn panel() -> Imager {
    sees(&SceneSpec::Flat { e_per_s: 2.0 }, false)
}

/// Values of some rows, counted from the first picture row.
fn rows(imager: &mut Imager, shot: &Shot, picture_rows: std::ops::Range<i64>) -> Vec<Vec<u16>> {
    let lead = i64::from(shot.readout.picture_at[0]) - i64::from(shot.first_row);
    let len = shot.row_bytes();
    picture_rows
        .map(|row| {
            let mut bytes = vec![0; len];
            imager.bytes(shot, 1, (row + lead) as u64 * len as u64, 0, &mut bytes);
            bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
        })
        .collect()
}

/// Median, and deviation from the spread of the middle half: stars do not count.
fn median_and_spread(values: impl Iterator<Item = u16>) -> (f64, f64) {
    // Whole numbers are spread evenly over their width, so that quantiles are smooth.
    let mut values: Vec<f64> =
        values.enumerate().map(|(i, v)| f64::from(v) + (i % 97) as f64 / 97.0 - 0.5).collect();
    values.sort_by(f64::total_cmp);
    let at = |part: f64| values[(part * (values.len() - 1) as f64) as usize];
    (at(0.5), (at(0.75) - at(0.25)) / 1.349)
}

fn area(rows: &[Vec<u16>], columns: std::ops::Range<usize>, step: usize) -> (f64, f64) {
    median_and_spread(rows.iter().flat_map(|row| row[columns.clone()].iter().step_by(step).copied()))
}

#[test]
fn bias_and_read_noise_are_those_of_the_gain() {
    let mut imager = imager(false);
    for (gain, noise_adu) in [(GAIN_0, 7.9 / 1.2944), (GAIN_26, 2.754 / 0.4113)] {
        let rows = rows(&mut imager, &shot(40e-6, gain), 1000..1030);
        let (bias, noise) = area(&rows, 24..9600, 1);
        assert!((bias - BIAS).abs() < 0.3, "{bias}");
        assert!((noise / noise_adu - 1.0).abs() < 0.02, "{noise} {noise_adu}");
    }
    let mut sampled_twice = shot(40e-6, GAIN_0);
    sampled_twice.readout = readout(3).unwrap();
    let (_, noise) = area(&rows(&mut imager, &sampled_twice, 1000..1030), 24..9600, 1);
    assert!((noise * 1.2571 / 5.941 - 1.0).abs() < 0.02, "{noise}");
}

#[test]
fn light_falls_on_the_effective_area_only() {
    let mut imager = imager(false);
    let long = shot(100.0, GAIN_26);
    let sky_adu = 200.0 / 0.4113;
    let lit = rows(&mut imager, &long, 3000..3010);
    assert!((area(&lit, 24..9600, 1).0 - BIAS - sky_adu).abs() < 5.0);
    // The masked columns gather dark current, a few tenths of an electron here.
    assert!((area(&lit, 0..24, 1).0 - BIAS).abs() < 4.0);
    assert!(lit[0][24] > 700 && lit[0][23] < 600);
    for dark in [-34..0, 6388..6422] {
        let dark = rows(&mut imager, &long, dark);
        assert!((area(&dark, 0..9600, 1).0 - BIAS).abs() < 0.3);
    }
    let edges = rows(&mut imager, &long, 6387..6389);
    assert!(area(&edges[..1], 24..9600, 1).0 > 900.0 && area(&edges[1..], 24..9600, 1).0 < 500.0);
}

#[test]
fn sky_grows_with_exposure_and_its_noise_with_its_root() {
    let mut imager = panel();
    let mut last = 0.0;
    for exposure_s in [10.0, 20.0, 40.0, 400.0] {
        let rows = rows(&mut imager, &shot(exposure_s, GAIN_26), 3000..3020);
        let (level, noise) = area(&rows, 24..9600, 1);
        let electrons = (level - BIAS) * 0.4113;
        assert!((electrons / exposure_s / 2.0 - 1.0).abs() < 0.05, "{exposure_s} s: {electrons}");
        let wanted = (electrons + 2.754f64.powi(2)).sqrt() / 0.4113;
        assert!((noise / wanted - 1.0).abs() < 0.05, "{exposure_s} s: {noise} {wanted}");
        assert!(level > last);
        last = level;
    }
}

#[test]
fn stars_are_there_and_saturate() {
    let mut imager = imager(false);
    let count = |imager: &mut Imager, exposure_s| {
        let rows = rows(imager, &shot(exposure_s, GAIN_26), 2000..2200);
        let bright = rows.iter().flatten().filter(|v| **v > 2000).count();
        let full = rows.iter().flatten().filter(|v| **v == 65535).count();
        (bright, full)
    };
    let (short, none) = count(&mut imager, 2.0);
    let (long, full) = count(&mut imager, 300.0);
    assert!(short > 20 && none == 0, "{short} {none}");
    assert!(long > 10 * short && full > 50, "{long} {full}");
}

#[test]
fn a_star_is_the_same_at_every_exposure() {
    let mut imager = imager(false);
    let brightest = |imager: &mut Imager, serial| {
        let rows = rows(imager, &Shot { serial, ..shot(2.0, GAIN_26) }, 2000..2300);
        let place = |(y, row): (usize, &Vec<u16>)| {
            let (x, v) = row.iter().enumerate().max_by_key(|(_, v)| **v).unwrap();
            (*v, x, y)
        };
        rows.iter().enumerate().map(place).max().unwrap()
    };
    let (first, second) = (brightest(&mut imager, 0), brightest(&mut imager, 1));
    assert!(first.0 > 3000);
    assert!(first.1.abs_diff(second.1) <= 1 && first.2.abs_diff(second.2) <= 1, "{first:?} {second:?}");
    assert_ne!(first.0, second.0, "noise of its own in each frame");
}

#[test]
fn colours_see_different_skies() {
    let mut imager = imager(true);
    let mut long = shot(100.0, GAIN_26);
    let level = |rows: &[Vec<u16>], x, y| {
        let rows: Vec<_> = rows.iter().skip(y).step_by(2).cloned().collect();
        (area(&rows, 24 + x..9600, 2).0 - BIAS) * 0.4113
    };
    let lit = rows(&mut imager, &long, 3000..3020);
    let cell = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| level(&lit, x, y));
    for (got, part) in cell.iter().zip([0.28, 0.40, 0.40, 0.30]) {
        assert!((got / (200.0 * part) - 1.0).abs() < 0.05, "{cell:?}");
    }
    // White balance: each colour has a digital gain of its own.
    long.gain.digital = [16, 8, 24];
    let mut imager = self::imager(true);
    let lit = rows(&mut imager, &long, 3000..3020);
    for (x, y, factor) in [(0, 0, 2.0), (1, 0, 1.0), (1, 1, 3.0)] {
        let ratio = level(&lit, x, y) / cell[y * 2 + x];
        assert!((ratio / factor - 1.0).abs() < 0.05, "{x} {y}: {ratio}");
    }
}

#[test]
fn the_3x3_readout_sees_the_same_sky_with_less_noise() {
    let mut imager = panel();
    let mut binned = shot(20.0, GAIN_26);
    binned.readout = readout(4).unwrap();
    let (level, noise) = area(&rows(&mut imager, &binned, 1000..1060), 8..3200, 1);
    assert!(((level - BIAS) * 0.4113 / 40.0 - 1.0).abs() < 0.05, "{level}");
    let wanted = (40.0 + 2.754f64.powi(2)).sqrt() / 0.4113 / 3.0;
    assert!((noise / wanted - 1.0).abs() < 0.05, "{noise} {wanted}");
}

#[test]
fn warm_sensors_gather_dark_current() {
    let mut imager = imager(false);
    let mut level = |temp_c| {
        let warm = Shot { temp_c, ..shot(300.0, GAIN_26) };
        let rows = rows(&mut imager, &warm, 100..200);
        area(&rows, 0..24, 1).0 - BIAS
    };
    assert!(level(-20.0) < 3.0);
    assert!((level(20.0) * 0.4113 / (300.0 * 0.2208) - 1.0).abs() < 0.05);
}
