//! A node as serde's deserializer: typed reading, with the path to what is refused.

use lossless_yaml::{Decimal, Kind, Node, Step};
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use std::fmt;

/// More nodes than any configuration has; the limit stops alias bombs.
pub(super) const MOST_NODES: usize = 100_000;
const MOST_DEPTH: usize = 255;

/// Whether a node has no more nodes, and nests no deeper, than a configuration may.
pub(super) fn fits(node: Node<'_, '_>) -> bool {
    fn count(node: Node<'_, '_>, left: &mut usize, depth: usize) -> bool {
        let Some(fewer) = left.checked_sub(1).filter(|_| depth <= MOST_DEPTH) else {
            return false;
        };
        *left = fewer;
        node.items().all(|item| count(item, left, depth + 1))
            && node
                .entries()
                .all(|(key, value)| count(key, left, depth + 1) && count(value, left, depth + 1))
    }
    count(node, &mut MOST_NODES.clone(), 0)
}

/// A key and its value.
pub(super) type Entry<'t, 's> = (Node<'t, 's>, Node<'t, 's>);

/// Which part of a node is read, and how.
#[derive(Clone, Copy)]
pub(super) enum Part<'t, 's, 'a> {
    /// All of it.
    Whole,
    /// Of a mapping what is required, and a part of one more entry.
    Entry {
        required: &'a [Entry<'t, 's>],
        entry: Entry<'t, 's>,
        of: &'a Part<'t, 's, 'a>,
    },
    /// Of a mapping one entry.
    Pair(Entry<'t, 's>),
    /// Of a list one item, with its index.
    Item(usize, Node<'t, 's>),
    /// A scalar whose text is read as it is, as a string.
    Text,
    /// A text that is a boolean or an integer if it looks like one.
    Typed,
}

/// What is refused: serde's words, and where.
#[derive(Debug)]
pub(super) struct Fault(Box<Refused>);

#[derive(Debug)]
pub(super) struct Refused {
    pub(super) text: String,
    /// From the inside out.
    pub(super) path: Vec<Step>,
}

impl std::ops::Deref for Fault {
    type Target = Refused;
    fn deref(&self) -> &Refused {
        &self.0
    }
}

impl Fault {
    #[inline(never)]
    fn at(mut self, step: Step) -> Fault {
        self.0.path.push(step);
        self
    }

    #[inline(never)]
    fn new(text: String) -> Fault {
        Fault(Box::new(Refused {
            text,
            path: Vec::new(),
        }))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(text: T) -> Fault {
        Fault::new(text.to_string())
    }

    // serde's own brings in how floats are written.
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Fault {
        Fault::custom(format_args!(
            "invalid type: {}, expected {expected}",
            word(found)
        ))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Fault {
        Fault::custom(format_args!(
            "invalid value: {}, expected {expected}",
            word(found)
        ))
    }
}

fn word(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("boolean `{value}`"),
        Unexpected::Unsigned(number) => format!("integer `{number}`"),
        Unexpected::Signed(number) => format!("integer `{number}`"),
        Unexpected::Str(text) => format!("string {text:?}"),
        Unexpected::Seq => "sequence".to_owned(),
        Unexpected::Map => "map".to_owned(),
        Unexpected::Unit => "unit value".to_owned(),
        _ => "floating point number".to_owned(),
    }
}

/// Reads a part of a node.
pub(super) fn read<'t, 's, T: DeserializeOwned>(
    node: Node<'t, 's>,
    part: &Part<'t, 's, '_>,
) -> Result<T, Fault> {
    T::deserialize(Typed { node, part })
}

/// A node, or a part of it, that is about to be read.
#[derive(Clone, Copy)]
struct Typed<'t, 's, 'a> {
    node: Node<'t, 's>,
    part: &'a Part<'t, 's, 'a>,
}

enum Scalar<'t> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'t str),
}

impl<'t, 's, 'a> Typed<'t, 's, 'a> {
    fn whole(node: Node<'t, 's>) -> Typed<'t, 's, 'a> {
        let part = &Part::Whole;
        Typed { node, part }
    }

    fn scalar(&self) -> Scalar<'t> {
        let text = self.node.text().unwrap_or_default();
        match self.part {
            Part::Text => Scalar::Text(text),
            Part::Typed => match text {
                "true" => Scalar::Bool(true),
                "false" => Scalar::Bool(false),
                _ => text.parse().map_or(Scalar::Text(text), Scalar::Int),
            },
            _ => {
                let node = self.node;
                let bool = node.as_bool().map(Scalar::Bool);
                let int = || node.as_int().map(Scalar::Int);
                let number = || Decimal::read(&node.number()?).map(Decimal::near);
                match bool.or_else(int) {
                    Some(scalar) => scalar,
                    None if node.is_string() => Scalar::Text(text),
                    None => Scalar::Float(number().unwrap_or(f64::NAN)),
                }
            }
        }
    }

    fn kind(&self) -> Kind {
        match self.part {
            Part::Text | Part::Typed => Kind::Scalar,
            _ => self.node.kind(),
        }
    }

    #[inline(never)]
    fn items(&self) -> Items<'t, 's> {
        let items = match *self.part {
            Part::Item(index, item) => vec![(index, item)],
            _ => self.node.items().enumerate().collect(),
        };
        Items(items.into_iter())
    }

    #[inline(never)]
    fn entries(&self, named: bool) -> Entries<'t, 's, 'a> {
        let whole = |(key, node)| (key, Typed::whole(node));
        let entries = match *self.part {
            Part::Entry {
                required,
                entry: (key, node),
                of,
            } => {
                let required = required.iter().filter(|(other, _)| other.id() != key.id());
                let one = (key, Typed { node, part: of });
                required.copied().map(whole).chain([one]).collect()
            }
            Part::Pair(entry) => vec![whole(entry)],
            _ => self.node.entries().map(whole).collect(),
        };
        Entries {
            rest: entries.into_iter(),
            named,
            last: None,
        }
    }

    #[inline(never)]
    fn mapping<'de, V: Visitor<'de>>(self, visitor: V, named: bool) -> Result<V::Value, Fault> {
        match self.kind() {
            Kind::Null | Kind::Mapping => visitor.visit_map(self.entries(named)),
            _ => Err(self.refuse(&visitor)),
        }
    }

    /// The text of a string, as a key or the name of a variant has to be.
    fn word(&self, visitor: &dyn Expected) -> Result<&'t str, Fault> {
        match (self.kind(), self.scalar()) {
            (Kind::Scalar, Scalar::Text(text)) => Ok(text),
            _ => Err(self.refuse(visitor)),
        }
    }

    #[inline(never)]
    fn refuse(&self, visitor: &dyn Expected) -> Fault {
        let found = match self.kind() {
            Kind::Null => Unexpected::Unit,
            Kind::Sequence => Unexpected::Seq,
            Kind::Mapping => Unexpected::Map,
            Kind::Scalar => match self.scalar() {
                Scalar::Bool(value) => Unexpected::Bool(value),
                Scalar::Int(number) => Unexpected::Signed(number),
                Scalar::Float(number) => Unexpected::Float(number),
                Scalar::Text(text) => Unexpected::Str(text),
            },
        };
        de::Error::invalid_type(found, visitor)
    }
}

impl<'de> Deserializer<'de> for Typed<'_, '_, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Kind::Null => visitor.visit_unit(),
            Kind::Mapping => visitor.visit_map(self.entries(true)),
            Kind::Sequence => visitor.visit_seq(self.items()),
            Kind::Scalar => match self.scalar() {
                Scalar::Bool(value) => visitor.visit_bool(value),
                Scalar::Int(number) => match u64::try_from(number) {
                    Ok(number) => visitor.visit_u64(number),
                    Err(_) => visitor.visit_i64(number),
                },
                Scalar::Float(number) => visitor.visit_f64(number),
                Scalar::Text(text) => visitor.visit_str(text),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind() {
            Kind::Null | Kind::Sequence => visitor.visit_seq(self.items()),
            _ => Err(self.refuse(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.mapping(visitor, false)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.mapping(visitor, true)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let word = self.word(&visitor)?;
        visitor.visit_str(word)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let word = self.word(&visitor)?;
        visitor.visit_enum(Word(word))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct
    }
}

struct Items<'t, 's>(std::vec::IntoIter<(usize, Node<'t, 's>)>);

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((index, node)) = self.0.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(Typed::whole(node));
        read.map(Some).map_err(|fault| fault.at(Step::Index(index)))
    }
}

struct Entries<'t, 's, 'a> {
    rest: std::vec::IntoIter<(Node<'t, 's>, Typed<'t, 's, 'a>)>,
    /// Whether the keys are fields of ours: the path names those alone.
    named: bool,
    /// The key that was read last, and its value.
    last: Option<(Node<'t, 's>, Typed<'t, 's, 'a>)>,
}

// Every field of every struct is read by a copy of what is generic here: what is not stands apart from it.
impl<'t, 's, 'a> Entries<'t, 's, 'a> {
    #[inline(never)]
    fn key(&mut self) -> Option<Typed<'t, 's, 'a>> {
        self.last = self.rest.next();
        self.last.map(|(key, _)| Typed::whole(key))
    }

    /// The value of the key that was read last.
    #[inline(never)]
    fn value(&self) -> Result<Typed<'t, 's, 'a>, Fault> {
        let last = self.last.map(|(_, value)| value);
        last.ok_or_else(|| de::Error::custom("a value without its key"))
    }

    /// A fault in the entry that was read last.
    #[inline(never)]
    fn at(&self, fault: Fault) -> Fault {
        let key = self.last.and_then(|(key, _)| key.text());
        match key.filter(|_| self.named) {
            Some(name) => fault.at(Step::Key(name.to_owned().into())),
            None => fault,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, '_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(key) = self.key() else {
            return Ok(None);
        };
        let read = seed.deserialize(key);
        read.map(Some).map_err(|fault| self.at(fault))
    }

    #[inline(never)]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let read = seed.deserialize(self.value()?);
        read.map_err(|fault| self.at(fault))
    }
}

/// The name of an enum's variant.
struct Word<'t>(&'t str);

impl<'de> EnumAccess<'de> for Word<'_> {
    type Error = Fault;
    type Variant = Unit;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Unit), Fault> {
        let word: StrDeserializer<'_, Fault> = StrDeserializer::new(self.0);
        Ok((seed.deserialize(word)?, Unit))
    }
}

struct Unit;

impl<'de> VariantAccess<'de> for Unit {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Fault> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &"a word"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        Err(de::Error::invalid_type(Unexpected::UnitVariant, &visitor))
    }
}
