//! Registration of the program's own functions, and the dispatchers that call them.
//!
//! Registered functions are called on a thread of the caller or of the library, outside
//! all locks, and may call any function of the library, `CloseQHYCCD` and
//! `ReleaseQHYCCDResource` too. NULL ends a registration: no call runs when that returns,
//! unless it was made inside a registered function.

use std::ffi::c_char;

use super::callbacks::{self, Kind, register};
use super::entry::{call, refused};
use super::types::{
    DataCallback, HandleCallback, PlainCallback, PnpCallback, QHYCCDProcCallBack, QHYDWORD, UvloCallback,
    qhyccd_handle,
};
use super::{frames, handles, state};

/// Registers a function for general messages. It is kept; no message is sent yet.
///
/// Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDCallBack(ProcCallBack: QHYCCDProcCallBack, Flag: i32) -> QHYDWORD {
    let code = call("SetQHYCCDCallBack", || {
        register(Kind::Message, |now| now.message = (ProcCallBack, Flag));
        Ok(())
    });
    QHYDWORD::from(code)
}

/// Registers a function for cameras that come. It gets the id, also of each camera that is
/// there when `InitQHYCCDResource` is called, or now if it was called before.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterPnpEventIn(in_pnp_event_in_func: PnpCallback) {
    call("RegisterPnpEventIn", || {
        register(Kind::PnpIn, |now| now.pnp_in = in_pnp_event_in_func);
        state::watch()
    });
}

/// Registers a function for cameras that go. It gets the id.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterPnpEventOut(in_pnp_event_out_func: PnpCallback) {
    call("RegisterPnpEventOut", || {
        register(Kind::PnpOut, |now| now.pnp_out = in_pnp_event_out_func);
        state::watch()
    });
}

/// Registers a function for cameras that come or go. Not in the vendor's header.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterPnpEvent(pnp_event_func: PlainCallback) {
    call("RegisterPnpEvent", || {
        register(Kind::Pnp, |now| now.pnp = pnp_event_func);
        state::watch()
    });
}

/// Registers a function for drops of a sensor's supply voltage. It is kept; nothing calls
/// it yet. Not in the vendor's header of this generation.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterPnpEventUVLO(pnp_event_uvlo_func: UvloCallback) {
    call("RegisterPnpEventUVLO", || {
        register(Kind::Uvlo, |now| now.uvlo = pnp_event_uvlo_func);
        Ok(())
    });
}

/// Registers a function for single frames. It gets the id and the pixels when
/// `GetQHYCCDSingleFrame` has delivered a frame, before that returns.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterDataEventSingle(in_data_event_single_func: DataCallback) {
    call("RegisterDataEventSingle", || {
        register(Kind::Single, |now| now.single = in_data_event_single_func);
        Ok(())
    });
}

/// Registers a function for live frames. It gets the id and the pixels. A program that never
/// calls `GetQHYCCDLiveFrame` between `BeginQHYCCDLive` and `StopQHYCCDLive` gets every frame
/// so, on a thread of the library and in its memory, which is valid during the call. One
/// that calls it gets the frames by that, and the function is called before it returns.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterDataEventLive(in_data_event_live_func: DataCallback) {
    call("RegisterDataEventLive", || {
        register(Kind::Live, |now| now.live = in_data_event_live_func);
        handles::all().iter().try_for_each(frames::begin)
    });
}

/// Registers a function for frames that were lost on the way. It is called when a frame
/// call fails for that reason, before that returns; in live video by the first call for a
/// frame after one or more were lost.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterTransferEventError(transfer_event_error_func: PlainCallback) {
    call("RegisterTransferEventError", || {
        register(Kind::TransferError, |now| now.transfer_error = transfer_event_error_func);
        Ok(())
    });
}

/// Registers a function for cameras in trouble. It gets the handle of an open camera that
/// is gone, once, when the library notices: at the next call with that handle, or at once
/// if a function for plug events is registered. Not in the vendor's header; its type is not
/// confirmed.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterCriticalEventError(critical_event_error_func: HandleCallback) {
    call("RegisterCriticalEventError", || {
        register(Kind::CriticalError, |now| now.critical_error = critical_event_error_func);
        Ok(())
    });
}

/// Calls the function of `RegisterPnpEvent`. A C++ function.
#[unsafe(export_name = "_Z14call_pnp_eventv")]
pub extern "C" fn call_pnp_event() {
    call("call_pnp_event", || {
        callbacks::any_pnp();
        Ok(())
    });
}

/// Calls the function of `RegisterDataEventLive`. A C++ function.
///
/// # Safety
/// The arguments are what the registered function wants.
#[unsafe(export_name = "_Z20call_data_event_livePcPh")]
pub unsafe extern "C" fn call_data_event_live(id: *mut c_char, imgdata: *mut u8) {
    call("call_data_event_live", || {
        // SAFETY: this function's own contract.
        unsafe { callbacks::live_event(id, imgdata) };
        Ok(())
    });
}

/// Calls the function of `RegisterTransferEventError`. A C++ function.
#[unsafe(export_name = "_Z25call_transfer_event_errorv")]
pub extern "C" fn call_transfer_event_error() {
    call("call_transfer_event_error", || {
        callbacks::transfer_failed();
        Ok(())
    });
}

/// Calls the function of `RegisterCriticalEventError`. A C++ function.
///
/// # Safety
/// The argument is what the registered function wants.
#[unsafe(export_name = "_Z25call_critical_event_errorPv")]
pub unsafe extern "C" fn call_critical_event_error(h: *mut qhyccd_handle) {
    call("call_critical_event_error", || {
        // SAFETY: this function's own contract.
        unsafe { callbacks::critical_error(h) };
        Ok(())
    });
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn SendQHYCCDMessage() -> u32 {
    refused::<()>("SendQHYCCDMessage")
}
