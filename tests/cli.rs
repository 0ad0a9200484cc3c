//! The command line: streams, files, folders, flags, exit codes.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads and writes files, and a panic is how it fails"
)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

const TEA: &str = include_str!("../testdata/tea.yaml");

/// The example as it comes out.
fn drained() -> String {
    let hook = "        ports:\n        - containerPort: 80\n        lifecycle:\n          preStop:\n            sleep:\n              seconds: 10\n      terminationGracePeriodSeconds: 45\n";
    TEA.replace("        ports:\n        - containerPort: 80\n", hook)
}

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_set-prestop"));
    command
        .current_dir(folder)
        .env_clear()
        .args(["--message-format", "short"])
        .args(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn finish(mut command: Command, stdin: &[u8]) -> Run {
    let mut child = command.spawn().unwrap();
    // A command that fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(folder: &Path, args: &[&str], stdin: &str) -> Run {
    finish(command(folder, args), stdin.as_bytes())
}

fn here(args: &[&str], stdin: &str) -> Run {
    run(tempfile::tempdir().unwrap().path(), args, stdin)
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

#[test]
fn a_stream_comes_out_with_eight_lines_more() {
    let run = here(&[], TEA);
    assert_eq!((run.code, run.stdout), (Some(0), drained()));
    assert!(
        run.stderr
            .ends_with("1 workload: 1 behind a route, 1 changed\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_diff_of_the_example_is_eight_added_lines() {
    let run = here(&["--diff", "-"], TEA);
    let lines = |prefix: char| {
        run.stdout
            .lines()
            .skip(2)
            .filter(|l| l.starts_with(prefix))
            .count()
    };
    assert_eq!((run.code, lines('+'), lines('-')), (Some(0), 5, 0));
}

#[test]
fn the_readme_shows_what_its_first_command_prints() {
    let shows = |args: &[&str]| {
        let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), args, "");
        let shown = include_str!("../README.md").contains(&format!("```diff\n{}```", run.stdout));
        assert!(shown, "{}", run.stdout);
    };
    shows(&["--diff", "testdata/tea.yaml"]);
    shows(&["--diff", "--handler", "Exec", "testdata/tea.yaml"]);
    assert!(
        include_str!("../README.md").contains("cargo run --release -- --diff testdata/tea.yaml")
    );
}

#[test]
fn empty_input_is_empty_output() {
    for input in ["", "\n", "---\n", "# nothing\n"] {
        let run = here(&[], input);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), input));
    }
}

#[test]
fn input_that_can_not_be_read_is_exit_2_with_place_and_help() {
    let deep = "[".repeat(300);
    let cases: [(&[u8], &str); 11] = [
        (b"a: [1\n", "<stdin>:1:4: error[BadInput]"),
        (b"a: 1\n b: 2\n", "<stdin>:2:"),
        (b"a: \"x\n", "<stdin>:1:4: error[BadInput]"),
        (
            b"kind: Deployment\n\ta: 1\n",
            "<stdin>:2:1: error[BadInput]",
        ),
        (b"kind: Service\nspec: {a: *nowhere}\n", "<stdin>:2:"),
        (b"kind: Ingress\nspec: {a: 1}}\n", "<stdin>:2:"),
        (
            b"a: 1\n---\nkind: Pod\nspec: [a, b\n",
            "<stdin>:4:7: error[BadInput]",
        ),
        (
            b"a: \xff\xfe\n",
            "<stdin>:1:4: error[BadInput]: the input is not UTF-8",
        ),
        (b"a: 1\nb: \0\n", "<stdin>:2:4: error[BadInput]: a NUL byte"),
        (deep.as_bytes(), "255"),
        (b"kind: Ingress\nmetadata: &a\n  b: : c\n", "<stdin>:3:"),
    ];
    for (input, want) in cases {
        let run = finish(command(tempfile::tempdir().unwrap().path(), &[]), input);
        let shown = String::from_utf8_lossy(input);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{shown}");
        assert!(
            run.stderr.contains(want) && run.stderr.contains("\n  help: "),
            "{shown}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_fault_in_a_document_that_can_not_matter_is_the_next_readers() {
    let input = format!("kind: ConfigMap\ndata: [\n---\n{TEA}");
    let run = here(&[], &input);
    assert_eq!(
        (run.code, run.stdout),
        (
            Some(0),
            format!("kind: ConfigMap\ndata: [\n---\n{}", drained())
        )
    );
}

#[test]
fn files_are_one_render_and_are_edited_in_place() {
    let parts: Vec<&str> = TEA.split("---\n").collect();
    let dir = folder(&[
        ("a/deploy.yaml", parts[0]),
        ("a/b/service.yml", parts[1]),
        ("ingress.yaml", parts[2]),
        ("a/.hidden/x.yaml", "a: ["),
        ("a/notes.txt", "a: ["),
    ]);
    let deploy = dir.path().join("a/deploy.yaml");
    fs::set_permissions(&deploy, fs::Permissions::from_mode(0o640)).unwrap();
    let service = fs::metadata(dir.path().join("a/b/service.yml"))
        .unwrap()
        .modified()
        .unwrap();
    let run = run(dir.path(), &["--write", "a", "ingress.yaml"], "");
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), ""),
        "{}",
        run.stderr
    );
    assert_eq!(
        fs::read_to_string(&deploy).unwrap(),
        drained().split("---\n").next().unwrap()
    );
    assert_eq!(
        fs::metadata(&deploy).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(
        fs::metadata(dir.path().join("a/b/service.yml"))
            .unwrap()
            .modified()
            .unwrap(),
        service
    );
    assert_eq!(
        fs::read_dir(dir.path().join("a")).unwrap().count(),
        4,
        "nothing is left beside"
    );
}

#[test]
fn a_link_that_is_named_is_followed_and_stays_a_link() {
    let dir = folder(&[("real.yaml", TEA)]);
    std::os::unix::fs::symlink("real.yaml", dir.path().join("link.yaml")).unwrap();
    assert_eq!(run(dir.path(), &["-w", "link.yaml"], "").code, Some(0));
    assert!(
        fs::symlink_metadata(dir.path().join("link.yaml"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(
        fs::read_to_string(dir.path().join("real.yaml")).unwrap(),
        drained()
    );
}

#[test]
fn a_file_that_does_not_parse_leaves_all_as_they_were() {
    let dir = folder(&[("a.yaml", TEA), ("b.yaml", "kind: Pod\nspec: [\n")]);
    let run = run(dir.path(), &["--write", "."], "");
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("b.yaml:2:7: error[BadInput]"),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_to_string(dir.path().join("a.yaml")).unwrap(), TEA);
}

#[test]
fn files_that_are_printed_are_documents_of_one_stream() {
    let dir = folder(&[
        ("a.yaml", "a: 1"),
        ("b.yaml", "---\nb: 2\n"),
        ("c.yaml", "c: 3\n"),
    ]);
    let run = run(dir.path(), &["a.yaml", "b.yaml", "c.yaml"], "");
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "---\na: 1\n---\nb: 2\n---\nc: 3\n")
    );
}

#[test]
fn check_lists_what_is_missing_and_exits_1() {
    let run = here(&["--check"], TEA);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (
            Some(1),
            "set-prestop checked 1 workload, 2 changes missing\n"
        )
    );
    assert_eq!(
        run.stderr.matches("error[ChangePending]").count(),
        2,
        "{}",
        run.stderr
    );
    let with_diff = here(&["--check", "--diff"], TEA);
    assert_eq!(with_diff.code, Some(1));
    assert!(
        with_diff.stdout.contains("+              seconds: 10"),
        "{}",
        with_diff.stdout
    );
    let done = here(&["--check"], &drained());
    let nothing = "set-prestop checked 1 workload, nothing is missing\n";
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), nothing));
    for looks in ["--diff", "--check"] {
        assert_eq!(here(&[looks], &drained()).stdout, nothing, "{looks}");
    }
    assert!(here(&["--explain"], &drained()).stdout.ends_with(nothing));
}

#[test]
fn check_of_a_configuration_hands_the_manifests_on() {
    let config = "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nmetadata:\n  name: gate\nspec:\n  check: true\n";
    let dir = folder(&[("gate", config)]);
    for args in [&["gate"][..], &["--config", "gate"]] {
        let missing = run(dir.path(), args, TEA);
        assert_eq!((missing.code, missing.stdout.as_str()), (Some(1), TEA));
        let done = run(dir.path(), args, &drained());
        assert_eq!((done.code, done.stdout), (Some(0), drained()));
    }
}

#[test]
fn a_file_that_was_emptied_is_told() {
    let dir = folder(&[("f.yaml", "")]);
    let run = run(dir.path(), &["f.yaml"], "");
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(
        run.stderr.starts_with(
            "f.yaml:1:1: warning[EmptyFile]: the file is empty (0 bytes)\n  help: to edit in place use `--write`"
        ),
        "{}",
        run.stderr
    );
}

#[test]
fn explain_draws_the_way_and_the_budget() {
    let run = here(&["--explain"], TEA);
    assert_eq!(run.code, Some(0));
    for want in [
        "Deployment tea",
        "Ingress `tea-ingress` (class `alb`) → Service `tea-svc`",
        "SIGKILL at 45 s",
    ] {
        assert!(run.stdout.contains(want), "{}", run.stdout);
    }
}

#[test]
fn the_only_argument_may_be_the_configuration() {
    let config = "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nmetadata:\n  name: drain\nspec:\n  sleepSeconds: 25\n";
    let dir = folder(&[("config", config)]);
    let run = run(dir.path(), &["config"], TEA);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(
        run.stdout,
        drained()
            .replace("seconds: 10", "seconds: 25")
            .replace("45", "60")
    );
}

#[test]
fn a_configuration_among_manifests_is_passed_through() {
    let config = "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nmetadata:\n  name: drain\nspec:\n  sleepSeconds: 25\n";
    let run = here(&[], &format!("{config}---\n{TEA}"));
    assert_eq!(
        (run.code, run.stdout),
        (Some(0), format!("{config}---\n{}", drained()))
    );
}

#[test]
fn a_flag_wins_over_the_file() {
    let dir = folder(&[(
        "c.yaml",
        "apiVersion: v1\nkind: ConfigMap\ndata: {sleepSeconds: \"20\", marginSeconds: \"0\"}\n",
    )]);
    let run = run(
        dir.path(),
        &["--config", "c.yaml", "--sleep-seconds=15"],
        TEA,
    );
    assert_eq!(
        (run.code, run.stdout),
        (Some(0), drained().replace("seconds: 10", "seconds: 15"))
    );
}

#[test]
fn a_wrong_command_line_is_exit_2() {
    let dir = folder(&[]);
    for args in [
        &["--sleep-second=15"][..],
        &["--sleep-seconds=soon"],
        &["--sleep-seconds=4000"],
        &["--kubernetes-version=1.3"],
        &["--handler=Shell"],
        &["--write", "--check", "a.yaml"],
        &["--fail-on=never"],
    ] {
        let run = run(dir.path(), args, TEA);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    }
    let missing = run(dir.path(), &["nowhere.yaml"], "");
    assert_eq!(missing.code, Some(2));
    assert!(
        missing
            .stderr
            .contains("error[BadInput]: cannot read `nowhere.yaml`: No such file"),
        "{}",
        missing.stderr
    );
    let stdin = run(dir.path(), &["--write"], TEA);
    assert_eq!((stdin.code, stdin.stdout.as_str()), (Some(2), ""));
    assert!(
        stdin.stderr.contains("`--write` needs files"),
        "{}",
        stdin.stderr
    );
}

#[test]
fn a_configuration_that_can_not_be_read_names_its_place() {
    let dir = folder(&[(
        "c.yaml",
        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec:\n  sleepSecond: 5\n",
    )]);
    let run = run(dir.path(), &["--config=c.yaml"], TEA);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        run.stderr,
        "c.yaml:4:3: error[BadConfiguration] spec.sleepSecond: unknown field `sleepSecond`\n  help: did you mean `sleepSeconds`?\n"
    );
}

#[test]
fn the_report_holds_what_a_host_hides() {
    let dir = folder(&[]);
    let flag = run(dir.path(), &["--report", "report.txt", "--quiet"], TEA);
    assert_eq!((flag.code, flag.stderr.as_str()), (Some(0), ""));
    let report = fs::read_to_string(dir.path().join("report.txt")).unwrap();
    assert!(
        report.contains("info[HookAdded] Deployment tea") && report.ends_with("1 changed\n"),
        "{report}"
    );
    let mut by_environment = command(dir.path(), &[]);
    by_environment.env("SET_PRESTOP_REPORT", "other.txt");
    assert_eq!(finish(by_environment, TEA.as_bytes()).code, Some(0));
    assert!(
        fs::read_to_string(dir.path().join("other.txt"))
            .unwrap()
            .contains("info[HookAdded]")
    );
    let mut mistyped = command(dir.path(), &["--sleep-second=15"]);
    mistyped.env("SET_PRESTOP_REPORT", "mistyped.txt");
    assert_eq!(finish(mistyped, b"").code, Some(2));
    assert!(
        fs::read_to_string(dir.path().join("mistyped.txt"))
            .unwrap()
            .contains("--sleep-seconds")
    );
    let nowhere = run(dir.path(), &["--report", "no/such/folder"], TEA);
    assert_eq!(nowhere.code, Some(2));
    assert!(
        nowhere
            .stderr
            .contains("cannot write the report `no/such/folder`"),
        "{}",
        nowhere.stderr
    );
}

#[test]
fn fail_on_makes_a_warning_fail() {
    let kept = drained().replace(
        "sleep:\n              seconds: 10",
        "exec:\n              command: [/bin/quit]",
    );
    assert_eq!(here(&[], &kept).code, Some(0));
    let failed = here(&["--fail-on", "warning"], &kept);
    assert_eq!((failed.code, failed.stdout.as_str()), (Some(2), ""));
    assert!(
        failed.stderr.contains("warning[HookKept]") && failed.stderr.contains("error[FailOn]"),
        "{}",
        failed.stderr
    );
}

/// As kubelet mounts a ConfigMap: every file is a link through a folder whose name begins with a dot.
#[test]
fn a_folder_of_links_within_it_is_read() {
    let dir = folder(&[("mount/..2026_11_26/tea.yaml", TEA)]);
    let mount = dir.path().join("mount");
    std::os::unix::fs::symlink("..2026_11_26", mount.join("..data")).unwrap();
    std::os::unix::fs::symlink("..data/tea.yaml", mount.join("tea.yaml")).unwrap();
    let run = run(dir.path(), &["--check", "mount"], "");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("mount/tea.yaml:16:9: error[ChangePending]"),
        "{}",
        run.stderr
    );
}

#[test]
fn links_that_leave_the_folder_or_lead_nowhere_are_named() {
    let dir = folder(&[("outside/tea.yaml", TEA), ("in/own.yaml", "")]);
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(to, dir.path().join("in").join(name)).unwrap();
    };
    link("../outside/tea.yaml", "away.yaml");
    link("../outside", "folder");
    link("around.yaml", "around.yaml");
    link("gone.yaml", "nowhere.yaml");
    link(".", "self");
    link("gone", "notes.txt");
    let run = run(dir.path(), &["in"], "");
    let named: Vec<&str> = run
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("warning[NotRead]: "))
        .collect();
    assert_eq!(
        named,
        [
            "`in/around.yaml` is a link that is not read: Too many levels of symbolic links (os error 40)",
            "`in/away.yaml` is a link that leads out of the folder, and is not read",
            "`in/folder` is a link that leads out of the folder, and is not read",
            "`in/nowhere.yaml` is a link that is not read: No such file or directory (os error 2)",
        ],
        "{}",
        run.stderr
    );
}

#[test]
fn a_pipe_in_a_folder_is_passed_over_and_one_that_is_named_is_read() {
    let dir = folder(&[("a/tea.yaml", TEA)]);
    let pipe = dir.path().join("a/pipe.yaml");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let passed = run(dir.path(), &["--diff", "a"], "");
    assert_eq!(passed.code, Some(0), "{}", passed.stderr);
    assert!(
        passed.stderr.contains(
            "info[NotRead]: `a/pipe.yaml` is not a regular file, and is not read\n  help: name it on the command line"
        ),
        "{}",
        passed.stderr
    );
    let child = command(dir.path(), &["a/pipe.yaml"]).spawn().unwrap();
    fs::write(&pipe, TEA).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), drained());
}

#[test]
fn a_file_that_is_given_twice_is_read_once() {
    let dir = folder(&[("d/a.yaml", TEA)]);
    std::os::unix::fs::symlink("a.yaml", dir.path().join("d/link.yaml")).unwrap();
    for paths in [
        &["d", "d/a.yaml"][..],
        &["d/a.yaml", "d/../d/a.yaml"],
        &["d/link.yaml", "d"],
        &["d", "--context", "d/a.yaml"],
    ] {
        let run = run(dir.path(), paths, "");
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(run.stdout, drained());
        assert!(
            run.stderr
                .contains("1 workload: 1 behind a route, 1 changed\n")
                && !run.stderr.contains("warning"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_folder_with_a_kustomization_is_told() {
    let dir = folder(&[
        ("kz/kustomization.yaml", "resources: [tea.yaml]\n"),
        ("kz/tea.yaml", TEA),
    ]);
    let run = run(dir.path(), &["--diff", "kz"], "");
    assert!(
        run.stderr.contains("info[NotBuilt]: `kz` has a kustomization; its files are read as they are, not as kustomize builds them\n  help: `kustomize build kz | set-prestop` reads what is built\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_chart_is_not_read_as_manifests() {
    let dir = folder(&[
        ("Chart.yaml", "name: x\n"),
        ("templates/a.yaml", "{{ if }}"),
        ("extra/tea.yaml", TEA),
    ]);
    let run = run(dir.path(), &["--diff", "."], "");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("info[TemplatesSkipped]"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("extra/tea.yaml"), "{}", run.stdout);
}

#[test]
fn a_reader_that_goes_away_is_no_fault_and_a_full_disk_is_one() {
    let big = TEA.to_owned() + &"---\nkind: ConfigMap\n".repeat(100_000);
    let mut child = command(Path::new("/"), &["--quiet"]).spawn().unwrap();
    drop(child.stdout.take());
    child
        .stdin
        .take()
        .unwrap()
        .write_all(big.as_bytes())
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut full_disk = command(Path::new("/"), &["--quiet"]);
    full_disk.stdout(full);
    let run = finish(full_disk, TEA.as_bytes());
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr
            .contains("error[OutputFailed]: cannot write to stdout"),
        "{}",
        run.stderr
    );
}

#[test]
fn completions_and_version_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        let run = here(&["--completions", shell], "");
        assert_eq!(run.code, Some(0));
        assert!(run.stdout.contains("sleep-seconds"), "{}", run.stdout);
    }
    assert_eq!(
        here(&["--version"], "").stdout,
        concat!("set-prestop ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn a_configuration_above_the_files_is_used_and_told() {
    let config =
        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec: {sleepSeconds: 25}\n";
    let dir = folder(&[("a.yaml", TEA), ("set-prestop.yaml", config)]);
    let found = run(dir.path(), &["a.yaml"], "");
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    assert!(found.stdout.contains("seconds: 25"), "{}", found.stdout);
    assert!(
        found.stderr.contains("info[ConfigurationFound]"),
        "{}",
        found.stderr
    );
    let without = run(dir.path(), &["--no-config", "a.yaml"], "");
    assert!(without.stdout.contains("seconds: 10"), "{}", without.stdout);
    // A filter never depends on where it runs.
    assert!(run(dir.path(), &[], TEA).stdout.contains("seconds: 10"));
}

#[test]
fn a_flag_overrides_the_environment_and_that_the_file() {
    let dir = folder(&[(
        "c.yaml",
        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec: {sleepSeconds: 25}\n",
    )]);
    let run = |args: &[&str]| {
        let mut command = command(dir.path(), args);
        command.env("SET_PRESTOP_SLEEP_SECONDS", "15");
        finish(command, TEA.as_bytes()).stdout
    };
    assert!(run(&["--config", "c.yaml"]).contains("seconds: 15"));
    assert!(run(&["--sleep-seconds", "20"]).contains("seconds: 20"));
}

#[test]
fn a_report_is_none_of_the_inputs() {
    let dir = folder(&[("a.yaml", TEA)]);
    let run = run(dir.path(), &["--report", "a.yaml", "a.yaml"], "");
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("names a file that is read as input"),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_to_string(dir.path().join("a.yaml")).unwrap(), TEA);
}

#[test]
fn the_short_help_fits_a_screen() {
    let help = here(&["-h"], "").stdout;
    assert!(
        help.lines().count() <= 40,
        "{} lines:\n{help}",
        help.lines().count()
    );
}

#[test]
fn an_error_shows_no_backtrace() {
    let dir = folder(&[]);
    let mut command = command(dir.path(), &["nowhere.yaml"]);
    command.env("RUST_BACKTRACE", "1");
    let run = finish(command, b"");
    assert_eq!(run.code, Some(2));
    assert!(!run.stderr.contains("backtrace"), "{}", run.stderr);
}

#[test]
fn a_gate_that_checked_nothing_is_not_green() {
    let values = "replicaCount: 2\n";
    let nothing = here(&["--check"], values);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(2), ""));
    assert!(
        nothing
            .stderr
            .contains("error[NothingToCheck]: nothing to check"),
        "{}",
        nothing.stderr
    );
    let dir = folder(&[(
        "c.yaml",
        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec: {severity: {NothingToCheck: Ignore}}\n",
    )]);
    let meant = run(dir.path(), &["--check", "--config", "c.yaml"], values);
    assert_eq!(meant.code, Some(0), "{}", meant.stderr);
    // Objects without workloads are in order.
    let others = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    assert_eq!(here(&["--check"], others).code, Some(0));
}
