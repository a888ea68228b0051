//! The tables of a scenario.

use super::correlation;
use super::gate::Gate;
use super::limits::{self, Budget};
use super::strategy::Strategy;
use super::stress::{Stress, stresses};
use crate::calendar::{Timeline, month_named};
use crate::contract;
use crate::demand::{Language, Product, Tokenizer, Traffic};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::distribution::QuantityOf;
use crate::document::{
    At, Decode, Field, Id, MapOf, MonthOf, Plugins, Reader, Reference, Shape, TableOf, Title, TitleOf, Value,
    Whole, WordOf,
};
use crate::finance::Discounting;
use crate::hazard;
use crate::lever::Lever;
use crate::operations::Operations;
use crate::pricing::{Vendor, ZoneOf};
use crate::process::{Path, PathOf};
use crate::random::{Design, Sampling};
use crate::serving::{Deployment, Gpu, Llm, Server, Site};
use crate::supply::{self, Definitions};
use crate::switching::{self, Migration};
use crate::training::{self, Programme};
use crate::units::{self, Currency};
use crate::world::Correlation;

/// A scenario as it is written, every reference still a name.
pub struct Scenario {
    /// What people call it.
    pub title: Title,
    /// The currency that costs are counted in.
    pub currency: Currency,
    /// Its months.
    pub timeline: Timeline,
    /// What is asked of it.
    pub questions: Questions,
    /// Paths, seed, precision.
    pub run: Run,
    /// Discounting; without it there is no NPV.
    pub finance: Option<Discounting>,
    /// Exchange rates: what one unit costs in the scenario's currency.
    pub fx: Vec<(Currency, Path)>,
    /// Paths that several prices follow.
    pub indexes: Vec<(Reference, Path)>,
    /// Inputs that tend to move together.
    pub correlations: Vec<Correlation>,
    /// Products with tiers.
    pub products: Vec<(Reference, Product)>,
    /// Streams of requests.
    pub traffics: Vec<(Reference, Traffic)>,
    /// Vendors, llms, machines, places.
    pub definitions: Definitions,
    /// Supplies.
    pub supplies: Vec<(Reference, Box<dyn supply::Written>)>,
    /// Levers.
    pub levers: Vec<(Reference, Box<dyn Lever>)>,
    /// Contracts with vendors.
    pub contracts: Vec<(Reference, Box<dyn contract::Written>)>,
    /// What can go wrong with vendors.
    pub hazards: Vec<(Reference, Box<dyn hazard::Written>)>,
    /// What a stress says of them; nothing in a base.
    pub told: hazard::Told,
    /// Training programmes.
    pub training: Vec<(Reference, Programme)>,
    /// Operations.
    pub operations: Vec<(Reference, Operations)>,
    /// What moving from one strategy to another costs.
    pub migrations: Vec<(Reference, Migration)>,
    /// Ways to serve, in the order of the file.
    pub strategies: Vec<(Reference, Strategy)>,
    /// Warnings of definitions in the scenario's own file that nothing uses.
    pub unused: Diagnostics,
    /// Ids that are used and not defined. Resolving meets most of them too, but stops early where one is missing.
    pub unknown: Diagnostics,
}

/// What is asked of a scenario.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    /// The strategy that others are compared with; the first if absent.
    pub baseline: Option<Reference>,
    /// The strategy that budgets bind; the one with the lowest mean cost if absent.
    pub chosen: Option<Reference>,
    /// What that strategy may cost.
    pub budget: Budget,
    /// What other measures of that strategy must reach or not exceed.
    pub gates: Vec<(Reference, Gate)>,
    /// Other worlds beside the base.
    pub stresses: Vec<(Reference, Stress)>,
}

impl Questions {
    fn read(t: &mut Reader) -> Option<Self> {
        let first = "what others are compared with; the first in the file if absent";
        let baseline = t.optional("baseline", Id("strategy"), first);
        let chosen =
            t.optional("chosen", Id("strategy"), "what budgets bind; the cheapest on average if absent");
        let budget =
            t.or("budget", "{}", limits::budget(), "what the chosen strategy may cost; broken: exit code 4");
        let gate = MapOf("gate", TableOf(Gate::read));
        let gates = t.or("gate", "{}", gate, "what other measures must reach; broken: exit code 4");
        let stresses = t.or("stress", "{}", stresses(), "other worlds beside the base, with the same draws");
        Some(Self {
            baseline: baseline?,
            chosen: chosen?,
            budget: budget?,
            gates: gates?,
            stresses: stresses?,
        })
    }
}

/// How a scenario wants to be run; the command line may say otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Simulated paths.
    pub paths: u64,
    /// Seed, and how paths spread.
    pub design: Design,
    /// The largest standard error of a mean or difference that is good enough, as a share of the mean.
    pub precision: Option<f64>,
}

/// The most paths of a run: memory for totals stays within a few GB.
pub const MOST_PATHS: i64 = 50_000_000;

impl Run {
    fn read(t: &mut Reader) -> Option<Self> {
        let paths = t.or("paths", "10_000", Whole(2, MOST_PATHS), "simulated paths");
        let seed = t.or("seed", "1", Whole(0, i64::MAX), "the seed of all draws");
        let sampling = t.or(
            "sampling",
            "sobol",
            WordOf(&Sampling::ALL),
            "how paths spread: \"sobol\", \"latin_hypercube\", \"antithetic\" or \"plain\"",
        );
        let precision = t.optional(
            "precision",
            QuantityOf(&units::SHARE),
            "largest standard error, as a share of the mean; else exit code 5",
        );
        Some(Self {
            paths: paths? as u64,
            design: Design { seed: seed? as u64, sampling: sampling? },
            precision: precision?.map(|point| point.value),
        })
    }
}

/// Every key of a scenario, described.
pub fn describe() -> Vec<Field> {
    Reader::describe(Scenario::read)
}

impl Scenario {
    /// Reads a whole scenario.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let title = t.required("title", TitleOf, "what people call it");
        let currency = t.required(
            "currency",
            CurrencyOf,
            "the currency that costs are counted in; all money is nominal",
        );
        let timeline = read_timeline(t);
        let questions = Questions::read(t);
        let run = t.or("run", "{}", TableOf(Run::read), "paths, seed, sampling, precision");
        let finance =
            t.optional("finance", TableOf(Discounting::read), "discounting; without it there is no NPV");
        let fx = t.or("fx", "{}", Rates, "what one unit of a foreign currency costs");
        let indexes = t.or(
            "index",
            "{}",
            MapOf("index", PathOf(&units::FACTOR)),
            "paths that several prices follow; they start at 1",
        );
        let correlations = correlation::read_all(t);
        let products = read_products(t);
        let traffics = t.required("traffic", MapOf("traffic", TableOf(Traffic::read)), "streams of requests");
        let definitions = read_definitions(t);
        let supplies = read_supplies(t);
        let levers = read_levers(t);
        let contracts = contract::read_all(t);
        let hazards = hazard::read_all(t);
        let training =
            t.or("training", "{}", MapOf("training", training::programmes()), "training programmes");
        let operations =
            t.or("operations", "{}", MapOf("operations", TableOf(Operations::read)), "people and running");
        let migrations = switching::read_all(t);
        let strategies = t.required("strategy", MapOf("strategy", TableOf(Strategy::read)), "ways to serve");
        let strategies = strategies?;
        if strategies.is_empty() {
            t.refuse(
                "strategy",
                "no-strategy",
                "a scenario without a strategy",
                "add `[strategy.<id>]` with `serve`",
            );
            return None;
        }
        let definitions = definitions?;
        let traffics = with_what_languages_are(traffics?, &definitions);
        Some(Self {
            title: title?,
            currency: currency?,
            timeline: timeline?,
            questions: questions?,
            run: run?,
            finance: finance?,
            fx: fx?,
            indexes: indexes?,
            correlations: correlations?,
            products: products?,
            traffics,
            definitions,
            supplies: supplies?,
            levers: levers?,
            contracts: contracts?,
            hazards: hazards?,
            told: hazard::Told::default(),
            training: training?,
            operations: operations?,
            migrations: migrations?,
            strategies,
            unused: Diagnostics::new(),
            unknown: Diagnostics::new(),
        })
    }
}

fn read_products(t: &mut Reader) -> Option<Vec<(Reference, Product)>> {
    let products = MapOf("product", TableOf(Product::read));
    t.or("product", "{}", products, "products whose users come to tiers, move between them and leave")
}

fn read_supplies(t: &mut Reader) -> Option<Vec<(Reference, Box<dyn supply::Written>)>> {
    let supplies = MapOf("supply", Plugins(supply::KINDS, "supply"));
    t.or("supply", "{}", supplies, "where tokens are served on GPUs")
}

fn read_levers(t: &mut Reader) -> Option<Vec<(Reference, Box<dyn Lever>)>> {
    let levers = MapOf("lever", Plugins(crate::lever::KINDS, "lever"));
    t.or("lever", "{}", levers, "what changes the work or the price")
}

fn read_timeline(t: &mut Reader) -> Option<Timeline> {
    let start = t.required("start", MonthOf, "the first month");
    let months = t.required("months", Whole(1, 120), "how many months");
    let fiscal = t.or("fiscal_year_starts", "January", MonthName, "the month in which fiscal years begin");
    let zone = t.or("zone", "+00:00", ZoneOf, "offset of the local time that week profiles are in");
    let hours = t.optional(
        "hours_per_month",
        QuantityOf(&units::FACTOR),
        "hours of every month, as published studies state them; else real lengths",
    );
    let zone = zone?;
    let hours_per_month = hours?.map(|point| point.value);
    if hours_per_month.is_some_and(|hours| !(1.0..=744.0).contains(&hours)) {
        t.refuse(
            "hours_per_month",
            "out-of-range",
            "a month has from 1 to 744 hours",
            "730 is usual in studies",
        );
        return None;
    }
    let (length, fiscal_year_starts) = (months? as usize, fiscal?);
    Some(Timeline { start: start?, length, hours_per_month, fiscal_year_starts, zone })
}

fn read_definitions(t: &mut Reader) -> Option<Definitions> {
    let vendors =
        t.or("vendor", "{}", MapOf("vendor", TableOf(Vendor::read)), "who sells tokens and GPU-hours");
    let llms = t.or("llm", "{}", MapOf("llm", TableOf(Llm::read)), "llms with open weights");
    let gpus = t.or("gpu", "{}", MapOf("gpu", TableOf(Gpu::read)), "GPUs as their data sheets say");
    let deployments = t.or(
        "deployment",
        "{}",
        MapOf("deployment", TableOf(Deployment::read)),
        "an llm on GPUs, as one replica",
    );
    let servers = t.or("server", "{}", MapOf("server", TableOf(Server::read)), "whole machines to buy");
    let sites = t.or("site", "{}", MapOf("site", TableOf(Site::read)), "where machines stand");
    let tokenizers =
        t.or("tokenizer", "{}", MapOf("tokenizer", TableOf(Tokenizer::read)), "tokens by language");
    let languages = t.or(
        "language",
        "{}",
        MapOf("language", TableOf(Language::read)),
        "how long a text of a token is, by language",
    );
    let definitions = Definitions {
        vendors: vendors?,
        llms: llms?,
        gpus: gpus?,
        deployments: deployments?,
        servers: servers?,
        sites: sites?,
        tokenizers: tokenizers?,
        languages: languages?,
    };
    Some(definitions.with_what_llms_are())
}

/// Tells traffics what is known of their languages.
fn with_what_languages_are(
    mut traffics: Vec<(Reference, Traffic)>,
    all: &Definitions,
) -> Vec<(Reference, Traffic)> {
    for (_, traffic) in &mut traffics {
        traffic.speech.look_up(&all.languages);
    }
    traffics
}

/// An ISO 4217 code.
struct CurrencyOf;

impl Decode for CurrencyOf {
    type Value = Currency;

    fn decode(&self, at: &At<'_>) -> Option<Currency> {
        let found = match &at.node.value {
            Value::Text(code) => Currency::parse(code),
            _ => None,
        };
        if found.is_none() {
            at.refuse("unknown-currency", "a currency code of ISO 4217, such as \"JPY\"");
        }
        found
    }

    fn shape(&self) -> Shape {
        Shape::Currency
    }
}

/// `[fx]`: currencies and their rates.
struct Rates;

impl Decode for Rates {
    type Value = Vec<(Currency, Path)>;

    fn decode(&self, at: &At<'_>) -> Option<Self::Value> {
        let Value::Table(table) = &at.node.value else {
            at.refuse("wrong-type", "a table of exchange rates by currency");
            return None;
        };
        let mut rates = Some(Vec::new());
        for entry in table.entries.iter().filter(|entry| entry.key.len() == 3) {
            let place = At { key_span: Some(entry.key_span), ..at.inside(&entry.key, &entry.node) };
            let currency = Currency::parse(&entry.key);
            let path = PathOf(&units::FX).decode(&place);
            if currency.is_none() {
                at.scope.push(
                    Diagnostic::error(
                        "unknown-currency",
                        entry.key_span,
                        format!("`{}` is no currency", entry.key),
                    )
                    .label("expected a code of ISO 4217"),
                );
            }
            match (currency, path, rates.as_mut()) {
                (Some(currency), Some(path), Some(list)) => list.push((currency, path)),
                _ => rates = None,
            }
        }
        rates
    }

    fn shape(&self) -> Shape {
        Shape::Map("currency", Box::new(Shape::Path(&units::FX)))
    }
}

/// The English name of a month.
struct MonthName;

impl Decode for MonthName {
    type Value = u8;

    fn decode(&self, at: &At<'_>) -> Option<u8> {
        let found = match &at.node.value {
            Value::Text(name) => month_named(name),
            _ => None,
        };
        if found.is_none() {
            at.refuse("unknown-month", "the English name of a month, such as \"April\"");
        }
        found
    }

    fn shape(&self) -> Shape {
        Shape::Words(crate::calendar::MONTH_NAMES.to_vec())
    }
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scenario").field("title", &self.title).finish_non_exhaustive()
    }
}
