//! `[traffic.<id>]`: a stream of requests as a scenario states it.

use super::length::{Lengths, LengthsOf};
use super::week::{Week, WeekName};
use crate::calendar::AVERAGE_MONTH_HOURS;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{
    At, Decode, Field, Id, ListOf, MapOf, Need, Origin, Reader, Reference, Shape, TableOf, Text, Title,
    TitleOf, Value,
};
use crate::process::{Exponential, Path, PathOf, WrittenPath};
use crate::units;

/// What arrives, how long it is, when, and where it may be processed.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// What people call it.
    pub title: Option<Title>,
    /// How much arrives.
    pub requests: Requests,
    /// A factor that grows.
    pub growth: Option<Path>,
    /// Factor by month of the year.
    pub season: [f64; 12],
    /// Factor from month to month.
    pub noise: Option<Path>,
    /// Shape of the week.
    pub week: &'static Week,
    /// Standard deviation of an hour's logarithm around the profile.
    pub hourly_noise: f64,
    /// Tokens in, per llm call, the cacheable part included.
    pub input_tokens: Lengths,
    /// Tokens out, per llm call.
    pub output_tokens: Lengths,
    /// Tokens that the llm reasons with, per llm call, seen by nobody and billed.
    pub reasoning_tokens: Option<Lengths>,
    /// Part of the input that repeats.
    pub cacheable: Option<Number>,
    /// llm calls per request, before retries.
    pub calls: Number,
    /// Share of calls made again.
    pub retries: Number,
    /// Share of requests that can wait for a day.
    pub can_wait: Option<Number>,
    /// Shares of languages.
    pub languages: Vec<(String, f64)>,
    /// The tokenizer that the token counts were made with.
    pub counted_with: Option<Reference>,
    /// Where it may be processed; anywhere if absent.
    pub stays_in: Option<Vec<String>>,
    /// Latency targets in seconds.
    pub targets: Targets,
    /// The price of a request that nobody serves.
    pub shed_cost: Option<Number>,
    /// Name and place.
    pub origin: Origin,
}

/// How much arrives.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a scenario has a handful, and none is moved in a loop")]
pub enum Requests {
    /// Requests per time.
    Direct(Path),
    /// Users times requests per user and time.
    Users(Path, Path),
    /// A share of the requests of another traffic, with its growth and season.
    ShareOf(Reference, Number),
}

/// Latency targets; `None` means no target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Targets {
    /// Time to the first token, in hours.
    pub ttft_hours: Option<f64>,
    /// Time per further token, in hours.
    pub tpot_hours: Option<f64>,
}

impl Traffic {
    /// Reads `[traffic.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let requests = read_requests(t);
        let growth =
            t.optional("growth", GrowthOf, "multiplies the requests: a rate, or a path that is a factor");
        let season = t.or("season", "{}", TableOf(super::season::read), "factor by month of the year");
        let noise = t.optional("noise", PathOf(&units::FACTOR), "factor from month to month");
        let week = t.or("week", "flat", WeekName, "shape of the week in the scenario's zone");
        let hourly_noise =
            t.or("hourly_noise", "0.2", QuantityOf(&units::FACTOR), "log sd of an hour around its profile");
        let input =
            t.required("input_tokens", LengthsOf, "tokens in per llm call, the cacheable part included");
        let output = t.required("output_tokens", LengthsOf, "tokens out per llm call");
        let reasoning = read_reasoning(t);
        let cacheable = t.optional("cacheable", NumberOf(&units::SHARE), "part of input_tokens that repeats");
        let agent = t.or("agent", "{}", TableOf(read_agent), "llm calls that a request becomes");
        let can_wait = t.optional(
            "can_wait",
            TableOf(read_can_wait),
            "the part that may wait for a day: batch or a trough",
        );
        let languages = t.or(
            "languages",
            "{}",
            MapOf("language", QuantityOf(&units::SHARE)),
            "share of the text by language; sums to 1",
        );
        let counted_with = t.optional(
            "tokens_counted_with",
            Id("tokenizer"),
            "converts counts for llms with another tokenizer",
        );
        let stays_in =
            t.optional("stays_in", ListOf(Text("a region")), "gate: regions where it may be processed");
        let targets = t.or(
            "targets",
            "{}",
            TableOf(read_targets),
            "latency targets; they bound the batch of a replica",
        );
        let shed_cost = t.optional(
            "shed_cost",
            NumberOf(&units::MONEY_PER_REQUEST),
            "the price of not serving a request",
        );
        let (calls, retries) = agent?;
        let languages: Vec<_> = languages?.into_iter().map(|(id, point)| (id.id, point.value)).collect();
        check_languages(t, &languages, counted_with.as_ref()?.is_some())?;
        Some(Self {
            title: title?,
            requests: requests?,
            growth: growth?,
            season: season?,
            noise: noise?,
            week: week?,
            hourly_noise: hourly_noise?.value,
            input_tokens: input?,
            output_tokens: output?,
            reasoning_tokens: reasoning?,
            cacheable: cacheable?,
            calls,
            retries,
            can_wait: can_wait?,
            languages,
            counted_with: counted_with?,
            stays_in: stays_in?,
            targets: targets?,
            shed_cost: shed_cost?,
            origin: t.place()?.origin(),
        })
    }
}

fn read_requests(t: &mut Reader) -> Option<Requests> {
    let requests = t.optional("requests", RequestsOf, "what arrives, per time");
    let users = t.optional("users", PathOf(&units::USERS), "people, in place of requests");
    let per_user = t.optional(
        "requests_per_user",
        PathOf(&units::REQUESTS_PER_USER_TIME),
        "requests of one user, per time",
    );
    match (requests?, users?, per_user?) {
        (Some(requests), None, None) => Some(requests),
        (None, Some(users), Some(per_user)) => Some(Requests::Users(users, per_user)),
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

#[allow(clippy::option_option, reason = "absent and wrong are different")]
fn read_reasoning(t: &mut Reader) -> Option<Option<Lengths>> {
    t.optional(
        "reasoning_tokens",
        LengthsOf,
        "tokens per llm call that the llm reasons with: not part of output_tokens, and billed",
    )
}

fn read_agent(t: &mut Reader) -> Option<(Number, Number)> {
    let calls = t.or("calls", "1", NumberOf(&units::FACTOR), "llm calls per request");
    let retries = t.or("retries", "0", NumberOf(&units::FACTOR), "share of calls made again");
    Some((calls?, retries?))
}

fn read_can_wait(t: &mut Reader) -> Option<Number> {
    let share = t.required("share", NumberOf(&units::SHARE), "the part that may wait");
    let up_to = t.required("up_to", QuantityOf(&units::DURATION), "how long it may wait: at least a day");
    let hours = match up_to.as_ref()?.unit.period {
        Some(period) if period.is_clock() => up_to?.value,
        _ => up_to?.value * AVERAGE_MONTH_HOURS,
    };
    if hours < 24.0 {
        let help = "leave `can_wait` out: what waits less than a day is served with the rest";
        t.refuse(
            "up_to",
            "short-wait",
            "work that waits less than a day cannot be moved into the night",
            help,
        );
        return None;
    }
    share
}

fn read_targets(t: &mut Reader) -> Option<Targets> {
    let ttft = t.optional("ttft", TableOf(read_target), "time to the first token");
    let tpot = t.optional("tpot", TableOf(read_target), "time per further token");
    Some(Targets { ttft_hours: ttft?, tpot_hours: tpot? })
}

fn read_target(t: &mut Reader) -> Option<f64> {
    let p90 = t.required("p90", QuantityOf(&units::LATENCY), "met by 90 % of requests");
    Some(p90?.value)
}

fn check_languages(t: &mut Reader, languages: &[(String, f64)], counted: bool) -> Option<()> {
    let sum: f64 = languages.iter().map(|(_, share)| share).sum();
    if !languages.is_empty() && (sum - 1.0).abs() > 1e-9 {
        let message =
            format!("the shares of languages sum to {}, not 1", crate::units::format_number(sum, 4));
        t.refuse("languages", "shares-sum", &message, "let the shares sum to 1");
        return None;
    }
    if languages.is_empty() == counted {
        let help = "give both `languages` and `tokens_counted_with`, or neither";
        t.refuse(
            "languages",
            "half-a-pair",
            "token counts are converted by language from one tokenizer to another",
            help,
        );
        return None;
    }
    Some(())
}

/// `"2M /month"`, a path, or `{ share_of = { traffic, share } }`.
struct RequestsOf;

impl Decode for RequestsOf {
    type Value = Requests;

    fn decode(&self, at: &At<'_>) -> Option<Requests> {
        match &at.node.value {
            Value::Table(table) if table.get("share_of").is_some() => at.clone().read(|t| {
                let of = t.required("share_of", TableOf(read_share_of), "a share of another traffic");
                let (traffic, share) = of?;
                Some(Requests::ShareOf(traffic, share))
            }),
            _ => PathOf(&units::REQUESTS_PER_TIME).decode(at).map(Requests::Direct),
        }
    }

    fn shape(&self) -> Shape {
        let share = Field {
            key: "share_of",
            need: Need::Required,
            shape: TableOf(read_share_of).shape(),
            meaning: "a share of another traffic",
        };
        Shape::Any(vec![Shape::Path(&units::REQUESTS_PER_TIME), Shape::Table(vec![share])])
    }
}

fn read_share_of(t: &mut Reader) -> Option<(Reference, Number)> {
    let traffic = t.required("traffic", Id("traffic"), "the other traffic");
    let share = t.required("share", NumberOf(&units::FACTOR), "this part of its requests");
    Some((traffic?, share?))
}

/// A rate that compounds, or a path that is a factor.
struct GrowthOf;

impl Decode for GrowthOf {
    type Value = Path;

    fn decode(&self, at: &At<'_>) -> Option<Path> {
        if crate::process::names_process(&at.node.value) {
            return PathOf(&units::FACTOR).decode(at);
        }
        let rate = NumberOf(&units::GROWTH).decode(at)?;
        let origin = rate.origin.clone();
        Some(Path::Process(
            WrittenPath::new(Exponential::factor(rate), crate::distribution::UnitOf::default()),
            origin,
        ))
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![Shape::Number(&units::GROWTH), Shape::Path(&units::FACTOR)])
    }
}
