//! Typed requests and answers, and their bytes on the bus, both ways.
//!
//! Spelling only: what a register *does* is told by `model` and `camera` on the host
//! side and, a second time and from the sources, by `vcam` on the device side. Endian
//! order and bit packing happen here and nowhere else. The facts and where they were
//! observed are in `docs/protocol.md`; `golden/` holds byte vectors from observed
//! traces that are checked without either side.
#![forbid(unsafe_code)]

pub mod frame_header;
pub mod request;
pub mod status;

#[cfg(test)]
mod tests;

pub use request::{Command, GainCode, In, Out, Region};

/// The four bytes at the end of a USB transfer that say "the next byte is the first
/// of a frame" (observed).
pub const FRAME_MARKER: [u8; 4] = [0xEE, 0x11, 0xDD, 0x22];

/// The endpoint that delivers pixels (observed).
pub const DATA_ENDPOINT: u8 = 0x81;

/// Request codes (`bRequest`), all observed on the bus.
pub mod code {
    /// Boot loader write.
    pub const LOADER: u8 = 0xA0;
    /// Two-byte I2C read.
    pub const I2C_READ: u8 = 0xB7;
    /// Sensor register write.
    pub const SENSOR: u8 = 0xB8;
    /// FPGA register write.
    pub const FPGA_WRITE: u8 = 0xB9;
    /// Two-byte I2C write.
    pub const I2C_WRITE: u8 = 0xBB;
    /// FPGA register read.
    pub const FPGA_READ: u8 = 0xBC;
    /// Guide port.
    pub const GUIDE: u8 = 0xC0;
    /// Text to the filter wheel or another accessory.
    pub const WHEEL_WRITE: u8 = 0xC1;
    /// Firmware version.
    pub const FIRMWARE: u8 = 0xC2;
    /// Answer to [`WHEEL_WRITE`].
    pub const WHEEL_READ: u8 = 0xC3;
    /// Fan record.
    pub const FAN: u8 = 0xC4;
    /// EEPROM.
    pub const EEPROM: u8 = 0xCA;
    /// 1 before a few cameras stream (what for is not known).
    pub const STREAMS: u8 = 0xD0;
    /// Camera command.
    pub const COMMAND: u8 = 0xD1;
    /// Camera status, 64 bytes.
    pub const STATUS: u8 = 0xD2;
    /// Debug record, 64 bytes.
    pub const DEBUG: u8 = 0xD3;
    /// Status pages, 64 bytes; some act as switches.
    pub const PAGE: u8 = 0xD5;
    /// 0 after the initialisation of a QHY991 (what for is not known).
    pub const INITIALISED: u8 = 0xD9;
    /// Requests that carry one byte.
    pub const BYTES: [u8; 2] = [STREAMS, INITIALISED];
    /// Start-up flash record.
    pub const FLASH: u8 = 0xE4;
    /// Sensor temperature.
    pub const TEMPERATURE: u8 = 0xF2;
    /// Target temperature.
    pub const TARGET: u8 = 0xF3;
    /// Cooler power and mode.
    pub const COOLER: u8 = 0xF4;
}

/// FPGA registers with a known use (observed; names ours).
pub mod fpga {
    /// Releases or holds the burst sequencer.
    pub const BURST_HOLD: u16 = 0x01;
    /// DDR fill, four bytes.
    pub const DDR_FILL: u16 = 0x04;
    /// 0 after each single frame; 0 then 1 is a soft trigger.
    pub const SOFT_TRIGGER: u16 = 0x23;
    /// What the pins of the GPIO socket are: 1 GPS box, 2 trigger, 5 as after an init.
    pub const OUTPUT_MODE: u16 = 0x27;
    /// Burst patch number, four registers, most significant first.
    pub const PATCH_NUMBER: u16 = 0x29;
    /// Low dark current switch.
    pub const LOW_DARK_CURRENT: u16 = 0x31;
    /// First frame of a burst.
    pub const BURST_START: u16 = 0x32;
    /// Last frame of a burst, two registers, most significant first.
    pub const BURST_END: u16 = 0x33;
    /// Counts frames for GPS and burst.
    pub const FRAME_COUNT: u16 = 0x38;
    /// Burst mode on.
    pub const BURST_ON: u16 = 0x39;
    /// Trigger, bits of [`super::trigger`]; 0 is off.
    pub const TRIGGER: u16 = 0x3A;
    /// Burst idle strobe.
    pub const BURST_IDLE: u16 = 0x3F;
    /// Sends the last burst frame again.
    pub const BURST_RESEND: u16 = 0x45;
    /// Written 0 right after the initialise command in single mode.
    pub const SINGLE_START: u16 = 0x62;
    /// Watchdog: 1 then 0.
    pub const WATCHDOG: u16 = 0x67;
    /// Written 0 when the camera is closed.
    pub const CLOSE: u16 = 0x69;
    /// Output on the GPIO socket; GPS data in row 0 if that is for a GPS box.
    pub const GPS: u16 = 0x8E;
    /// Trigger filter time, five registers, most significant first.
    pub const TRIGGER_FILTER: u16 = 0x90;
    /// Version, four registers.
    pub const VERSION: u16 = 0xC8;
    /// Die temperature, low byte; the high byte is the next register.
    pub const DIE_TEMPERATURE: u16 = 0xD0;
}

/// Bits of [`fpga::TRIGGER`] (observed; what they are for follows from the calls that set
/// them).
pub mod trigger {
    /// Short pulses do not count.
    pub const FILTER: u8 = 0x01;
    /// Output.
    pub const OUT: u8 = 0x04;
    /// Input.
    pub const IN: u8 = 0x08;
    /// The SMA socket, not the GPIO one.
    pub const SMA: u8 = 0x10;
}

/// Sensor registers with a known use (observed).
pub mod sensor {
    /// Partner of the low dark current switch: 0 while [`super::fpga::LOW_DARK_CURRENT`] is 1, else 4.
    pub const LOW_DARK_CURRENT: u16 = 0x19E;
}

/// Status pages ([`code::PAGE`]) with a known use (observed).
pub mod page {
    /// Humidity, bytes 0-1 big endian, hundredths of a percent.
    pub const HUMIDITY: u16 = 0x01;
    /// Byte 0 not 0: humidity sensor fitted.
    pub const HAS_HUMIDITY: u16 = 0x02;
    /// Reading it switches the watchdog on.
    pub const WATCHDOG_ON: u16 = 0x03;
    /// Reading it switches the watchdog off.
    pub const WATCHDOG_OFF: u16 = 0x04;
    /// Byte 0 not 0: pressure sensor fitted.
    pub const HAS_PRESSURE: u16 = 0x07;
    /// Pressure in the chamber; also read once after [`HAS_PRESSURE`] answered yes.
    pub const PRESSURE: u16 = 0x08;
    /// Exposure timing.
    pub const TIMING: u16 = 0x0E;
    /// Byte 0: sensor power state.
    pub const POWER: u16 = 0x24;
    /// Reading it switches residual-image removal off.
    pub const RBI_OFF: u16 = 0x35;
    /// Reading it switches residual-image removal on.
    pub const RBI_ON: u16 = 0x36;
}
