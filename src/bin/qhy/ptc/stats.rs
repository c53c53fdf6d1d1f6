//! Noise from two frames of the same scene: what differs between them is noise, what is
//! the same in both (dust, shading, hot pixels) is not.
//!
//! A pixel that jumps between two values, or is hit by a particle, does not tell about the
//! others. So the spread is that of the differences within four deviations, and as much as
//! a normal distribution has lost there is added again.

/// Two frames of one exposure time, in units of 16-bit samples (ADU).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    /// Pixels that count.
    pub(crate) pixels: f64,
    pub(crate) mean_adu: f64,
    /// Of one frame; the rounding to whole numbers is taken off.
    pub(crate) variance: f64,
    /// The part of it that all pixels of a row share; by chance a little below 0.
    pub(crate) row_variance: f64,
    /// Share of all samples with the largest value there is.
    pub(crate) full: f64,
    /// Share of all samples that are 0.
    pub(crate) empty: f64,
}

/// Deviations beyond which a difference does not count.
const CLIP: f64 = 4.0;
/// What rounding to whole numbers adds to a variance.
const ROUNDING: f64 = 1.0 / 12.0;

impl Pair {
    /// Compares two frames of the same size, `width` samples a row; `None` if they have
    /// not the same size, or nothing in them.
    pub(crate) fn of(first: &[u16], second: &[u16], width: usize) -> Option<Pair> {
        if first.is_empty() || first.len() != second.len() || width == 0 {
            return None;
        }
        let both = || first.iter().zip(second);
        let spread = Spread::of(both().map(|(a, b)| i32::from(*a) - i32::from(*b)))?;
        let counts = |d: i32| (spread.first..=spread.last).contains(&d);

        let mut sum = 0.0;
        let (mut rows, mut inside) = (Vec::new(), 0.0);
        for (a, b) in first.chunks(width).zip(second.chunks(width)) {
            let (mut row, mut differences, mut n) = (0.0, 0.0, 0.0);
            for (a, b) in a.iter().zip(b) {
                let d = i32::from(*a) - i32::from(*b);
                if counts(d) {
                    row += f64::from(u32::from(*a) + u32::from(*b));
                    differences += f64::from(d);
                    n += 1.0;
                }
            }
            sum += row / 2.0;
            inside += n;
            if n > 0.0 {
                rows.push((differences / n, n));
            }
        }
        let share = |value: u16| both().filter(|(a, b)| **a == value || **b == value).count();
        let samples = first.len() as f64;
        Some(Pair {
            pixels: inside,
            mean_adu: sum / inside,
            variance: (spread.variance / 2.0 - ROUNDING).max(0.0),
            row_variance: row_variance(&rows, spread.variance) / 2.0,
            full: share(u16::MAX) as f64 / samples,
            empty: share(0) as f64 / samples,
        })
    }
}

/// The variance of row means (mean and number of values) beyond what the values' own
/// variance brings.
fn row_variance(rows: &[(f64, f64)], variance: f64) -> f64 {
    let count = rows.len() as f64;
    if count < 2.0 {
        return 0.0;
    }
    let mean = rows.iter().map(|(m, _)| m).sum::<f64>() / count;
    let of_means = rows.iter().map(|(m, _)| (m - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let by_chance = rows.iter().map(|(_, n)| variance / n).sum::<f64>() / count;
    of_means - by_chance
}

/// Centre and variance of whole numbers, without the few that lie far off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
    /// Numbers from here on count ...
    pub(crate) first: i32,
    /// ... up to here.
    pub(crate) last: i32,
    /// How many do.
    pub(crate) count: f64,
}

impl Spread {
    /// `None` of no numbers.
    pub(crate) fn of(numbers: impl Iterator<Item = i32> + Clone) -> Option<Spread> {
        let (low, high) = numbers.clone().fold((i32::MAX, i32::MIN), |(l, h), n| (l.min(n), h.max(n)));
        if low > high {
            return None;
        }
        let mut counts = vec![0u32; (high - low) as usize + 1];
        for number in numbers {
            counts[(number - low) as usize] += 1;
        }
        let total: u64 = counts.iter().map(|c| u64::from(*c)).sum();
        let quantile = |share: f64| {
            let (wanted, mut below) = (share * total as f64, 0.0);
            for (n, count) in counts.iter().enumerate() {
                let count = f64::from(*count);
                if below + count >= wanted && count > 0.0 {
                    return f64::from(low) + n as f64 - 0.5 + (wanted - below) / count;
                }
                below += count;
            }
            f64::from(high)
        };
        // A quarter of a normal distribution lies beyond 0.674 deviations on each side.
        let mut mean = quantile(0.5);
        let mut sigma = ((quantile(0.75) - quantile(0.25)) / 1.349).max(0.25);
        let mut spread = None;
        for _ in 0..12 {
            let first = ((mean - CLIP * sigma).round() as i32).clamp(low, high);
            let last = ((mean + CLIP * sigma).round() as i32).clamp(first, high);
            let inside = &counts[(first - low) as usize..=(last - low) as usize];
            let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
            for (at, count) in inside.iter().enumerate().filter(|(_, count)| **count > 0) {
                // Near the centre, so that squares of large numbers do not cancel.
                let off = f64::from(first) + at as f64 - mean;
                let count = f64::from(*count);
                n += count;
                sum += count * off;
                squares += count * off * off;
            }
            if n == 0.0 {
                break;
            }
            let about = squares / n - (sum / n).powi(2);
            let half = f64::from(last - first + 1) / 2.0;
            let variance = about / kept(half / sigma);
            let before = (mean, sigma);
            mean += sum / n;
            sigma = variance.sqrt().max(0.25);
            spread = Some(Spread { mean, variance, first, last, count: n });
            if (mean - before.0).abs() < 1e-6 * sigma && (sigma / before.1 - 1.0).abs() < 1e-6 {
                break;
            }
        }
        spread
    }
}

/// The part of a normal distribution's variance that is left of it within `k` deviations.
fn kept(k: f64) -> f64 {
    let density = (-k * k / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    1.0 - 2.0 * k * density / (1.0 - 2.0 * tail(k))
}

/// The part of a normal distribution above `k` >= 0 deviations, to 1e-7: the rational
/// approximation 26.2.17 of Abramowitz and Stegun.
fn tail(k: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * k);
    let terms = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    sum * (-k * k / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
pub(crate) mod synthetic {
    //! Frames of a sensor whose truth is known. Shares no code with the virtual camera.

    /// A generator with a fixed seed.
    pub(crate) struct Random(pub(crate) u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
            mixed ^ (mixed >> 33)
        }

        /// From 0 to before 1.
        pub(crate) fn even(&mut self) -> f64 {
            (self.next() >> 11) as f64 / (1u64 << 53) as f64
        }

        pub(crate) fn normal(&mut self) -> f64 {
            let radius = (-2.0 * (1.0 - self.even()).ln()).sqrt();
            radius * (2.0 * std::f64::consts::PI * self.even()).cos()
        }

        /// Electrons where so many are expected.
        pub(crate) fn poisson(&mut self, mean: f64) -> f64 {
            if mean > 60.0 {
                return (mean + mean.sqrt() * self.normal()).round().max(0.0);
            }
            let (limit, mut product, mut n) = ((-mean).exp(), self.even(), 0.0);
            while product > limit {
                product *= self.even();
                n += 1.0;
            }
            n
        }
    }

    /// A sensor.
    #[derive(Clone, Copy)]
    pub(crate) struct Sensor {
        pub(crate) e_per_adu: f64,
        pub(crate) read_noise_e: f64,
        pub(crate) row_noise_e: f64,
        pub(crate) pedestal_adu: f64,
        /// What a pixel holds.
        pub(crate) pixel_e: f64,
        /// Deviation of the pixels' sensitivity.
        pub(crate) uneven: f64,
        /// Share of pixels that jump by [`Sensor::jump_e`].
        pub(crate) jumping: f64,
        pub(crate) jump_e: f64,
    }

    pub(crate) const PLAIN: Sensor = Sensor {
        e_per_adu: 0.4113,
        read_noise_e: 2.754,
        row_noise_e: 0.0,
        pedestal_adu: 500.0,
        pixel_e: 81_000.0,
        uneven: 0.0,
        jumping: 0.0,
        jump_e: 0.0,
    };

    impl Sensor {
        /// A frame with so many electrons of light in each pixel.
        pub(crate) fn frame(&self, light_e: f64, size: (usize, usize), random: &mut Random) -> Vec<u16> {
            // The same unevenness in each frame.
            let mut fixed = Random(77);
            let mut samples = Vec::with_capacity(size.0 * size.1);
            for _ in 0..size.1 {
                let row_e = self.row_noise_e * random.normal();
                for _ in 0..size.0 {
                    let sensitivity = 1.0 + self.uneven * fixed.normal();
                    let mut e = random.poisson(light_e * sensitivity).min(self.pixel_e);
                    e += row_e + self.read_noise_e * random.normal();
                    if fixed.even() < self.jumping && random.even() < 0.5 {
                        e += self.jump_e;
                    }
                    let adu = e / self.e_per_adu + self.pedestal_adu;
                    samples.push(adu.round().clamp(0.0, 65_535.0) as u16);
                }
            }
            samples
        }
    }
}

#[cfg(test)]
mod tests {
    use super::synthetic::{PLAIN, Random, Sensor};
    use super::*;

    const SIZE: (usize, usize) = (512, 256);

    fn pair(sensor: &Sensor, light_e: f64) -> Pair {
        let mut random = Random(5);
        let [first, second] = [(); 2].map(|()| sensor.frame(light_e, SIZE, &mut random));
        Pair::of(&first, &second, SIZE.0).unwrap()
    }

    /// A variance of n values is known to sqrt(2/n), here 0.4 %; tolerances are five of it.
    #[test]
    fn noise_of_light_and_of_reading() {
        for light_e in [0.0, 1.0, 40.0, 1000.0, 20_000.0] {
            let got = pair(&PLAIN, light_e);
            let wanted = (light_e + 2.754f64.powi(2)) / 0.4113f64.powi(2);
            assert!((got.variance / wanted - 1.0).abs() < 0.02, "{light_e}: {got:?} {wanted}");
            let mean = 500.0 + light_e / 0.4113;
            assert!(
                (got.mean_adu - mean).abs() < 5.0 * (wanted / 2.0 / got.pixels).sqrt(),
                "{light_e}: {got:?}"
            );
            assert!(got.pixels > 0.9995 * (SIZE.0 * SIZE.1) as f64);
            assert_eq!((got.full, got.empty), (0.0, 0.0));
        }
    }

    /// Noise below one unit: rounding must not count.
    #[test]
    fn coarse_units() {
        let got = pair(&Sensor { e_per_adu: 4.0, ..PLAIN }, 0.0);
        let wanted = (2.754f64 / 4.0).powi(2);
        assert!((got.variance / wanted - 1.0).abs() < 0.03, "{got:?} {wanted}");
    }

    #[test]
    fn what_is_the_same_in_both_frames_is_no_noise() {
        let got = pair(&Sensor { uneven: 0.05, ..PLAIN }, 10_000.0);
        let wanted = (10_000.0 + 2.754f64.powi(2)) / 0.4113f64.powi(2);
        assert!((got.variance / wanted - 1.0).abs() < 0.02, "{got:?} {wanted}");
    }

    /// One pixel in a hundred jumps by ten deviations: without a limit the variance would
    /// be half as large again.
    #[test]
    fn jumping_pixels_do_not_count() {
        let got = pair(&Sensor { jumping: 0.01, jump_e: 30.0, ..PLAIN }, 0.0);
        let wanted = (2.754f64 / 0.4113).powi(2);
        assert!((got.variance / wanted - 1.0).abs() < 0.02, "{got:?} {wanted}");
        assert!((got.mean_adu - 500.0).abs() < 0.5, "{got:?}");
    }

    #[test]
    fn rows_that_move_together_are_told_apart() {
        let still = pair(&PLAIN, 0.0);
        assert!(still.row_variance.abs() < 0.01 * still.variance, "{still:?}");
        let got = pair(&Sensor { row_noise_e: 1.0, ..PLAIN }, 0.0);
        let wanted = (1.0f64 / 0.4113).powi(2);
        // 256 rows: the variance is known to 9 %.
        assert!((got.row_variance / wanted - 1.0).abs() < 0.4, "{got:?} {wanted}");
        assert!((got.variance - still.variance - wanted).abs() < 0.4 * wanted, "{got:?}");
    }

    #[test]
    fn both_ends_are_counted() {
        let got = pair(&PLAIN, 200_000.0);
        assert!(got.full > 0.99, "pixel's ceiling lies above the converter's: {got:?}");
        assert_eq!(got.variance, 0.0);
        let got = pair(&Sensor { pedestal_adu: 3.0, ..PLAIN }, 0.0);
        // Two frames, each below one half with probability 0.36.
        assert!((got.empty - 0.58).abs() < 0.05, "{got:?}");
    }

    #[test]
    fn nothing_and_unlike_frames_give_nothing() {
        assert_eq!(Pair::of(&[], &[], 1), None);
        assert_eq!(Pair::of(&[1, 2], &[1], 2), None);
        assert_eq!(Pair::of(&[1], &[1], 0), None);
        let one = Pair::of(&[7], &[7], 1).unwrap();
        assert_eq!((one.mean_adu, one.variance, one.pixels), (7.0, 0.0, 1.0));
        assert_eq!(Spread::of([].into_iter()), None);
    }

    #[test]
    fn the_normal_distribution() {
        for (k, p) in [(0.0, 0.5), (1.0, 0.158_655_3), (2.0, 0.022_750_1), (4.0, 3.167e-5)] {
            assert!((tail(k) - p).abs() < 2e-7, "{k}: {}", tail(k));
        }
        assert!((kept(1.0) - 0.291_125).abs() < 1e-5);
        assert!((kept(8.0) - 1.0).abs() < 1e-9);
    }
}
