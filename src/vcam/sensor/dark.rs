//! Dark current against the temperature of the sensor.

/// Published points of the QHY600M: degrees Celsius, electrons per pixel and second.
const POINTS: [(f64, f64); 7] = [
    (-20.0, 0.0022),
    (-15.0, 0.0032),
    (-10.0, 0.0046),
    (0.0, 0.0105),
    (10.0, 0.0675),
    (15.0, 0.1231),
    (20.0, 0.2208),
];

/// Electrons per pixel and second. Between and beyond the points the logarithm is a
/// straight line.
pub(in crate::vcam) fn e_per_s(temp_c: f64) -> f64 {
    let above = POINTS.iter().position(|(t, _)| *t > temp_c).unwrap_or(POINTS.len() - 1).max(1);
    let ((t0, d0), (t1, d1)) = (POINTS[above - 1], POINTS[above]);
    d0 * (d1 / d0).powf((temp_c - t0) / (t1 - t0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meets_the_points_and_rises() {
        for (temp_c, e) in POINTS {
            assert!((e_per_s(temp_c) / e - 1.0).abs() < 1e-9, "{temp_c}");
        }
        let steps: Vec<f64> = (-40..40).map(|t| e_per_s(f64::from(t))).collect();
        assert!(steps.windows(2).all(|w| w[1] > w[0]));
    }
}
