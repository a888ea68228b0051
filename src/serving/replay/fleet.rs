//! All replicas together: the order of events.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::failures::Fate;
use super::outcome::{Clock, Seen, Served, Tally};
use super::server::{Job, Server};
use super::{Outcome, Settings};
use crate::demand::trace::Request;

/// What a replica is at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Takes requests.
    Ready,
    /// Takes none any more, and goes when it is empty.
    Draining,
    /// Is on its way: cold start or repair.
    Coming,
    /// Is no more.
    Gone,
}

/// An event of the fleet; at the same time in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The plan of a replica ends, if it is still of this version.
    Step(usize, u64),
    /// A replica becomes ready.
    Ready(usize),
    /// A replica fails, if it has not been replaced since.
    Fails(usize),
    /// The autoscaler looks.
    Look,
}

struct Fleet {
    settings: Settings,
    servers: Vec<Server>,
    phases: Vec<Phase>,
    /// When each was started, and since when it has been ready.
    started: Vec<f64>,
    ready_since: Vec<f64>,
    /// Places of those that take requests.
    ready: Vec<usize>,
    /// Requests that found no replica ready.
    homeless: VecDeque<Job>,
    events: BinaryHeap<Reverse<(u64, Event)>>,
    fate: Option<Fate>,
    tally: Tally,
    clock: Clock,
    seen: Seen,
    served: Served,
    turn: u64,
    /// Since when fewer replicas would be enough.
    idle_since: Option<f64>,
    more_to_come: bool,
}

/// Replays a trace whose times do not fall. `E` is what can go wrong while it is read.
///
/// # Errors
/// The first that the trace gives.
pub fn replay<E>(settings: &Settings, trace: impl Iterator<Item = Result<Request, E>>) -> Result<Outcome, E> {
    let mut fleet = Fleet::new(settings);
    let until = settings.until_s.unwrap_or(f64::INFINITY);
    for request in trace {
        let request = request?;
        if request.at_s > until {
            break;
        }
        fleet.run_until(request.at_s);
        fleet.arrive(request);
    }
    fleet.more_to_come = false;
    fleet.run_until(until);
    Ok(fleet.end(until))
}

impl Fleet {
    fn new(settings: &Settings) -> Self {
        let mut fleet = Self {
            settings: *settings,
            servers: Vec::new(),
            phases: Vec::new(),
            started: Vec::new(),
            ready_since: Vec::new(),
            ready: Vec::new(),
            homeless: VecDeque::new(),
            events: BinaryHeap::new(),
            fate: settings.failures.map(|failures| Fate::new(failures, settings.seed)),
            tally: Tally::new(settings.goal),
            clock: Clock::default(),
            seen: Seen::default(),
            served: Served::default(),
            turn: 0,
            idle_since: None,
            more_to_come: true,
        };
        for _ in 0..settings.replicas {
            let place = fleet.start();
            fleet.become_ready(place);
        }
        if let Some(scaler) = settings.autoscaler {
            fleet.schedule(scaler.every_s, Event::Look);
        }
        fleet
    }

    /// Times are never negative, and the bits of such numbers are in their order.
    fn schedule(&mut self, time: f64, event: Event) {
        self.events.push(Reverse((time.to_bits(), event)));
    }

    /// A new replica that is not ready yet.
    fn start(&mut self) -> usize {
        self.servers.push(Server::new(&self.settings.replica));
        self.phases.push(Phase::Coming);
        self.started.push(self.clock.now);
        self.ready_since.push(self.clock.now);
        self.servers.len() - 1
    }

    fn become_ready(&mut self, place: usize) {
        self.phases[place] = Phase::Ready;
        self.ready_since[place] = self.clock.now;
        self.ready.push(place);
        self.seen.ready += 1;
        if let Some(fate) = &mut self.fate {
            let time = self.clock.now + fate.works_for();
            self.schedule(time, Event::Fails(place));
        }
        for job in std::mem::take(&mut self.homeless) {
            self.route(job);
        }
    }

    /// No longer ready, whatever it becomes.
    fn retire(&mut self, place: usize, phase: Phase) {
        if matches!(self.phases[place], Phase::Ready | Phase::Draining) && phase != Phase::Draining {
            self.served.ready_s += self.clock.now - self.ready_since[place];
            self.seen.ready -= 1;
        }
        self.phases[place] = phase;
        self.ready.retain(|ready| *ready != place);
        if phase == Phase::Gone {
            self.served.paid_s += self.clock.now - self.started[place];
        }
    }

    /// All events until a time. Once nobody is on the way and nothing more comes, time stands still.
    fn run_until(&mut self, time: f64) {
        while let Some(Reverse((bits, event))) = self.events.peek().copied() {
            let at = f64::from_bits(bits);
            if at > time || (!self.more_to_come && self.tally.present() == 0) {
                break;
            }
            self.events.pop();
            if let Event::Step(place, version) = event
                && self.servers[place].version != version
            {
                continue;
            }
            self.advance(at);
            match event {
                Event::Step(place, _) => self.at(place, |server, _, tally| server.step(tally)),
                Event::Ready(place) => self.become_ready(place),
                Event::Fails(place) => self.fail(place),
                Event::Look => self.look(),
            }
        }
        if time.is_finite() && (self.more_to_come || self.tally.present() > 0) {
            self.advance(time);
        }
    }

    fn advance(&mut self, now: f64) {
        self.seen.present = self.tally.present();
        self.clock.advance(now, self.seen);
    }

    /// Something happens at a replica; what is seen of it and its next event follow.
    fn at(&mut self, place: usize, what: impl FnOnce(&mut Server, f64, &mut Tally)) {
        let server = &mut self.servers[place];
        let (running, memory, version) = (server.running(), server.memory_used(), server.version);
        what(server, self.clock.now, &mut self.tally);
        self.seen.running = self.seen.running + server.running() - running;
        self.seen.memory += server.memory_used() - memory;
        if server.version != version && server.end.is_finite() {
            let (end, version) = (server.end, server.version);
            self.schedule(end, Event::Step(place, version));
        }
        if self.phases[place] == Phase::Draining && self.servers[place].load() == 0 {
            self.retire(place, Phase::Gone);
        }
    }

    fn arrive(&mut self, request: Request) {
        self.clock.arrival();
        self.tally.arrived += 1;
        self.served.last_arrival_s = request.at_s;
        let (input, output) = (u64::from(request.input.max(1)), u64::from(request.output.max(1)));
        if input + output > self.settings.replica.kv_tokens {
            self.tally.shed_long += 1;
            return;
        }
        let block_tokens = self.settings.replica.block_tokens;
        let mut blocks = match request.prefix {
            Some(prefix) if request.blocks.is_empty() => prefix.blocks(block_tokens),
            _ => request.blocks,
        };
        blocks.truncate((input / block_tokens) as usize);
        let job = Job { arrived: request.at_s, first_token: f64::NAN, input, output, done: 0, blocks };
        self.route(job);
    }

    fn route(&mut self, job: Job) {
        let chosen = self.settings.router.choose(&self.ready, &self.servers, &job.blocks, self.turn);
        self.turn += 1;
        match chosen {
            Some(place) if self.servers[place].has_room(self.settings.queue) => {
                self.at(place, |server, now, tally| server.push(job, now, tally));
            }
            None if self.settings.queue.is_none_or(|most| (self.homeless.len() as u64) < most) => {
                self.homeless.push_back(job);
            }
            _ => {
                self.tally.shed_full += 1;
                self.tally.sojourn_s += self.clock.now - job.arrived;
            }
        }
    }

    fn fail(&mut self, place: usize) {
        if !matches!(self.phases[place], Phase::Ready | Phase::Draining) {
            return;
        }
        self.tally.failures += 1;
        let drained = self.phases[place] == Phase::Draining;
        let server = &mut self.servers[place];
        self.seen.running -= server.running();
        self.seen.memory -= server.memory_used();
        let jobs = server.fail(self.clock.now);
        self.tally.restarted += jobs.len() as u64;
        self.retire(place, if drained { Phase::Gone } else { Phase::Coming });
        if let Some(fate) = self.fate.as_mut().filter(|_| !drained) {
            let time = self.clock.now + fate.repair();
            self.schedule(time, Event::Ready(place));
        }
        for job in jobs {
            self.route(job);
        }
    }

    /// The autoscaler compares what there is and is coming with what is wanted.
    fn look(&mut self) {
        let Some(scaler) = self.settings.autoscaler else { return };
        let now = self.clock.now;
        self.schedule(now + scaler.every_s, Event::Look);
        let wanted = scaler.wanted(self.tally.present(), self.settings.replicas);
        let there =
            self.phases.iter().filter(|phase| matches!(phase, Phase::Ready | Phase::Coming)).count() as u64;
        if wanted >= there {
            self.idle_since = None;
            for _ in there..wanted {
                let place = self.start();
                self.schedule(now + scaler.cold_start_s, Event::Ready(place));
            }
            return;
        }
        let since = *self.idle_since.get_or_insert(now);
        if now - since < scaler.hold_s {
            return;
        }
        // The last that became ready goes first.
        for place in self.ready.iter().rev().copied().take((there - wanted) as usize).collect::<Vec<_>>() {
            if self.ready.len() as u64 <= self.settings.replicas {
                break;
            }
            self.retire(place, Phase::Draining);
            if self.servers[place].load() == 0 {
                self.retire(place, Phase::Gone);
            }
        }
        self.idle_since = None;
    }

    fn end(mut self, until: f64) -> Outcome {
        if until.is_finite() && self.tally.present() > 0 {
            self.advance(until);
        }
        let now = self.clock.now;
        let on_the_way = self.servers.iter().map(|server| server.waited(now)).sum::<f64>()
            + self.homeless.iter().map(|job| now - job.arrived).sum::<f64>();
        for place in 0..self.servers.len() {
            self.served.busy_s += self.servers[place].busy_until(now);
            if self.phases[place] != Phase::Gone {
                self.retire(place, Phase::Gone);
            }
        }
        self.served.on_the_way_s = on_the_way;
        self.tally.outcome(self.clock, self.served)
    }
}
