//! The shape of the rules that say which rows are ordered for a region and where the region
//! lies in what comes. `camera/geometry.rs` evaluates them.

/// From a region's rows to the rows that are ordered, come and are dropped.
///
/// Row 0 of the whole frame comes first, behind [`RowRule::lead`] other rows, if
/// [`RowRule::first_at_zero`] is ordered as the first row; each row further down is one
/// more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRule {
    /// Whether a region is ordered at all.
    pub order: RowOrder,
    /// Rows that always come before the first ordered row of the frame.
    pub lead: u32,
    /// First-row order for row 0 of the frame.
    pub first_at_zero: u32,
    /// Rows of the frame that are ordered above the region, as far as there are so many.
    pub before: u32,
    /// The same below the region.
    pub after: u32,
    /// Rows that can be ordered below the last one of the frame.
    pub beyond: u32,
    /// Smallest number of rows that may be ordered.
    pub min_rows: u32,
    /// Rows below the lead are ordered in multiples of this.
    pub step: u32,
    /// First rows must be a multiple of this (row pairs of a rolling shutter).
    pub align: u32,
    /// The order says that the sensor bins.
    pub binned: bool,
}

impl RowRule {
    /// Rows come as they are ordered.
    pub const PLAIN: RowRule = RowRule {
        order: RowOrder::Rows { columns: 0, unit: 1, unordered: 0 },
        lead: 0,
        first_at_zero: 0,
        before: 0,
        after: 0,
        beyond: 0,
        min_rows: 1,
        step: 1,
        align: 1,
        binned: false,
    };
}

/// How rows are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOrder {
    /// By their number and the first of them.
    Rows {
        /// What the order says of columns; they all come, whatever it says.
        columns: u16,
        /// A row counts so much in the order.
        unit: u32,
        /// Rows that come on top of those ordered.
        unordered: u32,
    },
    /// By rows and columns: only those ordered come, and nothing before them. Corner and
    /// size are multiples of this.
    Window(u32),
    /// Not at all: the whole frame comes.
    Whole,
}
