//! The mount that carries the telescopes of all cameras of one order.
//!
//! It follows the sky but for its faults: a steady drift, the periodic error of its worm,
//! and what guide pulses add. Places are where its axis points, in arcseconds to the east
//! and to the north of where it pointed at time 0; stars move the other way in a picture.

use std::f64::consts::TAU;
use std::time::Duration;

use parking_lot::Mutex;

/// Stars go by at this rate, in arcseconds a second.
const SIDEREAL: f64 = 15.041;
/// A guide pulse moves the axis with this part of it, on either axis.
const GUIDE_RATE: f64 = 0.5;
/// So many pulses are known by their times. Older ones are only summed up.
const REMEMBERED: usize = 512;

/// Speed of a guide pulse in arcseconds a second.
pub const GUIDE_ARCSEC_PER_S: f64 = GUIDE_RATE * SIDEREAL;

/// Where a guide pulse moves the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Right ascension grows.
    East,
    /// Right ascension shrinks.
    West,
    /// Declination grows.
    North,
    /// Declination shrinks.
    South,
}

impl Direction {
    fn sign(self) -> (f64, f64) {
        match self {
            Direction::East => (1.0, 0.0),
            Direction::West => (-1.0, 0.0),
            Direction::North => (0.0, 1.0),
            Direction::South => (0.0, -1.0),
        }
    }

    fn is_ra(self) -> bool {
        matches!(self, Direction::East | Direction::West)
    }
}

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
    direction: Direction,
    from: Duration,
    to: Duration,
}

impl Pulse {
    fn arcsec(&self, at: Duration) -> f64 {
        GUIDE_ARCSEC_PER_S * at.min(self.to).saturating_sub(self.from).as_secs_f64()
    }
}

impl Mount {
    /// A mount that nobody has guided yet.
    pub fn new(tracking: Tracking) -> Mount {
        Mount { tracking, pulses: Mutex::default() }
    }

    /// A guide pulse that begins at `at`. It ends one that is still going on along the
    /// same axis, as a guide port does; one of no length does just that.
    pub fn pulse(&self, at: Duration, direction: Direction, length: Duration) {
        let mut pulses = self.pulses.lock();
        for old in pulses.known.iter_mut().filter(|old| old.direction.is_ra() == direction.is_ra()) {
            old.to = old.to.min(at).max(old.from);
        }
        if pulses.known.len() == REMEMBERED {
            let oldest = pulses.known.remove(0);
            let (east, north) = oldest.direction.sign();
            let arcsec = oldest.arcsec(oldest.to);
            pulses.done.0 += east * arcsec;
            pulses.done.1 += north * arcsec;
        }
        pulses.known.push(Pulse { direction, from: at, to: at.saturating_add(length) });
    }

    /// Where the axis points at a time.
    pub fn place(&self, at: Duration) -> (f64, f64) {
        let t = at.as_secs_f64();
        let Tracking { drift_arcsec_per_min: drift, periodic_arcsec, period_s } = self.tracking;
        let turns = if period_s > 0.0 { t / period_s } else { 0.0 };
        let mut place = (drift.0 * t / 60.0 + periodic_arcsec * (TAU * turns).sin(), drift.1 * t / 60.0);
        let pulses = self.pulses.lock();
        place.0 += pulses.done.0;
        place.1 += pulses.done.1;
        for pulse in &pulses.known {
            let (east, north) = pulse.direction.sign();
            let arcsec = pulse.arcsec(at);
            place.0 += east * arcsec;
            place.1 += north * arcsec;
        }
        place
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
        mount.pulse(ms(1000), Direction::West, ms(2000));
        mount.pulse(ms(1000), Direction::North, ms(500));
        assert!(near(mount.place(ms(1000)), (0.0, 0.0)));
        assert!(near(mount.place(ms(2000)), (-7.5205, 3.76025)));
        assert!(near(mount.place(ms(9000)), (-15.041, 3.76025)));
        mount.pulse(ms(9000), Direction::East, ms(2000));
        assert!(near(mount.place(ms(20_000)), (0.0, 3.76025)));
    }

    #[test]
    fn a_pulse_ends_the_one_before_it_on_its_axis() {
        let mount = Mount::new(Tracking::default());
        mount.pulse(ms(0), Direction::North, ms(60_000));
        mount.pulse(ms(0), Direction::East, ms(4000));
        mount.pulse(ms(1000), Direction::South, ms(0));
        assert!(near(mount.place(ms(100_000)), (4.0 * 7.5205, 7.5205)));
    }

    #[test]
    fn forgotten_pulses_still_count() {
        let mount = Mount::new(Tracking::default());
        for n in 0..3 * REMEMBERED as u64 {
            mount.pulse(ms(1000 * n), Direction::South, ms(100));
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
