//! A FITS image as the sky: its numbers are photo-electrons a second in a mono pixel, times
//! a factor. It lies in the middle of the sensor and moves by whole pixels with mount,
//! pointing and air; around it there is no light. Rows are read when they are needed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use parking_lot::Mutex;

use super::fits::Image;
use super::optics::{Telescope, Wobble};
use super::{Light, RowExposure, RowLight, Source};
use crate::vcam::spec::SpecError;
use crate::vcam::world::World;

/// Steps of an exposure in which it moves.
const MOST_STEPS: u32 = 16;
/// No pixel gets more than this: a sensor has no use for it.
const MOST_E_PER_S: f64 = 1e12;

/// The scene.
pub(super) struct Sky {
    world: World,
    telescope: Telescope,
    wobble: Wobble,
    image: Image,
    factor: f64,
    reader: Mutex<Reader>,
}

struct Reader {
    file: File,
    bytes: Vec<u8>,
}

impl Sky {
    pub(super) fn open(
        path: &Path,
        factor: f64,
        world: World,
        telescope: Telescope,
        wobble: Wobble,
    ) -> Result<Sky, SpecError> {
        let wrong = |what: &dyn std::fmt::Display| SpecError(format!("sky `{}`: {what}", path.display()));
        let meta = std::fs::metadata(path).map_err(|e| wrong(&e))?;
        if !meta.is_file() {
            return Err(wrong(&"is not a file"));
        }
        let mut file = File::open(path).map_err(|e| wrong(&e))?;
        let mut start = [0; 6];
        if file.read_exact(&mut start).is_err() || &start != b"SIMPLE" {
            return Err(wrong(&"is no FITS file"));
        }
        let image = Image::find(&mut file).map_err(|what| wrong(&what))?;
        let (columns, rows) = telescope.field.size();
        if !(1..=columns).contains(&image.columns) || !(1..=rows).contains(&image.rows) {
            let (x, y) = (image.columns, image.rows);
            return Err(wrong(&format!("FITS image is {x}x{y}, wanted 1x1 to {columns}x{rows}")));
        }
        image.fits_in(meta.len()).map_err(|what| wrong(&what))?;
        let reader = Mutex::new(Reader { file, bytes: Vec::new() });
        Ok(Sky { world, telescope, wobble, image, factor, reader })
    }

    /// Adds a row of the image, `light_s` seconds of it, to pixels that `bin` of its columns
    /// make; its column 0 lies at `at_column`.
    fn add(&self, row: i64, at_column: i64, bin: i64, light: [f64; 2], pixels: &mut [f32]) {
        if !(0..i64::from(self.image.rows)).contains(&row) {
            return;
        }
        let mut reader = self.reader.lock();
        let Reader { file, bytes } = &mut *reader;
        bytes.resize(self.image.row_bytes() as usize, 0);
        let at = self.image.start + row as u64 * self.image.row_bytes();
        // A file that can no longer be read is dark.
        if file.seek(SeekFrom::Start(at)).is_err() || file.read_exact(bytes).is_err() {
            return;
        }
        for (i, sample) in bytes.chunks_exact(self.image.bits.unsigned_abs() as usize / 8).enumerate() {
            let Ok(column) = usize::try_from((at_column + i as i64).div_euclid(bin)) else { continue };
            if let Some(pixel) = pixels.get_mut(column) {
                *pixel += (self.e_per_s(sample) * light[column % 2]) as f32;
            }
        }
    }

    /// The light of a sample; what is no number is dark.
    fn e_per_s(&self, sample: &[u8]) -> f64 {
        let unsigned = sample.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let integer = match self.image.bits {
            8 => unsigned as i64,
            16 => i64::from(unsigned as u16 as i16),
            32 => i64::from(unsigned as u32 as i32),
            _ => unsigned as i64,
        };
        let number = match self.image.bits {
            -32 => f64::from(f32::from_bits(unsigned as u32)),
            -64 => f64::from_bits(unsigned),
            _ if self.image.blank == Some(integer) => f64::NAN,
            _ => integer as f64,
        };
        let e_per_s = (self.image.zero + self.image.scale * number) * self.factor;
        if e_per_s.is_nan() { 0.0 } else { e_per_s.clamp(0.0, MOST_E_PER_S) }
    }
}

impl Source for Sky {
    fn light(&self, row: &RowExposure, out: &mut RowLight) -> Light {
        let mut steps = Vec::new();
        self.world.steps((row.from, row.to), self.telescope.arcsec_per_px, MOST_STEPS, &mut steps);
        if steps.iter().all(|step| step.light_s <= 0.0) {
            return Light::Dark;
        }
        let wobble = self.wobble.mean(row.from, row.to.max(row.from));
        let field = self.telescope.field;
        let (columns, rows) = field.size();
        let left = i64::from(field.first_column) + i64::from(columns - self.image.columns) / 2;
        let top = i64::from(field.first_row) + i64::from(rows - self.image.rows) / 2;
        let bin = i64::from(row.bin);
        out.pixels.fill(0.0);
        for step in steps.iter().filter(|step| step.light_s > 0.0) {
            let (dx, dy) = self.telescope.shift_px((step.place.0 + wobble.0, step.place.1 + wobble.1));
            let light = row.filters().map(|passes| passes * step.light_s / (bin * bin) as f64);
            for k in 0..bin {
                let y = i64::from(row.picture_row) * bin + k - dy.round() as i64;
                self.add(y - top, left + dx.round() as i64, bin, light, &mut out.pixels);
            }
        }
        Light::Pixels
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::fits::tests::{BLOCK, header, sparse};
    use super::super::tests::{Picture, mistake, scene};

    const SECOND: Duration = Duration::from_secs(1);

    fn shown(file: &tempfile::NamedTempFile, options: &str, first_row: u32, rows: u32) -> Picture {
        let scene = scene(&format!("scene=sky:{}{options}", file.path().display()));
        Picture::take(&*scene, first_row..first_row + rows, SECOND, 2 * SECOND)
    }

    #[test]
    fn numbers_are_electrons_a_second_in_the_middle_of_the_sensor() {
        // 4x2 pixels lie at column 24 + 4786 and row 3193.
        let mut bytes = header(-32, 4, 2, &[]);
        for number in [1.0f32, 2.0, 3.0, 4.0, 5.5, f32::NAN, f32::NEG_INFINITY, -6.0] {
            bytes.extend(number.to_be_bytes());
        }
        let file = sparse(BLOCK as u64 + 32, &[(0, &bytes)]);
        let picture = shown(&file, "", 3192, 4);
        assert_eq!(picture.rows[1][4809..4815], [0.0, 2.0, 4.0, 6.0, 8.0, 0.0]);
        assert_eq!(picture.rows[2][4809..4815], [0.0, 11.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(picture.rows[0].iter().chain(&picture.rows[3]).all(|e| *e == 0.0));
        // The telescope points one row to the north and two columns to the west.
        let picture = shown(&file, "&sky_scale=10&pointing=-1.6:0.8", 3192, 4);
        assert_eq!(picture.rows[2][4807..4813], [0.0, 20.0, 40.0, 60.0, 80.0, 0.0]);
    }

    #[test]
    fn every_kind_of_number_is_understood() {
        let file = |bits: i32, more: &[&str], sample: &[u8]| {
            let bytes = [header(bits, 1, 1, more), sample.to_vec()].concat();
            sparse(bytes.len() as u64, &[(0, &bytes)])
        };
        for (bits, more, sample, e) in [
            (8, &[][..], &[200u8][..], 200.0f32),
            (16, &["BZERO   = 32768"], &0x8001u16.to_be_bytes(), 1.0),
            (16, &["BLANK   = -2", "BZERO   = 50"], &0xFFFEu16.to_be_bytes(), 0.0),
            (32, &["BSCALE  = 0.5"], &70_000i32.to_be_bytes(), 35_000.0),
            (64, &[], &3i64.to_be_bytes(), 3.0),
            (-64, &[], &1.25f64.to_be_bytes(), 1.25),
            (-64, &[], &f64::INFINITY.to_be_bytes(), 1e12),
        ] {
            // A single pixel lies left of and above the very middle.
            let got = shown(&file(bits, more, sample), "", 3193, 1).rows[0][24 + 4787];
            assert_eq!(got, 2.0 * e, "{bits} {more:?}");
        }
    }

    #[test]
    fn what_is_no_sky_is_named() {
        let text = |path: &std::path::Path| mistake(&format!("scene=sky:{}", path.display()));
        assert!(text(std::path::Path::new("/no/such/file")).contains("/no/such/file"));
        assert!(text(std::env::temp_dir().as_path()).contains("is not a file"));
        let file = |columns, rows, len| sparse(len, &[(0, &header(16, columns, rows, &[]))]);
        assert!(text(sparse(10_000, &[]).path()).contains("no FITS"));
        assert!(text(sparse(3, &[]).path()).contains("no FITS"));
        assert!(text(file(9577, 1, 1 << 20).path()).contains("9577x1, wanted 1x1 to 9576x6388"));
        assert!(text(file(0, 5, 1 << 20).path()).contains("0x5"));
        assert!(text(file(100, 100, 4000).path()).contains("too early"));
    }

    #[test]
    fn a_file_that_shrinks_goes_dark() {
        let bytes = [header(8, 1, 1, &[]), vec![9]].concat();
        let file = sparse(bytes.len() as u64, &[(0, &bytes)]);
        let scene = scene(&format!("scene=sky:{}", file.path().display()));
        file.as_file().set_len(100).unwrap();
        let picture = Picture::take(&*scene, 3193..3194, SECOND, SECOND);
        assert!(picture.rows[0].iter().all(|e| *e == 0.0));
    }
}
