//! One stream: the mailbox that caller and reader share, and the thread that reads.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::frame::{Assembler, Event, Resync};
use crate::model::Model;
use crate::transport::{Completion, UsbError, Wake};
use crate::wire::frame_header::{FRAME_NUMBER_BYTES, decode_frame_number};
use crate::wire::status::decode_ddr_units;
use crate::wire::{Command, FRAME_MARKER, In, Out, fpga};

use super::backlog::Backlog;
use super::link::Link;
use super::numbers::{Numbers, Told};
use super::plan::FramePlan;
use super::readout::{At, Reads, WAIT_STEP};
use super::rope::Rope;
use super::state::State;
use super::{Error, ErrorKind, Result, StreamStats};

/// Pause after a failed read, so that a failing device does not take the processor.
const PAUSE: Duration = Duration::from_millis(10);
/// If nothing follows a frame for so long, the camera is asked whether it holds more. Bytes
/// of a frame that goes on would follow within a row's time.
const QUIET: Duration = Duration::from_millis(10);
/// A camera that says so often that it holds the same, and sends nothing, holds nothing.
const SAME_ANSWERS: u32 = 8;

/// How long a caller waits for the reader to start afresh; it does within moments.
const FRESH_WITHIN: Duration = Duration::from_secs(1);

/// One stream, as caller and reader share it.
pub(super) struct Stream {
    /// The read mode of all its frames.
    pub(super) read_mode: usize,
    mailbox: Mutex<Mailbox>,
    /// Signalled when the reader has started afresh, a frame is there, or the stream ends.
    changed: Condvar,
    waker: Arc<dyn Wake>,
}

struct Mailbox {
    plan: Arc<FramePlan>,
    /// Whole raw frames of the present plan, the oldest first.
    ready: VecDeque<Rope>,
    /// Frames that callers are looking at.
    lent: usize,
    /// Frames kept at most, lent ones counted. While a caller holds the only one that may
    /// be kept, the newest is kept beside it.
    capacity: usize,
    /// Buffers of frames that are done with, for the reader.
    used: Vec<Vec<u8>>,
    /// A frame was replaced since the last one was fetched.
    overrun: bool,
    /// Frames that come are void until the reader has started afresh.
    held: bool,
    /// Nobody knows what the frames are: they stay void.
    given_up: bool,
    /// The reader is to throw so many bytes away and begin anew.
    afresh: Option<u64>,
    /// It has not done so yet.
    old: bool,
    stop: bool,
    /// `None` while the camera may number its frames as it likes.
    numbers: Option<Numbers>,
    stats: StreamStats,
    losses_told: u64,
}

impl Stream {
    pub(super) fn new(
        read_mode: usize,
        plan: FramePlan,
        capacity: usize,
        stale_bytes: u64,
        waker: Arc<dyn Wake>,
    ) -> Stream {
        let mailbox = Mailbox {
            plan: Arc::new(plan),
            ready: VecDeque::new(),
            lent: 0,
            capacity,
            used: Vec::new(),
            overrun: false,
            held: false,
            given_up: false,
            afresh: Some(stale_bytes),
            old: true,
            stop: false,
            numbers: Some(Numbers::default()),
            stats: StreamStats::default(),
            losses_told: 0,
        };
        Stream { read_mode, mailbox: Mutex::new(mailbox), changed: Condvar::new(), waker }
    }

    /// Starts the thread that reads.
    pub(super) fn start(
        self: &Arc<Stream>,
        link: Link,
        model: &'static Model,
        reads: Reads,
    ) -> Result<JoinHandle<()>> {
        let reader = Reader {
            link,
            model,
            stream: self.clone(),
            reads,
            assembler: Assembler::new(FRAME_MARKER, 0),
            frame_len: 0,
            backlog: Backlog::new(model),
            at: At::Unknown,
            stale_bytes: 0,
            frame: Rope::default(),
            unproven: None,
            happened: Vec::new(),
        };
        std::thread::Builder::new()
            .name("qhyccd-live".into())
            .spawn(move || {
                let stream = reader.stream.clone();
                reader.run();
                stream.mailbox.lock().stop = true;
                stream.note_fresh();
            })
            .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread for the stream: {e}")))
    }

    /// What frames look like at present.
    pub(super) fn plan(&self) -> Arc<FramePlan> {
        self.mailbox.lock().plan.clone()
    }

    /// Makes other pictures out of the same wire frames.
    pub(super) fn set_plan(&self, plan: FramePlan) {
        self.mailbox.lock().plan = Arc::new(plan);
    }

    /// No frame that is here or on its way may be handed out any more.
    pub(super) fn hold(&self) {
        let mut mailbox = self.mailbox.lock();
        mailbox.held = true;
        mailbox.clear();
    }

    /// Frames count again, those of `plan`, after `stale_bytes` more bytes.
    pub(super) fn start_afresh(&self, plan: Arc<FramePlan>, stale_bytes: u64) {
        let mut mailbox = self.mailbox.lock();
        mailbox.plan = plan;
        mailbox.afresh = Some(stale_bytes);
        mailbox.old = true;
        drop(mailbox);
        self.waker.wake();
    }

    fn note_fresh(&self) {
        let mut mailbox = self.mailbox.lock();
        mailbox.old = mailbox.afresh.is_some() && !mailbox.stop;
        drop(mailbox);
        self.changed.notify_all();
    }

    /// Waits until the reader has started afresh: frames that leave the camera from here on
    /// are taken.
    pub(super) fn wait_until_fresh(&self) {
        let end = Instant::now() + FRESH_WITHIN;
        let mut mailbox = self.mailbox.lock();
        while mailbox.old && !self.changed.wait_until(&mut mailbox, end).timed_out() {}
    }

    /// Whether it is not known any more what the camera sends.
    pub(super) fn set_given_up(&self, given_up: bool) {
        self.mailbox.lock().given_up = given_up;
    }

    /// True if it is not known what the camera sends.
    pub(super) fn is_given_up(&self) -> bool {
        self.mailbox.lock().given_up
    }

    /// The next raw frame and what becomes of it. Its buffers are to come back by
    /// [`Stream::reuse`], and then [`Stream::give_back`] is to be called.
    pub(super) fn take(&self) -> Option<(Rope, Arc<FramePlan>)> {
        let mut mailbox = self.mailbox.lock();
        let frame = mailbox.take()?;
        mailbox.lent += 1;
        Some((frame, mailbox.plan.clone()))
    }

    /// Waits until there is a frame, the stream ends, or the time is over; true for a frame.
    pub(super) fn wait_for_frame(&self, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        let mut mailbox = self.mailbox.lock();
        while mailbox.ready.is_empty() && !mailbox.stop {
            if self.changed.wait_until(&mut mailbox, end).timed_out() {
                break;
            }
        }
        !mailbox.ready.is_empty()
    }

    /// Frames that were lost since the last call.
    pub(super) fn new_losses(&self) -> u64 {
        let mut mailbox = self.mailbox.lock();
        let lost = mailbox.stats.damaged.max(mailbox.stats.missed);
        lost - std::mem::replace(&mut mailbox.losses_told, lost)
    }

    /// Takes the buffer of a frame back.
    pub(super) fn reuse(&self, buffer: Vec<u8>) {
        let mut mailbox = self.mailbox.lock();
        if !mailbox.stop {
            mailbox.used.push(buffer);
        }
    }

    /// A frame that was taken is done with.
    pub(super) fn give_back(&self, delivered: bool) {
        let mut mailbox = self.mailbox.lock();
        mailbox.lent -= 1;
        mailbox.stats.delivered += u64::from(delivered);
        mailbox.stats.dropped += u64::from(!delivered);
    }

    /// Whether the camera counts its frames without end. In any case it may begin anew now.
    pub(super) fn trust_numbers(&self, yes: bool) {
        self.mailbox.lock().numbers = yes.then(Numbers::default);
    }

    /// Forgets the frames that wait.
    pub(super) fn clear(&self) {
        self.mailbox.lock().clear();
    }

    pub(super) fn set_capacity(&self, frames: usize) {
        self.mailbox.lock().capacity = frames;
    }

    pub(super) fn stats(&self) -> StreamStats {
        self.mailbox.lock().stats
    }

    /// Tells the reader to end.
    pub(super) fn stop(&self) {
        self.mailbox.lock().stop = true;
        self.waker.wake();
    }

    /// Gives the memory back; the counters stay.
    pub(super) fn empty(&self) {
        let mut mailbox = self.mailbox.lock();
        mailbox.clear();
        mailbox.used = Vec::new();
    }
}

impl Mailbox {
    fn clear(&mut self) {
        while self.drop_oldest() {}
        self.overrun = false;
    }

    fn recycle(&mut self, frame: Rope) {
        frame.unravel(|_| (), |buffer| self.used.push(buffer));
    }

    fn drop_oldest(&mut self) -> bool {
        let Some(frame) = self.ready.pop_front() else { return false };
        self.stats.dropped += 1;
        self.recycle(frame);
        true
    }

    /// A whole frame came, to which the camera gave this number.
    fn deliver(&mut self, frame: Rope, number: Option<u32>) {
        match self.numbers.as_mut().zip(number).map(|(numbers, number)| numbers.note(number)) {
            Some(Told::New { missed }) => self.stats.missed += u64::from(missed),
            Some(Told::Old) => {
                self.stats.stale += 1;
                return self.recycle(frame);
            }
            None => {}
        }
        self.stats.received += 1;
        if self.held || self.given_up || self.stop {
            self.stats.dropped += 1;
            return self.recycle(frame);
        }
        while self.ready.len() + self.lent >= self.capacity && self.drop_oldest() {
            self.overrun = true;
        }
        self.ready.push_back(frame);
    }

    /// A frame came in parts. What a change of the format cuts short is not counted.
    fn count_damaged(&mut self) {
        self.stats.damaged += u64::from(!self.held);
    }

    /// The next frame; the newest, if the caller is too slow for all of them.
    fn take(&mut self) -> Option<Rope> {
        if std::mem::take(&mut self.overrun) {
            while self.ready.len() > 1 {
                self.drop_oldest();
            }
        }
        self.ready.pop_front()
    }
}

/// The thread that reads.
struct Reader {
    link: Link,
    model: &'static Model,
    stream: Arc<Stream>,
    reads: Reads,
    assembler: Assembler,
    frame_len: usize,
    backlog: Backlog,
    at: At,
    /// So many bytes are still to be thrown away.
    stale_bytes: u64,
    /// What came of the present frame.
    frame: Rope,
    unproven: Option<Unproven>,
    /// What the present transfer brought.
    happened: Vec<Happened>,
}

/// A frame that has its length, but nothing has yet shown that it ends there: where bytes
/// and a marker were lost, two frames would make one. The proof is a marker behind it, or a
/// transfer that ends with it, or that the camera holds no more bytes.
struct Unproven {
    frame: Rope,
    since: Instant,
    /// What the camera said last that it holds, and how often in a row.
    holds: (Option<u32>, u32),
    /// It holds nothing: what it sent is here, or will never be.
    all_sent: bool,
}

/// An [`Event`] that does not borrow the transfer.
enum Happened {
    /// These bytes of the transfer belong to the frame.
    Data(Range<usize>),
    FrameDone,
    Resync(Resync),
}

impl Reader {
    fn run(mut self) {
        loop {
            if self.take_orders() {
                return;
            }
            if let Err(error) = self.reads.fill(self.at, self.frame_len, false) {
                if self.note_failure(&error) {
                    return;
                }
            }
            let step = match &self.unproven {
                Some(unproven) if unproven.all_sent => Duration::ZERO,
                Some(_) => QUIET,
                None => WAIT_STEP,
            };
            let Some(Completion { buffer, filled, status }) = self.reads.wait(step) else {
                self.look_for_the_end();
                self.link.notice_loss();
                if self.link.status().state() == State::Lost {
                    return;
                }
                continue;
            };
            self.backlog.note(filled);
            if self.backlog.is_due() {
                self.look_at_memory();
            }
            if self.stale_bytes > 0 {
                self.stale_bytes = self.stale_bytes.saturating_sub(filled as u64);
                self.reads.recycle(buffer);
            } else {
                self.assemble(buffer, filled);
            }
            if let Err(error) = status {
                if self.note_failure(&error) {
                    return;
                }
            }
        }
    }

    /// Looks for what the caller wants; true if that is the end.
    fn take_orders(&mut self) -> bool {
        let mut mailbox = self.stream.mailbox.lock();
        if mailbox.stop {
            return true;
        }
        self.reads.keep_spare((mailbox.capacity + 1) * mailbox.plan.wire_len());
        for buffer in mailbox.used.drain(..) {
            self.reads.recycle(buffer);
        }
        let Some(stale_bytes) = mailbox.afresh.take() else {
            return false;
        };
        mailbox.held = false;
        mailbox.numbers = mailbox.numbers.is_some().then(Numbers::default);
        self.frame_len = mailbox.plan.wire_len();
        drop(mailbox);
        self.stale_bytes = stale_bytes;
        self.forget_unproven();
        self.seek_marker();
        // What is here already is older than the order.
        while let Some(completion) = self.reads.wait(Duration::ZERO) {
            self.reads.recycle(completion.buffer);
        }
        self.stream.note_fresh();
        false
    }

    /// Asks how full the camera's memory is, and empties it if it is too full: the newest
    /// frames are wanted, and none with holes. A question that fails is asked again.
    fn look_at_memory(&mut self) {
        let Ok(bytes) = self.link.ask::<4>(In::Fpga(fpga::DDR_FILL)) else { return };
        let units = decode_ddr_units(bytes);
        if !self.backlog.is_too_large(units) {
            return;
        }
        log::info!("live video is read too slowly: {units} units wait in the camera and are dropped");
        if self.link.send(&Out::Command(Command::DdrOn)).is_ok() {
            self.backlog.note_emptied();
        }
        self.forget_unproven();
        self.seek_marker();
    }

    /// Begins with the next marker.
    fn seek_marker(&mut self) {
        self.assembler = Assembler::new(FRAME_MARKER, self.frame_len);
        self.at = At::Unknown;
        self.forget_frame();
    }

    fn forget_frame(&mut self) {
        std::mem::take(&mut self.frame).unravel(|_| (), |buffer| self.reads.recycle(buffer));
    }

    fn forget_unproven(&mut self) -> bool {
        let Some(unproven) = self.unproven.take() else { return false };
        unproven.frame.unravel(|_| (), |buffer| self.reads.recycle(buffer));
        true
    }

    /// Looks what a transfer brought, and keeps its buffer if it can.
    fn assemble(&mut self, buffer: Vec<u8>, filled: usize) {
        let (bytes, short) = (&buffer[..filled], filled < buffer.len());
        let mut happened = std::mem::take(&mut self.happened);
        happened.extend(self.assembler.feed(bytes, short).map(|event| match event {
            Event::Data(data) => {
                let at = data.as_ptr().addr() - bytes.as_ptr().addr();
                Happened::Data(at..at + data.len())
            }
            Event::FrameDone => Happened::FrameDone,
            Event::Resync(why) => Happened::Resync(why),
        }));
        let marker_last = bytes.ends_with(&FRAME_MARKER);
        // A transfer that ends one frame and begins another is copied.
        let one_part = happened.iter().filter(|h| matches!(h, Happened::Data(_))).count() == 1;
        let mut beside = filled;
        let mut buffer = Some(buffer);
        for event in happened.drain(..) {
            match event {
                Happened::Data(range) => {
                    self.deliver_unproven();
                    beside -= range.len();
                    if let Some(whole) = buffer.take_if(|_| one_part) {
                        buffer = self.frame.push(whole, range);
                    } else if let Some(whole) = &buffer {
                        self.frame.push_copy(&whole[range]);
                    }
                    self.at = At::Frame(self.frame.len());
                }
                Happened::FrameDone => {
                    let (frame, since) = (std::mem::take(&mut self.frame), Instant::now());
                    self.unproven = Some(Unproven { frame, since, holds: (None, 0), all_sent: false });
                    self.at = At::End;
                }
                Happened::Resync(why) => {
                    log::debug!("live frame: {why}");
                    match why {
                        Resync::NoMarker => drop(self.forget_unproven()),
                        Resync::ShortFrame(_) => self.deliver_unproven(),
                    }
                    self.stream.mailbox.lock().count_damaged();
                    self.forget_frame();
                    beside = 0;
                    self.at = if why == Resync::NoMarker { At::Unknown } else { At::Frame(0) };
                }
            }
        }
        self.happened = happened;
        if let Some(buffer) = buffer {
            self.reads.recycle(buffer);
        }
        // A marker alone makes no event.
        let marker = match self.at {
            At::End => beside >= FRAME_MARKER.len(),
            At::Unknown => marker_last,
            At::Frame(_) => false,
        };
        // The device ended the transfer where the frame ends, or went on with a marker.
        if marker || (self.at == At::End && short && beside == 0) {
            self.deliver_unproven();
        }
        if marker {
            self.at = At::Frame(0);
        }
    }

    fn deliver_unproven(&mut self) {
        let Some(Unproven { frame, .. }) = self.unproven.take() else { return };
        let number = if self.model.has.frame_numbers { frame.head::<FRAME_NUMBER_BYTES>() } else { None };
        let number = number.and_then(|bytes| decode_frame_number(&bytes));
        self.stream.mailbox.lock().deliver(frame, number);
        self.stream.changed.notify_all();
    }

    /// Nothing comes. If a frame waits for a sign of its end, asks the camera for one.
    fn look_for_the_end(&mut self) {
        let Some(unproven) = &mut self.unproven else { return };
        if unproven.all_sent {
            return self.deliver_unproven();
        }
        if unproven.since.elapsed() < QUIET {
            return;
        }
        let holds = match self.model.ddr_mib {
            0 => Some(0),
            _ => self.link.ask::<4>(In::Fpga(fpga::DDR_FILL)).ok().map(decode_ddr_units),
        };
        let (before, times) = unproven.holds;
        let times = if holds == before { times + 1 } else { 1 };
        unproven.holds = (holds, times);
        // What was sent until now is looked at once more before it counts.
        unproven.all_sent = holds == Some(0) || times >= SAME_ANSWERS;
    }

    /// What to do after a failed read, whose bytes are lost; true if there is no going on.
    fn note_failure(&mut self, error: &UsbError) -> bool {
        match error {
            UsbError::Timeout { .. } | UsbError::Cancelled => return false,
            UsbError::Gone => {
                self.link.status().lose();
                return true;
            }
            other => log::debug!("live read: {other}"),
        }
        if !self.frame.is_empty() | self.forget_unproven() {
            self.stream.mailbox.lock().count_damaged();
        }
        self.seek_marker();
        std::thread::sleep(PAUSE);
        if *error == UsbError::Stall && self.link.clear_halt(self.model.wire.endpoint).is_err() {
            self.link.notice_loss();
        }
        self.link.status().state() == State::Lost
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
