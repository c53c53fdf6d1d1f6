//! The ramp of the cooler, on the virtual plant. Slopes are judged with the times before
//! and after each question, so that a slow machine cannot make a ramp look steep.

use std::sync::Arc;
use std::time::{Duration, Instant};

use qhyccd::camera::{Camera, ErrorKind, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::transport::UsbError;

use crate::bench::*;

const PLANT: &str = "QHY600M?scene=xy&speed=300&readout=instant&ambient=20";
/// Degrees a minute.
const RATE: f64 = 10.0;
/// Noise, rounding to tenths and the camera's own regulator.
const RIPPLE_C: f64 = 0.25;

/// A temperature, and the camera time before and after the question.
type Sample = (Duration, Duration, f64);

fn sample(bench: &Bench, camera: &Camera) -> Sample {
    let clock = bench.bus.port(0).clock();
    let before = clock.now();
    let temp_c = camera.temperature_c().unwrap();
    (before, clock.now(), temp_c)
}

/// Looks at the temperature until `over`, and calls `meanwhile`.
fn watch(bench: &Bench, camera: &Camera, meanwhile: impl Fn(), over: impl Fn(f64) -> bool) -> Vec<Sample> {
    let end = Instant::now() + FOR_EVER;
    let mut samples = Vec::new();
    loop {
        let now = sample(bench, camera);
        samples.push(now);
        if over(now.2) {
            return samples;
        }
        assert!(Instant::now() < end, "never over: {now:?}, {:?}", camera.cooling_ramp());
        meanwhile();
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn ended(camera: &Camera) -> impl Fn(f64) -> bool {
    |_| !camera.cooling_ramp().under_way
}

#[track_caller]
fn assert_no_steeper(samples: &[Sample], c_per_min: f64) {
    for (n, from) in samples.iter().enumerate() {
        for to in &samples[n + 1..] {
            let minutes = (to.1 - from.0).as_secs_f64() / 60.0;
            let moved = (to.2 - from.2).abs();
            assert!(moved <= c_per_min * minutes + RIPPLE_C, "{moved} C in {minutes} min: {from:?} {to:?}");
        }
    }
}

/// Targets that were sent, in degrees as wanted.
fn targets(requests: &[String]) -> Vec<f64> {
    let tenths = requests.iter().filter_map(|r| r.strip_prefix("Target { tenths_c: ")?.strip_suffix(" }"));
    tenths.map(|t| (t.parse::<f64>().unwrap() + 7.0) / 10.0).collect()
}

/// Nobody asks for the temperature or orders anything for the cooler any more.
fn assert_at_rest(bench: &Bench) {
    bench.tap.take();
    std::thread::sleep(Duration::from_millis(100));
    let requests = bench.tap.take();
    let of_ramp = |r: &String| ["Temperature", "Cooler", "Target"].iter().any(|name| r.starts_with(name));
    assert!(!requests.iter().any(of_ramp), "{requests:?}");
}

fn with_ramp(order: &str) -> (Bench, Arc<Camera>) {
    let bench = bench(order);
    bench.library.set_cooling_ramp(Some(RATE));
    let camera = bench.ready(StreamMode::Single);
    bench.tap.take();
    (bench, camera)
}

#[test]
fn without_a_ramp_the_wire_is_as_observed() {
    let bench = bench(PLANT);
    let camera = bench.ready(StreamMode::Single);
    bench.tap.take();
    let ramp = camera.cooling_ramp();
    assert_eq!((ramp.limit_c_per_min, ramp.under_way, ramp.set_point_c), (None, false, None));
    for _ in 0..2 {
        camera.set(ControlId::COOLER, -10.0).unwrap();
        let both = ["Cooler { automatic: true, half_pwm: 0 }", "Target { tenths_c: -107 }"];
        assert_eq!(bench.tap.take(), both);
    }
    camera.set(ControlId::MANUAL_PWM, 0.0).unwrap();
    assert_eq!(bench.tap.take(), ["Cooler { automatic: false, half_pwm: 0 }"]);
    assert_at_rest(&bench);
}

#[test]
fn the_sensor_cools_and_warms_no_faster_than_the_ramp() {
    let (bench, camera) = with_ramp(PLANT);
    camera.set(ControlId::COOLER, -5.0).unwrap();
    // What was set reads back at once, however far the ramp is.
    assert_eq!(camera.get(ControlId::COOLER).unwrap(), -5.0);
    assert!(camera.cooling_ramp().under_way);
    let down = watch(&bench, &camera, || (), ended(&camera));
    assert_no_steeper(&down, RATE);
    let settled = camera.cooling_ramp();
    assert_eq!((settled.limit_c_per_min, settled.set_point_c), (Some(RATE), Some(-5.0)));
    let clock = bench.bus.port(0).clock();
    let later = clock.now() + Duration::from_secs(300);
    let held = watch(&bench, &camera, || (), |_| clock.now() > later);
    for (.., temp_c) in down.iter().chain(&held) {
        assert!(*temp_c > -5.3, "overshoot: {temp_c}");
    }
    assert!((held.last().unwrap().2 + 5.0).abs() < 0.1, "{held:?}");
    // Nobody but us asks any more.
    assert_at_rest(&bench);

    bench.tap.take();
    camera.set(ControlId::MANUAL_PWM, 0.0).unwrap();
    assert_eq!(camera.get(ControlId::COOLER).unwrap(), -100.0);
    assert_eq!(camera.get(ControlId::CUR_PWM).unwrap(), 0.0);
    let up = watch(&bench, &camera, || (), ended(&camera));
    assert_no_steeper(&up, RATE);
    let orders = bench.tap.take();
    assert_eq!(camera.cooling_ramp().set_point_c, None);
    assert!((up.last().unwrap().2 - 20.0).abs() < 1.0, "{:?}", up.last());
    let off = orders.iter().rposition(|r| r == "Cooler { automatic: false, half_pwm: 0 }");
    let last_target = orders.iter().rposition(|r| r.starts_with("Target"));
    assert!(off > last_target, "{off:?} {last_target:?}");
    assert_at_rest(&bench);
}

#[test]
fn a_target_above_the_air_warms_gently_too() {
    let (bench, camera) = with_ramp(PLANT);
    camera.set(ControlId::COOLER, 5.0).unwrap();
    watch(&bench, &camera, || (), ended(&camera));
    camera.set(ControlId::COOLER, 30.0).unwrap();
    let up = watch(&bench, &camera, || (), ended(&camera));
    assert_no_steeper(&up, RATE);
    assert!((up.last().unwrap().2 - 20.0).abs() < 1.0);
    assert_eq!(camera.cooling_ramp().set_point_c, Some(30.0));
}

#[test]
fn an_order_that_is_repeated_all_the_time_changes_nothing() {
    let (bench, camera) = with_ramp(PLANT);
    let again = || camera.set(ControlId::COOLER, 0.0).unwrap();
    again();
    let down = watch(&bench, &camera, again, ended(&camera));
    assert_no_steeper(&down, RATE);
    let sent = targets(&bench.tap.take());
    assert!(sent.windows(2).all(|pair| pair[1] < pair[0]), "the ramp began anew: {sent:?}");
    assert_eq!(sent.last(), Some(&0.0));
    // A tenth of a degree at most once.
    assert!(sent.len() <= 202, "{}", sent.len());
    again();
    assert_eq!(bench.tap.take(), [""; 0]);
}

#[test]
fn another_target_takes_over_from_where_the_ramp_is() {
    let (bench, camera) = with_ramp(PLANT);
    camera.set(ControlId::COOLER, -10.0).unwrap();
    watch(&bench, &camera, || (), |temp_c| temp_c < 12.0);
    camera.set(ControlId::COOLER, 15.0).unwrap();
    let back = watch(&bench, &camera, || (), ended(&camera));
    assert_no_steeper(&back, RATE);
    let sent = targets(&bench.tap.take());
    let jump = sent.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    assert!(jump < 3.1, "{sent:?}");
    assert_eq!(sent.last(), Some(&15.0));

    // A later initialisation sends the step, not the goal.
    camera.set(ControlId::COOLER, -10.0).unwrap();
    bench.tap.take();
    camera.init().unwrap();
    let sent = targets(&bench.tap.take());
    assert!(!sent.is_empty() && sent.iter().all(|t| *t > 10.0), "{sent:?}");

    // Without the ramp the goal is sent at once.
    camera.set_cooling_ramp(0.0).unwrap();
    assert_eq!(targets(&bench.tap.take()).last(), Some(&-10.0));
    let ramp = camera.cooling_ramp();
    assert_eq!((ramp.limit_c_per_min, ramp.under_way, ramp.set_point_c), (None, false, Some(-10.0)));
    assert_at_rest(&bench);
}

#[test]
fn manual_power_keeps_the_limit() {
    let (bench, camera) = with_ramp(PLANT);
    camera.set(ControlId::MANUAL_PWM, 200.0).unwrap();
    assert_eq!(camera.get(ControlId::CUR_PWM).unwrap(), 200.0);
    let down = watch(&bench, &camera, || (), ended(&camera));
    assert_no_steeper(&down, RATE);
    assert!(down.last().unwrap().2 < -5.0);
    camera.set(ControlId::MANUAL_PWM, 0.0).unwrap();
    let up = watch(&bench, &camera, || (), ended(&camera));
    assert_no_steeper(&up, RATE);
}

#[test]
fn what_the_cooler_cannot_reach_ends_the_ramp() {
    let (bench, camera) = with_ramp("QHY600M?scene=xy&speed=1000&readout=instant&ambient=20");
    camera.set(ControlId::COOLER, -300.0).unwrap();
    assert_eq!(camera.get(ControlId::COOLER).unwrap(), -50.0);
    let down = watch(&bench, &camera, || (), ended(&camera));
    assert_no_steeper(&down, RATE);
    assert!(down.last().unwrap().2 < -14.0);
    assert_eq!(camera.cooling_ramp().set_point_c, Some(-50.0));
}

#[test]
fn nonsense_is_refused_and_what_is_out_of_range_clamped() {
    let (bench, camera) = with_ramp(PLANT);
    for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(camera.set_cooling_ramp(nonsense).unwrap_err().kind(), ErrorKind::Invalid);
        for id in [ControlId::COOLER, ControlId::MANUAL_PWM] {
            assert_eq!(camera.set(id, nonsense).unwrap_err().kind(), ErrorKind::Invalid);
        }
    }
    assert_eq!(camera.cooling_ramp().limit_c_per_min, Some(RATE));
    assert_eq!(camera.get(ControlId::COOLER).unwrap(), -100.0);
    assert_eq!(bench.tap.take(), [""; 0]);
    for (asked, taken) in [(1e9, Some(60.0)), (1e-9, Some(0.1)), (-5.0, None)] {
        camera.set_cooling_ramp(asked).unwrap();
        assert_eq!(camera.cooling_ramp().limit_c_per_min, taken);
    }
    camera.set(ControlId::MANUAL_PWM, 1e9).unwrap();
    assert_eq!(camera.get(ControlId::CUR_PWM).unwrap(), 255.0);
    assert_eq!(bench.tap.take(), ["Cooler { automatic: false, half_pwm: 127 }"]);
}

#[test]
fn closing_ends_the_ramp_and_the_camera_holds_its_last_set_point() {
    let (bench, camera) = with_ramp(PLANT);
    camera.set(ControlId::COOLER, -10.0).unwrap();
    watch(&bench, &camera, || (), |temp_c| temp_c < 15.0);
    bench.library.close(&camera).unwrap();
    let last = *targets(&bench.tap.take()).last().unwrap();
    assert!((5.0..16.0).contains(&last), "{last}");
    assert_eq!(camera.set_target_temperature_c(0.0).unwrap_err().kind(), ErrorKind::State);
    let again = bench.open(0);
    let clock = bench.bus.port(0).clock();
    let later = clock.now() + Duration::from_secs(600);
    let held = watch(&bench, &again, || (), |_| clock.now() > later);
    assert!((held.last().unwrap().2 - last).abs() < 0.15, "{last} {held:?}");
    // The next one starts from there, though it knows nothing of the cold.
    again.set(ControlId::MANUAL_PWM, 0.0).unwrap();
    let up = watch(&bench, &again, || (), ended(&again));
    assert_no_steeper(&up, RATE);
    assert!((up.last().unwrap().2 - 20.0).abs() < 1.0, "{:?}", up.last());
    bench.library.release();
    assert_at_rest(&bench);
}

#[test]
fn the_loss_of_the_camera_ends_the_ramp() {
    let (bench, camera) = with_ramp(PLANT);
    camera.set(ControlId::COOLER, -10.0).unwrap();
    watch(&bench, &camera, || (), |temp_c| temp_c < 15.0);
    bench.bus.port(0).unplug();
    let end = Instant::now() + FOR_EVER;
    while camera.cooling_ramp().under_way {
        assert!(Instant::now() < end, "the ramp goes on without a camera");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(camera.state(), State::Lost);
    assert_eq!(camera.set(ControlId::COOLER, -10.0).unwrap_err().kind(), ErrorKind::Lost);
    assert_at_rest(&bench);
    bench.library.release();
}

#[test]
fn questions_that_fail_do_not_end_the_ramp() {
    let (bench, camera) = with_ramp(PLANT);
    let mut number = 0;
    bench.tap.spoil_controls(move |setup, _| {
        number += usize::from([0xF2, 0xF3, 0xF4].contains(&setup.request));
        (number % 4 == 3).then_some(Err(UsbError::Stall))
    });
    // An order that fails is none.
    assert_eq!(camera.set(ControlId::COOLER, 10.0).unwrap_err().kind(), ErrorKind::Usb);
    assert_eq!((camera.target_temperature_c(), camera.cooling_ramp().under_way), (None, false));
    camera.set(ControlId::COOLER, 10.0).unwrap();
    let end = Instant::now() + FOR_EVER;
    while camera.cooling_ramp().under_way {
        assert!(Instant::now() < end, "{:?}", camera.cooling_ramp());
        std::thread::sleep(Duration::from_millis(5));
    }
    bench.tap.heal();
    assert_eq!(targets(&bench.tap.take()).last(), Some(&10.0));
    assert!((camera.temperature_c().unwrap() - 10.0).abs() < 1.0);
}

#[test]
fn a_supply_that_is_too_weak_ends_the_ramp_with_the_camera() {
    let (bench, camera) = with_ramp(&PLANT.replace("speed=300", "speed=1000&supply=11"));
    let id = camera.id().to_owned();
    camera.set(ControlId::COOLER, -15.0).unwrap();
    let end = Instant::now() + FOR_EVER;
    while camera.state() != State::Lost {
        assert!(Instant::now() < end, "{:?}", camera.cooling_ramp());
        std::thread::sleep(Duration::from_millis(1));
    }
    let again = loop {
        match bench.library.open(&id) {
            Ok(camera) => break camera,
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound),
        }
        assert!(Instant::now() < end, "it does not come back");
    };
    assert_eq!(again.power_state().unwrap(), 3);
    assert_eq!((again.target_temperature_c(), again.cooling_ramp().under_way), (None, false));
    assert!((again.temperature_c().unwrap() - 20.0).abs() < 0.1);
}

#[test]
fn the_chamber_follows_the_cooler() {
    let bench = bench(&PLANT.replace("speed=300", "speed=3000"));
    let camera = bench.ready(StreamMode::Single);
    let (humidity, pressure) = (camera.humidity_percent().unwrap(), camera.pressure_hpa().unwrap());
    assert_eq!((humidity, pressure), (42.0, 1013.2));
    camera.set(ControlId::COOLER, -10.0).unwrap();
    let clock = bench.bus.port(0).clock();
    clock.sleep(Duration::from_secs(1200));
    let cold = (camera.get(ControlId::HUMIDITY).unwrap(), camera.get(ControlId::PRESSURE).unwrap());
    assert!(cold.0 < 0.6 * humidity && cold.1 < pressure - 20.0, "{cold:?}");
}
