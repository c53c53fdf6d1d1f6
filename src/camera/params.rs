//! Controls by number: what a table row says is done here, once for all models.

use crate::model::{Availability, Control, ControlId, Range, Read, TrafficLaw, Write};
use crate::wire::{Command, In, Out, page};

use super::geometry::is_possible;
use super::plan::{self, Step};
use super::settings::Slot;
use super::state::{Op, State};
use super::{Camera, Error, ErrorKind, Result};

/// What reads as target temperature while the camera does not regulate (observed).
const NO_TARGET_C: f64 = -100.0;
/// The fan record that was observed.
const FAN_ON: [u8; 8] = [0x01, 0x64, 0, 0, 0, 0xE8, 0x03, 0];

/// Controls.
impl Camera {
    /// What a question for availability answers; `No` for ids it does not know.
    pub fn availability(&self, id: ControlId) -> Availability {
        self.model().control(id).map_or(Availability::No, |control| control.available)
    }

    /// Range of a control.
    pub fn range(&self, id: ControlId) -> Result<Range> {
        self.allow(Op::Recall)?;
        self.control(id)?.range.ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, format!("{id} of a {} has no range", self.model().name))
        })
    }

    fn control(&self, id: ControlId) -> Result<&'static Control> {
        self.model()
            .control(id)
            .ok_or_else(|| Error::new(ErrorKind::Unsupported, format!("a {} has no {id}", self.model().name)))
    }

    /// Value of a control. May ask the camera.
    pub fn get(&self, id: ControlId) -> Result<f64> {
        self.allow(Op::Recall)?;
        match self.control(id)?.read {
            Read::Nothing => {
                let text = format!("{id} of a {} cannot be read", self.model().name);
                Err(Error::new(ErrorKind::Unsupported, text))
            }
            Read::Stored(_) => Ok(self.settings.lock().value(self.model(), id)),
            Read::Constant(value) => Ok(value),
            Read::Temperature => self.temperature_c(),
            Read::Pwm => Ok(self.cooler_pwm()),
            Read::Target => Ok(self.target_temperature_c().unwrap_or(NO_TARGET_C)),
            Read::Depth => Ok(f64::from(self.settings.lock().depth)),
            Read::WheelPosition => self.wheel_code().map(f64::from),
            Read::WheelSlots => self.wheel_slots().map(f64::from),
            Read::Humidity => self.humidity_percent(),
            Read::Pressure => self.pressure_hpa(),
            Read::PowerState => self.power_state().map(f64::from),
            Read::ExposureDone => Ok(f64::from(u8::from(self.exposure_is_done()))),
        }
    }

    /// Sets a control. A finite value out of range is clamped and logged; NaN and
    /// infinity are refused.
    pub fn set(&self, id: ControlId, value: f64) -> Result<()> {
        self.allow(Op::Recall)?;
        let control = self.control(id)?;
        if !value.is_finite() {
            return Err(Error::new(ErrorKind::Invalid, format!("{value} is no value for {id}")));
        }
        let value = match control.range {
            // Other sample sizes are impossible, not out of range.
            Some(range) if !matches!(control.write, Write::Refused | Write::Depth) => {
                let inside = range.clamp(value);
                if inside != value {
                    log::info!("{}: {id}: {value} is out of range, {inside} taken", self.id());
                }
                inside
            }
            _ => value,
        };
        let on = value != 0.0;
        match control.write {
            Write::Refused => Err(Error::new(
                ErrorKind::Unsupported,
                format!("{id} of a {} cannot be set", self.model().name),
            )),
            Write::Ignored => Ok(()),
            Write::Stored => {
                self.allow(Op::Image)?;
                self.settings.lock().store(id, value);
                Ok(())
            }
            Write::Gain => self.set_stored(Slot::Gain, id, value),
            Write::WhiteBalance(_) => self.set_stored(Slot::Gain, id, value),
            Write::Offset => self.set_stored(Slot::Offset, id, value),
            Write::Exposure => self.set_stored(Slot::Exposure, id, value),
            Write::ExposureFrom(least_us) => {
                self.set_stored(Slot::Exposure, id, value.max(f64::from(least_us)))
            }
            Write::Traffic if self.model().traffic == TrafficLaw::Exposure => {
                self.set_stored(Slot::Exposure, id, value)
            }
            Write::Traffic => self.set_stored(Slot::Traffic, id, value),
            Write::Speed => self.set_stored(Slot::Speed, id, value),
            Write::Depth => {
                let depth = self.model().depths.iter().find(|&&bits| f64::from(bits) == value);
                let depth = depth.ok_or_else(|| {
                    let text = format!("{value} bits a sample are not possible on a {}", self.model().name);
                    Error::new(ErrorKind::Invalid, text)
                })?;
                self.set_depth(*depth)
            }
            Write::Pwm => self.set_cooler_pwm(value),
            Write::Target => self.set_target_temperature_c(value),
            Write::Wheel => {
                let code = if (0.0..=255.0).contains(&value) { value as u8 } else { 0 };
                self.wheel_move(code)
            }
            Write::Gps => self.set_gps(on),
            Write::IgnoreOverscan => self.change_format(None, |settings| {
                settings.ignore_overscan = on;
                if !is_possible(self.model(), settings) {
                    settings.roi = None;
                }
                Ok(())
            }),
            Write::AverageBin => self.change_format(None, |settings| {
                settings.average = on;
                settings.store(id, f64::from(u8::from(on)));
                Ok(())
            }),
            Write::Ddr => self.set_ddr(on),
            Write::RemoveRbi => {
                let turn = &mut self.turn.lock();
                self.allow(Op::Image)?;
                let page = if on { page::RBI_ON } else { page::RBI_OFF };
                self.run(turn, [Step::Ask(In::Page(page))])?;
                self.settings.lock().store(id, f64::from(u8::from(on)));
                Ok(())
            }
            Write::Fan => self.set_fan(id, on),
        }
    }

    fn set_stored(&self, slot: Slot, id: ControlId, value: f64) -> Result<()> {
        self.change_image(slot, |settings| settings.store(id, value))
    }

    /// Empties the DDR buffer and switches it on; nothing is known that switches it off.
    /// While a frame is on its way, emptying it would spoil the frame: nothing is sent.
    fn set_ddr(&self, on: bool) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Image)?;
        if !on {
            return Err(Error::new(ErrorKind::Unsupported, "the DDR buffer cannot be switched off"));
        }
        match self.link.status().state() {
            State::Exposing | State::Reading => Ok(()),
            _ => self.run(&mut turn, [Step::Send(Out::Command(Command::DdrOn))]),
        }
    }

    fn set_fan(&self, id: ControlId, on: bool) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Registers)?;
        if !on {
            let text = "how the fan is switched off is not known";
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        let mut record = [0; 64];
        record[..FAN_ON.len()].copy_from_slice(&FAN_ON);
        self.run(&mut turn, [Step::Send(Out::Fan(record))])?;
        self.settings.lock().store(id, 1.0);
        Ok(())
    }

    /// Switches GPS data in row 0; they stay on over changes of region and mode.
    pub fn set_gps(&self, on: bool) -> Result<()> {
        if !self.model().has.gps {
            let text = format!("a {} has no GPS data", self.model().name);
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        self.change_format(None, |settings| {
            settings.gps = on;
            settings.store(ControlId::GPS, f64::from(u8::from(on)));
            Ok(())
        })?;
        let mut turn = self.turn.lock();
        match self.link.status().state() {
            State::Exposing | State::Reading => Ok(()),
            // The stream was told with the change of the format.
            State::Live if turn.applied.gps == on => Ok(()),
            _ => self.send_gps(&mut turn, on),
        }
    }

    pub(super) fn send_gps(&self, turn: &mut super::camera::Turn, on: bool) -> Result<()> {
        self.run(turn, plan::gps(on))?;
        turn.applied.gps = on;
        Ok(())
    }
}
