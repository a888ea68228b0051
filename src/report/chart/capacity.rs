//! GPUs by month: those at work and those that are there besides, a panel for every strategy that has some, all on one scale.
use super::axis::{Scale, draw_months, drawable, from_zero};
use super::fan::heading;
use super::frame::{Area, Caption, empty, grid_columns, open};
use super::svg::Canvas;
use super::theme::{AXIS, BASE, HAIR, NOTE, color};
use crate::report::display::{Lang, percent, ticks};
use crate::units::format_number;

/// What is there besides what works.
const HEADROOM: &str = "#d5d9df";

/// The GPUs of one strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CapacityPanel {
    /// Name of the strategy.
    pub name: String,
    /// Its color.
    pub color: usize,
    /// Mean GPUs that work, by month.
    pub busy: Vec<f64>,
    /// Mean GPUs that are paid for or owned, by month.
    pub there: Vec<f64>,
    /// The share of its requests that is served.
    pub served: f64,
}

/// GPUs over time.
#[derive(Clone, Debug, PartialEq)]
pub struct GpusMonthly {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Names of the months, `2027-04`.
    pub months: Vec<String>,
    /// The strategies.
    pub panels: Vec<CapacityPanel>,
    /// Language of numbers.
    pub lang: Lang,
}

impl CapacityPanel {
    /// GPUs of a month: at work, and all; those that are not finite count as none.
    fn month(&self, m: usize) -> (f64, f64) {
        let of = |list: &[f64]| list.get(m).copied().and_then(drawable).unwrap_or(0.0).max(0.0);
        let busy = of(&self.busy);
        (busy, of(&self.there).max(busy))
    }

    /// The share of all its GPU-hours that work; none where there is none.
    pub fn utilization(&self) -> Option<f64> {
        let sums = (0..self.there.len()).map(|m| self.month(m));
        let (busy, there) = sums.fold((0.0, 0.0), |sum, month| (sum.0 + month.0, sum.1 + month.1));
        (there > 0.0).then(|| busy / there)
    }
}

impl GpusMonthly {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let months = self.months.len();
        if months == 0 || self.panels.is_empty() {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let top = self.legend(&mut canvas, area);
        let count = self.panels.len();
        let columns = grid_columns(count);
        let all = self.panels.iter().flat_map(|panel| (0..months).map(|m| panel.month(m).1));
        let domain = from_zero(all);
        let lines = ticks(domain.0, domain.1, if count > 9 { 3 } else { 4 });
        let label = |tick: f64| format_number(tick, 4);
        let widest = lines.iter().map(|tick| AXIS.width(&label(*tick), self.lang)).fold(0.0, f64::max);
        let inner = Area { left: area.left + widest + 14.0, top, bottom: area.bottom - 34.0, ..area };
        for (k, cell) in inner.grid(count, columns, (44.0, 34.0)).into_iter().enumerate() {
            let plot = Area { top: cell.top + 50.0, ..cell };
            let y = Scale::new(domain, plot.bottom, plot.top);
            for tick in &lines {
                let at = y.at(*tick);
                canvas.line((plot.left, at), (plot.right, at), if *tick == 0.0 { BASE } else { HAIR });
                if k % columns == 0 {
                    canvas.text((plot.left - 12.0, at + 5.0), AXIS.end(), &label(*tick));
                }
            }
            let width = plot.width() / months as f64;
            let centers = Area { left: plot.left + width / 2.0, right: plot.right - width / 2.0, ..plot };
            if k + columns >= count {
                draw_months(&mut canvas, &self.months, centers, super::axis::months(months, centers));
            }
            let panel = &self.panels[k];
            draw_bars(&mut canvas, panel, months, plot, y);
            heading(&mut canvas, cell, &panel.name, &self.detail(panel), color(panel.color));
        }
        canvas.finish()
    }

    /// `45% at work, 99.2% served`.
    fn detail(&self, panel: &CapacityPanel) -> String {
        let used = panel.utilization().map_or_else(|| "–".to_owned(), percent);
        let served = percent(panel.served);
        match self.lang {
            Lang::En => format!("{used} of GPU-hours at work, {served} of requests served"),
            Lang::Ja => format!("GPU時間の稼働率 {used}、リクエストの処理率 {served}"),
        }
    }

    /// What the two shades mean. Returns where the chart may begin.
    fn legend(&self, canvas: &mut Canvas, area: Area) -> f64 {
        let (mut x, y) = (area.left, area.top + 6.0);
        let lang = self.lang;
        let names = [
            (color(0).fill, lang.pick("at work (in the color of the strategy)", "稼働中（各案の色）")),
            (
                HEADROOM,
                lang.pick(
                    "headroom: there for peaks, in reserve, or bought ahead",
                    "余力（ピーク・予備・先行購入）",
                ),
            ),
        ];
        for (fill, name) in names {
            canvas.rect((x, y - 7.0), 14.0, 14.0, fill);
            canvas.text((x + 22.0, y + 5.5), NOTE, name);
            x += 22.0 + NOTE.width(name, lang) + 28.0;
        }
        y + 36.0
    }
}

fn draw_bars(canvas: &mut Canvas, panel: &CapacityPanel, months: usize, plot: Area, y: Scale) {
    let width = plot.width() / months as f64;
    let gap = if width > 6.0 { (0.16 * width).min(10.0) } else { 0.0 };
    let bar = |m: usize, from: f64, to: f64| {
        let (low, high) = (y.at(from), y.at(to));
        [plot.left + width * m as f64 + gap / 2.0, high, width - gap, low - high]
    };
    let each: Vec<(usize, (f64, f64))> = (0..months).map(|m| (m, panel.month(m))).collect();
    let headroom: Vec<_> = each
        .iter()
        .filter(|(_, (busy, there))| there > busy)
        .map(|(m, (busy, there))| bar(*m, *busy, *there))
        .collect();
    let busy: Vec<_> =
        each.iter().filter(|(_, (busy, _))| *busy > 0.0).map(|(m, (busy, _))| bar(*m, 0.0, *busy)).collect();
    canvas.bars(&headroom, HEADROOM);
    canvas.bars(&busy, color(panel.color).fill);
}
