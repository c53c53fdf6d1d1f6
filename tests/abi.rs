//! The list of entry points, `include/qhyccd.abi.tsv`, equals what the sources define and
//! what the built shared library exports. (`tests/header` compares it with the header.)
#![cfg(all(feature = "c-abi", target_os = "linux"))]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use object::elf::{DT_NEEDED, DT_SONAME, FileHeader64};
use object::read::elf::{Dyn, ElfFile, FileHeader, ProgramHeader};
use object::{Endianness, Object, ObjectSymbol};

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    group: String,
    returns: String,
    parameters: String,
    convention: String,
    done: bool,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn table_text() -> String {
    fs::read_to_string(root().join("include/qhyccd.abi.tsv")).unwrap()
}

fn table() -> BTreeMap<String, Row> {
    let text = table_text();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let [name, group, returns, parameters, convention, _since, status, _used_by, _note] =
            cells.try_into().unwrap_or_else(|cells| panic!("nine cells expected: {cells:?}"));
        let done = match status.as_str() {
            "done" => true,
            "refused" => false,
            other => panic!("{name}: status {other}"),
        };
        (name, Row { group, returns, parameters, convention, done })
    });
    rows.collect()
}

#[test]
fn the_table_is_sorted_and_complete() {
    let text = table_text();
    let heads = "name\tgroup\treturn_type\tparameters\tconvention\tsince\tstatus\tused_by\tnote";
    assert_eq!(text.lines().next(), Some(heads));
    let names: Vec<_> = text.lines().skip(1).map(|line| line.split('\t').next().unwrap()).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "sorted by name, each once");
    // 191 functions of the header, 30 more that the vendor's Linux library exports, one that
    // a program of the maker looks for, and three of our own.
    assert_eq!(names.len(), 191 + 30 + 1 + 3);
    let listed = |line: &&str| !line.ends_with("our own") && !line.contains("\tnot in the header");
    assert_eq!(text.lines().skip(1).filter(listed).count(), 191);
}

/// A C name as the sources define it.
struct Item {
    name: String,
    row: Row,
    body: String,
}

/// Reads the exported functions of one file. The sources are formatted by rustfmt, so
/// their shape is known.
fn items(path: &Path) -> Vec<Item> {
    let group = path.file_stem().unwrap().to_str().unwrap();
    let text = fs::read_to_string(path).unwrap();
    text.split("#[unsafe(")
        .skip(1)
        .filter(|rest| rest.starts_with("no_mangle") || rest.starts_with("export_name"))
        .map(|rest| {
            let convention = match rest.strip_prefix("export_name = \"") {
                Some(symbol) => symbol.split('"').next().unwrap(),
                None => "C",
            };
            let (_, rest) = rest.split_once("extern \"C\" fn ").expect("an extern \"C\" function");
            let (name, rest) = rest.split_once('(').unwrap();
            let (signature, rest) = rest.split_once(" {\n").unwrap();
            let (parameters, returns) = match signature.rsplit_once(") -> ") {
                Some((parameters, returns)) => (parameters, c_type(returns, "")),
                None => (signature.strip_suffix(')').unwrap(), "void".into()),
            };
            let body = rest.split("\n}\n").next().unwrap().to_owned();
            let row = Row {
                group: group.into(),
                returns,
                parameters: c_parameters(parameters),
                convention: convention.into(),
                done: !body.contains("refused::<"),
            };
            Item { name: name.into(), row, body }
        })
        .collect()
}

fn c_parameters(rust: &str) -> String {
    let parts: Vec<_> = rust
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, of_type) = part.split_once(": ").unwrap();
            c_type(of_type, name)
        })
        .collect();
    if parts.is_empty() { "void".into() } else { parts.join(", ") }
}

/// A C declaration of `name` with this Rust type.
fn c_type(rust: &str, name: &str) -> String {
    if let Some(arguments) = match rust {
        "PnpCallback" => Some("char *id"),
        "DataCallback" => Some("char *id, uint8_t *imgdata"),
        "PlainCallback" => Some("void"),
        "HandleCallback" => Some("qhyccd_handle *handle"),
        "UvloCallback" => Some("char *id, uint8_t state"),
        _ => None,
    } {
        return format!("void (*{name})({arguments})");
    }
    if let Some(inner) = rust.strip_prefix("*mut ") {
        return format!("{} *{name}", c_type(inner, ""));
    }
    if let Some(inner) = rust.strip_prefix("*const ") {
        return format!("const {} *{name}", c_type(inner, ""));
    }
    let c = match rust {
        "u8" => "uint8_t",
        "u16" => "uint16_t",
        "u32" => "uint32_t",
        "u64" => "uint64_t",
        "i32" => "int32_t",
        "f32" => "float",
        "f64" => "double",
        "c_int" => "int",
        "c_char" => "char",
        "c_uchar" => "unsigned char",
        "c_void" => "void",
        "BoolArg" => "bool",
        "ControlIdArg" => "CONTROL_ID",
        "fpga_info_list" => "struct fpga_info_list",
        "qhyccd_handle" | "QHYDWORD" | "QHYCCDProcCallBack" | "QHYCamMinMaxStepValue" => rust,
        other => panic!("no C type for `{other}`"),
    };
    format!("{c} {name}").trim_end().to_owned()
}

fn all_items() -> Vec<Item> {
    let folder = fs::read_dir(root().join("src/ffi")).unwrap();
    folder.flat_map(|entry| items(&entry.unwrap().path())).collect()
}

#[test]
fn the_sources_define_what_the_table_says() {
    let mut table = table();
    for Item { name, row, .. } in all_items() {
        let mut wanted =
            table.remove(&name).unwrap_or_else(|| panic!("{name} is not in the table, or twice"));
        if wanted.returns == "unknown" {
            assert!(!wanted.done, "{name}: done without a prototype");
            wanted.returns = row.returns.clone();
            assert_eq!(wanted.parameters, "unknown", "{name}");
            wanted.parameters = "void".into();
        }
        assert_eq!(row, wanted, "{name}");
    }
    assert!(table.is_empty(), "in the table only: {:?}", table.keys());
}

/// The name goes into the texts for the user, and a copied one would lie.
#[test]
fn every_function_gives_its_own_name() {
    let names: BTreeSet<_> = table().into_keys().collect();
    let mut given = 0;
    for Item { name, body, .. } in all_items() {
        for text in body.split('"').skip(1).step_by(2).filter(|text| names.contains(*text)) {
            assert_eq!(text, name);
            given += 1;
        }
    }
    assert!(given > 200, "only {given} names found");
}

/// Those who add a function add it to the fuzzer as well.
#[test]
fn every_done_function_is_driven_at_random() {
    let files =
        ["camera", "library", "pictures"].map(|name| root().join(format!("fuzz/src/calls/{name}.rs")));
    let sources: String = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let done = table().into_iter().filter(|(_, row)| row.done).map(|(name, _)| name);
    let missing: Vec<_> = done.filter(|name| !sources.contains(&format!("function(\"{name}\""))).collect();
    assert!(missing.is_empty(), "not in fuzz/src/calls: {missing:?}");
}

/// The shared library that cargo built for this test, beside the test itself.
fn shared_library() -> Vec<u8> {
    let deps: PathBuf = env::current_exe().unwrap().parent().unwrap().into();
    let path = deps.join("libqhyccd.so");
    if !path.exists() {
        let profile = deps.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let profile = if profile == "debug" { "dev" } else { profile };
        let done = Command::new(env!("CARGO")).args(["build", "--lib", "--profile", profile]).status();
        assert!(done.unwrap().success());
    }
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_shared_library_exports_the_table_and_nothing_else() {
    let data = shared_library();
    let file = object::File::parse(&*data).unwrap();
    let exported: BTreeSet<String> = file
        .dynamic_symbols()
        .filter(|symbol| symbol.is_definition())
        .map(|symbol| symbol.name().unwrap().to_owned())
        .collect();
    let wanted: BTreeSet<String> = table()
        .into_iter()
        .map(|(name, row)| if row.convention == "C" { name } else { row.convention })
        .collect();
    let missing: Vec<_> = wanted.difference(&exported).collect();
    let extra: Vec<_> = exported.difference(&wanted).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:?}, extra {extra:?}");
}

#[test]
fn the_shared_library_has_the_name_and_the_needs_it_should() {
    let data = shared_library();
    let file = ElfFile::<FileHeader64<Endianness>>::parse(&*data).unwrap();
    let (endian, header) = (file.endian(), file.elf_header());
    let sections = header.sections(endian, &*data).unwrap();
    let (entries, strings) = sections.dynamic(endian, &*data).unwrap().expect("a dynamic section");
    let strings = sections.strings(endian, &*data, strings).unwrap();
    let texts = |tag: u32| -> Vec<String> {
        let entries = entries.iter().filter(|entry| entry.tag32(endian) == Some(tag));
        entries
            .map(|entry| String::from_utf8(entry.string(endian, strings).unwrap().to_vec()).unwrap())
            .collect()
    };
    assert_eq!(texts(DT_SONAME), ["libqhyccd.so.20"]);
    for name in texts(DT_NEEDED) {
        let allowed = ["libc.so", "libm.so", "libgcc_s.so", "ld-linux", "libusb-1.0.so"];
        assert!(allowed.iter().any(|start| name.starts_with(start)), "needs {name}");
    }
    let executable_stack = header.program_headers(endian, &*data).unwrap().iter().any(|segment| {
        segment.p_type(endian) == object::elf::PT_GNU_STACK
            && segment.p_flags(endian) & object::elf::PF_X != 0
    });
    assert!(!executable_stack);
}
