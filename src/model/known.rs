//! Cameras that are known by their USB ids and not driven yet, so that a list of devices
//! can name what it finds and the udev rules cover it.
//!
//! Names: as the vendor's library (26.6.4.16) calls a device with that id, without the
//! last letter where it depends on the colour. Ids before the firmware is loaded: public
//! udev rules. Where no pair is published, the running id is the next number after it.

use super::source::Source;

/// A camera known by its USB ids only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Name for people.
    pub name: &'static str,
    /// USB product id of the running camera.
    pub product: u16,
    /// USB product id while it waits for firmware, if it is known.
    pub loader: Option<u16>,
    /// Where name and running id come from.
    pub source: Source,
}

/// All of them, by running product id.
#[rustfmt::skip]
pub static KNOWN: &[Known] = &[
    seen("QHY5III174", 0x0175, Some(0x0174)),
    seen("QHY5III178", 0x0179, Some(0x0178)),
    seen("QHY5III185C", 0x0186, Some(0x0185)),
    seen("QHY5III200M", 0x0201, None),
    seen("QHY26800AGUIDE", 0x0202, None),
    seen("QHY5III0204", 0x0205, None),
    seen("QHY5III224C", 0x0225, Some(0x0224)),
    seen("QHY5III236C", 0x0237, None),
    seen("QHY6-M", 0x025A, Some(0x0259)),
    seen("QHY5III290", 0x0291, Some(0x0290)),
    seen("QHY5III334", 0x0335, Some(0x0334)),
    seen("QHY342", 0x0343, Some(0x0342)),
    seen("QHY342pro", 0x0345, None),
    seen("QHY410C", 0x0411, Some(0x0410)),
    guessed("QHY2", 0x0413, Some(0x0412)),
    seen("QHY5III415", 0x0416, Some(0x0415)),
    seen("QHY432", 0x0433, Some(0x0432)),
    seen("QHY5III462", 0x0463, Some(0x0462)),
    seen("QHY5III464", 0x0465, None),
    seen("QHY5III482C", 0x0483, Some(0x0482)),
    seen("QHY5III485C", 0x0486, Some(0x0485)),
    seen("QHY5III568", 0x0569, None),
    seen("QHY5III715C", 0x0716, None),
    seen("QHY10768", 0x0769, None),
    guessed("QHY5", 0x0902, Some(0x0901)),
    seen("QHY5II series", 0x0921, Some(0x0920)),
    published("miniCam5", 0x0931, Some(0x0930)),
    seen("POLEMASTER", 0x0941, Some(0x0940)),
    seen("QHY10-C", 0x1001, Some(0x1000)),
    guessed("QHY5", 0x1003, Some(0x1002)),
    published("QHY11", 0x1101, Some(0x1100)),
    seen("QHY11-M", 0x1111, Some(0x1110)),
    seen("QHY12-C", 0x1201, Some(0x1200)),
    seen("QHY15-M", 0x1501, Some(0x1500)),
    seen("QHY16-M", 0x1601, Some(0x1600)),
    seen("QHY16000-M", 0x1611, Some(0x1610)),
    seen("16200A-M", 0x1621, Some(0x1620)),
    seen("16200A-M", 0x1623, Some(0x1622)),
    seen("16803-M", 0x1631, Some(0x1630)),
    seen("16803-M", 0x1633, Some(0x1632)),
    seen("QHY27-M", 0x1651, Some(0x1650)),
    seen("QHY28-M", 0x1671, Some(0x1670)),
    seen("QHY2020", 0x2021, Some(0x2020)),
    seen("IMG2P-M", 0x2851, Some(0x2850)),
    seen("QHY29M", 0x2951, Some(0x2950)),
    seen("QHY5-M", 0x296D, Some(0x296C)),
    seen("QHY7-M", 0x4023, Some(0x4022)),
    seen("QHY4040", 0x4041, Some(0x4040)),
    seen("QHY4040PROF", 0x4043, Some(0x4042)),
    seen("QHY42", 0x4201, Some(0x4200)),
    seen("QHY42PRO", 0x4203, Some(0x4202)),
    seen("QHY8-C", 0x6001, Some(0x6000)),
    seen("QHY8PRO-C", 0x6003, Some(0x6002)),
    seen("QHY8L-C", 0x6005, Some(0x6004)),
    seen("QHY6060", 0x6061, Some(0x6060)),
    seen("QHY6060FSIPro", 0x6063, None),
    seen("QHY21-M", 0x6741, Some(0x6740)),
    seen("QHY22-M", 0x6941, Some(0x6940)),
    seen("695A-M", 0x6953, Some(0x6952)),
    seen("QHY23-M", 0x8141, Some(0x8140)),
    seen("QHY9S-M", 0x8301, Some(0x8300)),
    seen("QHY9T-M", 0x8303, None),
    seen("IC8300-M", 0x8311, Some(0x8310)),
    seen("90A-Series-M", 0x8321, Some(0x8320)),
    seen("90A-Series-M", 0x8323, Some(0x8322)),
    seen("09000-M", 0x9001, Some(0x9000)),
    seen("QHY9701", 0x9702, Some(0x9701)),
    seen("IMG0H-M", 0xA618, None),
    seen("814A-Series-M", 0xA815, Some(0xA814)),
    guessed("IMG2S", 0xB286, Some(0xB285)),
    guessed("IMG0H", 0xB619, Some(0xB618)),
    seen("QHY128C", 0xC129, Some(0xC128)),
    seen("QHY128PROC", 0xC12B, Some(0xC12A)),
    seen("QHY163", 0xC164, Some(0xC163)),
    seen("QHY165C", 0xC166, Some(0xC165)),
    seen("QHY168C", 0xC168, Some(0xC167)),
    seen("QHY174", 0xC175, Some(0xC174)),
    seen("QHY178", 0xC179, Some(0xC178)),
    seen("QHY183", 0xC184, Some(0xC183)),
    seen("QHY1920", 0xC193, Some(0xC192)),
    seen("QHY224C", 0xC225, Some(0xC224)),
    seen("QHY247C", 0xC248, Some(0xC247)),
    seen("QHY1253", 0xC254, Some(0xC253)),
    seen("QHY26800A", 0xC26D, None),
    seen("QHY290", 0xC291, Some(0xC290)),
    seen("QHY294", 0xC295, Some(0xC294)),
    seen("QHY294PRO", 0xC297, Some(0xC296)),
    seen("QHY367C", 0xC368, Some(0xC367)),
    seen("QHY367PROC", 0xC36A, Some(0xC369)),
    seen("QHY411", 0xC412, Some(0xC411)),
    seen("QHY411", 0xC414, Some(0xC413)),
    seen("QHY461", 0xC462, Some(0xC461)),
    seen("QHY487", 0xC488, None),
    seen("QHY492M", 0xC493, Some(0xC492)),
    seen("QHY492MT", 0xC495, None),
    seen("QHY530", 0xC531, None),
    seen("QHY550", 0xC551, Some(0xC550)),
    seen("QHY661", 0xC662, None),
    seen("QHY811", 0xC812, None),
    seen("QHY990", 0xC991, Some(0xC990)),
    seen("QHY992", 0xC993, None),
    seen("QHY183A", 0xD184, Some(0xD183)),
    seen("QHY991", 0xD992, Some(0xD991)),
    seen("QHY992E", 0xE992, None),
];

const fn seen(name: &'static str, product: u16, loader: Option<u16>) -> Known {
    Known { name, product, loader, source: Source::Observed }
}

const fn published(name: &'static str, product: u16, loader: Option<u16>) -> Known {
    Known { name, product, loader, source: Source::Public }
}

const fn guessed(name: &'static str, product: u16, loader: Option<u16>) -> Known {
    Known { name, product, loader, source: Source::Guess }
}
