//! The words of units: each atom with its dimensions and its size in base units.

use super::currency::Currency;
use super::dims::Dims;
use super::unit::Period;

/// One word of a unit. A number of it is `number * up / down` base units; two integers, because most sizes below one
/// (1/100, 1/3600) have no exact binary fraction and one division rounds only once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    pub(super) dims: Dims,
    pub(super) up: f64,
    pub(super) down: f64,
    pub(super) currency: Option<Currency>,
    pub(super) period: Option<Period>,
}

impl Atom {
    const fn sized(dims: Dims, up: f64, down: f64) -> Self {
        Self { dims, up, down, currency: None, period: None }
    }

    /// The atom of a word, or `None` if there is no such unit.
    pub(super) fn parse(word: &str) -> Option<Self> {
        if let Some(currency) = Currency::parse(word) {
            return Some(Self { currency: Some(currency), ..Self::sized(Dims::MONEY, 1.0, 1.0) });
        }
        let &(_, dims, up, down) = ATOMS.iter().find(|(names, ..)| names.contains(&word))?;
        let period = if dims == Dims::HOUR {
            Some(Period::Clock { hours: up / down })
        } else if dims == Dims::MONTH {
            Some(Period::Calendar { months: up / down })
        } else {
            None
        };
        Some(Self { period, ..Self::sized(dims, up, down) })
    }
}

/// Every word that a unit can be made of, without the currencies.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    ATOMS.iter().flat_map(|(names, ..)| names.iter().copied())
}

/// Words by what they measure.
pub(super) fn classes() -> Vec<Vec<&'static str>> {
    let mut classes: Vec<(Dims, Vec<&'static str>)> = Vec::new();
    for (names, dims, ..) in ATOMS {
        match classes.iter_mut().find(|(of, _)| of == dims) {
            Some((_, words)) => words.extend(*names),
            None => classes.push((*dims, names.to_vec())),
        }
    }
    classes.into_iter().map(|(_, words)| words).collect()
}

/// Whether a word measures something that these dimensions are made of.
pub(super) fn measures(word: &str, of: Dims) -> bool {
    Atom::parse(word).is_some_and(|atom| of.involves(atom.dims))
}

/// Names, dimensions, and the size as a fraction.
type Row = (&'static [&'static str], Dims, f64, f64);

/// Sizes are definitions: 60, 24, 7 and 12 of time, SI and IEC 80000-13 prefixes. TFLOPS are operations per second,
/// so 3600e12 an hour.
const ATOMS: &[Row] = &[
    (&["%"], Dims::SHARE, 1.0, 100.0),
    (&["points", "point"], Dims::POINT, 1.0, 100.0),
    (&["tokens", "token", "tok"], Dims::TOKEN, 1.0, 1.0),
    (&["ktok"], Dims::TOKEN, 1e3, 1.0),
    (&["Mtok"], Dims::TOKEN, 1e6, 1.0),
    (&["Btok"], Dims::TOKEN, 1e9, 1.0),
    (&["Ttok"], Dims::TOKEN, 1e12, 1.0),
    (&["characters", "character"], Dims::CHARACTER, 1.0, 1.0),
    (&["words", "word"], Dims::WORD, 1.0, 1.0),
    (&["requests", "request"], Dims::REQUEST, 1.0, 1.0),
    (&["users", "user"], Dims::USER, 1.0, 1.0),
    (&["seats", "seat"], Dims::SEAT, 1.0, 1.0),
    (&["items", "item"], Dims::ITEM, 1.0, 1.0),
    (&["incidents", "incident"], Dims::INCIDENT, 1.0, 1.0),
    (&["GPUs", "GPU"], Dims::GPU, 1.0, 1.0),
    (&["replicas", "replica"], Dims::REPLICA, 1.0, 1.0),
    (&["servers", "server"], Dims::SERVER, 1.0, 1.0),
    (&["racks", "rack"], Dims::RACK, 1.0, 1.0),
    (&["PTU"], Dims::PTU, 1.0, 1.0),
    (&["FTE"], Dims::FTE, 1.0, 1.0),
    (&["ms"], Dims::HOUR, 1.0, 3.6e6),
    (&["s"], Dims::HOUR, 1.0, 3600.0),
    (&["min"], Dims::HOUR, 1.0, 60.0),
    (&["h", "hour", "hours"], Dims::HOUR, 1.0, 1.0),
    (&["day", "days"], Dims::HOUR, 24.0, 1.0),
    (&["week", "weeks"], Dims::HOUR, 168.0, 1.0),
    (&["month", "months"], Dims::MONTH, 1.0, 1.0),
    (&["year", "years"], Dims::MONTH, 12.0, 1.0),
    (&["W"], Dims::WATT, 1.0, 1.0),
    (&["kW"], Dims::WATT, 1e3, 1.0),
    (&["MW"], Dims::WATT, 1e6, 1.0),
    (&["Wh"], WATT_HOUR, 1.0, 1.0),
    (&["kWh"], WATT_HOUR, 1e3, 1.0),
    (&["MWh"], WATT_HOUR, 1e6, 1.0),
    (&["bytes", "byte"], Dims::BYTE, 1.0, 1.0),
    (&["kB"], Dims::BYTE, 1e3, 1.0),
    (&["MB"], Dims::BYTE, 1e6, 1.0),
    (&["GB"], Dims::BYTE, 1e9, 1.0),
    (&["TB"], Dims::BYTE, 1e12, 1.0),
    (&["GiB"], Dims::BYTE, 1_073_741_824.0, 1.0),
    (&["FLOP"], Dims::FLOP, 1.0, 1.0),
    (&["TFLOP"], Dims::FLOP, 1e12, 1.0),
    (&["EFLOP"], Dims::FLOP, 1e18, 1.0),
    (&["TFLOPS"], FLOP_PER_HOUR, 3600e12, 1.0),
    (&["PFLOPS"], FLOP_PER_HOUR, 3600e15, 1.0),
];

const WATT_HOUR: Dims = Dims::WATT.times(Dims::HOUR);
const FLOP_PER_HOUR: Dims = Dims::FLOP.per(Dims::HOUR);
