//! The C and C++ compilers of this machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A C compiler and its C++ sibling.
pub(crate) struct Compiler {
    pub(crate) c: &'static str,
    pub(crate) cxx: &'static str,
}

/// The system's own compiler; it must be there.
pub(crate) const SYSTEM: Compiler = Compiler { c: "cc", cxx: "c++" };

const CLANG: Compiler = Compiler { c: "clang", cxx: "clang++" };

/// A dialect: the language for `-x` and the name for `-std`.
#[derive(Clone, Copy)]
pub(crate) struct Dialect {
    pub(crate) language: &'static str,
    pub(crate) std: &'static str,
}

pub(crate) const C99: Dialect = Dialect { language: "c", std: "c99" };
pub(crate) const C11: Dialect = Dialect { language: "c", std: "c11" };
pub(crate) const CXX11: Dialect = Dialect { language: "c++", std: "c++11" };
pub(crate) const CXX17: Dialect = Dialect { language: "c++", std: "c++17" };

/// The system's compiler, and Clang beside it.
pub(crate) fn all() -> Vec<Compiler> {
    let mut all = vec![SYSTEM];
    let there = |name| Command::new(name).arg("--version").output().is_ok_and(|run| run.status.success());
    if there(CLANG.c) && there(CLANG.cxx) {
        all.push(CLANG);
    } else {
        assert!(std::env::var_os("CI").is_none(), "CI is set and clang or clang++ is not installed");
        eprintln!("SKIPPED: clang and clang++ are not installed; checked with cc and c++ only");
    }
    all
}

/// The folder of the headers.
pub(crate) fn include() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include")
}

/// A program of `c-tests`.
pub(crate) fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("c-tests").join(name)
}

impl Compiler {
    /// Compiles `source` with warnings as errors; the compiler's words where it refuses.
    pub(crate) fn accepts<A: AsRef<OsStr>>(
        &self,
        dialect: Dialect,
        source: &Path,
        options: &[A],
    ) -> Result<(), String> {
        self.run(dialect, source, [OsStr::new("-fsyntax-only")].into_iter().chain(strs(options)))
    }

    /// Builds the program `output` from `source`.
    pub(crate) fn builds<A: AsRef<OsStr>>(
        &self,
        dialect: Dialect,
        source: &Path,
        output: &Path,
        options: &[A],
    ) -> Result<(), String> {
        self.run(dialect, source, [OsStr::new("-o"), output.as_os_str()].into_iter().chain(strs(options)))
    }

    fn run<'a>(
        &self,
        dialect: Dialect,
        source: &Path,
        options: impl Iterator<Item = &'a OsStr>,
    ) -> Result<(), String> {
        let name = if dialect.language == "c" { self.c } else { self.cxx };
        let run = Command::new(name)
            .args(["-pedantic", "-Wall", "-Wextra", "-Werror", "-Wredundant-decls"])
            .arg(format!("-std={}", dialect.std))
            .arg("-I")
            .arg(include())
            .args(["-x", dialect.language])
            .arg(source)
            .args(["-x", "none"])
            .args(options)
            .output()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        if run.status.success() {
            return Ok(());
        }
        let words = String::from_utf8_lossy(&run.stderr);
        Err(format!("{name} -std={} {}:\n{words}", dialect.std, source.display()))
    }
}

fn strs<A: AsRef<OsStr>>(options: &[A]) -> impl Iterator<Item = &OsStr> {
    options.iter().map(AsRef::as_ref)
}
