//! How a simulator of serving defines its prices of prompts and its capacity, and what the replay makes of the same.

use std::convert::Infallible;

use super::{Row, Table, Tolerance};
use crate::demand::trace::{Length, Request, Synthetic};
use crate::serving::replay::{Goal, Settings, StepTime, largest_load, replay};

pub(super) const TABLE: Table = Table {
    name: "T10",
    title: "prompts that are read together, and the largest load by search",
    source: "Vidur (arXiv 2405.05614, vidur@7d47513): a batch of prompts of lengths p takes the attention of one of √Σp²; capacity is \
             the largest rate, by search, at which a percentile of delays stays below a bound; read 2026-11-22. The largest rate of the row is that of M/D/1, where 90 % wait for nobody if one tenth of the time is busy",
    defects: "its errors against measurements (below 9 %; static P95 3.33 %) are of its own profiles, which are not public as a table",
    rows,
};

/// The time until all of these prompts, which come together behind a first one, have been read.
fn read_together_s(prompts: &[u32]) -> f64 {
    let step = StepTime { per_prompt_token_squared_s: 1e-6, ..StepTime::constant(0.001) };
    let request = |at_s: f64, input: u32| Request { at_s, input, output: 1, ..Request::default() };
    // While the first is read the others come; then they are read in one step.
    let first = request(0.0, 1_000);
    let others = prompts.iter().map(|input| request(0.5, *input));
    let trace = std::iter::once(first).chain(others).map(Ok::<_, Infallible>);
    let Ok(found) = replay(&Settings::of_steps(step, 64), trace);
    let one = step.base_s + step.prompt(0, 1_000);
    found.busy() * found.span_s - one - step.base_s
}

/// The largest rate at which nine of ten wait for nobody, with 10 ms a request.
fn largest_rate() -> f64 {
    let goal = Goal { ttft_s: Some(0.010_000_001), tpot_s: None };
    let settings = Settings { goal, ..Settings::of_steps(StepTime::constant(0.01), 1) };
    let at = |factor: f64| {
        let one = Length::Constant(1.0);
        let trace = Synthetic::new(5.0 * factor, 1.0, one.clone(), one, 60_000, 7);
        replay(&settings, trace.map(Ok::<_, Infallible>))
    };
    let Ok(found) = largest_load(at, 0.9, 0.005);
    found.best.map_or(f64::NAN, |best| found.loads[best].outcome.arrival_rate())
}

fn rows() -> Vec<Row> {
    let near = Tolerance::Share(1e-9);
    let prompts = [300, 400, 1200];
    vec![
        Row::new(
            "attention of prompts of 300, 400 and 1,200 tokens over that of one of 1,300",
            1.0,
            read_together_s(&prompts) / read_together_s(&[1_300]),
            near,
        ),
        // The share that waits at 10 /s has a standard error of 0.2 % over 60,000 requests, the rate of 2 %.
        Row::new(
            "largest rate with nine of ten at once, 10 ms each, /s",
            10.0,
            largest_rate(),
            Tolerance::Share(0.06),
        ),
    ]
}
