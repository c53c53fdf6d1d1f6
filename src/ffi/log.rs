//! Where log lines go. Silent unless somebody asks.
//!
//! Four sinks: stderr by the filter of `QHYCCD_LOG` (env_logger's syntax), and, up to
//! the level of `SetQHYCCDLogLevel`, stderr, a file, and the C++ function that a program
//! gave. A log line that is written while a sink runs is dropped.

use std::cell::Cell;
use std::io::{self, Write};
use std::sync::{Once, OnceLock};

use log::{LevelFilter, Log, Metadata, Record};
use parking_lot::{Mutex, RwLock};

use super::logfile::LogFile;
use super::stdfunction::LogFunction;
use super::timestamp;
use crate::camera::Result;

/// The environment variable with the filter.
const VARIABLE: &str = "QHYCCD_LOG";

/// By number, as `SetQHYCCDLogLevel` takes it; larger numbers count as the last.
const LEVELS: [LevelFilter; 6] = [
    LevelFilter::Off,
    LevelFilter::Error,
    LevelFilter::Warn,
    LevelFilter::Info,
    LevelFilter::Debug,
    LevelFilter::Trace,
];

struct Switches {
    level: LevelFilter,
    message: bool,
    file: bool,
    function: bool,
}

static SWITCHES: RwLock<Switches> =
    RwLock::new(Switches { level: LevelFilter::Info, message: false, file: false, function: false });
static FILE: Mutex<LogFile> = Mutex::new(LogFile::new());
/// Held for reading while the function runs, so that it is not destroyed under a call.
static FUNCTION: RwLock<Option<LogFunction>> = RwLock::new(None);
static ENVIRONMENT: OnceLock<env_logger::Logger> = OnceLock::new();

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Takes over the log of this process, unless a Rust program has one already.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let environment = env_logger::Env::new().filter(VARIABLE);
        let logger = env_logger::Builder::new().filter_level(LevelFilter::Off).parse_env(environment).build();
        if log::set_logger(&Router).is_ok() {
            log::set_max_level(ENVIRONMENT.get_or_init(|| logger).filter());
        }
    });
}

/// Changes the switches and tells the log crate what is wanted at most.
fn switch(change: impl FnOnce(&mut Switches)) {
    install();
    let mut switches = SWITCHES.write();
    change(&mut switches);
    if let Some(environment) = ENVIRONMENT.get() {
        let any = switches.message || switches.file || switches.function;
        let wanted = if any { switches.level } else { LevelFilter::Off };
        log::set_max_level(environment.filter().max(wanted));
    }
}

/// Sets how much the switched-on sinks get: 0 nothing, 1 errors, 2 warnings, 3 (the
/// default) notes, 4 details, 5 and more every call.
pub(super) fn set_level(level: u8) {
    let level = LEVELS[usize::from(level).min(LEVELS.len() - 1)];
    switch(|switches| switches.level = level);
}

/// Switches lines on stderr.
pub(super) fn enable_message(on: bool) {
    switch(|switches| switches.message = on);
}

/// Switches the log file.
pub(super) fn enable_file(on: bool) -> Result<()> {
    switch(|switches| switches.file = on);
    let mut file = FILE.lock();
    if on {
        return file.open();
    }
    file.close();
    Ok(())
}

/// Sets the folder of the log file.
pub(super) fn set_path(folder: &str) -> Result<()> {
    FILE.lock().set_folder(folder)
}

/// Closes the log file; the next line opens it again.
pub(super) fn close_file() {
    FILE.lock().close();
}

/// True while this thread writes a line, and so perhaps is in the program's function.
pub(super) fn is_writing() -> bool {
    INSIDE.get()
}

/// Sets or, with `None`, forgets the function. Waits until no thread is inside the old
/// one.
pub(super) fn set_function(function: Option<LogFunction>) {
    let on = function.is_some();
    *FUNCTION.write() = function;
    switch(|switches| switches.function = on);
}

struct Router;

impl Log for Router {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if INSIDE.replace(true) {
            return;
        }
        if let Some(environment) = ENVIRONMENT.get() {
            environment.log(record);
        }
        let (message, file, function) = {
            let now = SWITCHES.read();
            let wanted = record.level() <= now.level;
            (wanted && now.message, wanted && now.file, wanted && now.function)
        };
        if message || file || function {
            let line = format!("{} {} {}", timestamp::now(), record.level(), record.args());
            if message {
                let _ = writeln!(io::stderr(), "{line}"); // a closed stderr is no error of ours
            }
            if file {
                FILE.lock().write(&line);
            }
            if function {
                if let Some(function) = &*FUNCTION.read_recursive() {
                    function.call(&line);
                }
            }
        }
        INSIDE.set(false);
    }

    fn flush(&self) {}
}
