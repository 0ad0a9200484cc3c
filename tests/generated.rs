//! Files that are made from the code: they are compared, and written where `BLESS=1` is set.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads and writes files, and a panic is how it fails"
)]

use set_prestop::Reason;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn check(file: &str, want: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let stands = fs::read_to_string(&path).unwrap_or_default();
    if stands != want && std::env::var_os("BLESS").is_some() {
        fs::write(&path, want).unwrap();
        return;
    }
    assert_eq!(
        stands, want,
        "{file} is not what the code says: `BLESS=1 cargo test --test generated` writes it"
    );
}

#[test]
fn function_definition() {
    check(
        "function.yaml",
        &set_prestop::function_definition().unwrap(),
    );
}

#[test]
fn json_schema() {
    check(
        "packaging/schema/set-prestop.dev/setprestop_v1alpha1.json",
        &set_prestop::json_schema().unwrap(),
    );
}

#[test]
fn messages() {
    let mut text = String::from(
        "# Messages\n\nEvery message has a Reason: the word in brackets on stderr, and the tag `set-prestop.dev/reason` of a result. \
         `severity:` in the configuration gives one another weight (`Error`, `Warning`, `Info`, `Ignore`); what is marked `always` stops the run \
         whatever is configured. Advice is told only with `--explain` or `--check`, and as an info result of a ResourceList.\n\n\
         | Reason | weight | meaning |\n| --- | --- | --- |\n",
    );
    for reason in Reason::ALL {
        let weight = format!("{:?}", reason.severity()).to_lowercase();
        let fixed = if reason.is_fixed() { ", always" } else { "" };
        writeln!(
            text,
            "| `{}` | {weight}{fixed} | {} |",
            reason.name(),
            reason.meaning()
        )
        .unwrap();
    }
    text.push_str("\nThis page is generated from the table of Reasons in `src/say/message.rs`.\n");
    check("docs/messages.md", &text);
}
