//! Plausible data for pictures: four strategies, three years, in dollars or yen.
use crate::report::chart::*;
use crate::report::display::{Lang, month_after};

const EN: [&str; 6] = ["API vendor", "Hybrid", "Rented GPUs", "Self-hosted", "Two vendors", "API with cache"];
const JA: [&str; 6] =
    ["API のみ", "ハイブリッド", "GPU レンタル", "自社サーバー", "2社併用", "API＋キャッシュ"];
/// Cost at the start, cost per month, growth per month and spread at the end of each strategy, in dollars.
const PLAN: [[f64; 4]; 6] = [
    [0.0, 38e3, 0.045, 0.50],
    [9e4, 41e3, 0.026, 0.32],
    [2e4, 72e3, 0.012, 0.20],
    [6.2e5, 31e3, 0.006, 0.14],
    [0.0, 36e3, 0.048, 0.42],
    [0.0, 30e3, 0.041, 0.45],
];

pub(super) fn name(k: usize, lang: Lang) -> String {
    if lang == Lang::Ja { JA[k % 6] } else { EN[k % 6] }.to_owned()
}

fn unit(lang: Lang) -> (f64, String) {
    if lang == Lang::Ja { (150.0, "JPY".to_owned()) } else { (1.0, "USD".to_owned()) }
}

pub(super) fn caption(lang: Lang, en: (&str, &str), ja: (&str, &str)) -> Caption {
    let (title, subtitle) = if lang == Lang::Ja { ja } else { en };
    let footer = lang.pick(
        "10,000 paths · seed 42 · scenario 9f3c1a7e · tokencast 0.1.0",
        "試行 10,000 回 · シード 42 · シナリオ 9f3c1a7e · tokencast 0.1.0",
    );
    Caption { title: title.to_owned(), subtitle: subtitle.to_owned(), footer: footer.to_owned() }
}

pub(super) fn months(count: usize) -> Vec<String> {
    (0..count).map(|m| month_after(2027, 4, m)).collect()
}

/// Median cost per month, or to date.
fn path(k: usize, count: usize, cumulative: bool) -> Vec<f64> {
    let [start, monthly, growth, _] = PLAN[k % 6];
    let (mut cost, mut sum) = (monthly, start);
    let mut out = Vec::new();
    for m in 0..count {
        sum += cost;
        let once = if m == 0 { start } else { 0.0 };
        out.push(if cumulative { sum } else { cost + once });
        cost *= 1.0 + growth * (1.0 + 0.6 * if m % 7 < 3 { -1.0 } else { 0.8 });
    }
    out
}

pub(super) fn fan(strategies: usize, count: usize, cumulative: bool, lang: Lang) -> Fan {
    let (unit, currency) = unit(lang);
    let series = (0..strategies).map(|k| {
        let median = path(k, count, cumulative);
        let at = |z: f64| {
            let spread = |m: usize| {
                1.0 + z * PLAN[k % 6][3] * (m as f64 / count as f64).sqrt() * if z > 0.0 { 1.35 } else { 0.8 }
            };
            median.iter().enumerate().map(|(m, v)| unit * v * spread(m)).collect::<Vec<f64>>()
        };
        FanSeries {
            name: name(k, lang),
            color: k,
            p5: at(-1.0),
            p25: at(-0.42),
            p50: at(0.0),
            p75: at(0.42),
            p95: at(1.0),
        }
    });
    let amount = unit * if cumulative { 2.4e6 } else { 1e5 };
    let name = lang.pick("budget", "予算").to_owned();
    Fan {
        caption: caption(
            lang,
            (
                "Self-hosting overtakes the API plan in month 15 (median)",
                "Cumulative cost, median with 50% and 90% intervals, nominal USD",
            ),
            ("自社サーバーは15か月目に API を逆転（中央値）", "累計費用。中央値と 50%・90% の幅、名目円"),
        ),
        months: months(count),
        series: series.collect(),
        thresholds: vec![Threshold { name, amount }],
        currency,
        lang,
    }
}

/// Quantiles of a skewed distribution with that median and spread.
fn skewed(median: f64, spread: f64) -> Vec<f64> {
    (0..400)
        .map(|i| {
            let p = (f64::from(i) + 0.5) / 400.0;
            // Tukey's lambda distribution with lambda 0.14 is close to the normal one.
            let (a, b) = (p.sqrt().sqrt().sqrt(), (1.0 - p).sqrt().sqrt().sqrt());
            let z = (a - b) * 8.0 / 1.6;
            median * (1.0 + z * spread * (0.7 + 0.1 * z))
        })
        .collect()
}

pub(super) fn distribution(strategies: usize, budget: bool, lang: Lang) -> Distribution {
    let (unit, currency) = unit(lang);
    let series = (0..strategies).map(|k| {
        let total = path(k, 36, true)[35];
        DistributionSeries {
            name: name(k, lang),
            color: k,
            quantiles: skewed(unit * total, PLAN[k % 6][3]),
            within: None,
        }
    });
    Distribution {
        caption: caption(
            lang,
            (
                "A budget of $2.40M holds in 38% of futures on the API, in 92% self-hosted",
                "Share of simulated futures with 36-month cost at or below x",
            ),
            (
                "予算3.6億円に収まる確率は API で38%、自社サーバーで92%",
                "36か月の総費用が横軸の金額以下になる確率",
            ),
        ),
        series: series.collect(),
        threshold: budget
            .then(|| Threshold { name: lang.pick("budget", "予算").to_owned(), amount: 2.4e6 * unit }),
        currency,
        lang,
    }
}

const PARTS: [(&str, &str); 13] = [
    ("input tokens", "入力トークン"),
    ("output tokens", "出力トークン"),
    ("cached tokens", "キャッシュ"),
    ("GPU rental", "GPU レンタル"),
    ("GPU depreciation", "GPU 減価償却"),
    ("power and cooling", "電力・冷却"),
    ("colocation", "ハウジング"),
    ("engineers", "人件費"),
    ("retraining", "再学習"),
    ("evaluation", "評価"),
    ("egress", "データ転送"),
    ("committed-use credit", "確約利用割引"),
    ("residual value", "残存価値"),
];
const SPLIT: [[f64; 13]; 4] = [
    [620e3, 1310e3, 96e3, 0.0, 0.0, 0.0, 0.0, 210e3, 0.0, 24e3, 9e3, -88e3, 0.0],
    [240e3, 510e3, 31e3, 420e3, 0.0, 0.0, 0.0, 340e3, 120e3, 31e3, 12e3, -21e3, 0.0],
    [0.0, 0.0, 0.0, 1610e3, 0.0, 0.0, 0.0, 420e3, 160e3, 33e3, 15e3, -160e3, 0.0],
    [0.0, 0.0, 0.0, 0.0, 690e3, 230e3, 118e3, 520e3, 160e3, 33e3, 15e3, 0.0, -140e3],
];

fn parts(lang: Lang) -> Vec<String> {
    PARTS.iter().map(|p| lang.pick(p.0, p.1).to_owned()).collect()
}

pub(super) fn components(strategies: usize, lang: Lang) -> Components {
    let (unit, currency) = unit(lang);
    let bars = |k: usize| ComponentBars {
        name: name(k, lang),
        color: k,
        amounts: SPLIT[k % 4].map(|a| a * unit).to_vec(),
    };
    Components {
        caption: caption(
            lang,
            (
                "Output tokens are half of the API bill; self-hosting moves the money to GPUs and engineers",
                "Mean cost over 36 months by component, nominal USD",
            ),
            (
                "API 費用の半分は出力トークン。自社運用では GPU と人件費に移る",
                "36か月の平均費用の内訳、名目円",
            ),
        ),
        components: parts(lang),
        strategies: (0..strategies).map(bars).collect(),
        currency,
        lang,
    }
}

pub(super) fn components_monthly(strategies: usize, count: usize, lang: Lang) -> ComponentsMonthly {
    let (unit, currency) = unit(lang);
    let panel = |k: usize| MonthlyPanel {
        name: name(k, lang),
        amounts: SPLIT[k % 4]
            .iter()
            .enumerate()
            .map(|(i, total)| {
                (0..count)
                    .map(|m| {
                        let trend = 0.4 + 1.2 * m as f64 / count as f64;
                        if i == 8 {
                            if m % 6 == 5 { 6.0 * total * unit / count as f64 } else { 0.0 }
                        } else if i == 4 && m == 0 {
                            0.6 * total * unit
                        } else if i == 12 {
                            if m + 1 == count { total * unit } else { 0.0 }
                        } else {
                            total * unit * trend / count as f64
                        }
                    })
                    .collect()
            })
            .collect(),
    };
    ComponentsMonthly {
        caption: caption(
            lang,
            ("Retraining shows as a spike every half year", "Mean cost by month and component, nominal USD"),
            ("再学習は半年ごとの山になる", "月次の平均費用の内訳、名目円"),
        ),
        months: months(count),
        components: parts(lang),
        panels: (0..strategies).map(panel).collect(),
        currency,
        lang,
    }
}

pub(super) fn break_even(strategies: usize, lang: Lang) -> BreakEven {
    let series = (0..strategies).map(|k| {
        let (middle, reach) = ([14.0, 19.0, 26.0, 10.0, 22.0][k % 5], [0.88, 0.71, 0.38, 0.94, 0.7][k % 5]);
        let share = |m: usize| {
            let t = (m as f64 - middle) / 4.0;
            reach * (0.5 + 0.5 * t / (1.0 + t * t).sqrt()) * (m as f64 / (m as f64 + 2.0))
        };
        BreakEvenSeries { name: name(k + 1, lang), color: k + 1, overtaken: (0..36).map(share).collect() }
    });
    BreakEven {
        caption: caption(
            lang,
            (
                "Self-hosting pays off by June 2028 in half of all futures",
                "Share of futures in which the strategy has overtaken the API vendor for good",
            ),
            ("半数の未来で2028年6月までに元が取れる", "API のみを最終的に逆転した未来の割合"),
        ),
        months: months(36),
        series: series.collect(),
        lang,
    }
}

pub(super) fn quality(strategies: usize, lang: Lang) -> QualityPlane {
    let points = (0..strategies).map(|k| {
        let (cost, score) = (2e6 + 9e5 * k as f64, 0.88 + 0.006 * (k * k % 5) as f64);
        QualityPoint {
            name: name(k, lang),
            detail: "$2.1M · 88.8%".to_owned(),
            color: k,
            cost: [0.7 * cost, cost, 1.6 * cost],
            score: [score - 0.02, score, score + 0.015],
        }
    });
    QualityPlane {
        caption: caption(
            lang,
            ("No strategy is dominated: a better score costs more", "Mean score against mean cost, USD"),
            ("どの戦略も劣らない。点数が高いほど費用も高い", "平均点と平均費用、USD"),
        ),
        points: points.collect(),
        currency: "USD".to_owned(),
        lang,
    }
}

pub(super) fn convergence(strategies: usize, lang: Lang) -> Convergence {
    let series = (0..strategies).map(|k| {
        let settled = |i: usize| {
            let width = [0.02, 0.011, 0.016, 0.006][k % 4] / (i as f64 + 1.0);
            let mean = 1.0 + if i == 6 { 0.0 } else { width * [0.4, -0.7, 0.2, 0.5][(i + k) % 4] };
            [mean - width, mean, mean + width]
        };
        ConvergenceSeries { name: name(k, lang), color: k, settled: (0..7).map(settled).collect() }
    });
    Convergence {
        caption: caption(
            lang,
            (
                "After 10,000 futures every mean is known to ±0.15%",
                "Mean of the first futures, as distance from the mean of all, with 95% bands",
            ),
            (
                "1万回の試行で、どの平均も±0.15%まで分かった",
                "最初の試行だけの平均と全試行の平均との差、95%の幅",
            ),
        ),
        paths: ["156", "312", "625", "1,250", "2,500", "5,000", "10,000"].map(str::to_owned).to_vec(),
        series: series.collect(),
        lang,
    }
}
