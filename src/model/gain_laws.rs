//! Gain laws that several models share.

use super::gain::*;

/// What the analogue codes of the IMX455 amplify. Within one conversion gain the code
/// amplifies 1 / (4095 - code) times: the vendor's library converts so, and the published
/// system gains agree. That library takes the step of the conversion gain for none and the
/// digital gain for 1 dB where it is 20. The steps are from the published system gains on
/// both sides.
const fn imx455(step: f64) -> Option<Amplifier> {
    Some(Amplifier { end: 4095.0, unity: 8.0, step })
}

/// Settings for which one code less is sent than 16 a step gives.
const EXTENDED_CUT: &[u32] = &[14, 17, 19, 39, 44, 47, 49, 52, 69, 74, 77, 79, 82, 83];

/// Conversion gain switches between 25 and 26: QHY600 modes 0 and 4 to 8 (observed,
/// settings 0 to 200 and 1000), QHY461 mode 0.
pub(super) static PHOTOGRAPHIC: GainLaw = GainLaw {
    amplifier: imx455((1.2977 / 1695.0) / (0.4113 / 1655.0)),
    ..law(&[
        piece(0, rising(2400, 40), fixed(8)),
        piece(26, rising(2440, 40), fixed(8)).switches(0, 1),
        piece(66, fixed(4000), rising(9, 1)).switches(0, 1),
    ])
};

/// Conversion gain switches between 55 and 56: QHY600 modes 1, 9 and 10, QHY461 mode 1,
/// QHY533.
pub(super) static HIGH_GAIN: GainLaw = GainLaw {
    amplifier: imx455((0.7733 / 4095.0) / (0.3301 / 4007.0)),
    ..law(&[
        piece(0, rising(0, 40), fixed(8)).switches(3, 0),
        piece(56, Line { first: 4000, step: 4000, per: 45, most: 4000 }, fixed(8)).switches(2, 1),
        piece(101, fixed(4000), rising(9, 1)).switches(2, 1),
    ])
};

/// Extended full well: QHY600, QHY461 and QHY268 modes 2 and 3.
pub(super) static EXTENDED: GainLaw = GainLaw {
    amplifier: imx455(1.0),
    cut: EXTENDED_CUT,
    ..law(&[piece(0, rising(2400, 16), fixed(8)), piece(101, fixed(4000), rising(9, 1))])
};

/// The same as [`PHOTOGRAPHIC`] with a digital code of 255 at most: QHY268 modes 0 and 4.
pub(super) static PHOTOGRAPHIC_255: GainLaw = law(&[
    piece(0, rising(2400, 40), fixed(8)),
    piece(26, rising(2440, 40), fixed(8)).switches(0, 1),
    piece(66, fixed(4000), rising(9, 1).most(255)).switches(0, 1),
]);

/// The same as [`HIGH_GAIN`], but byte 14 goes back at 100: QHY268 modes 1, 5 and 6.
pub(super) static HIGH_GAIN_SWITCHING: GainLaw = law(&[
    piece(0, rising(0, 40), fixed(8)).switches(3, 0),
    piece(56, Line { first: 4000, step: 4000, per: 45, most: 4000 }, fixed(8)).switches(2, 1),
    piece(100, fixed(4000), rising(8, 1)).switches(3, 1),
]);

/// 40 a setting to 100, then the digital code: QHY410, QHY492 and QHY411. Each read mode has
/// its own bytes 14 and 16; the number here is twice the first and the second.
pub(super) static STAGED: [GainLaw; 8] = [
    law(&staged(0, 0)),
    law(&staged(0, 1)),
    law(&staged(1, 0)),
    law(&staged(1, 1)),
    law(&staged(2, 0)),
    law(&staged(2, 1)),
    law(&staged(3, 0)),
    law(&staged(3, 1)),
];

const fn staged(switch_14: u32, switch_16: u8) -> [GainPiece; 2] {
    [
        piece(0, rising(0, 40), fixed(8)).switches(switch_14, switch_16),
        piece(101, fixed(4000), rising(9, 1)).switches(switch_14, switch_16),
    ]
}

/// The setting itself, with a digital code of 64: QHY5III568 and 715, QHY991, QHY992E and,
/// as far as its range goes, QHY9701 mode 1.
pub(super) static PLAIN_64: GainLaw = law(&[piece(0, rising(0, 1), fixed(64))]);

/// Twice the setting: QHY5III334, 415, 464, 482 and 485, and their read modes with the
/// higher conversion gain.
pub(super) static DOUBLE: [GainLaw; 2] =
    [law(&[piece(0, rising(0, 2), fixed(64))]), law(&[piece(0, rising(0, 2), fixed(64)).switches(0, 1)])];

/// The setting itself to 511, then the digital code from 64 on: QHY342, QHY432 and QHY550.
pub(super) static LONG_64: [GainLaw; 2] = [
    law(&[piece(0, rising(0, 1), fixed(64)), piece(512, fixed(511), rising(65, 1))]),
    law(&[
        piece(0, rising(0, 1), fixed(64)).switches(0, 1),
        piece(512, fixed(511), rising(65, 1)).switches(0, 1),
    ]),
];

/// The same with the digital code from 8 on: QHY342pro and QHY530.
pub(super) static LONG_8: GainLaw =
    law(&[piece(0, rising(0, 1), fixed(8)), piece(512, fixed(511), rising(9, 1))]);

/// The setting itself to 364, then bytes 13 and 14, then the digital code: QHY5III200 and
/// the guide camera of the QHY26800A.
pub(super) static THREE_STAGES: GainLaw = law(&[
    piece(0, rising(0, 1), fixed(64)),
    GainPiece { switch_14: rising(1, 1).most(639), ..piece(365, fixed(364), fixed(64)) },
    piece(1068, fixed(364), rising(65, 1)).switches(639, 0),
]);
