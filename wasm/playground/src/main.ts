// The page: what is in it, and what happens when something of it changes.
import { drawBudgets } from "./budget.ts";
import { byId, count, tabs } from "./dom.ts";
import { Input } from "./editor.ts";
import { dropped, read } from "./files.ts";
import { configuration, drawForm } from "./form.ts";
import { pack, type State, unpack } from "./link.ts";
import { counted, diagnostics, drawMessages } from "./messages.ts";
import type { Failed, File as Manifest, Lost, Message, Place, Race, Shown } from "./model.ts";
import { changed, drawPicture, unreached } from "./picture.ts";
import { pause } from "./output.ts";
import { RaceView } from "./race.ts";
import type { Start } from "./start.ts";

declare const start: Start;
const { ask, example } = start;

/** Milliseconds without a key before a run. */
const PAUSE = 120;

const state: State = { files: [{ name: "manifests.yaml", text: example }], options: {}, form: "diff", race: {} };
let current = "";
let shown: Shown | undefined;
let messages: Message[] = [];
/** Whether the page still is as it was loaded: then its address stays as it is. */
let fresh = true;

const input = new Input(byId("manifests"), edited);
const race = new RaceView((races: Race[]) => ask<Lost[]>({ races }), keep);
const chooseInput = tabs(byId("inputs"), (id) => {
  byId("manifests").hidden = id !== "tab-manifests";
  byId("options").hidden = id !== "tab-options";
});
const chooseForm = tabs(byId("forms"), (id) => {
  state.form = id.replace("form-", "");
  byId("output").setAttribute("aria-labelledby", id);
  drawOutput();
  keep();
});

let typing: ReturnType<typeof setTimeout>;
function edited() {
  clearTimeout(typing);
  typing = setTimeout(() => run(), PAUSE);
  keep();
}

/** A run at a time; one more if something has changed meanwhile. */
let running = false;
let again = false;
async function run(known?: Promise<Shown | Failed>) {
  if (running) {
    again = true;
    return;
  }
  running = true;
  for (const file of state.files) file.text = input.text(file.name);
  try {
    await draw(await (known ?? ask<Shown | Failed>({ files: state.files, config: configuration(state.options) })));
  } catch (error) {
    tell(String(error));
  }
  running = false;
  if (again) {
    again = false;
    run();
  }
}

/** Draws what came of a run, each part in a turn of its own. */
async function draw(result: Shown | Failed) {
  const failed = "failed" in result;
  if (!failed) shown = result;
  messages = failed ? result.messages : result.plan.messages;
  drawMessages(byId("messages"), messages, goTo);
  byId("problems-count").textContent = counted(messages);
  for (const id of ["output", "picture", "budgets"]) byId(id).classList.toggle("stale", failed);
  const summary = byId("summary");
  summary.classList.toggle("failed", failed);
  if (failed) {
    summary.textContent = shown ? "Nothing can be changed until the errors are gone. Below is the result from before them." : "Nothing can be changed until the errors are gone.";
    mark();
    return;
  }
  const { counts, coverage, workloads } = result.plan;
  const written = workloads.filter(changed).length;
  const others = coverage.workloads.filter(unreached).length;
  summary.textContent =
    `${count(counts.routes, "route")} → ${count(counts.services, "Service")} → ${count(counts.workloads, "workload")}: ` +
    (written === 0 ? "nothing to change." : `${written} changed, ${count(counts.changes, "field")} written.`) +
    (others === 0 ? "" : ` ${count(others, "workload")} not behind a route.`);
  drawOutput();
  await pause();
  mark();
  await pause();
  drawPicture(byId("picture"), result, go);
  await pause();
  drawBudgets(byId("budgets"), workloads, go);
  await pause();
  race.give(workloads.find(changed) ?? workloads[0]);
}

/** The text of the form that is chosen. */
function outputText({ diff, outputs, kustomize, kubectl, json }: Shown): string {
  const patch = (made: Shown["kustomize"]) => made.text ?? `# ${made.message.text}\n# ${made.message.help ?? ""}\n`;
  switch (state.form) {
    case "manifests":
      return outputs.reduce((all, text) => (all === "" || /^---/.test(text) ? all + text : `${all.replace(/\n?$/, "\n")}---\n${text}`), "");
    case "kustomize":
      return patch(kustomize);
    case "kubectl":
      return patch(kubectl);
    case "json":
      return json;
    default:
      return diff || "  nothing to change\n";
  }
}

function drawOutput() {
  if (shown) start.paint(byId("output"), outputText(shown), state.form);
}

function mark() {
  input.mark(diagnostics(messages, state.files.findIndex(({ name }) => name === current)));
}

/** Shows a place in the editor. */
function go(place: Place) {
  chooseInput("tab-manifests");
  const file = state.files[place.source];
  if (file) show(file.name);
  input.go(place.range.start);
}

/** Shows what a message is about: a place, or a field of the options. */
function goTo({ place, field }: Message) {
  if (place?.source !== undefined) return go(place);
  chooseInput("tab-options");
  byId(`option-${field?.split(/[.[]/)[1]}`)?.focus();
}

function show(name: string) {
  current = name;
  byId<HTMLSelectElement>("file").value = name;
  byId<HTMLInputElement>("context").checked = state.files.find((file) => file.name === name)?.context === true;
  input.show(name);
  mark();
}

/** Takes files in the place of those that are there. */
function open(files: Manifest[], known?: Promise<Shown | Failed>) {
  if (files.length === 0) return tell("There is no file that ends in .yaml, .yml or .json.");
  state.files = files;
  byId("file").replaceChildren(...files.map(({ name }) => new Option(name, name)));
  byId("file-tools").hidden = files.length === 1;
  input.open(files);
  messages = [];
  show(files[0]!.name);
  return run(known);
}

function drawOptions() {
  const tell = () => {
    const number = Object.keys(state.options).length;
    byId("tab-options").textContent = number === 0 ? "Options" : `Options · ${number} set`;
    byId("config").textContent = configuration(state.options) ?? "# nothing is set: the defaults are used\n";
  };
  drawForm(byId("form"), state.options, () => {
    tell();
    edited();
  });
  tell();
}

/** Keeps what the page shows in its address. */
let keeping: ReturnType<typeof setTimeout>;
function keep() {
  if (fresh) return;
  clearTimeout(keeping);
  keeping = setTimeout(async () => {
    const fragment = await link();
    history.replaceState(null, "", fragment ?? location.href.split("#")[0]);
  }, 300);
}

function link() {
  for (const file of state.files) file.text = input.text(file.name);
  return pack({ ...state, race: race.own });
}

/** Tells something that is not about the manifests. */
function tell(text: string) {
  const summary = byId("summary");
  summary.textContent = text;
  summary.classList.add("failed");
}

async function copy(button: HTMLElement, text: string) {
  await navigator.clipboard.writeText(text);
  const label = button.textContent;
  button.textContent = "Copied";
  byId("status").textContent = "Copied to the clipboard";
  setTimeout(() => (button.textContent = label), 1500);
}

function listen() {
  const on = (id: string, event: string, act: (element: HTMLInputElement) => void) =>
    byId(id).addEventListener(event, (event) => act(event.currentTarget as HTMLInputElement));
  const take = async (files: Promise<Manifest[]>) => {
    try {
      open(await files);
      keep();
    } catch (error) {
      tell(String(error));
    }
  };
  on("open", "click", () => byId("pick").click());
  on("folder", "click", () => byId("pick-folder").click());
  for (const id of ["pick", "pick-folder"]) on(id, "change", ({ files }) => take(read(files ?? [])));
  on("example", "click", () => {
    state.options = {};
    drawOptions();
    take(Promise.resolve([{ name: "manifests.yaml", text: example }]));
  });
  on("share", "click", async (button) => {
    const fragment = await link();
    if (fragment) copy(button, `${location.href.split("#")[0]}${fragment}`);
    else tell("These manifests are too long for a link.");
  });
  on("file", "change", ({ value }) => show(value));
  on("context", "change", ({ checked }) => {
    const file = state.files.find(({ name }) => name === current);
    if (file) file.context = checked;
    edited();
  });
  on("copy", "click", (button) => copy(button, shown ? outputText(shown) : ""));
  on("copy-config", "click", (button) => copy(button, byId("config").textContent ?? ""));
  on("download", "click", () => {
    const names: Record<string, string> = { diff: "set-prestop.diff", manifests: "manifests.yaml", kustomize: "kustomization.yaml", kubectl: "patch.sh", json: "plan.json" };
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(new Blob([shown ? outputText(shown) : ""]));
    anchor.download = names[state.form]!;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
  });
  on("theme", "change", ({ value }) => (document.documentElement.style.colorScheme = value));
  byId("form").addEventListener("submit", (event) => event.preventDefault());

  let depth = 0;
  const dragged = (change: number) => {
    depth += change;
    document.body.classList.toggle("dragged", depth > 0);
  };
  const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => files(event) && dragged(1));
  addEventListener("dragleave", (event) => files(event) && dragged(-1));
  addEventListener("dragover", (event) => files(event) && event.preventDefault());
  // Before the editor, which would take the files as text.
  addEventListener(
    "drop",
    (event) => {
      if (!files(event)) return;
      event.preventDefault();
      event.stopPropagation();
      dragged(-depth);
      take(dropped(event.dataTransfer!.items).then(read));
    },
    { capture: true },
  );
  // Pictures are drawn to the width that they have.
  let width = innerWidth;
  addEventListener("resize", () => {
    if (!shown || width === innerWidth) return;
    width = innerWidth;
    drawPicture(byId("picture"), shown, go);
    drawBudgets(byId("budgets"), shown.plan.workloads, go);
    race.draw();
  });
  addEventListener("hashchange", restore);
}

/** Takes the state of the address, where it holds one. */
async function restore() {
  let kept: State | undefined;
  let damaged = false;
  try {
    kept = await unpack(location.hash);
  } catch {
    damaged = true;
  }
  Object.assign(state, kept);
  race.own = kept?.race ?? {};
  await pause();
  const drawn = open(state.files, kept ? undefined : start.first);
  chooseForm(`form-${state.form}`);
  await pause();
  drawOptions();
  await drawn;
  if (damaged) tell("This link is damaged: it may have been cut. This is the example.");
}

async function begin() {
  await pause();
  listen();
  await restore();
  fresh = false;
}

begin();
