//! Bulk reading: the loop that keeps reads in flight, for single frames and for streams.
//!
//! A marker travels as a transfer of its own, or ends one early, and a frame need not end
//! with a short packet. So that no read hangs with the last bytes of a frame in it, every
//! read is given the length that is left up to the next end: [`next_len`].

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::frame::{Assembler, Event, Sink};
use crate::model::WireForm;
use crate::transport::{BulkStream, Completion, UsbError};
use crate::wire::FRAME_MARKER;

use super::link::Link;
use super::single::Progress;
use super::state::Exposure;
use super::{Error, ErrorKind, Result};

/// Bytes of one read at most. With [`DEPTH`] reads this stays well below what Linux lends
/// all USB devices together (16 MiB).
const READ_LEN: usize = 512 * 1024;
/// Reads in flight.
const DEPTH: usize = 8;
const DEPTH_UNKNOWN: usize = 2;
/// Where the halving of reads ends when the system is short of memory for them.
const LEAST_READ_LEN: usize = 16 * 1024;
/// Reads are multiples of the largest packet.
const PACKET: usize = 1024;
/// One turn of a loop that waits for a read.
pub(super) const WAIT_STEP: Duration = Duration::from_millis(250);
/// If nothing came for so long and the camera has nothing more, the rest was lost.
const SILENCE: Duration = Duration::from_secs(1);
/// Bytes that a frame has too many come within this time.
const PROOF: Duration = Duration::from_millis(25);
/// Refused reads of one frame that are tried again.
const STALLS: u32 = 3;
/// Bounds of [`drain`].
const DRAIN_READ: Duration = Duration::from_millis(10);
const DRAIN_MOST: Duration = Duration::from_secs(3);

/// A moment of wall time that no wait goes beyond.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(pub(super) Instant);

impl Deadline {
    pub(super) fn passed(&self) -> bool {
        Instant::now() >= self.0
    }

    /// The time left, `most` at most.
    fn left(&self, most: Duration) -> Duration {
        self.0.saturating_duration_since(Instant::now()).min(most)
    }
}

/// Where in the sequence of frames a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// Not known; a marker will tell.
    Unknown,
    /// So many bytes of a frame are in.
    Frame(usize),
    /// A frame is complete, a marker comes next.
    End,
}

/// How far reads may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UpTo {
    /// To the end of the present frame.
    FrameEnd,
    /// Over the marker of the next one, but not into its bytes.
    NextFrame,
    /// As far as the camera sends.
    Anything,
}

impl UpTo {
    /// Whether the pending reads go as far as this, which ends them before `then`.
    fn is_reached(self, then: At, pending: &VecDeque<usize>) -> bool {
        let at_next = then == At::Frame(0) && !pending.is_empty();
        match self {
            UpTo::FrameEnd => at_next || then == At::End,
            UpTo::NextFrame => at_next,
            UpTo::Anything => false,
        }
    }
}

/// Length of the next read, at most `most`, given where the stream is and what reads are
/// pending; if all goes well it ends with a frame or a marker.
fn next_len(mut at: At, pending: &VecDeque<usize>, frame_len: usize, most: usize) -> (At, usize) {
    for &len in pending {
        at = match at {
            At::Unknown => At::Unknown,
            At::End => At::Frame(0),
            At::Frame(have) => {
                let left = frame_len - have.min(frame_len);
                if len < left {
                    At::Frame(have + len)
                } else if len < left + PACKET || left % PACKET != 0 {
                    At::End
                } else {
                    // Goes on into the marker, which ends it.
                    At::Frame(0)
                }
            }
        };
    }
    let left = match at {
        At::Unknown => frame_len,
        At::End => PACKET,
        At::Frame(have) => frame_len - have.min(frame_len),
    };
    let len = left.next_multiple_of(PACKET).clamp(PACKET, most);
    (at, len)
}

/// Buffers that wait for the next frame, a few MiB at most: memory fresh from the system
/// would cost more than a small frame.
#[derive(Default)]
pub(super) struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    /// Gives the memory back.
    pub(super) fn clear(&self) {
        *self.0.lock() = Vec::new();
    }
}

/// Reads in flight on one endpoint, and their lengths.
pub(super) struct Reads {
    stream: Box<dyn BulkStream>,
    pending: VecDeque<usize>,
    spare: Vec<Vec<u8>>,
    most_spare: usize,
    depth: usize,
    read_len: usize,
}

impl Reads {
    pub(super) fn new(stream: Box<dyn BulkStream>) -> Reads {
        let (pending, spare) = (VecDeque::new(), Vec::new());
        Reads { stream, pending, spare, most_spare: DEPTH, depth: DEPTH, read_len: READ_LEN }
    }

    /// Goes on with shorter reads; false if they are as short as they may be.
    fn shorten(&mut self) -> bool {
        let shorter = self.read_len > LEAST_READ_LEN;
        if shorter {
            self.read_len /= 2;
            log::info!("USB memory is short: reads of {} bytes", self.read_len);
        }
        shorter
    }

    pub(super) fn stream(&mut self) -> &mut dyn BulkStream {
        &mut *self.stream
    }

    /// Puts reads in flight until there are enough of them, or as far as wanted.
    pub(super) fn fill(
        &mut self,
        at: At,
        frame_len: usize,
        up_to: UpTo,
    ) -> std::result::Result<(), UsbError> {
        // As long as it is not known where frames begin, reads may end anywhere: few of them.
        let depth = if at == At::Unknown { self.depth.min(DEPTH_UNKNOWN) } else { self.depth };
        while self.pending.len() < depth {
            let (then, len) = next_len(at, &self.pending, frame_len, self.read_len);
            if up_to.is_reached(then, &self.pending) {
                break;
            }
            // One for a marker is not worth keeping: used for more, it would be cleared anew.
            let spare = if len > PACKET { self.spare.pop() } else { None };
            let buffer = match spare {
                Some(mut buffer) => {
                    buffer.resize(len, 0);
                    buffer
                }
                // Memory that the system clears when it is used first.
                None => vec![0; len],
            };
            match self.stream.submit(buffer) {
                Ok(()) => self.pending.push_back(len),
                Err((UsbError::NoMemory, buffer)) if !self.pending.is_empty() => {
                    self.depth = self.pending.len();
                    log::info!("USB memory is short: {} reads in flight", self.depth);
                    self.recycle(buffer);
                    break;
                }
                Err((error, buffer)) => {
                    self.recycle(buffer);
                    if error != UsbError::NoMemory || !self.shorten() {
                        return Err(error);
                    }
                }
            }
        }
        Ok(())
    }

    /// Waits for the oldest read.
    pub(super) fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        let mut completion = self.stream.wait(timeout)?;
        self.pending.pop_front();
        // It never began: nothing is lost, and the next ones are shorter.
        if completion.status == Err(UsbError::NoMemory) && self.shorten() {
            completion.status = Err(UsbError::Cancelled);
        }
        Some(completion)
    }

    /// Takes a buffer back.
    pub(super) fn recycle(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() > PACKET && self.spare.len() < self.most_spare {
            self.spare.push(buffer);
        }
    }

    /// Keeps spare buffers for so many bytes beside those in flight, and no more.
    pub(super) fn keep_spare(&mut self, bytes: usize) {
        self.most_spare = DEPTH + bytes.div_ceil(self.read_len);
        self.spare.truncate(self.most_spare);
    }
}

/// Reads the frame of an exposure into `out`.
pub(super) fn read(
    link: &Link,
    wire: &WireForm,
    exposure: &Exposure,
    deadline: &Deadline,
    progress: &Progress,
    spare: &Spare,
    out: &mut [u8],
) -> Result<()> {
    let pixels = &exposure.plan.pixels;
    let sink = Sink::new(pixels, out).map_err(|e| Error::new(ErrorKind::Invalid, e.to_string()))?;
    let mut reads = Reads::new(link.open_bulk_in(wire.endpoint)?);
    reads.spare = std::mem::take(&mut *spare.0.lock());
    let result = receive(link, wire, exposure, deadline, progress, &mut reads, sink);
    *spare.0.lock() = std::mem::take(&mut reads.spare);
    result
}

fn receive(
    link: &Link,
    wire: &WireForm,
    exposure: &Exposure,
    deadline: &Deadline,
    progress: &Progress,
    reads: &mut Reads,
    mut sink: Sink,
) -> Result<()> {
    let frame_len = exposure.plan.wire_len();
    let mut assembler = Assembler::new(FRAME_MARKER, frame_len);
    assembler.expect_frame();
    let waker = reads.stream().waker();
    let current = link.status().update(|status| {
        status.waker = Some(waker);
        status.is_current(exposure.number)
    });
    if !current {
        return Err(Error::new(ErrorKind::Cancelled, "the exposure was cancelled"));
    }
    progress.begin(frame_len);

    let mut heard = Instant::now();
    let (mut stalls, mut done, mut ended) = (0, false, false);
    while !done {
        let at = At::Frame(frame_len - sink.bytes_missing());
        link.check(reads.fill(at, frame_len, UpTo::FrameEnd))?;
        let completion = reads.wait(deadline.left(WAIT_STEP));
        if deadline.passed() {
            let text = format!("{} of {frame_len} bytes did not come in time", sink.bytes_missing());
            return Err(Error::new(ErrorKind::Timeout, text));
        }
        if !link.status().lock().is_current(exposure.number) {
            return Err(Error::new(ErrorKind::Cancelled, "the exposure was cancelled"));
        }
        let Some(Completion { buffer, filled, status }) = completion else {
            link.notice_loss();
            if heard.elapsed() >= SILENCE {
                if units_waiting(link, wire) == Some(0) {
                    let text = format!("{} of {frame_len} bytes were lost", sink.bytes_missing());
                    return Err(Error::new(ErrorKind::Damaged, text));
                }
                heard = Instant::now();
            }
            continue;
        };
        if filled > 0 {
            heard = Instant::now();
        }
        ended = filled < buffer.len();
        for event in assembler.feed(&buffer[..filled], ended) {
            match event {
                Event::Data(_) | Event::Resync(_) if done => return Err(too_long(frame_len)),
                Event::Data(bytes) => {
                    sink.push(bytes);
                }
                Event::FrameDone => done = true,
                Event::Resync(why) => {
                    log::debug!("{why}; reading on");
                    sink.restart();
                }
            }
        }
        progress.set_done(frame_len - sink.bytes_missing());
        reads.recycle(buffer);
        match status {
            _ if done => {}
            Ok(()) | Err(UsbError::Timeout { .. } | UsbError::Cancelled) => {}
            Err(UsbError::Stall) if stalls < STALLS => {
                stalls += 1;
                link.clear_halt(wire.endpoint)?;
            }
            Err(error) => return link.check(Err(error)),
        }
    }
    // The last read was full, so the frame may go on: then bytes came that are not its
    // own, and it is not what it should be.
    if !ended && units_waiting(link, wire) != Some(0) {
        link.check(reads.fill(At::Frame(frame_len), frame_len, UpTo::FrameEnd))?;
        if let Some(Completion { buffer, filled, .. }) = reads.wait(deadline.left(PROOF)) {
            if filled > 0 && buffer[..filled] != FRAME_MARKER {
                return Err(too_long(frame_len));
            }
        }
    }
    sink.finish().map_err(|e| Error::new(ErrorKind::Internal, e.to_string()))
}

/// What the camera's memory still holds; `None` if it does not say, which is no reason to
/// lose a frame.
fn units_waiting(link: &Link, wire: &WireForm) -> Option<u32> {
    link.ddr_units(wire.ddr_counter).ok()
}

fn too_long(frame_len: usize) -> Error {
    Error::new(ErrorKind::Damaged, format!("more came than the {frame_len} bytes of a frame"))
}

/// Reads and forgets what the camera still holds on the endpoint.
pub(super) fn drain(link: &Link, endpoint: u8) -> Result<()> {
    let mut rubbish = vec![0; READ_LEN];
    let end = Instant::now() + DRAIN_MOST;
    while Instant::now() < end {
        match link.try_bulk_in(endpoint, &mut rubbish, DRAIN_READ) {
            Ok(_) => {}
            Err(UsbError::Timeout { transferred }) if transferred > 0 => {}
            Err(UsbError::Gone) => return link.check(Err(UsbError::Gone)),
            // Nothing more, or nothing but errors: the reader of the next frame will see.
            Err(_) => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::PixelOptions;

    #[test]
    fn reads_end_where_they_are_to() {
        for (frame_len, up_to, ends) in [
            (5 * READ_LEN, UpTo::FrameEnd, vec![READ_LEN; 5]),
            (5 * READ_LEN, UpTo::NextFrame, [vec![READ_LEN; 5], vec![PACKET]].concat()),
            (READ_LEN + 10, UpTo::FrameEnd, vec![READ_LEN, PACKET]),
            (READ_LEN + 10, UpTo::NextFrame, vec![READ_LEN, PACKET, PACKET]),
        ] {
            let mut pending = VecDeque::new();
            while pending.len() < 9 {
                let (then, len) = next_len(At::Frame(0), &pending, frame_len, READ_LEN);
                if up_to.is_reached(then, &pending) {
                    break;
                }
                pending.push_back(len);
            }
            assert_eq!(pending, ends, "{frame_len} {up_to:?}");
        }
        // With nothing pending there is always one.
        assert!(!UpTo::NextFrame.is_reached(At::Frame(0), &VecDeque::new()));
        assert!(!UpTo::Anything.is_reached(At::Frame(0), &VecDeque::from([PACKET])));
    }

    /// Plays reads against an ideal camera and tells how each ended.
    fn play(frame_len: usize, count: usize) -> Vec<(usize, usize)> {
        let (mut ends, mut pending) = (Vec::new(), VecDeque::new());
        let mut at = At::Unknown;
        // What the camera still sends: frame bytes, 0 for a marker.
        let mut wire = VecDeque::from([0, frame_len]);
        while ends.len() < count {
            while pending.len() < 4 {
                let (_, len) = next_len(at, &pending, frame_len, READ_LEN);
                pending.push_back(len);
            }
            let asked = pending.pop_front().unwrap();
            let mut got = 0;
            loop {
                if wire.is_empty() {
                    wire.extend([0, frame_len]);
                }
                if wire[0] == 0 {
                    wire.pop_front();
                    got += 4;
                    at = At::Frame(0);
                    break;
                }
                let bytes = wire[0].min(asked - got);
                got += bytes;
                wire[0] -= bytes;
                let At::Frame(have) = at else { panic!("data without a marker") };
                at = if have + bytes == frame_len { At::End } else { At::Frame(have + bytes) };
                if wire[0] == 0 {
                    wire.pop_front();
                    if frame_len % PACKET != 0 {
                        break;
                    }
                }
                if got == asked {
                    break;
                }
            }
            ends.push((asked, got));
        }
        ends
    }

    #[test]
    fn reads_soon_end_with_the_frame() {
        for frame_len in [5 * PACKET, 3 * READ_LEN, 2 * READ_LEN + 4096, READ_LEN + 100, 2050] {
            let ends = play(frame_len, 80);
            // Every frame's bytes are in before its next marker is awaited.
            let settled = &ends[40..];
            let crossing = settled.iter().filter(|(_, got)| *got > 4 && got % PACKET == 4).count();
            assert_eq!(crossing, 0, "{frame_len}: {settled:?}");
            assert!(settled.iter().any(|(_, got)| *got == 4), "{frame_len}");
        }
    }

    #[test]
    fn a_single_frame_is_ordered_to_its_last_packet_and_no_further() {
        let frame_len = 2 * READ_LEN + 5000;
        let mut pending = VecDeque::new();
        let mut lengths = Vec::new();
        loop {
            let (at, len) = next_len(At::Frame(0), &pending, frame_len, READ_LEN);
            if at == At::End {
                break;
            }
            pending.push_back(len);
            lengths.push(len);
        }
        assert_eq!(lengths, [READ_LEN, READ_LEN, 5 * PACKET]);
    }

    fn read_script(transfers: Vec<Vec<u8>>) -> Result<Vec<u8>> {
        use super::super::plan::FramePlan;
        use super::super::settings::Settings;
        use super::super::state::State;

        let model = crate::model::by_name("QHY600M").unwrap();
        let mut plan = FramePlan::new(model, &Settings::new(model, PixelOptions::default())).unwrap();
        plan.pixels = crate::frame::Plan::new(crate::frame::Settings::whole(crate::frame::WireLayout {
            columns: 1024,
            rows: 4,
            sample: crate::frame::Sample::U8,
        }))
        .unwrap();
        let length = Duration::ZERO;
        let exposure = Exposure { number: 1, plan: plan.into(), start: length, length, waits: false };
        let link = super::super::doubles::link_with(transfers, 0);
        link.status().update(|status| {
            status.state = State::Reading;
            status.exposure = Some(exposure.clone());
        });
        let mut out = vec![0xA5; 4096];
        let deadline = Deadline(Instant::now() + Duration::from_secs(60));
        read(&link, &model.wire, &exposure, &deadline, &Progress::default(), &Spare::default(), &mut out)
            .map(|()| out)
    }

    #[test]
    fn a_frame_is_read_with_rubbish_before_its_marker_or_without_a_marker() {
        let frame: Vec<u8> = (0..4096u32).map(|n| (n * 7 / 3) as u8).collect();
        let rows = || frame.chunks(1024).map(<[u8]>::to_vec);
        let marked = || std::iter::once(FRAME_MARKER.to_vec()).chain(rows());
        assert_eq!(read_script(marked().collect()).unwrap(), frame);
        assert_eq!(read_script(rows().collect()).unwrap(), frame);
        // The tail of an older frame, in full transfers and a short one.
        let rubbish = [vec![1; 1024], vec![2; 100]];
        assert_eq!(read_script(rubbish.into_iter().chain(marked()).collect()).unwrap(), frame);
        let joined = [vec![1; 1024], [vec![2; 100], FRAME_MARKER.to_vec()].concat()];
        assert_eq!(read_script(joined.into_iter().chain(rows()).collect()).unwrap(), frame);
    }
}
