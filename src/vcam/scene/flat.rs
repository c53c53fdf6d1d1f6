//! Scenes without an optical image: an evenly lit panel, darkness, and the terminator, by
//! which the time at which a row ends its exposure can be read from a picture.

use std::time::Duration;

use super::optics::Field;
use super::{Light, RowExposure, RowLight, Source};
use crate::vcam::world::World;

/// Nothing is lit.
pub(super) struct Dark;

impl Source for Dark {
    fn light(&self, _row: &RowExposure, _out: &mut RowLight) -> Light {
        Light::Dark
    }
}

/// A panel in front of the telescope.
pub(super) struct Flat {
    pub(super) world: World,
    /// Photo-electrons a second in a mono pixel.
    pub(super) e_per_s: f64,
}

impl Source for Flat {
    fn light(&self, row: &RowExposure, _out: &mut RowLight) -> Light {
        row.even(self.e_per_s * self.world.light_s(row.from, row.to))
    }
}

/// An edge between light and dark that sweeps over the columns, again and again.
///
/// With `w` columns, a period `p` and the edge at `X(t) = w * (t / p mod 1)`, the half of
/// the columns behind the edge, cyclically, is lit at time `t`. A row exposed from `a` to
/// `b` falls from light to dark between the columns `X(a)` and `X(b)`, in a straight line.
pub(super) struct Terminator {
    pub(super) world: World,
    /// Photo-electrons a second in a mono pixel that is lit.
    pub(super) e_per_s: f64,
    pub(super) period: Duration,
}

impl Source for Terminator {
    fn light(&self, row: &RowExposure, out: &mut RowLight) -> Light {
        let (from, to) = (self.world.time(row.from), self.world.time(row.to));
        let length_s = (to - from).as_secs_f64();
        let light_s = self.world.light_s(row.from, row.to);
        if length_s <= 0.0 || light_s <= 0.0 {
            return Light::Dark;
        }
        let [even, odd] = row.filters().map(|passes| self.e_per_s * light_s / length_s * passes);
        let period_s = self.period.as_secs_f64();
        let from_s = (from.as_nanos() % self.period.as_nanos()) as f64 * 1e-9;
        let columns = out.pixels.len() as f64;
        for (column, pixel) in out.pixels.iter_mut().enumerate() {
            // The edge passes its middle at this time of a period, and half a period later
            // it is dark again.
            let lit_at_s = (column as f64 + 0.5) / columns * period_s;
            let lit_s = lit(from_s + length_s - lit_at_s, period_s) - lit(from_s - lit_at_s, period_s);
            *pixel = (lit_s * if column % 2 == 0 { even } else { odd }) as f32;
        }
        Light::Pixels
    }
}

/// How long a column is lit until `t`, the edge having passed it at 0, a period before and
/// so on.
fn lit(t: f64, period: f64) -> f64 {
    let whole = (t / period).floor();
    whole * period / 2.0 + (t - whole * period).min(period / 2.0)
}

/// Darkens what another scene shows towards the corners: by a part `corner` there, and with
/// the square of the distance from the centre.
pub(super) struct Vignette {
    pub(super) scene: Box<dyn Source>,
    pub(super) field: Field,
    pub(super) corner: f64,
}

impl Source for Vignette {
    fn light(&self, row: &RowExposure, out: &mut RowLight) -> Light {
        match self.scene.light(row, out) {
            Light::Dark => return Light::Dark,
            Light::Pixels => {}
            Light::Even(pair) => fill(&mut out.pixels, pair),
            Light::Patches(pair) => {
                // What the patches hold stays, all else is background.
                let mut patches = std::mem::take(&mut out.patches);
                patches.sort_unstable_by_key(|patch| patch.start);
                let mut done = 0;
                for patch in &patches {
                    if patch.start > done {
                        fill_from(&mut out.pixels, done..patch.start, pair);
                    }
                    done = done.max(patch.end);
                }
                let columns = out.pixels.len();
                fill_from(&mut out.pixels, done..columns, pair);
                out.patches = patches;
            }
        }
        let bin = f64::from(row.bin);
        let (x, y) = self.field.centre();
        let (width, height) = self.field.size();
        let per_square = self.corner * 4.0 / f64::from(width).hypot(f64::from(height)).powi(2);
        let middle = (bin - 1.0) / 2.0;
        let dy = f64::from(row.picture_row) * bin + middle - y;
        for (column, pixel) in out.pixels.iter_mut().enumerate() {
            let dx = column as f64 * bin + middle - x;
            *pixel *= (1.0 - per_square * (dx * dx + dy * dy)).max(0.0) as f32;
        }
        Light::Pixels
    }
}

fn fill(pixels: &mut [f32], pair: [f32; 2]) {
    let columns = pixels.len();
    fill_from(pixels, 0..columns, pair);
}

fn fill_from(pixels: &mut [f32], columns: std::ops::Range<usize>, pair: [f32; 2]) {
    let odd = columns.start % 2;
    let Some(pixels) = pixels.get_mut(columns) else { return };
    for (i, pixel) in pixels.iter_mut().enumerate() {
        *pixel = pair[(i + odd) % 2];
    }
}

#[cfg(test)]
mod tests {
    use super::super::filter::Filter;
    use super::super::tests::{Picture, scene, scene_in_world, whole};
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn row(from: Duration, exposure: Duration) -> RowExposure {
        RowExposure {
            picture_row: 0,
            first_column: 24,
            bin: 1,
            filters: [Filter::None; 2],
            from,
            to: from + exposure,
        }
    }

    #[test]
    fn a_panel_gives_its_level_and_darkness_gives_none() {
        let (flat, world) = scene_in_world("scene=flat:1500");
        assert!(whole(&*flat, row(MS, 20 * MS), 7).iter().all(|e| *e == 30.0));
        let colour =
            whole(&*flat, RowExposure { filters: [Filter::Red, Filter::Green], ..row(MS, 20 * MS) }, 6);
        assert!((colour[30] - 8.4).abs() < 1e-5 && (colour[31] - 12.0).abs() < 1e-5);
        world.turn(200 * MS, |dials| dials.light = 0.1);
        assert!((whole(&*flat, row(190 * MS, 20 * MS), 7)[99] - 16.5).abs() < 1e-4);
        let dark = scene("scene=dark");
        assert_eq!(dark.light(&row(MS, MS), &mut RowLight::default()), Light::Dark);
    }

    #[test]
    fn corners_are_darker_by_the_order() {
        let picture = |row| {
            Picture::take(&*scene("scene=flat:1000&vignette=40"), row..row + 1, MS, 1000 * MS).rows.remove(0)
        };
        assert!((picture(0)[24] - 600.0).abs() < 0.5 && (picture(6387)[9599] - 600.0).abs() < 0.5);
        assert!((picture(3193)[4811] - 1000.0).abs() < 0.01);
        // Halfway to the corner it is a quarter of that.
        assert!((picture(3193 / 2)[24 + 9576 / 4] - 900.0).abs() < 0.5);
        // Stars and their background lose the same.
        let (plain, dimmed) = (scene("scene=stars"), scene("vignette=40"));
        let light = |scene: &dyn Source, y| whole(scene, row(MS, 1000 * MS), y);
        for y in [3, 2000] {
            let flat = picture(y);
            for (column, (a, b)) in light(&*plain, y).iter().zip(&light(&*dimmed, y)).enumerate() {
                assert!((a * flat[column] / 1000.0 - b).abs() <= 1e-4 * a, "{column}: {a} {b}");
            }
        }
    }

    /// The column at which a row falls to half, as a program would look for it.
    fn half_column(light: &[f32], level: f32) -> f64 {
        let w = light.len();
        let falls = |x: &usize| light[*x] >= level / 2.0 && light[(x + 1) % w] < level / 2.0;
        let found: Vec<usize> = (0..w).filter(falls).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        let (a, b) = (light[found[0]], light[(found[0] + 1) % w]);
        // Pixel x has its middle at x + 1/2.
        found[0] as f64 + 0.5 + f64::from((a - level / 2.0) / (a - b))
    }

    #[test]
    fn the_end_of_an_exposure_is_read_from_the_terminator() {
        for (options, bin, period_s) in
            [("terminator", 1, 1.0), ("terminator:1e6:500", 1, 0.5), ("terminator:3e5:1500", 3, 1.5)]
        {
            let scene = scene(&format!("scene={options}"));
            let level = if options.contains("3e5") { 3000.0 } else { 10_000.0 };
            for end_us in [20_000u64, 123_456, 499_990, 500_010, 999_000, 1_003_000, 7_654_321] {
                let to = Duration::from_micros(end_us);
                let exposure = 10 * MS;
                let light = whole(&*scene, RowExposure { bin, ..row(to - exposure, exposure) }, 0);
                assert!((light.iter().fold(0f32, |a, b| a.max(*b)) / level - 1.0).abs() < 1e-3);
                let w = light.len() as f64;
                let end_s = period_s * half_column(&light, level) / w + 0.005;
                let away = (end_s - to.as_secs_f64()).rem_euclid(period_s);
                assert!(away.min(period_s - away) < 2e-6, "{options} {end_us}: {end_s}");
            }
        }
    }

    #[test]
    fn the_terminator_lights_half_of_the_columns() {
        let light = whole(&*scene("scene=terminator"), row(5340 * MS, MS), 0);
        let sum: f64 = light.iter().map(|e| f64::from(*e)).sum();
        assert!((sum / (1000.0 * 4800.0) - 1.0).abs() < 1e-4, "{sum}");
    }
}
