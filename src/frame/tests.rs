//! Plan and sink against a plain definition of the picture.

use proptest::prelude::*;

use super::plan::MAX_BIN;
use super::*;
use crate::util::{Bayer, Rect, Size, Taps};

const GUARD: u8 = 0xA5;

const TAPS: [Taps; 4] = [
    Taps { turns: &[0, 1], rows: 1 },
    Taps { turns: &[3, 1, 0, 2], rows: 1 },
    Taps { turns: &[1, 0], rows: 2 },
    Taps { turns: &[2, 3, 0, 1], rows: 2 },
];

fn settings() -> impl Strategy<Value = Settings> {
    let packed = (0..Packing::ALL.len()).prop_map(|i| Sample::Packed(Packing::ALL[i]));
    let sample =
        prop_oneof![1 => Just(Sample::U8), 2 => Just(Sample::U16Be), 1 => Just(Sample::U16Le), 2 => packed];
    let depth = prop_oneof![Just(Depth::U8), Just(Depth::U16), Just(Depth::U32)];
    let header_bytes = prop_oneof![Just(0usize), 0usize..90];
    let orders = [Bayer::Gb, Bayer::Gr, Bayer::Bg, Bayer::Rg];
    let order = prop_oneof![2 => Just(None), 1 => (0usize..4).prop_map(move |i| Some(orders[i]))];
    // Some as wide as several of the parts that kernels work on.
    let columns = prop_oneof![3 => 1u32..40, 1 => 250u32..1000];
    let wire = (columns, 1u32..24, sample).prop_map(|(columns, rows, sample)| {
        let columns = columns.next_multiple_of(sample.group().0 as u32);
        WireLayout { columns, rows, sample }
    });
    let area = wire.prop_flat_map(|wire| {
        let (columns, rows) = (wire.columns, wire.rows);
        (Just(wire), 0u32..4, 0..columns, 0..rows, 1..=columns, 1..=rows)
    });
    let method = prop_oneof![Just(Method::Bilinear), Just(Method::Gradient)];
    let how = (1u32..6, any::<bool>(), any::<bool>(), depth, (any::<bool>(), 0usize..9), method);
    (area, how, order, header_bytes).prop_map(|(area, how, order, header_bytes)| {
        let (wire, kind, x, y, w, h) = area;
        let (bin, same_colour, average, depth, (as_wire, taps), method) = how;
        let packed = matches!(wire.sample, Sample::Packed(_));
        let taps = TAPS.get(taps).copied().filter(|taps| !packed && taps.fits(wire.columns, wire.rows));
        let h = h.min(wire.rows - y);
        let crop = match kind {
            0 => Rect::new(0, y, wire.columns, h),
            1 => Settings::whole(wire).crop,
            _ => Rect::new(x, y, w.min(wire.columns - x), h),
        };
        // What is possible together.
        let least = crop.width.min(crop.height);
        let bin = bin.min(if same_colour { (least / 2).max(1) } else { least });
        let depth = if as_wire { wire.sample.depth() } else { depth };
        let debayer = order.filter(|_| (bin == 1 || same_colour) && depth != Depth::U32);
        let room = wire.frame_len().unwrap().saturating_sub(4);
        Settings {
            wire,
            taps,
            crop,
            bin,
            same_colour,
            average,
            depth,
            debayer,
            method,
            header_bytes: header_bytes.min(room),
        }
    })
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
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn sink_matches_the_definition(
        settings in settings(),
        seed: u64,
        kind in 0u8..3,
        cuts in proptest::collection::vec(prop_oneof![0usize..60, 0usize..3000], 1..12),
        lead in 0usize..3,
        stale in 0usize..40,
        threads in 1usize..4,
    ) {
        let plan = Plan::new(settings).unwrap();
        let mut frame = noise(plan.frame_len(), seed);
        match kind {
            0 => {}
            // Sums that are too large, and directions that are alike.
            1 => frame.iter_mut().for_each(|b| *b |= 0xC0),
            _ => frame.iter_mut().for_each(|b| *b &= 3),
        }
        let expected = reference::picture(&settings, &frame);
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
        prop_assert_eq!(&again, &expected);

        // By several threads, from pieces.
        let pieces: Vec<&[u8]> = frame.chunks(cuts[0].max(1)).collect();
        again.fill(GUARD);
        plan.convert_by(threads, &pieces, &mut again).unwrap();
        prop_assert_eq!(&again, &expected);
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

    let wide = Settings { depth: Depth::U32, debayer, ..good };
    assert_eq!(error(wide), PlanError::DebayerDepth);
    let narrow = Rect::new(5, 5, 100, 3);
    let pairs = Settings { crop: narrow, bin: 2, same_colour: true, ..good };
    assert_eq!(error(pairs), PlanError::NothingLeft(narrow.size(), 2));
    for (packing, columns) in [(Packing::Low12, 9), (Packing::High14, 10)] {
        let packed = WireLayout { columns, rows: 2, sample: Sample::Packed(packing) };
        assert_eq!(error(Settings::whole(packed)), PlanError::Packing(columns));
    }

    let taps = Some(Taps { turns: &[1, 0], rows: 1 });
    let odd = WireLayout { columns: 9, rows: 2, sample: Sample::U8 };
    assert_eq!(error(Settings { taps, ..Settings::whole(odd) }), PlanError::Taps);
    let packed = WireLayout { columns: 8, rows: 2, sample: Sample::Packed(Packing::Low12) };
    assert_eq!(error(Settings { taps, ..Settings::whole(packed) }), PlanError::Taps);

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
        assert_eq!(plan.convert_by(2, &[&[0; 12]], &mut out), Err(ConvertError::Plan(error)));
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
    let parts: [&[u8]; 2] = [&[1, 2, 3], &[4, 5]];
    assert_eq!(plan.convert_by(2, &parts, &mut [0; 12]), short);
    assert_eq!(out, [2, 1, 4, 3, GUARD, GUARD, GUARD, GUARD, GUARD, GUARD, GUARD, GUARD]);
}

#[test]
fn the_largest_bin_of_white_does_not_overflow() {
    let wire = WireLayout { columns: MAX_BIN, rows: MAX_BIN, sample: Sample::U16Be };
    let white = |average, depth, len| {
        let settings = Settings { bin: MAX_BIN, average, depth, ..Settings::whole(wire) };
        let plan = Plan::new(settings).unwrap();
        let mut out = vec![0; len];
        plan.convert(&vec![0xFF; plan.frame_len()], &mut out).unwrap();
        out
    };
    for average in [false, true] {
        assert_eq!(white(average, Depth::U16, 2), [0xFF; 2]);
    }
    assert_eq!(white(true, Depth::U32, 4), 65_535_u32.to_le_bytes());
    assert_eq!(white(false, Depth::U32, 4), (MAX_BIN * MAX_BIN * 65_535).to_le_bytes());
}

/// The manual promises 18, 19 and 20 bits at 2×2, 3×3 and 4×4; nine times 65535 has 20.
#[test]
fn sums_of_32_bits_are_whole() {
    for (bin, bits) in [(1, 16), (2, 18), (3, 20), (4, 20)] {
        let wire = WireLayout { columns: 12, rows: 12, sample: Sample::U16Be };
        let plan = Plan::new(Settings { bin, depth: Depth::U32, ..Settings::whole(wire) }).unwrap();
        let mut out = vec![0; plan.output_len()];
        plan.convert(&vec![0xFF; plan.frame_len()], &mut out).unwrap();
        for sum in out.chunks(4) {
            let sum = u32::from_le_bytes([sum[0], sum[1], sum[2], sum[3]]);
            assert_eq!((sum, 32 - sum.leading_zeros()), (bin * bin * 65_535, bits));
        }
    }
}

/// A mosaic whose colours have values far apart stays one under every colour order.
#[test]
fn bins_of_one_colour_keep_the_order() {
    let wire = WireLayout { columns: 26, rows: 26, sample: Sample::U8 };
    let frame: Vec<u8> = (0..26 * 26).map(|i| [1, 4, 9, 16][i / 26 % 2 * 2 + i % 2]).collect();
    for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        for bin in [2, 3, 4] {
            let crop = Rect::new(x, y, 25, 25);
            let settings = Settings { crop, bin, same_colour: true, ..Settings::whole(wire) };
            let plan = Plan::new(settings).unwrap();
            let side = 25 / bin / 2 * 2;
            assert_eq!((plan.width(), plan.height()), (side, side));
            let mut out = vec![0; plan.output_len()];
            plan.convert(&frame, &mut out).unwrap();
            for (i, value) in out.into_iter().enumerate() {
                let (x, y) = (i as u32 % side + x, i as u32 / side + y);
                let colour = [1, 4, 9, 16][(y % 2 * 2 + x % 2) as usize];
                assert_eq!(u32::from(value), (colour * bin * bin).min(255));
            }
        }
    }
}

#[test]
fn threads_share_the_work_and_all_of_it_is_done() {
    let done = std::sync::Mutex::new(Vec::new());
    for threads in [0, 1, 2, 5, 1000] {
        pool::for_each(threads, 0..100, |i| done.lock().unwrap().push(i));
        let mut done = std::mem::take(&mut *done.lock().unwrap());
        done.sort_unstable();
        assert_eq!(done, (0..100).collect::<Vec<_>>());
    }
}
