//! The filters of a colour sensor.

use crate::util::Bayer;

/// A colour filter, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vcam) enum Filter {
    None,
    Red,
    Green,
    Blue,
}

impl Filter {
    /// The filters of even and odd columns on the bus in a row of the picture, whose first
    /// column is the `first_column` on the bus.
    pub(in crate::vcam) fn pair(order: Option<Bayer>, first_column: u32, picture_row: i32) -> [Filter; 2] {
        let Some(order) = order else { return [Filter::None; 2] };
        // Two steps of the order are none, so the shift may go either way.
        match order.shifted(first_column % 2, picture_row.rem_euclid(2) as u32) {
            Bayer::Rg => [Filter::Red, Filter::Green],
            Bayer::Gr => [Filter::Green, Filter::Red],
            Bayer::Gb => [Filter::Green, Filter::Blue],
            Bayer::Bg => [Filter::Blue, Filter::Green],
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
        use Filter::{Blue, Green, Red};
        let cell = |order, first| [0, 1].map(|row| Filter::pair(Some(order), first, row));
        assert_eq!(cell(Bayer::Rg, 0), [[Red, Green], [Green, Blue]]);
        assert_eq!(cell(Bayer::Gb, 0), [[Green, Blue], [Red, Green]]);
        // The picture begins with the second column on the bus.
        assert_eq!(cell(Bayer::Gb, 1), [[Blue, Green], [Green, Red]]);
        assert_eq!(Filter::pair(None, 0, 0), [Filter::None; 2]);
    }
}
