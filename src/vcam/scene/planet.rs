//! A planet for video: a disc with belts, a spot that turns with it and a dark limb, which
//! the air moves to and fro.
//!
//! It is as large, as bright and turns as fast as Jupiter; its features are invented.

use std::f64::consts::{PI, TAU};

use super::optics::{Telescope, Wobble};
use super::{Light, RowExposure, RowLight, Source};
use crate::vcam::world::{Step, World};

/// Magnitude of the whole disc.
const MAGNITUDE: f64 = -2.5;
/// Time of one turn.
const DAY_S: f64 = 35_730.0;
/// Steps of an exposure in which it moves.
const MOST_STEPS: u32 = 16;

/// The scene.
pub(super) struct Planet {
    world: World,
    telescope: Telescope,
    wobble: Wobble,
    radius_px: f64,
    /// Electrons a second of a pixel of brightness one.
    e_per_s: f64,
}

impl Planet {
    pub(super) fn new(world: World, telescope: Telescope, wobble: Wobble, arcsec: f64) -> Planet {
        let radius_px = arcsec / 2.0 / telescope.arcsec_per_px;
        // Its light is its magnitude's, whatever its face looks like.
        let steps = 100;
        let at = |i: i32| (f64::from(i) + 0.5) / f64::from(steps);
        let whole: f64 = (-steps..steps)
            .flat_map(|v| (-steps..steps).map(move |u| (at(u), at(v))))
            .map(|(u, v)| face(u, v, 0.0, 1.0))
            .sum();
        let area_px = whole / f64::from(steps * steps) * radius_px * radius_px;
        let e_per_s = telescope.e_per_s(MAGNITUDE) / area_px;
        Planet { world, telescope, wobble, radius_px, e_per_s }
    }
}

/// Brightness at a place of the disc of radius one, `v` to the south. Features have this
/// contrast and the spot is this far round the planet.
fn face(u: f64, v: f64, spot_at: f64, contrast: f64) -> f64 {
    let square = u * u + v * v;
    if square >= 1.0 {
        return 0.0;
    }
    let z = (1.0 - square).sqrt();
    let round = u.atan2(z);
    let bell = |d: f64| (-d * d).exp();
    let belts =
        0.25 * bell((v - 0.22) / 0.10) + 0.20 * bell((v + 0.24) / 0.08) + 0.12 * bell((v + 0.55) / 0.06);
    let away = (round - spot_at + PI).rem_euclid(TAU) - PI;
    let spot = 0.3 * bell(away / 0.20) * bell((v - 0.38) / 0.10);
    let waves = 0.05 * (9.0 * (round - spot_at)).sin() * bell((v + 0.02) / 0.08);
    (0.35 + 0.65 * z) * (1.0 - contrast * (belts + spot + waves))
}

impl Source for Planet {
    fn light(&self, row: &RowExposure, out: &mut RowLight) -> Light {
        let middle = row.from + row.to.saturating_sub(row.from) / 2;
        let (spot, sky_e_per_s) = self.world.dials_at(middle, |dials| {
            let spot = self.telescope.spot(dials.seeing_arcsec, dials.focus_um);
            (spot, self.telescope.surface_e_per_s(dials.sky_mag))
        });
        let mut steps = Vec::new();
        let least_arcsec = spot.fwhm_px * self.telescope.arcsec_per_px / 2.0;
        self.world.steps((row.from, row.to), least_arcsec, MOST_STEPS, &mut steps);
        let light_s: f64 = steps.iter().map(|step| step.light_s).sum();
        if light_s <= 0.0 {
            return Light::Dark;
        }
        let filters = row.filters();
        let background = filters.map(|passes| (sky_e_per_s * light_s * passes) as f32);
        let wobble = self.wobble.mean(row.from, row.to.max(row.from));
        let (centre_x, centre_y) = self.telescope.field.centre();
        let turn_s = self.world.time(middle).as_secs_f64() % DAY_S;
        // The air takes from small things what it spreads of a star.
        let blur = spot.fwhm_px / self.radius_px;
        let contrast = (-0.5 * (2.0 * blur).powi(2)).exp();
        let edge = (blur * 0.7).max(1.0 / self.radius_px);
        let bin = f64::from(row.bin);
        let half_pixel = (bin - 1.0) / 2.0;
        let disc = |step: &Step| {
            let (dx, dy) = self.telescope.shift_px((step.place.0 + wobble.0, step.place.1 + wobble.1));
            let v = (f64::from(row.picture_row) * bin + half_pixel - centre_y - dy) / self.radius_px;
            let reach = ((1.0 + edge).powi(2) - v * v).max(0.0).sqrt() * self.radius_px;
            let x = centre_x + dx;
            let first = ((x - reach) / bin).ceil().max(f64::from(row.first_column)) as usize;
            let behind = ((x + reach) / bin).floor().max(-1.0) + 1.0;
            let columns = first..out.pixels.len().min(behind as usize);
            (x, v, columns, self.e_per_s * step.light_s)
        };
        let discs: Vec<_> = steps.iter().map(disc).filter(|disc| !disc.2.is_empty()).collect();
        let Some(first) = discs.iter().map(|disc| disc.2.start).min() else {
            return Light::Even(background);
        };
        let patch = first..discs.iter().map(|disc| disc.2.end).fold(first, usize::max);
        for column in patch.clone() {
            out.pixels[column] = background[column % 2];
        }
        for (x, v, columns, electrons) in discs {
            for column in columns {
                let u = (column as f64 * bin + half_pixel - x) / self.radius_px;
                let away = u.hypot(v);
                // Beyond the edge the limb goes on and fades.
                let inside = (0.999 / away).min(1.0);
                let fade = ((1.0 + edge - away) / (2.0 * edge)).clamp(0.0, 1.0);
                let level = face(u * inside, v * inside, TAU * turn_s / DAY_S, contrast) * fade;
                out.pixels[column] += (electrons * level * filters[column % 2]) as f32;
            }
        }
        out.patches.clear();
        out.patches.push(patch);
        Light::Patches(background)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests::{Picture, scene};
    use super::*;

    /// Mean place of the light above half of the brightest, and its area.
    fn disc(picture: &Picture) -> (f64, f64, f64) {
        let most = picture.rows.iter().flatten().fold(0f32, |a, b| a.max(*b));
        let (mut x, mut y, mut n) = (0.0, 0.0, 0.0);
        for (row, values) in picture.rows.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                if *value > most * 0.3 {
                    x += column as f64;
                    y += (picture.first_row as usize + row) as f64;
                    n += 1.0;
                }
            }
        }
        (x / n, y / n, n)
    }

    #[test]
    fn it_stands_in_the_middle_and_has_its_size_and_light() {
        let scene = scene("scene=planet&wobble=0");
        let picture = Picture::take(&*scene, 2900..3500, Duration::from_secs(1), Duration::from_millis(20));
        let (x, y, area) = disc(&picture);
        // 45" at 5000 mm are 290 pixels across.
        assert!((x - 4811.5).abs() < 1.5 && (y - 3193.5).abs() < 1.5, "{x} {y}");
        assert!((area / (PI * 145.0 * 145.0) - 1.0).abs() < 0.06, "{area}");
        let sky = f64::from(picture.rows[0][30]);
        let light: f64 = picture.rows.iter().flatten().map(|e| f64::from(*e) - sky).sum();
        let wanted = 8.345e8 * 10.0 * 0.02;
        assert!((light / wanted - 1.0).abs() < 0.05, "{light} {wanted}");
    }

    #[test]
    fn the_air_moves_it_but_not_out_of_the_frame() {
        let scene = scene("scene=planet");
        let places: Vec<_> = (0..12)
            .map(|i| {
                let from = Duration::from_millis(130 * i);
                disc(&Picture::take(&*scene, 2950..3440, from, Duration::from_millis(5)))
            })
            .collect();
        assert!(places.iter().all(|p| (p.0 - 4811.5).abs() < 20.0 && (p.1 - 3193.5).abs() < 20.0));
        assert!(places.windows(2).any(|p| (p[0].0 - p[1].0).abs() > 1.0), "{places:?}");
    }

    #[test]
    fn it_turns() {
        let scene = scene("scene=planet&wobble=0");
        let row = |hours: u64| {
            let at = Duration::from_secs(3600 * hours);
            Picture::take(&*scene, 3248..3249, at, Duration::from_millis(20)).rows.remove(0)
        };
        let (start, later, day) = (row(0), row(2), row(0));
        assert_eq!(start, day);
        let differ = start.iter().zip(&later).filter(|(a, b)| (*a / *b - 1.0).abs() > 0.1).count();
        assert!(differ > 20, "{differ}");
    }
}
