//! The memory of the camera: how it fills, what happens when it is full, and how it comes
//! right again.

use super::*;
use crate::vcam::scene::serial::SerialView;

/// 35 rows of 9600 columns at 16 bit.
const ROWS: u16 = 35;
const FRAME_BYTES: usize = ROWS as usize * 19_200;
const STRIP: Region = Region { columns: 0, first_column: 0, rows: ROWS, first_row: 25 };

/// Streams strips from now on, 10 ms each.
fn stream(device: &mut Device, now: Duration) {
    order(device, Command::Init { single: false, readout: 0 }, now);
    order(device, Command::Region(STRIP), now);
    order(device, Command::Bits { sixteen: true }, now);
    order(device, Command::Traffic(0), now);
    order(device, Command::Exposure { exposure_us: 10_000 }, now);
}

/// One frame off the cable.
struct Frame {
    number: u32,
    bytes: Vec<u8>,
}

impl Frame {
    /// Rows from the top that are those of frame `serial`; all others must be zeros. The
    /// first row has the number in it and is left out.
    fn good_rows(&self, serial: u32) -> usize {
        let rows: Vec<&[u8]> = self.bytes.chunks(19_200).collect();
        let good = (1..rows.len()).take_while(|row| {
            let swapped: Vec<u8> = rows[*row].chunks(2).flat_map(|pixel| [pixel[1], pixel[0]]).collect();
            let origin = (0, *row as i32 - 34);
            let view = SerialView { seed: 1, origin, width: 9600, height: 1, bin: 1, bits: 16 };
            view.frame(&swapped, serial..serial + 1).is_ok()
        });
        let good = 1 + good.count();
        assert!(rows[good..].iter().all(|row| row.iter().all(|byte| *byte == 0)), "row {good} is wrong");
        good
    }
}

/// The frames in a list of transfers.
fn frames(transfers: Vec<Vec<u8>>) -> Vec<Frame> {
    let mut list: Vec<Vec<u8>> = Vec::new();
    for transfer in transfers {
        if transfer == FRAME_MARKER {
            list.push(Vec::new());
        } else if let Some(frame) = list.last_mut() {
            frame.extend_from_slice(&transfer);
        }
    }
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes[..4].try_into().unwrap());
    list.into_iter().map(|bytes| Frame { number: number(&bytes), bytes }).collect()
}

#[test]
fn the_memory_holds_as_many_frames_as_the_manual_says() {
    for (order_text, mib, whole) in [("", 2048, 17), ("&memory=1024", 1024, 8)] {
        let mut camera = device(&format!("QHY600M?scene=constant:1&readout=instant{order_text}"));
        order(&mut camera, Command::Init { single: false, readout: 0 }, ms(0));
        order(&mut camera, Command::Exposure { exposure_us: 100_000 }, ms(0));
        assert_eq!(units(&mut camera, ms(99 + 100 * whole)), (whole * 123_955_204).div_ceil(2048) as u32);
        assert!(!camera.has_overflowed());
        // The next one finds room for some of its rows.
        let full = units(&mut camera, ms(100 + 100 * whole));
        assert!(camera.has_overflowed());
        let capacity = mib * 512;
        assert!((capacity - 9..=capacity).contains(&full), "{full} of {capacity}");
        assert_eq!(units(&mut camera, Duration::from_secs(3600)), full);
    }
}

#[test]
fn an_overflow_damages_every_frame_until_the_memory_is_emptied() {
    let mut camera = device("QHY600M?scene=serial&memory=2&readout=instant");
    stream(&mut camera, ms(0));
    // 2 MiB: three frames and 4 rows of the fourth. Then nobody reads for a second.
    let got = frames(transfers(&mut camera, 1 << 20, ms(1005)));
    assert!(camera.has_overflowed());
    assert!(got.iter().all(|frame| frame.bytes.len() == FRAME_BYTES), "each has its length");
    let seen: Vec<_> = got.iter().map(|frame| (frame.number, frame.good_rows(frame.number))).collect();
    assert_eq!(seen, [(0, 35), (1, 35), (2, 35), (3, 4)]);
    // The host reads fast again. What was read out meanwhile is lost and has its numbers;
    // nothing is whole.
    let got = frames(Reader::new(1 << 20).read_through(&mut camera, 1005, 1099));
    let seen: Vec<_> = got.iter().map(|frame| (frame.number, frame.good_rows(frame.number))).collect();
    assert_eq!(seen, (100..109).map(|number| (number, 17)).collect::<Vec<_>>());
    let orders = [
        Command::DdrOn,
        Command::Region(STRIP),
        Command::Bits { sixteen: true },
        Command::Init { single: false, readout: 0 },
    ];
    for (n, emptier) in (1..).zip(orders) {
        let now = ms(2000 * n);
        units(&mut camera, now);
        assert!(camera.has_overflowed(), "{emptier:?}");
        order(&mut camera, emptier, now);
        assert_eq!((units(&mut camera, now), camera.has_overflowed()), (0, false), "{emptier:?}");
        if let Command::Init { .. } = emptier {
            stream(&mut camera, now);
        }
        let serial = camera.frames();
        let got = frames(Reader::new(1 << 20).read_through(&mut camera, 2000 * n, 2000 * n + 15));
        assert_eq!(got[0].good_rows(serial), 35, "{emptier:?}");
    }
}

#[test]
fn rows_are_lost_one_by_one_when_the_link_is_too_slow() {
    // 310 MB/s come in and 200 MB/s go out: 2 MiB are full after 19 ms.
    let mut camera = device("QHY600M?scene=serial&memory=2&link_rate=200");
    stream(&mut camera, ms(0));
    order(&mut camera, Command::Region(Region { rows: 1035, ..STRIP }), ms(0));
    let got = frames(Reader::new(16384).read_through(&mut camera, 0, 500));
    assert!(got.len() >= 4);
    let good: Vec<usize> = got[..got.len() - 1].iter().map(|f| f.good_rows(f.number)).collect();
    assert!((250..400).contains(&good[0]), "{good:?}");
    assert!(good[1..].iter().all(|rows| *rows <= 517), "{good:?}");
}

#[test]
fn a_host_that_keeps_up_needs_hardly_any_memory() {
    let mut camera = device("QHY600M?scene=serial&memory=1");
    stream(&mut camera, ms(0));
    let got = frames(Reader::new(16384).read_through(&mut camera, 0, 300));
    assert!(got.len() > 25 && !camera.has_overflowed());
    assert!(got[..got.len() - 1].iter().all(|frame| frame.good_rows(frame.number) == 35));
}

#[test]
fn without_the_ddr_a_frame_ends_where_the_host_stood_still() {
    let mut camera = device("QHY600M?scene=serial&ddr=off");
    stream(&mut camera, ms(0));
    order(&mut camera, Command::Region(Region { rows: 1500, ..STRIP }), ms(0));
    // 94 ms a frame. The host stands still from 120 to 180 ms; 16 MiB take 54 ms.
    let mut reader = Reader::new(16384);
    let mut got = reader.read_through(&mut camera, 0, 120);
    got.extend(reader.read_through(&mut camera, 180, 400));
    let got = frames(got);
    let seen: Vec<_> =
        got[..3].iter().map(|f| (f.number, f.bytes.len() / 19_200, f.good_rows(f.number))).collect();
    assert_eq!((seen[0], seen[2]), ((0, 1500, 1500), (2, 1500, 1500)));
    let (number, rows, good) = seen[1];
    assert_eq!((number, rows), (1, good), "no zeros, and nothing after the loss");
    assert!((1000..1200).contains(&rows), "{rows}");
    assert!(!camera.has_overflowed());
}

#[test]
fn the_link_has_the_rate_that_was_ordered() {
    for (order_text, megabytes) in
        [("", 400.0), ("&link_rate=25", 25.0), ("&speed_link=high", 40.0), ("&link_rate=1000", 1000.0)]
    {
        let mut camera = device(&format!("QHY600M?scene=constant:3{order_text}"));
        start_single(&mut camera, Region { rows: 6456, ..SMALL }, 1000, ms(0));
        let mut reader = Reader::new(16384);
        let mut rate = |from_ms, to_ms| {
            let bytes: usize = reader.read_through(&mut camera, from_ms, to_ms).iter().map(Vec::len).sum();
            bytes as f64 / ((to_ms - from_ms) as f64 * 1e3)
        };
        rate(1000, 1020);
        let even = rate(1020, 1080);
        assert!((even / megabytes - 1.0).abs() < 0.1, "{order_text}: {even}");
        // Behind a pause the link makes up 10 ms of it.
        let made_up = rate(1120, 1130) / megabytes;
        assert!((1.6..2.4).contains(&made_up), "{order_text}: {made_up}");
    }
    let mut camera = device("QHY600M?scene=constant:3&link_rate=unlimited");
    start_single(&mut camera, SMALL, 1000, ms(0));
    let bytes: usize = transfers(&mut camera, 1 << 20, ms(100)).iter().map(Vec::len).sum();
    assert_eq!(bytes, 4 + SMALL_BYTES);
}
