//! A bus with nothing on it: the specimen for writers of a new backend, and what is
//! used when no devices may be touched.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Bus, BusListener, Identity, Transport, UsbError};

/// A bus without devices.
#[derive(Debug, Default)]
pub struct NullBus;

impl Bus for NullBus {
    fn scan(&self) -> Result<Vec<Identity>, UsbError> {
        Ok(Vec::new())
    }

    fn open(&self, _device: &Identity) -> Result<Arc<dyn Transport>, UsbError> {
        Err(UsbError::Gone)
    }

    fn watch(&self, _listener: BusListener) -> Result<(), UsbError> {
        Ok(())
    }

    fn unwatch(&self) {}
}
