//! Frame rates of live video as a host sees them, beside those that are published:
//! `docs/frame-rates.md` is written by `QHYCCD_BLESS=1 cargo test --lib rates`.

use std::fmt::Write;

use super::*;

/// Rows of the picture.
const WINDOWS: [u16; 6] = [6422, 3194, 1080, 768, 480, 100];
const TRAFFIC: [u8; 4] = [0, 6, 30, 60];

/// The manual's frames a second: rows of the picture, bits, rate. The depth of the last
/// five is not stated.
const MANUAL: [(u16, u32, f64); 7] = [
    (6422, 8, 4.0),
    (6422, 16, 2.5),
    (3194, 8, 7.2),
    (1080, 8, 22.5),
    (768, 8, 28.0),
    (480, 8, 47.0),
    (100, 8, 160.0),
];
const MANUAL_TOLERANCE: f64 = 0.04;

/// What an observatory found: bits, traffic, rate, tolerance. Three are times of a transfer
/// on that computer, given as "about".
const MEASURED: [(u32, u8, f64, f64, &str); 5] = [
    (8, 30, 2.55, 0.05, "2.55 a second"),
    (16, 30, 1.6, 0.06, "1.6 a second"),
    (16, 0, 1.0 / 0.45, 0.13, "about 450 ms"),
    (16, 30, 1.0 / 0.6, 0.02, "about 600 ms"),
    (16, 60, 1.0 / 0.85, 0.08, "about 850 ms"),
];

/// From marker to marker, with a host that reads whenever there is something.
fn rate(rows: u16, bits: u32, traffic: u8) -> f64 {
    let mut camera = device("QHY600M?scene=constant:1");
    order(&mut camera, Command::Init { single: false, readout: 0 }, ms(0));
    order(&mut camera, Command::Region(Region { rows: rows + 34, ..SMALL }), ms(0));
    order(&mut camera, Command::Bits { sixteen: bits == 16 }, ms(0));
    order(&mut camera, Command::Traffic(traffic), ms(0));
    order(&mut camera, Command::Exposure { exposure_us: 1000 }, ms(0));
    let mut buffer = vec![0; 64 * 1024];
    let (mut now, mut filled, mut markers) = (ms(0), 0, Vec::new());
    while markers.len() < 2 {
        let got = camera.bulk_in(0x81, &mut buffer[filled..], now).unwrap();
        filled += got.filled;
        if got.ended {
            if buffer[..filled] == FRAME_MARKER {
                markers.push(now);
            }
            filled = 0;
        } else if got.filled == 0 {
            now = got.retry_at.expect("live video goes on");
        }
    }
    let period = markers[1] - markers[0];
    is_told(&mut camera, period, now);
    1.0 / period.as_secs_f64()
}

/// The timing page tells the frame period that was seen, and its numbers agree.
fn is_told(camera: &mut Device, period: Duration, now: Duration) {
    let page: [u8; 64] = ask(camera, In::Page(page::TIMING), now).try_into().unwrap();
    let timing = status::Timing::decode(&page);
    assert_eq!(u128::from(timing.frame_period_us), period.as_micros(), "{timing:?}");
    let line_ps = u64::from(timing.line_period_ns) * 1000;
    assert_eq!(u64::from(timing.clocks_per_line) * u64::from(timing.pixel_period_ps), line_ps, "{timing:?}");
    let frame_ps = u64::from(timing.lines_per_frame) * line_ps;
    assert_eq!(u64::from(timing.frame_period_us), frame_ps / 1_000_000, "{timing:?}");
    assert_eq!((timing.actual_exposure_us, timing.long_exposure), (1000, 0));
}

fn percent(got: f64, published: f64) -> String {
    format!("{:+.1} %", (got / published - 1.0) * 100.0)
}

fn page() -> String {
    let mut text = String::from(
        "# Frame rates\n\n\
         Live video of the virtual QHY600 over USB 3, in its own time, measured from marker to marker by a\n\
         host that reads whenever there is something. Written by `QHYCCD_BLESS=1 cargo test --lib rates`,\n\
         which also holds the tolerances.\n\n\
         The law: frame period = (rows of the picture + 46) x row time, or the exposure if that is longer;\n\
         row time = 39.04 us + 0.73 us x USB traffic at 8 bits, 62 us + 1.0 us x USB traffic at 16 bits.\n\
         Columns do not count: all 9600 are read. Single frames do not depend on traffic.\n\n\
         | picture | bits |",
    );
    for traffic in TRAFFIC {
        write!(text, " traffic {traffic} |").unwrap();
    }
    text.push_str(" manual | nearest |\n|---|---|---|---|---|---|---|---|\n");
    for bits in [8, 16] {
        for rows in WINDOWS {
            let rates = TRAFFIC.map(|traffic| rate(rows, bits, traffic));
            write!(text, "| 9600x{rows} | {bits} |").unwrap();
            for rate in rates {
                write!(text, " {rate:.2} |").unwrap();
            }
            match MANUAL.iter().find(|row| (row.0, row.1) == (rows, bits)) {
                Some((_, _, published)) => {
                    let off = |place: &usize| (rates[*place] / published - 1.0).abs();
                    let nearest = (0..rates.len()).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap();
                    assert!(off(&nearest) < MANUAL_TOLERANCE, "{rows} rows, {bits} bits: {rates:?}");
                    let deviation = percent(rates[nearest], *published);
                    writeln!(text, " {published} | {deviation} at traffic {} |", TRAFFIC[nearest]).unwrap();
                }
                None => text.push_str(" - | - |\n"),
            }
        }
    }
    writeln!(
        text,
        "\nThe manual states neither the traffic of its rates nor, but for the whole frame, the depth; 8 bits\n\
         are likely. No single row time meets all seven: those of 3194, 768 and 100 rows fit traffic 6\n\
         (43.4 us), the others traffic 0. Each is met within {:.0} % by one of the two.\n\n\
         An observatory's measurements of the whole frame:\n\n\
         | bits | traffic | there | here | deviation of the rate |\n|---|---|---|---|---|",
        MANUAL_TOLERANCE * 100.0
    )
    .unwrap();
    for (bits, traffic, published, tolerance, words) in MEASURED {
        let got = rate(6422, bits, traffic);
        assert!((got / published - 1.0).abs() < tolerance, "{words}: {got}");
        let here = if words.ends_with("ms") {
            format!("{:.0} ms", 1000.0 / got)
        } else {
            format!("{got:.2} a second")
        };
        let deviation = percent(got, published);
        writeln!(text, "| {bits} | {traffic} | {words} | {here} | {deviation} |").unwrap();
    }
    text.push_str(
        "\nThe times are of the transfer on that computer, so they may be longer than the camera's.\n",
    );
    text
}

#[test]
fn frame_rates_are_those_of_the_printed_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/frame-rates.md");
    let page = page();
    if std::env::var_os("QHYCCD_BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page, "docs/frame-rates.md differs; run this test with QHYCCD_BLESS=1");
}
