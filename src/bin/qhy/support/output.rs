//! Failures, standard output, and files that appear whole or not at all.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use qhyccd::camera;
use qhyccd::transport::UsbError;

/// Result of a subcommand.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Why a subcommand ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// One line for a person.
    Message(String),
    /// Ctrl-C.
    Interrupted,
    /// The reader of standard output has gone; nothing to complain about.
    PipeClosed,
}

impl Failure {
    /// A failure with a text.
    pub(crate) fn new(text: impl Display) -> Failure {
        Failure::Message(text.to_string())
    }
}

impl From<camera::Error> for Failure {
    fn from(error: camera::Error) -> Failure {
        Failure::new(error)
    }
}

impl From<UsbError> for Failure {
    fn from(error: UsbError) -> Failure {
        Failure::new(error)
    }
}

/// Writes results to standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::PipeClosed),
        Err(error) => Err(Failure::new(format_args!("standard output: {error}"))),
    }
}

/// Writes a file under a temporary name beside `path` and renames it when it is
/// complete: a file that was there before stays until then.
pub(crate) fn write_file(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<()> {
    let failed = |error: io::Error| Failure::new(format_args!("{}: {error}", path.display()));
    let mut name = path.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?.to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let unfinished = Unfinished(path.with_file_name(name));

    let mut out = BufWriter::with_capacity(1 << 16, File::create(&unfinished.0).map_err(failed)?);
    content(&mut out).and_then(|()| out.flush()).map_err(failed)?;
    // Windows does not rename a file that is open.
    drop(out);
    fs::rename(&unfinished.0, path).map_err(failed)?;
    Ok(())
}

/// A temporary file, removed on the way out unless it was renamed before.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// `text` as a JSON string with its quotes.
pub(crate) fn json_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Rows as aligned columns, two spaces apart, without blanks at line ends.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |n: usize| rows.iter().filter_map(|r| r.get(n)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(c, &w)| format!("{c:<w$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fits");
        fs::write(&path, "old").unwrap();
        let result = write_file(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("disk on fire"))
        });
        assert!(matches!(result, Err(Failure::Message(text)) if text.contains("disk on fire")));
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        write_file(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn json_escapes() {
        assert_eq!(json_text("a\"b\\c\n"), r#""a\"b\\c\u000a""#);
    }

    #[test]
    fn columns_align() {
        let rows = [vec!["a".into(), "b".into()], vec!["long".into(), String::new()]];
        assert_eq!(table(&rows), "a     b\nlong\n");
    }
}
