// Uses the playground as a person does: `node page.mjs CHROMIUM PAGE MODULES`. MODULES is the folder with puppeteer-core and axe-core.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

const [name, page, modules] = process.argv.slice(2);
const chromium = process.env.PATH.split(delimiter).map((folder) => join(folder, name)).find(existsSync);
const require = createRequire(join(modules, "package.json"));
const puppeteer = (await import(pathToFileURL(require.resolve("puppeteer-core")).href)).default;
const axe = require.resolve("axe-core/axe.min.js");
const address = pathToFileURL(page).href;

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"], headless: true });
try {
  const tab = await browser.newPage();
  const faults = [];
  tab.on("pageerror", (error) => faults.push(String(error)));
  tab.on("request", (request) => /^https?:/.test(request.url()) && faults.push(`asks for ${request.url()}`));
  await tab.setViewport({ width: 1400, height: 1000 });
  const output = (want) =>
    tab.waitForFunction((want) => document.querySelector("#output").textContent.includes(want), { timeout: 20_000 }, want);
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

  await tab.goto(address);
  await output("seconds: 10");
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
  await tab.waitForFunction(() => document.querySelector("#picture").textContent.includes("shop-app"));
  await output("terminationGracePeriodSeconds: 45");

  // An option changes the diff.
  await tab.click("#tab-options");
  await tab.type("#option-sleepSeconds", "25");
  await output("seconds: 25");
  await output("terminationGracePeriodSeconds: 60");

  // A click in the picture goes to the line.
  await tab.evaluate(() => [...document.querySelectorAll("#picture [role=button]")].find((one) => one.textContent.includes("shop-app")).dispatchEvent(new MouseEvent("click", { bubbles: true })));
  await tab.waitForFunction(() => document.querySelector("#manifests .cm-activeLine")?.textContent.startsWith("apiVersion: apps/v1"));

  // The other outputs.
  for (const [form, want] of [["kustomize", "kind: Component"], ["kubectl", "kubectl patch"], ["json", '"set-prestop.dev/plan/v1"'], ["manifests", "kind: Ingress"]]) {
    await tab.click(`#form-${form}`);
    await output(want);
  }

  // The budget and the race.
  assert.match(await tab.$eval("#budgets", (one) => one.textContent), /SIGKILL/);
  const said = await tab.$eval("#race-said", (one) => one.textContent);
  await tab.$eval("#sliders input", (slider) => {
    slider.value = slider.max;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await tab.waitForFunction((said) => document.querySelector("#race-said").textContent !== said, {}, said);

  // The address holds what is shown.
  await tab.waitForFunction(() => location.hash.length > 20);
  const link = await tab.evaluate(() => location.href);
  const again = await browser.newPage();
  await again.goto(link);
  await again.waitForFunction(() => document.querySelector("#output").textContent.includes("kind: Ingress") && document.querySelector("#tab-options").textContent.includes("1 set"));
  await again.close();

  // An error is told and underlined, and goes when it is mended.
  await paste(shop.replace("  selector: {app: shop}", "  selector: {app: shop"));
  await tab.waitForFunction(() => document.querySelector("#messages").textContent.includes("BadInput") && document.querySelector(".cm-lintRange-error"));
  await paste(shop);
  await tab.waitForFunction(() => !document.querySelector("#messages").textContent.includes("BadInput"));

  // Many documents do not hold the page up: the work is a worker's.
  await tab.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.longest = Math.max(window.longest, one.duration)))).observe({ type: "longtask" });
  });
  const many = Array.from({ length: 333 }, (_, at) => shop.replaceAll("shop", `shop${at}`)).join("---\n");
  await paste(many);
  await tab.waitForFunction(() => document.querySelector("#summary").textContent.includes("333 workloads"), { timeout: 30_000 });
  const longest = await tab.evaluate(() => window.longest);

  // Nothing serious for those who hear the page or see it dark.
  await tab.click("#example");
  await output("name: tea");
  for (const look of ["light", "dark"]) {
    await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: look }]);
    await tab.evaluate(readFileSync(axe, "utf8"));
    const { violations } = await tab.evaluate(() => window.axe.run());
    const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    assert.deepEqual(serious.map(({ id, nodes }) => `${look}: ${id}: ${nodes[0].html.slice(0, 200)}`), []);
  }
  assert.deepEqual(faults, []);
  console.log(JSON.stringify({ first: Math.round(first), longest: Math.round(longest) }));
} finally {
  await browser.close();
}
