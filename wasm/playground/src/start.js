// Starts the worker before the rest of the page is read: it compiles the module in the meantime.
{
  const text = (id) => document.getElementById(id).textContent;
  const worker = new Blob([text("worker")], { type: "text/javascript" });
  globalThis.engine = new Worker(URL.createObjectURL(worker));
  globalThis.engine.postMessage(text("module"));
}
