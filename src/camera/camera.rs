//! One opened camera: its parts, its life, its format.
//!
//! Calls do not wait for each other's waiting. `turn` puts what changes the camera's set-up
//! in order (settings, initialisation, start of an exposure or a stream); nobody holds it
//! while a frame is awaited. The mutexes inside `status`, `settings` and the streams are
//! held for moments. Cancelling, temperatures, cooler, wheel and progress take no turn.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::model::Model;
use crate::transport::{Identity, LinkSpeed, Transport};
use crate::util::{Rect, Size};
use crate::wire::{Command, In, Out, page};

use super::geometry::{caller_region, is_possible, to_frame};
use super::link::Link;
use super::live::LiveSlot;
use super::plan::{self, FramePlan, Step};
use super::settings::{Applied, Cooling, Settings, Slot};
use super::single::Progress;
use super::state::{Op, State, StatusCell, Verdict};
use super::trigger::TriggerFilter;
use super::watchdog::Watchdog;
use super::{CameraInfo, ChipInfo, Error, ErrorKind, FrameInfo, Result, StreamMode};

/// How long a call waits for a thread that was told to stop reading.
const READER_LEAVES_WITHIN: Duration = Duration::from_secs(5);

/// One opened camera. Calls that wait say so.
pub struct Camera {
    id: String,
    model: &'static Model,
    pub(super) link: Link,
    /// Held by whoever changes the set-up of the camera, never while a frame is awaited.
    pub(super) turn: Mutex<Turn>,
    pub(super) settings: Mutex<Settings>,
    pub(super) progress: Progress,
    pub(super) live: LiveSlot,
    pub(super) cooling: Mutex<CoolingState>,
    /// Held for one question and its answer.
    pub(super) wheel: Mutex<()>,
    /// Whether a humidity sensor is fitted, once the camera was asked.
    pub(super) humidity_sensor: Mutex<Option<bool>>,
}

/// What only the holder of the turn may touch.
pub(super) struct Turn {
    pub(super) applied: Applied,
    pub(super) initialised_before: bool,
    pub(super) watchdog: Option<Watchdog>,
    /// The helper of a long exposure.
    pub(super) helper: Option<JoinHandle<()>>,
    pub(super) trigger_filter: TriggerFilter,
}

/// The cooler as the host knows it.
pub(super) struct CoolingState {
    pub(super) order: Cooling,
    /// Last manual power, 0..=255.
    pub(super) pwm: f64,
}

/// Identity and life.
impl Camera {
    pub(super) fn new(id: String, model: &'static Model, transport: Arc<dyn Transport>) -> Camera {
        let link = Link::new(transport, Arc::new(StatusCell::new()));
        Camera {
            id,
            model,
            link,
            turn: Mutex::new(Turn {
                applied: Applied::default(),
                initialised_before: false,
                watchdog: None,
                helper: None,
                trigger_filter: TriggerFilter::default(),
            }),
            settings: Mutex::new(Settings::new(model)),
            progress: Progress::default(),
            live: LiveSlot::default(),
            cooling: Mutex::new(CoolingState { order: Cooling::Untouched, pwm: 0.0 }),
            wheel: Mutex::new(()),
            humidity_sensor: Mutex::new(None),
        }
    }

    /// The id it was opened by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its table.
    pub fn model(&self) -> &'static Model {
        self.model
    }

    /// What a scan lists of it.
    pub fn info(&self) -> CameraInfo {
        CameraInfo {
            id: self.id.clone(),
            model: self.model,
            super_speed: self.link.identity().speed == LinkSpeed::Super,
        }
    }

    /// Its place on the bus.
    pub fn place(&self) -> &Identity {
        self.link.identity()
    }

    /// What it is doing.
    pub fn state(&self) -> State {
        self.link.notice_loss();
        self.link.status().state()
    }

    /// The number `GetQHYCCDType` answers.
    pub fn device_type(&self) -> Result<u32> {
        self.allow(Op::Recall)?;
        Ok(self.model.device_type)
    }

    /// Looks the operation up in the table.
    pub(super) fn allow(&self, op: Op) -> Result<Verdict> {
        self.link.notice_loss();
        self.link.status().allow(op)
    }

    /// Sends the defaults and the present settings; the first call after open sets the
    /// defaults, later ones keep what was set. Ends an exposure or a stream that runs.
    /// Waits for the device, about 0.2 s.
    pub fn init(&self) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Init)?;
        self.initialise(&mut turn)
    }

    pub(super) fn initialise(&self, turn: &mut Turn) -> Result<()> {
        self.end_activity(turn)?;
        let first = !turn.initialised_before;
        let mut wanted = self.settings.lock().clone();
        if first {
            wanted.set_first_defaults(self.model);
        }
        self.link.status().update(|status| {
            if status.state == State::Ready {
                status.state = State::Opened;
            }
        });
        turn.applied.mode = None;
        turn.applied.forget(Slot::Bits);
        turn.applied.forget(Slot::Region);
        self.run(turn, plan::init(self.model, &wanted))?;
        if !first {
            let order = self.cooling.lock().order;
            self.run(turn, plan::cooling(order))?;
        }
        turn.applied.mode = Some((wanted.stream, wanted.read_mode));
        turn.applied.gps = wanted.gps;
        turn.initialised_before = true;
        if first {
            self.settings.lock().set_first_defaults(self.model);
        }
        self.link.status().update(|status| {
            if status.state == State::Opened {
                status.state = State::Ready;
            }
        });
        Ok(())
    }

    /// Does wire steps one after the other.
    pub(super) fn run(&self, turn: &mut Turn, steps: impl IntoIterator<Item = Step>) -> Result<()> {
        for step in steps {
            match step {
                Step::Send(request) => self.link.send(&request)?,
                Step::Setting(slot, command) => self.send_setting(turn, slot, command)?,
                Step::Ask(request) => self.ask_and_forget(request)?,
                Step::ProbePressure => {
                    if self.link.ask::<64>(In::Page(page::HAS_PRESSURE))?[0] != 0 {
                        self.ask_and_forget(In::Page(page::PRESSURE))?;
                    }
                }
                Step::ProbeHumidity => {
                    let fitted = self.link.ask::<64>(In::Page(page::HAS_HUMIDITY))?[0] != 0;
                    *self.humidity_sensor.lock() = Some(fitted);
                }
                Step::WatchdogOn => {
                    if self.model.has.watchdog && turn.watchdog.is_none() {
                        self.ask_and_forget(In::Page(page::WATCHDOG_ON))?;
                        turn.watchdog = Some(Watchdog::start(self.link.clone())?);
                    }
                }
                Step::ClearHalt => self.link.clear_halt(self.model.wire.endpoint)?,
                Step::Wait(time) => self.link.clock().sleep(time),
            }
        }
        Ok(())
    }

    fn ask_and_forget(&self, request: In) -> Result<()> {
        let (setup, len) = request.encode();
        let mut answer = [0; 64];
        let len = len.min(answer.len());
        self.link.control_in(setup, &mut answer[..len]).map(drop)
    }

    fn send_setting(&self, turn: &mut Turn, slot: Slot, command: Command) -> Result<()> {
        turn.applied.forget(slot);
        self.link.send(&Out::Command(command))?;
        turn.applied.note(slot, command);
        Ok(())
    }

    /// Makes the camera hold what the settings say: initialises it if the mode changed,
    /// then sends every setting that it was not told.
    pub(super) fn make_up(&self, turn: &mut Turn) -> Result<()> {
        let settings = self.settings.lock().clone();
        if turn.applied.mode != Some((settings.stream, settings.read_mode)) {
            self.initialise(turn)?;
        }
        for slot in Slot::ALL {
            let command = plan::command(self.model, &settings, slot);
            if !turn.applied.holds(slot, command) {
                self.send_setting(turn, slot, command)?;
            }
        }
        if turn.applied.gps != settings.gps {
            self.send_gps(turn, settings.gps)?;
        }
        Ok(())
    }

    /// Ends an exposure or a stream, and waits until its thread has left.
    pub(super) fn end_activity(&self, turn: &mut Turn) -> Result<()> {
        self.stop_stream();
        self.link.status().update(|status| {
            if matches!(status.state, State::Exposing | State::Reading | State::Live) {
                status.abandon(State::Ready);
            }
        });
        self.join_helper(turn);
        self.wait_for_reader()
    }

    pub(super) fn join_helper(&self, turn: &mut Turn) {
        if let Some(helper) = turn.helper.take() {
            let _ = helper.join();
        }
    }

    /// Waits until nobody is inside `read_frame`, which was told to leave.
    pub(super) fn wait_for_reader(&self) -> Result<()> {
        let deadline = Instant::now() + READER_LEAVES_WITHIN;
        let cell = self.link.status();
        let mut status = cell.lock();
        while status.reader {
            if Instant::now() >= deadline {
                return Err(Error::new(ErrorKind::Timeout, "an earlier read does not end"));
            }
            cell.wait_until(&mut status, deadline);
        }
        Ok(())
    }

    /// Ends everything and gives the device back. Called once, by the library.
    pub(super) fn shut_down(&self) {
        let cell = self.link.status();
        // Wakes a reader before the turn is awaited.
        let lost = cell.update(|status| {
            let lost = status.state == State::Lost;
            status.abandon(State::Closed);
            lost
        });
        let mut turn = self.turn.lock();
        self.stop_stream();
        self.join_helper(&mut turn);
        let watchdog = turn.watchdog.take();
        let fed = watchdog.is_some();
        drop(watchdog);
        if let Err(error) = self.wait_for_reader() {
            log::warn!("{}: {error}", self.id);
        }
        if !lost {
            let farewell = self.run(&mut turn, plan::close(fed)).and_then(|()| self.link.release());
            if let Err(error) = farewell {
                log::info!("{}: closing: {error}", self.id);
            }
        }
        log::debug!("{}: closed", self.id);
    }
}

/// Modes.
impl Camera {
    /// Single frames or live video; takes effect with the next initialisation, at the
    /// latest when an exposure or a stream starts. Choosing single frames ends a stream.
    pub fn set_stream_mode(&self, mode: StreamMode) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Mode)?;
        self.settings.lock().stream = mode;
        if mode == StreamMode::Single {
            self.finish_stream(&mut turn)?;
        }
        Ok(())
    }

    /// The stream mode that was chosen.
    pub fn stream_mode(&self) -> StreamMode {
        self.settings.lock().stream
    }

    /// Chooses a read mode; takes effect like a stream mode. A region that does not fit
    /// in the frame of the new mode becomes the whole frame.
    pub fn set_read_mode(&self, number: u32) -> Result<()> {
        let _turn = self.turn.lock();
        self.allow(Op::Mode)?;
        self.read_mode_table(number)?;
        let mut settings = self.settings.lock();
        let other_size = self.model.read_modes[number as usize].image != settings.mode(self.model).image;
        settings.read_mode = number as usize;
        if other_size || !is_possible(self.model, &settings) {
            settings.roi = None;
        }
        Ok(())
    }

    /// The read mode that was chosen.
    pub fn read_mode(&self) -> u32 {
        self.settings.lock().read_mode as u32
    }

    /// Name of a read mode.
    pub fn read_mode_name(&self, number: u32) -> Result<&'static str> {
        self.allow(Op::Recall)?;
        Ok(self.read_mode_table(number)?.name)
    }

    /// Whole frame of a read mode.
    pub fn read_mode_size(&self, number: u32) -> Result<Size> {
        self.allow(Op::Recall)?;
        Ok(self.read_mode_table(number)?.image)
    }

    fn read_mode_table(&self, number: u32) -> Result<&'static crate::model::ReadMode> {
        self.model.read_modes.get(number as usize).ok_or_else(|| {
            let count = self.model.read_modes.len();
            Error::new(ErrorKind::Invalid, format!("read mode {number} of {count} does not exist"))
        })
    }
}

/// Geometry and format.
impl Camera {
    /// Chip and pixel size, frame size and depth.
    pub fn chip_info(&self) -> ChipInfo {
        let settings = self.settings.lock();
        let image = settings.mode(self.model).image;
        let pixel_um = self.model.pixel_um;
        ChipInfo {
            width_mm: f64::from(image.width) * pixel_um / 1000.0,
            height_mm: f64::from(image.height) * pixel_um / 1000.0,
            image,
            pixel_um,
            bits: settings.depth,
        }
    }

    /// Light-sensitive area in binned pixels.
    pub fn effective_area(&self) -> Rect {
        let settings = self.settings.lock();
        settings.mode(self.model).effective.binned(settings.bin)
    }

    /// Overscan area in binned pixels.
    pub fn overscan_area(&self) -> Rect {
        let settings = self.settings.lock();
        settings.mode(self.model).overscan.binned(settings.bin)
    }

    /// Sets the region in binned pixels.
    pub fn set_roi(&self, roi: Rect) -> Result<()> {
        self.change_format(Some(Slot::Region), |settings| {
            settings.roi = to_frame(self.model, settings, roi)?;
            Ok(())
        })
    }

    /// The region in force, in binned pixels.
    pub fn roi(&self) -> Rect {
        caller_region(self.model, &self.settings.lock())
    }

    /// Sets binning; both factors must be equal. The region stays the same area of the
    /// sensor, cut to whole groups; a region that was the whole frame stays it.
    pub fn set_bin(&self, x: u32, y: u32) -> Result<()> {
        if x != y || !self.model.bins.contains(&x) {
            let text = format!("binning {x}x{y} is not possible on a {}", self.model.name);
            return self.allow(Op::Format).and(Err(Error::new(ErrorKind::Invalid, text)));
        }
        self.change_format(None, |settings| {
            settings.bin = x;
            if is_possible(self.model, settings) {
                return Ok(());
            }
            Err(Error::new(ErrorKind::Invalid, format!("the region is too small for binning {x}x{x}")))
        })
    }

    /// The bin factor in force.
    pub fn bin(&self) -> u32 {
        self.settings.lock().bin
    }

    /// Bits a sample of the frames handed out.
    pub fn set_depth(&self, bits: u32) -> Result<()> {
        if !self.model.depths.contains(&bits) {
            let text = format!("{bits} bits a sample are not possible on a {}", self.model.name);
            return self.allow(Op::Format).and(Err(Error::new(ErrorKind::Invalid, text)));
        }
        self.change_format(Some(Slot::Bits), |settings| {
            settings.depth = bits;
            Ok(())
        })
    }

    /// Demosaic in the library. Only colour cameras can; switching it off is always fine.
    pub fn set_debayer(&self, on: bool) -> Result<()> {
        if on && self.model.bayer.is_none() {
            let text = format!("a {} has no colour filters", self.model.name);
            return self.allow(Op::Format).and(Err(Error::new(ErrorKind::Unsupported, text)));
        }
        self.change_format(None, |settings| {
            settings.debayer = on;
            Ok(())
        })
    }

    /// Format of the next frame.
    pub fn frame_info(&self) -> FrameInfo {
        let settings = self.settings.lock();
        match FramePlan::new(self.model, &settings) {
            Ok(plan) => plan.info,
            // Setters let only possible settings in.
            Err(error) => {
                log::error!("{}: {error}", self.id);
                FrameInfo { width: 0, height: 0, bits: settings.depth, channels: 1 }
            }
        }
    }

    /// Bytes of the whole unbinned frame of the present read mode, at the present depth
    /// and number of channels: enough for any region and binning. The next frame has
    /// [`FrameInfo::len_bytes`].
    pub fn mem_length(&self) -> usize {
        plan::whole_frame_bytes(self.model, &self.settings.lock())
    }

    /// Changes what frames look like. `slot` is sent even if the camera holds it already,
    /// as the vendor's library does, unless frames are on their way.
    pub(super) fn change_format(
        &self,
        slot: Option<Slot>,
        change: impl FnOnce(&mut Settings) -> Result<()>,
    ) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Format)?;
        let mut wanted = self.settings.lock().clone();
        change(&mut wanted)?;
        let frame = FramePlan::new(self.model, &wanted)?;
        match self.link.status().state() {
            State::Exposing | State::Reading => {}
            State::Live => self.change_stream(&mut turn, &wanted, frame)?,
            _ => {
                if let Some(slot) = slot {
                    let command = plan::command(self.model, &wanted, slot);
                    self.send_setting(&mut turn, slot, command)?;
                }
            }
        }
        *self.settings.lock() = wanted;
        Ok(())
    }

    /// Changes a setting that does not change what frames look like.
    pub(super) fn change_image(&self, slot: Slot, change: impl FnOnce(&mut Settings)) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Image)?;
        let mut wanted = self.settings.lock().clone();
        change(&mut wanted);
        if !matches!(self.link.status().state(), State::Exposing | State::Reading) {
            let command = plan::command(self.model, &wanted, slot);
            self.send_setting(&mut turn, slot, command)?;
        }
        *self.settings.lock() = wanted;
        Ok(())
    }
}
