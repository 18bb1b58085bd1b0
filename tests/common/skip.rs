//! What a test says that did not run.

use std::io::Write;

/// Says that a test was skipped, past libtest, which keeps what a passing test prints to itself.
pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
