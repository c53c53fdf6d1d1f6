//! The FITS keywords of one frame. Spelling follows N.I.N.A. and INDI, so that
//! calibration programs find what they look for.

use qhyccd::camera::{Camera, FrameInfo};
use qhyccd::model::{Availability, ControlId, ReadMode};
use qhyccd::util::{Bayer, Rect};

use super::fits::{Header, Image};
use super::utc::Utc;

/// What was done to get the frame.
pub(crate) struct Shot {
    /// Exposure time in force.
    pub exposure_us: f64,
    /// When the exposure was started.
    pub start: Utc,
    /// True for virtual cameras.
    pub simulated: bool,
}

/// Filter order at the top left of the frames; `None` if they have no single one.
pub(crate) fn bayer(camera: &Camera) -> Option<Bayer> {
    let hardware_bin = read_mode(camera)?.hardware_bin;
    let order = camera.model().bayer.filter(|_| camera.bin() * hardware_bin == 1)?;
    Some(order.shifted(camera.roi().x, camera.roi().y))
}

fn read_mode(camera: &Camera) -> Option<&'static ReadMode> {
    camera.model().read_modes.get(camera.read_mode() as usize)
}

/// The header of a frame. Asks the camera for its temperature.
pub(crate) fn header(camera: &Camera, shot: &Shot, frame: FrameInfo) -> Header {
    let image = Image { width: frame.width, height: frame.height, bits: frame.bits };
    let mut cards = Header::new(image);
    time(&mut cards, shot);
    device(&mut cards, camera);
    pixels(&mut cards, camera);
    sections(&mut cards, camera, camera.roi());
    cards.text("ROWORDER", "TOP-DOWN", "first row is the top of the picture");
    cards.text("SWCREATE", concat!("open-qhyccd ", env!("CARGO_PKG_VERSION")), "");
    if shot.simulated {
        cards.logical("SIMULATE", true, "from a virtual camera");
        cards.comment("Simulated frame of a virtual camera: no light has been measured.");
    }
    cards
}

fn time(cards: &mut Header, shot: &Shot) {
    cards.real("EXPTIME", shot.exposure_us / 1e6, "exposure, s");
    cards.text("TIMESYS", "UTC", "");
    cards.text("DATE-OBS", &shot.start.iso(), "start, clock of the computer");
    cards.text("DATE-END", &shot.start.after_us(shot.exposure_us).iso(), "start and exposure time");
    cards.real("MJD-OBS", shot.start.mjd(), "start, modified Julian date");
}

fn device(cards: &mut Header, camera: &Camera) {
    let value = |id| match camera.availability(id) {
        Availability::Yes => camera.get(id).ok(),
        _ => None,
    };
    cards.text("INSTRUME", camera.model().name, "camera model");
    cards.text("CAMERAID", camera.id(), "model and serial number");
    for (key, id, comment) in [
        ("GAIN", ControlId::GAIN, "gain setting"),
        ("OFFSET", ControlId::OFFSET, "offset setting"),
        ("USBLIMIT", ControlId::USB_TRAFFIC, "USB traffic setting"),
    ] {
        if let Some(value) = value(id) {
            cards.integer(key, value as i64, comment);
        }
    }
    if let Some(egain) = value(ControlId::GAIN).and_then(|gain| e_per_adu(camera, gain)) {
        cards.real("EGAIN", egain, "electrons per unit, by the published curve");
    }
    if let Some(mode) = read_mode(camera) {
        cards.text("READOUTM", mode.name, "read mode");
    }
    // The target reads -100 while the cooler does not regulate.
    if let Some(target_c) = value(ControlId::COOLER).filter(|&c| c > -100.0) {
        cards.real("SET-TEMP", target_c, "cooler target, C");
    }
    if let Some(temp_c) = value(ControlId::CUR_TEMP) {
        cards.real("CCD-TEMP", temp_c, "sensor, C");
    }
}

/// Electrons per unit of a sample, where that is published for the samples as they are.
fn e_per_adu(camera: &Camera, gain: f64) -> Option<f64> {
    let averaged = camera.bin() > 1 && camera.get(ControlId::USE_AVERAGE_BINNING).ok() == Some(1.0);
    let plain = camera.frame_info().bits == 16 && !averaged;
    camera.amplification(gain).ok().filter(|_| plain).map(|a| a.e_per_adu)
}

fn pixels(cards: &mut Header, camera: &Camera) {
    let (bin, roi) = (camera.bin(), camera.roi());
    let hardware_bin = read_mode(camera).map_or(1, |m| m.hardware_bin);
    let pitch_um = camera.model().pixel_um * f64::from(bin * hardware_bin);
    cards.real("XPIXSZ", pitch_um, "pixel with binning, um");
    cards.real("YPIXSZ", pitch_um, "pixel with binning, um");
    cards.integer("XBINNING", bin.into(), "");
    cards.integer("YBINNING", bin.into(), "");
    cards.integer("XORGSUBF", roi.x.into(), "first column in the whole frame, binned");
    cards.integer("YORGSUBF", roi.y.into(), "first row in the whole frame, binned");
    if let Some(order) = bayer(camera) {
        cards.text("BAYERPAT", order.fits_name(), "from the first pixel of the first row");
        cards.integer("XBAYROFF", 0, "");
        cards.integer("YBAYROFF", 0, "");
    }
}

/// Where light and overscan are, if the frame holds more than light.
fn sections(cards: &mut Header, camera: &Camera, roi: Rect) {
    let light = common(camera.effective_area(), roi);
    if light == Some(roi) {
        return;
    }
    if let Some(section) = light.map(|area| section(area, roi)) {
        cards.text("DATASEC", &section, "pixels that see light");
        cards.text("TRIMSEC", &section, "pixels to keep");
    }
    if let Some(area) = common(camera.overscan_area(), roi) {
        cards.text("BIASSEC", &section(area, roi), "overscan rows");
    }
}

/// The part that two areas share.
fn common(a: Rect, b: Rect) -> Option<Rect> {
    let (x, y) = (a.x.max(b.x), a.y.max(b.y));
    let width = (a.x + a.width).min(b.x + b.width).checked_sub(x).filter(|&w| w > 0)?;
    let height = (a.y + a.height).min(b.y + b.height).checked_sub(y).filter(|&h| h > 0)?;
    Some(Rect::new(x, y, width, height))
}

/// `area` as `[first:last,first:last]` in a frame of `roi`, counted from 1.
fn section(area: Rect, roi: Rect) -> String {
    let (x, y) = (area.x - roi.x, area.y - roi.y);
    format!("[{}:{},{}:{}]", x + 1, x + area.width, y + 1, y + area.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_count_from_one_within_the_region() {
        let whole = Rect::new(0, 0, 9600, 6422);
        assert_eq!(section(Rect::new(24, 0, 9576, 6388), whole), "[25:9600,1:6388]");
        assert_eq!(section(Rect::new(0, 6388, 9600, 34), whole), "[1:9600,6389:6422]");
        let roi = Rect::new(10, 6380, 100, 42);
        let light = common(Rect::new(24, 0, 9576, 6388), roi).unwrap();
        assert_eq!(section(light, roi), "[15:100,1:8]");
        assert_eq!(common(Rect::new(0, 0, 24, 10), Rect::new(24, 0, 5, 5)), None);
    }
}
