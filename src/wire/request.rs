//! Requests to the camera. `decode` undoes `encode`; a property test holds them to it.

use super::code;
use crate::transport::Setup;

/// A request whose data go to the camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    /// A camera command ([`code::COMMAND`]).
    Command(Command),
    /// An FPGA register takes `value`.
    Fpga {
        /// Register.
        register: u16,
        /// New value; it travels in `wValue`.
        value: u16,
    },
    /// A sensor register takes `value`.
    Sensor {
        /// Register.
        register: u16,
        /// New value.
        value: u8,
    },
    /// A two-byte I2C register takes `value`.
    I2c {
        /// Register.
        register: u16,
        /// New value, big endian on the wire.
        value: u16,
    },
    /// A pin of the guide port, 0..=3, is pulled or let go.
    Guide {
        /// Bit of the pin in `wIndex`, counted from 4.
        pin: u8,
        /// Pulled.
        on: bool,
    },
    /// Text or an order for the filter wheel.
    Wheel(Vec<u8>),
    /// The fan record.
    Fan([u8; 64]),
    /// Target temperature in tenths of a degree Celsius, as sent.
    Target {
        /// Tenths of a degree.
        tenths_c: i32,
    },
    /// Cooler mode and power.
    Cooler {
        /// The camera regulates to its target.
        automatic: bool,
        /// Half the PWM value, 0..=127; 0 in automatic mode.
        half_pwm: u8,
    },
    /// A byte by a request of its own, one of [`code::BYTES`].
    Byte {
        /// The request.
        request: u8,
        /// The byte.
        value: u8,
    },
    /// To a camera that waits for its firmware: bytes for its memory; none of them to
    /// start what is there.
    Loader {
        /// Where they go, or where to start; low half in `wValue`, high in `wIndex`.
        address: u32,
        /// The bytes.
        data: Vec<u8>,
    },
}

/// A request that the camera answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum In {
    /// EEPROM bytes: identity (value 0, index 8) or serial (0x10, 0x10).
    Eeprom {
        /// `wValue`.
        value: u16,
        /// `wIndex`.
        index: u16,
    },
    /// Firmware version, 10 bytes.
    Firmware,
    /// Camera status, 64 bytes.
    Status,
    /// Debug record, 64 bytes.
    Debug,
    /// A status page, 64 bytes.
    Page(u16),
    /// Only its first byte; the camera sees a page asked for.
    PageByte(u16),
    /// FPGA register, 1 byte (4 for the DDR fill).
    Fpga(u16),
    /// Two-byte I2C register.
    I2c(u16),
    /// What the wheel said.
    Wheel,
    /// Half of the start-up flash record, 64 bytes; index 1, then 0.
    Flash(u16),
    /// Sensor temperature, 4 bytes.
    Temperature,
}

/// The 0xD1 commands (observed; the codes are also in the maker's public protocol posts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// A0: initialise.
    Init {
        /// Single frames, not live.
        single: bool,
        /// Read-out code of the read mode.
        readout: u8,
    },
    /// A0 of the few cameras that have more in byte 1.
    InitWith {
        /// Single frames, not live.
        single: bool,
        /// The other bits of byte 1, not all 0.
        bits: u8,
        /// Read-out code of the read mode.
        readout: u8,
    },
    /// A2: rows to read.
    Region(Region),
    /// A2 of a few cameras in a mode that bins on the sensor, with 1 in byte 1.
    BinnedRegion(Region),
    /// A3: exposure time in microseconds.
    Exposure {
        /// Microseconds.
        exposure_us: u32,
    },
    /// A1: read-out speed.
    Speed(u8),
    /// A4: gain; 32 bytes long.
    Gain(GainCode),
    /// A4 in 16 bytes, of which those from 13 on say nothing: no switches.
    ShortGain(GainCode),
    /// A5: USB traffic.
    Traffic(u8),
    /// A6: start one exposure.
    Start,
    /// A7: sample size.
    Bits {
        /// Two bytes a sample.
        sixteen: bool,
    },
    /// A8: black level.
    Offset(u16),
    /// A9: DDR buffer on.
    DdrOn,
    /// A9 with another value; 0 switches the buffer off.
    Ddr(u8),
    /// AB: trigger output.
    TriggerOut {
        /// On.
        on: bool,
    },
    /// AE: the host watches over the camera (3), or ends that (4).
    Supervision {
        /// It begins.
        on: bool,
    },
}

/// Content of command A2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Region {
    /// Bytes 2-3; 0, or the full width on some models.
    pub columns: u16,
    /// Bytes 4-5; always 0 as observed.
    pub first_column: u16,
    /// Rows to read.
    pub rows: u16,
    /// First row to read.
    pub first_row: u16,
}

/// Content of command A4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GainCode {
    /// Analogue gain code.
    pub analogue: u16,
    /// Bytes 5-6 and 9-10: analogue codes of the second and third slot on some models.
    pub more_analogue: [u16; 2],
    /// Digital gain codes: red (all of a mono camera), green, blue.
    pub digital: [u16; 3],
    /// Byte 14, and byte 13 above it.
    pub switch_14: u16,
    /// Byte 16: 0 low, 1 high conversion gain (a guess).
    pub switch_16: u8,
}

/// The data byte of an order for a guide port, by pin; bit 0 is set to let it go. It names
/// the pin a second time.
const GUIDE_DATA: [u8; 4] = [0x20, 0x80, 0x10, 0x40];

/// Byte 1 of AE.
const SUPERVISION_ON: u8 = 3;
const SUPERVISION_OFF: u8 = 4;

/// Why bytes are no request we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// No request has this code and direction.
    UnknownRequest(Setup),
    /// A 0xD1 command of unknown first byte.
    UnknownCommand(u8),
    /// Fewer bytes than the request needs.
    TooShort,
}

impl Out {
    /// The request as it goes over the bus. Bytes that the camera ignores are 0.
    pub fn encode(&self) -> (Setup, Vec<u8>) {
        match self {
            Out::Command(command) => (Setup::vendor_out(code::COMMAND, 0, 0), command.encode()),
            Out::Fpga { register, value } => {
                (Setup::vendor_out(code::FPGA_WRITE, *value, *register), vec![0])
            }
            Out::Sensor { register, value } => {
                (Setup::vendor_out(code::SENSOR, 0x0081, *register), vec![*value])
            }
            Out::I2c { register, value } => {
                (Setup::vendor_out(code::I2C_WRITE, 0, *register), value.to_be_bytes().to_vec())
            }
            Out::Guide { pin, on } => {
                let pin = usize::from(*pin & 3);
                let data = GUIDE_DATA[pin] | u8::from(!on);
                (Setup::vendor_out(code::GUIDE, 0, 0x10 << pin), vec![data])
            }
            Out::Wheel(text) => (Setup::vendor_out(code::WHEEL_WRITE, 0, 0), text.clone()),
            Out::Fan(record) => (Setup::vendor_out(code::FAN, 0, 0), record.to_vec()),
            Out::Target { tenths_c } => {
                let size = (tenths_c.unsigned_abs().min(0xFFFF) as u16).to_be_bytes();
                let sign = u8::from(*tenths_c < 0);
                (Setup::vendor_out(code::TARGET, 0, 0), vec![sign, size[0], size[1]])
            }
            Out::Cooler { automatic, half_pwm } => {
                (Setup::vendor_out(code::COOLER, 0, 0), vec![u8::from(*automatic), *half_pwm])
            }
            Out::Byte { request, value } => (Setup::vendor_out(*request, 0, 0), vec![*value]),
            Out::Loader { address, data } => {
                let (low, high) = (*address as u16, (*address >> 16) as u16);
                (Setup::vendor_out(code::LOADER, low, high), data.clone())
            }
        }
    }

    /// Reads a request back from its bytes.
    pub fn decode(setup: Setup, data: &[u8]) -> Result<Out, DecodeError> {
        if setup.is_in() {
            return Err(DecodeError::UnknownRequest(setup));
        }
        let need = |n: usize| if data.len() < n { Err(DecodeError::TooShort) } else { Ok(()) };
        Ok(match setup.request {
            code::COMMAND => Out::Command(Command::decode(data)?),
            code::FPGA_WRITE => Out::Fpga { register: setup.index, value: setup.value },
            code::SENSOR => {
                need(1)?;
                Out::Sensor { register: setup.index, value: data[0] }
            }
            code::I2C_WRITE => {
                need(2)?;
                Out::I2c { register: setup.index, value: be16(data, 0) }
            }
            code::GUIDE => {
                need(1)?;
                let pin = (0..4).find(|pin| setup.index == 0x10 << pin);
                let pin = pin.ok_or(DecodeError::UnknownRequest(setup))?;
                Out::Guide { pin, on: data[0] & 1 == 0 }
            }
            code::WHEEL_WRITE => Out::Wheel(data.to_vec()),
            code::FAN => {
                need(64)?;
                let mut record = [0; 64];
                record.copy_from_slice(&data[..64]);
                Out::Fan(record)
            }
            code::TARGET => {
                need(3)?;
                let size = i32::from(be16(data, 1));
                Out::Target { tenths_c: if data[0] != 0 { -size } else { size } }
            }
            code::COOLER => {
                need(2)?;
                Out::Cooler { automatic: data[0] != 0, half_pwm: data[1] }
            }
            request if code::BYTES.contains(&request) => {
                need(1)?;
                Out::Byte { request, value: data[0] }
            }
            code::LOADER => {
                let address = u32::from(setup.index) << 16 | u32::from(setup.value);
                Out::Loader { address, data: data.to_vec() }
            }
            _ => return Err(DecodeError::UnknownRequest(setup)),
        })
    }
}

impl In {
    /// Setup and the number of bytes to ask for.
    pub fn encode(&self) -> (Setup, usize) {
        match *self {
            In::Eeprom { value, index } => (Setup::vendor_in(code::EEPROM, value, index), 16),
            In::Firmware => (Setup::vendor_in(code::FIRMWARE, 0, 0), 10),
            In::Status => (Setup::vendor_in(code::STATUS, 0, 0), 64),
            In::Debug => (Setup::vendor_in(code::DEBUG, 0, 0), 64),
            In::Page(page) => (Setup::vendor_in(code::PAGE, 0, page), 64),
            In::PageByte(page) => (Setup::vendor_in(code::PAGE, 0, page), 1),
            In::Fpga(register) => {
                let len = if register == super::fpga::DDR_FILL { 4 } else { 1 };
                (Setup::vendor_in(code::FPGA_READ, 0, register), len)
            }
            In::I2c(register) => (Setup::vendor_in(code::I2C_READ, 0, register), 2),
            In::Wheel => (Setup::vendor_in(code::WHEEL_READ, 0, 0), 1),
            In::Flash(index) => (Setup::vendor_in(code::FLASH, 0x40, index), 64),
            In::Temperature => (Setup::vendor_in(code::TEMPERATURE, 0, 0), 4),
        }
    }

    /// Reads a request back from its setup.
    pub fn decode(setup: Setup) -> Result<In, DecodeError> {
        if !setup.is_in() {
            return Err(DecodeError::UnknownRequest(setup));
        }
        Ok(match setup.request {
            code::EEPROM => In::Eeprom { value: setup.value, index: setup.index },
            code::FIRMWARE => In::Firmware,
            code::STATUS => In::Status,
            code::DEBUG => In::Debug,
            code::PAGE => In::Page(setup.index),
            code::FPGA_READ => In::Fpga(setup.index),
            code::I2C_READ => In::I2c(setup.index),
            code::WHEEL_READ => In::Wheel,
            code::FLASH => In::Flash(setup.index),
            code::TEMPERATURE => In::Temperature,
            _ => return Err(DecodeError::UnknownRequest(setup)),
        })
    }
}

impl Command {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0u8; if matches!(self, Command::Gain(_)) { 32 } else { 16 }];
        match *self {
            Command::Init { single, readout } => {
                bytes[0] = 0xA0;
                bytes[1] = u8::from(single);
                bytes[6] = readout;
            }
            Command::InitWith { single, bits, readout } => {
                bytes[0] = 0xA0;
                bytes[1] = u8::from(single) | bits;
                bytes[6] = readout;
            }
            Command::Region(region) | Command::BinnedRegion(region) => {
                bytes[0] = 0xA2;
                bytes[1] = u8::from(matches!(self, Command::BinnedRegion(_)));
                put16(&mut bytes, 2, region.columns);
                put16(&mut bytes, 4, region.first_column);
                put16(&mut bytes, 6, region.rows);
                put16(&mut bytes, 8, region.first_row);
            }
            Command::Exposure { exposure_us } => {
                bytes[0] = 0xA3;
                bytes[1..5].copy_from_slice(&exposure_us.to_be_bytes());
            }
            Command::Gain(gain) => {
                put_gain(&mut bytes, gain);
                put16(&mut bytes, 13, gain.switch_14);
                bytes[16] = gain.switch_16;
            }
            Command::ShortGain(gain) => put_gain(&mut bytes, gain),
            Command::Traffic(value) => {
                bytes[0] = 0xA5;
                bytes[1] = value;
            }
            Command::Speed(value) => {
                bytes[0] = 0xA1;
                bytes[1] = value;
            }
            Command::Start => bytes[0] = 0xA6,
            Command::Bits { sixteen } => {
                bytes[0] = 0xA7;
                bytes[1] = u8::from(sixteen);
            }
            Command::Offset(value) => {
                bytes[0] = 0xA8;
                put16(&mut bytes, 1, value);
            }
            Command::DdrOn => {
                bytes[0] = 0xA9;
                bytes[1] = 0xFF;
            }
            Command::Ddr(mode) => {
                bytes[0] = 0xA9;
                bytes[1] = mode;
            }
            Command::TriggerOut { on } => {
                bytes[0] = 0xAB;
                bytes[1] = u8::from(on);
            }
            Command::Supervision { on } => {
                bytes[0] = 0xAE;
                bytes[1] = if on { SUPERVISION_ON } else { SUPERVISION_OFF };
            }
        }
        bytes
    }

    fn decode(data: &[u8]) -> Result<Command, DecodeError> {
        let need = |n: usize| if data.len() < n { Err(DecodeError::TooShort) } else { Ok(()) };
        need(2)?;
        Ok(match data[0] {
            0xA0 => {
                need(7)?;
                let (single, bits, readout) = (data[1] & 1 != 0, data[1] & !1, data[6]);
                match bits {
                    0 => Command::Init { single, readout },
                    _ => Command::InitWith { single, bits, readout },
                }
            }
            0xA1 => Command::Speed(data[1]),
            0xA2 => {
                need(10)?;
                let region = Region {
                    columns: be16(data, 2),
                    first_column: be16(data, 4),
                    rows: be16(data, 6),
                    first_row: be16(data, 8),
                };
                if data[1] == 0 { Command::Region(region) } else { Command::BinnedRegion(region) }
            }
            0xA3 => {
                need(5)?;
                Command::Exposure { exposure_us: u32::from_be_bytes([data[1], data[2], data[3], data[4]]) }
            }
            0xA4 => {
                need(13)?;
                let codes = GainCode {
                    analogue: be16(data, 1),
                    digital: [be16(data, 3), be16(data, 7), be16(data, 11)],
                    more_analogue: [be16(data, 5), be16(data, 9)],
                    ..GainCode::default()
                };
                match data.get(16) {
                    Some(&switch_16) => {
                        Command::Gain(GainCode { switch_14: be16(data, 13), switch_16, ..codes })
                    }
                    None => Command::ShortGain(codes),
                }
            }
            0xA5 => Command::Traffic(data[1]),
            0xA6 => Command::Start,
            0xA7 => Command::Bits { sixteen: data[1] != 0 },
            0xA8 => {
                need(3)?;
                Command::Offset(be16(data, 1))
            }
            0xA9 if data[1] == 0xFF => Command::DdrOn,
            0xA9 => Command::Ddr(data[1]),
            0xAB => Command::TriggerOut { on: data[1] != 0 },
            0xAE if data[1] == SUPERVISION_ON => Command::Supervision { on: true },
            0xAE if data[1] == SUPERVISION_OFF => Command::Supervision { on: false },
            other => return Err(DecodeError::UnknownCommand(other)),
        })
    }
}

/// The codes of a gain command, in both of its forms.
fn put_gain(bytes: &mut [u8], gain: GainCode) {
    bytes[0] = 0xA4;
    put16(bytes, 1, gain.analogue);
    put16(bytes, 3, gain.digital[0]);
    put16(bytes, 5, gain.more_analogue[0]);
    put16(bytes, 7, gain.digital[1]);
    put16(bytes, 9, gain.more_analogue[1]);
    put16(bytes, 11, gain.digital[2]);
}

fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}
