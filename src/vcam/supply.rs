//! The 12 V supply, and whether it carries the cooler.
//!
//! The manual asks for 11 to 13.8 V in one place and 11.5 V at least in another, and says
//! that with less the camera may reboot when the cooler works hard; its power is 13.8 W
//! at rest, 20 W at half and 40 W at full cooler power. Cable and limit here are guesses
//! that make all of that true: 11.5 V carries the whole cooler, 11 V hardly any of it.

/// The cable and its plugs, both ways.
const CABLE_OHM: f64 = 0.2;
/// With less at its plug the camera resets itself.
const LEAST_V: f64 = 10.7;

/// What the camera takes, for cooler power from 0 to 1.
fn watts(cooler: f64) -> f64 {
    13.8 - 1.4 * cooler + 27.6 * cooler * cooler
}

/// How much of its most power the cooler takes then, 0 to 1.
pub(super) fn cooler_share(cooler: f64) -> f64 {
    (watts(cooler) - watts(0.0)).max(0.0) / (watts(1.0) - watts(0.0))
}

/// True if a supply of so many volts cannot hold the camera up at this cooler power.
pub(super) fn fails(supply_v: f64, cooler: f64) -> bool {
    supply_v - CABLE_OHM * watts(cooler) / supply_v < LEAST_V
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_is_that_of_the_manual() {
        for (cooler, manual) in [(0.0, 13.8), (0.5, 20.0), (1.0, 40.0)] {
            assert!((watts(cooler) - manual).abs() < 1e-9, "{cooler}");
        }
    }

    #[test]
    fn what_the_manual_asks_for_is_enough_and_less_is_not() {
        for supply_v in [11.5, 12.0, 13.8] {
            assert!(!fails(supply_v, 1.0), "{supply_v}");
        }
        assert!(!fails(11.0, 0.0) && fails(11.0, 0.6) && fails(11.3, 1.0) && !fails(11.3, 0.8));
    }
}
