//! Laws that hold for any render: what comes out does not depend on how the same objects are written, and no pod is given less
//! time than it needs.
//!
//! Over random renders (`PROPTEST_CASES=5000 cargo test --test laws` for more of them), the examples of the tables' rows, and the
//! manifests in the folder that `SET_PRESTOP_CORPUS` names, where it does.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test reads files and the environment, and a panic is how it fails"
)]

mod dice;
mod forms;
#[path = "../below/manifests.rs"]
mod manifests;
mod patch;
mod render;
mod style;
mod time;
mod values;

use dice::Dice;
use forms::{Answer, Case, Form};
use manifests::manifests;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use render::Render;
use std::cell::Cell;
use std::fs;
use std::path::Path;

/// A law, on random renders. Most of them have to change, or nothing is tried.
#[track_caller]
fn random(law: impl Fn(&Case, &mut Dice) -> Result<(), String>) {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 100;
        // The same renders each time: a build does not fail for a fault that its change did not make.
        config.rng_seed = RngSeed::Fixed(1);
    }
    let (cases, changed) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(config);
    let numbers = proptest::collection::vec(any::<u32>(), 60..260);
    let run = runner.run(&numbers, |numbers| {
        let mut dice = Dice::new(numbers);
        let Render { objects, config } = Render::new(&mut dice);
        let case = Case::write(&objects, &config, &mut dice);
        cases.set(cases.get() + 1);
        changed.set(changed.get() + usize::from(case.changes()));
        law(&case, &mut dice).map_err(|why| TestCaseError::fail(format!("{why}\n{case}")))
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    let (cases, changed) = (cases.get(), changed.get());
    println!("{cases} renders, of which {changed} change");
    assert!(changed * 5 > cases, "only {changed} of {cases} change");
}

/// A law, on manifests in files.
#[track_caller]
fn files(law: impl Fn(&Case, &mut Dice) -> Result<(), String>) {
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/routes");
    let mut files = manifests(&rows);
    files.retain(|file| file.ends_with("triple.yaml"));
    if let Some(corpus) = std::env::var_os("SET_PRESTOP_CORPUS") {
        files.extend(manifests(Path::new(&corpus)));
    }
    let (mut changed, mut tried) = (0, 0);
    for file in &files {
        let Some(case) = fs::read_to_string(file)
            .ok()
            .and_then(|text| Case::read(&text))
        else {
            continue;
        };
        tried += 1;
        changed += usize::from(case.changes());
        // Any numbers: each file gets the same ones each time.
        let numbers = (0..400).map(|n: u32| n.wrapping_mul(2_654_435_761) >> 7);
        let held = law(&case, &mut Dice::new(numbers.collect()));
        assert!(held.is_ok(), "{}: {}", file.display(), held.unwrap_err());
    }
    println!(
        "{tried} of {} files, of which {changed} change",
        files.len()
    );
    assert!(
        changed > 30 && changed * 4 > tried,
        "only {changed} of {tried} files change"
    );
}

/// The same objects in another form: the same plans, messages and values.
fn alike(form: Form) -> impl Fn(&Case, &mut Dice) -> Result<(), String> {
    let (asked, not) = (Cell::new(0), Cell::new(0));
    move |case, dice| {
        let Some(other) = case.as_form(form, dice) else {
            not.set(not.get() + 1);
            assert!(not.get() <= asked.get() + 20, "{form:?} is seldom made");
            return Ok(());
        };
        asked.set(asked.get() + 1);
        let (mut wanted, mut got) = (case.answer(), other.answer());
        if wanted.is_refused() {
            return Ok(());
        }
        if form == Form::Shuffled {
            (wanted, got) = (wanted.in_any_order(), got.in_any_order());
        }
        Answer::same(&wanted, &got).map_err(|why| format!("{form:?}: {why}\n=== as\n{other}"))
    }
}

macro_rules! forms {
    ($($name:ident: $form:ident;)+) => {$(
        mod $name {
            use super::{Form, alike, files, random};
            #[test]
            fn of_random_renders() { random(alike(Form::$form)); }
            #[test]
            fn of_files() { files(alike(Form::$form)); }
        }
    )+};
}

forms! {
    the_order_of_documents_does_not_matter: Shuffled;
    the_order_of_keys_does_not_matter: KeysShuffled;
    anchors_are_what_they_stand_for: WrittenOut;
    json_is_yaml: Json;
    a_list_is_its_items: List;
    a_resource_list_is_its_items: ResourceList;
    strangers_change_nothing: Strangers;
    files_are_one_render: Files;
}

macro_rules! laws {
    ($($name:ident: $law:expr;)+) => {$(
        mod $name {
            use super::{files, random};
            #[test]
            fn of_random_renders() { random($law); }
            #[test]
            fn of_files() { files($law); }
        }
    )+};
}

laws! {
    a_second_run_changes_nothing: super::idempotent;
    line_ends_do_not_matter: super::line_ends;
    context_is_never_printed: super::context;
    patches_do_what_manifests_do: super::patches;
    no_pod_gets_less_time_than_it_needs: super::time::law;
}

fn idempotent(case: &Case, _: &mut Dice) -> Result<(), String> {
    let once = case.outputs();
    let again = case.with_text(once.concat()).outputs();
    if once == again {
        return Ok(());
    }
    Err(format!("a second run makes\n{}", again.concat()))
}

fn line_ends(case: &Case, _: &mut Dice) -> Result<(), String> {
    if case.text().contains('\r') {
        return Ok(());
    }
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let got = case.with_text(crlf(&case.text())).outputs().concat();
    let wanted = crlf(&case.outputs().concat());
    if got == wanted {
        return Ok(());
    }
    Err(format!("with CRLF it is\n{got:?}\nand not\n{wanted:?}"))
}

/// Objects that are context lead to the same plans, and none of them comes out.
fn context(case: &Case, dice: &mut Dice) -> Result<(), String> {
    let Some((own, other)) = case.apart(dice) else {
        return Ok(());
    };
    let whole = case.answer();
    if whole.is_failed() {
        return Ok(());
    }
    let got = own.answer_beside(&other);
    let wanted = whole.without(&other);
    if got.values != wanted.values {
        return Err(format!(
            "{:#?}\nis printed, and not\n{:#?}\n=== context\n{other}",
            got.values, wanted.values
        ));
    }
    if got.plans != wanted.plans {
        return Err(format!(
            "{:#?}\nis planned, and not\n{:#?}\n=== context\n{other}",
            got.plans, wanted.plans
        ));
    }
    Ok(())
}

/// What the Component's patches make of the input is what the manifests hold.
fn patches(case: &Case, _: &mut Dice) -> Result<(), String> {
    let Some((component, before, after)) = case.component()? else {
        return Ok(());
    };
    let mut patched = before;
    patch::apply(&component, &mut patched)?;
    if patched == after {
        return Ok(());
    }
    Err(format!(
        "{component:#}\npatched\n{patched:#?}\nmanifests\n{after:#?}"
    ))
}
