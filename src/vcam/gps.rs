//! The GPS box, and the data that the camera puts in the first row of a frame for it.
//!
//! Layout: the maker's list as quoted in public; all numbers big endian. On a rolling
//! shutter only the "now" mark means something: the start of the readout. The other two
//! repeat it here.
//!
//! The box counts a 10 MHz oscillator from one second pulse to the next. Without a pulse
//! it counts on and says so in its state; that the second stays then is a guess.

use std::str::FromStr;
use std::time::Duration;

use super::rng::hash;

/// Bytes of the data.
pub(super) const HEADER_BYTES: usize = 44;

/// Unix time of the GPS second 0, 1995-10-10T00:00:00 UTC.
const GPS_ZERO_UNIX_S: u64 = 813_283_200;
/// Counts a second of the oscillator when it is right.
const COUNTS_PER_S: u64 = 10_000_000;
/// The counters have 24 bits.
const COUNTER: u64 = 1 << 24;
/// One pulse in so many is missing, if pulses are.
const MISSING_OF: u64 = 3;

/// States of the receiver, in bits 4 and 5 of a flag byte.
const SEARCHING: u8 = 0x10;
const NOT_LOCKED: u8 = 0x20;
const LOCKED: u8 = 0x30;

/// The box as ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GpsSpec {
    /// Whether there is one, and what it receives.
    pub kind: GpsKind,
    /// Degrees north and east.
    pub place: (f64, f64),
    /// How many counts the oscillator may be off in a second.
    pub jitter: u32,
}

/// What a box receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GpsKind {
    /// There is no box.
    Absent,
    /// Satellites: it is locked.
    Locked,
    /// Nothing yet: it counts the seconds since it has power, and no pulse comes.
    Searching,
    /// Every third second pulse is missing.
    Missed,
    /// Rubbish.
    Garbage,
}

impl GpsSpec {
    /// No box. One that is plugged in is at 47.3960 N, 8.5490 E.
    pub const ABSENT: GpsSpec = GpsSpec { kind: GpsKind::Absent, place: (47.396, 8.549), jitter: 0 };
}

impl GpsKind {
    /// What an order may say.
    pub const GRAMMAR: &str = "on, off, searching, missed or garbage";
}

impl FromStr for GpsKind {
    type Err = ();

    fn from_str(text: &str) -> Result<GpsKind, ()> {
        Ok(match text {
            "off" => GpsKind::Absent,
            "on" => GpsKind::Locked,
            "searching" => GpsKind::Searching,
            "missed" => GpsKind::Missed,
            "garbage" => GpsKind::Garbage,
            _ => return Err(()),
        })
    }
}

/// `LATITUDE:LONGITUDE` in degrees.
pub(super) fn parse_place(text: &str) -> Option<(f64, f64)> {
    let (north, east) = text.split_once(':')?;
    let (north, east): (f64, f64) = (north.parse().ok()?, east.parse().ok()?);
    (north.abs() <= 90.0 && east.abs() <= 180.0).then_some((north, east))
}

/// A box that is plugged in.
#[derive(Clone, Copy, Debug)]
pub(super) struct GpsBox {
    spec: GpsSpec,
    seed: u64,
    /// Unix time of camera time 0.
    zero_unix: Duration,
}

/// What a mark holds.
struct Mark {
    state: u8,
    seconds: u64,
    counts: u64,
    /// Counts between the last two pulses.
    pps: u64,
}

impl GpsBox {
    /// The box in a camera that got its power at this Unix time; `None` without one.
    pub(super) fn new(spec: GpsSpec, seed: u64, zero_unix: Duration) -> Option<GpsBox> {
        (spec.kind != GpsKind::Absent).then_some(GpsBox { spec, seed, zero_unix })
    }

    /// The data for a frame that began its readout at this camera time.
    pub(super) fn header(&self, number: u32, size: (u16, u16), readout: Duration) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        if self.spec.kind == GpsKind::Garbage {
            for (place, byte) in bytes.iter_mut().enumerate() {
                *byte = hash(&[self.seed, u64::from(number), place as u64]) as u8;
            }
            return bytes;
        }
        let mark = self.mark(readout);
        bytes[0..4].copy_from_slice(&number.to_be_bytes());
        bytes[5..7].copy_from_slice(&size.0.to_be_bytes());
        bytes[7..9].copy_from_slice(&size.1.to_be_bytes());
        if mark.state != SEARCHING {
            bytes[9..13].copy_from_slice(&digits(self.spec.place.0, 100_000).to_be_bytes());
            bytes[13..17].copy_from_slice(&digits(self.spec.place.1, 10_000).to_be_bytes());
        }
        for at in [17, 25, 33] {
            bytes[at] = mark.state;
            bytes[at + 1..at + 5].copy_from_slice(&(mark.seconds as u32).to_be_bytes());
            bytes[at + 5..at + 8].copy_from_slice(&counter(mark.counts));
        }
        bytes[41..44].copy_from_slice(&counter(mark.pps));
        bytes
    }

    fn mark(&self, now: Duration) -> Mark {
        if self.spec.kind == GpsKind::Searching {
            let counts = now.as_nanos() as u64 / 100;
            return Mark { state: SEARCHING, seconds: 0, counts, pps: 0 };
        }
        let unix = self.zero_unix + now;
        let second = unix.as_secs().saturating_sub(GPS_ZERO_UNIX_S);
        // As many of this second's counts as have passed.
        let counts = u64::from(unix.subsec_nanos()) * self.length(second) / 1_000_000_000;
        let missing =
            |second: u64| self.spec.kind == GpsKind::Missed && second % MISSING_OF == MISSING_OF - 1;
        let before = |n| self.length(second.saturating_sub(n));
        if missing(second) {
            let (seconds, counts) = (second - 1, before(1) + counts);
            return Mark { state: NOT_LOCKED, seconds, counts, pps: before(2) };
        }
        let pps = if missing(second.saturating_sub(1)) { before(2) + before(1) } else { before(1) };
        Mark { state: LOCKED, seconds: second, counts, pps }
    }

    /// Counts of the oscillator in a second.
    fn length(&self, second: u64) -> u64 {
        let jitter = u64::from(self.spec.jitter);
        COUNTS_PER_S - jitter + hash(&[self.seed, second]) % (2 * jitter + 1)
    }
}

/// The lower 24 bits.
fn counter(counts: u64) -> [u8; 3] {
    let [.., a, b, c] = (counts % COUNTER).to_be_bytes();
    [a, b, c]
}

/// The decimal digits of an angle: a one before all others if negative, whole degrees, then
/// minutes in parts.
fn digits(degrees: f64, parts_a_minute: u32) -> u32 {
    let parts = (degrees.abs() * f64::from(60 * parts_a_minute)).round() as u32;
    let (whole, rest) = (parts / (60 * parts_a_minute), parts % (60 * parts_a_minute));
    u32::from(degrees < 0.0) * 1_000_000_000 + whole * 100 * parts_a_minute + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (u16, u16) = (9600, 6422);
    /// 2025-01-01T00:00:00.5 UTC is JD 2460676.5 and a half second, 10676 days after JD 2450000.5.
    const ZERO: Duration = Duration::from_millis(1_735_689_600_500);
    const SECOND: u32 = 10_676 * 86_400;

    fn data(kind: GpsKind, jitter: u32, at: Duration) -> [u8; HEADER_BYTES] {
        let spec = GpsSpec { kind, jitter, ..GpsSpec::ABSENT };
        GpsBox::new(spec, 1, ZERO).unwrap().header(7, SIZE, at)
    }

    /// Flag, seconds and counts of the "now" mark, and the length of the last second.
    fn now(bytes: [u8; HEADER_BYTES]) -> (u8, u32, u32, u32) {
        let [a, b, c, d, x, y, z] = *bytes[34..41].first_chunk().unwrap();
        let pps = u32::from_be_bytes([0, bytes[41], bytes[42], bytes[43]]);
        (bytes[33], u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([0, x, y, z]), pps)
    }

    #[test]
    fn seconds_count_from_1995() {
        let bytes = data(GpsKind::Locked, 0, Duration::ZERO);
        assert_eq!(bytes[..9], [0, 0, 0, 7, 0, 0x25, 0x80, 0x19, 0x16]);
        assert_eq!(now(bytes), (0x30, SECOND, 5_000_000, 10_000_000));
        assert_eq!(bytes[17..25], bytes[33..41]);
        assert_eq!(now(data(GpsKind::Locked, 0, Duration::from_nanos(600_000_199))).2, 1_000_001);
    }

    #[test]
    fn places_are_digits() {
        let bytes = data(GpsKind::Locked, 0, Duration::ZERO);
        assert_eq!(bytes[9..13], 47_2376000_u32.to_be_bytes());
        assert_eq!(bytes[13..17], 8_329400_u32.to_be_bytes());
        // 31 degrees 12.34567 minutes south, 121 degrees 28.1234 minutes west.
        assert_eq!(digits(-(31.0 + 12.34567 / 60.0), 100_000), 1_311_234_567);
        assert_eq!(digits(-(121.0 + 28.1234 / 60.0), 10_000), 1_121_281_234);
        assert_eq!(digits(59.999_999_999, 10_000), 60_000_000);
        assert_eq!(parse_place("-33.5:151"), Some((-33.5, 151.0)));
        for wrong in ["", "1", "91:0", "0:181", "nan:0", "0:inf", "1:2:3"] {
            assert_eq!(parse_place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_oscillator_is_off_by_no_more_than_ordered() {
        let lengths: Vec<u32> =
            (0..100).map(|s| now(data(GpsKind::Locked, 300, Duration::from_secs(s))).3).collect();
        assert!(lengths.iter().all(|length| length.abs_diff(10_000_000) <= 300), "{lengths:?}");
        assert!(lengths.iter().any(|length| length.abs_diff(10_000_000) > 200), "{lengths:?}");
        // The length of a second is told in the next one, in which half of it has passed now.
        let (_, _, half, _) = now(data(GpsKind::Locked, 300, Duration::from_secs(10)));
        let (_, _, _, whole) = now(data(GpsKind::Locked, 300, Duration::from_secs(11)));
        assert_eq!(half, whole / 2);
    }

    #[test]
    fn without_satellites_it_counts_from_power_on() {
        let bytes = data(GpsKind::Searching, 0, Duration::from_secs(1));
        assert_eq!(now(bytes), (0x10, 0, 10_000_000, 0));
        assert_eq!(bytes[9..17], [0; 8]);
        assert_eq!(now(data(GpsKind::Searching, 0, Duration::from_secs(2))).2, 20_000_000 - (1 << 24));
    }

    #[test]
    fn a_missing_pulse_shows_in_the_state_and_the_counts() {
        // SECOND is divisible by 3.
        let at = |s| now(data(GpsKind::Missed, 0, Duration::from_secs(s)));
        assert_eq!(at(1), (0x30, SECOND + 1, 5_000_000, 10_000_000));
        assert_eq!(at(2), (0x20, SECOND + 1, 15_000_000, 10_000_000));
        assert_eq!(at(3), (0x30, SECOND + 3, 5_000_000, 20_000_000 - (1 << 24)));
    }

    #[test]
    fn rubbish_differs_from_frame_to_frame() {
        let spec = GpsSpec { kind: GpsKind::Garbage, ..GpsSpec::ABSENT };
        let gps = GpsBox::new(spec, 1, ZERO).unwrap();
        let [a, b] = [1, 2].map(|number| gps.header(number, SIZE, Duration::ZERO));
        assert_ne!(a, b);
        assert_eq!(a, gps.header(1, SIZE, Duration::ZERO));
        assert!(GpsBox::new(GpsSpec::ABSENT, 1, ZERO).is_none());
    }
}
