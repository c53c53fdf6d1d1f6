//! Turns what the sensor looks at into the bytes of a frame, row by row and on demand.
//!
//! The bytes are fixed by the camera's seed, the [`Shot`] and the place in the frame
//! alone, so it does not matter in what pieces they are read. No frame is ever stored.

use super::gain::{Amplifier, amplifier};
use super::noise::{Noise, RowNoise};
use super::{Readout, dark};
use crate::vcam::gps::HEADER_BYTES;
use crate::vcam::scene::Scene;
use crate::vcam::scene::stars::{Filter, StarField};
use crate::wire::GainCode;

/// Everything about one exposure that its pixels depend on.
#[derive(Clone, Debug)]
pub(in crate::vcam) struct Shot {
    /// Hardware frame number.
    pub(in crate::vcam) number: u32,
    /// Frames read out since power-on before this one.
    pub(in crate::vcam) serial: u32,
    pub(in crate::vcam) readout: &'static Readout,
    pub(in crate::vcam) live: bool,
    pub(in crate::vcam) first_row: u16,
    pub(in crate::vcam) rows: u16,
    pub(in crate::vcam) sixteen_bit: bool,
    pub(in crate::vcam) exposure_s: f64,
    pub(in crate::vcam) gain: GainCode,
    /// Black level order.
    pub(in crate::vcam) offset: u16,
    /// Temperature of the sensor.
    pub(in crate::vcam) temp_c: f64,
    /// GPS data for row 0.
    pub(in crate::vcam) gps: Option<[u8; HEADER_BYTES]>,
}

impl Shot {
    pub(in crate::vcam) fn row_bytes(&self) -> usize {
        self.readout.columns as usize * if self.sixteen_bit { 2 } else { 1 }
    }

    pub(in crate::vcam) fn frame_bytes(&self) -> u64 {
        self.row_bytes() as u64 * u64::from(self.rows)
    }
}

/// Makes the bytes of frames.
pub(in crate::vcam) struct Imager {
    scene: Scene,
    noise: Noise,
    colour: bool,
    values: Vec<u16>,
    row: Vec<u8>,
    /// Exposure and wire row that `row` holds.
    holds: Option<(u64, u32)>,
}

impl Imager {
    pub(in crate::vcam) fn new(scene: Scene, seed: u64, colour: bool) -> Imager {
        Imager { scene, noise: Noise::new(seed), colour, values: Vec::new(), row: Vec::new(), holds: None }
    }

    /// Writes the frame's bytes from byte `at` on into `out`. `key` is a number that
    /// this exposure shares with no other.
    pub(in crate::vcam) fn bytes(&mut self, shot: &Shot, key: u64, at: u64, out: &mut [u8]) {
        let row_bytes = shot.row_bytes();
        let mut row = (at / row_bytes as u64) as u32;
        let mut from = (at % row_bytes as u64) as usize;
        let mut out = out;
        while !out.is_empty() {
            self.hold(shot, key, row);
            let n = out.len().min(row_bytes - from);
            let (now, later) = out.split_at_mut(n);
            now.copy_from_slice(&self.row[from..from + n]);
            out = later;
            row += 1;
            from = 0;
        }
    }

    fn hold(&mut self, shot: &Shot, key: u64, wire_row: u32) {
        if self.holds == Some((key, wire_row)) {
            return;
        }
        self.fill_values(shot, wire_row);
        self.row.resize(shot.row_bytes(), 0);
        if shot.sixteen_bit {
            for (bytes, value) in self.row.chunks_exact_mut(2).zip(&self.values) {
                bytes.copy_from_slice(&value.to_be_bytes());
            }
        } else {
            for (byte, value) in self.row.iter_mut().zip(&self.values) {
                *byte = (value >> 8) as u8;
            }
        }
        if wire_row == 0 {
            self.row[..4].copy_from_slice(&shot.number.to_be_bytes());
            if let Some(gps) = &shot.gps {
                self.row[4..4 + HEADER_BYTES].copy_from_slice(gps);
            }
        }
        self.holds = Some((key, wire_row));
    }

    fn fill_values(&mut self, shot: &Shot, wire_row: u32) {
        let columns = shot.readout.columns as usize;
        self.values.resize(columns, 0);
        let sensor_row = u32::from(shot.first_row) + wire_row;
        let picture_row = shot.readout.picture_row(sensor_row, shot.live);
        match &mut self.scene {
            Scene::Pattern(pattern) => {
                pattern.row(shot.serial, picture_row, shot.readout.bin, &mut self.values);
            }
            Scene::Stars(stars) => {
                let noise = self.noise.row(shot.number, sensor_row, columns);
                let row = LitRow { shot, picture_row, noise, colour: self.colour };
                row.fill(stars, &mut self.values);
            }
        }
    }
}

/// One row of a real picture.
struct LitRow<'a> {
    shot: &'a Shot,
    picture_row: i32,
    noise: RowNoise<'a>,
    colour: bool,
}

/// What electrons become.
struct Chain {
    amplifier: Amplifier,
    bias_adu: f64,
    read_noise_e: f64,
    /// Sensor pixels summed into one; the ADU scale is that of one, so charge counts
    /// this many times less.
    pixels: f64,
}

impl Chain {
    /// Mean and deviation in ADU for this many electrons in each sensor pixel.
    fn level(&self, electrons: f64) -> (f64, f64) {
        let electrons = electrons.min(self.amplifier.full_well_e);
        let variance = (electrons + self.read_noise_e * self.read_noise_e) / self.pixels;
        let scale = 1.0 / self.amplifier.e_per_adu;
        (self.bias_adu + electrons * scale, variance.sqrt() * scale)
    }
}

impl LitRow<'_> {
    fn fill(&self, stars: &StarField, values: &mut [u16]) {
        let readout = self.shot.readout;
        let columns = values.len();
        let black = readout.black_columns as usize;
        let lit = self.picture_row >= 0 && self.picture_row < readout.lit_rows as i32;
        if !lit {
            let (mean, sigma) = self.chain(Filter::None).level(0.0);
            self.noise.fill(values, 0..columns, 1, mean, sigma);
            return;
        }
        let dark_e = dark::e_per_s(self.shot.temp_c) * self.shot.exposure_s;
        let (mean, sigma) = self.chain(Filter::None).level(dark_e);
        self.noise.fill(values, 0..black, 1, mean, sigma);
        let step = if self.colour { 2 } else { 1 };
        for start in black..black + step {
            let filter = self.filter(start as u32);
            let (mean, sigma) = self.chain(filter).level(dark_e + filter.sky() * self.shot.exposure_s);
            self.noise.fill(values, start..columns, step, mean, sigma);
        }
        self.add_stars(stars, dark_e, values);
    }

    fn add_stars(&self, stars: &StarField, dark_e: f64, values: &mut [u16]) {
        let readout = self.shot.readout;
        let bin = f64::from(readout.bin);
        // Centre of this row and of column 0 in unbinned pixels.
        let middle = (bin - 1.0) / 2.0;
        let y = f64::from(self.picture_row) * bin + middle;
        let chains = [Filter::None, Filter::Red, Filter::Green, Filter::Blue].map(|f| (f, self.chain(f)));
        // Light of stars that overlap adds up, so it is gathered before it is measured.
        let mut touched: Vec<(u32, f64)> = Vec::new();
        for star in stars.near(y - middle, y + middle) {
            let (left, right) = star.columns(y);
            let first = (left / bin).floor().max(f64::from(readout.black_columns)) as u32;
            let last = (right / bin).ceil().clamp(0.0, f64::from(readout.columns - 1)) as u32;
            for column in first..=last {
                let x = f64::from(column) * bin + middle;
                touched.push((column, star.light(x, y, self.filter(column)) * self.shot.exposure_s));
            }
        }
        touched.sort_unstable_by_key(|(column, _)| *column);
        for group in touched.chunk_by(|a, b| a.0 == b.0) {
            let column = group[0].0;
            let filter = self.filter(column);
            let starlight: f64 = group.iter().map(|(_, e)| e).sum();
            let electrons = dark_e + filter.sky() * self.shot.exposure_s + starlight;
            let Some((_, chain)) = chains.iter().find(|(f, _)| *f == filter) else { continue };
            let (mean, sigma) = chain.level(electrons);
            values[column as usize] = self.noise.value(column as usize, mean, sigma);
        }
    }

    fn filter(&self, column: u32) -> Filter {
        if self.colour { Filter::rggb(column, self.picture_row) } else { Filter::None }
    }

    fn chain(&self, filter: Filter) -> Chain {
        let amplifier = amplifier(&self.shot.gain, filter.slot());
        let readout = self.shot.readout;
        Chain {
            amplifier,
            // The order is the host's offset times 16; about 16 ADU a step of offset fit
            // the one published reading.
            bias_adu: f64::from(self.shot.offset),
            read_noise_e: amplifier.read_noise_e * readout.noise_factor,
            pixels: f64::from(readout.bin * readout.bin),
        }
    }
}

#[cfg(test)]
mod tests;
