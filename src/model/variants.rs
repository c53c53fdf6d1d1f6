//! Variants of a model that look the same over USB: names for people and for virtual
//! cameras, and what differs. The library names a camera as the vendor's does, by its model.
//!
//! All figures are the manual's. It gives no weight or length where there is none here.

use super::{Model, by_name};

/// One variant.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Name of the model that it reports itself as.
    pub model: &'static str,
    /// What is special about it, in a few words.
    pub summary: &'static str,
    /// Memory of the DDR buffer.
    pub ddr_mib: u32,
    /// It has a socket for trigger in and out.
    pub trigger_socket: bool,
    /// Full frames a second at 16 bits over fibre, if it has the port.
    pub fibre_fps: Option<f64>,
    /// Its heat goes into a liquid, not into the air.
    pub liquid_cooled: bool,
    /// From the front to the sensor.
    pub back_focus_mm: f64,
    /// Length of the body.
    pub length_mm: Option<f64>,
    /// Weight without the tilt adapter.
    pub weight_g: Option<u32>,
}

impl Variant {
    /// The table of its model.
    pub fn model(&self) -> Option<&'static Model> {
        by_name(self.model)
    }
}

const PH: Variant = Variant {
    name: "QHY600PHM",
    model: "QHY600M",
    summary: "photographic version",
    ddr_mib: 2048,
    trigger_socket: false,
    fibre_fps: None,
    liquid_cooled: false,
    back_focus_mm: 17.5,
    length_mm: None,
    weight_g: Some(850),
};

/// The manual gives the weight of the Pro nowhere.
const PRO: Variant = Variant {
    name: "QHY600ProM",
    summary: "professional version: fibre, trigger socket",
    trigger_socket: true,
    fibre_fps: Some(4.0),
    weight_g: None,
    ..PH
};

const LITE: Variant = Variant {
    name: "QHY600Lite",
    summary: "lite version: half the memory, shorter body, mono only",
    ddr_mib: 1024,
    length_mm: Some(112.0),
    weight_g: Some(790),
    ..PH
};

const fn short(name: &'static str, of: Variant) -> Variant {
    let summary = if of.trigger_socket {
        "short back focus, of the professional version"
    } else {
        "short back focus, of the photographic version"
    };
    Variant { name, summary, back_focus_mm: 12.5, weight_g: None, ..of }
}

const fn liquid(name: &'static str, of: Variant) -> Variant {
    let summary = if of.trigger_socket {
        "liquid cooling, of the professional version"
    } else {
        "liquid cooling, of the photographic version"
    };
    Variant { name, summary, liquid_cooled: true, weight_g: None, ..of }
}

const fn colour(name: &'static str, of: Variant) -> Variant {
    Variant { name, model: "QHY600C", ..of }
}

/// All of them.
pub static VARIANTS: &[Variant] = &[
    PH,
    colour("QHY600PHC", PH),
    LITE,
    PRO,
    colour("QHY600ProC", PRO),
    short("QHY600SBFLM", PH),
    colour("QHY600SBFLC", short("", PH)),
    short("QHY600SBFLProM", PRO),
    colour("QHY600SBFLProC", short("", PRO)),
    liquid("QHY600LQM", PH),
    colour("QHY600LQC", liquid("", PH)),
    liquid("QHY600LQProM", PRO),
    colour("QHY600LQProC", liquid("", PRO)),
];

/// The variant of this name, in any case of its letters.
pub fn variant(name: &str) -> Option<&'static Variant> {
    VARIANTS.iter().find(|v| v.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_is_one_of_a_model_and_has_a_name_of_its_own() {
        for (n, v) in VARIANTS.iter().enumerate() {
            let model = v.model().expect(v.name);
            assert_eq!(model.bayer.is_some(), v.name.ends_with('C'), "{}", v.name);
            assert!(
                by_name(v.name).is_none() && !VARIANTS[..n].iter().any(|w| w.name == v.name),
                "{}",
                v.name
            );
            assert_eq!(v.trigger_socket, v.name.contains("Pro"), "{}", v.name);
            assert_eq!(v.trigger_socket, v.fibre_fps.is_some(), "{}", v.name);
        }
        assert!(!VARIANTS.iter().any(|v| v.ddr_mib == 1024 && v.model == "QHY600C"), "the Lite is mono");
    }
}
