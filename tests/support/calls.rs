//! From the table of entry points to the list of calls that `nulls.c` makes.

use std::fmt::Write;

/// A line for each function of the table: what it returns, its symbol, the types and the
/// values of its arguments.
pub(crate) fn list(table: &str) -> String {
    let mut lines = table.lines();
    let columns: Vec<_> = lines.next().expect("heading").split('\t').collect();
    let column =
        |name: &str| columns.iter().position(|c| *c == name).unwrap_or_else(|| panic!("no column {name}"));
    let (name, returns) = (column("name"), column("return_type"));
    let (parameters, convention) = (column("parameters"), column("convention"));

    let mut calls = String::new();
    for (n, line) in lines.enumerate() {
        let row: Vec<_> = line.split('\t').collect();
        // Under "convention" stands C, or the name that the linker knows a C++ function by.
        let symbol = if row[convention] == "C" { row[name] } else { row[convention] };
        let line = match row[parameters] {
            // Known by name only: whatever it is given, it must not touch it.
            "unknown" => call(n, "uint32_t", symbol, &vec!["void *argument".into(); 6]),
            parameters => call(n, row[returns], symbol, &split(parameters)),
        };
        writeln!(calls, "{line}").expect("string");
    }
    calls
}

/// Splits at the commas that are not inside parentheses.
fn split(parameters: &str) -> Vec<String> {
    let mut list = vec![String::new()];
    let mut depth = 0;
    for c in parameters.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        match c {
            ',' if depth == 0 => list.push(String::new()),
            _ => list.last_mut().expect("one").push(c),
        }
    }
    list.iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty() && p != "void").collect()
}

fn call(n: usize, returns: &str, symbol: &str, parameters: &[String]) -> String {
    let has_memory = parameters.iter().any(|p| is_pointer(p) && !is_handle(p));
    let (mut types, values): (Vec<_>, Vec<_>) = parameters.iter().map(|p| argument(p, has_memory)).unzip();
    if types.is_empty() {
        types.push("void");
    }
    let answer = match returns {
        "void" => "NOTHING",
        pointer if pointer.contains('*') => "TEXT",
        _ => "CODE",
    };
    format!("CALL({n}, {answer}, {returns}, {symbol}, ({}), ({}))", types.join(", "), values.join(", "))
}

fn is_handle(parameter: &str) -> bool {
    parameter.starts_with("qhyccd_handle *")
}

fn is_pointer(parameter: &str) -> bool {
    parameter.contains(['*', '&'])
}

/// Type and value of one argument. To the machine all pointers and references are alike,
/// and so is a C++ object that is passed by its address.
fn argument(parameter: &str, has_memory: bool) -> (&str, &'static str) {
    if parameter.contains("(*") || parameter.contains("CallBack") || parameter.contains("Function") {
        return ("void *", "NULL");
    }
    if is_handle(parameter) {
        return ("void *", "the_handle()");
    }
    if is_pointer(parameter) {
        return ("void *", "pointer()");
    }
    let (kind, name) =
        parameter.rsplit_once(' ').unwrap_or_else(|| panic!("parameter `{parameter}` has no name"));
    let value = match kind {
        // "On" would be a wish that some functions follow, by writing a log for example.
        "bool" => "false",
        "double" | "float" => "real()",
        // Sizes of memory that the caller vouches for: no function can check them.
        _ if has_memory && is_size(name) => "0",
        _ => "number()",
    };
    (kind, value)
}

fn is_size(name: &str) -> bool {
    ["length", "len", "width", "height", "imagex", "imagey", "x", "y", "bpp"]
        .contains(&name.to_lowercase().as_str())
}
