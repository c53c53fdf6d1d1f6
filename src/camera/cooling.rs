//! Cooler and the sensors in the sensor chamber. The camera regulates by itself; the host
//! gives a target or a power. None of these calls takes a turn: they go through during
//! exposures and read-outs. What `ramp` makes of the orders, if it is switched on, is there.

use parking_lot::Mutex;

use crate::wire::status::{
    decode_die_temperature_c, decode_humidity_percent, decode_pressure_hpa, decode_temperature_c,
};
use crate::wire::{In, fpga, page};

use super::ramp;
use super::settings::Cooling;
use super::state::Op;
use super::{Camera, Error, ErrorKind, Result};

/// How the cooler is led to where the program wants it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoolingRamp {
    /// Most degrees a minute; `None`: orders go to the camera as they are.
    pub limit_c_per_min: Option<f64>,
    /// The cooler is not yet where it was ordered to.
    pub under_way: bool,
    /// To what the camera regulates now; `None` while it does not.
    pub set_point_c: Option<f64>,
}

/// Names the most degrees a minute; unset, orders go to the camera as they are.
const RAMP_VARIABLE: &str = "QHYCCD_COOLING_RAMP";

/// The ramp that the environment names. What makes no sense is logged and counts as unset.
pub(super) fn ramp_from_env() -> Option<f64> {
    let value = std::env::var(RAMP_VARIABLE).ok().filter(|value| !value.is_empty())?;
    let rate = parse_ramp(&value);
    if rate.is_none() {
        log::warn!(
            "{RAMP_VARIABLE}={value} is ignored: it is not a number of degrees a minute from {} to {}, or 0",
            ramp::SLOWEST,
            ramp::FASTEST
        );
    }
    rate.filter(|rate| *rate > 0.0)
}

fn parse_ramp(value: &str) -> Option<f64> {
    value.parse().ok().filter(|rate| *rate == 0.0 || (ramp::SLOWEST..=ramp::FASTEST).contains(rate))
}

/// Cooler and sensors.
impl Camera {
    /// Temperature of the image sensor.
    pub fn temperature_c(&self) -> Result<f64> {
        self.allow(Op::Ask)?;
        Ok(decode_temperature_c(self.link.ask(In::Temperature)?))
    }

    /// Lets the camera regulate to a temperature. Repeating it is harmless.
    pub fn set_target_temperature_c(&self, target_c: f64) -> Result<()> {
        self.order_cooling(Cooling::Target(target_c))
    }

    /// The target that was set last, while the camera regulates or a ramp leads there.
    pub fn target_temperature_c(&self) -> Option<f64> {
        match self.cooling.state.lock().order {
            Cooling::Target(target_c) => Some(target_c),
            Cooling::Untouched | Cooling::Power(_) => None,
        }
    }

    /// Gives the cooler a constant power, 0..=255; 0 is off.
    pub fn set_cooler_pwm(&self, pwm: f64) -> Result<()> {
        self.order_cooling(Cooling::Power(pwm))
    }

    /// The power that was last set, 0..=255. What the camera applies while it regulates
    /// is not known on the wire.
    pub fn cooler_pwm(&self) -> f64 {
        self.cooling.state.lock().pwm
    }

    /// Leads the cooler to its targets by no more than so many degrees a minute (0.1 to
    /// 60; others are clamped), down and up, against thermal shock; 0 or less switches
    /// that off, and a ramp that is under way ends with its goal at once.
    ///
    /// A ramp needs nothing more from the program, and a target that is set again does not
    /// disturb it. Power 0 while the camera regulates, or may do so from before, warms the
    /// sensor up until it no longer follows, then switches off; other manual power moves so
    /// slowly that the limit should be kept (how strong a real cooler is, is a guess). Only
    /// manual power instead of a target is given at once: from which power it would have to
    /// start is not known. Closing the camera ends the ramp, and the camera goes on
    /// regulating where that was.
    pub fn set_cooling_ramp(&self, c_per_min: f64) -> Result<()> {
        self.allow(Op::Cooler)?;
        if !c_per_min.is_finite() {
            return Err(Error::new(ErrorKind::Invalid, format!("{c_per_min} is no rate of cooling")));
        }
        self.needs_cooler()?;
        let mut state = self.cooling.state.lock();
        state.limit = (c_per_min > 0.0).then(|| c_per_min.clamp(ramp::SLOWEST, ramp::FASTEST));
        if let Some(limit) = state.limit.filter(|limit| *limit != c_per_min) {
            log::info!("{}: a ramp of {c_per_min} C a minute is out of range, {limit} taken", self.id());
        }
        if state.limit.is_none() && state.ramp.is_some() {
            let order = state.order;
            state.take(order, &self.cooling, &self.link, self.model())?;
        }
        Ok(())
    }

    /// How the cooler is led.
    pub fn cooling_ramp(&self) -> CoolingRamp {
        let state = self.cooling.state.lock();
        let set_point_c = match (state.ramp, state.sent) {
            (Some(ramp), _) => ramp.set_point_c(),
            (None, Cooling::Target(target_c)) => Some(target_c),
            _ => None,
        };
        CoolingRamp { limit_c_per_min: state.limit, under_way: state.ramp.is_some(), set_point_c }
    }

    fn order_cooling(&self, order: Cooling) -> Result<()> {
        self.allow(Op::Cooler)?;
        self.needs_cooler()?;
        // Held over the requests, so that orders of two threads do not mix.
        let mut state = self.cooling.state.lock();
        state.take(order, &self.cooling, &self.link, self.model())
    }

    fn needs_cooler(&self) -> Result<()> {
        if self.model().has.cooler {
            return Ok(());
        }
        let text = format!("a {} has no cooler", self.model().name);
        Err(Error::new(ErrorKind::Unsupported, text))
    }

    /// Relative humidity in the sensor chamber, percent.
    pub fn humidity_percent(&self) -> Result<f64> {
        self.allow(Op::Ask)?;
        self.needs_sensor(&self.humidity_sensor, page::HAS_HUMIDITY, "humidity")?;
        Ok(decode_humidity_percent(&self.link.ask(In::Page(page::HUMIDITY))?))
    }

    /// Pressure in the sensor chamber, hPa. A sensor that tells 0 tells nothing.
    pub fn pressure_hpa(&self) -> Result<f64> {
        self.allow(Op::Ask)?;
        self.needs_sensor(&self.pressure_sensor, page::HAS_PRESSURE, "pressure")?;
        let pressure_hpa = decode_pressure_hpa(&self.link.ask(In::Page(page::PRESSURE))?);
        if pressure_hpa == 0.0 {
            return Err(Error::new(ErrorKind::Usb, "the camera tells no pressure"));
        }
        Ok(pressure_hpa)
    }

    fn needs_sensor(&self, known: &Mutex<Option<bool>>, flag: u16, name: &str) -> Result<()> {
        let before = *known.lock();
        let fitted = match before {
            Some(fitted) => fitted,
            None => {
                let fitted = self.link.ask::<64>(In::Page(flag))?[0] != 0;
                *known.lock() = Some(fitted);
                fitted
            }
        };
        if fitted {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unsupported, format!("the camera has no {name} sensor")))
    }

    /// State of the sensor's supply: 1 good, 2, 3 and 9 tripped.
    pub fn power_state(&self) -> Result<u8> {
        self.allow(Op::Ask)?;
        Ok(self.link.ask::<64>(In::Page(page::POWER))?[0])
    }

    /// FPGA die temperature.
    pub fn fpga_temp_c(&self) -> Result<f64> {
        self.allow(Op::Ask)?;
        let [low] = self.link.ask(In::Fpga(fpga::DIE_TEMPERATURE))?;
        let [high] = self.link.ask(In::Fpga(fpga::DIE_TEMPERATURE + 1))?;
        Ok(decode_die_temperature_c(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_a_rate_and_nonsense_is_none() {
        assert_eq!(
            [parse_ramp("5"), parse_ramp("0.1"), parse_ramp("60")],
            [Some(5.0), Some(0.1), Some(60.0)]
        );
        assert_eq!(parse_ramp("0"), Some(0.0));
        for nonsense in ["-1", "0.05", "61", "NaN", "inf", "fast", "5 "] {
            assert_eq!(parse_ramp(nonsense), None, "{nonsense}");
        }
    }
}
