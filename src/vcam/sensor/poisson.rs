//! How many electrons there are where so many are expected.

use std::sync::LazyLock;

/// Counts that a [`Counts`] table can give; none beyond them has a chance above 1e-20.
const OUTCOMES: usize = 256;
/// Most expected electrons of a table.
pub(super) const MOST_COUNTED: f64 = 128.0;

/// A Poisson distribution as an alias table: a class of equal probability, and one of two
/// outcomes in it. Exact to 2^-32.
pub(super) struct Counts(Box<[Class; OUTCOMES]>);

#[derive(Clone, Copy, Default)]
struct Class {
    /// Part of the class, of 2^32, that is the class's own number.
    own: u32,
    other: u32,
}

impl Counts {
    /// The distribution of this mean, at most [`MOST_COUNTED`].
    pub(super) fn new(mean: f64) -> Counts {
        let mut parts = [0.0; OUTCOMES];
        let mut part = (-mean).exp();
        for (n, slot) in parts.iter_mut().enumerate() {
            *slot = part * OUTCOMES as f64;
            part *= mean / (n + 1) as f64;
        }
        let mut classes = Box::new([Class::default(); OUTCOMES]);
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..OUTCOMES).partition(|&n| parts[n] < 1.0);
        while let (Some(&n), Some(&from)) = (small.last(), large.last()) {
            small.pop();
            classes[n] = Class { own: (parts[n] * 4_294_967_296.0) as u32, other: from as u32 };
            parts[from] -= 1.0 - parts[n];
            if parts[from] < 1.0 {
                large.pop();
                small.push(from);
            }
        }
        // What is left is whole but for rounding.
        for n in small.into_iter().chain(large) {
            classes[n] = Class { own: u32::MAX, other: n as u32 };
        }
        Counts(classes)
    }

    /// A count, from the lowest 40 bits.
    #[inline]
    pub(super) fn draw(&self, bits: u64) -> u32 {
        let n = (bits >> 32) as usize % OUTCOMES;
        let class = self.0[n];
        if (bits as u32) < class.own { n as u32 } else { class.other }
    }
}

/// Tables stand this close.
const GRID: f64 = 8.0;
/// Most expected electrons that [`few`] takes.
pub(super) const FEW: f64 = 24.0;

static TABLES: LazyLock<Vec<Counts>> =
    LazyLock::new(|| (0..=(FEW * GRID) as u32).map(|n| Counts::new(f64::from(n) / GRID)).collect());

/// A count of a mean of at most [`FEW`], from 40 bits and a number from 0 to 1. Counts add
/// up: those of the table below the mean, and of what is left, are those of the mean.
pub(super) fn few(mean: f64, bits: u64, unit: f64) -> u32 {
    let below = ((mean * GRID) as usize).min(TABLES.len() - 1);
    let rest = mean - below as f64 / GRID;
    let count = TABLES[below].draw(bits);
    // 1 - x is below e^-x, the chance of none: most pixels need no exponential.
    if unit < 1.0 - rest { count } else { count + inverse(rest, unit) }
}

/// A count of a small mean, by a number from 0 to 1.
pub(super) fn inverse(mean: f64, unit: f64) -> u32 {
    let mut part = (-mean).exp();
    let mut rest = unit - part;
    let mut n = 0;
    while rest >= 0.0 && n < 1000 {
        n += 1;
        part *= mean / f64::from(n);
        rest -= part;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcam::sensor::noise::RowBits;

    /// Probability of each count.
    fn exact(mean: f64, n: u32) -> f64 {
        (1..=n).fold((-mean).exp(), |part, k| part * mean / f64::from(k))
    }

    /// The table's own probabilities, added up class by class.
    #[test]
    fn tables_hold_the_distribution() {
        for mean in [0.0, 1e-4, 0.1, 1.0, 7.3, 40.0, MOST_COUNTED] {
            let counts = Counts::new(mean);
            let mut got = [0.0; OUTCOMES];
            for (n, class) in counts.0.iter().enumerate() {
                let own = f64::from(class.own) / 4_294_967_296.0 / OUTCOMES as f64;
                got[n] += own;
                got[class.other as usize] += 1.0 / OUTCOMES as f64 - own;
            }
            for (n, got) in got.iter().enumerate() {
                let wanted = exact(mean, n as u32);
                assert!((got - wanted).abs() < 1e-9, "{mean}: {n}: {got} {wanted}");
            }
        }
    }

    /// 300 000 draws: the frequency of each count, within six deviations.
    #[test]
    fn draws_follow_it() {
        let (bits, n) = (RowBits(3), 300_000);
        for mean in [0.1, 2.06, 20.12] {
            let counts = Counts::new(mean);
            let mut seen = [[0u32; OUTCOMES]; 3];
            for i in 0..n {
                let word = bits.at(i);
                seen[0][counts.draw(word >> 24) as usize] += 1;
                let other = (bits.at(i + n) >> 11) as f64 / (1u64 << 53) as f64;
                seen[1][few(mean, word >> 24, other) as usize] += 1;
                seen[2][inverse(mean, other) as usize] += 1;
            }
            for k in 0..OUTCOMES {
                let wanted = n as f64 * exact(mean, k as u32);
                for seen in seen {
                    let off = (f64::from(seen[k]) - wanted).abs();
                    assert!(off < 6.0 * wanted.sqrt() + 3.0, "{mean}: {k}: {} {wanted}", seen[k]);
                }
            }
        }
    }
}
