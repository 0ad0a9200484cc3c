//! set-prestop as a module for kpt's `--allow-alpha-wasm`.
//!
//! kpt runs modules that Go's compiler makes for `GOOS=js`, on a host that speaks the protocol of Go's `syscall/js`.
//! This module speaks the same protocol from Rust: it imports from `go` alone and exports `mem`, `run`, `resume` and
//! `getsp`. [`function`] is what it does and knows nothing of the host; `host`, `heap` and `module` are the protocol,
//! hold all `unsafe` of the project and are there only when compiled to WASM.

pub mod function;

#[cfg(target_arch = "wasm32")]
mod heap;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod module;
