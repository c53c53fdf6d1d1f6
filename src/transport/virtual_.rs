//! The in-process connection to virtual cameras.
#![forbid(unsafe_code)]

use super::null::NullBus;
use super::{Bus, UsbError};

/// A bus with the cameras that the text behind `virtual:` orders.
pub fn bus(_text: &str) -> Result<Box<dyn Bus>, UsbError> {
    Ok(Box::new(NullBus))
}
