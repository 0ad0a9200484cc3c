//! What each object says by itself: read before anything is followed, by several threads.

use super::{VISITS_PER_BYTE, stray, tell};
use crate::config::Config;
use crate::config::annotations::{self, Annotations, Roles};
use crate::input::objects::{Object, Render, labels as labels_of, left_alone};
use crate::input::parallel::Team;
use crate::say::{Message, routes as say};
use crate::tables::path::{Steps, VisitBudget};
use crate::tables::references::{RefError, References, counts, references};
use crate::tables::{Route, Tables, selects};
use lossless_yaml::{Kind, Node};
use smallvec::SmallVec;

/// What an object says by itself.
pub(super) struct Reading<'t, 's> {
    pub(super) roles: Roles,
    /// Its annotations, if it has any of ours.
    pub(super) annotations: Option<Box<Annotations>>,
    /// Its pod templates.
    pub(super) templates: SmallVec<[(Steps, Node<'t, 's>); 1]>,
    /// The labels of each of them.
    pub(super) labels: SmallVec<[Vec<(&'t str, &'t str)>; 1]>,
    /// What it refers to, if it is a route and not local.
    pub(super) route: Option<Box<Referring<'t, 's>>>,
    /// The key of the annotation that excludes the objects of a Namespace.
    pub(super) excludes: Option<Node<'t, 's>>,
    pub(super) messages: Vec<Message>,
}

/// What a route refers to; `None` for a route that does not count.
pub(super) type Referring<'t, 's> = Result<Option<References<'t, 's>>, RefError>;

/// What every object of the render says, and the visits that are left for what follows.
pub(super) struct Readings<'t, 's> {
    pub(super) all: Vec<Reading<'t, 's>>,
    pub(super) visits: VisitBudget,
    /// The object that exceeded them.
    pub(super) too_large: Option<usize>,
}

impl<'t, 's> Readings<'t, 's> {
    /// Reads every object, by these threads.
    pub(super) fn new(
        render: &Render<'t, 's>,
        tables: &Tables,
        config: &Config,
        team: &Team,
    ) -> Self {
        let most = VISITS_PER_BYTE.saturating_mul(render.bytes());
        let most = most.saturating_add(100_000);
        let by = Reader { tables, config };
        let read = |team: &Team| {
            let own = || VisitBudget::new(most);
            team.one_each(render.objects.len(), own, |visits, number| {
                let before = visits.left();
                let object = render.get(number);
                let reading =
                    object.map_or_else(Reading::of_nothing, |object| by.read(object, visits));
                let spent = if visits.exhausted() {
                    most
                } else {
                    before - visits.left()
                };
                (reading, spent)
            })
        };
        let spent = |read: &[(Reading<'_, '_>, usize)]| {
            let spent = read.iter().map(|(_, spent)| *spent);
            spent.fold(0, usize::saturating_add)
        };
        let mut readings = read(team);
        if spent(&readings) >= most {
            // Each thread has a budget of its own; which objects exceed that of all does not depend on their number.
            readings = read(&Team::default());
        }
        Readings {
            visits: VisitBudget::new(most.saturating_sub(spent(&readings))),
            too_large: readings.iter().position(|(_, spent)| *spent >= most),
            all: readings.into_iter().map(|(reading, _)| reading).collect(),
        }
    }
}

/// What it takes to read an object.
#[derive(Clone, Copy)]
struct Reader<'a> {
    tables: &'a Tables,
    config: &'a Config,
}

impl Reader<'_> {
    fn read<'t, 's>(self, object: &Object<'t, 's>, visits: &mut VisitBudget) -> Reading<'t, 's> {
        let route = self.tables.route(object.group, object.kind);
        let workload = self.tables.workload(object.group, object.kind);
        let service = selects(object.group, object.kind);
        let roles = Roles {
            route: route.is_some(),
            service: service.is_some_and(|row| row.selector.is_some()),
            workload: workload.is_some(),
        };
        let mut reading = Reading::of(roles);
        if object.is_local() {
            if object.annotation(annotations::INJECT_KEY) == Some("enabled") {
                let why = left_alone(object).map(say::left_alone);
                reading
                    .messages
                    .extend(why.map(|why| tell::about(object, why)));
            }
            return reading;
        }
        self.read_annotations(object, &mut reading);
        let left = workload.is_some_and(|row| row.leave.is_some());
        reading.excludes = stray::tell(object, roles, left, self.tables, &mut reading.messages);
        if (object.group, object.kind) == ("template.openshift.io", "Template") {
            reading.tell(object, say::openshift_template());
        }
        if let Some(row) = workload {
            let places = row.templates.iter();
            let places = places.flat_map(|path| path.places(object.node(), visits));
            let templates = places.filter(|(_, node)| node.kind() == Kind::Mapping);
            reading.templates.extend(templates);
            let labels = reading.templates.iter();
            let labels = labels.map(|(_, node)| labels_of(*node).collect());
            reading.labels.extend(labels);
            stray::tell_labels(object, &reading.templates, &mut reading.messages);
            if let Some(why) = row.leave.as_ref().filter(|_| row.routed) {
                reading.tell(object, say::left_alone(why));
            }
        }
        reading.route = route
            .filter(|row| !row.followed)
            .map(|row| Box::new(refers(row, object, visits)));
        reading
    }

    fn read_annotations<'t, 's>(self, object: &Object<'t, 's>, reading: &mut Reading<'t, 's>) {
        if !reading.roles.any() {
            return;
        }
        let mut faults = Vec::new();
        let most = self.config.most();
        let read = annotations::read(object.node(), reading.roles, most, &mut faults);
        reading.messages.extend(tell::faults(object, &[], faults));
        reading.annotations = (read != Annotations::default()).then(|| Box::new(read));
    }
}

/// What a route refers to.
fn refers<'t, 's>(
    row: &Route,
    object: &Object<'t, 's>,
    visits: &mut VisitBudget,
) -> Referring<'t, 's> {
    if !counts(row, object.node(), visits)? {
        return Ok(None);
    }
    references(row, object.node(), visits).map(Some)
}

impl<'t, 's> Reading<'t, 's> {
    /// In place of one of an object that there is not.
    fn of_nothing() -> Self {
        Reading::of(Roles::default())
    }

    fn of(roles: Roles) -> Self {
        Reading {
            roles,
            annotations: None,
            templates: SmallVec::new(),
            labels: SmallVec::new(),
            route: None,
            excludes: None,
            messages: Vec::new(),
        }
    }

    fn tell(&mut self, object: &Object<'t, 's>, message: Message) {
        self.messages.push(tell::about(object, message));
    }
}
