//! The filters of a colour sensor.

/// A colour filter, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vcam) enum Filter {
    None,
    Red,
    Green,
    Blue,
}

impl Filter {
    /// The filter of a pixel of an RGGB sensor (manual: QHY600C is RGGB).
    pub(in crate::vcam) fn rggb(column: u32, picture_row: i32) -> Filter {
        match (picture_row.rem_euclid(2), column % 2) {
            (0, 0) => Filter::Red,
            (1, 1) => Filter::Blue,
            _ => Filter::Green,
        }
    }

    /// Part of a mono pixel's light that it lets through.
    pub(in crate::vcam) fn passes(self) -> f64 {
        match self {
            Filter::None => 1.0,
            Filter::Red => 0.28,
            Filter::Green => 0.40,
            Filter::Blue => 0.30,
        }
    }

    /// Slot of the digital gain.
    pub(in crate::vcam) fn slot(self) -> usize {
        match self {
            Filter::None | Filter::Red => 0,
            Filter::Green => 1,
            Filter::Blue => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_the_first_cell() {
        let cell = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| Filter::rggb(x, y));
        assert_eq!(cell, [Filter::Red, Filter::Green, Filter::Green, Filter::Blue]);
    }
}
