//! Values that go in and out of a camera.

use std::ops::RangeInclusive;

use crate::frame::{Method, pool};
use crate::model::Model;
use crate::util::Size;

/// A camera that can be opened.
#[derive(Clone, Debug)]
pub struct CameraInfo {
    /// Model name, dash, serial number: stable for ever, users' profiles key on it.
    pub id: String,
    /// Its table.
    pub model: &'static Model,
    /// True on a SuperSpeed link.
    pub super_speed: bool,
}

/// One frame on request, or a stream of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamMode {
    /// One frame for each exposure that is started.
    Single,
    /// Live video.
    Live,
}

/// How the pixels of a camera are made, beyond what a C program can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelOptions {
    /// Most threads that debayer a live frame, 1 to 64; small frames take one. All else is
    /// done by the thread that asks for the frame.
    pub threads: usize,
    /// Binning sums pixels under the same colour filter, so that binned frames of a colour
    /// camera keep its colour order (seen from the corner of the region) and can be
    /// debayered. Their size is even. Without it neighbours are summed, whatever their
    /// colour.
    pub colour_bin: bool,
    /// How a debayered frame gets its colours.
    pub method: Method,
}

impl Default for PixelOptions {
    fn default() -> PixelOptions {
        PixelOptions { threads: pool::default_threads(), colour_bin: false, method: Method::default() }
    }
}

impl PixelOptions {
    /// The options that `QHYCCD_THREADS` (a number), `QHYCCD_COLOUR_BIN` (1 or 0) and
    /// `QHYCCD_DEBAYER` (`bilinear` or `gradient`) name. What makes no sense is logged and counts as unset.
    pub fn from_env() -> PixelOptions {
        PixelOptions::parse(|variable| std::env::var(variable).ok())
    }

    fn parse(get: impl Fn(&str) -> Option<String>) -> PixelOptions {
        let number = |variable, range: RangeInclusive<usize>| {
            let value = get(variable).filter(|value| !value.is_empty())?;
            let number = value.parse().ok().filter(|number| range.contains(number));
            if number.is_none() {
                let (from, to) = range.into_inner();
                log::warn!("{variable}={value} is ignored: it is not a number from {from} to {to}");
            }
            number
        };
        let method = get("QHYCCD_DEBAYER").filter(|value| !value.is_empty()).and_then(|value| {
            let known = Method::NAMES.iter().find(|(name, _)| *name == value);
            if known.is_none() {
                log::warn!("QHYCCD_DEBAYER={value} is ignored: it is not bilinear or gradient");
            }
            known.map(|(_, method)| *method)
        });
        let default = PixelOptions::default();
        PixelOptions {
            method: method.unwrap_or(default.method),
            threads: number("QHYCCD_THREADS", 1..=pool::MOST_THREADS).unwrap_or(default.threads),
            colour_bin: number("QHYCCD_COLOUR_BIN", 0..=1).map_or(default.colour_bin, |number| number == 1),
        }
    }
}

/// Size and depth of pixels that were delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bits a sample as stored: 8, 16 or 32.
    pub bits: u32,
    /// 1, or 3 (blue, green, red) after debayering.
    pub channels: u32,
}

impl FrameInfo {
    /// Bytes of the frame.
    pub fn len_bytes(&self) -> usize {
        Size::new(self.width, self.height).pixels() * self.channels as usize * (self.bits as usize / 8)
    }
}

/// What `GetQHYCCDChipInfo` tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChipInfo {
    /// Chip width in millimetres.
    pub width_mm: f64,
    /// Chip height in millimetres.
    pub height_mm: f64,
    /// Whole frame of the present read mode, unbinned.
    pub image: Size,
    /// Pixel pitch in micrometres.
    pub pixel_um: f64,
    /// Bits a sample at present.
    pub bits: u32,
}

/// How one frame of a stream fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// Whole frames received.
    pub received: u64,
    /// Frames handed out.
    pub delivered: u64,
    /// Whole frames that newer ones replaced before anybody fetched them.
    pub dropped: u64,
    /// Frames that came damaged.
    pub damaged: u64,
    /// Frames that the camera made and that did not come whole, by its own count: damaged
    /// ones, those that went under, and those for which it had no room. 0 if the camera
    /// does not number its frames.
    pub missed: u64,
    /// Whole frames that came late or twice, by the camera's count, and were not kept.
    pub stale: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_options_and_nonsense_is_ignored() {
        let options = |threads: &str, colour_bin: &str, method: &str| {
            PixelOptions::parse(|variable| match variable {
                "QHYCCD_DEBAYER" => Some(method.to_owned()),
                "QHYCCD_THREADS" => Some(threads.to_owned()),
                "QHYCCD_COLOUR_BIN" => Some(colour_bin.to_owned()),
                _ => None,
            })
        };
        let default = PixelOptions::default();
        assert!((1..=4).contains(&default.threads) && !default.colour_bin);
        let (bilinear, gradient) = (Method::Bilinear, Method::Gradient);
        let set = PixelOptions { threads: 3, colour_bin: true, method: gradient };
        assert_eq!(options("3", "1", "gradient"), set);
        let set = PixelOptions { threads: 64, colour_bin: false, method: bilinear };
        assert_eq!(options("64", "0", "bilinear"), set);
        for (threads, colour_bin) in [("", ""), ("0", "2"), ("65", "yes"), ("-1", "-1"), ("many", "1 ")] {
            for method in ["", "Gradient", "best"] {
                assert_eq!(options(threads, colour_bin, method), default);
            }
        }
        assert_eq!(PixelOptions::parse(|_| None), default);
    }
}
