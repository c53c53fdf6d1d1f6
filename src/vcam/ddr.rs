//! The frame buffer: what the sensor has delivered and the host has not yet taken, and
//! the bulk endpoint at its end.
//!
//! On the bus each frame is a packet with the four marker bytes, then the frame's bytes
//! in full packets; the last packet, if short, or else the end itself, ends the
//! transfer. Until a frame is complete only full packets leave.

use std::collections::VecDeque;
use std::time::Duration;

use super::device::BulkIn;
use super::sensor::pixels::{Imager, Shot};
use super::sensor::timing::BLANK_ROWS;
use super::spec::{DeviceSpec, LinkRate, ReadoutPace};
use crate::transport::LinkSpeed;
use crate::wire::FRAME_MARKER;
use crate::wire::status::DDR_UNIT_BYTES;

const MARKER_BYTES: u64 = FRAME_MARKER.len() as u64;
/// Most bytes that one call makes, so that a caller never holds the camera for long.
const STEP_BYTES: usize = 256 * 1024;
/// Most frames the buffer keeps apart, however small they are.
const MOST_FRAMES: usize = 1024;
/// What is left with the DDR buffer off: the USB controller's own memory. A guess.
const FIFO_BYTES: u64 = 256 * 1024;
/// How far the link may run ahead of its rate.
const LINK_SLACK: Duration = Duration::from_millis(2);

/// The buffer.
pub(super) struct Ddr {
    frames: VecDeque<Stored>,
    capacity_bytes: u64,
    packet_bytes: u64,
    /// Bytes over the link per second of camera time; `None` is unlimited.
    link_rate: Option<f64>,
    /// When the bytes sent so far are through the link.
    link_busy_until: Duration,
    /// Bytes of all frames that are still to be sent.
    taken: u64,
    /// Frames ever stored.
    stored: u64,
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

/// One frame, complete or still coming from the sensor.
struct Stored {
    shot: Shot,
    key: u64,
    /// When the first row begins to arrive; the marker goes out then.
    begins: Duration,
    row_ns: u64,
    /// Bytes sent, marker included.
    sent: u64,
}

/// Bytes of a frame with its marker.
fn total_bytes(shot: &Shot) -> u64 {
    MARKER_BYTES + shot.frame_bytes()
}

impl Stored {
    fn total(&self) -> u64 {
        total_bytes(&self.shot)
    }

    /// Bytes that have arrived from the sensor, marker included.
    fn arrived(&self, now: Duration) -> u64 {
        let Some(elapsed) = now.checked_sub(self.begins) else { return 0 };
        let rows = u64::from(self.shot.rows);
        let done =
            if self.row_ns == 0 { rows } else { (elapsed.as_nanos() / u128::from(self.row_ns)) as u64 };
        MARKER_BYTES + done.min(rows) * self.shot.row_bytes() as u64
    }

    /// When this many bytes, marker included, have arrived.
    fn arrives(&self, bytes: u64) -> Duration {
        let rows = bytes.saturating_sub(MARKER_BYTES).div_ceil(self.shot.row_bytes() as u64);
        self.begins + Duration::from_nanos(rows.min(u64::from(self.shot.rows)) * self.row_ns)
    }
}

impl Ddr {
    pub(super) fn new(spec: &DeviceSpec) -> Ddr {
        // USB 3 and USB 2 bulk packets, and what they carry in practice.
        let (packet_bytes, rate) = if spec.link == LinkSpeed::Super { (1024, 400e6) } else { (512, 40e6) };
        Ddr {
            frames: VecDeque::new(),
            capacity_bytes: if spec.ddr { u64::from(spec.memory_mib) << 20 } else { FIFO_BYTES },
            packet_bytes,
            link_rate: match spec.link_rate {
                LinkRate::Usual => (spec.readout == ReadoutPace::Real).then_some(rate),
                LinkRate::Limited(megabytes) => Some(megabytes * 1e6),
                LinkRate::Unlimited => None,
            },
            link_busy_until: Duration::ZERO,
            taken: 0,
            stored: 0,
            clears: 0,
        }
    }

    /// The frame that the next bytes belong to, if there are any yet.
    pub(super) fn sending(&self, now: Duration) -> Option<Sending> {
        let frame = self.frames.front().filter(|frame| frame.arrived(now) > 0)?;
        Some(Sending { key: frame.key, sent: frame.sent, total: frame.total() })
    }

    /// Bytes of a full packet.
    pub(super) fn packet_bytes(&self) -> u64 {
        self.packet_bytes
    }

    /// A number that grows whenever everything was forgotten.
    pub(super) fn clears(&self) -> u64 {
        self.clears
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.taken = 0;
        self.clears += 1;
    }

    /// Room for one more frame?
    pub(super) fn has_room(&self, shot: &Shot) -> bool {
        self.frames.len() < MOST_FRAMES && self.taken + total_bytes(shot) <= self.capacity_bytes
    }

    /// Takes a frame whose readout starts at `readout`.
    pub(super) fn push(&mut self, shot: Shot, readout: Duration, row_ns: u64) {
        let begins = readout + Duration::from_nanos(u64::from(BLANK_ROWS) * row_ns);
        self.stored += 1;
        self.taken += total_bytes(&shot);
        self.frames.push_back(Stored { shot, key: self.stored, begins, row_ns, sent: 0 });
    }

    /// Counter units waiting, rounded up.
    pub(super) fn units(&self, now: Duration) -> u64 {
        let bytes: u64 = self.frames.iter().map(|frame| frame.arrived(now).saturating_sub(frame.sent)).sum();
        bytes.div_ceil(DDR_UNIT_BYTES)
    }

    /// Bulk bytes, as many as there are now.
    pub(super) fn read(&mut self, imager: &mut Imager, out: &mut [u8], now: Duration) -> BulkIn {
        if out.is_empty() {
            return BulkIn { filled: 0, ended: true, retry_at: None };
        }
        if self.link_rate.is_some() && self.link_busy_until > now + LINK_SLACK {
            return BulkIn { filled: 0, ended: false, retry_at: Some(self.link_busy_until - LINK_SLACK) };
        }
        let Some(frame) = self.frames.front_mut() else {
            return BulkIn { filled: 0, ended: false, retry_at: None };
        };
        let arrived = frame.arrived(now);
        if arrived == 0 {
            return BulkIn { filled: 0, ended: false, retry_at: Some(frame.begins) };
        }
        let total = frame.total();
        let (n, ends);
        if frame.sent < MARKER_BYTES {
            let rest = &FRAME_MARKER[frame.sent as usize..];
            n = rest.len().min(out.len());
            out[..n].copy_from_slice(&rest[..n]);
            ends = n == rest.len();
        } else {
            let whole_packets = (arrived - MARKER_BYTES) / self.packet_bytes * self.packet_bytes;
            let ready = if arrived == total { total } else { MARKER_BYTES + whole_packets };
            if ready <= frame.sent {
                let retry_at = frame.arrives(frame.sent + self.packet_bytes);
                return BulkIn { filled: 0, ended: false, retry_at: Some(retry_at) };
            }
            n = out.len().min((ready - frame.sent) as usize).min(STEP_BYTES);
            imager.bytes(&frame.shot, frame.key, frame.sent - MARKER_BYTES, &mut out[..n]);
            ends = frame.sent + n as u64 == total;
        }
        frame.sent += n as u64;
        self.taken -= n as u64;
        if frame.sent == total {
            self.frames.pop_front();
        }
        if let Some(rate) = self.link_rate {
            self.link_busy_until = self.link_busy_until.max(now) + Duration::from_secs_f64(n as f64 / rate);
        }
        let ended = ends || n == out.len();
        BulkIn { filled: n, ended, retry_at: (!ended).then_some(now) }
    }
}
