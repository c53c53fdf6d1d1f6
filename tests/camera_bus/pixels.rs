//! Depths and bins of the frames handed out, down to the last pixel.

use qhyccd::camera::{ErrorKind, PixelOptions, StreamMode};
use qhyccd::frame::{self, Method, Sample, WireLayout};
use qhyccd::model::{Availability, ControlId};
use qhyccd::util::{Bayer, Rect};

use crate::bench::*;

const COLOUR: &str = "QHY600C?scene=xy&speed=100&readout=instant";
const AREA: Rect = Rect::new(101, 200, 96, 48);

#[test]
fn sums_of_32_bits_are_whole() {
    let bench = bench(XY_INSTANT);
    let camera = bench.ready(StreamMode::Single);
    assert_eq!(camera.availability(ControlId::BITS_32), Availability::Yes);
    assert_eq!(camera.frame_info().bits, 16, "only if asked for");
    assert_eq!(camera.mem_length(), 123_302_400);
    camera.set_roi(AREA).unwrap();
    for (bin, average) in [(1, false), (2, false), (3, false), (4, false), (4, true)] {
        camera.set(ControlId::USE_AVERAGE_BINNING, f64::from(u8::from(average))).unwrap();
        camera.set_depth(32).unwrap();
        camera.set_bin(bin, bin).unwrap();
        assert_eq!(camera.mem_length(), 246_604_800);
        let (info, picture) = expose(&camera);
        assert_eq!((info.width, info.height, info.bits), (96 / bin, 48 / bin, 32));
        let whole = expected(AREA, bin, 32, average);
        assert_same(&picture, &whole, &format!("bin {bin}, average {average}"));
        let brightest = picture.chunks(4).map(|s| u32::from_le_bytes([s[0], s[1], s[2], s[3]])).max();
        assert_eq!(brightest > Some(65_535), bin > 1 && !average, "bin {bin}, average {average}");
    }
    camera.set(ControlId::TRANSFER_BIT, 16.0).unwrap();
    assert_eq!((camera.frame_info().bits, camera.mem_length()), (16, 123_302_400));
    camera.set(ControlId::TRANSFER_BIT, 32.0).unwrap();
    assert_eq!(camera.get(ControlId::TRANSFER_BIT).unwrap(), 32.0);
}

#[test]
fn live_frames_of_32_bits_follow_without_a_new_start() {
    let bench = bench("QHY600M?scene=xy&speed=20");
    let camera = bench.ready(StreamMode::Live);
    let area = Rect::new(0, 1000, 9600, 52);
    camera.set_roi(area).unwrap();
    camera.set(ControlId::EXPOSURE, 5_000.0).unwrap();
    camera.begin_live().unwrap();
    for (bin, bits) in [(1, 16), (2, 32), (4, 32), (4, 16), (1, 32), (1, 8)] {
        camera.set_depth(bits).unwrap();
        camera.set_bin(bin, bin).unwrap();
        let (info, picture) = live(&camera).unwrap();
        assert_eq!((info.bits, info.width), (bits, 9600 / bin));
        assert_same(&picture, &expected(area, bin, bits, false), &format!("bin {bin}, {bits} bits"));
    }
}

/// The sums of each colour, as one would do it by hand.
fn colour_sums(area: Rect, bin: u32) -> Vec<u8> {
    let mut picture = Vec::new();
    for row in 0..area.height / bin / 2 * 2 {
        for column in 0..area.width / bin / 2 * 2 {
            let corner = |i: u32| i / 2 * (2 * bin) + i % 2;
            let sum: u32 = (0..bin * bin)
                .map(|n| {
                    let (dx, dy) = (n % bin * 2, n / bin * 2);
                    u32::from(xy(area.x + corner(column) + dx, area.y + corner(row) + dy))
                })
                .sum();
            picture.extend_from_slice(&(sum.min(65_535) as u16).to_le_bytes());
        }
    }
    picture
}

#[test]
fn bins_of_one_colour_are_an_option() {
    let bench = bench(COLOUR);
    let camera = bench.ready(StreamMode::Single);
    for bin in [2, 3, 4] {
        camera.set_bin(1, 1).unwrap();
        camera.set_roi(AREA).unwrap();
        camera.set_bin(bin, bin).unwrap();
        assert_same(&expose(&camera).1, &expected(AREA, bin, 16, false), "neighbours are the default");
        camera.set_colour_bin(true).unwrap();
        let (info, picture) = expose(&camera);
        assert_eq!((info.width, info.height, info.channels), (96 / bin, 48 / bin, 1));
        assert_same(&picture, &colour_sums(AREA, bin), &format!("colours, bin {bin}"));
        camera.set_debayer(true).unwrap();
        assert_eq!((expose(&camera).0.channels, camera.mem_length()), (3, 3 * 123_302_400));
        camera.set_debayer(false).unwrap();
        camera.set_colour_bin(false).unwrap();
    }
    // One group across has no neighbour of its kind.
    camera.set_roi(Rect::new(0, 0, 1, 8)).unwrap();
    assert_eq!(camera.set_colour_bin(true).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!((camera.roi(), expose(&camera).0.width), (Rect::new(0, 0, 1, 8), 1));
}

#[test]
fn threads_debayer_live_frames_like_one_alone() {
    let bench = bench("QHY600C?scene=xy&speed=20");
    let camera = bench.ready(StreamMode::Live);
    // Large enough for a second thread.
    let area = Rect::new(101, 1000, 3001, 401);
    camera.set_roi(area).unwrap();
    camera.set_debayer(true).unwrap();
    camera.set(ControlId::EXPOSURE, 5_000.0).unwrap();
    camera.begin_live().unwrap();
    let wire = WireLayout { columns: area.width, rows: area.height, sample: Sample::U16Le };
    let debayer = Some(Bayer::Rg.shifted(area.x, area.y));
    let plan = frame::Plan::new(frame::Settings { debayer, ..frame::Settings::whole(wire) }).unwrap();
    let mut whole = vec![0; plan.output_len()];
    plan.convert(&expected(area, 1, 16, false), &mut whole).unwrap();
    for threads in [1, 2, 64] {
        camera.set_threads(threads).unwrap();
        for _ in 0..2 {
            assert_same(&live(&camera).unwrap().1, &whole, &format!("{threads} threads"));
        }
    }
}

#[test]
fn options_of_the_library_are_those_of_its_cameras() {
    let bench = bench(COLOUR);
    bench.library.set_pixel_options(PixelOptions { threads: 3, colour_bin: true, ..PixelOptions::default() });
    let camera = bench.ready(StreamMode::Single);
    assert_eq!(camera.threads(), 3);
    camera.set_bin(4, 4).unwrap();
    assert_eq!((camera.roi(), camera.frame_info().height), (Rect::new(0, 0, 2400, 1604), 1604));
    camera.set_threads(1000).unwrap();
    assert_eq!(camera.threads(), 64);
    camera.set_threads(0).unwrap();
    assert_eq!(camera.threads(), 1);
}

/// Any corner of the colour cell, both depths, both methods, single and live.
#[test]
fn debayered_frames_have_the_colours_of_the_definition() {
    let bench = bench(COLOUR);
    let camera = bench.ready(StreamMode::Single);
    camera.set_debayer(true).unwrap();
    let picture = |area: Rect, bits: u32, method: Method| {
        let sample = if bits == 8 { Sample::U8 } else { Sample::U16Le };
        let wire = WireLayout { columns: area.width, rows: area.height, sample };
        let debayer = Some(Bayer::Rg.shifted(area.x, area.y));
        let settings = frame::Settings { debayer, method, ..frame::Settings::whole(wire) };
        frame::reference::picture(&settings, &expected(area, 1, bits, false))
    };
    let shapes = [(9, 6), (70, 5), (1, 1), (2, 40), (33, 1)];
    for (n, (width, height)) in shapes.into_iter().enumerate() {
        let area = Rect::new(60 + n as u32 % 2, 80 + n as u32 / 2 % 2, width, height);
        for bits in [8, 16] {
            for method in [Method::Bilinear, Method::Gradient] {
                camera.set_roi(area).unwrap();
                camera.set_depth(bits).unwrap();
                camera.set_debayer_method(method).unwrap();
                let (info, got) = expose(&camera);
                assert_eq!((info.width, info.height, info.bits, info.channels), (width, height, bits, 3));
                assert_same(&got, &picture(area, bits, method), &format!("{area:?} {bits} {method:?}"));
            }
        }
    }
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    camera.set_roi(AREA).unwrap();
    camera.begin_live().unwrap();
    for method in [Method::Bilinear, Method::Gradient] {
        camera.set_debayer_method(method).unwrap();
        assert_same(&live(&camera).unwrap().1, &picture(AREA, 16, method), "live");
    }
}
