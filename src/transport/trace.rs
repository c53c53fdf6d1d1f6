//! The form of a record: one flat JSON object a line, with the names that the libusb
//! look-alike uses too (`t ev rt rq v i n to r d`), and what stands beside them.
//!
//! A writer and a reader for just that form; any text may be given to the reader. Nothing
//! here knows what the bytes mean.
#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{LinkSpeed, UsbError};

/// Version of the form, in the first line.
pub(super) const VERSION: u32 = 1;
/// Bytes that stand in the line itself; of more, so many from either end.
pub(super) const INLINE_BYTES: usize = 64;
/// A record's text is at most so long.
pub(super) const LONGEST_TEXT: u64 = 256 << 20;
/// No transfer is longer.
pub(super) const LONGEST_TRANSFER: usize = 256 << 20;

/// The file that has the long transfers of a record.
pub(super) fn bulk_path(record: &Path) -> PathBuf {
    let mut path = record.as_os_str().to_owned();
    path.push(".bulk");
    path.into()
}

/// A line in the making.
pub(super) struct Line(String);

impl Line {
    pub(super) fn new() -> Line {
        Line(String::from("{"))
    }

    fn name(&mut self, name: &str) -> &mut String {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        let _ = write!(self.0, "\"{name}\":");
        &mut self.0
    }

    pub(super) fn num(&mut self, name: &str, value: impl TryInto<i64>) -> &mut Line {
        let value = value.try_into().unwrap_or(i64::MAX);
        let _ = write!(self.name(name), "{value}");
        self
    }

    pub(super) fn float(&mut self, name: &str, value: f64) -> &mut Line {
        let _ = write!(self.name(name), "{value:.6}");
        self
    }

    pub(super) fn hex(&mut self, name: &str, value: impl Into<u64>, digits: usize) -> &mut Line {
        let value = value.into();
        let _ = write!(self.name(name), "\"{value:0digits$x}\"");
        self
    }

    pub(super) fn bytes(&mut self, name: &str, value: &[u8]) -> &mut Line {
        let out = self.name(name);
        out.push('"');
        for byte in value {
            let _ = write!(out, "{byte:02x}");
        }
        out.push('"');
        self
    }

    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Line {
        let out = self.name(name);
        out.push('"');
        for c in value.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if u32::from(c) < 0x20 => {
                    let _ = write!(out, "\\u{:04x}", u32::from(c));
                }
                c => out.push(c),
            }
        }
        out.push('"');
        self
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }
}

/// The fields of a line that was read.
#[derive(Debug, PartialEq)]
pub(super) struct Fields(Vec<(String, Value)>);

#[derive(Debug, PartialEq)]
enum Value {
    Text(String),
    Number(f64),
    /// `true`, `false`, `null`.
    Word,
}

type Parsed<T> = Result<T, String>;

impl Fields {
    /// Reads one object without objects or lists in it.
    pub(super) fn parse(line: &str) -> Parsed<Fields> {
        let mut rest = expect(line.trim(), '{')?.trim_start();
        let mut fields = Vec::new();
        if let Some(after) = rest.strip_prefix('}') {
            rest = after;
        } else {
            loop {
                let (name, after) = string(rest)?;
                let (value, after) = value(expect(after.trim_start(), ':')?.trim_start())?;
                fields.push((name, value));
                let after = after.trim_start();
                if let Some(next) = after.strip_prefix(',') {
                    rest = next.trim_start();
                } else {
                    rest = expect(after, '}')?;
                    break;
                }
            }
        }
        if rest.is_empty() { Ok(Fields(fields)) } else { Err("something follows the object".into()) }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Parsed<&str> {
        match self.find(name) {
            Some(Value::Text(text)) => Ok(text),
            Some(_) => Err(format!("`{name}` is not a text")),
            None => Err(format!("`{name}` is missing")),
        }
    }

    pub(super) fn float(&self, name: &str) -> Parsed<f64> {
        match self.find(name) {
            Some(Value::Number(number)) => Ok(*number),
            Some(_) => Err(format!("`{name}` is not a number")),
            None => Err(format!("`{name}` is missing")),
        }
    }

    pub(super) fn num<T: TryFrom<i64>>(&self, name: &str) -> Parsed<T> {
        let number = self.float(name)?;
        // Up to here each whole number is itself in an f64.
        let whole = number.fract() == 0.0 && number.abs() < 9e15;
        let fits = whole.then(|| T::try_from(number as i64).ok()).flatten();
        fits.ok_or_else(|| format!("`{name}` is {number}, which cannot be"))
    }

    pub(super) fn hex<T: TryFrom<u64>>(&self, name: &str) -> Parsed<T> {
        let text = self.text(name)?;
        let number = u64::from_str_radix(text, 16).ok().and_then(|n| T::try_from(n).ok());
        number.ok_or_else(|| format!("`{name}` is `{text}`, which cannot be"))
    }

    pub(super) fn bytes(&self, name: &str) -> Parsed<Vec<u8>> {
        let text = self.text(name)?.as_bytes();
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = |pair: &[u8]| match pair {
            [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.chunks(2).map(byte).collect();
        bytes.ok_or_else(|| format!("`{name}` is not made of bytes in hex"))
    }
}

fn expect(text: &str, c: char) -> Parsed<&str> {
    text.strip_prefix(c).ok_or_else(|| match text.chars().next() {
        Some(other) => format!("`{c}` was expected, not `{other}`"),
        None => format!("`{c}` was expected, but the line ends"),
    })
}

fn value(text: &str) -> Parsed<(Value, &str)> {
    if text.starts_with('"') {
        return string(text).map(|(text, rest)| (Value::Text(text), rest));
    }
    let end = text.find([',', '}', ' ', '\t']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    match word {
        "true" | "false" | "null" => Ok((Value::Word, rest)),
        "" => Err("a value is missing".into()),
        _ => match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok((Value::Number(number), rest)),
            _ => Err(format!("`{}` is no value of a record", word.chars().take(20).collect::<String>())),
        },
    }
}

fn string(text: &str) -> Parsed<(String, &str)> {
    let mut rest = expect(text, '"')?;
    let mut out = String::new();
    loop {
        let end = rest.find(['"', '\\']).ok_or("a text does not end")?;
        out.push_str(&rest[..end]);
        let special = &rest[end..];
        if let Some(after) = special.strip_prefix('"') {
            return Ok((out, after));
        }
        let mut chars = special[1..].chars();
        out.push(match chars.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('u') => {
                let digits = chars.as_str().get(..4).ok_or("a text does not end")?;
                chars = chars.as_str()[4..].chars();
                let code = u32::from_str_radix(digits, 16).map_err(|_| format!("`\\u{digits}` in a text"))?;
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err("an unknown escape in a text".into()),
        });
        rest = chars.as_str();
    }
}

/// FNV-1a, 64 bits: tells whether bytes are those that were recorded.
pub(super) fn sum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

/// Errors in the field `r`: the numbers are those of libusb.
pub(super) fn code(error: &UsbError) -> i32 {
    match error {
        UsbError::Access(_) => -3,
        UsbError::Gone => -4,
        UsbError::Busy(_) => -6,
        UsbError::Timeout { .. } => -7,
        UsbError::Overflow => -8,
        UsbError::Stall => -9,
        UsbError::Cancelled => -10,
        UsbError::NoMemory => -11,
        UsbError::NotSupported => -12,
        UsbError::Other(_) => -99,
    }
}

/// The words of an error that has its own.
pub(super) fn words(error: &UsbError) -> Option<&str> {
    match error {
        UsbError::Access(text) | UsbError::Busy(text) | UsbError::Other(text) => Some(text),
        _ => None,
    }
}

/// The error of a number. `transferred` bytes had moved.
pub(super) fn error(code: i32, transferred: usize, words: &str) -> UsbError {
    match code {
        -3 => UsbError::Access(words.to_owned()),
        -4 => UsbError::Gone,
        -6 => UsbError::Busy(words.to_owned()),
        -7 => UsbError::Timeout { transferred },
        -8 => UsbError::Overflow,
        -9 => UsbError::Stall,
        -10 => UsbError::Cancelled,
        -11 => UsbError::NoMemory,
        -12 => UsbError::NotSupported,
        _ if words.is_empty() => UsbError::Other(format!("error {code}")),
        _ => UsbError::Other(words.to_owned()),
    }
}

const SPEEDS: [(LinkSpeed, &str); 4] = [
    (LinkSpeed::Unknown, "unknown"),
    (LinkSpeed::Full, "full"),
    (LinkSpeed::High, "high"),
    (LinkSpeed::Super, "super"),
];

pub(super) fn speed_name(speed: LinkSpeed) -> &'static str {
    SPEEDS.iter().find(|(other, _)| *other == speed).map_or("unknown", |(_, name)| name)
}

pub(super) fn speed(name: &str) -> Parsed<LinkSpeed> {
    let known = SPEEDS.iter().find(|(_, other)| *other == name).map(|(speed, _)| *speed);
    known.ok_or_else(|| format!("no link has the speed `{name}`"))
}

/// Names and values.
type Options<'a> = Vec<(&'a str, &'a str)>;

/// `FILE?option=value&option=value` in its parts.
pub(super) fn file_and_options(text: &str) -> Result<(PathBuf, Options<'_>), UsbError> {
    let (file, options) = text.split_once('?').unwrap_or((text, ""));
    if file.is_empty() {
        return Err(UsbError::Other("no file is named".into()));
    }
    let mut pairs = Vec::new();
    for option in options.split('&').filter(|option| !option.is_empty()) {
        let pair = option.split_once('=');
        pairs.push(pair.ok_or_else(|| UsbError::Other(format!("option `{option}` has no `=value`")))?);
    }
    Ok((file.into(), pairs))
}

/// What to say of an option that is not one.
pub(super) fn wrong_option(name: &str, value: &str, known: &str) -> UsbError {
    UsbError::Other(format!("option `{name}={value}` is not understood; there are {known}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read() {
        let mut line = Line::new();
        line.float("t", 1.25).text("ev", "a \"b\" \\ \n \u{1F52D}").num("n", -7).hex("v", 0x1Fu8, 4);
        line.bytes("d", &[0, 0xAB]);
        let text = line.finish();
        assert_eq!(text.lines().count(), 1);
        let fields = Fields::parse(&text).unwrap();
        assert_eq!(fields.float("t"), Ok(1.25));
        assert_eq!(fields.text("ev"), Ok("a \"b\" \\ \n \u{1F52D}"));
        assert_eq!(fields.num::<i32>("n"), Ok(-7));
        assert_eq!(fields.hex::<u16>("v"), Ok(0x1F));
        assert_eq!(fields.bytes("d"), Ok(vec![0, 0xAB]));
        assert!(fields.num::<u8>("n").is_err() && fields.hex::<u8>("d").is_ok() && fields.bytes("v").is_ok());
        assert_eq!(Fields::parse(" { } "), Ok(Fields(Vec::new())));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, named) in [
            ("", "`{` was expected"),
            ("{\"a\":1", "the line ends"),
            ("{\"a\":\"x", "does not end"),
            ("{\"a\":\"\\u12", "does not end"),
            ("{\"a\":[1]}", "`[1]`"),
            ("{\"a\":{}}", "no value"),
            ("{\"a\":1} x", "follows"),
            ("{\"a\":1e999}", "`1e999`"),
            ("{\"a\" 1}", "`:` was expected"),
            ("{\"a\":}", "missing"),
        ] {
            let text = Fields::parse(line).unwrap_err();
            assert!(text.contains(named), "{line}: {text}");
        }
    }

    #[test]
    fn errors_come_back() {
        for wrong in [
            UsbError::Gone,
            UsbError::Timeout { transferred: 7 },
            UsbError::Stall,
            UsbError::Overflow,
            UsbError::Cancelled,
            UsbError::Access("rule".into()),
            UsbError::Busy("held".into()),
            UsbError::NoMemory,
            UsbError::NotSupported,
            UsbError::Other("odd".into()),
        ] {
            assert_eq!(error(code(&wrong), 7, words(&wrong).unwrap_or("")), wrong);
        }
    }

    #[test]
    fn the_sum_is_the_published_one() {
        assert_eq!(sum(b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(sum(b"a"), 0xAF63_DC4C_8601_EC8C);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*", json in "[{}\":,\\\\u0-9a-f ]{0,40}") {
            let _ = Fields::parse(&text);
            let _ = Fields::parse(&json);
            let _ = Fields::parse(&format!("{{\"a\":\"{json}"));
        }
    }
}
