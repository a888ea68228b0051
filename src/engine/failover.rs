//! What becomes of requests that an entry does not serve: they go to the next entry, unless they are turned away for good.

use multiversion::multiversion;

use crate::lanes::{self, LANES, Lanes, Values, ZERO};
use crate::math;
use crate::model::{Entry, Fallen, Model, Outages};

/// Requests of a month that are not simply left to the next entry, by stream.
pub(super) struct Turned {
    /// Turned away, and not offered again.
    away: Vec<Lanes>,
    /// `[stream][pool]`: turned away by outages of the entries so far and still on their way, by what turned them away. The first pool
    /// is what is left beside them, and not kept.
    pools: Vec<Vec<Lanes>>,
    /// What the entry that is asked is offered of each pool.
    taken: Vec<Lanes>,
}

impl Turned {
    pub(super) fn new(model: &Model) -> Self {
        let strategies = model.strategies.iter().chain(&model.elsewhere);
        let outages = strategies.flat_map(|one| &one.entries).filter_map(|entry| entry.outages.as_ref());
        let most = outages.flat_map(|outages| &outages.fallen).map(|fallen| fallen.to + 1).max();
        let (streams, pools) = (model.streams.len(), most.unwrap_or(0));
        Self {
            away: vec![Lanes::ZERO; streams],
            pools: vec![vec![Lanes::ZERO; pools]; streams],
            taken: vec![Lanes::ZERO; pools],
        }
    }

    /// Before the first entry.
    pub(super) fn clear(&mut self) {
        self.away.fill(Lanes::ZERO);
        self.pools.iter_mut().for_each(|pools| pools.fill(Lanes::ZERO));
    }

    /// What of a stream was turned away so far.
    pub(super) fn away(&mut self, stream: usize) -> &mut Lanes {
        &mut self.away[stream]
    }

    /// What fell at the entries before and meets the same outage here passes this entry by: it is not offered that. An entry takes
    /// first who never fell.
    pub(super) fn pass_by(&mut self, entry: &Entry, values: &Values, left: &Lanes, offered: &mut Lanes) {
        let Some(Outages { fallen, .. }) = &entry.outages else { return };
        let Some((_, pools)) = self.pools[entry.stream].split_first_mut() else { return };
        let mut all = Lanes::ZERO;
        for pool in &*pools {
            lanes::add(&mut all, pool);
        }
        if let Some(share) = kept(&all, left) {
            for pool in &mut *pools {
                lanes::scale(pool, &share);
            }
        }
        let Some((taken, fell)) = self.taken.split_first_mut() else { return };
        let mut more = *offered;
        take_new(left, &all, &mut more, taken);
        *offered = *taken;
        for ((taken, pool), fallen) in fell.iter_mut().zip(&*pools).zip(&fallen[1..]) {
            let meets = fallen.meets.map_or(&ZERO, |meets| &values[meets]);
            take_fallen(pool, meets, &mut more, taken, offered);
        }
    }

    /// Takes what an entry turned away for good out of what is left for those behind it. Without `when_full` that is what
    /// outages turn away and failover does not save; what exceeds a capacity goes on whole.
    pub(super) fn note(
        &mut self,
        entry: &Entry,
        values: &Values,
        [offered, served]: [&Lanes; 2],
        left: &mut Lanes,
    ) {
        let (away, pools) = (&mut self.away[entry.stream], &mut self.pools[entry.stream]);
        if entry.sheds {
            let mut shed = *offered;
            lanes::subtract(&mut shed, served);
            lanes::subtract(left, &shed);
            lanes::add(away, &shed);
        }
        let Some(Outages { down, fallen, succeeds }) = &entry.outages else { return };
        let down = &values[*down];
        let meets = |fallen: &Fallen| fallen.meets.map_or(&ZERO, |meets| &values[meets]);
        let mut asked = Lanes::ZERO;
        for (taken, fallen) in self.taken.iter().zip(fallen) {
            add_asked(taken, meets(fallen), down, &mut asked);
        }
        let full = full(&asked, served);
        let succeeds = succeeds.map_or(&lanes::ONE, |succeeds| &values[succeeds]);
        for (from, (taken, one)) in self.taken.iter().zip(fallen).enumerate() {
            let (mut falls, mut stays) = (Lanes::ZERO, Lanes::ZERO);
            part(taken, meets(one), down, &full, entry.sheds, &mut falls, &mut stays);
            lose(&mut falls, succeeds, left, away);
            change(&mut pools[from], &stays, taken);
            lanes::add(&mut pools[one.to], &falls);
        }
    }

    /// What was turned away is among what nobody served.
    pub(super) fn bring_back(&self, remaining: &mut [Lanes]) {
        for (left, away) in remaining.iter_mut().zip(&self.away) {
            lanes::add(left, away);
        }
    }
}

/// The share of what fell that is still there, where entries that know no outage have served some of it.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn kept(all: &Lanes, left: &Lanes) -> Option<Lanes> {
    let (mut share, mut any) = (Lanes::ZERO, false);
    for i in 0..LANES {
        let less = all[i] > left[i];
        share[i] = if less { math::larger(left[i], 0.0) / all[i] } else { 1.0 };
        any |= less;
    }
    any.then_some(share)
}

/// Takes, out of what is offered, who never fell.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn take_new(left: &Lanes, fell: &Lanes, more: &mut Lanes, taken: &mut Lanes) {
    for i in 0..LANES {
        taken[i] = math::smaller(more[i], math::larger(left[i] - fell[i], 0.0));
        more[i] -= taken[i];
    }
}

/// Takes more of a pool, of which a share meets the same outage and is not asked.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn take_fallen(pool: &Lanes, meets: &Lanes, more: &mut Lanes, taken: &mut Lanes, asked: &mut Lanes) {
    for i in 0..LANES {
        taken[i] = math::smaller(more[i], pool[i]);
        more[i] -= taken[i];
        asked[i] += taken[i] * (1.0 - meets[i]);
    }
}

/// Adds who finds the entry up.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn add_asked(taken: &Lanes, meets: &Lanes, down: &Lanes, asked: &mut Lanes) {
    for i in 0..LANES {
        asked[i] += taken[i] * ((1.0 - meets[i]) * (1.0 - down[i]));
    }
}

/// The share of those who found it up that it had no room for.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn full(asked: &Lanes, served: &Lanes) -> Lanes {
    Lanes::from_fn(|i| if asked[i] > served[i] { 1.0 - served[i] / asked[i] } else { 0.0 })
}

/// Of what was taken from a pool: what falls, and what goes on as it came. Who sheds has dealt with what it turned away itself.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn part(
    taken: &Lanes,
    meets: &Lanes,
    down: &Lanes,
    full: &Lanes,
    sheds: bool,
    falls: &mut Lanes,
    stays: &mut Lanes,
) {
    for i in 0..LANES {
        let offered = 1.0 - meets[i];
        let up = offered * (1.0 - down[i]);
        falls[i] = taken[i] * (1.0 - if sheds { offered } else { up });
        stays[i] = if sheds { 0.0 } else { taken[i] * up * full[i] };
    }
}

/// Takes what failover does not save out of what falls and of what is left.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn lose(falls: &mut Lanes, succeeds: &Lanes, left: &mut Lanes, away: &mut Lanes) {
    for i in 0..LANES {
        let lost = math::smaller(falls[i] * (1.0 - succeeds[i]), left[i]);
        left[i] -= lost;
        away[i] += lost;
        falls[i] -= lost;
    }
}

/// `pool += stays - taken`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn change(pool: &mut Lanes, stays: &Lanes, taken: &Lanes) {
    for i in 0..LANES {
        pool[i] += stays[i] - taken[i];
    }
}
