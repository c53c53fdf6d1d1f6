//! Live frames for a program that registered a function and does not ask: one thread for
//! each camera that streams, which fetches frames and calls `RegisterDataEventLive`'s
//! function. The first `GetQHYCCDLiveFrame` of a stream ends it, because from then on the
//! frames are those calls'; they call the function themselves.
//!
//! No lock is held while a frame is awaited, converted or handed over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;

use super::{callbacks, entry};
use crate::camera::{Camera, Error, ErrorKind, Result, State};

/// One turn of waiting.
const TURN: Duration = Duration::from_millis(250);

/// One camera's thread.
struct Delivery {
    camera: Arc<Camera>,
    end: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

static DELIVERIES: Mutex<Vec<Delivery>> = Mutex::new(Vec::new());
/// So that a call for a frame need not look at the list.
static ANY: AtomicBool = AtomicBool::new(false);

/// Delivers the frames of a camera that streams, if somebody registered for them.
pub(super) fn begin(camera: &Arc<Camera>) -> Result<()> {
    if !callbacks::wants_live_frames() || camera.state() != State::Live {
        return Ok(());
    }
    let mut list = DELIVERIES.lock();
    list.retain(|d| !d.thread.is_finished());
    let same = |d: &Delivery| Arc::ptr_eq(&d.camera, camera) && !d.end.load(Ordering::Acquire);
    if list.iter().any(same) {
        return Ok(());
    }
    let end = Arc::new(AtomicBool::new(false));
    let (its_camera, its_end) = (camera.clone(), end.clone());
    let thread = std::thread::Builder::new()
        .name("qhyccd-frames".into())
        .spawn(move || deliver(&its_camera, &its_end))
        .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread for the frames: {e}")))?;
    list.push(Delivery { camera: camera.clone(), end, thread });
    ANY.store(true, Ordering::Release);
    Ok(())
}

/// The program asks for the frames of this camera itself.
pub(super) fn asked_for(camera: &Arc<Camera>) {
    if ANY.load(Ordering::Acquire) {
        for delivery in DELIVERIES.lock().iter().filter(|d| Arc::ptr_eq(&d.camera, camera)) {
            delivery.end.store(true, Ordering::Release);
        }
    }
}

/// Ends the delivery of this camera's frames, or of all. No call runs on return, unless
/// this is called by one.
pub(super) fn end(camera: Option<&Arc<Camera>>) {
    if !ANY.load(Ordering::Acquire) {
        return;
    }
    let over: Vec<Delivery> = {
        let mut list = DELIVERIES.lock();
        let is_meant = |d: &Delivery| camera.is_none_or(|camera| Arc::ptr_eq(&d.camera, camera));
        for delivery in list.iter().filter(|d| is_meant(d)) {
            delivery.end.store(true, Ordering::Release);
        }
        // A thread inside a registered function waits for none: whoever comes next does.
        if callbacks::inside() {
            return;
        }
        let (over, on) = std::mem::take(&mut *list).into_iter().partition(is_meant);
        *list = on;
        ANY.store(!list.is_empty(), Ordering::Release);
        over
    };
    for delivery in over {
        let _ = delivery.thread.join();
    }
}

fn deliver(camera: &Camera, end: &AtomicBool) {
    let mut picture = Vec::new();
    while !end.load(Ordering::Acquire) && callbacks::wants_live_frames() && camera.state() == State::Live {
        entry::call("live frames", || {
            if camera.await_live_frame(TURN) && !end.load(Ordering::Acquire) {
                let frame = camera.live_frame(|info| {
                    picture.resize(info.len_bytes(), 0);
                    Some(&mut picture[..])
                });
                match frame {
                    Ok(_) => callbacks::live_delivered(camera.id(), picture.as_mut_ptr()),
                    Err(error) if error.kind() == ErrorKind::NotYet => {}
                    Err(error) => {
                        std::thread::sleep(TURN);
                        return Err(error);
                    }
                }
            }
            tell_losses(camera);
            Ok(())
        });
    }
}

/// Tells the program if frames of the stream were lost since the last look.
pub(super) fn tell_losses(camera: &Camera) {
    if camera.new_live_losses() > 0 {
        callbacks::transfer_failed();
    }
}
