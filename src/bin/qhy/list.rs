//! `qhy list`: what is plugged in, also what cannot be used yet, and what to do about it.

use qhyccd::model;
use qhyccd::transport::{Identity, LinkSpeed, UsbError};

use crate::support::output::{self, Result};
use crate::support::session::Session;

/// Runs the subcommand.
pub(crate) fn run(session: &Session) -> Result<()> {
    let devices = session.bus().scan()?;
    let open = |device: &Identity| session.bus().open(device).map(drop);
    let notes: Vec<String> = devices.iter().filter_map(|d| note(d, open)).collect();
    let cameras = session.library().scan()?;

    let mut rows = vec![["ID", "MODEL", "LINK", "STATE"].map(String::from).to_vec()];
    for camera in &cameras {
        let link = if camera.super_speed { "USB 3" } else { "USB 2 (slow)" };
        let state = if session.simulated() { "ready, virtual" } else { "ready" };
        rows.push(vec![camera.id.clone(), camera.model.name.into(), link.into(), state.into()]);
    }
    if !cameras.is_empty() {
        output::print(&output::table(&rows))?;
    }
    for note in &notes {
        eprintln!("{note}");
    }
    if cameras.is_empty() && notes.is_empty() {
        eprintln!("no camera found; is it plugged in and supplied with 12 V?");
    }
    Ok(())
}

/// What stands in the way of using a device; `None` for usable cameras and for devices
/// of other makers. `open` tries to open it.
fn note(device: &Identity, open: impl Fn(&Identity) -> std::result::Result<(), UsbError>) -> Option<String> {
    if device.vendor != model::VENDOR {
        return None;
    }
    let place = place(device);
    let driven = model::driven().find(|m| m.product == device.product || m.loader == Some(device.product));
    let known = model::find_known(device.vendor, device.product);
    let known = known.map(|k| k.name).or(model::known_name(device.product));
    let Some(name) = driven.map(|m| m.name).or(known) else {
        return Some(format!("{place}: a QHYCCD device that this library does not know"));
    };
    if driven.is_none() {
        return Some(format!("{place}: {name}, known but not supported yet"));
    }
    if model::is_loader(device.vendor, device.product) {
        let file = driven.and_then(|m| m.firmware_file).map(|f| format!(" ({f})")).unwrap_or_default();
        return Some(format!(
            "{place}: {name} or a variant, waits for its firmware{file}; set QHYCCD_FIRMWARE to the \
             folder with the maker's firmware files, or install those and the maker's udev rules and \
             plug it in again"
        ));
    }
    open(device).err().map(|error| format!("{place}: {name} or a variant, {error}"))
}

fn place(device: &Identity) -> String {
    let speed = match device.speed {
        LinkSpeed::Super => ", USB 3",
        LinkSpeed::High | LinkSpeed::Full => ", USB 2",
        LinkSpeed::Unknown => "",
    };
    format!(
        "bus {} device {} ({:04x}:{:04x}{speed})",
        device.bus, device.address, device.vendor, device.product
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(vendor: u16, product: u16) -> Identity {
        Identity { vendor, product, bus: 2, address: 7, ports: vec![1], speed: LinkSpeed::Super }
    }

    #[test]
    fn each_obstacle_is_named() {
        let fine = |_: &Identity| Ok(());
        let refused = |_: &Identity| Err(UsbError::Access("install the udev rules".into()));
        let text = |vendor, product| note(&device(vendor, product), fine).unwrap_or_default();

        assert_eq!(text(0x1618, 0xC601), "");
        assert_eq!(text(0x0BDA, 0xC600), "", "other makers' devices are none of our business");
        assert!(text(0x1618, 0xC600).contains("waits for its firmware (QHY600.img)"));
        assert!(text(0x1618, 0xC175).contains("QHY174, known but not supported"));
        assert!(text(0x1618, 0xC174).contains("QHY174, known but not supported"));
        assert!(text(0x1618, 0xFFFE).contains("does not know"));
        let note = note(&device(0x1618, 0xC601), refused).unwrap();
        assert!(note.starts_with("bus 2 device 7 (1618:c601, USB 3): QHY600"), "{note}");
        assert!(note.contains("no permission") && note.contains("udev rules"), "{note}");
    }
}
