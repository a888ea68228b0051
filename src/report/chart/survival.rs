//! How vendors fare: the share of futures in each phase of a vendor's health, a panel for each vendor.
use super::axis::{Scale, draw_months, draw_shares, drawable, months};
use super::fan::heading;
use super::frame::{Area, Caption, empty, grid_columns, open};
use super::svg::{Canvas, Point};
use super::theme::{AXIS, Color, NAME, NOTE, color};
use crate::report::display::Lang;

/// One vendor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SurvivalPanel {
    /// Its name.
    pub name: String,
    /// What to say about it in a few words.
    pub detail: String,
    /// The share of futures (0 to 1) in each phase at the end of each month: healthy, stressed, acquired, wound down.
    pub phases: Vec<[f64; 4]>,
}

/// The health of vendors over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Names of the months, `2027-04`.
    pub months: Vec<String>,
    /// What the four phases are called.
    pub phases: [String; 4],
    /// The vendors.
    pub panels: Vec<SurvivalPanel>,
    /// Language of the labels.
    pub lang: Lang,
}

/// Colors of the phases: calm, warning, changed, gone.
const COLORS: [usize; 4] = [2, 4, 5, 1];

impl Survival {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        if self.months.is_empty() || self.panels.is_empty() {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let top = self.draw_legend(&mut canvas, area);
        let (count, columns) = (self.panels.len(), grid_columns(self.panels.len()));
        let left = area.left + AXIS.width("100%", self.lang) + 14.0;
        let inner = Area { left, top, bottom: area.bottom - 34.0, ..area };
        for (k, cell) in inner.grid(count, columns, (70.0, 34.0)).into_iter().enumerate() {
            let plot = Area { top: cell.top + 50.0, right: cell.right - 8.0, ..cell };
            let (x, y) = (months(self.months.len(), plot), Scale::new((0.0, 1.0), plot.bottom, plot.top));
            draw_shares(&mut canvas, plot, y);
            let panel = &self.panels[k];
            draw_stack(&mut canvas, &panel.phases, self.months.len(), x, y);
            if k + columns >= count {
                draw_months(&mut canvas, &self.months, plot, x);
            }
            let ink = Color { fill: NAME.fill, text: NAME.fill };
            heading(&mut canvas, cell, &panel.name, &panel.detail, ink);
        }
        canvas.finish()
    }

    /// Returns where the panels may begin.
    fn draw_legend(&self, canvas: &mut Canvas, area: Area) -> f64 {
        let (mut x, y) = (area.left, area.top + 6.0);
        for (name, place) in self.phases.iter().zip(COLORS) {
            let name = NOTE.fit(name, canvas.lang, 300.0);
            canvas.rect((x, y - 7.0), 14.0, 14.0, color(place).fill);
            canvas.text((x + 22.0, y + 5.5), NOTE, &name);
            x += 22.0 + NOTE.width(&name, canvas.lang) + 28.0;
        }
        y + 36.0
    }
}

/// Areas on top of each other, healthy at the bottom.
fn draw_stack(canvas: &mut Canvas, phases: &[[f64; 4]], count: usize, x: Scale, y: Scale) {
    let share = |month: &[f64; 4], upto: usize| -> f64 {
        month[..upto].iter().copied().filter_map(drawable).map(|share| share.max(0.0)).sum()
    };
    // A lone month becomes a level piece, so that it can be seen.
    let known: Vec<(f64, &[f64; 4])> = match phases {
        [only] => vec![(x.at(0.0), only), (x.at(x.high), only)],
        _ => phases.iter().take(count).enumerate().map(|(m, month)| (x.at(m as f64), month)).collect(),
    };
    for (place, index) in COLORS.into_iter().enumerate() {
        if known.iter().all(|(_, month)| drawable(month[place]).is_none_or(|share| share <= 0.0)) {
            continue;
        }
        let line = |upto: usize| known.iter().map(move |(at, month)| (*at, y.at(share(month, upto))));
        let outline: Vec<Point> = line(place + 1).chain(line(place).rev()).collect();
        canvas.polygon(&outline, color(index).fill, 0.85);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(panels: Vec<SurvivalPanel>, months: usize) -> Survival {
        Survival {
            caption: Caption::default(),
            months: (1..=months).map(|month| format!("2027-{month:02}")).collect(),
            phases: ["healthy", "stressed", "acquired", "wound down"].map(str::to_owned),
            panels,
            lang: Lang::En,
        }
    }

    /// One area for each phase that occurs, whatever numbers and names come.
    #[test]
    fn draws_an_area_for_each_phase_that_occurs() {
        let panel = |phases: Vec<[f64; 4]>| SurvivalPanel {
            name: "<b>&\u{202e}".to_owned(),
            detail: String::new(),
            phases,
        };
        let areas = |phases: Vec<[f64; 4]>, months: usize| {
            let svg = chart(vec![panel(phases)], months).svg();
            resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
            svg.matches("fill-opacity").count()
        };
        assert_eq!(areas(vec![[1.0, 0.0, 0.0, 0.0], [0.5, 0.25, 0.0, 0.25]], 2), 3);
        assert_eq!(areas(vec![[0.5, 0.5, 0.0, 0.0]], 1), 2);
        assert_eq!(areas(vec![[f64::NAN; 4]; 3], 3), 0);
        assert_eq!(areas(Vec::new(), 3), 0);
        assert!(chart(Vec::new(), 3).svg().contains("No data"));
    }
}
