//! Draws a run for people: each workload with the paths that lead to it, its hooks, and its time budget to scale.

use super::escape::{escaped, file_name};
use super::place::Positions;
use super::snippet::Look;
use super::wrap::{hanging, wrapped};
use crate::model::{Behind, Coverage, Covered, ObjectRef, Place, Plan, Way, changed};
use crate::say::explain::{self as say, Tense};
use crate::say::{Message, Reason, Severity, drain};
use std::fmt::Write as _;

/// Columns of the labels before the text.
const LABEL: usize = 11;
/// The longest line, however wide the terminal is; a line for a workload may be longer.
const WIDEST: usize = 110;
/// The least columns beside a name that are worth filling.
const BESIDE: usize = 36;
/// How many paths of a workload are shown.
const WAYS: usize = 5;
/// Columns of the names that others are aligned with.
const LONGEST: usize = 50;
/// How many unchanged workloads are named.
const NAMED: usize = 10;

/// How to draw.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// Colours and width.
    pub look: Look,
    /// Whether a workload gets a line instead of a picture.
    pub short: bool,
    /// Whether the run makes the changes.
    pub tense: Tense,
    /// The command that makes them, if there is one.
    pub next: Option<String>,
}

/// Whether the drawing shows the content of a message, so the message is left out.
#[must_use]
pub fn draws(message: &Message, plans: &[Plan]) -> bool {
    let about = |plan: &Plan| Some(&plan.workload) == message.object.as_ref();
    match message.reason {
        Reason::Unreached | Reason::LeftAlone | Reason::SleepFromController => {
            message.severity < Severity::Warning
        }
        _ => message.severity < Severity::Error && plans.iter().any(about),
    }
}

/// The whole run as text.
pub(crate) fn explain(
    plans: &[Plan],
    coverage: &Coverage,
    messages: &[Message],
    positions: &Positions<'_>,
    drawing: &Drawing,
) -> String {
    let changed = changed(plans);
    let mut look = drawing.look;
    // In a file a workload has one line, which other programs can read.
    look.width = match (drawing.short, look.wraps) {
        (true, true) => look.width,
        (true, false) => usize::MAX,
        (false, _) => look.width.min(WIDEST),
    };
    let mut page = Page::new(look);
    page.body("", &say::summary(coverage, changed, drawing.tense, ""));
    let columns = columns(plans, positions, page.width);
    let mut source = None;
    for (index, plan) in plans.iter().enumerate() {
        if source != Some(plan.place.source) || (!drawing.short && index == 0) {
            page.blank();
            if let Some((of, _)) = positions.of(&plan.place) {
                page.line(&page.paint(BOLD, &file_name(of.name)));
            }
            source = Some(plan.place.source);
        }
        if drawing.short {
            short(&mut page, plan, drawing.tense, positions, columns);
        } else {
            // Two templates of one object have the same messages, so only the first shows them.
            let first = plans.iter().position(|each| each.place == plan.place);
            let about = |message: &&Message| {
                let place = message.place.as_ref();
                let here = |at: &Place| {
                    (at.source, at.document) == (plan.place.source, plan.place.document)
                };
                message.object.as_ref() == Some(&plan.workload) && place.is_none_or(here)
            };
            let told = messages.iter().filter(|m| first == Some(index) && about(m));
            whole(
                &mut page,
                plan,
                &told.collect::<Vec<_>>(),
                drawing.tense,
                positions,
            );
        }
    }
    untouched(&mut page, coverage, messages, drawing.short);
    if let Some(next) = drawing.next.as_ref().filter(|_| changed > 0) {
        page.blank();
        page.line(say::NEXT);
        page.line(&format!("  {}", page.paint(BOLD, next)));
    }
    page.text
}

/// How wide names and lines are where each workload has a line. Names that are too long for the terminal stick out.
fn columns(plans: &[Plan], positions: &Positions<'_>, width: usize) -> (usize, usize) {
    let names = plans
        .iter()
        .map(|plan| escaped(&plan.workload.to_string()).chars().count());
    let lines = plans.iter().map(|plan| at_line(plan, positions).len());
    let names = names
        .filter(|length| *length <= LONGEST.min(width / 2))
        .max();
    (names.unwrap_or_default(), lines.max().unwrap_or_default())
}

fn at_line(plan: &Plan, positions: &Positions<'_>) -> String {
    let line = positions.of(&plan.place).map_or(0, |(_, at)| at.line);
    format!("line {line}")
}

/// A workload on one line, if the terminal is wide enough.
fn short(
    page: &mut Page,
    plan: &Plan,
    tense: Tense,
    positions: &Positions<'_>,
    (name, line): (usize, usize),
) {
    let sleeps = |c: &crate::model::Container| c.hook.after() >= Some(plan.sleep.seconds);
    let (mark, colour) = match (plan.changes(), plan.containers.iter().all(sleeps)) {
        (0, true) => ("✓", GREEN),
        (0, false) => ("!", YELLOW),
        _ if tense == Tense::Done => ("✓", GREEN),
        _ => ("✗", RED),
    };
    let workload = format!("{:<name$}", plan.workload.to_string());
    let line = format!("{:<line$}", at_line(plan, positions));
    let columns = format!("{mark} {}  {line}  ", escaped(&workload))
        .chars()
        .count();
    let head = format!(
        "{} {}  {}",
        page.paint(colour, mark),
        page.paint(BOLD, &workload),
        page.paint(DIM, &line)
    );
    let mut text = say::brief(plan, tense);
    let from = plan.ways.iter().flat_map(|way| &way.addresses).cloned();
    if let Some(from) = say::addresses(&from.collect::<Vec<_>>()) {
        let _ = write!(text, ": {from}");
    }
    page.beside(&head, columns, &text);
}

/// A workload with all details.
fn whole(page: &mut Page, plan: &Plan, told: &[&Message], tense: Tense, positions: &Positions<'_>) {
    page.blank();
    let line = page.paint(DIM, &at_line(plan, positions));
    page.line(&format!(
        "{}  {line}",
        page.paint(BOLD, &plan.workload.to_string())
    ));
    let mut label = "from";
    for text in ways(plan, positions) {
        page.labelled(label, &text);
        label = "";
    }
    let deciding = plan.ways.iter().find(|way| way.sleep == plan.sleep);
    let class = deciding.and_then(|way| way.class.as_deref());
    page.labelled("needs", &say::sleep(&plan.sleep, class));
    if let crate::model::Origin::Controller { source, .. } = &plan.sleep.origin {
        let first = source.split("; ").next().unwrap_or(source);
        if !page.sources.contains(&first) {
            page.labelled("", &format!("source: {first}"));
            page.sources.push(first);
        }
    }
    label = "now";
    for (names, text) in grouped(plan, |container| Some(say::now(&container.hook))) {
        page.labelled(label, &format!("{names}: {text}"));
        label = "";
    }
    page.labelled(label, &say::grace_now(&plan.grace));
    label = "change";
    if plan.changes() == 0 {
        page.labelled(label, say::stays(plan));
    }
    for text in changes(plan, tense) {
        page.labelled(label, &text);
        label = "";
    }
    picture(page, plan);
    label = "cost";
    for text in say::costs(plan) {
        page.labelled(label, &text);
        label = "";
    }
    if let Some(text) = say::loses(plan) {
        page.labelled("gain", &text);
    }
    label = "note";
    for message in told.iter().filter(|message| is_open(message)) {
        page.labelled(label, &message.text);
        if let Some(help) = &message.help {
            page.labelled("", &format!("→ {help}"));
        }
        label = "";
    }
}

/// Whether a message says more than the rest of the drawing.
fn is_open(message: &Message) -> bool {
    message.severity < Severity::Error
        && !matches!(
            message.reason,
            Reason::HookAdded
                | Reason::HookRaised
                | Reason::HookLowered
                | Reason::HookPrepended
                | Reason::HookReplaced
                | Reason::GraceWritten
                | Reason::SleepFromController
                | Reason::RolloutLonger
                | Reason::RolloutSlow
        )
}

/// The paths, each once: where requests come from, and what they go through.
fn ways(plan: &Plan, positions: &Positions<'_>) -> Vec<String> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut sleeps = plan.ways.iter().map(|way| way.sleep.seconds);
    let differ = sleeps.any(|seconds| seconds != plan.sleep.seconds);
    for way in plan.ways.iter() {
        let text = drain::way(way);
        let (head, to) = text.split_once(" → ").unwrap_or((&text, ""));
        let mut head = head.to_owned();
        if let Some(line) = line_of_namesake(plan, way, positions) {
            let _ = write!(head, " at line {line}");
        }
        if let Some(from) = say::addresses(&way.addresses) {
            head = format!("{from}, {head}");
        }
        if differ {
            let _ = write!(head, " ({} s)", way.sleep.seconds);
        }
        // Of one route to several Services, as of a canary, there is one line.
        match found.iter_mut().find(|(known, _)| *known == head) {
            Some((_, all)) if all.iter().any(|known| known == to) => {}
            Some((_, all)) => all.push(to.to_owned()),
            None => found.push((head, vec![to.to_owned()])),
        }
    }
    let more = found.len().saturating_sub(WAYS);
    let found = found.into_iter().take(WAYS);
    let mut shown: Vec<String> = found
        .map(|(head, to)| match to.join(", ") {
            to if to.is_empty() => head,
            to => format!("{head} → {to}"),
        })
        .collect();
    if more > 0 {
        shown.push(drain::more_ways(more));
    }
    shown
}

/// Where the route of a path is, if a second route of the workload has the same name.
fn line_of_namesake(plan: &Plan, way: &Way, positions: &Positions<'_>) -> Option<usize> {
    let route = way.route.as_ref()?;
    let mut routes = plan.ways.iter().filter_map(|way| way.route.as_ref());
    let namesake = routes.any(|other| other.object == route.object && other.place != route.place);
    let (_, at) = positions.of(&route.place).filter(|_| namesake)?;
    Some(at.line)
}

/// The changes, each once with its containers.
fn changes(plan: &Plan, tense: Tense) -> Vec<String> {
    let several = plan.containers.len() > 1;
    let hooks = grouped(plan, |container| {
        say::change(&container.hook, plan.sleep.seconds, tense)
    });
    let hooks = hooks.into_iter().map(|(names, text)| {
        if several {
            format!("{names}: {text}")
        } else {
            text
        }
    });
    hooks.chain(say::grace_change(&plan.grace, tense)).collect()
}

/// The names of the containers with the same change.
fn grouped(
    plan: &Plan,
    text: impl Fn(&crate::model::Container) -> Option<String>,
) -> Vec<(String, String)> {
    let mut groups: Vec<(String, String)> = Vec::new();
    for container in &plan.containers {
        let Some(text) = text(container) else {
            continue;
        };
        match groups.iter_mut().find(|(_, known)| *known == text) {
            Some((names, _)) => {
                let _ = write!(names, ", {}", container.name);
            }
            None => groups.push((container.name.clone(), text)),
        }
    }
    groups
}

/// The time budget to scale, with its moments:
///
/// ```text
/// 0 s                     10 s                                                     40 s     45 s
/// ├━━━━━━━━━━━━━━━━━━━━━━━┼────────────────────────────────────────────────────────┼╌╌╌╌╌╌╌╌┤
/// deleted                 SIGTERM                                                       SIGKILL
/// ```
fn picture(page: &mut Page, plan: &Plan) {
    let (sleep, grace) = (plan.grace.sleep, plan.grace.after());
    if sleep == 0 || sleep >= grace {
        return;
    }
    let width = page.width.saturating_sub(LABEL + 1).clamp(24, 90);
    let column = |seconds: u64| {
        let scaled = u128::from(seconds) * (width as u128 - 1) / u128::from(grace.max(1));
        usize::try_from(scaled).unwrap_or(0).min(width - 1)
    };
    let ends = sleep.saturating_add(plan.grace.shutdown).min(grace);
    let (term, end) = (column(sleep), column(ends));
    let bar: String = (0..width)
        .map(|at| match at {
            0 => '├',
            _ if at == width - 1 => '┤',
            _ if at == term || at == end => '┼',
            _ if at < term => '━',
            _ if at < end => '─',
            _ => '╌',
        })
        .collect();
    let seconds = |seconds: u64| format!("{seconds} s");
    let times = [
        (width - 1, seconds(grace)),
        (term, seconds(sleep)),
        (0, seconds(0)),
        (end, seconds(ends)),
        (column(plan.sleep.seconds), seconds(plan.sleep.seconds)),
    ];
    let needed = plan.sleep.seconds.min(sleep);
    let mut moments = vec![
        (width - 1, say::SIGKILL.to_owned()),
        (term, say::SIGTERM.to_owned()),
    ];
    if needed == sleep {
        moments.insert(1, (term, format!("{}, {}", say::LETS_GO, say::SIGTERM)));
    } else {
        moments.push((column(needed), say::LETS_GO.to_owned()));
        moments.push((column(needed), say::LETS_GO_SHORT.to_owned()));
    }
    moments.push((0, say::DELETED.to_owned()));
    page.labelled("time", &placed(&times, width));
    page.raw("", &page.paint(CYAN, &bar));
    page.raw("", &placed(&moments, width));
}

/// Labels at their columns; earlier ones have precedence, and those that do not fit are left out.
fn placed(labels: &[(usize, String)], width: usize) -> String {
    let mut line: Vec<char> = vec![' '; width];
    for (at, label) in labels {
        let length = label.chars().count();
        let starts = [Some(*at), (*at + 1).checked_sub(length)];
        let free = |start: &usize| {
            let around = start.saturating_sub(1)..(start + length + 1).min(width);
            let fits = start + length <= width;
            let mut cells = line.get(around).filter(|_| fits).into_iter().flatten();
            fits && cells.all(|c| *c == ' ')
        };
        // A label that is already at this column is another name of the same moment.
        let taken = line.get(*at).is_some_and(|c| *c != ' ');
        let start = starts.into_iter().flatten().find(free).filter(|_| !taken);
        let start = start.unwrap_or(width);
        if let Some(cells) = line.get_mut(start..start + length) {
            for (cell, c) in cells.iter_mut().zip(label.chars()) {
                *cell = c;
            }
        }
    }
    line.iter().collect::<String>().trim_end().to_owned()
}

/// A summary of what does not change.
fn untouched(page: &mut Page, coverage: &Coverage, messages: &[Message], short: bool) {
    let behind = |behind| {
        let all = coverage.workloads.iter();
        let all = all.filter(move |covered| covered.behind == behind);
        all.collect::<Vec<&Covered>>()
    };
    let most = if short { usize::MAX } else { NAMED };
    let services = behind(Behind::Service);
    if !services.is_empty() {
        page.blank();
        page.line(say::NOT_REACHED);
        for covered in services.iter().take(most) {
            page.body("  ", &format!("– {}", say::unreached(covered)));
        }
        page.more(services.len(), most);
        if !short {
            page.body("    ", &format!("→ {}", say::REACH));
        }
    }
    let nothing = behind(Behind::Nothing);
    if !nothing.is_empty() {
        page.blank();
        let names: Vec<String> = nothing
            .iter()
            .take(most)
            .map(|covered| covered.workload.object.to_string())
            .collect();
        page.line(say::NOTHING);
        page.body("  ", &names.join(", "));
        page.more(nothing.len(), most);
    }
    let alone = messages.iter().filter(|m| m.reason == Reason::LeftAlone);
    let alone: Vec<String> = alone
        .map(|message| {
            let object: Option<&ObjectRef> = message.object.as_ref();
            let object = object
                .map(|object| format!("{object}: "))
                .unwrap_or_default();
            format!(
                "{object}{}",
                message.text.trim_start_matches("left alone: ")
            )
        })
        .collect();
    if !alone.is_empty() {
        page.blank();
        page.line(say::LEFT_ALONE);
        for text in alone.iter().take(most) {
            page.body("  ", &format!("– {text}"));
        }
        page.more(alone.len(), most);
    }
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";

/// Lines for a reader. Every text is escaped once when it is added.
struct Page {
    text: String,
    width: usize,
    colour: bool,
    /// What was named as the source of a number: each is told once.
    sources: Vec<&'static str>,
}

impl Page {
    fn new(look: Look) -> Page {
        Page {
            text: String::new(),
            width: look.width.max(40),
            colour: look.colour,
            sources: Vec::new(),
        }
    }

    /// An escaped text, in a colour.
    fn paint(&self, colour: &str, text: &str) -> String {
        let text = escaped(text);
        if self.colour {
            format!("\x1b[{colour}m{text}\x1b[0m")
        } else {
            text.into_owned()
        }
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line of escaped text.
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A label, followed by an escaped text.
    fn raw(&mut self, label: &str, text: &str) {
        let label = format!("{label:<width$}", width = LABEL - 2);
        let line = format!("  {}{text}", self.paint(DIM, &label));
        self.line(line.trim_end());
    }

    /// A label, followed by a text as wide as the page.
    fn labelled(&mut self, label: &str, text: &str) {
        let mut label = label;
        for line in hung(&escaped(text), self.width.saturating_sub(LABEL)) {
            self.raw(label, &line);
            label = "";
        }
    }

    /// An indented text as wide as the page.
    fn body(&mut self, indent: &str, text: &str) {
        for line in hung(&escaped(text), self.width.saturating_sub(indent.len())) {
            self.line(&format!("{indent}{line}"));
        }
    }

    /// A text beside a head of so many columns, or below it if there is no room.
    fn beside(&mut self, head: &str, columns: usize, text: &str) {
        let shown = escaped(text);
        let room = self.width.saturating_sub(columns);
        if shown.chars().count() > room && room < BESIDE {
            self.line(head.trim_end());
            self.body("    ", text);
            return;
        }
        let indent = " ".repeat(columns);
        let mut before = format!("{head}  ");
        for line in wrapped(&shown, room, room) {
            self.line(&format!("{before}{line}"));
            before.clone_from(&indent);
        }
    }

    /// How many more there are.
    fn more(&mut self, of: usize, named: usize) {
        if let Some(more) = of.checked_sub(named).filter(|more| *more > 0) {
            self.line(&format!("  … {more} more"));
        }
    }
}

/// Lines of a width; those after the first are indented, so that the next item of a list is seen as one.
fn hung(text: &str, width: usize) -> Vec<String> {
    let lines = hanging(text, width, 2);
    lines.split('\n').map(str::to_owned).collect()
}
