//! What the threads of one round share: the cameras that were ordered, and the handles that
//! they were given.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crate::rng::Rng;

/// Cameras of a round.
pub(crate) const CAMERAS: usize = 2;
/// Faults behind which pixels are not proved: wrong or exchanged bytes of a packet no host can
/// notice, nor doubled packets where as many are lost.
const UNPROVED: [&str; 3] = ["corrupt", "swap", "dup"];
/// The environment variable that orders the faults of every round.
pub(crate) const FAULTS: &str = "FUZZ_FAULTS";
/// Old handles that are remembered.
const OLD: usize = 16;

/// What a round allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Formats are changed under a lock of the fuzzer, so that every pixel can be proved.
    Proof,
    /// Any call at any time.
    Loose,
    /// Besides, raw writes to the camera, after which it may send anything.
    Raw,
    /// The camera answers and sends rubbish.
    Hostile,
}

impl Kind {
    /// Rounds of all kinds take turns.
    pub(crate) fn of(seed: u64) -> Kind {
        match seed % 10 {
            0 | 1 | 3 | 6 | 8 => Kind::Proof,
            2 | 5 | 7 => Kind::Loose,
            4 => Kind::Raw,
            _ => Kind::Hostile,
        }
    }
}

/// A round as it was drawn.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) kind: Kind,
    pub(crate) threads: usize,
    pub(crate) steps: u64,
    pub(crate) speed: f64,
    /// What `QHYCCD_DEVICES` orders.
    pub(crate) order: String,
    /// No fault changes bytes in a way that no host can notice.
    pub(crate) pixels_hold: bool,
    /// Models of the cameras, no two the same.
    models: [&'static str; CAMERAS],
    /// Seeds of the cameras.
    pub(crate) seeds: [u64; CAMERAS],
    /// Ids of the cameras; empty if a fault kept it from the first scan.
    pub(crate) ids: [Vec<u8>; CAMERAS],
    /// A folder for everything that is written.
    pub(crate) folder: String,
    /// Log lines may go to stderr in this round (errors only), or to files and functions.
    pub(crate) noisy: bool,
    pub(crate) cameras: [Shared; CAMERAS],
    old: [AtomicUsize; OLD],
    old_at: AtomicUsize,
}

/// What is known of one camera.
#[derive(Default)]
pub(crate) struct Shared {
    /// The handle, if it is open.
    handle: AtomicUsize,
    /// The handle that was seen unplugged.
    lost: AtomicUsize,
    /// The last frame that was proved, plus 1, and the handle it came by.
    last_frame: AtomicU32,
    last_handle: AtomicUsize,
    /// Bits the format: held by whoever changes it, in rounds of [`Kind::Proof`].
    pub(crate) format: Mutex<()>,
}

impl World {
    pub(crate) fn new(seed: u64, threads: usize, folder: &str) -> World {
        let mut rng = Rng::new(&[seed, 1]);
        let faults = std::env::var(FAULTS).ok();
        let kind = if faults.is_some() { Kind::Proof } else { Kind::of(seed) };
        let speed = rng.pick(&[500.0, 1000.0, 1000.0]);
        let seeds = [rng.below(1000), 1000 + rng.below(1000)];
        let models = if rng.once_in(2) { ["QHY600M", "QHY600C"] } else { ["QHY600C", "QHY600M"] };
        let order = order(&mut rng, kind, speed, &models, &seeds, faults.as_deref());
        World {
            seed,
            kind,
            threads,
            steps: u64::from(rng.within(150, 400)) / if threads > 1 { 2 } else { 1 },
            speed,
            pixels_hold: kind != Kind::Hostile && !UNPROVED.iter().any(|kind| order.contains(kind)),
            order,
            models,
            seeds,
            ids: Default::default(),
            folder: folder.to_owned(),
            noisy: rng.once_in(4),
            cameras: Default::default(),
            old: Default::default(),
            old_at: AtomicUsize::new(0),
        }
    }

    /// Notes what a scan found, which may lack a camera or have them in another order.
    pub(crate) fn note_ids(&mut self, found: &[Vec<u8>]) {
        for (model, id) in self.models.iter().zip(&mut self.ids) {
            let named = found.iter().find(|found| found.starts_with(format!("{model}-").as_bytes()));
            *id = named.cloned().unwrap_or_default();
        }
    }

    /// A handle of one of the cameras: mostly the one in force, else an old one, NULL, or
    /// one that never was.
    pub(crate) fn handle(&self, rng: &mut Rng) -> usize {
        match rng.below(40) {
            0 => 0,
            1 => self.old[rng.below(OLD as u64) as usize].load(Relaxed),
            2 => rng.next() as usize,
            3 => self.cameras[0].handle.load(Relaxed).wrapping_add(rng.pick(&[1, 16, 1 << 16, 1 << 20])),
            n => self.cameras[(n % 2) as usize].handle.load(Relaxed),
        }
    }

    /// The open camera with this handle.
    pub(crate) fn camera_of(&self, handle: usize) -> Option<usize> {
        (0..CAMERAS).find(|&n| handle != 0 && self.cameras[n].handle.load(Relaxed) == handle)
    }

    /// The camera with this id.
    pub(crate) fn camera_by_id(&self, id: &[u8]) -> Option<usize> {
        self.ids.iter().position(|known| known == id)
    }

    pub(crate) fn opened(&self, camera: usize, handle: usize) {
        let before = self.cameras[camera].handle.swap(handle, Relaxed);
        if before != handle {
            self.forget(before);
        }
    }

    /// Keeps a handle among the old ones.
    pub(crate) fn forget(&self, handle: usize) {
        let at = self.old_at.fetch_add(1, Relaxed) % OLD;
        self.old[at].store(handle, Relaxed);
    }
}

impl Shared {
    pub(crate) fn handle(&self) -> usize {
        self.handle.load(Relaxed)
    }

    /// Notes that this handle's camera was unplugged.
    pub(crate) fn note_lost(&self, handle: usize) {
        self.lost.store(handle, Relaxed);
    }

    pub(crate) fn is_lost(&self, handle: usize) -> bool {
        handle != 0 && self.lost.load(Relaxed) == handle
    }

    /// The number that the next proved frame of this handle has at least.
    pub(crate) fn next_frame(&self, handle: usize) -> u32 {
        if self.last_handle.load(Relaxed) == handle { self.last_frame.load(Relaxed) } else { 0 }
    }

    /// The same of any handle: frames are counted from the camera's power-on.
    pub(crate) fn any_last_frame(&self) -> u32 {
        self.last_frame.load(Relaxed)
    }

    pub(crate) fn proved(&self, handle: usize, frame: u32) {
        self.last_handle.store(handle, Relaxed);
        self.last_frame.store(frame + 1, Relaxed);
    }
}

/// The value of `QHYCCD_DEVICES`.
fn order(
    rng: &mut Rng,
    kind: Kind,
    speed: f64,
    models: &[&str],
    seeds: &[u64],
    ordered: Option<&str>,
) -> String {
    let with_faults = kind != Kind::Hostile && rng.below(10) < 6;
    let cameras = models.iter().zip(seeds).map(|(model, seed)| {
        let gps = rng.pick(&["on", "off"]);
        let readout = rng.pick(&["instant", "instant", "real"]);
        let wheel = rng.pick(&[0, 5, 7, 9]);
        let link = rng.pick(&["super", "super", "super", "high"]);
        let mut text = format!(
            "{model}?seed={seed}&scene=serial&speed={speed}&gps={gps}&readout={readout}&wheel={wheel}&speed_link={link}"
        );
        if kind == Kind::Hostile {
            text += &format!("&hostile={}", rng.below(1 << 32));
        }
        if let Some(faults) = ordered {
            text += &format!("&faults={faults}");
        } else if with_faults {
            text += &format!("&faults={}", faults(rng));
        }
        text
    });
    format!("virtual:{}", cameras.collect::<Vec<_>>().join(","))
}

/// Wall time in which nothing of a round may take longer than this: the longest exposure.
pub(crate) fn longest_exposure(speed: f64) -> Duration {
    Duration::from_secs_f64(3600.0 / speed)
}

fn faults(rng: &mut Rng) -> String {
    let count = rng.within(1, 3);
    let items = (0..count).map(|_| {
        let kind = rng.pick(&[
            "stall",
            "silent",
            "short",
            "stall",
            "short",
            "unplug",
            "replug",
            "reset",
            "lost",
            "dup",
            "late",
            "corrupt",
            "swap",
            "nohead",
            "longframe",
            "shortframe",
            "losepacket",
            "freeze",
        ]);
        let argument = match kind {
            "late" => format!(":{}", rng.within(1, 50)),
            "replug" => format!(":{}", rng.within(1, 300)),
            "freeze" => format!(":{}", rng.within(100, 2000)),
            "longframe" | "shortframe" => format!(":{}", rng.within(1, 100_000)),
            _ => String::new(),
        };
        let packets = matches!(kind, "lost" | "dup" | "late" | "corrupt" | "swap");
        let rare = matches!(kind, "unplug" | "replug" | "freeze" | "silent");
        if packets {
            let odds = rng.pick(&["0.00001", "0.0001", "0.001"]);
            format!("{kind}~{odds}{argument}")
        } else if rare || rng.once_in(2) {
            format!("{kind}@{}{argument}", rng.within(1, 2000))
        } else {
            format!("{kind}~0.0{}{argument}", rng.within(1, 30))
        }
    });
    items.collect::<Vec<_>>().join("+")
}
