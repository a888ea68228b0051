//! Rate cards in the language of scenarios, from the entries of a catalog.

use std::fmt::Write;

use super::decimal::Decimal;
use super::entry::{Catalog, Entry, Instead, Rates, Window};
use super::field::Service;
use super::language::Language;
use crate::calendar::Date;

/// Where the figures come from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The name of the file that was read.
    pub file: String,
    /// The day its prices were true.
    pub as_of: Date,
}

/// A part with the rate cards of a catalog, and how often something could be said as a comment only.
pub struct Part {
    /// The text.
    pub text: String,
    /// Rate cards in it.
    pub cards: usize,
    /// What only a comment says, with the number of rate cards.
    pub as_comments: Vec<(&'static str, usize)>,
}

/// Writes the rate cards of a catalog, vendors and llms in the order of their ids.
pub fn part(catalog: &Catalog, origin: &Origin, language: &Language) -> Part {
    let mut entries: Vec<&Entry> = catalog.entries.iter().collect();
    entries.sort_by(|a, b| (&a.vendor, &a.id).cmp(&(&b.vendor, &b.id)));
    let mut text = head(catalog, origin);
    let mut as_comments: Vec<(&'static str, usize)> = Vec::new();
    for entry in &entries {
        let mut card = Card { lines: Vec::new(), comments: Vec::new() };
        card.write(entry, language);
        let _ = write!(text, "\n[vendor.{}.llm.{}]\n", key(&entry.vendor), key(&entry.id));
        card.lines.iter().for_each(|line| {
            let _ = writeln!(text, "{line}");
        });
        for (what, comment) in &card.comments {
            let _ = writeln!(text, "# {what}: {}", plain(comment));
            match as_comments.iter_mut().find(|(known, _)| known == what) {
                Some((_, count)) => *count += 1,
                None => as_comments.push((what, 1)),
            }
        }
    }
    Part { text, cards: entries.len(), as_comments }
}

fn head(catalog: &Catalog, origin: &Origin) -> String {
    let source = match catalog.form {
        "genai-prices" => "genai-prices (Pydantic, MIT licence)",
        "LiteLLM's price map" => "LiteLLM's price map (BerriAI, MIT licence)",
        other => other,
    };
    format!(
        "# Rate cards written by `tokencast prices import`. Catalogs are kept by volunteers: check the prices that matter against the\n\
         # vendor's own page. A cache write without a stated lifetime is written as 5 minutes, the usual time of Anthropic.\n\
         source   = {}\n\
         as_of    = \"{}\"\n\
         evidence = \"secondhand\"\n",
        quoted(&format!("{source}, {}", origin.file)),
        origin.as_of
    )
}

/// A key of TOML: bare, or in quotes where it has a dot.
fn key(id: &str) -> String {
    if id.contains('.') { format!("\"{id}\"") } else { id.to_owned() }
}

/// A string of TOML without anything that a terminal would obey.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", plain(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// One line without control characters and without marks that turn the direction of writing.
fn plain(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let one_line: String = text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect();
    one_line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

fn money(amount: Decimal) -> String {
    format!("\"{amount} USD /Mtok\"")
}

struct Card {
    lines: Vec<String>,
    comments: Vec<(&'static str, String)>,
}

impl Card {
    fn write(&mut self, entry: &Entry, language: &Language) {
        if let Some(title) = &entry.title {
            self.lines.push(format!("title = {}", quoted(title)));
        }
        self.lines.push(format!("sku = {}", quoted(&entry.sku)));
        let usual = usual(entry);
        let rates = self.rates(usual.rates, language);
        self.lines.push(format!("rates = {{ {rates} }}"));
        self.cache(usual.rates);
        self.services(entry, language);
        self.regions(entry);
        self.tiers(usual.rates, language);
        self.windows(&usual, language);
        self.announced(entry, language);
        if let Some(tokens) = entry.context.filter(|tokens| *tokens > 0) {
            let line = format!("context = \"{tokens} tokens\"");
            self.line_or_comment(language.context, "context", line);
        }
        if let Some(day) = entry.retires {
            self.line_or_comment(language.retires, "retires", format!("retires = \"{day}\""));
        }
        for remark in &entry.remarks {
            self.comments.push(("remark", remark.clone()));
        }
    }

    /// A line where the language has it, else a comment.
    fn line_or_comment(&mut self, can: bool, what: &'static str, line: String) {
        if can { self.lines.push(line) } else { self.comments.push((what, line)) }
    }

    fn rates(&mut self, rates: &Rates, language: &Language) -> String {
        let mut keys =
            vec![format!("input = {}", money(rates.input)), format!("output = {}", money(rates.output))];
        if let Some(reasoning) = rates.reasoning {
            let written = format!("reasoning = {}", money(reasoning));
            if language.reasoning { keys.push(written) } else { self.comments.push(("reasoning", written)) }
        }
        keys.extend(rates.request.map(|price| format!("request = \"{price} USD /request\"")));
        keys.join(", ")
    }

    fn cache(&mut self, rates: &Rates) {
        let writes: Vec<_> = [("5 min", rates.cache_write), ("1 h", rates.cache_write_hour)]
            .into_iter()
            .filter_map(|(lasts, rate)| Some((lasts, rate?)))
            .map(|(lasts, rate)| format!("{{ lasts = \"{lasts}\", rate = {} }}", money(rate)))
            .collect();
        let writes = writes.join(", ");
        match rates.cache_read {
            Some(read) if writes.is_empty() => {
                self.lines.push(format!("cache = {{ read = {} }}", money(read)));
            }
            Some(read) => {
                self.lines.push(format!("cache = {{ read = {}, writes = [{writes}] }}", money(read)));
            }
            None if writes.is_empty() => {}
            None => self.comments.push(("cache writes without a price of reading", writes)),
        }
    }

    fn services(&mut self, entry: &Entry, language: &Language) {
        let mut factors = Vec::new();
        for (service, instead) in &entry.services {
            let (name, can) = match service {
                Service::Batch => ("batch", language.batch),
                Service::Flex => ("flex", language.flex),
                Service::Priority => ("priority", language.priority),
                Service::Standard => continue,
            };
            match one_factor(instead, &entry.rates) {
                Some((factor, exact)) if can => {
                    factors.push(format!("{name} = {factor}"));
                    if !exact {
                        self.comments.push(("rounded factor", format!("{name}: {}", in_words(instead))));
                    }
                }
                Some((factor, _)) => self.comments.push((name, format!("factors.{name} = {factor}"))),
                None => self.comments.push((name, format!("no single factor: {}", in_words(instead)))),
            }
        }
        if !factors.is_empty() {
            self.lines.push(format!("factors = {{ {} }}", factors.join(", ")));
        }
    }

    /// Where a region costs more, the rates themselves are those of anywhere.
    fn regions(&mut self, entry: &Entry) {
        if entry.regions.is_empty() {
            return;
        }
        let regions = entry.regions.iter().map(|(region, factor)| format!("{region} = {factor}"));
        let regions: Vec<String> = std::iter::once("global = 1".to_owned()).chain(regions).collect();
        self.lines.push(format!("regions = {{ {} }}", regions.join(", ")));
    }

    fn tiers(&mut self, rates: &Rates, language: &Language) {
        let mut tiers = Vec::new();
        for tier in &rates.tiers {
            let prices = &tier.prices;
            let input = prices.input.map_or(Some((Decimal::ONE, true)), |price| price.over(rates.input));
            let output = prices.output.map_or(Some((Decimal::ONE, true)), |price| price.over(rates.output));
            let words = format!("above {} tokens: {}", tier.above, in_words(prices));
            let (Some((input, exact_in)), Some((output, exact_out))) = (input, output) else {
                self.comments.push(("long_context", format!("no factor of a price of zero: {words}")));
                continue;
            };
            tiers.push(format!(
                "{{ above = \"{} tokens\", input_factor = {input}, output_factor = {output} }}",
                tier.above
            ));
            let cache = prices.cache_read.zip(rates.cache_read).and_then(|(price, usual)| price.over(usual));
            let other_cache = cache.is_some_and(|(factor, _)| factor != input);
            if !(exact_in && exact_out) || other_cache {
                self.comments.push(("long_context, exactly", words));
            }
        }
        if !tiers.is_empty() {
            let line = format!("long_context = [{}]", tiers.join(", "));
            self.line_or_comment(language.long_context, "long_context", line);
        }
    }

    fn windows(&mut self, usual: &Usual, language: &Language) {
        let mut windows = Vec::new();
        for other in &usual.others {
            let instead = as_instead(other.rates);
            let hours: Vec<String> =
                other.hours.iter().map(|(a, b)| format!("{} to {}", clock(*a), clock(*b))).collect();
            match one_factor(&instead, usual.rates).filter(|(_, exact)| *exact && language.windows) {
                Some((factor, _)) => windows.extend(other.hours.iter().map(|(from, until)| {
                    format!(
                        "{{ from = \"{}\", until = \"{}\", zone = \"+00:00\", factor = {factor} }}",
                        clock(*from),
                        clock(*until)
                    )
                })),
                None => self
                    .comments
                    .push(("windows", format!("{} UTC: {}", hours.join(" and "), in_words(&instead)))),
            }
        }
        if !windows.is_empty() {
            self.lines.push(format!("windows = [{}]", windows.join(", ")));
        }
    }

    fn announced(&mut self, entry: &Entry, language: &Language) {
        let mut dated = Vec::new();
        for (day, rates) in &entry.announced {
            let written = format!("{{ input = {}, output = {} }}", money(rates.input), money(rates.output));
            dated.push(format!("{} = {written}", day.year_month()));
            if day.day() > 1 || as_instead(rates).cache_read.is_some() || !rates.tiers.is_empty() {
                self.comments
                    .push(("announced, exactly", format!("from {day}: {}", in_words(&as_instead(rates)))));
            }
        }
        if !dated.is_empty() {
            let line = format!("announced = {{ {} }}", dated.join(", "));
            self.line_or_comment(language.announced, "announced", line);
        }
    }
}

/// The prices of most of the day, and those of the rest.
struct Usual<'a> {
    rates: &'a Rates,
    others: Vec<Hours<'a>>,
}

/// Spans of minutes with other prices.
struct Hours<'a> {
    hours: Vec<(u16, u16)>,
    rates: &'a Rates,
}

const DAY: u16 = 24 * 60;

/// Which prices hold for most of the day: those become the rates.
fn usual(entry: &Entry) -> Usual<'_> {
    let spans = |window: &Window| -> Vec<(u16, u16)> {
        if window.from < window.until {
            return vec![(window.from, window.until)];
        }
        [(0, window.until), (window.from, DAY)].into_iter().filter(|(from, until)| from < until).collect()
    };
    let minutes = |spans: &[(u16, u16)]| spans.iter().map(|(from, until)| until - from).sum::<u16>();
    if let [window] = entry.windows.as_slice() {
        let inside = spans(window);
        if minutes(&inside) * 2 > DAY {
            let outside = Window { from: window.until % DAY, until: window.from, rates: entry.rates.clone() };
            let others = vec![Hours { hours: spans(&outside), rates: &entry.rates }];
            return Usual { rates: &window.rates, others };
        }
    }
    let others = entry.windows.iter().map(|window| Hours { hours: spans(window), rates: &window.rates });
    Usual { rates: &entry.rates, others: others.collect() }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn as_instead(rates: &Rates) -> Instead {
    Instead {
        input: Some(rates.input),
        output: Some(rates.output),
        reasoning: rates.reasoning,
        cache_read: rates.cache_read,
        cache_write: rates.cache_write,
    }
}

/// The factor between two sets of prices if it is the same for all of them, and whether it is exact.
fn one_factor(instead: &Instead, usual: &Rates) -> Option<(Decimal, bool)> {
    let pairs = [
        (instead.input, Some(usual.input)),
        (instead.output, Some(usual.output)),
        (instead.reasoning, usual.reasoning),
        (instead.cache_read, usual.cache_read),
    ];
    let mut factor: Option<(Decimal, bool)> = None;
    for (price, base) in pairs {
        let (Some(price), Some(base)) = (price, base) else { continue };
        if price.is_zero() && base.is_zero() {
            continue;
        }
        let here = price.over(base)?;
        if factor.is_some_and(|(before, _)| before != here.0) {
            return None;
        }
        factor = Some(here);
    }
    // A factor on all rates has to be known for both sides, where both cost something.
    let known = instead.input.is_some() && (instead.output.is_some() || usual.output.is_zero());
    factor.filter(|(factor, _)| known && !factor.is_zero())
}

fn in_words(prices: &Instead) -> String {
    let said = [
        ("input", prices.input),
        ("output", prices.output),
        ("reasoning", prices.reasoning),
        ("cache read", prices.cache_read),
        ("cache write", prices.cache_write),
    ];
    let said = said.into_iter().filter_map(|(name, price)| Some(format!("{name} {} USD /Mtok", price?)));
    said.collect::<Vec<_>>().join(", ")
}
