//! Binning: sums of `bin`×`bin` neighbours, row by row.
//!
//! Neighbours are plain neighbours, also under colour filters (as the vendor's library
//! was seen to do). Rows are added column by column first, in 32 bits, which is also
//! what a 32-bit output needs; the columns of a group come together once for each row of
//! groups.

use super::plan::Sample;

/// Sums of the columns of one row of groups.
#[derive(Debug)]
pub struct Groups {
    columns: Vec<u32>,
    bin: usize,
    rows: usize,
}

impl Groups {
    /// For `width` groups of `bin`×`bin` samples.
    pub fn new(width: usize, bin: usize) -> Groups {
        Groups { columns: vec![0; width * bin], bin, rows: 0 }
    }

    /// Forgets the rows of unfinished groups.
    pub fn clear(&mut self) {
        self.columns.fill(0);
        self.rows = 0;
    }

    /// Adds a row of `width * bin` samples. True when the groups are complete.
    pub fn add(&mut self, row: &[u8], sample: Sample) -> bool {
        if self.rows == self.bin {
            self.clear();
        }
        match sample {
            Sample::U8 => add(&mut self.columns, row.iter().map(|s| u32::from(*s))),
            Sample::U16Be => add(
                &mut self.columns,
                row.chunks_exact(2).map(|s| u32::from(u16::from_be_bytes([s[0], s[1]]))),
            ),
            Sample::U16Le => add(
                &mut self.columns,
                row.chunks_exact(2).map(|s| u32::from(u16::from_le_bytes([s[0], s[1]]))),
            ),
        }
        self.rows += 1;
        self.rows == self.bin
    }

    /// Writes the complete groups as `width` samples of the depth of `sample`: sums up to
    /// its largest value, or averages.
    pub fn store(&self, sample: Sample, average: bool, out: &mut [u8]) {
        // Fixed factors let the compiler unroll the group and divide by multiplying.
        match self.bin {
            2 => store(2, &self.columns, sample, average, out),
            3 => store(3, &self.columns, sample, average, out),
            4 => store(4, &self.columns, sample, average, out),
            bin => store(bin, &self.columns, sample, average, out),
        }
    }
}

fn add(columns: &mut [u32], row: impl Iterator<Item = u32>) {
    for (column, value) in columns.iter_mut().zip(row) {
        *column += value;
    }
}

#[inline(always)]
fn store(bin: usize, columns: &[u32], sample: Sample, average: bool, out: &mut [u8]) {
    let sums = columns.chunks_exact(bin).map(|group| group.iter().sum::<u32>());
    let divisor = (bin * bin) as u32;
    match (sample, average) {
        (Sample::U8, false) => store8(sums, out),
        (Sample::U8, true) => store8(sums.map(|sum| sum / divisor), out),
        (_, false) => store16(sums, out),
        (_, true) => store16(sums.map(|sum| sum / divisor), out),
    }
}

#[inline(always)]
fn store8(values: impl Iterator<Item = u32>, out: &mut [u8]) {
    for (to, value) in out.iter_mut().zip(values) {
        *to = value.min(u32::from(u8::MAX)) as u8;
    }
}

#[inline(always)]
fn store16(values: impl Iterator<Item = u32>, out: &mut [u8]) {
    for (to, value) in out.chunks_exact_mut(2).zip(values) {
        to.copy_from_slice(&(value.min(u32::from(u16::MAX)) as u16).to_le_bytes());
    }
}
