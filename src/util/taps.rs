//! Sensors that are read out through several outputs at a time: in what turn the samples
//! of their blocks of columns come.

/// The picture is cut into blocks of columns, side by side and of one width. Each has an
/// output, and the outputs give a sample in turn. Where several rows are read together,
/// each block of each of them has an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taps {
    /// The turn of each output: of the blocks from the left to the right, row by row.
    pub turns: &'static [u8],
    /// Rows that are read together.
    pub rows: u32,
}

impl Taps {
    /// Outputs of one row.
    pub fn blocks(&self) -> usize {
        (self.turns.len() / self.rows.max(1) as usize).max(1)
    }

    /// True if a frame of this size can come so, and each output has a turn of its own.
    pub fn fits(&self, columns: u32, rows: u32) -> bool {
        let outputs = self.turns.len();
        self.rows > 0
            && outputs > 0
            && self.blocks() * self.rows as usize == outputs
            && columns as usize % self.blocks() == 0
            && rows % self.rows == 0
            && (0..outputs).all(|turn| self.turns.iter().any(|t| usize::from(*t) == turn))
    }

    /// Where the sample of a row and a column comes, among those of the rows that are read
    /// together. `row` counts in these.
    pub fn place(&self, columns: usize, row: usize, column: usize) -> usize {
        let blocks = self.blocks();
        let width = (columns / blocks).max(1);
        let turn = self.turns.get(row * blocks + column / width).copied().unwrap_or(0);
        column % width * self.turns.len() + usize::from(turn)
    }

    /// Puts the samples of rows that were read together, of so many bytes each, in the
    /// order of the picture. `rows` is as long as `wire`.
    pub fn sort(&self, wire: &[u8], sample_bytes: usize, rows: &mut [u8]) {
        match sample_bytes {
            1 => self.sort_samples::<1>(wire, rows),
            _ => self.sort_samples::<2>(wire, rows),
        }
    }

    fn sort_samples<const BYTES: usize>(&self, wire: &[u8], rows: &mut [u8]) {
        let group = self.turns.len() * BYTES;
        let block = rows.len() / self.turns.len().max(1);
        for (block, turn) in rows.chunks_exact_mut(block.max(1)).zip(self.turns) {
            let at = usize::from(*turn) * BYTES;
            for (to, group) in block.chunks_exact_mut(BYTES).zip(wire.chunks_exact(group)) {
                to.copy_from_slice(&group[at..at + BYTES]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: Taps = Taps { turns: &[2, 3, 0, 1], rows: 2 };

    #[test]
    fn sorting_undoes_the_turns() {
        // Two rows of six columns, as the two halves of each of them give them.
        let picture: Vec<u16> = (0..12).collect();
        let mut wire = [0; 12];
        for (i, value) in picture.iter().enumerate() {
            wire[PAIR.place(6, i / 6, i % 6)] = *value;
        }
        assert_eq!(wire, [6, 9, 0, 3, 7, 10, 1, 4, 8, 11, 2, 5]);
        let bytes = |values: &[u16]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>();
        let mut sorted = [0; 24];
        PAIR.sort(&bytes(&wire), 2, &mut sorted);
        assert_eq!(sorted[..], bytes(&picture));
        let mut sorted = [0; 12];
        PAIR.sort(&wire.map(|v| v as u8), 1, &mut sorted);
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    }

    #[test]
    fn only_whole_blocks_fit() {
        assert!(PAIR.fits(6, 4));
        assert!(!PAIR.fits(5, 4) && !PAIR.fits(6, 3));
        assert!(!Taps { turns: &[0, 0], rows: 1 }.fits(6, 4));
        assert!(!Taps { turns: &[0, 1, 2], rows: 2 }.fits(6, 4));
        assert!(!Taps { turns: &[], rows: 1 }.fits(6, 4));
    }
}
