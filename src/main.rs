//! The command `set-prestop`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
