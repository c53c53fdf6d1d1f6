//! Every setting, written and read again; orders that make no sense; exposure times from
//! nothing to an hour. `docs/reliability.md` tells which complaint each test answers.

use qhyccd::camera::{Camera, ErrorKind, StreamMode};
use qhyccd::model::{Control, ControlId, Read, Write};
use qhyccd::util::Rect;

use crate::bench::*;

const FAST: &str = "QHY600M?scene=xy&speed=1000&readout=instant";
const FAST_COLOUR: &str = "QHY600C?scene=xy&speed=1000&readout=instant";

/// Controls that keep what they are given.
fn kept(camera: &Camera) -> impl Iterator<Item = &'static Control> + use<> {
    let keeps = |control: &&Control| {
        // The buffer of the camera cannot be switched off.
        let fixed = matches!(control.write, Write::Refused | Write::Ignored | Write::Ddr);
        control.range.is_some() && matches!(control.read, Read::Stored(_)) && !fixed
    };
    camera.model().controls().filter(keeps)
}

#[test]
fn every_setting_reads_back_as_written() {
    for order in [FAST, FAST_COLOUR] {
        let bench = bench(order);
        let camera = bench.ready(StreamMode::Single);
        let mut checked = 0;
        for control in kept(&camera) {
            let range = control.range.expect("has one");
            let middle =
                range.min + ((range.max - range.min) / range.step.max(1.0) / 2.0).floor() * range.step;
            for (value, taken) in [
                (range.min, range.min),
                (range.max, range.max),
                (middle, middle),
                (range.min - 1.0, range.min),
                (range.max * 2.0 + 1.0, range.max),
            ] {
                camera.set(control.id, value).unwrap();
                let read = camera.get(control.id).unwrap();
                assert_eq!(read, taken, "{} after {value}", control.id);
                checked += 1;
            }
        }
        assert!(checked >= 40, "{checked}");
        for target in [-50.0, -10.5, 0.0, 50.0] {
            camera.set(ControlId::COOLER, target).unwrap();
            assert_eq!(camera.get(ControlId::COOLER).unwrap(), target);
        }
        for power in [0.0, 1.0, 254.0, 255.0] {
            camera.set(ControlId::MANUAL_PWM, power).unwrap();
            assert_eq!(camera.get(ControlId::CUR_PWM).unwrap(), power);
        }
    }
}

#[test]
fn every_setting_survives_an_initialisation() {
    for order in [FAST, FAST_COLOUR] {
        let bench = bench(order);
        let camera = bench.ready(StreamMode::Single);
        for control in kept(&camera) {
            let range = control.range.expect("has one");
            camera.set(control.id, range.min + range.step).unwrap();
        }
        camera.set_bin(2, 2).unwrap();
        camera.set_depth(8).unwrap();
        camera.set_roi(Rect::new(11, 13, 100, 90)).unwrap();
        let before = snapshot(&camera);
        for _ in 0..3 {
            camera.init().unwrap();
            assert_eq!(snapshot(&camera), before, "after an initialisation");
        }
    }
}

/// All that can be set, as text.
fn snapshot(camera: &Camera) -> Vec<String> {
    let stored = camera.model().controls().filter(|c| matches!(c.read, Read::Stored(_) | Read::Depth));
    let mut all: Vec<_> =
        stored.map(|c| format!("{} = {:?}", c.id, camera.get(c.id).map_err(|e| e.kind()))).collect();
    all.push(format!("{:?}", camera.frame_info()));
    all.push(format!("{:?} bin {}", camera.roi(), camera.bin()));
    all.push(format!("{:?} {}", camera.stream_mode(), camera.read_mode()));
    all.push(format!("{:?} {:?}", camera.effective_area(), camera.overscan_area()));
    all.push(format!("{:?} {}", camera.chip_info(), camera.mem_length()));
    all.push(format!("{:?}", camera.target_temperature_c()));
    all
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: u32) -> u32 {
        (self.next() % u64::from(end)) as u32
    }

    /// Small numbers, edges of the frame, and absurd ones.
    fn length(&mut self) -> u32 {
        match self.below(6) {
            0 => [0, 1, 2, 3, 9599, 9600, 9601, 6421, 6422, 6423, u32::MAX, u32::MAX - 1]
                [self.below(12) as usize],
            1 => self.next() as u32,
            _ => self.below(700),
        }
    }

    fn real(&mut self) -> f64 {
        match self.below(4) {
            0 => {
                [f64::NAN, f64::INFINITY, -f64::INFINITY, 1e300, -1e300, 1e-300, -0.0][self.below(7) as usize]
            }
            1 => self.next() as f64,
            _ => f64::from(self.below(600)) - 100.0,
        }
    }
}

/// A setter is obeyed, or it says no and nothing has changed; frames fit the settings
/// whatever was tried before.
#[test]
fn nonsense_is_refused_and_changes_nothing() {
    for (order, seed) in [(FAST, 1), (FAST_COLOUR, 2)] {
        let bench = bench(order);
        let camera = bench.ready(StreamMode::Single);
        let mut random = Random(seed);
        let (mut refused, mut taken, mut frames) = (0, 0, 0);
        for number in 0..4000 {
            let before = snapshot(&camera);
            let (what, result) = match random.below(8) {
                0 => {
                    let (x, y) = (random.length() % 9, random.length() % 9);
                    (format!("bin {x} {y}"), camera.set_bin(x, y))
                }
                1 => {
                    let bin = random.length();
                    (format!("bin {bin}"), camera.set_bin(bin, bin))
                }
                2 => {
                    let bits = [8, 16, 32, 0, 1, 12, 24, 33, u32::MAX][random.below(9) as usize];
                    (format!("bits {bits}"), camera.set_depth(bits))
                }
                3 | 4 => {
                    let roi = Rect::new(random.length(), random.length(), random.length(), random.length());
                    (format!("{roi:?}"), camera.set_roi(roi))
                }
                5 => {
                    let on = random.below(2) == 1;
                    (format!("debayer {on}"), camera.set_debayer(on))
                }
                6 => {
                    let mode = random.length() % 20;
                    (format!("read mode {mode}"), camera.set_read_mode(mode))
                }
                _ => {
                    let ids: Vec<_> = camera.model().controls().collect();
                    let id = match random.below(8) {
                        0 => ControlId(random.next() as u32),
                        _ => ids[random.below(ids.len() as u32) as usize].id,
                    };
                    let value = random.real();
                    (format!("{id} = {value}"), camera.set(id, value))
                }
            };
            match result {
                Ok(()) => taken += 1,
                Err(_) => {
                    refused += 1;
                    assert_eq!(snapshot(&camera), before, "{what} was refused");
                }
            }
            if number % 100 == 99 {
                camera.set_gps(false).unwrap();
                camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
                if camera.frame_info().len_bytes() < 4_000_000 {
                    let wanted = camera.frame_info();
                    let (info, picture) = expose(&camera);
                    assert_eq!((info, picture.len()), (wanted, wanted.len_bytes()));
                    frames += 1;
                }
            }
        }
        assert!(refused > 500 && taken > 500 && frames > 10, "{refused} {taken} {frames}");
    }
}

/// What is possible gives a frame of that form; what is not is refused before.
#[test]
fn every_depth_with_and_without_colours_on_mono_and_colour() {
    for (order, colour) in [(FAST, false), (FAST_COLOUR, true)] {
        let bench = bench(order);
        let camera = bench.ready(StreamMode::Single);
        camera.set(ControlId::EXPOSURE, 1000.0).unwrap();
        let mut frames = 0;
        for bits in [8, 16, 32] {
            for bin in 1..=4 {
                for debayer in [false, true] {
                    camera.set_debayer(false).unwrap();
                    camera.set_bin(1, 1).unwrap();
                    camera.set_depth(16).unwrap();
                    camera.set_roi(Rect::new(10, 20, 96, 48)).unwrap();
                    let before = camera.frame_info();
                    let wanted =
                        [camera.set_depth(bits), camera.set_bin(bin, bin), camera.set_debayer(debayer)];
                    if debayer && !colour {
                        assert_eq!(wanted[2].as_ref().unwrap_err().kind(), ErrorKind::Unsupported);
                    }
                    let info = camera.frame_info();
                    match (debayer && colour, info.bits, bin) {
                        (true, 8 | 16, 1) => assert_eq!(info.channels, 3),
                        // Sums may be of one colour or of several: as `frame_info` says.
                        (true, 8 | 16, _) => assert!(matches!(info.channels, 1 | 3)),
                        _ => assert_eq!(info.channels, 1),
                    }
                    assert_eq!(info.bits, if wanted[0].is_ok() { bits } else { before.bits });
                    let side = if wanted[1].is_ok() { bin } else { 1 };
                    assert_eq!((info.width, info.height), (96 / side, 48 / side));
                    let (delivered, picture) = expose(&camera);
                    assert_eq!((delivered, picture.len()), (info, info.len_bytes()));
                    if info.channels == 1 && info.bits == 16 && !colour {
                        let whole = expected(Rect::new(10, 20, 96, 48), side, 16, false);
                        assert_same(&picture, &whole, &format!("{bits} bit, bin {bin}"));
                    }
                    frames += 1;
                }
            }
        }
        assert_eq!(frames, 24);
    }
}

#[test]
fn exposures_from_nothing_to_an_hour() {
    let bench = bench("QHY600M?scene=xy&speed=1000000&readout=instant");
    let camera = bench.ready(StreamMode::Single);
    let roi = Rect::new(100, 50, 64, 48);
    camera.set_roi(roi).unwrap();
    let whole = expected(roi, 1, 16, false);
    let mut values = vec![0.0, 0.1, 0.5, 1.0, 1.5, 40.0, 100.0, 10_000_001.0, 59.999e6, 3600e6, 1e12];
    values.extend((0..40).map(|n| 3600e6_f64.powf(f64::from(n) / 39.0)));
    for exposure_us in values {
        camera.set(ControlId::EXPOSURE, exposure_us).unwrap();
        let taken = camera.get(ControlId::EXPOSURE).unwrap();
        assert_eq!(taken, exposure_us.clamp(1.0, 3600e6), "{exposure_us} us");
        let (_, picture) = expose(&camera);
        assert_same(&picture, &whole, &format!("{exposure_us} us"));
    }
}
