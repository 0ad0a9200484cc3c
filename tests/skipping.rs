//! The output shows neither which documents were skipped because they cannot matter, nor how many threads did the work.
//!
//! Over the golden cases, the examples of the tables' rows, a made-up fleet, random streams, and the manifests in the folder
//! that `SET_PRESTOP_CORPUS` names, where it does.

#![expect(
    clippy::disallowed_methods,
    reason = "a test reads files, and the environment says where more of them are"
)]

#[path = "../benches/fleet/mod.rs"]
mod fleet;

#[path = "below/folders.rs"]
mod folders;
#[path = "below/manifests.rs"]
mod manifests;

use folders::folders;
use libtest_mimic::{Arguments, Failed, Trial};
use manifests::manifests;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Runs, TestRunner};
use set_prestop::{
    Drawing, Look, Positions, Reason, Settings, Source, Tense, parse_config, rewrite,
};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut trials = Vec::new();
    for group in folders(&root.join("cases"))
        .iter()
        .chain([&root.join("routes")])
    {
        let files = manifests(group);
        let name = group.file_name().unwrap_or_default().to_string_lossy();
        trials.push(Trial::test(format!("one-by-one/{name}"), {
            let files = files.clone();
            move || each_alone(&files)
        }));
        trials.push(Trial::test(format!("as-one-render/{name}"), move || {
            together(&files)
        }));
    }
    for (name, text) in [
        ("stream", fleet::stream(500)),
        ("list", fleet::resource_list(500)),
        ("kustomize", fleet::kustomize_list(500)),
        ("idle", fleet::idle(500)),
    ] {
        trials.push(Trial::test(format!("fleet/{name}"), move || {
            same(&[(name.to_owned(), text.clone())], Settings::default()).map(drop)
        }));
    }
    trials.push(Trial::test("random", random));
    let corpus = std::env::var_os("SET_PRESTOP_CORPUS").map(PathBuf::from);
    let files = corpus.as_deref().map(manifests).unwrap_or_default();
    for together_too in [false, true] {
        let files = files.clone();
        let name = if together_too {
            "as-one-render"
        } else {
            "one-by-one"
        };
        let trial = Trial::test(format!("{name}/corpus"), move || {
            if together_too {
                together(&files)
            } else {
                each_alone(&files)
            }
        });
        trials.push(trial.with_ignored_flag(corpus.is_none()));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Files that are text; golden cases have others too.
fn read(files: &[PathBuf]) -> Vec<(String, String)> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).ok()?;
        Some((path.display().to_string(), text))
    };
    files.iter().filter_map(read).collect()
}

fn each_alone(files: &[PathBuf]) -> Result<(), Failed> {
    let texts = read(files);
    let mut changed = 0;
    for text in &texts {
        // A case's own settings stand beside its input.
        let config = fs::read_to_string(Path::new(&text.0).with_file_name("config.yaml"));
        let config = config.ok().and_then(|config| parse_config(&config).ok());
        let settings = Settings {
            config: config.unwrap_or_default(),
            ..Settings::default()
        };
        changed += usize::from(same(std::slice::from_ref(text), settings)?);
    }
    expect(changed > 0, || {
        format!("none of {} files changes", texts.len())
    })
}

/// All that can be read as files of one render: so many that threads share the work.
fn together(files: &[PathBuf]) -> Result<(), Failed> {
    let mut texts = read(files);
    // A file that stops the run would hide the others. Among files no ResourceList has a functionConfig that lets it go on.
    let among = Settings {
        among_files: true,
        ..Settings::default()
    };
    texts.retain(|text| answer(std::slice::from_ref(text), &among).is_ok());
    expect(same(&texts, Settings::default())?, || {
        format!("{} files as one render: nothing changes", texts.len())
    })
}

fn expect(holds: bool, otherwise: impl Fn() -> String) -> Result<(), Failed> {
    if holds {
        Ok(())
    } else {
        Err(otherwise().into())
    }
}

fn drawing() -> Drawing {
    let (colour, width) = (false, 100);
    Drawing {
        look: Look {
            colour,
            width,
            wraps: true,
        },
        short: false,
        tense: Tense::Done,
        next: None,
    }
}

/// What comes out, and whether anything changes; where the run fails, whether the input could not be read, and what is told.
type Answer = Result<(String, bool), (bool, String)>;

fn answer(texts: &[(String, String)], settings: &Settings) -> Answer {
    let sources = texts.iter().map(|(name, text)| Source::new(name, text));
    let sources: Vec<Source<'_>> = sources.collect();
    match rewrite(&sources, settings) {
        Ok(outcome) => {
            let outputs: String = outcome.outputs.iter().map(ToString::to_string).collect();
            let told = format!(
                "{:#?}\n{}",
                outcome.messages,
                outcome.explain(&outcome.messages, &Positions::new(&sources), &drawing())
            );
            let counts = (outcome.counts, outcome.is_resource_list, outcome.ended);
            let changed = outcome.outputs.iter().any(set_prestop::Output::is_changed);
            Ok((format!("{outputs}\n{told}\n{counts:?}"), changed))
        }
        Err(failure) => {
            let output = failure.output.map(|output| output.to_string());
            let mut reasons = failure.messages.iter().map(|m| m.reason);
            let unread = reasons.any(|reason| reason == Reason::BadInput);
            Err((unread, format!("{:#?}\n{output:?}", failure.messages)))
        }
    }
}

/// Compares the ways to do the work. Whether anything changes in the text.
fn same(texts: &[(String, String)], settings: Settings) -> Result<bool, Failed> {
    let plain = Settings {
        advice: true,
        addresses: true,
        ..settings
    };
    let wanted = answer(texts, &plain);
    for threads in [2, 3, 16] {
        let got = answer(
            texts,
            &Settings {
                threads,
                ..plain.clone()
            },
        );
        expect(got == wanted, || {
            difference(texts, &format!("with {threads} threads"), &wanted, &got)
        })?;
    }
    for threads in [1, 4] {
        let settings = Settings {
            parse_everything: true,
            threads,
            ..plain.clone()
        };
        let got = answer(texts, &settings);
        // A fault in a document that can't matter is the next reader's.
        let is_fault = matches!(got, Err((true, _)));
        expect(got == wanted || is_fault, || {
            difference(
                texts,
                &format!("everything parsed, {threads} threads"),
                &wanted,
                &got,
            )
        })?;
    }
    Ok(wanted.is_ok_and(|(_, changed)| changed))
}

fn difference(texts: &[(String, String)], how: &str, wanted: &Answer, got: &Answer) -> String {
    let shown = |answer: &Answer| match answer {
        Ok((text, _)) | Err((_, text)) => text.clone(),
    };
    let diff = diffy::create_patch(&shown(wanted), &shown(got)).to_string();
    let names: Vec<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
    let text = match texts {
        [(_, text)] if text.len() < 2000 => text.as_str(),
        _ => "",
    };
    format!("{how}, {names:?} differs\n{diff}\n{text}")
}

#[rustfmt::skip]
const LINES: &[&str] = &[
    "---", "--- # c", "--- !t", "--- {kind: Service}", "...", "%YAML 1.2", "# c", "", " ", "apiVersion: v1", "apiVersion: apps/v1",
    "apiVersion: networking.k8s.io/v1", "kind: ConfigMap", "kind: Secret # c", "kind: \"ConfigMap\"", "'kind': Secret", "? kind",
    ": ConfigMap", "kind: &k ConfigMap", "kind: *k", "kind:", "  ConfigMap", "kind: List", "items:", "- kind: ConfigMap", "- a: b",
    "- |", "data:", "  kind: Service", "  a: |", "    kind: Deployment", "    ---", "text: |", "text: \"", "\"", "text: 'a", "b'",
    "<<: *a", "a: &a {kind: Deployment}", "{kind: ConfigMap}", "kind: ConfigMap\r", "a: 1\rkind: Deployment", "\tkind: x", "!t", "[", "]",
];

/// A route, its Service and the workload, which have to be found whatever is around them.
const TRIPLE: [&str; 3] = [
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: tea\nspec:\n  defaultBackend:\n    service:\n      name: tea\n",
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: tea\nspec:\n  selector:\n    app: tea\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: tea\nspec:\n  template:\n    metadata:\n      labels:\n        app: tea\n    spec:\n      containers:\n      - name: tea\n        image: tea:1\n",
];

/// Streams of lines that make it hard to see what a document is, with the triple among them.
fn random() -> Result<(), Failed> {
    let lines = prop::collection::vec(select(LINES), 0..4);
    let parts = prop::collection::vec(lines, 3..6);
    let mut runner = TestRunner::new(Runs {
        cases: 3_000,
        failure_persistence: None,
        ..Runs::default()
    });
    let changed = Cell::new(0);
    let run = runner.run(&parts, |parts| {
        let mut text = String::new();
        for (number, lines) in parts.into_iter().enumerate() {
            for line in lines {
                text.push_str(line);
                text.push('\n');
            }
            if let Some(object) = TRIPLE.get(number) {
                text.push_str("---\n");
                text.push_str(object);
                text.push_str("---\n");
            }
        }
        let compared = same(&[("random".to_owned(), text)], Settings::default());
        changed.set(changed.get() + usize::from(matches!(compared, Ok(true))));
        compared
            .map(drop)
            .map_err(|failed| TestCaseError::fail(failed.message().unwrap_or_default().to_owned()))
    });
    run.map_err(|error| error.to_string())?;
    let changed = changed.get();
    expect(changed > 100, || {
        format!("only {changed} of the streams change")
    })
}
