//! What `tokencast capacity` says: latency against load, what binds, what a token costs.

use serde_json::{Value, json};

use super::chart::{Caption, Latency, LatencyPanel, png};
use super::display::{Lang, clean};
use super::table::{Align, table};
use super::{File, VERSION};
use crate::demand::Targets;
use crate::serving::{Bound, Capacity, Curve, Deployment, Lengths, MeasuredPoint, Replica};
use crate::units::format_number;

/// A price of GPUs per hour.
#[derive(Clone, Copy, Debug)]
pub struct GpuPrice {
    /// Money per GPU-hour.
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: &'static str,
}

/// One replica under one kind of load.
pub struct CapacityReport<'a> {
    /// What the llm and the GPUs are called.
    pub title: String,
    /// Which traffic it is, in a scenario.
    pub traffic: Option<String>,
    /// The deployment.
    pub deployment: &'a Deployment,
    /// Its replica.
    pub replica: &'a Replica,
    /// Tokens of a request.
    pub lengths: Lengths,
    /// Latency targets.
    pub targets: Targets,
    /// What a GPU costs, where that is known.
    pub price: Option<GpuPrice>,
    /// What the reader should know beside the figures.
    pub notes: Vec<String>,
    /// The language to write in.
    pub lang: Lang,
}

/// Shares of futures between which a band lies.
const BAND: (f64, f64) = (0.05, 0.95);

impl CapacityReport<'_> {
    fn curve(&self) -> Curve {
        self.replica.curve(self.lengths)
    }

    /// The factor on latency in 5 % of futures, and in 95 %.
    pub fn errors(&self) -> (f64, f64) {
        let error = &self.deployment.capacity_error.distribution;
        (error.quantile(BAND.0), error.quantile(BAND.1))
    }

    /// The median of the factor on latency.
    fn typical(&self) -> f64 {
        self.deployment.capacity_error.distribution.quantile(0.5)
    }

    /// Where the targets end it: with the evidence's median error, and in 5 % and 95 % of futures (by requests served).
    pub fn bounds(&self) -> (Bound, Bound, Bound) {
        let (curve, (fast, slow)) = (self.curve(), self.errors());
        let within = |error: f64| curve.within(self.targets, error);
        (within(self.typical()), within(slow), within(fast))
    }

    /// Rows at powers of two, at what was measured, and at the bound.
    fn rows(&self, bound: &Bound) -> Vec<(MeasuredPoint, f64)> {
        let curve = self.curve();
        let typical = self.typical();
        let most = self.replica.most(self.lengths).0;
        let mut batches: Vec<f64> =
            (0..31).map(|power| f64::from(1u32 << power)).take_while(|batch| *batch < most).collect();
        batches.push(most);
        batches.push(bound.point.concurrency);
        batches.sort_by(f64::total_cmp);
        batches.dedup_by(|a, b| (*a - *b).abs() < 0.02 * *b);
        let row = |batch: f64| {
            let point = if (batch - bound.point.concurrency).abs() < 0.02 * batch {
                bound.point
            } else {
                let found = self.replica.latency(batch, self.lengths);
                MeasuredPoint {
                    concurrency: batch,
                    ttft_hours: found.ttft_hours,
                    tpot_hours: found.tpot_hours,
                }
            };
            (point, curve.calls_per_hour(&point, typical))
        };
        batches.into_iter().map(row).collect()
    }

    /// Money per million tokens out at this many requests an hour.
    fn per_mtok(&self, calls_per_hour: f64) -> Option<f64> {
        let price = self.price?;
        let hourly = price.amount * self.deployment.gpus;
        (self.lengths.output > 0.0).then(|| hourly / (calls_per_hour * self.lengths.output / 1e6))
    }

    /// All of it as text.
    pub fn text(&self) -> String {
        let mut lines = vec![self.heading(), self.evidence()];
        lines.extend(self.memory());
        lines.extend(self.notes.iter().cloned());
        lines.push(String::new());
        let (bound, slow, fast) = self.bounds();
        lines.push(self.table(&bound));
        lines.push(String::new());
        lines.push(self.verdict(&bound, &slow, &fast));
        lines.join("\n")
    }

    /// `Llama 3.1 70B on 4 × NVIDIA H100 SXM: weights in fp8, …; 1,000 tokens in, 300 out`.
    fn heading(&self) -> String {
        let setup = &self.deployment.setup;
        let (weights, kept) = (setup.weights.word(), setup.kv_cache.word());
        let (input, output) = (tokens(self.lengths.input), tokens(self.lengths.output));
        let traffic = self.traffic.as_ref().map_or_else(String::new, |traffic| format!("{traffic}: "));
        match self.lang {
            Lang::En => format!(
                "{traffic}{} · weights {weights}, keys and values {kept} · {input} tokens in{}, {output} out",
                self.title,
                self.cached(" (", " of them cached)")
            ),
            Lang::Ja => format!(
                "{traffic}{} · 重み {weights}、KV {kept} · 入力{input}トークン{}、出力{output}トークン",
                self.title,
                self.cached("（うち", "はキャッシュ）")
            ),
        }
    }

    fn cached(&self, before: &str, after: &str) -> String {
        let cached = self.lengths.cached;
        if cached > 0.0 { format!("{before}{:.0}%{after}", 100.0 * cached) } else { String::new() }
    }

    fn evidence(&self) -> String {
        let (fast, slow) = self.errors();
        let (fast, slow) = (number(fast, 2), number(slow, 2));
        let kind = self.kind();
        match self.lang {
            Lang::En => {
                format!("From {kind}; latencies are {fast} to {slow} times these in 90 % of futures.")
            }
            Lang::Ja => format!("根拠：{kind}。実際の遅延は90%の確率で表の{fast}〜{slow}倍。"),
        }
    }

    fn kind(&self) -> &'static str {
        match self.deployment.capacity {
            Capacity::Measured(_) => self.lang.pick("a measured table", "測定表"),
            Capacity::TwoPoints(_) => {
                self.lang.pick("two measured points and the roofline", "測定2点とルーフライン")
            }
            Capacity::OnePoint(_) => {
                self.lang.pick("one measured point and the roofline", "測定1点とルーフライン")
            }
            Capacity::Roofline => self
                .lang
                .pick("the sizes of llm and GPU alone (roofline)", "LLMとGPUの諸元のみ（ルーフライン）"),
            Capacity::Stated { .. } => self.lang.pick("a stated speed", "申告値"),
        }
    }

    fn memory(&self) -> Option<String> {
        let memory = self.replica.memory()?;
        let kept = self.replica.kv_tokens(self.lengths)?;
        let batch = kept / self.lengths.context();
        let (weights, kept) = (number(memory.weights / 1e9, 3), format_number(kept, 3));
        Some(match self.lang {
            Lang::En => format!(
                "Memory: {weights} GB of weights on each GPU; keys and values of {kept} tokens fit, {batch:.0} such requests."
            ),
            Lang::Ja => format!(
                "メモリ：GPUごとに重み{weights} GB。KVは{kept}トークン分、このリクエストなら{batch:.0}件。"
            ),
        })
    }

    fn table(&self, bound: &Bound) -> String {
        let lang = self.lang;
        let mut header = vec![
            lang.pick("in flight", "同時数").to_owned(),
            lang.pick("first token", "最初のトークン").to_owned(),
            lang.pick("per token", "トークンごと").to_owned(),
            lang.pick("requests /s", "リクエスト/秒").to_owned(),
            lang.pick("tokens out /s", "出力トークン/秒").to_owned(),
            lang.pick("per GPU", "GPUあたり").to_owned(),
        ];
        if let Some(price) = self.price {
            header.push(format!("{} /Mtok {}", price.currency, lang.pick("out", "出力")));
        }
        header.push(String::new());
        let row = |(point, calls): &(MeasuredPoint, f64)| {
            let here = (point.concurrency - bound.point.concurrency).abs() < 1e-9 * point.concurrency;
            let beyond = point.concurrency > bound.point.concurrency * (1.0 + 1e-9);
            let per_second = calls / 3600.0;
            let out = per_second * self.lengths.output;
            let mut cells = vec![
                number(point.concurrency, 3),
                milliseconds(point.ttft_hours * self.typical()),
                milliseconds(point.tpot_hours * self.typical()),
                number(per_second, 3),
                number(out, 3),
                number(out / self.deployment.gpus, 3),
            ];
            cells.extend(self.per_mtok(*calls).map(|money| number(money, 3)));
            cells.push(match (here, beyond) {
                (true, _) => lang.pick("← the most", "← 上限").to_owned(),
                (_, true) => lang.pick("beyond", "超過").to_owned(),
                _ => String::new(),
            });
            cells
        };
        let rows = self.rows(bound).iter().map(row).collect();
        let mut align = vec![Align::Right; header.len() - 1];
        align.push(Align::Left);
        table(header, rows, &align)
    }

    /// What binds, and what one replica serves.
    pub fn verdict(&self, bound: &Bound, slow: &Bound, fast: &Bound) -> String {
        let (en, ja) = bound.by.words();
        let at = number(bound.point.concurrency, 3);
        let served = |bound: &Bound| number(bound.calls_per_hour / 3600.0, 3);
        let (now, low, high) = (served(bound), served(slow), served(fast));
        let price = match (self.per_mtok(bound.calls_per_hour), self.price) {
            (Some(middle), Some(price)) => {
                let money = |bound: &Bound| {
                    self.per_mtok(bound.calls_per_hour).map_or_else(String::new, |m| number(m, 3))
                };
                let (low, high, currency) = (money(fast), money(slow), price.currency);
                let middle = number(middle, 3);
                match self.lang {
                    Lang::En => format!(
                        " {middle} {currency} per million tokens out, fully loaded ({low} to {high})."
                    ),
                    Lang::Ja => {
                        format!("満載時、出力100万トークンあたり{middle} {currency}（{low}〜{high}）。")
                    }
                }
            }
            _ => String::new(),
        };
        match self.lang {
            Lang::En => format!(
                "At most {at} at a time, bound by {en}: {now} requests a second and replica ({low} to {high} in 90 % of futures).{price}"
            ),
            Lang::Ja => format!(
                "同時{at}件が上限（制約：{ja}）。1レプリカあたり毎秒{now}件（90%の確率で{low}〜{high}件）。{price}"
            ),
        }
    }

    /// The same for machines.
    pub fn json(&self) -> Value {
        let (bound, slow, fast) = self.bounds();
        let (low_error, high_error) = self.errors();
        let point = |(point, calls): &(MeasuredPoint, f64)| {
            json!({
                "concurrency": point.concurrency,
                "ttft_ms": point.ttft_hours * 3.6e6 * self.typical(),
                "tpot_ms": point.tpot_hours * 3.6e6 * self.typical(),
                "requests_per_second": calls / 3600.0,
                "output_tokens_per_second": calls / 3600.0 * self.lengths.output,
                "price_per_mtok_output": self.per_mtok(*calls),
            })
        };
        json!({
            "deployment": self.title,
            "traffic": self.traffic,
            "llm": self.deployment.llm.id,
            "gpu": self.deployment.gpu.id,
            "gpus": self.deployment.gpus,
            "evidence": self.deployment.capacity.kind(),
            "input_tokens": self.lengths.input,
            "cached_share": self.lengths.cached,
            "output_tokens": self.lengths.output,
            "latency_factor": { "p5": low_error, "p50": self.typical(), "p95": high_error },
            "kv_tokens": self.replica.kv_tokens(self.lengths),
            "curve": self.rows(&bound).iter().map(point).collect::<Vec<_>>(),
            "most": {
                "concurrency": bound.point.concurrency,
                "bound_by": bound.by.code(),
                "requests_per_second": bound.calls_per_hour / 3600.0,
                "requests_per_second_p5": slow.calls_per_hour / 3600.0,
                "requests_per_second_p95": fast.calls_per_hour / 3600.0,
                "price_per_mtok_output": self.per_mtok(bound.calls_per_hour),
                "currency": self.price.map(|price| price.currency),
            },
            "notes": self.notes,
        })
    }

    /// Latency against load, as SVG and PNG.
    ///
    /// # Errors
    /// The picture could not be drawn.
    pub fn chart(&self, name: &str) -> Result<Vec<File>, String> {
        let svg = self.picture().svg();
        let bytes = png(&svg, 1.5)?;
        Ok(vec![
            File { name: format!("{name}.svg"), bytes: svg.into_bytes() },
            File { name: format!("{name}.png"), bytes },
        ])
    }

    fn picture(&self) -> Latency {
        let (curve, lang) = (self.curve(), self.lang);
        let (fast, slow) = self.errors();
        let (bound, low, high) = self.bounds();
        let load = |error: f64| -> Vec<f64> {
            curve.points().iter().map(|point| curve.calls_per_hour(point, error) / 3600.0).collect()
        };
        let panel = |name: (&str, &str), of: fn(&MeasuredPoint) -> f64, target: Option<f64>| {
            let times = |error: f64| -> Vec<f64> {
                curve.points().iter().map(|point| of(point) * 3.6e6 * error).collect()
            };
            let line =
                |error: f64| -> Vec<(f64, f64)> { load(error).into_iter().zip(times(error)).collect() };
            LatencyPanel {
                name: if lang == Lang::En { name.0 } else { name.1 }.to_owned(),
                middle: line(self.typical()),
                fast: line(fast),
                slow: line(slow),
                target: target.map(|hours| hours * 3.6e6),
                most: (bound.calls_per_hour / 3600.0, of(&bound.point) * 3.6e6 * self.typical()),
            }
        };
        let panels = vec![
            panel(
                ("Time to the first token, ms", "最初のトークンまでの時間（ミリ秒）"),
                |p| p.ttft_hours,
                self.targets.ttft_hours,
            ),
            panel(
                ("Time per further token, ms", "以降のトークンごとの時間（ミリ秒）"),
                |p| p.tpot_hours,
                self.targets.tpot_hours,
            ),
        ];
        let title = match lang {
            Lang::En => format!(
                "One replica serves {} requests a second: {}",
                number(bound.calls_per_hour / 3600.0, 3),
                clean(&self.title, 80)
            ),
            Lang::Ja => format!(
                "1レプリカで毎秒{}件：{}",
                number(bound.calls_per_hour / 3600.0, 3),
                clean(&self.title, 80)
            ),
        };
        let (en, ja) = bound.by.words();
        let (from, to) = (number(low.calls_per_hour / 3600.0, 3), number(high.calls_per_hour / 3600.0, 3));
        let subtitle = match lang {
            Lang::En => format!(
                "latency against requests per second, 90 % band of the error; {} tokens in, {} out; bound by {en} ({from} to {to} /s)",
                tokens(self.lengths.input),
                tokens(self.lengths.output)
            ),
            Lang::Ja => format!(
                "毎秒リクエスト数に対する遅延と誤差の90%幅。入力{}・出力{}トークン。制約：{ja}（毎秒{from}〜{to}件）",
                tokens(self.lengths.input),
                tokens(self.lengths.output)
            ),
        };
        let footer = format!("{} · tokencast {VERSION}", self.kind());
        Latency {
            caption: Caption { title, subtitle, footer },
            panels,
            load: lang.pick("requests per second", "毎秒リクエスト数").to_owned(),
            target: lang.pick("target", "目標").to_owned(),
            most: lang.pick("the most", "上限").to_owned(),
            lang,
        }
    }
}

/// At most so many digits.
fn number(value: f64, digits: usize) -> String {
    if value >= 1000.0 { format_number(value.round(), 17) } else { format_number(value, digits) }
}

fn tokens(value: f64) -> String {
    format_number(value.round(), 17)
}

fn milliseconds(hours: f64) -> String {
    let ms = hours * 3.6e6;
    if ms >= 10_000.0 { format!("{} s", number(ms / 1000.0, 3)) } else { format!("{} ms", number(ms, 3)) }
}
