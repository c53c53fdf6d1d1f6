//! The functions that a program registers, and the calls to them.
//!
//! They are called outside all locks, from the thread that has the news, inside the
//! panic guard of the call that brought it. Registering NULL forgets a function.
//! Registrations outlive `ReleaseQHYCCDResource`: programs register once and then start.

use std::ffi::{CString, c_char};

use parking_lot::Mutex;

use super::types::{
    DataCallback, HandleCallback, PlainCallback, PnpCallback, QHYCCDProcCallBack, UvloCallback,
};

/// What is registered.
#[derive(Clone, Copy)]
pub(super) struct Registered {
    /// A camera came.
    pub(super) pnp_in: PnpCallback,
    /// A camera went.
    pub(super) pnp_out: PnpCallback,
    /// Either.
    pub(super) pnp: PlainCallback,
    /// A single frame was delivered.
    pub(super) single: DataCallback,
    /// A live frame was delivered.
    pub(super) live: DataCallback,
    /// A frame was lost on the way.
    pub(super) transfer_error: PlainCallback,
    /// A camera is in trouble.
    pub(super) critical_error: HandleCallback,
    /// The supply voltage of a sensor dropped.
    pub(super) uvlo: UvloCallback,
    /// General messages, and the flag that came with them.
    pub(super) message: (QHYCCDProcCallBack, i32),
}

static REGISTERED: Mutex<Registered> = Mutex::new(Registered {
    pnp_in: None,
    pnp_out: None,
    pnp: None,
    single: None,
    live: None,
    transfer_error: None,
    critical_error: None,
    uvlo: None,
    message: (None, 0),
});

/// Changes what is registered.
pub(super) fn register(change: impl FnOnce(&mut Registered)) {
    change(&mut REGISTERED.lock());
}

/// What is registered now.
pub(super) fn registered() -> Registered {
    *REGISTERED.lock()
}

/// True if somebody wants to hear of cameras that come or go.
pub(super) fn wants_plug_events() -> bool {
    let now = registered();
    now.pnp_in.is_some() || now.pnp_out.is_some() || now.pnp.is_some()
}

/// A camera came.
pub(super) fn arrived(id: &str) {
    plugged(registered().pnp_in, id);
}

/// A camera went.
pub(super) fn left(id: &str) {
    plugged(registered().pnp_out, id);
}

fn plugged(function: PnpCallback, id: &str) {
    if let Some(function) = function {
        // SAFETY: the program registered this function for such calls.
        with_id(id, |id| unsafe { function(id) });
    }
    any_pnp();
}

/// A plug event of either kind.
pub(super) fn any_pnp() {
    if let Some(function) = registered().pnp {
        // SAFETY: the program registered this function for such calls.
        unsafe { function() }
    }
}

/// A single frame was delivered to `imgdata`.
pub(super) fn single_delivered(id: &str, imgdata: *mut u8) {
    delivered(registered().single, id, imgdata);
}

/// A live frame was delivered to `imgdata`.
pub(super) fn live_delivered(id: &str, imgdata: *mut u8) {
    delivered(registered().live, id, imgdata);
}

/// A frame was lost on the way.
pub(super) fn transfer_failed() {
    if let Some(function) = registered().transfer_error {
        // SAFETY: the program registered this function for such calls.
        unsafe { function() }
    }
}

fn delivered(function: DataCallback, id: &str, imgdata: *mut u8) {
    if let Some(function) = function {
        // SAFETY: the program registered this function for such calls; `imgdata` is its
        // own buffer, which holds the frame.
        with_id(id, |id| unsafe { function(id, imgdata) });
    }
}

/// Hands out a copy of the id, because the C type is not const.
fn with_id(id: &str, run: impl FnOnce(*mut c_char)) {
    if let Ok(text) = CString::new(id) {
        let mut bytes = text.into_bytes_with_nul();
        run(bytes.as_mut_ptr().cast());
    }
}
