//! The list of differences in `docs/differences.md`, read as the harness's rules.
//!
//! A row is `| id | kind | where | vendor's library | ours | why |`. Kind `answer`: the
//! line that a call prints; the two columns hold what each library prints. Kind
//! `request`: a request that only one of the two sends; a column is empty if that library
//! sends nothing more. `where` is `scenario: script line` for requests, the scenario for
//! answers. `*` stands for anything. An id that ends in `?` need not occur.

use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) struct Difference {
    pub(crate) id: String,
    kind: Kind,
    place: String,
    theirs: String,
    ours: String,
    seen: AtomicU32,
}

#[derive(PartialEq)]
enum Kind {
    Answer,
    Request,
}

/// Reads the list whose rows start so.
pub(crate) fn read(document: &str, start: &str) -> Vec<Difference> {
    let rows = document.lines().filter(|l| l.starts_with(start));
    rows.map(|row| {
        let cells: Vec<String> =
            row.trim_matches('|').split('|').map(|c| c.trim().trim_matches('`').to_string()).collect();
        assert_eq!(cells.len(), 6, "a row of six columns: {row}");
        assert!(cells[5].len() > 10, "no reason in {row}");
        let kind = match cells[1].as_str() {
            "answer" => Kind::Answer,
            "request" => Kind::Request,
            other => panic!("unknown kind `{other}` in {row}"),
        };
        Difference {
            id: cells[0].clone(),
            kind,
            place: cells[2].clone(),
            theirs: cells[3].clone(),
            ours: cells[4].clone(),
            seen: AtomicU32::new(0),
        }
    })
    .collect()
}

impl Difference {
    /// It has to occur when all scenarios are run.
    pub(crate) fn must_occur(&self) -> bool {
        !self.id.ends_with('?')
    }

    /// True if it may be about a scenario.
    pub(crate) fn is_about(&self, scenario: &str) -> bool {
        like(self.place.split_once(": ").map_or(self.place.as_str(), |(place, _)| place), scenario)
    }

    /// How often it explained something.
    pub(crate) fn seen(&self) -> u32 {
        self.seen.load(Ordering::Relaxed)
    }

    fn count(&self, fits: bool) -> bool {
        if fits {
            self.seen.fetch_add(1, Ordering::Relaxed);
        }
        fits
    }

    /// True if it explains that the two printed these lines in a scenario.
    pub(crate) fn explains_answer(&self, scenario: &str, theirs: &str, ours: &str) -> bool {
        self.count(
            self.kind == Kind::Answer
                && like(&self.place, scenario)
                && like(&self.theirs, theirs)
                && like(&self.ours, ours),
        )
    }

    /// True if it explains that only one library sent this request.
    pub(crate) fn explains_request(&self, place: &str, request: &str, by_ours: bool) -> bool {
        let pattern = if by_ours { &self.ours } else { &self.theirs };
        self.count(
            self.kind == Kind::Request
                && !pattern.is_empty()
                && like(&self.place, place)
                && like(pattern, request),
        )
    }
}

/// True if `text` has the form of `pattern`.
fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
    }
    match last {
        None => rest.is_empty(),
        Some(end) => rest.ends_with(end),
    }
}

#[test]
fn patterns() {
    assert!(like("close", "close"));
    assert!(!like("close", "close 0"));
    assert!(like("set 12 * -1", "set 12 255 -1"));
    assert!(like("*", "anything"));
    assert!(like("shot * hash *", "shot 0 hash 12"));
    assert!(!like("shot * hash *", "shot 0"));
    assert!(!like("a*a", "a"));
}
