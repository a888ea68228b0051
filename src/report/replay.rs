//! What `tokencast replay` says: latencies of all requests, what the replicas did, the largest load, and the charts.

mod charts;
mod theory;

use std::fmt::Write;

use serde_json::{Value, json};

use super::display::{Lang, fine_percent, seconds};
use super::table::{Align, table};
use super::{File, VERSION};
pub use theory::{Compared, Erring};

use crate::serving::queueing::Operating;
use crate::serving::replay::{Outcome, QUANTILES, Search, Settings};
use crate::stats::Sketch;
use crate::units::format_number;

/// A replay, and what one has to know to write about it.
#[derive(Clone, Debug)]
pub struct ReplayReport<'a> {
    /// What was replayed, such as the name of the trace.
    pub trace: String,
    /// What it was replayed through, such as `2 replicas of llama-70b-h200`.
    pub through: String,
    /// The kind of evidence that times of steps come from; none if the command line says them.
    pub evidence: Option<&'static str>,
    /// How.
    pub settings: &'a Settings,
    /// What happened.
    pub outcome: &'a Outcome,
    /// Replays at other loads, where the largest was looked for.
    pub search: Option<&'a Search>,
    /// The share of requests that has to be good there.
    pub least_goodput: f64,
    /// What the batch queue in closed form says at this rate, for a replica and mean lengths.
    pub theory: Option<Operating>,
    /// Replay and queue at rising loads, if asked for.
    pub compared: &'a [Compared],
    /// Replays with steps as fast and as slow as the evidence may err.
    pub erring: &'a [Erring],
    /// Mean tokens in and out.
    pub lengths: (f64, f64),
    /// SHA-256 of the trace or of what it was made of, in hexadecimal digits.
    pub hash: String,
    /// The language to write in.
    pub lang: Lang,
}

/// The three latencies: key, English, Japanese.
const LATENCIES: [(&str, &str, &str); 3] = [
    ("ttft", "time to the first token", "最初のトークンまで (TTFT)"),
    ("tpot", "time per further token", "以降1トークンあたり (TPOT)"),
    ("e2e", "time to the last token", "最後のトークンまで"),
];

impl ReplayReport<'_> {
    fn latencies(outcome: &Outcome) -> [(&Sketch, f64); 3] {
        let means = outcome.means_s();
        let sketches = [&outcome.ttft_s, &outcome.tpot_s, &outcome.e2e_s];
        std::array::from_fn(|k| (sketches[k], means[k]))
    }

    /// All of it as text.
    pub fn text(&self) -> String {
        let mut parts = vec![self.requests(), self.latency_table()];
        parts.extend(self.error_table());
        parts.push(self.machines());
        parts.extend(self.comparison());
        if let Some(search) = self.search {
            parts.push(self.search_text(search));
        }
        parts.join("\n\n")
    }

    /// The goal in words; empty without one.
    fn goal(&self) -> String {
        let goal = self.settings.goal;
        let parts = [("TTFT", goal.ttft_s), ("TPOT", goal.tpot_s)];
        let parts = parts.into_iter().filter_map(|(name, most)| Some(format!("{name} {}", seconds(most?))));
        parts.collect::<Vec<_>>().join(self.lang.pick(" and ", "・"))
    }

    fn requests(&self) -> String {
        let found = self.outcome;
        let mut parts = vec![match self.lang {
            Lang::En => format!("{} requests, {} /s", count(found.arrived), short(found.arrival_rate())),
            Lang::Ja => format!("{}リクエスト、{} /s", count(found.arrived), short(found.arrival_rate())),
        }];
        let mut say = |number: u64, en: &str, ja: &str| {
            if number > 0 {
                parts.push(match self.lang {
                    Lang::En => format!("{} {en}", count(number)),
                    Lang::Ja => format!("{ja} {}", count(number)),
                });
            }
        };
        say(found.finished, "finished", "完了");
        say(found.shed_full, "shed, queues full", "待ち行列超過で拒否");
        say(found.shed_patience, "gave up waiting", "待ちきれず離脱");
        say(found.shed_long, "too long for the memory", "メモリに収まらない");
        say(found.in_flight, "on the way at the end", "終了時に処理中");
        let mut text = parts.join(" · ");
        if self.goal().is_empty() {
            return text;
        }
        let good = fine_percent(found.goodput());
        let _ = match self.lang {
            Lang::En => write!(text, "\n{good} of them within {}", self.goal()),
            Lang::Ja => write!(text, "\n目標（{}）内 {good}", self.goal()),
        };
        text
    }

    fn latency_table(&self) -> String {
        let mut header =
            vec![self.lang.pick("latency", "遅延").to_owned(), self.lang.pick("mean", "平均").to_owned()];
        header.extend(QUANTILES.map(quantile_name));
        if self.theory.is_some() {
            header.push(self.lang.pick("queue theory, mean", "待ち行列理論の平均").to_owned());
        }
        let theory = self.theory.map(|theory| [theory.ttft, theory.tpot, theory.response]);
        let rows = Self::latencies(self.outcome).into_iter().enumerate().map(|(k, (sketch, mean))| {
            let mut row = vec![self.pick(k).to_owned(), seconds(mean)];
            row.extend(quantiles(sketch).map(seconds));
            row.extend(theory.map(|theory| seconds(theory[k])));
            row
        });
        table(header, rows.collect(), &[Align::Left])
    }

    fn pick(&self, latency: usize) -> &'static str {
        let (_, en, ja) = LATENCIES[latency];
        self.lang.pick(en, ja)
    }

    fn machines(&self) -> String {
        let (found, lang) = (self.outcome, self.lang);
        let replicas = found.ready_s / found.span_s;
        let mut rows = self.steps();
        rows.extend([
            (lang.pick("replicas, mean", "平均レプリカ数"), short(replicas)),
            (lang.pick("replica-hours paid", "課金レプリカ時間"), short(found.paid_s / 3600.0)),
            (lang.pick("busy", "稼働率"), fine_percent(found.busy())),
            (lang.pick("batch while busy, mean", "平均バッチ"), short(found.mean_batch())),
            (lang.pick("on the way, mean", "平均同時リクエスト数"), short(found.presence_s / found.span_s)),
            (
                lang.pick("tokens out per second and replica", "出力トークン毎秒（レプリカあたり）"),
                short(found.output_tokens as f64 / found.ready_s),
            ),
        ]);
        if self.settings.replica.prefix_cache {
            let label = lang.pick("prompt tokens from the cache", "キャッシュされた入力トークン");
            rows.push((label, fine_percent(found.cached())));
        }
        let counted = [
            (found.preempted, lang.pick("preempted for lack of memory", "メモリ不足による中断")),
            (found.failures, lang.pick("failures of replicas", "レプリカ障害")),
            (found.restarted, lang.pick("begun anew after a failure", "障害後のやり直し")),
        ];
        rows.extend(
            counted.into_iter().filter(|(number, _)| *number > 0).map(|(n, label)| (label, count(n))),
        );
        let rows = rows.into_iter().map(|(label, value)| vec![label.to_owned(), value]).collect();
        table(vec![self.through.clone(), String::new()], rows, &[Align::Left])
    }

    fn search_text(&self, search: &Search) -> String {
        let header =
            ["load", "arrivals", "good", "TTFT p50", "p90", "p99", "TPOT p50", "p90", "p99", "busy", "batch"];
        let row = |load: &crate::serving::replay::Load| {
            let found = &load.outcome;
            let mut row = vec![
                format!("{}×", format_number(load.factor, 3)),
                format!("{} /s", short(found.arrival_rate())),
                fine_percent(found.goodput()),
            ];
            for sketch in [&found.ttft_s, &found.tpot_s] {
                row.extend(sketch_at(sketch, [0.5, 0.9, 0.99]).map(seconds));
            }
            row.extend([fine_percent(found.busy()), short(found.mean_batch())]);
            row
        };
        let rows = search.loads.iter().map(row).collect();
        let least = fine_percent(self.least_goodput);
        let goal = self.goal();
        let last = match (self.lang, search.best) {
            (Lang::En, Some(best)) => {
                let rate = short(search.loads[best].outcome.arrival_rate());
                format!("largest load with {least} of requests within {goal}: {rate} /s")
            }
            (Lang::En, None) => format!("no load has {least} of requests within {goal}"),
            (Lang::Ja, Some(best)) => {
                format!(
                    "{least} が{goal}内に収まる最大負荷：{} /s",
                    short(search.loads[best].outcome.arrival_rate())
                )
            }
            (Lang::Ja, None) => format!("{least} が{goal}内に収まる負荷はない"),
        };
        format!("{}\n\n{last}", table(header.map(str::to_owned).to_vec(), rows, &[]))
    }

    /// All of it as one JSON object.
    pub fn json(&self) -> Value {
        let mut all = json!({
            "program": "tokencast", "version": VERSION, "trace": self.trace, "through": self.through,
            "goal": { "ttft_s": self.settings.goal.ttft_s, "tpot_s": self.settings.goal.tpot_s },
            "replay": outcome_json(self.outcome),
        });
        if let Some(theory) = self.theory {
            all["queue_theory"] = json!({ "ttft_s": theory.ttft, "tpot_s": theory.tpot, "e2e_s": theory.response,
                                          "lost_share": theory.lost, "batch": theory.in_service });
        }
        if !self.compared.is_empty() {
            all["compared"] = self.compared.iter().map(Compared::json).collect();
        }
        if !self.erring.is_empty() {
            let one = |one: &Erring| json!({ "slower": one.factor, "replay": outcome_json(&one.outcome) });
            all["evidence"] =
                json!({ "kind": self.evidence, "errs": self.erring.iter().map(one).collect::<Vec<_>>() });
        }
        if let Some(search) = self.search {
            let load = |load: &crate::serving::replay::Load| json!({ "factor": load.factor, "replay": outcome_json(&load.outcome) });
            let best = search.best.map(|best| search.loads[best].outcome.arrival_rate());
            all["search"] = json!({
                "least_goodput": self.least_goodput, "largest_rate_per_s": best,
                "loads": search.loads.iter().map(load).collect::<Vec<_>>(),
            });
        }
        all
    }

    /// The tables: `replay.csv`, `timeline.csv`, `loads.csv` where the largest load was looked for, and `theory.csv` where
    /// replay and queue are compared.
    pub fn csv(&self) -> Vec<File> {
        let mut files =
            vec![file("replay.csv", self.replay_csv()), file("timeline.csv", self.timeline_csv())];
        files.extend(self.search.map(|search| file("loads.csv", loads_csv(search))));
        if !self.compared.is_empty() {
            files.push(file("theory.csv", theory::csv(self.compared)));
        }
        files
    }

    fn replay_csv(&self) -> String {
        let mut text = "measure,statistic,unit,value\n".to_owned();
        for (measure, unit, value) in figures(self.outcome) {
            let _ = writeln!(text, "{measure},total,{unit},{value}");
        }
        for ((key, ..), (sketch, mean)) in LATENCIES.iter().zip(Self::latencies(self.outcome)) {
            if sketch.count() > 0 {
                let _ = writeln!(text, "{key},mean,s,{mean}");
                for (share, value) in QUANTILES.iter().zip(quantiles(sketch)) {
                    let _ = writeln!(text, "{key},{},s,{value}", quantile_name(*share));
                }
            }
        }
        text
    }

    fn timeline_csv(&self) -> String {
        let timeline = &self.outcome.timeline;
        let mut text = "begin_s,end_s,arrivals_per_s,replicas,in_batch,waiting,memory_share\n".to_owned();
        let stretch = timeline.stretch_s();
        for (place, moment) in timeline.moments().iter().enumerate() {
            let begin = place as f64 * stretch;
            let (end, rate) = (begin + moment.length_s, moment.arrived as f64 / moment.length_s);
            let _ = writeln!(
                text,
                "{begin},{end},{rate},{},{},{},{}",
                moment.replicas, moment.running, moment.waiting, moment.memory
            );
        }
        text
    }
}

fn file(name: &str, text: String) -> File {
    File { name: name.to_owned(), bytes: text.into_bytes() }
}

fn count(number: u64) -> String {
    format_number(number as f64, 17)
}

fn short(value: f64) -> String {
    format_number(value, 4)
}

/// `p99.9`.
fn quantile_name(share: f64) -> String {
    format!("p{}", format_number((1000.0 * share).round() / 10.0, 3))
}

fn quantiles(sketch: &Sketch) -> [f64; QUANTILES.len()] {
    sketch_at(sketch, QUANTILES)
}

/// Not a number where nothing was measured.
fn sketch_at<const N: usize>(sketch: &Sketch, shares: [f64; N]) -> [f64; N] {
    if sketch.count() == 0 {
        return [f64::NAN; N];
    }
    let found = sketch.quantiles(&shares);
    std::array::from_fn(|k| found.get(k).copied().unwrap_or(f64::NAN))
}

/// Counts, sums and shares: measure, unit, value.
fn figures(found: &Outcome) -> Vec<(&'static str, &'static str, f64)> {
    vec![
        ("arrived", "requests", found.arrived as f64),
        ("finished", "requests", found.finished as f64),
        ("shed_full", "requests", found.shed_full as f64),
        ("shed_patience", "requests", found.shed_patience as f64),
        ("shed_long", "requests", found.shed_long as f64),
        ("in_flight", "requests", found.in_flight as f64),
        ("goodput", "share", found.goodput()),
        ("arrival_rate", "requests/s", found.arrival_rate()),
        ("throughput", "requests/s", found.throughput()),
        ("preempted", "times", found.preempted as f64),
        ("restarted", "times", found.restarted as f64),
        ("failures", "times", found.failures as f64),
        ("prompt_tokens", "tokens", found.prompt_tokens as f64),
        ("cached_share", "share", found.cached()),
        ("output_tokens", "tokens", found.output_tokens as f64),
        ("span", "s", found.span_s),
        ("busy_share", "share", found.busy()),
        ("mean_batch", "requests", found.mean_batch()),
        ("mean_present", "requests", if found.span_s > 0.0 { found.presence_s / found.span_s } else { 0.0 }),
        ("ready", "replica-s", found.ready_s),
        ("paid", "replica-s", found.paid_s),
    ]
}

fn outcome_json(found: &Outcome) -> Value {
    let mut all = serde_json::Map::new();
    for (measure, _, value) in figures(found) {
        // Counts are far below 2^53.
        let whole = value.fract() == 0.0 && value.abs() < 1e15;
        all.insert(measure.to_owned(), if whole { json!(value as i64) } else { json!(value) });
    }
    for ((key, ..), (sketch, mean)) in LATENCIES.iter().zip(ReplayReport::latencies(found)) {
        let mut one = serde_json::Map::new();
        if sketch.count() > 0 {
            one.insert("mean".into(), json!(mean));
            for (share, value) in QUANTILES.iter().zip(quantiles(sketch)) {
                one.insert(quantile_name(*share), json!(value));
            }
        }
        all.insert(format!("{key}_s"), Value::Object(one));
    }
    Value::Object(all)
}

fn loads_csv(search: &Search) -> String {
    let mut text = "factor,best,arrivals_per_s,goodput,shed,busy_share,mean_batch,\
                    ttft_p50_s,ttft_p90_s,ttft_p99_s,tpot_p50_s,tpot_p90_s,tpot_p99_s\n"
        .to_owned();
    for (place, load) in search.loads.iter().enumerate() {
        let found = &load.outcome;
        let best = search.best == Some(place);
        let _ = write!(text, "{},{best},{},{},", load.factor, found.arrival_rate(), found.goodput());
        let _ = write!(text, "{},{},{}", found.shed(), found.busy(), found.mean_batch());
        for value in [&found.ttft_s, &found.tpot_s].map(|sketch| sketch_at(sketch, [0.5, 0.9, 0.99])).concat()
        {
            let _ = if value.is_finite() { write!(text, ",{value}") } else { write!(text, ",") };
        }
        text.push('\n');
    }
    text
}
