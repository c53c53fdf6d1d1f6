//! The library for the length of one command, and the choice of one camera.

use std::sync::Arc;

use qhyccd::camera::{Camera, Library};
use qhyccd::transport::{Bus, select};

use super::output::{Failure, Result};

/// The bus that the user chose and the library on it. Released on drop.
pub(crate) struct Session {
    bus: Arc<dyn Bus>,
    library: Library,
    simulated: bool,
}

impl Session {
    /// Opens the bus of `--virtual MODEL`, else the one that the environment names.
    pub(crate) fn open(virtual_devices: Option<&str>) -> Result<Session> {
        Session::open_through(virtual_devices, |bus| bus)
    }

    /// The same with a bus around that bus.
    pub(crate) fn open_through(
        virtual_devices: Option<&str>,
        around: impl FnOnce(Arc<dyn Bus>) -> Arc<dyn Bus>,
    ) -> Result<Session> {
        let value = match virtual_devices {
            Some(devices) => Some(format!("virtual:{devices}")),
            None => std::env::var(select::VARIABLE).ok(),
        };
        let bus = around(select::bus_for(value.as_deref())?);
        let simulated = select::is_simulated(value.as_deref());
        Ok(Session { library: Library::new(bus.clone()), bus, simulated })
    }

    /// The bus itself, for devices that are not (yet) cameras.
    pub(crate) fn bus(&self) -> &dyn Bus {
        &*self.bus
    }

    /// The library on the bus.
    pub(crate) fn library(&self) -> &Library {
        &self.library
    }

    /// True if the cameras are virtual.
    pub(crate) fn simulated(&self) -> bool {
        self.simulated
    }

    /// Opens the camera whose id is `wanted` or begins with it; without a wish, the only
    /// one there is.
    pub(crate) fn camera(&self, wanted: Option<&str>) -> Result<Arc<Camera>> {
        let ids: Vec<String> = self.library.scan()?.into_iter().map(|c| c.id).collect();
        let fitting: Vec<&String> = match wanted {
            Some(wanted) if ids.iter().any(|id| id == wanted) => {
                ids.iter().filter(|id| *id == wanted).collect()
            }
            Some(wanted) => ids.iter().filter(|id| id.starts_with(wanted)).collect(),
            None => ids.iter().collect(),
        };
        match (fitting.as_slice(), wanted) {
            ([id], _) => Ok(self.library.open(id)?),
            ([], None) => Err(Failure::new("no camera found; `qhy list` tells more")),
            ([], Some(wanted)) => {
                let there = if ids.is_empty() { "none".to_string() } else { ids.join(", ") };
                Err(Failure::new(format_args!("no camera `{wanted}`; found: {there}")))
            }
            (several, _) => {
                let names: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
                Err(Failure::new(format_args!(
                    "more than one camera fits, name one of them: {}",
                    names.join(", ")
                )))
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.library.release();
    }
}
