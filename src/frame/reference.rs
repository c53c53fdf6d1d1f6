//! What a picture is: the slow and obvious way, against which the fast ones are tested.

use crate::util::Bayer;

use super::debayer::Method;
use super::plan::{Depth, Sample, Settings, WireLayout};
use super::unpack::Packing;

/// The picture of a frame. The settings must be ones that [`Plan::new`](super::Plan::new)
/// takes.
pub fn picture(settings: &Settings, frame: &[u8]) -> Vec<u8> {
    let (width, height, binned) = binned(settings, frame);
    let mut out = Vec::new();
    let mut put = |value: u64| out.extend_from_slice(&value.to_le_bytes()[..settings.depth.bytes()]);
    let at_depth = |value: u64| fit(value, settings.wire.sample.depth(), settings.depth);
    for y in 0..height {
        for x in 0..width {
            match settings.debayer {
                None => put(at_depth(binned[y * width + x])),
                Some(order) => {
                    // Sums first become samples as the wire has them.
                    let natural = settings.wire.sample.depth();
                    let at = |x: usize, y: usize| fit(binned[y * width + x], natural, natural);
                    for channel in ['B', 'G', 'R'] {
                        let value = match settings.method {
                            Method::Bilinear => bilinear(order, channel, (x, y), (width, height), &at),
                        };
                        put(at_depth(value));
                    }
                }
            }
        }
    }
    let header = settings.header_bytes.min(out.len());
    if header > 0 {
        out[..header].copy_from_slice(&frame[4..4 + header]);
    }
    out
}

/// Columns, rows and values of the cropped and binned frame, without any limit.
fn binned(settings: &Settings, frame: &[u8]) -> (usize, usize, Vec<u64>) {
    let Settings { wire, crop, bin, same_colour, average, .. } = *settings;
    let (mut width, mut height) = (crop.width / bin, crop.height / bin);
    if same_colour && bin > 1 {
        (width, height) = (width / 2 * 2, height / 2 * 2);
    }
    // The first sample of group `i`, and how far it is to its next one.
    let first = |i: u32| if same_colour { i / 2 * 2 * bin + i % 2 } else { i * bin };
    let step = if same_colour { 2 } else { 1 };
    let mut values = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let mut sum = 0;
            for j in 0..bin {
                for i in 0..bin {
                    let (x, y) = (first(x) + i * step, first(y) + j * step);
                    sum += sample(wire, frame, crop.x + x, crop.y + y);
                }
            }
            values.push(if average { sum / u64::from(bin * bin) } else { sum });
        }
    }
    (width as usize, height as usize, values)
}

/// One sample of a frame.
fn sample(wire: WireLayout, frame: &[u8], x: u32, y: u32) -> u64 {
    let i = y as usize * wire.columns as usize + x as usize;
    match wire.sample {
        Sample::U8 => u64::from(frame[i]),
        Sample::U16Be => u64::from(frame[2 * i]) * 256 + u64::from(frame[2 * i + 1]),
        Sample::U16Le => u64::from(frame[2 * i + 1]) * 256 + u64::from(frame[2 * i]),
        Sample::Packed(packing) => u64::from(packed_sample(packing, frame, i)),
    }
}

/// A packed sample as a 16-bit one, bit by bit from the highest.
pub fn packed_sample(packing: Packing, packed: &[u8], index: usize) -> u16 {
    let bits = packing.bits() as usize;
    // Bit 0 of a byte is its lowest.
    let bit = |byte: usize, bit: usize| packed[byte] >> bit & 1;
    let bit_of = |significance: usize| {
        let low_first = index * bits + significance;
        let high_first = index * bits + bits - 1 - significance;
        // Pairs of three bytes: the upper eight bits in the outer ones.
        let pair = index / 2 * 3;
        match packing {
            Packing::Split12 if significance >= 4 => bit(2 * index, significance - 4),
            Packing::Split12 => bit(2 * index + 1, significance),
            Packing::Low12 | Packing::Low14 => bit(low_first / 8, low_first % 8),
            Packing::High12 | Packing::High14 => bit(high_first / 8, 7 - high_first % 8),
            Packing::Middle12 if significance >= 4 => bit(pair + index % 2 * 2, significance - 4),
            Packing::Middle12 => bit(pair + 1, significance + index % 2 * 4),
        }
    };
    let value = (0..bits).rev().fold(0, |value, i| value * 2 + u16::from(bit_of(i)));
    value << (16 - bits)
}

/// A value at a depth: as it is where there is room, otherwise its upper bits.
fn fit(value: u64, from: Depth, to: Depth) -> u64 {
    if to < from {
        value.min(u64::from(from.max())) >> (from.bits() - to.bits())
    } else {
        value.min(u64::from(to.max()))
    }
}

/// The mean of the nearest samples of the channel in the 3×3 around, halves rounded up;
/// black at the border.
fn bilinear(
    order: Bayer,
    channel: char,
    (x, y): (usize, usize),
    (width, height): (usize, usize),
    at: &dyn Fn(usize, usize) -> u64,
) -> u64 {
    if x == 0 || y == 0 || x + 1 == width || y + 1 == height {
        return 0;
    }
    let colour = |x: usize, y: usize| order.fits_name().as_bytes()[y % 2 * 2 + x % 2] as char;
    if colour(x, y) == channel {
        return at(x, y);
    }
    let near: Vec<u64> = (y - 1..=y + 1)
        .flat_map(|j| (x - 1..=x + 1).map(move |i| (i, j)))
        .filter(|&(i, j)| colour(i, j) == channel)
        .map(|(i, j)| at(i, j))
        .collect();
    let n = near.len() as u64;
    (near.iter().sum::<u64>() * 2 + n) / (2 * n)
}
