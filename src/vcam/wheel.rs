//! A filter wheel on the camera's socket, spoken to in a few letters.
//!
//! `VRS` asks for its date, `NOW` for the position, `MXP` for the number of slots; one
//! character sends it there. It answers on the next read. While it moves, the position
//! reads `N`; while it looks for its first slot after power-on it answers nothing.
//!
//! Wheels with a defect are there so that programs can be tried on them.

use std::str::FromStr;
use std::time::Duration;

use super::device::Refusal;
use super::rng::Rng;

/// Time to find the first slot after power-on (measured by an observatory: about 16 s).
const HOMING: Duration = Duration::from_secs(16);
/// Time to start and stop, and for each slot on the way (published bounds: 1-3 s a slot).
const START_STOP: Duration = Duration::from_millis(500);
const PER_SLOT: Duration = Duration::from_millis(1_200);
/// How much longer a slow wheel takes for everything.
const SLOW: u32 = 10;
/// Firmware date, as the wheels answer it.
const DATE: &[u8; 8] = b"20200101";
const MOVING: u8 = b'N';

/// What is plugged into the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WheelSpec {
    /// Slots of the wheel; 0 if none is plugged in.
    pub slots: u8,
    /// How well it works.
    pub kind: WheelKind,
}

/// How well a wheel works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WheelKind {
    /// As it should; it found its first slot before the program started.
    Usual,
    /// The same, but it got its power just now and looks for its first slot.
    Homing,
    /// It takes ten times as long for everything.
    Slow,
    /// Once sent somewhere it turns for ever.
    Stuck,
    /// It answers nothing.
    Silent,
    /// It answers rubbish.
    Garbage,
    /// The camera waits for its answer and does not answer the host either.
    Hangs,
}

impl WheelSpec {
    /// What an order may say.
    pub const GRAMMAR: &str =
        "0, 5, 7 or 9, the last three alone or with :homing, :slow, :stuck, :silent, :garbage or :hangs";

    /// A wheel that works.
    pub const fn usual(slots: u8) -> WheelSpec {
        WheelSpec { slots, kind: WheelKind::Usual }
    }
}

impl FromStr for WheelSpec {
    type Err = ();

    fn from_str(text: &str) -> Result<WheelSpec, ()> {
        let (slots, kind) = match text.split_once(':') {
            None => (text, WheelKind::Usual),
            Some((slots, kind)) => {
                let kind = match kind {
                    "homing" => WheelKind::Homing,
                    "slow" => WheelKind::Slow,
                    "stuck" => WheelKind::Stuck,
                    "silent" => WheelKind::Silent,
                    "garbage" => WheelKind::Garbage,
                    "hangs" => WheelKind::Hangs,
                    _ => return Err(()),
                };
                (slots, kind)
            }
        };
        match (slots, kind) {
            ("0", WheelKind::Usual) => Ok(WheelSpec::usual(0)),
            ("5" | "7" | "9", kind) => Ok(WheelSpec { slots: slots.as_bytes()[0] - b'0', kind }),
            _ => Err(()),
        }
    }
}

/// The socket, with or without a wheel.
pub(super) struct Wheel {
    spec: WheelSpec,
    position: u8,
    /// Not listening before this time.
    homed_at: Duration,
    /// At `position` from this time on.
    there_at: Duration,
    /// The wheel tells of an arrival that nobody asked for.
    reports_arrival: bool,
    answer: Vec<u8>,
    rubbish: Rng,
}

impl Wheel {
    /// A wheel at the moment it is plugged in: at rest in its first slot, unless it is to
    /// look for it first. `seed` fixes what rubbish it answers.
    pub(super) fn new(spec: WheelSpec, seed: u64) -> Wheel {
        let mut wheel = Wheel {
            spec,
            position: 0,
            homed_at: Duration::ZERO,
            there_at: Duration::ZERO,
            reports_arrival: false,
            answer: Vec::new(),
            rubbish: Rng::new(&[seed, u64::from(spec.slots)]),
        };
        if spec.kind == WheelKind::Homing {
            wheel.start_homing(Duration::ZERO);
        }
        wheel
    }

    /// Power came back: the wheel looks for its first slot.
    pub(super) fn start_homing(&mut self, now: Duration) {
        self.position = 0;
        self.reports_arrival = false;
        self.answer.clear();
        self.homed_at = now + self.time(HOMING);
        self.there_at = self.homed_at;
    }

    /// Text to the wheel. What it does not understand it ignores; so does the
    /// accessory bus, where nothing is connected.
    pub(super) fn write(&mut self, text: &[u8], now: Duration) {
        self.answer.clear();
        if self.spec.slots == 0 || self.spec.kind == WheelKind::Silent || now < self.homed_at {
            return;
        }
        match text {
            b"VRS" => self.answer.extend(DATE),
            b"NOW" => self.answer.push(if now < self.there_at { MOVING } else { character(self.position) }),
            b"MXP" => self.answer.push(character(self.spec.slots)),
            [order] => {
                let Some(slot) = char::from(*order).to_digit(16).map(|slot| slot as u8) else { return };
                if slot < self.spec.slots {
                    self.go(slot, now);
                }
            }
            _ => {}
        }
    }

    /// Reads the answer; where there is none the bytes are 0.
    pub(super) fn read(&mut self, out: &mut [u8], now: Duration) -> Result<usize, Refusal> {
        if self.reports_arrival && self.answer.is_empty() && now >= self.there_at {
            self.reports_arrival = false;
            self.answer.push(character(self.position));
        }
        match self.spec.kind {
            WheelKind::Hangs => return Err(Refusal::Silent),
            WheelKind::Garbage => out.fill_with(|| self.rubbish.next() as u8),
            _ => {
                out.fill(0);
                let n = self.answer.len().min(out.len());
                out[..n].copy_from_slice(&self.answer[..n]);
                self.answer.drain(..n);
            }
        }
        Ok(out.len())
    }

    fn go(&mut self, slot: u8, now: Duration) {
        let way = slot.abs_diff(self.position);
        let steps = way.min(self.spec.slots - way);
        if self.spec.kind == WheelKind::Stuck {
            self.there_at = Duration::MAX;
        } else if steps > 0 {
            let turning = self.time(START_STOP + PER_SLOT * u32::from(steps));
            self.there_at = self.there_at.max(now) + turning;
        }
        self.position = slot;
        self.reports_arrival = true;
    }

    fn time(&self, usual: Duration) -> Duration {
        if self.spec.kind == WheelKind::Slow { usual * SLOW } else { usual }
    }
}

fn character(number: u8) -> u8 {
    b"0123456789ABCDEF"[usize::from(number) & 15]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wheel(order: &str) -> Wheel {
        Wheel::new(order.parse().unwrap(), 1)
    }

    fn ask(wheel: &mut Wheel, text: &[u8], n: usize, now_s: f64) -> Vec<u8> {
        let now = Duration::from_secs_f64(now_s);
        wheel.write(text, now);
        let mut answer = vec![0xEE; n];
        assert_eq!(wheel.read(&mut answer, now), Ok(n));
        answer
    }

    #[test]
    fn it_tells_date_position_and_slots() {
        let mut wheel = wheel("7");
        assert_eq!(ask(&mut wheel, b"VRS", 8, 0.0), b"20200101");
        assert_eq!(ask(&mut wheel, b"MXP", 1, 0.0), b"7");
        assert_eq!(ask(&mut wheel, b"NOW", 1, 0.0), b"0");
    }

    #[test]
    fn a_move_takes_its_time_and_ends() {
        let mut wheel = wheel("7");
        wheel.write(b"2", Duration::ZERO);
        assert_eq!(ask(&mut wheel, b"NOW", 1, 0.1), b"N");
        assert_eq!(ask(&mut wheel, b"NOW", 1, 2.8), b"N");
        assert_eq!(ask(&mut wheel, b"NOW", 1, 3.0), b"2");
        // The short way round: 2 -> 6 is three slots.
        wheel.write(b"6", Duration::from_secs(10));
        assert_eq!(ask(&mut wheel, b"NOW", 1, 14.0), b"N");
        assert_eq!(ask(&mut wheel, b"NOW", 1, 14.2), b"6");
    }

    #[test]
    fn it_reports_its_arrival_once() {
        let mut wheel = wheel("7");
        wheel.write(b"1", Duration::ZERO);
        let mut answer = [9];
        wheel.read(&mut answer, Duration::from_millis(500)).unwrap();
        assert_eq!(answer, [0]);
        wheel.read(&mut answer, Duration::from_secs(2)).unwrap();
        assert_eq!(answer, *b"1");
        wheel.read(&mut answer, Duration::from_secs(2)).unwrap();
        assert_eq!(answer, [0]);
    }

    #[test]
    fn impossible_orders_change_nothing() {
        let mut wheel = wheel("5");
        for order in [&b"5"[..], b"A", b"\x03", b"Z", b"{\"cmd_id\":304}\0\0"] {
            assert_eq!(ask(&mut wheel, order, 32, 0.0), [0; 32]);
            assert_eq!(ask(&mut wheel, b"NOW", 1, 0.0), b"0");
        }
    }

    #[test]
    fn no_wheel_and_a_homing_wheel_do_not_answer() {
        assert_eq!(ask(&mut wheel("0"), b"VRS", 8, 100.0), [0; 8]);
        let mut wheel = wheel("9");
        wheel.start_homing(Duration::ZERO);
        assert_eq!(ask(&mut wheel, b"VRS", 8, 15.0), [0; 8]);
        assert_eq!(ask(&mut wheel, b"VRS", 8, 16.0), b"20200101");
        assert_eq!(ask(&mut wheel, b"NOW", 1, 16.0), b"0");
    }

    #[test]
    fn it_may_have_got_its_power_just_now() {
        let mut wheel = wheel("7:homing");
        assert_eq!(ask(&mut wheel, b"VRS", 8, 15.9), [0; 8]);
        // What is sent meanwhile is lost.
        wheel.write(b"3", Duration::from_secs(15));
        assert_eq!(ask(&mut wheel, b"NOW", 1, 16.0), b"0");
    }

    #[test]
    fn wheels_with_a_defect() {
        let mut slow = wheel("7:slow");
        slow.write(b"1", Duration::ZERO);
        assert_eq!(ask(&mut slow, b"NOW", 1, 16.9), b"N");
        assert_eq!(ask(&mut slow, b"NOW", 1, 17.0), b"1");

        let mut stuck = wheel("7:stuck");
        assert_eq!(ask(&mut stuck, b"NOW", 1, 0.0), b"0");
        stuck.write(b"1", Duration::ZERO);
        assert_eq!(ask(&mut stuck, b"NOW", 1, 1e6), b"N");
        // A second order does not stop it, nor a sum of times the program.
        stuck.write(b"2", Duration::from_secs(5));
        assert_eq!(ask(&mut stuck, b"NOW", 1, 1e6), b"N");

        let mut silent = wheel("9:silent");
        for question in [&b"VRS"[..], b"NOW", b"MXP", b"2"] {
            assert_eq!(ask(&mut silent, question, 8, 100.0), [0; 8]);
        }

        let rubbish = ask(&mut wheel("5:garbage"), b"VRS", 32, 0.0);
        assert_ne!(rubbish[..8], *DATE);
        assert!(rubbish.windows(2).any(|pair| pair[0] != pair[1]), "{rubbish:?}");
        assert_eq!(ask(&mut wheel("5:garbage"), b"VRS", 32, 0.0), rubbish, "the same each time");

        let mut hangs = wheel("5:hangs");
        hangs.write(b"NOW", Duration::ZERO);
        assert_eq!(hangs.read(&mut [0], Duration::ZERO), Err(Refusal::Silent));
    }

    #[test]
    fn orders_are_read_to_the_letter() {
        assert_eq!("9:slow".parse(), Ok(WheelSpec { slots: 9, kind: WheelKind::Slow }));
        assert_eq!("0".parse(), Ok(WheelSpec::usual(0)));
        for wrong in ["", "8", "7:", ":slow", "0:slow", "7:SLOW", "7:slow:slow", "07", "7 "] {
            assert_eq!(wrong.parse::<WheelSpec>(), Err(()), "{wrong}");
        }
    }
}
