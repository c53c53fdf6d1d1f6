//! The data endpoint between device and host, where packets and frames go wrong.
//!
//! Shapes stay those of USB: a packet is full or ends its transfer, and what is lost
//! takes its end of a transfer with it. What is not hit passes straight into the host's
//! buffer, many packets at a time. An order to the device that empties its memory empties
//! the pipe too.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::ddr::Sending;
use super::super::device::{BulkIn, Device, Refusal};
use super::{FaultKind, Hit, Occasion, Script};
use crate::wire::FRAME_MARKER;

const MARKER_BYTES: u64 = FRAME_MARKER.len() as u64;
/// Bytes that a frame has too many are these.
const FILLER: u8 = 0x5A;
/// Most bytes and packets that one call makes, so that a caller never holds the camera
/// for long.
const STEP_BYTES: u64 = 256 * 1024;
const STEP_PACKETS: usize = 64;
/// What a USB reset takes with it: buffers of the controller before the endpoint. A guess.
const RESET_BYTES: u64 = 64 * 1024;
const DEFAULT_LATE_MS: u64 = 100;
const DEFAULT_FRAME_BYTES: u64 = 1024;

/// What has left the device and has not reached the host.
#[derive(Default)]
pub(in crate::vcam) struct Pipe {
    queue: VecDeque<Packet>,
    /// Comes after the packet that comes next.
    swapped: Option<Packet>,
    /// So many bytes that the frame has too many are still to come.
    filler: u64,
    offset: usize,
    frame: Option<Frame>,
    clears: u64,
}

#[derive(Clone)]
struct Packet {
    bytes: Vec<u8>,
    /// The transfer ends with it.
    ends: bool,
    not_before: Duration,
}

/// What becomes of one frame. Numbers of bytes count from its marker.
struct Frame {
    key: u64,
    head: bool,
    /// Bytes too few and too many at its end.
    missing: u64,
    extra: u64,
    /// Where the packet begins that is lost.
    lose: Option<u64>,
    /// Nothing up to here reaches the host.
    skip_to: u64,
}

enum Took {
    /// Bytes went into the host's buffer; the transfer ends behind them or not.
    Passed(usize, bool),
    /// Something happened to a packet.
    Packet,
    /// The device has nothing now.
    Nothing(Option<Duration>),
}

impl Pipe {
    /// True if the device's bytes may pass it by.
    pub(in crate::vcam) fn is_clear(&self, script: &Script) -> bool {
        script.clear(Occasion::Packet).is_none()
            && script.clear(Occasion::Frame).is_none()
            && self.queue.is_empty()
            && self.swapped.is_none()
            && self.filler == 0
            && self.frame.is_none()
    }

    /// One step of a bulk read.
    pub(in crate::vcam) fn read(
        &mut self,
        device: &mut Device,
        script: &mut Script,
        out: &mut [u8],
        now: Duration,
    ) -> Result<BulkIn, Refusal> {
        if self.clears != device.clears() {
            *self = Pipe { clears: device.clears(), ..Pipe::default() };
        }
        let mut filled = 0;
        for _ in 0..STEP_PACKETS {
            let room = &mut out[filled..];
            if room.is_empty() {
                return Ok(BulkIn { filled, ended: true, retry_at: None });
            }
            if let Some(packet) = self.queue.front() {
                if packet.not_before > now {
                    return Ok(BulkIn { filled, ended: false, retry_at: Some(packet.not_before) });
                }
                let rest = &packet.bytes[self.offset..];
                let n = rest.len().min(room.len());
                room[..n].copy_from_slice(&rest[..n]);
                filled += n;
                self.offset += n;
                if self.offset == packet.bytes.len() {
                    self.offset = 0;
                    if self.queue.pop_front().is_some_and(|packet| packet.ends) {
                        return Ok(BulkIn { filled, ended: true, retry_at: None });
                    }
                }
                continue;
            }
            let took = if self.filler > 0 { self.fill(room) } else { self.take(device, script, room, now)? };
            match took {
                Took::Packet => {}
                Took::Passed(n, ends) => {
                    let ended = ends || n == room.len();
                    return Ok(BulkIn { filled: filled + n, ended, retry_at: (!ended).then_some(now) });
                }
                Took::Nothing(retry_at) => {
                    let retry_at = if filled > 0 { Some(now) } else { retry_at };
                    return Ok(BulkIn { filled, ended: false, retry_at });
                }
            }
        }
        Ok(BulkIn { filled, ended: filled == out.len(), retry_at: Some(now) })
    }

    /// USB reset: what is on its way is lost, and more of the frame that is being sent.
    pub(in crate::vcam) fn reset(&mut self, device: &mut Device, now: Duration) {
        let frame = self.frame.take();
        *self = Pipe { clears: device.clears(), ..Pipe::default() };
        if let Some(sending) = device.sending(now).filter(|sending| sending.sent > 0) {
            let frame = frame.filter(|frame| frame.key == sending.key);
            let frame = frame.unwrap_or_else(|| Frame::whole(sending));
            self.frame = Some(Frame { skip_to: sending.sent + RESET_BYTES, ..frame });
        }
    }

    /// Bytes of a frame that is too long.
    fn fill(&mut self, room: &mut [u8]) -> Took {
        let n = (room.len() as u64).min(self.filler).min(STEP_BYTES);
        self.filler -= n;
        room[..n as usize].fill(FILLER);
        Took::Passed(n as usize, self.filler == 0)
    }

    /// Takes something from the device.
    fn take(
        &mut self,
        device: &mut Device,
        script: &mut Script,
        room: &mut [u8],
        now: Duration,
    ) -> Result<Took, Refusal> {
        let packet_bytes = device.packet_bytes();
        let Some(sending) = device.sending(now) else {
            // No bytes come, but it may know when.
            let step = device.bulk_in(crate::wire::DATA_ENDPOINT, room, now)?;
            return Ok(Took::Nothing(step.retry_at));
        };
        if self.frame.as_ref().is_none_or(|frame| frame.key != sending.key) {
            self.frame = Some(Frame::new(sending, script, packet_bytes));
        }
        let Some(frame) = &mut self.frame else { return Ok(Took::Packet) };

        let begins = sending.sent;
        let in_frame = begins.saturating_sub(MARKER_BYTES);
        let size = if begins < MARKER_BYTES {
            MARKER_BYTES - begins
        } else {
            (packet_bytes - in_frame % packet_bytes).min(sending.total.saturating_sub(begins))
        };
        let quiet = frame.untouched_from(begins, sending, packet_bytes);
        let clear = script.clear(Occasion::Packet).unwrap_or(u64::MAX).saturating_mul(packet_bytes);
        let most = quiet.min(clear).min(STEP_BYTES).min(room.len() as u64);
        // Whole packets, or the frame to its end.
        let most = if begins + most == sending.total { most } else { most - most % packet_bytes };
        if begins >= MARKER_BYTES && in_frame % packet_bytes == 0 && most > 0 && self.swapped.is_none() {
            let step = device.bulk_in(crate::wire::DATA_ENDPOINT, &mut room[..most as usize], now)?;
            if step.filled == 0 && !step.ended {
                return Ok(Took::Nothing(step.retry_at));
            }
            script.skip(Occasion::Packet, (step.filled as u64).div_ceil(packet_bytes));
            let ends = !device.still_sends(sending.key, now);
            if ends {
                self.frame = None;
            }
            return Ok(Took::Passed(step.filled, ends));
        }

        // A frame that got shorter meanwhile ends without a byte.
        let mut bytes = vec![0; size.max(1) as usize];
        let step = device.bulk_in(crate::wire::DATA_ENDPOINT, &mut bytes, now)?;
        if step.filled == 0 && !step.ended {
            return Ok(Took::Nothing(step.retry_at));
        }
        bytes.truncate(step.filled);
        let hit = script.next(Occasion::Packet);
        let ends = !device.still_sends(sending.key, now);
        let packet = frame.treat(sending, bytes, ends, packet_bytes, &mut self.filler);
        if ends {
            self.frame = None;
        }
        match (packet, hit) {
            (Some(packet), Some(hit)) => self.hit(packet, hit, script, now),
            (Some(packet), None) => self.push(packet),
            (None, _) => {}
        }
        Ok(Took::Packet)
    }

    fn push(&mut self, packet: Packet) {
        self.queue.push_back(packet);
        self.queue.extend(self.swapped.take());
    }

    fn hit(&mut self, mut packet: Packet, hit: Hit, script: &mut Script, now: Duration) {
        match hit.kind {
            FaultKind::Lost => {}
            FaultKind::Dup => {
                self.push(packet.clone());
                self.push(packet);
            }
            FaultKind::Late => {
                packet.not_before = now + Duration::from_millis(hit.arg.unwrap_or(DEFAULT_LATE_MS));
                self.push(packet);
            }
            FaultKind::Corrupt => {
                spoil(&mut packet.bytes, hit.arg, script);
                self.push(packet);
            }
            FaultKind::Swap if self.swapped.is_none() => self.swapped = Some(packet),
            _ => self.push(packet),
        }
    }
}

/// Changes `count` bytes, or one bit.
fn spoil(bytes: &mut [u8], count: Option<u64>, script: &mut Script) {
    if bytes.is_empty() {
        return;
    }
    let random = &mut script.random;
    let Some(count) = count else {
        let bit = random.next() % (bytes.len() as u64 * 8);
        bytes[bit as usize / 8] ^= 1 << (bit % 8);
        return;
    };
    let len = bytes.len() as u64;
    let first = random.next() % len;
    for n in 0..count.min(len) {
        // Never by nothing.
        bytes[((first + n) % len) as usize] ^= 1 + (random.next() % 255) as u8;
    }
}

impl Frame {
    fn whole(sending: Sending) -> Frame {
        Frame { key: sending.key, head: true, missing: 0, extra: 0, lose: None, skip_to: 0 }
    }

    /// What becomes of the frame that is sent now; of one that has begun, nothing.
    fn new(sending: Sending, script: &mut Script, packet_bytes: u64) -> Frame {
        let mut frame = Frame::whole(sending);
        if sending.sent > 0 {
            return frame;
        }
        let body = sending.total - MARKER_BYTES;
        if let Some(hit) = script.next(Occasion::Frame) {
            let bytes = hit.arg.unwrap_or(DEFAULT_FRAME_BYTES);
            match hit.kind {
                FaultKind::NoHead => frame.head = false,
                FaultKind::LongFrame => frame.extra = bytes,
                FaultKind::ShortFrame => frame.missing = bytes.min(body),
                _ => {
                    let packet = script.random.next() % body.div_ceil(packet_bytes).max(1);
                    frame.lose = Some(MARKER_BYTES + packet * packet_bytes);
                }
            }
        }
        frame
    }

    /// Bytes from here on in which nothing happens to the frame.
    fn untouched_from(&self, begins: u64, sending: Sending, packet_bytes: u64) -> u64 {
        if begins < MARKER_BYTES || begins < self.skip_to {
            return 0;
        }
        // The last packet that there is may have to be cut or drawn out.
        let end = match self.missing + self.extra {
            0 => sending.total,
            _ => self.end(sending).saturating_sub(packet_bytes),
        };
        self.lose.filter(|lose| *lose >= begins).map_or(end, |lose| lose.min(end)).saturating_sub(begins)
    }

    /// Where the frame ends for the host, what it has too many aside.
    fn end(&self, sending: Sending) -> u64 {
        sending.total.saturating_sub(self.missing).max(MARKER_BYTES)
    }

    /// What is left of the packet that begins where the device was; `last` is the frame's
    /// last one.
    fn treat(
        &mut self,
        sending: Sending,
        mut bytes: Vec<u8>,
        last: bool,
        packet_bytes: u64,
        filler: &mut u64,
    ) -> Option<Packet> {
        let (begins, end) = (sending.sent, self.end(sending));
        let ends = begins + bytes.len() as u64;
        let marker = begins < MARKER_BYTES;
        if (marker && !self.head) || begins < self.skip_to || self.lose == Some(begins) {
            return None;
        }
        if !marker && self.missing > 0 && begins >= end {
            return None;
        }
        bytes.truncate((end - begins).min(bytes.len() as u64) as usize);
        let last = last || ends >= end;
        if last && self.extra > 0 {
            let joins = self.extra.min(packet_bytes - bytes.len() as u64);
            bytes.resize(bytes.len() + joins as usize, FILLER);
            *filler = self.extra - joins;
        }
        let ends = (last && *filler == 0) || ends == MARKER_BYTES;
        Some(Packet { bytes, ends, not_before: Duration::ZERO })
    }
}
