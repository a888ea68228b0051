//! Student's t distribution: a bell with heavier tails than the normal one.

use super::{Distribution, Inner, QuantityOf, Written, same_unit};
use crate::document::{Plugin, Reader};
use crate::math;
use crate::units;

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "student_t",
    meaning: "a bell with heavy tails, the heavier the smaller df is; df above 2",
    example: "{ student_t = { df = 5, location = \"150 JPY /USD\", scale = \"8 JPY /USD\" } }",
    read,
};

/// `location + scale · T`, T with `df` degrees of freedom.
#[derive(Clone, Copy, Debug)]
pub struct StudentT {
    /// Degrees of freedom.
    pub df: f64,
    /// Median, and mean.
    pub location: f64,
    /// Scale; the standard deviation is `scale · √(df/(df − 2))`.
    pub scale: f64,
}

fn read(t: &mut Reader) -> Option<Written> {
    let df = t.required("df", QuantityOf(&units::FACTOR), "degrees of freedom, above 2");
    let location = t.required("location", Inner, "the median");
    let scale = t.required("scale", Inner, "the scale: sd · √((df − 2)/df)");
    let (df, location, scale) = (df?, location?, scale?);
    let unit = same_unit(t, &[("location", &location), ("scale", &scale)])?;
    if df.value <= 2.0 {
        let help = "with df of 2 or less no average of costs would settle; 3 has very heavy tails";
        t.refuse(
            "df",
            "no-variance",
            "a t distribution with so few degrees of freedom has no variance",
            help,
        );
        return None;
    }
    if scale.value <= 0.0 {
        t.refuse("scale", "impossible", "`scale` must be above 0", "a known value needs no distribution");
        return None;
    }
    Some(Written::new(StudentT { df: df.value, location: location.value, scale: scale.value }, unit))
}

impl Distribution for StudentT {
    /// By the beta distribution of `T²/(df + T²)` near the middle and of `df/(df + T²)` in the tails, so that neither
    /// cancels (Abramowitz and Stegun 26.7.1).
    fn quantile(&self, u: f64) -> f64 {
        let tail = u.min(1.0 - u);
        let size = if tail > 0.25 {
            let y = math::beta_quantile(0.5, 0.5 * self.df, 1.0 - 2.0 * tail);
            (self.df * y / (1.0 - y)).sqrt()
        } else {
            let x = math::beta_quantile(0.5 * self.df, 0.5, 2.0 * tail);
            (self.df * (1.0 - x) / x).sqrt()
        };
        self.location + self.scale * if u < 0.5 { -size } else { size }
    }
    fn cdf(&self, x: f64) -> f64 {
        let t = (x - self.location) / self.scale;
        let (square, df) = (t * t, self.df);
        if square < df {
            let half = 0.5 * math::incomplete_beta(0.5, 0.5 * df, square / (df + square));
            return if t < 0.0 { 0.5 - half } else { 0.5 + half };
        }
        // Written without the square, which overflows far out.
        let tail = 0.5 * math::incomplete_beta(0.5 * df, 0.5, 1.0 / (1.0 + t * (t / df)));
        if t < 0.0 { tail } else { 1.0 - tail }
    }
    fn mean(&self) -> f64 {
        self.location
    }
    fn sd(&self) -> f64 {
        self.scale * (self.df / (self.df - 2.0)).sqrt()
    }
    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}
