//! Single frames: start, wait, read.
//!
//! ```text
//!  start_exposure   A6 ──► helper thread, if long: circuits off at +2 s, on at end - 3 s
//!  read_frame       wait for the end ─► poll the fill counter ─► bulk reads ─► picture
//!  cancel_exposure  wakes read_frame, wherever it is
//! ```
//!
//! The thread that calls `read_frame` does the reading and writes straight into the
//! caller's buffer. Nobody holds a lock of the camera meanwhile. Every wait ends at
//! the frame's deadline: end of exposure, read-out, transfer, and what the caller allows
//! on top.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::model::{ControlId, LowDarkCurrent};
use crate::transport::LinkSpeed;
use crate::util::Clock;
use crate::wire::status::DDR_UNIT_BYTES;
use crate::wire::{Command, Out};

use super::fill::{Fill, Look};
use super::link::Link;
use super::plan::{self, FramePlan, Step};
use super::readout::{self, Deadline};
use super::state::{Exposure, Op, State, Verdict};
use super::trigger;
use super::{Camera, Error, ErrorKind, FrameInfo, Result, StreamMode};

/// Allowed after the end of exposure, read-out and transfer if the caller sets nothing.
const DEFAULT_TIMEOUT_MS: u64 = 60_000;
/// How often a long wait looks whether the camera is still there.
const LOOK_FOR_LOSS: Duration = Duration::from_millis(250);
/// Pause after a look at the fill counter that failed.
const ASK_AGAIN: Duration = Duration::from_millis(5);
/// An exposure that was given up may be over this much before its computed end: in camera
/// time, and in wall time for what the calls themselves take.
const CLOCK_MARGIN: Duration = Duration::from_millis(100);
const CALL_MARGIN: Duration = Duration::from_millis(20);
/// Read-out budget for one row at the highest USB traffic value, and for all else.
const ROW_BUDGET: Duration = Duration::from_micros(500);
const READOUT_BUDGET: Duration = Duration::from_secs(1);
/// Most time for a frame that belongs to an initialisation.
const DROPPED_FRAME: Duration = Duration::from_secs(5);

/// How far the transfer of the present frame is; read without a lock.
#[derive(Debug)]
pub(super) struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    timeout_ms: AtomicU64,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress {
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            timeout_ms: AtomicU64::new(DEFAULT_TIMEOUT_MS),
        }
    }
}

impl Progress {
    /// Begins a transfer of `total` bytes; 0 is idle.
    pub(super) fn begin(&self, total: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total as u64, Ordering::Relaxed);
    }

    pub(super) fn set_done(&self, done: usize) {
        self.done.store(done as u64, Ordering::Relaxed);
    }

    fn percent(&self) -> f64 {
        let (done, total) = (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        if total == 0 { 0.0 } else { (done.min(total) as f64) * 100.0 / total as f64 }
    }
}

/// Single frames.
impl Camera {
    /// Milliseconds allowed after the expected end of exposure and transfer; 0 means the
    /// default of 60 s.
    pub fn set_single_frame_timeout_ms(&self, timeout_ms: u32) -> Result<()> {
        self.allow(Op::Recall)?;
        let timeout_ms = if timeout_ms == 0 { DEFAULT_TIMEOUT_MS } else { u64::from(timeout_ms) };
        self.progress.timeout_ms.store(timeout_ms, Ordering::Relaxed);
        Ok(())
    }

    /// Starts one exposure and returns at once; with the trigger input on, it begins with a
    /// trigger. One that runs is given up, and its
    /// [`Camera::read_frame`] fails.
    pub fn start_exposure(&self) -> Result<()> {
        let mut turn = self.turn.lock();
        let verdict = self.allow(Op::Start)?;
        let settings = self.settings.lock().clone();
        if settings.stream == StreamMode::Live {
            return Err(Error::new(ErrorKind::State, "the stream mode is live"));
        }
        if matches!(verdict, Verdict::Adjusted(_)) {
            self.end_activity(&mut turn)?;
        }
        self.join_helper(&mut turn);
        self.frames_are_known()?;
        let frame = FramePlan::new(self.model(), &settings)?;
        self.calibration_for(frame.info)?;
        self.make_up(&mut turn, |_, _| Vec::new())?;
        self.empty_camera(&mut turn)?;

        let exposure_us = settings.value(self.model(), ControlId::EXPOSURE) as u64;
        let length = Duration::from_micros(exposure_us);
        let clock = self.link.clock();
        let waits = turn.trigger.waits();
        let number = self.link.status().update(|status| {
            if status.state != State::Ready {
                return None;
            }
            status.started += 1;
            status.state = State::Exposing;
            let start = clock.now();
            let exposure = Exposure { number: status.started, plan: frame.into(), start, length, waits };
            status.exposure = Some(exposure);
            Some(status.started)
        });
        let Some(number) = number else {
            self.allow(Op::Read)?;
            return Err(Error::new(ErrorKind::Cancelled, "cancelled"));
        };
        let order = if waits {
            self.run(&mut turn, trigger::arm())
        } else {
            let mut order = plan::start(self.model(), &settings);
            order.push(Step::Send(Out::Command(Command::Start)));
            self.run(&mut turn, order)
        };
        let started = order.and_then(|()| {
            // The exposure starts when the camera has the order.
            self.link.status().update(|status| {
                if let Some(exposure) = status.exposure.as_mut().filter(|e| e.number == number) {
                    exposure.start = clock.now();
                }
            });
            match self.model().has.low_dark_current {
                None => Ok(()),
                Some(circuits) if length > circuits.longer_than && !waits => {
                    turn.helper = Some(spawn_helper(self.link.clone(), number, circuits)?);
                    Ok(())
                }
                Some(circuits) => self.run(&mut turn, plan::low_dark_current(circuits, false)),
            }
        });
        if started.is_err() {
            self.link.status().update(|status| {
                if status.is_current(number) {
                    status.abandon(State::Ready);
                }
            });
        }
        started
    }

    /// Removes what a given-up exposure may have left in the camera.
    fn empty_camera(&self, turn: &mut super::camera::Turn) -> Result<()> {
        let leftover = self.link.status().lock().leftover;
        let clock = self.link.clock();
        let soon = clock.now() + CLOCK_MARGIN + CALL_MARGIN.mul_f64(clock.speed());
        if leftover.is_some_and(|from| soon >= from) {
            log::debug!("{}: emptying the camera's memory", self.id());
            let endpoint = self.model().wire.endpoint;
            self.run(turn, [Step::ClearHalt])?;
            if self.model().can_empty(false) {
                self.run(turn, [Step::Send(Out::Command(Command::DdrOn))])?;
            }
            readout::drain(&self.link, endpoint)?;
        }
        self.link.status().lock().leftover = None;
        Ok(())
    }

    /// Waits for the frame of the started exposure and puts it in the buffer that
    /// `buffer` gives for its format. The buffer is asked for once, before the transfer,
    /// and must have exactly [`FrameInfo::len_bytes`]. Each exposure gives one frame.
    ///
    /// Returns at the latest when exposure, read-out and transfer should be over and the
    /// time of [`Camera::set_single_frame_timeout_ms`] has passed, which is also how long
    /// a trigger may take to come.
    pub fn read_frame<'a>(
        &self,
        buffer: impl FnOnce(FrameInfo) -> Option<&'a mut [u8]>,
    ) -> Result<FrameInfo> {
        self.link.notice_loss();
        let present = FramePlan::new(self.model(), &self.settings.lock())?;
        let exposure = self.enter_reader()?;
        let result = if present.same_picture(&exposure.plan) {
            self.read_exposure(&exposure, buffer)
        } else {
            Err(Error::new(ErrorKind::State, "the format was changed after the exposure was started"))
        };
        self.progress.begin(0);
        let cell = self.link.status();
        cell.update(|status| {
            status.reader = false;
            status.waker = None;
            if status.is_current(exposure.number) {
                if result.is_err() {
                    status.state = State::Reading;
                    status.abandon(State::Ready);
                } else {
                    status.exposure = None;
                    status.state = State::Ready;
                }
                return result;
            }
            // Whoever ended the exposure said why by the state.
            Err(match status.state {
                State::Lost => Error::new(ErrorKind::Lost, "the camera is gone"),
                State::Closed => Error::new(ErrorKind::Cancelled, "the camera was closed"),
                _ => Error::new(ErrorKind::Cancelled, "the exposure was cancelled"),
            })
        })
    }

    /// Becomes the one reader of the present exposure.
    fn enter_reader(&self) -> Result<Exposure> {
        self.link.status().update(|status| {
            if let Verdict::Refused(kind, text) = super::state::verdict(Op::Read, status.state) {
                return Err(Error::new(kind, text));
            }
            if status.reader {
                return Err(Error::new(ErrorKind::State, "another call is reading the frame"));
            }
            let exposure = status.exposure.clone();
            let exposure = exposure.ok_or_else(|| Error::new(ErrorKind::Internal, "exposing nothing"))?;
            status.reader = true;
            Ok(exposure)
        })
    }

    fn read_exposure<'a>(
        &self,
        exposure: &Exposure,
        buffer: impl FnOnce(FrameInfo) -> Option<&'a mut [u8]>,
    ) -> Result<FrameInfo> {
        let clock = self.link.clock();
        self.wait_current(exposure, clock.instant_at(exposure.end()))?;
        self.link.status().update(|status| {
            if status.is_current(exposure.number) {
                status.state = State::Reading;
            }
        });
        let deadline = self.deadline(exposure, clock);
        self.wait_for_data(exposure, &deadline)?;

        let info = exposure.plan.info;
        let out =
            buffer(info).ok_or_else(|| Error::new(ErrorKind::Invalid, "there is no buffer for the frame"))?;
        let wire = &self.model().wire;
        readout::read(&self.link, wire, exposure, &deadline, &self.progress, &self.spare, out)?;
        if let Step::Send(request) = plan::FRAME_DONE {
            // The frame is whole, whatever becomes of the word that it was fetched.
            if let Err(error) = self.link.send(&request) {
                log::warn!("{}: {error}", self.id());
            }
        }
        self.calibrate(&exposure.plan, out)?;
        Ok(info)
    }

    /// When the frame must be in: exposure and read-out in camera time, transfer and the
    /// caller's allowance in wall time.
    fn deadline(&self, exposure: &Exposure, clock: Clock) -> Deadline {
        let readout = READOUT_BUDGET + ROW_BUDGET * exposure.plan.rows;
        let bytes_per_second: u32 = match self.link.identity().speed {
            LinkSpeed::Super => 50_000_000,
            LinkSpeed::High => 10_000_000,
            LinkSpeed::Full | LinkSpeed::Unknown => 500_000,
        };
        let transfer = Duration::from_secs_f64(exposure.plan.wire_len() as f64 / f64::from(bytes_per_second));
        let allowed = Duration::from_millis(self.progress.timeout_ms.load(Ordering::Relaxed));
        // Exposure and read-out are counted from the start: a late caller does not wait anew,
        // but the transfer begins only now.
        let camera = clock.instant_at(exposure.end() + readout);
        Deadline(camera.max(Instant::now()) + transfer + allowed)
    }

    /// Waits until `until` or until the exposure is not the present one any more.
    fn wait_current(&self, exposure: &Exposure, until: Instant) -> Result<()> {
        let cell = self.link.status();
        let mut status = cell.lock();
        loop {
            if !status.is_current(exposure.number) {
                return Err(Error::new(ErrorKind::Cancelled, "the exposure was cancelled"));
            }
            let now = Instant::now();
            if now >= until {
                return Ok(());
            }
            cell.wait_until(&mut status, until.min(now + LOOK_FOR_LOSS));
            parking_lot::MutexGuard::unlocked(&mut status, || self.link.notice_loss());
        }
    }

    /// Waits until the frame is in the camera's memory: all of its units, or nearly all and
    /// the counter has come to rest.
    fn wait_for_data(&self, exposure: &Exposure, deadline: &Deadline) -> Result<()> {
        if self.model().ddr_mib == 0 {
            return Ok(());
        }
        let units = (exposure.plan.wire_len() as u64 / DDR_UNIT_BYTES) as u32;
        let mut fill = Fill::new(units, self.model().wire.ddr_missing_units);
        loop {
            let (why, pause) = match self.ddr_units() {
                Ok(seen) => match fill.seen(seen, Instant::now()) {
                    Look::Done => return Ok(()),
                    Look::Again(pause) => {
                        let came = if exposure.waits && seen == 0 {
                            "no trigger came, or its frame has not ended yet".to_owned()
                        } else {
                            format!("only {seen} of {units} units of the frame came into the camera's memory")
                        };
                        (Error::new(ErrorKind::Timeout, came), pause)
                    }
                },
                Err(error) if error.kind() == ErrorKind::Lost => return Err(error),
                // An exposure is worth more than one answer.
                Err(error) => (error, ASK_AGAIN),
            };
            if deadline.passed() {
                return Err(why);
            }
            self.wait_current(exposure, deadline.0.min(Instant::now() + pause))?;
        }
    }

    /// Waits for a whole frame of an exposure that has no reader, and forgets it. One that
    /// does not come is no failure: the first frame that counts will tell.
    pub(super) fn drop_frame(&self) -> Result<()> {
        let mut whole = self.settings.lock().clone();
        (whole.roi, whole.bin) = (None, 1);
        let frame = FramePlan::new(self.model(), &whole)?;
        let units = (frame.wire_len() as u64 / DDR_UNIT_BYTES) as u32;
        let mut fill = Fill::new(units, self.model().wire.ddr_missing_units);
        let end = Instant::now() + DROPPED_FRAME;
        while let Look::Again(pause) = fill.seen(self.ddr_units()?, Instant::now()) {
            if Instant::now() >= end {
                log::warn!("{}: no frame came with the initialisation", self.id());
                return Ok(());
            }
            std::thread::sleep(pause);
        }
        readout::drain(&self.link, self.model().wire.endpoint)
    }

    /// Units of 2048 bytes that wait in the camera's memory.
    pub(super) fn ddr_units(&self) -> Result<u32> {
        self.link.ddr_units(self.model().wire.ddr_counter)
    }

    /// Ends the exposure; a waiting [`Camera::read_frame`] returns at once. Harmless when
    /// nothing is exposed. The camera is told nothing (observed).
    pub fn cancel_exposure(&self) -> Result<()> {
        self.allow(Op::Cancel)?;
        self.link.status().update(|status| {
            if matches!(status.state, State::Exposing | State::Reading) {
                status.abandon(State::Ready);
            }
        });
        Ok(())
    }

    /// Percent of the exposure that is left by the camera's clock; at least 1 while it
    /// runs, 0 when it is over and when idle.
    pub fn exposure_remaining_percent(&self) -> u32 {
        let now = self.link.clock().now();
        let status = self.link.status().lock();
        let Some(exposure) = &status.exposure else {
            return 0;
        };
        let left = exposure.end().saturating_sub(now);
        if left.is_zero() || exposure.length.is_zero() {
            return 0;
        }
        ((left.as_secs_f64() / exposure.length.as_secs_f64() * 100.0) as u32).clamp(1, 100)
    }

    /// True once the exposure that was started is over; false when idle.
    pub(super) fn exposure_is_done(&self) -> bool {
        let now = self.link.clock().now();
        self.link.status().lock().exposure.as_ref().is_some_and(|e| now >= e.end())
    }

    /// Percent of the present frame that was transferred, 0 when idle.
    pub fn reading_progress_percent(&self) -> f64 {
        self.progress.percent()
    }
}

/// The thread that switches the sensor's circuits during a long exposure.
fn spawn_helper(link: Link, number: u64, circuits: LowDarkCurrent) -> Result<std::thread::JoinHandle<()>> {
    std::thread::Builder::new()
        .name("qhyccd-exposure".into())
        .spawn(move || switch_circuits(&link, number, circuits))
        .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread for the exposure: {e}")))
}

fn switch_circuits(link: &Link, number: u64, circuits: LowDarkCurrent) {
    let set = |on| {
        for step in plan::low_dark_current(circuits, on) {
            if let Step::Send(request) = step {
                if let Err(error) = link.send(&request) {
                    log::warn!("switching for a long exposure: {error}");
                }
            }
        }
    };
    // True when the time came, false when the exposure was given up before.
    let wait = |moment: &dyn Fn(&Exposure) -> Duration| {
        let cell = link.status();
        let mut status = cell.lock();
        loop {
            let Some(exposure) = status.exposure.as_ref().filter(|e| e.number == number) else {
                return false;
            };
            let until = link.clock().instant_at(moment(exposure));
            if Instant::now() >= until {
                return true;
            }
            cell.wait_until(&mut status, until);
        }
    };
    if wait(&|e| e.start + circuits.off_after) {
        set(true);
        // Given up or not, the circuits go on again.
        wait(&|e| e.end().saturating_sub(circuits.on_before_end));
        set(false);
    }
}
