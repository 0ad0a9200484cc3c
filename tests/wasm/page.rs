//! The playground, used in a browser.

use crate::forms::{command, form, run, target, text};

/// Pastes, edits an option, reads the outputs, follows a click, comes back from the address, sees an error, and asks axe.
pub(crate) fn used() -> Result<(), String> {
    let node = command(
        "node",
        &[
            "tests/wasm/page.mjs",
            "chromium",
            &form("page/index.html").to_string_lossy(),
            &target().join("playground").to_string_lossy(),
        ],
    );
    let output = run(node, &[])?;
    if output.status.success() {
        println!("{}", text(&output.stdout));
        return Ok(());
    }
    Err(text(&output.stderr))
}
