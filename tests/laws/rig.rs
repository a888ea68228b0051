//! A small strategy: supplies resolved from text and driven month by month, as an engine would.

use std::collections::BTreeMap;

use tokencast::calendar::Timeline;
use tokencast::demand::{Effects, Language, Patience, Stream, Tokenizer, Traffic};
use tokencast::diagnostic::{Diagnostics, FileId, Span};
use tokencast::document::{MapOf, Plugins, Reference, TableOf};
use tokencast::finance::{Component, Ledger, Measure, Posting, View};
use tokencast::lanes::Lanes;
use tokencast::lever;
use tokencast::pricing::{Tier, Vendor};
use tokencast::process::{Path, PathOf};
use tokencast::random::Design;
use tokencast::serving::{Deployment, Gpu, Llm, Server, Site};
use tokencast::supply::{self, Api, Definitions, Entry, Supply};
use tokencast::units;
use tokencast::world::{Builder, Program};

use super::support::{currency, family, timeline};

/// One line of `serve`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Serve {
    pub(crate) traffic: &'static str,
    pub(crate) by: &'static str,
    pub(crate) up_to: Option<f64>,
    pub(crate) batch: bool,
    pub(crate) region: Option<&'static str>,
    pub(crate) patience: Option<Patience>,
}

/// `traffic` served by `by`, without limits.
pub(crate) fn serve(traffic: &'static str, by: &'static str) -> Serve {
    Serve { traffic, by, ..Serve::default() }
}

/// A supply and the lines of `serve` that it stands behind, in their order.
struct Placed {
    supply: Box<dyn Supply>,
    lines: Vec<usize>,
}

/// A strategy that runs.
pub(crate) struct Rig {
    program: Program,
    supplies: Vec<Placed>,
    streams: BTreeMap<String, Stream>,
    serve: Vec<Serve>,
    timeline: Timeline,
    /// Warnings.
    pub(crate) warnings: Diagnostics,
}

/// What a month came to.
pub(crate) struct Outcome {
    pub(crate) cash: Lanes,
    pub(crate) accrual: Lanes,
    components: Vec<Lanes>,
    measures: Vec<Lanes>,
    pub(crate) upfront: Lanes,
    /// By line of `serve`.
    pub(crate) offered: Vec<Lanes>,
    /// By line of `serve`.
    pub(crate) served: Vec<Lanes>,
    pub(crate) postings: Vec<Posting>,
}

impl Outcome {
    /// A component on the first path.
    pub(crate) fn cost(&self, component: Component) -> f64 {
        self.components[component as usize][0]
    }

    /// A measure on the first path.
    pub(crate) fn measure(&self, measure: Measure) -> f64 {
        self.measures[measure as usize][0]
    }

    /// A measure on every path.
    pub(crate) fn measures(&self, measure: Measure) -> &Lanes {
        &self.measures[measure as usize]
    }

    /// A component on every path.
    pub(crate) fn costs(&self, component: Component) -> &Lanes {
        &self.components[component as usize]
    }
}

fn reference(id: &str) -> Reference {
    Reference { id: id.to_owned(), span: Span::new(FileId(0), 0..1) }
}

fn by_id<T>(list: Option<Vec<(Reference, T)>>) -> Vec<(Reference, T)> {
    list.unwrap_or_default()
}

/// What supplies refer to.
pub(crate) fn definitions(text: &str) -> Definitions {
    Definitions {
        vendors: by_id(family(text, "vendor", &MapOf("vendor", TableOf(Vendor::read)))),
        llms: by_id(family(text, "llm", &MapOf("llm", TableOf(Llm::read)))),
        gpus: by_id(family(text, "gpu", &MapOf("gpu", TableOf(Gpu::read)))),
        deployments: by_id(family(text, "deployment", &MapOf("deployment", TableOf(Deployment::read)))),
        servers: by_id(family(text, "server", &MapOf("server", TableOf(Server::read)))),
        sites: by_id(family(text, "site", &MapOf("site", TableOf(Site::read)))),
        tokenizers: by_id(family(text, "tokenizer", &MapOf("tokenizer", TableOf(Tokenizer::read)))),
        languages: by_id(family(text, "language", &MapOf("language", TableOf(Language::read)))),
    }
}

fn world(text: &str, months: usize) -> Builder {
    let paths = |key: &str, kind| -> BTreeMap<String, Path> {
        let list = by_id(family(text, key, &MapOf(key_name(key), PathOf(kind))));
        list.into_iter().map(|(id, path)| (id.id, path)).collect()
    };
    // Currencies are upper case and ids are not: the rates of a text are keyed in lower case.
    let rates =
        paths("fx", &units::FX).into_iter().map(|(id, path)| (currency(&id.to_uppercase()), path)).collect();
    Builder::new(timeline(months), currency("USD"), rates, paths("index", &units::FACTOR))
}

fn key_name(key: &str) -> &'static str {
    if key == "fx" { "currency" } else { "index" }
}

impl Rig {
    /// Resolves lines of `serve` against the definitions, traffics, supplies and levers of a text.
    pub(crate) fn new(text: &str, months: usize, lines: &[Serve]) -> Result<Self, Diagnostics> {
        let all = definitions(text);
        let traffics = by_id(family(text, "traffic", &MapOf("traffic", TableOf(Traffic::read))));
        let written = by_id(family(text, "supply", &MapOf("supply", Plugins(supply::KINDS, "supply"))));
        let levers = by_id(family(text, "lever", &MapOf("lever", Plugins(lever::KINDS, "lever"))));
        let mut world = world(text, months);
        let mut streams = BTreeMap::new();
        for (id, traffic) in &traffics {
            streams.insert(
                id.id.clone(),
                Stream::resolve(traffic, None, &tokencast::demand::People::default(), &mut world).unwrap(),
            );
        }
        let mut effects = Effects::default();
        for (id, lever) in &levers {
            lever.apply(&id.id, &mut effects, &mut world);
        }
        let names: Vec<_> =
            lines.iter().map(|line| (reference(line.by), line.region.map(reference))).collect();
        let entries: Vec<Entry> = lines
            .iter()
            .zip(&names)
            .map(|(line, (by, region))| Entry {
                patience: line.patience,
                billed_in_vain: None,
                waited: None,
                traffic: &traffics.iter().find(|(id, _)| id.id == line.traffic).unwrap().1,
                stream: &streams[line.traffic],
                effects: effects.clone(),
                by,
                up_to_replicas: line.up_to,
                tier: if line.batch { Tier::Batch } else { Tier::Standard },
                region: region.as_ref(),
            })
            .collect();
        let mut supplies = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            if lines[..i].iter().all(|before| before.by != line.by) {
                let places: Vec<usize> = (i..lines.len()).filter(|j| lines[*j].by == line.by).collect();
                let behind: Vec<Entry> = places.iter().map(|place| entries[*place].clone()).collect();
                if line.by.contains('/') {
                    if let Some(api) = Api::resolve(&behind, &all, &mut world) {
                        supplies.push(Placed { supply: Box::new(api), lines: places });
                    }
                    continue;
                }
                let (_, found) = written.iter().find(|(id, _)| id.id == line.by).unwrap();
                if let Some(supply) = found.resolve(line.by, &behind, &all, &mut world) {
                    supplies.push(Placed { supply, lines: places });
                }
            }
        }
        let timeline = timeline(months);
        let (program, _, mistakes) = world.finish();
        let lacking = supplies.iter().map(|placed| placed.lines.len()).sum::<usize>() < lines.len();
        assert!(!lacking || mistakes.has_errors(), "a supply is absent without a mistake");
        if mistakes.has_errors() {
            return Err(mistakes);
        }
        Ok(Self { program, supplies, streams, serve: lines.to_vec(), timeline, warnings: mistakes })
    }

    /// Whether a line is never refused anything.
    pub(crate) fn unlimited(&self, line: usize) -> bool {
        let placed = self.supplies.iter().find(|placed| placed.lines.contains(&line)).unwrap();
        placed.supply.unlimited(placed.lines.iter().position(|l| *l == line).unwrap())
    }

    /// The months of the paths from `first` on. What a line refuses goes to the next line of its traffic.
    pub(crate) fn run_from(&self, first: u64) -> Vec<Outcome> {
        let mut world = self.program.world(Design::plain(1));
        self.program.start(first, &mut world);
        let mut states: Vec<Vec<Lanes>> =
            self.supplies.iter().map(|placed| vec![Lanes::splat(f64::NAN); placed.supply.state()]).collect();
        for (placed, state) in self.supplies.iter().zip(&mut states) {
            placed.supply.start(&world.values(), state);
        }
        let mut ledger = Ledger::new();
        self.timeline
            .months()
            .map(|now| {
                self.program.step(&now, &mut world);
                ledger.clear(true);
                let values = world.values();
                for (placed, state) in self.supplies.iter().zip(&mut states) {
                    placed.supply.open(&now, &values, state, &mut ledger);
                }
                let mut left: BTreeMap<&str, Lanes> =
                    self.streams.iter().map(|(id, stream)| (id.as_str(), values[stream.requests])).collect();
                let (mut offered, mut all_served) = (Vec::new(), Vec::new());
                for (i, line) in self.serve.iter().enumerate() {
                    let (place, placed) = self
                        .supplies
                        .iter()
                        .enumerate()
                        .find(|(_, placed)| placed.lines.contains(&i))
                        .unwrap();
                    let entry = placed.lines.iter().position(|l| *l == i).unwrap();
                    let offer = left[line.traffic];
                    let mut served = Lanes::splat(f64::NAN);
                    placed.supply.accept(
                        entry,
                        &now,
                        &values,
                        &offer,
                        &mut states[place],
                        &mut served,
                        &mut ledger,
                    );
                    left.insert(line.traffic, Lanes::from_fn(|lane| offer[lane] - served[lane]));
                    offered.push(offer);
                    all_served.push(served);
                }
                for (placed, state) in self.supplies.iter().zip(&mut states) {
                    placed.supply.close(&now, &values, state, &mut ledger);
                }
                Outcome {
                    cash: ledger.total(View::Cash),
                    accrual: ledger.total(View::Accrual),
                    components: Component::ALL.iter().map(|c| *ledger.component(*c)).collect(),
                    measures: Measure::ALL.iter().map(|m| *ledger.measured(*m)).collect(),
                    upfront: ledger.upfront().copied().unwrap_or(Lanes::ZERO),
                    offered,
                    served: all_served,
                    postings: ledger.recorded().to_vec(),
                }
            })
            .collect()
    }

    /// The months of the first paths.
    pub(crate) fn run(&self) -> Vec<Outcome> {
        self.run_from(0)
    }
}

/// The months of lines of `serve` that are right.
pub(crate) fn run(text: &str, months: usize, lines: &[Serve]) -> Vec<Outcome> {
    match Rig::new(text, months, lines) {
        Ok(rig) => rig.run(),
        Err(mistakes) => panic!("{mistakes:?}"),
    }
}

/// The codes of what is wrong with lines of `serve`.
pub(crate) fn refused(text: &str, lines: &[Serve]) -> Vec<&'static str> {
    let mistakes = Rig::new(text, 1, lines).err().unwrap_or_else(|| panic!("{lines:?} was resolved"));
    mistakes.errors().map(|mistake| mistake.code).collect()
}
