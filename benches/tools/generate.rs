//! Writes made-up manifests to stdout: `generate stream|list|kustomize|idle DOCUMENTS`.
#![expect(
    clippy::disallowed_methods,
    reason = "a program of its own, with arguments and stdout"
)]

#[path = "../fleet/mod.rs"]
mod fleet;

use std::io::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [form, documents] = arguments.as_slice() else {
        return Err("usage: generate stream|list|kustomize|idle DOCUMENTS".into());
    };
    let documents = documents.parse()?;
    let text = match form.as_str() {
        "stream" => fleet::stream(documents),
        "list" => fleet::resource_list(documents),
        "kustomize" => fleet::kustomize_list(documents),
        "idle" => fleet::idle(documents),
        _ => return Err(format!("`{form}` is no form: stream, list, kustomize, idle").into()),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
