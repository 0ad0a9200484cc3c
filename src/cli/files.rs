//! Files and folders: reading them as one render, and writing them all or none.

use super::Refused;
use set_prestop::{Message, Output, Place, Reason, Source};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, IoSlice, Read as _};
use std::path::{Path, PathBuf};

/// An input that was read.
#[derive(Debug)]
pub(crate) struct Read {
    /// As messages name it.
    pub(crate) name: String,
    pub(crate) text: String,
    /// `None` for stdin.
    path: Option<PathBuf>,
    /// Whether it is context.
    context: bool,
}

impl Read {
    /// As the library takes it.
    pub(crate) fn source(&self) -> Source<'_> {
        let source = Source::new(&self.name, &self.text);
        if self.context {
            source.read_only()
        } else {
            source
        }
    }
}

/// Reads the paths in their order, folders sorted; without any, stdin. Also gives what is to be told of it.
pub(crate) fn read(paths: &[PathBuf]) -> Result<(Vec<Read>, Vec<Message>), Refused> {
    let (mut inputs, mut told) = (Vec::new(), Vec::new());
    if paths.is_empty() {
        inputs.push(stdin()?);
    }
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(stdin()?);
        } else if path.is_dir() {
            folder(path, &mut inputs, &mut told)?;
        } else {
            let read = file(path)?;
            told.extend(read.text.is_empty().then(|| empty(inputs.len())));
            inputs.push(read);
        }
    }
    Ok((inputs, told))
}

/// Reads the paths as context. `before` is the number of inputs that stand before them.
pub(crate) fn read_context(
    paths: &[PathBuf],
    before: usize,
) -> Result<(Vec<Read>, Vec<Message>), Refused> {
    if paths.iter().any(|path| path.as_os_str() == "-") {
        let message = Message::new(Reason::BadInput, "the context cannot be read from stdin")
            .help("write it to a file, and name that file with `--context`");
        return Err(message.into());
    }
    let (mut inputs, mut told) = read(paths)?;
    for input in &mut inputs {
        input.context = true;
    }
    for message in &mut told {
        if let Some(place) = &mut message.place {
            place.source += before;
        }
    }
    Ok((inputs, told))
}

/// A file that was named and holds nothing: `set-prestop f.yaml > f.yaml` has emptied it.
fn empty(source: usize) -> Message {
    let mut message = Message::new(Reason::EmptyFile, "the file is empty (0 bytes)").help(
        "to edit in place use `--write`; `set-prestop FILE > FILE` empties the file before it is read",
    );
    message.place = Some(at(source, 0));
    message
}

fn stdin() -> Result<Read, Refused> {
    const NAME: &str = "<stdin>";
    let mut bytes = Vec::new();
    read_stdin(&mut bytes).map_err(|error| unreadable(NAME, &error))?;
    Ok(Read {
        name: NAME.to_owned(),
        text: utf8(NAME, bytes)?,
        path: None,
        context: false,
    })
}

/// Reads stdin as a file, of which the system says how much it holds where it is one: no growing, and no copies of what is there.
#[cfg(unix)]
fn read_stdin(bytes: &mut Vec<u8>) -> io::Result<usize> {
    use std::os::fd::AsFd as _;
    fs::File::from(io::stdin().as_fd().try_clone_to_owned()?).read_to_end(bytes)
}

#[cfg(not(unix))]
fn read_stdin(bytes: &mut Vec<u8>) -> io::Result<usize> {
    io::stdin().lock().read_to_end(bytes)
}

fn file(path: &Path) -> Result<Read, Refused> {
    Ok(Read {
        name: path.display().to_string(),
        text: read_text(path)?,
        path: Some(path.to_owned()),
        context: false,
    })
}

/// The text of a file.
pub(crate) fn read_text(path: &Path) -> Result<String, Refused> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| unreadable(&name, &error))?;
    utf8(&name, bytes)
}

fn unreadable(name: &str, error: &io::Error) -> Refused {
    let message = Message::new(Reason::BadInput, format!("`{name}` can't be read: {error}"));
    Refused::from(message.help("check that the path exists and is readable"))
}

fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, Refused> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let start = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default());
        let mut message = Message::new(Reason::BadInput, "the input is not UTF-8")
            .help("save the file as UTF-8; UTF-16 and binary files can't be read");
        message.place = Some(at(0, valid));
        Refused {
            messages: vec![message],
            text: Some((name.to_owned(), start.into_owned())),
        }
    })
}

/// A place in the first document of a source.
fn at(source: usize, offset: usize) -> Place {
    Place {
        source,
        document: 1,
        range: offset..offset,
    }
}

/// Reads a folder: recursive, sorted, no dot-folders, no links, no templates of a chart.
fn folder(path: &Path, inputs: &mut Vec<Read>, told: &mut Vec<Message>) -> Result<(), Refused> {
    let name = path.display().to_string();
    let mut entries = fs::read_dir(path)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(|error| unreadable(&name, &error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let chart = path.join("Chart.yaml").is_file();
    for entry in entries {
        let (path, hidden) = (
            entry.path(),
            entry.file_name().as_encoded_bytes().starts_with(b"."),
        );
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(&name, &error))?;
        if hidden || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() {
            if chart && entry.file_name() == "templates" {
                let text = format!(
                    "`{}` holds the templates of a chart and is not read",
                    path.display()
                );
                told.push(
                    Message::new(Reason::TemplatesSkipped, text)
                        .help("pipe `helm template` into set-prestop to change what it renders"),
                );
                continue;
            }
            folder(&path, inputs, told)?;
        } else if ["yaml", "yml", "json"]
            .iter()
            .any(|end| path.extension() == Some(OsStr::new(end)))
        {
            inputs.push(file(&path)?);
        }
    }
    Ok(())
}

/// Writes every changed file beside itself first, then renames one by one.
pub(crate) fn write(inputs: &[Read], outputs: &[Output<'_>]) -> Result<(), Message> {
    let mut beside = Vec::new();
    for (input, output) in inputs.iter().zip(outputs) {
        let Some(path) = input.path.as_ref().filter(|_| output.is_changed()) else {
            continue;
        };
        let written = write_beside(path, output).map_err(|error| {
            Message::new(
                Reason::OutputFailed,
                format!("`{}` can't be written: {error}", path.display()),
            )
            .help("nothing was replaced; make its folder writable and run again")
        })?;
        beside.push(written);
    }
    let mut replaced: Vec<String> = Vec::new();
    let mut rest = beside.into_iter();
    while let Some((file, path)) = rest.next() {
        if let Err(error) = file.persist(&path) {
            let left: Vec<String> = std::iter::once(path.display().to_string())
                .chain(rest.map(|(_, path)| path.display().to_string()))
                .collect();
            let done = if replaced.is_empty() {
                "none".to_owned()
            } else {
                replaced.join(", ")
            };
            return Err(Message::new(
                Reason::OutputFailed,
                format!(
                    "`{}` can't be replaced: {}; replaced: {done}; not replaced: {}",
                    path.display(),
                    error.error,
                    left.join(", ")
                ),
            )
            .help("run again: what was replaced needs no more change"));
        }
        replaced.push(path.display().to_string());
    }
    Ok(())
}

/// The new text in a file of the same folder, with the mode of the one that it will replace. A link is followed.
fn write_beside(
    path: &Path,
    output: &Output<'_>,
) -> io::Result<(tempfile::NamedTempFile, PathBuf)> {
    let path = resolved(path)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".set-prestop-")
        .tempfile_in(folder)?;
    write_pieces(file.as_file_mut(), output.pieces())?;
    // WASI knows no modes (docs/wasm.md).
    if cfg!(not(target_os = "wasi")) {
        fs::set_permissions(file.path(), fs::metadata(&path)?.permissions())?;
    }
    Ok((file, path))
}

/// Writes pieces, many at a time and without a copy of them.
pub(crate) fn write_pieces<'p>(
    out: &mut impl io::Write,
    pieces: impl Iterator<Item = &'p str>,
) -> io::Result<()> {
    let slices = pieces.filter(|piece| !piece.is_empty());
    let slices = slices.map(|piece| IoSlice::new(piece.as_bytes()));
    let mut slices: Vec<IoSlice<'_>> = slices.collect();
    let mut left = slices.as_mut_slice();
    while !left.is_empty() {
        match out.write_vectored(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    out.flush()
}

/// Where a path leads when links are followed.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    if cfg!(not(target_os = "wasi")) {
        return fs::canonicalize(path);
    }
    // WASI can't be asked for that; the file was read, so the links end.
    match fs::read_link(path) {
        Ok(target) => resolved(&path.parent().unwrap_or(Path::new("")).join(target)),
        Err(_) => Ok(path.to_owned()),
    }
}
