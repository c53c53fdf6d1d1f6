//! Holds the source to the rules of `ARCHITECTURE.md`: who may use whom, where `unsafe`,
//! C types and the USB library may appear, and how long a file may be.
//!
//! Reads the files as text. Comments and strings do not count; `use crate::{a, b}` does,
//! and so do paths that climb with `super`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules under the library's root.
const MODULES: [&str; 8] = ["camera", "ffi", "frame", "model", "transport", "util", "vcam", "wire"];

/// What each part may use besides itself: a module, or single items of one.
/// The last matching row counts.
const TABLE: &[(&str, &[&str])] = &[
    ("util", &[]),
    ("model", &["util"]),
    ("wire", &["util", "transport::Setup"]),
    ("frame", &["util"]),
    ("transport", &["util"]),
    ("transport/virtual_", &["util", "vcam"]),
    (
        "vcam",
        &[
            "model",
            "wire",
            "util",
            "transport::Setup",
            "transport::Identity",
            "transport::UsbError",
            "transport::LinkSpeed",
            "transport::BusEvent",
            "transport::BusListener",
        ],
    ),
    ("camera", &["model", "wire", "transport", "frame", "util"]),
    ("ffi", &["camera", "frame", "model", "util"]),
    ("bin", &["camera", "model", "transport", "frame", "util"]),
];

/// Insides of `transport` that nobody else names.
const PRIVATE: [&str; 2] = ["transport::usb", "transport::virtual_"];

/// Words that may stand in some folders only.
const WORDS: &[(&[&str], &[&str])] = &[
    // The bench and the photon transfer curve call libraries by their C names, or they would
    // measure something else.
    (&["unsafe"], &["ffi", "transport/usb", "bin/qhy/support/sdk"]),
    (&["rusb", "libusb1_sys"], &["transport/usb"]),
    (&["libc"], &["ffi", "transport/usb", "bin/qhy/support/sdk"]),
    (
        &["c_char", "c_int", "c_uint", "c_long", "c_void", "CStr", "CString"],
        &["ffi", "transport/usb", "bin/qhy/support/sdk"],
    ),
    (&["clap", "indicatif"], &["bin"]),
    (&["println", "eprintln", "dbg"], &["bin"]),
];

/// About 400 lines of code a file may have, without comments, blank lines and unit tests. Tables of
/// facts (`model`) and of C declarations may be longer.
const LONGEST: usize = 420;
const TABLES: [&str; 2] = ["model/", "ffi/types.rs"];

#[test]
fn the_source_keeps_the_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 20, "found only {} files", files.len());

    let mut faults = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read_to_string(file).unwrap();
        faults.extend(check(&name, &text).into_iter().map(|fault| format!("{name}: {fault}")));
        if !forbids_unsafe(&root, &name) {
            faults.push(format!("{name}: neither it nor a module above forbids unsafe code"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// All that is wrong with one file. `name` is its path below `src`.
fn check(name: &str, text: &str) -> Vec<String> {
    let code = bare(text);
    let mut faults: Vec<String> = uses(name, &code).iter().filter_map(|path| judge(name, path)).collect();
    for (words, folders) in WORDS {
        // Unit tests may print what they skip.
        let code = if words.contains(&"println") { before_tests(name, &code) } else { &code };
        for word in words.iter().filter(|word| has_word(code, word)) {
            if !folders.iter().any(|folder| inside(name, folder)) {
                faults.push(format!("`{word}` belongs in {folders:?} only"));
            }
        }
    }
    let lines = before_tests(name, &code).lines().filter(|line| !line.trim().is_empty()).count();
    if lines > LONGEST && !TABLES.iter().any(|table| name.starts_with(table)) {
        faults.push(format!("{lines} lines of code, more than {LONGEST}"));
    }
    faults
}

/// What is wrong with using `path` (`module::item::...`) in this file.
fn judge(name: &str, path: &str) -> Option<String> {
    let own = name.split(['/', '.']).next().unwrap_or_default();
    let module = path.split("::").next().unwrap_or_default();
    if module == own || !MODULES.contains(&module) {
        return None;
    }
    let (_, allowed) = TABLE.iter().rfind(|(part, _)| inside(name, part))?;
    let covers = |rule: &&str| path == *rule || path.starts_with(&format!("{rule}::"));
    if !allowed.iter().any(&covers) {
        return Some(format!("must not use `{path}`"));
    }
    PRIVATE.iter().any(covers).then(|| format!("`{path}` is private to its module"))
}

/// True if a file lies in a folder, or is the module of that name.
fn inside(name: &str, part: &str) -> bool {
    name.strip_prefix(part).is_some_and(|rest| rest.starts_with(['/', '.']))
}

/// Paths from the library's root that the code names, `use` trees taken apart.
fn uses(name: &str, code: &str) -> BTreeSet<String> {
    let library = if inside(name, "bin") { "qhyccd" } else { "crate" };
    let mut found = BTreeSet::new();
    for (root, climbs) in [(library, false), ("super", true)] {
        for (at, _) in code.match_indices(root) {
            let Some(rest) = code[at + root.len()..].trim_start().strip_prefix("::") else { continue };
            // Of `super::super::x` the last step counts: it is the one that may reach the
            // library's root.
            let more = climbs && rest.trim_start().starts_with("super");
            if more || code[..at].chars().next_back().is_some_and(is_word) {
                continue;
            }
            let mut paths = Vec::new();
            tree(rest, "", &mut paths);
            found.extend(paths.into_iter().filter(|path| !climbs || !neighbour(name, path)));
        }
    }
    found
}

/// True if a path that climbed begins with a file or folder next to this file or above it,
/// below the root: then it stayed in its layer.
fn neighbour(name: &str, path: &str) -> bool {
    let first = path.split("::").next().unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = Path::new(name).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.any(|folder| {
        let here = root.join(folder).join(first);
        here.is_dir() || here.with_extension("rs").is_file()
    })
}

/// Takes `a::{b, c::d}` apart; returns what follows it.
fn tree<'a>(code: &'a str, prefix: &str, paths: &mut Vec<String>) -> &'a str {
    let code = code.trim_start();
    if let Some(mut rest) = code.strip_prefix('{') {
        loop {
            rest = tree(rest, prefix, paths);
            // What stands here is a new name after `as`: of no interest.
            let end = rest.find([',', '}']).unwrap_or(rest.len());
            match rest[end..].strip_prefix(',') {
                Some(after) => rest = after,
                None => return rest.get(end + 1..).unwrap_or(""),
            }
        }
    }
    let (word, rest) = code.split_at(code.find(|c| !is_word(c)).unwrap_or(code.len()));
    let path = if prefix.is_empty() || word.is_empty() {
        format!("{prefix}{word}")
    } else {
        format!("{prefix}::{word}")
    };
    match rest.trim_start().strip_prefix("::") {
        Some(deeper) if !word.is_empty() => tree(deeper, &path, paths),
        _ => {
            if !path.is_empty() {
                paths.push(path);
            }
            rest
        }
    }
}

/// The code with comments, strings and characters blanked out.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let raw = rest.strip_prefix('r').filter(|_| !out.ends_with(is_word));
        let hashes = raw.map_or(0, |raw| raw.chars().take_while(|c| *c == '#').count());
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if raw.is_some_and(|raw| raw[hashes..].starts_with('"')) {
            let close = format!("\"{}", "#".repeat(hashes));
            let start = hashes + 2;
            rest[start..].find(&close).map_or(rest.len(), |end| start + end + close.len())
        } else if c == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\\") {
            rest[3..].find('\'').map_or(rest.len(), |end| end + 4)
        } else if c == '\'' && rest.chars().nth(2) == Some('\'') {
            rest.char_indices().nth(3).map_or(rest.len(), |(end, _)| end)
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.push(' ');
        rest = &rest[skip..];
    }
    out
}

/// The part of a file before its unit tests, which stand last; nothing of a test file.
fn before_tests<'a>(name: &str, code: &'a str) -> &'a str {
    if name.ends_with("tests.rs") || name.contains("/tests/") {
        return "";
    }
    code.find("#[cfg(test)]\nmod tests {").map_or(code, |at| &code[..at])
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + word.len()..]);
        !before.ends_with(is_word) && !after.starts_with(is_word)
    })
}

/// True if the file may hold unsafe code, or it or a module above it forbids it.
fn forbids_unsafe(root: &Path, name: &str) -> bool {
    // The last two cannot: they have a part below them that must not forbid it.
    if ["ffi", "transport/usb", "transport/mod", "lib"].iter().any(|part| inside(name, part)) {
        return true;
    }
    let forbids = |file: PathBuf| {
        // The program has one file with unsafe code, so its root can only deny it.
        let words =
            if file.ends_with("main.rs") { "#![deny(unsafe_code)]" } else { "#![forbid(unsafe_code)]" };
        fs::read_to_string(root.join(file)).is_ok_and(|text| bare(&text).contains(words))
    };
    // The root of the program stands for all of its files.
    let mut above = Path::new(name).ancestors().skip(1).flat_map(|f| [f.join("mod.rs"), f.join("main.rs")]);
    forbids(PathBuf::from(name)) || above.any(forbids)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn a_broken_rule_is_found() {
    let unsafe_code = "`unsafe` belongs in [\"ffi\", \"transport/usb\", \"bin/qhy/support/sdk\"] only";
    let c_type = "`c_char` belongs in [\"ffi\", \"transport/usb\", \"bin/qhy/support/sdk\"] only";
    let broken = [
        ("camera/x.rs", "use crate::vcam::Device;", "must not use `vcam::Device`"),
        ("camera/x.rs", "use crate::{model::Model, vcam as v};", "must not use `vcam`"),
        ("camera/x.rs", "use crate::{util::{Rect as R, Size}, ffi};", "must not use `ffi`"),
        ("camera/x.rs", "fn f() { crate::ffi::call() }", "must not use `ffi::call`"),
        ("camera/x.rs", "use super::super::vcam::Port;", "must not use `vcam::Port`"),
        ("camera/x.rs", "use crate::transport::usb::Bus;", "`transport::usb::Bus` is private to its module"),
        ("camera/x.rs", "let s = \"\\\"\"; crate::ffi::f()", "must not use `ffi::f`"),
        ("vcam/x.rs", "use crate::camera;", "must not use `camera`"),
        ("vcam/x.rs", "use crate::transport::{Setup, Bus};", "must not use `transport::Bus`"),
        ("wire/mod.rs", "use super::model::Model;", "must not use `model::Model`"),
        ("wire/x.rs", "use crate::transport::*;", "must not use `transport`"),
        ("transport/mod.rs", "use crate::vcam;", "must not use `vcam`"),
        ("util/x.rs", "use crate::model;", "must not use `model`"),
        ("frame/x.rs", "let x = unsafe { *p };", unsafe_code),
        ("camera/x.rs", "use rusb::Device;", "`rusb` belongs in [\"transport/usb\"] only"),
        ("camera/x.rs", "fn f(p: *const c_char) {}", c_type),
        ("camera/x.rs", "eprintln!(\"hello\");", "`eprintln` belongs in [\"bin\"] only"),
        ("bin/qhy/x.rs", "use qhyccd::ffi;", "must not use `ffi`"),
    ];
    for (name, text, fault) in broken {
        assert_eq!(check(name, text), [fault], "{name}: {text}");
    }
    let long = "let a = 1;\n".repeat(LONGEST + 1);
    assert_eq!(check("frame/x.rs", &long).len(), 1);
    assert_eq!(check("model/x.rs", &long).len(), 0);
}

#[test]
fn what_the_rules_allow_passes() {
    let fine = [
        ("camera/x.rs", "use crate::{model, wire::{In, Out}, transport::Bus}; use super::state::X;"),
        ("camera/x.rs", "/// Like [`crate::vcam`].\n// crate::vcam\nlet s = \"crate::vcam\"; /* unsafe */"),
        ("camera/x.rs", "let s = r#\"crate::vcam \" unsafe\"#; let c = ['\"', '\\'']; let l: &'static str;"),
        ("transport/virtual_.rs", "use crate::vcam::Port;"),
        ("transport/usb/x.rs", "use rusb::Device; unsafe { f() }"),
        ("ffi/x.rs", "use crate::camera::Camera; unsafe { f(c) }"),
        ("wire/x.rs", "use crate::transport::Setup; fn mycrate() { not_unsafe() }"),
        ("bin/qhy/x.rs", "use crate::support::x; println!(\"x\"); use qhyccd::camera;"),
        ("frame/x.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    fn g() { println!(\"skipped\") }\n}"),
    ];
    for (name, text) in fine {
        assert_eq!(check(name, text), [""; 0], "{name}: {text}");
    }
    let tested = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}", "let a = 1;\n".repeat(LONGEST));
    assert_eq!(check("frame/x.rs", &tested).len(), 0);
}
