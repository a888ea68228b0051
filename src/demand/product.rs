//! `[product.<id>]`: the tiers of a product; how people come to them, move between them and leave.

use super::revenue::{Revenue, RevenueOf};
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, MapOf, Origin, Reader, Reference, TableOf, Title, TitleOf};
use crate::lanes::Slot;
use crate::process::{Lookup, Path, PathOf};
use crate::units;

/// A product with tiers.
#[derive(Clone, Debug)]
pub struct Product {
    /// What people call it.
    pub title: Option<Title>,
    /// Its tiers, in the order of the file.
    pub tiers: Vec<(Reference, Tier)>,
}

/// A tier: free, plus, pro.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Users in the first month.
    pub initial: Number,
    /// New users who were in no tier before, per time.
    pub joins: Option<Path>,
    /// Shares of the users of other tiers who move here, per time.
    pub from: Vec<(Reference, Path)>,
    /// Share of users who leave the product, per time.
    pub churn: Path,
    /// How that answers to the price of the traffic.
    pub price: Option<PriceResponse>,
    /// How that answers to the score of the llm.
    pub quality: Option<QualityResponse>,
    /// Name and place.
    pub origin: Origin,
}

/// Elasticities: a price that is 1 % higher than usual changes a flow by so many percent.
#[derive(Clone, Debug)]
pub struct PriceResponse {
    /// The price at which people come and leave as the tier says.
    pub usual: Revenue,
    /// Of churn.
    pub churn: Number,
    /// Of joining and moving here.
    pub joins: Number,
}

/// What a point more than usual changes, as a share; it compounds.
#[derive(Clone, Debug)]
pub struct QualityResponse {
    /// Which score people feel.
    pub evaluation: Reference,
    /// The score at which people come and leave as the tier says.
    pub usual: Number,
    /// Of churn.
    pub churn: Number,
    /// Of joining and moving here.
    pub joins: Number,
}

impl Product {
    /// Reads `[product.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let tiers = t.required("tier", MapOf("tier", TableOf(Tier::read)), "its tiers: free, plus, pro");
        Some(Self { title: title?, tiers: tiers? })
    }
}

impl Tier {
    fn read(t: &mut Reader) -> Option<Self> {
        let initial = t.required("initial", NumberOf(&units::USERS), "users in the first month");
        let joins =
            t.optional("joins", PathOf(&units::USERS_PER_TIME), "new users who were in no tier, per time");
        let from = t.or(
            "from",
            "{}",
            MapOf("tier", PathOf(&units::SHARE_PER_TIME)),
            "share of the users of another tier who move here, per time: conversion, or a step down",
        );
        let churn = t.required("churn", PathOf(&units::SHARE_PER_TIME), "share of users who leave, per time");
        let price = t.optional(
            "price",
            TableOf(PriceResponse::read),
            "how that answers to the price: the `revenue` of the traffic with these users",
        );
        let quality =
            t.optional("quality", TableOf(QualityResponse::read), "how that answers to the llm's score");
        Some(Self {
            initial: initial?,
            joins: joins?,
            from: from?,
            churn: churn?,
            price: price?,
            quality: quality?,
            origin: t.place()?.origin(),
        })
    }
}

impl PriceResponse {
    fn read(t: &mut Reader) -> Option<Self> {
        let usual = t.required("usual", RevenueOf, "the price at which people come and leave as said");
        let churn = t.or(
            "churn",
            "0",
            NumberOf(&units::NUMBER),
            "elasticity of churn: with 0.5, a price 10 % above the usual one makes 5 % more leave",
        );
        let joins = t.or(
            "joins",
            "0",
            NumberOf(&units::NUMBER),
            "elasticity of joining and moving here: with -1.5, a price 10 % above the usual one brings 13 % fewer",
        );
        Some(Self { usual: usual?, churn: churn?, joins: joins? })
    }
}

impl QualityResponse {
    fn read(t: &mut Reader) -> Option<Self> {
        let evaluation = t.required("evaluation", Id("evaluation"), "which score people feel");
        let usual =
            t.required("usual", NumberOf(&units::SHARE), "the score at which people come and leave as said");
        let churn = t.or(
            "churn",
            "0",
            NumberOf(&units::NUMBER),
            "with \"-4 %\", each point above the usual score makes 4 % fewer leave, and each point below more",
        );
        let joins = t.or(
            "joins",
            "0",
            NumberOf(&units::NUMBER),
            "with \"2 %\", each point above the usual score brings 2 % more, and each point below fewer",
        );
        Some(Self { evaluation: evaluation?, usual: usual?, churn: churn?, joins: joins? })
    }
}

/// The users of the tiers of all products, by `product/tier`.
#[derive(Clone, Debug, Default)]
pub struct People(Vec<(String, Option<Slot>)>);

impl People {
    /// Adds a tier; nothing where a mistake in it was told.
    pub fn add(&mut self, product: &str, tier: &str, users: Option<Slot>) {
        self.0.push((format!("{product}/{tier}"), users));
    }

    /// The users of a tier in the month; an unknown one is refused.
    pub fn of(&self, tier: &Reference, lookup: &mut dyn Lookup) -> Option<Slot> {
        if let Some((_, users)) = self.0.iter().find(|(name, _)| *name == tier.id) {
            return *users;
        }
        let known: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        let message = format!("there is no tier `{}` of a product", tier.id);
        let help = if known.is_empty() {
            "add `[product.<id>.tier.<id>]` with `initial` and `churn`".to_owned()
        } else {
            format!("defined are: {}", known.join(", "))
        };
        let mistake = Diagnostic::error("unknown-id", tier.span, message);
        lookup.refuse(mistake.label("expected product/tier").help(help));
        None
    }
}
