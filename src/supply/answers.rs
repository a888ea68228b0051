//! A cache of answers, asked before anybody else: what it finds is served at no more than the cost of looking it up.

use super::Supply;
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{self, Lanes, Slot, Values};

/// Answers everything that it is offered; a strategy offers it what it finds.
pub struct AnswerCache {
    requests: Slot,
    /// The share of the requests that is looked up; all if absent.
    reaching: Option<Slot>,
    lookup: Option<(Line, Slot)>,
}

impl AnswerCache {
    /// The cache of a lever before a stream with these requests a month; `price` is that of looking one up.
    pub fn resolve(id: &str, price: Option<Slot>, requests: Slot, reaching: Option<Slot>) -> Self {
        let line = |price: Slot| Line {
            component: Component::Levers,
            label: "requests looked up".into(),
            payee: id.into(),
            unit: "requests",
            per_unit: 1.0,
            inputs: [requests, price].into_iter().chain(reaching).collect(),
        };
        Self { requests, reaching, lookup: price.map(|price| (line(price), price)) }
    }
}

impl Supply for AnswerCache {
    fn accept(
        &self,
        _: usize,
        _: &Month,
        _: &Values,
        offered: &Lanes,
        _: &mut [Lanes],
        served: &mut Lanes,
        _: &mut Ledger,
    ) {
        *served = *offered;
    }

    fn unlimited(&self, _: usize) -> bool {
        true
    }

    fn close(&self, _: &Month, values: &Values, _: &mut [Lanes], ledger: &mut Ledger) {
        let Some((line, price)) = &self.lookup else { return };
        let mut looked_up = values[self.requests];
        if let Some(share) = self.reaching {
            lanes::scale(&mut looked_up, &values[share]);
        }
        ledger.post(line, &looked_up, &values[*price]);
    }
}
