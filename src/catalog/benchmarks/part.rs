//! Measured tables as the text of a part.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Group, Key};
use crate::catalog::card::quoted;
use crate::catalog::{GPUS, LLMS};
use crate::units::format_number;

/// A part with measured tables.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Its text.
    pub text: String,
    /// Ids of its deployments.
    pub deployments: Vec<String>,
    /// Names of llms that are not built in: they have no size, so their tables do not reach other lengths.
    pub unknown_llms: Vec<String>,
}

/// Tables as deployments. `llm` and `gpu` turn names into ids of the built-in catalogs, where they are known there.
pub fn measured_part(
    groups: &BTreeMap<Key, Group>,
    source: &str,
    as_of: &str,
    llm: &dyn Fn(&str) -> Option<String>,
    gpu: &dyn Fn(&str) -> Option<String>,
) -> Measured {
    let mut text = format!(
        "# Measured latencies. To serve with one: deployment = \"…\" in a supply; `tokencast capacity` shows them.\n\
         use      = [{}, {}]\nsource   = {}\nas_of    = {}\nevidence = \"read\"\n",
        quoted(LLMS),
        quoted(GPUS),
        quoted(source),
        quoted(as_of)
    );
    let (mut deployments, mut unknown_llms) = (Vec::new(), Vec::new());
    for (key, group) in groups {
        let known = llm(&key.llm);
        let llm_id = known.clone().unwrap_or_else(|| slug(&key.llm, 40));
        if known.is_none() && !unknown_llms.contains(&llm_id) {
            let _ = write!(
                text,
                "\n# Not built in: say its size (`tokencast list llms` shows how), and its tables reach other lengths too.\n[llm.{}]\ntitle = {}\n",
                key_of(&llm_id),
                quoted(&key.llm)
            );
            unknown_llms.push(llm_id.clone());
        }
        let gpu_id = gpu(&key.gpu).unwrap_or_else(|| slug(&key.gpu, 30));
        let id = free(
            &slug(&format!("{llm_id}-{}x{gpu_id}-{}-{}", key.gpus, key.weights, key.engine), 56),
            &deployments,
        );
        let _ = write!(
            text,
            "\n[deployment.{}]\nllm     = {}\ngpu     = {}\ngpus    = {}\nweights = \"{}\"\n",
            key_of(&id),
            quoted(&llm_id),
            quoted(&gpu_id),
            key.gpus,
            key.weights
        );
        if !key.engine.is_empty() {
            let _ = writeln!(text, "engine  = {}", quoted(&key.engine));
        }
        capacity(&mut text, &key_of(&id), group);
        deployments.push(id);
    }
    Measured { text, deployments, unknown_llms }
}

fn capacity(text: &mut String, id: &str, group: &Group) {
    if !group.tables.is_empty() {
        let _ = writeln!(text, "\n[deployment.{id}.capacity.measured]\ntables = [");
        for ((input, output), points) in &group.tables {
            let _ = writeln!(
                text,
                "  {{ input_tokens = {}, output_tokens = {}, points = [",
                number(*input),
                number(*output)
            );
            for [concurrency, ttft, tpot] in points {
                let _ = writeln!(
                    text,
                    "    {{ concurrency = {}, ttft = \"{} ms\", tpot = \"{} ms\" }},",
                    number(*concurrency),
                    number(*ttft),
                    number(*tpot)
                );
            }
            text.push_str("  ] },\n");
        }
        text.push_str("]\n");
    } else if let Some(((input, output), [concurrency, ttft, tpot])) = group.single {
        let _ = write!(
            text,
            "\n[deployment.{id}.capacity.one_point]\ninput_tokens  = {}\noutput_tokens = {}\nconcurrency   = {}\nttft          = \"{} ms\"\ntpot          = \"{} ms\"\n",
            number(input),
            number(output),
            number(concurrency),
            number(ttft),
            number(tpot)
        );
    } else if let Some(speed) = group.speed {
        let _ = write!(
            text,
            "\n[deployment.{id}.capacity.stated]\nnote   = \"tokens out only: tokens in come on top, so that this is low\"\ntokens = \"{} tokens /s\"\n",
            number(speed)
        );
    }
}

/// Six digits, without commas.
fn number(value: f64) -> String {
    format_number(value, 6).replace(',', "")
}

/// A name as an id.
fn slug(name: &str, most: usize) -> String {
    let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let mut id = String::new();
    for c in name.chars() {
        let c = if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' { c } else { '-' };
        if c != '-' || !(id.is_empty() || id.ends_with('-')) {
            id.push(c);
        }
    }
    id.truncate(most);
    let id = id.trim_matches(['-', '.']).to_owned();
    if id.is_empty() { "unnamed".to_owned() } else { id }
}

/// An id that no other has.
fn free(id: &str, taken: &[String]) -> String {
    let numbered = (2..).map(|n| format!("{id}-{n}"));
    std::iter::once(id.to_owned()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or_default()
}

/// An id as a key of TOML.
fn key_of(id: &str) -> String {
    if id.contains('.') { quoted(id) } else { id.to_owned() }
}
