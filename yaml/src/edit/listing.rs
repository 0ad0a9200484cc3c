//! What the check of a long list has to read that is written as the new value of a key: its two ends.
//!
//! The parser takes most of the time of such an edit, and all items but the first and the last have neighbours that are
//! written too. So the parser reads the text that the edit would make of these two items, and each of the others is read alone,
//! as an item of a list is at its dash. Then the edited text means what was meant, if
//!
//! 1. the text for two items is the text for the first one and then more, and the text for all of them is the same with something
//!    in the middle,
//! 2. the middle is the other items: each begins with the line break, the spaces and the dash that the last item begins with,
//! 3. each of them, alone, is a list of one item with the value that was meant, has no anchor, tag, alias or block scalar, and
//!    ends its last scalar on its last line.
//!
//! Where the second item begins in the edited text, the first one may be followed by a dash in this column: in the text for two
//! items the last one does, and it was read and compared. By 3, what follows the first dash of an item is deeper than the
//! dash, so any reader takes the next dash for the next item, and by 2 it is in the column of the list. What an item
//! means depends on its bytes and its column, since it has no alias, and so it means alone what it means there. The last
//! item, and what follows the list, stand behind such an item as they stand behind the first one in the text for two.
//!
//! If this does not hold, the whole text is read, so no edit is refused because of it. In debug builds the whole text is always
//! read, and both have to agree.

use std::ops::Range;

use memchr::memmem::Finder;

use crate::read::scratch::Scratch;
use crate::text::splice::Splice;
use crate::tree::arena::{Shape, Tree};
use crate::tree::change::{Edit, Step, Value, Wanted, holds};

/// A list of so many items is long.
const LONG: usize = 16;

/// A long list that is the new value of a key.
pub(super) struct Listing<'w> {
    items: &'w [Value],
    /// The same with the first item alone.
    pub(super) first: [Edit; 1],
    /// The same with the first and the last item.
    pub(super) ends: [Edit; 1],
}

impl<'w> Listing<'w> {
    /// The list, if nothing else is wanted.
    pub(super) fn of(wanted: Wanted<'w>) -> Option<Self> {
        let mut steps = wanted.steps();
        let (Some((Step::Key(key), below)), None) = (steps.next(), steps.next()) else {
            return None;
        };
        let Some(Value::Sequence(items)) = below.set() else {
            return None;
        };
        let ([first, .., last], true) = (items.as_slice(), items.len() >= LONG) else {
            return None;
        };
        let edit = |items: Vec<Value>| {
            [Edit {
                path: vec![Step::Key(key.clone())],
                value: Value::Sequence(items),
            }]
        };
        Some(Self {
            items,
            first: edit(vec![first.clone()]),
            ends: edit(vec![first.clone(), last.clone()]),
        })
    }

    /// Whether the splices of the whole list are those of its ends with the other items between them, and these mean what they
    /// should.
    pub(super) fn holds(&self, splices: [&[Splice]; 3], scratch: &mut Scratch) -> bool {
        let ([first], [ends], [all]) = splices.into() else {
            return false;
        };
        if first.range != ends.range || first.range != all.range {
            return false;
        }
        let last = ends.text.strip_prefix(&first.text);
        let rest = all.text.strip_prefix(&first.text);
        let (Some(last), Some(rest)) = (last, rest) else {
            return false;
        };
        match (rest.strip_suffix(last), dash(last)) {
            (Some(middle), Some(dash)) => self.middle_holds(middle, dash, scratch),
            _ => false,
        }
    }

    fn middle_holds(&self, middle: &str, dash: &str, scratch: &mut Scratch) -> bool {
        let mut wanted = self.items.iter().skip(1);
        let mut at = 0;
        let count = self.items.len() - 2;
        let next = Finder::new(dash);
        for _ in 0..count {
            let item = middle.get(at..).unwrap_or_default();
            let Some(begun) = item.strip_prefix(dash) else {
                return false;
            };
            let length = next.find(begun.as_bytes()).unwrap_or(begun.len());
            let end = at + dash.len() + length;
            if !wanted
                .next()
                .is_some_and(|value| is(middle, at + 1..end, value, scratch))
            {
                return false;
            }
            at = end;
        }
        at == middle.len()
    }
}

/// The line break, the spaces and the dash that an item begins with.
fn dash(item: &str) -> Option<&str> {
    let dash = item.get(..=item.find('-')?)?;
    let spaces = dash.strip_prefix('\n')?.strip_suffix('-')?;
    spaces.bytes().all(|byte| byte == b' ').then_some(dash)
}

/// Whether these bytes are a list of one item with this value, which no reader can take for more or less.
fn is(text: &str, range: Range<usize>, value: &Value, scratch: &mut Scratch) -> bool {
    let Ok(tree) = Tree::parse_in(text, range, scratch) else {
        return false;
    };
    let clear = tree.all_props().is_empty()
        && tree.aliases().is_empty()
        && !tree.nodes.iter().any(|raw| raw.shape.is_block_scalar())
        && tree
            .nodes
            .iter()
            .next_back()
            .is_some_and(|raw| raw.shape != Shape::Empty);
    let Some(root) = tree.root().filter(|_| clear) else {
        return false;
    };
    let ends = root.span().end == tree.chunk.end;
    let mut items = root.items();
    let item = items.next();
    ends && items.next().is_none() && item.is_some_and(|item| holds(item, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::draft::Care;
    use crate::edit::layout::Layout;
    use crate::edit::write::Writer;
    use crate::tree::change::Wishes;

    const OLD: &str = "a: b\nc:\n  - d\n";

    fn value(number: usize) -> Value {
        let field = ("path".into(), Value::Str(format!("f.{number}").into()));
        Value::Mapping(vec![
            (
                "text".into(),
                Value::Str(format!("`{number}`: it's so").into()),
            ),
            ("field".into(), Value::Mapping(vec![field])),
            (
                "tags".into(),
                Value::Sequence(vec![Value::Int(7), Value::Null]),
            ),
        ])
    }

    fn edit(items: Vec<Value>) -> [Edit; 1] {
        let path = vec![Step::Key("results".into())];
        let value = Value::Sequence(items);
        [Edit { path, value }]
    }

    /// Whether a splice for these items is right, and the text that is.
    fn holds_with(items: Vec<Value>, change: &dyn Fn(&mut Splice)) -> (bool, String) {
        let tree = Tree::parse(OLD, 0..OLD.len()).unwrap();
        let written = |edit: &[Edit]| {
            let wishes = Wishes::of(&tree, edit).unwrap();
            let layout = Layout::new(&tree, &mut Scratch::default());
            let drafts = Writer::new(&layout, wishes.all(), Care::Middle)
                .run()
                .unwrap();
            drafts.merge().unwrap()
        };
        let edit = edit(items);
        let wishes = Wishes::of(&tree, &edit).unwrap();
        let listing = Listing::of(wishes.all()).unwrap();
        let mut all = written(&edit);
        let right = all[0].text.clone();
        change(&mut all[0]);
        let (first, ends) = (written(&listing.first), written(&listing.ends));
        let holds = listing.holds([&first, &ends, &all], &mut Scratch::default());
        (holds, right)
    }

    #[test]
    fn what_is_written_between_the_ends_is_read_item_by_item() {
        let items = || (0..LONG).map(value).collect::<Vec<_>>();
        let (holds, right) = holds_with(items(), &|_| ());
        assert!(holds, "{right}");
        for (from, to) in [
            ("`5`", "`6`"),
            ("f.5", "f.55"),
            ("f.5\n", "f.5\n      path: f.6\n"),
            ("f.5\n", "!t f.5\n"),
            (
                "    tags:\n      - 7\n      - null\n  - text: \"`5`",
                "    tags: &x\n      - 7\n      - null\n  - text: \"`5`",
            ),
            (
                "  - text: \"`5`",
                "  - text: \"`4`: it's so\"\n  - text: \"`5`",
            ),
            ("  - text: \"`5`", "    more: x\n  - text: \"`5`"),
            ("  - text: \"`5`", "more: x\n  - text: \"`5`"),
            ("  - text: \"`5`", "   - text: \"`5`"),
            ("  - text: \"`5`", "\n  - text: \"`5`"),
            ("  - text: \"`5`", "# x\n  - text: \"`5`"),
            ("  - text: \"`5`", "---\n  - text: \"`5`"),
        ] {
            assert!(right.contains(from), "{from}");
            let (holds, _) = holds_with(items(), &|splice| {
                splice.text = splice.text.replacen(from, to, 1);
            });
            assert!(!holds, "{from} as {to}");
        }
        let (holds, _) = holds_with(items(), &|splice| splice.range = 0..0);
        assert!(!holds, "written elsewhere");
    }

    #[test]
    fn whatever_the_texts_are_the_edit_is_that_of_the_whole_text() {
        let odd = [
            "", "-", "- x", "a: b", "#", " #", "&x", "*x", "!t", "|", ">", "'", "\"", "\\", "\n",
            "a\nb\n", "\t", "\u{e9}", "~", "1", "{", "[x]", "---", "...", "a\n  - b", "\r\n", "%",
            "@", "`", "?", ":",
        ];
        let texts = odd.iter().map(|text| Value::Str((*text).into()));
        let lists = odd.iter().map(|text| {
            Value::Mapping(vec![(
                "k".into(),
                Value::Sequence(vec![Value::Str((*text).into())]),
            )])
        });
        let items: Vec<Value> = texts.chain(lists).collect();
        let tree = Tree::parse(OLD, 0..OLD.len()).unwrap();
        // In debug builds the whole text is read as well.
        assert!(tree.edit(&edit(items.clone())).is_ok());
        for length in LONG..items.len() {
            let (holds, text) = holds_with(items[..length].to_vec(), &|_| ());
            assert!(holds, "{text}");
        }
    }
}
