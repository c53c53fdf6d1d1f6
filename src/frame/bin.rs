//! Binning: sums of `bin`×`bin` samples, row by row.
//!
//! The samples of a group are plain neighbours, also under colour filters (as the vendor's
//! library was seen to do), or those of one colour: then two rows and two columns of groups
//! share each block of twice the bin factor, and the sums are a picture under the same
//! filters.
//!
//! Rows are added column by column in 32 bits first; where neighbours are summed in even
//! numbers, two columns at once. The columns of a group come together when its last row
//! is there.

use super::plan::{Depth, Sample};

/// What is summed and what becomes of the sums.
#[derive(Clone, Copy, Debug)]
pub struct Binning {
    /// Groups of a row.
    pub width: usize,
    /// Rows and columns of a group.
    pub bin: usize,
    /// Groups hold samples of one colour; `width` is even then.
    pub same_colour: bool,
    /// The sums are divided by the samples in them.
    pub average: bool,
    /// The samples that come.
    pub sample: Sample,
    /// The samples that are made.
    pub depth: Depth,
}

/// Sums of the groups that are not complete.
#[derive(Debug)]
pub struct Groups {
    binning: Binning,
    /// Columns added up, for each of the rows of groups that grow at the same time.
    columns: [Vec<u32>; 2],
    /// Rows since the last time that no group was open.
    rows: usize,
    /// Rows of groups that were completed.
    done: usize,
}

impl Groups {
    /// For rows of `width * bin` samples.
    pub fn new(binning: Binning) -> Groups {
        let columns = binning.width * binning.bin / binning.columns_at_once();
        let second = if binning.same_colour { columns } else { 0 };
        Groups { binning, columns: [vec![0; columns], vec![0; second]], rows: 0, done: 0 }
    }

    /// Begins with the first row again.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.done = 0;
    }

    /// Adds a row. If that completes a row of groups, asks `out` for memory by the row's
    /// number, writes it there and returns true.
    pub fn add<'a>(&mut self, row: &[u8], out: impl FnOnce(usize) -> &'a mut [u8]) -> bool {
        let Binning { bin, same_colour, .. } = self.binning;
        let kinds = if same_colour { 2 } else { 1 };
        let (kind, nth) = (self.rows % kinds, self.rows / kinds);
        let columns = &mut self.columns[kind];
        match (nth, self.binning.columns_at_once()) {
            (0, 2) => pairs(columns, row, self.binning.sample, |sum, pair| *sum = pair),
            (_, 2) => pairs(columns, row, self.binning.sample, |sum, pair| *sum += pair),
            (0, _) => singles(columns, row, self.binning.sample, |sum, value| *sum = value),
            (_, _) => singles(columns, row, self.binning.sample, |sum, value| *sum += value),
        }
        self.rows = (self.rows + 1) % (kinds * bin);
        let complete = nth + 1 == bin;
        if complete {
            self.binning.gather(columns);
            self.binning.store(&columns[..self.binning.width], out(self.done));
            self.done += 1;
        }
        complete
    }
}

impl Binning {
    /// Columns that are summed in the first step.
    fn columns_at_once(&self) -> usize {
        if self.bin % 2 == 0 && !self.same_colour { 2 } else { 1 }
    }

    /// Sums the columns of each group, in place, to the front.
    fn gather(&self, columns: &mut [u32]) {
        match (self.same_colour, self.bin / self.columns_at_once()) {
            (false, 1) => {}
            (false, 2) => gather(2, columns),
            (false, 3) => gather(3, columns),
            (false, wide) => gather(wide, columns),
            (true, 2) => gather_colours(2, columns),
            (true, wide) => gather_colours(wide, columns),
        }
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
        let values = sums.iter().map(|sum| value(*sum));
        match (self.depth, self.sample.depth()) {
            (Depth::U8, Depth::U8) => {
                out.iter_mut().zip(values).for_each(|(to, v)| *to = v.min(0xFF) as u8);
            }
            (Depth::U8, _) => {
                out.iter_mut().zip(values).for_each(|(to, v)| *to = (v.min(0xFFFF) >> 8) as u8);
            }
            (Depth::U16, _) => {
                for (to, v) in out.chunks_exact_mut(2).zip(values) {
                    to.copy_from_slice(&(v.min(0xFFFF) as u16).to_le_bytes());
                }
            }
            (Depth::U32, _) => {
                for (to, v) in out.chunks_exact_mut(4).zip(values) {
                    to.copy_from_slice(&v.to_le_bytes());
                }
            }
        }
    }
}

/// Each sample for itself. Packed rows were unpacked before.
#[inline(always)]
fn singles(columns: &mut [u32], row: &[u8], sample: Sample, put: impl Fn(&mut u32, u32)) {
    match sample {
        Sample::U8 => {
            for (column, s) in columns.iter_mut().zip(row) {
                put(column, u32::from(*s));
            }
        }
        Sample::U16Be => {
            for (column, s) in columns.iter_mut().zip(row.chunks_exact(2)) {
                put(column, u32::from(u16::from_be_bytes([s[0], s[1]])));
            }
        }
        Sample::U16Le | Sample::Packed(_) => {
            for (column, s) in columns.iter_mut().zip(row.chunks_exact(2)) {
                put(column, u32::from(u16::from_le_bytes([s[0], s[1]])));
            }
        }
    }
}

/// Neighbours two by two.
#[inline(always)]
fn pairs(columns: &mut [u32], row: &[u8], sample: Sample, put: impl Fn(&mut u32, u32)) {
    match sample {
        Sample::U8 => {
            for (column, s) in columns.iter_mut().zip(row.chunks_exact(2)) {
                put(column, u32::from(s[0]) + u32::from(s[1]));
            }
        }
        Sample::U16Be => {
            for (column, s) in columns.iter_mut().zip(row.chunks_exact(4)) {
                // Both samples in one word, which vectors do better than two loads.
                let word = u32::from_le_bytes([s[0], s[1], s[2], s[3]]);
                let word = (word & 0x00FF_00FF) << 8 | (word >> 8) & 0x00FF_00FF;
                put(column, (word & 0xFFFF) + (word >> 16));
            }
        }
        Sample::U16Le | Sample::Packed(_) => {
            for (column, s) in columns.iter_mut().zip(row.chunks_exact(4)) {
                let word = u32::from_le_bytes([s[0], s[1], s[2], s[3]]);
                put(column, (word & 0xFFFF) + (word >> 16));
            }
        }
    }
}

#[inline(always)]
fn gather(wide: usize, columns: &mut [u32]) {
    for group in 0..columns.len() / wide {
        columns[group] = columns[group * wide..][..wide].iter().sum();
    }
}

#[inline(always)]
fn gather_colours(wide: usize, columns: &mut [u32]) {
    for block in 0..columns.len() / (2 * wide) {
        let both = &columns[block * 2 * wide..][..2 * wide];
        let one = both.iter().step_by(2).sum();
        let two = both.iter().skip(1).step_by(2).sum();
        columns[2 * block] = one;
        columns[2 * block + 1] = two;
    }
}
