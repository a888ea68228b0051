//! The field names of `LiteLLM`'s price map, read by rule: base × threshold × service × lifetime.

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Input tokens.
    Input,
    /// Output tokens.
    Output,
    /// Output tokens spent on reasoning.
    Reasoning,
    /// Input read from a cache.
    CacheRead,
    /// Input written to a cache.
    CacheWrite,
    /// A request, whatever its tokens.
    Request,
}

/// How a request is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// At once.
    Standard,
    /// Within a day.
    Batch,
    /// When there is room.
    Flex,
    /// Before others.
    Priority,
}

/// A price of text tokens or of requests, as its field name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Price {
    /// What it is for.
    pub part: Part,
    /// For requests with more input tokens than this.
    pub above: Option<u64>,
    /// How the request is served.
    pub service: Service,
    /// A cache entry that lasts an hour, not the vendor's usual time.
    pub lasts_an_hour: bool,
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A price that a rate card can hold.
    Price(Price),
    /// A price of something else: audio, images, searches.
    Unpriced,
    /// No price.
    About,
    /// Nobody knows.
    Unknown,
}

/// Units of `input_cost_per_<unit>` and `output_cost_per_<unit>` that are no text: a longer name comes first.
const NO_TEXT: [&str; 18] = [
    "audio_per_second",
    "audio_token",
    "video_per_second",
    "video_token",
    "image_token",
    "reasoning_character",
    "character",
    "image",
    "pixel",
    "second",
    "minute",
    "hour",
    "page",
    "query",
    "video",
    "audio",
    "song",
    "session",
];

/// Words of prices beside those of tokens.
const BESIDE: [&str; 16] = [
    "_dbu_cost_",
    "_db_cost_",
    "search_context_cost",
    "citation_cost",
    "computer_use",
    "code_interpreter",
    "file_search",
    "vector_store",
    "web_search",
    "google_maps",
    "cost_per_page",
    "cost_per_session",
    "cost_per_query",
    "cost_per_1k_calls",
    "cost_per_gb",
    "cost_per_image",
];

/// Fields that are no prices.
const ABOUT: [&str; 15] = [
    "litellm_provider",
    "mode",
    "source",
    "metadata",
    "comment",
    "deprecation_date",
    "provider_specific_entry",
    "tiered_pricing",
    "rpm",
    "tpm",
    "rpd",
    "tpd",
    "output_vector_size",
    "tool_use_system_prompt_tokens",
    "range",
];
const ABOUT_BEGINS: [&str; 3] = ["supports_", "supported_", "max_"];

/// What the field of this name is.
pub(super) fn meaning(name: &str) -> Meaning {
    if ABOUT.contains(&name) || ABOUT_BEGINS.iter().any(|start| name.starts_with(start)) {
        return Meaning::About;
    }
    let sided = [
        ("input_cost_per_", Part::Input),
        ("output_cost_per_", Part::Output),
        ("cache_read_input_", Part::CacheRead),
        ("cache_creation_input_", Part::CacheWrite),
    ];
    let found = sided.iter().find_map(|(start, part)| Some((*part, name.strip_prefix(start)?)));
    let found = match found {
        Some((part @ (Part::Input | Part::Output), rest)) => per_unit(part, rest),
        Some((part, rest)) => cached(part, rest),
        None => Meaning::Unknown,
    };
    let beside = BESIDE.iter().any(|word| name.contains(word));
    if found == Meaning::Unknown && beside { Meaning::Unpriced } else { found }
}

/// `token_above_200k_tokens_priority` of input or output.
fn per_unit(part: Part, rest: &str) -> Meaning {
    let begins = |unit: &str| rest.strip_prefix(unit).is_some_and(|r| r.is_empty() || r.starts_with('_'));
    if NO_TEXT.iter().any(|unit| begins(unit)) {
        return Meaning::Unpriced;
    }
    if rest == "request" {
        return Meaning::Price(plain(Part::Request));
    }
    match (part, rest.strip_prefix("reasoning_token")) {
        (Part::Output, Some(rest)) => modified(plain(Part::Reasoning), rest),
        _ => rest.strip_prefix("token").map_or(Meaning::Unknown, |rest| modified(plain(part), rest)),
    }
}

/// `token_cost_above_1hr` of a cache; `audio_token_cost` is no text.
fn cached(part: Part, rest: &str) -> Meaning {
    if let Some(rest) = rest.strip_prefix("token_cost") {
        return modified(plain(part), rest);
    }
    let no_text = ["audio_", "image_", "video_"];
    let other =
        no_text.iter().any(|kind| rest.strip_prefix(kind).is_some_and(|r| r.starts_with("token_cost")));
    if other { Meaning::Unpriced } else { Meaning::Unknown }
}

const fn plain(part: Part) -> Price {
    Price { part, above: None, service: Service::Standard, lasts_an_hour: false }
}

/// Reads what stands behind the base, in any order, each at most once.
fn modified(mut price: Price, mut rest: &str) -> Meaning {
    let services = [
        ("_batches", Service::Batch),
        ("_batch_requests", Service::Batch),
        ("_flex", Service::Flex),
        ("_priority", Service::Priority),
    ];
    while !rest.is_empty() {
        let service = services.iter().find_map(|(word, service)| Some((*service, rest.strip_prefix(word)?)));
        if let Some((service, behind)) = service.filter(|_| price.service == Service::Standard) {
            (price.service, rest) = (service, behind);
        } else if let Some(behind) =
            rest.strip_prefix("_above_1hr").filter(|_| price.part == Part::CacheWrite && !price.lasts_an_hour)
        {
            (price.lasts_an_hour, rest) = (true, behind);
        } else if let Some(behind) = rest.strip_prefix("_cache_hit").filter(|_| price.part == Part::Input) {
            (price.part, rest) = (Part::CacheRead, behind);
        } else if let Some((above, behind)) = threshold(rest).filter(|_| price.above.is_none()) {
            (price.above, rest) = (Some(above), behind);
        } else {
            return Meaning::Unknown;
        }
    }
    Meaning::Price(price)
}

/// `_above_200k_tokens`, `_above_1m_tokens`.
fn threshold(rest: &str) -> Option<(u64, &str)> {
    let rest = rest.strip_prefix("_above_")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = rest.get(..digits)?.parse().ok()?;
    let rest = &rest[digits..];
    let (unit, rest) = match (rest.strip_prefix("k_tokens"), rest.strip_prefix("m_tokens")) {
        (Some(rest), _) => (1_000, rest),
        (_, Some(rest)) => (1_000_000, rest),
        _ => (1, rest.strip_prefix("_tokens")?),
    };
    Some((number.checked_mul(unit)?, rest)).filter(|_| number > 0)
}

#[cfg(test)]
mod tests {
    use super::Part::{CacheRead, CacheWrite, Input, Output, Reasoning, Request};
    use super::Service::{Batch, Flex, Priority, Standard};
    use super::{Meaning, Price, meaning, plain};

    #[test]
    fn names_compose_by_rule() {
        let price = |part, above, service, lasts_an_hour| {
            Meaning::Price(Price { part, above, service, lasts_an_hour })
        };
        for (name, expected) in [
            ("input_cost_per_token", Meaning::Price(plain(Input))),
            ("output_cost_per_token_flex", price(Output, None, Flex, false)),
            ("output_cost_per_reasoning_token", price(Reasoning, None, Standard, false)),
            ("input_cost_per_token_batches", price(Input, None, Batch, false)),
            ("input_cost_per_token_batch_requests", price(Input, None, Batch, false)),
            ("input_cost_per_token_cache_hit", price(CacheRead, None, Standard, false)),
            ("input_cost_per_token_above_200k_tokens_priority", price(Input, Some(200_000), Priority, false)),
            ("output_cost_per_token_above_1m_tokens_batches", price(Output, Some(1_000_000), Batch, false)),
            (
                "cache_read_input_token_cost_above_272k_tokens",
                price(CacheRead, Some(272_000), Standard, false),
            ),
            (
                "cache_creation_input_token_cost_above_1hr_above_200k_tokens",
                price(CacheWrite, Some(200_000), Standard, true),
            ),
            ("input_cost_per_request", Meaning::Price(plain(Request))),
        ] {
            assert_eq!(meaning(name), expected, "{name}");
        }
    }

    #[test]
    fn other_things_are_known_and_the_rest_is_unknown() {
        for name in [
            "input_cost_per_audio_token_priority",
            "output_cost_per_image_above_512_and_512_pixels_and_premium_image",
            "input_cost_per_video_per_second_above_15s_interval",
            "cache_creation_input_audio_token_cost",
            "input_dbu_cost_per_token",
            "search_context_cost_per_query",
            "ocr_cost_per_page",
            "vector_store_cost_per_gb_per_day",
        ] {
            assert_eq!(meaning(name), Meaning::Unpriced, "{name}");
        }
        for name in [
            "input_cost_per_kilotoken",
            "input_cost_per_token_above_midnight",
            "input_cost_per_token_flex_flex",
            "input_cost_per_token_above_1hr",
            "output_cost_per_token_cache_hit",
            "input_cost_per_token_above_k_tokens",
            "price",
        ] {
            assert_eq!(meaning(name), Meaning::Unknown, "{name}");
        }
        assert_eq!(meaning("supports_vision"), Meaning::About);
    }
}
