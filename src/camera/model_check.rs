//! Exposures under many schedules of the threads that start, read and end them. Nobody's
//! time limit runs out here (`model-check/`): who is not woken is found waiting for ever.

use std::sync::Arc;

use shuttle::{check_random, thread};

use super::doubles::device_with;
use super::settings::{Settings, Slot};
use super::state::State;
use super::{Camera, ErrorKind, FrameInfo, PixelOptions, Result, plan};
use crate::model::{ControlId, by_name};

const SCHEDULES: usize = 2000;

/// A camera whose frames would come in nine seconds: never, as schedules go.
fn ready() -> Arc<Camera> {
    let model = by_name("QHY600M").unwrap();
    let camera = Camera::new("QHY600M-1".into(), model, device_with(Vec::new(), 0), PixelOptions::default());
    let mut settings = Settings::new(model, PixelOptions::default());
    settings.store(ControlId::EXPOSURE, 9e6);
    {
        // As after an initialisation, which would wait for the device.
        let mut turn = camera.turn.lock();
        turn.applied.mode = Some((settings.stream, settings.read_mode));
        turn.initialised_before = true;
        for slot in Slot::ALL {
            if let Some(command) = plan::command(model, &settings, slot) {
                turn.applied.note(slot, command);
            }
        }
    }
    *camera.settings.lock() = settings;
    camera.link.status().update(|status| status.state = State::Ready);
    Arc::new(camera)
}

fn spawn<T: Send + 'static>(
    camera: &Arc<Camera>,
    run: impl FnOnce(&Camera) -> T + Send + 'static,
) -> thread::JoinHandle<T> {
    let camera = camera.clone();
    thread::spawn(move || run(&camera))
}

fn read(camera: &Camera) -> Result<FrameInfo> {
    camera.read_frame(|_| unreachable!("no frame comes"))
}

/// Who reads when something ends the exposure is told so; who comes after it is refused.
fn ends_the_read(end: impl Fn(&Camera) + Clone + Send + Sync + 'static, kind: ErrorKind) {
    let run = move || {
        let camera = ready();
        camera.start_exposure().unwrap();
        let reader = spawn(&camera, read);
        let end = end.clone();
        spawn(&camera, move |camera| end(camera)).join().unwrap();
        let error = reader.join().unwrap().unwrap_err();
        assert!([kind, ErrorKind::State, ErrorKind::Lost].contains(&error.kind()), "{error}");
        assert!(!camera.link.status().lock().reader);
    };
    check_random(run, SCHEDULES);
}

#[test]
fn a_cancel_ends_a_read() {
    ends_the_read(|camera| camera.cancel_exposure().unwrap(), ErrorKind::Cancelled);
}

#[test]
fn a_close_ends_a_read() {
    ends_the_read(Camera::shut_down, ErrorKind::Cancelled);
}

#[test]
fn a_loss_ends_a_read() {
    ends_the_read(|camera| camera.link.status().lose(), ErrorKind::Lost);
}

#[test]
fn a_new_exposure_ends_the_read_of_the_old_one() {
    let run = || {
        let camera = ready();
        camera.start_exposure().unwrap();
        let reader = spawn(&camera, read);
        let starter = spawn(&camera, Camera::start_exposure);
        starter.join().unwrap().unwrap();
        // The reader was told, reads the new one, or comes too late.
        camera.cancel_exposure().unwrap();
        let kind = reader.join().unwrap().unwrap_err().kind();
        assert!([ErrorKind::Cancelled, ErrorKind::State].contains(&kind), "{kind:?}");
        camera.start_exposure().unwrap();
        assert_eq!(camera.link.status().state(), State::Exposing);
    };
    check_random(run, SCHEDULES);
}

#[test]
fn of_two_readers_one_is_refused_and_both_leave() {
    let run = || {
        let camera = ready();
        camera.start_exposure().unwrap();
        let readers = [spawn(&camera, read), spawn(&camera, read)];
        let canceller = spawn(&camera, |camera| camera.cancel_exposure());
        let kinds = readers.map(|reader| reader.join().unwrap().unwrap_err().kind());
        canceller.join().unwrap().unwrap();
        assert!(kinds.iter().all(|k| [ErrorKind::Cancelled, ErrorKind::State].contains(k)), "{kinds:?}");
        assert!(!camera.link.status().lock().reader);
    };
    check_random(run, SCHEDULES);
}

#[test]
fn starts_cancels_and_closes_from_everywhere_end() {
    let run = || {
        let camera = ready();
        let threads = [
            spawn(&camera, |camera| drop((camera.start_exposure(), read(camera)))),
            spawn(&camera, |camera| drop((camera.start_exposure(), camera.cancel_exposure()))),
            spawn(&camera, |camera| drop((camera.set_bin(2, 2), camera.cancel_exposure()))),
        ];
        spawn(&camera, Camera::shut_down).join().unwrap();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(camera.link.status().state(), State::Closed);
    };
    check_random(run, SCHEDULES);
}
