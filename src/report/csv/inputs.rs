//! `inputs.csv`: what was drawn, path by path, so that anyone can look for the reason of a result.

use super::sheet::Sheet;
use crate::report::File;

/// One row per path with the drawn value of each input, in base units (one token, one unit of money, a share of 1, hours
/// or months); the addresses are the header.
pub fn inputs(addresses: &[&str], draws: &[Vec<f64>]) -> File {
    let mut header = vec!["path"];
    header.extend(addresses);
    let mut sheet = Sheet::new(&header);
    for (path, values) in draws.iter().enumerate() {
        sheet.number((path + 1).to_string());
        // The shortest text that reads back as the same number.
        values.iter().for_each(|value| sheet.number(format!("{value:?}")));
        sheet.end_row();
    }
    sheet.file("inputs.csv")
}
