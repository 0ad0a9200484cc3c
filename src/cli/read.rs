//! Reading: files, folders and stdin, each once.

#[cfg(unix)]
use super::large;
use super::{Refused, say, streams};
use anyhow::Context as _;
use set_prestop::{Message, Place, Source};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// An input that was read.
#[derive(Debug)]
pub(crate) struct Read {
    /// Its name in messages.
    pub(crate) name: String,
    pub(crate) text: Text,
    /// The file as it was found; `None` for the output of a program.
    pub(crate) path: Option<PathBuf>,
    /// Its path after following links.
    pub(crate) real: PathBuf,
    /// Whether the command line names it.
    named: bool,
    /// Whether it is context.
    context: bool,
}

impl Read {
    /// What a program printed.
    pub(crate) fn printed(name: String, bytes: Vec<u8>) -> Result<Read, Refused> {
        Read::of(name, Bytes::Heap(bytes))
    }

    fn of(name: String, bytes: Bytes) -> Result<Read, Refused> {
        Ok(Read {
            text: bytes.text(&name)?,
            name,
            path: None,
            real: PathBuf::new(),
            named: false,
            context: false,
        })
    }

    /// Whether it is the file that a path leads to.
    pub(crate) fn is(&self, real: &Path) -> bool {
        self.path.is_some() && self.real == real
    }

    /// The source for the library.
    pub(crate) fn source(&self) -> Source<'_> {
        let source = Source::new(&self.name, &self.text);
        if self.context {
            source.read_only()
        } else {
            source
        }
    }
}

/// What was read from some paths, and messages about those that were not read.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) all: Vec<Read>,
    pub(crate) told: Vec<Message>,
    /// Files and folders that were read.
    seen: HashSet<PathBuf>,
}

/// The names of a kustomization.
pub(crate) const KUSTOMIZATIONS: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// How long to wait before reading again from a stream that is not ready; there is no other way to wait for a non-blocking pipe.
pub(crate) const PAUSE: Duration = Duration::from_millis(2);

/// Reads the paths in their order, with folders sorted, or stdin if there are none. Each file is read once.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Inputs, Refused> {
    let mut inputs = Inputs::default();
    if paths.is_empty() {
        inputs.all.push(stdin()?);
    }
    for path in paths {
        let is_stdin = path.as_os_str() == "-";
        let real = if is_stdin { PathBuf::new() } else { real(path) };
        if !is_stdin && path.is_dir() {
            let mut walk = Walk {
                root: real.clone(),
                inside: Vec::new(),
                inputs: &mut inputs,
            };
            walk.folder(path, &real)?;
        } else if inputs.seen.insert(real.clone()) {
            let input = if is_stdin {
                stdin()?
            } else {
                file(path, real, true)?
            };
            inputs.all.push(input);
        }
    }
    if let [only] = paths
        && inputs.all.is_empty()
        && inputs.told.is_empty()
    {
        inputs.told.push(say::empty_folder(only));
    }
    Ok(inputs)
}

/// Reads the paths as context.
pub(crate) fn read_context(paths: &[PathBuf]) -> Result<Inputs, Refused> {
    if paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(say::context_from_stdin().into());
    }
    let mut inputs = match paths {
        [] => Inputs::default(),
        _ => read(paths)?,
    };
    for input in &mut inputs.all {
        input.context = true;
    }
    Ok(inputs)
}

/// Warnings about named files that are empty: `set-prestop f.yaml > f.yaml` empties them.
pub(crate) fn empty(inputs: &[&Read]) -> Vec<Message> {
    let named = inputs.iter().enumerate();
    let named = named.filter(|(_, input)| input.named && input.text.is_empty());
    let told = named.map(|(source, _)| {
        let mut message = say::empty_file();
        message.place = Some(at(source, 0));
        message
    });
    told.collect()
}

/// The configuration for a file: the `set-prestop.yaml` in its folder, or in one above it in its repository.
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
    // Outside a repository, only a file's own folder can have its configuration.
    let root = folder.ancestors().find(|above| above.join(".git").exists());
    let root = root.unwrap_or(folder);
    let above = folder
        .ancestors()
        .take_while(|above| above.starts_with(root));
    let mut found = above.map(|above| above.join(NAME));
    found.find(|path| path.is_file() && *path != first)
}

fn stdin() -> Result<Read, Refused> {
    let open = streams::stdin_is_open();
    let bytes = open.and_then(|()| read_stdin());
    Read::of("<stdin>".to_owned(), bytes.context("cannot read stdin")?)
}

/// Reads stdin as a file. If it is one, its size is known, so the buffer does not have to grow.
#[cfg(unix)]
fn read_stdin() -> io::Result<Bytes> {
    use std::os::fd::AsFd as _;
    let mut stdin = fs::File::from(io::stdin().as_fd().try_clone_to_owned()?);
    if let Some(large) = large::read(&mut stdin)? {
        return Ok(Bytes::Large(large));
    }
    let mut bytes = Vec::new();
    // What was read before an error is in `bytes`.
    while let Err(error) = stdin.read_to_end(&mut bytes) {
        if error.kind() != io::ErrorKind::WouldBlock {
            return Err(error);
        }
        std::thread::sleep(PAUSE);
    }
    Ok(Bytes::Heap(bytes))
}

#[cfg(not(unix))]
fn read_stdin() -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(Bytes::Heap(bytes))
}

fn file(path: &Path, real: PathBuf, named: bool) -> Result<Read, Refused> {
    Ok(Read {
        name: path.display().to_string(),
        text: read_text(path)?,
        path: Some(path.to_owned()),
        real,
        named,
        context: false,
    })
}

/// The text of a file.
pub(crate) fn read_text(path: &Path) -> Result<Text, Refused> {
    let bytes = read_file(path).map_err(|error| say::unread(path, &error))?;
    bytes.text(&path.display().to_string())
}

fn read_file(path: &Path) -> io::Result<Bytes> {
    let mut file = fs::File::open(path)?;
    #[cfg(unix)]
    if let Some(large) = large::read(&mut file)? {
        return Ok(Bytes::Large(large));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Bytes::Heap(bytes))
}

/// What was read.
enum Bytes {
    Heap(Vec<u8>),
    #[cfg(unix)]
    Large(memmap2::MmapMut),
}

impl Bytes {
    fn text(self, name: &str) -> Result<Text, Refused> {
        match self {
            Bytes::Heap(bytes) => String::from_utf8(bytes)
                .map(Text::Heap)
                .map_err(|error| not_text(name, error.as_bytes(), error.utf8_error())),
            #[cfg(unix)]
            Bytes::Large(bytes) => {
                large::Text::try_new_or_recover(bytes, |bytes| std::str::from_utf8(bytes))
                    .map(Text::Large)
                    .map_err(|(bytes, error)| not_text(name, &bytes, error))
            }
        }
    }
}

/// A text that was read.
#[derive(Debug)]
pub(crate) enum Text {
    Heap(String),
    #[cfg(unix)]
    Large(large::Text),
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Heap(text) => text,
            #[cfg(unix)]
            Text::Large(text) => text.borrow_dependent(),
        }
    }
}

fn not_text(name: &str, bytes: &[u8], error: std::str::Utf8Error) -> Refused {
    let valid = error.valid_up_to();
    let start = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    let mut message = say::not_text(bytes);
    message.place = Some(at(0, valid));
    Refused {
        messages: vec![message],
        text: Some((name.to_owned(), start.into_owned())),
    }
}

/// A place in the first document of a source.
pub(crate) fn at(source: usize, offset: usize) -> Place {
    Place {
        source,
        document: 1,
        range: offset..offset,
    }
}

/// Reads a folder: recursively, sorted, without dot-folders and templates of charts, following links that stay in it.
struct Walk<'i> {
    /// The folder that was named, as links lead to it.
    root: PathBuf,
    /// The folders that lead to the one that is read, and itself.
    inside: Vec<PathBuf>,
    inputs: &'i mut Inputs,
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, real: &Path) -> Result<(), Refused> {
        if !self.inputs.seen.insert(real.to_owned()) {
            return Ok(());
        }
        let unread = || format!("cannot read `{}`", path.display());
        let mut entries = fs::read_dir(path)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .with_context(unread)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let chart = path.join("Chart.yaml").is_file();
        if KUSTOMIZATIONS.iter().any(|name| path.join(name).is_file()) {
            self.inputs.told.push(say::not_built(path));
        }
        self.inside.push(real.to_owned());
        for entry in entries {
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let mut kind = entry.file_type().with_context(unread)?;
            let (path, mut real) = (entry.path(), real.join(&name));
            if kind.is_symlink() {
                match self.link(&path) {
                    Ok(to) => (real, kind) = to,
                    Err(why) => {
                        let told = why.map(|why| say::link_not_followed(&path, &why));
                        self.inputs.told.extend(told);
                        continue;
                    }
                }
            }
            if kind.is_dir() {
                if chart && name == "templates" {
                    self.inputs.told.push(say::templates_skipped(&path));
                } else {
                    self.folder(&path, &real)?;
                }
            } else if is_manifest(&path) {
                // Reading a pipe in a folder would wait for ever.
                if !kind.is_file() {
                    self.inputs.told.push(say::no_file(&path));
                } else if self.inputs.seen.insert(real.clone()) {
                    let input = file(&path, real, false)?;
                    self.inputs.all.push(input);
                }
            }
        }
        self.inside.pop();
        Ok(())
    }

    /// Where a link leads, and to what. If it cannot be followed: why, unless it could not lead to manifests.
    fn link(&self, path: &Path) -> Result<(PathBuf, fs::FileType), Option<String>> {
        let to = fs::read_link(path).unwrap_or_default();
        let found = resolved(path).and_then(|real| Ok((fs::metadata(&real)?.file_type(), real)));
        let (kind, real) = found.map_err(|error| {
            let told = is_manifest(path) || error.kind() != io::ErrorKind::NotFound;
            told.then(|| format!("cannot be followed: {error}"))
        })?;
        let matters = kind.is_dir() || is_manifest(path);
        if !real.starts_with(&self.root) {
            let why = format!("leads out of the folder, to `{}`", to.display());
            return Err(matters.then_some(why));
        }
        if self.inside.contains(&real) {
            return Err(Some(format!("leads in a circle, to `{}`", to.display())));
        }
        Ok((real, kind))
    }
}

/// Whether a file of a folder is read, by its name.
fn is_manifest(path: &Path) -> bool {
    let mut ends = ["yaml", "yml", "json"].iter();
    ends.any(|end| path.extension() == Some(OsStr::new(end)))
}

/// The path after following links, or the path itself if that is unknown (`/dev/fd/63` of a shell).
pub(crate) fn real(path: &Path) -> PathBuf {
    resolved(path).unwrap_or_else(|_| path.to_owned())
}

/// The path after following links.
pub(crate) fn resolved(path: &Path) -> io::Result<PathBuf> {
    if cfg!(not(target_os = "wasi")) {
        return fs::canonicalize(path);
    }
    // WASI can't be asked for that.
    let mut path = path.to_owned();
    for _ in 0..40 {
        let mut plain = PathBuf::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
                part => plain.push(part),
            }
        }
        let Ok(target) = fs::read_link(&plain) else {
            return Ok(plain);
        };
        path = plain.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(io::Error::other("links in a circle"))
}
