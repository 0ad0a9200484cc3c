//! `function.yaml`, the KRMFunctionDefinition (KEP-2906), and the JSON Schema for editors, both made from the configuration's types.

use super::{API_VERSION, DEFAULT_MARGIN, DEFAULT_SHUTDOWN, KIND, SetPreStop};
use crate::say::Reason;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// What a release is built for, as `.ci/release` reads it.
const TARGETS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/targets"));

/// The `KRMFunctionDefinition` of this function, as YAML: what `function.yaml` has to hold.
///
/// # Errors
/// The schema cannot be written as YAML, which would be a bug.
pub fn function_definition() -> Result<String, serde_yaml::Error> {
    let schema = open_api();
    let (group, version) = API_VERSION.split_once('/').unwrap_or_default();
    let home = env!("CARGO_PKG_HOMEPAGE");
    let repository = env!("CARGO_PKG_REPOSITORY");
    let package = env!("CARGO_PKG_VERSION");
    // A release adds the checksum of each archive, which is not known before.
    let platforms: Vec<Value> = TARGETS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (_, platform) = line.split_once(' ')?;
            let (os, arch) = platform.split_once(' ')?;
            let bin = if os == "windows" { "set-prestop/set-prestop.exe" } else { "set-prestop/set-prestop" };
            Some(json!({
                "os": os,
                "arch": arch,
                "bin": bin,
                "uri": format!("{repository}/releases/download/v{package}/set-prestop-{package}-{os}-{arch}.tgz"),
            }))
        })
        .collect();
    let definition = json!({
        "apiVersion": "config.kubernetes.io/v1alpha1",
        "kind": "KRMFunctionDefinition",
        "metadata": {"name": "set-prestop"},
        "spec": {
            "group": group,
            "names": {"kind": KIND},
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "publisher": "set-prestop",
            "home": home,
            "maintainers": ["set-prestop"],
            "tags": ["mutator", "validator", "ingress", "prestop", "rolling-update"],
            "versions": [{
                "name": version,
                "schema": {"openAPIV3Schema": schema},
                "idempotent": true,
                "usage": format!("{repository}/blob/main/README.md"),
                "examples": [
                    format!("{repository}/tree/main/examples/kpt"),
                    format!("{repository}/tree/main/examples/kustomize"),
                ],
                "license": env!("CARGO_PKG_LICENSE"),
                "runtime": {
                    "container": {"image": format!("ghcr.io/set-prestop/set-prestop:{package}"), "requireNetwork": false, "requireStorageMount": false},
                    "exec": {"platforms": platforms},
                },
            }],
        },
    });
    let text = serde_yaml::to_string(&definition)?;
    Ok(format!(
        "# Generated from the configuration's types: `BLESS=1 cargo test --test generated` writes it.\n{text}"
    ))
}

/// The JSON Schema of the configuration, for editors and for the CRD catalogue: the same schema in the form of draft 7.
///
/// # Errors
/// The schema cannot be written as JSON, which would be a bug.
pub fn json_schema() -> Result<String, serde_json::Error> {
    let mut schema = open_api();
    draft_7(&mut schema);
    let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    if let Some(Value::Object(severity)) =
        schema.pointer_mut("/properties/spec/properties/severity")
    {
        severity.insert("propertyNames".to_owned(), json!({"enum": reasons}));
    }
    if let Value::Object(fields) = &mut schema {
        fields.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        fields.insert("title".to_owned(), json!(KIND));
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&schema)?))
}

/// `nullable` is OpenAPI's; in JSON Schema `null` is one of the types, and one of the choices.
fn draft_7(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                if let Some(Value::String(only)) = fields.get("type") {
                    let types = json!([only, "null"]);
                    fields.insert("type".to_owned(), types);
                }
                if let Some(Value::Array(choices)) = fields.get_mut("enum") {
                    choices.push(Value::Null);
                }
                if let Some(Value::Array(branches)) = fields.get_mut("anyOf") {
                    branches.push(json!({"type": "null"}));
                }
            }
            fields.values_mut().for_each(draft_7);
        }
        Value::Array(items) => items.iter_mut().for_each(draft_7),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The configuration's schema in the form of OpenAPI 3.0, which Kubernetes accepts.
fn open_api() -> Value {
    let mut settings = SchemaSettings::openapi3();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<SetPreStop>()
        .to_value();
    tidy(&mut schema);
    let mut put = |path: &str, key: &str, value: Value| {
        if let Some(Value::Object(fields)) = schema.pointer_mut(path) {
            fields.insert(key.to_owned(), value);
        }
    };
    put("/properties/apiVersion", "enum", json!([API_VERSION]));
    put("/properties/kind", "enum", json!([KIND]));
    // `sleepSeconds` gets none: stating it switches the table of controllers off.
    for (field, default) in [
        ("shutdownSeconds", json!(DEFAULT_SHUTDOWN)),
        ("marginSeconds", json!(DEFAULT_MARGIN)),
        ("handler", json!("Auto")),
        ("existingHooks", json!("Raise")),
        ("loadBalancerServices", json!(false)),
        ("check", json!(false)),
    ] {
        put(
            &format!("/properties/spec/properties/{field}"),
            "default",
            default,
        );
    }
    schema
}

/// Removes what Kubernetes' OpenAPI does not have, and joins the lines of doc comments.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("$schema");
            if fields.get("title").is_some_and(Value::is_string) {
                fields.remove("title");
            }
            if fields.get("default").is_some_and(Value::is_null) {
                fields.remove("default");
            }
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            fields.values_mut().for_each(tidy);
            unwrap_nullable(fields);
            join_choices(fields);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `anyOf: [X, null]` is X, nullable.
fn unwrap_nullable(fields: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = fields.get_mut("anyOf") else {
        return;
    };
    branches.retain(|branch| branch.get("enum") != Some(&json!([null])));
    let Some(Value::Object(mut only)) = branches.pop().filter(|_| branches.is_empty()) else {
        return;
    };
    fields.remove("anyOf");
    // The type describes the choices, the field its purpose.
    if only.contains_key("enum")
        && let (Some(Value::String(field)), Some(Value::String(choices))) =
            (fields.get_mut("description"), only.get("description"))
    {
        *field = format!("{field}. {choices}");
    }
    only.insert("nullable".to_owned(), Value::Bool(true));
    for (key, value) in only {
        fields.entry(key).or_insert(value);
    }
    join_choices(fields);
}

/// `oneOf` of single words is one `enum` of them, their meanings in the description.
fn join_choices(fields: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = fields.get("oneOf") else {
        return;
    };
    let choice = |branch: &Value| -> Option<(String, String)> {
        let word = branch
            .get("enum")?
            .as_array()?
            .first()?
            .as_str()?
            .to_owned();
        Some((
            word,
            branch
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        ))
    };
    let Some(choices) = branches.iter().map(choice).collect::<Option<Vec<_>>>() else {
        return;
    };
    let meanings: Vec<String> = choices
        .iter()
        .map(|(word, meaning)| format!("{word}: {meaning}"))
        .collect();
    let words: Vec<Value> = choices
        .into_iter()
        .map(|(word, _)| Value::String(word))
        .collect();
    let told = fields
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let description = format!("{} {}", told, meanings.join(" ")).trim().to_owned();
    fields.remove("oneOf");
    fields.insert("type".to_owned(), json!("string"));
    fields.insert("enum".to_owned(), Value::Array(words));
    fields.insert("description".to_owned(), Value::String(description));
}
