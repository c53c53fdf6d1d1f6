//! Live video: one thread reads, the caller converts.
//!
//! ```text
//!  USB ─► reader thread ─► raw frames ─► mailbox (bounded) ─► live_frame ─► caller's buffer
//!              ▲                                                  │
//!              └──────────────── transfer buffers ────────────────┘
//! ```
//!
//! A raw frame is the list of its transfers' buffers ([`Rope`]), so the conversion is the
//! only pass over the pixels.
//!
//! The camera streams from its initialisation on, so bytes of older settings may wait in
//! its memory when a stream starts or its format changes. The fill counter tells how many;
//! the reader throws these away and begins with the next marker. The reader holds no lock
//! while it waits, and takes no turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;

use crate::frame::{self, Sink};
use crate::wire::status::DDR_UNIT_BYTES;
use crate::wire::{Command, In, Out};

use super::camera::Turn;
use super::plan::{self, FramePlan, Step};
use super::readout::Reads;
use super::rope::Rope;
use super::settings::{Settings, Slot};
use super::state::{Op, State, Verdict};
use super::stream::Stream;
use super::{Camera, Error, ErrorKind, FrameInfo, Result, StreamMode, StreamStats};

/// Raw frames kept unless the caller sets another number, and the most it may set.
const FRAMES_KEPT: usize = 2;
const FRAMES_KEPT_MOST: usize = 64;

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

/// Live video.
impl Camera {
    /// The stream, while it runs.
    pub(super) fn running_stream(&self) -> Option<Arc<Stream>> {
        self.live.stream.lock().clone().filter(|_| self.state() == State::Live)
    }

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
        self.frames_are_known()?;
        let frame = FramePlan::new(self.model(), &settings)?;
        self.calibration_for(frame.info)?;
        self.make_up(&mut turn, plan::begin)?;
        let stale_bytes = self.stale_bytes(&mut turn, &frame)?;

        let endpoint = self.model().wire.endpoint;
        self.spare.clear();
        let mut reads = Reads::new(self.link.open_bulk_in(endpoint)?);
        let waker = reads.stream().waker();
        let capacity = self.live.frames_kept.load(Ordering::Relaxed);
        let stream = Arc::new(Stream::new(settings.read_mode, frame, capacity, stale_bytes, waker));
        stream.trust_numbers(turn.trigger.frames_count_on());
        let thread = stream.start(self.link.clone(), self.model(), reads)?;
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
    pub(super) fn stale_bytes(&self, turn: &mut Turn, frame: &FramePlan) -> Result<u64> {
        if self.model().ddr_mib == 0 {
            return Ok(0);
        }
        let waiting = |camera: &Camera| -> Result<u64> {
            let most = u64::from(camera.model().ddr_mib) << 20;
            Ok((u64::from(camera.ddr_units()?) * DDR_UNIT_BYTES).min(most))
        };
        let bytes = waiting(self)?;
        if bytes < 2 * frame.wire_len() as u64 || !self.model().can_empty(true) {
            return Ok(bytes);
        }
        self.run(turn, [Step::Send(Out::Command(Command::DdrOn))])?;
        waiting(self)
    }

    /// Goes on with frames of other settings; `image` is sent in any case. Frames that have
    /// left the camera before, or wait in it, are not handed out any more.
    ///
    /// After a change of the read mode there is no going on: the next stream will have it.
    pub(super) fn change_stream(
        &self,
        turn: &mut Turn,
        wanted: &Settings,
        image: Option<Slot>,
    ) -> Result<()> {
        let Some(stream) = self.live.stream.lock().clone() else {
            return Ok(());
        };
        if stream.read_mode != wanted.read_mode {
            return Ok(());
        }
        let frame = FramePlan::new(self.model(), wanted)?;
        if image.is_none() && stream.plan().same_wire(&frame) && turn.applied.gps == wanted.gps {
            stream.set_plan(frame);
            return Ok(());
        }
        stream.hold();
        if let Some(slot) = image {
            turn.applied.forget(slot);
        }
        let changed = self.send_image_settings(turn, wanted).and_then(|()| self.stale_bytes(turn, &frame));
        let goes_on = |plan, stale_bytes| {
            stream.set_given_up(false);
            stream.start_afresh(plan, stale_bytes);
        };
        let Err(error) = changed.map(|stale_bytes| goes_on(Arc::new(frame), stale_bytes)) else {
            return Ok(());
        };
        // What the camera holds now is not sure: what it held before, or nothing.
        let before = self.settings.lock().clone();
        let old = stream.plan();
        match self.send_image_settings(turn, &before).and_then(|()| self.stale_bytes(turn, &old)) {
            Ok(stale_bytes) => goes_on(old, stale_bytes),
            Err(_) => stream.set_given_up(true),
        }
        Err(error)
    }

    /// Sends what frames depend on and the camera does not hold.
    fn send_image_settings(&self, turn: &mut Turn, wanted: &Settings) -> Result<()> {
        self.send_missing(turn, wanted)?;
        if turn.applied.gps != wanted.gps {
            self.send_gps(turn, wanted.gps)?;
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
        // The caller may count on the size of the new mode, which this stream has not.
        if self.settings.lock().read_mode != stream.read_mode {
            return Err(Error::new(ErrorKind::State, "the read mode was changed; start live video anew"));
        }
        if stream.is_given_up() {
            let text = "the camera did not take a change; make it again or start live video anew";
            return Err(Error::new(ErrorKind::Usb, text));
        }
        let Some((frame, plan)) = stream.take() else {
            self.make_room(&stream);
            return Err(Error::new(ErrorKind::NotYet, "no frame is ready"));
        };
        let converted = match buffer(plan.info) {
            Some(out) => convert(&plan.pixels, frame, out, self.threads(), |buffer| stream.reuse(buffer))
                .and_then(|()| self.calibrate(&plan, out))
                .map(|()| self.tone(&plan, out)),
            None => {
                frame.unravel(|_| (), |buffer| stream.reuse(buffer));
                Err(Error::new(ErrorKind::Invalid, "there is no buffer for the frame"))
            }
        };
        stream.give_back(converted.is_ok());
        converted.map(|()| plan.info)
    }

    /// Waits until [`Camera::live_frame`] has a frame, the stream ends, or the time is over;
    /// true for a frame.
    pub fn await_live_frame(&self, timeout: Duration) -> bool {
        let Some(stream) = self.live.stream.lock().clone() else { return false };
        let is_there = stream.wait_for_frame(timeout);
        if !is_there {
            self.make_room(&stream);
        }
        is_there
    }

    /// Orders the region anew if the stream wants that and nobody else is at the camera; if
    /// somebody is, or it fails, the next question for a frame tries again.
    fn make_room(&self, stream: &Stream) {
        if !stream.wants_room() {
            return;
        }
        let Some(mut turn) = self.turn.try_lock() else { return };
        let settings = self.settings.lock().clone();
        if let Err(error) = self.change_stream(&mut turn, &settings, Some(Slot::Region)) {
            log::warn!("live video was not begun anew: {error}");
        }
    }

    /// Frames of the stream that came damaged or not at all since the last call of this.
    pub fn new_live_losses(&self) -> u64 {
        self.live.stream.lock().as_ref().map_or(0, |stream| stream.new_losses())
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
        match self.run(turn, [Step::Ask(In::Firmware)]) {
            // The stream has ended, as it has when the loss was noticed before.
            Err(error) if error.kind() == ErrorKind::Lost => Ok(()),
            asked => asked,
        }
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
            stream.empty();
        }
    }

    /// Frames kept for a caller that is slow: 1 to 64.
    pub fn set_buffer_number(&self, frames: u32) -> Result<()> {
        self.allow(Op::Recall)?;
        let frames = (frames as usize).clamp(1, FRAMES_KEPT_MOST);
        self.live.frames_kept.store(frames, Ordering::Relaxed);
        if let Some(stream) = self.live.stream.lock().as_ref() {
            stream.set_capacity(frames);
        }
        Ok(())
    }

    /// Tells the stream, if there is one, whether the camera counts its frames without end.
    pub(super) fn trust_numbers(&self, yes: bool) {
        if let Some(stream) = self.live.stream.lock().as_ref() {
            stream.trust_numbers(yes);
        }
    }

    /// Forgets the frames that wait.
    pub fn clear_live_queue(&self) -> Result<()> {
        self.allow(Op::Recall)?;
        if let Some(stream) = self.live.stream.lock().as_ref() {
            stream.clear();
        }
        Ok(())
    }

    /// Counters of the present stream, or of the last one.
    pub fn stream_stats(&self) -> StreamStats {
        self.live.stream.lock().as_ref().map(|s| s.stats()).unwrap_or_default()
    }
}

/// Makes the picture out of a raw frame, in one pass over its bytes; each buffer is free
/// again as soon as it was read. Where several threads work, all are free in the end.
fn convert(
    plan: &frame::Plan,
    raw: Rope,
    out: &mut [u8],
    threads: usize,
    free: impl FnMut(Vec<u8>),
) -> Result<()> {
    let invalid = |text: String| Error::new(ErrorKind::Invalid, text);
    if threads > 1 && plan.pays_threads() {
        let pieces: Vec<&[u8]> = raw.pieces().collect();
        let converted = plan.convert_pieces(&pieces, out, threads);
        raw.unravel(|_| (), free);
        return converted.map_err(|e| invalid(e.to_string()));
    }
    let mut sink = Sink::new(plan, out).map_err(|e| invalid(e.to_string()))?;
    raw.unravel(
        |bytes| {
            sink.push(bytes);
        },
        free,
    );
    sink.finish().map_err(|e| invalid(e.to_string()))
}
