//! Checked arguments: what a C caller hands in, turned into Rust values or refused.
//!
//! Outputs are checked before anything is done and written only on success. They may be
//! unaligned. Every constructor is unsafe because only the caller knows what is behind
//! a pointer; the exported functions pass that duty on in their `# Safety` text.

use std::ffi::{c_char, c_void};
use std::ptr::NonNull;
use std::slice;

use super::entry::invalid;
use super::types::BoolArg;
use crate::camera::{FrameInfo, Result};
use crate::model::ControlId;
use crate::util::Rect;

/// A `bool` of C: any nonzero byte is true.
pub(super) fn flag(value: BoolArg) -> bool {
    value != 0
}

/// The number of a control; every number is one, known or not.
pub(super) fn control(id: u32) -> ControlId {
    ControlId(id)
}

/// One value that will be written on success.
#[derive(Debug)]
pub(super) struct Out<T>(NonNull<T>);

impl<T: Copy> Out<T> {
    /// Refuses NULL.
    ///
    /// # Safety
    /// A `pointer` that is not NULL is valid for writing one `T` while the `Out` lives.
    pub(super) unsafe fn new(pointer: *mut T, what: &str) -> Result<Out<T>> {
        NonNull::new(pointer).map(Out).ok_or_else(|| invalid(format!("`{what}` is NULL")))
    }

    /// Writes the value.
    pub(super) fn set(&self, value: T) {
        // SAFETY: `new` was promised that the place is writable; it may be unaligned.
        unsafe { self.0.as_ptr().write_unaligned(value) }
    }
}

/// Bytes that will be written on success.
#[derive(Debug)]
pub(super) struct OutBytes {
    start: NonNull<u8>,
    len: usize,
}

impl OutBytes {
    /// Refuses NULL, unless no byte is wanted.
    ///
    /// # Safety
    /// A `pointer` that is not NULL is valid for writing `len` bytes while the
    /// `OutBytes` lives, and nobody else uses them meanwhile.
    pub(super) unsafe fn new(pointer: *mut c_void, len: usize, what: &str) -> Result<OutBytes> {
        match NonNull::new(pointer.cast()) {
            Some(start) => Ok(OutBytes { start, len }),
            None if len == 0 => Ok(OutBytes { start: NonNull::dangling(), len }),
            None => Err(invalid(format!("`{what}` is NULL"))),
        }
    }

    /// Writes `bytes`, as many of them as there is room for.
    pub(super) fn set(&self, bytes: &[u8]) {
        let len = bytes.len().min(self.len);
        // SAFETY: `new` was promised `self.len` writable bytes; `bytes` is Rust's own
        // and does not overlap them.
        unsafe { self.start.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), len) }
    }
}

/// A text that will be written on success: at most `CAP` bytes with its terminator.
#[derive(Debug)]
pub(super) struct OutStr<const CAP: usize>(NonNull<u8>);

/// The smallest buffer that programs give for an id.
pub(super) type OutId = OutStr<32>;
/// Names of read modes, controls, connectors.
pub(super) type OutName = OutStr<40>;

impl<const CAP: usize> OutStr<CAP> {
    /// Refuses NULL.
    ///
    /// # Safety
    /// A `pointer` that is not NULL is valid for writing the text and its terminator,
    /// at most `CAP` bytes, while the `OutStr` lives.
    pub(super) unsafe fn new(pointer: *mut c_char, what: &str) -> Result<OutStr<CAP>> {
        NonNull::new(pointer.cast()).map(OutStr).ok_or_else(|| invalid(format!("`{what}` is NULL")))
    }

    /// Writes `text`, cut to what fits, and its terminator. Nothing behind it.
    pub(super) fn set(&self, text: &str) {
        let mut end = text.len().min(CAP - 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        // SAFETY: `new` was promised room for a text of at most `CAP` bytes with its
        // terminator; `text` is Rust's own and does not overlap it.
        unsafe {
            self.0.as_ptr().copy_from_nonoverlapping(text.as_ptr(), end);
            self.0.as_ptr().add(end).write(0);
        }
    }
}

/// The four numbers of a rectangle.
#[derive(Debug)]
pub(super) struct OutRect(Out<u32>, Out<u32>, Out<u32>, Out<u32>);

impl OutRect {
    /// Refuses NULL.
    ///
    /// # Safety
    /// As for [`Out::new`], for each of the pointers.
    pub(super) unsafe fn new(x: *mut u32, y: *mut u32, width: *mut u32, height: *mut u32) -> Result<OutRect> {
        // SAFETY: the caller's promise.
        unsafe {
            Ok(OutRect(
                Out::new(x, "startX")?,
                Out::new(y, "startY")?,
                Out::new(width, "sizeX")?,
                Out::new(height, "sizeY")?,
            ))
        }
    }

    /// Writes all four.
    pub(super) fn set(&self, rect: Rect) {
        self.0.set(rect.x);
        self.1.set(rect.y);
        self.2.set(rect.width);
        self.3.set(rect.height);
    }
}

/// A caller's frame buffer. Its size is not told; it must hold the present frame, and
/// exactly that many bytes are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImageOut(NonNull<u8>);

impl ImageOut {
    /// Refuses NULL.
    ///
    /// # Safety
    /// A `pointer` that is not NULL is valid for writing one frame of the format in
    /// force, and nobody else uses that memory during the call.
    pub(super) unsafe fn new(pointer: *mut u8) -> Result<ImageOut> {
        NonNull::new(pointer).map(ImageOut).ok_or_else(|| invalid("`imgdata` is NULL"))
    }

    /// The bytes of a frame of this format.
    ///
    /// # Safety
    /// `info` is the format in force, for which the caller gave the buffer, and the
    /// slice is gone when the call ends.
    pub(super) unsafe fn slice<'a>(self, info: FrameInfo) -> &'a mut [u8] {
        // SAFETY: `new` was promised memory for the format in force. Uninitialised
        // bytes are harmless here: the frame code only writes.
        unsafe { slice::from_raw_parts_mut(self.0.as_ptr(), info.len_bytes()) }
    }

    /// The buffer's start, for callbacks.
    pub(super) fn as_ptr(self) -> *mut u8 {
        self.0.as_ptr()
    }
}

/// Size, depth and channels of a frame, and its pixels.
#[derive(Debug)]
pub(super) struct FrameOut {
    w: Out<u32>,
    h: Out<u32>,
    bpp: Out<u32>,
    channels: Out<u32>,
    pub(super) image: ImageOut,
}

impl FrameOut {
    /// Refuses NULL.
    ///
    /// # Safety
    /// As for [`Out::new`] and [`ImageOut::new`], for each of the pointers.
    pub(super) unsafe fn new(
        w: *mut u32,
        h: *mut u32,
        bpp: *mut u32,
        channels: *mut u32,
        imgdata: *mut u8,
    ) -> Result<FrameOut> {
        // SAFETY: the caller's promise.
        unsafe {
            Ok(FrameOut {
                w: Out::new(w, "w")?,
                h: Out::new(h, "h")?,
                bpp: Out::new(bpp, "bpp")?,
                channels: Out::new(channels, "channels")?,
                image: ImageOut::new(imgdata)?,
            })
        }
    }

    /// Writes the format of the frame that was delivered.
    pub(super) fn set(&self, info: FrameInfo) {
        self.w.set(info.width);
        self.h.set(info.height);
        self.bpp.set(info.bits);
        self.channels.set(info.channels);
    }
}

/// Bytes read of a caller's text, with its terminator, before it is refused.
const MAX_TEXT: usize = 1024;
/// Bytes read of a camera id; the public header says that ids are 64 at most.
const MAX_ID: usize = 64;

/// A camera id.
///
/// # Safety
/// A `pointer` that is not NULL points to a text that ends with 0 within 64 bytes, or to
/// 64 readable bytes.
pub(super) unsafe fn id(pointer: *const c_char) -> Result<String> {
    // SAFETY: the caller's promise.
    unsafe { text_up_to(pointer, "id", MAX_ID) }
}

/// A text.
///
/// # Safety
/// A `pointer` that is not NULL points to a text that ends with 0, or to 1024 readable
/// bytes.
pub(super) unsafe fn text(pointer: *const c_char, what: &str) -> Result<String> {
    // SAFETY: the caller's promise.
    unsafe { text_up_to(pointer, what, MAX_TEXT) }
}

/// # Safety
/// A `pointer` that is not NULL points to a text that ends with 0, or to `max` readable
/// bytes.
unsafe fn text_up_to(pointer: *const c_char, what: &str, max: usize) -> Result<String> {
    if pointer.is_null() {
        return Err(invalid(format!("`{what}` is NULL")));
    }
    let mut bytes = Vec::new();
    for n in 0..max {
        // SAFETY: no terminator was found before byte `n < max`, so it is readable.
        match unsafe { pointer.cast::<u8>().add(n).read() } {
            0 => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            byte => bytes.push(byte),
        }
    }
    Err(invalid(format!("`{what}` has no end within {max} bytes")))
}

/// A caller's bytes.
///
/// # Safety
/// A `pointer` that is not NULL is valid for reading `len` bytes while the slice lives.
pub(super) unsafe fn bytes<'a>(pointer: *const c_void, len: usize, what: &str) -> Result<&'a [u8]> {
    if len == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(invalid(format!("`{what}` is NULL")));
    }
    // SAFETY: the caller's promise; NULL is excluded.
    Ok(unsafe { slice::from_raw_parts(pointer.cast(), len) })
}

/// A caller's bytes that will be changed in place.
///
/// # Safety
/// A `pointer` that is not NULL is valid for reading and writing `len` bytes while the
/// slice lives, and nobody else uses them meanwhile.
pub(super) unsafe fn bytes_mut<'a>(pointer: *mut u8, len: usize, what: &str) -> Result<&'a mut [u8]> {
    if len == 0 {
        return Ok(&mut []);
    }
    if pointer.is_null() {
        return Err(invalid(format!("`{what}` is NULL")));
    }
    // SAFETY: the caller's promise; NULL is excluded.
    Ok(unsafe { slice::from_raw_parts_mut(pointer, len) })
}

/// A value that a pointer brings in; the pointer may be unaligned.
///
/// # Safety
/// A `pointer` that is not NULL is valid for reading one `T`.
pub(super) unsafe fn copy_in<T: Copy>(pointer: *const T, what: &str) -> Result<T> {
    if pointer.is_null() {
        return Err(invalid(format!("`{what}` is NULL")));
    }
    // SAFETY: the caller's promise; NULL is excluded.
    Ok(unsafe { pointer.read_unaligned() })
}

/// Bytes of a picture, if it fits in memory at all.
pub(super) fn picture_len(width: u32, height: u32, pixel_bytes: u32) -> Result<usize> {
    let bytes = u128::from(width) * u128::from(height) * u128::from(pixel_bytes);
    let len = usize::try_from(bytes).ok().filter(|len| isize::try_from(*len).is_ok());
    len.ok_or_else(|| invalid(format!("a picture of {width} x {height} does not fit in memory")))
}

/// Refuses memory that is both input and output.
pub(super) fn distinct(input: *mut u8, input_len: usize, output: *mut u8, output_len: usize) -> Result<()> {
    if input.is_null() || output.is_null() {
        return Ok(()); // refused where they are used
    }
    let (input, output) = (input.addr(), output.addr());
    let apart = input.saturating_add(input_len) <= output || output.saturating_add(output_len) <= input;
    if apart { Ok(()) } else { Err(invalid("input and output overlap")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn null_outputs_are_refused_and_named() {
        // SAFETY: NULL is the case under test; nothing is written.
        unsafe {
            assert_eq!(Out::<u32>::new(ptr::null_mut(), "w").unwrap_err().to_string(), "`w` is NULL");
            assert!(OutStr::<8>::new(ptr::null_mut(), "id").is_err());
            assert!(OutBytes::new(ptr::null_mut(), 3, "buf").is_err());
            assert!(OutBytes::new(ptr::null_mut(), 0, "buf").is_ok());
            assert!(ImageOut::new(ptr::null_mut()).is_err());
            assert!(id(ptr::null()).is_err());
            assert!(bytes(ptr::null(), 1, "data").is_err());
            assert!(bytes(ptr::null(), 0, "data").unwrap().is_empty());
        }
    }

    #[test]
    fn texts_are_cut_and_nothing_is_written_behind_the_terminator() {
        let mut buffer = [b'#'; 12];
        // SAFETY: twelve bytes are more than `CAP`.
        let out: OutStr<8> = unsafe { OutStr::new(buffer.as_mut_ptr().cast(), "name") }.unwrap();
        out.set("ab");
        assert_eq!(&buffer, b"ab\0#########");
        // SAFETY: as above.
        let out: OutStr<8> = unsafe { OutStr::new(buffer.as_mut_ptr().cast(), "name") }.unwrap();
        out.set("123456é789");
        assert_eq!(&buffer, b"123456\0#####", "half a character is no character");
    }

    #[test]
    fn unaligned_outputs_are_written() {
        let mut buffer = [0_u8; 9];
        // SAFETY: eight bytes from 1 on are inside the buffer.
        unsafe { Out::<f64>::new(buffer.as_mut_ptr().add(1).cast(), "x") }.unwrap().set(1.0);
        assert_eq!(buffer[1..], 1.0_f64.to_ne_bytes());
    }

    #[test]
    fn no_more_bytes_are_written_than_there_is_room_for() {
        let mut buffer = [9_u8; 4];
        // SAFETY: three bytes are inside the buffer.
        unsafe { OutBytes::new(buffer.as_mut_ptr().cast(), 3, "buf") }.unwrap().set(&[1; 10]);
        assert_eq!(buffer, [1, 1, 1, 9]);
    }

    #[test]
    fn ids_are_read_to_their_end_and_no_further_than_64_bytes() {
        // SAFETY: the first is terminated, the second has 64 bytes.
        unsafe {
            assert_eq!(id(c"QHY600M-0123456789abcdef".as_ptr()).unwrap(), "QHY600M-0123456789abcdef");
            let endless = [b'x' as c_char; 64];
            assert!(id(endless.as_ptr()).is_err());
        }
    }

    #[test]
    fn pictures_larger_than_memory_and_overlaps_are_refused() {
        assert_eq!(picture_len(9600, 6422, 2).unwrap(), 123_302_400);
        assert_eq!(picture_len(0, 5, 6).unwrap(), 0);
        assert!(picture_len(u32::MAX, u32::MAX, 2).is_err());
        let mut buffer = [0_u8; 8];
        let start = buffer.as_mut_ptr();
        assert!(distinct(start, 4, start.wrapping_add(4), 4).is_ok());
        assert!(distinct(start.wrapping_add(4), 4, start, 4).is_ok());
        assert!(distinct(start, 5, start.wrapping_add(4), 4).is_err());
        assert!(distinct(start, 4, start, 2).is_err());
    }

    #[test]
    fn any_nonzero_byte_is_true() {
        assert!(!flag(0));
        assert!(flag(1) && flag(2) && flag(255));
    }
}
