//! `qhy bench`: what a library costs the host beside the link, for whole frames through
//! its C names.
//!
//! Each measurement is a process of its own with the library on the libusb look-alike of
//! `virtual-usb`, whose camera answers at once. With a second library the two take turns,
//! and ratios are made round by round, so that a busy machine spoils both alike. What the
//! look-alike itself costs, camera and bus, is measured there and taken off.

mod cases;
pub(crate) mod child;
mod plot;
mod report;
mod rig;

use std::io::IsTerminal;
use std::path::PathBuf;

use crate::support::markdown;
use crate::support::output::{self, Result};
use crate::support::sdk::found;

use cases::{Case, Group};
use rig::{Outcome, Rig};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The library to measure; by default the one beside this tool
    #[arg(long, value_name = "FILE")]
    library: Option<PathBuf>,
    /// The vendor's library, to be measured in turn
    #[arg(long, value_name = "FILE")]
    oracle: Option<PathBuf>,
    /// The libusb look-alike; by default the one beside this tool
    #[arg(long, value_name = "FILE")]
    look_alike: Option<PathBuf>,
    /// Rounds, each with every measurement once; medians are shown
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Live video too
    #[arg(long)]
    live: bool,
    /// Regions of many sizes too
    #[arg(long)]
    roi_sweep: bool,
    /// Only measurements whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Measure everything and put the results into this Markdown file, between its two
    /// `bench` comments, with the plot beside it
    #[arg(long, value_name = "FILE", conflicts_with = "only")]
    markdown: Option<PathBuf>,
}

/// What one measurement gave, round by round: ours, and the oracle's if there is one.
pub(crate) struct Measured {
    pub(crate) case: Case,
    pub(crate) ours: Vec<Outcome>,
    pub(crate) oracle: Vec<Outcome>,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let library = found(args.library.as_deref(), "libqhyccd.so", &["", "../lib"])?;
    let places = ["", "../lib", "../virtual-usb/release", "../virtual-usb/debug"];
    let look_alike = found(args.look_alike.as_deref(), "libusb_1_0.so", &places)?;
    let results = match &args.markdown {
        Some(file) => Some((file, markdown::open(file, report::PLACE)?)),
        None => None,
    };
    let rig = Rig::new()?;
    let ours = rig.ours(&library, &look_alike)?;
    let oracle = args.oracle.as_deref().map(|file| rig.oracle(file, &look_alike)).transpose()?;

    let all = args.markdown.is_some();
    let wanted = |case: &Case| {
        let group = match case.group {
            Group::Single => true,
            Group::Live => all || args.live,
            Group::Sweep => all || args.roi_sweep,
        };
        group && args.only.as_deref().is_none_or(|text| case.name.contains(text))
    };
    let mut measured: Vec<Measured> = cases::all()
        .into_iter()
        .filter(wanted)
        .map(|case| Measured { case, ours: Vec::new(), oracle: Vec::new() })
        .collect();
    for round in 0..args.rounds {
        for m in &mut measured {
            tell(&format!("round {} of {}: {}", round + 1, args.rounds, m.case.name));
            let run = |library: &rig::Library| library.measure(m.case.cameras, &m.case.args);
            // Who goes first changes with the round.
            if round % 2 == 0 {
                m.ours.push(run(&ours)?);
            }
            if let Some(oracle) = oracle.as_ref() {
                m.oracle.push(run(oracle)?);
            }
            if round % 2 == 1 {
                m.ours.push(run(&ours)?);
            }
        }
    }
    tell("");
    let (singles, sweep): (Vec<_>, Vec<_>) = measured.into_iter().partition(|m| m.case.group != Group::Sweep);
    if let Some((file, old)) = results {
        let plot = file.with_file_name("performance-roi.svg");
        output::write_file(&plot, |out| std::io::Write::write_all(out, plot::svg(&sweep).as_bytes()))?;
        let text = report::update(&old, &singles, &sweep, args.rounds);
        return output::write_file(file, |out| std::io::Write::write_all(out, text.as_bytes()));
    }
    output::print(&report::text(&singles, &sweep))
}

/// Shows what goes on to a person who waits.
fn tell(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{text}");
    }
}
