//! One camera: its registers, its sequencer and its endpoints.

use std::time::Duration;

use crate::transport::{Identity, Setup};

use super::spec::{DeviceSpec, SpecError};

/// The device's refusal of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Answers with a stall.
    Stall,
    /// Is unplugged.
    Gone,
    /// Does not answer at all.
    Silent,
}

/// What a bulk read found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkIn {
    /// Bytes put at the start of the buffer.
    pub filled: usize,
    /// The transfer ends here: the buffer is full or a short packet came. Otherwise the
    /// read goes on behind `filled`.
    pub ended: bool,
    /// If it has not ended: when more may come, if that is known (camera time).
    pub retry_at: Option<Duration>,
}

/// A virtual camera. `now` is camera time since it was plugged in.
pub struct Device {
    identity: Identity,
}

impl Device {
    /// Builds the camera that `spec` orders, at a place on the bus.
    pub fn new(_spec: &DeviceSpec, identity: Identity) -> Result<Device, SpecError> {
        Ok(Device { identity })
    }

    /// Ids, place and speed.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Answers a control read; returns how many bytes it gave.
    pub fn control_in(&mut self, _setup: Setup, _data: &mut [u8], _now: Duration) -> Result<usize, Refusal> {
        Err(Refusal::Stall)
    }

    /// Takes a control write.
    pub fn control_out(&mut self, _setup: Setup, _data: &[u8], _now: Duration) -> Result<(), Refusal> {
        Err(Refusal::Stall)
    }

    /// Gives bytes of a bulk endpoint, as many as there are now.
    pub fn bulk_in(&mut self, _endpoint: u8, _data: &mut [u8], _now: Duration) -> Result<BulkIn, Refusal> {
        Err(Refusal::Stall)
    }

    /// Clears the halt of an endpoint.
    pub fn clear_halt(&mut self, _endpoint: u8) {}
}
