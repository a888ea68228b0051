//! What people see: texts, tables, charts and files of results, made from findings and from nothing else.
pub mod amounts;
pub mod answers;
pub mod capacity;
pub mod captions;
pub mod catalog;
pub mod chart;
pub mod charts;
pub mod comparison;
pub mod csv;
pub mod display;
mod dominated;
pub mod fleet;
pub mod fonts;
pub mod headline;
pub mod json;
pub mod levers;
pub mod manifest;
pub mod measure;
pub mod opened;
mod pictures;
pub mod replay;
pub mod rounded;
pub mod table;
pub mod tiers;
pub mod training;
pub mod vendors;

use crate::analysis::{Findings, Passage, StressFindings, Verdict};
use crate::document::Title;
use display::{Lang, clean, money};

/// The version of the program, as it stands in results.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The most letters of a name on a terminal or in a sentence.
const LONGEST_NAME: usize = 40;

/// A run, and what one has to know to write about it.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What the run found out.
    pub findings: &'a Findings,
    /// Answers to its budgets and stresses.
    pub answers: Answers<'a>,
    /// What people call the scenario.
    pub title: &'a Title,
    /// The scenario file, by its name.
    pub file: &'a str,
    /// SHA-256 of everything that was read, in hexadecimal digits.
    pub hash: &'a str,
    /// The language to write in.
    pub lang: Lang,
}

/// Answers to what a scenario asks besides its costs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answers<'a> {
    /// By strategy: each limit of the budget with what was compared with it.
    pub budgets: &'a [(usize, Vec<Verdict>)],
    /// By strategy: each limit of each gate with what was compared with it.
    pub gates: &'a [(usize, Vec<Passage>)],
    /// The strategy whose broken limits count.
    pub bound: Option<usize>,
    /// The same strategies in other worlds.
    pub stresses: &'a [StressFindings],
}

/// A file of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its place in the folder of the run, with `/` between folders.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Report<'_> {
    /// The English or the Japanese text.
    pub(crate) fn pick(&self, en: &'static str, ja: &'static str) -> &'static str {
        self.lang.pick(en, ja)
    }

    /// The title of the scenario.
    pub fn title(&self) -> String {
        self.translate(self.title, 120)
    }

    /// What people call a strategy, short enough for a sentence.
    pub fn name(&self, strategy: usize) -> String {
        self.translate(&self.findings.strategies[strategy].title, LONGEST_NAME)
    }

    /// What people call a stream of requests.
    pub(crate) fn stream_name(&self, stream: usize) -> String {
        self.translate(&self.findings.streams[stream], LONGEST_NAME)
    }

    fn translate(&self, title: &Title, most: usize) -> String {
        let text = title.ja.as_ref().filter(|_| self.lang == Lang::Ja).unwrap_or(&title.en);
        clean(text, most)
    }

    /// Money in short form.
    pub(crate) fn money(&self, amount: f64) -> String {
        money(amount, self.findings.currency, self.lang)
    }

    /// Money with a plus or minus sign.
    pub(crate) fn signed(&self, amount: f64) -> String {
        let plus = if amount > 0.0 { "+" } else { "" };
        format!("{plus}{}", self.money(amount))
    }

    /// A count with separators.
    pub(crate) fn count(number: u64) -> String {
        crate::units::format_number(number as f64, 17)
    }

    /// Where the numbers come from: paths, seed, scenario, version.
    pub(crate) fn footer(&self) -> String {
        pictures::footer(self.findings.paths, self.findings.design, self.hash, self.lang)
    }
}
