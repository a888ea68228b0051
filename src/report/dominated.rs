//! Who is dominated: another strategy costs less and answers no worse.

use super::Report;
use super::chart::Caption;
use super::display::Lang;
use crate::analysis::StrategyFindings;

/// Standard errors by which costs must differ, on both sides: chance alone hardly ever does that.
const APART: f64 = 2.0;
/// Scores closer than this are shown alike, a tenth of a point.
const ALIKE: f64 = 0.0005;

impl Report<'_> {
    /// Strategies that some other dominates, with the cheapest of those: in every evaluation it scores no worse.
    fn dominated(&self) -> Vec<(usize, usize)> {
        let strategies = &self.findings.strategies;
        let cheaper = |place: usize, other: usize| {
            let [this, that] = [place, other].map(|place| strategies[place].cost.mean);
            that.value + APART * that.standard_error < this.value - APART * this.standard_error
        };
        let best = |place: usize| {
            let others = (0..strategies.len()).filter(|other| cheaper(place, *other));
            let others = others.filter(|other| no_worse(&strategies[*other], &strategies[place]));
            let mean = |place: &usize| strategies[*place].cost.mean.value;
            others.min_by(|a, b| mean(a).total_cmp(&mean(b))).map(|other| (place, other))
        };
        (0..strategies.len()).filter_map(best).collect()
    }

    /// A sentence for each strategy that is dominated; empty where no traffic needs a score, or nobody is.
    pub fn dominance(&self) -> String {
        let sentence = |(place, other): (usize, usize)| {
            let (this, that) = (self.name(place), self.name(other));
            match self.lang {
                Lang::En => format!("Dominated: {this}. {that} costs less and scores no lower."),
                Lang::Ja => format!("{this}は{that}に劣ります。{that}のほうが安く、点数も下回りません。"),
            }
        };
        self.dominated().into_iter().map(sentence).collect::<Vec<_>>().join("\n")
    }

    /// Who is dominated, or that nobody is.
    pub(super) fn quality_caption(&self) -> Caption {
        let evaluation =
            self.findings.strategies.first().and_then(|s| s.quality.first()).map_or("", |q| &q.evaluation);
        let found = self.dominated();
        let title = match (found.first(), found.len(), self.lang) {
            (None, _, Lang::En) => "No strategy is dominated: a better score costs more".to_owned(),
            (None, _, Lang::Ja) => "どの戦略も劣らない。点数が高いほど費用も高い".to_owned(),
            (Some((place, other)), 1, Lang::En) => {
                format!("{} costs less than {} and scores no lower", self.name(*other), self.name(*place))
            }
            (Some((place, other)), 1, Lang::Ja) => {
                format!("{}は{}より安く、点数も下回らない", self.name(*other), self.name(*place))
            }
            (Some((_, other)), more, Lang::En) => {
                format!("{more} strategies are dominated, the first by {}", self.name(*other))
            }
            (Some((_, other)), more, Lang::Ja) => {
                format!("{more}つの戦略が他に劣る（最初のものは{}に）", self.name(*other))
            }
        };
        let (basis, currency) = (self.basis(), self.findings.currency);
        let subtitle = match self.lang {
            Lang::En => format!(
                "Mean score in {evaluation} against mean cost ({basis}, {currency}); lines hold nine of ten futures"
            ),
            Lang::Ja => format!("{evaluation}の平均点と平均費用（{basis}、{currency}）。線は未来の9割の範囲"),
        };
        self.caption(title, subtitle)
    }
}

/// Whether a strategy scores no worse than another in every evaluation.
fn no_worse(this: &StrategyFindings, that: &StrategyFindings) -> bool {
    let mut scores = this.quality.iter().zip(&that.quality).map(|(a, b)| (a.mean, b.mean)).peekable();
    scores.peek().is_some()
        && scores.all(|pair| matches!(pair, (Some(this), Some(that)) if this >= that - ALIKE))
}
