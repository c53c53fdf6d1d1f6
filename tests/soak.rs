//! Many frames, many switches, little memory: what must not wear out.
//!
//! ```text
//! cargo test --test soak -- --nocapture                                    # a minute
//! QHYCCD_SOAK=full cargo test --release --test soak -- --nocapture         # the whole numbers
//! ```
//!
//! Each part runs in a process of its own, so that its memory is its own, and prints one
//! line with its numbers. Pictures of scene `serial` prove by themselves which frame they
//! are and that every byte is of it.
#![cfg(all(target_os = "linux", feature = "c-abi", feature = "virtual"))]

mod support;

use std::fs;
use std::ops::RangeInclusive;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use qhyccd::camera::{Camera, ErrorKind, Library, StreamMode, StreamStats};
use qhyccd::model::ControlId;
use qhyccd::transport::select::bus_for;
use qhyccd::util::Rect;
use qhyccd::vcam::scene::serial::{SerialRow, SerialView};

use support::{link_library, on_cameras, root, run_for, scratch};

/// Set in the second process, to the name of the test.
const INSIDE: &str = "QHYCCD_SOAK_INSIDE";
/// Stands in for "for ever".
const FOR_EVER: Duration = Duration::from_secs(120);
/// A part that takes so long hangs.
const LIMIT: Duration = Duration::from_secs(3600);
/// Mode 5 bins in the sensor: its frames are the smallest on the wire.
const SMALL_MODE: u32 = 5;
const SEED: u64 = 1;
const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The number for CI, or the whole one.
fn count(ci: u64, full: u64) -> u64 {
    let wanted = std::env::var("QHYCCD_SOAK").unwrap_or_default();
    assert!(wanted.is_empty() || wanted == "full", "QHYCCD_SOAK is `{wanted}`, not `full`");
    if wanted == "full" { full } else { ci }
}

/// Runs `body` in a process of its own, on these cameras, and shows what it printed.
fn apart(test: &str, devices: &str, body: impl FnOnce()) {
    if let Some(inside) = std::env::var_os(INSIDE) {
        if inside == *test {
            body();
        }
        return;
    }
    let home = scratch(&format!("soak-{test}"));
    let mut command = on_cameras(std::env::current_exe().expect("this test"), devices, &home);
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(INSIDE, test);
    let printed = run_for(&mut command, LIMIT).good();
    assert!(printed.contains("1 passed"), "{printed}");
    // The test runner's words may stand before it in the line.
    let numbers = printed.lines().find_map(|line| line.find("soak: ").map(|at| &line[at..]));
    println!("{}", numbers.unwrap_or_else(|| panic!("nothing was counted: {printed}")));
}

/// Memory of this process that is really there.
fn resident_bytes() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").expect("statm");
    pages.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok()).expect("resident pages") * 4 * KIB
}

/// A camera that streams a region of a read mode, and what its pictures must be.
struct Streaming {
    library: Library,
    camera: Arc<Camera>,
    view: SerialView,
    picture: Vec<u8>,
    /// Number of the newest frame that was handed out.
    last: Option<u32>,
}

impl Streaming {
    fn start(read_mode: u32, bits: u32, region: Rect) -> Streaming {
        let devices = std::env::var("QHYCCD_DEVICES").expect("devices");
        let library = Library::new(bus_for(Some(&devices)).expect("bus"));
        let id = library.scan().expect("scan")[0].id.clone();
        let camera = library.open(&id).expect("open");
        camera.set_read_mode(read_mode).expect("read mode");
        camera.set_stream_mode(StreamMode::Live).expect("mode");
        camera.init().expect("init");
        camera.set(ControlId::EXPOSURE, 100.0).expect("exposure");
        camera.set(ControlId::USB_TRAFFIC, 0.0).expect("traffic");
        camera.set_depth(bits).expect("depth");
        camera.set_roi(region).expect("region");
        camera.begin_live().expect("begin");
        let view = SerialView {
            seed: SEED,
            origin: (region.x, region.y as i32),
            width: region.width as usize,
            height: region.height as usize,
            bin: 1,
            bits,
        };
        let picture = vec![0; camera.frame_info().len_bytes()];
        Streaming { library, camera, view, picture, last: None }
    }

    fn stats(&self) -> StreamStats {
        self.camera.stream_stats()
    }

    /// Takes the next frame if there is one, and checks every byte of it: it must be of
    /// one frame, newer than the last.
    fn take(&mut self) -> Option<u32> {
        self.picture.fill(0xA5);
        let picture = &mut self.picture;
        match self.camera.live_frame(|_| Some(&mut picture[..])) {
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::NotYet => return None,
            Err(e) => panic!("{e}"),
        }
        let number = self.number().unwrap_or_else(|e| panic!("after frame {:?}: {e}", self.last));
        self.last = Some(number);
        Some(number)
    }

    /// The frame that the first row shows, if every row is of it.
    fn number(&self) -> Result<u32, String> {
        let bytes = self.view.bits as usize / 8;
        let row_bytes = self.view.width * bytes;
        let first_row = SerialView { height: 1, ..self.view };
        let from = self.last.map_or(0, |last| last + 1);
        let number =
            first_row.frame(&self.picture[..row_bytes], from..from + 100_000).map_err(|e| e.to_string())?;
        let (left, top) = self.view.origin;
        for (y, pixels) in self.picture.chunks_exact(row_bytes).enumerate() {
            let row = SerialRow::new(self.view.seed, number, top + y as i32);
            let right = |(x, pixel): (usize, &[u8])| {
                let value = row.value(left + x as u32);
                if bytes == 1 { pixel[0] == (value >> 8) as u8 } else { pixel == value.to_le_bytes() }
            };
            if !pixels.chunks_exact(bytes).enumerate().all(right) {
                return Err(format!("begins as frame {number}, but row {y} is not of it"));
            }
        }
        Ok(number)
    }

    /// Waits until `done`; panics if it takes for ever.
    fn until(&mut self, what: &str, mut done: impl FnMut(&mut Streaming) -> bool) {
        let end = Instant::now() + FOR_EVER;
        while !done(self) {
            assert!(Instant::now() < end, "{what}: {:?} after frame {:?}", self.stats(), self.last);
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    fn end(self) -> StreamStats {
        self.camera.stop_live().expect("stop");
        let stats = self.stats();
        self.library.release();
        stats
    }
}

/// Takes frames until `wanted` came in, whole or damaged, and prints how they fared. The
/// share of those that came whole must be in `whole`.
fn receive(what: &str, mut stream: Streaming, wanted: u64, whole: RangeInclusive<f64>) {
    let came = |stats: StreamStats| stats.received + stats.damaged;
    let mut start = None;
    let mut next_end = Instant::now() + FOR_EVER;
    let mut last = 0;
    while came(stream.stats()) < wanted {
        if stream.take().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        let now = came(stream.stats());
        if now > last {
            (last, next_end) = (now, Instant::now() + FOR_EVER);
        }
        assert!(Instant::now() < next_end, "{what}: the stream stands still: {:?}", stream.stats());
        // Buffers have their sizes after some frames.
        if start.is_none() && now >= (wanted / 20).max(4) {
            start = Some(resident_bytes());
        }
    }
    let end = resident_bytes();
    let start = start.expect("a twentieth came before the whole");
    let (newest, frame_bytes) = (stream.last, stream.picture.len());
    let StreamStats { received, delivered, dropped, damaged, missed, stale } = stream.end();
    println!(
        "soak: {what}: {} frames came in: {delivered} delivered, every byte right, {dropped} dropped, \
         {damaged} damaged and withheld, {stale} late or twice; {missed} missed by the camera's count; memory \
         {} KiB at the start, {} KiB at the end",
        received + damaged,
        start / KIB,
        end / KIB,
    );
    assert!(received >= delivered + dropped, "{received} {delivered} {dropped}");
    let share = received as f64 / (received + damaged) as f64;
    assert!(whole.contains(&share), "{share} of the frames came whole");
    if received == 0 {
        assert_eq!((delivered, newest), (0, None));
    } else {
        assert!(delivered > 0 && newest.is_some());
    }
    // Two frames may wait for this process, and one come in, that did not at the start.
    assert!(end <= start + (3 * frame_bytes as u64).max(8 * MIB), "memory grows");
}

#[test]
fn live_frames_with_a_hundredth_of_the_packets_lost() {
    let devices = format!("virtual:QHY600M?seed={SEED}&scene=serial&speed=8&faults=lost~0.01");
    apart("live_frames_with_a_hundredth_of_the_packets_lost", &devices, || {
        let stream = Streaming::start(SMALL_MODE, 8, Rect::new(8, 100, 64, 4));
        // Room for what comes while this process has no processor.
        stream.camera.set_buffer_number(32).expect("buffer number");
        // A frame has 77 packets with its marker: 0.99 to that power.
        receive("small live frames, 1 % of the packets lost", stream, count(5_000, 100_000), 0.3..=0.6);
    });
}

#[test]
fn full_frames_a_hundredth_of_which_lack_a_packet() {
    let devices = format!("virtual:QHY600M?seed={SEED}&scene=serial&speed=2&faults=losepacket~0.01");
    apart("full_frames_a_hundredth_of_which_lack_a_packet", &devices, || {
        let stream = Streaming::start(0, 16, Rect::new(0, 0, 9600, 6422));
        let wanted = count(15, 1_000);
        let whole = if wanted == 1_000 { 0.975..=0.998 } else { 0.7..=1.0 };
        receive("full live frames, 1 % of the frames lack a packet", stream, wanted, whole);
    });
}

/// A full frame has 120 000 packets: with a hundredth of them lost none is whole.
#[test]
fn full_frames_with_a_hundredth_of_the_packets_lost() {
    let devices = format!("virtual:QHY600M?seed={SEED}&scene=serial&speed=20&faults=lost~0.01");
    apart("full_frames_with_a_hundredth_of_the_packets_lost", &devices, || {
        let stream = Streaming::start(0, 16, Rect::new(0, 0, 9600, 6422));
        receive("full live frames, 1 % of the packets lost", stream, count(6, 50), 0.0..=0.0);
    });
}

#[test]
fn a_slow_consumer_gets_the_newest_frame_and_little_memory_is_used() {
    const KEPT: u64 = 3;
    let devices = format!("virtual:QHY600M?seed={SEED}&scene=serial&speed=5");
    apart("a_slow_consumer_gets_the_newest_frame_and_little_memory_is_used", &devices, || {
        let mut stream = Streaming::start(0, 16, Rect::new(0, 0, 9600, 200));
        stream.camera.set_buffer_number(KEPT as u32).expect("buffer number");
        let frame_bytes = stream.picture.len() as u64;
        stream.until("first frame", |s| s.take().is_some());
        let (start, mut most) = (resident_bytes(), 0);
        let wanted = count(20, 500);
        for _ in 0..wanted {
            let before = stream.stats().received;
            stream.until("ten frames", |s| s.stats().received >= before + 10);
            // Frames are numbered by the camera, so a frame received later has a higher
            // number: at least as many later as were received since the last one.
            let last = stream.last.expect("first frame");
            let received = u32::try_from(stream.stats().received - before).expect("few");
            let number = stream.take().expect("ten frames wait");
            assert!(
                number >= last + received,
                "frame {number} after {last}, {received} later: not the newest"
            );
            most = most.max(resident_bytes());
        }
        let end = resident_bytes();
        let stats = stream.end();
        println!(
            "soak: slow consumer: {} frames of {} KiB received, {} delivered, {} dropped, {} damaged; {KEPT} \
             kept; memory {} KiB at the start, {} KiB at most, {} KiB at the end",
            stats.received,
            frame_bytes / KIB,
            stats.delivered,
            stats.dropped,
            stats.damaged,
            start / KIB,
            most / KIB,
            end / KIB,
        );
        assert_eq!(stats.received, stats.delivered + stats.dropped, "each frame is accounted for");
        assert!(stats.dropped >= 8 * stats.delivered, "ten times slower");
        assert_eq!(stats.damaged, 0);
        // Those that wait, the one that comes in, two spare ones.
        assert!(most <= start + (KEPT + 3) * frame_bytes + 4 * MIB, "more than {KEPT} frames are kept");
    });
}

/// Runs `c-tests/soak.c`: the same through the C functions.
fn through_c(what: &str, rounds: u64) {
    let dir = scratch(&format!("soak-c-{what}"));
    link_library(&dir, &["libqhyccd.so", "libqhyccd.so.20"]);
    let program = dir.join("soak");
    let mut cc = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    cc.args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-I"])
        .arg(root().join("include"))
        .arg(root().join("c-tests/soak.c"))
        .arg("-o")
        .arg(&program)
        .arg("-L")
        .arg(&dir)
        .arg("-lqhyccd")
        .arg(format!("-Wl,-rpath,{}", dir.display()));
    run_for(&mut cc, LIMIT).silent();
    let devices = "virtual:QHY600M?scene=xy&speed=1000&readout=instant";
    let mut command = on_cameras(&program, devices, &dir);
    let printed = run_for(command.args([what, &rounds.to_string()]), LIMIT).silent();
    let (numbers, end) = printed.split_once('\n').expect("two lines");
    assert!(end == "soak: passed\n" && numbers.starts_with(&format!("{what}: {rounds} rounds")), "{printed}");
    println!("soak: {numbers}");
}

#[test]
fn a_thousand_switches_between_single_frames_and_live_video() {
    if std::env::var_os(INSIDE).is_none() {
        through_c("switches", count(200, 1_000));
    }
}

#[test]
fn a_thousand_times_opened_and_closed() {
    if std::env::var_os(INSIDE).is_none() {
        through_c("lives", count(200, 1_000));
    }
}

#[test]
fn a_thousand_changes_of_the_read_mode() {
    if std::env::var_os(INSIDE).is_none() {
        through_c("modes", count(200, 1_000));
    }
}
