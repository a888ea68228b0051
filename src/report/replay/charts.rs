//! The pictures of a replay: distributions of latencies, how it went over time, latencies by load.

use super::{ReplayReport, count, quantile_name, short, sketch_at};
use crate::report::chart::{Axis, Caption, Curve, CurvePanel, Curves};
use crate::report::display::{Lang, fine_percent, seconds};
use crate::report::{File, VERSION, pictures};
use crate::serving::replay::{Moment, Outcome, Search};

impl ReplayReport<'_> {
    /// `latency` (distributions), `timeline`, and `load` where the largest load was looked for, and `theory` where replay and
    /// queue are compared, as SVG and PNG.
    ///
    /// # Errors
    /// A picture could not be rendered.
    pub fn charts(&self) -> Result<Vec<File>, String> {
        let mut drawn = vec![("latency", self.latency_chart()), ("timeline", self.timeline_chart())];
        drawn.extend(self.search.map(|search| ("load", self.load_chart(search))));
        if !self.compared.is_empty() {
            drawn.push(("theory", self.theory_chart()));
        }
        let mut files = Vec::new();
        for (name, chart) in drawn {
            files.extend(pictures::pair(name, chart.svg())?);
        }
        Ok(files)
    }

    pub(super) fn caption(&self, title: String, subtitle: &str) -> Caption {
        let requests = count(self.outcome.arrived);
        let hash = self.hash.get(..8).unwrap_or_default();
        let footer = match self.lang {
            Lang::En => format!("{requests} requests · trace {hash} · tokencast {VERSION}"),
            Lang::Ja => format!("{requests}リクエスト · トレース {hash} · tokencast {VERSION}"),
        };
        Caption { title, subtitle: format!("{} · {} · {subtitle}", self.trace, self.through), footer }
    }

    fn latency_chart(&self) -> Curves {
        let goals = [self.settings.goal.ttft_s, self.settings.goal.tpot_s, None];
        let [ttft, tpot, _] = Self::latencies(self.outcome).map(|(sketch, _)| sketch_at(sketch, [0.9])[0]);
        let title = match self.lang {
            Lang::En => {
                format!(
                    "Nine of ten answers begin within {} and flow at {} a token",
                    seconds(ttft),
                    seconds(tpot)
                )
            }
            Lang::Ja => {
                format!("9割の応答は {} 以内に始まり、1トークン {} で続く", seconds(ttft), seconds(tpot))
            }
        };
        let panels = Self::latencies(self.outcome).into_iter().enumerate().map(|(k, (sketch, mean))| {
            let shares: Vec<f64> = (1..=198).map(|k| f64::from(k) / 200.0).collect();
            let values = if sketch.count() > 0 { sketch.quantiles(&shares) } else { Vec::new() };
            let points = values.into_iter().zip(shares).collect();
            let tail = sketch_at(sketch, [0.99]).map(seconds);
            CurvePanel {
                name: self.pick(k).to_owned(),
                detail: match self.lang {
                    Lang::En => format!("mean {} · p99 {}", seconds(mean), tail[0]),
                    Lang::Ja => format!("平均 {} · p99 {}", seconds(mean), tail[0]),
                },
                axes: (Axis::Time, Axis::Share),
                curves: vec![Curve { color: k, points, ..Curve::default() }],
                mark: goals[k]
                    .map(|most| (format!("{} {}", self.lang.pick("target", "目標"), seconds(most)), most)),
                top: Some(1.0),
                ..CurvePanel::default()
            }
        });
        let subtitle = self.lang.pick("share of finished requests below a latency", "遅延以下で完了した割合");
        Curves {
            caption: self.caption(title, subtitle),
            side_by_side: true,
            panels: panels.collect(),
            lang: self.lang,
        }
    }

    fn timeline_chart(&self) -> Curves {
        let timeline = &self.outcome.timeline;
        let moments = timeline.moments();
        let stretch = timeline.stretch_s();
        let line = |name: &str, color: usize, of: &dyn Fn(&Moment) -> f64| Curve {
            name: name.to_owned(),
            color,
            points: moments.iter().enumerate().map(|(k, m)| ((k as f64 + 0.5) * stretch, of(m))).collect(),
            valued: false,
        };
        let most = moments.iter().map(|moment| moment.waiting).fold(0.0, f64::max);
        let title = match self.lang {
            Lang::En if most < 0.5 => "Nobody waits for long".to_owned(),
            Lang::En if most < 1.5 => "At the worst one request waits".to_owned(),
            Lang::En => format!("At the worst {} requests wait", short(most.round())),
            Lang::Ja if most < 0.5 => "待ち行列はほとんどできない".to_owned(),
            Lang::Ja => format!("最大 {} リクエストが待つ", short(most.round())),
        };
        let lang = self.lang;
        let panel = |en, ja, axis, curves| CurvePanel {
            name: lang.pick(en, ja).to_owned(),
            axes: (Axis::Time, axis),
            curves,
            ..CurvePanel::default()
        };
        let panels = vec![
            panel(
                "requests",
                "リクエスト数",
                Axis::Number,
                vec![
                    line(lang.pick("in batches", "バッチ内"), 0, &|m| m.running),
                    line(lang.pick("waiting", "待ち"), 1, &|m| m.waiting),
                ],
            ),
            panel(
                "memory for keys and values in use",
                "KV メモリ使用率",
                Axis::Share,
                vec![line("", 2, &|m| m.memory)],
            ),
            panel("ready replicas", "稼働レプリカ数", Axis::Number, vec![line("", 3, &|m| m.replicas)]),
        ];
        let subtitle = match lang {
            Lang::En => format!("means over {}", seconds(stretch)),
            Lang::Ja => format!("{} ごとの平均", seconds(stretch)),
        };
        Curves { caption: self.caption(title, &subtitle), side_by_side: false, panels, lang }
    }

    fn load_chart(&self, search: &Search) -> Curves {
        let lang = self.lang;
        let best = search.best.map(|best| search.loads[best].outcome.arrival_rate());
        let least = fine_percent(self.least_goodput);
        let title = match (lang, best) {
            (Lang::En, Some(rate)) => {
                format!("{} /s is the most with {least} within {}", short(rate), self.goal())
            }
            (Lang::En, None) => format!("No load has {least} within {}", self.goal()),
            (Lang::Ja, Some(rate)) => {
                format!("{least} が{}内に収まるのは {} /s まで", self.goal(), short(rate))
            }
            (Lang::Ja, None) => format!("{least} が{}内に収まる負荷はない", self.goal()),
        };
        let sketch = |outcome: &Outcome, k: usize| {
            if k == 0 { outcome.ttft_s.clone() } else { outcome.tpot_s.clone() }
        };
        let curve = |k: usize, color: usize, share: f64| Curve {
            name: quantile_name(share),
            color,
            points: search
                .loads
                .iter()
                .map(|load| (load.outcome.arrival_rate(), sketch_at(&sketch(&load.outcome, k), [share])[0]))
                .collect(),
            valued: false,
        };
        let goal = self.settings.goal;
        let panels = [goal.ttft_s, goal.tpot_s].into_iter().enumerate().map(|(k, most)| {
            let curves: Vec<Curve> = [0.99, 0.9, 0.5]
                .into_iter()
                .enumerate()
                .map(|(color, share)| curve(k, [1, 0, 2][color], share))
                .collect();
            let worst = curves[1].points.iter().map(|point| point.1).fold(0.0, f64::max);
            CurvePanel {
                name: self.pick(k).to_owned(),
                axes: (Axis::Number, Axis::Time),
                below: lang.pick("requests per second", "毎秒リクエスト数").to_owned(),
                curves,
                limit: most.map(|most| (lang.pick("target", "目標").to_owned(), most)),
                mark: best.map(|rate| (format!("{} /s", short(rate)), rate)),
                // Beyond the largest load latencies have no end; the picture has.
                top: Some(most.map_or(worst, |most| 3.0 * most)),
                ..CurvePanel::default()
            }
        });
        let subtitle = lang.pick("percentiles of all requests by load", "負荷ごとの全リクエストの分位点");
        Curves { caption: self.caption(title, subtitle), side_by_side: true, panels: panels.collect(), lang }
    }
}
