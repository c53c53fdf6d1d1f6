//! From the table of entry points and the headers to the list of calls that `nulls.c`
//! makes. The table says which functions there are, the headers how each is called.

use std::collections::BTreeMap;
use std::fmt::Write;

/// A C declaration.
struct Prototype {
    returns: String,
    parameters: Vec<String>,
}

/// The calls of all functions in the table.
pub(crate) fn list(table: &str, headers: &[String]) -> String {
    let mut declared = BTreeMap::new();
    for header in headers {
        collect(header, &mut declared);
    }
    let mut calls = String::new();
    let names = table.lines().filter(|l| !l.starts_with('#')).skip(1).filter_map(|l| l.split('\t').next());
    for (n, name) in names.filter(|n| !n.is_empty()).enumerate() {
        // C++ functions stand in the headers under the names that the linker knows.
        let cpp = format!("_Z{}{name}", name.len());
        let (symbol, prototype) = declared
            .iter()
            .find(|(symbol, _)| *symbol == name || symbol.starts_with(&cpp))
            .unwrap_or_else(|| panic!("no header declares {name}"));
        writeln!(calls, "{}", call(n, symbol, prototype)).expect("string");
    }
    calls
}

/// Reads the declarations of a header as a C compiler sees them. Later ones win, so the
/// C form of what C++ sees otherwise.
fn collect(header: &str, declared: &mut BTreeMap<String, Prototype>) {
    let mut text = header.to_owned();
    while let Some(start) = text.find("/*") {
        let length = text[start..].find("*/").expect("end of a comment") + 2;
        text.replace_range(start..start + length, " ");
    }
    let lines =
        text.lines().filter(|l| !l.trim_start().starts_with('#')).map(|l| l.split("//").next().unwrap_or(l));
    let text = lines.collect::<Vec<_>>().join(" ");
    for piece in text.split([';', '{', '}']) {
        let Some((head, tail)) = piece.split_once('(') else { continue };
        let Some((parameters, "")) = tail.trim_end().rsplit_once(')') else { continue };
        let head = head.trim();
        let name_start = head.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |i| i + 1);
        let (returns, name) = head.split_at(name_start);
        if returns.trim().is_empty() || returns.contains("typedef") {
            continue;
        }
        let returns =
            returns.split_whitespace().filter(|w| *w != "EXPORTC" && *w != "STDCALL").collect::<Vec<_>>();
        let prototype = Prototype { returns: returns.join(" "), parameters: split(parameters) };
        declared.insert(name.to_owned(), prototype);
    }
}

/// Splits at the commas that are not inside parentheses.
fn split(parameters: &str) -> Vec<String> {
    let mut list = vec![String::new()];
    let mut depth = 0;
    for c in parameters.chars() {
        match c {
            ',' if depth == 0 => list.push(String::new()),
            _ => {
                depth += i32::from(c == '(') - i32::from(c == ')');
                list.last_mut().expect("one").push(c);
            }
        }
    }
    list.iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty() && p != "void").collect()
}

fn call(n: usize, symbol: &str, prototype: &Prototype) -> String {
    let has_memory = prototype.parameters.iter().any(|p| p.contains('*') && !is_handle(p));
    let (mut types, mut arguments) = (Vec::new(), Vec::new());
    for parameter in &prototype.parameters {
        let (kind, argument) = argument(parameter, has_memory);
        types.push(kind);
        arguments.push(argument);
    }
    if types.is_empty() {
        types.push("void".into());
    }
    let answer = match prototype.returns.as_str() {
        "void" => "NOTHING",
        pointer if pointer.contains('*') => "TEXT",
        _ => "CODE",
    };
    format!(
        "CALL({n}, {answer}, {}, {symbol}, ({}), ({}))",
        prototype.returns,
        types.join(", "),
        arguments.join(", ")
    )
}

fn is_handle(parameter: &str) -> bool {
    parameter.starts_with("qhyccd_handle") || parameter == "void *fpga"
}

/// Type and value of one argument. To the machine all pointers are alike.
fn argument(parameter: &str, has_memory: bool) -> (String, String) {
    let is_function = parameter.contains("(*") || parameter.contains("CallBack");
    if is_function || parameter.contains("logFunction") {
        return ("void *".into(), "NULL".into());
    }
    if is_handle(parameter) {
        return ("void *".into(), "the_handle()".into());
    }
    if parameter.contains('*') {
        return ("void *".into(), "pointer()".into());
    }
    let (kind, name) =
        parameter.rsplit_once(' ').unwrap_or_else(|| panic!("parameter `{parameter}` has no name"));
    let value = match kind {
        // "On" would be a wish that some functions follow, by logging for example.
        "bool" => "false",
        "double" | "float" => "real()",
        // Sizes of memory that the caller vouches for: no function can check them.
        _ if has_memory && is_size(name) => "0",
        _ => "number()",
    };
    (kind.into(), value.into())
}

fn is_size(name: &str) -> bool {
    ["length", "len", "width", "height", "imagex", "imagey", "x", "y", "bpp"]
        .contains(&name.to_lowercase().as_str())
}
