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
 * @returns `output` holds a text for each file that is not `readOnly`, in the order in which they came.
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
  /** Context: it counts for what leads to the other files, is not changed, and has no text in `output`. */
  readOnly?: boolean;
}

/** What came of a run. */
export interface Rewritten<Output> {
  /** The manifests with the changes made. */
  output: Output;
  /** The same changes one by one, in the order of the input; they don't overlap. */
  edits: Edit[];
  /** What was done, and what a person should look at, in the order of the input. */
  messages: Message[];
  /** What each pod template behind a route has and needs, changed or not. */
  plans: Plan[];
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

/** Something that a person may want to know. */
export interface Message {
  /** `advice` is what the command keeps back unless it is asked to explain. */
  severity: "error" | "warning" | "info" | "advice";
  /** Why it is given: a stable name. */
  reason: Reason;
  /** What it says. */
  text: string;
  /** What to do. */
  help?: string;
  /** The object that it is about. */
  object?: ObjectRef;
  /** Path of the field, such as `spec.template.spec.containers[0].lifecycle`. */
  field?: string;
  /** Where in the input. */
  place?: Place;
  /** A second place that matters. */
  related?: { place: Place; text: string };
  /** Where in the package, if a ResourceList says so. */
  file?: { path: string; index: number };
}

/** A Kubernetes object. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  /** Absent where the object states none. */
  namespace?: string;
  name: string;
}

/** A place in the input. */
export interface Place {
  /** Index of the file among those that came in, 0 for a single text; absent if the place is in the configuration. */
  source?: number;
  /** Number of the document in the file, from 1. */
  document: number;
  /** Bytes of the file's UTF-8 text. */
  range: Range;
  /** The file's name; `manifests`, `resourceList` or `config` if it has none. */
  name: string;
  /** Line in the file, from 1. */
  line: number;
  /** Column in characters, from 1. */
  column: number;
}

/** Bytes of a text, from 0. */
export interface Range {
  start: number;
  end: number;
}

/** An object of the input. */
export interface Placed extends ObjectRef {
  place: Place;
}

/** What a pod template has and needs. */
export interface Plan {
  /** The workload. */
  workload: ObjectRef;
  /** Where it stands. */
  place: Place;
  /** Where it lies in its package, if a ResourceList says so. */
  file?: { path: string; index: number };
  /** Path of the pod's spec, such as `spec.template.spec`. */
  pod: string;
  /** How long its containers have to sleep. */
  sleep: Sleep;
  /** The ways from routes to it. */
  ways: Way[];
  /** Its regular containers. */
  containers: Container[];
  /** Its time budget. */
  grace: Grace;
}

/** A time to sleep, and where it comes from. */
export interface Sleep {
  /** In seconds. */
  seconds: number;
  origin:
    | { from: "annotation"; on: "route" | "service" | "workload" }
    | { from: "classRule"; class: string }
    | { from: "configured" }
    | { from: "controller"; product: string; class?: string; source: string }
    | { from: "default" };
}

/** A way from a route to a workload. */
export interface Way {
  route?: Placed;
  service?: Placed;
  /** The class that decided. */
  class?: string;
  sleep: Sleep;
}

/** What becomes of a container. */
export interface Container {
  name: string;
  /** Its index in `containers`, from 0. */
  index: number;
  /** Bytes at which it begins. */
  at: Range;
  hook: Hook;
}

/** A container's preStop hook, before and after; times are seconds. */
export type Hook =
  | { fate: "none"; why: "notChosen" | "noShell" }
  | { fate: "kept"; seconds: number }
  | { fate: "other"; what: unknown }
  | { fate: "added"; handler: Handler }
  | { fate: "changed"; before: number; after: number; number: unknown }
  | { fate: "prepended"; seconds: number; index: number; script: string }
  | { fate: "replaced"; handler: Handler };

/** A handler with its seconds. */
export type Handler = { exec: number } | { sleep: number };

/** The time that a pod has between the request to stop and the kill, in seconds. */
export interface Grace {
  /** `terminationGracePeriodSeconds` as stated; absent where it is not. */
  stated?: number;
  /** The longest sleep after the change. */
  sleep: number;
  /** What the program itself has for its shutdown. */
  shutdown: number;
  /** What is added on top. */
  margin: number;
  /** What is written; absent where what stands is right. */
  written?: number;
  /** Bytes that it is about. */
  at: Range;
}

/** The configuration as a KRM object. */
export interface SetPreStop {
  apiVersion: "set-prestop.dev/v1alpha1";
  kind: "SetPreStop";
  metadata?: Record<string, unknown>;
  spec?: Config;
}

/** The settings; every one may be left out. */
export interface Config {
  /** Seconds to sleep before SIGTERM, 0 to 3600. Stating it switches the table of controllers off. */
  sleepSeconds?: number;
  /** Seconds that a program needs to shut down where its pod does not say. @default 30 */
  shutdownSeconds?: number;
  /** Seconds that the grace period is longer than sleep and shutdown together. @default 5 */
  marginSeconds?: number;
  /** How the sleep is written. @default "Auto" */
  handler?: "Auto" | "Exec" | "Sleep";
  /** Version of the cluster, such as `"1.34"`: from 1.30 on the native sleep is written, which needs no shell. */
  kubernetesVersion?: string;
  /** What becomes of a hook that is there already. @default "Raise" */
  existingHooks?: "Raise" | "Set" | "Prepend" | "Replace" | "Keep";
  /** Namespace of resources that state none. */
  namespace?: string;
  /** Only routes of these classes count, separated by commas: short for `ingressClasses`. */
  ingressClass?: string;
  /** Rules for the classes of routes; the first that matches counts. */
  ingressClasses?: ClassRule[];
  /** A Service of type LoadBalancer counts as a route to itself. @default false */
  loadBalancerServices?: boolean;
  /** Services that routes outside these manifests name. */
  backends?: { service: string; namespace?: string }[];
  /** Route kinds of your own: rows as in the built-in table. */
  routes?: Record<string, unknown>[];
  /** Workload kinds of your own: rows as in the built-in table. */
  workloads?: Record<string, unknown>[];
  /** What a reason weighs here. */
  severity?: Partial<Record<Reason, "Error" | "Warning" | "Info" | "Ignore">>;
  /** Change nothing; each change that is missing is a message of severity `error`, and nothing is thrown. @default false */
  check?: boolean;
}

/** A rule for the classes of routes. */
export interface ClassRule {
  /** Name of the class; `*` and `?` are wildcards. `*` alone is every class, and no class too. */
  class: string;
  /** The controller of this class, whose number of the table is taken. */
  controller?: string;
  /** Seconds that workloads behind this class sleep. */
  sleepSeconds?: number;
  /** Routes of this class are no routes. */
  skip?: boolean;
}

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

/** Why a message is given. */
export type Reason =
  | "HookAdded"
  | "HookRaised"
  | "HookLowered"
  | "HookPrepended"
  | "HookReplaced"
  | "GraceWritten"
  | "SleepLonger"
  | "SleepFromController"
  | "SleepShorter"
  | "ControllerUnknown"
  | "LeftAlone"
  | "TemplatesSkipped"
  | "EmptyFile"
  | "HookKept"
  | "NoShell"
  | "GraceZero"
  | "NoRoute"
  | "ClassConflict"
  | "DefaultClassTwice"
  | "NameTwice"
  | "BarePod"
  | "AnnotationUnreadable"
  | "ServiceMissing"
  | "ServiceSelectsNothing"
  | "ExternalName"
  | "Selectorless"
  | "NotReadyPublished"
  | "AllAtOnce"
  | "NoReadinessProbe"
  | "JobBehindRoute"
  | "RolloutSlow"
  | "RolloutLonger"
  | "HostPort"
  | "GraceLong"
  | "MeshProxy"
  | "ChangePending"
  | "BadInput"
  | "BadConfiguration"
  | "BadAnnotation"
  | "BadResource"
  | "EditRefused"
  | "FailOn"
  | "OutputFailed"
  | "NotUnique"
  | "LimitReached"
  | "Bug";
