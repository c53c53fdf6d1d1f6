//! Notices a host that reads live video too slowly, before the camera's memory overflows:
//! a frame with holes has its length, so nothing in its bytes would tell.
//!
//! The camera's fill counter is asked when an eighth of the memory has been read, or a
//! little later if a frame ends then: what is dropped in the middle of a frame costs that
//! frame too. If the memory is at least a quarter full, the host is too slow, and it is
//! emptied. That is early enough: whatever did not fit comes a full memory behind what was
//! read at that moment, and after an overflow the counter stays high, because nothing but
//! reading lowers it. It holds too for a variant with half the memory, which looks the same
//! on the cable. Where live video goes past the memory, nothing is asked: frames that find no
//! room are too short then.

use crate::model::Model;
use crate::wire::status::DDR_UNIT_BYTES;

/// Counts what was read since the memory was last known to be no fuller than it may be.
#[derive(Debug)]
pub(super) struct Backlog {
    memory: u64,
    read: u64,
}

impl Backlog {
    pub(super) fn new(model: &Model) -> Backlog {
        Backlog { memory: u64::from(model.memory_mib(true)) << 20, read: 0 }
    }

    /// So many bytes were read.
    pub(super) fn note(&mut self, bytes: usize) {
        self.read += bytes as u64;
    }

    /// The camera is to be asked.
    pub(super) fn is_due(&self, between_frames: bool) -> bool {
        let sixteenths = if between_frames { 2 } else { 3 };
        self.memory > 0 && self.read >= self.memory / 16 * sixteenths
    }

    /// What the camera said; true if its memory is to be emptied, and until then no frame
    /// counts.
    pub(super) fn is_too_large(&mut self, units: u32) -> bool {
        let too_large = u64::from(units) * DDR_UNIT_BYTES >= self.memory / 4;
        if !too_large {
            self.read = 0;
        }
        too_large
    }

    /// The memory was emptied.
    pub(super) fn note_emptied(&mut self) {
        self.read = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a host against a memory and says whether a byte that did not fit was ever read.
    fn reads_damage(
        memory_mib: u64,
        in_per_step: u64,
        out_per_step: u64,
        stop: std::ops::Range<u64>,
    ) -> bool {
        const MIB: u64 = 1 << 20;
        let model = crate::model::by_name("QHY600M").unwrap();
        let mut backlog = Backlog::new(model);
        // Positions in the stream of bytes: what the sensor wrote, what the host read, and
        // the first that did not fit.
        let (mut written, mut read, mut damaged) = (0, 0, None);
        for step in 0..20_000 {
            let room = memory_mib * MIB - (written - read);
            written += in_per_step.min(room);
            if in_per_step > room {
                damaged.get_or_insert(written);
            }
            if stop.contains(&step) {
                continue;
            }
            let bytes = out_per_step.min(written - read);
            read += bytes;
            if damaged.is_some_and(|at| read > at) {
                return true;
            }
            backlog.note(bytes as usize);
            // No frame ends when it would suit.
            if backlog.is_due(false) && backlog.is_too_large(((written - read) / DDR_UNIT_BYTES) as u32) {
                (read, damaged) = (written, None);
                backlog.note_emptied();
            }
        }
        false
    }

    #[test]
    fn no_byte_behind_an_overflow_is_read() {
        const STEP: u64 = 256 * 1024;
        for memory_mib in [1024, 2048] {
            for rate in [0, STEP / 8, STEP / 2, STEP - 1, STEP, 2 * STEP, 20 * STEP] {
                for stop in [0..0, 100..5000, 5000..19_000] {
                    assert!(
                        !reads_damage(memory_mib, STEP, rate, stop.clone()),
                        "{memory_mib} {rate} {stop:?}"
                    );
                }
            }
        }
        // The play itself can tell.
        assert!(reads_damage(300, STEP, STEP / 2, 0..0));
    }
}
