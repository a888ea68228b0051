//! The books of owned servers: what is written off, what is owed, what is left, and servers that have had their time.

use super::kernels::{rate_left, sum_scaled};
use super::{BOOK_RATE, BOOKED, OWED, PAID, Running, SERVERS, WRITTEN_OFF};
use crate::calendar::Month;
use crate::finance::Ledger;
use crate::lanes::{self, LANES, Lanes, Values};
use crate::supply::running_costs::Resale;

impl Running {
    /// Where the servers delivered in a month are noted, if they will be replaced.
    pub(super) fn delivered_in(&self, month: usize) -> usize {
        self.need_of(self.months) + month
    }

    /// Replaces what was delivered a whole life ago, at the prices of this month.
    pub(super) fn replace(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        let Some(delivered) = self.refresh.and_then(|life| now.index.checked_sub(life)) else { return };
        let old = state[self.delivered_in(delivered)];
        if !lanes::any_above_zero(&old) {
            return;
        }
        let paid = std::mem::replace(&mut state[self.paid_in(delivered)], Lanes::ZERO);
        state[self.delivered_in(delivered)] = Lanes::ZERO;
        let life = now.index - delivered - 1;
        let (book, worn) = (self.depreciation.book_share(life), self.depreciation.worn(life));
        let (mut book_value, mut market) = (Lanes::ZERO, Lanes::ZERO);
        for i in 0..LANES {
            book_value[i] = paid[i] * book;
            market[i] = paid[i] * self.costs.resale.share(values, i, worn);
        }
        self.costs.post_end(&book_value, &market, ledger);
        lanes::subtract(&mut state[PAID], &paid);
        lanes::subtract(&mut state[SERVERS], &old);
        self.arrive(now, &old, values, state, ledger);
        self.add_up_depreciation(now, state);
    }

    /// What is written off in a month has changed where a delivery has had its time, or where the share is another every month.
    pub(super) fn depreciate(&self, now: &Month, state: &mut [Lanes]) {
        let months = self.depreciation.months();
        if !self.depreciation.is_even() {
            return self.add_up_depreciation(now, state);
        }
        if now.index == 0 || months >= self.months {
            return;
        }
        let (last, this) = (self.paid_in(now.index - 1), self.paid_in(now.index));
        if let Ok([booked, paid]) = state.get_disjoint_mut([BOOKED, last]) {
            lanes::add(booked, paid);
        }
        let Some(old) = now.index.checked_sub(months).map(|old| self.paid_in(old)) else { return };
        if !lanes::any_above_zero(&state[old]) {
            return;
        }
        if self.refresh.is_some() {
            return self.add_up_depreciation(now, state);
        }
        // Both sums are of the same months in the same order: where nothing is left, they are the same number, and the difference
        // leaves no trace.
        let places = [BOOK_RATE, BOOKED, WRITTEN_OFF, this, old];
        if let Ok([rate, booked, written_off, this, old]) = state.get_disjoint_mut(places) {
            *rate = rate_left(booked, this, old, self.depreciation.share(0), written_off);
        }
    }

    /// Something is replaced, or written off by another share than last month: adding up what is left leaves no trace of what is not,
    /// as subtracting would.
    pub(super) fn add_up_depreciation(&self, now: &Month, state: &mut [Lanes]) {
        let mut rate = Lanes::ZERO;
        if self.depreciation.is_even() {
            let first = self.paid_in((now.index + 1).saturating_sub(self.depreciation.months()));
            sum_scaled(&state[first..=self.paid_in(now.index)], self.depreciation.share(0), &mut rate);
            state[BOOK_RATE] = rate;
            return;
        }
        for delivered in (now.index + 1).saturating_sub(self.depreciation.months())..=now.index {
            let share = self.depreciation.share(now.index - delivered);
            for (rate, paid) in rate.iter_mut().zip(&state[self.paid_in(delivered)]) {
                *rate += paid * share;
            }
        }
        state[BOOK_RATE] = rate;
    }

    /// Pays what is due on leased servers.
    pub(super) fn pay_lease(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        let Some(lease) = &self.lease else { return };
        let mut borrowed = Lanes::ZERO;
        for delivered in (now.index + 1).saturating_sub(lease.months)..=now.index {
            lanes::add(&mut borrowed, &state[self.paid_in(delivered)]);
        }
        // Of what is paid back in full, rounding must leave nothing.
        for i in 0..LANES {
            if borrowed[i] <= 0.0 {
                state[OWED][i] = 0.0;
            }
        }
        let last = now.index + 1 == self.months;
        lease.pay(values, &borrowed, &mut state[OWED], last, ledger);
    }

    /// Book value and resale value of all servers at the end of a month.
    pub(super) fn values_left(
        &self,
        now: &Month,
        values: &Values,
        resale: &Resale,
        state: &[Lanes],
    ) -> (Lanes, Lanes) {
        let (mut book, mut market) = (Lanes::ZERO, Lanes::ZERO);
        for delivered in 0..=now.index {
            let age = now.index - delivered;
            let (in_books, worn) = (self.depreciation.book_share(age), self.depreciation.worn(age));
            let paid = &state[self.paid_in(delivered)];
            for i in 0..LANES {
                book[i] += paid[i] * in_books;
                market[i] += paid[i] * resale.share(values, i, worn);
            }
        }
        (book, market)
    }
}
