//! A trace as CSV: which columns hold the time and the lengths.

use super::moment::seconds_since_1970;
use super::{Format, Row, Why};

/// What a trace looks like.
pub(super) const HELP: &str = "a trace is Azure's CSV (TIMESTAMP,ContextTokens,GeneratedTokens), Mooncake's JSON lines, \
                               or a CSV with columns such as time_s,input_tokens,output_tokens";

/// Names of the column of the time, with the seconds of its unit; dates may stand in any of them.
const TIMES: &[(&str, f64)] = &[
    ("timestamp", 1.0),
    ("time", 1.0),
    ("time_s", 1.0),
    ("t_s", 1.0),
    ("t", 1.0),
    ("arrival", 1.0),
    ("arrival_time", 1.0),
    ("arrived_at", 1.0),
    ("seconds", 1.0),
    ("timestamp_s", 1.0),
    ("time_ms", 1e-3),
    ("timestamp_ms", 1e-3),
    ("arrival_ms", 1e-3),
    ("timestamp_us", 1e-6),
    ("timestamp_ns", 1e-9),
];
const INPUTS: &[&str] = &[
    "input",
    "input_tokens",
    "input_length",
    "prompt",
    "prompt_tokens",
    "contexttokens",
    "context_tokens",
    "request_tokens",
    "num_prefill_tokens",
];
const OUTPUTS: &[&str] = &[
    "output",
    "output_tokens",
    "output_length",
    "completion_tokens",
    "generatedtokens",
    "generated_tokens",
    "response_tokens",
    "num_decode_tokens",
];

/// Where the columns stand.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    width: usize,
    time: usize,
    unit_s: f64,
    input: usize,
    output: usize,
    azure: bool,
    /// Whether times are dates; told by the first row.
    dates: Option<bool>,
}

impl Columns {
    /// From the first line.
    pub(super) fn of(header: &str) -> Result<Self, Why> {
        let names: Vec<String> = split(header).iter().map(|name| plain(name)).collect();
        let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let time = TIMES.iter().find_map(|(name, unit_s)| Some((find(&[name])?, *unit_s)));
        let missing = |what: &str| {
            let shown: String = header.chars().take(80).collect();
            (format!("no column holds the {what}: the first line is `{shown}`"), HELP.to_owned())
        };
        let (time, unit_s) = time.ok_or_else(|| missing("time"))?;
        let input = find(INPUTS).ok_or_else(|| missing("tokens in"))?;
        let output = find(OUTPUTS).ok_or_else(|| missing("tokens out"))?;
        let azure = names.iter().any(|name| name == "contexttokens");
        Ok(Self { width: names.len(), time, unit_s, input, output, azure, dates: None })
    }

    pub(super) fn format(&self) -> Format {
        if self.azure { Format::Azure } else { Format::Csv }
    }

    /// Whether times are dates.
    pub(super) fn dated(&self) -> bool {
        self.dates == Some(true)
    }

    /// A row.
    pub(super) fn read(&mut self, line: &str) -> Result<Row, Why> {
        let fields = split(line);
        if fields.len() != self.width {
            let message = format!("{} fields, where the first line names {}", fields.len(), self.width);
            let help = if fields.len() < self.width {
                "is the file cut off?"
            } else {
                "quote fields that hold commas"
            };
            return Err((message, help.to_owned()));
        }
        let text = fields[self.time];
        let dates = *self.dates.get_or_insert_with(|| text.parse::<f64>().is_err());
        let time_s =
            if dates { seconds_since_1970(text) } else { number(text).map(|time| time * self.unit_s) };
        let time_s = time_s.ok_or_else(|| {
            let help = "write seconds, or dates such as 2027-04-01 09:00:00.25";
            (format!("`{}` is no time", clip(text)), help.to_owned())
        })?;
        let tokens = |place: usize| {
            number(fields[place]).ok_or_else(|| {
                (
                    format!("`{}` is no number of tokens", clip(fields[place])),
                    "write whole numbers".to_owned(),
                )
            })
        };
        Ok(Row { time_s, input: tokens(self.input)?, output: tokens(self.output)?, blocks: Vec::new() })
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Fields between commas that stand outside of quotes, without their quotes.
fn split(line: &str) -> Vec<&str> {
    if !line.contains('"') {
        return line.split(',').map(str::trim).collect();
    }
    let (mut quoted, mut start, mut fields) = (false, 0, Vec::new());
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                fields.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    fields.push(&line[start..]);
    fields.into_iter().map(|field| field.trim().trim_matches('"')).collect()
}

/// `Request tokens` is `request_tokens`.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}
