//! The committed headers are what cbindgen makes of `src/ffi` today.

use std::fs;
use std::path::{Path, PathBuf};

use crate::abi;

#[test]
fn types_are_generated() {
    let types = root().join("src/ffi/types.rs");
    compare("qhyccdstruct.h", &generate("cbindgen-struct.toml", &[types], std::iter::empty()));
}

#[test]
fn functions_are_generated() {
    let unlisted = abi::rows().into_iter().filter(|row| !row.listed).map(|row| row.name);
    compare("qhyccd.h", &functions("cbindgen.toml", unlisted));
}

#[test]
fn unlisted_functions_are_generated() {
    let listed = abi::rows().into_iter().filter(|row| row.listed).map(|row| row.name);
    compare("qhyccd_extra.h", &functions("cbindgen-extra.toml", listed));
}

/// The order in which a reader wants the groups; the files that are not named follow.
const ORDER: [&str; 19] = [
    "library",
    "discovery",
    "lifecycle",
    "readmode",
    "params",
    "geometry",
    "single",
    "live",
    "cooling",
    "wheel",
    "sensorinfo",
    "guide",
    "trigger",
    "burst",
    "gps",
    "image",
    "messages",
    "events",
    "tuning",
];

fn functions(settings: &str, exclude: impl Iterator<Item = String>) -> String {
    let mut files: Vec<_> = fs::read_dir(root().join("src/ffi"))
        .expect("src/ffi")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "rs") && !path.ends_with("mod.rs"))
        .collect();
    files.sort_by_key(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (ORDER.iter().position(|first| *first == name).unwrap_or(ORDER.len()), name)
    });
    generate(settings, &files, exclude)
}

fn generate(settings: &str, files: &[PathBuf], exclude: impl Iterator<Item = String>) -> String {
    let mut config = cbindgen::Config::from_file(root().join("include").join(settings)).expect("settings");
    config.export.exclude.extend(exclude);
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in files {
        builder = builder.with_src(file);
    }
    let mut text = Vec::new();
    builder.generate().expect("cbindgen reads src/ffi").write(&mut text);
    tidy(&String::from_utf8(text).expect("UTF-8"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Leaves out `# Safety`, the last section of a comment, which is for callers in Rust, and
/// puts a comment of one line on one line.
fn tidy(text: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut dropping = false;
    for line in text.lines() {
        let bare = line.trim();
        if bare == "* # Safety" {
            dropping = true;
            while kept.last().is_some_and(|line| line.trim() == "*") {
                kept.pop();
            }
        } else if bare == "*/" {
            dropping = false;
            let short = match kept.as_slice() {
                [.., open, only] if open.trim() == "/**" && only.len() < 95 => {
                    Some(format!("{open}{} */", &only.trim_start()[1..]))
                }
                _ => None,
            };
            if let Some(short) = short {
                kept.truncate(kept.len() - 2);
                kept.push(short);
                continue;
            }
        }
        if !dropping {
            kept.push(line.into());
        }
    }
    kept.join("\n") + "\n"
}

fn compare(name: &str, made: &str) {
    let path = root().join("include").join(name);
    if std::env::var_os("QHYCCD_BLESS").is_some() {
        fs::write(&path, made).expect("header written");
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if let Some((number, (kept, made))) =
        kept.lines().zip(made.lines()).enumerate().find(|(_, (kept, made))| kept != made)
    {
        panic!("include/{name}:{} is\n  {kept}\nshould be\n  {made}\n{HINT}", number + 1);
    }
    assert!(kept == made, "include/{name} ends elsewhere than the generated text\n{HINT}");
}

const HINT: &str = "QHYCCD_BLESS=1 cargo test --test header generated   writes the headers anew";
