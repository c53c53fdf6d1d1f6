//! The mailbox, and the reader against scripted transfers.

use super::super::doubles::{Nobody, Script, link};
use super::super::settings::Settings;
use super::*;
use crate::camera::PixelOptions;
use crate::model::by_name;

fn stream(capacity: usize) -> Stream {
    let model = by_name("QHY600M").unwrap();
    let frame = FramePlan::new(model, &Settings::new(model, PixelOptions::default())).unwrap();
    Stream::new(frame, capacity, 0, Arc::new(Nobody))
}

fn deliver(stream: &Stream, numbers: std::ops::Range<u8>) {
    for number in numbers {
        let mut frame = Rope::default();
        assert_eq!(frame.push(vec![number], 0..1), None);
        stream.mailbox.lock().deliver(frame);
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

/// A stream of frames of 4 KiB that reads these transfers, until it has handed out a
/// frame that begins with `last`: the first bytes of all, and the damaged ones.
fn play(stale_bytes: u64, transfers: Vec<Vec<u8>>, last: u8) -> (Vec<u8>, u64) {
    let stream = stream(64);
    let mut plan = FramePlan::clone(&stream.plan());
    plan.pixels = crate::frame::Plan::new(crate::frame::Settings::whole(crate::frame::WireLayout {
        columns: 1024,
        rows: 4,
        sample: crate::frame::Sample::U8,
    }))
    .unwrap();
    assert_eq!(plan.wire_len(), FRAME_LEN);
    stream.start_afresh(Arc::new(plan), stale_bytes);
    let stream = Arc::new(stream);
    let reads = Reads::new(Box::new(Script::new(transfers)));
    let thread = stream.start(link(), 0x81, reads).unwrap();
    let mut got = Vec::new();
    let end = Instant::now() + Duration::from_secs(60);
    while got.last() != Some(&last) {
        assert!(Instant::now() < end, "{got:?}");
        match stream.take() {
            Some((frame, _)) => {
                let [first] = frame.head().unwrap();
                let pure = frame.pieces().flatten().all(|&b| b == first);
                assert!(frame.len() == FRAME_LEN && pure, "a mixture");
                got.push(first);
                frame.unravel(|_| (), |buffer| stream.reuse(buffer));
                stream.give_back(true);
            }
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    stream.stop();
    thread.join().unwrap();
    (got, stream.stats().damaged)
}

const FRAME_LEN: usize = 4096;

/// Marker and frame for each value.
fn frames(values: &[u8]) -> Vec<Vec<u8>> {
    let mut transfers = Vec::new();
    for &value in values {
        transfers.push(FRAME_MARKER.to_vec());
        transfers.extend(vec![value; FRAME_LEN].chunks(1024).map(<[u8]>::to_vec));
    }
    transfers
}

#[test]
fn a_stream_begins_behind_what_was_stale() {
    let begin = |stale_frames: u64| play(stale_frames * FRAME_LEN as u64, frames(&[1, 2, 3, 4, 5]), 5);
    assert_eq!(begin(0), (vec![1, 2, 3, 4, 5], 0));
    assert_eq!(begin(2), (vec![3, 4, 5], 0));
    assert_eq!(begin(4), (vec![5], 0));
}

/// Packets are lost anywhere, markers among them: a few frames are damaged, and no mixture
/// of two is handed out. Only a loss of just one frame's length from the middle of one to
/// the middle of the next cannot be seen: nothing in the pixels tells.
#[test]
fn lost_bytes_never_make_one_frame_of_two() {
    let numbers: Vec<u8> = (1..=20).collect();
    let whole = frames(&numbers);
    for lost in (1..=10).filter(|lost| lost % 5 != 0) {
        for first in 5..=15 {
            let mut packets = whole.clone();
            packets.drain(first..first + lost);
            let (got, damaged) = play(0, packets, 20);
            assert!(got.is_sorted(), "{lost} from {first}: {got:?}");
            assert!(got.len() >= 20 - 4 && damaged <= 2, "{lost} from {first}: {got:?}, {damaged} damaged");
        }
    }
}
