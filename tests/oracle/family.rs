//! The same for every model that the library drives: the vendor's library and ours on its
//! virtual camera, in sections that count one by one.
//!
//! `ORACLE_MODELS=all` runs all of them, `ORACLE_MODELS=QHY268M,QHY533C` these; otherwise a
//! few that differ most. `ORACLE_LIST=1` names those that are equal. The vendor's library
//! mostly sleeps, so several run side by side.

use std::collections::BTreeMap;
use std::fmt::Write;

use parking_lot::Mutex;
use qhyccd::model::{self, ControlId, Level, Model, ReadMode, RowOrder, TrafficLaw};
use qhyccd::util::Rect;

use super::listed::Difference;
use super::rig::{Rig, Run};
use super::scenarios::Scenario;
use super::{scene_hash, trace};

/// On every push: one of each kind of row rule, wire and initialisation.
const USUAL: [&str; 5] = ["QHY268C", "QHY533M", "QHY5III678M", "QHY410C", "QHY268M"];
/// How many models run at a time.
const SIDE_BY_SIDE: usize = 6;
/// A line that begins a section.
const SECTION: &str = "echo ";
/// Samples of a range.
const SAMPLES: u32 = 24;

/// The models that the environment asks for.
pub(crate) fn models() -> Vec<&'static Model> {
    let wanted = std::env::var("ORACLE_MODELS").unwrap_or_else(|_| USUAL.join(","));
    let models: Vec<_> =
        model::driven().filter(|m| wanted == "all" || wanted.split(',').any(|name| name == m.name)).collect();
    assert!(!models.is_empty(), "no model among `{wanted}`");
    models
}

/// Rows of the list that are of no use any more: every model that they are about was run,
/// and nothing needed them.
pub(crate) fn stale(models: &[&'static Model], list: &[Difference]) -> Vec<String> {
    let is_about = |row: &Difference, model: &Model| {
        ["settings", "single", "live"]
            .iter()
            .any(|part| row.is_about(&format!("family-{part}-{}", model.name)))
    };
    let was_run = |model: &Model| models.iter().any(|other| std::ptr::eq(*other, model));
    let due = |row: &&Difference| row.must_occur() && row.seen() == 0;
    list.iter()
        .filter(due)
        .filter(|row| model::driven().filter(|m| is_about(row, m)).all(&was_run))
        .map(|row| format!("{} is listed but does not occur", row.id))
        .collect()
}

/// What came of one section of one model.
pub(crate) struct Section {
    pub(crate) model: &'static Model,
    pub(crate) name: String,
    /// What differs and is not listed.
    pub(crate) failures: Vec<String>,
    /// Frames that both libraries handed out alike, and that were the scene.
    pub(crate) frames: usize,
}

/// Runs all sections of these models.
pub(crate) fn run(rig: &Rig, models: &[&'static Model], list: &[Difference]) -> Vec<Section> {
    let waiting = Mutex::new(models.iter().flat_map(|model| scripts(model)).collect::<Vec<_>>());
    let runs = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let Some((model, scenario)) = waiting.lock().pop() else { return };
                    let script = scenario.script();
                    let theirs = rig.try_run(&rig.oracle, &scenario.name, &scenario.cameras, &script);
                    let ours = rig.try_run(&rig.ours, &scenario.name, &scenario.cameras, &script);
                    runs.lock().push((model, scenario, theirs, ours));
                }
            });
        }
    });
    let mut sections = Vec::new();
    for (model, scenario, theirs, ours) in runs.into_inner() {
        sections.extend(compare(model, &scenario, &theirs, &ours, list));
    }
    sections.sort_by_key(|s| (s.model.name, s.name.clone()));
    sections
}

fn each<T>(values: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) -> String {
    values.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Some values from the smallest to the largest.
fn samples(least: f64, most: f64, count: u32) -> Vec<f64> {
    let step = ((most - least) / f64::from(count)).max(1.0);
    let mut values: Vec<f64> =
        (0..=count).map(|n| (least + f64::from(n) * step).floor()).filter(|v| *v < most).collect();
    values.push(most);
    values
}

fn sweep(model: &Model, id: ControlId, count: u32) -> String {
    let Some(range) = model.control(id).and_then(|c| c.range) else { return String::new() };
    each(samples(range.min, range.max, count), |v| format!("set {} {v}\nget {}", id.0, id.0))
}

/// Regions in the picture of a stream mode: even first rows, in the middle, at the far
/// corner and over the whole width.
fn regions(mode: &ReadMode, live: bool) -> [Rect; 3] {
    let shown = mode.shown(live);
    let (w, h) = (shown.width, shown.height);
    let even = |row: u32| row / 32 * 32;
    // Where columns are ordered, the vendor's library waits for ever for a single frame of less
    // than some 20 kB.
    let few = if matches!(mode.rows(live).order, RowOrder::Window(_)) { 320 } else { 64 };
    [
        Rect::new(w / 4 / 8 * 8, even(h / 3), w / 4 / 8 * 8, h / 4 / 8 * 8),
        Rect::new(w - few, even(h).saturating_sub(64), few, 48.min(h)),
        // Not from the first column: the frame number may stand there.
        Rect::new(8, even(h / 2), w - 8, 64.min(h / 2)),
    ]
}

fn roi(r: Rect) -> String {
    format!("roi {} {} {} {}", r.x, r.y, r.width, r.height)
}

fn scripts(model: &'static Model) -> Vec<(&'static Model, Scenario)> {
    let mut list = vec![(model, settings(model))];
    let mode = &model.read_modes[0];
    if mode.unknown.is_none() {
        list.push((model, frames(model, mode, false)));
        list.push((model, frames(model, mode, true)));
    }
    list
}

fn settings(model: &Model) -> Scenario {
    let first = &model.read_modes[0];
    let modes = each(0..model.read_mode_count(), |mode| {
        let gains = sweep(model, ControlId::GAIN, 80);
        format!(
            "echo init-mode-{mode}\nreadmode {mode}\ninit\nchip\neffective\ncurrentroi\nset 6 0\nset 7 0\n\
             echo gains-mode-{mode}\n{gains}"
        )
    });
    let traffic = match model.traffic {
        TrafficLaw::Value | TrafficLaw::Exposure => sweep(model, ControlId::USB_TRAFFIC, SAMPLES),
        TrafficLaw::Nothing => "set 12 0\nget 12".into(),
    };
    let most_us = model.control(ControlId::EXPOSURE).and_then(|c| c.range).map_or(1.0, |r| r.max.min(2e9));
    let times = (0..SAMPLES).map(|n| most_us.powf(f64::from(n) / f64::from(SAMPLES - 1)).floor());
    let exposures = each(times, |us| format!("set 8 {us}\nget 8"));
    let rois = each(regions(first, false), |r| format!("{}\ncurrentroi", roi(r)));
    let text = format!(
        "echo open\nresource\nscan\nopen\nreadmodes\nstream 0\n{modes}\necho offset\nreadmode 0\ninit\n{}\n\
         echo exposure\n{exposures}\nset 8 1000\necho traffic\n{traffic}\necho regions\nbits 16\n{rois}\n\
         echo bits\nbits 8\nbits 16\necho close\nclose\nrelease",
        sweep(model, ControlId::OFFSET, SAMPLES)
    );
    scenario(model, "settings", text)
}

fn frames(model: &Model, mode: &ReadMode, live: bool) -> Scenario {
    let all = regions(mode, live);
    // What cannot be ordered comes whole; then one region is enough of a large frame, and all
    // rows of it show whether the vendor's library, too, takes it for that.
    let shots = match mode.rows(live).order {
        RowOrder::Whole => vec![Rect { y: 0, height: mode.shown(live).height, ..all[0] }, all[1]],
        _ => all.to_vec(),
    };
    let text = if live {
        format!(
            "echo live\nresource\nscan\nopen\nstream 1\ninit\nbits 8\nset 8 1000\n{}\nbegin\nlive 3\nstop\nclose\n\
             release",
            roi(all[0])
        )
    } else {
        let shots = each(shots, |r| format!("{}\nshot", roi(r)));
        format!(
            "echo single\nresource\nscan\nopen\nstream 0\ninit\nbits 16\nset 8 1000\n{shots}\nbits 8\nshot\nclose\n\
             release"
        )
    };
    scenario(model, if live { "live" } else { "single" }, text)
}

fn scenario(model: &Model, part: &str, text: String) -> Scenario {
    let lines = text.lines().filter(|line| !line.is_empty()).map(String::from).collect();
    let cameras = format!("{}?scene=xy&readout=instant", model.name);
    Scenario { name: format!("family-{part}-{}", model.name), cameras, lines }
}

/// What each section printed, and what each of its calls sent.
#[derive(Default)]
struct Part {
    answers: Vec<String>,
    calls: Vec<trace::Segment>,
}

fn parts(run: &Run) -> BTreeMap<String, Part> {
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    let mut name = String::new();
    for line in &run.stdout {
        match line.strip_prefix(SECTION) {
            Some(section) => name = section.into(),
            None => parts.entry(name.clone()).or_default().answers.push(line.clone()),
        }
    }
    name.clear();
    for segment in trace::segments(&run.trace) {
        match segment.call.strip_prefix(SECTION) {
            Some(section) => name = section.into(),
            None => parts.entry(name.clone()).or_default().calls.push(segment),
        }
    }
    parts
}

fn compare(
    model: &'static Model,
    scenario: &Scenario,
    theirs: &Run,
    ours: &Run,
    list: &[Difference],
) -> Vec<Section> {
    let (mut theirs, mut ours) = (parts(theirs), parts(ours));
    let names = scenario.lines.iter().filter_map(|line| line.strip_prefix(SECTION));
    names
        .map(|name| {
            let (a, b) = (theirs.remove(name).unwrap_or_default(), ours.remove(name).unwrap_or_default());
            let mut failures = Vec::new();
            let lines = a.answers.len().max(b.answers.len());
            // A listed row may say that theirs hands out another frame, none, or hangs.
            let (mut other_frames, mut hangs) = (0, false);
            for i in 0..lines {
                let line = |part: &Part| part.answers.get(i).cloned().unwrap_or_default();
                let (a, b) = (line(&a), line(&b));
                if a == b {
                    continue;
                }
                if list.iter().any(|d| d.explains_answer(&scenario.name, &a, &b)) {
                    other_frames += usize::from(b.contains("hash"));
                    hangs |= a.is_empty();
                } else {
                    failures.push(format!("answer `{a}` | `{b}`"));
                }
            }
            if a.calls.len() != b.calls.len() && !hangs {
                failures.push(format!("{} calls by theirs, {} by ours", a.calls.len(), b.calls.len()));
            }
            for (a, b) in a.calls.iter().zip(&b.calls) {
                let place = format!("{}: {}", scenario.name, a.call);
                let (only_theirs, only_ours) = trace::differences(&a.requests, &b.requests);
                let unlisted = |request: &&&String, by_ours: bool| {
                    !list.iter().any(|d| d.explains_request(&place, request, by_ours))
                };
                for request in only_theirs.iter().filter(|r| unlisted(r, false)) {
                    failures.push(format!("{}: only theirs {request}", a.call));
                }
                for request in only_ours.iter().filter(|r| unlisted(r, true)) {
                    failures.push(format!("{}: only ours   {request}", a.call));
                }
            }
            let mut frames = 0;
            if scenario.name.contains("single") || scenario.name.contains("live") {
                let live = scenario.name.contains("live");
                check_frames(&model.read_modes[0], live, &b.answers, &mut failures);
                // Theirs are compared with ours above.
                let framed = |(a, b): &(&String, &String)| a == b && a.contains("hash");
                frames = a.answers.iter().zip(&b.answers).filter(framed).count();
                if frames + other_frames == 0 {
                    failures.push("no frame".into());
                }
            }
            Section { model, name: name.into(), failures, frames }
        })
        .collect()
}

/// Compares the frames of a run of ours with the scene.
fn check_frames(mode: &ReadMode, live: bool, answers: &[String], failures: &mut Vec<String>) {
    let shown = mode.shown(live);
    let (mut bits, mut region) = (16, Rect::new(0, 0, 1, 1));
    for line in answers {
        let n = super::numbers(line);
        match line.split(' ').next() {
            Some("bits") => bits = n[0],
            Some("roi") => region = Rect::new(n[0] + shown.x, n[1] + shown.y, n[2], n[3]),
            Some("shot" | "live") if line.contains("hash") => {
                let hash = scene_hash(region.x, region.y, region.width, region.height, 1, bits);
                if !line.ends_with(&format!("hash {hash:016x}")) {
                    failures.push(format!("ours: {region:?} {bits} bit is not the scene: {line}"));
                }
            }
            _ => {}
        }
    }
}

/// One line for people, and what failed of each model.
pub(crate) fn report(models: &[&'static Model], sections: &[Section]) -> (String, Vec<String>) {
    let equal = sections.iter().filter(|s| s.failures.is_empty()).count();
    let all_equal = |model: &&&'static Model, framed: bool| {
        let of_it = |s: &&Section| {
            std::ptr::eq(s.model, **model) && (s.name == "single" || s.name == "live") == framed
        };
        let mut own = sections.iter().filter(of_it).peekable();
        if framed {
            own.any(|s| s.failures.is_empty() && s.frames > 0)
        } else {
            own.peek().is_some() && own.all(|s| s.failures.is_empty())
        }
    };
    let commands: Vec<_> = models.iter().filter(|m| all_equal(m, false)).map(|m| m.name).collect();
    let framed: Vec<_> = models.iter().filter(|m| all_equal(m, true)).map(|m| m.name).collect();
    let frames: usize = sections.iter().map(|s| s.frames).sum();
    let mut line = format!(
        "{} models, {} scenarios: {} models equal in every setting, {} in single or live frames; {equal} of \
         {} sections equal, {frames} frames equal to the scene",
        models.len(),
        models.iter().map(|model| scripts(model).len()).sum::<usize>(),
        commands.len(),
        framed.len(),
        sections.len()
    );
    if std::env::var_os("ORACLE_LIST").is_some() {
        for (what, names) in [("every setting", &commands), ("frames", &framed)] {
            write!(line, "\nequal in {what}: {}", names.join(" ")).expect("string");
        }
    }
    let failed = sections.iter().filter(|s| !s.failures.is_empty()).flat_map(|s| {
        // One model is looked into; of many, the first ones tell what is wrong.
        let shown = if models.len() == 1 { usize::MAX } else { 6 };
        s.failures.iter().take(shown).map(move |text| format!("{} {}: {text}", s.model.name, s.name))
    });
    // Tables say themselves whether they were compared.
    let level = |model: &&'static Model| {
        let equal = commands.contains(&model.name) && framed.contains(&model.name);
        let told = model.level == Level::Oracle;
        (equal != told).then(|| format!("{}: equal is {equal}, its level is {:?}", model.name, model.level))
    };
    (line, failed.chain(models.iter().filter_map(level)).collect())
}
