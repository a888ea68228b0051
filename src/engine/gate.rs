//! Gates, path by path: two sums over the months that a gate looks at, and one number when a path ends.

use super::block::BLOCK;
use crate::calendar::Month;
use crate::finance::{Amount, Ledger, Measure, View};
use crate::lanes::{LANES, Lanes, Values};
use crate::model::{Gate, Model, Stream, Work};

/// What is kept for the gates of all strategies. Without gates it is empty and costs nothing.
pub(super) struct Gates {
    asked: Vec<Gate>,
    /// Of each strategy and stream: its requests, and tokens per request where a gate asks for them.
    streams: Vec<Vec<Work>>,
    /// `[strategy · gates + gate]`: the amount above, and the one below.
    sums: Vec<[Lanes; 2]>,
    /// In the same order: the measure by path.
    pub(super) values: Vec<[f64; BLOCK]>,
}

impl Gates {
    pub(super) fn new(model: &Model) -> Self {
        let count = model.strategies.len() * model.gates.len();
        let of = |streams: &[Stream]| streams.iter().map(|stream| stream.work).collect();
        Self {
            asked: model.gates.clone(),
            streams: model.strategies.iter().map(|strategy| of(strategy.streams(model))).collect(),
            sums: vec![[Lanes::ZERO; 2]; count],
            values: vec![[0.0; BLOCK]; count],
        }
    }

    pub(super) fn begin(&mut self) {
        self.sums.fill([Lanes::ZERO; 2]);
    }

    /// Takes a month of a strategy; `left` are the requests of each stream that nobody served.
    pub(super) fn take(
        &mut self,
        strategy: usize,
        now: &Month,
        ledger: &Ledger,
        values: &Values,
        left: &[Lanes],
    ) {
        let of_strategy = &mut self.sums[strategy * self.asked.len()..];
        for (gate, sums) in self.asked.iter().zip(of_strategy) {
            if !gate.months.contains(&now.index) {
                continue;
            }
            let amounts = [Some(gate.gauge.above), gate.gauge.below];
            for (sum, amount) in sums.iter_mut().zip(amounts) {
                let Some(amount) = amount else { continue };
                let of_month = self.streams[strategy].as_slice();
                let amount = amount_of(amount, gate.stream, of_month, now, ledger, values, left);
                for i in 0..LANES {
                    sum[i] += amount[i];
                }
            }
        }
    }

    /// Writes the measures of paths that have ended.
    pub(super) fn end(&mut self, begin: usize, width: usize) {
        let gauges = self.asked.iter().map(|gate| gate.gauge).cycle();
        for ((values, [above, below]), gauge) in self.values.iter_mut().zip(&self.sums).zip(gauges) {
            for (i, value) in values[begin..begin + width].iter_mut().enumerate() {
                *value = gauge.value(above[i], below[i]);
            }
        }
    }
}

fn amount_of(
    amount: Amount,
    stream: Option<usize>,
    streams: &[Work],
    now: &Month,
    ledger: &Ledger,
    values: &Values,
    left: &[Lanes],
) -> Lanes {
    let served = |place: usize, i: usize| values[streams[place].requests][i] - left[place][i];
    match (amount, stream) {
        (Amount::Cash, _) => ledger.total(View::Cash),
        (Amount::Margin, _) => {
            let (cash, revenue) = (ledger.total(View::Cash), ledger.measured(Measure::Revenue));
            Lanes::from_fn(|i| revenue[i] - cash[i])
        }
        (Amount::Offered, Some(place)) => values[streams[place].requests],
        (Amount::Offered, None) => summed(streams, |place, i| values[streams[place].requests][i]),
        (Amount::Served, Some(place)) => Lanes::from_fn(|i| served(place, i)),
        (Amount::Served, None) => summed(streams, served),
        (Amount::Tokens, _) => {
            let mut tokens = Lanes::ZERO;
            for (place, work) in streams.iter().enumerate() {
                let Some(each) = work.tokens else { continue };
                for (i, tokens) in tokens.iter_mut().enumerate() {
                    *tokens += served(place, i) * values[each][i];
                }
            }
            tokens
        }
        (Amount::GpuHours, _) => *ledger.measured(Measure::GpuHours),
        (Amount::BusyGpuHours, _) => *ledger.measured(Measure::BusyGpuHours),
        (Amount::Hours, _) => Lanes::splat(now.hours),
    }
}

/// The sum over all streams of something that each has by lane.
fn summed(streams: &[Work], of: impl Fn(usize, usize) -> f64) -> Lanes {
    Lanes::from_fn(|i| (0..streams.len()).map(|place| of(place, i)).sum())
}
