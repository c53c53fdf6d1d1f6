//! Debayering: a three-channel picture (B, G, R) out of a picture under colour filters,
//! row by row.
//!
//! A pixel keeps the sample it has; the two colours it lacks are made from its
//! neighbours by one of two [`Method`]s. Beyond its borders the picture goes on as its
//! mirror image, the outermost pixel being the mirror (row -1 is row 1), so that colours
//! stay in order; a picture one pixel wide or high repeats that pixel.
//!
//! A few rows wait here, never the picture; a band of one lets several threads share it.

mod bilinear;
mod gradient;
mod lanes;

use crate::util::Bayer;

use super::plan::{Context, Depth, Sample};
use lanes::{LANES, Lane};

/// How the colours that a pixel lacks are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The mean of the nearest samples of the colour, halves rounded up. The fastest, and
    /// what the vendor's library does except at the borders.
    #[default]
    Bilinear,
    /// Along edges, not across them: Hamilton and Adams (1997). Green follows the
    /// direction in which the picture changes less, red and blue follow green. Sharper,
    /// and without most of the coloured seams, for about twice the work.
    Gradient,
}

impl Method {
    /// Every method with the name that `QHYCCD_DEBAYER` takes.
    pub const NAMES: [(&'static str, Method); 2] =
        [("bilinear", Method::Bilinear), ("gradient", Method::Gradient)];

    /// Rows above and below a row on which its result depends.
    pub const fn reach(self) -> u32 {
        match self {
            Method::Bilinear => 1,
            Method::Gradient => 3,
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
    /// Rows that come besides those that are written: at least those that the method
    /// reaches, or all there are up to the border of the picture.
    pub context: Context,
    /// Depth of the picture, 8 or 16 bits. 8 out of 16 bits are the upper ones.
    pub depth: Depth,
}

/// The rows of a picture under colour filters that the next row of the result needs.
#[derive(Debug)]
pub struct Window(Rows);

#[derive(Debug)]
enum Rows {
    Eight(Ring<u8>),
    Sixteen(Ring<u16>),
}

impl Window {
    /// For a picture, or a band of one.
    pub fn new(mosaic: Mosaic) -> Window {
        Window(match mosaic.depth {
            Depth::U8 => Rows::Eight(Ring::new(mosaic)),
            _ => Rows::Sixteen(Ring::new(mosaic)),
        })
    }

    /// Begins with the first row again.
    pub fn clear(&mut self) {
        match &mut self.0 {
            Rows::Eight(ring) => ring.clear(),
            Rows::Sixteen(ring) => ring.clear(),
        }
    }

    /// Takes the next row and writes the rows that it completes into `picture`, which has
    /// the rows that are written. Packed samples come unpacked.
    pub fn push(&mut self, row: &[u8], sample: Sample, picture: &mut [u8]) {
        let pairs = || row.chunks_exact(2).map(|s| [s[0], s[1]]);
        match (&mut self.0, sample) {
            (Rows::Eight(ring), Sample::U8) => ring.push(row.iter().copied(), picture),
            (Rows::Eight(ring), Sample::U16Be) => ring.push(pairs().map(|[high, _]| high), picture),
            (Rows::Eight(ring), _) => ring.push(pairs().map(|[_, high]| high), picture),
            (Rows::Sixteen(ring), Sample::U8) => ring.push(row.iter().copied().map(u16::from), picture),
            (Rows::Sixteen(ring), Sample::U16Be) => ring.push(pairs().map(u16::from_be_bytes), picture),
            (Rows::Sixteen(ring), _) => ring.push(pairs().map(u16::from_le_bytes), picture),
        }
    }
}

/// Columns kept on both sides of a row, for its mirror image.
const PAD: usize = 2;
/// Rows kept: a row of the result and those above and below it on which it depends.
const KEPT: usize = 2 * Method::Gradient.reach() as usize + 1;
/// Rows kept of the greens that [`Method::Gradient`] makes first.
const GREENS: usize = 3;

#[derive(Debug)]
struct Ring<S> {
    mosaic: Mosaic,
    /// Rows that come.
    height: usize,
    /// Counted in rows that come: the next one, the next of the greens, of the result.
    next: usize,
    next_green: usize,
    next_out: usize,
    /// Row `y` is at `y` modulo the number of rows.
    rows: Vec<Vec<S>>,
    greens: Vec<Vec<S>>,
}

impl<S: Lane> Ring<S> {
    fn new(mosaic: Mosaic) -> Ring<S> {
        let row = vec![S::default(); mosaic.width.next_multiple_of(LANES) + 2 * PAD];
        let greens = if mosaic.method == Method::Gradient { GREENS } else { 0 };
        let Context { above, below } = mosaic.context;
        let height = above as usize + mosaic.height + below as usize;
        let (rows, greens) = (vec![row.clone(); KEPT], vec![row; greens]);
        let mut ring = Ring { mosaic, height, next: 0, next_green: 0, next_out: 0, rows, greens };
        ring.clear();
        ring
    }

    fn clear(&mut self) {
        self.next = 0;
        self.next_out = self.mosaic.context.above as usize;
        self.next_green = self.next_out.saturating_sub(1);
    }

    fn push(&mut self, samples: impl Iterator<Item = S>, picture: &mut [u8]) {
        let Mosaic { width, height, context, method, .. } = self.mosaic;
        let row = &mut self.rows[self.next % KEPT];
        row[PAD..PAD + width].iter_mut().zip(samples).for_each(|(to, from)| *to = from);
        mirror(row, width);
        self.next += 1;

        let first = context.above as usize;
        // What the rows so far suffice for.
        let end = if self.next == self.height {
            self.height
        } else {
            self.next - self.next.min(method.reach() as usize)
        };
        for y in self.next_out..end.min(first + height) {
            let pitch = picture.len() / height;
            let at = (y - first) * pitch;
            self.emit(y, &mut picture[at..at + pitch]);
            self.next_out = y + 1;
        }
    }

    /// Writes the row of the result in the place of row `y`.
    fn emit(&mut self, y: usize, out: &mut [u8]) {
        while self.mosaic.method == Method::Gradient && self.next_green < self.height.min(y + 2) {
            self.make_green();
        }
        let order = self.mosaic.order.shifted(0, y as u32 & 1);
        let rows = [-1, 0, 1].map(|dy| self.row(y, dy));
        match self.mosaic.method {
            Method::Bilinear => bilinear::row(order, rows, out),
            Method::Gradient => {
                let greens = [-1, 0, 1].map(|dy| &self.greens[near(y, dy, self.height) % GREENS][..]);
                gradient::colours(order, rows, greens, out);
            }
        }
    }

    fn make_green(&mut self) {
        let y = self.next_green;
        self.next_green += 1;
        let order = self.mosaic.order.shifted(0, y as u32 & 1);
        let mut green = std::mem::take(&mut self.greens[y % GREENS]);
        gradient::green(order, [-2, -1, 0, 1, 2].map(|dy| self.row(y, dy)), &mut green);
        mirror(&mut green, self.mosaic.width);
        self.greens[y % GREENS] = green;
    }

    fn row(&self, y: usize, dy: isize) -> &[S] {
        &self.rows[near(y, dy, self.height) % KEPT]
    }
}

/// Continues a row beyond its borders.
fn mirror<S: Copy>(row: &mut [S], width: usize) {
    for n in 1..=PAD {
        row[PAD - n] = row[PAD + near(0, -(n as isize), width)];
        row[PAD + width - 1 + n] = row[PAD + near(width - 1, n as isize, width)];
    }
}

/// The one of `len` pixels in a line that stands for the one `steps` from `at`.
fn near(at: usize, steps: isize, len: usize) -> usize {
    if len == 1 {
        return 0;
    }
    let period = 2 * (len - 1);
    let at = (at as isize + steps).rem_euclid(period as isize) as usize;
    at.min(period - at)
}

#[cfg(test)]
mod tests;
