//! Tables of the QHY600 manual about many cameras: the order of the colour filters, the
//! gain setting of one electron per unit, and the dark current of the QHY600.
//!
//! The cameras are named as the manual names them, driven by this library or not. These
//! tables decide nothing: a driven model has its own facts, which a test holds to these.

use crate::util::Bayer;

/// The order of a camera's colour filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterOrder {
    /// Camera.
    pub camera: &'static str,
    /// The order at the top left.
    pub order: Bayer,
    /// Part of the manual's table.
    pub class: Class,
}

/// What a camera is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Cooled, CMOS sensor.
    CooledCmos,
    /// Planets and guiding.
    Planetary,
    /// Cooled, CCD sensor.
    CooledCcd,
}

impl Class {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Class::CooledCmos => "cooled CMOS",
            Class::Planetary => "planets and guiding",
            Class::CooledCcd => "cooled CCD",
        }
    }
}

/// A gain setting at which a unit of a sample is one electron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnityGain {
    /// Cameras, the mono and the colour one if the manual means both.
    pub cameras: &'static [&'static str],
    /// The setting.
    pub setting: u32,
    /// In which mode, if the manual says it.
    pub mode: Option<&'static str>,
}

/// Dark current at a temperature of the sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DarkCurrent {
    /// Degrees Celsius.
    pub temp_c: f64,
    /// Electrons per pixel and second.
    pub e_per_s: f64,
}

/// Appendix "Bayer Sequences of Some Colored Cameras", all of it.
#[rustfmt::skip]
pub static FILTER_ORDERS: &[FilterOrder] = &[
    cmos("QHY600C", Bayer::Rg),
    cmos("QHY268C", Bayer::Rg),
    cmos("QHY410C", Bayer::Rg),
    cmos("QHY367Pro", Bayer::Rg),
    cmos("QHY128Pro", Bayer::Rg),
    cmos("QHY294C", Bayer::Rg),
    cmos("QHY247C", Bayer::Rg),
    cmos("QHY168C", Bayer::Rg),
    cmos("QHY165C", Bayer::Rg),
    cmos("QHY163C", Bayer::Gr),
    cmos("QHY183C", Bayer::Rg),
    cmos("QHY174C", Bayer::Rg),
    cmos("QHY178C", Bayer::Gb),
    cmos("QHY290C", Bayer::Gb),
    cmos("QHY224C", Bayer::Gb),
    planetary("QHY5III174C", Bayer::Rg),
    planetary("QHY5III178C", Bayer::Gb),
    planetary("QHY5III224C", Bayer::Gb),
    planetary("QHY5III290C", Bayer::Gb),
    planetary("QHY5III462C", Bayer::Gb),
    planetary("QHY5III485C", Bayer::Rg),
    planetary("QHY5L-II-C", Bayer::Bg),
    planetary("QHY5P-II-C", Bayer::Gb),
    ccd("QHY8L-C", Bayer::Gb),
    ccd("QHY10-C", Bayer::Rg),
    ccd("QHY12-C", Bayer::Bg),
];

/// Appendix "How to Set Gain and Offset", the table of unity gains, all of it. Of the QHY600
/// and QHY268 the manual adds that other modes have less than one electron a unit from
/// setting 0 on.
#[rustfmt::skip]
pub static UNITY_GAINS: &[UnityGain] = &[
    unity(&["QHY600M", "QHY600C"], 25, Some("extended full well")),
    unity(&["QHY268M", "QHY268C"], 30, Some("extended full well")),
    unity(&["QHY294Pro"], 1600, Some("11 MP")),
    unity(&["QHY294Pro"], 2600, Some("47 MP")),
    unity(&["QHY410C"], 90, Some("low gain")),
    unity(&["QHY410C"], 40, Some("high gain")),
    unity(&["QHY367C"], 2800, None),
    unity(&["QHY247C"], 2200, None),
    unity(&["QHY128C"], 3300, None),
    unity(&["QHY168C"], 10, None),
    unity(&["QHY183M", "QHY183C"], 10, None),
    unity(&["QHY163M", "QHY163C"], 120, None),
    unity(&["QHY174GPS"], 17, None),
    unity(&["QHY550P"], 85, None),
];

/// Dark current of the QHY600. -20 and -10: the manual; the others: the maker's plot,
/// read off by the Python package `ost_photometry` of the OST observatory.
#[rustfmt::skip]
pub static QHY600_DARK_CURRENT: &[DarkCurrent] = &[
    dark(-20.0, 0.0022),
    dark(-15.0, 0.0032),
    dark(-10.0, 0.0046),
    dark(0.0, 0.0105),
    dark(10.0, 0.0675),
    dark(15.0, 0.1231),
    dark(20.0, 0.2208),
];

/// The order of a camera's filters, by the manual's name for it.
pub fn filter_order(camera: &str) -> Option<Bayer> {
    FILTER_ORDERS.iter().find(|row| row.camera.eq_ignore_ascii_case(camera)).map(|row| row.order)
}

/// The unity gains of a camera, by the manual's name for it; one for each mode it lists.
pub fn unity_gains(camera: &str) -> impl Iterator<Item = &'static UnityGain> {
    let named = move |row: &&UnityGain| row.cameras.iter().any(|name| name.eq_ignore_ascii_case(camera));
    UNITY_GAINS.iter().filter(named)
}

/// The published dark current of a sensor in these cameras; nothing where none is.
pub fn dark_currents(sensor: &str) -> &'static [DarkCurrent] {
    if sensor.ends_with("IMX455") { QHY600_DARK_CURRENT } else { &[] }
}

/// Dark current between the points of a table by rising temperature, in electrons per pixel
/// and second: the logarithm lies on straight lines. `None` outside.
pub fn dark_current(points: &[DarkCurrent], temp_c: f64) -> Option<f64> {
    let pair = points.windows(2).find(|pair| (pair[0].temp_c..=pair[1].temp_c).contains(&temp_c))?;
    let along = (temp_c - pair[0].temp_c) / (pair[1].temp_c - pair[0].temp_c);
    Some(pair[0].e_per_s * (pair[1].e_per_s / pair[0].e_per_s).powf(along))
}

const fn cmos(camera: &'static str, order: Bayer) -> FilterOrder {
    FilterOrder { camera, order, class: Class::CooledCmos }
}

const fn planetary(camera: &'static str, order: Bayer) -> FilterOrder {
    FilterOrder { camera, order, class: Class::Planetary }
}

const fn ccd(camera: &'static str, order: Bayer) -> FilterOrder {
    FilterOrder { camera, order, class: Class::CooledCcd }
}

const fn unity(cameras: &'static [&'static str], setting: u32, mode: Option<&'static str>) -> UnityGain {
    UnityGain { cameras, setting, mode }
}

const fn dark(temp_c: f64, e_per_s: f64) -> DarkCurrent {
    DarkCurrent { temp_c, e_per_s }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;

    /// The rows as they stand in the manual, in its own short names.
    const MANUAL_BAYER: &str = "600C RGGB, 268C RGGB, 410C RGGB, 367Pro RGGB, 128Pro RGGB, 294C RGGB, \
        247C RGGB, 168C RGGB, 165C RGGB, 163C GRBG, 183C RGGB, 174C RGGB, 178C GBRG, 290C GBRG, \
        224C GBRG, 5III174C RGGB, 5III178C GBRG, 5III224C GBRG, 5III290C GBRG, 5III462C GBRG, \
        5III485C RGGB, 5L-II-C BGGR, 5P-II-C GBRG, 8L-C GBRG, 10-C RGGB, 12-C BGGR";
    const MANUAL_UNITY: &str = "600M/C 25, 268M/C 30, 294Pro 1600, 294Pro 2600, 410C 90, 410C 40, \
        367C 2800, 247C 2200, 128C 3300, 168C 10, 183M/C 10, 163M/C 120, 174GPS 17, 550P 85";

    #[test]
    fn every_row_of_the_manual_is_there_and_no_other() {
        let rows: Vec<String> = FILTER_ORDERS
            .iter()
            .map(|row| format!("{} {}", row.camera.trim_start_matches("QHY"), row.order.fits_name()))
            .collect();
        assert_eq!(rows.join(", "), MANUAL_BAYER);
        let parts = [(Class::CooledCmos, 15), (Class::Planetary, 8), (Class::CooledCcd, 3)];
        for (class, count) in parts {
            assert_eq!(FILTER_ORDERS.iter().filter(|row| row.class == class).count(), count, "{class:?}");
        }

        let rows: Vec<String> = UNITY_GAINS
            .iter()
            .map(|row| {
                let name = match row.cameras {
                    [one] => one.to_string(),
                    [mono, _] => format!("{mono}/C"),
                    _ => panic!("{row:?}"),
                };
                format!("{} {}", name.trim_start_matches("QHY"), row.setting)
            })
            .collect();
        assert_eq!(rows.join(", "), MANUAL_UNITY);
    }

    #[test]
    fn rows_are_found_by_name() {
        for row in FILTER_ORDERS {
            assert_eq!(filter_order(&row.camera.to_lowercase()), Some(row.order), "{}", row.camera);
        }
        assert_eq!(filter_order("QHY600M"), None);
        let settings = |camera| unity_gains(camera).map(|row| row.setting).collect::<Vec<_>>();
        assert_eq!(settings("QHY600C"), [25]);
        assert_eq!(settings("qhy294pro"), [1600, 2600]);
        assert!(settings("QHY294").is_empty());
    }

    #[test]
    fn driven_models_agree_with_the_manual() {
        let mut seen = 0;
        for model in model::all() {
            if let Some(order) = filter_order(model.name) {
                assert_eq!(model.bayer, Some(order), "{}", model.name);
                seen += 1;
            }
        }
        assert!(seen > 0);
    }

    #[test]
    fn dark_current_meets_its_points_and_nothing_lies_outside() {
        let sensor = model::by_name("QHY600M").unwrap().sensor;
        let at = |temp_c| dark_current(dark_currents(sensor), temp_c);
        for point in QHY600_DARK_CURRENT {
            assert!((at(point.temp_c).unwrap() / point.e_per_s - 1.0).abs() < 1e-12);
        }
        assert!((at(5.0).unwrap() / (0.0105f64 * 0.0675).sqrt() - 1.0).abs() < 1e-12);
        assert_eq!(dark_current(dark_currents("another"), 0.0), None);
        assert_eq!([at(-20.1), at(20.1), at(f64::NAN)], [None; 3]);
    }
}
