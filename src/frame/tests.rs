//! Plan and sink against a plain definition of the picture.

use proptest::prelude::*;

use super::plan::MAX_BIN;
use super::*;
use crate::util::{Bayer, Rect, Size};

const GUARD: u8 = 0xA5;

/// The picture made the slow and obvious way.
fn reference(settings: &Settings, frame: &[u8]) -> Vec<u8> {
    let Settings { wire, crop, bin, average, debayer, header_bytes } = *settings;
    let depth = wire.sample.bytes();
    let top = if depth == 1 { 255 } else { 65535 };
    let at = |x: u32, y: u32| -> u64 {
        let i = ((crop.y + y) as usize * wire.columns as usize + (crop.x + x) as usize) * depth;
        match wire.sample {
            Sample::U8 => u64::from(frame[i]),
            Sample::U16Be => u64::from(frame[i]) * 256 + u64::from(frame[i + 1]),
            Sample::U16Le => u64::from(frame[i + 1]) * 256 + u64::from(frame[i]),
        }
    };
    let mut values = Vec::new();
    for y in 0..crop.height / bin {
        for x in 0..crop.width / bin {
            if let Some(order) = debayer {
                let border = x == 0 || y == 0 || x + 1 == crop.width || y + 1 == crop.height;
                for channel in ['B', 'G', 'R'] {
                    if border {
                        values.push(0);
                        continue;
                    }
                    // The mean of the nearest samples of the channel in the 3x3 around.
                    let colour = |x: u32, y: u32| order.fits_name().as_bytes()[(y % 2 * 2 + x % 2) as usize];
                    let near: Vec<u64> = if colour(x, y) == channel as u8 {
                        vec![at(x, y)]
                    } else {
                        (y - 1..=y + 1)
                            .flat_map(|j| (x - 1..=x + 1).map(move |i| (i, j)))
                            .filter(|&(i, j)| colour(i, j) == channel as u8)
                            .map(|(i, j)| at(i, j))
                            .collect()
                    };
                    let n = near.len() as u64;
                    values.push((near.iter().sum::<u64>() * 2 + n) / (2 * n));
                }
                continue;
            }
            let group: u64 = (0..bin)
                .flat_map(|j| (0..bin).map(move |i| (i, j)))
                .map(|(i, j)| at(x * bin + i, y * bin + j))
                .sum();
            let value = if average { group / u64::from(bin * bin) } else { group };
            values.push(value.min(top));
        }
    }
    let mut out: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()[..depth].to_vec()).collect();
    let header = header_bytes.min(out.len());
    if header > 0 {
        out[..header].copy_from_slice(&frame[4..4 + header]);
    }
    out
}

fn settings() -> impl Strategy<Value = Settings> {
    let sample = prop_oneof![Just(Sample::U8), Just(Sample::U16Be), Just(Sample::U16Le)];
    let header_bytes = prop_oneof![Just(0usize), 0usize..90];
    let orders = [Bayer::Gb, Bayer::Gr, Bayer::Bg, Bayer::Rg];
    let order = prop_oneof![2 => Just(None), 1 => (0usize..4).prop_map(move |i| Some(orders[i]))];
    let wire =
        (1u32..40, 1u32..24, sample).prop_map(|(columns, rows, sample)| WireLayout { columns, rows, sample });
    let area = wire.prop_flat_map(|wire| {
        let (columns, rows) = (wire.columns, wire.rows);
        (Just(wire), 0u32..4, 0..columns, 0..rows, 1..=columns, 1..=rows)
    });
    (area, 1u32..6, any::<bool>(), order, header_bytes).prop_map(
        |((wire, kind, x, y, w, h), bin, average, debayer, header_bytes)| {
            let h = h.min(wire.rows - y);
            let crop = match kind {
                0 => Rect::new(0, y, wire.columns, h),
                1 => Settings::whole(wire).crop,
                _ => Rect::new(x, y, w.min(wire.columns - x), h),
            };
            let bin = if debayer.is_some() { 1 } else { bin.min(crop.width).min(crop.height) };
            let room = wire.frame_len().unwrap().saturating_sub(4);
            Settings { wire, crop, bin, average, debayer, header_bytes: header_bytes.min(room) }
        },
    )
}

fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn sink_matches_the_definition(
        settings in settings(),
        seed: u64,
        bright: bool,
        cuts in proptest::collection::vec(0usize..60, 1..12),
        lead in 0usize..3,
        stale in 0usize..40,
    ) {
        let plan = Plan::new(settings).unwrap();
        let mut frame = noise(plan.frame_len(), seed);
        if bright {
            frame.iter_mut().for_each(|b| *b |= 0xC0);
        }
        let expected = reference(&settings, &frame);
        prop_assert_eq!(plan.output_len(), expected.len());
        prop_assert_eq!(
            plan.output_len(),
            (plan.width() * plan.height() * plan.channels() * plan.bits() / 8) as usize
        );

        // Guards on both sides, and any alignment.
        let end = lead + expected.len();
        let mut buffer = vec![GUARD; end + 3];
        let mut sink = Sink::new(&plan, &mut buffer[lead..end]).unwrap();
        sink.push(&noise(stale, !seed));
        sink.restart();
        let mut position = 0;
        for cut in cuts.iter().cycle().map(|c| c + usize::from(cuts.iter().all(|c| *c == 0))) {
            prop_assert_eq!(sink.bytes_missing(), frame.len() - position);
            let piece = &frame[position..frame.len().min(position + cut)];
            prop_assert_eq!(sink.push(piece), piece.len());
            position += piece.len();
            if position == frame.len() {
                break;
            }
        }
        prop_assert_eq!(sink.push(&[1, 2, 3]), 0);
        sink.finish().unwrap();
        prop_assert_eq!(&buffer[lead..end], &expected[..]);
        prop_assert!(buffer[..lead].iter().chain(&buffer[end..]).all(|b| *b == GUARD));

        // All at once.
        let mut again = vec![GUARD; expected.len()];
        plan.convert(&frame, &mut again).unwrap();
        prop_assert_eq!(again, expected);
    }
}

const QHY600: WireLayout = WireLayout { columns: 9600, rows: 6456, sample: Sample::U16Be };

#[test]
fn full_qhy600_frame_has_the_known_lengths() {
    let crop = Rect::new(0, 34, 9600, 6422);
    let plan = Plan::new(Settings { crop, ..Settings::whole(QHY600) }).unwrap();
    assert_eq!((plan.frame_len(), plan.output_len()), (123_955_200, 123_302_400));
    let binned = Plan::new(Settings { crop, bin: 4, ..Settings::whole(QHY600) }).unwrap();
    assert_eq!((binned.width(), binned.height()), (2400, 1605));
    let colour = Settings { crop, debayer: Some(Bayer::Rg), ..Settings::whole(QHY600) };
    let colour = Plan::new(colour).unwrap();
    assert_eq!((colour.channels(), colour.bits(), colour.output_len()), (3, 16, 3 * 123_302_400));
}

#[test]
fn settings_without_a_picture_are_refused() {
    let good = Settings::whole(QHY600);
    let error = |settings| Plan::new(settings).unwrap_err();
    let frame = Size::new(9600, 6456);
    for crop in [
        Rect::new(0, 0, 0, 5),
        Rect::new(0, 0, 9601, 1),
        Rect::new(9600, 0, 1, 1),
        Rect::new(0, 6456, 1, 1),
        Rect::new(u32::MAX, u32::MAX, u32::MAX, u32::MAX),
    ] {
        assert_eq!(error(Settings { crop, ..good }), PlanError::Crop(crop, frame));
    }
    for bin in [0, 257, u32::MAX] {
        assert_eq!(error(Settings { bin, ..good }), PlanError::Bin(bin));
    }
    let crop = Rect::new(5, 5, 100, 3);
    assert_eq!(error(Settings { crop, bin: 4, ..good }), PlanError::NothingLeft(crop.size(), 4));
    let both = Settings { bin: 2, debayer: Some(Bayer::Bg), ..good };
    assert_eq!(error(both), PlanError::DebayerBinned);

    let huge = WireLayout { columns: u32::MAX, rows: u32::MAX, sample: Sample::U16Be };
    assert_eq!(error(Settings::whole(huge)), PlanError::TooLarge);
    let long = WireLayout { columns: u32::MAX, rows: 1 << 31, sample: Sample::U8 };
    let debayer = Some(Bayer::Rg);
    assert_eq!(error(Settings { debayer, ..Settings::whole(long) }), PlanError::TooLarge);

    let tiny = Settings::whole(WireLayout { columns: 3, rows: 1, sample: Sample::U16Be });
    assert_eq!(error(Settings { header_bytes: 9600, ..tiny }), PlanError::Header(6));
}

#[test]
fn only_a_buffer_of_exactly_the_picture_is_taken() {
    let settings = Settings::whole(WireLayout { columns: 3, rows: 2, sample: Sample::U16Be });
    let plan = Plan::new(settings).unwrap();
    for given in [0, 11, 13] {
        let mut out = vec![GUARD; given];
        let error = PlanError::OutputLength { needed: 12, given };
        assert_eq!(Sink::new(&plan, &mut out).unwrap_err(), error);
        assert_eq!(plan.convert(&[0; 12], &mut out), Err(ConvertError::Plan(error)));
        assert!(out.iter().all(|b| *b == GUARD));
    }
}

#[test]
fn a_frame_without_its_end_is_an_error() {
    let settings = Settings::whole(WireLayout { columns: 3, rows: 2, sample: Sample::U16Be });
    let plan = Plan::new(settings).unwrap();
    let mut out = [GUARD; 12];
    let short = plan.convert(&[1, 2, 3, 4, 5], &mut out);
    assert_eq!(short, Err(ConvertError::Incomplete(Incomplete { missing: 7 })));
    assert_eq!(out, [2, 1, 4, 3, GUARD, GUARD, GUARD, GUARD, GUARD, GUARD, GUARD, GUARD]);
}

#[test]
fn the_largest_bin_of_white_does_not_overflow() {
    let wire = WireLayout { columns: MAX_BIN, rows: MAX_BIN, sample: Sample::U16Be };
    for average in [false, true] {
        let settings = Settings { bin: MAX_BIN, average, ..Settings::whole(wire) };
        let plan = Plan::new(settings).unwrap();
        let mut out = [0; 2];
        plan.convert(&vec![0xFF; plan.frame_len()], &mut out).unwrap();
        assert_eq!(out, [0xFF; 2]);
    }
}
