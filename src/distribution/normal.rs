//! The normal distribution, and how two of its figures determine it.

use super::{Distribution, Inner, Sampler, UnitOf, Written, same_unit};
use crate::document::{Plugin, Reader};
use crate::math;

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "normal",
    meaning: "the bell curve, by two of mean, sd and percentiles",
    example: "{ normal = { mean = \"150 JPY\", sd = \"12 JPY\" } }",
    read,
};

/// Normal with a mean and a standard deviation.
#[derive(Clone, Copy, Debug)]
pub struct Normal {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

/// Percentiles that the language knows.
pub(super) const PERCENTILES: [(&str, f64); 9] = [
    ("p1", 0.01),
    ("p5", 0.05),
    ("p10", 0.10),
    ("p25", 0.25),
    ("p50", 0.50),
    ("p75", 0.75),
    ("p90", 0.90),
    ("p95", 0.95),
    ("p99", 0.99),
];

/// What was given of a two-parameter family: key, value, and the probability of a percentile.
pub(super) struct Given {
    pub(super) key: &'static str,
    pub(super) value: f64,
    pub(super) probability: Option<f64>,
}

/// Reads exactly two of `mean`, `sd` and the percentiles, plus `extra` keys of the same unit.
pub(super) fn read_two(t: &mut Reader, extra: &[&'static str]) -> Option<(Vec<Given>, UnitOf)> {
    let mut points = vec![
        ("mean", None, t.optional("mean", Inner, "the mean")),
        ("sd", None, t.optional("sd", Inner, "the standard deviation")),
    ];
    for key in extra {
        points.push((key, None, t.optional(key, Inner, "the median")));
    }
    for (key, p) in PERCENTILES {
        points.push((key, Some(p), t.optional(key, Inner, "the value that this share of cases lies below")));
    }
    let mut given = Vec::new();
    for (key, probability, point) in points {
        if let Some(point) = point? {
            given.push((key, probability, point));
        }
    }
    let unit = same_unit(t, &given.iter().map(|(key, _, point)| (*key, point)).collect::<Vec<_>>())?;
    let given =
        given.into_iter().map(|(key, probability, p)| Given { key, value: p.value, probability }).collect();
    Some((given, unit))
}

/// Says that a two-parameter family got something else than two figures.
pub(super) fn refuse_not_two(t: &mut Reader, given: &[Given]) {
    let names: Vec<_> = given.iter().map(|g| format!("`{}`", g.key)).collect();
    let found = if names.is_empty() { "nothing".into() } else { names.join(", ") };
    let key = given.last().map_or("mean", |g| g.key);
    t.refuse(
        key,
        "two-of",
        &format!("two figures determine this distribution; found {found}"),
        "write for example `p5` and `p95`",
    );
}

/// Location and scale on the score line from two percentiles, or from a centre and one percentile.
pub(super) fn through(first: (f64, f64), second: (f64, f64)) -> Option<(f64, f64)> {
    let (z1, z2) = (math::normal_quantile(first.0), math::normal_quantile(second.0));
    let scale = (second.1 - first.1) / (z2 - z1);
    (scale > 0.0).then_some((first.1 - scale * z1, scale))
}

fn read(t: &mut Reader) -> Option<Written> {
    let (given, unit) = read_two(t, &[])?;
    let [a, b] = given.as_slice() else {
        refuse_not_two(t, &given);
        return None;
    };
    let point = |g: &Given| g.probability.or((g.key == "mean").then_some(0.5)).map(|p| (p, g.value));
    let found = match (point(a), point(b)) {
        (Some(first), Some(second)) => through(first, second),
        (Some((p, value)), None) if b.key == "sd" => {
            Some((value - b.value * math::normal_quantile(p), b.value))
        }
        (None, Some((p, value))) if a.key == "sd" => {
            Some((value - a.value * math::normal_quantile(p), a.value))
        }
        _ => None,
    };
    match found {
        Some((mean, sd)) if sd > 0.0 => Some(Written::new(Normal { mean, sd }, unit)),
        _ => {
            t.refuse(
                b.key,
                "impossible",
                "no normal distribution has these two figures",
                "a higher percentile needs a higher value, and sd is above 0",
            );
            None
        }
    }
}

impl Normal {
    /// The normal distribution with this 5th and 95th percentile.
    pub fn from_p5_p95(p5: f64, p95: f64) -> Self {
        Self { mean: 0.5 * (p5 + p95), sd: (p95 - p5) / (2.0 * math::normal_quantile(0.95)) }
    }
}

impl Distribution for Normal {
    fn quantile(&self, u: f64) -> f64 {
        self.mean + self.sd * math::normal_quantile(u)
    }
    fn cdf(&self, x: f64) -> f64 {
        math::normal_cdf((x - self.mean) / self.sd)
    }
    fn mean(&self) -> f64 {
        self.mean
    }
    fn sd(&self) -> f64 {
        self.sd
    }
    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    fn sampler(&self) -> Sampler {
        Sampler::Normal { mean: self.mean, sd: self.sd }
    }
}
