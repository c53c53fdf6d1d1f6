//! Settings and model in, wire steps and frame plans out. Pure: nothing here talks to a
//! camera, so the order of requests is tested against what was observed on the bus.

use std::time::Duration;

use crate::frame::{self, Depth, Sample, WireLayout};
use crate::model::{
    ByteOrder, ControlId, DigitalSlots, GainOrder, InitStep, LowDarkCurrent, Model, TrafficLaw, Write,
};
use crate::wire::{Command, GainCode, In, Out, fpga, page};

use super::geometry::{frame_region, wire_region};
use super::settings::{Cooling, Settings, Slot};
use super::{Error, ErrorKind, FrameInfo, Result, StreamMode};

/// One thing to do with the camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Sends a request.
    Send(Out),
    /// Sends a setting and notes that the camera holds it.
    Setting(Slot, Command),
    /// Asks and forgets the answer.
    Ask(In),
    /// Asks whether there is a pressure sensor.
    ProbePressure,
    /// Asks whether there is a humidity sensor.
    ProbeHumidity,
    /// Switches the watchdog on, once after open.
    WatchdogOn,
    /// Clears the halt of the data endpoint.
    ClearHalt,
    /// Waits for the frame of an exposure and forgets it.
    DropFrame,
    /// Waits, in camera time.
    Wait(Duration),
}

/// Writes an FPGA register.
pub(super) const fn fpga(register: u16, value: u16) -> Step {
    Step::Send(Out::Fpga { register, value })
}

/// Waits for the device.
pub(super) const fn wait_ms(ms: u64) -> Step {
    Step::Wait(Duration::from_millis(ms))
}

/// The command that carries a setting; `None` if the camera has none for it.
pub(super) fn command(model: &Model, settings: &Settings, slot: Slot) -> Option<Command> {
    let value = |id| settings.value(model, id);
    Some(match slot {
        Slot::Bits => Command::Bits { sixteen: settings.depth > 8 },
        Slot::Region => {
            let (mode, region) = (settings.mode(model), frame_region(model, settings));
            let order = wire_region(mode, settings.stream, region).order?;
            match mode.rows(settings.stream == StreamMode::Live).binned {
                true => Command::BinnedRegion(order),
                false => Command::Region(order),
            }
        }
        Slot::Exposure => Command::Exposure { exposure_us: value(ControlId::EXPOSURE) as u32 },
        Slot::Gain => match model.wire.gain_order {
            GainOrder::Long => Command::Gain(gain(model, settings)),
            GainOrder::Short => Command::ShortGain(gain(model, settings)),
        },
        Slot::Offset if model.offset_factor == 0 => return None,
        Slot::Offset => Command::Offset((value(ControlId::OFFSET) as u16).wrapping_mul(model.offset_factor)),
        Slot::Traffic => match model.traffic {
            TrafficLaw::Value | TrafficLaw::Exposure => Command::Traffic(value(ControlId::USB_TRAFFIC) as u8),
            TrafficLaw::Nothing => return None,
        },
        // Observed: single frames are always read out at the lowest.
        Slot::Speed => match model.control(ControlId::SPEED)?.write {
            Write::Speed if settings.stream == StreamMode::Single => Command::Speed(0),
            Write::Speed => Command::Speed(value(ControlId::SPEED) as u8),
            _ => return None,
        },
    })
}

fn gain(model: &Model, settings: &Settings) -> GainCode {
    let law = settings.mode(model).gain;
    let steps = law.steps(settings.value(model, ControlId::GAIN));
    // Observed on a QHY600C: 10 leaves the digital gain as it is, 15, 20, 25 scale it, cut.
    let balanced = |id, unity: u16| {
        let scaled = f64::from(steps.digital) * settings.value(model, id) / f64::from(unity);
        scaled.min(f64::from(u16::MAX)) as u16
    };
    let digital = match model.digital_slots {
        _ if law.first_slot_only => [steps.digital, 0, 0],
        DigitalSlots::First => [steps.digital, 0, 0],
        DigitalSlots::All => [steps.digital; 3],
        DigitalSlots::WhiteBalance { unity } => {
            [ControlId::WBR, ControlId::WBG, ControlId::WBB].map(|id| balanced(id, unity))
        }
    };
    GainCode {
        analogue: steps.analogue,
        more_analogue: steps.more_analogue,
        digital,
        switch_14: steps.switch_14,
        switch_16: steps.switch_16,
    }
}

/// What an initialisation sends. Settings that the model's steps leave out are made up for
/// before the first frame: programs set most of them next.
pub(super) fn init(model: &Model, settings: &Settings) -> Vec<Step> {
    let single = settings.stream == StreamMode::Single;
    let live = || model.init.live.split(|step| *step == InitStep::AtBegin).next().unwrap_or_default();
    let mode = settings.mode(model);
    let mut plan = steps(model, settings, mode.before_init);
    plan.extend(steps(model, settings, if single { model.init.single } else { live() }));
    if single {
        plan.extend(steps(model, settings, mode.after_single_init));
    }
    if settings.gps {
        plan.extend(gps(true));
    }
    plan
}

/// What goes before a stream.
pub(super) fn begin(model: &Model, settings: &Settings) -> Vec<Step> {
    let mut parts = model.init.live.splitn(2, |step| *step == InitStep::AtBegin);
    steps(model, settings, parts.nth(1).unwrap_or_default())
}

/// What goes before the order for a single exposure.
pub(super) fn start(model: &Model, settings: &Settings) -> Vec<Step> {
    steps(model, settings, model.init.start)
}

fn steps(model: &Model, settings: &Settings, steps: &[InitStep]) -> Vec<Step> {
    let single = settings.stream == StreamMode::Single;
    let setting = |slot| command(model, settings, slot).map(|command| Step::Setting(slot, command));
    let one = |step: &InitStep| {
        Some(match *step {
            InitStep::AtBegin => return None,
            InitStep::ClearHalt => Step::ClearHalt,
            InitStep::ReadPage(number) => Step::Ask(In::Page(number)),
            InitStep::ReadPageByte(number) => Step::Ask(In::PageByte(number)),
            InitStep::Byte(request, value) => Step::Send(Out::Byte { request, value }),
            InitStep::ProbePressure => Step::ProbePressure,
            InitStep::ProbeHumidity => Step::ProbeHumidity,
            InitStep::ReadFpga(register) => Step::Ask(In::Fpga(register)),
            InitStep::WriteFpga(register, value) => fpga(register, value),
            InitStep::WriteReadMode(register) => fpga(register, settings.read_mode as u16),
            InitStep::ReadI2c(register) => Step::Ask(In::I2c(register)),
            InitStep::WriteSensor(register, value) => Step::Send(Out::Sensor { register, value }),
            InitStep::Init => {
                let mode = settings.mode(model);
                let (bits, readout) = (mode.init_bits, mode.readout_code);
                Step::Send(Out::Command(match bits {
                    0 => Command::Init { single, readout },
                    _ => Command::InitWith { single, bits, readout },
                }))
            }
            InitStep::WaitMs(ms) => wait_ms(u64::from(ms)),
            InitStep::DdrOn => Step::Send(Out::Command(Command::DdrOn)),
            InitStep::Ddr(mode) => Step::Send(Out::Command(Command::Ddr(mode))),
            InitStep::WatchdogOn => Step::WatchdogOn,
            InitStep::SupervisionOn if !model.has.supervision => return None,
            InitStep::SupervisionOn => Step::Send(Out::Command(Command::Supervision { on: true })),
            InitStep::Exposure => setting(Slot::Exposure)?,
            InitStep::ExposureUs(exposure_us) => {
                Step::Setting(Slot::Exposure, Command::Exposure { exposure_us })
            }
            InitStep::Start => Step::Send(Out::Command(Command::Start)),
            InitStep::DropFrame => Step::DropFrame,
            InitStep::Gain => setting(Slot::Gain)?,
            InitStep::Offset => setting(Slot::Offset)?,
            InitStep::Traffic => setting(Slot::Traffic)?,
            InitStep::Speed => setting(Slot::Speed)?,
            InitStep::Depth => setting(Slot::Bits)?,
            InitStep::Region => setting(Slot::Region)?,
        })
    };
    steps.iter().filter_map(one).collect()
}

/// GPS data in row 0, on or off.
pub(super) fn gps(on: bool) -> Vec<Step> {
    vec![
        fpga(fpga::GPS, u16::from(on)),
        fpga(fpga::OUTPUT_MODE, if on { 1 } else { 5 }),
        fpga(fpga::FRAME_COUNT, u16::from(on)),
        fpga(fpga::SOFT_TRIGGER, 1),
    ]
}

/// Orders for the cooler.
pub(super) fn cooling(model: &Model, cooling: Cooling) -> Vec<Step> {
    match cooling {
        Cooling::Untouched => Vec::new(),
        Cooling::Power(pwm) => {
            let half_pwm = ((pwm as u16) / 2).min(0x7F) as u8;
            vec![Step::Send(Out::Cooler { automatic: false, half_pwm })]
        }
        Cooling::Target(target_c) => {
            // Cut as observed, but not for what floating point lost.
            let tenths = target_c * 10.0 - f64::from(model.target_shift_tenths_c);
            let tenths_c = (tenths + tenths.signum() * 1e-6).trunc() as i32;
            vec![
                Step::Send(Out::Cooler { automatic: true, half_pwm: 0 }),
                Step::Send(Out::Target { tenths_c }),
            ]
        }
    }
}

/// Sensor circuits on for exposing and reading, or off against their glow.
pub(super) fn low_dark_current(circuits: LowDarkCurrent, on: bool) -> [Step; 2] {
    let switch = fpga(fpga::LOW_DARK_CURRENT, u16::from(!on));
    let value = if on { 4 } else { 0 };
    let register = Step::Send(Out::Sensor { register: circuits.register, value });
    if on { [register, switch] } else { [switch, register] }
}

/// After the last byte of a single frame.
pub(super) const FRAME_DONE: Step = fpga(fpga::SOFT_TRIGGER, 0);

/// Before the device is released. Only models with a watchdog get the register write
/// (observed: none on a QHY600C); the page only ends one that was fed.
pub(super) fn close(model: &Model, fed: bool) -> Vec<Step> {
    let mut plan = vec![Step::Ask(In::Firmware)];
    if model.has.watchdog {
        plan.push(fpga(fpga::CLOSE, 0));
    }
    if fed {
        plan.push(Step::Ask(In::Page(page::WATCHDOG_OFF)));
    }
    if model.has.supervision {
        plan.push(Step::Send(Out::Command(Command::Supervision { on: false })));
    }
    plan
}

/// How a frame comes over the cable and what becomes of it.
#[derive(Clone, Debug)]
pub(super) struct FramePlan {
    pub(super) info: FrameInfo,
    pub(super) pixels: frame::Plan,
    /// Wire settings that frames of this form have, and no other.
    pub(super) bits: Option<Command>,
    pub(super) region: Option<Command>,
    /// Rows that the sensor reads out.
    pub(super) rows: u32,
}

impl FramePlan {
    /// The plan for these settings.
    pub(super) fn new(model: &Model, settings: &Settings) -> Result<FramePlan> {
        let mode = settings.mode(model);
        let region = frame_region(model, settings);
        let mut wire = wire_region(mode, settings.stream, region);
        if settings.stream == StreamMode::Live {
            // Whole pixels come before the first one, so that all are as much further right.
            wire.crop.x += model.wire.live_header_bytes / if settings.depth > 8 { 2 } else { 1 };
        }
        let sample = match (settings.depth > 8, model.wire.order) {
            (false, _) => Sample::U8,
            (true, ByteOrder::Big) => Sample::U16Be,
            (true, ByteOrder::Little) => Sample::U16Le,
        };
        let debayer = settings.debayers(model);
        let depth = match settings.depth {
            ..=8 => Depth::U8,
            9..=16 => Depth::U16,
            _ => Depth::U32,
        };
        let pixels = frame::Plan::new(frame::Settings {
            wire: WireLayout { columns: wire.size.width, rows: wire.size.height, sample },
            taps: mode.taps,
            crop: wire.crop,
            bin: settings.bin,
            same_colour: settings.bins_colours(model),
            average: settings.average,
            depth,
            debayer: model.bayer.filter(|_| debayer).map(|b| b.shifted(region.x, region.y)),
            method: settings.method,
            header_bytes: if settings.gps { mode.wire_columns as usize } else { 0 },
        })
        .map_err(|e| Error::new(ErrorKind::Invalid, e.to_string()))?;
        Ok(FramePlan {
            info: FrameInfo {
                width: pixels.width(),
                height: pixels.height(),
                bits: pixels.bits(),
                channels: pixels.channels(),
            },
            pixels,
            bits: command(model, settings, Slot::Bits),
            region: command(model, settings, Slot::Region),
            rows: wire.size.height,
        })
    }

    /// Bytes on the wire.
    pub(super) fn wire_len(&self) -> usize {
        self.pixels.frame_len()
    }

    /// True if frames of the other plan come over the cable just as those of this one.
    pub(super) fn same_wire(&self, other: &FramePlan) -> bool {
        self.bits == other.bits && self.region == other.region && self.wire_len() == other.wire_len()
    }

    /// True if the other plan makes the same picture.
    pub(super) fn same_picture(&self, other: &FramePlan) -> bool {
        self.same_wire(other) && self.pixels.settings() == other.pixels.settings()
    }
}

/// What `GetQHYCCDMemLength` answers: bytes of the whole unbinned frame of the read mode,
/// at the present depth and number of channels. Programs allocate it once and change the
/// region and the binning later. So at 32 bits it is four bytes for each pixel, though
/// binned frames, for which this depth is meant, need a quarter of that at most.
pub(super) fn whole_frame_bytes(model: &Model, settings: &Settings) -> usize {
    let mut unbinned = settings.clone();
    unbinned.bin = 1;
    let channels = if unbinned.debayers(model) { 3 } else { 1 };
    settings.mode(model).image.pixels() * channels * (settings.depth as usize / 8)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "family_tests.rs"]
mod family_tests;
