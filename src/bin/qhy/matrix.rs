//! `qhy matrix`: what each C function does and which known programs call it, from the
//! list of entry points that the library is checked against.

use std::collections::BTreeMap;

use crate::support::output::{self, Failure, Result};

const TABLE: &str = include_str!("../../../include/qhyccd.abi.tsv");

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only functions that this program calls, for example phd2
    #[arg(long, value_name = "PROGRAM")]
    used_by: Option<String>,
}

/// One entry point.
struct Row<'a> {
    name: &'a str,
    group: &'a str,
    status: &'a str,
    used_by: Vec<&'a str>,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let rows = parse(TABLE)?;
    match &args.used_by {
        None => output::print(&report(&rows)),
        Some(program) => {
            let rows: Vec<Row> = rows.into_iter().filter(|r| r.used_by.contains(&program.as_str())).collect();
            if rows.is_empty() {
                return Err(Failure::new(format_args!(
                    "no program `{program}` in the table; `qhy matrix` lists them"
                )));
            }
            output::print(&report(&rows))
        }
    }
}

fn parse(table: &str) -> Result<Vec<Row<'_>>> {
    let mut lines = table.lines().filter(|l| !l.starts_with('#'));
    let titles: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |title: &str| {
        let place = titles.iter().position(|t| *t == title);
        place.ok_or_else(|| Failure::new(format_args!("the table of functions has no column `{title}`")))
    };
    let [name, group, status, used_by] =
        [column("name")?, column("group")?, column("status")?, column("used_by")?];
    let row = |line| {
        let cells: Vec<&str> = str::split(line, '\t').collect();
        let cell = |n: usize| cells.get(n).copied().unwrap_or_default();
        Row {
            name: cell(name),
            group: cell(group),
            status: cell(status),
            used_by: cell(used_by).split_whitespace().collect(),
        }
    };
    Ok(lines.map(row).collect())
}

fn report(rows: &[Row]) -> String {
    let mut cells = vec![["FUNCTION", "GROUP", "STATUS", "CALLED BY"].map(String::from).to_vec()];
    // Functions called and done of them, for each program.
    let mut programs: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in rows {
        cells.push([row.name, row.group, row.status, &row.used_by.join(" ")].map(String::from).to_vec());
        for program in &row.used_by {
            let (called, done) = programs.entry(program).or_default();
            *called += 1;
            *done += usize::from(row.status == "done");
        }
    }
    let mut text = output::table(&cells);

    let done = rows.iter().filter(|r| r.status == "done").count();
    text.push_str(&format!(
        "\n{} functions: {done} done, {} refused (they answer an error and change nothing).\n",
        rows.len(),
        rows.len() - done
    ));
    let mut counts = vec![["PROGRAM", "CALLS", "DONE"].map(String::from).to_vec()];
    for (program, (called, done)) in programs {
        counts.push(vec![program.into(), called.to_string(), done.to_string()]);
    }
    text.push('\n');
    text.push_str(&output::table(&counts));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_by_column_title_and_counted() {
        let table = "group\tname\tnote\tstatus\tused_by\n\
                     live\tBegin\t\tdone\tindi phd2\n\
                     pcie\tBurn\t\trefused\tphd2\n";
        let report = report(&parse(table).unwrap_or_default());
        assert!(report.contains("Begin     live   done     indi phd2\n"), "{report}");
        assert!(report.contains("2 functions: 1 done, 1 refused"), "{report}");
        assert!(report.ends_with("indi     1      1\nphd2     2      1\n"), "{report}");
        assert!(parse("name\tgroup\n").is_err());
    }

    #[test]
    fn each_function_of_the_table_is_done_or_refused() {
        let rows = parse(TABLE).unwrap_or_default();
        assert!(rows.len() > 200, "{}", rows.len());
        for row in rows {
            assert!(["done", "refused"].contains(&row.status), "{}: `{}`", row.name, row.status);
        }
    }
}
