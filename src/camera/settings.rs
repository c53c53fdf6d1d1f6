//! What the caller wants, and what the camera was told so far.
//!
//! [`Settings`] are the wishes: every setter checks, then changes them. [`Applied`] is
//! what went over the cable since the camera was opened. Before an exposure or a stream
//! starts, whatever differs is sent, so the two cannot drift apart: a setting that could
//! not be sent at once (during an exposure), or that follows from another one (the region
//! from the binning), is not lost.

use std::collections::BTreeMap;

use crate::frame::Method;
use crate::model::{ControlId, Model, Read, ReadMode};
use crate::util::Rect;
use crate::wire::Command;

use super::{PixelOptions, StreamMode};

/// The cooler as last ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cooling {
    /// Nothing was ordered.
    Untouched,
    /// Constant power, 0..=255.
    Power(f64),
    /// The camera regulates to this temperature.
    Target(f64),
}

/// The caller's wishes.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) stream: StreamMode,
    pub(super) read_mode: usize,
    /// Values of the stored controls; those not in it have their table's value.
    values: BTreeMap<ControlId, f64>,
    /// Bits a sample: 8, 16 or 32.
    pub(super) depth: u32,
    pub(super) bin: u32,
    /// Region in frame pixels, unbinned; `None` is all there is, whatever the binning.
    pub(super) roi: Option<Rect>,
    pub(super) debayer: bool,
    /// Regions count from the effective area.
    pub(super) ignore_overscan: bool,
    pub(super) average: bool,
    /// Bins samples of one colour where there are colours.
    pub(super) colour_bin: bool,
    pub(super) method: Method,
    pub(super) gps: bool,
}

impl Settings {
    /// The state after open.
    pub(super) fn new(model: &Model, options: PixelOptions) -> Settings {
        Settings {
            stream: StreamMode::Single,
            read_mode: 0,
            values: BTreeMap::new(),
            // 32 bits only if asked for.
            depth: model.depths.iter().copied().filter(|bits| *bits <= 16).max().unwrap_or(8),
            bin: 1,
            roi: None,
            debayer: false,
            ignore_overscan: false,
            average: false,
            colour_bin: options.colour_bin,
            method: options.method,
            gps: false,
        }
    }

    /// What the first initialisation gives to the caller's controls.
    pub(super) fn set_first_defaults(&mut self, model: &Model) {
        self.values.extend(model.init.first_defaults.iter().copied());
    }

    /// The present read mode.
    pub(super) fn mode(&self, model: &Model) -> &'static ReadMode {
        &model.read_modes[self.read_mode]
    }

    /// True if binned frames keep the colours apart.
    pub(super) fn bins_colours(&self, model: &Model) -> bool {
        self.colour_bin && self.bin > 1 && model.bayer.is_some()
    }

    /// True if frames come in three channels. Sums of different colours cannot, nor do
    /// frames of 32 bits, which are there for sums.
    pub(super) fn debayers(&self, model: &Model) -> bool {
        self.debayer
            && model.bayer.is_some()
            && self.depth <= 16
            && (self.bin == 1 || self.bins_colours(model))
    }

    /// Value of a stored control, or what the read mode makes of it.
    pub(super) fn value(&self, model: &Model, id: ControlId) -> f64 {
        if let Some((_, value)) = self.mode(model).fixed.iter().find(|(fixed, _)| *fixed == id) {
            return *value;
        }
        let table = || match model.control(id).map(|c| c.read) {
            Some(Read::Stored(value) | Read::Constant(value)) => value,
            _ => 0.0,
        };
        self.values.get(&id).copied().unwrap_or_else(table)
    }

    /// Stores the value of a control.
    pub(super) fn store(&mut self, id: ControlId, value: f64) {
        self.values.insert(id, value);
    }
}

/// The settings that are commands of their own, in the order in which they are made up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Bits,
    Region,
    Exposure,
    Gain,
    Offset,
    Traffic,
    Speed,
}

impl Slot {
    pub(super) const ALL: [Slot; 7] =
        [Slot::Bits, Slot::Region, Slot::Exposure, Slot::Gain, Slot::Offset, Slot::Traffic, Slot::Speed];
}

/// What the camera was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Applied {
    /// Stream mode and read mode of the last initialisation.
    pub(super) mode: Option<(StreamMode, usize)>,
    /// GPS data on.
    pub(super) gps: bool,
    commands: [Option<Command>; Slot::ALL.len()],
}

impl Applied {
    /// True if the camera holds just this.
    pub(super) fn holds(&self, slot: Slot, command: Command) -> bool {
        self.commands[slot as usize] == Some(command)
    }

    /// Notes that the camera took it.
    pub(super) fn note(&mut self, slot: Slot, command: Command) {
        self.commands[slot as usize] = Some(command);
    }

    /// Notes that it is not known what the camera holds.
    pub(super) fn forget(&mut self, slot: Slot) {
        self.commands[slot as usize] = None;
    }
}
