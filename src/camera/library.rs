//! Finds cameras and keeps the opened ones.

use std::sync::Arc;

use crate::transport::Bus;

use super::{Camera, CameraInfo, Error, ErrorKind, Result};

/// The devices of one bus and the cameras opened on it.
pub struct Library {
    _bus: Arc<dyn Bus>,
}

impl Library {
    /// The library on a bus.
    pub fn new(bus: Arc<dyn Bus>) -> Library {
        Library { _bus: bus }
    }

    /// The library on the bus that `QHYCCD_DEVICES` names.
    pub fn from_env() -> Result<Library> {
        let value = std::env::var(crate::transport::select::VARIABLE).ok();
        Ok(Library::new(crate::transport::select::bus_for(value.as_deref())?))
    }

    /// Looks at the bus and lists the cameras. Open cameras are not touched and stay in
    /// the list; their handles stay valid.
    pub fn scan(&self) -> Result<Vec<CameraInfo>> {
        Ok(Vec::new())
    }

    /// Opens a camera, with or without a scan before. A camera that is open already is
    /// returned again.
    pub fn open(&self, id: &str) -> Result<Arc<Camera>> {
        Err(Error::new(ErrorKind::NotFound, format!("no camera `{id}`")))
    }

    /// Closes a camera: ends what it is doing, wakes whoever waits for it.
    pub fn close(&self, _camera: &Camera) -> Result<()> {
        Ok(())
    }

    /// Closes all cameras and joins all threads. The library can be used again after.
    pub fn release(&self) {}
}
