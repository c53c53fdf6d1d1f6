//! Finds cameras and keeps the opened ones.
//!
//! What a scan learnt of a device is kept by its place and address on the bus, so that it
//! is asked once for its name. Open cameras are not touched by a scan.

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use parking_lot::Mutex;

use crate::model::{self, Model};
use crate::transport::{Bus, BusEvent, BusListener, Identity, LinkSpeed, Setup, Transport, UsbError};
use crate::wire::In;
use crate::wire::status::{ColourByte, decode_colour, serial_text};

use super::link::Link;
use super::state::StatusCell;
use super::{Camera, CameraInfo, Error, ErrorKind, PixelOptions, Result, State, cooling, firmware};

/// The questions for colour and for serial number.
const IDENTITY: In = In::Eeprom { value: 0, index: 8 };
const SERIAL: In = In::Eeprom { value: 0x10, index: 0x10 };

/// The devices of one bus and the cameras opened on it.
pub struct Library {
    shared: Arc<Shared>,
    /// The thread that tells of plugging. Locked while a watch begins or ends: the thread
    /// ends with the listener, so nobody may wait for it before the bus has both.
    plug_thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    bus: Arc<dyn Bus>,
    /// Held while devices are looked at or opened, so that two threads do not meet there.
    looking: Mutex<()>,
    /// Devices that were looked at. Held for moments only, like `open`.
    known: Mutex<Vec<Known>>,
    open: Mutex<Vec<Arc<Camera>>>,
    /// Where the user keeps firmware, if he said so.
    firmware_folder: Mutex<Option<PathBuf>>,
    /// For cameras that will be opened.
    pixels: Mutex<PixelOptions>,
    cooling_ramp: Mutex<Option<f64>>,
}

/// What was learnt of one device.
#[derive(Clone)]
struct Known {
    device: Identity,
    found: Found,
}

#[derive(Clone)]
enum Found {
    Camera {
        id: String,
        model: &'static Model,
    },
    /// Waits for its firmware.
    Loader {
        /// It was sent already, and in vain; a scan does not try again.
        tried: bool,
    },
    /// Ours by its vendor id, but not to be driven; says why.
    Other(String),
}

/// A camera came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlugEvent {
    /// The camera with this id was plugged in.
    Arrived(String),
    /// The camera with this id was unplugged. If it is open, it is lost.
    Left(String),
}

impl Library {
    /// The library on a bus.
    pub fn new(bus: Arc<dyn Bus>) -> Library {
        let shared = Shared {
            bus,
            looking: Mutex::new(()),
            known: Mutex::new(Vec::new()),
            open: Mutex::new(Vec::new()),
            firmware_folder: Mutex::new(None),
            pixels: Mutex::new(PixelOptions::default()),
            cooling_ramp: Mutex::new(None),
        };
        Library { shared: Arc::new(shared), plug_thread: Mutex::new(None) }
    }

    /// The library on the bus that `QHYCCD_DEVICES` names, with the firmware folder that
    /// `QHYCCD_FIRMWARE` names, the pixel options of [`PixelOptions::from_env`] and the
    /// cooling ramp that `QHYCCD_COOLING_RAMP` names in degrees a minute.
    pub fn from_env() -> Result<Library> {
        let value = std::env::var(crate::transport::select::VARIABLE).ok();
        let library = Library::new(crate::transport::select::bus_for(value.as_deref())?);
        if let Some(folder) = std::env::var_os(firmware::VARIABLE).filter(|folder| !folder.is_empty()) {
            library.set_firmware_folder(folder);
        }
        library.set_pixel_options(PixelOptions::from_env());
        library.set_cooling_ramp(cooling::ramp_from_env());
        Ok(library)
    }

    /// Looks at the bus and lists the cameras. Open cameras are not touched and stay in
    /// the list; their handles stay valid.
    ///
    /// If a firmware folder was named, cameras that wait for their firmware get it, each
    /// once; that may take 10 s a camera and 5 s for all of them to come back. A camera
    /// that cannot get it is in [`Library::loaders`] then, and the log tells why.
    pub fn scan(&self) -> Result<Vec<CameraInfo>> {
        let _looking = self.shared.looking.lock();
        let mut known = self.shared.look()?;
        let folder = self.shared.firmware_folder.lock().clone();
        if let Some(folder) = folder {
            let untried = known.iter().filter(|k| k.is_untried_loader());
            let waiting = firmware::files_for(untried.map(|k| &k.device), &folder);
            if !waiting.is_empty() {
                // What failed is in the log, and the others shall be listed.
                let _ = self.shared.load(&waiting);
                known = self.shared.look()?;
            }
        }
        Ok(known.iter().filter_map(Known::camera).collect())
    }

    /// Names the folder that holds the maker's firmware files. From now on cameras that
    /// wait for theirs get it in every [`Library::scan`].
    pub fn set_firmware_folder(&self, folder: impl Into<PathBuf>) {
        *self.shared.firmware_folder.lock() = Some(folder.into());
    }

    /// Says how the pixels of cameras that are opened from now on are made.
    pub fn set_pixel_options(&self, options: PixelOptions) {
        *self.shared.pixels.lock() = options;
    }

    /// Gives cameras that are opened from now on this cooling ramp, in degrees a minute;
    /// see [`Camera::set_cooling_ramp`].
    pub fn set_cooling_ramp(&self, c_per_min: Option<f64>) {
        *self.shared.cooling_ramp.lock() = c_per_min;
    }

    /// Gives each camera that waits for its firmware the file of its model (`QHY600.img`,
    /// for example) from the folder that was named, or else from the system's
    /// (`/lib/firmware/qhy` on Linux), and waits up to 5 s for them to come back. Returns
    /// how many were started. One that fails does not keep the others from starting.
    /// Cameras that this library does not drive are left alone.
    pub fn load_firmware(&self) -> Result<usize> {
        let _looking = self.shared.looking.lock();
        self.shared.look()?;
        let folder = self.shared.firmware_folder.lock().clone().or_else(firmware::system_folder);
        // Without a folder the name alone stands for the file that cannot be found.
        let waiting = firmware::files_for(&self.loaders(), folder.as_deref().unwrap_or(Path::new("")));
        match (waiting.as_slice(), folder) {
            ([], _) => Ok(0),
            (waiting, Some(_)) => self.shared.load(waiting),
            ([(_, file), ..], None) => {
                let variable = firmware::VARIABLE;
                let text = format!("a camera waits for {}; name its folder in {variable}", file.display());
                Err(Error::new(ErrorKind::NotFound, text))
            }
        }
    }

    /// Gives one file to all cameras that wait for firmware under these USB ids, and waits
    /// up to 5 s for them to come back. Returns how many were started.
    pub fn load_firmware_file(&self, vendor: u16, product: u16, path: &Path) -> Result<usize> {
        let _looking = self.shared.looking.lock();
        self.shared.look()?;
        let mut waiting = self.loaders();
        waiting.retain(|device| (device.vendor, device.product) == (vendor, product));
        if waiting.is_empty() {
            let text = format!("no camera {vendor:04x}:{product:04x} waits for its firmware");
            return Err(Error::new(ErrorKind::NotFound, text));
        }
        let waiting: Vec<_> = waiting.into_iter().map(|device| (device, path.to_owned())).collect();
        self.shared.load(&waiting)
    }

    /// Cameras that wait for their firmware, as the last scan saw them.
    pub fn loaders(&self) -> Vec<Identity> {
        let known = self.shared.known.lock();
        known.iter().filter(|k| matches!(k.found, Found::Loader { .. })).map(|k| k.device.clone()).collect()
    }

    /// Devices of this maker that the last scan could not list, and why: no permission, a
    /// model that is not known, an identity that makes no sense.
    pub fn unknown(&self) -> Vec<(Identity, String)> {
        let known = self.shared.known.lock();
        let why = |k: &Known| match &k.found {
            Found::Other(why) => Some((k.device.clone(), why.clone())),
            _ => None,
        };
        known.iter().filter_map(why).collect()
    }

    /// Requests whose answers tell a camera's serial number, or may, and from which byte
    /// on: for whoever records what passes and wants it hidden. The number stands in the
    /// second; where the first ends, and with what, is not known.
    pub fn serial_requests() -> [(Setup, usize); 2] {
        [(IDENTITY.encode().0, 2), (SERIAL.encode().0, 0)]
    }

    /// Opens a camera, with or without a scan before. A camera that is open already is
    /// returned again; one that was lost is opened anew.
    pub fn open(&self, id: &str) -> Result<Arc<Camera>> {
        if let Some(camera) = self.shared.opened(id) {
            return Ok(camera);
        }
        let _looking = self.shared.looking.lock();
        // Somebody may have opened it meanwhile.
        if let Some(camera) = self.shared.opened(id) {
            return Ok(camera);
        }
        let place = self.shared.find(id);
        let (device, model, transport) = match place.map(|place| self.shared.open_device(place)) {
            Some(Err(UsbError::Gone)) | None => {
                // Never seen, or it moved.
                self.shared.known.lock().retain(|k| k.id() != Some(id));
                self.shared.look()?;
                let place = self.shared.find(id);
                let place =
                    place.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("no camera `{id}`")))?;
                self.shared.open_device(place)?
            }
            Some(other) => other?,
        };
        transport.claim()?;
        let camera = Arc::new(Camera::new(id.to_owned(), model, transport, *self.shared.pixels.lock()));
        if let Some(c_per_min) = self.shared.cooling_ramp.lock().filter(|_| model.has.cooler) {
            camera.set_cooling_ramp(c_per_min)?;
        }
        log::debug!("{id}: opened at {}:{}", device.bus, device.address);
        self.shared.open.lock().push(camera.clone());
        Ok(camera)
    }

    /// Closes a camera: ends what it is doing, wakes whoever waits for it. Harmless if it
    /// is closed already.
    pub fn close(&self, camera: &Camera) -> Result<()> {
        let mut open = self.shared.open.lock();
        let at = open.iter().position(|c| std::ptr::eq(&**c, camera));
        let found = at.map(|at| open.swap_remove(at));
        drop(open);
        if let Some(camera) = found {
            camera.shut_down();
        }
        Ok(())
    }

    /// Closes all cameras and joins all threads. The library can be used again after.
    pub fn release(&self) {
        self.unwatch();
        // Not between the steps of an open.
        let _looking = self.shared.looking.lock();
        let open = std::mem::take(&mut *self.shared.open.lock());
        for camera in open {
            camera.shut_down();
        }
        self.shared.known.lock().clear();
    }

    /// Calls `listener` when a camera comes or goes, on a thread of its own, until
    /// [`Library::unwatch`] or [`Library::release`]. An open camera that goes is lost at
    /// once, before the listener hears of it.
    pub fn watch(&self, listener: impl Fn(PlugEvent) + Send + 'static) -> Result<()> {
        self.unwatch();
        // The bus must not be kept waiting, and a new device is asked for its name.
        let (sender, events) = mpsc::channel();
        let shared = self.shared.clone();
        let work = move || {
            for event in events {
                let plug = match event {
                    BusEvent::Arrived(device) => shared.arrived(&device).map(PlugEvent::Arrived),
                    BusEvent::Left(device) => shared.left(&device).map(PlugEvent::Left),
                };
                if let Some(plug) = plug {
                    listener(plug);
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("qhyccd-plug".into())
            .spawn(work)
            .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread to watch the bus: {e}")))?;
        let open = Arc::downgrade(&self.shared);
        let forward: BusListener = Arc::new(move |event| {
            if let (BusEvent::Left(device), Some(shared)) = (&event, open.upgrade()) {
                shared.lose(device);
            }
            let _ = sender.send(event);
        });
        let mut plug_thread = self.plug_thread.lock();
        // A failure drops the listener and with it the sender, and the thread ends.
        let watched = self.shared.bus.watch(forward);
        *plug_thread = Some(thread);
        drop(plug_thread);
        watched.inspect_err(|_| self.unwatch()).map_err(Error::from)
    }

    /// Ends [`Library::watch`]. May be called by the listener.
    pub fn unwatch(&self) {
        let thread = {
            let mut plug_thread = self.plug_thread.lock();
            self.shared.bus.unwatch();
            plug_thread.take()
        };
        if let Some(thread) = thread {
            // The listener may be the one who ends the watch.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        self.release();
    }
}

impl Shared {
    /// The open camera of this name; one that was lost is closed and forgotten.
    fn opened(&self, id: &str) -> Option<Arc<Camera>> {
        let mut open = self.open.lock();
        let at = open.iter().position(|c| c.id() == id)?;
        if open[at].state() != State::Lost {
            return Some(open[at].clone());
        }
        let lost = open.swap_remove(at);
        drop(open);
        lost.shut_down();
        None
    }

    /// Brings what is known up to date with the bus. The caller holds `looking`.
    fn look(&self) -> Result<Vec<Known>> {
        let devices = self.bus.scan()?;
        let before = self.known.lock().clone();
        let ours = devices.into_iter().filter(|d| d.vendor == model::VENDOR);
        let now: Vec<Known> = ours
            .map(|device| {
                let found = self.recall(&before, &device).unwrap_or_else(|| self.identify(&device));
                Known { device, found }
            })
            .collect();
        self.known.lock().clone_from(&now);
        Ok(now)
    }

    /// Gives waiting cameras their files. All are tried; the first failure is told. The
    /// caller holds `looking`.
    fn load(&self, waiting: &[(Identity, PathBuf)]) -> Result<usize> {
        let before = self.bus.scan()?;
        let mut started = 0;
        let mut failure = None;
        for (device, path) in waiting {
            match self.load_one(device, path) {
                Ok(()) => started += 1,
                Err(error) => {
                    log::warn!("firmware of the device at {}:{}: {error}", device.bus, device.address);
                    failure.get_or_insert(error);
                }
            }
        }
        let all_back =
            firmware::await_cameras(&*self.bus, &before, started).inspect_err(|error| log::warn!("{error}"));
        self.look()?;
        match failure {
            Some(error) => Err(error),
            None => all_back.map(|()| started),
        }
    }

    fn load_one(&self, device: &Identity, path: &Path) -> Result<()> {
        let image = firmware::read(path, firmware::controller(device.product, path)?)?;
        let transport = self.bus.open(device)?;
        transport.claim()?;
        if let Some(known) = self.known.lock().iter_mut().find(|k| k.device == *device) {
            known.found = Found::Loader { tried: true };
        }
        log::info!("sending {} to the device at {}:{}", path.display(), device.bus, device.address);
        let sent = firmware::send(&*transport, &image);
        // It may be gone already.
        let _ = transport.release();
        sent
    }

    fn find(&self, id: &str) -> Option<(Identity, &'static Model)> {
        self.known.lock().iter().find_map(|k| match &k.found {
            Found::Camera { id: other, model } if other == id => Some((k.device.clone(), *model)),
            _ => None,
        })
    }

    fn open_device(
        &self,
        (device, model): (Identity, &'static Model),
    ) -> std::result::Result<(Identity, &'static Model, Arc<dyn Transport>), UsbError> {
        let transport = self.bus.open(&device)?;
        Ok((device, model, transport))
    }

    /// What is known of a device without asking it.
    fn recall(&self, before: &[Known], device: &Identity) -> Option<Found> {
        let open = self.open.lock();
        let camera = open.iter().find(|c| c.place() == device && c.state() != State::Lost);
        if let Some(camera) = camera {
            return Some(Found::Camera { id: camera.id().to_owned(), model: camera.model() });
        }
        // A device that could not be listed is asked again: permissions change.
        let known = before.iter().find(|k| k.device == *device)?;
        (!matches!(known.found, Found::Other(_))).then(|| known.found.clone())
    }

    fn identify(&self, device: &Identity) -> Found {
        if model::is_loader(device.vendor, device.product) {
            return Found::Loader { tried: false };
        }
        self.ask_identity(device).unwrap_or_else(|error| {
            log::warn!(
                "device {:04x}:{:04x} at {}:{} is not listed: {error}",
                device.vendor,
                device.product,
                device.bus,
                device.address
            );
            Found::Other(error.to_string())
        })
    }

    fn ask_identity(&self, device: &Identity) -> Result<Found> {
        let product = device.product;
        let unsupported = |text| Error::new(ErrorKind::Unsupported, text);
        if !model::driven().any(|m| m.product == product) {
            return Err(unsupported(match model::known_name(product) {
                Some(name) => format!("{name} (product id {product:#06x}) is known, but not supported"),
                None => format!("no model with product id {product:#06x} is known"),
            }));
        }
        let transport: Arc<dyn Transport> = self.bus.open(device)?;
        let link = Link::new(transport, Arc::new(StatusCell::new()));
        let identity: [u8; 16] = link.ask(IDENTITY)?;
        let model = model::find(product, identity[1]).ok_or_else(|| {
            let byte = identity[1];
            let kind = match decode_colour(identity) {
                ColourByte::Mono => " (mono)",
                ColourByte::Colour => " (colour)",
                ColourByte::Other(_) => "",
            };
            unsupported(format!(
                "no model with product id {product:#06x} says {byte:#04x}{kind} of its colours"
            ))
        })?;
        let serial = serial_text(link.ask(SERIAL)?);
        Ok(Found::Camera { id: format!("{}-{serial}", model.name), model })
    }

    fn arrived(&self, device: &Identity) -> Option<String> {
        if device.vendor != model::VENDOR {
            return None;
        }
        let _looking = self.looking.lock();
        let found = self.recall(&[], device).unwrap_or_else(|| self.identify(device));
        let entry = Known { device: device.clone(), found };
        let mut known = self.known.lock();
        known.retain(|k| k.device != *device);
        known.push(entry.clone());
        entry.id().map(str::to_owned)
    }

    /// The device is gone: whoever waits for it wakes.
    fn lose(&self, device: &Identity) {
        let open = self.open.lock().iter().find(|c| c.place() == device).cloned();
        if let Some(camera) = open {
            camera.link.status().lose();
        }
    }

    fn left(&self, device: &Identity) -> Option<String> {
        let open = self.open.lock().iter().find(|c| c.place() == device).cloned();
        let mut known = self.known.lock();
        let at = known.iter().position(|k| k.device == *device);
        let entry = at.map(|at| known.swap_remove(at));
        let id = entry.as_ref().and_then(Known::id).map(str::to_owned);
        id.or_else(|| open.map(|c| c.id().to_owned()))
    }
}

impl Known {
    fn id(&self) -> Option<&str> {
        match &self.found {
            Found::Camera { id, .. } => Some(id),
            _ => None,
        }
    }

    fn is_untried_loader(&self) -> bool {
        matches!(self.found, Found::Loader { tried: false })
    }

    fn camera(&self) -> Option<CameraInfo> {
        match &self.found {
            Found::Camera { id, model } => {
                Some(CameraInfo { id: id.clone(), model, super_speed: self.device.speed == LinkSpeed::Super })
            }
            _ => None,
        }
    }
}
