//! The grammar of `JSONPath` (RFC 9535), as far as rows may use it.
//!
//! A whole parser of the language is larger than everything else that reads rows, and most of it would read what rows can't
//! have. What this one takes, it reads as the RFC does: a test compares it with a parser of the whole language.

use lossless_yaml::Decimal;
use smallvec::SmallVec;
use std::borrow::Cow;

/// One selector of a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Selector<'r> {
    Name(Cow<'r, str>),
    Index(i64),
    Every,
    /// What all of these tests hold for.
    Where(SmallVec<[Test<'r>; 1]>),
}

/// `[?@.k == literal]`; `equal` is false for `!=`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test<'r> {
    /// They lead to one node at most.
    pub(crate) at: SmallVec<[Below<'r>; 1]>,
    pub(crate) equal: bool,
    pub(crate) literal: Literal<'r>,
}

/// A selector of one node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Below<'r> {
    Name(Cow<'r, str>),
    Index(i64),
}

/// What a test compares with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal<'r> {
    String(Cow<'r, str>),
    Int(i64),
    Float(Decimal<'r>),
    Bool(bool),
    Null,
}

/// Why a text is no path for rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathFault {
    /// From this byte on it can't be read.
    Syntax(usize),
    /// It has this selector, which rows can't have.
    Unknown(&'static str),
}

/// The selectors of a path one by one, up to the first that can't be read.
pub(super) fn parse(text: &str) -> Steps<'_> {
    let mut reader = Reader { text, at: 0 };
    Steps {
        begun: reader.takes("$"),
        ended: false,
        reader,
    }
}

/// The selectors that follow the first `at` bytes of a path, which end with a selector.
pub(super) fn parse_from(text: &str, at: usize) -> Steps<'_> {
    Steps {
        begun: true,
        ended: false,
        reader: Reader { text, at },
    }
}

/// The selectors of a path.
pub(super) struct Steps<'r> {
    begun: bool,
    ended: bool,
    reader: Reader<'r>,
}

impl<'r> Steps<'r> {
    /// What was read: the path up to here.
    pub(super) fn read(&self) -> &'r str {
        self.reader.text.get(..self.reader.at).unwrap_or_default()
    }
}

impl<'r> Iterator for Steps<'r> {
    type Item = Result<Selector<'r>, PathFault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.reader.blanks();
        if self.ended || self.begun && self.reader.rest().is_empty() {
            return None;
        }
        let step = if self.begun {
            self.reader.segment()
        } else {
            self.reader.wrong()
        };
        self.ended = step.is_err();
        Some(step)
    }
}

/// An operand of a comparison.
enum Operand<'r> {
    Below(SmallVec<[Below<'r>; 1]>),
    Root,
    Literal(Literal<'r>),
}

struct Reader<'r> {
    text: &'r str,
    at: usize,
}

impl<'r> Reader<'r> {
    fn rest(&self) -> &'r str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong<T>(&self) -> Result<T, PathFault> {
        Err(PathFault::Syntax(self.at))
    }

    /// Whether the text goes on with this; if so, steps over it.
    fn takes(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn expect(&mut self, word: &str) -> Result<(), PathFault> {
        if self.takes(word) {
            Ok(())
        } else {
            self.wrong()
        }
    }

    /// Takes what these characters are.
    fn while_is(&mut self, is: impl Fn(char) -> bool) -> &'r str {
        let start = self.at;
        let length = self.rest().find(|c| !is(c)).unwrap_or(self.rest().len());
        self.at += length;
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn blanks(&mut self) {
        let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.rest().bytes().take_while(blank).count();
    }

    fn segment(&mut self) -> Result<Selector<'r>, PathFault> {
        if self.takes("..") {
            return Err(PathFault::Unknown("a descendant segment (`..`)"));
        }
        if self.takes(".") {
            if self.takes("*") {
                return Ok(Selector::Every);
            }
            return self.name().map(|name| Selector::Name(name.into()));
        }
        self.expect("[")?;
        self.blanks();
        let step = self.selector()?;
        self.blanks();
        match self.rest().chars().next() {
            Some(',') => Err(PathFault::Unknown("a union (`[a, b]`)")),
            Some(':') if matches!(step, Selector::Index(_)) => {
                Err(PathFault::Unknown("a slice (`[a:b]`)"))
            }
            _ => self.expect("]").map(|()| step),
        }
    }

    fn selector(&mut self) -> Result<Selector<'r>, PathFault> {
        match self.rest().chars().next() {
            Some('\'' | '"') => self.quoted().map(Selector::Name),
            Some('*') => self.expect("*").map(|()| Selector::Every),
            Some(':') => Err(PathFault::Unknown("a slice (`[a:b]`)")),
            Some('?') => {
                self.expect("?")?;
                self.filter().map(Selector::Where)
            }
            _ => self.index().map(Selector::Index),
        }
    }

    /// A name without quotes.
    fn name(&mut self) -> Result<&'r str, PathFault> {
        // By bytes, which are many in a run: what is not ASCII may stand in a name as it is.
        let is_first = |b: u8| b.is_ascii_alphabetic() || b == b'_' || !b.is_ascii();
        let rest = self.rest().as_bytes();
        if !rest.first().is_some_and(|b| is_first(*b)) {
            return self.wrong();
        }
        let ends = |b: &u8| !is_first(*b) && !b.is_ascii_digit();
        let start = self.at;
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// An integer that JSON's readers keep exactly, without leading zeros.
    fn index(&mut self) -> Result<i64, PathFault> {
        const MOST: i64 = (1 << 53) - 1;
        let start = self.at;
        self.takes("-");
        let digits = self.while_is(|c| c.is_ascii_digit());
        let zeros = digits.starts_with('0') && self.at > start + 1;
        let number = self.text.get(start..self.at).unwrap_or_default().parse();
        match number {
            Ok(number) if !zeros && (-MOST..=MOST).contains(&number) => Ok(number),
            _ => {
                self.at = start;
                self.wrong()
            }
        }
    }

    /// A text in quotes, with the escapes of JSON.
    fn quoted(&mut self) -> Result<Cow<'r, str>, PathFault> {
        let Some(quote) = self.rest().chars().next() else {
            return self.wrong();
        };
        self.at += 1;
        let start = self.at;
        let plain = self.while_is(|c| c != quote && c != '\\' && c >= ' ');
        if self.rest().starts_with(quote) {
            self.at += 1;
            return Ok(plain.into());
        }
        self.at = start;
        self.escaped(quote).map(Cow::Owned)
    }

    /// What is left of a text in these quotes.
    #[cold]
    fn escaped(&mut self, quote: char) -> Result<String, PathFault> {
        let mut text = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else {
                return self.wrong();
            };
            match c {
                '\\' => {
                    let start = self.at;
                    self.at += 1;
                    match self.escape(quote) {
                        Some(c) => text.push(c),
                        None => return Err(PathFault::Syntax(start)),
                    }
                    continue;
                }
                c if c < ' ' => return self.wrong(),
                c => self.at += c.len_utf8(),
            }
            if c == quote {
                return Ok(text);
            }
            text.push(c);
        }
    }

    /// The character of an escape, behind its backslash.
    fn escape(&mut self, quote: char) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(match c {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '/' | '\\' => c,
            'u' => {
                let high = self.hex()?;
                match high {
                    0xd800..0xdc00 => {
                        let low = self.takes("\\u").then(|| self.hex()).flatten()?;
                        let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                        char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)?
                    }
                    _ => char::from_u32(high)?,
                }
            }
            c if c == quote => c,
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        let all = digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| all)?;
        self.at += 4;
        Some(number)
    }

    /// The comparisons of a filter, which have to hold together.
    fn filter(&mut self) -> Result<SmallVec<[Test<'r>; 1]>, PathFault> {
        let mut tests = SmallVec::new();
        loop {
            self.blanks();
            if self.rest().starts_with(['(', '!']) {
                return Err(PathFault::Unknown("a filter in parentheses"));
            }
            tests.push(self.test()?);
            self.blanks();
            if self.takes("||") {
                return Err(PathFault::Unknown("an `||` in a filter"));
            }
            if !self.takes("&&") {
                return Ok(tests);
            }
        }
    }

    fn test(&mut self) -> Result<Test<'r>, PathFault> {
        let left = self.operand()?;
        let end = self.at;
        self.blanks();
        let equal = self.takes("==");
        if !equal && !self.takes("!=") {
            if self.rest().starts_with(['<', '>']) {
                return Err(PathFault::Unknown("a comparison other than `==` and `!=`"));
            }
            self.at = end;
            return match left {
                Operand::Literal(_) => self.wrong(),
                Operand::Below(_) | Operand::Root => Err(PathFault::Unknown(
                    "a filter that asks whether something is there",
                )),
            };
        }
        self.blanks();
        match (left, self.operand()?) {
            (Operand::Below(at), Operand::Literal(literal))
            | (Operand::Literal(literal), Operand::Below(at)) => Ok(Test { at, equal, literal }),
            _ => Err(PathFault::Unknown(
                "a filter that does not compare `@` with a literal",
            )),
        }
    }

    fn operand(&mut self) -> Result<Operand<'r>, PathFault> {
        if self.takes("@") {
            return self.below().map(Operand::Below);
        }
        if self.takes("$") {
            return self.below().map(|_| Operand::Root);
        }
        if self.rest().starts_with(['\'', '"']) {
            let text = self.quoted()?;
            return Ok(Operand::Literal(Literal::String(text)));
        }
        self.word().map(Operand::Literal)
    }

    /// A literal without quotes.
    #[inline(never)]
    fn word(&mut self) -> Result<Literal<'r>, PathFault> {
        let words = [
            ("true", Literal::Bool(true)),
            ("false", Literal::Bool(false)),
            ("null", Literal::Null),
        ];
        for (word, literal) in words {
            if self.takes(word) {
                return Ok(literal);
            }
        }
        let start = self.at;
        let word = self.while_is(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let is_word = word.starts_with(|c: char| c.is_ascii_lowercase());
        if is_word && self.takes("(") {
            return Err(PathFault::Unknown("a function in a filter"));
        }
        self.at = start;
        self.number()
    }

    /// The selectors behind an `@`.
    fn below(&mut self) -> Result<SmallVec<[Below<'r>; 1]>, PathFault> {
        let mut below = SmallVec::new();
        loop {
            let end = self.at;
            self.blanks();
            if !self.rest().starts_with(['.', '[']) {
                self.at = end;
                return Ok(below);
            }
            let start = self.at;
            match self.segment()? {
                Selector::Every | Selector::Where(_) => return Err(PathFault::Syntax(start)),
                Selector::Name(name) => below.push(Below::Name(name)),
                Selector::Index(index) => below.push(Below::Index(index)),
            }
        }
    }

    /// A number as JSON writes it.
    fn number(&mut self) -> Result<Literal<'r>, PathFault> {
        let start = self.at;
        self.takes("-");
        let digits = self.while_is(|c| c.is_ascii_digit());
        let mut right = !digits.is_empty() && (digits == "0" || !digits.starts_with('0'));
        let mut whole = true;
        if self.takes(".") {
            whole = false;
            right &= !self.while_is(|c| c.is_ascii_digit()).is_empty();
        }
        if self.takes("e") || self.takes("E") {
            whole = false;
            let _ = self.takes("-") || self.takes("+");
            right &= !self.while_is(|c| c.is_ascii_digit()).is_empty();
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let number = match (whole, text.parse()) {
            (true, Ok(number)) => Some(Literal::Int(number)),
            _ => Decimal::read(text).map(Literal::Float),
        };
        if let Some(number) = number.filter(|_| right) {
            return Ok(number);
        }
        self.at = start;
        self.wrong()
    }
}

#[cfg(test)]
mod tests {
    use jsonpath_rust::parser::model as whole;
    use jsonpath_rust::parser::parse_json_path;
    use smallvec::smallvec;

    use super::*;

    fn parse(text: &str) -> Result<Vec<Selector<'_>>, PathFault> {
        super::parse(text).collect()
    }

    /// What a parser of the whole language makes of a text, in the terms of this one.
    fn by_rfc<'r>(text: &str) -> Result<Vec<Selector<'r>>, PathFault> {
        let query = parse_json_path(text).map_err(|_| PathFault::Syntax(0))?;
        let steps = query.segments.into_iter().map(step);
        steps
            .collect::<Result<_, _>>()
            .map_err(|()| PathFault::Unknown(""))
    }

    fn step<'r>(segment: whole::Segment) -> Result<Selector<'r>, ()> {
        let whole::Segment::Selector(selector) = segment else {
            return Err(());
        };
        match selector {
            whole::Selector::Name(name) => Ok(Selector::Name(name.into())),
            whole::Selector::Index(index) => Ok(Selector::Index(index)),
            whole::Selector::Wildcard => Ok(Selector::Every),
            whole::Selector::Filter(filter) => tests_of(filter).map(Selector::Where),
            whole::Selector::Slice(..) => Err(()),
        }
    }

    fn tests_of<'r>(filter: whole::Filter) -> Result<SmallVec<[Test<'r>; 1]>, ()> {
        match filter {
            whole::Filter::Atom(whole::FilterAtom::Comparison(comparison)) => {
                Ok(smallvec![test(*comparison)?])
            }
            whole::Filter::And(filters) => {
                let each: Result<Vec<_>, ()> = filters.into_iter().map(tests_of).collect();
                Ok(each?.into_iter().flatten().collect())
            }
            _ => Err(()),
        }
    }

    fn test<'r>(comparison: whole::Comparison) -> Result<Test<'r>, ()> {
        use whole::{Comparable, SingularQuery, SingularQuerySegment};
        let (equal, left, right) = match comparison {
            whole::Comparison::Eq(left, right) => (true, left, right),
            whole::Comparison::Ne(left, right) => (false, left, right),
            _ => return Err(()),
        };
        let ((Comparable::SingularQuery(SingularQuery::Current(at)), Comparable::Literal(literal))
        | (Comparable::Literal(literal), Comparable::SingularQuery(SingularQuery::Current(at)))) =
            (left, right)
        else {
            return Err(());
        };
        let at = at.into_iter().map(|segment| match segment {
            SingularQuerySegment::Name(name) => Below::Name(name.into()),
            SingularQuerySegment::Index(index) => Below::Index(index),
        });
        Ok(Test {
            at: at.collect(),
            equal,
            literal: match literal {
                whole::Literal::String(text) => Literal::String(text.into()),
                whole::Literal::Int(number) => Literal::Int(number),
                whole::Literal::Float(number) => {
                    let text = Box::leak(number.to_string().into_boxed_str());
                    Literal::Float(Decimal::read(text).ok_or(())?)
                }
                whole::Literal::Bool(flag) => Literal::Bool(flag),
                whole::Literal::Null => Literal::Null,
            },
        })
    }

    #[test]
    fn what_is_taken_is_read_as_a_parser_of_the_whole_language_reads_it() {
        let parts = [
            "",
            "$",
            ".a",
            ".b2",
            "[*]",
            ".2b",
            ".a-b",
            ".*",
            "['a']",
            "[\"b\\n\"]",
            "[0]",
            "[-1]",
            "[01]",
            ".",
            "..a",
            "[",
            " ",
            ".é",
            "[1:2]",
            "[0,1]",
            "[ 'x' ]",
            "[?@.a == 'b']",
            "[?@.a!=1]",
            "[? 'x' == @['y'][0] && @.b == true ]",
            "[?@.a == 1.5e1]",
            "[?@.a]",
            "[?@ == null]",
            "[?@.a == -0]",
            "[?$.a == 1]",
            "[?@.a > 1]",
            "[?length(@.a) == 1]",
            "[?@.a == 'b' || @.c == 'd']",
            "[?(@.a == 'b')]",
            "[?@.a == ]",
            "[?'a' == 'a']",
            "['\\u00e9']",
            "['\\ud83d\\ude00']",
            "['\\x']",
            "[']",
            "[?@.* == 1]",
            "]",
            "x",
        ];
        let (mut taken, mut refused) = (0, 0);
        let mut wrong = Vec::new();
        for first in parts {
            for second in parts {
                for third in parts {
                    let text = format!("{first}{second}{third}");
                    // Blanks at the end are no part of the language; both pass over some, and here all.
                    if text.ends_with(' ') {
                        continue;
                    }
                    let (own, whole) = (parse(&text), by_rfc(&text));
                    taken += usize::from(own.is_ok());
                    refused += usize::from(own.is_err());
                    if own.is_ok() != whole.is_ok() || own.is_ok() && own != whole {
                        wrong.push(format!("{text}: {own:?}, not {whole:?}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(taken > 100 && refused > 1000, "{taken} {refused}");
    }

    #[test]
    fn texts_by_themselves_are_read_as_that_parser_does() {
        let mut wrong = Vec::new();
        for text in [
            "$[0]",
            "$[-0]",
            "$[00]",
            "$[-01]",
            "$['a':1]",
            "$['\u{1f}']",
            "$[' ']",
            r"$['\b\f\n\r\t\/\\\'']",
            r#"$["\""]"#,
            r#"$['\"']"#,
            r"$['\ud83d\udfff']",
            r"$['\ud83d\ue000']",
            "$[?@.a == -.5]",
            "$[?@.a == 1.]",
            "$[?@.a == 1.e5]",
            "$[?@.a == 01e5]",
            "$[?@.a == 1e+5]",
            "$[?@.a == 1e-5]",
            "$[?@.a == 0.5]",
            "$[?@.a == nothing]",
        ] {
            let (own, whole) = (parse(text), by_rfc(text));
            if own.is_ok() != whole.is_ok() || own.is_ok() && own != whole {
                wrong.push(format!("{text}: {own:?}, not {whole:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn what_is_not_read_is_named() {
        let slice = PathFault::Unknown("a slice (`[a:b]`)");
        assert_eq!(parse("$[:1]"), Err(slice));
        assert_eq!(parse("$[1:2]"), Err(slice));
        assert_eq!(parse("$['a':1]"), Err(PathFault::Syntax(5)));
        let function = PathFault::Unknown("a function in a filter");
        assert_eq!(parse("$[?length(@.a) == 1]"), Err(function));
        assert_eq!(parse("$[?@.a == nothing]"), Err(PathFault::Syntax(10)));
        assert_eq!(parse("$[?@.a == (1)]"), Err(PathFault::Syntax(10)));
    }
}
