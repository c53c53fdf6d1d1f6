//! Every model that has a table, on its virtual camera: opens, initialises and hands out
//! pictures whose every pixel is at its place.
//!
//! The virtual cameras take their geometry from the same facts as the host, so what shows
//! here is that both sides draw the same conclusions from them. That the facts are right
//! is for the comparison with the vendor's library to show.

use qhyccd::camera::{Camera, ErrorKind, StreamMode};
use qhyccd::model::{self, Availability, ControlId, Model, RowOrder};
use qhyccd::util::Rect;
use qhyccd::vcam::scene::serial::SerialView;

use crate::bench::*;

const SEED: u64 = 77;
const OPTIONS: &str = "speed=1000&readout=instant&seed=77";
/// For cameras whose live frames come whole while nothing is known that empties their
/// memory: it must not overflow.
const IN_TIME: &str = "speed=1&readout=instant&seed=77";

/// Regions in the picture that a stream mode shows: an odd corner, and the far one.
fn regions(shown: Rect) -> [Rect; 2] {
    let (width, height) = (shown.width, shown.height);
    [Rect::new(13, height / 3 + 1, 50, 6), Rect::new(width - 32, height - 4, 32, 4)]
}

/// The region of a picture in places of the whole frame.
fn of_frame(region: Rect, shown: Rect) -> Rect {
    Rect::new(region.x + shown.x, region.y + shown.y, region.width, region.height)
}

fn opened(bench: &Bench, model: &Model, mode: StreamMode) -> std::sync::Arc<Camera> {
    let camera = bench.open(0);
    assert!(camera.id().starts_with(&format!("{}-", model.name)), "{}", camera.id());
    camera.set_stream_mode(mode).unwrap();
    camera.init().unwrap();
    // A tenth of a millisecond for the program.
    camera.set(ControlId::EXPOSURE, 100_000.0).unwrap();
    camera
}

fn start(camera: &Camera, mode: StreamMode) {
    if mode == StreamMode::Live {
        camera.begin_live().unwrap();
    }
}

fn take(camera: &Camera, mode: StreamMode) -> Vec<u8> {
    if mode == StreamMode::Live { live(camera).unwrap().1 } else { expose(camera).1 }
}

/// Tries all models, so that one that fails hides no other.
fn of_each(test: impl Fn(&Model) + std::panic::RefUnwindSafe) {
    let fails = |model: &&Model| std::panic::catch_unwind(|| test(model)).is_err();
    let failed: Vec<_> = model::driven().filter(fails).map(|model| model.name).collect();
    assert!(failed.is_empty(), "{} models: {failed:?}", failed.len());
}

#[test]
fn every_model_shows_each_pixel_at_its_place() {
    of_each(|model| {
        let whole = model.read_modes[0].rows(true).order == RowOrder::Whole;
        let options = if whole && !model.wire.can_empty { IN_TIME } else { OPTIONS };
        for scene in ["xy", "serial"] {
            let bench = bench(&format!("{}?scene={scene}&{options}", model.name));
            for mode in [StreamMode::Single, StreamMode::Live] {
                let what = format!("{} {scene} {mode:?}", model.name);
                let camera = opened(&bench, model, mode);
                if model.read_modes[0].unknown.is_some() {
                    let refused = match mode {
                        StreamMode::Single => camera.start_exposure().unwrap_err(),
                        StreamMode::Live => camera.begin_live().unwrap_err(),
                    };
                    assert_eq!(refused.kind(), ErrorKind::Unsupported, "{what}");
                    continue;
                }
                let read_mode = &model.read_modes[0];
                let shown = read_mode.shown(mode == StreamMode::Live);
                start(&camera, mode);
                // What comes whole is the same frame for any region.
                for region in regions(shown).into_iter().skip(usize::from(whole)) {
                    for bits in [8, 16] {
                        camera.set_depth(bits).unwrap();
                        camera.set_roi(region).unwrap();
                        let picture = take(&camera, mode);
                        let place = of_frame(region, shown);
                        let what = format!("{what} {bits} bit {region:?}");
                        if scene == "xy" {
                            assert_same(&picture, &expected(place, 1, bits, false), &what);
                        } else {
                            let view = SerialView {
                                seed: SEED,
                                origin: (place.x, place.y as i32),
                                width: place.width as usize,
                                height: place.height as usize,
                                bin: 1,
                                bits,
                            };
                            view.frame(&picture, 0..500_000).unwrap_or_else(|e| panic!("{what}: {e}"));
                        }
                    }
                }
                bench.library.close(&camera).unwrap();
            }
        }
    });
}

#[test]
fn every_model_tells_its_memory_and_its_colours() {
    of_each(|model| {
        let bench = bench(&format!("{}?{OPTIONS}", model.name));
        let camera = opened(&bench, model, StreamMode::Single);
        let (size, name) = (model.read_modes[0].image, model.name);
        for bits in [8, 16].into_iter().filter(|bits| model.depths.contains(bits)) {
            camera.set_depth(bits).unwrap();
            assert_eq!(camera.mem_length(), size.pixels() * bits as usize / 8, "{name}");
            assert_eq!(camera.frame_info().len_bytes(), camera.mem_length(), "{name}");
        }
        let colour = camera.availability(ControlId::COLOR);
        let wanted = if model.bayer.is_some() { Availability::BayerOrder } else { Availability::No };
        assert_eq!(colour, wanted, "{name}");
        assert_eq!(camera.set_debayer(true).is_ok(), model.bayer.is_some(), "{name}");
    });
}

/// A mode that fixes settings tells them as they are; the caller's come back with the next one.
#[test]
fn settings_that_a_read_mode_fixes_are_not_lost() {
    let bench = bench(&format!("QHY585M?{OPTIONS}"));
    let camera = bench.open(0);
    camera.init().unwrap();
    let both = || [ControlId::GAIN, ControlId::OFFSET].map(|id| camera.get(id).unwrap());
    camera.set(ControlId::GAIN, 120.0).unwrap();
    camera.set(ControlId::OFFSET, 17.0).unwrap();
    camera.set_read_mode(1).unwrap();
    camera.init().unwrap();
    assert_eq!(both(), [9.0, 100.0]);
    camera.set(ControlId::GAIN, 130.0).unwrap();
    assert_eq!(both(), [9.0, 100.0]);
    camera.set_read_mode(0).unwrap();
    assert_eq!(both(), [130.0, 17.0]);
}
