//! A month opened up: price × quantity, and the inputs behind each figure.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::display::{Lang, clean, exact};
use super::rounded::Rounding;
use super::table::{Align, table};
use crate::diagnostic::Sources;
use crate::engine::{Account, Opened};
use crate::finance::{Component, View};
use crate::lanes::Slot;
use crate::units::format_number;
use crate::world::Input;

/// A month of a strategy, and what is needed to tell where its figures come from.
pub struct Statement<'a> {
    /// The month's postings.
    pub opened: &'a Opened,
    /// What each value of the world comes from.
    pub inputs: &'a [Input],
    /// The texts that inputs stand in.
    pub sources: &'a Sources,
    /// ISO 4217 code of all amounts.
    pub currency: &'a str,
    /// What the sum of all cash is called, in English and in Japanese.
    pub sum: [&'static str; 2],
    /// The language to write in.
    pub lang: Lang,
}

/// A posting with its amount in minor units.
struct Entry<'a> {
    account: &'a Account,
    amount: i64,
    /// Its inputs, by their number in the list of inputs.
    inputs: Vec<usize>,
}

/// A component of the month with its postings.
struct Section<'a> {
    component: Component,
    total: i64,
    entries: Vec<Entry<'a>>,
}

impl Statement<'_> {
    /// The month as text: the postings by component, totals, and the inputs with their places in the files.
    pub fn text(&self) -> String {
        let (sections, inputs) = self.sections();
        format!("{}\n\n{}", self.postings(&sections), self.input_list(&inputs))
    }

    /// The same as one JSON object.
    pub fn json(&self) -> Value {
        let (sections, inputs) = self.sections();
        let rounding = Rounding::of(self.currency);
        let section = |s: &Section| {
            let entries = s.entries.iter().map(|entry| {
                let line = &entry.account.line;
                json!({
                    "label": line.label,
                    "payee": line.payee,
                    "quantity": entry.account.quantity / line.per_unit,
                    "unit": line.unit,
                    "price": price(entry.account),
                    "amount": rounding.amount(entry.amount),
                    "inputs": entry.inputs.iter().map(|place| &self.inputs[inputs[*place].number()].name).collect::<Vec<_>>(),
                })
            });
            json!({
                "component": s.component.name(),
                "amount": rounding.amount(s.total),
                "postings": entries.collect::<Vec<_>>(),
            })
        };
        json!({
            "paths": self.opened.paths,
            "currency": self.currency,
            "cash": rounding.amount(total(&sections, View::Cash)),
            "accrual": rounding.amount(total(&sections, View::Accrual)),
            "components": sections.iter().map(section).collect::<Vec<_>>(),
            "inputs": inputs.iter().map(|slot| self.input_json(*slot)).collect::<Vec<_>>(),
        })
    }

    /// Components in their usual order, and the inputs in the order in which they are first needed.
    fn sections(&self) -> (Vec<Section<'_>>, Vec<Slot>) {
        let mut inputs = Vec::new();
        let sections = Component::ALL.into_iter().filter_map(|component| {
            let made = |a: &&Account| a.line.component == component && (a.amount != 0.0 || a.quantity != 0.0);
            let accounts: Vec<&Account> = self.opened.accounts.iter().filter(made).collect();
            if accounts.is_empty() {
                return None;
            }
            Some(self.section(component, &accounts, &mut inputs))
        });
        let sections = sections.collect();
        (sections, inputs)
    }

    /// Rounded so that the component has the amount that the tables show and its postings add up to it: what rounding
    /// leaves goes to the largest.
    fn section<'a>(
        &self,
        component: Component,
        accounts: &[&'a Account],
        inputs: &mut Vec<Slot>,
    ) -> Section<'a> {
        let rounding = Rounding::of(self.currency);
        let total = rounding.minor(accounts.iter().map(|account| account.amount).sum());
        let mut entries: Vec<Entry> = accounts
            .iter()
            .map(|account| Entry {
                account,
                amount: rounding.minor(account.amount),
                inputs: self.number_inputs(&account.line.inputs, inputs),
            })
            .collect();
        let left = total - entries.iter().map(|entry| entry.amount).sum::<i64>();
        if let Some(largest) = entries.iter_mut().max_by_key(|entry| entry.amount.abs()) {
            largest.amount += left;
        }
        Section { component, total, entries }
    }

    /// The numbers of the inputs behind some values; new ones are added to the list.
    fn number_inputs(&self, values: &[Slot], list: &mut Vec<Slot>) -> Vec<usize> {
        let mut found = BTreeSet::new();
        let mut open: Vec<Slot> = values.to_vec();
        while let Some(slot) = open.pop() {
            let input = &self.inputs[slot.number()];
            if input.origin.is_some() {
                found.insert(slot);
            } else {
                open.extend(&input.parents);
            }
        }
        let number = |slot: Slot| {
            list.iter().position(|known| *known == slot).unwrap_or_else(|| {
                list.push(slot);
                list.len() - 1
            })
        };
        let mut numbers: Vec<usize> = found.into_iter().map(number).collect();
        numbers.sort_unstable();
        numbers
    }

    fn postings(&self, sections: &[Section]) -> String {
        let rounding = Rounding::of(self.currency);
        let money = |minor: i64| exact(rounding.amount(minor), self.currency);
        let mut rows = Vec::new();
        for section in sections {
            let name = self.lang.pick(section.component.name(), section.component.name_ja());
            let only = match section.component.view() {
                View::Both => "",
                View::Cash => self.lang.pick(" (cash only)", "（現金のみ）"),
                View::Accrual => self.lang.pick(" (books only)", "（会計のみ）"),
            };
            rows.push(vec![
                format!("{name}{only}"),
                String::new(),
                String::new(),
                money(section.total),
                String::new(),
            ]);
            for entry in &section.entries {
                let line = &entry.account.line;
                rows.push(vec![
                    format!("  {} · {}", clean(&line.label, 40), clean(&line.payee, 40)),
                    quantity(entry.account),
                    format!("× {}", format_number(price(entry.account), 5)),
                    money(entry.amount),
                    ranges(&entry.inputs),
                ]);
            }
        }
        let mut last = |name: &str, view| {
            rows.push(vec![
                name.to_owned(),
                String::new(),
                String::new(),
                money(total(sections, view)),
                String::new(),
            ]);
        };
        let split = sections.iter().any(|section| section.component.view() != View::Both);
        last(self.lang.pick(self.sum[0], self.sum[1]), View::Cash);
        if split {
            last(self.lang.pick("Cost in the books", "会計上の費用"), View::Accrual);
        }
        let price = format!("{} ({})", self.lang.pick("Price", "単価"), self.currency);
        let header = vec![
            String::new(),
            self.lang.pick("Quantity", "数量").to_owned(),
            price,
            self.lang.pick("Amount", "金額").to_owned(),
            self.lang.pick("Inputs", "入力").to_owned(),
        ];
        table(header, rows, &[Align::Left, Align::Right, Align::Right, Align::Right, Align::Left])
    }

    /// Each input with its value in the month, as written, and where it stands.
    fn input_list(&self, inputs: &[Slot]) -> String {
        let title = match (self.lang, self.opened.paths) {
            (Lang::En, 1) => "Inputs: value in the month, as written, place and source".to_owned(),
            (Lang::En, _) => "Inputs: mean value in the month, as written, place and source".to_owned(),
            (Lang::Ja, 1) => "入力：その月の値、記述、場所と出典".to_owned(),
            (Lang::Ja, _) => "入力：その月の平均値、記述、場所と出典".to_owned(),
        };
        let mut lines = vec![title];
        let mut sources: Vec<&str> = Vec::new();
        for (i, slot) in inputs.iter().enumerate() {
            let input = &self.inputs[slot.number()];
            let Some(origin) = &input.origin else { continue };
            let value = input.unit.format(self.opened.values[slot.number()]);
            lines.push(format!("{:>4}  {} = {value}", i + 1, origin.address));
            let provenance = &origin.provenance;
            let mut notes = vec![clean(&origin.written, 100)];
            match self.place(*slot) {
                Some((file, line)) => notes.push(format!("{file}:{line}")),
                None => notes.extend(provenance.source.clone()),
            }
            notes.extend(provenance.evidence.map(|evidence| evidence.word().to_owned()));
            notes.extend(provenance.as_of.iter().map(|date| clean(date, 20)));
            if let Some(source) = provenance.source.as_deref().filter(|_| self.place(*slot).is_some()) {
                let place = sources.iter().position(|known| *known == source);
                let place = place.unwrap_or_else(|| {
                    sources.push(source);
                    sources.len() - 1
                });
                notes.push(format!("S{}", place + 1));
            }
            lines.push(format!("      {}", notes.join(" · ")));
        }
        if !sources.is_empty() {
            lines.push(format!("\n{}", self.lang.pick("Sources", "出典")));
        }
        lines.extend(
            sources
                .iter()
                .enumerate()
                .map(|(i, source)| format!("{:>4}  {}", format!("S{}", i + 1), clean(source, 300))),
        );
        lines.join("\n")
    }

    /// The file and line of an input; none for a default, which stands in no file.
    fn place(&self, slot: Slot) -> Option<(&str, usize)> {
        let origin = self.inputs[slot.number()].origin.as_ref()?;
        if origin.provenance.source.as_deref() == Some("tokencast default") {
            return None;
        }
        let source = self.sources.get(origin.span.file)?;
        Some((source.name(), source.position(origin.span.start).line))
    }

    fn input_json(&self, slot: Slot) -> Value {
        let input = &self.inputs[slot.number()];
        let Some(origin) = &input.origin else { return Value::Null };
        let value = self.opened.values[slot.number()];
        let unit = input.unit.unit.as_ref();
        let place = self.place(slot);
        json!({
            "address": origin.address,
            "value": unit.map_or(value, |unit| unit.from_base(value)),
            "unit": unit.map(|unit| &unit.text),
            "written": origin.written,
            "uncertain": input.uncertain,
            "file": place.map(|(file, _)| file),
            "line": place.map(|(_, line)| line),
            "source": origin.provenance.source,
            "as_of": origin.provenance.as_of,
            "evidence": origin.provenance.evidence.map(crate::document::Evidence::word),
        })
    }
}

/// The mean price of a unit: what is paid over what is bought.
fn price(account: &Account) -> f64 {
    let quantity = account.quantity / account.line.per_unit;
    if quantity == 0.0 { 0.0 } else { account.amount / quantity }
}

/// `880.26 GPU-hours`, `1 month`.
fn quantity(account: &Account) -> String {
    let number = format_number(account.quantity / account.line.per_unit, 5);
    let unit = account.line.unit;
    let unit = if number == "1" { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
    format!("{number} {unit}")
}

/// Places as numbers from 1 on, neighbors together: `1–4 7`.
fn ranges(places: &[usize]) -> String {
    let runs = places.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [first, .., last] => format!("{}–{}", first + 1, last + 1),
        [only] => (only + 1).to_string(),
        [] => String::new(),
    });
    runs.collect::<Vec<_>>().join(" ")
}

fn total(sections: &[Section], view: View) -> i64 {
    let counts = |s: &&Section| s.component.view() == View::Both || s.component.view() == view;
    sections.iter().filter(counts).map(|section| section.total).sum()
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn neighbors_stand_together() {
        assert_eq!(ranges(&[0, 1, 2, 4, 8, 9]), "1–3 5 9–10");
        assert_eq!(ranges(&[]), "");
    }
}
