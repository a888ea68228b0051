//! What a strategy costs whatever it serves: people, running, rollouts.

use crate::demand;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, UnitOf};
use crate::document::Reference;
use crate::finance::{Basis, Bought, Charge, Component, Line};
use crate::lanes::{LANES, Slot};
use crate::lever::Lever;
use crate::operations::{BYTES_PER_TOKEN, Calls, Compliance, Logs, Operations, Stored};
use crate::pricing::Asked;
use crate::process::{Exponential, Lookup, Path, WrittenPath};
use crate::scenario::{Scenario, Strategy as Written};
use crate::supply::find;

/// The rollouts of levers.
pub(super) fn rollouts(levers: &[(&Reference, &dyn Lever)], lookup: &mut dyn Lookup) -> Option<Vec<Charge>> {
    let mut charges = Some(Vec::new());
    for (id, lever) in levers {
        add(&mut charges, lever.charges(&id.id, lookup));
    }
    charges
}

/// The operations of a strategy.
pub(super) fn operations(
    scenario: &Scenario,
    written: &Written,
    volume: &Volume,
    lookup: &mut dyn Lookup,
) -> Option<Vec<Charge>> {
    let mut charges = Some(Vec::new());
    for wanted in &written.operations {
        let operations = find("operations", &scenario.operations, wanted, lookup);
        add(&mut charges, operations.and_then(|found| running(scenario, (wanted, found), volume, lookup)));
    }
    charges
}

/// Adds to a list, which is lost with any part of it.
fn add(charges: &mut Option<Vec<Charge>>, more: Option<Vec<Charge>>) {
    *charges = charges.take().zip(more).map(|(mut charges, more)| {
        charges.extend(more);
        charges
    });
}

/// Writes charges for one payee.
pub(super) struct Charger<'a> {
    pub(super) payee: &'a str,
    pub(super) due: Option<Vec<bool>>,
    pub(super) from: Option<Bought>,
    pub(super) charges: Vec<Charge>,
}

impl<'a> Charger<'a> {
    pub(super) fn new(payee: &'a str) -> Self {
        Self { payee, due: None, from: None, charges: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        component: Component,
        label: &str,
        unit: (&'static str, f64),
        quantity: Slot,
        price: Slot,
    ) {
        let inputs = vec![quantity, price];
        self.push(self.line(component, label, unit, inputs), quantity, price, None);
    }

    /// A share of what serving costs.
    pub(super) fn add_share(&mut self, component: Component, label: &str, share: Slot, of: Basis) {
        let line = self.line(component, label, ("months of it", 1.0), vec![share]);
        self.push(line, share, share, Some(of));
    }

    fn line(&self, component: Component, label: &str, unit: (&'static str, f64), inputs: Vec<Slot>) -> Line {
        let (payee, label) = (self.payee.to_owned(), label.to_owned());
        Line { component, label, payee, unit: unit.0, per_unit: unit.1, inputs }
    }

    fn push(&mut self, line: Line, quantity: Slot, price: Slot, of: Option<Basis>) {
        self.charges.push(Charge { line, quantity, price, of, from: self.from, due: self.due.clone() });
    }
}

/// Calls of a vendor's llm that no user asked for.
pub(super) struct Call<'a> {
    pub(super) by: &'a Reference,
    /// Tokens in and out, per call.
    pub(super) tokens: [&'a Number; 2],
    pub(super) component: Component,
    pub(super) labels: [&'static str; 2],
}

impl Call<'_> {
    /// So many calls are bought.
    pub(super) fn charge(
        &self,
        scenario: &Scenario,
        calls: Slot,
        charger: &mut Charger,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        let card = scenario.definitions.rate_card(self.by, lookup)?;
        let asked = Asked { allowed: None, region: None, week: &[], lasts: None, at: self.by };
        let card = card.resolve(&asked, lookup)?;
        charger.from = scenario.definitions.bought(self.by, true, lookup);
        // Whoever asks it meets what becomes of its vendor's prices.
        let dearer = lookup.hit(&self.by.id).price;
        for ((label, tokens), price) in self.labels.iter().zip(self.tokens).zip([card.input, card.output]) {
            let tokens = lookup.number(tokens);
            let tokens = lookup.times(calls, tokens);
            let price = dearer.map_or(price, |factor| lookup.times(price, factor));
            charger.add(self.component, label, ("Mtok", 1e6), tokens, price);
        }
        charger.from = None;
        Some(())
    }
}

/// What is asked of somebody as long as it is not turned off for good: after that nothing is paid for it. That is said.
pub(super) fn while_there(by: &Reference, quantity: Slot, help: &str, lookup: &mut dyn Lookup) -> Slot {
    let Some(open) = lookup.hit(&by.id).open else { return quantity };
    let message = format!("`{}` can be turned off for good, and nobody follows it here", by.id);
    lookup.refuse(
        Diagnostic::warning("nobody-follows", by.span, message)
            .label("from that day on this is not paid for; what it brings is counted all the same")
            .help(help.to_owned()),
    );
    lookup.times(quantity, open)
}

/// What arrives of the traffics that a strategy serves.
pub(super) struct Volume<'a>(pub(super) Vec<&'a demand::Stream>);

impl Volume<'_> {
    /// Requests of the month.
    fn requests(&self, lookup: &mut dyn Lookup) -> Slot {
        self.sum(lookup, |stream, _| stream.requests)
    }

    /// Tokens of the month, in and out.
    fn tokens(&self, lookup: &mut dyn Lookup) -> Slot {
        self.sum(lookup, |stream, lookup| {
            let tokens = lookup.plus(stream.input_tokens, stream.output_tokens);
            let each = lookup.times(tokens, stream.calls);
            lookup.times(stream.requests, each)
        })
    }

    /// Tokens of the month that are answers.
    fn written(&self, lookup: &mut dyn Lookup) -> Slot {
        self.sum(lookup, |stream, lookup| {
            let each = lookup.times(stream.output_tokens, stream.calls);
            lookup.times(stream.requests, each)
        })
    }

    fn sum(&self, lookup: &mut dyn Lookup, of: impl Fn(&demand::Stream, &mut dyn Lookup) -> Slot) -> Slot {
        let mut sum = None;
        for stream in &self.0 {
            let one = of(stream, lookup);
            sum = Some(sum.map_or(one, |sum| lookup.plus(sum, one)));
        }
        sum.unwrap_or_else(|| lookup.constant(0.0))
    }
}

/// Posts what an operation costs.
fn running(
    scenario: &Scenario,
    (id, operations): (&Reference, &Operations),
    volume: &Volume,
    lookup: &mut dyn Lookup,
) -> Option<Vec<Charge>> {
    let mut charger = Charger::new(&id.id);
    let one = lookup.constant(1.0);
    staff(operations, &mut charger, lookup)?;
    if let Some(monitoring) = &operations.monitoring {
        if let Some(running) = &monitoring.running {
            let price = lookup.per_month(running)?;
            charger.add(Component::Monitoring, "monitoring", ("months", 1.0), one, price);
        }
        if let Some(logs) = &monitoring.logs {
            store(logs, volume, &mut charger, lookup)?;
        }
    }
    guard(scenario, operations, volume, &mut charger, lookup)?;
    if let Some(incidents) = &operations.incidents {
        let (count, cost) = incidents.resolve(lookup)?;
        // Posted as count × mean cost of the month's incidents, so that `explain` shows both.
        let mean = mean_cost(count, cost, lookup);
        charger.add(Component::Incidents, "incidents", ("incidents", 1.0), count, mean);
    }
    comply(&operations.compliance, &mut charger, lookup)?;
    if let Some(gateway) = &operations.gateway {
        if let Some(running) = &gateway.running {
            let price = lookup.per_month(running)?;
            charger.add(Component::Gateway, "gateway", ("months", 1.0), one, price);
        }
        if let Some(per_request) = &gateway.per_request {
            let (requests, price) = (volume.requests(lookup), lookup.path(per_request)?);
            charger.add(
                Component::Gateway,
                "requests through the gateway",
                ("requests", 1.0),
                requests,
                price,
            );
        }
        if let Some(fee) = &gateway.fee {
            let fee = lookup.number(fee);
            charger.add_share(Component::Gateway, "gateway fee on API spend", fee, Basis::Api);
        }
    }
    if let Some(share) = &operations.evaluation {
        let share = lookup.number(share);
        charger.add_share(Component::Evaluation, "live traffic served once more", share, Basis::Serving);
    }
    if let Some(price) = &operations.egress {
        let (price, per_token) = (lookup.path(price)?, lookup.constant(BYTES_PER_TOKEN));
        let written = volume.written(lookup);
        let bytes = lookup.times(written, per_token);
        charger.add(Component::Gateway, "answers that leave the network", ("GB", 1e9), bytes, price);
    }
    Some(charger.charges)
}

fn staff(operations: &Operations, charger: &mut Charger, lookup: &mut dyn Lookup) -> Option<()> {
    for (role, people) in &operations.roles {
        let fte = lookup.path(&people.fte)?;
        let mut salary = lookup.per_month(&people.salary)?;
        if let Some(growth) = &people.salary_growth {
            let factor = WrittenPath::new(Exponential::factor(growth.clone()), UnitOf::default());
            let factor = lookup.path(&Path::Process(factor, growth.origin.clone()))?;
            salary = lookup.times(salary, factor);
        }
        charger.add(Component::Staff, &role.id, ("FTE-months", 1.0), fte, salary);
    }
    if let Some(on_call) = &operations.on_call {
        let (mut seats, allowance) = (lookup.number(&on_call.seats), lookup.per_month(&on_call.allowance)?);
        if on_call.people_per_seat > 1.0 {
            let people = lookup.constant(on_call.people_per_seat);
            seats = lookup.times(seats, people);
        }
        charger.add(Component::Staff, "on-call seats", ("seat-months", 1.0), seats, allowance);
    }
    Some(())
}

/// Logs: a share of all tokens, as bytes, kept for a while.
fn store(logs: &Logs, volume: &Volume, charger: &mut Charger, lookup: &mut dyn Lookup) -> Option<()> {
    let price = lookup.per_month(&logs.storage)?;
    let (share, bytes) = (lookup.number(&logs.logged), lookup.number(&logs.bytes_per_token));
    let tokens = volume.tokens(lookup);
    let logged = lookup.times(tokens, share);
    let logged = lookup.times(logged, bytes);
    let process = Stored { logged, months: logs.retention_months, length: lookup.timeline().length };
    let stored = lookup.echo("stored logs", &[logged], Box::new(process));
    charger.add(Component::Monitoring, "stored logs", ("GB-months", 1e9), stored, price);
    Some(())
}

/// Guardrail calls, and people who look at answers.
fn guard(
    scenario: &Scenario,
    operations: &Operations,
    volume: &Volume,
    charger: &mut Charger,
    lookup: &mut dyn Lookup,
) -> Option<()> {
    if let Some(guardrail) = &operations.guardrail {
        let share = lookup.number(&guardrail.share);
        let requests = volume.requests(lookup);
        let checks = lookup.times(requests, share);
        match &guardrail.calls {
            Calls::Priced(price) => {
                let price = lookup.path(price)?;
                charger.add(Component::Guardrails, "guardrail checks", ("requests", 1.0), checks, price);
            }
            Calls::Tokens { by, input, output } => {
                let labels = ["tokens read by the guardrail", "tokens written by the guardrail"];
                let call = Call { by, tokens: [input, output], component: Component::Guardrails, labels };
                let help = "let a vendor that stays check, or say the price of a check";
                let checks = while_there(by, checks, help, lookup);
                call.charge(scenario, checks, charger, lookup)?;
            }
        }
    }
    if let Some(review) = &operations.review {
        let (share, price) = (lookup.number(&review.share), lookup.path(&review.price)?);
        let requests = volume.requests(lookup);
        let seen = lookup.times(requests, share);
        charger.add(Component::Guardrails, "answers that people review", ("requests", 1.0), seen, price);
    }
    Some(())
}

fn comply(compliance: &Compliance, charger: &mut Charger, lookup: &mut dyn Lookup) -> Option<()> {
    let one = lookup.constant(1.0);
    let months = lookup.timeline().length;
    if let Some(path) = &compliance.running {
        let price = lookup.per_month(path)?;
        charger.add(Component::Compliance, "running", ("months", 1.0), one, price);
    }
    if let Some(once) = &compliance.once {
        let price = lookup.number(once);
        charger.due = Some((0..months).map(|month| month == 0).collect());
        charger.add(Component::Compliance, "once", ("times", 1.0), one, price);
    }
    if let Some((cost, every)) = &compliance.audit {
        let price = lookup.number(cost);
        charger.due = Some((0..months).map(|month| month % every == every - 1).collect());
        charger.add(Component::Compliance, "audits", ("times", 1.0), one, price);
    }
    charger.due = None;
    Some(())
}

fn mean_cost(count: Slot, cost: Slot, lookup: &mut dyn Lookup) -> Slot {
    lookup.derive(
        "mean cost of an incident",
        &[count, cost],
        Box::new(move |v, out| {
            for i in 0..LANES {
                // Without an incident there is no cost either, and 0 / 1 is that.
                out[i] = v[cost][i] / v[count][i].max(1.0);
            }
        }),
    )
}
