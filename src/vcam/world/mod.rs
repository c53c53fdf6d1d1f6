//! The world around a camera: its light and air, its telescope and the mount under it.
//!
//! All of it is told for a time, so that a row that is made late shows what its exposure
//! saw. Dials turn at the time at which somebody turned them; tests and tools turn them
//! with [`World::turn`], other programs by a world file.

mod dials;
mod file;
mod mount;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::guide::Push;

pub use dials::Dials;
pub(super) use dials::{NAMES, Stuck, number, pair};
use file::WorldFile;
pub use mount::{GUIDE_ARCSEC_PER_S, Mount, Tracking};

/// So many positions of the dials are known by their times.
const REMEMBERED: usize = 512;

/// Places at which a movement is looked at to find out how far it goes.
const PROBES: u32 = 16;

/// The world of one camera. Clones are the same world.
#[derive(Clone, Debug)]
pub struct World {
    shared: Arc<Shared>,
    /// Its time when the camera was plugged in, which begins its own time with that.
    plugged: Duration,
}

#[derive(Debug)]
struct Shared {
    mount: Arc<Mount>,
    ordered: Dials,
    dials: Mutex<History>,
    file: Option<Mutex<WorldFile>>,
}

#[derive(Debug)]
struct History {
    /// Never empty, in the order of time. The first counts from the beginning.
    turns: Vec<(Duration, Dials)>,
}

/// A part of an exposure in which nothing moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// Where the telescope points, in arcseconds to the east and north.
    pub(super) place: (f64, f64),
    /// Seconds of light of factor one.
    pub(super) light_s: f64,
}

impl World {
    /// A world of these dials, with a mount and perhaps a file.
    pub fn new(ordered: Dials, mount: Arc<Mount>, file: Option<&Path>) -> World {
        let history = History { turns: vec![(Duration::ZERO, ordered.clone())] };
        let file = file.map(|path| Mutex::new(WorldFile::new(path)));
        let shared = Shared { mount, ordered, dials: Mutex::new(history), file };
        let world = World { shared: Arc::new(shared), plugged: Duration::ZERO };
        world.look(Duration::ZERO);
        world
    }

    /// The same world for a camera that is plugged in at this time of it.
    pub(super) fn plugged_in_at(&self, plugged: Duration) -> World {
        World { shared: self.shared.clone(), plugged }
    }

    /// Turns dials at camera time `now`.
    pub fn turn(&self, now: Duration, change: impl FnOnce(&mut Dials)) {
        let mut history = self.shared.dials.lock();
        let mut dials = history.last().clone();
        change(&mut dials);
        history.push(now + self.plugged, dials);
    }

    /// Looks at the world file, if there is one and it is time.
    pub(super) fn look(&self, now: Duration) {
        // Whoever looks already will tell.
        let Some(mut file) = self.shared.file.as_ref().and_then(Mutex::try_lock) else { return };
        if let Some(dials) = file.look(Instant::now(), &self.shared.ordered) {
            self.shared.dials.lock().push(now + self.plugged, dials);
        }
    }

    /// A guide pulse at camera time `now`.
    pub fn pulse(&self, now: Duration, push: Push, length: Duration) {
        self.shared.mount.pulse(now + self.plugged, push, length);
    }

    /// The guide port of the camera pushes from camera time `now` on, or no more.
    pub(super) fn push(&self, now: Duration, push: Push, on: bool) {
        if on {
            self.shared.mount.push(now + self.plugged, push);
        } else {
            self.shared.mount.release(now + self.plugged, push);
        }
    }

    /// The camera left at camera time `now`: its guide port pushes no more.
    pub(super) fn let_go(&self, now: Duration) {
        for push in [Push::East, Push::North, Push::South, Push::West] {
            self.push(now, push, false);
        }
    }

    /// The dials as they stand.
    pub fn dials(&self) -> Dials {
        self.shared.dials.lock().last().clone()
    }

    /// Temperature of the air.
    pub(super) fn ambient_c(&self) -> f64 {
        self.shared.dials.lock().last().ambient_c
    }

    /// World time at a camera time.
    pub(super) fn time(&self, at: Duration) -> Duration {
        at + self.plugged
    }

    /// The dials at a camera time.
    pub(super) fn dials_at<T>(&self, at: Duration, look: impl FnOnce(&Dials) -> T) -> T {
        look(self.shared.dials.lock().at(at + self.plugged))
    }

    /// Seconds of light of factor one in an interval of camera time.
    pub(super) fn light_s(&self, from: Duration, to: Duration) -> f64 {
        self.shared.dials.lock().light_s(from + self.plugged, to + self.plugged)
    }

    /// Cuts an exposure into steps short enough that no star moves more than
    /// `least_arcsec` in one, but no more than `most` of them.
    pub(super) fn steps(
        &self,
        (from, to): (Duration, Duration),
        least_arcsec: f64,
        most: u32,
        steps: &mut Vec<Step>,
    ) {
        steps.clear();
        let (from, to) = (from + self.plugged, to.max(from) + self.plugged);
        let history = self.shared.dials.lock();
        let motion = self.shared.mount.motion(from, to);
        let place = |at: Duration| {
            let (a, b) = (motion.place(at), history.at(at).pointing_arcsec);
            (a.0 + b.0, a.1 + b.1)
        };
        let mut way = 0.0;
        if !motion.is_still() || history.at(from).pointing_arcsec != history.at(to).pointing_arcsec {
            // The worm turns there and back within an exposure, so its ends do not tell.
            let probes: Vec<_> = (0..=PROBES).map(|k| place(from + (to - from) * k / PROBES)).collect();
            way = probes.windows(2).map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1)).sum();
        }
        let count = (way / least_arcsec).ceil().clamp(1.0, f64::from(most)) as u32;
        let at = |k: u32| from + (to - from) * k / count;
        steps.extend((0..count).map(|k| Step {
            place: place(at(k) + (at(k + 1) - at(k)) / 2),
            light_s: history.light_s(at(k), at(k + 1)),
        }));
    }
}

impl History {
    fn last(&self) -> &Dials {
        &self.turns[self.turns.len() - 1].1
    }

    /// Nobody turns a dial in the past.
    fn push(&mut self, at: Duration, dials: Dials) {
        if dials == *self.last() {
            return;
        }
        let at = at.max(self.turns[self.turns.len() - 1].0);
        if self.turns.len() == REMEMBERED {
            self.turns.remove(0);
        }
        self.turns.push((at, dials));
    }

    fn at(&self, at: Duration) -> &Dials {
        let later = self.turns.partition_point(|(since, _)| *since <= at);
        &self.turns[later.max(1) - 1].1
    }

    fn light_s(&self, from: Duration, to: Duration) -> f64 {
        let mut sum = 0.0;
        let mut end = to;
        for (i, (since, dials)) in self.turns.iter().enumerate().rev() {
            let start = if i == 0 { from } else { from.max(*since) };
            if start < end {
                if !dials.cap {
                    sum += dials.light * (end - start).as_secs_f64();
                }
                end = start;
            }
            if end <= from {
                break;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests;
