//! `[traffic.<id>]`: a stream of requests as a scenario states it.

use std::sync::Arc;

use super::arrivals::{Factors, GrowthOf, Requests};
use super::length::{Lengths, LengthsOf, Measure, read_either};
use super::revenue::{Revenue, RevenueOf};
use super::speech::Speech;
use super::week::WeekOf;
use crate::calendar::AVERAGE_MONTH_HOURS;
use crate::diagnostic::Span;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{ListOf, MapOf, Origin, Reader, TableOf, Text, Title, TitleOf};
use crate::process::Path;
use crate::units;

/// The keys of what goes in, in tokens or as text; a later layer of a scenario that says one replaces the other.
pub const INPUT: [&str; 2] = ["input_tokens", "input_text"];
/// The same of what comes out.
pub const OUTPUT: [&str; 2] = ["output_tokens", "output_text"];

/// What arrives, how long it is, when, and where it may be processed.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// What people call it.
    pub title: Option<Title>,
    /// How much arrives.
    pub requests: Requests,
    /// What multiplies it from month to month.
    pub factors: Factors,
    /// Shape of the week: its 168 hours from Monday 00:00 in the scenario's zone; only their proportions count.
    pub week: Arc<[f64]>,
    /// Standard deviation of an hour's logarithm around the profile.
    pub hourly_noise: f64,
    /// What goes in, per llm call, the cacheable part included.
    pub input: Lengths,
    /// What comes out, per llm call.
    pub output: Lengths,
    /// What the llm reasons, per llm call, seen by nobody and billed: always in tokens.
    pub reasoning: Option<Lengths>,
    /// A factor on all three: requests get longer.
    pub length_growth: Option<Path>,
    /// Part of the input that repeats.
    pub cacheable: Option<Number>,
    /// llm calls that a request becomes.
    pub agent: Agent,
    /// Share of requests that can wait for a day.
    pub can_wait: Option<Number>,
    /// Its languages, and how its tokens were counted.
    pub speech: Speech,
    /// Where it may be processed; anywhere if absent.
    pub stays_in: Option<Vec<String>>,
    /// The least score that an llm must have, by evaluation.
    pub needs_quality: Vec<(String, Number)>,
    /// What it earns.
    pub revenue: Option<Revenue>,
    /// Latency targets in seconds.
    pub targets: Targets,
    /// The price of a request that nobody serves.
    pub shed_cost: Option<Number>,
    /// Name and place.
    pub origin: Origin,
}

/// Latency targets; `None` means no target.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Targets {
    /// Time to the first token, in hours.
    pub ttft_hours: Option<f64>,
    /// Time per further token, in hours.
    pub tpot_hours: Option<f64>,
}

/// llm calls per request: `calls · fan_out · (1 + retries)`.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Steps, one after the other.
    pub calls: Number,
    /// Calls of one step, side by side.
    pub fan_out: Number,
    /// Share of calls made again.
    pub retries: Number,
}

impl Traffic {
    /// Where a length stands that is given as text, if one is.
    pub fn text(&self) -> Option<Span> {
        let text = [&self.input, &self.output].into_iter().find(|one| one.measure != Measure::Tokens);
        text.map(|lengths| lengths.mean.origin.span)
    }

    /// Reads `[traffic.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let requests = Requests::read(t);
        let factors = Factors::read(t);
        let week = t.or("week", "flat", WeekOf, "shape of the week in the scenario's zone");
        let hourly_noise =
            t.or("hourly_noise", "0.2", QuantityOf(&units::FACTOR), "log sd of an hour around its profile");
        let (input, output) = (read_input(t), read_output(t));
        let reasoning = read_reasoning(t);
        let longer =
            t.optional("length_growth", GrowthOf, "requests get longer: a rate, or a path that is a factor");
        let cacheable = t.optional("cacheable", NumberOf(&units::SHARE), "part of input_tokens that repeats");
        let agent = t.or("agent", "{}", TableOf(read_agent), "llm calls that a request becomes");
        let can_wait = t.optional(
            "can_wait",
            TableOf(read_can_wait),
            "the part that may wait for a day: batch or a trough",
        );
        let speech = Speech::read(t);
        let stays_in =
            t.optional("stays_in", ListOf(Text("a region")), "gate: regions where it may be processed");
        let (needs, revenue) = (read_needs(t), read_revenue(t));
        let targets = t.or(
            "targets",
            "{}",
            TableOf(read_targets),
            "latency targets; they bound the batch of a replica",
        );
        let shed_cost = t.optional(
            "shed_cost",
            NumberOf(&units::MONEY_PER_REQUEST),
            "the price of not serving a request",
        );
        let (input, output, reasoning, speech) = (input?, output?, reasoning?, speech?);
        speech.check(t, &[Some(&input), Some(&output), reasoning.as_ref()])?;
        Some(Self {
            title: title?,
            requests: requests?,
            factors: factors?,
            week: week?,
            hourly_noise: hourly_noise?.value,
            input,
            output,
            reasoning,
            length_growth: longer?.map(|growth| growth.path),
            cacheable: cacheable?,
            agent: agent?,
            can_wait: can_wait?,
            speech,
            stays_in: stays_in?,
            needs_quality: needs?,
            revenue: revenue?,
            targets: targets?,
            shed_cost: shed_cost?,
            origin: t.place()?.origin(),
        })
    }
}

fn read_input(t: &mut Reader) -> Option<Lengths> {
    let meanings = [
        "tokens in per llm call, the cacheable part included",
        "the same as text, in characters or words: it becomes tokens by the tokenizer of the llm that serves",
    ];
    read_either(t, INPUT, meanings)
}

fn read_output(t: &mut Reader) -> Option<Lengths> {
    let meanings = ["tokens out per llm call", "the same as text, in characters or words"];
    read_either(t, OUTPUT, meanings)
}

#[allow(clippy::option_option, reason = "absent and wrong are different")]
fn read_reasoning(t: &mut Reader) -> Option<Option<Lengths>> {
    t.optional(
        "reasoning_tokens",
        LengthsOf,
        "tokens per llm call that the llm reasons with: not part of output_tokens, and billed",
    )
}

fn read_needs(t: &mut Reader) -> Option<Vec<(String, Number)>> {
    let needs = t.or(
        "needs_quality",
        "{}",
        MapOf("evaluation", NumberOf(&units::SHARE)),
        "gate: the least score of the llm, by evaluation, in each path and month; below it the next entry serves",
    );
    Some(needs?.into_iter().map(|(evaluation, least)| (evaluation.id, least)).collect())
}

#[allow(clippy::option_option, reason = "absent and wrong are different")]
fn read_revenue(t: &mut Reader) -> Option<Option<Revenue>> {
    t.optional(
        "revenue",
        RevenueOf,
        "what it earns: money per request served, per user or seat and time, or per time; no cost, shown beside it",
    )
}

fn read_agent(t: &mut Reader) -> Option<Agent> {
    let calls = t.or("calls", "1", NumberOf(&units::FACTOR), "llm calls per request, one after the other");
    let fan_out = t.or("fan_out", "1", NumberOf(&units::FACTOR), "calls side by side in place of each");
    let retries = t.or("retries", "0", NumberOf(&units::FACTOR), "share of calls made again");
    Some(Agent { calls: calls?, fan_out: fan_out?, retries: retries? })
}

fn read_can_wait(t: &mut Reader) -> Option<Number> {
    let share = t.required("share", NumberOf(&units::SHARE), "the part that may wait");
    let up_to = t.required("up_to", QuantityOf(&units::DURATION), "how long it may wait: at least a day");
    let hours = match up_to.as_ref()?.unit.period {
        Some(period) if period.is_clock() => up_to?.value,
        _ => up_to?.value * AVERAGE_MONTH_HOURS,
    };
    if hours < 24.0 {
        let help = "leave `can_wait` out: what waits less than a day is served with the rest";
        t.refuse(
            "up_to",
            "short-wait",
            "work that waits less than a day cannot be moved into the night",
            help,
        );
        return None;
    }
    share
}

fn read_targets(t: &mut Reader) -> Option<Targets> {
    let ttft = t.optional("ttft", TableOf(read_target), "time to the first token");
    let tpot = t.optional("tpot", TableOf(read_target), "time per further token");
    Some(Targets { ttft_hours: ttft?, tpot_hours: tpot? })
}

fn read_target(t: &mut Reader) -> Option<f64> {
    let p90 = t.required("p90", QuantityOf(&units::LATENCY), "met by 90 % of requests");
    Some(p90?.value)
}
