//! A small picture of the histogram: the drawing behind `HistInfo192x130`.
//!
//! 192 columns over the range of values, 130 rows, three equal channels, white bars on
//! black. Heights are logarithmic, or the peak of a dark frame would hide all else.

/// Columns of the picture.
pub const WIDTH: usize = 192;
/// Rows of the picture.
pub const HEIGHT: usize = 130;
/// Bytes of the picture.
pub const PICTURE_LEN: usize = WIDTH * HEIGHT * 3;

/// Counts 8-bit samples (`sample_bytes` 1) or 16-bit little-endian ones (2) in equal
/// parts of their range.
pub fn histogram(samples: &[u8], sample_bytes: usize) -> [usize; WIDTH] {
    let mut counts = [0; WIDTH];
    let mut count = |value: usize, range: usize| counts[value * WIDTH / range] += 1;
    if sample_bytes == 1 {
        samples.iter().for_each(|&s| count(usize::from(s), 1 << 8));
    } else {
        samples.chunks_exact(2).for_each(|s| count(usize::from(u16::from_le_bytes([s[0], s[1]])), 1 << 16));
    }
    counts
}

/// Draws `counts`, the highest over the full height; any count above 0 shows.
pub fn draw(counts: &[usize; WIDTH], picture: &mut [u8; PICTURE_LEN]) {
    let most = counts.iter().copied().max().unwrap_or(0);
    let scale = (HEIGHT - 1) as f64 / (most.max(2) as f64).ln();
    let heights = counts.map(|n| if n == 0 { 0 } else { 1 + ((n as f64).ln() * scale).round() as usize });
    for (y, row) in picture.chunks_exact_mut(WIDTH * 3).enumerate() {
        for (pixel, height) in row.chunks_exact_mut(3).zip(heights) {
            pixel.fill(if y + height >= HEIGHT { 255 } else { 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Heights of the bars, checking that each is one piece from the bottom in all channels.
    fn bars(picture: &[u8; PICTURE_LEN]) -> Vec<usize> {
        (0..WIDTH)
            .map(|x| {
                let column: Vec<&[u8]> = (0..HEIGHT).map(|y| &picture[(y * WIDTH + x) * 3..][..3]).collect();
                let height = column.iter().filter(|p| p[0] == 255).count();
                for (y, pixel) in column.iter().enumerate() {
                    assert_eq!(*pixel, [if y >= HEIGHT - height { 255 } else { 0 }; 3]);
                }
                height
            })
            .collect()
    }

    #[test]
    fn counts_both_depths_alike() {
        let mut eight = vec![0; 1000];
        eight.extend(0..=255);
        let sixteen: Vec<u8> = eight.iter().flat_map(|&v| [77, v]).collect();
        let counts = histogram(&eight, 1);
        assert_eq!(counts.iter().sum::<usize>(), 1256);
        assert_eq!(counts[0], 1002);
        assert_eq!((counts[190], counts[191]), (1, 1));
        let mut by_hand = [0; WIDTH];
        sixteen.chunks(2).for_each(|s| by_hand[(77 + 256 * usize::from(s[1])) * 192 / 65536] += 1);
        assert_eq!(histogram(&sixteen, 2), by_hand);
        assert_eq!(histogram(&[255, 255, 3], 2)[191], 1);
    }

    #[test]
    fn bars_stand_on_the_ground() {
        let mut counts = [0; WIDTH];
        (counts[0], counts[5], counts[191]) = (10_000, 100, 1);
        let mut picture = [7; PICTURE_LEN];
        draw(&counts, &mut picture);
        let heights = bars(&picture);
        assert_eq!((heights[0], heights[5], heights[191]), (130, 66, 1));
        assert_eq!(heights.iter().filter(|h| **h == 0).count(), WIDTH - 3);
        draw(&[0; WIDTH], &mut picture);
        assert_eq!(bars(&picture), [0; WIDTH]);
        draw(&[usize::MAX; WIDTH], &mut picture);
        assert_eq!(bars(&picture), [130; WIDTH]);
    }
}
