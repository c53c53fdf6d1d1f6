//! What a picture is: the slow and obvious way, against which the fast ones are tested.

use crate::util::{Bayer, Taps};

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
                    let at = |x: usize, y: usize| at_depth(fit(binned[y * width + x], natural, natural));
                    let plane = Plane { at: &at, size: (width, height), order, top: settings.depth.max() };
                    for channel in [b'B', b'G', b'R'] {
                        put(plane.value(settings.method, (x as i64, y as i64), channel));
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
                    sum += sample(wire, settings.taps, frame, crop.x + x, crop.y + y);
                }
            }
            values.push(if average { sum / u64::from(bin * bin) } else { sum });
        }
    }
    (width as usize, height as usize, values)
}

/// One sample of a frame.
fn sample(wire: WireLayout, taps: Option<Taps>, frame: &[u8], x: u32, y: u32) -> u64 {
    let (columns, x, y) = (wire.columns as usize, x as usize, y as usize);
    let i = match taps {
        None => y * columns + x,
        Some(taps) => {
            let together = taps.rows as usize;
            y / together * together * columns + taps.place(columns, y % together, x)
        }
    };
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

/// A picture under colour filters that goes on for ever as its own mirror image.
struct Plane<'a> {
    at: &'a dyn Fn(usize, usize) -> u64,
    size: (usize, usize),
    order: Bayer,
    /// The largest value of a sample.
    top: u32,
}

impl Plane<'_> {
    /// The value of a channel.
    fn value(&self, method: Method, (x, y): (i64, i64), channel: u8) -> u64 {
        let value = match method {
            _ if self.colour(x, y) == channel => self.at(x, y),
            Method::Bilinear => self.bilinear(x, y, channel),
            Method::Gradient if channel == b'G' => self.green(x, y),
            Method::Gradient => self.red_or_blue(x, y, channel),
        };
        value as u64
    }

    fn at(&self, x: i64, y: i64) -> i64 {
        (self.at)(reflect(x, self.size.0), reflect(y, self.size.1)) as i64
    }

    /// The letter of the filter at a place, also beyond the borders.
    fn colour(&self, x: i64, y: i64) -> u8 {
        self.order.fits_name().as_bytes()[(y.rem_euclid(2) * 2 + x.rem_euclid(2)) as usize]
    }

    /// The mean of the nearest samples of the colour in the 3×3 around.
    fn bilinear(&self, x: i64, y: i64, colour: u8) -> i64 {
        let near: Vec<i64> = (y - 1..=y + 1)
            .flat_map(|j| (x - 1..=x + 1).map(move |i| (i, j)))
            .filter(|&(i, j)| self.colour(i, j) == colour)
            .map(|(i, j)| self.at(i, j))
            .collect();
        rounded(near.iter().sum(), near.len() as i64)
    }

    /// Green after Hamilton and Adams.
    fn green(&self, x: i64, y: i64) -> i64 {
        if self.colour(x, y) == b'G' {
            return self.at(x, y);
        }
        let along = |dx: i64, dy: i64| {
            let (one, other) = (self.at(x - dx, y - dy), self.at(x + dx, y + dy));
            let bend = 2 * self.at(x, y) - self.at(x - 2 * dx, y - 2 * dy) - self.at(x + 2 * dx, y + 2 * dy);
            ((one - other).abs() + bend.abs(), 2 * (one + other) + bend)
        };
        smoother(along(1, 0), along(0, 1), 4).clamp(0, i64::from(self.top))
    }

    /// The other colours after Hamilton and Adams, where the sample is of another colour.
    fn red_or_blue(&self, x: i64, y: i64, colour: u8) -> i64 {
        let along = |dx: i64, dy: i64| {
            let (one, other) = (self.at(x - dx, y - dy), self.at(x + dx, y + dy));
            let green = |n: i64| {
                let (x, y) = (reflect(x + n * dx, self.size.0), reflect(y + n * dy, self.size.1));
                self.green(x as i64, y as i64)
            };
            let bend = 2 * green(0) - green(-1) - green(1);
            ((one - other).abs() + bend.abs(), one + other + bend)
        };
        let value = if self.colour(x, y) != b'G' {
            smoother(along(1, 1), along(-1, 1), 2)
        } else if self.colour(x + 1, y) == colour {
            rounded(along(1, 0).1, 2)
        } else {
            rounded(along(0, 1).1, 2)
        };
        value.clamp(0, i64::from(self.top))
    }
}

/// Counting back and forth between 0 and `len - 1`.
fn reflect(mut at: i64, len: usize) -> usize {
    let len = len as i64;
    while !(0..len).contains(&at) {
        at = if len == 1 {
            0
        } else if at < 0 {
            -at
        } else {
            2 * (len - 1) - at
        };
    }
    at as usize
}

/// The nearest integer, halves up.
fn rounded(sum: i64, count: i64) -> i64 {
    (2 * sum + count).div_euclid(2 * count)
}

/// The value of the direction with the smaller gradient, or the mean.
fn smoother(one: (i64, i64), other: (i64, i64), scale: i64) -> i64 {
    match one.0.cmp(&other.0) {
        std::cmp::Ordering::Less => rounded(one.1, scale),
        std::cmp::Ordering::Greater => rounded(other.1, scale),
        std::cmp::Ordering::Equal => rounded(one.1 + other.1, 2 * scale),
    }
}
