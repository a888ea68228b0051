//! One replica that serves a batch: everybody in it slows everybody else down.

use crate::math;

/// How long a step of a batch takes: the queue analyser of llm-d's workload variant autoscaler
/// (`llm-d/workload-variant-autoscaler`, commit b08b1c7, read 2026-11-22).
///
/// Times are in any unit, the same for all three.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IterationTime {
    /// α: a step of an empty batch.
    pub base: f64,
    /// β: per token that is computed.
    pub per_token: f64,
    /// γ: per token of context that is read.
    pub per_context_token: f64,
}

/// How long requests take that share a batch, with everybody's mean lengths.
pub trait BatchTime {
    /// From the first place in the batch to the end of the prompt, beside `batch − 1` others.
    fn prefill(&self, input: f64, output: f64, batch: f64) -> f64;
    /// A token of an answer, beside `batch − 1` others.
    fn decode(&self, input: f64, output: f64, batch: f64) -> f64;
    /// Steps of an answer after its prompt. T18 takes one for each token.
    fn steps(&self, output: f64) -> f64 {
        output
    }
}

impl IterationTime {
    /// A step in which `batch` requests of these lengths are anywhere between their first token and their last:
    /// `α + n·(β·(I + O)/(O + 1) + γ·(I + O/2))`.
    pub fn step(&self, input: f64, output: f64, batch: f64) -> f64 {
        let computed = self.per_token * (input + output) / (output + 1.0);
        self.base + batch * (computed + self.per_context_token * (input + output / 2.0))
    }
}

impl BatchTime for IterationTime {
    /// The step that reads a prompt: `T(n) + (β + γ)·I`.
    fn prefill(&self, input: f64, output: f64, batch: f64) -> f64 {
        self.step(input, output, batch) + (self.per_token + self.per_context_token) * input
    }

    /// A step that writes a token: `T(n) + β + γ·(I + O/2)`.
    fn decode(&self, input: f64, output: f64, batch: f64) -> f64 {
        self.step(input, output, batch) + self.per_token + self.per_context_token * (input + output / 2.0)
    }
}

/// A replica with a batch of at most so many requests and a queue of at most so many more: a queue M/M/1/K whose rate of
/// service depends on how many are in service.
///
/// With `n` in service they leave at the rate `n / (prefill(n) + O·decode(n))`; arrivals that find batch and queue full
/// are lost. Every request has the mean lengths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchQueue<Time = IterationTime> {
    /// How long steps take.
    pub time: Time,
    /// Tokens in of a request.
    pub input_tokens: f64,
    /// Tokens out of a request.
    pub output_tokens: f64,
    /// Requests in service at the most.
    pub batch: u64,
    /// Requests that wait at the most.
    pub queue: u64,
}

/// How a replica fares at a rate of arrivals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    /// Requests served per time.
    pub throughput: f64,
    /// The share of arrivals that is lost.
    pub lost: f64,
    /// Mean time from arrival to the last token, of those that are served.
    pub response: f64,
    /// Mean time before service begins.
    pub wait: f64,
    /// Mean number in service.
    pub in_service: f64,
    /// Mean number that waits.
    pub waiting: f64,
    /// Mean time to the first token: wait, prefill, and the step that writes it.
    pub ttft: f64,
    /// Mean time per token after it.
    pub tpot: f64,
    /// The share of time in which the replica is not empty.
    pub busy: f64,
}

impl<Time: BatchTime> BatchQueue<Time> {
    /// Departures per time while `batch` requests are in service.
    pub fn service_rate(&self, batch: u64) -> f64 {
        let (input, output, n) = (self.input_tokens, self.output_tokens, batch as f64);
        n / (self.time.prefill(input, output, n)
            + self.time.steps(output) * self.time.decode(input, output, n))
    }

    /// Departures per time with a full batch: arrivals above this rate are lost in part, whatever the queue.
    pub fn max_rate(&self) -> f64 {
        self.service_rate(self.batch)
    }

    /// How it fares at a rate of arrivals above 0, in requests per time.
    pub fn at(&self, rate: f64) -> Operating {
        let places = (self.batch + self.queue) as usize;
        // Logarithms: products of hundreds of ratios leave the range of a double.
        let mut logs = vec![0.0];
        for n in 1..=places as u64 {
            let before = logs[logs.len() - 1];
            logs.push(before + math::ln(rate / self.service_rate(n.min(self.batch))));
        }
        let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logs.iter().map(|log| math::exp(log - highest)).collect();
        let total: f64 = weights.iter().sum();
        let (mut in_service, mut waiting) = (0.0, 0.0);
        for (n, weight) in weights.iter().enumerate() {
            let serving = n.min(self.batch as usize);
            in_service += weight / total * serving as f64;
            waiting += weight / total * (n - serving) as f64;
        }
        let lost = weights[places] / total;
        let throughput = rate * (1.0 - lost);
        let (wait, service) = (waiting / throughput, in_service / throughput);
        let prefill = self.time.prefill(self.input_tokens, self.output_tokens, in_service);
        let steps = self.time.steps(self.output_tokens);
        let tpot = if steps > 0.0 { (service - prefill) / steps } else { 0.0 };
        Operating {
            throughput,
            lost,
            response: wait + service,
            wait,
            in_service,
            waiting,
            // Where a token is one step, the prompt's own step has written the first.
            ttft: wait + prefill + tpot * (steps - (self.output_tokens - 1.0)),
            tpot,
            busy: 1.0 - weights[0] / total,
        }
    }

    /// The highest rate of arrivals at which both mean latencies stay within the targets, by halving; at most the rate of
    /// a full batch. `None` if even an almost empty replica misses one.
    pub fn rate_within(&self, most_ttft: f64, most_tpot: f64) -> Option<f64> {
        let holds = |rate: f64| {
            let found = self.at(rate);
            found.ttft <= most_ttft && found.tpot <= most_tpot
        };
        let (mut low, mut high) = (1e-6 * self.max_rate(), self.max_rate());
        if !holds(low) {
            return None;
        }
        if holds(high) {
            return Some(high);
        }
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if holds(middle) { low = middle } else { high = middle }
        }
        Some(low)
    }
}
