//! A replica's latencies taken apart into the times of its steps, for the replay.

use super::replay::{Bent, StepTime};
use super::{Lengths, Replica, Roofline};

/// Of what measurements leave for writing, once the reading of prompts is taken out, at least this share of the roofline's
/// step: benchmarks whose first token waited in a queue would leave nothing.
const LEAST: f64 = 0.25;

impl Replica {
    /// How long steps take with requests of about these lengths, in the middle of the evidence. `None` where the sizes of llm
    /// and GPU are not known.
    ///
    /// The roofline is a sum of such steps already. Where it is corrected by measurements, a prompt takes as many times
    /// longer as its first token does for a request alone, and writing takes what is left of the time per token:
    /// while each sequence writes its tokens, the prompts of all others are read.
    pub fn steps(&self, lengths: Lengths) -> Option<StepTime> {
        let roofline = self.roofline()?;
        let slower = self.prompts_slower(roofline, lengths);
        let prefill = slower * roofline.prefill_hours(lengths.computed(), lengths.input * lengths.cached);
        let output = lengths.output.max(1.0);
        // Contexts grow from the prompt alone to all of it; between, keys and values are read in proportion.
        let (short, long) = (lengths.input, lengths.input + output);
        let knots = std::array::from_fn(|knot| {
            let batch = Bent::sequences(knot);
            let corrected = if self.is_corrected() {
                let plain = roofline.decode_hours(batch, lengths.input + lengths.output / 2.0);
                let left = self.latency(batch, lengths).tpot_hours - (batch - 1.0) * prefill / output;
                (left / plain).max(LEAST)
            } else {
                1.0
            };
            let [at_first, at_last] = [short, long].map(|context| roofline.decode_hours(batch, context));
            let per_token = ((at_last - at_first) / (batch * (long - short))).max(0.0);
            let fixed = at_first - per_token * batch * short;
            [fixed, per_token].map(|hours| 3600.0 * corrected * hours)
        });
        let [per_prompt, squared] = prompts(roofline, lengths.input.max(2.0));
        Some(StepTime {
            per_prompt_token_s: 3600.0 * slower * per_prompt,
            per_prompt_token_squared_s: 3600.0 * slower * squared,
            bent: Some(Bent(knots)),
            ..StepTime::constant(knots[0][0])
        })
    }

    /// How many times longer prompts take than the roofline says.
    fn prompts_slower(&self, roofline: &Roofline, lengths: Lengths) -> f64 {
        if !self.is_corrected() {
            return 1.0;
        }
        let factor = self.latency(1.0, lengths).ttft_hours / roofline.latency(1.0, lengths).ttft_hours;
        // What the reading of all prompts adds to a token is part of how tokens slow down with the load.
        let (most, _) = self.most(lengths);
        if most <= 1.0 || lengths.output <= 1.0 {
            return factor;
        }
        let [alone, full] = [1.0, most].map(|batch| self.latency(batch, lengths).tpot_hours);
        let reading = (most - 1.0) / lengths.output
            * roofline.prefill_hours(lengths.computed(), lengths.input * lengths.cached);
        factor.min(((full - alone) / reading).max(0.0))
    }
}

/// Hours per token of a prompt and per squared token, so that the whole prompt and half of it take what they should.
fn prompts(roofline: &Roofline, input: f64) -> [f64; 2] {
    let (whole, half) = (roofline.prefill_hours(input, 0.0), roofline.prefill_hours(input / 2.0, 0.0));
    // whole = a·n + b·n², half = a·n/2 + b·n²/4
    let squared = ((whole - 2.0 * half) * 2.0 / (input * input)).max(0.0);
    [(whole - squared * input * input) / input, squared]
}
