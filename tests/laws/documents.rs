//! Reading documents: every mistake once and in its place, sources as they were given, layers as they were laid.

use std::collections::BTreeMap;

use tokencast::diagnostic::{Diagnostic, Diagnostics, FileId, Sources};
use tokencast::distribution::{FAMILIES, Number, NumberOf};
use tokencast::document::{
    At, Evidence, Field, Files, Flag, Id, ListOf, MapOf, MonthOf, Need, Node, Origin, Plugins, Provenance,
    Reader, Scope, Shape, Table, TableOf, Text, TitleOf, Unreadable, Value, Whole, lay_over, parse_toml,
    parse_value, plugin_names, put_beside,
};
use tokencast::supply;
use tokencast::units;

use super::support::{bad, good, read};

/// A folder without files.
struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &str) -> Result<String, Unreadable> {
        Err(Unreadable { code: "no-file", message: "there is nothing".into(), help: None })
    }
}

/// A server as a small table.
#[derive(Debug)]
struct Server {
    price: Number,
    gpus: i64,
    spare: bool,
}

fn read_server(t: &mut Reader) -> Option<Server> {
    let price = t.required("price", NumberOf(&units::MONEY), "what it costs");
    let gpus = t.or("gpus", "8", Whole(1, 1024), "GPUs inside");
    let spare = t.optional("spare", Flag, "whether it stands by");
    Some(Server { price: price?, gpus: gpus?, spare: spare?.unwrap_or(false) })
}

const SERVER: TableOf<Server> = TableOf(read_server);

fn only(mistakes: &Diagnostics) -> Diagnostic {
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    mistakes.iter().next().unwrap().clone()
}

/// What a diagnostic points at in `x = …`.
fn pointed<'a>(text: &'a str, mistake: &Diagnostic) -> &'a str {
    let span = mistake.span.unwrap();
    &text[span.start as usize - 4..span.end as usize - 4]
}

#[test]
fn a_table_is_read_with_its_defaults() {
    let server = good(&SERVER, "{ price = \"280k USD\", spare = true, note = \"ours\" }");
    assert_eq!((server.price.known(), server.gpus, server.spare), (Some(280e3), 8, true));
    assert_eq!(good(&SERVER, "{ price = \"1 USD\", gpus = 4 }").gpus, 4);
}

#[test]
fn an_unknown_key_is_shown_with_the_one_that_was_meant() {
    let text = "{ price = \"1 USD\", gups = 4 }";
    let mistake = only(&read(&SERVER, text).1);
    assert_eq!((mistake.code, pointed(text, &mistake)), ("unknown-key", "gups"));
    assert_eq!(mistake.message, "unknown key `gups` in `x`");
    assert_eq!(mistake.help, ["did you mean `gpus`?"]);
    let text = "{ price = \"1 USD\", colour = 4 }";
    assert_eq!(only(&read(&SERVER, text).1).help, ["keys here are: price, gpus, spare"]);
    let text = "{ price = \"1 USD\", sorce = \"list\" }";
    assert_eq!(only(&read(&SERVER, text).1).help, ["did you mean `source`?"]);
}

#[test]
fn a_missing_key_is_shown_with_an_example() {
    let text = "{ gpus = 4 }";
    let mistake = only(&read(&SERVER, text).1);
    assert_eq!((mistake.code, mistake.message.as_str()), ("missing-key", "`x` does not say `price`"));
    assert_eq!(mistake.help, ["add `price = \"15k USD\"`: what it costs"]);
    assert_eq!(mistake.span.map(|span| (span.start, span.end)), Some((0, 1)), "the key of the table");
}

#[test]
fn a_wrong_type_is_shown_with_what_was_found() {
    for (text, pointed_at, message) in [
        ("{ price = \"1 USD\", gpus = \"8\" }", "\"8\"", "`x.gpus` is the string \"8\""),
        ("{ price = \"1 USD\", gpus = 0 }", "0", "`x.gpus` is the number 0"),
        ("{ price = \"1 USD\", gpus = 2.5 }", "2.5", "`x.gpus` is the number 2.5"),
        ("{ price = \"1 USD\", spare = 1 }", "1", "`x.spare` is the number 1"),
        ("{ price = [1] }", "[1]", "`x.price` is a list"),
        ("{ price = \"1 USD\", spare = 2027-04-01 }", "2027-04-01", "`x.spare` is the TOML date 2027-04-01"),
        ("[]", "[]", "`x` is a list"),
    ] {
        let mistake = only(&read(&SERVER, text).1);
        assert_eq!((pointed(text, &mistake), mistake.message.as_str()), (pointed_at, message));
        assert!(mistake.label.starts_with("expected "), "{}", mistake.label);
    }
}

#[test]
fn a_quantity_is_shown_where_it_goes_wrong() {
    let text = "{ price = \"15 parrots\" }";
    let mistake = only(&read(&SERVER, text).1);
    assert_eq!((mistake.code, pointed(text, &mistake)), ("bad-quantity", "parrots"));
}

#[test]
fn all_mistakes_are_found_at_once() {
    let codes = bad(&SERVER, "{ gpus = \"8\", spare = 1, gup = 3, source = 4, evidence = \"rumor\" }");
    assert_eq!(
        codes,
        ["missing-key", "out-of-range", "wrong-type", "unknown-key", "wrong-type", "unknown-evidence"]
    );
}

#[test]
fn a_thing_has_one_kind() {
    let read_number = NumberOf(&units::FACTOR);
    let text = "{ unform = { min = 1, max = 2 } }";
    let mistake = only(&read(&read_number, text).1);
    assert_eq!((mistake.code, pointed(text, &mistake)), ("unknown-kind", "unform"));
    assert_eq!(mistake.help, ["did you mean `uniform`?"]);
    let text = "{ uniform = { min = 1, max = 2 }, normal = { mean = 1, sd = 0.1 } }";
    let mistake = only(&read(&read_number, text).1);
    assert_eq!((mistake.code, pointed(text, &mistake)), ("two-kinds", "normal"));
    assert_eq!(mistake.related.len(), 1);
    assert_eq!(
        &text[mistake.related[0].0.start as usize - 4..mistake.related[0].0.end as usize - 4],
        "uniform"
    );
    assert_eq!(bad(&read_number, "{ source = \"list\" }"), ["no-kind"]);
    assert_eq!(bad(&Plugins(supply::KINDS, "supply"), "3"), ["wrong-type"]);
    // A note beside a kind is checked like any other.
    let noted = |word: &str| {
        format!("{{ uniform = {{ min = 1, max = 2 }}, source = \"list\", evidence = \"{word}\" }}")
    };
    assert_eq!(bad(&read_number, &noted("red")), ["unknown-evidence"]);
    let number = good(&read_number, &noted("read"));
    let provenance = Provenance { source: Some("list".into()), as_of: None, evidence: Some(Evidence::Read) };
    assert_eq!(number.origin.provenance, provenance);
}

#[test]
fn ids_are_plain() {
    let map = MapOf("server", SERVER);
    let read = good(
        &map,
        "{ one = { price = \"1 USD\" }, note = \"two of them\", h200-x8 = { price = \"2 USD\" } }",
    );
    assert_eq!(read.iter().map(|(id, _)| id.id.as_str()).collect::<Vec<_>>(), ["one", "h200-x8"]);
    assert_eq!(read[1].1.price.origin.address, "x.h200-x8.price");
    for id in ["One", "a_b", "\"a b\"", "\"\"", "ü"] {
        let text = format!("{{ {} = {{ price = \"1 USD\" }} }}", if id == "ü" { "\"ü\"" } else { id });
        assert_eq!(bad(&map, &text), ["bad-id"], "{id}");
    }
    assert_eq!(
        bad(&map, "{ a = { price = 1 }, b = {}, C = { price = \"1 USD\" } }"),
        ["bad-quantity", "missing-key", "bad-id"]
    );
    assert_eq!(bad(&map, "{ a = { price = \"1 USD\" }, evidence = \"rumor\" }"), ["unknown-evidence"]);
}

#[test]
fn small_values_are_what_they_look_like() {
    assert_eq!(good(&Text("a region"), "\"jp\""), "jp");
    assert_eq!(bad(&Text("a region"), "1"), ["wrong-type"]);
    assert_eq!(good(&Id("llm"), "\"acme/terra\"").halves(), Some(("acme", "terra")));
    assert_eq!(good(&Id("llm"), "\"terra\"").halves(), None);
    assert_eq!(good(&ListOf(Whole(0, 9)), "[1, 2, 3]"), [1, 2, 3]);
    assert_eq!(bad(&ListOf(Whole(0, 9)), "[1, 20, \"3\"]"), ["out-of-range", "out-of-range"]);
    assert_eq!(bad(&ListOf(Whole(0, 9)), "1"), ["wrong-type"]);
    assert_eq!(good(&MonthOf, "\"2027-04\"").to_string(), "2027-04");
    assert_eq!(good(&MonthOf, "\"2027-04-30\"").to_string(), "2027-04");
    assert_eq!(bad(&MonthOf, "2027-04-30"), ["wrong-type"]);
    assert_eq!(bad(&MonthOf, "\"2027-13\""), ["bad-date"]);
    assert_eq!(good(&TitleOf, "\"Chat\"").en, "Chat");
    let both = good(&TitleOf, "{ en = \"Chat\", ja = \"チャット\" }");
    assert_eq!((both.en.as_str(), both.ja.as_deref()), ("Chat", Some("チャット")));
    assert_eq!(bad(&TitleOf, "{ ja = \"チャット\" }"), ["missing-key"]);
}

#[test]
fn what_reads_a_type_describes_it() {
    let fields = Reader::describe(read_server);
    let told: Vec<_> = fields.iter().map(|Field { key, need, .. }| (*key, *need)).collect();
    assert_eq!(told, [("price", Need::Required), ("gpus", Need::Default("8")), ("spare", Need::Optional)]);
    assert!(matches!(fields[0].shape, Shape::Number(kind) if *kind == units::MONEY));
    assert!(matches!(fields[1].shape, Shape::Whole(1, 1024)));
    // Nothing that is described needs a document, however deep.
    for kind in supply::KINDS {
        assert!(kind.fields().iter().all(|field| !field.meaning.is_empty()), "{}", kind.name);
    }
}

/// One file for each text.
fn files(texts: &[&str]) -> Vec<Table> {
    let mut mistakes = Diagnostics::new();
    let parsed = texts.iter().enumerate().map(|(i, text)| {
        let Value::Table(table) = parse_toml(FileId(i as u32), text, &mut mistakes).value else { panic!() };
        table
    });
    let parsed = parsed.collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    parsed
}

const KINDS: [&[&str]; 2] = [&["rented", "owned"], &["uniform", "normal", "value", "beta"]];

fn kinds() -> Vec<Vec<&'static str>> {
    KINDS.iter().map(|group| group.to_vec()).collect()
}

/// Layers of files, the later over the earlier.
fn layered(texts: &[&str]) -> Table {
    let mut layers = files(texts).into_iter();
    let mut base = layers.next().unwrap();
    layers.for_each(|layer| lay_over(&mut base, layer, &kinds()));
    base
}

fn written(table: &Table) -> String {
    Value::Table(table.clone()).written()
}

#[test]
fn later_layers_win_key_by_key() {
    let base = "[a]\nx = 1\ny = [1, 2]\n[a.b]\nz = 3\nw = \"4 USD\"";
    assert_eq!(
        written(&layered(&[base, "[a]\nx = 7"])),
        "{ a = { x = 7, y = [1, 2], b = { z = 3, w = \"4 USD\" } } }"
    );
    assert_eq!(
        written(&layered(&[base, "[a]\ny = [9]\nv = 5\n[a.b]\nz = 8"])),
        "{ a = { x = 1, y = [9], b = { z = 8, w = \"4 USD\" }, v = 5 } }"
    );
    // Lists, strings and tables over one another are replaced whole.
    assert_eq!(
        written(&layered(&[base, "[a]\nb = \"none\""])),
        "{ a = { x = 1, y = [1, 2], b = \"none\" } }"
    );
    let twice = layered(&[base, "[a]\nx = { q = 1 }", "[a]\nx = { r = 2 }"]);
    assert!(written(&twice).contains("x = { q = 1, r = 2 }"), "{}", written(&twice));
}

#[test]
fn another_kind_replaces_the_kind_before() {
    let rented = "[supply.tokyo.rented]\ngpus = 1\nfleet = 2";
    assert_eq!(
        written(&layered(&[rented, "[supply.tokyo.owned]\nserver = 3"])),
        "{ supply = { tokyo = { owned = { server = 3 } } } }"
    );
    assert_eq!(
        written(&layered(&[rented, "[supply.tokyo.rented]\nfleet = 3"])),
        "{ supply = { tokyo = { rented = { gpus = 1, fleet = 3 } } } }"
    );
    let number = "x = { uniform = { min = 1, max = 2 }, source = \"list\" }";
    let over = layered(&[number, "x = { normal = { mean = 1, sd = 2 } }"]);
    assert_eq!(written(&over), "{ x = { source = \"list\", normal = { mean = 1, sd = 2 } } }");
    assert_eq!(written(&layered(&[number, "x = 3"])), "{ x = 3 }");
    assert_eq!(
        written(&layered(&["x = 3", number])),
        "{ x = { uniform = { min = 1, max = 2 }, source = \"list\" } }"
    );
    // The shapes of a beta distribution are no kinds beside it.
    let beta = "x = { beta = { alpha = 1, beta = 2 } }";
    assert_eq!(
        written(&layered(&[beta, "x = { normal = { mean = 1, sd = 2 } }"])),
        "{ x = { normal = { mean = 1, sd = 2 } } }"
    );
    assert_eq!(
        written(&layered(&[beta, "x = { beta = { alpha = 3 } }"])),
        "{ x = { beta = { alpha = 3, beta = 2 } } }"
    );
}

#[test]
fn a_supply_may_be_called_what_it_is() {
    let named = "[supply.rented.rented]\ngpus = 1\n[supply.other.rented]\ngpus = 2";
    assert_eq!(
        written(&layered(&[named, "[supply.owned.owned]\nserver = 3"])),
        "{ supply = { rented = { rented = { gpus = 1 } }, other = { rented = { gpus = 2 } }, owned = { owned = { server = 3 } } } }"
    );
    assert_eq!(
        written(&layered(&["[supply.rented.rented]\ngpus = 1", "[supply.rented.owned]\nserver = 3"])),
        "{ supply = { rented = { owned = { server = 3 } } } }"
    );
}

#[test]
fn parts_stand_side_by_side_and_never_override() {
    let parts = [
        "[vendor.acme]\nsource = \"a\"\n[vendor.acme.llm.terra]\nx = 1",
        "[vendor.acme]\nsource = \"b\"\n[vendor.acme.llm.luna]\nx = 2",
    ];
    let mut tables = files(&parts).into_iter();
    let (mut base, mut mistakes) = (tables.next().unwrap(), Diagnostics::new());
    put_beside(&mut base, tables.next().unwrap(), "", &mut mistakes);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert!(written(&base).contains("llm = { terra = { x = 1 }, luna = { x = 2 } }"), "{}", written(&base));
    for (second, key) in [("[a]\nx = 1", "x"), ("a = 3", "a"), ("[a.x]\ny = 1", "x")] {
        let first = "[a]\nx = 1";
        let mut tables = files(&[first, second]).into_iter();
        let (mut base, mut mistakes) = (tables.next().unwrap(), Diagnostics::new());
        put_beside(&mut base, tables.next().unwrap(), "", &mut mistakes);
        let mistake = only(&mistakes);
        assert_eq!(mistake.code, "given-twice");
        let (here, there) = (mistake.span.unwrap(), mistake.related[0].0);
        assert_eq!((here.file, there.file), (FileId(1), FileId(0)));
        assert_eq!(&second[here.start as usize..here.end as usize], key);
        assert_eq!(&first[there.start as usize..there.end as usize], key);
    }
}

/// Origins of the numbers of merged layers, by their keys; file-wide notes are those of a file's top.
fn origins(layers: &[&str], tops: &[(u32, &str)]) -> BTreeMap<String, Origin> {
    let root = Node {
        span: tokencast::diagnostic::Span::new(FileId(9), 0..0),
        value: Value::Table(layered(layers)),
    };
    let top = |source: &str| Provenance { source: Some(source.to_owned()), ..Provenance::default() };
    let notes = tops.iter().map(|(file, source)| (*file, top(source))).collect();
    let scope = Scope::new(notes, Sources::new(), &Nothing);
    let servers = At::root(&root, &scope).read(|t| t.required("server", MapOf("server", SERVER), "machines"));
    let servers = servers.unwrap_or_else(|| panic!("{layers:?}"));
    servers.into_iter().map(|(id, server)| (id.id, server.price.origin)).collect()
}

fn source(origins: &BTreeMap<String, Origin>, id: &str) -> Option<String> {
    origins[id].provenance.source.clone()
}

#[test]
fn sources_come_from_what_stands_nearest() {
    let text = "
        [server]
        as_of = \"2026-11-01\"
        [server.a]
        price = \"1 USD\"
        [server.b]
        source = \"list\"
        evidence = \"read\"
        price = \"1 USD\"
        [server.c]
        source = \"list\"
        price = { value = \"1 USD\", source = \"letter\", evidence = \"secondhand\" }
    ";
    let found = origins(&[text], &[(0, "file")]);
    let provenance = |source: &str, evidence| Provenance {
        source: Some(source.to_owned()),
        as_of: Some("2026-11-01".into()),
        evidence,
    };
    assert_eq!(found["a"].provenance, provenance("file", None));
    assert_eq!(found["b"].provenance, provenance("list", Some(Evidence::Read)));
    assert_eq!(found["c"].provenance, provenance("letter", Some(Evidence::Secondhand)));
    assert_eq!(found["c"].address, "server.c.price");
}

#[test]
fn sources_do_not_leak_into_other_files() {
    let part = "[server]\nsource = \"dealer\"\n[server.a]\nsource = \"list\"\nprice = \"1 USD\"\n[server.b]\nprice = \"1 USD\"";
    // A price laid over the part's is the scenario's own; what the scenario leaves alone keeps its source.
    let found = origins(&[part, "[server.a]\nprice = \"2 USD\"\n[server.c]\nprice = \"3 USD\""], &[]);
    assert_eq!(
        [source(&found, "a"), source(&found, "b"), source(&found, "c")],
        [None, Some("dealer".into()), None]
    );
    let found = origins(&[part, "[server.a]\ngpus = 4"], &[(0, "top"), (1, "mine")]);
    assert_eq!([source(&found, "a"), source(&found, "b")], [Some("list".into()), Some("dealer".into())]);
    let found = origins(
        &[part, "[server.a]\nprice = \"2 USD\"\n[server.b]\nsource = \"offer\"\nprice = \"2 USD\""],
        &[(1, "mine")],
    );
    assert_eq!([source(&found, "a"), source(&found, "b")], [Some("mine".into()), Some("offer".into())]);
}

#[test]
fn a_default_says_that_it_is_one() {
    let text = "llm = \"l\", gpu = \"h\", gpus = 1, capacity = { stated = { tokens = \"800 tokens /s\" } }, source = \"bench\"";
    let deployment = good(&TableOf(tokencast::serving::Deployment::read), &format!("{{ {text} }}"));
    assert_eq!(deployment.capacity_error.origin.provenance.source.as_deref(), Some("tokencast default"));
    let fleet = good(&TableOf(tokencast::serving::Fleet::read), "{ source = \"plan\" }");
    assert_eq!(fleet.utilization_target.origin.provenance.source.as_deref(), Some("tokencast default"));
    assert_eq!(fleet.utilization_target.origin.written, "\"70 %\"");
}

#[test]
fn values_of_the_command_line_are_toml_or_strings() {
    for (text, written) in [
        ("3", "3"),
        ("0.5", "0.5"),
        ("true", "true"),
        ("\"8 % /month\"", "\"8 % /month\""),
        ("8 % /month", "\"8 % /month\""),
        ("[1, 2]", "[1, 2]"),
        ("{ normal = { mean = 1, sd = 2 } }", "{ normal = { mean = 1, sd = 2 } }"),
        ("tokyo", "\"tokyo\""),
    ] {
        let node = parse_value(FileId(3), text, 40);
        assert_eq!(node.value.written(), written);
        assert_eq!((node.span.file, node.span.start, node.span.end), (FileId(3), 40, 40 + text.len() as u32));
    }
    let Value::Table(table) = parse_value(FileId(3), "{ normal = { mean = 1 } }", 40).value else { panic!() };
    assert_eq!((table.entries[0].key_span.start, table.entries[0].key_span.end), (42, 48));
}

#[test]
fn broken_files_are_read_as_far_as_they_go() {
    let mut mistakes = Diagnostics::new();
    parse_toml(FileId(0), "a = 1\nb = = 2\nc = [1\n", &mut mistakes);
    assert!(
        mistakes.len() >= 2 && mistakes.errors().all(|mistake| mistake.code == "broken-toml"),
        "{mistakes:?}"
    );
    let mut mistakes = Diagnostics::new();
    let text = "a = 1\n[t]\nx = 1\nx = 2\n";
    parse_toml(FileId(0), text, &mut mistakes);
    let mistake = only(&mistakes);
    assert_eq!((mistake.code, mistake.span.unwrap().start), ("given-twice", 16));
    // Dates without quotes are no values of the language, and floats keep their digits.
    let root = parse_toml(
        FileId(0),
        "a = 1_000\nb = 0x1F\nc = 1e-400\nd = 9223372036854775808",
        &mut Diagnostics::new(),
    );
    let Value::Table(table) = root.value else { panic!() };
    assert_eq!(written(&table), "{ a = 1000, b = 31, c = 1e-400, d = 9223372036854775808 }");
}

#[test]
fn every_example_is_read_by_its_kind() {
    for kind in supply::KINDS {
        good(&Plugins(supply::KINDS, "supply"), kind.example);
    }
    for kind in tokencast::lever::KINDS {
        good(&Plugins(tokencast::lever::KINDS, "lever"), kind.example);
    }
    for kind in tokencast::contract::KINDS {
        good(&Plugins(tokencast::contract::KINDS, "contract"), kind.example);
    }
    for kind in tokencast::training::KINDS {
        good(&Plugins(tokencast::training::KINDS, "training"), kind.example);
    }
    let mut names = plugin_names(FAMILIES);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FAMILIES.len());
}
