// The entry for browsers and bundlers: the module is fetched from beside the glue, whose `new URL(…, import.meta.url)`
// bundlers know as a file to take along.
import init from "./set_prestop.js";

await init();

export { rewrite, rewriteResourceList, SetPreStopError } from "./api.js";
