//! What a strategy spends in a month on one path.

use tokencast::finance::{Component, Measure};

/// Amounts of a month.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) components: [f64; Component::COUNT],
    pub(crate) measures: [f64; Measure::COUNT],
    /// What of it is paid at the start of the month.
    pub(crate) upfront: f64,
    /// What vendors bill.
    pub(crate) bought: Vec<Purchase>,
}

/// Something that a vendor bills.
#[derive(Clone)]
pub(crate) struct Purchase {
    pub(crate) vendor: String,
    /// At list price.
    pub(crate) list: f64,
    /// What contracts have left to pay.
    pub(crate) due: f64,
    pub(crate) tokens: f64,
}

impl Account {
    pub(crate) fn new() -> Self {
        Self {
            components: [0.0; Component::COUNT],
            measures: [0.0; Measure::COUNT],
            upfront: 0.0,
            bought: Vec::new(),
        }
    }

    pub(crate) fn spend(&mut self, component: Component, amount: f64) {
        self.components[component as usize] += amount;
    }

    pub(crate) fn buy(
        &mut self,
        vendor: &str,
        component: Component,
        quantity: f64,
        price: f64,
        tokens: bool,
    ) {
        self.spend(component, quantity * price);
        let amount = quantity * price;
        let tokens = if tokens { quantity } else { 0.0 };
        self.bought.push(Purchase { vendor: vendor.to_owned(), list: amount, due: amount, tokens });
    }

    pub(crate) fn count(&mut self, measure: Measure, amount: f64) {
        self.measures[measure as usize] += amount;
    }

    /// Money that moves.
    pub(crate) fn cash(&self) -> f64 {
        let moves = |c: &&Component| {
            !matches!(
                c,
                Component::Depreciation
                    | Component::LeaseInterest
                    | Component::Disposal
                    | Component::CreditLost
            )
        };
        Component::ALL.iter().filter(moves).map(|c| self.components[*c as usize]).sum()
    }
}
