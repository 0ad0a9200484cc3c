//! The only place that writes to stderr and to the report.

use set_prestop::{Counts, Message, Positions, Severity, write_message};
use std::io::Write as _;
use std::path::PathBuf;

/// Tells messages on stderr, and all of them in the report.
pub(crate) struct Teller {
    quiet: bool,
    report: Option<PathBuf>,
    reported: String,
}

impl Teller {
    pub(crate) fn new(quiet: bool, report: Option<PathBuf>) -> Teller {
        Teller {
            quiet,
            report,
            reported: String::new(),
        }
    }

    /// Tells messages. Those of a ResourceList stand in its results; stderr gets the warnings and errors.
    pub(crate) fn tell(
        &mut self,
        messages: &[Message],
        positions: &Positions<'_>,
        is_resource_list: bool,
    ) {
        let mut text = String::new();
        for message in messages {
            // A `String` takes everything.
            let shown = message.severity >= Severity::Warning || !(self.quiet || is_resource_list);
            if shown {
                let _ = write_message(&mut text, message, positions, is_resource_list);
            }
            if self.report.is_some() {
                let _ = write_message(&mut self.reported, message, positions, is_resource_list);
            }
        }
        stderr(&text);
    }

    /// Puts a text into the report alone.
    pub(crate) fn report(&mut self, text: &str) {
        if self.report.is_some() {
            self.reported.push_str(text);
        }
    }

    /// The last line: what was found and changed.
    pub(crate) fn count(&mut self, counts: &Counts, pending: bool) {
        let number = |n: usize, one: &str| {
            if n == 1 {
                format!("1 {one}")
            } else {
                format!("{n} {one}s")
            }
        };
        let line = format!(
            "{}, {}, {}, {}{}\n",
            number(counts.routes, "route"),
            number(counts.services, "Service"),
            number(counts.workloads, "workload"),
            number(counts.changes, "change"),
            if pending { " missing" } else { "" },
        );
        self.report(&line);
        if !self.quiet {
            stderr(&line);
        }
    }

    /// Writes the report.
    pub(crate) fn finish(self) -> Result<(), ()> {
        let Some(path) = self.report else {
            return Ok(());
        };
        std::fs::write(&path, self.reported).map_err(|error| {
            stderr(&format!("{}: error: the report can't be written: {error}\n  help: name a file that can be written\n", path.display()));
        })
    }
}

fn stderr(text: &str) {
    // Where stderr can't be written there is nobody to tell.
    let _ = anstream::stderr().write_all(text.as_bytes());
}
