//! Which bytes of a frame become a picture, and which are left out. Arithmetic of places,
//! nothing of pixels.

/// The bytes of the frame that matter: `count` runs of `len` bytes, `stride` apart. A run
/// is a row of the crop; where it is binned, the rows of one or two rows of groups with all
/// that is between them; or all of it, where rows follow each other without a gap and need
/// no work of their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runs {
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) stride: usize,
    pub(super) count: usize,
}

/// Where a frame byte lies.
pub(super) enum Place {
    /// This many bytes are of no use.
    Gap(usize),
    /// In run `index`, with `offset` bytes of it before.
    Run { index: usize, offset: usize },
}

impl Runs {
    /// Bytes of all runs.
    pub(super) fn bytes(&self) -> usize {
        self.len * self.count
    }

    pub(super) fn place(&self, position: usize) -> Place {
        let Some(past) = position.checked_sub(self.start) else {
            return Place::Gap(self.start - position);
        };
        let (index, offset) = (past / self.stride, past % self.stride);
        if index >= self.count {
            Place::Gap(usize::MAX)
        } else if offset < self.len {
            Place::Run { index, offset }
        } else {
            Place::Gap(self.stride - offset)
        }
    }
}
