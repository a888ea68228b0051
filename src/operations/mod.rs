//! Operations: people, monitoring, incidents, compliance.

mod incidents;

use crate::distribution::{Number, NumberOf};
use crate::document::{MapOf, Reader, Reference, TableOf, Title, TitleOf};
use crate::process::{Path, PathOf};
use crate::units;

pub use incidents::Incidents;

/// `[operations.<id>]`.
#[derive(Clone, Debug)]
pub struct Operations {
    /// What people call it.
    pub title: Option<Title>,
    /// People by role.
    pub roles: Vec<(Reference, Role)>,
    /// Being reachable out of hours.
    pub on_call: Option<OnCall>,
    /// Monitoring and logs, per time.
    pub monitoring: Option<Path>,
    /// What goes wrong.
    pub incidents: Option<Incidents>,
    /// Compliance once.
    pub compliance_once: Option<Number>,
    /// Compliance per time.
    pub compliance_running: Option<Path>,
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
    /// Allowance per seat and time.
    pub allowance: Path,
}

impl Operations {
    /// Reads `[operations.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let roles = t.or("role", "{}", MapOf("role", TableOf(read_role)), "people by role");
        let on_call = t.optional("on_call", TableOf(read_on_call), "allowances for being reachable");
        let monitoring = t.optional("monitoring", TableOf(read_monitoring), "monitoring and logs");
        let incidents =
            t.optional("incidents", TableOf(Incidents::read), "what goes wrong, and what that costs");
        let compliance = t.or("compliance", "{}", TableOf(read_compliance), "audits and compliance work");
        let (compliance_once, compliance_running) = compliance?;
        Some(Self {
            title: title?,
            roles: roles?,
            on_call: on_call?,
            monitoring: monitoring?,
            incidents: incidents?,
            compliance_once,
            compliance_running,
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
    let allowance = t.required("allowance", PathOf(&units::MONEY_PER_SEAT_TIME), "allowance for one seat");
    Some(OnCall { seats: seats?, allowance: allowance? })
}

fn read_monitoring(t: &mut Reader) -> Option<Path> {
    t.required("running", PathOf(&units::MONEY_PER_TIME), "cost per time")
}

fn read_compliance(t: &mut Reader) -> Option<(Option<Number>, Option<Path>)> {
    let once = t.optional("one_off", NumberOf(&units::MONEY), "once, in the first month");
    let running = t.optional("running", PathOf(&units::MONEY_PER_TIME), "cost per time");
    Some((once?, running?))
}
