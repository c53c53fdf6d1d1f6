//! Stars on a sky, as light: electrons per second and pixel. The same seed is the same
//! sky for ever.

use std::ops::Range;

use super::filter::Filter;
use super::{Light, RowExposure, RowLight, World};
use crate::vcam::rng::Rng;

/// Stars on the sensor.
const STARS: usize = 5000;
/// Sky background of a mono pixel, in electrons per second.
const SKY_E_PER_S: f64 = 2.0;
/// Faintest star, in electrons per second over all its pixels.
const FAINTEST_E_PER_S: f64 = 40.0;
/// Most light of one star, in electrons per second.
const BRIGHTEST_E_PER_S: f64 = 400_000.0;
/// Width of a star image at half its height, in sensor pixels.
const WIDTH_PX: f64 = 4.2;
/// A star is drawn out to where it gives this much of the sky.
const CUT: f64 = 0.01;
/// ... but not farther than this many pixels.
const FARTHEST_PX: f64 = 90.0;

/// One star, in unbinned picture columns and rows.
#[derive(Clone, Copy, Debug)]
struct Star {
    x: f64,
    y: f64,
    /// Electrons per second in the brightest pixel.
    peak: f64,
    radius: f64,
    /// Colour: light in red and blue against green.
    tint: (f64, f64),
}

/// A sky full of stars.
pub(super) struct StarField {
    /// Sorted by row.
    stars: Vec<Star>,
}

/// Radius scale of a Moffat profile with exponent 3 whose width at half height is known.
fn moffat_scale() -> f64 {
    WIDTH_PX / (2.0 * (2f64.powf(1.0 / 3.0) - 1.0).sqrt())
}

impl StarField {
    pub(super) fn new(seed: u64) -> StarField {
        let mut random = Rng::new(&[seed, 0x7374_6172_7321]);
        let scale = moffat_scale();
        // Integral of (1 + r^2/s^2)^-3 over the plane.
        let volume = std::f64::consts::PI * scale * scale / 2.0;
        let mut stars: Vec<Star> = (0..STARS)
            .map(|_| {
                // Ten times fainter stars are six times as many, as in a real field.
                let rank = 1.0 - random.unit();
                let flux = (FAINTEST_E_PER_S * rank.powf(-1.0 / 0.78)).min(BRIGHTEST_E_PER_S);
                let peak = flux / volume;
                let reach = scale * ((peak / (CUT * SKY_E_PER_S)).powf(1.0 / 3.0) - 1.0).max(0.0).sqrt();
                let heat = random.unit() - 0.5;
                Star {
                    x: 24.0 + 9576.0 * random.unit(),
                    y: 6388.0 * random.unit(),
                    peak,
                    radius: reach.clamp(3.0, FARTHEST_PX),
                    tint: (1.0 - 0.8 * heat, 1.0 + 0.8 * heat),
                }
            })
            .collect();
        stars.sort_by(|a, b| a.y.total_cmp(&b.y));
        StarField { stars }
    }

    /// The stars that may touch rows from `top` to `bottom` (picture rows, unbinned).
    fn near(&self, top: f64, bottom: f64) -> impl Iterator<Item = &Star> {
        let first = self.stars.partition_point(|star| star.y < top - FARTHEST_PX);
        self.stars[first..]
            .iter()
            .take_while(move |star| star.y <= bottom + FARTHEST_PX)
            .filter(move |star| star.y + star.radius >= top && star.y - star.radius <= bottom)
    }
}

impl World for StarField {
    fn light(&self, row: &RowExposure, out: &mut RowLight) -> Light {
        let exposure_s = row.exposure_s();
        let sky = |column: u32| (SKY_E_PER_S * row.filter(column).passes() * exposure_s) as f32;
        let background = [sky(0), sky(1)];
        let bin = f64::from(row.bin);
        // Centre of this row and of column 0 in unbinned pixels.
        let middle = (bin - 1.0) / 2.0;
        let y = f64::from(row.picture_row) * bin + middle;
        let columns = out.pixels.len();
        let lit: Vec<(&Star, Range<usize>)> = self
            .near(y - middle, y + middle)
            .map(|star| {
                let (left, right) = star.columns(y);
                let first = (left / bin).floor().max(f64::from(row.first_column)) as usize;
                let behind = (right / bin).ceil().max(-1.0) + 1.0;
                (star, first..columns.min(behind as usize))
            })
            .filter(|(_, columns)| !columns.is_empty())
            .collect();
        // Light of stars that overlap adds up on a background that is laid first.
        out.patches.clear();
        for (_, columns) in &lit {
            for column in columns.clone() {
                out.pixels[column] = background[column % 2];
            }
            out.patches.push(columns.clone());
        }
        for (star, columns) in &lit {
            for column in columns.clone() {
                let x = column as f64 * bin + middle;
                let filter = row.filter(column as u32);
                out.pixels[column] += (star.light(x, y, filter) * exposure_s) as f32;
            }
        }
        Light::Patches(background)
    }
}

impl Star {
    /// First and last column (unbinned) that it lights in row `y`.
    fn columns(&self, y: f64) -> (f64, f64) {
        let away = y - self.y;
        let half = (self.radius * self.radius - away * away).max(0.0).sqrt();
        (self.x - half, self.x + half)
    }

    /// Electrons per second in the pixel at (`x`, `y`).
    fn light(&self, x: f64, y: f64, filter: Filter) -> f64 {
        let scale = moffat_scale();
        let (dx, dy) = (x - self.x, y - self.y);
        let q = 1.0 + (dx * dx + dy * dy) / (scale * scale);
        let tint = match filter {
            Filter::Red => self.tint.0,
            Filter::Blue => self.tint.1,
            Filter::None | Filter::Green => 1.0,
        };
        self.peak * tint * filter.passes() / (q * q * q)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_has_its_width_and_its_light() {
        let field = StarField::new(1);
        let star = field.stars[field.stars.len() / 2];
        let half = star.light(star.x + WIDTH_PX / 2.0, star.y, Filter::None);
        assert!((half / star.peak - 0.5).abs() < 1e-9);
    }

    #[test]
    fn bright_stars_are_few_and_faint_ones_many() {
        let field = StarField::new(1);
        let brighter = |peak: f64| field.stars.iter().filter(|s| s.peak > peak).count();
        let (few, many) = (brighter(100.0), brighter(10.0));
        assert!(few > 20 && many > 4 * few && many < 9 * few, "{few} {many}");
    }

    #[test]
    fn near_finds_every_star_that_touches() {
        let field = StarField::new(2);
        for y in [0.0, 1000.0, 6387.0] {
            let touching = field.stars.iter().filter(|s| (s.y - y).abs() <= s.radius).count();
            assert_eq!(field.near(y, y).count(), touching);
            assert!(touching > 0);
        }
    }
}
