//! Bilinear debayering, row by row.
//!
//! A pixel keeps the sample it has; the two colours it lacks are the mean of the nearest
//! neighbours of that colour, halves rounded up. The outermost rows and columns are left
//! black, as the vendor's library leaves them. Channels are in the order B, G, R.

use crate::util::Bayer;

use super::plan::{Context, Depth, Sample};

/// How the colours that a pixel lacks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The mean of the nearest neighbours.
    Bilinear,
}

impl Method {
    /// Rows above and below that a row needs.
    pub const fn reach(self) -> u32 {
        match self {
            Method::Bilinear => 1,
        }
    }
}

/// A picture under colour filters and what is wanted of it.
#[derive(Clone, Copy, Debug)]
pub struct Mosaic {
    /// Columns.
    pub width: usize,
    /// Rows that are written.
    pub height: usize,
    /// Colour order of the first pixel that comes, which is one of the context if there is
    /// any.
    pub order: Bayer,
    /// How colours are made.
    pub method: Method,
    /// Rows that come besides those that are written: none at a border of the picture.
    pub context: Context,
    /// Depth of the picture, 8 or 16 bits. 8 out of 16 bits are the upper ones.
    pub depth: Depth,
}

/// The last three rows of a picture under colour filters.
#[derive(Debug)]
pub struct Window {
    rows: [Vec<u16>; 3],
    mosaic: Mosaic,
    count: usize,
}

impl Window {
    /// For a picture, or a band of one.
    pub fn new(mosaic: Mosaic) -> Window {
        Window { rows: std::array::from_fn(|_| vec![0; mosaic.width]), mosaic, count: 0 }
    }

    /// Begins with the first row again.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Takes the next row and writes what it completes into `picture`, which has the rows
    /// that are written. Packed samples come unpacked.
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
            Sample::U16Le | Sample::Packed(_) => {
                let samples = row.chunks_exact(2).map(|s| u16::from_le_bytes([s[0], s[1]]));
                newest.iter_mut().zip(samples).for_each(|(to, from)| *to = from);
            }
        }
        let Mosaic { height, context, depth, order, .. } = self.mosaic;
        let (above, below) = (context.above as usize, context.below as usize);
        let pitch = picture.len() / height;
        // The outermost rows of the whole picture.
        if index == 0 && above == 0 {
            picture[..pitch].fill(0);
        }
        if index + 1 == height + above && below == 0 {
            picture[(height - 1) * pitch..].fill(0);
        }
        let Some(middle) = index.checked_sub(1).filter(|middle| *middle >= above.max(1)) else {
            return;
        };
        if middle < height + above {
            let at = (middle - above) * pitch;
            let out = &mut picture[at..at + pitch];
            let order = order.shifted(0, middle as u32 & 1);
            let [above, here, below] = self.rows.each_ref().map(Vec::as_slice);
            match (depth, sample.depth()) {
                (Depth::U8, Depth::U8) => bilinear::<1>(order, above, here, below, out, |v| [v as u8]),
                (Depth::U8, _) => bilinear::<1>(order, above, here, below, out, |v| [(v >> 8) as u8]),
                _ => bilinear::<2>(order, above, here, below, out, u16::to_le_bytes),
            }
        }
    }
}

/// Writes one row of three-channel pixels; `order` is that of the row's first pixel.
fn bilinear<const BYTES: usize>(
    order: Bayer,
    above: &[u16],
    here: &[u16],
    below: &[u16],
    out: &mut [u8],
    bytes: impl Fn(u16) -> [u8; BYTES],
) {
    let pixel_len = 3 * BYTES;
    let (Some(inner_end), true) = (out.len().checked_sub(pixel_len), here.len() > 2) else {
        out.fill(0);
        return;
    };
    out[..pixel_len].fill(0);
    out[inner_end..].fill(0);
    let inner = &mut out[pixel_len..inner_end];

    let red_row = matches!(order, Bayer::Rg | Bayer::Gr);
    let put = |pixel: &mut [u8], [own, green, other]: [u16; 3]| {
        let (blue, red) = if red_row { (other, own) } else { (own, other) };
        pixel[..BYTES].copy_from_slice(&bytes(blue));
        pixel[BYTES..2 * BYTES].copy_from_slice(&bytes(green));
        pixel[2 * BYTES..].copy_from_slice(&bytes(red));
    };
    // Two pixels at a time, so that the kind of each is settled outside the loop.
    let windows = || above.windows(4).zip(here.windows(4)).zip(below.windows(4)).step_by(2);
    let mut pairs = inner.chunks_exact_mut(2 * pixel_len);
    let green_first = matches!(order, Bayer::Gr | Bayer::Gb);
    if green_first {
        for (pair, ((a, h), b)) in pairs.by_ref().zip(windows()) {
            let (one, two) = pair.split_at_mut(pixel_len);
            put(one, at_colour(&a[..3], &h[..3], &b[..3]));
            put(two, at_green(&a[1..], &h[1..], &b[1..]));
        }
    } else {
        for (pair, ((a, h), b)) in pairs.by_ref().zip(windows()) {
            let (one, two) = pair.split_at_mut(pixel_len);
            put(one, at_green(&a[..3], &h[..3], &b[..3]));
            put(two, at_colour(&a[1..], &h[1..], &b[1..]));
        }
    }
    let single = pairs.into_remainder();
    if !single.is_empty() {
        let x = here.len() - 3;
        let (a, h, b) = (&above[x..], &here[x..], &below[x..]);
        put(single, if green_first { at_colour(a, h, b) } else { at_green(a, h, b) });
    }
}

/// Own colour of the row, green, and the third one, at a green sample; the slices are the
/// 3×3 around it.
#[inline(always)]
fn at_green(a: &[u16], h: &[u16], b: &[u16]) -> [u16; 3] {
    [mean([h[0], h[2]]), h[1], mean([a[1], b[1]])]
}

/// The same at a red or blue sample.
#[inline(always)]
fn at_colour(a: &[u16], h: &[u16], b: &[u16]) -> [u16; 3] {
    [h[1], mean([h[0], h[2], a[1], b[1]]), mean([a[0], a[2], b[0], b[2]])]
}

#[inline(always)]
fn mean<const N: usize>(values: [u16; N]) -> u16 {
    let sum: u32 = values.iter().map(|v| u32::from(*v)).sum();
    ((sum + N as u32 / 2) / N as u32) as u16
}
