//! The filter wheel in the camera's socket. The camera relays bytes to it over a slow
//! serial line, so a question needs 100 ms before its answer can be fetched; asking
//! earlier could fetch half an answer. Questions hold a lock of their own only, so a wheel
//! that does not answer makes nobody wait but who asks it.
//!
//! What a wheel says is believed only if it is a position or a number of slots: a wheel
//! that answers rubbish is an error, not a position.

use std::time::Duration;

use crate::transport::Setup;
use crate::wire::{Out, code};

use super::state::Op;
use super::{Camera, Error, ErrorKind, Result};

/// From question to answer (observed).
const ANSWER_AFTER: Duration = Duration::from_millis(100);

/// Filter wheel. A question takes 0.1 s; with a camera that does not answer at most 2.1 s.
/// [`Camera::wheel_slots`] asks two, [`Camera::wheel_move`] three at most. Who asks while
/// another thread does waits for its turn.
impl Camera {
    /// True if a wheel answers.
    pub fn wheel_present(&self) -> Result<bool> {
        Ok(self.ask_wheel::<8>(b"VRS")?.iter().any(|&byte| byte != 0))
    }

    /// Position of the wheel as one character, `0` to `9`, `A` to `F`; `N` or `/` while it
    /// moves.
    pub fn wheel_position(&self) -> Result<u8> {
        match self.wheel_code()? {
            0 => Err(no_wheel()),
            position => Ok(position),
        }
    }

    /// The same, 0 without a wheel.
    pub(super) fn wheel_code(&self) -> Result<u8> {
        let [answer] = self.ask_wheel::<1>(b"NOW")?;
        let slots = *self.wheel_slots.lock();
        match answer {
            0 | b'N' | b'/' => Ok(answer),
            _ if slot(answer).is_some_and(|slot| slots.is_none_or(|slots| slot < slots)) => Ok(answer),
            _ => Err(rubbish(answer, "position")),
        }
    }

    /// Number of positions.
    pub fn wheel_slots(&self) -> Result<u32> {
        *self.wheel_slots.lock() = None;
        if !self.wheel_present()? {
            return Err(no_wheel());
        }
        let [answer] = self.ask_wheel::<1>(b"MXP")?;
        // `F` is 16: positions count from 0 there.
        let slots = match slot(answer) {
            Some(number @ 1..=9) => number,
            Some(number @ 10..) => number + 1,
            _ => return Err(rubbish(answer, "number of slots")),
        };
        *self.wheel_slots.lock() = Some(slots);
        Ok(slots)
    }

    /// Sends the wheel to a position, one character `0`..`9`, `A`..`F`, and does not wait
    /// until it is there. A position that the wheel does not have is refused; asks it for
    /// their number if that is not known yet.
    pub fn wheel_move(&self, position: u8) -> Result<()> {
        self.allow(Op::Wheel)?;
        let Some(wanted) = slot(position) else {
            let text = format!("{position:#04x} is no filter wheel position; `0` to `9`, `A` to `F` are");
            return Err(Error::new(ErrorKind::Invalid, text));
        };
        self.has_socket()?;
        let known = *self.wheel_slots.lock();
        // Another wheel may have been plugged in since.
        if known.is_none_or(|slots| wanted >= slots) {
            match self.wheel_slots() {
                Ok(slots) if wanted >= slots => {
                    let position = char::from(position);
                    let text = format!("the filter wheel has {slots} positions, `{position}` is not one");
                    return Err(Error::new(ErrorKind::Invalid, text));
                }
                Ok(_) => {}
                // It answers, but not to this question: it may still move.
                Err(error) if error.kind() == ErrorKind::Usb => log::info!("{}: {error}", self.id()),
                Err(error) => return Err(error),
            }
        }
        let _one_at_a_time = self.wheel.lock();
        self.link.send(&Out::Wheel(vec![position.to_ascii_uppercase()]))
    }

    fn ask_wheel<const N: usize>(&self, question: &[u8]) -> Result<[u8; N]> {
        self.allow(Op::Wheel)?;
        self.has_socket()?;
        let _one_at_a_time = self.wheel.lock();
        self.link.send(&Out::Wheel(question.to_vec()))?;
        self.link.clock().sleep(ANSWER_AFTER);
        let mut answer = [0; N];
        self.link.control_in(Setup::vendor_in(code::WHEEL_READ, 0, 0), &mut answer)?;
        Ok(answer)
    }

    fn has_socket(&self) -> Result<()> {
        if self.model().has.wheel {
            return Ok(());
        }
        let text = format!("a {} has no socket for a filter wheel", self.model().name);
        Err(Error::new(ErrorKind::Unsupported, text))
    }
}

/// The number of a position, counted from 0.
fn slot(position: u8) -> Option<u32> {
    char::from(position).to_digit(16)
}

fn no_wheel() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "no filter wheel answers; one that still looks for its first slot does not",
    )
}

fn rubbish(answer: u8, what: &str) -> Error {
    Error::new(ErrorKind::Usb, format!("the filter wheel answers {answer:#04x} as {what}"))
}
