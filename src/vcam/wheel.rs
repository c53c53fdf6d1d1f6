//! A filter wheel on the camera's socket, spoken to in a few letters.
//!
//! `VRS` asks for its date, `NOW` for the position, `MXP` for the number of slots; one
//! character sends it there. It answers on the next read. While it moves, the position
//! reads `N`; while it looks for its first slot after power-on it answers nothing.

use std::time::Duration;

/// Time to find the first slot after power-on (measured by an observatory: about 16 s).
const HOMING: Duration = Duration::from_secs(16);
/// Time to start and stop, and for each slot on the way (published bounds: 1-3 s a slot).
const START_STOP: Duration = Duration::from_millis(500);
const PER_SLOT: Duration = Duration::from_millis(1_200);
/// Firmware date, as the wheels answer it.
const DATE: &[u8; 8] = b"20200101";
const MOVING: u8 = b'N';

/// The socket, with or without a wheel.
pub(super) struct Wheel {
    slots: u8,
    position: u8,
    /// Not listening before this time.
    homed_at: Duration,
    /// At `position` from this time on.
    there_at: Duration,
    /// The wheel tells of an arrival that nobody asked for.
    reports_arrival: bool,
    answer: Vec<u8>,
}

impl Wheel {
    /// A wheel at rest in its first slot.
    pub(super) fn new(slots: u8) -> Wheel {
        Wheel {
            slots,
            position: 0,
            homed_at: Duration::ZERO,
            there_at: Duration::ZERO,
            reports_arrival: false,
            answer: Vec::new(),
        }
    }

    /// Power came back: the wheel looks for its first slot.
    pub(super) fn start_homing(&mut self, now: Duration) {
        *self = Wheel::new(self.slots);
        self.homed_at = now + HOMING;
        self.there_at = self.homed_at;
    }

    /// Text to the wheel. What it does not understand it ignores; so does the
    /// accessory bus, where nothing is connected.
    pub(super) fn write(&mut self, text: &[u8], now: Duration) {
        self.answer.clear();
        if self.slots == 0 || now < self.homed_at {
            return;
        }
        match text {
            b"VRS" => self.answer.extend(DATE),
            b"NOW" => self.answer.push(if now < self.there_at { MOVING } else { character(self.position) }),
            b"MXP" => self.answer.push(character(self.slots)),
            [order] => {
                let Some(slot) = char::from(*order).to_digit(16).map(|slot| slot as u8) else { return };
                if slot < self.slots {
                    self.go(slot, now);
                }
            }
            _ => {}
        }
    }

    /// Reads the answer; where there is none the bytes are 0.
    pub(super) fn read(&mut self, out: &mut [u8], now: Duration) -> usize {
        if self.reports_arrival && self.answer.is_empty() && now >= self.there_at {
            self.reports_arrival = false;
            self.answer.push(character(self.position));
        }
        out.fill(0);
        let n = self.answer.len().min(out.len());
        out[..n].copy_from_slice(&self.answer[..n]);
        self.answer.drain(..n);
        out.len()
    }

    fn go(&mut self, slot: u8, now: Duration) {
        let way = slot.abs_diff(self.position);
        let steps = way.min(self.slots - way);
        if steps > 0 {
            self.there_at = self.there_at.max(now) + START_STOP + PER_SLOT * u32::from(steps);
        }
        self.position = slot;
        self.reports_arrival = true;
    }
}

fn character(number: u8) -> u8 {
    b"0123456789ABCDEF"[usize::from(number) & 15]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(wheel: &mut Wheel, text: &[u8], n: usize, now_s: f64) -> Vec<u8> {
        let now = Duration::from_secs_f64(now_s);
        wheel.write(text, now);
        let mut answer = vec![0xEE; n];
        assert_eq!(wheel.read(&mut answer, now), n);
        answer
    }

    #[test]
    fn it_tells_date_position_and_slots() {
        let mut wheel = Wheel::new(7);
        assert_eq!(ask(&mut wheel, b"VRS", 8, 0.0), b"20200101");
        assert_eq!(ask(&mut wheel, b"MXP", 1, 0.0), b"7");
        assert_eq!(ask(&mut wheel, b"NOW", 1, 0.0), b"0");
    }

    #[test]
    fn a_move_takes_its_time_and_ends() {
        let mut wheel = Wheel::new(7);
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
        let mut wheel = Wheel::new(7);
        wheel.write(b"1", Duration::ZERO);
        let mut answer = [9];
        wheel.read(&mut answer, Duration::from_millis(500));
        assert_eq!(answer, [0]);
        wheel.read(&mut answer, Duration::from_secs(2));
        assert_eq!(answer, *b"1");
        wheel.read(&mut answer, Duration::from_secs(2));
        assert_eq!(answer, [0]);
    }

    #[test]
    fn impossible_orders_change_nothing() {
        let mut wheel = Wheel::new(5);
        for order in [&b"5"[..], b"A", b"\x03", b"Z", b"{\"cmd_id\":304}\0\0"] {
            assert_eq!(ask(&mut wheel, order, 32, 0.0), [0; 32]);
            assert_eq!(ask(&mut wheel, b"NOW", 1, 0.0), b"0");
        }
    }

    #[test]
    fn no_wheel_and_a_homing_wheel_do_not_answer() {
        assert_eq!(ask(&mut Wheel::new(0), b"VRS", 8, 100.0), [0; 8]);
        let mut wheel = Wheel::new(9);
        wheel.start_homing(Duration::ZERO);
        assert_eq!(ask(&mut wheel, b"VRS", 8, 15.0), [0; 8]);
        assert_eq!(ask(&mut wheel, b"VRS", 8, 16.0), b"20200101");
        assert_eq!(ask(&mut wheel, b"NOW", 1, 16.0), b"0");
    }
}
