//! The two-stage cooler: a sensor that warms and cools, what carries its heat away, and
//! the camera's own regulator.
//!
//! Full power holds the sensor 35 C below the air, and 30 C while it streams short
//! exposures (manual). The hot side warms slowly, so that full power first goes deeper
//! than it can stay. With a minute for the sensor's mass, -10 C takes the "2-3 minutes"
//! of the manual. The camera takes a target that is 0.7 C below the one wanted (observed);
//! its regulator here reads 0.7 C too warm, so the reported temperature settles where the
//! user wants it. That reading of the observation is ours, and so are masses, noise and
//! the regulator.

use std::time::Duration;

use super::chamber::Chamber;
use super::world::World;
use super::{rng, supply};

/// Depth below the air at full power.
const REACH_C: f64 = 35.0;
/// The sensor's own heat while it streams short exposures.
const BUSY_C: f64 = 5.0;
/// Warmth of the hot side above the air at full power.
const HOT_SIDE_C: f64 = 8.0;
/// Warmth of the window's heating plate above the air: 65 to 70 C at 25 C (manual). It
/// heats while the cooler works (a guess).
const WINDOW_C: f64 = 42.5;
/// Of that the sensor gets so much.
const WINDOW_SHARE: f64 = 0.02;
/// Time constants of sensor, hot side and window.
const SENSOR_S: f64 = 60.0;
const HOT_SIDE_S: f64 = 240.0;
const WINDOW_S: f64 = 120.0;
/// What the regulator adds to the order.
const ORDER_SHIFT_C: f64 = 0.7;
/// Regulator: power for a degree too warm, and seconds to repeat that.
const GAIN_PER_C: f64 = 0.2;
const REPEAT_S: f64 = 40.0;
/// Most change of power in a second: thermal shock shortens the cooler's life.
const SLEW_PER_S: f64 = 0.05;
/// The thermometer is wrong by at most so much, each time anew.
const NOISE_C: f64 = 0.03;
/// Step of the calculation, and the time after which nothing changes any more.
pub(super) const STEP_S: f64 = 0.5;
const SETTLED_S: f64 = 3600.0;

/// Sensor, cooler and regulator.
pub(super) struct Cooler {
    /// Has the air.
    world: World,
    seed: u64,
    temp_c: f64,
    /// The thermometer's last reading.
    reading_c: f64,
    /// Above the air: the hot side, and the window's plate.
    hot_side_c: f64,
    window_c: f64,
    chamber: Chamber,
    /// The sensor streams short exposures.
    busy: bool,
    /// Power, 0 to 1.
    power: f64,
    /// The most it was.
    peak: f64,
    /// How much too warm the sensor was a step ago, while it regulates.
    was_too_warm_c: f64,
    order: Order,
    at: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Power(f64),
    Target(f64),
}

impl Cooler {
    pub(super) fn new(world: World, seed: u64) -> Cooler {
        let ambient_c = world.dials_at(Duration::ZERO, |dials| dials.ambient_c);
        Cooler {
            world,
            seed,
            temp_c: ambient_c,
            reading_c: ambient_c,
            hot_side_c: 0.0,
            window_c: 0.0,
            chamber: Chamber::new(ambient_c),
            busy: false,
            power: 0.0,
            peak: 0.0,
            was_too_warm_c: 0.0,
            order: Order::Power(0.0),
            at: Duration::ZERO,
        }
    }

    /// Temperature of the sensor.
    pub(super) fn temp_c(&mut self, now: Duration) -> f64 {
        self.advance(now);
        self.temp_c
    }

    /// The same, as the thermometer tells it.
    pub(super) fn reading_c(&mut self, now: Duration) -> f64 {
        self.advance(now);
        self.reading_c
    }

    /// The air in the chamber.
    pub(super) fn chamber(&mut self, now: Duration) -> &Chamber {
        self.advance(now);
        &self.chamber
    }

    /// The sensor streams short exposures from now on, or no longer.
    pub(super) fn set_busy(&mut self, busy: bool, now: Duration) {
        self.advance(now);
        self.busy = busy;
    }

    /// Cooler power, 0 to 1.
    #[cfg(test)]
    fn power(&mut self, now: Duration) -> f64 {
        self.advance(now);
        self.power
    }

    /// The most power there was, up to now.
    pub(super) fn peak_power(&mut self, now: Duration) -> f64 {
        self.advance(now);
        self.peak
    }

    /// Order of mode and power (F4).
    pub(super) fn set_mode(&mut self, automatic: bool, half_pwm: u8, now: Duration) {
        self.advance(now);
        self.order = match (automatic, self.order) {
            (false, _) => Order::Power((f64::from(half_pwm) / 127.0).min(1.0)),
            (true, Order::Target(target_c)) => Order::Target(target_c),
            // Until a target comes, it holds the temperature it has.
            (true, Order::Power(_)) => {
                self.was_too_warm_c = 0.0;
                Order::Target(self.reading_c)
            }
        };
    }

    /// Order of a target (F3). It counts in automatic mode only.
    pub(super) fn set_target(&mut self, tenths_c: i32, now: Duration) {
        self.advance(now);
        if let Order::Target(_) = self.order {
            self.order = Order::Target(f64::from(tenths_c) / 10.0 + ORDER_SHIFT_C);
        }
    }

    fn advance(&mut self, now: Duration) {
        let step = Duration::from_secs_f64(STEP_S);
        let skipped = now.saturating_sub(self.at).as_secs_f64() - SETTLED_S;
        if skipped > 0.0 {
            self.at += step * (skipped / STEP_S) as u32;
        }
        while self.at + step <= now {
            self.at += step;
            self.step();
        }
    }

    fn step(&mut self) {
        let change = match self.order {
            Order::Power(power) => power - self.power,
            // A regulator that thinks in changes of power remembers nothing that the
            // cooler could not do, and so does not overshoot.
            Order::Target(target_c) => {
                let too_warm_c = self.reading_c - target_c;
                let moved_c = too_warm_c - std::mem::replace(&mut self.was_too_warm_c, too_warm_c);
                GAIN_PER_C * (moved_c + too_warm_c * STEP_S / REPEAT_S)
            }
        };
        let slew = SLEW_PER_S * STEP_S;
        self.power = (self.power + change.clamp(-slew, slew)).clamp(0.0, 1.0);
        self.peak = self.peak.max(self.power);

        let ambient_c = self.world.dials_at(self.at, |dials| dials.ambient_c);
        let follow = |value: &mut f64, goal: f64, time_s: f64| *value += (goal - *value) * (STEP_S / time_s);
        follow(&mut self.hot_side_c, HOT_SIDE_C * supply::cooler_share(self.power), HOT_SIDE_S);
        follow(&mut self.window_c, if self.power > 0.0 { WINDOW_C } else { 0.0 }, WINDOW_S);
        // Each watt cools less than the one before.
        let depth = (REACH_C + HOT_SIDE_C + WINDOW_SHARE * WINDOW_C) * self.power * (1.6 - 0.6 * self.power);
        let warmth = self.hot_side_c + WINDOW_SHARE * self.window_c + if self.busy { BUSY_C } else { 0.0 };
        follow(&mut self.temp_c, ambient_c + warmth - depth, SENSOR_S);
        self.chamber.step(ambient_c, self.temp_c);
        self.reading_c = self.temp_c + NOISE_C * self.noise();
    }

    /// A number from -1 to 1, mostly small, fixed by seed and time.
    fn noise(&self) -> f64 {
        let random = rng::hash(&[self.seed, self.at.as_millis() as u64]);
        let unit = |bits: u64| f64::from(bits as u32) / f64::from(u32::MAX);
        unit(random) - unit(random >> 32)
    }
}

#[cfg(test)]
mod tests;
