//! What it costs to parse everything: reads YAML documents from stdin into `serde_yaml`'s values and keeps none.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program of its own, with stdin and stdout"
)]

use serde::Deserialize as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::io::read_to_string(std::io::stdin())?;
    let mut documents = 0;
    for document in serde_yaml::Deserializer::from_str(&text) {
        serde_yaml::Value::deserialize(document)?;
        documents += 1;
    }
    println!("{documents} documents");
    Ok(())
}
