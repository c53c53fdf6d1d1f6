//! What a program registers: functions that look at what they get and call the library
//! again, as programs do.
//!
//! They run on threads of the fuzzer and of the library, inside calls of the library. What is
//! wrong ends the program at once.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};

use qhyccd::ffi::{cooling, discovery, events, library, lifecycle, live, messages, params, single};

use crate::rng::Rng;
use crate::watch::{CALLBACKS, fail};

/// Seeds the random numbers of threads that call back.
static SEED: AtomicU64 = AtomicU64::new(0);
/// A handle that may be in force.
static HANDLE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static RNG: RefCell<Option<Rng>> = const { RefCell::new(None) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// A round begins.
pub(crate) fn round(seed: u64) {
    SEED.store(seed, Relaxed);
    HANDLE.store(0, Relaxed);
}

/// Tells of a handle that callbacks may use.
pub(crate) fn note_handle(handle: usize) {
    HANDLE.store(handle, Relaxed);
}

fn random() -> u64 {
    RNG.with(|rng| {
        let mut rng = rng.borrow_mut();
        rng.get_or_insert_with(|| Rng::new(&[SEED.fetch_add(1, Relaxed), 3])).next()
    })
}

/// Calls the library from within it, not too deep.
fn call_in(plug: bool) {
    CALLBACKS.fetch_add(1, Relaxed);
    let depth = DEPTH.get();
    if depth >= 2 {
        return;
    }
    DEPTH.set(depth + 1);
    let h = std::ptr::without_provenance_mut::<c_void>(HANDLE.load(Relaxed));
    match random() % 20 {
        0 => drop(single::CancelQHYCCDExposingAndReadout(h)),
        1 => drop(live::StopQHYCCDLive(h)),
        2 => drop(single::ExpQHYCCDSingleFrame(h)),
        3 => drop(live::BeginQHYCCDLive(h)),
        4 => drop(params::GetQHYCCDParam(h, 14)),
        5 => drop(cooling::ControlQHYCCDTemp(h, -5.0)),
        6 => drop(discovery::ScanQHYCCD()),
        7 => drop(single::GetQHYCCDReadingProgress(h)),
        8 => drop(single::GetQHYCCDExposureRemaining(h)),
        9 => drop(lifecycle::CloseQHYCCD(h)),
        10 => events::RegisterPnpEventOut(Some(left)),
        11 => events::RegisterPnpEventIn(None),
        12 => events::RegisterTransferEventError(Some(plain)),
        13 => live::SetQHYCCDBufferNumber(3),
        14 => drop(library::InitQHYCCDResource()),
        15 => messages::EnableQHYCCDLogFile(0),
        // Plug functions must not: their thread is waited for.
        16 if !plug && random() % 8 == 0 => drop(library::ReleaseQHYCCDResource()),
        _ => {}
    }
    DEPTH.set(depth);
}

pub(crate) unsafe extern "C" fn arrived(id: *mut c_char) {
    // SAFETY: the library hands a text.
    let text = unsafe { CStr::from_ptr(id) };
    if !text.to_bytes().starts_with(b"QHY600") {
        fail(&format!("{text:?} arrived"));
    }
    if DEPTH.get() == 0 && random() % 4 == 0 {
        DEPTH.set(1);
        // SAFETY: as above.
        let handle = unsafe { lifecycle::OpenQHYCCD(id) };
        if random() % 2 == 0 {
            lifecycle::CloseQHYCCD(handle);
        }
        DEPTH.set(0);
    }
    call_in(true);
}

pub(crate) unsafe extern "C" fn left(id: *mut c_char) {
    // SAFETY: the library hands a text.
    let text = unsafe { CStr::from_ptr(id) };
    if !text.to_bytes().starts_with(b"QHY600") {
        fail(&format!("{text:?} left"));
    }
    call_in(true);
}

pub(crate) unsafe extern "C" fn plain() {
    call_in(true);
}

pub(crate) unsafe extern "C" fn supply(_id: *mut c_char, _state: u8) {
    call_in(true);
}

pub(crate) unsafe extern "C" fn data(id: *mut c_char, pixels: *mut u8) {
    if id.is_null() || pixels.is_null() {
        fail("a frame without an id or without pixels");
    }
    // SAFETY: a frame has at least one byte, and an id one with its terminator.
    unsafe { pixels.read_volatile() };
    call_in(false);
}

pub(crate) unsafe extern "C" fn trouble(_handle: *mut c_void) {
    call_in(false);
}

pub(crate) unsafe extern "C" fn message(_: *mut c_void, _: u64, _: u64, _: u64) -> u64 {
    call_in(false);
    0
}

/// A `std::function<void(const std::string &)>` of GCC's C++ library.
#[repr(C)]
struct LogFunction {
    storage: [usize; 2],
    manager: Option<unsafe extern "C" fn(*mut [usize; 2], *const [usize; 2], c_int) -> u8>,
    invoker: Option<unsafe extern "C" fn(*const [usize; 2], *const LogText)>,
}

/// The beginning of a `std::string`.
#[repr(C)]
struct LogText {
    data: *const u8,
    len: usize,
}

/// What every functor holds.
const MARK: usize = 0x600D_F00D;
/// Copies that the library has.
static COPIES: AtomicI64 = AtomicI64::new(0);

unsafe extern "C" fn manage(to: *mut [usize; 2], from: *const [usize; 2], order: c_int) -> u8 {
    match order {
        2 => {
            // SAFETY: both are storages of such functions.
            unsafe { *to = *from };
            COPIES.fetch_add(1, Relaxed);
        }
        3 => drop(COPIES.fetch_sub(1, Relaxed)),
        other => fail(&format!("order {other} to a std::function")),
    }
    0
}

unsafe extern "C" fn invoke(storage: *const [usize; 2], text: *const LogText) {
    // SAFETY: the library hands the storage that it copied, and a string.
    unsafe {
        if (*storage)[0] != MARK {
            fail("a log function without what it holds");
        }
        if *(*text).data.add((*text).len) != 0 {
            fail("a log line without its end");
        }
    }
    if random() % 50 == 0 {
        call_in(true);
    }
    if random() % 50 == 0 {
        // Changes nothing from within.
        // SAFETY: NULL is allowed.
        unsafe { messages::SetQHYCCDLogFunction(std::ptr::null_mut()) };
    }
}

/// Makes such an object for the time of a call; an empty one if not `on`.
pub(crate) fn with_log_function(on: bool, call: impl FnOnce(*mut c_void)) {
    let mut function = match on {
        true => LogFunction { storage: [MARK, 0], manager: Some(manage), invoker: Some(invoke) },
        false => LogFunction { storage: [0; 2], manager: None, invoker: None },
    };
    call((&raw mut function).cast());
}

/// Forgets all registrations; then no copy of a log function may be left.
pub(crate) fn forget() {
    events::RegisterPnpEventIn(None);
    events::RegisterPnpEventOut(None);
    events::RegisterPnpEvent(None);
    events::RegisterPnpEventUVLO(None);
    events::RegisterDataEventSingle(None);
    events::RegisterDataEventLive(None);
    events::RegisterTransferEventError(None);
    events::RegisterCriticalEventError(None);
    events::SetQHYCCDCallBack(None, 0);
    // SAFETY: NULL is allowed.
    unsafe { messages::SetQHYCCDLogFunction(std::ptr::null_mut()) };
    messages::EnableQHYCCDLogFile(0);
    messages::EnableQHYCCDMessage(0);
    let left = COPIES.load(Relaxed);
    if left != 0 {
        fail(&format!("{left} copies of log functions are left"));
    }
}
