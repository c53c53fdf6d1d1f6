//! Dark current against temperature, from the masked columns: they gather it, the overscan
//! rows do not, and neither sees light, so no cap is needed.

use std::thread;
use std::time::{Duration, Instant};

use qhyccd::model::{ControlId, manual};

use crate::support::output::{Failure, Result};

use super::rig::{Picture, Rig};
use super::stats::Spread;

/// What was measured at one temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dark {
    /// Of the sensor, while it was exposed.
    pub(crate) temp_c: f64,
    pub(crate) exposure_s: f64,
    pub(crate) e_per_s: f64,
    pub(crate) published: Option<f64>,
}

/// What is to be measured.
pub(crate) struct Wanted {
    pub(crate) temps_c: Vec<f64>,
    /// Unless it follows from what is published.
    pub(crate) exposure_s: Option<f64>,
    /// How long the sensor must have had its temperature.
    pub(crate) settle: Duration,
}

/// Temperatures that are measured unless others are wanted.
pub(crate) const TEMPERATURES_C: [f64; 5] = [-10.0, 0.0, 10.0, 15.0, 20.0];

/// Long exposures at each temperature.
const FRAMES: u32 = 3;
/// Masked rows that are read.
const ROWS: u32 = 1000;
/// Columns between masked and light-sensitive ones that are left out (the manual's advice).
const MARGIN: usize = 2;
/// Electrons that an exposure shall gather, and the longest and shortest one.
const WANTED_E: f64 = 30.0;
const EXPOSURE_S: (f64, f64) = (60.0, 3600.0);
/// An exposure that gathers nothing.
const SHORTEST_S: f64 = 1e-3;
/// Without published points.
const PLAIN_EXPOSURE_S: f64 = 600.0;

/// How near the target the sensor must stay, how often it is looked at, and the longest wait.
const NEAR_C: f64 = 0.3;
const PAUSE: Duration = Duration::from_millis(500);
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Measures at each temperature, the coldest first, so that the camera ends warm.
pub(crate) fn measure(rig: &mut Rig, wanted: &Wanted, e_per_adu: f64) -> Result<Vec<Dark>> {
    let points = manual::dark_currents(rig.model.sensor);
    let mut sorted = wanted.temps_c.clone();
    sorted.sort_by(f64::total_cmp);
    let mut darks = Vec::new();
    for (n, &target_c) in sorted.iter().enumerate() {
        rig.tell(&format!("dark current at {target_c} C"), 100.0 * n as f64 / sorted.len() as f64);
        reach(rig, target_c, wanted.settle)?;
        let gathers = |rate: f64| (WANTED_E / rate).round().clamp(EXPOSURE_S.0, EXPOSURE_S.1);
        let expected = manual::dark_current(points, target_c);
        let exposure_s = wanted.exposure_s.unwrap_or_else(|| expected.map_or(PLAIN_EXPOSURE_S, gathers));
        let (mut signal, mut temp_c) = (0.0, 0.0);
        for _ in 0..FRAMES {
            rig.check()?;
            let (short, _) = masked(rig, SHORTEST_S)?;
            let (long, at_c) = masked(rig, exposure_s)?;
            signal += (long - short) / f64::from(FRAMES);
            temp_c += at_c / f64::from(FRAMES);
        }
        let e_per_s = signal * e_per_adu / exposure_s;
        darks.push(Dark { temp_c, exposure_s, e_per_s, published: manual::dark_current(points, temp_c) });
    }
    Ok(darks)
}

/// Masked pixels above overscan, in ADU, and the mean temperature before and after.
fn masked(rig: &mut Rig, exposure_s: f64) -> Result<(f64, f64)> {
    let told = |text: String| Failure::new(text);
    let lacking = |text: &str| Failure::new(text);
    let mode = rig.setting().map_err(told)?.mode;
    let areas =
        rig.model.read_modes.get(mode as usize).ok_or_else(|| lacking("the read mode is not known"))?;
    let (columns, overscan) = (areas.effective.x, areas.overscan);
    if columns as usize <= 2 * MARGIN || overscan.height == 0 || overscan.y < ROWS {
        return Err(lacking("this read mode has no masked columns above overscan rows"));
    }
    let top = overscan.y - ROWS;
    rig.set_region([0, top, overscan.x + overscan.width, ROWS + overscan.height]).map_err(told)?;
    let before_c = rig.get(ControlId::CUR_TEMP).map_err(told)?;
    let picture = rig.picture(exposure_s * 1e6).map_err(told)?;
    let after_c = rig.get(ControlId::CUR_TEMP).map_err(told)?;
    let masked = centre(&picture, MARGIN..columns as usize - MARGIN, 0..ROWS as usize);
    let rows = ROWS as usize..(ROWS + overscan.height) as usize;
    let zero = centre(&picture, columns as usize..picture.width, rows);
    let (masked, zero) =
        masked.zip(zero).ok_or_else(|| lacking("the frame has not the size that was ordered"))?;
    Ok((masked - zero, (before_c + after_c) / 2.0))
}

/// The mean of a part, without hot pixels.
fn centre(picture: &Picture, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> Option<f64> {
    if columns.end > picture.width || rows.end * picture.width > picture.samples.len() {
        return None;
    }
    let inside = rows.flat_map(|row| {
        picture.samples[row * picture.width..][columns.clone()].iter().map(|sample| i32::from(*sample))
    });
    Spread::of(inside).map(|spread| spread.mean)
}

/// Waits until the sensor has stayed at a temperature for a time.
fn reach(rig: &Rig, target_c: f64, settle: Duration) -> Result<()> {
    let deadline = Instant::now() + LIMIT;
    let mut there_since: Option<Instant> = None;
    while there_since.is_none_or(|since| since.elapsed() < settle) {
        rig.check()?;
        rig.order_blindly(ControlId::COOLER, target_c).map_err(Failure::new)?;
        thread::sleep(PAUSE.min(settle / 4));
        let now_c = rig.get(ControlId::CUR_TEMP).map_err(Failure::new)?;
        let near = (now_c - target_c).abs() <= NEAR_C;
        there_since = near.then(|| there_since.unwrap_or_else(Instant::now));
        if Instant::now() >= deadline {
            return Err(Failure::new(format_args!(
                "the sensor is at {now_c:.1} C and does not reach {target_c} C"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_a_part_is_of_that_part_and_without_hot_pixels() {
        let mut samples = vec![9u16; 40 * 10];
        for row in 2..6 {
            for column in 4..30 {
                samples[row * 40 + column] = 100 + (row + column) as u16 % 2;
            }
        }
        samples[3 * 40 + 7] = 60_000;
        let picture = Picture { width: 40, samples };
        let got = centre(&picture, 4..30, 2..6).unwrap();
        assert!((got - 100.5).abs() < 0.01, "{got}");
        assert_eq!(centre(&picture, 4..41, 2..6), None);
        assert_eq!(centre(&picture, 4..30, 2..11), None);
        assert_eq!(centre(&picture, 4..4, 2..6), None);
    }
}
