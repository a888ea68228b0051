//! A traffic resolved: places of its monthly requests and of its lengths.

use std::sync::Arc;

use super::season::Season;
use super::{LoadCurve, Requests, Traffic};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;

/// One stream of requests in the world.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Requests of the month.
    pub requests: Slot,
    /// llm calls per request, retries included.
    pub calls: Slot,
    /// Tokens in, per call, as counted.
    pub input_tokens: Slot,
    /// Tokens out, per call, as counted.
    pub output_tokens: Slot,
    /// Tokens of reasoning, per call, as counted.
    pub reasoning_tokens: Option<Slot>,
    /// Part of the input that repeats.
    pub cacheable: Option<Slot>,
    /// Share of requests that can wait for a day.
    pub can_wait: Option<Slot>,
    /// The price of a request that nobody serves.
    pub shed_cost: Option<Slot>,
    /// How load spreads over the hours.
    pub curve: Arc<LoadCurve>,
}

impl Stream {
    /// Resolves a traffic; `of` is the stream that it is a share of, if it is one.
    pub fn resolve(traffic: &Traffic, of: Option<&Stream>, lookup: &mut dyn Lookup) -> Option<Self> {
        let base = match (&traffic.requests, of) {
            (Requests::Direct(path), _) => lookup.per_month(path)?,
            (Requests::Users(users, per_user), _) => {
                let (users, per_user) = (lookup.path(users)?, lookup.per_month(per_user)?);
                lookup.times(users, per_user)
            }
            (Requests::ShareOf(_, share), Some(stream)) => {
                let share = lookup.number(share);
                lookup.times(stream.requests, share)
            }
            (Requests::ShareOf(..), None) => return None,
        };
        let mut requests = base;
        for factor in [&traffic.growth, &traffic.noise].into_iter().flatten() {
            let factor = lookup.path(factor)?;
            requests = lookup.times(requests, factor);
        }
        if traffic.season.iter().any(|factor| (factor - 1.0).abs() > 0.0) {
            let season = lookup.monthly("season", &[], Box::new(Season(traffic.season)));
            requests = lookup.times(requests, season);
        }
        let (calls, retries) = (lookup.number(&traffic.calls), lookup.number(&traffic.retries));
        let calls = lookup.derive(
            "llm calls per request",
            &[calls, retries],
            Box::new(move |values, out| {
                for i in 0..LANES {
                    out[i] = values[calls][i] * (1.0 + values[retries][i]);
                }
            }),
        );
        Some(Self {
            requests,
            calls,
            input_tokens: lookup.number(&traffic.input_tokens.mean),
            output_tokens: lookup.number(&traffic.output_tokens.mean),
            reasoning_tokens: traffic.reasoning_tokens.as_ref().map(|of| lookup.number(&of.mean)),
            cacheable: traffic.cacheable.as_ref().map(|share| lookup.number(share)),
            can_wait: traffic.can_wait.as_ref().map(|share| lookup.number(share)),
            shed_cost: traffic.shed_cost.as_ref().map(|cost| lookup.number(cost)),
            curve: Arc::new(LoadCurve::new(&traffic.week.hours(), traffic.hourly_noise)),
        })
    }
}
