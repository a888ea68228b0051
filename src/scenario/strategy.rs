//! `[strategy.<id>]`: a way of serving, as data.

use crate::distribution::QuantityOf;
use crate::document::{
    Either, Flag, Id, ListOf, MapOf, OneOf, Origin, Reader, Reference, TableOf, Title, TitleOf, Value, WordOf,
};
use crate::pricing::Tier;
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
    /// The region asked for.
    pub region: Option<Reference>,
}

impl Strategy {
    /// Reads `[strategy.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let serve = t.required("serve", ListOf(TableOf(Serve::read)), "who serves what, from top to bottom");
        let levers = t.or("levers", "[]", ListOf(Id("lever")), "levers that it pulls");
        let contracts = t.or("contracts", "[]", ListOf(Id("contract")), "contracts with vendors that it has");
        let training = t.or("training", "[]", ListOf(Id("training")), "training programmes that it needs");
        let operations =
            t.or("operations", "[]", ListOf(Id("operations")), "people and running that it needs");
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
            compare: compare?,
            switches: switches?,
            origin: t.place()?.origin(),
        })
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
        let sheds = t.or(
            "when_full",
            "next",
            WordOf(&[("next", false), ("shed", true)]),
            "what does not fit goes to the \"next\" entry, or is \"shed\" at once",
        );
        Some(Self {
            traffic: traffic?,
            by: by?,
            share: share?,
            up_to_replicas: up_to?.map(|point| point.value),
            tier: tier?,
            sheds: sheds?,
            region: region?,
        })
    }
}
