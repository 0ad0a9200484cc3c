// Elements in one call.

type Value = string | number | boolean | undefined | ((event: never) => void);
type Child = Node | string | false | undefined;

function fill<E extends Element>(element: E, attributes: Record<string, Value>, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== false && child !== undefined));
  return element;
}

/** An HTML element; a function is a listener for the event of its name. */
export function h<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Record<string, Value> = {}, ...children: Child[]) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(name: K, attributes: Record<string, Value> = {}, ...children: Child[]) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/** The element of index.html with this id. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** `1 workload`, `2 workloads`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Things in backquotes as code. */
export function code(text: string): Node[] {
  return text.split("`").map((part, at) => (at % 2 ? h("code", {}, part) : new Text(part)));
}

/** Cuts a text to so many characters. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(1, length - 1))}…` : text;
}

/** Makes something a button for mouse and keyboard that is none by itself, as in an SVG. */
export function pressed(act: () => void): Record<string, Value> {
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  };
  return { role: "button", tabindex: 0, click: act, keydown: key };
}

/** Tabs, as the pattern of WAI-ARIA has them: arrows move, and what is moved to is shown. */
export function tabs(list: HTMLElement, chosen: (id: string) => void): (id: string) => void {
  const all = [...list.querySelectorAll<HTMLElement>("[role=tab]")];
  const choose = (id: string) => {
    for (const tab of all) {
      const is = tab.id === id;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
    }
    chosen(id);
  };
  for (const tab of all) tab.addEventListener("click", () => choose(tab.id));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = all[(at + step + all.length) % all.length]!;
    next.focus();
    choose(next.id);
  });
  return choose;
}
