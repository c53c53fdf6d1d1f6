//! The control side of the cable: typed requests in, answers or errors out.
//!
//! Each request is one transfer, made without any lock of ours, so that nobody waits for
//! another's sequence; the USB stack puts transfers in order. Noticing that the camera is
//! gone happens here and in the bulk readers.

use std::sync::Arc;
use std::time::Duration;

use crate::model::DdrCounter;
use crate::transport::{BulkStream, Identity, Transport, UsbError};
use crate::util::Clock;
use crate::wire::status::{decode_ddr_units, decode_ddr_units_of_three, decode_small_ddr_units_of_three};
use crate::wire::{In, Out, fpga};

use super::state::StatusCell;
use super::{Error, ErrorKind, Result};

/// Longest wait for one control transfer, in wall time.
const CONTROL_TIMEOUT: Duration = Duration::from_millis(1000);

/// One open device and the state that its loss changes.
#[derive(Clone)]
pub(super) struct Link {
    transport: Arc<dyn Transport>,
    status: Arc<StatusCell>,
    clock: Clock,
}

impl Link {
    pub(super) fn new(transport: Arc<dyn Transport>, status: Arc<StatusCell>) -> Link {
        let clock = transport.clock();
        Link { transport, status, clock }
    }

    pub(super) fn identity(&self) -> &Identity {
        self.transport.identity()
    }

    pub(super) fn status(&self) -> &StatusCell {
        &self.status
    }

    /// The camera's time.
    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// Notices a loss that the transport knows of already.
    pub(super) fn notice_loss(&self) {
        if self.transport.is_gone() {
            self.status.lose();
        }
    }

    /// Turns a transport failure into ours, and into the state `Lost` if it means that.
    pub(super) fn check<T>(&self, result: std::result::Result<T, UsbError>) -> Result<T> {
        if matches!(result, Err(UsbError::Gone)) {
            self.status.lose();
        }
        result.map_err(Error::from)
    }

    pub(super) fn send(&self, request: &Out) -> Result<()> {
        let (setup, data) = request.encode();
        self.check(self.transport.control_out(setup, &data, CONTROL_TIMEOUT))
    }

    /// Asks for exactly `N` bytes.
    pub(super) fn ask<const N: usize>(&self, request: In) -> Result<[u8; N]> {
        let (setup, _) = request.encode();
        let mut answer = [0; N];
        let got = self.check(self.transport.control_in(setup, &mut answer, CONTROL_TIMEOUT))?;
        if got != N {
            let text = format!("the camera answered {got} of {N} bytes to request {:#04x}", setup.request);
            return Err(Error::new(ErrorKind::Usb, text));
        }
        Ok(answer)
    }

    /// Units of [`crate::wire::status::DDR_UNIT_BYTES`] that wait in the camera's memory.
    pub(super) fn ddr_units(&self, counter: DdrCounter) -> Result<u32> {
        let fill = In::Fpga(fpga::DDR_FILL);
        match counter {
            DdrCounter::Word { bit } => self.ask(fill).map(|word| decode_ddr_units(word, bit)),
            DdrCounter::Three => self.ask(fill).map(decode_ddr_units_of_three),
            DdrCounter::ThreeSmall => self.ask(fill).map(decode_small_ddr_units_of_three),
        }
    }

    pub(super) fn control_in(&self, setup: crate::transport::Setup, data: &mut [u8]) -> Result<usize> {
        self.check(self.transport.control_in(setup, data, CONTROL_TIMEOUT))
    }

    pub(super) fn control_out(&self, setup: crate::transport::Setup, data: &[u8]) -> Result<()> {
        self.check(self.transport.control_out(setup, data, CONTROL_TIMEOUT))
    }

    pub(super) fn bulk_in(&self, endpoint: u8, data: &mut [u8], timeout: Duration) -> Result<usize> {
        self.check(self.try_bulk_in(endpoint, data, timeout))
    }

    /// The same, with the transport's own errors.
    pub(super) fn try_bulk_in(
        &self,
        endpoint: u8,
        data: &mut [u8],
        timeout: Duration,
    ) -> std::result::Result<usize, UsbError> {
        self.transport.bulk_in(endpoint, data, timeout)
    }

    pub(super) fn open_bulk_in(&self, endpoint: u8) -> Result<Box<dyn BulkStream>> {
        self.check(self.transport.open_bulk_in(endpoint))
    }

    pub(super) fn clear_halt(&self, endpoint: u8) -> Result<()> {
        self.check(self.transport.clear_halt(endpoint))
    }

    pub(super) fn release(&self) -> Result<()> {
        self.check(self.transport.release())
    }
}
