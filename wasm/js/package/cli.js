#!/usr/bin/env node
// The command `set-prestop`: the module for WASI, with the files that a native command would see.
import { readFileSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";

// Node warns that its WASI is experimental; whoever calls this command can do nothing about it.
const warn = process.emitWarning;
process.emitWarning = (warning, type, ...rest) => {
  if (type !== "ExperimentalWarning") warn.call(process, warning, type, ...rest);
};
const { WASI } = await import("node:wasi");

// WASI sees the folders that are handed over and no others: here the working folder and each one above it. An absolute path is one from there.
const preopens = { ".": "." };
const depth = process.cwd().split(/[\\/]/).filter(Boolean).length;
for (let up = 1; up <= depth; up += 1) {
  const above = Array(up).fill("..").join("/");
  preopens[above] = above;
}
const reach = (text) => {
  const near = isAbsolute(text) ? relative(".", text) || "." : text;
  return sep === "/" ? near : near.replaceAll(sep, "/");
};
const args = process.argv.slice(2).map((text) => text.replace(/^(--[a-z-]+=)?(.*)$/s, (_, flag = "", value) => flag + reach(value)));
const env = { ...process.env };
if (env.SET_PRESTOP_REPORT) env.SET_PRESTOP_REPORT = reach(env.SET_PRESTOP_REPORT);

const wasi = new WASI({ version: "preview1", args: ["set-prestop", ...args], env, preopens });
const module = new WebAssembly.Module(readFileSync(new URL("./set-prestop.wasm", import.meta.url)));
process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
