//! What one replica can serve under latency targets.

use crate::demand::Targets;
use crate::diagnostic::Diagnostic;
use crate::distribution::QuantityOf;
use crate::document::{ListOf, Plugin, Reader, TableOf};
use crate::units;

/// The evidence for a replica's capacity.
#[derive(Clone, Debug)]
pub enum Capacity {
    /// Latencies measured at several concurrencies, for one pair of lengths.
    Measured {
        /// Tokens in of the benchmark.
        input_tokens: f64,
        /// Tokens out of the benchmark.
        output_tokens: f64,
        /// By rising concurrency.
        points: Vec<MeasuredPoint>,
    },
    /// A stated number of tokens per time, in and out together.
    Stated {
        /// Tokens per hour.
        tokens_per_hour: f64,
    },
}

/// Latencies at one concurrency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredPoint {
    /// Requests in flight.
    pub concurrency: f64,
    /// Time to the first token, in hours.
    pub ttft_hours: f64,
    /// Time per further token, in hours.
    pub tpot_hours: f64,
}

/// The kinds of evidence that a scenario can name.
pub const EVIDENCE: &[Plugin<Capacity>] = &[
    Plugin {
        name: "measured",
        meaning: "time to first token and per token, measured at several concurrencies for one pair of lengths",
        example: "{ measured = { input_tokens = 1024, output_tokens = 1024, points = [\
                  { concurrency = 4, ttft = \"203 ms\", tpot = \"21.47 ms\" }, \
                  { concurrency = 64, ttft = \"730 ms\", tpot = \"37.44 ms\" }] } }",
        read: read_measured,
    },
    Plugin {
        name: "stated",
        meaning: "a stated number of tokens per time, in and out together",
        example: "{ stated = { tokens = \"800 tokens /s\" } }",
        read: read_stated,
    },
];

fn read_measured(t: &mut Reader) -> Option<Capacity> {
    let input = t.required("input_tokens", QuantityOf(&units::TOKENS), "tokens in of the benchmark");
    let output = t.required("output_tokens", QuantityOf(&units::TOKENS), "tokens out of the benchmark");
    let points = t.required("points", ListOf(TableOf(read_point)), "by rising concurrency");
    let (input, output, points) = (input?, output?, points?);
    if input.value == 0.0 {
        let help = "state the lengths that the benchmark ran with";
        t.refuse("input_tokens", "not-positive", "a benchmark without input says nothing of prefill", help);
        return None;
    }
    let rises = |a: &MeasuredPoint, b: &MeasuredPoint| {
        a.concurrency < b.concurrency && a.ttft_hours <= b.ttft_hours && a.tpot_hours <= b.tpot_hours
    };
    if points.len() < 2 || !points.windows(2).all(|pair| rises(&pair[0], &pair[1])) {
        let help = "sort by concurrency, and drop saturated rows: latency never falls as load rises";
        t.refuse(
            "points",
            "points-not-rising",
            "at least two points, rising in concurrency, ttft and tpot",
            help,
        );
        return None;
    }
    Some(Capacity::Measured { input_tokens: input.value, output_tokens: output.value, points })
}

fn read_point(t: &mut Reader) -> Option<MeasuredPoint> {
    let concurrency = t.required("concurrency", QuantityOf(&units::COUNT), "requests in flight");
    let ttft = t.required("ttft", QuantityOf(&units::LATENCY), "time to the first token");
    let tpot = t.required("tpot", QuantityOf(&units::LATENCY), "time per further token");
    let point =
        MeasuredPoint { concurrency: concurrency?.value, ttft_hours: ttft?.value, tpot_hours: tpot?.value };
    if point.concurrency <= 0.0 || point.ttft_hours <= 0.0 || point.tpot_hours <= 0.0 {
        let help = "leave the point out, or measure it again";
        t.refuse("concurrency", "not-positive", "requests in flight and their latencies are above 0", help);
        return None;
    }
    Some(point)
}

fn read_stated(t: &mut Reader) -> Option<Capacity> {
    let tokens =
        t.required("tokens", QuantityOf(&units::TOKENS_PER_TIME), "tokens per time, in and out together")?;
    match tokens.unit.period {
        Some(_) if tokens.value == 0.0 => {
            t.refuse("tokens", "not-positive", "a replica without speed serves nothing", "state its speed");
            None
        }
        Some(period) if period.is_clock() => Some(Capacity::Stated { tokens_per_hour: tokens.value }),
        _ => {
            t.refuse(
                "tokens",
                "calendar-time",
                "a speed counts clock time",
                "write it per second, minute or hour",
            );
            None
        }
    }
}

/// What bounds a replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// Requests in flight.
    pub point: MeasuredPoint,
    /// What stops it from taking more.
    pub by: &'static str,
}

impl Capacity {
    /// The highest concurrency within the targets, between measured points; never beyond them.
    ///
    /// `prefill` is the traffic's input length over the benchmark's: time to the first token scales with it.
    ///
    /// # Errors
    /// No measured concurrency meets the targets.
    pub fn within(&self, targets: Targets, prefill: f64) -> Result<Option<Bound>, Box<Diagnostic>> {
        let Self::Measured { points, .. } = self else { return Ok(None) };
        let fits = |p: &MeasuredPoint| {
            targets.ttft_hours.is_none_or(|most| p.ttft_hours * prefill <= most)
                && targets.tpot_hours.is_none_or(|most| p.tpot_hours <= most)
        };
        let Some(last) = points.iter().rposition(fits) else {
            let message = "no measured concurrency meets the latency targets";
            let help = "relax `targets` of the traffic, or deploy on faster GPUs";
            return Err(Box::new(Diagnostic::error("targets-too-tight", None, message).help(help)));
        };
        let here = points[last];
        let Some(next) = points.get(last + 1) else {
            return Ok(Some(Bound { point: here, by: "the highest concurrency measured" }));
        };
        // Between two points latency is taken as linear in concurrency; the target is met at this share of the way.
        let way = |now: f64, then: f64, most: Option<f64>| {
            most.map_or(1.0, |most| ((most - now) / (then - now)).min(1.0))
        };
        let ttft = way(here.ttft_hours * prefill, next.ttft_hours * prefill, targets.ttft_hours);
        let tpot = way(here.tpot_hours, next.tpot_hours, targets.tpot_hours);
        let share = ttft.min(tpot);
        let between = |a: f64, b: f64| a + share * (b - a);
        let point = MeasuredPoint {
            concurrency: between(here.concurrency, next.concurrency),
            ttft_hours: between(here.ttft_hours, next.ttft_hours),
            tpot_hours: between(here.tpot_hours, next.tpot_hours),
        };
        Ok(Some(Bound { point, by: if ttft < tpot { "ttft" } else { "tpot" } }))
    }
}
