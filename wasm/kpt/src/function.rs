//! The function as kpt sees it: a ResourceList in, a ResourceList out, or a failure that says why.

use std::fmt::Write;

use set_prestop::{
    Ended, Failure, Message, Positions, Reason, Settings, Severity, Source, write_message,
};

/// What a run that fails leaves.
#[derive(Debug, PartialEq)]
pub struct Failed {
    /// The ResourceList with its items as they came and the errors as results, where the input could be read as one.
    pub output: Option<String>,
    /// The errors and warnings, as a person reads them.
    pub report: String,
}

/// Runs the function on what kpt hands it.
///
/// # Errors
/// What the library refuses, changes that are missing where the configuration says `check: true`, objects that were skipped, and input that is
/// no ResourceList: kpt has to take nothing else for a package.
pub fn process(input: &[u8]) -> Result<String, Failed> {
    let text = std::str::from_utf8(input)
        .map_err(|_| unread("the input is not UTF-8", "give UTF-8 text"))?;
    let sources = [Source::new("<stdin>", text)];
    let positions = Positions::new(&sources);
    match set_prestop::rewrite(&sources, &Settings::default()) {
        Ok(done) if !done.is_resource_list => Err(unread(
            "the input is no ResourceList",
            "run this module with kpt, which hands one over",
        )),
        Ok(done) => {
            let output = done.outputs.iter().map(ToString::to_string).collect();
            if matches!(done.ended, Ended::Pending | Ended::Skipped) {
                Err(Failed {
                    output: Some(output),
                    report: report(&done.messages, &positions),
                })
            } else {
                Ok(output)
            }
        }
        Err(Failure {
            messages, output, ..
        }) => Err(Failed {
            output: output.map(|output| output.to_string()),
            report: report(&messages, &positions),
        }),
    }
}

fn unread(text: &str, help: &str) -> Failed {
    Failed {
        output: None,
        report: report(
            &[Message::new(Reason::BadInput, text).help(help)],
            &Positions::new(&[]),
        ),
    }
}

/// Warnings and errors, as the command tells them on stderr.
fn report(messages: &[Message], positions: &Positions<'_>) -> String {
    let mut report = String::new();
    for message in messages {
        if message.severity >= Severity::Warning {
            // A `String` takes everything.
            let _ = write_message(&mut report, message, positions, true);
        }
    }
    report
}

/// `text` as one double-quoted line of YAML: no host takes it for an object.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.trim_end().chars() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                // Writing to a string doesn't fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{Failed, process, quoted};

    const LIST: &str = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n";

    #[test]
    fn a_list_with_nothing_to_do_comes_out_as_it_came() {
        assert_eq!(process(LIST.as_bytes()), Ok(LIST.to_owned()));
    }

    #[test]
    fn what_is_no_list_is_a_failure_without_output() {
        for input in ["", "kind: ConfigMap\n", "a: [1\n"] {
            let failed = process(input.as_bytes()).unwrap_err();
            assert_eq!(failed.output, None, "{input}");
            assert!(
                failed.report.contains("error[BadInput]"),
                "{input}: {}",
                failed.report
            );
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_a_failure() {
        let report =
            "error[BadInput]: the input is not UTF-8\n  help: give UTF-8 text\n".to_owned();
        assert_eq!(
            process(b"kind: \xff\n"),
            Err(Failed {
                output: None,
                report
            })
        );
    }

    #[test]
    fn a_bad_configuration_leaves_the_list_with_a_result() {
        let input = format!(
            "{LIST}functionConfig: {{kind: SetPreStop, apiVersion: set-prestop.dev/v1alpha1, spec: {{x: 1}}}}\n"
        );
        let failed = process(input.as_bytes()).unwrap_err();
        let output = failed.output.unwrap();
        assert!(output.starts_with(&input), "{output}");
        assert!(output.contains("severity: error"), "{output}");
    }

    #[test]
    fn quoting_keeps_a_report_on_one_line() {
        assert_eq!(
            quoted("a \"b\" \\c\n\td\u{1b}é\n"),
            r#""a \"b\" \\c\n\u0009d\u001bé""#
        );
    }
}
