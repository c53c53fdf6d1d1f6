//! What a virtual camera does not have: bulk streams, isochronous packets, binary object
//! store, memory of the kernel, foreign file descriptors. Programs that were linked against
//! all of libusb find the names and are refused with its own codes.

use std::ffi::{c_int, c_uchar, c_void};

use crate::abi::{Transfer, code};
use crate::bus::{Context, Device, Handle};

/// No streams.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_alloc_streams(
    _handle: *mut Handle,
    _streams: u32,
    _endpoints: *mut c_uchar,
    _count: c_int,
) -> c_int {
    code::NOT_SUPPORTED
}

/// No streams.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_streams(
    _handle: *mut Handle,
    _endpoints: *mut c_uchar,
    _count: c_int,
) -> c_int {
    code::NOT_SUPPORTED
}

/// No streams.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_transfer_set_stream_id(_transfer: *mut Transfer, _id: u32) {}

/// No streams.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_transfer_get_stream_id(_transfer: *mut Transfer) -> u32 {
    0
}

/// No memory of the kernel; programs then take their own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_dev_mem_alloc(_handle: *mut Handle, _length: usize) -> *mut c_uchar {
    std::ptr::null_mut()
}

/// None was given out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_dev_mem_free(
    _handle: *mut Handle,
    _memory: *mut c_uchar,
    _length: usize,
) -> c_int {
    code::INVALID_PARAM
}

/// No isochronous endpoint.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_max_iso_packet_size(_device: *mut Device, _endpoint: c_uchar) -> c_int {
    code::NOT_FOUND
}

/// No file descriptor is a virtual camera.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_wrap_sys_device(
    _ctx: *mut Context,
    _file: isize,
    _out: *mut *mut Handle,
) -> c_int {
    code::NOT_SUPPORTED
}

/// No poll descriptors, so no news of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_set_pollfd_notifiers(
    _ctx: *mut Context,
    _added: *const c_void,
    _removed: *const c_void,
    _data: *mut c_void,
) {
}

/// The old name of `libusb_get_port_numbers`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_port_path(
    _ctx: *mut Context,
    device: *mut Device,
    ports: *mut u8,
    room: u8,
) -> c_int {
    // SAFETY: same contract.
    unsafe { super::device::libusb_get_port_numbers(device, ports, room.into()) }
}

/// There is no such descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_ss_endpoint_companion_descriptor(
    _ctx: *mut Context,
    _endpoint: *const c_void,
    _out: *mut *mut c_void,
) -> c_int {
    code::NOT_FOUND
}

/// There is no such descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_bos_descriptor(_handle: *mut Handle, _out: *mut *mut c_void) -> c_int {
    code::NOT_FOUND
}

/// There is no such descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_usb_2_0_extension_descriptor(
    _ctx: *mut Context,
    _capability: *mut c_void,
    _out: *mut *mut c_void,
) -> c_int {
    code::NOT_FOUND
}

/// There is no such descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_ss_usb_device_capability_descriptor(
    _ctx: *mut Context,
    _capability: *mut c_void,
    _out: *mut *mut c_void,
) -> c_int {
    code::NOT_FOUND
}

/// There is no such descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_container_id_descriptor(
    _ctx: *mut Context,
    _capability: *mut c_void,
    _out: *mut *mut c_void,
) -> c_int {
    code::NOT_FOUND
}

/// None was given out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_ss_endpoint_companion_descriptor(_descriptor: *mut c_void) {}

/// None was given out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_bos_descriptor(_descriptor: *mut c_void) {}

/// None was given out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_usb_2_0_extension_descriptor(_descriptor: *mut c_void) {}

/// None was given out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_ss_usb_device_capability_descriptor(_descriptor: *mut c_void) {}

/// None was given out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_container_id_descriptor(_descriptor: *mut c_void) {}
