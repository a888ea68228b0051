//! Whose GPUs are rented where several vendors would do: the cheapest, decided anew from time to time.

use crate::calendar::Month;
use crate::finance::{Bought, Ledger, Line};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::{Hit, Lookup, Process};
use crate::random::Draws;

/// The place of the cheapest offer on demand, decided in the first month, every so many months, and when the chosen vendor
/// closes. It sees the prices of the month in which it decides, never later ones.
struct Cheapest {
    prices: Vec<Slot>,
    /// The share of the month that each vendor is open; always if absent.
    open: Vec<Option<Slot>>,
    every: usize,
}

impl Process for Cheapest {
    fn state(&self) -> usize {
        1
    }

    fn step(&self, now: &Month, values: &Values, _: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let decides = now.index.is_multiple_of(self.every);
        for lane in 0..LANES {
            let open = |offer: usize| self.open[offer].map_or(1.0, |open| values[open][lane]);
            let chosen = state[0][lane] as usize;
            if now.index == 0 || decides || open(chosen) <= 0.0 {
                let price = |offer: usize| {
                    if open(offer) > 0.0 { values[self.prices[offer]][lane] } else { f64::INFINITY }
                };
                let mut best = 0;
                for offer in 1..self.prices.len() {
                    if price(offer) < price(best) {
                        best = offer;
                    }
                }
                state[0][lane] = best as f64;
            }
            out[lane] = state[0][lane];
        }
    }
}

/// For each offer a value that is 1 where it is the chosen one, else 0; and what hazards do to the chosen one.
pub(super) fn cheapest(
    id: &str,
    prices: &[Slot],
    hits: &[Hit],
    every: usize,
    lookup: &mut dyn Lookup,
) -> (Vec<Slot>, Hit) {
    let open: Vec<Option<Slot>> = hits.iter().map(|hit| hit.open).collect();
    let inputs: Vec<Slot> = prices.iter().copied().chain(open.iter().flatten().copied()).collect();
    let process = Cheapest { prices: prices.to_vec(), open: open.clone(), every };
    let choice = lookup.monthly(&format!("supply.{id}.rented.choose_every"), &inputs, Box::new(process));
    let masks: Vec<Slot> = (0..prices.len())
        .map(|place| {
            lookup.derive(
                "whether it is the chosen offer",
                &[choice],
                Box::new(move |v, out| {
                    for i in 0..LANES {
                        out[i] = f64::from(u8::from(v[choice][i] as usize == place));
                    }
                }),
            )
        })
        .collect();
    let up = of_chosen(&masks, hits.iter().map(|hit| hit.up).collect(), lookup);
    let new_capacity = of_chosen(&masks, hits.iter().map(|hit| hit.new_capacity).collect(), lookup);
    let open = of_chosen(&masks, open, lookup);
    (masks, Hit { up, open, new_capacity, ..Hit::default() })
}

/// A share of the month, of the chosen offer; nothing where no offer has one.
fn of_chosen(masks: &[Slot], shares: Vec<Option<Slot>>, lookup: &mut dyn Lookup) -> Option<Slot> {
    if shares.iter().all(Option::is_none) {
        return None;
    }
    let inputs: Vec<Slot> = masks.iter().copied().chain(shares.iter().flatten().copied()).collect();
    let masks = masks.to_vec();
    Some(lookup.derive(
        "share of the chosen offer",
        &inputs,
        Box::new(move |v, out| {
            for i in 0..LANES {
                let share = |share: &Option<Slot>| share.map_or(1.0, |share| v[share][i]);
                out[i] = masks.iter().zip(&shares).map(|(mask, of)| v[*mask][i] * share(of)).sum();
            }
        }),
    ))
}

/// GPUs by the hour, from one vendor.
pub(super) struct ByTheHour {
    pub(super) from: Bought,
    /// Hours that serve, and hours that only start.
    pub(super) hours: Line,
    pub(super) cold_starts: Line,
    pub(super) price: Slot,
    /// 1 where it is the chosen offer, else 0; chosen always if absent.
    pub(super) chosen: Option<Slot>,
}

/// Posts hours to whom they are rented from.
pub(super) fn post(
    offers: &[ByTheHour],
    line: fn(&ByTheHour) -> &Line,
    hours: &Lanes,
    values: &Values,
    ledger: &mut Ledger,
) {
    for offer in offers {
        let price = &values[offer.price];
        match offer.chosen {
            None => ledger.post_bought(offer.from, line(offer), hours, price),
            Some(mask) => {
                let mut of_this = *hours;
                lanes::scale(&mut of_this, &values[mask]);
                ledger.post_bought(offer.from, line(offer), &of_this, price);
            }
        }
    }
}
