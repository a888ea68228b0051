//! Traces of requests: when each arrived, how long it was, which blocks of its prompt others had too.
//!
//! A trace is read line by line and never as a whole.

mod csv;
mod moment;
mod mooncake;
mod synthetic;
#[cfg(test)]
mod tests;

pub use synthetic::{Length, Synthetic};

/// One request of a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// When it arrived, in seconds from the first request on.
    pub at_s: f64,
    /// Tokens in.
    pub input: u32,
    /// Tokens out.
    pub output: u32,
    /// Hashes of the blocks of its prompt, each of a block and all before it; empty where the trace has none.
    pub blocks: Vec<u64>,
    /// The beginning of its prompt that others have too, where the trace says it as a whole and not in blocks.
    pub prefix: Option<Prefix>,
}

/// A beginning that prompts share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// A hash of its name.
    pub id: u64,
    /// How long it is.
    pub tokens: u32,
}

impl Prefix {
    /// Names for its whole blocks of so many tokens, the same for all who share it.
    pub fn blocks(self, block_tokens: u64) -> Vec<u64> {
        let first = self.id.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (0..u64::from(self.tokens) / block_tokens).map(|place| first.wrapping_add(place)).collect()
    }
}

/// What is wrong with a line of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong, as a sentence without its period.
    pub message: String,
    /// A way out.
    pub help: String,
}

/// The formats that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The Azure public dataset: `TIMESTAMP,ContextTokens,GeneratedTokens`.
    Azure,
    /// Mooncake: a JSON object a line with `timestamp` (ms), `input_length`, `output_length`, `hash_ids`.
    Mooncake,
    /// Any CSV with a column for the time, one for tokens in and one for tokens out; and for what prompts share, if it has them.
    Csv,
}

impl Format {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Azure => "Azure CSV",
            Self::Mooncake => "Mooncake JSONL",
            Self::Csv => "CSV",
        }
    }
}

/// Tokens of a block in Mooncake's traces (Mooncake, Apache-2.0, read 2026-11-22).
pub const MOONCAKE_BLOCK_TOKENS: u64 = 512;

/// More tokens than any request has: a mistake of units or columns.
const MOST_TOKENS: f64 = 1e8;

/// Reads a trace line after line.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    line: u64,
    kind: Option<Kind>,
    first: Option<f64>,
    before: f64,
    /// Requests without any token in or out, which are left out.
    pub skipped: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    Mooncake,
    Csv(csv::Columns),
}

/// Time and lengths as a line has them.
struct Row {
    time_s: f64,
    input: f64,
    output: f64,
    blocks: Vec<u64>,
    prefix: Option<Prefix>,
}

impl Parser {
    /// The format, once a line has told it.
    pub fn format(&self) -> Option<Format> {
        self.kind.as_ref().map(|kind| match kind {
            Kind::Mooncake => Format::Mooncake,
            Kind::Csv(columns) => columns.format(),
        })
    }

    /// The time of the first request in seconds since 1970, where the trace says dates.
    pub fn begins_s(&self) -> Option<f64> {
        match &self.kind {
            Some(Kind::Csv(columns)) if columns.dated() => self.first,
            _ => None,
        }
    }

    /// Reads the next line. None if it holds no request: a header, an empty line, a request without tokens.
    ///
    /// # Errors
    /// What is not of the format, negative or absurd lengths, and times that go back.
    pub fn read(&mut self, text: &str) -> Result<Option<Request>, Mistake> {
        self.line += 1;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Ok(None);
        }
        let row = match &mut self.kind {
            None if text.starts_with('{') => {
                self.kind = Some(Kind::Mooncake);
                mooncake::read(text)
            }
            None => {
                let columns = csv::Columns::of(text);
                self.kind = Some(Kind::Csv(columns.map_err(|why| self.mistake(why))?));
                return Ok(None);
            }
            Some(Kind::Mooncake) => mooncake::read(text),
            Some(Kind::Csv(columns)) => columns.read(text),
        };
        let row = row.map_err(|why| self.mistake(why))?;
        self.request(row)
    }

    fn request(&mut self, row: Row) -> Result<Option<Request>, Mistake> {
        for (what, tokens) in [("in", row.input), ("out", row.output)] {
            if !(0.0..=MOST_TOKENS).contains(&tokens) {
                let help = "lengths are whole numbers of tokens; are the columns the right ones?";
                return Err(self.mistake((format!("{tokens} tokens {what}"), help.to_owned())));
            }
        }
        let first = *self.first.get_or_insert(row.time_s);
        let at_s = row.time_s - first;
        if at_s < self.before {
            let message = format!("the time goes back by {} s", short(self.before - at_s));
            return Err(self.mistake((message, "sort the requests by their time of arrival".to_owned())));
        }
        self.before = at_s;
        if row.input < 1.0 || row.output < 1.0 {
            self.skipped += 1;
            return Ok(None);
        }
        let (input, output) = (row.input as u32, row.output as u32);
        // A prefix is no longer than its prompt.
        let prefix = row.prefix.map(|prefix| Prefix { tokens: prefix.tokens.min(input), ..prefix });
        Ok(Some(Request { at_s, input, output, blocks: row.blocks, prefix }))
    }

    /// What to say when the file ends.
    ///
    /// # Errors
    /// A file without a single line.
    pub fn end(&self) -> Result<(), Mistake> {
        match self.kind {
            Some(_) => Ok(()),
            None => Err(self.mistake(("the trace is empty".to_owned(), csv::HELP.to_owned()))),
        }
    }

    fn mistake(&self, (message, help): Why) -> Mistake {
        Mistake { line: self.line.max(1), message, help }
    }
}

/// A message and a way out.
type Why = (String, String);

/// Four digits behind the point at the most.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
