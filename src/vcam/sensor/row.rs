//! One row of a real picture: light, dark current and all that comes with reading them.

use super::bands::{Bands, ROW_PART};
use super::chain::{Chain, Common};
use super::dark;
use super::defects::{Defect, Defects};
use super::noise::{Normal, RowBits};
use super::pixels::Shot;
use crate::util::Bayer;
use crate::vcam::rng::hash;
use crate::vcam::scene::filter::Filter;
use crate::vcam::scene::{Light, RowExposure, RowLight, Source};

/// What makes one sensor differ from another.
#[derive(Clone, Copy, Debug)]
pub(in crate::vcam) struct Unit {
    pub(in crate::vcam) seed: u64,
    /// Order of its colour filters from picture row and column 0 on.
    pub(in crate::vcam) bayer: Option<Bayer>,
    /// Columns of the sensor on the bus, unbinned.
    pub(in crate::vcam) columns: u32,
    /// Telegraph pixels are suppressed.
    pub(in crate::vcam) suppression: bool,
}

/// The sensor of one camera.
pub(super) struct Sensor {
    unit: Unit,
    normal: Normal,
    defects: Defects,
    bands: Bands,
    /// Columns with dots in the overscan, and how many read noises they are off.
    dots: Vec<(u32, f64)>,
}

/// Room that a row needs while it is made.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) values: Vec<u16>,
    light: RowLight,
    defects: Vec<Defect>,
}

impl Sensor {
    pub(super) fn new(unit: Unit) -> Sensor {
        let defects = Defects { seed: unit.seed, columns: unit.columns, suppression: unit.suppression };
        let dots = (0..unit.columns).map(|column| (column, defects.dot(column)));
        Sensor {
            unit,
            normal: Normal::new(),
            defects,
            bands: Bands::new(unit.seed),
            dots: dots.filter(|(_, noises)| *noises > 0.0).collect(),
        }
    }

    /// Writes a row's values into `scratch`.
    pub(super) fn row(&self, source: &dyn Source, shot: &Shot, wire_row: u32, scratch: &mut Scratch) {
        let readout = &shot.readout;
        let columns = readout.columns as usize;
        scratch.values.resize(columns, 0);
        scratch.light.pixels.resize(columns, 0.0);
        let row = Row::new(self, shot, wire_row);
        if (readout.lit_rows.0 as i32..readout.lit_rows.1 as i32).contains(&row.picture_row) {
            row.lit(source, scratch);
        } else {
            row.unlit(&mut scratch.values);
        }
    }
}

struct Row<'a> {
    sensor: &'a Sensor,
    shot: &'a Shot,
    wire_row: u32,
    picture_row: i32,
    /// Of even and odd columns.
    filters: [Filter; 2],
    chains: [Chain; 2],
    common: [Common; 2],
    bits: u64,
    read_noise_e: [f64; 2],
}

impl Row<'_> {
    fn new<'a>(sensor: &'a Sensor, shot: &'a Shot, wire_row: u32) -> Row<'a> {
        let (readout, picture_row) = (&shot.readout, shot.picture_row(wire_row));
        let sensor_row = u32::from(shot.first_row) + wire_row;
        let bits = hash(&[sensor.unit.seed, 0x726F_7721, u64::from(shot.serial), u64::from(sensor_row)]);
        let filters = Filter::pair(sensor.unit.bayer, readout.first_column, picture_row);
        let amplifiers = filters.map(|filter| readout.pixel.amplifier(&shot.gain, filter.slot()));
        let chains = amplifiers.map(|amplifier| Chain::new(&amplifier, readout, ROW_PART));
        let read_noise_e = amplifiers.map(|amplifier| amplifier.read_noise_e * f64::from(readout.bin));
        let noises = sensor.bands.offset(sensor_row, shot.serial, shot.traffic);
        let common = [0, 1].map(|odd| Common {
            normal: sensor.normal,
            bits: RowBits(bits),
            // On a QHY600 the order is the host's offset times 16: one ADU each, which gives
            // the one published reading.
            bias_adu: f64::from(shot.offset) * readout.offset_adu
                + chains[odd].adu(noises * read_noise_e[odd]),
        });
        Row { sensor, shot, wire_row, picture_row, filters, chains, common, bits, read_noise_e }
    }

    /// Values of even and odd columns that expect so many electrons.
    fn even(&self, values: &mut [u16], from: usize, to: usize, electrons: [f64; 2]) {
        if self.sensor.unit.bayer.is_none() && electrons[0] == electrons[1] {
            return self.chains[0].fill(&self.common[0], values, (from..to, 1), electrons[0]);
        }
        for start in from..(from + 2).min(to) {
            let odd = start % 2;
            self.chains[odd].fill(&self.common[odd], values, (start..to, 2), electrons[odd]);
        }
    }

    /// No light, no dark current; in the overscan a correction of columns that have nothing
    /// to correct, now here, now there.
    fn unlit(&self, values: &mut [u16]) {
        let readout = &self.shot.readout;
        self.even(values, 0, values.len(), [0.0; 2]);
        if readout.overscan_at.is_none_or(|row| self.picture_row < row as i32) {
            return;
        }
        let again = self.again();
        for (column, noises) in &self.sensor.dots {
            let column = *column as usize;
            if column < values.len() && again.at(column) >> 63 == 0 {
                let odd = column % 2;
                let off = self.chains[odd].adu(noises * self.read_noise_e[odd]);
                let common = Common { bias_adu: self.common[odd].bias_adu + off, ..self.common[odd] };
                values[column] = self.chains[odd].value(&common, column, 0.0);
            }
        }
    }

    /// Bits of their own for pixels that are made anew.
    fn again(&self) -> RowBits {
        RowBits(hash(&[self.bits, 1]))
    }

    fn lit(&self, source: &dyn Source, scratch: &mut Scratch) {
        let Scratch { values, light: room, defects } = scratch;
        let (shot, readout) = (self.shot, &self.shot.readout);
        let (from, to) = shot.exposed(self.wire_row);
        let exposure = RowExposure {
            picture_row: self.picture_row as u32,
            first_column: readout.lit_columns.0,
            bin: readout.bin,
            filters: self.filters,
            from,
            to,
        };
        let light = source.light(&exposure, room);
        let (black, behind) = (readout.lit_columns.0 as usize, readout.lit_columns.1 as usize);
        let dark_e = dark::e_per_s(shot.temp_c) * shot.exposure.as_secs_f64();
        let expects = |electrons: f32| dark_e + f64::from(electrons).max(0.0);
        let background = match light {
            Light::Dark | Light::Pixels => [dark_e; 2],
            Light::Even(even) | Light::Patches(even) => even.map(expects),
        };
        let one = |column: usize| {
            let odd = column % 2;
            self.chains[odd].value(&self.common[odd], column, expects(room.pixels[column]))
        };
        self.even(values, 0, black, [dark_e; 2]);
        if light == Light::Pixels {
            for (column, value) in values.iter_mut().enumerate().take(behind).skip(black) {
                *value = one(column);
            }
        } else {
            self.even(values, black, behind, background);
        }
        let patches: &[_] = if let Light::Patches(_) = light { &room.patches } else { &[] };
        let columns = values.len();
        self.even(values, behind, columns, [dark_e; 2]);
        for column in patches.iter().cloned().flatten().filter(|column| *column < behind) {
            values[column] = one(column);
        }
        let expected = |column: usize| {
            if !(black..behind).contains(&column) {
                dark_e
            } else if light == Light::Pixels || patches.iter().any(|patch| patch.contains(&column)) {
                expects(room.pixels[column])
            } else {
                background[column % 2]
            }
        };
        self.defects(values, defects, expected);
    }

    /// Makes the pixels with a defect anew.
    fn defects(&self, values: &mut [u16], defects: &mut Vec<Defect>, expected: impl Fn(usize) -> f64) {
        let (shot, bin) = (self.shot, self.shot.readout.bin);
        defects.clear();
        for part in 0..bin {
            let row = self.picture_row as u32 * bin + part;
            self.sensor.defects.of_row(row, shot.serial, shot.temp_c, defects);
        }
        defects.sort_unstable_by_key(|defect| defect.column);
        let again = self.again();
        let shares = f64::from(bin * bin);
        for group in defects.chunk_by(|a, b| a.column / bin == b.column / bin) {
            let column = (group[0].column / bin) as usize;
            let hot: f64 = group.iter().map(|defect| defect.hot_e_per_s).sum();
            let jump_e: f64 = group.iter().map(|defect| defect.jump_e).sum();
            let electrons = expected(column) + hot * shot.exposure.as_secs_f64() / shares;
            let odd = column % 2;
            let common = Common {
                bits: again,
                bias_adu: self.common[odd].bias_adu + self.chains[odd].adu(jump_e),
                ..self.common[odd]
            };
            values[column] = self.chains[odd].value(&common, column, electrons);
        }
    }
}
