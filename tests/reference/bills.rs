//! What does not depend on a fleet: tokens of vendors, charges, contracts.

use tokencast::demand::Traffic;
use tokencast::finance::Component;
use tokencast::pricing::RateCard;
use tokencast::scenario::{Serve, Strategy};

use crate::account::Account;
use crate::book::{Book, Now};
use crate::work::{age_of_rollout, work};

/// A vendor's llm by `vendor/llm`.
fn card<'a>(book: &'a Book, by: &str) -> (&'a RateCard, String) {
    let (vendor, llm) = by.split_once('/').unwrap();
    let vendors = &book.scenario.definitions.vendors;
    let vendor = &vendors.iter().find(|(id, _)| id.id == vendor).unwrap().1;
    (vendor.llm(llm).unwrap(), by.replace('/', ".llm."))
}

/// The factor on all rates: of the cheapest region that is allowed and asked for, and of time.
fn factor(now: &Now, by: &str, traffic: Option<&Traffic>, region: Option<&str>) -> f64 {
    let (card, at) = card(now.book, by);
    let allowed = |name: &str| {
        let stays = traffic.and_then(|traffic| traffic.stays_in.as_ref());
        stays.is_none_or(|list| list.iter().any(|one| one == name)) && region.is_none_or(|one| one == name)
    };
    let fits = card.regions.iter().filter(|(name, _)| allowed(name));
    let cheapest = fits.min_by(|a, b| a.1.distribution.mean().total_cmp(&b.1.distribution.mean()));
    let here = cheapest.map_or(1.0, |(_, number)| now.raw(&number.origin.address));
    here * now.said(&format!("vendor.{at}.over_time")).unwrap_or(1.0)
}

/// All requests of an entry, bought from a vendor.
pub(crate) fn buy_tokens(
    now: &Now,
    strategy: &Strategy,
    serve: &Serve,
    stream: usize,
    offered: f64,
    account: &mut Account,
) {
    let by = serve.by.id.as_str();
    let vendor = by.split('/').next().unwrap();
    let (card, _) = card(now.book, by);
    let traffic = &now.book.scenario.traffics[stream].1;
    let work = work(now, strategy, stream, card.tokenizer.as_ref());
    let factor = factor(now, by, Some(traffic), serve.region.as_ref().map(|region| region.id.as_str()));
    let price = |number: &tokencast::distribution::Number| now.value(&number.origin.address) * factor;
    let calls = offered * work.calls;
    let waiting = if serve.tier == tokencast::pricing::Tier::Batch { work.waits } else { 0.0 };
    let at_once = 1.0 - waiting;
    let mut fresh = 1.0;
    if let (Some(cache), Some((read, written))) = (&card.cache, work.cached) {
        let tokens = calls * work.input * at_once;
        account.buy(vendor, Component::ApiCache, tokens * read, price(&cache.read), true);
        fresh -= read;
        if let Some(rate) = cache.writes.first().map(|write| &write.rate) {
            account.buy(vendor, Component::ApiCache, tokens * written, price(rate), true);
            fresh -= written;
        }
    }
    account.buy(vendor, Component::ApiTokens, calls * work.input * fresh * at_once, price(&card.input), true);
    account.buy(vendor, Component::ApiTokens, calls * work.output * at_once, price(&card.output), true);
    if let Some(request) = &card.request {
        account.buy(vendor, Component::ApiTokens, calls, price(request), false);
    }
    if waiting > 0.0 {
        let batch = now.raw(&card.factors.batch.as_ref().unwrap().origin.address);
        for (tokens, rate) in [(work.input, &card.input), (work.output, &card.output)] {
            let quantity = calls * tokens * waiting;
            account.buy(vendor, Component::ApiTokens, quantity, price(rate) * batch, true);
        }
    }
}

/// The price of a GPU-hour: on demand, or reserved for a term.
pub(crate) fn gpu_price(now: &Now, gpus: &str, term: Option<&str>) -> f64 {
    let at = format!("vendor.{}", gpus.replace('/', ".gpu."));
    let over_time = now.said(&format!("{at}.over_time")).unwrap_or(1.0);
    let on_demand = now.per_hour(&format!("{at}.rates.on_demand")) * over_time;
    let Some(term) = term else { return on_demand };
    let rate = format!("{at}.rates.{term}");
    if now.book.has(&rate) {
        return now.per_hour(&rate) * over_time;
    }
    on_demand * now.raw(&format!("{at}.factors.{term}"))
}

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
    account.spend(Component::TrainingCompute, hours * gpu_price(now, &programme.gpus.id, None));
    if programme.data.is_some() {
        let of = |key: &str| now.value(&format!("{at}.data.{key}"));
        let review = now.said(&format!("{at}.data.review")).unwrap_or(0.0);
        let made = of("items") * (1.0 + of("rework")) / (1.0 - of("reject"));
        account.spend(Component::TrainingData, made * (of("price") + review));
    }
    if let Some(evaluation) = &programme.evaluation {
        let judge = evaluation.judge.id.as_str();
        let (card, _) = card(now.book, judge);
        let factor = factor(now, judge, None, None);
        let cases = now.raw(&evaluation.cases.origin.address);
        for (tokens, rate) in
            [(&evaluation.input_tokens, &card.input), (&evaluation.output_tokens, &card.output)]
        {
            let each = now.raw(&tokens.origin.address) * now.value(&rate.origin.address) * factor;
            account.spend(Component::Evaluation, cases * each);
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

/// Contracts take off what their bands say.
pub(crate) fn settle(now: &Now, strategy: &Strategy, account: &mut Account) {
    for contract in &strategy.contracts {
        let at = format!("contract.{}.volume_discount", contract.id);
        let vendors = now.book.text(&format!("{at}.vendors"));
        let vendors = vendors.unwrap_or_else(|| panic!("this evaluator does not know `{}`", contract.id));
        let ours = |vendor: &str| vendors.contains(&format!("\"{vendor}\""));
        let bought: Vec<_> = account.bought.iter().filter(|(vendor, ..)| ours(vendor)).collect();
        let spend: f64 = bought.iter().map(|(_, amount, _)| amount).sum();
        let tokens: f64 = bought.iter().map(|(.., tokens)| tokens).sum();
        let bands = now.book.text(&format!("{at}.bands")).unwrap();
        let volume = if bands.contains("token") { tokens } else { spend };
        let count = now.book.below(&format!("{at}.bands")).len();
        let begins = |band: usize| now.per_month(&format!("{at}.bands.{band}.above"));
        let marginal = now.book.text(&format!("{at}.applies")) == Some("marginal");
        let mut credit = 0.0;
        for band in 0..count {
            let discount = now.raw(&format!("{at}.bands.{band}.discount"));
            let end = if band + 1 < count { begins(band + 1) } else { f64::INFINITY };
            let inside = volume.min(end) - begins(band);
            if inside > 0.0 && marginal {
                credit += discount * spend * inside / volume;
            } else if inside > 0.0 && volume <= end {
                credit += discount * spend;
            }
        }
        account.spend(Component::Discounts, -credit);
    }
}
