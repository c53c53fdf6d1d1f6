//! The mount that carries the telescopes of all cameras of one order.
//!
//! It follows the sky but for its faults: a steady drift, the periodic error of its worm,
//! and what guide pulses add. Places are where its axis points, in arcseconds to the east
//! and to the north of where it pointed at time 0; stars move the other way in a picture.

use std::f64::consts::TAU;
use std::time::Duration;

use parking_lot::Mutex;

use crate::vcam::guide::Push;

/// Stars go by at this rate, in arcseconds a second.
const SIDEREAL: f64 = 15.041;
/// A guide pulse moves the axis with this part of it, on either axis.
const GUIDE_RATE: f64 = 0.5;
/// So many pulses are known by their times. Older ones are only summed up.
const REMEMBERED: usize = 512;

/// Speed of a guide pulse in arcseconds a second.
pub const GUIDE_ARCSEC_PER_S: f64 = GUIDE_RATE * SIDEREAL;

/// How well it follows the sky by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tracking {
    /// Arcseconds a minute to the east and to the north.
    pub drift_arcsec_per_min: (f64, f64),
    /// Height of the periodic error in right ascension, from its middle, in arcseconds.
    pub periodic_arcsec: f64,
    /// Seconds of one turn of the worm; 0 counts as no periodic error.
    pub period_s: f64,
}

/// The mount.
#[derive(Debug)]
pub struct Mount {
    tracking: Tracking,
    pulses: Mutex<Pulses>,
}

#[derive(Debug, Default)]
struct Pulses {
    /// Where forgotten ones have moved it.
    done: (f64, f64),
    known: Vec<Pulse>,
}

#[derive(Clone, Copy, Debug)]
struct Pulse {
    push: Push,
    from: Duration,
    to: Duration,
}

impl Pulse {
    /// How far it has moved the axis.
    fn way(&self, at: Duration) -> (f64, f64) {
        let arcsec = GUIDE_ARCSEC_PER_S * at.min(self.to).saturating_sub(self.from).as_secs_f64();
        match self.push {
            Push::East => (arcsec, 0.0),
            Push::West => (-arcsec, 0.0),
            Push::North => (0.0, arcsec),
            Push::South => (0.0, -arcsec),
        }
    }

    fn goes_on(&self, push: Push, at: Duration) -> bool {
        self.push == push && self.to > at
    }
}

impl Mount {
    /// A mount that nobody has guided yet.
    pub fn new(tracking: Tracking) -> Mount {
        Mount { tracking, pulses: Mutex::default() }
    }

    /// A guide pulse of some length, or another end for one that goes on.
    pub fn pulse(&self, at: Duration, push: Push, length: Duration) {
        self.release(at, push);
        self.pulses.lock().push(Pulse { push, from: at, to: at.saturating_add(length) });
    }

    /// A push that goes on until it is released.
    pub fn push(&self, at: Duration, push: Push) {
        let mut pulses = self.pulses.lock();
        if !pulses.known.iter().any(|old| old.goes_on(push, at)) {
            pulses.push(Pulse { push, from: at, to: Duration::MAX });
        }
    }

    /// Ends a push.
    pub fn release(&self, at: Duration, push: Push) {
        let mut pulses = self.pulses.lock();
        for old in pulses.known.iter_mut().filter(|old| old.goes_on(push, at)) {
            old.to = at.max(old.from);
        }
    }

    /// Where the axis points at a time.
    pub fn place(&self, at: Duration) -> (f64, f64) {
        self.motion(at, at).place(at)
    }

    /// Its movement in an interval of time.
    pub(super) fn motion(&self, from: Duration, to: Duration) -> Motion {
        let pulses = self.pulses.lock();
        let mut motion = Motion { tracking: self.tracking, start: pulses.done, pulses: Vec::new() };
        for pulse in pulses.known.iter().filter(|pulse| pulse.from < to.max(from)) {
            if pulse.to <= from {
                let way = pulse.way(from);
                motion.start = (motion.start.0 + way.0, motion.start.1 + way.1);
            } else {
                motion.pulses.push(*pulse);
            }
        }
        motion
    }
}

/// How a mount moves for a while.
pub(super) struct Motion {
    tracking: Tracking,
    /// Where pulses that are over have moved it.
    start: (f64, f64),
    pulses: Vec<Pulse>,
}

impl Motion {
    /// True if it follows the sky exactly.
    pub(super) fn is_still(&self) -> bool {
        self.tracking == Tracking::default() && self.pulses.is_empty()
    }

    /// Where the axis points at a time within the interval.
    pub(super) fn place(&self, at: Duration) -> (f64, f64) {
        let t = at.as_secs_f64();
        let Tracking { drift_arcsec_per_min: drift, periodic_arcsec, period_s } = self.tracking;
        let turns = if period_s > 0.0 { t / period_s } else { 0.0 };
        let worm = periodic_arcsec * (TAU * turns).sin();
        let start = (self.start.0 + drift.0 * t / 60.0 + worm, self.start.1 + drift.1 * t / 60.0);
        self.pulses.iter().map(|pulse| pulse.way(at)).fold(start, |sum, way| (sum.0 + way.0, sum.1 + way.1))
    }
}

impl Pulses {
    fn push(&mut self, pulse: Pulse) {
        if self.known.len() == REMEMBERED {
            let oldest = self.known.remove(0);
            let way = oldest.way(oldest.to.min(pulse.from));
            self.done = (self.done.0 + way.0, self.done.1 + way.1);
        }
        self.known.push(pulse);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn near(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
    }

    #[test]
    fn a_pulse_moves_at_half_the_sidereal_rate_while_it_lasts() {
        let mount = Mount::new(Tracking::default());
        mount.pulse(ms(1000), Push::West, ms(2000));
        mount.pulse(ms(1000), Push::North, ms(500));
        assert!(near(mount.place(ms(1000)), (0.0, 0.0)));
        assert!(near(mount.place(ms(2000)), (-7.5205, 3.76025)));
        assert!(near(mount.place(ms(9000)), (-15.041, 3.76025)));
        mount.pulse(ms(9000), Push::East, ms(2000));
        assert!(near(mount.place(ms(20_000)), (0.0, 3.76025)));
    }

    #[test]
    fn pushes_last_until_they_are_released() {
        let mount = Mount::new(Tracking::default());
        mount.push(ms(1000), Push::North);
        mount.push(ms(2000), Push::North);
        mount.push(ms(2000), Push::East);
        assert!(near(mount.place(ms(4000)), (2.0 * 7.5205, 3.0 * 7.5205)));
        mount.release(ms(4000), Push::North);
        mount.release(ms(4000), Push::South);
        // Both ways at once is no way.
        mount.push(ms(5000), Push::West);
        assert!(near(mount.place(ms(9000)), (3.0 * 7.5205, 3.0 * 7.5205)));
        mount.pulse(ms(9000), Push::West, ms(0));
        assert!(near(mount.place(ms(10_000)), (4.0 * 7.5205, 3.0 * 7.5205)));
    }

    #[test]
    fn forgotten_pulses_still_count() {
        let mount = Mount::new(Tracking::default());
        for n in 0..3 * REMEMBERED as u64 {
            mount.pulse(ms(1000 * n), Push::South, ms(100));
        }
        assert_eq!(mount.pulses.lock().known.len(), REMEMBERED);
        let all = -0.75205 * 3.0 * REMEMBERED as f64;
        assert!((mount.place(ms(10_000_000)).1 - all).abs() < 1e-6);
    }

    #[test]
    fn drift_and_worm() {
        let tracking = Tracking { drift_arcsec_per_min: (1.5, -0.5), periodic_arcsec: 8.0, period_s: 480.0 };
        let mount = Mount::new(tracking);
        assert!(near(mount.place(Duration::from_secs(120)), (3.0 + 8.0, -1.0)));
        assert!(near(mount.place(Duration::from_secs(480)), (12.0, -4.0)));
    }
}
