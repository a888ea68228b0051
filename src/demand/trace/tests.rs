#![allow(clippy::float_cmp, reason = "exact where it says so")]

use super::*;

fn all(text: &str) -> Result<(Vec<Request>, Parser), Mistake> {
    let mut parser = Parser::default();
    let mut requests = Vec::new();
    for line in text.lines() {
        requests.extend(parser.read(line)?);
    }
    parser.end()?;
    Ok((requests, parser))
}

#[track_caller]
fn refused(text: &str, line: u64, message: &str, help: &str) {
    let why = all(text).unwrap_err();
    assert_eq!(why.line, line, "{why:?}");
    assert!(why.message.contains(message) && why.help.contains(help), "{why:?}");
}

#[test]
fn azure() {
    let text = "\u{feff}TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n\
                2023-11-16 18:15:50.9951690,396,109\r\n\r\n2023-11-17 00:15:46.6805900,0,5\r\n";
    let (requests, parser) = all(text).unwrap();
    assert_eq!((parser.format(), parser.skipped, requests.len()), (Some(Format::Azure), 1, 2));
    assert_eq!((requests[0].at_s, requests[0].input, requests[0].output), (0.0, 374, 44));
    assert!((requests[1].at_s - 4.314579).abs() < 1e-6);
    // 2023-11-16 was a Thursday, as 1970-01-01 was.
    let days = parser.begins_s().unwrap() / 86400.0;
    assert_eq!(days.floor(), 19677.0);
    assert_eq!(19677 % 7, 0);
}

#[test]
fn mooncake() {
    let text = "{\"timestamp\": 27482, \"input_length\": 6955, \"output_length\": 52, \"hash_ids\": [46, 47]}\n\
                {\"timestamp\": 30535, \"input_length\": 6472, \"output_length\": 26, \"hash_ids\": [46, 2353]}\n";
    let (requests, parser) = all(text).unwrap();
    assert_eq!((parser.format(), parser.begins_s()), (Some(Format::Mooncake), None));
    assert!((requests[1].at_s - 3.053).abs() < 1e-12);
    assert_eq!((requests[1].input, requests[1].output, &requests[1].blocks), (6472, 26, &vec![46, 2353]));
}

#[test]
fn any_csv() {
    let text = "id,Timestamp,Request tokens,\"Response tokens\"\n1,5,472,18\n\"a,b\",45.5,1087,230\n";
    let (requests, parser) = all(text).unwrap();
    assert_eq!((parser.format(), requests[1].at_s, requests[1].output), (Some(Format::Csv), 40.5, 230));
    let (requests, _) = all("timestamp_ms,prompt_tokens,completion_tokens\n1000,1,1\n3500,1,1\n").unwrap();
    assert_eq!(requests[1].at_s, 2.5);
    let zoned =
        "time,input,output\n2027-04-01T09:00:00+09:00,1,1\n2027-04-01T00:00:01Z,1,1\n2027-04-01T00:02,1,1\n";
    assert_eq!(all(zoned).unwrap().0.iter().map(|r| r.at_s).collect::<Vec<_>>(), [0.0, 1.0, 120.0]);
}

#[test]
fn what_prompts_share_in_a_csv() {
    let text = "time_s,input_tokens,output_tokens,hash_ids\n0,1024,1,\"[7, 8]\"\n1,1000,1,7 9\n2,5,1,\n3,600,1,a;b\n";
    let (requests, _) = all(text).unwrap();
    let blocks: Vec<_> = requests.iter().map(|request| request.blocks.clone()).collect();
    assert_eq!((&blocks[..3], blocks[3].len()), (&[vec![7, 8], vec![7, 9], vec![]][..], 2));
    let text = "time_s,input_tokens,output_tokens,prefix,prefix_tokens\n0,1100,1,tenant a,1050\n1,800,1,tenant a,1050\n2,9,1,,\n3,9,1,4,0\n";
    let (requests, _) = all(text).unwrap();
    let prefixes: Vec<_> = requests.iter().map(|request| request.prefix).collect();
    let (first, second) = (prefixes[0].unwrap(), prefixes[1].unwrap());
    assert_eq!((first.id, first.tokens, second.tokens), (second.id, 1050, 800));
    assert_eq!(prefixes[2..], [None, None]);
    // Whole blocks, the same for all who share them.
    assert_eq!((first.blocks(512).len(), second.blocks(512)), (2, first.blocks(512)[..1].to_vec()));
    refused("time_s,input_tokens,output_tokens,prefix\n", 1, "none for `prefix_tokens`", "how long");
    let head = "time_s,input_tokens,output_tokens,prefix,prefix_tokens\n";
    refused(&format!("{head}1,2,3,a,-4\n"), 2, "a prefix of -4 tokens", "columns");
}

#[test]
fn wrong_traces_are_refused_with_their_line() {
    let head = "time_s,input_tokens,output_tokens\n";
    refused("", 1, "empty", "Azure");
    refused("a,b,c\n1,2,3\n", 1, "no column holds the time", "time_s");
    refused("time,input\n1,2\n", 1, "no column holds the tokens out", "output_tokens");
    refused(&format!("{head}1,2,3\n0.5,2,3\n"), 3, "goes back by 0.5 s", "sort");
    refused(&format!("{head}1,-2,3\n"), 2, "-2 tokens in", "columns");
    refused(&format!("{head}1,2,3e12\n"), 2, "tokens out", "columns");
    refused(&format!("{head}1,2,3\n2,4"), 3, "2 fields, where the first line names 3", "cut off");
    refused(&format!("{head}1,two,3\n"), 2, "`two` is no number", "whole");
    refused(&format!("{head}soon,2,3\n"), 2, "`soon` is no time", "seconds");
    refused(&format!("{head}1,2,nan\n"), 2, "no number", "whole");
    refused(&format!("{head}1,2,3\n2027-01-01 00:00:00,2,3\n"), 3, "no time", "seconds");
    refused("{\"timestamp\": 1, \"input_length\": 2}\n", 1, "output_length", "hash_ids");
    refused("{\"timestamp\": 1, \"input_le", 1, "EOF", "cut off");
    refused("{\"timestamp\": 1, \"input_length\": -3, \"output_length\": 1}", 1, "-3 tokens in", "columns");
}

/// Means within five standard errors: a right sampler fails for one seed in 1.7 million, times twelve figures.
#[test]
fn synthetic_arrivals_have_the_rate_and_the_burstiness_they_are_given() {
    for cv in [0.0, 0.5, 1.0, 2.0] {
        let count = 40_000;
        let lengths = (Length::LogNormal { mean: 900.0, cv: 0.5 }, Length::Exponential(300.0));
        let all: Vec<Request> = Synthetic::new(4.0, cv, lengths.0, lengths.1, count, 7).collect();
        let n = count as f64;
        let gaps: Vec<f64> = all.windows(2).map(|pair| pair[1].at_s - pair[0].at_s).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let sd = (gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / gaps.len() as f64).sqrt();
        assert!((4.0 * mean - 1.0).abs() <= 5.0 * cv / n.sqrt() + 1e-9, "cv {cv}: mean gap {mean}");
        // The standard error of a coefficient of variation grows with the kurtosis of a gamma variate.
        assert!(
            (sd / mean - cv).abs() <= 5.0 * cv * (0.5 + 2.0 * cv * cv).sqrt() / n.sqrt() + 1e-9,
            "{}",
            sd / mean
        );
        let input = all.iter().map(|request| f64::from(request.input)).sum::<f64>() / n;
        let output = all.iter().map(|request| f64::from(request.output)).sum::<f64>() / n;
        assert!((input / 900.0 - 1.0).abs() < 5.0 * 0.5 / n.sqrt() + 1e-4, "{input}");
        // Nothing is shorter than a token: an exponential length gains up to 0.001.
        assert!((output / 300.0 - 1.0).abs() < 5.0 / n.sqrt() + 1e-3, "{output}");
    }
}
