// Runs the WASI command on Node's `node:wasi`: `node wasi.mjs MODULE`, a JSON list of cases on stdin, a list of
// results on stdout. A case is `{ args, stdin, folder }` with a file as stdin and a folder that is the command's own; a
// result is `{ code, stdout, stderr }`.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const cases = JSON.parse(readFileSync(0, "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "set-prestop-"));
const results = cases.map(({ args, stdin, folder }) => {
  const [output, errors] = ["stdout", "stderr"].map((name) => join(scratch, name));
  const streams = [openSync(stdin, "r"), openSync(output, "w"), openSync(errors, "w")];
  const wasi = new WASI({
    version: "preview1",
    args: ["set-prestop", ...args],
    preopens: { ".": folder },
    stdin: streams[0],
    stdout: streams[1],
    stderr: streams[2],
    returnOnExit: true,
  });
  const code = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
  streams.forEach(closeSync);
  return { code, stdout: readFileSync(output, "utf8"), stderr: readFileSync(errors, "utf8") };
});
rmSync(scratch, { recursive: true });
console.log(JSON.stringify(results));
