//! serde's data as JSON on one line: no unsafe character in it is raw, and every reader gets the same value.

use super::escape::is_unfit;
use super::place::Positions;
use crate::model::Place;
use serde::ser::{self, Serialize};
use std::fmt::{self, Display, Write};

/// A value as JSON on one line. Its fields keep their order.
#[cfg(feature = "cli")]
pub(super) fn line(value: &impl Serialize) -> String {
    written(value, None)
}

/// Messages, plans or any other part of the model as JSON on one line. The fields of an object are in the order of their names, and
/// each place gets `name`, `line` and `column` beside its bytes.
#[must_use]
pub fn json(part: &impl Serialize, positions: &Positions<'_>) -> String {
    written(part, Some(positions))
}

fn written(value: &impl Serialize, positions: Option<&Positions<'_>>) -> String {
    let mut writer = Writer {
        out: String::new(),
        positions,
        fields: Vec::new(),
        last: [0; 4],
    };
    match value.serialize(&mut writer) {
        Ok(()) => writer.out,
    }
}

/// Writes what it is given behind what it has.
struct Writer<'a, 's> {
    out: String,
    /// With them it is the model that is written.
    positions: Option<&'a Positions<'s>>,
    /// Where each field begins of the objects that are open.
    fields: Vec<usize>,
    /// The numbers that were written last.
    last: [usize; 4],
}

// Every type of the model is written by a copy of what is generic below: what is not stands apart from it.
impl<'a, 's> Writer<'a, 's> {
    fn string(&mut self, text: &str) {
        let special =
            |byte: u8| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\' | b'[');
        self.out.push('"');
        let mut rest = text;
        while let Some((plain, special)) = rest
            .bytes()
            .position(special)
            .and_then(|at| rest.split_at_checked(at))
        {
            self.out.push_str(plain);
            let mut characters = special.chars();
            characters
                .next()
                .into_iter()
                .for_each(|c| self.character(c));
            rest = characters.as_str();
        }
        self.out.push_str(rest);
        self.out.push('"');
    }

    fn character(&mut self, c: char) {
        let short = match c {
            '"' | '\\' => c,
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            // A runner of GitHub takes `##[` for a command.
            '[' if !self.out.ends_with("##") => return self.out.push('['),
            _ if c != '[' && !is_unfit(c) => return self.out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    self.show(&format_args!("\\u{unit:04x}"));
                }
                return;
            }
        };
        self.out.extend(['\\', short]);
    }

    #[inline(never)]
    fn show(&mut self, value: &dyn Display) {
        // Writing to a string doesn't fail.
        let _ = write!(self.out, "{value}");
    }

    fn number(&mut self, number: u64) {
        self.last.rotate_left(1);
        let [.., last] = &mut self.last;
        *last = usize::try_from(number).unwrap_or(usize::MAX);
        self.show(&number);
    }

    /// Begins a list or an object.
    #[inline(never)]
    fn open(&mut self, is: Is) -> Content<'_, 'a, 's> {
        self.out.push(if is.is_list() { '[' } else { '{' });
        Content {
            start: self.out.len(),
            field: self.fields.len(),
            is,
            writer: self,
        }
    }

    /// An object with one field, of which the value follows. The brace that ends it is the caller's to write.
    #[inline(never)]
    fn tag(&mut self, name: &str) {
        self.out.push('{');
        self.string(name);
        self.out.push(':');
    }

    /// The fields of an object, from the number of its first, in the order of their names.
    fn sorted(&self, first: usize) -> String {
        let starts = self.fields.get(first..).unwrap_or_default();
        let commas = starts.iter().skip(1).map(|start| start - 1);
        let fields = starts.iter().zip(commas.chain([self.out.len()]));
        let mut fields: Vec<&str> = fields
            .filter_map(|(start, end)| self.out.get(*start..end))
            .collect();
        // They are few, and most of them in order.
        for number in 1..fields.len() {
            for at in (1..=number).rev() {
                if fields.get(at - 1) <= fields.get(at) {
                    break;
                }
                fields.swap(at - 1, at);
            }
        }
        fields.join(",")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    List,
    Object,
    /// The object that a place is.
    Place,
    /// The object that is the value of an object with one field.
    Tagged,
    /// The list that is.
    TaggedList,
}

impl Is {
    fn is_list(self) -> bool {
        matches!(self, Is::List | Is::TaggedList)
    }
}

/// A list or an object that is being written.
struct Content<'w, 'a, 's> {
    writer: &'w mut Writer<'a, 's>,
    is: Is,
    /// Where it begins.
    start: usize,
    /// Which of the fields is its first.
    field: usize,
}

impl<'a, 's> Content<'_, 'a, 's> {
    #[inline(never)]
    fn next(&mut self) -> &mut Writer<'a, 's> {
        if self.writer.out.len() > self.start {
            self.writer.out.push(',');
        }
        self.writer
    }

    #[inline(never)]
    fn key(&mut self, key: &str) -> &mut Writer<'a, 's> {
        let writer = self.next();
        writer.fields.push(writer.out.len());
        writer.string(key);
        writer.out.push(':');
        writer
    }

    /// What a reader cannot find out alone: the name of a place's source, and where in its text the place begins.
    fn describe(&mut self, positions: &Positions<'_>) {
        let [source, document, start, end] = self.writer.last;
        let range = start..end;
        let place = Place {
            source,
            document,
            range,
        };
        if let Some((source, at)) = positions.of(&place) {
            self.key("name").string(source.name);
            self.key("line").show(&at.line);
            self.key("column").show(&at.column);
        }
    }

    #[inline(never)]
    fn close(mut self) {
        if let Some(positions) = self.writer.positions
            && !self.is.is_list()
        {
            if self.is == Is::Place {
                self.describe(positions);
            }
            // The number of its source is the first field of a place.
            let hidden = self.is == Is::Place && !positions.numbered;
            let sorted = self.writer.sorted(self.field + usize::from(hidden));
            self.writer.out.truncate(self.start);
            self.writer.out.push_str(&sorted);
        }
        self.writer.fields.truncate(self.field);
        self.writer.out.push_str(match self.is {
            Is::List => "]",
            Is::Object | Is::Place => "}",
            Is::Tagged => "}}",
            Is::TaggedList => "]}",
        });
    }
}

/// A `String` takes everything.
#[derive(Debug)]
enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    #[expect(
        clippy::panic,
        reason = "serde calls it for types that no part of the model has: a path, a lock, a flattened list"
    )]
    fn custom<T: Display>(text: T) -> Never {
        panic!("{text}")
    }
}

/// Methods that write a scalar as it is shown.
macro_rules! shown {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, value: $type) -> Result<(), Never> {
            self.show(&value);
            Ok(())
        }
    )*};
}

/// Methods that write a number, of which four may be a place.
macro_rules! counted {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, number: $type) -> Result<(), Never> {
            self.number(number.into());
            Ok(())
        }
    )*};
}

impl<'w, 'a, 's> ser::Serializer for &'w mut Writer<'a, 's> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Content<'w, 'a, 's>;
    type SerializeTuple = Content<'w, 'a, 's>;
    type SerializeTupleStruct = Content<'w, 'a, 's>;
    type SerializeTupleVariant = Content<'w, 'a, 's>;
    type SerializeMap = Content<'w, 'a, 's>;
    type SerializeStruct = Content<'w, 'a, 's>;
    type SerializeStructVariant = Content<'w, 'a, 's>;

    counted! { serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) }

    shown! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_f32(f32) serialize_f64(f64)
    }

    fn serialize_char(self, c: char) -> Result<(), Never> {
        self.string(c.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Never> {
        self.string(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Never> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.out.push_str("null");
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Never> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.tag(name);
        value.serialize(&mut *self)?;
        self.out.push('}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Content<'w, 'a, 's>, Never> {
        Ok(self.open(Is::List))
    }

    fn serialize_tuple(self, _: usize) -> Result<Content<'w, 'a, 's>, Never> {
        Ok(self.open(Is::List))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Content<'w, 'a, 's>, Never> {
        Ok(self.open(Is::List))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Content<'w, 'a, 's>, Never> {
        self.tag(name);
        Ok(self.open(Is::TaggedList))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Content<'w, 'a, 's>, Never> {
        Ok(self.open(Is::Object))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Content<'w, 'a, 's>, Never> {
        let is = if name == "Place" {
            Is::Place
        } else {
            Is::Object
        };
        Ok(self.open(is))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Content<'w, 'a, 's>, Never> {
        self.tag(name);
        Ok(self.open(Is::Tagged))
    }

    fn collect_str<T: ?Sized + Display>(self, value: &T) -> Result<(), Never> {
        self.string(&value.to_string());
        Ok(())
    }
}

/// What serde has a trait for each of: items, and fields.
macro_rules! content {
    ($($trait:ident::$method:ident($($key:ident)?))*) => {$(
        impl ser::$trait for Content<'_, '_, '_> {
            type Ok = ();
            type Error = Never;

            fn $method<T: ?Sized + Serialize>(
                &mut self,
                $($key: &'static str,)?
                value: &T,
            ) -> Result<(), Never> {
                value.serialize(content!(self $($key)?))
            }

            fn end(self) -> Result<(), Never> {
                self.close();
                Ok(())
            }
        }
    )*};
    ($self:ident) => { $self.next() };
    ($self:ident $key:ident) => { $self.key($key) };
}

content! {
    SerializeSeq::serialize_element()
    SerializeTuple::serialize_element()
    SerializeTupleStruct::serialize_field()
    SerializeTupleVariant::serialize_field()
    SerializeStruct::serialize_field(key)
    SerializeStructVariant::serialize_field(key)
}

impl ser::SerializeMap for Content<'_, '_, '_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Never> {
        let writer = self.next();
        writer.fields.push(writer.out.len());
        key.serialize(&mut *writer)?;
        writer.out.push(':');
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Never> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Place;
    use crate::{Positions, Source};

    #[test]
    fn a_line_means_the_same_and_shows_nothing_raw() {
        let text = "a\x1b\n\u{9b}\u{202e}\u{e0041}##[b] [c] ##\"[\\[";
        let line = super::line(&text);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        let shown = line.chars().all(|c| (' '..='~').contains(&c));
        assert!(shown && !line.contains("##["), "{line}");
    }

    #[test]
    fn the_fields_of_the_model_are_sorted_and_places_are_told() {
        #[derive(serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        enum Kind {
            One,
            Named { b: u8, a: Option<u8> },
            Of(Vec<(bool, i8, char)>),
            Pair(u8, u8),
        }
        let place = Place {
            source: 0,
            document: 1,
            range: 2..3,
        };
        let part = (
            place,
            [Kind::One, Kind::Named { b: 1, a: None }],
            Kind::Of(vec![(true, -1, '"')]),
            Kind::Pair(1, 2),
        );
        let sources = [Source::new("a.yaml", "a\nb")];
        let positions = Positions::new(&sources);
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let line = super::json(&part, &positions);
        let mut expected = serde_json::to_value(&part).unwrap();
        let place = serde_json::json!({"name": "a.yaml", "line": 2, "column": 1});
        for (key, value) in place.as_object().unwrap() {
            expected[0][key] = value.clone();
        }
        // The fields of a `Value` are sorted, too.
        assert_eq!(line, expected.to_string());
        expected[0].as_object_mut().unwrap().remove("source");
        let outside = Positions::of_text(sources[0]);
        assert_eq!(read(&super::json(&part, &outside)), expected);
        assert_eq!(read(&super::line(&part))[1][1]["named"]["b"], 1);
    }
}
