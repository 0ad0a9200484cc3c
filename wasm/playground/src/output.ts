// Shows a text that is only read: all of it is there for a search and for those who hear it, and what is out of view costs no layout.

/** Lines that are laid out together, or not at all. */
const BLOCK = 100;
/** Milliseconds after which others get their turn. */
const TURN = 12;

/** Waits for what else is to be done: a click, a frame. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** What was painted last, by its element. */
const newest = new WeakMap<HTMLElement, string>();

/** Shows `text` with the colours of its form. */
export async function paint(parent: HTMLElement, text: string, form: string) {
  newest.set(parent, text);
  const lines = text.split(/\r?\n/);
  const colour = form === "diff" ? diffLine : form === "kubectl" ? plainLine : yamlLine;
  const blocks: HTMLElement[] = [];
  let turn = performance.now();
  for (let at = 0; at < lines.length; at += BLOCK) {
    const block = document.createElement("pre");
    const some = lines.slice(at, at + BLOCK);
    if (lines.length > BLOCK) block.style.setProperty("--lines", String(some.length));
    block.append(...some.flatMap(colour));
    blocks.push(block);
    if (performance.now() - turn < TURN) continue;
    await pause();
    if (newest.get(parent) !== text) return;
    turn = performance.now();
  }
  const scrolled = parent.scrollTop;
  parent.replaceChildren(...blocks);
  parent.scrollTop = scrolled;
}

function span(name: string, text: string): HTMLElement {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}

function plainLine(line: string): (string | HTMLElement)[] {
  return [`${line}\n`];
}

function diffLine(line: string): (string | HTMLElement)[] {
  const name = /^(---|\+\+\+) /.test(line) ? "file" : { "+": "added", "-": "removed", "@": "hunk" }[line[0] ?? ""];
  return [name ? span(name, `${line}\n`) : `${line}\n`];
}

function yamlLine(line: string): (string | HTMLElement)[] {
  const [, before, key, after] = line.match(/^(\s*(?:- +)*)([^\s"'#:]+|"[^"]+")(:(?: .*)?)$/) ?? [];
  if (key !== undefined) return [before!, span("key", key), `${after}\n`];
  return [/^\s*#/.test(line) ? span("remark", `${line}\n`) : `${line}\n`];
}
