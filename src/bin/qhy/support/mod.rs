//! What several subcommands share. Files, terminals and loaded libraries, no camera logic.

#[cfg(target_os = "linux")]
pub(crate) mod chart;
pub(crate) mod fits;
pub(crate) mod header;
#[cfg(target_os = "linux")]
pub(crate) mod markdown;
pub(crate) mod output;
pub(crate) mod preview;
pub(crate) mod progress;
#[cfg(target_os = "linux")]
pub(crate) mod sdk;
pub(crate) mod session;
pub(crate) mod utc;
pub(crate) mod values;
