//! Orders of servers: as planned, or as the need of past months asks for.

use super::kernels::{missing, order_all};
use super::{ON_ORDER, Running, SERVERS, WAITING, arriving};
use crate::calendar::Month;
use crate::lanes::{LANES, Lanes};
use crate::math;

impl Running {
    /// Servers ordered in this month arrive after the lead time, rounded up to whole months; before the scenario means at
    /// its start.
    pub(super) fn order(
        &self,
        now: &Month,
        lane: usize,
        servers: f64,
        months_ago: f64,
        lead: f64,
        state: &mut [Lanes],
    ) {
        let arrival = now.index as f64 + math::ceil((lead - months_ago).max(0.0) - 1e-9);
        state[ON_ORDER][lane] += servers;
        if arrival < self.months as f64 {
            state[arriving(arrival as usize)][lane] += servers;
        }
    }

    /// Orders what the trailing need and the margin ask for beyond what is there or on its way, from the first order on.
    pub(super) fn order_by_need(&self, now: &Month, lead: &Lanes, state: &mut [Lanes]) {
        let begun = self.orders[..=now.index].iter().any(|orders| !orders.is_empty());
        if self.over_months == 0 || now.index < self.over_months || !begun {
            return;
        }
        let past = &state[self.need_of(now.index - self.over_months)..self.need_of(now.index)];
        let factor = (1.0 + self.margin) / self.over_months as f64;
        let want = missing(past, factor, &state[SERVERS], &state[ON_ORDER]);
        if let Some(arrival) = self.same_arrival(now, lead) {
            let Ok([waiting, on_order, arriving]) =
                state.get_disjoint_mut([WAITING, ON_ORDER, arriving(arrival)])
            else {
                return;
            };
            order_all(&want, waiting, on_order, arriving);
            return;
        }
        for lane in 0..LANES {
            if want[lane] <= 0.0 || state[WAITING][lane] > 0.0 {
                continue;
            }
            self.order(now, lane, want[lane], 0.0, lead[lane], state);
        }
    }

    /// The month in which an order of this month arrives, if it is the same for all paths and within the scenario.
    pub(super) fn same_arrival(&self, now: &Month, lead: &Lanes) -> Option<usize> {
        let arrival = now.index as f64 + math::ceil(lead[0].max(0.0) - 1e-9);
        // To look at all of them takes less than to stop at the first that differs.
        let same = lead.iter().fold(0, |differ, months| differ | (months.to_bits() ^ lead[0].to_bits())) == 0;
        (same && arrival < self.months as f64).then_some(arrival as usize)
    }
}
