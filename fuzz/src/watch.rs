//! Knows what each thread is in, counts calls, and ends the program when a call does not
//! return or an answer is wrong.
//!
//! All numbers are relaxed atomics: a lock or a stronger order would make the threads wait
//! for each other in a way that hides races of the library from ThreadSanitizer.

use std::io::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Threads of the fuzzer at most.
pub(crate) const THREADS: usize = 8;
/// Functions at most.
const NAMES: usize = 256;

/// What one thread is in.
struct Slot {
    /// Number of the function and 1; 0 is none.
    function: AtomicUsize,
    until_ms: AtomicU64,
    step: AtomicU64,
}

/// What became of the calls of one function.
struct Count {
    calls: AtomicU64,
    good: AtomicU64,
    longest_us: AtomicU64,
}

static SLOTS: [Slot; THREADS] =
    [const { Slot { function: AtomicUsize::new(0), until_ms: AtomicU64::new(0), step: AtomicU64::new(0) } };
        THREADS];
static COUNTS: [Count; NAMES] =
    [const { Count { calls: AtomicU64::new(0), good: AtomicU64::new(0), longest_us: AtomicU64::new(0) } };
        NAMES];
/// Seed and threads of the round that runs.
static SEED: AtomicU64 = AtomicU64::new(0);
static ROUND_THREADS: AtomicUsize = AtomicUsize::new(0);
/// Its cameras.
static ORDER: Mutex<String> = Mutex::new(String::new());

/// Frames that were delivered, and those of them whose every pixel was compared.
pub(crate) static SINGLE_FRAMES: AtomicU64 = AtomicU64::new(0);
pub(crate) static LIVE_FRAMES: AtomicU64 = AtomicU64::new(0);
pub(crate) static PROVED_FRAMES: AtomicU64 = AtomicU64::new(0);
/// Calls of the program's functions by the library.
pub(crate) static CALLBACKS: AtomicU64 = AtomicU64::new(0);

fn now_ms() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_millis() as u64 + 1
}

/// Starts the thread that watches the others.
pub(crate) fn start() {
    now_ms();
    let watch = || loop {
        std::thread::sleep(Duration::from_millis(500));
        let now = now_ms();
        for (thread, slot) in SLOTS.iter().enumerate() {
            let (function, until) = (slot.function.load(Relaxed), slot.until_ms.load(Relaxed));
            if function > 0 && until > 0 && now > until {
                let name = super::calls::name(function - 1);
                fail(&format!("thread {thread}: {name} did not return by its deadline"));
            }
        }
    };
    std::thread::Builder::new().name("fuzz-watch".into()).spawn(watch).expect("thread");
}

/// A round begins.
pub(crate) fn round(seed: u64, threads: usize, order: &str) {
    if let Ok(mut text) = ORDER.lock() {
        order.clone_into(&mut text);
    }
    SEED.store(seed, Relaxed);
    ROUND_THREADS.store(threads, Relaxed);
}

/// A thread is at this step of its round.
pub(crate) fn step(thread: usize, step: u64) {
    SLOTS[thread].step.store(step, Relaxed);
}

/// Runs one call under the eyes of the watch.
pub(crate) fn watched<T>(thread: usize, function: usize, limit: Duration, call: impl FnOnce() -> T) -> T {
    let slot = &SLOTS[thread];
    let begun = Instant::now();
    slot.until_ms.store(now_ms() + limit.as_millis() as u64, Relaxed);
    let outer = slot.function.swap(function + 1, Relaxed);
    let result = call();
    slot.function.store(outer, Relaxed);
    let count = &COUNTS[function];
    count.calls.fetch_add(1, Relaxed);
    count.longest_us.fetch_max(begun.elapsed().as_micros() as u64, Relaxed);
    result
}

/// The last call of this function did what it should.
pub(crate) fn good(function: usize) {
    COUNTS[function].good.fetch_add(1, Relaxed);
}

/// Says what is wrong, how to repeat it, and what all threads are doing; ends the program.
pub(crate) fn fail(what: &str) -> ! {
    let mut text = format!("\nabi-fuzz: FAILED: {what}\n");
    if let Ok(order) = ORDER.try_lock() {
        text += &format!("  QHYCCD_DEVICES={order}\n");
    }
    for (thread, slot) in SLOTS.iter().enumerate().take(ROUND_THREADS.load(Relaxed)) {
        let function = slot.function.load(Relaxed);
        let name = if function > 0 { super::calls::name(function - 1) } else { "no call" };
        text += &format!("  thread {thread}: step {}, in {name}\n", slot.step.load(Relaxed));
    }
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let read = |name| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
        text += &format!(
            "  task {}: {} in {}\n",
            task.file_name().to_string_lossy(),
            read("comm").trim(),
            read("wchan")
        );
    }
    text += &format!(
        "  repeat: FUZZ_SEED={} FUZZ_THREADS={} FUZZ_ROUNDS=1\n",
        SEED.load(Relaxed),
        ROUND_THREADS.load(Relaxed)
    );
    let _ = std::io::stderr().write_all(text.as_bytes());
    // Not a panic: the library would catch it, and other threads would go on.
    std::process::abort();
}

/// Calls, good calls, longest call of each function.
pub(crate) fn counts() -> impl Iterator<Item = (&'static str, u64, u64, Duration)> {
    (0..super::calls::COUNT).map(|n| {
        let count = &COUNTS[n];
        let longest = Duration::from_micros(count.longest_us.load(Relaxed));
        (super::calls::name(n), count.calls.load(Relaxed), count.good.load(Relaxed), longest)
    })
}
