//! What a camera is doing, and what may be asked of it meanwhile.
//!
//! ```text
//!              init                start             end of exposure
//!    Opened ─────────► Ready ───────────────► Exposing ───────────► Reading
//!                      ▲  ▲                     │ cancel               │ frame,
//!                      │  └─────────────────────┴──────────────────────┘ failure, cancel
//!                      │  begin
//!                      └◄────────► Live       any ──unplugged──► Lost, any ──close──► Closed
//!                         stop
//! ```
//!
//! [`verdict`] is the one table of what is allowed when; `docs/states.md` is printed from
//! it. [`StatusCell`] holds the present state and wakes whoever waits for a change.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::transport::Wake;

use super::plan::FramePlan;
use super::{Error, ErrorKind, Result};

/// What a camera is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Open, not initialised.
    Opened,
    /// Initialised and idle.
    Ready,
    /// An exposure runs, or is over and nobody has fetched its frame.
    Exposing,
    /// A frame is being transferred.
    Reading,
    /// A stream runs.
    Live,
    /// Unplugged, or it stopped answering for good.
    Lost,
    /// Closed by the program.
    Closed,
}

/// Groups of operations that are allowed at the same times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Values that the library itself knows: settings, geometry, ranges.
    Recall,
    /// Questions to the camera: temperatures, versions, status pages, raw reads.
    Ask,
    /// Cooler target and power.
    Cooler,
    /// Filter wheel.
    Wheel,
    /// GPS, trigger and burst registers, raw writes.
    Registers,
    /// Gain, offset, exposure time, USB traffic, white balance.
    Image,
    /// Sample size, region, binning, debayering.
    Format,
    /// Stream mode and read mode.
    Mode,
    /// Initialisation.
    Init,
    /// Start of an exposure.
    Start,
    /// Fetching the frame of an exposure.
    Read,
    /// Cancelling an exposure.
    Cancel,
    /// Start of a stream.
    Begin,
    /// Fetching a frame of a stream.
    LiveFrame,
    /// End of a stream.
    Stop,
}

/// A cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Done.
    Allowed,
    /// Done, but not quite as asked.
    Adjusted(&'static str),
    /// An error, and nothing changes.
    Refused(ErrorKind, &'static str),
}

/// The table.
pub(super) fn verdict(op: Op, state: State) -> Verdict {
    use State::{Closed, Exposing, Live, Lost, Opened, Reading, Ready};
    use Verdict::{Adjusted, Allowed, Refused};

    match (op, state) {
        (Op::Cancel | Op::Stop, Lost | Closed) => Adjusted("nothing to do"),
        (_, Lost) => Refused(ErrorKind::Lost, "the camera is gone"),
        (_, Closed) => Refused(ErrorKind::State, "the camera is closed"),

        (Op::Recall | Op::Ask | Op::Cooler | Op::Wheel | Op::Registers, _) => Allowed,

        (Op::Image, Exposing | Reading) => Adjusted("kept, and sent before the next exposure"),
        (Op::Image, Live) => Adjusted("sent; frames that are older are dropped"),
        (Op::Image, _) => Allowed,

        (Op::Format, Exposing | Reading) => Adjusted("for the next exposure; the present one becomes void"),
        (Op::Format, Live) => Adjusted("the stream starts afresh; no older frame is handed out"),
        (Op::Format, _) => Allowed,

        (Op::Mode, Opened | Ready) => Allowed,
        (Op::Mode, Exposing | Reading) => Adjusted("for the next exposure"),
        (Op::Mode, Live) => Adjusted("for the next stream; choosing single frames ends this one"),

        (Op::Init, Opened | Ready) => Allowed,
        (Op::Init, Exposing | Reading) => Adjusted("ends the exposure"),
        (Op::Init, Live) => Adjusted("ends the stream"),

        (Op::Start, Opened) => Refused(ErrorKind::State, "the camera is not initialised"),
        (Op::Start, Ready) => Allowed,
        (Op::Start, Exposing | Reading) => Adjusted("starts anew"),
        (Op::Start, Live) => Refused(ErrorKind::State, "live video is running"),

        (Op::Read, Exposing) => Allowed,
        (Op::Read, Reading) => Refused(ErrorKind::State, "another call is reading the frame"),
        (Op::Read, _) => Refused(ErrorKind::State, "no exposure was started"),

        (Op::Cancel, Exposing | Reading) => Allowed,
        (Op::Cancel, _) => Adjusted("nothing to do"),

        (Op::Begin, Opened) => Refused(ErrorKind::State, "the camera is not initialised"),
        (Op::Begin, Ready) => Allowed,
        (Op::Begin, Exposing | Reading) => Adjusted("ends the exposure"),
        (Op::Begin, Live) => Adjusted("goes on"),

        (Op::LiveFrame, Live) => Allowed,
        (Op::LiveFrame, _) => Refused(ErrorKind::State, "live video is not running"),

        (Op::Stop, Live) => Allowed,
        (Op::Stop, _) => Adjusted("nothing to do"),
    }
}

/// An exposure that was started and not yet fetched, cancelled or replaced.
#[derive(Clone)]
pub(super) struct Exposure {
    /// Tells exposures apart.
    pub(super) number: u64,
    /// How its frame will be read.
    pub(super) plan: Arc<FramePlan>,
    /// Start, in camera time.
    pub(super) start: Duration,
    /// Length, in camera time.
    pub(super) length: Duration,
    /// It waits for a trigger, which nobody tells of.
    pub(super) waits: bool,
}

impl Exposure {
    pub(super) fn end(&self) -> Duration {
        self.start + self.length
    }
}

/// State and what belongs to it. Held for moments only.
pub(super) struct Status {
    pub(super) state: State,
    pub(super) exposure: Option<Exposure>,
    /// Exposures started so far.
    pub(super) started: u64,
    /// A thread is inside `read_frame`.
    pub(super) reader: bool,
    /// The program was told that the camera is gone.
    pub(super) loss_told: bool,
    /// Ends the bulk wait of that thread.
    pub(super) waker: Option<Arc<dyn Wake>>,
    /// From this camera time on, bytes of a given-up exposure may lie in the camera.
    pub(super) leftover: Option<Duration>,
}

impl Status {
    /// Gives the present exposure up and tells its reader.
    pub(super) fn abandon(&mut self, next: State) {
        if let Some(exposure) = self.exposure.take() {
            let from = if self.state == State::Reading { Duration::ZERO } else { exposure.end() };
            self.leftover = Some(self.leftover.map_or(from, |old| old.min(from)));
        }
        self.state = next;
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }

    /// True while exposure `number` is the present one.
    pub(super) fn is_current(&self, number: u64) -> bool {
        self.exposure.as_ref().is_some_and(|e| e.number == number)
    }
}

/// The state of one camera, shared by all who use it.
pub(super) struct StatusCell {
    status: Mutex<Status>,
    changed: Condvar,
}

impl StatusCell {
    pub(super) fn new() -> StatusCell {
        let status = Status {
            state: State::Opened,
            exposure: None,
            started: 0,
            reader: false,
            loss_told: false,
            waker: None,
            leftover: None,
        };
        StatusCell { status: Mutex::new(status), changed: Condvar::new() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Status> {
        self.status.lock()
    }

    pub(super) fn state(&self) -> State {
        self.lock().state
    }

    /// Changes the status and wakes all who wait.
    pub(super) fn update<T>(&self, change: impl FnOnce(&mut Status) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_all();
        result
    }

    /// Waits until something changes, `until` at the latest.
    pub(super) fn wait_until(&self, status: &mut MutexGuard<'_, Status>, until: Instant) {
        self.changed.wait_until(status, until);
    }

    /// The camera is gone: ends whatever waits.
    pub(super) fn lose(&self) {
        self.update(|status| {
            if !matches!(status.state, State::Lost | State::Closed) {
                log::warn!("the camera is gone");
                status.abandon(State::Lost);
            }
        });
    }

    /// What the table says for the present state, refusals as errors.
    pub(super) fn allow(&self, op: Op) -> Result<Verdict> {
        let state = self.state();
        let verdict = verdict(op, state);
        match verdict {
            Verdict::Refused(kind, text) => Err(Error::new(kind, text)),
            Verdict::Adjusted(text) => {
                log::debug!("{op:?} while {state:?}: {text}");
                Ok(verdict)
            }
            Verdict::Allowed => Ok(verdict),
        }
    }
}

#[cfg(test)]
#[path = "state_calls.rs"]
mod calls;

#[cfg(test)]
mod tests {
    use super::calls::{CALLS, INDEPENDENT, SEVERAL};
    use super::*;
    use std::fmt::Write as _;

    const STATES: [State; 7] = [
        State::Opened,
        State::Ready,
        State::Exposing,
        State::Reading,
        State::Live,
        State::Lost,
        State::Closed,
    ];
    const OPS: [(Op, &str); 15] = [
        (Op::Recall, "read settings, geometry, ranges"),
        (Op::Ask, "temperatures, versions, status pages, raw reads"),
        (Op::Cooler, "cooler target and power"),
        (Op::Wheel, "filter wheel"),
        (Op::Registers, "GPS, trigger, burst, guide port, raw writes"),
        (Op::Image, "gain, offset, exposure time, USB traffic, white balance"),
        (Op::Format, "sample size, region, binning, debayering"),
        (Op::Mode, "stream mode, read mode"),
        (Op::Init, "initialise"),
        (Op::Start, "start an exposure"),
        (Op::Read, "fetch its frame"),
        (Op::Cancel, "cancel the exposure"),
        (Op::Begin, "start live video"),
        (Op::LiveFrame, "fetch a live frame"),
        (Op::Stop, "stop live video"),
    ];

    fn markdown() -> String {
        let mut text = String::from(
            "# What a camera may be asked, and when\n\n\
             Printed from `src/camera/state.rs` by its test; do not edit.\n\
             Closing is allowed in every state. *Italics*: done, but not quite as asked. **Bold**: refused with\n\
             this error, and nothing changes.\n\n|",
        );
        for state in STATES {
            write!(text, " | {state:?}").unwrap();
        }
        text.push_str(" |\n|---");
        text.push_str(&"|---".repeat(STATES.len()));
        text.push_str("|\n");
        for (op, words) in OPS {
            write!(text, "| {words}").unwrap();
            for state in STATES {
                match verdict(op, state) {
                    Verdict::Allowed => text.push_str(" | yes"),
                    Verdict::Adjusted(how) => write!(text, " | *{how}*").unwrap(),
                    Verdict::Refused(_, why) => write!(text, " | **{why}**").unwrap(),
                }
            }
            text.push_str(" |\n");
        }
        text.push_str("\n## Which call is which operation\n\n");
        for (op, calls) in CALLS {
            let (_, words) = OPS.iter().find(|(other, _)| *other == op).unwrap();
            writeln!(text, "- {words}: {}", calls.split_whitespace().collect::<Vec<_>>().join(", ")).unwrap();
        }
        for (words, calls) in [("as their arguments say", SEVERAL), ("in any state", INDEPENDENT)] {
            writeln!(text, "- {words}: {}", calls.split_whitespace().collect::<Vec<_>>().join(", ")).unwrap();
        }
        text
    }

    /// Every function that does something is an operation, or is said to be none.
    #[test]
    fn every_call_has_its_row() {
        let table = include_str!("../../include/qhyccd.abi.tsv");
        let heading: Vec<&str> = table.lines().next().unwrap().split('\t').collect();
        let status = heading.iter().position(|&name| name == "status").unwrap();
        let rows = table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
        let mut done: Vec<&str> = rows.filter(|row| row[status] == "done").map(|row| row[0]).collect();
        let lists = CALLS.iter().map(|(_, calls)| *calls).chain([SEVERAL, INDEPENDENT]);
        let mut listed: Vec<&str> = lists.flat_map(str::split_whitespace).collect();
        done.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, done);
        // What has no call of its own is reached by the number of a control.
        let without: Vec<Op> =
            OPS.iter().map(|(op, _)| *op).filter(|op| !CALLS.iter().any(|(other, _)| other == op)).collect();
        assert_eq!(without, [Op::Image]);
    }

    #[test]
    fn the_printed_table_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/states.md");
        if std::env::var_os("QHYCCD_BLESS").is_some() {
            std::fs::write(path, markdown()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == markdown(), "docs/states.md differs; run this test with QHYCCD_BLESS=1");
    }

    #[test]
    fn whatever_ends_an_exposure_wakes_its_reader() {
        struct Count(std::sync::atomic::AtomicU32);
        impl Wake for Count {
            fn wake(&self) {
                self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
        let count = Arc::new(Count(0.into()));
        let cell = StatusCell::new();
        cell.lock().waker = Some(count.clone());
        cell.update(|status| status.abandon(State::Ready));
        cell.lose();
        assert_eq!(count.0.load(std::sync::atomic::Ordering::Relaxed), 2);
    }

    #[test]
    fn what_ends_waiting_is_never_refused() {
        for state in STATES {
            for op in [Op::Cancel, Op::Stop] {
                assert!(!matches!(verdict(op, state), Verdict::Refused(..)), "{op:?} {state:?}");
            }
        }
    }

    #[test]
    fn a_lost_camera_refuses_the_rest_as_lost() {
        let cell = StatusCell::new();
        cell.lose();
        for (op, _) in OPS.iter().filter(|(op, _)| !matches!(op, Op::Cancel | Op::Stop)) {
            assert_eq!(cell.allow(*op).unwrap_err().kind(), ErrorKind::Lost, "{op:?}");
        }
    }
}
