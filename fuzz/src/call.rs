//! One call of a C function: its arguments in memory of exactly the documented size, the
//! watch around it, and what must hold of every answer.

use std::ffi::{CStr, c_char, c_void};
use std::sync::MutexGuard;
use std::time::Duration;

use qhyccd::ffi::library::GetQHYCCDLastError;

use crate::rng::Rng;
use crate::watch::{self, fail};
use crate::world::World;

/// What failing functions answer.
pub(crate) const ERROR: u32 = 0xFFFF_FFFF;
const ERROR_F64: f64 = 4_294_967_295.0;

/// What stands in an output before the call.
const CANARY: u8 = 0xC5;

/// How long a call may take, by what it does. The documented times are shorter; here the
/// machine may be slow, a sanitizer costs much, and threads wait for each other's turns,
/// each of which may meet silent requests (1 s).
pub(crate) const LOCAL: Duration = Duration::from_secs(30);
pub(crate) const BUS: Duration = Duration::from_secs(60);
pub(crate) const TURN: Duration = Duration::from_secs(120);

/// One thread of a round.
pub(crate) struct Worker<'w> {
    pub(crate) world: &'w World,
    pub(crate) index: usize,
    pub(crate) rng: Rng,
    /// Memory for frames of unknown format, as large as the largest.
    pub(crate) largest: MutexGuard<'static, Vec<u8>>,
    /// The longest time that a frame call may take beyond its exposure.
    pub(crate) frame_limit: Duration,
}

/// A call that is being prepared.
pub(crate) struct Call<'c, 'w> {
    pub(crate) worker: &'c mut Worker<'w>,
    function: usize,
    limit: Duration,
    handle: Option<usize>,
    /// Outputs; empty ones were passed as NULL.
    outputs: Vec<Box<[u8]>>,
    inputs: Vec<Box<[u8]>>,
    null: bool,
    /// A failure may leave something in the outputs.
    spoils: bool,
}

impl<'w> Worker<'w> {
    /// A call of this function.
    pub(crate) fn call<'c>(&'c mut self, name: &str, limit: Duration) -> Call<'c, 'w> {
        let function = super::calls::number(name);
        Call {
            worker: self,
            function,
            limit,
            handle: None,
            outputs: Vec::new(),
            inputs: Vec::new(),
            null: false,
            spoils: false,
        }
    }
}

impl Call<'_, '_> {
    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.worker.rng
    }

    /// Any handle.
    pub(crate) fn handle(&mut self) -> *mut c_void {
        let handle = self.worker.world.handle(&mut self.worker.rng);
        self.with_handle(handle)
    }

    /// This handle.
    pub(crate) fn with_handle(&mut self, handle: usize) -> *mut c_void {
        self.handle = Some(handle);
        std::ptr::without_provenance_mut(handle)
    }

    /// This handle, for a function that is content with a camera that is gone.
    pub(crate) fn with_handle_gone(&mut self, handle: usize) -> *mut c_void {
        std::ptr::without_provenance_mut(handle)
    }

    /// Any handle, for such a function.
    pub(crate) fn any_handle(&mut self) -> *mut c_void {
        let handle = self.worker.world.handle(&mut self.worker.rng);
        self.with_handle_gone(handle)
    }

    /// An output of `len` bytes, or now and then NULL.
    pub(crate) fn out<T>(&mut self, len: usize) -> *mut T {
        if self.rng().once_in(30) {
            self.null = true;
            return std::ptr::null_mut();
        }
        self.sure_out(len)
    }

    /// An output of `len` bytes.
    pub(crate) fn sure_out<T>(&mut self, len: usize) -> *mut T {
        self.outputs.push(vec![CANARY; len].into_boxed_slice());
        self.outputs.last_mut().map_or(std::ptr::null_mut(), |out| out.as_mut_ptr().cast())
    }

    /// An input, or now and then NULL, which is an error.
    pub(crate) fn input<T>(&mut self, bytes: Vec<u8>) -> *mut T {
        if self.rng().once_in(30) {
            self.null |= !bytes.is_empty();
            return std::ptr::null_mut();
        }
        self.sure_input(bytes)
    }

    pub(crate) fn sure_input<T>(&mut self, bytes: Vec<u8>) -> *mut T {
        self.inputs.push(bytes.into_boxed_slice());
        self.inputs.last_mut().map_or(std::ptr::null_mut(), |input| input.as_mut_ptr().cast())
    }

    /// A text, with its terminator if there is room in `most` bytes.
    pub(crate) fn text(&mut self, text: &[u8], most: usize) -> *mut c_char {
        let mut bytes = text.to_vec();
        bytes.truncate(most);
        if bytes.len() < most {
            bytes.push(0);
        }
        self.input(bytes)
    }

    /// An id: mostly of a camera that is there.
    pub(crate) fn id(&mut self) -> *mut c_char {
        let ids = &self.worker.world.ids;
        let id = match self.worker.rng.below(20) {
            0 => {
                let len = self.worker.rng.below(70) as usize;
                self.worker.rng.bytes(len)
            }
            1 => vec![b'x'; 64],
            2 => b"QHY600M-0000000000000000".to_vec(),
            n => ids[n as usize % ids.len()].clone(),
        };
        self.text(&id, 64)
    }

    /// An argument was NULL where that is an error.
    pub(crate) fn null(&mut self) {
        self.null = true;
    }

    /// A failure of this call may leave something in its outputs.
    pub(crate) fn spoils(&mut self) {
        self.spoils = true;
    }

    /// Output number `n` of those that are not NULL.
    pub(crate) fn output(&self, n: usize) -> &[u8] {
        &self.outputs[n]
    }

    fn name(&self) -> &'static str {
        super::calls::name(self.function)
    }

    fn run<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let lost = self.handle.is_some_and(|handle| self.seen_lost(handle));
        let answer = watch::watched(self.worker.index, self.function, self.limit, call);
        if lost {
            self.handle = None; // judged by `after`
            self.null = true;
        }
        answer
    }

    /// True if the camera of this handle was seen to be unplugged.
    fn seen_lost(&self, handle: usize) -> bool {
        self.worker.world.cameras.iter().any(|camera| camera.is_lost(handle))
    }

    fn after(&mut self, good: bool) {
        if good {
            watch::good(self.function);
            if self.null {
                fail(&format!("{} succeeded with NULL or without its camera", self.name()));
            }
            return;
        }
        if !self.spoils && self.outputs.iter().any(|out| out.iter().any(|&byte| byte != CANARY)) {
            fail(&format!("{} failed and wrote", self.name()));
        }
        let text = last_error();
        if !text.starts_with(self.name()) {
            fail(&format!("{} failed, but the text is `{text}`", self.name()));
        }
        if text.contains("defect in the library") {
            fail(&text);
        }
        if let Some(handle) = self.handle.filter(|_| text.ends_with("the camera is unplugged")) {
            if let Some(camera) = self.worker.world.camera_of(handle) {
                self.worker.world.cameras[camera].note_lost(handle);
            }
        }
    }

    /// Runs a function that answers a code or a number.
    pub(crate) fn code(&mut self, call: impl FnOnce() -> u32) -> u32 {
        let code = self.run(call);
        self.after(code != ERROR);
        code
    }

    /// Runs a function that must answer 0.
    pub(crate) fn always(&mut self, call: impl FnOnce() -> u32) {
        self.handle = None;
        if self.code(call) != 0 {
            fail(&format!("{} did not answer 0: {}", self.name(), last_error()));
        }
    }

    /// Runs a function that answers a value.
    pub(crate) fn real(&mut self, call: impl FnOnce() -> f64) -> f64 {
        let value = self.run(call);
        if value.is_nan() {
            fail(&format!("{} answered NaN", self.name()));
        }
        self.after(value != ERROR_F64);
        value
    }

    /// Runs a function that answers nothing, or nothing that tells of failure.
    pub(crate) fn quiet<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let answer = self.run(call);
        watch::good(self.function);
        answer
    }
}

/// The text of the last failure of this thread.
pub(crate) fn last_error() -> String {
    // SAFETY: the library's own text, terminated, of this thread.
    unsafe { CStr::from_ptr(GetQHYCCDLastError()) }.to_string_lossy().into_owned()
}
