//! Plants all mutants of a list into the sources at once, each behind a switch: `plant LIST FROM TO [NUMBER...]`.
//!
//! LIST is what `cargo mutants --list --json` prints; a mutant's number is its place there. NUMBERs are left out. FROM is the project, TO
//! a copy of it, and `lossless_yaml::planted(17)` in it says whether number 17 is on. What a mutant added is between `/*<17*/` and `/*>17*/`.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

#[derive(Deserialize)]
struct Mutant {
    file: String,
    genre: String,
    replacement: String,
    span: Span,
}

#[derive(Deserialize)]
struct Span {
    start: Position,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    line: usize,
    column: usize,
}

impl From<proc_macro2::LineColumn> for Position {
    fn from(at: proc_macro2::LineColumn) -> Self {
        Position {
            line: at.line,
            column: at.column + 1,
        }
    }
}

type Range = std::ops::Range<usize>;
/// The number of a mutant, and what it puts there.
type Choices = Vec<(usize, String)>;

/// A piece of the source that mutants change.
enum Piece {
    /// A block with its braces: a mutant returns before it.
    Body(Choices),
    Binary {
        left: Range,
        op: String,
        right: Range,
        choices: Choices,
    },
    Unary {
        op: String,
        right: Range,
        choices: Choices,
    },
    Arm {
        pattern: Range,
        guard: Option<(Range, bool)>,
        rest: Range,
        delete: Option<usize>,
        guards: Choices,
    },
    /// The fields, each with the mutant that leaves it out.
    Struct {
        head: Range,
        fields: Vec<(Range, Option<usize>)>,
        rest: Range,
    },
}

struct Planter<'s> {
    source: &'s str,
    lines: Vec<usize>,
    /// The mutants by genre and where they begin.
    mutants: BTreeMap<(&'s str, Position), Choices>,
    pieces: Vec<(Range, Piece)>,
    crate_path: &'static str,
}

impl Planter<'_> {
    fn offset(&self, at: Position) -> usize {
        let start = self.lines[at.line - 1];
        let line = &self.source[start..];
        start
            + line
                .char_indices()
                .nth(at.column - 1)
                .map_or(line.len(), |(offset, _)| offset)
    }

    fn range(&self, node: &impl Spanned) -> Range {
        let span = node.span();
        self.offset(span.start().into())..self.offset(span.end().into())
    }

    fn choices(&mut self, genre: &str, node: &impl Spanned) -> Choices {
        let start = Position::from(node.span().start());
        let found = self
            .mutants
            .iter()
            .find(|((g, s), _)| *g == genre && *s == start);
        found
            .map(|(_, choices)| choices.clone())
            .unwrap_or_default()
    }

    /// A body that returns some `impl Trait` has one type only: a mutant would have another.
    fn body(&mut self, signature: &syn::Signature, block: &syn::Block) {
        if self.source[self.range(&signature.output)].contains("impl ") {
            return;
        }
        let Some(first) = block.stmts.first() else {
            return;
        };
        let choices = self.choices("FnValue", first);
        if !choices.is_empty() {
            self.pieces.push((self.range(block), Piece::Body(choices)));
        }
    }

    fn on(&self, number: usize) -> String {
        format!("{}::planted({number})", self.crate_path)
    }

    /// The source of a range with what is planted in it.
    fn render(&self, range: Range) -> String {
        let mut text = String::new();
        let mut at = range.start;
        for (piece, what) in &self.pieces {
            if piece.start >= at && piece.end <= range.end {
                text.push_str(&self.source[at..piece.start]);
                text.push_str(&self.planted(piece, what));
                at = piece.end;
            }
        }
        text + &self.source[at..range.end]
    }

    /// `if` one is on, its text, and so on, `else` the text as it was.
    fn chosen(&self, choices: &[(usize, String)], otherwise: &str) -> String {
        let mut text = String::from("(");
        for (number, with) in choices {
            text += &format!(
                "/*<{number}*/ if {} {{ {with} }} else /*>{number}*/",
                self.on(*number)
            );
        }
        text + &format!("{{ {otherwise} }})")
    }

    fn planted(&self, range: &Range, piece: &Piece) -> String {
        match piece {
            Piece::Body(choices) => {
                let mut text = String::from("{");
                for (number, with) in choices {
                    text += &format!(
                        "/*<{number}*/ if {} {{ return {with}; }} /*>{number}*/",
                        self.on(*number)
                    );
                }
                text + &self.render(range.start + 1..range.end)
            }
            Piece::Binary {
                left,
                op,
                right,
                choices,
            } => {
                let (left, right) = (self.render(left.clone()), self.render(right.clone()));
                if let [(number, with)] = choices.as_slice() {
                    let on = self.on(*number);
                    let text = match (op.as_str(), with.as_str()) {
                        ("&&", "||") => format!(
                            "{{ let l__: bool = {left}; if l__ != {on} {{ {right} }} else {{ l__ }} }}"
                        ),
                        ("||", "&&") => format!(
                            "{{ let l__: bool = {left}; if l__ == {on} {{ {right} }} else {{ l__ }} }}"
                        ),
                        ("==", "!=") | ("!=", "==") => format!("({left} {op} {right}) != {on}"),
                        _ => String::new(),
                    };
                    if !text.is_empty() {
                        return format!("(/*<{number}*/{text}/*>{number}*/)");
                    }
                }
                let others: Choices = choices
                    .iter()
                    .map(|(n, with)| (*n, format!("({left}) {with} ({right})")))
                    .collect();
                let others: Choices =
                    if op.ends_with('=') && !["==", "!=", "<=", ">="].contains(&op.as_str()) {
                        choices
                            .iter()
                            .map(|(n, with)| (*n, format!("{left} {with} {right}")))
                            .collect()
                    } else {
                        others
                    };
                self.chosen(&others, &format!("{left} {op} {right}"))
            }
            Piece::Unary { op, right, choices } => {
                let right = self.render(right.clone());
                let others: Choices = choices.iter().map(|(n, _)| (*n, right.clone())).collect();
                self.chosen(&others, &format!("{op}{right}"))
            }
            Piece::Arm {
                pattern,
                guard,
                rest,
                delete,
                guards,
            } => {
                let mut conditions = Vec::new();
                if let Some(number) = delete {
                    conditions.push(format!("/*<{number}*/!{}/*>{number}*/", self.on(*number)));
                }
                if let Some((range, has_let)) = guard {
                    let text = self.render(range.clone());
                    conditions.push(if *has_let {
                        text
                    } else {
                        self.chosen(guards, &text)
                    });
                }
                let conditions = conditions.join(" && ");
                format!(
                    "{} if {conditions} {}",
                    self.render(pattern.clone()),
                    self.render(rest.clone())
                )
            }
            Piece::Struct { head, fields, rest } => {
                let (head, rest) = (self.render(head.clone()), self.render(rest.clone()));
                let all: Vec<String> = fields
                    .iter()
                    .map(|(range, _)| self.render(range.clone()))
                    .collect();
                let without = |left_out: Option<usize>| {
                    let kept = all.iter().enumerate().filter(|(i, _)| Some(*i) != left_out);
                    kept.fold(head.clone(), |text, (_, field)| text + field + ", ") + &rest
                };
                let numbered = fields.iter().enumerate();
                let choices: Choices = numbered
                    .filter_map(|(i, (_, number))| Some(((*number)?, without(Some(i)))))
                    .collect();
                self.chosen(&choices, &without(None))
            }
        }
    }
}

/// Whether a condition is a chain with `let`, which takes no brackets.
fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

impl<'a> Visit<'a> for Planter<'_> {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.body(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.body(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.body(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_binary(&mut self, expr: &'a syn::ExprBinary) {
        let choices = self.choices("BinaryOperator", &expr.op);
        if !choices.is_empty() && !has_let(&expr.left) && !has_let(&expr.right) {
            let (left, right) = (self.range(&*expr.left), self.range(&*expr.right));
            let op = self.source[self.range(&expr.op)].to_owned();
            self.pieces.push((
                self.range(expr),
                Piece::Binary {
                    left,
                    op,
                    right,
                    choices,
                },
            ));
        }
        visit::visit_expr_binary(self, expr);
    }

    fn visit_expr_unary(&mut self, expr: &'a syn::ExprUnary) {
        let choices = self.choices("UnaryOperator", &expr.op);
        if !choices.is_empty() {
            let op = self.source[self.range(&expr.op)].to_owned();
            let right = self.range(&*expr.expr);
            self.pieces
                .push((self.range(expr), Piece::Unary { op, right, choices }));
        }
        visit::visit_expr_unary(self, expr);
    }

    fn visit_arm(&mut self, arm: &'a syn::Arm) {
        let delete = self
            .choices("MatchArm", arm)
            .first()
            .map(|(number, _)| *number);
        let guard = arm
            .guard
            .as_ref()
            .map(|(_, guard)| (self.range(&**guard), has_let(guard)));
        let guards = match &arm.guard {
            Some((_, guard)) if !has_let(guard) => self.choices("MatchArmGuard", &**guard),
            _ => Vec::new(),
        };
        if delete.is_some() || !guards.is_empty() {
            let start = self.range(arm).start;
            let rest = self.range(&arm.fat_arrow_token).start..self.range(&*arm.body).end;
            let pattern = start..self.range(&arm.pat).end;
            self.pieces.push((
                start..rest.end,
                Piece::Arm {
                    pattern,
                    guard,
                    rest,
                    delete,
                    guards,
                },
            ));
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, expr: &'a syn::ExprStruct) {
        let fields: Vec<_> = expr
            .fields
            .iter()
            .map(|field| {
                let number = self
                    .choices("StructField", field)
                    .first()
                    .map(|(number, _)| *number);
                (self.range(field), number)
            })
            .collect();
        if let (Some((first, _)), Some(dots)) = (fields.first(), &expr.dot2_token)
            && fields.iter().any(|(_, number)| number.is_some())
        {
            let all = self.range(expr);
            let head = all.start..first.start;
            let rest = self.range(dots).start..all.end;
            self.pieces
                .push((all, Piece::Struct { head, fields, rest }));
        }
        visit::visit_expr_struct(self, expr);
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().expect("usage: plant LIST FROM TO [NUMBER...]");
    let (list, from, to) = (next(), next(), next());
    let left_out: BTreeSet<usize> = args
        .map(|number| number.parse().expect("a number"))
        .collect();
    let list = std::fs::read_to_string(list).expect("the list is readable");
    let list: Vec<Mutant> = serde_json::from_str(&list).expect("the list is from cargo-mutants");
    let files: BTreeSet<&str> = list.iter().map(|mutant| mutant.file.as_str()).collect();
    for file in files {
        let source =
            std::fs::read_to_string(Path::new(&from).join(file)).expect("the file is readable");
        let mut mutants: BTreeMap<(&str, Position), Choices> = BTreeMap::new();
        for (number, mutant) in list
            .iter()
            .enumerate()
            .filter(|(_, mutant)| mutant.file == file)
        {
            if !left_out.contains(&number) {
                let key = (mutant.genre.as_str(), mutant.span.start);
                mutants
                    .entry(key)
                    .or_default()
                    .push((number, mutant.replacement.clone()));
            }
        }
        let lines = std::iter::once(0)
            .chain(source.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let crate_path = if file.starts_with("yaml/") {
            "crate"
        } else {
            "lossless_yaml"
        };
        let mut planter = Planter {
            source: &source,
            lines,
            mutants,
            pieces: Vec::new(),
            crate_path,
        };
        planter.visit_file(&syn::parse_file(&source).expect("the file is Rust"));
        planter
            .pieces
            .sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let planted = planter.render(0..source.len());
        let path = Path::new(&to).join(file);
        // A file that stays as it is need not be compiled again.
        if std::fs::read_to_string(&path).ok().as_ref() != Some(&planted) {
            std::fs::write(path, planted).expect("the copy is writable");
        }
    }
}
