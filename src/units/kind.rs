//! What a key wants: dimensions, limits, an example, and how time may be written.

use super::dims::Dims;

/// The values that a key can have; it also decides the shape of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// From 0 to 1; intervals are logit-normal and lie inside.
    Share,
    /// Zero or more; intervals are lognormal and start above zero.
    Positive,
    /// Any sign; intervals are normal.
    Any,
}

/// How time may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeBasis {
    /// As the dimensions say.
    Declared,
    /// Clock or calendar time in place of the calendar time of the dimensions. The value is in hours or in months;
    /// [`super::Unit::period`] says which.
    Either,
    /// Clock or calendar time below the slash, and the value compounds: it stays what stands above the slash, and
    /// [`super::Unit::period`] says over which time.
    Compounding,
}

/// What a key wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// With its article: "a price per token".
    pub noun: &'static str,
    /// The dimensions of the value.
    pub dims: Dims,
    /// The part of the dimensions that may be left out because the key says it.
    pub implied: Dims,
    /// The values that the key can have.
    pub support: Support,
    /// How time may be written.
    pub time: TimeBasis,
    /// A quantity of this kind, as one would write it.
    pub example: &'static str,
}

impl Kind {
    /// A kind of any value that is zero or more.
    pub const fn new(noun: &'static str, dims: Dims, example: &'static str) -> Self {
        Self {
            noun,
            dims,
            implied: Dims::NONE,
            support: Support::Positive,
            time: TimeBasis::Declared,
            example,
        }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn within(mut self, support: Support) -> Self {
        self.support = support;
        self
    }

    /// The same with a part of the dimensions that may be left out.
    #[must_use]
    pub const fn implying(mut self, implied: Dims) -> Self {
        self.implied = implied;
        self
    }

    /// The same with time on another basis.
    #[must_use]
    pub const fn timed(mut self, time: TimeBasis) -> Self {
        self.time = time;
        self
    }

    /// The same with another noun and example, for a key that means something more special.
    #[must_use]
    pub const fn named(mut self, noun: &'static str, example: &'static str) -> Self {
        self.noun = noun;
        self.example = example;
        self
    }

    /// Whether a bare number says it all: plain numbers, shares and counts.
    pub fn accepts_bare_number(&self) -> bool {
        self.dims == self.implied
    }

    /// `a price per token, such as "2 USD /Mtok"`.
    pub fn expected(&self) -> String {
        let bare = self.example.parse::<f64>().is_ok();
        if bare {
            format!("{}, such as {}", self.noun, self.example)
        } else {
            format!("{}, such as \"{}\"", self.noun, self.example)
        }
    }

    /// The dimensions in words.
    pub(super) fn words(&self) -> String {
        match self.time {
            TimeBasis::Declared => self.dims.to_string(),
            TimeBasis::Either | TimeBasis::Compounding => self.dims.words_any_time(),
        }
    }
}

/// Defines each kind as a constant and lists them all, so that no test can miss one.
macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident = $kind:expr;)+) => {
        $($(#[$doc])+ pub const $name: Kind = $kind;)+

        /// Every kind of this list with its name.
        pub const KINDS: &[(&str, &Kind)] = &[$((stringify!($name), &$name)),+];
    };
}

use Dims as D;
use Support::{Any, Share};
use TimeBasis::{Compounding, Either};

const MONEY_PER_MONTH: Dims = D::MONEY.per(D::MONTH);

kinds! {
    /// A share from 0 to 1.
    SHARE = Kind::new("a share", D::SHARE, "25 %").implying(D::SHARE).within(Share);
    /// A factor, a ratio or a number with no unit, zero or more; percent is understood.
    FACTOR = Kind::new("a factor", D::SHARE, "1.2").implying(D::SHARE);
    /// A plain number of either sign; percent is understood.
    NUMBER = Kind::new("a number", D::SHARE, "-0.3").implying(D::SHARE).within(Any);
    /// How many of something without a name.
    COUNT = Kind::new("a count", D::NONE, "4");

    /// Money once.
    MONEY = Kind::new("an amount of money", D::MONEY, "15k USD");
    /// Money once, of either sign.
    BALANCE = Kind::new("an amount of money", D::MONEY, "-3M JPY").within(Any);
    /// Money per token.
    MONEY_PER_TOKEN = Kind::new("a price per token", D::MONEY.per(D::TOKEN), "2 USD /Mtok");
    /// Money per token and calendar or clock time, as for stored cache.
    MONEY_PER_TOKEN_TIME =
        Kind::new("a price per token and time", MONEY_PER_MONTH.per(D::TOKEN), "4.5 USD /Mtok-hour").timed(Either);
    /// Money per request.
    MONEY_PER_REQUEST = Kind::new("a price per request", D::MONEY.per(D::REQUEST), "0.01 USD /request");
    /// Money per time.
    MONEY_PER_TIME = Kind::new("a cost per time", MONEY_PER_MONTH, "800 USD /month").timed(Either);
    /// Money per GPU and time.
    MONEY_PER_GPU_TIME =
        Kind::new("a price per GPU and time", MONEY_PER_MONTH.per(D::GPU), "3.90 USD /GPU-hour").timed(Either);
    /// Money per server and time.
    MONEY_PER_SERVER_TIME =
        Kind::new("a price per server and time", MONEY_PER_MONTH.per(D::SERVER), "900 USD /server-month").timed(Either);
    /// Money per provisioned throughput unit and time.
    MONEY_PER_PTU_TIME = Kind::new("a price per PTU and time", MONEY_PER_MONTH.per(D::PTU), "1 USD /PTU-hour").timed(Either);
    /// Money per user and time.
    MONEY_PER_USER_TIME =
        Kind::new("a price per user and time", MONEY_PER_MONTH.per(D::USER), "8 USD /user-month").timed(Either);
    /// Money per seat and time.
    MONEY_PER_SEAT_TIME =
        Kind::new("a price per seat and time", MONEY_PER_MONTH.per(D::SEAT), "120k JPY /seat-month").timed(Either);
    /// Money per full-time equivalent and time.
    MONEY_PER_FTE_TIME =
        Kind::new("a salary", MONEY_PER_MONTH.per(D::FTE), "180k USD /FTE-year").timed(Either);
    /// Money per rack and time.
    MONEY_PER_RACK_TIME =
        Kind::new("a price per rack and time", MONEY_PER_MONTH.per(D::RACK), "1,500 EUR /rack-month").timed(Either);
    /// Money per byte and time.
    MONEY_PER_BYTE_TIME =
        Kind::new("a price per byte and time", MONEY_PER_MONTH.per(D::BYTE), "0.03 USD /GB-month").timed(Either);
    /// Money per byte.
    MONEY_PER_BYTE = Kind::new("a price per byte", D::MONEY.per(D::BYTE), "0.09 USD /GB");
    /// Money per contracted power and calendar time.
    MONEY_PER_POWER_TIME = Kind::new("a price per power and time", MONEY_PER_MONTH.per(D::WATT), "1,890 JPY /kW-month");
    /// Money per energy.
    MONEY_PER_ENERGY = Kind::new("a price of energy", D::MONEY.per(D::WATT.times(D::HOUR)), "25 JPY /kWh");
    /// Money per server, once.
    MONEY_PER_SERVER =
        Kind::new("the price of a server", D::MONEY.per(D::SERVER), "280k USD /server").implying(D::NONE.per(D::SERVER));
    /// Money per item.
    MONEY_PER_ITEM = Kind::new("a price per item", D::MONEY.per(D::ITEM), "150 JPY /item");
    /// Money per incident.
    MONEY_PER_INCIDENT = Kind::new("a cost per incident", D::MONEY.per(D::INCIDENT), "6k EUR /incident");
    /// Units of one currency per unit of another.
    FX = Kind::new("an exchange rate", D::MONEY.per(D::QUOTED), "150 JPY /USD");

    /// Growth, drift or discount: a share per time that compounds; above -100 %.
    GROWTH = Kind::new("a rate of growth", D::SHARE.per(D::MONTH), "20 % /year").timed(Compounding).within(Any);
    /// A share per time that does not compound: a twelfth of the year in each month.
    SHARE_PER_TIME = Kind::new("a share per time", D::SHARE.per(D::MONTH), "10 % /year").timed(Either);
    /// Events per time.
    EVENTS_PER_TIME =
        Kind::new("a frequency", D::INCIDENT.per(D::MONTH), "0.5 /year").implying(D::INCIDENT).timed(Either);
    /// Events per GPU and time.
    EVENTS_PER_GPU_TIME =
        Kind::new("a frequency per GPU", D::INCIDENT.per(D::GPU).per(D::MONTH), "0.5 /GPU-month").implying(D::INCIDENT).timed(Either);
    /// Events per server and time.
    EVENTS_PER_SERVER_TIME =
        Kind::new("a frequency per server", D::INCIDENT.per(D::SERVER).per(D::MONTH), "1.5 /server-year").implying(D::INCIDENT).timed(Either);
    /// A change of quality.
    POINTS = Kind::new("a change in points", D::POINT, "-2 points").within(Any);
    /// A change of quality per time.
    POINTS_PER_TIME = Kind::new("a change in points per time", D::POINT.per(D::MONTH), "-0.4 points /month").within(Any).timed(Either);

    /// Tokens.
    TOKENS = Kind::new("a number of tokens", D::TOKEN, "900 tokens").implying(D::TOKEN);
    /// Tokens per time.
    TOKENS_PER_TIME = Kind::new("tokens per time", D::TOKEN.per(D::MONTH), "1M tokens /min").implying(D::TOKEN).timed(Either);
    /// Tokens per provisioned throughput unit and time; the key names the unit.
    TOKENS_PER_PTU_TIME = Kind::new("tokens per PTU and time", D::TOKEN.per(D::PTU).per(D::MONTH), "4750 tokens /min")
        .implying(D::TOKEN.per(D::PTU)).timed(Either);
    /// Characters of text.
    CHARACTERS = Kind::new("a length of text", D::CHARACTER, "1,200 characters").implying(D::CHARACTER);
    /// Words of text.
    WORDS = Kind::new("a length of text in words", D::WORD, "180 words").implying(D::WORD);
    /// Requests.
    REQUESTS = Kind::new("a number of requests", D::REQUEST, "20k requests").implying(D::REQUEST);
    /// Requests per time.
    REQUESTS_PER_TIME = Kind::new("requests per time", D::REQUEST.per(D::MONTH), "2M /month").implying(D::REQUEST).timed(Either);
    /// Requests per user and time; the key names both.
    REQUESTS_PER_USER_TIME = Kind::new("requests per user and time", D::REQUEST.per(D::USER).per(D::MONTH), "40 /month")
        .implying(D::REQUEST.per(D::USER)).timed(Either);
    /// Users.
    USERS = Kind::new("a number of users", D::USER, "8k users").implying(D::USER);
    /// Users per time.
    USERS_PER_TIME = Kind::new("users per time", D::USER.per(D::MONTH), "6k users /month").implying(D::USER).timed(Either);
    /// Seats.
    SEATS = Kind::new("a number of seats", D::SEAT, "40 seats").implying(D::SEAT);
    /// Items.
    ITEMS = Kind::new("a number of items", D::ITEM, "20k items").implying(D::ITEM);
    /// Full-time equivalents.
    FTE = Kind::new("a number of people in FTE", D::FTE, "1.5 FTE").implying(D::FTE);
    /// GPUs.
    GPUS = Kind::new("a number of GPUs", D::GPU, "8 GPUs").implying(D::GPU);
    /// Replicas.
    REPLICAS = Kind::new("a number of replicas", D::REPLICA, "4 replicas").implying(D::REPLICA);
    /// Servers.
    SERVERS = Kind::new("a number of servers", D::SERVER, "6 servers").implying(D::SERVER);
    /// Provisioned throughput units.
    PTUS = Kind::new("a number of PTU", D::PTU, "300 PTU").implying(D::PTU);
    /// GPU-hours.
    GPU_HOURS = Kind::new("GPU-hours", D::GPU.times(D::HOUR), "3k GPU-hours");

    /// A duration in clock or calendar time.
    DURATION = Kind::new("a duration", D::MONTH, "3 months").timed(Either);
    /// A short duration in clock time.
    LATENCY = Kind::new("a latency", D::HOUR, "250 ms");
    /// Electric power.
    POWER = Kind::new("a power", D::WATT, "10.2 kW");
    /// Energy.
    ENERGY = Kind::new("an energy", D::WATT.times(D::HOUR), "40 MWh");
    /// Bytes.
    BYTES = Kind::new("an amount of data", D::BYTE, "80 GB");
    /// Bytes per clock time.
    BYTES_PER_TIME = Kind::new("a bandwidth", D::BYTE.per(D::HOUR), "3350 GB /s");
    /// Floating-point operations.
    FLOPS = Kind::new("an amount of compute", D::FLOP, "2e24 FLOP");
    /// Floating-point operations per clock time, dense.
    FLOPS_PER_TIME = Kind::new("a speed of compute", D::FLOP.per(D::HOUR), "989 TFLOPS");
}
