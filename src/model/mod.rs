//! What each camera is and can do: tables with sources, and lookup in them.
//!
//! Adding a camera is adding a table. Nothing outside this folder asks for a model by
//! name; code asks for capabilities. A model file holds no control flow: behaviour is a
//! named law ([`GainLaw`], [`RowRule`], ...) handled once.
#![forbid(unsafe_code)]

mod cameras;
pub mod control;
pub mod curves;
mod family;
pub mod gain;
mod gain_laws;
pub mod known;
mod listing;
pub mod manual;
pub mod qhy600;
pub(crate) mod qhy600_curves;
pub mod rows;
pub mod schema;
pub mod source;
mod udev;
pub mod variants;

#[cfg(test)]
mod tests;

pub use control::ControlId;
pub use curves::{Amplification, Curve};
pub use gain::{GainLaw, GainSteps};
pub use known::{KNOWN, Known};
pub use listing::{count, page};
pub use rows::{RowOrder, RowRule};
pub use schema::*;
pub use source::{Fact, Level, Source, Topic};
pub use udev::udev_rules;
pub use variants::{VARIANTS, Variant, variant};

/// All models that have a table.
pub fn all() -> impl Iterator<Item = &'static Model> {
    [qhy600::MODELS].into_iter().chain(cameras::MODELS.iter().copied()).flatten()
}

/// Those that the library drives.
pub fn driven() -> impl Iterator<Item = &'static Model> {
    all().filter(|m| m.level != Level::KnownOnly)
}

/// What a camera with this product id is called, driven or not.
pub fn known_name(product: u16) -> Option<&'static str> {
    let model = all().find(|m| m.product == product).map(|m| m.name);
    model.or_else(|| KNOWN.iter().find(|k| k.product == product).map(|k| k.name))
}

/// The model of a running camera, by USB product id and byte 1 of its identity block.
pub fn find(product: u16, byte: u8) -> Option<&'static Model> {
    driven().find(|m| m.product == product && m.identity.fits(byte))
}

/// The model with this name, for example `QHY600M`.
pub fn by_name(name: &str) -> Option<&'static Model> {
    all().find(|m| m.name.eq_ignore_ascii_case(name))
}

/// True if a device with these USB ids is a QHYCCD camera that waits for its firmware,
/// driven or only known.
pub fn is_loader(vendor: u16, product: u16) -> bool {
    let mut loaders = all().map(|m| m.loader).chain(KNOWN.iter().map(|k| k.loader));
    vendor == VENDOR && loaders.any(|loader| loader == Some(product))
}

/// The camera with these USB ids, running or waiting for its firmware, if it is one that
/// the library knows but does not drive.
pub fn find_known(vendor: u16, product: u16) -> Option<&'static Known> {
    KNOWN.iter().find(|k| vendor == VENDOR && (k.product == product || k.loader == Some(product)))
}
