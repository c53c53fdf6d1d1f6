//! Brightness, contrast and gamma of live frames.
//!
//! The laws are those of the vendor's library, read off frames of known content (8 and 16
//! bits): in this order, each step cut to a whole number in range.

/// What becomes of each value of a sample.
#[derive(Clone, Debug)]
pub struct Tone {
    bits: u32,
    table: Vec<u16>,
}

impl Tone {
    /// For samples of 8 or 16 bits; `None` if nothing would change. Neutral are a brightness
    /// of 0, a contrast of 0 and a gamma of 1.
    pub fn new(bits: u32, brightness: f64, contrast: f64, gamma: f64) -> Option<Tone> {
        if (brightness, contrast, gamma) == (0.0, 0.0, 1.0) || !matches!(bits, 8 | 16) {
            return None;
        }
        let top = f64::from((1u32 << bits) - 1);
        let (count, middle) = (top + 1.0, (top + 1.0) / 2.0);
        let cut = |value: f64| value.clamp(0.0, top).trunc();
        let tone = |value: u32| {
            let value = cut(f64::from(value) + brightness * top);
            let value = cut((value - middle) * (1.0 + contrast) + middle);
            if gamma == 1.0 {
                return value as u16;
            }
            cut(((value + 0.5) / count).powf(gamma) * count - 0.5) as u16
        };
        Some(Tone { bits, table: (0..1 << bits).map(tone).collect() })
    }

    /// Changes the samples behind the first `skip` bytes, 16 bits as the host has them, low
    /// byte first.
    pub fn apply(&self, picture: &mut [u8], skip: usize) {
        let skip = skip.min(picture.len());
        let samples = &mut picture[skip..];
        if self.bits == 8 {
            samples.iter_mut().for_each(|sample| *sample = self.table[usize::from(*sample)] as u8);
            return;
        }
        for sample in samples.chunks_exact_mut(2) {
            let value = u16::from_le_bytes([sample[0], sample[1]]);
            sample.copy_from_slice(&self.table[usize::from(value)].to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Observed: settings, then pairs of a value and what the vendor's library made of it.
    type Seen = ((f64, f64, f64), &'static [(u16, u16)]);

    const SEEN_8: &[Seen] = &[
        ((0.5, 0.0, 1.0), &[(0, 127), (1, 128), (100, 227), (128, 255), (200, 255)]),
        ((-0.3, 0.0, 1.0), &[(64, 0), (100, 23), (128, 51), (240, 163), (255, 178)]),
        ((0.0, 1.0, 1.0), &[(64, 0), (100, 72), (128, 128), (150, 172), (200, 255)]),
        ((0.0, -0.4, 1.0), &[(0, 51), (16, 60), (64, 89), (150, 141), (255, 204)]),
        ((0.0, 0.0, 0.2), &[(0, 73), (1, 91), (16, 147), (128, 222), (255, 255)]),
        ((0.0, 0.0, 2.0), &[(16, 0), (32, 3), (100, 38), (200, 156), (255, 254)]),
        ((0.0, 0.0, 0.0), &[(0, 255), (255, 255)]),
        ((0.5, 0.5, 1.0), &[(0, 126), (1, 128), (16, 150), (32, 174), (64, 222)]),
        ((0.5, 0.5, 0.5), &[(0, 179), (1, 180), (16, 195), (32, 210), (64, 238)]),
    ];
    const SEEN_16: &[Seen] = &[
        ((-0.3, 0.0, 1.0), &[(16386, 0), (25602, 5941), (39978, 20317), (65322, 45661)]),
        ((0.0, -0.4, 1.0), &[(2, 13108), (4098, 15566), (32770, 32769), (65322, 52300)]),
        ((0.0, 0.5, 1.0), &[(8194, 0), (16386, 8195), (25602, 22019), (51201, 60417)]),
        ((0.0, 0.0, 0.5), &[(2, 404), (259, 4123), (16386, 32769), (65322, 65428)]),
        ((0.5, 0.5, 0.5), &[(2, 46341), (259, 46613), (8194, 54339), (16386, 61303)]),
    ];

    #[test]
    fn values_are_those_that_were_seen() {
        for (bits, seen) in [(8, SEEN_8), (16, SEEN_16)] {
            for ((brightness, contrast, gamma), pairs) in seen {
                let tone = Tone::new(bits, *brightness, *contrast, *gamma).unwrap();
                for (value, expected) in *pairs {
                    let mut picture =
                        if bits == 8 { vec![*value as u8] } else { value.to_le_bytes().to_vec() };
                    tone.apply(&mut picture, 0);
                    let got = u16::from(picture[0]) | picture.get(1).map_or(0, |high| u16::from(*high) << 8);
                    assert_eq!(got, *expected, "{bits} bits, {brightness} {contrast} {gamma}: {value}");
                }
            }
        }
    }

    #[test]
    fn neutral_settings_and_sums_change_nothing_and_a_header_stays() {
        assert!(Tone::new(8, 0.0, 0.0, 1.0).is_none() && Tone::new(32, 0.5, 0.0, 1.0).is_none());
        let mut picture = [7u8; 6];
        Tone::new(8, 1.0, 0.0, 1.0).unwrap().apply(&mut picture, 4);
        assert_eq!(picture, [7, 7, 7, 7, 255, 255]);
        Tone::new(8, 1.0, 0.0, 1.0).unwrap().apply(&mut picture, 40);
    }
}
