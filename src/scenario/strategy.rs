//! `[strategy.<id>]`: a way of serving, as data.

use crate::demand::Patience;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{
    At, Decode, Either, Flag, Id, ListOf, MapOf, OneOf, Origin, Plugin, Plugins, Reader, Reference, Shape,
    TableOf, Title, TitleOf, Value, Whole, WordOf,
};
use crate::pricing::{Tier, hours_of};
use crate::process::{Path, PathOf};
use crate::switching::Rule;
use crate::units;

/// A strategy as it is written.
#[derive(Debug)]
pub struct Strategy {
    /// What people call it.
    pub title: Option<Title>,
    /// Who serves what, in order.
    pub serve: Vec<Serve>,
    /// Levers that it pulls.
    pub levers: Vec<Reference>,
    /// Contracts that it has.
    pub contracts: Vec<Reference>,
    /// Training programmes that it needs.
    pub training: Vec<Reference>,
    /// Operations that it needs.
    pub operations: Vec<Reference>,
    /// What a move costs and takes that a vendor forces.
    pub migration: Option<Reference>,
    /// The share of what outages turn away that reaches the next entry; all if absent.
    pub failover: Option<Number>,
    /// Whether it is compared with others, or only a place to switch to.
    pub compare: bool,
    /// When it gives way to another, by id.
    pub switches: Vec<(Reference, Rule)>,
    /// Name and place.
    pub origin: Origin,
}

/// One entry of `serve`.
#[derive(Clone, Debug)]
pub struct Serve {
    /// The traffics.
    pub traffic: Vec<Reference>,
    /// A supply, or `vendor/llm`.
    pub by: Reference,
    /// Share of the whole traffic that is offered; all that is left if absent.
    pub share: Option<Path>,
    /// How far the supply may grow for this entry, in replicas.
    pub up_to_replicas: Option<f64>,
    /// The tier of service asked for.
    pub tier: Tier,
    /// Whether what does not fit is shed at once, and not offered to the next entry.
    pub sheds: bool,
    /// How what does not fit waits before it goes to the next entry; not at all if absent.
    pub patience: Option<Patience>,
    /// Share of its input that a try in vain is billed.
    pub billed_in_vain: Option<Number>,
    /// The region asked for.
    pub region: Option<Reference>,
}

impl Strategy {
    /// A strategy of entries of others, with all that these need: levers, contracts, training, operations. It has no rules.
    pub fn mixed(title: Title, serve: Vec<Serve>, of: &[&Self]) -> Option<Self> {
        let first = of.first()?;
        let all = |list: fn(&Self) -> &[Reference]| {
            let mut all: Vec<Reference> = Vec::new();
            for one in of.iter().flat_map(|one| list(one)) {
                if all.iter().all(|known| known.id != one.id) {
                    all.push(one.clone());
                }
            }
            all
        };
        Some(Self {
            title: Some(title),
            serve,
            levers: all(|one| &one.levers),
            contracts: all(|one| &one.contracts),
            training: all(|one| &one.training),
            operations: all(|one| &one.operations),
            migration: of.iter().find_map(|one| one.migration.clone()),
            failover: of.iter().find_map(|one| one.failover.clone()),
            compare: true,
            switches: Vec::new(),
            origin: first.origin.clone(),
        })
    }

    /// Reads `[strategy.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let serve = t.required("serve", ListOf(TableOf(Serve::read)), "who serves what, from top to bottom");
        let levers = t.or("levers", "[]", ListOf(Id("lever")), "levers that it pulls");
        let contracts = t.or("contracts", "[]", ListOf(Id("contract")), "contracts with vendors that it has");
        let training = t.or("training", "[]", ListOf(Id("training")), "training programmes that it needs");
        let operations =
            t.or("operations", "[]", ListOf(Id("operations")), "people and running that it needs");
        let migration = t.optional(
            "migration",
            Id("migration"),
            "what it costs to move to a successor, or away from what is turned off; free if absent",
        );
        let failover = t.optional(
            "failover",
            TableOf(|t| {
                let meaning = "share of what an outage turns away from one entry that reaches the next; the rest is unserved";
                t.required("succeeds", NumberOf(&units::SHARE), meaning)
            }),
            "how well requests get to the next entry when an outage strikes; always if absent",
        );
        let compare = t.or("compare", "true", Flag, "false: only a place to switch to");
        let rule = MapOf("rule", TableOf(Rule::read));
        let switches =
            t.or("switch", "{}", rule, "when it gives way to another strategy; the first to hold acts");
        let serve = serve?;
        if serve.is_empty() {
            t.refuse("serve", "empty-list", "a strategy that serves nothing", "list at least one entry");
            return None;
        }
        Some(Self {
            title: title?,
            serve,
            levers: levers?,
            contracts: contracts?,
            training: training?,
            operations: operations?,
            migration: migration?,
            failover: failover?,
            compare: compare?,
            switches: switches?,
            origin: t.place()?.origin(),
        })
    }
}

impl Strategy {
    /// The same strategy with other levers, which gives way to none.
    #[must_use]
    pub fn with_levers(&self, levers: &[Reference]) -> Self {
        Self {
            title: None,
            serve: self.serve.clone(),
            levers: levers.to_vec(),
            contracts: self.contracts.clone(),
            training: self.training.clone(),
            operations: self.operations.clone(),
            migration: self.migration.clone(),
            failover: self.failover.clone(),
            compare: true,
            switches: Vec::new(),
            origin: self.origin.clone(),
        }
    }
}

impl Serve {
    fn read(t: &mut Reader) -> Option<Self> {
        let one_or_many =
            Either(|value| matches!(value, Value::List(_)), ListOf(Id("traffic")), OneOf(Id("traffic")));
        let traffic = t.required("traffic", one_or_many, "the traffic, or a list of them");
        let by = t.required("by", Id("supply, or vendor/llm"), "who serves it");
        let share = t.optional(
            "share",
            PathOf(&units::SHARE),
            "share of the whole traffic; all that is left if absent",
        );
        let up_to =
            t.optional("up_to", QuantityOf(&units::REPLICAS), "how far the supply may grow for this entry");
        let tier = t.or(
            "tier",
            "standard",
            Tier::WORDS,
            "\"batch\" buys what can wait at the batch rate; \"flex\" and \"priority\" all of it at theirs",
        );
        let region =
            t.optional("region", Id("region"), "the region asked for; the cheapest allowed one if absent");
        let full = t.or(
            "when_full",
            "next",
            Either(|value| matches!(value, Value::Text(_)), FULL, Plugins(WAITS, "way to wait")),
            "what does not fit goes to the \"next\" entry, is \"shed\" at once, or waits first: { queue = { up_to } }, { retry = { tries } }",
        );
        Some(Self {
            traffic: traffic?,
            by: by?,
            share: share?,
            up_to_replicas: up_to?.map(|point| point.value),
            tier: tier?,
            sheds: matches!(full, Some(WhenFull::Shed)),
            patience: full.as_ref().and_then(WhenFull::patience),
            billed_in_vain: match full? {
                WhenFull::Retry(_, billed) => *billed,
                _ => None,
            },
            region: region?,
        })
    }
}

/// What happens to what does not fit.
#[derive(Clone, Debug)]
enum WhenFull {
    Next,
    Shed,
    Queue(Patience),
    Retry(Patience, Box<Option<Number>>),
}

impl WhenFull {
    fn patience(&self) -> Option<Patience> {
        match self {
            Self::Queue(patience) | Self::Retry(patience, _) => Some(*patience),
            Self::Next | Self::Shed => None,
        }
    }
}

/// `"next"` or `"shed"`.
struct Full;

const FULL: Full = Full;

impl Decode for Full {
    type Value = WhenFull;

    fn decode(&self, at: &At<'_>) -> Option<WhenFull> {
        let sheds = WORDS.decode(at)?;
        Some(if sheds { WhenFull::Shed } else { WhenFull::Next })
    }

    fn shape(&self) -> Shape {
        WORDS.shape()
    }
}

const WORDS: WordOf<bool> = WordOf(&[("next", false), ("shed", true)]);

/// The longest wait: a week, after which the same hours come again.
const LONGEST_WAIT: f64 = 168.0;

const WAITS: &[Plugin<WhenFull>] = &[
    Plugin {
        name: "queue",
        meaning: "served in the order of arrival, if that is soon enough; else on to the next entry",
        example: "{ queue = { up_to = \"4 h\" } }",
        read: read_queue,
    },
    Plugin {
        name: "retry",
        meaning: "tried again some times, without a place in a queue; then on to the next entry",
        example: "{ retry = { tries = 3 } }",
        read: read_retry,
    },
];

fn read_queue(t: &mut Reader) -> Option<WhenFull> {
    let hours =
        hours_of(&t.required("up_to", QuantityOf(&units::DURATION), "the longest wait, a week at most")?);
    within_a_week(t, "up_to", hours)?;
    Some(WhenFull::Queue(Patience::Queue { hours }))
}

fn read_retry(t: &mut Reader) -> Option<WhenFull> {
    let tries = t.required("tries", Whole(1, 1000), "tries after the first");
    let after = t.or("after", "1 min", QuantityOf(&units::DURATION), "time from one try to the next");
    let billed = t.optional(
        "billed",
        NumberOf(&units::SHARE),
        "share of its input that a try in vain is billed by a vendor; none if absent",
    );
    let (tries, apart) = (tries? as f64, hours_of(&after?));
    within_a_week(t, "after", tries * apart)?;
    Some(WhenFull::Retry(Patience::Retry { tries, apart }, Box::new(billed?)))
}

fn within_a_week(t: &mut Reader, key: &str, hours: f64) -> Option<()> {
    if hours > 0.0 && hours <= LONGEST_WAIT {
        return Some(());
    }
    let help = "write a time above 0 and up to a week, such as \"4 h\"; what may wait longer is `can_wait` of the traffic";
    t.refuse(key, "bad-wait", "a wait is longer than no time and at most a week", help);
    None
}
