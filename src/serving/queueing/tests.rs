//! Every queue against its closed form. Values of Erlang, Halfin and Whitt and Pollaczek and Khinchine were computed apart
//! from this program, by recursion or by direct summation, and cross-checked (2026-11-22).
#![allow(clippy::float_cmp, reason = "exact where it says so")]

use super::*;

#[track_caller]
fn near(found: f64, expected: f64, relative: f64) {
    assert!((found / expected - 1.0).abs() <= relative, "found {found}, expected {expected}");
}

#[test]
fn erlang_b() {
    let known = [
        (1.0, 1, 0.5),
        (5.0, 8, 0.07004785220956705),
        (10.0, 10, 0.21458234310734736),
        (10.0, 15, 0.0364969454723708),
        (20.0, 20, 0.15889196154197155),
        (20.0, 30, 0.008457498340194703),
        (50.0, 60, 0.021668473057806243),
        (100.0, 117, 0.009790071125371362),
        (180.0, 200, 0.010324995204982299),
    ];
    for (load, servers, expected) in known {
        near(super::erlang_b(load, servers), expected, 1e-13);
    }
    assert_eq!((super::erlang_b(0.0, 3), super::erlang_b(3.0, 0)), (0.0, 1.0));
}

#[test]
fn erlang_c() {
    // Load, servers, share that waits, mean wait, mean queue, share that waits longer than one time of service.
    let known = [
        (0.8, 1, 0.8, 4.0, 3.2, 0.654984602),
        (1.0, 2, 0.33333333333333337, 0.333333333, 0.333333333, 0.12262648),
        (5.0, 6, 0.587516450460613, 0.58751645, 2.93758225, 0.216135223),
        (5.0, 8, 0.1672665066617566, 0.0557555022, 0.278777511, 0.008327709),
        (8.0, 10, 0.40918015079644354, 0.204590075, 1.6367206, 0.0553765116),
        (16.0, 20, 0.2560777938390579, 0.0640194485, 1.02431118, 0.0046902284),
        (45.0, 50, 0.3638644672069884, 0.0727728934, 3.2747802, 0.00245169949),
        (90.0, 100, 0.21694048090636645, 0.0216940481, 1.95246433, 9.8490826e-06),
    ];
    for (load, servers, waits, mean, queue, longer) in known {
        let found = ErlangC::new(load, servers).unwrap();
        near(found.waits, waits, 1e-12);
        near(found.mean_wait(), mean, 1e-8);
        near(found.mean_queue(), queue, 1e-8);
        near(found.waits_longer(1.0), longer, 1e-7);
    }
    for (load, servers) in [(2.0, 2), (3.0, 2), (f64::NAN, 2), (-1.0, 2), (1.0, 0)] {
        assert_eq!(ErlangC::new(load, servers), None);
    }
}

#[test]
fn staffing_by_counting_and_by_square_root() {
    let known = [
        (2.0, 4, 3.5012),
        (10.0, 14, 13.3568),
        (20.0, 26, 24.7472),
        (50.0, 58, 57.5061),
        (100.0, 111, 110.6152),
        (200.0, 216, 215.0121),
        (500.0, 525, 523.7362),
    ];
    for (load, exact, about) in known {
        assert_eq!(servers_needed(load, 0.0, 0.2), Some(exact));
        near(halfin_whitt_servers(load, 0.2).unwrap(), about, 1e-5);
    }
    near(safety_factor(0.2).unwrap(), 1.0615162754187175, 1e-12);
    let known = [
        (0.1, 0.8802870833308115),
        (0.5, 0.504538640997945),
        (1.0, 0.22336127479826076),
        (2.5, 0.0070057040406538785),
        (3.0, 0.0014770946446142933),
    ];
    for (safety, expected) in known {
        near(delay_probability(safety), expected, 1e-12);
    }
    for share in [0.0, 1.0, -1.0, f64::NAN, 1e-30] {
        assert_eq!(safety_factor(share), None);
    }
    assert_eq!(servers_needed(f64::INFINITY, 0.0, 0.2), None);
    // Whoever may wait needs fewer servers, and one fewer would be too few.
    let patient = servers_needed(50.0, 0.5, 0.2).unwrap();
    assert!(patient < 58 && ErlangC::new(50.0, patient - 1).is_none_or(|q| q.waits_longer(0.5) > 0.2));
}

#[test]
fn one_server_with_any_time_in_service() {
    for (load, exponential, constant, wild) in [(0.5, 1.0, 0.5, 2.5), (0.9, 9.0, 4.5, 22.5)] {
        near(pollaczek_khinchine_wait(load, 1.0).unwrap(), exponential, 1e-14);
        near(pollaczek_khinchine_wait(load, 0.0).unwrap(), constant, 1e-14);
        near(pollaczek_khinchine_wait(load, 2.0).unwrap(), wild, 1e-14);
    }
    assert_eq!((pollaczek_khinchine_wait(1.0, 1.0), pollaczek_khinchine_wait(-0.1, 1.0)), (None, None));
}

#[test]
fn many_servers_with_any_arrivals() {
    // ca² = 4, cs² = 1.5.
    near(allen_cunneen_wait(8.0, 10, 2.0, 1.5_f64.sqrt()).unwrap(), 0.5626227073451099, 1e-12);
    // What it is exact for.
    for load in [0.3, 0.8] {
        let single = pollaczek_khinchine_wait(load, 1.7).unwrap();
        near(allen_cunneen_wait(load, 1, 1.0, 1.7).unwrap(), single, 1e-13);
    }
    near(allen_cunneen_wait(8.0, 10, 1.0, 1.0).unwrap(), ErlangC::new(8.0, 10).unwrap().mean_wait(), 1e-14);
}

/// The unit tests of llm-d's queue analyser (commit b08b1c7), and figures computed from its formulas (2026-11-22).
#[test]
fn the_batch_queue_of_llm_d() {
    let time = |base, per_token, per_context_token| IterationTime { base, per_token, per_context_token };
    let prefill = time(10.0, 0.01, 0.001);
    for (input, batch, expected) in [(1000.0, 1.0, 32.0), (2000.0, 8.0, 208.0), (500.0, 2.5, 29.25)] {
        near(prefill.prefill(input, 0.0, batch), expected, 1e-14);
    }
    let decode = time(1.0, 0.1, 0.01);
    for (batch, expected) in [(1.0, 1.23), (4.0, 1.575), (8.0, 2.035), (2.5, 1.4025)] {
        near(decode.decode(1.0, 1.0, batch), expected, 1e-14);
    }
    let replica = BatchQueue {
        time: time(1.0, 0.01, 0.001),
        input_tokens: 100.0,
        output_tokens: 10.0,
        batch: 8,
        queue: 16,
    };
    // Milliseconds.
    near(1000.0 * replica.max_rate(), 255.6727, 1e-6);
    let half = replica.at(0.127836);
    for (found, expected) in [
        (half.response, 21.9011),
        (half.wait, 0.19523),
        (half.in_service, 2.77480),
        (half.ttft, 4.76777),
        (half.tpot, 1.90371),
    ] {
        near(found, expected, 2e-5);
    }
    near(replica.at(replica.max_rate() / 4.0).response, 18.1168, 1e-5);
}

/// A batch in which nobody slows anybody down is Erlang's servers: with no queue B, with a long one C.
#[test]
fn a_batch_without_interference_is_erlangs() {
    let free = |batch, queue| BatchQueue {
        time: IterationTime { base: 1.0, per_token: 0.0, per_context_token: 0.0 },
        input_tokens: 50.0,
        output_tokens: 9.0,
        batch,
        queue,
    };
    // A prefill and nine decodes of one unit each.
    near(free(10, 0).at(0.8).lost, super::erlang_b(8.0, 10), 1e-12);
    let (long, c) = (free(10, 2000).at(0.8), ErlangC::new(8.0, 10).unwrap());
    near(long.wait / 10.0, c.mean_wait(), 1e-10);
    near(long.in_service, 8.0, 1e-10);
    near(long.tpot, 1.0, 1e-10);
}

/// Little's law and conservation hold at any load, and latencies rise with it.
#[test]
fn laws_of_the_batch_queue() {
    let replica = BatchQueue {
        time: IterationTime { base: 8.0, per_token: 0.05, per_context_token: 0.0004 },
        input_tokens: 700.0,
        output_tokens: 200.0,
        batch: 64,
        queue: 500,
    };
    let mut before = replica.at(1e-9);
    for share in [0.1, 0.3, 0.5, 0.7, 0.9, 1.0, 1.2, 3.0] {
        let rate = share * replica.max_rate();
        let found = replica.at(rate);
        near(found.throughput * found.response, found.in_service + found.waiting, 1e-12);
        near(found.throughput, rate * (1.0 - found.lost), 1e-12);
        assert!(found.throughput <= replica.max_rate() * (1.0 + 1e-12));
        assert!(found.response > before.response && found.tpot > before.tpot && found.ttft > before.ttft);
        before = found;
    }
    let within = replica.rate_within(before.ttft, 40.0).unwrap();
    near(replica.at(within).tpot, 40.0, 1e-9);
    assert_eq!(replica.rate_within(1.0, 40.0), None);
    assert_eq!(replica.rate_within(f64::INFINITY, f64::INFINITY), Some(replica.max_rate()));
}
