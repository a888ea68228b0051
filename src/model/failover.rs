//! From entry to entry when an outage strikes: what gets there, and what meets the same outage again.

use super::{Entry, Fallen, Outages, SupplyInUse};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::Lookup;

/// Sets of outages of a stream that are told apart; the effort may double with each. Beyond them an entry is taken to share no outage.
const MOST: usize = 6;

/// Says of each entry what outages do to its requests, where that is more than leaving them to the next entry: where
/// failover can fail, or where outages hit several entries together.
pub(super) fn resolve(
    entries: &mut [Entry],
    supplies: &[SupplyInUse],
    succeeds: Option<Slot>,
    lookup: &mut dyn Lookup,
) {
    let mut streams: Vec<usize> = entries.iter().map(|entry| entry.stream).collect();
    streams.sort_unstable();
    streams.dedup();
    for stream in streams {
        let of_stream: Vec<usize> =
            (0..entries.len()).filter(|place| entries[*place].stream == stream).collect();
        let outages = |place: &usize| -> &[Slot] {
            let entry: &Entry = &entries[*place];
            let never = entry.aside.as_ref().is_some_and(|aside| aside.never.is_some());
            if never { &[] } else { supplies[entry.supply].supply.outages() }
        };
        let hit: Vec<&[Slot]> = of_stream.iter().map(outages).collect();
        let found = of_one_stream(&hit, succeeds, lookup);
        for (place, outages) in of_stream.into_iter().zip(found) {
            entries[place].outages = outages;
        }
    }
}

/// The entries of one stream, by the outages that hit each.
fn of_one_stream(hit: &[&[Slot]], succeeds: Option<Slot>, lookup: &mut dyn Lookup) -> Vec<Option<Outages>> {
    let shares = |a: &[Slot], b: &[Slot]| a.iter().any(|outage| b.contains(outage));
    // Sets of outages of which another entry has some as well.
    let mut linked: Vec<&[Slot]> = Vec::new();
    for (i, own) in hit.iter().enumerate() {
        let other = hit.iter().enumerate().any(|(k, other)| k != i && shares(own, other));
        if other && !linked.contains(own) && linked.len() < MOST {
            linked.push(own);
        }
    }
    if succeeds.is_none() && linked.is_empty() {
        return vec![None; hit.len()];
    }
    // Where requests can be that fell: behind which of these sets. The first pool has fallen behind none.
    let mut pools: Vec<Vec<usize>> = vec![Vec::new()];
    let mut found = Vec::new();
    for own in hit {
        if own.is_empty() {
            found.push(None);
            continue;
        }
        let set = linked.iter().position(|set| set == own);
        let fallen = (0..pools.len()).map(|from| {
            let behind: Vec<&[Slot]> = pools[from].iter().map(|set| linked[*set]).collect();
            let meets = behind.iter().any(|set| shares(own, set)).then(|| meets(own, &behind, lookup));
            let mut then = pools[from].clone();
            then.extend(set.filter(|set| !then.contains(set)));
            then.sort_unstable();
            let to = pools.iter().position(|pool| *pool == then).unwrap_or_else(|| {
                pools.push(then);
                pools.len() - 1
            });
            Fallen { meets, to }
        });
        let fallen = fallen.collect();
        found.push(Some(Outages { down: down(own, lookup), fallen, succeeds }));
    }
    found
}

fn down(outages: &[Slot], lookup: &mut dyn Lookup) -> Slot {
    let outages_of = outages.to_vec();
    let down = move |values: &Values, out: &mut Lanes| {
        let up = product(&outages_of, values);
        for i in 0..LANES {
            out[i] = 1.0 - up[i];
        }
    };
    lookup.derive("down by outages", outages, Box::new(down))
}

/// The product of some values.
fn product(slots: &[Slot], values: &Values) -> Lanes {
    let mut product = lanes::ONE;
    for slot in slots {
        lanes::scale(&mut product, &values[*slot]);
    }
    product
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
            let (mut down, mut down_and_up) = (Lanes::ZERO, Lanes::ZERO);
            for (sign, those, more) in &terms {
                let (all, up) = (product(those, values), product(more, values));
                for i in 0..LANES {
                    down[i] += sign * all[i];
                    down_and_up[i] += sign * all[i] * up[i];
                }
            }
            let up = product(&own, values);
            for i in 0..LANES {
                let alone = down[i] * up[i];
                out[i] = if alone > 1e-12 { (1.0 - down_and_up[i] / alone).clamp(0.0, 1.0) } else { 0.0 };
            }
        }),
    )
}
