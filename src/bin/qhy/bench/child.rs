//! One library in a process of its own, measured frame by frame.
//!
//! Prints lines `bench NAME VALUE...` on standard output, between whatever the library
//! prints there; the parent reads them.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::support::output::{self, Failure, Result};

use crate::support::sdk::{self, Camera, Sdk};

/// Arguments of the hidden subcommand.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The library
    #[arg(long)]
    pub(crate) library: PathBuf,
    /// What is measured
    #[arg(long)]
    pub(crate) kind: Kind,
    /// Regions in binned pixels, one after the other
    #[arg(long, value_delimiter = ';')]
    pub(crate) regions: Vec<Region>,
    /// Binning
    #[arg(long, default_value_t = 1)]
    pub(crate) bin: u32,
    /// Depth
    #[arg(long, default_value_t = 16)]
    pub(crate) bits: u32,
    /// Debayer
    #[arg(long)]
    pub(crate) debayer: bool,
    /// Exposure time in microseconds
    #[arg(long, default_value_t = 10_000)]
    pub(crate) exposure_us: u32,
    /// Frames to measure of each region
    #[arg(long, default_value_t = 5)]
    pub(crate) frames: u32,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// From the first call to the first single frame.
    Start,
    /// Single frames.
    Single,
    /// Live frames.
    Live,
}

impl Kind {
    /// As the command line has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Start => "start",
            Kind::Single => "single",
            Kind::Live => "live",
        }
    }
}

/// A region as `x,y,w,h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region(pub(crate) [u32; 4]);

impl FromStr for Region {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Region, String> {
        let numbers: Vec<u32> = text.split(',').filter_map(|n| n.parse().ok()).collect();
        numbers.try_into().map(Region).map_err(|_| format!("`{text}` is not x,y,w,h"))
    }
}

/// The caller's buffer: more than the vendor's library asks for.
const ROOM: usize = 400 << 20;
/// Frames that are not measured: the first ones of a program meet fresh memory.
const WARM_UP: u32 = 2;
/// A program's pause between two questions for a live frame, at most.
const LIVE_POLL: Duration = Duration::from_millis(5);
/// Longest wait for a live frame.
const LIVE_LIMIT_NS: u64 = 20_000_000_000;

/// What is counted so far.
#[derive(Clone, Copy)]
struct Counts {
    wall_ns: u64,
    cpu_ns: u64,
    bus_cpu_ns: u64,
    requests: u64,
    transfers: u64,
    bytes: u64,
}

struct Bench {
    sdk: Sdk,
    camera: Camera,
    room: Vec<u8>,
    source: Vec<u8>,
    target: Vec<u8>,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    measure(args).map_err(Failure::new)
}

fn measure(args: &Args) -> std::result::Result<(), String> {
    // The memory that a program brings is there before the library uses any.
    let room = vec![1; ROOM];
    let copied = if args.kind == Kind::Start { 0 } else { wire_bytes_at_most(args) };
    let (source, target) = (vec![2; copied], vec![3; copied]);
    let own_kib = reset_peak()?;
    let sdk = Sdk::load(&args.library)?;
    let before = counts(&sdk)?;
    sdk.init_resource()?;
    let camera = sdk.open()?;
    sdk.set_live(camera, args.kind == Kind::Live)?;
    sdk.init(camera)?;
    sdk.set_bits(camera, args.bits)?;
    sdk.set_bin(camera, args.bin)?;
    if args.debayer {
        sdk.set_debayer(camera, true)?;
    }
    sdk.set_exposure(camera, f64::from(args.exposure_us))?;
    let asked = sdk.frame_room(camera)?;
    if asked > room.len() {
        return Err(format!("the library asks for a buffer of {asked} bytes"));
    }
    let mut bench = Bench { sdk, camera, room, source, target };
    for &region in &args.regions {
        bench.sdk.set_region(camera, region.0)?;
        say("region", &region.0.map(u64::from));
        match args.kind {
            Kind::Start => {
                bench.single(false)?;
                let now = counts(&bench.sdk)?;
                report(before, now, 0, 1);
            }
            Kind::Single => {
                for number in 0..args.frames + WARM_UP {
                    bench.single(number >= WARM_UP)?;
                }
            }
            Kind::Live => bench.live(args)?,
        }
    }
    say("peak_kib", &[status_kib("VmHWM:")?.saturating_sub(own_kib)]);
    // All is told: what a library does at its end is not measured, and may kill us.
    say("done", &[]);
    if args.kind == Kind::Live {
        bench.sdk.stop_live(camera)?;
    }
    bench.sdk.close(camera)?;
    bench.sdk.release_resource()?;
    Ok(())
}

impl Bench {
    fn single(&mut self, measured: bool) -> std::result::Result<(), String> {
        let before = counts(&self.sdk)?;
        self.sdk.expose(self.camera)?;
        self.sdk.single_frame(self.camera, &mut self.room)?;
        let after = counts(&self.sdk)?;
        let last_byte_ns = self.sdk.meter(c"virtual_usb_last_byte_ns")?;
        if measured {
            report(before, after, after.wall_ns.saturating_sub(last_byte_ns), 1);
            self.copy(after.bytes - before.bytes);
        }
        Ok(())
    }

    fn live(&mut self, args: &Args) -> std::result::Result<(), String> {
        let frames = args.frames;
        let pause = LIVE_POLL.min(Duration::from_micros(args.exposure_us.into()));
        self.sdk.begin_live(self.camera)?;
        // The first ones may have waited in a queue.
        for _ in 0..2 * WARM_UP {
            self.next_live(pause)?;
        }
        let before = counts(&self.sdk)?;
        for _ in 0..frames {
            self.next_live(pause)?;
        }
        let after = counts(&self.sdk)?;
        report(before, after, 0, frames);
        for _ in 0..frames {
            self.copy((after.bytes - before.bytes) / u64::from(frames));
        }
        Ok(())
    }

    fn next_live(&mut self, pause: Duration) -> std::result::Result<(), String> {
        let end = sdk::wall_ns() + LIVE_LIMIT_NS;
        while self.sdk.live_frame(self.camera, &mut self.room).is_none() {
            if sdk::wall_ns() > end {
                return Err("no live frame came".into());
            }
            std::thread::sleep(pause);
        }
        Ok(())
    }

    /// Copies as many bytes as came over the cable for the frame before.
    fn copy(&mut self, bytes: u64) {
        let bytes = (bytes as usize).min(self.source.len());
        let before = sdk::thread_cpu_ns();
        black_box(&mut self.target[..bytes]).copy_from_slice(black_box(&self.source[..bytes]));
        say("copy", &[bytes as u64, sdk::thread_cpu_ns() - before]);
    }
}

fn counts(sdk: &Sdk) -> std::result::Result<Counts, String> {
    Ok(Counts {
        wall_ns: sdk::wall_ns(),
        bus_cpu_ns: sdk.meter(c"virtual_usb_cpu_ns")?,
        cpu_ns: sdk::process_cpu_ns(),
        requests: sdk.meter(c"virtual_usb_requests")?,
        transfers: sdk.meter(c"virtual_usb_transfers")?,
        bytes: sdk.meter(c"virtual_usb_bulk_bytes")?,
    })
}

fn report(before: Counts, after: Counts, tail_ns: u64, frames: u32) {
    let all = after.cpu_ns - before.cpu_ns;
    let bus = after.bus_cpu_ns - before.bus_cpu_ns;
    let values = [
        after.wall_ns - before.wall_ns,
        all.saturating_sub(bus),
        tail_ns,
        after.requests - before.requests,
        after.transfers - before.transfers,
        after.bytes - before.bytes,
        u64::from(frames),
    ];
    say("frame", &values);
}

fn say(name: &str, values: &[u64]) {
    let values: String = values.iter().map(|v| format!(" {v}")).collect();
    // A parent that has gone needs nothing more.
    let _ = output::print(&format!("bench {name}{values}\n"));
}

/// More than any frame has on the cable, for the memory that is copied.
fn wire_bytes_at_most(args: &Args) -> usize {
    let pixels = args.regions.iter().map(|r| u64::from(r.0[3] * args.bin + 100) * 9_600).max().unwrap_or(0);
    (pixels * u64::from(args.bits / 8)) as usize
}

/// Begins a new count of the most memory used; tells what is used now.
fn reset_peak() -> std::result::Result<u64, String> {
    fs::write("/proc/self/clear_refs", "5").map_err(|e| format!("/proc/self/clear_refs: {e}"))?;
    status_kib("VmRSS:")
}

fn status_kib(name: &str) -> std::result::Result<u64, String> {
    let status = fs::read_to_string("/proc/self/status").map_err(|e| format!("/proc/self/status: {e}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| format!("/proc/self/status has no {name}"))
}
