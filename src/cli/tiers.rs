//! `tokencast tiers`: what each tier of a product earns and costs, and which llm should serve which.

use super::args::{StudyArgs, Tiers};
use super::exit::{Exit, Stop};
use super::load::{read_valid, titled};
use super::outputs;
use super::progress::{is_stopped, listen_to_ctrl_c};
use super::run::interrupted;
use super::study::{Study, Told};
use super::terminal::Terminal;
use crate::document::{Reference, Title};
use crate::engine::margins;
use crate::model::{Model, resolve};
use crate::report::amounts::mean;
use crate::report::display::{Lang, clean};
use crate::report::tiers::{Mix, StrategyMargins, TiersReport};
use crate::scenario::{Scenario, Serve, Strategy};

/// The futures that are enough to compare margins, if nobody asks for more.
const USUAL_PATHS: u64 = 2_000;
/// The most ways to serve the tiers that are tried.
const MOST_MIXES: usize = 81;

/// Simulates a scenario and divides what it earns and costs among its tiers.
pub(super) fn tiers(args: &Tiers, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let StudyArgs { input, paths, design, .. } = &args.study;
    let (loaded, mut scenario, model) = read_valid(input, terminal)?;
    let wanted = wanted(args, &model)?;
    let study = Study::new("tiers", "tiers", &args.study, &loaded.file)?;
    listen_to_ctrl_c();
    let paths = paths.unwrap_or(scenario.run.paths.min(USUAL_PATHS));
    let design = design.over(scenario.run.design);
    let lang = terminal.lang;
    let groups = groups(&scenario, lang);
    let streams: Vec<Vec<usize>> = groups.iter().map(|group| group.streams.clone()).collect();
    let found = margins(&model, design, &streams, paths, &|| !is_stopped()).ok_or_else(interrupted)?;
    let named = |(place, found): (usize, crate::engine::Margins)| StrategyMargins {
        id: model.strategies[place].id.clone(),
        name: titled(&model.strategies[place].title, lang),
        found,
    };
    let strategies = found.into_iter().enumerate().filter(|(place, _)| wanted.contains(place)).map(named);
    let strategies = strategies.collect();
    let mut mixing = Mixing { groups: &groups, wanted: &wanted, model: &model, refused: Vec::new() };
    let mixes =
        if args.no_mixes { Vec::new() } else { mixing.found(&mut scenario, (design, &streams, paths))? };
    let refused = mixing.refused;
    let report = TiersReport {
        title: titled(&model.title, lang),
        tiers: groups.into_iter().map(|group| (group.id, group.name)).collect(),
        strategies,
        mixes,
        refused,
        months: model.timeline.months().map(|month| month.label.to_string()).collect(),
        currency: model.currency.code(),
        paths,
        design,
        hash: outputs::scenario_hash(&loaded.hashes, &input.set),
        lang,
    };
    let mut files = report.tables();
    files.extend(report.charts().map_err(|why| Stop::new(Exit::Bug, why))?);
    let told = Told {
        title: &report.title,
        strategy: None,
        text: report.text(),
        json: report.json(),
        holds: ["tiers.csv, mixes.csv, charts", "tiers.csv、mixes.csv、グラフ"],
        hash: &report.hash,
        paths,
        design,
    };
    study.publish(files, told, terminal)
}

/// The strategies that are asked for.
fn wanted(args: &Tiers, model: &Model) -> Result<Vec<usize>, Stop> {
    if model.streams.iter().all(|stream| stream.earns.is_none()) {
        return Err(Stop::new(Exit::Invalid, "no traffic earns anything").help(
            "add `revenue = \"20 USD /user-month\"` (or per seat, request, Mtok or month) to a traffic",
        ));
    }
    let known: Vec<&str> = model.strategies.iter().map(|one| one.id.as_str()).collect();
    let only = args.strategy.as_ref().map(|id| Stop::strategy_place(id, &known)).transpose()?;
    let named = |place: &usize| only.is_none_or(|only| only == *place);
    Ok((0..model.strategies.len()).filter(named).collect())
}

/// Traffics that are looked at together: those of the users of one tier; else each for itself.
struct Group {
    id: String,
    name: String,
    streams: Vec<usize>,
}

fn groups(scenario: &Scenario, lang: Lang) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, (id, traffic)) in scenario.traffics.iter().enumerate() {
        let tier = traffic.requests.tier();
        let name = tier.map_or(&id.id, |tier| &tier.id);
        if let Some(known) = groups.iter_mut().find(|known| known.id == *name) {
            known.streams.push(place);
            continue;
        }
        let title = traffic.title.as_ref().map_or_else(|| id.id.clone(), |title| titled(title, lang));
        groups.push(Group { id: name.clone(), name: clean(&title, 40), streams: vec![place] });
    }
    groups
}

/// The ways to serve the tiers that come of taking each tier's entries from one strategy.
struct Mixing<'a> {
    groups: &'a [Group],
    wanted: &'a [usize],
    model: &'a Model,
    refused: Vec<(String, String)>,
}

/// How a group can be served: who is named, its entries, and the strategy that they are from.
#[derive(Clone)]
struct Choice {
    by: String,
    serve: Vec<Serve>,
    from: usize,
}

impl Mixing<'_> {
    /// Tries all mixes; the best on average first.
    fn found(
        &mut self,
        scenario: &mut Scenario,
        (design, streams, paths): (crate::random::Design, &[Vec<usize>], u64),
    ) -> Result<Vec<Mix>, Stop> {
        let choices: Vec<Vec<Choice>> =
            self.groups.iter().map(|group| self.choices(scenario, group)).collect();
        let count = choices.iter().map(Vec::len).try_fold(1_usize, usize::checked_mul);
        if count == Some(1) || choices.iter().any(Vec::is_empty) {
            return Ok(Vec::new());
        }
        if count.is_none_or(|count| count > MOST_MIXES) {
            let message = format!("the tiers can be served in more than {MOST_MIXES} ways");
            let help = "say `--no-mixes`, or let fewer strategies differ in who serves a tier";
            return Err(Stop::new(Exit::Invalid, message).help(help));
        }
        let base = scenario.strategies.len();
        let mut kept: Vec<Vec<String>> = Vec::new();
        for mix in product(&choices) {
            let by: Vec<String> = mix.iter().map(|choice| choice.by.clone()).collect();
            let Some(strategy) = mixed(scenario, &mix, kept.len()) else { continue };
            scenario.strategies.push(strategy);
            let (whole, found) = resolve(scenario);
            if whole.is_some() {
                kept.push(by);
            } else {
                scenario.strategies.pop();
                let why = found.errors().next().map_or_else(String::new, |mistake| mistake.message.clone());
                self.refused.push((by.join(", "), why));
            }
        }
        let Some(mut model) = resolve(scenario).0.filter(|_| !kept.is_empty()) else { return Ok(Vec::new()) };
        model.program.share_plan(&self.model.program, self.model.timeline.length);
        let found = margins(&model, design, streams, paths, &|| !is_stopped()).ok_or_else(interrupted)?;
        scenario.strategies.truncate(base);
        let compared = self.model.strategies.len();
        let found = found.into_iter().skip(compared).map(|one| one.whole);
        let mut mixes: Vec<Mix> =
            kept.into_iter().zip(found).map(|(by, margin)| Mix { by, margin, best: 0.0 }).collect();
        for path in 0..paths as usize {
            let best = mixes.iter_mut().max_by(|a, b| a.margin[path].total_cmp(&b.margin[path]));
            if let Some(best) = best {
                best.best += 1.0 / paths as f64;
            }
        }
        mixes.sort_by(|a, b| mean(&b.margin).total_cmp(&mean(&a.margin)));
        Ok(mixes)
    }

    /// The ways in which strategies serve a group, each once. Strategies with rules are no such way.
    fn choices(&self, scenario: &Scenario, group: &Group) -> Vec<Choice> {
        let mut choices: Vec<Choice> = Vec::new();
        for place in self.wanted {
            let id = &self.model.strategies[*place].id;
            let found = scenario.strategies.iter().enumerate().find(|(_, (known, _))| known.id == *id);
            let Some((from, (_, written))) = found.filter(|(_, (_, written))| written.switches.is_empty())
            else {
                continue;
            };
            let mut serve = Vec::new();
            for stream in &group.streams {
                let traffic = &scenario.traffics[*stream].0.id;
                let asked = written.serve.iter().filter(|one| one.traffic.iter().any(|id| id.id == *traffic));
                serve.extend(asked.map(|one| {
                    let traffic = one.traffic.iter().filter(|id| id.id == *traffic).cloned().collect();
                    Serve { traffic, ..one.clone() }
                }));
            }
            let mut by: Vec<&str> = serve.iter().map(|one: &Serve| one.by.id.as_str()).collect();
            by.dedup();
            let by = by.join(", then ");
            if !serve.is_empty() && choices.iter().all(|known| known.by != by) {
                choices.push(Choice { by, serve, from });
            }
        }
        choices
    }
}

/// Every way to choose one of each.
fn product(choices: &[Vec<Choice>]) -> Vec<Vec<Choice>> {
    choices.iter().fold(vec![Vec::new()], |all, of_group| {
        let with = |one: &Vec<Choice>| -> Vec<Vec<Choice>> {
            of_group.iter().map(|choice| [one.clone(), vec![choice.clone()]].concat()).collect()
        };
        all.iter().flat_map(with).collect()
    })
}

/// A strategy of these choices.
fn mixed(scenario: &Scenario, mix: &[Choice], number: usize) -> Option<(Reference, Strategy)> {
    let mut from: Vec<usize> = mix.iter().map(|choice| choice.from).collect();
    from.sort_unstable();
    from.dedup();
    let of: Vec<&Strategy> = from.iter().map(|place| &scenario.strategies[*place].1).collect();
    let id = format!("mix {}", number + 1);
    let serve = mix.iter().flat_map(|choice| choice.serve.clone()).collect();
    let span = of.first()?.origin.span;
    let strategy = Strategy::mixed(Title { en: id.clone(), ja: None }, serve, &of)?;
    Some((Reference { id, span }, strategy))
}
