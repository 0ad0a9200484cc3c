// The options, as a form made from the configuration's JSON schema, and as the configuration that it stands for.
import schema from "../setprestop_v1alpha1.json";
import { code, h } from "./dom.ts";

interface Field {
  description?: string;
  type?: string | string[];
  enum?: (string | null)[];
  default?: string | number | boolean;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  items?: Field;
  properties?: Record<string, Field>;
  required?: string[];
  additionalProperties?: boolean | Field;
  propertyNames?: { enum: string[] };
}

/** What is set: a number, a choice, a text; rows of those; YAML as it was typed. */
export type Options = Record<string, unknown>;
type Row = Record<string, unknown>;

const fields = schema.properties.spec.properties as unknown as Record<string, Field>;

/** The configuration as YAML; none if nothing is set. */
export function configuration(options: Options): string | undefined {
  const set = Object.entries(options);
  if (set.length === 0) return undefined;
  const line = ([name, value]: [string, unknown]) =>
    kind(fields[name]!) === "text" ? `  ${name}:\n${String(value).replace(/^/gm, "    ")}\n` : `  ${name}: ${JSON.stringify(value)}\n`;
  return `apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec:\n${set.map(line).join("")}`;
}

function type(field: Field): string {
  return [field.type].flat().find((type) => type !== "null") ?? "";
}

/** How a field is edited. What is too deep for a form is typed as YAML. */
function kind(field: Field): "one" | "rows" | "pairs" | "text" {
  if (field.propertyNames) return "pairs";
  if (type(field) !== "array") return "one";
  const columns = Object.values(field.items?.properties ?? {});
  return columns.every((column) => ["string", "integer", "boolean"].includes(type(column))) ? "rows" : "text";
}

/** Draws the form for `options`, and tells of each change with the options as they are then. */
export function drawForm(parent: HTMLElement, options: Options, changed: (options: Options) => void) {
  const set = (name: string, value: unknown) => {
    if (value === undefined) delete options[name];
    else options[name] = value;
    changed(options);
  };
  // Seconds first, then choices, texts, switches, and what has several rows.
  const simple = (field: Field) => (field.enum ? 1 : ["integer", "", "string", "boolean"].indexOf(type(field)));
  const order = (field: Field) => ({ one: simple(field), pairs: 4, rows: 5, text: 6 })[kind(field)];
  const all = Object.entries(fields).sort(([, a], [, b]) => order(a) - order(b));
  parent.replaceChildren(...all.map(([name, field]) => draw(name, field, options[name], (value) => set(name, value))));
}

function draw(name: string, field: Field, value: unknown, set: (value: unknown) => void): HTMLElement {
  const id = `option-${name}`;
  const about = `${id}-about`;
  const help = h("p", { class: "help", id: about }, ...code(short(field)));
  if (kind(field) === "one") {
    const input = control(field, value, (value) => {
      help.replaceChildren(...code(short(field, value)));
      set(value);
    });
    input.id = id;
    input.setAttribute("aria-describedby", about);
    help.replaceChildren(...code(short(field, value)));
    return h("div", { class: "field" }, h("label", { for: id }, name), input, help);
  }
  const body = h("div", {});
  if (kind(field) === "text") {
    const area = h("textarea", { id, rows: 3, spellcheck: false, "aria-describedby": about, placeholder: "- group: …", input: () => set(area.value.trim() ? area.value : undefined) });
    area.value = String(value ?? "");
    return h("div", { class: "field wide" }, h("label", { for: id }, `${name} (YAML)`), area, help);
  }
  drawRows(body, name, field, value, set);
  return h("fieldset", { class: "field wide", id, tabindex: -1 }, h("legend", {}, name), help, body);
}

/** Rows with a column for each property; a map is rows with two. */
function drawRows(body: HTMLElement, name: string, field: Field, value: unknown, set: (value: unknown) => void) {
  const pairs = kind(field) === "pairs";
  const columns: Record<string, Field> = pairs
    ? { reason: { type: "string", enum: field.propertyNames!.enum }, severity: field.additionalProperties as Field }
    : field.items!.properties!;
  const needed = pairs ? ["reason", "severity"] : (field.items!.required ?? []);
  const rows: Row[] = pairs ? Object.entries(value ?? {}).map(([reason, severity]) => ({ reason, severity })) : [...((value as Row[]) ?? [])];
  const save = () => {
    const whole = rows.filter((row) => needed.every((key) => row[key] !== undefined));
    const result = pairs ? Object.fromEntries(whole.map((row) => [row.reason, row.severity])) : whole;
    set(whole.length === 0 ? undefined : result);
  };
  const redraw = () => {
    const cell = (row: Row, number: number, [key, column]: [string, Field]) => {
      const input = control(column, row[key], (value) => {
        if (value === undefined) delete row[key];
        else row[key] = value;
        save();
      });
      input.setAttribute("aria-label", `${name} ${number + 1}: ${key}`);
      return h("label", {}, h("span", {}, key), input);
    };
    const line = (row: Row, number: number) => {
      const remove = () => {
        rows.splice(number, 1);
        save();
        redraw();
      };
      const away = h("button", { type: "button", class: "plain", click: remove, "aria-label": `Remove ${name} ${number + 1}` }, "×");
      return h("div", { class: "row" }, ...Object.entries(columns).map((column) => cell(row, number, column)), away);
    };
    const add = () => {
      rows.push({});
      redraw();
      body.querySelector<HTMLElement>(".row:last-of-type input, .row:last-of-type select")?.focus();
    };
    body.replaceChildren(...rows.map(line), h("button", { type: "button", class: "plain", click: add, "aria-label": `Add to ${name}` }, "+ Add"));
  };
  redraw();
}

/** One value, as the element that fits its type. */
function control(field: Field, value: unknown, set: (value: unknown) => void): HTMLInputElement | HTMLSelectElement {
  if (field.enum) {
    const none = field.default === undefined ? "" : `${field.default} (default)`;
    const choices = field.enum.filter((choice) => choice !== null && choice !== field.default) as string[];
    const select = h("select", { change: () => set(select.value || undefined) }, h("option", { value: "" }, none), ...choices.map((choice) => h("option", {}, choice)));
    select.value = String(value ?? "");
    return select;
  }
  if (type(field) === "boolean") {
    const box = h("input", { type: "checkbox", change: () => set(box.checked || undefined) });
    box.checked = value === true;
    return box;
  }
  const number = type(field) === "integer";
  const read = () => (input.value === "" || !input.checkValidity() ? undefined : number ? input.valueAsNumber : input.value);
  const shape = number ? { type: "number", min: field.minimum, max: field.maximum, step: 1 } : { type: "text", pattern: field.pattern?.replace(/^\^|\$$/g, "") };
  const input = h("input", { ...shape, placeholder: field.default as string, spellcheck: false, autocomplete: "off", input: () => set(read()) });
  input.value = String(value ?? "");
  return input;
}

/** What a field is for, and what its value means. */
function short(field: Field, value?: unknown): string {
  const text = field.description ?? "";
  const meaning = text.match(new RegExp(`\\b${value ?? field.default}: (.+?\\.)(?= |$)`));
  const what = text.split(/ \[default|\. /)[0]!.replace(/\.$/, "");
  return field.enum && meaning ? `${what}. ${meaning[1]}` : `${what}.`;
}
