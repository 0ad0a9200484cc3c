"""Runs the WASI command on wasmtime: what wasi.mjs does, with the same input and output."""

import json
import pathlib
import sys
import tempfile

from wasmtime import Engine, ExitTrap, Linker, Module, Store, WasiConfig


def run(engine, linker, module, scratch, case):
    files = {name: scratch / name for name in ("stdout", "stderr")}
    wasi = WasiConfig()
    wasi.argv = ["set-prestop", *case["args"]]
    wasi.stdin_file = case["stdin"]
    wasi.stdout_file = files["stdout"]
    wasi.stderr_file = files["stderr"]
    wasi.preopen_dir(case["folder"], ".")
    store = Store(engine)
    store.set_wasi(wasi)
    code = 0
    try:
        linker.instantiate(store, module).exports(store)["_start"](store)
    except ExitTrap as end:
        code = end.code
    del store, wasi
    return {
        "code": code,
        "stdout": files["stdout"].read_bytes().decode(),
        "stderr": files["stderr"].read_bytes().decode(),
    }


engine = Engine()
linker = Linker(engine)
linker.define_wasi()
module = Module.from_file(engine, sys.argv[1])
with tempfile.TemporaryDirectory() as scratch:
    results = [run(engine, linker, module, pathlib.Path(scratch), case) for case in json.load(sys.stdin)]
json.dump(results, sys.stdout)
