//! What each camera is and can do: tables with sources, and lookup in them.
//!
//! Adding a camera is adding a table. Nothing outside this folder asks for a model by
//! name; code asks for capabilities. A model file holds no control flow: behaviour is a
//! named law ([`schema::GainLaw`], [`schema::RowRule`], ...) handled once.
#![forbid(unsafe_code)]

pub mod control;
pub mod gain;
pub mod qhy600;
pub mod schema;

pub use control::ControlId;
pub use schema::*;

/// All models that the library can drive.
pub fn all() -> impl Iterator<Item = &'static Model> {
    [qhy600::MODELS].into_iter().flatten()
}

/// The model of a running camera, by USB product id and the colour byte of its identity
/// block (0 mono, 1 colour).
pub fn find(product: u16, colour: bool) -> Option<&'static Model> {
    all().find(|m| m.product == product && m.bayer.is_some() == colour)
}

/// The model with this name, for example `QHY600M`.
pub fn by_name(name: &str) -> Option<&'static Model> {
    all().find(|m| m.name.eq_ignore_ascii_case(name))
}

/// True if a device with these USB ids is a QHYCCD camera that waits for its firmware.
pub fn is_loader(vendor: u16, product: u16) -> bool {
    vendor == VENDOR && all().any(|m| m.loader == Some(product))
}
