//! Streams that were closed before the start (`<&-`, `>&-`): Rust's runtime opens `/dev/null` in their place, so that what is read is
//! blank and what is written is lost, both without an error.

use std::io;

/// Fails if stdin was closed.
pub(crate) fn stdin_is_open() -> io::Result<()> {
    closed(started::stdin())
}

/// Fails if stdout was closed.
pub(crate) fn stdout_is_open() -> io::Result<()> {
    closed(started::stdout())
}

fn closed(is_closed: bool) -> io::Result<()> {
    if is_closed {
        return Err(io::Error::other("it was closed before the start"));
    }
    Ok(())
}

#[cfg(unix)]
mod started {
    use rustix::io::fcntl_getfd;
    use rustix::stdio;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    static WITHOUT_STDIN: AtomicBool = AtomicBool::new(false);
    static WITHOUT_STDOUT: AtomicBool = AtomicBool::new(false);

    /// Looks before the runtime does.
    #[ctor::ctor]
    fn look() {
        WITHOUT_STDIN.store(fcntl_getfd(stdio::stdin()).is_err(), Relaxed);
        WITHOUT_STDOUT.store(fcntl_getfd(stdio::stdout()).is_err(), Relaxed);
    }

    pub(super) fn stdin() -> bool {
        WITHOUT_STDIN.load(Relaxed)
    }

    pub(super) fn stdout() -> bool {
        WITHOUT_STDOUT.load(Relaxed)
    }
}

/// The runtime of other systems opens nothing.
#[cfg(not(unix))]
mod started {
    pub(super) fn stdin() -> bool {
        false
    }

    pub(super) fn stdout() -> bool {
        false
    }
}
