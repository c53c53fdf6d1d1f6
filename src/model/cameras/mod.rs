//! The tables of the command family, one file for a sensor and the cameras around it.

pub(super) use super::family::*;
pub(super) use super::gain::*;
pub(super) use super::gain_laws::*;
pub(super) use super::rows::RowRule;
pub(super) use super::schema::*;
pub(super) use super::source::Level;
pub(super) use crate::util::{Bayer, Rect, Size};

mod qhy268;
mod qhy533;
mod qhy585;
mod qhy678;

use super::Model;

/// All of them.
pub(super) static MODELS: &[&[Model]] = &[qhy268::MODELS, qhy533::MODELS, qhy585::MODELS, qhy678::MODELS];
