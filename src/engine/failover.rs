//! What becomes of requests that an entry does not serve: they go to the next entry, unless they are turned away for good.

use crate::lanes::{self, LANES, Lanes, Values};
use crate::model::{Entry, Outages};

/// Requests of a month that are not simply left to the next entry, by stream.
pub(super) struct Turned {
    /// Turned away, and not offered again.
    away: Vec<Lanes>,
    /// Turned away by outages of the entries so far, and still on their way.
    fallen: Vec<Lanes>,
}

impl Turned {
    pub(super) fn new(streams: usize) -> Self {
        Self { away: vec![[0.0; LANES]; streams], fallen: vec![[0.0; LANES]; streams] }
    }

    /// Before the first entry.
    pub(super) fn clear(&mut self) {
        self.away.fill([0.0; LANES]);
        self.fallen.fill([0.0; LANES]);
    }

    /// What of a stream was turned away so far.
    pub(super) fn away(&mut self, stream: usize) -> &mut Lanes {
        &mut self.away[stream]
    }

    /// What fell at the entries before and meets the same outage here passes this entry by: it is not offered that.
    pub(super) fn pass_by(&self, entry: &Entry, values: &Values, left: &Lanes, offered: &mut Lanes) {
        let Some(meets) = entry.outages.as_ref().and_then(|outages| outages.meets) else { return };
        let (fallen, meets) = (&self.fallen[entry.stream], &values[meets]);
        for i in 0..LANES {
            offered[i] = offered[i].min((left[i] - fallen[i] * meets[i]).max(0.0));
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
        let (away, fallen) = (&mut self.away[entry.stream], &mut self.fallen[entry.stream]);
        if entry.sheds {
            for i in 0..LANES {
                let shed = offered[i] - served[i];
                left[i] -= shed;
                away[i] += shed;
            }
        } else if let Some(Outages { down, meets, succeeds }) = &entry.outages {
            let down = &values[*down];
            for i in 0..LANES {
                let passed = meets.map_or(0.0, |meets| fallen[i] * values[meets][i]);
                let falls = offered[i] * down[i] + passed;
                let lost = falls * succeeds.map_or(0.0, |succeeds| 1.0 - values[succeeds][i]);
                let lost = lost.min(left[i]);
                left[i] -= lost;
                away[i] += lost;
                fallen[i] = falls - lost;
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
