//! The thread that lets libusb complete transfers and notice plugging.
//!
//! It runs while at least one [`Lease`] is held. libusb allows only one thread to handle
//! events at a time anyway, so one a bus is enough, whatever the number of cameras.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rusb::UsbContext;

use super::{UsbError, from_rusb};

/// How long one call into libusb may wait. An interrupt ends it at once; this is only
/// for a libusb that misses the interrupt.
const SLICE: Duration = Duration::from_millis(500);

/// Starts and ends the event thread of one libusb context.
pub(super) struct EventLoop {
    context: rusb::Context,
    running: Mutex<Running>,
    /// Held by the thread while it handles events.
    round: Arc<Mutex<()>>,
}

#[derive(Default)]
struct Running {
    leases: usize,
    thread: Option<(JoinHandle<()>, Arc<AtomicBool>)>,
}

/// Keeps the event thread alive.
pub(super) struct Lease(Arc<EventLoop>);

impl EventLoop {
    pub(super) fn new(context: rusb::Context) -> EventLoop {
        EventLoop { context, running: Mutex::default(), round: Arc::default() }
    }

    /// Does something while no callback runs, in whatever thread: libusb does not wait for
    /// a running callback when it forgets it.
    pub(super) fn between_callbacks<T>(&self, act: impl FnOnce() -> T) -> T {
        let inside = self.running.lock().thread.as_ref().map(|(thread, _)| thread.thread().id());
        if inside == Some(std::thread::current().id()) {
            // In a callback itself, which is the one that runs.
            return act();
        }
        self.context.interrupt_handle_events();
        let _ours = self.round.lock();
        // Threads in the middle of a control request handle events as well.
        let context = self.context.as_raw();
        // SAFETY: the context lives as long as `self`; this thread does not hold the event
        // lock yet, as it is in no callback, and gives it back below.
        unsafe { rusb::ffi::libusb_lock_events(context) };
        let result = act();
        // SAFETY: this thread holds the lock.
        unsafe { rusb::ffi::libusb_unlock_events(context) };
        result
    }

    /// Starts the thread if it does not run.
    pub(super) fn lease(self: &Arc<EventLoop>) -> Result<Lease, UsbError> {
        let mut running = self.running.lock();
        if running.thread.is_none() {
            let stop = Arc::new(AtomicBool::new(false));
            let (context, stopped) = (self.context.clone(), Arc::clone(&stop));
            let round = Arc::clone(&self.round);
            let thread = std::thread::Builder::new()
                .name("qhyccd-usb".into())
                .spawn(move || {
                    while !stopped.load(Ordering::Acquire) {
                        let turn = round.lock();
                        let handled = context.handle_events(Some(SLICE));
                        // Whoever waits for a pause gets it before the next round.
                        MutexGuard::unlock_fair(turn);
                        if let Err(error) = handled {
                            if error != rusb::Error::Interrupted {
                                log::warn!("USB events: {}", from_rusb(error));
                                // Whatever it is must not turn this into a busy loop.
                                std::thread::sleep(Duration::from_millis(10));
                            }
                        }
                    }
                })
                .map_err(|error| UsbError::Other(format!("no thread for USB events: {error}")))?;
            running.thread = Some((thread, stop));
        }
        running.leases += 1;
        Ok(Lease(Arc::clone(self)))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut running = self.0.running.lock();
        running.leases -= 1;
        if running.leases > 0 {
            return;
        }
        let Some((thread, stop)) = running.thread.take() else { return };
        stop.store(true, Ordering::Release);
        self.0.context.interrupt_handle_events();
        // A listener may let go of the last lease from the event thread itself, which
        // cannot wait for its own end; it ends by the flag.
        if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
            log::error!("the USB event thread panicked");
        }
    }
}
