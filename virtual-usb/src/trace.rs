//! The record of calls: one JSON object a line, flushed at once so that a crash of the
//! program under test loses nothing.
//!
//! Fields: `t` seconds since the first call, `th` a small number for the thread, `ev`
//! the call; the rest as the call needs (`rt rq v i n to r d` for control requests).

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

struct Trace {
    file: Mutex<File>,
    start: Instant,
}

static TRACE: OnceLock<Option<Trace>> = OnceLock::new();
static THREADS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static THREAD: u32 = THREADS.fetch_add(1, Ordering::Relaxed);
}

/// Writes one line; `fields` makes everything behind `ev` and is not called when
/// nothing is recorded.
pub fn record(event: &str, fields: impl FnOnce(&mut Line)) {
    let trace = TRACE.get_or_init(|| {
        let path = std::env::var_os("QHYCCD_TRACE")?;
        let file = File::options().create(true).append(true).open(path).ok()?;
        Some(Trace { file: Mutex::new(file), start: Instant::now() })
    });
    let Some(trace) = trace else { return };
    let thread = THREAD.with(|n| *n);
    let mut line = Line(format!(
        "{{\"t\":{:.6},\"th\":{thread},\"ev\":\"{event}\"",
        trace.start.elapsed().as_secs_f64()
    ));
    fields(&mut line);
    line.0.push_str("}\n");
    // A full disk must not disturb the program; the record then simply ends.
    let _ = trace.file.lock().write_all(line.0.as_bytes());
}

/// A line in the making.
pub struct Line(String);

impl Line {
    pub fn num(&mut self, name: &str, value: i64) -> &mut Line {
        let _ = write!(self.0, ",\"{name}\":{value}");
        self
    }

    pub fn hex(&mut self, name: &str, value: u64, digits: usize) -> &mut Line {
        let _ = write!(self.0, ",\"{name}\":\"{value:0digits$x}\"");
        self
    }

    pub fn bytes(&mut self, name: &str, value: &[u8]) -> &mut Line {
        let _ = write!(self.0, ",\"{name}\":\"");
        for byte in value {
            let _ = write!(self.0, "{byte:02x}");
        }
        self.0.push('"');
        self
    }
}
