//! Finds frames in a stream of completed transfers.
//!
//! Four bytes, the marker, at the end of a USB transfer say that the next byte is the
//! first of a frame (observed); whether a camera sends them before or after a frame is
//! not known, so both work: after a frame comes a marker, after a marker a frame, and
//! where the stream begins does not matter. A frame counts as complete with its last
//! byte; the marker behind it is not waited for.
//!
//! ```text
//!             marker at the end of a transfer
//!    Lost ───────────────────────────────────► InFrame ◄──┐ marker too early: Resync
//!     ▲                                          │  ▲ └───┘ at the end of a short transfer
//!     │ anything but a marker: Resync            │  │
//!     └───────────────────────── Between ◄───────┘  │ marker
//!                                   │   last byte   │
//!                                   └───────────────┘
//! ```
//!
//! It holds counters and four bytes only, whatever comes in.

use std::fmt;

const MARKER_LEN: usize = 4;

/// Splits transfers into the bytes of frames.
#[derive(Clone, Debug)]
pub struct Assembler {
    marker: [u8; MARKER_LEN],
    frame_len: usize,
    state: State,
    /// The last bytes that came, for a marker that is cut in two; the newest is last.
    tail: [u8; MARKER_LEN],
    /// How many of them there are since the last marker.
    tail_len: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Waits for a marker.
    Lost,
    /// This many bytes of a frame are in.
    InFrame(usize),
    /// A frame is complete, and this many bytes of the next marker are in.
    Between(usize),
}

/// What a transfer brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'t> {
    /// The next bytes of the frame.
    Data(&'t [u8]),
    /// The frame is complete.
    FrameDone,
    /// What came of the frame so far is void; the next `Data` begins a frame.
    Resync(Resync),
}

/// Why the bytes so far make no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resync {
    /// A marker came when the frame had only this many bytes.
    ShortFrame(usize),
    /// No marker came behind a frame: it was longer than expected, or bytes were lost.
    NoMarker,
}

impl fmt::Display for Resync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resync::ShortFrame(bytes) => write!(f, "frame ended after {bytes} bytes"),
            Resync::NoMarker => f.write_str("no marker behind a frame"),
        }
    }
}

impl Assembler {
    /// For frames of `frame_len` bytes, the marker not counted. Nothing counts as a frame
    /// before a marker was seen.
    pub fn new(marker: [u8; MARKER_LEN], frame_len: usize) -> Assembler {
        Assembler { marker, frame_len, state: State::Lost, tail: [0; MARKER_LEN], tail_len: 0 }
    }

    /// Declares that the next byte is the first of a frame, or of the marker before it:
    /// for a read-out that was just started. What an older read-out left before that
    /// marker is reported as a short frame.
    pub fn expect_frame(&mut self) {
        self.state = State::InFrame(0);
        self.tail_len = 0;
    }

    /// Takes what one transfer brought. `short` tells that the transfer ended before its
    /// buffer was full, so that its last byte is the last the device sent in one go; a
    /// marker inside a frame counts only there, as pixels may look like one.
    ///
    /// When the iterator ends, more bytes are needed. One that is dropped early forgets
    /// the rest of the transfer, and the next frame with it.
    pub fn feed<'a, 't>(&'a mut self, transfer: &'t [u8], short: bool) -> Events<'a, 't> {
        for &byte in &transfer[transfer.len().saturating_sub(MARKER_LEN)..] {
            self.tail.rotate_left(1);
            self.tail[MARKER_LEN - 1] = byte;
        }
        self.tail_len = self.tail_len.saturating_add(transfer.len()).min(MARKER_LEN);
        let marked = self.tail_len == MARKER_LEN && self.tail == self.marker;
        Events { assembler: self, rest: transfer, short, marked }
    }
}

/// The events of one transfer.
#[derive(Debug)]
pub struct Events<'a, 't> {
    assembler: &'a mut Assembler,
    rest: &'t [u8],
    short: bool,
    /// The transfer ends in a marker that was not yet accounted for.
    marked: bool,
}

impl<'t> Iterator for Events<'_, 't> {
    type Item = Event<'t>;

    fn next(&mut self) -> Option<Event<'t>> {
        loop {
            match self.assembler.state {
                State::Lost => {
                    self.rest = &[];
                    if !std::mem::take(&mut self.marked) {
                        return None;
                    }
                    self.assembler.expect_frame();
                }
                State::InFrame(have) => {
                    let left = self.assembler.frame_len - have;
                    // More than the frame's rest: the frame is complete before the marker.
                    let early = self.rest.len() < left.saturating_add(MARKER_LEN) && self.rest.len() != left;
                    if self.marked && self.short && early {
                        self.marked = false;
                        let body = (have + self.rest.len()).saturating_sub(MARKER_LEN);
                        self.rest = &[];
                        self.assembler.expect_frame();
                        if have + body == 0 {
                            continue;
                        }
                        return Some(Event::Resync(Resync::ShortFrame(body)));
                    }
                    if left == 0 {
                        self.assembler.state = State::Between(0);
                        return Some(Event::FrameDone);
                    }
                    if self.rest.is_empty() {
                        return None;
                    }
                    let (data, rest) = self.rest.split_at(left.min(self.rest.len()));
                    self.rest = rest;
                    self.assembler.state = State::InFrame(have + data.len());
                    return Some(Event::Data(data));
                }
                State::Between(matched) => {
                    let (&byte, rest) = self.rest.split_first()?;
                    if byte != self.assembler.marker[matched] {
                        self.assembler.state = State::Lost;
                        return Some(Event::Resync(Resync::NoMarker));
                    }
                    self.rest = rest;
                    self.assembler.state = State::Between(matched + 1);
                    if matched + 1 == MARKER_LEN {
                        // The same marker must not be found again at the end.
                        self.marked &= rest.len() >= MARKER_LEN;
                        self.assembler.state = State::InFrame(0);
                        self.assembler.tail_len = self.assembler.tail_len.min(rest.len());
                    }
                }
            }
        }
    }
}
