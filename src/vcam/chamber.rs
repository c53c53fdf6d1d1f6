//! The air in the sensor chamber: how moist it is, and its pressure.
//!
//! The chamber is closed. What freezes to a cold sensor is missing in the air and comes
//! back when it thaws, so the humidity falls while the camera cools. The pressure follows
//! the temperature of the air. How moist the air is, how fast it freezes and where the
//! sensors sit are guesses.

use super::cooler::STEP_S;

/// At power-on.
const HUMIDITY: f64 = 0.42;
/// Closed at 20 C and so many hPa.
const CLOSED_C: f64 = 20.0;
const CLOSED_HPA: f64 = 1013.2;
/// The air is this much of the way from the housing to the sensor.
const SENSOR_SHARE: f64 = 0.3;
/// Time in which two thirds of the moisture freezes or thaws.
const FREEZE_S: f64 = 90.0;
const ZERO_C_IN_K: f64 = 273.15;

pub(super) struct Chamber {
    /// Pressure of the water vapour there is, frozen or not.
    water_hpa: f64,
    vapour_hpa: f64,
    air_c: f64,
}

impl Chamber {
    pub(super) fn new(ambient_c: f64) -> Chamber {
        let water_hpa = HUMIDITY * saturation_hpa(ambient_c);
        Chamber { water_hpa, vapour_hpa: water_hpa, air_c: ambient_c }
    }

    /// One step of the calculation.
    pub(super) fn step(&mut self, housing_c: f64, sensor_c: f64) {
        self.air_c = housing_c + SENSOR_SHARE * (sensor_c - housing_c);
        let bearable_hpa = self.water_hpa.min(saturation_hpa(sensor_c));
        self.vapour_hpa += (bearable_hpa - self.vapour_hpa) * (STEP_S / FREEZE_S);
    }

    pub(super) fn humidity_percent(&self) -> f64 {
        (100.0 * self.vapour_hpa / saturation_hpa(self.air_c)).min(100.0)
    }

    pub(super) fn pressure_hpa(&self) -> f64 {
        CLOSED_HPA * (self.air_c + ZERO_C_IN_K) / (CLOSED_C + ZERO_C_IN_K)
    }
}

/// Pressure of saturated vapour over water, below zero over ice (Magnus).
fn saturation_hpa(temp_c: f64) -> f64 {
    let (a, b) = if temp_c < 0.0 { (22.46, 272.62) } else { (17.62, 243.12) };
    6.112 * (a * temp_c / (b + temp_c)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saturation_as_in_the_tables() {
        for (temp_c, hpa) in [(20.0, 23.37), (0.0, 6.11), (-20.0, 1.032)] {
            assert!((saturation_hpa(temp_c) / hpa - 1.0).abs() < 0.005, "{temp_c}");
        }
    }

    #[test]
    fn moisture_freezes_to_the_sensor_and_comes_back() {
        let mut chamber = Chamber::new(20.0);
        let at_rest = chamber.humidity_percent();
        assert!((at_rest - 42.0).abs() < 1e-9);
        let closed = chamber.pressure_hpa();
        assert!((closed - CLOSED_HPA).abs() < 1e-9);
        (0..3600).for_each(|_| chamber.step(20.0, -10.0));
        // 2.6 hPa are left over ice of -10 C, in air of 11 C.
        assert!((chamber.humidity_percent() - 19.8).abs() < 0.5, "{}", chamber.humidity_percent());
        assert!((chamber.pressure_hpa() / closed - 284.15 / 293.15).abs() < 1e-6);
        (0..3600).for_each(|_| chamber.step(20.0, 20.0));
        assert!((chamber.humidity_percent() - at_rest).abs() < 0.01);
    }
}
