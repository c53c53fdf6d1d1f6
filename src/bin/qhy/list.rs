//! `qhy list`: what is plugged in, also what cannot be used yet, and what to do about it.

use qhyccd::model::{self, Level};
use qhyccd::transport::{Identity, LinkSpeed, UsbError};

use crate::support::output::{self, Result};
use crate::support::session::Session;

/// Runs the subcommand.
pub(crate) fn run(session: &Session) -> Result<()> {
    // Looked at before the library opens anything, so that `in use` means other programs.
    let devices = session.bus().scan()?;
    let notes: Vec<String> = devices.iter().filter_map(|d| note(d, session)).collect();
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
        eprintln!("no camera found; is it plugged in and switched on (12 V)?");
    }
    Ok(())
}

/// What stands in the way of using a device; `None` for usable cameras and for devices
/// of other makers.
fn note(device: &Identity, session: &Session) -> Option<String> {
    if device.vendor != model::VENDOR {
        return None;
    }
    let place = place(device);
    if model::is_loader(device.vendor, device.product) {
        let file = model::all().find(|m| m.loader == Some(device.product)).and_then(|m| m.firmware_file);
        return Some(format!(
            "{place}: a QHYCCD camera that waits for its firmware{}; install the maker's firmware rules \
             (udev with fxload), then plug it in again",
            file.map(|f| format!(" ({f})")).unwrap_or_default()
        ));
    }
    let Some(known) = model::all().find(|m| m.product == device.product) else {
        return Some(format!("{place}: a QHYCCD device that this library does not know"));
    };
    if known.level == Level::KnownOnly {
        return Some(format!("{place}: {}, known but not supported yet", known.name));
    }
    match session.bus().open(device) {
        Ok(_) => None,
        Err(error @ UsbError::Access(_)) => Some(format!(
            "{place}: {}: {error} (install the udev rules 85-open-qhyccd.rules, then plug it in again)",
            known.name
        )),
        Err(error) => Some(format!("{place}: {}: {error}", known.name)),
    }
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
