//! Guide port: pulls one of four pins of the mount for a while.
//!
//! The camera knows no lengths: it takes an order that pulls a pin and one that lets it go
//! (observed), and the host counts the time between. Here a thread does so, which lives as
//! long as pins are pulled, so that no caller waits. A mount that is never let go runs away:
//! the second order is repeated if it fails, and closing sends it at once.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::model::GuidePort;
use crate::wire::Out;

use super::link::Link;
use super::state::Op;
use super::{Camera, Error, ErrorKind, Result};

/// How often an order that lets a pin go is sent if it fails, and the pause between.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(20);

/// Where a pulse pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuideDirection {
    /// Right ascension grows.
    East,
    /// Declination grows.
    North,
    /// Declination shrinks.
    South,
    /// Right ascension shrinks.
    West,
}

impl GuideDirection {
    /// By the number that `ControlQHYCCDGuide` takes.
    pub fn from_number(number: u32) -> Option<GuideDirection> {
        use GuideDirection::{East, North, South, West};
        [East, North, South, West].get(usize::try_from(number).ok()?).copied()
    }

    fn pin(self, port: GuidePort) -> u8 {
        match self {
            GuideDirection::East => port.east,
            GuideDirection::North => port.north,
            GuideDirection::South => port.south,
            GuideDirection::West => port.west,
        }
    }

    /// 0 right ascension, 1 declination.
    fn axis(self) -> usize {
        usize::from(matches!(self, GuideDirection::North | GuideDirection::South))
    }
}

/// The pins of one camera that are pulled.
#[derive(Default)]
pub(super) struct GuideSlot {
    shared: Arc<(Mutex<Pins>, Condvar)>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Pins {
    /// By axis: the pin that is pulled, and until when.
    pulled: [Option<(u8, Instant)>; 2],
    /// Somebody counts the time.
    counted: bool,
    /// All are to be let go, and none is pulled again.
    closing: bool,
}

impl Pins {
    fn let_go(&mut self, link: &Link, axis: usize) -> Result<()> {
        let Some((pin, _)) = self.pulled[axis].take() else { return Ok(()) };
        let mut result = Ok(());
        for attempt in 0..TRIES {
            if attempt > 0 {
                std::thread::sleep(PAUSE);
            }
            result = link.send(&Out::Guide { pin, on: false });
            if result.as_ref().err().is_none_or(|e| e.kind() == ErrorKind::Lost) {
                return result;
            }
        }
        result
    }
}

impl Camera {
    /// Begins a guide pulse and returns at once. It ends one along the same axis that is
    /// still going on; one of no length does just that.
    pub fn guide(&self, direction: GuideDirection, length: Duration) -> Result<()> {
        self.allow(Op::Registers)?;
        let Some(port) = self.model().has.guide_port else {
            let text = format!("a {} has no guide port", self.model().name);
            return Err(Error::new(ErrorKind::Unsupported, text));
        };
        let (pin, axis) = (direction.pin(port), direction.axis());
        let mut thread = self.guide.thread.lock();
        let mut pins = self.guide.shared.0.lock();
        if pins.closing {
            return Err(Error::new(ErrorKind::State, "the camera is closed"));
        }
        pins.let_go(&self.link, axis)?;
        if length.is_zero() {
            return Ok(());
        }
        if !pins.counted {
            // The last one is leaving or has left.
            if let Some(last) = thread.take() {
                let _ = last.join();
            }
            let (link, shared) = (self.link.clone(), self.guide.shared.clone());
            let count = std::thread::Builder::new().name("qhyccd-guide".into());
            let count = count.spawn(move || count_down(&link, &shared));
            let no_thread =
                |e| Error::new(ErrorKind::Internal, format!("no thread for the guide pulse: {e}"));
            *thread = Some(count.map_err(no_thread)?);
            pins.counted = true;
        }
        // Pulled even if the order seems to have failed: then it is let go as well.
        let order = self.link.send(&Out::Guide { pin, on: true });
        let length = if order.is_ok() { self.link.clock().to_wall(length) } else { Duration::ZERO };
        pins.pulled[axis] = Some((pin, Instant::now() + length));
        self.guide.shared.1.notify_all();
        order
    }

    /// Lets all pins go, for good.
    pub(super) fn end_guiding(&self) {
        let mut thread = self.guide.thread.lock();
        self.guide.shared.0.lock().closing = true;
        self.guide.shared.1.notify_all();
        if let Some(thread) = thread.take() {
            let _ = thread.join();
        }
    }
}

fn count_down(link: &Link, (pins, changed): &(Mutex<Pins>, Condvar)) {
    let mut pins = pins.lock();
    loop {
        let now = Instant::now();
        for axis in 0..2 {
            if pins.pulled[axis].is_some_and(|(_, until)| until <= now || pins.closing) {
                if let Err(error) = pins.let_go(link, axis) {
                    log::warn!("the end of a guide pulse: {error}");
                }
            }
        }
        let Some(next) = pins.pulled.iter().flatten().map(|(_, until)| *until).min() else { break };
        changed.wait_until(&mut pins, next);
    }
    pins.counted = false;
}

#[cfg(test)]
mod tests {
    use super::super::PixelOptions;
    use super::super::doubles::{Orders, orders_of};
    use super::*;
    use crate::model::{Model, Peripherals, by_name};

    /// A QHY600 with a guide port of these pins.
    fn camera(port: GuidePort, orders: &Orders) -> Camera {
        let plain = by_name("QHY600M").unwrap();
        let has = Peripherals { guide_port: Some(port), ..plain.has };
        let model: &'static Model = Box::leak(Box::new(Model { has, ..*plain }));
        Camera::new(String::new(), model, orders.transport(), PixelOptions::default())
    }

    const LONG: Duration = Duration::from_secs(3600);
    const SHORT: Duration = Duration::from_millis(1);

    #[test]
    fn orders_are_those_that_were_seen() {
        // Observed: index and data of the two orders of a pulse of ControlQHYCCDGuide 0 to 3,
        // sent to a QHY5III178 and to a QHY5III585.
        let usual = [(0x20, 0x80), (0x40, 0x10), (0x10, 0x20), (0x80, 0x40)];
        let crossed = [(0x10, 0x20), (0x80, 0x40), (0x20, 0x80), (0x40, 0x10)];
        for (port, expected) in [(GuidePort::USUAL, usual), (GuidePort::CROSSED, crossed)] {
            for (number, (index, data)) in (0..).zip(expected) {
                let orders = orders_of();
                let camera = camera(port, &orders);
                camera.guide(GuideDirection::from_number(number).unwrap(), SHORT).unwrap();
                let seen: Vec<_> = orders
                    .wait_for(2)
                    .iter()
                    .map(|(s, d)| (s.request, s.value, s.index, d.clone()))
                    .collect();
                assert_eq!(seen, [(0xC0, 0, index, vec![data]), (0xC0, 0, index, vec![data | 1])]);
                camera.end_guiding();
                assert_eq!(orders.wait_for(2).len(), 2, "nothing more");
            }
        }
        assert_eq!(GuideDirection::from_number(4), None);
    }

    #[test]
    fn a_pulse_ends_the_one_before_it_along_its_axis_and_closing_ends_all() {
        use GuideDirection::{East, North, West};
        let orders = orders_of();
        let camera = camera(GuidePort::USUAL, &orders);
        let data = |n: usize| -> Vec<u8> { orders.wait_for(n).iter().map(|(_, d)| d[0]).collect() };
        camera.guide(East, LONG).unwrap();
        camera.guide(North, LONG).unwrap();
        assert_eq!(data(2), [0x80, 0x10], "both at a time");
        camera.guide(West, LONG).unwrap();
        assert_eq!(data(4), [0x80, 0x10, 0x81, 0x40]);
        camera.guide(East, Duration::ZERO).unwrap();
        assert_eq!(data(5), [0x80, 0x10, 0x81, 0x40, 0x41], "no length: the end of what goes on");
        camera.end_guiding();
        assert_eq!(data(6), [0x80, 0x10, 0x81, 0x40, 0x41, 0x11]);
        assert_eq!(camera.guide(East, SHORT).unwrap_err().kind(), ErrorKind::State);
        camera.end_guiding();
        assert_eq!(data(6).len(), 6);
    }

    #[test]
    fn the_end_of_a_pulse_is_sent_until_it_arrives() {
        let orders = orders_of();
        let camera = camera(GuidePort::USUAL, &orders);
        camera.guide(GuideDirection::South, LONG).unwrap();
        orders.fail_next(2);
        camera.guide(GuideDirection::South, Duration::ZERO).unwrap();
        assert_eq!(
            orders.wait_for(4).iter().map(|(_, d)| d[0]).collect::<Vec<_>>(),
            [0x20, 0x21, 0x21, 0x21]
        );
        // A pulse that may not have begun is ended as well.
        orders.fail_next(1);
        assert!(camera.guide(GuideDirection::North, LONG).is_err());
        assert_eq!(orders.wait_for(6).iter().map(|(_, d)| d[0]).collect::<Vec<_>>()[4..], [0x10, 0x11]);
    }

    #[test]
    fn a_camera_without_the_port_gets_no_order() {
        let orders = orders_of();
        let plain = by_name("QHY600M").unwrap();
        let camera = Camera::new(String::new(), plain, orders.transport(), PixelOptions::default());
        let error = camera.guide(GuideDirection::East, SHORT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("no guide port"));
        assert!(orders.wait_for(0).is_empty());
    }
}
