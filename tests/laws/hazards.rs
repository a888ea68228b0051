//! Hazards: laws over every kind, and the closed forms of chances, ratings, outages and runways.

use tokencast::document::{MapOf, Plugins, Reference, TableOf};
use tokencast::hazard::{self, ACQUIRED, HEALTHY, RATINGS, STRESSED, WOUND_DOWN, World};
use tokencast::lanes::Slot;
use tokencast::pricing::Vendor;
use tokencast::process::{Hit, Lookup};
use tokencast::random::Design;
use tokencast::world::{Builder, Correlation, Program};

use super::support::{builder, close, family, finish, good, mean_is, near, paths, sd_is, timeline};

const VENDORS: &str = "[vendor.acme]\n[vendor.borealis]\n";

type Hazards = Vec<(Reference, Box<dyn hazard::Written>)>;

fn hazards(text: &str) -> Hazards {
    family(text, "hazard", &MapOf("hazard", Plugins(hazard::KINDS, "hazard"))).unwrap_or_default()
}

fn resolve(text: &str, builder: &mut Builder) -> World {
    told(text, &hazard::Told::default(), builder)
}

fn told(text: &str, told: &hazard::Told, builder: &mut Builder) -> World {
    let vendors: Vec<(Reference, Vendor)> =
        family(text, "vendor", &MapOf("vendor", TableOf(Vendor::read))).unwrap_or_default();
    hazard::resolve(&hazards(text), &vendors, &["tokyo"], told, builder)
}

/// A world of hazards and the slots that a test asks for.
fn world<T>(text: &str, months: usize, ask: impl FnOnce(&World) -> T) -> (Program, T) {
    let mut builder = builder(months);
    let world = resolve(&format!("{VENDORS}{text}"), &mut builder);
    let asked = ask(&world);
    (finish(builder), asked)
}

fn phase_of(vendor: &'static str) -> impl Fn(&World) -> Slot {
    move |world| world.phase(vendor).unwrap()
}

/// Distress of a vendor that lasts beyond any scenario.
fn distress(id: &str, vendor: &str, chance: &str) -> String {
    format!(
        "[hazard.{id}.vendor_distress]\nvendor = \"{vendor}\"\nchance = {chance}\nstressed = {{ lasts = \"1000 months\" }}\n\
         ends = {{ wound_down = {{ weight = 1, notice = \"0 days\" }} }}\n"
    )
}

/// The share of paths in each phase at the end of a month.
fn shares(values: &[f64]) -> [f64; 4] {
    [HEALTHY, STRESSED, ACQUIRED, WOUND_DOWN]
        .map(|phase| values.iter().filter(|value| **value == phase).count() as f64 / values.len() as f64)
}

/// A share of draws lies within five standard errors: a right one fails for 1 seed in 1.7 million.
#[track_caller]
fn share_is(found: f64, expected: f64, count: usize) {
    near(found, expected, 5.0 * (expected * (1.0 - expected) / count as f64).sqrt());
}

const PATHS: usize = 64_000;

#[test]
fn a_chance_per_year_survives_geometrically() {
    let (program, phase) = world(&distress("x", "acme", "{ per_year = \"26.12 %\" }"), 36, phase_of("acme"));
    let found = paths(&program, 36, phase, 7, PATHS);
    for (months, expected) in
        [(6, 0.7388_f64.sqrt()), (12, 0.7388), (24, 0.7388_f64.powi(2)), (36, 0.7388_f64.powi(3))]
    {
        share_is(shares(&found[months - 1])[0], expected, PATHS);
    }
}

/// Published default rates come back after one year and after five.
#[test]
fn ratings_default_as_published() {
    for rating in RATINGS {
        let text = distress("x", "acme", &format!("{{ rating = \"{}\" }}", rating.name));
        let (program, phase) = world(&text, 60, phase_of("acme"));
        let found = paths(&program, 60, phase, 11, PATHS);
        share_is(1.0 - shares(&found[11])[0], rating.one_year, PATHS);
        share_is(1.0 - shares(&found[59])[0], rating.five_years, PATHS);
    }
}

/// Shape and scale against an independent computation (Weibull through the one-year and five-year rates of BBB, BB, CCC/C).
#[test]
fn ratings_follow_a_weibull_through_both_rates() {
    let oracle = [
        ("BBB", 1.4164796172684764, 103.40680744701005, 0.006619472329650211),
        ("BB", 1.46366339353733, 34.48608614489222, 0.027648883440813288),
        ("CCC/C", 0.4514585629000018, 14.108816264725133, 0.3917143574869788),
    ];
    for (name, shape, scale, three_years) in oracle {
        let rating = RATINGS.iter().find(|rating| rating.name == name).unwrap();
        let (found_shape, found_scale) = rating.weibull();
        close(found_shape, shape, 1e-12);
        close(found_scale, scale, 1e-12);
        close(1.0 - (-(3.0 / found_scale).powf(found_shape)).exp(), three_years, 1e-12);
    }
}

/// A two-state chain: well for a mean of 12/−ln(1−p) months, in distress for exponential times, and well again.
#[test]
fn recoveries_make_a_two_state_chain() {
    // Rates of 0.5 and 2 a year, for which P(well after 3 months | well) is 0.8 + 0.2·exp(−2.5/4).
    let per_year = 1.0 - (-0.5_f64).exp();
    let text = format!(
        "[hazard.x.vendor_distress]\nvendor = \"acme\"\nchance = {{ per_year = {per_year} }}\n\
         stressed = {{ lasts = {{ gamma = {{ mean = \"6 months\", sd = \"6 months\" }} }} }}\n\
         ends = {{ recovers = {{ weight = 1 }} }}\n"
    );
    let (program, phase) = world(&text, 24, phase_of("acme"));
    let found = paths(&program, 24, phase, 3, PATHS);
    for months in [1, 3, 12, 24] {
        let years = months as f64 / 12.0;
        share_is(shares(&found[months - 1])[0], 0.8 + 0.2 * (-2.5 * years).exp(), PATHS);
    }
}

#[test]
fn distress_ends_by_its_weights() {
    let text = "[hazard.x.vendor_distress]\nvendor = \"acme\"\nchance = { per_year = 1 }\n\
        stressed = { lasts = \"1 month\" }\n\
        ends = { recovers = { weight = 0 }, acquired = { weight = 3 }, wound_down = { weight = 1, notice = \"2 months\" } }\n";
    let (program, (phase, open)) =
        world(text, 12, |world| (world.phase("acme").unwrap(), world.hit("acme/any").open.unwrap()));
    let found = paths(&program, 12, phase, 3, PATHS);
    let [healthy, stressed, acquired, wound_down] = shares(&found[11]);
    assert_eq!((healthy, stressed), (0.0, 0.0));
    share_is(acquired, 0.75, PATHS);
    share_is(wound_down, 0.25, PATHS);
    // Announced in the second month at a moment spread evenly, open for two months more: half of the fourth on average.
    let open = paths(&program, 12, open, 3, PATHS);
    let closing: Vec<f64> =
        (0..PATHS).filter(|path| found[1][*path] == WOUND_DOWN).map(|path| open[3][path]).collect();
    mean_is(&closing, 0.5);
    assert!((0..PATHS).all(|path| open[2][path] == 1.0));
    assert!((0..PATHS).all(|path| open[4][path] == if found[11][path] == WOUND_DOWN { 0.0 } else { 1.0 }));
}

/// Mean and variance of the share of a month in which a two-state chain is up; 5.5 outages a month at the most.
#[test]
fn outages_meet_the_availability() {
    for (availability, hours) in [(0.9971, 1.0), (0.97, 4.0)] {
        let text = format!(
            "[hazard.x.outage]\nhits = [\"acme\"]\navailability = {availability}\nduration = \"{hours} h\"\n"
        );
        let (program, up) = world(&text, 1, |world| world.up("acme/any").unwrap());
        let found = paths(&program, 1, up, 5, PATHS);
        // April has 720 hours.
        let (fails, repaired) = ((1.0 - availability) / (availability * hours), 1.0 / hours);
        let both: f64 = (fails + repaired) * 720.0;
        let variance =
            2.0 * availability * (1.0 - availability) * (both - 1.0 + (-both).exp()) / (both * both);
        mean_is(&found[0], availability);
        sd_is(&found[0], variance.sqrt());
    }
}

#[test]
fn what_several_hazards_hit_is_up_when_all_let_it() {
    let text = "[hazard.a.outage]\nhits = [\"acme\", \"borealis\"]\navailability = 0.99\nduration = \"2 h\"\n\
        [hazard.b.outage]\nhits = [\"acme\"]\navailability = 0.98\nduration = \"2 h\"\n\
        [hazard.c.outage]\nhits = [\"tokyo\"]\navailability = 0.97\nduration = \"2 h\"\n";
    let (program, slots) =
        world(text, 2, |world| ["acme", "borealis", "tokyo"].map(|name| world.up(name).unwrap()));
    let [acme, borealis, tokyo] = slots.map(|slot| paths(&program, 2, slot, 5, PATHS));
    mean_is(&acme[1], 0.99 * 0.98);
    mean_is(&borealis[1], 0.99);
    mean_is(&tokyo[1], 0.97);
    assert!(acme[1].iter().zip(&borealis[1]).all(|(both, one)| both <= one));
}

#[test]
fn a_retirement_ends_service_in_the_middle_of_its_month() {
    let text = "[hazard.x.retirement]\nhits = [\"acme\"]\nlife = \"2.25 months\"\n";
    let (program, open) = world(text, 4, |world| world.hit("acme/any").open.unwrap());
    let found: Vec<f64> = paths(&program, 4, open, 5, 64).iter().map(|month| month[0]).collect();
    assert_eq!(found, [1.0, 1.0, 0.25, 0.0]);
}

/// A shock that lasts a month may be followed by another: each month is dear with the chance `1 − e^−f`.
#[test]
fn price_shocks_come_as_often_as_said() {
    let text = "[hazard.x.price_shock]\nhits = [\"acme\"]\nfrequency = \"0.3 /month\"\nfactor = 2\nlasts = \"1 month\"\n";
    let (program, price) = world(text, 6, |world| world.price_factor("acme/any").unwrap());
    let found = paths(&program, 6, price, 5, PATHS);
    for month in &found {
        let dear = month.iter().filter(|factor| **factor == 2.0).count() as f64 / PATHS as f64;
        share_is(dear, 1.0 - (-0.3_f64).exp(), PATHS);
    }
}

/// Cash 100, revenue 10 with compute at 60 % of it, training 7 and other costs 2: five are burnt every month.
#[test]
fn a_runway_without_noise_is_arithmetic() {
    let text = "[vendor.acme.finances]\ncash = \"100 USD\"\nother_costs = \"2 USD /month\"\n\
        stressed_below = \"10 months\"\ncloses_below = \"3 months\"\n\
        [vendor.acme.finances.cost.training]\namount = \"84 USD /year\"\ngrowth = \"0 % /year\"\n\
        [vendor.acme.finances.revenue.api]\namount = \"10 USD /month\"\ncompute_cost = \"60 %\"\n\
        [hazard.x.vendor_distress]\nvendor = \"acme\"\nchance = \"runway\"\n\
        ends = { wound_down = { weight = 1, notice = \"0 days\" } }\n";
    let mut builder = builder(24);
    let world = resolve(text, &mut builder);
    let books = world.health("acme").unwrap().books.unwrap();
    let phase = world.phase("acme").unwrap();
    let program = finish(builder);
    let one = |slot| -> Vec<f64> { paths(&program, 24, slot, 1, 64).iter().map(|month| month[0]).collect() };
    let (cash, runway, phases) = (one(books.cash), one(books.runway), one(phase));
    for month in 0..24 {
        let left = (100.0 - 5.0 * (month + 1) as f64).max(0.0);
        near(cash[month], left, 1e-9);
        near(runway[month], left / 5.0, 1e-9);
        let expected = if left < 15.0 {
            WOUND_DOWN
        } else if left < 50.0 {
            STRESSED
        } else {
            HEALTHY
        };
        assert_eq!(phases[month], expected, "month {month}");
    }
}

/// A round is sought when the runway falls below ten months, decided two months later, and brings 60.
#[test]
fn a_round_that_is_sure_comes_when_it_is_due() {
    let text = |chance: &str| {
        format!(
            "[vendor.acme.finances]\ncash = \"100 USD\"\nother_costs = \"5 USD /month\"\n\
             stressed_below = \"10 months\"\ncloses_below = \"1 month\"\n\
             [vendor.acme.finances.round.next]\nsought_below = \"10 months\"\ntakes = \"2 months\"\nchance = {chance}\n\
             raises = \"60 USD\"\n{}",
            distress("x", "acme", "{ per_year = 0 }")
        )
    };
    let cash = |chance: &str, months: usize| {
        let mut builder = builder(months);
        let books = resolve(&text(chance), &mut builder).health("acme").unwrap().books.unwrap();
        let program = finish(builder);
        paths(&program, months, books.cash, 1, PATHS)
    };
    let sure: Vec<f64> = cash("1", 20).iter().map(|month| month[0]).collect();
    // Below ten months at the end of the eleventh month (45 left), money two months later.
    for (month, left) in sure.iter().enumerate() {
        near(*left, 100.0 - 5.0 * (month + 1) as f64 + if month >= 12 { 60.0 } else { 0.0 }, 1e-9);
    }
    // At one chance in two, half of the paths have it in time; who fails tries again, two months later.
    let half = cash("0.5", 20);
    let raised = |month: usize| {
        let plain = (100.0 - 5.0 * (month + 1) as f64).max(0.0);
        half[month].iter().filter(|left| **left > plain + 1.0).count() as f64 / PATHS as f64
    };
    share_is(raised(12), 0.5, PATHS);
    share_is(raised(14), 0.75, PATHS);
}

/// A correlation between hazards makes vendors fail together, and leaves how often each fails.
#[test]
fn correlated_vendors_fail_together() {
    let text = distress("a", "acme", "{ per_year = 0.2 }") + &distress("b", "borealis", "{ per_year = 0.2 }");
    let together = |rank: Option<f64>| {
        let mut builder = builder(12);
        let world = resolve(&format!("{VENDORS}{text}"), &mut builder);
        if let Some(rank) = rank {
            let place = hazards(&text)[0].0.span;
            let name = |id: &str| Reference { id: id.to_owned(), span: place };
            let between = vec![name("hazard.a"), name("hazard.b")];
            builder.correlate(&[Correlation { between, rank, place }]);
        }
        let slots = ["acme", "borealis"].map(|vendor| world.phase(vendor).unwrap());
        let program = finish(builder);
        let [a, b] = slots.map(|slot| paths(&program, 12, slot, 9, PATHS).pop().unwrap());
        share_is(1.0 - shares(&a)[0], 0.2, PATHS);
        share_is(1.0 - shares(&b)[0], 0.2, PATHS);
        a.iter().zip(&b).filter(|(a, b)| **a > HEALTHY && **b > HEALTHY).count() as f64 / PATHS as f64
    };
    share_is(together(None), 0.04, PATHS);
    // The orthant probability P(Z1 > z, Z2 > z) at z = 0.841621 and correlation 2·sin(π·0.5/6) = 0.517638, by quadrature.
    share_is(together(Some(0.5)), orthant(0.8416212335729143, 0.5176380902050415), PATHS);
    assert!(together(Some(-0.5)) < 0.02);
}

/// P(Z1 > z, Z2 > z) of two normal scores with a correlation, by Simpson's rule.
fn orthant(z: f64, correlation: f64) -> f64 {
    const STEPS: usize = 4000;
    let inner = |x: f64| {
        let rest = (z - correlation * x) / (1.0 - correlation * correlation).sqrt();
        tokencast::math::normal_pdf(x) * (1.0 - tokencast::math::normal_cdf(rest))
    };
    let width = (9.0 - z) / STEPS as f64;
    let weight = |i: usize| {
        if i == 0 || i == STEPS {
            1.0
        } else if i % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    (0..=STEPS).map(|i| weight(i) * inner(z + width * i as f64)).sum::<f64>() * width / 3.0
}

/// Every slot of a hit, with the law that it must obey.
fn slots(hit: Hit) -> (Vec<Slot>, Vec<Slot>) {
    let shares = [hit.up, hit.open, hit.new_capacity, hit.credit];
    (
        shares.into_iter().flatten().collect(),
        [hit.price, hit.limits, hit.scarcity, hit.lead_time].into_iter().flatten().collect(),
    )
}

/// Over every registered kind: shares of a month lie between 0 and 1, what is turned off stays off, factors are no less than 0,
/// and no vendor comes back from being acquired or wound down.
#[test]
fn every_kind_keeps_the_laws() {
    const MONTHS: usize = 60;
    for kind in hazard::KINDS {
        let root = kind.example.trim().trim_start_matches('{').trim_end_matches('}');
        let text = format!(
            "[vendor.acme]\nsla = {{ claimed = 1, credits = [{{ below = 0.999, credit = 0.1 }}] }}\n\
             [vendor.acme.gpu.h100.rates]\non_demand = \"2 USD /GPU-hour\"\n[vendor.acme.llm.large]\ntokenizer = \"t\"\nrates = {{ input = \"1 USD /Mtok\", output = \"1 USD /Mtok\" }}\n[hazard.x]\n{root}\n"
        );
        let mut builder = builder(MONTHS);
        let world = resolve(&text, &mut builder);
        let program = finish(builder);
        let (parts, factors) = slots(world.hit("acme/large"));
        assert!(!parts.is_empty() || !factors.is_empty(), "{} does nothing", kind.name);
        for slot in parts {
            let found = paths(&program, MONTHS, slot, 2, 6400);
            assert!(found.iter().flatten().all(|share| (0.0..=1.0).contains(share)), "{}", kind.name);
        }
        for slot in factors {
            let found = paths(&program, MONTHS, slot, 2, 6400);
            assert!(
                found.iter().flatten().all(|factor| *factor >= 0.0 && factor.is_finite()),
                "{}",
                kind.name
            );
        }
        if let Some(open) = world.hit("acme/large").open {
            let found = paths(&program, MONTHS, open, 2, 6400);
            assert!(
                found.windows(2).all(|two| two[0].iter().zip(&two[1]).all(|(a, b)| a >= b)),
                "{}",
                kind.name
            );
        }
        if let Some(phase) = world.phase("acme") {
            let found = paths(&program, MONTHS, phase, 2, 6400);
            let ended = |two: &[Vec<f64>]| two[0].iter().zip(&two[1]).all(|(a, b)| *a < ACQUIRED || a == b);
            assert!(found.windows(2).all(ended), "{}", kind.name);
            assert!(shares(&found[MONTHS - 1]).iter().all(|share| *share > 0.0), "an end that is never met");
        }
    }
}

/// A path of a world does not depend on how many are drawn, and the worlds of a design are those of another run.
#[test]
fn hazards_are_drawn_by_name() {
    let alone = distress("a", "acme", "{ per_year = 0.2 }");
    let two = distress("b", "borealis", "{ per_year = 0.5 }") + &alone;
    let found = [alone.as_str(), two.as_str()].map(|text| {
        let (program, phase) = world(text, 24, phase_of("acme"));
        paths(&program, 24, phase, 21, 6400)
    });
    assert_eq!(found[0], found[1]);
}

/// With evenly spread points a hazard leaves the coordinates of all other draws as they were.
#[test]
fn a_hazard_moves_no_other_draw() {
    let number = tokencast::distribution::NumberOf(&tokencast::units::FACTOR);
    let drawn = |text: &str| {
        let mut builder = builder(3);
        let first = builder.number(&good(&number, "\"1 to 2\""));
        resolve(&format!("{VENDORS}{text}"), &mut builder);
        let last = builder.number(&super::support::good_at(&number, "y", "\"1 to 2\""));
        let program = finish(builder);
        let mut world = program.world(Design::default());
        program.start(0, &mut world);
        timeline(3).months().for_each(|month| program.step(&month, &mut world));
        (*world.value(first), *world.value(last))
    };
    assert_eq!(drawn(""), drawn(&distress("a", "acme", "{ per_year = \"5 % to 15 %\" }")));
}

/// Tighter limits: half of what the vendor takes in an hour.
#[test]
fn distress_tightens_rate_limits() {
    let text = "[hazard.x.vendor_distress]\nvendor = \"acme\"\nchance = { per_year = 1 }\n\
        stressed = { limit_factor = 0.5, lasts = \"1000 months\" }\nends = { recovers = { weight = 1 } }\n";
    let (program, limits) = world(text, 2, |world| world.hit("acme/any").limits.unwrap());
    assert!(paths(&program, 2, limits, 3, 64).iter().flatten().all(|factor| *factor == 0.5));
}

/// What a stress forces happens in its month on every path, and not before.
#[test]
fn what_is_forced_happens_on_every_path() {
    const MONTHS: usize = 24;
    let at = |text: &str, ask: fn(&World) -> Slot| {
        let mut builder = builder(MONTHS);
        let forced = hazard::Told { forced: vec![("x".to_owned(), 9)], without: Vec::new() };
        let world = told(
            &format!("{VENDORS}[vendor.acme.gpu.h100.rates]\non_demand = \"2 USD /GPU-hour\"\n{text}"),
            &forced,
            &mut builder,
        );
        let slot = ask(&world);
        paths(&finish(builder), MONTHS, slot, 3, 6400)
    };
    let all = |values: &[f64], law: fn(f64) -> bool| values.iter().all(|value| law(*value));
    let phase = at(&distress("x", "acme", "{ per_year = 0.9 }"), |world| world.phase("acme").unwrap());
    assert!(all(&phase[8], |phase| phase == HEALTHY) && all(&phase[9], |phase| phase == STRESSED));
    let rich = "[vendor.acme.finances]\ncash = \"1 USD to 400 USD\"\nother_costs = \"9 USD /month\"\n\
        stressed_below = \"10 months\"\ncloses_below = \"3 months\"\n\
        [hazard.x.vendor_distress]\nvendor = \"acme\"\nchance = \"runway\"\n\
        ends = { acquired = { weight = 1 }, wound_down = { weight = 1, notice = \"0 days\" } }\n";
    let phase = at(rich, |world| world.phase("acme").unwrap());
    assert!(all(&phase[8], |phase| phase < ACQUIRED) && all(&phase[9], |phase| phase >= ACQUIRED));
    let outage = "[hazard.x.outage]\nhits = [\"acme\"]\navailability = 0.999\nduration = \"2 h\"\n";
    let up = at(outage, |world| world.up("acme").unwrap());
    assert!(!all(&up[8], |up| up < 1.0) && all(&up[9], |up| up < 1.0));
    let end = "[hazard.x.retirement]\nhits = [\"acme\"]\nlife = \"1 to 90 months\"\n";
    let open = at(end, |world| world.hit("acme").open.unwrap());
    assert!(all(&open[8], |open| open == 1.0) && all(&open[9], |open| open == 0.0));
    let shock = "[hazard.x.price_shock]\nhits = [\"acme\"]\nfrequency = \"0 /year\"\nfactor = 2\nlasts = \"3 months\"\n";
    let price = at(shock, |world| world.price_factor("acme").unwrap());
    assert!(all(&price[8], |factor| factor == 1.0) && all(&price[11], |factor| factor == 2.0));
    assert!(all(&price[12], |factor| factor == 1.0));
    let short = "[hazard.x.gpu_shortage]\nhits = [\"acme\"]\nfrequency = \"0 /year\"\nlasts = \"2 months\"\nnew_capacity = \"10 % to 20 %\"\n";
    let share = at(short, |world| world.hit("acme/h100").new_capacity.unwrap());
    assert!(all(&share[8], |share| share == 1.0) && all(&share[9], |share| share < 0.9));
}

/// A hazard that is taken away leaves its vendor healthy and every other draw as it was.
#[test]
fn a_hazard_that_is_taken_away_never_happens() {
    let text = format!(
        "{VENDORS}{}{}",
        distress("a", "acme", "{ per_year = 0.9 }"),
        distress("b", "borealis", "{ per_year = 0.9 }")
    );
    let [plain, without] = [Vec::new(), vec!["a".to_owned()]].map(|without| {
        let mut builder = builder(24);
        let world = told(&text, &hazard::Told { without, ..hazard::Told::default() }, &mut builder);
        let slots = ["acme", "borealis"].map(|vendor| world.phase(vendor).unwrap());
        assert_eq!(world.hit("acme").open.is_none(), world.hits().len() == 1);
        let program = finish(builder);
        slots.map(|slot| paths(&program, 24, slot, 3, 640))
    });
    assert!(without[0].iter().flatten().all(|phase| *phase == HEALTHY));
    assert!(plain[0].iter().flatten().any(|phase| *phase > HEALTHY));
    assert_eq!(plain[1], without[1]);
}
