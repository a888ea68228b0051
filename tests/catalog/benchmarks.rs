//! Benchmark results of others: what is right arrives, what is there twice or saturated is dropped and counted, what is wrong is refused.

use std::fs;
use std::path::Path;

use crate::program::tokencast;
use serde::de::DeserializeSeed;
use serde_json::Value;
use tempfile::TempDir;
use tokencast::catalog::{BenchmarkLines, Known, Pruned, Results, Seen, gather, read_benchmarks};

fn known() -> Known {
    Known {
        llm: Some("llama-3.1-70b".into()),
        gpu: Some("h100".into()),
        gpus: Some(4.0),
        weights: Some("fp8".into()),
        ..Known::default()
    }
}

/// The only row: lengths, concurrency, TTFT and TPOT.
fn only(text: &str, known: &Known) -> [f64; 5] {
    let found = read_benchmarks(text.as_bytes(), known).unwrap();
    assert!(found.problems.is_empty() && found.rows.len() == 1, "{found:?}");
    match found.rows[0].seen {
        Seen::Latency { lengths, concurrency, ttft_ms, tpot_ms, .. } => {
            [lengths.0, lengths.1, concurrency, ttft_ms, tpot_ms]
        }
        Seen::Speed { .. } => panic!("no latencies"),
    }
}

fn near(found: [f64; 5], expected: [f64; 5]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-9 * expected, "{found} is not {expected}");
    }
}

const VLLM: &str = r#"{ "date": "20260201-120000", "backend": "vllm", "model_id": "meta-llama/Llama-3.1-70B",
    "num_prompts": 320, "request_rate": "inf", "max_concurrency": 32, "duration": 180.5, "completed": 320,
    "total_input_tokens": 327680, "total_output_tokens": 163840, "request_throughput": 1.77,
    "mean_ttft_ms": 175.2, "p99_ttft_ms": 900.1, "mean_tpot_ms": 16.49, "p99_tpot_ms": 19.0, "mean_itl_ms": 16.5 }"#;

#[test]
fn each_tool_says_the_same_in_its_own_words() {
    near(only(VLLM, &known()), [1024.0, 512.0, 32.0, 175.2, 16.49]);
    let guidellm = r#"{ "args": { "model": "meta-llama/Llama-3.1-70B" }, "benchmarks": [
        { "args": { "strategy": { "type_": "concurrent", "streams": 32 } }, "metrics": {
          "time_to_first_token_ms": { "successful": { "mean": 175.2 } },
          "inter_token_latency_ms": { "successful": { "mean": 16.49 } },
          "prompt_token_count": { "successful": { "mean": 1024 } },
          "output_token_count": { "successful": { "mean": 512 } } } }] }"#;
    near(only(guidellm, &known()), [1024.0, 512.0, 32.0, 175.2, 16.49]);
    let aiperf = r#"{ "time_to_first_token": { "unit": "ms", "avg": 175.2, "p99": 900 },
        "inter_token_latency": { "unit": "s", "avg": 0.01649 }, "input_sequence_length": { "unit": "tokens", "avg": 1024 },
        "output_sequence_length": { "unit": "tokens", "avg": 512 },
        "input_config": { "loadgen": { "concurrency": 32 }, "endpoint": { "model_names": ["llama-3.1-70b"] } } }"#;
    near(only(aiperf, &known()), [1024.0, 512.0, 32.0, 175.2, 16.49]);
    // Newer exports have phases; and what was watched names the GPUs.
    let phases = aiperf.replace(
        r#""input_config": { "loadgen": { "concurrency": 32 }, "endpoint": { "model_names": ["llama-3.1-70b"] } }"#,
        r#""schema_version": "1.5", "input_config": { "models": { "items": [{ "name": "llama-3.1-70b" }] },
           "phases": [{ "name": "warmup", "concurrency": 2 }, { "name": "profiling", "concurrency": 32 }] },
           "telemetry_data": { "endpoints": { "localhost:9400": { "gpus": {
             "gpu_0": { "gpu_name": "NVIDIA H100" }, "gpu_1": { "gpu_name": "NVIDIA H100" } } } } }"#,
    );
    let weights = Known { weights: Some("fp8".into()), ..Known::default() };
    near(only(&phases, &weights), [1024.0, 512.0, 32.0, 175.2, 16.49]);
    let key = read_benchmarks(phases.as_bytes(), &weights).unwrap().rows[0].key.clone();
    assert_eq!((key.llm.as_str(), key.gpu.as_str(), key.gpus), ("llama-3.1-70b", "NVIDIA H100", 2));
    // Without a number of requests in flight, Little's law gives it: 1.77 /s · (0.1752 s + 511 · 0.01649 s).
    let at_a_rate = VLLM.replace("\"max_concurrency\": 32", "\"max_concurrency\": null");
    near(only(&at_a_rate, &known()), [1024.0, 512.0, 1.77 * (0.1752 + 511.0 * 0.01649), 175.2, 16.49]);
    let none = Known::default();
    let inferencex = "hw,conc,model,framework,precision,isl,osl,tp,mean_ttft,mean_tpot\n\
                      h100,32,meta-llama/Llama-3.1-70B,vllm,fp8,1024,512,4,0.1752,0.01649\n";
    near(only(inferencex, &none), [1024.0, 512.0, 32.0, 175.2, 16.49]);
    let aiconfigurator = "model,isl,osl,concurrency,ttft,tpot,seq/s,tokens/s/gpu,num_total_gpus,gemm,backend,system\n\
                          meta-llama/Llama-3.1-70B,1024,512,32,175.2,16.49,3.7,479,4,fp8_block,trtllm,h100_sxm\n";
    near(only(aiconfigurator, &none), [1024.0, 512.0, 32.0, 175.2, 16.49]);
    let plain = "model,gpu,n_gpu,precision,isl,osl,concurrency,ttft_ms,tpot_ms,req_s\n\
                 llama-3.1-70b,h100,4,fp8,1024,512,32,175.2,16.49,3.7\n";
    near(only(plain, &none), [1024.0, 512.0, 32.0, 175.2, 16.49]);
}

const HEADER: &str = "model,gpu,n_gpu,precision,isl,osl,concurrency,ttft_ms,tpot_ms";

fn table(rows: &[&str]) -> String {
    let rows: Vec<String> =
        rows.iter().map(|row| format!("llama-3.1-70b,h100,4,fp8,1024,1024,{row}")).collect();
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

/// What is too large to be held is read line after line, and says the same.
#[test]
fn lines_say_the_same_as_the_whole() {
    let csv = table(&["4,80,11.78", "8,96,12.11", "16,121", "32,-5,16.49"]);
    let json = format!("{}\n{{ broken\n\n{}\n", VLLM.replace('\n', " "), VLLM.replace('\n', " "));
    for (text, known) in [(csv, Known::default()), (json, known())] {
        let whole = read_benchmarks(text.as_bytes(), &known).unwrap();
        let mut lines = BenchmarkLines::new(&known);
        text.split_inclusive('\n').for_each(|line| lines.read(line).unwrap());
        let found = lines.end().unwrap();
        assert_eq!((found.form, found.rows, found.problems), (whole.form, whole.rows, whole.problems));
        assert!(!text.contains("broken") || found.left_out.is_empty());
    }
    let none = Known::default();
    assert!(BenchmarkLines::new(&none).end().is_err());
    assert!(BenchmarkLines::new(&none).read("{").is_err(), "one JSON text over many lines is no line");
    assert!(BenchmarkLines::new(&none).read("a,b,c").is_err(), "columns are missing");
}

/// One text of any size: what single requests did is passed over, and the rest says what the whole says.
#[test]
fn what_single_requests_did_is_passed_over() {
    let many = (0..5_000).map(|k| format!("0.0{k}")).collect::<Vec<_>>().join(", ");
    let texts = vec![format!("\"a text\""); 5_000].join(", ");
    let vllm = VLLM.replace("\"num_prompts\"", &format!("\"ttfts\": [{many}], \"itls\": [[{many}], [{many}]], \"generated_texts\": [{texts}], \"num_prompts\""));
    let run = |streams: usize| {
        format!(
            "{{ \"args\": {{ \"strategy\": {{ \"type_\": \"concurrent\", \"streams\": {streams} }} }}, \"requests\": {{ \"successful\": [{{ \"ttft\": [{many}] }}] }}, \
             \"metrics\": {{ \"time_to_first_token_ms\": {{ \"successful\": {{ \"mean\": 175.2 }} }}, \
             \"inter_token_latency_ms\": {{ \"successful\": {{ \"mean\": 16.49 }} }}, \
             \"prompt_token_count\": {{ \"successful\": {{ \"mean\": 1024 }} }}, \
             \"output_token_count\": {{ \"successful\": {{ \"mean\": 512 }} }} }} }}"
        )
    };
    // More runs than a list of other things keeps.
    let runs = (1..=100).map(run).collect::<Vec<_>>().join(",\n");
    let guidellm =
        format!("{{ \"args\": {{ \"model\": \"meta-llama/Llama-3.1-70B\" }},\n \"benchmarks\": [{runs}] }}");
    let list = format!("[\n{vllm},\n{vllm}, 7]");
    for (text, rows) in [(&vllm, 1), (&guidellm, 100), (&list, 2)] {
        let whole = read_benchmarks(text.as_bytes(), &known()).unwrap();
        let mut found = Results::default();
        let mut json = serde_json::Deserializer::from_str(text);
        Pruned::new(&known(), 1, &mut found).deserialize(&mut json).unwrap();
        assert_eq!((whole.rows.len(), found.form), (rows, whole.form));
        assert_eq!((found.rows, found.problems), (whole.rows, whole.problems));
    }
    let mut found = Results::default();
    let mut cut = serde_json::Deserializer::from_str(&guidellm[..guidellm.len() - 9]);
    assert!(Pruned::new(&known(), 1, &mut found).deserialize(&mut cut).is_err_and(|error| error.is_eof()));
}

#[test]
fn what_is_there_twice_or_saturated_is_dropped_and_counted() {
    let text = table(
        &[
            "4,80,11.78",
            "4,80,11.78", // the same again
            "8,96,12.11",
            "8,98,12.51",  // measured again
            "16,121,11.9", // faster than with fewer: noise
            "32,175,16.49",
            "64,2900,19.5", // a queue: 16 times the wait at twice the load
            "128,23800,25", // a long one
        ]
        .map(|row| row.split("//").next().unwrap().trim()),
    );
    let found = read_benchmarks(text.as_bytes(), &Known::default()).unwrap();
    let (groups, counts) = gather(&found.rows);
    assert_eq!(
        (counts.duplicates, counts.repeated, counts.raised, counts.saturated, counts.alone),
        (1, 1, 1, 2, 0)
    );
    let points = &groups.values().next().unwrap().tables[0].1;
    assert_eq!(points.iter().map(|point| point[0]).collect::<Vec<_>>(), [4.0, 8.0, 16.0, 32.0]);
    assert!((points[1][2] - (12.11_f64 * 12.51).sqrt()).abs() < 1e-9);
    assert!(points.windows(2).all(|pair| pair[0][1] <= pair[1][1] && pair[0][2] <= pair[1][2]));
}

#[test]
fn wrong_rows_say_what_is_wrong_with_them() {
    for (row, hint) in [
        ("8,0.096,0.01211", "look like seconds"),
        ("8,-96,12.11", "not above 0"),
        ("0,96,12.11", "not above 0"),
        ("8,96,1e9", "look like microseconds"),
        ("8,96,inf", "not a number"),
        ("8,96,", "does not say the time per token"),
        ("8,96", "fields"),
        ("8,\"1,096\",12", "not a number"),
    ] {
        let found = read_benchmarks(table(&[row]).as_bytes(), &Known::default()).unwrap();
        assert!(found.rows.is_empty() && found.problems.len() == 1, "{row}: {found:?}");
        assert!(found.problems[0].message.contains(hint), "{row}: {}", found.problems[0].message);
    }
    for (text, hint) in [
        ("", "empty"),
        ("model,gpu\nllama,h100\n", "no column for GPUs of a replica"),
        (&VLLM[..200], "cut off"),
        ("[1, 2", "cut off"),
        ("{}", "no benchmark results"),
    ] {
        match read_benchmarks(text.as_bytes(), &Known::default()) {
            Err(why) => assert!(why.message.contains(hint) || text == "{}", "{text}: {}", why.message),
            Ok(found) => assert!(
                text == "{}" && found.rows.is_empty() && !found.problems.is_empty(),
                "{text}: {found:?}"
            ),
        }
    }
    assert!(read_benchmarks(&[0x89, b'P', b'N', b'G', 0xff], &Known::default()).is_err());
    let lines = format!("{}\n{{ \"broken\": \n{}\n", VLLM.replace('\n', " "), VLLM.replace('\n', " "));
    let found = read_benchmarks(lines.as_bytes(), &known()).unwrap();
    assert_eq!((found.rows.len(), found.problems.len(), found.problems[0].place), (2, 1, 2));
}

#[track_caller]
fn ends(folder: &Path, words: &[&str], code: i32, hint: &str) -> String {
    let output = tokencast(folder, words);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    assert!(said.contains(hint), "{words:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// From a file of results to what the deployment serves, and back to the points that were measured.
#[test]
fn an_imported_table_serves_what_was_measured() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    fs::write(
        at.join("sweep.csv"),
        table(&["4,80,11.78", "8,96,12.11", "16,121,13.19", "32,-1,16.49", "64,256,19.51"]),
    )
    .unwrap();
    ends(at, &["capacity", "import", "sweep.csv", "--out", "refused.toml", "--strict"], 2, "--strict");
    assert!(!at.join("refused.toml").exists());
    ends(at, &["capacity", "import", "sweep.csv", "--out", "measured.toml"], 0, "1  refused");
    ends(at, &["capacity", "import", "sweep.csv", "--out", "measured.toml"], 3, "is there already");
    let found = ends(at, &["capacity", "measured.toml", "--tpot", "13.19 ms", "--json"], 0, "");
    let found: Value = serde_json::from_str(&found).unwrap();
    let one = &found["capacities"][0];
    assert_eq!((&one["evidence"], &one["most"]["bound_by"]), (&"measured".into(), &"tpot".into()));
    let near = |value: &Value, expected: f64, most: f64| {
        let value = value.as_f64().unwrap();
        assert!((value - expected).abs() <= most, "{value} is not {expected}");
    };
    near(&one["most"]["concurrency"], 16.0, 1e-6);
    near(&one["most"]["requests_per_second"], 1.1752, 5e-5);
    assert!(at.join("output/capacity-measured/latency.svg").exists());
    assert!(at.join("output/capacity-measured/latency.png").exists());
    fs::write(at.join("cut.json"), &VLLM[..100]).unwrap();
    ends(at, &["capacity", "import", "cut.json"], 2, "cut off");
    ends(at, &["capacity", "import", "none.csv"], 3, "none.csv");
}

#[test]
fn capacities_are_asked_for_by_name() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let words =
        ["capacity", "llama-3.1-70b", "on", "h100", "--gpus", "4", "--weights", "fp8", "--kv-cache", "fp8"];
    let lengths = ["--input", "1000", "--output", "300", "--tpot", "20 ms", "--price", "3.99 USD /GPU-hour"];
    let all: Vec<&str> = words.iter().chain(&lengths).copied().collect();
    let said = ends(at, &all, 0, "the target per token");
    assert!(said.contains("USD per million tokens out") && said.contains("roofline"), "{said}");
    let name = [
        "capacity",
        "meta-llama/Llama-3.1-70B",
        "--gpu",
        "H100_SXM",
        "--gpus",
        "4",
        "--input",
        "1k",
        "--output",
        "300",
    ];
    ends(at, &name, 0, "Llama 3.1 70B on 4 × NVIDIA H100 SXM");
    ends(at, &["capacity", "llama-3.1-71b", "on", "h100"], 2, "did you mean");
    ends(at, &["capacity", "llama-3.1-8b", "on", "h10"], 2, "did you mean");
    ends(at, &["capacity", "llama-3.1-8b"], 2, "which is not said");
    ends(at, &["capacity", "llama-3.1-8b", "on", "l4"], 2, "--input");
    ends(
        at,
        &["capacity", "llama-3.1-405b", "on", "h100", "--input", "10", "--output", "10"],
        2,
        "does not fit",
    );
    ends(
        at,
        &["capacity", "llama-3.1-8b", "on", "h100", "--weights", "fp9", "--input", "10", "--output", "10"],
        2,
        "fp9",
    );
    ends(at, &["capacity"], 2, "LLM");
    ends(at, &["validate", "T16"], 0, "pass");
    ends(at, &["validate", "T99"], 2, "did you mean");
    ends(at, &["validate", "nothing"], 2, "there are");
    for list in ["gpus", "llms"] {
        assert!(ends(at, &["list", list], 0, "").lines().count() > 10);
    }
}
