//! A log of requests as figures: how many, when, how bursty, how long, how much of a prompt was there before.

use crate::demand::trace::{MOONCAKE_BLOCK_TOKENS, Request};
use crate::math;
use crate::serving::replay::{ReuseCurve, ReuseLog};
use crate::stats::{Moments, Sketch};

/// Hours of a week.
const HOURS: usize = 168;
/// Places of the caches of blocks that are tried beside an endless one.
pub const CACHES: [u64; 3] = [1_000, 10_000, 100_000];
/// Classes of a histogram of lengths.
const CLASSES: usize = 40;

/// Reads requests and keeps what is needed of them, in constant memory but for the blocks of prompts.
#[derive(Clone, Debug)]
pub struct TrafficLog {
    requests: f64,
    last_s: f64,
    gaps: Moments,
    minute: (u64, u64),
    minutes: Moments,
    busiest_minute: u64,
    hour: (u64, f64),
    hourly: Moments,
    input: Marginal,
    output: Marginal,
    products: f64,
    pairs: u64,
    week: Week,
    /// Of blocks of prompts, and of prompts as a whole.
    reuse: [ReuseLog; 2],
    /// Whether any request said what its prompt shares.
    tells_prompts: bool,
}

#[derive(Clone, Debug, Default)]
struct Marginal {
    sketch: Sketch,
    sum: f64,
    logs: Moments,
}

impl Marginal {
    fn add(&mut self, tokens: u32) {
        let tokens = f64::from(tokens);
        self.sketch.add(tokens);
        self.sum += tokens;
        self.logs.add(math::ln(tokens));
    }
}

/// Requests by hour of the week, Monday 00:00 first.
#[derive(Clone, Debug)]
struct Week {
    /// Seconds from a Monday 00:00 to the first request.
    begins_s: f64,
    counts: [f64; HOURS],
}

impl Week {
    fn place(&self, at_s: f64) -> usize {
        (math::floor((self.begins_s + at_s) / 3600.0) as i64).rem_euclid(HOURS as i64) as usize
    }
}

/// Lengths of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedLengths {
    /// Mean in tokens.
    pub mean: f64,
    /// Median and the 90th and 99th percentile.
    pub percentiles: [f64; 3],
    /// Median and log standard deviation of the lognormal through the moments of the logarithm.
    pub lognormal: (f64, f64),
    /// The largest distance between its distribution function and that of the log (Kolmogorov and Smirnov).
    pub ks: f64,
    /// Means of equally likely classes, the shortest first; the largest distance of their steps is one class.
    pub classes: Vec<f64>,
}

/// What a log says.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedTraffic {
    /// Requests seen.
    pub requests: f64,
    /// From the first to the last.
    pub span_s: f64,
    /// Requests per second.
    pub rate: f64,
    /// Standard error of the rate over the rate, from the spread of whole hours taken as independent; none below 24 hours.
    pub rate_error: Option<f64>,
    /// Standard deviation over mean of the times between arrivals.
    pub cv: Option<f64>,
    /// Variance over mean of the requests of a minute; 1 is a Poisson stream.
    pub fano: Option<f64>,
    /// The busiest minute over the mean.
    pub peak_minute: Option<f64>,
    /// Mean load of each hour of the week over the mean of all, if every hour was seen for an hour at the least.
    pub week: Option<Vec<f64>>,
    /// Lengths in and out, where the log has any.
    pub input: Option<FittedLengths>,
    /// See `input`.
    pub output: Option<FittedLengths>,
    /// Correlation of the logarithms of the two.
    pub correlation: Option<f64>,
    /// Share of blocks of prompts that were read before, kept for ever, where the log has blocks.
    pub prefix_share: Option<f64>,
    /// The same with caches of [`CACHES`] places.
    pub prefix_by_cache: [Option<f64>; CACHES.len()],
    /// What of that is found by caches that forget, or hold less.
    pub prefix_reuse: Option<ReuseCurve>,
    /// Share of requests whose whole prompt was there before, word for word, where the log tells prompts apart.
    pub repeats: Option<f64>,
    /// What of these is found by a cache of answers that forgets.
    pub repeats_reuse: Option<ReuseCurve>,
}

impl TrafficLog {
    /// An empty log that begins so many seconds after a Monday 00:00.
    pub fn new(begins_s: f64) -> Self {
        Self {
            requests: 0.0,
            last_s: 0.0,
            gaps: Moments::default(),
            minute: (0, 0),
            minutes: Moments::default(),
            busiest_minute: 0,
            hour: (0, 0.0),
            hourly: Moments::default(),
            input: Marginal::default(),
            output: Marginal::default(),
            products: 0.0,
            pairs: 0,
            week: Week { begins_s, counts: [0.0; HOURS] },
            reuse: [MOONCAKE_BLOCK_TOKENS, 1].map(ReuseLog::new),
            tells_prompts: false,
        }
    }

    /// Says when the first request came, in seconds after a Monday 00:00; before any is added.
    pub fn begin(&mut self, begins_s: f64) {
        self.week.begins_s = begins_s;
    }

    /// A request; times never fall.
    pub fn add(&mut self, request: &Request) {
        if self.requests > 0.0 {
            self.gaps.add(request.at_s - self.last_s);
        }
        let minute = (request.at_s / 60.0) as u64;
        while self.minute.0 < minute {
            self.minutes.add(self.minute.1 as f64);
            self.minute = (self.minute.0 + 1, 0);
        }
        self.minute.1 += 1;
        self.busiest_minute = self.busiest_minute.max(self.minute.1);
        self.count(request.at_s, 1.0);
        self.last_s = request.at_s;
        self.input.add(request.input);
        self.output.add(request.output);
        self.products += math::ln(f64::from(request.input)) * math::ln(f64::from(request.output));
        self.pairs += 1;
        self.read_prompt(request);
    }

    fn read_prompt(&mut self, request: &Request) {
        let [prefixes, prompts] = &mut self.reuse;
        if let Some(last) = request.blocks.last() {
            let blocks = request.blocks.len() as u64;
            prefixes.read(
                request.at_s,
                &request.blocks,
                MOONCAKE_BLOCK_TOKENS,
                blocks * MOONCAKE_BLOCK_TOKENS,
            );
            // The last block stands for itself and all before it; whether a prompt ends with it or goes on, its length tells.
            let whole = last.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(request.input);
            prompts.read(request.at_s, &[whole], 1, 1);
        } else if let Some(prefix) = request.prefix {
            prefixes.read(request.at_s, &[prefix.id], prefix.tokens.into(), request.input.into());
        } else {
            prefixes.read(request.at_s, &[], 0, request.input.into());
            return;
        }
        self.tells_prompts = true;
    }

    /// So many requests in the stretch that begins here, where a log has rates and no requests.
    pub fn add_rate(&mut self, at_s: f64, requests: f64, stretch_s: f64) {
        self.count(at_s, requests);
        self.last_s = self.last_s.max(at_s + stretch_s);
    }

    fn count(&mut self, at_s: f64, requests: f64) {
        self.requests += requests;
        let hour = (at_s / 3600.0) as u64;
        while self.hour.0 < hour {
            self.hourly.add(self.hour.1);
            self.hour = (self.hour.0 + 1, 0.0);
        }
        self.hour.1 += requests;
        let place = self.week.place(at_s);
        self.week.counts[place] += requests;
    }

    /// What it says. None without requests over any time.
    pub fn fitted(&self) -> Option<FittedTraffic> {
        if self.last_s <= 0.0 || self.requests <= 0.0 {
            return None;
        }
        let spread = |moments: &Moments| moments.standard_deviation() / moments.mean();
        let hours = self.hourly.count();
        let minutes = &self.minutes;
        let fano = (minutes.count() >= 10)
            .then(|| minutes.standard_deviation() * minutes.standard_deviation() / minutes.mean());
        // Of n requests the times between them are n − 1; rates have none.
        let arrivals = if self.pairs > 1 { self.requests - 1.0 } else { self.requests };
        let mean_minute = 60.0 * arrivals / self.last_s;
        Some(FittedTraffic {
            requests: self.requests,
            span_s: self.last_s,
            rate: arrivals / self.last_s,
            rate_error: (hours >= 24).then(|| spread(&self.hourly) / (hours as f64).sqrt()),
            cv: (self.gaps.count() > 1).then(|| spread(&self.gaps)),
            fano,
            peak_minute: (minutes.count() >= 10).then(|| self.busiest_minute as f64 / mean_minute),
            week: self.fitted_week(),
            input: fitted_lengths(&self.input, self.pairs),
            output: fitted_lengths(&self.output, self.pairs),
            correlation: self.correlation(),
            prefix_share: self.reuse[0].share().filter(|_| self.tells_prompts),
            prefix_by_cache: CACHES
                .map(|places| self.reuse[0].share_with(places).filter(|_| self.tells_prompts)),
            prefix_reuse: self.reuse[0].curve(),
            repeats: self.reuse[1].share(),
            repeats_reuse: self.reuse[1].curve(),
        })
    }

    /// Rates of the hours over their mean; each hour was seen for as long as the log went through it.
    fn fitted_week(&self) -> Option<Vec<f64>> {
        let (begin, end) = (self.week.begins_s, self.week.begins_s + self.last_s);
        let mut seen = [0.0; HOURS];
        let mut at = begin;
        while at < end {
            let next = (3600.0 * (math::floor(at / 3600.0) + 1.0)).min(end);
            seen[self.week.place(at - begin)] += next - at;
            at = next;
        }
        // The last hour may lack the time between its last request and its end.
        if seen.iter().any(|seconds| *seconds < 3000.0) {
            return None;
        }
        let rates: Vec<f64> =
            self.week.counts.iter().zip(seen).map(|(count, seconds)| count / seconds).collect();
        let mean = rates.iter().sum::<f64>() / HOURS as f64;
        Some(rates.into_iter().map(|rate| rate / mean).collect())
    }

    fn correlation(&self) -> Option<f64> {
        let (input, output) = (&self.input.logs, &self.output.logs);
        let sds = input.standard_deviation() * output.standard_deviation();
        let covariance = self.products / self.pairs.max(1) as f64 - input.mean() * output.mean();
        (self.pairs > 2 && sds > 0.0).then(|| (covariance / sds).clamp(-1.0, 1.0))
    }
}

fn fitted_lengths(of: &Marginal, count: u64) -> Option<FittedLengths> {
    if count == 0 {
        return None;
    }
    let (mu, sigma) = (of.logs.mean(), if count > 1 { of.logs.standard_deviation() } else { 0.0 });
    let grid = 1_000;
    let shares: Vec<f64> = (0..grid).map(|k| (f64::from(k) + 0.5) / f64::from(grid)).collect();
    let values = of.sketch.quantiles(&shares);
    let distance = |(value, share): (&f64, &f64)| {
        let below = if sigma > 0.0 { math::normal_cdf((math::ln(*value) - mu) / sigma) } else { 0.5 };
        (below - share).abs()
    };
    // The grid sees the distribution function to half a thousandth.
    let ks = values.iter().zip(&shares).map(distance).fold(0.0, f64::max);
    let mean = of.sum / count as f64;
    let per_class = values.len() / CLASSES;
    let classes: Vec<f64> =
        values.chunks(per_class).map(|part| part.iter().sum::<f64>() / part.len() as f64).collect();
    let tails = of.sketch.quantiles(&[0.5, 0.9, 0.99]);
    Some(FittedLengths {
        mean,
        percentiles: std::array::from_fn(|k| tails[k]),
        lognormal: (math::exp(mu), sigma),
        ks,
        classes,
    })
}

/// A log of rates: `t_s,req_per_s`, and a column of names where it holds several series.
#[derive(Clone, Debug)]
pub struct RateColumns {
    time: usize,
    rate: usize,
    series: Option<usize>,
    width: usize,
}

impl RateColumns {
    /// From the first line; none if it names no rate.
    pub fn of(header: &str) -> Option<Self> {
        let names: Vec<String> = header.trim().split(',').map(|name| name.trim().to_lowercase()).collect();
        let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        Some(Self {
            time: find(&["t_s", "time_s", "timestamp", "time"])?,
            rate: find(&["req_per_s", "requests_per_s", "rate"])?,
            series: find(&["workload", "series", "name"]),
            width: names.len(),
        })
    }

    /// Series, time and rate of a row.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read<'a>(&self, line: &'a str) -> Result<(&'a str, f64, f64), String> {
        let fields: Vec<&str> = line.trim().split(',').map(str::trim).collect();
        if fields.len() != self.width {
            return Err(format!("{} fields, where the first line names {}", fields.len(), self.width));
        }
        let number = |place: usize| {
            let found = fields[place].parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
            found.ok_or_else(|| format!("`{}` is no number of at least 0", fields[place]))
        };
        Ok((self.series.map_or("", |place| fields[place]), number(self.time)?, number(self.rate)?))
    }
}
