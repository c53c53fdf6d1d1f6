//! Drives the C interface at random: all functions, with valid, borderline and wild
//! arguments, from one thread and from several, on two virtual cameras with faults.
//!
//! Made to be run under AddressSanitizer and ThreadSanitizer (`.ci/sanitize`), but checks by
//! itself that calls return by their deadlines, that failed calls write nothing, that
//! delivered pictures are true, and that nothing outlives the end of the library.
//! `docs/fuzzing.md` tells the details.
//!
//! Environment: `FUZZ_SECONDS` (default 20), `FUZZ_THREADS` (default: 1 in every third round, 4 in the others),
//! `FUZZ_SEED` (of the first round), `FUZZ_ROUNDS` (at most), `FUZZ_FAULTS` (the faults of both
//! cameras; then all rounds prove pixels).

mod call;
mod callbacks;
mod calls;
mod rng;
mod shots;
mod watch;
mod world;

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use qhyccd::ffi::{discovery, library, messages};

use call::Worker;
use rng::Rng;
use watch::fail;
use world::{CAMERAS, Kind, World};

/// Bytes of the largest frame there may be: 9600 x 6422 pixels, 3 channels of 32 bits.
const LARGEST: usize = 9600 * 6422 * 3 * 4;
/// Such memory for each thread, made once: sanitizers are slow to give and take as much.
static MEMORY: [Mutex<Vec<u8>>; watch::THREADS] = [const { Mutex::new(Vec::new()) }; watch::THREADS];
/// Frames and callbacks that a run has at least.
const LEAST: u64 = 10;
/// After the end of a round, threads and files may take this long to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(5);

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

fn main() {
    let missing = calls::missing();
    assert!(missing.is_empty(), "functions that are done but not driven: {missing:?}");
    let seconds = number("FUZZ_SECONDS").unwrap_or(20);
    let rounds = number("FUZZ_ROUNDS").unwrap_or(u64::MAX);
    let clock = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64);
    // The first round is one in which every function is called.
    let mut seed = number("FUZZ_SEED").unwrap_or(clock % 1_000_000_000 * 10 + 4);
    let threads = number("FUZZ_THREADS").map(|n| (n as usize).clamp(1, watch::THREADS));

    // Nothing is written but here.
    let folder = std::env::temp_dir().join(format!("abi-fuzz-{}", std::process::id()));
    let folder = folder.to_str().expect("temporary folder").to_owned();
    // SAFETY: no other thread runs yet.
    unsafe {
        for variable in ["HOME", "XDG_STATE_HOME"] {
            std::env::set_var(variable, &folder);
        }
        for variable in ["QHYCCD_FIRMWARE", "QHYCCD_LOG"] {
            std::env::remove_var(variable);
        }
    }
    watch::start();
    // What the process needs by itself is there after a first start.
    resources();
    library::ReleaseQHYCCDResource();
    let before = (count("task"), count("fd"));

    // A slow machine gets longer, until enough was done to mean something.
    let (begun, time) = (Instant::now(), Duration::from_secs(seconds));
    let whole_run = rounds == u64::MAX && seconds >= 20;
    let goes_on = || {
        let elapsed = begun.elapsed();
        elapsed < time || whole_run && elapsed < time * 3 && too_little().is_some()
    };
    let mut done = 0;
    while done < rounds && (goes_on() || done == 0) {
        let threads = threads.unwrap_or(if seed % 3 == 0 { 1 } else { 4 });
        files(seed, &folder);
        round(seed, threads, &folder);
        nothing_is_left(before);
        let _ = std::fs::remove_dir_all(&folder);
        done += 1;
        seed += 1;
    }
    report(done, whole_run);
}

/// Files for functions that read files: a FITS picture of 64 x 48, and rubbish.
fn files(seed: u64, folder: &str) {
    std::fs::create_dir_all(folder).expect("folder");
    let mut rng = Rng::new(&[seed, 5]);
    let cards = ["SIMPLE  = T", "BITPIX  = 16", "NAXIS   = 2", "NAXIS1  = 64", "NAXIS2  = 48", "END"];
    let mut flat: Vec<u8> = cards.iter().flat_map(|card| format!("{card:80}").into_bytes()).collect();
    flat.resize(2880, b' ');
    flat.extend((0..64 * 48).flat_map(|_| (rng.within(1, 20_000) as u16).to_be_bytes()));
    flat.resize(flat.len().next_multiple_of(2880), 0);
    let rubbish = rng.bytes(5000);
    for (name, bytes) in [("flat.fits", &flat), ("rubbish.fits", &rubbish), ("QHY600.img", &rubbish)] {
        std::fs::write(format!("{folder}/{name}"), bytes).expect("file");
    }
}

/// One start of the library, some threads that do what they like, and its end.
fn round(seed: u64, threads: usize, folder: &str) {
    let mut world = World::new(seed, threads, folder);
    watch::round(seed, threads, &world.order);
    callbacks::round(seed);
    let begun = Instant::now();
    // SAFETY: only the watch runs beside, which does not look at the environment.
    unsafe { std::env::set_var("QHYCCD_DEVICES", &world.order) };
    resources();
    let found = ids();
    if world.kind != Kind::Hostile && found.len() != CAMERAS && !world.order.contains("faults") {
        fail(&format!("{} cameras in {}", found.len(), world.order));
    }
    world.note_ids(&found);
    let world = &world;
    std::thread::scope(|scope| {
        for index in 0..threads {
            let work = move || work(world, index);
            std::thread::Builder::new()
                .name(format!("fuzz-{index}"))
                .spawn_scoped(scope, work)
                .expect("thread");
        }
    });
    let release = calls::number("ReleaseQHYCCDResource");
    watch::watched(0, release, call::TURN, || library::ReleaseQHYCCDResource());
    callbacks::forget();
    // A registered function that ran meanwhile may have started the library once more.
    watch::watched(0, release, call::TURN, || library::ReleaseQHYCCDResource());
    messages::SetQHYCCDLogLevel(3);
    let took = begun.elapsed().as_millis();
    println!("seed {seed}: {threads} threads, {:?}, {took} ms, {}", world.kind, world.order);
}

fn resources() {
    let start = calls::number("InitQHYCCDResource");
    watch::watched(0, start, call::TURN, || library::InitQHYCCDResource());
}

/// The ids of the cameras that are there.
fn ids() -> Vec<Vec<u8>> {
    let scan = calls::number("ScanQHYCCD");
    let found = watch::watched(0, scan, call::TURN, || discovery::ScanQHYCCD());
    let id = |index| {
        let mut id = [0_u8; 32];
        // SAFETY: 32 bytes are what the function wants.
        let code = unsafe { discovery::GetQHYCCDId(index, id.as_mut_ptr().cast()) };
        let len = id.iter().position(|&byte| byte == 0)?;
        (code == 0).then(|| id[..len].to_vec())
    };
    (0..found).filter_map(id).collect()
}

/// What one thread of a round does.
fn work(world: &World, index: usize) {
    let slack = Duration::from_secs(60 + 13 + 30); // default time-out, slowest transfer, machine
    let mut largest = MEMORY[index].lock().unwrap_or_else(PoisonError::into_inner);
    if largest.is_empty() {
        *largest = vec![0; LARGEST]; // never touched before it is needed
    }
    let mut worker = Worker {
        world,
        index,
        rng: Rng::new(&[0]),
        largest,
        frame_limit: world::longest_exposure(world.speed) + slack,
    };
    // Each function at least once where nothing has to be kept whole.
    let sweep = if world.kind == Kind::Raw && index == 0 { calls::COUNT as u64 } else { 0 };
    for step in 0..world.steps + sweep {
        watch::step(index, step);
        // Each step by itself, so that what one met does not change the next.
        worker.rng = Rng::new(&[world.seed, 4, index as u64, step]);
        if step < sweep {
            calls::one(&mut worker, step as usize);
            continue;
        }
        match worker.rng.below(20) {
            0 => shots::shot(&mut worker),
            1 | 2 => shots::film(&mut worker),
            _ => calls::any(&mut worker),
        }
    }
}

/// Entries of a folder of this process.
fn count(what: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{what}")).map_or(0, Iterator::count)
}

/// Threads and files are those of the start.
fn nothing_is_left(before: (usize, usize)) {
    let end = Instant::now() + GONE_WITHIN;
    loop {
        let now = (count("task"), count("fd"));
        if now.0 <= before.0 && now.1 <= before.1 {
            return;
        }
        if Instant::now() > end {
            fail(&format!("threads and files before {before:?}, now {now:?}"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What was done; too little is a failure.
fn report(rounds: u64, whole_run: bool) {
    println!("\n{:40} {:>9} {:>9} {:>9}", "function", "calls", "good", "longest");
    let (mut calls, mut vain) = (0, Vec::new());
    for (name, made, good, longest) in watch::counts() {
        println!("{name:40} {made:>9} {good:>9} {:>6} ms", longest.as_millis());
        calls += made;
        if good == 0 {
            vain.push(name);
        }
    }
    let [single, live, proved, back] =
        [&watch::SINGLE_FRAMES, &watch::LIVE_FRAMES, &watch::PROVED_FRAMES, &watch::CALLBACKS]
            .map(|n| n.load(Relaxed));
    println!("\nnever good: {vain:?}");
    println!(
        "{rounds} rounds, {calls} calls of {} functions, {back} callbacks; frames: {single} single, {live} live, \
         {proved} of them proved",
        calls::COUNT
    );
    if let Some(what) = too_little().filter(|_| whole_run) {
        fail(&format!("too little was done: {what}"));
    }
}

/// What is missing for a run that means something.
fn too_little() -> Option<String> {
    let idle: Vec<_> = watch::counts().filter(|count| count.1 == 0).map(|count| count.0).collect();
    // Some functions would void the proof of pixels, which is all that such a run is for.
    if !idle.is_empty() && std::env::var_os(world::FAULTS).is_none() {
        return Some(format!("never called: {idle:?}"));
    }
    let counters = [
        ("single frames", &watch::SINGLE_FRAMES),
        ("live frames", &watch::LIVE_FRAMES),
        ("proved frames", &watch::PROVED_FRAMES),
        ("callbacks", &watch::CALLBACKS),
    ];
    let few = counters.iter().find(|(_, count)| count.load(Relaxed) < LEAST);
    few.map(|(what, count)| format!("{} {what} of at least {LEAST}", count.load(Relaxed)))
}
