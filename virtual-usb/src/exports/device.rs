//! Devices: listing, descriptors, opening, interfaces.

use std::ffi::{c_char, c_int, c_uchar};

use super::{context, error_code};
use crate::abi::{ConfigDescriptor, DeviceDescriptor, code};
use crate::bus::{Context, Device, Handle};
use crate::descriptors;
use crate::trace;

/// Lists the devices; the list ends with null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_device_list(ctx: *mut Context, list: *mut *mut *mut Device) -> isize {
    // SAFETY: a context by the caller's contract.
    let context = unsafe { context(ctx) };
    let mut devices: Vec<*mut Device> =
        context.plugged().into_iter().map(|d| std::ptr::from_ref(d).cast_mut()).collect();
    let count = devices.len();
    trace::record("get_device_list", |line| {
        line.num("n", count as i64);
    });
    devices.push(std::ptr::null_mut());
    // Freed by `libusb_free_device_list`, which finds the length by the null.
    // SAFETY: the caller gives a place for the list.
    unsafe { *list = Box::leak(devices.into_boxed_slice()).as_mut_ptr() };
    count as isize
}

/// Frees a list; devices live for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_device_list(list: *mut *mut Device, unref: c_int) {
    trace::record("free_device_list", |line| {
        line.num("unref", unref.into());
    });
    if list.is_null() {
        return;
    }
    let mut len = 0;
    // SAFETY: the list is from `libusb_get_device_list` and ends with null.
    while unsafe { !(*list.add(len)).is_null() } {
        len += 1;
    }
    // SAFETY: it was made from a boxed slice of this length.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(list, len + 1)) });
}

/// Devices live for ever; counting is not needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_ref_device(device: *mut Device) -> *mut Device {
    device
}

/// See [`libusb_ref_device`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_unref_device(_device: *mut Device) {}

/// The device behind a pointer.
///
/// # Safety
/// `device` is from this library; devices live for ever.
unsafe fn at(device: *mut Device) -> &'static Device {
    // SAFETY: by contract.
    unsafe { &*device }
}

/// Bus number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_bus_number(device: *mut Device) -> u8 {
    // SAFETY: a device of ours by the caller's contract.
    unsafe { at(device) }.identity().bus
}

/// Address on the bus.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_device_address(device: *mut Device) -> u8 {
    // SAFETY: a device of ours by the caller's contract.
    unsafe { at(device) }.identity().address
}

/// Link speed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_device_speed(device: *mut Device) -> c_int {
    // SAFETY: a device of ours by the caller's contract.
    descriptors::speed_code(unsafe { at(device) }.identity().speed)
}

/// Number of the last port.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_port_number(device: *mut Device) -> u8 {
    // SAFETY: a device of ours by the caller's contract.
    unsafe { at(device) }.identity().ports.last().copied().unwrap_or(0)
}

/// All port numbers from the root on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_port_numbers(device: *mut Device, ports: *mut u8, room: c_int) -> c_int {
    // SAFETY: a device of ours by the caller's contract.
    let mine = &unsafe { at(device) }.identity().ports;
    if (room.max(0) as usize) < mine.len() {
        return code::OVERFLOW;
    }
    // SAFETY: the caller gives `room` bytes, which is enough.
    unsafe { std::ptr::copy_nonoverlapping(mine.as_ptr(), ports, mine.len()) };
    mine.len() as c_int
}

/// Hubs are not shown.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_parent(_device: *mut Device) -> *mut Device {
    std::ptr::null_mut()
}

/// Largest packet of an endpoint.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_max_packet_size(device: *mut Device, endpoint: c_uchar) -> c_int {
    if endpoint != descriptors::DATA_ENDPOINT {
        return code::NOT_FOUND;
    }
    // SAFETY: a device of ours by the caller's contract.
    descriptors::max_packet(unsafe { at(device) }.identity().speed).into()
}

/// The device descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_device_descriptor(
    device: *mut Device,
    out: *mut DeviceDescriptor,
) -> c_int {
    // SAFETY: a device of ours and a place for the descriptor.
    unsafe { *out = descriptors::device(at(device).identity()) };
    code::SUCCESS
}

/// The active configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_active_config_descriptor(
    device: *mut Device,
    out: *mut *mut ConfigDescriptor,
) -> c_int {
    // SAFETY: a device of ours and a place for the pointer.
    unsafe { *out = descriptors::new_config(at(device).identity()).cast_mut() };
    code::SUCCESS
}

/// A configuration by index; there is one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_config_descriptor(
    device: *mut Device,
    index: u8,
    out: *mut *mut ConfigDescriptor,
) -> c_int {
    if index != 0 {
        return code::NOT_FOUND;
    }
    // SAFETY: same contract.
    unsafe { libusb_get_active_config_descriptor(device, out) }
}

/// A configuration by its value; there is one, of value 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_config_descriptor_by_value(
    device: *mut Device,
    value: u8,
    out: *mut *mut ConfigDescriptor,
) -> c_int {
    if value != 1 {
        return code::NOT_FOUND;
    }
    // SAFETY: same contract.
    unsafe { libusb_get_active_config_descriptor(device, out) }
}

/// Frees a configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_config_descriptor(config: *mut ConfigDescriptor) {
    // SAFETY: from one of the functions above, by the caller's contract.
    unsafe { descriptors::free_config(config) };
}

/// Opens a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_open(device: *mut Device, out: *mut *mut Handle) -> c_int {
    // SAFETY: a device of ours by the caller's contract.
    let device = unsafe { at(device) };
    let gone = device.is_gone();
    trace::record("open", |line| {
        line.hex("pid", device.identity().product.into(), 4).num("addr", device.identity().address.into());
        if gone {
            line.num("r", code::NO_DEVICE.into());
        }
    });
    if gone {
        return code::NO_DEVICE;
    }
    // SAFETY: the caller gives a place for the handle.
    unsafe { *out = std::ptr::from_ref(Handle::open(device)).cast_mut() };
    code::SUCCESS
}

/// Opens the first device with these ids.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_open_device_with_vid_pid(
    ctx: *mut Context,
    vendor: u16,
    product: u16,
) -> *mut Handle {
    let fits = |d: &&'static Device| d.identity().vendor == vendor && d.identity().product == product;
    // SAFETY: a context by the caller's contract.
    let devices = unsafe { context(ctx) }.plugged();
    let Some(device) = devices.into_iter().find(fits) else { return std::ptr::null_mut() };
    let mut handle = std::ptr::null_mut();
    // SAFETY: a device of ours and a local place for the handle.
    unsafe { libusb_open(std::ptr::from_ref(device).cast_mut(), &raw mut handle) };
    handle
}

/// Closes a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_close(handle: *mut Handle) {
    if handle.is_null() {
        return;
    }
    // SAFETY: an open handle by the caller's contract.
    let owned = unsafe { &*handle };
    trace::record("close", |line| {
        line.num("addr", owned.device.identity().address.into());
    });
    owned.device.context.queue.forget(handle);
    owned.close();
}

/// The device of a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_device(handle: *mut Handle) -> *mut Device {
    // SAFETY: an open handle by the caller's contract.
    std::ptr::from_ref(unsafe { &*handle }.device).cast_mut()
}

/// The one configuration is active.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_configuration(_handle: *mut Handle, value: *mut c_int) -> c_int {
    // SAFETY: the caller gives a place for the number.
    unsafe { *value = 1 };
    code::SUCCESS
}

/// The one configuration is active.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_set_configuration(_handle: *mut Handle, value: c_int) -> c_int {
    if value == 1 { code::SUCCESS } else { code::NOT_FOUND }
}

/// Takes interface 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_claim_interface(handle: *mut Handle, interface: c_int) -> c_int {
    trace::record("claim", |line| {
        line.num("if", interface.into());
    });
    // SAFETY: an open handle by the caller's contract.
    let handle = unsafe { &*handle };
    match () {
        () if interface != 0 => code::NOT_FOUND,
        () if handle.is_dead() => code::NO_DEVICE,
        () if handle.claim() => code::SUCCESS,
        () => code::BUSY,
    }
}

/// Gives interface 0 back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_release_interface(handle: *mut Handle, interface: c_int) -> c_int {
    trace::record("release", |line| {
        line.num("if", interface.into());
    });
    // SAFETY: an open handle by the caller's contract.
    let handle = unsafe { &*handle };
    match () {
        () if interface != 0 || !handle.release() => code::NOT_FOUND,
        () if handle.is_dead() => code::NO_DEVICE,
        () => code::SUCCESS,
    }
}

/// There is one setting.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_set_interface_alt_setting(
    _handle: *mut Handle,
    interface: c_int,
    setting: c_int,
) -> c_int {
    if interface == 0 && setting == 0 { code::SUCCESS } else { code::NOT_FOUND }
}

/// Clears the halt of an endpoint.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_clear_halt(handle: *mut Handle, endpoint: c_uchar) -> c_int {
    // SAFETY: an open handle by the caller's contract.
    let handle = unsafe { &*handle };
    trace::record("clear_halt", |line| {
        line.hex("ep", endpoint.into(), 2);
    });
    if handle.is_dead() {
        return code::NO_DEVICE;
    }
    let answer = handle.device.port().clear_halt(endpoint);
    handle.device.context.queue.device_changed();
    answer.map_or_else(|error| error_code(&error), |()| code::SUCCESS)
}

/// A reset that finds the device where it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_reset_device(handle: *mut Handle) -> c_int {
    trace::record("reset", |_| {});
    // SAFETY: an open handle by the caller's contract.
    if unsafe { &*handle }.is_dead() { code::NOT_FOUND } else { code::SUCCESS }
}

/// No kernel driver holds a virtual camera.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_kernel_driver_active(_handle: *mut Handle, interface: c_int) -> c_int {
    trace::record("kdrv_active", |line| {
        line.num("if", interface.into());
    });
    0
}

/// No kernel driver holds a virtual camera: none to be found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_detach_kernel_driver(_handle: *mut Handle, interface: c_int) -> c_int {
    trace::record("kdrv_detach", |line| {
        line.num("if", interface.into());
    });
    code::NOT_FOUND
}

/// There is no kernel driver for a virtual camera.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_attach_kernel_driver(_handle: *mut Handle, interface: c_int) -> c_int {
    trace::record("kdrv_attach", |line| {
        line.num("if", interface.into());
    });
    code::NOT_FOUND
}

/// Accepted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_set_auto_detach_kernel_driver(_handle: *mut Handle, _on: c_int) -> c_int {
    code::SUCCESS
}

/// Manufacturer (1) and product (2) as ASCII, with a final zero that does not count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_string_descriptor_ascii(
    handle: *mut Handle,
    index: u8,
    data: *mut c_char,
    room: c_int,
) -> c_int {
    if index == 0 || room < 1 {
        return code::INVALID_PARAM;
    }
    // SAFETY: an open handle by the caller's contract.
    let handle = unsafe { &*handle };
    if handle.is_dead() {
        return code::NO_DEVICE;
    }
    let Some(text) = descriptors::text(handle.device.identity(), index) else { return code::PIPE };
    let len = text.len().min(room as usize - 1);
    // SAFETY: the caller gives `room` bytes.
    unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), data, len);
        *data.add(len) = 0;
    }
    len as c_int
}
