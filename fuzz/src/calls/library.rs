//! Functions without a handle: start and end, discovery, log, registrations.

use std::ffi::{CStr, c_char};

use qhyccd::ffi::{
    discovery, events, firmware, library, lifecycle, live, messages, pcie, readmode, types::*,
};

use super::{Function, function};
use crate::call::{LOCAL, TURN, Worker, last_error};
use crate::watch::fail;
use crate::{callbacks, shots};

pub(super) const TABLE: &[Function] = &[
    function("InitQHYCCDResource", 5, |w| {
        w.call("InitQHYCCDResource", TURN).always(|| library::InitQHYCCDResource())
    }),
    function("ReleaseQHYCCDResource", 1, |w| {
        release(w, "ReleaseQHYCCDResource", || library::ReleaseQHYCCDResource())
    }),
    function("QHYCCDQuit", 1, |w| release(w, "QHYCCDQuit", quit)),
    function("SetQHYCCDQuit", 1, |w| release(w, "SetQHYCCDQuit", set_quit)),
    function("SetQHYCCDAutoDetectCamera", 3, |w| {
        let mut c = w.call("SetQHYCCDAutoDetectCamera", LOCAL);
        let on = u8::from(!c.rng().once_in(4));
        c.quiet(|| library::SetQHYCCDAutoDetectCamera(on));
    }),
    function("GetQHYCCDSDKVersion", 3, |w| {
        let mut c = w.call("GetQHYCCDSDKVersion", LOCAL);
        let (a, b, d, e) = (c.out(4), c.out(4), c.out(4), c.out(4));
        // SAFETY: each is NULL or has room.
        c.code(|| unsafe { library::GetQHYCCDSDKVersion(a, b, d, e) });
    }),
    function("GetQHYCCDSDKBuildVersion", 2, |w| {
        w.call("GetQHYCCDSDKBuildVersion", LOCAL).code(|| library::GetQHYCCDSDKBuildVersion());
    }),
    function("QHYCCDOpenVersion", 2, |w| {
        let text = w.call("QHYCCDOpenVersion", LOCAL).quiet(|| library::QHYCCDOpenVersion());
        starts(text, "open-qhyccd ");
    }),
    function("GetQHYCCDLastError", 3, |w| {
        let text = w.call("GetQHYCCDLastError", LOCAL).quiet(|| library::GetQHYCCDLastError());
        starts(text, "");
    }),
    function("GetLastErrorInfo", 3, |w| {
        let text = w.call("GetLastErrorInfo", LOCAL).quiet(|| library::GetLastErrorInfo());
        starts(text, "");
    }),
    function("GetTimeStamp", 3, |w| {
        let text = w.call("GetTimeStamp", LOCAL).quiet(|| messages::GetTimeStamp());
        starts(text, "20");
    }),
    function("ScanQHYCCD", 6, |w| {
        let count = w.call("ScanQHYCCD", TURN).code(|| discovery::ScanQHYCCD());
        if count > 2 {
            fail(&format!("{count} cameras"));
        }
    }),
    function("GetQHYCCDId", 4, |w| {
        let mut c = w.call("GetQHYCCDId", LOCAL);
        let index = if c.rng().once_in(4) { c.rng().number() } else { c.rng().within(0, 2) };
        let id = c.out(32);
        // SAFETY: NULL or 32 bytes.
        c.code(|| unsafe { discovery::GetQHYCCDId(index, id) });
    }),
    function("GetQHYCCDModel", 4, |w| {
        let mut c = w.call("GetQHYCCDModel", LOCAL);
        let (id, model) = (c.id(), c.out(32));
        // SAFETY: the id is NULL or a text, the model NULL or 32 bytes.
        c.code(|| unsafe { discovery::GetQHYCCDModel(id, model) });
    }),
    function("GetCameraIsSuperSpeedFromID", 3, |w| {
        let mut c = w.call("GetCameraIsSuperSpeedFromID", TURN);
        let id = c.id();
        // SAFETY: NULL or a text.
        let answer = c.quiet(|| unsafe { discovery::GetCameraIsSuperSpeedFromID(id) });
        if answer > 1 {
            fail(&format!("GetCameraIsSuperSpeedFromID answered {answer}"));
        }
    }),
    function("GetCameraStatusFromID", 3, |w| {
        let mut c = w.call("GetCameraStatusFromID", LOCAL);
        let id = c.id();
        // SAFETY: NULL or a text.
        let answer = c.quiet(|| unsafe { discovery::GetCameraStatusFromID(id) });
        if ![1, 3].contains(&answer) {
            fail(&format!("GetCameraStatusFromID answered {answer}"));
        }
    }),
    function("GetQHYCCDReadModeNumberFromID", 3, |w| {
        let mut c = w.call("GetQHYCCDReadModeNumberFromID", TURN);
        let (id, count) = (c.id(), c.out(4));
        // SAFETY: NULL or a text; NULL or room.
        c.code(|| unsafe { readmode::GetQHYCCDReadModeNumberFromID(id, count) });
    }),
    function("GetReadModesNumber", 3, |w| {
        let mut c = w.call("GetReadModesNumber", TURN);
        let (id, count) = (c.id(), c.out(4));
        // SAFETY: NULL or a text; NULL or room.
        c.code(|| unsafe { readmode::GetReadModesNumber(id, count) });
    }),
    function("GetQHYCCDReadModeNameFromID", 3, |w| {
        let mut c = w.call("GetQHYCCDReadModeNameFromID", TURN);
        let (id, mode, name) = (c.id(), c.rng().number(), c.out(40));
        // SAFETY: NULL or a text; NULL or 40 bytes.
        c.code(|| unsafe { readmode::GetQHYCCDReadModeNameFromID(id, mode, name) });
    }),
    function("GetReadModeName", 3, |w| {
        let mut c = w.call("GetReadModeName", TURN);
        let (id, mode, name) = (c.id(), c.rng().number(), c.out(40));
        // SAFETY: NULL or a text; NULL or 40 bytes.
        c.code(|| unsafe { readmode::GetReadModeName(id, mode, name) });
    }),
    function("GetQHYCCDPCIECardNum", 1, |w| {
        let mut c = w.call("GetQHYCCDPCIECardNum", LOCAL);
        let number = c.out(4);
        // SAFETY: NULL or room.
        c.code(|| unsafe { pcie::GetQHYCCDPCIECardNum(number) });
    }),
    function("OpenQHYCCD", 4, |w| {
        let camera = w.rng.below(2) as usize;
        match w.rng.once_in(6) {
            true => open_any(w),
            false => {
                shots::open(w, camera);
            }
        }
    }),
    function("CloseQHYCCD", 2, |w| {
        let mut c = w.call("CloseQHYCCD", TURN);
        let handle = c.handle();
        c.always(|| lifecycle::CloseQHYCCD(handle));
    }),
    function("resetDev", 2, reset),
    function("SetQHYCCDBufferNumber", 3, |w| {
        let mut c = w.call("SetQHYCCDBufferNumber", LOCAL);
        let number = c.rng().number();
        c.quiet(|| live::SetQHYCCDBufferNumber(number));
    }),
    // Firmware: nobody waits for it here, so only files are looked at.
    function("OSXInitQHYCCDFirmware", 1, |w| {
        let folder = w.world.folder.clone();
        let mut c = w.call("OSXInitQHYCCDFirmware", TURN);
        let path = c.text(folder.as_bytes(), 1024);
        // SAFETY: NULL or a text.
        c.code(|| unsafe { firmware::OSXInitQHYCCDFirmware(path) });
    }),
    function("OSXInitQHYCCDFirmwareArray", 1, |w| {
        w.call("OSXInitQHYCCDFirmwareArray", TURN).code(|| firmware::OSXInitQHYCCDFirmwareArray());
    }),
    function("DownloadFX3FirmWare", 1, |w| {
        let folder = w.world.folder.clone();
        let mut c = w.call("DownloadFX3FirmWare", TURN);
        let path = c.text(folder.as_bytes(), 1024);
        let product = if c.rng().once_in(2) { 0xC600 } else { c.rng().next() as u16 };
        // SAFETY: NULL or a text.
        c.code(|| unsafe { firmware::DownloadFX3FirmWare(0x1618, product, path) });
    }),
    // The log. Lines on stderr only in rounds that allow it, and only errors.
    function("SetQHYCCDLogLevel", 3, |w| {
        let most = if w.world.noisy { 1 } else { 255 };
        let mut c = w.call("SetQHYCCDLogLevel", LOCAL);
        let level = c.rng().number().min(most) as u8;
        c.quiet(|| messages::SetQHYCCDLogLevel(level));
    }),
    function("EnableQHYCCDMessage", 2, |w| {
        let noisy = w.world.noisy;
        let mut c = w.call("EnableQHYCCDMessage", LOCAL);
        let on = u8::from(noisy && c.rng().once_in(2));
        c.quiet(|| messages::EnableQHYCCDMessage(on));
    }),
    function("EnableQHYCCDMessageTest", 2, |w| {
        let noisy = w.world.noisy;
        let mut c = w.call("EnableQHYCCDMessageTest", LOCAL);
        let on = u8::from(noisy && c.rng().once_in(2));
        c.quiet(|| messages::EnableQHYCCDMessageTest(on));
    }),
    function("EnableQHYCCDLogFile", 2, |w| {
        let mut c = w.call("EnableQHYCCDLogFile", LOCAL);
        let on = u8::from(c.rng().once_in(3));
        c.quiet(|| messages::EnableQHYCCDLogFile(on));
    }),
    function("SetQHYCCDLogPath", 2, |w| {
        let mut path = w.world.folder.clone().into_bytes();
        let mut c = w.call("SetQHYCCDLogPath", LOCAL);
        match c.rng().below(4) {
            0 => path = b"relative".to_vec(),
            1 => path.extend(b"/deeper"),
            2 => path = vec![b'x'; 2000],
            _ => {}
        }
        let path = c.text(&path, 1024);
        // SAFETY: NULL or a text, or 1024 bytes.
        c.quiet(|| unsafe { messages::SetQHYCCDLogPath(path) });
    }),
    function("SetQHYCCDLogFunction", 2, |w| {
        let on = w.rng.once_in(2);
        let mut c = w.call("SetQHYCCDLogFunction", TURN);
        // SAFETY: NULL, or an object as the C++ library lays it out.
        c.quiet(|| callbacks::with_log_function(on, |f| unsafe { messages::SetQHYCCDLogFunction(f) }));
    }),
    function("OutputQHYCCDDebug", 2, |w| {
        let mut c = w.call("OutputQHYCCDDebug", TURN);
        let text = c.rng().pick(&["a line\n", "%s%n", "", "\u{e9}\0rest"]);
        let text = c.text(text.as_bytes(), 1024);
        // SAFETY: NULL or a text.
        c.quiet(|| unsafe { messages::OutputQHYCCDDebug(text) });
    }),
    function("QHYCCDGetDebugControlID", 2, |w| {
        let mut c = w.call("QHYCCDGetDebugControlID", TURN);
        let (id, value, flags) = (c.rng().number(), c.rng().real(), c.rng().next());
        c.quiet(|| messages::QHYCCDGetDebugControlID(id, flags as u8, (flags >> 8) as u8, value));
    }),
    // Registrations, and the dispatchers that call what is registered.
    function("RegisterPnpEventIn", 3, |w| {
        let function: PnpCallback = if w.rng.once_in(3) { None } else { Some(callbacks::arrived) };
        w.call("RegisterPnpEventIn", TURN).quiet(|| events::RegisterPnpEventIn(function));
    }),
    function("RegisterPnpEventOut", 3, |w| {
        let function: PnpCallback = if w.rng.once_in(3) { None } else { Some(callbacks::left) };
        w.call("RegisterPnpEventOut", TURN).quiet(|| events::RegisterPnpEventOut(function));
    }),
    function("RegisterPnpEvent", 3, |w| {
        let function: PlainCallback = if w.rng.once_in(3) { None } else { Some(callbacks::plain) };
        w.call("RegisterPnpEvent", TURN).quiet(|| events::RegisterPnpEvent(function));
    }),
    function("RegisterPnpEventUVLO", 2, |w| {
        let function: UvloCallback = if w.rng.once_in(3) { None } else { Some(callbacks::supply) };
        w.call("RegisterPnpEventUVLO", LOCAL).quiet(|| events::RegisterPnpEventUVLO(function));
    }),
    function("RegisterDataEventSingle", 3, |w| {
        let function: DataCallback = if w.rng.once_in(3) { None } else { Some(callbacks::data) };
        w.call("RegisterDataEventSingle", LOCAL).quiet(|| events::RegisterDataEventSingle(function));
    }),
    function("RegisterDataEventLive", 3, |w| {
        let function: DataCallback = if w.rng.once_in(3) { None } else { Some(callbacks::data) };
        w.call("RegisterDataEventLive", LOCAL).quiet(|| events::RegisterDataEventLive(function));
    }),
    function("RegisterTransferEventError", 3, |w| {
        let function: PlainCallback = if w.rng.once_in(3) { None } else { Some(callbacks::plain) };
        w.call("RegisterTransferEventError", LOCAL).quiet(|| events::RegisterTransferEventError(function));
    }),
    function("RegisterCriticalEventError", 2, |w| {
        let function: HandleCallback = if w.rng.once_in(3) { None } else { Some(callbacks::trouble) };
        w.call("RegisterCriticalEventError", LOCAL).quiet(|| events::RegisterCriticalEventError(function));
    }),
    function("SetQHYCCDCallBack", 2, |w| {
        let flag = w.rng.number() as i32;
        let function: QHYCCDProcCallBack = if w.rng.once_in(3) { None } else { Some(callbacks::message) };
        w.call("SetQHYCCDCallBack", LOCAL).quiet(|| events::SetQHYCCDCallBack(function, flag));
    }),
    function("call_pnp_event", 2, |w| w.call("call_pnp_event", TURN).quiet(|| events::call_pnp_event())),
    function("call_data_event_live", 2, |w| {
        let mut c = w.call("call_data_event_live", TURN);
        let (id, pixels) = (c.sure_input(b"id\0".to_vec()), c.sure_input(vec![0; 16]));
        // SAFETY: what `callbacks::data` wants.
        c.quiet(|| unsafe { events::call_data_event_live(id, pixels) });
    }),
    function("call_transfer_event_error", 2, |w| {
        w.call("call_transfer_event_error", TURN).quiet(|| events::call_transfer_event_error());
    }),
    function("call_critical_event_error", 2, |w| {
        let mut c = w.call("call_critical_event_error", TURN);
        let handle = c.handle();
        // SAFETY: what `callbacks::trouble` wants: any number.
        c.quiet(|| unsafe { events::call_critical_event_error(handle) });
    }),
];

fn quit() -> u32 {
    library::QHYCCDQuit();
    0
}

fn set_quit() -> u32 {
    library::SetQHYCCDQuit();
    0
}

/// Ends the library, and starts it again most of the time.
fn release(w: &mut Worker<'_>, name: &str, end: fn() -> u32) {
    if w.rng.below(4) > 0 {
        return; // a round without cameras shows little
    }
    w.call(name, TURN).always(end);
    for camera in &w.world.cameras {
        w.world.forget(camera.handle());
    }
    if w.rng.below(8) > 0 {
        w.call("InitQHYCCDResource", TURN).always(|| library::InitQHYCCDResource());
    }
}

fn open_any(w: &mut Worker<'_>) {
    let mut c = w.call("OpenQHYCCD", TURN);
    let id = c.id();
    // SAFETY: NULL or a text.
    let handle = c.quiet(|| unsafe { lifecycle::OpenQHYCCD(id) });
    if !handle.is_null() {
        // SAFETY: it was opened by it, so it is a text.
        let id = unsafe { CStr::from_ptr(id) }.to_bytes();
        let Some(camera) = w.world.camera_by_id(id) else {
            fail("OpenQHYCCD opened a camera that is not there");
        };
        w.world.opened(camera, handle.addr());
    } else if !last_error().starts_with("OpenQHYCCD: ") {
        fail(&format!("OpenQHYCCD failed, but the text is `{}`", last_error()));
    }
}

fn reset(w: &mut Worker<'_>) {
    let camera = w.rng.below(2) as usize;
    let _formats = shots::formats(w);
    let Some(id) = w.world.ids.get(camera).cloned() else { return };
    // A lost old camera is no error, so the call is not tied to this handle.
    let handle = std::ptr::without_provenance_mut(w.world.handle(&mut w.rng));
    let mut c = w.call("resetDev", TURN * 2);
    let id = c.text(&id, 64);
    let (mode, stream, bits) =
        (c.rng().within(0, 12), c.rng().within(0, 2) as u8, c.rng().pick(&[8, 16, 16, 12]));
    let (width, height) = (c.out(4), c.out(4));
    // SAFETY: a text or NULL; NULL or room.
    c.code(|| unsafe { lifecycle::resetDev(id, mode, stream, handle, width, height, bits) });
    // The new handle is told by the next OpenQHYCCD alone.
    shots::open(w, camera);
}

fn starts(text: *const c_char, with: &str) {
    // SAFETY: the library answers a text of its own that is terminated.
    let text = unsafe { CStr::from_ptr(text) };
    if !text.to_bytes().starts_with(with.as_bytes()) {
        fail(&format!("{text:?} does not begin with {with}"));
    }
}
