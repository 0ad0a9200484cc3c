// Runs the npm package: `node npm.mjs FOLDER`, a JSON list of cases on stdin, a list of results on stdout.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { answer } from "./answer.mjs";

const { exports } = JSON.parse(readFileSync(`${process.argv[2]}/package.json`, "utf8"));
const module = await import(new URL(exports["."].node, pathToFileURL(`${process.argv[2]}/`)));
const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map((one) => answer(module, one))));
