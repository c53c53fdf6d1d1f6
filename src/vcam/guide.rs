//! The guide port: four open collectors that pull pins of the mount. An order pulls a pin
//! until another one lets it go; the port knows no lengths and does not look whether both
//! pins of an axis are pulled.

use std::time::Duration;

use crate::model::GuidePort;

/// Where the mount is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Push {
    /// Right ascension grows.
    East,
    /// Declination grows.
    North,
    /// Declination shrinks.
    South,
    /// Right ascension shrinks.
    West,
}

/// The port of one camera.
pub(super) struct Guide {
    wiring: GuidePort,
    pulled_since: [Option<Duration>; 4],
    /// Time for which each pin was pulled before.
    pulled: [Duration; 4],
}

impl Guide {
    pub(super) fn new(wiring: GuidePort) -> Guide {
        Guide { wiring, pulled_since: [None; 4], pulled: [Duration::ZERO; 4] }
    }

    /// Takes an order; returns where the mount is pushed from now on, or no more.
    pub(super) fn set(&mut self, pin: u8, on: bool, now: Duration) -> Option<Push> {
        let place = usize::from(pin & 3);
        match (self.pulled_since[place], on) {
            (None, true) => self.pulled_since[place] = Some(now),
            (Some(since), false) => {
                self.pulled[place] += now.saturating_sub(since);
                self.pulled_since[place] = None;
            }
            _ => {}
        }
        let GuidePort { east, north, south, west } = self.wiring;
        let pins = [(east, Push::East), (north, Push::North), (south, Push::South), (west, Push::West)];
        pins.iter().find(|(p, _)| *p == pin).map(|(_, push)| *push)
    }

    /// For how long the mount was pushed there up to now.
    pub(super) fn pushed(&self, push: Push, now: Duration) -> Duration {
        let pin = match push {
            Push::East => self.wiring.east,
            Push::North => self.wiring.north,
            Push::South => self.wiring.south,
            Push::West => self.wiring.west,
        };
        let place = usize::from(pin & 3);
        let going_on = self.pulled_since[place].map_or(Duration::ZERO, |since| now.saturating_sub(since));
        self.pulled[place] + going_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_pulled_from_order_to_order() {
        let ms = Duration::from_millis;
        for (wiring, pins) in [(GuidePort::USUAL, [1, 2, 0, 3]), (GuidePort::CROSSED, [0, 3, 1, 2])] {
            let mut guide = Guide::new(wiring);
            let places = [Push::East, Push::North, Push::South, Push::West];
            for (n, (pin, push)) in (1..).zip(pins.iter().zip(places)) {
                assert_eq!(guide.set(*pin, true, ms(1000)), Some(push));
                assert_eq!(guide.set(*pin, true, ms(1000 + n)), Some(push), "pulled already");
                assert_eq!(guide.pushed(push, ms(1000 + 5 * n)), ms(5 * n));
                guide.set(*pin, false, ms(1000 + 10 * n));
                guide.set(*pin, false, ms(5000));
                assert_eq!(guide.pushed(push, ms(9000)), ms(10 * n));
            }
        }
    }
}
