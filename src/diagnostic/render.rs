//! Diagnostics as text for people and as JSON for machines.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str,
};
use serde_json::{Value, json};

use super::source::{Source, Sources, Span};
use super::{Diagnostic, Diagnostics, Severity};

/// Wide enough for most terminals of today; longer source lines are cut around the caret.
const WIDTH: usize = 120;

/// One diagnostic as text in the manner of rustc, ending without a newline.
///
/// Control characters are made visible, line ends inside a message too: names from a file must not forge output. A span that lies outside its file is moved inside.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code);
    let places = places(diagnostic, sources);
    let mut group: Group<'_> = title.elements(places.into_iter().map(Place::snippet));
    for (place, help) in diagnostic.help.iter().enumerate() {
        let mut text = visible(help);
        if place + 1 == diagnostic.help.len() {
            for line in &diagnostic.table {
                text.push('\n');
                text.push_str(&visible(line));
            }
        }
        group = group.element(Level::HELP.message(text));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(WIDTH).render(&[group])
}

fn visible(text: &str) -> String {
    normalize_untrusted_str(text).replace('\n', "␊")
}

/// The annotations of one file; the file of the diagnostic itself comes first.
struct Place<'a> {
    source: &'a Source,
    annotations: Vec<(Range<usize>, &'a str, AnnotationKind)>,
}

impl<'a> Place<'a> {
    fn snippet(self) -> Snippet<'a, Annotation<'a>> {
        let body = self.source.body();
        let annotations = self.annotations.into_iter().map(|(range, label, kind)| {
            kind.span(range).label(if label.is_empty() { None } else { Some(visible(label)) })
        });
        Snippet::source(body).path(visible(self.source.name())).annotations(annotations)
    }
}

fn places<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Place<'a>> {
    let primary =
        diagnostic.span.iter().map(|span| (span, diagnostic.label.as_str(), AnnotationKind::Primary));
    let related =
        diagnostic.related.iter().map(|(span, label)| (span, label.as_str(), AnnotationKind::Context));
    let mut places: Vec<Place<'a>> = Vec::new();
    for (span, label, kind) in primary.chain(related) {
        let Some(source) = sources.get(span.file) else { continue };
        let annotation = (source.body_range(*span), label, kind);
        match places.iter_mut().find(|place| std::ptr::eq(place.source, source)) {
            Some(place) => place.annotations.push(annotation),
            None => places.push(Place { source, annotations: vec![annotation] }),
        }
    }
    places
}

/// All diagnostics as a JSON array in the order of the files. Lines and columns count from 1, columns in characters;
/// `end_line` and `end_column` are the place behind the last character. A diagnostic without a place has none of these.
pub fn to_json(diagnostics: &Diagnostics, sources: &Sources) -> Value {
    diagnostics.iter().map(|diagnostic| object(diagnostic, sources)).collect()
}

fn object(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let mut object = json!({
        "severity": diagnostic.severity.word(),
        "code": diagnostic.code,
        "message": diagnostic.message,
    });
    extend(&mut object, place(diagnostic.span, sources));
    if !diagnostic.label.is_empty() {
        object["label"] = json!(diagnostic.label);
    }
    object["help"] = json!(diagnostic.help);
    if !diagnostic.table.is_empty() {
        object["table"] = json!(diagnostic.table);
    }
    object["related"] = diagnostic
        .related
        .iter()
        .map(|(span, message)| {
            let mut related = json!({ "message": message });
            extend(&mut related, place(Some(*span), sources));
            related
        })
        .collect();
    object
}

fn place(span: Option<Span>, sources: &Sources) -> Value {
    let Some((span, source)) = span.and_then(|span| Some((span, sources.get(span.file)?))) else {
        return Value::Null;
    };
    let (start, end) = (source.position(span.start), source.position(span.end.max(span.start)));
    json!({
        "file": source.name(),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    })
}

/// Adds the members of one object to another.
fn extend(object: &mut Value, members: Value) {
    if let (Some(object), Value::Object(members)) = (object.as_object_mut(), members) {
        object.extend(members);
    }
}
