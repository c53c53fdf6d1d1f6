//! Geometry, time and colour order. Used by every layer; uses none of them.
#![forbid(unsafe_code)]

pub mod clock;
pub mod geom;

pub use clock::Clock;
pub use geom::{Bayer, Rect, Size};
