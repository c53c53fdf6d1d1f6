//! Registration of the program's own functions, and the dispatchers that call them.
//!
//! Registered functions are called on a thread of the caller or of the library, outside
//! all locks, and may call the library; but plug functions must not call
//! `ReleaseQHYCCDResource`, which waits for their thread. NULL ends a registration.

use std::ffi::c_char;

use super::callbacks::{self, register};
use super::entry::{call, refused};
use super::state;
use super::types::{
    DataCallback, HandleCallback, PlainCallback, PnpCallback, QHYCCDProcCallBack, QHYDWORD, UvloCallback,
    qhyccd_handle,
};

/// Registers a function for general messages. It is kept; no message is sent yet.
///
/// Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDCallBack(ProcCallBack: QHYCCDProcCallBack, Flag: i32) -> QHYDWORD {
    let code = call("SetQHYCCDCallBack", || {
        register(|now| now.message = (ProcCallBack, Flag));
        Ok(())
    });
    QHYDWORD::from(code)
}

/// Registers a function for cameras that come. It gets the id, also of each camera that is
/// there when `InitQHYCCDResource` is called, or now if it was called before. It must not
/// call `ReleaseQHYCCDResource`.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterPnpEventIn(in_pnp_event_in_func: PnpCallback) {
    call("RegisterPnpEventIn", || {
        register(|now| now.pnp_in = in_pnp_event_in_func);
        state::watch()
    });
}

/// Registers a function for cameras that go. It gets the id. It must not call
/// `ReleaseQHYCCDResource`.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterPnpEventOut(in_pnp_event_out_func: PnpCallback) {
    call("RegisterPnpEventOut", || {
        register(|now| now.pnp_out = in_pnp_event_out_func);
        state::watch()
    });
}

/// Registers a function for cameras that come or go. Not in the vendor's header.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterPnpEvent(pnp_event_func: PlainCallback) {
    call("RegisterPnpEvent", || {
        register(|now| now.pnp = pnp_event_func);
        state::watch()
    });
}

/// Registers a function for drops of a sensor's supply voltage. It is kept; nothing calls
/// it yet. Not in the vendor's header of this generation.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterPnpEventUVLO(pnp_event_uvlo_func: UvloCallback) {
    call("RegisterPnpEventUVLO", || {
        register(|now| now.uvlo = pnp_event_uvlo_func);
        Ok(())
    });
}

/// Registers a function for single frames. It gets the id and the pixels when
/// `GetQHYCCDSingleFrame` has delivered a frame, before that returns.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterDataEventSingle(in_data_event_single_func: DataCallback) {
    call("RegisterDataEventSingle", || {
        register(|now| now.single = in_data_event_single_func);
        Ok(())
    });
}

/// Registers a function for live frames. It gets the id and the pixels when
/// `GetQHYCCDLiveFrame` has delivered a frame, before that returns.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterDataEventLive(in_data_event_live_func: DataCallback) {
    call("RegisterDataEventLive", || {
        register(|now| now.live = in_data_event_live_func);
        Ok(())
    });
}

/// Registers a function for frames that were lost on the way. It is called when a frame
/// call fails for that reason, before that returns.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterTransferEventError(transfer_event_error_func: PlainCallback) {
    call("RegisterTransferEventError", || {
        register(|now| now.transfer_error = transfer_event_error_func);
        Ok(())
    });
}

/// Registers a function for cameras in trouble. It is kept; nothing but the C++ function
/// `call_critical_event_error` calls it. Not in the vendor's header; its type is not
/// confirmed.
#[unsafe(no_mangle)]
pub extern "C" fn RegisterCriticalEventError(critical_event_error_func: HandleCallback) {
    call("RegisterCriticalEventError", || {
        register(|now| now.critical_error = critical_event_error_func);
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
        if let Some(function) = callbacks::registered().live {
            // SAFETY: this function's own contract.
            unsafe { function(id, imgdata) }
        }
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
        if let Some(function) = callbacks::registered().critical_error {
            // SAFETY: this function's own contract.
            unsafe { function(h) }
        }
        Ok(())
    });
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn SendQHYCCDMessage() -> u32 {
    refused::<()>("SendQHYCCDMessage")
}
