//! `inputs.csv`: what was drawn, path by path, so that anyone can look for the reason of a result.

use super::sheet::Sheet;
use crate::report::File;

/// An input that is drawn: its address, its unit as written, and its values by path in that unit.
pub struct Drawn {
    /// The dotted keys in the scenario.
    pub address: String,
    /// Empty for a plain number.
    pub unit: String,
    /// By path.
    pub values: Vec<f64>,
}

/// One row per path, one column per input.
pub fn inputs(drawn: &[Drawn]) -> File {
    let mut header = vec!["path".to_owned()];
    header.extend(drawn.iter().map(|input| match input.unit.as_str() {
        "" => input.address.clone(),
        unit => format!("{} [{unit}]", input.address),
    }));
    let mut sheet = Sheet::new(&header);
    for path in 0..drawn.first().map_or(0, |input| input.values.len()) {
        sheet.number((path + 1).to_string());
        // The shortest text that reads back as the same number.
        for input in drawn {
            sheet.number(format!("{:?}", input.values[path]));
        }
        sheet.end_row();
    }
    sheet.file("inputs.csv")
}
