//! Binning: sums of `bin`×`bin` neighbours, row by row.
//!
//! Neighbours are plain neighbours, also under colour filters (as the vendor's library
//! was seen to do). Sums are kept in 32 bits, which is also what a 32-bit output needs.

use super::plan::Sample;

/// Sums of the groups that one row of groups has so far.
#[derive(Debug)]
pub struct Groups {
    sums: Vec<u32>,
    bin: usize,
    rows: usize,
}

impl Groups {
    /// For `width` groups of `bin`×`bin` samples.
    pub fn new(width: usize, bin: usize) -> Groups {
        Groups { sums: vec![0; width], bin, rows: 0 }
    }

    /// Forgets the rows of an unfinished group.
    pub fn clear(&mut self) {
        self.sums.fill(0);
        self.rows = 0;
    }

    /// Adds a row of `width * bin` samples. True when the groups are complete.
    pub fn add(&mut self, row: &[u8], sample: Sample) -> bool {
        if self.rows == self.bin {
            self.clear();
        }
        match sample {
            Sample::U8 => add::<1>(row, self.bin, &mut self.sums, |s| u32::from(s[0])),
            Sample::U16Be => {
                add::<2>(row, self.bin, &mut self.sums, |s| u32::from(u16::from_be_bytes([s[0], s[1]])));
            }
            Sample::U16Le => {
                add::<2>(row, self.bin, &mut self.sums, |s| u32::from(u16::from_le_bytes([s[0], s[1]])));
            }
        }
        self.rows += 1;
        self.rows == self.bin
    }

    /// Writes the complete groups as samples of `out.len() / width` bytes.
    pub fn store(&self, sample: Sample, average: bool, out: &mut [u8]) {
        let divisor = if average { (self.bin * self.bin) as u32 } else { 1 };
        if sample.bytes() == 1 {
            for (to, sum) in out.iter_mut().zip(&self.sums) {
                *to = (sum / divisor).min(u32::from(u8::MAX)) as u8;
            }
        } else {
            for (to, sum) in out.chunks_exact_mut(2).zip(&self.sums) {
                let value = (sum / divisor).min(u32::from(u16::MAX)) as u16;
                to.copy_from_slice(&value.to_le_bytes());
            }
        }
    }
}

fn add<const BYTES: usize>(row: &[u8], bin: usize, sums: &mut [u32], value: impl Fn(&[u8]) -> u32) {
    for (sum, group) in sums.iter_mut().zip(row.chunks_exact(bin * BYTES)) {
        *sum += group.chunks_exact(BYTES).map(&value).sum::<u32>();
    }
}
