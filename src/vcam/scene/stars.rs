//! A field of stars on a sky. The same seed is the same sky for ever, whatever telescope
//! looks at it; a star moves with the mount, the pointing and the air only.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::catalogue;
use super::optics::{Spot, Telescope, Wobble};
use super::{Light, RowExposure, RowLight, Source};
use crate::vcam::world::{Step, World};

/// A star is drawn out to where it gives this much of the sky.
const CUT: f64 = 0.01;
/// One that gives less than this in its middle is left out.
const FAINTEST: f64 = 0.02;
/// No star reaches farther than this, unless it is out of focus.
const FARTHEST_PX: f64 = 90.0;
/// A field has no more stars than this, in the mean.
const MOST: f64 = 30_000.0;
/// Steps of an exposure in which the stars move.
const MOST_STEPS: u32 = 64;
/// Plates are kept for so many views at once.
const PLATES: usize = 4;

/// The scene.
pub(super) struct StarField {
    world: World,
    telescope: Telescope,
    wobble: Wobble,
    seed: u64,
    /// Magnitude of the faintest stars.
    limit: usize,
    plates: Mutex<Vec<Arc<Plate>>>,
}

/// The stars around one pointing, ready to be drawn in one seeing and focus.
struct Plate {
    /// What it holds, in arcseconds.
    east: Range<f64>,
    north: Range<f64>,
    spot: Spot,
    sky_e_per_s: f64,
    /// Sorted by row.
    stars: Vec<Star>,
    farthest_px: f64,
}

/// A star as it is drawn with the telescope at place 0. Adding where it points gives column
/// and picture row, unbinned.
#[derive(Clone, Copy, Debug)]
struct Star {
    x: f64,
    y: f64,
    /// Electrons per second in the brightest pixel.
    peak: f64,
    radius: f64,
    /// From red to blue.
    heat: f64,
}

/// What one star adds to one row.
struct Stroke {
    columns: Range<usize>,
    /// From the star's centre to the first unbinned column, and to the row.
    first_dx: f64,
    dy: f64,
    /// Electrons in the middle of the star, for even and odd columns of the readout.
    peaks: [f64; 2],
}

impl StarField {
    pub(super) fn new(world: World, telescope: Telescope, wobble: Wobble, seed: u64) -> StarField {
        let (columns, rows) = telescope.field.size();
        let degree_per_px = telescope.arcsec_per_px / 3600.0;
        let square = f64::from(columns) * f64::from(rows) * degree_per_px * degree_per_px;
        let limit = catalogue::limit(square, MOST);
        StarField { world, telescope, wobble, seed, limit, plates: Mutex::default() }
    }

    /// The plate that shows every star there is to be seen from these places.
    fn plate(&self, spot: Spot, sky_e_per_s: f64, steps: &[Step]) -> Arc<Plate> {
        let reach = |axis: fn(&Step) -> f64| {
            let ends = (f64::INFINITY, f64::NEG_INFINITY);
            steps.iter().map(axis).fold(ends, |(min, max), at| (min.min(at), max.max(at)))
        };
        let (east, north) = (reach(|step| step.place.0), reach(|step| step.place.1));
        let (columns, rows) = self.telescope.field.size();
        let radius_px = farthest_px(spot);
        let half = |pixels: u32| (f64::from(pixels) / 2.0 + radius_px + 1.0) * self.telescope.arcsec_per_px;
        let wanted =
            (east.0 - half(columns)..east.1 + half(columns), north.0 - half(rows)..north.1 + half(rows));
        let mut plates = self.plates.lock();
        let fits = |plate: &Arc<Plate>| {
            plate.spot == spot
                && plate.sky_e_per_s == sky_e_per_s
                && covers(&plate.east, &wanted.0)
                && covers(&plate.north, &wanted.1)
        };
        if let Some(plate) = plates.iter().find(|plate| fits(plate)) {
            return plate.clone();
        }
        // With some sky around it, which drift and guiding will bring into view.
        let spare = half(rows) / 8.0;
        let with_spare = |side: Range<f64>| side.start - spare..side.end + spare;
        let plate = Arc::new(Plate::new(self, spot, sky_e_per_s, with_spare(wanted.0), with_spare(wanted.1)));
        if plates.len() == PLATES {
            plates.remove(0);
        }
        plates.push(plate.clone());
        plate
    }
}

fn covers(a: &Range<f64>, b: &Range<f64>) -> bool {
    a.start <= b.start && a.end >= b.end
}

fn farthest_px(spot: Spot) -> f64 {
    FARTHEST_PX.max(2.0 * spot.scale_px)
}

impl Plate {
    fn new(field: &StarField, spot: Spot, sky_e_per_s: f64, east: Range<f64>, north: Range<f64>) -> Plate {
        let telescope = &field.telescope;
        let centre = telescope.field.centre();
        let draw = |star: &catalogue::Star| {
            let flux = telescope.e_per_s(star.magnitude);
            let height = flux / spot.volume(f64::INFINITY);
            if height < FAINTEST * sky_e_per_s {
                return None;
            }
            let least = 2.0 * spot.scale_px;
            let radius = spot.reach_px(height, CUT * sky_e_per_s).clamp(least, farthest_px(spot));
            let (dx, dy) = telescope.shift_px(star.place);
            // What is cut off is given to the rest, so that its light is its magnitude's.
            let peak = flux / spot.volume(radius);
            Some(Star { x: centre.0 - dx, y: centre.1 - dy, peak, radius, heat: star.heat })
        };
        let all = catalogue::stars(field.seed, east.clone(), north.clone(), field.limit);
        let mut stars: Vec<Star> = all.iter().filter_map(draw).collect();
        stars.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
        let farthest_px = stars.iter().fold(0.0, |most: f64, star| most.max(star.radius));
        Plate { east, north, spot, sky_e_per_s, stars, farthest_px }
    }

    /// The stars that may touch rows from `top` to `bottom` of the telescope at place 0.
    fn near(&self, top: f64, bottom: f64) -> impl Iterator<Item = &Star> {
        let first = self.stars.partition_point(|star| star.y < top - self.farthest_px);
        self.stars[first..]
            .iter()
            .take_while(move |star| star.y <= bottom + self.farthest_px)
            .filter(move |star| star.y + star.radius >= top && star.y - star.radius <= bottom)
    }
}

impl Star {
    /// Light in the colours of even and odd columns.
    fn tints(&self, row: &RowExposure) -> [f64; 2] {
        use super::filter::Filter;
        [0, 1].map(|column| {
            let filter = row.filter(column);
            filter.passes()
                * match filter {
                    Filter::Red => 1.0 - 0.8 * self.heat,
                    Filter::Blue => 1.0 + 0.8 * self.heat,
                    Filter::None | Filter::Green => 1.0,
                }
        })
    }
}

impl Source for StarField {
    fn light(&self, row: &RowExposure, out: &mut RowLight) -> Light {
        let middle: Duration = row.from + (row.to.saturating_sub(row.from)) / 2;
        let telescope = &self.telescope;
        let (spot, sky_e_per_s) = self.world.dials_at(middle, |dials| {
            let spot = telescope.spot(dials.seeing_arcsec, dials.focus_um);
            (spot, telescope.surface_e_per_s(dials.sky_mag))
        });
        let mut steps = Vec::new();
        let least_arcsec = spot.fwhm_px * telescope.arcsec_per_px / 4.0;
        self.world.steps((row.from, row.to), least_arcsec, MOST_STEPS, &mut steps);
        let wobble = self.wobble.mean(row.from, row.to.max(row.from));
        for step in &mut steps {
            step.place = (step.place.0 + wobble.0, step.place.1 + wobble.1);
        }
        let light_s: f64 = steps.iter().map(|step| step.light_s).sum();
        if light_s <= 0.0 {
            return Light::Dark;
        }
        let plate = self.plate(spot, sky_e_per_s, &steps);
        let background = row.filters().map(|passes| (sky_e_per_s * light_s * passes) as f32);
        let mut strokes = strokes(&plate, telescope, row, &steps, out.pixels.len());
        strokes.sort_unstable_by_key(|stroke| (stroke.columns.start, stroke.columns.end));
        out.patches.clear();
        for Stroke { columns, .. } in &strokes {
            match out.patches.last_mut() {
                Some(patch) if patch.end >= columns.start => patch.end = patch.end.max(columns.end),
                _ => out.patches.push(columns.clone()),
            }
        }
        // Light of stars that overlap adds up on a background that is laid first.
        for patch in &out.patches {
            for column in patch.clone() {
                out.pixels[column] = background[column % 2];
            }
        }
        for stroke in &strokes {
            stroke.draw(plate.spot.scale_px, row.bin, &mut out.pixels);
        }
        Light::Patches(background)
    }
}

/// All that stars add to a row.
fn strokes(
    plate: &Plate,
    telescope: &Telescope,
    row: &RowExposure,
    steps: &[Step],
    columns: usize,
) -> Vec<Stroke> {
    let bin = f64::from(row.bin);
    let mut strokes = Vec::new();
    for step in steps.iter().filter(|step| step.light_s > 0.0) {
        let (dx, dy) = telescope.shift_px(step.place);
        // Of the light of a larger pixel each row and column of it has its part.
        let weight = step.light_s / (bin * bin);
        for y in 0..row.bin {
            let y = f64::from(row.picture_row * row.bin + y);
            for star in plate.near(y - dy, y - dy) {
                let (star_x, away) = (star.x + dx, y - dy - star.y);
                let half = (star.radius * star.radius - away * away).max(0.0).sqrt();
                let first = ((star_x - half) / bin).floor().max(f64::from(row.first_column));
                let behind = ((star_x + half) / bin).floor() + 1.0;
                if behind <= first {
                    continue;
                }
                let range = first as usize..columns.min(behind as usize);
                if range.is_empty() {
                    continue;
                }
                let peaks = star.tints(row).map(|tint| star.peak * tint * weight);
                strokes.push(Stroke { columns: range, first_dx: first * bin - star_x, dy: away, peaks });
            }
        }
    }
    strokes
}

/// Pixels that are drawn at once.
const LANES: usize = 4;

impl Stroke {
    fn draw(&self, scale_px: f64, bin: u32, pixels: &mut [f32]) {
        let per_square = (1.0 / (scale_px * scale_px)) as f32;
        let level = 1.0 + (self.dy * self.dy) as f32 * per_square;
        let odd = self.columns.start % 2;
        let pixels = &mut pixels[self.columns.clone()];
        let peaks: [f32; LANES] = std::array::from_fn(|i| self.peaks[(odd + i) % 2] as f32);
        let step = bin as f32;
        for k in 0..bin {
            let mut dx = (self.first_dx + f64::from(k)) as f32;
            // Written so that the compiler makes vectors of it.
            let light = |dx: f32, i: usize| {
                let dx = dx + i as f32 * step;
                let q = level + dx * dx * per_square;
                peaks[i] / (q * q * q)
            };
            let mut lanes = pixels.chunks_exact_mut(LANES);
            for four in &mut lanes {
                for (i, pixel) in four.iter_mut().enumerate() {
                    *pixel += light(dx, i);
                }
                dx += LANES as f32 * step;
            }
            for (i, pixel) in lanes.into_remainder().iter_mut().enumerate() {
                *pixel += light(dx, i);
            }
        }
    }
}

#[cfg(test)]
mod tests;
