//! Transfers in flight and the event loop that completes them.
//!
//! As in libusb, one thread at a time handles events, transfers of one endpoint complete
//! in the order of submission, and callbacks run in the thread that handles events with
//! no lock held. Data are taken from the camera straight into the program's buffer.

use std::ffi::c_int;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};
use qhyccd::transport::UsbError;

use crate::abi::{
    FLAG_FREE_BUFFER, FLAG_FREE_TRANSFER, FLAG_SHORT_NOT_OK, Handle, Status, TYPE_CONTROL, Transfer, code,
};
use crate::bus::Device;
use crate::meter;
use crate::trace;

/// How long a waiting loop may sleep before it looks at the bus again: devices can be
/// unplugged by their own fault scripts, which nobody announces.
pub const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Bytes that may be in flight, as usbfs has a limit: `VIRTUAL_USB_MEMORY`.
static MEMORY: LazyLock<usize> = LazyLock::new(|| {
    std::env::var("VIRTUAL_USB_MEMORY").ok().and_then(|n| n.parse().ok()).unwrap_or(usize::MAX)
});

struct Entry {
    number: u64,
    transfer: *mut Transfer,
    handle: *mut Handle,
    device: &'static Device,
    deadline: Option<Instant>,
    /// How it ended already; only the callback is missing.
    ended: Option<Status>,
    cancelled: bool,
    /// The program freed it while in flight.
    freed: bool,
    /// The event loop is filling its buffer right now.
    busy: bool,
    /// Nothing to be had before this.
    retry: Option<Instant>,
}

// SAFETY: the pointers are libusb's contract: the program leaves a submitted transfer
// and its buffer alone until the callback, so only the event loop uses them.
unsafe impl Send for Entry {}

/// The queue of one context.
#[derive(Default)]
pub struct Queue {
    entries: Mutex<Vec<Entry>>,
    /// Counts [`Queue::device_changed`], so that news during a fill is not lost.
    news: AtomicU64,
    /// Counts transfers.
    submitted: AtomicU64,
    changed: Condvar,
    /// Held by the thread that handles events.
    events: Mutex<()>,
}

enum Next {
    Finish(usize, Status),
    Fill(usize),
    WaitUntil(Instant),
}

impl Queue {
    /// Queues a transfer whose device is there; `start` does what can be done at once and
    /// may tell how it ended. The answer is libusb's code.
    pub fn submit(
        &self,
        transfer: *mut Transfer,
        handle: *mut Handle,
        device: &'static Device,
        start: impl FnOnce() -> Option<Status>,
    ) -> c_int {
        let mut entries = self.entries.lock();
        if entries.iter().any(|e| e.transfer == transfer) {
            return code::BUSY;
        }
        // SAFETY: transfers in flight are valid, and so is the new one by libusb's contract.
        let length = |t: *mut Transfer| unsafe { (*t).length.max(0) as usize };
        let in_flight: usize = entries.iter().map(|e| length(e.transfer)).sum();
        if in_flight.saturating_add(length(transfer)) > *MEMORY {
            return code::NO_MEM;
        }
        // SAFETY: `transfer` is the program's, valid and not in flight by libusb's contract.
        let timeout_ms = unsafe {
            (*transfer).actual_length = 0;
            (*transfer).timeout
        };
        let deadline =
            (timeout_ms != 0).then(|| Instant::now() + Duration::from_millis(u64::from(timeout_ms)));
        entries.push(Entry {
            number: self.submitted.fetch_add(1, Ordering::Relaxed),
            transfer,
            handle,
            device,
            deadline,
            ended: start(),
            cancelled: false,
            freed: false,
            busy: false,
            retry: None,
        });
        self.changed.notify_all();
        code::SUCCESS
    }

    /// Marks a transfer for cancelling; false if it is not in flight.
    pub fn cancel(&self, transfer: *mut Transfer) -> bool {
        let mut entries = self.entries.lock();
        let Some(entry) = entries.iter_mut().find(|e| e.transfer == transfer) else { return false };
        if entry.cancelled || entry.ended.is_some() {
            return false;
        }
        entry.cancelled = true;
        self.changed.notify_all();
        true
    }

    /// True if a transfer that the program frees is still in flight. It is then cancelled,
    /// and its memory goes after its callback: the vendor's library frees transfers
    /// right after it asked for their end (observed), and must get away with it.
    pub fn free_later(&self, transfer: *mut Transfer) -> bool {
        let mut entries = self.entries.lock();
        let Some(entry) = entries.iter_mut().find(|e| e.transfer == transfer) else { return false };
        entry.cancelled = true;
        entry.freed = true;
        self.changed.notify_all();
        true
    }

    /// Forgets what a handle still has in flight. Its callbacks never run, as with
    /// libusb when a program closes a handle too early.
    pub fn forget(&self, handle: *mut Handle) {
        let mut entries = self.entries.lock();
        while entries.iter().any(|e| e.handle == handle && e.busy) {
            self.changed.wait(&mut entries);
        }
        let freed: Vec<_> =
            entries.iter().filter(|e| e.handle == handle && e.freed).map(|e| e.transfer).collect();
        entries.retain(|e| e.handle != handle);
        drop(entries);
        for transfer in freed {
            // SAFETY: the program gave it up, and it has left the queue.
            unsafe { free(transfer) };
        }
    }

    /// The camera may have something new: whoever waits looks again.
    pub fn device_changed(&self) {
        let mut entries = self.entries.lock();
        self.news.fetch_add(1, Ordering::Relaxed);
        for entry in entries.iter_mut() {
            entry.retry = None;
        }
        self.changed.notify_all();
    }

    /// Wakes whoever waits, to look at what it waits for.
    pub fn wake(&self) {
        // Not between a look and the wait that follows it.
        let _entries = self.entries.lock();
        self.changed.notify_all();
    }

    /// Waits until something happens in the queue, or `until`.
    pub fn wait(&self, until: Instant) {
        self.changed.wait_until(&mut self.entries.lock(), until);
    }

    /// The right to handle events.
    pub fn events(&self) -> &Mutex<()> {
        &self.events
    }

    /// Takes the right to handle events, waiting `timeout` for it.
    pub fn try_events(&self, timeout: Duration) -> Option<MutexGuard<'_, ()>> {
        self.events.try_lock_for(timeout)
    }

    /// Waits for a transfer that can be completed, `deadline` at the latest, and completes
    /// all that can be; false if there was none. The vendor's library counts on cancelled
    /// transfers being gone soon, whatever else the machine does (observed). `stop` may end
    /// the waiting. The caller holds the right to handle events.
    pub fn run(&self, deadline: Instant, mut stop: impl FnMut() -> bool) -> bool {
        let mut completed = false;
        let mut fresh = 0;
        loop {
            let mut entries = self.entries.lock();
            if !completed {
                if stop() {
                    return false;
                }
                fresh = self.submitted.load(Ordering::Relaxed);
            }
            let step = next(&entries, deadline);
            if let Next::Finish(at, _) | Next::Fill(at) = step {
                // What callbacks send off waits for the next turn, or this one may never end.
                if completed && entries[at].number >= fresh {
                    return true;
                }
            }
            match step {
                Next::Finish(at, status) => {
                    let entry = entries.remove(at);
                    drop(entries);
                    self.finish(&entry, status);
                    completed = true;
                }
                Next::Fill(at) => {
                    entries[at].busy = true;
                    let (transfer, device) = (entries[at].transfer, entries[at].device);
                    let news = self.news.load(Ordering::Relaxed);
                    drop(entries);
                    let outcome = fill(transfer, device);
                    let mut entries = self.entries.lock();
                    // Only this thread removes busy entries, so it is still there.
                    let at = entries.iter().position(|e| e.transfer == transfer).expect("busy entry");
                    entries[at].busy = false;
                    self.changed.notify_all();
                    match outcome {
                        Ok(retry) if news == self.news.load(Ordering::Relaxed) => entries[at].retry = retry,
                        Ok(_) => {}
                        // Its time is over in any case; the next round ends it.
                        Err(_) if entries[at].cancelled => {}
                        Err(status) => {
                            let entry = entries.remove(at);
                            drop(entries);
                            self.finish(&entry, status);
                            completed = true;
                        }
                    }
                }
                Next::WaitUntil(until) => {
                    if completed || Instant::now() >= deadline {
                        return completed;
                    }
                    meter::count();
                    self.changed.wait_until(&mut entries, until);
                }
            }
        }
    }

    /// Gives a transfer that has left the queue back to the program.
    fn finish(&self, entry: &Entry, status: Status) {
        let transfer = entry.transfer;
        // SAFETY: the transfer has left the queue, so the program is not using it yet.
        // After the callback it may be gone; what is needed then is read before.
        let free_after = unsafe {
            (*transfer).status = status as i32;
            trace::record("complete", |line| {
                line.hex("ep", u64::from((*transfer).endpoint), 2)
                    .num("status", status as i64)
                    .num("got", i64::from((*transfer).actual_length));
            });
            let free_after = entry.freed || (*transfer).flags & FLAG_FREE_TRANSFER != 0;
            if (*transfer).kind != TYPE_CONTROL {
                meter::transfer();
            }
            if let Some(callback) = (*transfer).callback {
                meter::outside(|| callback(transfer));
            }
            free_after
        };
        // The callback may have sent it off again; then it goes when that ends.
        if free_after && !self.free_later(transfer) {
            // SAFETY: the program gave it up, and it is not in the queue.
            unsafe { free(transfer) };
        }
    }
}

impl Entry {
    /// A control request that is still in the queue is one that the device never answers.
    fn is_control(&self) -> bool {
        // SAFETY: the transfer is in flight, hence valid and unchanged.
        unsafe { (*self.transfer).kind == TYPE_CONTROL }
    }
}

/// What to do now: the first transfer that must end, else the first that may get data.
fn next(entries: &[Entry], deadline: Instant) -> Next {
    let now = Instant::now();
    let mut until = deadline.min(now + LOOK_AGAIN);
    for (at, entry) in entries.iter().enumerate() {
        if let Some(status) = entry.ended {
            return Next::Finish(at, status);
        }
        if entry.device.is_gone() {
            return Next::Finish(at, Status::NoDevice);
        }
        if entry.cancelled {
            return Next::Finish(at, Status::Cancelled);
        }
        match entry.deadline {
            Some(end) if end <= now => return Next::Finish(at, Status::TimedOut),
            Some(end) => until = until.min(end),
            None => {}
        }
    }
    for (at, entry) in entries.iter().enumerate() {
        let first = entries[..at].iter().all(|e| {
            // SAFETY: both transfers are in flight, hence valid and unchanged.
            !std::ptr::eq(e.device, entry.device)
                || unsafe { (*e.transfer).endpoint != (*entry.transfer).endpoint }
        });
        match entry.retry {
            _ if !first || entry.is_control() => {}
            Some(retry) if retry > now => until = until.min(retry),
            _ => return Next::Fill(at),
        }
    }
    Next::WaitUntil(until)
}

/// Takes what the camera has. `Ok` means the transfer goes on, and when to look again;
/// `Err` is the status it ends with.
fn fill(transfer: *mut Transfer, device: &'static Device) -> Result<Option<Instant>, Status> {
    // SAFETY: the transfer is in flight and marked busy, so nobody else touches it; its
    // buffer has `length` bytes by libusb's contract.
    let (endpoint, rest) = unsafe {
        let (length, have) = ((*transfer).length.max(0) as usize, (*transfer).actual_length as usize);
        // An empty buffer may be null, which a slice must not.
        let rest = match length - have {
            0 => &mut [][..],
            left => std::slice::from_raw_parts_mut((*transfer).buffer.add(have), left),
        };
        ((*transfer).endpoint, rest)
    };
    match device.port().bulk_in(endpoint, rest) {
        Ok(step) => {
            if step.filled > 0 {
                meter::bulk_bytes(step.filled);
            }
            // SAFETY: as above.
            unsafe { (*transfer).actual_length += step.filled as i32 };
            if step.ended {
                // SAFETY: as above.
                let short_is_error = unsafe {
                    (*transfer).flags & FLAG_SHORT_NOT_OK != 0
                        && (*transfer).actual_length < (*transfer).length
                };
                return Err(if short_is_error { Status::Error } else { Status::Completed });
            }
            let clock = device.port().clock();
            Ok(Some(step.retry_at.map_or(Instant::now() + LOOK_AGAIN, |at| clock.instant_at(at))))
        }
        Err(UsbError::Gone) => Err(Status::NoDevice),
        Err(UsbError::Stall) => Err(Status::Stall),
        Err(UsbError::Overflow) => Err(Status::Overflow),
        Err(UsbError::Timeout { .. }) => Ok(Some(Instant::now() + LOOK_AGAIN)),
        Err(_) => Err(Status::Error),
    }
}

/// Frees a transfer, and its buffer if its flags say so.
///
/// # Safety
/// It is from `libusb_alloc_transfer`, not in flight and not freed before.
pub unsafe fn free(transfer: *mut Transfer) {
    // SAFETY: by contract; with the flag the buffer is from the program's `malloc`.
    unsafe {
        if (*transfer).flags & FLAG_FREE_BUFFER != 0 {
            libc::free((*transfer).buffer.cast());
        }
        drop(Box::from_raw(transfer));
    }
}
