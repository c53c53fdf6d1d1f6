//! Chooses the bus by the value of `QHYCCD_DEVICES`. Unset means real USB.
//!
//! | value | cameras |
//! | --- | --- |
//! | `virtual:QHY600M?seed=1,QHY600C` | virtual ones in this process |
//! | `virtual-usb:...` | those of the libusb look-alike |
//! | `record:FILE` | on USB; what passes is written to FILE and `FILE.bulk` |
//! | `record:FILE?bulk=no` | the same without pixels; `bulk=MIB` sets how much of them |
//! | `record:FILE:virtual:QHY600M` | as above, of the cameras named behind the file |
//! | `replay:FILE?speed=10&bulk=no` | those of a record, answering as they did then |
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Bus, UsbError};

/// Name of the environment variable.
pub const VARIABLE: &str = "QHYCCD_DEVICES";

const FORM: &str = "virtual:MODEL[?option=value[&option=value...]][,MODEL...], record:FILE, \
                    record:FILE:virtual:MODEL..., or replay:FILE";

/// What may stand behind the file of a record.
const RECORDED: [&str; 3] = ["virtual:", "virtual-usb:", "replay:"];

/// In front of cameras that are not in this process but behind the libusb look-alike of
/// the package `virtual-usb`, which reads the rest of the value.
const BEHIND_USB: &str = "virtual-usb";

/// The bus that `value` names; `None` is real USB. The text of an error names the
/// variable and the mistake.
pub fn bus_for(value: Option<&str>) -> Result<Arc<dyn Bus>, UsbError> {
    let Some(value) = value else { return usb_bus() };
    if value.is_empty() {
        return Err(mistake("is set but empty; unset it for cameras on USB"));
    }
    match value.split_once(':') {
        Some(("virtual", text)) => virtual_bus(text),
        Some((BEHIND_USB, _)) => look_alike_bus(),
        Some(("record", text)) => record_bus(text),
        Some(("replay", text)) => match super::replay::bus(text) {
            Ok(bus) => Ok(Arc::new(bus)),
            Err(error) => Err(mistake(&error.to_string())),
        },
        _ => Err(mistake(&format!("`{value}` is not understood; expected {FORM}"))),
    }
}

/// True if the cameras that `value` names are not on USB, as far as this process can tell.
pub fn is_simulated(value: Option<&str>) -> bool {
    let inner = match value.and_then(|value| value.strip_prefix("record:")) {
        Some(text) => recorded(text).1,
        None => value,
    };
    inner.is_some_and(|inner| inner.starts_with("virtual:") || inner.starts_with("replay:"))
}

/// Takes `FILE[:BUS]` apart.
fn recorded(text: &str) -> (&str, Option<&str>) {
    let place = |(at, _)| RECORDED.iter().any(|form| text[at + 1..].starts_with(form)).then_some(at);
    match text.match_indices(':').find_map(place) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

fn record_bus(text: &str) -> Result<Arc<dyn Bus>, UsbError> {
    let (text, inner) = recorded(text);
    let mut of_inner = false;
    let made = super::record::bus(text, || bus_for(inner).inspect_err(|_| of_inner = inner.is_some()));
    match made {
        Ok(bus) => Ok(Arc::new(bus)),
        Err(error) if of_inner => Err(error),
        Err(error) => Err(mistake(&error.to_string())),
    }
}

#[cfg(feature = "usb")]
fn usb_bus() -> Result<Arc<dyn Bus>, UsbError> {
    Ok(Arc::new(super::usb::UsbBus::new()?))
}

#[cfg(feature = "usb")]
fn look_alike_bus() -> Result<Arc<dyn Bus>, UsbError> {
    match super::usb::UsbBus::on_look_alike() {
        Ok(bus) => Ok(Arc::new(bus)),
        Err(error) => Err(mistake(&error.to_string())),
    }
}

#[cfg(not(feature = "usb"))]
fn look_alike_bus() -> Result<Arc<dyn Bus>, UsbError> {
    Err(mistake("this library was built without USB"))
}

#[cfg(not(feature = "usb"))]
fn usb_bus() -> Result<Arc<dyn Bus>, UsbError> {
    Ok(Arc::new(super::null::NullBus))
}

#[cfg(feature = "virtual")]
fn virtual_bus(text: &str) -> Result<Arc<dyn Bus>, UsbError> {
    match super::virtual_::bus(text) {
        Ok(bus) => Ok(Arc::new(bus)),
        Err(error) => Err(mistake(&error.to_string())),
    }
}

#[cfg(not(feature = "virtual"))]
fn virtual_bus(_text: &str) -> Result<Arc<dyn Bus>, UsbError> {
    Err(mistake("this library was built without virtual cameras"))
}

fn mistake(what: &str) -> UsbError {
    UsbError::Other(format!("{VARIABLE}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(value: &str) -> String {
        bus_for(Some(value)).err().unwrap().to_string()
    }

    #[test]
    fn mistakes_are_named_with_the_variable() {
        for (value, named) in [
            ("", "empty"),
            ("QHY600M", "`QHY600M`"),
            ("usb:1", "`usb:1`"),
            ("Virtual:QHY600M", "`Virtual:QHY600M`"),
            ("record:", "no file"),
            ("record:f?bulk=some:replay:g", "`bulk=some`"),
            ("record:f?bulk:replay:g", "`bulk`"),
            ("record:f:replay:g?sped=1", "`sped=1`"),
            ("replay:", "no file"),
            ("replay:/no/such/file", "/no/such/file"),
            ("replay:f?speed=-1", "`speed=-1`"),
        ] {
            let text = text_of(value);
            assert!(text.starts_with("QHYCCD_DEVICES: ") && text.contains(named), "{text}");
        }
    }

    #[test]
    fn unset_is_not_a_mistake_of_the_variable() {
        // Whether USB itself works depends on the machine.
        if let Err(error) = bus_for(None) {
            assert!(!error.to_string().contains(VARIABLE), "{error}");
        }
    }

    #[cfg(feature = "virtual")]
    #[test]
    fn virtual_cameras_are_made_or_their_mistake_is_named() {
        let bus = bus_for(Some("virtual:QHY600M,QHY600C?seed=4")).unwrap();
        assert_eq!(bus.scan().unwrap().len(), 2);
        let text = text_of("virtual:QHY600M?sed=4");
        assert!(text.starts_with("QHYCCD_DEVICES: ") && text.contains("`sed`"), "{text}");
    }
}
