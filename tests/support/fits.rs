//! Reads FITS images with one HDU, without any code of the tool that wrote them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const BLOCK: usize = 2880;

/// A file: its cards, and its samples as unsigned numbers.
pub(crate) struct Fits {
    pub(crate) cards: BTreeMap<String, String>,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u16>,
}

impl Fits {
    pub(crate) fn read(path: &Path) -> Fits {
        let bytes = fs::read(path).unwrap();
        assert_eq!(bytes.len() % BLOCK, 0);
        let mut cards = BTreeMap::new();
        let mut at = 0;
        loop {
            let card = std::str::from_utf8(&bytes[at..at + 80]).unwrap();
            at += 80;
            if card.trim_end() == "END" {
                break;
            }
            if let Some((key, rest)) = card.split_once("= ") {
                let value = match rest.strip_prefix('\'') {
                    Some(quoted) => quoted.split('\'').next().unwrap().trim_end().to_string(),
                    None => rest.split('/').next().unwrap().trim().to_string(),
                };
                let old = cards.insert(key.trim_end().to_string(), value);
                assert!(old.is_none(), "{key} stands twice");
            }
        }
        let data = &bytes[at.next_multiple_of(BLOCK)..];
        let number = |key: &str| cards[key].parse::<usize>().unwrap();
        let (width, height) = (number("NAXIS1"), number("NAXIS2"));
        let count = width * height;
        let pixels: Vec<u16> = match number("BITPIX") {
            16 => {
                assert_eq!(cards["BZERO"], "32768.0");
                let signed = data[..2 * count].chunks_exact(2).map(|b| i16::from_be_bytes([b[0], b[1]]));
                signed.map(|v| (i32::from(v) + 32768) as u16).collect()
            }
            8 => data[..count].iter().map(|&b| b.into()).collect(),
            other => panic!("BITPIX {other}"),
        };
        Fits { cards, width, height, pixels }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> u16 {
        self.pixels[y * self.width + x]
    }

    pub(crate) fn real(&self, key: &str) -> f64 {
        self.cards[key].parse().unwrap()
    }
}
