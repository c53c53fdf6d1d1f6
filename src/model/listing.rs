//! All cameras and how far each is proven, as text for people; `docs/models.md` is the
//! committed copy.

use std::fmt::Write;

use super::{KNOWN, Level, Model, Source, VENDOR, all};

impl Level {
    /// All of them, the furthest first.
    pub const ALL: [Level; 4] = [Level::Oracle, Level::Tables, Level::Experimental, Level::KnownOnly];

    /// In one word.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Oracle => "oracle",
            Level::Tables => "tables",
            Level::Experimental => "experimental",
            Level::KnownOnly => "known",
        }
    }

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Level::Oracle => "requests and frames compared with the vendor's library on a virtual camera",
            Level::Tables => "from recorded facts; works on our virtual camera",
            Level::Experimental => "as tables, but something is a guess, or no read mode takes pictures",
            Level::KnownOnly => "recognised and named, not driven",
        }
    }
}

/// How many cameras are of a level; cameras known by their ids only are counted among the
/// last.
pub fn count(level: Level) -> usize {
    let known = if level == Level::KnownOnly { KNOWN.len() } else { 0 };
    all().filter(|m| m.level == level).count() + known
}

impl Model {
    /// What is a guess in its table, and which of its read modes take no pictures.
    pub fn doubts(&self) -> Vec<String> {
        let guesses = self.facts().filter(|f| f.source == Source::Guess).map(|f| f.from.to_owned());
        let refused = self
            .read_modes
            .iter()
            .filter_map(|mode| mode.unknown.map(|why| format!("no pictures in \"{}\": {why}", mode.name)));
        guesses.chain(refused).collect()
    }
}

/// The page of all cameras.
pub fn page() -> String {
    let mut text = String::from(
        "# Cameras\n\n\
         Made from the model tables by `QHYCCD_BLESS=1 cargo test --lib listing`; `qhy models` prints \
         the same. No level means that a real camera was tried.\n\n\
         | level | cameras | meaning |\n|---|---|---|\n",
    );
    // Writing to a String cannot fail.
    for level in Level::ALL {
        let _ = writeln!(text, "| {} | {} | {} |", level.name(), count(level), level.meaning());
    }
    text.push_str(
        "\n## With a table\n\n\
         | camera | USB id | sensor | whole frame | pixel | colours | read modes | level |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for m in all() {
        let frame = m.read_modes.first().map(|r| format!("{}x{}", r.image.width, r.image.height));
        let _ = writeln!(
            text,
            "| {} | {VENDOR:04x}:{:04x} | {} | {} | {} um | {} | {} | {} |",
            m.name,
            m.product,
            m.sensor,
            frame.unwrap_or_default(),
            m.pixel_um,
            m.bayer.map_or("mono", |b| b.fits_name()),
            m.read_modes.len(),
            m.level.name(),
        );
    }
    text.push_str("\n## What is not sure\n\nGuesses, and read modes that take no pictures.\n\n");
    for m in all() {
        for doubt in m.doubts() {
            let _ = writeln!(text, "- {}: {doubt}.", m.name);
        }
    }
    text.push_str(
        "\n## Known by their ids\n\n\
         They are driven in other ways (`ARCHITECTURE.md` says how they would be expressed). \
         `qhy list` names them.\n\n| camera | USB id |\n|---|---|\n",
    );
    for known in KNOWN {
        let _ = writeln!(text, "| {} | {VENDOR:04x}:{:04x} |", known.name, known.product);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `QHYCCD_BLESS=1 cargo test` writes the page anew.
    #[test]
    fn the_committed_page_is_this() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/models.md");
        if std::env::var_os("QHYCCD_BLESS").is_some() {
            std::fs::write(&file, page()).unwrap();
        }
        let committed = std::fs::read_to_string(&file).expect("docs/models.md");
        assert!(committed == page(), "the tables changed: run once with QHYCCD_BLESS=1");
    }

    #[test]
    fn every_camera_is_counted_once() {
        let counted: usize = Level::ALL.into_iter().map(count).sum();
        assert_eq!(counted, all().count() + KNOWN.len());
        assert!(all().count() > 60);
    }

    /// What is sure must not hide a doubt, nor what is experimental be without one.
    #[test]
    fn doubts_make_a_model_experimental() {
        for model in all().filter(|m| m.level != Level::KnownOnly) {
            let guesses = model.facts().any(|f| f.source == Source::Guess);
            let refuses = model.read_modes.iter().all(|mode| mode.unknown.is_some());
            match model.level {
                Level::Experimental => assert!(guesses || refuses, "{}", model.name),
                // The QHY600's one guess, an overscan area, is named in its table.
                Level::Oracle => assert!(!refuses, "{}", model.name),
                _ => assert!(!guesses && !refuses, "{}", model.name),
            }
        }
    }
}
