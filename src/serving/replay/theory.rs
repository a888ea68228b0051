//! The batch queue in closed form with the steps of a replayed replica.

use super::Replica;
use crate::math::ceil;
use crate::serving::queueing::{BatchQueue, BatchTime};

/// A replica's steps as the queue needs them: means over everybody in the batch.
///
/// Of the others, each reads its prompt in one of its steps and writes in all that follow. A newcomer waits for the end of
/// the step on its way, which is likelier a long one, and shares its own with those who came in the meantime.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    /// The replica.
    pub replica: Replica,
    /// The share of prompts that its cache holds.
    pub cached: f64,
    /// Variance of the lengths of prompts over their squared mean.
    pub input_cv2: f64,
}

impl Steps {
    /// The queue at one replica, for requests of these mean lengths. `most` of them wait at the most.
    pub fn queue(self, input: f64, output: f64, most: Option<u64>) -> BatchQueue<Self> {
        let fit = self.replica.kv_tokens / ((input + output).max(1.0) as u64).max(1);
        BatchQueue {
            time: self,
            input_tokens: input,
            output_tokens: output,
            batch: self.replica.max_batch.min(fit).max(1),
            // A queue without an end: of so many hardly anybody finds it full at a rate that can be served.
            queue: most.unwrap_or(10_000).min(100_000),
        }
    }

    fn prompt(&self, input: f64) -> f64 {
        self.replica.step.prompt_mean(input * self.cached, input * (1.0 - self.cached))
    }

    /// Steps in which a prompt is read.
    fn pieces(&self, input: f64, writing: f64) -> f64 {
        let most = (self.replica.chunk_tokens as f64 - writing).max(1.0);
        ceil(input * (1.0 - self.cached) / most).max(1.0)
    }

    /// A step of so many others and, where `own`, of one who writes: its time, and the prompts that are read in it.
    fn step(&self, input: f64, output: f64, others: f64, own: f64) -> (f64, f64) {
        let pieces = self.pieces(input, others);
        let writing = others * output / (output + pieces);
        let context = input + output / 2.0;
        let prompts = others / (output + pieces);
        let writes = self.replica.step.decode_mean(writing + own, (writing + own) * context);
        (writes + prompts * self.prompt(input), prompts)
    }
}

impl BatchTime for Steps {
    fn prefill(&self, input: f64, output: f64, batch: f64) -> f64 {
        let others = (batch - 1.0).max(0.0);
        let (step, prompts) = self.step(input, output, others, 0.0);
        let prompt = self.prompt(input);
        // How much longer the step is that somebody comes in than a mean one, E[S²] / E[S]²: prompts come at random.
        let longer = 1.0 + prompts * prompt * prompt * (1.0 + self.input_cv2) / (step * step);
        // Somebody else's step is on its way unless nobody is here.
        let busy = others.min(1.0);
        let until_seen = 0.5 * busy * step * longer;
        let with_me = busy * prompts * (longer - 1.0) * prompt;
        until_seen + with_me + self.pieces(input, others) * step + prompt
    }

    fn decode(&self, input: f64, output: f64, batch: f64) -> f64 {
        self.step(input, output, (batch - 1.0).max(0.0), 1.0).0
    }

    fn steps(&self, output: f64) -> f64 {
        (output - 1.0).max(0.0)
    }
}
