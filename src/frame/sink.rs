//! A frame on its way into the caller's picture.
//!
//! A [`Sink`] is fed the bytes of one frame in pieces of any length, as transfers end,
//! and does all that its [`Plan`] asks for in one pass: when the last byte comes, only
//! the last rows are left to do. Where samples stand alone they go straight to their
//! place; where rows depend on each other, at most three rows wait here. There is never
//! a copy of the frame.

use std::fmt;

use super::bin::Groups;
use super::debayer::Window;
use super::plan::{HEADER_AT, Place, Plan, PlanError, Sample};
use super::swap::Swapper;

/// Takes the bytes of one frame and writes the picture.
#[derive(Debug)]
pub struct Sink<'a> {
    plan: Plan,
    out: &'a mut [u8],
    position: usize,
    header: Vec<u8>,
    stage: Stage,
}

/// What happens to the bytes of a run.
#[derive(Debug)]
enum Stage {
    Copy,
    Swap(Swapper),
    Rows { row: Vec<u8>, work: RowWork },
}

/// What happens to a whole row.
#[derive(Debug)]
enum RowWork {
    Bin(Groups),
    Debayer(Window),
}

/// The frame ended before its last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// Wire bytes that did not come.
    pub missing: usize,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the frame lacks its last {} bytes", self.missing)
    }
}

impl std::error::Error for Incomplete {}

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

impl Plan {
    /// Makes the picture out of a whole frame. Bytes after it are ignored; a frame that
    /// is too short is an error, and `out` then holds the upper part of the picture.
    pub fn convert(&self, frame: &[u8], out: &mut [u8]) -> Result<(), ConvertError> {
        let mut sink = Sink::new(self, out).map_err(ConvertError::Plan)?;
        sink.push(frame);
        sink.finish().map_err(ConvertError::Incomplete)
    }
}

impl<'a> Sink<'a> {
    /// A frame for `out`, which must have exactly [`Plan::output_len`] bytes.
    pub fn new(plan: &Plan, out: &'a mut [u8]) -> Result<Sink<'a>, PlanError> {
        if out.len() != plan.output_len() {
            return Err(PlanError::OutputLength { needed: plan.output_len(), given: out.len() });
        }
        let settings = plan.settings();
        let (width, height) = (plan.width() as usize, plan.height() as usize);
        let rows = |work| Stage::Rows { row: Vec::with_capacity(plan.runs().len), work };
        let stage = if let Some(order) = settings.debayer {
            rows(RowWork::Debayer(Window::new(width, height, order)))
        } else if settings.bin > 1 {
            rows(RowWork::Bin(Groups::new(width, settings.bin as usize)))
        } else if settings.wire.sample == Sample::U16Be {
            Stage::Swap(Swapper::default())
        } else {
            Stage::Copy
        };
        let header = Vec::with_capacity(plan.header_len());
        Ok(Sink { plan: *plan, out, position: 0, header, stage })
    }

    /// Begins again with the first byte of a frame; what the picture holds is written over.
    pub fn restart(&mut self) {
        self.position = 0;
        self.header.clear();
        match &mut self.stage {
            Stage::Copy => {}
            Stage::Swap(swapper) => *swapper = Swapper::default(),
            Stage::Rows { row, work } => {
                row.clear();
                match work {
                    RowWork::Bin(groups) => groups.clear(),
                    RowWork::Debayer(window) => window.clear(),
                }
            }
        }
    }

    /// Wire bytes that are still to come.
    pub fn bytes_missing(&self) -> usize {
        self.plan.frame_len() - self.position
    }

    /// Takes the next bytes of the frame; returns how many, which is all of them unless
    /// the frame is complete before.
    pub fn push(&mut self, wire_bytes: &[u8]) -> usize {
        let taken = wire_bytes.len().min(self.bytes_missing());
        let mut rest = &wire_bytes[..taken];
        self.keep_header(rest);
        while !rest.is_empty() {
            let length = match self.plan.runs().place(self.position) {
                Place::Gap(length) => length.min(rest.len()),
                Place::Run { index, offset } => {
                    let length = rest.len().min(self.plan.runs().len - offset);
                    self.take(&rest[..length], index, offset);
                    length
                }
            };
            self.position += length;
            rest = &rest[length..];
        }
        taken
    }

    /// Ends the frame. Without an error the picture is complete.
    pub fn finish(self) -> Result<(), Incomplete> {
        match self.bytes_missing() {
            0 => {
                self.out[..self.header.len()].copy_from_slice(&self.header);
                Ok(())
            }
            missing => Err(Incomplete { missing }),
        }
    }

    fn keep_header(&mut self, bytes: &[u8]) {
        let end = HEADER_AT + self.plan.header_len();
        if self.position >= end {
            return;
        }
        let from = HEADER_AT.saturating_sub(self.position).min(bytes.len());
        let to = (end - self.position).min(bytes.len());
        self.header.extend_from_slice(&bytes[from..to]);
    }

    fn take(&mut self, bytes: &[u8], index: usize, offset: usize) {
        let run = self.plan.runs().len;
        let at = index * run + offset;
        match &mut self.stage {
            Stage::Copy => self.out[at..at + bytes.len()].copy_from_slice(bytes),
            Stage::Swap(swapper) => swapper.push(bytes, self.out, at),
            Stage::Rows { work, .. } if bytes.len() == run => work.row(&self.plan, bytes, index, self.out),
            Stage::Rows { row, work } => {
                row.extend_from_slice(bytes);
                if row.len() == run {
                    work.row(&self.plan, row, index, self.out);
                    row.clear();
                }
            }
        }
    }
}

impl RowWork {
    fn row(&mut self, plan: &Plan, row: &[u8], index: usize, out: &mut [u8]) {
        let settings = plan.settings();
        let sample = settings.wire.sample;
        match self {
            RowWork::Bin(groups) => {
                if groups.add(row, sample) {
                    let pitch = plan.width() as usize * sample.bytes();
                    let at = index / settings.bin as usize * pitch;
                    groups.store(sample, settings.average, &mut out[at..at + pitch]);
                }
            }
            RowWork::Debayer(window) => window.push(row, sample, out),
        }
    }
}
