//! What levers do, written again: who acts on what, how much of it there is, and who is asked before the entries of `serve`.

use statrs::distribution::{ContinuousCDF, Normal};
use tokencast::demand::Traffic;
use tokencast::finance::Component;
use tokencast::pricing::Tier;
use tokencast::scenario::{Serve, Strategy};

use crate::account::Account;
use crate::bills::card;
use crate::book::Now;

/// The lever of a kind that a strategy pulls on something: a traffic, a supply or a vendor.
pub(crate) fn lever_on(now: &Now, strategy: &Strategy, kind: &str, thing: &str) -> Option<String> {
    let mut pulled = strategy.levers.iter().map(|lever| format!("lever.{}.{kind}", lever.id));
    pulled.find(|at| {
        let book = now.book;
        if book.below(at).is_empty() {
            return false;
        }
        let list = book.text(&format!("{at}.on")).or_else(|| book.text(&format!("{at}.supplies")));
        let named = |list: &str| list.contains(&format!("\"{thing}\""));
        match (list, book.text(&format!("{at}.vendor"))) {
            (None, None) => true,
            (list, vendor) => list.is_some_and(named) || vendor == Some(thing),
        }
    })
}

/// Months since a lever was introduced; negative before.
pub(crate) fn age_of_rollout(now: &Now, lever: &str) -> i32 {
    let from = now.book.text(&format!("{lever}.rollout.from"));
    let from = from.map_or(now.book.model.timeline.start, crate::month);
    from.months_until(now.month.label)
}

/// How much of a lever there is.
pub(crate) fn progress(now: &Now, at: &str) -> f64 {
    let ramp = now.book.months(&format!("{at}.rollout.ramp"), 0.0);
    let age = age_of_rollout(now, at);
    if age < 0 { 0.0 } else { (f64::from(age + 1) / (ramp + 1.0)).min(1.0) }
}

/// A share of a lever, as far as it is there; nothing where a strategy has none of the kind.
fn share_of(now: &Now, strategy: &Strategy, (kind, key): (&str, &str), thing: &str) -> f64 {
    let at = lever_on(now, strategy, kind, thing);
    at.map_or(0.0, |at| now.raw(&format!("{at}.{key}")) * progress(now, &at))
}

/// What a prompt is cut to.
pub(crate) fn trimmed(now: &Now, strategy: &Strategy, traffic: &str) -> f64 {
    1.0 - share_of(now, strategy, ("prompt_trim", "cut"), traffic)
}

/// What a cap leaves of an answer, and the calls that are made for one.
pub(crate) fn capped(now: &Now, strategy: &Strategy, id: &str, traffic: &Traffic, mean: f64) -> (f64, f64) {
    let Some(at) = lever_on(now, strategy, "response_cap", id) else { return (1.0, 1.0) };
    let cap = now.raw(&format!("{at}.cap")) / mean;
    // The share of answers that are longer, and the share of all tokens that these have.
    let (longer, theirs) = if let Some(spread) = &traffic.output.spread {
        let cap = cap * spread.mean();
        (1.0 - spread.cdf(cap), spread.mean_above(cap) / spread.mean())
    } else {
        let above = |shift: f64| Normal::standard().sf(cap.ln() / LOG_SD + shift * LOG_SD / 2.0);
        (above(1.0), above(-1.0))
    };
    let calls = 1.0 + now.raw(&format!("{at}.retries")) * longer;
    let (left, progress) = (1.0 - theirs + cap * longer, progress(now, &at));
    (1.0 + progress * (left - 1.0), 1.0 + progress * (calls - 1.0))
}

/// Of answers of a traffic that only says their average: lognormal.
const LOG_SD: f64 = 0.95;

/// The share of what repeats that is found in a prefix cache, where so many calls arrive.
pub(crate) fn hit_rate(now: &Now, at: &str, calls: f64) -> f64 {
    if let Some(rate) = now.said(&format!("{at}.hit_rate")) {
        return rate * progress(now, at);
    }
    let prefixes = now.raw(&format!("{at}.reuse.prefixes"));
    let lasts = now.book.hours(&format!("{at}.lasts")).unwrap();
    let again = calls / prefixes / now.month.hours * lasts;
    let fits = now.said(&format!("{at}.reuse.holds")).map_or(1.0, |holds| (holds / prefixes).min(1.0));
    (1.0 - (-again).exp()).min(fits) * progress(now, at)
}

/// Whether an llm scores enough for a traffic, with what levers change of it.
pub(crate) fn good_enough(now: &Now, strategy: &Strategy, by: &str, traffic: &str) -> bool {
    let (_, needs) = now.book.scenario.traffics.iter().find(|(id, _)| id.id == traffic).unwrap();
    needs.needs_quality.iter().all(|(evaluation, least)| {
        assert!(by.contains('/'), "this evaluator knows scores of vendors' llms only");
        let measured = &card(now.book, by).quality;
        let (_, score) = measured.iter().find(|(name, _)| name == evaluation).unwrap();
        let changes = strategy.levers.iter().flat_map(|lever| {
            let id = format!("lever.{}", lever.id);
            let kinds = now.book.below(&id).into_iter();
            kinds.map(move |kind| format!("{id}.{kind}")).collect::<Vec<_>>()
        });
        let change: f64 = changes
            .filter(|at| {
                lever_on(now, strategy, at.rsplit('.').next().unwrap(), traffic).as_ref() == Some(at)
            })
            .filter_map(|at| {
                Some(now.said(&format!("{at}.quality_change.{evaluation}"))? * progress(now, &at))
            })
            .sum();
        let score = (now.raw(&score.origin.address) + change).clamp(0.0, 1.0);
        score >= now.raw(&least.origin.address)
    })
}

/// What a vendor's prices are multiplied with.
pub(crate) fn discounted(now: &Now, strategy: &Strategy, vendor: &str) -> f64 {
    1.0 - share_of(now, strategy, ("negotiated_discount", "discount"), vendor)
}

/// What a replica serves more, how much faster it writes, and from where to where the table of its capacity goes. How likely drafts
/// are right, and what they cost, is known here: else that table would end where their distributions do.
pub(crate) fn faster(now: &Now, strategy: &Strategy, supply: &str) -> (f64, f64, [f64; 2]) {
    let so_far = |at: &str, factor: f64| 1.0 + progress(now, at) * (factor - 1.0);
    let throughput = ["quantization", "sparsity"].into_iter().filter_map(|kind| {
        let at = lever_on(now, strategy, kind, supply)?;
        Some(so_far(&at, now.raw(&format!("{at}.throughput"))))
    });
    let throughput = throughput.product();
    let Some(at) = lever_on(now, strategy, "speculative_decoding", supply) else {
        return (throughput, 1.0, [1.0; 2]);
    };
    let a = now.raw(&format!("{at}.acceptance"));
    let k = now.book.number(&format!("{at}.draft_tokens"), f64::NAN);
    let per_step = (1.0 - a.powf(k + 1.0)) / (1.0 - a);
    let whole = per_step / (1.0 + k * now.raw(&format!("{at}.draft_cost")));
    let introduced = !now.book.below(&format!("{at}.rollout")).is_empty();
    let range = if introduced { [whole.min(1.0), whole.max(1.0)] } else { [whole; 2] };
    (throughput, so_far(&at, whole), range)
}

/// Whether what can wait of a traffic is sent as a batch by a lever, and which share of it.
pub(crate) fn batched(now: &Now, strategy: &Strategy, by: &str, traffic: &str) -> Option<f64> {
    lever_on(now, strategy, "batch", traffic)?;
    let sold = by.contains('/') && card(now.book, by).factors.batch.is_some();
    sold.then(|| share_of(now, strategy, ("batch", "share"), traffic))
}

/// An entry as levers leave it.
pub(crate) fn with_levers(now: &Now, strategy: &Strategy, serve: &Serve, traffic: &str) -> Serve {
    let mut serve = serve.clone();
    if serve.tier == Tier::Standard && batched(now, strategy, &serve.by.id, traffic).is_some() {
        serve.tier = Tier::Batch;
    }
    serve
}

/// Of a traffic's requests, those that a cache of answers finds; looking up is paid.
pub(crate) fn answered(
    now: &Now,
    strategy: &Strategy,
    traffic: &str,
    arrived: f64,
    account: &mut Account,
) -> f64 {
    let mut reaching = arrived;
    for kind in ["exact_cache", "semantic_cache"] {
        let Some(at) = lever_on(now, strategy, kind, traffic) else { continue };
        if let Some(price) = now.said(&format!("{at}.lookup")) {
            account.spend(Component::Levers, reaching * progress(now, &at) * price);
        }
        reaching *= 1.0 - share_of(now, strategy, (kind, "hit_rate"), traffic);
    }
    arrived - reaching
}

/// The share of a traffic that caches of answers leave.
pub(crate) fn unanswered(now: &Now, strategy: &Strategy, traffic: &str) -> f64 {
    let kinds = ["exact_cache", "semantic_cache"];
    kinds.map(|kind| 1.0 - share_of(now, strategy, (kind, "hit_rate"), traffic)).into_iter().product()
}

/// Somebody who is asked before the entries of `serve`.
pub(crate) struct First {
    pub(crate) by: String,
    /// What of the requests that ask an llm is led there.
    pub(crate) share: f64,
    /// What of those it serves goes on all the same, by the verdict of a judge if there is one.
    pub(crate) escalates: f64,
    pub(crate) judged: bool,
}

/// Who is asked first for a traffic, in order, and what they leave of it.
pub(crate) fn firsts(now: &Now, strategy: &Strategy, traffic: &str) -> (Vec<First>, f64) {
    let (mut firsts, mut left) = (Vec::new(), 1.0);
    for (kind, to) in [("routing", "to"), ("distillation", "to"), ("cascade", "first")] {
        let Some(at) = lever_on(now, strategy, kind, traffic) else { continue };
        let by = now.book.text(&format!("{at}.{to}")).unwrap().to_owned();
        let said = |key: &str| now.said(&format!("{at}.{key}"));
        let share = said("share").unwrap_or(1.0) * progress(now, &at);
        let escalates = said("escalates").unwrap_or(0.0);
        firsts.push(First { by, share: left * share, escalates, judged: kind == "cascade" });
        left *= 1.0 - share * (1.0 - escalates);
    }
    (firsts, left)
}
