//! The functions that a program registers, and the calls to them.
//!
//! They are called outside all locks, inside the panic guard of the call that brought the
//! news, or on a thread of the library: `qhyccd-plug` for cameras that come and go,
//! `qhyccd-frames` for live frames that nobody asks for. A function may call the library,
//! also to end what it was called for. Registering NULL forgets a function, and returns
//! when no other thread is inside it any more; within a registered function nothing is
//! waited for, so that no two of them can wait for each other. Registrations outlive
//! `ReleaseQHYCCDResource`: programs register once and then start.

use std::cell::Cell;
use std::ffi::{CString, c_char};

use parking_lot::{Condvar, Mutex};

use super::types::{
    DataCallback, HandleCallback, PlainCallback, PnpCallback, QHYCCDProcCallBack, UvloCallback, qhyccd_handle,
};

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    PnpIn,
    PnpOut,
    Pnp,
    Single,
    Live,
    TransferError,
    CriticalError,
    Uvlo,
    Message,
}

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

struct Registry {
    functions: Registered,
    /// Calls that run, by number.
    running: Vec<(u64, Kind)>,
    /// Number of the next call.
    next: u64,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    functions: Registered {
        pnp_in: None,
        pnp_out: None,
        pnp: None,
        single: None,
        live: None,
        transfer_error: None,
        critical_error: None,
        uvlo: None,
        message: (None, 0),
    },
    running: Vec::new(),
    next: 0,
});
/// Signalled when a call has ended.
static ENDED: Condvar = Condvar::new();

thread_local! {
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

/// True on a thread that is inside a registered function.
pub(super) fn inside() -> bool {
    INSIDE.with(Cell::get) > 0
}

/// Changes what is registered. On return no other thread is inside the function that was
/// registered before, unless this thread is inside one.
pub(super) fn register(kind: Kind, change: impl FnOnce(&mut Registered)) {
    let mut registry = REGISTRY.lock();
    change(&mut registry.functions);
    let first_new = registry.next;
    while !inside() && registry.running.iter().any(|(number, k)| *k == kind && *number < first_new) {
        ENDED.wait(&mut registry);
    }
}

/// What is registered now.
fn registered() -> Registered {
    REGISTRY.lock().functions
}

/// True if somebody wants to hear of cameras that come or go.
pub(super) fn wants_plug_events() -> bool {
    let now = registered();
    now.pnp_in.is_some() || now.pnp_out.is_some() || now.pnp.is_some()
}

/// True if somebody wants live frames.
pub(super) fn wants_live_frames() -> bool {
    registered().live.is_some()
}

/// A call to a registered function, from before it to after it.
struct Running(u64);

impl Drop for Running {
    fn drop(&mut self) {
        INSIDE.with(|depth| depth.set(depth.get() - 1));
        REGISTRY.lock().running.retain(|(number, _)| *number != self.0);
        ENDED.notify_all();
    }
}

/// Calls the function that `pick` finds, if there is one.
fn run<F>(kind: Kind, pick: impl FnOnce(&Registered) -> Option<F>, call: impl FnOnce(F)) {
    let (function, _running) = {
        let mut registry = REGISTRY.lock();
        let Some(function) = pick(&registry.functions) else { return };
        let number = registry.next;
        registry.next += 1;
        registry.running.push((number, kind));
        INSIDE.with(|depth| depth.set(depth.get() + 1));
        (function, Running(number))
    };
    call(function);
}

/// A camera came.
pub(super) fn arrived(id: &str) {
    // SAFETY: the program registered this function for such calls.
    with_id(id, |id| run(Kind::PnpIn, |now| now.pnp_in, |function| unsafe { function(id) }));
    any_pnp();
}

/// A camera went.
pub(super) fn left(id: &str) {
    // SAFETY: the program registered this function for such calls.
    with_id(id, |id| run(Kind::PnpOut, |now| now.pnp_out, |function| unsafe { function(id) }));
    any_pnp();
}

/// A plug event of either kind.
pub(super) fn any_pnp() {
    // SAFETY: the program registered this function for such calls.
    run(Kind::Pnp, |now| now.pnp, |function| unsafe { function() });
}

/// A single frame was delivered to `imgdata`.
pub(super) fn single_delivered(id: &str, imgdata: *mut u8) {
    // SAFETY: the program registered this function for such calls; `imgdata` is its own
    // buffer, which holds the frame.
    with_id(id, |id| run(Kind::Single, |now| now.single, |function| unsafe { function(id, imgdata) }));
}

/// A live frame was delivered to `imgdata`.
pub(super) fn live_delivered(id: &str, imgdata: *mut u8) {
    // SAFETY: as below; `imgdata` holds the frame.
    with_id(id, |id| unsafe { live_event(id, imgdata) });
}

/// Calls the function for live frames with just this.
///
/// # Safety
/// The arguments are what the registered function wants.
pub(super) unsafe fn live_event(id: *mut c_char, imgdata: *mut u8) {
    // SAFETY: the program registered this function for such calls.
    run(Kind::Live, |now| now.live, |function| unsafe { function(id, imgdata) });
}

/// A frame was lost on the way.
pub(super) fn transfer_failed() {
    // SAFETY: the program registered this function for such calls.
    run(Kind::TransferError, |now| now.transfer_error, |function| unsafe { function() });
}

/// The camera of this handle is in trouble.
///
/// # Safety
/// The argument is what the registered function wants.
pub(super) unsafe fn critical_error(handle: *mut qhyccd_handle) {
    // SAFETY: the program registered this function for such calls.
    run(Kind::CriticalError, |now| now.critical_error, |function| unsafe { function(handle) });
}

/// Hands out a copy of the id, because the C type is not const.
fn with_id(id: &str, run: impl FnOnce(*mut c_char)) {
    if let Ok(text) = CString::new(id) {
        let mut bytes = text.into_bytes_with_nul();
        run(bytes.as_mut_ptr().cast());
    }
}
