//! What several subcommands share. Files and terminals, no camera logic.

pub(crate) mod fits;
pub(crate) mod header;
pub(crate) mod output;
pub(crate) mod preview;
pub(crate) mod progress;
pub(crate) mod session;
pub(crate) mod utc;
pub(crate) mod values;
