//! How much arrives: customers against the binomial distribution, shares of other traffic, weeks from files. Checks of
//! means and shares fail for 1 seed in 1.7 million (five standard errors).

use std::collections::BTreeMap;

use tokencast::demand::{LoadCurve, Stream, Traffic, Week};
use tokencast::diagnostic::Sources;
use tokencast::document::{At, Decode, Files, Found, MapOf, Reader, Scope, TableOf, Unreadable, Value};

use super::demand::{CHAT, traffic};
use super::support::{
    bad, builder, certain, close, family, finish, good_at, mean_is, moments, near, paths, sd_is, tree,
};

fn traffic_at(key: &str, text: &str) -> Traffic {
    let read = TableOf(Traffic::read as fn(&mut Reader) -> Option<Traffic>);
    good_at(
        &read,
        key,
        &format!("{{ requests = \"1 /month\", input_tokens = 1, output_tokens = 1, {text} }}"),
    )
}

const COUNT: usize = 64 * 782;

/// The factor of these customers on one request a month: `[month][path]`.
fn left(key: &str, customers: &str, months: usize) -> Vec<Vec<f64>> {
    let chat = traffic_at(key, &format!("customers = {customers}"));
    let mut world = builder(months);
    let stream = Stream::resolve(&chat, None, &tokencast::demand::People::default(), &mut world).unwrap();
    paths(&finish(world), months, stream.requests, 2027, COUNT)
}

/// Those who stay are binomial: `E N = top·q^t`, `Var N = top·q^t·(1 − q^t)`, and `E N(s)·N(t) = q^(t−s)·E N(s)²`.
#[test]
fn customers_leave_one_by_one() {
    for (top, share, leave) in [(1.0, 1.0, 0.30), (10.0, 0.6, 0.24), (300.0, 0.25, 0.08), (1000.0, 0.9, 9.0)]
    {
        let text = format!("{{ top = {top}, share = {share}, leave = \"{} % /year\" }}", 100.0 * leave);
        let factors = left("x", &text, 37);
        let q = 1.0 - leave / 12.0;
        let expected = |t: i32| {
            let stays = f64::powi(q, t);
            (1.0 - share + share * stays, share * (stays * (1.0 - stays) / top).sqrt())
        };
        for month in [1, 6, 36] {
            let (mean, sd) = expected(month);
            if sd > 1e-9 {
                mean_is(&factors[month as usize], mean);
                sd_is(&factors[month as usize], sd);
            }
        }
        let stays = |month: usize, path: usize| (factors[month][path] - 1.0 + share) / share;
        let both: Vec<f64> = (0..COUNT).map(|path| stays(6, path) * stays(12, path)).collect();
        let (early, q6) = (f64::powi(q, 6), f64::powi(q, 6));
        mean_is(&both, q6 * (early * (1.0 - early) / top + early * early));
    }
}

/// Not a normal approximation: of three customers, each number that stays has its binomial probability.
#[test]
fn few_customers_are_counted_exactly() {
    let factors = left("x", "{ top = 3, share = 0.6, leave = \"60 % /year\" }", 13);
    for (month, stays) in [(1, 0.95_f64), (12, 0.95_f64.powi(12))] {
        for (there, ways) in [(0, 1.0), (1, 3.0), (2, 3.0), (3, 1.0)] {
            let probability = ways * stays.powi(there) * (1.0 - stays).powi(3 - there);
            let value = 0.4 + 0.2 * f64::from(there);
            let count = factors[month].iter().filter(|factor| (*factor - value).abs() < 1e-12).count() as f64;
            let error = (probability * (1.0 - probability) / COUNT as f64).sqrt();
            near(count / COUNT as f64, probability, 5.0 * error);
        }
    }
}

#[test]
fn customers_never_come_back() {
    for (text, share) in [
        ("{ top = 7, share = 0.3, leave = \"40 % /year\" }", 0.3),
        ("{ top = 1000, share = 1, leave = \"5 % /month\" }", 1.0),
        ("{ top = 10, share = \"63 % to 93 %\", leave = \"5 % to 15 % /year\" }", 1.0),
    ] {
        let factors = left("x", text, 36);
        assert!(factors[0].iter().all(|factor| *factor == 1.0));
        for pair in factors.windows(2) {
            assert!(pair[0].iter().zip(&pair[1]).all(|(before, now)| now <= before), "{text}");
        }
        assert!(factors[35].iter().all(|factor| (1.0 - share..=1.0).contains(factor)), "{text}");
    }
    // The last one has left: exactly what is not theirs remains.
    let factors = left("x", "{ top = 4, share = 0.3, leave = \"100 % /month\" }", 2);
    assert!(factors[1].iter().all(|factor| *factor == 1.0 - 0.3));
    // A rate on the clock counts the hours of the month: May has 744.
    let factors = left("x", "{ top = 100, share = 1, leave = \"2 % /week\" }", 2);
    mean_is(&factors[1], 1.0 - 0.02 * 744.0 / 168.0);
}

/// `∫ (1 − x)^t dx` over the rates from a to b.
#[test]
fn an_uncertain_rate_is_drawn_once() {
    let factors = left(
        "x",
        "{ top = 5, share = 1, leave = { uniform = { min = \"0 % /month\", max = \"10 % /month\" } } }",
        25,
    );
    mean_is(&factors[24], (1.0 - 0.9_f64.powi(25)) / (25.0 * 0.1));
}

#[test]
fn customers_who_stay_or_have_nothing_change_no_bit() {
    let requests = |customers: &str| {
        let chat =
            traffic(&format!("{CHAT}\nnoise = {{ ar1 = {{ sd = 0.1, persistence = 0.4 }} }}\n{customers}"));
        let mut world = builder(24);
        let stream = Stream::resolve(&chat, None, &tokencast::demand::People::default(), &mut world).unwrap();
        paths(&finish(world), 24, stream.requests, 7, 640)
    };
    let without = requests("");
    assert_eq!(requests("customers = { top = 10, share = \"60 %\", leave = \"0 % /year\" }"), without);
    assert_eq!(requests("customers = { top = 10, share = 0, leave = \"30 % /year\" }"), without);
    assert_ne!(requests("customers = { top = 10, share = \"60 %\", leave = \"30 % /year\" }"), without);
}

#[test]
fn customers_draw_by_their_address() {
    let text = "{ top = 10, share = \"60 %\", leave = \"30 % /year\" }";
    let (one, again, other) = (left("a", text, 13), left("a", text, 13), left("b", text, 13));
    assert_eq!(one, again);
    // Two traffics lose their customers independently.
    let (mean, _) = moments(&one[12]);
    let products: Vec<f64> = one[12].iter().zip(&other[12]).map(|(a, b)| (a - mean) * (b - mean)).collect();
    mean_is(&products, 0.0);
    // `explain` shows the factor under its address, as what was written.
    let chat = traffic_at("a", &format!("customers = {text}"));
    let mut world = builder(13);
    Stream::resolve(&chat, None, &tokencast::demand::People::default(), &mut world).unwrap();
    let (_, inputs, _) = world.finish();
    let named = |address: &str| {
        inputs.iter().find(|input| input.origin.as_ref().is_some_and(|origin| origin.address == address))
    };
    let customers = named("a.customers").unwrap();
    assert!(customers.uncertain && customers.origin.as_ref().unwrap().written.contains("top = 10"));
    assert_eq!(customers.parents.len(), 2);
    assert!(!named("a.customers.leave").unwrap().uncertain);
}

#[test]
fn customers_that_make_no_sense_are_refused() {
    let read = TableOf(Traffic::read as fn(&mut Reader) -> Option<Traffic>);
    for (customers, codes) in [
        ("{ top = 10, share = 1.2, leave = \"8 % /year\" }", ["bad-quantity"].as_slice()),
        ("{ top = 0, share = 0.6, leave = \"8 % /year\" }", &["out-of-range"]),
        ("{ top = 1001, share = 0.6, leave = \"8 % /year\" }", &["out-of-range"]),
        ("{ top = \"2 to 3\", share = 0.6, leave = \"8 % /year\" }", &["out-of-range"]),
        ("{ top = 10, share = 0.6 }", &["missing-key"]),
        ("{ top = 10, share = 0.6, leave = \"8 %\" }", &["bad-quantity"]),
        ("{ top = 10, share = 0.6, leave = \"-8 % /year\" }", &["bad-quantity"]),
        ("{ top = 10, share = 0.6, leave = \"1,201 % /year\" }", &["more-than-all"]),
        ("{ top = 10, share = 0.6, leave = \"24 % /week\" }", &["more-than-all"]),
        ("{}", &["missing-key", "missing-key", "missing-key"]),
        ("10", &["wrong-type"]),
    ] {
        let text = format!(
            "{{ requests = \"1 /s\", input_tokens = 1, output_tokens = 1, customers = {customers} }}"
        );
        assert_eq!(bad(&read, &text), codes, "{customers}");
    }
}

#[test]
fn requests_fan_out_and_get_longer() {
    let chat = traffic(&format!(
        "{}\nlength_growth = \"10 % /year\"",
        CHAT.replace("calls = 3,", "calls = 3, fan_out = 2.5,")
    ));
    let at = |pick: fn(&Stream) -> tokencast::lanes::Slot| {
        let mut world = builder(25);
        let stream = Stream::resolve(&chat, None, &tokencast::demand::People::default(), &mut world).unwrap();
        certain(world, pick(&stream), 25)
    };
    close(at(|stream| stream.calls)[0], 3.0 * 2.5 * 1.05, 1e-15);
    for month in [0, 1, 12, 24] {
        let longer = 1.1_f64.powf(month as f64 / 12.0);
        close(at(|stream| stream.input_tokens)[month], 1000.0 * longer, 1e-13);
        close(at(|stream| stream.output_tokens)[month], 300.0 * longer, 1e-13);
    }
}

#[test]
fn users_may_be_a_share_of_other_users() {
    let text = "
        [traffic.free]
        users = \"8k users\"
        requests_per_user = \"30 /month\"
        growth = \"5 % /month\"
        season = { may = 2 }
        input_tokens = 1
        output_tokens = 1
        [traffic.paid]
        users = { share_of = { traffic = \"free\", share = 0.25 } }
        requests_per_user = \"100 /month\"
        noise = 1.5
        input_tokens = 1
        output_tokens = 1
        [traffic.teams]
        users = { share_of = { traffic = \"paid\", share = 0.5 } }
        requests_per_user = \"7 /month\"
        input_tokens = 1
        output_tokens = 1
    ";
    let traffics = family(text, "traffic", &MapOf("traffic", TableOf(Traffic::read))).unwrap();
    let mut world = builder(3);
    let mut streams: Vec<Stream> = Vec::new();
    for (_, traffic) in &traffics {
        let stream =
            Stream::resolve(traffic, streams.last(), &tokencast::demand::People::default(), &mut world)
                .unwrap();
        streams.push(stream);
    }
    let program = finish(world);
    let value = |stream: usize, month: usize| paths(&program, 3, streams[stream].requests, 1, 64)[month][0];
    for (month, season) in [(0, 1.0), (1, 2.0), (2, 1.0)] {
        let users = 8000.0 * 1.05_f64.powi(month as i32) * season;
        close(value(0, month), 30.0 * users, 1e-13);
        close(value(1, month), 100.0 * 0.25 * 1.5 * users, 1e-13);
        close(value(2, month), 7.0 * 0.5 * 0.25 * 1.5 * users, 1e-13);
    }
}

/// The codes of what is said about traffics, each a share of the one before.
fn said_of_shares(traffics: &[String]) -> Vec<&'static str> {
    let text = |(i, text): (usize, &String)| {
        format!("[traffic.t{i}]\ninput_tokens = 1\noutput_tokens = 1\n{text}\n")
    };
    let text: String = traffics.iter().enumerate().map(text).collect();
    let traffics = family(&text, "traffic", &MapOf("traffic", TableOf(Traffic::read))).unwrap();
    let mut world = builder(2);
    let mut before: Option<Stream> = None;
    for (_, traffic) in &traffics {
        before = Stream::resolve(traffic, before.as_ref(), &tokencast::demand::People::default(), &mut world);
    }
    let (_, _, mistakes) = world.finish();
    assert_eq!(before.is_none(), mistakes.has_errors());
    mistakes.iter().map(|mistake| mistake.code).collect()
}

#[test]
fn what_moves_twice_is_pointed_out() {
    let whole = "requests = \"1 /s\"\ngrowth = \"5 % /month\"\nseason = { may = 2 }\n\
                 noise = { ar1 = { sd = 0.1, persistence = 0.4 } }"
        .to_owned();
    let share = |own: &str| format!("requests = {{ share_of = {{ traffic = \"t0\", share = 0.2 }} }}\n{own}");
    for (own, count) in [
        ("", 0),
        ("growth = \"1 % to 2 % /month\"", 1),
        ("growth = { linear = { final = 2, from = \"2027-04\", until = \"2027-08\" } }", 1),
        ("season = { dec = 2 }", 1),
        ("noise = 0.9", 1),
        ("growth = \"1 % /month\"\nseason = { dec = 2 }\nnoise = \"0.8 to 1.2\"", 3),
        // Not a way to move, but the way to undo what `like` copied.
        ("growth = \"0 % /year\"\nseason = { may = 1 }\nnoise = 1", 0),
        ("customers = { top = 2, share = 0.2, leave = \"5 % /year\" }", 0),
    ] {
        assert_eq!(said_of_shares(&[whole.clone(), share(own)]), vec!["moves-twice"; count], "{own}");
    }
    // A share of a share, too.
    assert_eq!(said_of_shares(&[whole, share(""), share("growth = \"1 % /month\"")]), ["moves-twice"]);
}

#[test]
fn a_share_of_users_needs_users() {
    let share = "users = { share_of = { traffic = \"t0\", share = 0.2 } }\nrequests_per_user = \"3 /month\"";
    let of = |whole: &str| said_of_shares(&[whole.to_owned(), share.to_owned()]);
    assert_eq!(of("requests = \"1 /s\""), ["no-users"]);
    assert!(of("users = 30\nrequests_per_user = \"1 /day\"").is_empty());
}

/// A folder that holds one file.
struct OneFile(String);

impl Files for OneFile {
    fn read(&self, _: &str) -> Result<String, Unreadable> {
        Ok(self.0.clone())
    }
}

/// The week of a traffic that reads it from a file of these rows, and what is said about it.
fn week_of(rows: impl IntoIterator<Item = String>) -> (Option<Traffic>, Vec<(&'static str, Option<usize>)>) {
    let text = rows.into_iter().fold("load\n".to_owned(), |text, row| text + &row + "\n");
    let files = OneFile(text.clone());
    let root = tree(
        "[x]\nrequests = \"1 /s\"\ninput_tokens = 1\noutput_tokens = 1\nweek = { csv = \"week.csv\", column = \"load\" }",
    );
    let mut sources = Sources::new();
    sources.add("scenario.toml", String::new());
    let scope = Scope::new(BTreeMap::new(), sources, &files);
    let Value::Table(table) = &root.value else { panic!("the root of a file is a table") };
    let at = At::root(&root, &scope).inside("x", &table.entries[0].node);
    let found = TableOf(Traffic::read).decode(&at);
    let Found { mistakes, sources, .. } = scope.into_found();
    let line = |mistake: &tokencast::diagnostic::Diagnostic| {
        let span = mistake.span?;
        let source = sources.get(span.file).filter(|source| source.name() == "week.csv")?;
        Some(source.position(span.start).line)
    };
    let said = mistakes.iter().map(|mistake| (mistake.code, line(mistake))).collect();
    (found, said)
}

#[test]
fn a_week_may_stand_in_a_file() {
    let office = Week::named("office").unwrap().hours();
    let (found, said) = week_of(office.iter().map(|hour| format!("{}", 7300.0 * hour)));
    assert!(said.is_empty(), "{said:?}");
    let week = found.unwrap().week;
    // Monday 00:00 first; the unit does not count.
    week.iter().zip(&office).for_each(|(found, hour)| close(*found, hour / 2.2, 1e-12));
    let (read, named) = (LoadCurve::new(&week, 0.2), LoadCurve::new(&office, 0.2));
    for i in 0..100 {
        near(read.excess(f64::from(i) * 0.05), named.excess(f64::from(i) * 0.05), 1e-12);
    }
    // Huge numbers are no infinite sum, and hours without load are hours.
    let (found, _) = week_of((0..168).map(|hour| if hour < 24 { "1e308".into() } else { "0".into() }));
    close(LoadCurve::new(&found.unwrap().week, 0.0).peak(), 7.0, 1e-12);
}

#[test]
fn a_file_that_is_no_week_is_refused_at_its_line() {
    let with = |row: usize, text: &str| {
        let mut rows = vec!["1".to_owned(); 168];
        rows[row] = text.to_owned();
        rows
    };
    for (rows, code, line) in [
        (vec!["1".to_owned(); 167], "bad-row", Some(168)),
        (vec!["1".to_owned(); 24], "bad-row", Some(25)),
        (vec!["1".to_owned(); 169], "bad-row", Some(170)),
        (vec!["1".to_owned(); 744], "bad-row", Some(170)),
        (with(26, "-0.1"), "bad-row", Some(28)),
        (with(26, "much"), "not-a-number", Some(28)),
        (with(26, "inf"), "not-a-number", Some(28)),
        (with(26, "1,2"), "ragged-row", Some(28)),
        (vec!["0".to_owned(); 168], "no-load", None),
        (Vec::new(), "empty-csv", None),
    ] {
        let (found, said) = week_of(rows);
        assert!(found.is_none());
        assert_eq!(said, [(code, line)]);
    }
    let read = TableOf(Traffic::read as fn(&mut Reader) -> Option<Traffic>);
    let text =
        |week: &str| format!("{{ requests = \"1 /s\", input_tokens = 1, output_tokens = 1, week = {week} }}");
    assert_eq!(bad(&read, &text("{ csv = \"observed.csv\" }")), ["missing-key"]);
    assert_eq!(bad(&read, &text("{ csv = \"observed.csv\", column = \"prize\" }")), ["unknown-column"]);
    assert_eq!(bad(&read, &text("{ csv = \"none.csv\", column = \"load\" }")), ["no-file"]);
    assert_eq!(bad(&read, &text("3")), ["wrong-type"]);
}
