//! Versions, status records and raw access, for programs that know the device.

use std::time::Duration;

use crate::transport::Setup;
use crate::wire::status::firmware_api_form;
use crate::wire::{In, Out, fpga};

use super::state::Op;
use super::{Camera, Result};

/// Versions, records, raw access.
impl Camera {
    /// Firmware version: the ten bytes the camera answers.
    pub fn firmware_version(&self) -> Result<[u8; 10]> {
        self.allow(Op::Ask)?;
        self.link.ask(In::Firmware)
    }

    /// The same in the form that programs expect from the C interface.
    pub fn firmware_version_packed(&self) -> Result<[u8; 10]> {
        Ok(firmware_api_form(self.firmware_version()?))
    }

    /// FPGA version, four bytes: the day as year since 2000, month and day, and a number.
    pub fn fpga_version(&self) -> Result<[u8; 4]> {
        self.allow(Op::Ask)?;
        let mut version = [0; 4];
        for (register, byte) in (fpga::VERSION..).zip(&mut version) {
            [*byte] = self.link.ask(In::Fpga(register))?;
        }
        Ok(version)
    }

    /// The status record.
    pub fn status_bytes(&self) -> Result<[u8; 64]> {
        self.allow(Op::Ask)?;
        self.link.ask(In::Status)
    }

    /// The debug record.
    pub fn debug_bytes(&self) -> Result<[u8; 64]> {
        self.allow(Op::Ask)?;
        self.link.ask(In::Debug)
    }

    /// A status page. Some pages are switches: reading one changes the camera.
    pub fn status_page(&self, page: u16) -> Result<[u8; 64]> {
        self.allow(Op::Ask)?;
        self.link.ask(In::Page(page))
    }

    /// The start-up flash record: its first and its second half.
    pub fn flash_record(&self) -> Result<[[u8; 64]; 2]> {
        self.allow(Op::Ask)?;
        Ok([self.link.ask(In::Flash(1))?, self.link.ask(In::Flash(0))?])
    }

    /// Reads a two-byte I2C register.
    pub fn i2c_read(&self, register: u16) -> Result<u16> {
        self.allow(Op::Ask)?;
        Ok(u16::from_be_bytes(self.link.ask(In::I2c(register))?))
    }

    /// Writes a two-byte I2C register.
    pub fn i2c_write(&self, register: u16, value: u16) -> Result<()> {
        self.allow(Op::Registers)?;
        self.link.send(&Out::I2c { register, value })
    }

    /// Writes one FPGA register.
    pub fn write_fpga(&self, register: u16, value: u16) -> Result<()> {
        self.allow(Op::Registers)?;
        self.link.send(&Out::Fpga { register, value })
    }

    /// Writes one sensor register.
    pub fn write_sensor(&self, register: u16, value: u8) -> Result<()> {
        self.allow(Op::Registers)?;
        self.link.send(&Out::Sensor { register, value })
    }

    /// A vendor request that reads; returns how many bytes came.
    pub fn vendor_read(&self, request: u8, value: u16, index: u16, data: &mut [u8]) -> Result<usize> {
        self.allow(Op::Ask)?;
        self.link.control_in(Setup::vendor_in(request, value, index), data)
    }

    /// A vendor request that writes.
    pub fn vendor_write(&self, request: u8, value: u16, index: u16, data: &[u8]) -> Result<()> {
        self.allow(Op::Registers)?;
        self.link.control_out(Setup::vendor_out(request, value, index), data)
    }

    /// Reads from a bulk endpoint once; returns how many bytes came. Takes bytes away from
    /// a frame that is being read.
    pub fn bulk_read(&self, endpoint: u8, data: &mut [u8], timeout: Duration) -> Result<usize> {
        self.allow(Op::Ask)?;
        self.link.bulk_in(endpoint, data, timeout)
    }
}
