//! Sessions, versions, errors, hotplug and event handling.

use std::ffi::{c_char, c_int, c_void};
use std::time::{Duration, Instant};

use libc::timeval;

use super::context;
use crate::abi::{HOTPLUG_ENUMERATE, HotplugCallback, Version, code};
use crate::bus::Context;
use crate::trace;

/// Starts a session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_init(out: *mut *mut Context) -> c_int {
    trace::record("init", |_| {});
    if !out.is_null() {
        let fresh: &'static Context = Box::leak(Box::default());
        // SAFETY: the caller gives a place for a pointer.
        unsafe { *out = std::ptr::from_ref(fresh).cast_mut() };
    }
    code::SUCCESS
}

/// Starts a session; options are ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_init_context(
    out: *mut *mut Context,
    _options: *const c_void,
    _count: c_int,
) -> c_int {
    // SAFETY: same contract.
    unsafe { libusb_init(out) }
}

/// Ends a session. Its memory stays: a late call of a careless program finds it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_exit(_context: *mut Context) {
    trace::record("exit", |_| {});
}

/// Accepted; there is no log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_set_debug(_context: *mut Context, _level: c_int) {}

/// Accepted. Declared variadic in C; extra arguments are not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_set_option(_context: *mut Context, _option: c_int) -> c_int {
    code::SUCCESS
}

/// Accepted; there is no log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_set_log_cb(_context: *mut Context, _callback: *const c_void, _mode: c_int) {}

/// Version 1.0.26, described as virtual.
#[unsafe(no_mangle)]
pub extern "C" fn libusb_get_version() -> *const Version {
    static VERSION: Version = Version {
        major: 1,
        minor: 0,
        micro: 26,
        nano: 0,
        rc: c"".as_ptr(),
        describe: c"virtual-usb".as_ptr(),
    };
    &raw const VERSION
}

/// Capabilities: the interface itself, and hotplug.
#[unsafe(no_mangle)]
pub extern "C" fn libusb_has_capability(capability: u32) -> c_int {
    trace::record("has_capability", |line| {
        line.num("cap", capability.into());
    });
    c_int::from(capability <= 1)
}

/// Name of an error code.
#[unsafe(no_mangle)]
pub extern "C" fn libusb_error_name(error: c_int) -> *const c_char {
    match error {
        code::SUCCESS => c"LIBUSB_SUCCESS",
        code::IO => c"LIBUSB_ERROR_IO",
        code::INVALID_PARAM => c"LIBUSB_ERROR_INVALID_PARAM",
        code::ACCESS => c"LIBUSB_ERROR_ACCESS",
        code::NO_DEVICE => c"LIBUSB_ERROR_NO_DEVICE",
        code::NOT_FOUND => c"LIBUSB_ERROR_NOT_FOUND",
        code::BUSY => c"LIBUSB_ERROR_BUSY",
        code::TIMEOUT => c"LIBUSB_ERROR_TIMEOUT",
        code::OVERFLOW => c"LIBUSB_ERROR_OVERFLOW",
        code::PIPE => c"LIBUSB_ERROR_PIPE",
        code::INTERRUPTED => c"LIBUSB_ERROR_INTERRUPTED",
        code::NO_MEM => c"LIBUSB_ERROR_NO_MEM",
        code::NOT_SUPPORTED => c"LIBUSB_ERROR_NOT_SUPPORTED",
        code::OTHER => c"LIBUSB_ERROR_OTHER",
        _ => c"**UNKNOWN**",
    }
    .as_ptr()
}

/// The same text; there are no translations.
#[unsafe(no_mangle)]
pub extern "C" fn libusb_strerror(error: c_int) -> *const c_char {
    libusb_error_name(error)
}

/// Accepted; there are no translations.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_setlocale(_locale: *const c_char) -> c_int {
    code::SUCCESS
}

/// Registers a hotplug callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_hotplug_register_callback(
    ctx: *mut Context,
    events: c_int,
    flags: c_int,
    vendor: c_int,
    product: c_int,
    class: c_int,
    callback: HotplugCallback,
    user_data: *mut c_void,
    handle: *mut c_int,
) -> c_int {
    trace::record("hotplug_register", |line| {
        line.num("events", events.into())
            .num("flags", flags.into())
            .num("vid", vendor.into())
            .num("pid", product.into())
            .num("class", class.into());
    });
    if callback.is_none() {
        return code::INVALID_PARAM;
    }
    // SAFETY: a context by the caller's contract.
    let ctx = unsafe { context(ctx) };
    let id = ctx.register(events, (vendor, product), callback, user_data);
    if !handle.is_null() {
        // SAFETY: the caller gives a place for the number.
        unsafe { *handle = id };
    }
    if flags & HOTPLUG_ENUMERATE != 0 {
        ctx.enumerate(id);
    }
    code::SUCCESS
}

/// Forgets a hotplug callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_hotplug_deregister_callback(ctx: *mut Context, handle: c_int) {
    // SAFETY: a context by the caller's contract.
    unsafe { context(ctx) }.deregister(handle);
}

/// Handles events; waits up to a minute for one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_handle_events(ctx: *mut Context) -> c_int {
    // SAFETY: same contract; null means no flag to look at.
    unsafe { libusb_handle_events_completed(ctx, std::ptr::null_mut()) }
}

/// Handles events until `completed` is set; waits up to a minute.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_handle_events_completed(ctx: *mut Context, completed: *mut c_int) -> c_int {
    let mut minute = timeval { tv_sec: 60, tv_usec: 0 };
    // SAFETY: same contract.
    unsafe { libusb_handle_events_timeout_completed(ctx, &raw mut minute, completed) }
}

/// Handles events for at most `time`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_handle_events_timeout(ctx: *mut Context, time: *mut timeval) -> c_int {
    // SAFETY: same contract.
    unsafe { libusb_handle_events_timeout_completed(ctx, time, std::ptr::null_mut()) }
}

/// Handles events until `completed` is set, for at most `time`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_handle_events_timeout_completed(
    ctx: *mut Context,
    time: *mut timeval,
    completed: *mut c_int,
) -> c_int {
    if time.is_null() {
        return code::INVALID_PARAM;
    }
    // SAFETY: the caller gives a valid time and a context.
    let (time, ctx) = unsafe { (&*time, context(ctx)) };
    let wait = Duration::new(time.tv_sec.max(0) as u64, 1000 * time.tv_usec.clamp(0, 999_999) as u32);
    // SAFETY: `completed` is null or an int that other threads may set; read as volatile.
    let done = || !completed.is_null() && unsafe { completed.read_volatile() } != 0;
    ctx.handle_events(Instant::now() + wait, done);
    code::SUCCESS
}

/// Handles events for a thread that holds the event lock; here the same as without.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_handle_events_locked(ctx: *mut Context, time: *mut timeval) -> c_int {
    // SAFETY: same contract.
    unsafe { libusb_handle_events_timeout_completed(ctx, time, std::ptr::null_mut()) }
}

/// Wakes the thread that handles events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_interrupt_event_handler(ctx: *mut Context) {
    // SAFETY: a context by the caller's contract.
    unsafe { context(ctx) }.interrupt();
}

/// The event lock is inside the library; taking it always works.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_try_lock_events(_ctx: *mut Context) -> c_int {
    0
}

/// See [`libusb_try_lock_events`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_lock_events(_ctx: *mut Context) {}

/// See [`libusb_try_lock_events`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_unlock_events(_ctx: *mut Context) {}

/// Handling events is always fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_event_handling_ok(_ctx: *mut Context) -> c_int {
    1
}

/// Nobody is known to handle events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_event_handler_active(_ctx: *mut Context) -> c_int {
    0
}

/// There is never a time-out that the program must serve.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_next_timeout(_ctx: *mut Context, _time: *mut timeval) -> c_int {
    0
}

/// Time-outs are served inside.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_pollfds_handle_timeouts(_ctx: *mut Context) -> c_int {
    1
}

/// There are no poll descriptors: null, as libusb answers where it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_get_pollfds(_ctx: *mut Context) -> *const *const c_void {
    std::ptr::null()
}

/// See [`libusb_get_pollfds`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_free_pollfds(_list: *const *const c_void) {}
