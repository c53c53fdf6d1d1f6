//! Stand-ins for the cable in unit tests: packets by script, a device that takes all.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::transport::{BulkStream, Completion, Identity, LinkSpeed, Setup, Transport, UsbError, Wake};

use super::link::Link;
use super::state::StatusCell;

/// A waker for nobody.
pub(super) struct Nobody;

impl Wake for Nobody {
    fn wake(&self) {}
}

/// Largest packet of the endpoint.
const PACKET: usize = 1024;

/// Plays packets, then nothing: a read ends when it is full or with a short packet.
pub(super) struct Script(VecDeque<Vec<u8>>, VecDeque<Vec<u8>>);

impl Script {
    pub(super) fn new(packets: Vec<Vec<u8>>) -> Script {
        Script(packets.into(), VecDeque::new())
    }
}

impl BulkStream for Script {
    fn submit(&mut self, buffer: Vec<u8>) -> std::result::Result<(), (UsbError, Vec<u8>)> {
        self.1.push_back(buffer);
        Ok(())
    }
    fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        // What is asked for without waiting is not here yet.
        if timeout.is_zero() || self.0.is_empty() {
            std::thread::sleep(timeout.min(Duration::from_millis(1)));
            return None;
        }
        let mut buffer = self.1.pop_front()?;
        let mut filled = 0;
        while let Some(packet) = self.0.front().filter(|p| filled + p.len() <= buffer.len()) {
            buffer[filled..filled + packet.len()].copy_from_slice(packet);
            filled += packet.len();
            let short = packet.len() < PACKET;
            self.0.pop_front();
            if short {
                break;
            }
        }
        if filled < buffer.len() && filled % PACKET == 0 {
            // Goes on with packets that never come.
            return None;
        }
        Some(Completion { buffer, filled, status: Ok(()) })
    }
    fn pending(&self) -> usize {
        self.1.len()
    }
    fn cancel_all(&mut self) {}
    fn waker(&self) -> Arc<dyn Wake> {
        Arc::new(Nobody)
    }
}

/// A device that is there, takes everything and sends by script.
struct Quiet(Identity, Mutex<Option<Script>>);

impl Transport for Quiet {
    fn identity(&self) -> &Identity {
        &self.0
    }
    fn claim(&self) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn release(&self) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn control_in(&self, _: Setup, _: &mut [u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Ok(0)
    }
    fn control_out(&self, _: Setup, _: &[u8], _: Duration) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn bulk_out(&self, _: u8, _: &[u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::NotSupported)
    }
    fn bulk_in(&self, _: u8, _: &mut [u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::NotSupported)
    }
    fn open_bulk_in(&self, _: u8) -> std::result::Result<Box<dyn BulkStream>, UsbError> {
        self.1.lock().take().map(|s| Box::new(s) as _).ok_or(UsbError::NotSupported)
    }
    fn clear_halt(&self, _: u8) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn is_gone(&self) -> bool {
        false
    }
}

/// A link to it.
pub(super) fn link() -> Link {
    link_with(Vec::new())
}

/// A link on which these packets come.
pub(super) fn link_with(packets: Vec<Vec<u8>>) -> Link {
    let device =
        Identity { vendor: 0, product: 0, bus: 0, address: 0, ports: Vec::new(), speed: LinkSpeed::Super };
    Link::new(Arc::new(Quiet(device, Mutex::new(Some(Script::new(packets))))), Arc::new(StatusCell::new()))
}
