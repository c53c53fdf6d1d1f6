//! The one library of the process: what `InitQHYCCDResource` starts and
//! `ReleaseQHYCCDResource` ends. Its lock is never held while the bus is used.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::{callbacks, entry, frames, handles, log};
use crate::camera::{Camera, CameraInfo, Error, ErrorKind, Library, PlugEvent, Result};

struct State {
    started: Option<Start>,
    /// What the last scan found.
    cameras: Vec<CameraInfo>,
    /// Ids of the cameras that the program was told of, so that it hears of each once.
    announced: Vec<String>,
    /// True while the bus is watched.
    watching: bool,
}

/// A start succeeds also if `QHYCCD_DEVICES` makes no sense, because programs take
/// another answer for the end of the world; then there are no cameras, and a text why.
type Start = std::result::Result<Arc<Library>, Error>;

static STATE: Mutex<State> =
    Mutex::new(State { started: None, cameras: Vec::new(), announced: Vec::new(), watching: false });

/// Frames that a live reader keeps, as `SetQHYCCDBufferNumber` ordered; 0 is the default.
static BUFFER_NUMBER: AtomicU32 = AtomicU32::new(0);

/// Whether cameras that come and go may be watched for.
static AUTO_DETECT: AtomicBool = AtomicBool::new(true);

/// Starts the library; harmless if it runs already.
pub(super) fn start() -> Result<()> {
    started()?;
    watch()
}

fn started() -> Result<Arc<Library>> {
    STATE.lock().started.get_or_insert_with(|| Library::from_env().map(Arc::new)).clone()
}

/// Tells the program of cameras that are there and of those that come and go, if it wants
/// to know and the library runs.
pub(super) fn watch() -> Result<()> {
    if !AUTO_DETECT.load(Ordering::Relaxed) || !callbacks::wants_plug_events() {
        return Ok(());
    }
    let library = {
        let mut state = STATE.lock();
        let Some(Ok(library)) = &state.started else { return Ok(()) };
        let library = Arc::clone(library);
        if std::mem::replace(&mut state.watching, true) {
            return Ok(());
        }
        library
    };
    // First the watch, then the list, so that no camera comes between the two.
    let this = Arc::downgrade(&library);
    let of_this = this.clone();
    let watched = library.watch(move |event| {
        entry::call("plug event", || {
            match event {
                PlugEvent::Arrived(id) => announce(&of_this, &id),
                PlugEvent::Left(id) => retract(&of_this, &id),
            }
            Ok(())
        });
    });
    for info in scan()? {
        announce(&this, &info.id);
    }
    watched
}

impl State {
    /// False once the library was released: then nobody hears of its cameras any more.
    fn runs(&self, library: &Weak<Library>) -> bool {
        matches!(&self.started, Some(Ok(running)) if std::ptr::eq(Arc::as_ptr(running), library.as_ptr()))
    }
}

fn announce(library: &Weak<Library>, id: &str) {
    let news = {
        let mut state = STATE.lock();
        let news = state.runs(library) && !state.announced.iter().any(|known| known == id);
        if news {
            state.announced.push(id.to_owned());
        }
        news
    };
    if news {
        callbacks::arrived(id);
    }
}

fn retract(library: &Weak<Library>, id: &str) {
    {
        let mut state = STATE.lock();
        if !state.runs(library) {
            return;
        }
        state.announced.retain(|known| known != id);
    }
    if let Some(camera) = handles::all().into_iter().find(|camera| camera.id() == id) {
        entry::tell_loss(&camera);
    }
    callbacks::left(id);
}

/// Ends everything that [`start`] and the calls since began. Harmless if nothing runs.
pub(super) fn stop() {
    let started = {
        let mut state = STATE.lock();
        state.cameras.clear();
        state.announced.clear();
        state.watching = false;
        state.started.take()
    };
    handles::clear();
    if let Some(Ok(library)) = started {
        library.release();
    }
    frames::end(None);
    log::close_file();
}

/// The running library.
fn library() -> Result<Arc<Library>> {
    match &STATE.lock().started {
        None => Err(Error::new(ErrorKind::State, "call InitQHYCCDResource first")),
        Some(start) => start.clone(),
    }
}

/// Gives waiting cameras their firmware from `folder`, if one is named, or from where the
/// library looks by itself. Starts the library if it does not run.
pub(super) fn load_firmware(folder: Option<String>) -> Result<()> {
    let library = started()?;
    if let Some(folder) = folder {
        library.set_firmware_folder(folder);
    }
    library.load_firmware().map(drop)
}

/// Gives one firmware file to the cameras that wait under these USB ids. Starts the
/// library if it does not run.
pub(super) fn load_firmware_file(vendor: u16, product: u16, path: &str) -> Result<()> {
    started()?.load_firmware_file(vendor, product, path.as_ref()).map(drop)
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

/// Opens a camera; the same handle if it is open. Starts the library if it does not run:
/// the Python module `qhyccd` releases it after listing, and opens then.
pub(super) fn open(id: &str) -> Result<*mut c_void> {
    let library = started()?;
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
        Some(camera) => {
            let closed = close_camera(&camera);
            frames::end(Some(&camera));
            closed
        }
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

/// Allows or forbids the watch for cameras, from the next [`start`] on. One that runs
/// goes on.
pub(super) fn set_auto_detect(on: bool) {
    AUTO_DETECT.store(on, Ordering::Relaxed);
}
