//! What of a load that exceeds a capacity is served a little later: queues and tries.
//!
//! The load curve knows how busy hours are, not which follows which. Here hours follow one another: weeks of the profile, in each
//! of which an hour is one of the eight levels of its noise, drawn apart from its neighbors so that every level comes equally
//! often. What exceeds the capacity of an hour is carried on; the share that is too late is a function of the capacity, worked out once.
//! Within an hour load and capacity are even. What waits at the end of a month is served in the next, and is counted in its own.

use std::collections::VecDeque;

use super::LoadCurve;
use super::load_curve::{LEVELS, noise_factors};

/// How what does not fit waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Patience {
    /// It is served in the order of its arrival, if that is within so many hours.
    Queue {
        /// The longest wait.
        hours: f64,
    },
    /// It comes again some times, so many hours apart, and has no place in a queue.
    Retry {
        /// Tries after the first.
        tries: f64,
        /// Hours between two.
        apart: f64,
    },
}

/// A load curve in which what exceeds a capacity waits; and how often it is tried in vain.
#[derive(Clone, Debug)]
pub struct Patient {
    /// What exceeds a capacity there is too late.
    pub curve: LoadCurve,
    /// The same with the tries that fail, over the mean load; absent in a queue.
    pub failed: Option<LoadCurve>,
}

/// Weeks that follow one another: a multiple of the levels of noise.
const WEEKS: usize = 32;

impl Patience {
    /// The longest that anything waits, in hours.
    pub fn longest_hours(self) -> f64 {
        match self {
            Self::Queue { hours } => hours,
            Self::Retry { tries, apart } => tries * apart,
        }
    }

    /// The curve of a profile with noise, as [`LoadCurve::new`] has it, under this patience.
    pub fn curve(self, profile: &[f64], hourly_noise: f64) -> Patient {
        let plain = LoadCurve::new(profile, hourly_noise);
        let hours = hours(profile, hourly_noise);
        let total: f64 = hours.iter().sum();
        let (mut late, mut failed) = (vec![0.0; LEVELS + 1], vec![0.0; LEVELS + 1]);
        for level in 0..=LEVELS {
            let capacity = plain.peak() * level as f64 / LEVELS as f64;
            let missed = match self {
                Self::Queue { hours: patience } => [queued(&hours, capacity, patience), 0.0],
                Self::Retry { tries, apart } => tried(&hours, capacity, tries, apart),
            };
            (late[level], failed[level]) = (missed[0] / total, missed[1] / total);
        }
        let failed = matches!(self, Self::Retry { .. }).then(|| plain.with_excess(&failed));
        Patient { curve: plain.with_excess(&late), failed }
    }
}

/// Loads of hours that follow one another, with mean 1.
fn hours(profile: &[f64], hourly_noise: f64) -> Vec<f64> {
    let mean = profile.iter().sum::<f64>() / profile.len() as f64;
    let factors = noise_factors(hourly_noise);
    let mut loads = Vec::with_capacity(WEEKS * profile.len());
    for week in 0..WEEKS {
        for (hour, load) in profile.iter().enumerate() {
            // An odd step and a start that differ by hour run through all levels, apart from one hour to the next.
            let mixed = (hour as u64 * 7 + (week / factors.len()) as u64 * 1013 + 1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let (start, step) = ((mixed >> 40) as usize, (mixed >> 20) as usize | 1);
            loads.push(load / mean * factors[(start + week * step) % factors.len()]);
        }
    }
    loads
}

/// What is not served within its patience, first come first served.
fn queued(hours: &[f64], capacity: f64, patience: f64) -> f64 {
    // Of an hour's arrivals the later part may be served one hour further on.
    let (whole, part) = (patience.floor() as usize, patience.fract());
    let mut waiting: VecDeque<(usize, f64)> = VecDeque::new();
    let mut late = 0.0;
    // Once through to fill the queue, and once to count.
    for (hour, load) in hours.iter().chain(hours).enumerate() {
        let counts = hour >= hours.len();
        let mut room = capacity;
        waiting.push_back((hour + whole, load * (1.0 - part)));
        if part > 0.0 {
            waiting.push_back((hour + whole + 1, load * part));
        }
        while let Some((_, first)) = waiting.front_mut() {
            let served = first.min(room);
            *first -= served;
            room -= served;
            if *first > 0.0 {
                break;
            }
            waiting.pop_front();
        }
        while let Some((_, lost)) = waiting.front().copied().filter(|(until, _)| *until <= hour) {
            late += if counts { lost } else { 0.0 };
            waiting.pop_front();
        }
    }
    late
}

/// What is not served after all its tries, and the tries that fail. Whoever tries at a full hour is served as likely as any
/// other; who is not tries again in the same hour, which stays full, or in the next.
fn tried(hours: &[f64], capacity: f64, tries: f64, apart: f64) -> [f64; 2] {
    let patience = tries * apart;
    let (whole, part) = (patience.floor() as usize, patience.fract());
    // Since when, until when, and how much.
    let mut waiting: Vec<(usize, usize, f64)> = Vec::new();
    let (mut late, mut failed) = (0.0, 0.0);
    for (hour, load) in hours.iter().chain(hours).enumerate() {
        let counts = if hour >= hours.len() { 1.0 } else { 0.0 };
        waiting.push((hour, hour + whole, load * (1.0 - part)));
        if part > 0.0 {
            waiting.push((hour, hour + whole + 1, load * part));
        }
        let all: f64 = waiting.iter().map(|(.., load)| load).sum();
        let refused = if all > capacity { 1.0 - capacity / all } else { 0.0 };
        for (since, until, load) in &mut waiting {
            let served = *load * (1.0 - refused);
            if *since < hour {
                failed += counts * served * ((hour - *since) as f64 / apart).clamp(1.0, tries);
            }
            *load -= served;
            if *until <= hour {
                late += counts * *load;
                failed += counts * *load * (tries + 1.0);
            }
        }
        waiting.retain(|(_, until, load)| *until > hour && *load > 0.0);
    }
    [late, failed]
}
