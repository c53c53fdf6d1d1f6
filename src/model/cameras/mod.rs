//! The tables of the command family, one file for a sensor and the cameras around it.

pub(super) use super::control::ControlId;
pub(super) use super::family::*;
pub(super) use super::gain::*;
pub(super) use super::gain_laws::*;
pub(super) use super::rows::{RowOrder, RowRule};
pub(super) use super::schema::*;
pub(super) use super::source::Level;
pub(super) use crate::util::{Bayer, Rect, Size, Taps};

mod global_shutter;
mod planetary;
mod qhy183a;
mod qhy268;
mod qhy294;
mod qhy410;
mod qhy411;
mod qhy461;
mod qhy533;
mod qhy585;
mod qhy661;
mod qhy678;
mod scientific;
mod swir;

use super::Model;

/// All of them.
pub(super) static MODELS: &[&[Model]] = &[
    qhy268::MODELS,
    qhy410::MODELS,
    qhy411::MODELS,
    qhy461::MODELS,
    qhy533::MODELS,
    qhy585::MODELS,
    qhy678::MODELS,
    planetary::MODELS,
    qhy183a::MODELS,
    qhy294::MODELS,
    global_shutter::MODELS,
    qhy661::MODELS,
    scientific::MODELS,
    swir::MODELS,
];
