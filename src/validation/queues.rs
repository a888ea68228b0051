//! Queues against published test values and closed forms.

use super::{Row, Table, Tolerance};
use crate::serving::queueing::{
    BatchQueue, BatchTime, ErlangC, IterationTime, allen_cunneen_wait, delay_probability, erlang_b,
    halfin_whitt_servers, pollaczek_khinchine_wait, servers_needed,
};

pub(super) const LLM_D: Table = Table {
    name: "T18",
    title: "a replica with a batch as a queue",
    source: "llm-d workload-variant-autoscaler@b08b1c7, its own tests, read 2026-11-22",
    defects: "every request has the mean lengths",
    rows: llm_d,
};

pub(super) const CLOSED_FORMS: Table = Table {
    name: "Q",
    title: "queues in closed form",
    source: "Erlang B and C by recursion, Halfin-Whitt, Pollaczek-Khinchine, Allen-Cunneen (computed 2026-11-22)",
    defects: "Halfin-Whitt and Allen-Cunneen are approximations; what is compared is their formula",
    rows: closed_forms,
};

fn llm_d() -> Vec<Row> {
    let near = Tolerance::Absolute(1e-9);
    let read = IterationTime { base: 10.0, per_token: 0.01, per_context_token: 0.001 };
    let write = IterationTime { base: 1.0, per_token: 0.1, per_context_token: 0.01 };
    let prefill =
        [(1000.0, 1.0, 32.0), (2000.0, 8.0, 208.0), (500.0, 2.5, 29.25)].map(|(input, batch, printed)| {
            let what = format!("prefill of {input} tokens among {batch}, ms");
            Row::new(what, printed, read.prefill(input, 0.0, batch), near)
        });
    let decode = [(1.0, 1.23), (4.0, 1.575), (8.0, 2.035), (2.5, 1.4025)].map(|(batch, printed)| {
        Row::new(format!("a token among {batch}, ms"), printed, write.decode(1.0, 1.0, batch), near)
    });
    let time = IterationTime { base: 1.0, per_token: 0.01, per_context_token: 0.001 };
    let queue = BatchQueue { time, input_tokens: 100.0, output_tokens: 10.0, batch: 8, queue: 16 };
    let most = queue.max_rate();
    let [half, quarter] = [0.5, 0.25].map(|share| queue.at(share * most));
    // Five digits are printed.
    let digits = Tolerance::Share(3e-5);
    let fares = [
        ("the most, requests a second", 255.6727, 1000.0 * most),
        ("half of it: response, ms", 21.9011, half.response),
        ("half of it: wait, ms", 0.195_23, half.wait),
        ("half of it: in service", 2.774_80, half.in_service),
        ("half of it: TTFT, ms", 4.767_77, half.ttft),
        ("half of it: TPOT, ms", 1.903_71, half.tpot),
        ("a quarter of it: response, ms", 18.1168, quarter.response),
    ];
    let fares = fares.map(|(what, printed, got)| Row::new(what, printed, got, digits));
    prefill.into_iter().chain(decode).chain(fares).collect()
}

fn closed_forms() -> Vec<Row> {
    let near = Tolerance::Share(1e-9);
    let nothing = f64::NAN;
    let blocked = [
        (5.0, 8, 0.070_047_852_209_567),
        (20.0, 30, 0.008_457_498_340_195),
        (180.0, 200, 0.010_324_995_204_982),
    ]
    .map(|(load, servers, known)| {
        let what = format!("share lost at a load of {load} on {servers}");
        Row::new(what, known, erlang_b(load, servers), near)
    });
    let waits = [
        (0.8, 1, 4.0),
        (8.0, 10, 0.204_590_075_398),
        (45.0, 50, 0.072_772_893_441),
        (90.0, 100, 0.021_694_048_091),
    ]
    .map(|(load, servers, known)| {
        let what = format!("mean wait at a load of {load} on {servers}, services");
        let got = ErlangC::new(load, servers).map_or(nothing, |queue| queue.mean_wait());
        Row::new(what, known, got, Tolerance::Share(1e-8))
    });
    let staff = [(10.0, 14.0), (100.0, 111.0), (500.0, 525.0)].map(|(load, known)| {
        let what = format!("servers for a load of {load} of which at most 20 % wait");
        let got = servers_needed(load, 0.0, 0.2).map_or(nothing, |count| count as f64);
        Row::new(what, known, got, Tolerance::Absolute(0.0))
    });
    let one = |cv: f64| pollaczek_khinchine_wait(0.9, cv).unwrap_or(nothing);
    let others = [
        Row::new(
            "share that waits with a margin of 1 root of the load",
            0.223_361_274_798,
            delay_probability(1.0),
            near,
        ),
        Row::new(
            "servers for a load of 100 of which 20 % wait, before rounding",
            110.6152,
            halfin_whitt_servers(100.0, 0.2).unwrap_or(nothing),
            Tolerance::Absolute(5e-5),
        ),
        Row::new("one server at 90 %, even services: mean wait", 4.5, one(0.0), near),
        Row::new("one server at 90 %, services of CV 2: mean wait", 22.5, one(2.0), near),
        Row::new(
            "ten servers at 80 %, arrivals of CV 2, services of CV 1.225: mean wait",
            0.562_622_707_345,
            allen_cunneen_wait(8.0, 10, 2.0, 1.5f64.sqrt()).unwrap_or(nothing),
            near,
        ),
    ];
    blocked.into_iter().chain(waits).chain(staff).chain(others).collect()
}
