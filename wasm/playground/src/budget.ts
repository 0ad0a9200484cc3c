// Time budgets, to scale: from the deletion of a pod to SIGKILL.
import { count, h, pressed, svg } from "./dom.ts";
import type { Place, Plan } from "./model.ts";
import { graceAfter } from "./picture.ts";

/** Workloads that are drawn before somebody asks for all of them. */
const FIRST = 40;
const TALL = 52;
const TOP = 18;
const BAR = 16;

/** Draws the budget of each workload, all on one scale. */
export function drawBudgets(parent: HTMLElement, plans: Plan[], go: (place: Place) => void) {
  const longest = Math.max(1, ...plans.map((plan) => Math.max(graceAfter(plan), plan.sleep.seconds)));
  const draw = (limit: number) => {
    const width = Math.max(280, parent.clientWidth);
    const more = h("button", { type: "button", class: "plain", click: () => draw(plans.length) }, `Show all ${count(plans.length, "workload")}`);
    parent.replaceChildren(...plans.slice(0, limit).map((plan) => budget(plan, width, longest, go)), plans.length > limit ? more : "");
  };
  draw(FIRST);
}

function budget(plan: Plan, width: number, longest: number, go: (place: Place) => void): HTMLElement {
  const { sleep, shutdown, margin, stated } = plan.grace;
  const grace = graceAfter(plan);
  const needed = plan.sleep.seconds;
  const scale = (width - 2) / longest;
  const x = (seconds: number) => 1 + seconds * scale;
  const part = (name: string, from: number, to: number, text: string) => {
    const wide = Math.max(0, (Math.min(to, grace) - from) * scale);
    const fits = wide > text.length * 6.2 + 8;
    return [
      svg("rect", { class: name, x: x(from), y: TOP, width: wide, height: BAR }, svg("title", {}, text)),
      ...(fits ? [svg("text", { class: "in", x: x(from) + 5, y: TOP + 12 }, text)] : []),
    ];
  };
  // Above the bar what the load balancer does, below it what the kubelet does.
  const mark = (seconds: number, above: boolean, text: string, late = x(seconds) > width / 2) => {
    const y = above ? TOP - 6 : TOP + BAR + 14;
    const at = late ? x(seconds) - 4 : x(seconds) + 4;
    return [
      svg("path", { class: above ? "mark lb" : "mark", d: above ? `M${x(seconds)} ${TOP - 14}V${TOP + BAR}` : `M${x(seconds)} ${TOP}V${TOP + BAR + 16}` }),
      svg("text", { class: above ? "lb" : "", x: at, y, "text-anchor": late ? "end" : "start" }, text),
    ];
  };
  const end = Math.min(sleep + shutdown, grace);
  const short = needed > sleep;
  const said =
    `Pod deleted at 0 s; the load balancer lets go within ${needed} s; SIGTERM at ${sleep} s; SIGKILL at ${grace} s. ` +
    (short ? `The sleep is ${needed - sleep} s too short.` : `The program has ${grace - sleep} s to shut down.`);
  const moments = () => {
    const [term, kill] = [sleep === 0 ? "SIGTERM at once" : `SIGTERM ${sleep} s`, `SIGKILL ${grace} s`];
    if (grace <= sleep) return mark(sleep, false, term);
    // Side by side where both fit between the moments; else on either side of them.
    const between = (term.length + kill.length) * 6.2 + 14 < (grace - sleep) * scale;
    const before = x(sleep) > term.length * 6.2 + 8;
    const behind = x(grace) + kill.length * 6.2 + 8 < width;
    const room = term.length * 6.2 + 8 < (grace - sleep) * scale;
    const first = room || before ? term : "SIGTERM";
    return [...mark(sleep, false, first, !between && before && !(behind && room)), ...mark(grace, false, kill, between || !behind)];
  };
  const late = () => {
    const text = `requests fail: still routed for ${needed - sleep} s`;
    const wide = (needed - sleep) * scale;
    const label = wide > text.length * 6.2 + 8 ? [svg("text", { class: "in", x: x(sleep) + 5, y: TOP + 12 }, text)] : [];
    return [svg("rect", { class: "lost", x: x(sleep), y: TOP, width: wide, height: BAR }, svg("title", {}, text)), ...label];
  };
  const before = stated === undefined ? "grace period was not set" : stated === grace ? "grace period unchanged" : `grace period was ${stated} s`;
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${width} ${TALL}`, width, height: TALL, role: "img", "aria-label": said, class: "bar" },
    ...part("sleep", 0, sleep, `sleep ${sleep} s`),
    ...part("shutdown", sleep, end, `shutdown ${shutdown} s`),
    ...part("margin", end, Math.max(end, grace), `margin ${margin} s`),
    ...mark(needed, true, `load balancer has let go: ${needed} s`),
    ...moments(),
    ...(short ? late() : []),
  );
  const name = h("span", { class: "link", ...pressed(() => go(plan.place)) }, `${plan.workload.kind} ${plan.workload.name}`);
  return h("div", { class: "budget" }, h("p", {}, name, h("span", { class: "quiet" }, before)), drawing);
}
