// What runs first: it starts the worker, asks for the example's changes and shows them as a diff. The rest of the page, which is
// mostly the editor, is read only then: the worker can't start while it is.
import example from "../tea.yaml";
import type { Failed, Reply, Request, Shown } from "./model.ts";
import { paint } from "./output.ts";

const waiting = new Map<number, (reply: Reply) => void>();
let asked = 0;

type Question<T> = T extends unknown ? Omit<T, "id"> : never;

/** What the rest of the page is handed. */
export interface Start {
  /** The example's file, and what came of it: only where the address holds nothing else. */
  example: string;
  first?: Promise<Shown | Failed>;
  ask<Answer>(question: Question<Request>): Promise<Answer>;
  paint: typeof paint;
}

const text = (id: string) => document.getElementById(id)!.textContent!;
const engine = new Worker(URL.createObjectURL(new Blob([text("worker")], { type: "text/javascript" })));
engine.onmessage = ({ data }: MessageEvent<Reply>) => {
  waiting.get(data.id)?.(data);
  waiting.delete(data.id);
};
engine.onerror = (event) => broken(event.message);

function broken(why: unknown) {
  document.getElementById("summary")!.textContent = `The module can't be started: ${why}`;
}

function ask<Answer>(question: Question<Request>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const id = (asked += 1);
    waiting.set(id, (reply) => ("broken" in reply ? reject(new Error(reply.broken)) : resolve(reply.result as Answer)));
    engine.postMessage({ id, ...question });
  });
}

/** The bytes of a text in base64. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native) return native(text);
  const chars = atob(text);
  const made = new Uint8Array(chars.length);
  for (let at = 0; at < chars.length; at += 1) made[at] = chars.charCodeAt(at);
  return made;
}

/** Called behind the module's text, above the rest of the page's: compiles the module while the worker starts. */
async function go() {
  // A frame with the diff in it comes before the rest.
  if (location.hash.startsWith("#s=")) rest();
  else first().finally(() => requestAnimationFrame(() => setTimeout(rest)));
  try {
    engine.postMessage(await compiled());
  } catch (error) {
    broken(error);
  }
}

/** The module, which is gzip in base64. */
function compiled(): Promise<WebAssembly.Module> {
  const unpacked = new Blob([bytes(text("module"))]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compileStreaming(new Response(unpacked, { headers: { "content-type": "application/wasm" } }));
}

/** Runs the rest of the page, once all of it has come. */
function rest() {
  if (document.readyState === "loading") {
    addEventListener("DOMContentLoaded", rest, { once: true });
    return;
  }
  const script = document.createElement("script");
  script.textContent = text("page");
  document.body.append(script);
}

async function first() {
  const early = document.createElement("pre");
  early.textContent = example;
  document.getElementById("manifests")!.append(early);
  start.first = ask<Shown | Failed>({ files: [{ name: "manifests.yaml", text: example }] });
  const shown = await start.first;
  if (!("failed" in shown)) await paint(document.getElementById("output")!, shown.diff, "diff");
  performance.measure("first diff");
}

const start: Start & { go: typeof go } = { example, ask, paint, go };
Object.assign(globalThis, { start });
