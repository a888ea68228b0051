//! Hit rates that a log told, against caches simulated request by request and against the closed form.

use tokencast::catalog::{PartNames, TrafficLog, traffic_part};
use tokencast::demand::trace::Request;

use super::lever_kinds::found_by_chance;
use super::levers::{list, scenario, uniforms};
use super::support::{close, mean_is, near};
use super::whole::run;

/// Calls of the log, at so many an hour with as many prefixes.
const CALLS: usize = 200_000;
const PER_HOUR: f64 = 1e6 / 744.0;
const PREFIXES: f64 = 60.0;

/// The lever that `fit traffic` writes for calls that share a block each of half their prompts; the other half is theirs alone.
fn fitted() -> String {
    let (gaps, which) = (uniforms(21, CALLS), uniforms(22, CALLS));
    let mut log = TrafficLog::new(0.0);
    let mut at_s = 0.0;
    for (place, (gap, which)) in gaps.into_iter().zip(which).enumerate() {
        let blocks = vec![(which * PREFIXES) as u64, 1_000 + place as u64];
        log.add(&Request { at_s, input: 1_024, output: 500, blocks, prefix: None });
        at_s -= gap.ln() / PER_HOUR * 3600.0;
    }
    let names = PartNames { id: "work".into(), file: "log".into(), as_of: None, week: None, tokens: None };
    let part = traffic_part(&log.fitted().unwrap(), &names).unwrap();
    let lever = part.find("[lever.work-prefix-cache.prefix_cache]").unwrap();
    part[lever..].replacen("lasts = \"5 min\"", "LASTS", 1)
}

/// The share of what repeats that the engine finds with this cache, at so many times the calls of the log.
fn found(lever: &str, lasts: &str, times: f64) -> f64 {
    let text = scenario("", &list("\"work-prefix-cache\""), &lever.replace("LASTS", lasts))
        .replace("\"1M /month\"", &format!("\"{times}M /month\""));
    let month: f64 = run(&text, 64).strategies[0].components[0].iter().sum();
    (3_000.0 * times - month) / (1_000.0 * times * 0.5 * 0.9)
}

/// All but the first 60 calls repeat, so that shares of what repeats are shares of calls. Of each prompt the block that nobody
/// else has is used before the one that is shared, so that between two uses of a prefix lie two blocks for each other call.
/// False alarms: `mean_is` allows for 5 standard errors, 6e-7 for each of the three; calls are not independent, so that standard
/// errors are those of batches of a thousand.
#[test]
fn caches_find_what_the_log_told() {
    let lever = fitted();
    let alone = |lasts: f64| {
        let found = found_by_chance(PER_HOUR, PREFIXES as usize, lasts, usize::MAX);
        found.chunks(1_000).map(|part| part.iter().sum::<f64>() / part.len() as f64).collect::<Vec<_>>()
    };
    for (words, minutes) in [("1 min", 1.0), ("2 min", 2.0), ("5 min", 5.0_f64)] {
        let hit_rate = found(&lever, &format!("lasts = \"{words}\""), 1.0);
        mean_is(&alone(minutes / 60.0), hit_rate);
        // 1 − exp(−λT): the log has 200,000 calls, five standard errors of a share are at most 0.006.
        near(hit_rate, 1.0 - (-PER_HOUR / PREFIXES * minutes / 60.0).exp(), 0.006);
    }
    // Between the points of the table, along the logarithm.
    let hit_rate = found(&lever, "lasts = \"200 s\"", 1.0);
    near(hit_rate, 1.0 - (-PER_HOUR / PREFIXES * 200.0 / 3600.0).exp(), 0.02);
}

/// A cache of 20 blocks, simulated call by call beside the table; with lifetimes and with more calls.
#[test]
fn caches_of_a_size_find_what_fits() {
    let lever = fitted();
    let size = |blocks: u32, times: f64| {
        found(&lever, &format!("size = \"{} tokens\"", f64::from(512 * blocks) * times), times)
    };
    let which = uniforms(22, CALLS);
    let mut list: Vec<u64> = Vec::new();
    let mut hits = 0.0;
    for (place, which) in which.into_iter().enumerate() {
        let prefix = (which * PREFIXES) as u64;
        hits += f64::from(u8::from(list.contains(&prefix)));
        list.retain(|one| *one != prefix);
        list.extend([1_000 + place as u64, prefix]);
        let excess = list.len().saturating_sub(20);
        list.drain(..excess);
    }
    // The log came at 0.3729 calls a second, the scenario's at 0.3734: that much more has to fit.
    near(size(20, 1.0), hits / (CALLS as f64 - PREFIXES), 3e-4);
    // Four times the calls from four times the users need four times the room; a shorter life finds no more.
    close(size(20, 4.0), size(20, 1.0), 1e-3);
    assert!(size(20, 4.0) < found(&lever, "size = \"10240 tokens\"", 1.0) + 1e-9);
    let both = found(&lever, "lasts = \"10 s\"\nsize = \"10240 tokens\"", 1.0);
    assert!(both < size(20, 1.0) && both <= found(&lever, "lasts = \"10 s\"", 1.0) + 1e-9, "{both}");
}

/// A prompt that was there before word for word costs nothing.
#[test]
fn answers_are_kept_as_long_as_they_are_let() {
    let lever = |lasts: &str| {
        format!(
            "[lever.kept.exact_cache]\nlasts = \"{lasts}\"\n\
             measured = [{{ lasts = \"1 h\", share = 0.1 }}, {{ lasts = \"16 h\", share = \"30 %\" }}]\n"
        )
    };
    let cost = |lasts: &str| {
        run(&scenario("", &list("\"kept\""), &lever(lasts)), 64).strategies[0].components[0]
            .iter()
            .sum::<f64>()
    };
    close(cost("1 h"), 2_700.0, 1e-12);
    close(cost("4 h"), 2_400.0, 1e-12);
    close(cost("30 min"), 2_850.0, 1e-12);
    close(cost("2 days"), 2_100.0, 1e-12);
}
