// Bundles the page and its worker and writes both, with the module, into one HTML file: `node pack.js FILE`.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

async function bundle(entry) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    loader: { ".yaml": "text" },
    // With it the editor parses for 100 ms at a time, and for what is left of a frame without.
    define: { "navigator.scheduling": "undefined" },
    // The worker never loads the module by itself: it is handed over.
    logOverride: { "empty-import-meta": "silent" },
    legalComments: "none",
  });
  // Nothing in a script may end its element.
  return result.outputFiles[0].text.replaceAll("</script", "<\\/script");
}

const worker = await bundle("src/engine.ts");
const page = await bundle("src/main.ts");
const start = await bundle("src/start.ts");
const go = "start.go()";
const module = gzipSync(readFileSync("module/set_prestop_bg.wasm"), { level: 9 }).toString("base64");
const sum = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
// No connection can be made from the page: what is pasted stays in it.
const policy = [
  "default-src 'none'",
  `script-src 'wasm-unsafe-eval' ${[start, go, page].map(sum).join(" ")}`,
  "worker-src blob:",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const parts = { policy, style: readFileSync("style.css", "utf8"), worker, module, start, go, page };
const html = readFileSync("index.html", "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
writeFileSync(process.argv[2], html);
