//! How the cost grows: `growth PROGRAM [WORD]...` gives each shape of `benches/shapes` to the program in one size and in twice that
//! size, and prints how many times longer that took, and the peak memory. With words, only shapes whose names hold one of them.
//! Where other work slows the machine, `COUNT=1` counts instructions by valgrind instead, on an eighth of the size or the
//! least that shows how the cost grows. A shape whose text grows by more than its number may cost more by as much.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program of its own, with files, clock and stdout"
)]

#[path = "../shapes/mod.rs"]
mod shapes;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Rounds that are run in any case, and as long as a shape seems to grow too fast: other work on the machine only slows it.
const ROUNDS: usize = 3;
const MOST_ROUNDS: usize = 12;
/// Twice the work may take so many times the time, and so much memory.
const MOST_TIME: f64 = 2.2;
const MOST_BYTES: (f64, f64) = (6.0, 16.0 * 1024.0 * 1024.0);
/// More than the first hundred ways to a workload, which are kept: what each more of them costs shows behind them.
const LEAST_NUMBER: usize = 125;
/// A run is as long as this at least, where the shape can be made so large.
const LEAST_TIME: Duration = Duration::from_millis(40);

/// A size of a shape, and what a run on it takes at best.
struct Size {
    input: String,
    bytes: usize,
    time: Duration,
    memory: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or("usage: growth PROGRAM [WORD]...")?;
    let words: Vec<String> = arguments.collect();
    let folder = std::env::temp_dir().join(format!("growth-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    println!("      n       ms |     2 n       MB       ms    ratio |  MB peak  x input | shape");
    let mut fast = 0;
    for shape in shapes::SHAPES {
        if !words.is_empty() && !words.iter().any(|word| shape.name.contains(word.as_str())) {
            continue;
        }
        fast += usize::from(!measure(&program, shape, &folder)?);
    }
    fs::remove_dir_all(&folder)?;
    println!("{fast} grow too fast (marked with *)");
    if fast > 0 {
        Err("too fast".into())
    } else {
        Ok(())
    }
}

/// Prints the line of a shape. Whether it grows as it may.
fn measure(
    program: &str,
    shape: &shapes::Shape,
    folder: &Path,
) -> Result<bool, Box<dyn std::error::Error>> {
    if std::env::var_os("COUNT").is_some() {
        return count(program, shape, folder);
    }
    let mut number = shape.number;
    let mut once = size(shape, number, folder)?;
    run(program, &mut once, folder)?;
    for _ in 0..3 {
        if once.time < LEAST_TIME && once.bytes < 4_000_000 {
            number *= 2;
            once = size(shape, number, folder)?;
            run(program, &mut once, folder)?;
        }
    }
    let mut twice = size(shape, 2 * number, folder)?;
    let mut round = 0;
    let ratio = loop {
        run(program, &mut once, folder)?;
        run(program, &mut twice, folder)?;
        round += 1;
        let ratio = twice.time.as_secs_f64() / once.time.as_secs_f64();
        let right = ratio <= most(once.bytes, twice.bytes);
        if round >= MOST_ROUNDS || round >= ROUNDS && right || twice.time.as_secs() > 8 {
            break ratio;
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
    let bytes = twice.bytes as f64;
    let right = (
        ratio <= most(once.bytes, twice.bytes),
        twice.memory <= MOST_BYTES.0 * bytes + MOST_BYTES.1,
    );
    let mark = |right: bool| if right { ' ' } else { '*' };
    println!(
        "{number:>7} {:>8.1} | {:>7} {:>8.2} {:>8.1} {ratio:>7.2}{} | {:>8.1} {:>7.1}{} | {}",
        once.time.as_secs_f64() * 1e3,
        2 * number,
        bytes / 1e6,
        twice.time.as_secs_f64() * 1e3,
        mark(right.0),
        twice.memory / 1e6,
        twice.memory / bytes,
        mark(right.1),
        shape.name
    );
    Ok(right.0 && right.1)
}

/// How many times more a text of so many bytes may take than one of fewer.
#[expect(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
fn most(once: usize, twice: usize) -> f64 {
    let growth = twice as f64 / once as f64;
    MOST_TIME.max(MOST_TIME / 2.0 * growth)
}

/// As [`measure`], by instructions.
fn count(
    program: &str,
    shape: &shapes::Shape,
    folder: &Path,
) -> Result<bool, Box<dyn std::error::Error>> {
    let number = (shape.number / 8).max(LEAST_NUMBER.min(shape.number));
    let mut counts = [(0.0, 0); 2];
    for (number, count) in [number, 2 * number].into_iter().zip(&mut counts) {
        let size = size(shape, number, folder)?;
        let mut command = Command::new("valgrind");
        command.args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            program,
        ]);
        command
            .stdin(File::open(&size.input)?)
            .stdout(Stdio::null());
        let said = String::from_utf8(command.output()?.stderr)?;
        let counted = said
            .lines()
            .find_map(|line| line.split_once("Collected : "));
        let counted = counted.ok_or("valgrind counted nothing")?.1;
        *count = (counted.trim().parse::<f64>()?, size.bytes);
    }
    let [(once, fewer), (twice, more)] = counts;
    let right = twice <= most(fewer, more) * once;
    println!(
        "{number:>7} {:>8.2} million | {:>7} {:>8.2} million {:>6.2}{} | {}",
        once / 1e6,
        2 * number,
        twice / 1e6,
        twice / once,
        if right { ' ' } else { '*' },
        shape.name
    );
    Ok(right)
}

fn size(
    shape: &shapes::Shape,
    number: usize,
    folder: &Path,
) -> Result<Size, Box<dyn std::error::Error>> {
    let text = (shape.make)(number);
    let input = folder.join(format!("{number}.yaml"));
    fs::write(&input, &text)?;
    Ok(Size {
        input: input.to_string_lossy().into_owned(),
        bytes: text.len(),
        time: Duration::MAX,
        memory: 0.0,
    })
}

/// Runs the program on stdin. What it says and ends with does not matter here.
fn run(program: &str, size: &mut Size, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let memory = folder.join("memory");
    let mut command = Command::new("/usr/bin/time");
    command
        .args(["--quiet", "--format", "%M", "--output"])
        .arg(&memory)
        .arg(program);
    command
        .stdin(File::open(&size.input)?)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    // A missed change and a refused input are answers; anything else is no run.
    if !matches!(status.code(), Some(0..=2)) {
        return Err(format!("`{program}` failed: {status}").into());
    }
    size.time = size.time.min(start.elapsed());
    let kilobytes: f64 = fs::read_to_string(&memory)?.trim().parse()?;
    size.memory = size.memory.max(kilobytes * 1024.0);
    Ok(())
}
