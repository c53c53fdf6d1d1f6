//! The plot of cost over size, as SVG with logarithmic axes.

use super::Measured;
use super::report::{Series, series};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 440.0;
const MARGIN: [f64; 4] = [20.0, 20.0, 50.0, 70.0];

/// Processor time of a frame over its bytes on the cable.
pub(crate) fn svg(sweep: &[Measured]) -> String {
    let lines: Vec<Series> = sweep.iter().flat_map(series).collect();
    let points = || lines.iter().flat_map(|line| &line.points);
    let span = |pick: fn(&(f64, f64)) -> f64| {
        let low = points().map(pick).fold(f64::INFINITY, f64::min).log10().floor();
        (low, points().map(pick).fold(f64::NEG_INFINITY, f64::max).log10().ceil().max(low + 1.0))
    };
    let (x_span, y_span) = (span(|p| p.0), span(|p| p.1));
    let [top, right, bottom, left] = MARGIN;
    let x = |v: f64| left + (v.log10() - x_span.0) / (x_span.1 - x_span.0) * (WIDTH - left - right);
    let y =
        |v: f64| HEIGHT - bottom - (v.log10() - y_span.0) / (y_span.1 - y_span.0) * (HEIGHT - top - bottom);

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    let decades = |span: (f64, f64)| (span.0 as i32..=span.1 as i32).map(|power| 10f64.powi(power));
    for v in decades(x_span) {
        svg += &format!(
            "<path d=\"M{0:.1} {1:.1}V{top}\" stroke=\"#ddd\"/><text x=\"{0:.1}\" y=\"{2:.1}\" \
             text-anchor=\"middle\">{3}</text>\n",
            x(v),
            HEIGHT - bottom,
            HEIGHT - bottom + 16.0,
            v / 1e6
        );
    }
    for v in decades(y_span) {
        svg += &format!(
            "<path d=\"M{left} {0:.1}H{1:.1}\" stroke=\"#ddd\"/><text x=\"{2:.1}\" y=\"{3:.1}\" \
             text-anchor=\"end\">{4}</text>\n",
            y(v),
            WIDTH - right,
            left - 6.0,
            y(v) + 4.0,
            v
        );
    }
    svg += &format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">MB of the frame on the cable</text>\n\
         <text transform=\"translate(16 {:.1}) rotate(-90)\" text-anchor=\"middle\">\
         processor time of the host, ms a frame</text>\n",
        (left + WIDTH - right) / 2.0,
        HEIGHT - 12.0,
        (HEIGHT - bottom + top) / 2.0
    );
    for (line, colour) in lines.iter().zip(["#0a7", "#c33", "#888"]) {
        let path: Vec<String> =
            line.points.iter().map(|&(a, b)| format!("{:.1},{:.1}", x(a), y(b))).collect();
        svg += &format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
            path.join(" ")
        );
        for &(a, b) in &line.points {
            svg += &format!("<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>\n", x(a), y(b));
        }
    }
    for (n, (line, colour)) in lines.iter().zip(["#0a7", "#c33", "#888"]).enumerate() {
        svg += &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>\n",
            left + 12.0,
            top + 18.0 + 16.0 * n as f64,
            line.name
        );
    }
    svg + "</svg>\n"
}
