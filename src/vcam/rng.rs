//! A small random generator whose stream never changes, so that a seed means the same
//! sky and the same serial number for ever. xoshiro256++ seeded by SplitMix64, both in
//! the public domain, written from their published definitions.

/// The generator.
pub(super) struct Rng {
    state: [u64; 4],
}

/// One step of SplitMix64: also a good hash of a number.
pub(super) fn split_mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A hash of several numbers, in order.
pub(super) fn hash(words: &[u64]) -> u64 {
    words.iter().fold(0, |sum, &word| split_mix(sum ^ word))
}

impl Rng {
    /// A generator fixed by these numbers.
    pub(super) fn new(words: &[u64]) -> Rng {
        let mut seed = hash(words);
        let state = std::array::from_fn(|_| {
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            split_mix(seed)
        });
        Rng { state }
    }

    /// 64 random bits.
    pub(super) fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number from 0 up to, not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_uniform() {
        let mut random = Rng::new(&[1, 2]);
        let n = 200_000;
        let (mut mean, mut square) = (0.0, 0.0);
        for _ in 0..n {
            let unit = random.unit();
            mean += unit / f64::from(n);
            square += unit * unit / f64::from(n);
        }
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
        assert!((square - 1.0 / 3.0).abs() < 0.005, "{square}");
    }

    #[test]
    fn the_order_of_the_words_matters() {
        assert_ne!(Rng::new(&[1, 2]).next(), Rng::new(&[2, 1]).next());
        assert_eq!(Rng::new(&[1, 2]).next(), Rng::new(&[1, 2]).next());
    }
}
