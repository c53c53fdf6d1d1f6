//! Histogram equalisation in place: the arithmetic behind `QHYCCDEqualizeHistogram`.
//!
//! The classic one: a value goes to the share of samples at or below it, with the lowest
//! value that occurs at 0 and the highest at the top. A picture of one value stays as it is.

/// Equalises 8-bit samples.
pub fn equalize8(samples: &mut [u8]) {
    let mut counts = vec![0u64; 1 << 8];
    samples.iter().for_each(|&s| counts[usize::from(s)] += 1);
    if let Some(table) = table(&counts) {
        samples.iter_mut().for_each(|s| *s = table[usize::from(*s)] as u8);
    }
}

/// Equalises 16-bit little-endian samples; an odd last byte is left alone.
pub fn equalize16(samples: &mut [u8]) {
    let value = |s: &[u8]| usize::from(u16::from_le_bytes([s[0], s[1]]));
    let mut counts = vec![0u64; 1 << 16];
    samples.chunks_exact(2).for_each(|s| counts[value(s)] += 1);
    if let Some(table) = table(&counts) {
        samples.chunks_exact_mut(2).for_each(|s| s.copy_from_slice(&table[value(s)].to_le_bytes()));
    }
}

/// New values by old value; `None` if fewer than two values occur.
fn table(counts: &[u64]) -> Option<Vec<u16>> {
    let lowest = *counts.iter().find(|n| **n > 0)?;
    let span = u128::from(counts.iter().sum::<u64>() - lowest);
    if span == 0 {
        return None;
    }
    let top = counts.len() as u128 - 1;
    let mut below = 0;
    let new = counts.iter().map(|n| {
        below += n;
        let share = u128::from(below.saturating_sub(lowest));
        ((share * top + span / 2) / span) as u16
    });
    Some(new.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Straight from the definition: counts, for each sample, those at or below it.
    fn reference(samples: &[u16], top: u128) -> Vec<u16> {
        let at_or_below = |v: u16| samples.iter().filter(|s| **s <= v).count() as u128;
        let Some(lowest) = samples.iter().min().map(|v| at_or_below(*v)) else { return vec![] };
        let span = samples.len() as u128 - lowest;
        if span == 0 {
            return samples.to_vec();
        }
        samples.iter().map(|v| (((at_or_below(*v) - lowest) * top + span / 2) / span) as u16).collect()
    }

    proptest! {
        #[test]
        fn matches_the_definition(
            samples in prop_oneof![
                proptest::collection::vec(any::<u16>(), 0..200),
                proptest::collection::vec(100u16..110, 0..200),
            ],
            odd: bool,
        ) {
            let eight: Vec<u16> = samples.iter().map(|s| s & 255).collect();
            let mut bytes: Vec<u8> = eight.iter().map(|s| *s as u8).collect();
            equalize8(&mut bytes);
            prop_assert_eq!(bytes.into_iter().map(u16::from).collect::<Vec<_>>(), reference(&eight, 255));

            let mut bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
            if odd {
                bytes.push(9);
            }
            equalize16(&mut bytes);
            let got: Vec<u16> = bytes.chunks_exact(2).map(|s| u16::from_le_bytes([s[0], s[1]])).collect();
            prop_assert_eq!(got, reference(&samples, 65535));
            prop_assert!(!odd || bytes.last() == Some(&9));
        }
    }
}
