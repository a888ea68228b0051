//! A traffic resolved: places of its monthly requests and of its lengths.

use std::sync::Arc;

use super::language::{Lack, english_tokens};
use super::season::Season;
use super::{Agent, Amount, Earns, Factors, Lengths, LoadCurve, Measure, People, Requests, Traffic};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::Reference;
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;

/// One stream of requests in the world.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Requests of the month.
    pub requests: Slot,
    /// Users before growth, season, noise and customers, where the traffic has users.
    pub users: Option<Slot>,
    /// Users of the month, where the traffic pays by users or these come from a tier.
    pub everybody: Option<Slot>,
    /// What multiplies users and requests alike.
    pub factors: Vec<Slot>,
    /// Keys that move the requests, those of the traffic that this is a share of included, and where they stand.
    pub moving: Vec<(&'static str, Span)>,
    /// llm calls per request, retries included.
    pub calls: Slot,
    /// Tokens in, per call, as counted; of a text those that it would take in English with the reference tokenizer.
    pub input_tokens: Slot,
    /// Tokens out, per call, counted in the same way.
    pub output_tokens: Slot,
    /// Tokens of reasoning, per call, as counted.
    pub reasoning_tokens: Option<Slot>,
    /// Part of the input that repeats.
    pub cacheable: Option<Slot>,
    /// Share of requests that can wait for a day.
    pub can_wait: Option<Slot>,
    /// The price of a request that nobody serves.
    pub shed_cost: Option<Slot>,
    /// What it earns.
    pub earns: Option<Earns>,
    /// How load spreads over the hours.
    pub curve: Arc<LoadCurve>,
}

impl Stream {
    /// Resolves a traffic; `of` is the stream that it is a share of, if it is one, and `people` are the users of tiers.
    pub fn resolve(
        traffic: &Traffic,
        of: Option<&Stream>,
        people: &People,
        lookup: &mut dyn Lookup,
    ) -> Option<Self> {
        if let (Some(name), Some(of)) = (traffic.requests.share_of(), of) {
            warn_of_twice(traffic, name, of, lookup);
        }
        let (base, users) = base(&traffic.requests, of, people, lookup)?;
        let factors = factors(&traffic.factors, lookup)?;
        let requests = factors.iter().fold(base, |product, factor| lookup.times(product, *factor));
        let inherited = of.into_iter().flat_map(|of| &of.moving);
        // Where nobody asks for them, they cost nothing.
        let asked = traffic.revenue.is_some() || traffic.requests.tier().is_some();
        let everybody = users
            .filter(|_| asked)
            .map(|users| factors.iter().fold(users, |all, factor| lookup.times(all, *factor)));
        let earns = match &traffic.revenue {
            None => None,
            Some(revenue) => {
                let tokens = |lookup: &mut dyn Lookup| tokens_per_request(traffic, lookup);
                Some(revenue.resolve(traffic, everybody, tokens, lookup)?)
            }
        };
        let calls = calls(&traffic.agent, lookup);
        let (input, output, reasoning) = lengths(traffic, lookup)?;
        Some(Self {
            requests,
            users,
            everybody,
            factors,
            moving: traffic.factors.moving.iter().chain(inherited).copied().collect(),
            calls,
            input_tokens: input,
            output_tokens: output,
            reasoning_tokens: reasoning,
            cacheable: traffic.cacheable.as_ref().map(|share| lookup.number(share)),
            can_wait: traffic.can_wait.as_ref().map(|share| lookup.number(share)),
            shed_cost: traffic.shed_cost.as_ref().map(|cost| lookup.number(cost)),
            earns,
            curve: Arc::new(LoadCurve::new(&traffic.week, traffic.hourly_noise)),
        })
    }
}

/// Requests of a month before the traffic's own factors, and the users who make them.
fn base(
    requests: &Requests,
    of: Option<&Stream>,
    people: &People,
    lookup: &mut dyn Lookup,
) -> Option<(Slot, Option<Slot>)> {
    match requests {
        Requests::Direct(Amount::Own(path)) => Some((lookup.per_month(path)?, None)),
        // People have tiers, requests have none.
        Requests::Direct(Amount::Tier(_)) => None,
        Requests::Direct(Amount::ShareOf(_, share)) => {
            let (whole, share) = (of?.requests, lookup.number(share));
            Some((lookup.times(whole, share), None))
        }
        Requests::Users(amount, per_user) => {
            let users = match amount {
                Amount::Own(users) => lookup.path(users)?,
                Amount::Tier(tier) => people.of(tier, lookup)?,
                Amount::ShareOf(name, share) => {
                    let whole = finished_users(name, of?, lookup)?;
                    let share = lookup.number(share);
                    lookup.times(whole, share)
                }
            };
            let per_user = lookup.per_month(per_user)?;
            Some((lookup.times(users, per_user), Some(users)))
        }
    }
}

/// The users of a stream in a month, with its growth and season.
fn finished_users(name: &Reference, of: &Stream, lookup: &mut dyn Lookup) -> Option<Slot> {
    let Some(users) = of.users else {
        let message = format!("`{}` says its requests, not its users", name.id);
        lookup.refuse(
            Diagnostic::error("no-users", name.span, message)
                .label("a share of its users is asked for")
                .help(format!("write `requests = {{ share_of = … }}`, or give `{}` `users`", name.id)),
        );
        return None;
    };
    Some(of.factors.iter().fold(users, |product, factor| lookup.times(product, *factor)))
}

/// Growth, noise, customers and season, in this order.
fn factors(said: &Factors, lookup: &mut dyn Lookup) -> Option<Vec<Slot>> {
    let mut factors = Vec::new();
    for factor in [&said.growth, &said.noise, &said.customers].into_iter().flatten() {
        factors.push(lookup.path(factor)?);
    }
    if said.season.iter().any(|factor| (factor - 1.0).abs() > 0.0) {
        factors.push(lookup.monthly("season", &[], Box::new(Season(said.season))));
    }
    Some(factors)
}

/// Tokens of a request, in and out, as the traffic counts them.
fn tokens_per_request(traffic: &Traffic, lookup: &mut dyn Lookup) -> Option<Slot> {
    let calls = calls(&traffic.agent, lookup);
    let (input, output, _) = lengths(traffic, lookup)?;
    let each = lookup.plus(input, output);
    Some(lookup.times(calls, each))
}

fn calls(agent: &Agent, lookup: &mut dyn Lookup) -> Slot {
    let [calls, fan_out, retries] =
        [&agent.calls, &agent.fan_out, &agent.retries].map(|number| lookup.number(number));
    lookup.derive(
        "llm calls per request",
        &[calls, fan_out, retries],
        Box::new(move |values, out| {
            for i in 0..LANES {
                out[i] = values[calls][i] * values[fan_out][i] * (1.0 + values[retries][i]);
            }
        }),
    )
}

/// Tokens in and out of a call, and those it reasons with.
fn lengths(traffic: &Traffic, lookup: &mut dyn Lookup) -> Option<(Slot, Slot, Option<Slot>)> {
    let input = tokens(traffic, &traffic.input, lookup)?;
    let output = tokens(traffic, &traffic.output, lookup)?;
    let reasoning = traffic.reasoning.as_ref().map(|of| lookup.number(&of.mean));
    let Some(growth) = &traffic.length_growth else { return Some((input, output, reasoning)) };
    let longer = lookup.path(growth)?;
    let reasoning = reasoning.map(|tokens| lookup.times(tokens, longer));
    Some((lookup.times(input, longer), lookup.times(output, longer), reasoning))
}

/// A length in tokens, as counted, or as a text would have them in English.
fn tokens(traffic: &Traffic, lengths: &Lengths, lookup: &mut dyn Lookup) -> Option<Slot> {
    let length = lookup.number(&lengths.mean);
    if lengths.measure == Measure::Tokens {
        return Some(length);
    }
    match english_tokens(lookup, &traffic.speech.languages, lengths.measure) {
        Ok(each) => Some(lookup.times(length, each)),
        Err(lack) => {
            lookup.refuse(lack.of_text(lengths));
            None
        }
    }
}

impl Lack {
    /// The mistake of a text whose length nothing converts.
    fn of_text(&self, lengths: &Lengths) -> Diagnostic {
        let (Self::Factor(language) | Self::Length(language, _)) = self;
        let key = lengths.measure.key().unwrap_or("tokens");
        let message = format!("how many {key} of `{}` a token holds is not known", language.id);
        let mistake = Diagnostic::error("no-text-length", language.span, message)
            .label(format!("needs `{key}` of `[language.{}]`", language.id))
            .related(lengths.mean.origin.span, "a text of this length");
        if lengths.measure == Measure::Words {
            return mistake.help("give the text in characters, or the words of that language if it has any");
        }
        mistake.help(
            "languages with measured lengths: `use = [\"builtin:llms/tokenizers.toml\"]`; of another one count the \
             characters of a text that takes 1 token in English with o200k",
        )
    }
}

/// A share has the growth, season, noise and customers of the whole already; most likely `like` copied them.
fn warn_of_twice(traffic: &Traffic, name: &Reference, of: &Stream, lookup: &mut dyn Lookup) {
    for (key, span) in &traffic.factors.moving {
        let Some((_, first)) = of.moving.iter().find(|(other, _)| other == key) else { continue };
        let message = format!(
            "`{}` has {key} of its own on top of that of `{}`, of which it is a share",
            traffic.origin.address, name.id
        );
        let mut warning = Diagnostic::warning("moves-twice", name.span, message)
            .label("a share moves with the whole already")
            .help(format!("let only one of the two say `{key}`, unless the share itself moves"))
            .related(*first, "the first");
        if first != span {
            warning = warning.related(*span, "the second");
        }
        lookup.refuse(warning);
    }
}
