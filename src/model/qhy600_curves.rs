//! What the QHY600 does to electrons, as its maker published it: system gain and read noise
//! against the gain setting.
//!
//! Read off the maker's plots of 2020, to about 0.008 e-/ADU and 0.05 e-; of the two
//! generations of plots that exist, the one that agrees with the manual (27 ke- and 2.7 e-
//! at gain 26 of mode 0). Above setting 65 of mode 0 the system gain is at the floor of that
//! reading. The pixel's own ceilings: the maker's linearity test ends near 81 ke-, the manual
//! names more than 51 ke- for the high gain mode. Other read modes have no published curve.

use super::curves::{Curve, Point};

/// Mode 0, conversion gain switches between 25 and 26.
pub(crate) static PHOTOGRAPHIC: Curve = Curve {
    pixel_e: 81_000.0,
    step_at: Some(26),
    points: &[
        point(0, 1.2977, 7.856),
        point(5, 1.1387, 7.703),
        point(10, 0.9831, 7.466),
        point(15, 0.8308, 7.314),
        point(20, 0.6820, 7.161),
        point(25, 0.5297, 6.992),
        point(26, 0.4113, 2.754),
        point(30, 0.3639, 2.720),
        point(35, 0.3233, 2.653),
        point(40, 0.2726, 2.602),
        point(50, 0.1744, 2.466),
        point(55, 0.1237, 2.449),
        point(56, 0.1102, 2.415),
        point(60, 0.0729, 2.314),
        point(65, 0.0222, 1.992),
        point(70, 0.0154, 2.008),
        point(75, 0.0120, 2.008),
        point(80, 0.0086, 2.025),
        point(85, 0.0053, 1.992),
        point(90, 0.0086, 1.992),
        point(95, 0.0053, 1.992),
        point(100, 0.0053, 1.975),
    ],
};

/// Mode 1, conversion gain switches between 55 and 56.
pub(crate) static HIGH_GAIN: Curve = Curve {
    pixel_e: 51_500.0,
    step_at: Some(56),
    points: &[
        point(0, 0.7733, 3.703),
        point(5, 0.7361, 3.653),
        point(10, 0.6989, 3.703),
        point(15, 0.6617, 3.619),
        point(20, 0.6177, 3.585),
        point(25, 0.5872, 3.602),
        point(26, 0.5771, 3.551),
        point(30, 0.5466, 3.534),
        point(35, 0.5060, 3.551),
        point(40, 0.4722, 3.517),
        point(45, 0.4350, 3.517),
        point(50, 0.3944, 3.500),
        point(55, 0.3538, 3.331),
        point(56, 0.3301, 1.686),
        point(60, 0.3030, 1.669),
        point(65, 0.2658, 1.653),
        point(75, 0.1914, 1.619),
        point(80, 0.1541, 1.551),
        point(85, 0.1169, 1.500),
        point(90, 0.0831, 1.483),
        point(95, 0.0459, 1.398),
        point(100, 0.0086, 1.110),
    ],
};

/// Mode 2.
pub(crate) static EXTENDED: Curve = Curve {
    pixel_e: 81_000.0,
    step_at: None,
    points: &[
        point(0, 1.2944, 7.907),
        point(5, 1.2301, 7.822),
        point(10, 1.1726, 7.805),
        point(15, 1.1083, 7.720),
        point(20, 1.0541, 7.737),
        point(25, 0.9831, 7.602),
        point(26, 0.9662, 7.568),
        point(30, 0.9256, 7.517),
        point(35, 0.8613, 7.415),
        point(40, 0.8004, 7.314),
        point(45, 0.7462, 7.364),
        point(50, 0.6820, 7.212),
        point(55, 0.6244, 7.144),
        point(56, 0.6075, 7.110),
        point(65, 0.5026, 7.025),
        point(70, 0.4383, 6.975),
        point(75, 0.3774, 6.958),
        point(80, 0.3165, 6.839),
        point(85, 0.2556, 6.534),
        point(90, 0.1947, 6.449),
        point(95, 0.1338, 5.975),
        point(100, 0.0695, 5.432),
    ],
};

/// Mode 3: mode 2 with double sampling.
pub(crate) static EXTENDED_2CMS: Curve = Curve {
    pixel_e: 81_000.0,
    step_at: None,
    points: &[
        point(0, 1.2571, 5.941),
        point(5, 1.1996, 5.890),
        point(10, 1.1590, 5.958),
        point(15, 1.1150, 5.992),
        point(20, 1.0541, 5.958),
        point(25, 0.9932, 5.890),
        point(26, 0.9594, 5.856),
        point(30, 0.9188, 5.805),
        point(35, 0.8410, 5.636),
        point(40, 0.7665, 5.500),
        point(45, 0.7090, 5.483),
        point(50, 0.6718, 5.636),
        point(55, 0.6244, 5.703),
        point(56, 0.6008, 5.636),
        point(60, 0.5500, 5.534),
        point(65, 0.4789, 5.432),
        point(70, 0.4451, 5.754),
        point(75, 0.3639, 5.415),
        point(80, 0.3132, 5.331),
        point(85, 0.2523, 5.347),
        point(90, 0.1981, 5.229),
        point(95, 0.1338, 5.144),
        point(100, 0.0763, 4.975),
    ],
};

const fn point(gain: u32, e_per_adu: f64, read_noise_e: f64) -> Point {
    Point { gain, e_per_adu, read_noise_e }
}
