//! Reading a large file: its memory in large pages, by two threads. Most of the time goes to memory that is
//! new to the process, and a system gives it in pages of 4 kB unless it is asked for larger ones.

use memmap2::MmapMut;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, scope};

/// Bytes that a thread reads before it looks for more to read: the second may start late.
const PART: usize = 1 << 20;

/// Bytes from which on it pays.
const LARGE: u64 = 8 << 20;

/// What is borrowed of the bytes.
type Borrowed<'b> = &'b str;

self_cell::self_cell!(
    /// Bytes that are a text.
    pub(crate) struct Text {
        owner: MmapMut,
        #[covariant]
        dependent: Borrowed,
    }

    impl {Debug}
);

/// Reads what is left of a file; `None`, with nothing read, if it is no large file or its length changes meanwhile.
pub(super) fn read(file: &mut File) -> io::Result<Option<MmapMut>> {
    let found = file.metadata()?;
    if !found.is_file() || found.len() < LARGE {
        return Ok(None);
    }
    let start = file.stream_position()?;
    let length = found.len().saturating_sub(start);
    let Some(size) = usize::try_from(length).ok().filter(|_| length >= LARGE) else {
        return Ok(None);
    };
    let mut bytes = MmapMut::map_anon(size)?;
    #[cfg(target_os = "linux")]
    {
        // A system that has none gives small ones.
        let _ = bytes.advise(memmap2::Advice::HugePage);
    }
    let shared = &*file;
    let parts = Mutex::new((start..).step_by(PART).zip(bytes.chunks_mut(PART)));
    let next = || {
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.next()
    };
    let part_by_part =
        || std::iter::from_fn(next).all(|(at, part)| shared.read_exact_at(part, at).is_ok());
    let is_read = scope(|threads| {
        let other = Builder::new().spawn_scoped(threads, part_by_part);
        part_by_part() && other.map_or(true, |other| other.join().unwrap_or(false))
    });
    if !is_read {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(start + length))?;
    if file.read(&mut [0])? > 0 {
        file.seek(SeekFrom::Start(start))?;
        return Ok(None);
    }
    Ok(Some(bytes))
}
