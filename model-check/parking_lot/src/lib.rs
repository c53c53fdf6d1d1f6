//! Locks by the names of parking_lot whose every step shuttle schedules.
//!
//! Waits with a time limit never run into it here: whoever waits has to be woken, and a
//! wake-up that gets lost is a deadlock, which shuttle reports.
#![forbid(unsafe_code)]

use std::ops::{Deref, DerefMut};
use std::time::Instant;

use shuttle::sync as checked;

pub use checked::{RwLockReadGuard, RwLockWriteGuard};

#[derive(Debug, Default)]
pub struct Mutex<T: ?Sized>(checked::Mutex<T>);

/// Holds the lock, but for the moments in which [`Condvar`] or [`MutexGuard::unlocked`]
/// have it back.
pub struct MutexGuard<'a, T: ?Sized> {
    lock: &'a checked::Mutex<T>,
    held: Option<checked::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Mutex<T> {
        Mutex(checked::Mutex::new(value))
    }
}

impl<T: ?Sized> Mutex<T> {
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { lock: &self.0, held: Some(self.0.lock().expect("no panic under a lock")) }
    }

    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        Some(MutexGuard { lock: &self.0, held: Some(self.0.try_lock().ok()?) })
    }
}

impl<T: ?Sized> MutexGuard<'_, T> {
    pub fn unlocked<U>(guard: &mut Self, run: impl FnOnce() -> U) -> U {
        guard.held = None;
        let result = run();
        guard.held = Some(guard.lock.lock().expect("no panic under a lock"));
        result
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.held.as_ref().expect("held")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().expect("held")
    }
}

#[derive(Debug, Default)]
pub struct Condvar(checked::Condvar);

pub struct WaitTimeoutResult(());

impl WaitTimeoutResult {
    pub fn timed_out(&self) -> bool {
        false
    }
}

impl Condvar {
    pub fn new() -> Condvar {
        Condvar(checked::Condvar::new())
    }

    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.held.take().expect("held");
        guard.held = Some(self.0.wait(held).expect("no panic under a lock"));
    }

    pub fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, _: Instant) -> WaitTimeoutResult {
        self.wait(guard);
        WaitTimeoutResult(())
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    pub fn notify_one(&self) {
        self.0.notify_one();
    }
}

#[derive(Debug, Default)]
pub struct RwLock<T: ?Sized>(checked::RwLock<T>);

impl<T> RwLock<T> {
    pub fn new(value: T) -> RwLock<T> {
        RwLock(checked::RwLock::new(value))
    }

    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().expect("no panic under a lock")
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().expect("no panic under a lock")
    }
}
