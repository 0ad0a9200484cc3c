// A host for the module that kpt runs, without kpt: it speaks the protocol of Go's `syscall/js` as kpt's two
// runtimes do, and is stricter where they let a mistake pass.
//
// `nodejs` has `process.exit` and ends the run with it. `wasmtime` has none, gives null for what is absent, breaks
// down where something absent is called, and goes on looking at the memory that it saw first.

const NAN = 0x7ff80000;

/** Thrown through the module by `process.exit`. */
class Exit extends Error {
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Thrown through the module where kpt's host would break down. */
class Breakdown extends Error {}

/** What kpt makes of `input` with a compiled module: `{ code, stdout, stderr }`, `code` 0 where kpt goes on. */
export function run(module, input, runtime = "nodejs") {
  const host = new Host(runtime);
  try {
    host.start(module);
    const stdout = runtime === "nodejs" ? host.callAsNodejs(input) : host.callAsWasmtime(input);
    return { code: 0, stdout: stdout, stderr: host.written[2] };
  } catch (error) {
    if (error instanceof Exit) {
      return { code: error.code, stdout: host.written[1], stderr: host.written[2] };
    }
    return { code: 1, stdout: host.written[1], stderr: host.written[2], thrown: `${error.name}: ${error.message}` };
  }
}

class Host {
  constructor(runtime) {
    this.lenient = runtime === "wasmtime";
    this.written = { 1: "", 2: "" };
    const exit = (code) => {
      throw new Exit(code);
    };
    this.global = { process: { pid: -1, ...(runtime === "nodejs" && { exit }) } };
    this.go = { _pendingEvent: null, _makeFuncWrapper: (id) => this.wrapper(id) };
    this.values = [NaN, 0, null, true, false, this.global, this.go];
  }

  start(module) {
    const functions = {};
    for (const [name, body] of Object.entries(this.imports())) {
      functions[name] = (sp) => body(sp >>> 0, () => this.exports.getsp() >>> 0);
    }
    this.exports = new WebAssembly.Instance(module, { go: functions }).exports;
    this.memory = this.exports.mem.buffer;
    this.view = new DataView(this.memory);
    // The one argument and the end of the environment, where Go's linker leaves room for them.
    new Uint8Array(this.memory, 4096, 3).set(new TextEncoder().encode("js\0"));
    this.view.setBigUint64(4104, 4096n, true);
    this.exports.run(1, 4104);
  }

  callAsNodejs(input) {
    const result = this.global.processResourceList(input);
    // kpt tells success by this text, and prints what the other function returns where it doesn't find it.
    return result.includes("kind: ResourceList") ? result : this.global.processResourceListErrors(input);
  }

  callAsWasmtime(input) {
    const result = this.global.processResourceList(input);
    // kpt reads the result as YAML here; a quoted line is a text and no object.
    if (/^"(?:[^"\\\n]|\\.)+"$/.test(result)) {
      this.written[2] += JSON.parse(this.global.processResourceListErrors(input));
      throw new Exit(1);
    }
    return result;
  }

  wrapper(id) {
    return (...args) => {
      const event = { id, this: undefined, args };
      this.go._pendingEvent = event;
      this.exports.resume();
      if (this.go._pendingEvent !== null) {
        throw new Breakdown("the event was not taken");
      }
      return event.result;
    };
  }

  load(address) {
    const number = this.view.getFloat64(address, true);
    if (number === 0) return undefined;
    if (!Number.isNaN(number)) return number;
    const id = this.view.getUint32(address, true);
    if (id >= this.values.length) throw new Breakdown(`no value ${id} was given out`);
    return this.values[id];
  }

  store(address, value) {
    if (typeof value === "number" && value !== 0) {
      this.view.setFloat64(address, value, true);
    } else if (value === undefined && !this.lenient) {
      this.view.setFloat64(address, 0, true);
    } else {
      value ??= null;
      let id = this.values.indexOf(value);
      if (id < 0) id = this.values.push(value) - 1;
      const types = { object: value === null ? 0 : 1, string: 2, function: 4 };
      this.view.setUint32(address, id, true);
      this.view.setUint32(address + 4, NAN | (types[typeof value] ?? 0), true);
    }
  }

  bytes(address) {
    const start = Number(this.view.getBigInt64(address, true));
    const length = Number(this.view.getBigInt64(address + 8, true));
    if (start + length >= this.memory.byteLength) throw new Breakdown("bad address");
    return new Uint8Array(this.memory, start, length);
  }

  text(address) {
    return new TextDecoder("utf-8", { fatal: true }).decode(this.bytes(address));
  }

  object(address) {
    const value = this.load(address);
    if (value === null || (typeof value !== "object" && typeof value !== "function")) {
      throw new Breakdown(`a property of ${value} was asked for`);
    }
    return value;
  }

  imports() {
    return {
      "runtime.wasmWrite": (sp) => {
        const fd = Number(this.view.getBigInt64(sp + 8, true));
        const start = Number(this.view.getBigInt64(sp + 16, true));
        const length = this.view.getInt32(sp + 24, true);
        this.written[fd] += new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(this.memory, start, length));
      },
      "syscall/js.stringVal": (sp) => this.store(sp + 24, this.text(sp + 8)),
      "syscall/js.valueGet": (sp, getsp) => {
        const value = this.object(sp + 8)[this.text(sp + 16)];
        this.store(getsp() + 32, value);
      },
      "syscall/js.valueSet": (sp) => {
        this.object(sp + 8)[this.text(sp + 16)] = this.load(sp + 32);
      },
      "syscall/js.valueIndex": (sp) => {
        this.store(sp + 24, this.object(sp + 8)[Number(this.view.getBigInt64(sp + 16, true))]);
      },
      "syscall/js.valueCall": (sp, getsp) => {
        const object = this.object(sp + 8);
        const method = object[this.text(sp + 16)];
        if (typeof method !== "function") throw new Breakdown("what is no function was called");
        const start = Number(this.view.getBigInt64(sp + 32, true));
        const count = Number(this.view.getBigInt64(sp + 40, true));
        const args = Array.from({ length: count }, (_, index) => this.load(start + index * 8));
        const result = method.apply(object, args);
        this.store(getsp() + 56, result);
        this.view.setUint8(getsp() + 64, 1);
      },
      "syscall/js.valuePrepareString": (sp) => {
        const value = this.load(sp + 8);
        if (typeof value !== "string") throw new Breakdown("what is no string was asked for its text");
        const bytes = new TextEncoder().encode(value);
        this.store(sp + 16, bytes);
        this.view.setBigInt64(sp + 24, BigInt(bytes.length), true);
      },
      "syscall/js.valueLoadString": (sp) => {
        const bytes = this.load(sp + 8);
        const target = this.bytes(sp + 16);
        if (target.length !== bytes.length) throw new Breakdown("the buffer has another length than the string");
        target.set(bytes);
      },
    };
  }
}
