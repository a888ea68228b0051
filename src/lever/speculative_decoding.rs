//! A small llm drafts tokens, and the large one checks several in one step.

use super::Lever;
use super::faster::read_supplies;
use super::terms::{ActsOn, Terms};
use crate::demand::{Effects, Faster};
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader, Reference, Whole};
use crate::lanes::LANES;
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "speculative_decoding",
    meaning: "drafted tokens are checked several at a time, so that output is written faster; input is not read faster",
    example: "{ speculative_decoding = { supplies = [\"tokyo\"], draft_tokens = 4, acceptance = \"60 % to 80 %\", draft_cost = \"2 % to 8 %\" } }",
    read,
};

/// `[lever.<id>.speculative_decoding]`.
///
/// A step with k drafts, each accepted with chance a as long as those before were, writes `(1 − a^(k+1)) / (1 − a)` tokens and
/// takes `1 + k·c` times as long (Leviathan, Kalman, Matias, arXiv 2211.17192, theorem 3.8). So a token takes less time at any load:
/// answers end sooner, and with a target for the time per token more of them may be in flight. In service 1.3 to 2.5 times with few
/// requests at once (secondhand, 2026-11-22); it fades as batches grow, since checking is then no longer free: say so with `draft_cost`,
/// or in the deployment, where the cost of checking follows from the batch.
#[derive(Clone, Debug)]
struct SpeculativeDecoding {
    supplies: Vec<Reference>,
    draft_tokens: u32,
    acceptance: Number,
    draft_cost: Number,
    terms: Terms,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let supplies = read_supplies(t);
    let drafts = t.required("draft_tokens", Whole(1, 64), "tokens drafted for one step");
    let acceptance = t.required(
        "acceptance",
        NumberOf(&units::SHARE),
        "chance that a drafted token is right, given those before it were",
    );
    let draft_cost = t.required(
        "draft_cost",
        NumberOf(&units::FACTOR),
        "time for drafting and checking one token, over that of a step without drafts",
    );
    let terms = Terms::read(t);
    Some(Box::new(SpeculativeDecoding {
        supplies: supplies?,
        draft_tokens: u32::try_from(drafts?).ok()?,
        acceptance: acceptance?,
        draft_cost: draft_cost?,
        terms: terms?,
    }))
}

/// Tokens that a step writes: the sum of `a^j` for j from 0 to k, which is `(1 − a^(k+1)) / (1 − a)`.
fn tokens_per_step(acceptance: f64, drafts: u32) -> f64 {
    (0..drafts).fold(1.0, |sum, _| 1.0 + acceptance * sum)
}

impl SpeculativeDecoding {
    /// The slowest and the fastest that it makes output, but for one chance in a thousand; while it is introduced, from 1 on.
    fn range(&self) -> [f64; 2] {
        let at = |u: f64| {
            let (acceptance, cost) =
                (self.acceptance.distribution.quantile(u), self.draft_cost.distribution.quantile(1.0 - u));
            tokens_per_step(acceptance, self.draft_tokens) / (1.0 + f64::from(self.draft_tokens) * cost)
        };
        let [slowest, fastest] = [at(5e-4), at(1.0 - 5e-4)];
        if self.terms.rollout.is_immediate() {
            [slowest, fastest]
        } else {
            [slowest.min(1.0), fastest.max(1.0)]
        }
    }
}

impl Lever for SpeculativeDecoding {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn acts_on(&self) -> ActsOn<'_> {
        ActsOn::Supplies(&self.supplies)
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn apply(&self, _: &str, effects: &mut Effects, lookup: &mut dyn Lookup) {
        let (acceptance, cost) = (lookup.number(&self.acceptance), lookup.number(&self.draft_cost));
        let drafts = self.draft_tokens;
        let factor = lookup.derive(
            "output written per step time",
            &[acceptance, cost],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] =
                        tokens_per_step(v[acceptance][i], drafts) / (1.0 + f64::from(drafts) * v[cost][i]);
                }
            }),
        );
        let factor = self.terms.introduced(factor, lookup);
        effects.decoding = Some(Faster { factor, range: self.range() });
    }
}
