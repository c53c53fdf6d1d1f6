//! Answers of the camera, both ways.

/// Bytes in one unit of the DDR fill counter (observed).
pub const DDR_UNIT_BYTES: u64 = 2048;
/// Units of counters that count 512 bytes, in one of those.
const SMALL_UNITS: u32 = 4;

/// Units of [`DDR_UNIT_BYTES`] waiting in the camera's memory, of a counter with its lowest
/// bit at `bit` of a word.
pub fn decode_ddr_units(bytes: [u8; 4], bit: u32) -> u32 {
    (u32::from_le_bytes(bytes) >> bit) & 0x1F_FFFF
}

/// The counter's bytes for that many units; more than 21 bits can say counts as the most.
pub fn encode_ddr_units(units: u64, bit: u32) -> [u8; 4] {
    ((units.min(0x1F_FFFF) as u32) << bit).to_le_bytes()
}

/// The same of a camera that tells it in three bytes.
pub fn decode_ddr_units_of_three(bytes: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]])
}

/// The three bytes for that many units; more than they can say counts as the most.
pub fn encode_ddr_units_in_three(units: u64) -> [u8; 3] {
    let [_, bytes @ ..] = (units.min(0xFF_FFFF) as u32).to_be_bytes();
    bytes
}

/// The same of a camera whose three bytes begin with the least significant and count 512
/// bytes.
pub fn decode_small_ddr_units_of_three(bytes: [u8; 3]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]) / SMALL_UNITS
}

/// The three bytes for that many units of [`DDR_UNIT_BYTES`].
pub fn encode_small_ddr_units_in_three(units: u64) -> [u8; 3] {
    let small = units.saturating_mul(u64::from(SMALL_UNITS)).min(0xFF_FFFF);
    let [bytes @ .., _] = (small as u32).to_le_bytes();
    bytes
}

/// Sensor temperature in degrees Celsius: sign byte, then tenths, big endian.
pub fn decode_temperature_c(bytes: [u8; 4]) -> f64 {
    let tenths = f64::from(u16::from_be_bytes([bytes[1], bytes[2]]));
    (if bytes[0] != 0 { -tenths } else { tenths }) / 10.0
}

/// The bytes of a temperature.
pub fn encode_temperature_c(temp_c: f64) -> [u8; 4] {
    let tenths = (temp_c.abs() * 10.0).round().min(65535.0) as u16;
    let size = tenths.to_be_bytes();
    [u8::from(temp_c < 0.0), size[0], size[1], 0]
}

/// FPGA die temperature in degrees Celsius from its two registers.
pub fn decode_die_temperature_c(low: u8, high: u8) -> f64 {
    f64::from(u16::from_le_bytes([low, high])) * 693.0 / 1024.0 - 265.0
}

/// The two registers (low, high) for a die temperature.
pub fn encode_die_temperature_c(temp_c: f64) -> [u8; 2] {
    (((temp_c + 265.0) * 1024.0 / 693.0).round().clamp(0.0, 65535.0) as u16).to_le_bytes()
}

/// Relative humidity in percent from status page 0x01.
pub fn decode_humidity_percent(page: &[u8; 64]) -> f64 {
    f64::from(u16::from_be_bytes([page[0], page[1]])) / 100.0
}

/// Pressure in hPa from status page 0x08.
pub fn decode_pressure_hpa(page: &[u8; 64]) -> f64 {
    f64::from(u16::from_be_bytes([page[0], page[1]])) / 10.0
}

/// Content of the exposure timing page 0x0E.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Timing {
    /// Pixel period in picoseconds.
    pub pixel_period_ps: u32,
    /// Line period in nanoseconds.
    pub line_period_ns: u32,
    /// Frame period in microseconds.
    pub frame_period_us: u32,
    /// Clocks a line.
    pub clocks_per_line: u32,
    /// Lines a frame.
    pub lines_per_frame: u32,
    /// Exposure in force, in microseconds.
    pub actual_exposure_us: u32,
    /// Long-exposure flag, as the camera gives it.
    pub long_exposure: u8,
}

impl Timing {
    /// From the 64 bytes of the page.
    pub fn decode(page: &[u8; 64]) -> Timing {
        let word =
            |n: usize| u32::from_be_bytes([page[4 * n], page[4 * n + 1], page[4 * n + 2], page[4 * n + 3]]);
        Timing {
            pixel_period_ps: word(0),
            line_period_ns: word(1),
            frame_period_us: word(2),
            clocks_per_line: word(3),
            lines_per_frame: word(4),
            actual_exposure_us: word(5),
            long_exposure: page[0x20],
        }
    }

    /// The 64 bytes of the page.
    pub fn encode(&self) -> [u8; 64] {
        let mut page = [0; 64];
        let words = [
            self.pixel_period_ps,
            self.line_period_ns,
            self.frame_period_us,
            self.clocks_per_line,
            self.lines_per_frame,
            self.actual_exposure_us,
        ];
        for (slot, word) in page.chunks_exact_mut(4).zip(words) {
            slot.copy_from_slice(&word.to_be_bytes());
        }
        page[0x20] = self.long_exposure;
        page
    }
}

/// The 16 hex digits (17 if the last byte is above 0x0F) that a serial number shows in
/// a camera id: the first digit of each byte written without a leading zero, and both
/// digits of the last byte (observed).
pub fn serial_text(bytes: [u8; 16]) -> String {
    let mut text = String::with_capacity(17);
    for &byte in &bytes[..15] {
        text.push_str(&format!("{byte:x}")[..1]);
    }
    text.push_str(&format!("{:x}", bytes[15]));
    text
}

/// Date of the firmware (year, month, day) from the ten bytes of [`super::In::Firmware`].
/// What follows are compiler versions.
pub fn firmware_date(bytes: [u8; 10]) -> (u16, u8, u8) {
    (2000 + u16::from(bytes[0]), bytes[1], bytes[2])
}

/// The same ten bytes in the form that programs know (observed): up to 2025 year and month
/// share byte 0, the day is byte 1 and the rest is as it came; later the date is not
/// packed, and byte 4 is 1.
pub fn firmware_api_form(bytes: [u8; 10]) -> [u8; 10] {
    let mut form = bytes;
    if bytes[0] <= 25 {
        form[0] = (bytes[0] << 4) | (bytes[1] & 0x0F);
        form[1] = bytes[2];
    } else {
        form[4] = 1;
    }
    form
}

/// Camera colour as the identity block tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourByte {
    /// 0.
    Mono,
    /// 1.
    Colour,
    /// Anything else.
    Other(u8),
}

/// Reads the colour byte of the 16 identity bytes.
pub fn decode_colour(identity: [u8; 16]) -> ColourByte {
    match identity[1] {
        0 => ColourByte::Mono,
        1 => ColourByte::Colour,
        other => ColourByte::Other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ddr_counter_as_observed() {
        assert_eq!(decode_ddr_units([0x00, 0x01, 0x00, 0x00], 6), 4);
        assert_eq!(decode_ddr_units([0x00, 0x00, 0x01, 0x00], 6), 1024);
        assert_eq!(decode_ddr_units([0xFF; 4], 6), 2_097_151);
        // QHY26800A
        assert_eq!(decode_ddr_units([0x00, 0x00, 0x01, 0x00], 11), 32);
        assert_eq!(decode_ddr_units([0xA5, 0xB6, 0xC7, 0xD8], 11), 1_775_862);
        assert_eq!(decode_ddr_units([0xFF; 4], 11), 2_097_151);
        // QHY342 and others
        assert_eq!(decode_ddr_units_of_three([0x01, 0x02, 0x03]), 66_051);
        for units in [0, 1, 60_525, 2_097_151] {
            for bit in [5, 6, 11] {
                assert_eq!(decode_ddr_units(encode_ddr_units(u64::from(units), bit), bit), units);
            }
            assert_eq!(decode_ddr_units_of_three(encode_ddr_units_in_three(u64::from(units))), units);
        }
        assert_eq!(encode_ddr_units(u64::MAX, 6), [0xC0, 0xFF, 0xFF, 0x07]);
        assert_eq!(encode_ddr_units_in_three(u64::MAX), [0xFF; 3]);
    }

    #[test]
    fn serial_digits_as_observed() {
        let observed = [1, 2, 3, 4, 5, 6, 7, 8, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 1, 2];
        assert_eq!(serial_text(observed), "12345678abcdef12");
        let mut long = [0; 16];
        long[0] = 0xA5;
        long[15] = 0x1F;
        assert_eq!(serial_text(long), "a000000000000001f");
    }

    #[test]
    fn firmware_dates_as_observed() {
        let observed = [0x13, 1, 0x19, 7, 0, 0, 0, 0, 0, 9];
        assert_eq!(firmware_date(observed), (2019, 1, 25));
        assert_eq!(firmware_api_form(observed), [0x31, 0x19, 0x19, 7, 0, 0, 0, 0, 0, 9]);
        let late = [26, 6, 4, 0, 0, 0, 0, 0, 0, 9];
        assert_eq!(firmware_date(late), (2026, 6, 4));
        assert_eq!(firmware_api_form(late), [26, 6, 4, 0, 1, 0, 0, 0, 0, 9]);
        // The year nibble is the year's lowest four bits, so 2015 shows as 15.
        assert_eq!(firmware_api_form([15, 12, 31, 0, 0, 0, 0, 0, 0, 0])[..2], [0xFC, 31]);
    }

    #[test]
    fn temperatures_come_back() {
        for tenths in [-350, -1, 0, 7, 250] {
            let temp_c = f64::from(tenths) / 10.0;
            assert_eq!(decode_temperature_c(encode_temperature_c(temp_c)), temp_c);
        }
        let [low, high] = encode_die_temperature_c(42.0);
        assert!((decode_die_temperature_c(low, high) - 42.0).abs() < 0.5);
    }

    #[test]
    fn humidity_and_pressure_as_observed() {
        for (bytes, percent, hpa) in [
            ([0x12, 0x34], 46.6, 466.0),
            ([0x27, 0x95], 101.33, 1013.3),
            ([0x80, 0x00], 327.68, 3276.8),
            ([0xFF, 0xFF], 655.35, 6553.5),
        ] {
            let mut page = [0xAA; 64];
            page[..2].copy_from_slice(&bytes);
            assert_eq!((decode_humidity_percent(&page), decode_pressure_hpa(&page)), (percent, hpa));
        }
    }

    #[test]
    fn timing_page_comes_back() {
        let timing = Timing {
            pixel_period_ps: 1,
            line_period_ns: 2,
            frame_period_us: 3,
            clocks_per_line: 4,
            lines_per_frame: 5,
            actual_exposure_us: 0x01020304,
            long_exposure: 1,
        };
        assert_eq!(Timing::decode(&timing.encode()), timing);
    }
}
