//! Files that are made from the code: they are compared, and written where `BLESS=1` is set.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reads and writes files, and a panic is how it fails"
)]

#[path = "below/folders.rs"]
mod folders;

use folders::folders;
use serde_json::Value;
use set_prestop::Reason;
use set_prestop::simulate::{Race, simulate};
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
         `severity:` in the configuration changes the severity of one Reason (`Error`, `Warning`, `Info`, `Ignore`); a Reason marked `always` stops the run \
         whatever is configured. Advice is shown only with `--explain` or `--check`, and as an info result of a ResourceList.\n\n\
         | Reason | severity | meaning |\n| --- | --- | --- |\n",
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
    text.push_str(
        "\n## As they are told\n\nAn example of each, as `--message-format short` prints it, from the smallest golden case in which it occurs.\n",
    );
    let cases = told_in_cases();
    for reason in Reason::ALL {
        let told = cases
            .iter()
            .find_map(|(case, told)| Some((case, example(told, reason.name())?)));
        if let Some((case, example)) = told {
            let name = reason.name();
            write!(
                text,
                "\n### {name}\n\n```text\n{example}```\n\n[{case}](../testdata/cases/{case})\n"
            )
            .unwrap();
        }
    }
    text.push_str("\nThis page is generated from the table of Reasons in `src/say/message.rs`.\n");
    check("docs/messages.md", &text);
}

/// What each golden case tells, the cases of the smallest input first.
fn told_in_cases() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let cases = folders(&root).into_iter().flat_map(|topic| folders(&topic));
    let mut found: Vec<_> = cases
        .filter_map(|case| {
            let read = |file| fs::read_to_string(case.join(file)).ok();
            let told = read("messages").or_else(|| read("error"))?;
            let input = fs::metadata(case.join("input.yaml")).ok()?;
            let name = case.strip_prefix(&root).unwrap().display().to_string();
            Some((input.len(), name, told))
        })
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|(_, name, told)| (name, told))
        .collect()
}

/// The first message of a Reason in what a case tells, with the lines that belong to it.
fn example(told: &str, reason: &str) -> Option<String> {
    let mut lines = told.split_inclusive('\n');
    let marks = [" ", ":"].map(|behind| format!("[{reason}]{behind}"));
    let first = lines.find(|line| marks.iter().any(|mark| line.contains(mark)))?;
    let rest = lines.take_while(|line| line.starts_with(' '));
    Some(std::iter::once(first).chain(rest).collect())
}

/// The answer's JSON Schema, read once for each form of it.
fn answer() -> Value {
    serde_json::from_str(&set_prestop::answer_schema().unwrap()).unwrap()
}

/// The definitions with their names; the answer itself first.
fn definitions(schema: &Value) -> Vec<(String, &Value)> {
    let all = schema["$defs"].as_object().unwrap();
    let mut found = vec![("Answer".to_owned(), schema)];
    found.extend(all.iter().map(|(name, one)| (name.clone(), one)));
    found
}

#[test]
fn plan_schema() {
    check(
        "docs/plan.schema.json",
        &set_prestop::answer_schema().unwrap(),
    );
}

#[test]
fn plan_page() {
    let schema = answer();
    let mut text = String::from(
        "# The plan as JSON\n\n`--output json` prints one line: what was found and decided, as `set-prestop.dev/plan/v1`. The npm package gives the same fields. \
         [plan.schema.json](plan.schema.json) is the JSON Schema of it.\n\nA field is only ever added. What does not apply is absent and never null. \
         Times are seconds, bytes count from 0, lines and columns from 1. Paths of fields look like `spec.template.spec.containers[0].lifecycle`.\n",
    );
    for (name, one) in definitions(&schema) {
        let about = one["description"].as_str().unwrap_or_default();
        writeln!(text, "\n## {name}\n\n{}", about.replace('\n', " ")).unwrap();
        let variants = one["oneOf"].as_array().or(one["anyOf"].as_array());
        for variant in variants.into_iter().flatten() {
            let about = variant["description"].as_str().unwrap_or_default();
            write!(text, "\n* `{}`: {about}", short(variant)).unwrap();
        }
        if variants.is_some() {
            text.push('\n');
        }
        let Some(fields) = one["properties"].as_object() else {
            if let Some(words) = one["enum"].as_array() {
                let words: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
                writeln!(text, "\n{}", words.join(", ")).unwrap();
            }
            continue;
        };
        text.push_str("\n| field | type | meaning |\n| --- | --- | --- |\n");
        for (field, of) in fields {
            let kind = short(of).replace('|', "\\|");
            let maybe = if is_required(one, field) {
                ""
            } else {
                ", or absent"
            };
            let about = of["description"].as_str().unwrap_or_default();
            let about = about.replace('\n', " ");
            writeln!(text, "| `{field}` | `{kind}`{maybe} | {about} |").unwrap();
        }
    }
    text.push_str("\nThis page is generated from the schema.\n");
    check("docs/plan.md", &text);
}

/// The types of the npm package's model, between two marks of its declarations.
#[test]
fn typescript_model() {
    let schema = answer();
    let mut text = String::new();
    for (name, one) in definitions(&schema) {
        comment(&mut text, one, "");
        if one["properties"].is_object() && one["oneOf"].is_null() {
            writeln!(text, "export interface {name} {}\n", typescript(one, 0)).unwrap();
        } else {
            writeln!(text, "export type {name} = {};\n", typescript(one, 0)).unwrap();
        }
    }
    declare("docs/plan.schema.json", &text);
}

/// The types of the configuration, likewise.
#[test]
fn typescript_config() {
    let schema: Value = serde_json::from_str(&set_prestop::json_schema().unwrap()).unwrap();
    let spec = &schema["properties"]["spec"];
    let text = format!(
        "/** The settings; every one may be left out. */\nexport interface Config {}\n\n\
         /** A rule for the classes of routes. */\nexport type ClassRule = NonNullable<Config[\"ingressClasses\"]>[number];\n\n",
        typescript(spec, 0)
    );
    declare("the configuration's JSON Schema", &text);
}

/// Compares the declarations that are made from `source` with those that stand between their two marks.
fn declare(source: &str, text: &str) {
    let file = "wasm/js/package/index.d.ts";
    let stands = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let (begin, end) = (
        format!("// From here on: generated from {source}.\n"),
        "// To here.\n",
    );
    let begin = begin.as_str();
    let (before, rest) = stands.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    check(file, &format!("{before}{begin}\n{text}{end}{after}"));
}

/// A type on one line.
fn short(schema: &Value) -> String {
    let text = typescript(schema, 1);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_required(object: &Value, field: &str) -> bool {
    let required = object["required"].as_array();
    required.is_some_and(|all| all.iter().any(|one| one == field))
}

fn comment(text: &mut String, of: &Value, indent: &str) {
    if let Some(about) = of["description"].as_str() {
        let about = about.replace('\n', " ");
        writeln!(text, "{indent}/** {about} */").unwrap();
    }
}

/// A schema as a type of TypeScript.
fn typescript(schema: &Value, depth: usize) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.trim_start_matches("#/$defs/").to_owned();
    }
    if !schema["const"].is_null() {
        return schema["const"].to_string();
    }
    let union = |all: &[Value]| -> String {
        let all: Vec<String> = all.iter().map(|one| typescript(one, depth)).collect();
        all.join(" | ")
    };
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(all) = schema[key].as_array() {
            let all: Vec<Value> = all
                .iter()
                .filter(|one| one["type"] != "null")
                .cloned()
                .collect();
            return union(&all);
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().filter(|word| !word.is_null());
        let words: Vec<String> = words.map(Value::to_string).collect();
        return words.join(" | ");
    }
    // What may be left out may be `null` too, where it is read.
    let either = schema["type"].as_array().and_then(|all| all.first());
    match either.unwrap_or(&schema["type"]).as_str() {
        Some("integer" | "number") => "number".to_owned(),
        Some("boolean") => "boolean".to_owned(),
        Some("string") => "string".to_owned(),
        Some("array") => match typescript(&schema["items"], depth) {
            words if words.contains(" | ") && !words.starts_with('{') => format!("({words})[]"),
            one => format!("{one}[]"),
        },
        Some("object") if schema["additionalProperties"].is_object() => {
            // `severity` alone is such a one.
            let value = typescript(&schema["additionalProperties"], depth);
            format!("Partial<Record<Reason, {value}>>")
        }
        Some("object") => {
            let mut text = String::from("{\n");
            let indent = "  ".repeat(depth + 1);
            for (field, of) in schema["properties"].as_object().into_iter().flatten() {
                if depth == 0 {
                    comment(&mut text, of, &indent);
                }
                let maybe = if is_required(schema, field) { "" } else { "?" };
                let kind = typescript(of, depth + 1);
                writeln!(text, "{indent}{field}{maybe}: {kind};").unwrap();
            }
            format!("{text}{}}}", "  ".repeat(depth))
        }
        other => panic!("no type for {other:?}: {schema}"),
    }
}

/// A colour for each part of the picture: text, lines, what serves, what is lost.
const COLOURS: [(&str, [&str; 4]); 2] = [
    ("light", ["#24292f", "#8c959f", "#1a7f37", "#cf222e"]),
    ("dark", ["#e6edf3", "#6e7681", "#3fb950", "#f85149"]),
];

/// The race in the README: what `simulate` says each second of one pod that is deleted, without the hook and with it.
#[test]
fn race() {
    const SECOND: f64 = 36.0;
    let race = Race {
        replicas: 3,
        removed: 1,
        rate: 3.0,
        lag: 6.0,
        ..Race::default()
    };
    let with = Race {
        sleep: 10.0,
        grace: 45.0,
        ..race.clone()
    };
    for (theme, [text, line, serves, lost]) in COLOURS {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 250\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"{text}\">\n"
        );
        for (top, title, race) in [
            (20.0, "without a preStop hook", &race),
            (140.0, "with a preStop sleep of 10 s", &with),
        ] {
            let told = simulate(race);
            let x = |seconds: f64| 170.0 + seconds * SECOND;
            let (ends, lets_go) = (told.gone_after, race.lag);
            let requests = format!("{:.0} requests lost", told.requests);
            let colour = if told.requests < 0.5 { serves } else { lost };
            writeln!(
                svg,
                "<text x=\"10\" y=\"{top}\" font-weight=\"600\">{title}</text>"
            )
            .unwrap();
            writeln!(svg, "<text x=\"630\" y=\"{top}\" text-anchor=\"end\" font-weight=\"600\" fill=\"{colour}\">{requests}</text>").unwrap();
            let bars = [
                ("requests arrive", top + 16.0, -1.0, lets_go, line),
                ("program answers", top + 46.0, -1.0, ends, serves),
            ];
            for (label, y, from, to, colour) in bars {
                let (begin, length) = (x(from), (to - from) * SECOND);
                writeln!(svg, "<text x=\"10\" y=\"{}\">{label}</text>", y + 14.0).unwrap();
                writeln!(svg, "<rect x=\"{begin}\" y=\"{y}\" width=\"{length}\" height=\"18\" rx=\"3\" fill=\"{colour}\"/>").unwrap();
            }
            for (second, count) in (0_u32..).zip(&told.by_second) {
                if *count > 0.5 {
                    let (x, y) = (x(f64::from(second) + 0.5), top + 60.0);
                    writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-weight=\"700\" fill=\"{lost}\">\u{2715}</text>").unwrap();
                }
            }
            let y = top + 82.0;
            let stops = if ends < 0.5 {
                vec![
                    (0.0, "deleted, SIGTERM"),
                    (lets_go, "load balancer lets go"),
                ]
            } else {
                vec![
                    (0.0, "deleted"),
                    (lets_go, "load balancer lets go"),
                    (ends, "SIGTERM"),
                ]
            };
            for (seconds, moment) in stops {
                let x = x(seconds);
                writeln!(
                    svg,
                    "<path d=\"M{x} {}V{}\" stroke=\"{text}\" stroke-dasharray=\"2 2\"/>",
                    top + 10.0,
                    y - 12.0
                )
                .unwrap();
                writeln!(
                    svg,
                    "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{moment}, {seconds} s</text>"
                )
                .unwrap();
            }
        }
        svg.push_str("</svg>\n");
        check(&format!("docs/race-{theme}.svg"), &svg);
    }
}

/// Phrases that nobody says, in what people read.
#[test]
fn plain_english() {
    const NOBODY_SAYS: [&str; 8] = [
        "gone along",
        "keep back",
        "behind the back of",
        "brought in by",
        "no render has",
        "What stands on stdin",
        "of this weight",
        "lets the load balancer win",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md")];
    for folder in ["docs", "src/say"] {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    let texts = files
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "md" || e == "rs"));
    for path in texts {
        let text = fs::read_to_string(path).unwrap();
        for phrase in NOBODY_SAYS {
            assert!(!text.contains(phrase), "{}: `{phrase}`", path.display());
        }
    }
}
