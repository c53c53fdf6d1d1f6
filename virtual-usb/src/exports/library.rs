//! Sessions, versions, errors, hotplug and event handling.

use std::ffi::{c_char, c_int, c_void};
use std::time::{Duration, Instant};

use libc::timeval;

use super::context;
use crate::abi::{
    HOTPLUG_ARRIVED, HOTPLUG_ENUMERATE, HOTPLUG_LEFT, HOTPLUG_MATCH_ANY, HotplugCallback, Version, code,
};
use crate::bus::Context;
use crate::queue::LOOK_AGAIN;
use crate::trace;

/// Starts a session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_init(out: *mut *mut Context) -> c_int {
    trace::record("init", |_| {});
    // For tests: a libusb that does not start.
    if let Some(refusal) = std::env::var("VIRTUAL_USB_INIT").ok().and_then(|code| code.parse().ok()) {
        if refusal != code::SUCCESS {
            return refusal;
        }
    }
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
    let id = HOTPLUG_MATCH_ANY..=0xFFFF;
    let class_ids = HOTPLUG_MATCH_ANY..=0xFF;
    if callback.is_none()
        || events == 0
        || events & !(HOTPLUG_ARRIVED | HOTPLUG_LEFT) != 0
        || flags & !HOTPLUG_ENUMERATE != 0
        || !(id.contains(&vendor) && id.contains(&product) && class_ids.contains(&class))
    {
        return code::INVALID_PARAM;
    }
    // SAFETY: a context by the caller's contract.
    let ctx = unsafe { context(ctx) };
    let id = ctx.register(events, (vendor, product, class), callback, user_data);
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

/// What the program gave when it registered the callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_hotplug_get_user_data(ctx: *mut Context, handle: c_int) -> *mut c_void {
    // SAFETY: a context by the caller's contract.
    unsafe { context(ctx) }.user_data(handle)
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
    let (wait, ctx) = unsafe { (duration(&*time), context(ctx)) };
    // SAFETY: `completed` is null or an int that other threads may set; read as volatile.
    let done = || !completed.is_null() && unsafe { completed.read_volatile() } != 0;
    ctx.handle_events(Instant::now() + wait, done).map_or(code::BUSY, |()| code::SUCCESS)
}

fn duration(time: &timeval) -> Duration {
    Duration::new(time.tv_sec.max(0) as u64, 1000 * time.tv_usec.clamp(0, 999_999) as u32)
}

/// Handles events for a thread that holds the event lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_handle_events_locked(ctx: *mut Context, time: *mut timeval) -> c_int {
    if time.is_null() {
        return code::INVALID_PARAM;
    }
    // SAFETY: the caller gives a valid time and a context.
    let (wait, ctx) = unsafe { (duration(&*time), context(ctx)) };
    ctx.handle_events_locked(Instant::now() + wait).map_or(code::BUSY, |()| code::SUCCESS)
}

/// Wakes the thread that handles events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_interrupt_event_handler(ctx: *mut Context) {
    // SAFETY: a context by the caller's contract.
    unsafe { context(ctx) }.interrupt();
}

/// Takes the event lock; 1 if another thread has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_try_lock_events(ctx: *mut Context) -> c_int {
    // SAFETY: a context by the caller's contract.
    let guard = unsafe { context(ctx) }.queue.events().try_lock();
    c_int::from(guard.map(std::mem::forget).is_none())
}

/// Takes the event lock, waiting for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_lock_events(ctx: *mut Context) {
    // SAFETY: a context by the caller's contract.
    std::mem::forget(unsafe { context(ctx) }.queue.events().lock());
}

/// Gives the event lock back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_unlock_events(ctx: *mut Context) {
    // SAFETY: a context, and this thread holds its event lock by `libusb_lock_events` or
    // `libusb_try_lock_events`, by the caller's contract.
    unsafe { context(ctx).queue.events().force_unlock_fair() };
}

/// Handling events is always fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_event_handling_ok(_ctx: *mut Context) -> c_int {
    1
}

/// 1 if a thread handles events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_event_handler_active(ctx: *mut Context) -> c_int {
    // SAFETY: a context by the caller's contract.
    c_int::from(unsafe { context(ctx) }.queue.events().is_locked())
}

/// Takes the lock of those who wait for another thread's events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_lock_event_waiters(ctx: *mut Context) {
    // SAFETY: a context by the caller's contract.
    std::mem::forget(unsafe { context(ctx) }.waiters().lock());
}

/// Gives the lock of [`libusb_lock_event_waiters`] back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_unlock_event_waiters(ctx: *mut Context) {
    // SAFETY: a context, and this thread holds its waiters' lock, by the caller's contract.
    unsafe { context(ctx).waiters().force_unlock() };
}

/// Waits for another thread to handle an event; may return early, as libusb's may.
/// Returns 1 if the time is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libusb_wait_for_event(ctx: *mut Context, time: *mut timeval) -> c_int {
    // SAFETY: a context, and a valid time or null, by the caller's contract.
    let (ctx, time) = unsafe { (context(ctx), time.as_ref()) };
    let end = time.map(|time| Instant::now() + duration(time));
    let soon = Instant::now() + LOOK_AGAIN;
    // SAFETY: this thread holds the waiters' lock by the caller's contract.
    unsafe { ctx.waiters().force_unlock() };
    ctx.queue.wait(end.map_or(soon, |end| end.min(soon)));
    std::mem::forget(ctx.waiters().lock());
    c_int::from(end.is_some_and(|end| Instant::now() >= end))
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
