//! How much arrives: requests or users, of its own or as a share of another traffic, and what multiplies them by month.

use super::customers::CustomersOf;
use crate::diagnostic::Span;
use crate::distribution::{Number, NumberOf, UnitOf};
use crate::document::{At, Decode, Field, Id, Need, Reader, Reference, Shape, TableOf, Value};
use crate::process::{Exponential, Path, PathOf, WrittenPath};
use crate::units::{self, Kind};

/// How much arrives.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a scenario has a handful, and none is moved in a loop")]
pub enum Requests {
    /// Requests per time.
    Direct(Amount),
    /// Users times requests per user and time.
    Users(Amount, Path),
}

/// Requests or users.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a scenario has a handful, and none is moved in a loop")]
pub enum Amount {
    /// Of its own.
    Own(Path),
    /// A share of the same of another traffic, with its growth, season, noise and customers.
    ShareOf(Reference, Number),
    /// The users of a tier: `product/tier`.
    Tier(Reference),
}

impl Requests {
    /// The traffic that this is a share of.
    pub fn share_of(&self) -> Option<&Reference> {
        match self {
            Self::Direct(Amount::ShareOf(of, _)) | Self::Users(Amount::ShareOf(of, _), _) => Some(of),
            _ => None,
        }
    }

    /// The tier of a product whose users make them, as `product/tier`.
    pub fn tier(&self) -> Option<&Reference> {
        match self {
            Self::Users(Amount::Tier(tier), _) => Some(tier),
            _ => None,
        }
    }

    /// Reads `requests`, or `users` and `requests_per_user`.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let requests = t.optional("requests", AmountOf(&units::REQUESTS_PER_TIME), "what arrives, per time");
        let users = t.optional("users", AmountOf(&units::USERS), "people, in place of requests");
        let per_user = t.optional(
            "requests_per_user",
            PathOf(&units::REQUESTS_PER_USER_TIME),
            "requests of one user, per time",
        );
        match (requests?, users?, per_user?) {
            (Some(requests), None, None) => Some(Self::Direct(requests)),
            (None, Some(users), Some(per_user)) => Some(Self::Users(users, per_user)),
            _ => {
                let help = "write `requests = \"2M /month\"`, or `users` with `requests_per_user`";
                t.refuse(
                    "requests",
                    "no-requests",
                    "a traffic has `requests`, or `users` and `requests_per_user`",
                    help,
                );
                None
            }
        }
    }
}

/// `"2M /month"`, a path, `{ share_of = { traffic, share } }`, and for users `{ tier = "product/tier" }`.
struct AmountOf(&'static Kind);

const TIER: Id = Id("tier of a product, as product/tier");

impl Decode for AmountOf {
    type Value = Amount;

    fn decode(&self, at: &At<'_>) -> Option<Amount> {
        match &at.node.value {
            Value::Table(table) if table.get("share_of").is_some() => at.clone().read(|t| {
                let of = t.required("share_of", TableOf(read_share_of), "a share of another traffic");
                let (traffic, share) = of?;
                Some(Amount::ShareOf(traffic, share))
            }),
            Value::Table(table) if self.has_tiers() && table.get("tier").is_some() => {
                at.clone().read(|t| t.required("tier", TIER, "the users of a tier").map(Amount::Tier))
            }
            _ => PathOf(self.0).decode(at).map(Amount::Own),
        }
    }

    fn shape(&self) -> Shape {
        let share = Field {
            key: "share_of",
            need: Need::Required,
            shape: TableOf(read_share_of).shape(),
            meaning: "a share of another traffic",
        };
        let mut all = vec![Shape::Path(self.0), Shape::Table(vec![share])];
        if self.has_tiers() {
            let (need, shape) = (Need::Required, TIER.shape());
            all.push(Shape::Table(vec![Field { key: "tier", need, shape, meaning: "the users of a tier" }]));
        }
        Shape::Any(all)
    }
}

impl AmountOf {
    /// Whether it is of people.
    fn has_tiers(&self) -> bool {
        self.0 == &units::USERS
    }
}

fn read_share_of(t: &mut Reader) -> Option<(Reference, Number)> {
    let traffic = t.required("traffic", Id("traffic"), "the other traffic");
    let share = t.required(
        "share",
        NumberOf(&units::FACTOR),
        "this part of its requests, or of its users for `users`",
    );
    Some((traffic?, share?))
}

/// What multiplies requests or users from month to month.
#[derive(Clone, Debug)]
pub struct Factors {
    /// A factor that grows.
    pub growth: Option<Path>,
    /// Factor by month of the year.
    pub season: [f64; 12],
    /// Factor from month to month.
    pub noise: Option<Path>,
    /// What is left when some of a few large customers have gone.
    pub customers: Option<Path>,
    /// Those of these keys that move anything, and where they stand.
    pub moving: Vec<(&'static str, Span)>,
}

impl Factors {
    /// Reads the keys of a traffic that are factors on it.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let growth =
            t.optional("growth", GrowthOf, "multiplies the requests: a rate, or a path that is a factor");
        let season = t.or("season", "{}", TableOf(super::season::read), "factor by month of the year");
        let noise = t.optional("noise", PathOf(&units::FACTOR), "factor from month to month");
        let customers =
            t.optional("customers", CustomersOf, "a few large customers, each of whom may leave for good");
        let (growth, season, noise, customers) = (growth?, season?, noise?, customers?);
        let stays = |path: &Path| matches!(path, Path::Number(number) if number.known() == Some(1.0));
        let moves = [
            ("growth", growth.as_ref().is_some_and(|growth| !growth.none)),
            ("season", season.iter().any(|factor| (factor - 1.0).abs() > 0.0)),
            ("noise", noise.as_ref().is_some_and(|noise| !stays(noise))),
            ("customers", customers.is_some()),
        ];
        let moving = moves.into_iter().filter(|(_, moves)| *moves).filter_map(|(key, _)| span_of(t, key));
        let moving = moving.collect();
        Some(Self { growth: growth.map(|growth| growth.path), season, noise, customers, moving })
    }
}

fn span_of(t: &Reader, key: &'static str) -> Option<(&'static str, Span)> {
    match &t.place()?.node.value {
        Value::Table(table) => table.entry(key).map(|entry| (key, entry.key_span)),
        _ => None,
    }
}

/// A factor that grows, and whether it is known that it never does.
pub struct Growth {
    /// The factor.
    pub path: Path,
    none: bool,
}

/// A rate that compounds, or a path that is a factor.
pub struct GrowthOf;

impl Decode for GrowthOf {
    type Value = Growth;

    fn decode(&self, at: &At<'_>) -> Option<Growth> {
        if crate::process::names_process(&at.node.value) {
            return PathOf(&units::FACTOR).decode(at).map(|path| Growth { path, none: false });
        }
        let rate = NumberOf(&units::GROWTH).decode(at)?;
        let (origin, none) = (rate.origin.clone(), rate.known() == Some(0.0));
        let written = WrittenPath::new(Exponential::factor(rate), UnitOf::default());
        Some(Growth { path: Path::Process(written, origin), none })
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![Shape::Number(&units::GROWTH), Shape::Path(&units::FACTOR)])
    }
}
