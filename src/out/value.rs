//! What a field becomes, as a value of YAML.

use crate::model::{Handler, NewValue};
use lossless_yaml::Value;

/// A value as it is written.
pub(crate) fn value_of(new: NewValue) -> Value {
    match new {
        NewValue::Seconds(seconds) => number(seconds),
        NewValue::Word(text) => Value::Str(text.into()),
        NewValue::PreStop(handler) => handler_value(handler),
        NewValue::Lifecycle(handler) => mapping("preStop", handler_value(handler)),
    }
}

fn mapping(key: &'static str, value: Value) -> Value {
    Value::Mapping(vec![(key.into(), value)])
}

fn number(seconds: u64) -> Value {
    Value::Int(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn handler_value(handler: Handler) -> Value {
    match handler {
        Handler::Exec(seconds) => mapping(
            "exec",
            mapping(
                "command",
                Value::Sequence(vec![
                    Value::Str("/bin/sh".into()),
                    Value::Str("-c".into()),
                    Value::Quoted(format!("sleep {seconds}").into()),
                ]),
            ),
        ),
        Handler::Sleep(seconds) => mapping("sleep", mapping("seconds", number(seconds))),
    }
}
