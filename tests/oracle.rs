//! The vendor's library and ours, one after the other, on the same virtual camera over
//! the same libusb look-alike: equal answers, equal requests, equal pixels, or a listed
//! difference.
//!
//! The vendor's library comes out of the Python package `qhyccd==0.1.3` at test time and
//! is never stored here. `docs/differences.md` is the list; a difference that is not in
//! it fails, and so does one that no longer occurs. `ORACLE_ONLY=name` runs the scenarios
//! with that in their name (and then does not ask for unused differences); `ORACLE_SHOW=n` prints up to n failures.

#[path = "oracle/family.rs"]
mod family;
#[path = "oracle/listed.rs"]
mod listed;
#[path = "oracle/rig.rs"]
mod rig;
#[path = "oracle/scenarios.rs"]
mod scenarios;
mod support;
#[path = "oracle/trace.rs"]
mod trace;

use listed::Difference;
use rig::{Rig, Run};
use scenarios::Scenario;

/// What `vcam` documents of scene `xy`, binned as the vendor's library does, as the
/// scenario program hashes it.
fn scene_hash(x: u32, y: u32, width: u32, height: u32, bin: u32, bits: u32) -> u64 {
    let pixel = |x: u32, y: u32| {
        let value = x.wrapping_mul(7).wrapping_add(y.wrapping_mul(13)).wrapping_add(x.wrapping_mul(y)) as u16;
        if bits == 8 { u32::from(value >> 8) } else { u32::from(value) }
    };
    let mut hash = 1_469_598_103_934_665_603_u64;
    let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211);
    for row in 0..height {
        for column in 0..width {
            let mut sum = 0;
            for dy in 0..bin {
                for dx in 0..bin {
                    sum += pixel((x + column) * bin + dx, (y + row) * bin + dy);
                }
            }
            if bits == 8 {
                eat(sum.min(255) as u8);
            } else {
                sum.min(65535).to_le_bytes()[..2].iter().for_each(|b| eat(*b));
            }
        }
    }
    hash
}

/// The numbers in a line.
fn numbers(line: &str) -> Vec<u32> {
    line.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
}

/// Compares every frame of a run on scene `xy` with the scene itself. Returns how many
/// there were and the lines of those that differ.
fn check_against_scene(run: &Run) -> (usize, Vec<String>) {
    let (mut bin, mut bits, mut region, mut frames, mut wrong) = (1, 16, [0; 4], 0, Vec::new());
    for line in &run.stdout {
        let n = numbers(line);
        match line.split(' ').next() {
            Some("bin") if line.ends_with(" 0") => bin = n[0],
            Some("bits") if line.ends_with(" 0") => bits = n[0],
            Some("roi") if line.ends_with(" 0") => region.copy_from_slice(&n[..4]),
            Some("shot") => {
                frames += 1;
                let [x, y, w, h] = region;
                let hash = format!("hash {:016x}", scene_hash(x, y, w, h, bin, bits));
                if !line.ends_with(&hash) {
                    wrong.push(format!("roi {x},{y} {w}x{h} bin {bin} {bits} bit: {line}, scene {hash}"));
                }
            }
            _ => {}
        }
    }
    (frames, wrong)
}

/// Compares one scenario; adds what nobody explains to `failures`. Returns the number of
/// answers and of requests that were compared.
fn compare(
    scenario: &Scenario,
    theirs: &Run,
    ours: &Run,
    list: &[Difference],
    failures: &mut Vec<String>,
) -> (usize, usize) {
    let name = &scenario.name;
    if theirs.stdout.len() != ours.stdout.len() {
        failures.push(format!(
            "{name}: {} lines of answers by theirs, {} by ours",
            theirs.stdout.len(),
            ours.stdout.len()
        ));
    }
    for (a, b) in theirs.stdout.iter().zip(&ours.stdout) {
        if a != b && !list.iter().any(|d| d.explains_answer(name, a, b)) {
            failures.push(format!("{name}: answer\n    theirs {a}\n    ours   {b}"));
        }
    }
    let (their_calls, our_calls) = (trace::segments(&theirs.trace), trace::segments(&ours.trace));
    assert_eq!(their_calls.len(), our_calls.len(), "{name}: calls in the records");
    let mut requests = 0;
    for (a, b) in their_calls.iter().zip(&our_calls) {
        assert_eq!(a.call, b.call, "{name}: the same script");
        requests += a.requests.len();
        let place = format!("{name}: {}", a.call);
        let (only_theirs, only_ours) = trace::differences(&a.requests, &b.requests);
        for (request, by_ours) in
            only_theirs.iter().map(|r| (r, false)).chain(only_ours.iter().map(|r| (r, true)))
        {
            if !list.iter().any(|d| d.explains_request(&place, request, by_ours)) {
                let who = if by_ours { "ours  " } else { "theirs" };
                failures.push(format!("{place}: only {who} {request}"));
            }
        }
    }
    (theirs.stdout.len(), requests)
}

#[test]
fn every_model_as_the_vendors_library() {
    let Some(rig) = Rig::get("every_model_as_the_vendors_library") else { return };
    let document = std::fs::read_to_string(support::root().join("docs/differences.md")).expect("list");
    let mut list = listed::read(&document, "| D");
    let others = list.len();
    list.extend(listed::read(&document, "| F"));
    let models = family::models();
    let sections = family::run(rig, &models, &list);
    let (line, mut failures) = family::report(&models, &sections);
    // Those of the first table are the other test's matter.
    failures.extend(family::stale(&models, &list[others..]));
    println!("{line}");
    let show = std::env::var("ORACLE_SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let shown = failures.iter().take(show).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{line}\n{} differences that nobody listed:\n{shown}", failures.len());
}

#[test]
fn same_as_the_vendors_library() {
    let Some(rig) = Rig::get("same_as_the_vendors_library") else { return };
    let document = std::fs::read_to_string(support::root().join("docs/differences.md")).expect("list");
    let list = listed::read(&document, "| D");
    let only = std::env::var("ORACLE_ONLY").unwrap_or_default();
    let scenarios: Vec<_> = scenarios::all().into_iter().filter(|s| s.name.contains(&only)).collect();
    assert!(!scenarios.is_empty(), "no scenario has `{only}` in its name");

    let (mut failures, mut answers, mut requests, mut frames) = (Vec::new(), 0, 0, 0);
    for scenario in &scenarios {
        let script = scenario.script();
        // Side by side: the vendor's library mostly sleeps.
        let (theirs, ours) = std::thread::scope(|scope| {
            let theirs = scope.spawn(|| rig.run(&rig.oracle, &scenario.name, &scenario.cameras, &script));
            let ours = rig.run(&rig.ours, &scenario.name, &scenario.cameras, &script);
            (theirs.join().expect("the run on the vendor's library"), ours)
        });
        if scenario.name.starts_with("frames-") {
            let (count, wrong) = check_against_scene(&ours);
            failures.extend(wrong.into_iter().map(|w| format!("{}: not the scene: {w}", scenario.name)));
            frames += count;
            if !scenario.name.contains("odd") {
                let wrong = check_against_scene(&theirs).1;
                failures.extend(wrong.into_iter().map(|w| format!("{}: theirs: {w}", scenario.name)));
            }
        }
        let (a, r) = compare(scenario, &theirs, &ours, &list, &mut failures);
        (answers, requests) = (answers + a, requests + r);
    }
    let used = list.iter().filter(|d| d.seen() > 0).count();
    println!(
        "{} scenarios, {answers} answers and {requests} requests compared, {frames} frames equal to the \
         scene, {used} of {} listed differences seen",
        scenarios.len(),
        list.len()
    );
    if only.is_empty() {
        for unused in list.iter().filter(|d| d.seen() == 0 && d.must_occur()) {
            failures.push(format!("{} is listed but does not occur", unused.id));
        }
    }
    let show = std::env::var("ORACLE_SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let shown = failures.iter().take(show).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} differences that nobody listed:\n{shown}", failures.len());
}
