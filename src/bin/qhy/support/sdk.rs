//! A QHYCCD library as a C program meets it: loaded by the system's loader, called by its
//! C names. The one place of this tool with unsafe code, for measurements of what programs
//! get would mean nothing if they went round the C interface. Also the clocks that count
//! processor time.
#![allow(unsafe_code, reason = "C functions of a library that is chosen at run time")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};

use qhyccd::model::ControlId;
use qhyccd::transport::select;

use super::output::Failure;

/// What the functions answer when they fail.
const ERROR: u32 = u32::MAX;

/// A file that the user names, or the first one of this name in the places around the tool.
pub(crate) fn found(
    given: Option<&Path>,
    name: &str,
    places: &[&str],
) -> std::result::Result<PathBuf, Failure> {
    if let Some(file) = given {
        return Ok(file.to_path_buf());
    }
    let tool = std::env::current_exe().map_err(Failure::new)?;
    let beside = tool.parent().unwrap_or(Path::new("."));
    let fitting = places.iter().map(|place| beside.join(place).join(name)).find(|file| file.is_file());
    fitting.ok_or_else(|| {
        let option = if name.starts_with("libusb") { "--look-alike" } else { "--library" };
        Failure::new(format_args!("there is no {name} near {}; name one with {option}", beside.display()))
    })
}

/// A loaded library. Never unloaded.
pub(crate) struct Sdk {
    library: *mut c_void,
}

/// An open camera.
#[derive(Clone, Copy)]
pub(crate) struct Camera(*mut c_void);

/// What a library tells of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) bits: u32,
    pub(crate) channels: u32,
}

type Frame = unsafe extern "C" fn(*mut c_void, *mut u32, *mut u32, *mut u32, *mut u32, *mut u8) -> u32;

impl Sdk {
    /// Loads the library and checks that it has what is called here.
    pub(crate) fn load(path: &Path) -> Result<Sdk, String> {
        let name = CString::new(path.as_os_str().as_encoded_bytes()).map_err(|e| e.to_string())?;
        // SAFETY: a valid string; what the library does when it is loaded is its own affair.
        let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
        if library.is_null() {
            // SAFETY: after a failure the loader has a text.
            let text = unsafe { CStr::from_ptr(libc::dlerror()) };
            return Err(text.to_string_lossy().into_owned());
        }
        Ok(Sdk { library })
    }

    /// The same, and makes it find these devices, named as in `QHYCCD_DEVICES`.
    pub(crate) fn load_with(path: &Path, devices: &str) -> Result<Sdk, String> {
        let threads = std::fs::read_dir("/proc/self/task").map_err(|e| e.to_string())?.count();
        if threads != 1 {
            return Err("devices can be chosen only before other threads run".into());
        }
        // SAFETY: the only thread is this one.
        unsafe { std::env::set_var(select::VARIABLE, devices) };
        Sdk::load(path)
    }

    /// A function of the library, or of one that it uses.
    fn symbol(&self, name: &CStr) -> Option<*mut c_void> {
        // SAFETY: a library that is never unloaded, and a valid string.
        let address = unsafe { libc::dlsym(self.library, name.as_ptr()) };
        (!address.is_null()).then_some(address)
    }

    fn call<F: Copy>(&self, name: &CStr, call: impl FnOnce(F) -> u32) -> Result<u32, String> {
        const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
        let text = name.to_string_lossy();
        let address = self.symbol(name).ok_or_else(|| format!("{text} is missing"))?;
        // SAFETY: each caller names the function's type as the public header declares it.
        let function = unsafe { std::mem::transmute_copy::<*mut c_void, F>(&address) };
        match call(function) {
            ERROR => Err(format!("{text} failed")),
            value => Ok(value),
        }
    }

    fn plain(&self, name: &CStr) -> Result<u32, String> {
        // SAFETY: the function takes nothing.
        self.call(name, |f: unsafe extern "C" fn() -> u32| unsafe { f() })
    }

    fn on(&self, name: &CStr, camera: Camera) -> Result<u32, String> {
        // SAFETY: the function takes a handle of this library.
        self.call(name, |f: unsafe extern "C" fn(*mut c_void) -> u32| unsafe { f(camera.0) })
    }

    pub(crate) fn init_resource(&self) -> Result<u32, String> {
        self.plain(c"InitQHYCCDResource")
    }

    pub(crate) fn release_resource(&self) -> Result<u32, String> {
        self.plain(c"ReleaseQHYCCDResource")
    }

    /// Opens the first camera that a scan finds.
    pub(crate) fn open(&self) -> Result<Camera, String> {
        let mut ids = self.ids()?;
        if ids.is_empty() {
            return Err("no camera was found".into());
        }
        self.open_id(&ids.swap_remove(0))
    }

    /// Ids of the cameras that a scan finds.
    pub(crate) fn ids(&self) -> Result<Vec<String>, String> {
        type Id = unsafe extern "C" fn(u32, *mut c_char) -> u32;
        let mut ids = Vec::new();
        for place in 0..self.plain(c"ScanQHYCCD")? {
            let mut id = [0u8; 256];
            // SAFETY: an id has fewer than 256 bytes.
            self.call(c"GetQHYCCDId", |f: Id| unsafe { f(place, id.as_mut_ptr().cast()) })?;
            let id = CStr::from_bytes_until_nul(&id).unwrap_or_default();
            ids.push(id.to_string_lossy().into_owned());
        }
        Ok(ids)
    }

    /// Opens the camera with this id.
    pub(crate) fn open_id(&self, id: &str) -> Result<Camera, String> {
        let id = CString::new(id).map_err(|e| e.to_string())?;
        let mut camera = Camera(std::ptr::null_mut());
        type Open = unsafe extern "C" fn(*const c_char) -> *mut c_void;
        self.call(c"OpenQHYCCD", |f: Open| {
            // SAFETY: a valid string.
            camera.0 = unsafe { f(id.as_ptr()) };
            if camera.0.is_null() { ERROR } else { 0 }
        })?;
        Ok(camera)
    }

    pub(crate) fn close(&self, camera: Camera) -> Result<u32, String> {
        self.on(c"CloseQHYCCD", camera)
    }

    pub(crate) fn init(&self, camera: Camera) -> Result<u32, String> {
        self.on(c"InitQHYCCD", camera)
    }

    pub(crate) fn set_live(&self, camera: Camera, live: bool) -> Result<u32, String> {
        type Set = unsafe extern "C" fn(*mut c_void, u8) -> u32;
        // SAFETY: a handle of this library.
        self.call(c"SetQHYCCDStreamMode", |f: Set| unsafe { f(camera.0, u8::from(live)) })
    }

    pub(crate) fn set_bits(&self, camera: Camera, bits: u32) -> Result<u32, String> {
        type Set = unsafe extern "C" fn(*mut c_void, u32) -> u32;
        // SAFETY: a handle of this library.
        self.call(c"SetQHYCCDBitsMode", |f: Set| unsafe { f(camera.0, bits) })
    }

    pub(crate) fn set_bin(&self, camera: Camera, bin: u32) -> Result<u32, String> {
        type Set = unsafe extern "C" fn(*mut c_void, u32, u32) -> u32;
        // SAFETY: a handle of this library.
        self.call(c"SetQHYCCDBinMode", |f: Set| unsafe { f(camera.0, bin, bin) })
    }

    pub(crate) fn set_debayer(&self, camera: Camera, on: bool) -> Result<u32, String> {
        type Set = unsafe extern "C" fn(*mut c_void, bool) -> u32;
        // SAFETY: a handle of this library.
        self.call(c"SetQHYCCDDebayerOnOff", |f: Set| unsafe { f(camera.0, on) })
    }

    pub(crate) fn set_region(&self, camera: Camera, [x, y, w, h]: [u32; 4]) -> Result<u32, String> {
        type Set = unsafe extern "C" fn(*mut c_void, u32, u32, u32, u32) -> u32;
        // SAFETY: a handle of this library.
        self.call(c"SetQHYCCDResolution", |f: Set| unsafe { f(camera.0, x, y, w, h) })
    }

    pub(crate) fn set_exposure(&self, camera: Camera, microseconds: f64) -> Result<u32, String> {
        self.set_param(camera, ControlId::EXPOSURE, microseconds)
    }

    pub(crate) fn set_param(&self, camera: Camera, id: ControlId, value: f64) -> Result<u32, String> {
        type Set = unsafe extern "C" fn(*mut c_void, c_int, f64) -> u32;
        // SAFETY: a handle of this library.
        self.call(c"SetQHYCCDParam", |f: Set| unsafe { f(camera.0, id.0 as c_int, value) })
            .map_err(|text| format!("{text} for control {}", id.0))
    }

    pub(crate) fn param(&self, camera: Camera, id: ControlId) -> Result<f64, String> {
        type Get = unsafe extern "C" fn(*mut c_void, c_int) -> f64;
        let mut value = f64::NAN;
        self.call(c"GetQHYCCDParam", |f: Get| {
            // SAFETY: a handle of this library.
            value = unsafe { f(camera.0, id.0 as c_int) };
            if value == f64::from(ERROR) { ERROR } else { 0 }
        })
        .map_err(|text| format!("{text} for control {}", id.0))?;
        Ok(value)
    }

    /// Largest value of a control.
    pub(crate) fn largest(&self, camera: Camera, id: ControlId) -> Result<f64, String> {
        type Range = unsafe extern "C" fn(*mut c_void, c_int, *mut f64, *mut f64, *mut f64) -> u32;
        let [mut min, mut max, mut step] = [0.0; 3];
        // SAFETY: a handle of this library and places for three numbers.
        self.call(c"GetQHYCCDParamMinMaxStep", |f: Range| unsafe {
            f(camera.0, id.0 as c_int, &raw mut min, &raw mut max, &raw mut step)
        })?;
        Ok(max)
    }

    pub(crate) fn set_read_mode(&self, camera: Camera, mode: u32) -> Result<u32, String> {
        type Set = unsafe extern "C" fn(*mut c_void, u32) -> u32;
        // SAFETY: a handle of this library.
        self.call(c"SetQHYCCDReadMode", |f: Set| unsafe { f(camera.0, mode) })
    }

    pub(crate) fn read_mode(&self, camera: Camera) -> Result<u32, String> {
        type Get = unsafe extern "C" fn(*mut c_void, *mut u32) -> u32;
        let mut mode = 0;
        // SAFETY: a handle of this library and a place for the number.
        self.call(c"GetQHYCCDReadMode", |f: Get| unsafe { f(camera.0, &raw mut mode) })?;
        Ok(mode)
    }

    /// Bytes that a program should allocate for frames.
    pub(crate) fn frame_room(&self, camera: Camera) -> Result<usize, String> {
        self.on(c"GetQHYCCDMemLength", camera).map(|bytes| bytes as usize)
    }

    pub(crate) fn expose(&self, camera: Camera) -> Result<u32, String> {
        self.on(c"ExpQHYCCDSingleFrame", camera)
    }

    /// Percent of the exposure that are left.
    pub(crate) fn exposure_remaining(&self, camera: Camera) -> Result<u32, String> {
        self.on(c"GetQHYCCDExposureRemaining", camera)
    }

    /// Ends an exposure and drops its frame.
    pub(crate) fn cancel(&self, camera: Camera) -> Result<u32, String> {
        self.on(c"CancelQHYCCDExposingAndReadout", camera)
    }

    /// Fetches a single frame; `room` must have what [`Sdk::frame_room`] tells.
    pub(crate) fn single_frame(&self, camera: Camera, room: &mut [u8]) -> Result<Shape, String> {
        self.frame(c"GetQHYCCDSingleFrame", camera, room)
    }

    /// Fetches a live frame, if there is one.
    pub(crate) fn live_frame(&self, camera: Camera, room: &mut [u8]) -> Option<Shape> {
        self.frame(c"GetQHYCCDLiveFrame", camera, room).ok()
    }

    fn frame(&self, name: &CStr, camera: Camera, room: &mut [u8]) -> Result<Shape, String> {
        let [mut w, mut h, mut bits, mut channels] = [0; 4];
        // SAFETY: a handle of this library, and room for the largest frame.
        self.call(name, |f: Frame| unsafe {
            f(camera.0, &raw mut w, &raw mut h, &raw mut bits, &raw mut channels, room.as_mut_ptr())
        })?;
        Ok(Shape { width: w as usize, height: h as usize, bits, channels })
    }

    pub(crate) fn begin_live(&self, camera: Camera) -> Result<u32, String> {
        self.on(c"BeginQHYCCDLive", camera)
    }

    pub(crate) fn stop_live(&self, camera: Camera) -> Result<u32, String> {
        self.on(c"StopQHYCCDLive", camera)
    }

    /// A number that the libusb look-alike counts; see its `meter`.
    pub(crate) fn meter(&self, name: &CStr) -> Result<u64, String> {
        let text = name.to_string_lossy();
        let address = self.symbol(name).ok_or_else(|| {
            format!("{text} is missing: the library does not run on the look-alike, or on an older one")
        })?;
        // SAFETY: all counters of the look-alike have this type.
        let function = unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> u64>(address) };
        // SAFETY: they take nothing and may be asked at any time.
        Ok(unsafe { function() })
    }
}

/// Processor time of this process, in nanoseconds.
pub(crate) fn process_cpu_ns() -> u64 {
    clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// Processor time of this thread, in nanoseconds.
pub(crate) fn thread_cpu_ns() -> u64 {
    clock_ns(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// The clock by which the look-alike notes moments, in nanoseconds.
pub(crate) fn wall_ns() -> u64 {
    clock_ns(libc::CLOCK_MONOTONIC)
}

fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid place; these clocks exist on every system with the loader above.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
