//! Where the queue in closed form and the replay agree, where they part, and what the error of the evidence does.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{ReplayReport, short, sketch_at};
use crate::report::chart::{Axis, Curve, CurvePanel, Curves};
use crate::report::display::{Lang, fine_percent, seconds};
use crate::report::table::{Align, table};
use crate::serving::queueing::Operating;
use crate::serving::replay::Outcome;
use crate::units::format_number;

/// A replay at one load, and the queue at the same rate.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The load as a share of what full batches serve.
    pub share: f64,
    /// What happened.
    pub outcome: Outcome,
    /// What the queue says; nothing where it has no end.
    pub theory: Option<Operating>,
}

/// A replay with all steps so many times as long.
#[derive(Clone, Debug)]
pub struct Erring {
    /// So many times.
    pub factor: f64,
    /// What happened.
    pub outcome: Outcome,
}

/// The two differ by more than this: they have parted.
const APART: f64 = 0.1;

impl Compared {
    /// Mean times to the first token and per further token, as the replay found them. Of all tokens, as the queue counts.
    fn found_s(&self) -> [f64; 2] {
        let found = &self.outcome;
        let further = found.output_tokens.saturating_sub(found.finished) as f64;
        [found.means_s()[0], (found.sums_s[2] - found.sums_s[0]) / further]
    }

    fn theory_s(&self) -> Option<[f64; 2]> {
        self.theory.map(|theory| [theory.ttft, theory.tpot])
    }

    /// Replay over theory, less 1.
    fn apart(&self) -> Option<[f64; 2]> {
        let (found, theory) = (self.found_s(), self.theory_s()?);
        Some([0, 1].map(|k| found[k] / theory[k] - 1.0))
    }

    /// As one JSON object.
    pub(super) fn json(&self) -> Value {
        let ([ttft, tpot], theory) = (self.found_s(), self.theory_s());
        json!({
            "load_share": self.share, "arrival_rate": self.outcome.arrival_rate(), "busy_share": self.outcome.busy(),
            "replay": { "ttft_s": ttft, "tpot_s": tpot },
            "queue_theory": theory.map(|[ttft, tpot]| json!({ "ttft_s": ttft, "tpot_s": tpot })),
        })
    }
}

/// `theory.csv`.
pub(super) fn csv(all: &[Compared]) -> String {
    let mut text = "load_share,arrivals_per_s,busy_share,mean_batch,replay_ttft_s,theory_ttft_s,replay_tpot_s,theory_tpot_s\n"
        .to_owned();
    for one in all {
        let found = &one.outcome;
        let [ttft, tpot] = one.found_s();
        let theory = one.theory_s().map(|pair| pair.map(|value| value.to_string())).unwrap_or_default();
        let _ = writeln!(
            text,
            "{},{},{},{},{ttft},{},{tpot},{}",
            one.share,
            found.arrival_rate(),
            found.busy(),
            found.mean_batch(),
            theory[0],
            theory[1]
        );
    }
    text
}

impl ReplayReport<'_> {
    /// Times of steps, memory and batch as they were replayed.
    pub(super) fn steps(&self) -> Vec<(&'static str, String)> {
        let (replica, lang) = (&self.settings.replica, self.lang);
        let Some(evidence) = self.evidence else { return Vec::new() };
        let (input, output) = self.lengths;
        let context = input + output / 2.0;
        let step = |batch: f64| seconds(replica.step.decode_mean(batch, batch * context));
        let most =
            (replica.kv_tokens as f64 / (input + output)).min(replica.max_batch as f64).max(1.0).floor();
        let steps = match lang {
            Lang::En => format!("{evidence}: {} for one, {} for {}", step(1.0), step(most), short(most)),
            Lang::Ja => format!("{evidence}：1件 {}、{}件 {}", step(1.0), short(most), step(most)),
        };
        let prompt = seconds(replica.step.prompt_mean(0.0, input));
        let prompt = match lang {
            Lang::En => format!("{prompt} for {} tokens", short(input.round())),
            Lang::Ja => format!("{}トークンで {prompt}", short(input.round())),
        };
        let memory = match lang {
            Lang::En => format!(
                "{} tokens, {} requests",
                short(replica.kv_tokens as f64),
                short(replica.max_batch as f64)
            ),
            Lang::Ja => {
                format!("{}トークン、{}件", short(replica.kv_tokens as f64), short(replica.max_batch as f64))
            }
        };
        vec![
            (lang.pick("a step that writes", "生成の1ステップ"), steps),
            (lang.pick("reading a prompt adds", "プロンプトの読み込み"), prompt),
            (lang.pick("room for", "収容できる量"), memory),
        ]
    }

    /// Percentiles with the evidence as far off as it may be.
    pub(super) fn error_table(&self) -> Option<String> {
        let [low, high] = self.erring else { return None };
        let lang = self.lang;
        let header = [
            lang.pick("if steps take", "ステップ時間"),
            "TTFT p50",
            "p90",
            "p99",
            "TPOT p50",
            "p90",
            "p99",
            lang.pick("busy", "稼働率"),
        ];
        let row = |name: String, found: &Outcome| {
            let mut row = vec![name];
            for sketch in [&found.ttft_s, &found.tpot_s] {
                row.extend(sketch_at(sketch, [0.5, 0.9, 0.99]).map(seconds));
            }
            row.push(fine_percent(found.busy()));
            row
        };
        let times = |factor: f64| format!("{}×", format_number(factor, 3));
        let as_said = lang.pick("as the evidence says", "評価値どおり");
        let rows = vec![
            row(times(low.factor), &low.outcome),
            row(as_said.to_owned(), self.outcome),
            row(times(high.factor), &high.outcome),
        ];
        let note = match (lang, self.evidence) {
            (Lang::En, Some(kind)) => {
                format!(
                    "capacity from `{kind}`: in eight of ten cases steps take between the first and the last of these"
                )
            }
            (Lang::Ja, Some(kind)) => format!("性能の根拠は `{kind}`：10件中8件は最初と最後の行の間に入る"),
            _ => return None,
        };
        Some(format!("{}\n{note}", table(header.map(str::to_owned).to_vec(), rows, &[Align::Left])))
    }

    /// Replay beside queue, load after load.
    pub(super) fn comparison(&self) -> Option<String> {
        if self.compared.is_empty() {
            return None;
        }
        let lang = self.lang;
        let (replay, queue, apart) =
            (lang.pick("replay", "リプレイ"), lang.pick("queue", "待ち行列"), lang.pick("apart", "差"));
        let header = vec![
            lang.pick("load", "負荷").to_owned(),
            lang.pick("arrivals", "到着").to_owned(),
            format!("TTFT, {replay}"),
            queue.to_owned(),
            apart.to_owned(),
            format!("TPOT, {replay}"),
            queue.to_owned(),
            apart.to_owned(),
        ];
        let row = |one: &Compared| {
            let mut row = vec![fine_percent(one.share), format!("{} /s", short(one.outcome.arrival_rate()))];
            let (found, theory, apart) = (one.found_s(), one.theory_s(), one.apart());
            for k in [0, 1] {
                row.push(seconds(found[k]));
                row.push(theory.map_or_else(|| "–".to_owned(), |theory| seconds(theory[k])));
                row.push(apart.map_or_else(|| "–".to_owned(), |apart| signed_percent(apart[k])));
            }
            row
        };
        let rows = self.compared.iter().map(row).collect();
        let why = lang.pick(
            "Load is a share of what full batches serve. The queue knows mean lengths out, arrivals that do not come in bursts, and a\n\
             memory that always fits; what it misses is what the replay is for.",
            "負荷は満杯バッチの処理量に対する割合。待ち行列理論が知るのは平均の出力長、集中のない到着、常に足りるメモリのみ。",
        );
        Some(format!("{}\n{}.\n{why}", table(header, rows, &[]), self.verdict()))
    }

    /// Up to which load the two agree, by latency.
    fn verdict(&self) -> String {
        let last = |k: usize| {
            let agrees = |one: &&Compared| one.apart().is_some_and(|apart| apart[k].abs() <= APART);
            self.compared.iter().take_while(agrees).last()
        };
        let part = |(k, name): (usize, &str)| match (self.lang, last(k)) {
            (Lang::En, Some(one)) => {
                let rate = short(one.outcome.arrival_rate());
                format!("{name} up to {rate} /s ({})", fine_percent(one.share))
            }
            (Lang::En, None) => format!("{name} nowhere"),
            (Lang::Ja, Some(one)) => {
                let rate = short(one.outcome.arrival_rate());
                format!("{name}は {rate} /s（{}）まで", fine_percent(one.share))
            }
            (Lang::Ja, None) => format!("{name}はどこでも外れる"),
        };
        let parts = [(0, "TTFT"), (1, "TPOT")].map(part).join(self.lang.pick(", ", "、"));
        match self.lang {
            Lang::En => format!("Queue and replay agree within {}: {parts}", fine_percent(APART)),
            Lang::Ja => format!("待ち行列理論とリプレイの差が {} 以内：{parts}", fine_percent(APART)),
        }
    }

    /// Means against load, of both.
    pub(super) fn theory_chart(&self) -> Curves {
        let lang = self.lang;
        let title = self.verdict();
        let panels = [0, 1].map(|k| {
            let found = self.compared.iter().map(|one| (one.outcome.arrival_rate(), one.found_s()[k]));
            let said =
                self.compared.iter().filter_map(|one| Some((one.outcome.arrival_rate(), one.theory_s()?[k])));
            let said: Vec<(f64, f64)> = said.collect();
            let highest = said.iter().map(|point| point.1).fold(0.0, f64::max);
            CurvePanel {
                name: format!("{}{}", self.pick(k), lang.pick(", mean", "の平均")),
                axes: (Axis::Number, Axis::Time),
                below: lang.pick("requests per second", "毎秒リクエスト数").to_owned(),
                curves: vec![
                    Curve {
                        name: lang.pick("replay", "リプレイ").into(),
                        color: 0,
                        points: found.collect(),
                        valued: false,
                    },
                    Curve {
                        name: lang.pick("queue", "待ち行列").into(),
                        color: 1,
                        points: said,
                        valued: false,
                    },
                ],
                // Beyond what full batches serve the replay's latencies grow with the length of the trace.
                top: (highest > 0.0).then_some(1.5 * highest),
                ..CurvePanel::default()
            }
        });
        let subtitle = lang.pick("replay and queue in closed form", "リプレイと待ち行列理論");
        Curves { caption: self.caption(title, subtitle), side_by_side: true, panels: panels.to_vec(), lang }
    }
}

/// `+12%`.
fn signed_percent(value: f64) -> String {
    let percent = 100.0 * value;
    if percent.abs() < 9.95 { format!("{percent:+.1}%") } else { format!("{percent:+.0}%") }
}
