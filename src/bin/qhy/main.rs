//! `qhy`: a look at QHYCCD cameras and frames from them, on the command line. One file a
//! subcommand; `support` has what they share. Uses the Rust interface of the library,
//! never its C names; only `bench` and `ptc` load a library to call them.
//!
//! Results go to standard output, everything else to standard error. The exit code is 0
//! for success, 1 for a failure, 2 for bad arguments, 130 after Ctrl-C.
#![deny(unsafe_code)]

#[cfg(target_os = "linux")]
mod bench;
mod capture;
mod gps;
mod info;
mod list;
mod matrix;
mod models;
mod probe;
#[cfg(target_os = "linux")]
mod ptc;
mod suggest;
mod support;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use support::output::{Failure, Result};
use support::session::Session;

#[derive(Parser)]
#[command(name = "qhy", version, about = "Looks at QHYCCD cameras and takes frames with them")]
struct Cli {
    /// Use virtual cameras, for example QHY600M or "QHY600M?seed=3&scene=xy"
    ///
    /// SPEC is `MODEL[?option=value&...][,MODEL...]`. The same as setting
    /// QHYCCD_DEVICES=virtual:SPEC.
    #[arg(long = "virtual", value_name = "SPEC", global = true)]
    virtual_devices: Option<String>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the cameras that are plugged in
    List,
    /// Show what a camera is, can do and is set to
    Info(info::Args),
    /// Take single frames and write them as FITS, with a PNG preview
    Capture(capture::Args),
    /// Show what a GPS box wrote into frames of a camera or a FITS file
    Gps(gps::Args),
    /// Look closely at a real camera and write a report for the authors
    Probe(probe::Args),
    /// Find an offset or a USB traffic value by looking at bias frames
    Suggest(suggest::Args),
    /// List the camera models that the library knows
    Models(models::Args),
    /// List the C functions and what each of them does
    Matrix(matrix::Args),
    /// Measure what the library costs the host, alone or in turn with the vendor's
    #[cfg(target_os = "linux")]
    Bench(bench::Args),
    /// Measure the photon transfer curve: gain, read noise, full well, linearity, dark current
    #[cfg(target_os = "linux")]
    Ptc(ptc::Args),
    #[cfg(target_os = "linux")]
    #[command(hide = true)]
    BenchChild(bench::child::Args),
}

fn run(cli: Cli) -> Result<()> {
    let open = || Session::open(cli.virtual_devices.as_deref());
    match &cli.command {
        Command::List => list::run(&open()?),
        Command::Info(args) => info::run(args, &open()?),
        Command::Capture(args) => capture::run(args, open),
        Command::Gps(args) => gps::run(args, open),
        Command::Probe(args) => probe::run(args, cli.virtual_devices.as_deref()),
        Command::Suggest(args) => suggest::run(args, &open()?),
        Command::Models(args) => models::run(args),
        Command::Matrix(args) => matrix::run(args),
        #[cfg(target_os = "linux")]
        Command::Bench(args) => bench::run(args),
        #[cfg(target_os = "linux")]
        Command::Ptc(args) => ptc::run(args, cli.virtual_devices.as_deref()),
        #[cfg(target_os = "linux")]
        Command::BenchChild(args) => bench::child::run(args),
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    env_logger::Builder::from_env(env_logger::Env::new().filter_or("QHYCCD_LOG", "off")).init();
    match run(cli) {
        Ok(()) | Err(Failure::PipeClosed) => ExitCode::SUCCESS,
        Err(Failure::Message(text)) => {
            eprintln!("qhy: {}", text.replace('\n', " "));
            ExitCode::FAILURE
        }
        Err(Failure::Interrupted) => {
            eprintln!("qhy: interrupted, nothing was written for the frame in progress");
            ExitCode::from(130)
        }
    }
}
