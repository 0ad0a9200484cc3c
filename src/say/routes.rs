//! What is said of routes, Services and classes: one function a message.

use super::{Message, Reason};

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

/// `below` is the path from the object to the pod template that bears the annotation.
pub(crate) fn bad_annotation(below: &str, key: &str, text: String, help: String) -> Message {
    Message::new(Reason::BadAnnotation, text)
        .help(help)
        .field(format!("{below}metadata.annotations[{key}]"))
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

pub(crate) fn selectorless() -> Message {
    let text = "the Service has no selector, so set-prestop cannot find its pods";
    Message::new(Reason::Selectorless, text)
        .help("annotate the workload behind it with `set-prestop.dev/inject: enabled`")
        .field("spec.selector")
}

pub(crate) fn selects_nothing() -> Message {
    let text = "the Service selects no workload of the input";
    Message::new(Reason::ServiceSelectsNothing, text)
        .help("compare its labels with those of the pod template, or render the workload together with it")
        .field("spec.selector")
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

/// `renamed` is a Service of the input whose name holds the missing one.
pub(crate) fn service_missing(
    namespace: Option<&str>,
    name: &str,
    renamed: Option<&str>,
) -> Message {
    let title = qualified(namespace, name);
    Message::new(
        Reason::ServiceMissing,
        format!("Service `{title}` is not in the input"),
    )
    .help(missing_help(renamed))
}

/// As [`service_missing`], for a Service of the configuration's `backends`.
pub(crate) fn backend_missing(
    namespace: Option<&str>,
    name: &str,
    renamed: Option<&str>,
) -> Message {
    let title = qualified(namespace, name);
    let text = format!("Service `{title}` of `backends` is not in the input");
    Message::new(Reason::ServiceMissing, text)
        .help(missing_help(renamed))
        .field("spec.backends")
}

/// kustomize's `namePrefix` and `nameSuffix` rename Services but not the references in most route kinds.
fn missing_help(renamed: Option<&str>) -> String {
    match renamed {
        Some(renamed) => format!(
            "did a `namePrefix` or `nameSuffix` make it `{renamed}`? Then add a `nameReference` for this kind to kustomize's `configurations`"
        ),
        None => "render the Service and its workload together with the route, or correct the name"
            .to_owned(),
    }
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

/// `users` are the controllers that share the class, with their seconds; `controller` is the name of one of them.
pub(crate) fn class_undecided(
    class: &str,
    users: &[(&str, u64)],
    taken: u64,
    controller: &str,
) -> Message {
    let users: Vec<String> = users
        .iter()
        .map(|(product, seconds)| format!("{product} ({seconds} s)"))
        .collect();
    let text = format!(
        "class `{class}` could be {}; using {taken} s",
        users.join(" or ")
    );
    Message::new(Reason::ClassUndecided, text).help(format!(
        "set it in the configuration: `ingressClasses: [{{class: {class}, controller: {controller}}}]`"
    ))
}

fn workloads(count: usize) -> String {
    match count {
        1 => "the only workload".to_owned(),
        _ => format!("any of the {count} workloads"),
    }
}

pub(crate) fn no_route(count: usize) -> Message {
    let text = format!("no route leads to {}", workloads(count));
    Message::new(Reason::NoRoute, text).help(
        "render the routes together with the workloads (kpt: remove `selectors:`), or name Services in `backends`, or annotate a Service or workload with `set-prestop.dev/inject: enabled`",
    )
}

/// `classes` are those of the routes, none for a route without a class.
pub(crate) fn every_route_skipped<'a>(
    count: usize,
    classes: impl Iterator<Item = Option<&'a str>>,
) -> Message {
    let classes: Vec<String> = classes
        .map(|class| class.map_or("no class".to_owned(), |class| format!("class `{class}`")))
        .collect();
    let text = format!(
        "the class rules skip every route ({}), so no route leads to {}",
        classes.join(", "),
        workloads(count)
    );
    Message::new(Reason::NoRoute, text).help(
        "correct `ingressClass` or `ingressClasses`; if nothing should change here, set `severity: {NoRoute: Ignore}`",
    )
}
