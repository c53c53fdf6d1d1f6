//! From the caller's region to the rows that are ordered and the part of them that
//! becomes the picture. Pure arithmetic on the tables.
//!
//! Two kinds of coordinates: *frame pixels* are those of the read mode's whole frame,
//! unbinned, as the settings keep them; *binned pixels* are what the caller speaks.
//! With the overscan ignored, the caller's corner is that of the effective area.

use crate::model::{Model, ReadMode, RowOrder};
use crate::util::{Rect, Size};
use crate::wire::Region;

use super::settings::Settings;
use super::{Error, ErrorKind, Result, StreamMode};

/// The area in frame pixels that regions count in.
fn bounds(mode: &ReadMode, settings: &Settings) -> Rect {
    let shown = shown(mode, settings);
    if settings.ignore_overscan { shown.overlap(mode.effective) } else { shown }
}

/// The part of the whole frame that pictures of the stream mode show.
pub(super) fn shown(mode: &ReadMode, settings: &Settings) -> Rect {
    mode.shown(settings.stream == StreamMode::Live)
}

/// An area of the whole frame as it lies in pictures, in binned pixels.
pub(super) fn area(mode: &ReadMode, settings: &Settings, area: Rect) -> Rect {
    let shown = shown(mode, settings);
    let seen = shown.overlap(area);
    Rect::new(seen.x - shown.x, seen.y - shown.y, seen.width, seen.height).binned(settings.bin)
}

/// The region in force in frame pixels, cut to whole groups of the binning, and to pairs
/// of groups where these keep the colours apart.
pub(super) fn frame_region(model: &Model, settings: &Settings) -> Rect {
    let all = bounds(settings.mode(model), settings);
    let region = settings.roi.unwrap_or(all);
    let mut size = region.size().binned(settings.bin);
    if settings.bins_colours(model) {
        size = Size::new(size.width & !1, size.height & !1);
    }
    Rect::new(region.x, region.y, size.width * settings.bin, size.height * settings.bin)
}

/// The region in force as the caller speaks of it.
pub(super) fn caller_region(model: &Model, settings: &Settings) -> Rect {
    let all = bounds(settings.mode(model), settings);
    let region = frame_region(model, settings);
    Rect::new(region.x - all.x, region.y - all.y, region.width, region.height).binned(settings.bin)
}

/// What a caller's region is in the settings.
pub(super) fn to_frame(model: &Model, settings: &Settings, roi: Rect) -> Result<Option<Rect>> {
    let all = bounds(settings.mode(model), settings);
    let limits = all.size().binned(settings.bin);
    if !roi.fits(limits) {
        let text = format!(
            "region {},{} {}x{} does not lie within the {}x{} frame",
            roi.x, roi.y, roi.width, roi.height, limits.width, limits.height
        );
        return Err(Error::new(ErrorKind::Invalid, text));
    }
    if roi == limits.rect() {
        return Ok(None);
    }
    let frame = roi.unbinned(settings.bin);
    Ok(Some(Rect::new(frame.x + all.x, frame.y + all.y, frame.width, frame.height)))
}

/// True if a region of the settings is possible with the rest of them.
pub(super) fn is_possible(model: &Model, settings: &Settings) -> bool {
    let all = bounds(settings.mode(model), settings);
    let inside = settings.roi.is_none_or(|r| {
        r.x >= all.x
            && r.y >= all.y
            && Rect::new(r.x - all.x, r.y - all.y, r.width, r.height).fits(all.size())
    });
    let region = frame_region(model, settings);
    inside && region.width > 0 && region.height > 0
}

/// What is ordered for a region of the frame, and where it lies in what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WireRegion {
    /// The order; `None` where no region can be ordered.
    pub(super) order: Option<Region>,
    /// Columns and rows that come.
    pub(super) size: Size,
    /// The region in them.
    pub(super) crop: Rect,
}

/// The order for `region`, in frame pixels. Where rows are read in pairs, for an odd first
/// row the even row above comes as well.
pub(super) fn wire_region(mode: &ReadMode, stream: StreamMode, region: Rect) -> WireRegion {
    let rule = mode.rows(stream == StreamMode::Live);
    let height = mode.image.height;
    let (first, end) = match rule.order {
        RowOrder::Window(unit) => return window(mode, region, unit),
        RowOrder::Whole => (0, height),
        RowOrder::Rows { .. } => {
            let first = region.y - region.y.min(rule.before);
            let below = (region.y + region.height + rule.after).min(height + rule.beyond);
            (first - first % rule.align.max(1), below)
        }
    };
    let rows = (rule.lead + (end - first).next_multiple_of(rule.step)).max(rule.min_rows);
    let order = match rule.order {
        RowOrder::Whole | RowOrder::Window(_) => None,
        RowOrder::Rows { columns, unit, unordered } => Some(Region {
            columns,
            first_column: 0,
            rows: ((rows - unordered) * unit) as u16,
            first_row: ((first + rule.first_at_zero) * unit) as u16,
        }),
    };
    WireRegion {
        order,
        size: Size::new(mode.wire_columns, rows),
        crop: Rect::new(
            mode.first_column + region.x,
            rule.lead + region.y - first,
            region.width,
            region.height,
        ),
    }
}

/// The same where columns are ordered too: what is around the region in multiples of `unit`.
fn window(mode: &ReadMode, region: Rect, unit: u32) -> WireRegion {
    let (x, y) = (region.x - region.x % unit, region.y - region.y % unit);
    let columns = (region.x + region.width).next_multiple_of(unit).min(mode.image.width) - x;
    let rows = (region.y + region.height).next_multiple_of(unit).min(mode.image.height) - y;
    WireRegion {
        order: Some(Region {
            columns: columns as u16,
            first_column: x as u16,
            rows: rows as u16,
            first_row: y as u16,
        }),
        size: Size::new(columns, rows),
        crop: Rect::new(region.x - x, region.y - y, region.width, region.height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::PixelOptions;
    use crate::model::by_name;

    fn mono() -> &'static Model {
        by_name("QHY600M").unwrap()
    }

    fn wire(stream: StreamMode, mode: usize, region: Rect) -> (u16, u16, Rect) {
        let wire = wire_region(&mono().read_modes[mode], stream, region);
        let order = wire.order.unwrap();
        (order.rows, order.first_row, wire.crop)
    }

    #[test]
    fn orders_as_observed() {
        use StreamMode::{Live, Single};
        let full = Rect::new(0, 0, 9600, 6422);
        assert_eq!(wire(Single, 0, full), (6456, 25, Rect::new(0, 34, 9600, 6422)));
        let strip = Rect::new(0, 0, 9600, 1000);
        assert_eq!(wire(Live, 0, strip), (0x40A, 25, Rect::new(0, 34, 9600, 1000)));
        // A small region of a single frame orders the least that a camera takes.
        let small = Rect::new(10, 100, 64, 64);
        assert_eq!(wire(Single, 0, small), (300, 125, Rect::new(10, 34, 64, 64)));
        assert_eq!(wire(Live, 0, small).0, 98);
        // The mode with 3x3 pixels.
        let binned = Rect::new(0, 0, 3200, 2144);
        assert_eq!(wire(Single, 5, binned), (2164, 25, Rect::new(0, 20, 3200, 2144)));
        assert_eq!(wire(Live, 5, binned).1, 0x15);
    }

    #[test]
    fn an_odd_first_row_orders_the_row_above() {
        let odd = Rect::new(0, 101, 9600, 500);
        assert_eq!(wire(StreamMode::Single, 0, odd), (535, 125, Rect::new(0, 35, 9600, 500)));
    }

    #[test]
    fn a_region_survives_binning_and_the_whole_stays_whole() {
        let mut settings = Settings::new(mono(), PixelOptions::default());
        settings.roi = to_frame(mono(), &settings, Rect::new(100, 200, 1000, 600)).unwrap();
        settings.bin = 3;
        assert_eq!(caller_region(mono(), &settings), Rect::new(33, 66, 333, 200));
        assert_eq!(frame_region(mono(), &settings), Rect::new(100, 200, 999, 600));
        settings.bin = 4;
        settings.roi = to_frame(mono(), &settings, Rect::new(0, 0, 2400, 1605)).unwrap();
        settings.bin = 1;
        assert_eq!(caller_region(mono(), &settings), Rect::new(0, 0, 9600, 6422));
    }

    #[test]
    fn without_overscan_regions_count_from_the_effective_area() {
        let mut settings = Settings::new(mono(), PixelOptions::default());
        settings.ignore_overscan = true;
        assert_eq!(caller_region(mono(), &settings), Rect::new(0, 0, 9576, 6388));
        settings.roi = to_frame(mono(), &settings, Rect::new(0, 0, 9576, 300)).unwrap();
        assert_eq!(frame_region(mono(), &settings), Rect::new(24, 0, 9576, 300));
        assert!(to_frame(mono(), &settings, Rect::new(0, 0, 9600, 300)).is_err());
        settings.ignore_overscan = false;
        assert!(is_possible(mono(), &settings));
    }

    #[test]
    fn impossible_regions_are_refused() {
        let mut settings = Settings::new(mono(), PixelOptions::default());
        settings.bin = 2;
        for roi in [
            Rect::new(0, 0, 4801, 1),
            Rect::new(4800, 0, 1, 1),
            Rect::new(0, 0, 0, 1),
            Rect::new(u32::MAX, 0, 2, 1),
            Rect::new(0, 3211, 1, 1),
        ] {
            assert_eq!(to_frame(mono(), &settings, roi).unwrap_err().kind(), ErrorKind::Invalid);
        }
        assert!(to_frame(mono(), &settings, Rect::new(4799, 3210, 1, 1)).is_ok());
    }
}
