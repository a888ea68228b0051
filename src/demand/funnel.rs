//! The users of a product's tiers, month by month.

use crate::calendar::Month;
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::Process;
use crate::random::Draws;

/// People who come to a product, move between its tiers and leave it; it tells the users of one tier.
///
/// `U(t+1) = U(t) + joins + Σ moves in − Σ moves out − churn`, each a share of the users of the month. Nobody is made or lost
/// between tiers, and where shares would take more than all users of a tier, all of them go, each way in proportion.
#[derive(Clone, Debug)]
pub struct Funnel {
    /// The tiers.
    pub tiers: Vec<Flows>,
    /// From which tier to which, and the share of users that moves.
    pub moves: Vec<(usize, usize, Slot)>,
    /// The tier whose users are told.
    pub told: usize,
}

/// What flows into a tier from outside, and out of it for good.
#[derive(Clone, Copy, Debug)]
pub struct Flows {
    /// Users in the first month.
    pub initial: Slot,
    /// New users of the month.
    pub joins: Option<Slot>,
    /// Share of users who leave in the month.
    pub churn: Slot,
}

impl Funnel {
    /// Values that it reads.
    pub fn inputs(&self) -> Vec<Slot> {
        let of = |one: &Flows| [Some(one.initial), one.joins, Some(one.churn)].into_iter().flatten();
        self.tiers.iter().flat_map(of).chain(self.moves.iter().map(|(.., rate)| *rate)).collect()
    }

    /// What of a tier's users goes at all, over the shares that would: 1 unless these are more than all.
    fn scale(&self, tier: usize, lane: usize, values: &Values) -> f64 {
        let moving =
            self.moves.iter().filter(|(from, ..)| *from == tier).map(|(.., rate)| values[*rate][lane]);
        let all = values[self.tiers[tier].churn][lane] + moving.sum::<f64>();
        if all > 1.0 { 1.0 / all } else { 1.0 }
    }
}

impl Process for Funnel {
    fn state(&self) -> usize {
        2 * self.tiers.len()
    }

    fn start(&self, values: &Values, state: &mut [Lanes]) {
        for (users, tier) in state.iter_mut().zip(&self.tiers) {
            *users = values[tier.initial];
        }
    }

    fn step(&self, _: &Month, values: &Values, _: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let (users, next) = state.split_at_mut(self.tiers.len());
        *out = users[self.told];
        next.copy_from_slice(users);
        for (place, tier) in self.tiers.iter().enumerate() {
            for i in 0..LANES {
                let there = users[place][i] * self.scale(place, i, values);
                next[place][i] -= there * values[tier.churn][i];
                if let Some(joins) = tier.joins {
                    next[place][i] += values[joins][i];
                }
                for (from, to, rate) in &self.moves {
                    if *from == place {
                        let moved = there * values[*rate][i];
                        next[place][i] -= moved;
                        next[*to][i] += moved;
                    }
                }
            }
        }
        for (users, next) in users.iter_mut().zip(next) {
            (0..LANES).for_each(|i| users[i] = next[i].max(0.0));
        }
    }
}
