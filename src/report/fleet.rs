//! What `tokencast fleet` says: which GPUs serve which sizes of request, and what that costs against one kind alone.

use serde_json::{Value, json};

use super::display::{Lang, clean, money, percent};
use super::table::{Align, table};
use crate::analysis::{Plan, Sized};
use crate::units::format_number;

/// A fleet and the question behind it.
#[derive(Clone, Debug)]
pub struct FleetReport<'a> {
    /// The question.
    pub sized: &'a Sized,
    /// The cheapest fleet.
    pub plan: &'a Plan,
    /// The title of the scenario.
    pub title: String,
    /// The traffic and the llm.
    pub names: [String; 2],
    /// The month.
    pub month: String,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// Hours of the month.
    pub hours: f64,
    /// The language to write in.
    pub lang: Lang,
}

impl FleetReport<'_> {
    fn money(&self, amount: f64) -> String {
        money(amount, self.currency, self.lang)
    }

    /// The answer, the kinds, and who serves what.
    pub fn text(&self) -> String {
        format!("{}\n\n{}\n\n{}", self.headline(), self.kinds(), self.sizes())
    }

    fn headline(&self) -> String {
        let used = self.plan.replicas.iter().filter(|count| **count > 0.0).count();
        let (month, cost) = (&self.month, self.money(self.plan.cost * self.hours));
        let [traffic, llm] = &self.names;
        let peak = format_number(self.sized.peak, 3);
        let saves = match (self.sized.question.best_of_one_kind(), self.lang) {
            (None, Lang::En) => "; no single kind serves every size within the targets".to_owned(),
            (None, Lang::Ja) => "。単独で全サイズの目標を満たす種類はありません".to_owned(),
            (Some(_), Lang::En) if self.sized.kinds.len() < 2 => {
                "; there is no other kind to choose".to_owned()
            }
            (Some(_), Lang::Ja) if self.sized.kinds.len() < 2 => "。他に選べる種類はありません".to_owned(),
            (Some(_), Lang::En) if used < 2 => "; a single kind is cheapest".to_owned(),
            (Some(_), Lang::Ja) if used < 2 => "。1種類が最安です".to_owned(),
            (Some(best), Lang::En) => {
                format!(", {} below the best single kind", percent(1.0 - self.plan.cost / best.cost))
            }
            (Some(best), Lang::Ja) => {
                format!("、最安の1種類より{}安い", percent(1.0 - self.plan.cost / best.cost))
            }
        };
        let answer = match self.lang {
            Lang::En => format!(
                "{llm} for {traffic}: {cost} a month for the busiest hour of {month} ({peak} times the mean){saves}."
            ),
            Lang::Ja => {
                format!("{traffic} を {llm} で処理：{month} の最繁時（平均の{peak}倍）に月{cost}{saves}。")
            }
        };
        [Some(answer), self.left_out(), self.unproven()].into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// What of the traffic the plan does not serve.
    fn left_out(&self) -> Option<String> {
        let question = &self.sized.question;
        let all: f64 = question.buckets.iter().map(|bucket| bucket.per_hour).sum();
        let left = question.buckets.iter().enumerate().filter(|(place, _)| !question.is_served(*place));
        let left: f64 = left.map(|(_, bucket)| bucket.per_hour).sum();
        let share = percent(left / all);
        (left > 0.0).then(|| match self.lang {
            Lang::En => format!("Left out: {share} of the calls, which meet the targets on no deployment."),
            Lang::Ja => format!("どのデプロイでも目標を満たせない呼出（{share}）は除外しています。"),
        })
    }

    fn unproven(&self) -> Option<String> {
        (!self.plan.proven).then(|| match self.lang {
            Lang::En => "The best that was found: a cheaper one was not ruled out.".to_owned(),
            Lang::Ja => "見つかった中で最良の構成です（最安の証明には至っていません）。".to_owned(),
        })
    }

    fn kinds(&self) -> String {
        let question = &self.sized.question;
        let loads = question.loads(self.plan);
        let rows = self.sized.kinds.iter().enumerate().map(|(kind, (deployment, offer))| {
            let count = self.plan.replicas[kind];
            let alone = question.of_one_kind(kind);
            vec![
                clean(deployment, 40),
                clean(offer, 40),
                format_number(self.sized.gpus[kind], 4),
                self.money(question.kinds[kind].cost),
                format_number(count, 6),
                if count > 0.0 { percent(loads[kind] / count * question.utilization) } else { "–".into() },
                alone.as_ref().map_or_else(|| "–".into(), |plan| format_number(plan.replicas[kind], 6)),
                alone.map_or_else(|| "–".into(), |plan| self.money(plan.cost * self.hours)),
            ]
        });
        let header = match self.lang {
            Lang::En => {
                ["Deployment", "Rented from", "GPUs", "Per hour", "Replicas", "Used", "Alone", "Cost a month"]
            }
            Lang::Ja => ["デプロイ", "提供元", "GPU", "1時間", "レプリカ", "使用率", "単独なら", "月額"],
        };
        let right = Align::Right;
        table(
            header.map(str::to_owned).to_vec(),
            rows.collect(),
            &[Align::Left, Align::Left, right, right, right, right, right, right],
        )
    }

    /// Who serves which share of all calls, by tokens in and out.
    fn sizes(&self) -> String {
        let buckets = &self.sized.question.buckets;
        let calls: f64 = buckets.iter().map(|bucket| bucket.per_hour).sum();
        let tokens = |tokens: f64| format_number(tokens.round(), 6);
        let by = |place: usize| {
            let share = buckets[place].per_hour / calls;
            let by = self.plan.shares[place].iter().enumerate().filter(|(_, part)| **part > 5e-4);
            let by: Vec<String> = by
                .map(|(kind, part)| {
                    format!("{} {}", percent(share * part), clean(&self.sized.kinds[kind].0, 30))
                })
                .collect();
            if by.is_empty() { format!("{} –", percent(share)) } else { by.join("\n") }
        };
        let (first, out) = match self.lang {
            Lang::En => ("Tokens in", "out"),
            Lang::Ja => ("入力トークン", "出力"),
        };
        let columns = buckets.iter().take(self.sized.outputs);
        let header = std::iter::once(first.to_owned())
            .chain(columns.map(|bucket| format!("{} {out}", tokens(bucket.output_tokens))));
        let rows = (0..buckets.len()).step_by(self.sized.outputs.max(1)).map(|start| {
            let cells = (start..start + self.sized.outputs).map(by);
            std::iter::once(tokens(buckets[start].input_tokens)).chain(cells).collect()
        });
        let mut align = vec![Align::Left; self.sized.outputs + 1];
        align[0] = Align::Right;
        table(header.collect(), rows.collect(), &align)
    }

    /// The same as one JSON object.
    pub fn json(&self) -> Value {
        let question = &self.sized.question;
        let kinds = self.sized.kinds.iter().enumerate().map(|(kind, (deployment, offer))| {
            json!({
                "deployment": deployment,
                "gpus": offer,
                "cost_per_hour": question.kinds[kind].cost,
                "replicas": self.plan.replicas[kind],
                "alone": question.of_one_kind(kind).map(|plan| json!({
                    "replicas": plan.replicas[kind],
                    "cost_per_hour": plan.cost,
                })),
            })
        });
        let buckets = question.buckets.iter().enumerate().map(|(place, bucket)| {
            json!({
                "input_tokens": bucket.input_tokens,
                "output_tokens": bucket.output_tokens,
                "calls_per_hour": bucket.per_hour,
                "shares": self.plan.shares[place],
                "capacity_per_hour": question.kinds.iter().map(|kind| kind.per_hour[place]).collect::<Vec<_>>(),
            })
        });
        json!({
            "title": self.title,
            "traffic": self.names[0],
            "llm": self.names[1],
            "month": self.month,
            "currency": self.currency,
            "utilization": question.utilization,
            "peak": self.sized.peak,
            "proven": self.plan.proven,
            "cost_per_hour": self.plan.cost,
            "cost_per_month": self.plan.cost * self.hours,
            "kinds": kinds.collect::<Vec<_>>(),
            "buckets": buckets.collect::<Vec<_>>(),
        })
    }
}
