//! The same faults on the vendor's library and on ours: who hangs, who crashes, who hands
//! out wrong data, and who says that something went wrong.
//!
//! The table stands in `docs/reliability.md`. This test makes our column anew, wants it to
//! be free of what is bad and equal to the one that is written there.
//! `QHYCCD_BLESS=1 cargo test --test faults_oracle -- --nocapture` makes both columns anew
//! and writes them down; it takes some minutes, since the vendor's library is let hang for
//! a while before it is said to hang. `FAULTS_ONLY=words` tells the stories with these
//! words in their title, on both libraries, and compares nothing.
#![cfg(all(target_os = "linux", feature = "c-abi", feature = "usb", feature = "virtual"))]

#[path = "oracle/rig.rs"]
#[allow(dead_code, reason = "the comparison of requests uses the rest")]
mod rig;
mod support;

use std::fmt::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rig::Library;
use support::{have, root, run, scratch};

/// A library that has not answered by then hangs. The longest exposure of the stories is
/// 8 s, and frames are allowed 1 s more than they need.
const LIMIT: Duration = Duration::from_secs(90);
/// Stories told at the same time: they mostly wait.
const AT_ONCE: usize = 3;
/// How often the vendor's library is told each story: what it does is not always the same.
const TIMES: u32 = 3;
/// How often a story is told anew if the fault came at another moment than it should.
const TRIES: u32 = 4;

/// One row of the table.
struct Story {
    title: &'static str,
    /// The story that `c-tests/faults.c` tells.
    name: &'static str,
    /// Options of the camera.
    camera: &'static str,
}

const fn story(title: &'static str, name: &'static str, camera: &'static str) -> Story {
    Story { title, name, camera }
}

const STORIES: &[Story] = &[
    story("nothing", "two-frames", ""),
    story("the end of a frame is lost", "two-frames", "faults=shortframe@1:100000"),
    story("a frame does not come at all", "two-frames", "faults=shortframe@1:100000000"),
    story("one packet of a frame is lost", "two-frames", "faults=losepacket@1"),
    story("a frame comes without its marker", "two-frames", "faults=nohead@1"),
    story("a frame is longer than it should be", "two-frames", "faults=longframe@1:8192"),
    story("a packet arrives 0.3 s late", "two-frames", "faults=late@100:300"),
    story(
        "three transfers in a row stall while a frame is fetched",
        "stalls",
        "faults=stall@20000+stall@20001+stall@20002+stall@20003",
    ),
    story("no answer to a question", "temperature", "faults=stall@20000+silent@20001"),
    story("half an answer to a question", "temperature", "faults=stall@20000+short@20001"),
    story("the camera's logic freezes", "frozen", "faults=stall@20000+freeze@20001"),
    story("unplugged during an exposure", "unplug-exposing", "faults=stall@20000+unplug@20001"),
    story("unplugged during a transfer", "unplug-reading", "link_rate=60&faults=stall@20000+unplug@20001"),
    story("unplugged during live video", "unplug-live", "faults=stall@20000+unplug@20001"),
    story("unplugged while idle", "unplug-idle", "faults=stall@20000+unplug@20001"),
    story("power lost for half a second", "power-cycle", "faults=stall@20000+replug@20001:500"),
    story("USB reset during a transfer", "reset-reading", "link_rate=60&faults=stall@20000+reset@20001"),
    story("every third live frame lacks a packet", "live", "seed=2&faults=losepacket~0.33"),
    story("one exposure, its frame fetched twice", "twice", ""),
    story("cancelled while another thread waits", "cancel", ""),
    story("a question during an exposure", "ask-exposing", ""),
    story("a question during a transfer", "ask-reading", "link_rate=60"),
    story("two threads ask while frames are taken", "crowd", ""),
    story("closed and opened again, five times", "reopen", ""),
    story("closed while another thread waits", "close-waiting", ""),
    story("live video on and off, ten times", "live-again", ""),
];

/// What must not happen.
const BAD: [&str; 6] = ["hang", "crash", "wrong frame", "wrong answer", "not woken", "waits for the frame"];

/// Tells one story to one library.
fn tell(library: &Library, program: &Path, story: &Story, column: &str) -> String {
    let dir = scratch(&format!("{column}-{}", story.title.replace(' ', "-")));
    let cameras = format!("QHY600M?scene=xy&{}", story.camera);
    for _ in 0..TRIES {
        let mut command = library.command(program, cameras.trim_end_matches('&'), &dir);
        let stdout = dir.join("stdout");
        let mut child = command
            .arg(story.name)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&stdout).expect("file"))
            .stderr(Stdio::null())
            .spawn()
            .expect("start");
        let end = Instant::now() + LIMIT;
        let status = loop {
            match child.try_wait().expect("wait") {
                Some(status) => break Some(status),
                None if Instant::now() < end => std::thread::sleep(Duration::from_millis(20)),
                None => {
                    child.kill().expect("kill");
                    child.wait().expect("wait");
                    break None;
                }
            }
        };
        let printed = String::from_utf8_lossy(&std::fs::read(&stdout).expect("stdout")).into_owned();
        let end = match status {
            None => Some("hang"),
            Some(status) if status.signal().is_some() => Some("crash"),
            Some(_) => None,
        };
        if end.is_none() && !printed.ends_with("end\n") {
            println!("{}: once more: {}", story.title, printed.lines().last().unwrap_or_default());
            continue;
        }
        log(column, story, &printed);
        return sum_up(&printed, end);
    }
    "not told".into()
}

/// What was printed, in one line: the table has no times.
fn log(dir: &str, story: &Story, printed: &str) {
    println!("{dir}: {}: {}", story.title, printed.replace('\n', " "));
}

/// From the printed lines to a cell of the table: what each call came to; of a call that
/// was made many times, the worst.
fn sum_up(printed: &str, end: Option<&str>) -> String {
    let mut steps: Vec<(&str, &str)> = Vec::new();
    let mut asked = None;
    let bad = |judgement: &str| BAD.contains(&judgement);
    let mut note = |what, judgement| match steps.iter_mut().find(|(known, _)| *known == what) {
        Some((_, worst)) if bad(worst) || (!bad(judgement) && *worst == "error") => {}
        Some((_, worst)) => *worst = judgement,
        None => steps.push((what, judgement)),
    };
    for line in printed.lines() {
        if let Some(what) = line.strip_prefix("> ") {
            asked = Some(what);
        } else if let Some(judgement) = line.strip_prefix("= ").and_then(|l| l.split(", ").next()) {
            note(asked.take().expect("a judgement of something"), judgement);
        }
    }
    if let Some(end) = end {
        note(asked.unwrap_or(if printed.ends_with("end\n") { "exit" } else { "start" }), end);
    }
    let shown = steps.iter().filter(|(_, judgement)| *judgement != "done");
    let cells = shown.map(|(what, judgement)| match bad(judgement) {
        true => format!("{what}: **{judgement}**"),
        false => format!("{what}: {judgement}"),
    });
    let cell = cells.collect::<Vec<_>>().join("; ");
    if cell.is_empty() { "no trouble".into() } else { cell }
}

/// The worst of several columns, and how often that was seen if not always.
fn worst(columns: &[Vec<String>]) -> Vec<String> {
    let weight =
        |cell: &str| BAD.iter().rev().position(|b| cell.contains(&format!("**{b}**"))).map_or(0, |p| p + 1);
    let cells = (0..columns[0].len()).map(|row| {
        let seen: Vec<&String> = columns.iter().map(|column| &column[row]).collect();
        let worst = *seen.iter().max_by_key(|cell| weight(cell)).expect("a column");
        match seen.iter().filter(|cell| **cell == worst).count() {
            times if times == seen.len() => worst.clone(),
            times => format!("{worst} ({times} of {} times)", seen.len()),
        }
    });
    cells.collect()
}

/// Tells all stories, some at a time.
fn tell_all(library: &Library, program: &Path, stories: &[&Story], dir: &str) -> Vec<String> {
    let next = Mutex::new(0);
    let cells = Mutex::new(vec![String::new(); stories.len()]);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = {
                        let mut next = next.lock().expect("lock");
                        *next += 1;
                        *next - 1
                    };
                    let Some(story) = stories.get(number) else { return };
                    let cell = tell(library, program, story, dir);
                    cells.lock().expect("lock")[number] = cell;
                }
            });
        }
    });
    cells.into_inner().expect("lock")
}

const START: &str = "<!-- printed by tests/faults_oracle.rs -->\n";
const END: &str = "<!-- end -->\n";

fn table(stories: &[&Story], theirs: &[String], ours: &[String]) -> String {
    let mut text = String::from("| what goes wrong | vendor's library | ours |\n|---|---|---|\n");
    for ((story, theirs), ours) in stories.iter().zip(theirs).zip(ours) {
        writeln!(text, "| {} | {theirs} | {ours} |", story.title).expect("string");
    }
    let count = |cells: &[String], what: &[&str]| {
        let has = |cell: &&String| what.iter().any(|w| cell.contains(&format!("**{w}**")));
        cells.iter().filter(has).count()
    };
    text.push_str("\n| stories of ");
    write!(text, "{} with a | vendor's library | ours |\n|---|---|---|\n", stories.len()).expect("string");
    for (name, what) in [
        ("hang", &["hang"][..]),
        ("crash", &["crash"]),
        ("wrong frame or answer as success", &["wrong frame", "wrong answer", "not woken"]),
        ("wait for another thread's frame", &["waits for the frame"]),
        ("any of these", &BAD),
    ] {
        writeln!(text, "| {name} | {} | {} |", count(theirs, what), count(ours, what)).expect("string");
    }
    text
}

/// One column of the table in the document.
fn column(document: &str, place: usize) -> Vec<(String, String)> {
    let (_, rest) = document.split_once(START).expect("start of the table");
    let (block, _) = rest.split_once("\n\n").expect("end of the table");
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect::<Vec<_>>();
    let rows = block.lines().skip(2).map(cells);
    rows.map(|row| (row[0].clone(), row[place].clone())).collect()
}

#[test]
fn faults_end_in_errors_and_never_in_silence_or_lies() {
    const TEST: &str = "faults_end_in_errors_and_never_in_silence_or_lies";
    if !have("cc", &["--version"], TEST) || !have("pkg-config", &["--exists", "libusb-1.0"], TEST) {
        return;
    }
    let file = root().join("docs/reliability.md");
    let only = std::env::var("FAULTS_ONLY").ok();
    let bless = std::env::var_os("QHYCCD_BLESS").is_some();
    let fits = |s: &&Story| only.as_ref().is_none_or(|words| s.title.contains(words.as_str()));
    let stories: Vec<&Story> = STORIES.iter().filter(fits).collect();

    let Some(ours) = Library::ours(TEST) else { return };
    let flags = run(std::process::Command::new("pkg-config").args(["--cflags", "libusb-1.0"])).silent();
    let mut flags: Vec<_> = flags.split_whitespace().collect();
    flags.push("-l:libusb-1.0.so.0");
    let program = ours.program("faults", &flags);
    let our_column = tell_all(&ours, &program, &stories, "faults-ours");

    let document = std::fs::read_to_string(&file).expect("docs/reliability.md");
    if bless || only.is_some() {
        let Some(oracle) = Library::oracle(TEST) else { return };
        let columns: Vec<_> =
            (0..TIMES).map(|_| tell_all(&oracle, &program, &stories, "faults-theirs")).collect();
        let their_column = worst(&columns);
        let text = table(&stories, &their_column, &our_column);
        println!("{text}");
        if only.is_none() {
            let (before, rest) = document.split_once(START).expect("start of the table");
            let (_, after) = rest.split_once(END).expect("end of the table");
            std::fs::write(&file, format!("{before}{START}{text}{END}{after}")).expect("written");
        }
    } else {
        let written = column(&document, 2);
        let now: Vec<_> = stories.iter().map(|s| s.title.to_owned()).zip(our_column.clone()).collect();
        assert_eq!(written, now, "docs/reliability.md tells otherwise");
    }
    for (story, cell) in stories.iter().zip(&our_column) {
        assert!(!cell.contains("**") && cell != "not told", "{}: {cell}", story.title);
    }
}

#[test]
fn the_worst_of_many_calls_is_shown() {
    let printed =
        "> frame\n= good frame, 7 ms\n> frame\n= wrong frame\n> frame\n= error\n> close\n= done\nend\n";
    assert_eq!(sum_up(printed, None), "frame: **wrong frame**");
    assert_eq!(sum_up("> frame\n= error\n> frame\n= good frame\nend\n", None), "frame: error");
    assert_eq!(sum_up("> frame\n= error\n> close\n", Some("hang")), "frame: error; close: **hang**");
    assert_eq!(sum_up("> close\n= done\nend\n", None), "no trouble");
    assert_eq!(sum_up("> close\n= done\nend\n", Some("crash")), "exit: **crash**");
    let columns = ["a: error", "a: **wrong frame**", "a: **crash**", "a: error"].map(|c| vec![c.to_owned()]);
    assert_eq!(worst(&columns), ["a: **crash** (1 of 4 times)"]);
    assert_eq!(worst(&columns[..1]), ["a: error"]);
}
