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
    seen("QHY5III224C", 0x0225, Some(0x0224)),
    seen("QHY5III236C", 0x0237, None),
    seen("QHY6-M", 0x025A, Some(0x0259)),
    seen("QHY5III290", 0x0291, Some(0x0290)),
    guessed("QHY2", 0x0413, Some(0x0412)),
    seen("QHY5III462", 0x0463, Some(0x0462)),
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
    seen("IMG2P-M", 0x2851, Some(0x2850)),
    seen("QHY29M", 0x2951, Some(0x2950)),
    seen("QHY5-M", 0x296D, Some(0x296C)),
    seen("QHY7-M", 0x4023, Some(0x4022)),
    seen("QHY8-C", 0x6001, Some(0x6000)),
    seen("QHY8PRO-C", 0x6003, Some(0x6002)),
    seen("QHY8L-C", 0x6005, Some(0x6004)),
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
    seen("QHY224C", 0xC225, Some(0xC224)),
    seen("QHY247C", 0xC248, Some(0xC247)),
    seen("QHY1253", 0xC254, Some(0xC253)),
    seen("QHY290", 0xC291, Some(0xC290)),
    seen("QHY367C", 0xC368, Some(0xC367)),
    seen("QHY367PROC", 0xC36A, Some(0xC369)),
    seen("QHY990", 0xC991, Some(0xC990)),
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
