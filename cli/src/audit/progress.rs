//! How far an audit is, for people at a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use repute_sdk::audit::Progress;
use std::time::Duration;

/// A bar on stderr; nothing where stderr is no terminal.
pub struct Bar(ProgressBar);

impl Bar {
    /// One that shows from the first step on.
    pub fn new() -> Self {
        let style =
            ProgressStyle::with_template("{spinner} {msg} {wide_bar} {percent} % ({elapsed})")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(1).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// Shows a step.
    pub fn show(&self, step: Progress) {
        match step {
            Progress::Deployment => self.0.set_message("comparing code and keys"),
            Progress::Blocks {
                first,
                done,
                last,
                proofs,
            } => {
                self.0.set_length((last - first).max(1));
                self.0.set_position(done.saturating_sub(first));
                self.0
                    .set_message(format!("block {done} of {last}, {proofs} proofs verified"));
            }
            Progress::State => self.0.set_message("comparing the chain's state"),
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}
