// Runs a module in the host of `host.mjs`: `node kpt.mjs MODULE`, a JSON list of `{ input, runtime }` on stdin, a list of
// what kpt would get on stdout. `node kpt.mjs --describe MODULE` prints its imports and exports.
import { readFileSync } from "node:fs";
import { run } from "./host.mjs";

const describe = process.argv[2] === "--describe";
const module = new WebAssembly.Module(readFileSync(process.argv[describe ? 3 : 2]));
if (describe) {
  const imports = WebAssembly.Module.imports(module);
  const exports = WebAssembly.Module.exports(module).filter(({ kind }) => kind !== "global");
  console.log(JSON.stringify({ imports, exports }));
} else {
  const cases = JSON.parse(readFileSync(0, "utf8"));
  console.log(JSON.stringify(cases.map(({ input, runtime }) => run(module, input, runtime))));
}
