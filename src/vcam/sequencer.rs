//! The FPGA's sequencer: settings, exposures, and frames into the buffer.
//!
//! An order of exposure (A6) takes one frame; the initialise command (A0) in live mode
//! starts frames that follow each other until the next A0. A frame takes the settings
//! of its start (single) or of the start of its readout (live). Orders that change the
//! shape of frames empty the buffer; whatever changes the exposure of running live video
//! begins a new exposure at once, so that a long one never stands in the way.

use std::time::Duration;

use super::burst::{Burst, Order};
use super::ddr::{Ddr, Entry, Sending};
use super::device::BulkIn;
use super::gps::GpsBox;
use super::sensor::pixels::{Columns, Imager, Shot};
use super::sensor::timing::{SHORTEST_EXPOSURE_US, live_row_ns, readout_time, single_row_ns};
use super::sensor::{Chip, Readout};
use super::spec::{DeviceSpec, ReadoutPace};
use super::trigger::Trigger;
use crate::transport::LinkSpeed;
use crate::wire::status::Timing;
use crate::wire::{Command, GainCode, fpga};

/// Frames of instant live video still take this long.
const SHORTEST_PERIOD: Duration = Duration::from_millis(1);
/// Period of the sensor's pixel clock, 100 MHz: all row times here are whole numbers of it
/// (what the real page says is not known).
const PIXEL_PERIOD_PS: u32 = 10_000;

/// What the host has ordered.
struct Settings {
    readout: Readout,
    columns: Columns,
    rows: u16,
    first_row: u16,
    exposure_us: u32,
    sixteen_bit: bool,
    traffic: u8,
    gain: GainCode,
    offset: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Nothing was ordered since power-on.
    Idle,
    /// Frames on order.
    Single,
    /// The next trigger takes one frame; what comes from here on counts.
    Armed { from: Duration },
    /// Frames one after the other; the next readout starts then, unless a burst is held.
    Live { next: Option<Duration> },
}

/// What frames take from the rest of the camera.
pub(super) struct Surroundings {
    pub(super) temp_c: f64,
    /// The GPS box, if one is plugged in and its data are switched on.
    pub(super) gps: Option<GpsBox>,
}

pub(super) struct Sequencer {
    chip: Chip,
    settings: Settings,
    mode: Mode,
    pace: ReadoutPace,
    link: LinkSpeed,
    /// Hardware frame number; begins anew with each initialise command.
    next_number: u32,
    /// Frames read out since power-on, lost ones included.
    frames: u32,
    burst: Burst,
    /// The last frame of a burst.
    last: Option<Shot>,
    pub(super) trigger: Trigger,
    /// The sensor works until then on the frame of a trigger.
    busy_until: Duration,
    pub(super) ddr: Ddr,
}

/// An order that the sequencer does not know.
pub(super) struct UnknownOrder;

impl Sequencer {
    pub(super) fn new(chip: Chip, readout: Readout, spec: &DeviceSpec) -> Sequencer {
        Sequencer {
            chip,
            settings: Settings {
                readout,
                columns: Columns::all(&readout),
                rows: readout.whole_rows[0],
                first_row: readout.whole_first[0],
                exposure_us: 1_000,
                sixteen_bit: true,
                traffic: 0,
                gain: GainCode { analogue: 2400, digital: [8, 8, 8], ..GainCode::default() },
                offset: 0,
            },
            mode: Mode::Idle,
            pace: spec.readout,
            link: spec.link,
            next_number: 0,
            frames: 0,
            burst: Burst::new(),
            last: None,
            trigger: Trigger::new(spec.trigger_period),
            busy_until: Duration::ZERO,
            ddr: Ddr::new(spec),
        }
    }

    /// Live video with exposures of up to a second.
    pub(super) fn streams_short_exposures(&self) -> bool {
        matches!(self.mode, Mode::Live { .. }) && self.settings.exposure_us <= 1_000_000
    }

    /// Takes a camera command.
    pub(super) fn command(
        &mut self,
        command: Command,
        now: Duration,
        around: &Surroundings,
    ) -> Result<(), UnknownOrder> {
        self.advance(now, around);
        match command {
            Command::Init { single, readout } => self.initialise(single, readout, 0, now)?,
            Command::InitWith { single, bits, readout } => self.initialise(single, readout, bits, now)?,
            Command::Region(region) | Command::BinnedRegion(region) => {
                let order = self.settings.readout.orders[usize::from(self.is_live())];
                if order.columns {
                    self.settings.columns =
                        Columns::ordered(&self.settings.readout, region.first_column, region.columns);
                }
                self.settings.rows = (region.rows / order.unit).saturating_add(order.unordered);
                self.settings.first_row = region.first_row / order.unit;
                self.ddr.clear();
                self.restart_live(now);
            }
            Command::Bits { sixteen } => {
                self.settings.sixteen_bit = sixteen;
                self.ddr.clear();
                self.restart_live(now);
            }
            Command::Exposure { exposure_us } => {
                self.settings.exposure_us = exposure_us;
                self.restart_live(now);
            }
            Command::Gain(gain) | Command::ShortGain(gain) => self.settings.gain = gain,
            Command::Offset(offset) => self.settings.offset = offset,
            Command::Traffic(traffic) => self.settings.traffic = traffic,
            Command::DdrOn => self.ddr.clear(),
            Command::Ddr(_) | Command::Speed(_) | Command::Supervision { .. } => {}
            Command::Start => {
                self.ddr.clear();
                self.expose(now, around);
            }
            Command::TriggerOut { on } => self.trigger.set_output(on),
        }
        Ok(())
    }

    fn initialise(&mut self, single: bool, code: u8, bits: u8, now: Duration) -> Result<(), UnknownOrder> {
        let readout = self.chip.readout(code, bits).ok_or(UnknownOrder)?;
        self.settings.readout = readout;
        self.settings.columns = Columns::all(&readout);
        let live = usize::from(!single);
        self.settings.rows = readout.whole_rows[live];
        self.settings.first_row = readout.whole_first[live];
        self.next_number = 0;
        self.ddr.clear();
        self.burst.end();
        self.trigger.end();
        self.busy_until = Duration::ZERO;
        self.last = None;
        self.mode = if single { Mode::Single } else { Mode::Live { next: Some(now) } };
        self.restart_live(now);
        Ok(())
    }

    /// Bulk bytes.
    pub(super) fn read(
        &mut self,
        imager: &mut Imager,
        out: &mut [u8],
        now: Duration,
        around: &Surroundings,
    ) -> BulkIn {
        self.advance(now, around);
        let mut answer = self.ddr.read(imager, out, now);
        if let (false, None) = (answer.ended, answer.retry_at) {
            let pulse = self.next_pulse();
            let frame = if let Mode::Live { next } = self.mode { next } else { None };
            answer.retry_at = [pulse, frame].into_iter().flatten().min();
        }
        answer
    }

    /// What the endpoint is sending.
    pub(super) fn sending(&mut self, now: Duration, around: &Surroundings) -> Option<Sending> {
        self.advance(now, around);
        self.ddr.sending(now)
    }

    /// Takes the write of an FPGA register.
    pub(super) fn register(&mut self, register: u16, value: u8, now: Duration, around: &Surroundings) {
        self.advance(now, around);
        let off = self.trigger.write(register, value, now);
        let order = if off { self.burst.write(fpga::BURST_ON, 0) } else { self.burst.write(register, value) };
        if off && matches!(self.mode, Mode::Armed { .. }) {
            self.mode = Mode::Single;
        }
        match order {
            None => {}
            Some(Order::Resend) => {
                if let Some(shot) = self.last.clone().filter(|_| self.is_live()) {
                    let keeps_tail = self.burst.keeps_tail(shot.number, shot.frame_bytes());
                    self.ddr.push(shot, Entry { readout: now, row_ns: 0, keeps_tail });
                }
            }
            Some(Order::Hold)
                if self.is_single() && register == fpga::BURST_IDLE && self.trigger.input_on() =>
            {
                self.ddr.clear();
                self.mode = Mode::Armed { from: now };
            }
            Some(Order::Release) if register == fpga::SOFT_TRIGGER && self.trigger.input_on() => {
                self.fire(now, around);
            }
            Some(_) if self.is_live() => {
                self.next_number = 0;
                let runs = !self.burst.is_held();
                self.mode = Mode::Live { next: runs.then(|| now + self.exposure()) };
            }
            Some(_) => {}
        }
    }

    /// A trigger. In live mode the frame that the limits let pass begins with it.
    fn fire(&mut self, now: Duration, around: &Surroundings) {
        match self.mode {
            Mode::Armed { .. } => self.expose(now, around),
            Mode::Live { .. } => {
                self.next_number = self.burst.first_number();
                self.mode = Mode::Live { next: Some(now + self.exposure()) };
                self.busy_until = now + self.exposure() + self.readout();
            }
            Mode::Idle | Mode::Single => {}
        }
    }

    /// Takes one frame.
    fn expose(&mut self, now: Duration, around: &Surroundings) {
        self.mode = Mode::Single;
        let readout = now + self.exposure();
        self.store(self.shot(readout, around), readout);
        self.count(1);
    }

    /// A pulse at the trigger input that lasts for so long.
    pub(super) fn pulse(&mut self, low_for: Duration, now: Duration, around: &Surroundings) {
        self.advance(now, around);
        self.trigger.pulse(now, low_for);
        self.advance(now, around);
    }

    /// When the pulse comes that fires next, if one is to come.
    fn next_pulse(&mut self) -> Option<Duration> {
        let from = match self.mode {
            Mode::Armed { from } => from,
            Mode::Live { .. } if self.burst.is_on() => self.busy_until,
            _ => return None,
        };
        self.trigger.next(from)
    }

    /// Counter units waiting.
    pub(super) fn ddr_units(&mut self, now: Duration, around: &Surroundings) -> u64 {
        self.advance(now, around);
        self.ddr.units(now)
    }

    /// The exposure timing page. That the exposure is long means here that it is longer
    /// than a frame takes to read.
    pub(super) fn timing(&self) -> Timing {
        let line_ns = self.line_ns() as u32;
        let lines = u32::from(self.settings.rows) + self.settings.readout.blank_rows;
        let frame_us = readout_time(&self.settings.readout, u32::from(self.settings.rows), self.line_ns())
            .as_micros() as u32;
        Timing {
            pixel_period_ps: PIXEL_PERIOD_PS,
            line_period_ns: line_ns,
            frame_period_us: frame_us,
            clocks_per_line: (u64::from(line_ns) * 1000 / u64::from(PIXEL_PERIOD_PS)) as u32,
            lines_per_frame: lines,
            actual_exposure_us: self.settings.exposure_us.max(SHORTEST_EXPOSURE_US),
            long_exposure: u8::from(self.settings.exposure_us > frame_us),
        }
    }

    fn is_single(&self) -> bool {
        matches!(self.mode, Mode::Single | Mode::Armed { .. })
    }

    fn is_live(&self) -> bool {
        matches!(self.mode, Mode::Live { .. })
    }

    fn line_ns(&self) -> u64 {
        let s = &self.settings;
        if self.is_live() {
            live_row_ns(&s.readout, s.sixteen_bit, s.traffic, self.link)
        } else {
            single_row_ns(&s.readout, s.sixteen_bit)
        }
    }

    fn exposure(&self) -> Duration {
        Duration::from_micros(u64::from(self.settings.exposure_us.max(SHORTEST_EXPOSURE_US)))
    }

    /// Row time of the buffer's filling; 0 is at once.
    fn fill_ns(&self) -> u64 {
        if self.pace == ReadoutPace::Instant { 0 } else { self.line_ns() }
    }

    /// Time from one live frame to the next.
    fn period(&self) -> Duration {
        self.exposure().max(self.readout()).max(SHORTEST_PERIOD)
    }

    fn readout(&self) -> Duration {
        readout_time(&self.settings.readout, u32::from(self.settings.rows), self.fill_ns())
    }

    fn restart_live(&mut self, now: Duration) {
        if let Mode::Live { next: Some(_) } = self.mode {
            self.mode = Mode::Live { next: Some(now + self.exposure()) };
        }
    }

    /// Lets triggers and live frames happen up to `now`.
    fn advance(&mut self, now: Duration, around: &Surroundings) {
        while let Some(at) = self.next_pulse().filter(|at| *at <= now) {
            self.advance_live(at, around);
            self.trigger.taken(at);
            // A burst that was held is not any more.
            self.burst.write(fpga::SOFT_TRIGGER, 1);
            self.fire(at, around);
        }
        self.advance_live(now, around);
    }

    fn advance_live(&mut self, now: Duration, around: &Surroundings) {
        while let Mode::Live { next: Some(next) } = self.mode {
            if next > now {
                return;
            }
            let period = self.period().as_nanos() as u64;
            let all = (now - next).as_nanos() as u64 / period + 1;
            let shot = self.shot(next, around);
            let frames = if self.burst.is_over(shot.number) {
                all
            } else if !self.burst.lets_pass(shot.number) {
                1
            } else if self.ddr.has_room(&shot, next) {
                self.store(shot, next);
                1
            } else {
                // Nobody reads while time only passes, so no later frame finds room
                // either: all up to now are lost, and only counted.
                self.ddr.lose();
                all
            };
            self.count(frames);
            self.mode = Mode::Live { next: Some(next + Duration::from_nanos(period * frames)) };
        }
    }

    fn store(&mut self, shot: Shot, readout: Duration) {
        let keeps_tail = shot.live && self.burst.keeps_tail(shot.number, shot.frame_bytes());
        if self.burst.is_on() {
            self.last = Some(shot.clone());
        }
        self.ddr.push(shot, Entry { readout, row_ns: self.fill_ns(), keeps_tail });
    }

    fn count(&mut self, frames: u64) {
        self.next_number = self.next_number.wrapping_add(frames as u32);
        self.frames = self.frames.wrapping_add(frames as u32);
        self.trigger.frames(frames);
    }

    /// Frames read out since power-on, lost ones included.
    pub(super) fn frames(&self) -> u32 {
        self.frames
    }

    fn shot(&self, readout: Duration, around: &Surroundings) -> Shot {
        let s = &self.settings;
        let size = (s.columns.count, s.rows);
        Shot {
            number: self.next_number,
            serial: self.frames,
            readout: s.readout,
            live: self.is_live(),
            columns: s.columns,
            first_row: s.first_row,
            rows: s.rows,
            sixteen_bit: s.sixteen_bit,
            exposure: self.exposure(),
            readout_at: readout,
            row_ns: self.line_ns(),
            gain: s.gain,
            traffic: s.traffic,
            offset: s.offset,
            temp_c: around.temp_c,
            gps: around.gps.map(|gps| gps.header(self.next_number, size, readout)),
        }
    }
}
