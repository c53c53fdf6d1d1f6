//! The one bus of the process, its devices, and what programs hold of them.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use qhyccd::transport::Identity;
use qhyccd::vcam::{Port, Socket};

use crate::abi::{HOTPLUG_ARRIVED, HOTPLUG_LEFT, HOTPLUG_MATCH_ANY, HotplugCallback};
use crate::meter;
use crate::queue::{LOOK_AGAIN, Queue};
use crate::trace;

/// A device as one session sees it. Never freed: programs hold pointers for as long as
/// they like, and a bus has a handful.
pub struct Device {
    pub context: &'static Context,
    plug: &'static Plug,
}

/// A camera in a socket; plugged in again it is another one.
struct Plug {
    port: Arc<Port>,
    identity: Identity,
}

/// An opened device. Never freed: the vendor's library sends a last request on a handle
/// that it has closed (observed), and that must fail, not crash.
pub struct Handle {
    pub device: &'static Device,
    claimed: AtomicBool,
    closed: AtomicBool,
}

/// A libusb session.
#[derive(Default)]
pub struct Context {
    pub queue: Queue,
    registrations: Mutex<Vec<Registration>>,
    known: Mutex<Vec<&'static Device>>,
    devices: Mutex<Vec<&'static Device>>,
    next_registration: Mutex<c_int>,
    interrupted: AtomicBool,
    /// Counts interrupts, for threads that wait while another one handles events.
    interrupts: AtomicU64,
    /// Held by programs that wait for another thread's events.
    waiters: Mutex<()>,
}

thread_local! {
    /// The context whose events this thread is handling: callbacks run inside.
    static HANDLING: Cell<*const Context> = const { Cell::new(std::ptr::null()) };
}

struct Registration {
    id: c_int,
    events: c_int,
    vendor: c_int,
    product: c_int,
    class: c_int,
    callback: HotplugCallback,
    user_data: *mut c_void,
}

// SAFETY: the user data are the program's, given back to it unchanged.
unsafe impl Send for Registration {}

static BUS: LazyLock<Option<Socket>> = LazyLock::new(|| {
    let value = std::env::var("QHYCCD_DEVICES").ok()?;
    let text = value.strip_prefix("virtual-usb:").or_else(|| value.strip_prefix("virtual:"))?;
    match Socket::from_text(text) {
        Ok(socket) => Some(socket),
        Err(error) => {
            trace::record("bad_devices", |line| {
                line.bytes("text", error.to_string().as_bytes());
            });
            None
        }
    }
});

static PLUGS: Mutex<Vec<&'static Plug>> = Mutex::new(Vec::new());

/// The context that a null pointer means.
pub static DEFAULT: LazyLock<&'static Context> = LazyLock::new(|| Box::leak(Box::default()));

/// The cameras that are plugged in now.
fn plugs() -> Vec<&'static Plug> {
    let Some(socket) = BUS.as_ref() else { return Vec::new() };
    let mut plugs = PLUGS.lock();
    socket
        .ports()
        .into_iter()
        .map(|port| {
            let same = |p: &&&'static Plug| Arc::ptr_eq(&p.port, &port) && p.identity == *port.identity();
            if let Some(known) = plugs.iter().find(same) {
                return *known;
            }
            let identity = port.identity().clone();
            let plug: &'static Plug = Box::leak(Box::new(Plug { port, identity }));
            plugs.push(plug);
            plug
        })
        .collect()
}

impl Device {
    pub fn port(&self) -> &Port {
        &self.plug.port
    }

    pub fn identity(&self) -> &Identity {
        &self.plug.identity
    }

    pub fn is_gone(&self) -> bool {
        self.plug.port.is_gone()
    }
}

impl Handle {
    /// Opens a device.
    pub fn open(device: &'static Device) -> &'static Handle {
        Box::leak(Box::new(Handle {
            device,
            claimed: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }))
    }

    /// Ends its life.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.release();
    }

    /// True if nothing can be sent: closed, or the device is gone.
    pub fn is_dead(&self) -> bool {
        self.closed.load(Ordering::Acquire) || self.device.is_gone()
    }

    /// Takes the interface; false if another handle has it.
    pub fn claim(&self) -> bool {
        if self.claimed.load(Ordering::Acquire) {
            return true;
        }
        let got = self.device.port().claim();
        if got {
            self.claimed.store(true, Ordering::Release);
        }
        got || self.claimed.load(Ordering::Acquire)
    }

    /// Gives the interface back; false if this handle did not have it.
    pub fn release(&self) -> bool {
        let had = self.claimed.swap(false, Ordering::AcqRel);
        if had {
            self.device.port().release();
        }
        had
    }
}

impl Context {
    /// The devices that are plugged in now, as this session's own objects.
    pub fn plugged(&'static self) -> Vec<&'static Device> {
        let mut devices = self.devices.lock();
        plugs()
            .into_iter()
            .map(|plug| {
                if let Some(known) = devices.iter().find(|d| std::ptr::eq(d.plug, plug)) {
                    return *known;
                }
                let device: &'static Device = Box::leak(Box::new(Device { context: self, plug }));
                devices.push(device);
                device
            })
            .collect()
    }

    /// Registers a hotplug callback; returns its number.
    pub fn register(
        &'static self,
        events: c_int,
        (vendor, product, class): (c_int, c_int, c_int),
        callback: HotplugCallback,
        user_data: *mut c_void,
    ) -> c_int {
        let mut next = self.next_registration.lock();
        *next += 1;
        let mut known = self.known.lock();
        if self.registrations.lock().is_empty() {
            *known = self.plugged();
        }
        let registration = Registration { id: *next, events, vendor, product, class, callback, user_data };
        self.registrations.lock().push(registration);
        *next
    }

    /// Forgets a hotplug callback.
    pub fn deregister(&self, id: c_int) {
        self.registrations.lock().retain(|r| r.id != id);
    }

    /// What the program gave with a registration.
    pub fn user_data(&self, id: c_int) -> *mut c_void {
        let registrations = self.registrations.lock();
        registrations.iter().find(|r| r.id == id).map_or(std::ptr::null_mut(), |r| r.user_data)
    }

    /// Tells one registration of the devices that are there; of those that the event loop
    /// has not seen yet it will tell itself.
    pub fn enumerate(&'static self, id: c_int) {
        let known = self.known.lock().clone();
        for device in known {
            self.tell(device, HOTPLUG_ARRIVED, |r| r.id == id);
        }
    }

    /// Looks for changes of the bus and runs the callbacks; true if there was one.
    pub fn hotplug(&'static self) -> bool {
        if self.registrations.lock().is_empty() {
            return false;
        }
        let present = self.plugged();
        let before = std::mem::replace(&mut *self.known.lock(), present.clone());
        let has = |list: &[&'static Device], d: &Device| list.iter().any(|x| std::ptr::eq(*x, d));
        let left: Vec<_> = before.iter().copied().filter(|&d| !has(&present, d)).collect();
        let arrived: Vec<_> = present.iter().copied().filter(|&d| !has(&before, d)).collect();
        for device in &left {
            self.tell(device, HOTPLUG_LEFT, |_| true);
        }
        for device in &arrived {
            self.tell(device, HOTPLUG_ARRIVED, |_| true);
        }
        !left.is_empty() || !arrived.is_empty()
    }

    /// Runs the callbacks that want this event, with no lock held.
    fn tell(&'static self, device: &'static Device, event: c_int, wanted: impl Fn(&Registration) -> bool) {
        let fits = |want: c_int, is: u16| want == HOTPLUG_MATCH_ANY || want == c_int::from(is);
        let calls: Vec<_> = self
            .registrations
            .lock()
            .iter()
            .filter(|r| {
                r.events & event != 0
                    && wanted(r)
                    && fits(r.vendor, device.identity().vendor)
                    && fits(r.product, device.identity().product)
                    // All cameras have device class 0.
                    && fits(r.class, 0)
            })
            .map(|r| (r.id, r.callback, r.user_data))
            .collect();
        for (id, callback, user_data) in calls {
            trace::record("hotplug", |line| {
                line.num("event", event.into()).hex("pid", device.identity().product.into(), 4);
            });
            let Some(callback) = callback else { continue };
            let (context, device) =
                (std::ptr::from_ref(self).cast_mut(), std::ptr::from_ref(device).cast_mut());
            let mut forget = 0;
            // SAFETY: the callback was registered for exactly this use; context and
            // device live for ever.
            meter::outside(|| forget = unsafe { callback(context, device, event, user_data) });
            if forget != 0 {
                self.deregister(id);
            }
        }
    }

    /// Makes the thread that handles events return to its caller.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Release);
        self.interrupts.fetch_add(1, Ordering::AcqRel);
        self.queue.wake();
    }

    /// True in a callback of this context's event loop.
    pub fn in_callback(&self) -> bool {
        HANDLING.get() == std::ptr::from_ref(self)
    }

    /// Held by programs that wait for another thread's events.
    pub fn waiters(&self) -> &Mutex<()> {
        &self.waiters
    }

    /// Handles events until one was handled, `done` says so, or `deadline`. Fails in a
    /// callback, as libusb does.
    pub fn handle_events(&'static self, deadline: Instant, done: impl Fn() -> bool) -> Result<(), Recursion> {
        // Another thread may be at it; then it does the work and this one looks on.
        const SLICE: Duration = Duration::from_millis(2);
        let _stay = meter::enter();
        if self.in_callback() {
            return Err(Recursion);
        }
        let interrupts = self.interrupts.load(Ordering::Acquire);
        loop {
            if done()
                || self.interrupted.swap(false, Ordering::AcqRel)
                || interrupts != self.interrupts.load(Ordering::Acquire)
            {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if let Some(_events) = self.queue.try_events(left.min(SLICE)) {
                if self.handle_once(deadline, &done) {
                    return Ok(());
                }
            }
            if Instant::now() >= deadline {
                return Ok(());
            }
        }
    }

    /// The same for a thread that holds the right to handle events.
    pub fn handle_events_locked(&'static self, deadline: Instant) -> Result<(), Recursion> {
        let _stay = meter::enter();
        if self.in_callback() {
            return Err(Recursion);
        }
        loop {
            if self.interrupted.swap(false, Ordering::AcqRel)
                || self.handle_once(deadline, &|| false)
                || Instant::now() >= deadline
            {
                return Ok(());
            }
        }
    }

    /// One look at the bus and at the transfers; true if something was handled.
    fn handle_once(&'static self, deadline: Instant, done: &dyn Fn() -> bool) -> bool {
        let before = HANDLING.replace(std::ptr::from_ref(self));
        let slice = deadline.min(Instant::now() + LOOK_AGAIN);
        let handled =
            self.hotplug() || self.queue.run(slice, || done() || self.interrupted.load(Ordering::Acquire));
        HANDLING.set(before);
        handled
    }
}

/// Somebody handles events in a callback of the same context.
pub struct Recursion;
