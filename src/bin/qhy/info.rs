//! `qhy info`: one camera in full.

use std::fmt::Write;

use qhyccd::camera::{Camera, StreamMode};
use qhyccd::model::{Availability, ControlId, Peripherals, Read, manual};
use qhyccd::util::{Rect, Size};

use crate::support::output::{self, Result};
use crate::support::session::Session;
use crate::support::values;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Id of the camera or its beginning; may be left out if there is only one
    id: Option<String>,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args, session: &Session) -> Result<()> {
    let camera = session.camera(args.id.as_deref())?;
    camera.set_stream_mode(StreamMode::Single)?;
    camera.init()?;

    let mut text = String::new();
    let _ = writeln!(text, "{}: {}", camera.id(), camera.model().summary);
    for section in [device(&camera)?, read_modes(&camera), controls(&camera), readings(&camera)] {
        text.push('\n');
        text.push_str(&section);
    }
    output::print(&text)
}

fn device(camera: &Camera) -> Result<String> {
    let model = camera.model();
    let [year, month, day, ..] = camera.firmware_version()?;
    let fpga = camera.fpga_version()?.map(|byte| byte.to_string()).join("-");
    let chip = camera.chip_info();
    let colour = match model.bayer {
        Some(order) => format!("colour, {}", order.fits_name()),
        None => "mono".into(),
    };
    let list = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let mut rows = vec![
        row("Sensor", format!("{}, {colour}", model.sensor)),
        row(
            "Chip",
            format!("{:.3} x {:.3} mm, pixels of {} um", chip.width_mm, chip.height_mm, chip.pixel_um),
        ),
        row("Firmware", format!("20{year:02}-{month:02}-{day:02}")),
        row("FPGA", fpga),
        row("Binning", list(model.bins)),
        row("Bits a sample", list(model.depths)),
        row("Has", abilities(model.has)),
    ];
    let unity = manual::unity_gains(model.name).map(|row| match row.mode {
        Some(mode) => format!("{} ({mode})", row.setting),
        None => row.setting.to_string(),
    });
    let unity: Vec<String> = unity.collect();
    if !unity.is_empty() {
        rows.push(row("Gain for 1 e-/ADU", unity.join(", ")));
    }
    if model.ddr_mib > 0 {
        rows.push(row("Buffer", format!("{} MiB", model.ddr_mib)));
    }
    Ok(output::table(&rows))
}

fn row(name: &str, value: String) -> Vec<String> {
    vec![name.into(), value]
}

fn abilities(has: Peripherals) -> String {
    let names = [
        (has.cooler, "cooler"),
        (has.wheel, "filter wheel socket"),
        (has.gps, "GPS"),
        (has.guide_port.is_some(), "guide port"),
        (has.trigger, "trigger"),
        (has.watchdog, "watchdog"),
        (has.frame_numbers, "frame numbers"),
    ];
    names.iter().filter(|(there, _)| *there).map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

fn read_modes(camera: &Camera) -> String {
    let size = |s: Size| format!("{}x{}", s.width, s.height);
    let area = |r: Rect| format!("{},{} {}", r.x, r.y, size(r.size()));
    let mut rows =
        vec![["READ MODE", "NAME", "WHOLE FRAME", "EFFECTIVE", "OVERSCAN"].map(String::from).to_vec()];
    let count = camera.read_mode_count().unwrap_or_default() as usize;
    for (n, mode) in camera.model().read_modes.iter().take(count).enumerate() {
        rows.push(vec![
            n.to_string(),
            mode.name.into(),
            size(mode.image),
            area(mode.effective),
            area(mode.overscan),
        ]);
    }
    output::table(&rows)
}

fn controls(camera: &Camera) -> String {
    let mut rows = vec![["CONTROL", "VALUE", "MIN", "MAX", "STEP"].map(String::from).to_vec()];
    for control in camera.model().controls() {
        if camera.availability(control.id) != Availability::Yes || is_reading(control.id, control.read) {
            continue;
        }
        let Ok(range) = camera.range(control.id) else { continue };
        let value = match (control.read, camera.get(control.id)) {
            // The answer of a cooler that does not regulate.
            (Read::Target, Ok(-100.0)) => "off".into(),
            (_, Ok(value)) => values::trimmed(value),
            (_, Err(_)) => "-".into(),
        };
        let limits = [range.min, range.max, range.step].map(values::trimmed);
        rows.push([vec![format!("{} {}", control.id.0, name(control.id)), value], limits.to_vec()].concat());
    }
    output::table(&rows)
}

/// True for values that the camera measures.
fn is_reading(id: ControlId, read: Read) -> bool {
    matches!(read, Read::Temperature | Read::Pwm | Read::Humidity | Read::Pressure)
        && id != ControlId::MANUAL_PWM
}

fn readings(camera: &Camera) -> String {
    let value = |id, unit| match camera.get(id) {
        Ok(value) => format!("{} {unit}", values::trimmed(value)),
        Err(error) => error.to_string(),
    };
    let there = |id| camera.availability(id) == Availability::Yes;
    let mut rows = Vec::new();
    for (id, title, unit) in [
        (ControlId::CUR_TEMP, "Sensor temperature", "C"),
        (ControlId::CUR_PWM, "Cooler power (of 255)", ""),
        (ControlId::HUMIDITY, "Chamber humidity", "%"),
        (ControlId::PRESSURE, "Chamber pressure", "hPa"),
    ] {
        if there(id) {
            rows.push(row(title, value(id, unit)));
        }
    }
    if camera.model().has.wheel {
        let wheel = match camera.wheel_present() {
            Ok(false) => "none".into(),
            Ok(true) => match (camera.get(ControlId::CFW_SLOTS_NUM), camera.wheel_position()) {
                (Ok(slots), Ok(at)) => format!("{slots} slots, at position {}", char::from(at)),
                (Err(error), _) | (_, Err(error)) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        rows.push(row("Filter wheel", wheel));
    }
    output::table(&rows)
}

/// What people call a control.
fn name(id: ControlId) -> &'static str {
    match id {
        ControlId::BRIGHTNESS => "brightness",
        ControlId::CONTRAST => "contrast",
        ControlId::WBR => "white balance, red",
        ControlId::WBG => "white balance, green",
        ControlId::WBB => "white balance, blue",
        ControlId::GAMMA => "gamma",
        ControlId::GAIN => "gain",
        ControlId::OFFSET => "offset",
        ControlId::EXPOSURE => "exposure, us",
        ControlId::SPEED => "read-out speed",
        ControlId::TRANSFER_BIT => "bits a sample",
        ControlId::USB_TRAFFIC => "USB traffic",
        ControlId::MANUAL_PWM => "cooler power, 0..255",
        ControlId::COOLER => "cooler target, C",
        ControlId::TRIGGER_MODE => "trigger mode",
        ControlId::AUTOEXP => "automatic exposure",
        ControlId::AUTOEXP_TARGET_BRIGHTNESS => "automatic exposure, brightness",
        ControlId::AUTOEXP_SAMPLE_AREA => "automatic exposure, area",
        ControlId::AUTOEXP_EXP_MAX_MS => "automatic exposure, longest, ms",
        ControlId::AUTOEXP_GAIN_MAX => "automatic exposure, largest gain",
        ControlId::DPC => "defect pixel correction",
        ControlId::DPC_VALUE => "defect pixel correction, strength",
        _ => "",
    }
}
