//! What arrives and when: load curves by brute force over the hours of a week, streams by arithmetic.

use std::collections::BTreeMap;

use tokencast::demand::{LoadCurve, PRESETS, Stream, Traffic};
use tokencast::document::{Reader, TableOf};
use tokencast::lanes::{LANES, Lanes};
use tokencast::serving::carried;
use tokencast::world::Builder;

use super::support::{
    bad, builder, certain, close, family, finish, good, levels, near, paths, timeline, whole,
};

/// Levels between no load and the highest: the curve's resolution.
const LEVELS: usize = 512;

/// A profile, the noise of its hours, and its curve.
type Case = (&'static str, Vec<f64>, f64, LoadCurve);

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for week in PRESETS {
        for noise in [0.0, 0.2, 0.6] {
            cases.push((week.name, week.hours(), noise, LoadCurve::new(&week.hours(), noise)));
        }
    }
    let saw: Vec<f64> = (0..168).map(f64::from).collect();
    cases.push(("saw", saw.clone(), 0.0, LoadCurve::new(&saw, 0.0)));
    cases
}

/// The relative load of each hour; only for profiles without noise.
fn hours(profile: &[f64]) -> Vec<f64> {
    let mean = profile.iter().sum::<f64>() / profile.len() as f64;
    profile.iter().map(|hour| hour / mean).collect()
}

fn mean_over(hours: &[f64], value: impl Fn(f64) -> f64) -> f64 {
    hours.iter().map(|hour| value(*hour)).sum::<f64>() / hours.len() as f64
}

#[test]
fn load_is_conserved() {
    for (name, _, noise, curve) in cases() {
        close(curve.excess(0.0), 1.0, 1e-12);
        assert_eq!(curve.excess(1e9), 0.0, "{name}, {noise}");
        near(curve.excess(curve.peak()), 0.0, 1e-15);
        assert_eq!(curve.hours_above(curve.peak()), 0.0);
        assert!(curve.peak() >= 1.0 - 1e-12);
    }
}

#[test]
fn excess_falls_ever_more_slowly_at_the_share_of_hours_above() {
    for (name, _, noise, curve) in cases() {
        let step = curve.peak() / LEVELS as f64;
        for i in 0..LEVELS {
            let (level, quarter) = (i as f64 * step, step / 4.0);
            let slope =
                (curve.excess(level + 3.0 * quarter) - curve.excess(level + quarter)) / (2.0 * quarter);
            near(slope, -curve.hours_above(level + quarter), 1e-9);
            assert!(curve.hours_above(level) >= curve.hours_above(level + step), "{name}, {noise}");
        }
        assert!(curve.hours_above(-0.1) <= 1.0 + 1e-12);
    }
}

#[test]
fn excess_agrees_with_every_hour() {
    for (name, profile, _, curve) in cases().into_iter().filter(|(.., noise, _)| *noise == 0.0) {
        let hours = hours(&profile);
        let step = curve.peak() / LEVELS as f64;
        for i in 0..=4 * LEVELS {
            let level = i as f64 * step / 4.0;
            let exact = mean_over(&hours, |hour| (hour - level).max(0.0));
            let found = curve.excess(level);
            if i % 4 == 0 {
                // An hour is split between two levels so that its load is kept: on the levels themselves this is exact.
                near(found, exact, 1e-12);
            } else {
                // Between them a straight line lies above a convex curve, by a quarter of a step at the most.
                assert!(found >= exact - 1e-12 && found <= exact + step / 4.0, "{name}: {found} and {exact}");
            }
        }
    }
}

/// The noise of an hour is a factor of mean 1 with this log sd: the variance of load is `exp(sd²) − 1`, up to the eight
/// values that stand for it, whose tails are short.
#[test]
fn noise_has_its_standard_deviation() {
    for (noise, allowed) in [(0.1_f64, 0.01), (0.2, 0.02), (0.4, 0.08)] {
        let curve = LoadCurve::new(&[1.0], noise);
        let step = curve.peak() / LEVELS as f64;
        // E[w²] = 2 ∫ E[(w − x)⁺] dx, and the curve is linear between its levels.
        let square: f64 = (0..LEVELS)
            .map(|i| step * (curve.excess(i as f64 * step) + curve.excess((i + 1) as f64 * step)))
            .sum();
        close(square - 1.0, (noise * noise).exp() - 1.0, allowed);
    }
}

#[test]
fn a_capacity_carries_no_more_than_is_offered_or_than_it_has() {
    for (name, _, noise, curve) in cases() {
        for mean in [0.0, 0.3, 2.0, 70.0] {
            let mut before = 0.0;
            for i in 0..300 {
                let capacity = mean * f64::from(i) / 50.0 + f64::from(i) / 1000.0;
                let now = carried(&curve, mean, capacity);
                assert!(now >= before - 1e-12, "{name}, {noise}: carries less with more");
                assert!(
                    now <= mean.min(capacity) + 1e-12 * mean,
                    "{name}, {noise}: {now} of {mean}, {capacity}"
                );
                before = now;
            }
            close(carried(&curve, mean, mean * curve.peak()), mean, 1e-12);
            assert_eq!(carried(&curve, mean, f64::INFINITY), mean);
        }
    }
}

#[test]
fn a_flat_week_needs_whole_units() {
    let curve = LoadCurve::new(&[1.0; 168], 0.0);
    let means =
        (1..2000).map(|i| f64::from(i) * 0.1).chain([1e-9, 0.7 * 10.0, 0.3 / 0.1, 511.0, 512.0, 513.0, 5e4]);
    for mean in means {
        for from in [0.0, 1.0, 3.0, 40.0] {
            let expected = (whole(mean) - from).max(0.0);
            assert_eq!(curve.whole_units_beyond(mean, from), expected, "{mean} from {from}");
        }
    }
    assert_eq!(curve.whole_units_beyond(0.0, 0.0), 0.0);
}

/// What sixty-four paths take between two numbers of units is what each takes beyond the one less what it takes beyond the other.
#[test]
fn units_between_are_a_difference() {
    let day: Vec<f64> =
        (0..24).map(|hour| if hour % 24 < 8 { 0.3 } else { 1.0 + f64::from(hour) / 20.0 }).collect();
    for curve in [LoadCurve::new(&[1.0], 0.0), LoadCurve::new(&[1.0], 0.3), LoadCurve::new(&day, 0.1)] {
        let mean = Lanes::from_fn(|i| if i == 0 { 0.0 } else { 0.07 * (i * i) as f64 });
        let upto = Lanes::from_fn(|i| if i % 5 == 0 { f64::INFINITY } else { (i % 17) as f64 * 3.5 });
        for from in [0.0, 2.0, 7.5, 40.0] {
            let all = curve.whole_units_between(&mean, from, None);
            let between = curve.whole_units_between(&mean, from, Some(&upto));
            for i in 0..LANES {
                let beyond = |from: f64| curve.whole_units_beyond(mean[i], from);
                let above = if upto[i].is_finite() { beyond(upto[i].max(from)) } else { 0.0 };
                assert!((all[i] - beyond(from)).abs() < 1e-9, "{} from {from}: {}", mean[i], all[i]);
                assert!((between[i] - (beyond(from) - above)).abs() < 1e-9, "{} {from} {}", mean[i], upto[i]);
            }
        }
    }
}

/// By definition, over the curve's own levels: `Σ share · max(ceil(load) − from, 0)`.
fn by_levels(curve: &LoadCurve, mean: f64, from: f64) -> f64 {
    levels(curve).iter().map(|(load, share)| share * (whole(mean * load) - from).max(0.0)).sum()
}

#[test]
fn whole_units_agree_with_the_levels() {
    for (name, _, noise, curve) in cases() {
        for mean in [0.01, 0.4, 1.0, 3.7, 52.3, 180.0, 4000.0] {
            for from in [0.0, 0.5, 1.0, 2.25, 7.0, 60.0, 500.0] {
                let (found, exact) = (curve.whole_units_beyond(mean, from), by_levels(&curve, mean, from));
                assert!((found - exact).abs() < 1e-9 * (1.0 + exact), "{name}, {noise}: {found} and {exact}");
            }
        }
    }
}

#[test]
fn few_units_and_many_are_counted_alike() {
    for (name, _, noise, curve) in cases() {
        // Beyond 512 units the curve goes through its levels instead of the units.
        let edge = LEVELS as f64 / curve.peak();
        let mut before = 0.0;
        for i in -20..20 {
            let mean = edge * (1.0 + f64::from(i) / 4000.0);
            let found = curve.whole_units_beyond(mean, 0.0);
            close(found, by_levels(&curve, mean, 0.0), 1e-9);
            assert!(found >= before - 1e-9 && found >= mean - 1e-9 && found <= mean + 1.0, "{name}, {noise}");
            before = found;
        }
    }
}

#[test]
fn whole_units_are_near_those_of_every_hour() {
    for (name, profile, _, curve) in cases().into_iter().filter(|(.., noise, _)| *noise == 0.0) {
        let hours = hours(&profile);
        let (mut bias, mut worst, mut count) = (0.0, 0.0_f64, 0.0);
        for i in 1..1000 {
            let mean = f64::from(i) * 0.0317;
            for from in [0.0, 1.0, 4.0] {
                let exact = mean_over(&hours, |hour| (whole(hour * mean) - from).max(0.0));
                let error = curve.whole_units_beyond(mean, from) - exact;
                (bias, worst, count) = (bias + error, worst.max(error.abs()), count + 1.0);
            }
        }
        // Hours near a whole number of units may be counted on either side of it, and an office has 35 equal ones in a week;
        // over many sizes nothing adds up.
        assert!((bias / count).abs() < 2e-3 && worst < 0.5, "{name}: {} and {worst}", bias / count);
    }
}

pub(super) const CHAT: &str = "
    requests = \"2M /month\"
    growth = \"20 % /year\"
    season = { may = 1.1, jan = 0.9 }
    input_tokens = \"1000 tokens\"
    output_tokens = { lognormal = { mean = \"300 tokens\", sd = \"200 tokens\" } }
    cacheable = \"40 %\"
    agent = { calls = 3, retries = 0.05 }
    can_wait = { share = \"25 %\", up_to = \"1 day\" }
    shed_cost = \"0.02 USD /request\"
";

pub(super) fn traffic(text: &str) -> Traffic {
    let wrapped = format!("[traffic]\n{text}");
    family(&wrapped, "traffic", &TableOf(Traffic::read)).unwrap()
}

#[test]
fn a_stream_is_the_product_of_its_parts() {
    let chat = traffic(CHAT);
    let months = 13;
    let at = |pick: fn(&Stream) -> tokencast::lanes::Slot| {
        let mut world = builder(months);
        let stream = Stream::resolve(&chat, None, &tokencast::demand::People::default(), &mut world).unwrap();
        certain(world, pick(&stream), months)
    };
    let requests = at(|stream| stream.requests);
    for (month, found) in requests.iter().enumerate() {
        let season = match month {
            1 => 1.1,
            9 => 0.9,
            _ => 1.0,
        };
        close(*found, 2e6 * 1.2_f64.powf(month as f64 / 12.0) * season, 1e-13);
    }
    close(at(|stream| stream.calls)[0], 3.15, 1e-15);
    assert_eq!(at(|stream| stream.input_tokens)[0], 1000.0);
    // How requests differ has a mean that is certain.
    close(at(|stream| stream.output_tokens)[0], 300.0, 1e-13);
    assert_eq!(at(|stream| stream.can_wait.unwrap())[0], 0.25);
    assert_eq!(at(|stream| stream.cacheable.unwrap())[0], 0.4);
    assert_eq!(at(|stream| stream.shed_cost.unwrap())[0], 0.02);
}

#[test]
fn users_and_shares_of_another_traffic() {
    let people = traffic(
        "users = \"8k users\"\nrequests_per_user = \"40 /month\"\nseason = { may = 2 }\ninput_tokens = 1\noutput_tokens = 1",
    );
    let share = traffic(
        "requests = { share_of = { traffic = \"people\", share = 0.5 } }\nnoise = 3\ninput_tokens = 1\noutput_tokens = 1",
    );
    let mut world = builder(2);
    let stream = Stream::resolve(&people, None, &tokencast::demand::People::default(), &mut world).unwrap();
    let half =
        Stream::resolve(&share, Some(&stream), &tokencast::demand::People::default(), &mut world).unwrap();
    assert_eq!(certain(world, half.requests, 2), [480e3, 960e3]);
    assert!(Stream::resolve(&share, None, &tokencast::demand::People::default(), &mut builder(2)).is_none());
}

#[test]
fn an_uncertain_average_is_drawn_once() {
    let chat = traffic(
        "requests = \"1 /s\"\ninput_tokens = \"900 to 1400 tokens\"\noutput_tokens = { mean = \"100 to 200 tokens\", spread = { lognormal = { mean = \"7 tokens\", sd = \"3 tokens\" } } }",
    );
    let mut world =
        Builder::new(timeline(2), super::support::currency("USD"), BTreeMap::new(), BTreeMap::new());
    let stream = Stream::resolve(&chat, None, &tokencast::demand::People::default(), &mut world).unwrap();
    let program = finish(world);
    let values = paths(&program, 2, stream.input_tokens, 1, 640);
    assert_eq!(values[0], values[1]);
    let inside = values[0].iter().filter(|tokens| (900.0..1400.0).contains(*tokens)).count();
    // 90 % of 640, within five standard errors of 7.6.
    assert!((538..=614).contains(&inside), "{inside}");
    let spread = chat.output.spread.unwrap();
    close(spread.sd() / spread.mean(), 3.0 / 7.0, 1e-12);
}

#[test]
fn traffic_that_makes_no_sense_is_refused() {
    let read = TableOf(Traffic::read as fn(&mut Reader) -> Option<Traffic>);
    let lengths = "input_tokens = 1, output_tokens = 1";
    for (text, codes) in [
        (format!("{{ requests = \"1 /s\", {lengths}, users = 3 }}"), ["no-requests"].as_slice()),
        (format!("{{ users = 3, {lengths} }}"), &["no-requests"]),
        (format!("{{ {lengths} }}"), &["no-requests"]),
        ("{ requests = \"1 /s\" }".into(), &["missing-key", "missing-key"]),
        (format!("{{ requests = \"1 /s\", {lengths}, week = \"ofice\" }}"), &["unknown-week"]),
        (format!("{{ requests = \"1 /s\", {lengths}, season = {{ mai = 1 }} }}"), &["unknown-key"]),
        (format!("{{ requests = \"1 /s\", {lengths}, languages = {{ ja = 1 }} }}"), &["half-a-pair"]),
        (format!("{{ requests = \"1 /s\", {lengths}, tokens_counted_with = \"t\" }}"), &["half-a-pair"]),
        (
            format!(
                "{{ requests = \"1 /s\", {lengths}, tokens_counted_with = \"t\", languages = {{ ja = 0.9 }} }}"
            ),
            &["shares-sum"],
        ),
        (
            format!("{{ requests = \"1 /s\", {lengths}, can_wait = {{ share = 0.5, up_to = \"23 h\" }} }}"),
            &["short-wait"],
        ),
        (format!("{{ requests = \"1 USD\", {lengths} }}"), &["bad-quantity"]),
    ] {
        assert_eq!(bad(&read, &text), codes, "{text}");
    }
    good(
        &read,
        &format!("{{ requests = \"1 /s\", {lengths}, can_wait = {{ share = 0.5, up_to = \"1 month\" }} }}"),
    );
}
