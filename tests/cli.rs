//! The command line: streams, files, folders, flags, exit codes.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads and writes files, and a panic is how it fails"
)]

use set_prestop::{Drawing, Look, Positions, Settings, Source, Tense, rewrite};
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
    let args = ["--diff", "testdata/tea.yaml"];
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &args, "");
    let readme = include_str!("../README.md");
    let shown = readme.contains(&format!("```diff\n{}```", run.stdout));
    assert!(shown, "{}", run.stdout);
    assert!(readme.contains("cargo run --release -- --diff testdata/tea.yaml"));
    // Its numbers are those of the proof.
    let proof = include_str!("../docs/proof.md");
    for (ours, measured) in [
        ("1,731 of 9,874", "| as it is | 10 | 9874 | 1731 |"),
        ("none of 6,281", "| `set-prestop` | 5 | 6281 | 0 |"),
    ] {
        assert!(readme.contains(ours) && proof.contains(measured), "{ours}");
    }
}

#[test]
fn a_drawing_fits_the_terminal() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases/explain");
    for case in fs::read_dir(cases).unwrap() {
        let text = fs::read_to_string(case.unwrap().path().join("input.yaml")).unwrap();
        let sources = [Source::new("input.yaml", &text)];
        let outcome = rewrite(&sources, &Settings::default()).unwrap();
        for (width, short) in [
            (50, false),
            (50, true),
            (80, false),
            (80, true),
            (100, true),
        ] {
            let drawing = Drawing {
                look: Look {
                    colour: false,
                    width,
                    wraps: true,
                },
                short,
                tense: Tense::Would,
                next: None,
            };
            let drawn = outcome.explain(&outcome.messages, &Positions::new(&sources), &drawing);
            // A name that is longer than a line stays whole.
            let too_long = |line: &&str| {
                let words = line.split_whitespace().map(|word| word.chars().count());
                line.chars().count() > width && words.max() < Some(width / 2)
            };
            assert_eq!(drawn.lines().find(too_long), None, "at {width}: {text}");
        }
    }
}

#[test]
fn the_manifest_of_how_long_lacks_nothing() {
    let page = include_str!("../docs/how-long.md");
    let blocks = page
        .split("```yaml\n")
        .filter_map(|b| b.split("```").next());
    let workload = blocks.last().expect("a manifest");
    let route = "---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec: {ingressClassName: nginx, defaultBackend: {service: {name: shop, port: {number: 80}}}}
";
    let notes = |workload: &str| {
        let run = here(&["--explain"], &format!("{workload}{route}"));
        assert!(run.stdout.contains("Deployment shop"), "{}", run.stdout);
        run.stdout.contains("\n  note ")
    };
    assert!(!notes(workload));
    assert!(notes(&workload.replace("readinessProbe", "startupProbe")));
    assert!(notes(
        &workload.replace("maxUnavailable: 0", "maxUnavailable: 2")
    ));
}

/// `proof/lag`, with a cluster whose load balancer sends requests to a deleted pod for 3 s.
#[test]
fn the_lag_is_read_in_the_logs_of_deleted_pods() {
    let kubectl = r#"#!/bin/sh
case $1 in
get) echo "a b c " ;;
delete) [ "$4" = --force ] || date +%s >"$STATE/$3" ;;
logs) echo "10.0.0.1:5: url:/lag/$(($(cat "$STATE/$2") + 3))"; echo "10.0.0.1:6: url:/" ;;
esac
"#;
    let dir = folder(&[("kubectl", kubectl), ("curl", "#!/bin/sh\n")]);
    for tool in ["kubectl", "curl"] {
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(dir.path().join(tool), mode).unwrap();
    }
    let mut lag = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("proof/lag"));
    let path = format!(
        "{}:{}",
        dir.path().display(),
        std::env::var("PATH").unwrap()
    );
    lag.env("PATH", path).env("STATE", dir.path());
    lag.env("QUIET", "1")
        .env("TRIALS", "1")
        .arg("http://lag.example.com");
    let output = lag.output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    // The second pod may be deleted in the next second.
    let told = |lag: u64| {
        format!(
            "trial 1: the last request came {lag} s after the deletion\nlongest: {lag} s. With a quarter more, and no less than 2 s: sleepSeconds: {}\n",
            lag + 2
        )
    };
    assert!([told(4), told(5)].contains(&stdout), "{stdout}{stderr}");
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
        (
            b"a: 1\nb: \0\n",
            "<stdin>:2:4: error[BadInput]: the input contains a NUL byte",
        ),
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
    let nothing = "set-prestop checked 1 workload, nothing to change\n";
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
        "1 workload: 1 behind a route, 1 to change\n",
        "Deployment tea",
        "demo.ingress.top/, Ingress `tea-ingress` (class `alb`) → Service `tea-svc`",
        "would add native `sleep: {seconds: 10}`",
        "SIGKILL\n",
        "\nTo make the changes:\n  … | set-prestop",
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

/// What people type who know another tool, and what they have in place of manifests.
#[test]
fn what_is_no_manifest_is_named_with_what_to_run() {
    let dir = folder(&[("a.yaml", TEA), ("conf/x.yaml", "a: b\n")]);
    fs::write(dir.path().join("chart.tgz"), b"\x1f\x8b\x08\0\0\0\0\0").unwrap();
    for (args, code, told) in [
        (&["chart.tgz"][..], 2, "the input is compressed (gzip)"),
        (&["https://example.com/a.yaml"], 2, "curl"),
        (&["lint", "a.yaml"], 2, "--check"),
        (&["-c", "conf", "a.yaml"], 2, "conf"),
        (&["missing.yaml"], 2, "missing.yaml"),
        (&["b.yaml"], 2, "did you mean `a.yaml`?"),
        (&["a.yaml", "--explain", "short"], 2, "`--explain=short`"),
        (&["a.yaml", "--check", "true"], 2, "`--check=true`"),
        (&["-f", "a.yaml"], 2, "`set-prestop a.yaml`"),
        (
            &["-f", "a.yaml", "-f", "b.yaml"],
            2,
            "`set-prestop a.yaml b.yaml`",
        ),
        (
            &["--dry-run", "a.yaml"],
            2,
            "`--diff` shows what would change",
        ),
    ] {
        let run = run(dir.path(), args, "");
        assert_eq!(run.code, Some(code), "{args:?} {}", run.stderr);
        assert!(run.stderr.contains(told), "{args:?} {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
    }
}

#[test]
fn a_value_of_the_environment_has_the_name_of_its_variable() {
    let mut command = command(Path::new("."), &["--diff", "testdata/tea.yaml"]);
    command.env("SET_PRESTOP_SLEEP_SECONDS", "33s");
    let run = finish(command, b"");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    let told = "invalid value '33s' for 'SET_PRESTOP_SLEEP_SECONDS'";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    assert!(run.stderr.contains("; write 33"), "{}", run.stderr);
}

#[test]
fn a_folder_without_manifests_is_told() {
    let dir = folder(&[("d/notes.txt", "tea\n"), ("a.yaml", TEA)]);
    for args in [&["--diff", "d"][..], &["d"]] {
        let told = run(dir.path(), args, "").stderr;
        assert!(
            told.contains("warning[EmptyFile]: `d` has no manifests"),
            "{told}"
        );
    }
    let among = run(dir.path(), &["--diff", "d", "a.yaml"], "").stderr;
    assert!(!among.contains("EmptyFile"), "{among}");
}

#[test]
fn a_message_about_a_setting_names_its_place() {
    let head = "# ours\napiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec:\n";
    let spec = "  ingressClasses:\n  - class: alb\n    skip: true\n  - class: ngnix\n    skip: true\n  backends:\n  - service: tea-svcs\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  ingressClass: abl\n";
    let dir = folder(&[("c.yaml", &[head, spec].concat()), ("map.yaml", map)]);
    let told = |args: &[&str]| run(dir.path(), args, TEA).stderr;
    let list = told(&["--config=c.yaml"]);
    for place in [
        "c.yaml:8:12: info[Unused] spec.ingressClasses[1].class",
        "c.yaml:11:14: warning[ServiceMissing] spec.backends[0].service",
    ] {
        assert!(list.contains(place), "{list}");
    }
    let scalar = told(&["--config=map.yaml"]);
    assert!(
        scalar.contains("map.yaml:5:17: warning[NoRoute] spec.ingressClass: `ingressClass: abl` skips every route"),
        "{scalar}"
    );
    // The flag's value is in no file.
    let flag = told(&["--config=map.yaml", "--ingress-class=alp"]);
    assert!(
        flag.contains("warning[NoRoute] spec.ingressClass: `ingressClass: alp`")
            && flag.contains("did you mean `ingressClass: alb` (`--ingress-class alb`)?")
            && !flag.contains("map.yaml"),
        "{flag}"
    );
}

/// With a terminal, and in a host that hides stderr: cases of `testdata/e2e/helm4/`.
#[test]
fn without_a_terminal_messages_go_to_the_log_of_the_host_if_it_is_a_pipe() {
    let dir = folder(&[]);
    let host = |before: &str| {
        let mut host = Command::new("sh");
        let script = format!("{before} (exec setsid --wait \"$0\" --terminal 2>own); exit");
        host.args(["-c", &script, env!("CARGO_BIN_EXE_set-prestop")]);
        host.current_dir(dir.path()).stdin(Stdio::piped());
        host.stdout(Stdio::piped()).stderr(Stdio::piped());
        let run = finish(host, TEA.as_bytes());
        assert_eq!(run.code, Some(0));
        let own = fs::read_to_string(dir.path().join("own")).unwrap();
        [run.stderr, own].map(|told| told.contains("info[HookAdded]"))
    };
    let linux = cfg!(target_os = "linux");
    assert_eq!(host(""), [linux, !linux]);
    assert_eq!(host("exec 2>log;"), [false, true]);
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

#[test]
fn a_folder_with_a_kustomization_is_told() {
    let dir = folder(&[
        ("kz/kustomization.yaml", "resources: [tea.yaml]\n"),
        ("kz/tea.yaml", TEA),
    ]);
    let run = run(dir.path(), &["--diff", "kz"], "");
    assert!(
        run.stderr.contains("info[NotBuilt]: `kz` has a kustomization; its files are read as they are, not as kustomize builds them\n  help: `--render kz`, or `kustomize build kz | set-prestop`, reads what is built\n"),
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

/// A link, as `ln -s` makes it.
fn link(dir: &tempfile::TempDir, to: &str, name: &str) {
    std::os::unix::fs::symlink(to, dir.path().join(name)).unwrap();
}

#[test]
fn a_mounted_config_map_is_read_by_its_links() {
    let dir = folder(&[("m/..2026/a.yaml", TEA)]);
    link(&dir, "..2026", "m/..data");
    link(&dir, "..data/a.yaml", "m/a.yaml");
    let run = run(dir.path(), &["--check", "m"], "");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with("m/a.yaml:16:9: "), "{}", run.stderr);
    let last = "1 workload in 1 file: 1 behind a route, 1 to change\n";
    assert!(run.stderr.ends_with(last), "{}", run.stderr);
}

#[test]
fn links_that_lead_out_nowhere_or_in_a_circle_are_named() {
    let dir = folder(&[("d/b/tea.yaml", TEA), ("out/a.yaml", "a: [")]);
    for (to, name) in [
        ("../out", "d/out"),
        ("../out/a.yaml", "d/out.yaml"),
        (".", "d/circle"),
        ("../..", "d/b/above"),
        ("self.yaml", "d/self.yaml"),
        ("nowhere.yaml", "d/gone.yaml"),
        // These matter to nobody: what they lead to is read, or holds no manifests.
        ("b", "d/again"),
        ("nowhere", "d/gone"),
        ("../out", "d/.hidden"),
    ] {
        link(&dir, to, name);
    }
    let run = run(dir.path(), &["d"], "");
    assert_eq!((run.code, run.stdout), (Some(0), drained()));
    let told: Vec<&str> = run
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("warning[NotRead]: "))
        .collect();
    assert_eq!(
        told,
        [
            "`d/again/above` is a link that leads out of the folder, to `../..`, and is not read",
            "`d/circle` is a link that leads in a circle, to `.`, and is not read",
            "`d/gone.yaml` is a link that cannot be followed: No such file or directory (os error 2), and is not read",
            "`d/out` is a link that leads out of the folder, to `../out`, and is not read",
            "`d/out.yaml` is a link that leads out of the folder, to `../out/a.yaml`, and is not read",
            "`d/self.yaml` is a link that cannot be followed: Too many levels of symbolic links (os error 40), and is not read",
        ]
    );
}

#[test]
fn a_pipe_in_a_folder_is_told_and_one_that_is_named_is_read() {
    let dir = folder(&[("d/a.yaml", TEA)]);
    let pipe = dir.path().join("d/p.yaml");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let socket = std::os::unix::net::UnixListener::bind(dir.path().join("d/s.yaml")).unwrap();
    let skipped = run(dir.path(), &["d"], "");
    drop(socket);
    assert_eq!((skipped.code, skipped.stdout), (Some(0), drained()));
    assert_eq!(
        skipped.stderr.matches("info[NotRead]: `d/").count(),
        2,
        "{}",
        skipped.stderr
    );
    let writer = std::thread::spawn(move || fs::write(pipe, TEA));
    let named = run(dir.path(), &["d/p.yaml"], "");
    writer.join().unwrap().unwrap();
    assert_eq!((named.code, named.stdout), (Some(0), drained()));
}

#[test]
fn a_folder_called_as_stdin_is_not_read() {
    let dir = folder(&[("-/a.yaml", "a: [")]);
    let twice = run(dir.path(), &["-", "-"], TEA);
    assert_eq!((twice.code, twice.stdout), (Some(0), drained()));
}

#[test]
fn what_is_given_twice_is_read_once() {
    let dir = folder(&[("d/a.yaml", TEA)]);
    link(&dir, "d/a.yaml", "link.yaml");
    let args = ["d", "d/a.yaml", "link.yaml", "./d/", "--context", "d"];
    let run = run(dir.path(), &args, "");
    assert_eq!((run.code, run.stdout), (Some(0), drained()));
    let last = "1 workload in 1 file: 1 behind a route, 1 changed\n";
    assert!(run.stderr.ends_with(last), "{}", run.stderr);
    assert!(!run.stderr.contains("[NameTwice]"), "{}", run.stderr);
}

#[test]
fn context_is_read_as_the_manifests_are() {
    let parts: Vec<&str> = TEA.split("---\n").collect();
    let dir = folder(&[
        ("app/deploy.yaml", parts[0]),
        ("platform/..data/service.yaml", parts[1]),
        ("platform/routes/ingress.yml", parts[2]),
    ]);
    link(&dir, "..data/service.yaml", "platform/service.yaml");
    let files = run(dir.path(), &["app", "--context", "platform"], "");
    let hooked = drained().split("---\n").next().unwrap().to_owned();
    assert_eq!((files.code, files.stdout), (Some(0), hooked.clone()));
    let last = "1 workload in 1 file (context: 2): 1 behind a route, 1 changed\n";
    assert!(files.stderr.ends_with(last), "{}", files.stderr);
    let stream = run(dir.path(), &["--context", "platform"], parts[0]);
    assert_eq!((stream.code, stream.stdout), (Some(0), hooked.clone()));
    let last = "1 workload (context: 2 files): 1 behind a route, 1 changed\n";
    assert!(stream.stderr.ends_with(last), "{}", stream.stderr);
    // A file of the context may be a stream itself, and a pipe.
    let mut piped = command(dir.path(), &["app", "--context", "/dev/stdin"]);
    piped.stdin(Stdio::piped());
    let context = format!("{}---\n{}", parts[1], parts[2]);
    let piped = finish(piped, context.as_bytes());
    assert_eq!((piped.code, piped.stdout), (Some(0), hooked));
    let stdin = run(dir.path(), &["app", "--context", "-"], "");
    assert_eq!(stdin.code, Some(2));
    assert!(
        stdin
            .stderr
            .contains("error[BadInput]: the context cannot be read from stdin"),
        "{}",
        stdin.stderr
    );
}

#[test]
fn two_environments_are_no_render_to_write() {
    let dir = folder(&[("envs/dev/tea.yaml", TEA), ("envs/prod/tea.yaml", TEA)]);
    let shown = run(dir.path(), &["--diff", "envs"], "");
    assert_eq!(shown.code, Some(0));
    assert!(shown.stderr.contains("warning[NameTwice] Deployment tea"));
    for args in [
        &["--write"][..],
        &["-okustomize"],
        &["-okubectl"],
        &["-ojson"],
    ] {
        let refused = run(dir.path(), &[args, &["envs"]].concat(), "");
        assert_eq!(refused.code, Some(2), "{args:?}");
        let told = "envs/prod/tea.yaml:4:9: error[NameTwice] Deployment tea metadata.name: Deployment `tea` is defined more than once; set-prestop uses all of them\n  envs/dev/tea.yaml:1:1: first defined here\n  help: if each folder is a separate environment, run with `--each`";
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
        let failed = refused.stdout.contains("\"ended\":\"failed\"");
        assert!(refused.stdout.is_empty() || failed, "{}", refused.stdout);
    }
    let written = run(
        dir.path(),
        &["--write", "--each", "envs/dev", "envs/prod"],
        "",
    );
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    for name in ["envs/dev/tea.yaml", "envs/prod/tea.yaml"] {
        assert_eq!(
            fs::read_to_string(dir.path().join(name)).unwrap(),
            drained()
        );
    }
}

#[test]
fn each_argument_is_a_render_of_its_own() {
    let dir = folder(&[
        ("dev/tea.yaml", &drained()),
        ("prod/tea.yaml", TEA),
        ("broken.yaml", "kind: [\n"),
    ]);
    let both = run(dir.path(), &["--check", "--each", "dev", "prod"], "");
    assert_eq!(
        (both.code, both.stdout.as_str()),
        (
            Some(1),
            "set-prestop checked 2 workloads of 2 renders, 2 changes missing\n"
        )
    );
    assert!(
        both.stderr.starts_with("dev:\ndev/tea.yaml:16:9: ")
            && both
                .stderr
                .contains("\ndev: 1 workload in 1 file: 1 behind a route, 0 changed\nprod:\n")
            && both
                .stderr
                .ends_with("\nprod: 1 workload in 1 file: 1 behind a route, 1 to change\n"),
        "{}",
        both.stderr
    );
    // Where one fails nothing is printed or written, and nobody is told of changes.
    for args in [&["--each"][..], &["--each", "--write"], &["--each", "-d"]] {
        let all = [args, &["prod", "broken.yaml"]].concat();
        let failed = run(dir.path(), &all, "");
        assert_eq!((failed.code, failed.stdout.as_str()), (Some(2), ""));
        assert!(
            failed
                .stderr
                .starts_with("broken.yaml:\nbroken.yaml:1:7: error[BadInput]"),
            "{}",
            failed.stderr
        );
    }
    assert_eq!(
        fs::read_to_string(dir.path().join("prod/tea.yaml")).unwrap(),
        TEA
    );
    let answers = run(
        dir.path(),
        &[
            "--each",
            "--check",
            "-ojson",
            "dev",
            "broken.yaml",
            "gone",
            "prod",
        ],
        "",
    );
    assert_eq!(answers.code, Some(2));
    let ends: Vec<(String, String)> = answers
        .stdout
        .lines()
        .map(|line| {
            let answer: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |field: &str| answer[field].as_str().unwrap().to_owned();
            (text("render"), text("ended"))
        })
        .collect();
    let ends: Vec<(&str, &str)> = ends.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(
        ends,
        [
            ("dev", "checked"),
            ("broken.yaml", "failed"),
            ("gone", "failed"),
            ("prod", "pending")
        ]
    );
}

#[test]
fn messages_without_a_place_name_their_render_in_each_format() {
    let alone = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a}]}}}\n";
    let dir = folder(&[("one.yaml", alone)]);
    let told = |format: &str| {
        let args = ["--each", "one.yaml", "--message-format", format, "--check"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_set-prestop"));
        command.current_dir(dir.path()).env_clear().args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        finish(command, b"").stderr
    };
    let short = told("short");
    assert!(short.starts_with("one.yaml:\n"), "{short}");
    let github = told("github");
    assert!(github.contains("title=NoRoute::one.yaml: "), "{github}");
    for line in told("json").lines() {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(message["render"], "one.yaml", "{line}");
    }
    let sarif = told("sarif");
    assert!(sarif.contains("one.yaml: "), "{sarif}");
}

#[test]
fn a_file_of_two_renders_is_written_once_or_not_at_all() {
    let parts: Vec<&str> = TEA.split("---\n").collect();
    let dir = folder(&[
        ("base/app.yaml", &format!("{}---\n{}", parts[0], parts[1])),
        ("ingress.yaml", parts[2]),
    ]);
    link(&dir, "base/app.yaml", "link.yaml");
    let args = ["-w", "--each", "base", "link.yaml"];
    let same = run(
        dir.path(),
        &[&args[..], &["--ingress-class=x"]].concat(),
        "",
    );
    assert_eq!(same.code, Some(0), "{}", same.stderr);
    let refused = run(dir.path(), &["-w", "--each", "base", "."], "");
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains(
            "error[OutputFailed]: `./base/app.yaml` is in two renders, which need different changes"
        ),
        "{}",
        refused.stderr
    );
    let enabled = "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec: {backends: [{service: tea-svc}]}\n";
    fs::write(dir.path().join("base/set-prestop.yaml"), enabled).unwrap();
    let once = run(dir.path(), &args, "");
    assert_eq!(once.code, Some(0), "{}", once.stderr);
    let hook = "            sleep:\n              seconds: 10\n";
    let text = fs::read_to_string(dir.path().join("base/app.yaml")).unwrap();
    assert_eq!(text.matches(hook).count(), 1, "{text}");
    // The configuration is none of the manifests.
    assert!(!once.stderr.contains("[Unused]"), "{}", once.stderr);
    assert!(once.stderr.contains("base: 1 workload in 1 file: "));
}

/// A program on PATH that prints a file of its folder, or fails.
fn renderer(dir: &tempfile::TempDir, name: &str, script: &str) {
    let path = dir.path().join("bin").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn folders_of_kustomize_and_helm_are_rendered_by_them() {
    let dir = folder(&[
        ("k/kustomization.yaml", "resources: [x]\n"),
        ("k/out", TEA),
        ("-c/Chart.yaml", "name: c\n"),
        ("-c/out", &drained()),
        ("plain/tea.yaml", TEA),
    ]);
    let render = |args: &[&str]| {
        let mut command = command(dir.path(), args);
        command.env("PATH", dir.path().join("bin"));
        finish(command, b"")
    };
    let all = ["--check", "--render", "--", "k", "-c", "plain"];
    let missing = render(&all);
    assert_eq!(missing.code, Some(2));
    for want in [
        "cannot render `k`: `kustomize` or `kubectl` is not on PATH",
        "cannot render `-c`: `helm` is not on PATH",
    ] {
        assert!(missing.stderr.contains(want), "{}", missing.stderr);
    }
    renderer(&dir, "kubectl", "[ $1 = kustomize ] && /bin/cat $2/out");
    renderer(&dir, "helm", "[ $1 = template ] && /bin/cat $2/out");
    let done = render(&all);
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (
            Some(1),
            "set-prestop checked 3 workloads of 3 renders, 4 changes missing\n"
        ),
        "{}",
        done.stderr
    );
    assert!(
        done.stderr
            .contains("\nkubectl kustomize k:16:9: error[ChangePending]")
            && done
                .stderr
                .contains("\nk: 1 workload: 1 behind a route, 1 to change\n")
            && done.stderr.contains("\nhelm template ./-c:16:9: ")
            && done
                .stderr
                .contains("\nplain/tea.yaml:16:9: error[ChangePending]"),
        "{}",
        done.stderr
    );
    renderer(&dir, "kustomize", "echo 'no such resource' >&2; exit 3");
    let failed = render(&["--render", "k", "plain"]);
    assert_eq!((failed.code, failed.stdout.as_str()), (Some(2), ""));
    assert!(
        failed.stderr.starts_with(
            "no such resource\nk:\nerror[BadInput]: `kustomize build k` failed (exit status: 3)"
        ),
        "{}",
        failed.stderr
    );
    assert_eq!(render(&["--render", "--write", "k"]).code, Some(2));
}

#[test]
fn patches_of_several_renders_are_printed_one_behind_the_other() {
    let dir = folder(&[("dev/tea.yaml", TEA), ("prod/tea.yaml", TEA)]);
    let each = |form: &str| run(dir.path(), &["--each", "-o", form, "dev", "prod"], "");
    let components = each("kustomize");
    assert_eq!(components.code, Some(0), "{}", components.stderr);
    assert_eq!(components.stdout.matches("\nkind: Component\n").count(), 2);
    assert_eq!(components.stdout.matches("---\n").count(), 2);
    let script = each("kubectl").stdout;
    assert_eq!(script.matches("\nkubectl patch ").count(), 2, "{script}");
}
