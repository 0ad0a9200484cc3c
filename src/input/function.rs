//! The functionConfig of a ResourceList.

use super::sources::Opened;
use crate::config::{self, Config};
use crate::say::Message;
use lossless_yaml::{Kind, Node};

/// The settings: those from outside the input override the functionConfig.
///
/// # Errors
/// All faults of the first functionConfig that has any.
pub(crate) fn configure(opened: &[Opened<'_>], stated: &Config) -> Result<Config, Vec<Message>> {
    let mut config = stated.clone();
    for (source, open) in opened.iter().enumerate() {
        let list = open.list.as_ref();
        let node = list.and_then(|list| list.field("functionConfig"));
        let Some(node) = node.filter(|node| node.kind() != Kind::Null) else {
            continue;
        };
        config = over(config, node, source)?;
    }
    Ok(config)
}

#[cold]
fn over(config: Config, node: Node<'_, '_>, source: usize) -> Result<Config, Vec<Message>> {
    let told = |messages: Vec<Message>| {
        messages
            .into_iter()
            .map(|m| of(m, source))
            .collect::<Vec<_>>()
    };
    Ok(config.over(config::read(node).map_err(told)?))
}

/// A fault of the functionConfig of this source.
fn of(mut message: Message, source: usize) -> Message {
    message
        .field
        .get_or_insert_with(|| "functionConfig".to_owned());
    if let Some(place) = &mut message.place {
        place.source = source;
    }
    message
}
