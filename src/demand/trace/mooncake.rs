//! A request as Mooncake writes it.

use serde::Deserialize;

use super::{Row, Why};

#[derive(Deserialize)]
struct Line {
    timestamp: f64,
    input_length: f64,
    output_length: f64,
    #[serde(default)]
    hash_ids: Vec<u64>,
}

pub(super) fn read(text: &str) -> Result<Row, Why> {
    let line: Line = serde_json::from_str(text).map_err(|why| {
        let cut = why.is_eof();
        let message = format!("not a request: {}", why.to_string().split(" at line ").next().unwrap_or_default());
        let help = if cut {
            "the line ends too early: is the file cut off?"
        } else {
            "write {\"timestamp\": ms, \"input_length\": tokens, \"output_length\": tokens, \"hash_ids\": [numbers]}"
        };
        (message, help.to_owned())
    })?;
    Ok(Row {
        time_s: line.timestamp / 1000.0,
        input: line.input_length,
        output: line.output_length,
        blocks: line.hash_ids,
        prefix: None,
    })
}
