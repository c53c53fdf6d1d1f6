//! Transfers that complete by callback.

use std::ffi::{c_int, c_void};

use qhyccd::transport::{Setup, UsbError};

use super::synchronous;
use crate::abi::{Status, TYPE_BULK, TYPE_CONTROL, Transfer, code};
use crate::meter;
use crate::queue;
use crate::trace;

/// Bytes of the setup packet in front of a control transfer's data.
const SETUP_LEN: usize = 8;

/// Allocates a transfer. Isochronous ones are not offered: null.
#[unsafe(no_mangle)]
pub extern "C" fn libusb_alloc_transfer(iso_packets: c_int) -> *mut Transfer {
    if iso_packets != 0 {
        return std::ptr::null_mut();
    }
    Box::into_raw(Box::new(Transfer {
        dev_handle: std::ptr::null_mut(),
        flags: 0,
        endpoint: 0,
        kind: 0,
        timeout: 0,
        status: 0,
        length: 0,
        actual_length: 0,
        callback: None,
        user_data: std::ptr::null_mut::<c_void>(),
        buffer: std::ptr::null_mut(),
        num_iso_packets: 0,
    }))
}

/// Frees a transfer; one that is in flight goes after its callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_transfer(transfer: *mut Transfer) {
    if transfer.is_null() {
        return;
    }
    // SAFETY: a valid transfer by libusb's contract; handles are never freed.
    let handle = unsafe { (*transfer).dev_handle.as_ref() };
    if handle.is_some_and(|h| h.device.context.queue.free_later(transfer)) {
        return;
    }
    // SAFETY: from `libusb_alloc_transfer`, and the queue does not know it.
    unsafe { queue::free(transfer) };
}

/// Starts a transfer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_submit_transfer(transfer: *mut Transfer) -> c_int {
    let _stay = meter::enter();
    // SAFETY: a valid transfer with an open handle, by libusb's contract.
    let (handle, kind, endpoint, length) =
        unsafe { ((*transfer).dev_handle, (*transfer).kind, (*transfer).endpoint, (*transfer).length) };
    // SAFETY: as above; handles are never freed.
    let opened = unsafe { &*handle };
    let (device, context) = (opened.device, opened.device.context);
    trace::record("submit", |line| {
        line.hex("ep", endpoint.into(), 2).num("type", kind.into()).num("n", length.into());
    });
    if opened.is_dead() {
        return code::NO_DEVICE;
    }
    match kind {
        _ if length < 0 => code::INVALID_PARAM,
        TYPE_BULK if endpoint & 0x80 != 0 => context.queue.submit(transfer, handle, device, || None),
        TYPE_CONTROL if length.max(0) as usize >= SETUP_LEN => {
            // SAFETY: the buffer has `length` bytes; nobody uses it until the callback.
            let bytes = unsafe { std::slice::from_raw_parts_mut((*transfer).buffer, length as usize) };
            let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
            let setup = Setup { request_type: bytes[0], request: bytes[1], value: word(2), index: word(4) };
            let end = (SETUP_LEN + usize::from(word(6))).min(bytes.len());
            let data = &mut bytes[SETUP_LEN..end];
            let submitted = context.queue.submit(transfer, handle, device, || {
                match synchronous::ask(device, setup, data) {
                    Ok(n) => {
                        // SAFETY: the transfer is valid and ours until the callback.
                        unsafe { (*transfer).actual_length = n as c_int };
                        Some(Status::Completed)
                    }
                    // Silence: it ends by its time-out, or when somebody cancels it.
                    Err(UsbError::Timeout { .. }) => None,
                    Err(UsbError::Gone) => Some(Status::NoDevice),
                    Err(UsbError::Stall) => Some(Status::Stall),
                    Err(_) => Some(Status::Error),
                }
            });
            context.queue.device_changed();
            submitted
        }
        _ => code::NOT_SUPPORTED,
    }
}

/// Asks a transfer to end; its callback still comes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_cancel_transfer(transfer: *mut Transfer) -> c_int {
    let _stay = meter::enter();
    // SAFETY: a valid transfer by libusb's contract.
    let handle = unsafe { (*transfer).dev_handle };
    if handle.is_null() {
        return code::NOT_FOUND;
    }
    // SAFETY: the handle of a transfer in flight is open.
    let found = unsafe { &*handle }.device.context.queue.cancel(transfer);
    trace::record("cancel", |line| {
        line.num("found", found.into());
    });
    if found { code::SUCCESS } else { code::NOT_FOUND }
}
