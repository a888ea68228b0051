//! Parts that are built in: `use = ["builtin:prices/openai.toml"]` works from any folder, with no file beside it.

/// Prefix of a built-in part.
pub(super) const PREFIX: &str = "builtin:";

/// A built-in part.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Its name behind `builtin:`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! parts {
    ($($name:literal),+ $(,)?) => {
        /// Every built-in part: the shipped files of prices, GPUs and llms.
        pub const PARTS: &[Part] = &[$(Part { name: $name, text: include_str!(concat!("../../scenarios/", $name)) }),+];
    };
}

parts! {
    "gpus/data-sheets.toml",
    "gpus/rental.toml",
    "gpus/servers.toml",
    "gpus/sites.toml",
    "llms/deployments.toml",
    "llms/open-weights.toml",
    "llms/tokenizers.toml",
    "prices/anthropic-2026-03.toml",
    "prices/azure-ptu.toml",
    "prices/cohere-2026-03.toml",
    "prices/dashscope-2026-03.toml",
    "prices/deepseek-2026-03.toml",
    "prices/fx-eur.toml",
    "prices/fx-jpy.toml",
    "prices/google-2026-03.toml",
    "prices/mistral-2026-03.toml",
    "prices/moonshot-2026-03.toml",
    "prices/openai-2026-03.toml",
    "prices/openai.toml",
    "prices/pan-2025.toml",
    "prices/xai-2026-03.toml",
    "prices/zai-2026-03.toml",
}

/// The text of a built-in part, by its whole name.
pub(super) fn text(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix(PREFIX)?;
    PARTS.iter().find(|part| part.name == name).map(|part| part.text)
}

/// The parts that a built-in part uses are built in as well.
pub(super) fn beside(user: &str, path: &str) -> String {
    if user.starts_with(PREFIX) && !path.starts_with(PREFIX) {
        format!("{PREFIX}{path}")
    } else {
        path.to_owned()
    }
}
