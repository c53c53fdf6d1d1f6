//! One stream: the mailbox that caller and reader share. The thread that reads is in
//! [`reader`].

mod reader;

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::model::Model;
use crate::transport::Wake;

use self::reader::Reader;
use super::link::Link;
use super::numbers::{Numbers, Told};
use super::plan::FramePlan;
use super::readout::Reads;
use super::rope::Rope;
use super::{Error, ErrorKind, Result, StreamStats};

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
    /// A change is under way, so an order to start afresh is one from before it.
    changing: bool,
    /// Nobody knows what the frames are: they stay void.
    given_up: bool,
    /// The camera's memory is too full, and its frames void until that has an end.
    wants_room: bool,
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
            changing: false,
            given_up: false,
            wants_room: false,
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
        let reader = Reader::new(link, model, self.clone(), reads);
        std::thread::Builder::new()
            .name("qhyccd-live".into())
            .spawn(move || Stream::serve(reader))
            .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread for the stream: {e}")))
    }

    /// What the thread does.
    fn serve(reader: Reader) {
        let stream = reader.stream();
        reader.run();
        stream.mailbox.lock().stop = true;
        stream.note_fresh();
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
        mailbox.changing = true;
        mailbox.clear();
    }

    /// Frames count again, those of `plan`, after `stale_bytes` more bytes.
    pub(super) fn start_afresh(&self, plan: Arc<FramePlan>, stale_bytes: u64) {
        let mut mailbox = self.mailbox.lock();
        mailbox.changing = false;
        mailbox.wants_room = false;
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

    /// The camera's memory is too full, which an order of the region should end. The reader
    /// must not send one: somebody may be changing the region.
    fn want_room(&self) {
        let mut mailbox = self.mailbox.lock();
        mailbox.wants_room = true;
        mailbox.held = true;
    }

    /// Whether only an order of the region lets frames count again, and none waits.
    pub(super) fn wants_room(&self) -> bool {
        let mailbox = self.mailbox.lock();
        mailbox.wants_room && mailbox.ready.is_empty()
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

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;

#[cfg(all(test, feature = "model-check"))]
mod model_check;
