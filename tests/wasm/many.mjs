// Calls the npm package ten thousand times, every third time so that it fails: `node many.mjs FOLDER`, a text on stdin.
// Prints the bytes of the module's memory after the first hundred calls, and after the last, and whether the answer stayed the same.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// The memory is not handed out, so it is caught where the module is made.
let memory;
const { Instance, instantiate } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...made) {
    super(...made);
    memory = this.exports.memory;
  }
};
WebAssembly.instantiate = async (...made) => {
  const result = await instantiate.call(WebAssembly, ...made);
  memory = (result.instance ?? result).exports.memory;
  return result;
};

const { exports } = JSON.parse(readFileSync(`${process.argv[2]}/package.json`, "utf8"));
const { rewrite } = await import(new URL(exports["."].node, pathToFileURL(`${process.argv[2]}/`)));
const text = readFileSync(0, "utf8");
const first = JSON.stringify(rewrite(text));
const fails = () => {
  try {
    rewrite("kind: Ingress\nspec: [");
  } catch (error) {
    return error.name;
  }
};
let same = true;
let failed = 0;
let early;
for (let call = 0; call < 10_000; call++) {
  if (call === 100) early = memory.buffer.byteLength;
  if (call % 3 === 2) failed += fails() === "SetPreStopError" ? 1 : 0;
  else same &&= JSON.stringify(rewrite(text)) === first;
}
console.log(JSON.stringify({ early, late: memory.buffer.byteLength, failed, same }));
