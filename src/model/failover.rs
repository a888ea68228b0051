//! From entry to entry when an outage strikes: what gets there, and what meets the same outage again.

use super::{Entry, Outages, SupplyInUse};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;

/// Entries before one that are told apart, the nearest ones; the effort doubles with each.
const MOST: usize = 8;

/// Says of each entry what outages do to its requests, where that is more than leaving them to the next entry: where
/// failover can fail, or where outages hit several entries together.
pub(super) fn resolve(
    entries: &mut [Entry],
    supplies: &[SupplyInUse],
    succeeds: Option<Slot>,
    lookup: &mut dyn Lookup,
) {
    let outages = |entry: &Entry| -> &[Slot] {
        let never = entry.aside.as_ref().is_some_and(|aside| aside.never.is_some());
        if never { &[] } else { supplies[entry.supply].supply.outages() }
    };
    let mut all: Vec<Option<Outages>> = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let own = outages(entry);
        if own.is_empty() {
            all.push(None);
            continue;
        }
        let mut before: Vec<&[Slot]> = Vec::new();
        for earlier in entries[..place].iter().rev().filter(|earlier| earlier.stream == entry.stream) {
            let hit = outages(earlier);
            if !hit.is_empty() && !before.contains(&hit) && before.len() < MOST {
                before.push(hit);
            }
        }
        let shared = before.iter().any(|hit| hit.iter().any(|outage| own.contains(outage)));
        let meets = shared.then(|| meets(own, &before, lookup));
        all.push(Some(Outages { down: down(own, lookup), meets, succeeds }));
    }
    for place in 0..entries.len() {
        let stream = entries[place].stream;
        let mut of_stream = entries.iter().zip(&all).filter(|(entry, _)| entry.stream == stream);
        let matters = succeeds.is_some()
            || of_stream.any(|(_, outages)| outages.is_some_and(|outages| outages.meets.is_some()));
        entries[place].outages = all[place].filter(|_| matters);
    }
}

fn down(outages: &[Slot], lookup: &mut dyn Lookup) -> Slot {
    let up = outages.to_vec();
    lookup.derive(
        "down by outages",
        outages,
        Box::new(move |values, out| {
            for i in 0..LANES {
                out[i] = 1.0 - up.iter().map(|slot| values[*slot][i]).product::<f64>();
            }
        }),
    )
}

/// Of the hours in which all entries before are down, the share in which this one is kept down by the same outages: one minus
/// P(it is up | all before are down) / P(it is up). Outages of different hazards are independent within the month; all of
/// them together are counted by inclusion and exclusion over the entries before.
fn meets(own: &[Slot], before: &[&[Slot]], lookup: &mut dyn Lookup) -> Slot {
    let mut inputs: Vec<Slot> = own.to_vec();
    inputs.extend(before.iter().copied().flatten());
    inputs.sort_unstable();
    inputs.dedup();
    // Of each set of entries before: whether it counts against, its outages, and those of this entry beyond them.
    let mut terms = Vec::new();
    for set in 0_u32..1 << before.len() {
        let of_set = |slot: &&Slot| {
            before.iter().enumerate().any(|(place, hit)| set >> place & 1 == 1 && hit.contains(slot))
        };
        let those: Vec<Slot> = inputs.iter().filter(of_set).copied().collect();
        let more: Vec<Slot> = own.iter().filter(|slot| !those.contains(slot)).copied().collect();
        terms.push((if set.count_ones() % 2 == 1 { -1.0 } else { 1.0 }, those, more));
    }
    let own = own.to_vec();
    lookup.derive(
        "down at the same time",
        &inputs,
        Box::new(move |values, out| {
            for i in 0..LANES {
                let up = |slots: &[Slot]| slots.iter().map(|slot| values[*slot][i]).product::<f64>();
                let (mut down, mut down_and_up) = (0.0, 0.0);
                for (sign, those, more) in &terms {
                    let all = sign * up(those);
                    down += all;
                    down_and_up += all * up(more);
                }
                let alone = down * up(&own);
                out[i] = if alone > 1e-12 { (1.0 - down_and_up / alone).clamp(0.0, 1.0) } else { 0.0 };
            }
        }),
    )
}
