import * as module from "./set_prestop.js";

export class SetPreStopError extends Error {
  constructor({ messages, output }) {
    const first = messages.find((message) => message.severity === "error") ?? messages[0];
    const place = first.place && `${first.place.name}:${first.place.line}:${first.place.column}: `;
    super(`${place ?? ""}${first.text}`);
    this.name = "SetPreStopError";
    this.reason = first.reason;
    this.line = first.place?.line;
    this.column = first.place?.column;
    this.help = first.help;
    this.messages = messages;
    this.output = output;
  }
}

export function rewrite(manifests, config) {
  const single = typeof manifests === "string";
  const sources = single ? [{ name: "manifests", text: manifests }] : manifests;
  if (!Array.isArray(sources)) {
    throw new TypeError("manifests: expected a string or an array of { name, text }");
  }
  const names = sources.map((source, index) => text(source?.name, `manifests[${index}].name`));
  const texts = sources.map((source, index) => text(source?.text, single ? "manifests" : `manifests[${index}].text`));
  const readOnly = Uint8Array.from(sources, (source) => (source.readOnly ? 1 : 0));
  const { outputs, ...result } = checked(JSON.parse(module.rewrite(names, texts, readOnly, configuration(config))));
  return { output: single ? outputs[0] : outputs, ...result };
}

export function rewriteResourceList(resourceList) {
  const { outputs, ...result } = checked(JSON.parse(module.rewriteResourceList(text(resourceList, "resourceList"))));
  return { output: outputs[0], ...result };
}

function configuration(config) {
  if (config === undefined || config === null) return undefined;
  if (typeof config === "string") return text(config, "config");
  if (typeof config !== "object" || Array.isArray(config)) {
    throw new TypeError("config: expected a string or an object");
  }
  const whole = "kind" in config || "spec" in config;
  // JSON is YAML, so the module reads it as it reads a file.
  return JSON.stringify(whole ? config : { apiVersion: "set-prestop.dev/v1alpha1", kind: "SetPreStop", spec: config });
}

function text(value, what) {
  if (typeof value !== "string") throw new TypeError(`${what}: expected a string`);
  // Half a surrogate pair has no UTF-8 form: it would come out as another character.
  if (!value.isWellFormed()) throw new TypeError(`${what}: the string holds half a surrogate pair`);
  return value;
}

function checked(result) {
  if (result.failed) throw new SetPreStopError(result);
  return result;
}
