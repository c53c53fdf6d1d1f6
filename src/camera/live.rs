//! Live video: one thread reads, the caller converts.
//!
//! ```text
//!  USB ─► reader thread ─► raw frames ─► mailbox (bounded) ─► live_frame ─► caller's buffer
//!                              ▲                                  │
//!                              └──────────── used buffers ────────┘
//! ```
//!
//! The camera streams from its initialisation on, so bytes of older settings may wait in
//! its memory when a stream starts or its format changes. The fill counter tells how many;
//! the reader throws these away and begins with the next marker. The reader holds no lock
//! while it waits, and takes no turn.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;

use crate::frame::{Assembler, Event, Resync};
use crate::transport::{Completion, UsbError, Wake};
use crate::wire::status::DDR_UNIT_BYTES;
use crate::wire::{Command, FRAME_MARKER, In, Out};

use super::camera::Turn;
use super::link::Link;
use super::plan::{self, FramePlan, Step};
use super::readout::{At, Reads, WAIT_STEP};
use super::settings::{Settings, Slot};
use super::state::{Op, State, Verdict};
use super::{Camera, Error, ErrorKind, FrameInfo, Result, StreamMode, StreamStats};

/// Raw frames kept unless the caller sets another number, and the most it may set.
const FRAMES_KEPT: usize = 2;
const FRAMES_KEPT_MOST: usize = 64;
/// Used buffers kept for the next frames.
const SPARE_BUFFERS: usize = 2;
/// Pause after a failed read, so that a failing device does not take the processor.
const PAUSE: Duration = Duration::from_millis(10);

/// Where a camera keeps its stream.
pub(super) struct LiveSlot {
    stream: Mutex<Option<Arc<Stream>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    frames_kept: AtomicUsize,
}

impl Default for LiveSlot {
    fn default() -> LiveSlot {
        LiveSlot {
            stream: Mutex::new(None),
            thread: Mutex::new(None),
            frames_kept: AtomicUsize::new(FRAMES_KEPT),
        }
    }
}

/// One stream, as caller and reader share it.
struct Stream {
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
    fn new(plan: FramePlan, capacity: usize, stale_bytes: u64, waker: Arc<dyn Wake>) -> Stream {
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

    /// No frame that is here or on its way may be handed out any more.
    fn hold(&self) {
        let mut mailbox = self.mailbox.lock();
        mailbox.held = true;
        mailbox.clear();
    }

    /// Frames count again, those of `plan`, after `stale_bytes` more bytes.
    fn start_afresh(&self, plan: Arc<FramePlan>, stale_bytes: u64) {
        let mut mailbox = self.mailbox.lock();
        mailbox.plan = plan;
        mailbox.afresh = Some(stale_bytes);
        drop(mailbox);
        self.waker.wake();
    }

    fn stop(&self) {
        self.mailbox.lock().stop = true;
        self.waker.wake();
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

/// Live video.
impl Camera {
    /// Starts the stream; one that runs goes on.
    pub fn begin_live(&self) -> Result<()> {
        let mut turn = self.turn.lock();
        let verdict = self.allow(Op::Begin)?;
        let settings = self.settings.lock().clone();
        if settings.stream == StreamMode::Single {
            return Err(Error::new(ErrorKind::State, "the stream mode is single frames"));
        }
        if self.link.status().state() == State::Live {
            return Ok(());
        }
        if matches!(verdict, Verdict::Adjusted(_)) {
            self.end_activity(&mut turn)?;
        }
        self.stop_stream();
        let frame = FramePlan::new(self.model(), &settings)?;
        self.make_up(&mut turn)?;
        let stale_bytes = self.stale_bytes(&mut turn, &frame)?;

        let endpoint = self.model().wire.endpoint;
        let mut reads = Reads::new(self.link.open_bulk_in(endpoint)?);
        let waker = reads.stream().waker();
        let capacity = self.live.frames_kept.load(Ordering::Relaxed);
        let stream = Arc::new(Stream::new(frame, capacity, stale_bytes, waker));
        let reader =
            Reader { link: self.link.clone(), endpoint, stream: stream.clone(), reads, frame: Vec::new() };
        let thread = std::thread::Builder::new()
            .name("qhyccd-live".into())
            .spawn(move || reader.run())
            .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread for the stream: {e}")))?;
        *self.live.stream.lock() = Some(stream);
        *self.live.thread.lock() = Some(thread);
        let begun = self.link.status().update(|status| {
            let ready = status.state == State::Ready;
            if ready {
                status.state = State::Live;
            }
            ready
        });
        if !begun {
            self.stop_stream();
            self.allow(Op::Begin)?;
        }
        Ok(())
    }

    /// Bytes in the camera that were read out before now. A camera that streamed long
    /// without a reader has its memory emptied first.
    fn stale_bytes(&self, turn: &mut Turn, frame: &FramePlan) -> Result<u64> {
        if self.model().ddr_mib == 0 {
            return Ok(0);
        }
        let waiting = |camera: &Camera| -> Result<u64> {
            let most = u64::from(camera.model().ddr_mib) << 20;
            Ok((u64::from(camera.ddr_units()?) * DDR_UNIT_BYTES).min(most))
        };
        let bytes = waiting(self)?;
        if bytes < 2 * frame.wire_len() as u64 {
            return Ok(bytes);
        }
        self.run(turn, [Step::Send(Out::Command(Command::DdrOn))])?;
        waiting(self)
    }

    /// Goes on with frames of another format.
    pub(super) fn change_stream(&self, turn: &mut Turn, wanted: &Settings, frame: FramePlan) -> Result<()> {
        let Some(stream) = self.live.stream.lock().clone() else {
            return Ok(());
        };
        let old = stream.mailbox.lock().plan.clone();
        if old.same_wire(&frame) {
            stream.mailbox.lock().plan = Arc::new(frame);
            return Ok(());
        }
        stream.hold();
        let sent = self.send_format(turn, wanted).and_then(|()| self.stale_bytes(turn, &frame));
        match sent {
            Ok(stale_bytes) => {
                stream.start_afresh(Arc::new(frame), stale_bytes);
                Ok(())
            }
            Err(error) => {
                stream.start_afresh(old, 0);
                Err(error)
            }
        }
    }

    fn send_format(&self, turn: &mut Turn, wanted: &Settings) -> Result<()> {
        for slot in [Slot::Bits, Slot::Region] {
            let command = plan::command(self.model(), wanted, slot);
            if !turn.applied.holds(slot, command) {
                self.run(turn, [Step::Setting(slot, command)])?;
            }
        }
        Ok(())
    }

    /// Takes the next frame, or fails at once with [`ErrorKind::NotYet`]. A caller that is
    /// slower than the camera gets the newest. The buffer is asked for once, when there is
    /// a frame, and must have exactly [`FrameInfo::len_bytes`].
    pub fn live_frame<'a>(
        &self,
        buffer: impl FnOnce(FrameInfo) -> Option<&'a mut [u8]>,
    ) -> Result<FrameInfo> {
        self.allow(Op::LiveFrame)?;
        let stream = self.live.stream.lock().clone();
        let stream = stream.ok_or_else(|| Error::new(ErrorKind::State, "live video is not running"))?;
        let (frame, plan) = {
            let mut mailbox = stream.mailbox.lock();
            let frame = mailbox.take().ok_or_else(|| Error::new(ErrorKind::NotYet, "no frame is ready"))?;
            (frame, mailbox.plan.clone())
        };
        let converted = match buffer(plan.info) {
            Some(out) => {
                plan.pixels.convert(&frame, out).map_err(|e| Error::new(ErrorKind::Invalid, e.to_string()))
            }
            None => Err(Error::new(ErrorKind::Invalid, "there is no buffer for the frame")),
        };
        let mut mailbox = stream.mailbox.lock();
        mailbox.stats.delivered += u64::from(converted.is_ok());
        mailbox.stats.dropped += u64::from(converted.is_err());
        mailbox.recycle(frame);
        converted.map(|()| plan.info)
    }

    /// Ends the stream. Harmless in any state.
    pub fn stop_live(&self) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Stop)?;
        self.finish_stream(&mut turn)
    }

    /// Ends the stream and, as was observed, asks for the firmware version.
    pub(super) fn finish_stream(&self, turn: &mut Turn) -> Result<()> {
        self.stop_stream();
        self.link.status().update(|status| {
            if status.state == State::Live {
                status.state = State::Ready;
            }
        });
        if matches!(self.link.status().state(), State::Lost | State::Closed) {
            return Ok(());
        }
        self.run(turn, [Step::Ask(In::Firmware)])
    }

    /// Ends the reader thread, if there is one, and forgets its frames.
    pub(super) fn stop_stream(&self) {
        if let Some(stream) = self.live.stream.lock().as_ref() {
            stream.stop();
        }
        if let Some(thread) = self.live.thread.lock().take() {
            let _ = thread.join();
        }
        if let Some(stream) = self.live.stream.lock().as_ref() {
            let mut mailbox = stream.mailbox.lock();
            mailbox.clear();
            mailbox.spare.clear();
        }
    }

    /// Frames kept for a caller that is slow: 1 to 64.
    pub fn set_buffer_number(&self, frames: u32) -> Result<()> {
        self.allow(Op::Recall)?;
        let frames = (frames as usize).clamp(1, FRAMES_KEPT_MOST);
        self.live.frames_kept.store(frames, Ordering::Relaxed);
        if let Some(stream) = self.live.stream.lock().as_ref() {
            stream.mailbox.lock().capacity = frames;
        }
        Ok(())
    }

    /// Forgets the frames that wait.
    pub fn clear_live_queue(&self) -> Result<()> {
        self.allow(Op::Recall)?;
        if let Some(stream) = self.live.stream.lock().as_ref() {
            stream.mailbox.lock().clear();
        }
        Ok(())
    }

    /// Counters of the present stream, or of the last one.
    pub fn stream_stats(&self) -> StreamStats {
        self.live.stream.lock().as_ref().map(|s| s.mailbox.lock().stats).unwrap_or_default()
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
mod tests {
    use super::*;
    use crate::model::by_name;

    struct Nobody;
    impl Wake for Nobody {
        fn wake(&self) {}
    }

    fn stream(capacity: usize) -> Stream {
        let model = by_name("QHY600M").unwrap();
        let frame = FramePlan::new(model, &Settings::new(model)).unwrap();
        Stream::new(frame, capacity, 0, Arc::new(Nobody))
    }

    fn deliver(stream: &Stream, numbers: std::ops::Range<u8>) {
        for number in numbers {
            stream.mailbox.lock().deliver(vec![number]);
        }
    }

    fn take(stream: &Stream) -> Option<u8> {
        stream.mailbox.lock().take().map(|frame| frame[0])
    }

    #[test]
    fn who_keeps_pace_gets_every_frame_in_order() {
        let stream = stream(3);
        deliver(&stream, 0..3);
        assert_eq!(
            [take(&stream), take(&stream), take(&stream), take(&stream)],
            [Some(0), Some(1), Some(2), None]
        );
        assert_eq!(stream.mailbox.lock().stats.dropped, 0);
    }

    #[test]
    fn who_is_slow_gets_the_newest_and_memory_stays_bounded() {
        let stream = stream(2);
        deliver(&stream, 0..100);
        assert_eq!(stream.mailbox.lock().ready.len(), 2);
        assert!(stream.mailbox.lock().spare.len() <= SPARE_BUFFERS);
        assert_eq!([take(&stream), take(&stream)], [Some(99), None]);
        let stats = stream.mailbox.lock().stats;
        assert_eq!((stats.received, stats.dropped), (100, 99));
    }

    #[test]
    fn frames_that_were_ready_before_a_change_are_not_handed_out() {
        let stream = stream(2);
        deliver(&stream, 0..2);
        stream.hold();
        deliver(&stream, 2..4);
        assert_eq!(take(&stream), None);
    }
}
