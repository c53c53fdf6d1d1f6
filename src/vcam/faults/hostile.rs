//! A device that means no good, or whose line is so bad that it looks so: `hostile=SEED`.
//!
//! Most answers are random bytes of random length, the fill counter jumps between nothing
//! and its largest value, and bulk data are rubbish, endless, empty or markers only. Now
//! and then it behaves, so that a host gets as far as opening it. It makes bytes no faster
//! than a link carries them and keeps none of them.

use std::time::Duration;

use super::super::device::{BulkIn, Device, Refusal};
use super::super::rng::Rng;
use crate::transport::{Setup, UsbError};
use crate::wire::{FRAME_MARKER, In, fpga};

/// Most bytes of one step.
const STEP_BYTES: usize = 64 * 1024;
/// Bytes a second of camera time.
const RATE: f64 = 400e6;
/// An empty transfer takes a microframe.
const EMPTY_TIME: Duration = Duration::from_micros(125);

pub(in crate::vcam) struct Hostile {
    random: Rng,
    mood: Mood,
    /// Steps left in this mood.
    steps: u64,
    /// Nothing before.
    next: Duration,
}

/// What its bulk endpoint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    /// What the camera in it sends.
    Honest,
    /// Rubbish without end or marker.
    Endless,
    /// Short transfers of rubbish.
    Short,
    /// Transfers without a byte.
    Empty,
    /// Markers and nothing else.
    Markers,
    /// The last four bytes of full transfers are a marker.
    Buried,
    /// Nothing.
    Quiet,
    /// It refuses.
    Halted,
    /// It sends more than was asked for.
    Overflow,
}

const MOODS: [Mood; 9] = [
    Mood::Honest,
    Mood::Endless,
    Mood::Short,
    Mood::Empty,
    Mood::Markers,
    Mood::Buried,
    Mood::Quiet,
    Mood::Halted,
    Mood::Overflow,
];

impl Hostile {
    pub(in crate::vcam) fn new(seed: u64) -> Hostile {
        let random = Rng::new(&[seed, 0x4057_11E0]);
        Hostile { random, mood: Mood::Honest, steps: 0, next: Duration::ZERO }
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.random.next() % n == 0
    }

    fn rubbish(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.random.next().to_le_bytes()[..chunk.len()]);
        }
    }

    /// Its answer to a control read.
    pub(in crate::vcam) fn control_in(
        &mut self,
        device: &mut Device,
        setup: Setup,
        data: &mut [u8],
        now: Duration,
    ) -> Result<usize, Refusal> {
        let request = In::decode(setup);
        // Nobody would open a camera that never tells its name twice the same.
        let honest = if matches!(request, Ok(In::Eeprom { .. })) { !self.one_in(16) } else { self.one_in(4) };
        if honest {
            return device.control_in(setup, data, now);
        }
        if self.one_in(16) {
            return Err(Refusal::Stall);
        }
        if self.one_in(128) {
            return Err(Refusal::Silent);
        }
        match (request, self.random.next() % 4) {
            (Ok(In::Fpga(fpga::DDR_FILL)), 0) => data.fill(0),
            (Ok(In::Fpga(fpga::DDR_FILL)), 1) => data.fill(0xFF),
            _ => self.rubbish(data),
        }
        let all = !self.one_in(8);
        Ok(if all { data.len() } else { (self.random.next() % (data.len() as u64 + 1)) as usize })
    }

    /// What it does with a control write.
    pub(in crate::vcam) fn control_out(
        &mut self,
        device: &mut Device,
        setup: Setup,
        data: &[u8],
        now: Duration,
    ) -> Result<(), Refusal> {
        match self.random.next() % 256 {
            0 => Err(Refusal::Silent),
            1..=8 => Err(Refusal::Stall),
            9..=40 => Ok(()),
            _ => device.control_out(setup, data, now),
        }
    }

    /// One step of a bulk read.
    pub(in crate::vcam) fn bulk_in(
        &mut self,
        device: &mut Device,
        endpoint: u8,
        out: &mut [u8],
        now: Duration,
    ) -> Result<BulkIn, UsbError> {
        let wait = |at| Ok(BulkIn { filled: 0, ended: false, retry_at: Some(at) });
        if now < self.next {
            return wait(self.next);
        }
        if self.steps == 0 {
            self.mood = MOODS[(self.random.next() % MOODS.len() as u64) as usize];
            // Most moods pass, some stay for a gigabyte.
            self.steps = if self.one_in(16) { 16_384 } else { 1 + self.random.next() % 64 };
        }
        self.steps -= 1;
        self.next = now + EMPTY_TIME;
        let most = out.len().min(STEP_BYTES);
        let (filled, short) = match self.mood {
            Mood::Honest => return device.bulk_in(endpoint, out, now).map_err(UsbError::from),
            Mood::Quiet => return wait(self.next),
            Mood::Halted => return Err(UsbError::Stall),
            Mood::Overflow => return Err(UsbError::Overflow),
            Mood::Empty => (0, true),
            Mood::Markers => {
                let n = FRAME_MARKER.len().min(most);
                out[..n].copy_from_slice(&FRAME_MARKER[..n]);
                (n, true)
            }
            mood => {
                let short = mood == Mood::Short;
                let n = if short { (self.random.next() % (most as u64 + 1)) as usize } else { most };
                self.rubbish(&mut out[..n]);
                if let (Mood::Buried, Some(end)) = (mood, n.checked_sub(FRAME_MARKER.len())) {
                    out[end..n].copy_from_slice(&FRAME_MARKER);
                }
                self.next = now + Duration::from_secs_f64(n as f64 / RATE);
                (n, short)
            }
        };
        let ended = short || filled == out.len();
        Ok(BulkIn { filled, ended, retry_at: (!ended).then_some(self.next) })
    }
}
