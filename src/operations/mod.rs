//! Operations: people, monitoring, guardrails, incidents, compliance, gateway.

mod incidents;
mod logs;
mod safety;

use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{MapOf, Reader, Reference, TableOf, Title, TitleOf, WordOf};
use crate::process::{Path, PathOf};
use crate::units;

pub use incidents::Incidents;
pub use logs::{BYTES_PER_TOKEN, Logs, Stored};
pub use safety::{Calls, Guardrail, Review};

/// `[operations.<id>]`.
#[derive(Clone, Debug)]
pub struct Operations {
    /// What people call it.
    pub title: Option<Title>,
    /// People by role.
    pub roles: Vec<(Reference, Role)>,
    /// Being reachable out of hours.
    pub on_call: Option<OnCall>,
    /// Monitoring and logs.
    pub monitoring: Option<Monitoring>,
    /// Checks of requests and answers.
    pub guardrail: Option<Guardrail>,
    /// People who look at answers.
    pub review: Option<Review>,
    /// What goes wrong.
    pub incidents: Option<Incidents>,
    /// Compliance.
    pub compliance: Compliance,
    /// What stands before the llms.
    pub gateway: Option<Gateway>,
    /// Share of the traffic that is served once more to be judged.
    pub evaluation: Option<Number>,
    /// Price of what leaves the network.
    pub egress: Option<Path>,
}

/// People in one role.
#[derive(Clone, Debug)]
pub struct Role {
    /// How many, in full-time equivalents.
    pub fte: Path,
    /// What one costs per time, all in.
    pub salary: Path,
    /// How that grows.
    pub salary_growth: Option<Number>,
}

/// Allowances for being reachable.
#[derive(Clone, Debug)]
pub struct OnCall {
    /// Seats.
    pub seats: Number,
    /// People who take turns in one of them.
    pub people_per_seat: f64,
    /// Allowance of one of them, per time.
    pub allowance: Path,
}

/// Monitoring.
#[derive(Clone, Debug)]
pub struct Monitoring {
    /// Cost per time.
    pub running: Option<Path>,
    /// Logs that are kept.
    pub logs: Option<Logs>,
}

/// Compliance.
#[derive(Clone, Debug, Default)]
pub struct Compliance {
    /// Once.
    pub once: Option<Number>,
    /// Per time.
    pub running: Option<Path>,
    /// An audit, and the months from one to the next.
    pub audit: Option<(Number, usize)>,
}

/// A gateway before the llms.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Cost per time.
    pub running: Option<Path>,
    /// Cost per request that arrives.
    pub per_request: Option<Path>,
    /// Share of what vendors of tokens are paid, on top.
    pub fee: Option<Number>,
}

/// People who fill a seat day and night: 168 hours of a week over 40 hours at work, of which 85 % are left after leave, illness
/// and training (usual staffing arithmetic, 2026-11-22).
pub const PEOPLE_PER_SEAT: f64 = 168.0 / (40.0 * 0.85);

const HOURS: WordOf<f64> = WordOf(&[("business", 1.0), ("always", PEOPLE_PER_SEAT)]);

impl Operations {
    /// Reads `[operations.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let roles = t.or("role", "{}", MapOf("role", TableOf(read_role)), "people by role");
        let on_call = t.optional("on_call", TableOf(read_on_call), "allowances for being reachable");
        let monitoring = t.optional("monitoring", TableOf(Monitoring::read), "monitoring and logs");
        let guardrail = t.optional("guardrail", TableOf(Guardrail::read), "checks of requests and answers");
        let review = t.optional("review", TableOf(Review::read), "people who look at answers: safety, RLHF");
        let incidents =
            t.optional("incidents", TableOf(Incidents::read), "what goes wrong, and what that costs");
        let compliance = t.or("compliance", "{}", TableOf(Compliance::read), "audits and compliance work");
        let gateway = t.optional("gateway", TableOf(Gateway::read), "what stands before the llms");
        let evaluation = t.optional(
            "evaluation",
            TableOf(read_evaluation),
            "live traffic that is served once more to be judged, at the strategy's own cost of serving",
        );
        let egress = t.optional("egress", TableOf(read_egress), "answers that leave the network");
        Some(Self {
            title: title?,
            roles: roles?,
            on_call: on_call?,
            monitoring: monitoring?,
            guardrail: guardrail?,
            review: review?,
            incidents: incidents?,
            compliance: compliance?,
            gateway: gateway?,
            evaluation: evaluation?,
            egress: egress?,
        })
    }
}

fn read_role(t: &mut Reader) -> Option<Role> {
    let fte = t.required("fte", PathOf(&units::FTE), "people, in full-time equivalents");
    let salary = t.required("salary", PathOf(&units::MONEY_PER_FTE_TIME), "what one costs, all in");
    let growth = t.optional("salary_growth", NumberOf(&units::GROWTH), "how that grows");
    Some(Role { fte: fte?, salary: salary?, salary_growth: growth? })
}

fn read_on_call(t: &mut Reader) -> Option<OnCall> {
    let seats = t.required("seats", NumberOf(&units::SEATS), "seats that are always filled");
    let hours =
        t.or("hours", "business", HOURS, "\"always\" takes 4.94 people a seat, each with the allowance");
    let allowance =
        t.required("allowance", PathOf(&units::MONEY_PER_SEAT_TIME), "allowance of one person in a seat");
    Some(OnCall { seats: seats?, people_per_seat: hours?, allowance: allowance? })
}

fn read_evaluation(t: &mut Reader) -> Option<Number> {
    t.required("share", NumberOf(&units::SHARE), "share of the traffic")
}

fn read_egress(t: &mut Reader) -> Option<Path> {
    t.required("price", PathOf(&units::MONEY_PER_BYTE), "price of what leaves the network")
}

impl Monitoring {
    fn read(t: &mut Reader) -> Option<Self> {
        let running = t.optional("running", PathOf(&units::MONEY_PER_TIME), "cost per time");
        let logs = Logs::read(t);
        let (running, logs) = (running?, logs?);
        if running.is_none() && logs.is_none() {
            let help = "say `running`, or `logged` with `retention` and `storage`";
            t.refuse("running", "missing-key", "monitoring that costs nothing", help);
            return None;
        }
        Some(Self { running, logs })
    }
}

impl Compliance {
    fn read(t: &mut Reader) -> Option<Self> {
        let once = t.optional("one_off", NumberOf(&units::MONEY), "once, in the first month");
        let running = t.optional("running", PathOf(&units::MONEY_PER_TIME), "cost per time");
        let audit = t.optional("audit", NumberOf(&units::MONEY), "an audit");
        let every = t.or("audit_every", "12 months", QuantityOf(&units::DURATION), "months between audits");
        let every = every?;
        let whole = every.unit.period.is_some_and(|period| !period.is_clock());
        if !whole || every.value < 1.0 || every.value.fract() != 0.0 {
            let help = "write for example \"12 months\"";
            t.refuse("audit_every", "not-whole-months", "audits are whole months apart", help);
            return None;
        }
        let audit = audit?.map(|cost| (cost, every.value as usize));
        Some(Self { once: once?, running: running?, audit })
    }
}

impl Gateway {
    fn read(t: &mut Reader) -> Option<Self> {
        let running = t.optional("running", PathOf(&units::MONEY_PER_TIME), "cost per time");
        let per_request = t.optional(
            "per_request",
            PathOf(&units::MONEY_PER_REQUEST),
            "cost per request of the traffics that the strategy serves, whoever serves it",
        );
        let fee = t.optional(
            "fee",
            NumberOf(&units::SHARE),
            "on top of what vendors of tokens are paid at their list prices, as a share of it",
        );
        let (running, per_request, fee) = (running?, per_request?, fee?);
        if running.is_none() && per_request.is_none() && fee.is_none() {
            let help = "say `running`, `per_request` or `fee`";
            t.refuse("fee", "missing-key", "a gateway that costs nothing", help);
            return None;
        }
        Some(Self { running, per_request, fee })
    }
}
