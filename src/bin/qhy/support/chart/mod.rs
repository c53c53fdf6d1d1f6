//! Charts as small PNG files: two axes, points and lines, a legend. For the results of
//! measurements; no toolkit, and nothing is smoothed.

mod canvas;
mod font;

use std::io::{self, Write};

use canvas::{Canvas, Ink};

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scale {
    Linear,
    /// Values must be above 0; others are left out.
    Log,
}

/// An axis; its range is that of what is drawn.
pub(crate) struct Axis {
    pub(crate) label: &'static str,
    pub(crate) scale: Scale,
}

/// How the points of a series look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mark {
    Dots,
    Rings,
    Line,
}

/// Points that belong together.
pub(crate) struct Series {
    /// In the legend; empty: not there.
    pub(crate) name: String,
    /// Colour by number; they repeat.
    pub(crate) colour: usize,
    pub(crate) mark: Mark,
    pub(crate) points: Vec<(f64, f64)>,
}

/// A chart.
pub(crate) struct Chart {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) series: Vec<Series>,
}

const WIDTH: i32 = 960;
const HEIGHT: i32 = 640;
const LEFT: i32 = 110;
/// The legend stands on the right of it.
const RIGHT: i32 = WIDTH - 225;
const TOP: i32 = 45;
const BOTTOM: i32 = HEIGHT - 65;

/// An axis with its range in the scale's own numbers (logarithms for [`Scale::Log`]).
struct Placed {
    scale: Scale,
    from: f64,
    to: f64,
    pixels: (i32, i32),
}

/// A place on an axis.
struct Tick {
    at: f64,
    /// `None` for a thin line between others.
    text: Option<String>,
}

impl Chart {
    /// Writes the chart.
    pub(crate) fn write_png(&self, out: &mut impl Write) -> io::Result<()> {
        self.draw().write_png(out)
    }

    fn draw(&self) -> Canvas {
        let all = || self.series.iter().flat_map(|s| s.points.iter().copied());
        let x = Placed::new(self.x.scale, all().map(|p| p.0), (LEFT, RIGHT));
        let y = Placed::new(self.y.scale, all().map(|p| p.1), (BOTTOM, TOP));
        let mut canvas = Canvas::new(WIDTH as u32, HEIGHT as u32);

        for tick in x.ticks() {
            let at = x.place(tick.at);
            canvas.line((at, TOP), (at, BOTTOM), tick.ink());
            if let Some(text) = &tick.text {
                canvas.text_centred((at, BOTTOM + 18), text, Ink::BLACK);
            }
        }
        for tick in y.ticks() {
            let at = y.place(tick.at);
            canvas.line((LEFT, at), (RIGHT, at), tick.ink());
            if let Some(text) = &tick.text {
                canvas.text((LEFT - 8 - Canvas::text_width(text), at - 7), text, Ink::BLACK);
            }
        }
        canvas.frame((LEFT, TOP), (RIGHT, BOTTOM), Ink::BLACK);
        canvas.text_centred(((LEFT + RIGHT) / 2, TOP - 22), &self.title, Ink::BLACK);
        canvas.text_centred(((LEFT + RIGHT) / 2, HEIGHT - 20), self.x.label, Ink::BLACK);
        canvas.text_upwards((12, (TOP + BOTTOM) / 2), self.y.label, Ink::BLACK);

        for series in &self.series {
            let ink = Ink::of(series.colour);
            let mut before = None;
            for &(px, py) in &series.points {
                let (Some(a), Some(b)) = (x.scaled(px), y.scaled(py)) else {
                    before = None;
                    continue;
                };
                let at = (x.place(a), y.place(b));
                match (series.mark, before) {
                    (Mark::Dots, _) => canvas.dot(at, ink),
                    (Mark::Rings, _) => canvas.ring(at, ink),
                    (Mark::Line, Some(before)) => canvas.line(before, at, ink),
                    (Mark::Line, None) => {}
                }
                before = Some(at);
            }
        }
        self.legend(&mut canvas);
        canvas
    }

    fn legend(&self, canvas: &mut Canvas) {
        let named = self.series.iter().filter(|s| !s.name.is_empty());
        for (row, series) in named.enumerate() {
            let (at, ink) = ((RIGHT + 24, TOP + 20 + 20 * row as i32), Ink::of(series.colour));
            match series.mark {
                Mark::Dots => canvas.dot(at, ink),
                Mark::Rings => canvas.ring(at, ink),
                Mark::Line => canvas.line((at.0 - 10, at.1), (at.0 + 10, at.1), ink),
            }
            canvas.text((at.0 + 20, at.1 - 7), &series.name, Ink::BLACK);
        }
    }
}

impl Tick {
    fn ink(&self) -> Ink {
        if self.text.is_some() { Ink::GREY } else { Ink::PALE }
    }
}

impl Placed {
    fn new(scale: Scale, values: impl Iterator<Item = f64>, pixels: (i32, i32)) -> Placed {
        let mut axis = Placed { scale, from: 0.0, to: 1.0, pixels };
        let scaled: Vec<f64> = values.filter_map(|v| axis.scaled(v)).collect();
        if !scaled.is_empty() {
            let (low, high) = scaled.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            let room = ((high - low) * 0.04).max(1e-6 * high.abs().max(1e-3));
            (axis.from, axis.to) = (low - room, high + room);
            // Decades need one line with a number at least.
            if scale == Scale::Log && axis.from.ceil() > axis.to.floor() {
                (axis.from, axis.to) = (axis.from.floor(), axis.to.ceil());
            }
        }
        axis
    }

    fn scaled(&self, value: f64) -> Option<f64> {
        let scaled = match self.scale {
            Scale::Linear => value,
            Scale::Log => value.log10(),
        };
        scaled.is_finite().then_some(scaled)
    }

    fn place(&self, scaled: f64) -> i32 {
        let (first, last) = (f64::from(self.pixels.0), f64::from(self.pixels.1));
        (first + (scaled - self.from) / (self.to - self.from) * (last - first)).round() as i32
    }

    fn ticks(&self) -> Vec<Tick> {
        match self.scale {
            Scale::Linear => self.even_ticks(),
            Scale::Log => self.decade_ticks(),
        }
    }

    fn even_ticks(&self) -> Vec<Tick> {
        let rough = (self.to - self.from) / 8.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|n| n * power).into_iter().find(|s| *s >= rough);
        let step = step.unwrap_or(10.0 * power);
        let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
        let numbers = (self.from / step).ceil() as i64..=(self.to / step).floor() as i64;
        numbers
            .map(|n| {
                let at = n as f64 * step;
                Tick { at, text: Some(format!("{at:.decimals$}")) }
            })
            .collect()
    }

    fn decade_ticks(&self) -> Vec<Tick> {
        let mut ticks = Vec::new();
        for decade in self.from.floor() as i32..=self.to.ceil() as i32 {
            for n in 1..10 {
                let at = f64::from(decade) + f64::from(n).log10();
                if (self.from..=self.to).contains(&at) {
                    let decimals = (-decade).max(0) as usize;
                    let text = (n == 1).then(|| format!("{:.decimals$}", 10f64.powi(decade)));
                    ticks.push(Tick { at, text });
                }
            }
        }
        // Thin lines first, so that they do not cross the others.
        ticks.sort_by_key(|tick| tick.text.is_some());
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<(f64, f64)>, scale: Scale) -> Chart {
        let axis = |label| Axis { label, scale };
        let series = Series { name: "a".into(), colour: 0, mark: Mark::Dots, points };
        Chart { title: "t".into(), x: axis("x"), y: axis("y"), series: vec![series] }
    }

    #[test]
    fn ticks_have_round_numbers() {
        let axis = |scale, values: [f64; 2]| Placed::new(scale, values.into_iter(), (0, 1000));
        let texts = |axis: Placed| axis.ticks().into_iter().filter_map(|t| t.text).collect::<Vec<_>>();
        let linear = texts(axis(Scale::Linear, [0.0, 100.0]));
        assert_eq!(linear, ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(texts(axis(Scale::Linear, [0.0, 0.7])).last().unwrap(), "0.7");
        assert_eq!(texts(axis(Scale::Log, [0.02, 30.0])), ["0.1", "1", "10"]);
        // Less than a decade, and a single value.
        assert_eq!(texts(axis(Scale::Log, [20.0, 30.0])), ["10", "100"]);
        assert!(!texts(axis(Scale::Linear, [5.0, 5.0])).is_empty());
    }

    #[test]
    fn points_stand_where_their_values_are() {
        let axis = Placed { scale: Scale::Log, from: 0.0, to: 4.0, pixels: (100, 500) };
        assert_eq!(axis.place(axis.scaled(100.0).unwrap()), 300);
        assert_eq!(axis.scaled(0.0), None);
        assert_eq!(axis.scaled(-1.0), None);
        let up = Placed { scale: Scale::Linear, from: 0.0, to: 10.0, pixels: (500, 100) };
        assert_eq!(up.place(2.5), 400);
    }

    #[test]
    fn files_are_small_and_whatever_the_values_are_nothing_fails() {
        for scale in [Scale::Linear, Scale::Log] {
            for points in [
                vec![],
                vec![(1.0, 1.0)],
                vec![(0.0, -5.0), (f64::NAN, 1.0), (1e300, 1e-300), (f64::INFINITY, 2.0)],
                (1..2000).map(|n| (f64::from(n), f64::from(n * n))).collect(),
            ] {
                let mut png = Vec::new();
                chart(points, scale).write_png(&mut png).unwrap();
                assert!(png.starts_with(b"\x89PNG") && png.len() < 60_000, "{}", png.len());
            }
        }
    }

    #[test]
    fn dots_are_drawn() {
        let canvas = chart(vec![(0.0, 0.0), (10.0, 10.0)], Scale::Linear).draw();
        let axis = Placed::new(Scale::Linear, [0.0, 10.0].into_iter(), (LEFT, RIGHT));
        let up = Placed::new(Scale::Linear, [0.0, 10.0].into_iter(), (BOTTOM, TOP));
        assert_eq!(canvas.at((axis.place(10.0), up.place(10.0))), Ink::of(0));
        assert_ne!(canvas.at((axis.place(10.0), up.place(5.0))), Ink::of(0));
    }
}
