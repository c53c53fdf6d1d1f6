//! Turns what the sensor looks at into the bytes of a frame, row by row and on demand.
//!
//! The bytes are fixed by the camera's seed, the [`Shot`] and the place in the frame
//! alone, so it does not matter in what pieces they are read. No frame is ever stored, only
//! a block of rows; a host that lags has threads make them, which end with the block.

use std::thread;
use std::time::Duration;

use parking_lot::Mutex;

use super::Readout;
use super::row::{Scratch, Sensor, Unit};
use super::timing::shutter_end;
use crate::vcam::gps::HEADER_BYTES;
use crate::vcam::scene::Scene;
use crate::wire::GainCode;

/// Everything about one exposure that its pixels depend on.
#[derive(Clone, Debug)]
pub(in crate::vcam) struct Shot {
    /// Hardware frame number.
    pub(in crate::vcam) number: u32,
    /// Frames read out since power-on before this one.
    pub(in crate::vcam) serial: u32,
    pub(in crate::vcam) readout: Readout,
    pub(in crate::vcam) live: bool,
    /// The columns that are sent.
    pub(in crate::vcam) columns: Columns,
    pub(in crate::vcam) first_row: u16,
    pub(in crate::vcam) rows: u16,
    pub(in crate::vcam) sixteen_bit: bool,
    pub(in crate::vcam) exposure: Duration,
    /// Camera time at which its readout starts.
    pub(in crate::vcam) readout_at: Duration,
    /// Time of a row on the sensor, however fast rows get to the host.
    pub(in crate::vcam) row_ns: u64,
    pub(in crate::vcam) gain: GainCode,
    /// USB traffic order.
    pub(in crate::vcam) traffic: u8,
    /// Black level order.
    pub(in crate::vcam) offset: u16,
    /// Temperature of the sensor.
    pub(in crate::vcam) temp_c: f64,
    /// GPS data for row 0.
    pub(in crate::vcam) gps: Option<[u8; HEADER_BYTES]>,
}

/// Columns of the sensor, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vcam) struct Columns {
    pub(in crate::vcam) first: u16,
    pub(in crate::vcam) count: u16,
}

impl Columns {
    /// All of a readout.
    pub(in crate::vcam) fn all(readout: &Readout) -> Columns {
        Columns { first: 0, count: readout.columns as u16 }
    }

    /// Those of an order, as far as the readout has them; all, if that is none.
    pub(in crate::vcam) fn ordered(readout: &Readout, first: u16, count: u16) -> Columns {
        let first = first.min(readout.columns as u16);
        match count.min(readout.columns as u16 - first) {
            0 => Columns::all(readout),
            count => Columns { first, count },
        }
    }
}

impl Shot {
    /// Bytes of rows that come together: mostly one.
    fn line_bytes(&self) -> usize {
        self.row_bytes() * self.line_rows() as usize
    }

    fn line_rows(&self) -> u32 {
        self.readout.taps.map_or(1, |taps| taps.rows)
    }

    /// The rows of a line.
    fn rows_of(&self, line: u32) -> std::ops::Range<u32> {
        line * self.line_rows()..(line + 1) * self.line_rows()
    }

    pub(in crate::vcam) fn row_bytes(&self) -> usize {
        usize::from(self.columns.count) * self.sample_bytes()
    }

    fn sample_bytes(&self) -> usize {
        if self.sixteen_bit { 2 } else { 1 }
    }

    /// Bytes before the pixels; as many of the last pixels do not come.
    fn header_bytes(&self) -> u64 {
        // It holds the frame number, if anything; no camera has a longer one.
        if self.live { u64::from(self.readout.header_bytes.min(4)) } else { 0 }
    }

    pub(in crate::vcam) fn frame_bytes(&self) -> u64 {
        self.row_bytes() as u64 * u64::from(self.rows)
    }

    /// The picture row of a wire row; negative in the dark rows before the picture.
    pub(super) fn picture_row(&self, wire_row: u32) -> i32 {
        self.readout.picture_row(u32::from(self.first_row) + wire_row, self.live)
    }

    /// When a wire row gathers light (rolling shutter), in camera time.
    pub(super) fn exposed(&self, wire_row: u32) -> (Duration, Duration) {
        let end = shutter_end(&self.readout, wire_row, self.picture_row(wire_row), self.row_ns);
        let to = self.readout_at + end;
        (to.saturating_sub(self.exposure), to)
    }
}

/// Makes the bytes of frames.
pub(in crate::vcam) struct Imager {
    scene: Scene,
    sensor: Sensor,
    /// One for each thread that may work at a block.
    scratches: Vec<Scratch>,
    /// Lines of a frame: rows, or rows that come together.
    block: Vec<u8>,
    /// Which lines `block` holds.
    holds: Option<Block>,
}

#[derive(Clone, Copy)]
struct Block {
    key: u64,
    first: u32,
    lines: u32,
}

/// Most lines that are made at a time.
const BLOCK_LINES: u32 = 32;
/// So many are worth a thread.
const SHARED_LINES: u32 = 8;
/// Most threads.
const MOST_THREADS: usize = 4;

impl Imager {
    pub(in crate::vcam) fn new(scene: Scene, unit: Unit) -> Imager {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        Imager {
            scene,
            sensor: Sensor::new(unit),
            scratches: (0..threads).map(|_| Scratch::default()).collect(),
            block: Vec::new(),
            holds: None,
        }
    }

    /// Writes the frame's bytes from byte `at` on into `out`. `key` is a number that
    /// this exposure shares with no other. The first `ready` bytes of the frame have come
    /// from the sensor; no row that comes later is looked at.
    pub(in crate::vcam) fn bytes(&mut self, shot: &Shot, key: u64, at: u64, ready: u64, out: &mut [u8]) {
        let line_bytes = shot.line_bytes();
        let header = shot.header_bytes();
        let (mut at, mut out) = (at, out);
        if at < header {
            let bytes = &shot.number.to_be_bytes()[at as usize..header as usize];
            let n = bytes.len().min(out.len());
            out[..n].copy_from_slice(&bytes[..n]);
            (at, out) = (header, &mut out[n..]);
        }
        at -= header;
        let mut line = (at / line_bytes as u64) as u32;
        let mut from = (at % line_bytes as u64) as usize;
        let behind = (ready / line_bytes as u64) as u32;
        while !out.is_empty() {
            let place = self.hold(shot, key, line, behind);
            let n = out.len().min(line_bytes - from);
            let (now, later) = out.split_at_mut(n);
            now.copy_from_slice(&self.block[place + from..place + from + n]);
            out = later;
            line += 1;
            from = 0;
        }
    }

    /// Sees to it that the block holds a line; returns where. Lines before `behind` may be
    /// made with it.
    fn hold(&mut self, shot: &Shot, key: u64, line: u32, behind: u32) -> usize {
        let held = self.holds.filter(|block| block.key == key);
        let inside = |block: &Block| (block.first..block.first + block.lines).contains(&line);
        let first = match held.filter(inside) {
            Some(block) => block.first,
            None => {
                let lines = behind.saturating_sub(line).clamp(1, BLOCK_LINES);
                self.make(shot, line, lines);
                self.holds = Some(Block { key, first: line, lines });
                line
            }
        };
        (line - first) as usize * shot.line_bytes()
    }

    fn make(&mut self, shot: &Shot, first: u32, lines: u32) {
        let line_bytes = shot.line_bytes();
        self.block.resize(lines as usize * line_bytes, 0);
        let shared = lines >= SHARED_LINES;
        let lines = self.block.chunks_exact_mut(line_bytes).zip(first..);
        let Some((own, others)) = self.scratches.split_first_mut() else { return };
        match &mut self.scene {
            Scene::Pattern(pattern) => {
                for (bytes, line) in lines {
                    own.values.resize(shot.readout.columns as usize, 0);
                    for row in shot.rows_of(line) {
                        pattern.row(shot.serial, shot.picture_row(row), &shot.readout, &mut own.values);
                        pack(shot, row, &own.values, bytes);
                    }
                }
            }
            Scene::Lit(source) => {
                let (source, sensor) = (&**source, &self.sensor);
                let others = if shared { others } else { &mut [] };
                let lines = Mutex::new(lines);
                let next = || lines.lock().next();
                let work = |scratch: &mut Scratch| {
                    while let Some((bytes, line)) = next() {
                        for row in shot.rows_of(line) {
                            sensor.row(source, shot, row, scratch);
                            pack(shot, row, &scratch.values, bytes);
                        }
                    }
                };
                thread::scope(|scope| {
                    for scratch in others {
                        // If it cannot be had, the others do its work.
                        let _ = thread::Builder::new().spawn_scoped(scope, || work(scratch));
                    }
                    work(own);
                });
            }
        }
    }
}

/// A row's values as they go over the cable: in the order of the row, or in turns with
/// those of other parts of it and of the rows that come together with it.
fn pack(shot: &Shot, wire_row: u32, values: &[u16], bytes: &mut [u8]) {
    let columns = usize::from(shot.columns.count);
    let values = &values[usize::from(shot.columns.first)..];
    match shot.readout.taps {
        None => spread(shot, values, bytes, 1),
        Some(taps) => {
            let row = (wire_row % taps.rows) as usize;
            let width = (columns / taps.blocks()).max(1);
            for (block, values) in values[..columns].chunks_exact(width).take(taps.blocks()).enumerate() {
                let at = taps.place(columns, row, block * width) * shot.sample_bytes();
                spread(shot, values, &mut bytes[at..], taps.turns.len());
            }
        }
    }
    if wire_row == 0 {
        // Behind a header that holds the number GPS data follow at once.
        let number = if shot.header_bytes() == 0 { 4 } else { 0 };
        if shot.readout.numbered {
            bytes[..number].copy_from_slice(&shot.number.to_be_bytes()[..number]);
        }
        if let Some(gps) = &shot.gps {
            bytes[number..number + HEADER_BYTES].copy_from_slice(gps);
        }
    }
}

/// Writes samples that are so many samples apart.
fn spread(shot: &Shot, values: &[u16], bytes: &mut [u8], apart: usize) {
    if shot.sixteen_bit {
        for (bytes, value) in bytes.chunks_mut(2 * apart).zip(values) {
            let sample = if shot.readout.little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
            bytes[..2].copy_from_slice(&sample);
        }
    } else {
        for (byte, value) in bytes.iter_mut().step_by(apart).zip(values) {
            *byte = (value >> 8) as u8;
        }
    }
}

#[cfg(test)]
mod physics;
#[cfg(test)]
mod tests;
