//! `qhy matrix`: what each C function does and which programs call it.
use crate::support::output::Result;
/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {}
/// Runs the subcommand.
pub(crate) fn run(_args: &Args) -> Result<()> {
    Ok(())
}
