//! What a person is told: one table of Reasons, messages, and the failure that stops a run.
//!
//! Nothing here prints; `results` turns messages into a ResourceList's `results`, the command line prints them.

use crate::model::{FieldPath, NewValue, ObjectRef, PackageFile, Place};
use lossless_yaml::Decimal;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// How much a message matters (docs/reference.md, section 5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Severity {
    /// Never told.
    #[cfg_attr(feature = "cli", value(skip))]
    Ignore,
    /// Told only with `--explain` or `--check`, and as an info result of a ResourceList.
    #[serde(skip_deserializing)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    #[cfg_attr(feature = "cli", value(skip))]
    Advice,
    /// What was done.
    Info,
    /// What a person should look at.
    Warning,
    /// What stops the run.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Ignore => "ignore",
            Severity::Advice | Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $severity:ident,)+) => {
        /// Why a message was given: its stable name, the tag `set-prestop.dev/reason` of a result.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Reason { $($(#[doc = $doc])+ $name,)+ }

        impl Reason {
            /// Every Reason, in the order of docs/messages.md.
            pub const ALL: &[Reason] = &[$(Reason::$name,)+];

            /// The name as users write it in `severity`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Reason::$name => stringify!($name),)+ }
            }

            /// What it weighs where the configuration says nothing.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Reason::$name => Severity::$severity,)+ }
            }

            /// What it means and what to do: a row of docs/messages.md.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Reason::$name => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    };
}

/// Derived, it would be one call for each Reason.
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

reasons! {
    /// A container got its preStop sleep.
    HookAdded = Info,
    /// A sleep that was too short was raised; only its number changed.
    HookRaised = Info,
    /// A sleep was lowered because `existingHooks: Set` makes it the configured value.
    HookLowered = Info,
    /// A sleep was put before the script of a hook (`existingHooks: Prepend`).
    HookPrepended = Info,
    /// A hook that was not a sleep was replaced by the sleep (`existingHooks: Replace`).
    HookReplaced = Info,
    /// `terminationGracePeriodSeconds` was written so that the sleep does not come out of the program's own time.
    GraceWritten = Info,
    /// A sleep that is longer than needed stays. `existingHooks: Set` or the annotation `set-prestop.dev/sleep-seconds` changes it.
    SleepLonger = Info,
    /// The sleep is not the default of 10 seconds because the load balancer's controller is known to need another.
    SleepFromController = Info,
    /// A sleep that is shorter than needed stays because of `existingHooks: Keep`.
    SleepShorter = Info,
    /// Nothing says which controller's load balancer is in front of a route, so the default of 10 seconds is used. Give its class or Gateway with `--context`, or set `ingressClasses` or `sleepSeconds`.
    ControllerUnknown = Info,
    /// A document has no `apiVersion` or no `kind`, or is a list. It is passed through unread. This is a warning if nothing in the input is an object.
    NotAnObject = Info,
    /// A route names a Service of another namespace, and no `ReferenceGrant` of the input allows it.
    NotGranted = Info,
    /// A Service of type ExternalName behind a route points outside the cluster, so there is nothing to change here.
    ExternalName = Info,
    /// A Service behind a route has no selector, so its endpoints are managed elsewhere.
    Selectorless = Info,
    /// A route names a backend of a group and kind that no row follows, so the pods behind it are not known.
    BackendUnknown = Info,
    /// A resource of an unknown kind has a pod template that a Service behind a route selects. Add a row to `workloads` to make the kind known.
    KindUnknown = Advice,
    /// A workload behind a route is not changed: it is a Helm hook, is owned by a controller, is local configuration, is switched off by an annotation, or is of a kind that takes no hook.
    LeftAlone = Info,
    /// An object of the context (`--context`) is also among the manifests: the one among the manifests counts.
    ContextShadowed = Info,
    /// An annotation asks for a longer sleep than `maxSleepSeconds`, and gets that.
    SleepBounded = Warning,
    /// A number in an annotation is not quoted. It is used, but the API server refuses it.
    AnnotationUnquoted = Warning,
    /// A configuration `set-prestop.yaml` was found in the folder of the first file, or above it in its repository.
    ConfigurationFound = Info,
    /// The `templates` folder of a Helm chart is not read: it holds templates, not manifests.
    TemplatesSkipped = Info,
    /// A folder has a kustomization: its files are read as they are, not as kustomize builds them.
    NotBuilt = Info,
    /// An entry of a folder is not read: a link that leads out of the folder or nowhere, or (as an info) a pipe, socket or device. Name it on the command line to read it.
    NotRead = Warning,
    /// A file named on the command line is empty, or no file of a folder has manifests. In `set-prestop FILE > FILE` the shell empties the file before it is read; use `--write` to edit in place.
    EmptyFile = Warning,
    /// `--write` replaced a file and could not keep its owner, group or an attribute, or its other hard links still have the old text. Set them again.
    NotKept = Warning,
    /// An existing hook that is not a sleep is kept: the program may stop before the load balancer knows.
    HookKept = Warning,
    /// A container's image has no shell, or it is a Windows container, so a sleep by `exec` cannot run. Use the native sleep (`handler: Sleep`).
    NoShell = Warning,
    /// The native sleep is written or kept, and `kubernetesVersion` is below 1.30. Set `handler: Exec`, or correct the version.
    HandlerTooNew = Warning,
    /// The native sleep was written and no version is set: it needs Kubernetes 1.30 or later. For an older cluster set `kubernetesVersion` or `handler: Exec`.
    NeedsKubernetes = Advice,
    /// A key looks like a misspelt field, such as `prestop`. The API server drops or refuses it. Correct it.
    KeyMisspelt = Warning,
    /// A field is in a place where it has no effect, such as `terminationGracePeriodSeconds` in a container. Move it.
    KeyMisplaced = Warning,
    /// `terminationGracePeriodSeconds: 0` kills at once and runs no hook.
    GraceZero = Warning,
    /// There are workloads, but no route leads to one. Drop `selectors:` from the Kptfile, or name Services in `backends`, or annotate with `set-prestop.dev/inject: enabled`.
    NoRoute = Warning,
    /// A route sets two different classes in two places; the first counts.
    ClassConflict = Warning,
    /// GKE reads the class of an Ingress only from the annotation `kubernetes.io/ingress.class`. With the field, nothing serves the Ingress.
    ClassNotServed = Warning,
    /// Something has no effect: a configuration among the manifests, a `set-prestop.dev/` annotation or label in the wrong place, or a setting that matches nothing.
    Unused = Warning,
    /// A key appears twice in a mapping, and only the last one counts. At the top of a document perhaps a `---` is missing before the second.
    KeyTwice = Warning,
    /// kubectl reads the input differently: it drops what follows `...` without `---`, and takes U+0085, U+2028 and U+2029 for line breaks.
    ReadOtherwise = Warning,
    /// Two IngressClasses are marked as default, so neither is used.
    DefaultClassTwice = Warning,
    /// Two objects have the same name; both count.
    NameTwice = Warning,
    /// A bare Pod was changed, but a running Pod cannot be updated; it has to be replaced.
    BarePod = Warning,
    /// The JSON of an annotation that names backends can't be read.
    AnnotationUnreadable = Warning,
    /// A route names a Service that is not in the input.
    ServiceMissing = Warning,
    /// A Service that a route names selects no workload of the input.
    ServiceSelectsNothing = Warning,
    /// `publishNotReadyAddresses` keeps a terminating pod's address published, so the sleep may have no effect.
    NotReadyPublished = Warning,
    /// The update strategy stops all pods before new ones run, so requests are lost whatever the hook does.
    AllAtOnce = Warning,
    /// A serving container without a readiness probe gets requests before it can answer.
    NoReadinessProbe = Advice,
    /// A Job is behind a route. Its pods end by themselves and are not changed.
    JobBehindRoute = Warning,
    /// Pods are replaced one by one, so each sleep makes the rollout longer; `helm --atomic` or `--wait` may give up.
    RolloutSlow = Warning,
    /// Workloads are behind a Service that no route leads to, and get no hook. `severity: {Unreached: Error}` makes the run fail.
    Unreached = Advice,
    /// A load balancer's deregistration delay is set: a shorter sleep may do, or requests may last longer than the program's own time.
    DrainDelay = Advice,
    /// Pods are replaced one by one, so each sleep makes the rollout longer.
    RolloutLonger = Advice,
    /// A pod that holds a port of its node keeps it during the sleep, and its successor waits.
    HostPort = Advice,
    /// A grace period over 600 seconds: node drains and cluster policies may cut it short.
    GraceLong = Warning,
    /// The pod runs on nodes that go within a limit (spot, preemptible) that is shorter than its grace period.
    NodeGoesFirst = Advice,
    /// A probe's own `terminationGracePeriodSeconds` is shorter than the sleep: a restart by that probe is cut short.
    ProbeGrace = Advice,
    /// A mesh proxy that is injected later is not in this input. Its own setting has to keep it running as long as the program.
    MeshProxy = Advice,
    /// `--check` or `check: true` found a missing change.
    ChangePending = Error,
    /// `--check` found no Kubernetes object at all: a values file, a chart, an empty folder. Pass rendered manifests. If that is meant, set `severity: {NothingToCheck: Ignore}`.
    NothingToCheck = Error,
    /// The input cannot be read: it is not UTF-8, has a NUL byte, or is not YAML.
    BadInput = Error,
    /// The configuration cannot be read.
    BadConfiguration = Error,
    /// A `set-prestop.dev/` annotation cannot be read.
    BadAnnotation = Error,
    /// A resource that is needed has a value of the wrong type or lacks a field.
    BadResource = Error,
    /// The change cannot be written without touching something else. Nothing is written.
    EditRefused = Error,
    /// There was a message of the severity that `--fail-on` sets, or higher. Nothing is written.
    FailOn = Error,
    /// The output cannot be written: a full disk, a missing permission.
    OutputFailed = Error,
    /// A patch (`--output kustomize` or `kubectl`) cannot name an object or a container, or cannot tell it from another. Nothing is written.
    NotUnique = Error,
    /// A limit was reached. Nothing is written.
    LimitReached = Error,
    /// set-prestop found a fault in its own work. Nothing is written; please report it.
    Bug = Error,
}

impl Reason {
    /// Whether `severity` may change what it weighs. What stops a run because it can't go on stays an error.
    #[must_use]
    pub fn is_fixed(self) -> bool {
        self.severity() == Severity::Error && self != Reason::NothingToCheck
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its severity in this run.
    #[serde(serialize_with = "lower_case")]
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = ["error", "warning", "info", "advice"])))]
    pub severity: Severity,
    /// Why it is given.
    pub reason: Reason,
    /// The text: lower case, no full stop, things in backquotes.
    pub text: String,
    /// What to do, in the imperative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The object that it is about, which all its messages share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRef>,
    /// Path of the field, as `spec.template.spec.containers[0].lifecycle`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Where in the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Where in the package (ResourceList only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<PackageFile>>,
    /// A second place that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related: Option<Box<Label>>,
    /// The text to write at the place, instead of what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// The field that changes, for the result of a function.
    #[serde(skip)]
    pub(crate) change: Option<FieldChange>,
}

/// A field that changes: what a result of a function has as `currentValue` and `proposedValue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldChange {
    /// Its path; none for the field that the message is about.
    pub(crate) path: Option<Box<FieldPath>>,
    pub(crate) current: Option<Box<NewValue>>,
    pub(crate) proposed: NewValue,
}

/// A second place of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Label {
    /// Where in the input.
    pub place: Place,
    /// What is there: a few words.
    pub text: String,
}

impl Message {
    /// A message of this Reason and text, at its usual severity.
    #[must_use]
    pub fn new(reason: Reason, text: impl Into<String>) -> Message {
        Message {
            severity: reason.severity(),
            reason,
            text: text.into(),
            help: None,
            object: None,
            field: None,
            place: None,
            file: None,
            related: None,
            replacement: None,
            change: None,
        }
    }

    /// Whether it is an error in one object, which `onError: Skip` leaves as it is.
    pub(crate) fn is_of_one_object(&self) -> bool {
        let skips = [
            Reason::BadAnnotation,
            Reason::BadResource,
            Reason::EditRefused,
        ];
        self.object.is_some() && skips.contains(&self.reason)
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Message {
        self.help = Some(help.into());
        self
    }

    /// The same about this field, as text or as a path.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Message {
        self.field = Some(field.into());
        self
    }

    /// The same with what is meant at its place. Existing quotes stay; a number, a boolean or a text with quotes of its
    /// own is written as it is.
    #[must_use]
    pub(crate) fn instead(mut self, new: impl Into<String>) -> Message {
        self.replacement = Some(new.into());
        self
    }

    /// The same with a replacement that fits its place in `text`, or without one.
    #[must_use]
    pub(crate) fn fitted(mut self, text: &str) -> Message {
        let stands = self.place.as_ref();
        let stands = stands.and_then(|place| text.get(place.range.clone()));
        let stands = stands.unwrap_or_default();
        self.replacement = self
            .replacement
            .filter(|new| replaces(stands, new))
            .map(|new| match stands.chars().next() {
                Some(quote @ ('"' | '\'')) if !is_exact(&new) => format!("{quote}{new}{quote}"),
                _ => new,
            });
        self
    }

    /// The same with a second place.
    #[must_use]
    pub(crate) fn related(mut self, place: Place, text: impl Into<String>) -> Message {
        let text = text.into();
        self.related = Some(Box::new(Label { place, text }));
        self
    }

    /// The same about a field of an object at a place.
    #[must_use]
    pub(crate) fn about(
        mut self,
        object: &ObjectRef,
        file: Option<&Arc<PackageFile>>,
        place: Option<Place>,
    ) -> Message {
        // A document without both has nothing to be called by.
        let called = !(object.kind().is_empty() && object.name().is_empty());
        self.object = called.then(|| object.clone());
        self.file = file.cloned();
        self.place = place;
        self
    }
}

/// Whether this is a scalar of one line that `new` can replace.
fn replaces(stands: &str, new: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || "._/-, \"".contains(c);
    !stands.is_empty()
        && !stands.starts_with(['|', '>', '*', '&', '!', '{', '['])
        && !stands.contains('\n')
        && stands != new
        && new.chars().all(word)
}

/// Whether a replacement is written as it is, whatever quotes stand there.
fn is_exact(new: &str) -> bool {
    new.starts_with('"') || matches!(new, "true" | "false") || Decimal::read(new).is_some()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
/// `advice` differs from `info`, so a reader can leave it out as the command does.
fn lower_case<S: serde::Serializer>(severity: &Severity, to: S) -> Result<S::Ok, S::Error> {
    match severity {
        Severity::Advice => to.serialize_str("advice"),
        other => to.collect_str(other),
    }
}

impl std::error::Error for Message {}

/// `severity[Reason] object field: text`, without the place.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity, self.reason.name())?;
        if let Some(object) = &self.object {
            write!(f, " {object}")?;
        }
        if let Some(field) = &self.field {
            write!(f, " {field}")?;
        }
        write!(f, ": {}", self.text)
    }
}

/// The word of `known` that is nearest to `word`, where one is near enough to be meant.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = |s: &str| s.to_ascii_lowercase().replace(['-', '_'], "");
    let wanted = plain(word);
    let mut letters = [0_i32; 256];
    count(&mut letters, &wanted, 1);
    let mut best: Option<(usize, &'k str)> = None;
    for word in known {
        let plain = plain(word);
        // Each slip changes one letter: where more differ than in the best so far, it need not be compared.
        count(&mut letters, &plain, -1);
        let more: i32 = letters.iter().filter(|n| **n > 0).sum();
        let less: i32 = letters.iter().filter(|n| **n < 0).sum();
        count(&mut letters, &plain, 1);
        let least = usize::try_from(more.max(-less)).unwrap_or_default();
        let ascii = wanted.is_ascii() && plain.is_ascii();
        if ascii && best.is_some_and(|(distance, _)| least >= distance) {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&wanted, &plain);
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, word));
        }
    }
    best.filter(|(distance, k)| *distance <= 2.max(k.len() / 3))
        .map(|(_, k)| k)
}

/// The name of `known` that may be meant by this one: one slip in a short name, more in a long one.
pub(crate) fn meant_by<'k>(
    name: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let near = nearest(name, known)?;
    (strsim::damerau_levenshtein(name, near) <= 1.max(name.len() / 4)).then_some(near)
}

fn count(letters: &mut [i32; 256], word: &str, by: i32) {
    for byte in word.bytes() {
        if let Some(letter) = letters.get_mut(usize::from(byte)) {
            *letter += by;
        }
    }
}
