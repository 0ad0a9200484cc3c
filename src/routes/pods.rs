//! The pods that one selector finds, and the paths that lead to all of them.
//!
//! Paths are kept once for all Services of one selector and all templates behind it, and visits that cannot add anything are
//! skipped. So the cost of a run grows with its input, even if every route leads to every workload.

use super::entry::Entry;
use super::select::{selector_of, sorted_pairs};
use super::{Link, MOST_FOLLOWED, MOST_WAYS, Tracer, WantedNamespace};
use crate::config::annotations::Inject;
use crate::input::objects::Meant;
use crate::model::{Address, Origin, Placed, Role, Sleep, Way};
use crate::tables::references;
use lossless_yaml::sort_by;
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Templates that one selector finds from one namespace.
#[derive(Clone, Debug, Default)]
pub(super) struct Pods<'t> {
    /// In their order.
    pub(super) templates: Meant,
    /// The first Service that has the selector, and the namespace.
    of: Option<(usize, Option<Cow<'t, str>>)>,
    /// The ways that lead to them.
    ways: Links<'t>,
    /// The Services of this selector whose annotations say how long to sleep.
    stated: Option<Box<Links<'t>>>,
}

/// Paths in the order in which they were followed: the first ones, and those that ask for longer.
#[derive(Clone, Debug, Default)]
struct Links<'t> {
    links: SmallVec<[Link<'t>; 1]>,
    longest: Option<u64>,
}

impl<'t> Links<'t> {
    /// Adds a path, unless there are enough and it does not ask for longer.
    fn add(&mut self, link: &Link<'t>) {
        let seconds = Some(link.sleep.seconds);
        if self.links.len() >= MOST_WAYS && seconds <= self.longest {
            return;
        }
        if !self.links.iter().any(|known| known.is(link)) {
            self.longest = self.longest.max(seconds);
            if self.links.is_empty() {
                // Most have only one.
                self.links.reserve_exact(1);
            }
            self.links.push(link.clone());
        }
    }
}

/// The pods found so far.
#[derive(Debug, Default)]
pub(super) struct AllPods<'t> {
    all: Vec<Pods<'t>>,
    hasher: RandomState,
    /// Pods by their namespace and selector, as a hash of these.
    selected: HashMap<u64, usize>,
    /// The pods of one template, where a route names its workload.
    named: HashMap<usize, usize>,
    /// By template: the pods that it is among.
    among: Vec<SmallVec<[usize; 2]>>,
    /// What was made of the ways to the same pods.
    shared: HashMap<SmallVec<[usize; 2]>, Arc<[Way]>>,
}

impl<'t> AllPods<'t> {
    pub(super) fn new(templates: usize) -> Self {
        AllPods {
            among: vec![SmallVec::new(); templates],
            ..AllPods::default()
        }
    }

    pub(super) fn get(&self, pods: usize) -> &[usize] {
        let pods = self.all.get(pods);
        pods.map_or(&[], |pods| &pods.templates)
    }

    /// The pods that a template is among.
    pub(super) fn among(&self, template: usize) -> &[usize] {
        self.among.get(template).map_or(&[], SmallVec::as_slice)
    }

    /// Whether a way leads to a template.
    pub(super) fn is_reached(&self, template: usize) -> bool {
        let mut pods = self.among(template).iter();
        pods.any(|pods| {
            let pods = self.all.get(*pods);
            pods.is_some_and(|pods| !pods.ways.links.is_empty())
        })
    }

    fn push(&mut self, pods: Pods<'t>) -> usize {
        let number = self.all.len();
        for template in &pods.templates {
            if let Some(among) = self.among.get_mut(*template) {
                among.push(number);
            }
        }
        self.all.push(pods);
        number
    }

    fn links(
        &self,
        pods: &[usize],
        of: for<'p> fn(&'p Pods<'t>) -> Option<&'p Links<'t>>,
    ) -> SmallVec<[Link<'t>; 1]> {
        let each = pods
            .iter()
            .filter_map(|pods| self.all.get(*pods).and_then(of));
        let mut each = each.filter(|links| !links.links.is_empty());
        let (first, second) = (each.next(), each.next());
        let (Some(first), second) = (first, second) else {
            return SmallVec::new();
        };
        let Some(second) = second else {
            return first.links.clone();
        };
        let mut all: Vec<&Link<'t>> = [first, second]
            .into_iter()
            .chain(each)
            .flat_map(|links| &links.links)
            .collect();
        sort_by(&mut all, &mut |a, b| a.number.cmp(&b.number));
        let mut links = Links::default();
        for link in all {
            links.add(link);
        }
        links.links
    }
}

/// The start of a path: a route, or an inclusion by the configuration or an annotation.
pub(super) struct Coming<'e, 't> {
    pub(super) route: Option<usize>,
    pub(super) entries: &'e [Entry<'t>],
    rank: OnceCell<Rank>,
}

impl<'e, 't> Coming<'e, 't> {
    pub(super) fn new(route: Option<usize>, entries: &'e [Entry<'t>]) -> Self {
        Coming {
            route,
            entries,
            rank: OnceCell::new(),
        }
    }
}

/// The longest sleep that a route asks for: whatever the Service is, and if the Service has no signs of a controller. A route
/// for which both are at least as long asks for at least as long, whatever the Service is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rank {
    whatever: Option<u64>,
    otherwise: Option<u64>,
}

/// The visits to something that leads on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Visits {
    count: usize,
    most: Rank,
    last: Option<usize>,
}

impl Visits {
    /// Records a visit. Returns whether it cannot add anything: the same route was here, or there are enough and none asks for less.
    fn adds_nothing(&mut self, route: Option<usize>, rank: Rank) -> bool {
        let again = self.last == route && route.is_some();
        let within = rank.whatever <= self.most.whatever && rank.otherwise <= self.most.otherwise;
        if again || self.count >= MOST_WAYS && within {
            return true;
        }
        self.count += 1;
        self.last = route;
        self.most.whatever = self.most.whatever.max(rank.whatever);
        self.most.otherwise = self.most.otherwise.max(rank.otherwise);
        false
    }
}

impl<'t> Tracer<'_, 't, '_> {
    /// Whether a visit can add nothing that is kept.
    pub(super) fn adds_nothing(&mut self, coming: &Coming<'_, 't>, visits: &mut Visits) -> bool {
        let known = coming.rank.get().copied();
        let rank = known.unwrap_or_else(|| self.rank(coming));
        let rank = *coming.rank.get_or_init(|| rank);
        visits.adds_nothing(coming.route, rank)
    }

    fn rank(&mut self, coming: &Coming<'_, 't>) -> Rank {
        let stated = coming.route.and_then(|route| self.annotations.get(&route));
        if let Some(seconds) = stated.and_then(|read| read.sleep) {
            return Rank {
                whatever: Some(seconds.get()),
                otherwise: None,
            };
        }
        let mut rank = Rank::default();
        if coming.entries.is_empty() {
            rank.whatever = Some(self.without_route().seconds);
        }
        for entry in coming.entries {
            let (seconds, whatever) = self.asked_at_least(entry);
            let slot = if whatever {
                &mut rank.whatever
            } else {
                &mut rank.otherwise
            };
            *slot = (*slot).max(Some(seconds));
        }
        rank
    }

    /// The pods that a Service selects from a namespace.
    pub(super) fn pods_of(&mut self, index: usize, wanted: WantedNamespace<'_>) -> Option<usize> {
        let service = self.render.get(index)?;
        let selector = selector_of(service)?;
        let pairs = sorted_pairs(selector);
        let key = self.pods.hasher.hash_one((wanted, &pairs));
        if let Some(known) = self.pods.selected.get(&key)
            && let Some(pods) = self.pods.all.get(*known)
            && let Some((first, namespace)) = &pods.of
            && namespace.as_deref() == wanted
        {
            let first = self.render.get(*first).and_then(selector_of);
            if first.map(sorted_pairs).as_ref() == Some(&pairs) {
                return Some(*known);
            }
        }
        let templates = if self.followed > MOST_FOLLOWED {
            self.beyond.get_or_insert(index);
            Meant::new()
        } else {
            pairs.map_or_else(Meant::new, |pairs| self.select(pairs, wanted))
        };
        let namespace = if wanted == service.namespace {
            service.namespace.map(Cow::Borrowed)
        } else {
            wanted.map(|wanted| wanted.to_owned().into())
        };
        let number = self.pods.push(Pods {
            templates,
            of: Some((index, namespace)),
            ..Pods::default()
        });
        self.pods.selected.insert(key, number);
        Some(number)
    }

    /// The pods of one template.
    pub(super) fn pods_named(&mut self, template: usize) -> usize {
        match self.pods.named.entry(template) {
            Slot::Occupied(known) => *known.get(),
            Slot::Vacant(slot) => {
                let number = self.pods.all.len();
                slot.insert(number);
                self.pods.push(Pods {
                    templates: smallvec![template],
                    ..Pods::default()
                })
            }
        }
    }

    pub(super) fn add_way(
        &mut self,
        pods: usize,
        route: Option<usize>,
        service: Option<usize>,
        (class, sleep): (Option<&'t str>, Sleep),
    ) {
        self.number += 1;
        let link = Link {
            number: self.number,
            route,
            service,
            class,
            sleep,
        };
        if let Some(pods) = self.pods.all.get_mut(pods) {
            pods.ways.add(&link);
        }
    }

    /// Notes the Services whose annotations say how long to sleep, for workloads that their own annotation brings in.
    pub(super) fn read_stated(&mut self) {
        let services: Vec<(usize, u64)> = self
            .annotations
            .iter()
            .filter(|(index, read)| {
                self.roles.get(**index).is_some_and(|role| role.service)
                    && read.inject != Some(Inject::Disabled)
            })
            .filter_map(|(index, read)| Some((*index, read.sleep?.get())))
            .collect();
        for (service, seconds) in services {
            self.read_stated_by(service, seconds);
        }
    }

    #[cold]
    fn read_stated_by(&mut self, service: usize, seconds: u64) {
        let namespace = self.render.get(service).and_then(|o| o.namespace);
        let Some(pods) = self.pods_of(service, namespace) else {
            return;
        };
        let link = Link {
            number: service,
            route: None,
            service: Some(service),
            class: None,
            sleep: Sleep {
                seconds,
                origin: Origin::Annotation { on: Role::Service },
            },
        };
        if let Some(pods) = self.pods.all.get_mut(pods) {
            pods.stated.get_or_insert_default().add(&link);
        }
    }

    /// The ways to a template that has to drain.
    pub(super) fn ways(&mut self, template: usize) -> Arc<[Way]> {
        let among = self.pods.among(template);
        let mut sizes = among.iter().map(|pods| self.pods.get(*pods).len());
        let is_shared = sizes.all(|templates| templates > 1);
        if is_shared && let Some(known) = self.pods.shared.get(among) {
            return Arc::clone(known);
        }
        let mut links = self.pods.links(among, |pods| Some(&pods.ways));
        // The routes decide the sleep; a request without a route counts only if there is no route.
        if links.iter().any(|link| link.route.is_some()) {
            links.retain(|link| {
                link.route.is_some() || matches!(link.sleep.origin, Origin::Backend { .. })
            });
        }
        if links.is_empty() {
            links = self.pods.links(among, |pods| pods.stated.as_deref());
        }
        if links.is_empty() {
            links.push(Link {
                number: 0,
                route: None,
                service: None,
                class: None,
                sleep: self.without_route(),
            });
        }
        let ways: Arc<[Way]> = links.iter().map(|link| self.way(link)).collect();
        if is_shared {
            let among = among.into();
            self.pods.shared.insert(among, Arc::clone(&ways));
        }
        ways
    }

    fn way(&self, link: &Link<'t>) -> Way {
        let addresses = link.route.filter(|_| self.addresses_wanted).map(|index| {
            let name = link.service.and_then(|index| self.render.get(index));
            self.addresses_of(index, name.map(|service| service.name))
        });
        let placed =
            |index: Option<usize>| -> Option<Placed> { Some(self.render.get(index?)?.placed()) };
        Way {
            route: placed(link.route),
            service: placed(link.service),
            addresses: addresses.unwrap_or_default(),
            class: link.class.map(str::to_owned),
            sleep: link.sleep.clone(),
        }
    }

    /// The hosts and paths of the requests that a route sends to a Service; each route is read once.
    fn addresses_of(&self, route: usize, service: Option<&str>) -> Vec<Address> {
        let (render, tables) = (self.render, self.tables);
        let of_route = || {
            let object = render.get(route)?;
            let row = tables.route(object.group, object.kind)?;
            Some(references::addresses(row, object.node()))
        };
        let mut read = self.addresses.borrow_mut();
        let known = read
            .entry(route)
            .or_insert_with(|| of_route().unwrap_or_default());
        known.of(service).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::{Link, Links, MOST_WAYS, Rank, Visits};
    use crate::model::{Origin, Sleep};

    fn link(route: usize, seconds: u64) -> Link<'static> {
        Link {
            number: route,
            route: Some(route),
            service: None,
            class: None,
            sleep: Sleep {
                seconds,
                origin: Origin::Configured,
            },
        }
    }

    #[test]
    fn of_more_ways_than_are_kept_those_that_ask_for_longer_are() {
        let mut links = Links::default();
        for route in 0..MOST_WAYS {
            links.add(&link(route, 10));
            links.add(&link(route, 10));
        }
        assert_eq!(links.links.len(), MOST_WAYS);
        links.add(&link(MOST_WAYS, 10));
        links.add(&link(MOST_WAYS, 33));
        links.add(&link(MOST_WAYS + 1, 20));
        let seconds: Vec<u64> = links.links.iter().map(|link| link.sleep.seconds).collect();
        assert_eq!(seconds.get(MOST_WAYS..), Some(&[33][..]));
    }

    #[test]
    fn a_way_that_differs_in_one_thing_is_another_one() {
        let first = link(0, 10);
        let others = [
            link(1, 10),
            link(0, 20),
            Link {
                service: Some(1),
                ..first.clone()
            },
            Link {
                class: Some("alb"),
                ..first.clone()
            },
        ];
        let mut links = Links::default();
        for link in [&first].into_iter().chain(&others) {
            links.add(link);
            links.add(&Link {
                number: 9,
                ..link.clone()
            });
        }
        assert_eq!(links.links.len(), 1 + others.len());
    }

    #[test]
    fn a_visit_adds_something_until_as_many_as_are_kept_ask_for_as_long() {
        let rank = |whatever, otherwise| Rank {
            whatever,
            otherwise,
        };
        let mut visits = Visits::default();
        let plain = rank(Some(10), None);
        // What comes without a route is never the same twice.
        assert!(!visits.adds_nothing(None, plain));
        assert!(!visits.adds_nothing(None, plain));
        for route in 2..MOST_WAYS {
            assert!(!visits.adds_nothing(Some(route), plain));
            assert!(visits.adds_nothing(Some(route), rank(Some(99), None)));
        }
        assert!(visits.adds_nothing(Some(200), plain));
        assert!(!visits.adds_nothing(Some(201), rank(Some(11), None)));
        assert!(visits.adds_nothing(Some(202), rank(Some(11), None)));
        assert!(!visits.adds_nothing(Some(203), rank(None, Some(5))));
        assert!(visits.adds_nothing(Some(204), rank(Some(11), Some(5))));
        assert!(!visits.adds_nothing(Some(205), rank(Some(11), Some(6))));
    }
}
