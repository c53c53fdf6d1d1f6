//! Cooler and the sensors in the sensor chamber. The camera regulates by itself; the host
//! gives a target or a power. None of these calls takes a turn: they go through during
//! exposures and read-outs.

use crate::wire::status::{decode_die_temperature_c, decode_humidity_percent, decode_temperature_c};
use crate::wire::{In, fpga, page};

use super::plan::{self, Step};
use super::settings::Cooling;
use super::state::Op;
use super::{Camera, Error, ErrorKind, Result};

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

    /// The target, while the camera regulates.
    pub fn target_temperature_c(&self) -> Option<f64> {
        match self.cooling.lock().order {
            Cooling::Target(target_c) => Some(target_c),
            Cooling::Untouched | Cooling::Power(_) => None,
        }
    }

    /// Gives the cooler a constant power, 0..=255; 0 is off.
    pub fn set_cooler_pwm(&self, pwm: f64) -> Result<()> {
        self.order_cooling(Cooling::Power(pwm))
    }

    /// The power that was last given, 0..=255. What the camera applies while it regulates
    /// is not known on the wire.
    pub fn cooler_pwm(&self) -> f64 {
        self.cooling.lock().pwm
    }

    fn order_cooling(&self, order: Cooling) -> Result<()> {
        self.allow(Op::Cooler)?;
        if !self.model().has.cooler {
            let text = format!("a {} has no cooler", self.model().name);
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        // Held over the two requests, so that orders of two threads do not mix.
        let mut cooling = self.cooling.lock();
        for step in plan::cooling(self.model(), order) {
            if let Step::Send(request) = step {
                self.link.send(&request)?;
            }
        }
        cooling.order = order;
        if let Cooling::Power(pwm) = order {
            cooling.pwm = pwm;
        }
        Ok(())
    }

    /// Relative humidity in the sensor chamber, percent.
    pub fn humidity_percent(&self) -> Result<f64> {
        self.allow(Op::Ask)?;
        let known = *self.humidity_sensor.lock();
        let fitted = match known {
            Some(fitted) => fitted,
            None => {
                let fitted = self.link.ask::<64>(In::Page(page::HAS_HUMIDITY))?[0] != 0;
                *self.humidity_sensor.lock() = Some(fitted);
                fitted
            }
        };
        if !fitted {
            return Err(Error::new(ErrorKind::Unsupported, "the camera has no humidity sensor"));
        }
        Ok(decode_humidity_percent(&self.link.ask(In::Page(page::HUMIDITY))?))
    }

    /// Pressure in the sensor chamber, hPa: refused, as its form on the wire is not known.
    pub fn pressure_hpa(&self) -> Result<f64> {
        self.allow(Op::Ask)?;
        Err(Error::new(ErrorKind::Unsupported, "how a camera tells its pressure is not known"))
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
