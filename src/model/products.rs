//! Products resolved: the users of each tier, and how they answer to prices and scores.

use super::pulled::Pulled;
use super::resolve::streams_of;
use super::strategy::{Question, Surroundings};
use super::training::Change;
use crate::demand::{self, Flows, Funnel, People, PriceResponse, Product, QualityResponse, Tier};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::lanes::{LANES, Slot, Values};
use crate::math;
use crate::process::{Lookup, Path};
use crate::scenario::{Scenario, Strategy as Written};
use crate::supply::Scores;
use crate::switching::Forced;
use crate::units::format_number;
use crate::world::Builder;

/// Scores that people feel, by `product/tier`.
pub(super) type Felt = Vec<(String, Slot)>;

/// The users of all tiers. Where nothing is felt of a score, it is the usual one.
pub(super) fn resolve(scenario: &Scenario, felt: &Felt, lookup: &mut dyn Lookup) -> People {
    let mut people = People::default();
    for (id, product) in &scenario.products {
        let one = Resolving { scenario, felt, id, product };
        let users = one.users(lookup);
        for (place, (tier, _)) in product.tiers.iter().enumerate() {
            people.add(&id.id, &tier.id, users.as_ref().map(|users| users[place]));
        }
    }
    people
}

/// The traffics whose users are those of a tier, by their places.
pub(super) fn traffics<'a>(scenario: &'a Scenario, tier: &'a str) -> impl Iterator<Item = usize> + 'a {
    let traffics = scenario.traffics.iter().enumerate();
    let of =
        move |traffic: &crate::demand::Traffic| traffic.requests.tier().is_some_and(|one| one.id == tier);
    traffics.filter(move |(_, (_, traffic))| of(traffic)).map(|(place, _)| place)
}

/// What a strategy is asked to serve, where its users answer to the scores of the llms that serve them.
pub(super) fn own_streams(
    around: &Surroundings,
    (id, written): (&Reference, &Written),
    questions: &[Question],
    changed: (&Forced, &Pulled, &[Change]),
    builder: &mut Builder,
) -> Option<Vec<Option<demand::Stream>>> {
    let scenario = around.scenario;
    let mut felt = Felt::new();
    for (product, of_product) in &scenario.products {
        for (tier, written) in &of_product.tiers {
            let Some(quality) = &written.quality else { continue };
            let name = format!("{}/{}", product.id, tier.id);
            let score = felt_score(scenario, &name, (questions, quality), changed, builder);
            felt.extend(score.map(|score| (name, score)));
        }
    }
    if felt.is_empty() {
        return None;
    }
    let left_for = |other: &Written| other.switches.iter().any(|(_, rule)| rule.to.id == id.id);
    let moves = !written.switches.is_empty() || !written.compare;
    if moves || scenario.strategies.iter().any(|(_, other)| left_for(other)) {
        let message = format!("users answer to scores in `{}`, which gives way or is given way to", id.id);
        builder.refuse(
            Diagnostic::error("quality-and-switching", written.origin.span, message)
                .label("what users have met is not followed through moves")
                .help("take `quality` out of the tiers, or the rules out of the strategies"),
        );
        return None;
    }
    let people = resolve(scenario, &felt, builder);
    Some(streams_of(scenario, &people, builder))
}

/// The score that the users of a tier feel in a strategy: that of whoever is asked first for their traffic; where entries have
/// shares, each with its share. Nothing where nobody serves them.
fn felt_score(
    scenario: &Scenario,
    tier: &str,
    (questions, quality): (&[Question], &QualityResponse),
    changed: (&Forced, &Pulled, &[Change]),
    lookup: &mut dyn Lookup,
) -> Option<Slot> {
    let evaluation = &quality.evaluation;
    let mut parts: Vec<(Option<Slot>, Slot)> = Vec::new();
    for traffic in traffics(scenario, tier) {
        // The judge of a cascade sees to it that the first try is felt only where it is good enough.
        let asked = |question: &&Question| question.stream == traffic && question.escalates.is_none();
        for question in questions.iter().filter(asked) {
            let by = &question.serve.by;
            let supply = scenario.supplies.iter().find(|(supply, _)| supply.id == by.id);
            // A name that nothing has is told where it is asked.
            let scores = scenario.definitions.scores(by, supply.map(|(_, supply)| &**supply))?;
            let asked = (&by.id[..], &evaluation.id[..], &scenario.traffics[traffic].0.id[..]);
            let Some(score) = super::barred::score(&scores, (traffic, asked), changed, lookup) else {
                lookup.refuse(no_felt_score(tier, evaluation, by, &scores));
                return None;
            };
            let share = match question.led {
                Some(part) => part,
                None => question.serve.share.as_ref().and_then(|share| lookup.path(share)),
            };
            parts.push((share, score));
            if share.is_none() {
                break;
            }
        }
    }
    match parts[..] {
        [] => None,
        [(_, score)] => Some(score),
        _ => Some(mixed(parts, lookup)),
    }
}

fn no_felt_score(tier: &str, evaluation: &Reference, by: &Reference, scores: &Scores) -> Diagnostic {
    let message = format!("`{}` has no score for the evaluation `{}`", scores.name, evaluation.id);
    Diagnostic::error("no-score", by.span, message)
        .label(format!("asked to serve users of `{tier}`, who answer to it: an unknown score is none"))
        .related(evaluation.span, "`quality` of the tier")
        .related(scores.span, "the llm")
        .help(format!("add `quality = {{ {} = \"… %\" }}` to it", evaluation.id))
}

/// The mean of scores by their shares; whatever has no share has the rest.
fn mixed(parts: Vec<(Option<Slot>, Slot)>, lookup: &mut dyn Lookup) -> Slot {
    let inputs: Vec<Slot> =
        parts.iter().flat_map(|(share, score)| share.iter().chain([score])).copied().collect();
    lookup.derive(
        "score that users feel",
        &inputs,
        Box::new(move |v, out| {
            for i in 0..LANES {
                let (mut left, mut sum) = (1.0, 0.0);
                for (share, score) in &parts {
                    let part = share.map_or(left, |share| v[share][i].min(left));
                    sum += part * v[*score][i];
                    left -= part;
                }
                // Where the shares are not all of it, the first serves as well as any.
                out[i] = sum + left * parts.first().map_or(0.0, |(_, score)| v[*score][i]);
            }
        }),
    )
}

struct Resolving<'a> {
    scenario: &'a Scenario,
    felt: &'a Felt,
    id: &'a Reference,
    product: &'a Product,
}

/// What of a tier's flows answers: factors on churn, and on joining and moving here.
#[derive(Default)]
struct Answers {
    churn: Vec<Slot>,
    joins: Vec<Slot>,
}

impl Resolving<'_> {
    fn users(&self, lookup: &mut dyn Lookup) -> Option<Vec<Slot>> {
        let tiers = &self.product.tiers;
        let mut whole = Some(());
        for (id, tier) in tiers {
            if self
                .check_moves(id, tier, lookup)
                .and_then(|()| self.check_leaving(id, tier, lookup))
                .is_none()
            {
                whole = None;
            }
        }
        whole?;
        let (mut flows, mut moves) = (Vec::new(), Vec::new());
        for (place, (id, tier)) in tiers.iter().enumerate() {
            let answers = self.answers(id, tier, lookup)?;
            let churn = lookup.per_month(&tier.churn)?;
            let joins = match &tier.joins {
                None => None,
                Some(joins) => {
                    let joins = lookup.per_month(joins)?;
                    Some(product(joins, &answers.joins, lookup))
                }
            };
            let initial = lookup.number(&tier.initial);
            flows.push(Flows { initial, joins, churn: product(churn, &answers.churn, lookup) });
            for (from, rate) in &tier.from {
                let rate = lookup.per_month(rate)?;
                let from = tiers.iter().position(|(known, _)| known.id == from.id)?;
                moves.push((from, place, product(rate, &answers.joins, lookup)));
            }
        }
        let tell = |(told, (id, _)): (usize, &(Reference, Tier))| {
            let funnel = Funnel { tiers: flows.clone(), moves: moves.clone(), told };
            let name = format!("users of {}/{}", self.id.id, id.id);
            lookup.echo(&name, &funnel.inputs(), Box::new(funnel))
        };
        Some(tiers.iter().enumerate().map(tell).collect())
    }

    /// Users move from other tiers of the same product.
    fn check_moves(&self, id: &Reference, tier: &Tier, lookup: &mut dyn Lookup) -> Option<()> {
        let tiers = &self.product.tiers;
        for (from, _) in &tier.from {
            if from.id != id.id && tiers.iter().any(|(known, _)| known.id == from.id) {
                continue;
            }
            let others = tiers.iter().map(|(known, _)| known.id.as_str()).filter(|known| *known != id.id);
            let message = format!("`{}` takes users from `{}`, which is no other tier of it", id.id, from.id);
            let help = format!("the other tiers are: {}", others.collect::<Vec<_>>().join(", "));
            lookup.refuse(Diagnostic::error("unknown-tier", from.span, message).help(help));
            return None;
        }
        Some(())
    }

    /// More than all users of a tier cannot leave it within a month.
    fn check_leaving(&self, id: &Reference, tier: &Tier, lookup: &mut dyn Lookup) -> Option<()> {
        let churn = monthly(&tier.churn);
        let (mut all, mut parts) = (churn, vec![format!("{} leave", percent(churn))]);
        for (to, other) in &self.product.tiers {
            for (_, rate) in other.from.iter().filter(|(from, _)| from.id == id.id) {
                all += monthly(rate);
                parts.push(format!("{} move to `{}`", percent(monthly(rate)), to.id));
            }
        }
        if all <= 1.0 {
            return Some(());
        }
        let message = format!("`{}` would have less than no users: in a month {}", id.id, parts.join(", "));
        lookup.refuse(
            Diagnostic::error("more-than-all", tier.churn.origin().span, message)
                .label(format!("{} of its users go in a month", percent(all)))
                .help("5 % of users leaving in a month is `churn = \"5 % /month\"`; together at most 100 % can go"),
        );
        None
    }

    fn answers(&self, id: &Reference, tier: &Tier, lookup: &mut dyn Lookup) -> Option<Answers> {
        let mut answers = Answers::default();
        let name = format!("{}/{}", self.id.id, id.id);
        if let Some(price) = &tier.price {
            self.answer_to_price(&name, price, &mut answers, lookup)?;
        }
        let felt = self.felt.iter().find(|(tier, _)| *tier == name);
        if let (Some(quality), Some((_, score))) = (&tier.quality, felt) {
            answer_to_quality(quality, *score, &mut answers, lookup);
        }
        Some(answers)
    }

    fn answer_to_price(
        &self,
        name: &str,
        price: &PriceResponse,
        answers: &mut Answers,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        let paid =
            traffics(self.scenario, name).find_map(|place| self.scenario.traffics[place].1.revenue.as_ref());
        let Some(paid) = paid else {
            let message = format!("`{name}` answers to its price, and no traffic with its users says one");
            lookup.refuse(
                Diagnostic::error("no-price", price.usual.span(), message)
                    .label("compared with `revenue` of the traffic")
                    .help(format!("give a traffic `users = {{ tier = \"{name}\" }}` and `revenue`")),
            );
            return None;
        };
        if !paid.is_like(&price.usual) {
            let message = format!("the usual price of `{name}` is for something else than its price");
            lookup.refuse(
                Diagnostic::error("another-price", price.usual.span(), message)
                    .label("both must be per user, per request, per token or per time")
                    .related(paid.span(), "its price")
                    .help("write both with the same unit, such as \"20 USD /user-month\""),
            );
            return None;
        }
        let (now, usual) = (paid.price(lookup)?, price.usual.price(lookup)?);
        for (elasticity, factors) in [(&price.churn, &mut answers.churn), (&price.joins, &mut answers.joins)]
        {
            if elasticity.known() == Some(0.0) {
                continue;
            }
            let elasticity = lookup.number(elasticity);
            factors.push(lookup.derive(
                "answer to the price",
                &[now, usual, elasticity],
                Box::new(move |v, out| {
                    for i in 0..LANES {
                        let over = (v[now][i] / v[usual][i]).clamp(1.0 / MOST_OVER, MOST_OVER);
                        out[i] = math::pow(over, v[elasticity][i]);
                    }
                }),
            ));
        }
        Some(())
    }
}

/// A price is taken to be at most this many times the usual one, and at least that part of it: elasticities say nothing beyond.
const MOST_OVER: f64 = 100.0;

fn answer_to_quality(quality: &QualityResponse, score: Slot, answers: &mut Answers, lookup: &mut dyn Lookup) {
    let usual = lookup.number(&quality.usual);
    for (change, factors) in [(&quality.churn, &mut answers.churn), (&quality.joins, &mut answers.joins)] {
        if change.known() == Some(0.0) {
            continue;
        }
        let change = lookup.number(change);
        let compound = move |v: &Values, i: usize| {
            let points = 100.0 * (v[score][i] - v[usual][i]);
            // A change of -100 % or less a point would leave nothing, or turn the flow around.
            math::pow((1.0 + v[change][i]).max(LEAST_LEFT), points)
        };
        factors.push(lookup.derive(
            "answer to the score",
            &[score, usual, change],
            Box::new(move |v, out| (0..LANES).for_each(|i| out[i] = compound(v, i))),
        ));
    }
}

/// What a point leaves of a flow at least.
const LEAST_LEFT: f64 = 0.01;

fn product(slot: Slot, factors: &[Slot], lookup: &mut dyn Lookup) -> Slot {
    factors.iter().fold(slot, |all, factor| lookup.times(all, *factor))
}

/// The share of a month on average, if it is no process.
fn monthly(rate: &Path) -> f64 {
    let Path::Number(number) = rate else { return 0.0 };
    let clock = number.unit.period.is_some_and(crate::units::Period::is_clock);
    number.distribution.mean() * if clock { crate::calendar::AVERAGE_MONTH_HOURS } else { 1.0 }
}

fn percent(share: f64) -> String {
    format!("{} %", format_number(100.0 * share, 4))
}
