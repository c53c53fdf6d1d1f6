//! Who wants to know of arrivals and departures, and the thread that tells of returns.
//!
//! Departures are told in the thread that causes them. A camera that left by itself comes
//! back with nobody at hand, so as long as somebody watches one thread waits for that.

use std::thread::JoinHandle;
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use crate::transport::{BusEvent, BusListener};

/// Whoever watches a bus.
#[derive(Default)]
pub(super) struct Watchers {
    listeners: Mutex<Listeners>,
    waiting: Mutex<Waiting>,
    news: Condvar,
}

#[derive(Default)]
struct Listeners {
    last: u64,
    list: Vec<(u64, BusListener)>,
}

#[derive(Default)]
struct Waiting {
    /// When cameras come back.
    due: Vec<Instant>,
    /// Which thread is to wait: one with another number ends.
    turn: u64,
    thread: Option<JoinHandle<()>>,
}

impl Watchers {
    /// Tells all, in this thread, without a lock held.
    pub(super) fn tell(&self, event: &BusEvent) {
        let listeners: Vec<BusListener> =
            self.listeners.lock().list.iter().map(|(_, listener)| listener.clone()).collect();
        for listener in listeners {
            listener(event.clone());
        }
    }

    /// Somebody more; returns a number for [`Watchers::remove`].
    pub(super) fn add(&self, listener: BusListener) -> u64 {
        let mut listeners = self.listeners.lock();
        listeners.last += 1;
        let number = listeners.last;
        listeners.list.push((number, listener));
        number
    }

    /// One less; true if nobody is left.
    pub(super) fn remove(&self, number: u64) -> bool {
        let mut listeners = self.listeners.lock();
        listeners.list.retain(|(other, _)| *other != number);
        listeners.list.is_empty()
    }

    /// A camera comes back then.
    pub(super) fn expect(&self, at: Instant) {
        self.waiting.lock().due.push(at);
        self.news.notify_all();
    }

    /// Starts the thread, unless it runs; `bring_back` puts those that are due back on the
    /// bus. Without a thread they come back when the bus is looked at.
    pub(super) fn start_waiting(&self, thread: impl FnOnce(u64) -> Option<JoinHandle<()>>) {
        let mut waiting = self.waiting.lock();
        if waiting.thread.is_none() {
            waiting.turn += 1;
            waiting.thread = thread(waiting.turn);
        }
    }

    /// Ends the thread and joins it, unless this is it.
    pub(super) fn stop_waiting(&self) {
        let mut waiting = self.waiting.lock();
        waiting.turn += 1;
        let thread = waiting.thread.take();
        drop(waiting);
        self.news.notify_all();
        if let Some(thread) = thread.filter(|t| t.thread().id() != std::thread::current().id()) {
            let _ = thread.join();
        }
    }

    /// What the thread does.
    pub(super) fn wait_for_returns(&self, turn: u64, bring_back: impl Fn()) {
        let mut waiting = self.waiting.lock();
        while waiting.turn == turn {
            let now = Instant::now();
            let before = waiting.due.len();
            waiting.due.retain(|due| *due > now);
            if waiting.due.len() < before {
                drop(waiting);
                bring_back();
                waiting = self.waiting.lock();
                continue;
            }
            match waiting.due.iter().min().copied() {
                Some(next) => {
                    self.news.wait_until(&mut waiting, next);
                }
                None => self.news.wait(&mut waiting),
            }
        }
    }
}
