//! Stand-ins for the cable in unit tests: packets by script, a device that takes all.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::transport::{BulkStream, Completion, Identity, LinkSpeed, Setup, Transport, UsbError, Wake};
use crate::wire::status::encode_ddr_units;

use super::link::Link;
use super::state::StatusCell;

/// A waker for nobody.
pub(super) struct Nobody;

impl Wake for Nobody {
    fn wake(&self) {}
}

/// Largest packet of the endpoint.
const PACKET: usize = 1024;

/// Plays packets, then nothing: a read ends when it is full or with a short packet. At an
/// empty packet nothing comes for so long that somebody may think it was the last.
pub(super) struct Script {
    packets: VecDeque<Vec<u8>>,
    queue: VecDeque<Vec<u8>>,
    /// Bytes in the oldest read.
    filled: usize,
}

impl Script {
    pub(super) fn new(packets: Vec<Vec<u8>>) -> Script {
        Script { packets: packets.into(), queue: VecDeque::new(), filled: 0 }
    }
}

impl BulkStream for Script {
    fn submit(&mut self, buffer: Vec<u8>) -> std::result::Result<(), (UsbError, Vec<u8>)> {
        self.queue.push_back(buffer);
        Ok(())
    }
    fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        // What is asked for without waiting is not here yet.
        if timeout.is_zero() || self.packets.is_empty() {
            std::thread::sleep(timeout.min(Duration::from_millis(1)));
            return None;
        }
        let buffer = self.queue.front_mut()?;
        while let Some(packet) = self.packets.pop_front() {
            if packet.is_empty() {
                std::thread::sleep(timeout);
                return None;
            }
            buffer[self.filled..self.filled + packet.len()].copy_from_slice(&packet);
            self.filled += packet.len();
            if packet.len() < PACKET || self.filled == buffer.len() {
                let filled = std::mem::take(&mut self.filled);
                return self.queue.pop_front().map(|buffer| Completion { buffer, filled, status: Ok(()) });
            }
        }
        None
    }
    fn pending(&self) -> usize {
        self.queue.len()
    }
    fn cancel_all(&mut self) {}
    fn waker(&self) -> Arc<dyn Wake> {
        Arc::new(Nobody)
    }
}

/// A device that is there, takes everything, sends by script and holds so many DDR units.
struct Quiet(Identity, Mutex<Option<Script>>, u64);

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
    fn control_in(&self, _: Setup, data: &mut [u8], _: Duration) -> std::result::Result<usize, UsbError> {
        data.iter_mut().zip(encode_ddr_units(self.2, 6)).for_each(|(byte, units)| *byte = units);
        Ok(data.len())
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

/// A device that notes the orders it gets.
#[derive(Clone, Default)]
pub(super) struct Orders(Arc<(Mutex<OrderBook>, Condvar)>);

#[derive(Default)]
struct OrderBook {
    seen: Vec<(Setup, Vec<u8>)>,
    to_fail: usize,
}

/// One without orders yet.
pub(super) fn orders_of() -> Orders {
    Orders::default()
}

impl Orders {
    pub(super) fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(Noting { inner: device_with(Vec::new(), 0), orders: self.clone() })
    }

    /// All orders so far, once there are so many.
    pub(super) fn wait_for(&self, count: usize) -> Vec<(Setup, Vec<u8>)> {
        let end = Instant::now() + Duration::from_secs(60);
        let mut book = self.0.0.lock();
        while book.seen.len() < count {
            let late = self.0.1.wait_until(&mut book, end).timed_out();
            assert!(!late, "{count} orders, but only {:?} came", book.seen);
        }
        book.seen.clone()
    }

    /// So many orders from now on fail.
    pub(super) fn fail_next(&self, count: usize) {
        self.0.0.lock().to_fail = count;
    }
}

struct Noting {
    inner: Arc<dyn Transport>,
    orders: Orders,
}

impl Transport for Noting {
    fn identity(&self) -> &Identity {
        self.inner.identity()
    }
    fn claim(&self) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn release(&self) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn control_in(&self, s: Setup, data: &mut [u8], t: Duration) -> std::result::Result<usize, UsbError> {
        self.inner.control_in(s, data, t)
    }
    fn control_out(&self, s: Setup, data: &[u8], _: Duration) -> std::result::Result<(), UsbError> {
        let mut book = self.orders.0.0.lock();
        book.seen.push((s, data.to_vec()));
        self.orders.0.1.notify_all();
        let fails = book.to_fail > 0;
        book.to_fail = book.to_fail.saturating_sub(1);
        if fails { Err(UsbError::Timeout { transferred: 0 }) } else { Ok(()) }
    }
    fn bulk_out(&self, _: u8, _: &[u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::NotSupported)
    }
    fn bulk_in(&self, _: u8, _: &mut [u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::NotSupported)
    }
    fn open_bulk_in(&self, e: u8) -> std::result::Result<Box<dyn BulkStream>, UsbError> {
        self.inner.open_bulk_in(e)
    }
    fn clear_halt(&self, _: u8) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn is_gone(&self) -> bool {
        false
    }
}

/// A link on which these packets come from a device that says that it holds so many units.
pub(super) fn link_with(packets: Vec<Vec<u8>>, units: u64) -> Link {
    Link::new(device_with(packets, units), Arc::new(StatusCell::new()))
}

/// The device of [`link_with`].
pub(super) fn device_with(packets: Vec<Vec<u8>>, units: u64) -> Arc<dyn Transport> {
    let device =
        Identity { vendor: 0, product: 0, bus: 0, address: 0, ports: Vec::new(), speed: LinkSpeed::Super };
    Arc::new(Quiet(device, Mutex::new(Some(Script::new(packets))), units))
}
