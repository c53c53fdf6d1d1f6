//! Whole frames by several threads.
//!
//! The threads live as long as one call: starting one takes some 50 µs, next to
//! milliseconds of work, and so nothing has to be kept, stopped or shared with the program
//! around. The calling thread works too, and does it all if no thread can be had.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// Most threads that anybody may ask for.
pub const MOST_THREADS: usize = 64;

/// As many threads as the machine runs at once, four at most: beyond that memory is the
/// limit.
pub fn default_threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(4)
}

/// Gives each item of `work` to `run`, on `threads` threads, this one among them. Items are
/// taken in order, by whoever is free.
pub fn for_each<T: Send>(
    threads: usize,
    work: impl IntoIterator<Item = T, IntoIter: Send>,
    run: impl Fn(T) + Sync,
) {
    let work = Mutex::new(work.into_iter());
    let next = || work.lock().unwrap_or_else(PoisonError::into_inner).next();
    let labour = || {
        while let Some(item) = next() {
            run(item);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(MOST_THREADS) {
            let worker = thread::Builder::new().name("qhyccd-pixels".into());
            if worker.spawn_scoped(scope, labour).is_err() {
                break;
            }
        }
        labour();
    });
}
