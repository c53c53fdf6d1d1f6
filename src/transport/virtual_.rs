//! The in-process connection to virtual cameras.
//!
//! No thread: whoever waits for a read makes its bytes in its own thread, and whoever
//! pulls a cable delivers the news of it.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{Bus, BusListener, Completion, Identity, Setup, Transport, UsbError, Wake};
use crate::transport::BulkStream;
use crate::util::Clock;
use crate::vcam::{BulkIn, Port, Socket};

/// Lengths of queued reads are multiples of a packet.
const PACKET_BYTES: usize = 1024;
/// A wait without a nearer end is looked at again after this long.
const LONGEST_NAP: Duration = Duration::from_secs(3600);

/// How long a halt is tried to be cleared if the device is silent. (Linux: 5 s.)
const CLEAR_HALT_WAIT: Duration = Duration::from_secs(1);

/// A bus with the cameras that the text behind `virtual:` orders.
pub fn bus(text: &str) -> Result<VirtualBus, UsbError> {
    let socket = Socket::from_text(text).map_err(|e| UsbError::Other(e.0))?;
    Ok(VirtualBus::new(Arc::new(socket)))
}

/// The cameras in a [`Socket`].
pub struct VirtualBus {
    socket: Arc<Socket>,
    watch: Mutex<Option<u64>>,
}

impl VirtualBus {
    /// The bus of a socket, which the caller may keep to pull cables.
    pub fn new(socket: Arc<Socket>) -> VirtualBus {
        VirtualBus { socket, watch: Mutex::new(None) }
    }

    /// The socket.
    pub fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// The camera ordered at `place`, counted from 0, as it was plugged in last.
    pub fn port(&self, place: usize) -> Arc<Port> {
        self.socket.port(place)
    }
}

impl Bus for VirtualBus {
    fn scan(&self) -> Result<Vec<Identity>, UsbError> {
        Ok(self.socket.ports().iter().map(|port| port.identity().clone()).collect())
    }

    fn open(&self, device: &Identity) -> Result<Arc<dyn Transport>, UsbError> {
        let port = self.socket.ports().into_iter().find(|port| port.identity() == device);
        let port = port.ok_or(UsbError::Gone)?;
        Ok(Arc::new(VirtualTransport { port, holds_claim: AtomicBool::new(false) }))
    }

    fn watch(&self, listener: BusListener) -> Result<(), UsbError> {
        let mut watch = self.watch.lock();
        if let Some(old) = watch.replace(self.socket.watch(listener)) {
            self.socket.unwatch(old);
        }
        Ok(())
    }

    fn unwatch(&self) {
        if let Some(number) = self.watch.lock().take() {
            self.socket.unwatch(number);
        }
    }
}

impl Drop for VirtualBus {
    fn drop(&mut self) {
        self.unwatch();
    }
}

/// One open virtual camera.
struct VirtualTransport {
    port: Arc<Port>,
    holds_claim: AtomicBool,
}

impl Transport for VirtualTransport {
    fn identity(&self) -> &Identity {
        self.port.identity()
    }

    fn clock(&self) -> Clock {
        self.port.clock()
    }

    fn claim(&self) -> Result<(), UsbError> {
        if self.port.is_gone() {
            return Err(UsbError::Gone);
        }
        if self.holds_claim.swap(true, Ordering::AcqRel) || self.port.claim() {
            return Ok(());
        }
        self.holds_claim.store(false, Ordering::Release);
        Err(UsbError::Busy("another part of this program has claimed it".to_owned()))
    }

    fn release(&self) -> Result<(), UsbError> {
        if self.holds_claim.swap(false, Ordering::AcqRel) {
            self.port.release();
        }
        Ok(())
    }

    fn control_in(&self, setup: Setup, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError> {
        answer_or_silence(&self.port, timeout, self.port.control_in(setup, data))
    }

    fn control_out(&self, setup: Setup, data: &[u8], timeout: Duration) -> Result<(), UsbError> {
        answer_or_silence(&self.port, timeout, self.port.control_out(setup, data))
    }

    fn bulk_out(&self, _endpoint: u8, _data: &[u8], _timeout: Duration) -> Result<usize, UsbError> {
        // The camera has no such endpoint.
        Err(if self.is_gone() { UsbError::Gone } else { UsbError::Stall })
    }

    fn bulk_in(&self, endpoint: u8, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError> {
        let deadline = Instant::now() + timeout.min(LONGEST_NAP);
        let mut filled = 0;
        match fill(&self.port, endpoint, data, &mut filled, deadline, &|| false)? {
            Filled::Ended => Ok(filled),
            Filled::NotYet => Err(UsbError::Timeout { transferred: filled }),
        }
    }

    fn open_bulk_in(&self, endpoint: u8) -> Result<Box<dyn BulkStream>, UsbError> {
        if self.is_gone() {
            return Err(UsbError::Gone);
        }
        let waker = Arc::new(VirtualWaker { port: self.port.clone(), woken: AtomicBool::new(false) });
        Ok(Box::new(VirtualStream {
            port: self.port.clone(),
            endpoint,
            queue: VecDeque::new(),
            filled: 0,
            cancelled: 0,
            waker,
        }))
    }

    fn clear_halt(&self, endpoint: u8) -> Result<(), UsbError> {
        answer_or_silence(&self.port, CLEAR_HALT_WAIT, self.port.clear_halt(endpoint))
    }

    fn is_gone(&self) -> bool {
        self.port.is_gone()
    }
}

impl Drop for VirtualTransport {
    fn drop(&mut self) {
        if self.holds_claim.swap(false, Ordering::AcqRel) {
            self.port.release();
        }
    }
}

/// Passes an answer on; a device that keeps silent costs the caller its time-out.
fn answer_or_silence<T>(port: &Port, timeout: Duration, answer: Result<T, UsbError>) -> Result<T, UsbError> {
    if let Err(UsbError::Timeout { .. }) = answer {
        let deadline = Instant::now() + timeout.min(LONGEST_NAP);
        while Instant::now() < deadline {
            if port.is_gone() {
                return Err(UsbError::Gone);
            }
            port.wait(port.changes(), deadline);
        }
    }
    answer
}

enum Filled {
    Ended,
    NotYet,
}

/// Goes on with one read until it ends, `deadline` has passed or `stop` says so.
fn fill(
    port: &Port,
    endpoint: u8,
    data: &mut [u8],
    filled: &mut usize,
    deadline: Instant,
    stop: &dyn Fn() -> bool,
) -> Result<Filled, UsbError> {
    loop {
        let seen = port.changes();
        if stop() {
            return Ok(Filled::NotYet);
        }
        let BulkIn { filled: n, ended, retry_at } = port.bulk_in(endpoint, &mut data[*filled..])?;
        *filled += n;
        if ended {
            return Ok(Filled::Ended);
        }
        if n > 0 {
            continue;
        }
        if Instant::now() >= deadline {
            return Ok(Filled::NotYet);
        }
        let retry_at = retry_at.map_or(deadline, |camera_time| port.clock().instant_at(camera_time));
        port.wait(seen, retry_at.min(deadline));
    }
}

/// Reads in flight. Only the oldest is being filled.
struct VirtualStream {
    port: Arc<Port>,
    endpoint: u8,
    queue: VecDeque<Vec<u8>>,
    /// Bytes in the oldest.
    filled: usize,
    /// So many of the oldest were cancelled.
    cancelled: usize,
    waker: Arc<VirtualWaker>,
}

struct VirtualWaker {
    port: Arc<Port>,
    woken: AtomicBool,
}

impl Wake for VirtualWaker {
    fn wake(&self) {
        self.woken.store(true, Ordering::Release);
        self.port.wake();
    }
}

impl VirtualStream {
    fn complete(&mut self, status: Result<(), UsbError>) -> Option<Completion> {
        let buffer = self.queue.pop_front()?;
        let filled = std::mem::take(&mut self.filled);
        Some(Completion { buffer, filled, status })
    }
}

impl BulkStream for VirtualStream {
    fn submit(&mut self, buffer: Vec<u8>) -> Result<(), (UsbError, Vec<u8>)> {
        if self.port.is_gone() {
            return Err((UsbError::Gone, buffer));
        }
        if buffer.is_empty() || buffer.len() % PACKET_BYTES != 0 {
            let text = format!("a read of {} bytes is not a multiple of {PACKET_BYTES}", buffer.len());
            return Err((UsbError::Other(text), buffer));
        }
        self.queue.push_back(buffer);
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        if self.cancelled > 0 {
            self.cancelled -= 1;
            return self.complete(Err(UsbError::Cancelled));
        }
        let oldest = self.queue.front_mut()?;
        let deadline = Instant::now() + timeout.min(LONGEST_NAP);
        let woken = || self.waker.woken.swap(false, Ordering::AcqRel);
        match fill(&self.port, self.endpoint, oldest, &mut self.filled, deadline, &woken) {
            Ok(Filled::Ended) => self.complete(Ok(())),
            Ok(Filled::NotYet) => None,
            Err(error) => self.complete(Err(error)),
        }
    }

    fn pending(&self) -> usize {
        self.queue.len()
    }

    fn cancel_all(&mut self) {
        self.cancelled = self.queue.len();
    }

    fn waker(&self) -> Arc<dyn Wake> {
        self.waker.clone()
    }
}

#[cfg(test)]
mod tests;
