// A project that uses the package as it comes from the registry.
import { readFileSync } from "node:fs";
import { rewrite } from "set-prestop";

process.stdout.write(rewrite(readFileSync(process.argv[2], "utf8")).output);
