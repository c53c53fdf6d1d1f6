//! The header of a FITS image: where its samples are and what they mean.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// FITS files come in blocks of this size, of cards of 80 characters.
const BLOCK: usize = 2880;
const CARD: usize = 80;
/// A header longer than this many blocks is not one of a picture.
const MOST_BLOCKS: u64 = 100;

/// The image of a FITS file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Image {
    /// Byte of the first sample.
    pub(super) start: u64,
    /// `BITPIX`: 8, 16, 32, 64, or -32 and -64 for floating point.
    pub(super) bits: i32,
    pub(super) columns: u32,
    pub(super) rows: u32,
    /// A sample means `zero + scale * number`.
    pub(super) zero: f64,
    pub(super) scale: f64,
    /// The number that stands for no value.
    pub(super) blank: Option<i64>,
}

impl Image {
    /// Reads the header of a file.
    pub(super) fn find(file: &mut File) -> Result<Image, String> {
        let mut image = Image { start: 0, bits: 0, columns: 0, rows: 0, zero: 0.0, scale: 1.0, blank: None };
        let mut axes = 0;
        let mut block = [0; BLOCK];
        file.seek(SeekFrom::Start(0)).map_err(|e| e.to_string())?;
        for blocks in 1..=MOST_BLOCKS {
            file.read_exact(&mut block).map_err(|_| "FITS header without an end".to_owned())?;
            for card in block.chunks_exact(CARD) {
                let text = String::from_utf8_lossy(card);
                let name = text.get(..8).unwrap_or("").trim_end();
                let value = text.get(10..).unwrap_or("").split('/').next().unwrap_or("").trim();
                let number = value.parse::<f64>();
                match name {
                    "BITPIX" => image.bits = number.unwrap_or(0.0) as i32,
                    "NAXIS" => axes = number.unwrap_or(0.0) as u32,
                    "NAXIS1" => image.columns = number.unwrap_or(0.0) as u32,
                    "NAXIS2" => image.rows = number.unwrap_or(0.0) as u32,
                    "BZERO" => image.zero = number.unwrap_or(0.0),
                    "BSCALE" => image.scale = number.unwrap_or(1.0),
                    "BLANK" => image.blank = value.parse().ok(),
                    "END" => {
                        image.start = blocks * BLOCK as u64;
                        return image.checked(axes);
                    }
                    _ => {}
                }
            }
        }
        Err("FITS header without an end".to_owned())
    }

    /// Bytes of a row.
    pub(super) fn row_bytes(&self) -> u64 {
        u64::from(self.columns) * u64::from(self.bits.unsigned_abs()) / 8
    }

    /// Says if a file of `len` bytes is too short for it.
    pub(super) fn fits_in(&self, len: u64) -> Result<(), String> {
        let samples = self.row_bytes().saturating_mul(u64::from(self.rows));
        if len < self.start.saturating_add(samples) {
            return Err("FITS image ends too early".to_owned());
        }
        Ok(())
    }

    fn checked(self, axes: u32) -> Result<Image, String> {
        if !matches!(self.bits, 8 | 16 | 32 | 64 | -32 | -64) || axes != 2 {
            return Err(format!("FITS image has BITPIX {} and {axes} axes, wanted numbers and 2", self.bits));
        }
        Ok(self)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    pub(in super::super) const BLOCK: usize = super::BLOCK;

    /// A sparse file: only the places written take room.
    pub(in super::super) fn sparse(len: u64, parts: &[(u64, &[u8])]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(len).unwrap();
        for (at, bytes) in parts {
            file.seek(SeekFrom::Start(*at)).unwrap();
            file.write_all(bytes).unwrap();
        }
        file
    }

    /// A header with some cards more.
    pub(in super::super) fn header(bits: i32, columns: u32, rows: u32, more: &[&str]) -> Vec<u8> {
        let mut cards = vec![
            "SIMPLE  =                    T".to_owned(),
            format!("BITPIX  = {bits:>20} / bits"),
            "NAXIS   =                    2".to_owned(),
            format!("NAXIS1  = {columns:>20}"),
            format!("NAXIS2  = {rows:>20}"),
        ];
        cards.extend(more.iter().map(|card| (*card).to_owned()));
        cards.push("END".to_owned());
        let mut header: Vec<u8> = cards.iter().flat_map(|card| format!("{card:<80}").into_bytes()).collect();
        header.resize(BLOCK, b' ');
        header
    }

    #[test]
    fn a_header_tells_what_its_numbers_mean() {
        let header = header(-32, 40, 30, &["BSCALE  =    2.5 / e", "BZERO   = -1", "BLANK   = -32768"]);
        let mut file = sparse(BLOCK as u64 + 4800, &[(0, &header)]);
        let image = Image::find(file.as_file_mut()).unwrap();
        let wanted = Image {
            start: BLOCK as u64,
            bits: -32,
            columns: 40,
            rows: 30,
            zero: -1.0,
            scale: 2.5,
            blank: Some(-32768),
        };
        assert_eq!(image, wanted);
        assert_eq!(image.fits_in(BLOCK as u64 + 4800), Ok(()));
        assert!(image.fits_in(BLOCK as u64 + 4799).unwrap_err().contains("too early"));
    }

    #[test]
    fn other_numbers_and_cubes_are_refused() {
        for (bits, axes, named) in [(12, 2, "BITPIX 12"), (0, 2, "BITPIX 0"), (16, 3, "3 axes")] {
            let text = header(bits, 4, 4, &[&format!("NAXIS   = {axes}")]);
            let mut file = sparse(1 << 16, &[(0, &text)]);
            let mistake = Image::find(file.as_file_mut()).unwrap_err();
            assert!(mistake.contains(named), "{mistake}");
        }
        let mut huge = sparse(1 << 16, &[(0, &header(-64, u32::MAX, u32::MAX, &[]))]);
        assert!(Image::find(huge.as_file_mut()).unwrap().fits_in(1 << 16).is_err());
    }
}
