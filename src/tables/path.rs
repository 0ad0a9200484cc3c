//! The `JSONPath`s of the tables' rows, compiled and walked on the span tree.
//!
//! RFC 9535 defines what a path is (`grammar`). The walker keeps the places of nodes in the text, follows
//! aliases and `<<` as the tree does, and counts its visits, so that a document of nested aliases ends in an
//! error and does not take hours. It has four selectors: names, indexes, `[*]`
//! and comparisons with literals, joined by `&&`. A path with another is refused, with its name, when its row is read.

use super::grammar::{self, PathFault};
use super::grammar::{Below, Literal, Selector, Test};
use super::pool::Text;
use lossless_yaml::{Decimal, Kind, Node, Step};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;
use std::ops::Range;

/// What a path finds: a handful, mostly.
pub(crate) type Nodes<'t, 's> = SmallVec<[Node<'t, 's>; 4]>;

/// The way from an object to a place in it: `spec.template`, mostly.
pub(crate) type Steps = SmallVec<[Step; 2]>;

/// A `JSONPath` that rows may have: its text, of which a walk reads one selector after the other. As lists of selectors the
/// built-in rows would be twice as large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(pub(crate) Text);

/// A node of the wrong type along a path.
#[derive(Clone, Debug)]
pub(crate) struct Misfit<'t, 's> {
    /// `spec.rules[0].http`.
    pub(crate) field: String,
    pub(crate) node: Node<'t, 's>,
    pub(crate) expected: &'static str,
}

/// Names below a node, such as `name` or `port.name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field(pub(crate) Text);

/// How many more nodes the walks of one run may visit.
#[derive(Debug)]
pub(crate) struct VisitBudget {
    left: usize,
    exhausted: bool,
}

/// Why a text is not a path that a row may have: lower case, with the faulty part in backquotes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct PathError(String);

impl Path {
    /// Takes a path.
    ///
    /// # Errors
    ///
    /// The text is not a `JSONPath`, with the column; or it has a selector that rows cannot have, with its name.
    pub(crate) fn parse(text: &str) -> Result<Self, PathError> {
        match grammar::parse(text).find_map(Result::err) {
            None => Ok(Self(text.into())),
            Some(PathFault::Syntax(at)) => Err(syntax(text, at)),
            Some(PathFault::Unknown(selector)) => Err(PathError(format!(
                "`{text}` has {selector}, expected names, indexes, `[*]`, `[?@.name == 'value']`, `[?@.name != 'value']`, or several of these joined by `&&`"
            ))),
        }
    }

    fn steps(&self) -> impl Iterator<Item = Selector<'_>> {
        steps(&self.0)
    }

    /// How many steps it has.
    pub(crate) fn len(&self) -> usize {
        self.steps().count()
    }

    /// Every node that the path leads to from `node`, in document order. With `ignore_case` a name finds a key of any
    /// case where none is spelled exactly so, as Go's JSON reader does. What was not visited because `budget` ran out is
    /// missing, and the budget says so.
    pub(crate) fn find<'t, 's>(
        &self,
        node: Node<'t, 's>,
        ignore_case: bool,
        budget: &mut VisitBudget,
    ) -> Nodes<'t, 's> {
        self.walk(0..usize::MAX, node, ignore_case, budget)
    }

    /// Every node that these of its steps lead to: see [`Path::find`].
    pub(crate) fn walk<'t, 's>(
        &self,
        steps: Range<usize>,
        node: Node<'t, 's>,
        ignore_case: bool,
        budget: &mut VisitBudget,
    ) -> Nodes<'t, 's> {
        let mut found: Nodes<'t, 's> = smallvec![node];
        for step in self.steps().take(steps.end).skip(steps.start) {
            if found.is_empty() {
                break;
            }
            go(&mut found, &step, ignore_case, budget);
        }
        found
    }

    /// The first node on the way of this path that is no list where it asks for items, or that has nothing below it where it
    /// asks for a name.
    pub(crate) fn misfit<'t, 's>(
        &self,
        node: Node<'t, 's>,
        budget: &mut VisitBudget,
    ) -> Option<Misfit<'t, 's>> {
        let mut at = vec![(String::new(), node)];
        for step in self.steps() {
            let (right, expected): (fn(Kind) -> bool, _) = match &step {
                Selector::Name(_) => (|kind| kind == Kind::Mapping, "a mapping"),
                Selector::Where(_) => (|kind| kind != Kind::Scalar, "a list"),
                Selector::Every | Selector::Index(_) => (|kind| kind == Kind::Sequence, "a list"),
            };
            at.retain(|(_, node)| node.kind() != Kind::Null);
            if let Some((field, node)) = at.iter().find(|(_, node)| !right(node.kind())) {
                return Some(Misfit {
                    field: field.clone(),
                    node: *node,
                    expected,
                });
            }
            let mut below = Vec::new();
            for (field, node) in at {
                if let Selector::Name(name) = &step {
                    let dot = if field.is_empty() { "" } else { "." };
                    let found = child(node, name, false);
                    below.extend(found.map(|found| (format!("{field}{dot}{name}"), found)));
                } else {
                    let items = node.items().take_while(|_| budget.spend()).enumerate();
                    below.extend(items.map(|(index, item)| (format!("{field}[{index}]"), item)));
                }
            }
            at = below;
        }
        None
    }

    /// Every node that a path of names and `[*]` leads to from `node`, with the way to it.
    pub(crate) fn places<'t, 's>(
        &self,
        node: Node<'t, 's>,
        budget: &mut VisitBudget,
    ) -> SmallVec<[(Steps, Node<'t, 's>); 1]> {
        let mut at: SmallVec<[_; 1]> = smallvec![(Steps::new(), node)];
        for name in self.names() {
            if let Some(name) = name {
                at.retain_mut(|(way, node)| {
                    let below = child(*node, &name, false);
                    way.push(Step::Key(name.clone()));
                    below.map(|below| *node = below).is_some()
                });
                continue;
            }
            let mut below = SmallVec::new();
            for (way, node) in at {
                let items = node.items().take_while(|_| budget.spend());
                below.extend(items.enumerate().map(|(index, item)| {
                    let mut way: Steps = way.clone();
                    way.push(Step::Index(index));
                    (way, item)
                }));
            }
            at = below;
        }
        at
    }

    /// Whether it consists only of names and `[*]`.
    pub(crate) fn is_plain(&self) -> bool {
        let mut steps = self.steps();
        steps.all(|step| matches!(step, Selector::Name(_) | Selector::Every))
    }

    /// What its steps are called; a step that is no name is `None`.
    pub(crate) fn names(&self) -> SmallVec<[Option<Cow<'static, str>>; 4]> {
        fn name(step: Selector<'_>) -> Option<Cow<'_, str>> {
            match step {
                Selector::Name(name) => Some(name),
                _ => None,
            }
        }
        if let Some(text) = self.0.built_in() {
            return steps(text).map(name).collect();
        }
        let names = self.steps().map(name);
        let names = names.map(|name| name.map(|name| name.into_owned().into()));
        names.collect()
    }

    /// How many steps it has in common with another path, up to the last that leads to each item of a list.
    pub(crate) fn common(&self, other: &Path) -> usize {
        let same = self.steps().zip(other.steps());
        let same = same.take_while(|(one, other)| one == other);
        let items = same
            .enumerate()
            .filter(|(_, (one, _))| *one == Selector::Every);
        items.last().map_or(0, |(index, _)| index + 1)
    }
}

/// The steps of a path that can be read to its end.
fn steps(text: &str) -> impl Iterator<Item = Selector<'_>> {
    grammar::parse(text).map_while(Result::ok)
}

/// Walks of several paths from one node: what they begin with is gone through once.
pub(crate) struct Walks<'p, 't, 's> {
    node: Node<'t, 's>,
    /// Beginnings of paths that were walked, whether the case of names was ignored, and what they lead to.
    known: SmallVec<[(&'p str, bool, Nodes<'t, 's>); 8]>,
}

impl<'p, 't, 's> Walks<'p, 't, 's> {
    pub(crate) fn from(node: Node<'t, 's>) -> Self {
        Walks {
            node,
            known: SmallVec::new(),
        }
    }

    /// What the path leads to: see [`Path::find`].
    pub(crate) fn find(
        &mut self,
        path: &'p Path,
        ignore_case: bool,
        budget: &mut VisitBudget,
    ) -> Nodes<'t, 's> {
        let text: &'p str = &path.0;
        let is_begun = |(beginning, case, _): &&(&str, bool, _)| {
            let rest = text.strip_prefix(beginning);
            *case == ignore_case && rest.is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        let begun = self.known.iter().filter(is_begun);
        let (mut steps, mut found) = match begun.max_by_key(|(beginning, ..)| beginning.len()) {
            Some((beginning, _, found)) => {
                (grammar::parse_from(text, beginning.len()), found.clone())
            }
            None => (grammar::parse(text), smallvec![self.node]),
        };
        while !found.is_empty()
            && let Some(Ok(step)) = steps.next()
        {
            go(&mut found, &step, ignore_case, budget);
            if steps.read().len() < text.len() {
                self.known.push((steps.read(), ignore_case, found.clone()));
            }
        }
        found
    }
}

/// Puts in place of the nodes those that a step leads to.
fn go(found: &mut Nodes<'_, '_>, step: &Selector<'_>, ignore_case: bool, budget: &mut VisitBudget) {
    match step {
        Selector::Name(name) => follow(found, budget, |node| child(node, name, ignore_case)),
        Selector::Index(index) => follow(found, budget, |node| item(node, *index)),
        Selector::Every | Selector::Where(_) => {
            let mut next = Nodes::new();
            for node in found.drain(..) {
                let visited = children(node).take_while(|_| budget.spend());
                next.extend(visited.filter(|each| match step {
                    Selector::Where(tests) => {
                        tests.iter().all(|test| test.holds(*each, ignore_case))
                    }
                    _ => true,
                }));
            }
            *found = next;
        }
    }
}

/// Puts in place of each node the one that it leads to.
fn follow<'t, 's>(
    found: &mut Nodes<'t, 's>,
    budget: &mut VisitBudget,
    to: impl Fn(Node<'t, 's>) -> Option<Node<'t, 's>>,
) {
    found.retain_mut(|node| {
        let next = if budget.spend() { to(*node) } else { None };
        next.map(|next| *node = next).is_some()
    });
}

impl Field {
    /// Reads names that are separated by dots.
    ///
    /// # Errors
    ///
    /// A name is missing, or the text is a `JSONPath`.
    pub(crate) fn parse(text: &str) -> Result<Self, PathError> {
        let plain = |name: &str| {
            !name.is_empty() && !name.contains(['$', '[', ']', '*', '@', '\'', '"', ' '])
        };
        if text.split('.').all(plain) {
            Ok(Self(text.into()))
        } else {
            Err(PathError(format!(
                "`{text}` is no field, expected names separated by dots such as `port.name`"
            )))
        }
    }

    /// The node that the names lead to.
    pub(crate) fn get<'t, 's>(
        &self,
        node: Node<'t, 's>,
        ignore_case: bool,
    ) -> Option<Node<'t, 's>> {
        self.0
            .split('.')
            .try_fold(node, |node, name| child(node, name, ignore_case))
    }
}

impl VisitBudget {
    /// A budget of `visits` nodes.
    pub(crate) fn new(visits: usize) -> Self {
        Self {
            left: visits,
            exhausted: false,
        }
    }

    /// Whether a walk ended early.
    pub(crate) fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// How many more nodes may be visited.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    fn spend(&mut self) -> bool {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => self.exhausted = true,
        }
        !self.exhausted
    }
}

/// 100,000 visits: a hundred times what the largest Ingress that a cluster stores (1.5 MiB) has in nodes a path can meet.
impl Default for VisitBudget {
    fn default() -> Self {
        Self::new(100_000)
    }
}

impl Test<'_> {
    /// RFC 9535, 2.3.5.2.2: what is absent equals no literal; values of two types are never equal.
    fn holds(&self, node: Node<'_, '_>, ignore_case: bool) -> bool {
        let value = self.at.iter().try_fold(node, |node, below| match below {
            Below::Name(name) => child(node, name, ignore_case),
            Below::Index(index) => item(node, *index),
        });
        self.equal == value.is_some_and(|value| equals(value, &self.literal))
    }
}

fn equals(node: Node<'_, '_>, literal: &Literal<'_>) -> bool {
    match literal {
        Literal::String(text) => node.is_string() && node.text() == Some(text.as_ref()),
        Literal::Int(number) => node.as_int() == Some(*number),
        Literal::Float(number) => {
            let value = node.number();
            value.is_some_and(|value| Decimal::read(&value) == Some(*number))
        }
        Literal::Bool(flag) => node.as_bool() == Some(*flag),
        Literal::Null => node.kind() == Kind::Null,
    }
}

fn child<'t, 's>(node: Node<'t, 's>, name: &str, ignore_case: bool) -> Option<Node<'t, 's>> {
    let found = node.get(name);
    if found.is_some() || !ignore_case {
        return found;
    }
    let same = |key: Node<'t, 's>| key.text().is_some_and(|key| key.eq_ignore_ascii_case(name));
    let mut entries = node.entries();
    entries.find(|(key, _)| same(*key)).map(|(_, value)| value)
}

/// The item of a list; an index below 0 counts from its end.
fn item<'t, 's>(node: Node<'t, 's>, index: i64) -> Option<Node<'t, 's>> {
    let index = if let Ok(index) = usize::try_from(index) {
        index
    } else {
        let back = usize::try_from(index.unsigned_abs()).ok()?;
        node.items().count().checked_sub(back)?
    };
    node.item(index)
}

/// The items of a list or the values of a mapping.
fn children<'t, 's>(node: Node<'t, 's>) -> impl Iterator<Item = Node<'t, 's>> {
    node.items().chain(node.entries().map(|(_, value)| value))
}

/// A text that can't be read from this byte on.
fn syntax(text: &str, at: usize) -> PathError {
    let advice = "expected a JSONPath such as `$.spec.rules[*].backend`";
    let rest = text.get(at..).unwrap_or_default();
    PathError(if !text.starts_with('$') {
        format!("`{text}` does not begin with `$`, {advice}")
    } else if rest.is_empty() {
        format!("`{text}` ends too early, {advice}")
    } else {
        let column = text.chars().count() - rest.chars().count() + 1;
        format!("`{text}` can't be read from column {column} on (`{rest}`), {advice}")
    })
}

#[cfg(test)]
mod tests {
    use lossless_yaml::Tree;

    use super::*;

    const TEXT: &str = "
list: [{k: a, n: 1}, {k: b, on: true}, {n: 1.5}, {k: null}, {k: '1'}]
words: [mesh, gw, 7]
map: {x: 1, y: 2}
Deep: {Key: v}
merged: {<<: {k: far}, own: near}
";

    fn find(path: &str, ignore_case: bool) -> Vec<String> {
        let tree = Tree::parse(TEXT, 0..TEXT.len()).unwrap();
        let path = Path::parse(path).unwrap();
        let found = path.find(
            tree.root().unwrap(),
            ignore_case,
            &mut VisitBudget::default(),
        );
        let show = |node: Node<'_, '_>| match node.kind() {
            Kind::Scalar => node.text().unwrap().to_owned(),
            _ => TEXT.get(node.span()).unwrap().to_owned(),
        };
        found.into_iter().map(show).collect()
    }

    #[test]
    fn each_selector_finds_its_nodes_in_document_order() {
        assert_eq!(find("$.list[0].k", false), ["a"]);
        assert_eq!(find("$['list'][-1].k", false), ["1"]);
        assert_eq!(find("$.list[9]", false), [""; 0]);
        assert_eq!(find("$.list[-9]", false), [""; 0]);
        assert_eq!(find("$.words[*]", false), ["mesh", "gw", "7"]);
        assert_eq!(find("$.map[*]", false), ["1", "2"]);
        assert_eq!(find("$.merged.k", false), ["far"]);
        assert_eq!(find("$.words.none[*]", false), [""; 0]);
    }

    #[test]
    fn a_filter_compares_as_rfc_9535_does() {
        assert_eq!(find("$.list[?@.k == 'a'].n", false), ["1"]);
        assert_eq!(find("$.list[?'a' == @.k].n", false), ["1"]);
        // Absent is not equal to anything, so that `!=` holds for it.
        assert_eq!(find("$.list[?@.k != 'a'].n", false), ["1.5"]);
        assert_eq!(find("$.list[?@.n == 1].k", false), ["a"]);
        assert_eq!(find("$.list[?@.n == 1.5]", false), ["{n: 1.5}"]);
        assert_eq!(find("$.list[?@.on == true].k", false), ["b"]);
        assert_eq!(find("$.list[?@.k == null]", false), ["{k: null}"]);
        assert_eq!(find("$.list[?@.k == 1]", false), [""; 0]);
        assert_eq!(find("$.words[?@ == '7']", false), [""; 0]);
        assert_eq!(find("$.words[?@ != 'mesh']", false), ["gw", "7"]);
        assert_eq!(find("$.map[?@ == 2]", false), ["2"]);
        assert_eq!(find("$.words[?@ != 'mesh' && @ != 'gw']", false), ["7"]);
    }

    #[test]
    fn case_counts_unless_it_is_ignored() {
        assert_eq!(find("$.deep.key", false), [""; 0]);
        assert_eq!(find("$.deep.key", true), ["v"]);
    }

    #[test]
    fn a_path_that_is_none_says_where() {
        let error = |path| Path::parse(path).unwrap_err().to_string();
        assert_eq!(
            error("$.spec.[x]"),
            "`$.spec.[x]` can't be read from column 8 on (`[x]`), expected a JSONPath such as `$.spec.rules[*].backend`"
        );
        assert_eq!(
            error("spec"),
            "`spec` does not begin with `$`, expected a JSONPath such as `$.spec.rules[*].backend`"
        );
        assert_eq!(
            error("$.spec["),
            "`$.spec[` ends too early, expected a JSONPath such as `$.spec.rules[*].backend`"
        );
        assert!(error("").contains("does not begin with `$`"));
    }

    #[test]
    fn a_selector_that_is_not_supported_is_named() {
        for (path, selector) in [
            ("$..name", "a descendant segment"),
            ("$.a[0:1]", "a slice"),
            ("$.a[0, 1]", "a union"),
            ("$.a[?@.b]", "asks whether something is there"),
            ("$.a[?@.b == 'c' || @.b == 'd']", "`||`"),
            ("$.a[?(@.b == 'c')]", "parentheses"),
            ("$.a[?@.b > 1]", "other than `==` and `!=`"),
            ("$.a[?length(@.b) == 1]", "a function"),
            ("$.a[?@.b == @.c]", "does not compare `@` with a literal"),
            ("$.a[?$.b == 'c']", "does not compare `@` with a literal"),
        ] {
            let error = Path::parse(path).unwrap_err().to_string();
            assert!(error.contains(selector), "{path}: {error}");
        }
    }

    #[test]
    fn names_are_those_of_a_path_of_names_alone() {
        let names = |path| {
            let path = Path::parse(path).unwrap();
            let names: Option<Vec<_>> = path.names().into_iter().collect();
            names.map(|names| names.join(" "))
        };
        assert_eq!(
            names("$.spec['pod.x/template']"),
            Some("spec pod.x/template".to_owned())
        );
        assert_eq!(names("$"), Some(String::new()));
        assert_eq!(names("$.a[*]"), None);
    }

    #[test]
    fn a_field_is_names_and_nothing_else() {
        let tree = Tree::parse(TEXT, 0..TEXT.len()).unwrap();
        let get = |field, ignore_case| {
            let field = Field::parse(field).unwrap();
            let node = field.get(tree.root().unwrap(), ignore_case);
            node.and_then(Node::text)
        };
        assert_eq!(get("map.y", false), Some("2"));
        assert_eq!(get("map.z", false), None);
        assert_eq!(get("deep.KEY", true), Some("v"));
        for field in ["", "a..b", "$.a", "a[0]"] {
            assert!(Field::parse(field).is_err(), "{field}");
        }
    }

    #[test]
    fn a_walk_ends_where_the_budget_does() {
        let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (name, last) in ('b'..='h').zip('a'..) {
            let list = vec![format!("*{last}"); 9].join(", ");
            text.extend([format!("{name}: &{name} [{list}]\n")]);
        }
        let tree = Tree::parse(&text, 0..text.len()).unwrap();
        let path = Path::parse("$.h[*][*][*][*][*][*][*][*]").unwrap();
        let mut budget = VisitBudget::new(1_000);
        path.find(tree.root().unwrap(), false, &mut budget);
        assert!(budget.exhausted());
        let mut budget = VisitBudget::new(1_000);
        assert_eq!(
            Path::parse("$.a[*]")
                .unwrap()
                .find(tree.root().unwrap(), false, &mut budget)
                .len(),
            9
        );
        assert!(!budget.exhausted());
    }

    #[test]
    fn a_filter_asks_for_items_or_values() {
        let misfit = |text: &str| {
            let tree = Tree::parse(text, 0..text.len()).unwrap();
            let path = Path::parse("$.list[?@.k == 'a'].n").unwrap();
            let found = path.misfit(tree.root().unwrap(), &mut VisitBudget::default());
            found.map(|misfit| format!("{}: {}", misfit.field, misfit.expected))
        };
        assert_eq!(misfit("list: a"), Some("list: a list".to_owned()));
        assert_eq!(misfit("list: {x: {k: a}}"), None);
        assert_eq!(misfit("list: [{k: a}]"), None);
    }
}
