//! Text on lines as wide as a terminal.

/// Lines of a width, cut at blanks; those after the first may have another width. A word that is longer gets a separate line.
/// Blanks that stand first are kept, a number stays with its unit, and no line begins with `::`, which is a command to GitHub's
/// runner.
pub(super) fn wrapped(text: &str, first: usize, others: usize) -> Vec<String> {
    if columns(text) <= first {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    let blanks = text.len() - text.trim_start_matches(' ').len();
    let (blanks, text) = text.split_at(blanks);
    let (mut line, mut length) = (blanks.to_owned(), blanks.len());
    for (index, word) in words(text).enumerate() {
        let width = if lines.is_empty() { first } else { others };
        let more = columns(word);
        if index > 0 && length + 1 + more > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        } else if index > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += more;
    }
    lines.push(line);
    lines
}

/// A text as lines of a width, those after the first indented.
pub(super) fn hanging(text: &str, width: usize, indent: usize) -> String {
    let blanks = " ".repeat(indent);
    wrapped(text, width, width.saturating_sub(indent)).join(&format!("\n{blanks}"))
}

/// The parts of a text that stay on one line.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest?;
        let mut from = 0;
        loop {
            let Some(blank) = all.get(from..)?.find(' ') else {
                rest = None;
                return Some(all);
            };
            let (word, behind) = (all.get(..from + blank)?, all.get(from + blank + 1..)?);
            let next = behind.split(' ').next().unwrap_or_default();
            let unit = next.trim_end_matches([',', '.', ':', ';', ')']) == "s"
                && word.ends_with(|c: char| c.is_ascii_digit());
            if !unit && !next.starts_with("::") {
                rest = Some(behind);
                return Some(word);
            }
            from += blank + 1;
        }
    })
}

/// The columns that a text takes: all characters but the sequences that colour it.
pub(super) fn columns(text: &str) -> usize {
    plain(text).count()
}

/// The characters of a text without the sequences that colour it.
pub(super) fn plain(text: &str) -> impl Iterator<Item = char> {
    let mut chars = text.chars();
    std::iter::from_fn(move || {
        loop {
            match chars.next()? {
                '\x1b' => drop(chars.find(|c| *c == 'm')),
                c => return Some(c),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{hanging, wrapped};

    #[test]
    fn lines_are_cut_at_blanks() {
        for (text, want) in [
            ("a sleep of 10 s, or", "a sleep of\n10 s, or"),
            ("one two three", "one two\nthree"),
            ("longer-than-a-line b", "longer-than-a-line\nb"),
            ("names of ::error::", "names\nof ::error::"),
            ("  kept in front of", "  kept in\nfront of"),
            (
                "\x1b[1mone\x1b[0m two three",
                "\x1b[1mone\x1b[0m two\nthree",
            ),
        ] {
            assert_eq!(wrapped(text, 12, 12).join("\n"), want);
        }
        assert_eq!(
            hanging("one two three four", 9, 4),
            "one two\n    three\n    four"
        );
    }
}
