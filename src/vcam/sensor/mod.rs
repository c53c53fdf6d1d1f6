//! The sensor as the camera drives it: geometry of its readouts, row timing and what
//! the gain codes do.
//!
//! That of the QHY600 is written from the sources, independent of the host's table. Every
//! other camera takes it from the sensor facts of its table; there the vendor's library is
//! what shows a mistake, because it crops the same frames (`tests/oracle.rs`).

mod bands;
mod chain;
mod dark;
mod defects;
mod derived;
mod gain;
mod imx455;
mod noise;
pub(super) mod pixels;
mod poisson;
pub(super) mod qe;
mod row;
pub(super) mod timing;

pub(super) use row::Unit;

use super::scene::optics::Field;
use crate::model::Model;
use crate::util::{Rect, Size, Taps};
use gain::Pixel;

/// How one readout code lays out its rows. Rows are counted as the sensor counts them:
/// wire row `i` of a frame is sensor row `first + i`. Pairs of values: single frames, live.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Readout {
    /// Byte 6 of the initialise command.
    pub(super) code: u8,
    /// Byte 1 of it without the lowest bit.
    pub(super) init_bits: u8,
    /// Columns of a row.
    pub(super) columns: u32,
    /// Which of them is column 0 of the picture.
    pub(super) first_column: u32,
    /// The first light-sensitive one and the one behind the last.
    pub(super) lit_columns: (u32, u32),
    /// Sensor row of picture row 0.
    pub(super) picture_at: [u32; 2],
    /// The first light-sensitive picture row and the one behind the last.
    pub(super) lit_rows: (u32, u32),
    /// Picture rows from here on have no pixels at all.
    pub(super) overscan_at: Option<u32>,
    /// Sensor pixels a side that make one pixel.
    pub(super) bin: u32,
    /// Bytes before the pixels of a live frame.
    pub(super) header_bytes: u32,
    /// 16-bit samples have their least significant byte first.
    pub(super) little_endian: bool,
    /// In what turn samples come.
    pub(super) taps: Option<Taps>,
    /// The frame number stands over the first bytes of a frame.
    pub(super) numbered: bool,
    /// What numbers of rows in an order mean.
    pub(super) orders: [RowUnit; 2],
    /// Time of a row, at 8 and at 16 bits.
    pub(super) row_ns: [u64; 2],
    /// What a step of USB traffic adds to it in live video.
    pub(super) traffic_ns: [u64; 2],
    /// Row times from the start of the readout to the first row out.
    pub(super) blank_rows: u32,
    /// Row times from the start of the readout to the end of exposure of wire row 0.
    pub(super) shutter_end_rows: u32,
    /// What the end of a row's exposure has on top of row times.
    pub(super) shutter_end_ns: u64,
    /// Rows end their exposure in pairs.
    pub(super) pairs: bool,
    /// From gain codes to electrons.
    pub(super) pixel: Pixel,
    /// ADU of a step of the black level order.
    pub(super) offset_adu: f64,
    /// Rows of a whole frame, as read until a region is ordered.
    pub(super) whole_rows: [u16; 2],
    /// First row of a whole frame.
    pub(super) whole_first: [u16; 2],
}

/// What the numbers in an order of a region mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowUnit {
    /// So much in the order is one row.
    pub(super) unit: u16,
    /// Rows that come on top of those ordered.
    pub(super) unordered: u16,
    /// Columns are ordered too; otherwise all come, whatever the order says.
    pub(super) columns: bool,
}

impl RowUnit {
    const ONE: RowUnit = RowUnit { unit: 1, unordered: 0, columns: false };
}

/// The sensor of one model.
#[derive(Clone, Debug)]
pub(super) struct Chip {
    readouts: Vec<Readout>,
    /// The whole picture, unbinned.
    pub(super) picture: Picture,
}

/// The whole picture of a sensor, unbinned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Picture {
    pub(super) size: Size,
    /// Its light-sensitive part.
    pub(super) lit: Rect,
    /// Columns on the bus before its first.
    pub(super) first_column: u32,
    pub(super) pixel_um: f64,
}

impl Picture {
    /// Its light-sensitive part in columns on the bus and picture rows.
    pub(super) fn field(&self) -> Field {
        Field {
            first_column: self.first_column + self.lit.x,
            columns: self.first_column + self.lit.x + self.lit.width,
            first_row: self.lit.y,
            rows: self.lit.y + self.lit.height,
            pixel_um: self.pixel_um,
        }
    }
}

impl Chip {
    /// The sensor of a model.
    pub(super) fn of(model: &Model) -> Chip {
        let mut chip = derived::chip(model);
        if model.sensor == imx455::NAME {
            chip.readouts = imx455::READOUTS.to_vec();
        }
        chip
    }

    /// The readout of a code and the other bits of an initialise command; `None` if the
    /// camera has no such one.
    pub(super) fn readout(&self, code: u8, init_bits: u8) -> Option<Readout> {
        self.readouts.iter().copied().find(|readout| (readout.code, readout.init_bits) == (code, init_bits))
    }

    /// Most columns of its readouts.
    pub(super) fn columns(&self) -> u32 {
        self.readouts.iter().map(|readout| readout.columns).max().unwrap_or(1)
    }

    /// The readout it has after power-on.
    pub(super) fn first(&self) -> Option<Readout> {
        self.readout(0, 0).or(self.readouts.first().copied())
    }
}

/// A readout of the QHY600.
#[cfg(test)]
fn readout(code: u8) -> Option<Readout> {
    imx455::READOUTS.iter().copied().find(|readout| readout.code == code)
}

impl Readout {
    /// The picture row of a sensor row; negative in the rows before the picture.
    pub(super) fn picture_row(&self, sensor_row: u32, live: bool) -> i32 {
        sensor_row as i32 - self.picture_at[usize::from(live)] as i32
    }
}
