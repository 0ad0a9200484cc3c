// Messages: as a list, and as what the editor underlines.
import type { Diagnostic } from "@codemirror/lint";
import { code, count, h } from "./dom.ts";
import type { Message } from "./model.ts";

/** Messages that are listed; the others are counted. */
const LISTED = 100;
// What is told as info is in the diff, too.
const ORDER = ["error", "warning", "advice", "info"];
const REFERENCE = "https://github.com/set-prestop/set-prestop/blob/main/docs/messages.md";

/** Lists messages, the gravest first; `go` is called with the one that is clicked. */
export function drawMessages(parent: HTMLElement, messages: Message[], go: (message: Message) => void) {
  const sorted = messages.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  const item = (message: Message) => {
    const { place, object, severity, help, field } = message;
    const where = place ? (place.name === "config" ? "options" : `${place.name}:${place.line}:${place.column}`) : "";
    const last = field?.split(".").at(-1);
    // Of one of the containers the text says which.
    const of = last !== "containers" && last && `\`${last}\``;
    const about = [object && `${object.kind} ${object.name}`, of].filter(Boolean).join(" ");
    const what = about ? `${about}: ${message.text}` : message.text;
    return h(
      "li",
      { class: severity },
      h("span", { class: "severity" }, severity),
      h("a", { class: "reason", href: REFERENCE, target: "_blank", rel: "noreferrer", title: "All messages and their meaning" }, message.reason),
      where && h("button", { type: "button", class: "link", click: () => go(message), title: field }, where),
      h("p", {}, ...code(what)),
      help && h("p", { class: "quiet" }, ...code(help)),
    );
  };
  const more = sorted.length - LISTED;
  parent.replaceChildren(...sorted.slice(0, LISTED).map(item), more > 0 ? h("li", { class: "quiet" }, `and ${count(more, "more message")}`) : "");
}

/** How many messages of which severity there are, in words. */
export function counted(messages: Message[]): string {
  const number = (severity: string) => messages.filter((message) => message.severity === severity).length;
  const words = { error: "error", warning: "warning", advice: "advice", info: "info" };
  const parts = Object.entries(words).map(([severity, word]) => [number(severity), word] as const);
  const told = parts.filter(([number]) => number > 0);
  return told.map(([number, word]) => (word === "advice" || word === "info" ? `${number} ${word}` : count(number, word))).join(", ") || "none";
}

/** What the editor underlines in one of the files. */
export function diagnostics(messages: Message[], source: number): Diagnostic[] {
  const severities = { error: "error", warning: "warning", info: "info", advice: "hint" } as const;
  return messages
    .filter(({ place }) => place?.source === source)
    .map(({ place, severity, text, help }) => ({
      from: place!.range.start,
      to: place!.range.end,
      severity: severities[severity],
      message: help ? `${text}\n${help}` : text,
    }));
}
