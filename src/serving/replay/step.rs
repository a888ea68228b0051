//! How long a step of a replica takes.

/// A step computes one token for each sequence that writes, and a part of the prompts that are being read. Its time is
/// linear in both, but for the attention of long prompts.
///
/// `base + per_sequence·D + per_context_token·ΣKV + per_prompt_token·P + per_prompt_token_squared·Σ((c + p)² − c²)`: D
/// sequences that write, ΣKV tokens of their contexts, P tokens of prompts read in this step, each prompt's p after c before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepTime {
    /// A step of an empty batch: reading the weights, launching kernels. Above 0.
    pub base_s: f64,
    /// Per sequence that writes a token.
    pub per_sequence_s: f64,
    /// Per token of the contexts of these sequences.
    pub per_context_token_s: f64,
    /// Per token of a prompt that is read.
    pub per_prompt_token_s: f64,
    /// Per squared token of a prompt: attention.
    pub per_prompt_token_squared_s: f64,
    /// What a step takes where that is no straight line over the sequences; in place of the first three.
    pub bent: Option<Bent>,
}

/// A step at 1, 2, 4, … sequences that write: its time without context, and per token of their contexts. Straight between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bent(pub [[f64; 2]; Bent::KNOTS]);

impl Bent {
    /// Up to 32,768 sequences.
    pub const KNOTS: usize = 16;

    /// The sequences of a knot.
    pub fn sequences(knot: usize) -> f64 {
        (1_u64 << knot) as f64
    }

    fn at(&self, sequences: f64) -> [f64; 2] {
        // Below one sequence nothing is known but one.
        let sequences = sequences.max(1.0);
        let knot = ((sequences as u64).ilog2() as usize).min(Self::KNOTS - 2);
        let from = Self::sequences(knot);
        let way = ((sequences - from) / from).min(1.0);
        let (here, next) = (self.0[knot], self.0[knot + 1]);
        [here[0] + way * (next[0] - here[0]), here[1] + way * (next[1] - here[1])]
    }
}

impl StepTime {
    /// A step of nothing but a constant time.
    pub fn constant(base_s: f64) -> Self {
        Self {
            base_s,
            per_sequence_s: 0.0,
            per_context_token_s: 0.0,
            per_prompt_token_s: 0.0,
            per_prompt_token_squared_s: 0.0,
            bent: None,
        }
    }

    /// All of it so many times as long.
    #[must_use]
    pub fn slower(&self, factor: f64) -> Self {
        Self {
            base_s: factor * self.base_s,
            per_sequence_s: factor * self.per_sequence_s,
            per_context_token_s: factor * self.per_context_token_s,
            per_prompt_token_s: factor * self.per_prompt_token_s,
            per_prompt_token_squared_s: factor * self.per_prompt_token_squared_s,
            bent: self.bent.map(|bent| Bent(bent.0.map(|knot| knot.map(|time| factor * time)))),
        }
    }

    /// A step in which so many write: its time without context, and per token of their contexts.
    fn straight(&self, sequences: f64) -> [f64; 2] {
        match &self.bent {
            None => [self.base_s + self.per_sequence_s * sequences, self.per_context_token_s],
            Some(bent) => bent.at(sequences),
        }
    }

    /// A step in which these sequences with these contexts write.
    pub fn decode(&self, sequences: u64, context: u64) -> f64 {
        self.decode_mean(sequences as f64, context as f64)
    }

    /// The same for a mean number of sequences.
    pub fn decode_mean(&self, sequences: f64, context: f64) -> f64 {
        let [fixed, per_token] = self.straight(sequences);
        fixed + per_token * context
    }

    /// What reading `tokens` of a prompt adds to a step when `before` of it have been read.
    pub fn prompt(&self, before: u64, tokens: u64) -> f64 {
        self.prompt_mean(before as f64, tokens as f64)
    }

    /// The same for means.
    pub fn prompt_mean(&self, before: f64, tokens: f64) -> f64 {
        self.per_prompt_token_s * tokens + self.per_prompt_token_squared_s * tokens * (tokens + 2.0 * before)
    }

    /// `count` steps in a row in which the same sequences write: each step adds a token to each context.
    pub fn decodes(&self, sequences: u64, context: u64, count: u64) -> f64 {
        let n = count as f64;
        let [fixed, per_token] = self.straight(sequences as f64);
        let growth = per_token * sequences as f64;
        n * (fixed + per_token * context as f64) + growth * (0.5 * n * (n - 1.0))
    }

    /// The fewest of these steps, at least one, that take at least `time`.
    pub fn decodes_until(&self, sequences: u64, context: u64, time: f64) -> u64 {
        let [fixed, per_token] = self.straight(sequences as f64);
        let first = fixed + per_token * context as f64;
        let growth = per_token * sequences as f64;
        let straight = first - 0.5 * growth;
        // n·first + growth·n(n − 1)/2 = time, solved without a difference of large numbers.
        let about = 2.0 * time / (straight + (straight * straight + 2.0 * growth * time).max(0.0).sqrt());
        let mut count = about.max(1.0) as u64;
        while self.decodes(sequences, context, count) < time {
            count += 1;
        }
        while count > 1 && self.decodes(sequences, context, count - 1) >= time {
            count -= 1;
        }
        count
    }

    /// From a closed-loop benchmark: `concurrency` requests of these lengths at a time, time to the first token and per
    /// further token at two or more concurrencies.
    ///
    /// The time per token is fitted as `a + b·concurrency` by least squares. While each sequence writes a token,
    /// `concurrency · input / output` tokens of prompts are read: this part of `b` is known from the time to the first token at
    /// the lowest concurrency, less one and a half steps (half a step until it is seen, one that it is part of). The rest of `b` is laid on the
    /// context, which at two pairs of lengths could be told from a cost per sequence, and at one cannot. `None` if the
    /// points give no time above 0.
    pub fn of_benchmark(input: f64, output: f64, points: &[Measured]) -> Option<Self> {
        let count = points.len() as f64;
        let mean = |of: &dyn Fn(&Measured) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(&|p| p.concurrency), mean(&|p| p.tpot_s));
        let spread: f64 = points.iter().map(|p| (p.concurrency - x) * (p.concurrency - x)).sum();
        let both: f64 = points.iter().map(|p| (p.concurrency - x) * (p.tpot_s - y)).sum();
        let slope = if spread > 0.0 { (both / spread).max(0.0) } else { 0.0 };
        let base = (y - slope * x).max(0.0);
        let least = points.iter().min_by(|a, b| a.concurrency.total_cmp(&b.concurrency))?;
        let per_prompt = ((least.ttft_s - 1.5 * least.tpot_s).max(0.0)) / input;
        let per_prompt = per_prompt.min(slope * output / input);
        let rest = (slope - per_prompt * input / output).max(0.0);
        let found = Self {
            base_s: base,
            per_sequence_s: 0.0,
            per_context_token_s: rest / (input + 0.5 * output),
            per_prompt_token_s: per_prompt,
            per_prompt_token_squared_s: 0.0,
            bent: None,
        };
        (base > 0.0).then_some(found)
    }
}

/// Latencies at one concurrency of a benchmark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Requests at a time.
    pub concurrency: f64,
    /// Time to the first token.
    pub ttft_s: f64,
    /// Time per further token.
    pub tpot_s: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: StepTime = StepTime {
        base_s: 0.02,
        per_sequence_s: 1e-4,
        per_context_token_s: 6e-8,
        per_prompt_token_s: 1.7e-4,
        per_prompt_token_squared_s: 1e-9,
        bent: None,
    };

    #[test]
    fn many_steps_take_the_sum_of_their_times() {
        for (sequences, context, count) in [(1, 10, 1), (7, 5_000, 30), (256, 300_000, 2_000)] {
            let sum: f64 = (0..count).map(|k| TIME.decode(sequences, context + k * sequences)).sum();
            let found = TIME.decodes(sequences, context, count);
            assert!((found / sum - 1.0).abs() < 1e-12, "{found} {sum}");
            for share in [0.01, 0.3, 0.999_999, 1.0] {
                let steps = TIME.decodes_until(sequences, context, share * found);
                assert!(steps >= 1 && TIME.decodes(sequences, context, steps) >= share * found);
                assert!(steps == 1 || TIME.decodes(sequences, context, steps - 1) < share * found);
            }
        }
    }

    #[test]
    fn a_prompt_takes_the_same_time_in_one_piece_and_in_many() {
        let whole = TIME.prompt(0, 5_000);
        let pieces: f64 = (0..10).map(|k| TIME.prompt(500 * k, 500)).sum();
        assert!((pieces / whole - 1.0).abs() < 1e-12, "{pieces} {whole}");
    }

    /// Llama 3.1 70B FP8 with vLLM on one H200, 1,024 in and out (aiconfigurator silicon data, 2025-10-29): the parts come
    /// out as physics has them. 70 GB of weights at 4.8 TB/s take 14.6 ms at least; 140 GFLOP a token at 1,979 TFLOP/s take
    /// 71 µs at least.
    #[test]
    fn a_benchmark_becomes_its_parts() {
        let points: Vec<Measured> = [
            (4.0, 203.0, 21.47),
            (8.0, 256.0, 22.56),
            (16.0, 316.0, 24.72),
            (32.0, 466.0, 33.19),
            (64.0, 730.0, 37.44),
        ]
        .map(|(concurrency, ttft, tpot)| Measured { concurrency, ttft_s: 1e-3 * ttft, tpot_s: 1e-3 * tpot })
        .to_vec();
        let found = StepTime::of_benchmark(1024.0, 1024.0, &points).unwrap();
        assert!((0.0146..0.0225).contains(&found.base_s), "{found:?}");
        assert!((71e-6..200e-6).contains(&found.per_prompt_token_s), "{found:?}");
        // What it says of the benchmark's own points.
        for point in &points {
            let context = point.concurrency * 1536.0;
            let tpot = found.decode(0, context as u64) + found.per_prompt_token_s * point.concurrency;
            assert!((tpot / point.tpot_s - 1.0).abs() < 0.1, "{tpot} {point:?}");
        }
        assert_eq!(StepTime::of_benchmark(1024.0, 1024.0, &[]), None);
    }
}
