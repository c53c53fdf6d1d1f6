//! Samples of 12 and 14 bits that share bytes.
//!
//! They become 16-bit samples whose upper bits are theirs and whose lowest bits are 0, as
//! the vendor's library was seen to hand out 12-bit ones. Only [`Packing::Split12`] was
//! observed (older planetary cameras, none of them in the tables yet); the others are the
//! usual forms of machine vision, for cameras whose form is not known, and no model uses
//! them yet.

/// How samples share bytes. `A` and `B` are samples in the order of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Two bytes a sample: its upper eight bits, then its lower four in the low half.
    Split12,
    /// Two in three bytes, lowest bits first: `A7..0`, `B3..0 A11..8`, `B11..4`. GenICam
    /// calls it Mono12p.
    Low12,
    /// Two in three bytes, highest bits first: `A11..4`, `A3..0 B11..8`, `B7..0`.
    High12,
    /// Two in three bytes, the low halves together: `A11..4`, `B3..0 A3..0`, `B11..4`. GigE
    /// Vision calls it Mono12Packed.
    Middle12,
    /// Four in seven bytes, lowest bits first. GenICam calls it Mono14p.
    Low14,
    /// Four in seven bytes, highest bits first.
    High14,
}

impl Packing {
    /// Every form.
    pub const ALL: [Packing; 6] = [
        Packing::Split12,
        Packing::Low12,
        Packing::High12,
        Packing::Middle12,
        Packing::Low14,
        Packing::High14,
    ];

    /// How many samples share how many bytes.
    pub const fn group(self) -> (usize, usize) {
        match self {
            Packing::Split12 => (1, 2),
            Packing::Low12 | Packing::High12 | Packing::Middle12 => (2, 3),
            Packing::Low14 | Packing::High14 => (4, 7),
        }
    }

    /// Bits of a sample.
    pub const fn bits(self) -> u32 {
        match self {
            Packing::Split12 | Packing::Low12 | Packing::High12 | Packing::Middle12 => 12,
            Packing::Low14 | Packing::High14 => 14,
        }
    }

    /// Writes whole groups of samples as 16-bit little-endian ones. Stops at the end of the
    /// shorter slice.
    pub fn unpack(self, packed: &[u8], out: &mut [u8]) {
        match self {
            Packing::Split12 => {
                groups(packed, out, |[high, low]: [u8; 2]| [word(high, low << 4)]);
            }
            Packing::Low12 => groups(packed, out, |[a, ab, b]: [u8; 3]| {
                [word(ab << 4 | a >> 4, a << 4), word(b, ab & 0xF0)]
            }),
            Packing::High12 => groups(packed, out, |[a, ab, b]: [u8; 3]| {
                [word(a, ab & 0xF0), word(ab << 4 | b >> 4, b << 4)]
            }),
            Packing::Middle12 => {
                groups(packed, out, |[a, ab, b]: [u8; 3]| [word(a, ab << 4), word(b, ab & 0xF0)]);
            }
            Packing::Low14 => groups(packed, out, |g: [u8; 7]| {
                let bits = u64::from_le_bytes([g[0], g[1], g[2], g[3], g[4], g[5], g[6], 0]);
                [0, 14, 28, 42].map(|from| ((bits >> from) as u16) << 2)
            }),
            Packing::High14 => groups(packed, out, |g: [u8; 7]| {
                let bits = u64::from_be_bytes([0, g[0], g[1], g[2], g[3], g[4], g[5], g[6]]);
                [42, 28, 14, 0].map(|from| ((bits >> from) as u16) << 2)
            }),
        }
    }
}

fn word(high: u8, low: u8) -> u16 {
    u16::from_be_bytes([high, low])
}

#[inline(always)]
fn groups<const BYTES: usize, const SAMPLES: usize>(
    packed: &[u8],
    out: &mut [u8],
    unpack: impl Fn([u8; BYTES]) -> [u16; SAMPLES],
) {
    for (to, from) in out.chunks_exact_mut(2 * SAMPLES).zip(packed.chunks_exact(BYTES)) {
        let mut group = [0; BYTES];
        group.copy_from_slice(from);
        for (to, value) in to.chunks_exact_mut(2).zip(unpack(group)) {
            to.copy_from_slice(&value.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frame::reference;

    proptest! {
        #[test]
        fn matches_the_definition(packed in proptest::collection::vec(any::<u8>(), 0..90)) {
            for packing in Packing::ALL {
                let (samples, bytes) = packing.group();
                let expected: Vec<u8> = (0..packed.len() / bytes * samples)
                    .flat_map(|i| reference::packed_sample(packing, &packed, i).to_le_bytes())
                    .collect();
                let mut out = vec![0; expected.len() + 1];
                packing.unpack(&packed, &mut out);
                prop_assert_eq!(&out[..expected.len()], &expected[..], "{:?}", packing);
                prop_assert_eq!(out.last(), Some(&0));
            }
        }
    }

    #[test]
    fn forms_by_hand() {
        let unpacked = |packing: Packing, bytes: &[u8]| {
            let (samples, _) = packing.group();
            let mut out = vec![0; 2 * samples];
            packing.unpack(bytes, &mut out);
            out.chunks(2).map(|s| u16::from_le_bytes([s[0], s[1]])).collect::<Vec<_>>()
        };
        // Observed: (first << 8) | ((second & 15) << 4).
        assert_eq!(unpacked(Packing::Split12, &[0xAB, 0x5C]), [0xABC0]);
        assert_eq!(unpacked(Packing::Low12, &[0xBC, 0x6A, 0x45]), [0xABC0, 0x4560]);
        assert_eq!(unpacked(Packing::High12, &[0xAB, 0xC4, 0x56]), [0xABC0, 0x4560]);
        assert_eq!(unpacked(Packing::Middle12, &[0xAB, 0x6C, 0x45]), [0xABC0, 0x4560]);
        // 1, 2, 3 and 0x3FFF.
        assert_eq!(unpacked(Packing::Low14, &[1, 0x80, 0, 0x30, 0, 0xFC, 0xFF]), [4, 8, 12, 0xFFFC]);
        assert_eq!(unpacked(Packing::High14, &[0, 4, 0, 0x20, 0, 0xFF, 0xFF]), [4, 8, 12, 0xFFFC]);
    }
}
