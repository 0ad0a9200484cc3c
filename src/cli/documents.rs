//! The man page and the completions that packages install, made from the flags.
//!
//! `DOCUMENTS=DIR cargo test --workspace --bin set-prestop documents` writes them, so the program does not carry the code that makes the page.

use std::fs;
use std::path::PathBuf;

use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;

use super::args::Args;

#[test]
fn documents() {
    let scratch = tempfile::tempdir().unwrap();
    let folder =
        std::env::var_os("DOCUMENTS").map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    fs::create_dir_all(&folder).unwrap();

    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command())
        .render(&mut page)
        .unwrap();
    fs::write(folder.join("set-prestop.1"), &page).unwrap();
    let mut texts = vec![String::from_utf8(page).unwrap().replace("\\-", "-")];
    for &shell in Shell::value_variants() {
        let path = clap_complete::generate_to(shell, &mut Args::command(), "set-prestop", &folder)
            .unwrap();
        texts.push(fs::read_to_string(path).unwrap());
    }

    let command = Args::command();
    let flags: Vec<&str> = command
        .get_arguments()
        .filter(|flag| !flag.is_hide_set())
        .filter_map(clap::Arg::get_long)
        .collect();
    assert!(flags.contains(&"explain") && flags.contains(&"sleep-seconds"));
    for text in texts {
        for flag in &flags {
            assert!(text.contains(flag), "`--{flag}` is not in\n{text}");
        }
    }
}
