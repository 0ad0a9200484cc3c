/**
 * Rewrites Kubernetes manifests: the workloads behind an Ingress get a preStop sleep and a grace period that covers it.
 * No other byte changes, and where nothing has to change the output is the input.
 *
 * @param manifests YAML or JSON, as many documents as you like.
 * @param config The text of a configuration file (a `SetPreStop` or a `ConfigMap`), or its settings as an object.
 * @throws {SetPreStopError} Where the manifests or the configuration can't be read or followed, or `severity` makes a
 * message an error.
 *
 * @example
 * const { output, messages } = rewrite(manifests, { sleepSeconds: 15 });
 */
export function rewrite(manifests: string, config?: string | Config | SetPreStop): Rewritten<string>;

/**
 * The same for several files, which are read as one render: a route in one leads to a workload in another.
 *
 * @returns `output` holds a text for each file, in the order in which they came.
 */
export function rewrite(manifests: readonly Manifest[], config?: string | Config | SetPreStop): Rewritten<string[]>;

/**
 * Rewrites a `ResourceList` of `config.kubernetes.io/v1` or `/v1beta1`, as a KRM function does: by the configuration in its
 * `functionConfig`, and with the messages in its `results` too.
 *
 * @throws {SetPreStopError} Its `output` is the list with its items as they came and an error result, where
 * the list could be read.
 */
export function rewriteResourceList(resourceList: string): Rewritten<string>;

/** A file. */
export interface Manifest {
  /** How messages name it; nothing is read from there. */
  name: string;
  /** Its text. */
  text: string;
}

/** What came of a run: the plan that `set-prestop --output json` prints, and the changed text. */
export interface Rewritten<Output> extends Answer {
  /** The manifests with the changes made. */
  output: Output;
  /** The same changes one by one, in the order of the input; they don't overlap. */
  edits: Edit[];
}

/** A change: `text` takes the place of what stands from `start` to `end`. */
export interface Edit {
  /** Index of the file among those that came in; 0 for a single text. */
  source: number;
  /** Offset into the string that came in, as `slice` takes it. */
  start: number;
  /** Offset behind the last character that goes; equal to `start` where nothing goes. */
  end: number;
  /** What is written there. */
  text: string;
}

/** The configuration as a KRM object. */
export interface SetPreStop {
  apiVersion: "set-prestop.dev/v1alpha1";
  kind: "SetPreStop";
  metadata?: Record<string, unknown>;
  spec?: Config;
}

// From here on: generated from the configuration's JSON Schema.

/** The settings; every one may be left out. */
export interface Config {
  /** Services that routes outside these manifests lead to */
  backends?: {
    controller?: string;
    namespace?: string;
    service: string;
    sleepSeconds?: number;
  }[];
  /** Change nothing; report missing changes as errors */
  check?: boolean;
  /** What to do with existing hooks [default: Raise] `Raise` raises a sleep that is too short. `Set` also lowers one. `Prepend` also puts the sleep before other shell scripts, `Replace` also replaces any hook that is not a sleep. `Keep` leaves existing hooks alone.. What to do with an existing preStop hook. Raise: Raise a sleep that is too short; leave everything else alone. Set: Set every existing sleep to the value, raising or lowering it, and adjust the grace period. Prepend: Like `Raise`, and put the sleep before any other shell script. Replace: Like `Raise`, and replace any hook that is not a sleep. Keep: Leave existing hooks alone; add missing ones. */
  existingHooks?: "Raise" | "Set" | "Prepend" | "Replace" | "Keep";
  /** Kind of preStop handler [default: Auto] `Sleep` is the native sleep of Kubernetes 1.30 and later, `Exec` a command that needs a shell in the image. `Auto` decides by the version of the cluster.. Which kind of preStop handler to write. Auto: `Sleep`, or `Exec` if `kubernetesVersion` is below 1.30. Exec: `exec` of `/bin/sh -c "sleep S"`. Sleep: The native `sleep.seconds` (Kubernetes 1.30 and later), which needs no shell. */
  handler?: "Auto" | "Exec" | "Sleep";
  /** Only consider routes of these classes Separated by commas; `*` and `?` are wildcards. */
  ingressClass?: string;
  /** Rules for the classes of routes; the first that matches counts */
  ingressClasses?: {
    class: string;
    controller?: string;
    skip?: boolean;
    sleepSeconds?: number;
  }[];
  /** Version of the cluster, such as "1.34" Below 1.30 the sleep is written as a command. */
  kubernetesVersion?: string;
  /** Treat Services of type `LoadBalancer` as routes Their pods get requests from outside without an Ingress. */
  loadBalancerServices?: boolean;
  /** Seconds to add to sleep plus shutdown time [default: 5] */
  marginSeconds?: number;
  /** The longest sleep that an annotation may ask for, in seconds [default: 3600] */
  maxSleepSeconds?: number;
  /** Namespace to assume for resources without one Helm and `kubectl apply --namespace` set it only later, and routes lead only to Services of the same namespace. */
  namespace?: string;
  /** What an error in one object does to the run [default: Fail]. What an error in one object does to the run. Fail: The run fails, and nothing is written. Skip: Leave the object as it is, change the others, and end with exit status 3. */
  onError?: "Fail" | "Skip";
  /** Route kinds of your own: rows as in the built-in table */
  routes?: {
    class?: string[];
    controller?: string;
    controllerWhere?: {
      at: string;
      controller: string;
    }[];
    defaultClass?: boolean;
    follow?: {
      at: string;
      every?: string;
      everyNamespace?: string;
      except?: string;
      group?: string;
      groups?: string[];
      kind: string;
      label?: string;
      name?: string;
      namespace?: string;
    }[];
    followed?: boolean;
    granted?: boolean;
    groups: string[];
    hosts?: string[];
    kind: string;
    makes?: string[];
    otherwise?: string;
    product?: string;
    renamed?: boolean;
    services?: {
      accept?: string[];
      annotation?: string;
      anyPort?: boolean;
      at?: string;
      except?: string;
      format?: "name" | "ns/name" | "host" | "url";
      group?: string;
      ignore?: string[];
      ignoreCase?: boolean;
      json?: string;
      kind?: string;
      name?: string;
      namespace?: string;
      port?: string;
      unless?: string;
      usedBy?: string;
    }[];
    source?: string;
    suffixes?: string[];
    targets?: {
      at: string;
      kind?: string;
      name?: string;
    }[];
    urlPaths?: string[];
    when?: string;
  }[];
  /** The severity of a Reason: Error, Warning, Info or Ignore */
  severity?: Partial<Record<Reason, "Ignore" | "Info" | "Warning" | "Error">>;
  /** Shutdown time if the pod sets no grace period [default: 30] The grace period becomes sleep + shutdown time + margin. */
  shutdownSeconds?: number;
  /** Seconds to sleep [default: the controller's value, or 10] Overrides the built-in values per controller. */
  sleepSeconds?: number;
  /** Workload kinds of your own: rows as in the built-in table */
  workloads?: {
    follow?: {
      at: string;
      kind?: string;
      name?: string;
    };
    groups: string[];
    kind: string;
    leave?: string;
    maxUnavailable?: string;
    perNode?: boolean;
    product?: string;
    recreate?: string;
    replicas?: string;
    routed?: boolean;
    serial?: {
      partition?: string;
      unless?: string[];
    };
    source?: string;
    strategicMerge?: string[];
    templates?: string[];
  }[];
}

/** A rule for the classes of routes. */
export type ClassRule = NonNullable<Config["ingressClasses"]>[number];

// To here.

/** Why a run was stopped. */
export class SetPreStopError extends Error {
  readonly name: "SetPreStopError";
  /** The reason of the first error. */
  readonly reason: Reason;
  /** Its line in the input, from 1, where it has a place there. */
  readonly line?: number;
  /** Its column in characters, from 1. */
  readonly column?: number;
  /** What to do. */
  readonly help?: string;
  /** All messages of the run. */
  readonly messages: Message[];
  /** A ResourceList with its items as they came and an error result, where one came in that could be read. */
  readonly output?: string;
}

// From here on: generated from docs/plan.schema.json.

/** The result of a run: `set-prestop.dev/plan/v1`. */
export interface Answer {
  /** `set-prestop.dev/plan/v1`. */
  apiVersion: "set-prestop.dev/plan/v1";
  /** What was found, in numbers. */
  counts: Counts;
  /** Which workloads were reached, and which were not. Empty if the run failed. */
  coverage: Coverage;
  /** How the run ended. */
  ended: Ending;
  /** The messages, in the order of the input. */
  messages: Message[];
  /** The argument of this render, with `--each` or `--render`. */
  render?: string;
  /** The names of the sources; places refer to them by index. */
  sources: string[];
  /** The plan of each pod template behind a route, changed or not. Empty if the run failed. */
  workloads: Plan[];
}

/** Where requests go: a host, a path, or both. */
export interface Address {
  /** The host name, or an expression in its place (Traefik's `match`); none for every host. */
  host?: string;
  /** The URL path, as the route has it: a prefix, a whole path or a pattern. */
  path?: string;
}

/** What is in front of a workload. */
export type Behind = "route" | "named" | "service" | "nothing";

/** What one container gets. */
export interface Container {
  /** The bytes of the workload's source where it begins. */
  at: Range;
  /** Its preStop hook. */
  hook: Hook;
  /** Its index in `containers`, from 0. */
  index: number;
  /** Its name. */
  name: string;
}

/** What was found and changed, as the last line on stderr says it. */
export interface Counts {
  /** Fields that are written or, with `check`, would be. */
  changes: number;
  /** Routes that count. */
  routes: number;
  /** Services that those routes lead to. */
  services: number;
  /** Pod templates behind those Services. */
  workloads: number;
}

/** The workloads of the input, without Jobs, Helm hooks and objects that a controller owns. */
export interface Coverage {
  /** In the order of the input. */
  workloads: Covered[];
}

/** A workload, and what is in front of it. */
export interface Covered {
  /** `apiVersion` as written. */
  apiVersion: string;
  /** What is in front of it. */
  behind: Behind;
  /** `kind`. */
  kind: string;
  /** `metadata.name`; empty if there is none. */
  name: string;
  /** `metadata.namespace`, or the namespace that the settings give to objects without one. */
  namespace?: string;
  /** Where it is in the input. */
  place: Place;
  /** The Services that select it, if no route leads to it. */
  services?: Selecting[];
}

/** How a run ended. */
export type Ending = "done" | "checked" | "pending" | "skipped" | "failed";

/** How a Service is reachable from outside the cluster. */
export type Exposed = "LoadBalancer" | "NodePort";

/** The time budget of a pod, in seconds (docs/reference.md, section 3.5). */
export interface Grace {
  /** The bytes of the workload's source where it is, or would be. */
  at: Range;
  /** The margin. */
  margin: number;
  /** The program's time to shut down. */
  shutdown: number;
  /** The longest sleep after the change. */
  sleep: number;
  /** `terminationGracePeriodSeconds` of the input, if set. */
  stated?: number;
  /** The value to write; none if the existing one is right. */
  written?: number;
}

/** A handler to write. */
export type Handler = {
  exec: number;
} | {
  sleep: number;
};

/** The preStop hook of a container, before and after. */
export type Hook = {
  fate: "none";
  /** The reason. */
  why: NoHook;
} | {
  fate: "kept";
  /** How long it sleeps. */
  seconds: number;
} | {
  fate: "other";
  /** What it is. */
  what: NotASleep;
} | {
  fate: "added";
  /** What is written. */
  handler: Handler;
} | {
  /** Seconds after. */
  after: number;
  /** Seconds before. */
  before: number;
  fate: "changed";
  /** Where the number is. */
  number: Number;
} | {
  fate: "prepended";
  /** Index of the script in `exec.command`. */
  index: number;
  /** The script as it was. */
  script: string;
  /** Seconds of the sleep. */
  seconds: number;
} | {
  fate: "replaced";
  /** What is written. */
  handler: Handler;
  /** The old hook. */
  what: NotASleep;
};

/** A second place of a message. */
export interface Label {
  /** Where in the input. */
  place: Place;
  /** What is there: a few words. */
  text: string;
}

/** One message. */
export interface Message {
  /** Path of the field, as `spec.template.spec.containers[0].lifecycle`. */
  field?: string;
  /** Where in the package (ResourceList only). */
  file?: PackageFile;
  /** What to do, in the imperative. */
  help?: string;
  /** The object that it is about, which all its messages share. */
  object?: ObjectRef;
  /** Where in the input. */
  place?: Place;
  /** Why it is given. */
  reason: Reason;
  /** A second place that matters. */
  related?: Label;
  /** The text to write at the place, instead of what is there. */
  replacement?: string;
  /** Its severity in this run. */
  severity: "error" | "warning" | "info" | "advice";
  /** The text: lower case, no full stop, things in backquotes. */
  text: string;
}

/** Why a container gets no hook. */
export type NoHook = "notChosen" | "noShell";

/** A hook that does not begin with a sleep, and why (docs/reference.md, section 3.4). */
export type NotASleep = {
  answersAtOnce: string;
} | {
  unknownHandler: string;
} | {
  handlers: string[];
} | "noSeconds" | "noCommand" | {
  command: string;
} | {
  runsFirst: string;
} | {
  noSleep: string;
} | "background" | {
  joined: string;
} | {
  unknownTime: string;
} | {
  notATime: string;
} | {
  folded: {
    rest: string;
    time: string;
  };
} | {
  twoTimes: string;
} | {
  splitScript: string;
} | {
  oneWord: string;
};

/** Where the number of a sleep is. */
export type Number = "native" | {
  command: {
    index: number;
    range: Range;
    scale: number;
    word: string;
  };
};

/** A Kubernetes object, as messages and plans name it. */
export interface ObjectRef {
  /** `apiVersion` as written. */
  apiVersion: string;
  /** `kind`. */
  kind: string;
  /** `metadata.name`; empty if there is none. */
  name: string;
  /** `metadata.namespace`, or the namespace that the settings give to objects without one. */
  namespace?: string;
}

/** Where the seconds of a sleep come from (docs/reference.md, section 3.1). */
export type Origin = {
  from: "annotation";
  /** The object that has the annotation. */
  on: Role;
} | {
  /** The rule's pattern. */
  class: string;
  from: "classRule";
} | {
  from: "backend";
  /** The Service that it names. */
  service: string;
} | {
  from: "configured";
} | {
  /** The class of the route, if it has one. */
  class?: string;
  from: "controller";
  /** The product. */
  product: string;
  /** The source of the number. */
  source: string;
} | {
  from: "default";
  /** The controller, if it is known; it needs no more than the default. */
  product?: string;
};

/** The file of an item of a ResourceList in its package (`internal.config.kubernetes.io/path` and `index`). */
export interface PackageFile {
  /** Index of the object in the file, from 0. */
  index: number;
  /** Path of the file, relative to the package. */
  path: string;
}

/** A place in the input. Line and column are computed from it when it is shown. */
export interface Place {
  /** Column at which it begins, in characters, from 1. */
  column: number;
  /** Number of the document in its source, from 1. */
  document: number;
  /** Line at which it begins, from 1. */
  line: number;
  /** Name of the source. */
  name: string;
  /** Bytes of the source's text, from 0; empty for a place whose end does not matter. */
  range: Range;
  /** Index of the source among those given to [`crate::rewrite`], from 0. */
  source: number;
}

/** An object of the input, and its place. */
export interface Placed {
  /** `apiVersion` as written. */
  apiVersion: string;
  /** `kind`. */
  kind: string;
  /** `metadata.name`; empty if there is none. */
  name: string;
  /** `metadata.namespace`, or the namespace that the settings give to objects without one. */
  namespace?: string;
  /** Where it is in the input. */
  place: Place;
}

/** What is done for one pod template, and why. Every output is made from this. */
export interface Plan {
  /** Its regular containers, in their order. */
  containers: Container[];
  /** Its file in the package; only for a ResourceList. */
  file?: PackageFile;
  /** Its time budget. */
  grace: Grace;
  /** Where it is in the input. */
  place: Place;
  /** Path from the workload to the pod's spec, such as `spec.template.spec`. */
  pod: string;
  /** How a new version replaces its pods; none if that is unknown or never happens. */
  rollout?: Rollout;
  /** How long its containers must sleep. */
  sleep: Sleep;
  /** The paths from routes to it, in the order of the input. */
  ways: Way[];
  /** The workload. */
  workload: ObjectRef;
}

export interface Range {
  end: number;
  start: number;
}

/** Why a message was given: its stable name, the tag `set-prestop.dev/reason` of a result. */
export type Reason = "HookAdded" | "HookRaised" | "HookLowered" | "HookPrepended" | "HookReplaced" | "GraceWritten" | "SleepLonger" | "SleepFromController" | "SleepShorter" | "ControllerUnknown" | "NotAnObject" | "NotGranted" | "ExternalName" | "Selectorless" | "BackendUnknown" | "KindUnknown" | "LeftAlone" | "ContextShadowed" | "SleepBounded" | "AnnotationUnquoted" | "ConfigurationFound" | "TemplatesSkipped" | "NotBuilt" | "NotRead" | "EmptyFile" | "NotKept" | "HookKept" | "NoShell" | "HandlerTooNew" | "NeedsKubernetes" | "KeyMisspelt" | "KeyMisplaced" | "GraceZero" | "NoRoute" | "ClassConflict" | "ClassNotServed" | "Unused" | "KeyTwice" | "ReadOtherwise" | "DefaultClassTwice" | "NameTwice" | "BarePod" | "AnnotationUnreadable" | "ServiceMissing" | "ServiceSelectsNothing" | "NotReadyPublished" | "AllAtOnce" | "NoReadinessProbe" | "JobBehindRoute" | "RolloutSlow" | "Unreached" | "DrainDelay" | "RolloutLonger" | "HostPort" | "GraceLong" | "NodeGoesFirst" | "ProbeGrace" | "MeshProxy" | "ChangePending" | "NothingToCheck" | "BadInput" | "BadConfiguration" | "BadAnnotation" | "BadResource" | "EditRefused" | "FailOn" | "OutputFailed" | "NotUnique" | "LimitReached" | "Bug";

/** The role of an object on a path. */
export type Role = "route" | "service" | "workload";

/** How a new version of a workload replaces its pods. */
export type Rollout = {
  how: "beside";
  /** The number of pods, if set. */
  pods?: number;
} | {
  /** The number of pods replaced at once. */
  atOnce: number;
  how: "inSteps";
  /** The number of pods to replace; none for one on each node. */
  pods?: number;
} | {
  how: "allAtOnce";
};

/** A Service that selects a workload. */
export interface Selecting {
  /** `apiVersion` as written. */
  apiVersion: string;
  /** How it is reachable from outside the cluster, if it is. */
  exposed?: Exposed;
  /** `kind`. */
  kind: string;
  /** `metadata.name`; empty if there is none. */
  name: string;
  /** `metadata.namespace`, or the namespace that the settings give to objects without one. */
  namespace?: string;
}

/** A time to sleep, and where it comes from. */
export interface Sleep {
  /** What set it. */
  origin: Origin;
  /** In seconds. */
  seconds: number;
}

/** A path from a route to a workload. */
export interface Way {
  /** The hosts and paths of its requests, if the route has them; the first hundred. */
  addresses?: Address[];
  /** The class that set the sleep. */
  class?: string;
  /** The route; none if `backends` or an annotation includes the Service or workload. */
  route?: Placed;
  /** The Service between them; none for a route that names the workload itself. A Service that is its own route is in both fields. */
  service?: Placed;
  /** The sleep that this path asks for. */
  sleep: Sleep;
}

// To here.
