//! Records of the bus, reduced to what can be compared: the requests of each call, in
//! order, with the bytes that the camera looks at.
//!
//! What is left out, and why, is in `docs/differences.md` under "Not compared"; the
//! numbers of meaningful bytes are in [`SIGNIFICANT`].

/// Of the gain order in its short form, by the same measure. Nothing that is longer counts
/// as one: its switches are compared.
const SHORT_GAIN: (&str, usize) = ("16", 13);

/// How many bytes of each 0xD1 command the camera looks at (observed: the others change
/// between identical calls of the vendor's library, which leaks its stack there).
const SIGNIFICANT: &[(u8, usize)] = &[
    (0xA0, 7),
    (0xA1, 2),
    (0xA2, 10),
    (0xA3, 5),
    (0xA4, 17),
    (0xA5, 2),
    (0xA6, 2),
    (0xA7, 2),
    (0xA8, 3),
    (0xA9, 2),
    (0xAB, 2),
    (0xAE, 2),
];

/// The requests that one call of the script caused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The script line.
    pub(crate) call: String,
    pub(crate) requests: Vec<String>,
}

/// Splits a record at its marks.
pub(crate) fn segments(trace: &str) -> Vec<Segment> {
    let mut segments = vec![Segment { call: "start".into(), requests: Vec::new() }];
    for line in trace.lines() {
        let requests = &mut segments.last_mut().expect("one at least").requests;
        match text(line, "ev") {
            Some("mark") => {
                let call = text(line, "text").unwrap_or_default().replace('_', " ");
                segments.push(Segment { call, requests: Vec::new() });
            }
            Some("ctl") => requests.extend(control(line)),
            Some("clear_halt") => requests.push(format!("clear_halt {}", text(line, "ep").unwrap_or("?"))),
            _ => {}
        }
    }
    for segment in &mut segments {
        once(&mut segment.requests);
    }
    segments
}

/// Requests that ask for a state until it comes. How often, and when among the requests of
/// other threads, depends on the machine; that it is asked for at all is compared.
const POLLS: &[&str] = &["in BC 0000 0004 4", "in BC 0000 0004 3", "in C3 0000 0000 1", "in C3 0000 0000 8"];

/// Moves each kind of poll, once, to the end.
fn once(requests: &mut Vec<String>) {
    let is = |request: &String, poll: &&&str| request.trim_start_matches("@2 ") == **poll;
    let polled: Vec<String> = POLLS
        .iter()
        .filter(|poll| requests.iter().any(|r| is(r, poll)))
        .map(|poll| format!("{poll} (polled)"))
        .collect();
    requests.retain(|r| !POLLS.iter().any(|poll| is(r, &poll)));
    requests.extend(polled);
}

/// One control request, or `None` for those of background threads.
fn control(line: &str) -> Option<String> {
    let (kind, code) = (text(line, "rt")?, text(line, "rq")?.to_uppercase());
    let (value, index) = (text(line, "v")?, text(line, "i")?);
    let place = if line.contains("\"addr\":4") { "@2 " } else { "" };
    // The sensor power page (every 5 s) and the watchdog (every 10 s) come from threads
    // with their own time.
    if (code == "D5" && index == "0024") || (code == "B9" && index == "0067") {
        return None;
    }
    if kind == "c0" {
        return Some(format!("{place}in {code} {value} {index} {}", number(line, "n")?));
    }
    let data = text(line, "d")?;
    let data = match code.as_str() {
        // Sent once after each initialisation, by the thread that asks the power page.
        "D1" if data.starts_with("ae03") => return None,
        "D1" => {
            let command = u8::from_str_radix(data.get(..2)?, 16).ok()?;
            let length = number(line, "n")?;
            let bytes = match SIGNIFICANT.iter().find(|(c, _)| *c == command) {
                Some(_) if command == 0xA4 && length == SHORT_GAIN.0 => SHORT_GAIN.1,
                found => found.map_or(16, |(_, n)| *n),
            };
            format!("{} ({length} bytes)", &data[..2 * bytes.min(data.len() / 2)])
        }
        // The register's value travels in wValue; the data byte is rubbish.
        "B9" => "..".into(),
        _ => data.to_string(),
    };
    Some(format!("{place}out {code} {value} {index} {data}"))
}

/// The text of a field of one flat JSON line.
fn text<'a>(line: &'a str, field: &str) -> Option<&'a str> {
    let start = line.find(&format!("\"{field}\":\""))? + field.len() + 4;
    line[start..].split('"').next()
}

/// The number of a field.
fn number<'a>(line: &'a str, field: &str) -> Option<&'a str> {
    let start = line.find(&format!("\"{field}\":"))? + field.len() + 3;
    line[start..].split([',', '}']).next()
}

/// What only the first and only the second list has, in order, after the longest common
/// subsequence is taken out.
pub(crate) fn differences<'a>(a: &'a [String], b: &'a [String]) -> (Vec<&'a String>, Vec<&'a String>) {
    let mut longest = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = if a[i] == b[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut only_a, mut only_b, mut i, mut j) = (Vec::new(), Vec::new(), 0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            only_a.push(&a[i]);
            i += 1;
        } else {
            only_b.push(&b[j]);
            j += 1;
        }
    }
    (only_a, only_b)
}
