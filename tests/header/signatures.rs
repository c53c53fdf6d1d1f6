//! The functions of the headers are those of the list of entry points, type by type, as a
//! compiler sees them.

use std::collections::BTreeSet;
use std::fs;

use crate::abi::{self, Row};
use crate::compilers::{self, C11, CXX11, Dialect};

#[test]
fn headers_declare_the_list() {
    let listed = names(|row| row.listed);
    let extra = names(|row| !row.listed);
    assert_eq!(declared("qhyccd.h"), listed, "qhyccd.h and the list differ");
    assert_eq!(declared("qhyccd_extra.h"), extra, "qhyccd_extra.h and the list differ");
}

fn names(which: impl Fn(&Row) -> bool) -> BTreeSet<String> {
    abi::rows().into_iter().filter(which).map(|row| row.name).collect()
}

/// The names before the first bracket of each declaration.
fn declared(header: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(compilers::include().join(header)).expect(header);
    let mut code = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find("/*") {
        code.push_str(&rest[..start]);
        let end = rest[start..].find("*/").expect("end of the comment");
        rest = &rest[start + end + 2..];
    }
    code.push_str(rest);
    let code: String =
        code.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    code.split([';', '{', '}'])
        .filter_map(|piece| piece.split_once('('))
        .filter_map(|(before, _)| before.split(|c: char| !c.is_alphanumeric() && c != '_').next_back())
        .map(String::from)
        .collect()
}

/// The list has the C forms; these arguments are others in C++.
const CXX_FORMS: [(&str, &str); 3] = [
    ("SetQHYCCDLogFunction", "std::function<void(const std::string &)>"),
    ("QHYCCDSolve", "int, float, float, float, float, float, float &, float &, float &, float &, float &"),
    ("QHYCCD_fpga_list", "struct fpga_info_list &"),
];

#[test]
fn signatures_in_cxx() {
    let mut text = String::from("#include <qhyccd_extra.h>\n#include <type_traits>\n");
    for Row { name, prototype, .. } in abi::rows() {
        let Some((returns, parameters)) = prototype else { continue };
        let parameters =
            CXX_FORMS.iter().find(|(form, _)| *form == name).map_or(&*parameters, |(_, cxx)| *cxx);
        text += &format!(
            "static_assert(std::is_same<decltype(&{name}), {returns} (*)({parameters})>::value, \"{name}\");\n"
        );
    }
    accepted(CXX11, "signatures.cpp", &text);
}

#[test]
fn signatures_in_c() {
    let mut text = String::from("#include <qhyccd_extra.h>\n");
    for Row { name, prototype, .. } in abi::rows().into_iter().filter(|row| !row.mangled) {
        let Some((returns, parameters)) = prototype else { continue };
        text += &format!(
            "_Static_assert(_Generic(&{name}, {returns} (*)({parameters}): 1, default: 0), \"{name}\");\n"
        );
    }
    accepted(C11, "signatures.c", &text);
}

fn accepted(dialect: Dialect, name: &str, text: &str) {
    assert!(text.lines().count() > 200, "the list of entry points has been lost");
    let folder = tempfile::tempdir().expect("folder");
    let source = folder.path().join(name);
    fs::write(&source, text).expect("source");
    for compiler in compilers::all() {
        compiler.accepts(dialect, &source, &[""; 0]).unwrap_or_else(|words| panic!("{words}"));
    }
}
