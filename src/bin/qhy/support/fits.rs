//! Writes one image as a FITS file (standard 4.0): a single primary HDU. No reading, no
//! tables, no compression.

use std::io::{self, Write};

/// Header and data are padded to multiples of this.
const BLOCK: usize = 2880;
const CARD: usize = 80;
/// Longest text that fits one card: 80 less keyword, `= ` and two quotes.
const MAX_TEXT: usize = 68;

/// Size and sample form of an image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bits a sample: 8 or 16, unsigned.
    pub bits: u32,
}

/// The cards of a header, in order.
pub(crate) struct Header {
    cards: Vec<[u8; CARD]>,
}

impl Header {
    /// The mandatory cards of an image.
    pub(crate) fn new(image: Image) -> Header {
        let mut header = Header { cards: Vec::new() };
        header.logical("SIMPLE", true, "FITS standard 4.0");
        header.integer("BITPIX", i64::from(image.bits), "bits a sample");
        header.integer("NAXIS", 2, "");
        header.integer("NAXIS1", i64::from(image.width), "columns");
        header.integer("NAXIS2", i64::from(image.height), "rows");
        if image.bits == 16 {
            // FITS knows no unsigned 16-bit samples; this pair is the agreed way.
            header.real("BZERO", 32768.0, "offset of unsigned 16-bit samples");
            header.real("BSCALE", 1.0, "");
        }
        header
    }

    /// A true or false value.
    pub(crate) fn logical(&mut self, key: &str, value: bool, comment: &str) {
        self.push(key, &format!("{:>20}", if value { 'T' } else { 'F' }), comment);
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, key: &str, value: i64, comment: &str) {
        self.push(key, &format!("{value:>20}"), comment);
    }

    /// A number; leaves the card out if it is not finite, for FITS has no such value.
    pub(crate) fn real(&mut self, key: &str, value: f64, comment: &str) {
        if value.is_finite() {
            self.push(key, &format!("{:>20}", real_text(value)), comment);
        }
    }

    /// A text. What is not printable ASCII becomes `?`, what does not fit is cut.
    pub(crate) fn text(&mut self, key: &str, value: &str, comment: &str) {
        let mut quoted = String::new();
        for c in value.chars() {
            let c = if matches!(c, ' '..='~') { c } else { '?' };
            if quoted.len() + if c == '\'' { 2 } else { 1 } > MAX_TEXT {
                break;
            }
            if c == '\'' {
                quoted.push('\'');
            }
            quoted.push(c);
        }
        let literal = format!("'{quoted:<8}'");
        self.push(key, &format!("{literal:<20}"), comment);
    }

    /// A remark for whoever reads the header; lines of at most 72 characters.
    pub(crate) fn comment(&mut self, text: &str) {
        self.card(format!("COMMENT {text}"));
    }

    fn push(&mut self, key: &str, value: &str, comment: &str) {
        debug_assert!(
            key.len() <= 8 && key.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_'))
        );
        let mut line = format!("{key:<8}= {value}");
        if !comment.is_empty() {
            line.push_str(" / ");
            line.push_str(comment);
        }
        self.card(line);
    }

    /// Pads or cuts a line to a card. Callers pass ASCII.
    fn card(&mut self, line: String) {
        let mut card = [b' '; CARD];
        let length = line.len().min(CARD);
        card[..length].copy_from_slice(&line.as_bytes()[..length]);
        self.cards.push(card);
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for card in &self.cards {
            out.write_all(card)?;
        }
        let end = format!("{:<CARD$}", "END");
        out.write_all(end.as_bytes())?;
        pad(out, (self.cards.len() + 1) * CARD, b' ')
    }
}

/// Writes the file. `pixels` are little-endian samples, row by row
/// from the top, exactly as the library hands them out.
pub(crate) fn write(out: &mut impl Write, header: &Header, image: Image, pixels: &[u8]) -> io::Result<()> {
    let expected = image.width as usize * image.height as usize * (image.bits as usize / 8);
    if pixels.len() != expected {
        let text = format!("{} bytes of pixels where {expected} belong", pixels.len());
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    header.write(out)?;
    if image.bits == 16 {
        let mut chunk = Vec::with_capacity(1 << 20);
        for samples in pixels.chunks(1 << 20) {
            chunk.clear();
            // Less BZERO is the same as the top bit turned over.
            chunk.extend(
                samples
                    .chunks_exact(2)
                    .flat_map(|s| (u16::from_le_bytes([s[0], s[1]]) ^ 0x8000).to_be_bytes()),
            );
            out.write_all(&chunk)?;
        }
    } else {
        out.write_all(pixels)?;
    }
    pad(out, pixels.len(), 0)
}

fn pad(out: &mut impl Write, written: usize, with: u8) -> io::Result<()> {
    out.write_all(&vec![with; written.next_multiple_of(BLOCK) - written])
}

/// The shortest text that reads back as the same number, with a point and a capital E.
fn real_text(value: f64) -> String {
    let text = format!("{value:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cards(header: &Header) -> Vec<String> {
        header.cards.iter().map(|c| String::from_utf8(c.to_vec()).unwrap()).collect()
    }

    #[test]
    fn values_stand_where_the_standard_wants_them() {
        let mut header = Header { cards: Vec::new() };
        header.logical("SIMPLE", true, "x");
        header.integer("GAIN", -3, "");
        header.real("EXPTIME", 2.0, "s");
        header.real("TINY", 1e-6, "");
        header.real("NOTHING", f64::NAN, "");
        header.text("NAME", "O'Neill", "who");
        header.text("LONG", &"'".repeat(50), "");
        let cards = cards(&header);
        assert_eq!(cards[0].trim_end(), "SIMPLE  =                    T / x");
        assert_eq!(cards[1].trim_end(), "GAIN    =                   -3");
        assert_eq!(cards[2].trim_end(), "EXPTIME =                  2.0 / s");
        assert_eq!(cards[3].trim_end(), "TINY    =               1.0E-6");
        assert_eq!(cards[4].trim_end(), "NAME    = 'O''Neill'           / who");
        // Doubled quotes are never cut in half.
        assert_eq!(cards[5].trim_end(), format!("LONG    = '{}'", "''".repeat(34)));
        assert_eq!(cards.len(), 6);
    }

    #[test]
    fn sixteen_bits_are_signed_big_endian_and_padded() {
        let image = Image { width: 3, height: 1, bits: 16 };
        let pixels: Vec<u8> = [0u16, 0x8001, 0xFFFF].iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut file = Vec::new();
        write(&mut file, &Header::new(image), image, &pixels).unwrap();
        assert_eq!(file.len(), 2 * BLOCK);
        assert_eq!(&file[BLOCK..BLOCK + 7], &[0x80, 0, 0, 1, 0x7F, 0xFF, 0]);
    }

    #[test]
    fn a_wrong_length_is_refused_before_anything_is_written() {
        let image = Image { width: 3, height: 1, bits: 16 };
        let mut file = Vec::new();
        assert!(write(&mut file, &Header::new(image), image, &[0; 5]).is_err());
        assert!(file.is_empty());
    }

    #[test]
    fn full_blocks_get_no_padding() {
        let image = Image { width: 2880, height: 1, bits: 8 };
        let mut file = Vec::new();
        write(&mut file, &Header::new(image), image, &[7; 2880]).unwrap();
        assert_eq!(file.len(), 2 * BLOCK);
    }
}
