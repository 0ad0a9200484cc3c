//! How long the parts take, and a whole run: through the YAML crate's door and through the library's.

mod fleet;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use lossless_yaml::{Edit, Step, Tree, Value, documents, items};
use serde::Deserialize as _;
use set_prestop::{Settings, Source, rewrite};

const DOCUMENTS: [usize; 3] = [3, 100, 10_000];

fn main() {
    divan::main();
}

/// Documents told apart.
#[divan::bench(args = DOCUMENTS)]
fn split_stream(bencher: Bencher<'_, '_>, count: usize) {
    let text = fleet::stream(count);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| documents(black_box(&text)).count());
}

/// Items told apart.
#[divan::bench(args = DOCUMENTS)]
fn split_list(bencher: Bencher<'_, '_>, count: usize) {
    let text = fleet::resource_list(count);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| items(black_box(&text), 0..text.len()));
}

/// Every document parsed, those that a run passes over among them.
#[divan::bench(args = DOCUMENTS)]
fn parse(bencher: Bencher<'_, '_>, count: usize) {
    let text = fleet::stream(count);
    let ranges: Vec<_> = documents(&text).collect();
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let trees = ranges.iter().map(|range| Tree::parse(&text, range.clone()));
        trees.flatten().count()
    });
}

/// The same by `serde_yaml`.
#[divan::bench(args = DOCUMENTS)]
fn parse_with_serde_yaml(bencher: Bencher<'_, '_>, count: usize) {
    let text = fleet::stream(count);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let documents = serde_yaml::Deserializer::from_str(black_box(&text));
        documents.flat_map(serde_yaml::Value::deserialize).count()
    });
}

/// One Deployment gets a hook and a grace period, the check of the edited text included.
#[divan::bench]
fn edit(bencher: Bencher<'_, '_>) {
    let text = fleet::stream(3);
    let deployment = documents(&text).last().unwrap_or_default();
    let tree = Tree::parse(&text, deployment.clone()).ok();
    let key = |name: &'static str| Step::Key(name.into());
    let pod = [key("spec"), key("template"), key("spec")];
    let hook = [key("containers"), Step::Index(0), key("lifecycle")];
    let command = ["/bin/sh", "-c", "sleep 10"].map(|word| Value::Str(word.into()));
    let mapping = |key: &'static str, value| Value::Mapping(vec![(key.into(), value)]);
    let exec = mapping("exec", mapping("command", Value::Sequence(command.into())));
    let edits = [
        Edit {
            path: [&pod[..], &hook[..]].concat(),
            value: mapping("preStop", exec),
        },
        Edit {
            path: [&pod[..], &[key("terminationGracePeriodSeconds")]].concat(),
            value: Value::Int(45),
        },
    ];
    bencher
        .counter(BytesCount::new(deployment.len()))
        .bench(|| tree.as_ref().map(|tree| tree.edit(black_box(&edits))));
}

fn run(bencher: Bencher<'_, '_>, text: &str) {
    let sources = [Source::new("fleet.yaml", text)];
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let settings = Settings {
        threads,
        ..Settings::default()
    };
    bencher
        .counter(BytesCount::of_str(text))
        .bench(|| rewrite(black_box(&sources), &settings).is_ok());
}

/// Everything but the edits: what is there needs no change.
#[divan::bench(args = DOCUMENTS)]
fn trace(bencher: Bencher<'_, '_>, count: usize) {
    let text = fleet::stream(count);
    let sources = [Source::new("fleet.yaml", &text)];
    let outcome = rewrite(&sources, &Settings::default()).ok();
    let edited = outcome.and_then(|outcome| outcome.outputs.first().map(ToString::to_string));
    run(bencher, &edited.unwrap_or_default());
}

/// A whole run on a stream.
#[divan::bench(args = DOCUMENTS)]
fn run_stream(bencher: Bencher<'_, '_>, count: usize) {
    run(bencher, &fleet::stream(count));
}

/// A whole run on a ResourceList.
#[divan::bench(args = DOCUMENTS)]
fn run_list(bencher: Bencher<'_, '_>, count: usize) {
    run(bencher, &fleet::resource_list(count));
}

/// A whole run on a ResourceList in kustomize's form.
#[divan::bench(args = DOCUMENTS)]
fn run_kustomize_list(bencher: Bencher<'_, '_>, count: usize) {
    run(bencher, &fleet::kustomize_list(count));
}

/// A whole run on a stream in which nothing can matter.
#[divan::bench(args = DOCUMENTS)]
fn run_idle(bencher: Bencher<'_, '_>, count: usize) {
    run(bencher, &fleet::idle(count));
}
