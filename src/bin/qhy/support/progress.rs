//! Progress on standard error, only for a person at a terminal, and Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::consts::TERM_SIGNALS;

use super::output::{Failure, Result};

/// A bar that shows percents of one activity at a time.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar on standard error; invisible if `quiet` or if that is no terminal.
    pub(crate) fn new(quiet: bool) -> Progress {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(100), target);
        let style = ProgressStyle::with_template("{msg:28} [{bar:40}] {percent:>3} %");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        Progress { bar }
    }

    /// Shows how far `activity` is.
    pub(crate) fn show(&self, activity: &str, percent: f64) {
        if self.bar.message() != activity {
            self.bar.set_message(activity.to_string());
        }
        self.bar.set_position(percent.clamp(0.0, 100.0) as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Turns true when the user presses Ctrl-C or the system asks the program to end.
#[derive(Clone)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Takes over the signals. A second one ends the program at once.
    pub(crate) fn install() -> Result<Interrupt> {
        let flag = Arc::new(AtomicBool::new(false));
        for &signal in TERM_SIGNALS {
            signal_hook::flag::register_conditional_shutdown(signal, 130, flag.clone())
                .and_then(|_| signal_hook::flag::register(signal, flag.clone()))
                .map_err(|error| Failure::new(format_args!("cannot watch for Ctrl-C: {error}")))?;
        }
        Ok(Interrupt(flag))
    }

    /// True once somebody asked for the end.
    pub(crate) fn requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Fails once somebody asked for the end.
    pub(crate) fn check(&self) -> Result<()> {
        if self.requested() { Err(Failure::Interrupted) } else { Ok(()) }
    }
}
