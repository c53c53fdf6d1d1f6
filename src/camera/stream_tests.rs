//! The mailbox, and the reader against scripted transfers.

use super::super::doubles::{Nobody, Script, link_with};
use super::super::settings::Settings;
use super::*;
use crate::camera::PixelOptions;
use crate::model::by_name;
use crate::wire::FRAME_MARKER;
use crate::wire::frame_header::FRAME_NUMBER_BYTES;

fn stream(capacity: usize) -> Stream {
    let model = by_name("QHY600M").unwrap();
    let frame = FramePlan::new(model, &Settings::new(model, PixelOptions::default())).unwrap();
    Stream::new(0, frame, capacity, 0, Arc::new(Nobody))
}

fn deliver(stream: &Stream, numbers: std::ops::Range<u8>) {
    for number in numbers {
        let mut frame = Rope::default();
        assert_eq!(frame.push(vec![number], 0..1), None);
        stream.mailbox.lock().deliver(frame, None);
    }
}

fn take(stream: &Stream) -> Option<u8> {
    let frame = stream.mailbox.lock().take()?;
    frame.head::<1>().map(|[number]| number)
}

#[test]
fn who_keeps_pace_gets_every_frame_in_order() {
    let stream = stream(3);
    deliver(&stream, 0..3);
    assert_eq!(
        [take(&stream), take(&stream), take(&stream), take(&stream)],
        [Some(0), Some(1), Some(2), None]
    );
    assert_eq!(stream.mailbox.lock().stats.dropped, 0);
}

#[test]
fn who_is_slow_gets_the_newest_and_memory_stays_bounded() {
    let stream = stream(2);
    deliver(&stream, 0..100);
    assert_eq!(stream.mailbox.lock().ready.len(), 2);
    assert_eq!(stream.mailbox.lock().used.len(), 98);
    assert_eq!([take(&stream), take(&stream)], [Some(99), None]);
    let stats = stream.mailbox.lock().stats;
    assert_eq!((stats.received, stats.dropped), (100, 99));
}

#[test]
fn a_frame_that_a_caller_looks_at_counts_among_those_kept() {
    let stream = stream(2);
    deliver(&stream, 0..2);
    let (frame, _) = stream.take().unwrap();
    assert_eq!(frame.head(), Some([0]));
    deliver(&stream, 2..5);
    assert_eq!(stream.mailbox.lock().ready.len(), 1);
    stream.give_back(true);
    deliver(&stream, 5..7);
    assert_eq!([take(&stream), take(&stream)], [Some(6), None]);
}

#[test]
fn frames_that_were_ready_before_a_change_are_not_handed_out() {
    let stream = stream(2);
    deliver(&stream, 0..2);
    stream.hold();
    deliver(&stream, 2..4);
    assert_eq!(take(&stream), None);
}

/// A stream of frames of 4 KiB that reads these transfers from a camera that says that it
/// holds so many units, until it has handed out a frame that ends with `last`: the last
/// bytes of all, and the counts.
/// A stream of frames of [`FRAME_LEN`] bytes.
pub(super) fn stream_of_small_frames(capacity: usize, stale_bytes: u64) -> Stream {
    let stream = stream(capacity);
    let mut plan = FramePlan::clone(&stream.plan());
    plan.pixels = crate::frame::Plan::new(crate::frame::Settings::whole(crate::frame::WireLayout {
        columns: 1024,
        rows: 4,
        sample: crate::frame::Sample::U8,
    }))
    .unwrap();
    assert_eq!(plan.wire_len(), FRAME_LEN);
    stream.start_afresh(Arc::new(plan), stale_bytes);
    stream
}

fn play(stale_bytes: u64, transfers: Vec<Vec<u8>>, units: u64, last: u8) -> (Vec<u8>, StreamStats) {
    let model = by_name("QHY600M").unwrap();
    let stream = Arc::new(stream_of_small_frames(64, stale_bytes));
    let reads = Reads::new(Box::new(Script::new(transfers)));
    let thread = stream.start(link_with(Vec::new(), units), model, reads).unwrap();
    let mut got = Vec::new();
    let end = Instant::now() + Duration::from_secs(60);
    while got.last() != Some(&last) {
        assert!(Instant::now() < end, "{got:?}");
        match stream.take() {
            Some((frame, _)) => {
                got.push(value(&frame));
                frame.unravel(|_| (), |buffer| stream.reuse(buffer));
                stream.give_back(true);
            }
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    stream.stop();
    thread.join().unwrap();
    (got, stream.stats())
}

const FRAME_LEN: usize = 4096;

/// Which of [`frames`] it is; one of them as a whole.
pub(super) fn value(frame: &Rope) -> u8 {
    let bytes: Vec<u8> = frame.pieces().flatten().copied().collect();
    let pixels = &bytes[FRAME_NUMBER_BYTES..];
    assert!(bytes.len() == FRAME_LEN && pixels.iter().all(|&b| b == pixels[0]), "a mixture");
    pixels[0]
}

/// Marker and frame for each value, which is its number too.
pub(super) fn frames(values: &[u8]) -> Vec<Vec<u8>> {
    let mut transfers = Vec::new();
    for &value in values {
        let mut bytes = vec![value; FRAME_LEN];
        bytes[..FRAME_NUMBER_BYTES].copy_from_slice(&u32::from(value).to_be_bytes());
        transfers.push(FRAME_MARKER.to_vec());
        transfers.extend(bytes.chunks(1024).map(<[u8]>::to_vec));
    }
    transfers
}

#[test]
fn a_stream_begins_behind_what_was_stale() {
    for (stale_frames, first) in [(0, 1), (2, 3), (4, 5)] {
        let (got, stats) = play(stale_frames * FRAME_LEN as u64, frames(&[1, 2, 3, 4, 5]), 0, 5);
        assert_eq!(got, (first..=5).collect::<Vec<u8>>());
        assert_eq!(stats.damaged, 0);
    }
}

/// Packets are lost anywhere, markers among them: a few frames are damaged, and no mixture
/// of two is handed out. Only a loss of just one frame's length from the middle of one to
/// the middle of the next cannot be seen: nothing in the pixels tells. The number of the
/// frame behind it tells afterwards that one is missing.
#[test]
fn lost_bytes_never_make_one_frame_of_two() {
    let numbers: Vec<u8> = (1..=20).collect();
    let whole = frames(&numbers);
    for lost in (1..=10).filter(|lost| lost % 5 != 0) {
        for first in 35..=45 {
            let mut packets = whole.clone();
            packets.drain(first..first + lost);
            let (got, stats) = play(0, packets, 0, 20);
            assert!(got.is_sorted(), "{lost} from {first}: {got:?}");
            assert!(got.len() >= 20 - 4 && stats.damaged <= 2, "{lost} from {first}: {got:?}, {stats:?}");
            assert_eq!(stats.missed, 20 - got.len() as u64, "{lost} from {first}: {got:?}, {stats:?}");
        }
    }
}

/// What seems to be the end of a frame is none while the camera holds more: a busy host may
/// look away for longer than it takes to send it.
#[test]
fn a_pause_ends_a_frame_only_if_the_camera_holds_nothing() {
    let mut packets = frames(&[1, 2, 3, 4, 5, 6, 7, 8]);
    // The second half of frame 2, its end, and the first packet of frame 3.
    packets.drain(8..12);
    packets.insert(10, Vec::new());
    let (got, stats) = play(0, packets, 9, 7);
    assert_eq!((got, stats.damaged), (vec![1, 4, 5, 6, 7], 1));
}

#[test]
fn a_frame_without_a_follower_is_handed_out_once_nothing_more_can_come() {
    assert_eq!(play(0, frames(&[1]), 0, 1).0, [1]);
    // The counter of this one stands still.
    assert_eq!(play(0, frames(&[1]), 7, 1).0, [1]);
}

#[test]
fn what_the_camera_sends_twice_is_handed_out_once() {
    let (got, stats) = play(0, frames(&[1, 2, 3, 4, 5, 5, 6, 4, 7, 9]), 0, 9);
    assert_eq!(got, [1, 2, 3, 4, 5, 6, 7, 9]);
    assert_eq!((stats.stale, stats.missed, stats.damaged), (2, 1, 0));
}

/// The order is one from before the change, which the reader gets to during it.
#[test]
fn an_order_from_before_a_change_lets_no_frame_through_during_it() {
    let stream = Arc::new(stream_of_small_frames(4, 0));
    stream.hold();
    let reads = Reads::new(Box::new(Script::new(frames(&[1, 2, 3]))));
    let model = by_name("QHY600M").unwrap();
    let thread = stream.start(link_with(Vec::new(), 0), model, reads).unwrap();
    stream.wait_until_fresh();
    let end = Instant::now() + Duration::from_secs(60);
    while stream.stats().received < 3 {
        assert!(Instant::now() < end, "{:?}", stream.stats());
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(stream.take().is_none());
    stream.stop();
    thread.join().unwrap();
}
