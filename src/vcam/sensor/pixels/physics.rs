//! The sensor measured as an observer measures a camera: by statistics on pictures.
//! Tolerances are many deviations of the estimate, which the comments name, beside what is
//! left of published values.

use std::ops::Range;

use super::super::bands::{Bands, ROW_PART};
use super::super::{gain::tests::sent, readout};
use super::*;
use crate::model;
use crate::vcam::scene::{Light, RowExposure, RowLight, Source};

const SEED: u64 = 5;
const COLUMNS: usize = 9600;
/// Published: degrees and electrons a second.
const DARK: [(f64, f64); 7] = [
    (-20.0, 0.0022),
    (-15.0, 0.0032),
    (-10.0, 0.0046),
    (0.0, 0.0105),
    (10.0, 0.0675),
    (15.0, 0.1231),
    (20.0, 0.2208),
];

/// So many electrons in each pixel, whatever the exposure; as even light, or pixel by pixel.
struct Panel {
    electrons: f32,
    apart: bool,
}

impl Source for Panel {
    fn light(&self, _: &RowExposure, out: &mut RowLight) -> Light {
        out.pixels.fill(self.electrons);
        if self.apart { Light::Pixels } else { Light::Even([self.electrons; 2]) }
    }
}

fn behind(source: Panel, suppression: bool) -> Imager {
    Imager::new(Scene::Lit(Box::new(source)), Unit { seed: SEED, bayer: None, columns: 9600, suppression })
}

fn lit(electrons: f64) -> Imager {
    behind(Panel { electrons: electrons as f32, apart: false }, true)
}

/// Frame `serial` in mode 1 at gain 56, bias 1600, no bands.
fn shot(serial: u32) -> Shot {
    Shot {
        serial,
        number: 0,
        readout: readout(0).unwrap(),
        live: false,
        columns: Columns::all(&readout(0).unwrap()),
        first_row: 25,
        rows: 6456,
        sixteen_bit: true,
        exposure: Duration::from_millis(1),
        readout_at: Duration::from_secs(4000),
        row_ns: 62_000,
        gain: sent(1, 56),
        traffic: Bands::new(SEED).quiet_traffic,
        offset: 1600,
        temp_c: -10.0,
        gps: None,
    }
}

/// Electrons per ADU and read noise of that.
const E_PER_ADU: f64 = 0.3301;
const READ_NOISE_E: f64 = 1.686;

/// A stretch of rows, counted from picture row 0, as numbers.
fn rows(imager: &mut Imager, shot: &Shot, rows: Range<u64>) -> Vec<f64> {
    let len = shot.row_bytes() as u64;
    let mut bytes = vec![0; ((rows.end - rows.start) * len) as usize];
    imager.bytes(shot, u64::from(shot.serial), (rows.start + 34) * len, shot.frame_bytes(), &mut bytes);
    bytes.chunks_exact(2).map(|pair| f64::from(u16::from_be_bytes([pair[0], pair[1]]))).collect()
}

/// The columns of the picture, or others, out of whole rows.
fn columns(values: &[f64], columns: Range<usize>) -> Vec<f64> {
    values.chunks_exact(COLUMNS).flat_map(|row| row[columns.clone()].iter().copied()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Variance of one frame, from two.
fn variance(a: &[f64], b: &[f64]) -> f64 {
    let offset = mean(a) - mean(b);
    a.iter().zip(b).map(|(a, b)| (a - b - offset).powi(2)).sum::<f64>() / (2 * a.len() as u64 - 2) as f64
}

/// Every published point by photon transfer, 40 rows: the variance is known to 0.23 % (one
/// deviation), the noise to 0.12 %. The pixels that jump, and points of two modes that share
/// a code, take the rest.
#[test]
fn photon_transfer_finds_every_published_point() {
    let modes = model::by_name("QHY600M").unwrap().read_modes;
    let mut points = 0;
    for (mode, curve) in modes.iter().enumerate().filter_map(|(i, m)| Some((i, m.curve?))) {
        for point in curve.points {
            let with = |serial, offset| Shot {
                readout: readout(modes[mode].readout_code).unwrap(),
                gain: sent(mode, point.gain),
                offset,
                ..shot(serial)
            };
            let frames = |electrons: f64, offset| {
                let mut imager = lit(electrons);
                [0, 1].map(|serial| columns(&rows(&mut imager, &with(serial, offset), 100..140), 24..COLUMNS))
            };
            let well_e = (65_535.0 * point.e_per_adu).min(curve.pixel_e);
            let (bias, flat) = (frames(0.0, 4080), frames(0.4 * well_e, 4080));
            let read_adu2 = variance(&bias[0], &bias[1]);
            let signal = mean(&flat[0]) - mean(&bias[0]);
            let e_per_adu = signal / (variance(&flat[0], &flat[1]) - read_adu2);
            let noise_e = (read_adu2 - 1.0 / 12.0).sqrt() * e_per_adu;
            let full_e = mean(&frames(1.5 * well_e, 0)[0]) * e_per_adu;
            let what = format!("mode {mode} gain {}", point.gain);
            assert!((e_per_adu / point.e_per_adu - 1.0).abs() < 0.02, "{what}: {e_per_adu} {point:?}");
            assert!((noise_e / point.read_noise_e - 1.0).abs() < 0.04, "{what}: {noise_e} {point:?}");
            assert!((full_e / well_e - 1.0).abs() < 0.02, "{what}: {full_e} {well_e}");
            points += 1;
        }
    }
    assert_eq!(points, 89);
}

/// An hour in the dark, 200 rows: the masked columns and the picture gather what is
/// published, as a mean and as a variance, and the overscan gathers nothing. Rows share
/// their noise, which leaves 0.01 e- in a mean; warm pixels add 1 %.
#[test]
fn dark_current_is_the_published_one_and_is_counted() {
    let exposure = Duration::from_secs(3600);
    let bias = mean(&rows(&mut lit(0.0), &shot(9), 6388..6422));
    for (temp_c, e_per_s) in DARK {
        let mut imager = lit(0.0);
        let frames = [1, 2].map(|serial| Shot { temp_c, exposure, ..shot(serial) });
        let [a, b] = frames.clone().map(|shot| rows(&mut imager, &shot, 3000..3200));
        let black = (mean(&columns(&a, 0..24)) - bias) * E_PER_ADU / 3600.0;
        let picture = (mean(&columns(&a, 24..COLUMNS)) - bias) * E_PER_ADU / 3600.0;
        // 24 columns: 0.7 % at -20 degrees.
        assert!((black / e_per_s - 1.0).abs() < 0.05, "{temp_c}: {black}");
        assert!((picture / e_per_s - 1.0).abs() < 0.03, "{temp_c}: {picture}");
        let counted = variance(&a, &b) * E_PER_ADU * E_PER_ADU - READ_NOISE_E * READ_NOISE_E;
        assert!((counted / 3600.0 / e_per_s - 1.0).abs() < 0.05, "{temp_c}: {counted}");
        let overscan = (mean(&rows(&mut imager, &frames[0], 6388..6422)) - bias) * E_PER_ADU;
        assert!(overscan.abs() < 0.2, "{temp_c}: {overscan}");
    }
}

/// No amplifier glow: corners and edges of a long dark frame are as dark as its middle.
/// 20 rows and 500 columns: 0.03 e- of rows, 0.05 e- of pixels.
#[test]
fn nothing_glows() {
    let mut imager = lit(0.0);
    let long = Shot { exposure: Duration::from_secs(3600), ..shot(1) };
    let levels: Vec<f64> = [0, 3200, 6368]
        .into_iter()
        .flat_map(|top| {
            let rows = rows(&mut imager, &long, top..top + 20);
            [24, 4600, 9100].map(|left| {
                let mut patch = columns(&rows, left..left + 500);
                // Without the warm pixels.
                patch.retain(|adu| (adu - 1600.0) * E_PER_ADU < 60.0);
                mean(&patch) * E_PER_ADU
            })
        })
        .collect();
    let spread = levels.iter().fold(0.0f64, |most, level| most.max((level - levels[4]).abs()));
    assert!(spread < 0.4, "{levels:?}");
}

/// Modes 0 and 2 at gain 0, levels of the maker's test up to 73 ke-.
#[test]
fn the_answer_is_straight_to_73000_electrons() {
    const LEVELS: [f64; 8] = [2575.0, 7547.0, 14_060.0, 24_859.0, 36_172.0, 52_282.0, 63_252.0, 73_100.0];
    let level = |electrons: f64| {
        let shot = Shot { gain: sent(2, 0), ..shot(0) };
        mean(&rows(&mut lit(electrons), &shot, 100..104))
    };
    let adu = LEVELS.map(level);
    let (x, y) = (mean(&LEVELS), mean(&adu));
    let sum = |f: &dyn Fn(f64, f64) -> f64| LEVELS.iter().zip(adu).map(|(e, a)| f(e - x, a - y)).sum::<f64>();
    let (xx, xy, yy) = (sum(&|e, _| e * e), sum(&|e, a| e * a), sum(&|_, a| a * a));
    let r2 = xy * xy / (xx * yy);
    assert!(r2 > 0.999_99, "{r2}");
    // Published: 0.9998, noise of the measurement included. The pixel ends near 81 ke-.
    assert!((level(90_000.0) - 1600.0) * 1.2961 < 81_200.0);
}

/// What a bright patch of any size tells about the gain is the same, and nothing but the
/// rows has anything in common. Deviations of the estimates stand beside each bound.
#[test]
fn noise_is_white() {
    const ROWS: usize = 1000;
    let mut imager = lit(5000.0);
    let [a, b] = [3, 4].map(|serial| {
        let all = rows(&mut imager, &shot(serial), 2000..2000 + ROWS as u64);
        columns(&all, 1000..2000)
    });
    let n = a.len() as f64;
    for size in [100, 300, 1000] {
        let patch = |all: &[f64]| -> Vec<f64> {
            all.chunks_exact(1000).take(size).flat_map(|row| row[..size].iter().copied()).collect()
        };
        let (a, b) = (patch(&a), patch(&b));
        let gain = (mean(&a) - 1600.0) / (variance(&a, &b) - (READ_NOISE_E / E_PER_ADU).powi(2));
        // 1.4 % of the smallest patch, 0.14 % of the largest.
        assert!((gain / E_PER_ADU - 1.0).abs() < 6.0 * 1.5 / size as f64, "{size}: {gain}");
    }
    let (level_a, level_b) = (mean(&a), mean(&b));
    let spread = variance(&a, &b);
    let centred = [(&a, level_a), (&b, level_b)]
        .map(|(frame, level)| frame.iter().map(|v| v - level).collect::<Vec<_>>());
    assert!((level_a - level_b).abs() < 6.0 * (2.0 * spread / n).sqrt() + 0.1);
    // Frames do not know of each other: 1/1000 is the deviation.
    let product: f64 = centred[0].iter().zip(&centred[1]).map(|(a, b)| a * b).sum();
    assert!((product / n / spread).abs() < 0.006, "{}", product / n / spread);
    // Nor neighbours, near and far, rows and columns.
    for (right, down) in [(1, 0), (2, 0), (3, 0), (16, 0), (128, 0), (0, 1), (0, 2), (0, 32), (1, 1), (7, 5)]
    {
        let mut sum = 0.0;
        for row in 0..ROWS - down {
            let one = &centred[0][row * 1000..row * 1000 + 1000 - right];
            let other = &centred[0][(row + down) * 1000 + right..(row + down + 1) * 1000];
            sum += one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
        }
        // What a row has in common makes 0.0003 of it here.
        assert!((sum / n / spread).abs() < 0.007, "{right},{down}: {}", sum / n / spread);
    }
    // Means of 1000 columns and of 1000 rows spread as means of 1000 numbers do, those of
    // rows by the row noise more; 4.5 % is the deviation of a variance of 1000.
    let column_means: Vec<f64> =
        (0..1000).map(|x| (0..ROWS).map(|y| centred[0][y * 1000 + x]).sum::<f64>() / ROWS as f64).collect();
    let row_means: Vec<f64> = centred[0].chunks_exact(1000).map(mean).collect();
    let of_means = |means: &[f64]| means.iter().map(|m| m * m).sum::<f64>() / means.len() as f64;
    let alone = spread / 1000.0;
    let row_noise = (ROW_PART * READ_NOISE_E / E_PER_ADU).powi(2);
    let (columns, rows) = (of_means(&column_means) / alone, of_means(&row_means) / (alone + row_noise));
    assert!((columns - 1.0).abs() < 0.27 && (rows - 1.0).abs() < 0.27, "{columns} {rows}");
}

/// Rows share some noise, masked columns included: 100 rows whose mean is known to 0.017 e-.
#[test]
fn rows_share_noise() {
    let mut imager = lit(0.0);
    let all = rows(&mut imager, &shot(0), 500..900);
    let of_rows: Vec<f64> = all.chunks_exact(COLUMNS).map(|row| mean(row) * E_PER_ADU).collect();
    let level = mean(&of_rows);
    let spread = (of_rows.iter().map(|m| (m - level).powi(2)).sum::<f64>() / 400.0).sqrt();
    // 3.5 % is the deviation of a spread of 400.
    assert!((spread / (ROW_PART * READ_NOISE_E) - 1.0).abs() < 0.2, "{spread}");
    let traffic = Shot { traffic: shot(0).traffic + 12, ..shot(0) };
    let all = rows(&mut imager, &traffic, 500..900);
    let mut parts = (0.0, 0.0);
    for (row, values) in all.chunks_exact(COLUMNS).enumerate() {
        let angle = std::f64::consts::TAU * 12.0 / 240.0 * row as f64;
        let level = mean(values) * E_PER_ADU - level;
        parts = (parts.0 + level * angle.cos() / 200.0, parts.1 + level * angle.sin() / 200.0);
    }
    let band = parts.0.hypot(parts.1) / READ_NOISE_E;
    assert!((band / 0.1 - 1.0).abs() < 0.25, "{band}");
}

/// Dots that come and go in single frames of the overscan are columns in the mean of many,
/// and are not in the picture above.
#[test]
fn dotted_columns_stand_in_the_overscan_only() {
    let mut imager = lit(0.0);
    let mut means = [vec![0.0; COLUMNS], vec![0.0; COLUMNS]];
    for serial in 0..20 {
        for (means, top) in means.iter_mut().zip([6388, 6300]) {
            for row in rows(&mut imager, &shot(serial), top..top + 34).chunks_exact(COLUMNS) {
                for (mean, value) in means.iter_mut().zip(row) {
                    *mean += (value - 1600.0) * E_PER_ADU / READ_NOISE_E / 680.0;
                }
            }
        }
    }
    // A mean of 680 is known to 0.04; dots are one to three in it. 96 columns are expected.
    let off = |means: &[f64]| means.iter().filter(|mean| **mean > 0.7).count();
    assert!(off(&means[0]).abs_diff(96) < 50, "{}", off(&means[0]));
    assert!(off(&means[1]) < 3, "{}", off(&means[1]));
    let column = means[0].iter().position(|mean| *mean > 0.7).unwrap();
    let single = columns(&rows(&mut imager, &shot(0), 6388..6422), column..column + 1);
    let dots = single.iter().filter(|v| (**v - 1600.0) * E_PER_ADU > 1.4 * READ_NOISE_E).count();
    assert!((5..30).contains(&dots), "{dots}");
}

/// Pixels far off in one of two frames, whose other pixels differ by noise alone.
fn jumpy(exposure_s: f64, suppression: bool, serials: Range<u32>) -> std::collections::BTreeSet<usize> {
    let mut imager = behind(Panel { electrons: 0.0, apart: false }, suppression);
    let exposure = Duration::from_secs_f64(exposure_s);
    let mut found = std::collections::BTreeSet::new();
    for serial in serials {
        let values = rows(&mut imager, &Shot { exposure, ..shot(serial) }, 0..40);
        let off = |value: &f64| (*value - 1600.0) * E_PER_ADU > 7.0 * READ_NOISE_E;
        found.extend(values.iter().enumerate().filter(|(_, value)| off(value)).map(|(at, _)| at));
    }
    found
}

/// Of 768 places, 9 % jump by more than twice the mean, most of them once in 12 frames.
#[test]
fn telegraph_pixels_jump_in_their_places_whatever_the_exposure() {
    let (short, long) = (jumpy(0.001, false, 0..12), jumpy(1.0, false, 20..32));
    assert!((30..200).contains(&short.len()), "{}", short.len());
    let both = short.intersection(&long).count();
    assert!(2 * both > short.len() && both < short.len(), "{both} of {}", short.len());
    assert!(jumpy(0.001, true, 0..12).len() < 5);
    let once = jumpy(0.001, false, 0..1).len();
    assert!(2 * once < short.len(), "each frame has its own: {once} {}", short.len());
}

/// The same pixels, 10 degrees apart: 3.2 times the current.
#[test]
fn hot_pixels_stay_and_grow_with_time_and_temperature() {
    let mut imager = lit(0.0);
    let mut frame = |serial, temp_c, seconds| {
        let exposure = Duration::from_secs(seconds);
        rows(&mut imager, &Shot { temp_c, exposure, ..shot(serial) }, 0..400)
    };
    let cold = frame(0, -20.0, 600);
    let hot: Vec<usize> = (0..cold.len()).filter(|at| (cold[*at] - 1600.0) * E_PER_ADU > 150.0).collect();
    // 192 places, of which the upper three tenths are that hot.
    assert!((25..110).contains(&hot.len()), "{}", hot.len());
    let sum = |values: &[f64]| hot.iter().map(|at| (values[*at] - 1600.0) * E_PER_ADU).sum::<f64>();
    let (first, again, longer, warm) =
        (sum(&cold), sum(&frame(1, -20.0, 600)), sum(&frame(2, -20.0, 1200)), sum(&frame(3, -14.0, 600)));
    for (got, wanted) in [(again, 1.0), (longer, 2.0), (warm, 2.0)] {
        assert!((got / first / wanted - 1.0).abs() < 0.03, "{got} {first} {wanted}");
    }
}

/// A frame is the same in whatever pieces it is read, by one thread or several, by whichever
/// camera of that seed, light being even or not.
#[test]
fn bytes_depend_on_seed_shot_and_place_alone() {
    for (apart, sixteen_bit) in [(false, true), (true, true), (false, false)] {
        let imager = || behind(Panel { electrons: 30.0, apart }, false);
        let shot = Shot { sixteen_bit, rows: 70, first_row: 6400, ..shot(3) };
        let total = shot.frame_bytes() as usize;
        let mut whole = vec![0; total];
        imager().bytes(&shot, 1, 0, total as u64, &mut whole);
        let mut pieces = vec![0; total];
        let mut other = imager();
        let mut at = total;
        for size in [1, 19_200, 7, 16_384, 40_000, 1024].into_iter().cycle() {
            let from = at.saturating_sub(size);
            // Some rows were there already, some were not.
            let ready = (from + size % 5 * 100_000).min(total) as u64;
            other.bytes(&shot, 1, from as u64, ready, &mut pieces[from..at]);
            at = from;
            if at == 0 {
                break;
            }
        }
        assert!(whole == pieces);
        let mut next = vec![0; total];
        other.bytes(&Shot { serial: 4, ..shot }, 2, 0, 0, &mut next);
        let equal = whole.iter().zip(&next).filter(|(a, b)| a == b).count();
        assert!(equal < total * 9 / 10 || !sixteen_bit, "{equal} of {total}");
    }
}

/// Light pixel by pixel gives the same picture, by its statistics, as even light.
#[test]
fn pixels_apart_are_as_even_light() {
    for electrons in [0.3f32, 15.0, 300.0] {
        let levels = [false, true].map(|apart| {
            let mut imager = behind(Panel { electrons, apart }, true);
            let [a, b] = [0, 1].map(|serial| columns(&rows(&mut imager, &shot(serial), 10..30), 24..COLUMNS));
            ((mean(&a) - 1600.0) * E_PER_ADU, variance(&a, &b) * E_PER_ADU * E_PER_ADU)
        });
        let wanted = f64::from(electrons) + READ_NOISE_E * READ_NOISE_E;
        for (level, spread) in levels {
            // 192 000 pixels: 0.33 % of the variance; rows leave 0.03 e-.
            assert!((level - f64::from(electrons)).abs() < 0.2 + 0.01 * wanted.sqrt(), "{levels:?}");
            assert!((spread / wanted - 1.0).abs() < 0.025, "{levels:?}");
        }
    }
}
