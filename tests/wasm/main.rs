//! The WASM forms: what each is, and that all of them give the library's answer.
//!
//! The forms are what `wasm/build` made. A trial that needs a form or a tool that isn't there says so and is ignored;
//! with `E2E=all` the forms are built first and nothing may be missing.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "this is a test: it reads files and the environment, prints counts, hands values over freely, and a panic is how it fails"
)]

mod cases;
mod forms;
mod kpt;
mod npm;
mod page;
mod same;
mod wasi;

use std::process::ExitCode;

use forms::Need::{self, Chromium, Form, Kpt, Tool, TypeScript, Wasmtime};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let npm = Form("npm");
    let kpt = Form("kpt");
    let wasi = Form("wasi");
    let page = Form("page");
    let node = Tool("node");
    let trials = vec![
        trial("npm/manifest", &[], npm::manifest),
        trial("npm/types", &[npm, node, TypeScript], npm::types),
        trial("npm/pack", &[npm, node, Tool("npm")], npm::pack),
        trial("npm/bin", &[npm, node, Tool("npm")], npm::bin),
        trial("npm/errors", &[npm, node], npm::errors),
        trial("npm/edits", &[npm, node], npm::edits),
        trial("npm/many-calls", &[npm, node], npm::many_calls),
        trial("npm/size", &[npm], || {
            forms::size("npm/set_prestop_bg.wasm", npm::BUDGET)
        }),
        trial("kpt/protocol", &[kpt, node], kpt::protocol),
        trial("kpt/failure", &[kpt, node], kpt::failure),
        trial("kpt/memory", &[kpt, node], kpt::memory),
        trial("kpt/json", &[kpt, node], kpt::json),
        trial("kpt/eval", &[kpt, node, Kpt], kpt::eval),
        trial("kpt/render", &[kpt, node, Kpt], kpt::render),
        trial("kpt/eval-fails", &[kpt, node, Kpt], kpt::eval_fails),
        trial("kpt/render-fails", &[kpt, node, Kpt], kpt::render_fails),
        trial("kpt/eval-breaks", &[kpt, node, Kpt], kpt::eval_breaks),
        trial("kpt/size", &[kpt], || {
            forms::size("kpt/set-prestop.wasm", kpt::BUDGET)
        }),
        trial("wasi/files", &[wasi, node], wasi::files_on_node),
        trial(
            "wasi/files-wasmtime",
            &[wasi, Wasmtime],
            wasi::files_on_wasmtime,
        ),
        trial("wasi/size", &[wasi], || {
            forms::size("wasi/set-prestop.wasm", wasi::BUDGET)
        }),
        trial("same/npm", &[npm, node], same::npm),
        trial("same/browser", &[npm, node, Chromium], same::browser),
        trial("page/used", &[page, node, Chromium], page::used),
        trial("same/kpt", &[kpt, node], same::kpt),
        trial("same/wasi", &[wasi, node], same::wasi_on_node),
        trial(
            "same/wasi-wasmtime",
            &[wasi, Wasmtime],
            same::wasi_on_wasmtime,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: &str, needs: &[Need], run: fn() -> Result<(), String>) -> Trial {
    let needs = needs.to_vec();
    Trial::ignorable_test(name, move || {
        for need in needs {
            if let Err(missing) = need.check() {
                return if forms::all() {
                    Err(Failed::from(missing))
                } else {
                    Ok(Completion::ignored_with(missing))
                };
            }
        }
        run()?;
        Ok(Completion::Completed)
    })
}
