//! Frames: opened cameras, formats, exposures and live video as programs do them, and the
//! proof that what was delivered is what the camera showed.

use std::ffi::c_void;
use std::sync::MutexGuard;
use std::time::Duration;

use qhyccd::ffi::{calibration, geometry, lifecycle, live, params, readmode, single};
use qhyccd::vcam::scene::serial::SerialView;

use crate::call::{LOCAL, TURN, Worker, last_error};
use crate::callbacks;
use crate::watch::{LIVE_FRAMES, PROVED_FRAMES, SINGLE_FRAMES, fail};
use crate::world::{CAMERAS, Kind};

use std::sync::atomic::Ordering::Relaxed;

/// Control numbers.
const BRIGHTNESS: u32 = 0;
const CONTRAST: u32 = 1;
const GAMMA: u32 = 5;
const GAIN: u32 = 6;
const EXPOSURE: u32 = 8;
const GPS: u32 = 36;
const IGNORE_OVERSCAN: u32 = 37;
const AVERAGE_BIN: u32 = 86;

/// Frame numbers that are looked for behind the last one, at first and at most. Live video of
/// few rows at a thousand times the speed counts millions a second.
const FRAMES_AHEAD: u32 = 1_000_000;
const FRAMES_MOST: u32 = 300_000_000;

/// Keeps the formats of all cameras as they are, where pixels shall be proved.
pub(crate) fn formats<'w>(w: &Worker<'w>) -> Option<Vec<MutexGuard<'w, ()>>> {
    if w.world.kind != Kind::Proof || w.world.threads == 1 {
        return None;
    }
    Some(w.world.cameras.iter().filter_map(|camera| camera.format.lock().ok()).collect())
}

fn format_of<'w>(w: &Worker<'w>, camera: usize) -> Option<MutexGuard<'w, ()>> {
    if w.world.kind != Kind::Proof || w.world.threads == 1 {
        return None;
    }
    w.world.cameras[camera].format.lock().ok()
}

/// True if pixels can be proved in this round.
fn proves(w: &Worker<'_>) -> bool {
    w.world.pixels_hold
        && (w.world.kind == Kind::Proof || w.world.kind == Kind::Loose && w.world.threads == 1)
}

/// Opens a camera of the round; its handle.
pub(crate) fn open(w: &mut Worker<'_>, camera: usize) -> Option<usize> {
    let id = w.world.ids.get(camera)?.clone();
    let mut c = w.call("OpenQHYCCD", TURN);
    let mut text = id;
    text.push(0);
    let id = c.sure_input(text);
    // SAFETY: a text.
    let handle = c.quiet(|| unsafe { lifecycle::OpenQHYCCD(id) }).addr();
    if handle == 0 {
        if !last_error().starts_with("OpenQHYCCD: ") {
            fail(&format!("OpenQHYCCD failed, but the text is `{}`", last_error()));
        }
        return None;
    }
    w.world.opened(camera, handle);
    callbacks::note_handle(handle);
    if w.rng.below(20) > 0 {
        time_out(w, handle);
    }
    Some(handle)
}

/// A camera that is open and was made ready; most of the time it is already.
fn ready(w: &mut Worker<'_>, camera: usize, stream: u8) -> Option<usize> {
    let handle = match w.world.cameras[camera].handle() {
        0 => open(w, camera)?,
        handle if w.world.cameras[camera].is_lost(handle) || w.rng.once_in(30) => {
            if w.rng.once_in(2) {
                let mut c = w.call("CloseQHYCCD", TURN);
                let h = c.with_handle(handle);
                c.always(|| lifecycle::CloseQHYCCD(h));
            }
            open(w, camera)?
        }
        handle => handle,
    };
    let mut c = w.call("SetQHYCCDStreamMode", TURN);
    let h = c.with_handle(handle);
    if c.code(|| lifecycle::SetQHYCCDStreamMode(h, stream)) != 0 {
        return open(w, camera); // closed by somebody
    }
    if w.rng.once_in(6) {
        let mut c = w.call("InitQHYCCD", TURN);
        let h = c.with_handle(handle);
        c.code(|| lifecycle::InitQHYCCD(h));
    }
    if w.rng.once_in(6) {
        time_out(w, handle);
    }
    Some(handle)
}

/// Makes a frame that does not come fail soon, most of the time.
fn time_out(w: &mut Worker<'_>, handle: usize) {
    let time_ms = if w.rng.once_in(300) { 0 } else { w.rng.within(200, 1500) };
    let mut c = w.call("SetQHYCCDSingleFrameTimeOut", LOCAL);
    let h = c.with_handle(handle);
    c.code(|| single::SetQHYCCDSingleFrameTimeOut(h, time_ms));
}

/// A format that was set, and what its frames must be.
struct Format {
    handle: usize,
    view: SerialView,
    /// Whether all settings that change pixels are known.
    known: bool,
}

impl Format {
    fn len(&self) -> usize {
        self.view.width * self.view.height * self.view.bits as usize / 8
    }
}

/// Sets a control; true if it took it.
fn set(w: &mut Worker<'_>, handle: usize, id: u32, value: f64) -> bool {
    let mut c = w.call("SetQHYCCDParam", TURN);
    let h = c.with_handle(handle);
    c.code(|| params::SetQHYCCDParam(h, id, value)) == 0
}

/// Draws a format and sets it.
fn set_format(w: &mut Worker<'_>, camera: usize, handle: usize) -> Option<Format> {
    if w.rng.once_in(8) {
        let mode = w.rng.pick(&[0, 1, 2, 3, 4, 5]);
        let mut c = w.call("SetQHYCCDReadMode", TURN);
        let h = c.with_handle(handle);
        c.code(|| readmode::SetQHYCCDReadMode(h, mode));
    }
    let known = set(w, handle, GPS, 0.0)
        & set(w, handle, IGNORE_OVERSCAN, 0.0)
        & set(w, handle, AVERAGE_BIN, 0.0)
        & set(w, handle, BRIGHTNESS, 0.0)
        & set(w, handle, CONTRAST, 0.0)
        & set(w, handle, GAMMA, 1.0)
        & off(w, handle, "SetQHYCCDDebayerOnOff", params::SetQHYCCDDebayerOnOff)
        & off(w, handle, "SetQHYCCDCalibrationOnOff", calibration::SetQHYCCDCalibrationOnOff);
    let bits = w.rng.pick(&[8, 16, 16, 16, 32]);
    let mut c = w.call("SetQHYCCDBitsMode", TURN);
    let h = c.with_handle(handle);
    c.code(|| params::SetQHYCCDBitsMode(h, bits));
    let bits = depth(w, handle)?;
    let (columns, rows) = whole(w, handle)?;
    // A region in unbinned pixels first, then the bin: the area stays. Or the other way
    // round: the region counts in binned pixels.
    let bin_first = w.rng.once_in(2);
    let bin = w.rng.pick(&[1, 1, 1, 2, 3, 4]);
    let set_bin = |w: &mut Worker<'_>, bin| {
        let mut c = w.call("SetQHYCCDBinMode", TURN);
        let h = c.with_handle(handle);
        c.code(|| geometry::SetQHYCCDBinMode(h, bin, bin)) == 0
    };
    if !set_bin(w, 1) || bin_first && !set_bin(w, bin) {
        return None;
    }
    let unit = if bin_first { bin } else { 1 };
    let least = if bin_first { 1 } else { bin };
    let (columns, rows) = (columns / unit, rows / unit);
    let most = if w.rng.once_in(20) { 2000 } else { 300 };
    let (width, height) = (w.rng.within(least, most.min(columns)), w.rng.within(least, most.min(rows)));
    let place = |w: &mut Worker<'_>, room: u32| match w.rng.below(4) {
        0 => 0,
        1 => room,
        _ => w.rng.within(0, room),
    };
    let (x, y) = (place(w, columns - width), place(w, rows - height));
    let mut c = w.call("SetQHYCCDResolution", TURN);
    let h = c.with_handle(handle);
    if c.code(|| geometry::SetQHYCCDResolution(h, x, y, width, height)) != 0 {
        if known && proves(w) && !w.world.cameras[camera].is_lost(handle) && !excused(&last_error()) {
            fail(&format!(
                "region {x},{y} {width}x{height} of {columns}x{rows} was refused: {}",
                last_error()
            ));
        }
        return None;
    }
    if !bin_first && !set_bin(w, bin) {
        return None;
    }
    let shrink = bin / unit;
    let view = SerialView {
        seed: w.world.seeds[camera],
        origin: (x * unit, (y * unit) as i32),
        width: (width / shrink) as usize,
        height: (height / shrink) as usize,
        bin,
        bits,
    };
    Some(Format { handle, view, known })
}

/// True for what a fault or another thread may have caused.
fn excused(error: &str) -> bool {
    !error.contains("does not lie within")
}

/// Switches something off; true if it is.
fn off(w: &mut Worker<'_>, handle: usize, name: &str, call: extern "C" fn(*mut c_void, u8) -> u32) -> bool {
    let mut c = w.call(name, TURN);
    let h = c.with_handle(handle);
    c.code(|| call(h, 0)) == 0
}

/// Width, height and depth of the whole frame.
fn chip(w: &mut Worker<'_>, handle: usize) -> Option<[u32; 3]> {
    let mut c = w.call("GetQHYCCDChipInfo", LOCAL);
    let h = c.with_handle(handle);
    let (a, b, d, e) = (c.sure_out(8), c.sure_out(8), c.sure_out(4), c.sure_out(4));
    let (f, g, i) = (c.sure_out(8), c.sure_out(8), c.sure_out(4));
    // SAFETY: each has room.
    let code = c.code(|| unsafe { geometry::GetQHYCCDChipInfo(h, a, b, d, e, f, g, i) });
    let number = |n| c.output(n).try_into().map(u32::from_le_bytes).ok();
    if code == 0 { Some([number(2)?, number(3)?, number(6)?]) } else { None }
}

fn whole(w: &mut Worker<'_>, handle: usize) -> Option<(u32, u32)> {
    chip(w, handle).map(|[width, height, _]| (width, height))
}

/// The bits of a sample of this camera's frames.
pub(crate) fn depth(w: &mut Worker<'_>, handle: usize) -> Option<u32> {
    chip(w, handle).map(|[_, _, bits]| bits)
}

/// What a frame call told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    width: u32,
    height: u32,
    bits: u32,
    channels: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Single,
    Live,
}

/// Calls a frame function with `frame` for its pixels.
fn fetch(w: &mut Worker<'_>, which: Which, handle: usize, pixels: *mut u8) -> Option<Told> {
    let (name, limit) = match which {
        Which::Single => ("GetQHYCCDSingleFrame", w.frame_limit),
        Which::Live => ("GetQHYCCDLiveFrame", LOCAL),
    };
    let mut c = w.call(name, limit);
    let h = c.with_handle(handle);
    let (a, b, d, e) = (c.out(4), c.out(4), c.out(4), c.out(4));
    if pixels.is_null() {
        c.null();
    }
    // SAFETY: each is NULL or has room; the pixels have room for the format in force.
    let code = c.code(|| unsafe {
        match which {
            Which::Single => single::GetQHYCCDSingleFrame(h, a, b, d, e, pixels),
            Which::Live => live::GetQHYCCDLiveFrame(h, a, b, d, e, pixels),
        }
    });
    if code != 0 {
        return None;
    }
    match which {
        Which::Single => SINGLE_FRAMES.fetch_add(1, Relaxed),
        Which::Live => LIVE_FRAMES.fetch_add(1, Relaxed),
    };
    let number = |n| c.output(n).try_into().map_or(0, u32::from_le_bytes);
    Some(Told { width: number(0), height: number(1), bits: number(2), channels: number(3) })
}

/// Fetches into memory of exactly the frame's size, and proves it. Where another thread may
/// change the format meanwhile, the memory is larger, because no program could know the size.
fn fetch_proved(w: &mut Worker<'_>, which: Which, camera: usize, format: &Format) -> bool {
    const BEFORE: u8 = 0x5C;
    if w.world.threads > 1 && w.world.kind != Kind::Proof {
        let pixels = w.largest.as_mut_ptr();
        return fetch(w, which, format.handle, pixels).is_some();
    }
    let mut picture = vec![BEFORE; format.len()].into_boxed_slice();
    let told = fetch(w, which, format.handle, picture.as_mut_ptr());
    let Some(told) = told else {
        let waits = which == Which::Live && last_error().contains("no frame is ready");
        if waits && picture.iter().any(|&byte| byte != BEFORE) {
            fail("GetQHYCCDLiveFrame had no frame and wrote");
        }
        return false;
    };
    let view = format.view;
    let wanted = Told { width: view.width as u32, height: view.height as u32, bits: view.bits, channels: 1 };
    if !format.known || !proves(w) {
        return true;
    }
    if told != wanted {
        fail(&format!("frame {told:?}, ordered {wanted:?}"));
    }
    let shared = &w.world.cameras[camera];
    let next = shared.next_frame(format.handle);
    let hint = shared.any_last_frame().max(next);
    let near = next..next.saturating_add(FRAMES_AHEAD);
    let found =
        view.frame(&picture, near).or_else(|_| view.frame(&picture, hint..hint.saturating_add(FRAMES_MOST)));
    match found.or_else(|_| view.frame(&picture, next..hint)) {
        Ok(frame) => {
            PROVED_FRAMES.fetch_add(1, Relaxed);
            shared.proved(format.handle, frame);
        }
        Err(why) => {
            let older = view.frame(&picture, 0..next);
            let call = if which == Which::Live { "live" } else { "single" };
            fail(&format!("a wrong {call} frame: {why}; after {next}: {older:?}; {view:?}"));
        }
    }
    true
}

/// One or some exposures, as a program does them.
pub(crate) fn shot(w: &mut Worker<'_>) {
    let camera = w.rng.below(CAMERAS as u64) as usize;
    let _format = format_of(w, camera);
    let Some(handle) = ready(w, camera, 0) else { return };
    let Some(mut format) = set_format(w, camera, handle) else { return };
    for _ in 0..w.rng.within(1, 4) {
        let exposure_us = match w.rng.below(20) {
            0 => 3.6e9,
            1..4 => f64::from(w.rng.within(1, 60)) * 1e6,
            _ => f64::from(w.rng.within(1, 50_000)),
        };
        set(w, handle, EXPOSURE, exposure_us);
        let gain = f64::from(w.rng.within(0, 100));
        set(w, handle, GAIN, gain);
        let mut c = w.call("ExpQHYCCDSingleFrame", TURN);
        let h = c.with_handle(handle);
        if c.code(|| single::ExpQHYCCDSingleFrame(h)) != 0 {
            return;
        }
        match w.rng.below(10) {
            // Cancelled, or a new format: the frame is void.
            0 => {
                let mut c = w.call("CancelQHYCCDExposingAndReadout", LOCAL);
                let h = c.with_handle_gone(handle);
                c.code(|| single::CancelQHYCCDExposingAndReadout(h));
            }
            1 => match set_format(w, camera, handle) {
                Some(other) => format = other,
                None => return,
            },
            2 => pause(w, 20),
            _ => {}
        }
        fetch_proved(w, Which::Single, camera, &format);
    }
}

/// Some live video.
pub(crate) fn film(w: &mut Worker<'_>) {
    let camera = w.rng.below(CAMERAS as u64) as usize;
    let _format = format_of(w, camera);
    let Some(handle) = ready(w, camera, 1) else { return };
    let Some(mut format) = set_format(w, camera, handle) else { return };
    let exposure_us = f64::from(w.rng.within(1, 20_000));
    set(w, handle, EXPOSURE, exposure_us);
    let mut c = w.call("BeginQHYCCDLive", TURN);
    let h = c.with_handle(handle);
    if c.code(|| live::BeginQHYCCDLive(h)) != 0 {
        return;
    }
    let wanted = w.rng.within(1, 12);
    let (mut frames, mut looks) = (0, 0);
    while frames < wanted && looks < 150 {
        looks += 1;
        if fetch_proved(w, Which::Live, camera, &format) {
            frames += 1;
            looks = 0;
            if w.rng.once_in(8) {
                match set_format(w, camera, handle) {
                    Some(other) => format = other,
                    None => break,
                }
            }
        } else if !last_error().contains("no frame is ready") {
            break;
        } else {
            std::thread::sleep(Duration::from_millis(3));
        }
    }
    if w.rng.below(4) > 0 {
        let mut c = w.call("StopQHYCCDLive", TURN);
        let h = c.with_handle_gone(handle);
        c.code(|| live::StopQHYCCDLive(h));
    }
}

fn pause(w: &mut Worker<'_>, most_ms: u32) {
    std::thread::sleep(Duration::from_millis(w.rng.within(0, most_ms).into()));
}

/// A frame call out of the blue, with memory for any format.
pub(crate) fn fetch_single(w: &mut Worker<'_>) {
    let handle = w.world.handle(&mut w.rng);
    let pixels = if w.rng.once_in(30) { std::ptr::null_mut() } else { w.largest.as_mut_ptr() };
    fetch(w, Which::Single, handle, pixels);
}

/// The same of live video.
pub(crate) fn fetch_live(w: &mut Worker<'_>) {
    let handle = w.world.handle(&mut w.rng);
    let pixels = if w.rng.once_in(30) { std::ptr::null_mut() } else { w.largest.as_mut_ptr() };
    fetch(w, Which::Live, handle, pixels);
}
