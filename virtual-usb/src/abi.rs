//! Types and numbers of the public libusb-1.0 interface.

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};

/// Result codes.
pub mod code {
    use std::ffi::c_int;
    pub const SUCCESS: c_int = 0;
    pub const IO: c_int = -1;
    pub const INVALID_PARAM: c_int = -2;
    pub const ACCESS: c_int = -3;
    pub const NO_DEVICE: c_int = -4;
    pub const NOT_FOUND: c_int = -5;
    pub const BUSY: c_int = -6;
    pub const TIMEOUT: c_int = -7;
    pub const OVERFLOW: c_int = -8;
    pub const PIPE: c_int = -9;
    pub const INTERRUPTED: c_int = -10;
    pub const NO_MEM: c_int = -11;
    pub const NOT_SUPPORTED: c_int = -12;
    pub const OTHER: c_int = -99;
}

/// `enum libusb_transfer_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    Completed = 0,
    Error = 1,
    TimedOut = 2,
    Cancelled = 3,
    Stall = 4,
    NoDevice = 5,
    Overflow = 6,
}

pub const TYPE_CONTROL: c_uchar = 0;
pub const TYPE_BULK: c_uchar = 2;

pub const FLAG_SHORT_NOT_OK: u8 = 1;
pub const FLAG_FREE_BUFFER: u8 = 2;
pub const FLAG_FREE_TRANSFER: u8 = 4;

pub const HOTPLUG_ARRIVED: c_int = 1;
pub const HOTPLUG_LEFT: c_int = 2;
pub const HOTPLUG_ENUMERATE: c_int = 1;
pub const HOTPLUG_MATCH_ANY: c_int = -1;

pub const SPEED_UNKNOWN: c_int = 0;
pub const SPEED_FULL: c_int = 2;
pub const SPEED_HIGH: c_int = 3;
pub const SPEED_SUPER: c_int = 4;

pub type TransferCallback = Option<unsafe extern "C" fn(*mut Transfer)>;

/// `struct libusb_transfer` without the isochronous descriptors behind it.
#[repr(C)]
pub struct Transfer {
    pub dev_handle: *mut Handle,
    pub flags: u8,
    pub endpoint: c_uchar,
    pub kind: c_uchar,
    pub timeout: c_uint,
    pub status: c_int,
    pub length: c_int,
    pub actual_length: c_int,
    pub callback: TransferCallback,
    pub user_data: *mut c_void,
    pub buffer: *mut c_uchar,
    pub num_iso_packets: c_int,
}

/// `struct libusb_device_descriptor`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct DeviceDescriptor {
    pub length: u8,
    pub descriptor_type: u8,
    pub bcd_usb: u16,
    pub device_class: u8,
    pub device_subclass: u8,
    pub device_protocol: u8,
    pub max_packet_size_0: u8,
    pub vendor: u16,
    pub product: u16,
    pub bcd_device: u16,
    pub manufacturer_index: u8,
    pub product_index: u8,
    pub serial_index: u8,
    pub num_configurations: u8,
}

/// `struct libusb_endpoint_descriptor`.
#[repr(C)]
pub struct EndpointDescriptor {
    pub length: u8,
    pub descriptor_type: u8,
    pub address: u8,
    pub attributes: u8,
    pub max_packet_size: u16,
    pub interval: u8,
    pub refresh: u8,
    pub synch_address: u8,
    pub extra: *const c_uchar,
    pub extra_length: c_int,
}

/// `struct libusb_interface_descriptor`.
#[repr(C)]
pub struct InterfaceDescriptor {
    pub length: u8,
    pub descriptor_type: u8,
    pub number: u8,
    pub alternate_setting: u8,
    pub num_endpoints: u8,
    pub class: u8,
    pub subclass: u8,
    pub protocol: u8,
    pub string_index: u8,
    pub endpoint: *const EndpointDescriptor,
    pub extra: *const c_uchar,
    pub extra_length: c_int,
}

/// `struct libusb_interface`.
#[repr(C)]
pub struct Interface {
    pub altsetting: *const InterfaceDescriptor,
    pub num_altsetting: c_int,
}

/// `struct libusb_config_descriptor`.
#[repr(C)]
pub struct ConfigDescriptor {
    pub length: u8,
    pub descriptor_type: u8,
    pub total_length: u16,
    pub num_interfaces: u8,
    pub configuration_value: u8,
    pub string_index: u8,
    pub attributes: u8,
    pub max_power: u8,
    pub interface: *const Interface,
    pub extra: *const c_uchar,
    pub extra_length: c_int,
}

/// `struct libusb_version`.
#[repr(C)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
    pub micro: u16,
    pub nano: u16,
    pub rc: *const c_char,
    pub describe: *const c_char,
}

// SAFETY: the pointers are to static text that nobody writes.
unsafe impl Sync for Version {}

pub use crate::bus::{Context, Device, Handle};

pub type HotplugCallback =
    Option<unsafe extern "C" fn(*mut Context, *mut Device, c_int, *mut c_void) -> c_int>;
