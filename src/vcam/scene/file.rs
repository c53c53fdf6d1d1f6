//! A picture from a file: the whole frame (9600x6422 of a QHY600) as bare 16-bit
//! little-endian samples, or a 16-bit FITS image of the whole frame or of its
//! light-sensitive area (9576x6388). Rows are read when they are needed; nothing is kept.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::fits;
use crate::util::Size;
use crate::vcam::sensor::Picture;
use crate::vcam::spec::SpecError;

/// An open picture file.
pub(in crate::vcam) struct FileScene {
    file: File,
    form: Form,
    bytes: Vec<u8>,
    sums: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    /// Byte of the first sample.
    start: u64,
    columns: u32,
    rows: u32,
    /// Column on the bus and picture row of the first sample.
    at: (u32, u32),
    samples: Samples,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Samples {
    LittleEndian,
    /// FITS; `zero` is added to the signed number.
    BigEndianSigned {
        zero: i32,
    },
}

impl FileScene {
    /// Opens a file and looks at its form.
    pub(super) fn open(path: &Path, picture: Picture) -> Result<FileScene, SpecError> {
        let wrong =
            |what: &dyn std::fmt::Display| SpecError(format!("scene file `{}`: {what}", path.display()));
        let mut file = File::open(path).map_err(|e| wrong(&e))?;
        let meta = file.metadata().map_err(|e| wrong(&e))?;
        if !meta.is_file() {
            return Err(wrong(&"is not a file"));
        }
        let form = find_form(&mut file, meta.len(), &picture).map_err(|what| wrong(&what))?;
        Ok(FileScene { file, form, bytes: Vec::new(), sums: Vec::new() })
    }

    /// The values of one row of a readout that makes one pixel of `bin` x `bin`. Where
    /// the file has nothing, or can no longer be read, the values are 0.
    pub(super) fn row(&mut self, picture_row: i32, bin: u32, values: &mut [u16]) {
        values.fill(0);
        let Ok(first) = u32::try_from(i64::from(picture_row) * i64::from(bin)) else { return };
        let mut sums = std::mem::take(&mut self.sums);
        sums.clear();
        sums.resize(values.len(), 0);
        for row in first..first + bin {
            self.add_row(row, bin, &mut sums);
        }
        for (value, sum) in values.iter_mut().zip(&sums) {
            *value = (sum / (bin * bin)) as u16;
        }
        self.sums = sums;
    }

    fn add_row(&mut self, row: u32, bin: u32, sums: &mut [u32]) {
        let form = self.form;
        let Some(row) = row.checked_sub(form.at.1).filter(|row| *row < form.rows) else { return };
        let len = form.columns as usize * 2;
        self.bytes.resize(len, 0);
        let at = form.start + u64::from(row) * len as u64;
        if self.file.seek(SeekFrom::Start(at)).is_err() || self.file.read_exact(&mut self.bytes).is_err() {
            return;
        }
        for (i, pair) in self.bytes.chunks_exact(2).enumerate() {
            let value = match form.samples {
                Samples::LittleEndian => u16::from_le_bytes([pair[0], pair[1]]),
                Samples::BigEndianSigned { zero } => {
                    (i32::from(i16::from_be_bytes([pair[0], pair[1]])) + zero).clamp(0, 65535) as u16
                }
            };
            let column = (form.at.0 as usize + i) / bin as usize;
            if let Some(sum) = sums.get_mut(column) {
                *sum += u32::from(value);
            }
        }
    }
}

fn find_form(file: &mut File, len: u64, picture: &Picture) -> Result<Form, String> {
    let mut start = [0; 6];
    if file.read_exact(&mut start).is_ok() && &start == b"SIMPLE" {
        return fits_form(file, len, picture);
    }
    let (columns, rows) = (picture.size.width, picture.size.height);
    let wanted = u64::from(columns) * u64::from(rows) * 2;
    if len != wanted {
        return Err(format!(
            "is {len} bytes long; a bare frame of {columns}x{rows} 16-bit samples has {wanted}, and it is no FITS file"
        ));
    }
    Ok(Form { start: 0, columns, rows, at: (picture.first_column, 0), samples: Samples::LittleEndian })
}

fn fits_form(file: &mut File, len: u64, picture: &Picture) -> Result<Form, String> {
    let image = fits::Image::find(file)?;
    if image.bits != 16 {
        return Err(format!("FITS image has BITPIX {}, wanted 16", image.bits));
    }
    let (whole, lit) = (picture.size, picture.lit);
    let (x, y) = match Size::new(image.columns, image.rows) {
        size if size == whole => (0, 0),
        size if size == lit.size() => (lit.x, lit.y),
        size => {
            return Err(format!(
                "FITS image is {}x{}, wanted {}x{} or {}x{}",
                size.width, size.height, whole.width, whole.height, lit.width, lit.height
            ));
        }
    };
    let at = (picture.first_column + x, y);
    image.fits_in(len)?;
    let samples = Samples::BigEndianSigned { zero: image.zero as i32 };
    Ok(Form { start: image.start, columns: image.columns, rows: image.rows, at, samples })
}

#[cfg(test)]
mod tests {
    use super::fits::tests::{BLOCK, header, sparse};
    use super::*;

    fn picture() -> Picture {
        crate::vcam::sensor::Chip::of(crate::model::by_name("QHY600M").unwrap()).picture
    }

    fn fits_header(columns: u32, rows: u32) -> Vec<u8> {
        header(16, columns, rows, &["BZERO   =                32768"])
    }

    #[test]
    fn bare_samples_are_found_at_their_place() {
        let at = (9600u64 * 100 + 33) * 2;
        let file = sparse(9600 * 6422 * 2, &[(at, &[0x34, 0x12])]);
        let mut scene = FileScene::open(file.path(), picture()).unwrap();
        let mut values = vec![7; 9600];
        scene.row(100, 1, &mut values);
        assert_eq!((values[33], values[32], values[34]), (0x1234, 0, 0));
        scene.row(-1, 1, &mut values);
        assert!(values.iter().all(|v| *v == 0));
        // In the 3x3 readout it is one of nine.
        let mut values = vec![7; 3200];
        scene.row(33, 3, &mut values);
        assert_eq!((values[11], values[10]), (0x1234 / 9, 0));
    }

    #[test]
    fn a_fits_image_of_the_lit_area_goes_behind_the_masked_columns() {
        let at = BLOCK as u64 + (9576 * 5 + 2) * 2;
        let header = fits_header(9576, 6388);
        let file = sparse(BLOCK as u64 + 9576 * 6388 * 2, &[(0, &header), (at, &[0x80, 0x07])]);
        let mut scene = FileScene::open(file.path(), picture()).unwrap();
        let mut values = vec![0; 9600];
        scene.row(5, 1, &mut values);
        assert_eq!((values[26], values[23], values[27]), (7, 0, 32768));
    }

    #[test]
    fn unusable_files_are_refused_with_the_reason() {
        let refused =
            |file: &tempfile::NamedTempFile| FileScene::open(file.path(), picture()).err().unwrap().0;
        assert!(refused(&sparse(1000, &[])).contains("1000 bytes"));
        assert!(refused(&sparse(1000, &[(0, b"SIMPLE")])).contains("without an end"));
        assert!(refused(&sparse(BLOCK as u64, &[(0, &fits_header(9600, 6422))])).contains("too early"));
        assert!(refused(&sparse(BLOCK as u64, &[(0, &fits_header(96, 64))])).contains("96x64"));
        assert!(
            FileScene::open(Path::new("/no/such/file"), picture()).err().unwrap().0.contains("/no/such/file")
        );
    }
}
