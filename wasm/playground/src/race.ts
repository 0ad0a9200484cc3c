// The race: one rolling restart without and with the hook, by the model of src/simulate.rs.
import { byId, count, h, svg } from "./dom.ts";
import type { Lost, Plan, Race } from "./model.ts";
import { graceAfter } from "./picture.ts";

interface Slider {
  label: string;
  unit: string;
  max: number;
}

const sliders: Record<keyof Race, Slider> = {
  lag: { label: "Load balancer lags by", unit: "s", max: 180 },
  sleep: { label: "Sleep of the hook", unit: "s", max: 180 },
  shutdown: { label: "Program goes on after SIGTERM", unit: "s", max: 60 },
  grace: { label: "Grace period", unit: "s", max: 300 },
  rate: { label: "Requests per second", unit: "/s", max: 500 },
  replicas: { label: "Replicas", unit: "", max: 30 },
};
const names = Object.keys(sliders) as (keyof Race)[];

/** The sliders and the two timelines. */
export class RaceView {
  /** What was set by hand; it stays when the manifests change. */
  own: Partial<Race> = {};
  #given: Race = { lag: 10, sleep: 10, shutdown: 0, grace: 45, rate: 40, replicas: 3 };
  readonly #run: (races: Race[]) => Promise<Lost[]>;
  readonly #changed: () => void;

  constructor(run: (races: Race[]) => Promise<Lost[]>, changed: () => void) {
    this.#run = run;
    this.#changed = changed;
    byId("race-reset").addEventListener("click", () => {
      this.own = {};
      this.draw();
      changed();
    });
    byId("sliders").append(...names.map((name) => this.#slider(name)));
  }

  /** Takes the times of a workload. */
  give(plan: Plan | undefined) {
    const name = plan && `${plan.workload.kind} ${plan.workload.name}: `;
    byId("race-of").textContent = `${name ?? ""}one rolling restart, simulated`;
    if (plan) {
      const pods = plan.rollout && "pods" in plan.rollout ? plan.rollout.pods : undefined;
      const replicas = Math.min(Math.max(pods ?? 3, 1), sliders.replicas.max);
      this.#given = { ...this.#given, lag: plan.sleep.seconds, sleep: plan.grace.sleep, grace: graceAfter(plan), replicas };
    }
    return this.draw();
  }

  #slider(name: keyof Race): HTMLElement {
    const { label, max } = sliders[name];
    const input = h("input", { id: `race-${name}`, type: "range", min: name === "replicas" || name === "rate" ? 1 : 0, max, step: 1 });
    input.addEventListener("input", () => {
      this.own[name] = input.valueAsNumber;
      this.draw();
      this.#changed();
    });
    return h("div", { class: "slider" }, h("label", { for: input.id }, label), h("output", { for: input.id, id: `${input.id}-now` }), input);
  }

  async draw() {
    const race = { ...this.#given, ...this.own };
    for (const name of names) {
      const input = byId<HTMLInputElement>(`race-${name}`);
      const text = [race[name], sliders[name].unit].join(sliders[name].unit === "/s" ? "" : " ").trim();
      input.max = String(Math.max(sliders[name].max, race[name]));
      input.value = String(race[name]);
      input.setAttribute("aria-valuetext", text);
      byId(`race-${name}-now`).textContent = text;
    }
    byId("race-reset").hidden = Object.keys(this.own).length === 0;
    const [without, withHook] = await this.#run([{ ...race, sleep: 0 }, race]);
    if (!without || !withHook) return;
    const lost = ({ requests }: Lost) => (requests < 0.5 ? "none" : `about ${Math.round(requests)}`);
    byId("race-said").textContent =
      `At ${race.rate} requests per second, one rolling restart of ${count(race.replicas, "pod")} loses ` +
      `${lost(without)} without the hook, and ${lost(withHook)} with it.`;
    const end = Math.max(race.lag, without.goneAfter, withHook.goneAfter, 1) * 1.08;
    const most = Math.max(race.rate / race.replicas, ...without.bySecond, ...withHook.bySecond);
    const parent = byId("race");
    const width = Math.max(280, parent.clientWidth);
    parent.replaceChildren(
      timeline("Without the hook", { ...race, sleep: 0 }, without, width, end, most),
      timeline(`With a sleep of ${race.sleep} s`, race, withHook, width, end, most),
    );
  }
}

/** What happens to one pod, and below it the requests that the whole restart loses in each second. */
function timeline(title: string, race: Race, lost: Lost, width: number, end: number, most: number): HTMLElement {
  const left = width > 520 ? 96 : 0;
  const x = (seconds: number) => left + (seconds / end) * (width - left - 2);
  const total = Math.round(lost.requests);
  const lanes = left ? [svg("text", { x: 0, y: 29 }, "load balancer"), svg("text", { x: 0, y: 53 }, "pod")] : [];
  const bar = (name: string, y: number, from: number, to: number, text: string) => {
    const wide = Math.max(0, x(to) - x(from));
    const fits = wide > text.length * 6.2 + 8;
    const label = fits ? [svg("text", { class: "in", x: x(from) + 5, y: y + 12 }, text)] : [];
    return [svg("rect", { class: name, x: x(from), y, width: wide, height: 16 }, svg("title", {}, text)), ...label];
  };
  const failing = lost.goneAfter < race.lag ? bar("lost", 41, lost.goneAfter, race.lag, `gone: requests fail for ${round(race.lag - lost.goneAfter)} s`) : [];
  const seconds = lost.bySecond.length;
  const column = (width - left - 2) / Math.max(1, seconds);
  const chart = lost.bySecond.map((number, second) => {
    const height = number < 0.005 ? 0 : Math.max(1, (number / most) * 24);
    return svg("rect", { class: "lost-column", x: left + second * column, y: 102 - height, width: Math.max(0.5, column - 0.5), height });
  });
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${width} 122`, width, height: 122, role: "img", "aria-label": said(title, race, lost), class: "bar" },
    ...lanes,
    ...bar("sends", 17, 0, race.lag, "still sends to the pod"),
    ...bar("sleep", 41, 0, Math.min(race.sleep, lost.goneAfter), "serves: the hook sleeps"),
    ...bar("shutdown", 41, Math.min(race.sleep, lost.goneAfter), lost.goneAfter, "shuts down"),
    ...failing,
    svg("path", { class: "mark", d: `M${x(Math.min(race.sleep, lost.goneAfter))} 38V60` }),
    ...chart,
    svg("path", { class: "axis", d: `M${left} 102.5H${width}` }),
    svg("text", { x: left, y: 10 }, "pod deleted"),
    // The columns have a scale of their own: the whole restart.
    svg("text", { x: left, y: 116 }, "lost in each second of the restart"),
    svg("text", { x: width - 2, y: 116, "text-anchor": "end" }, `${seconds} s`),
  );
  const verdict = h("strong", { class: total > 0 ? "bad" : "good" }, total > 0 ? `${total} requests lost` : "no request lost");
  return h("figure", { class: "timeline" }, h("figcaption", {}, title, verdict), drawing);
}

function said(title: string, race: Race, lost: Lost): string {
  return `${title}: the load balancer sends to a deleted pod for ${race.lag} s, and its program ends after ${round(lost.goneAfter)} s. ${Math.round(lost.requests)} requests are lost.`;
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
