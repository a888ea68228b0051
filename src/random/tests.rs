use rand::Rng;

use super::*;
use crate::lanes::{LANES, Lanes};
use crate::math;
use crate::stats::{ks_critical, ks_statistic};

/// The known answers of Random123 (`kat_vectors`).
#[test]
fn philox_meets_the_known_answers() {
    let counter = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
    assert_eq!(philox([0; 4], 0), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    assert_eq!(philox([u32::MAX; 4], u64::MAX), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    assert_eq!(philox(counter, 0x299f31d0_a4093822), [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
}

#[test]
fn lanes_have_the_bits_of_scalars() {
    // The second start carries into the upper word of the path, the third wraps around.
    for (first_path, start) in [(0, 0), (u64::from(u32::MAX) - 10, 1 << 35), (u64::MAX - 5, u64::MAX - 9)] {
        let key = Key::new(7, "x");
        let mut draws = Draws::new(key, first_path);
        let (mut bits, mut score, mut uniform) = ([0; LANES], Lanes::ZERO, Lanes::ZERO);
        for index in [0, 1, 3, 4, 9, 2].map(|i| start + i) {
            draws.bits(index, &mut bits);
            draws.score(index, &mut score);
            draws.uniform(index, &mut uniform);
            for lane in 0..LANES {
                let path = first_path.wrapping_add(lane as u64);
                let block = index / 4;
                let counter = [path as u32, (path >> 32) as u32, block as u32, (block >> 32) as u32];
                assert_eq!(bits[lane], philox(counter, key.0)[index as usize % 4]);
                assert_eq!(bits[lane], draws.bits_of(lane, index));
                assert_eq!(score[lane].to_bits(), draws.score_of(lane, index).to_bits());
                assert_eq!(uniform[lane].to_bits(), draws.uniform_of(lane, index).to_bits());
            }
        }
    }
}

/// Every published result depends on these, which a second implementation in Python confirms; they never change.
#[test]
fn keys_and_words_are_pinned() {
    let keys = [Key::new(0, ""), Key::new(0, "demand"), Key::new(1, "demand"), Key::new(u64::MAX, "prix/€")];
    assert_eq!(
        keys.map(|key| key.0),
        [6566800829925814604, 4014780713345828129, 8343444308105667746, 12144162936020004920]
    );
    let words = [0, 1, 5].map(|index| Key::new(1, "demand").bits(12345, index));
    assert_eq!(words, [1576611361, 3243789627, 2011910697]);
}

#[test]
fn draws_do_not_depend_on_how_paths_are_grouped() {
    let key = Key::new(3, "demand");
    let (mut whole, mut shifted) = (Lanes::ZERO, Lanes::ZERO);
    for index in 0..20 {
        Draws::new(key, 128).score(index, &mut whole);
        Draws::new(key, 100).score(index, &mut shifted);
        assert_eq!(whole[..36], shifted[28..]);
    }
}

#[test]
fn draws_do_not_depend_on_the_order_of_reading() {
    let key = Key::new(3, "demand");
    let mut draws = Draws::new(key, 64);
    let mut read = |index| {
        let mut out = [0; LANES];
        draws.bits(index, &mut out);
        out
    };
    let forward: Vec<_> = (0..16).map(&mut read).collect();
    let mut backward: Vec<_> = (0..16).rev().map(&mut read).collect();
    backward.reverse();
    assert_eq!(forward, backward);
}

#[test]
fn path_rng_reads_the_stream() {
    let key = Key::new(9, "oracle");
    let draws = Draws::new(key, 640);
    let mut rng = PathRng::new(key, 643);
    for index in 0..9 {
        assert_eq!(rng.next_u32(), draws.bits_of(3, index));
    }
    let expected = u64::from(draws.bits_of(3, 9)) | u64::from(draws.bits_of(3, 10)) << 32;
    assert_eq!(rng.next_u64(), expected);
    let mut bytes = [0; 6];
    rng.fill_bytes(&mut bytes);
    assert_eq!(bytes[..4], draws.bits_of(3, 11).to_le_bytes());
    assert_eq!(bytes[4..], draws.bits_of(3, 12).to_le_bytes()[..2]);
}

/// Uniform numbers of some steps, all lanes of some batches.
fn uniforms(name: &str, batches: u64, steps: u64) -> Vec<f64> {
    let mut numbers = Vec::new();
    for batch in 0..batches {
        let mut draws = Draws::new(Key::new(1, name), batch * LANES as u64);
        let mut out: Lanes = Lanes::ZERO;
        for step in 0..steps {
            draws.uniform(step, &mut out);
            numbers.extend(out);
        }
    }
    numbers
}

/// Fails a perfect generator once in 10^6 choices of the seed, for each of the two laws.
#[test]
fn draws_are_uniform_and_scores_normal() {
    let mut numbers = uniforms("demand", 100, 50);
    let bound = ks_critical(numbers.len(), 1e-6);
    assert!(ks_statistic(&mut numbers, |u| u) < bound);

    let mut scores = Vec::new();
    for batch in 0..100 {
        let mut draws = Draws::new(Key::new(1, "price"), batch * LANES as u64);
        let mut out = Lanes::ZERO;
        for step in 0..50 {
            draws.score(step, &mut out);
            scores.extend(out);
        }
    }
    assert!(ks_statistic(&mut scores, math::normal_cdf) < bound);
}

/// The correlation of n independent pairs is about normal with a standard deviation of 1/sqrt(n): five of them are
/// passed once in 1.7 million choices of the seed, for each of the four pairings.
#[test]
fn neighbors_are_independent() {
    let numbers = uniforms("demand", 50, 50);
    let other = uniforms("demand2", 50, 50);
    let correlation = |pairs: &mut dyn Iterator<Item = (f64, f64)>| {
        let (sum, count) = pairs.fold((0.0, 0.0), |(sum, count), (x, y)| {
            (sum + 12.0 * (x - 0.5) * (y - 0.5), count + 1.0) // 1/12 is the variance
        });
        (sum / count, 5.0_f64 / f64::sqrt(count))
    };
    let shifted = |by: usize| numbers.iter().copied().zip(numbers[by..].iter().copied());
    let paths = correlation(&mut shifted(1));
    let steps = correlation(&mut shifted(LANES));
    let blocks = correlation(&mut shifted(4 * LANES));
    let names = correlation(&mut numbers.iter().copied().zip(other.iter().copied()));
    for (found, bound) in [paths, steps, blocks, names] {
        assert!(found.abs() < bound, "{found} against {bound}");
    }
}

/// The mean square of scores is 1 with a standard error of sqrt(2/n): five are passed once in 1.7 million.
#[test]
fn rand_distributions_accept_the_generator() {
    use rand_distr::{Distribution, StandardNormal};
    let mut rng = PathRng::new(Key::new(1, "oracle"), 0);
    let n = 40_000;
    let squares: f64 = (0..n).map(|_| -> f64 { StandardNormal.sample(&mut rng) }).map(|z| z * z).sum();
    assert!((squares / f64::from(n) - 1.0).abs() < 5.0 * (2.0 / f64::from(n)).sqrt());
}

/// A stream of two numbers and a diffusion of six months, as the default sampling spreads them.
fn plan(sampling: Sampling) -> Vec<Draws> {
    let plans = [
        Plan { coordinates: vec![Coordinate::of_place(0)], order: Order::Months, events: Vec::new() },
        Plan { coordinates: vec![Coordinate::of_place(1)], order: Order::Months, events: Vec::new() },
        Plan {
            coordinates: (2..8).map(Coordinate::of_place).collect(),
            order: Order::Diffusion,
            events: vec![Coordinate::of_place(8), Coordinate::of_place(5001)],
        },
        Plan { coordinates: vec![Coordinate::of_place(5000)], order: Order::Months, events: Vec::new() },
    ];
    let design = Design { seed: 3, sampling };
    plans.iter().enumerate().map(|(i, plan)| Draws::planned(design, &format!("x{i}"), Some(plan))).collect()
}

/// Uniform numbers `[stream][path]` of the first word of each stream.
fn spread(sampling: Sampling, paths: usize) -> Vec<Vec<f64>> {
    let mut draws = plan(sampling);
    let mut all = vec![Vec::new(); draws.len()];
    for first in (0..paths).step_by(LANES) {
        for (draws, numbers) in draws.iter_mut().zip(&mut all) {
            let mut out = Lanes::ZERO;
            draws.restart(first as u64);
            draws.uniform(0, &mut out);
            numbers.extend(out);
        }
    }
    all
}

#[test]
fn spread_draws_do_not_depend_on_how_paths_are_grouped() {
    for (_, sampling) in Sampling::ALL {
        for draws in &mut plan(sampling) {
            let (mut whole, mut shifted) = (Lanes::ZERO, Lanes::ZERO);
            for index in [0, 3, 1, 40] {
                draws.restart(128);
                draws.score(index, &mut whole);
                for shift in [1, 7, 28, 63] {
                    draws.restart(128 + shift);
                    draws.score(index, &mut shifted);
                    assert_eq!(whole[shift as usize..], shifted[..LANES - shift as usize], "{sampling:?}");
                }
            }
        }
    }
}

/// Each 64 paths in a row have one in each of 64 strata of a coordinate, and in each of 8 × 8 squares of the first two; 1,024
/// paths have one in each of 1,024 strata, and in each of 32 × 32 squares.
#[test]
fn spread_points_are_even() {
    for sampling in [Sampling::LatinHypercube, Sampling::Sobol] {
        for (paths, side) in [(64, 8), (1024, 32)] {
            let all = spread(sampling, 2048);
            for part in 0..2048 / paths {
                let of = |stream: usize| all[stream].chunks(paths).nth(part).unwrap().iter();
                for stream in 0..all.len() {
                    let mut strata: Vec<usize> = of(stream).map(|u| (u * paths as f64) as usize).collect();
                    strata.sort_unstable();
                    assert!(
                        strata.iter().enumerate().all(|(i, stratum)| i == *stratum),
                        "{sampling:?} {stream}"
                    );
                }
                if sampling == Sampling::Sobol {
                    let place = |u: &f64| (u * f64::from(side)) as usize;
                    let mut squares: Vec<_> = of(0).zip(of(1)).map(|(u, v)| (place(u), place(v))).collect();
                    squares.sort_unstable();
                    squares.dedup();
                    assert_eq!(squares.len(), paths);
                }
            }
        }
    }
}

/// A point is uniform by itself: over seeds it fails a perfect generator once in 10^6 choices, for each coordinate and sampling.
#[test]
fn a_single_point_is_uniform() {
    for (_, sampling) in Sampling::ALL {
        let mut numbers = Vec::new();
        for seed in 0..20_000 {
            let plan = Plan {
                coordinates: vec![Coordinate::of_place(7 + 40 * (seed as usize % 2))],
                order: Order::Months,
                events: Vec::new(),
            };
            let mut out = Lanes::ZERO;
            Draws::planned(Design { seed, sampling }, "x", Some(&plan)).uniform(0, &mut out);
            numbers.push(out[seed as usize % LANES]);
        }
        let bound = ks_critical(numbers.len(), 1e-6);
        assert!(ks_statistic(&mut numbers, |u| u) < bound, "{sampling:?}");
    }
}

/// Later coordinates are scrambled anew each 1,024 paths, and no coordinate says anything about another: correlations over 4,000
/// seeds lie within five standard deviations of 1/sqrt(n), passed once in 1.7 million for each.
#[test]
fn runs_and_streams_are_independent() {
    let streams = [0, 1, 500, 501, 5000].map(|place| Plan {
        coordinates: vec![Coordinate::of_place(place)],
        order: Order::Months,
        events: Vec::new(),
    });
    for (_, sampling) in Sampling::ALL {
        let (mut runs, mut others) = ([0.0; 5], [0.0; 5]);
        for seed in 0..4_000 {
            let draw = |stream: usize, first_path: u64| {
                let mut out = Lanes::ZERO;
                let mut draws =
                    Draws::planned(Design { seed, sampling }, &format!("x{stream}"), Some(&streams[stream]));
                draws.restart(first_path);
                draws.uniform(0, &mut out);
                out.map(|u| u - 0.5)
            };
            let [first, second] = [0, 1024].map(|path| [0, 1, 2, 3, 4].map(|stream| draw(stream, path)));
            for i in 0..5 {
                runs[i] += 12.0 * first[i][33] * second[i][33];
                others[i] += 12.0 * first[i][33] * first[(i + 1) % 5][33];
            }
        }
        let run_by_run = if sampling == Sampling::Sobol { &runs[2..4] } else { &[] };
        for product in run_by_run.iter().chain(&others) {
            assert!((product / 4_000.0).abs() < 5.0 / 4_000_f64.sqrt(), "{sampling:?} {product}");
        }
    }
}

/// Eight places at a time have the words of each place by itself, whatever the number of places.
#[test]
fn words_of_places_are_those_of_each() {
    for (_, sampling) in Sampling::ALL {
        let mut draws = plan(sampling).swap_remove(2);
        draws.restart(1_024);
        for count in [0, 1, 7, 8, 9, 23] {
            let place = |i| Place { lane: i * 37 % LANES, index: EVENTS + (i as u64 * 5) % 11, with: i };
            let all: Vec<Place<usize>> = (0..count).map(place).collect();
            let mut seen = 0;
            draws.words_of(all.iter().copied(), |places, words: &[[u32; 3]; PLACES]| {
                for (place, words) in places.iter().zip(words) {
                    assert_eq!(*place, all[seen]);
                    let Place { lane, index, .. } = *place;
                    let each: [u32; 3] = std::array::from_fn(|k| draws.bits_of(lane, index + k as u64));
                    assert_eq!(*words, each, "{sampling:?} {place:?}");
                    seen += 1;
                }
            });
            assert_eq!(seen, all.len());
        }
    }
}

/// The words of an event of all lanes are those of each.
#[test]
fn events_of_all_lanes_are_those_of_each() {
    for (_, sampling) in Sampling::ALL {
        for mut draws in plan(sampling) {
            draws.restart(1_024);
            for index in [0, 1, 6] {
                let all: [[u32; LANES]; 3] = draws.events(index);
                for (k, words) in (0..).zip(&all) {
                    let each = std::array::from_fn(|lane| draws.bits_of(lane, EVENTS + index + k));
                    assert_eq!(*words, each, "{sampling:?} {index} {k}");
                }
            }
        }
    }
}

/// Counts of a month are the Poisson quantile of its uniform, whether bounds decide or not.
#[test]
fn counts_are_quantiles() {
    let mut draws = Draws::new(Key::new(11, "counts"), 0);
    let (mut u, mut found) = (Lanes::ZERO, Lanes::ZERO);
    let mut seen = [0; 4];
    for first_path in (0..64_000).step_by(LANES) {
        draws.restart(first_path);
        let rate = Lanes::from_fn(|i| 0.004 * (i * i) as f64 / 40.0);
        draws.counts(1, &rate, &[0.0, 1.0, 3.5], &mut found);
        draws.uniform(1, &mut u);
        for i in 0..LANES {
            let exact = crate::math::poisson_quantile(rate[i] * 2.5, u[i]);
            assert_eq!(found[i].to_bits(), exact.to_bits(), "{} {}", rate[i], u[i]);
            seen[(exact as usize).min(3)] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
}

/// A word of one lane is that of the lanes together.
#[test]
fn words_of_events_are_coordinates() {
    for (coordinate, sampling) in
        [(Coordinate::of_place(8), Sampling::Sobol), (Coordinate::Alone, Sampling::LatinHypercube)]
    {
        let mut draws = plan(sampling).swap_remove(2);
        draws.restart(1_000);
        let mut words = [0; LANES];
        points::Scrambled::new(coordinate, draws.key_of(EVENTS)).words(1_000, &mut words);
        for lane in 0..LANES {
            assert_eq!(draws.bits_of(lane, EVENTS), words[lane]);
            assert_eq!(
                draws.bits_of(lane, EVENTS + 7),
                Draws::new(Key::new(3, "x2"), 1_000).bits_of(lane, EVENTS + 7)
            );
        }
    }
}

#[test]
fn antithetic_paths_are_opposite() {
    let mut draws = Draws::planned(Design { seed: 3, sampling: Sampling::Antithetic }, "x", None);
    draws.restart(32);
    for index in [0, 9] {
        let mut scores = Lanes::ZERO;
        draws.score(index, &mut scores);
        for pair in scores.chunks(2) {
            assert_eq!(pair[0].to_bits(), (-pair[1]).to_bits());
        }
        for lane in 0..LANES {
            assert_eq!(scores[lane].to_bits(), draws.score_of(lane, index).to_bits());
        }
    }
}

/// The months of a bridge are independent standard scores: over 64,000 paths each product of two has a mean within five
/// standard errors (sqrt(2/n) on the diagonal, 1/sqrt(n) off it); 21 chances of one in 1.7 million.
#[test]
fn bridged_months_are_independent() {
    let mut draws = plan(Sampling::Sobol).swap_remove(2);
    let paths = 1000 * LANES;
    let mut products = [[0.0; 6]; 6];
    for first in (0..paths).step_by(LANES) {
        draws.restart(first as u64);
        let mut months = [Lanes::ZERO; 6];
        months.iter_mut().enumerate().for_each(|(month, out)| draws.score(month as u64, out));
        for (i, a) in months.iter().enumerate() {
            for (j, b) in months.iter().enumerate() {
                products[i][j] += a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / paths as f64;
            }
        }
    }
    for (i, row) in products.iter().enumerate() {
        for (j, product) in row.iter().enumerate() {
            let (expected, error) = if i == j { (1.0, 2.0_f64) } else { (0.0, 1.0) };
            assert!((product - expected).abs() < 5.0 * (error / paths as f64).sqrt(), "{i} {j} {product}");
        }
    }
}

/// The months of spread counts are independent Poisson counts: over 64,000 paths their means, and the products of what exceeds
/// the means, lie within five standard errors (sqrt(λ/n), sqrt((λ + 2λ²)/n) on the diagonal, λ/sqrt(n) off it with the λ of
/// both); 27 chances of one in 1.7 million. The last months weigh twice, and one nothing.
#[test]
fn spread_counts_are_poisson_and_independent() {
    let exposure = [0.0, 0.0, 1.0, 2.0, 3.0, 5.0, 7.0];
    for rate in [0.06, 0.8, 90.0] {
        let plan = Plan {
            coordinates: (2..8).map(Coordinate::of_place).collect(),
            order: Order::Counts,
            events: Vec::new(),
        };
        let mut draws = Draws::planned(Design { seed: 3, sampling: Sampling::Sobol }, "x", Some(&plan));
        let paths = 1000 * LANES;
        let n = paths as f64;
        let (mut means, mut products) = ([0.0; 6], [[0.0; 6]; 6]);
        let lambda: Vec<f64> = exposure.windows(2).map(|pair| rate * (pair[1] - pair[0])).collect();
        for first in (0..paths).step_by(LANES) {
            draws.restart(first as u64);
            let mut months = [Lanes::ZERO; 6];
            let rates = Lanes::splat(rate);
            months
                .iter_mut()
                .enumerate()
                .for_each(|(month, out)| draws.counts(month, &rates, &exposure, out));
            for i in 0..6 {
                means[i] += months[i].iter().sum::<f64>() / n;
                for j in 0..6 {
                    let pairs = months[i].iter().zip(&months[j]);
                    products[i][j] += pairs.map(|(a, b)| (a - lambda[i]) * (b - lambda[j])).sum::<f64>() / n;
                }
            }
        }
        for i in 0..6 {
            let l = lambda[i];
            assert!((means[i] - l).abs() <= 5.0 * (l / n).sqrt(), "{rate} {i} {}", means[i]);
            for j in 0..6 {
                let (expected, variance) = if i == j { (l, l + 2.0 * l * l) } else { (0.0, l * lambda[j]) };
                let found = products[i][j];
                assert!((found - expected).abs() <= 5.0 * (variance / n).sqrt(), "{rate} {i} {j} {found}");
            }
        }
    }
}
