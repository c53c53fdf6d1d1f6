//! A small stretched picture of a frame, for a quick look. Not for measurements.

use std::io::{self, Write};

use qhyccd::util::Bayer;

use super::fits::Image;

/// Longest side of a preview in pixels.
const MAX_SIDE: u32 = 1600;
/// Grey of the sky background after the stretch.
const BACKGROUND: f32 = 0.2;
/// Black lies this many standard deviations below the background.
const SHADOWS: f32 = 2.8;
/// Standard deviations of a normal distribution per median absolute deviation.
const SIGMA_PER_MAD: f32 = 1.4826;

/// A scaled-down picture: one plane for grey, three for red, green, blue.
struct Small {
    width: u32,
    height: u32,
    planes: Vec<Vec<f32>>,
}

/// Writes the picture as PNG. `pixels` as the library hands them out; `bayer` is the
/// filter order at the top left, `None` for grey.
pub(crate) fn write_png(
    out: &mut impl Write,
    image: Image,
    bayer: Option<Bayer>,
    pixels: &[u8],
) -> io::Result<()> {
    let mut small = match image.bits {
        16 => shrink(image, bayer, |n| {
            f32::from(u16::from_ne_bytes([pixels[2 * n], pixels[2 * n + 1]])) / 65535.0
        }),
        _ => shrink(image, bayer, |n| f32::from(pixels[n]) / 255.0),
    };
    small.planes.iter_mut().for_each(|plane| stretch(plane));

    let count = (small.width * small.height) as usize;
    let samples: Vec<u8> =
        (0..count).flat_map(|n| small.planes.iter().map(move |p| (p[n] * 255.0 + 0.5) as u8)).collect();
    let mut encoder = png::Encoder::new(out, small.width, small.height);
    encoder.set_color(if small.planes.len() == 3 { png::ColorType::Rgb } else { png::ColorType::Grayscale });
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&samples)?;
    writer.finish()?;
    Ok(())
}

/// Means of square cells, for each colour by itself. Incomplete cells at the right and
/// the bottom are left out, unless the image is smaller than one cell.
fn shrink(image: Image, bayer: Option<Bayer>, sample: impl Fn(usize) -> f32) -> Small {
    let long_side = image.width.max(image.height);
    // A cell of a colour image holds whole 2x2 groups.
    let groups = bayer.filter(|_| image.width >= 2 && image.height >= 2).map(|order| order.fits_name());
    let cell = match groups {
        Some(_) => long_side.div_ceil(MAX_SIDE).next_multiple_of(2),
        None => long_side.div_ceil(MAX_SIDE),
    };
    let (width, height) = ((image.width / cell).max(1), (image.height / cell).max(1));
    let (cell_w, cell_h) = (cell.min(image.width), cell.min(image.height));
    let plane_of = |x: u32, y: u32| match groups.map(|g| g.as_bytes()[(y % 2 * 2 + x % 2) as usize]) {
        None | Some(b'R') => 0,
        Some(b'G') => 1,
        Some(_) => 2,
    };
    let mut planes =
        vec![Vec::with_capacity((width * height) as usize); if groups.is_some() { 3 } else { 1 }];
    for cy in 0..height {
        for cx in 0..width {
            let mut sums = [(0.0f32, 0.0f32); 3];
            for y in cy * cell..cy * cell + cell_h {
                let row = y as usize * image.width as usize;
                for x in cx * cell..cx * cell + cell_w {
                    let sum = &mut sums[plane_of(x, y)];
                    sum.0 += sample(row + x as usize);
                    sum.1 += 1.0;
                }
            }
            for (plane, (sum, count)) in planes.iter_mut().zip(sums) {
                plane.push(sum / count);
            }
        }
    }
    Small { width, height, planes }
}

/// Puts the background at a dark grey and lifts what is faint: shadows are cut below the
/// background noise, then a midtones curve is laid through the median.
fn stretch(plane: &mut [f32]) {
    let middle = median(plane.to_vec());
    let deviation = median(plane.iter().map(|v| (v - middle).abs()).collect());
    let black = if deviation > 0.0 { (middle - SHADOWS * SIGMA_PER_MAD * deviation).max(0.0) } else { 0.0 };
    let scale = |v: f32| ((v - black) / (1.0 - black).max(f32::EPSILON)).clamp(0.0, 1.0);
    // The curve is its own inverse in this sense: the midtone that maps the median to
    // the background is the curve through the background, taken at the median.
    let midtone = midtones(BACKGROUND, scale(middle));
    plane.iter_mut().for_each(|v| *v = midtones(midtone, scale(*v)));
}

/// The rational curve with 0 to 0, `midtone` to one half, 1 to 1.
fn midtones(midtone: f32, v: f32) -> f32 {
    let divisor = (2.0 * midtone - 1.0) * v - midtone;
    if v <= 0.0 || divisor == 0.0 { 0.0 } else { ((midtone - 1.0) * v / divisor).clamp(0.0, 1.0) }
}

fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_meets_its_three_points_and_the_background() {
        for m in [0.1, 0.3, 0.5, 0.9] {
            assert_eq!(midtones(m, 0.0), 0.0);
            assert!((midtones(m, m) - 0.5).abs() < 1e-6);
            assert!((midtones(m, 1.0) - 1.0).abs() < 1e-6);
            assert!((midtones(midtones(BACKGROUND, m), m) - BACKGROUND).abs() < 1e-5);
        }
    }

    #[test]
    fn a_faint_star_is_visible_and_the_sky_is_dark() {
        // Sky of 1000 with a ripple of 10, one star 500 above it.
        let mut plane: Vec<f32> = (0..10_000).map(|n| (1000.0 + (n % 21) as f32 - 10.0) / 65535.0).collect();
        plane[5000] = 1500.0 / 65535.0;
        stretch(&mut plane);
        let sky = median(plane.clone());
        assert!((sky - BACKGROUND).abs() < 0.02, "{sky}");
        assert!(plane[5000] > 0.8, "{}", plane[5000]);
    }

    #[test]
    fn colours_are_averaged_apart() {
        let image = Image { width: 4, height: 2, bits: 8 };
        // RGGB with red 10, green 20 and 30, blue 40.
        let pixels = [10u8, 20, 10, 20, 30, 40, 30, 40];
        let small = shrink(image, Some(Bayer::Rg), |n| f32::from(pixels[n]));
        assert_eq!((small.width, small.height), (2, 1));
        assert_eq!(small.planes, vec![vec![10.0; 2], vec![25.0; 2], vec![40.0; 2]]);
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
