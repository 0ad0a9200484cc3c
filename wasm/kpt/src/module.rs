//! The module's life as Go's protocol has it: `run` registers the two functions that kpt calls and returns; each call
//! of them comes as an event that `resume` answers.

use std::fmt::Write;
use std::panic;

use crate::function::{Failed, process, quoted};
use crate::host::{self, Frame, Stream, Value};

const FUNCTION: f64 = 1.0;
const ERRORS: f64 = 2.0;

/// Registers the functions. kpt gives no arguments.
#[expect(unsafe_code, reason = "the host looks the function up by its name")]
// SAFETY: nothing else in the module has this name.
#[unsafe(no_mangle)]
extern "C" fn run(_: i32, _: i32) {
    panic::set_hook(Box::new(|bug| {
        let mut text = String::new();
        // Writing to a string doesn't fail.
        let _ = writeln!(text, "set-prestop: bug: {bug}");
        host::abort(&text);
    }));
    for (id, name) in [
        (FUNCTION, "processResourceList"),
        (ERRORS, "processResourceListErrors"),
    ] {
        if let Some(wrapper) = Value::GO.call("_makeFuncWrapper", Value::number(id)) {
            Value::GLOBAL.set(name, Some(wrapper));
        }
    }
}

/// Answers the call that is under way.
#[expect(unsafe_code, reason = "the host looks the function up by its name")]
// SAFETY: as for `run`.
#[unsafe(no_mangle)]
extern "C" fn resume() {
    let Some(event) = Value::GO.get("_pendingEvent") else {
        return;
    };
    Value::GO.set("_pendingEvent", None);
    // Both functions do the same: kpt takes what the first returns unless `kind: ResourceList` is missing from it,
    // which is so for JSON, and prints what the second returns otherwise. It has to be the output then, too.
    if event
        .get("id")
        .is_some_and(|id| id.is(FUNCTION) || id.is(ERRORS))
        && let Some(arguments) = event.get("args")
    {
        event.set("result", Some(answer(&arguments.index(0).bytes())));
    }
}

/// The address of the frame: see [`host`].
#[expect(unsafe_code, reason = "the host looks the function up by its name")]
// SAFETY: as for `run`.
#[unsafe(no_mangle)]
extern "C" fn getsp() -> *mut Frame {
    host::frame()
}

/// What goes back to kpt. A failing run must not return anything where the run can be ended: kpt writes what comes
/// back as the package's new content, and a text without resources deletes the package.
fn answer(input: &[u8]) -> Value {
    match process(input) {
        Ok(output) => Value::string(&output),
        Err(Failed { output, report }) => {
            if let Some(process) = host::process() {
                host::write(Stream::Output, output.as_deref().unwrap_or_default());
                host::write(Stream::Error, &report);
                process.call("exit", Value::number(1.0));
            }
            // Without `process.exit` a text that is no ResourceList makes kpt fail and show it.
            Value::string(&quoted(&report))
        }
    }
}
