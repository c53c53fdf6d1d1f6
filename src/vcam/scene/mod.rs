//! What the sensor looks at.
//!
//! A `Source` gives light: the photo-electrons of one row of a readout over the interval
//! in which that row is exposed. Noise, dark current, gain and defects are the sensor's.
//!
//! Test patterns give the value of each pixel outright, whatever exposure, gain and
//! noise are, so that a picture proves geometry and byte order. Places are columns and
//! rows of the whole picture of a single frame (what is sent before it is negative). In the 3x3 readout they count its own, larger pixels.
//!
//! | scene | value |
//! |---|---|
//! | `xy` | [`xy_value`]: `(7 x + 13 y + x y) mod 65536` |
//! | `serial` | tells camera, frame and place, see [`serial`] |
//! | `ramp` | [`ramp_value`]: `x * 65535 / (columns - 1)`, cut |
//! | `constant:N` | `N` |
//! | `file:PATH` | the file's, 3x3 means of it in the 3x3 readout, 0 outside |

mod catalogue;
mod file;
pub(super) mod filter;
mod fits;
mod flat;
pub(super) mod optics;
mod planet;
pub mod serial;
mod sky;
mod stars;

use std::ops::Range;
use std::time::Duration;

use filter::Filter;
use optics::{Telescope, Wobble};
use serial::SerialRow;

use super::sensor;
use super::spec::{DeviceSpec, SceneSpec, SpecError};
use super::world::World;

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
    /// Row of the picture. Dark rows are never asked for.
    pub(super) picture_row: u32,
    /// Columns before this one are masked.
    pub(super) first_column: u32,
    /// Sensor pixels a side that make one pixel of the readout.
    pub(super) bin: u32,
    /// The filters of even and odd columns.
    pub(super) filters: [Filter; 2],
    /// Camera time at which the row begins to gather light.
    pub(super) from: Duration,
    /// Camera time at which it ends.
    pub(super) to: Duration,
}

impl RowExposure {
    /// The filter of a column.
    pub(super) fn filter(&self, column: u32) -> Filter {
        self.filters[column as usize % 2]
    }

    /// What the filters of even and odd columns let through.
    fn filters(&self) -> [f64; 2] {
        self.filters.map(Filter::passes)
    }

    /// An even light of so many photo-electrons in a mono pixel.
    fn even(&self, electrons: f64) -> Light {
        if electrons > 0.0 {
            Light::Even(self.filters().map(|passes| (electrons * passes) as f32))
        } else {
            Light::Dark
        }
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
pub(super) trait Source: Send + Sync {
    /// The light of one row.
    fn light(&self, row: &RowExposure, out: &mut RowLight) -> Light;
}

/// A scene ready to be looked at.
pub(super) enum Scene {
    /// Gives values outright.
    Pattern(Pattern),
    /// Gives light.
    Lit(Box<dyn Source>),
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

/// Focal length for stars and for a planet, unless the order names one.
const STARS_FOCAL_MM: f64 = 1000.0;
const PLANET_FOCAL_MM: f64 = 5000.0;
/// Wobble of a planet, unless the order names one. Stars have none.
const PLANET_WOBBLE_ARCSEC: f64 = 0.5;

impl Scene {
    /// The scene that is ordered, with all else as it is by default.
    #[cfg(test)]
    pub(super) fn new(scene: &SceneSpec, seed: u64) -> Result<Scene, SpecError> {
        let Some(model) = crate::model::by_name("QHY600M") else { unreachable!() };
        let spec = DeviceSpec { scene: scene.clone(), seed, ..DeviceSpec::new(model) };
        Scene::of_camera(&spec, &spec.world())
    }

    /// What a camera looks at.
    pub(super) fn of_camera(spec: &DeviceSpec, world: &World) -> Result<Scene, SpecError> {
        let picture = sensor::Chip::of(spec.model).picture;
        let field = picture.field();
        let world = world.clone();
        let telescope = |focal_mm| Telescope::new(&spec.optics, focal_mm, field);
        let wobble = |usual| Wobble::new(spec.seed, spec.optics.wobble_arcsec.unwrap_or(usual));
        let source: Box<dyn Source> = match &spec.scene {
            SceneSpec::Xy => return Ok(Scene::Pattern(Pattern::Xy)),
            SceneSpec::Serial => return Ok(Scene::Pattern(Pattern::Serial(spec.seed))),
            SceneSpec::Ramp => return Ok(Scene::Pattern(Pattern::Ramp)),
            SceneSpec::Constant(value) => return Ok(Scene::Pattern(Pattern::Constant(*value))),
            SceneSpec::File(path) => {
                return Ok(Scene::Pattern(Pattern::File(file::FileScene::open(path, picture)?)));
            }
            SceneSpec::Stars => {
                Box::new(stars::StarField::new(world, telescope(STARS_FOCAL_MM), wobble(0.0), spec.seed))
            }
            SceneSpec::Dark => Box::new(flat::Dark),
            SceneSpec::Flat { e_per_s } => Box::new(flat::Flat { world, e_per_s: *e_per_s }),
            SceneSpec::Planet { arcsec } => Box::new(planet::Planet::new(
                world,
                telescope(PLANET_FOCAL_MM),
                wobble(PLANET_WOBBLE_ARCSEC),
                *arcsec,
            )),
            SceneSpec::Terminator { e_per_s, period } => {
                Box::new(flat::Terminator { world, e_per_s: *e_per_s, period: *period })
            }
            SceneSpec::Sky(path) => {
                let telescope = telescope(STARS_FOCAL_MM);
                Box::new(sky::Sky::open(path, spec.optics.sky_scale, world, telescope, wobble(0.0))?)
            }
        };
        let corner = spec.optics.vignette_percent / 100.0;
        Ok(Scene::Lit(if corner > 0.0 {
            Box::new(flat::Vignette { scene: source, field, corner })
        } else {
            source
        }))
    }
}

impl Pattern {
    /// The values of one row of a readout; `frame` counts the frames since power-on.
    pub(super) fn row(
        &mut self,
        frame: u32,
        picture_row: i32,
        readout: &sensor::Readout,
        values: &mut [u16],
    ) {
        let first = readout.first_column;
        let columns = values.len() as u32;
        match self {
            Pattern::Xy => {
                for (x, value) in values.iter_mut().enumerate() {
                    *value = xy_value((x as u32).wrapping_sub(first), picture_row);
                }
            }
            Pattern::Serial(seed) => SerialRow::new(*seed, frame, picture_row).fill(first, values),
            Pattern::Ramp => {
                for (x, value) in values.iter_mut().enumerate() {
                    *value = ramp_value(x as u32, columns);
                }
            }
            Pattern::Constant(constant) => values.fill(*constant),
            Pattern::File(file) => file.row(picture_row, readout.bin, values),
        }
    }
}

#[cfg(test)]
mod tests;
