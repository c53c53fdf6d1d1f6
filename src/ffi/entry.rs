//! The one way in. Every exported function hands its body to [`call`] or [`with_camera`],
//! which trace it, keep panics inside, look up the handle, and turn the result into the
//! C value and the text of the last failure.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Once};

use parking_lot::Mutex;

use super::codes::{self, CReturn};
use super::types::qhyccd_handle;
use super::{callbacks, handles, log as sinks};
use crate::camera::{Camera, Error, ErrorKind, Result, State};

/// Runs the body of an exported function that needs no camera. Not from within the log
/// function: lines are written under locks, which the body might want.
pub(super) fn call<V: CReturn>(name: &'static str, body: impl FnOnce() -> Result<V>) -> V::C {
    sinks::install();
    quieten_panics();
    let _inside = Inside::enter();
    if sinks::is_writing() {
        remember(name, &Error::new(ErrorKind::State, "called from within the log function"));
        return V::FAILED;
    }
    log::trace!("{name}");
    match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value.into_c(),
        Ok(Err(error)) => {
            remember(name, &error);
            V::FAILED
        }
        Err(payload) => {
            let what = payload_text(&*payload);
            remember(name, &Error::new(ErrorKind::Internal, format!("defect in the library: {what}")));
            V::FAILED
        }
    }
}

/// Runs the body of an exported function on the camera of `handle`, unless the camera is
/// unplugged: then also what the library knows by itself is an error, because programs
/// notice the loss by that. So it is for a handle that outlived its camera, which was lost
/// and opened anew. No lock is held while it runs.
pub(super) fn with_camera<V: CReturn>(
    name: &'static str,
    handle: *mut qhyccd_handle,
    body: impl FnOnce(&Arc<Camera>) -> Result<V>,
) -> V::C {
    call(name, || {
        let camera = handles::get(handle)?;
        match camera.state() {
            State::Lost => {
                tell_loss(&camera);
                Err(Error::new(ErrorKind::Lost, "the camera is unplugged"))
            }
            State::Closed => Err(Error::new(ErrorKind::State, "the camera is closed")),
            _ => body(&camera),
        }
    })
}

/// Tells the program, once, that an open camera is gone.
pub(super) fn tell_loss(camera: &Arc<Camera>) {
    if camera.state() == State::Lost && camera.first_notice_of_loss() {
        if let Some(handle) = handles::of(camera) {
            // SAFETY: the handle of an open camera.
            unsafe { callbacks::critical_error(handle) };
        }
    }
}

/// The answer of a function that is there for linking only: the failure value, outputs
/// untouched, a text that names the function, and one log line in the life of the
/// process.
pub(super) fn refused<V: CReturn>(name: &'static str) -> V::C {
    static LOGGED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    call(name, || {
        if LOGGED.lock().insert(name) {
            log::warn!("{name} is not supported by this library and does nothing");
        }
        Err::<V, _>(Error::new(ErrorKind::Unsupported, "not supported by this library"))
    })
}

/// Keeps the text of a failure for `GetQHYCCDLastError` and logs it.
pub(super) fn remember(name: &str, error: &Error) {
    let level = match error.kind() {
        ErrorKind::NotYet => log::Level::Trace,
        ErrorKind::Internal => log::Level::Error,
        _ => log::Level::Debug,
    };
    log::log!(level, "{name}: {error}");
    codes::set_last_error(&format!("{name}: {error}"));
}

/// An argument that is out of question.
pub(super) fn invalid(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invalid, text)
}

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Marks the time a thread is inside an exported function.
struct Inside;

impl Inside {
    fn enter() -> Inside {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
        Inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

/// The standard panic hook prints on stderr, which may be somebody's pipe. Panics inside
/// exported functions and on the library's threads go to the log instead; those of the
/// program's own Rust code keep the hook they had.
fn quieten_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            let ours = thread.name().is_some_and(|name| name.starts_with("qhyccd-"));
            if ours || DEPTH.with(Cell::get) > 0 {
                log::error!("{info}");
            } else {
                before(info);
            }
        }));
    });
}

fn payload_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panic")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::{CStr, c_void};
    use std::ptr;

    fn last() -> String {
        // SAFETY: the buffer is always terminated and belongs to this thread.
        unsafe { CStr::from_ptr(codes::last_error()) }.to_string_lossy().into_owned()
    }

    #[test]
    fn results_become_the_values_of_their_type() {
        assert_eq!(call("Name", || Ok(())), 0);
        assert_eq!(call("Name", || Ok(7_u32)), 7);
        assert_eq!(call("Name", || Ok(-12.5)), -12.5);
        assert_eq!(call("Name", || Err::<u32, _>(invalid("why"))), codes::QHYCCD_ERROR);
        assert_eq!(last(), "Name: why");
        assert_eq!(call("Name", || Err::<f64, _>(invalid("why"))), 4_294_967_295.0);
        assert_eq!(call("Name", || Err::<i32, _>(invalid("why"))), -1);
        assert_eq!(call("Name", || Err::<*mut c_void, _>(invalid("why"))), ptr::null_mut());
    }

    #[test]
    fn a_panic_is_an_error_with_a_text() {
        assert_eq!(call("Name", || -> Result<()> { panic!("broken {}", 3) }), codes::QHYCCD_ERROR);
        assert_eq!(last(), "Name: defect in the library: broken 3");
        assert_eq!(call("Name", || -> Result<f64> { panic!("static") }), 4_294_967_295.0);
        assert_eq!(last(), "Name: defect in the library: static");
        assert_eq!(DEPTH.with(Cell::get), 0);
    }

    #[test]
    fn null_handles_never_reach_the_body() {
        let answer = with_camera("Name", ptr::null_mut(), |_| -> Result<()> { unreachable!() });
        assert_eq!(answer, codes::QHYCCD_ERROR);
        assert_eq!(last(), "Name: the handle is NULL");
    }

    #[test]
    fn refused_functions_say_so() {
        assert_eq!(refused::<()>("Refused"), codes::QHYCCD_ERROR);
        assert_eq!(refused::<()>("Refused"), codes::QHYCCD_ERROR);
        assert_eq!(last(), "Refused: not supported by this library");
        assert_eq!(refused::<*mut c_void>("Refused"), ptr::null_mut());
    }
}
