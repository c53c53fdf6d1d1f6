//! What the sensor looks at.
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
pub mod serial;
pub(super) mod stars;

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

/// A scene ready to be looked at.
pub(super) enum Scene {
    /// Gives values outright.
    Pattern(Pattern),
    /// Gives light.
    Stars(stars::StarField),
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
            SceneSpec::Stars => Scene::Stars(stars::StarField::new(seed)),
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
