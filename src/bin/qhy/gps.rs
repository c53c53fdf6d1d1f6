//! `qhy gps`: what a GPS box wrote into frames, in words. The frames come from a camera or
//! from a FITS file; nothing is corrected, and what is doubtful is said to be.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use qhyccd::camera::{Camera, GpsMark, GpsRecord, StreamMode};
use qhyccd::frame::fits;
use qhyccd::model::ControlId;
use qhyccd::util::Rect;

use crate::support::fits::Header;
use crate::support::output::{self, Failure, Result};
use crate::support::session::Session;
use crate::support::utc::Utc;
use crate::support::values;

/// Bytes of the data.
const BYTES: usize = 44;
/// Rows that are read for them.
const ROWS: u32 = 64;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Read this file of `qhy capture --gps` or another program, not a camera
    #[arg(long, value_name = "FILE.fits", conflicts_with_all = ["camera", "exposure", "count"])]
    fits: Option<PathBuf>,

    /// Id of the camera or its beginning; may be left out if there is only one
    #[arg(long, value_name = "ID")]
    camera: Option<String>,

    /// Exposure time: 2s, 500ms, 100us, or a number of seconds
    #[arg(long, value_name = "TIME", default_value = "1ms", value_parser = values::exposure_us)]
    exposure: f64,

    /// Number of frames
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args, open: impl FnOnce() -> Result<Session>) -> Result<()> {
    if let Some(path) = &args.fits {
        return output::print(&describe(&from_file(path)?, None, None));
    }
    let session = open()?;
    let camera = session.camera(args.camera.as_deref())?;
    camera.set_stream_mode(StreamMode::Single)?;
    camera.init()?;
    camera.set(ControlId::EXPOSURE, args.exposure)?;
    let image = camera.chip_info().image;
    camera.set_roi(Rect::new(0, 0, image.width, image.height.min(ROWS)))?;
    camera.set_gps(true)?;
    let mut pixels = Vec::new();
    for number in 0..args.count {
        camera.start_exposure()?;
        camera.read_frame(|info| {
            pixels.resize(info.len_bytes(), 0);
            Some(&mut pixels[..])
        })?;
        if number > 0 {
            output::print("\n")?;
        }
        // A virtual camera has a time of its own.
        let computer = (!session.simulated()).then(Utc::now);
        let end_us = camera.rolling_shutter_end_offset_us(0)?;
        output::print(&describe(&GpsRecord::decode(&pixels)?, Some(end_us), computer))?;
    }
    Ok(())
}

fn from_file(path: &Path) -> Result<GpsRecord> {
    let refused = |why: &dyn std::fmt::Display| Failure::new(format_args!("{}: {why}", path.display()));
    let mut file = BufReader::new(File::open(path).map_err(|e| refused(&e))?);
    let start = fits::read_start(&mut file, BYTES).map_err(|e| refused(&e))?;
    // The bytes were written as samples, the lower byte first.
    let bytes: Vec<u8> = match start.bits {
        8 => start.values.iter().map(|&value| value as u8).collect(),
        16 => start.values.iter().flat_map(|&value| (value as u16).to_le_bytes()).collect(),
        other => return Err(refused(&format_args!("BITPIX {other}: not the samples of a camera"))),
    };
    Ok(GpsRecord::decode(&bytes)?)
}

fn describe(record: &GpsRecord, end_us: Option<f64>, computer: Option<Utc>) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: String| text.push_str(&format!("{name:<13}{value}\n"));
    row("Frame", format!("number {}, {}x{} sent", record.sequence, record.width, record.height));
    row("Receiver", record.now.state.text().into());
    row("Now", format!("{} UTC", Utc::from_unix(record.now_unix()).iso_fine()));
    for (name, mark) in [("Start mark", record.start), ("End mark", record.end), ("Now mark", record.now)] {
        row(name, format!("state {}, second {}, count {}", mark.state.number(), mark.seconds, mark.counts));
    }
    row("Last second", format!("{} counts", record.pps));
    let degrees = |angle: Option<f64>| angle.map_or("?".into(), |angle| format!("{angle:.6}"));
    row("Place", format!("{} N, {} E", degrees(record.latitude_deg), degrees(record.longitude_deg)));
    if let Some(end_us) = end_us {
        row("Row 0 ends", format!("{end_us:.3} us after now"));
    }
    let doubts = record.doubts(computer.map(Utc::unix));
    if doubts.is_empty() {
        row("Doubts", "none".into());
    }
    for doubt in doubts {
        row("Doubt", doubt.to_string());
    }
    text
}

/// The keywords of N.I.N.A., which other programs read too. Without three marks of the same
/// state, as without a box, there are none, which is its rule too.
pub(crate) fn keywords(cards: &mut Header, camera: &Camera, record: &GpsRecord) -> Result<()> {
    let timing = camera.timing()?;
    cards.integer("QHY_LP", timing.line_period_ns.into(), "[ns] line period");
    cards.real("QHY_OFF0", camera.rolling_shutter_end_offset_us(0)?, "[us] row 0 ends after now");
    if record.start.state != record.now.state || record.end.state != record.now.state {
        cards.comment("GPS was on, but the first bytes are no GPS data.");
        return Ok(());
    }
    cards.integer("GPS_PPS", record.pps.into(), "counts in the last second");
    cards.integer("GPS_SEQ", record.sequence.into(), "frame number");
    cards.integer("GPS_W", record.width.into(), "columns sent");
    cards.integer("GPS_H", record.height.into(), "rows sent");
    for (key, angle, comment) in
        [("GPS_LAT", record.latitude_deg, "degrees north"), ("GPS_LON", record.longitude_deg, "degrees east")]
    {
        if let Some(angle) = angle {
            cards.real(key, angle, comment);
        }
    }
    mark(cards, ["GPS_SFLG", "GPS_SST", "GPS_SSEC", "GPS_SUS", "GPS_SUTC"], record.start);
    mark(cards, ["GPS_EFLG", "GPS_EST", "GPS_ESEC", "GPS_EUS", "GPS_EUTC"], record.end);
    mark(cards, ["GPS_NFLG", "GPS_NST", "GPS_NSEC", "GPS_NUS", "GPS_NUTC"], record.now);
    let us = |mark: GpsMark| i64::from(mark.seconds) * 1_000_000 + i64::from(mark.counts / 10);
    cards.integer("GPS_EXP", us(record.end) - us(record.start), "[us] end less start");
    cards.integer("GPS_LP", timing.line_period_ns.into(), "[ns] line period");
    Ok(())
}

fn mark(cards: &mut Header, keys: [&str; 5], mark: GpsMark) {
    let [flag, state, seconds, us, utc] = keys;
    cards.integer(flag, mark.state.number().into(), "receiver state");
    cards.text(state, mark.state.text(), "");
    cards.integer(seconds, mark.seconds.into(), "[s] since JD 2450000.5");
    cards.integer(us, (mark.counts / 10).into(), "[us]");
    cards.text(utc, &Utc::from_unix(mark.unix()).iso(), "UTC");
}
