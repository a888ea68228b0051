//! History that repeats itself in another order.

use super::{Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, QuantityOf};
use crate::document::{Plugin, Reader, Text, read_columns};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::random::Draws;
use crate::units::{self, Period};

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "bootstrap",
    meaning: "the monthly changes of a history, in blocks drawn from anywhere in it",
    example: "{ bootstrap = { csv = \"history.csv\", column = \"price\", block = \"3 months\" } }",
    read,
};

/// `S(t) = S(t−1) · x(j+1)/x(j)`, where `j` runs through blocks of the history `x`: the circular block bootstrap of log
/// changes (Politis & Romano 1992). `S(0)` is `initial`.
///
/// A block begins at any of the changes alike and runs on from the last to the first, so that each change is as likely as
/// any other in every month: the mean log change is that of the history.
#[derive(Debug)]
pub struct Bootstrap {
    initial: Number,
    changes: Vec<f64>,
    block: usize,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let csv = t.required("csv", Text("history.csv"), "the file: one row a month, the oldest first");
    let column = t.required("column", Text("price"), "the column of values, all above 0");
    let block = t.required("block", QuantityOf(&units::DURATION), "whole months that stay together");
    let (initial, csv, column, block) = (initial?, csv?, column?, block?);
    let columns = read_columns(t, &csv, &[("column", &column)])?;
    let history = &columns.values[0];
    if let Some(row) = history.iter().position(|value| *value <= 0.0) {
        let at = t.place()?;
        let mistake =
            Diagnostic::error("bad-row", columns.rows[row], "a history of prices is above 0 everywhere");
        let named = at.key_span.unwrap_or(at.node.span);
        at.scope.push(mistake.related(named, format!("read by `{}`", at.address)));
        return None;
    }
    let changes: Vec<f64> = history.windows(2).map(|pair| pair[1] / pair[0]).collect();
    let clock = block.unit.period.is_some_and(Period::is_clock);
    if clock || block.value.fract() != 0.0 || !(1.0..=changes.len() as f64).contains(&block.value) {
        let message = format!("a block is 1 to {} whole months: the changes of this history", changes.len());
        t.refuse("block", "bad-block", &message, "a block should hold how long shocks last: \"3 months\"");
        return None;
    }
    let unit = initial.unit.clone();
    Some(WrittenPath::new(Bootstrap { initial, changes, block: block.value as usize }, unit))
}

impl Written for Bootstrap {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let initial = lookup.number(&self.initial);
        Some(Box::new(Running { initial, changes: self.changes.clone(), block: self.block }))
    }
}

struct Running {
    initial: Slot,
    changes: Vec<f64>,
    block: usize,
}

impl Process for Running {
    fn words(&self) -> u64 {
        1
    }
    fn reads(&self) -> Reads {
        Reads::Monthly
    }
    fn state(&self) -> usize {
        2
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [price, place] = state else { return };
        let count = self.changes.len() as f64;
        if now.index == 0 {
            *price = values[self.initial];
        } else if (now.index - 1).is_multiple_of(self.block) {
            let mut shares = Lanes::ZERO;
            draws.uniform(now.index as u64, &mut shares);
            for i in 0..LANES {
                place[i] = ((shares[i] * count) as usize) as f64;
            }
        } else {
            for i in 0..LANES {
                place[i] = if place[i] + 1.0 < count { place[i] + 1.0 } else { 0.0 };
            }
        }
        if now.index > 0 {
            for i in 0..LANES {
                price[i] *= self.changes[place[i] as usize];
            }
        }
        *out = *price;
    }
}
