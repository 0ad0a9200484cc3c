//! Texts as the values that an independent reader sees in them.

use serde::Deserialize as _;
use serde_json::{Map, Value};

/// Objects of a value: the items of a list, and the lists in it. The items of a typed list may leave their kind to it.
pub(crate) fn flat(mut value: Value) -> Vec<Value> {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let (version, kind) = (text("apiVersion"), text("kind"));
    let Some(typed) = kind.strip_suffix("List") else {
        return vec![value];
    };
    let Some(Value::Array(items)) = value.get_mut("items").map(Value::take) else {
        return vec![value];
    };
    let of_its_kind = |mut item: Value| {
        if let Some(fields) = item
            .as_object_mut()
            .filter(|_| !["", "Resource"].contains(&typed))
        {
            for (key, stated) in [("apiVersion", version.as_str()), ("kind", typed)] {
                fields.entry(key).or_insert_with(|| stated.into());
            }
        }
        flat(item)
    };
    items.into_iter().flat_map(of_its_kind).collect()
}

/// The documents of a text as values; empty ones are none.
pub(crate) fn values(text: &str) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let mut value = serde_yaml::Value::deserialize(document).ok()?;
        value.apply_merge().ok()?;
        match as_json(&value)? {
            Value::Null => {}
            value => all.push(value),
        }
    }
    Some(all)
}

pub(crate) fn as_json(value: &serde_yaml::Value) -> Option<Value> {
    use serde_yaml::Value as Yaml;
    Some(match value {
        Yaml::Mapping(entries) => {
            let entry = |(key, value): (&Yaml, &Yaml)| {
                let key = match key {
                    Yaml::String(key) => key.clone(),
                    Yaml::Number(key) => key.to_string(),
                    Yaml::Bool(key) => key.to_string(),
                    _ => return None,
                };
                Some((key, as_json(value)?))
            };
            Value::Object(entries.iter().map(entry).collect::<Option<Map<_, _>>>()?)
        }
        Yaml::Sequence(items) => Value::Array(items.iter().map(as_json).collect::<Option<_>>()?),
        // A tag says more than JSON can.
        Yaml::Tagged(_) => return None,
        scalar => serde_json::to_value(scalar).ok()?,
    })
}
