//! The score of each future's answers: its spread is that of what is uncertain in it, and nothing else.

use super::support::close;
use super::whole::run;

/// Two vendors; how the first scores is uncertain, the second is known.
fn text(first: &str, share: &str) -> String {
    format!(
        "title = \"Scores\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 6\n[traffic.chat]\n\
         requests = \"1M to 3M /month\"\ninput_tokens = 1000\noutput_tokens = 500\nshed_cost = \"1 USD /request\"\n\
         needs_quality = {{ desk = \"10 %\" }}\n\
         [vendor.a.llm.large]\nquality = {{ desk = \"{first}\" }}\n\
         rates = {{ input = \"3 USD /Mtok\", output = \"15 USD /Mtok\" }}\n\
         [vendor.b.llm.small]\nquality = {{ desk = \"60 %\" }}\n\
         rates = {{ input = \"1 USD /Mtok\", output = \"5 USD /Mtok\" }}\n\
         [strategy.alone]\nserve = [{{ traffic = \"chat\", by = \"a/large\" }}]\n\
         [strategy.mixed]\nserve = [{{ traffic = \"chat\", by = \"a/large\", share = \"{share}\" }}, \
         {{ traffic = \"chat\", by = \"b/small\" }}]\n"
    )
}

/// "78 % to 86 %" is where nine of ten futures are, so these are the ends of the spread, however many requests there are; a
/// mix of two llms is shifted and squeezed. Evenly spread paths: the percentiles of 4,096 are exact to a tenth of a point.
#[test]
fn nine_of_ten_futures_are_where_the_score_was_said_to_be() {
    let found = run(&text("78 % to 86 %", "25 %"), 4096);
    let [alone, mixed] = [0, 1].map(|place| found.strategies[place].quality[0].clone());
    let (one, two) = (alone.spread.unwrap(), mixed.spread.unwrap());
    for (end, expected) in [(one.p5, 0.78), (one.p95, 0.86)] {
        assert!((end.value - expected).abs() < 1e-3, "{end:?}");
    }
    for (alone, mixed) in [(one.p5, two.p5), (one.p50, two.p50), (one.p95, two.p95)] {
        close(mixed.value, 0.25 * alone.value + 0.75 * 0.6, 1e-12);
    }
    // Requests and score are independent, so weighing futures by their answers moves the mean by little.
    assert!((alone.mean.unwrap() - one.mean.value).abs() < 1e-3);
    assert!(one.mean.standard_error > 0.0 && one.mean.standard_error < 1e-3);
}

#[test]
fn a_score_that_is_known_has_no_spread() {
    let found = run(&text("80 %", "50 %"), 1024);
    for (place, expected) in [(0, 0.8), (1, 0.7)] {
        let spread = found.strategies[place].quality[0].spread.unwrap();
        for end in [spread.mean, spread.p5, spread.p50, spread.p95] {
            close(end.value, expected, 1e-12);
        }
    }
}

/// Who answers nothing has no score, and nobody is asked for one.
#[test]
fn a_future_without_an_answer_has_no_score() {
    let found = run(&text("5 %", "50 %"), 256);
    assert!(found.strategies[0].quality[0].spread.is_none() && found.strategies[0].quality[0].mean.is_none());
}
