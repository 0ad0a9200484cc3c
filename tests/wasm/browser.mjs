// Runs the npm package in a browser: `node browser.mjs CHROMIUM FOLDER`, a JSON list of cases on stdin, a list of
// results on stdout. The page imports the package's files as they are, without a bundler, and posts what came out.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";

const [chromium, folder] = process.argv.slice(2);
const cases = readFileSync(0);
const entry = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).exports["."].default;
const page = `<!doctype html><meta charset="utf-8"><script type="module">
  const post = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
  try {
    const { answer } = await import("/answer.mjs");
    const module = await import("/package/${basename(entry)}");
    const cases = await (await fetch("/cases")).json();
    await post(cases.map((one) => answer(module, one)));
  } catch (error) {
    await post({ failed: String(error) });
  }
</script>`;
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

const profile = mkdtempSync(join(tmpdir(), "set-prestop-"));
let browser;
const server = createServer((request, response) => {
  if (request.method === "POST") {
    let body = "";
    request.on("data", (chunk) => (body += chunk)).on("end", () => {
      response.end();
      finish(JSON.parse(body));
    });
    return;
  }
  const send = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
  const name = basename(request.url);
  if (request.url === "/") send("text/html", page);
  else if (request.url === "/cases") send("application/json", cases);
  else if (request.url === "/answer.mjs") send(types[".mjs"], readFileSync(new URL("answer.mjs", import.meta.url)));
  else if (request.url.startsWith("/package/")) send(types[extname(name)] ?? "text/plain", readFileSync(join(folder, name)));
  else response.writeHead(404).end();
});

function finish(result) {
  // The browser's children write to its profile until they notice that it has gone; what they leave is the machine's to clean.
  browser.on("exit", () => {
    try {
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    } catch (error) {
      console.error(`${profile} stays: ${error.code}`);
    }
  });
  browser.kill();
  server.close();
  server.closeAllConnections();
  if (Array.isArray(result)) {
    console.log(JSON.stringify(result));
  } else {
    console.error(result.failed);
    process.exitCode = 1;
  }
}

server.listen(0, "127.0.0.1", () => {
  const flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking";
  const address = `http://127.0.0.1:${server.address().port}/`;
  const more = ["--disable-component-update", "--disable-sync", `--user-data-dir=${profile}`, address];
  browser = spawn(chromium, [...flags.split(" "), ...more], { stdio: "ignore" });
  setTimeout(() => finish({ failed: "the page gave no result within a minute" }), 60_000).unref();
});
