//! Sizes, rectangles and colour-filter order, in pixels.

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A rectangle in pixels; `x` and `y` count from the top left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Rect {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// `width` columns by `height` rows.
    pub const fn new(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    /// Number of pixels.
    pub const fn pixels(self) -> usize {
        self.width as usize * self.height as usize
    }

    /// The whole area as a rectangle at the origin.
    pub const fn rect(self) -> Rect {
        Rect::new(0, 0, self.width, self.height)
    }

    /// Whole `bin`×`bin` groups that fit; the rest is cut.
    pub const fn binned(self, bin: u32) -> Size {
        Size::new(self.width / bin, self.height / bin)
    }
}

impl Rect {
    /// A rectangle from its corner and size.
    pub const fn new(x: u32, y: u32, width: u32, height: u32) -> Rect {
        Rect { x, y, width, height }
    }

    /// Its size.
    pub const fn size(self) -> Size {
        Size::new(self.width, self.height)
    }

    /// True if it has at least one pixel and lies within `bounds`; never overflows.
    pub const fn fits(self, bounds: Size) -> bool {
        self.width > 0
            && self.height > 0
            && self.x as u64 + self.width as u64 <= bounds.width as u64
            && self.y as u64 + self.height as u64 <= bounds.height as u64
    }

    /// What it has in common with another; empty, at its own corner, if nothing.
    pub fn overlap(self, other: Rect) -> Rect {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let right = (self.x + self.width).min(other.x + other.width);
        let bottom = (self.y + self.height).min(other.y + other.height);
        if right > x && bottom > y {
            Rect::new(x, y, right - x, bottom - y)
        } else {
            Rect::new(self.x, self.y, 0, 0)
        }
    }

    /// The same area in pixels of `bin`×`bin`; partial groups are cut.
    pub const fn binned(self, bin: u32) -> Rect {
        Rect::new(self.x / bin, self.y / bin, self.width / bin, self.height / bin)
    }

    /// The area in sensor pixels that this area in `bin`×`bin` pixels covers.
    pub const fn unbinned(self, bin: u32) -> Rect {
        Rect::new(self.x * bin, self.y * bin, self.width * bin, self.height * bin)
    }
}

/// Order of the colour filters in the top left 2×2 pixels, read along the first row.
/// The numbers are those of the public API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Bayer {
    /// Green, blue / red, green.
    Gb = 1,
    /// Green, red / blue, green.
    Gr = 2,
    /// Blue, green / green, red.
    Bg = 3,
    /// Red, green / green, blue.
    Rg = 4,
}

impl Bayer {
    /// The four letters used in FITS files, for example `RGGB`.
    pub const fn fits_name(self) -> &'static str {
        match self {
            Bayer::Gb => "GBRG",
            Bayer::Gr => "GRBG",
            Bayer::Bg => "BGGR",
            Bayer::Rg => "RGGB",
        }
    }

    /// The order seen from a corner moved by (`x`, `y`) pixels.
    pub const fn shifted(self, x: u32, y: u32) -> Bayer {
        let across = match self {
            Bayer::Gb => Bayer::Bg,
            Bayer::Bg => Bayer::Gb,
            Bayer::Gr => Bayer::Rg,
            Bayer::Rg => Bayer::Gr,
        };
        let across = if x % 2 == 1 { across } else { self };
        if y % 2 == 0 {
            return across;
        }
        match across {
            Bayer::Gb => Bayer::Rg,
            Bayer::Rg => Bayer::Gb,
            Bayer::Gr => Bayer::Bg,
            Bayer::Bg => Bayer::Gr,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_does_not_overflow_and_refuses_empty() {
        let chip = Size::new(9600, 6422);
        assert!(chip.rect().fits(chip));
        assert!(Rect::new(9599, 6421, 1, 1).fits(chip));
        assert!(!Rect::new(9600, 0, 1, 1).fits(chip));
        assert!(!Rect::new(0, 0, 0, 5).fits(chip));
        assert!(!Rect::new(u32::MAX, 0, u32::MAX, 1).fits(chip));
    }

    #[test]
    fn bayer_shift_matches_the_letters() {
        // Letters of the 2x2 cell, row by row; moving the corner permutes them.
        for order in [Bayer::Gb, Bayer::Gr, Bayer::Bg, Bayer::Rg] {
            let cell: Vec<char> = order.fits_name().chars().collect();
            for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let moved: String = [(0, 0), (1, 0), (0, 1), (1, 1)]
                    .iter()
                    .map(|(i, j)| cell[((y + j) % 2 * 2 + (x + i) % 2) as usize])
                    .collect();
                assert_eq!(order.shifted(x, y).fits_name(), moved);
            }
        }
    }
}
