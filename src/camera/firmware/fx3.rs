//! Boot image of a Cypress FX3 (public: the maker's application note on booting).
//!
//! `CY`, a control byte, a type; then sections: length in words, address, data; length 0
//! with the address to start at; the sum of all data words. All little endian.

use std::ops::Range;

use super::{Damage, Image, Section, Start, damage, lies_in};

/// Type of a program with a checksum. The others are for memory chips.
const PROGRAM: u8 = 0xB0;
/// Bit 0 of the control byte: the file holds data that are not to be run.
const NOT_A_PROGRAM: u8 = 1;
/// Memories of the controller: instructions, data, system.
const MEMORIES: [Range<u32>; 3] = [0..0x4000, 0x1000_0000..0x1000_2000, 0x4000_0000..0x4008_0000];
const WORD_BYTES: usize = 4;

pub(super) fn parse(file: &[u8]) -> Result<Image, Damage> {
    let (header, mut rest) = match file.split_first_chunk::<4>() {
        Some((header, rest)) if header.starts_with(b"CY") => (header, rest),
        _ => return damage("is no FX3 image, it does not begin with `CY`"),
    };
    if header[2] & NOT_A_PROGRAM != 0 {
        return damage("is an FX3 image of data, not of a program");
    }
    if header[3] != PROGRAM {
        return damage(format!(
            "is an FX3 image of type {:#04x}; only {PROGRAM:#04x} can be sent",
            header[3]
        ));
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut sum = 0u32;
    let entry = loop {
        let words = word(&mut rest, "the length of a section")?;
        let address = word(&mut rest, "the address of a section")?;
        if words == 0 {
            break address;
        }
        let len = (words as usize).checked_mul(WORD_BYTES).filter(|len| *len <= rest.len());
        let Some(len) = len else {
            return damage(format!(
                "is cut off: the section at {address:#010x} has {words} words, {} bytes are left",
                rest.len()
            ));
        };
        if !lies_in(&MEMORIES, address, len) {
            return damage(format!(
                "its section at {address:#010x} of {len} bytes lies outside the controller's memory"
            ));
        }
        let data;
        (data, rest) = rest.split_at(len);
        let words = data.chunks_exact(WORD_BYTES).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]]));
        sum = words.fold(sum, u32::wrapping_add);
        sections.push(Section { address, data: data.to_vec() });
    };
    // Whatever follows the checksum is never sent and so does not matter.
    let stated = word(&mut rest, "the checksum")?;
    if sections.is_empty() {
        return damage("has no section");
    }
    if stated != sum {
        return damage(format!("its checksum is {stated:#010x}, its data give {sum:#010x}"));
    }
    let holds = |section: &Section| {
        let end = section.address + section.data.len() as u32;
        (section.address..end).contains(&entry)
    };
    if !sections.iter().any(holds) {
        return damage(format!("starts at {entry:#010x}, which is in none of its sections"));
    }
    Ok(Image { sections, start: Start::Entry(entry) })
}

fn word(rest: &mut &[u8], what: &str) -> Result<u32, Damage> {
    let Some((word, behind)) = rest.split_first_chunk::<WORD_BYTES>() else {
        return damage(format!("is cut off in {what}"));
    };
    *rest = behind;
    Ok(u32::from_le_bytes(*word))
}
