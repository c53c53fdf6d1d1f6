//! The smallest offset that cuts off nothing.
//!
//! The manual: take bias frames at the gain that will be used and look at the histogram; all
//! of it must lie above 0, with a little room, 100 to a few hundred ADU, on its left.

use qhyccd::model::ControlId;

use crate::support::output::{self, Failure, Result};
use crate::support::progress::Progress;
use crate::support::session::Session;

use super::{Biases, Setup};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    setup: Setup,
    /// Room between 0 and the darkest pixel, in units of 16-bit samples
    #[arg(long, value_name = "ADU", default_value_t = 100)]
    margin: u16,
    /// Bias frames that must all be whole
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    frames: u32,
}

/// The dark end of some bias frames.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Floor {
    /// Samples that are 0.
    cut: u64,
    /// The smallest sample, but for as many as are cut at any offset.
    lowest: u16,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args, session: &Session) -> Result<()> {
    let mut biases = Biases::new(session, &args.setup, |effective| effective)?;
    let [least, most] = biases.range(ControlId::OFFSET)?;
    let progress = Progress::new(args.setup.quiet);
    let mut looks = 0;
    // Dead pixels are 0 whatever the offset.
    let mut floor = |offset: u32, dead: u64| -> Result<Floor> {
        progress.show(&format!("offset {offset}"), f64::from(looks) * 6.0);
        looks += 1;
        biases.set(ControlId::OFFSET, offset)?;
        let mut counts = vec![0u64; 1 << 16];
        for _ in 0..args.frames {
            biases.take()?.1.for_each(|sample| counts[usize::from(sample)] += 1);
        }
        let mut seen = 0;
        let lowest = counts.iter().position(|count| {
            seen += count;
            seen > dead
        });
        Ok(Floor { cut: counts[0], lowest: lowest.unwrap_or(0) as u16 })
    };
    let best = floor(most, 0)?;
    let dead = best.cut;
    let mut at = |offset| floor(offset, dead);
    let whole = search(least, most, &mut at, |floor| floor.cut <= dead)?;
    let roomy = search(least, most, &mut at, |floor| floor.lowest > args.margin)?;
    drop(progress);

    let (mode, gain) = (biases.camera.read_mode(), biases.get(ControlId::GAIN)?);
    let mut text = format!("Read mode {mode}, gain {gain}:\n");
    if dead > 0 {
        text += &format!("{dead} samples are 0 at the largest offset too and do not count.\n");
    }
    let Some((offset, floor)) = whole else {
        return Err(Failure::new(format_args!("every offset up to {most} cuts off pixels")));
    };
    text += &format!("offset {offset}: cuts off nothing, the darkest pixel has {} ADU\n", floor.lowest);
    match roomy {
        Some((offset, floor)) => {
            let lowest = floor.lowest;
            text +=
                &format!("offset {offset}: leaves room, the darkest pixel has {lowest} ADU (suggested)\n");
        }
        None => text += &format!("no offset up to {most} leaves {} ADU of room\n", args.margin),
    }
    output::print(&text)
}

/// The smallest offset that is good, and what it showed. Noise makes the border fuzzy, so
/// the result is looked at again and goes up until it is good.
fn search(
    least: u32,
    most: u32,
    mut look: impl FnMut(u32) -> Result<Floor>,
    good: impl Fn(&Floor) -> bool,
) -> Result<Option<(u32, Floor)>> {
    let (mut low, mut high) = (least, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if good(&look(middle)?) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    for offset in low..=most {
        let floor = look(offset)?;
        if good(&floor) {
            return Ok(Some((offset, floor)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floor(lowest: u16) -> Floor {
        Floor { cut: u64::from(lowest == 0), lowest }
    }

    #[test]
    fn the_smallest_good_offset_is_found_wherever_it_is() {
        for border in 0..=60u32 {
            let mut looks = 0;
            let found = search(
                0,
                60,
                |offset| {
                    looks += 1;
                    Ok(floor(u16::from(offset >= border) * 5))
                },
                |f| f.cut == 0,
            );
            assert_eq!(found.unwrap(), Some((border, floor(5))));
            assert!(looks <= 8, "{looks}");
        }
        assert_eq!(search(0, 60, |_| Ok(floor(0)), |f| f.cut == 0).unwrap(), None);
    }

    #[test]
    fn a_lucky_look_is_looked_at_again() {
        let mut looks = 0;
        let found = search(
            0,
            8,
            |offset| {
                looks += 1;
                // Offset 3 was good once, and is not when it is looked at again.
                Ok(floor(u16::from(offset >= 5 || (offset == 3 && looks < 4)) * 9))
            },
            |f| f.cut == 0,
        );
        assert_eq!(found.unwrap(), Some((5, floor(9))));
    }
}
