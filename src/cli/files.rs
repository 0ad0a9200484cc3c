//! Writing: all files or none, and streams.
//!
//! docs/guarantees.md says what is promised about writing, and what is not.

use super::read::{PAUSE, Read, at, resolved};
use super::say;
use anyhow::{Context as _, bail, ensure};
use set_prestop::{Message, Output};
use std::collections::HashMap;
use std::fs;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use tempfile::NamedTempFile;

/// Writes a new file beside every changed file of all renders, then renames them one by one. Returns messages, by render, about files
/// that lost something, such as an attribute.
///
/// A signal ends the process between two files, and no temporary file is left. Once the first file is renamed, it ends after the last.
pub(crate) fn write(renders: &[(&[Read], &[Output<'_>])]) -> anyhow::Result<Vec<Vec<Message>>> {
    let signals = Signals::held()?;
    let (ready, told) = prepare(renders, &signals)?;
    for (_, path, text) in &ready {
        let same = fs::read(path).is_ok_and(|now| now == text.as_bytes());
        ensure!(same, "`{}` has changed since it was read", path.display());
    }
    replace(ready)?;
    if signals.came() {
        signals.obey();
    }
    Ok(told)
}

/// A file with the new text, the path of the one that it will replace, and the text of that.
type Ready<'r> = (NamedTempFile, PathBuf, &'r str);

/// Writes the new files, and gives them with what to tell, by render.
fn prepare<'r>(
    renders: &[(&'r [Read], &[Output<'_>])],
    signals: &Signals,
) -> anyhow::Result<(Vec<Ready<'r>>, Vec<Vec<Message>>)> {
    let mut told = vec![Vec::new(); renders.len()];
    let (mut ready, mut known) = (Vec::new(), HashMap::new());
    for ((inputs, outputs), told) in renders.iter().zip(&mut told) {
        for (source, (input, output)) in inputs.iter().zip(*outputs).enumerate() {
            let Some(path) = &input.path else {
                continue;
            };
            let same = known.entry(&input.real).or_insert(output);
            if !std::ptr::eq(*same, output) {
                // Links of two renders can lead to one file.
                ensure!(
                    same.to_string() == output.to_string(),
                    "`{}` is in two renders, which need different changes",
                    path.display()
                );
                continue;
            }
            if !output.is_changed() {
                continue;
            }
            let cannot = || format!("cannot write `{}`", path.display());
            let path = resolved(path).with_context(cannot)?;
            let (file, lost) = write_beside(&path, output).with_context(cannot)?;
            if !lost.is_empty() {
                let mut message = say::not_kept(&lost);
                message.place = Some(at(source, 0));
                told.push(message);
            }
            ready.push((file, path, &*input.text));
            if signals.came() {
                drop(ready);
                signals.obey();
                bail!("stopped by a signal");
            }
        }
    }
    Ok((ready, told))
}

/// Renames the new files, one by one.
fn replace(ready: Vec<Ready<'_>>) -> anyhow::Result<()> {
    let mut replaced: Vec<String> = Vec::new();
    let mut rest = ready.into_iter();
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
    Ok(())
}

/// Writes the new text to a file in the same folder with the properties of the old one; returns it, and the properties that it could not get.
fn write_beside(path: &Path, output: &Output<'_>) -> anyhow::Result<(NamedTempFile, Vec<String>)> {
    let before = fs::metadata(path)?;
    ensure!(before.is_file(), "it is not a regular file");
    // WASI has no modes and reports every file as read-only.
    let read_only = cfg!(not(target_os = "wasi")) && before.permissions().readonly();
    ensure!(!read_only, "it is read-only");
    // Without write permission for the file it is not replaced, although the system would allow that.
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

/// Gives a file the owner, the mode and the attributes of another; returns what is lost.
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
    // After the owner, because changing the owner clears bits of the mode.
    file.set_permissions(before.permissions())?;
    // If a file system has no attributes, none are lost.
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

/// The signals that end a process, delayed while files are written.
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

/// Writes pieces, many at a time and without copying them.
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

/// Waits if a stream is not ready.
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
