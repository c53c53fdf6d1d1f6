//! The trigger socket.
//!
//! Public documents of the maker: a trigger begins an exposure and replaces the function that
//! starts one; the pulses of a QHY600 count by their falling edge; a filter masks bouncing
//! contacts; the output tells of exposures, on a QHY600 by the vertical sync, near the end of
//! the exposure of the first row. Of the QHY600 only the Pro has the socket (manual). The
//! register writes are observed. What is a guess: a pulse counts when it has lasted for the
//! time of the filter, and the exposure begins then; a trigger that comes during an exposure
//! or its readout is lost; the output gives one pulse for each frame that is read out.

use std::time::Duration;

use crate::wire::{fpga, trigger};

/// Clock of the filter.
const FILTER_TICK: Duration = Duration::from_nanos(40);
/// Value of the GPIO mode for trigger pins.
const GPIO_TRIGGER: u8 = 2;

/// The registers and the source of pulses.
pub(super) struct Trigger {
    bits: u8,
    gpio: u8,
    gpio_out: bool,
    out: bool,
    filter: [u8; 5],
    /// A source in the socket: it pulls the input low for half of each period.
    period: Option<Duration>,
    /// Pulses up to here have been looked at.
    seen: Duration,
    /// A pulse of somebody else that is to count.
    pulse: Option<Duration>,
    out_pulses: u64,
}

impl Trigger {
    pub(super) fn new(period: Option<Duration>) -> Trigger {
        Trigger {
            bits: 0,
            gpio: 0,
            gpio_out: false,
            out: false,
            filter: [0; 5],
            period,
            seen: Duration::ZERO,
            pulse: None,
            out_pulses: 0,
        }
    }

    /// The initialise command ends the output. A guess.
    pub(super) fn end(&mut self) {
        self.out = false;
    }

    pub(super) fn set_output(&mut self, on: bool) {
        self.out = on;
    }

    /// Takes a register write; most registers are none of its business. True if it switched
    /// the trigger off.
    pub(super) fn write(&mut self, register: u16, value: u8, now: Duration) -> bool {
        match register {
            fpga::TRIGGER => {
                // What came before does not count.
                self.seen = self.seen.max(now);
                let was_on = self.input_on();
                self.bits = value;
                if !self.input_on() {
                    self.pulse = None;
                }
                return was_on && value == 0;
            }
            fpga::OUTPUT_MODE => self.gpio = value,
            fpga::GPS => self.gpio_out = value == 1,
            _ => {
                let byte = register.checked_sub(fpga::TRIGGER_FILTER).map(usize::from);
                if let Some(place) = byte.and_then(|byte| self.filter.get_mut(byte)) {
                    *place = value;
                }
            }
        }
        false
    }

    /// Triggers are waited for, by software at least.
    pub(super) fn input_on(&self) -> bool {
        self.bits & trigger::IN != 0
    }

    /// Pulses in the GPIO socket arrive.
    fn listens(&self) -> bool {
        self.input_on() && self.bits & trigger::SMA == 0 && self.gpio == GPIO_TRIGGER
    }

    fn filter(&self) -> Duration {
        if self.bits & trigger::FILTER == 0 {
            return Duration::ZERO;
        }
        let ticks = self.filter.iter().fold(0u64, |ticks, byte| ticks << 8 | u64::from(*byte));
        FILTER_TICK.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX))
    }

    /// Somebody pulls the input low at `now`, for so long.
    pub(super) fn pulse(&mut self, now: Duration, low_for: Duration) {
        let filter = self.filter();
        if self.listens() && low_for >= filter && self.pulse.is_none() {
            self.pulse = Some(now + filter);
        }
    }

    /// When the next pulse counts, at `from` or later; earlier ones are lost.
    pub(super) fn next(&mut self, from: Duration) -> Option<Duration> {
        if !self.listens() {
            return None;
        }
        self.seen = self.seen.max(from);
        self.pulse = self.pulse.filter(|at| *at >= from);
        let filter = self.filter();
        let of_source = self.period.filter(|period| *period / 2 >= filter).map(|period| {
            let edges = self.seen.saturating_sub(filter).as_nanos().div_ceil(period.as_nanos()).max(1);
            period.saturating_mul(u32::try_from(edges).unwrap_or(u32::MAX)) + filter
        });
        [of_source, self.pulse].into_iter().flatten().min()
    }

    /// The pulse that counts at `at` has done what it does.
    pub(super) fn taken(&mut self, at: Duration) {
        self.pulse = self.pulse.filter(|pulse| *pulse > at);
        self.seen = self.seen.max(at + Duration::from_nanos(1));
    }

    /// So many frames are read out.
    pub(super) fn frames(&mut self, frames: u64) {
        if self.out || self.gpio == GPIO_TRIGGER && self.gpio_out {
            self.out_pulses += frames;
        }
    }

    pub(super) fn out_pulses(&self) -> u64 {
        self.out_pulses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn on(bits: u8, period: Option<Duration>) -> Trigger {
        let mut trigger = Trigger::new(period);
        trigger.write(fpga::OUTPUT_MODE, 2, ms(0));
        // 2 ms at 25 MHz: 50 000 ticks.
        trigger.write(fpga::TRIGGER_FILTER + 3, 0xC3, ms(0));
        trigger.write(fpga::TRIGGER_FILTER + 4, 0x50, ms(0));
        trigger.write(fpga::TRIGGER, bits, ms(0));
        trigger
    }

    #[test]
    fn pulses_count_when_they_outlast_the_filter() {
        let mut filtered = on(0x0D, None);
        filtered.pulse(ms(10), ms(1));
        assert_eq!(filtered.next(ms(0)), None);
        filtered.pulse(ms(10), ms(2));
        assert_eq!(filtered.next(ms(0)), Some(ms(12)));
        filtered.taken(ms(12));
        assert_eq!(filtered.next(ms(12)), None);
        let mut open = on(0x0C, None);
        open.pulse(ms(10), Duration::ZERO);
        assert_eq!(open.next(ms(0)), Some(ms(10)));
        assert_eq!(open.next(ms(11)), None, "nobody waited for it");
    }

    #[test]
    fn a_source_pulses_for_ever() {
        let mut source = on(0x0D, Some(ms(100)));
        assert_eq!(source.next(ms(0)), Some(ms(102)), "none at power-on");
        assert_eq!(source.next(ms(102)), Some(ms(102)));
        source.taken(ms(102));
        assert_eq!(source.next(ms(102)), Some(ms(202)));
        assert_eq!(source.next(ms(1_000_000)), Some(ms(1_000_002)));
        assert_eq!(on(0x0D, Some(ms(3))).next(ms(0)), None, "too short for the filter");
    }

    #[test]
    fn nothing_comes_through_a_socket_that_is_off() {
        for bits in [0, 0x04, 0x1C] {
            let mut off = on(bits, Some(ms(100)));
            off.pulse(ms(10), ms(50));
            assert_eq!(off.next(ms(0)), None, "{bits:#x}");
        }
        let mut other = on(0x0C, Some(ms(100)));
        other.write(fpga::OUTPUT_MODE, 5, ms(0));
        assert_eq!(other.next(ms(0)), None, "other pins");
    }

    #[test]
    fn the_output_is_counted_while_it_is_on() {
        let mut trigger = Trigger::new(None);
        trigger.frames(1);
        trigger.set_output(true);
        trigger.frames(1);
        trigger.end();
        trigger.frames(1);
        trigger.write(fpga::OUTPUT_MODE, 2, ms(0));
        trigger.frames(1);
        trigger.write(fpga::GPS, 1, ms(0));
        trigger.frames(3);
        assert_eq!(trigger.out_pulses(), 4);
    }
}
