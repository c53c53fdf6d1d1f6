//! Byte order of 16-bit samples.

/// Copies 16-bit samples and swaps their bytes. Both slices have the same, even length;
/// neither need be aligned.
pub fn swap16(source: &[u8], target: &mut [u8]) {
    debug_assert_eq!(source.len(), target.len());
    for (to, from) in target.chunks_exact_mut(2).zip(source.chunks_exact(2)) {
        // Spelt as numbers: two byte moves would not be vectorised.
        to.copy_from_slice(&u16::from_be_bytes([from[0], from[1]]).to_le_bytes());
    }
}

/// Swaps a stream of samples whose pieces may end in the middle of one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Swapper {
    /// First byte of a sample whose second one has not come.
    high: Option<u8>,
}

impl Swapper {
    /// Takes the next `source.len()` bytes of the stream, the first of which belongs at
    /// `at` before swapping. `target` is all of the picture; at a sample cut in two, one
    /// byte waits here and no byte beyond the samples that are complete is written.
    pub fn push(&mut self, mut source: &[u8], target: &mut [u8], mut at: usize) {
        if let (Some(high), Some((&low, rest))) = (self.high, source.split_first()) {
            target[at - 1] = low;
            target[at] = high;
            self.high = None;
            source = rest;
            at += 1;
        }
        let whole = source.len() & !1;
        swap16(&source[..whole], &mut target[at..at + whole]);
        if let Some(&high) = source.get(whole) {
            self.high = Some(high);
        }
    }
}
