//! The tables of `tokencast validate`.

use tokencast::validation::{Row, TABLES, Tolerance};

#[test]
fn every_figure_of_every_table_passes() {
    let mut wrong = Vec::new();
    for table in TABLES {
        assert!(!table.source.is_empty() && !table.title.is_empty(), "{} tells no source", table.name);
        let rows = (table.rows)();
        assert!(!rows.is_empty(), "{} has no rows", table.name);
        for row in rows.iter().filter(|row| !row.passes()) {
            wrong.push(format!(
                "{}: {} is {}, expected {} within {:?}",
                table.name, row.what, row.got, row.expected, row.tolerance
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), TABLES.len(), "two tables of one name");
}

/// A table that could not fail would prove nothing: nothing, too much and too little are no match.
#[test]
fn figures_that_are_off_do_not_pass() {
    let row = |got: f64, tolerance: Tolerance| Row::new("", 100.0, got, tolerance).passes();
    assert!(row(100.9, Tolerance::Share(0.01)) && !row(101.1, Tolerance::Share(0.01)));
    assert!(row(100.05, Tolerance::Absolute(0.06)) && !row(99.9, Tolerance::Absolute(0.06)));
    assert!(!row(f64::NAN, Tolerance::Share(1.0)) && !row(f64::INFINITY, Tolerance::Absolute(1.0)));
}
