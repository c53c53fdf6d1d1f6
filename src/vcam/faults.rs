//! Faults on the cable, ordered with the camera: `faults=short@3+unplug@40`.
//!
//! Control requests and ended bulk reads are counted together from 1; each fault happens
//! once, to the transfer of its number. A bulk read can be stalled and the device can
//! vanish with it; the other faults then happen to no one.

/// What happens to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The device vanishes with it.
    Unplug,
    /// It is refused.
    Stall,
    /// There is no answer.
    Silent,
    /// The answer is cut to its first half.
    Short,
}

/// The faults of one plugging-in, and how many transfers there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    list: Vec<(Fault, u64)>,
    transfers: u64,
}

impl Faults {
    /// Reads `KIND@NUMBER[+KIND@NUMBER...]`.
    pub(super) fn parse(text: &str) -> Option<Faults> {
        let list = text.split('+').map(parse_one).collect::<Option<_>>()?;
        Some(Faults { list, transfers: 0 })
    }

    /// Counts a transfer and tells what happens to it.
    pub(super) fn next(&mut self) -> Option<Fault> {
        self.transfers += 1;
        self.list.iter().find(|(_, number)| *number == self.transfers).map(|(fault, _)| *fault)
    }
}

fn parse_one(text: &str) -> Option<(Fault, u64)> {
    let (kind, number) = text.split_once('@')?;
    let fault = match kind {
        "unplug" => Fault::Unplug,
        "stall" => Fault::Stall,
        "silent" => Fault::Silent,
        "short" => Fault::Short,
        _ => return None,
    };
    Some((fault, number.parse().ok().filter(|n| *n > 0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_happens_once_at_its_number() {
        let mut faults = Faults::parse("stall@2+unplug@4").unwrap();
        let seen: Vec<_> = (0..5).map(|_| faults.next()).collect();
        assert_eq!(seen, [None, Some(Fault::Stall), None, Some(Fault::Unplug), None]);
        assert_eq!(Faults::default().next(), None);
    }

    #[test]
    fn mistakes_are_refused() {
        for text in ["", "stall", "stall@", "stall@0", "stall@-1", "melt@3", "stall@1+", "stall@1,short@2"] {
            assert_eq!(Faults::parse(text), None, "{text}");
        }
    }
}
