//! Charts are checked by structure, not by pixels; `TOKENCAST_GALLERY=DIR` also writes the pictures to look at.
mod sample;

use super::*;
use crate::report::display::Lang;

/// Every chart in its usual shapes, with a name for its file.
fn gallery(lang: Lang) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for n in [2, 3, 4, 6] {
        out.push((format!("cumulative-{n}"), sample::fan(n, 36, true, lang).svg()));
        out.push((format!("monthly-{n}"), sample::fan(n, 36, false, lang).svg()));
        out.push((format!("distribution-{n}"), sample::distribution(n, true, lang).svg()));
        out.push((format!("distribution-open-{n}"), sample::distribution(n, false, lang).svg()));
        out.push((format!("components-{n}"), sample::components(n, lang).svg()));
        out.push((format!("components-monthly-{n}"), sample::components_monthly(n, 36, lang).svg()));
        out.push((format!("break-even-{n}"), sample::break_even(n, lang).svg()));
        out.push((format!("convergence-{n}"), sample::convergence(n, lang).svg()));
        out.push((format!("quality-{n}"), sample::quality(n, lang).svg()));
    }
    let mut long = sample::fan(2, 36, true, lang);
    long.caption.title =
        [long.caption.title.clone(), long.caption.subtitle.clone(), long.caption.title.clone()].join(", ");
    long.series[0].name = "Frontier model through the vendor's API with prompt caching".to_owned();
    long.series[1].name = "東京リージョンの H200 を三年確約で借りて夜間は再学習に使う".to_owned();
    out.push(("long".to_owned(), long.svg()));
    let mut one = sample::fan(3, 1, false, lang);
    one.thresholds.clear();
    out.push(("one-month".to_owned(), one.svg()));
    out
}

#[test]
fn gallery_is_readable() {
    let folder = std::env::var_os("TOKENCAST_GALLERY").map(std::path::PathBuf::from);
    for (lang, code) in [(Lang::En, "en"), (Lang::Ja, "ja")] {
        for (name, svg) in gallery(lang) {
            usvg::Tree::from_str(&svg, &usvg::Options::default()).unwrap();
            if let Some(folder) = &folder {
                std::fs::write(folder.join(format!("{name}-{code}.svg")), &svg).unwrap();
                #[allow(clippy::disallowed_methods)]
                let start = std::time::Instant::now();
                let png = png(&svg, 1.5).unwrap();
                println!(
                    "{name}-{code}: svg {} bytes, png {} bytes, {:?}",
                    svg.len(),
                    png.len(),
                    start.elapsed()
                );
                std::fs::write(folder.join(format!("{name}-{code}.png")), png).unwrap();
            }
        }
    }
}

/// Text that tries to break the picture: markup, control characters, direction overrides, noncharacters, sheer length.
fn hostile_names() -> Vec<String> {
    vec![
        "<script>alert(\"1\")</script> & ' ]]>".to_owned(),
        "a\u{0}b\u{7}c\u{1b}[31md\u{85}e\nf\tg\u{fffe}\u{ffff}".to_owned(),
        "\u{202e}desrever\u{2066}\u{200f}\u{feff}\u{e0041}".to_owned(),
        "W".repeat(300),
        "費".repeat(300),
        "👩\u{200d}💻🇯🇵 emoji 鿿𠮷 e\u{301}\u{301}\u{301} العربية".to_owned(),
        String::new(),
        "\u{7}".to_owned(),
    ]
}

/// Lists of numbers that no chart expects.
fn hostile_numbers() -> Vec<Vec<f64>> {
    let (nan, inf, max) = (f64::NAN, f64::INFINITY, f64::MAX);
    vec![
        vec![],
        vec![nan; 12],
        vec![0.0; 12],
        vec![-0.0; 1],
        vec![5.0],
        vec![nan, inf, -inf, 1.0, nan],
        vec![max, -max, 1.0],
        vec![1e23, -1e23, 1e-300, 5e-324],
        vec![1.0, 1.0 + f64::EPSILON, 1.0],
        vec![-3.0, -2.0, -1.0],
        (0..2000).map(f64::from).collect(),
    ]
}

/// GPUs of strategies with these names.
fn gpus(
    caption: &Caption,
    months: &[String],
    names: impl Iterator<Item = String>,
    list: &[f64],
    lang: Lang,
) -> GpusMonthly {
    let panel = |(color, name): (usize, String)| CapacityPanel {
        name,
        color,
        busy: list.to_vec(),
        there: list.iter().rev().copied().collect(),
        served: f64::NAN,
    };
    let panels = names.enumerate().map(panel).collect();
    GpusMonthly { caption: caption.clone(), months: months.to_vec(), panels, lang }
}

/// Every chart from the same names, numbers and count of months.
fn all_charts(names: &[String], values: &[f64], months: usize, lang: Lang) -> Vec<String> {
    let text = |k: usize| names[k % names.len()].clone();
    let caption = Caption { title: text(0), subtitle: text(1), footer: text(2) };
    let currency = text(3);
    let months: Vec<String> =
        (0..months).map(|m| if m == 1 { text(0) } else { format!("2027-{m:02}") }).collect();
    let limit = |amount| Some(Threshold { name: text(0), amount });
    let list = values.to_vec();
    let mut out = Vec::new();
    for count in [0, 1, 4, 17] {
        let fan = |k| FanSeries {
            name: text(k),
            color: usize::MAX - k,
            p5: list.clone(),
            p25: list.iter().map(|v| v * 2.0).collect(),
            p50: list.clone(),
            p75: list.iter().rev().copied().collect(),
            p95: list.iter().skip(1).copied().collect(),
        };
        let (caption, currency, months) = (caption.clone(), currency.clone(), months.clone());
        for threshold in [None, limit(f64::NAN), limit(1.0), limit(1e300)] {
            let series: Vec<_> = (0..count).map(fan).collect();
            let (caption, currency, months) = (caption.clone(), currency.clone(), months.clone());
            out.push(
                Fan {
                    caption: caption.clone(),
                    months,
                    series,
                    thresholds: threshold.clone().into_iter().collect(),
                    currency: currency.clone(),
                    lang,
                }
                .svg(),
            );
            let curve = |k| DistributionSeries {
                name: text(k),
                color: k,
                quantiles: list.clone(),
                within: list.first().copied(),
            };
            out.push(
                Distribution { caption, series: (0..count).map(curve).collect(), threshold, currency, lang }
                    .svg(),
            );
        }
        let bars = |k| ComponentBars { name: text(k), color: k, amounts: list.clone() };
        let strategies = (0..count).map(bars).collect();
        let components = names.to_vec();
        out.push(
            Components { caption: caption.clone(), components, strategies, currency: currency.clone(), lang }
                .svg(),
        );
        let panel = |k| MonthlyPanel { name: text(k), amounts: vec![list.clone(); names.len()] };
        let panels = (0..count).map(panel).collect();
        let components = names.to_vec();
        out.push(
            ComponentsMonthly {
                caption: caption.clone(),
                months: months.clone(),
                components,
                panels,
                currency,
                lang,
            }
            .svg(),
        );
        out.push(gpus(&caption, &months, (0..count).map(text), &list, lang).svg());
        let line = |k| BreakEvenSeries { name: text(k), color: k, overtaken: list.clone() };
        out.push(BreakEven { caption, months, series: (0..count).map(line).collect(), lang }.svg());
    }
    out
}

#[test]
fn no_names_and_no_numbers_break_a_chart() {
    for values in hostile_numbers() {
        for months in [0, 1, 36, 600] {
            for svg in all_charts(&hostile_names(), &values, months, Lang::En) {
                // Parsing without fonts checks the XML and every attribute quickly.
                usvg::Tree::from_str(&svg, &usvg::Options::default()).unwrap();
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
                let bad = |c: char| {
                    (c.is_control() && c != '\n')
                        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                };
                assert!(!svg.contains(bad) && !svg.contains("<script"), "{svg}");
                assert!(svg.len() < 5_000_000, "{} bytes", svg.len());
            }
        }
    }
}

#[test]
fn hostile_pictures_to_look_at() {
    let Some(folder) = std::env::var_os("TOKENCAST_GALLERY").map(std::path::PathBuf::from) else { return };
    for (i, svg) in
        all_charts(&hostile_names(), &[3e5, 2e5, -5e5, 4e5, f64::NAN, 9e5], 6, Lang::En).iter().enumerate()
    {
        std::fs::write(folder.join(format!("hostile-{i}.png")), png(svg, 1.5).unwrap()).unwrap();
    }
}

#[test]
fn hostile_names_render_with_the_embedded_fonts() {
    for svg in all_charts(&hostile_names(), &[3.0, 2.0, 5.0], 3, Lang::Ja) {
        assert!(png(&svg, 0.25).is_ok());
    }
}

#[test]
fn png_has_the_size_that_was_asked_for_and_refuses_what_cannot_be() {
    let svg = sample::fan(2, 12, true, Lang::En).svg();
    let bytes = png(&svg, 1.5).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    // Width and height are big-endian in the IHDR chunk (PNG specification, 11.2.2).
    assert_eq!((&bytes[16..20], &bytes[20..24]), (&2400_u32.to_be_bytes()[..], &1350_u32.to_be_bytes()[..]));
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
        assert!(png(&svg, scale).is_err(), "{scale}");
    }
    assert!(png("<svg", 1.0).is_err());
}

/// The text elements of a picture.
fn texts(svg: &str) -> Vec<String> {
    let parts = svg.split("</text>").filter_map(|p| p.rsplit_once('>'));
    parts.map(|p| p.1.to_owned()).filter(|t| !t.trim().is_empty()).collect()
}

#[test]
fn text_in_another_script_than_the_face_is_drawn() {
    let one = |text: &str| {
        let mut canvas = svg::Canvas::new("", Lang::En);
        canvas.text((20.0, 100.0), theme::TITLE, text);
        png(&canvas.finish(), 0.5).unwrap()
    };
    let blank = one("");
    assert_ne!(one("推論"), blank);
    // An emoji, which no face has, must not take the rest of the text with it.
    assert_ne!(one("👍推論"), one("👍　　"));
}

#[test]
fn a_fan_draws_two_bands_and_a_median_for_every_strategy() {
    for count in [1, 2, 3, 4, 6] {
        let svg = sample::fan(count, 36, true, Lang::En).svg();
        assert_eq!(svg.matches("fill-opacity").count(), 2 * count);
        assert!(svg.matches("stroke-width=\"3\"").count() == count);
        let texts = texts(&svg);
        for k in 0..count {
            assert!(texts.contains(&sample::name(k, Lang::En)), "{texts:?}");
        }
        assert_eq!(texts.iter().filter(|t| *t == "budget $2.40M").count(), 1);
    }
}

#[test]
fn a_purchase_in_one_month_is_cut_and_labeled() {
    let mut fan = sample::fan(1, 36, false, Lang::En);
    let series = &mut fan.series[0];
    for q in [&mut series.p5, &mut series.p50, &mut series.p95] {
        q[3] = 5e6;
    }
    assert!(texts(&fan.svg()).contains(&"↑ $5.00M".to_owned()));
}

#[test]
fn shares_at_the_budget_are_those_counted_or_read_off() {
    let mut chart = sample::distribution(1, true, Lang::En);
    chart.series[0].quantiles = (0..100).map(|i| 1.905e6 + 1e4 * f64::from(i)).collect();
    assert!(texts(&chart.svg()).contains(&"API vendor 50%".to_owned()), "{:?}", texts(&chart.svg()));
    chart.series[0].within = Some(0.71);
    assert!(texts(&chart.svg()).contains(&"API vendor 71%".to_owned()));
}

#[test]
fn quantile_grid_keeps_the_middle_of_every_slice() {
    let sorted: Vec<f64> = (0..1000).map(f64::from).collect();
    assert_eq!(quantile_grid(&sorted, 4), [125.0, 375.0, 625.0, 875.0]);
    assert_eq!(quantile_grid(&sorted[..3], 100), [0.0, 1.0, 2.0]);
    assert!(quantile_grid(&[], 4).is_empty());
}

#[test]
fn break_even_says_when_half_have_and_how_many_never_do() {
    let mut chart = sample::break_even(1, Lang::En);
    chart.series[0].overtaken = (0..36).map(|m| 0.02 * f64::from(m)).collect();
    assert!(
        texts(&chart.svg()).contains(&"half by 2029-05 · never 30%".to_owned()),
        "{:?}",
        texts(&chart.svg())
    );
    chart.series[0].overtaken = vec![0.0; 36];
    assert!(texts(&chart.svg()).contains(&"never 100%".to_owned()));
}

#[test]
fn components_foot_with_small_ones_put_together() {
    let names: Vec<String> = (0..30).map(|i| format!("part {i}")).collect();
    let column: Vec<f64> =
        (0..30).map(|i| if i < 3 { 1e3 * f64::from(4 - i) } else { 4.0 }).chain([f64::NAN]).collect();
    let rows = components::rank(&names, std::slice::from_ref(&column), 14, Lang::En);
    assert_eq!(
        rows.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(),
        ["part 0", "part 1", "part 2", "other (27)"]
    );
    let total: f64 = rows.iter().map(|r| r.amounts[0]).sum();
    assert!((total - column[..30].iter().sum::<f64>()).abs() < 1e-9);
    let mut members: Vec<usize> = rows.iter().flat_map(|r| r.members.clone()).collect();
    members.sort_unstable();
    assert_eq!(members, (0..30).collect::<Vec<_>>());
    // Many large ones: as many rows as asked for, no more.
    let even = vec![vec![1.0; 30]];
    assert_eq!(components::rank(&names, &even, 14, Lang::En).len(), 14);
}

#[test]
fn spread_labels_do_not_overlap_and_move_no_more_than_they_must() {
    let placed = labels::spread(&[100.0, 110.0, 300.0, 105.0], 50.0, 0.0, 400.0);
    assert_eq!(placed, [55.0, 155.0, 300.0, 105.0]);
    // Pushed from the edge, and squeezed when there is no room.
    assert_eq!(labels::spread(&[0.0, 0.0], 50.0, 0.0, 400.0), [25.0, 75.0]);
    assert_eq!(labels::spread(&[9.0, 9.0, 9.0, 9.0], 50.0, 0.0, 100.0), [12.5, 37.5, 62.5, 87.5]);
    assert_eq!(labels::spread(&[], 50.0, 0.0, 100.0), [0.0; 0]);
}

#[test]
fn every_chart_of_the_list_is_named_once_in_both_languages() {
    let mut names: Vec<_> = CHARTS.iter().map(|c| c.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CHARTS.len());
    assert!(CHARTS.iter().all(|c| !c.meaning.is_empty() && !c.meaning_ja.is_ascii()));
}
