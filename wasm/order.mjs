// Names the functions of a module so that `wasm-opt --reorder-functions-by-name` puts those beside each other that are alike:
// `node wasm/order.mjs MODULE NAMED`. gzip finds a repetition only in the 32 KiB before it.
import { readFileSync, writeFileSync } from "node:fs";

const CODE = 10;
const WINDOW = 1 << 15;
// Functions are alike if they share sequences of so many bytes; what very many share says nothing of any two.
const SEQUENCE = 6;
const MOST_SHARED = 60;
// wasm-opt has put the functions that are called most often first, where their numbers are short. There they stay.
const STAY = 60;

const [, , from, to] = process.argv;
const module = readFileSync(from);

// The number at a place, and the place behind it.
function number(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = module[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}

function encoded(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

// The bodies of the module's own functions.
function bodies() {
  const found = [];
  for (let at = 8; at < module.length; ) {
    const id = module[at];
    const [size, start] = number(at + 1);
    at = start + size;
    if (id !== CODE) continue;
    for (let [left, begin] = number(start); left > 0; left--) {
      const [length, inside] = number(begin);
      found.push(module.subarray(inside, inside + length));
      begin = inside + length;
    }
  }
  return found;
}

function sequences(body) {
  const found = new Set();
  for (let at = 0; at + SEQUENCE <= body.length; at++) found.add(body.toString("latin1", at, at + SEQUENCE));
  return found;
}

// The functions in their new order: each is the one that shares most with what stands in the window before it.
function order(functions) {
  const holders = new Map();
  functions.forEach((body, index) => {
    for (const sequence of sequences(body)) {
      const known = holders.get(sequence);
      if (known) known.push(index);
      else holders.set(sequence, [index]);
    }
  });
  // Of each function its sequences that others have too: the lists of those that have them.
  const shared = functions.map(() => []);
  for (const list of holders.values()) {
    if (list.length > 1 && list.length <= MOST_SHARED) for (const index of list) shared[index].push(list);
  }

  const score = new Float64Array(functions.length);
  const times = new Map();
  const count = (index, by) => {
    for (const list of shared[index]) {
      const before = times.get(list) ?? 0;
      times.set(list, before + by);
      if (before === 0 || before + by === 0) for (const other of list) score[other] += by;
    }
  };

  const placed = [];
  let bytes = 0;
  let first = 0;
  const place = (left) => {
    while (left.size > 0) {
      let best;
      let most = -1;
      for (const index of left) {
        const value = score[index] / Math.sqrt(functions[index].length);
        if (value > most) [best, most] = [index, value];
      }
      left.delete(best);
      placed.push(best);
      count(best, 1);
      bytes += functions[best].length;
      for (; bytes > WINDOW && first < placed.length - 1; first++) {
        bytes -= functions[placed[first]].length;
        count(placed[first], -1);
      }
    }
  };
  const all = functions.map((_, index) => index);
  place(new Set(all.slice(0, STAY)));
  place(new Set(all.slice(STAY)));
  return placed;
}

// The section of names. Imported functions have the first numbers.
function named(placed, imported) {
  const names = placed
    .map((index, rank) => [index, String(rank).padStart(6, "0")])
    .sort(([one], [other]) => one - other)
    .flatMap(([index, name]) => [...encoded(imported + index), name.length, ...Buffer.from(name)]);
  const list = [...encoded(placed.length), ...names];
  const content = [4, ...Buffer.from("name"), 1, ...encoded(list.length), ...list];
  return Buffer.from([0, ...encoded(content.length), ...content]);
}

const { length: imported } = WebAssembly.Module.imports(new WebAssembly.Module(module)).filter(({ kind }) => kind === "function");
writeFileSync(to, Buffer.concat([module, named(order(bodies()), imported)]));
