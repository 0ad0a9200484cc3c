// What the page shows, in its address: JSON, deflated, in base64 for URLs. A fragment is never sent to a server.
import type { Options } from "./form.ts";
import type { File, Race } from "./model.ts";

export interface State {
  files: File[];
  options: Options;
  form: string;
  race: Partial<Race>;
}

/** Characters that every browser keeps of an address. */
const LONGEST = 60_000;

/** The fragment for a state; none if it would be too long. */
export async function pack(state: State): Promise<string | undefined> {
  const stream = new Blob([JSON.stringify(state)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  if (bytes.length * 4 > LONGEST * 3) return undefined;
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `#s=${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** The state of a fragment; none if it holds none. */
export async function unpack(fragment: string): Promise<State | undefined> {
  const packed = fragment.match(/^#s=([\w-]+)$/)?.[1];
  if (!packed) return undefined;
  const text = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const { files, options, form, race } = await new Response(stream).json();
  if (!Array.isArray(files) || files.some(({ name, text }) => typeof name !== "string" || typeof text !== "string")) return undefined;
  return { files, options: options ?? {}, form: form ?? "diff", race: race ?? {} };
}
