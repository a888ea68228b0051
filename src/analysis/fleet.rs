//! The cheapest fleet for requests of many sizes: which GPUs serve which sizes, and how many replicas of each.
//!
//! The idea is that of Mélange (Griggs et al., arXiv 2404.14527): small requests are cheap on small GPUs and large ones on
//! large GPUs, so a mix can cost less than the best single kind. Sizes are buckets of input and output tokens; a bucket may be
//! split between kinds, as a router can; replicas are whole.

use microlp::{
    ComparisonOp, OptimizationDirection, Problem as Program, SolutionStatus, SolveOptions, Variable,
};

/// A size of request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Tokens in, per llm call.
    pub input_tokens: f64,
    /// Tokens out, per llm call.
    pub output_tokens: f64,
    /// llm calls per hour.
    pub per_hour: f64,
}

/// A kind of replica.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// What it costs per hour, in the currency of the scenario.
    pub cost: f64,
    /// Calls of each bucket that one replica serves per hour, if it serves nothing else; absent where it misses the targets.
    pub per_hour: Vec<Option<f64>>,
}

/// Which sizes, on which kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Sizes of requests.
    pub buckets: Vec<Bucket>,
    /// Kinds of replicas.
    pub kinds: Vec<Kind>,
    /// Share of a replica's capacity to plan for.
    pub utilization: f64,
}

/// A fleet.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Replicas of each kind.
    pub replicas: Vec<f64>,
    /// Shares of each bucket by kind: `shares[bucket][kind]`.
    pub shares: Vec<Vec<f64>>,
    /// Its cost per hour.
    pub cost: f64,
    /// Whether it is proven that none is cheaper; otherwise it is the best that was found.
    pub proven: bool,
}

/// Steps of branch and bound before the best fleet so far is taken: some seconds, and the same answer on any machine.
const MOST_STEPS: u64 = 20_000;

impl Question {
    /// Replicas that a whole bucket would keep at the planned utilization, of a kind.
    fn load(&self, bucket: usize, kind: usize) -> Option<f64> {
        let capacity = self.kinds[kind].per_hour[bucket]? * self.utilization;
        Some(self.buckets[bucket].per_hour / capacity)
    }

    /// Whether some kind serves a size within the targets.
    pub fn is_served(&self, bucket: usize) -> bool {
        self.kinds.iter().any(|kind| kind.per_hour[bucket].is_some())
    }

    /// The fleet of one kind alone; none where it misses the targets of some size that another kind serves.
    pub fn of_one_kind(&self, kind: usize) -> Option<Plan> {
        let served = (0..self.buckets.len()).filter(|bucket| self.is_served(*bucket));
        let load: Option<f64> = served.map(|bucket| self.load(bucket, kind)).sum();
        let mut replicas = vec![0.0; self.kinds.len()];
        replicas[kind] = whole(load?);
        let mut shares = vec![vec![0.0; self.kinds.len()]; self.buckets.len()];
        for (bucket, row) in shares.iter_mut().enumerate() {
            row[kind] = f64::from(u8::from(self.is_served(bucket)));
        }
        let cost = replicas[kind] * self.kinds[kind].cost;
        Some(Plan { replicas, shares, cost, proven: true })
    }

    /// The cheapest fleet of one kind.
    pub fn best_of_one_kind(&self) -> Option<Plan> {
        let plans = (0..self.kinds.len()).filter_map(|kind| self.of_one_kind(kind));
        plans.min_by(|a, b| a.cost.total_cmp(&b.cost))
    }

    /// The cheapest fleet: an integer program, solved exactly by branch and bound. None where no size is served at all; sizes
    /// that no kind serves are left out.
    ///
    /// Minimizes `Σ cost · n` with `Σ x(bucket, ·) = 1` and `Σ load · x(·, kind) ≤ n(kind)`.
    pub fn cheapest(&self) -> Option<Plan> {
        if !(0..self.buckets.len()).any(|bucket| self.is_served(bucket)) {
            return None;
        }
        let alone = self.best_of_one_kind();
        let Some(mix) = self.mix(alone.as_ref()) else { return alone };
        // Of two that cost the same, the one that is simpler to run.
        match alone {
            Some(one) if one.cost <= mix.cost * (1.0 + 1e-9) => Some(Plan { proven: mix.proven, ..one }),
            _ => Some(mix),
        }
    }

    fn mix(&self, alone: Option<&Plan>) -> Option<Plan> {
        let mut program = Program::new(OptimizationDirection::Minimize);
        let dearest = self.kinds.iter().map(|kind| kind.cost).fold(f64::MIN_POSITIVE, f64::max);
        let counts: Vec<Variable> = (0..self.kinds.len())
            .map(|kind| {
                let all: f64 = (0..self.buckets.len()).filter_map(|bucket| self.load(bucket, kind)).sum();
                program.add_integer_var(self.kinds[kind].cost / dearest, (0, whole(all).min(1e9) as i32))
            })
            .collect();
        let mut shares = vec![vec![None; self.kinds.len()]; self.buckets.len()];
        for (bucket, row) in shares.iter_mut().enumerate().filter(|(bucket, _)| self.is_served(*bucket)) {
            for (kind, share) in row.iter_mut().enumerate() {
                *share = self.load(bucket, kind).map(|_| program.add_var(0.0, (0.0, 1.0)));
            }
            let all: Vec<_> = row.iter().flatten().map(|share| (*share, 1.0)).collect();
            program.add_constraint(&all, ComparisonOp::Eq, 1.0);
        }
        for (kind, count) in counts.iter().enumerate() {
            let mut load: Vec<_> = (0..self.buckets.len())
                .filter_map(|bucket| Some((shares[bucket][kind]?, self.load(bucket, kind)?)))
                .collect();
            load.push((*count, -1.0));
            program.add_constraint(&load, ComparisonOp::Le, 0.0);
        }
        let start = alone.map(|plan| counts.iter().copied().zip(plan.replicas.iter().copied()).collect());
        let mut options = SolveOptions::default();
        options.node_limit = Some(MOST_STEPS);
        options.warm_start = start;
        let solved = program.solve_with(options).ok()?.into_solution().ok()?;
        let shares: Vec<Vec<f64>> = shares
            .iter()
            .map(|row| row.iter().map(|x| x.map_or(0.0, |x| solved[x].clamp(0.0, 1.0))).collect())
            .collect();
        let replicas: Vec<f64> = counts.iter().map(|count| solved[*count].round()).collect();
        let cost = replicas.iter().zip(&self.kinds).map(|(count, kind)| count * kind.cost).sum();
        Some(Plan { replicas, shares, cost, proven: solved.status() == SolutionStatus::Optimal })
    }

    /// Replicas' worth of load on each kind under a plan.
    pub fn loads(&self, plan: &Plan) -> Vec<f64> {
        let load = |kind: usize| {
            let each = plan.shares.iter().enumerate();
            each.map(|(bucket, row)| row[kind] * self.load(bucket, kind).unwrap_or(0.0)).sum()
        };
        (0..self.kinds.len()).map(load).collect()
    }
}

/// Whole replicas for a load; what rounding put a hair above counts as below.
fn whole(load: f64) -> f64 {
    crate::math::ceil(load * (1.0 - 1e-9))
}
