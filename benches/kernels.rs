//! Pixel kernels beside memcpy: `cargo bench --bench kernels [-- NAME...]` prints a table.
//!
//! Each kernel works on a whole QHY600 frame; those of the pipeline get it in pieces of a
//! transfer. In every round it runs once, and then memcpy moves as many bytes as the kernel
//! reads and writes together, in the same memory; the table holds the medians of the rounds.
//! Bytes of the frame that are cropped away do not count. What one thread does is measured
//! in its processor time, so that other programs disturb little; several in wall time.
//!
//! Without `--bench`, as `cargo test --benches` runs it, all runs once on a small frame.

use std::hint::black_box;
use std::time::{Duration, Instant};

use qhyccd::frame::{Depth, Method, Packing, Plan, Sample, Settings, Sink, Stretch, Turn, WireLayout, depth};
use qhyccd::util::{Bayer, Rect, Size};

const COLUMNS: u32 = 9600;
/// Rows before the picture, and dark columns beside it.
const LEAD: u32 = 34;
const DARK: u32 = 24;
const TRANSFER: usize = 1 << 18;
const ROUNDS: usize = 25;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let measuring = arguments.iter().any(|a| a == "--bench");
    let names: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    let (rows, rounds) = if measuring { (6456, ROUNDS) } else { (134, 1) };
    let source = noise(COLUMNS as usize * rows as usize * 2);
    let target = vec![0; 3 * source.len()];
    let mut bench = Bench { names, rounds, source: &source, target };
    println!("| kernel | threads | ms | GB/s | Mpixel/s | of memcpy |");
    println!("|---|---|---|---|---|---|");
    pipeline(&mut bench, rows);
    pictures(&mut bench, rows);
}

/// From the wire to the caller's buffer.
fn pipeline(bench: &mut Bench, rows: u32) {
    let wire = |sample| WireLayout { columns: COLUMNS, rows, sample };
    let whole = |sample| {
        let crop = Rect::new(0, LEAD, COLUMNS, rows - LEAD);
        Settings { crop, ..Settings::whole(wire(sample)) }
    };
    let inner = |sample| {
        let crop = Rect::new(DARK, LEAD, COLUMNS - DARK, rows - LEAD - 34);
        Settings { crop, ..Settings::whole(wire(sample)) }
    };
    let big = whole(Sample::U16Be);
    bench.frame("swap", big);
    bench.frame("swap, cropped", inner(Sample::U16Be));
    bench.frame("8 bits", whole(Sample::U8));
    bench.frame("8 bits, cropped", inner(Sample::U8));
    bench.frame("16 to 8 bits", Settings { depth: Depth::U8, ..big });
    bench.frame("16 to 32 bits", Settings { depth: Depth::U32, ..big });
    for bin in [2, 3, 4] {
        let sums = Settings { bin, ..big };
        bench.frame(&format!("bin {bin}"), sums);
        bench.frame(&format!("bin {bin}, average"), Settings { average: true, ..sums });
        bench.frame(&format!("bin {bin}, 32 bits"), Settings { depth: Depth::U32, ..sums });
        bench.frame(&format!("bin {bin}, same colour"), Settings { same_colour: true, ..sums });
        bench.frame(&format!("bin {bin}, 8 bits"), Settings { bin, ..whole(Sample::U8) });
    }
    for packing in Packing::ALL {
        bench.frame(&format!("unpack {packing:?}"), whole(Sample::Packed(packing)));
    }
    for method in [Method::Bilinear, Method::Gradient] {
        let colours = Settings { debayer: Some(Bayer::Rg), method, ..big };
        let eight = Settings { depth: Depth::U8, ..colours };
        bench.frame(&format!("{method:?}, RGB48"), colours);
        bench.frame(&format!("{method:?}, RGB24"), eight);
        let wire8 = Settings { wire: wire(Sample::U8), ..eight };
        bench.frame(&format!("{method:?}, RGB24 from 8 bits"), wire8);
    }
}

/// What is done to pictures.
fn pictures(bench: &mut Bench, rows: u32) {
    let pixels = bench.source.len() / 2;
    bench.row("Bits16ToBits8", 1, (2 * pixels, pixels), pixels, |picture, out| {
        depth::to_8_bits(picture, 500, 40_000, out);
    });
    bench.row("stretch", 1, (2 * pixels, pixels), pixels, |picture, out| {
        Stretch::auto(picture).apply(picture, out);
    });
    for turn in [Turn::Half, Turn::Left, Turn::MirrorHorizontal] {
        let size = Size::new(COLUMNS, rows);
        bench.row(&format!("rotate {turn:?}"), 1, (2 * pixels, 2 * pixels), pixels, |picture, out| {
            assert!(turn.apply(size, 2, picture, out));
        });
    }
}

struct Bench<'a> {
    /// Only kernels that have one of these in their name; all, if there are none.
    names: Vec<&'a String>,
    rounds: usize,
    source: &'a [u8],
    target: Vec<u8>,
}

impl Bench<'_> {
    /// By one thread as a stream, and by two at once.
    fn frame(&mut self, name: &str, settings: Settings) {
        let plan = Plan::new(settings).expect("a plan");
        let pixels = settings.crop.size().pixels();
        let (samples, bytes) = settings.wire.sample.group();
        let touched = (pixels * bytes / samples, plan.output_len());
        self.row(name, 1, touched, pixels, |source, out| {
            let mut sink = Sink::new(&plan, out).expect("a sink");
            for piece in source[..plan.frame_len()].chunks(TRANSFER) {
                sink.push(piece);
            }
            sink.finish().expect("a whole frame");
        });
        self.row(name, 2, touched, pixels, |source, out| {
            let pieces: Vec<&[u8]> = source[..plan.frame_len()].chunks(TRANSFER).collect();
            plan.convert_pieces(&pieces, out, 2).expect("a whole frame");
        });
    }

    /// `touched` are the bytes that are read and those that are written.
    fn row(
        &mut self,
        name: &str,
        threads: usize,
        touched: (usize, usize),
        pixels: usize,
        run: impl Fn(&[u8], &mut [u8]),
    ) {
        if !self.names.is_empty() && !self.names.iter().any(|part| name.contains(part.as_str())) {
            return;
        }
        let now = if threads == 1 { processor_time } else { wall_time };
        let bytes = touched.0 + touched.1;
        let mut rounds: Vec<(f64, f64)> = (0..=self.rounds)
            .map(|_| {
                let start = now();
                run(black_box(self.source), black_box(&mut self.target[..touched.1]));
                let middle = now();
                self.memcpy(bytes / 2);
                ((middle - start).as_secs_f64(), (now() - middle).as_secs_f64())
            })
            .skip(1) // The first touches fresh memory.
            .collect();
        rounds.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
        let ratio = rounds[rounds.len() / 2];
        rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
        let seconds = rounds[rounds.len() / 2].0;
        println!(
            "| {name} | {threads} | {:.1} | {:.1} | {:.0} | {:.0} % |",
            seconds * 1e3,
            bytes as f64 / seconds / 1e9,
            pixels as f64 / seconds / 1e6,
            ratio.1 / ratio.0 * 100.0
        );
    }

    /// Moves `len` bytes, by one thread.
    fn memcpy(&mut self, mut len: usize) {
        while len > 0 {
            let part = len.min(self.source.len());
            black_box(&mut self.target[..part]).copy_from_slice(black_box(&self.source[..part]));
            len -= part;
        }
    }
}

fn noise(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn wall_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Time that this thread was running.
#[cfg(target_os = "linux")]
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is writable.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(failed, 0, "no processor time");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(not(target_os = "linux"))]
fn processor_time() -> Duration {
    wall_time()
}
