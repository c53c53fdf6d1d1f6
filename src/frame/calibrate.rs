//! Dark, bias and flat correction of finished pictures of one channel.
//!
//! Each sample becomes `(sample - offset) * gain`, rounded to the nearest integer, halves
//! up, and stopped at 0 and at the largest value of the depth. The offset is the dark
//! frame, or without one the bias frame. The gain is the mean of the flat divided by the
//! flat, both after the bias was taken off; 1 where the flat shows nothing. Nothing is
//! scaled with exposure time.

use crate::util::Size;

/// Values of the frames that were taken for calibration, in the units of the samples that
/// will be corrected; each is optional.
#[derive(Clone, Debug, Default)]
pub struct Masters {
    /// No light, the exposure time of the picture; with its bias.
    pub dark: Option<Vec<f32>>,
    /// Even light.
    pub flat: Option<Vec<f32>>,
    /// No light, no time.
    pub bias: Option<Vec<f32>>,
}

/// Corrections for pictures of one size and depth.
#[derive(Debug)]
pub struct Calibration {
    size: Size,
    bits: u32,
    offset: Option<Vec<f32>>,
    gain: Option<Vec<f32>>,
}

impl Calibration {
    /// Corrections for pictures of `size` with samples of `bits`, 8 or 16. With `mosaic`
    /// the means of the flat are taken for each place of the 2×2 colour cell by itself, so
    /// that the colour of its light does not matter. The error says what is wrong.
    pub fn new(size: Size, bits: u32, masters: Masters, mosaic: bool) -> Result<Calibration, String> {
        let Masters { dark, flat, bias } = masters;
        if bits != 8 && bits != 16 {
            return Err(format!("pictures of {bits} bits a sample cannot be calibrated, only of 8 or 16"));
        }
        if size.pixels() == 0 {
            return Err("a picture of no pixels cannot be calibrated".into());
        }
        if [&dark, &flat, &bias].into_iter().flatten().any(|values| values.len() != size.pixels()) {
            return Err("the frames have different sizes".into());
        }
        let gain = match flat {
            Some(flat) => Some(gain(flat, bias.as_deref(), size, mosaic)?),
            None => None,
        };
        Ok(Calibration { size, bits, offset: dark.or(bias), gain })
    }

    /// Size of the pictures that it fits.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Their bits a sample.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Corrects a picture, but for its first `header_bytes`, which are none of its pixels.
    /// False, and nothing changed, if it has another length.
    #[must_use]
    pub fn apply(&self, picture: &mut [u8], header_bytes: usize) -> bool {
        let sample = self.bits as usize / 8;
        if picture.len() != self.size.pixels() * sample {
            return false;
        }
        let skip = header_bytes.min(picture.len()).div_ceil(sample);
        let picture = &mut picture[skip * sample..];
        let [offset, gain] =
            [&self.offset, &self.gain].map(|values| values.as_ref().map(|values| &values[skip..]));
        if sample == 1 {
            correct(picture, offset, gain, |[byte]: [u8; 1]| f32::from(byte), |v| [v.min(255.0) as u8]);
        } else {
            let get = |bytes| f32::from(u16::from_le_bytes(bytes));
            correct(picture, offset, gain, get, |v| (v.min(65535.0) as u16).to_le_bytes());
        }
        true
    }
}

/// Turns a flat into gains.
fn gain(mut flat: Vec<f32>, bias: Option<&[f32]>, size: Size, mosaic: bool) -> Result<Vec<f32>, String> {
    if let Some(bias) = bias {
        flat.iter_mut().zip(bias).for_each(|(flat, bias)| *flat -= bias);
    }
    let places: &[_] = if mosaic { &[(0, 0), (1, 0), (0, 1), (1, 1)] } else { &[(0, 0)] };
    let step = if mosaic { 2 } else { 1 };
    for place in places {
        let (mut sum, mut lit, mut count) = (0.0, 0.0, 0);
        for value in every(&mut flat, size, step, *place) {
            count += 1;
            if *value > 0.0 {
                sum += f64::from(*value);
                lit += 1.0;
            }
        }
        if count > 0 && lit == 0.0 {
            return Err("the flat frame is dark".into());
        }
        for value in every(&mut flat, size, step, *place) {
            *value = if *value > 0.0 { (sum / lit / f64::from(*value)) as f32 } else { 1.0 };
        }
    }
    Ok(flat)
}

/// The values of every `step`-th column and row from a place on.
fn every(
    values: &mut [f32],
    size: Size,
    step: usize,
    (x, y): (usize, usize),
) -> impl Iterator<Item = &mut f32> {
    let rows = values.chunks_exact_mut(size.width as usize).skip(y).step_by(step);
    rows.flat_map(move |row| row.iter_mut().skip(x).step_by(step))
}

fn correct<const BYTES: usize>(
    picture: &mut [u8],
    offset: Option<&[f32]>,
    gain: Option<&[f32]>,
    get: impl Fn([u8; BYTES]) -> f32,
    put: impl Fn(f32) -> [u8; BYTES],
) {
    let samples = picture.chunks_exact_mut(BYTES);
    let store = |bytes: &mut [u8], offset: f32, gain: f32| {
        if let Some(sample) = bytes.first_chunk_mut() {
            *sample = put(((get(*sample) - offset) * gain + 0.5).max(0.0));
        }
    };
    match (offset, gain) {
        (Some(offset), Some(gain)) => {
            samples.zip(offset).zip(gain).for_each(|((sample, o), g)| store(sample, *o, *g));
        }
        (Some(offset), None) => samples.zip(offset).for_each(|(sample, o)| store(sample, *o, 1.0)),
        (None, Some(gain)) => samples.zip(gain).for_each(|(sample, g)| store(sample, 0.0, *g)),
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One sample by the words of the module, with the mean over all places that count.
    fn reference(sample: f32, at: usize, size: Size, masters: &Masters, mosaic: bool, top: f32) -> u32 {
        let width = size.width as usize;
        let place = |i: usize| if mosaic { (i % width % 2, i / width % 2) } else { (0, 0) };
        let value = |values: &Option<Vec<f32>>, i: usize| values.as_ref().map(|values| values[i]);
        let offset = value(&masters.dark, at).or(value(&masters.bias, at)).unwrap_or(0.0);
        let light = |i: usize| value(&masters.flat, i).map(|f| f - value(&masters.bias, i).unwrap_or(0.0));
        let gain = match light(at) {
            Some(own) if own > 0.0 => {
                let same = (0..size.pixels()).filter(|i| place(*i) == place(at));
                let lit: Vec<f64> = same.filter_map(light).filter(|v| *v > 0.0).map(f64::from).collect();
                (lit.iter().sum::<f64>() / lit.len() as f64 / f64::from(own)) as f32
            }
            _ => 1.0,
        };
        ((sample - offset) * gain + 0.5).floor().clamp(0.0, top) as u32
    }

    proptest! {
        #[test]
        fn matches_the_definition(
            (width, height) in (1u32..9, 1u32..7),
            eight: bool,
            mosaic: bool,
            have: [bool; 3],
            header_bytes in prop_oneof![Just(0usize), 0usize..150],
            seed: u64,
        ) {
            let size = Size::new(width, height);
            let mut state = seed | 1;
            let mut noise = |from: f32, to: f32| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                from + (to - from) * (state >> 40) as f32 / (1 << 24) as f32
            };
            let (bits, top) = if eight { (8, 255.0) } else { (16, 65535.0) };
            let mut master = |have: bool, from: f32, to: f32| {
                have.then(|| (0..size.pixels()).map(|_| noise(from * top, to * top)).collect::<Vec<_>>())
            };
            let masters = Masters {
                dark: master(have[0], -0.01, 0.1),
                // Brighter than the bias somewhere at every place.
                flat: master(have[1], -0.1, 1.0).map(|mut flat| {
                    flat.iter_mut().step_by(2).for_each(|v| *v = v.abs() + 0.2 * top);
                    flat
                }),
                bias: master(have[2], 0.0, 0.05),
            };
            let samples: Vec<u32> = (0..size.pixels()).map(|_| noise(0.0, top + 0.9) as u32).collect();
            let sample = bits as usize / 8;
            let mut picture: Vec<u8> =
                samples.iter().flat_map(|s| s.to_le_bytes()[..sample].to_vec()).collect();
            let before = picture.clone();
            let Ok(calibration) = Calibration::new(size, bits, masters.clone(), mosaic) else {
                // Only a place without light has no mean.
                prop_assert!(mosaic && have[1]);
                return Ok(());
            };
            prop_assert!(!calibration.apply(&mut picture[1..], 0));
            prop_assert!(calibration.apply(&mut picture, header_bytes));
            for (i, (bytes, was)) in picture.chunks(sample).zip(before.chunks(sample)).enumerate() {
                if i * sample < header_bytes {
                    prop_assert_eq!(bytes, was);
                } else {
                    let want = reference(samples[i] as f32, i, size, &masters, mosaic, top);
                    prop_assert_eq!(bytes, &want.to_le_bytes()[..sample], "pixel {}", i);
                }
            }
        }
    }

    #[test]
    fn a_picture_like_its_flat_becomes_even() {
        let flat = [1000.0, 2000.0, 4000.0, 1000.0];
        let picture = |calibration: &Calibration| {
            let mut picture: Vec<u8> = flat.iter().flat_map(|v| (*v as u16 + 100).to_le_bytes()).collect();
            assert!(calibration.apply(&mut picture, 0));
            picture.chunks(2).map(|s| u16::from_le_bytes([s[0], s[1]])).collect::<Vec<_>>()
        };
        let bias = Some(vec![100.0; 4]);
        let lit = flat.iter().map(|v| v + 100.0).collect();
        let masters = Masters { dark: None, flat: Some(lit), bias };
        let calibration = Calibration::new(Size::new(2, 2), 16, masters.clone(), false).unwrap();
        assert_eq!(picture(&calibration), [2000; 4]);
        // Each of the four colours by itself: all is as it was, without the bias.
        let calibration = Calibration::new(Size::new(2, 2), 16, masters, true).unwrap();
        assert_eq!(picture(&calibration), [1000, 2000, 4000, 1000]);
    }

    #[test]
    fn impossible_corrections_are_refused() {
        let size = Size::new(2, 1);
        let error = |size, bits, masters| Calibration::new(size, bits, masters, false).unwrap_err();
        let dark = |values: &[f32]| Masters { dark: Some(values.to_vec()), ..Masters::default() };
        assert!(error(size, 32, dark(&[0.0; 2])).starts_with("pictures of 32 bits"));
        assert_eq!(error(size, 16, dark(&[0.0; 3])), "the frames have different sizes");
        assert!(error(Size::new(0, 1), 16, dark(&[])).contains("no pixels"));
        let night = Masters { flat: Some(vec![5.0; 2]), bias: Some(vec![5.0; 2]), dark: None };
        assert_eq!(error(size, 16, night), "the flat frame is dark");
    }
}
