//! The thread that reads a stream: transfers in, whole frames that are proven out.
//!
//! It waits for transfers and for nothing else, holds the mailbox for moments, and knows
//! no pixels.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::frame::{Assembler, Event, Resync};
use crate::model::Model;
use crate::transport::{Completion, UsbError};
use crate::wire::frame_header::{FRAME_NUMBER_BYTES, decode_frame_number};
use crate::wire::{Command, FRAME_MARKER, Out};

use super::super::backlog::Backlog;
use super::super::link::Link;
use super::super::numbers::Numbers;
use super::super::readout::{At, Reads, UpTo, WAIT_STEP};
use super::super::rope::Rope;
use super::super::state::State;
use super::Stream;

/// Pause after a failed read, so that a failing device does not take the processor.
const PAUSE: Duration = Duration::from_millis(10);
/// If nothing follows a frame for so long, the camera is asked whether it holds more. Bytes
/// of a frame that goes on would follow within a row's time.
const QUIET: Duration = Duration::from_millis(10);
/// A camera that says so often that it holds the same, and sends nothing, holds nothing.
const SAME_ANSWERS: u32 = 8;

/// What the thread has.
pub(super) struct Reader {
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
    pub(super) fn new(link: Link, model: &'static Model, stream: Arc<Stream>, reads: Reads) -> Reader {
        Reader {
            link,
            model,
            stream,
            reads,
            assembler: Assembler::new(FRAME_MARKER, 0),
            frame_len: 0,
            at: At::Unknown,
            stale_bytes: 0,
            frame: Rope::default(),
            unproven: None,
            backlog: Backlog::new(model),
            happened: Vec::new(),
        }
    }

    pub(super) fn stream(&self) -> Arc<Stream> {
        self.stream.clone()
    }

    pub(super) fn run(mut self) {
        loop {
            if self.take_orders() {
                return;
            }
            // What would be in flight when the memory is emptied would be lost.
            let up_to = if self.backlog.is_due(true) { UpTo::NextFrame } else { UpTo::Anything };
            if let Err(error) = self.reads.fill(self.at, self.frame_len, up_to) {
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
            if self.stale_bytes > 0 {
                self.stale_bytes = self.stale_bytes.saturating_sub(filled as u64);
                self.reads.recycle(buffer);
            } else {
                self.assemble(buffer, filled);
            }
            if self.backlog.is_due(self.is_between_frames()) {
                self.look_at_memory();
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
        mailbox.held = mailbox.changing;
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
    /// frames are wanted, and none with holes. Where the order for that is not known, frames
    /// are void until the region was ordered anew. A question that fails is asked again.
    fn look_at_memory(&mut self) {
        let Ok(units) = self.link.ddr_units(self.model.wire.ddr_counter) else { return };
        if !self.backlog.is_too_large(units) {
            return;
        }
        log::info!("live video is read too slowly: {units} units wait in the camera and are dropped");
        if !self.model.can_empty(true) {
            self.stream.want_room();
            self.backlog.note_emptied();
        } else if self.link.send(&Out::Command(Command::DdrOn)).is_ok() {
            self.backlog.note_emptied();
        }
        self.forget_unproven();
        self.seek_marker();
    }

    /// No frame would be lost with what comes next.
    fn is_between_frames(&self) -> bool {
        self.stale_bytes == 0 && self.frame.is_empty() && self.unproven.is_none()
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
            _ => self.link.ddr_units(self.model.wire.ddr_counter).ok(),
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
