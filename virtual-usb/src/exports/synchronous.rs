//! Requests that wait for their answer.

use std::ffi::{c_int, c_uchar, c_uint, c_void};
use std::time::{Duration, Instant};

use qhyccd::transport::{Setup, UsbError};

use super::asynchronous::{libusb_alloc_transfer, libusb_free_transfer, libusb_submit_transfer};
use super::error_code;
use crate::abi::{Status, TYPE_BULK, Transfer, code};
use crate::bus::{Device, Handle};
use crate::descriptors;
use crate::meter;
use crate::trace;

/// How long an unlimited wait for a silent device lasts. Real libusb waits for ever;
/// nothing is won by hanging a test run.
const SILENT_LIMIT: Duration = Duration::from_secs(30);

/// One control request against a device; a silent device is a time-out at once.
pub fn ask(device: &Device, setup: Setup, data: &mut [u8]) -> Result<usize, UsbError> {
    meter::request();
    if let Some(answer) = descriptors::request(device.identity(), setup) {
        let answer = answer.ok_or(UsbError::Stall)?;
        let n = answer.len().min(data.len());
        data[..n].copy_from_slice(&answer[..n]);
        return Ok(n);
    }
    if setup.is_in() {
        device.port().control_in(setup, data)
    } else {
        device.port().control_out(setup, data).map(|()| data.len())
    }
}

/// One control request against a device; waits out the time if the device is silent.
pub fn control(
    device: &Device,
    setup: Setup,
    data: &mut [u8],
    timeout_ms: c_uint,
) -> Result<usize, UsbError> {
    let answer = ask(device, setup, data);
    if let Err(UsbError::Timeout { .. }) = answer {
        let limit = match timeout_ms {
            0 => SILENT_LIMIT,
            ms => Duration::from_millis(ms.into()),
        };
        let end = Instant::now() + limit;
        while !device.is_gone() && Instant::now() < end {
            device.port().wait(device.port().changes(), end);
        }
        if device.is_gone() {
            return Err(UsbError::Gone);
        }
    }
    answer
}

/// A control request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_control_transfer(
    handle: *mut Handle,
    request_type: u8,
    request: u8,
    value: u16,
    index: u16,
    data: *mut c_uchar,
    length: u16,
    timeout_ms: c_uint,
) -> c_int {
    let _stay = meter::enter();
    // SAFETY: an open handle by the caller's contract.
    let handle = unsafe { &*handle };
    let data = if length == 0 {
        &mut []
    } else {
        // SAFETY: the caller gives `length` bytes.
        unsafe { std::slice::from_raw_parts_mut(data, length.into()) }
    };
    let setup = Setup { request_type, request, value, index };
    let answer = match () {
        // As in libusb: no waiting inside a callback.
        () if handle.device.context.in_callback() => Err(code::BUSY),
        () if handle.is_dead() => Err(code::NO_DEVICE),
        () => control(handle.device, setup, data, timeout_ms).map_err(|e| error_code(&e)),
    };
    handle.device.context.queue.device_changed();
    let result = answer.map_or_else(|code| code, |n| n as c_int);
    trace::record("ctl", |line| {
        line.num("addr", handle.device.identity().address.into())
            .hex("rt", request_type.into(), 2)
            .hex("rq", request.into(), 2)
            .hex("v", value.into(), 4)
            .hex("i", index.into(), 4)
            .num("n", length.into())
            .num("to", timeout_ms.into())
            .num("r", result.into())
            .bytes("d", &data[..data.len().min(4096)]);
    });
    result
}

unsafe extern "C" fn set_flag(transfer: *mut Transfer) {
    // SAFETY: `bulk` below put the address of its flag here.
    unsafe { (*transfer).user_data.cast::<c_int>().write_volatile(1) };
}

/// A bulk transfer, made as libusb makes it: submit, handle events until it is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_bulk_transfer(
    handle: *mut Handle,
    endpoint: c_uchar,
    data: *mut c_uchar,
    length: c_int,
    transferred: *mut c_int,
    timeout_ms: c_uint,
) -> c_int {
    let _stay = meter::enter();
    // SAFETY: an open handle by the caller's contract.
    if unsafe { &*handle }.device.context.in_callback() {
        return code::BUSY;
    }
    let mut done: c_int = 0;
    // SAFETY: the transfer is fresh; the flag outlives it because this function only
    // returns once the callback has run.
    let (result, got) = unsafe {
        let transfer = libusb_alloc_transfer(0);
        (*transfer).dev_handle = handle;
        (*transfer).endpoint = endpoint;
        (*transfer).kind = TYPE_BULK;
        (*transfer).timeout = timeout_ms;
        (*transfer).buffer = data;
        (*transfer).length = length;
        (*transfer).callback = Some(set_flag);
        (*transfer).user_data = (&raw mut done).cast::<c_void>();
        let submitted = libusb_submit_transfer(transfer);
        if submitted == code::SUCCESS {
            let flag = &raw const done;
            while flag.read_volatile() == 0 {
                let soon = Instant::now() + Duration::from_millis(100);
                // Not in a callback, see above, so it cannot be refused.
                let _ = (*handle).device.context.handle_events(soon, || flag.read_volatile() != 0);
            }
        }
        let result = match (submitted, (*transfer).status) {
            (code::SUCCESS, s) if s == Status::Completed as i32 => code::SUCCESS,
            (code::SUCCESS, s) if s == Status::TimedOut as i32 => code::TIMEOUT,
            (code::SUCCESS, s) if s == Status::Stall as i32 => code::PIPE,
            (code::SUCCESS, s) if s == Status::NoDevice as i32 => code::NO_DEVICE,
            (code::SUCCESS, s) if s == Status::Overflow as i32 => code::OVERFLOW,
            (code::SUCCESS, _) => code::IO,
            (refused, _) => refused,
        };
        let got = (*transfer).actual_length;
        libusb_free_transfer(transfer);
        (result, got)
    };
    if !transferred.is_null() {
        // SAFETY: the caller gives a place for the number.
        unsafe { *transferred = got };
    }
    trace::record("bulk", |line| {
        line.hex("ep", endpoint.into(), 2)
            .num("n", length.into())
            .num("to", timeout_ms.into())
            .num("r", result.into())
            .num("got", got.into());
    });
    result
}

/// Cameras have no interrupt endpoint.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_interrupt_transfer(
    _handle: *mut Handle,
    _endpoint: c_uchar,
    _data: *mut c_uchar,
    _length: c_int,
    _transferred: *mut c_int,
    _timeout_ms: c_uint,
) -> c_int {
    code::NOT_SUPPORTED
}
