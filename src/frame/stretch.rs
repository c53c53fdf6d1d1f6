//! A stretch that shows what is in a picture, for previews.
//!
//! Levels come from the picture: black lies a little below the sky background, white
//! among the brightest samples, and an asinh curve between them lifts the background to
//! a dark grey while stars keep their shades. Not a measurement and not part of the C
//! API.

/// Samples looked at for the statistics, at most.
const SUBSAMPLE: usize = 1 << 17;
/// What the background becomes, of full brightness.
const BACKGROUND: f64 = 0.15;

/// A curve from 16 bits to 8.
#[derive(Clone, Debug)]
pub struct Stretch {
    table: Vec<u8>,
}

impl Stretch {
    /// A curve for these 16-bit little-endian samples. Looks at a part of them only.
    pub fn auto(samples: &[u8]) -> Stretch {
        // An odd step, so that it does not always hit the same columns or colours.
        let step = (samples.len() / 2 / SUBSAMPLE) | 1;
        let mut values: Vec<u16> =
            samples.chunks_exact(2).step_by(step).map(|s| u16::from_le_bytes([s[0], s[1]])).collect();
        values.sort_unstable();
        let Some(last) = values.len().checked_sub(1) else {
            return Stretch::asinh(0.0, 65535.0, 0.0);
        };
        let at = |part: f64| f64::from(values[(last as f64 * part) as usize]);
        let background = at(0.5);
        // The lower side only: stars widen the upper one.
        let sigma = (background - at(0.16)).max(1.0);
        let black = (background - 2.5 * sigma).max(at(0.0));
        let white = at(0.9995).max(background + 20.0 * sigma);
        Stretch::asinh(black, white, steepness((background - black) / (white - black)))
    }

    /// The curve `asinh(k t) / asinh(k)`, `t` from `black` to `white`; a line for `k` 0.
    fn asinh(black: f64, white: f64, k: f64) -> Stretch {
        let curve = |value: u16| {
            let t = ((f64::from(value) - black) / (white - black)).clamp(0.0, 1.0);
            let y = if k > 0.0 { (k * t).asinh() / k.asinh() } else { t };
            (y * 255.0).round() as u8
        };
        Stretch { table: (0..=u16::MAX).map(curve).collect() }
    }

    /// One sample.
    pub fn sample(&self, value: u16) -> u8 {
        self.table[usize::from(value)]
    }

    /// 16-bit little-endian samples, up to the end of the shorter slice.
    pub fn apply(&self, samples: &[u8], out: &mut [u8]) {
        for (to, from) in out.iter_mut().zip(samples.chunks_exact(2)) {
            *to = self.sample(u16::from_le_bytes([from[0], from[1]]));
        }
    }
}

/// The `k` that lifts `t` to [`BACKGROUND`]; 0 if it is there already.
fn steepness(t: f64) -> f64 {
    if t <= 0.0 || t >= BACKGROUND {
        return 0.0;
    }
    let (mut low, mut high) = (1e-3, 1e6);
    for _ in 0..60 {
        let k = f64::sqrt(low * high);
        if (k * t).asinh() / k.asinh() < BACKGROUND { low = k } else { high = k }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(values: impl IntoIterator<Item = u16>) -> Vec<u8> {
        values.into_iter().flat_map(u16::to_le_bytes).collect()
    }

    /// Sky around 1000 with a spread of 30, and a star every 500 samples.
    fn sky(count: u32) -> Vec<u8> {
        bytes((0..count).map(|i| {
            let noise = (i.wrapping_mul(2654435761) >> 16) % 100;
            if i % 500 == 7 { 20_000 + (i % 40_000) as u16 } else { 950 + noise as u16 }
        }))
    }

    #[test]
    fn sky_is_dark_grey_and_stars_are_bright() {
        for count in [5_000, 1_000_000] {
            let stretch = Stretch::auto(&sky(count));
            let grey = stretch.sample(1000);
            assert!((30..50).contains(&grey), "{grey}");
            assert!(stretch.sample(30_000) > 200);
            assert!(stretch.sample(5_000) > stretch.sample(1_200));
            assert_eq!((stretch.sample(0), stretch.sample(65535)), (0, 255));
        }
    }

    #[test]
    fn never_turns_the_order_round() {
        for picture in
            [sky(10_000), bytes([5; 90]), bytes(0..=u16::MAX), bytes([65535; 9]), bytes([0]), vec![]]
        {
            let stretch = Stretch::auto(&picture);
            assert!(stretch.table.is_sorted());
            assert_eq!(stretch.table.len(), 65536);
        }
    }

    #[test]
    fn apply_looks_every_sample_up() {
        let stretch = Stretch::auto(&bytes(0..=u16::MAX));
        let values = [0, 1, 255, 256, 40_000, 65535];
        let mut out = [9; 7];
        stretch.apply(&bytes(values), &mut out);
        assert_eq!(out[..6], values.map(|v| stretch.sample(v)));
        assert_eq!(out[6], 9);
        assert!(out[4] > 0 && out[4] < 255);
    }
}
