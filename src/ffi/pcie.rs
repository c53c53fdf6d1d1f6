//! Cameras on fibre and PCIe cards; only USB is supported. The `fpga_*` names without a
//! prefix follow the public RIFFA interface, on which the others are built.

use std::ffi::{c_int, c_uchar, c_void};

use super::args::Out;
use super::entry::{call, refused};
use super::types::{fpga_info_list, qhyccd_handle};

/// Not supported: reads from the stream of a card.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDPcieRecv(
    handle: *mut qhyccd_handle,
    data: *mut c_void,
    len: c_int,
    timeout: u64,
) -> u32 {
    let _ = (handle, data, len, timeout);
    refused::<()>("QHYCCDPcieRecv")
}

/// Not supported: the bytes in the memory of a card.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDPcieDDRNum(handle: *mut qhyccd_handle) -> u32 {
    let _ = handle;
    refused::<()>("GetQHYCCDPcieDDRNum")
}

/// Tells the number of PCIe cards, which is always 0 here.
///
/// Returns 0, or `QHYCCD_ERROR` for NULL.
///
/// # Safety
/// `num` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDPCIECardNum(num: *mut u32) -> u32 {
    call("GetQHYCCDPCIECardNum", || {
        // SAFETY: this function's own contract.
        unsafe { Out::new(num, "num") }?.set(0);
        Ok(())
    })
}

/// Not supported: the version of a card.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDPCIECardVer(
    index: u32,
    year: *mut u32,
    month: *mut u32,
    day: *mut u32,
    subday: *mut u32,
) -> u32 {
    let _ = (index, year, month, day, subday);
    refused::<()>("GetQHYCCDPCIECardVer")
}

/// Not supported: empties the memory of a card.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn PCIEClearDDR(handle: *mut qhyccd_handle) -> u32 {
    let _ = handle;
    refused::<()>("PCIEClearDDR")
}

/// Not supported: one byte of a card's information.
#[unsafe(no_mangle)]
pub extern "C" fn SetPCIECardInfo(handle: *mut qhyccd_handle, index: c_uchar, value: c_uchar) {
    let _ = (handle, index, value);
    refused::<()>("SetPCIECardInfo");
}

/// Not supported: a camera register through a card, first form.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn PCIEWriteCameraRegister1(handle: *mut qhyccd_handle, idx: c_uchar, val: c_uchar) -> u32 {
    let _ = (handle, idx, val);
    refused::<()>("PCIEWriteCameraRegister1")
}

/// Not supported: a camera register through a card, second form.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn PCIEWriteCameraRegister2(handle: *mut qhyccd_handle, idx: c_uchar, val: c_uchar) -> u32 {
    let _ = (handle, idx, val);
    refused::<()>("PCIEWriteCameraRegister2")
}

/// Not supported: lists the cards.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_fpga_list(list: *mut fpga_info_list) -> c_int {
    let _ = list;
    refused::<i32>("QHYCCD_fpga_list")
}

/// Not supported: opens a card.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_fpga_open(id: c_int) -> u32 {
    let _ = id;
    refused::<()>("QHYCCD_fpga_open")
}

/// Not supported: closes the card.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_fpga_close() {
    refused::<()>("QHYCCD_fpga_close");
}

/// Not supported: sends words to a channel of the card.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_fpga_send(
    chnl: c_int,
    data: *mut c_void,
    len: c_int,
    destoff: c_int,
    last: c_int,
    timeout: u64,
) -> c_int {
    let _ = (chnl, data, len, destoff, last, timeout);
    refused::<i32>("QHYCCD_fpga_send")
}

/// Not supported: receives words from a channel of the card.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_fpga_recv(chnl: c_int, data: *mut c_void, len: c_int, timeout: u64) -> c_int {
    let _ = (chnl, data, len, timeout);
    refused::<i32>("QHYCCD_fpga_recv")
}

/// Not supported: resets the card.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_fpga_reset() {
    refused::<()>("QHYCCD_fpga_reset");
}

/// Not supported: lists the cards. Not in the vendor's header.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn fpga_list(list: *mut c_void) -> c_int {
    let _ = list;
    refused::<i32>("fpga_list")
}

/// Not supported: opens a card. Not in the vendor's header.
///
/// Returns NULL.
#[unsafe(no_mangle)]
pub extern "C" fn fpga_open(id: c_int) -> *mut c_void {
    let _ = id;
    refused::<*mut c_void>("fpga_open")
}

/// Not supported: closes a card. Not in the vendor's header.
#[unsafe(no_mangle)]
pub extern "C" fn fpga_close(fpga: *mut c_void) {
    let _ = fpga;
    refused::<()>("fpga_close");
}

/// Not supported: sends words to a channel of a card. Not in the vendor's header.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn fpga_send(
    fpga: *mut c_void,
    chnl: c_int,
    data: *mut c_void,
    len: c_int,
    destoff: c_int,
    last: c_int,
    timeout: u64,
) -> c_int {
    let _ = (fpga, chnl, data, len, destoff, last, timeout);
    refused::<i32>("fpga_send")
}

/// Not supported: receives words from a channel of a card. Not in the vendor's header.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn fpga_recv(
    fpga: *mut c_void,
    chnl: c_int,
    data: *mut c_void,
    len: c_int,
    timeout: u64,
) -> c_int {
    let _ = (fpga, chnl, data, len, timeout);
    refused::<i32>("fpga_recv")
}

/// Not supported: resets a card. Not in the vendor's header.
#[unsafe(no_mangle)]
pub extern "C" fn fpga_reset(fpga: *mut c_void) {
    let _ = fpga;
    refused::<()>("fpga_reset");
}
