//! How wrong the serving model is about llms that it was not fitted to.
//!
//! `cargo bench --bench capacity -- FILE` with measured latencies as CSV: the columns model, gpu, gpus, precision, mode, backend,
//! `backend_version`, isl, osl, concurrency, `tp_size`, `attention_dp_size`, `moe_ep_size`, `ttft_ms`, `tpot_ms`, flag (aiconfigurator's silicon data as
//! published until 2026-02). The constants of the roofline are fitted to all llms but one, and tried on that one, for each.
//! Left out, always: prefill and decoding on different GPUs, saturated rows, rows that do not say how many requests were in flight,
//! more than eight GPUs, attention spread by request, GPUs other than H100, H200 and B200, and rows that stand there twice.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a bench stops at the first surprise"
)]

use std::collections::BTreeMap;

use tokencast::catalog::{GPUS, LLMS, OneText, built_in, described};
use tokencast::math::{exp, ln};
use tokencast::serving::{Constants, Gpu, Latency, Lengths, Llm, Precision, Replica, Roofline, Setup, Size};

/// One measured row.
#[derive(Clone, Debug)]
struct Row {
    llm: String,
    gpu: String,
    gpus: u32,
    weights: Precision,
    engine: String,
    /// What else may not be mixed: version and expert parallelism.
    rest: String,
    lengths: Lengths,
    concurrency: f64,
    ttft_ms: f64,
    tpot_ms: f64,
}

/// Sizes and data sheets by id.
struct Known {
    llms: BTreeMap<String, Llm>,
    gpus: BTreeMap<String, Gpu>,
}

fn main() {
    // `cargo bench` passes `--bench`, and runs this without a file among all others.
    let Some(path) = std::env::args().skip(1).find(|word| !word.starts_with('-')) else {
        println!("capacity: give a CSV of measured latencies; `cargo bench --bench capacity -- FILE`");
        return;
    };
    let catalog = built_in().ok().unwrap().definitions;
    let known = Known {
        llms: catalog.llms.into_iter().map(|(id, llm)| (id.id, llm)).collect(),
        gpus: catalog.gpus.into_iter().map(|(id, gpu)| (id.id, gpu)).collect(),
    };
    let rows = read(&path, &known);
    println!("{} rows; fitted to all of them:", rows.len());
    let all = fit(&rows, &known);
    show_constants(&all);
    let mut llms: Vec<&str> = rows.iter().map(|row| row.llm.as_str()).collect();
    llms.sort_unstable();
    llms.dedup();
    let mut held_out = BTreeMap::new();
    println!("\nroofline, error of the time per token on the llm that was held out:");
    let (mut found, mut fitted) = (Errors::default(), Errors::default());
    for llm in &llms {
        let others: Vec<Row> = rows.iter().filter(|row| row.llm != *llm).cloned().collect();
        let constants = fit(&others, &known);
        let mut of_llm = Errors::default();
        for row in rows.iter().filter(|row| row.llm == *llm) {
            let (dense, now) = (is_dense(row, &known), predicted(row, &known, constants).tpot_hours * 3.6e6);
            of_llm.add(dense, now, row.tpot_ms);
            found.add(dense, now, row.tpot_ms);
            fitted.add(dense, predicted(row, &known, all).tpot_hours * 3.6e6, row.tpot_ms);
        }
        of_llm.show(llm);
        held_out.insert((*llm).to_owned(), constants);
    }
    found.show("all, each held out");
    fitted.show("all, fitted to themselves");
    measured(&rows, &known, &held_out);
}

fn read(path: &str, known: &Known) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.deserialize::<BTreeMap<String, String>>() {
        let record = record.unwrap();
        let text = |name: &str| record.get(name).map_or("", String::as_str);
        let number = |name: &str| text(name).parse::<f64>().ok();
        let spread = number("attention_dp_size").unwrap_or(1.0) > 1.0;
        let gpu = text("gpu").trim_end_matches("_sxm");
        let (Some(concurrency), Some(gpus)) = (number("concurrency"), number("gpus")) else { continue };
        let wanted =
            text("mode") == "agg" && text("flag").is_empty() && ["h100", "h200", "b200"].contains(&gpu);
        if !wanted || spread || gpus > 8.0 {
            continue;
        }
        let named = |(_, llm): &(&String, &Llm)| llm.also.iter().any(|also| also == text("model"));
        let Some((llm, _)) = known.llms.iter().find(named) else { continue };
        let row = Row {
            llm: llm.clone(),
            gpu: gpu.to_owned(),
            gpus: gpus as u32,
            weights: Precision::parse(text("precision")).unwrap(),
            engine: text("backend").to_owned(),
            rest: format!("{} {}", text("backend_version"), text("moe_ep_size")),
            lengths: Lengths::new(number("isl").unwrap(), number("osl").unwrap()),
            concurrency,
            ttft_ms: number("ttft_ms").unwrap(),
            tpot_ms: number("tpot_ms").unwrap(),
        };
        // The same run stands there under two names or dates; latencies to four digits do not meet by chance.
        let twin = |other: &Row| {
            (other.ttft_ms, other.tpot_ms, other.concurrency) == (row.ttft_ms, row.tpot_ms, row.concurrency)
                && (&other.llm, &other.gpu, other.gpus, &other.engine)
                    == (&row.llm, &row.gpu, row.gpus, &row.engine)
        };
        if !rows.iter().any(twin) {
            rows.push(row);
        }
    }
    rows
}

fn size<'a>(row: &Row, known: &'a Known) -> &'a Size {
    known.llms[&row.llm].size.as_ref().unwrap()
}

fn is_dense(row: &Row, known: &Known) -> bool {
    size(row, known).experts.is_none()
}

/// Keys and values are kept in 8 bits where weights are (the sources do not say).
fn kept(weights: Precision) -> Precision {
    if weights == Precision::Bf16 { Precision::Bf16 } else { Precision::Fp8 }
}

fn predicted(row: &Row, known: &Known, constants: Constants) -> Latency {
    let setup = Setup {
        gpus: f64::from(row.gpus),
        weights: row.weights,
        kv_cache: kept(row.weights),
        engine: Some(row.engine.clone()),
        memory_share: 0.9,
        memory_reserve: 0.0,
        max_batch: 1e6,
        prefill_chunk: None,
        speculation: None,
        attention_data_parallel: false,
    };
    let roofline = Roofline::new(size(row, known), &known.gpus[&row.gpu], &setup, constants).unwrap();
    roofline.latency(row.concurrency, row.lengths)
}

/// Errors of one method, dense llms and mixtures apart.
#[derive(Default)]
struct Errors(Vec<(bool, f64, f64)>);

impl Errors {
    fn add(&mut self, dense: bool, predicted: f64, measured: f64) {
        self.0.push((dense, predicted / measured - 1.0, ln(predicted / measured)));
    }

    fn show(&self, name: &str) {
        for (word, of) in [("", None), ("dense", Some(true)), ("experts", Some(false))] {
            let some: Vec<_> = self.0.iter().filter(|one| of.is_none_or(|dense| one.0 == dense)).collect();
            if some.is_empty() || (of.is_some() && some.len() == self.0.len()) {
                continue;
            }
            let n = some.len() as f64;
            let mut sizes: Vec<f64> = some.iter().map(|one| one.1.abs()).collect();
            sizes.sort_by(f64::total_cmp);
            let mean_log = some.iter().map(|one| one.2).sum::<f64>() / n;
            let spread =
                (some.iter().map(|one| (one.2 - mean_log) * (one.2 - mean_log)).sum::<f64>() / n).sqrt();
            println!(
                "  {name:40} {word:8} n {n:4}  MAPE {:4.1} %  median {:4.1} %  log sd {spread:.3}  log bias {mean_log:+.3}",
                100.0 * sizes.iter().sum::<f64>() / n,
                100.0 * sizes[sizes.len() / 2],
            );
        }
    }
}

/// How far from its error the pull of an outlier stops growing, and how near constants are held to their prior.
const ROBUST: f64 = 0.3;
const PRIOR_WEIGHT: f64 = 0.15;

/// The constants that meet the logarithms of these rows best: each llm with the same say, outliers with less, held near the prior.
fn fit(rows: &[Row], known: &Known) -> Constants {
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.llm.as_str()).or_default() += 1.0;
    }
    let n = rows.len() as f64;
    let say: Vec<f64> = rows.iter().map(|row| n / counts[row.llm.as_str()] / counts.len() as f64).collect();
    let prior = Constants::PRIOR.to_array().map(ln);
    let residuals = |x: [f64; 8]| -> Vec<f64> {
        let constants = Constants::from_array(x.map(exp));
        rows.iter().map(|row| ln(predicted(row, known, constants).tpot_hours * 3.6e6 / row.tpot_ms)).collect()
    };
    let held = PRIOR_WEIGHT * PRIOR_WEIGHT * n / 10.0;
    let mut x = prior;
    for _ in 0..40 {
        let now = residuals(x);
        let columns: Vec<Vec<f64>> = (0..8)
            .map(|of| {
                let mut moved = x;
                moved[of] += 1e-4;
                residuals(moved).iter().zip(&now).map(|(there, here)| (there - here) / 1e-4).collect()
            })
            .collect();
        let weight: Vec<f64> =
            now.iter().zip(&say).map(|(r, say)| say / (1.0 + (r / ROBUST) * (r / ROBUST)).sqrt()).collect();
        let mut system = [[0.0; 9]; 8];
        for i in 0..8 {
            for j in 0..8 {
                system[i][j] = (0..rows.len()).map(|k| weight[k] * columns[i][k] * columns[j][k]).sum();
            }
            system[i][i] += held;
            let pull: f64 = (0..rows.len()).map(|k| weight[k] * columns[i][k] * now[k]).sum();
            system[i][8] = -(pull + held * (x[i] - prior[i]));
        }
        let step = solve(system);
        for (x, step) in x.iter_mut().zip(step) {
            *x += step.clamp(-0.5, 0.5);
        }
    }
    Constants::from_array(x.map(exp))
}

/// Gaussian elimination; the last column is the right side.
fn solve(mut a: [[f64; 9]; 8]) -> [f64; 8] {
    for i in 0..8 {
        let best = (i..8).max_by(|p, q| a[*p][i].abs().total_cmp(&a[*q][i].abs())).unwrap();
        a.swap(i, best);
        for row in i + 1..8 {
            let factor = a[row][i] / a[i][i];
            for column in i..9 {
                a[row][column] -= factor * a[i][column];
            }
        }
    }
    let mut x = [0.0; 8];
    for i in (0..8).rev() {
        let known: f64 = (i + 1..8).map(|j| a[i][j] * x[j]).sum();
        x[i] = (a[i][8] - known) / a[i][i];
    }
    x
}

fn show_constants(constants: &Constants) {
    for (name, value) in Constants::NAMES.iter().zip(constants.to_array()) {
        println!("  {name:22} {value:.4e}");
    }
}

/// Rows that differ in concurrency alone.
fn groups(rows: &[Row]) -> Vec<Vec<Row>> {
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        let key = format!(
            "{} {} {} {:?} {} {} {:?}",
            row.llm, row.gpu, row.gpus, row.weights, row.engine, row.rest, row.lengths
        );
        groups.entry(key).or_default().push(row.clone());
    }
    let sorted = groups.into_values().map(|mut group| {
        group.sort_by(|a, b| a.concurrency.total_cmp(&b.concurrency));
        // Of repeated measurements the first stands for all.
        group.dedup_by(|a, b| a.concurrency == b.concurrency);
        group
    });
    sorted.collect()
}

/// The methods that rest on measurements of the same llm; their roofline is fitted to the others.
fn measured(rows: &[Row], known: &Known, held_out: &BTreeMap<String, Constants>) {
    let groups: Vec<Vec<Row>> = groups(rows).into_iter().filter(|group| group.len() >= 3).collect();
    println!("\n{} groups of three concurrencies and more that differ in nothing else:", groups.len());
    let (mut wide, mut low, mut one, mut table) =
        (Errors::default(), Errors::default(), Errors::default(), Errors::default());
    for group in &groups {
        let (dense, last) = (is_dense(&group[0], known), group.len() - 1);
        let judge = |errors: &mut Errors, given: &[usize], asked: &mut dyn Iterator<Item = usize>| {
            let given: Vec<&Row> = given.iter().map(|at| &group[*at]).collect();
            let replica = replica(&given, known, held_out[&group[0].llm]);
            for at in asked {
                let row = &group[at];
                errors.add(
                    dense,
                    replica.latency(row.concurrency, row.lengths).tpot_hours * 3.6e6,
                    row.tpot_ms,
                );
            }
        };
        judge(&mut wide, &[0, last], &mut (1..last));
        judge(&mut low, &[0, 1], &mut (2..=last));
        let middle = last / 2;
        judge(&mut one, &[middle], &mut (0..=last).filter(|at| *at != middle));
        if last >= 3 {
            for left_out in 1..last {
                let given: Vec<usize> = (0..=last).filter(|at| *at != left_out).collect();
                judge(&mut table, &given, &mut std::iter::once(left_out));
            }
        }
    }
    wide.show("two points, lowest and highest: between");
    low.show("two points, the lowest: beyond");
    one.show("one point in the middle: all others");
    table.show("table without a point: that point");
    other_lengths(rows, known, held_out);
}

/// One point carried to other lengths, at the same concurrency.
fn other_lengths(rows: &[Row], known: &Known, held_out: &BTreeMap<String, Constants>) {
    let mut errors = Errors::default();
    let square = |row: &&Row| (row.lengths.input, row.lengths.output) == (1024.0, 1024.0);
    for base in rows.iter().filter(square) {
        let replica = replica(&[base], known, held_out[&base.llm]);
        let same = |row: &&Row| {
            (&row.llm, &row.gpu, row.gpus, row.weights, &row.engine)
                == (&base.llm, &base.gpu, base.gpus, base.weights, &base.engine)
                && row.rest == base.rest
                && row.concurrency == base.concurrency
                && row.lengths != base.lengths
        };
        for row in rows.iter().filter(same) {
            let found = replica.latency(row.concurrency, row.lengths).tpot_hours * 3.6e6;
            errors.add(is_dense(row, known), found, row.tpot_ms);
        }
    }
    errors.show("one point of 1024/1024: other lengths");
}

/// A replica that knows these rows, as a scenario would say it.
fn replica(given: &[&Row], known: &Known, constants: Constants) -> Replica {
    let first = given[0];
    let (mut ttft, mut tpot) = (0.0_f64, 0.0_f64);
    let points: Vec<String> = given
        .iter()
        .map(|row| {
            // Noise can make latency fall; a table of a scenario may not.
            (ttft, tpot) = (ttft.max(row.ttft_ms), tpot.max(row.tpot_ms));
            format!("concurrency = {}, ttft = \"{ttft} ms\", tpot = \"{tpot} ms\"", row.concurrency)
        })
        .collect();
    let lengths = format!("input_tokens = {}, output_tokens = {}", first.lengths.input, first.lengths.output);
    let capacity = match points.as_slice() {
        [one] => format!("{{ one_point = {{ {lengths}, {one} }} }}"),
        [low, high] => format!("{{ two_points = {{ {lengths}, low = {{ {low} }}, high = {{ {high} }} }} }}"),
        all => format!("{{ measured = {{ {lengths}, points = [{{ {} }}] }} }}", all.join(" }, { ")),
    };
    let text = format!(
        "use = [\"{LLMS}\", \"{GPUS}\"]\n[deployment.one]\nllm = \"{}\"\ngpu = \"{}\"\ngpus = {}\nweights = \"{}\"\n\
         kv_cache = \"{}\"\nengine = \"{}\"\nmemory_share = \"100 %\"\nmemory_reserve = \"0 GB\"\ncapacity = {capacity}\n",
        first.llm,
        first.gpu,
        first.gpus,
        first.weights.word(),
        kept(first.weights).word(),
        first.engine
    );
    let found = described(&OneText("one.toml", &text), "one.toml").unwrap_or_else(|_| panic!("{text}"));
    let (_, deployment) = &found.definitions.deployments[0];
    Replica::with(deployment, &known.llms[&first.llm], Some(&known.gpus[&first.gpu]), constants)
        .unwrap_or_else(|why| panic!("{}: {text}", why.message))
}
