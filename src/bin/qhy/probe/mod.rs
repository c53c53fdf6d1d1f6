//! `qhy probe`: for a person who owns a camera. Asks it all that is harmless, takes one
//! frame and a few live ones, and writes down what passed on the bus and what of it nobody
//! knew. The report is one file, a head for people and a record that `replay:` plays.
//!
//! Nothing here changes what a camera keeps when its power is off.

mod findings;

use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use qhyccd::camera::{self, Camera, ErrorKind, Library, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::transport::record::{RecordBus, Recorder};
use qhyccd::util::Rect;

use crate::support::output::{self, Result};
use crate::support::progress::Interrupt;
use crate::support::session::Session;
use crate::support::utc::Utc;

/// What everybody should know who runs this.
const NOTICE: &str = "The authors have not driven a real camera yet: what this program knows was learnt from\n\
    outside. It sends what the vendor's library was seen to send, and it writes nothing that\n\
    outlives a power cycle. Run it with the telescope safe and the cooler off.\n";

/// Status pages that the vendor's library reads and that only tell something. Others are
/// not read: some (3, 4, 35, 36) are switches, the rest is unknown.
const PAGES: [(u16, &str); 5] = [
    (0x01, "humidity"),
    (0x02, "humidity sensor fitted"),
    (0x07, "pressure sensor fitted"),
    (0x0E, "exposure timing"),
    (0x24, "sensor power"),
];
/// Read only if the page before it says yes, as the vendor's library does.
const PRESSURE: (u16, u16) = (0x07, 0x08);

const EXPOSURE_US: f64 = 20_000.0;
const LIVE_FRAMES: usize = 10;
const LIVE_ROWS: u32 = 480;
/// A stream that brings nothing for so long has failed.
const LIVE_PATIENCE: Duration = Duration::from_secs(20);
/// Looks at the fill counter while a frame is read.
const MOST_LOOKS: usize = 2000;
/// The request for the fill counter (`docs/protocol.md`).
const FILL: (u8, u16) = (0xBC, 4);
/// Pixels kept with `--pixels`, in MiB.
const PIXELS_MIB: u64 = 1024;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Id of the camera or its beginning; may be left out if there is only one
    id: Option<String>,

    /// The report; one that exists is replaced
    #[arg(long, value_name = "FILE", default_value = "qhy-probe.txt")]
    out: PathBuf,

    /// Write the serial number neither into the report nor into its record
    #[arg(long)]
    mask_serial: bool,

    /// Keep the pixels too, in FILE.bulk (some 200 MB); without, only the ends of transfers
    #[arg(long)]
    pixels: bool,
}

/// The record in memory, until the head in front of it is known.
#[derive(Clone, Default)]
struct Trace(Arc<Mutex<Vec<u8>>>);

impl Trace {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Write for Trace {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is found, in words.
struct Probe {
    trace: Trace,
    text: String,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args, virtual_devices: Option<&str>) -> Result<()> {
    let interrupt = Interrupt::install()?;
    output::print(NOTICE)?;
    let trace = Trace::default();
    let bulk = if args.pixels { Some(pixel_file(&args.out)?) } else { None };
    let mut recorder = Recorder::new(Box::new(trace.clone()), bulk);
    if args.mask_serial {
        recorder = recorder.hide(&Library::serial_requests());
    }
    let recorder = Arc::new(recorder);
    let around = recorder.clone();
    let session = Session::open_through(virtual_devices, |bus| Arc::new(RecordBus::new(bus, around)))?;

    let camera = session.camera(args.id.as_deref())?;
    let id = camera.id().to_owned();
    let serial = id.split_once('-').map_or("", |(_, serial)| serial).to_owned();
    if args.mask_serial {
        recorder.hide_bytes(serial.as_bytes());
    }
    let mut probe = Probe { trace, text: String::new() };
    probe.line("camera", &id);
    probe.line("cameras are virtual", session.simulated());
    probe.line("link", format_args!("{:?}", camera.place().speed));
    let complete = probe.look_at(&camera, &interrupt);
    session.library().close(&camera)?;
    drop((camera, session, recorder));

    let mut head = head(&probe.text, args);
    if args.mask_serial && !serial.is_empty() {
        head = head.replace(&serial, "(masked)");
    }
    let record = probe.trace.text();
    output::write_file(&args.out, |out| {
        out.write_all(head.as_bytes())?;
        out.write_all(record.as_bytes())
    })?;
    output::print(&format!("{}\nThe report is in {}.\n", probe_text(&head), args.out.display()))?;
    complete
}

fn pixel_file(out: &Path) -> Result<(Box<dyn Write + Send>, u64)> {
    let mut name = out.as_os_str().to_owned();
    name.push(".bulk");
    let file = File::create(&name)
        .map_err(|e| output::Failure::new(format_args!("{}: {e}", Path::new(&name).display())))?;
    Ok((Box::new(file), PIXELS_MIB))
}

/// The part of the report for people.
fn head(found: &str, args: &Args) -> String {
    let mut text = format!(
        "qhy probe report, by {} {}, {} UTC\n\n{NOTICE}\nFound\n{found}\n",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        Utc::now().iso()
    );
    text.push_str(if args.mask_serial {
        "The serial number is masked.\n"
    } else {
        "The serial number is in here.\n"
    });
    text.push_str(if args.pixels {
        "The pixels are in the file of this name with .bulk behind it.\n"
    } else {
        "The pixels are left out, but for both ends of each transfer.\n"
    });
    text.push_str("What follows is the record of the bus; QHYCCD_DEVICES=replay:FILE plays it.\n");
    let mut marked = String::new();
    for line in text.lines() {
        let _ = writeln!(marked, "{}", format!("# {line}").trim_end());
    }
    marked
}

fn probe_text(head: &str) -> String {
    let lines = head.lines().map(|line| line.trim_start_matches('#').trim_start_matches(' '));
    lines
        .skip_while(|line| *line != "Found")
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

impl Probe {
    fn line(&mut self, what: &str, value: impl Display) {
        // One line each, whatever an error text holds.
        let _ = writeln!(self.text, "{what}: {}", value.to_string().replace(['\n', '\r'], " "));
    }

    /// Notes an answer, or why there is none.
    fn note<T>(
        &mut self,
        what: &str,
        answer: camera::Result<T>,
        words: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        match &answer {
            Ok(value) => self.line(what, words(value)),
            Err(error) => self.line(what, format_args!("FAILED: {error}")),
        }
        answer.ok()
    }

    /// All steps; what fails is noted, and the next one is tried.
    fn look_at(&mut self, camera: &Camera, interrupt: &Interrupt) -> Result<()> {
        self.at_rest(camera);
        for step in [Probe::single, Probe::live] {
            interrupt.check().inspect_err(|_| self.line("interrupted", "yes"))?;
            step(self, camera, interrupt);
        }
        interrupt.check()
    }

    fn at_rest(&mut self, camera: &Camera) {
        let hex = |bytes: &[u8; 64]| findings::hex(bytes);
        self.note("firmware", camera.firmware_version(), |bytes| findings::hex(bytes));
        self.note("FPGA", camera.fpga_version(), |bytes| findings::hex(bytes));
        self.note("status D2", camera.status_bytes(), hex);
        self.note("debug D3", camera.debug_bytes(), hex);
        self.note("flash E4", camera.flash_record(), |[one, two]| format!("{} {}", hex(one), hex(two)));
        for (page, name) in PAGES {
            let content = self.note(&format!("page {page:02x}, {name}"), camera.status_page(page), hex);
            if page == PRESSURE.0 && content.is_some_and(|bytes| bytes[0] != 0) {
                let pressure = PRESSURE.1;
                self.note(&format!("page {pressure:02x}, pressure"), camera.status_page(pressure), hex);
            }
        }
        self.note("sensor, C", camera.temperature_c(), f64::to_string);
        self.note("FPGA die, C", camera.fpga_temp_c(), f64::to_string);
        self.note("humidity, %", camera.humidity_percent(), f64::to_string);
        self.fill("memory counter at rest", camera);
    }

    /// One whole frame.
    fn single(&mut self, camera: &Camera, _interrupt: &Interrupt) {
        let from = self.trace.len();
        let looks = Mutex::new(Vec::new());
        let taken = (|| {
            camera.set_stream_mode(StreamMode::Single)?;
            camera.init()?;
            camera.set(ControlId::EXPOSURE, EXPOSURE_US)?;
            let info = camera.frame_info();
            let mut pixels = vec![0; info.len_bytes()];
            camera.start_exposure()?;
            thread::scope(|scope| {
                let watcher = scope.spawn(|| watch_reading(camera, &looks));
                let read = camera.read_frame(|_| Some(&mut pixels));
                // Whatever the watcher was about: it ends by itself once nothing is read.
                let _ = watcher.join();
                read
            })
        })();
        self.note("single frame", taken, |info| {
            format!("{}x{}, {} bits", info.width, info.height, info.bits)
        });
        let lines = self.trace.text().split_off(from);
        self.text.push_str(&findings::transfers("single frame", &lines));
        let filling = findings::fill_counts(&lines, true);
        self.line("memory counter while filling", findings::course(&filling));
        let reading = looks.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.line("memory counter while reading", findings::course(&reading));
        self.fill("memory counter after", camera);
        self.note("timing page", camera.timing(), |timing| format!("{timing:?}"));
    }

    /// Some live frames of fewer rows.
    fn live(&mut self, camera: &Camera, interrupt: &Interrupt) {
        let from = self.trace.len();
        let mut came = 0;
        let taken = (|| {
            camera.set_stream_mode(StreamMode::Live)?;
            camera.init()?;
            let whole = camera.chip_info().image;
            let rows = LIVE_ROWS.min(whole.height);
            camera.set_roi(Rect {
                x: 0,
                y: (whole.height - rows) / 4 * 2,
                width: whole.width,
                height: rows,
            })?;
            camera.begin_live()?;
            let mut pixels = vec![0; camera.frame_info().len_bytes()];
            let mut heard = Instant::now();
            while came < LIVE_FRAMES && heard.elapsed() < LIVE_PATIENCE && !interrupt.requested() {
                match camera.live_frame(|_| Some(&mut pixels)) {
                    Ok(_) => {
                        came += 1;
                        heard = Instant::now();
                    }
                    Err(error) if error.kind() == ErrorKind::NotYet => {
                        thread::sleep(Duration::from_millis(1))
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })();
        self.note("live frames", taken, |()| format!("{came} of {LIVE_FRAMES}"));
        let stats = camera.stream_stats();
        self.line("stream", format_args!("{stats:?}"));
        self.fill("memory counter while live", camera);
        self.note("end of live", camera.stop_live(), |()| "done".into());
        let lines = self.trace.text().split_off(from);
        self.text.push_str(&findings::transfers("live", &lines));
    }

    fn fill(&mut self, what: &str, camera: &Camera) {
        self.note(what, fill(camera), u32::to_string);
    }
}

fn fill(camera: &Camera) -> camera::Result<u32> {
    let mut bytes = [0; 4];
    camera.vendor_read(FILL.0, 0, FILL.1, &mut bytes)?;
    Ok(findings::fill_units(bytes))
}

/// Looks at the fill counter from the first bytes of a frame to its last. Not before: the
/// library itself asks then, and a replay without this thread must find its answers.
fn watch_reading(camera: &Camera, looks: &Mutex<Vec<u32>>) {
    let mut begun = false;
    loop {
        let reading = camera.reading_progress_percent() > 0.0;
        if begun && !reading || camera.state() == camera::State::Ready {
            return;
        }
        let mut looks = looks.lock().unwrap_or_else(PoisonError::into_inner);
        if reading && looks.len() < MOST_LOOKS {
            begun = true;
            match fill(camera) {
                Ok(units) => looks.push(units),
                Err(_) => return,
            }
        }
        drop(looks);
        if camera.state() == camera::State::Lost {
            return;
        }
        thread::sleep(Duration::from_micros(500));
    }
}
