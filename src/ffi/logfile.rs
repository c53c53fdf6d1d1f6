//! The log file: opened by the first line after it was ordered, in a folder that a
//! program named or in the user's state folder, never in the current directory.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::entry::invalid;
use super::timestamp;
use crate::camera::{Error, ErrorKind, Result};

pub(super) struct LogFile {
    folder: Option<PathBuf>,
    path: Option<PathBuf>,
    file: Option<File>,
}

impl LogFile {
    pub(super) const fn new() -> LogFile {
        LogFile { folder: None, path: None, file: None }
    }

    /// Sets the folder for the next file. A relative path would depend on the current
    /// directory and is refused.
    pub(super) fn set_folder(&mut self, folder: &str) -> Result<()> {
        if !Path::new(folder).is_absolute() {
            return Err(invalid(format!("the log folder `{folder}` is not an absolute path")));
        }
        self.close();
        self.folder = Some(PathBuf::from(folder));
        self.path = None;
        Ok(())
    }

    /// Opens the file: a new one, or the old one again if it was only closed.
    pub(super) fn open(&mut self) -> Result<()> {
        if self.file.is_none() {
            let path = match self.path.take() {
                Some(path) => path,
                None => self.new_path()?,
            };
            let opened = OpenOptions::new().create(true).append(true).open(&path);
            self.file = Some(opened.map_err(|error| failed(&path, &error))?);
            self.path = Some(path);
        }
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.file = None;
    }

    /// Writes one line. A full disk must not stop a camera, so failures are dropped.
    pub(super) fn write(&mut self, line: &str) {
        if self.open().is_ok() {
            if let Some(file) = &mut self.file {
                let _ = writeln!(file, "{line}");
            }
        }
    }

    fn new_path(&self) -> Result<PathBuf> {
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => default_folder()?,
        };
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        let name: String = timestamp::now().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        Ok(folder.join(format!("qhyccd-{name}-{}.log", std::process::id())))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Invalid, format!("log file `{}`: {error}", path.display()))
}

/// `XDG_STATE_HOME`, or what stands for it.
fn default_folder() -> Result<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .or_else(|| absolute("LOCALAPPDATA"));
    state
        .map(|state| state.join("qhyccd"))
        .ok_or_else(|| invalid("no folder for the log file: XDG_STATE_HOME and HOME are not set"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_to_a_file_in_the_named_folder_also_after_a_pause() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogFile::new();
        log.set_folder(folder.path().join("deep/er").to_str().unwrap()).unwrap();
        log.write("one");
        log.close();
        log.write("two");
        let files: Vec<_> = fs::read_dir(folder.path().join("deep/er")).unwrap().collect();
        assert_eq!(files.len(), 1);
        let path = files[0].as_ref().unwrap().path();
        assert!(path.file_name().unwrap().to_str().unwrap().starts_with("qhyccd-2"));
        assert_eq!(fs::read_to_string(path).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn relative_folders_are_refused() {
        let mut log = LogFile::new();
        assert!(log.set_folder("logs").is_err());
        assert!(log.set_folder("").is_err());
        assert!(log.folder.is_none());
    }
}
