//! Bilinear debayering, row by row.
//!
//! A pixel keeps the sample it has; the two colours it lacks are the mean of the nearest
//! neighbours of that colour, halves rounded up. The outermost rows and columns are left
//! black, as the vendor's library leaves them. Channels are in the order B, G, R.

use crate::util::Bayer;

use super::plan::Sample;

/// The last three rows of a picture under colour filters.
#[derive(Debug)]
pub struct Window {
    rows: [Vec<u16>; 3],
    order: Bayer,
    height: usize,
    count: usize,
}

impl Window {
    /// For a picture of `width`×`height` with `order` in its corner.
    pub fn new(width: usize, height: usize, order: Bayer) -> Window {
        Window { rows: std::array::from_fn(|_| vec![0; width]), order, height, count: 0 }
    }

    /// Begins with the first row again.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Takes the next row and writes what it completes into `picture`, of which each row
    /// has `picture.len() / height` bytes.
    pub fn push(&mut self, row: &[u8], sample: Sample, picture: &mut [u8]) {
        let index = self.count;
        self.count += 1;
        self.rows.rotate_left(1);
        let newest = &mut self.rows[2];
        match sample {
            Sample::U8 => {
                newest.iter_mut().zip(row).for_each(|(to, &from)| *to = u16::from(from));
            }
            Sample::U16Be => {
                let samples = row.chunks_exact(2).map(|s| u16::from_be_bytes([s[0], s[1]]));
                newest.iter_mut().zip(samples).for_each(|(to, from)| *to = from);
            }
            Sample::U16Le => {
                let samples = row.chunks_exact(2).map(|s| u16::from_le_bytes([s[0], s[1]]));
                newest.iter_mut().zip(samples).for_each(|(to, from)| *to = from);
            }
        }
        let pitch = picture.len() / self.height;
        if index == 0 {
            picture[..pitch].fill(0);
        }
        if index + 1 == self.height {
            picture[index * pitch..].fill(0);
        }
        if index >= 2 {
            let out = &mut picture[(index - 1) * pitch..index * pitch];
            let order = self.order.shifted(0, (index - 1) as u32 & 1);
            let [above, here, below] = self.rows.each_ref().map(Vec::as_slice);
            if sample.bytes() == 1 {
                bilinear::<1>(order, above, here, below, out, |v| [v as u8]);
            } else {
                bilinear::<2>(order, above, here, below, out, u16::to_le_bytes);
            }
        }
    }
}

/// One row of three-channel pixels; `order` is that of the row's first pixel.
fn bilinear<const BYTES: usize>(
    order: Bayer,
    above: &[u16],
    here: &[u16],
    below: &[u16],
    out: &mut [u8],
    bytes: impl Fn(u16) -> [u8; BYTES],
) {
    out.fill(0);
    let red_row = matches!(order, Bayer::Rg | Bayer::Gr);
    let green_first = matches!(order, Bayer::Gr | Bayer::Gb);
    let pixels = out.chunks_exact_mut(3 * BYTES);
    let wide = above.windows(3).zip(here.windows(3)).zip(below.windows(3));
    for (x, (pixel, ((a, h), b))) in (1..).zip(pixels.skip(1).zip(wide)) {
        let mean = |sum: u32, shift: u32| ((sum + (1 << (shift - 1))) >> shift) as u16;
        let across = u32::from(h[0]) + u32::from(h[2]);
        let along = u32::from(a[1]) + u32::from(b[1]);
        let green_here = (x % 2 == 0) == green_first;
        let (own, green, other) = if green_here {
            (mean(across, 1), h[1], mean(along, 1))
        } else {
            let corners = [a[0], a[2], b[0], b[2]].map(u32::from).iter().sum();
            (h[1], mean(across + along, 2), mean(corners, 2))
        };
        let (blue, red) = if red_row { (other, own) } else { (own, other) };
        pixel[..BYTES].copy_from_slice(&bytes(blue));
        pixel[BYTES..2 * BYTES].copy_from_slice(&bytes(green));
        pixel[2 * BYTES..].copy_from_slice(&bytes(red));
    }
}
