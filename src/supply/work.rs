//! The work of one entry of `serve`: a stream's requests as the llm that serves them sees them.

use super::Definitions;
use super::conversion::Ratios;
use crate::demand::{Effects, Hits, Lengths, Measure, Patience, Stream, Targets, Traffic, rest};
use crate::distribution::Number;
use crate::document::Reference;
use crate::lanes::{LANES, Slot};
use crate::math;
use crate::pricing::Tier;
use crate::process::Lookup;

/// One entry of `serve` that a supply stands behind.
#[derive(Clone)]
pub struct Entry<'a> {
    /// The traffic.
    pub traffic: &'a Traffic,
    /// Its stream in the world.
    pub stream: &'a Stream,
    /// What the strategy's levers do to it.
    pub effects: Effects,
    /// Where the supply is named.
    pub by: &'a Reference,
    /// How far the supply may grow for this entry, in replicas.
    pub up_to_replicas: Option<f64>,
    /// The tier of service asked for.
    pub tier: Tier,
    /// How what does not fit waits, if it does.
    pub patience: Option<Patience>,
    /// Share of its input that a try in vain is billed.
    pub billed_in_vain: Option<&'a Number>,
    /// The event of requests that had to wait.
    pub waited: Option<usize>,
    /// The region asked for.
    pub region: Option<&'a Reference>,
}

/// The tokens of a stream, counted with the tokenizer of the llm that serves it.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// llm calls per request.
    pub calls: Slot,
    /// Tokens in, per call.
    pub input: Slot,
    /// Tokens of the answer, per call.
    pub output: Slot,
    /// Tokens of reasoning, per call.
    pub reasoning: Option<Slot>,
    /// All tokens out, per call.
    pub generated: Slot,
    /// Share of the input that a prefix cache holds.
    pub cache_read: Option<Slot>,
    /// Share of the input that is written to it.
    pub cache_write: Option<Slot>,
    /// Share of the requests that can wait.
    pub waits: Option<Slot>,
    /// About how many tokens in there are per call: for choices that are made once.
    pub mean_input: f64,
    /// And about how many tokens out.
    pub mean_output: f64,
    /// Latency targets.
    pub targets: Targets,
}

impl Work {
    /// The work of an entry for an llm with this tokenizer.
    pub fn resolve(
        entry: &Entry,
        tokenizer: Option<&Reference>,
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<Self> {
        let Entry { traffic, stream, .. } = *entry;
        let ratios = Ratios::resolve(entry, tokenizer, all, lookup)?;
        // What levers cut is in the llm's tokens where a text is given, and in those of the traffic where they were counted.
        let as_text = |lengths: &Lengths, tokens: Slot, lookup: &mut dyn Lookup| {
            let ratio = ratios.of(lengths.measure).filter(|_| lengths.measure != Measure::Tokens);
            ratio.map_or(tokens, |ratio| lookup.times(tokens, ratio))
        };
        let as_counted = |lengths: &Lengths, tokens: Slot, lookup: &mut dyn Lookup| {
            let ratio = ratios.of(Measure::Tokens).filter(|_| lengths.measure == Measure::Tokens);
            ratio.map_or(tokens, |ratio| lookup.times(tokens, ratio))
        };
        let mut calls = stream.calls;
        let mut input = as_text(&traffic.input, stream.input_tokens, lookup);
        let mut output = as_text(&traffic.output, stream.output_tokens, lookup);
        if let Some(left) = entry.effects.input_left {
            input = lookup.times(input, left);
        }
        if let Some(cap) = entry.effects.cap {
            let [left, more] = cap.cut(&traffic.output, output, lookup);
            (output, calls) = (lookup.times(output, left), lookup.times(calls, more));
        }
        input = as_counted(&traffic.input, input, lookup);
        output = as_counted(&traffic.output, output, lookup);
        let reasoning = stream.reasoning_tokens.zip(traffic.reasoning.as_ref());
        let reasoning = reasoning.map(|(tokens, lengths)| as_counted(lengths, tokens, lookup));
        let generated = reasoning.map_or(output, |tokens| lookup.plus(output, tokens));
        let mut work = Self {
            calls,
            input,
            output,
            reasoning,
            generated,
            cache_read: None,
            cache_write: None,
            waits: waits(entry, lookup),
            mean_input: ratios.about(&traffic.input),
            mean_output: ratios.about(&traffic.output)
                + traffic.reasoning.as_ref().map_or(0.0, |lengths| ratios.about(lengths)),
            targets: traffic.targets,
        };
        if let (Some(cacheable), Some(hit_rate)) = (stream.cacheable, hit_rate(entry, calls, lookup)) {
            let read = lookup.times(cacheable, hit_rate);
            work.cache_read = Some(read);
            work.cache_write = Some(lookup.derive(
                "written to the cache",
                &[cacheable, read],
                Box::new(move |v, out| {
                    for i in 0..LANES {
                        out[i] = v[cacheable][i] - v[read][i];
                    }
                }),
            ));
        }
        Some(work)
    }
}

/// The share of its requests that wait: of those that can, what a lever moves into a batch where there is one.
fn waits(entry: &Entry, lookup: &mut dyn Lookup) -> Option<Slot> {
    let can_wait = entry.stream.can_wait?;
    let moved = entry.effects.batched.filter(|_| entry.tier == Tier::Batch);
    Some(moved.map_or(can_wait, |share| lookup.times(can_wait, share)))
}

/// The share of cacheable input that is found in a cache.
fn hit_rate(entry: &Entry, calls: Slot, lookup: &mut dyn Lookup) -> Option<Slot> {
    let share = entry.effects.cache_share;
    match entry.effects.cache_hits.as_ref()? {
        Hits::Share(rate) => Some(share.map_or(*rate, |share| lookup.times(*rate, share))),
        Hits::Reuse { prefixes, lasts, holds, progress } => {
            let (prefixes, lasts, holds) = (*prefixes, *lasts, *holds);
            let (reaching, hours) = (reaching(entry, calls, lookup), lookup.hours());
            let inputs: Vec<Slot> = [reaching, hours, prefixes].into_iter().chain(holds).collect();
            let found = lookup.derive(
                "calls that find their prefix",
                &inputs,
                Box::new(move |v, out| {
                    for i in 0..LANES {
                        let prefixes = v[prefixes][i];
                        let again = v[reaching][i] / v[hours][i] * lasts / prefixes;
                        let fits = holds.map_or(1.0, |holds| (v[holds][i] / prefixes).min(1.0));
                        // No prefix to tell apart: all calls share one.
                        out[i] = if prefixes > 0.0 { (-math::exp_m1(-again)).min(fits) } else { 1.0 };
                    }
                }),
            );
            Some(progress.map_or(found, |progress| lookup.times(found, progress)))
        }
        Hits::Measured { found, size, calls_per_hour, progress } => {
            let (found, size, then) = (found.clone(), *size, *calls_per_hour);
            let (reaching, hours) = (reaching(entry, calls, lookup), lookup.hours());
            let rate = lookup.derive(
                "found at the size of the cache",
                &[reaching, hours, size],
                Box::new(move |v, out| {
                    for i in 0..LANES {
                        out[i] = found.at(v[size][i] * then * v[hours][i] / v[reaching][i]);
                    }
                }),
            );
            let rate = progress.map_or(rate, |progress| lookup.times(rate, progress));
            Some(share.map_or(rate, |share| lookup.times(rate, share)))
        }
    }
}

/// The calls of the month that reach whoever keeps the cache.
fn reaching(entry: &Entry, calls: Slot, lookup: &mut dyn Lookup) -> Slot {
    let mut reaching = lookup.times(entry.stream.requests, calls);
    for cache in &entry.effects.answered {
        let misses = rest(cache.hits, lookup);
        reaching = lookup.times(reaching, misses);
    }
    entry.effects.cache_share.map_or(reaching, |share| lookup.times(reaching, share))
}
