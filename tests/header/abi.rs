//! Reads `include/qhyccd.abi.tsv`, the list of entry points.

/// One entry point.
pub(crate) struct Row {
    pub(crate) name: String,
    /// The C prototype; `None` where nobody outside knows it.
    pub(crate) prototype: Option<(String, String)>,
    /// Declared by the header that we follow, so by `qhyccd.h`.
    pub(crate) listed: bool,
    /// Has a C++ name in the library.
    pub(crate) mangled: bool,
}

/// All entry points.
pub(crate) fn rows() -> Vec<Row> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("include/qhyccd.abi.tsv");
    let text = std::fs::read_to_string(path).expect("include/qhyccd.abi.tsv");
    let mut lines = text.lines();
    let heads: Vec<_> = lines.next().expect("column heads").split('\t').collect();
    let column =
        |name| heads.iter().position(|head| *head == name).unwrap_or_else(|| panic!("no column {name}"));
    let (name, returns, parameters) = (column("name"), column("return_type"), column("parameters"));
    let (convention, note) = (column("convention"), column("note"));
    lines
        .map(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            let known = cells[returns] != "unknown" && cells[parameters] != "unknown";
            Row {
                name: cells[name].into(),
                prototype: known.then(|| (cells[returns].into(), cells[parameters].into())),
                listed: !cells[note].starts_with("not in the header") && cells[note] != "our own",
                mangled: cells[convention].starts_with("_Z"),
            }
        })
        .collect()
}
