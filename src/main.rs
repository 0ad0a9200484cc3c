//! The command `set-prestop`.

mod cli;

/// musl's own allocator takes longer than the work on a small input, and makes threads wait for each other. This one is
/// written in Rust, and what Rust's standard library has where there is none, as in WASM.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
