//! What the sensor looks at.
//!
//! A [`World`] gives light: the photo-electrons of one row of a readout over the interval
//! in which that row is exposed. Noise, dark current, gain and defects are the sensor's.
//!
//! Test patterns give the value of each pixel outright, whatever exposure, gain and
//! noise are, so that a picture proves geometry and byte order. Places are columns of
//! the readout and picture rows (row 0 is the first light-sensitive row; the dark rows
//! before it are negative). In the 3x3 readout they count its own, larger pixels.
//!
//! | scene | value |
//! |---|---|
//! | `xy` | [`xy_value`]: `(7 x + 13 y + x y) mod 65536` |
//! | `serial` | tells camera, frame and place, see [`serial`] |
//! | `ramp` | [`ramp_value`]: `x * 65535 / (columns - 1)`, cut |
//! | `constant:N` | `N` |
//! | `file:PATH` | the file's, 3x3 means of it in the 3x3 readout, 0 outside |

mod file;
pub(super) mod filter;
pub mod serial;
pub(super) mod stars;

use std::ops::Range;
use std::time::Duration;

use serial::SerialRow;

use super::spec::{SceneSpec, SpecError};

/// The value of scene `xy`. The product makes any shift visible: no other place has the
/// same surroundings.
pub fn xy_value(column: u32, picture_row: i32) -> u16 {
    let (x, y) = (column, picture_row as u32);
    x.wrapping_mul(7).wrapping_add(y.wrapping_mul(13)).wrapping_add(x.wrapping_mul(y)) as u16
}

/// The value of scene `ramp`.
pub fn ramp_value(column: u32, columns: u32) -> u16 {
    (u64::from(column) * 65535 / u64::from(columns.max(2) - 1)) as u16
}

/// One row of a readout and the time in which it gathers light.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowExposure {
    /// Row of the readout, 0 the first light-sensitive one. Dark rows are never asked for.
    pub(super) picture_row: u32,
    /// Columns before this one are masked.
    pub(super) first_column: u32,
    /// Sensor pixels a side that make one pixel of the readout.
    pub(super) bin: u32,
    /// Whether [`filter::Filter::rggb`] filters lie on the sensor.
    pub(super) colour: bool,
    /// Camera time at which the row begins to gather light.
    pub(super) from: Duration,
    /// Camera time at which it ends.
    pub(super) to: Duration,
}

impl RowExposure {
    /// How long it gathers light.
    pub(super) fn exposure_s(&self) -> f64 {
        self.to.saturating_sub(self.from).as_secs_f64()
    }

    /// The filter of a column.
    pub(super) fn filter(&self, column: u32) -> filter::Filter {
        if self.colour { filter::Filter::rggb(column, self.picture_row as i32) } else { filter::Filter::None }
    }
}

/// Room for the light of one row.
#[derive(Default)]
pub(super) struct RowLight {
    /// Photo-electrons of each column of the readout; stale where the answer does not say
    /// that they count. The length is set by the sensor.
    pub(super) pixels: Vec<f32>,
    /// Columns that differ from the background ([`Light::Patches`]); may overlap.
    pub(super) patches: Vec<Range<usize>>,
}

/// How a row is lit. Numbers are photo-electrons, quantum efficiency and filters included,
/// that one pixel of the sensor gathers; where several make one pixel of the readout, their
/// mean. Pairs of numbers are even and odd columns of the readout.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(dead_code)]
pub(super) enum Light {
    /// Not at all.
    Dark,
    /// Evenly.
    Even([f32; 2]),
    /// Evenly but for [`RowLight::patches`], where [`RowLight::pixels`] hold all there is,
    /// background included.
    Patches([f32; 2]),
    /// As [`RowLight::pixels`] say.
    Pixels,
}

/// A scene that gives light.
///
/// It must answer for any interval, in any order and from any thread, the same each time:
/// frames wait in the memory and are read in pieces, rows are made ahead of their reading.
pub(super) trait World: Send + Sync {
    /// The light of one row.
    fn light(&self, row: &RowExposure, out: &mut RowLight) -> Light;
}

/// A scene ready to be looked at.
pub(super) enum Scene {
    /// Gives values outright.
    Pattern(Pattern),
    /// Gives light.
    World(Box<dyn World>),
}

/// A test pattern.
pub(super) enum Pattern {
    Xy,
    /// Of the camera with this seed.
    Serial(u64),
    Ramp,
    Constant(u16),
    File(file::FileScene),
}

impl Scene {
    pub(super) fn new(spec: &SceneSpec, seed: u64) -> Result<Scene, SpecError> {
        Ok(match spec {
            SceneSpec::Stars => Scene::World(Box::new(stars::StarField::new(seed))),
            SceneSpec::Xy => Scene::Pattern(Pattern::Xy),
            SceneSpec::Serial => Scene::Pattern(Pattern::Serial(seed)),
            SceneSpec::Ramp => Scene::Pattern(Pattern::Ramp),
            SceneSpec::Constant(value) => Scene::Pattern(Pattern::Constant(*value)),
            SceneSpec::File(path) => Scene::Pattern(Pattern::File(file::FileScene::open(path)?)),
        })
    }
}

impl Pattern {
    /// The values of one row; `frame` counts the frames since power-on, `bin` is the
    /// readout's.
    pub(super) fn row(&mut self, frame: u32, picture_row: i32, bin: u32, values: &mut [u16]) {
        let columns = values.len() as u32;
        match self {
            Pattern::Xy => {
                for (x, value) in values.iter_mut().enumerate() {
                    *value = xy_value(x as u32, picture_row);
                }
            }
            Pattern::Serial(seed) => SerialRow::new(*seed, frame, picture_row).fill(values),
            Pattern::Ramp => {
                for (x, value) in values.iter_mut().enumerate() {
                    *value = ramp_value(x as u32, columns);
                }
            }
            Pattern::Constant(constant) => values.fill(*constant),
            Pattern::File(file) => file.row(picture_row, bin, values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xy_tells_any_shift() {
        // A copy moved by (dx, dy) differs somewhere in a small window.
        for dx in -40i32..=40 {
            for dy in -40i32..=40 {
                if (dx, dy) == (0, 0) {
                    continue;
                }
                let same = (0..8).all(|i| {
                    let (x, y) = (4000 + 17 * i, 3000 + 11 * i);
                    xy_value(x as u32, y) == xy_value((x + dx) as u32, y + dy)
                });
                assert!(!same, "shift {dx},{dy}");
            }
        }
    }

    #[test]
    fn ramp_reaches_both_ends() {
        assert_eq!(ramp_value(0, 9600), 0);
        assert_eq!(ramp_value(9599, 9600), 65535);
        assert!(ramp_value(4800, 9600).abs_diff(32771) < 3);
    }
}
