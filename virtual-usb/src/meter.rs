//! What the look-alike itself costs, for programs that measure a library on top of it.
//!
//! A real camera and the kernel do their work elsewhere; here both share the process with
//! the program. With `VIRTUAL_USB_METER` set, the processor time of every thread inside the
//! look-alike is added up, callbacks into the program left out, and the moment is kept at
//! which the last bulk bytes came. A program takes the sum from its own processor time.

use std::cell::Cell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

static ON: LazyLock<bool> = LazyLock::new(|| std::env::var_os("VIRTUAL_USB_METER").is_some());
static CPU_NS: AtomicU64 = AtomicU64::new(0);
static LAST_BYTE_NS: AtomicU64 = AtomicU64::new(0);
static BULK_BYTES: AtomicU64 = AtomicU64::new(0);
static TRANSFERS: AtomicU64 = AtomicU64::new(0);
static REQUESTS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Processor time of this thread when it came in or was counted last; `None` outside.
    static SINCE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Processor time of all threads inside the look-alike so far, in nanoseconds; 0 without
/// `VIRTUAL_USB_METER`.
#[unsafe(no_mangle)]
pub extern "C" fn virtual_usb_cpu_ns() -> u64 {
    CPU_NS.load(Ordering::Relaxed)
}

/// When bulk bytes came last, by `CLOCK_MONOTONIC`, in nanoseconds.
#[unsafe(no_mangle)]
pub extern "C" fn virtual_usb_last_byte_ns() -> u64 {
    LAST_BYTE_NS.load(Ordering::Relaxed)
}

/// Bulk bytes so far.
#[unsafe(no_mangle)]
pub extern "C" fn virtual_usb_bulk_bytes() -> u64 {
    BULK_BYTES.load(Ordering::Relaxed)
}

/// Bulk transfers that ended so far.
#[unsafe(no_mangle)]
pub extern "C" fn virtual_usb_transfers() -> u64 {
    TRANSFERS.load(Ordering::Relaxed)
}

/// Control requests so far.
#[unsafe(no_mangle)]
pub extern "C" fn virtual_usb_requests() -> u64 {
    REQUESTS.load(Ordering::Relaxed)
}

/// A stay of this thread inside the look-alike; a second one within it changes nothing.
#[must_use]
pub struct Stay(bool);

/// The thread comes in.
pub fn enter() -> Stay {
    let first = *ON && SINCE.get().is_none();
    if first {
        SINCE.set(Some(thread_ns()));
    }
    Stay(first)
}

impl Drop for Stay {
    fn drop(&mut self) {
        if self.0 {
            count();
            SINCE.set(None);
        }
    }
}

/// Adds up to now, before a wait that may be long.
pub fn count() {
    if let Some(since) = SINCE.get() {
        let now = thread_ns();
        CPU_NS.fetch_add(now - since, Ordering::Relaxed);
        SINCE.set(Some(now));
    }
}

/// Runs a callback of the program, whose time is not ours.
pub fn outside(callback: impl FnOnce()) {
    count();
    let inside = SINCE.take();
    callback();
    SINCE.set(inside.map(|_| thread_ns()));
}

/// Bulk bytes came.
pub fn bulk_bytes(count: usize) {
    BULK_BYTES.fetch_add(count as u64, Ordering::Relaxed);
    if *ON {
        LAST_BYTE_NS.store(clock_ns(libc::CLOCK_MONOTONIC), Ordering::Relaxed);
    }
}

/// A bulk transfer ended.
pub fn transfer() {
    TRANSFERS.fetch_add(1, Ordering::Relaxed);
}

/// A control request was made.
pub fn request() {
    REQUESTS.fetch_add(1, Ordering::Relaxed);
}

fn thread_ns() -> u64 {
    clock_ns(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place; both clocks exist.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
