//! What a strategy costs whatever it serves: rollouts, training, people.

use tokencast::finance::Component;
use tokencast::scenario::Strategy;
use tokencast::training::{Compute, Programme, Restarts};

use crate::account::Account;
use crate::bills::{Prices, gpu_price, seller};
use crate::book::Now;
use crate::levers::{age_of_rollout, discounted};

/// What a strategy costs whatever it serves.
pub(crate) fn charge(now: &Now, strategy: &Strategy, account: &mut Account) {
    for lever in &strategy.levers {
        let id = format!("lever.{}", lever.id);
        for kind in now.book.below(&id) {
            introduce(now, strategy, &format!("{id}.{kind}"), account);
        }
    }
    for training in &strategy.training {
        train(now, strategy, &training.id, account);
    }
    for operations in &strategy.operations {
        operate(now, &format!("operations.{}", operations.id), account);
    }
}

/// What a lever costs by itself, and the programme that comes with it.
fn introduce(now: &Now, strategy: &Strategy, at: &str, account: &mut Account) {
    let age = age_of_rollout(now, at);
    if let Some(cost) = now.said(&format!("{at}.rollout.one_off")).filter(|_| age == 0) {
        account.spend(Component::Levers, cost);
    }
    let running = format!("{at}.rollout.running");
    if now.book.has(&running) && age >= 0 {
        account.spend(Component::Levers, now.per_month(&running));
    }
    if let Some(training) = now.book.text(&format!("{at}.training")) {
        train(now, strategy, training, account);
    }
}

fn train(now: &Now, strategy: &Strategy, id: &str, account: &mut Account) {
    let (_, programme) = now.book.scenario.training.iter().find(|(name, _)| name.id == id).unwrap();
    let from = programme.from.unwrap_or(now.book.model.timeline.start);
    let age = from.months_until(now.month.label);
    let every = programme.cadence.every_months.filter(|_| programme.cadence.is_calendar());
    if age < 0 || !(age as usize).is_multiple_of(every.unwrap()) {
        return;
    }
    let at = format!("training.{id}.{}", programme.kind);
    let mut hours = run_gpu_hours(now, programme) * now.raw(&programme.runs.origin.address)
        / (1.0 - now.raw(&programme.failed_runs.origin.address));
    if let Some(Restarts::Share(wasted)) = &programme.restarts {
        hours /= 1.0 - now.raw(&wasted.origin.address);
    }
    let gpus = programme.gpus.as_ref().unwrap();
    let asked = |by: &str| discounted(now, strategy, seller(by));
    let price = gpu_price(now, &gpus.id, None) * asked(&gpus.id);
    account.buy(seller(&gpus.id), Component::TrainingCompute, hours, price, false);
    if let Some(people) = &programme.people {
        account.spend(Component::Staff, now.value(&people.origin.address));
    }
    if programme.data.is_some() {
        let of = |key: &str| now.value(&format!("{at}.data.{key}"));
        let review = now.said(&format!("{at}.data.review")).unwrap_or(0.0);
        let made = of("items") * (1.0 + of("rework")) / (1.0 - of("reject"));
        account.spend(Component::TrainingData, made * (of("price") + review));
    }
    if let Some(evaluation) = &programme.evaluation {
        if let Some(judged) = &evaluation.judged {
            let judge = judged.judge.id.as_str();
            let prices = Prices::new(now, judge, None, None);
            let cases = now.raw(&judged.cases.origin.address);
            for (tokens, price) in
                [(&judged.input_tokens, prices.input()), (&judged.output_tokens, prices.output())]
            {
                let price = price * asked(judge);
                let tokens = cases * now.raw(&tokens.origin.address);
                account.buy(seller(judge), Component::Evaluation, tokens, price, true);
            }
        }
        if let Some(red_team) = &evaluation.red_team {
            account.spend(Component::Evaluation, now.value(&red_team.origin.address));
        }
    }
}

/// GPU-hours of one run: as stated, or 6 (`LoRA` 4, preference 8) operations a weight and token over what the GPU does.
fn run_gpu_hours(now: &Now, programme: &Programme) -> f64 {
    let tokens = match programme.compute.as_ref().unwrap() {
        Compute::GpuHours(hours) => return now.raw(&hours.origin.address),
        Compute::FromTokens(tokens) => tokens,
    };
    let definitions = &now.book.scenario.definitions;
    let llm = &definitions.llms.iter().find(|(id, _)| id.id == programme.llm.id).unwrap().1;
    let (_, gpu) = programme.gpus.as_ref().unwrap().halves().unwrap();
    let speed = definitions.gpus.iter().find(|(id, _)| id.id == gpu).unwrap().1.bf16;
    let each = match (&tokens.flop_per_weight, programme.kind) {
        (Some(written), _) => now.raw(&written.origin.address),
        (None, "lora") => 4.0,
        (None, "preference") => 8.0,
        (None, _) => 6.0,
    };
    let read = now.raw(&tokens.tokens.origin.address) * now.raw(&tokens.epochs.origin.address);
    read * each * llm.size.as_ref().unwrap().active_parameters / (speed * now.raw(&tokens.mfu.origin.address))
}

fn operate(now: &Now, at: &str, account: &mut Account) {
    for role in now.book.below(&format!("{at}.role")) {
        let at = format!("{at}.role.{role}");
        let growth = now.said(&format!("{at}.salary_growth")).unwrap_or(1.0);
        let salary = now.per_month(&format!("{at}.salary")) * growth;
        account.spend(Component::Staff, now.raw(&format!("{at}.fte")) * salary);
    }
    let names = &now.book.scenario.operations;
    let (_, operations) = names.iter().find(|(id, _)| at.ends_with(&format!(".{}", id.id))).unwrap();
    if let Some(seats) = now.said(&format!("{at}.on_call.seats")) {
        let people = operations.on_call.as_ref().unwrap().people_per_seat;
        account.spend(Component::Staff, seats * people * now.per_month(&format!("{at}.on_call.allowance")));
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
    if let Some(written) = &operations.incidents {
        // Number and cost of a month are drawn by the world; the cost is still in its own currency.
        let own = now.book.model.currency;
        let foreign = written.cost.unit.currency.filter(|currency| *currency != own);
        let rate = foreign.map_or(1.0, |currency| now.rate_of(currency.code()));
        account.spend(Component::Incidents, now.drawn(&incidents) * rate);
    }
}
