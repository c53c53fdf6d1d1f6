//! What a GPS box writes into the first bytes of a picture while the control `CAM_GPS` is on,
//! and whether to believe it.
//!
//! Any bytes decode: without a box they are pixels, and boxes have been seen to say "locked"
//! wrongly. So look at [`GpsRecord::doubts`] before using a time. On a rolling shutter only
//! the "now" mark means something: the start of the readout. The exposure of row r ended
//! [`Camera::rolling_shutter_end_offset_us`](super::Camera::rolling_shutter_end_offset_us)
//! later.

use std::fmt;
use std::time::Duration;

pub use crate::wire::frame_header::ReceiverState;
use crate::wire::frame_header::{GPS_BYTES, GpsBlock, Stamp};

use super::{Error, ErrorKind, Result};

/// Unix time of the receiver's second 0, 1995-10-10T00:00:00 UTC.
const ZERO_UNIX_S: u64 = 813_283_200;
/// Counts of the receiver's oscillator in a second.
const COUNTS_PER_S: u64 = 10_000_000;
/// Lengths of a second that an observatory believes: above the first, up to the second.
const BELIEVED: (u32, u32) = (9_000_000, 10_000_500);
/// Furthest from the computer's clock that a capture program believes.
const MOST_FROM_COMPUTER: Duration = Duration::from_secs(60);

/// A moment that the box marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GpsMark {
    /// What the receiver said of itself.
    pub state: ReceiverState,
    /// Seconds since 1995-10-10T00:00:00 UTC.
    pub seconds: u32,
    /// Periods of 0.1 us since that second began, by the oscillator of the box.
    pub counts: u32,
}

impl GpsMark {
    fn new(stamp: Stamp) -> GpsMark {
        GpsMark { state: stamp.state(), seconds: stamp.seconds, counts: stamp.counts }
    }

    /// Time since 1970, as if the oscillator were right: what capture programs write.
    pub fn unix(&self) -> Duration {
        self.unix_by(COUNTS_PER_S)
    }

    fn unix_by(&self, counts_per_s: u64) -> Duration {
        let ns = u64::from(self.counts) * 1_000_000_000 / counts_per_s;
        Duration::from_secs(ZERO_UNIX_S + u64::from(self.seconds)) + Duration::from_nanos(ns)
    }
}

/// The data of one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GpsRecord {
    /// Number of the frame, from 0 when the sensor starts.
    pub sequence: u32,
    /// Columns that the camera sent.
    pub width: u16,
    /// Rows that it sent.
    pub height: u16,
    /// Degrees, north positive; `None` if what is there is no latitude.
    pub latitude_deg: Option<f64>,
    /// Degrees, east positive; `None` if what is there is no longitude.
    pub longitude_deg: Option<f64>,
    /// Start of the exposure; without meaning on a rolling shutter.
    pub start: GpsMark,
    /// End of the exposure; without meaning on a rolling shutter.
    pub end: GpsMark,
    /// On a rolling shutter: the start of the readout.
    pub now: GpsMark,
    /// Counts between the last two second pulses, ideally 10 000 000.
    pub pps: u32,
}

impl GpsRecord {
    /// Reads the first 44 bytes of a picture, as handed out: samples of 16 bits are not to be
    /// swapped. Fails only if there are fewer.
    pub fn decode(picture: &[u8]) -> Result<GpsRecord> {
        let block = picture.first_chunk::<GPS_BYTES>().ok_or_else(|| {
            let text = format!("{} bytes are too few for GPS data, which take {GPS_BYTES}", picture.len());
            Error::new(ErrorKind::Invalid, text)
        })?;
        let block = GpsBlock::decode(block);
        Ok(GpsRecord {
            sequence: block.sequence,
            width: block.width,
            height: block.height,
            latitude_deg: block.latitude_deg(),
            longitude_deg: block.longitude_deg(),
            start: GpsMark::new(block.start),
            end: GpsMark::new(block.end),
            now: GpsMark::new(block.now),
            pps: block.pps,
        })
    }

    /// Time of the "now" mark since 1970, with the oscillator as fast as it was in the last
    /// second, if that is to be believed.
    pub fn now_unix(&self) -> Duration {
        if self.pps_is_plausible() { self.now.unix_by(u64::from(self.pps)) } else { self.now.unix() }
    }

    /// True if the last second had about as many counts as it should.
    pub fn pps_is_plausible(&self) -> bool {
        self.pps > BELIEVED.0 && self.pps <= BELIEVED.1
    }

    /// Why not to believe the times; empty is good. `computer` is the computer's time since
    /// 1970 when the frame came, if that clock is right to a minute.
    pub fn doubts(&self, computer: Option<Duration>) -> Vec<GpsDoubt> {
        let mut doubts = Vec::new();
        if self.start.state != self.now.state || self.end.state != self.now.state {
            doubts.push(GpsDoubt::Marks);
        }
        if self.now.state != ReceiverState::Locked {
            doubts.push(GpsDoubt::State(self.now.state));
        }
        if !self.pps_is_plausible() {
            doubts.push(GpsDoubt::Pps(self.pps));
        }
        if self.now.counts > BELIEVED.1 {
            doubts.push(GpsDoubt::Counts(self.now.counts));
        }
        if self.latitude_deg.is_none() || self.longitude_deg.is_none() {
            doubts.push(GpsDoubt::Place);
        }
        if let Some(off) = computer.map(|time| time.abs_diff(self.now_unix())) {
            if off > MOST_FROM_COMPUTER {
                doubts.push(GpsDoubt::Computer(off));
            }
        }
        doubts
    }
}

/// Why not to believe the times of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GpsDoubt {
    /// The three marks tell different states: these are no GPS data at all.
    Marks,
    /// The receiver is not locked.
    State(ReceiverState),
    /// The last second had this many counts.
    Pps(u32),
    /// This many counts have passed since the last second pulse: one is missing.
    Counts(u32),
    /// There is no such place.
    Place,
    /// The computer's clock is this far off.
    Computer(Duration),
}

impl fmt::Display for GpsDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GpsDoubt::Marks => f.write_str("the marks tell different states: is there a GPS box?"),
            GpsDoubt::State(state) => write!(f, "the receiver is not locked: {}", state.text()),
            GpsDoubt::Pps(counts) => write!(f, "the last second had {counts} counts, not 10000000"),
            GpsDoubt::Counts(counts) => {
                write!(f, "{counts} counts since the last second pulse: one is missing")
            }
            GpsDoubt::Place => f.write_str("there is no such place"),
            GpsDoubt::Computer(off) => write!(f, "{} s off the clock of the computer", off.as_secs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Written out by the public list of offsets: 2025-01-01T00:00:00.5 UTC, locked.
    fn good() -> [u8; 44] {
        let mut bytes = [0; 44];
        bytes[3] = 9;
        bytes[5..9].copy_from_slice(&[0x25, 0x80, 0x19, 0x16]);
        bytes[9..13].copy_from_slice(&1_311_234_567_u32.to_be_bytes());
        bytes[13..17].copy_from_slice(&121_281_234_u32.to_be_bytes());
        for mark in [17, 25, 33] {
            bytes[mark] = 0x33;
            bytes[mark + 1..mark + 5].copy_from_slice(&(10_676_u32 * 86_400).to_be_bytes());
            bytes[mark + 5..mark + 8].copy_from_slice(&5_000_000_u32.to_be_bytes()[1..]);
        }
        bytes[41..44].copy_from_slice(&10_000_000_u32.to_be_bytes()[1..]);
        bytes
    }

    fn with(at: usize, new: &[u8]) -> GpsRecord {
        let mut bytes = good();
        bytes[at..at + new.len()].copy_from_slice(new);
        GpsRecord::decode(&bytes).unwrap()
    }

    const UNIX: Duration = Duration::from_millis(1_735_689_600_500);

    #[test]
    fn a_good_record_leaves_no_doubt() {
        let record = GpsRecord::decode(&good()).unwrap();
        assert_eq!((record.sequence, record.width, record.height), (9, 9600, 6422));
        assert!((record.latitude_deg.unwrap() + (31.0 + 12.34567 / 60.0)).abs() < 1e-9);
        assert!((record.longitude_deg.unwrap() - (121.0 + 28.1234 / 60.0)).abs() < 1e-9);
        assert_eq!(record.now.unix(), UNIX);
        assert_eq!(record.now_unix(), UNIX);
        assert_eq!(record.doubts(Some(UNIX + Duration::from_secs(60))), []);
        assert_eq!(GpsRecord::decode(&good()[..43]).unwrap_err().kind(), ErrorKind::Invalid);
    }

    #[test]
    fn each_thing_that_is_wrong_is_a_doubt_of_its_own() {
        let doubts = |at, new: &[u8]| with(at, new).doubts(None);
        assert_eq!(doubts(25, &[0x23]), [GpsDoubt::Marks]);
        assert_eq!(doubts(33, &[0x23]), [GpsDoubt::Marks, GpsDoubt::State(ReceiverState::Locking)]);
        assert_eq!(doubts(41, &10_000_500_u32.to_be_bytes()[1..]), []);
        for pps in [0, 9_000_000, 10_000_501, 16_777_215] {
            assert_eq!(doubts(41, &u32::to_be_bytes(pps)[1..]), [GpsDoubt::Pps(pps)]);
        }
        assert_eq!(doubts(38, &12_000_000_u32.to_be_bytes()[1..]), [GpsDoubt::Counts(12_000_000)]);
        assert_eq!(doubts(9, &[0xFF; 4]), [GpsDoubt::Place]);
        let record = with(34, &(10_676_u32 * 86_400 + 61).to_be_bytes());
        assert_eq!(record.doubts(None), []);
        assert_eq!(record.doubts(Some(UNIX)), [GpsDoubt::Computer(Duration::from_secs(61))]);
    }

    #[test]
    fn the_length_of_the_last_second_is_a_measure() {
        // Half of a second that is 400 counts too short.
        let mut bytes = good();
        bytes[38..41].copy_from_slice(&4_999_800_u32.to_be_bytes()[1..]);
        bytes[41..44].copy_from_slice(&9_999_600_u32.to_be_bytes()[1..]);
        let record = GpsRecord::decode(&bytes).unwrap();
        assert_eq!(record.now_unix(), UNIX);
        assert_eq!(record.now.unix(), UNIX - Duration::from_micros(20));
    }

    proptest! {
        /// Whatever the bytes are, pixels included.
        #[test]
        fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..60), computer in any::<u64>()) {
            let record = GpsRecord::decode(&bytes);
            prop_assert_eq!(record.is_ok(), bytes.len() >= 44);
            if let Ok(record) = record {
                prop_assert!(record.latitude_deg.is_none_or(|angle| angle.abs() <= 90.0));
                prop_assert!(record.longitude_deg.is_none_or(|angle| angle.abs() <= 180.0));
                for mark in [record.start, record.end, record.now] {
                    prop_assert!(mark.unix() >= Duration::from_secs(ZERO_UNIX_S));
                }
                let doubts = record.doubts(Some(Duration::from_nanos(computer)));
                let texts: Vec<String> = doubts.iter().map(GpsDoubt::to_string).collect();
                prop_assert!(texts.iter().all(|text| !text.is_empty()));
                prop_assert_eq!(doubts.is_empty(), record.doubts(None).is_empty() && !doubts.iter().any(|d| matches!(d, GpsDoubt::Computer(_))));
            }
        }
    }
}
