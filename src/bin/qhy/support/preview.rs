//! A small stretched picture of a frame, for a quick look. Not for measurements.

use std::io::{self, Write};

use qhyccd::frame::stretch::Stretch;
use qhyccd::util::Bayer;

use super::fits::Image;

/// Longest side of a preview in pixels.
const MAX_SIDE: u32 = 1600;

/// A scaled-down picture of 16-bit little-endian samples: one plane for grey, three for
/// red, green and blue.
struct Small {
    width: u32,
    height: u32,
    planes: Vec<Vec<u8>>,
}

/// Writes the picture as PNG. `pixels` as the library hands them out; `bayer` is the
/// filter order at the top left, `None` for grey.
pub(crate) fn write_png(
    out: &mut impl Write,
    image: Image,
    bayer: Option<Bayer>,
    pixels: &[u8],
) -> io::Result<()> {
    let small = match image.bits {
        16 => shrink(image, bayer, |n| u16::from_le_bytes([pixels[2 * n], pixels[2 * n + 1]])),
        // So that 255 becomes 65535.
        _ => shrink(image, bayer, |n| u16::from(pixels[n]) * 257),
    };
    let channels = small.planes.len();
    let mut samples = vec![0; channels * (small.width * small.height) as usize];
    for (channel, plane) in small.planes.iter().enumerate() {
        // Each colour by itself: this makes the sky grey, whatever its colour was.
        let curve = Stretch::auto(plane);
        for (n, sample) in plane.chunks_exact(2).enumerate() {
            samples[n * channels + channel] = curve.sample(u16::from_le_bytes([sample[0], sample[1]]));
        }
    }
    let mut encoder = png::Encoder::new(out, small.width, small.height);
    encoder.set_color(if channels == 3 { png::ColorType::Rgb } else { png::ColorType::Grayscale });
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&samples)?;
    writer.finish()?;
    Ok(())
}

/// Means of square cells, for each colour by itself. Incomplete cells at the right and
/// the bottom are left out, unless the image is smaller than one cell.
fn shrink(image: Image, bayer: Option<Bayer>, sample: impl Fn(usize) -> u16) -> Small {
    let cell = image.width.max(image.height).div_ceil(MAX_SIDE);
    // A cell of a colour image holds whole 2x2 groups.
    let colour = bayer.filter(|_| image.width >= 2 && image.height >= 2);
    let cell = if colour.is_some() { cell.next_multiple_of(2) } else { cell };
    let (width, height) = ((image.width / cell).max(1), (image.height / cell).max(1));
    let (cell_w, cell_h) = (cell.min(image.width), cell.min(image.height));

    let plane_of = |x: u32, y: u32| match colour {
        None => 0,
        Some(order) => match order.fits_name().as_bytes()[(y % 2 * 2 + x % 2) as usize] {
            b'R' => 0,
            b'G' => 1,
            _ => 2,
        },
    };
    let mut planes = vec![Vec::new(); if colour.is_some() { 3 } else { 1 }];
    for top in (0..height).map(|n| n * cell) {
        for left in (0..width).map(|n| n * cell) {
            let mut sums = [(0u64, 0u64); 3];
            for y in top..top + cell_h {
                let row = y as usize * image.width as usize;
                for x in left..left + cell_w {
                    let (sum, count) = &mut sums[plane_of(x, y)];
                    *sum += u64::from(sample(row + x as usize));
                    *count += 1;
                }
            }
            for (plane, (sum, count)) in planes.iter_mut().zip(sums) {
                plane.extend(((sum / count.max(1)) as u16).to_le_bytes());
            }
        }
    }
    Small { width, height, planes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_averaged_apart() {
        let image = Image { width: 4, height: 2, bits: 8 };
        // RGGB with red 10, green 20 and 30, blue 40.
        let pixels = [10u16, 20, 10, 20, 30, 40, 30, 40];
        let small = shrink(image, Some(Bayer::Rg), |n| pixels[n]);
        assert_eq!((small.width, small.height), (2, 1));
        let plane = |v: u16| [v.to_le_bytes(), v.to_le_bytes()].concat();
        assert_eq!(small.planes, [plane(10), plane(25), plane(40)]);
    }

    #[test]
    fn cells_cover_the_picture_in_order() {
        let image = Image { width: 3201, height: 6, bits: 16 };
        let small = shrink(image, None, |n| (n % 3201 / 3) as u16);
        assert_eq!((small.width, small.height), (1067, 2));
        let row: Vec<u8> = (0..1067u16).flat_map(u16::to_le_bytes).collect();
        assert_eq!(small.planes, [[row.clone(), row].concat()]);
    }

    #[test]
    fn odd_and_tiny_images_do_not_fail() {
        for (width, height) in [(1, 1), (1, 4000), (4000, 1), (3, 3), (1601, 7)] {
            for bayer in [None, Some(Bayer::Gr)] {
                let image = Image { width, height, bits: 8 };
                let pixels = vec![9u8; (width * height) as usize];
                let mut png = Vec::new();
                write_png(&mut png, image, bayer, &pixels).unwrap();
                assert!(png.starts_with(b"\x89PNG"));
            }
        }
    }
}
