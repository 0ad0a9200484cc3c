//! The rows of the tables: each has an example, the example goes all the way to the hook, and the pages about them are what
//! the tables say.
//!
//! `testdata/routes/<group>_<Kind>[-<what>]/` is an example of a route: `route.yaml` and `expect`, which the tests of
//! `src/references.rs` read, and `triple.yaml`, a route, a Service and a workload, which goes through the command here.
//! `testdata/routes/workloads/<group>_<Kind>[-<what>].yaml` is a triple for a workload. The core group is written `core`.
//! `testdata/controllers.yaml` has an example of everything by which a controller is known.
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
        Trial::test(
            "controllers/every-sign-has-an-example",
            every_sign_has_an_example,
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
    for example in controllers() {
        let name = format!("controllers/{}", text(&example, "product"));
        trials.push(Trial::test(name, move || sleeps_as_its_row_says(&example)));
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

fn controllers() -> Vec<Value> {
    let text = fs::read_to_string(root().join("testdata/controllers.yaml")).unwrap_or_default();
    serde_yaml::from_str(&text).unwrap_or_default()
}

/// What bears the annotations by which a controller is known.
const BEARERS: [&str; 4] = ["route", "service", "gateway", "loadBalancer"];

/// Whether a text matches a pattern with a `*` at most.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => text.starts_with(before) && text.ends_with(after),
        None => pattern == text,
    }
}

fn every_sign_has_an_example() -> Outcome {
    let examples = controllers();
    let mut wrong = Vec::new();
    for row in rows("controllers") {
        let product = text(&row, "product");
        let Some(example) = examples.iter().find(|e| text(e, "product") == product) else {
            wrong.push(format!("{product} has no example"));
            continue;
        };
        let mut asked: Vec<(&str, Value)> = vec![
            ("names", Value::from(list(&row, "controllers"))),
            ("classes", Value::from(list(&row, "classes"))),
        ];
        for policy in list(&row, "policies") {
            asked.push(("policies", Value::from(list(&policy, "kinds"))));
        }
        for sign in list(&row, "signs") {
            for on in list(&sign, "on").iter().filter_map(Value::as_str) {
                let on = BEARERS
                    .iter()
                    .find(|each| **each == on)
                    .ok_or("no bearer")?;
                asked.push((on, Value::from(list(&sign, "keys"))));
            }
        }
        for (part, patterns) in asked {
            let have = match &example.get(part) {
                Some(Value::Mapping(keys)) => keys.keys().cloned().collect(),
                _ => list(example, part),
            };
            for pattern in patterns.as_sequence().into_iter().flatten() {
                let pattern = pattern.as_str().unwrap_or_default();
                let mut have = have.iter().filter_map(Value::as_str);
                if !have.any(|text| matches(pattern, text)) {
                    wrong.push(format!("{product}: {part} `{pattern}` has no example"));
                }
            }
        }
    }
    none(&wrong)
}

/// Each example of a controller makes a workload sleep as long as the table says, and leaves no doubt.
fn sleeps_as_its_row_says(example: &Value) -> Outcome {
    let product = text(example, "product");
    let rows = rows("controllers");
    let row = rows.iter().find(|row| text(row, "product") == product);
    let seconds = row.ok_or("no such controller")?.get("sleepSeconds");
    let seconds = seconds.and_then(Value::as_u64).unwrap_or(10);
    let texts = |part: &str| -> Vec<String> {
        let all = list(example, part);
        all.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let mut renders: Vec<(String, String)> = Vec::new();
    for name in texts("names") {
        let class = format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {{name: edge}}\nspec: {{controllerName: {name}}}\n"
        );
        renders.push((name, render("", "", Some(("edge", "")), "", &class)));
    }
    for class in texts("classes") {
        let annotation = format!("kubernetes.io/ingress.class: {class}");
        renders.push((class, render(&annotation, "", None, "", "")));
    }
    for kind in texts("policies") {
        let (group, name) = kind.split_once('/').ok_or("no group")?;
        let policy = format!(
            "apiVersion: {group}/v1\nkind: {name}\nmetadata: {{name: web}}\nspec: {{FIELD: {{kind: Service, name: web}}}}\n"
        );
        let field = if row.is_some_and(|row| format!("{row:?}").contains("targetReference")) {
            "targetReference"
        } else {
            "targetRef"
        };
        renders.push((
            kind,
            render("", "", None, "", &policy.replace("FIELD", field)),
        ));
    }
    for on in BEARERS {
        let keys = example.get(on).and_then(Value::as_mapping);
        for (key, value) in keys.into_iter().flatten() {
            let (key, value) = (key.as_str(), value.as_str());
            let (key, value) = (key.ok_or("no text")?, value.ok_or("no text")?);
            let annotation = format!("{key}: '{}'", value.replace('\'', "''"));
            let text = match on {
                "route" => render(&annotation, "", None, "", ""),
                "service" => render("", &annotation, None, "", ""),
                "gateway" => render("", "", Some(("of-my-own", &annotation)), "", ""),
                _ => render("", &annotation, None, "  type: LoadBalancer\n", ""),
            };
            renders.push((key.to_owned(), text));
        }
    }
    let mut wrong = Vec::new();
    for (sign, text) in renders {
        let (output, told) = run(&["--load-balancer-services"], &text)?;
        let (hook, grace) = (format!("sleep {seconds}"), seconds + 35);
        let native = format!("seconds: {seconds}");
        if !(output.contains(&hook) || output.contains(&native))
            || !output.contains(&format!("terminationGracePeriodSeconds: {grace}"))
            || told.contains("ControllerUnknown")
        {
            wrong.push(format!("{sign}: not {seconds} s\n{told}"));
        }
    }
    none(&wrong)
}

/// A route, a Service and a workload, with annotations; a Gateway of a class too, where one is asked for.
fn render(
    route: &str,
    service: &str,
    gateway: Option<(&str, &str)>,
    spec: &str,
    more: &str,
) -> String {
    let annotations = |annotation: &str| match annotation {
        "" => String::new(),
        _ => format!("\n  annotations:\n    {annotation}"),
    };
    let mut text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    metadata:\n      labels: {{app: web}}\n    spec:\n      containers:\n      - name: web\n        image: example.com/web\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web{}\nspec:\n{spec}  selector: {{app: web}}\n",
        annotations(service)
    );
    // A Service of type LoadBalancer is a route to itself.
    if let Some((class, annotation)) = gateway {
        let _ = write!(
            text,
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: web\nspec:\n  parentRefs: [{{name: edge}}]\n  rules: [{{backendRefs: [{{name: web}}]}}]\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: edge{}\nspec:\n  gatewayClassName: {class}\n",
            annotations(annotation)
        );
    } else if spec.is_empty() {
        let _ = write!(
            text,
            "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web{}\nspec:\n  defaultBackend: {{service: {{name: web}}}}\n",
            annotations(route)
        );
    }
    if !more.is_empty() {
        text.push_str("---\n");
        text.push_str(more);
    }
    text
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
    run(args, input).map(|(output, _)| output)
}

/// What the command writes to stdout and stderr.
fn run(args: &[&str], input: &str) -> Result<(String, String), Failed> {
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
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((String::from_utf8(output.stdout)?, told))
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
         Which kinds are routes, where they name Services, and which kinds are workloads: rows of two tables. The configuration\n\
         takes more rows under `spec.routes` and `spec.workloads`, with the same columns. A row with the group and kind of a\n\
         built-in one replaces it.\n\n",
    );
    routes_part(&mut page);
    selectors_part(&mut page);
    workloads_part(&mut page);
    own_part(&mut page)?;
    columns_part(&mut page)?;
    page.push_str("\n## Sources\n\n");
    let selectors = rows("selectors");
    let rows = rows("routes")
        .into_iter()
        .chain(selectors)
        .chain(rows("workloads"));
    for row in rows {
        let row = &row;
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
         | Kind | API groups | Product | Where it names Services | Where its class is |\n\
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
            Some(Value::Mapping(class)) => {
                let follows = match &class["follow"] {
                    Value::Sequence(follows) => follows.clone(),
                    one => vec![one.clone()],
                };
                let each = follows.iter().map(|follow| {
                    let (kind, at) = (text(follow, "kind"), code(&text(follow, "at")));
                    format!("that of the {kind} at {at}")
                });
                each.collect()
            }
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
        "\n### Kinds that count only under a condition\n\n\
         | Kind | Counts if one of these finds something | Otherwise |\n| --- | --- | --- |\n",
    );
    for row in rows("routes")
        .iter()
        .filter(|row| row.get("when").is_some())
    {
        let cells = [
            text(row, "kind"),
            paths(row, "when").join("<br>"),
            text(row, "otherwise"),
        ];
        line(page, &cells);
    }
}

fn selectors_part(page: &mut String) {
    page.push_str(
        "\n## What selects pods\n\n\
         | Kind | API groups | Product | Labels |\n| --- | --- | --- | --- |\n",
    );
    for row in rows("selectors") {
        let at = match row.get("selector").and_then(Value::as_str) {
            Some(path) => code(path),
            None => "those of the Service with the same name".to_owned(),
        };
        line(
            page,
            &[text(&row, "kind"), groups(&row), text(&row, "product"), at],
        );
    }
}

fn workloads_part(page: &mut String) {
    let rows = rows("workloads");
    let (left, touched): (Vec<&Value>, Vec<_>) =
        rows.iter().partition(|row| row.get("leave").is_some());
    page.push_str(
        "\n## Workloads\n\n\
         | Kind | API groups | Product | Pod template |\n| --- | --- | --- | --- |\n",
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
    page.push_str("\n### Never changed\n\n| Kind | API groups | Why |\n| --- | --- | --- |\n");
    for row in left {
        line(page, &[text(row, "kind"), groups(row), text(row, "leave")]);
    }
}

fn own_part(page: &mut String) -> Outcome {
    let own = |name: &str| fs::read_to_string(root().join("testdata/routes/own").join(name));
    let args = ["--config", "config.yaml", "--diff", "render.yaml"];
    write!(
        page,
        "\n## Add rows\n\n\
         An invented kind of route and one of workload, in `config.yaml`:\n\n```yaml\n{}```\n\n\
         `render.yaml` has one of each:\n\n```yaml\n{}```\n\n\
         ```console\n$ set-prestop {}\n{}```\n\n\
         A `JSONPath` is one of RFC 9535 that uses only names, indexes, `[*]`, `[?@.name == 'value']` and `[?@.name != 'value']`; a\n\
         missing value is not equal to any value. A field is a name, or names separated by dots, inside what the path finds.\n",
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
        ("ControllerColumn", "Columns of `controllerWhere`"),
        (
            "TargetColumn",
            "Columns of `targets`, and of `follow` of a workload",
        ),
        ("WorkloadRow", "Columns of `spec.workloads`"),
        ("SerialColumn", "Columns of `serial`"),
    ] {
        write!(
            page,
            "\n### {title}\n\n| Column | Meaning |\n| --- | --- |\n"
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
         How long a pod sleeps behind a controller's load balancer, unless the configuration sets it. A controller without a\n\
         number has the default, 10. Its names are those in `spec.controller` of an IngressClass and `spec.controllerName` of a\n\
         GatewayClass; `controller` in a class rule takes one of them.\n\n\
         | Controller | Names | Seconds | Classes that only it uses | Source |\n\
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
        "\n## Other signs of a controller\n\n\
         These count if there is no class, or its name is not conclusive. Keys of the route come before those of the Service, and those\n\
         before the Gateway's. If there are keys of two controllers, the one that needs longer counts.\n\n\
         | Controller | On | Keys that only this controller reads |\n| --- | --- | --- |\n",
    );
    for row in rows("controllers") {
        for sign in list(&row, "signs") {
            let words = |key: &str| {
                let words = list(&sign, key);
                let words: Vec<String> = words
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
                words
            };
            let on: Vec<String> = words("on").iter().map(|on| bearer(on).to_owned()).collect();
            let keys: Vec<String> = words("keys").iter().map(|key| code(key)).collect();
            let mut keys = keys.join(" ");
            if let Some(is) = sign.get("is").and_then(Value::as_str) {
                let _ = write!(keys, ", if the value is a {is}");
            }
            if let Some(field) = sign.get("having").and_then(Value::as_str) {
                let _ = write!(keys, " whose entries have {}", code(field));
            }
            let values: Vec<String> = words("values").iter().map(|value| code(value)).collect();
            if !values.is_empty() {
                let _ = write!(keys, ", if the value is {}", values.join(" or "));
            }
            if let Some(unless) = row.get("unless").and_then(Value::as_str) {
                let _ = write!(keys, ", but not with {}", code(unless));
            }
            line(&mut page, &[text(&row, "product"), on.join(", "), keys]);
        }
        for policy in list(&row, "policies") {
            let kinds = list(&policy, "kinds");
            let kinds: Vec<String> = kinds.iter().filter_map(Value::as_str).map(code).collect();
            let on = "an object for the route or Service".to_owned();
            line(&mut page, &[text(&row, "product"), on, kinds.join(" ")]);
        }
        let objects = list(&row, "objects");
        let objects: Vec<String> = objects.iter().filter_map(Value::as_str).map(code).collect();
        if !objects.is_empty() {
            let on = "an object in the input".to_owned();
            line(&mut page, &[text(&row, "product"), on, objects.join(" ")]);
        }
    }
    page.push_str(DELAY);
    page
}

fn bearer(on: &str) -> &str {
    match on {
        "route" => "the route",
        "service" => "the Service",
        "gateway" => "the Gateway",
        _ => "a Service that is its own route",
    }
}

const DELAY: &str = "
## AWS and the deregistration delay

The delay (`target-group-attributes: deregistration_delay.timeout_seconds=D`) does not change the number. AWS describes it as
time for requests that have already been sent, and 70 seconds of sleep were enough with a delay of 300. Teams that set a short
delay D sleep D + 5 and see no errors (GOV.UK: 3, 5 and 10, to 60, 70 and 80 for delay, sleep and grace period; open-vsx: 25
failed with D = 30, 35 did not). If D is set, the advice `DrainDelay` explains it: `sleep-seconds: D + 5` may be enough,
or requests may last D seconds, so `shutdown-seconds: D`.

## Controllers without a number

For these, nobody has published a number. They are proxies in the cluster that watch its endpoints
and stop using a pod within seconds. If yours does not, measure it ([how long is long enough](how-long.md)), and set `ingressClasses: [{class: NAME, sleepSeconds: N}]`.
";

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
