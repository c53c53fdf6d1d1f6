//! The frame buffer: what the sensor has delivered and the host has not yet taken, and
//! the bulk endpoint at its end.
//!
//! On the bus each frame is a packet with the four marker bytes, then the frame's bytes
//! in full packets; the last packet, if short, or else the end itself, ends the
//! transfer. Until a frame is complete only full packets leave.
//!
//! A host that reads too slowly lets the memory overflow. Rows that find no room are
//! replaced by zeros, a frame that finds none at all is lost, and from then on no frame
//! is whole until an order empties the memory: the manual's words for it. That the zeros
//! then stand for the second half of each frame is a guess, and so is which orders help.
//! With the DDR off there is little memory, and a frame simply ends where rows found no
//! room; the next one is whole again.

use std::collections::VecDeque;
use std::time::Duration;

use super::device::BulkIn;
use super::sensor::pixels::{Imager, Shot};
use super::spec::{DeviceSpec, LinkRate, ReadoutPace};
use crate::transport::LinkSpeed;
use crate::wire::FRAME_MARKER;
use crate::wire::status::DDR_UNIT_BYTES;

const MARKER_BYTES: u64 = FRAME_MARKER.len() as u64;
/// Most bytes that one call makes, so that a caller never holds the camera for long.
const STEP_BYTES: usize = 256 * 1024;
/// Most frames the buffer keeps apart, however small they are.
const MOST_FRAMES: usize = 8192;
/// What is left with the DDR buffer off: the controller's own memory, and the reads that a
/// host keeps queued, which a device cannot see. A guess.
const FIFO_BYTES: u64 = 16 << 20;
/// How far the link may run ahead of its rate.
const LINK_SLACK: Duration = Duration::from_millis(2);
/// How much lost time it makes up. A real controller fills the reads that a host has queued
/// while no program runs; a virtual one gets no processor then.
const LINK_CATCH_UP: Duration = Duration::from_millis(10);

/// The buffer.
pub(super) struct Ddr {
    frames: VecDeque<Stored>,
    capacity_bytes: u64,
    /// The DDR is on: zeros stand for what found no room.
    fills_up: bool,
    packet_bytes: u64,
    /// Bytes over the link per second of camera time; `None` is unlimited.
    link_rate: Option<f64>,
    /// When the bytes sent so far are through the link.
    link_busy_until: Duration,
    /// Bytes in the memory.
    used_bytes: u64,
    /// Frames ever stored.
    stored: u64,
    overflowed: bool,
    /// How often it has.
    overflows: u32,
    /// How often everything was forgotten.
    clears: u64,
}

/// What the endpoint is sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sending {
    /// Which frame it is: a number that never comes again.
    pub(super) key: u64,
    /// Bytes sent and bytes in all, marker included.
    pub(super) sent: u64,
    pub(super) total: u64,
}

/// How a frame is stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// When its readout starts.
    pub(super) readout: Duration,
    /// Time of a row; 0 if all come at once.
    pub(super) row_ns: u64,
    /// What does not fill a unit of the memory leaves only with a later frame.
    pub(super) keeps_tail: bool,
}

/// One frame, complete or still coming from the sensor. Numbers of bytes include the
/// marker.
struct Stored {
    shot: Shot,
    key: u64,
    /// When the first row begins to arrive; the marker goes out then.
    begins: Duration,
    row_ns: u64,
    /// Bytes that found room.
    kept: u64,
    /// Bytes that find room at most: all of them unless some have found none.
    keeps: u64,
    sent: u64,
    keeps_tail: bool,
}

impl Stored {
    /// Bytes that leave; zeros stand for what found no room, or else there is less.
    fn total(&self, fills_up: bool) -> u64 {
        if fills_up { MARKER_BYTES + self.shot.frame_bytes() } else { self.keeps }
    }

    /// Bytes of so many rows.
    fn rows(&self, rows: u64) -> u64 {
        MARKER_BYTES + rows * self.shot.row_bytes() as u64
    }

    /// Bytes that have come from the sensor, whether they found room or not.
    fn arrived(&self, now: Duration) -> u64 {
        let Some(elapsed) = now.checked_sub(self.begins) else { return 0 };
        let rows = u64::from(self.shot.rows);
        let done =
            if self.row_ns == 0 { rows } else { (elapsed.as_nanos() / u128::from(self.row_ns)) as u64 };
        self.rows(done.min(rows))
    }

    /// When this many bytes have arrived.
    fn arrives(&self, bytes: u64) -> Duration {
        let rows = bytes.saturating_sub(MARKER_BYTES).div_ceil(self.shot.row_bytes() as u64);
        self.begins + Duration::from_nanos(rows.min(u64::from(self.shot.rows)) * self.row_ns)
    }

    /// Takes what has arrived; `room` is what the memory has left. False if that was not
    /// enough.
    fn take(&mut self, now: Duration, room: u64) -> bool {
        let due = self.arrived(now).min(self.keeps);
        if due.saturating_sub(self.kept) <= room {
            self.kept = self.kept.max(due);
            return true;
        }
        let rows = (self.kept + room).saturating_sub(MARKER_BYTES) / self.shot.row_bytes() as u64;
        self.kept = self.kept.max(self.rows(rows));
        self.keeps = self.kept;
        false
    }
}

impl Ddr {
    pub(super) fn new(spec: &DeviceSpec) -> Ddr {
        // USB 3 and USB 2 bulk packets, and what they carry in practice.
        let (packet_bytes, rate) = if spec.link == LinkSpeed::Super { (1024, 400e6) } else { (512, 40e6) };
        Ddr {
            frames: VecDeque::new(),
            capacity_bytes: if spec.ddr { u64::from(spec.memory_mib) << 20 } else { FIFO_BYTES },
            fills_up: spec.ddr,
            packet_bytes,
            link_rate: match spec.link_rate {
                LinkRate::Usual => (spec.readout == ReadoutPace::Real).then_some(rate),
                LinkRate::Limited(megabytes) => Some(megabytes * 1e6),
                LinkRate::Unlimited => None,
            },
            link_busy_until: Duration::ZERO,
            used_bytes: 0,
            stored: 0,
            overflowed: false,
            overflows: 0,
            clears: 0,
        }
    }

    /// The frame that the next bytes belong to, if there are any yet.
    pub(super) fn sending(&self, now: Duration) -> Option<Sending> {
        let frame = self.frames.front().filter(|frame| frame.arrived(now) > 0)?;
        Some(Sending { key: frame.key, sent: frame.sent, total: frame.total(self.fills_up) })
    }

    /// Bytes of a full packet.
    pub(super) fn packet_bytes(&self) -> u64 {
        self.packet_bytes
    }

    /// A number that grows whenever everything was forgotten.
    pub(super) fn clears(&self) -> u64 {
        self.clears
    }

    /// Forgets everything, and that there was too much of it.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.used_bytes = 0;
        self.overflowed = false;
        self.clears += 1;
    }

    /// No frame is whole until the memory is emptied.
    pub(super) fn has_overflowed(&self) -> bool {
        self.overflowed
    }

    /// Something found no room.
    pub(super) fn lose(&mut self) {
        if self.fills_up && !self.overflowed {
            self.overflowed = true;
            self.overflows += 1;
        }
    }

    /// How often the memory has overflowed.
    pub(super) fn overflows(&self) -> u32 {
        self.overflows
    }

    /// Room for the beginning of one more frame?
    pub(super) fn has_room(&mut self, shot: &Shot, now: Duration) -> bool {
        self.fill(now);
        let least = MARKER_BYTES + shot.row_bytes() as u64;
        self.frames.len() < MOST_FRAMES && self.used_bytes + least <= self.capacity_bytes
    }

    /// Takes a frame.
    pub(super) fn push(&mut self, shot: Shot, entry: Entry) {
        self.stored += 1;
        let mut frame = Stored {
            key: self.stored,
            begins: entry.readout + Duration::from_nanos(u64::from(shot.readout.blank_rows) * entry.row_ns),
            row_ns: entry.row_ns,
            kept: 0,
            keeps: 0,
            sent: 0,
            keeps_tail: entry.keeps_tail,
            shot,
        };
        let rows = u64::from(frame.shot.rows);
        frame.keeps = frame.rows(if self.overflowed { rows / 2 } else { rows });
        self.frames.push_back(frame);
    }

    /// Brings what the sensor delivers up to `now`.
    fn fill(&mut self, now: Duration) {
        // All but the last ones are long in the memory.
        let first = self.frames.iter().rposition(|frame| frame.kept == frame.keeps).map_or(0, |at| at + 1);
        let mut lost = false;
        for frame in self.frames.range_mut(first..) {
            let before = frame.kept;
            lost |= !frame.take(now, self.capacity_bytes.saturating_sub(self.used_bytes));
            self.used_bytes += frame.kept - before;
        }
        if lost {
            self.lose();
        }
    }

    /// Counter units waiting, rounded up.
    pub(super) fn units(&mut self, now: Duration) -> u64 {
        self.fill(now);
        self.used_bytes.div_ceil(DDR_UNIT_BYTES)
    }

    /// Bulk bytes, as many as there are now.
    pub(super) fn read(&mut self, imager: &mut Imager, out: &mut [u8], now: Duration) -> BulkIn {
        self.fill(now);
        let nothing = |retry_at| BulkIn { filled: 0, ended: false, retry_at };
        if out.is_empty() {
            return BulkIn { ended: true, ..nothing(None) };
        }
        if self.link_rate.is_some() && self.link_busy_until > now + LINK_SLACK {
            return nothing(Some(self.link_busy_until - LINK_SLACK));
        }
        let pushed = self.frames.get(1).is_some_and(|next| next.begins <= now);
        let Some(frame) = self.frames.front_mut() else { return nothing(None) };
        let (total, begins) = (frame.total(self.fills_up), frame.begins);
        let arrived = frame.arrived(now).min(total);
        if arrived == 0 {
            return nothing(Some(frame.begins));
        }
        let (n, ends);
        if frame.sent < MARKER_BYTES {
            let rest = &FRAME_MARKER[frame.sent as usize..];
            n = rest.len().min(out.len());
            out[..n].copy_from_slice(&rest[..n]);
            ends = n == rest.len();
            self.used_bytes -= n as u64;
        } else {
            let whole = |unit| MARKER_BYTES + (arrived - MARKER_BYTES) / unit * unit;
            let ready = match arrived == total {
                true if frame.keeps_tail && !pushed => whole(DDR_UNIT_BYTES),
                true => total,
                false => whole(self.packet_bytes),
            };
            if ready <= frame.sent && frame.sent < total {
                let later = (arrived < total).then(|| frame.arrives(frame.sent + self.packet_bytes));
                return nothing(later);
            }
            n = out.len().min((ready - frame.sent) as usize).min(STEP_BYTES);
            let stored = n.min(frame.kept.saturating_sub(frame.sent) as usize);
            let (pixels, zeros) = out[..n].split_at_mut(stored);
            let ready = frame.kept.saturating_sub(MARKER_BYTES);
            imager.bytes(&frame.shot, frame.key, frame.sent - MARKER_BYTES, ready, pixels);
            zeros.fill(0);
            ends = frame.sent + n as u64 == total;
            self.used_bytes -= stored as u64;
        }
        frame.sent += n as u64;
        if ends && frame.sent == total {
            self.frames.pop_front();
        }
        if let Some(rate) = self.link_rate {
            let began = self.link_busy_until.max(now.saturating_sub(LINK_CATCH_UP)).max(begins.min(now));
            self.link_busy_until = began + Duration::from_secs_f64(n as f64 / rate);
        }
        let ended = ends || n == out.len();
        BulkIn { filled: n, ended, retry_at: (!ended).then_some(now) }
    }
}
