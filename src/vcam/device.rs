//! One camera: takes its requests apart and lets its parts answer.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{DdrCounter, IdentityByte};
use crate::transport::{Identity, Setup};
use crate::wire::{DATA_ENDPOINT, In, Out, fpga, page, status};

use super::cooler::Cooler;
use super::ddr::Sending;
use super::gps::GpsBox;
use super::guide::{Guide, Push};
use super::loader::Loader;
use super::scene::Scene;
use super::sensor::{Chip, Unit, pixels::Imager};
use super::sequencer::{Sequencer, Surroundings};
use super::spec::{DeviceSpec, SpecError};
use super::supply;
use super::wheel::Wheel;
use super::world::World;

/// Firmware: 2025-01-01, built with version 1.3.4 of the controller's kit.
const FIRMWARE: [u8; 10] = [25, 1, 1, 1, 3, 4, 0, 0, 0, 0];
/// The four version registers of the FPGA: 2025-06-04, number 16.
const FPGA_VERSION: [u8; 4] = [25, 6, 4, 16];
/// Page 0x24, byte 0: sensor power is good (observed answer of a healthy camera).
const POWER_GOOD: u8 = 1;
/// The same after a brown-out: the monitor of the supply found an error (the value is
/// named by the vendor's log; that it comes then is a guess).
const POWER_FAILED: u8 = 3;
/// The FPGA is this much warmer than the air.
const DIE_ABOVE_AMBIENT_C: f64 = 18.0;
/// A place of the memory that nobody has written.
const ERASED: u8 = 0xFF;

/// The device's refusal of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Answers with a stall.
    Stall,
    /// Is unplugged.
    Gone,
    /// Does not answer at all.
    Silent,
}

/// What a bulk read found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkIn {
    /// Bytes put at the start of the buffer.
    pub filled: usize,
    /// The transfer ends here: the buffer is full or a short packet came. Otherwise the
    /// read goes on behind `filled`.
    pub ended: bool,
    /// If it has not ended: when more may come, if that is known (camera time).
    pub retry_at: Option<Duration>,
}

/// The time the FPGA lives in: it does not pass while the FPGA stands still.
#[derive(Default)]
struct FpgaClock {
    lag: Duration,
    stopped: Option<Stopped>,
}

struct Stopped {
    since: Duration,
    until: Option<Duration>,
}

impl FpgaClock {
    /// FPGA time at a camera time. Ends a stop that is over.
    fn at(&mut self, now: Duration) -> Duration {
        let over = |stopped: &Stopped| stopped.until.filter(|until| *until <= now);
        if let Some((since, until)) = self.stopped.as_ref().and_then(|s| Some((s.since, over(s)?))) {
            self.lag += until - since;
            self.stopped = None;
        }
        self.stopped.as_ref().map_or(now, |stopped| stopped.since) - self.lag
    }

    fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }
}

/// A virtual camera. `now` is camera time since it was plugged in.
pub struct Device {
    identity: Identity,
    spec: DeviceSpec,
    world: World,
    /// Unix time at which it was plugged in.
    plugged_unix: Duration,
    sequencer: Sequencer,
    imager: Imager,
    cooler: Cooler,
    wheel: Wheel,
    guide: Option<Guide>,
    fpga: BTreeMap<u16, u8>,
    sensor: BTreeMap<u16, u8>,
    i2c: BTreeMap<u16, u16>,
    watchdog_on: bool,
    rbi_removal: bool,
    fan: [u8; 64],
    /// It has no firmware yet: all it has is this.
    loader: Option<Loader>,
    clock: FpgaClock,
    power_state: u8,
}

impl Device {
    /// Builds the camera that `spec` orders, at a place on the bus. It waits for its
    /// firmware if its product id there says so.
    pub fn new(spec: &DeviceSpec, identity: Identity) -> Result<Device, SpecError> {
        Device::in_world(spec, identity, spec.world())
    }

    /// The same in a world that others may look at and turn.
    pub fn in_world(spec: &DeviceSpec, identity: Identity, world: World) -> Result<Device, SpecError> {
        let chip = Chip::of(spec.model);
        let Some(readout) = chip.first() else {
            return Err(SpecError(format!("there is no virtual {} yet", spec.model.name)));
        };
        let unit = Unit {
            seed: spec.seed,
            bayer: spec.model.bayer,
            columns: chip.columns(),
            suppression: spec.suppression,
        };
        let waits = spec.model.loader == Some(identity.product);
        Ok(Device {
            identity,
            plugged_unix: Duration::ZERO,
            sequencer: Sequencer::new(chip, readout, spec),
            imager: Imager::new(Scene::of_camera(spec, &world)?, unit),
            cooler: Cooler::new(world.clone(), spec.seed),
            wheel: Wheel::new(spec.wheel, spec.seed),
            guide: spec.model.has.guide_port.map(Guide::new),
            fpga: BTreeMap::new(),
            sensor: BTreeMap::new(),
            i2c: BTreeMap::new(),
            watchdog_on: false,
            rbi_removal: false,
            fan: [0; 64],
            loader: waits.then(Loader::new),
            clock: FpgaClock::default(),
            power_state: POWER_GOOD,
            spec: spec.clone(),
            world,
        })
    }

    /// Ids, place and speed.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Tells the GPS receiver what time it was, since 1970, when the camera was plugged
    /// in. Until then that was 1970 itself.
    pub fn set_plugged_unix(&mut self, unix: Duration) {
        self.plugged_unix = unix;
    }

    /// Power was off and came back: what has moving parts looks for its place.
    pub fn start_homing(&mut self, now: Duration) {
        self.wheel.start_homing(now);
    }

    /// The supply did not carry what the cooler took, some time up to now.
    pub(super) fn power_failed(&mut self, now: Duration) -> bool {
        supply::fails(self.spec.supply_v, self.cooler.peak_power(now))
    }

    /// The supply had failed before it started.
    pub(super) fn remember_power_failure(&mut self) {
        self.power_state = POWER_FAILED;
    }

    /// Light, air, telescope and mount.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What it has instead of firmware, while it waits for that.
    pub fn loader(&self) -> Option<&Loader> {
        self.loader.as_ref()
    }

    /// Answers a control read; returns how many bytes it gave.
    pub fn control_in(&mut self, setup: Setup, data: &mut [u8], now: Duration) -> Result<usize, Refusal> {
        if self.loader.is_some() {
            return Err(Refusal::Stall);
        }
        let request = In::decode(setup).map_err(|_| Refusal::Stall)?;
        let answer: &[u8] = match request {
            In::Eeprom { value, index } => &self.eeprom(value, index),
            In::Firmware => &FIRMWARE,
            // What most of these bytes mean is not known.
            In::Status | In::Debug => &[0; 64],
            In::Page(number) | In::PageByte(number) => &self.page(number, now),
            In::Fpga(fpga::DDR_FILL) => {
                let around = self.surroundings(now);
                let fpga_now = self.clock.at(now);
                let units = self.sequencer.ddr_units(fpga_now, &around);
                match self.spec.model.wire.ddr_counter {
                    DdrCounter::Word { bit } => &status::encode_ddr_units(units, bit)[..],
                    DdrCounter::Three => &status::encode_ddr_units_in_three(units)[..],
                    DdrCounter::ThreeSmall => &status::encode_small_ddr_units_in_three(units)[..],
                }
            }
            In::Fpga(register) => &[self.fpga_register(register)],
            In::I2c(register) => &self.i2c.get(&register).copied().unwrap_or(0).to_be_bytes(),
            In::Wheel => return self.wheel.read(data, now),
            In::Flash(0 | 1) => &[ERASED; 64],
            In::Flash(_) => return Err(Refusal::Stall),
            In::Temperature if !self.spec.model.has.cooler => return Err(Refusal::Stall),
            In::Temperature => &status::encode_temperature_c(self.cooler.reading_c(now)),
        };
        let n = answer.len().min(data.len());
        data[..n].copy_from_slice(&answer[..n]);
        Ok(n)
    }

    /// Takes a control write.
    pub fn control_out(&mut self, setup: Setup, data: &[u8], now: Duration) -> Result<(), Refusal> {
        let order = Out::decode(setup, data).map_err(|_| Refusal::Stall)?;
        match (order, &mut self.loader) {
            (Out::Loader { address, data }, Some(loader)) => loader.take(address, &data),
            (Out::Loader { .. }, None) | (_, Some(_)) => Err(Refusal::Stall),
            (order, None) => self.obey(order, now),
        }
    }

    fn obey(&mut self, order: Out, now: Duration) -> Result<(), Refusal> {
        let fpga_now = self.clock.at(now);
        let for_fpga = matches!(order, Out::Command(_) | Out::Fpga { .. } | Out::Sensor { .. });
        if for_fpga && self.clock.is_stopped() {
            return Ok(());
        }
        match order {
            Out::Command(command) => {
                let around = self.surroundings(now);
                self.sequencer.command(command, fpga_now, &around).map_err(|_| Refusal::Stall)?;
            }
            Out::Fpga { register, value } => {
                self.fpga.insert(register, value as u8);
                let around = self.surroundings(now);
                self.sequencer.register(register, value as u8, fpga_now, &around);
            }
            Out::Sensor { register, value } => {
                self.sensor.insert(register, value);
            }
            Out::I2c { register, value } => {
                self.i2c.insert(register, value);
            }
            Out::Guide { pin, on } => {
                if let Some(push) = self.guide.as_mut().ok_or(Refusal::Stall)?.set(pin, on, now) {
                    self.world.push(now, push, on);
                }
            }
            Out::Wheel(text) => self.wheel.write(&text, now),
            Out::Fan(record) => self.fan = record,
            // What they do is not known.
            Out::Byte { .. } => {}
            Out::Target { .. } | Out::Cooler { .. } if !self.spec.model.has.cooler => {
                return Err(Refusal::Stall);
            }
            Out::Target { tenths_c } => self.cooler.set_target(tenths_c, now),
            Out::Cooler { automatic, half_pwm } => self.cooler.set_mode(automatic, half_pwm, now),
            Out::Loader { .. } => return Err(Refusal::Stall),
        }
        self.cooler.set_busy(self.sequencer.streams_short_exposures(), now);
        Ok(())
    }

    /// Gives bytes of a bulk endpoint, as many as there are now.
    pub fn bulk_in(&mut self, endpoint: u8, data: &mut [u8], now: Duration) -> Result<BulkIn, Refusal> {
        if endpoint != DATA_ENDPOINT || self.loader.is_some() {
            return Err(Refusal::Stall);
        }
        let fpga_now = self.clock.at(now);
        if let Some(stopped) = &self.clock.stopped {
            return Ok(BulkIn { filled: 0, ended: data.is_empty(), retry_at: stopped.until });
        }
        let around = self.surroundings(now);
        let mut step = self.sequencer.read(&mut self.imager, data, fpga_now, &around);
        step.retry_at = step.retry_at.map(|at| at + self.clock.lag);
        Ok(step)
    }

    /// What the data endpoint is sending, if anything.
    pub(super) fn sending(&mut self, now: Duration) -> Option<Sending> {
        let fpga_now = self.clock.at(now);
        let around = self.surroundings(now);
        self.sequencer.sending(fpga_now, &around).filter(|_| !self.clock.is_stopped())
    }

    /// True while the endpoint sends this frame; false if it has sent all of it.
    pub(super) fn still_sends(&mut self, key: u64, now: Duration) -> bool {
        self.sending(now).is_some_and(|sending| sending.key == key)
    }

    /// Bytes of a full packet of the data endpoint.
    pub(super) fn packet_bytes(&self) -> u64 {
        self.sequencer.ddr.packet_bytes()
    }

    /// A number that grows whenever an order empties the memory.
    pub(super) fn clears(&self) -> u64 {
        self.sequencer.ddr.clears()
    }

    /// The FPGA stands still until this time, or for ever.
    ///
    /// The controller goes on: it answers what it knows itself, takes orders for the FPGA
    /// that nobody carries out, and registers read as they were. Only a power cycle ends
    /// a freeze for ever. That no order does is a guess.
    pub fn freeze(&mut self, now: Duration, until: Option<Duration>) {
        self.clock.at(now);
        let since = self.clock.stopped.as_ref().map_or(now, |stopped| stopped.since);
        self.clock.stopped = Some(Stopped { since, until });
    }

    /// Clears the halt of an endpoint.
    pub fn clear_halt(&mut self, _endpoint: u8) {}

    /// Frames read out since power-on, lost ones included; scene `serial` numbers them.
    /// A frame counts from the start of its readout, once somebody has asked the camera
    /// anything since then.
    pub fn frames(&self) -> u32 {
        self.sequencer.frames()
    }

    /// The memory has overflowed, and no frame is whole until an order empties it.
    pub fn has_overflowed(&self) -> bool {
        self.sequencer.ddr.has_overflowed()
    }

    /// How often the memory has overflowed since power-on.
    pub fn overflows(&self) -> u32 {
        self.sequencer.ddr.overflows()
    }

    /// Somebody pulls its trigger input low at `now`, for so long.
    pub(super) fn trigger_in(&mut self, low_for: Duration, now: Duration) -> Result<(), SpecError> {
        if !self.spec.trigger_socket {
            return Err(SpecError(format!("this {} has no trigger socket", self.spec.model.name)));
        }
        let around = self.surroundings(now);
        let fpga_now = self.clock.at(now);
        if !self.clock.is_stopped() {
            self.sequencer.pulse(low_for, fpga_now, &around);
        }
        Ok(())
    }

    /// Pulses that its trigger output has given: one for each frame that was read out while
    /// the output was on.
    pub fn trigger_out_pulses(&self) -> u64 {
        self.sequencer.trigger.out_pulses()
    }

    /// For how long its guide port has pushed the mount there, up to `now`.
    pub fn guided(&self, push: Push, now: Duration) -> Duration {
        self.guide.as_ref().map_or(Duration::ZERO, |guide| guide.pushed(push, now))
    }

    /// The last value written to an FPGA register, 0 before.
    pub fn fpga(&self, register: u16) -> u8 {
        self.fpga.get(&register).copied().unwrap_or(0)
    }

    /// The last value written to a sensor register, 0 before.
    pub fn sensor(&self, register: u16) -> u8 {
        self.sensor.get(&register).copied().unwrap_or(0)
    }

    /// The watchdog waits to be fed.
    pub fn watchdog_on(&self) -> bool {
        self.watchdog_on
    }

    /// Residual images are being removed.
    pub fn rbi_removal(&self) -> bool {
        self.rbi_removal
    }

    /// The fan record last written.
    pub fn fan(&self) -> &[u8; 64] {
        &self.fan
    }

    fn surroundings(&mut self, now: Duration) -> Surroundings {
        let gps = GpsBox::new(self.spec.gps, self.spec.seed, self.plugged_unix);
        // Pins that are for triggers are not for a GPS box.
        let wanted = self.fpga(fpga::GPS) == 1 && self.fpga(fpga::OUTPUT_MODE) == 1;
        Surroundings { temp_c: self.cooler.temp_c(now), gps: gps.filter(|_| wanted) }
    }

    fn eeprom(&self, value: u16, index: u16) -> [u8; 16] {
        match (value, index) {
            (0, 8) => {
                let mut identity = [0; 16];
                identity[1] = match self.spec.model.identity {
                    IdentityByte::Mono => 0,
                    IdentityByte::Colour => 1,
                    IdentityByte::Any => u8::from(self.spec.model.bayer.is_some()),
                };
                identity
            }
            (0x10, 0x10) => self.spec.serial,
            _ => [ERASED; 16],
        }
    }

    fn page(&mut self, number: u16, now: Duration) -> [u8; 64] {
        let mut bytes = [0; 64];
        match number {
            page::HUMIDITY if self.spec.humidity_sensor => {
                let hundredths = (self.cooler.chamber(now).humidity_percent() * 100.0).round() as u16;
                bytes[..2].copy_from_slice(&hundredths.to_be_bytes());
            }
            page::HAS_HUMIDITY => bytes[0] = u8::from(self.spec.humidity_sensor),
            page::HAS_PRESSURE => bytes[0] = u8::from(self.spec.pressure_sensor),
            page::WATCHDOG_ON => self.watchdog_on = true,
            page::WATCHDOG_OFF => self.watchdog_on = false,
            page::TIMING => bytes = self.sequencer.timing().encode(),
            page::POWER => bytes[0] = self.power_state,
            page::RBI_ON => self.rbi_removal = true,
            page::RBI_OFF => self.rbi_removal = false,
            page::PRESSURE if self.spec.pressure_sensor => {
                let tenths = (self.cooler.chamber(now).pressure_hpa() * 10.0).round() as u16;
                bytes[..2].copy_from_slice(&tenths.to_be_bytes());
            }
            _ => {}
        }
        bytes
    }

    fn fpga_register(&self, register: u16) -> u8 {
        let die = status::encode_die_temperature_c(self.world.ambient_c() + DIE_ABOVE_AMBIENT_C);
        if let Some(n @ 0..=3) = register.checked_sub(fpga::VERSION) {
            return FPGA_VERSION[usize::from(n)];
        }
        match register.checked_sub(fpga::DIE_TEMPERATURE) {
            Some(n @ 0..=1) => die[usize::from(n)],
            _ => self.fpga(register),
        }
    }
}
