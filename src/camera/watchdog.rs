//! Feeds the watchdog of cameras that have one: every 10 s of camera time one register
//! goes to 1 and back to 0 (observed). A camera that is not fed is not known to do
//! anything, but the vendor's library always feeds it.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::wire::{Out, fpga};

use super::link::Link;
use super::{Error, ErrorKind, Result};

const PERIOD: Duration = Duration::from_secs(10);
/// Least wall time between two feedings, for cameras that live fast.
const LEAST: Duration = Duration::from_millis(50);

/// Feeds until it is dropped.
pub(super) struct Watchdog {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    pub(super) fn start(link: Link) -> Result<Watchdog> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = stop.clone();
        let thread = std::thread::Builder::new()
            .name("qhyccd-watchdog".into())
            .spawn(move || feed(&link, &shared))
            .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread for the watchdog: {e}")))?;
        Ok(Watchdog { stop, thread: Some(thread) })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        *self.stop.0.lock() = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn feed(link: &Link, (stop, changed): &(Mutex<bool>, Condvar)) {
    let clock = link.clock();
    loop {
        for value in [1, 0] {
            if let Err(error) = link.send(&Out::Fpga { register: fpga::WATCHDOG, value }) {
                if error.kind() == ErrorKind::Lost {
                    return;
                }
                log::debug!("watchdog: {error}");
            }
        }
        let until = Instant::now() + clock.to_wall(PERIOD).max(LEAST);
        let mut stop = stop.lock();
        while !*stop && Instant::now() < until {
            changed.wait_until(&mut stop, until);
        }
        if *stop {
            return;
        }
    }
}
