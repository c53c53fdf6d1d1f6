//! `qhy suggest`: settings that the manual advises to find by looking at bias frames. Nothing
//! is kept in the camera; what is found is printed.

mod offset;
mod traffic;

use std::sync::Arc;

use qhyccd::camera::{Camera, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::support::output::{Failure, Result};
use crate::support::session::Session;
use crate::support::values;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// The smallest offset that cuts off no bias pixel at 0, and one with a margin
    Offset(offset::Args),
    /// The USB traffic value without periodic horizontal banding
    Traffic(traffic::Args),
}

/// Which camera, and how it reads.
#[derive(clap::Args)]
struct Setup {
    /// Id of the camera or its beginning; may be left out if there is only one
    #[arg(long, value_name = "ID")]
    camera: Option<String>,
    /// Read mode by number; `qhy info` lists them
    #[arg(long, value_name = "N", default_value_t = 0)]
    read_mode: u32,
    /// Gain setting [default: the camera's]
    #[arg(long, value_name = "N")]
    gain: Option<u32>,
    /// Region in pixels
    #[arg(long, value_name = "X,Y,W,H", value_parser = values::rect)]
    roi: Option<Rect>,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args, session: &Session) -> Result<()> {
    match &args.what {
        What::Offset(args) => offset::run(args, session),
        What::Traffic(args) => traffic::run(args, session),
    }
}

/// A camera that takes bias frames.
struct Biases {
    camera: Arc<Camera>,
    pixels: Vec<u8>,
}

impl Biases {
    /// Sets a camera up; `region` tells where to look in its effective area.
    fn new(session: &Session, setup: &Setup, region: impl FnOnce(Rect) -> Rect) -> Result<Biases> {
        let camera = session.camera(setup.camera.as_deref())?;
        camera.set_read_mode(setup.read_mode)?;
        camera.set_stream_mode(StreamMode::Single)?;
        camera.init()?;
        camera.set_depth(16)?;
        camera.set_bin(1, 1)?;
        let shortest_us = camera.range(ControlId::EXPOSURE)?.min;
        camera.set(ControlId::EXPOSURE, shortest_us)?;
        camera.set_roi(setup.roi.unwrap_or_else(|| region(camera.effective_area())))?;
        let mut biases = Biases { camera, pixels: Vec::new() };
        if let Some(gain) = setup.gain {
            biases.set(ControlId::GAIN, gain)?;
        }
        Ok(biases)
    }

    /// Sets a control, within its range.
    fn set(&mut self, id: ControlId, value: u32) -> Result<()> {
        let [least, most] = self.range(id)?;
        if !(least..=most).contains(&value) {
            return Err(Failure::new(format_args!("{value} is not within {least}..{most}")));
        }
        Ok(self.camera.set(id, f64::from(value))?)
    }

    fn get(&self, id: ControlId) -> Result<u32> {
        Ok(self.camera.get(id)? as u32)
    }

    fn range(&self, id: ControlId) -> Result<[u32; 2]> {
        let range = self.camera.range(id)?;
        Ok([range.min, range.max].map(|value| value as u32))
    }

    /// Takes a frame: its width, and its samples in order.
    fn take(&mut self) -> Result<(usize, impl Iterator<Item = u16>)> {
        let pixels = &mut self.pixels;
        self.camera.start_exposure()?;
        let frame = self.camera.read_frame(|info| {
            pixels.resize(info.len_bytes(), 0);
            Some(pixels.as_mut_slice())
        })?;
        let samples = self.pixels[..frame.len_bytes()].chunks_exact(2);
        Ok((frame.width as usize, samples.map(|b| u16::from_le_bytes([b[0], b[1]]))))
    }
}
