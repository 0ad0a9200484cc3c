//! Files and folders: reading them as one render, and writing them all or none.
//!
//! What is promised of writing, and what can't be, is in docs/guarantees.md.

use super::{Refused, say};
use anyhow::{Context as _, bail, ensure};
use set_prestop::{Message, Output, Place, Reason, Source};
use std::collections::HashSet;
use std::fs;
use std::io::{self, IoSlice, Read as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;
use tempfile::NamedTempFile;

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
    /// Whether it is the file of this path.
    pub(crate) fn is(&self, path: &Path) -> bool {
        let own = self
            .path
            .as_ref()
            .and_then(|own| fs::canonicalize(own).ok());
        own.is_some_and(|own| fs::canonicalize(path).is_ok_and(|path| path == own))
    }

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

/// How the files of a folder that are read end.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// How long a stream that is not ready is left alone: pipes that a parent left non-blocking can't be waited for otherwise.
const PAUSE: Duration = Duration::from_millis(2);

/// Reads the paths in their order, folders sorted; without any, stdin. Also gives what is to be told of it.
pub(crate) fn read(paths: &[PathBuf]) -> Result<(Vec<Read>, Vec<Message>), Refused> {
    let mut reader = Reader::default();
    if paths.is_empty() {
        reader.inputs.push(stdin()?);
    }
    for path in paths {
        reader.path(path)?;
    }
    Ok((reader.inputs, reader.told))
}

/// The configuration that holds for a file: the `set-prestop.yaml` of its folder, or of one above it in its repository.
pub(crate) fn configuration_of(first: &Path) -> Option<PathBuf> {
    const NAME: &str = "set-prestop.yaml";
    if first.as_os_str() == "-" {
        return None;
    }
    let first = fs::canonicalize(first).ok()?;
    let folder = if first.is_dir() {
        first.as_path()
    } else {
        first.parent()?
    };
    // A file outside a repository has no configuration but that of its own folder.
    let root = folder.ancestors().find(|above| above.join(".git").exists());
    let root = root.unwrap_or(folder);
    let above = folder
        .ancestors()
        .take_while(|above| above.starts_with(root));
    let mut found = above.map(|above| above.join(NAME));
    found.find(|path| path.is_file() && *path != first)
}

/// Reads the paths as context, which comes behind these inputs.
pub(crate) fn read_context(
    paths: &[PathBuf],
    inputs: &[Read],
) -> Result<(Vec<Read>, Vec<Message>), Refused> {
    if paths.iter().any(|path| path.as_os_str() == "-") {
        let message = Message::new(Reason::BadInput, "the context cannot be read from stdin")
            .help("write it to a file, and name that file with `--context`");
        return Err(message.into());
    }
    let mut reader = Reader::default();
    // What is among the manifests is no context.
    reader.seen = inputs
        .iter()
        .filter_map(|input| resolved(input.path.as_ref()?).ok())
        .collect();
    for path in paths {
        reader.path(path)?;
    }
    let Reader {
        inputs: mut context,
        mut told,
        ..
    } = reader;
    for input in &mut context {
        input.context = true;
    }
    for message in &mut told {
        if let Some(place) = &mut message.place {
            place.source += inputs.len();
        }
    }
    Ok((context, told))
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
    read_stdin(&mut bytes).context("cannot read stdin")?;
    Ok(Read {
        name: NAME.to_owned(),
        text: utf8(NAME, bytes)?,
        path: None,
        context: false,
    })
}

/// Reads stdin as a file, of which the system says how much it holds where it is one: no growing, and no copies of what is there.
#[cfg(unix)]
fn read_stdin(bytes: &mut Vec<u8>) -> io::Result<()> {
    use std::os::fd::AsFd as _;
    let mut stdin = fs::File::from(io::stdin().as_fd().try_clone_to_owned()?);
    // What was read before an error is in `bytes`.
    while let Err(error) = stdin.read_to_end(bytes) {
        if error.kind() != io::ErrorKind::WouldBlock {
            return Err(error);
        }
        sleep(PAUSE);
    }
    Ok(())
}

#[cfg(not(unix))]
fn read_stdin(bytes: &mut Vec<u8>) -> io::Result<()> {
    io::stdin().lock().read_to_end(bytes).map(|_| ())
}

fn file(path: &Path) -> Result<Read, Refused> {
    Ok(Read {
        name: path.display().to_string(),
        text: read_text(path)?,
        path: Some(path.to_owned()),
        context: false,
    })
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read `{}`", path.display())
}

/// The text of a file.
pub(crate) fn read_text(path: &Path) -> Result<String, Refused> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| {
        let text = format!("{}: {error}", cannot_read(path));
        Message::new(Reason::BadInput, text).help(say::unread(path))
    })?;
    utf8(&name, bytes)
}

fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, Refused> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let start = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default());
        let mut message = say::not_text(error.as_bytes());
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

/// Reads files and folders, each file once.
#[derive(Default)]
struct Reader {
    inputs: Vec<Read>,
    told: Vec<Message>,
    /// Files and folders that were read, as they are called when links are followed.
    seen: HashSet<PathBuf>,
}

impl Reader {
    /// What the command line names: a folder, stdin, or a file of any name and kind.
    fn path(&mut self, path: &Path) -> Result<(), Refused> {
        if path.as_os_str() == "-" {
            self.inputs.push(stdin()?);
        } else if path.is_dir() {
            let root = resolved(path).with_context(|| cannot_read(path))?;
            if self.seen.insert(root.clone()) {
                self.folder(path, &root)?;
            }
        } else if resolved(path).map_or(true, |real| self.seen.insert(real)) {
            let read = file(path)?;
            let empty = read.text.is_empty().then(|| empty(self.inputs.len()));
            self.told.extend(empty);
            self.inputs.push(read);
        }
        Ok(())
    }

    /// A folder: recursive, sorted, nothing whose name begins with a dot, no templates of a chart. Links are followed as long as
    /// they stay in the folder that was named: a ConfigMap that is mounted is all links (`a.yaml -> ..data/a.yaml`).
    fn folder(&mut self, path: &Path, root: &Path) -> Result<(), Refused> {
        let mut entries = fs::read_dir(path)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .with_context(|| cannot_read(path))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let chart = path.join("Chart.yaml").is_file();
        if ["kustomization.yaml", "kustomization.yml", "Kustomization"]
            .iter()
            .any(|name| path.join(name).is_file())
        {
            self.told.push(say::not_built(path));
        }
        for entry in entries {
            let path = entry.path();
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let kind = entry.file_type().with_context(|| cannot_read(&path))?;
            let ending = path.extension();
            let wanted = ending.is_some_and(|end| ENDINGS.iter().any(|known| end == *known));
            let real = resolved(&path);
            if kind.is_symlink() && !real.as_ref().is_ok_and(|real| real.starts_with(root)) {
                let may_matter = wanted || ending.is_none() || path.is_dir();
                self.told
                    .extend(may_matter.then(|| say::link_not_followed(&path, real.as_ref().err())));
                continue;
            }
            let real = real.with_context(|| cannot_read(&path))?;
            let kind = fs::metadata(&path).with_context(|| cannot_read(&path))?;
            if kind.is_dir() && chart && entry.file_name() == "templates" {
                self.told.push(say::templates_skipped(&path));
            } else if kind.is_dir() {
                if self.seen.insert(real) {
                    self.folder(&path, root)?;
                }
            } else if wanted && !kind.is_file() {
                // To read a pipe that lies in a folder would be to wait for ever.
                self.told.push(say::no_file(&path));
            } else if wanted && self.seen.insert(real) {
                self.inputs.push(file(&path)?);
            }
        }
        Ok(())
    }
}
/// Writes every changed file beside itself first, then renames one by one. Gives what to tell of files that could not be kept as they were.
///
/// A signal that ends the process ends it between two files, with no temporary file left; once the first is renamed, after the last.
pub(crate) fn write(inputs: &[Read], outputs: &[Output<'_>]) -> anyhow::Result<Vec<Message>> {
    let signals = Signals::held()?;
    let (mut beside, mut told) = (Vec::new(), Vec::new());
    for (source, (input, output)) in inputs.iter().zip(outputs).enumerate() {
        let Some(path) = input.path.as_ref().filter(|_| output.is_changed()) else {
            continue;
        };
        // A file that is named twice has one text.
        let path = resolved(path).with_context(|| format!("cannot write `{}`", path.display()))?;
        if beside
            .iter()
            .any(|(_, known, _): &(_, PathBuf, _)| *known == path)
        {
            continue;
        }
        let (file, lost) = write_beside(&path, output)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        if !lost.is_empty() {
            let text = format!("replacing the file did not keep {}", lost.join(", "));
            let mut message = Message::new(Reason::NotKept, text)
                .help("set it again; `set-prestop FILE > NEW && cat NEW > FILE` keeps it");
            message.place = Some(at(source, 0));
            told.push(message);
        }
        beside.push((file, path, &input.text));
        if signals.came() {
            drop(beside);
            signals.obey();
            bail!("stopped by a signal");
        }
    }
    for (_, path, text) in &beside {
        let same = fs::read(path).is_ok_and(|now| now == text.as_bytes());
        ensure!(same, "`{}` has changed since it was read", path.display());
    }
    let mut replaced: Vec<String> = Vec::new();
    let mut rest = beside.into_iter();
    while let Some((file, path, _)) = rest.next() {
        if let Err(error) = file.persist(&path) {
            let left: Vec<String> = rest
                .map(|(_, path, _)| path.display().to_string())
                .collect();
            return Err(error.error).with_context(|| {
                let list = |names: &[String]| match names {
                    [] => "none".to_owned(),
                    _ => names.join(", "),
                };
                format!(
                    "cannot replace `{}` (replaced before it: {}; not replaced after it: {})",
                    path.display(),
                    list(&replaced),
                    list(&left)
                )
            });
        }
        replaced.push(path.display().to_string());
    }
    if signals.came() {
        signals.obey();
    }
    Ok(told)
}

/// The new text in a file of the same folder that is like the one that it will replace, and what it could not be given.
fn write_beside(path: &Path, output: &Output<'_>) -> anyhow::Result<(NamedTempFile, Vec<String>)> {
    let before = fs::metadata(path)?;
    ensure!(before.is_file(), "it is not a regular file");
    // WASI knows no modes and calls every file read-only.
    let read_only = cfg!(not(target_os = "wasi")) && before.permissions().readonly();
    ensure!(!read_only, "it is read-only");
    // Who may not write into the file may not replace it either, though the system would let them.
    fs::OpenOptions::new().write(true).open(path)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".set-prestop-")
        .tempfile_in(folder)?;
    write_pieces(file.as_file_mut(), output.pieces())?;
    let lost = keep(path, &before, &file)?;
    file.as_file().sync_all()?;
    Ok((file, lost))
}

/// Gives a file the owner, the mode and the attributes of another; what is lost is told.
#[cfg(unix)]
fn keep(path: &Path, before: &fs::Metadata, file: &NamedTempFile) -> anyhow::Result<Vec<String>> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    use xattr::FileExt as _;

    let (file, mut lost) = (file.as_file(), Vec::new());
    let now = file.metadata()?;
    if before.uid() != now.uid() && fchown(file, Some(before.uid()), None).is_err() {
        lost.push(format!("its owner {}", before.uid()));
    }
    if before.gid() != now.gid() && fchown(file, None, Some(before.gid())).is_err() {
        lost.push(format!("its group {}", before.gid()));
    }
    // After the owner, whose change takes bits of the mode away.
    file.set_permissions(before.permissions())?;
    // Where a file system knows no attributes, none are lost.
    for name in xattr::list(path).into_iter().flatten() {
        let Ok(Some(value)) = xattr::get(path, &name) else {
            continue;
        };
        let has = || file.get_xattr(&name).ok().flatten() == Some(value.clone());
        if !has() && file.set_xattr(&name, &value).is_err() {
            lost.push(format!("its attribute `{}`", name.display()));
        }
    }
    if before.nlink() > 1 {
        lost.push(format!("its hard links ({} more)", before.nlink() - 1));
    }
    Ok(lost)
}

#[cfg(not(unix))]
fn keep(_: &Path, before: &fs::Metadata, file: &NamedTempFile) -> anyhow::Result<Vec<String>> {
    // WASI knows no modes (docs/wasm.md).
    if cfg!(not(target_os = "wasi")) {
        fs::set_permissions(file.path(), before.permissions())?;
    }
    Ok(Vec::new())
}

/// The signals that end a process, held back for as long as files are written.
#[cfg(unix)]
struct Signals {
    came: std::sync::Arc<std::sync::atomic::AtomicUsize>,
    held: Vec<signal_hook::SigId>,
}

#[cfg(unix)]
impl Signals {
    fn held() -> io::Result<Signals> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let mut signals = Signals {
            came: std::sync::Arc::default(),
            held: Vec::new(),
        };
        for (signal, number) in [(SIGHUP, 1), (SIGINT, 2), (SIGTERM, 15)] {
            let came = std::sync::Arc::clone(&signals.came);
            signals
                .held
                .push(signal_hook::flag::register_usize(signal, came, number)?);
        }
        Ok(signals)
    }

    fn came(&self) -> bool {
        self.came.load(std::sync::atomic::Ordering::SeqCst) != 0
    }

    /// Ends the process as the signal would have.
    fn obey(&self) {
        let came = self.came.load(std::sync::atomic::Ordering::SeqCst);
        if let Ok(signal) = came.try_into() {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}

#[cfg(unix)]
impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.held.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "where there are no signals, none come"
)]
impl Signals {
    fn held() -> io::Result<Signals> {
        Ok(Signals)
    }

    fn came(&self) -> bool {
        false
    }

    fn obey(&self) {}
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
            Err(error) => again(error)?,
        }
    }
    // What is in a buffer stays there until it is written.
    while let Err(error) = out.flush() {
        again(error)?;
    }
    Ok(())
}

/// Waits where a stream is only not ready.
fn again(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::Interrupted => Ok(()),
        io::ErrorKind::WouldBlock => {
            sleep(PAUSE);
            Ok(())
        }
        _ => Err(error),
    }
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
