// The worker: the module, and the work that must not hold up the page.
import init, { show, simulate } from "../module/set_prestop.js";
import type { Failed, File, Place, Reply, Request, Shown } from "./model.ts";

let given: (module: WebAssembly.Module) => void;
const ready = new Promise<WebAssembly.Module>((resolve) => (given = resolve)).then((module) => init({ module_or_path: module }));

// The module is compiled by the page while this starts, and is the first message or a later one.
self.onmessage = async ({ data }: MessageEvent<WebAssembly.Module | Request>) => {
  if (data instanceof WebAssembly.Module) {
    given(data);
    return;
  }
  try {
    await ready;
    const result = "races" in data ? data.races.map((race) => JSON.parse(simulate(JSON.stringify(race)))) : run(data.files, data.config);
    answer({ id: data.id, result });
  } catch (error) {
    answer({ id: data.id, broken: String(error) });
  }
};

function answer(reply: Reply) {
  self.postMessage(reply);
}

function run(files: File[], config?: string): Shown | Failed {
  const names = files.map((file) => file.name);
  const texts = files.map((file) => file.text.toWellFormed());
  const readOnly = Uint8Array.from(files, (file) => Number(Boolean(file.context)));
  const result: Shown | Failed = JSON.parse(show(names, texts, readOnly, config));
  if ("failed" in result) {
    units(texts, result.messages);
    return result;
  }
  result.json = `${JSON.stringify(result.plan, null, 2)}\n`;
  units(texts, result);
  return result;
}

/** Makes all places below `value` count in UTF-16 code units instead of bytes. */
function units(texts: string[], value: unknown) {
  const maps = new Map<number, Uint32Array>();
  const map = (source: number) => maps.get(source) ?? maps.set(source, unitsOfBytes(texts[source] ?? "")).get(source)!;
  const ascii = texts.map((text) => /^[\x00-\x7f]*$/.test(text));
  const walk = (node: unknown) => {
    if (!node || typeof node !== "object") return;
    const place = node as Place;
    if (place.range && place.source !== undefined && !ascii[place.source]) {
      const to = map(place.source);
      place.range = { start: to[place.range.start] ?? 0, end: to[place.range.end] ?? 0 };
    }
    Object.values(node).forEach(walk);
  };
  walk(value);
}

/** For each byte of the text as UTF-8 the code unit that it belongs to. */
function unitsOfBytes(text: string): Uint32Array {
  const map = new Uint32Array(text.length * 3 + 1);
  let byte = 0;
  let unit = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    map.fill(unit, byte, byte + bytes);
    byte += bytes;
    unit += char.length;
  }
  map[byte] = unit;
  return map;
}

