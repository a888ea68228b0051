//! What a strategy costs whatever it serves: rollouts, training, people.

use tokencast::finance::Component;
use tokencast::scenario::Strategy;

use crate::account::Account;
use crate::bills::{Prices, gpu_price, seller};
use crate::book::Now;
use crate::work::age_of_rollout;

/// What a strategy costs whatever it serves.
pub(crate) fn charge(now: &Now, strategy: &Strategy, account: &mut Account) {
    for lever in &strategy.levers {
        let at = format!("lever.{}.prefix_cache", lever.id);
        let age = age_of_rollout(now, &at);
        if let Some(cost) = now.said(&format!("{at}.rollout.one_off")).filter(|_| age == 0) {
            account.spend(Component::Levers, cost);
        }
        let running = format!("{at}.rollout.running");
        if now.book.has(&running) && age >= 0 {
            account.spend(Component::Levers, now.per_month(&running));
        }
    }
    for training in &strategy.training {
        train(now, &training.id, account);
    }
    for operations in &strategy.operations {
        operate(now, &format!("operations.{}", operations.id), account);
    }
}

fn train(now: &Now, id: &str, account: &mut Account) {
    let (_, programme) = now.book.scenario.training.iter().find(|(name, _)| name.id == id).unwrap();
    let from = programme.from.unwrap_or(now.book.model.timeline.start);
    let age = from.months_until(now.month.label);
    if age < 0 || !(age as usize).is_multiple_of(programme.every_months) {
        return;
    }
    let at = format!("training.{id}.{}", programme.kind);
    let hours = now.raw(&programme.gpu_hours.origin.address) * now.raw(&programme.runs.origin.address)
        / (1.0 - now.raw(&programme.failed_runs.origin.address));
    let price = gpu_price(now, &programme.gpus.id, None);
    account.buy(seller(&programme.gpus.id), Component::TrainingCompute, hours, price, false);
    if programme.data.is_some() {
        let of = |key: &str| now.value(&format!("{at}.data.{key}"));
        let review = now.said(&format!("{at}.data.review")).unwrap_or(0.0);
        let made = of("items") * (1.0 + of("rework")) / (1.0 - of("reject"));
        account.spend(Component::TrainingData, made * (of("price") + review));
    }
    if let Some(evaluation) = &programme.evaluation {
        let judge = evaluation.judge.id.as_str();
        let prices = Prices::new(now, judge, None, None);
        let cases = now.raw(&evaluation.cases.origin.address);
        for (tokens, price) in
            [(&evaluation.input_tokens, prices.input()), (&evaluation.output_tokens, prices.output())]
        {
            let tokens = cases * now.raw(&tokens.origin.address);
            account.buy(seller(judge), Component::Evaluation, tokens, price, true);
        }
        if let Some(red_team) = &evaluation.red_team {
            account.spend(Component::Evaluation, now.value(&red_team.origin.address));
        }
    }
}

fn operate(now: &Now, at: &str, account: &mut Account) {
    for role in now.book.below(&format!("{at}.role")) {
        let at = format!("{at}.role.{role}");
        let growth = now.said(&format!("{at}.salary_growth")).unwrap_or(1.0);
        let salary = now.per_month(&format!("{at}.salary")) * growth;
        account.spend(Component::Staff, now.raw(&format!("{at}.fte")) * salary);
    }
    if let Some(seats) = now.said(&format!("{at}.on_call.seats")) {
        account.spend(Component::Staff, seats * now.per_month(&format!("{at}.on_call.allowance")));
    }
    for (key, component) in
        [("monitoring.running", Component::Monitoring), ("compliance.running", Component::Compliance)]
    {
        let key = format!("{at}.{key}");
        if now.book.has(&key) {
            account.spend(component, now.per_month(&key));
        }
    }
    if let Some(once) = now.said(&format!("{at}.compliance.one_off")).filter(|_| now.month.index == 0) {
        account.spend(Component::Compliance, once);
    }
    let incidents = format!("{at}.incidents.cost");
    let names = &now.book.scenario.operations;
    let (_, operations) = names.iter().find(|(id, _)| at.ends_with(&format!(".{}", id.id))).unwrap();
    if let Some(written) = &operations.incidents {
        // Number and cost of a month are drawn by the world; the cost is still in its own currency.
        let own = now.book.model.currency;
        let foreign = written.cost.unit.currency.filter(|currency| *currency != own);
        let rate = foreign.map_or(1.0, |currency| now.rate_of(currency.code()));
        account.spend(Component::Incidents, now.drawn(&incidents) * rate);
    }
}
