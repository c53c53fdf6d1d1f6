//! Asynchronous bulk reads.
//!
//! A buffer has one owner at a time: the caller (idle), a [`Pending`] record that libusb
//! holds by its `user_data` (pending), or the same record after the stream was dropped
//! before libusb gave it back (abandoned). The record owns everything the kernel may
//! still touch: the buffer, the transfer and the device handle. Only the callback takes
//! it apart, so no buffer can be freed under the kernel.
//!
//! ```text
//!          submit               callback               wait
//!   caller ------> Pending/libusb ------> Shared.done ------> caller
//!                     | stream dropped, drain time over
//!                     '--> abandoned: the callback frees it whenever it comes
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use rusb::constants::{
    LIBUSB_ERROR_BUSY, LIBUSB_ERROR_IO, LIBUSB_ERROR_NO_DEVICE, LIBUSB_ERROR_NO_MEM,
    LIBUSB_TRANSFER_CANCELLED, LIBUSB_TRANSFER_COMPLETED, LIBUSB_TRANSFER_NO_DEVICE,
    LIBUSB_TRANSFER_OVERFLOW, LIBUSB_TRANSFER_STALL, LIBUSB_TRANSFER_TIMED_OUT,
};
use rusb::ffi::{
    libusb_alloc_transfer, libusb_cancel_transfer, libusb_fill_bulk_transfer, libusb_free_transfer,
    libusb_submit_transfer, libusb_transfer,
};

use crate::transport::{BulkStream, Completion, UsbError, Wake};

use super::device::Opened;
use super::events::Lease;

/// How long a dropped stream waits for its cancelled reads.
const DRAIN: Duration = Duration::from_secs(2);

/// A pointer to a transfer that libusb holds.
#[derive(Clone, Copy, PartialEq, Eq)]
struct TransferPtr(*mut libusb_transfer);

// SAFETY: libusb's calls on a transfer may come from any thread.
unsafe impl Send for TransferPtr {}

/// What a pending read needs to live, owned by libusb through `user_data`.
struct Pending {
    buffer: Vec<u8>,
    number: u64,
    shared: Arc<Shared>,
    /// Keeps the handle open until the kernel is done.
    device: Arc<Opened>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Reads in libusb's hands.
    flying: BTreeMap<u64, TransferPtr>,
    /// Reads that ended, by number, until they are fetched.
    done: BTreeMap<u64, Completion>,
    woken: bool,
}

/// A queue of reads on one endpoint.
pub(super) struct UsbStream {
    shared: Arc<Shared>,
    device: Arc<Opened>,
    endpoint: u8,
    /// Number of the next read, and of the next one to hand out.
    next: u64,
    oldest: u64,
    /// Reads that the system had no memory for; they follow as others end, so the queue
    /// becomes as deep as the memory allows.
    held_back: VecDeque<(u64, Vec<u8>)>,
    /// After everything else: the event thread must outlive the drain in `drop`.
    _lease: Lease,
}

impl UsbStream {
    pub(super) fn new(device: Arc<Opened>, lease: Lease, endpoint: u8) -> UsbStream {
        UsbStream {
            shared: Arc::default(),
            device,
            endpoint,
            next: 0,
            oldest: 0,
            held_back: VecDeque::new(),
            _lease: lease,
        }
    }

    /// Hands a buffer to libusb under a number.
    fn start(&self, number: u64, mut buffer: Vec<u8>) -> Result<(), (UsbError, Vec<u8>)> {
        let Ok(length) = i32::try_from(buffer.len()) else {
            return Err((UsbError::Overflow, buffer));
        };
        // The bytes stay where they are when the vector moves into the record.
        let (handle, data) = (self.device.handle.as_raw(), buffer.as_mut_ptr());
        let pending = Box::into_raw(Box::new(Pending {
            buffer,
            number,
            shared: Arc::clone(&self.shared),
            device: Arc::clone(&self.device),
        }));
        // The callback may come before `libusb_submit_transfer` returns; it waits for
        // this lock and then finds the read in `flying`.
        let mut state = self.shared.state.lock();
        // SAFETY: the handle is open (Pending holds it), the buffer lives in Pending,
        // which libusb owns from a successful submission until the callback.
        let result = unsafe {
            let transfer = libusb_alloc_transfer(0);
            if transfer.is_null() {
                LIBUSB_ERROR_NO_MEM
            } else {
                let owner = pending.cast::<c_void>();
                libusb_fill_bulk_transfer(transfer, handle, self.endpoint, data, length, ended, owner, 0);
                let result = libusb_submit_transfer(transfer);
                if result == 0 {
                    state.flying.insert(number, TransferPtr(transfer));
                } else {
                    libusb_free_transfer(transfer);
                }
                result
            }
        };
        if result == 0 {
            return Ok(());
        }
        drop(state);
        // SAFETY: libusb did not take it.
        let pending = unsafe { Box::from_raw(pending) };
        let error = match result {
            LIBUSB_ERROR_NO_DEVICE => {
                self.device.gone.store(true, Ordering::Release);
                UsbError::Gone
            }
            LIBUSB_ERROR_NO_MEM => UsbError::NoMemory,
            LIBUSB_ERROR_BUSY | LIBUSB_ERROR_IO => {
                UsbError::Other(format!("libusb refused a bulk read (error {result})"))
            }
            other => UsbError::Other(format!("libusb error {other}")),
        };
        Err((error, pending.buffer))
    }

    /// Starts held-back reads while there is memory for them.
    fn start_held_back(&mut self) {
        while let Some((number, buffer)) = self.held_back.pop_front() {
            match self.start(number, buffer) {
                Ok(()) => {}
                Err((UsbError::NoMemory, buffer)) if !self.shared.state.lock().flying.is_empty() => {
                    self.held_back.push_front((number, buffer));
                    return;
                }
                Err((error, buffer)) => {
                    let failed = Completion { buffer, filled: 0, status: Err(error) };
                    self.shared.state.lock().done.insert(number, failed);
                }
            }
        }
    }
}

impl BulkStream for UsbStream {
    fn submit(&mut self, buffer: Vec<u8>) -> Result<(), (UsbError, Vec<u8>)> {
        let number = self.next;
        let outcome = if self.held_back.is_empty() {
            self.start(number, buffer)
        } else {
            Err((UsbError::NoMemory, buffer))
        };
        match outcome {
            Ok(()) => {}
            Err((UsbError::NoMemory, buffer)) if self.pending() > 0 => {
                log::debug!("USB memory is short; going on with {} reads in flight", self.pending());
                self.held_back.push_back((number, buffer));
            }
            Err(refused) => return Err(refused),
        }
        self.next += 1;
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        let end = Instant::now() + timeout;
        let mut state = self.shared.state.lock();
        loop {
            if let Some(completion) = state.done.remove(&self.oldest) {
                drop(state);
                self.oldest += 1;
                self.start_held_back();
                return Some(completion);
            }
            if std::mem::take(&mut state.woken) || self.oldest == self.next {
                return None;
            }
            if self.shared.changed.wait_until(&mut state, end).timed_out() {
                return state.done.remove(&self.oldest).inspect(|_| self.oldest += 1);
            }
        }
    }

    fn pending(&self) -> usize {
        (self.next - self.oldest) as usize
    }

    fn cancel_all(&mut self) {
        for (number, buffer) in self.held_back.drain(..) {
            let cancelled = Completion { buffer, filled: 0, status: Err(UsbError::Cancelled) };
            self.shared.state.lock().done.insert(number, cancelled);
        }
        // The newest first, so that the device does not fill one after the other. The
        // lock is held: a callback cannot free a transfer before it is out of `flying`.
        let state = self.shared.state.lock();
        for transfer in state.flying.values().rev() {
            // SAFETY: it is in `flying`, so its callback has not freed it yet.
            unsafe { libusb_cancel_transfer(transfer.0) };
        }
    }

    fn waker(&self) -> Arc<dyn Wake> {
        Arc::new(StreamWaker(Arc::clone(&self.shared)))
    }
}

impl Drop for UsbStream {
    fn drop(&mut self) {
        self.cancel_all();
        let end = Instant::now() + DRAIN;
        let mut state = self.shared.state.lock();
        while !state.flying.is_empty() {
            if self.shared.changed.wait_until(&mut state, end).timed_out() {
                log::warn!("{} USB reads do not end; abandoned", state.flying.len());
                break;
            }
        }
    }
}

struct StreamWaker(Arc<Shared>);

impl Wake for StreamWaker {
    fn wake(&self) {
        self.0.state.lock().woken = true;
        self.0.changed.notify_all();
    }
}

/// libusb's callback: takes the record back and frees the transfer.
extern "system" fn ended(transfer: *mut libusb_transfer) {
    // SAFETY: `user_data` is the record that `start` gave away, and this callback is the
    // one place that takes it back; libusb does not use the transfer after.
    let (pending, status, filled) = unsafe {
        let pending = Box::from_raw((*transfer).user_data.cast::<Pending>());
        (pending, (*transfer).status, (*transfer).actual_length.max(0) as usize)
    };
    let Pending { buffer, number, shared, device } = *pending;
    let status = match status {
        LIBUSB_TRANSFER_COMPLETED => Ok(()),
        LIBUSB_TRANSFER_TIMED_OUT => Err(UsbError::Timeout { transferred: filled }),
        LIBUSB_TRANSFER_CANCELLED => Err(UsbError::Cancelled),
        LIBUSB_TRANSFER_STALL => Err(UsbError::Stall),
        LIBUSB_TRANSFER_OVERFLOW => Err(UsbError::Overflow),
        LIBUSB_TRANSFER_NO_DEVICE => {
            device.gone.store(true, Ordering::Release);
            Err(UsbError::Gone)
        }
        other => Err(UsbError::Other(format!("bulk read failed (status {other})"))),
    };
    let filled = filled.min(buffer.len());
    let mut state = shared.state.lock();
    state.flying.remove(&number);
    // SAFETY: allocated by `start`; out of `flying`, so nobody cancels it any more.
    unsafe { libusb_free_transfer(transfer) };
    state.done.insert(number, Completion { buffer, filled, status });
    drop(state);
    shared.changed.notify_all();
}
