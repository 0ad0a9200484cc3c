// The picture: routes, Services and workloads in three columns, with lines between them.
import { count, cut, h, pressed, svg } from "./dom.ts";
import type { Place, Placed, Plan, Shown } from "./model.ts";

const HEIGHT = 38;
const STEP = 50;
const HEAD = 24;
const PAD = 7;
/** Workloads that are drawn before somebody asks for all of them. */
const FIRST = 40;

interface Box {
  kind: string;
  title: string;
  /** The second line. */
  note: string;
  place?: Place;
  look: "" | "changed" | "unreached";
  /** Where its middle is, and where that of its neighbours to the right is. */
  y: number;
  right: Box[];
}

/** Draws what leads to what; `go` is called with the place of what is clicked. */
export function drawPicture(parent: HTMLElement, shown: Shown, go: (place: Place) => void) {
  const all = shown.plan.workloads.length + shown.plan.coverage.workloads.filter(unreached).length;
  const draw = (limit: number) => {
    const width = Math.max(300, parent.clientWidth);
    const more = h("button", { type: "button", class: "plain", click: () => draw(all) }, `Show all ${count(all, "workload")}`);
    parent.replaceChildren(picture(shown, width, limit, go), all > limit ? more : "");
  };
  draw(FIRST);
}

/** Whether no route leads to a workload. */
export function unreached({ behind }: { behind: string }): boolean {
  return behind === "service" || behind === "nothing";
}

function picture(shown: Shown, width: number, limit: number, go: (place: Place) => void): SVGElement {
  const columns: Box[][] = [[], [], []];
  // On a phone there is no room for kinds: a title says them.
  const narrow = width < 480;
  const boxes = new Map<string, Box>();
  const box = (column: number, placed: Omit<Placed, "place"> & { place?: Place }, note: string): Box => {
    const { place, namespace, name } = placed;
    const key = place ? `${column} ${place.source} ${place.range.start}` : `${column} ${namespace} ${name}`;
    const found = boxes.get(key);
    if (found) return found;
    const made: Box = { kind: placed.kind, title: name, note, place, look: "", y: 0, right: [] };
    boxes.set(key, made);
    columns[column]!.push(made);
    return made;
  };
  const link = (from: Box | undefined, to: Box) => {
    if (from && !from.right.includes(to)) from.right.push(to);
  };
  for (const plan of shown.plan.workloads.slice(0, limit)) {
    const workload = box(2, { ...plan.workload, place: plan.place }, narrow ? `sleep ${plan.grace.sleep} of ${graceAfter(plan)} s` : `${plan.workload.kind} · ${time(plan)}`);
    workload.look = changed(plan) ? "changed" : "";
    for (const way of plan.ways) {
      const own = way.route && way.service && way.route.place.range.start === way.service.place.range.start;
      const route = way.route && !own ? box(0, way.route, [way.route.kind, way.class].filter(Boolean).join(" · ")) : undefined;
      const service = way.service && box(1, way.service, own ? "Service, its own route" : "Service");
      if (service) link(service, workload);
      link(route, service ?? workload);
    }
  }
  for (const other of shown.plan.coverage.workloads.filter(unreached).slice(0, Math.max(0, limit - columns[2]!.length))) {
    const why = other.services ? "no route" : "no Service";
    const one = box(2, other, narrow ? why : `${other.kind} · ${why}`);
    one.look = "unreached";
    for (const { exposed, ...service } of other.services ?? []) {
      const selecting = box(1, service, exposed && !narrow ? `Service · ${exposed}` : "Service");
      selecting.look = "unreached";
      link(selecting, one);
    }
  }
  const rows = arrange(columns);
  const height = HEAD + rows * STEP;
  const gap = Math.min(90, width * (narrow ? 0.045 : 0.06));
  // The text of a workload is the longest.
  const wides = (narrow ? [0.31, 0.31, 0.38] : [0.28, 0.28, 0.44]).map((part) => part * (width - 2 * gap - 2));
  const left = (column: number) => 1 + wides.slice(0, column).reduce((sum, wide) => sum + wide + gap, 0);
  const lines = columns.flatMap((column, at) => column.flatMap((from) => from.right.map((to) => line(from, to, left(at) + wides[at]!, left(columns[1]!.includes(to) ? 1 : 2)))));
  const heads = ["Routes", "Services", "Workloads"].map((text, at) => svg("text", { class: "head", x: left(at), y: 12 }, text));
  const drawn = columns.flatMap((column, at) => column.map((one) => node(one, left(at), wides[at]!, go)));
  const label = `${count(columns[0]!.length, "route")}, ${count(columns[1]!.length, "Service")}, ${count(columns[2]!.length, "workload")}`;
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": label }, ...heads, ...lines, ...drawn);
}

/** Gives each box its height: workloads in their order, the others beside what they lead to. Tells how many rows there are. */
function arrange([routes, services, workloads]: Box[][]): number {
  const middle = (row: number) => HEAD + row * STEP + HEIGHT / 2;
  workloads!.forEach((one, row) => (one.y = middle(row)));
  let rows = workloads!.length;
  for (const column of [services!, routes!]) {
    for (const one of column) one.y = one.right.reduce((sum, to) => sum + to.y, 0) / (one.right.length || 1);
    column.sort((a, b) => a.y - b.y);
    let free = middle(0);
    for (const one of column) {
      one.y = Math.max(free, one.y);
      free = one.y + STEP;
    }
    rows = Math.max(rows, Math.ceil((free - middle(0)) / STEP));
  }
  return rows;
}

function line(from: Box, to: Box, x: number, end: number): SVGElement {
  const middle = (x + end) / 2;
  return svg("path", { class: "way", d: `M${x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${end} ${to.y}` });
}

function node(box: Box, x: number, wide: number, go: (place: Place) => void): SVGElement {
  const { place } = box;
  // A character of the one font is 7.25 wide, of the other less than 5.8.
  const text = (y: number, name: string, size: number, text: string) =>
    svg("text", { class: name, x: x + PAD, y: box.y + y }, cut(text, Math.floor((wide - 2 * PAD) / size)));
  const where = place ? `line ${place.line}` : "";
  return svg(
    "g",
    { class: `node ${box.look}`, ...(place ? pressed(() => go(place)) : {}) },
    // What is heard, and seen where the mouse rests.
    svg("title", {}, `${box.kind} ${box.title}\n${box.note}\n${where}`),
    svg("rect", { x, y: box.y - HEIGHT / 2, width: wide, height: HEIGHT, rx: 5 }),
    text(-3, "name", 7.25, box.title),
    text(12, "note", 5.8, box.note),
  );
}

/** Whether something is written. */
export function changed(plan: Plan): boolean {
  const hooks = plan.containers.some(({ hook }) => ["added", "changed", "prepended", "replaced"].includes(hook.fate));
  return hooks || plan.grace.written !== undefined;
}

/** The grace period after the change. */
export function graceAfter({ grace }: Plan): number {
  return grace.written ?? grace.stated ?? 30;
}

function time(plan: Plan): string {
  return `sleep ${plan.grace.sleep} s, grace ${graceAfter(plan)} s`;
}
