//! Stars on a sky, as light: electrons per second and pixel. The same seed is the same
//! sky for ever.

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
pub(in crate::vcam) struct Star {
    x: f64,
    y: f64,
    /// Electrons per second in the brightest pixel.
    peak: f64,
    radius: f64,
    /// Colour: light in red and blue against green.
    tint: (f64, f64),
}

/// A sky full of stars.
pub(in crate::vcam) struct StarField {
    /// Sorted by row.
    stars: Vec<Star>,
}

/// A colour filter, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vcam) enum Filter {
    None,
    Red,
    Green,
    Blue,
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
    pub(in crate::vcam) fn near(&self, top: f64, bottom: f64) -> impl Iterator<Item = &Star> {
        let first = self.stars.partition_point(|star| star.y < top - FARTHEST_PX);
        self.stars[first..]
            .iter()
            .take_while(move |star| star.y <= bottom + FARTHEST_PX)
            .filter(move |star| star.y + star.radius >= top && star.y - star.radius <= bottom)
    }
}

impl Star {
    /// First and last column (unbinned) that it lights in row `y`.
    pub(in crate::vcam) fn columns(&self, y: f64) -> (f64, f64) {
        let away = y - self.y;
        let half = (self.radius * self.radius - away * away).max(0.0).sqrt();
        (self.x - half, self.x + half)
    }

    /// Electrons per second in the pixel at (`x`, `y`).
    pub(in crate::vcam) fn light(&self, x: f64, y: f64, filter: Filter) -> f64 {
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

impl Filter {
    /// The filter of a pixel of an RGGB sensor (manual: QHY600C is RGGB).
    pub(in crate::vcam) fn rggb(column: u32, picture_row: i32) -> Filter {
        match (picture_row.rem_euclid(2), column % 2) {
            (0, 0) => Filter::Red,
            (1, 1) => Filter::Blue,
            _ => Filter::Green,
        }
    }

    /// Part of a mono pixel's light that it lets through.
    fn passes(self) -> f64 {
        match self {
            Filter::None => 1.0,
            Filter::Red => 0.28,
            Filter::Green => 0.40,
            Filter::Blue => 0.30,
        }
    }

    /// Sky in electrons per second and pixel.
    pub(in crate::vcam) fn sky(self) -> f64 {
        SKY_E_PER_S * self.passes()
    }

    /// Slot of the digital gain.
    pub(in crate::vcam) fn slot(self) -> usize {
        match self {
            Filter::None | Filter::Red => 0,
            Filter::Green => 1,
            Filter::Blue => 2,
        }
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

    #[test]
    fn filters_of_the_first_cell() {
        let cell = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| Filter::rggb(x, y));
        assert_eq!(cell, [Filter::Red, Filter::Green, Filter::Green, Filter::Blue]);
    }
}
