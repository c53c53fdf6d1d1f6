//! From gain setting to gain codes: the shape of the laws, and what evaluates them. The
//! laws themselves stand with their sensors, or in `gain_laws` where several
//! models share one.

/// Gain codes before they are put in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GainSteps {
    /// Analogue gain code.
    pub analogue: u16,
    /// Analogue gain codes in the second and third slot; 0 on most models.
    pub more_analogue: [u16; 2],
    /// Digital gain code.
    pub digital: u16,
    /// Byte 14 of the gain command, and byte 13 above it.
    pub switch_14: u16,
    /// Byte 16 of the gain command.
    pub switch_16: u8,
}

/// From gain setting to gain codes; `model/gain.rs` evaluates it.
#[derive(Clone, Copy, Debug)]
pub struct GainLaw {
    /// Its pieces by rising first setting, the first of which is 0.
    pub pieces: &'static [GainPiece],
    /// Settings whose analogue code is one less: the vendor's library computes in floating
    /// point and cuts.
    pub cut: &'static [u32],
    /// The digital code goes in the first slot only, whatever the model does else.
    pub first_slot_only: bool,
    /// What the codes amplify, if that is known.
    pub amplifier: Option<Amplifier>,
}

/// The codes from one setting on, up to the next piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GainPiece {
    /// First setting.
    pub from: u32,
    /// Analogue code.
    pub analogue: Line,
    /// Analogue codes in the second and third slot.
    pub more_analogue: [Line; 2],
    /// Digital code.
    pub digital: Line,
    /// Bytes 13 and 14.
    pub switch_14: Line,
    /// Byte 16.
    pub switch_16: u8,
}

/// A code that rises with the setting, cut to whole numbers:
/// `(first + step * (setting - first setting)) / per`, `most` at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// At the first setting, before the division.
    pub first: u32,
    /// For each setting more.
    pub step: u32,
    /// The divisor.
    pub per: u32,
    /// Upper end.
    pub most: u32,
}

/// What gain codes amplify: `step * digital / unity / (end - analogue)`, where the step
/// counts while byte 16 is not 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amplifier {
    /// The analogue code at which the amplification would have no end.
    pub end: f64,
    /// The digital code of 1.
    pub unity: f64,
    /// How many times as many units an electron makes with the higher conversion gain, at
    /// the same analogue code.
    pub step: f64,
}

impl GainLaw {
    /// The codes for a gain setting. The fraction of a setting is cut.
    pub fn steps(&self, gain: f64) -> GainSteps {
        let gain = gain.clamp(0.0, 10_000.0) as u32;
        let behind = self.pieces.partition_point(|piece| piece.from <= gain);
        let Some(piece) = self.pieces.get(behind.saturating_sub(1)) else {
            return GainSteps::default();
        };
        let at = |line: Line| line.at(gain.saturating_sub(piece.from));
        GainSteps {
            analogue: at(piece.analogue) - u16::from(self.cut.contains(&gain)),
            more_analogue: piece.more_analogue.map(at),
            digital: at(piece.digital),
            switch_14: at(piece.switch_14),
            switch_16: piece.switch_16,
        }
    }

    /// Amplification of a setting against setting 0, in decibels (20 for ten times);
    /// `None` if it is not known what the codes amplify.
    pub fn decibels(&self, gain: f64) -> Option<f64> {
        let amplifier = self.amplifier?;
        let times = |gain| amplifier.times(self.steps(gain));
        Some(20.0 * (times(gain) / times(0.0)).log10())
    }

    /// The setting within `0..=most` that amplifies by so many decibels, between two whole
    /// ones where none does exactly; the nearest end outside of what they reach.
    pub fn setting(&self, decibels: f64, most: u32) -> Option<f64> {
        let at = |gain: u32| self.decibels(f64::from(gain));
        let (mut low, mut high) = (0, most);
        if decibels <= at(low)? {
            return Some(f64::from(low));
        }
        if decibels >= at(high)? {
            return Some(f64::from(high));
        }
        while high - low > 1 {
            let middle = (low + high) / 2;
            *if at(middle)? <= decibels { &mut low } else { &mut high } = middle;
        }
        Some(f64::from(low) + (decibels - at(low)?) / (at(high)? - at(low)?))
    }
}

impl Amplifier {
    fn times(&self, steps: GainSteps) -> f64 {
        let conversion = if steps.switch_16 == 0 { 1.0 } else { self.step };
        conversion * f64::from(steps.digital) / self.unity / (self.end - f64::from(steps.analogue))
    }
}

impl Line {
    fn at(self, settings: u32) -> u16 {
        let value = (self.first + self.step * settings) / self.per;
        value.min(self.most).min(u32::from(u16::MAX)) as u16
    }

    /// The same with an upper end.
    pub const fn most(self, most: u32) -> Line {
        Line { most, ..self }
    }
}

/// A code that stays.
pub const fn fixed(code: u32) -> Line {
    rising(code, 0)
}

/// A code that rises by `step` for each setting.
pub const fn rising(first: u32, step: u32) -> Line {
    Line { first, step, per: 1, most: u32::MAX }
}

/// A code that rises by `step` in `per` settings.
pub const fn ratio(first: u32, step: u32, per: u32) -> Line {
    Line { first: first * per, step, per, most: u32::MAX }
}

/// A law whose amplification is not known.
pub const fn law(pieces: &'static [GainPiece]) -> GainLaw {
    GainLaw { pieces, cut: &[], first_slot_only: false, amplifier: None }
}

/// A piece of a law.
pub const fn piece(from: u32, analogue: Line, digital: Line) -> GainPiece {
    GainPiece { from, analogue, more_analogue: [fixed(0); 2], digital, switch_14: fixed(0), switch_16: 0 }
}

impl GainPiece {
    /// The same with bytes 14 and 16.
    pub const fn switches(self, switch_14: u32, switch_16: u8) -> GainPiece {
        GainPiece { switch_14: fixed(switch_14), switch_16, ..self }
    }

    /// The same with analogue codes in the second and third slot.
    pub const fn more_analogue(self, more_analogue: [Line; 2]) -> GainPiece {
        GainPiece { more_analogue, ..self }
    }
}

#[cfg(test)]
#[path = "gain_tests.rs"]
mod tests;
