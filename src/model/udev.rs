//! The udev rules: who may open the cameras. Made from the tables, so that there is no
//! second list of USB ids; `cmake/85-open-qhyccd.rules` is the committed copy.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{KNOWN, VENDOR, all};

const HEAD: &str = "\
# Lets every user open QHYCCD cameras. Generated from the model tables; do not edit.
# MODE and not uaccess: that tag is only seen in files that sort before 73, and programs
# expect the rules under this number.
";

/// Rules for all USB ids in the tables, driven or only known, running or waiting for
/// their firmware.
pub fn udev_rules() -> String {
    // Variants share ids; one rule for each pair of them.
    let mut lines: BTreeMap<(u16, Option<u16>), Vec<&str>> = BTreeMap::new();
    for model in all() {
        lines.entry((model.product, model.loader)).or_default().push(model.name);
    }
    for known in KNOWN {
        lines.entry((known.product, known.loader)).or_default().push(known.name);
    }

    let mut text = String::from(HEAD);
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "\nACTION==\"remove\", GOTO=\"open_qhyccd_end\"\n\
         SUBSYSTEM!=\"usb\", GOTO=\"open_qhyccd_end\"\n\
         ENV{{DEVTYPE}}!=\"usb_device\", GOTO=\"open_qhyccd_end\"\n\
         ATTR{{idVendor}}!=\"{VENDOR:04x}\", GOTO=\"open_qhyccd_end\"\n"
    );
    for ((product, loader), names) in lines {
        let loader = loader.map(|id| format!("{id:04x}|")).unwrap_or_default();
        let _ = writeln!(text, "# {}", names.join(", "));
        let _ = writeln!(text, "ATTR{{idProduct}}==\"{loader}{product:04x}\", MODE=\"0666\"");
    }
    text.push_str("\nLABEL=\"open_qhyccd_end\"\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `QHYCCD_BLESS=1 cargo test` writes the file anew.
    #[test]
    fn the_committed_rules_are_these() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("cmake/85-open-qhyccd.rules");
        if std::env::var_os("QHYCCD_BLESS").is_some() {
            std::fs::write(&file, udev_rules()).unwrap();
        }
        let committed = std::fs::read_to_string(&file).expect("cmake/85-open-qhyccd.rules");
        assert!(committed == udev_rules(), "the tables changed: run once with QHYCCD_BLESS=1");
    }

    #[test]
    fn every_id_has_exactly_one_rule() {
        let rules = udev_rules();
        let ids: Vec<&str> = rules
            .lines()
            .filter_map(|line| line.strip_prefix("ATTR{idProduct}==\"")?.split('"').next())
            .flat_map(|ids| ids.split('|'))
            .collect();
        let wanted = all().flat_map(|m| [Some(m.product), m.loader]);
        let wanted = wanted.chain(KNOWN.iter().flat_map(|k| [Some(k.product), k.loader]));
        for id in wanted.flatten() {
            let id = format!("{id:04x}");
            assert_eq!(ids.iter().filter(|i| **i == id).count(), 1, "{id}");
        }
    }
}
