//! What does not depend on demand: training cycles, incidents, rollouts.

use tokencast::document::{Plugins, TableOf};
use tokencast::finance::Ledger;
use tokencast::lanes::Slot;
use tokencast::lever::Rollout;
use tokencast::operations::{Incidents, Operations};
use tokencast::process::Lookup;
use tokencast::random::Design;
use tokencast::training::{KINDS, Programme};
use tokencast::world::Builder;

use super::support::{bad, builder, certain, close, finish, good, mean_is, near, paths, sd_is, timeline};

fn programme(more: &str) -> Programme {
    good(
        &Plugins(KINDS, "training"),
        &format!(
            "{{ lora = {{ llm = \"open\", cadence = {{ every = \"3 months\" }}, gpus = \"cloud/h200\", compute = {{ gpu_hours = \"90 GPU-hours\" }}, {more} }} }}"
        ),
    )
}

fn known(slot: impl Fn(&mut Builder) -> Slot) -> f64 {
    let mut world = builder(1);
    let slot = slot(&mut world);
    certain(world, slot, 1)[0]
}

/// Four recipes of 90 GPU-hours, of which a quarter fails and is run again until it does not: 90 · 4 / 0.75.
#[test]
fn failed_runs_are_repeated() {
    let tried = programme("runs = 4, failed_runs = \"25 %\"");
    let cycle = |programme: &Programme, world: &mut Builder| {
        let hours = programme.run_gpu_hours(None, world).unwrap();
        programme.cycle_gpu_hours(hours, None, world)
    };
    close(known(|world| cycle(&tried, world)), 480.0, 1e-14);
    close(known(|world| cycle(&programme(""), world)), 90.0, 1e-15);
}

/// 900 examples, a tenth of those made rejected, a fifth done again: 900 · 1.2 / 0.9, each labeled and reviewed.
#[test]
fn rejected_examples_are_made_again() {
    let data = "data = { items = 900, price = \"1.5 USD /item\", review = \"0.25 USD /item\", reject = 0.1, rework = 0.2 }";
    let data = programme(data).data.unwrap();
    close(known(|world| data.made(world)), 1200.0, 1e-14);
    close(known(|world| data.price(world)), 1.75, 1e-15);
    let plain = programme("data = { items = 900, price = \"1.5 USD /item\" }").data.unwrap();
    close(known(|world| plain.made(world)), 900.0, 1e-15);
    close(known(|world| plain.price(world)), 1.5, 1e-15);
}

#[test]
fn cycles_are_due_by_the_calendar() {
    let due = |more: &str| -> Vec<usize> {
        let due = programme(more).due(&builder(12)).unwrap();
        due.iter().enumerate().filter(|(_, due)| **due).map(|(month, _)| month).collect()
    };
    assert_eq!(due(""), [0, 3, 6, 9]);
    assert_eq!(due("from = \"2027-06\""), [2, 5, 8, 11]);
    // A cycle that began before the scenario keeps its pace.
    assert_eq!(due("from = \"2027-02\""), [1, 4, 7, 10]);
    assert_eq!(due("from = \"2028-04\""), [0_usize; 0]);
    let text = |every: &str| {
        format!(
            "{{ full = {{ llm = \"l\", cadence = {{ every = \"{every}\" }}, gpus = \"c/g\", compute = {{ gpu_hours = \"1 GPU-hours\" }} }} }}"
        )
    };
    for every in ["30 days", "0 months", "1.5 months"] {
        assert_eq!(bad(&Plugins(KINDS, "training"), &text(every)), ["not-whole-months"], "{every}");
    }
    assert_eq!(good(&Plugins(KINDS, "training"), &text("1 year")).cadence.every_months, Some(12));
}

const COUNT: usize = 64 * 782;

/// The incidents of each month and what they cost: `[month][path]`.
fn incidents(text: &str, months: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let written = good(&TableOf(Incidents::read), text);
    let mut world = builder(months);
    let (count, cost) = written.resolve(&mut world).unwrap();
    let program = finish(world);
    (paths(&program, months, count, 3, COUNT), paths(&program, months, cost, 3, COUNT))
}

/// Compound Poisson: mean λ E[X], variance λ E[X²], nothing with the chance e^−λ. Each bound is passed by a right mean for 1
/// seed in 1.7 million.
#[test]
fn incidents_cost_frequency_times_severity() {
    let text = "{ frequency = \"6 /year\", cost = { lognormal = { mean = \"20k USD /incident\", sd = \"15k USD /incident\" } } }";
    let (counts, costs) = incidents(text, 2);
    for month in 0..2 {
        mean_is(&counts[month], 0.5);
        mean_is(&costs[month], 0.5 * 20e3);
        sd_is(&costs[month], (0.5_f64 * (20e3_f64.powi(2) + 15e3_f64.powi(2))).sqrt());
        let none = (-0.5_f64).exp();
        let quiet = costs[month].iter().filter(|cost| **cost == 0.0).count() as f64 / COUNT as f64;
        near(quiet, none, 5.0 * (none * (1.0 - none) / COUNT as f64).sqrt());
        for (count, cost) in counts[month].iter().zip(&costs[month]) {
            assert_eq!(*count == 0.0, *cost == 0.0);
        }
    }
    assert_ne!(counts[0], counts[1]);
}

/// More than eight incidents in a month share the average of eight: the mean stays exact.
#[test]
fn many_incidents_keep_their_mean() {
    let text = "{ frequency = \"0.5 /day\", cost = { lognormal = { mean = \"2 USD /incident\", sd = \"1 USD /incident\" } } }";
    let (counts, costs) = incidents(text, 2);
    // April has 30 days and May 31.
    for (month, days) in [30.0, 31.0].into_iter().enumerate() {
        mean_is(&counts[month], 0.5 * days);
        sd_is(&counts[month], (0.5_f64 * days).sqrt());
        mean_is(&costs[month], 0.5 * days * 2.0);
    }
    let certain = incidents("{ frequency = \"12 /month\", cost = \"3 USD /incident\" }", 1);
    for (count, cost) in certain.0[0].iter().zip(&certain.1[0]) {
        close(cost + 1.0, 3.0 * count + 1.0, 1e-14);
    }
    assert!(
        incidents("{ frequency = \"0 /month\", cost = \"3 USD /incident\" }", 1).1[0]
            .iter()
            .all(|cost| *cost == 0.0)
    );
}

#[test]
fn operations_are_read_whole() {
    let text = "{ role = { sre = { fte = \"1.5 FTE\", salary = \"180k USD /FTE-year\", salary_growth = \"3 % /year\" } }, \
                on_call = { seats = 1, allowance = \"500 USD /seat-month\" }, monitoring = { running = \"800 USD /month\" }, \
                incidents = { frequency = \"0.5 /year\", cost = \"6k USD /incident\" }, \
                compliance = { one_off = \"20k USD\", running = \"1k USD /month\" } }";
    let operations = good(&TableOf(Operations::read), text);
    assert_eq!(operations.roles.len(), 1);
    let month = |path: &tokencast::process::Path| known(|world| world.per_month(path).unwrap());
    close(month(&operations.roles[0].1.salary), 15e3, 1e-14);
    close(month(&operations.on_call.unwrap().allowance), 500.0, 1e-15);
    assert_eq!(operations.compliance.once.unwrap().known(), Some(20e3));
    assert!(good(&TableOf(Operations::read), "{}").incidents.is_none());
    assert_eq!(bad(&TableOf(Operations::read), "{ on_call = { seats = 1 } }"), ["missing-key"]);
}

/// How much of a lever there is in each month, and what it costs.
fn rollout(text: &str, months: usize) -> (Option<Vec<f64>>, Vec<f64>) {
    let rollout = good(&TableOf(Rollout::read), text);
    let mut world = builder(months);
    let progress = rollout.progress(&mut world);
    let progress = progress.map(|slot| certain(world, slot, months));
    let mut world = builder(months);
    let charges = rollout.charges("cache", &mut world).unwrap();
    let program = finish(world);
    let mut lanes = program.world(Design::plain(1));
    program.start(0, &mut lanes);
    let line = timeline(months);
    let costs = line.months().map(|month| {
        program.step(&month, &mut lanes);
        let mut ledger = Ledger::new();
        charges
            .iter()
            .filter(|charge| charge.is_due(month.index))
            .for_each(|charge| charge.post_now(&lanes.values(), &mut ledger));
        ledger.total(tokencast::finance::View::Cash)[0]
    });
    (progress, costs.collect())
}

#[test]
fn levers_come_in_step_by_step() {
    assert_eq!(rollout("{}", 3), (None, vec![0.0; 3]));
    let (progress, costs) = rollout(
        "{ from = \"2027-06\", ramp = \"3 months\", one_off = \"12k USD\", running = \"100 USD /month\" }",
        8,
    );
    assert_eq!(progress.unwrap(), [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0]);
    assert_eq!(costs, [0.0, 0.0, 12100.0, 100.0, 100.0, 100.0, 100.0, 100.0]);
    let (progress, costs) = rollout("{ from = \"2027-01\", ramp = \"5 months\", one_off = \"12k USD\" }", 4);
    // Half way in when the scenario begins, and paid before it.
    progress
        .unwrap()
        .iter()
        .zip([4.0, 5.0, 6.0, 6.0])
        .for_each(|(found, sixths)| close(*found, sixths / 6.0, 1e-15));
    assert_eq!(costs, [0.0; 4]);
    // Clock time counts months of 730.5 hours: eight weeks are 1.84 months.
    let (progress, _) = rollout("{ ramp = \"8 weeks\" }", 4);
    let months = 8.0 * 168.0 / 730.5;
    let expected = [1.0, 2.0, 3.0, 4.0].map(|k: f64| (k / (months + 1.0)).min(1.0));
    progress.unwrap().iter().zip(expected).for_each(|(found, expected)| close(*found, expected, 1e-14));
}
