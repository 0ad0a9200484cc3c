//! Images that are known to carry no shell.

use super::glob;
use std::sync::LazyLock;

const SHELLLESS: &str = include_str!("data/shellless.txt");

/// Whether a container image is known to carry no shell.
///
/// Only what stands in `data/shellless.txt` is known; a pattern there is compared with the name after the registry's
/// host, or with the whole name where the pattern begins with that host, and with the tag where it has one.
pub(crate) fn shellless(image: &str) -> bool {
    let image = image.split('@').next().unwrap_or_default();
    let (name, tag) = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, ""),
    };
    let path = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => name,
    };
    if tag
        .split('-')
        .any(|part| part == "debug" || part.starts_with("alpine"))
    {
        return false;
    }
    SHELLLESS_PATTERNS.iter().any(|(pattern, wanted)| {
        wanted.is_none_or(|wanted| glob(wanted, tag))
            && (glob(pattern, name) || glob(pattern, path))
    })
}

/// The patterns of `data/shellless.txt`: a name, and a tag where one is asked for.
static SHELLLESS_PATTERNS: LazyLock<Vec<(&str, Option<&str>)>> = LazyLock::new(|| {
    let lines = SHELLLESS.lines();
    let patterns = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parted = patterns.map(|pattern| match pattern.rsplit_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (pattern, None),
    });
    parted.collect()
});
