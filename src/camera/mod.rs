//! The public Rust interface: [`Library`] finds cameras, [`Camera`] is one of them.
//!
//! Every method may be called from any thread. None of them waits past its documented
//! deadline, none holds a lock while it waits for a frame, and none reports success
//! without the data.
#![forbid(unsafe_code)]

mod backlog;
mod calibration;
#[allow(clippy::module_inception)]
mod camera;
mod cooling;
mod curves;
#[cfg(test)]
mod doubles;
mod error;
mod fill;
mod firmware;
mod format;
mod geometry;
mod gps;
mod guide;
mod library;
mod link;
mod live;
#[cfg(all(test, feature = "model-check"))]
mod model_check;
mod numbers;
mod params;
mod plan;
mod ramp;
mod raw;
mod readout;
mod rope;
mod settings;
mod single;
mod state;
mod stream;
mod timing;
mod tone;
mod trigger;
mod types;
mod watchdog;
mod wheel;

pub use calibration::CalibrationFiles;
pub use camera::Camera;
pub use cooling::CoolingRamp;
pub use error::{Error, ErrorKind, Result};
pub use gps::{GpsDoubt, GpsMark, GpsRecord, ReceiverState};
pub use guide::GuideDirection;
pub use library::{Library, PlugEvent};
pub use state::State;
pub use types::{CameraInfo, ChipInfo, FrameInfo, PixelOptions, StreamMode, StreamStats};
