//! Random numbers that a seed repeats: splitmix64.

/// A source of random numbers.
pub(crate) struct Rng(u64);

impl Rng {
    /// One source for each combination of numbers.
    pub(crate) fn new(numbers: &[u64]) -> Rng {
        let mut rng = Rng(0x9E37_79B9_7F4A_7C15);
        for &number in numbers {
            rng.0 ^= number;
            rng.0 = rng.next();
        }
        rng
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number from `first` to `last`.
    pub(crate) fn within(&mut self, first: u32, last: u32) -> u32 {
        first + self.below(u64::from(last.max(first) - first) + 1) as u32
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// A number of any size: small ones, ends of types, and all others.
    pub(crate) fn number(&mut self) -> u32 {
        match self.below(8) {
            0..4 => self.within(0, 16),
            4 => self.within(0, 10_000),
            5 => {
                self.pick(&[255, 256, 65535, 65536, i32::MAX as u32, i32::MIN as u32, u32::MAX - 1, u32::MAX])
            }
            6 => 1 << self.below(32),
            _ => self.next() as u32,
        }
    }

    /// A floating-point number of any kind.
    pub(crate) fn real(&mut self) -> f64 {
        match self.below(8) {
            0..3 => f64::from(self.within(0, 300)),
            3 => -f64::from(self.within(0, 300)),
            4 => f64::from(self.number()) / 7.0,
            5 => self.pick(&[
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                -0.0,
                f64::MAX,
                f64::MIN_POSITIVE,
                4294967295.0,
            ]),
            6 => self.pick(&[0.0, 1.0, 0.5, -1.0, 255.0, 1e9]),
            _ => f64::from_bits(self.next()),
        }
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}
