//! The one library of the process: what `InitQHYCCDResource` starts and
//! `ReleaseQHYCCDResource` ends. Its lock is never held while the bus is used.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parking_lot::Mutex;

use super::{callbacks, handles, log};
use crate::camera::{Camera, CameraInfo, Error, ErrorKind, Library, Result};

struct State {
    started: Option<Start>,
    /// What the last scan found.
    cameras: Vec<CameraInfo>,
}

/// A start succeeds also if `QHYCCD_DEVICES` makes no sense, because programs take
/// another answer for the end of the world; then there are no cameras, and a text why.
type Start = std::result::Result<Arc<Library>, Error>;

static STATE: Mutex<State> = Mutex::new(State { started: None, cameras: Vec::new() });

/// Frames that a live reader keeps, as `SetQHYCCDBufferNumber` ordered; 0 is the default.
static BUFFER_NUMBER: AtomicU32 = AtomicU32::new(0);

/// Whether cameras that come and go may be watched for.
static AUTO_DETECT: AtomicBool = AtomicBool::new(true);

/// Starts the library; harmless if it runs already.
pub(super) fn start() -> Result<()> {
    let fresh = {
        let mut state = STATE.lock();
        match &state.started {
            Some(_) => false,
            None => {
                state.started = Some(Library::from_env().map(Arc::new));
                true
            }
        }
    };
    if fresh && callbacks::wants_arrivals() {
        for info in scan()? {
            callbacks::arrived(&info.id);
        }
    }
    library().map(drop)
}

/// Ends everything that [`start`] and the calls since began. Harmless if nothing runs.
pub(super) fn stop() {
    let started = {
        let mut state = STATE.lock();
        state.cameras.clear();
        state.started.take()
    };
    handles::clear();
    if let Some(Ok(library)) = started {
        library.release();
    }
    log::close_file();
}

/// The running library.
fn library() -> Result<Arc<Library>> {
    match &STATE.lock().started {
        None => Err(Error::new(ErrorKind::State, "call InitQHYCCDResource first")),
        Some(start) => start.clone(),
    }
}

/// Looks for cameras and keeps the list.
pub(super) fn scan() -> Result<Vec<CameraInfo>> {
    let cameras = library()?.scan()?;
    STATE.lock().cameras.clone_from(&cameras);
    Ok(cameras)
}

/// The camera at `index` of the last scan.
pub(super) fn scanned(index: u32) -> Result<CameraInfo> {
    let state = STATE.lock();
    state.cameras.get(index as usize).cloned().ok_or_else(|| {
        let text = format!("index {index}, but the last scan found {} cameras", state.cameras.len());
        Error::new(ErrorKind::NotFound, text)
    })
}

/// The camera with this id, scanned or not.
pub(super) fn find(id: &str) -> Result<CameraInfo> {
    let known = STATE.lock().cameras.iter().find(|info| info.id == id).cloned();
    match known {
        Some(info) => Ok(info),
        None => scan()?
            .into_iter()
            .find(|info| info.id == id)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("no camera `{id}`"))),
    }
}

/// Opens a camera; the same handle if it is open.
pub(super) fn open(id: &str) -> Result<*mut c_void> {
    let library = library()?;
    let camera = library.open(id)?;
    let frames = BUFFER_NUMBER.load(Ordering::Relaxed);
    if frames != 0 {
        camera.set_buffer_number(frames)?;
    }
    let state = STATE.lock();
    match &state.started {
        Some(Ok(running)) if Arc::ptr_eq(running, &library) => handles::insert(&camera),
        _ => Err(Error::new(ErrorKind::State, "the library was released meanwhile")),
    }
}

/// Closes a camera. A handle that has none is closed already.
pub(super) fn close(handle: *mut c_void) -> Result<()> {
    match handles::remove(handle) {
        Some(camera) => close_camera(&camera),
        None => Ok(()),
    }
}

fn close_camera(camera: &Camera) -> Result<()> {
    library()?.close(camera)
}

/// Sets the number of kept live frames, of the cameras that are open and of later ones.
pub(super) fn set_buffer_number(frames: u32) -> Result<()> {
    BUFFER_NUMBER.store(frames, Ordering::Relaxed);
    handles::all().iter().try_for_each(|camera| camera.set_buffer_number(frames))
}

/// Allows or forbids the watch for cameras, from the next [`start`] on.
pub(super) fn set_auto_detect(on: bool) {
    AUTO_DETECT.store(on, Ordering::Relaxed);
}
