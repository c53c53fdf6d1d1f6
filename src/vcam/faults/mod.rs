//! Faults ordered with the camera: `faults=short@3+lost~0.001+replug@40:200`.
//!
//! An item is `KIND@N[:ARG]`, once, at the N-th occasion counted from 1, or
//! `KIND~P[:ARG]`, at each occasion with probability P. What an occasion is depends on
//! the kind: a transfer (control requests and ended bulk reads together), a packet of the
//! data endpoint, or a frame. Chance comes from the camera's seed and serial number alone.
//!
//! Here is the order as text and the counting. What a fault does to bytes is in [`pipe`],
//! what it does to the device as a whole in `port`.

mod hostile;
mod pipe;
mod script;
#[cfg(test)]
mod tests;

use std::fmt;

pub(super) use hostile::Hostile;
pub(super) use pipe::Pipe;
pub(super) use script::{Hit, Script};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The device vanishes with the transfer.
    Unplug,
    /// It vanishes and comes back in power-on state, as after a 12 V cycle; ARG is the
    /// time away in ms.
    Replug,
    /// The bus is reset: the transfer fails, and what the endpoint held is lost.
    Reset,
    /// The FPGA stands still; ARG is for how many ms, else until the power is cycled.
    Freeze,
    /// The transfer is refused.
    Stall,
    /// The request has no answer; with ARG nothing has for so many ms.
    Silent,
    /// The answer is cut to its first half.
    Short,
    /// The packet never arrives.
    Lost,
    /// It arrives twice.
    Dup,
    /// It, and with it all that follows, is ARG ms late.
    Late,
    /// ARG of its bytes are wrong, or one bit.
    Corrupt,
    /// It arrives after the one that follows it.
    Swap,
    /// The frame comes without its marker.
    NoHead,
    /// It has ARG bytes too many.
    LongFrame,
    /// It has ARG bytes too few.
    ShortFrame,
    /// One of its packets, not the marker, never arrives.
    LosePacket,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    Transfer,
    Packet,
    Frame,
}

const OCCASIONS: usize = 3;

/// Most milliseconds (a day) and bytes (1 GiB) that an item may name.
const MOST_MS: u64 = 86_400_000;
const MOST_BYTES: u64 = 1 << 30;

use FaultKind as K;
use Occasion::{Frame, Packet, Transfer};

/// Name, what is counted, and the largest ARG; 0 if there is none.
const KINDS: [(FaultKind, &str, Occasion, u64); 16] = [
    (K::Unplug, "unplug", Transfer, 0),
    (K::Replug, "replug", Transfer, MOST_MS),
    (K::Reset, "reset", Transfer, 0),
    (K::Freeze, "freeze", Transfer, MOST_MS),
    (K::Stall, "stall", Transfer, 0),
    (K::Silent, "silent", Transfer, MOST_MS),
    (K::Short, "short", Transfer, 0),
    (K::Lost, "lost", Packet, 0),
    (K::Dup, "dup", Packet, 0),
    (K::Late, "late", Packet, MOST_MS),
    (K::Corrupt, "corrupt", Packet, MOST_BYTES),
    (K::Swap, "swap", Packet, 0),
    (K::NoHead, "nohead", Frame, 0),
    (K::LongFrame, "longframe", Frame, MOST_BYTES),
    (K::ShortFrame, "shortframe", Frame, MOST_BYTES),
    (K::LosePacket, "losepacket", Frame, 0),
];

impl FaultKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = FaultKind> {
        KINDS.iter().map(|row| row.0)
    }

    fn row(self) -> &'static (FaultKind, &'static str, Occasion, u64) {
        &KINDS[self as usize]
    }

    /// Its name in an order.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    fn occasion(self) -> Occasion {
        self.row().2
    }

    /// The largest ARG, 0 if it takes none.
    fn most_arg(self) -> u64 {
        self.row().3
    }
}

/// When it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// Once, at this occasion, counted from 1.
    At(u64),
    /// At each occasion with this probability, more than 0 and at most 1.
    Chance(f64),
}

/// One item of the order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// When.
    pub when: When,
    /// Milliseconds or bytes, as the kind has it.
    pub arg: Option<u64>,
}

/// All that is to go wrong with one camera.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults(pub Vec<Fault>);

/// What an order should look like, for whoever got it wrong.
pub(super) fn grammar() -> String {
    let names: Vec<_> = FaultKind::all().map(FaultKind::name).collect();
    format!("KIND@NUMBER[:ARG] or KIND~PROBABILITY[:ARG], joined by +; kinds: {}", names.join(", "))
}

impl Faults {
    /// Reads `ITEM[+ITEM...]`.
    pub fn parse(text: &str) -> Option<Faults> {
        Some(Faults(text.split('+').map(parse_one).collect::<Option<_>>()?))
    }
}

fn parse_one(text: &str) -> Option<Fault> {
    let at = text.find(['@', '~'])?;
    let kind = FaultKind::all().find(|kind| kind.name() == &text[..at])?;
    let (number, arg) = match text[at + 1..].split_once(':') {
        Some((number, arg)) => (number, Some(whole(arg)?)),
        None => (&text[at + 1..], None),
    };
    let when = if text[at..].starts_with('@') {
        When::At(whole(number)?)
    } else {
        When::Chance(number.parse().ok().filter(|p| *p > 0.0 && *p <= 1.0)?)
    };
    arg.is_none_or(|arg| arg <= kind.most_arg()).then_some(Fault { kind, when, arg })
}

/// A whole number from 1, in digits only.
fn whole(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number > 0)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.when {
            When::At(number) => write!(f, "{}@{number}", self.kind.name())?,
            When::Chance(chance) => write!(f, "{}~{chance}", self.kind.name())?,
        }
        self.arg.map_or(Ok(()), |arg| write!(f, ":{arg}"))
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if place == 0 { "" } else { "+" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod order_tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds() {
        for (place, row) in KINDS.iter().enumerate() {
            assert_eq!(row.0 as usize, place, "{}", row.1);
        }
    }

    #[test]
    fn every_kind_is_documented() {
        let page = include_str!("../../../docs/virtual-camera.md");
        for kind in FaultKind::all() {
            let row = format!("| `{}` |", kind.name());
            assert!(page.contains(&row), "docs/virtual-camera.md has no row {row}");
        }
    }

    #[test]
    fn items_mean_what_they_say() {
        let faults = Faults::parse("short@3+lost~0.001+replug@40:200+silent~1:7").unwrap();
        let wanted = [
            Fault { kind: K::Short, when: When::At(3), arg: None },
            Fault { kind: K::Lost, when: When::Chance(0.001), arg: None },
            Fault { kind: K::Replug, when: When::At(40), arg: Some(200) },
            Fault { kind: K::Silent, when: When::Chance(1.0), arg: Some(7) },
        ];
        assert_eq!(faults.0, wanted);
    }

    #[test]
    fn mistakes_are_refused() {
        for text in [
            "",
            "stall",
            "stall@",
            "stall@0",
            "stall@-1",
            "stall@+1",
            "stall@1.5",
            "melt@3",
            "stall@1+",
            "stall@1,short@2",
            "stall@1:5",
            "late@1:",
            "late@1:0",
            "late@1:x",
            "late@1:86400001",
            "lost~0",
            "lost~1.1",
            "lost~-0.1",
            "lost~nan",
            "lost~",
            "lost~0.1:3",
            "@3",
            "~0.5",
            "late:5@1",
        ] {
            assert_eq!(Faults::parse(text), None, "{text}");
        }
    }

    prop_compose! {
        fn any_fault()(
            kind in 0..KINDS.len(),
            number in 1u64..,
            chance in prop::option::of(1e-9f64..=1.0),
            arg in any::<u64>(),
            named in any::<bool>(),
        ) -> Fault {
            let kind = KINDS[kind].0;
            let when = chance.map_or(When::At(number), When::Chance);
            let most = kind.most_arg();
            Fault { kind, when, arg: (named && most > 0).then(|| arg % most.max(1) + 1) }
        }
    }

    proptest! {
        #[test]
        fn text_and_order_are_the_same_thing(list in prop::collection::vec(any_fault(), 1..8)) {
            let faults = Faults(list);
            prop_assert_eq!(Faults::parse(&faults.to_string()), Some(faults));
        }

        #[test]
        fn no_text_is_too_strange(text in "[a-z@~:+.0-9]{0,24}") {
            if let Some(faults) = Faults::parse(&text) {
                prop_assert_eq!(Faults::parse(&faults.to_string()), Some(faults));
            }
        }
    }
}
