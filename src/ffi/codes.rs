//! What C gets back: return codes, the failure value of each return type, and the text
//! of the last failure.
//!
//! The text lives in a fixed buffer of the calling thread. It has no destructor, so it
//! also works in static destructors after `main`, and nothing is allocated for it.

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_void};
use std::ptr;

/// The call did what it says.
pub(super) const QHYCCD_SUCCESS: u32 = 0;
/// The call failed and changed nothing.
pub(super) const QHYCCD_ERROR: u32 = 0xFFFF_FFFF;
/// [`QHYCCD_ERROR`] where a `double` is returned.
pub(super) const ERROR_F64: f64 = QHYCCD_ERROR as f64;

/// A result as Rust has it, and how C sees it.
pub(super) trait CReturn {
    /// The C type.
    type C;
    /// What C gets if the call fails, is refused or panics.
    const FAILED: Self::C;
    /// What C gets if the call succeeds.
    fn into_c(self) -> Self::C;
}

/// Nothing to tell but success. Functions that return `void` drop the code.
impl CReturn for () {
    type C = u32;
    const FAILED: u32 = QHYCCD_ERROR;
    fn into_c(self) -> u32 {
        QHYCCD_SUCCESS
    }
}

/// A number in place of the success code: a count, a version, a Bayer order.
impl CReturn for u32 {
    type C = u32;
    const FAILED: u32 = QHYCCD_ERROR;
    fn into_c(self) -> u32 {
        self
    }
}

/// A value; never NaN.
impl CReturn for f64 {
    type C = f64;
    const FAILED: f64 = ERROR_F64;
    fn into_c(self) -> f64 {
        if self.is_nan() { ERROR_F64 } else { self }
    }
}

/// A signed count or state.
impl CReturn for i32 {
    type C = i32;
    const FAILED: i32 = -1;
    fn into_c(self) -> i32 {
        self
    }
}

/// A handle or other pointer.
impl CReturn for *mut c_void {
    type C = *mut c_void;
    const FAILED: *mut c_void = ptr::null_mut();
    fn into_c(self) -> *mut c_void {
        self
    }
}

/// Bytes the text of a failure may take, with its terminator.
const TEXT_LEN: usize = 512;

thread_local! {
    static LAST: UnsafeCell<[u8; TEXT_LEN]> = const { UnsafeCell::new([0; TEXT_LEN]) };
}

/// Keeps `text` as the last failure of this thread, cut to what fits.
pub(super) fn set_last_error(text: &str) {
    let mut end = text.len().min(TEXT_LEN - 1);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    LAST.with(|buffer| {
        // SAFETY: only this thread reaches its buffer, and no reference to it outlives
        // this closure.
        let buffer = unsafe { &mut *buffer.get() };
        buffer[..end].copy_from_slice(&text.as_bytes()[..end]);
        buffer[..end].iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
        buffer[end..].fill(0);
    });
}

/// The last failure of this thread as a C string; empty if there was none. The pointer
/// stays valid while the thread lives; the text changes with the next failure.
pub(super) fn last_error() -> *mut c_char {
    LAST.with(|buffer| buffer.get().cast())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    fn text() -> String {
        // SAFETY: the buffer is always terminated and belongs to this thread.
        unsafe { CStr::from_ptr(last_error()) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn the_text_is_per_thread_terminated_and_cut_at_a_character() {
        set_last_error("short");
        assert_eq!(text(), "short");
        std::thread::spawn(|| assert_eq!(text(), "")).join().unwrap();
        let long = "é".repeat(TEXT_LEN);
        set_last_error(&long);
        assert_eq!(text().len(), TEXT_LEN - 2, "511 bytes would split a character");
        set_last_error("a\0b");
        assert_eq!(text(), "a b");
    }

    #[test]
    fn no_value_is_ever_nan() {
        assert_eq!(f64::NAN.into_c(), 4_294_967_295.0);
        assert_eq!(<f64 as CReturn>::FAILED, 4_294_967_295.0);
        assert_eq!((-1.5_f64).into_c(), -1.5);
    }
}
