//! What levers do to the work of a stream.

use super::BySize;
use super::length::Lengths;
use crate::document::Reference;
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;

/// The effects of all levers of a strategy on one stream, and on what serves it; absent means no effect.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// What trimming leaves of the input.
    pub input_left: Option<Slot>,
    /// How answers are cut.
    pub cap: Option<Cap>,
    /// Caches of whole answers, in the order in which they are asked.
    pub answered: Vec<Answered>,
    /// To whom parts of the stream go before anybody else is asked, in this order.
    pub led: Vec<Led>,
    /// Share of the cacheable input that is found in a prefix cache.
    pub cache_hits: Option<Hits>,
    /// Whether that share falls with the share of the stream that somebody gets.
    pub cache_splits: bool,
    /// The share of the stream that somebody gets, where that cools the cache.
    pub cache_share: Option<Slot>,
    /// Hours that what is written to the cache should last.
    pub cache_lasts: Option<f64>,
    /// The share of the requests that can wait which is sent as a batch.
    pub batched: Option<Slot>,
    /// What a replica serves, over what it served before.
    pub throughput: Option<Slot>,
    /// How much faster output is written.
    pub decoding: Option<Faster>,
    /// Factor on a vendor's prices.
    pub price: Option<Slot>,
    /// What changes scores: an evaluation, and the change in the month.
    pub quality: Vec<(String, Slot)>,
}

/// How many times as fast as before something goes.
#[derive(Clone, Copy, Debug)]
pub struct Faster {
    /// The factor.
    pub factor: Slot,
    /// Its least and its largest value, or near enough to them that a table may end there.
    pub range: [f64; 2],
}

/// How many calls find their prefix in a cache.
#[derive(Clone, Debug)]
pub enum Hits {
    /// So large a share.
    Share(Slot),
    /// As many as follow another call with the same prefix soon enough.
    Reuse {
        /// Prefixes that calls share, all of them equally often.
        prefixes: Slot,
        /// Hours for which a prefix stays after it was last used.
        lasts: f64,
        /// Prefixes that the cache holds at once; all if absent.
        holds: Option<Slot>,
        /// How much of it there is already.
        progress: Option<Slot>,
    },
    /// As many as a log says of a cache of this size. With more calls, from more users like those of the log, as much more is
    /// used between two uses of the same prefix.
    Measured {
        /// What a cache of a size finds at the rate of the log.
        found: BySize,
        /// Tokens that the cache holds.
        size: Slot,
        /// Calls per hour in the log.
        calls_per_hour: f64,
        /// How much of it there is already.
        progress: Option<Slot>,
    },
}

/// Answers are cut at a length, and some of those that were cut are asked for again.
#[derive(Clone, Copy, Debug)]
pub struct Cap {
    /// The longest answer in tokens, as the traffic counts them.
    pub tokens: Slot,
    /// The share of the answers cut that is asked for once more.
    pub retries: Slot,
    /// How much of it there is already.
    pub progress: Option<Slot>,
}

/// A cache of whole answers: what it finds asks no llm.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The lever.
    pub id: String,
    /// The share of the requests reaching it that it answers.
    pub hits: Slot,
    /// What looking up one request costs, and the share of the requests reaching it that are looked up.
    pub lookup: Option<(Slot, Option<Slot>)>,
}

/// A part of a stream that somebody is asked for first.
#[derive(Clone, Debug)]
pub struct Led {
    /// The lever.
    pub id: String,
    /// A supply, or `vendor/llm`.
    pub to: Reference,
    /// The share of the requests reaching it; all if absent.
    pub share: Option<Slot>,
    /// The share of those it serves that go on all the same, to who would have served them.
    pub escalates: Option<Slot>,
}

impl Cap {
    /// What a cap leaves of the tokens of an answer, and calls made for one: `E[min(X, cap)] / E[X]`, and
    /// `1 + retries · P(X > cap)`. A call made again is a call as any other, and is not made a third time.
    pub(crate) fn cut(self, lengths: &Lengths, mean: Slot, lookup: &mut dyn Lookup) -> [Slot; 2] {
        let differ = lengths.differ_in_output();
        let Self { tokens, retries, progress } = self;
        let of = differ.clone();
        let left = lookup.derive(
            "what a cap leaves of an answer",
            &[tokens, mean],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    let times = v[tokens][i] / v[mean][i];
                    out[i] = if v[mean][i] > 0.0 { of.capped(times) } else { 1.0 };
                }
            }),
        );
        let calls = lookup.derive(
            "calls for an answer with a cap",
            &[tokens, mean, retries],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    let longer =
                        if v[mean][i] > 0.0 { differ.longer(v[tokens][i] / v[mean][i]) } else { 0.0 };
                    out[i] = 1.0 + v[retries][i] * longer;
                }
            }),
        );
        [left, calls].map(|factor| introduced(factor, progress, lookup))
    }
}

/// A factor of which some part is there already: 1 before, whole in the end.
pub(crate) fn introduced(factor: Slot, progress: Option<Slot>, lookup: &mut dyn Lookup) -> Slot {
    let Some(progress) = progress else { return factor };
    lookup.derive(
        "factor so far",
        &[factor, progress],
        Box::new(move |v, out| {
            for i in 0..LANES {
                out[i] = 1.0 + v[progress][i] * (v[factor][i] - 1.0);
            }
        }),
    )
}

/// What a share leaves.
pub(crate) fn rest(share: Slot, lookup: &mut dyn Lookup) -> Slot {
    lookup.derive(
        "the rest",
        &[share],
        Box::new(move |v, out| {
            for i in 0..LANES {
                out[i] = 1.0 - v[share][i];
            }
        }),
    )
}
