//! The filter wheel in the camera's socket. The camera relays bytes to it over a slow
//! serial line, so a question needs 100 ms before its answer can be fetched; asking
//! earlier could fetch half an answer. Questions hold a lock of their own only.

use std::time::Duration;

use crate::transport::Setup;
use crate::wire::{Out, code};

use super::state::Op;
use super::{Camera, Error, ErrorKind, Result};

/// From question to answer (observed).
const ANSWER_AFTER: Duration = Duration::from_millis(100);

impl Camera {
    /// True if a wheel answers.
    pub fn wheel_present(&self) -> Result<bool> {
        Ok(self.ask_wheel::<8>(b"VRS")?.iter().any(|&byte| byte != 0))
    }

    /// Position of the wheel as one character; `N` or `/` while it moves.
    pub fn wheel_position(&self) -> Result<u8> {
        match self.wheel_code()? {
            0 => Err(Error::new(ErrorKind::NotFound, "no filter wheel answers")),
            position => Ok(position),
        }
    }

    /// The same, 0 without a wheel.
    pub(super) fn wheel_code(&self) -> Result<u8> {
        Ok(self.ask_wheel::<1>(b"NOW")?[0])
    }

    /// Number of positions.
    pub fn wheel_slots(&self) -> Result<u32> {
        if !self.wheel_present()? {
            return Err(Error::new(ErrorKind::NotFound, "no filter wheel answers"));
        }
        let [answer] = self.ask_wheel::<1>(b"MXP")?;
        // `F` is 16: positions count from 0 there.
        match answer {
            b'1'..=b'9' => Ok(u32::from(answer - b'0')),
            b'A'..=b'F' => Ok(u32::from(answer - b'A') + 11),
            b'a'..=b'f' => Ok(u32::from(answer - b'a') + 11),
            other => {
                let text = format!("the filter wheel answers {other:#04x} as number of slots");
                Err(Error::new(ErrorKind::Usb, text))
            }
        }
    }

    /// Sends the wheel to a position, one character `0`..`9`, `A`..`F`.
    pub fn wheel_move(&self, position: u8) -> Result<()> {
        self.allow(Op::Wheel)?;
        if !position.is_ascii_hexdigit() {
            let text = format!("{position:#04x} is no filter wheel position; `0` to `9`, `A` to `F` are");
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        self.has_socket()?;
        let _one_at_a_time = self.wheel.lock();
        self.link.send(&Out::Wheel(vec![position]))
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
