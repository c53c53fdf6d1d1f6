//! The mailbox and its reader under many schedules of their threads. Nobody's time limit
//! runs out here, so whoever is not woken waits for ever, and that is reported.

use std::sync::Arc;
use std::time::Duration;

use shuttle::{check_random, thread};

use super::super::doubles::{Script, link_with};
use super::tests::{frames, stream_of_small_frames, value};
use super::*;
use crate::model::by_name;

const SCHEDULES: usize = 2000;
const FOR_EVER: Duration = Duration::from_secs(86_400);

/// A stream of these frames and the thread that reads it.
fn streaming(capacity: usize, values: &[u8]) -> (Arc<Stream>, thread::JoinHandle<()>) {
    let stream = Arc::new(stream_of_small_frames(capacity, 0));
    let reads = Reads::new(Box::new(Script::new(frames(values))));
    let model = by_name("QHY600M").unwrap();
    let reader = Reader::new(link_with(Vec::new(), 0), model, stream.clone(), reads);
    (stream, thread::spawn(move || Stream::serve(reader)))
}

/// Takes what comes until the stream ends.
fn watch(stream: &Stream) -> Vec<u8> {
    let mut got = Vec::new();
    while stream.wait_for_frame(FOR_EVER) {
        // Another caller may have been quicker.
        let Some((frame, _)) = stream.take() else { continue };
        got.push(value(&frame));
        frame.unravel(|_| (), |buffer| stream.reuse(buffer));
        stream.give_back(true);
    }
    got
}

fn rises(got: &[u8]) -> bool {
    got.windows(2).all(|pair| pair[0] < pair[1])
}

fn spawn<T: Send + 'static>(
    stream: &Arc<Stream>,
    run: impl FnOnce(&Stream) -> T + Send + 'static,
) -> thread::JoinHandle<T> {
    let stream = stream.clone();
    thread::spawn(move || run(&stream))
}

#[test]
fn whoever_waits_for_frames_leaves_when_the_stream_stops() {
    let run = || {
        let (stream, reader) = streaming(2, &[1, 2, 3]);
        let callers = [spawn(&stream, watch), spawn(&stream, watch)];
        stream.stop();
        for caller in callers {
            assert!(rises(&caller.join().unwrap()));
        }
        reader.join().unwrap();
        stream.empty();
        let mailbox = stream.mailbox.lock();
        assert_eq!((mailbox.lent, mailbox.ready.len(), mailbox.used.len()), (0, 0, 0));
        let stats = mailbox.stats;
        assert_eq!(stats.received, stats.delivered + stats.dropped);
    };
    check_random(run, SCHEDULES);
}

#[test]
fn frames_before_a_change_of_format_never_come_after_it() {
    let run = || {
        let (stream, reader) = streaming(2, &[1, 2, 3, 4]);
        let caller = spawn(&stream, watch);
        let changer = spawn(&stream, |stream| {
            stream.hold();
            assert!(stream.take().is_none());
            stream.start_afresh(stream.plan(), 0);
            // Returns only if the reader says that it has begun, or that it has ended.
            stream.wait_until_fresh();
        });
        changer.join().unwrap();
        stream.stop();
        assert!(rises(&caller.join().unwrap()));
        reader.join().unwrap();
    };
    check_random(run, SCHEDULES);
}

#[test]
fn frames_kept_stay_within_the_number_set() {
    let run = || {
        let (stream, reader) = streaming(3, &[1, 2, 3, 4, 5]);
        let shrinker = spawn(&stream, |stream| {
            stream.set_capacity(1);
            stream.clear();
        });
        shrinker.join().unwrap();
        // One that a caller holds, and the newest beside it.
        let held = stream.take();
        assert!(stream.mailbox.lock().ready.len() <= 1);
        if let Some((frame, _)) = held {
            frame.unravel(|_| (), |buffer| stream.reuse(buffer));
            stream.give_back(false);
        }
        stream.stop();
        reader.join().unwrap();
    };
    check_random(run, SCHEDULES);
}
