//! The hours of a fleet: of one week, or of several that meet on it.

use std::sync::Arc;

use super::Entry;
use super::hosting::{self, Hosted, Load};
use crate::calendar::Month;
use crate::demand::{LoadCurve, MOST_WEEKS, Mix, MixedRamp, Ramp, total};
use crate::diagnostic::Diagnostic;
use crate::lanes::{LANES, Lanes, Values};
use crate::process::Lookup;

/// How the load of a fleet is spread over the hours.
#[derive(Clone)]
pub(super) enum Shape {
    /// All streams have the same week.
    One(Arc<LoadCurve>),
    /// Streams of several weeks; the load of each is kept.
    Mixed(Arc<Mix>),
}

/// A shape, and in a mix the mean load of each week.
pub(super) struct Hours<'a> {
    pub(super) shape: &'a Shape,
    pub(super) means: &'a [Lanes],
}

impl Shape {
    /// Lanes of state: the mean load of each week, if there are several.
    pub(super) fn state(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::Mixed(mix) => mix.weeks(),
        }
    }

    /// The highest load of any hour over the mean, if all streams have the same week.
    pub(super) fn peak(&self) -> Option<f64> {
        match self {
            Self::One(curve) => Some(curve.peak()),
            Self::Mixed(_) => None,
        }
    }

    /// Notes the load of an entry that must be served in its hour.
    pub(super) fn note(
        &self,
        hosted: &Hosted,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        means: &mut [Lanes],
    ) {
        if let Self::Mixed(_) = self {
            for (lane, mean) in means[hosted.week].iter_mut().enumerate() {
                let (all, waiting) = hosted.load(now, values, offered, lane);
                *mean += all - waiting;
            }
        }
    }

    /// Carries what fits, once the load has been [noted](Self::note).
    pub(super) fn accept(
        &self,
        hosted: &Hosted,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        most: Option<&Lanes>,
        target: &Lanes,
        load: &mut Load,
        means: &[Lanes],
        served: &mut Lanes,
    ) {
        let mix = match self {
            Self::One(curve) => {
                hosted.accept(curve, now, values, offered, (f64::INFINITY, most), target, load, served);
                return;
            }
            Self::Mixed(mix) => mix,
        };
        let (mut capacity, mut with, mut asked) = (Lanes::ZERO, Lanes::ZERO, [(0.0, 0.0); LANES]);
        for i in 0..LANES {
            let replicas = hosted.up_to.min(most.map_or(f64::INFINITY, |most| most[i]));
            load.0[3][i] = load.0[3][i].max(replicas);
            capacity[i] = replicas * target[i];
            with[i] = mix.carried(&of_lane(means, i), capacity[i]);
            asked[i] = hosted.load(now, values, offered, i);
        }
        carry(&asked, &capacity, &with, load, offered, served);
    }
}

/// The means of one lane.
pub(super) fn of_lane(means: &[Lanes], lane: usize) -> [f64; MOST_WEEKS] {
    std::array::from_fn(|week| means.get(week).map_or(0.0, |mean| mean[lane]))
}

impl Hours<'_> {
    /// The highest load of any hour, of a load with this mean.
    pub(super) fn peak(&self, lane: usize, mean: f64) -> f64 {
        match self.shape {
            Shape::One(curve) => mean * curve.peak(),
            Shape::Mixed(mix) => mix.peak(&of_lane(self.means, lane)),
        }
    }

    /// The mean over the hours of what depends on the whole units needed, `per` unit of load; the load has this mean.
    pub(super) fn mean_of_units<const K: usize>(
        &self,
        lane: usize,
        mean: f64,
        per: f64,
        of: impl Fn(f64) -> [f64; K],
    ) -> [f64; K] {
        match self.shape {
            Shape::One(curve) => curve.mean_of_units(mean * per, of),
            Shape::Mixed(mix) => {
                let means = of_lane(self.means, lane).map(|mean| mean * per);
                mix.mean_of_units(&means, of)
            }
        }
    }
}

/// Carries what fits, hour by hour, of all load so far (`with`): as a fleet of one week does.
fn carry(
    asked: &[(f64, f64); LANES],
    capacity: &Lanes,
    with: &Lanes,
    load: &mut Load,
    offered: &Lanes,
    served: &mut Lanes,
) {
    let [offered_load, load_carried, load_waiting, ..] = &mut *load.0 else { return };
    for i in 0..LANES {
        let before = [offered_load[i], load_carried[i], load_waiting[i]];
        let (after, fits) = hosting::carry(asked[i], capacity[i], before, |_, _| with[i]);
        [offered_load[i], load_carried[i], load_waiting[i]] = after;
        let (all, _) = asked[i];
        let share = if all > 0.0 { fits / all } else { 1.0 };
        // Rounding must not leave a trace of a request for the next supply.
        served[i] = if share > 1.0 - 1e-9 { offered[i] } else { offered[i] * share };
    }
}

/// The weeks that meet on a fleet.
#[derive(Default)]
pub(super) struct Weeks(Vec<(Arc<[f64]>, f64)>);

impl Weeks {
    /// The place of an entry's week.
    pub(super) fn place(&mut self, entry: &Entry, lookup: &mut dyn Lookup) -> Option<usize> {
        let (week, noise) = (&entry.traffic.week, entry.traffic.hourly_noise);
        let same =
            |(known, known_noise): &(Arc<[f64]>, f64)| known == week && (known_noise - noise).abs() < 1e-12;
        if let Some(place) = self.0.iter().position(same) {
            return Some(place);
        }
        if self.0.len() == MOST_WEEKS {
            let message = format!("`{}` serves traffics of more than {MOST_WEEKS} weeks", entry.by.id);
            let help = "let streams that are alike have the same `week` and `hourly_noise`";
            lookup.refuse(Diagnostic::error("too-many-weeks", entry.by.span, message).help(help));
            return None;
        }
        self.0.push((week.clone(), noise));
        Some(self.0.len() - 1)
    }

    /// How their load rises over one hour, and over two.
    pub(super) fn ramps(&self) -> Ramps {
        match self.0.as_slice() {
            [(week, noise)] => Ramps::One([1, 2].map(|over| Ramp::new(week, *noise, over))),
            weeks => Ramps::Mixed([1, 2].map(|over| MixedRamp::new(weeks, over))),
        }
    }

    /// How the load of all of them is spread over the hours.
    pub(super) fn shape(&self, first: &Arc<LoadCurve>) -> Shape {
        if self.0.len() < 2 { Shape::One(first.clone()) } else { Shape::Mixed(Arc::new(Mix::new(&self.0))) }
    }
}

/// How the load of a fleet rises, over one hour and over two.
pub(super) enum Ramps {
    One([Ramp; 2]),
    Mixed([MixedRamp; 2]),
}

impl Ramps {
    /// Goes through the rises over one hour more than `place`: how often each is, and loads before and now by lane, of a load with
    /// this mean.
    pub(super) fn each(
        &self,
        place: usize,
        offered: &Lanes,
        means: &[Lanes],
        mut visit: impl FnMut(f64, &Lanes, &Lanes),
    ) {
        match self {
            Self::One(ramps) => {
                for rise in &ramps[place].rises {
                    let load = |relative: f64| Lanes::from_fn(|i| relative * offered[i]);
                    visit(rise.share, &load(rise.before), &load(rise.now));
                }
            }
            Self::Mixed(ramps) => {
                let means: [[f64; MOST_WEEKS]; LANES] = std::array::from_fn(|lane| of_lane(means, lane));
                for (before, now, share) in &ramps[place].pairs {
                    let load = |loads| Lanes::from_fn(|i| total(loads, &means[i]));
                    visit(*share, &load(before), &load(now));
                }
            }
        }
    }
}
