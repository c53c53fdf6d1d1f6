//! Results in Markdown files: tables, and places between two comments that a command may
//! write anew.

use std::fs;
use std::path::Path;

use super::output::{Failure, Result};

/// Rows as a Markdown table; the first one has the titles, the first column is text.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = String::new();
    for (n, row) in rows.iter().enumerate() {
        text += &line(row);
        if n == 0 {
            text += &format!("|---{}|\n", "|--:".repeat(row.len() - 1));
        }
    }
    text
}

/// The content of a Markdown file that has a place of this name.
pub(crate) fn open(file: &Path, name: &str) -> Result<String> {
    let failed = |text: &str| Failure::new(format_args!("{}: {text}", file.display()));
    let text = fs::read_to_string(file).map_err(|e| failed(&e.to_string()))?;
    let missing = || failed(&format!("it has not the two `{name}` comments"));
    replaced(&text, name, "").ok_or_else(missing).map(|_| text)
}

/// The text with another part between the two comments of this name.
pub(crate) fn replaced(old: &str, name: &str, fresh: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->\n"));
    let from = old.find(&begin)? + begin.len();
    let to = from + old[from..].find(&end)?;
    Some(format!("{}{fresh}{}", &old[..from], &old[to..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_between_the_comments_changes() {
        let old = "# A\n<!-- b: begin -->\nold\n<!-- b: end -->\nrest\n";
        let new = replaced(old, "b", "new\n").unwrap();
        assert_eq!(new, "# A\n<!-- b: begin -->\nnew\n<!-- b: end -->\nrest\n");
        assert_eq!(replaced(&new, "b", "old\n").unwrap(), old);
        assert!(replaced("# A\n", "b", "new").is_none());
        assert!(replaced(old, "c", "new").is_none());
    }
}
