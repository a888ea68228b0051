use serde_json::json;

use super::*;

/// The sources of one file and the place of some of its words.
fn file(name: &str, text: &str, words: &str) -> (Sources, Span) {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let start = text.find(words).unwrap() as u32;
    (sources, Span::new(file, start..start + words.len() as u32))
}

fn show(text: &str, words: &str) -> String {
    let (sources, span) = file("traffic/chat.toml", text, words);
    let diagnostic = Diagnostic::error("unknown-key", span, "there is no key `growht` in a traffic")
        .label("unknown")
        .help("did you mean `growth`?".to_owned());
    render(&diagnostic, &sources, false)
}

#[test]
fn a_mistake_is_shown_in_its_line() {
    let expected = "\
error[unknown-key]: there is no key `growht` in a traffic
 --> traffic/chat.toml:3:1
  |
3 | growht = \"2 % /month\"
  | ^^^^^^ unknown
  |
  = help: did you mean `growth`?";
    assert_eq!(show("[traffic.chat]\nrequests = 1\ngrowht = \"2 % /month\"\n", "growht"), expected);
    assert_eq!(show("[traffic.chat]\r\nrequests = 1\r\ngrowht = \"2 % /month\"\r\n", "growht"), expected);
}

#[test]
fn a_byte_order_mark_is_no_column() {
    let expected = "\
error[unknown-key]: there is no key `growht` in a traffic
 --> traffic/chat.toml:1:1
  |
1 | growht = 1
  | ^^^^^^ unknown
  |
  = help: did you mean `growth`?";
    assert_eq!(show("\u{feff}growht = 1\n", "growht"), expected);
}

#[test]
fn wide_characters_take_two_columns_on_screen_and_one_in_the_count() {
    let expected = "\
error[unknown-key]: there is no key `growht` in a traffic
 --> traffic/chat.toml:1:21
  |
1 | x = { title = \"東京\", growht = 1 }
  |                       ^^^^^^ unknown
  |
  = help: did you mean `growth`?";
    let text = "x = { title = \"東京\", growht = 1 }";
    // Two wide characters, so the caret stands two cells to the right of its column.
    assert_eq!(show(text, "growht"), expected);
}

#[test]
fn control_characters_are_made_visible() {
    let shown = show("title = \"\u{1b}[31m\u{202e}red\u{7}\", growht = 1", "growht");
    assert!(shown.contains("title = \"␛[31m\u{fffd}red␇\", growht = 1"), "{shown}");
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown}");
    let mut sources = Sources::new();
    let span = Span::new(sources.add("\u{1b}]0;name\u{7}.toml", "a"), 0..1);
    let hostile =
        Diagnostic::warning("x", span, "\u{1b}[2J\n").label("\u{1b}[0m\n").help("\u{8}\n".to_owned());
    let shown = render(&hostile, &sources, false);
    assert_eq!(shown.lines().count(), 7, "{shown}");
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown}");
}

#[test]
fn long_lines_are_cut_around_the_caret() {
    for filler in ["x", "東"] {
        let shown = show(&format!("{} growht {}", filler.repeat(5000), filler.repeat(5000)), "growht");
        let longest = shown.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap();
        assert!(longest <= 130, "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        let cell = |line: &str, at: usize| unicode_width::UnicodeWidthStr::width(&line[..at]);
        let (word, caret) = (lines[3].find("growht").unwrap(), lines[4].find("^^^^^^").unwrap());
        assert_eq!(cell(lines[3], word), cell(lines[4], caret), "{shown}");
    }
}

#[test]
fn places_in_other_files_are_shown_too() {
    let mut sources = Sources::new();
    let first = sources.add("a.toml", "months = 36\n");
    let second = sources.add("b.toml", "title = 1\nmonths = 24\n");
    let diagnostic = Diagnostic::error("given-twice", Span::new(second, 10..16), "`months` is given twice")
        .label("again here")
        .related(Span::new(first, 0..6), "first here");
    let expected = "\
error[given-twice]: `months` is given twice
 --> b.toml:2:1
  |
2 | months = 24
  | ^^^^^^ again here
  |
 ::: a.toml:1:1
  |
1 | months = 36
  | ------ first here";
    assert_eq!(render(&diagnostic, &sources, false), expected);
}

#[test]
fn what_has_no_place_is_one_line() {
    let diagnostic = Diagnostic::warning("no-strategy", None, "there is nothing to compare");
    let shown = render(&diagnostic, &Sources::new(), false);
    assert_eq!(shown, "warning[no-strategy]: there is nothing to compare");
    assert!(render(&diagnostic, &Sources::new(), true).contains("\u{1b}["));
}

#[test]
fn spans_outside_their_file_do_not_panic() {
    for text in ["", "\u{feff}", "a", "東京", "a\r\n", "\n\n"] {
        let mut sources = Sources::new();
        let file = sources.add("f", text);
        for start in (0..9).chain([u32::MAX]) {
            for end in (0..9).chain([u32::MAX]) {
                let span = Span::new(file, start..end);
                let diagnostic = Diagnostic::error("x", span, "y").label("z").related(span, "w");
                assert!(render(&diagnostic, &sources, false).contains("error[x]: y"));
                let mut all = Diagnostics::new();
                all.push(diagnostic);
                assert!(to_json(&all, &sources)[0]["line"].as_u64().unwrap() >= 1);
            }
        }
    }
    let elsewhere = Diagnostic::error("x", Span::new(FileId(7), 0..1), "y");
    assert_eq!(render(&elsewhere, &Sources::new(), false), "error[x]: y");
}

#[test]
fn positions_count_characters_from_one() {
    let mut sources = Sources::new();
    let file = sources.add("f", "\u{feff}東京 = 1\r\nb\n");
    let source = sources.get(file).unwrap();
    let place = |byte| (source.position(byte).line, source.position(byte).column);
    assert_eq!([place(0), place(3), place(6), place(7), place(9)], [(1, 1), (1, 1), (1, 2), (1, 2), (1, 3)]);
    assert_eq!([place(15), place(16), place(17), place(99)], [(2, 1), (2, 2), (3, 1), (3, 1)]);
    assert_eq!(
        [source.line(0), source.line(1), source.line(2), source.line(3), source.line(4)],
        ["", "東京 = 1", "b", "", ""]
    );
}

#[test]
fn parts_of_a_span_stay_inside() {
    let span = Span::new(FileId(0), 10..20);
    assert_eq!(span.part(2..4), Span::new(FileId(0), 12..14));
    assert_eq!(span.part(5..99), Span::new(FileId(0), 15..20));
    assert_eq!(span.part(usize::MAX..usize::MAX), Span::new(FileId(0), 20..20));
}

#[test]
fn diagnostics_are_in_the_order_of_the_files_and_unique() {
    let at = |file, start| Diagnostic::error("x", Span::new(FileId(file), start..start + 1), "y");
    let mut all = Diagnostics::new();
    assert!(all.is_empty() && !all.has_errors());
    all.push(Diagnostic::warning("x", Span::new(FileId(0), 3..4), "y"));
    assert!(!all.has_errors());
    all.extend([at(1, 0), at(0, 5), at(0, 2), at(0, 5), Diagnostic::error("x", None, "y")]);
    let starts: Vec<_> = all.iter().map(|d| d.span.map(|span| (span.file.0, span.start))).collect();
    assert_eq!(starts, [None, Some((0, 2)), Some((0, 3)), Some((0, 5)), Some((1, 0))]);
    assert_eq!((all.len(), all.errors().count(), all.warnings().count()), (5, 4, 1));
    assert!(all.has_errors());
}

#[test]
fn json_names_places() {
    let (sources, span) = file("a.toml", "x = 1\nb = \"東京 JPY\"\n", "東京");
    let mut all = Diagnostics::new();
    let diagnostic = Diagnostic::error("bad-quantity", span, "a quantity starts with a number");
    all.push(diagnostic.label("here").help("write a number".to_owned()).related(span, "also"));
    all.push(Diagnostic::warning("x", None, "y"));
    let expected = json!([
        { "severity": "warning", "code": "x", "message": "y", "help": [], "related": [] },
        {
            "severity": "error", "code": "bad-quantity", "message": "a quantity starts with a number",
            "file": "a.toml", "line": 2, "column": 6, "end_line": 2, "end_column": 8,
            "label": "here", "help": ["write a number"],
            "related": [{ "message": "also", "file": "a.toml", "line": 2, "column": 6, "end_line": 2, "end_column": 8 }],
        },
    ]);
    assert_eq!(to_json(&all, &sources), expected);
}
