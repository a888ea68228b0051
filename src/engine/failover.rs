//! What becomes of requests that an entry does not serve: they go to the next entry, unless they are turned away for good.

use crate::lanes::{self, LANES, Lanes, Values};
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
        let pools = &mut self.pools[entry.stream][..];
        let told = fallen.len();
        for i in 0..LANES {
            let all: f64 = pools[1..].iter().map(|pool| pool[i]).sum();
            // Entries that know no outage have served some of them.
            if all > left[i] {
                let share = left[i].max(0.0) / all;
                pools[1..].iter_mut().for_each(|pool| pool[i] *= share);
            }
            let mut more = offered[i];
            self.taken[0][i] = more.min((left[i] - all).max(0.0));
            more -= self.taken[0][i];
            let mut asked = self.taken[0][i];
            for from in 1..told {
                let taken = more.min(pools[from][i]);
                more -= taken;
                self.taken[from][i] = taken;
                asked += taken * fallen[from].meets.map_or(1.0, |meets| 1.0 - values[meets][i]);
            }
            offered[i] = asked;
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
            for i in 0..LANES {
                let shed = offered[i] - served[i];
                left[i] -= shed;
                away[i] += shed;
            }
        }
        let Some(Outages { down, fallen, succeeds }) = &entry.outages else { return };
        let down = &values[*down];
        for i in 0..LANES {
            let up = |from: usize| {
                let meets = fallen[from].meets.map_or(0.0, |meets| values[meets][i]);
                (1.0 - meets, (1.0 - meets) * (1.0 - down[i]))
            };
            let asked: f64 = (0..fallen.len()).map(|from| self.taken[from][i] * up(from).1).sum();
            // Who found it up and full goes on as it came.
            let full = if asked > served[i] { 1.0 - served[i] / asked } else { 0.0 };
            let fails = succeeds.map_or(0.0, |succeeds| 1.0 - values[succeeds][i]);
            for (from, Fallen { to, .. }) in fallen.iter().enumerate() {
                let (taken, (offered, up)) = (self.taken[from][i], up(from));
                let falls = if entry.sheds { taken * (1.0 - offered) } else { taken * (1.0 - up) };
                let lost = (falls * fails).min(left[i]);
                left[i] -= lost;
                away[i] += lost;
                let stays = if entry.sheds { 0.0 } else { taken * up * full };
                pools[from][i] += stays - taken;
                pools[*to][i] += falls - lost;
            }
        }
    }

    /// What was turned away is among what nobody served.
    pub(super) fn bring_back(&self, remaining: &mut [Lanes]) {
        for (left, away) in remaining.iter_mut().zip(&self.away) {
            lanes::add(left, away);
        }
    }
}
