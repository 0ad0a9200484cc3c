//! Documents that are no objects, and inputs that hold none.

use super::objects::{Object, Render};
use super::{Opened, holds_a_kind, is_of_kustomize, is_passed_over};
use crate::model::Place;
use crate::say::input as say;
use crate::say::{Message, Reason};
use lossless_yaml::{Kind, Node};

/// Of documents without a kind, told once. It is a warning if the input has nothing else; `knows` are the kinds that are always
/// read.
pub(crate) fn no_objects(
    opened: &[Opened<'_>],
    render: &Render<'_, '_>,
    knows: impl Fn(&str) -> bool,
) -> Option<Message> {
    // A document with a kind may have been skipped unread, so it counts as an object unless its kind is always read.
    let (objects, others): (Vec<_>, Vec<_>) = render.objects.iter().partition(|object| {
        object.is_object()
            || !object.kind.is_empty() && !knows(object.kind)
            || is_passed_over(opened, object.place, &knows)
    });
    let first = others.first()?;
    Some(told_once(opened, first, objects.is_empty(), others.len()))
}

#[cold]
fn told_once(opened: &[Opened<'_>], first: &Object<'_, '_>, alone: bool, number: usize) -> Message {
    let alone = alone && !holds_a_kind(opened);
    let message = say::not_an_object(number, alone, what(first.node()));
    first.about(message, first.node())
}

/// What a document without a kind is, by its form.
fn what(node: Node<'_, '_>) -> say::NotAnObject {
    let of_kustomize = ["resources", "bases", "components", "helmCharts"];
    let holds = |name: &&str| node.get(name).is_some_and(|n| n.kind() == Kind::Sequence);
    if node.kind() == Kind::Sequence {
        say::NotAnObject::List
    } else if of_kustomize.iter().any(holds) {
        say::NotAnObject::Kustomization
    } else if ["apiVersion", "name", "version"]
        .iter()
        .all(|name| node.get(name).is_some())
    {
        say::NotAnObject::Chart
    } else {
        say::NotAnObject::Other
    }
}

/// What `--check` says if no object of the input was read; `told` may already show what it has.
#[cold]
pub(crate) fn nothing_to_check(opened: &[Opened<'_>], told: &[Message]) -> Option<Message> {
    let is_list = opened.iter().any(|open| open.list.is_some());
    if is_list || holds_a_kind(opened) {
        return None;
    }
    let documents = opened.iter().map(Opened::documents).sum();
    let mut first = opened.iter().enumerate();
    let first = first.find_map(|(source, open)| Some((source, open, open.first_line()?)));
    let of_kustomize = first
        .as_ref()
        .is_some_and(|(_, open, _)| is_of_kustomize(open.source.text));
    let mut message = say::nothing_to_check(opened.len(), documents, of_kustomize);
    if !told
        .iter()
        .any(|message| message.reason == Reason::NotAnObject)
    {
        message.place = first.map(|(source, _, range)| Place {
            source,
            document: 1,
            range,
        });
    }
    Some(message)
}
