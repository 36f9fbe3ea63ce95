//! Line charts as inline SVG.

use super::{grouped, text};
use crate::{audit::Point, utc::utc};
use std::fmt::Write as _;

/// A chart's title, the unit of its values, and the value of a point.
pub(super) type Chart<'a> = (&'a str, &'a str, &'a dyn Fn(&Point) -> u64);

/// The drawing's size and its margins, in units of its own.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 12.0;
const RIGHT: f64 = 468.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 170.0;

/// The series as a curve over time, with its largest value and its ends in words.
pub(super) fn chart(series: &[Point], value: &dyn Fn(&Point) -> u64, title: &str) -> String {
    let (Some(first), Some(last)) = (series.first(), series.last()) else {
        return "<p class=\"soft\">nothing happened yet</p>".to_owned();
    };
    let largest = series.iter().map(value).max().unwrap_or(0);
    let span = (last.time - first.time).max(1) as f64;
    let place = |point: &Point| {
        let x = LEFT + (point.time - first.time) as f64 / span * (RIGHT - LEFT);
        let y = BOTTOM - value(point) as f64 / largest.max(1) as f64 * (BOTTOM - TOP);
        (x, y)
    };
    // Totals hold until they change, so that the curve goes in steps.
    let mut curve = String::new();
    let mut before: Option<f64> = None;
    for point in series {
        let (x, y) = place(point);
        match before {
            None => write!(curve, "M{x:.1} {y:.1}"),
            Some(height) if (height - y).abs() < f64::EPSILON => write!(curve, "H{x:.1}"),
            Some(_) => write!(curve, "H{x:.1}V{y:.1}"),
        }
        .expect("a String takes everything");
        before = Some(y);
    }
    let label = format!(
        "{title}: {} at most, {} at the end",
        grouped(largest),
        grouped(value(last))
    );
    let date = |point: &Point| text(utc(point.time).split(' ').next().unwrap_or_default());
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\
         <line class=\"axis\" x1=\"{LEFT}\" y1=\"{BOTTOM}\" x2=\"{RIGHT}\" y2=\"{BOTTOM}\"/>\
         <line class=\"axis\" x1=\"{LEFT}\" y1=\"{TOP}\" x2=\"{RIGHT}\" y2=\"{TOP}\" stroke-dasharray=\"3 4\"/>\
         <path class=\"area\" d=\"{curve}V{BOTTOM}H{LEFT}Z\"/><path class=\"curve\" d=\"{curve}\"/>\
         <text x=\"{LEFT}\" y=\"14\">{}</text><text x=\"{LEFT}\" y=\"188\">{}</text>\
         <text x=\"{RIGHT}\" y=\"188\" text-anchor=\"end\">{}</text></svg>",
        text(&label),
        grouped(largest),
        date(first),
        date(last)
    )
}
