//! A scenario resolved: names became places, everything is valid, and the engine can run it.

mod barred;
mod charges;
mod cold;
mod contracts;
mod failover;
mod gates;
mod led;
mod products;
mod pulled;
mod resolve;
mod strategy;
mod switching;
mod training;
mod variants;

use std::ops::Range;

use crate::calendar::Timeline;
use crate::contract::Contract;
use crate::demand::Earns;
use crate::document::Title;
use crate::finance::{Charge, Gauge, Line};
use crate::hazard;
use crate::lanes::{Lanes, Slot};
use crate::supply::Supply;
use crate::switching::{Condition, ForcedMove, Migrating};
use crate::units::Currency;
use crate::world::{Input, Program};

pub use resolve::{resolve, streams};
pub use variants::{NoVariants, Pull, lever_variants};

/// What the engine runs.
pub struct Model {
    /// What people call the scenario.
    pub title: Title,
    /// Its months.
    pub timeline: Timeline,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The recipe of a world.
    pub program: Program,
    /// What each value of the world comes from.
    pub inputs: Vec<Input>,
    /// The discount factor of the month, if the scenario discounts.
    pub discount: Option<Slot>,
    /// Streams of requests, in the order of the file.
    pub streams: Vec<Stream>,
    /// Ways to serve that are compared, in the order of the file.
    pub strategies: Vec<Strategy>,
    /// Ways to serve that are only places to switch to; they are counted on from the others.
    pub elsewhere: Vec<Strategy>,
    /// The strategy that others are compared with.
    pub baseline: usize,
    /// The strategy that budgets and gates bind, if the scenario names one.
    pub chosen: Option<usize>,
    /// What is measured path by path: for the gates, in the order of the file, and for the margin.
    pub gates: Vec<Gate>,
    /// The place among these of what is left of the revenue, if any is earned.
    pub margin: Option<usize>,
    /// What can go wrong with vendors.
    pub hazards: hazard::World,
    /// What happens to strategies from time to time, and is counted.
    pub events: Vec<Event>,
}

/// Something that happens to a strategy from time to time, and is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The id of the strategy that it happens to; rules may lead others there.
    pub strategy: String,
    /// What happens.
    pub kind: EventKind,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Its work moves to a successor of this llm; moves are counted.
    Successor(String),
    /// Its work moves away from this, which is turned off; moves are counted.
    TurnedOff(String),
    /// This may not serve a traffic, since its llm scores too low in an evaluation; requests are counted.
    TooLow {
        /// Who is asked.
        by: String,
        /// For what.
        traffic: String,
        /// Where it scores too low.
        evaluation: String,
    },
    /// Requests were answered by an llm that has a score in this evaluation, which the traffic needs; requests are counted.
    Graded(String),
    /// The same, each counted with the score of the month: over those graded it is the mean score.
    Scored(String),
    /// Requests had to wait until this had room for them; requests are counted.
    Waited {
        /// Who is asked.
        by: String,
        /// For what.
        traffic: String,
    },
    /// This may never serve a traffic that must stay elsewhere; requests are counted.
    StaysElsewhere {
        /// Who is asked.
        by: String,
        /// For what.
        traffic: String,
    },
}

impl EventKind {
    /// Whether requests are counted; else moves.
    pub fn counts_requests(&self) -> bool {
        !matches!(self, Self::Successor(_) | Self::TurnedOff(_))
    }

    /// Whether it is a gate: a request that it counts was refused.
    pub fn is_gate(&self) -> bool {
        matches!(self, Self::TooLow { .. } | Self::StaysElsewhere { .. })
    }

    /// Whether it is no news of its own, but a part of a mean score.
    pub fn is_grade(&self) -> bool {
        matches!(self, Self::Graded(_) | Self::Scored(_))
    }

    /// What happens, in English and in Japanese.
    pub fn says(&self) -> (String, String) {
        match self {
            Self::Successor(of) => (format!("moves to a successor of {of}"), format!("{of} の後継への移行")),
            Self::TurnedOff(what) => {
                (format!("moves away from {what}, turned off"), format!("停止する {what} からの移行"))
            }
            Self::TooLow { by, traffic, evaluation } => (
                format!("{by} refused for {traffic}: too low in {evaluation}"),
                format!("{by} は {traffic} に使えない：{evaluation} が基準未満"),
            ),
            Self::Graded(evaluation) => {
                (format!("answers graded in {evaluation}"), format!("{evaluation} で採点した回答"))
            }
            Self::Scored(evaluation) => {
                (format!("answers right in {evaluation}"), format!("{evaluation} で正しい回答"))
            }
            Self::Waited { by, traffic } => {
                (format!("{traffic} waited for {by}"), format!("{traffic} が {by} の空きを待った"))
            }
            Self::StaysElsewhere { by, traffic } => (
                format!("{by} refused for {traffic}: it must stay elsewhere"),
                format!("{by} は {traffic} に使えない：処理地域の制約"),
            ),
        }
    }
}

/// What a gate measures.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its id.
    pub id: String,
    /// What it measures.
    pub gauge: &'static Gauge,
    /// The stream that counts, by its place; all if absent.
    pub stream: Option<usize>,
    /// The months that count.
    pub months: Range<usize>,
}

/// The work of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Requests of the month.
    pub requests: Slot,
    /// Tokens per request, in and out; only where a gate asks for them.
    pub tokens: Option<Slot>,
}

/// A stream of requests.
pub struct Stream {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: Title,
    /// Its work.
    pub work: Work,
    /// Users of the month, where it has users.
    pub users: Option<Slot>,
    /// What it earns.
    pub earns: Option<Earns>,
    /// How a request that nobody serves is posted, and its price.
    pub shed: Option<(Line, Slot)>,
}

/// A way to serve.
pub struct Strategy {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: Title,
    /// Its own streams of requests, where people answer to the llms that serve them; else those of the model.
    pub own_streams: Option<Vec<Stream>>,
    /// Who is asked for what, in order.
    pub entries: Vec<Entry>,
    /// Who is asked.
    pub supplies: Vec<SupplyInUse>,
    /// What it costs whatever is served.
    pub charges: Vec<Charge>,
    /// By month, those of them that are due, by their places: most of training is not, and is not to be looked through every month.
    pub due: Vec<Vec<usize>>,
    /// What it has agreed with vendors, in the order in which it settles.
    pub contracts: Vec<ContractInUse>,
    /// The vendors of these contracts, with the credits for outages on what is bought from them, each once.
    pub vendors: Vec<(usize, Option<Slot>)>,
    /// Moves that vendors force upon it, by the place of their event.
    pub forced: Vec<(usize, ForcedMove)>,
    /// What its training programmes come to.
    pub trained: Vec<Trained>,
    /// Training on GPUs that its own supplies leave idle.
    pub idle: Vec<IdleInUse>,
    /// Whether something can be turned away for good before the last entry.
    pub sheds: bool,
    /// Lanes of state that its supplies and contracts need.
    pub state: usize,
    /// To which strategies it can give way, and when; absent if it has no rule.
    pub switching: Option<Switching>,
}

/// A training programme of a strategy, opened up.
#[derive(Clone, Debug)]
pub struct Trained {
    /// Its id.
    pub id: String,
    /// The months in which a cycle begins, if the calendar alone decides.
    pub due: Option<Vec<bool>>,
    /// Else 1 in months in which one begins.
    pub begun: Option<Slot>,
    /// GPU-hours of one run that nothing disturbs.
    pub run_gpu_hours: Option<Slot>,
    /// GPU-hours of a cycle: all recipes, failed runs, restarts.
    pub cycle_gpu_hours: Option<Slot>,
    /// Recipes tried.
    pub runs: Slot,
    /// Share of runs that fail.
    pub failed_runs: Slot,
    /// Share of a run's time that restarts waste.
    pub wasted: Option<Slot>,
    /// GPUs that a run uses at once, where it is known.
    pub gpus: Option<f64>,
    /// Months that a run takes; 0 where its GPUs are not known.
    pub run_months: f64,
}

/// Training on GPUs that a supply leaves idle.
#[derive(Clone, Debug)]
pub struct Idle {
    /// The programme.
    pub programme: String,
    /// The supply, by its name.
    pub supply: String,
    /// GPU-hours that a cycle needs; 0 in months in which none begins, if that is not the same in all paths.
    pub hours: Slot,
    /// The months in which one begins, if the calendar alone decides.
    pub due: Option<Vec<bool>>,
}

/// The same, with the place of its state: GPU-hours that still wait.
pub struct IdleInUse {
    /// What it needs.
    pub needs: Idle,
    /// The supply, by its place in the strategy.
    pub supply: usize,
    /// How the hours are posted; they are paid with the servers.
    pub line: Line,
    /// The price 0.
    pub free: Slot,
    /// Where its state stands.
    pub state: usize,
}

/// How paths of a strategy may move to other strategies.
pub struct Switching {
    /// The strategies, the one itself first, as [`Model::strategy`] counts them.
    pub members: Vec<usize>,
    /// The rules of all members; of one member in the order of their ids.
    pub rules: Vec<Rule>,
    /// Lanes of state that the conditions need.
    pub state: usize,
}

/// A rule by which one strategy gives way to another.
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The member whose rule it is.
    pub from: usize,
    /// The member that takes over.
    pub to: usize,
    /// What must hold, with the place of each condition's state.
    pub when: Vec<(Box<dyn Condition>, usize)>,
    /// What the move takes.
    pub migration: Migrating,
    /// How scores change right after the move: by the event of the gate that judges them, in points.
    pub dips: Vec<(usize, Slot)>,
}

impl Strategy {
    /// What it is asked to serve.
    pub fn streams<'a>(&'a self, model: &'a Model) -> &'a [Stream] {
        self.own_streams.as_deref().unwrap_or(&model.streams)
    }

    /// The rules by which its paths may move on; empty if it never gives way.
    pub fn rules(&self) -> &[Rule] {
        self.switching.as_ref().map_or(&[], |switching| &switching.rules)
    }
}

impl Model {
    /// A strategy by its place: those that are compared come first, then those that are only switched to.
    pub fn strategy(&self, place: usize) -> &Strategy {
        let compared = self.strategies.len();
        if place < compared { &self.strategies[place] } else { &self.elsewhere[place - compared] }
    }
}

/// One question to one supply.
pub struct Entry {
    /// The stream, by its place in the model.
    pub stream: usize,
    /// The supply, by its place in the strategy.
    pub supply: usize,
    /// The entry as the supply counts it.
    pub number: usize,
    /// Whether what it does not serve is shed at once, and not offered to the next entry.
    pub sheds: bool,
    /// Share of the whole stream that is offered; all that is left if absent.
    pub share: Option<Slot>,
    /// What of that never reaches the supply; absent where all does.
    pub aside: Option<Aside>,
    /// How well what it serves is answered, by evaluation that the traffic needs; empty where it needs none.
    pub grades: Vec<Grade>,
    /// What outages do to the requests on their way to the next entry; absent if all that they turn away simply goes there.
    pub outages: Option<Outages>,
}

/// A score that what an entry serves is counted with.
#[derive(Clone, Copy, Debug)]
pub struct Grade {
    /// The events of answering, and of answering weighted by the score.
    pub events: [usize; 2],
    /// The event of the gate that judges the score.
    pub gate: usize,
    /// The score of the month.
    pub score: Slot,
}

/// What of the requests that an entry is offered never reaches its supply.
#[derive(Clone, Debug, Default)]
pub struct Aside {
    /// The event of refusing all, where the traffic must stay elsewhere: the next entry is asked.
    pub never: Option<usize>,
    /// Where a score is below what is needed, the next entry is asked.
    pub gates: Vec<QualityGate>,
    /// Shares that are lost in a move.
    pub lost: Vec<Slot>,
}

/// A score that the llm behind an entry must have.
#[derive(Clone, Copy, Debug)]
pub struct QualityGate {
    /// The event of refusing.
    pub event: usize,
    /// Its score of the month.
    pub score: Slot,
    /// What is needed.
    pub needs: Slot,
}

/// What becomes of requests that outages turn away from an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outages {
    /// The share of the month in which outages keep it down.
    pub down: Slot,
    /// By what turned them away before: requests that fell behind other outages lie in pools of their own, those that never did in
    /// the first.
    pub fallen: Vec<Fallen>,
    /// The share of what outages turn away that reaches the next entry; all if absent.
    pub succeeds: Option<Slot>,
}

/// What becomes of a pool of requests at an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fallen {
    /// The share that meets here the outages that turned it away before; none if absent.
    pub meets: Option<Slot>,
    /// The pool of what falls here as well.
    pub to: usize,
}

/// A supply that a strategy uses, with the place of its state.
pub struct SupplyInUse {
    /// Its name: `tokyo-h200`, `openai/terra`.
    pub name: String,
    /// What serves.
    pub supply: Box<dyn Supply>,
    /// Where its state is.
    pub state: Range<usize>,
}

/// A contract that a strategy has, with the place of its state.
pub struct ContractInUse {
    /// Its id.
    pub name: String,
    /// What settles.
    pub contract: Box<dyn Contract>,
    /// Where its state is.
    pub state: Range<usize>,
}

impl ContractInUse {
    /// Its part of the strategy's state.
    pub fn own<'a>(&self, state: &'a mut [Lanes]) -> &'a mut [Lanes] {
        &mut state[self.state.clone()]
    }
}

impl SupplyInUse {
    /// Its part of the strategy's state.
    pub fn own<'a>(&self, state: &'a mut [Lanes]) -> &'a mut [Lanes] {
        &mut state[self.state.clone()]
    }
}
