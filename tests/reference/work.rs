//! Requests, and the tokens that they are for the llm that serves them.

use tokencast::demand::{Amount, Lengths, Measure, Requests, Traffic};
use tokencast::document::Reference;
use tokencast::scenario::Strategy;

use crate::book::Now;
use crate::levers::{batched, capped, firsts, hit_rate, lever_on, trimmed, unanswered};

/// Requests of a month.
pub(crate) fn requests(now: &Now, stream: usize) -> f64 {
    match &now.book.scenario.traffics[stream].1.requests {
        Requests::Direct(amount) => {
            let base = match amount {
                Amount::Own(path) => now.per_month(&path.origin().address),
                Amount::Tier(tier) => panic!("this evaluator does not know tiers: `{}`", tier.id),
                Amount::ShareOf(other, share) => {
                    requests(now, place_of(now, &other.id)) * now.raw(&share.origin.address)
                }
            };
            base * factors(now, stream)
        }
        Requests::Users(_, each) => users(now, stream) * now.per_month(&each.origin().address),
    }
}

/// Users of a month; a traffic that is a share of them has growth, season and noise of the whole.
fn users(now: &Now, stream: usize) -> f64 {
    let (id, traffic) = &now.book.scenario.traffics[stream];
    let Requests::Users(amount, _) = &traffic.requests else { panic!("{} has no users", id.id) };
    let base = match amount {
        Amount::Own(path) => now.value(&path.origin().address),
        Amount::Tier(tier) => panic!("this evaluator does not know tiers: `{}`", tier.id),
        Amount::ShareOf(other, share) => {
            users(now, place_of(now, &other.id)) * now.raw(&share.origin.address)
        }
    };
    base * factors(now, stream)
}

fn place_of(now: &Now, id: &str) -> usize {
    now.book.scenario.traffics.iter().position(|(found, _)| found.id == id).unwrap()
}

/// What multiplies requests and users from month to month.
fn factors(now: &Now, stream: usize) -> f64 {
    let factors = &now.book.scenario.traffics[stream].1.factors;
    let moving = [&factors.growth, &factors.noise, &factors.customers].into_iter().flatten();
    let season = factors.season[usize::from(now.month.label.month()) - 1];
    moving.map(|path| now.raw(&path.origin().address)).product::<f64>() * season
}

/// The work of one request.
pub(crate) struct Work {
    /// llm calls.
    pub(crate) calls: f64,
    /// Tokens of a call.
    pub(crate) input: f64,
    /// Of the answer, and of the reasoning before it.
    pub(crate) output: f64,
    pub(crate) reasoning: f64,
    /// The share of the input that repeats, and how many hours a cache should keep it.
    pub(crate) repeats: f64,
    pub(crate) lasts: Option<f64>,
    /// Shares of the input that are read from a prefix cache and written to it.
    pub(crate) cached: Option<(f64, f64)>,
    /// Share of the requests that can wait.
    pub(crate) waits: f64,
}

/// The work of a stream for an llm that counts with this tokenizer, in the hands of somebody who may get a share of it only.
pub(crate) fn work(
    now: &Now,
    strategy: &Strategy,
    by: &str,
    stream: usize,
    tokenizer: Option<&Reference>,
) -> Work {
    let (id, traffic) = &now.book.scenario.traffics[stream];
    let at = format!("traffic.{}", id.id);
    let counted = token_ratio(now, traffic, tokenizer);
    let ratio = |lengths: &Lengths| if lengths.measure == Measure::Tokens { counted } else { 1.0 };
    let lever = lever_on(now, strategy, "prefix_cache", &id.id);
    // A cache is colder where others get a share of the stream as well.
    let cold = |lever: &str| now.book.text(&format!("{lever}.split")) != Some("warm");
    let share = |lever: &str| if cold(lever) { planned_share(now, strategy, by, &id.id) } else { 1.0 };
    // A stated rate falls with the share of the stream; one that follows from reuse, with the calls that are left.
    let found = |at: &str, calls: f64| {
        if now.book.has(&format!("{at}.hit_rate")) {
            return hit_rate(now, at, f64::NAN) * share(at);
        }
        hit_rate(now, at, requests(now, stream) * calls * unanswered(now, strategy, &id.id) * share(at))
    };
    let cacheable = now.said(&format!("{at}.cacheable"));
    let agent = [&traffic.agent.calls, &traffic.agent.fan_out, &traffic.agent.retries];
    let [calls, fan_out, retries] = agent.map(|number| now.raw(&number.origin.address));
    let waits = traffic.can_wait.as_ref().map_or(0.0, |share| now.raw(&share.origin.address));
    let longer = traffic.length_growth.as_ref().map_or(1.0, |path| now.raw(&path.origin().address));
    let input = tokens(now, traffic, &traffic.input, tokenizer) * longer;
    let output = tokens(now, traffic, &traffic.output, tokenizer) * longer;
    let (left, again) = capped(now, strategy, &id.id, traffic, output);
    let calls = calls * fan_out * (1.0 + retries) * again;
    let hit_rate = lever.as_ref().map(|at| found(at, calls));
    Work {
        calls,
        input: input * trimmed(now, strategy, &id.id) * ratio(&traffic.input),
        output: output * left * ratio(&traffic.output),
        reasoning: traffic
            .reasoning
            .as_ref()
            .map_or(0.0, |lengths| now.raw(&lengths.mean.origin.address) * longer * ratio(lengths)),
        repeats: cacheable.unwrap_or(0.0),
        lasts: lever.and_then(|lever| now.book.hours(&format!("{lever}.lasts"))),
        cached: cacheable.zip(hit_rate).map(|(c, hits)| (c * hits, c - c * hits)),
        waits: waits * batched(now, strategy, by, &id.id).unwrap_or(1.0),
    }
}

/// The share of a stream that somebody is planned to get; all where it takes what is left and nobody has a share before.
fn planned_share(now: &Now, strategy: &Strategy, by: &str, traffic: &str) -> f64 {
    let (firsts, behind) = firsts(now, strategy, traffic);
    match firsts.iter().find(|first| first.by == by) {
        Some(first) => first.share,
        None => behind * share_of_entries(now, strategy, by, traffic),
    }
}

/// The same of what is left for the entries of `serve`.
fn share_of_entries(now: &Now, strategy: &Strategy, by: &str, traffic: &str) -> f64 {
    let (mut own, mut others) = (None, 0.0);
    for serve in strategy.serve.iter().filter(|serve| serve.traffic.iter().any(|one| one.id == traffic)) {
        let is_own = serve.by.id == by;
        match &serve.share {
            None if is_own => return 1.0 - others,
            None => break,
            Some(share) => {
                let share = now.raw(&share.origin().address);
                if is_own { *own.get_or_insert(0.0) += share } else { others += share }
            }
        }
    }
    own.unwrap_or(1.0)
}

/// Tokens of a length: as counted, or those of its text for a tokenizer, language by language; without one, those that the
/// text would be in English.
fn tokens(now: &Now, traffic: &Traffic, lengths: &Lengths, tokenizer: Option<&Reference>) -> f64 {
    let length = now.raw(&lengths.mean.origin.address);
    let Some(key) = lengths.measure.key() else { return length };
    let of = |language: &str, share: f64| {
        let in_english = share * length / now.raw(&format!("language.{language}.{key}"));
        in_english * tokenizer.map_or(1.0, |tokenizer| factor(now, &tokenizer.id, language))
    };
    traffic.speech.languages.iter().map(|spoken| of(&spoken.id.id, spoken.share)).sum()
}

/// Tokens of a text that takes one token in English.
fn factor(now: &Now, tokenizer: &str, language: &str) -> f64 {
    let held = format!("tokenizer.{tokenizer}.characters_per_token.{language}");
    if now.book.has(&held) {
        return now.raw(&format!("language.{language}.characters")) / now.raw(&held);
    }
    now.raw(&format!("tokenizer.{tokenizer}.tokens.{language}"))
}

/// Tokens of the llm for one token as counted: by language.
fn token_ratio(now: &Now, traffic: &Traffic, tokenizer: Option<&Reference>) -> f64 {
    let speech = &traffic.speech;
    let (Some(counted), Some(target)) = (&speech.counted_with, tokenizer) else { return 1.0 };
    if counted.id == target.id && speech.counted_in.is_none() {
        return 1.0;
    }
    let tokens = |tokenizer: &str| -> f64 {
        speech.languages.iter().map(|spoken| spoken.share * factor(now, tokenizer, &spoken.id.id)).sum()
    };
    let counts = match &speech.counted_in {
        Some(spoken) => factor(now, &counted.id, &spoken.id.id),
        None => tokens(&counted.id),
    };
    tokens(&target.id) / counts
}
