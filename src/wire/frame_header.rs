//! What stands in front of the pixels in the first row of a frame: the frame number, and
//! behind it the block of the GPS receiver while GPS is on.
//!
//! The layout of the block is public (several capture programs agree on it byte for
//! byte); its place at byte 4 of the row is observed. Without a receiver those bytes are
//! pixels, so whoever decodes them must look at [`Stamp::state`] and [`GpsBlock::pps`].

/// Bytes of the frame number, most significant first, at the start of the first row.
pub const FRAME_NUMBER_BYTES: usize = 4;

/// Where the GPS block begins in the first row. With GPS on, what is handed out as the
/// start of the picture is the first row from here on, unswapped.
pub const GPS_AT: usize = FRAME_NUMBER_BYTES;

/// Bytes of the GPS block.
pub const GPS_BYTES: usize = 44;

/// Julian day of second 0 of a [`Stamp`]: 1995-10-10T00:00:00 UTC.
pub const EPOCH_JD: f64 = 2_450_000.5;

/// The frame number in the first bytes of the first row; `None` if there are too few.
pub fn decode_frame_number(row: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*row.first_chunk::<FRAME_NUMBER_BYTES>()?))
}

/// The bytes of a frame number.
pub fn encode_frame_number(number: u32) -> [u8; FRAME_NUMBER_BYTES] {
    number.to_be_bytes()
}

/// One time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Flags; [`Stamp::state`] reads them.
    pub flag: u8,
    /// Seconds since [`EPOCH_JD`].
    pub seconds: u32,
    /// Periods of 0.1 us since the second began, 24 bits.
    pub counts: u32,
}

/// What the receiver says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiverState {
    /// Just powered.
    Started,
    /// Searching for satellites.
    Searching,
    /// Not locked, but its data are valid.
    Locking,
    /// Locked.
    Locked,
}

impl ReceiverState {
    /// The number on the wire.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// In words, those that a capture program in the field writes into its files.
    pub fn text(self) -> &'static str {
        match self {
            ReceiverState::Started => "just powered on",
            ReceiverState::Searching => "not locked",
            ReceiverState::Locking => "not locked but data valid",
            ReceiverState::Locked => "locked and valid",
        }
    }
}

/// The block of the GPS receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GpsBlock {
    /// Frame number, counted from 0 when the sensor starts.
    pub sequence: u32,
    /// Columns of the image.
    pub width: u16,
    /// Rows of the image.
    pub height: u16,
    /// Decimal digits SDDMMMMMMM: S = 1 south, degrees, minutes times 100 000.
    pub latitude: u32,
    /// Decimal digits SDDDMMMMMM: S = 1 west, degrees, minutes times 10 000.
    pub longitude: u32,
    /// Start of the exposure; without meaning on a rolling shutter.
    pub start: Stamp,
    /// End of the exposure; without meaning on a rolling shutter.
    pub end: Stamp,
    /// On a rolling shutter: the vertical sync of the frame.
    pub now: Stamp,
    /// Periods of 0.1 us between the last two second pulses, 24 bits; ideally 10 000 000.
    pub pps: u32,
}

impl Stamp {
    /// State of the receiver at this stamp.
    pub fn state(&self) -> ReceiverState {
        match (self.flag >> 4) & 3 {
            0 => ReceiverState::Started,
            1 => ReceiverState::Searching,
            2 => ReceiverState::Locking,
            _ => ReceiverState::Locked,
        }
    }

    fn decode(bytes: &[u8; 8]) -> Stamp {
        let [flag, a, b, c, d, x, y, z] = *bytes;
        Stamp { flag, seconds: u32::from_be_bytes([a, b, c, d]), counts: u32::from_be_bytes([0, x, y, z]) }
    }

    fn encode(&self) -> [u8; 8] {
        let [a, b, c, d] = self.seconds.to_be_bytes();
        let [_, x, y, z] = self.counts.to_be_bytes();
        [self.flag, a, b, c, d, x, y, z]
    }
}

impl GpsBlock {
    /// From the bytes at [`GPS_AT`] of the first row.
    pub fn decode(bytes: &[u8; GPS_BYTES]) -> GpsBlock {
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let half = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let stamp = |at: usize| {
            let mut field = [0; 8];
            field.copy_from_slice(&bytes[at..at + 8]);
            Stamp::decode(&field)
        };
        GpsBlock {
            sequence: word(0),
            width: half(5),
            height: half(7),
            latitude: word(9),
            longitude: word(13),
            start: stamp(17),
            end: stamp(25),
            now: stamp(33),
            pps: u32::from_be_bytes([0, bytes[41], bytes[42], bytes[43]]),
        }
    }

    /// The bytes; the unused one is 0.
    pub fn encode(&self) -> [u8; GPS_BYTES] {
        let mut bytes = [0; GPS_BYTES];
        bytes[0..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[5..7].copy_from_slice(&self.width.to_be_bytes());
        bytes[7..9].copy_from_slice(&self.height.to_be_bytes());
        bytes[9..13].copy_from_slice(&self.latitude.to_be_bytes());
        bytes[13..17].copy_from_slice(&self.longitude.to_be_bytes());
        bytes[17..25].copy_from_slice(&self.start.encode());
        bytes[25..33].copy_from_slice(&self.end.encode());
        bytes[33..41].copy_from_slice(&self.now.encode());
        bytes[41..44].copy_from_slice(&self.pps.to_be_bytes()[1..]);
        bytes
    }

    /// Latitude in degrees, north positive; `None` if the digits are no latitude.
    pub fn latitude_deg(&self) -> Option<f64> {
        angle_deg(self.latitude, 100_000, 90)
    }

    /// Longitude in degrees, east positive; `None` if the digits are no longitude.
    pub fn longitude_deg(&self) -> Option<f64> {
        angle_deg(self.longitude, 10_000, 180)
    }
}

/// The digits of a latitude, for [`GpsBlock::latitude`].
pub fn latitude_digits(degrees: f64) -> u32 {
    angle_digits(degrees, 100_000, 90)
}

/// The digits of a longitude, for [`GpsBlock::longitude`].
pub fn longitude_digits(degrees: f64) -> u32 {
    angle_digits(degrees, 10_000, 180)
}

fn angle_deg(digits: u32, per_minute: u32, most: u32) -> Option<f64> {
    let (sign, rest) = (digits / 1_000_000_000, digits % 1_000_000_000);
    let (degrees, minutes) = (rest / (100 * per_minute), rest % (100 * per_minute));
    if sign > 1 || minutes >= 60 * per_minute {
        return None;
    }
    let size = f64::from(degrees) + f64::from(minutes) / f64::from(60 * per_minute);
    (size <= f64::from(most)).then_some(if sign == 1 { -size } else { size })
}

fn angle_digits(degrees: f64, per_minute: u32, most: u32) -> u32 {
    let parts = (degrees.abs().min(f64::from(most)) * f64::from(60 * per_minute)).round() as u32;
    let (whole, minutes) = (parts / (60 * per_minute), parts % (60 * per_minute));
    u32::from(degrees < 0.0) * 1_000_000_000 + whole * 100 * per_minute + minutes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written out from the public list of offsets, not by `encode`.
    #[test]
    fn fields_stand_where_the_list_says() {
        let bytes: [u8; GPS_BYTES] = std::array::from_fn(|i| i as u8);
        let block = GpsBlock::decode(&bytes);
        assert_eq!(block.sequence, 0x0001_0203);
        assert_eq!((block.width, block.height), (0x0506, 0x0708));
        assert_eq!((block.latitude, block.longitude), (0x090A_0B0C, 0x0D0E_0F10));
        assert_eq!(block.start, Stamp { flag: 17, seconds: 0x1213_1415, counts: 0x16_1718 });
        assert_eq!(block.end, Stamp { flag: 25, seconds: 0x1A1B_1C1D, counts: 0x1E_1F20 });
        assert_eq!(block.now, Stamp { flag: 33, seconds: 0x2223_2425, counts: 0x26_2728 });
        assert_eq!(block.pps, 0x29_2A2B);

        let mut expected = bytes;
        expected[4] = 0;
        assert_eq!(block.encode(), expected);
    }

    #[test]
    fn places_on_earth() {
        // 31 degrees 12.34567 minutes south, 121 degrees 28.1234 minutes west.
        let block = GpsBlock { latitude: 1_311_234_567, longitude: 1_121_281_234, ..GpsBlock::default() };
        assert!((block.latitude_deg().unwrap() + (31.0 + 12.34567 / 60.0)).abs() < 1e-9);
        assert!((block.longitude_deg().unwrap() + (121.0 + 28.1234 / 60.0)).abs() < 1e-9);
        for degrees in [-90.0, -33.5, 0.0, 47.123456, 90.0] {
            let block = GpsBlock { latitude: latitude_digits(degrees), ..GpsBlock::default() };
            assert!((block.latitude_deg().unwrap() - degrees).abs() < 1e-6, "{degrees}");
        }
        for degrees in [-180.0, -0.25, 11.999_999_9, 180.0] {
            let block = GpsBlock { longitude: longitude_digits(degrees), ..GpsBlock::default() };
            assert!((block.longitude_deg().unwrap() - degrees).abs() < 1e-5, "{degrees}");
        }
        for rubbish in [2_000_000_000, 916_000_000, 9_999_999, u32::MAX] {
            assert_eq!(
                GpsBlock { latitude: rubbish, ..GpsBlock::default() }.latitude_deg(),
                None,
                "{rubbish}"
            );
        }
    }

    #[test]
    fn receiver_states() {
        let state = |flag| Stamp { flag, ..Stamp::default() }.state();
        assert_eq!(state(0x0F), ReceiverState::Started);
        assert_eq!(state(0x10), ReceiverState::Searching);
        assert_eq!(state(0x60), ReceiverState::Locking);
        assert_eq!(state(0x73), ReceiverState::Locked);
    }

    #[test]
    fn frame_numbers() {
        assert_eq!(decode_frame_number(&[1, 2, 3, 4, 5]), Some(0x0102_0304));
        assert_eq!(decode_frame_number(&[1, 2, 3]), None);
        assert_eq!(decode_frame_number(&encode_frame_number(77)), Some(77));
    }
}
