//! The replay against laws that hold on every run, against a second evaluator that takes every step by itself, and
//! against queues in closed form where their theory holds.

use std::collections::VecDeque;
use std::convert::Infallible;

use tokencast::demand::trace::{Length, Request, Synthetic};
use tokencast::random::Key;
use tokencast::serving::queueing::{BatchQueue, ErlangC, IterationTime, erlang_b, pollaczek_khinchine_wait};
use tokencast::serving::replay::{
    Autoscaler, Failures, Goal, Outcome, Replica, Router, Settings, StepTime, largest_load, replay,
};

/// Uniform draws, one after another.
struct Dice(Key, u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.1 += 1;
        (f64::from(self.0.bits(0, self.1)) + 0.5) / 4294967296.0
    }

    fn below(&mut self, most: u64) -> u64 {
        (self.next() * most as f64) as u64
    }

    fn often(&mut self, share: f64) -> bool {
        self.next() < share
    }
}

fn run(settings: &Settings, trace: impl IntoIterator<Item = Request>) -> Outcome {
    let Ok(outcome) = replay(settings, trace.into_iter().map(Ok::<_, Infallible>));
    outcome
}

/// A replica without limits whose steps all take the same time.
fn plain(base_s: f64, max_batch: u64) -> Settings {
    let steps = Settings::of_steps(StepTime::constant(base_s), max_batch);
    Settings { router: Router::RoundRobin, ..steps }
}

/// Anything that can be asked for, small enough that memory, queues and patience run out.
fn random_settings(dice: &mut Dice) -> Settings {
    let mut settings = plain(0.005 + 0.03 * dice.next(), 1 + dice.below(20));
    let replica = &mut settings.replica;
    replica.step.per_sequence_s = 1e-4 * dice.next();
    replica.step.per_context_token_s = 1e-6 * dice.next();
    replica.step.per_prompt_token_s = 1e-4 * dice.next();
    replica.step.per_prompt_token_squared_s = if dice.often(0.3) { 1e-7 } else { 0.0 };
    replica.kv_tokens = 600 + dice.below(6_000);
    replica.block_tokens = 16 << dice.below(3);
    replica.prefix_cache = dice.often(0.6);
    replica.chunk_tokens = if dice.often(0.3) { u64::MAX } else { 20 + dice.below(400) };
    replica.patience_s = dice.often(0.3).then(|| 5.0 * dice.next());
    settings.replicas = 1 + dice.below(4);
    settings.router = Router::ALL[dice.below(3) as usize].1;
    settings.queue = dice.often(0.4).then(|| dice.below(20));
    settings.goal =
        Goal { ttft_s: Some(2.0 * dice.next()), tpot_s: dice.often(0.5).then(|| 0.1 * dice.next()) };
    settings.autoscaler = dice.often(0.3).then(|| Autoscaler {
        most: settings.replicas + dice.below(6),
        per_replica: 1.0 + 10.0 * dice.next(),
        every_s: 1.0 + 5.0 * dice.next(),
        cold_start_s: 20.0 * dice.next(),
        hold_s: 10.0 * dice.next(),
    });
    settings.failures = dice.often(0.3).then(|| Failures {
        every_s: 5.0 + 100.0 * dice.next(),
        repair_median_s: 1.0 + 5.0 * dice.next(),
        repair_mean_s: 8.0,
    });
    settings.until_s = dice.often(0.3).then(|| 40.0 * dice.next());
    settings
}

/// Requests in bursts, with prompts that share beginnings; some too long for any replica.
fn random_trace(dice: &mut Dice, block: u64) -> Vec<Request> {
    let rate = 1.0 + 20.0 * dice.next();
    let mut at_s = 0.0;
    let mut trace = Vec::new();
    for _ in 0..400 {
        let input = if dice.often(0.01) { 9_000 } else { 1 + dice.below(500) as u32 };
        at_s += if dice.often(0.3) { 0.0 } else { 2.0 * dice.next() / rate };
        let tree = 1_000 * dice.below(5);
        let branch = 100 * dice.below(3);
        let hash = |k: u64| tree + k + if k < 3 { 0 } else { branch };
        let blocks = (0..u64::from(input).div_ceil(block)).map(hash).collect();
        trace.push(Request { at_s, input, output: 1 + dice.below(120) as u32, blocks, prefix: None });
    }
    trace
}

/// Conservation, Little's law, and what can never be, on every run: exact, whatever the seed.
#[test]
fn laws_of_every_replay() {
    let mut dice = Dice(Key::new(11, "replays"), 0);
    let mut seen = [0_u64; 9];
    for round in 0..400 {
        let settings = random_settings(&mut dice);
        let trace = random_trace(&mut dice, settings.replica.block_tokens);
        let came =
            trace.iter().filter(|request| settings.until_s.is_none_or(|until| request.at_s <= until)).count();
        let found = run(&settings, trace.clone());
        let what = format!("round {round}: {settings:?}\n{found:?}");
        // Arrived = finished + shed + in flight.
        assert_eq!(found.arrived, came as u64, "{what}");
        assert_eq!(found.arrived, found.finished + found.shed() + found.in_flight, "{what}");
        assert!(found.in_flight == 0 || settings.until_s.is_some(), "{what}");
        // Little: requests on the way, integrated over time, are the times that requests were on the way.
        let little = (found.presence_s - found.sojourn_s).abs();
        assert!(little <= 1e-9 * found.sojourn_s.max(1.0), "{what}");
        assert!(found.batch_s <= found.presence_s * (1.0 + 1e-9) + 1e-9, "{what}");
        let batches = found.busy_s * settings.replica.max_batch as f64;
        assert!(found.batch_s <= batches * (1.0 + 1e-9) + 1e-9, "{what}");
        assert!(found.busy_s <= found.ready_s * (1.0 + 1e-9) + 1e-9, "{what}");
        assert!(found.ready_s <= found.paid_s * (1.0 + 1e-9) + 1e-9, "{what}");
        assert!(found.good <= found.finished && found.cached_tokens <= found.prompt_tokens, "{what}");
        assert_eq!((found.e2e_s.count(), found.ttft_s.count()), (found.finished, found.finished), "{what}");
        assert!(found.sums_s[0] <= found.sums_s[2] && found.sums_s[0] >= 0.0, "{what}");
        if found.in_flight == 0 && found.restarted == 0 {
            let fits = |r: &&Request| u64::from(r.input + r.output) <= settings.replica.kv_tokens;
            let all: u64 = trace.iter().filter(fits).map(|r| u64::from(r.output)).sum();
            let (read, written) = (found.prompt_tokens, found.output_tokens);
            if found.shed() == found.shed_long {
                assert_eq!(written, all, "every token is written once: {what}");
                let prompts: u64 = trace.iter().filter(fits).map(|r| u64::from(r.input)).sum();
                assert!(read >= prompts && (read == prompts) == (found.preempted == 0), "{what}");
            }
        }
        let moments = found.timeline.moments();
        assert_eq!(moments.iter().map(|moment| moment.arrived).sum::<u64>(), found.arrived, "{what}");
        let waits: f64 = moments.iter().map(|m| (m.waiting + m.running) * m.length_s).sum();
        assert!((waits - found.presence_s).abs() <= 1e-6 * found.presence_s.max(1.0), "{what}");
        let happened = [
            found.shed_full,
            found.shed_patience,
            found.shed_long,
            found.in_flight,
            found.preempted,
            found.restarted,
            found.failures,
            found.cached_tokens,
            found.good,
        ];
        for (sum, count) in seen.iter_mut().zip(happened) {
            *sum += count;
        }
        // The same again gives the same bits.
        if round % 20 == 0 {
            assert_eq!(format!("{:?}", run(&settings, trace)), format!("{found:?}"));
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "everything has happened: {seen:?}");
}

/// One replica without cache and preemption, each step by itself, with nothing clever: sums of the times to the first
/// and to the last token.
fn step_by_step(settings: &Settings, trace: &[Request]) -> (f64, f64) {
    struct One {
        arrived: f64,
        left: u64,
        read: u64,
        context: u64,
        to_write: u64,
    }
    let replica = &settings.replica;
    let mut coming: VecDeque<&Request> = trace.iter().collect();
    let (mut waiting, mut batch) = (VecDeque::new(), Vec::<One>::new());
    let (mut now, mut first, mut last) = (-1.0_f64, 0.0, 0.0);
    while !(coming.is_empty() && waiting.is_empty() && batch.is_empty()) {
        if waiting.is_empty() && batch.is_empty() && coming[0].at_s > now {
            // Who finds the replica idle is begun with at once, whoever comes in the same moment.
            now = coming[0].at_s;
            waiting.extend(coming.pop_front());
        } else {
            let here = coming.iter().take_while(|request| request.at_s <= now).count();
            waiting.extend(coming.drain(..here));
        }
        while (batch.len() as u64) < replica.max_batch
            && let Some(request) = waiting.pop_front()
        {
            let (left, to_write) = (u64::from(request.input), u64::from(request.output));
            batch.push(One { arrived: request.at_s, left, read: 0, context: 0, to_write });
        }
        let writers = batch.iter().filter(|one| one.left == 0).count() as u64;
        let context = batch.iter().map(|one| one.context).sum();
        let mut time = replica.step.decode(writers, context);
        let mut budget = replica.chunk_tokens.saturating_sub(writers).max(16);
        let mut wrote = Vec::new();
        for (place, one) in batch.iter_mut().enumerate() {
            if one.left == 0 {
                one.to_write -= 1;
                one.context += 1;
            } else if budget > 0 {
                let part = one.left.min(budget);
                time += replica.step.prompt(one.read, part);
                (one.read, one.left, budget) = (one.read + part, one.left - part, budget - part);
                if one.left == 0 {
                    wrote.push(place);
                }
            }
        }
        now += time;
        for place in wrote {
            first += now - batch[place].arrived;
            batch[place].to_write -= 1;
            batch[place].context = batch[place].read + 1;
        }
        batch.retain(|one| {
            let done = one.left == 0 && one.to_write == 0;
            last += if done { now - one.arrived } else { 0.0 };
            !done
        });
    }
    (first, last)
}

/// Steps taken together are the steps one by one, to rounding.
#[test]
fn the_short_way_is_the_long_way() {
    let mut dice = Dice(Key::new(5, "steps"), 0);
    for round in 0..60 {
        let mut settings = random_settings(&mut dice);
        settings.replica.kv_tokens = 1 << 40;
        settings.replica.prefix_cache = false;
        settings.replica.patience_s = None;
        (settings.replicas, settings.queue, settings.until_s) = (1, None, None);
        (settings.autoscaler, settings.failures) = (None, None);
        let trace = random_trace(&mut dice, 512);
        let (first, last) = step_by_step(&settings, &trace);
        let found = run(&settings, trace);
        for (found, expected) in [(found.sums_s[0], first), (found.sums_s[2], last)] {
            assert!((found / expected - 1.0).abs() < 1e-9, "round {round}: {found} {expected} {settings:?}");
        }
    }
}

/// The mean wait in mean times of service: time to the first token less the step that writes it.
fn mean_wait(found: &Outcome, step_s: f64) -> f64 {
    let [ttft, _, e2e] = found.means_s();
    let wait = ttft - step_s;
    wait / (e2e - wait)
}

/// One server: Pollaczek and Khinchine. The mean of a long run of an M/M/1 queue has the relative variance
/// `2 (1 + ρ) / (ρ (1 − ρ)² t)` over t mean times in service (W. Whitt, Management Science 35, 1989): for 200,000 requests an
/// sd of 0.8 % at load 0.5 and 2.1 % at 0.8, so the bound is 4.7 sd of the worst case: a right replay fails for about three seeds in
/// a million.
#[test]
fn a_batch_of_one_waits_as_pollaczek_and_khinchine_say() {
    let step = 0.001;
    for (load, length, cv) in [
        (0.5, Length::Constant(1_000.0), 0.0),
        (0.8, Length::Constant(1_000.0), 0.0),
        (0.5, Length::Exponential(1_000.0), 1.0),
        (0.8, Length::Exponential(1_000.0), 1.0),
        (0.5, Length::LogNormal { mean: 1_000.0, cv: 1.5 }, 1.5),
    ] {
        let trace = Synthetic::new(load, 1.0, Length::Constant(1.0), length, 200_000, 3);
        let found = mean_wait(&run(&plain(step, 1), trace), step);
        let expected = pollaczek_khinchine_wait(load, cv).unwrap();
        assert!((found / expected - 1.0).abs() < 0.10, "load {load}, cv {cv}: {found} {expected}");
    }
}

/// Servers: Erlang C with an endless queue, Erlang B with none.
#[test]
fn a_batch_that_does_not_slow_down_waits_as_erlang_says() {
    let (step, servers) = (0.001, 10);
    let trace =
        |load| Synthetic::new(load, 1.0, Length::Constant(1.0), Length::Exponential(1_000.0), 200_000, 4);
    let found = run(&plain(step, servers), trace(8.0));
    let waits = mean_wait(&found, step);
    let expected = ErlangC::new(8.0, servers).unwrap().mean_wait();
    // A newcomer to a batch waits for the step on its way: half a thousandth.
    assert!((waits - expected).abs() < 0.10 * expected, "{waits} {expected}");
    let lossy = run(&Settings { queue: Some(0), ..plain(step, servers) }, trace(10.0));
    let lost = lossy.shed_full as f64 / lossy.arrived as f64;
    let expected = erlang_b(10.0, servers);
    // Five standard errors of a share of 200,000 that come in runs of about ten.
    assert!((lost - expected).abs() < 5.0 * (10.0 * expected / 200_000.0_f64).sqrt(), "{lost} {expected}");
}

/// The batch queue of llm-d: same time of a step, Poisson arrivals, exponential lengths out. It lays the reading of a prompt on
/// the request alone and lets it slow nobody down beyond its share, and counts a sequence's own token twice; the replay
/// knows better. Here they agree where the theory holds, and part where arrivals come in bursts.
#[test]
fn the_batch_queue_and_the_replay_agree_where_the_theory_holds() {
    let time = IterationTime { base: 0.008, per_token: 2e-5, per_context_token: 4e-8 };
    let queue = BatchQueue { time, input_tokens: 400.0, output_tokens: 200.0, batch: 32, queue: 64 };
    let settings = Settings { queue: Some(64), ..plain(0.008, 32) };
    let step = StepTime {
        base_s: 0.008,
        per_sequence_s: 2e-5,
        per_context_token_s: 4e-8,
        per_prompt_token_s: 2e-5,
        per_prompt_token_squared_s: 0.0,
        bent: None,
    };
    let settings = Settings { replica: Replica { step, ..settings.replica }, ..settings };
    let at = |share: f64, cv: f64| {
        let rate = share * queue.max_rate();
        let trace = Synthetic::new(rate, cv, Length::Constant(400.0), Length::Exponential(200.0), 60_000, 9);
        (queue.at(rate), run(&settings, trace))
    };
    for share in [0.3, 0.6, 0.8] {
        let (theory, found) = at(share, 1.0);
        let [_, _, e2e] = found.means_s();
        let tpot = (found.sums_s[2] - found.sums_s[0]) / (found.output_tokens - found.finished) as f64;
        assert!((e2e / theory.response - 1.0).abs() < 0.12, "{share}: {e2e} {}", theory.response);
        assert!((tpot / theory.tpot - 1.0).abs() < 0.12, "{share}: {tpot} {}", theory.tpot);
    }
    let (theory, found) = at(0.8, 4.0);
    assert!(found.means_s()[0] > 3.0 * theory.ttft, "bursts wait longer than any Poisson stream");
}

/// Halves of the load that is found are good, and a little more is not.
#[test]
fn the_largest_load_is_found() {
    let mut settings = plain(0.01, 16);
    settings.goal = Goal { ttft_s: Some(0.5), tpot_s: None };
    let run = |factor: f64| {
        let trace =
            Synthetic::new(factor, 1.0, Length::Constant(50.0), Length::Exponential(100.0), 20_000, 2);
        Ok::<_, Infallible>(run(&settings, trace))
    };
    let Ok(found) = largest_load(run, 0.9, 0.02);
    let best = found.best.unwrap();
    // Sixteen places of a second each, less what waiting costs.
    assert!((8.0..16.0).contains(&found.loads[best].factor), "{}", found.loads[best].factor);
    assert!(found.loads[best].outcome.goodput() >= 0.9);
    assert!(found.loads[best + 1].outcome.goodput() < 0.9);
    assert!(found.loads[best + 1].factor / found.loads[best].factor < 1.021);
    assert!(found.loads.windows(2).all(|pair| pair[0].factor < pair[1].factor));
}
