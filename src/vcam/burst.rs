//! Burst mode: a counted run of live frames.
//!
//! The maker's notes say: burst mode is a part of continuous mode; switching it on stops
//! the output; an order then gives the frames *between* a start and an end number, 1 and 6
//! give 2, 3, 4 and 5; a camera that has not been sent to idle before may give frames at
//! once. The sequences of register writes are observed. What each register does is a guess
//! that fits both: the idle strobe, or 0 in the trigger register, holds the frames and sets
//! their number to 0; 1 there lets them run; with burst mode on only those between the
//! limits leave the sensor. The trigger sequences order 1 to 3, which is one frame for each
//! trigger.
//!
//! The memory works in units of 2048 bytes, and nothing follows the last frame of a burst:
//! its end stays in the camera unless the patch number fills the last unit. That this is
//! what the patch number is for is a guess; the bytes themselves never leave the camera.

use crate::wire::fpga;
use crate::wire::status::DDR_UNIT_BYTES;

/// What a register write asks of the sequencer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Frames stop, and count from 0 again.
    Hold,
    /// Frames run.
    Release,
    /// Frames count from 0 again, and run if they did.
    Restart,
    /// The last frame of the burst is sent again.
    Resend,
}

/// The registers.
pub(super) struct Burst {
    on: bool,
    held: bool,
    start: u8,
    end: [u8; 2],
    patch: [u8; 4],
    idle: u8,
    reset: u8,
    resend: u8,
}

impl Burst {
    pub(super) fn new() -> Burst {
        Burst { on: false, held: false, start: 0, end: [0; 2], patch: [0; 4], idle: 0, reset: 0, resend: 0 }
    }

    /// The initialise command ends burst mode and keeps the numbers. A guess.
    pub(super) fn end(&mut self) {
        self.on = false;
        self.held = false;
    }

    /// Takes a register write; most registers are none of its business.
    pub(super) fn write(&mut self, register: u16, value: u8) -> Option<Order> {
        match register {
            fpga::BURST_ON => {
                self.on = value == 1;
                let runs_again = !self.on && std::mem::take(&mut self.held);
                return runs_again.then_some(Order::Release);
            }
            fpga::BURST_START => self.start = value,
            fpga::BURST_RESEND => {
                let rises = std::mem::replace(&mut self.resend, value) == 0 && value == 1;
                return (rises && self.on).then_some(Order::Resend);
            }
            fpga::SOFT_TRIGGER if self.on => {
                let held = std::mem::replace(&mut self.held, value == 0);
                return match (held, self.held) {
                    (_, true) => Some(Order::Hold),
                    (true, false) => Some(Order::Release),
                    (false, false) => None,
                };
            }
            fpga::BURST_IDLE => {
                let rises = std::mem::replace(&mut self.idle, value) == 0 && value == 1;
                self.held |= rises && self.on;
                return (rises && self.on).then_some(Order::Hold);
            }
            fpga::BURST_HOLD => {
                let rises = std::mem::replace(&mut self.reset, value) == 0 && value == 1;
                return (rises && self.on && !self.held).then_some(Order::Restart);
            }
            _ => {
                if let Some(byte) = register.checked_sub(fpga::BURST_END).map(usize::from) {
                    if let Some(place) = self.end.get_mut(byte) {
                        *place = value;
                    }
                }
                if let Some(byte) = register.checked_sub(fpga::PATCH_NUMBER).map(usize::from) {
                    if let Some(place) = self.patch.get_mut(byte) {
                        *place = value;
                    }
                }
            }
        }
        None
    }

    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// The number of its first frame.
    pub(super) fn first_number(&self) -> u32 {
        u32::from(self.start) + 1
    }

    fn end_number(&self) -> u32 {
        u32::from(u16::from_be_bytes(self.end))
    }

    /// A frame of this number leaves the sensor.
    pub(super) fn lets_pass(&self, number: u32) -> bool {
        !self.on || (u32::from(self.start) < number && number < self.end_number())
    }

    /// No frame from this number on does.
    pub(super) fn is_over(&self, number: u32) -> bool {
        self.on && number >= self.end_number()
    }

    /// The end of this frame stays in the memory.
    pub(super) fn keeps_tail(&self, number: u32, frame_bytes: u64) -> bool {
        let missing = frame_bytes.next_multiple_of(DDR_UNIT_BYTES) - frame_bytes;
        let last = self.on && number + 1 == self.end_number();
        last && u64::from(u32::from_be_bytes(self.patch)) < missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burst(start: u8, end: u16) -> Burst {
        let mut burst = Burst::new();
        let [high, low] = end.to_be_bytes();
        for (register, value) in
            [(fpga::BURST_START, start), (fpga::BURST_END, high), (fpga::BURST_END + 1, low)]
        {
            assert_eq!(burst.write(register, value), None);
        }
        burst
    }

    #[test]
    fn frames_between_the_limits_pass() {
        let mut burst = burst(1, 6);
        assert!(burst.lets_pass(0) && !burst.is_over(100), "not a burst yet");
        burst.write(fpga::BURST_ON, 1);
        let passing: Vec<u32> = (0..100).filter(|n| burst.lets_pass(*n)).collect();
        assert_eq!(passing, [2, 3, 4, 5]);
        assert!(!burst.is_over(5) && burst.is_over(6));
        let mut long = self::burst(0, 0x1234);
        long.write(fpga::BURST_ON, 1);
        assert!(long.lets_pass(0x1233) && !long.lets_pass(0x1234));
    }

    #[test]
    fn the_observed_sequences_hold_and_release() {
        let mut burst = burst(1, 6);
        let mut play = |writes: &[(u16, u8)]| -> Vec<Order> {
            writes.iter().filter_map(|(register, value)| burst.write(*register, *value)).collect()
        };
        // Outside of burst mode nothing is held.
        assert_eq!(play(&[(0x23, 0), (0x3F, 1), (0x3F, 0), (0x01, 0), (0x01, 1), (0x45, 1), (0x45, 0)]), []);
        let enable = [(0x39, 1), (0x23, 0), (0x01, 0), (0x01, 1), (0x3F, 1), (0x3F, 0)];
        assert_eq!(play(&enable), [Order::Hold, Order::Hold]);
        assert_eq!(play(&[(0x23, 1), (0x23, 1)]), [Order::Release]);
        let idle = [(0x3F, 0), (0x3F, 1), (0x3F, 0), (0x01, 1), (0x01, 0), (0x01, 1), (0x23, 0)];
        assert_eq!(play(&idle), [Order::Hold, Order::Hold]);
        assert_eq!(play(&[(0x45, 1), (0x45, 0)]), [Order::Resend]);
        assert_eq!(play(&[(0x39, 0)]), [Order::Release]);
    }

    #[test]
    fn the_patch_number_pushes_the_last_frame_out() {
        let mut burst = burst(1, 6);
        burst.write(fpga::BURST_ON, 1);
        assert!(!burst.keeps_tail(4, 2049) && burst.keeps_tail(5, 2049) && !burst.keeps_tail(5, 4096));
        burst.write(fpga::PATCH_NUMBER + 2, 0x07);
        burst.write(fpga::PATCH_NUMBER + 3, 0xFF);
        assert!(!burst.keeps_tail(5, 2049));
    }
}
