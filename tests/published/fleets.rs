//! The cheapest fleet of several kinds of GPU: against every fleet there is, and the example of Mélange.

use tokencast::analysis::{Bucket, Kind, Question};

use crate::assert_near;

fn question(rates: &[f64], kinds: &[(f64, &[f64])]) -> Question {
    let bucket = |per_hour: &f64| Bucket { input_tokens: 1.0, output_tokens: 1.0, per_hour: *per_hour };
    let kind = |(cost, speeds): &(f64, &[f64])| Kind {
        cost: *cost,
        per_hour: speeds.iter().map(|speed| (*speed > 0.0).then_some(*speed)).collect(),
    };
    Question {
        buckets: rates.iter().map(bucket).collect(),
        kinds: kinds.iter().map(kind).collect(),
        utilization: 1.0,
    }
}

/// Whether two kinds in these numbers can serve all sizes: the load that the first can take over from the second at the best
/// exchange is taken first, which for two kinds is the best there is.
fn two_kinds_can(question: &Question, counts: [f64; 2]) -> bool {
    let load = |bucket: usize, kind: usize| {
        question.kinds[kind].per_hour[bucket]
            .map_or(f64::INFINITY, |speed| question.buckets[bucket].per_hour / speed)
    };
    let mut order: Vec<usize> = (0..question.buckets.len()).collect();
    order.sort_by(|a, b| (load(*a, 0) / load(*a, 1)).total_cmp(&(load(*b, 0) / load(*b, 1))));
    let mut left = counts[0] * (1.0 + 1e-9);
    let mut second = 0.0;
    for bucket in order {
        let share = (left / load(bucket, 0)).min(1.0);
        left -= if share > 0.0 { share * load(bucket, 0) } else { 0.0 };
        second += if share < 1.0 { (1.0 - share) * load(bucket, 1) } else { 0.0 };
    }
    second <= counts[1] * (1.0 + 1e-9)
}

/// Mélange's example (Griggs et al., arXiv 2404.14527; melange/main.py of its repository): four sizes of request, an A10G for
/// 1.01 USD an hour and an A100 for 3.67, with the throughputs that it profiles, at several rates. Every fleet is tried.
#[test]
fn the_cheapest_mix_of_two_kinds_is_found() {
    let shares = [0.25, 0.125, 0.375, 0.25];
    let mut mixed = 0;
    for rate in [1.0, 4.0, 8.0, 16.0, 20.0, 32.0, 50.0] {
        let rates = shares.map(|share| share * rate);
        for (a10g, a100) in [(1.01, 3.67), (1.5, 3.0), (0.4, 3.67)] {
            let question =
                question(&rates, &[(a10g, &[5.0, 1.0, 10.0, 5.0]), (a100, &[20.0, 2.0, 50.0, 20.0])]);
            let plan = question.cheapest().unwrap();
            let mut best = f64::INFINITY;
            for first in 0..40 {
                for second in 0..40 {
                    let counts = [f64::from(first), f64::from(second)];
                    if two_kinds_can(&question, counts) {
                        best = best.min(counts[0] * a10g + counts[1] * a100);
                    }
                }
            }
            assert_near(plan.cost, best, 1e-6);
            for (load, count) in question.loads(&plan).iter().zip(&plan.replicas) {
                assert!(*load <= count + 1e-6, "a fleet carries its load");
            }
            for row in &plan.shares {
                assert_near(row.iter().sum::<f64>(), 1.0, 1e-6);
            }
            assert!(plan.proven);
            assert!(plan.cost <= question.best_of_one_kind().unwrap().cost + 1e-9);
            mixed += usize::from(plan.replicas.iter().all(|count| *count > 0.0));
        }
    }
    assert!(mixed > 2, "some mixes are cheaper than any single kind");
}

#[test]
fn sizes_that_a_kind_cannot_serve_go_to_another() {
    let all = question(&[10.0, 10.0], &[(1.0, &[10.0, 0.0]), (5.0, &[20.0, 20.0])]);
    let plan = all.cheapest().unwrap();
    // A large replica is half full of the large size, and takes the small size as well.
    assert_eq!(plan.replicas, [0.0, 1.0]);
    assert!(all.of_one_kind(0).is_none());
    let more = question(&[30.0, 20.0], &[(1.0, &[10.0, 0.0]), (5.0, &[20.0, 20.0])]);
    assert_eq!(more.cheapest().unwrap().replicas, [3.0, 1.0]);
    // What nobody serves is left out, and said to be.
    let half = question(&[1.0, 1.0], &[(1.0, &[1.0, 0.0])]);
    let plan = half.cheapest().unwrap();
    assert_eq!((plan.replicas, half.is_served(0), half.is_served(1)), (vec![1.0], true, false));
    assert!(question(&[1.0], &[(1.0, &[0.0])]).cheapest().is_none());
}
