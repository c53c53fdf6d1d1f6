//! The mailbox, and the reader against scripted transfers.

use super::super::settings::Settings;
use super::super::state::StatusCell;
use super::*;
use crate::model::by_name;
use crate::transport::{BulkStream, Identity, LinkSpeed, Setup, Transport};

struct Nobody;
impl Wake for Nobody {
    fn wake(&self) {}
}

fn stream(capacity: usize) -> Stream {
    let model = by_name("QHY600M").unwrap();
    let frame = FramePlan::new(model, &Settings::new(model)).unwrap();
    Stream::new(frame, capacity, 0, Arc::new(Nobody))
}

fn deliver(stream: &Stream, numbers: std::ops::Range<u8>) {
    for number in numbers {
        stream.mailbox.lock().deliver(vec![number]);
    }
}

fn take(stream: &Stream) -> Option<u8> {
    stream.mailbox.lock().take().map(|frame| frame[0])
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
    assert!(stream.mailbox.lock().spare.len() <= SPARE_BUFFERS);
    assert_eq!([take(&stream), take(&stream)], [Some(99), None]);
    let stats = stream.mailbox.lock().stats;
    assert_eq!((stats.received, stats.dropped), (100, 99));
}

#[test]
fn frames_that_were_ready_before_a_change_are_not_handed_out() {
    let stream = stream(2);
    deliver(&stream, 0..2);
    stream.hold();
    deliver(&stream, 2..4);
    assert_eq!(take(&stream), None);
}

/// Plays transfers, then nothing.
struct Script(VecDeque<Vec<u8>>, VecDeque<Vec<u8>>);

impl BulkStream for Script {
    fn submit(&mut self, buffer: Vec<u8>) -> std::result::Result<(), (UsbError, Vec<u8>)> {
        self.1.push_back(buffer);
        Ok(())
    }
    fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        // What is asked for without waiting is not here yet.
        let next = if timeout.is_zero() { None } else { self.0.pop_front() };
        let Some(bytes) = next else {
            std::thread::sleep(timeout.min(Duration::from_millis(1)));
            return None;
        };
        let mut buffer = self.1.pop_front()?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Some(Completion { buffer, filled: bytes.len(), status: Ok(()) })
    }
    fn pending(&self) -> usize {
        self.1.len()
    }
    fn cancel_all(&mut self) {}
    fn waker(&self) -> Arc<dyn Wake> {
        Arc::new(Nobody)
    }
}

/// A device that is there and takes everything.
struct Quiet(Identity);

impl Transport for Quiet {
    fn identity(&self) -> &Identity {
        &self.0
    }
    fn claim(&self) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn release(&self) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn control_in(&self, _: Setup, _: &mut [u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Ok(0)
    }
    fn control_out(&self, _: Setup, _: &[u8], _: Duration) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn bulk_out(&self, _: u8, _: &[u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::NotSupported)
    }
    fn bulk_in(&self, _: u8, _: &mut [u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::NotSupported)
    }
    fn open_bulk_in(&self, _: u8) -> std::result::Result<Box<dyn BulkStream>, UsbError> {
        Err(UsbError::NotSupported)
    }
    fn clear_halt(&self, _: u8) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn is_gone(&self) -> bool {
        false
    }
}

fn link() -> Link {
    let device =
        Identity { vendor: 0, product: 0, bus: 0, address: 0, ports: Vec::new(), speed: LinkSpeed::Super };
    Link::new(Arc::new(Quiet(device)), Arc::new(StatusCell::new()))
}

/// First bytes of the frames that a stream hands out, `stale_frames` thrown away.
fn first_bytes(stale_frames: u64, frames: &[u8]) -> Vec<u8> {
    let stream = stream(64);
    let mut plan = FramePlan::clone(&stream.plan());
    plan.pixels = crate::frame::Plan::new(crate::frame::Settings::whole(crate::frame::WireLayout {
        columns: 1024,
        rows: 4,
        sample: crate::frame::Sample::U8,
    }))
    .unwrap();
    let frame_len = plan.wire_len();
    stream.start_afresh(Arc::new(plan), stale_frames * frame_len as u64);
    let mut script = VecDeque::new();
    for &value in frames {
        script.push_back(FRAME_MARKER.to_vec());
        script.extend(vec![value; frame_len].chunks(1024).map(<[u8]>::to_vec));
    }
    let stream = Arc::new(stream);
    let reads = Reads::new(Box::new(Script(script, VecDeque::new())));
    let thread = stream.start(link(), 0x81, reads).unwrap();
    let mut got = Vec::new();
    let end = std::time::Instant::now() + Duration::from_secs(60);
    while got.last() != frames.last() {
        assert!(std::time::Instant::now() < end, "{got:?}");
        match stream.take() {
            Some((frame, _)) => got.push(frame[0]),
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    stream.stop();
    thread.join().unwrap();
    got
}

#[test]
fn a_stream_begins_behind_what_was_stale() {
    assert_eq!(first_bytes(0, &[1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]);
    assert_eq!(first_bytes(2, &[1, 2, 3, 4, 5]), [3, 4, 5]);
    assert_eq!(first_bytes(4, &[1, 2, 3, 4, 5]), [5]);
}
