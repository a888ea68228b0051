//! What the evaluator knows. A new field of a table stops the build here, a new kind or key the test: none is ignored.

use tokencast::demand::Traffic;
use tokencast::operations::Operations;
use tokencast::pricing::{CacheRates, RateCard, Rates, Tier, Vendor};
use tokencast::scenario::{Scenario, Serve, Strategy};
use tokencast::serving::Server;
use tokencast::training::{Programme, Restarts};

use crate::book::Book;

/// Kinds of supplies, contracts and levers with their keys.
const KINDS: [(&str, &str, &str); 21] = [
    ("supply", "rented", "deployment gpus reserved_1y reserved_3y fleet"),
    (
        "supply",
        "owned",
        "deployment server site purchase depreciation financing load idle maintenance resale software storage fleet",
    ),
    ("supply", "provisioned", "of buy units window"),
    ("contract", "seats", "vendor seats"),
    ("contract", "negotiated_discount", "vendors discount from term"),
    ("contract", "volume_discount", "vendors applies bands"),
    ("contract", "committed_spend", "vendors amount term discount from renews shortfall beyond"),
    ("contract", "prepaid_credit", "vendors amount bonus expires from"),
    ("lever", "prompt_trim", "on cut quality_change rollout"),
    ("lever", "response_cap", "on cap retries quality_change rollout"),
    ("lever", "exact_cache", "on hit_rate lookup quality_change rollout"),
    ("lever", "semantic_cache", "on hit_rate lookup quality_change rollout"),
    ("lever", "routing", "on to share quality_change rollout"),
    ("lever", "distillation", "on to share training quality_change rollout"),
    ("lever", "cascade", "on first escalates quality_change rollout"),
    ("lever", "prefix_cache", "on hit_rate reuse lasts split quality_change rollout"),
    ("lever", "batch", "on share quality_change rollout"),
    ("lever", "quantization", "supplies throughput rollout"),
    ("lever", "sparsity", "supplies throughput rollout"),
    ("lever", "speculative_decoding", "supplies draft_tokens acceptance draft_cost rollout"),
    ("lever", "negotiated_discount", "vendor discount rollout"),
];

/// Stops at anything in a scenario that the evaluator would have to ignore.
pub(crate) fn check(book: &Book) {
    for family in ["supply", "contract", "lever"] {
        for id in book.below(family) {
            let at = format!("{family}.{id}");
            for kind in book.below(&at).into_iter().filter(|key| *key != "like" && *key != "title") {
                let known = KINDS.iter().find(|(of, name, _)| (*of, *name) == (family, kind));
                let (.., keys) =
                    known.unwrap_or_else(|| panic!("this evaluator does not know `{at}.{kind}`"));
                for key in book.below(&format!("{at}.{kind}")) {
                    let known = keys.split(' ').any(|known| known == key);
                    assert!(known, "this evaluator does not know `{at}.{kind}.{key}`");
                }
                fleet(book, &format!("{at}.{kind}"));
            }
        }
    }
    fields(book.scenario);
}

/// Training and operations: what this evaluator does not work out stops it by name.
fn work_around_the_llm(scenario: &Scenario) {
    for (id, programme) in &scenario.training {
        let Programme {
            method: _,
            kind: _,
            title: _,
            llm: _,
            teacher,
            on: _,
            from: _,
            cadence,
            gpus,
            gpus_at_once: _,
            frozen_bytes: _,
            compute,
            runs: _,
            failed_runs: _,
            restarts,
            drift,
            volatility,
            gain,
            canary,
            people: _,
            one_off,
            data: _,
            evaluation: _,
            next_gpus: _,
            origin: _,
        } = programme;
        let id = &id.id;
        assert!(teacher.is_none(), "this evaluator does not know the teacher of `{id}`");
        assert!(cadence.is_calendar(), "this evaluator knows calendars alone, not the cadence of `{id}`");
        assert!(
            gpus.as_ref().is_some_and(|gpus| gpus.halves().is_some()),
            "it does not know idle GPUs: `{id}`"
        );
        assert!(compute.is_some(), "this evaluator does not know programmes without compute: `{id}`");
        assert!(!matches!(restarts, Some(Restarts::Young(_))), "it does not know Young's interval: `{id}`");
        assert!(
            drift.is_empty() && volatility.is_empty() && gain.is_empty(),
            "it does not know drift: `{id}`"
        );
        assert!(canary.is_none() && one_off.is_none(), "it does not know canaries and set-up costs: `{id}`");
    }
    for (id, operations) in &scenario.operations {
        let Operations {
            title: _,
            roles: _,
            on_call: _,
            monitoring,
            guardrail,
            review,
            incidents: _,
            compliance,
            gateway,
            evaluation,
            egress,
        } = operations;
        let id = &id.id;
        let logs = monitoring.as_ref().is_some_and(|monitoring| monitoring.logs.is_some());
        assert!(!logs && compliance.audit.is_none(), "it does not know stored logs and audits: `{id}`");
        assert!(guardrail.is_none() && review.is_none(), "it does not know guardrails and review: `{id}`");
        let whole = gateway.is_none() && evaluation.is_none() && egress.is_none();
        assert!(whole, "it does not know gateways, live evaluation and egress: `{id}`");
    }
}

/// Replicas that follow the load of their hour, and amounts reserved in replicas.
fn fleet(book: &Book, at: &str) {
    for key in book.below(&format!("{at}.fleet")) {
        let known = ["utilization_target", "min_replicas", "max_replicas", "spare_replicas", "zones"];
        assert!(known.contains(&key), "this evaluator does not know `{at}.fleet.{key}`");
    }
    for term in ["reserved_1y", "reserved_3y"] {
        let rule = book.below(&format!("{at}.{term}"));
        assert!(rule.is_empty(), "this evaluator does not know rules for `{at}.{term}`");
    }
}

/// Streams that share a fleet have the same hours.
fn weeks(scenario: &Scenario, strategy: &Strategy) {
    let traffic = |id: &str| &scenario.traffics.iter().find(|(found, _)| found.id == id).unwrap().1;
    for (supply, _) in &scenario.supplies {
        let served = strategy.serve.iter().filter(|serve| serve.by.id == supply.id);
        let mut weeks = served.flat_map(|serve| &serve.traffic).map(|id| &traffic(&id.id).week);
        if let Some(first) = weeks.next() {
            assert!(
                weeks.all(|week| week == first),
                "this evaluator does not know weeks that meet on a fleet"
            );
        }
    }
}

/// Every field is named, so that a further one does not compile.
fn fields(scenario: &Scenario) {
    for (_, vendor) in &scenario.definitions.vendors {
        let Vendor { title: _, llms, gpus: _, minimum: _, seat: _, sla, finances } = vendor;
        assert!(finances.is_none(), "this evaluator does not know the books of vendors");
        assert!(sla.is_none(), "this evaluator does not know credits for outages");
        for (_, card) in llms {
            rate_card(card);
        }
    }
    for (_, server) in &scenario.definitions.servers {
        machine(server);
    }
    for (_, strategy) in &scenario.strategies {
        let Strategy {
            title: _,
            serve,
            levers: _,
            contracts: _,
            training: _,
            operations: _,
            failover,
            compare,
            switches,
            migration,
            origin: _,
        } = strategy;
        assert!(migration.is_none(), "this evaluator does not know moves that vendors force");
        assert!(*compare && switches.is_empty(), "this evaluator does not know strategies that give way");
        assert!(failover.is_none(), "this evaluator does not know failover");
        weeks(scenario, strategy);
        for serve in serve {
            let Serve {
                traffic: _,
                by: _,
                share: _,
                up_to_replicas: _,
                tier,
                sheds: _,
                patience,
                billed_in_vain: _,
                region: _,
            } = serve;
            assert!(patience.is_none(), "this evaluator does not know queues and tries");
            match tier {
                Tier::Standard | Tier::Batch | Tier::Flex | Tier::Priority => {}
            }
        }
    }
    assert!(scenario.products.is_empty(), "this evaluator does not know products with tiers");
    work_around_the_llm(scenario);
    for (_, traffic) in &scenario.traffics {
        stream(traffic);
    }
}

fn stream(traffic: &Traffic) {
    let Traffic {
        title: _,
        requests: _,
        factors: _,
        week,
        hourly_noise: _,
        input: _,
        output: _,
        reasoning: _,
        length_growth: _,
        cacheable: _,
        agent: _,
        can_wait: _,
        speech: _,
        stays_in: _,
        targets: _,
        needs_quality: _,
        // Per request; of another kind it shows as a disagreement.
        revenue: _,
        shed_cost: _,
        origin: _,
    } = traffic;
    assert_eq!(week.len(), 168, "a week has 168 hours");
}

fn machine(server: &Server) {
    let Server {
        title: _,
        gpu: _,
        gpus: _,
        price: _,
        power: _,
        provisioned_power: _,
        lead_time: _,
        faults,
        repair: _,
    } = server;
    assert!(faults.is_none(), "this evaluator does not know servers that fail");
}

fn rate_card(card: &RateCard) {
    let RateCard {
        title: _,
        is: _,
        tokenizer: _,
        quality: _,
        input: _,
        output: _,
        reasoning: _,
        request: _,
        cache,
        factors: _,
        regions: _,
        long_context: _,
        windows: _,
        announced,
        retires: _,
        limits: _,
        provisioned: _,
        over_time: _,
        origin: _,
    } = card;
    if let Some(CacheRates { read: _, minimum: _, storage: _, writes: _ }) = cache {}
    for (_, Rates { input: _, output: _, reasoning: _, request: _, cache_read: _ }) in announced {}
}
