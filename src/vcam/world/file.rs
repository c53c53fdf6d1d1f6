//! The world file: dials that any program or person can turn while cameras run.
//!
//! A line is a name and a value, `focus 120`; `#` begins a comment. It is read again a few
//! times a second. What is not understood is left out and logged once; a file that is not
//! there names no dial.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::dials::{Dials, NAMES, Stuck};

/// Wall time between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// What stands farther behind is not read.
const LONGEST: u64 = 64 * 1024;

/// A world file and what it said last.
#[derive(Debug)]
pub(super) struct WorldFile {
    path: PathBuf,
    looked: Option<Instant>,
    text: String,
}

impl WorldFile {
    pub(super) fn new(path: &Path) -> WorldFile {
        WorldFile { path: path.to_owned(), looked: None, text: String::new() }
    }

    /// If it is time to look and the file says something new: `ordered` with the dials
    /// turned that it names.
    pub(super) fn look(&mut self, now: Instant, ordered: &Dials) -> Option<Dials> {
        if self.looked.is_some_and(|looked| now.saturating_duration_since(looked) < PAUSE) {
            return None;
        }
        self.looked = Some(now);
        let text = read(&self.path);
        if text == self.text {
            return None;
        }
        self.text = text;
        let (dials, faults) = parse(&self.text, ordered);
        for fault in faults {
            log::warn!("world file `{}`: {fault}", self.path.display());
        }
        Some(dials)
    }
}

/// The text of a file; none if it cannot be read. Anything but a plain file might keep
/// the reader waiting.
fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    if fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
        if let Ok(file) = File::open(path) {
            let _ = file.take(LONGEST).read_to_end(&mut bytes);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The dials as the text has them, and what is wrong with it.
fn parse(text: &str, ordered: &Dials) -> (Dials, Vec<String>) {
    let mut dials = ordered.clone();
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or("").trim();
        if line.is_empty() {
            continue;
        }
        let (name, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let fault = match dials.turn(name, value.trim()) {
            Ok(()) => continue,
            Err(Stuck::NoSuchDial) => format!("unknown dial `{name}`; known: {NAMES}"),
            Err(Stuck::Wanted(wanted)) => format!("{name}: `{}` is not {wanted}", value.trim()),
        };
        faults.push(format!("line {}: {fault}", number + 1));
    }
    (dials, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_lines_count_and_bad_ones_are_named() {
        let ordered = Dials { seeing_arcsec: 3.0, ..Dials::default() };
        let text = "# evening\n\nlight 0.25 # cloud\r\n\tfocus\t 80\nlihgt 3\nsky\ncap on off\npointing 1:2";
        let (dials, faults) = parse(text, &ordered);
        let wanted = Dials { light: 0.25, focus_um: 80.0, pointing_arcsec: (1.0, 2.0), ..ordered };
        assert_eq!(dials, wanted);
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].starts_with("line 5: unknown dial `lihgt`; known: light, "), "{faults:?}");
        assert!(faults[1].starts_with("line 6: sky: `` is not magn"), "{faults:?}");
        assert!(faults[2].starts_with("line 7: cap: `on off` is not on or off"), "{faults:?}");
    }

    #[test]
    fn it_is_read_again_but_not_all_the_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world");
        let ordered = Dials::default();
        let mut file = WorldFile::new(&path);
        let start = Instant::now();
        assert_eq!(file.look(start, &ordered), None);
        fs::write(&path, "focus 5").unwrap();
        assert_eq!(file.look(start + PAUSE / 2, &ordered), None);
        let turned = Dials { focus_um: 5.0, ..Dials::default() };
        assert_eq!(file.look(start + PAUSE, &ordered), Some(turned));
        assert_eq!(file.look(start + 2 * PAUSE, &ordered), None);
        fs::remove_file(&path).unwrap();
        assert_eq!(file.look(start + 3 * PAUSE, &ordered), Some(ordered.clone()));
        // A folder, or bytes that are no text, turn nothing and stop nobody.
        fs::create_dir(&path).unwrap();
        assert_eq!(file.look(start + 4 * PAUSE, &ordered), None);
        fs::remove_dir(&path).unwrap();
        fs::write(&path, [0xFF, 0, b'\n', 0xC3]).unwrap();
        assert_eq!(file.look(start + 5 * PAUSE, &ordered), Some(ordered.clone()));
    }
}
