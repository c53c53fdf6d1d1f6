//! What must hold for every model in the tables, whoever adds it.

use super::*;
use crate::util::{Rect, Size};

fn models() -> Vec<&'static Model> {
    let models: Vec<_> = all().collect();
    assert!(models.len() >= 2);
    models
}

fn unique<T: PartialEq + std::fmt::Debug>(items: impl IntoIterator<Item = T>, what: &str) {
    let items: Vec<T> = items.into_iter().collect();
    for (i, item) in items.iter().enumerate() {
        assert!(!items[..i].contains(item), "{what}: {item:?} twice");
    }
}

fn apart(a: Rect, b: Rect) -> bool {
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
}

#[test]
fn names_and_ids_are_unique_and_found() {
    unique(all().map(|m| m.name), "model name");
    for byte in [0, 1, 2, 0xFF] {
        unique(all().filter(|m| m.identity.fits(byte)).map(|m| m.product), "product id and identity");
    }
    unique(all().map(|m| m.device_type), "device type");
    for model in models() {
        assert_eq!(by_name(&model.name.to_lowercase()).unwrap().name, model.name);
        let byte = (0..=1).find(|byte| model.identity.fits(*byte)).unwrap();
        let driven = (model.level != Level::KnownOnly).then_some(model.name);
        assert_eq!(find(model.product, byte).map(|m| m.name), driven);
        assert!(model.loader.is_none_or(|loader| is_loader(VENDOR, loader)));
        assert!(!is_loader(VENDOR, model.product));
        assert!(find_known(VENDOR, model.product).is_none(), "{} is driven", model.name);
        unique(model.read_modes.iter().map(|m| m.name), model.name);
        unique(model.controls().map(|c| c.id), model.name);
    }
    assert!(find(0x1234, 0).is_none());
}

#[test]
fn known_cameras_have_ids_of_their_own() {
    unique(KNOWN.iter().flat_map(|k| [Some(k.product), k.loader]).flatten(), "USB id");
    for known in KNOWN {
        assert!(all().all(|m| m.product != known.product && m.loader != Some(known.product)));
        assert_eq!(find_known(VENDOR, known.product), Some(known));
        assert_eq!(find_known(VENDOR + 1, known.product), None);
        assert!(!is_loader(VENDOR, known.product));
        if let Some(loader) = known.loader {
            assert_eq!(find_known(VENDOR, loader), Some(known));
            assert!(is_loader(VENDOR, loader) && !is_loader(VENDOR + 1, loader));
        }
    }
}

#[test]
fn areas_lie_inside_the_frame_and_apart() {
    for model in models() {
        assert!(!model.read_modes.is_empty());
        for mode in model.read_modes {
            let what = format!("{} {}", model.name, mode.name);
            for area in [mode.effective, mode.overscan, mode.optical_black] {
                let none = area == Rect::default() && area != mode.effective;
                assert!(none || area.fits(mode.image), "{what}: {area:?}");
            }
            assert!(apart(mode.effective, mode.overscan), "{what}");
            assert!(apart(mode.effective, mode.optical_black), "{what}");
            // Frames carry full rows; the host cuts columns.
            assert!(mode.wire_columns >= mode.first_column + mode.image.width, "{what}");
            for rule in [mode.single, mode.live] {
                assert!(rule.align > 0 && rule.step > 0 && rule.min_rows > 0, "{what}");
                if let Some(end) = mode.shutter_end {
                    // Rows that end together are ordered together.
                    assert!(end.together > 0 && end.rest_us.is_finite(), "{what}");
                    assert_eq!(rule.align % end.together, 0, "{what}");
                }
            }
            assert!(mode.live_area.is_none_or(|area| area.fits(mode.image)), "{what}");
            assert!(mode.hardware_bin > 0, "{what}");
        }
    }
}

#[test]
fn controls_are_consistent() {
    for model in models() {
        for control in model.controls() {
            let what = format!("{} {}", model.name, control.id);
            if let Some(range) = control.range {
                assert!(range.min < range.max && range.step > 0.0, "{what}: {range:?}");
                if let Read::Stored(default) = control.read {
                    assert!(range.clamp(default) == default, "{what}: default {default}");
                }
            }
            if control.available == Availability::BayerOrder {
                assert!(model.bayer.is_some(), "{what}");
            }
            // What takes a number must say which numbers, or be a switch or the wheel.
            let ranged = matches!(
                control.write,
                Write::Gain
                    | Write::Offset
                    | Write::Exposure
                    | Write::Traffic
                    | Write::Depth
                    | Write::Pwm
                    | Write::Target
            );
            assert!(!ranged || control.range.is_some(), "{what} has no range");
        }
        for &(id, value) in model.init.first_defaults {
            let control = model.control(id).unwrap_or_else(|| panic!("{}: {id}", model.name));
            assert!(matches!(control.read, Read::Stored(_)), "{} {id}", model.name);
            assert_eq!(control.range.map(|r| r.clamp(value)), Some(value), "{} {id}", model.name);
        }
    }
}

#[test]
fn controls_agree_with_what_the_model_has() {
    let yes = |model: &Model, id| model.control(id).is_some_and(|c| c.available != Availability::No);
    for model in models() {
        let name = model.name;
        let bins = [
            (ControlId::BIN1X1MODE, 1),
            (ControlId::BIN2X2MODE, 2),
            (ControlId::BIN3X3MODE, 3),
            (ControlId::BIN4X4MODE, 4),
        ];
        for (id, bin) in bins {
            assert_eq!(yes(model, id), model.bins.contains(&bin), "{name} {id}");
        }
        for (id, depth) in [(ControlId::BITS_8, 8), (ControlId::BITS_16, 16), (ControlId::BITS_32, 32)] {
            assert_eq!(yes(model, id), model.depths.contains(&depth), "{name} {id}");
        }
        assert_eq!(yes(model, ControlId::COLOR), model.bayer.is_some(), "{name}");
        assert_eq!(yes(model, ControlId::COOLER), model.has.cooler, "{name}");
        assert_eq!(yes(model, ControlId::CFW_PORT), model.has.wheel, "{name}");
        assert_eq!(yes(model, ControlId::GPS), model.has.gps, "{name}");
        assert_eq!(yes(model, ControlId::ST4_PORT), model.has.guide_port.is_some(), "{name}");
        assert_eq!(yes(model, ControlId::WATCH_DOG_FPGA), model.has.watchdog, "{name}");
        assert_eq!(yes(model, ControlId::HAS_HARDWARE_FRAME_COUNTER), model.has.frame_numbers, "{name}");
    }
}

#[test]
fn init_plans_are_whole() {
    for model in models() {
        for plan in [model.init.single, model.init.live] {
            let count = |step| plan.iter().filter(|s| **s == step).count();
            assert!(count(InitStep::Init) >= 1, "{}", model.name);
            // Whatever comes before the initialise command may be lost with it.
            let init = plan.iter().position(|s| *s == InitStep::Init);
            let sends = |s: &InitStep| matches!(s, InitStep::Gain | InitStep::Offset | InitStep::Exposure);
            assert!(plan.iter().position(sends).is_none_or(|at| Some(at) > init), "{}", model.name);
            // Fixed waits only after the initialise command.
            let waits = plan.iter().position(|s| matches!(s, InitStep::WaitMs(_)));
            assert!(waits.is_none_or(|wait| Some(wait) > init), "{}", model.name);
        }
    }
}

#[test]
fn every_topic_has_a_source() {
    for model in models() {
        for topic in Topic::ALL {
            let facts: Vec<_> = model.facts().filter(|f| f.about == topic).collect();
            assert!(facts.iter().any(|f| f.source != Source::Guess), "{} {topic:?}", model.name);
            assert!(facts.iter().all(|f| !f.from.is_empty()), "{} {topic:?}", model.name);
        }
        if model.level != Level::KnownOnly {
            let guessed = model.controls().find(|c| c.source == Source::Guess);
            assert!(guessed.is_none_or(|c| c.available == Availability::No), "{} {guessed:?}", model.name);
        }
    }
}

#[test]
fn the_qhy600_is_what_the_manual_says() {
    for name in ["QHY600M", "QHY600C"] {
        let mode = &by_name(name).unwrap().read_modes[0];
        assert_eq!(mode.image, Size::new(9600, 6422));
        assert_eq!(mode.effective, Rect::new(24, 0, 9576, 6388));
        assert_eq!(mode.overscan, Rect::new(0, 6388, 9600, 34));
        assert_eq!(mode.optical_black, Rect::new(0, 0, 24, 6422));
        // Observed: full frame, rows 6456.
        assert_eq!(mode.image.height + mode.single.lead, 6456);
    }
}

/// Compares the control tables of the QHY600 with the full recording, where the reference
/// folder is there.
#[test]
fn controls_are_those_of_the_recording() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/protocol/facts");
    for name in ["QHY600M", "QHY600C"] {
        let file = folder.join(format!("{}-controls.tsv", name.to_lowercase()));
        let Ok(text) = std::fs::read_to_string(&file) else {
            println!("skipped: {} is not here", file.display());
            continue;
        };
        let model = by_name(name).unwrap();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let id = ControlId(cells[0].parse().unwrap());
            let control = model.control(id);

            let name_of = (!cells[2].is_empty()).then_some(cells[2]);
            assert_eq!(id.vendor_name(), name_of, "{id}");

            let available = match control.map_or(Availability::No, |c| c.available) {
                Availability::Yes => "0".to_string(),
                Availability::No => "-1".to_string(),
                Availability::BayerOrder => (model.bayer.unwrap() as u8).to_string(),
            };
            // Those of public sources are what the recorded library lacks.
            let public = control.is_some_and(|c| c.source == Source::Public);
            assert_eq!(if public { "-1" } else { &available }, cells[3], "{name} {id}");

            let range = control.and_then(|c| c.range);
            let recorded = (cells[4] == "0").then(|| {
                let [min, max, step] = [5, 6, 7].map(|i| cells[i].parse().unwrap());
                Range::new(min, max, step)
            });
            assert_eq!(range, recorded, "{name} {id}");

            // The recording has no wheel, no cooler running and no sensors fitted.
            let value = |before_init: bool| match control.map_or(Read::Nothing, |c| c.read) {
                Read::Nothing | Read::WheelSlots => 4_294_967_295.0,
                Read::Stored(value) if before_init => value,
                Read::Stored(value) => {
                    let defaults = model.init.first_defaults;
                    defaults.iter().find(|(i, _)| *i == id).map_or(value, |(_, v)| *v)
                }
                Read::Constant(value) => value,
                Read::Depth => 16.0,
                Read::Target => -100.0,
                _ => 0.0,
            };
            assert_eq!(value(false), cells[8].parse::<f64>().unwrap(), "{name} {id} after init");
            assert_eq!(value(true), cells[10].parse::<f64>().unwrap(), "{name} {id} before init");
        }
    }
}

/// Answers of the vendor's library to pages with these line periods, and (43.194 us) of a
/// camera in an observatory.
#[test]
fn rows_end_as_observed() {
    let modes = by_name("QHY600M").unwrap().read_modes;
    for (mode, row, line_period_ns, offset_us) in [
        (0, 0, 0, 73.75),
        (0, 0, 43_194, 1974.286),
        (0, 1, 43_194, 1974.286),
        (0, 2, 43_194, 1974.286 + 86.388),
        (0, 6421, 39_040, 252_428.31),
        (5, 2143, 39_040, 85_415.19),
        (3, 0, 39_040, 1791.497),
        (3, 1, 39_040, 1830.537),
        (9, 0, 10_000_000, 430_112.777),
        (10, 2, 10_000_000, 460_073.75),
    ] {
        let answer = modes[mode].shutter_end.unwrap().offset_us(row, line_period_ns);
        assert!((answer - offset_us).abs() < 1e-6, "mode {mode}, row {row}: {answer}");
    }
}

/// Compares the control tables of the family with the recording, where the reference folder
/// is there. What it has and the tables have not is listed here.
#[test]
fn controls_of_the_family_are_those_of_the_recording() {
    // Nothing is behind these in this library, or on these models: see the tables.
    const LEFT_OUT_HERE: [(&str, u32); 9] = [
        ("QHY585M", 36),
        ("QHY585C", 36),
        ("QHY342pro", 36),
        ("QHY4040PROF", 36),
        ("QHY2020", 48),
        ("QHY10768", 48),
        ("QHY26800AGUIDE", 10),
        ("QHY5III0204", 9),
        ("QHY42", 41),
    ];
    // Mono by their names, and a colour order all the same.
    const MONO: [&str; 6] = ["QHY411", "QHY461M", "QHY492M", "QHY5III334M", "QHY550M", "QHY600M"];
    // The vendor's library sends 1 with the initialisation, and says 0.
    const OTHER_VALUE: (&str, u32) = ("QHY4040PROF", 9);
    const LEFT_OUT: [u32; 14] = [26, 39, 65, 68, 70, 71, 72, 80, 82, 87, 94, 95, 1024, 1025];
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/protocol/models/controls.tsv");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("skipped: {} is not here", file.display());
        return;
    };
    let mut wrong = Vec::new();
    for model in all().filter(|m| m.product != 0xC601) {
        let mut recorded = std::collections::BTreeMap::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            if cells[1] == model.name {
                let range = (cells[4] == "0").then(|| {
                    let [min, max, step] = [5, 6, 7].map(|i| cells[i].parse().unwrap());
                    Range::new(min, max, step)
                });
                recorded.insert(cells[2].parse::<u32>().unwrap(), (cells[3] != "-1", range, cells[8]));
            }
        }
        assert!(!recorded.is_empty(), "{}", model.name);
        for id in (0..=110).chain(1024..=1033) {
            if LEFT_OUT.contains(&id) || (1026..=1033).contains(&id) && !(1027..=1028).contains(&id) {
                continue;
            }
            let control = model.control(ControlId(id));
            let ours = control.map_or((false, None), |c| (c.available != Availability::No, c.range));
            let theirs = recorded.get(&id).map_or((false, None), |(yes, range, _)| (*yes, *range));
            if ours != theirs
                && !LEFT_OUT_HERE.contains(&(model.name, id))
                && !(MONO.contains(&model.name) && [2, 3, 4, 20, 59].contains(&id))
            {
                wrong.push(format!("{} {id}: {ours:?}, recorded {theirs:?}", model.name));
            }
            if let (Some((_, _, value)), Some(Read::Stored(ours))) =
                (recorded.get(&id), control.map(|c| c.read))
            {
                let defaults = model.init.first_defaults;
                let ours = defaults.iter().find(|(i, _)| i.0 == id).map_or(ours, |(_, v)| *v);
                if value.parse() != Ok(ours) && (model.name, id) != OTHER_VALUE {
                    wrong.push(format!("{} {id}: value {ours}, recorded {value}", model.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Observed: the vendor's library counts one mode or two by the day of the FPGA image.
#[test]
fn a_later_fpga_image_brings_another_read_mode() {
    for name in ["QHY5III585M", "QHY5III585C", "QHYminiCam8M", "QHYminiCam8C"] {
        let model = by_name(name).unwrap();
        for (day, count) in
            [([24, 12, 4], 1), ([24, 12, 5], 2), ([24, 13, 0], 2), ([25, 0, 0], 2), ([0; 3], 1)]
        {
            assert_eq!(model.read_mode_count_with(day), count, "{name} {day:?}");
        }
    }
    assert_eq!(by_name("QHY585M").unwrap().read_mode_count_with([0; 3]), 2);
}
