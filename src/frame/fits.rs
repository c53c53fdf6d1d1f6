//! Reads the picture of a simple FITS file (standard 4.0): the primary array, two axes,
//! any sample form. No tables, no compression, no other units of the file.
//!
//! The first row of the file is the first row of the picture, as capture programs write
//! it, unless the file says `ROWORDER = 'BOTTOM-UP'`.

use std::fmt;
use std::io::{self, Read};

use crate::util::Size;

/// Header and data are padded to multiples of this.
const BLOCK: usize = 2880;
const CARD: usize = 80;
/// Longer headers are not read: 9000 cards.
const MAX_HEADER_BLOCKS: usize = 250;

/// Why a file gives no picture.
#[derive(Debug)]
pub enum FitsError {
    /// Reading failed, or the file ends too early.
    Io(io::Error),
    /// It is not a FITS file, or one of another kind. Reads after the name of the file.
    Form(String),
}

impl fmt::Display for FitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FitsError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                f.write_str("ends before the last pixel")
            }
            FitsError::Io(error) => write!(f, "cannot be read: {error}"),
            FitsError::Form(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for FitsError {}

impl From<io::Error> for FitsError {
    fn from(error: io::Error) -> FitsError {
        FitsError::Io(error)
    }
}

fn form<T>(text: impl Into<String>) -> Result<T, FitsError> {
    Err(FitsError::Form(text.into()))
}

/// What of the header matters.
#[derive(Debug, Default)]
struct Header {
    bits: i64,
    axes: i64,
    sides: [Option<i64>; 3],
    zero: Option<f64>,
    scale: Option<f64>,
    bottom_up: bool,
}

/// Reads the values of a picture that must have this size. Nothing is read of one of
/// another size, and a value that is not finite is an error.
pub fn read(file: &mut impl Read, size: Size) -> Result<Vec<f32>, FitsError> {
    let header = read_header(file)?;
    let sides = header.sides.map(|side| side.unwrap_or(1));
    if !(2..=3).contains(&header.axes) || sides[2] != 1 {
        return form(format!("has {} axes; a picture of one channel has two", header.axes));
    }
    if sides[..2] != [i64::from(size.width), i64::from(size.height)] {
        let [width, height, _] = sides;
        return form(format!("is {width}x{height}, not {}x{}", size.width, size.height));
    }
    let decode = decoder(header.bits)?;
    let (zero, scale) = (header.zero.unwrap_or(0.0), header.scale.unwrap_or(1.0));
    let sample = header.bits.unsigned_abs() as usize / 8;
    let width = size.width as usize;
    let mut values = vec![0.0; size.pixels()];
    let mut bytes = vec![0; width * sample];
    for y in 0..size.height as usize {
        file.read_exact(&mut bytes)?;
        let y = if header.bottom_up { size.height as usize - 1 - y } else { y };
        let row = &mut values[y * width..][..width];
        for (value, bytes) in row.iter_mut().zip(bytes.chunks_exact(sample)) {
            *value = (zero + scale * decode(bytes)) as f32;
        }
        if !row.iter().all(|value| value.is_finite()) {
            return form("has pixels without a value");
        }
    }
    Ok(values)
}

/// Reads the first values of the first rows of a picture, as many as asked for and no more.
pub fn read_start(file: &mut impl Read, count: usize) -> Result<Start, FitsError> {
    let header = read_header(file)?;
    let decode = decoder(header.bits)?;
    if header.bottom_up {
        return form("begins with the last row of the picture");
    }
    let (zero, scale) = (header.zero.unwrap_or(0.0), header.scale.unwrap_or(1.0));
    let bits = header.bits.unsigned_abs() as usize;
    let mut bytes = vec![0; count * bits / 8];
    file.read_exact(&mut bytes)?;
    let values = bytes.chunks_exact(bits / 8).map(|bytes| zero + scale * decode(bytes)).collect();
    Ok(Start { bits: header.bits, values })
}

/// The beginning of a picture.
#[derive(Debug)]
pub struct Start {
    /// `BITPIX`.
    pub bits: i64,
    /// The values.
    pub values: Vec<f64>,
}

/// How a sample becomes a number.
fn decoder(bits: i64) -> Result<fn(&[u8]) -> f64, FitsError> {
    Ok(match bits {
        8 => |s| f64::from(s[0]),
        16 => |s| f64::from(i16::from_be_bytes([s[0], s[1]])),
        32 => |s| f64::from(i32::from_be_bytes([s[0], s[1], s[2], s[3]])),
        -32 => |s| f64::from(f32::from_be_bytes([s[0], s[1], s[2], s[3]])),
        -64 => |s| f64::from_be_bytes([s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]]),
        other => return form(format!("has samples of a form that does not exist: BITPIX {other}")),
    })
}

fn read_header(file: &mut impl Read) -> Result<Header, FitsError> {
    let mut header = Header::default();
    let mut block = [0; BLOCK];
    for number in 0..MAX_HEADER_BLOCKS {
        file.read_exact(&mut block).or_else(|_| form("is not a FITS file"))?;
        if number == 0 && !block.starts_with(b"SIMPLE  =") {
            return form("is not a FITS file");
        }
        for card in block.chunks_exact(CARD) {
            let card = String::from_utf8_lossy(card);
            let (key, value) = card.split_once('=').unwrap_or((&card, ""));
            match key.trim_end() {
                "END" => return Ok(header),
                "SIMPLE" if text(value) != "T" => return form("is not a simple FITS file"),
                "BITPIX" => header.bits = number_of(key, value)? as i64,
                "NAXIS" => header.axes = number_of(key, value)? as i64,
                "NAXIS1" => header.sides[0] = Some(number_of(key, value)? as i64),
                "NAXIS2" => header.sides[1] = Some(number_of(key, value)? as i64),
                "NAXIS3" => header.sides[2] = Some(number_of(key, value)? as i64),
                "BZERO" => header.zero = Some(number_of(key, value)?),
                "BSCALE" => header.scale = Some(number_of(key, value)?),
                "ROWORDER" => header.bottom_up = text(value).trim_matches(['\'', ' ']) == "BOTTOM-UP",
                _ => {}
            }
        }
    }
    form("has a header without an end")
}

/// The value of a card without its comment.
fn text(value: &str) -> &str {
    value.split('/').next().unwrap_or_default().trim()
}

fn number_of(key: &str, value: &str) -> Result<f64, FitsError> {
    // FITS allows the D of Fortran for exponents.
    let number = text(value).replace(['D', 'd'], "E").parse().ok().filter(|n: &f64| n.is_finite());
    number.map_or_else(|| form(format!("has a bad {}", key.trim_end())), Ok)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(cards: &[&str], data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for card in cards.iter().chain(&["END"]) {
            bytes.extend(format!("{card:<80}").bytes());
        }
        bytes.resize(bytes.len().next_multiple_of(BLOCK), b' ');
        bytes.extend(data);
        bytes
    }

    fn values(cards: &[&str], data: &[u8]) -> Result<Vec<f32>, String> {
        let plain =
            ["SIMPLE  =                    T / a comment", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 2"];
        let cards: Vec<&str> = plain.iter().chain(cards).copied().collect();
        read(&mut &file(&cards, data)[..], Size::new(3, 2)).map_err(|e| e.to_string())
    }

    #[test]
    fn all_sample_forms_are_read() {
        let same = Ok(vec![1.0, 2.0, 3.0, 4.0, 5.0, 60.0]);
        let numbers = [1i16, 2, 3, 4, 5, 60];
        assert_eq!(values(&["BITPIX  = 8"], &numbers.map(|n| n as u8)), same);
        let data: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        assert_eq!(values(&["BITPIX  = 16"], &data), same);
        let data: Vec<u8> = numbers.iter().flat_map(|n| i32::from(*n).to_be_bytes()).collect();
        assert_eq!(values(&["BITPIX  = 32"], &data), same);
        let data: Vec<u8> = numbers.iter().flat_map(|n| f32::from(*n).to_be_bytes()).collect();
        assert_eq!(values(&["BITPIX  = -32"], &data), same);
        let data: Vec<u8> = numbers.iter().flat_map(|n| f64::from(*n).to_be_bytes()).collect();
        assert_eq!(values(&["BITPIX  = -64"], &data), same);
    }

    #[test]
    fn unsigned_samples_scales_and_row_orders_are_read() {
        let data: Vec<u8> = [0u16, 1, 32767, 32768, 65534, 65535]
            .iter()
            .flat_map(|n| (n.wrapping_sub(32768)).to_be_bytes())
            .collect();
        let unsigned =
            ["BITPIX  =                   16", "BZERO   =              32768.0 / offset", "BSCALE  = 1.0D0"];
        assert_eq!(values(&unsigned, &data), Ok(vec![0.0, 1.0, 32767.0, 32768.0, 65534.0, 65535.0]));
        let upside_down = ["BITPIX  = 8", "ROWORDER= 'BOTTOM-UP' / other", "NAXIS3  = 1"];
        assert_eq!(values(&upside_down, &[1, 2, 3, 4, 5, 6]), Ok(vec![4.0, 5.0, 6.0, 1.0, 2.0, 3.0]));
        let scaled = ["BITPIX  = 8", "BSCALE  = 0.5", "BZERO   = -1", "ROWORDER= 'TOP-DOWN'"];
        assert_eq!(values(&scaled, &[1, 2, 3, 4, 5, 6]), Ok(vec![-0.5, 0.0, 0.5, 1.0, 1.5, 2.0]));
    }

    #[test]
    fn the_beginning_is_read_alone() {
        let cards =
            ["SIMPLE  = T", "BITPIX  = 16", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 2", "BZERO   = 32768"];
        let bytes = file(&cards, &[0x80, 1, 0x7F, 0xFF]);
        let start = read_start(&mut &bytes[..], 2).unwrap();
        assert_eq!((start.bits, start.values), (16, vec![1.0, 65535.0]));
        let why = |bytes: &[u8]| read_start(&mut &bytes[..], 3).unwrap_err().to_string();
        assert_eq!(why(&bytes), "ends before the last pixel");
        let upside_down = [&cards[..], &["ROWORDER= 'BOTTOM-UP'"]].concat();
        assert_eq!(why(&file(&upside_down, &[0; 99])), "begins with the last row of the picture");
        assert_eq!(why(b"SIMPLE"), "is not a FITS file");
    }

    #[test]
    fn other_files_are_refused_with_a_reason() {
        let wrong = |cards: &[&str], data: &[u8]| values(cards, data).unwrap_err();
        assert_eq!(wrong(&["BITPIX  = 8"], &[1, 2, 3, 4, 5]), "ends before the last pixel");
        assert_eq!(wrong(&["BITPIX  = 9"], &[0; 99]), "has samples of a form that does not exist: BITPIX 9");
        assert_eq!(wrong(&["NAXIS2  = 3"], &[0; 99]), "is 3x3, not 3x2");
        assert_eq!(wrong(&["NAXIS1  = -3"], &[0; 99]), "is -3x2, not 3x2");
        assert_eq!(wrong(&["NAXIS1  = three"], &[0; 99]), "has a bad NAXIS1");
        assert_eq!(wrong(&["NAXIS   = 0"], &[0; 99]), "has 0 axes; a picture of one channel has two");
        assert_eq!(
            wrong(&["NAXIS   = 3", "NAXIS3  = 3"], &[0; 99]),
            "has 3 axes; a picture of one channel has two"
        );
        assert_eq!(wrong(&["SIMPLE  = F"], &[0; 99]), "is not a simple FITS file");
        let nan: Vec<u8> = [f32::NAN; 6].iter().flat_map(|n| n.to_be_bytes()).collect();
        assert_eq!(wrong(&["BITPIX  = -32"], &nan), "has pixels without a value");

        let of = |bytes: &[u8]| read(&mut &bytes[..], Size::new(3, 2)).unwrap_err().to_string();
        assert_eq!(of(b""), "is not a FITS file");
        assert_eq!(of(&[b' '; 5000]), "is not a FITS file");
        let mut endless = b"SIMPLE  = T".to_vec();
        endless.resize(MAX_HEADER_BLOCKS * BLOCK + BLOCK, b' ');
        assert_eq!(of(&endless), "has a header without an end");
        assert_eq!(of(&endless[..BLOCK]), "is not a FITS file");
    }

    const KEYS: [&str; 9] =
        ["SIMPLE", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "NAXIS3", "BZERO", "BSCALE", "ROWORDER"];
    const VALUES: [&str; 12] = [
        "T",
        "2",
        "3",
        "1",
        "-64",
        "8",
        "16",
        "1e308",
        "-9e99",
        "'BOTTOM-UP'",
        "99999999999999999999",
        "\u{e9}/",
    ];

    proptest! {
        /// Whatever a file says: a picture of the size that was asked for, or a reason.
        #[test]
        fn damaged_files_do_no_harm(
            cards in proptest::collection::vec((0..KEYS.len(), 0..VALUES.len()), 0..60),
            damage in proptest::collection::vec((0usize..6000, any::<u8>()), 0..4),
            length in 0usize..9000,
        ) {
            let cards: Vec<String> =
                cards.iter().map(|(key, value)| format!("{:<8}= {}", KEYS[*key], VALUES[*value])).collect();
            let good = ["SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 2"];
            let all: Vec<&str> = good.into_iter().chain(cards.iter().map(String::as_str)).collect();
            let mut bytes = file(&all, &[0x7F; 48]);
            for (at, byte) in damage {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            bytes.truncate(length);
            if let Ok(values) = read(&mut &bytes[..], Size::new(3, 2)) {
                prop_assert_eq!(values.len(), 6);
                prop_assert!(values.iter().all(|value| value.is_finite()));
            }
        }
    }
}
