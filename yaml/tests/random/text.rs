//! Writes random YAML: a stream of random numbers decides what comes next, so that shrinking the numbers
//! shrinks the text.

use std::fmt::Write as _;

/// Random numbers, used up one after the other; zeros follow.
pub(crate) struct Dice {
    numbers: std::vec::IntoIter<u32>,
}

impl Dice {
    pub(crate) fn new(numbers: Vec<u32>) -> Self {
        Self {
            numbers: numbers.into_iter(),
        }
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.numbers.next().unwrap_or(0) as usize % sides
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// A document in the making.
pub(crate) struct Text<'d> {
    pub(crate) dice: &'d mut Dice,
    pub(crate) out: String,
    keys: usize,
    /// Names of anchors on finished nodes, and whether they are mappings.
    anchors: Vec<(String, bool)>,
    named: usize,
}

const WORDS: &[&str] = &[
    "x",
    "two words",
    "/bin/sh",
    "a-b",
    "10",
    "007x",
    "true",
    "-5",
    "z#z",
    "it's",
];
const QUOTED: &[&str] = &[
    "'q'",
    "\"d\"",
    "'it''s'",
    "\"a\\tb \\u00e9\"",
    "\"\"",
    "'# no'",
    "\"a: b\"",
    "'10'",
];
const COMMENTS: &[&str] = &["# c", "#", "# - a: b", "# {", "# 'x"];

impl<'d> Text<'d> {
    pub(crate) fn new(dice: &'d mut Dice) -> Self {
        Self {
            dice,
            out: String::new(),
            keys: 0,
            anchors: Vec::new(),
            named: 0,
        }
    }

    /// A mapping or a list at column 0.
    pub(crate) fn document(&mut self) {
        if self.dice.roll(4) == 0 {
            self.sequence(0, 0);
        } else {
            self.mapping(0, 0);
        }
    }

    fn spaces(&mut self, column: usize) {
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    fn between(&mut self, column: usize) {
        match self.dice.roll(12) {
            0 => self.out.push('\n'),
            1 => {
                let column = self.dice.roll(column + 3);
                self.spaces(column);
                let comment = self.dice.pick(COMMENTS);
                writeln!(self.out, "{comment}").unwrap();
            }
            _ => {}
        }
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        let number = self.keys;
        match self.dice.roll(8) {
            0 => format!("\"k{number}\""),
            1 => format!("'k{number}'"),
            2 => format!("k {number}"),
            _ => format!("k{number}"),
        }
    }

    /// An anchor, sometimes; its name has to be handed to `anchored` when the node is finished.
    fn anchor(&mut self) -> Option<String> {
        if self.dice.roll(6) > 0 {
            return None;
        }
        self.named += 1;
        Some(format!("a{}", self.named))
    }

    fn anchored(&mut self, anchor: Option<String>, mapping: bool) {
        if let Some(name) = anchor {
            self.anchors.push((name, mapping));
        }
    }

    fn line_end(&mut self) {
        match self.dice.roll(8) {
            0 => {
                let comment = self.dice.pick(COMMENTS);
                write!(self.out, " {comment}").unwrap();
            }
            1 => self.out.push_str("  "),
            _ => {}
        }
        self.out.push('\n');
    }

    /// Entries of a mapping, the first of which begins where the text ends if `inline` says so.
    pub(crate) fn mapping(&mut self, column: usize, depth: usize) {
        self.spaces(column);
        self.entries(column, depth);
    }

    fn entries(&mut self, column: usize, depth: usize) {
        let count = 1 + self.dice.roll(4);
        let mut merged = false;
        for number in 0..count {
            if number > 0 {
                self.between(column);
                self.spaces(column);
            }
            let bases: Vec<String> = self
                .anchors
                .iter()
                .filter(|(_, mapping)| *mapping)
                .map(|(name, _)| name.clone())
                .collect();
            if !merged && !bases.is_empty() && self.dice.roll(5) == 0 {
                merged = true;
                let base = &bases[self.dice.roll(bases.len())];
                let other = &bases[self.dice.roll(bases.len())];
                if self.dice.roll(3) == 0 {
                    write!(self.out, "<<: [*{base}, *{other}]").unwrap();
                } else {
                    write!(self.out, "<<: *{base}").unwrap();
                }
                self.line_end();
                continue;
            }
            let key = self.key();
            if self.dice.roll(14) == 0 {
                write!(self.out, "? {key}").unwrap();
                self.line_end();
                self.spaces(column);
                self.out.push(':');
            } else {
                write!(self.out, "{key}:").unwrap();
            }
            self.value(column, depth, true);
        }
    }

    fn sequence(&mut self, column: usize, depth: usize) {
        self.spaces(column);
        self.dashes(column, depth);
    }

    fn dashes(&mut self, column: usize, depth: usize) {
        let count = 1 + self.dice.roll(3);
        for number in 0..count {
            if number > 0 {
                self.between(column);
                self.spaces(column);
            }
            self.out.push('-');
            if depth < 4 && self.dice.roll(2) == 0 {
                let gap = 1 + self.dice.roll(8) / 6;
                self.spaces(gap);
                if self.dice.roll(5) == 0 {
                    self.dashes(column + 1 + gap, depth + 1);
                } else {
                    self.entries(column + 1 + gap, depth + 1);
                }
            } else {
                self.value(column, depth, false);
            }
        }
    }

    /// A value after a colon or a dash, up to its line's end.
    fn value(&mut self, column: usize, depth: usize, after_key: bool) {
        if !self.anchors.is_empty() && self.dice.roll(8) == 0 {
            let at = self.dice.roll(self.anchors.len());
            let name = &self.anchors[at].0;
            write!(self.out, " *{name}").unwrap();
            self.line_end();
            return;
        }
        let anchor = self.anchor();
        if let Some(name) = &anchor {
            write!(self.out, " &{name}").unwrap();
        }
        let kinds = if depth < 4 { 16 } else { 11 };
        let mut mapping = false;
        match self.dice.roll(kinds) {
            0..=2 => {
                let word = self.dice.pick(WORDS);
                write!(self.out, " {word}").unwrap();
                self.line_end();
            }
            3 => {
                let word = self.dice.pick(QUOTED);
                write!(self.out, " {word}").unwrap();
                self.line_end();
            }
            4 => {
                let nothing = self.dice.pick(&["", " ~", " null", " {}", " []", "", " "]);
                self.out.push_str(nothing);
                mapping = nothing == " {}";
                self.line_end();
            }
            5 => {
                let (open, close) = [("", ""), ("'", "'"), ("\"", "\"")][self.dice.roll(3)];
                writeln!(self.out, " {open}one").unwrap();
                self.spaces(column + 1);
                if self.dice.roll(3) == 0 {
                    self.out.push('\n');
                    self.spaces(column + 1);
                }
                write!(self.out, "two{close}").unwrap();
                self.line_end();
            }
            6..=8 => {
                let header = self.dice.pick(&["|", "|-", "|+", ">", ">-", ">+"]);
                write!(self.out, " {header}").unwrap();
                self.line_end();
                let column = column + 1 + self.dice.roll(3);
                self.spaces(column);
                self.out.push_str("sleep 5; exec x\n");
                if self.dice.roll(3) == 0 {
                    self.out.push('\n');
                }
                if self.dice.roll(2) == 0 {
                    self.spaces(column);
                    self.out.push_str(
                        ["# text\n", "  more\n", "--- text\n", "a: b\n"][self.dice.roll(4)],
                    );
                }
                if self.dice.roll(4) == 0 {
                    self.out.push('\n');
                }
            }
            9 | 10 => {
                self.out.push(' ');
                mapping = self.flow(column + 1, 0);
                self.line_end();
            }
            11..=13 => {
                self.line_end();
                let step = if after_key {
                    1 + self.dice.roll(4)
                } else {
                    2 + self.dice.roll(2)
                };
                self.between(column + step);
                self.mapping(column + step, depth + 1);
                mapping = true;
            }
            _ => {
                self.line_end();
                let step = if after_key {
                    self.dice.roll(3)
                } else {
                    1 + self.dice.roll(2)
                };
                // A comment between an anchor and a list that is not indented ends the value for some readers.
                self.sequence(column + step, depth + 1);
            }
        }
        self.anchored(anchor, mapping);
    }

    /// A flow collection, its lines indented by `column`; true for a mapping.
    fn flow(&mut self, column: usize, depth: usize) -> bool {
        let mapping = self.dice.roll(2) == 0;
        let lines = self.dice.roll(3) == 0;
        let json = self.dice.roll(2) == 0;
        self.out.push(if mapping { '{' } else { '[' });
        let count = 1 + self.dice.roll(3);
        for number in 0..count {
            if lines {
                self.out.push('\n');
                self.spaces(column + 2);
            } else if number > 0 {
                self.out.push(' ');
            }
            if mapping {
                let key = self.key();
                if json {
                    write!(self.out, "\"{}\": ", key.trim_matches(['"', '\''])).unwrap();
                } else {
                    write!(self.out, "{key}: ").unwrap();
                }
            }
            match self.dice.roll(7) {
                0 if depth < 2 => {
                    self.flow(column + 2, depth + 1);
                }
                1 => {
                    let word = self.dice.pick(&["{}", "[]", "~", "5", "true"]);
                    self.out.push_str(word);
                }
                2 if !self.anchors.is_empty() => {
                    let at = self.dice.roll(self.anchors.len());
                    let name = &self.anchors[at].0;
                    // A space, because a comma may be part of an anchor's name for some readers.
                    write!(self.out, "*{name} ").unwrap();
                }
                3 if mapping => {}
                _ => {
                    let word = if json {
                        self.dice.pick(&["\"x\"", "\"y z\"", "1"])
                    } else {
                        self.dice.pick(&["x", "'y'", "1", "/bin/sh"])
                    };
                    self.out.push_str(word);
                }
            }
            if number + 1 < count || self.dice.roll(5) == 0 {
                self.out.push(',');
                if lines && self.dice.roll(5) == 0 {
                    let comment = self.dice.pick(COMMENTS);
                    write!(self.out, " {comment}").unwrap();
                }
            }
        }
        if lines {
            self.out.push('\n');
            self.spaces(column);
        }
        self.out.push(if mapping { '}' } else { ']' });
        mapping
    }
}
