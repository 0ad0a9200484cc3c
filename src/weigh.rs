//! Which messages are shown, how severe each is, and whether they stop the run.

use crate::config::{self, Config};
use crate::input::Source;
use crate::input::objects::{Object, Render};
use crate::model::ObjectRef;
use crate::say::{self, Message, Reason, Severity};
use lossless_yaml::sort_by;
use std::collections::HashMap;

/// Which messages the annotation `ignore` of their object hides.
pub(crate) struct Ignored(HashMap<ObjectRef, Vec<Reason>>);

impl Ignored {
    pub(crate) fn of(render: &Render<'_, '_>) -> Ignored {
        let ignoring = |object: &Object<'_, '_>| {
            let stated = object.annotation(config::annotations::IGNORE)?;
            let reasons = config::annotations::ignored(stated);
            let reasons: Vec<Reason> = reasons.filter_map(Result::ok).collect();
            Some((object.resource(), reasons))
        };
        let mut ignored: HashMap<_, Vec<Reason>> = HashMap::new();
        for (object, reasons) in render.objects.iter().filter_map(ignoring) {
            ignored.entry(object).or_default().extend(reasons);
        }
        Ignored(ignored)
    }

    pub(crate) fn drop_from(&self, messages: &mut Vec<Message>) {
        if self.0.is_empty() {
            return;
        }
        messages.retain(|message| {
            let object = message.object.as_ref();
            let reasons = object.and_then(|object| self.0.get(object));
            !reasons.is_some_and(|reasons| reasons.contains(&message.reason))
        });
    }
}

/// Makes `NameTwice` an error if the objects are in two folders, because those are two environments read as one.
#[cold]
pub(crate) fn two_folders(messages: &mut [Message], sources: &[Source<'_>]) {
    let folder = |source: usize| {
        let name = sources.get(source)?.name;
        Some(
            name.rsplit_once(['/', '\\'])
                .map_or("", |(folder, _)| folder),
        )
    };
    let twice = messages
        .iter_mut()
        .filter(|m| m.reason == Reason::NameTwice);
    for message in twice {
        let places = message.place.as_ref().zip(message.related.as_ref());
        let folders =
            places.map(|(place, other)| (folder(place.source), folder(other.place.source)));
        if folders.is_some_and(|(one, other)| one != other) {
            message.severity = Severity::Error;
            message.help = Some(say::input::two_folders());
        }
    }
}

/// Gives messages the severity that the configuration sets, drops those that are ignored, and sorts them.
pub(crate) fn weigh(messages: &mut Vec<Message>, config: &Config, advice: bool) {
    messages.extend(unused(messages, config));
    for message in messages.iter_mut() {
        let stated = config.severity.as_ref();
        let stated = stated.and_then(|s| s.get(&message.reason));
        message.severity = stated.copied().unwrap_or(message.severity);
    }
    messages.retain(|m| match m.severity {
        Severity::Ignore => false,
        Severity::Advice => advice,
        Severity::Info | Severity::Warning | Severity::Error => true,
    });
    sort(messages);
    // What is told of a workload is told once, however many pod templates it has.
    messages.dedup_by(|a, b| {
        a.reason == b.reason && a.place == b.place && a.object == b.object && a.text == b.text
    });
}

/// Sorts messages by their places; those without one come last.
pub(crate) fn sort(messages: &mut [Message]) {
    let place = |m: &Message| match &m.place {
        Some(at) => (at.source, at.range.start, m.reason),
        None => (usize::MAX, 0, m.reason),
    };
    sort_by(messages, &mut |a, b| place(a).cmp(&place(b)));
}

/// Reasons that `severity` ignores but no message has.
fn unused(messages: &[Message], config: &Config) -> Vec<Message> {
    let stated = config.severity.iter().flatten();
    // Advice is not always made, and a gate that has nothing to check is an error only of gates.
    let stale = stated.filter(|(reason, severity)| {
        **severity == Severity::Ignore
            && reason.severity() != Severity::Advice
            && **reason != Reason::NothingToCheck
            && !messages.iter().any(|message| message.reason == **reason)
    });
    stale
        .map(|(reason, _)| say::config::unused_severity(*reason))
        .collect()
}

/// Whether messages stop the run: an error, or one at least as severe as `fail_on`, which adds a message that says so.
/// If objects with an error are skipped, those errors do not.
pub(crate) fn stops(messages: &mut Vec<Message>, fail_on: Option<Severity>, skip: bool) -> bool {
    let first = |limit| {
        let mut all = messages.iter();
        all.find(|m| {
            m.severity >= limit
                && m.reason != Reason::ChangePending
                && !(skip && m.is_of_one_object())
        })
    };
    if first(Severity::Error).is_some() {
        return true;
    }
    let stop = fail_on.and_then(|limit| Some(say::fail_on(limit, first(limit)?)));
    let stops = stop.is_some();
    messages.extend(stop);
    stops
}
