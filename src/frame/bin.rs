//! Binning: sums of `bin`×`bin` samples.
//!
//! The samples of a group are plain neighbours, also under colour filters (as the vendor's
//! library was seen to do), or those of one colour: then two rows and two columns of groups
//! share each block of twice the bin factor, and the sums are a picture under the same
//! filters.
//!
//! All rows of a group are here at once. They are added column by column, in 32 bits and
//! in parts that stay in the fastest cache; where neighbours are summed in even numbers,
//! two columns at once. Then the columns of each group are added.

use super::plan::{Depth, MAX_BIN, Sample};

/// Columns that are worked on at once, a little less where groups do not fit in evenly.
const COLUMNS: usize = 2 * MAX_BIN as usize;

/// What is summed and what becomes of the sums.
#[derive(Clone, Copy, Debug)]
pub struct Binning {
    /// Rows and columns of a group.
    pub bin: usize,
    /// Groups hold samples of one colour. They come in pairs.
    pub same_colour: bool,
    /// The sums are divided by the samples in them.
    pub average: bool,
    /// The samples that come. Packed ones come unpacked.
    pub sample: Sample,
    /// The samples that are made.
    pub depth: Depth,
}

impl Binning {
    /// Rows of groups that are made at once: two, if they are of one colour.
    pub fn kinds(&self) -> usize {
        if self.same_colour { 2 } else { 1 }
    }

    /// Rows that [`Binning::add_up`] takes at once.
    pub fn rows(&self) -> usize {
        self.bin * self.kinds()
    }

    /// Sums rows that begin every `stride` bytes. `out` has [`Binning::kinds`] rows, as wide
    /// as the picture is.
    pub fn add_up(&self, rows: &[u8], stride: usize, out: &mut [u8]) {
        let pitch = out.len() / self.kinds();
        let groups = COLUMNS / self.rows() * self.kinds();
        let mut columns = [0; COLUMNS];
        let mut sums = [0; COLUMNS];
        let mut parts: [&[u8]; MAX_BIN as usize] = [&[]; MAX_BIN as usize];
        for (kind, out) in out.chunks_exact_mut(pitch).enumerate() {
            for (index, out) in out.chunks_mut(groups * self.depth.bytes()).enumerate() {
                let first = index * groups * self.bin * self.sample.depth().bytes();
                let len = out.len() / self.depth.bytes() * self.bin * self.sample.depth().bytes();
                for (nth, part) in parts[..self.bin].iter_mut().enumerate() {
                    *part = &rows[(nth * self.kinds() + kind) * stride + first..][..len];
                }
                let columns = self.add_columns(&parts[..self.bin], &mut columns);
                let sums = self.add_groups(columns, &mut sums);
                self.store(sums, out);
            }
        }
    }

    /// Columns that are summed while they are read.
    fn columns_at_once(&self) -> usize {
        if self.bin % 2 == 0 && !self.same_colour { 2 } else { 1 }
    }

    /// Adds rows, and columns that are summed while they are read.
    fn add_columns<'a>(&self, rows: &[&[u8]], columns: &'a mut [u32]) -> &'a [u32] {
        let columns = &mut columns[..rows[0].len() / self.sample.depth().bytes() / self.columns_at_once()];
        // Each pass over the columns costs as much as a row.
        let (first, mut rest) = rows.split_at(if rows.len() == 3 { 3 } else { rows.len().min(2) });
        self.add_rows(columns, first, |sum, value| *sum = value);
        while !rest.is_empty() {
            let (next, later) = rest.split_at(rest.len().min(2));
            self.add_rows(columns, next, |sum, value| *sum += value);
            rest = later;
        }
        columns
    }

    /// Puts the sums of up to three rows to the columns.
    #[inline(always)]
    fn add_rows(&self, columns: &mut [u32], rows: &[&[u8]], put: impl Fn(&mut u32, u32)) {
        match (self.sample, self.columns_at_once()) {
            (Sample::U8, 2) => add(columns, rows, put, |s| {
                let both = u16::from_le_bytes(s);
                u32::from((both & 0xFF) + (both >> 8))
            }),
            (Sample::U16Be, 2) => add(columns, rows, put, |s| {
                let both = u32::from_le_bytes(s);
                let both = (both & 0x00FF_00FF) << 8 | (both >> 8) & 0x00FF_00FF;
                (both & 0xFFFF) + (both >> 16)
            }),
            (_, 2) => add(columns, rows, put, |s| {
                let both = u32::from_le_bytes(s);
                (both & 0xFFFF) + (both >> 16)
            }),
            (Sample::U8, _) => add(columns, rows, put, |[s]| u32::from(s)),
            (Sample::U16Be, _) => add(columns, rows, put, |s| u32::from(u16::from_be_bytes(s))),
            (_, _) => add(columns, rows, put, |s| u32::from(u16::from_le_bytes(s))),
        }
    }

    /// Adds the columns of each group.
    fn add_groups<'a>(&self, columns: &'a [u32], sums: &'a mut [u32]) -> &'a [u32] {
        let wide = self.bin / self.columns_at_once();
        let sums = &mut sums[..columns.len() / wide];
        // Fixed widths are unrolled.
        match (self.same_colour, wide) {
            (false, 1) => return columns,
            (false, 2) => neighbours(2, columns, sums),
            (false, 3) => neighbours(3, columns, sums),
            (false, _) => neighbours(wide, columns, sums),
            (true, 2) => every_other(2, columns, sums),
            (true, 3) => every_other(3, columns, sums),
            (true, 4) => every_other(4, columns, sums),
            (true, _) => every_other(wide, columns, sums),
        }
        sums
    }

    fn store(&self, sums: &[u32], out: &mut [u8]) {
        let samples = (self.bin * self.bin) as u32;
        // Fixed divisors become multiplications.
        match (self.average, samples) {
            (false, _) => self.store_by(sums, out, |sum| sum),
            (true, 4) => self.store_by(sums, out, |sum| sum / 4),
            (true, 9) => self.store_by(sums, out, |sum| sum / 9),
            (true, 16) => self.store_by(sums, out, |sum| sum / 16),
            (true, _) => self.store_by(sums, out, |sum| sum / samples),
        }
    }

    #[inline(always)]
    fn store_by(&self, sums: &[u32], out: &mut [u8], value: impl Fn(u32) -> u32) {
        match (self.depth, self.sample.depth()) {
            (Depth::U8, Depth::U8) => put(sums, out, |sum| [value(sum).min(0xFF) as u8]),
            (Depth::U8, _) => put(sums, out, |sum| [(at_most_16_bits(value(sum)) >> 8) as u8]),
            (Depth::U16, _) => put(sums, out, |sum| at_most_16_bits(value(sum)).to_le_bytes()),
            (Depth::U32, _) => put(sums, out, |sum| value(sum).to_le_bytes()),
        }
    }
}

#[inline(always)]
fn add<const BYTES: usize>(
    columns: &mut [u32],
    rows: &[&[u8]],
    put: impl Fn(&mut u32, u32),
    value: impl Fn([u8; BYTES]) -> u32,
) {
    // Taken as an array, bytes are loaded as one number, and the loop as vectors.
    let value = |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes| value(*bytes));
    let columns = columns.iter_mut();
    match *rows {
        [a] => {
            for (column, a) in columns.zip(a.chunks_exact(BYTES)) {
                put(column, value(a));
            }
        }
        [a, b] => {
            for ((column, a), b) in columns.zip(a.chunks_exact(BYTES)).zip(b.chunks_exact(BYTES)) {
                put(column, value(a) + value(b));
            }
        }
        [a, b, c] => {
            let (b, c) = (b.chunks_exact(BYTES), c.chunks_exact(BYTES));
            for (((column, a), b), c) in columns.zip(a.chunks_exact(BYTES)).zip(b).zip(c) {
                put(column, value(a) + value(b) + value(c));
            }
        }
        _ => {}
    }
}

#[inline(always)]
fn neighbours(wide: usize, columns: &[u32], sums: &mut [u32]) {
    for (sum, group) in sums.iter_mut().zip(columns.chunks_exact(wide)) {
        *sum = group.iter().sum();
    }
}

#[inline(always)]
fn every_other(wide: usize, columns: &[u32], sums: &mut [u32]) {
    for (pair, groups) in sums.chunks_exact_mut(2).zip(columns.chunks_exact(2 * wide)) {
        pair[0] = groups.iter().step_by(2).sum();
        pair[1] = groups[1..].iter().step_by(2).sum();
    }
}

#[inline(always)]
fn put<const BYTES: usize>(sums: &[u32], out: &mut [u8], bytes: impl Fn(u32) -> [u8; BYTES]) {
    for (to, sum) in out.chunks_exact_mut(BYTES).zip(sums) {
        to.copy_from_slice(&bytes(*sum));
    }
}

/// The value or, if it has more bits, the largest of 16. Spelt with signs, for which even
/// the oldest x86-64 has vectors; no sum has more than 31 bits.
#[inline(always)]
fn at_most_16_bits(sum: u32) -> u16 {
    let shifted = (sum as i32 - 0x8000).clamp(-0x8000, 0x7FFF) as i16;
    shifted as u16 ^ 0x8000
}
