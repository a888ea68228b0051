//! What a strategy spends in a month on one path.

use tokencast::finance::{Component, Measure};

/// Amounts of a month.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) components: [f64; Component::COUNT],
    pub(crate) measures: [f64; Measure::COUNT],
    /// What of it is paid at the start of the month.
    pub(crate) upfront: f64,
    /// What vendors bill: vendor, amount at list price, tokens.
    pub(crate) bought: Vec<(String, f64, f64)>,
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
        self.bought.push((vendor.to_owned(), quantity * price, if tokens { quantity } else { 0.0 }));
    }

    pub(crate) fn count(&mut self, measure: Measure, amount: f64) {
        self.measures[measure as usize] += amount;
    }

    /// Money that moves.
    pub(crate) fn cash(&self) -> f64 {
        let moves = |c: &&Component| !matches!(c, Component::Depreciation | Component::Disposal);
        Component::ALL.iter().filter(moves).map(|c| self.components[*c as usize]).sum()
    }
}
