//! The hours of a week, one by one.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::book::Book;

/// Loads relative to their mean, each with its share of the hours.
pub(crate) struct Hours(Vec<(f64, f64)>);

/// Loads are rounded to so many steps of the highest.
const STEPS: f64 = 512.0;

impl Hours {
    /// A profile of hours of which each varies by eight equally likely lognormal factors. An hour between two steps is split
    /// between them so that its load is kept.
    pub(crate) fn new(profile: &[f64], log_sd: f64) -> Self {
        let mean = profile.iter().sum::<f64>() / profile.len() as f64;
        let factors = factors(log_sd);
        let loads: Vec<f64> =
            profile.iter().flat_map(|p| factors.iter().map(move |f| p / mean * f)).collect();
        let step = loads.iter().copied().fold(0.0, f64::max) / STEPS;
        let each = 1.0 / loads.len() as f64;
        let mut steps = vec![0.0; STEPS as usize + 1];
        for load in loads {
            let below = (load / step).floor().min(STEPS - 1.0);
            let above = load / step - below;
            steps[below as usize] += each * (1.0 - above);
            steps[below as usize + 1] += each * above;
        }
        Self(
            steps
                .into_iter()
                .enumerate()
                .map(|(i, share)| (i as f64 * step, share))
                .filter(|(_, share)| *share > 0.0)
                .collect(),
        )
    }

    pub(crate) fn peak(&self) -> f64 {
        self.0.last().unwrap().0
    }

    /// The mean over the hours of something that depends on the load.
    pub(crate) fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.0.iter().map(|(load, share)| share * of(*load)).sum()
    }
}

fn factors(log_sd: f64) -> Vec<f64> {
    if log_sd == 0.0 {
        return vec![1.0];
    }
    let normal = Normal::standard();
    let scores: Vec<f64> = (0..8).map(|i| normal.inverse_cdf((f64::from(i) + 0.5) / 8.0)).collect();
    let sd = (scores.iter().map(|z| z * z).sum::<f64>() / 8.0).sqrt();
    let factors: Vec<f64> = scores.iter().map(|z| (log_sd * z / sd).exp()).collect();
    let mean = factors.iter().sum::<f64>() / 8.0;
    factors.into_iter().map(|factor| factor / mean).collect()
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The minutes of the scenario's week, from Monday 00:00 on, that lie in a window `{ from, until, days, zone }`.
pub(crate) fn inside(book: &Book, key: impl Fn(&str) -> Option<String>) -> Vec<usize> {
    let clock = |text: &str| {
        let (hours, minutes) = text.split_once(':').unwrap();
        hours.parse::<i32>().unwrap() * 60 + minutes.parse::<i32>().unwrap()
    };
    let (from, until) = (clock(&key("from").unwrap()), clock(&key("until").unwrap()));
    let length = if until > from { until - from } else { until + 24 * 60 - from };
    let days = key("days").unwrap_or_else(|| "Mon to Sun".to_owned());
    let (first, last) = days.split_once(" to ").unwrap_or((&days, &days));
    let place = |name: &str| DAYS.iter().position(|day| *day == name).unwrap() as i32;
    let (first, last) = (place(first), place(last));
    let local = i32::from(book.model.timeline.zone.minutes());
    let zone = key("zone").map_or(local, |zone| {
        let behind = zone.starts_with('-');
        let minutes = clock(zone.trim_start_matches(['+', '-']));
        if behind { -minutes } else { minutes }
    });
    let mut minutes = Vec::new();
    for day in 0..=(last - first).rem_euclid(7) {
        for minute in 0..length {
            let there = (first + day) * 24 * 60 + from + minute;
            minutes.push((there - zone + local).rem_euclid(7 * 24 * 60) as usize);
        }
    }
    minutes
}
