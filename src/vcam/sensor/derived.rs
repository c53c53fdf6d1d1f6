//! A sensor from the facts of its model's table.
//!
//! Geometry and forms are the table's. What no table knows is scaled from the QHY600 and a
//! guess: row times go with the columns of a row, and so does what USB traffic adds.

use super::gain::Pixel;
use super::{Chip, Picture, Readout, RowUnit};
use crate::model::{ByteOrder, Model, ReadMode, RowOrder, RowRule};

/// Nanoseconds of a column at 8 and 16 bits: 39.04 and 62 us for the 9600 of a QHY600.
const COLUMN_NS: [f64; 2] = [39_040.0 / 9600.0, 62_000.0 / 9600.0];
/// What a step of USB traffic adds, of the time of a row: 0.73 of 39.04 us, 1 of 62.
const TRAFFIC_PART: [f64; 2] = [0.73 / 39.04, 1.0 / 62.0];
/// Row times in which nothing comes before the first row out.
const BLANK_ROWS: u32 = 12;
/// Row times before a row leaves in which its exposure is over.
const READ_ROWS: u32 = 2;
/// ADU of a step of the offset setting, if the order has a factor or not: 16 steps of the
/// order are one setting on a QHY600 and give 16 ADU.
const SETTING_ADU: f64 = 16.0;

/// The sensor of a model. Modes that share a code share a readout: the camera cannot tell
/// them apart.
pub(super) fn chip(model: &Model) -> Chip {
    let mut readouts: Vec<Readout> = Vec::new();
    // A mode of which too little is known shapes no readout that another one shares.
    let (unknown, known): (Vec<&ReadMode>, Vec<&ReadMode>) =
        model.read_modes.iter().partition(|mode| mode.unknown.is_some());
    for mode in known.into_iter().chain(unknown) {
        let is_it = |other: &Readout| (other.code, other.init_bits) == (mode.readout_code, mode.init_bits);
        if !readouts.iter().any(is_it) {
            readouts.push(readout(model, mode));
        }
    }
    let whole = model.read_modes.iter().find(|mode| mode.hardware_bin == 1);
    let picture = whole.or(model.read_modes.first()).map_or(Picture::NONE, |mode| Picture {
        size: mode.image,
        lit: mode.effective,
        first_column: mode.first_column,
        pixel_um: model.pixel_um,
    });
    Chip { readouts, picture }
}

impl Picture {
    const NONE: Picture = Picture {
        size: crate::util::Size::new(1, 1),
        lit: crate::util::Rect::new(0, 0, 1, 1),
        first_column: 0,
        pixel_um: 1.0,
    };
}

fn readout(model: &Model, mode: &ReadMode) -> Readout {
    let both = [&mode.single, &mode.live];
    let lit = mode.effective;
    let row_ns = COLUMN_NS.map(|ns| ns * f64::from(mode.wire_columns * mode.hardware_bin));
    let overscan = mode.overscan;
    Readout {
        code: mode.readout_code,
        init_bits: mode.init_bits,
        columns: mode.wire_columns,
        first_column: mode.first_column,
        lit_columns: (mode.first_column + lit.x, mode.first_column + lit.x + lit.width),
        picture_at: both.map(|rule| rule.first_at_zero + rule.lead),
        lit_rows: (lit.y, lit.y + lit.height),
        overscan_at: (overscan.height > 0 && overscan.y >= lit.y + lit.height).then_some(overscan.y),
        bin: mode.hardware_bin,
        header_bytes: model.wire.live_header_bytes,
        little_endian: model.wire.order == ByteOrder::Little,
        taps: mode.taps,
        // Where it would stand among samples that come in turns, nobody has seen.
        numbered: model.has.frame_numbers && mode.taps.is_none(),
        orders: both.map(row_unit),
        row_ns: row_ns.map(|ns| ns.round() as u64),
        traffic_ns: [0, 1].map(|i| (row_ns[i] * TRAFFIC_PART[i]).round() as u64),
        blank_rows: BLANK_ROWS,
        shutter_end_rows: BLANK_ROWS - READ_ROWS,
        shutter_end_ns: 0,
        pairs: false,
        pixel: Pixel::of(model, mode),
        offset_adu: SETTING_ADU / f64::from(model.offset_factor.max(1)),
        whole_rows: both.map(|rule| (rule.lead + mode.image.height).max(rule.min_rows) as u16),
        whole_first: both.map(|rule| rule.first_at_zero as u16),
    }
}

fn row_unit(rule: &RowRule) -> RowUnit {
    match rule.order {
        RowOrder::Rows { unit, unordered, .. } => {
            RowUnit { unit: unit as u16, unordered: unordered as u16, columns: false }
        }
        RowOrder::Window(_) => RowUnit { columns: true, ..RowUnit::ONE },
        RowOrder::Whole => RowUnit::ONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;

    /// Modes of one code must be one readout, or the camera would send another frame than
    /// the table says.
    #[test]
    fn modes_of_a_code_agree() {
        for model in model::all() {
            let chip = Chip::of(model);
            for mode in model.read_modes.iter().filter(|mode| mode.unknown.is_none()) {
                let of_code = &chip.readout(mode.readout_code, mode.init_bits).unwrap();
                let own = readout(model, mode);
                let shape = |r: &Readout| {
                    (r.columns, r.first_column, r.picture_at, r.lit_rows, r.lit_columns, r.bin, r.orders)
                };
                assert_eq!(shape(of_code), shape(&own), "{} {}", model.name, mode.name);
            }
        }
    }

    /// What was written twice must be the same.
    #[test]
    fn the_table_of_the_qhy600_says_the_same_as_the_sensor() {
        let model = model::by_name("QHY600M").unwrap();
        let (own, derived) = (Chip::of(model), chip(model));
        assert_eq!(own.readouts.len(), derived.readouts.len());
        for readout in &own.readouts {
            let of_table = derived.readout(readout.code, readout.init_bits).unwrap();
            let timing = Readout {
                blank_rows: readout.blank_rows,
                shutter_end_rows: readout.shutter_end_rows,
                shutter_end_ns: readout.shutter_end_ns,
                pairs: readout.pairs,
                pixel: readout.pixel,
                ..of_table
            };
            assert_eq!(timing, *readout);
        }
    }
}
