//! A quantity string taken apart, and what a kind makes of it.

use std::ops::Range;

use super::dims::Dims;
use super::kind::{Kind, Support, TimeBasis};
use super::mistake::Mistake;
use super::number::{Number, magnitude};
use super::quantity::{Amount, Quantity, parse};
use super::refused;
use super::unit::{Unit, Written, format_number, trimmed};

/// Whether a text reads as a quantity of any kind.
pub(super) fn is_well_formed(text: &str) -> bool {
    Expression::read(text).is_ok()
}

/// A number and the unit behind it.
pub(super) struct Term {
    number: Number,
    pub(super) unit: Option<Written>,
    range: Range<usize>,
}

impl Term {
    fn read(text: &str, range: Range<usize>) -> Result<Self, Mistake> {
        let range = trimmed(text, range);
        let number = Number::scan(text, range.clone())?;
        let place = trimmed(text, number.range.end..range.end);
        if place.is_empty() {
            return Ok(Self { number, unit: None, range });
        }
        if let Some(mistake) = refused::unit(text, &number, &place) {
            return Err(mistake);
        }
        Ok(Self { unit: Some(Written::parse(text, place)?), number, range })
    }

    /// Where to point when the unit is wrong: at the unit, else at the number.
    fn unit_range(&self) -> Range<usize> {
        self.unit.as_ref().map_or(self.number.range.clone(), |unit| unit.range.clone())
    }
}

/// A text that reads as a quantity, not yet of any kind.
pub(super) struct Expression<'a> {
    text: &'a str,
    first: Term,
    second: Option<Term>,
}

impl<'a> Expression<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, Mistake> {
        if let Some(mistake) = refused::text(text) {
            return Err(mistake);
        }
        let words = text.split(' ').scan(0, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, word))
        });
        let separators: Vec<usize> =
            words.filter(|&(_, word)| word == "to").map(|(start, _)| start).collect();
        match separators[..] {
            [] => Ok(Self { text, first: Term::read(text, 0..text.len())?, second: None }),
            [to] => Ok(Self {
                text,
                first: Term::read(text, 0..to)?,
                second: Some(Term::read(text, to + 2..text.len())?),
            }),
            [_, extra, ..] => Err(Mistake::new(extra..extra + 2, "an interval has two ends")),
        }
    }

    pub(super) fn end(&self) -> &Term {
        self.second.as_ref().unwrap_or(&self.first)
    }

    /// The unit at the end, which may be none.
    pub(super) fn end_unit(&self) -> Written {
        let end = self.end();
        end.unit.clone().unwrap_or(Written { above: None, below: None, range: end.range.end..end.range.end })
    }

    pub(super) fn resolve(&self, kind: &Kind) -> Result<Quantity, Mistake> {
        let end_unit = self.end_unit();
        self.unit_stands_at_the_end(&end_unit)?;
        let unit = self.fit(&end_unit, self.end(), kind)?;
        let Some(second) = &self.second else {
            let value = self.value(&self.first, &unit, kind)?;
            return Ok(Quantity { amount: Amount::Single(value), unit });
        };
        let low_unit = match &self.first.unit {
            Some(written) => self.fit(&written.or_below(&end_unit), &self.first, kind)?,
            None => unit.clone(),
        };
        self.ends_agree(&low_unit, &unit, kind)?;
        let low = self.value(&self.first, &low_unit, kind)?;
        let high = self.value(second, &unit, kind)?;
        self.interval(low, high, &low_unit, &unit, kind)?;
        Ok(Quantity { amount: Amount::Interval { low, high }, unit })
    }

    /// `1 USD to 2` and `1 % /month to 4 %` leave the second end without what the first has.
    fn unit_stands_at_the_end(&self, end_unit: &Written) -> Result<(), Mistake> {
        let (Some(second), Some(written)) = (&self.second, &self.first.unit) else { return Ok(()) };
        let unit = &self.text[written.range.clone()];
        let moved = if second.unit.is_none() {
            unit
        } else if written.below.is_some() && end_unit.below.is_none() {
            &unit[unit.find('/').unwrap_or(0)..]
        } else {
            return Ok(());
        };
        let first = self.text[..written.range.end].trim_end_matches(moved).trim_end();
        let right = format!("{first} to {} {moved}", &self.text[second.range.clone()]);
        let mistake = Mistake::new(written.range.clone(), "in an interval the unit stands at the end");
        Err(mistake.write(right))
    }

    /// The unit, if its dimensions are those of the kind.
    fn fit(&self, written: &Written, term: &Term, kind: &Kind) -> Result<Unit, Mistake> {
        let dims = fitting_dims(written, kind).ok_or_else(|| self.misfit(written, term, kind))?;
        Ok(written.unit(self.text, dims, kind.time == TimeBasis::Compounding))
    }

    /// Why the dimensions are not those of the kind.
    fn misfit(&self, written: &Written, term: &Term, kind: &Kind) -> Mistake {
        let dims = written.dims();
        let fits = |dims| fitting(dims, kind).is_some();
        let place = term.unit_range();
        let after_number = term.number.range.end..term.number.range.end;
        let example = parse(kind.example, kind).ok();
        if fits(dims.times(Dims::MONEY)) {
            let code =
                example.and_then(|example| example.unit.currency).map_or("USD", |currency| currency.code());
            return Mistake::new(place, "money needs its currency").replace(
                self.text,
                after_number,
                &format!(" {code}"),
            );
        }
        if term.unit.is_none() {
            let mistake =
                Mistake::new(place, format!("`{}` has no unit", &self.text[term.number.range.clone()]));
            let unit = example.map(|example| format!(" {}", example.unit.text));
            return unit
                .iter()
                .fold(mistake, |mistake, unit| mistake.replace(self.text, after_number.clone(), unit));
        }
        if fits(dims.times(Dims::SHARE)) {
            let mistake = Mistake::new(place, "a share per time is written with `%`");
            return match self.percent() {
                Some(percent) => mistake.replace(self.text, term.number.range.clone(), &percent),
                None => mistake,
            };
        }
        let message = format!("this is {}, not {}", dims, kind.words());
        let mistake = Mistake::new(place.clone(), message);
        let unit = &self.text[place.clone()];
        if fits(dims.per(Dims::SHARE).times(Dims::POINT)) {
            mistake.replace(
                self.text,
                after_number.start..place.end,
                &format!(" {}", unit.replacen('%', "points", 1)),
            )
        } else if fits(dims.per(Dims::POINT).times(Dims::SHARE)) {
            let percent = unit.replacen("points", "%", 1).replacen("point", "%", 1);
            mistake.replace(self.text, place, &percent)
        } else if [Dims::CHARACTER, Dims::WORD].contains(&dims) && fits(Dims::TOKEN) {
            mistake.help(
                "how many tokens a text is depends on the llm; a key that ends in `_text` takes it as it is",
            )
        } else {
            mistake
        }
    }

    /// The last number with `%`: 0.02 was meant as 2 %, but 2 hardly as 200 %.
    fn percent(&self) -> Option<String> {
        let small = |term: &Term| term.number.value.abs() < 1.0;
        match (small(&self.first), self.end()) {
            (true, _) if self.second.is_some() => None,
            (true, end) => Some(format!("{} %", format_number(end.number.value * 100.0, 15))),
            (false, end) => Some(format!("{} %", &self.text[end.number.range.clone()])),
        }
    }

    /// Both ends have one currency and one basis of time; what compounds has one period.
    fn ends_agree(&self, low: &Unit, high: &Unit, kind: &Kind) -> Result<(), Mistake> {
        let all = self.first.range.start..self.end().range.end;
        for (a, b) in [(low.currency, high.currency), (low.quoted, high.quoted)] {
            if let (Some(a), Some(b)) = (a, b)
                && a != b
            {
                return Err(Mistake::new(all, format!("the ends have different currencies, {a} and {b}")));
            }
        }
        if let (Some(a), Some(b)) = (low.period, high.period) {
            if !a.same_basis(b) {
                let message =
                    "one end is in clock time and one in calendar time, and months differ in length";
                return Err(Mistake::new(all, message));
            }
            if kind.time == TimeBasis::Compounding && a != b {
                return Err(Mistake::new(all, "the ends compound over different times"));
            }
        }
        Ok(())
    }

    /// The value of one end in base units, inside the limits of the kind.
    fn value(&self, term: &Term, unit: &Unit, kind: &Kind) -> Result<f64, Mistake> {
        let value = unit.to_base(term.number.value);
        let text = &self.text[term.range.clone()];
        let refuse = |what: &str| Err(Mistake::new(term.range.clone(), format!("`{text}` is {what}")));
        if let Some(problem) = magnitude(value, term.number.value == 0.0) {
            return refuse(problem);
        }
        if kind.support != Support::Any && value < 0.0 {
            return refuse("below zero");
        }
        if kind.support == Support::Share && value > 1.0 {
            let end = self.end().range.end;
            // 1.4 may be 140 % or 1.4 %; 15 is 15 %.
            let percent = |term: &Term| (2.0..=100.0).contains(&term.number.value);
            let percent_was_meant = unit.text.is_empty() && percent(&self.first) && percent(self.end());
            let mistake = Mistake::new(term.range.clone(), format!("`{text}` is above 100 %"));
            return Err(if percent_was_meant { mistake.replace(self.text, end..end, " %") } else { mistake });
        }
        if kind.time == TimeBasis::Compounding && value <= -1.0 {
            return refuse("a fall to nothing or below");
        }
        Ok(value)
    }

    /// The ends are in order and inside the range that the interval's shape can reach.
    fn interval(
        &self,
        low: f64,
        high: f64,
        low_unit: &Unit,
        unit: &Unit,
        kind: &Kind,
    ) -> Result<(), Mistake> {
        let Some(second) = &self.second else { return Ok(()) };
        let number = |term: &Term| self.text[term.number.range.clone()].to_owned();
        let with_unit = |number: String, unit: &Unit| format!("{number} {}", unit.text).trim_end().to_owned();
        let end = with_unit(number(second), unit);
        let below =
            if low_unit.text.contains('/') { None } else { unit.text.find('/').map(|at| &unit.text[at..]) };
        let start = with_unit(number(&self.first), low_unit)
            + &below.map_or(String::new(), |below| format!(" {below}"));
        let all = self.first.range.start..second.range.end;
        if low > high {
            let mistake = Mistake::new(all, "the interval runs backwards");
            return Err(if self.first.unit.is_none() {
                let right = with_unit(format!("{} to {}", number(second), number(&self.first)), unit);
                mistake.write(right)
            } else {
                mistake.write(format!("{end} to {start}"))
            });
        }
        if low >= high {
            return Err(Mistake::new(all, "both ends are the same").write(end));
        }
        let (border, at) = match kind.support {
            Support::Share if high >= 1.0 => ("cannot end at 100 %", second),
            Support::Share | Support::Positive if low == 0.0 => ("cannot start at 0", &self.first),
            _ => return Ok(()),
        };
        let mistake =
            Mistake::new(at.range.clone(), format!("an interval {border}, which its shape never reaches"));
        Err(mistake
            .help(format!("name a distribution: {{ uniform = {{ min = \"{start}\", max = \"{end}\" }} }}")))
    }
}

/// The dimensions of the kind as written, with the basis of time that was used; `None` if they are others.
pub(super) fn fitting_dims(written: &Written, kind: &Kind) -> Option<Dims> {
    fitting(written.dims(), kind)
}

fn fitting(dims: Dims, kind: &Kind) -> Option<Dims> {
    let free = kind.time != TimeBasis::Declared;
    let comparable = if free && !dims.mixes_time() { dims.any_time() } else { dims };
    if !kind.dims.agrees_with(comparable, kind.implied) {
        return None;
    }
    Some(if free && dims.has_clock_time() { kind.dims.in_clock_time() } else { kind.dims })
}
