//! The numbers that a camera gives its frames, and what they tell of a stream: how many
//! frames are missing, and whether one came late or twice.
//!
//! A number stands where another camera has pixels, so it is believed only while it
//! counts: after [`PROOF`] frames in a row that each are one more than the one before.

/// Steps by one that make numbers of bytes.
const PROOF: u32 = 4;
/// Numbers that are further apart do not belong together.
const FAR: u32 = 10_000;

/// What a frame's number tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// This many frames before it did not come.
    New { missed: u32 },
    /// It, or one that was made after it, came before.
    Old,
}

/// Follows the numbers of one stream.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    last: Option<u32>,
    /// Steps by one in a row, up to [`PROOF`].
    steps: u32,
    /// The last frame was an old one.
    was_old: bool,
}

impl Numbers {
    /// The next whole frame has this number.
    pub(super) fn note(&mut self, number: u32) -> Told {
        let Some(last) = self.last else {
            self.last = Some(number);
            return Told::New { missed: 0 };
        };
        let ahead = number.wrapping_sub(last);
        let believed = self.steps >= PROOF;
        // Two in a row: the camera counts anew.
        if believed && !self.was_old && ahead.wrapping_neg() < FAR {
            self.was_old = true;
            return Told::Old;
        }
        self.was_old = false;
        self.last = Some(number);
        let missed = match ahead {
            1 => {
                self.steps = (self.steps + 1).min(PROOF);
                0
            }
            2..FAR if believed => ahead - 1,
            _ => {
                self.steps = 0;
                0
            }
        };
        Told::New { missed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(numbers: impl IntoIterator<Item = u32>) -> Vec<Told> {
        let mut follow = Numbers::default();
        numbers.into_iter().map(|number| follow.note(number)).collect()
    }

    const fn new(missed: u32) -> Told {
        Told::New { missed }
    }

    #[test]
    fn gaps_and_repetitions_are_told_once_the_numbers_count() {
        assert_eq!(told(0..5), [new(0); 5]);
        assert_eq!(told([0, 1, 2, 3, 4, 7, 8])[5..], [new(2), new(0)]);
        assert_eq!(told([0, 1, 2, 3, 4, 4, 5, 3, 6])[4..], [new(0), Told::Old, new(0), Told::Old, new(0)]);
        // Over the end of the number.
        let end = u32::MAX - 4;
        assert_eq!(told([end, end + 1, end + 2, end + 3, end + 4, 0, 2])[5..], [new(0), new(1)]);
    }

    #[test]
    fn a_camera_that_counts_anew_loses_one_frame() {
        assert_eq!(told([10, 11, 12, 13, 14, 0, 1, 2])[5..], [Told::Old, new(0), new(0)]);
        assert_eq!(told([50_000, 50_001, 50_002, 50_003, 50_004, 0, 1])[5..], [new(0), new(0)]);
    }

    #[test]
    fn pixels_are_no_numbers() {
        for pixels in [vec![0; 20], vec![u32::MAX; 20], vec![5, 6, 7, 8, 2, 5, 5, 4, 5, 6, 9, 9, 9]] {
            let count = pixels.len();
            assert_eq!(told(pixels), vec![new(0); count]);
        }
    }
}
