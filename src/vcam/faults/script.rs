//! Counts occasions and says at which of them something goes wrong.
//!
//! For chance it draws the way to the next hit, not each occasion: a live stream has a
//! hundred thousand packets a second, and most orders touch few of them.

use super::super::rng::Rng;
use super::{Fault, FaultKind, Faults, KINDS, OCCASIONS, Occasion, When};

/// A fault that happens now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vcam) struct Hit {
    pub(in crate::vcam) kind: FaultKind,
    pub(in crate::vcam) arg: Option<u64>,
}

/// The faults of one camera and how far they are. It outlives a plugging-in, so that what
/// is to happen once does so.
pub(in crate::vcam) struct Script {
    seed: u64,
    items: Vec<Item>,
    counts: [u64; OCCASIONS],
    happened: [u64; KINDS.len()],
    /// For what a fault itself leaves to chance.
    pub(super) random: Rng,
}

struct Item {
    fault: Fault,
    /// The occasion at which it happens next.
    next: u64,
    random: Rng,
}

/// An occasion that never comes.
const NEVER: u64 = u64::MAX;

impl Script {
    pub(in crate::vcam) fn new(faults: &Faults, seed: u64) -> Script {
        let mut script = Script {
            seed,
            items: Vec::new(),
            counts: [0; OCCASIONS],
            happened: [0; KINDS.len()],
            random: Rng::new(&[seed, 0]),
        };
        script.add(faults);
        script
    }

    /// More faults, whose numbers count from here.
    pub(in crate::vcam) fn add(&mut self, faults: &Faults) {
        for fault in &faults.0 {
            let mut random = Rng::new(&[self.seed, 1 + self.items.len() as u64]);
            let way = match fault.when {
                When::At(number) => number,
                When::Chance(chance) => way_to_hit(&mut random, chance),
            };
            let next = self.counts[fault.kind.occasion() as usize].saturating_add(way);
            self.items.push(Item { fault: *fault, next, random });
        }
    }

    /// How often a kind has happened.
    pub(in crate::vcam) fn happened(&self, kind: FaultKind) -> u64 {
        self.happened[kind as usize]
    }

    /// Occasions that come before the next one at which something happens;
    /// `None` if nothing ever does.
    pub(in crate::vcam) fn clear(&self, occasion: Occasion) -> Option<u64> {
        let of = self.items.iter().filter(|item| item.fault.kind.occasion() == occasion);
        let next = of.map(|item| item.next).filter(|next| *next != NEVER).min()?;
        Some(next - self.counts[occasion as usize] - 1)
    }

    /// Passes occasions at which nothing happens.
    pub(super) fn skip(&mut self, occasion: Occasion, count: u64) {
        debug_assert!(self.clear(occasion).is_none_or(|clear| count <= clear));
        self.counts[occasion as usize] += count;
    }

    /// Counts an occasion and tells what happens. One thing does at most; another that is
    /// due as well happens the next time.
    pub(in crate::vcam) fn next(&mut self, occasion: Occasion) -> Option<Hit> {
        self.counts[occasion as usize] += 1;
        let count = self.counts[occasion as usize];
        let mut hit = None;
        for item in &mut self.items {
            if item.fault.kind.occasion() != occasion || item.next != count {
                continue;
            }
            let way = match item.fault.when {
                _ if hit.is_some() => 1,
                When::At(_) => NEVER,
                When::Chance(chance) => way_to_hit(&mut item.random, chance),
            };
            item.next = count.saturating_add(way);
            hit.get_or_insert(Hit { kind: item.fault.kind, arg: item.fault.arg });
        }
        if let Some(hit) = hit {
            self.happened[hit.kind as usize] += 1;
        }
        hit
    }
}

/// From one hit to the next: geometric.
fn way_to_hit(random: &mut Rng, chance: f64) -> u64 {
    let misses = if chance >= 1.0 { 0.0 } else { (1.0 - random.unit()).ln() / (-chance).ln_1p() };
    // A number too large for its type becomes the largest.
    (misses as u64).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Script {
        Script::new(&Faults::parse(text).unwrap(), 7)
    }

    fn kinds(script: &mut Script, occasion: Occasion, count: usize) -> Vec<Option<FaultKind>> {
        (0..count).map(|_| script.next(occasion).map(|hit| hit.kind)).collect()
    }

    #[test]
    fn each_fault_happens_once_at_its_number() {
        let mut script = script("stall@2+unplug@4+lost@1");
        let seen = kinds(&mut script, Occasion::Transfer, 5);
        assert_eq!(seen, [None, Some(FaultKind::Stall), None, Some(FaultKind::Unplug), None]);
        assert_eq!(script.next(Occasion::Packet).unwrap().kind, FaultKind::Lost);
        assert_eq!(script.happened(FaultKind::Stall), 1);
        assert_eq!(script.happened(FaultKind::Short), 0);
        assert_eq!(script.clear(Occasion::Transfer), None);
    }

    #[test]
    fn two_at_the_same_number_happen_one_after_the_other() {
        let mut script = script("stall@2+short@2+silent@3");
        let seen = kinds(&mut script, Occasion::Transfer, 5);
        let wanted = [None, Some(FaultKind::Stall), Some(FaultKind::Short), Some(FaultKind::Silent), None];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn later_orders_count_from_where_they_come() {
        let mut script = script("lost@2");
        script.skip(Occasion::Packet, 1);
        script.add(&Faults::parse("dup@2").unwrap());
        let seen = kinds(&mut script, Occasion::Packet, 3);
        assert_eq!(seen, [Some(FaultKind::Lost), Some(FaultKind::Dup), None]);
    }

    #[test]
    fn chance_hits_as_often_as_it_says_and_the_same_places_again() {
        for chance in [0.5f64, 0.01, 0.3] {
            let text = format!("lost~{chance}");
            let places = |mut script: Script| {
                (0..100_000).filter(|_| script.next(Occasion::Packet).is_some()).collect::<Vec<u32>>()
            };
            let first = places(script(&text));
            let (mean, deviation) = (1e5 * chance, (1e5 * chance * (1.0 - chance)).sqrt());
            assert!((first.len() as f64 - mean).abs() < 5.0 * deviation, "{chance}: {}", first.len());
            assert_eq!(first, places(script(&text)));
            assert_ne!(first, places(Script::new(&Faults::parse(&text).unwrap(), 8)));
        }
        assert!(kinds(&mut script("dup~1"), Occasion::Packet, 50).iter().all(Option::is_some));
        assert!(script("dup~1e-300").clear(Occasion::Packet).is_none_or(|clear| clear > 1 << 60));
    }

    #[test]
    fn skipping_and_counting_agree() {
        let mut counted = script("lost~0.01");
        let mut skipped = script("lost~0.01");
        let mut at = 0;
        for _ in 0..50 {
            let clear = skipped.clear(Occasion::Packet).unwrap();
            skipped.skip(Occasion::Packet, clear);
            assert!(skipped.next(Occasion::Packet).is_some());
            at += clear + 1;
        }
        let hits = (0..at).filter(|_| counted.next(Occasion::Packet).is_some()).count();
        assert_eq!(hits, 50);
    }
}
