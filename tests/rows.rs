//! The rows of the tables: each has an example, the example goes all the way to the hook, and the pages about them are what
//! the tables say.
//!
//! `testdata/routes/<group>_<Kind>[-<what>]/` is an example of a route: `route.yaml` and `expect`, which the tests of
//! `src/references.rs` read, and `triple.yaml`, a route, a Service and a workload, which goes through the command here.
//! `testdata/routes/workloads/<group>_<Kind>[-<what>].yaml` is a triple for a workload. The core group is written `core`.
//! `BLESS=1` writes `docs/routes.md` and `docs/controllers.md`.

#![expect(
    clippy::disallowed_methods,
    reason = "the examples are files, and whether to write the pages is said by the environment"
)]

use libtest_mimic::{Arguments, Failed, Trial};
use serde_yaml::{Deserializer, Value};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

type Outcome = Result<(), Failed>;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("examples/every-route-has-one", every_route_has_an_example),
        Trial::test(
            "examples/every-workload-has-one",
            every_workload_has_an_example,
        ),
        Trial::test("docs/routes", || page("docs/routes.md", &routes_page()?)),
        Trial::test("docs/controllers", || {
            page("docs/controllers.md", &controllers_page())
        }),
    ];
    for folder in entries("testdata/routes") {
        let triple = folder.join("triple.yaml");
        if triple.exists() {
            let name = format!("routes/{}", file_name(&folder));
            trials.push(Trial::test(name, move || gets_the_hook(&triple)));
        }
    }
    for triple in entries("testdata/routes/workloads") {
        let name = format!("workloads/{}", file_name(&triple).trim_end_matches(".yaml"));
        trials.push(Trial::test(name, move || {
            if is_left(&triple) {
                is_left_alone(&triple)
            } else {
                gets_the_hook(&triple)
            }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn every_route_has_an_example() -> Outcome {
    let folders: Vec<PathBuf> = entries("testdata/routes")
        .into_iter()
        .filter(|folder| !["own", "workloads"].contains(&file_name(folder).as_str()))
        .collect();
    let mut wrong = Vec::new();
    for row in rows("routes") {
        let example = folders
            .iter()
            .find(|folder| file_name(folder) == example_name(&row));
        for file in ["route.yaml", "expect", "triple.yaml"] {
            if !example.is_some_and(|folder| folder.join(file).exists()) {
                wrong.push(format!(
                    "testdata/routes/{}/{file} is missing",
                    example_name(&row)
                ));
            }
        }
    }
    let known: BTreeSet<String> = rows("routes").iter().map(example_name).collect();
    for folder in &folders {
        let name = file_name(folder);
        if !known.contains(&base(&name)) {
            wrong.push(format!("testdata/routes/{name} belongs to no row"));
        }
        for file in fs::read_dir(folder)? {
            let file = file?.file_name().to_string_lossy().into_owned();
            if !["route.yaml", "expect", "triple.yaml"].contains(&file.as_str()) {
                wrong.push(format!(
                    "testdata/routes/{name}/{file} is no file of an example"
                ));
            }
        }
    }
    none(&wrong)
}

fn every_workload_has_an_example() -> Outcome {
    let triples = entries("testdata/routes/workloads");
    let names: Vec<String> = triples
        .iter()
        .map(|t| file_name(t).trim_end_matches(".yaml").to_owned())
        .collect();
    let known: BTreeSet<String> = rows("workloads").iter().map(example_name).collect();
    let missing = known.iter().filter(|name| !names.contains(name));
    let mut wrong: Vec<String> = missing
        .map(|name| format!("testdata/routes/workloads/{name}.yaml is missing"))
        .collect();
    let strange = names.iter().filter(|name| !known.contains(&base(name)));
    wrong.extend(
        strange.map(|name| format!("testdata/routes/workloads/{name}.yaml belongs to no row")),
    );
    none(&wrong)
}

/// One document changes, and in it every container gets a hook and every pod template a grace period.
fn gets_the_hook(triple: &Path) -> Outcome {
    let input = fs::read_to_string(triple)?;
    let output = command(&[], &input)?;
    let changed: Vec<(Value, Value)> = documents(&input)
        .into_iter()
        .zip(documents(&output))
        .filter(|(before, after)| before != after)
        .collect();
    let [(_, after)] = changed.as_slice() else {
        return Err(format!(
            "{} documents change, expected the workload alone:\n{output}",
            changed.len()
        )
        .into());
    };
    let count = |key: &str| occurrences(after, key);
    if count("image") == 0 || count("preStop") != count("image") {
        return Err(format!(
            "{} of {} containers have a hook",
            count("preStop"),
            count("image")
        )
        .into());
    }
    if count("terminationGracePeriodSeconds") != count("containers") {
        return Err("a pod template has no grace period".into());
    }
    if command(&[], &output)? != output {
        return Err("a second run changes its own output".into());
    }
    Ok(())
}

fn is_left_alone(triple: &Path) -> Outcome {
    let input = fs::read_to_string(triple)?;
    if command(&[], &input)? == input {
        Ok(())
    } else {
        Err("it is changed".into())
    }
}

/// Whether the row of a workload's example says that its kind is never touched.
fn is_left(triple: &Path) -> bool {
    let name = file_name(triple);
    let rows = rows("workloads");
    let row = rows
        .iter()
        .find(|row| example_name(row) == base(name.trim_end_matches(".yaml")));
    row.is_some_and(|row| row.get("leave").is_some())
}

fn command(args: &[&str], input: &str) -> Result<String, Failed> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_set-prestop"))
        .args(args)
        .current_dir(root().join("testdata/routes/own"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("no stdin")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!(
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn documents(text: &str) -> Vec<Value> {
    use serde::Deserialize as _;
    Deserializer::from_str(text)
        .map(|each| Value::deserialize(each).unwrap_or_default())
        .collect()
}

/// How often a key stands anywhere in a value.
fn occurrences(value: &Value, key: &str) -> usize {
    match value {
        Value::Mapping(entries) => entries
            .iter()
            .map(|(k, v)| usize::from(k.as_str() == Some(key)) + occurrences(v, key))
            .sum(),
        Value::Sequence(items) => items.iter().map(|item| occurrences(item, key)).sum(),
        _ => 0,
    }
}

fn routes_page() -> Result<String, Failed> {
    let mut page = String::from(
        "# Routes and workloads\n\n\
         <!-- Generated from src/tables/data and the columns' descriptions in src/tables/row.rs: `BLESS=1 cargo test --test rows`. -->\n\n\
         What counts as a route, what names a Service in it, and what counts as a workload are rows of two tables. Rows of your\n\
         own stand in the configuration under `spec.routes` and `spec.workloads`; they have the same columns, and one for a\n\
         built-in group and kind takes its place.\n\n",
    );
    routes_part(&mut page);
    workloads_part(&mut page);
    own_part(&mut page)?;
    columns_part(&mut page)?;
    page.push_str("\n## Sources\n\n");
    for row in rows("routes").iter().chain(&rows("workloads")) {
        writeln!(
            page,
            "- {} ({}): {}",
            text(row, "kind"),
            text(row, "product"),
            text(row, "source")
        )?;
    }
    Ok(page)
}

fn routes_part(page: &mut String) {
    page.push_str(
        "## Routes\n\n\
         | Kind | API groups | Of | Services stand at | Class stands at |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for row in rows("routes") {
        let services: Vec<_> = list(&row, "services").iter().map(service).collect();
        let follow: Vec<_> = list(&row, "follow").iter().map(follow).collect();
        let targets = list(&row, "targets");
        let targets = targets
            .iter()
            .map(|t| format!("{}, a workload", code(&text(t, "at"))));
        let places: Vec<String> = [services, follow, targets.collect()].concat();
        let class = match row.get("class") {
            Some(Value::Mapping(class)) => vec![format!(
                "{} of the {} at {}",
                code(class["path"].as_str().unwrap_or_default()),
                text(&class["follow"], "kind"),
                code(&text(&class["follow"], "at"))
            )],
            _ => paths(&row, "class"),
        };
        let mut kind = text(&row, "kind");
        if row.get("followed").is_some() {
            kind.push_str(" (where a route leads to it)");
        }
        let product = text(&row, "product");
        line(
            page,
            &[
                kind,
                groups(&row),
                product,
                places.join("<br>"),
                class.join("<br>"),
            ],
        );
    }
    page.push_str(
        "\n### What counts only at times\n\n\
         | Kind | Counts where one of these finds something |\n| --- | --- |\n",
    );
    for row in rows("routes")
        .iter()
        .filter(|row| row.get("when").is_some())
    {
        line(page, &[text(row, "kind"), paths(row, "when").join("<br>")]);
    }
}

fn workloads_part(page: &mut String) {
    let rows = rows("workloads");
    let (left, touched): (Vec<&Value>, Vec<_>) =
        rows.iter().partition(|row| row.get("leave").is_some());
    page.push_str(
        "\n## Workloads\n\n\
         | Kind | API groups | Of | Pod template |\n| --- | --- | --- | --- |\n",
    );
    for row in touched {
        let mut templates = paths(row, "templates");
        if let Some(follow) = row.get("follow") {
            templates.push(format!(
                "that of the workload at {}",
                code(&text(follow, "at"))
            ));
        }
        let product = text(row, "product");
        line(
            page,
            &[
                text(row, "kind"),
                groups(row),
                product,
                templates.join("<br>"),
            ],
        );
    }
    page.push_str("\n### Never touched\n\n| Kind | API groups | Why |\n| --- | --- | --- |\n");
    for row in left {
        line(page, &[text(row, "kind"), groups(row), text(row, "leave")]);
    }
}

fn own_part(page: &mut String) -> Outcome {
    let own = |name: &str| fs::read_to_string(root().join("testdata/routes/own").join(name));
    let args = ["--config", "config.yaml", "--diff", "render.yaml"];
    write!(
        page,
        "\n## Rows of your own\n\n\
         A made-up kind of route and one of workload, in `config.yaml`:\n\n```yaml\n{}```\n\n\
         `render.yaml` has one of each:\n\n```yaml\n{}```\n\n\
         ```console\n$ set-prestop {}\n{}```\n\n\
         A `JSONPath` here is one of RFC 9535 with names, indexes, `[*]`, `[?@.name == 'value']` and `[?@.name != 'value']`; what is\n\
         absent is not equal to any value. A field is a name, or names separated by dots, below what the path finds.\n",
        own("config.yaml")?,
        own("render.yaml")?,
        args.join(" "),
        command(&args, "")?
    )?;
    Ok(())
}

fn columns_part(page: &mut String) -> Outcome {
    for (structure, title) in [
        ("RouteRow", "Columns of `spec.routes`"),
        ("ServiceColumn", "Columns of `services`"),
        ("FollowColumn", "Columns of `follow`, also in `class`"),
        (
            "TargetColumn",
            "Columns of `targets`, and of `follow` of a workload",
        ),
        ("WorkloadRow", "Columns of `spec.workloads`"),
        ("SerialColumn", "Columns of `serial`"),
    ] {
        write!(
            page,
            "\n### {title}\n\n| Column | What it says |\n| --- | --- |\n"
        )?;
        for (name, says) in columns(structure)? {
            line(page, &[code(&name), says]);
        }
    }
    page.push_str("\n`format` is one of:\n\n| Format | How the name is read |\n| --- | --- |\n");
    for (name, says) in columns("Format")? {
        line(page, &[code(&name), says]);
    }
    Ok(())
}

fn service(row: &Value) -> String {
    let mut place = match row.get("at") {
        Some(at) => code(at.as_str().unwrap_or_default()),
        None => format!("annotation {}", code(&text(row, "annotation"))),
    };
    if let Some(json) = row.get("json").and_then(Value::as_str) {
        let _ = write!(place, ", in its JSON {}", code(json));
    }
    if let Some(name) = row
        .get("name")
        .and_then(Value::as_str)
        .filter(|name| *name != "name")
    {
        let _ = write!(place, ", field {}", code(name));
    }
    if let Some(used) = row.get("usedBy").and_then(Value::as_str) {
        let port = if row.get("anyPort").is_some() {
            "or any other"
        } else {
            "alone"
        };
        let _ = write!(place, ", for port {} {port}", code(used));
    }
    if let Some(unless) = row.get("unless").and_then(Value::as_str) {
        let _ = write!(place, ", unless {}", code(unless));
    }
    if row.get("namespace").is_some() || row.get("format").is_some() {
        place.push_str(", of any namespace");
    }
    place
}

fn follow(row: &Value) -> String {
    format!(
        "{}, followed to the {}",
        code(&text(row, "at")),
        text(row, "kind")
    )
}

fn controllers_page() -> String {
    let mut page = String::from(
        "# Controllers\n\n\
         <!-- Generated from src/tables/data/controllers.yaml: `BLESS=1 cargo test --test rows`. -->\n\n\
         How long a pod sleeps behind a controller's load balancer, where the configuration does not say. A controller without a\n\
         number has the default, 10. Its name is what `spec.controller` of an IngressClass and `spec.controllerName` of a\n\
         GatewayClass say, and what `controller` in a class rule takes.\n\n\
         | Controller | Names | Seconds | Classes that it alone uses | Source |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for row in rows("controllers") {
        let codes = |key: &str| {
            let codes: Vec<String> = list(&row, key)
                .iter()
                .filter_map(Value::as_str)
                .map(code)
                .collect();
            codes.join("<br>")
        };
        let seconds = row
            .get("sleepSeconds")
            .and_then(Value::as_u64)
            .map(|s| s.to_string())
            .unwrap_or_default();
        let cells = [
            text(&row, "product"),
            codes("controllers"),
            seconds,
            codes("classes"),
            text(&row, "source"),
        ];
        line(&mut page, &cells);
    }
    page.push_str(
        "\n## Class names that several controllers use\n\n\
         Without the IngressClass in the render, these tell whose it is. Where none does, the sleep is the default, and a message\n\
         says which line to add.\n\n\
         | Class | Controller | What tells |\n| --- | --- | --- |\n",
    );
    for row in rows("controllers") {
        for shared in list(&row, "shared") {
            let annotations = list(&shared, "annotations");
            let annotations = annotations
                .iter()
                .filter_map(Value::as_str)
                .map(|a| format!("the annotation {}", code(a)));
            let arrays = list(&shared, "arrays");
            let arrays = arrays
                .iter()
                .filter_map(Value::as_str)
                .map(|a| format!("an array in the annotation {}", code(a)));
            let objects = list(&shared, "objects");
            let objects = objects
                .iter()
                .filter_map(Value::as_str)
                .map(|o| format!("{} in the render", code(o)));
            let tells: Vec<String> = annotations.chain(arrays).chain(objects).collect();
            line(
                &mut page,
                &[
                    code(&text(&shared, "class")),
                    text(&row, "product"),
                    tells.join("<br>"),
                ],
            );
        }
    }
    page
}

/// The fields or variants of a type in `src/tables/row.rs`, as serde spells them, each with its description there.
fn columns(structure: &str) -> Result<Vec<(String, String)>, Failed> {
    let source = fs::read_to_string(root().join("src/tables/row.rs"))?;
    let mut lines = source.lines().skip_while(|line| {
        let mut words = line
            .split_whitespace()
            .skip_while(|word| word.starts_with("pub"));
        words
            .next()
            .is_none_or(|word| word != "struct" && word != "enum")
            || words.next() != Some(structure)
    });
    lines
        .next()
        .ok_or_else(|| format!("`{structure}` is not in src/tables/row.rs"))?;
    let mut columns = Vec::new();
    let mut says = Vec::new();
    let mut renamed = None;
    for line in lines.map(str::trim).take_while(|line| *line != "}") {
        if let Some(text) = line.strip_prefix("///") {
            says.push(text.trim());
        } else if let Some(rename) = line.strip_prefix("#[serde(rename = \"") {
            renamed = rename.split('"').next().map(str::to_owned);
        } else if !line.starts_with('#') && !line.is_empty() {
            let name = line
                .trim_start_matches("pub(crate) ")
                .trim_start_matches("pub ");
            let name = name.split([':', ',']).next().unwrap_or_default();
            columns.push((
                renamed.take().unwrap_or_else(|| camel(name)),
                says.join(" "),
            ));
            says.clear();
        }
    }
    Ok(columns)
}

fn camel(name: &str) -> String {
    let mut camel = String::new();
    let mut capital = false;
    for letter in name.chars() {
        if letter == '_' {
            capital = true;
        } else if std::mem::take(&mut capital) {
            camel.push(letter.to_ascii_uppercase());
        } else {
            camel.push(letter);
        }
    }
    camel
}

fn page(path: &str, wanted: &str) -> Outcome {
    let file = root().join(path);
    if std::env::var_os("BLESS").is_some() {
        return Ok(fs::write(file, wanted)?);
    }
    if fs::read_to_string(file).unwrap_or_default() == wanted {
        Ok(())
    } else {
        Err(
            format!("{path} is not what the tables say: run `BLESS=1 cargo test --test rows`")
                .into(),
        )
    }
}

fn line(page: &mut String, cells: &[String]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn text(row: &Value, key: &str) -> String {
    row.get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// A column that holds one path or several.
fn paths(row: &Value, key: &str) -> Vec<String> {
    match row.get(key) {
        Some(Value::Sequence(paths)) => paths.iter().filter_map(Value::as_str).map(code).collect(),
        Some(path) => path.as_str().map(code).into_iter().collect(),
        None => Vec::new(),
    }
}

fn list(row: &Value, key: &str) -> Vec<Value> {
    row.get(key)
        .and_then(Value::as_sequence)
        .cloned()
        .unwrap_or_default()
}

fn groups(row: &Value) -> String {
    let core = |group: &Value| match group.as_str() {
        Some("") | None => "core".to_owned(),
        Some(group) => code(group),
    };
    list(row, "groups")
        .iter()
        .map(core)
        .collect::<Vec<_>>()
        .join("<br>")
}

/// The name that a row's example has: its first group and its kind.
fn example_name(row: &Value) -> String {
    let group = list(row, "groups")
        .first()
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    format!(
        "{}_{}",
        if group.is_empty() { "core" } else { &group },
        text(row, "kind")
    )
}

/// The name of an example without what it is an example of besides.
fn base(name: &str) -> String {
    match name.split_once('_') {
        Some((group, kind)) => format!("{group}_{}", kind.split('-').next().unwrap_or_default()),
        None => name.to_owned(),
    }
}

fn rows(table: &str) -> Vec<Value> {
    let path = root()
        .join("src/tables/data")
        .join(table)
        .with_extension("yaml");
    let text = fs::read_to_string(path).unwrap_or_default();
    serde_yaml::from_str(&text).unwrap_or_default()
}

fn none(wrong: &[String]) -> Outcome {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}

fn entries(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
