//! Whole frames at once, by one or several threads.

use std::fmt;

use super::plan::{HEADER_AT, Plan, PlanError};
use super::pool;
use super::sink::{Incomplete, Sink};

/// A thread is worth its start for so many bytes of the frame and the picture.
const BYTES_PER_THREAD: usize = 4 << 20;
/// Bands for each thread, so that one that is held up does not hold up the frame.
const BANDS_PER_THREAD: usize = 4;

/// Why [`Plan::convert`] made no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvertError {
    /// The output buffer does not fit.
    Plan(PlanError),
    /// The frame is too short.
    Incomplete(Incomplete),
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConvertError::Plan(error) => error.fmt(f),
            ConvertError::Incomplete(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ConvertError {}

impl From<PlanError> for ConvertError {
    fn from(error: PlanError) -> ConvertError {
        ConvertError::Plan(error)
    }
}

impl From<Incomplete> for ConvertError {
    fn from(error: Incomplete) -> ConvertError {
        ConvertError::Incomplete(error)
    }
}

impl Plan {
    /// Makes the picture out of a whole frame. Bytes after it are ignored; a frame that
    /// is too short is an error, and `out` then holds the upper part of the picture.
    pub fn convert(&self, frame: &[u8], out: &mut [u8]) -> Result<(), ConvertError> {
        self.convert_by_one(&[frame], out)
    }

    /// True if several threads pay: debayering costs far more than moving the bytes, while
    /// all else is nearly as fast as memory by one thread.
    pub fn pays_threads(&self) -> bool {
        self.settings().debayer.is_some()
    }

    /// The same for a frame in pieces of any length, by up to `threads` threads: fewer, if
    /// the frame is small. Of a frame that is too short nothing is made by several threads.
    pub fn convert_pieces(
        &self,
        pieces: &[&[u8]],
        out: &mut [u8],
        threads: usize,
    ) -> Result<(), ConvertError> {
        let worth = (self.runs().bytes() + self.output_len()) / BYTES_PER_THREAD;
        match threads.min(worth).min(pool::MOST_THREADS) {
            0 | 1 => self.convert_by_one(pieces, out),
            threads => self.convert_by(threads, pieces, out),
        }
    }

    fn convert_by_one(&self, pieces: &[&[u8]], out: &mut [u8]) -> Result<(), ConvertError> {
        let mut sink = Sink::new(self, out)?;
        for piece in pieces {
            sink.push(piece);
        }
        Ok(sink.finish()?)
    }

    /// In bands of rows, whatever the size.
    pub(super) fn convert_by(
        &self,
        threads: usize,
        pieces: &[&[u8]],
        out: &mut [u8],
    ) -> Result<(), ConvertError> {
        let (needed, given) = (self.output_len(), out.len());
        if given != needed {
            return Err(PlanError::OutputLength { needed, given }.into());
        }
        let missing = pieces.iter().fold(self.frame_len(), |rest, piece| rest.saturating_sub(piece.len()));
        if missing > 0 {
            return Err(Incomplete { missing }.into());
        }
        let bands = (threads * BANDS_PER_THREAD) as u32;
        let rows = self.height().div_ceil(bands).next_multiple_of(2);
        let work =
            (0..self.height()).step_by(rows as usize).zip(out.chunks_mut(rows as usize * self.pitch()));
        let work = work.map(|(first, out)| (self.band(first, rows.min(self.height() - first)), out));
        let failed = std::sync::OnceLock::new();
        pool::for_each(threads, work, |(band, out)| {
            if let Err(error) = band.map_err(ConvertError::from).and_then(|b| b.convert_by_one(pieces, out)) {
                let _ = failed.set(error);
            }
        });
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        let header = pieces.iter().copied().flatten().skip(HEADER_AT);
        out.iter_mut().take(self.header_len()).zip(header).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}
