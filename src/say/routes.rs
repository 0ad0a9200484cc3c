//! What is said of routes, Services and classes: one function a message.

use super::{Label, Message, Reason, Severity, nearest};
use crate::model::{Covered, Exposed, FieldPath, ObjectRef, Place};
use lossless_yaml::{Decimal, Step};

/// A kind and a name, or a namespace before it where one is known.
pub(crate) fn qualified(namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    }
}

pub(crate) fn left_alone(why: &str) -> Message {
    Message::new(Reason::LeftAlone, format!("left alone: {why}"))
}

/// Objects that a controller owns, by kind and number.
pub(crate) fn owned(kinds: &[(&str, usize)]) -> Message {
    let counts = kinds.iter().map(|(kind, count)| format!("{count} {kind}"));
    let counts: Vec<String> = counts.collect();
    let text = format!(
        "left alone, because a controller owns them (`metadata.ownerReferences`): {}",
        counts.join(", ")
    );
    Message::new(Reason::LeftAlone, text)
}

/// A configuration among the manifests.
pub(crate) fn unused_config() -> Message {
    Message::new(
        Reason::Unused,
        "a configuration among the manifests is not used",
    )
    .help("pass it with `--config FILE`, or as the functionConfig")
}

pub(crate) fn unused_annotation(key: &str, kind: &str) -> Message {
    let text = format!("annotation `{key}` has no effect on a {kind}");
    Message::new(Reason::Unused, text)
        .help("write it on the workload, the Service or the route")
        .field(format!("metadata.annotations[{key}]"))
}

/// A Namespace that is to be left alone, beside workloads that are in no namespace.
pub(crate) fn namespace_without_objects(name: &str) -> Message {
    let text = format!(
        "`disabled` has no effect: no object has `namespace: {name}`, and some workloads have none"
    );
    Message::new(Reason::Unused, text)
        .help(format!(
            "set `namespace: {name}` in their `metadata`, or run with `--namespace {name}`"
        ))
        .field("metadata.annotations[set-prestop.dev/inject]")
}

pub(crate) fn unused_label(key: &str) -> Message {
    Message::new(Reason::Unused, format!("label `{key}` has no effect"))
        .help("write it as an annotation")
        .field(format!("metadata.labels[{key}]"))
}

/// A rule of `ingressClasses` whose class no route has; `classes` are those that routes have.
pub(crate) fn unused_rule(index: usize, class: &str, classes: &[&str]) -> Message {
    let quoted: Vec<String> = classes.iter().map(|class| format!("`{class}`")).collect();
    let text = match quoted.as_slice() {
        [] => format!("no route has class `{class}`"),
        _ => format!("no route has class `{class}`, only {}", quoted.join(", ")),
    };
    let known = classes.iter().copied();
    Message::new(Reason::Unused, text)
        .help(match nearest(class, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "correct the rule or remove it".to_owned(),
        })
        .field(format!("spec.ingressClasses[{index}].class"))
}

/// A row of the configuration whose kind no object of the input has.
pub(crate) fn unused_row(list: &str, index: usize, group: &str, kind: &str) -> Message {
    let text = match group {
        "" => format!("the input has no {kind} of the core group"),
        _ => format!("the input has no {kind} of group `{group}`"),
    };
    let mut message = Message::new(Reason::Unused, text)
        .help("correct the row or remove it")
        .field(format!("spec.{list}[{index}].kind"));
    message.severity = Severity::Info;
    message
}

/// A list of objects under another name.
pub(crate) fn openshift_template() -> Message {
    Message::new(
        Reason::LeftAlone,
        "left alone: the objects of an OpenShift Template are not looked into",
    )
    .help("render it first: `oc process -f FILE --local | set-prestop`")
}

/// An object of a kind without a row, the way to its pod template, and the Service that selects its pods.
pub(crate) fn kind_unknown(
    (group, kind): (&str, &str),
    template: &FieldPath,
    service: &str,
) -> Message {
    let text = format!(
        "set-prestop does not know this kind, and {service} selects the pods of its `{template}`"
    );
    let place: String = template
        .0
        .iter()
        .map(|step| match step {
            Step::Key(key) if key.bytes().all(|b| b.is_ascii_alphanumeric()) => format!(".{key}"),
            Step::Key(key) => format!("['{key}']"),
            Step::Index(_) => "[*]".to_owned(),
        })
        .collect();
    Message::new(Reason::KindUnknown, text)
        .help(format!(
            "add a row to the configuration: `workloads: [{{groups: [{group}], kind: {kind}, templates: [\"${place}\"]}}]`"
        ))
        .field(template.to_string())
}

/// An object whose API group, in `found` with its kind, is nearly the one of its kind.
pub(crate) fn group_nearly_known(found: (&str, &str), meant: &str, service: &str) -> Message {
    let (group, kind) = found;
    let text = format!(
        "set-prestop does not know {kind} in API group `{group}`, but {service} selects its pods"
    );
    let mut message = Message::new(Reason::KindUnknown, text);
    message.severity = Severity::Warning;
    message
        .help(format!("did you mean API group `{meant}`?"))
        .field("apiVersion")
}

/// A key that appears twice at the top of a document; `first` is its first place.
pub(crate) fn key_twice(key: &str, first: Place) -> Message {
    let text =
        format!("`{key}` appears twice at the top of this document; only the last one counts");
    Message::new(Reason::KeyTwice, text)
        .help("if two documents were meant, put `---` between them")
        .related(first, "first here")
}

pub(crate) fn not_a_mapping(field: &str, kind: &str) -> Message {
    let text = format!("`{field}` is {kind}, expected a mapping");
    Message::new(Reason::BadResource, text)
        .help("write it as `key: value` lines")
        .field(field)
}

pub(crate) fn external_name() -> Message {
    let text = "Service of type ExternalName points outside the cluster; nothing to change";
    Message::new(Reason::ExternalName, text)
        .help("add the preStop sleep where the pods behind that name are deployed")
        .field("spec.type")
}

pub(crate) fn external_name_missing(namespace: &str, name: &str) -> Message {
    let text = format!(
        "Service of type ExternalName points to Service `{namespace}/{name}`, which is not in the input"
    );
    Message::new(Reason::ExternalName, text)
        .help("render that Service and its workload together with the route")
        .field("spec.externalName")
}

pub(crate) fn selectorless() -> Message {
    let text = "the Service has no selector, so set-prestop cannot find its pods";
    Message::new(Reason::Selectorless, text)
        .help("annotate the workload behind it with `set-prestop.dev/inject: enabled`")
        .field("spec.selector")
}

/// The workload that a Service nearly selects.
#[derive(Clone, Debug)]
pub(crate) struct NearWorkload<'t> {
    pub(crate) kind: &'t str,
    pub(crate) name: &'t str,
    /// The pairs of the selector that it does not have: key, value wanted, value it has.
    pub(crate) differ: Vec<(&'t str, &'t str, Option<&'t str>)>,
    /// The place of the first of these labels, or of all of them.
    pub(crate) place: Place,
}

pub(crate) fn selects_nothing(kind: &str, near: &[NearWorkload<'_>]) -> Message {
    let mut text = format!("the {kind} selects no workload of the input");
    let each = near.iter().take(3).map(|workload| {
        let NearWorkload { kind, name, .. } = workload;
        let labels = workload.differ.iter().map(|(key, wanted, has)| match has {
            Some(has) => format!("has `{key}: {has}`, not `{key}: {wanted}`"),
            None => format!("has no label `{key}: {wanted}`"),
        });
        format!(
            "{kind} `{name}` {}",
            labels.collect::<Vec<_>>().join(" and ")
        )
    });
    let each: Vec<String> = each.collect();
    if !each.is_empty() {
        text.extend(["; ", &each.join("; ")]);
    }
    let message = Message::new(Reason::ServiceSelectsNothing, text).field("spec.selector");
    let [
        NearWorkload {
            differ,
            place,
            name,
            ..
        },
    ] = near
    else {
        return message.help(
            "compare its labels with those of the pod template, or render the workload together with it",
        );
    };
    let message = message.related(place.clone(), format!("labels of the pods of `{name}`"));
    match differ.as_slice() {
        [(key, _, Some(has))] => message
            .help(format!("did you mean `{key}: {has}`?"))
            .instead(*has),
        _ => message.help("compare the two sets of labels"),
    }
}

/// The same about a Service beside which there is a workload without a pod template.
pub(crate) fn no_template(mut message: Message, workload: &ObjectRef, at: Place) -> Message {
    let told = format!("; {workload} has no pod template");
    message.text.push_str(&told);
    message
        .related(at, "this one has no pod template")
        .help("add the pod template (`spec.template`) of that workload")
}

pub(crate) fn not_ready_published() -> Message {
    let text = "`publishNotReadyAddresses` keeps terminating pods in the endpoints, so the sleep may have no effect";
    Message::new(Reason::NotReadyPublished, text)
        .help("remove `publishNotReadyAddresses` from the Service that a route names")
        .field("spec.publishNotReadyAddresses")
}

pub(crate) fn annotation_unreadable(annotation: &str, wrong: &str) -> Message {
    let text = format!("cannot read the Services in this annotation: {wrong}");
    Message::new(Reason::AnnotationUnreadable, text)
        .help("correct its JSON")
        .field(format!("metadata.annotations[{annotation}]"))
}

/// The Service of the input that a missing name may mean.
#[derive(Clone, Debug)]
pub(crate) struct Near<'t> {
    pub(crate) name: &'t str,
    pub(crate) how: NearBy<'t>,
    /// The place of its name.
    pub(crate) place: Place,
}

/// How a missing name is near another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NearBy<'t> {
    /// It has the name, in this other namespace.
    Elsewhere(&'t str),
    /// The name is its host name.
    Host,
    /// It has the name with a prefix or a suffix.
    Renamed,
    /// Its name is spelt almost so.
    Spelt,
}

/// `corrected` says that kustomize corrects references of this kind by itself.
pub(crate) fn service_missing(
    kind: &str,
    namespace: Option<&str>,
    name: &str,
    near: Option<Near<'_>>,
    corrected: bool,
) -> Message {
    let title = qualified(namespace, name);
    let text = format!("{kind} `{title}` is not in the input");
    missing(text, near, corrected)
}

/// As [`service_missing`], for a Service of the configuration's `backends`.
pub(crate) fn backend_missing(
    index: usize,
    namespace: Option<&str>,
    name: &str,
    near: Option<Near<'_>>,
) -> Message {
    let title = qualified(namespace, name);
    let text = format!("Service `{title}` of `backends` is not in the input");
    missing(text, near, true).field(format!("spec.backends[{index}].service"))
}

/// kustomize's `namePrefix` and `nameSuffix` rename Services but not the references in most route kinds.
fn missing(text: String, near: Option<Near<'_>>, corrected: bool) -> Message {
    let message = Message::new(Reason::ServiceMissing, text);
    let Some(Near { name, how, place }) = near else {
        return message.help(
            "render the Service and its workload together with the route, or correct the name",
        );
    };
    let help = match how {
        NearBy::Elsewhere(namespace) => {
            return message
                .help(format!(
                    "the Service of this name is in namespace `{namespace}`: the route has to be there too, or name that namespace if its kind allows it"
                ))
                .related(place, "this Service is in another namespace");
        }
        NearBy::Host => format!("write the name of the Service, `{name}`, not its host name"),
        NearBy::Renamed if !corrected => format!(
            "did you mean `{name}`? If a `namePrefix` or `nameSuffix` renamed it, add a `nameReference` for this kind to kustomize's `configurations`"
        ),
        NearBy::Renamed | NearBy::Spelt => format!("did you mean `{name}`?"),
    };
    let message = message.help(help).related(place, "this Service is there");
    // What looks like a number is no name without quotes.
    match Decimal::read(name) {
        Some(_) => message,
        None => message.instead(name),
    }
}

pub(crate) fn not_granted(namespace: &str, kind: &str, name: &str) -> Message {
    let text = format!(
        "no ReferenceGrant of the input allows this route to use {kind} `{namespace}/{name}`, so it gets no requests from it"
    );
    Message::new(Reason::NotGranted, text).help(format!(
        "add a ReferenceGrant to namespace `{namespace}`, or give it with `--context`"
    ))
}

#[expect(
    clippy::option_option,
    reason = "whether the first has another namespace, and whether it states one, are two things"
)]
/// Two objects of one kind and name; `other` is the namespace of the first, if it is another.
pub(crate) fn name_twice(kind: &str, name: &str, other: Option<Option<&str>>) -> Message {
    let also = other.map_or_else(String::new, |namespace| {
        format!(" (also as `{}`)", qualified(namespace, name))
    });
    let text =
        format!("{kind} `{name}` is defined more than once{also}; set-prestop uses all of them");
    Message::new(Reason::NameTwice, text)
        .help("render one environment at a time, or set namespaces")
        .field("metadata.name")
}

/// An object has more nodes than may be visited.
pub(crate) fn too_large() -> Message {
    Message::new(
        Reason::LimitReached,
        "the resource has too many nodes; this happens if aliases stand within aliases",
    )
    .help("write the resource without aliases of aliases")
}

/// More ways than a run follows.
pub(crate) fn too_many_ways() -> Message {
    Message::new(
        Reason::LimitReached,
        "too many paths from routes to workloads (over 4 million); this happens if hundreds of objects share one name",
    )
    .help("render one environment at a time, or set namespaces")
}

pub(crate) fn class_conflict(first: &str, other: &str) -> Message {
    let text =
        format!("the route has class `{first}` and, in another place, `{other}`; using `{first}`");
    Message::new(Reason::ClassConflict, text).help("keep one of them")
}

pub(crate) fn default_class_twice(first: &str, second: &str, annotation: &str) -> Message {
    let text = format!(
        "IngressClasses `{first}` and `{second}` are both marked as default, so routes without a class have none"
    );
    Message::new(Reason::DefaultClassTwice, text)
        .help("mark only one of them")
        .field(format!("metadata.annotations[{annotation}]"))
}

/// `users` are the controllers that may use the class: product, name, seconds. `near` is a class of the input with nearly this name.
pub(crate) fn class_unknown(
    class: &str,
    users: &[(&str, &str, u64)],
    taken: u64,
    near: Option<&str>,
) -> Message {
    let each: Vec<String> = users
        .iter()
        .map(|(product, _, seconds)| format!("{product} ({seconds} s)"))
        .collect();
    let text = if each.is_empty() {
        format!("the controller of class `{class}` is not known; using {taken} s")
    } else {
        format!(
            "class `{class}` could be {}; using {taken} s",
            each.join(" or ")
        )
    };
    let names: Vec<&str> = users.iter().map(|(_, name, _)| *name).collect();
    let name = if names.is_empty() {
        "NAME".to_owned()
    } else {
        names.join(" or ")
    };
    let message = Message::new(Reason::ControllerUnknown, text);
    message.help(match near {
        Some(near) => format!("did you mean class `{near}`, which is in the input?"),
        None => format!(
            "give its IngressClass or GatewayClass with `--context`, or set `ingressClasses: [{{class: {class}, controller: {name}}}]`, or `sleepSeconds` in its place"
        ),
    })
}

pub(crate) fn controller_unknown(class: &str, controller: &str, taken: u64) -> Message {
    let text = format!(
        "no number is known for controller `{controller}` of class `{class}`; using {taken} s"
    );
    Message::new(Reason::ControllerUnknown, text).help(format!(
        "measure how long it sends requests to a stopping pod, and set `ingressClasses: [{{class: {class}, sleepSeconds: N}}]`"
    ))
}

/// A Gateway, or another object that would say the class, is not in the input.
pub(crate) fn parent_absent(
    kind: &str,
    namespace: Option<&str>,
    name: &str,
    taken: u64,
) -> Message {
    let title = qualified(namespace, name);
    let text = format!(
        "{kind} `{title}` is not in the input, so the controller is not known; using {taken} s"
    );
    Message::new(Reason::ControllerUnknown, text).help(format!(
        "give the {kind} with `--context`, or set `sleepSeconds`"
    ))
}

pub(crate) fn no_class(taken: u64) -> Message {
    let text = format!(
        "the route has no class, so the cluster's default class decides which controller serves it; using {taken} s"
    );
    Message::new(Reason::ControllerUnknown, text).help(
        "set `spec.ingressClassName`, or give the default IngressClass with `--context`, or set `sleepSeconds`",
    )
}

pub(crate) fn class_not_served(class: &str, product: &str, annotation: &str) -> Message {
    let text = format!(
        "{product} does not read `ingressClassName: {class}`, so nothing serves this route unless an IngressClass `{class}` exists"
    );
    Message::new(Reason::ClassNotServed, text)
        .help(format!(
            "set the annotation `{annotation}: {class}` instead"
        ))
        .field("spec.ingressClassName")
}

/// The delay that a load balancer keeps for requests that are already there; none if it says nothing about the sleep.
pub(crate) fn drain_delay(annotation: &str, delay: u64, sleep: u64) -> Option<Message> {
    // Teams that set a short delay sleep it and 5 s more (GOV.UK, open-vsx).
    let short = delay + 5;
    let (text, help) = if short < sleep {
        (
            format!(
                "deregistration delay of {delay} s: {short} s of sleep may be enough here, instead of {sleep} s"
            ),
            format!(
                "if a load test agrees, annotate the route or Service with `set-prestop.dev/sleep-seconds: \"{short}\"`"
            ),
        )
    } else if delay > sleep {
        (
            format!(
                "deregistration delay of {delay} s: requests may last that long after the load balancer has let go of the pod"
            ),
            format!(
                "if they do, annotate the workload with `set-prestop.dev/shutdown-seconds: \"{delay}\"`"
            ),
        )
    } else {
        return None;
    };
    let message = Message::new(Reason::DrainDelay, text).help(help);
    Some(message.field(format!("metadata.annotations[{annotation}]")))
}

pub(crate) fn backend_unknown(group: &str, kind: &str, name: &str) -> Message {
    let group = if group.is_empty() { "core" } else { group };
    let text = format!(
        "backend `{name}` is a {kind} of API group `{group}`, and set-prestop does not know which pods are behind it"
    );
    Message::new(Reason::BackendUnknown, text).help(
        "if workloads of the input are, name their Service in `backends`, annotate them with `set-prestop.dev/inject: enabled`, or add a row to `routes`",
    )
}

fn workloads(count: usize) -> String {
    match count {
        1 => "the only workload".to_owned(),
        _ => format!("any of the {count} workloads"),
    }
}

/// No route counts. `unreached` are the workloads that a Service selects; `lost` says that requests may be lost there.
/// `uncounted` are routes that do not count, and why.
pub(crate) fn no_route(
    count: usize,
    lost: bool,
    unreached: &[&Covered],
    uncounted: &[UncountedRoute],
) -> Message {
    let mut text = match unreached {
        [only] if count == 1 => format!("no route leads to {}", behind(only)),
        _ => format!("no route leads to {}", workloads(count)),
    };
    add_uncounted(&mut text, uncounted);
    if count > 1 {
        add_exposed(&mut text, unreached);
    }
    let missing = match uncounted.first() {
        Some(first) if first.why == NAMES_NONE => "give that route a backend",
        _ => "render the routes together with the workloads (kpt: remove `selectors:`)",
    };
    let mut message = Message::new(Reason::NoRoute, text).help(format!(
        "{missing}, or name Services in `backends`, or annotate a Service or workload with `set-prestop.dev/inject: enabled`{}",
        load_balancer_help(unreached)
    ));
    message.place = uncounted.first().map(|first| first.place.clone());
    if !lost {
        message.severity = Severity::Advice;
    }
    message
}

/// Workloads behind a Service that no route leads to.
pub(crate) fn unreached(unreached: &[&Covered], uncounted: &[UncountedRoute]) -> Message {
    let named: Vec<String> = unreached
        .iter()
        .take(MOST_NAMES)
        .map(|each| behind(each))
        .collect();
    let more = unreached.len() - named.len();
    let mut text = match unreached.len() {
        1 => "no route leads to a workload behind a Service: ".to_owned(),
        count => format!("no route leads to {count} workloads behind Services: "),
    };
    text.push_str(&named.join(", "));
    if more > 0 {
        text.extend([" and ", &more.to_string(), " more"]);
    }
    add_uncounted(&mut text, uncounted);
    Message::new(Reason::Unreached, text).help(format!(
        "if routes outside the input lead to them, name their Services in `backends`, or annotate them with `set-prestop.dev/inject: enabled`{}",
        load_balancer_help(unreached)
    ))
}

/// A route that does not count.
pub(crate) struct UncountedRoute {
    /// Its kind and name.
    pub(crate) named: String,
    pub(crate) why: String,
    pub(crate) place: Place,
}

/// Why a route that names no Service does not count.
pub(crate) const NAMES_NONE: &str = "it names no Service";

/// A value of a route that has the wrong type, so that no Service is found below it.
pub(crate) fn wrong_type(field: &str, kind: &str, expected: &str) -> Message {
    let text = format!("`{field}` is {kind}, expected {expected}");
    let help = match expected {
        "a list" => "write each entry as a list item (`- ...`)",
        _ => "write it as `key: value` lines",
    };
    Message::new(Reason::BadResource, text)
        .help(help)
        .field(field)
}

/// So many workloads are named.
const MOST_NAMES: usize = 10;

/// A workload and the Services in front of it.
fn behind(covered: &Covered) -> String {
    let services = covered.services.iter().map(|each| match each.exposed {
        None => format!("`{}`", each.service.name()),
        Some(Exposed::LoadBalancer) => format!("`{}` of type LoadBalancer", each.service.name()),
        Some(Exposed::NodePort) => format!("`{}` of type NodePort", each.service.name()),
    });
    let services: Vec<String> = services.collect();
    let object = &covered.workload.object;
    let name = qualified(object.namespace(), object.name());
    format!(
        "{} `{name}` (Service {})",
        object.kind(),
        services.join(", ")
    )
}

fn add_uncounted(text: &mut String, uncounted: &[UncountedRoute]) {
    let Some((first, more)) = uncounted.split_first() else {
        return;
    };
    text.extend(["; ", &first.named, " does not count: ", &first.why]);
    match more.len() {
        0 => {}
        1 => text.push_str(" (and 1 more route)"),
        count => text.extend([" (and ", &count.to_string(), " more routes)"]),
    }
}

/// Adds the Services that are open to the outside.
fn add_exposed(text: &mut String, unreached: &[&Covered]) {
    let services = unreached.iter().flat_map(|each| each.services.iter());
    let mut exposed: Vec<String> = services
        .filter_map(|each| {
            let kind = match each.exposed? {
                Exposed::LoadBalancer => "LoadBalancer",
                Exposed::NodePort => "NodePort",
            };
            Some(format!(
                "Service `{}` is of type {kind}",
                each.service.name()
            ))
        })
        .collect();
    exposed.dedup();
    if let Some((first, more)) = exposed.split_first() {
        text.extend(["; ", first]);
        if !more.is_empty() {
            text.extend([" (and ", &more.len().to_string(), " more)"]);
        }
    }
}

/// What counts a Service as a route to itself.
fn load_balancer_help(unreached: &[&Covered]) -> &'static str {
    let mut services = unreached.iter().flat_map(|each| each.services.iter());
    if services.any(|each| each.exposed == Some(Exposed::LoadBalancer)) {
        "; `loadBalancerServices: true` (`--load-balancer-services`) counts each Service of type LoadBalancer as a route"
    } else {
        ""
    }
}

/// `classes` are those of the routes, none for a route without a class; `wanted` is the one that counts, where only one does.
pub(crate) fn every_route_skipped<'a>(
    count: usize,
    classes: impl Iterator<Item = Option<&'a str>> + Clone,
    wanted: Option<&str>,
) -> Message {
    let near = wanted.and_then(|wanted| nearest(wanted, classes.clone().flatten()));
    let classes: Vec<String> = classes
        .map(|class| class.map_or("no class".to_owned(), |class| format!("class `{class}`")))
        .collect();
    let (rules, field) = match wanted {
        Some(wanted) => (
            format!("`ingressClass: {wanted}` skips"),
            "spec.ingressClass",
        ),
        None => ("the class rules skip".to_owned(), "spec.ingressClasses"),
    };
    let text = format!(
        "{rules} every route ({}), so no route leads to {}",
        classes.join(", "),
        workloads(count)
    );
    let message = Message::new(Reason::NoRoute, text).field(field);
    message.help(match near {
        Some(near) => format!("did you mean `ingressClass: {near}` (`--ingress-class {near}`)?"),
        None => "correct `ingressClass` or `ingressClasses`; if nothing should change here, set `severity: {NoRoute: Ignore}`".to_owned(),
    })
}

/// An object of a route's kind whose API group is nearly that of the kind, where no route leads to the workloads; `found` are its
/// `apiVersion` and kind.
pub(crate) fn nearly_a_group(
    mut message: Message,
    found: (&str, &str),
    meant: &str,
    place: Place,
) -> Message {
    let (version, kind) = found;
    let told = format!("; {kind} of `{version}` is no kind of route");
    message.text.push_str(&told);
    message.help = Some(format!("did you mean API group `{meant}`?"));
    message.place = Some(place);
    message.severity = Severity::Warning;
    message
}

/// A kind of the input that is nearly one of a route, where none leads to the workloads.
pub(crate) fn nearly_a_route(message: &mut Message, found: &str, meant: &str, place: Place) {
    message.text.push_str("; `");
    message.text.push_str(found);
    message.text.push_str("` is no kind of route");
    message.help = Some(format!("did you mean `kind: {meant}`?"));
    message.replacement = Some(meant.to_owned());
    message.place = Some(place);
}

/// A kind of the input that is nearly one of a workload, where a Service selects nothing.
pub(crate) fn nearly_a_workload(message: &mut Message, found: &str, meant: &str, place: Place) {
    message
        .text
        .extend(["; `", found, "` is no kind of workload"]);
    message.help = Some(format!("did you mean `kind: {meant}`?"));
    let text = "no kind of workload".to_owned();
    message.related = Some(Box::new(Label { place, text }));
}
