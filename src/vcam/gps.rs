//! The GPS data that the camera puts in the first row of a frame.
//!
//! Layout: the maker's list as quoted in public; all numbers big endian. On a rolling
//! shutter only the "now" mark means something: the start of the readout.

use std::time::Duration;

/// Bytes of the data.
pub(super) const HEADER_BYTES: usize = 44;

/// Unix time of the GPS second 0, 1995-10-10T00:00:00 UTC.
const GPS_ZERO_UNIX_S: u64 = 813_283_200;
/// Counts a second of the receiver's clock.
const COUNTS_PER_S: u32 = 10_000_000;
/// Flag byte of a locked receiver (state 3 in bits 4 and 5).
const LOCKED: u8 = 0x30;
/// South flag, degrees and minutes: 47.3960 N; and 8.5490 E.
const LATITUDE: u32 = 47_2376000;
const LONGITUDE: u32 = 8_329400;

/// The data for a frame that began its readout at `unix` time.
pub(super) fn header(number: u32, size: (u16, u16), unix: Duration) -> [u8; HEADER_BYTES] {
    let seconds = unix.as_secs().saturating_sub(GPS_ZERO_UNIX_S) as u32;
    let counts = unix.subsec_nanos() / (1_000_000_000 / COUNTS_PER_S);
    let mut bytes = [0; HEADER_BYTES];
    bytes[0..4].copy_from_slice(&number.to_be_bytes());
    bytes[5..7].copy_from_slice(&size.0.to_be_bytes());
    bytes[7..9].copy_from_slice(&size.1.to_be_bytes());
    bytes[9..13].copy_from_slice(&LATITUDE.to_be_bytes());
    bytes[13..17].copy_from_slice(&LONGITUDE.to_be_bytes());
    for mark in [17, 25, 33] {
        bytes[mark] = LOCKED;
        bytes[mark + 1..mark + 5].copy_from_slice(&seconds.to_be_bytes());
        bytes[mark + 5..mark + 8].copy_from_slice(&counts.to_be_bytes()[1..]);
    }
    bytes[41..44].copy_from_slice(&COUNTS_PER_S.to_be_bytes()[1..]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_count_from_1995() {
        // 2025-01-01T00:00:00.5 UTC is JD 2460676.5, 10676 days after JD 2450000.5.
        let bytes = header(7, (9600, 6422), Duration::from_millis(1_735_689_600_500));
        assert_eq!(bytes[..9], [0, 0, 0, 7, 0, 0x25, 0x80, 0x19, 0x16]);
        assert_eq!(bytes[33], 0x30);
        assert_eq!(u32::from_be_bytes([bytes[34], bytes[35], bytes[36], bytes[37]]), 10_676 * 86_400);
        assert_eq!(u32::from_be_bytes([0, bytes[38], bytes[39], bytes[40]]), 5_000_000);
        assert_eq!(u32::from_be_bytes([0, bytes[41], bytes[42], bytes[43]]), 10_000_000);
    }
}
