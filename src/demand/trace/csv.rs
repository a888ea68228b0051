//! A trace as CSV: which columns hold the time and the lengths.

use super::moment::seconds_since_1970;
use super::{Format, MOST_TOKENS, Prefix, Row, Why};

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
/// Hashes of the blocks of a prompt, each of a block and all before it, with spaces, semicolons or bars between them.
const BLOCKS: &[&str] = &["hash_ids", "block_hashes", "blocks"];
/// The name of the beginning that prompts share: a tenant, a system prompt, a conversation.
const PREFIXES: &[&str] = &["prefix", "prefix_id", "prefix_hash"];
const PREFIX_TOKENS: &[&str] = &["prefix_tokens", "prefix_length"];

/// Where the columns stand.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    width: usize,
    time: usize,
    unit_s: f64,
    input: usize,
    output: usize,
    blocks: Option<usize>,
    /// The name of the prefix, and its tokens.
    prefix: Option<(usize, usize)>,
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
        let prefix = match (find(PREFIXES), find(PREFIX_TOKENS)) {
            (Some(name), Some(tokens)) => Some((name, tokens)),
            (None, None) => None,
            (name, _) => {
                let (there, missing) =
                    if name.is_some() { ("prefix", "prefix_tokens") } else { ("prefix_tokens", "prefix") };
                let help = "`prefix` names what prompts share, `prefix_tokens` says how long it is";
                let message = format!("there is a column for `{there}` and none for `{missing}`");
                return Err((message, help.to_owned()));
            }
        };
        let (width, blocks) = (names.len(), find(BLOCKS));
        Ok(Self { width, time, unit_s, input, output, blocks, prefix, azure, dates: None })
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
        let blocks = self.blocks.map(|place| {
            let parts = fields[place].split([' ', ';', '|', '[', ']', ',']);
            parts.filter(|part| !part.is_empty()).map(hash).collect()
        });
        let prefix = match self.prefix {
            Some((name, length)) if !fields[name].is_empty() => {
                let length = tokens(length)?;
                if !(0.0..=MOST_TOKENS).contains(&length) {
                    let help = "lengths are whole numbers of tokens; are the columns the right ones?";
                    return Err((format!("a prefix of {length} tokens"), help.to_owned()));
                }
                (length >= 1.0).then(|| Prefix { id: hash(fields[name]), tokens: length as u32 })
            }
            _ => None,
        };
        let (input, output) = (tokens(self.input)?, tokens(self.output)?);
        Ok(Row { time_s, input, output, blocks: blocks.unwrap_or_default(), prefix })
    }
}

/// A whole number is itself; any other name is hashed (FNV-1a, 64 bits).
fn hash(name: &str) -> u64 {
    name.parse().unwrap_or_else(|_| {
        name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    })
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
