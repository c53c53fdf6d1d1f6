//! `qhy capture`: single frames, each as a FITS file and a small PNG to look at.

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use qhyccd::camera::{Camera, FrameInfo, GpsRecord, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::gps;
use crate::support::fits::{self, Image};
use crate::support::header::{Shot, bayer, header};
use crate::support::output::{self, Failure, Result};
use crate::support::preview;
use crate::support::progress::{Interrupt, Progress};
use crate::support::session::Session;
use crate::support::utc::Utc;
use crate::support::values;

const REFRESH: Duration = Duration::from_millis(50);
const COOLING_POLL: Duration = Duration::from_millis(500);
const COOLING_LIMIT: Duration = Duration::from_secs(15 * 60);
const COOLING_TOLERANCE_C: f64 = 0.5;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Id of the camera or its beginning; may be left out if there is only one
    #[arg(long, value_name = "ID")]
    camera: Option<String>,

    /// Exposure time: 2s, 500ms, 100us, or a number of seconds
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = values::exposure_us, allow_negative_numbers = true)]
    exposure: f64,

    /// Gain setting [default: the camera's]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    gain: Option<u32>,

    /// Offset setting [default: the camera's]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    offset: Option<u32>,

    /// Read mode by number; `qhy info` lists them
    #[arg(long, value_name = "N", default_value_t = 0)]
    read_mode: u32,

    /// Sum N x N pixels in software
    #[arg(long, value_name = "N", default_value_t = 1)]
    bin: u32,

    /// Bits a sample: 8 or 16
    #[arg(long, value_name = "BITS", default_value_t = 16, value_parser = bits)]
    bits: u32,

    /// What to read: the pixels that see light, or also masked and overscan pixels
    #[arg(long, value_enum, default_value_t = Area::Effective)]
    area: Area,

    /// Region in binned pixels, counted from the corner of the whole frame
    #[arg(long, value_name = "X,Y,W,H", value_parser = values::rect, conflicts_with = "area")]
    roi: Option<Rect>,

    /// Switch the data of a GPS box on; they take the place of the first pixels, and go into
    /// the header as GPS_ keywords
    #[arg(long)]
    gps: bool,

    /// Cool to T degrees Celsius first, within half a degree. The cooler stays on
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    cool: Option<f64>,

    /// Number of frames; more than one get -001, -002, ... added to their names
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,

    /// The FITS file; one that exists is replaced once the new one is complete
    #[arg(long, value_name = "FILE.fits")]
    out: PathBuf,

    /// Write no PNG beside the FITS file
    #[arg(long)]
    no_preview: bool,

    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Area {
    /// Pixels that see light (QHY600: 9576x6388)
    Effective,
    /// The whole frame (QHY600: 9600x6422)
    Full,
}

fn bits(text: &str) -> std::result::Result<u32, String> {
    match text {
        "8" => Ok(8),
        "16" => Ok(16),
        _ => Err("expected 8 or 16".into()),
    }
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args, open: impl FnOnce() -> Result<Session>) -> Result<()> {
    check_out(&args.out, !args.no_preview)?;
    let interrupt = Interrupt::install()?;
    let session = open()?;
    let camera = session.camera(args.camera.as_deref())?;
    set_up(&camera, args)?;
    if let Some(target_c) = args.cool {
        cool(&camera, target_c, args.quiet, &interrupt)?;
    }

    let mut pixels = Vec::new();
    for number in 1..=args.count {
        interrupt.check()?;
        let start = Utc::now();
        let frame = expose(&camera, &mut pixels, args, &interrupt)?;
        let exposure_us = camera.get(ControlId::EXPOSURE)?;
        let shot = Shot { exposure_us, start, simulated: session.simulated() };
        save(&camera, &shot, frame, &pixels, &numbered(&args.out, number, args.count), !args.no_preview)?;
    }
    Ok(())
}

/// Refuses names that cannot become files before an hour of exposure shows it.
fn check_out(out: &Path, preview: bool) -> Result<()> {
    let refused = |why: &str| Err(Failure::new(format_args!("{}: {why}", out.display())));
    if out.file_name().is_none() || out.is_dir() {
        return refused("not a file name");
    }
    if preview && out.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) {
        return refused("this is where the preview goes; name the FITS file");
    }
    match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => refused("no such folder"),
        _ => Ok(()),
    }
}

/// Puts all settings in the camera.
fn set_up(camera: &Camera, args: &Args) -> Result<()> {
    camera.set_read_mode(args.read_mode)?;
    camera.set_stream_mode(StreamMode::Single)?;
    camera.init()?;
    set(camera, ControlId::EXPOSURE, "exposure in us", args.exposure)?;
    if let Some(gain) = args.gain {
        set(camera, ControlId::GAIN, "gain", gain.into())?;
    }
    if let Some(offset) = args.offset {
        set(camera, ControlId::OFFSET, "offset", offset.into())?;
    }
    camera.set_depth(args.bits)?;
    camera.set_bin(args.bin, args.bin)?;
    let roi = args.roi.unwrap_or_else(|| match args.area {
        Area::Effective => camera.effective_area(),
        Area::Full => camera.chip_info().image.binned(args.bin).rect(),
    });
    camera.set_roi(roi)?;
    if args.gps {
        camera.set_gps(true)?;
    }
    Ok(())
}

/// Sets a control, strictly: the library clamps, but whoever types a wrong number wants
/// to know.
fn set(camera: &Camera, id: ControlId, name: &str, value: f64) -> Result<()> {
    let range = camera.range(id)?;
    if !(range.min..=range.max).contains(&value) {
        let [value, min, max] = [value, range.min, range.max].map(values::trimmed);
        return Err(Failure::new(format_args!("{name} {value} is not within {min}..{max}")));
    }
    Ok(camera.set(id, value)?)
}

fn cool(camera: &Camera, target_c: f64, quiet: bool, interrupt: &Interrupt) -> Result<()> {
    set(camera, ControlId::COOLER, "cooler target", target_c)?;
    let progress = Progress::new(quiet);
    let deadline = Instant::now() + COOLING_LIMIT;
    let first_c = camera.get(ControlId::CUR_TEMP)?;
    loop {
        let now_c = camera.get(ControlId::CUR_TEMP)?;
        let left_c = (now_c - target_c).abs();
        if left_c <= COOLING_TOLERANCE_C {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(Failure::new(format_args!(
                "the sensor is at {now_c:.1} C after {} minutes and does not reach {target_c:.1} C",
                COOLING_LIMIT.as_secs() / 60
            )));
        }
        let done = 1.0 - left_c / (first_c - target_c).abs().max(COOLING_TOLERANCE_C);
        progress.show(&format!("cooling, {now_c:.1} C"), 100.0 * done);
        thread::sleep(COOLING_POLL);
        interrupt.check()?;
    }
}

/// Takes one frame into `pixels`. A thread waits for it, this one watches the user.
fn expose(camera: &Camera, pixels: &mut Vec<u8>, args: &Args, interrupt: &Interrupt) -> Result<FrameInfo> {
    let exposing = format!("exposing {}", values::show_exposure(args.exposure));
    let progress = Progress::new(args.quiet);
    camera.start_exposure()?;
    log::info!("exposure started");
    thread::scope(|scope| {
        let (done, result) = mpsc::channel();
        scope.spawn(move || {
            let frame = camera.read_frame(move |info| {
                pixels.resize(info.len_bytes(), 0);
                Some(pixels.as_mut_slice())
            });
            // The receiver is alive until it has this.
            let _ = done.send(frame);
        });
        loop {
            match result.recv_timeout(REFRESH) {
                Ok(_) if interrupt.requested() => return Err(Failure::Interrupted),
                Ok(frame) => return Ok(frame?),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::new("the reading thread ended early"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if interrupt.requested() {
                camera.cancel_exposure()?;
                return Err(Failure::Interrupted);
            }
            match camera.exposure_remaining_percent() {
                0 => progress.show("downloading", camera.reading_progress_percent()),
                left => progress.show(&exposing, 100.0 - f64::from(left)),
            }
        }
    })
}

/// `out` itself, or with the frame's number in its name if there are several.
fn numbered(out: &Path, number: u32, count: u32) -> PathBuf {
    if count == 1 {
        return out.to_path_buf();
    }
    let digits = count.to_string().len().max(3);
    let mut name = out.file_stem().unwrap_or_default().to_os_string();
    name.push(format!("-{number:0digits$}"));
    if let Some(extension) = out.extension() {
        name.push(".");
        name.push(extension);
    }
    out.with_file_name(name)
}

fn save(
    camera: &Camera,
    shot: &Shot,
    frame: FrameInfo,
    pixels: &[u8],
    path: &Path,
    with_preview: bool,
) -> Result<()> {
    let image = Image { width: frame.width, height: frame.height, bits: frame.bits };
    let mut cards = header(camera, shot, frame);
    if camera.get(ControlId::GPS).ok() == Some(1.0) {
        gps::keywords(&mut cards, camera, &GpsRecord::decode(pixels)?)?;
    }
    output::write_file(path, |out: &mut BufWriter<_>| fits::write(out, &cards, image, pixels))?;
    let mut line = format!(
        "{}: {}x{}, {} bit, {}",
        path.display(),
        frame.width,
        frame.height,
        frame.bits,
        values::show_exposure(shot.exposure_us)
    );
    if with_preview {
        let png = path.with_extension("png");
        output::write_file(&png, |out| preview::write_png(out, image, bayer(camera), pixels))?;
        line.push_str(&format!(", preview {}", png.display()));
    }
    output::print(&format!("{line}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_series() {
        let out = Path::new("night/m31.fits");
        assert_eq!(numbered(out, 1, 1), out);
        assert_eq!(numbered(out, 7, 12), Path::new("night/m31-007.fits"));
        assert_eq!(numbered(Path::new("a"), 1200, 1200), Path::new("a-1200"));
    }
}
