//! What the fuzz targets share: what a text means, to the project's reader and to an independent one.

#[path = "../../tests/laws/patch.rs"]
mod patch;
#[path = "../../tests/laws/values.rs"]
mod values;

use lossless_yaml::{Kind, Node, Step, Value};
use serde::Deserialize as _;
use serde_yaml::Value as Yaml;

/// The value of a node, aliases and merge keys written out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Meaning {
    Null,
    Bool(bool),
    Int(i64),
    /// Its bits.
    Float(u64),
    Text(String),
    List(Vec<Meaning>),
    /// Sorted: the order of merged keys is nobody's promise.
    Map(Vec<(Key, Meaning)>),
}

/// Keys are compared by their text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Key {
    Text(String),
    Complex(Meaning),
}

/// Values larger or deeper than this are not compared: aliases of aliases have no bound.
const NODES: usize = 20_000;
const DEPTH: usize = 300;

impl Meaning {
    /// None where the value is too large.
    #[must_use]
    pub fn of(node: Node<'_, '_>) -> Option<Self> {
        below(node, &mut NODES.clone(), 0)
    }

    /// None where no edit can lead there.
    #[must_use]
    pub fn with(mut self, path: &[Step], value: &Value) -> Option<Self> {
        let Some((step, rest)) = path.split_first() else {
            return Some(written(value));
        };
        match step {
            Step::Key(name) => {
                if self == Self::Null {
                    self = Self::Map(Vec::new());
                }
                let Self::Map(entries) = &mut self else {
                    return None;
                };
                let key = Key::Text(name.to_string());
                let at = entries.iter().position(|(known, _)| *known == key);
                let old = at.map_or(Self::Null, |at| entries.remove(at).1);
                entries.push((key, old.with(rest, value)?));
                entries.sort();
            }
            Step::Index(index) => {
                if self == Self::Null {
                    self = Self::List(Vec::new());
                }
                let Self::List(items) = &mut self else {
                    return None;
                };
                if *index == items.len() {
                    items.push(Self::Null);
                }
                let item = items.get_mut(*index)?;
                *item = item.clone().with(rest, value)?;
            }
        }
        Some(self)
    }

    /// Whether an independent reader sees this too. What a plain scalar means is for each reader to say. For this reader, which
    /// takes no key twice, `!x a` and `1` are other keys than `a` and `"1"`; for kubectl's they are the same, and the last one counts.
    #[must_use]
    pub fn agrees(&self, other: &Yaml) -> bool {
        match (self, other) {
            (_, Yaml::Tagged(tagged)) => self.agrees(&tagged.value),
            (Self::Text(one), Yaml::String(two)) => one == two,
            (Self::List(one), Yaml::Sequence(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.agrees(two))
            }
            (Self::Map(_), Yaml::Mapping(two)) if twice(two) => true,
            (Self::Map(one), Yaml::Mapping(two)) => {
                one.len() == two.len()
                    && one.iter().all(|(key, value)| match key {
                        Key::Text(name) => two
                            .iter()
                            .find(|(key, _)| is_key(key, name))
                            .is_some_and(|(_, found)| value.agrees(found)),
                        Key::Complex(key) => two
                            .iter()
                            .any(|(other, found)| key.agrees(other) && value.agrees(found)),
                    })
            }
            (Self::List(_) | Self::Map(_), _) | (_, Yaml::Sequence(_) | Yaml::Mapping(_)) => false,
            _ => true,
        }
    }
}

/// Whether a key has this text, or is what another reader makes of it: a plain `0x1F` is the key 31 there, and for kubectl too
/// (docs/guarantees.md).
fn is_key(mut key: &Yaml, name: &String) -> bool {
    while let Yaml::Tagged(tagged) = key {
        key = &tagged.value;
    }
    let plain = || serde_yaml::from_str::<Yaml>(name).ok();
    shown(key).as_ref() == Some(name) || !key.is_string() && plain().as_ref() == Some(key)
}

/// Whether readers of YAML 1.1 see other nodes in a text: they end the name of an anchor at a colon, take the `?` of `{?a` for a
/// mark of its own, and the colon of `{a:,}` for a part of the key. No edit of such a document is made (docs/reference.md, rule 1.9).
#[must_use]
pub fn has_older_marks(text: &str) -> bool {
    let mut names = anchors(text);
    let mut questions = text.match_indices('?').map(|(at, _)| text.split_at(at));
    let begins = |(before, after): (&str, &str)| {
        before
            .trim_end()
            .ends_with(['{', '[', ',', ':', '}', ']', '"', '\''])
            && !after.starts_with("? ")
    };
    let mut colons = text.match_indices(':').map(|(at, _)| text.split_at(at));
    let begins_word = |(before, after): (&str, &str)| {
        before.ends_with([' ', '\n', '{', '[', ',']) && !after.starts_with([' ', '\n'])
    };
    names.any(|name| name.contains([':', '?', '%', '@', '`']))
        || colons.any(begins_word)
        || questions.any(begins)
        || [":,", ":]", ":}"].iter().any(|mark| text.contains(mark))
}

/// The names of what may be anchors.
fn anchors(text: &str) -> impl Iterator<Item = &str> {
    let marks = text.match_indices('&').map(|(at, _)| text.split_at(at));
    let before = |c: char| c.is_whitespace() || ['[', '{', ',', ':'].contains(&c);
    marks
        .filter(move |(start, _)| start.is_empty() || start.ends_with(before))
        .filter_map(|(_, mark)| mark[1..].split([' ', '\n', ',', ']', '}']).next())
}

/// Whether two keys have one text.
fn twice(entries: &serde_yaml::Mapping) -> bool {
    let mut texts: Vec<_> = entries.keys().filter_map(shown).collect();
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair[0] == pair[1])
}

/// The text of a simple key.
fn shown(key: &Yaml) -> Option<String> {
    match key {
        Yaml::String(text) => Some(text.clone()),
        Yaml::Number(number) => Some(number.to_string()),
        Yaml::Bool(value) => Some(value.to_string()),
        Yaml::Null => Some(String::new()),
        Yaml::Tagged(tagged) => shown(&tagged.value),
        _ => None,
    }
}

fn infinite(text: &str) -> f64 {
    match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        _ if text.starts_with('-') => f64::NEG_INFINITY,
        _ => f64::INFINITY,
    }
}

fn below(node: Node<'_, '_>, budget: &mut usize, depth: usize) -> Option<Meaning> {
    *budget = budget.checked_sub(1)?;
    if depth > DEPTH {
        return None;
    }
    Some(match node.kind() {
        Kind::Null => Meaning::Null,
        Kind::Scalar => match (node.as_bool(), node.as_int(), node.number()) {
            (Some(value), ..) => Meaning::Bool(value),
            (_, Some(value), _) => Meaning::Int(value),
            (.., Some(value)) => Meaning::Float(value.parse::<f64>().ok()?.to_bits()),
            _ if !node.is_string() => Meaning::Float(infinite(node.text()?).to_bits()),
            _ => Meaning::Text(node.text()?.to_owned()),
        },
        Kind::Sequence => {
            let items = node.items().map(|item| below(item, budget, depth + 1));
            Meaning::List(items.collect::<Option<_>>()?)
        }
        Kind::Mapping => {
            let mut entries = Vec::new();
            for (key, value) in node.entries() {
                let name = match key.kind() {
                    Kind::Null => Key::Text(String::new()),
                    Kind::Scalar => Key::Text(key.text()?.to_owned()),
                    _ => Key::Complex(below(key, budget, depth + 1)?),
                };
                entries.push((name, below(value, budget, depth + 1)?));
            }
            entries.sort();
            Meaning::Map(entries)
        }
    })
}

fn written(value: &Value) -> Meaning {
    match value {
        Value::Null => Meaning::Null,
        Value::Bool(value) => Meaning::Bool(*value),
        Value::Int(value) => Meaning::Int(*value),
        Value::Str(text) | Value::Quoted(text) => Meaning::Text(text.to_string()),
        Value::Sequence(items) => Meaning::List(items.iter().map(written).collect()),
        Value::Mapping(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (Key::Text(key.to_string()), written(value)));
            let mut entries: Vec<_> = entries.collect();
            entries.sort();
            Meaning::Map(entries)
        }
    }
}

/// The documents of a text as an independent reader sees them; none where it refuses the text.
#[must_use]
pub fn read(text: &str) -> Option<Vec<Yaml>> {
    let mut documents = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let mut value = Yaml::deserialize(document).ok()?;
        merge(&mut value)?;
        documents.push(value);
    }
    Some(documents)
}

/// The same; none where an anchor may have the name of another: then that reader takes aliases for other nodes than they are.
#[must_use]
pub fn read_surely(text: &str) -> Option<Vec<Yaml>> {
    let begins = |name: &&str| name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let mut names: Vec<&str> = anchors(text).filter(begins).collect();
    names.sort_unstable();
    let twice = names.windows(2).any(|pair| pair[0] == pair[1]);
    if twice { None } else { read(text) }
}

/// Applies merge keys from the inside out.
fn merge(value: &mut Yaml) -> Option<()> {
    match value {
        Yaml::Sequence(items) => items.iter_mut().try_for_each(merge),
        Yaml::Tagged(tagged) => merge(&mut tagged.value),
        Yaml::Mapping(entries) => {
            for (mut key, mut value) in std::mem::take(entries) {
                merge(&mut key)?;
                merge(&mut value)?;
                entries.insert(key, value);
            }
            let sources = match entries.shift_remove("<<") {
                None => return Some(()),
                Some(Yaml::Sequence(items)) => items,
                Some(value) => vec![value],
            };
            for source in sources {
                let Yaml::Mapping(source) = source else {
                    return None;
                };
                for (key, value) in source {
                    entries.entry(key).or_insert(value);
                }
            }
            Some(())
        }
        _ => Some(()),
    }
}

/// The objects of a text, those of lists too, as JSON has them; none where it has more than JSON can say.
#[must_use]
pub fn objects(text: &str) -> Option<Vec<serde_json::Value>> {
    let all = values::values(text)?;
    Some(all.into_iter().flat_map(values::flat).collect())
}

/// Makes numbers of the seconds that only a reader of YAML 1.1 takes for numbers, as kubectl and kustomize do: `010` is 8, and
/// `1_0` is 10. In quotes they are refused before (docs/reference.md, section 5).
pub fn older_numbers(value: &mut serde_json::Value) {
    use serde_json::Value;
    let number = |text: &str| {
        let digits = text.replace('_', "");
        let (radix, digits) = match digits.strip_prefix('0') {
            Some(octal) if !octal.is_empty() => (8, octal),
            _ => (10, digits.as_str()),
        };
        i64::from_str_radix(digits, radix).ok()
    };
    match value {
        Value::Object(fields) => {
            for key in ["seconds", "terminationGracePeriodSeconds"] {
                if let Some(value) = fields.get_mut(key)
                    && let Some(seconds) = value.as_str().and_then(number)
                {
                    *value = seconds.into();
                }
            }
            fields.values_mut().for_each(older_numbers);
        }
        Value::Array(items) => items.iter_mut().for_each(older_numbers),
        _ => {}
    }
}

/// The same with the patches of a Component.
///
/// # Errors
/// A patch that names no object, or whose `test` fails.
pub fn patched(
    component: &serde_json::Value,
    mut objects: Vec<serde_json::Value>,
) -> Result<Vec<serde_json::Value>, String> {
    patch::apply(component, &mut objects)?;
    Ok(objects)
}

/// A value as JSON; none where it has more than JSON can say.
#[must_use]
pub fn json(value: &Yaml) -> Option<String> {
    serde_json::to_string(&values::as_json(value)?).ok()
}
