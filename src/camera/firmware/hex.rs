//! Program of a Cypress FX2 in Intel's hexadecimal form (public).
//!
//! A record is a line: `:`, then as pairs of digits length, address, type, data and a
//! byte that makes the sum 0. Only memory inside the chip can be loaded directly.

use std::ops::Range;

use super::{Damage, Image, Section, Start, damage, lies_in};

/// The register that holds the processor in reset.
pub(super) const CPUCS: u32 = 0xE600;
/// Memories of the controller: program and data, scratch.
const MEMORIES: [Range<u32>; 2] = [0..0x4000, 0xE000..0xE200];
/// Where the processor begins.
const RESET_VECTOR: u32 = 0;

pub(super) fn parse(file: &[u8]) -> Result<Image, Damage> {
    let mut sections: Vec<Section> = Vec::new();
    let mut ended = false;
    for (number, line) in (1..).zip(file.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let wrong = |what: &str| damage(format!("line {number} {what}"));
        if ended {
            return wrong("follows the end record");
        }
        let Some(digits) = line.strip_prefix(b":") else {
            return wrong("is no record, it does not begin with `:`");
        };
        let Some(record) = bytes(digits) else {
            return wrong("has something else than pairs of hexadecimal digits");
        };
        let [len, high, low, kind, rest @ ..] = record.as_slice() else {
            return wrong("is too short for a record");
        };
        let Some((_, data)) = rest.split_last().filter(|(_, data)| data.len() == usize::from(*len)) else {
            return wrong("has another length than it says");
        };
        if record.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)) != 0 {
            return wrong("has a wrong checksum");
        }
        let address = u32::from(u16::from_be_bytes([*high, *low]));
        match (kind, data) {
            (0, []) => {}
            (0, data) if lies_in(&MEMORIES, address, data.len()) => append(&mut sections, address, data),
            (0, _) => {
                return wrong(&format!("has an address outside the controller's memory: {address:#06x}"));
            }
            (1, []) => ended = true,
            // A base of 0 is no base; where other processors start does not matter.
            (2 | 4, [0, 0]) | (3 | 5, [_, _, _, _]) => {}
            (2 | 4, [_, _]) => return wrong("leaves the 64 KiB that the controller has"),
            _ => return wrong(&format!("is a record of unknown type or form ({kind})")),
        }
    }
    if !ended {
        return damage("is cut off, it has no end record");
    }
    if !sections.iter().any(|section| section.address == RESET_VECTOR) {
        return damage("has nothing at address 0, where the controller starts");
    }
    Ok(Image { sections, start: Start::Reset })
}

/// Records that touch become one section.
fn append(sections: &mut Vec<Section>, address: u32, data: &[u8]) {
    match sections.last_mut() {
        Some(last) if last.address + last.data.len() as u32 == address => last.data.extend_from_slice(data),
        _ => sections.push(Section { address, data: data.to_vec() }),
    }
}

fn bytes(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|d| d as u8);
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| if let [high, low] = pair { Some(digit(*high)? << 4 | digit(*low)?) } else { None })
        .collect()
}
