//! Turns what the sensor looks at into the bytes of a frame, row by row and on demand.
//!
//! The bytes are fixed by the camera's seed, the [`Shot`] and the place in the frame
//! alone, so it does not matter in what pieces they are read. No frame is ever stored.

use std::ops::Range;
use std::time::Duration;

use super::gain::{Amplifier, amplifier};
use super::noise::{Noise, RowNoise};
use super::timing::shutter_end;
use super::{Readout, dark};
use crate::vcam::gps::HEADER_BYTES;
use crate::vcam::scene::filter::Filter;
use crate::vcam::scene::{Light, RowExposure, RowLight, Scene};
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
    pub(in crate::vcam) exposure: Duration,
    /// Camera time at which its readout starts.
    pub(in crate::vcam) readout_at: Duration,
    /// Time of a row on the sensor, however fast rows get to the host.
    pub(in crate::vcam) row_ns: u64,
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

    /// The picture row of a wire row; negative in the dark rows before the picture.
    fn picture_row(&self, wire_row: u32) -> i32 {
        self.readout.picture_row(u32::from(self.first_row) + wire_row, self.live)
    }

    /// When a wire row gathers light (rolling shutter), in camera time.
    fn exposed(&self, wire_row: u32) -> (Duration, Duration) {
        let end = shutter_end(self.readout, wire_row, self.picture_row(wire_row), self.row_ns);
        let to = self.readout_at + end;
        (to.saturating_sub(self.exposure), to)
    }
}

/// Makes the bytes of frames.
pub(in crate::vcam) struct Imager {
    scene: Scene,
    noise: Noise,
    colour: bool,
    light: RowLight,
    values: Vec<u16>,
    row: Vec<u8>,
    /// Exposure and wire row that `row` holds.
    holds: Option<(u64, u32)>,
}

impl Imager {
    pub(in crate::vcam) fn new(scene: Scene, seed: u64, colour: bool) -> Imager {
        Imager {
            scene,
            noise: Noise::new(seed),
            colour,
            light: RowLight::default(),
            values: Vec::new(),
            row: Vec::new(),
            holds: None,
        }
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
        let picture_row = shot.picture_row(wire_row);
        let source = match &mut self.scene {
            Scene::Pattern(pattern) => {
                pattern.row(shot.serial, picture_row, shot.readout.bin, &mut self.values);
                return;
            }
            Scene::Lit(source) => source,
        };
        let (from, to) = shot.exposed(wire_row);
        let row = RowExposure {
            picture_row: picture_row.max(0) as u32,
            first_column: shot.readout.black_columns,
            bin: shot.readout.bin,
            colour: self.colour,
            from,
            to,
        };
        let lit = (0..shot.readout.lit_rows as i32).contains(&picture_row);
        self.light.pixels.resize(columns, 0.0);
        let light = if lit { source.light(&row, &mut self.light) } else { Light::Dark };
        let sensor_row = u32::from(shot.first_row) + wire_row;
        let noise = self.noise.row(shot.serial, sensor_row, columns);
        // Overscan rows gather no dark current.
        let dark_e = if lit { dark::e_per_s(shot.temp_c) * shot.exposure.as_secs_f64() } else { 0.0 };
        Row { shot, row, noise, dark_e }.fill(light, &self.light, &mut self.values);
    }
}

/// One row of a real picture.
struct Row<'a> {
    shot: &'a Shot,
    row: RowExposure,
    noise: RowNoise<'a>,
    dark_e: f64,
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

impl Row<'_> {
    fn fill(&self, light: Light, row_light: &RowLight, values: &mut [u16]) {
        let columns = values.len();
        let black = self.shot.readout.black_columns as usize;
        let (mean, sigma) = self.chain(Filter::None).level(self.dark_e);
        self.noise.fill(values, 0..black, 1, mean, sigma);
        let even = match light {
            Light::Dark => [0.0; 2],
            Light::Even(even) | Light::Patches(even) => even,
            Light::Pixels => return self.pixels(black..columns, row_light, values),
        };
        for start in black..black + 2 {
            let chain = self.chain(self.row.filter(start as u32));
            let (mean, sigma) = chain.level(self.dark_e + f64::from(even[start % 2]));
            self.noise.fill(values, start..columns, 2, mean, sigma);
        }
        if let Light::Patches(_) = light {
            for patch in &row_light.patches {
                self.pixels(patch.clone(), row_light, values);
            }
        }
    }

    fn pixels(&self, columns: Range<usize>, light: &RowLight, values: &mut [u16]) {
        let chains = [0, 1].map(|column| self.chain(self.row.filter(column)));
        for column in columns {
            let electrons = self.dark_e + f64::from(light.pixels[column]);
            let (mean, sigma) = chains[column % 2].level(electrons);
            values[column] = self.noise.value(column, mean, sigma);
        }
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
