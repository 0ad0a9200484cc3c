// The entry for Node: the module lies beside this file and is read at once, so `require` works too where Node has it.
import { readFileSync } from "node:fs";
import { initSync } from "./set_prestop.js";

initSync({ module: readFileSync(new URL("./set_prestop_bg.wasm", import.meta.url)) });

export { rewrite, rewriteResourceList, SetPreStopError } from "./api.js";
