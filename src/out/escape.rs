//! Escapes text of an input before it is shown, so that nothing in it moves a cursor, is invisible, changes direction, begins a line or commands a CI runner.
//!
//! Names, values and file names may be hostile. Show them only through [`Escaping`] or [`escaped`].

use std::borrow::Cow;
use std::fmt::{self, Write};

/// What is escaped: control characters (Unicode's Cc), line and paragraph separators, characters that change the direction of text,
/// and invisible ones (Unicode's `Default_Ignorable_Code_Point`).
pub(super) fn is_unfit(c: char) -> bool {
    if c < '\u{7f}' {
        return c < ' ';
    }
    matches!(c,
        '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Writes an unsafe character as YAML and most languages do: `\n`, `\x1b`, `\u202e`.
fn write_escape(out: &mut impl Write, c: char) -> fmt::Result {
    match (c, u32::from(c)) {
        ('\n', _) => out.write_str("\\n"),
        ('\r', _) => out.write_str("\\r"),
        ('\t', _) => out.write_str("\\t"),
        (_, code @ ..0x100) => write!(out, "\\x{code:02x}"),
        (_, code @ ..0x10000) => write!(out, "\\u{code:04x}"),
        (_, code) => write!(out, "\\U{code:08x}"),
    }
}

/// A writer whose text stays on one line, whatever is written.
#[derive(Debug)]
pub struct Escaping<'w, W> {
    out: &'w mut W,
    /// How many `#` were written last: a runner of GitHub takes `##[` anywhere in a line for a command.
    hashes: usize,
}

impl<'w, W: Write> Escaping<'w, W> {
    /// A writer into `out`.
    pub fn new(out: &'w mut W) -> Self {
        Escaping { out, hashes: 0 }
    }
}

impl<W: Write> Write for Escaping<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Nearly everything is plain.
        if self.hashes == 0 && text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'#') {
            return self.out.write_str(text);
        }
        let mut plain = 0;
        for (at, c) in text.char_indices() {
            let command = c == '[' && self.hashes >= 2;
            self.hashes = if c == '#' { self.hashes + 1 } else { 0 };
            if command || is_unfit(c) {
                self.out
                    .write_str(text.get(plain..at).unwrap_or_default())?;
                write_escape(self.out, c)?;
                plain = at + c.len_utf8();
            }
        }
        self.out.write_str(text.get(plain..).unwrap_or_default())
    }
}

/// The text on one line, with escapes such as `\x1b` for unsafe characters.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unfit) && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    // Writing to a `String` does not fail.
    let _ = Escaping::new(&mut out).write_str(text);
    Cow::Owned(out)
}

/// Parts of a line, each behind the other and made fit to be shown as one text, and where each of them ends.
#[cfg(any(feature = "cli", test))]
pub(super) fn escaped_parts<const N: usize>(parts: [&str; N]) -> (String, [usize; N]) {
    let mut out = String::new();
    let mut writer = Escaping::new(&mut out);
    let ends = parts.map(|part| {
        // Writing to a `String` does not fail.
        let _ = writer.write_str(part);
        writer.out.len()
    });
    (out, ends)
}

/// The name of a file as a line may begin with it: `::` there is a command to GitHub's runner, also if the second colon is that before
/// a line number. `./` leads to the same file.
#[must_use]
pub fn file_name(name: &str) -> Cow<'_, str> {
    if name.trim_start().starts_with(':') {
        return Cow::Owned(format!("./{}", escaped(name)));
    }
    escaped(name)
}

/// A file name as the header of a diff has it: git and patch read what C reads between quotes, so that it still names the file.
pub(crate) fn diff_name(name: &str) -> Cow<'_, str> {
    if !name.contains(is_unfit) && !name.contains("##[") {
        return Cow::Borrowed(name);
    }
    let mut out = String::from("\"");
    let mut hashes = 0;
    for c in name.chars() {
        let command = c == '[' && hashes >= 2;
        hashes = if c == '#' { hashes + 1 } else { 0 };
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if command || is_unfit(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:03o}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{diff_name, escaped, escaped_parts, file_name};

    #[test]
    fn what_is_not_fit_is_written_out() {
        for (text, shown) in [
            ("tea", "tea"),
            ("Größe 茶 ✓", "Größe 茶 ✓"),
            ("a\x1b[31mb", "a\\x1b[31mb"),
            ("a\n::error::b\r", "a\\n::error::b\\r"),
            (
                "\u{202e}\u{9b}\u{feff}\u{200b}",
                "\\u202e\\x9b\\ufeff\\u200b",
            ),
            ("\u{e0041}", "\\U000e0041"),
            ("##[error]x ###[x #[x", "##\\x5berror]x ###\\x5bx #[x"),
        ] {
            assert_eq!(escaped(text), shown);
        }
    }

    #[test]
    fn a_command_over_two_parts_is_written_out() {
        let shown = ("a##\\x5bb\\x1b]".to_owned(), [3, 8, 13]);
        assert_eq!(escaped_parts(["a##", "[b", "\x1b]"]), shown);
    }

    #[test]
    fn names_of_files_still_name_them() {
        for name in ["::error::.yaml", ":", " :"] {
            assert_eq!(file_name(name), format!("./{name}"));
        }
        assert_eq!(file_name("a::b"), "a::b");
        assert_eq!(diff_name("a \"b\".yaml"), "a \"b\".yaml");
        assert_eq!(
            diff_name("a\n\"\u{202e}.yaml"),
            "\"a\\012\\\"\\342\\200\\256.yaml\""
        );
    }
}
