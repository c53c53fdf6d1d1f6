//! A frame on its way into the caller's picture.
//!
//! A [`Sink`] is fed the bytes of one frame in pieces of any length, as transfers end,
//! and does all that its [`Plan`] asks for in one pass: when the last byte comes, only
//! the last rows are left to do. Where samples stand alone they go straight to their
//! place; where rows depend on each other, a few rows wait here. There is never a copy of
//! the frame.

use std::fmt;

use super::bin::Binning;
use super::debayer::{Mosaic, Window};
use super::depth;
use super::plan::{HEADER_AT, Plan, PlanError, Sample, Settings};
use super::runs::Place;
use super::swap::Swapper;
use super::unpack::Packing;
use crate::util::Taps;

/// Takes the bytes of one frame and writes the picture.
#[derive(Debug)]
pub struct Sink<'a> {
    plan: Plan,
    out: &'a mut [u8],
    /// Bytes of the frame that came.
    received: usize,
    /// Those of them that were taken, in the order of the picture.
    position: usize,
    header: Vec<u8>,
    turns: Option<Turns>,
    stage: Stage,
}

/// Rows that come together, sample by sample in turn.
#[derive(Debug)]
struct Turns {
    taps: Taps,
    sample_bytes: usize,
    /// What came of rows that are not complete.
    part: Vec<u8>,
    /// Rows in order.
    rows: Vec<u8>,
}

/// What happens to the bytes of a run.
#[derive(Debug)]
enum Stage {
    Copy,
    Swap(Swapper),
    Rows(Box<Rows>),
}

/// Whole runs, one after the other.
#[derive(Debug)]
struct Rows {
    /// What came of a run that is not complete.
    part: Vec<u8>,
    unpack: Option<Unpack>,
    work: RowWork,
}

/// Where packed samples are unpacked.
#[derive(Debug)]
struct Unpack {
    packing: Packing,
    /// As many rows as a run has.
    rows: Vec<u8>,
    /// Bytes of one of them.
    stride: usize,
    /// Bytes before the first sample of the crop.
    skip: usize,
}

/// What happens to the rows of a run.
#[derive(Debug)]
enum RowWork {
    Convert,
    Bin(Binning),
    Debayer(Window),
    /// Bins into rows that the window takes.
    BinDebayer(Binning, Vec<u8>, Window),
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

impl<'a> Sink<'a> {
    /// A frame for `out`, which must have exactly [`Plan::output_len`] bytes.
    pub fn new(plan: &Plan, out: &'a mut [u8]) -> Result<Sink<'a>, PlanError> {
        if out.len() != plan.output_len() {
            return Err(PlanError::OutputLength { needed: plan.output_len(), given: out.len() });
        }
        let settings = plan.settings();
        let stage = if settings.bin > 1 || settings.debayer.is_some() || !settings.is_whole_bytes() {
            Stage::Rows(Box::new(Rows::new(plan)))
        } else if settings.wire.sample == Sample::U16Be {
            Stage::Swap(Swapper::default())
        } else {
            Stage::Copy
        };
        let header = Vec::with_capacity(plan.header_len());
        let turns = settings.taps.map(|taps| Turns {
            taps,
            sample_bytes: settings.wire.sample.depth().bytes(),
            part: Vec::new(),
            rows: vec![0; taps.rows as usize * plan.stride()],
        });
        Ok(Sink { plan: *plan, out, received: 0, position: 0, header, turns, stage })
    }

    /// Begins again with the first byte of a frame; what the picture holds is written over.
    pub fn restart(&mut self) {
        (self.received, self.position) = (0, 0);
        self.header.clear();
        if let Some(turns) = &mut self.turns {
            turns.part.clear();
        }
        match &mut self.stage {
            Stage::Copy => {}
            Stage::Swap(swapper) => *swapper = Swapper::default(),
            Stage::Rows(rows) => rows.clear(),
        }
    }

    /// Wire bytes that are still to come.
    pub fn bytes_missing(&self) -> usize {
        self.plan.frame_len() - self.received
    }

    /// Takes the next bytes of the frame; returns how many, which is all of them unless
    /// the frame is complete before.
    pub fn push(&mut self, wire_bytes: &[u8]) -> usize {
        let taken = wire_bytes.len().min(self.bytes_missing());
        let bytes = &wire_bytes[..taken];
        self.keep_header(bytes);
        self.received += taken;
        match self.turns.take() {
            None => self.lay(bytes),
            Some(mut turns) => {
                self.sort(&mut turns, bytes);
                self.turns = Some(turns);
            }
        }
        taken
    }

    /// Takes bytes that come in turns; whatever rows become complete go on.
    fn sort(&mut self, turns: &mut Turns, mut bytes: &[u8]) {
        let len = turns.rows.len();
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(len - turns.part.len()));
            bytes = later;
            if now.len() < len {
                turns.part.extend_from_slice(now);
                if turns.part.len() < len {
                    return;
                }
            }
            match self.plan.runs().place(self.position) {
                Place::Gap(length) if length >= len => self.position += len,
                _ => {
                    let wire = if now.len() < len { &turns.part } else { now };
                    turns.taps.sort(wire, turns.sample_bytes, &mut turns.rows);
                    self.lay(&turns.rows);
                }
            }
            turns.part.clear();
        }
    }

    /// Takes bytes in the order of the picture.
    fn lay(&mut self, mut rest: &[u8]) {
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
        if self.received >= end {
            return;
        }
        let from = HEADER_AT.saturating_sub(self.received).min(bytes.len());
        let to = (end - self.received).min(bytes.len());
        self.header.extend_from_slice(&bytes[from..to]);
    }

    fn take(&mut self, bytes: &[u8], index: usize, offset: usize) {
        let run = self.plan.runs().len;
        let at = index * run + offset;
        match &mut self.stage {
            Stage::Copy => self.out[at..at + bytes.len()].copy_from_slice(bytes),
            Stage::Swap(swapper) => swapper.push(bytes, self.out, at),
            Stage::Rows(rows) if bytes.len() == run => rows.run(&self.plan, bytes, index, self.out),
            Stage::Rows(rows) => {
                let mut part = std::mem::take(&mut rows.part);
                part.extend_from_slice(bytes);
                if part.len() == run {
                    rows.run(&self.plan, &part, index, self.out);
                    part.clear();
                }
                rows.part = part;
            }
        }
    }
}

impl Rows {
    fn new(plan: &Plan) -> Rows {
        let settings = plan.settings();
        let sample = settings.wire.sample;
        let width = plan.width() as usize;
        let binning = |depth| Binning {
            bin: settings.bin as usize,
            same_colour: settings.same_colour,
            average: settings.average,
            sample,
            depth,
        };
        let window = |order| {
            Window::new(Mosaic {
                width,
                height: plan.height() as usize,
                order,
                method: settings.method,
                context: plan.context(),
                depth: settings.depth,
            })
        };
        let (rows, work) = match (settings.bin, settings.debayer) {
            (1, None) => (1, RowWork::Convert),
            (1, Some(order)) => (1, RowWork::Debayer(window(order))),
            (_, None) => (binning(settings.depth).rows(), RowWork::Bin(binning(settings.depth))),
            (_, Some(order)) => {
                let binning = binning(sample.depth());
                let binned = vec![0; binning.kinds() * width * sample.depth().bytes()];
                (binning.rows(), RowWork::BinDebayer(binning, binned, window(order)))
            }
        };
        let unpack = match sample {
            Sample::Packed(packing) => Some(Unpack::new(packing, settings, rows)),
            _ => None,
        };
        Rows { part: Vec::with_capacity(plan.runs().len), unpack, work }
    }

    fn clear(&mut self) {
        self.part.clear();
        match &mut self.work {
            RowWork::Convert | RowWork::Bin(_) => {}
            RowWork::Debayer(window) | RowWork::BinDebayer(_, _, window) => window.clear(),
        }
    }

    /// Takes run `index`.
    fn run(&mut self, plan: &Plan, run: &[u8], index: usize, out: &mut [u8]) {
        let settings = plan.settings();
        let sample = settings.wire.sample;
        let (rows, stride) = match &mut self.unpack {
            Some(unpack) => unpack.rows(run, plan),
            None => (run, plan.stride()),
        };
        let pitch = plan.pitch();
        match &mut self.work {
            RowWork::Convert => {
                depth::convert(rows, sample, settings.depth, &mut out[index * pitch..][..pitch]);
            }
            RowWork::Bin(binning) => {
                let len = binning.kinds() * pitch;
                binning.add_up(rows, stride, &mut out[index * len..][..len]);
            }
            RowWork::Debayer(window) => window.push(rows, sample, out),
            RowWork::BinDebayer(binning, binned, window) => {
                binning.add_up(rows, stride, binned);
                for row in binned.chunks_exact(binned.len() / binning.kinds()) {
                    window.push(row, sample.little_endian(), out);
                }
            }
        }
    }
}

impl Unpack {
    fn new(packing: Packing, settings: &Settings, rows: usize) -> Unpack {
        let (samples, _) = packing.group();
        let bytes = settings.wire.sample.depth().bytes();
        let skip = settings.crop.x as usize % samples * bytes;
        let stride = (skip + settings.crop.width as usize * bytes).next_multiple_of(samples * bytes);
        Unpack { packing, rows: vec![0; rows * stride], stride, skip }
    }

    /// The rows of a run from the first sample of the crop on, and how many bytes apart.
    fn rows(&mut self, run: &[u8], plan: &Plan) -> (&[u8], usize) {
        for (packed, row) in run.chunks(plan.stride()).zip(self.rows.chunks_exact_mut(self.stride)) {
            self.packing.unpack(packed, row);
        }
        (&self.rows[self.skip..], self.stride)
    }
}
