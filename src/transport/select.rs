//! Chooses the bus by the value of `QHYCCD_DEVICES`. Unset means real USB.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::null::NullBus;
use super::{Bus, UsbError};

/// Name of the environment variable.
pub const VARIABLE: &str = "QHYCCD_DEVICES";

/// The bus that `value` names; `None` is real USB.
pub fn bus_for(value: Option<&str>) -> Result<Arc<dyn Bus>, UsbError> {
    match value {
        #[cfg(feature = "virtual")]
        Some(text) if text.starts_with("virtual:") => {
            Ok(Arc::from(super::virtual_::bus(&text["virtual:".len()..])?))
        }
        Some(other) => Err(UsbError::Other(format!(
            "{VARIABLE}: `{other}` is not understood; expected `virtual:MODEL[?option=value&...][,MODEL...]`"
        ))),
        None => Ok(Arc::new(NullBus)),
    }
}
