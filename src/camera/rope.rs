//! A raw frame as it came over the cable: the transfers' own buffers in order, so that
//! nothing is copied before its pixels go to the caller's picture, and a frame that nobody
//! wants costs nothing but its reads.
//!
//! A buffer that holds little of the frame would keep much memory for few bytes. Such
//! bytes are copied together once the frame has wasted what it may: however short the
//! transfers are, a frame holds hardly more memory than it has bytes.
//!
//! It knows nothing of markers, pixels or threads.

use std::ops::Range;

/// What a frame's buffers may have beside the frame: this and a sixteenth of it.
const WASTE_BYTES: usize = 512 * 1024;
/// Where copied bytes are split.
const CHUNK_BYTES: usize = 512 * 1024;

/// The bytes of one frame.
#[derive(Debug, Default)]
pub(super) struct Rope {
    pieces: Vec<Piece>,
    len: usize,
    /// Bytes of kept buffers that are not the frame's.
    wasted: usize,
}

#[derive(Debug)]
enum Piece {
    /// Part of a transfer, and the transfer's buffer.
    Transfer(Vec<u8>, Range<usize>),
    /// Bytes of several short ones.
    Copied(Vec<u8>),
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        match self {
            Piece::Transfer(buffer, range) => &buffer[range.clone()],
            Piece::Copied(bytes) => bytes,
        }
    }
}

impl Rope {
    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends this part of a transfer. The buffer comes back if it is not kept.
    pub(super) fn push(&mut self, buffer: Vec<u8>, range: Range<usize>) -> Option<Vec<u8>> {
        let waste = self.wasted + buffer.capacity() - range.len();
        let len = self.len + range.len();
        if waste > WASTE_BYTES + len / 16 {
            self.push_copy(&buffer[range]);
            return Some(buffer);
        }
        self.wasted = waste;
        self.len = len;
        self.pieces.push(Piece::Transfer(buffer, range));
        None
    }

    /// Appends a copy.
    pub(super) fn push_copy(&mut self, bytes: &[u8]) {
        self.len += bytes.len();
        match self.pieces.last_mut() {
            Some(Piece::Copied(chunk)) if chunk.len() + bytes.len() <= CHUNK_BYTES => {
                chunk.extend_from_slice(bytes);
            }
            _ => self.pieces.push(Piece::Copied(bytes.to_vec())),
        }
    }

    /// The frame's bytes, piece by piece.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(Piece::bytes)
    }

    /// Takes the frame apart: `look` sees its bytes in order, `free` gets each transfer's
    /// buffer as soon as it was seen.
    pub(super) fn unravel(self, mut look: impl FnMut(&[u8]), mut free: impl FnMut(Vec<u8>)) {
        for piece in self.pieces {
            look(piece.bytes());
            if let Piece::Transfer(buffer, _) = piece {
                free(buffer);
            }
        }
    }

    /// The first bytes of the frame; `None` if it has fewer.
    pub(super) fn head<const N: usize>(&self) -> Option<[u8; N]> {
        let mut head = [0; N];
        let mut bytes = self.pieces().flatten();
        for byte in &mut head {
            *byte = *bytes.next()?;
        }
        Some(head)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn memory(rope: &Rope) -> usize {
        let held = |piece: &Piece| match piece {
            Piece::Transfer(buffer, _) => buffer.capacity(),
            Piece::Copied(bytes) => bytes.capacity(),
        };
        rope.pieces.iter().map(held).sum::<usize>() + rope.pieces.capacity() * size_of::<Piece>()
    }

    #[test]
    fn a_frame_of_whole_transfers_is_their_buffers() {
        let mut rope = Rope::default();
        let buffers: Vec<Vec<u8>> = (0..20).map(|n| vec![n; 512 * 1024]).collect();
        let places: Vec<*const u8> = buffers.iter().map(|b| b.as_ptr()).collect();
        for buffer in buffers {
            assert_eq!(rope.push(buffer, 0..512 * 1024), None);
        }
        // The last one is not full.
        assert_eq!(rope.push(vec![20; 512 * 1024], 0..5), None);
        assert_eq!(rope.len(), 20 * 512 * 1024 + 5);
        let kept: Vec<*const u8> = rope.pieces().take(20).map(<[u8]>::as_ptr).collect();
        assert_eq!(kept, places);
        let mut freed = 0;
        rope.unravel(|_| (), |_| freed += 1);
        assert_eq!(freed, 21);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever the transfers are, the bytes are the frame's, and so is the memory but
        /// for the waste that is allowed and what vectors keep in reserve.
        #[test]
        fn bytes_and_memory_of_any_transfers(
            transfers in proptest::collection::vec(
                (prop_oneof![Just(1024usize), Just(16384), Just(524_288)], 0.0f64..1.0), 0..24),
            copy_every in 1usize..9,
        ) {
            let (mut rope, mut sent) = (Rope::default(), Vec::new());
            for (n, (size, part)) in transfers.into_iter().enumerate() {
                let mut buffer: Vec<u8> = (0..size).map(|i| (i + n) as u8).collect();
                let end = ((part * size as f64) as usize).clamp(1, size);
                let range = end / 3..end;
                sent.extend_from_slice(&buffer[range.clone()]);
                if n % copy_every == 1 {
                    rope.push_copy(&buffer[range]);
                } else if let Some(back) = rope.push(std::mem::take(&mut buffer), range) {
                    prop_assert_eq!(back.len(), size);
                }
            }
            prop_assert_eq!(rope.len(), sent.len());
            prop_assert!(memory(&rope) <= 2 * sent.len() + sent.len() / 16 + WASTE_BYTES + 4096);
            prop_assert_eq!(rope.head::<4>(), sent.first_chunk::<4>().copied());
            let mut got = Vec::new();
            rope.unravel(|bytes| got.extend_from_slice(bytes), drop);
            prop_assert_eq!(got, sent);
        }
    }

    #[test]
    fn a_frame_of_single_bytes_takes_little_more_than_its_bytes() {
        let mut rope = Rope::default();
        let mut buffer = vec![7; 512 * 1024];
        for _ in 0..3 * CHUNK_BYTES {
            buffer = rope.push(buffer, 0..1).unwrap_or_else(|| vec![7; 512 * 1024]);
        }
        assert_eq!(rope.len(), 3 * CHUNK_BYTES);
        assert!(memory(&rope) <= 4 * CHUNK_BYTES + WASTE_BYTES, "{}", memory(&rope));
    }
}
