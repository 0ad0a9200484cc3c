// Uses the playground as a person does: `node page.mjs CHROMIUM PAGE MODULES`. MODULES is the folder with puppeteer-core and axe-core.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { crc32, deflateRawSync } from "node:zlib";

const [name, page, modules] = process.argv.slice(2);
const chromium = process.env.PATH.split(delimiter).map((folder) => join(folder, name)).find(existsSync);
const require = createRequire(join(modules, "package.json"));
const puppeteer = (await import(pathToFileURL(require.resolve("puppeteer-core")).href)).default;
const axe = require.resolve("axe-core/axe.min.js");
const address = pathToFileURL(page).href;

const scratch = mkdtempSync(join(tmpdir(), "set-prestop-page-"));
/** A zip with these files. */
function zip(files) {
  const entries = [];
  const records = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(text);
    // Version, flags, method, time, date, sum, sizes, length of the name.
    const head = Buffer.alloc(26);
    [[20, 0], [8, 4]].forEach(([value, offset]) => head.writeUInt16LE(value, offset));
    [[crc32(text), 10], [packed.length, 14], [Buffer.byteLength(text), 18], [name.length, 22]].forEach(([value, offset]) => head.writeUInt32LE(value, offset));
    entries.push(Buffer.from("PK\x03\x04"), head, Buffer.from(name), packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    records.push(Buffer.from("PK\x01\x02\x14\x00"), head, rest, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const central = Buffer.concat(records);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...entries, central, end]);
}

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"], headless: true });
try {
  const tab = await browser.newPage();
  const faults = [];
  tab.on("pageerror", (error) => faults.push(String(error)));
  tab.on("request", (request) => /^https?:/.test(request.url()) && faults.push(`asks for ${request.url()}`));
  await tab.setViewport({ width: 1400, height: 1000 });
  const seen = async (tab, what, ...args) => {
    try {
      await tab.waitForFunction(what, { timeout: 30_000, polling: 50 }, ...args);
    } catch (error) {
      const shown = await tab.evaluate(() => ["summary", "output", "messages", "manifests"].map((id) => document.getElementById(id).textContent.slice(0, 300)));
      throw new Error(`not seen: ${what} ${args}\n${JSON.stringify(shown)}\n${faults}`, { cause: error });
    }
  };
  const until = (what, ...args) => seen(tab, what, ...args);
  const output = (want) => until((want) => document.querySelector("#output").textContent.includes(want), want);
  const paste = async (text) => {
    await tab.click("#manifests .cm-content");
    await tab.keyboard.down("Control");
    await tab.keyboard.press("a");
    await tab.keyboard.up("Control");
    // As a paste brings it: at once, and without the editor's own indentation.
    await tab.evaluate((text) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      document.querySelector("#manifests .cm-content").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, text);
  };

  // Nothing serious for those who hear the page or see it dark.
  const accessible = async (state) => {
    for (const look of ["light", "dark"]) {
      await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: look }]);
      await tab.evaluate(readFileSync(axe, "utf8"));
      const { violations } = await tab.evaluate(() => window.axe.run());
      const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      assert.deepEqual(serious.map(({ id, nodes }) => `${state}, ${look}: ${id}: ${nodes[0].html.slice(0, 200)}`), []);
    }
  };

  // The diff of the example does not wait for the editor.
  await tab.evaluateOnNewDocument(() => {
    const look = () => {
      if (window.editorFirst === undefined && document.querySelector("#output")?.textContent.includes("seconds: 10")) window.editorFirst = Boolean(document.querySelector(".cm-content"));
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
  await tab.goto(address);
  await output("seconds: 10");
  assert.equal(await tab.evaluate(() => window.editorFirst), false);
  const first = await tab.evaluate(() => performance.getEntriesByName("first diff")[0].duration);

  // What is pasted is changed.
  const shop = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: shop, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-app}
spec:
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: shop
        image: example/shop:1
`;
  await paste(shop);
  await until(() => document.querySelector("#picture").textContent.includes("shop-app"));
  await output("terminationGracePeriodSeconds: 45");

  // An option changes the diff.
  await tab.click("#tab-options");
  await tab.type("#option-sleepSeconds", "25");
  await output("seconds: 25");
  await output("terminationGracePeriodSeconds: 60");

  // A click in the picture goes to the line.
  await tab.evaluate(() => [...document.querySelectorAll("#picture [role=button]")].find((one) => one.textContent.includes("shop-app")).dispatchEvent(new MouseEvent("click", { bubbles: true })));
  await until(() => document.querySelector("#manifests .cm-activeLine")?.textContent.startsWith("apiVersion: apps/v1"));

  // The other outputs.
  for (const [form, want] of [["kustomize", "kind: Component"], ["kubectl", "kubectl patch"], ["json", '"set-prestop.dev/plan/v1"'], ["manifests", "kind: Ingress"]]) {
    await tab.click(`#form-${form}`);
    await output(want);
  }

  // The budget and the race, by keys and by pointer.
  assert.match(await tab.$eval("#budgets", (one) => one.textContent), /SIGKILL/);
  const said = () => tab.$eval("#race-said", (one) => one.textContent);
  const moved = async (act) => {
    const before = await said();
    await act();
    await until((before) => document.querySelector("#race-said").textContent !== before, before);
  };
  await moved(async () => {
    await tab.focus("#race-sleep");
    await tab.keyboard.press("Home");
  });
  assert.equal(await tab.$eval("#race-sleep", (one) => one.getAttribute("aria-valuetext")), "0 s");
  await moved(async () => {
    await tab.$eval("#race-rate", (one) => one.scrollIntoView({ block: "center" }));
    const { x, y, width, height } = await (await tab.$("#race-rate")).boundingBox();
    await tab.mouse.click(x + width * 0.8, y + height / 2);
  });
  const rate = await tab.$eval("#race-rate", (one) => one.valueAsNumber);
  assert.ok(rate > 350, `${rate}/s at four fifths of the slider`);

  // The address holds what is shown.
  const settled = async () => {
    for (let last = "", now = "?"; last !== now; ) {
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 700));
      now = await tab.evaluate(() => location.href);
    }
    return tab.evaluate(() => location.href);
  };
  const again = await browser.newPage();
  await again.goto(await settled());
  await seen(again, () => document.querySelector("#output").textContent.includes("kind: Ingress") && document.querySelector("#tab-options").textContent.includes("1 set"));
  await seen(again, (rate) => document.querySelector("#race-rate").valueAsNumber === rate, rate);
  await again.goto(`${address}#s=cut`);
  await seen(again, () => document.querySelector("#summary").textContent.includes("damaged"));
  await again.close();

  // An error is told and underlined, and goes when it is mended.
  await paste(shop.replace("  selector: {app: shop}", "  selector: {app: shop"));
  await until(() => document.querySelector("#messages").textContent.includes("BadInput") && document.querySelector(".cm-lintRange-error"));
  await accessible("an error");
  await paste(shop);
  await until(() => !document.querySelector("#messages").textContent.includes("BadInput"));

  // Without its route, a workload and its Service are drawn dashed, and counted.
  await paste(shop.slice(shop.indexOf("---") + 4));
  await until(() => document.querySelector("#summary").textContent.includes("1 workload not behind a route"));
  await until(() => [...document.querySelectorAll("#picture .unreached .name")].map((one) => one.textContent).join() === "shop,shop-app");
  await paste(shop);
  await output("terminationGracePeriodSeconds: 60");

  // Many documents do not hold the page up: the work is a worker's.
  await tab.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.longest = Math.max(window.longest, one.duration)))).observe({ type: "longtask" });
  });
  const many = Array.from({ length: 333 }, (_, at) => shop.replaceAll("shop", `shop${at}`)).join("---\n");
  await paste(many);
  await until(() => document.querySelector("#summary").textContent.includes("333 workloads"));
  const longest = await tab.evaluate(() => window.longest);

  // A folder, a zip and several files, dropped as from a file manager.
  const drag = await tab.createCDPSession();
  const drop = async (...files) => {
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) await drag.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  };
  const listed = (want) => until((want) => [...document.querySelector("#file").options].map((one) => one.value).join() === want, want.join());
  const parts = Object.fromEntries(["route", "service", "app"].map((part, at) => [`${part}.yaml`, shop.split("---\n")[at]]));
  const folder = join(scratch, "shop");
  mkdirSync(join(folder, "base", ".git"), { recursive: true });
  for (const [name, text] of Object.entries(parts)) writeFileSync(join(folder, "base", name), text);
  writeFileSync(join(folder, "README.md"), "# no manifest");
  writeFileSync(join(folder, "base", ".git", "config.yaml"), "kind: Hidden");
  writeFileSync(join(scratch, "shop.zip"), zip(parts));
  await tab.click("#form-diff");
  await drop(folder);
  await listed(["shop/base/app.yaml", "shop/base/route.yaml", "shop/base/service.yaml"]);
  await output("+++ shop/base/app.yaml");
  await drop(join(scratch, "shop.zip"));
  await listed(["app.yaml", "route.yaml", "service.yaml"]);
  await output("+++ app.yaml");
  await drop(join(folder, "base", "route.yaml"), join(folder, "base", "service.yaml"));
  await listed(["route.yaml", "service.yaml"]);
  await output("nothing to change");
  await drop(join(folder, "README.md"));
  await until(() => document.querySelector("#summary").textContent.includes("no file that ends in .yaml"));
  // The same by the button, and a file that is context only, which the address keeps.
  await (await tab.$("#pick")).uploadFile(...Object.keys(parts).map((name) => join(folder, "base", name)));
  await output("+++ app.yaml");
  await tab.click("#context");
  await output("nothing to change");
  await tab.goto(await settled());
  await tab.reload();
  await output("nothing to change");
  assert.equal(await tab.$eval("#context", (one) => one.checked), true);

  // With keys alone: out of the editor, along the tabs, to a line by the picture.
  await tab.click("#example");
  await output("seconds: 10");
  await tab.focus("#open");
  const passed = new Set();
  const next = async () => {
    await tab.keyboard.press("Tab");
    const name = await tab.evaluate(() => document.activeElement.id || document.activeElement.getAttribute("class") || document.activeElement.tagName);
    passed.add(name);
    return name;
  };
  for (let at = 0; at < 60 && (await next()) !== "form-diff"; ) at += 1;
  for (const name of ["share", "theme", "tab-manifests", "problems"]) assert.ok(passed.has(name), `${name} is passed: ${[...passed]}`);
  await tab.keyboard.press("ArrowRight");
  await output("kind: Ingress");
  await tab.keyboard.press("ArrowLeft");
  await output("@@");
  for (let at = 0; at < 60 && !(await next()).startsWith("node changed"); ) at += 1;
  await tab.keyboard.press("Enter");
  await until(() => document.activeElement.closest("#manifests") && document.querySelector(".cm-activeLine").textContent === "apiVersion: apps/v1");

  // What is heard has a name.
  const heard = [];
  const hear = (node) => {
    if (["button", "tab", "slider", "image", "combobox", "checkbox", "textbox", "tabpanel", "link"].includes(node.role)) heard.push(node);
    node.children?.forEach(hear);
  };
  hear(await tab.accessibility.snapshot());
  assert.deepEqual(heard.filter(({ name }) => !name), []);
  for (const [role, number] of [["slider", 6], ["tab", 7], ["image", 3]]) assert.equal(heard.filter((one) => one.role === role).length, number, role);

  await accessible("the example");
  assert.deepEqual(faults, []);
  console.log(JSON.stringify({ first: Math.round(first), longest: Math.round(longest) }));
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}
