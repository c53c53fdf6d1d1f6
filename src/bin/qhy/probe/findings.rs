//! What the lines of a record say about transfers and the camera's memory, in words.
//! `docs/protocol.md` lists what of it is not known.

use std::fmt::Write;

/// Stands where a frame begins, or ends (`docs/protocol.md`).
const MARKER: &str = "ee11dd22";
/// Transfers named at either end of a queue.
const SHOWN: usize = 3;

/// Bytes as hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Units of 2048 bytes in the camera's memory, of the counter's four bytes.
pub(super) fn fill_units(bytes: [u8; 4]) -> u32 {
    (u32::from_le_bytes(bytes) >> 6) & 0x1F_FFFF
}

/// The value of a field of a line that this program wrote.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("\"{name}\":"))?;
    match rest.strip_prefix('"') {
        Some(text) => text.split('"').next(),
        None => rest.split([',', '}']).next(),
    }
}

/// The fill counts that were asked for, up to the first transfer if `before_transfers`.
pub(super) fn fill_counts(lines: &str, before_transfers: bool) -> Vec<u32> {
    let of = |line: &str| {
        let fill = field(line, "rq") == Some("bc") && field(line, "i") == Some("0004");
        let digits = field(line, "d").filter(|digits| fill && digits.len() == 8)?;
        u32::from_str_radix(digits, 16).ok().map(|word| fill_units(word.to_be_bytes()))
    };
    let transfer = |line: &&str| before_transfers && field(line, "ev") == Some("xfer");
    lines.lines().take_while(|line| !transfer(line)).filter_map(of).collect()
}

/// A row of numbers, the middle left out if it is long.
pub(super) fn course(values: &[u32]) -> String {
    let words = |values: &[u32]| values.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
    match values.len() {
        0 => "not seen".into(),
        n if n <= 24 => words(values),
        n => format!("{} ... {} ({n} values)", words(&values[..12]), words(&values[n - 12..])),
    }
}

/// Sizes of the first and last transfers, and where frame markers are.
pub(super) fn transfers(what: &str, lines: &str) -> String {
    let all: Vec<&str> = lines.lines().filter(|line| field(line, "ev") == Some("xfer")).collect();
    let size = |line: &&str| {
        let failed = field(line, "r")
            .filter(|r| r.starts_with('-'))
            .map_or(String::new(), |r| format!(" (error {r})"));
        format!("{} of {}{failed}", field(line, "got").unwrap_or("?"), field(line, "n").unwrap_or("?"))
    };
    let row = |lines: &[&str]| lines.iter().map(size).collect::<Vec<_>>().join(", ");
    let (mut starts, mut ends, mut alone) = (0, 0, 0);
    let mut first_end = None;
    for (number, line) in all.iter().enumerate() {
        let head = field(line, "head").or(field(line, "d")).unwrap_or_default();
        let tail = field(line, "tail").or(field(line, "d")).unwrap_or_default();
        if head == MARKER {
            alone += 1;
        } else {
            starts += usize::from(head.starts_with(MARKER));
            ends += usize::from(tail.ends_with(MARKER));
        }
        if tail.ends_with(MARKER) && first_end.is_none() {
            first_end = Some(number + 1);
        }
    }
    let mut text = format!("{what}, transfers: {}\n", all.len());
    let _ = writeln!(text, "{what}, first transfers: {}", row(&all[..all.len().min(SHOWN)]));
    let _ = writeln!(text, "{what}, last transfers: {}", row(&all[all.len().saturating_sub(SHOWN)..]));
    let _ = writeln!(
        text,
        "{what}, marker EE 11 DD 22: alone in {alone}, at the end of {ends}, at the start of {starts} transfers; \
         first as the end of number {}",
        first_end.map_or("-".into(), |n| n.to_string())
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "\
{\"t\":0.1,\"ev\":\"ctl\",\"rq\":\"bc\",\"i\":\"0004\",\"n\":4,\"r\":4,\"d\":\"00010000\"}\n\
{\"t\":0.2,\"ev\":\"ctl\",\"rq\":\"bc\",\"i\":\"0001\",\"n\":1,\"r\":1,\"d\":\"00\"}\n\
{\"t\":0.3,\"ev\":\"xfer\",\"s\":0,\"n\":1024,\"r\":4,\"got\":4,\"d\":\"ee11dd22\"}\n\
{\"t\":0.4,\"ev\":\"xfer\",\"s\":0,\"n\":2048,\"r\":2048,\"got\":2048,\"head\":\"0000\",\"tail\":\"ffee11dd22\"}\n\
{\"t\":0.5,\"ev\":\"xfer\",\"s\":0,\"n\":2048,\"r\":-7,\"got\":0,\"d\":\"\"}\n\
{\"t\":0.6,\"ev\":\"ctl\",\"rq\":\"bc\",\"i\":\"0004\",\"n\":4,\"r\":4,\"d\":\"00000100\"}\n";

    #[test]
    fn the_lines_are_summed_up() {
        assert_eq!(fill_counts(LINES, true), [4]);
        assert_eq!(fill_counts(LINES, false), [4, 1024]);
        let text = transfers("x", LINES);
        for part in [
            "x, transfers: 3\n",
            "4 of 1024, 2048 of 2048, 0 of 2048 (error -7)\n",
            "alone in 1, at the end of 1, at the start of 0",
            "end of number 1\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(transfers("y", "").contains("y, transfers: 0\n"));
    }

    #[test]
    fn long_rows_are_cut() {
        assert_eq!(course(&[]), "not seen");
        assert_eq!(course(&[1, 2]), "1 2");
        let row: Vec<u32> = (0..100).collect();
        assert!(course(&row).ends_with("98 99 (100 values)") && !course(&row).contains(" 50 "));
    }
}
