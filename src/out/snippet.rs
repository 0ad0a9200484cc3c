//! Messages for people: with the line that they are about, and the place underlined.
//!
//! The crate that draws reads its whole input each time, so it gets only the lines that are shown.

use super::escape::{escaped, escaped_parts, file_name};
use super::place::Positions;
use super::text::write_message;
use super::wrap::{hanging, plain};
use crate::model::Place;
use crate::say::{Message, Severity};
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use std::ops::Range;

/// How many bytes of a line are shown before and after a place: more than the width of a terminal, and far less than a file of one line.
const AROUND: usize = 400;

/// The most bytes of a place that are underlined.
const UNDERLINED: usize = 80;

/// How messages for people look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether it has colours.
    pub colour: bool,
    /// The width in columns.
    pub width: usize,
    /// Whether text is wrapped to the width, as a terminal wants it; a log wants whole lines.
    pub wraps: bool,
}

impl Look {
    /// A line as wide as the terminal.
    #[must_use]
    pub fn fitted(self, line: &str) -> String {
        if self.wraps {
            hanging(line, self.width, 2)
        } else {
            line.to_owned()
        }
    }
}

/// The most characters of a line that are looked at for its indentation.
const LINE: usize = 256;

/// Writes a message with a picture of its place, followed by an empty line. Infos, and messages without a place, are
/// a line of text.
///
/// With `help` off, what to do is left out.
pub fn write_picture(
    out: &mut String,
    message: &Message,
    positions: &Positions<'_>,
    look: Look,
    help: bool,
) {
    let places = message
        .place
        .as_ref()
        .filter(|_| message.severity >= Severity::Warning)
        .and_then(|place| Window::new(place, positions))
        // An empty line is nothing to show.
        .filter(|window| !window.text.is_empty());
    let Some(window) = places else {
        let start = out.len();
        // A `String` takes everything.
        let _ = write_message(out, message, positions, false);
        if look.colour || look.wraps {
            let mut line = out.split_off(start);
            if look.colour {
                line = coloured(&line, message);
            }
            write_wrapped(out, &line, look);
        }
        return;
    };
    let related = message
        .related
        .as_ref()
        .and_then(|label| Some((label.text.as_str(), Window::new(&label.place, positions)?)));
    let mut group = with_places(message, &window, related.as_ref(), look);
    let mut remedy = None;
    if let Some(help) = message.help.as_deref().filter(|_| help) {
        let help = escaped(help).into_owned();
        // A suggested line is never cut, so it is shown only if there is room for it.
        let shows = window.whole && window.is_within(look.width);
        if let Some(new) = message.replacement.as_ref().filter(|_| shows) {
            let new: Vec<_> = new.split('\n').map(escaped).collect();
            let patch = Patch::new(window.span.clone(), new.join("\n"));
            let title = Level::HELP.secondary_title(help);
            remedy = Some(title.element(window.snippet::<Patch<'_>>().patch(patch)));
        } else {
            group = group.element(Level::HELP.message(help));
        }
    }
    let groups: Vec<Group<'_>> = std::iter::once(group).chain(remedy).collect();
    let renderer = if look.colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = renderer.term_width(look.width).render(&groups);
    for window in std::iter::once(&window).chain(related.as_ref().map(|(_, window)| window)) {
        window.name_column(&mut text);
    }
    text.push_str("\n\n");
    write_wrapped(out, &text, look);
}

/// What a message is about: its title above the line of its place, and of a related one.
fn with_places<'w>(
    message: &Message,
    window: &'w Window,
    related: Option<&'w (&str, Window)>,
    look: Look,
) -> Group<'w> {
    let level = match message.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info | Severity::Advice | Severity::Ignore => Level::INFO,
    };
    let title = match &message.object {
        Some(object) => escaped(&format!("{object}: {}", message.text)).into_owned(),
        None => escaped(&message.text).into_owned(),
    };
    let field = message.field.as_deref();
    let field = field.map(|field| escaped(field).into_owned());
    let field = field.filter(|field| !look.wraps || window.has_room(field, look.width));
    let place = AnnotationKind::Primary.span(window.span.clone());
    let group = level
        .primary_title(title)
        .id(message.reason.name())
        .element(window.snippet().annotation(place.label(field)));
    let Some((label, window)) = related else {
        return group;
    };
    let place = AnnotationKind::Context.span(window.span.clone());
    let place = place.label(escaped(label).into_owned());
    group.element(window.snippet().annotation(place))
}

/// Writes a message as wide as the terminal. Lines of the input are cut already.
fn write_wrapped(out: &mut String, text: &str, look: Look) {
    if !look.wraps {
        out.push_str(text);
        return;
    }
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let (line, end) = line
            .strip_suffix('\n')
            .map_or((line, ""), |line| (line, "\n"));
        let shown: String = plain(line).take(LINE).collect();
        let indent = match shown.find("help: ") {
            Some(at)
                if shown
                    .get(..at)
                    .is_some_and(|b| b.trim_matches([' ', '=']).is_empty()) =>
            {
                Some(at + "help: ".len())
            }
            _ => (index == 0).then_some(4),
        };
        match indent {
            Some(indent) => out.push_str(&hanging(line, look.width, indent)),
            None => out.push_str(line),
        }
        out.push_str(end);
    }
}

/// A message on lines with its severity in the colour that a picture has.
fn coloured(line: &str, message: &Message) -> String {
    let colour = match message.severity {
        Severity::Error => "\x1b[1m\x1b[91m",
        Severity::Warning => "\x1b[1m\x1b[33m",
        Severity::Info | Severity::Advice | Severity::Ignore => "\x1b[1m\x1b[92m",
    };
    let tag = format!("{}[{}]", message.severity, message.reason.name());
    let line = line.replacen(&tag, &format!("{colour}{tag}\x1b[0m"), 1);
    line.replacen("\n  help:", "\n  \x1b[1m\x1b[96mhelp\x1b[0m:", 1)
}

/// The line of a place, escaped.
struct Window {
    name: String,
    line: usize,
    column: usize,
    text: String,
    /// What is underlined, in the text.
    span: Range<usize>,
    /// Whether that is the whole place.
    whole: bool,
}

impl Window {
    fn new(at: &Place, positions: &Positions<'_>) -> Option<Window> {
        let (source, position) = positions.of(at)?;
        let all = source.text;
        let range = underlined(all, &at.range)?;
        // Only what is shown is looked at: a text of one line may have a message for each of its words.
        let before = all.get(floor(all, range.start.saturating_sub(AROUND))..range.start)?;
        let before = before.rsplit('\n').next().unwrap_or_default();
        let behind = all.get(range.end..floor(all, range.end.saturating_add(AROUND)))?;
        let behind = behind.split('\n').next().unwrap_or_default();
        // A byte order mark is not part of the line.
        let behind = behind.strip_suffix('\r').unwrap_or(behind);
        let place = all.get(range.clone())?;
        let before = before.trim_start_matches('\u{feff}');
        let (text, [start, end, _]) = escaped_parts([before, place, behind]);
        Some(Window {
            name: file_name(source.name).into_owned(),
            line: position.line,
            column: position.column,
            text,
            span: start..end,
            whole: range == at.range,
        })
    }

    /// The columns in front of the text: the number of the line and a mark.
    fn gutter(&self) -> usize {
        self.line.to_string().len() + " | ".len()
    }

    /// Whether the text fits on a line of this width.
    fn is_within(&self, width: usize) -> bool {
        self.gutter() + self.text.chars().count() <= width
    }

    /// Whether a label fits behind the place on lines of this width.
    fn has_room(&self, label: &str, width: usize) -> bool {
        let underlined = self.text.get(self.span.clone()).unwrap_or_default();
        let columns = self.shown() + underlined.chars().count() + label.chars().count();
        self.gutter() + columns <= width
    }

    /// Corrects the column in a drawn picture: text that was cut or escaped before the place changes it.
    fn name_column(&self, picture: &mut String) {
        let shown = self.shown();
        if shown != self.column {
            let at = format!("{}:{}:", self.name, self.line);
            let (drawn, right) = (format!("{at}{shown}"), format!("{at}{}", self.column));
            *picture = picture.replacen(&drawn, &right, 1);
        }
    }

    /// The column that the place has in the text.
    fn shown(&self) -> usize {
        let before = self.text.get(..self.span.start);
        before.unwrap_or_default().chars().count() + 1
    }

    fn snippet<T: Clone>(&self) -> Snippet<'_, T> {
        Snippet::source(&*self.text)
            .line_start(self.line)
            .path(&*self.name)
    }
}

/// What is underlined on the first line of a place: the place, or the word that begins there if it has no end.
fn underlined(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let start = floor(text, range.start);
    let rest = text.get(start..)?;
    let near = rest.get(..floor(rest, LONGEST))?;
    let line = near.split(['\n', '\r']).next()?;
    let length = match range.len() {
        0 => word(line, line.len() < near.len() || near.len() == rest.len()),
        length => length,
    };
    let length = floor(line, length.min(UNDERLINED));
    Some(start..start + length)
}

/// How many bytes are looked at for the end of a word.
const LONGEST: usize = 4096;

/// Bytes of the word at the beginning: a key, a plain or quoted value, a mark. If the line is not whole, it goes on.
fn word(line: &str, whole: bool) -> usize {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        return line
            .get(1..)
            .and_then(|rest| rest.find(quote))
            .map_or(line.len(), |end| end + 2);
    }
    if line.starts_with(['{', '[']) {
        let mut open = 0_usize;
        let end = line.find(|c| {
            open = match c {
                '{' | '[' => open + 1,
                '}' | ']' => open.saturating_sub(1),
                _ => open,
            };
            open == 0
        });
        let unclosed = if whole { 1 } else { line.len() };
        return end.map_or(unclosed, |end| end + 1);
    }
    if line.starts_with("- ") {
        return 1;
    }
    let ends = |mark: &str| line.find(mark).unwrap_or(line.len());
    let end = [": ", ", ", " #", "}", "]"].into_iter().map(ends).min();
    let word = line.get(..end.unwrap_or(line.len())).unwrap_or(line);
    word.trim_end().trim_end_matches(':').len()
}

/// The greatest character boundary that is not after `offset`.
fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset)
}
