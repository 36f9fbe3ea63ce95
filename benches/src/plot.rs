//! A small plot: panels of lines over powers of two, as SVG that reads on light and dark pages.

use std::fmt::Write;

/// One coordinate system.
pub struct Panel {
    /// What is shown, with its unit.
    pub title: &'static str,
    /// The lines.
    pub series: Vec<Series>,
}

/// One line.
pub struct Series {
    /// Its name.
    pub label: String,
    /// Powers of two, ascending, with positive values.
    pub points: Vec<(u32, f64)>,
}

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 64.0;

const STYLE: &str = "\
text{font:12px sans-serif;fill:#1f2328}.title{font-weight:bold}\
.grid{stroke:#d0d7de}.s0{stroke:#0969da}.s1{stroke:#bc4c00}\
.line{fill:none;stroke-width:2}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}\
.s0{stroke:#58a6ff}.s1{stroke:#f0883e}}";

/// The panels side by side, both axes logarithmic. A panel has two lines at most, and all have the
/// same powers, of which there are at least two.
#[must_use]
pub fn svg(panels: &[Panel]) -> String {
    let width = WIDTH * panels.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" \
         width=\"{width}\" height=\"{HEIGHT}\" role=\"img\">\n<style>{STYLE}</style>\n"
    );
    for (index, panel) in panels.iter().enumerate() {
        let offset = WIDTH * index as f64;
        out += &format!(
            "<g transform=\"translate({offset} 0)\">\n{}</g>\n",
            draw(panel)
        );
    }
    out + "</svg>\n"
}

fn draw(panel: &Panel) -> String {
    let all = || panel.series.iter().flat_map(|series| &series.points);
    let powers = all().map(|&(power, _)| power);
    let (first, last) = (powers.clone().min().unwrap_or(0), powers.max().unwrap_or(0));
    // Whole decades around the values.
    let decades = all().map(|&(_, value)| value.log10());
    let low = decades.clone().fold(f64::INFINITY, f64::min).floor();
    let high = decades
        .fold(f64::NEG_INFINITY, f64::max)
        .ceil()
        .max(low + 1.0);
    let x = |power: u32| {
        LEFT + f64::from(power - first) / f64::from((last - first).max(1)) * (WIDTH - LEFT - RIGHT)
    };
    let y = |value: f64| TOP + (high - value.log10()) / (high - low) * (HEIGHT - TOP - BOTTOM);

    let mut out = String::new();
    let mut put = |text: std::fmt::Arguments<'_>| {
        out.write_fmt(text).expect("strings take all text");
        out.push('\n');
    };
    put(format_args!(
        "<text class=\"title\" x=\"{LEFT}\" y=\"18\">{}</text>",
        panel.title
    ));
    for decade in low as i32..=high as i32 {
        let value = 10f64.powi(decade);
        let at = y(value);
        let end = WIDTH - RIGHT;
        put(format_args!(
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{end}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>"
        ));
        let (right, middle) = (LEFT - 6.0, at + 4.0);
        put(format_args!(
            "<text x=\"{right}\" y=\"{middle:.1}\" text-anchor=\"end\">{value}</text>"
        ));
    }
    for power in first..=last {
        let (at, below) = (x(power), HEIGHT - BOTTOM + 18.0);
        put(format_args!(
            "<text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">2<tspan dy=\"-5\" \
             font-size=\"9\">{power}</tspan></text>"
        ));
    }
    for (index, series) in panel.series.iter().enumerate() {
        let points: Vec<String> = series
            .points
            .iter()
            .map(|&(power, value)| format!("{:.1},{:.1}", x(power), y(value)))
            .collect();
        put(format_args!(
            "<polyline class=\"line s{index}\" points=\"{}\"/>",
            points.join(" ")
        ));
        let (start, at) = (LEFT + 160.0 * index as f64, HEIGHT - 16.0);
        let (end, text, base) = (start + 20.0, start + 26.0, at + 4.0);
        put(format_args!(
            "<line class=\"line s{index}\" x1=\"{start}\" x2=\"{end}\" y1=\"{at}\" y2=\"{at}\"/>\
             <text x=\"{text}\" y=\"{base}\">{}</text>",
            series.label
        ));
    }
    out
}
