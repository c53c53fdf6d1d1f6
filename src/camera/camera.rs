//! One opened camera: its parts, its life, its format.
//!
//! Calls do not wait for each other's waiting. `turn` puts what changes the camera's set-up
//! in order (settings, initialisation, start of an exposure or a stream); nobody holds it
//! while a frame is awaited. The mutexes inside `status`, `settings` and the streams are
//! held for moments. Cancelling, temperatures, cooler, wheel and progress take no turn.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::model::{Model, TrafficLaw};
use crate::transport::{Identity, LinkSpeed, Transport};
use crate::wire::{Command, In, Out, page};

use super::calibration::CalibrationSlot;
use super::guide::GuideSlot;
use super::link::Link;
use super::live::LiveSlot;
use super::plan::{self, Step};
use super::ramp::{self, Cooler};
use super::readout::Spare;
use super::settings::{Applied, Settings, Slot};
use super::single::Progress;
use super::state::{Op, State, StatusCell, Verdict};
use super::tone::ToneSlot;
use super::trigger::TriggerSetup;
use super::watchdog::Watchdog;
use super::{CameraInfo, Error, ErrorKind, PixelOptions, Result};

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
    pub(super) spare: Spare,
    pub(super) live: LiveSlot,
    pub(super) guide: GuideSlot,
    pub(super) cooling: Arc<Cooler>,
    /// Held for one question and its answer.
    pub(super) wheel: Mutex<()>,
    /// Positions of the wheel, once it told them.
    pub(super) wheel_slots: Mutex<Option<u32>>,
    pub(super) calibration: Mutex<CalibrationSlot>,
    pub(super) tone: Mutex<ToneSlot>,
    /// Whether such a sensor is fitted, once the camera was asked.
    pub(super) humidity_sensor: Mutex<Option<bool>>,
    pub(super) pressure_sensor: Mutex<Option<bool>>,
    /// Most threads that make a frame.
    pub(super) threads: AtomicUsize,
}

/// What only the holder of the turn may touch.
pub(super) struct Turn {
    pub(super) applied: Applied,
    pub(super) initialised_before: bool,
    pub(super) watchdog: Option<Watchdog>,
    /// The helper of a long exposure.
    pub(super) helper: Option<JoinHandle<()>>,
    pub(super) trigger: TriggerSetup,
}

/// Identity and life.
impl Camera {
    pub(super) fn new(
        id: String,
        model: &'static Model,
        transport: Arc<dyn Transport>,
        options: PixelOptions,
    ) -> Camera {
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
                trigger: TriggerSetup::default(),
            }),
            settings: Mutex::new(Settings::new(model, options)),
            progress: Progress::default(),
            spare: Spare::default(),
            live: LiveSlot::default(),
            guide: GuideSlot::default(),
            cooling: Arc::new(Cooler::new()),
            wheel: Mutex::new(()),
            wheel_slots: Mutex::new(None),
            calibration: Mutex::new(CalibrationSlot::default()),
            tone: Mutex::default(),
            humidity_sensor: Mutex::new(None),
            pressure_sensor: Mutex::new(None),
            threads: AtomicUsize::new(options.threads),
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

    /// True once, for whoever is the first to ask after the camera went.
    pub fn first_notice_of_loss(&self) -> bool {
        let mut status = self.link.status().lock();
        status.state == State::Lost && !std::mem::replace(&mut status.loss_told, true)
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
            let cooling = self.cooling.state.lock();
            ramp::send(&self.link, self.model, cooling.sent)?;
        }
        let trigger = turn.trigger.steps();
        self.run(turn, trigger)?;
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
                    let fitted = self.link.ask::<64>(In::Page(page::HAS_PRESSURE))?[0] != 0;
                    *self.pressure_sensor.lock() = Some(fitted);
                    if fitted {
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
                Step::DropFrame => self.drop_frame()?,
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

    pub(super) fn send_setting(&self, turn: &mut Turn, slot: Slot, command: Command) -> Result<()> {
        turn.applied.forget(slot);
        self.link.send(&Out::Command(command))?;
        turn.applied.note(slot, command);
        Ok(())
    }

    /// Sends one of the settings, if the camera has an order for it.
    pub(super) fn send_slot(&self, turn: &mut Turn, wanted: &Settings, slot: Slot) -> Result<()> {
        match plan::command(self.model, wanted, slot) {
            Some(command) => self.send_setting(turn, slot, command),
            None => Ok(()),
        }
    }

    /// Sends every setting that the camera was not told, unless it goes with the
    /// initialisation only.
    pub(super) fn send_missing(&self, turn: &mut Turn, wanted: &Settings) -> Result<()> {
        for slot in Slot::ALL {
            let waits = slot == Slot::Traffic && self.model.traffic == TrafficLaw::Exposure;
            match plan::command(self.model, wanted, slot).filter(|_| !waits) {
                Some(command) if !turn.applied.holds(slot, command) => {
                    self.send_setting(turn, slot, command)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes the camera hold what the settings say: initialises it if the mode changed,
    /// does what `before` says, then sends every setting that it was not told.
    pub(super) fn make_up(&self, turn: &mut Turn, before: fn(&Model, &Settings) -> Vec<Step>) -> Result<()> {
        let settings = self.settings.lock().clone();
        if turn.applied.mode != Some((settings.stream, settings.read_mode)) {
            self.initialise(turn)?;
        }
        self.run(turn, before(self.model, &settings))?;
        self.send_missing(turn, &settings)?;
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
        self.end_guiding();
        self.cooling.close();
        let mut turn = self.turn.lock();
        self.stop_stream();
        self.join_helper(&mut turn);
        let watchdog = turn.watchdog.take();
        let fed = watchdog.is_some();
        drop(watchdog);
        if let Err(error) = self.wait_for_reader() {
            log::warn!("{}: {error}", self.id);
        }
        self.spare.clear();
        if !lost {
            let farewell =
                self.run(&mut turn, plan::close(self.model, fed)).and_then(|()| self.link.release());
            if let Err(error) = farewell {
                log::info!("{}: closing: {error}", self.id);
            }
        }
        log::debug!("{}: closed", self.id);
    }
}
