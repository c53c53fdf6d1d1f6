//! One stream: the mailbox that caller and reader share, and the thread that reads.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;

use crate::frame::{Assembler, Event, Resync};
use crate::transport::{Completion, UsbError, Wake};
use crate::wire::FRAME_MARKER;

use super::link::Link;
use super::plan::FramePlan;
use super::readout::{At, Reads, WAIT_STEP};
use super::state::State;
use super::{Error, ErrorKind, Result, StreamStats};

/// Used buffers kept for the next frames.
const SPARE_BUFFERS: usize = 2;
/// Pause after a failed read, so that a failing device does not take the processor.
const PAUSE: Duration = Duration::from_millis(10);

/// One stream, as caller and reader share it.
pub(super) struct Stream {
    mailbox: Mutex<Mailbox>,
    waker: Arc<dyn Wake>,
}

struct Mailbox {
    plan: Arc<FramePlan>,
    /// Whole raw frames of the present plan, the oldest first.
    ready: VecDeque<Vec<u8>>,
    spare: Vec<Vec<u8>>,
    capacity: usize,
    /// A frame was replaced since the last one was fetched.
    overrun: bool,
    /// Frames that come are void until the reader has started afresh.
    held: bool,
    /// The reader is to throw so many bytes away and begin anew.
    afresh: Option<u64>,
    stop: bool,
    stats: StreamStats,
}

impl Stream {
    pub(super) fn new(plan: FramePlan, capacity: usize, stale_bytes: u64, waker: Arc<dyn Wake>) -> Stream {
        let mailbox = Mailbox {
            plan: Arc::new(plan),
            ready: VecDeque::new(),
            spare: Vec::new(),
            capacity,
            overrun: false,
            held: false,
            afresh: Some(stale_bytes),
            stop: false,
            stats: StreamStats::default(),
        };
        Stream { mailbox: Mutex::new(mailbox), waker }
    }

    /// Starts the thread that reads.
    pub(super) fn start(
        self: &Arc<Stream>,
        link: Link,
        endpoint: u8,
        reads: Reads,
    ) -> Result<JoinHandle<()>> {
        let reader = Reader { link, endpoint, stream: self.clone(), reads, frame: Vec::new() };
        std::thread::Builder::new()
            .name("qhyccd-live".into())
            .spawn(move || reader.run())
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
        drop(mailbox);
        self.waker.wake();
    }

    /// The next raw frame and what becomes of it. The frame is to come back by
    /// [`Stream::give_back`].
    pub(super) fn take(&self) -> Option<(Vec<u8>, Arc<FramePlan>)> {
        let mut mailbox = self.mailbox.lock();
        let frame = mailbox.take()?;
        Some((frame, mailbox.plan.clone()))
    }

    pub(super) fn give_back(&self, frame: Vec<u8>, delivered: bool) {
        let mut mailbox = self.mailbox.lock();
        mailbox.stats.delivered += u64::from(delivered);
        mailbox.stats.dropped += u64::from(!delivered);
        mailbox.recycle(frame);
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
        mailbox.spare.clear();
    }
}

impl Mailbox {
    fn clear(&mut self) {
        while let Some(frame) = self.ready.pop_front() {
            self.stats.dropped += 1;
            self.recycle(frame);
        }
        self.overrun = false;
    }

    fn recycle(&mut self, frame: Vec<u8>) {
        if self.spare.len() < SPARE_BUFFERS {
            self.spare.push(frame);
        }
    }

    /// A whole frame came.
    fn deliver(&mut self, frame: Vec<u8>) {
        self.stats.received += 1;
        if self.held || self.stop {
            self.stats.dropped += 1;
            return self.recycle(frame);
        }
        while self.ready.len() >= self.capacity {
            let Some(oldest) = self.ready.pop_front() else { break };
            self.stats.dropped += 1;
            self.overrun = true;
            self.recycle(oldest);
        }
        self.ready.push_back(frame);
    }

    /// The next frame; the newest, if the caller is too slow for all of them.
    fn take(&mut self) -> Option<Vec<u8>> {
        if std::mem::take(&mut self.overrun) {
            while self.ready.len() > 1 {
                self.stats.dropped += 1;
                if let Some(older) = self.ready.pop_front() {
                    self.recycle(older);
                }
            }
        }
        self.ready.pop_front()
    }
}

/// The thread that reads.
struct Reader {
    link: Link,
    endpoint: u8,
    stream: Arc<Stream>,
    reads: Reads,
    /// What came of the present frame.
    frame: Vec<u8>,
}

impl Reader {
    fn run(mut self) {
        let mut frame_len = 0;
        let mut assembler = Assembler::new(FRAME_MARKER, frame_len);
        let mut at = At::Unknown;
        let mut stale = 0;
        loop {
            {
                let mut mailbox = self.stream.mailbox.lock();
                if mailbox.stop {
                    return;
                }
                if let Some(bytes) = mailbox.afresh.take() {
                    mailbox.held = false;
                    frame_len = mailbox.plan.wire_len();
                    drop(mailbox);
                    assembler = Assembler::new(FRAME_MARKER, frame_len);
                    at = At::Unknown;
                    stale = bytes;
                    self.frame.clear();
                    // What is here already is older than the order.
                    while let Some(completion) = self.reads.wait(Duration::ZERO) {
                        self.reads.recycle(completion.buffer);
                    }
                }
            }
            if let Err(error) = self.reads.fill(at, frame_len, false) {
                if self.note_failure(&error) {
                    return;
                }
            }
            let Some(Completion { buffer, filled, status }) = self.reads.wait(WAIT_STEP) else {
                self.link.notice_loss();
                if self.link.status().state() == State::Lost {
                    return;
                }
                continue;
            };
            let bytes = &buffer[..filled];
            if stale > 0 {
                stale = stale.saturating_sub(filled as u64);
            } else {
                at = self.assemble(&mut assembler, at, bytes, filled < buffer.len(), frame_len);
            }
            self.reads.recycle(buffer);
            if let Err(error) = status {
                if self.note_failure(&error) {
                    return;
                }
            }
        }
    }

    fn assemble(
        &mut self,
        assembler: &mut Assembler,
        mut at: At,
        bytes: &[u8],
        short: bool,
        frame_len: usize,
    ) -> At {
        let mut beside = bytes.len();
        for event in assembler.feed(bytes, short) {
            match event {
                Event::Data(data) => {
                    if self.frame.is_empty() {
                        self.frame.reserve_exact(frame_len);
                    }
                    self.frame.extend_from_slice(data);
                    beside -= data.len();
                    at = At::Frame(self.frame.len());
                }
                Event::FrameDone => {
                    let mut mailbox = self.stream.mailbox.lock();
                    let next = mailbox.spare.pop().unwrap_or_default();
                    mailbox.deliver(std::mem::replace(&mut self.frame, next));
                    drop(mailbox);
                    self.frame.clear();
                    at = At::End;
                }
                Event::Resync(why) => {
                    log::debug!("live frame: {why}");
                    self.stream.mailbox.lock().stats.damaged += 1;
                    self.frame.clear();
                    beside = 0;
                    at = if why == Resync::NoMarker { At::Unknown } else { At::Frame(0) };
                }
            }
        }
        // A marker alone makes no event.
        let marker = match at {
            At::End => beside >= FRAME_MARKER.len(),
            At::Unknown => bytes.ends_with(&FRAME_MARKER),
            At::Frame(_) => false,
        };
        if marker { At::Frame(0) } else { at }
    }

    /// What to do after a failed read; true if there is no going on.
    fn note_failure(&mut self, error: &UsbError) -> bool {
        match error {
            UsbError::Timeout { .. } | UsbError::Cancelled => false,
            UsbError::Gone => {
                self.link.status().lose();
                true
            }
            other => {
                log::debug!("live read: {other}");
                std::thread::sleep(PAUSE);
                *other == UsbError::Stall && self.link.clear_halt(self.endpoint).is_err() && {
                    self.link.notice_loss();
                    self.link.status().state() == State::Lost
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
