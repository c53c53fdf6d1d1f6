//! The C names.

pub mod types;
