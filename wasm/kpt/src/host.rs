//! The host as Go's `syscall/js` shows it: its values, what can be done to them, and how a run ends.
//!
//! Each import takes the address of a frame in which arguments and results lie at fixed offsets. Word 0 of the frame
//! is a return address for Go and means nothing here. There is one frame, and [`ask`] is all that touches it.

use std::cell::UnsafeCell;
use std::ptr;

/// A value that the host holds for this module. None is ever given back: kpt's host mixes up what it has freed, and
/// a run takes a dozen of them.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Value(u64);

impl Value {
    const UNDEFINED: Self = Self(0);
    const NULL: Self = Self::named(2);
    /// The host's global object.
    pub(crate) const GLOBAL: Self = Self::named(5);
    /// The host's record of this module, which holds the call that is under way.
    pub(crate) const GO: Self = Self::named(6);

    /// A value goes by a number that the host gave it, in the payload of a NaN.
    const fn named(id: u64) -> Self {
        Self(0x7FF8_0000 << 32 | id)
    }

    /// A number other than zero means itself.
    pub(crate) fn number(number: f64) -> Self {
        Self(number.to_bits())
    }

    /// Makes a string of the host's.
    pub(crate) fn string(text: &str) -> Self {
        let [address, length] = slice(text.as_bytes());
        Self(ask(Import::StringVal, &[address, length]).at(24))
    }

    /// The property `name`, `None` where it is absent or empty. The value itself has to be an object: the host
    /// throws through this module where it is not.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        let [address, length] = slice(name.as_bytes());
        let frame = ask(Import::ValueGet, &[self.0, address, length]);
        let value = Self(frame.at(32));
        (value != Self::UNDEFINED && value != Self::NULL).then_some(value)
    }

    /// Sets the property `name` to `value`, or to null.
    pub(crate) fn set(self, name: &str, value: Option<Self>) {
        let [address, length] = slice(name.as_bytes());
        let value = value.unwrap_or(Self::NULL);
        ask(Import::ValueSet, &[self.0, address, length, value.0]);
    }

    /// The element at `index` of an array or of a call's arguments.
    pub(crate) fn index(self, index: u64) -> Self {
        Self(ask(Import::ValueIndex, &[self.0, index]).at(24))
    }

    /// Calls the method `name`; `None` where it throws.
    pub(crate) fn call(self, name: &str, argument: Self) -> Option<Self> {
        let [address, length] = slice(name.as_bytes());
        let arguments = [argument.0];
        let frame = ask(
            Import::ValueCall,
            &[
                self.0,
                address,
                length,
                arguments.as_ptr().expose_provenance() as u64,
                1,
                1,
            ],
        );
        // One of kpt's hosts leaves the success byte as it was where a call failed; the frame begins as zeros.
        (frame.at(64) & 0xFF == 1).then(|| Self(frame.at(56)))
    }

    /// Whether this is the number `number`.
    pub(crate) fn is(self, number: f64) -> bool {
        self == Self::number(number)
    }

    /// The bytes of a string; the host has made them UTF-8 where it holds them as anything else.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let frame = ask(Import::ValuePrepareString, &[self.0]);
        let (prepared, length) = (frame.at(16), frame.at(24));
        let Ok(length) = usize::try_from(length) else {
            return Vec::new();
        };
        let mut bytes = vec![0; length];
        let address = bytes.as_mut_ptr().expose_provenance() as u64;
        ask(
            Import::ValueLoadString,
            &[prepared, address, length as u64, length as u64],
        );
        bytes
    }
}

/// Where the host writes what a run prints.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Output = 1,
    Error = 2,
}

/// Writes `text` to the host's standard output or standard error.
pub(crate) fn write(stream: Stream, text: &str) {
    if !text.is_empty() {
        let [address, length] = slice(text.as_bytes());
        ask(Import::WasmWrite, &[stream as u64, address, length]);
    }
}

/// The host's `process`, where it has one that can end the run: Node has, kpt's wasmtime runtime has not.
pub(crate) fn process() -> Option<Value> {
    let process = Value::GLOBAL.get("process")?;
    process.get("exit").is_some().then_some(process)
}

/// Ends the run with exit code 1 and `text` on standard error: for what no result can tell. It allocates nothing, for
/// it is what is left when the memory is used up.
pub(crate) fn abort(text: &str) -> ! {
    write(Stream::Error, text);
    if let Some(process) = process() {
        process.call("exit", Value::number(1.0));
    }
    std::arch::wasm32::unreachable()
}

/// The address that the host asks for before it writes a result.
pub(crate) fn frame() -> *mut Frame {
    FRAME.0.get()
}

/// Arguments and results of one import.
#[repr(C)]
pub(crate) struct Frame {
    unused: u64,
    words: [u64; 8],
}

struct Cell(UnsafeCell<Frame>);

#[expect(unsafe_code, reason = "a static has to be `Sync`")]
// SAFETY: the target has one thread.
unsafe impl Sync for Cell {}

static FRAME: Cell = Cell(UnsafeCell::new(Frame {
    unused: 0,
    words: [0; 8],
}));

/// What this module imports, all of it from the module `go`.
#[derive(Clone, Copy)]
enum Import {
    StringVal,
    ValueCall,
    ValueGet,
    ValueIndex,
    ValueLoadString,
    ValuePrepareString,
    ValueSet,
    WasmWrite,
}

#[expect(unsafe_code, reason = "the host's functions are foreign ones")]
#[link(wasm_import_module = "go")]
// SAFETY: each has this one signature in every host that speaks Go's protocol.
unsafe extern "C" {
    #[link_name = "syscall/js.stringVal"]
    fn string_val(frame: *mut Frame);
    #[link_name = "syscall/js.valueCall"]
    fn value_call(frame: *mut Frame);
    #[link_name = "syscall/js.valueGet"]
    fn value_get(frame: *mut Frame);
    #[link_name = "syscall/js.valueIndex"]
    fn value_index(frame: *mut Frame);
    #[link_name = "syscall/js.valueLoadString"]
    fn value_load_string(frame: *mut Frame);
    #[link_name = "syscall/js.valuePrepareString"]
    fn value_prepare_string(frame: *mut Frame);
    #[link_name = "syscall/js.valueSet"]
    fn value_set(frame: *mut Frame);
    #[link_name = "runtime.wasmWrite"]
    fn wasm_write(frame: *mut Frame);
}

/// Calls `import` with `arguments` in a frame that is else zero, and returns the frame as the host left it.
#[expect(unsafe_code, reason = "the host reads and writes this module's memory")]
fn ask(import: Import, arguments: &[u64]) -> Frame {
    let frame = frame();
    let mut words = [0; 8];
    for (word, argument) in words.iter_mut().zip(arguments) {
        *word = *argument;
    }
    // SAFETY: no reference to the frame is ever made and there is one thread, so nothing else uses it.
    unsafe { ptr::write(frame, Frame { unused: 0, words }) };
    let call = match import {
        Import::StringVal => string_val,
        Import::ValueCall => value_call,
        Import::ValueGet => value_get,
        Import::ValueIndex => value_index,
        Import::ValueLoadString => value_load_string,
        Import::ValuePrepareString => value_prepare_string,
        Import::ValueSet => value_set,
        Import::WasmWrite => wasm_write,
    };
    // SAFETY: the host reads the slices that the arguments name, each alive until this returns, and writes to the frame
    // and, for a string, to the buffer of the length that it gave.
    unsafe { call(frame) };
    // SAFETY: as for the write above; the host has returned.
    unsafe { ptr::read(frame) }
}

impl Frame {
    /// What the host left at `offset` bytes.
    fn at(&self, offset: usize) -> u64 {
        self.words.get(offset / 8 - 1).copied().unwrap_or_default()
    }
}

/// Address and length, as the host takes them.
fn slice(bytes: &[u8]) -> [u64; 2] {
    [
        bytes.as_ptr().expose_provenance() as u64,
        bytes.len() as u64,
    ]
}
