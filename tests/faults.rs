//! What goes wrong around a run: files, streams, signals, other runs. Each file is old or new, and what was lost is told.
//!
//! `FAULTS=100 cargo test --test faults` kills a hundred runs with each signal, in place of a few.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test reads and writes files, and a panic is how it fails"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const TEA: &str = include_str!("../testdata/tea.yaml");
const PROGRAM: &str = env!("CARGO_BIN_EXE_set-prestop");

fn drained() -> String {
    let run = run(Path::new("."), &["testdata/tea.yaml"]);
    String::from_utf8(run.stdout).unwrap()
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).env_clear().args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn told(run: &Output) -> String {
    String::from_utf8(run.stderr.clone()).unwrap()
}

/// A folder with `tea.yaml` under each name.
fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        fs::write(folder.path().join(name), TEA).unwrap();
    }
    folder
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Waits for the end of a run that may not end by itself.
fn within(child: &mut Child, limit: Duration) -> Option<i32> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("the run did not end");
}

fn is_root() -> bool {
    let root = fs::metadata(tempfile::tempdir().unwrap().path())
        .unwrap()
        .uid()
        == 0;
    if !root {
        eprintln!("not tried: only root gives files to others");
    }
    root
}

#[test]
fn what_a_file_has_is_kept() {
    let folder = folder(&["tea.yaml"]);
    let file = folder.path().join("tea.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let attributes = xattr::set(&file, "user.note", b"mine").is_ok();
    if is_root() {
        std::os::unix::fs::chown(&file, Some(1234), Some(2345)).unwrap();
    }
    let before = fs::metadata(&file).unwrap();
    let run = run(folder.path(), &["--write", "tea.yaml"]);
    assert_eq!(
        (run.status.code(), text(folder.path(), "tea.yaml")),
        (Some(0), drained())
    );
    assert!(!told(&run).contains("NotKept"), "{}", told(&run));
    let after = fs::metadata(&file).unwrap();
    assert_ne!(
        before.ino(),
        after.ino(),
        "a new file takes the place of the old one"
    );
    let has = |of: &fs::Metadata| (of.mode(), of.uid(), of.gid());
    assert_eq!(has(&before), has(&after));
    if attributes {
        assert_eq!(xattr::get(&file, "user.note").unwrap().unwrap(), b"mine");
    }
}

#[test]
fn an_owner_that_can_not_be_kept_is_told() {
    if !is_root() {
        return;
    }
    let folder = folder(&["tea.yaml"]);
    let file = folder.path().join("tea.yaml");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    // The program itself may lie where only its owner comes.
    let program = folder.path().join("program");
    fs::copy(PROGRAM, &program).unwrap();
    let run = Command::new(&program)
        .current_dir(folder.path())
        .args(["--write", "tea.yaml"])
        .uid(1234)
        .gid(1234)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert!(
        told(&run).contains(
            "warning[NotKept]: replacing the file did not keep its owner 0, its group 0\n"
        ),
        "{}",
        told(&run)
    );
    assert_eq!(text(folder.path(), "tea.yaml"), drained());
}

#[test]
fn a_second_hard_link_keeps_the_old_text_and_that_is_told() {
    let folder = folder(&["tea.yaml"]);
    fs::hard_link(folder.path().join("tea.yaml"), folder.path().join("other")).unwrap();
    let run = run(folder.path(), &["--write", "tea.yaml"]);
    assert_eq!(run.status.code(), Some(0));
    assert!(
        told(&run)
            .contains("warning[NotKept]: replacing the file did not keep its hard links (1 more)"),
        "{}",
        told(&run)
    );
    assert_eq!(text(folder.path(), "other"), TEA);
    assert_eq!(text(folder.path(), "tea.yaml"), drained());
}

#[test]
fn a_file_that_may_not_be_written_is_not_replaced() {
    let folder = folder(&["a.yaml", "b.yaml"]);
    let only_read = folder.path().join("b.yaml");
    fs::set_permissions(&only_read, fs::Permissions::from_mode(0o444)).unwrap();
    let run = run(folder.path(), &["--write", "."]);
    assert_eq!(run.status.code(), Some(2));
    assert!(
        told(&run).contains("error[OutputFailed]: cannot write `")
            && told(&run).contains("b.yaml`: it is read-only"),
        "{}",
        told(&run)
    );
    for name in ["a.yaml", "b.yaml"] {
        assert_eq!(text(folder.path(), name), TEA);
    }
    assert_eq!(names(folder.path()), ["a.yaml", "b.yaml"]);
}

#[test]
fn a_file_that_changed_meanwhile_is_refused() {
    let folder = folder(&["a.yaml"]);
    make_pipe(&folder.path().join("pipe"));
    let mut child = command(folder.path(), &["--write", "a.yaml", "pipe"])
        .spawn()
        .unwrap();
    // The run opens the pipe after it has read the file.
    let mut pipe = fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join("pipe"))
        .unwrap();
    let newer = TEA.replace("tea:", "coffee:");
    fs::write(
        folder.path().join("a.yaml"),
        format!("{newer}# saved meanwhile\n"),
    )
    .unwrap();
    pipe.write_all(b"# nothing\n").unwrap();
    drop(pipe);
    assert_eq!(within(&mut child, Duration::from_secs(20)), Some(2));
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert!(
        told.contains("a.yaml` has changed since it was read"),
        "{told}"
    );
    assert!(text(folder.path(), "a.yaml").ends_with("# saved meanwhile\n"));
    assert_eq!(names(folder.path()), ["a.yaml", "pipe"]);
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn pipes_and_sockets_in_folders_are_not_read() {
    let folder = folder(&["tea.yaml"]);
    make_pipe(&folder.path().join("pipe.yaml"));
    let _socket = UnixListener::bind(folder.path().join("socket.yaml")).unwrap();
    let mut child = command(folder.path(), &["--check", "."]).spawn().unwrap();
    assert_eq!(within(&mut child, Duration::from_secs(20)), Some(1));
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let folder = folder(&[]);
    make_pipe(&folder.path().join("pipe"));
    let mut child = command(folder.path(), &["--write", "pipe"])
        .spawn()
        .unwrap();
    fs::write(folder.path().join("pipe"), TEA).unwrap();
    assert_eq!(within(&mut child, Duration::from_secs(20)), Some(2));
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert!(told.contains("it is not a regular file"), "{told}");
    assert_eq!(names(folder.path()), ["pipe"]);
}

#[test]
fn a_file_that_is_gone_and_one_that_can_not_be_read_stop_the_run() {
    let folder = folder(&["tea.yaml"]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("link.yaml")).unwrap();
    for name in ["link.yaml", "gone.yaml"] {
        let run = run(folder.path(), &["--write", "tea.yaml", name]);
        assert_eq!(run.status.code(), Some(2));
        assert!(
            told(&run).contains(&format!("cannot read `{name}`: No such file")),
            "{}",
            told(&run)
        );
    }
    assert_eq!(text(folder.path(), "tea.yaml"), TEA);
}

/// A large one is read in halves.
#[test]
fn a_large_file_is_read_from_where_its_stream_is() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = (0..1_000_000).map(|line| format!("# {line}\n"));
    let text = format!("{TEA}---\n{}", numbers.collect::<String>());
    let expected = text.replace(TEA, &drained());
    let path = folder.path().join("large.yaml");
    fs::write(&path, format!("# a line that is read\n{text}")).unwrap();
    let named = run(folder.path(), &["large.yaml"]);
    assert!(named.stdout.ends_with(expected.as_bytes()));
    let mut file = fs::File::open(&path).unwrap();
    file.read_exact(&mut [0; 22]).unwrap();
    let mut command = command(folder.path(), &[]);
    let run = command.stdin(file.try_clone().unwrap()).output().unwrap();
    assert!(run.stdout == expected.as_bytes(), "{}", told(&run));
    let mut rest = Vec::new();
    file.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"", "the stream is at its end for the next program");
}

#[test]
fn a_full_disk_leaves_all_as_it_was() {
    let folder = folder(&["a.yaml"]);
    let long = format!("{TEA}# {}\n", "x".repeat(8192));
    fs::write(folder.path().join("b.yaml"), &long).unwrap();
    // A limit on the size of files gives what a full disk gives, and takes no disk.
    let limited = "trap '' XFSZ; ulimit -f 8; exec \"$0\" --write .";
    let run = Command::new("bash")
        .current_dir(folder.path())
        .args(["-c", limited, PROGRAM])
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    assert!(
        told(&run).contains("b.yaml`: File too large"),
        "{}",
        told(&run)
    );
    assert_eq!(
        (text(folder.path(), "a.yaml"), text(folder.path(), "b.yaml")),
        (TEA.to_owned(), long)
    );
    assert_eq!(names(folder.path()), ["a.yaml", "b.yaml"]);
}

#[test]
fn a_stdout_that_takes_nothing_is_an_error() {
    for args in [&["testdata/tea.yaml"][..], &["--completions", "bash"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let Ok(full) = full else { return };
        let run = command(Path::new("."), args).stdout(full).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{args:?}");
        assert!(
            told(&run).contains("error[OutputFailed]: cannot write to stdout"),
            "{}",
            told(&run)
        );
    }
}

#[test]
fn a_stream_that_is_closed_is_an_error() {
    let files = folder(&["tea.yaml"]);
    let shell = |command: &str| {
        let run = Command::new("sh")
            .current_dir(files.path())
            .args(["-c", command, PROGRAM])
            .output()
            .unwrap();
        (run.status.code(), told(&run), run.stdout.len())
    };
    for (command, want) in [
        (
            "\"$0\" tea.yaml >&-",
            "error[OutputFailed]: cannot write to stdout",
        ),
        (
            "\"$0\" < tea.yaml >&-",
            "error[OutputFailed]: cannot write to stdout",
        ),
        (
            "\"$0\" --diff tea.yaml >&- <&-",
            "error[OutputFailed]: cannot write to stdout",
        ),
        (
            "\"$0\" --completions bash >&-",
            "error[OutputFailed]: cannot write to stdout",
        ),
        ("\"$0\" <&-", "cannot read stdin"),
    ] {
        let (code, said, printed) = shell(command);
        assert_eq!((code, printed), (Some(2), 0), "{command}: {said}");
        assert!(said.contains(want), "{command}: {said}");
    }
    // A stream that is not used may be closed, and `/dev/null` is a stream like any other.
    for (command, prints) in [
        ("\"$0\" tea.yaml <&-", true),
        ("\"$0\" tea.yaml > /dev/null", false),
        ("\"$0\" tea.yaml <> /dev/null >&0", false),
        ("\"$0\" --write tea.yaml >&- <&-", false),
    ] {
        let (code, said, printed) = shell(command);
        assert_eq!((code, printed > 0), (Some(0), prints), "{command}: {said}");
    }
}

#[test]
fn a_reader_that_went_away_is_no_fault() {
    for args in [&["testdata/tea.yaml"][..], &["--completions", "bash"]] {
        let (ours, theirs) = std::io::pipe().unwrap();
        drop(ours);
        let run = command(Path::new("."), args)
            .stdout(theirs)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(0), "{args:?}: {}", told(&run));
    }
}

/// A parent that is written in JavaScript leaves its pipes so.
#[test]
fn streams_that_do_not_block_are_waited_for() {
    let many: Vec<String> = (0..3000)
        .map(|n| TEA.replace("tea", &format!("tea{n}")))
        .collect();
    let many = many.join("---\n");
    let (mut input, theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let (mut output, out) = UnixStream::pair().unwrap();
    out.set_nonblocking(true).unwrap();
    let child = command(Path::new("."), &["--quiet"])
        .stdin(OwnedFd::from(theirs))
        .stdout(OwnedFd::from(out))
        .spawn()
        .unwrap();
    let (first, second) = many.split_at(many.len() / 2);
    sleep(Duration::from_millis(50));
    input.write_all(first.as_bytes()).unwrap();
    sleep(Duration::from_millis(50));
    input.write_all(second.as_bytes()).unwrap();
    drop(input);
    sleep(Duration::from_millis(200));
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    let run = child.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert_eq!(text.matches("seconds: 10").count(), 3000);
    assert!(text.len() > many.len());
}

#[test]
fn a_report_is_looked_at_before_anything_is_written() {
    let folder = folder(&["tea.yaml"]);
    for (report, want) in [
        ("no/such/folder", "No such file"),
        ("tea.yaml", "read as input"),
        ("./tea.yaml", "read as input"),
        (".", "directory"),
    ] {
        let run = run(folder.path(), &["--write", "--report", report, "tea.yaml"]);
        assert_eq!(run.status.code(), Some(2), "{report}");
        let said = told(&run);
        assert!(said.contains("report") && said.contains(want), "{said}");
        assert_eq!(text(folder.path(), "tea.yaml"), TEA, "{report}");
    }
}

#[test]
fn two_runs_at_once_leave_what_one_leaves() {
    let listed: Vec<String> = (0..30).map(|n| format!("{n:02}.yaml")).collect();
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    for _ in 0..3 {
        let folder = folder(&listed);
        let start = || {
            command(folder.path(), &["--write", "--quiet", "."])
                .spawn()
                .unwrap()
        };
        let runs = [start(), start(), start()];
        let ended = runs.map(|child| child.wait_with_output().unwrap());
        assert!(ended.iter().any(|run| run.status.code() == Some(0)));
        for run in ended {
            let fine = run.status.code() == Some(0)
                || told(&run).contains("has changed since it was read");
            assert!(fine, "{}", told(&run));
        }
        assert_eq!(names(folder.path()), listed);
        let first = text(folder.path(), "00.yaml");
        for name in &listed {
            assert_eq!(text(folder.path(), name), first, "{name}");
        }
        assert_eq!(
            run(folder.path(), &["--check", "--quiet", "."])
                .status
                .code(),
            Some(0)
        );
    }
}

/// A run that is killed, at every part of its time: each file is as it was or as it will be.
#[test]
fn a_run_that_is_killed_leaves_each_file_old_or_new() {
    let kills: u32 = std::env::var("FAULTS").map_or(5, |kills| kills.parse().unwrap());
    let listed: Vec<String> = (0..40).map(|n| format!("{n:02}.yaml")).collect();
    let distinct = |folder: &Path| {
        for name in &listed {
            fs::write(
                folder.join(name),
                TEA.replace("tea", &format!("tea{name}").replace('.', "-")),
            )
            .unwrap();
        }
    };
    let whole = tempfile::tempdir().unwrap();
    distinct(whole.path());
    let old: Vec<String> = listed.iter().map(|name| text(whole.path(), name)).collect();
    let start = Instant::now();
    assert_eq!(
        run(whole.path(), &["--write", "--quiet", "."])
            .status
            .code(),
        Some(0)
    );
    let takes = start.elapsed();
    let new: Vec<String> = listed.iter().map(|name| text(whole.path(), name)).collect();
    assert!(old.iter().zip(&new).all(|(old, new)| old != new));

    let (mut before, mut between, mut after, mut left) = (0, 0, 0, 0);
    for signal in ["KILL", "TERM", "INT", "HUP"] {
        for turn in 0..kills {
            let folder = tempfile::tempdir().unwrap();
            distinct(folder.path());
            let child = command(folder.path(), &["--write", "--quiet", "."])
                .spawn()
                .unwrap();
            sleep(takes * (turn + 1) / (kills + 1));
            let kill = Command::new("kill")
                .args(["-s", signal, &child.id().to_string()])
                .output();
            kill.unwrap();
            let status = child.wait_with_output().unwrap().status;
            assert!(status.success() || status.signal().is_some(), "{status}");
            let is_new: Vec<bool> = (0..listed.len())
                .map(|at| {
                    let now = text(folder.path(), &listed[at]);
                    assert!(
                        now == old[at] || now == new[at],
                        "{} after {signal}: {now}",
                        listed[at]
                    );
                    now == new[at]
                })
                .collect();
            match is_new.iter().filter(|new| **new).count() {
                0 => before += 1,
                40 => after += 1,
                _ => between += 1,
            }
            let beside = names(folder.path()).len() - listed.len();
            if signal == "KILL" {
                left += usize::from(beside > 0);
            } else {
                assert_eq!(beside, 0, "temporary files are left by {signal}");
                assert!(
                    !is_new.contains(&true) || !is_new.contains(&false),
                    "{signal} stops between two files"
                );
            }
        }
    }
    eprintln!(
        "{} kills: all old {before}, all new {after}, some of each {between}; temporary files after {left}",
        4 * kills
    );
}

/// The system calls by which a run makes, fills and replaces files.
const STEPS: [&str; 12] = [
    "openat",
    "write",
    "writev",
    "fchmod",
    "fchown",
    "fsetxattr",
    "fsync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "exit_group",
];

/// A run that is killed on entering each system call that touches a file: not a random time is tried, but every one.
#[test]
fn a_run_that_is_killed_at_each_step_leaves_each_file_old_or_new() {
    let listed = ["a.yaml", "b.yaml", "c.yaml"];
    let folder = || {
        let folder = tempfile::tempdir().unwrap();
        for name in listed {
            let text = TEA.replace("tea", &name.replace('.', "-"));
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    };
    let traced = |folder: &Path, arguments: &[&str]| {
        let strace = Command::new("strace")
            .args(["-f", "-qq", "-o", "trace"])
            .args(arguments)
            .args([PROGRAM, "--write", "--quiet", "a.yaml", "b.yaml", "c.yaml"])
            .current_dir(folder)
            .output();
        strace.ok().filter(|run| !told(run).contains("ptrace"))
    };
    let whole = folder();
    let old: Vec<String> = listed.map(|name| text(whole.path(), name)).to_vec();
    let steps = STEPS.join(",");
    if traced(whole.path(), &["-e", &format!("trace={steps}")]).is_none() {
        eprintln!("not tried: strace is not installed, or may not trace");
        return;
    }
    let new: Vec<String> = listed.map(|name| text(whole.path(), name)).to_vec();
    assert!(old.iter().zip(&new).all(|(old, new)| old != new));
    let trace = text(whole.path(), "trace");
    let (mut kills, mut states) = (0, std::collections::BTreeSet::new());
    for step in STEPS {
        let call = format!(" {step}(");
        for when in 1..=trace.matches(&call).count() {
            let folder = folder();
            let inject = format!("inject={step}:signal=KILL:when={when}");
            traced(
                folder.path(),
                &["-e", &format!("trace={step}"), "-e", &inject],
            )
            .unwrap();
            assert!(
                text(folder.path(), "trace").contains("killed by SIGKILL"),
                "{step} {when}"
            );
            let is_new = listed
                .iter()
                .zip(old.iter().zip(&new))
                .map(|(name, (old, new))| {
                    let now = text(folder.path(), name);
                    assert!(now == *old || now == *new, "{name} at {step} {when}: {now}");
                    now == *new
                });
            states.insert(is_new.collect::<Vec<_>>());
            kills += 1;
            // What a kill leaves does not stop the next run.
            let again = run(
                folder.path(),
                &["--write", "--quiet", "a.yaml", "b.yaml", "c.yaml"],
            );
            assert_eq!(
                again.status.code(),
                Some(0),
                "{step} {when}: {}",
                told(&again)
            );
            let now = listed.map(|name| text(folder.path(), name)).to_vec();
            assert!(now == new, "{step} {when}");
        }
    }
    eprintln!("{kills} steps, which leave {} states", states.len());
    // All old, one new, two new, all new.
    assert!(
        kills > 20 && states.len() == 4,
        "{kills} kills leave {states:?}"
    );
}
