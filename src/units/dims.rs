//! Dimensions: how often each base kind stands above or below the slash.

use std::fmt;

/// What can be counted or measured, each in its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    /// A share of something; 1 is the whole. It is kept so that `"0.02 /month"` is not taken for `"2 % /month"`.
    Share,
    /// A change of a quality score; 1 is 100 points.
    Point,
    Money,
    /// The second currency of an exchange rate, below the slash.
    Quoted,
    Token,
    Character,
    Word,
    Request,
    User,
    Seat,
    Item,
    Incident,
    Gpu,
    Replica,
    Server,
    Rack,
    Ptu,
    Fte,
    Watt,
    Byte,
    Flop,
    /// Clock time.
    Hour,
    /// Calendar time; a month has its real hours, so it is no multiple of an hour.
    Month,
}

/// Singular and plural of each base, in the order of [`Base`].
const WORDS: [(&str, &str); BASES] = [
    ("share", "a share"),
    ("point", "points"),
    ("money", "money"),
    ("unit of another currency", "units of another currency"),
    ("token", "tokens"),
    ("character", "characters"),
    ("word", "words"),
    ("request", "requests"),
    ("user", "users"),
    ("seat", "seats"),
    ("item", "items"),
    ("incident", "incidents"),
    ("GPU", "GPUs"),
    ("replica", "replicas"),
    ("server", "servers"),
    ("rack", "racks"),
    ("PTU", "PTU"),
    ("FTE", "FTE"),
    ("watt", "watts"),
    ("byte", "bytes"),
    ("FLOP", "FLOP"),
    ("hour", "hours"),
    ("month", "months"),
];

const BASES: usize = Base::Month as usize + 1;

/// The dimensions of a quantity: an exponent for each base kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dims([i8; BASES]);

impl Dims {
    /// Whether each base of the other is among these; clock and calendar time, and both sides of an exchange rate, count as
    /// one.
    pub(super) fn involves(self, other: Self) -> bool {
        let twin = |base: usize| match base {
            b if b == Base::Hour as usize => Base::Month as usize,
            b if b == Base::Month as usize => Base::Hour as usize,
            b if b == Base::Money as usize => Base::Quoted as usize,
            b => b,
        };
        (0..BASES).all(|base| other.0[base] == 0 || self.0[base] != 0 || self.0[twin(base)] != 0)
    }

    /// A plain number.
    pub const NONE: Self = Self([0; BASES]);
    /// A share of something.
    pub const SHARE: Self = Self::of(Base::Share);
    /// A change of a quality score.
    pub const POINT: Self = Self::of(Base::Point);
    /// Money of any currency.
    pub const MONEY: Self = Self::of(Base::Money);
    /// The second currency of an exchange rate.
    pub const QUOTED: Self = Self::of(Base::Quoted);
    /// Tokens.
    pub const TOKEN: Self = Self::of(Base::Token);
    /// Characters of text.
    pub const CHARACTER: Self = Self::of(Base::Character);
    /// Words of text.
    pub const WORD: Self = Self::of(Base::Word);
    /// Requests.
    pub const REQUEST: Self = Self::of(Base::Request);
    /// Users.
    pub const USER: Self = Self::of(Base::User);
    /// Seats.
    pub const SEAT: Self = Self::of(Base::Seat);
    /// Items: labels, cases, documents.
    pub const ITEM: Self = Self::of(Base::Item);
    /// Incidents and other events.
    pub const INCIDENT: Self = Self::of(Base::Incident);
    /// GPUs.
    pub const GPU: Self = Self::of(Base::Gpu);
    /// Replicas.
    pub const REPLICA: Self = Self::of(Base::Replica);
    /// Servers.
    pub const SERVER: Self = Self::of(Base::Server);
    /// Racks.
    pub const RACK: Self = Self::of(Base::Rack);
    /// Provisioned throughput units.
    pub const PTU: Self = Self::of(Base::Ptu);
    /// Full-time equivalents of staff.
    pub const FTE: Self = Self::of(Base::Fte);
    /// Electric power, in watts.
    pub const WATT: Self = Self::of(Base::Watt);
    /// Bytes.
    pub const BYTE: Self = Self::of(Base::Byte);
    /// Floating-point operations.
    pub const FLOP: Self = Self::of(Base::Flop);
    /// Clock time, in hours.
    pub const HOUR: Self = Self::of(Base::Hour);
    /// Calendar time, in months.
    pub const MONTH: Self = Self::of(Base::Month);

    const fn of(base: Base) -> Self {
        let mut exponents = [0; BASES];
        exponents[base as usize] = 1;
        Self(exponents)
    }

    /// The dimensions of a product.
    #[must_use]
    pub const fn times(self, other: Self) -> Self {
        self.combine(other, 1)
    }

    /// The dimensions of a ratio.
    #[must_use]
    pub const fn per(self, other: Self) -> Self {
        self.combine(other, -1)
    }

    const fn combine(self, other: Self, sign: i8) -> Self {
        let mut exponents = self.0;
        let mut i = 0;
        while i < BASES {
            exponents[i] = exponents[i].saturating_add(sign.saturating_mul(other.0[i]));
            i += 1;
        }
        Self(exponents)
    }

    /// Whether clock time and calendar time both occur.
    pub(super) const fn mixes_time(self) -> bool {
        self.0[Base::Hour as usize] != 0 && self.0[Base::Month as usize] != 0
    }

    /// The same with clock time counted as calendar time, for kinds that accept either.
    #[must_use]
    pub(super) const fn any_time(self) -> Self {
        let mut exponents = self.0;
        exponents[Base::Month as usize] =
            exponents[Base::Month as usize].saturating_add(exponents[Base::Hour as usize]);
        exponents[Base::Hour as usize] = 0;
        Self(exponents)
    }

    /// The same with calendar time counted as clock time.
    #[must_use]
    pub(super) const fn in_clock_time(self) -> Self {
        let mut exponents = self.any_time().0;
        exponents[Base::Hour as usize] = exponents[Base::Month as usize];
        exponents[Base::Month as usize] = 0;
        Self(exponents)
    }

    /// Whether clock time occurs.
    pub(super) const fn has_clock_time(self) -> bool {
        self.0[Base::Hour as usize] != 0
    }

    /// Whether `written` is meant: each base has the exponent of `self`, or none where `implied` allows that.
    pub(super) fn agrees_with(self, written: Self, implied: Self) -> bool {
        (0..BASES).all(|i| written.0[i] == self.0[i] || (written.0[i] == 0 && implied.0[i] == self.0[i]))
    }

    /// In words, with `time` said for any kind of time: "money per GPU-time".
    pub(super) fn words_any_time(self) -> String {
        self.any_time().words("time", "time")
    }

    fn words(self, month: &str, months: &str) -> String {
        let word = |i: usize| if i == Base::Month as usize { (month, months) } else { WORDS[i] };
        let side = |sign: i8| (0..BASES).filter(move |&i| self.0[i].signum() == sign);
        let mut above: Vec<&str> = side(1).map(|i| word(i).0).collect();
        if let (Some(last), Some(base)) = (above.last_mut(), side(1).next_back()) {
            *last = word(base).1;
        }
        let below: Vec<&str> = side(-1).map(|i| word(i).0).collect();
        let above = if above.is_empty() { "a number".to_owned() } else { above.join("-") };
        if below.is_empty() { above } else { format!("{above} per {}", below.join("-")) }
    }
}

/// In words: "money per token", "GPU-hours", "a share per month".
impl fmt::Display for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words("month", "months"))
    }
}
