//! Where the stars are: an endless flat sky, the same for ever for the same seed.
//!
//! Each class of one magnitude has cells of its own size with eight stars in the mean, so a
//! small field down to faint stars and a wide one of bright stars cost the same, and a star
//! is there whatever part of the sky is looked at and however deep.

use std::ops::Range;

use crate::vcam::rng::Rng;

/// Logarithms of the stars per square degree that are brighter than magnitude 4, 5, 6...;
/// rounded means of the whole sky, as star atlases give them.
const BRIGHTER: [f64; 15] =
    [-1.92, -1.41, -0.93, -0.45, 0.01, 0.45, 0.90, 1.32, 1.75, 2.14, 2.53, 2.89, 3.24, 3.56, 3.86];
/// The first of these magnitudes.
const BRIGHTEST: usize = 4;
/// Stars of a cell, in the mean.
const IN_CELL: f64 = 8.0;
const ARCSEC_PER_DEGREE: f64 = 3600.0;

/// A star.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Star {
    /// Arcseconds to the east and to the north.
    pub(super) place: (f64, f64),
    pub(super) magnitude: f64,
    /// From -0.5, red, to 0.5, blue.
    pub(super) heat: f64,
}

/// The faintest magnitude, a whole number, at which a field of so many square degrees has
/// no more than `most` stars.
pub(super) fn limit(square_degrees: f64, most: f64) -> usize {
    let fits = |log: &&f64| 10f64.powf(**log) * square_degrees <= most;
    BRIGHTEST + BRIGHTER.iter().skip(1).take_while(fits).count()
}

/// The stars of a field, in arcseconds, that are brighter than `limit`.
pub(super) fn stars(seed: u64, east: Range<f64>, north: Range<f64>, limit: usize) -> Vec<Star> {
    let mut found = Vec::new();
    for (class, pair) in BRIGHTER.windows(2).enumerate() {
        let magnitude = BRIGHTEST + class;
        if magnitude >= limit {
            break;
        }
        let ratio = 10f64.powf(pair[1] - pair[0]);
        let per_degree = 10f64.powf(pair[1]) - 10f64.powf(pair[0]);
        let edge = (IN_CELL / per_degree).sqrt() * ARCSEC_PER_DEGREE;
        let cells = |side: &Range<f64>| (side.start / edge).floor() as i64..=(side.end / edge).floor() as i64;
        for i in cells(&east) {
            for j in cells(&north) {
                let mut random = Rng::new(&[seed, 0x7374_6172_7321, magnitude as u64, i as u64, j as u64]);
                for _ in 0..poisson(&mut random) {
                    let place = ((i as f64 + random.unit()) * edge, (j as f64 + random.unit()) * edge);
                    // Within a class the number grows as it does from class to class.
                    let rank = 1.0 + random.unit() * (ratio - 1.0);
                    let magnitude = magnitude as f64 + rank.ln() / ratio.ln();
                    let heat = random.unit() - 0.5;
                    if east.contains(&place.0) && north.contains(&place.1) {
                        found.push(Star { place, magnitude, heat });
                    }
                }
            }
        }
    }
    found
}

/// A Poisson deviate of mean [`IN_CELL`].
fn poisson(random: &mut Rng) -> u32 {
    let mut rest = random.unit();
    let mut chance = (-IN_CELL).exp();
    let mut n = 0;
    while rest >= chance && n < 64 {
        rest -= chance;
        n += 1;
        chance *= IN_CELL / f64::from(n);
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEGREE: f64 = ARCSEC_PER_DEGREE;

    #[test]
    fn counts_are_those_of_the_table() {
        let field = stars(1, -2.0 * DEGREE..2.0 * DEGREE, -2.0 * DEGREE..2.0 * DEGREE, 16);
        for magnitude in [11usize, 13, 16] {
            let count = field.iter().filter(|star| star.magnitude < magnitude as f64).count() as f64;
            let wanted = 16.0 * 10f64.powf(BRIGHTER[magnitude - BRIGHTEST]);
            // Five deviations of a Poisson number.
            assert!((count - wanted).abs() < 5.0 * wanted.sqrt(), "{magnitude}: {count} {wanted}");
        }
    }

    #[test]
    fn a_star_is_there_whatever_is_looked_at() {
        let wide = stars(3, 0.0..2000.0, 0.0..2000.0, 17);
        let part = stars(3, 500.0..900.0, 700.0..1500.0, 15);
        let wanted: Vec<_> = wide
            .iter()
            .filter(|star| (500.0..900.0).contains(&star.place.0) && (700.0..1500.0).contains(&star.place.1))
            .filter(|star| star.magnitude < 15.0)
            .copied()
            .collect();
        assert!(!part.is_empty());
        assert_eq!(part, wanted);
        assert_ne!(part, stars(4, 500.0..900.0, 700.0..1500.0, 15));
    }

    #[test]
    fn wide_fields_show_bright_stars_only() {
        assert_eq!((limit(2.8, 30_000.0), limit(300.0, 30_000.0), limit(1e6, 30_000.0)), (18, 12, 4));
    }
}
