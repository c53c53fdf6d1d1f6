//! The headers compile without a warning, however a program includes them.

use std::fs;
use std::path::Path;

use crate::compilers::{self, C11, C99, CXX11, CXX17, Dialect};

const HEADERS: [&str; 5] = ["qhyccd.h", "qhyccdstruct.h", "qhyccdcamdef.h", "qhyccderr.h", "config.h"];

/// What programs define on the command line.
const SWITCHES: [&[&str]; 3] = [&[], &["-DCALLBACK_MODE_SUPPORT", "-DLINUX"], &["-DCALLBACK_MODE_SUPPORT=1"]];

/// Checks every source with every compiler and reports all refusals together.
fn all_accept(dialects: &[Dialect], sources: &[&Path], options: &[&str]) {
    let mut refusals = Vec::new();
    for compiler in compilers::all() {
        for &dialect in dialects {
            for source in sources {
                refusals.extend(compiler.accepts(dialect, source, options).err());
            }
        }
    }
    assert!(refusals.is_empty(), "{}", refusals.join("\n"));
}

fn programs(start: &str, end: &str) -> Vec<std::path::PathBuf> {
    let found: Vec<_> = fs::read_dir(compilers::program(""))
        .expect("c-tests")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(start) && name.ends_with(end)
        })
        .collect();
    assert!(!found.is_empty(), "no c-tests/{start}*{end}");
    found
}

#[test]
fn c_programs_in_every_dialect() {
    let programs = programs("header_", ".c");
    let sources: Vec<_> = programs.iter().map(|path| path.as_path()).collect();
    all_accept(&[C99, C11, CXX11, CXX17], &sources, &[]);
}

#[test]
fn cxx_programs_in_every_dialect() {
    let programs = programs("header_", ".cpp");
    let sources: Vec<_> = programs.iter().map(|path| path.as_path()).collect();
    all_accept(&[CXX11, CXX17], &sources, &[]);
}

#[test]
fn switches_of_programs() {
    let program = compilers::program("header_plain.c");
    for switches in SWITCHES {
        all_accept(&[C99, CXX11], &[&program], switches);
    }
}

#[test]
fn a_warning_is_an_error() {
    // Shows that the checks of this file can fail.
    let folder = tempfile::tempdir().expect("folder");
    let source = folder.path().join("careless.c");
    fs::write(&source, "#include <qhyccd.h>\nstatic int unused;\nint f(CONTROL_ID id) { return 0; }\n")
        .expect("source");
    for compiler in compilers::all() {
        for dialect in [C99, C11, CXX11, CXX17] {
            assert!(compiler.accepts(dialect, &source, &[""; 0]).is_err(), "{} accepts it", compiler.c);
        }
    }
}

/// Every order of the five headers, then a use of what each of them declares.
#[test]
fn headers_in_any_order() {
    let folder = tempfile::tempdir().expect("folder");
    let mut orders = Vec::new();
    permute(&mut HEADERS.to_vec(), 0, &mut orders);
    assert_eq!(orders.len(), 120);
    let sources: Vec<_> = orders
        .iter()
        .enumerate()
        .map(|(number, order)| {
            let path = folder.path().join(format!("order{number}.c"));
            let lines: String = order.iter().map(|name| format!("#include <{name}>\n")).collect();
            let uses = "int main(void)\n{\n    CONTROL_ID id = CONTROL_GAIN;\n    \
                        return (int)id + version_year + DEVICETYPE_QHY600 + STD_MODEL + \
                        (InitQHYCCDResource() == QHYCCD_SUCCESS);\n}\n";
            fs::write(&path, lines + uses).expect("source");
            path
        })
        .collect();
    let sources: Vec<_> = sources.iter().map(|path| path.as_path()).collect();
    all_accept(&[C99], &sources, &[]);
    // C++ takes far longer, and what could differ does so between neighbours.
    let some: Vec<_> = sources.into_iter().step_by(23).collect();
    all_accept(&[CXX11], &some, &[]);
}

fn permute(names: &mut Vec<&'static str>, from: usize, out: &mut Vec<Vec<&'static str>>) {
    if from == names.len() {
        out.push(names.clone());
    }
    for other in from..names.len() {
        names.swap(from, other);
        permute(names, from + 1, out);
        names.swap(from, other);
    }
}

/// Each header alone has what it is named for.
#[test]
fn each_header_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let uses = [
        ("qhyccd.h", "int main(void) { return (int)ScanQHYCCD(); }"),
        ("qhyccdstruct.h", "bool on; uint32_t n; CCDREG reg; int main(void) { return CAM_COLOR; }"),
        ("qhyccdcamdef.h", "OEMMODEL model; int main(void) { return CAMERA_ID_LENGTH; }"),
        ("qhyccderr.h", "int main(void) { return QHYCCD_ERROR == 0xFFFFFFFF; }"),
        ("qhyccd_config.h", "int main(void) { return version_year - __CPP_MODE__; }"),
        ("config.h", "int main(void) { return CALLBACK_MODE_SUPPORT; }"),
    ];
    for (name, text) in uses {
        let source = folder.path().join(format!("alone_{name}.c"));
        fs::write(&source, format!("#include \"{name}\"\n{text}\n")).expect("source");
        all_accept(&[C99, CXX17], &[&source], &[]);
    }
}

/// Installed below a folder of their own, the headers find each other.
#[test]
fn headers_in_a_subfolder() {
    let folder = tempfile::tempdir().expect("folder");
    let below = folder.path().join("elsewhere/qhyccd");
    fs::create_dir_all(&below).expect("folder");
    for name in HEADERS.iter().chain(&["qhyccd_config.h"]) {
        fs::copy(compilers::include().join(name), below.join(name)).expect("header");
    }
    let source = folder.path().join("below.c");
    let text = "#include <qhyccd/qhyccd.h>\n#include <qhyccd/config.h>\n\
                int main(void) { return (int)ScanQHYCCD(); }\n";
    fs::write(&source, text).expect("source");
    let search = format!("-I{}", folder.path().join("elsewhere").display());
    all_accept(&[C99, CXX11], &[&source], &[&search]);
}

/// A program's own `config.h` is not taken for ours, and ours not for the program's.
#[test]
fn config_of_the_program_comes_first() {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(
        folder.path().join("config.h"),
        "#ifndef __CONFIG_H__\n#define __CONFIG_H__\n#define OWN 1\n#endif\n",
    )
    .expect("config");
    let source = folder.path().join("own.c");
    let text = "#include \"config.h\"\n#include <qhyccd.h>\nint main(void) { return OWN + version_year; }\n";
    fs::write(&source, text).expect("source");
    all_accept(&[C99, CXX11], &[&source], &[]);
}
