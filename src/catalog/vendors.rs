//! Vendors by the names that catalogs give them.

/// Vendors that several catalogs know under different names: the id here, then the others' names.
const ALIASES: [(&str, &[&str]); 13] = [
    ("openai", &["text-completion-openai"]),
    ("google", &["gemini", "google", "palm"]),
    ("vertex", &["vertex_ai"]),
    ("aws", &["bedrock", "bedrock_converse"]),
    ("cohere", &["cohere_chat"]),
    ("mistral", &["mistralai"]),
    ("codestral", &["text-completion-codestral"]),
    ("xai", &["x-ai"]),
    ("moonshot", &["moonshotai"]),
    ("together", &["together_ai"]),
    ("fireworks", &["fireworks_ai"]),
    ("azure", &["azure_text"]),
    ("meta", &["meta_llama"]),
];

/// Vendors that serve llms of their own making.
pub const FIRST_PARTY: [&str; 15] = [
    "openai",
    "anthropic",
    "google",
    "mistral",
    "xai",
    "deepseek",
    "cohere",
    "moonshot",
    "dashscope",
    "zai",
    "minimax",
    "perplexity",
    "ai21",
    "amazon-nova",
    "meta",
];

/// The id of a vendor.
pub fn vendor_of(name: &str) -> String {
    // `vertex_ai-language-models` and its like are shelves of one vendor.
    let whole = match name.split_once('-') {
        Some((vendor @ ("vertex_ai" | "fireworks_ai"), _)) => vendor,
        _ => name,
    };
    let known = ALIASES.iter().find(|(_, others)| others.contains(&whole));
    known.map_or_else(|| super::entry::id_of(whole), |(id, _)| (*id).to_owned())
}

/// Whether a vendor is among those wanted: by id, by a catalog's name for it, or by the word `first-party`.
pub fn is_wanted(vendor: &str, wanted: &[String]) -> bool {
    let means = |word: &String| {
        (word == "first-party" && FIRST_PARTY.contains(&vendor))
            || word == vendor
            || vendor_of(word) == vendor
    };
    wanted.is_empty() || wanted.iter().any(means)
}

/// The name of an llm without the vendor before it: `gemini/gemini-2.5-pro` of `gemini` is `gemini-2.5-pro`.
pub(super) fn without_vendor<'a>(name: &'a str, provider: &str) -> &'a str {
    match name.split_once('/') {
        Some((first, rest)) if !rest.is_empty() && vendor_of(first) == vendor_of(provider) => rest,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_wanted, vendor_of, without_vendor};

    #[test]
    fn one_vendor_has_one_id() {
        for (name, id) in [
            ("gemini", "google"),
            ("x-ai", "xai"),
            ("vertex_ai-anthropic_models", "vertex"),
            ("fireworks_ai-embedding-models", "fireworks"),
            ("huggingface_fireworks-ai", "huggingface-fireworks-ai"),
            ("lambda_ai", "lambda-ai"),
        ] {
            assert_eq!(vendor_of(name), id);
        }
        assert_eq!(without_vendor("gemini/gemini-2.5-pro", "gemini"), "gemini-2.5-pro");
        assert_eq!(without_vendor("fireworks_ai/a/b", "fireworks_ai-embedding-models"), "a/b");
        assert_eq!(without_vendor("us/gpt-4o", "azure"), "us/gpt-4o");
        assert!(is_wanted("xai", &["first-party".into()]) && !is_wanted("aws", &["first-party".into()]));
        assert!(is_wanted("google", &["gemini".into()]) && is_wanted("google", &[]));
    }
}
