//! The two-stage cooler: a sensor that warms and cools, and the camera's own regulator.
//!
//! Full power holds the sensor 35 C below the air (manual), with a time constant of a
//! minute, so that -10 C takes the "2-3 minutes" of the manual. The camera takes a
//! target that is 0.7 C below the one wanted (observed); its regulator here reads 0.7 C
//! too warm, so the reported temperature settles where the user wants it. That reading
//! of the observation is ours.

use std::time::Duration;

/// Depth below the air at full power.
const REACH_C: f64 = 35.0;
/// Time constant of the sensor's mass.
const TIME_CONSTANT_S: f64 = 60.0;
/// What the regulator adds to the order.
const ORDER_SHIFT_C: f64 = 0.7;
/// Regulator: power for a degree too warm, and seconds to repeat that.
const GAIN_PER_C: f64 = 0.1;
const REPEAT_S: f64 = 45.0;
/// Most change of power in a second: thermal shock shortens the cooler's life.
const SLEW_PER_S: f64 = 0.05;
/// Step of the calculation, and the time after which nothing changes any more.
const STEP_S: f64 = 0.5;
const SETTLED_S: f64 = 1800.0;

/// Sensor, cooler and regulator.
pub(super) struct Cooler {
    ambient_c: f64,
    temp_c: f64,
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
    pub(super) fn new(ambient_c: f64) -> Cooler {
        Cooler {
            ambient_c,
            temp_c: ambient_c,
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
                Order::Target(self.temp_c)
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
        let skipped = now.saturating_sub(self.at).as_secs_f64() - SETTLED_S;
        if skipped > 0.0 {
            self.at += Duration::from_secs_f64(skipped);
        }
        let step = Duration::from_secs_f64(STEP_S);
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
                let too_warm_c = self.temp_c - target_c;
                let moved_c = too_warm_c - std::mem::replace(&mut self.was_too_warm_c, too_warm_c);
                GAIN_PER_C * (moved_c + too_warm_c * STEP_S / REPEAT_S)
            }
        };
        let slew = SLEW_PER_S * STEP_S;
        self.power = (self.power + change.clamp(-slew, slew)).clamp(0.0, 1.0);
        self.peak = self.peak.max(self.power);
        // Each watt cools less than the one before.
        let depth = REACH_C * self.power * (1.6 - 0.6 * self.power);
        self.temp_c += (self.ambient_c - depth - self.temp_c) * (STEP_S / TIME_CONSTANT_S);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn manual_power_reaches_its_depth() {
        let mut cooler = Cooler::new(20.0);
        assert_eq!(cooler.temp_c(s(100)), 20.0);
        cooler.set_mode(false, 127, s(100));
        assert!(cooler.temp_c(s(130)) > -5.0);
        assert!((cooler.temp_c(s(1000)) + 15.0).abs() < 0.1);
        cooler.set_mode(false, 0, s(1000));
        assert!((cooler.temp_c(s(5000)) - 20.0).abs() < 0.1);
    }

    #[test]
    fn a_target_is_reached_in_the_time_of_the_manual_and_held() {
        let mut cooler = Cooler::new(20.0);
        cooler.set_mode(true, 0, s(0));
        cooler.set_target(-107, s(0));
        assert!(cooler.temp_c(s(60)) > -9.0);
        assert!((cooler.temp_c(s(180)) + 10.0).abs() < 1.0, "{}", cooler.temp_c);
        for t in 400..800 {
            assert!((cooler.temp_c(s(t)) + 10.0).abs() < 0.15, "{t}: {}", cooler.temp_c);
        }
        let power = cooler.power(s(800));
        assert!(power > 0.5 && power < 1.0, "{power}");
    }

    #[test]
    fn what_cannot_be_reached_gives_full_power() {
        let mut cooler = Cooler::new(30.0);
        cooler.set_mode(true, 0, s(0));
        cooler.set_target(-400, s(0));
        assert!((cooler.temp_c(s(3000)) + 5.0).abs() < 0.1);
        assert_eq!(cooler.power(s(3000)), 1.0);
        // And it comes back from there without a long memory.
        cooler.set_target(93, s(3000));
        assert!((cooler.temp_c(s(3400)) - 10.0).abs() < 0.3, "{}", cooler.temp_c);
    }

    #[test]
    fn a_target_without_automatic_mode_does_nothing() {
        let mut cooler = Cooler::new(20.0);
        cooler.set_target(-107, s(0));
        assert_eq!(cooler.temp_c(s(600)), 20.0);
    }

    #[test]
    fn a_year_of_camera_time_is_quick() {
        let mut cooler = Cooler::new(20.0);
        cooler.set_mode(false, 127, s(0));
        assert!((cooler.temp_c(s(31_536_000)) + 15.0).abs() < 0.01);
    }
}
