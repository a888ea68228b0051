//! Rate limits: how many calls and tokens a vendor takes at a time.

use crate::distribution::{Number, NumberOf};
use crate::document::Reader;
use crate::units;

/// What can be limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// llm calls: what a vendor calls requests.
    Calls,
    /// Tokens in and out.
    Tokens,
    /// Tokens in.
    Input,
    /// Tokens out.
    Output,
}

/// `limits` of a rate card: what may be asked for in a time. Absent means unlimited.
#[derive(Clone, Debug, Default)]
pub struct Limits(pub Vec<(Limited, Number)>);

/// Reads `limits`.
pub(super) fn read(t: &mut Reader) -> Option<Limits> {
    let tokens = || NumberOf(&units::TOKENS_PER_TIME);
    let calls = t.optional("requests", NumberOf(&units::REQUESTS_PER_TIME), "llm calls in a time");
    let all = t.optional("tokens", tokens(), "tokens in and out in a time");
    let input = t.optional("input_tokens", tokens(), "tokens in, in a time");
    let output = t.optional("output_tokens", tokens(), "tokens out, reasoning included, in a time");
    let limits = [
        (Limited::Calls, calls?),
        (Limited::Tokens, all?),
        (Limited::Input, input?),
        (Limited::Output, output?),
    ];
    Some(Limits(limits.into_iter().filter_map(|(what, limit)| limit.map(|limit| (what, limit))).collect()))
}
