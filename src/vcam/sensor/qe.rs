//! Quantum efficiency: what part of the photons becomes electrons, by wavelength.

/// Points of the maker's plot for the mono sensor (absolute by the manual): nanometres, part.
const POINTS: [(f64, f64); 29] = [
    (400.28, 0.7126),
    (413.97, 0.7899),
    (424.4, 0.8503),
    (452.97, 0.9157),
    (472.36, 0.8964),
    (491.75, 0.8772),
    (499.55, 0.8965),
    (517.64, 0.8773),
    (533.8, 0.858),
    (584.16, 0.7616),
    (635.78, 0.641),
    (649.3, 0.5855),
    (669.31, 0.5397),
    (697.69, 0.4625),
    (720.92, 0.4119),
    (746.11, 0.371),
    (765.49, 0.3396),
    (788.1, 0.3011),
    (803.59, 0.2722),
    (828.14, 0.2384),
    (839.79, 0.2361),
    (859.79, 0.1878),
    (888.22, 0.1445),
    (906.99, 0.1446),
    (925.71, 0.106),
    (941.24, 0.1036),
    (963.19, 0.0627),
    (980.01, 0.0579),
    (1000.06, 0.0435),
];

/// The part at a wavelength, on straight lines; the ends hold beyond them.
fn at(nm: f64) -> f64 {
    let behind = POINTS.partition_point(|(point, _)| *point <= nm);
    let (low, high) = (POINTS[behind.saturating_sub(1)], POINTS[behind.min(POINTS.len() - 1)]);
    let span = high.0 - low.0;
    if span > 0.0 { low.1 + (high.1 - low.1) * (nm - low.0) / span } else { low.1 }
}

/// The mean over a band of whole nanometres for as many photons of each wavelength.
pub(in crate::vcam) fn mean(nm: std::ops::Range<u32>) -> f64 {
    let width = f64::from(nm.end - nm.start);
    nm.map(|nm| at(f64::from(nm) + 0.5)).sum::<f64>() / width
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The manual: 91.6 % at the peak, near 453 nm. The bands were added up apart from this.
    #[test]
    fn the_plot_comes_out() {
        assert_eq!(at(452.97), 0.9157);
        assert!((400..1000).all(|nm| at(f64::from(nm)) <= 0.9157));
        for (band, part) in [(400..500, 0.8626), (500..600, 0.8230), (600..700, 0.5940), (400..700, 0.7598)] {
            let got = mean(band);
            assert!((got - part).abs() < 0.003, "{got} {part}");
        }
        assert_eq!((at(300.0), at(1100.0)), (0.7126, 0.0435));
    }
}
