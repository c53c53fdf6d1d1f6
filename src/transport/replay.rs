//! A bus whose devices answer what the devices of a record answered, without them.
//!
//! - A request gets the answer of the next recorded request that is the same in setup,
//!   length and data sent. When those are used up, the last answer is repeated: programs
//!   ask for a status as often as they like. A question skips answers that lie before the
//!   last thing the program has sent, if there are later ones.
//! - A request that was never recorded is an error that names it.
//! - Queued reads play the recorded queues of their endpoint one after the other. Bytes
//!   come when they came in the record, counted from the opening of the queue in the
//!   device's time; they fill reads of any length, and short packets end them.
//! - Single reads play the recorded single reads, at once.
//!
//! What came and went on the bus is not played; a device is gone once it answered so.
#![forbid(unsafe_code)]

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::{BulkStream, Bus, BusListener, Completion, Identity, Setup, Transport, UsbError, Wake};
use crate::transport::trace;
use crate::util::Clock;

mod load;

/// Lengths of queued reads are multiples of a packet.
const PACKET_BYTES: usize = 1024;
const LONGEST_NAP: Duration = Duration::from_secs(3600);
const OPTIONS: &str = "`speed=FACTOR` and `bulk=no`";

/// The bus that `text` orders: `FILE[?speed=FACTOR][&bulk=no]`. Devices live `speed`
/// times as fast as wall time, by default as fast as the recorded ones; without `bulk`
/// the second file is not opened, and of long reads only the ends are true.
pub fn bus(text: &str) -> Result<ReplayBus, UsbError> {
    let (path, options) = trace::file_and_options(text)?;
    let (mut speed, mut bulk) = (None, true);
    for (name, value) in options {
        match (name, value, value.parse::<f64>()) {
            ("bulk", "no", _) => bulk = false,
            ("speed", _, Ok(factor)) if factor.is_finite() && factor > 0.0 => speed = Some(factor),
            _ => return Err(trace::wrong_option(name, value, OPTIONS)),
        }
    }
    ReplayBus::open(&path, speed, bulk)
}

/// The devices of a record.
pub struct ReplayBus {
    devices: Vec<Arc<Device>>,
}

impl ReplayBus {
    /// Reads the record at `path`, all of it. See [`bus`] for the options.
    pub fn open(path: &Path, speed: Option<f64>, bulk: bool) -> Result<ReplayBus, UsbError> {
        load::load(path, speed, bulk).map(|devices| ReplayBus { devices })
    }
}

impl Bus for ReplayBus {
    fn scan(&self) -> Result<Vec<Identity>, UsbError> {
        Ok(self.devices.iter().map(|device| device.identity.clone()).collect())
    }

    fn open(&self, device: &Identity) -> Result<Arc<dyn Transport>, UsbError> {
        let device = self.devices.iter().find(|other| other.identity == *device);
        let device = device.ok_or(UsbError::Gone)?.clone();
        device.answer(&Request::Open)?;
        Ok(Arc::new(ReplayTransport { device }))
    }

    fn watch(&self, _listener: BusListener) -> Result<(), UsbError> {
        Ok(())
    }

    fn unwatch(&self) {}
}

/// What makes two requests the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Request {
    Open,
    Claim,
    Release,
    Halt(u8),
    In { setup: Setup, asked: usize },
    Out { setup: Setup, data: Vec<u8> },
    BulkOut { endpoint: u8, len: usize, sum: u64 },
}

impl Request {
    /// Passes when it is not in the record: no data depend on it.
    fn may_be_new(&self) -> bool {
        matches!(self, Request::Claim | Request::Release | Request::Halt(_))
    }

    fn words(&self) -> String {
        let setup = |s: &Setup| {
            format!("{:02x} {:02x} value {:04x} index {:04x}", s.request_type, s.request, s.value, s.index)
        };
        match self {
            Request::Open => "the opening of the device".into(),
            Request::Claim => "the claim of the interface".into(),
            Request::Release => "the release of the interface".into(),
            Request::Halt(endpoint) => format!("the clearing of endpoint {endpoint:02x}"),
            Request::In { setup: s, asked } => format!("the request {} for {asked} bytes", setup(s)),
            Request::Out { setup: s, data } => {
                let hex: String = data.iter().take(32).map(|byte| format!("{byte:02x}")).collect();
                format!("the request {} with {} bytes {hex}", setup(s), data.len())
            }
            Request::BulkOut { endpoint, len, .. } => {
                format!("the write of {len} bytes to endpoint {endpoint:02x}")
            }
        }
    }
}

/// Recorded answers to one request.
#[derive(Default)]
struct Answers {
    list: Vec<Answer>,
    next: usize,
}

struct Answer {
    /// Line of the record.
    line: usize,
    result: Result<Vec<u8>, UsbError>,
    /// Sent by a thread that also asks. Others work in the background and do not tell
    /// where in the record the program is.
    leads: bool,
}

/// A recorded read.
struct Piece {
    /// When it ended, in device time from the opening of its queue.
    at: Duration,
    content: Content,
    /// A short packet ended it.
    short: bool,
    error: Option<UsbError>,
}

enum Content {
    Whole(Vec<u8>),
    /// In the second file.
    Elsewhere {
        at: u64,
        len: usize,
        sum: u64,
        ends: [Vec<u8>; 2],
    },
    /// Only the two ends are known, and the length.
    Ends([Vec<u8>; 2], usize),
}

/// Zeros between the ends of a read.
fn between([head, tail]: &[Vec<u8>; 2], len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    bytes[..head.len()].copy_from_slice(head);
    bytes[len - tail.len()..].copy_from_slice(tail);
    bytes
}

struct Device {
    /// The record, for messages.
    record: PathBuf,
    identity: Identity,
    clock: Clock,
    bulk: Option<Arc<Mutex<File>>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    answers: HashMap<Request, Answers>,
    /// Line of the last thing the program has sent.
    reached: usize,
    /// Queues of each endpoint: what their opening gave, and their reads.
    queues: HashMap<u8, VecDeque<Result<VecDeque<Piece>, UsbError>>>,
    reads: HashMap<u8, VecDeque<Piece>>,
    gone: bool,
}

impl Device {
    fn answer(&self, request: &Request) -> Result<Vec<u8>, UsbError> {
        let mut state = self.state.lock();
        let State { answers, reached, gone, .. } = &mut *state;
        let Some(answers) = answers.get_mut(request) else {
            if request.may_be_new() {
                return Ok(Vec::new());
            }
            return Err(self.missing(&request.words()));
        };
        let mut at = answers.next;
        if matches!(request, Request::In { .. }) {
            at = at.max(answers.list.partition_point(|answer| answer.line < *reached));
        }
        let at = at.min(answers.list.len().saturating_sub(1));
        let answer = answers.list.get(at).ok_or(UsbError::Gone)?;
        if answers.next <= at {
            answers.next = at + 1;
            if answer.leads {
                *reached = answer.line;
            }
        }
        *gone |= matches!(answer.result, Err(UsbError::Gone));
        answer.result.clone()
    }

    fn missing(&self, what: &str) -> UsbError {
        UsbError::Other(format!("{what} is not in the record {}", self.record.display()))
    }

    fn bytes(&self, content: Content) -> Result<Vec<u8>, UsbError> {
        match content {
            Content::Whole(bytes) => Ok(bytes),
            Content::Ends(ends, len) => Ok(between(&ends, len)),
            Content::Elsewhere { at, len, sum, ends } => {
                let Some(file) = &self.bulk else { return Ok(between(&ends, len)) };
                let bytes = load::read_at(&mut file.lock(), at, len).ok();
                bytes.filter(|bytes| trace::sum(bytes) == sum).ok_or_else(|| {
                    let path = trace::bulk_path(&self.record);
                    UsbError::Other(format!(
                        "{}: the {len} bytes at {at} are not those recorded",
                        path.display()
                    ))
                })
            }
        }
    }

    fn note_gone(&self, error: &UsbError) {
        if *error == UsbError::Gone {
            self.state.lock().gone = true;
        }
    }
}

struct ReplayTransport {
    device: Arc<Device>,
}

impl Transport for ReplayTransport {
    fn identity(&self) -> &Identity {
        &self.device.identity
    }

    fn clock(&self) -> Clock {
        self.device.clock
    }

    fn claim(&self) -> Result<(), UsbError> {
        self.device.answer(&Request::Claim).map(drop)
    }

    fn release(&self) -> Result<(), UsbError> {
        self.device.answer(&Request::Release).map(drop)
    }

    fn control_in(&self, setup: Setup, data: &mut [u8], _timeout: Duration) -> Result<usize, UsbError> {
        let answer = self.device.answer(&Request::In { setup, asked: data.len() })?;
        let n = answer.len().min(data.len());
        data[..n].copy_from_slice(&answer[..n]);
        Ok(n)
    }

    fn control_out(&self, setup: Setup, data: &[u8], _timeout: Duration) -> Result<(), UsbError> {
        self.device.answer(&Request::Out { setup, data: data.to_vec() }).map(drop)
    }

    fn bulk_out(&self, endpoint: u8, data: &[u8], _timeout: Duration) -> Result<usize, UsbError> {
        let request = Request::BulkOut { endpoint, len: data.len(), sum: trace::sum(data) };
        self.device.answer(&request).map(|_| data.len())
    }

    fn bulk_in(&self, endpoint: u8, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError> {
        let piece = self.device.state.lock().reads.get_mut(&endpoint).and_then(VecDeque::pop_front);
        let Some(piece) = piece else {
            // A device with nothing to say costs the caller its time-out.
            std::thread::sleep(timeout.min(LONGEST_NAP));
            return Err(UsbError::Timeout { transferred: 0 });
        };
        let bytes = self.device.bytes(piece.content)?;
        let n = bytes.len().min(data.len());
        data[..n].copy_from_slice(&bytes[..n]);
        match piece.error {
            None if bytes.len() > n => Err(UsbError::Overflow),
            None => Ok(n),
            Some(UsbError::Timeout { .. }) => Err(UsbError::Timeout { transferred: n }),
            Some(error) => {
                self.device.note_gone(&error);
                Err(error)
            }
        }
    }

    fn open_bulk_in(&self, endpoint: u8) -> Result<Box<dyn BulkStream>, UsbError> {
        let queue = self.device.state.lock().queues.get_mut(&endpoint).and_then(VecDeque::pop_front);
        let missing = || self.device.missing(&format!("one more queue of reads on endpoint {endpoint:02x}"));
        Ok(Box::new(ReplayStream {
            device: self.device.clone(),
            opened: self.device.clock.now(),
            pieces: queue.ok_or_else(missing)??,
            current: None,
            queue: VecDeque::new(),
            filled: 0,
            cancelled: 0,
            waker: Arc::default(),
        }))
    }

    fn clear_halt(&self, endpoint: u8) -> Result<(), UsbError> {
        self.device.answer(&Request::Halt(endpoint)).map(drop)
    }

    fn is_gone(&self) -> bool {
        self.device.state.lock().gone
    }
}

#[derive(Default)]
struct ReplayWaker {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Wake for ReplayWaker {
    fn wake(&self) {
        *self.woken.lock() = true;
        self.changed.notify_all();
    }
}

/// A queue of reads. Only the oldest is being filled.
struct ReplayStream {
    device: Arc<Device>,
    opened: Duration,
    pieces: VecDeque<Piece>,
    /// What is left of a piece that came.
    current: Option<Current>,
    queue: VecDeque<Vec<u8>>,
    /// Bytes in the oldest.
    filled: usize,
    /// So many of the oldest were cancelled.
    cancelled: usize,
    waker: Arc<ReplayWaker>,
}

struct Current {
    bytes: Vec<u8>,
    used: usize,
    short: bool,
    error: Option<UsbError>,
}

impl ReplayStream {
    fn complete(&mut self, status: Result<(), UsbError>) -> Option<Completion> {
        let buffer = self.queue.pop_front()?;
        let filled = std::mem::take(&mut self.filled);
        Some(Completion { buffer, filled, status })
    }

    /// Goes on with the oldest read: how it ended, or when there is more for it.
    fn advance(&mut self) -> Result<Result<(), UsbError>, Option<Instant>> {
        loop {
            let Some(oldest) = self.queue.front_mut() else { return Err(None) };
            if let Some(current) = &mut self.current {
                let n = (current.bytes.len() - current.used).min(oldest.len() - self.filled);
                let from = &current.bytes[current.used..current.used + n];
                oldest[self.filled..self.filled + n].copy_from_slice(from);
                current.used += n;
                self.filled += n;
                let full = self.filled == oldest.len();
                if current.used < current.bytes.len() {
                    return Ok(Ok(()));
                }
                let (short, error) = (current.short, current.error.take());
                self.current = None;
                if let Some(error) = error {
                    self.device.note_gone(&error);
                    return Ok(Err(error));
                }
                if short || full {
                    return Ok(Ok(()));
                }
            }
            let Some(next) = self.pieces.front() else { return Err(None) };
            let due = self.device.clock.instant_at(self.opened + next.at);
            if Instant::now() < due {
                return Err(Some(due));
            }
            let Some(Piece { content, short, error, .. }) = self.pieces.pop_front() else { return Err(None) };
            let bytes = match self.device.bytes(content) {
                Ok(bytes) => bytes,
                Err(error) => return Ok(Err(error)),
            };
            self.current = Some(Current { bytes, used: 0, short, error });
        }
    }
}

impl BulkStream for ReplayStream {
    fn submit(&mut self, buffer: Vec<u8>) -> Result<(), (UsbError, Vec<u8>)> {
        if self.device.state.lock().gone {
            return Err((UsbError::Gone, buffer));
        }
        if buffer.is_empty() || buffer.len() % PACKET_BYTES != 0 {
            let text = format!("a read of {} bytes is not a multiple of {PACKET_BYTES}", buffer.len());
            return Err((UsbError::Other(text), buffer));
        }
        self.queue.push_back(buffer);
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        if self.cancelled > 0 {
            self.cancelled -= 1;
            return self.complete(Err(UsbError::Cancelled));
        }
        let deadline = Instant::now() + timeout.min(LONGEST_NAP);
        let waker = self.waker.clone();
        loop {
            if std::mem::take(&mut *waker.woken.lock()) || self.queue.is_empty() {
                return None;
            }
            let due = match self.advance() {
                Ok(status) => return self.complete(status),
                Err(due) => due.map_or(deadline, |due| due.min(deadline)),
            };
            if Instant::now() >= deadline {
                return None;
            }
            let mut woken = waker.woken.lock();
            if !*woken {
                waker.changed.wait_until(&mut woken, due);
            }
        }
    }

    fn pending(&self) -> usize {
        self.queue.len()
    }

    fn cancel_all(&mut self) {
        self.cancelled = self.queue.len();
    }

    fn waker(&self) -> Arc<dyn Wake> {
        self.waker.clone()
    }
}
