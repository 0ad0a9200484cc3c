//! Times whole processes side by side: `stopwatch RUNS INPUT COMMAND...` runs each command on the input by turns, its
//! output thrown away, and prints the median of its milliseconds, one command a line.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program of its own, with files, clock and stdout"
)]

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(runs), Some(input)) = (arguments.next(), arguments.next()) else {
        return Err("usage: stopwatch RUNS INPUT COMMAND...".into());
    };
    let runs: usize = runs.parse()?;
    let commands: Vec<String> = arguments.collect();
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); commands.len()];
    // The first round warms caches and does not count.
    for round in 0..=runs {
        for (command, times) in commands.iter().zip(&mut times) {
            let time = run(command, &input)?;
            if round > 0 {
                times.push(time);
            }
        }
    }
    for mut times in times {
        times.sort_unstable();
        let median = times.get(runs / 2).copied().unwrap_or_default();
        println!("{:.2}", median.as_secs_f64() * 1000.0);
    }
    Ok(())
}

fn run(command: &str, input: &str) -> Result<Duration, Box<dyn std::error::Error>> {
    let mut words = command.split_whitespace();
    let program = words.next().ok_or("an empty command")?;
    let mut command = Command::new(program);
    command.args(words).stdin(File::open(input)?);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let time = start.elapsed();
    if status.success() {
        Ok(time)
    } else {
        Err(format!("`{program}` failed: {status}").into())
    }
}
