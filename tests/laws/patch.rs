//! Applies a kustomize Component to values, so that patches can be compared with manifests where no kustomize is.

use serde_json::{Map, Value};

/// Applies every patch of a Component to the objects that it names.
///
/// # Errors
/// A patch that names no object, or whose `test` fails.
pub(crate) fn apply(component: &Value, objects: &mut [Value]) -> Result<(), String> {
    let patches = component.get("patches").and_then(Value::as_array);
    for entry in patches.into_iter().flatten() {
        let text = entry.get("patch").and_then(Value::as_str);
        let text = text.ok_or("a patch without text")?;
        let patch: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        let named = match entry.get("target") {
            Some(target) => wanted(target, true),
            None => wanted(&patch, false),
        };
        let mut found = 0;
        for object in objects
            .iter_mut()
            .filter(|object| identity(object) == named)
        {
            found += 1;
            match &patch {
                Value::Array(operations) => {
                    operations.iter().try_for_each(|o| operate(object, o))?;
                }
                fields => merge(object, fields),
            }
        }
        if found != 1 {
            return Err(format!("{found} objects are {named:?}"));
        }
    }
    Ok(())
}

/// Group, version, kind, namespace and name.
type Identity = [String; 5];

fn text(value: &Value, pointer: &str) -> String {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn split(version: &str) -> [String; 2] {
    let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
    [group.to_owned(), version.to_owned()]
}

fn home(namespace: String) -> String {
    if namespace.is_empty() {
        "default".to_owned()
    } else {
        namespace
    }
}

fn identity(object: &Value) -> Identity {
    let [group, version] = split(&text(object, "/apiVersion"));
    let namespace = home(text(object, "/metadata/namespace"));
    [
        group,
        version,
        text(object, "/kind"),
        namespace,
        text(object, "/metadata/name"),
    ]
}

/// What a regular expression of escaped characters matches.
fn unescaped(expression: &str) -> String {
    let mut escaped = false;
    let kept = expression.chars().filter(|c| {
        escaped = *c == '\\' && !escaped;
        !escaped
    });
    kept.collect()
}

/// What a target or a strategic patch names. The fields of a target are regular expressions that match one text.
fn wanted(names: &Value, target: bool) -> Identity {
    if !target {
        return identity(names);
    }
    let field = |name: &str| unescaped(&text(names, &format!("/{name}")));
    [
        field("group"),
        field("version"),
        field("kind"),
        home(field("namespace")),
        field("name"),
    ]
}

fn merge(value: &mut Value, patch: &Value) {
    let (Value::Object(fields), Value::Object(patch)) = (&mut *value, patch) else {
        *value = without_nulls(patch);
        return;
    };
    for (key, patch) in patch {
        match (fields.get_mut(key), patch) {
            (_, Value::Null) => {
                fields.remove(key);
            }
            (Some(Value::Array(items)), Value::Array(patches)) if key == "containers" => {
                for patch in patches {
                    let name = patch.get("name");
                    match items.iter_mut().find(|item| item.get("name") == name) {
                        Some(item) => merge(item, patch),
                        None => items.push(without_nulls(patch)),
                    }
                }
            }
            (Some(value), patch) => merge(value, patch),
            (None, patch) => {
                fields.insert(key.clone(), without_nulls(patch));
            }
        }
    }
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            let kept = kept.map(|(key, value)| (key.clone(), without_nulls(value)));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn operate(object: &mut Value, operation: &Value) -> Result<(), String> {
    let path = text(operation, "/path");
    let value = operation.get("value").cloned().unwrap_or_default();
    if text(operation, "/op") == "test" {
        return match object.pointer(&path) {
            Some(found) if *found == value => Ok(()),
            found => Err(format!("{path} is {found:?}, not {value}")),
        };
    }
    let (parent, last) = path.rsplit_once('/').ok_or("no path")?;
    let last = last.replace("~1", "/").replace("~0", "~");
    match object.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.insert(last, value);
        }
        Some(Value::Array(items)) => {
            let index: usize = last.parse().map_err(|_| "no index")?;
            *items.get_mut(index).ok_or("no such item")? = value;
        }
        other => return Err(format!("{parent} is {other:?}")),
    }
    Ok(())
}
