//! What a replay found.

use super::Goal;
use super::server::Job;
use crate::stats::Sketch;

/// The percentiles that results carry.
pub const QUANTILES: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

/// What happened to the requests of a trace.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Requests that came.
    pub arrived: u64,
    /// Requests whose last token was written.
    pub finished: u64,
    /// Requests that found all queues full.
    pub shed_full: u64,
    /// Requests that lost their patience.
    pub shed_patience: u64,
    /// Requests too long for the memory of a replica.
    pub shed_long: u64,
    /// Requests still on the way at the end.
    pub in_flight: u64,
    /// Requests that met the goal.
    pub good: u64,
    /// Times that a sequence gave way for lack of memory and was read again.
    pub preempted: u64,
    /// Times that a request began anew because its replica failed.
    pub restarted: u64,
    /// Failures of replicas.
    pub failures: u64,
    /// Tokens of prompts, those read again included.
    pub prompt_tokens: u64,
    /// Of these, found in the cache.
    pub cached_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Time to the first token of finished requests, in seconds.
    pub ttft_s: Sketch,
    /// Mean time per further token of finished requests of two tokens and more.
    pub tpot_s: Sketch,
    /// Time to the last token.
    pub e2e_s: Sketch,
    /// The sums behind the means of the three, and how many have a time per token.
    pub sums_s: [f64; 3],
    /// Requests with a time per token.
    pub with_tpot: u64,
    /// From the first arrival to the end.
    pub span_s: f64,
    /// When the last request arrived.
    pub last_arrival_s: f64,
    /// Requests on the way, integrated over time.
    pub presence_s: f64,
    /// Requests in batches, integrated over time.
    pub batch_s: f64,
    /// Time spent here by all that finished or were shed, and so far by those on the way.
    pub sojourn_s: f64,
    /// Time that replicas were taking steps.
    pub busy_s: f64,
    /// Time that replicas were there and ready.
    pub ready_s: f64,
    /// Time that replicas were paid for: from their start, cold start included, to their end.
    pub paid_s: f64,
    /// How it went over time.
    pub timeline: Timeline,
}

impl Outcome {
    /// Requests that nobody served.
    pub fn shed(&self) -> u64 {
        self.shed_full + self.shed_patience + self.shed_long
    }

    /// Good requests over all that came and are no longer on the way.
    pub fn goodput(&self) -> f64 {
        self.good as f64 / (self.arrived - self.in_flight).max(1) as f64
    }

    /// Requests per second that came.
    pub fn arrival_rate(&self) -> f64 {
        if self.last_arrival_s > 0.0 {
            self.arrived.saturating_sub(1) as f64 / self.last_arrival_s
        } else {
            0.0
        }
    }

    /// Requests per second that finished.
    pub fn throughput(&self) -> f64 {
        if self.span_s > 0.0 { self.finished as f64 / self.span_s } else { 0.0 }
    }

    /// Means of time to the first token, per further token, and to the last; not a number where there is none.
    pub fn means_s(&self) -> [f64; 3] {
        let counts = [self.finished, self.with_tpot, self.finished];
        std::array::from_fn(|k| self.sums_s[k] / counts[k] as f64)
    }

    /// The share of ready time in which replicas took steps.
    pub fn busy(&self) -> f64 {
        if self.ready_s > 0.0 { self.busy_s / self.ready_s } else { 0.0 }
    }

    /// Sequences in the batch of a replica that takes steps, on average.
    pub fn mean_batch(&self) -> f64 {
        if self.busy_s > 0.0 { self.batch_s / self.busy_s } else { 0.0 }
    }

    /// The share of prompt tokens that the cache had.
    pub fn cached(&self) -> f64 {
        if self.prompt_tokens > 0 { self.cached_tokens as f64 / self.prompt_tokens as f64 } else { 0.0 }
    }
}

/// Counts while it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    goal: Goal,
    pub(super) arrived: u64,
    pub(super) finished: u64,
    pub(super) shed_full: u64,
    pub(super) shed_patience: u64,
    pub(super) shed_long: u64,
    pub(super) good: u64,
    pub(super) preempted: u64,
    pub(super) restarted: u64,
    pub(super) failures: u64,
    pub(super) prompt_tokens: u64,
    pub(super) cached_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) sojourn_s: f64,
    ttft: Sketch,
    tpot: Sketch,
    e2e: Sketch,
    sums: [f64; 3],
    with_tpot: u64,
}

impl Tally {
    pub(super) fn new(goal: Goal) -> Self {
        Self { goal, ..Self::default() }
    }

    /// Requests on the way.
    pub(super) fn present(&self) -> u64 {
        self.arrived - self.finished - self.shed_full - self.shed_patience - self.shed_long
    }

    pub(super) fn finish(&mut self, job: &Job, now: f64) {
        self.finished += 1;
        let (ttft, e2e) = (job.first_token - job.arrived, now - job.arrived);
        self.ttft.add(ttft);
        self.e2e.add(e2e);
        self.sums[0] += ttft;
        self.sums[2] += e2e;
        self.sojourn_s += e2e;
        let mut good = self.goal.ttft_s.is_none_or(|most| ttft <= most);
        if job.output > 1 {
            let tpot = (now - job.first_token) / (job.output - 1) as f64;
            self.tpot.add(tpot);
            self.sums[1] += tpot;
            self.with_tpot += 1;
            good &= self.goal.tpot_s.is_none_or(|most| tpot <= most);
        }
        self.good += u64::from(good);
    }

    pub(super) fn gave_up(&mut self, job: &Job, now: f64) {
        self.shed_patience += 1;
        self.sojourn_s += now - job.arrived;
    }

    /// The result, at the end.
    pub(super) fn outcome(self, clock: Clock, served: Served) -> Outcome {
        let present = self.present();
        Outcome {
            arrived: self.arrived,
            finished: self.finished,
            shed_full: self.shed_full,
            shed_patience: self.shed_patience,
            shed_long: self.shed_long,
            in_flight: present,
            good: self.good,
            preempted: self.preempted,
            restarted: self.restarted,
            failures: self.failures,
            prompt_tokens: self.prompt_tokens,
            cached_tokens: self.cached_tokens,
            output_tokens: self.output_tokens,
            ttft_s: self.ttft,
            tpot_s: self.tpot,
            e2e_s: self.e2e,
            sums_s: self.sums,
            with_tpot: self.with_tpot,
            span_s: clock.now,
            last_arrival_s: served.last_arrival_s,
            presence_s: clock.presence_s,
            batch_s: clock.batch_s,
            sojourn_s: self.sojourn_s + served.on_the_way_s,
            busy_s: served.busy_s,
            ready_s: served.ready_s,
            paid_s: served.paid_s,
            timeline: clock.timeline,
        }
    }
}

/// What the replicas say at the end.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_field_names, reason = "seconds, all of them")]
pub(super) struct Served {
    pub(super) last_arrival_s: f64,
    pub(super) on_the_way_s: f64,
    pub(super) busy_s: f64,
    pub(super) ready_s: f64,
    pub(super) paid_s: f64,
}

/// What is seen between two events.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) present: u64,
    pub(super) running: u64,
    pub(super) ready: u64,
    /// Shares of memory used, summed over replicas.
    pub(super) memory: f64,
}

/// Time, and what is integrated over it.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    pub(super) now: f64,
    presence_s: f64,
    batch_s: f64,
    timeline: Timeline,
}

impl Clock {
    /// Time goes on; until now it was as seen.
    pub(super) fn advance(&mut self, now: f64, seen: Seen) {
        let passed = now - self.now;
        if passed > 0.0 {
            self.presence_s += passed * seen.present as f64;
            self.batch_s += passed * seen.running as f64;
            self.timeline.add(self.now, now, seen);
            self.now = now;
        }
    }

    pub(super) fn arrival(&mut self) {
        self.timeline.arrival(self.now);
    }
}

/// Means over one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// How long it was; only the last is shorter than the others.
    pub length_s: f64,
    /// Requests that arrived.
    pub arrived: u64,
    /// Replicas that were ready.
    pub replicas: f64,
    /// Requests in batches.
    pub running: f64,
    /// Requests that wait.
    pub waiting: f64,
    /// Share of the memory of ready replicas that sequences use.
    pub memory: f64,
}

/// How it went over time, in stretches of equal length; the longer the replay, the longer they are.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    doublings: u32,
    end_s: f64,
    /// Integrals of arrivals, replicas, running, waiting, memory.
    sums: Vec<[f64; 5]>,
}

/// Stretches at the most.
const STRETCHES: usize = 512;

impl Timeline {
    /// Length of a stretch.
    pub fn stretch_s(&self) -> f64 {
        (1_u64 << self.doublings) as f64
    }

    /// The stretches from the beginning on.
    pub fn moments(&self) -> Vec<Moment> {
        let stretch = self.stretch_s();
        let moment = |(place, sums): (usize, &[f64; 5])| {
            let length = (self.end_s - place as f64 * stretch).min(stretch);
            let length = if length > 0.0 { length } else { stretch };
            let [arrived, replicas, running, waiting, memory] = *sums;
            Moment {
                length_s: length,
                arrived: arrived as u64,
                replicas: replicas / length,
                running: running / length,
                waiting: waiting / length,
                memory: if replicas > 0.0 { memory / replicas } else { 0.0 },
            }
        };
        self.sums.iter().enumerate().map(moment).collect()
    }

    fn place(&mut self, time: f64) -> usize {
        while time >= self.stretch_s() * STRETCHES as f64 && self.doublings < 60 {
            self.sums = self
                .sums
                .chunks(2)
                .map(|pair| std::array::from_fn(|k| pair.iter().map(|sums| sums[k]).sum()))
                .collect();
            self.doublings += 1;
        }
        let place = ((time / self.stretch_s()) as usize).min(STRETCHES - 1);
        if self.sums.len() <= place {
            self.sums.resize(place + 1, [0.0; 5]);
        }
        place
    }

    fn arrival(&mut self, now: f64) {
        let place = self.place(now);
        self.sums[place][0] += 1.0;
    }

    fn add(&mut self, from: f64, to: f64, seen: Seen) {
        self.end_s = to;
        let last = self.place(to);
        let first = self.place(from);
        let stretch = self.stretch_s();
        let waiting = seen.present.saturating_sub(seen.running) as f64;
        for place in first..=last {
            let (begin, end) = (place as f64 * stretch, (place + 1) as f64 * stretch);
            let end = if place == last { to } else { end };
            let passed = (end.min(to) - begin.max(from)).max(0.0);
            let sums = &mut self.sums[place];
            sums[1] += passed * seen.ready as f64;
            sums[2] += passed * seen.running as f64;
            sums[3] += passed * waiting;
            sums[4] += passed * seen.memory;
        }
    }
}
