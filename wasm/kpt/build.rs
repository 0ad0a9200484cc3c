//! Hands the linker what kpt's host wants of a module; only for WASM, so that the workspace builds and tests natively.

#[expect(
    clippy::disallowed_methods,
    reason = "it is how cargo tells a build script the target"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        for argument in [
            // The host looks the memory up under this name.
            "--export-memory=mem",
            // The host writes the arguments to the addresses 4096 to 12288: that has to be idle stack, not data.
            "--stack-first",
            // One of kpt's runtimes knows only the memory that is there at the start, so all of it is there at the
            // start and it can't grow: 1024 pages.
            "--initial-memory=67108864",
            "--max-memory=67108864",
        ] {
            println!("cargo::rustc-link-arg-cdylib={argument}");
        }
    }
}
