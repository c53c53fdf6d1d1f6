//! Every model with a table: its orders against what was recorded of it, and what must hold
//! for any region of any of them.

use proptest::prelude::*;

use super::super::geometry::{caller_region, to_frame, wire_region};
use super::*;
use crate::camera::PixelOptions;
use crate::model::{self, Level, RowOrder, by_name};
use crate::util::{Rect, Size};

/// The fields of the blocks of a file: a line goes on where the next one is indented.
fn blocks(text: &'static str) -> Vec<Vec<Vec<&'static str>>> {
    let mut blocks: Vec<Vec<Vec<&str>>> = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let words = line.split_whitespace();
        match (line.chars().next(), blocks.last_mut()) {
            (None, _) => blocks.push(Vec::new()),
            (Some(' '), Some(block)) => block.last_mut().unwrap().extend(words),
            (Some(_), Some(block)) => block.push(words.collect()),
            (Some(_), None) => panic!("text before the first block: {line}"),
        }
    }
    blocks
}

fn settings(model: &Model, stream: StreamMode, read_mode: usize) -> Settings {
    let mut settings = Settings::new(model, PixelOptions::default());
    settings.set_first_defaults(model);
    settings.stream = stream;
    settings.read_mode = read_mode;
    settings
}

fn stream(word: &str) -> StreamMode {
    if word == "single" { StreamMode::Single } else { StreamMode::Live }
}

/// A step as the file of initialisations spells it; `None` for what it leaves out.
fn spell(step: &Step) -> Option<String> {
    let out = |request: &Out| match request {
        Out::Fpga { register, value } => format!("b9:{register:x}={value:x}"),
        Out::Sensor { register, value } => format!("b8:{register:x}={value:02x}"),
        other => {
            let (_, data) = other.encode();
            match data[0] {
                _ if matches!(other, Out::Byte { .. }) => format!("{:02x}", other.encode().0.request),
                0xA0 if data[6] != 0 => format!("a0{:02x}:{:02x}", data[1], data[6]),
                0xA0 | 0xA9 => format!("{:02x}{:02x}", data[0], data[1]),
                code => format!("{code:02x}"),
            }
        }
    };
    Some(match step {
        // Sent by another thread there, at any time.
        Step::Send(Out::Command(Command::Supervision { .. })) => return None,
        Step::Send(request) => out(request),
        Step::Setting(_, command) => out(&Out::Command(*command)),
        Step::Ask(request) => {
            let (setup, _) = request.encode();
            format!("<{:02x}:{:x}", setup.request, setup.index)
        }
        Step::ProbePressure => "<d5:7".into(),
        Step::ProbeHumidity => "<d5:2".into(),
        Step::ClearHalt => "halt".into(),
        Step::DropFrame => "<bc:4".into(),
        Step::WatchdogOn | Step::Wait(_) => return None,
    })
}

#[test]
fn initialisations_are_those_recorded() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for block in blocks(include_str!("../model/observed/family-init.txt")) {
        let (names, sent) = (&block[0][1..], &block[1][1..]);
        for name in names {
            let parts: Vec<&str> = name.split(':').collect();
            let model = by_name(parts[0]).unwrap();
            if model.level == Level::KnownOnly {
                continue;
            }
            let settings = settings(model, stream(parts[1]), parts[2].parse().unwrap());
            let plan = if block[0][0] == "begin" { begin } else { init };
            let ours: Vec<String> = plan(model, &settings).iter().filter_map(spell).collect();
            // Regions of some modes without pictures are not ordered.
            let rule = settings.mode(model).rows(settings.stream == StreamMode::Live);
            let no_region = settings.mode(model).unknown.is_some() && rule.order == RowOrder::Whole;
            let mut theirs: Vec<String> = sent
                .iter()
                // The watchdog is fed from the first one on; GPS was on.
                .filter(|word| !(**word == "<d5:3" || no_region && **word == "a2"))
                .map(|word| if *word == "b9:27=1" { "b9:27=5" } else { word })
                .map(str::to_owned)
                .collect();
            // How often a state is asked for is a matter of time.
            theirs.dedup_by(|word, before| word == before && word == "<bc:4");
            if ours != theirs {
                wrong.push(format!("{name}\n  sent {ours:?}\n  seen {theirs:?}"));
            }
            compared += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 200, "{compared}");
}

/// Last of an initialisation, and last before the camera is given back.
#[test]
fn cameras_that_want_to_know_are_told_that_the_host_watches() {
    let say = |on| Step::Send(Out::Command(Command::Supervision { on }));
    for (name, told) in
        [("QHY411M", true), ("QHY461C", true), ("QHY811C", true), ("QHY6060", true), ("QHY661", false)]
    {
        let model = by_name(name).unwrap();
        for stream in [StreamMode::Single, StreamMode::Live] {
            let plan = init(model, &settings(model, stream, 0));
            assert_eq!(plan.contains(&say(true)), told, "{name}");
            assert_eq!(plan.last() == Some(&say(true)), told, "{name}");
        }
        assert_eq!(close(model, false).last() == Some(&say(false)), told, "{name}");
    }
}

/// For an odd first row the vendor's library orders the next even one and hands out a wrong
/// row: then only what we order is checked to hold the region.
#[test]
fn regions_are_those_recorded() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for block in blocks(include_str!("../model/observed/family-regions.txt")) {
        for name in &block[0][1..] {
            let model = by_name(name).unwrap();
            let mode = &model.read_modes[0];
            if mode.unknown.is_some() {
                continue;
            }
            for line in &block[1..] {
                let n: Vec<u32> = line[1..].iter().filter_map(|w| w.parse().ok()).collect();
                let mut settings = settings(model, stream(line[0]), 0);
                let region = Rect::new(n[0], n[1], n[2], n[3]);
                settings.roi = to_frame(model, &settings, region).unwrap();
                let rule = mode.rows(settings.stream == StreamMode::Live);
                let wire = wire_region(mode, settings.stream, frame_region(model, &settings));
                assert_eq!(caller_region(model, &settings), region, "{name}");
                let order = wire.order.unwrap();
                let ours = [order.columns, order.first_column, order.rows, order.first_row].map(u32::from);
                let exact = region.y % rule.align == 0;
                if exact && ours != n[4..] {
                    wrong.push(format!("{name} {} {region:?}: {ours:?}, seen {:?}", line[0], &n[4..]));
                }
                compared += usize::from(exact);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 200, "{compared}");
}

/// A model, a read mode of it, a stream mode, a depth, a bin factor, and a region by
/// fractions of what is left.
fn any_frame() -> impl Strategy<Value = (&'static Model, Settings, [f64; 4])> {
    let models: Vec<&'static Model> = model::driven().collect();
    let model = (0..models.len()).prop_map(move |i| models[i]);
    (model, any::<[u16; 4]>(), any::<[u16; 4]>()).prop_map(|(model, pick, place)| {
        let mode = usize::from(pick[0]) % model.read_modes.len();
        let stream = if pick[1] % 2 == 0 { StreamMode::Single } else { StreamMode::Live };
        let mut settings = settings(model, stream, mode);
        settings.depth = model.depths[usize::from(pick[2]) % model.depths.len()];
        settings.bin = model.bins[usize::from(pick[3]) % model.bins.len()];
        (model, settings, place.map(|n| f64::from(n) / 65_536.0))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_region_of_any_model_is_ordered_whole((model, mut settings, place) in any_frame()) {
        let mode = settings.mode(model);
        let live = settings.stream == StreamMode::Live;
        let all = caller_region(model, &settings).size();
        let part = |place: f64, most: u32| (place * f64::from(most)) as u32;
        let (x, y) = (part(place[0], all.width), part(place[1], all.height));
        let size = (1 + part(place[2], all.width - x), 1 + part(place[3], all.height - y));
        let region = Rect::new(x, y, size.0.min(all.width - x), size.1.min(all.height - y));
        settings.roi = to_frame(model, &settings, region).unwrap();
        prop_assert_eq!(caller_region(model, &settings), region);

        let frame = frame_region(model, &settings);
        let rule = mode.rows(live);
        let wire = wire_region(mode, settings.stream, frame);
        prop_assert!(wire.crop.fits(wire.size), "{}: {:?}", model.name, wire);
        prop_assert!(wire.size.height >= rule.min_rows);
        if let (RowOrder::Rows { unit, unordered, .. }, Some(order)) = (rule.order, wire.order) {
            // Nothing was lost in the two bytes of the order, and the row that the rule puts
            // there is the region's first.
            prop_assert_eq!(u32::from(order.rows), (wire.size.height - unordered) * unit);
            prop_assert_eq!(u32::from(order.first_row) % unit, 0);
            let first = u32::from(order.first_row) / unit - rule.first_at_zero;
            prop_assert_eq!(first % rule.align, 0);
            prop_assert_eq!(first + wire.crop.y - rule.lead, frame.y);
        } else if let (RowOrder::Window(unit), Some(order)) = (rule.order, wire.order) {
            let size = Size::new(order.columns.into(), order.rows.into());
            prop_assert_eq!(size, wire.size);
            let corner = (u32::from(order.first_column), u32::from(order.first_row));
            prop_assert_eq!((corner.0 + wire.crop.x, corner.1 + wire.crop.y), (frame.x, frame.y));
            for edge in [corner.0, corner.1, size.width, size.height] {
                prop_assert_eq!(edge % unit, 0);
            }
        } else {
            prop_assert_eq!(wire.crop.y, rule.lead + frame.y);
        }

        let plan = FramePlan::new(model, &settings).unwrap_or_else(|e| panic!("{} {wire:?}: {e:?}", model.name));
        prop_assert_eq!((plan.info.width, plan.info.height), (region.width, region.height));
        prop_assert!(plan.info.len_bytes() <= whole_frame_bytes(model, &settings));
        let bytes = if settings.depth > 8 { 2 } else { 1 };
        prop_assert_eq!(plan.wire_len(), wire.size.pixels() * bytes);
    }
}

#[test]
fn memory_is_exact_for_every_model() {
    for model in model::all() {
        for (number, mode) in model.read_modes.iter().enumerate() {
            for &depth in model.depths {
                let mut single = settings(model, StreamMode::Single, number);
                single.depth = depth;
                let bytes = mode.image.pixels() * depth as usize / 8;
                assert_eq!(whole_frame_bytes(model, &single), bytes, "{} {}", model.name, mode.name);
                assert_eq!(FramePlan::new(model, &single).unwrap().info.len_bytes(), bytes);
                single.debayer = true;
                let channels = if model.bayer.is_some() && depth <= 16 { 3 } else { 1 };
                assert_eq!(whole_frame_bytes(model, &single), bytes * channels);
            }
        }
    }
}

/// Four bytes before the pixels of a live frame are so many pixels less to the right.
#[test]
fn live_frames_with_bytes_of_their_own_are_cut_behind_them() {
    let model = by_name("QHY268M").unwrap();
    let crop = |depth| {
        let mut live = settings(model, StreamMode::Live, 0);
        live.depth = depth;
        FramePlan::new(model, &live).unwrap().pixels.settings().crop
    };
    assert_eq!(crop(8), Rect::new(24 + 4, 34, 6248, 4176));
    assert_eq!(crop(16), Rect::new(24 + 2, 34, 6248, 4176));
}
