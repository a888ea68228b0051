//! `components.csv`: one row per strategy, month, view and component, with totals that foot.

use super::sheet::Sheet;
use crate::finance::{Component, View};
use crate::report::rounded::{Books, Rounding};
use crate::report::{File, Report};

impl Report<'_> {
    pub(super) fn components_csv(&self) -> File {
        let found = self.findings;
        let rounding = Rounding::of(found.currency);
        let header = ["strategy", "title", "month", "fiscal_year", "view", "component", "currency", "mean"];
        let mut sheet = Sheet::new(&header);
        for (place, strategy) in found.strategies.iter().enumerate() {
            let books = Books::of(strategy, rounding);
            for month in 0..found.months.len() {
                for (view, name) in [(View::Cash, "cash"), (View::Accrual, "accrual")] {
                    let counts = |c: &Component| c.view() == View::Both || c.view() == view;
                    let posted = |c: &Component| strategy.posted[*c as usize];
                    let mut row = |component: &str, amount: i64| {
                        self.write_place(place, month, &mut sheet);
                        sheet.text(name);
                        sheet.text(component);
                        sheet.text(found.currency);
                        sheet.number(rounding.text(amount));
                        sheet.end_row();
                    };
                    for component in Component::ALL.into_iter().filter(counts).filter(posted) {
                        row(component.name(), books.components[month][component as usize]);
                    }
                    row("Total", books.total(month, view));
                }
            }
        }
        sheet.file("components.csv")
    }
}
