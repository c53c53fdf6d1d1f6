//! The camera of a photon transfer curve, through the C names of a library.

use std::path::Path;
use std::thread;
use std::time::Duration;

use qhyccd::model::{self, ControlId, Model};

use crate::support::output::{Failure, Result};
use crate::support::progress::{Interrupt, Progress};
use crate::support::sdk::{Camera, Sdk};

use super::fit::DEFECTS;
use super::series::Source;
use super::stats::Pair;

/// A read mode and a gain setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) mode: u32,
    pub(crate) gain: u32,
}

/// An open camera.
pub(crate) struct Rig {
    sdk: Sdk,
    camera: Camera,
    pub(crate) model: &'static Model,
    room: Vec<u8>,
    mode: u32,
    /// The offset that the camera has had.
    offset: f64,
    exposure_us: f64,
    progress: Progress,
    interrupt: Interrupt,
}

/// Samples of a region.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) samples: Vec<u16>,
}

/// Shortest exposure that is ordered.
const SHORTEST_US: f64 = 40.0;
/// Exposures that a user may want to end.
const LONG_US: f64 = 10e6;
const PAUSE: Duration = Duration::from_millis(20);
/// Deviations of the noise that must fit between 0 and the pedestal.
const PEDESTAL_SIGMAS: f64 = 6.0;

impl Drop for Rig {
    fn drop(&mut self) {
        // Whatever comes of it, this program is done with the camera.
        let _ = self.sdk.close(self.camera);
        let _ = self.sdk.release_resource();
    }
}

impl Rig {
    /// Opens a camera of a library: the one whose id begins with `wanted`, or the only one.
    pub(crate) fn open(
        library: &Path,
        devices: Option<&str>,
        wanted: Option<&str>,
        quiet: bool,
    ) -> Result<Rig> {
        let sdk = match devices {
            Some(devices) => Sdk::load_with(library, devices),
            None => Sdk::load(library),
        };
        let sdk = sdk.map_err(Failure::new)?;
        let interrupt = Interrupt::install()?;
        let opened = Rig::opened(&sdk, wanted);
        let (camera, model) = opened.inspect_err(|_| {
            // The failure before it is the one to tell.
            let _ = sdk.release_resource();
        })?;
        let progress = Progress::new(quiet);
        let mut rig = Rig {
            sdk,
            camera,
            model,
            room: Vec::new(),
            mode: 0,
            offset: 0.0,
            exposure_us: 0.0,
            progress,
            interrupt,
        };
        rig.mode = rig.sdk.read_mode(camera).map_err(Failure::new)?;
        rig.start().map_err(Failure::new)?;
        rig.offset = rig.get(ControlId::OFFSET).map_err(Failure::new)?;
        Ok(rig)
    }

    fn opened(sdk: &Sdk, wanted: Option<&str>) -> Result<(Camera, &'static Model)> {
        sdk.init_resource().map_err(Failure::new)?;
        let ids = sdk.ids().map_err(Failure::new)?;
        let fitting: Vec<&String> =
            ids.iter().filter(|id| wanted.is_none_or(|wanted| id.starts_with(wanted))).collect();
        let [id] = fitting.as_slice() else {
            let there = if ids.is_empty() { "none".into() } else { ids.join(", ") };
            return Err(Failure::new(format_args!("not exactly one camera fits; found: {there}")));
        };
        // The longest name that fits: some begin with another one.
        let named = model::all().filter(|m| id.starts_with(m.name)).max_by_key(|m| m.name.len());
        let model = named.ok_or_else(|| Failure::new(format_args!("{id} is of no model that is known")))?;
        Ok((sdk.open_id(id).map_err(Failure::new)?, model))
    }

    /// Brings the camera to single frames of 16 bits in the present read mode.
    fn start(&mut self) -> std::result::Result<(), String> {
        self.sdk.set_live(self.camera, false)?;
        self.sdk.init(self.camera)?;
        self.sdk.set_bits(self.camera, 16)?;
        self.sdk.set_bin(self.camera, 1)?;
        self.room.resize(self.sdk.frame_room(self.camera)?.max(self.room.len()), 0);
        self.exposure_us = 0.0;
        Ok(())
    }

    /// The present read mode and gain.
    pub(crate) fn setting(&self) -> std::result::Result<Setting, String> {
        Ok(Setting { mode: self.mode, gain: self.get(ControlId::GAIN)? as u32 })
    }

    /// Brings the camera into a read mode, at a gain.
    pub(crate) fn set(&mut self, setting: Setting) -> std::result::Result<(), String> {
        if setting.mode != self.mode {
            self.sdk.set_read_mode(self.camera, setting.mode)?;
            self.mode = setting.mode;
            self.start()?;
        }
        self.order(ControlId::GAIN, f64::from(setting.gain))
    }

    /// Sets a control, and minds that a library clamps.
    pub(crate) fn order(&self, id: ControlId, value: f64) -> std::result::Result<(), String> {
        self.sdk.set_param(self.camera, id, value)?;
        match self.get(id)? {
            got if got == value => Ok(()),
            got => Err(format!("control {} became {got} where {value} was ordered", id.0)),
        }
    }

    /// Sets a control that reads back as something else, or later.
    pub(crate) fn order_blindly(&self, id: ControlId, value: f64) -> std::result::Result<(), String> {
        self.sdk.set_param(self.camera, id, value).map(|_| ())
    }

    /// Reads a control.
    pub(crate) fn get(&self, id: ControlId) -> std::result::Result<f64, String> {
        self.sdk.param(self.camera, id)
    }

    /// Reads this region from now on: left, top, width and height.
    pub(crate) fn set_region(&self, region: [u32; 4]) -> std::result::Result<(), String> {
        self.sdk.set_region(self.camera, region).map(|_| ())
    }

    /// The middle of the light-sensitive area, at most so large.
    pub(crate) fn middle(&self, width: u32, height: u32) -> std::result::Result<[u32; 4], String> {
        let mode = self.model.read_modes.get(self.mode as usize);
        let area = mode.ok_or_else(|| format!("read mode {} is not known", self.mode))?.effective;
        let (width, height) = (width.min(area.width), height.min(area.height));
        // Even places keep the order of colour filters.
        let start = |at: u32, room: u32, size: u32| (at + (room - size) / 2) & !1;
        Ok([start(area.x, area.width, width), start(area.y, area.height, height), width, height])
    }

    /// What is going on, for a person who waits.
    pub(crate) fn tell(&self, doing: &str, percent: f64) {
        self.progress.show(doing, percent);
    }

    /// Fails after Ctrl-C.
    pub(crate) fn check(&self) -> Result<()> {
        self.interrupt.check()
    }

    /// Takes one frame.
    pub(crate) fn picture(&mut self, exposure_us: f64) -> std::result::Result<Picture, String> {
        // Which of several texts reaches the user does not matter: `check` is asked first.
        self.check().map_err(|_| "interrupted")?;
        if exposure_us != self.exposure_us {
            self.sdk.set_exposure(self.camera, exposure_us)?;
            self.exposure_us = exposure_us;
        }
        self.sdk.expose(self.camera)?;
        // The call that fetches a frame waits for it and cannot be asked to end early.
        while exposure_us > LONG_US && self.sdk.exposure_remaining(self.camera)? > 0 {
            thread::sleep(PAUSE);
            if self.check().is_err() {
                self.sdk.cancel(self.camera)?;
                return Err("interrupted".into());
            }
        }
        let shape = self.sdk.single_frame(self.camera, &mut self.room)?;
        if (shape.bits, shape.channels) != (16, 1) {
            return Err(format!("frames have {} bits and {} channels", shape.bits, shape.channels));
        }
        let bytes = &self.room[..shape.width * shape.height * 2];
        let samples = bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
        Ok(Picture { width: shape.width, samples })
    }

    /// Sets an offset at which no noise is cut off at 0: the one wanted, or the one that the
    /// camera had, or as much more as it takes.
    pub(crate) fn lift(&mut self, wanted: Option<u32>) -> std::result::Result<(), String> {
        self.order(ControlId::OFFSET, wanted.map_or(self.offset, f64::from))?;
        if wanted.is_some() {
            return Ok(());
        }
        let most = self.sdk.largest(self.camera, ControlId::OFFSET)?;
        loop {
            let pair = self.pair(SHORTEST_US)?;
            let room_adu = PEDESTAL_SIGMAS * pair.variance.sqrt();
            let offset = self.get(ControlId::OFFSET)?;
            if pair.empty < DEFECTS && pair.mean_adu >= room_adu {
                return Ok(());
            }
            if offset >= most {
                return Err("no offset keeps the noise above 0".into());
            }
            self.order(ControlId::OFFSET, (offset * 1.5 + 5.0).round().min(most))?;
        }
    }
}

impl Source for Rig {
    fn shortest_us(&self) -> f64 {
        SHORTEST_US
    }

    fn pair(&mut self, exposure_us: f64) -> std::result::Result<Pair, String> {
        let mut frames = [self.picture(exposure_us)?, self.picture(exposure_us)?];
        if self.model.bayer.is_some() {
            frames = frames.map(Picture::one_colour);
        }
        let [first, second] = &frames;
        Pair::of(&first.samples, &second.samples, first.width).ok_or_else(|| "empty frames".into())
    }
}

impl Picture {
    /// The pixels behind one filter.
    fn one_colour(self) -> Picture {
        let rows = self.samples.chunks(self.width).step_by(2);
        let samples = rows.flat_map(|row| row.iter().copied().step_by(2)).collect();
        Picture { width: self.width.div_ceil(2), samples }
    }
}
