//! Every control of the QHY600: what it does is shown, or that it does nothing. A control of
//! the model that is missing here fails, and `docs/controls.md` is printed from this list
//! (`QHYCCD_BLESS=1`).

use std::fmt::Write as _;
use std::path::Path;

use qhyccd::camera::{Camera, StreamMode};
use qhyccd::model::{Availability, ControlId as Id, by_name};
use qhyccd::util::Rect;

use crate::bench::*;

const PATCH: Rect = Rect::new(40, 20, 64, 64);

/// How a control shows.
enum Shown {
    /// Setting it to this sends a request with this text.
    Order(f64, &'static str),
    /// Reading it gives a value from here to there, and asks the camera with this text.
    Answer(f64, f64, &'static str),
    /// Setting it to this changes live frames, and single ones not.
    Live(f64),
    /// It tells that something can be done, and it can.
    Ability(fn(&Bench, &Camera)),
    /// Setting it, if that is possible at all, sends nothing and changes no pixel.
    Nothing,
}
use Shown::{Ability, Answer, Live, Nothing, Order};

struct Row {
    id: Id,
    name: &'static str,
    shown: Shown,
    what: &'static str,
}

fn bin(camera: &Camera, bin: u32) {
    camera.set_bin(bin, bin).unwrap();
    camera.set_roi(Rect::new(20, 20, 32, 32)).unwrap();
    let sensor = Rect::new(20 * bin, 20 * bin, 32 * bin, 32 * bin);
    assert_same(&expose(camera).1, &expected(sensor, bin, 16, false), "binned");
}

fn depth(camera: &Camera, bits: u32) {
    camera.set_depth(bits).unwrap();
    assert_same(&expose(camera).1, &expected(PATCH, 1, bits, false), "depth");
}

/// The controls in the order of their numbers.
#[rustfmt::skip]
fn rows(colour: bool) -> Vec<Row> {
    macro_rules! rows {
        ($($name:ident: $shown:expr, $what:expr;)*) => {
            vec![$(Row { id: Id::$name, name: stringify!($name), shown: $shown, what: $what }),*]
        };
    }
    let balance = |_: ()| if colour { Order(20.0, "Gain(") } else { Nothing };
    let (if_colour, if_mono) = (|shown| if colour { shown } else { Nothing }, |shown| if colour { Nothing } else { shown });
    rows! {
        BRIGHTNESS: Live(0.5), "added to live frames by the host, as a part of the full scale";
        CONTRAST: Live(0.5), "live frames, on the host: distance from mid-scale times 1 + value";
        WBR: balance(()), "digital gain of red; a mono camera takes and forgets it";
        WBB: balance(()), "the same for blue";
        WBG: balance(()), "the same for green";
        GAMMA: Live(2.0), "exponent for live frames, on the host";
        GAIN: Order(60.0, "Gain("), "gain order";
        OFFSET: Order(77.0, "Offset(1232)"), "black level order, 16 times the value";
        EXPOSURE: Order(1234.0, "exposure_us: 1234"), "exposure order, microseconds";
        SPEED: Nothing, "a QHY600 has one speed";
        TRANSFER_BIT: Ability(|_, camera| {
            camera.set(Id::TRANSFER_BIT, 8.0).unwrap();
            assert_same(&expose(camera).1, &expected(PATCH, 1, 8, false), "8 bits");
        }), "sample size of the next frames";
        USB_TRAFFIC: Order(7.0, "Traffic(7)"), "traffic order";
        CUR_TEMP: Answer(-60.0, 60.0, "Temperature"), "temperature of the sensor";
        CUR_PWM: Answer(0.0, 255.0, ""), "cooler power in force, as the host knows it";
        MANUAL_PWM: Order(100.0, "half_pwm: 50"), "cooler power";
        CFW_PORT: Order(51.0, "Wheel([51])"), "filter wheel, position as a character";
        COOLER: Order(-5.0, "Target {"), "target temperature";
        COLOR: if_colour(Ability(|_, camera| {
            assert_eq!(camera.availability(Id::COLOR), Availability::BayerOrder);
        })), "its availability is the Bayer order of a colour camera";
        BIN1X1MODE: Ability(|_, camera| bin(camera, 1)), "no binning";
        BIN2X2MODE: Ability(|_, camera| bin(camera, 2)), "2x2, by the host";
        BIN3X3MODE: Ability(|_, camera| bin(camera, 3)), "3x3, by the host";
        BIN4X4MODE: Ability(|_, camera| bin(camera, 4)), "4x4, by the host";
        TRIGGER_INTERFACE: Ability(|_, camera| camera.trigger_from_sma(false).unwrap()), "trigger sockets can be chosen";
        CHIP_TEMPERATURE_SENSOR_INTERFACE: Answer(-60.0, 60.0, "Temperature"), "as CUR_TEMP";
        BITS_8: Ability(|_, camera| depth(camera, 8)), "8 bits a sample";
        BITS_16: Ability(|_, camera| depth(camera, 16)), "16 bits a sample";
        GPS: Order(1.0, "register: 142, value: 1"), "GPS data in the first row";
        IGNORE_OVERSCAN: Ability(|_, camera| {
            camera.set(Id::IGNORE_OVERSCAN, 1.0).unwrap();
            camera.set_roi(PATCH).unwrap();
            let sensor = Rect::new(PATCH.x + 24, PATCH.y, 64, 64);
            assert_same(&expose(camera).1, &expected(sensor, 1, 16, false), "from the effective area");
        }), "regions count from the effective area";
        AMPV: Nothing, "kept; no order is known";
        VCAM: Nothing, "tells of the maker's broadcast driver, which is none of this library";
        VIEW_MODE: Nothing, "not there";
        CFW_SLOTS_NUM: Answer(7.0, 7.0, "Wheel"), "slots of the filter wheel";
        DDR: Order(1.0, "DdrOn"), "empties the memory; it cannot be switched off";
        LIGHT_PERFORMANCE_MODE: Nothing, "kept; no order is known";
        QHY5II_GUIDE_MODE: Nothing, "not there";
        DDR_BUFFER_CAPACITY: Nothing, "not there";
        DDR_BUFFER_READ_THRESHOLD: Nothing, "not there";
        OUTPUT_DATA_ACTUAL_BITS: Nothing, "not there";
        OUTPUT_DATA_ALIGNMENT: Nothing, "not there";
        SINGLE_FRAME_MODE: Ability(|_, camera| drop(expose(camera))), "single frames";
        LIVE_VIDEO_MODE: Ability(|_, camera| {
            camera.set_stream_mode(StreamMode::Live).unwrap();
            camera.begin_live().unwrap();
            live(camera).unwrap();
        }), "live video";
        IS_COLOR: if_colour(Ability(|_, camera| {
            camera.set_debayer(true).unwrap();
            assert_eq!(camera.frame_info().channels, 3);
        })), "a colour camera";
        HAS_HARDWARE_FRAME_COUNTER: Ability(|bench, camera| {
            camera.burst_count(true).unwrap();
            assert!(bench.tap.take().iter().any(|r| r.contains("register: 56, value: 1")));
        }), "frames are numbered";
        HUMIDITY: Answer(0.0, 100.0, "Page(1)"), "humidity in the chamber";
        PRESSURE: Answer(500.0, 1100.0, "Page(8)"), "pressure in the chamber";
        VACUUM_PUMP: Nothing, "not there";
        SENSOR_CHAMBER_CYCLE_PUMP: Nothing, "not there";
        BITS_32: Ability(|_, camera| depth(camera, 32)), "32 bits a sample, for sums";
        SENSOR_ULVO_STATUS: Answer(1.0, 1.0, "Page(36)"), "state of the sensor's supply";
        INIT_CONFIG_FROM_FLASH: Ability(|_, camera| assert_eq!(camera.flash_record().unwrap().len(), 2)), "a start-up record can be read";
        TRIGGER_MODE: Ability(|_, camera| camera.set_trigger(true).unwrap()), "trigger input";
        TRIGGER_OUT: Ability(|_, camera| camera.trigger_out().unwrap()), "trigger output";
        BURST_MODE: Ability(|_, camera| camera.burst_enable(true).unwrap()), "bursts";
        WATCH_DOG_FPGA: if_mono(Ability(|bench, _| {
            assert!(bench.bus.socket().port(0).with_device(|device| device.watchdog_on()));
        })), "the watchdog of a mono camera is fed by itself";
        IMG_PROC: Nothing, "taken and forgotten; the vendor's library turns live frames";
        REMOVE_RBI: Order(1.0, "Page(54)"), "removal of residual images";
        GLOBAL_RESET: Nothing, "not there";
        FRAME_DETECT: if_mono(Ability(|_, camera| camera.frame_detect_on(true).unwrap())), "the mark of frame detection";
        GAIN_DB_CONVERSION: Ability(|_, camera| assert!(camera.decibels_to_gain(5.5).unwrap() > 0.0)), "gain in decibels";
        CURVE_SYSTEM_GAIN: Ability(|_, camera| assert!(camera.amplification(26.0).unwrap().e_per_adu > 0.0)), "published system gain";
        CURVE_FULL_WELL: Ability(|_, camera| assert!(camera.amplification(26.0).unwrap().full_well_e > 0.0)), "published full well";
        CURVE_READOUT_NOISE: Ability(|_, camera| assert!(camera.amplification(26.0).unwrap().read_noise_e > 0.0)), "published read noise";
        USE_AVERAGE_BINNING: Ability(|_, camera| {
            camera.set(Id::USE_AVERAGE_BINNING, 1.0).unwrap();
            camera.set_bin(2, 2).unwrap();
            camera.set_roi(Rect::new(20, 20, 32, 32)).unwrap();
            assert_same(&expose(camera).1, &expected(Rect::new(40, 40, 64, 64), 2, 16, true), "means");
        }), "binning gives means, not sums";
        AUTOEXP: Nothing, "kept; the exposure is the program's";
        AUTOEXP_TARGET_BRIGHTNESS: Nothing, "cannot be set";
        AUTOEXP_SAMPLE_AREA: Nothing, "cannot be set";
        AUTOEXP_EXP_MAX_MS: Nothing, "cannot be set";
        AUTOEXP_GAIN_MAX: Nothing, "cannot be set";
        CAA_ROTATOR: Order(1.0, "Fan("), "sends the fan record";
        AUTO_WHITE_BALANCE: Nothing, "not there";
        IMAGE_STABILIZATION: Nothing, "not there";
        DPC: Nothing, "kept; the vendor's library replaces defect pixels, by a law that is not known";
        DPC_VALUE: Nothing, "kept; the threshold of DPC";
        HDR: Nothing, "not there";
        HDR_L_K: Nothing, "taken and forgotten";
        HDR_X: Nothing, "taken and forgotten";
        HDR_SHOW_KB: Nothing, "taken and forgotten";
    }
}

fn order(colour: bool) -> &'static str {
    if colour { "QHY600C?scene=xy&speed=100&readout=instant" } else { XY_INSTANT }
}

fn ready(colour: bool, mode: StreamMode) -> (Bench, std::sync::Arc<Camera>) {
    let bench = bench(order(colour));
    let camera = bench.ready(mode);
    camera.set(Id::EXPOSURE, 1000.0).unwrap();
    camera.set_roi(PATCH).unwrap();
    (bench, camera)
}

/// Requests of these calls, without those of the watchdog.
fn requests(bench: &Bench, calls: impl FnOnce()) -> Vec<String> {
    bench.tap.take();
    calls();
    bench.tap.take().into_iter().filter(|r| !r.contains("register: 103,")).collect()
}

fn values(camera: &Camera, id: Id) -> [f64; 2] {
    camera.range(id).map_or([0.0, 1.0], |range| [range.min, range.max])
}

#[test]
fn no_control_is_missing() {
    for colour in [false, true] {
        let model = by_name(if colour { "QHY600C" } else { "QHY600M" }).unwrap();
        let listed: Vec<u32> = rows(colour).iter().map(|row| row.id.0).collect();
        let there: Vec<u32> = model.controls().map(|control| control.id.0).collect();
        assert_eq!(listed, there);
    }
}

#[test]
fn each_control_does_what_is_said_of_it() {
    for colour in [false, true] {
        let truth = expected(PATCH, 1, 16, false);
        let (bench, camera) = ready(colour, StreamMode::Single);
        assert_same(&expose(&camera).1, &truth, "before");
        for Row { id, name, shown, .. } in rows(colour) {
            match shown {
                Order(value, text) => {
                    let sent = requests(&bench, || camera.set(id, value).unwrap());
                    assert!(sent.iter().any(|r| r.contains(text)), "{name}: {sent:?}");
                    if id == Id::GPS {
                        // Its data take the place of more than these pixels.
                        camera.set(id, 0.0).unwrap();
                    }
                }
                Answer(from, to, text) => {
                    let mut value = f64::NAN;
                    let asked = requests(&bench, || value = camera.get(id).unwrap());
                    assert!((from..=to).contains(&value), "{name}: {value}");
                    assert!(text.is_empty() || asked.iter().any(|r| r.contains(text)), "{name}: {asked:?}");
                }
                // Each of these upsets what the next one may need.
                Ability(can) => {
                    let (bench, camera) = ready(colour, StreamMode::Single);
                    assert!(id == Id::COLOR || said(&camera, id), "{name} is not available");
                    can(&bench, &camera);
                }
                Live(value) => {
                    camera.set(id, value).unwrap();
                    assert_same(&expose(&camera).1, &truth, name);
                    let neutral = if id == Id::GAMMA { 1.0 } else { 0.0 };
                    camera.set(id, neutral).unwrap();
                }
                Nothing => {
                    for value in values(&camera, id) {
                        let sent = requests(&bench, || drop(camera.set(id, value)));
                        assert!(sent.is_empty(), "{name} = {value}: {sent:?}");
                    }
                    assert_same(&expose(&camera).1, &truth, name);
                }
            }
        }
    }
}

/// Not every ability is told as such by the vendor's library.
fn said(camera: &Camera, id: Id) -> bool {
    camera.availability(id) == Availability::Yes
        || matches!(id, Id::IGNORE_OVERSCAN | Id::USE_AVERAGE_BINNING)
}

#[test]
fn live_frames_change_where_that_is_said_and_nowhere_else() {
    let truth = expected(PATCH, 1, 16, false);
    let (_bench, camera) = ready(false, StreamMode::Live);
    camera.begin_live().unwrap();
    let sample =
        |picture: &[u8], n: usize| f64::from(u16::from_le_bytes([picture[2 * n], picture[2 * n + 1]]));
    let neutral = |id| if id == Id::GAMMA { 1.0 } else { 0.0 };
    for Row { id, name, shown, .. } in rows(false) {
        match shown {
            Nothing => {
                for value in values(&camera, id) {
                    let _ = camera.set(id, value);
                }
                assert_same(&live(&camera).unwrap().1, &truth, name);
            }
            Live(value) => {
                camera.set(id, value).unwrap();
                let picture = live(&camera).unwrap().1;
                for n in 0..64 * 64 {
                    let (was, is) = (sample(&truth, n), sample(&picture, n));
                    let law = match id {
                        Id::BRIGHTNESS => was + value * 65535.0,
                        Id::CONTRAST => (was - 32768.0) * (1.0 + value) + 32768.0,
                        _ => 65535.0 * (was / 65535.0).powf(value),
                    };
                    assert!((law.clamp(0.0, 65535.0) - is).abs() <= 2.0, "{name}: {was} became {is}");
                }
                camera.set(id, neutral(id)).unwrap();
                assert_same(&live(&camera).unwrap().1, &truth, name);
            }
            _ => {}
        }
    }
}

#[test]
fn the_table_is_printed() {
    let mut text = String::from(
        "# What the controls of a QHY600 do\n\n\
         Printed from `tests/camera_bus/effects.rs`, which shows each line; do not edit. Yes is what\n\
         `IsQHYCCDControlAvailable` answers, as the vendor's library does (controls 83 to 85: as ours\n\
         does). *Nothing*: no request is sent and no pixel changes, whatever is set.\n\n\
         | number | control | mono | colour | effect |\n|---|---|---|---|---|\n",
    );
    let (mono, colour) = (by_name("QHY600M").unwrap(), by_name("QHY600C").unwrap());
    let says = |model: &qhyccd::model::Model, id| match model.control(id).unwrap().available {
        Availability::No => "no",
        _ => "yes",
    };
    for (m, c) in rows(false).iter().zip(rows(true)) {
        let nothing = match (&m.shown, &c.shown) {
            (Nothing, Nothing) => "*nothing*: ",
            _ => "",
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {nothing}{} |",
            m.id.0,
            m.name,
            says(mono, m.id),
            says(colour, c.id),
            c.what
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/controls.md");
    if std::env::var_os("QHYCCD_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == text, "docs/controls.md is out of date: run with QHYCCD_BLESS=1");
}
