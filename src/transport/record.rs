//! A bus that writes down what passes between the program and the devices of another bus,
//! so that [`super::replay`] can play it without them.
//!
//! Each call makes a line, in the form of `trace`. Long reads go to a second file beside
//! the record, or are left out but for their ends and a sum. Requests named by
//! [`Recorder::hide`] are written with zeros for their answers. Writing never disturbs
//! the program: if the disk is full, the record ends.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::trace::{self, INLINE_BYTES, LONGEST_TEXT, Line, bulk_path};
use super::{BulkStream, Bus, BusListener, Completion, Identity, Setup, Transport, UsbError, Wake};
use crate::util::Clock;

/// Bytes of long reads that are kept unless the option `bulk` says otherwise.
const BULK_MIB: u64 = 1024;
/// A file that is there already is kept, and a number is added to the name, up to this.
const MOST_FILES: u32 = 999;
const OPTIONS: &str = "`bulk=no` and `bulk=MIB`";

/// The bus that `text` orders (`FILE[?bulk=no|MIB]`) around another one.
pub fn bus(
    text: &str,
    inner: impl FnOnce() -> Result<Arc<dyn Bus>, UsbError>,
) -> Result<RecordBus, UsbError> {
    let (path, options) = trace::file_and_options(text)?;
    let mut bulk_mib = BULK_MIB;
    for (name, value) in options {
        bulk_mib = match (name, value, value.parse()) {
            ("bulk", "no", _) => 0,
            ("bulk", _, Ok(mib)) => mib,
            _ => return Err(trace::wrong_option(name, value, OPTIONS)),
        };
    }
    // No file is made for a bus that cannot be.
    let inner = inner()?;
    Ok(RecordBus::new(inner, Arc::new(Recorder::create(&path, bulk_mib)?)))
}

/// Writes a record.
pub struct Recorder {
    start: Instant,
    hidden: Vec<(Setup, usize)>,
    state: Mutex<State>,
}

struct State {
    /// Where the lines go; nothing once the record has ended.
    out: Option<Box<dyn Write + Send>>,
    text_left: u64,
    /// Where long reads go, and how much may.
    bulk: Option<Box<dyn Write + Send>>,
    bulk_at: u64,
    bulk_left: u64,
    threads: HashMap<ThreadId, u32>,
    devices: Vec<Identity>,
    streams: u32,
    /// Answers that were hidden; they are hidden wherever they come again.
    secrets: Vec<Vec<u8>>,
}

impl Recorder {
    /// Writes to `out`, and long reads, up to `bulk_mib`, to `bulk`.
    pub fn new(out: Box<dyn Write + Send>, bulk: Option<(Box<dyn Write + Send>, u64)>) -> Recorder {
        let (bulk, bulk_mib) = bulk.map_or((None, 0), |(bulk, mib)| (Some(bulk), mib));
        let state = State {
            out: Some(out),
            text_left: LONGEST_TEXT,
            bulk,
            bulk_at: 0,
            bulk_left: bulk_mib.saturating_mul(1 << 20),
            threads: HashMap::new(),
            devices: Vec::new(),
            streams: 0,
            secrets: Vec::new(),
        };
        let recorder = Recorder { start: Instant::now(), hidden: Vec::new(), state: Mutex::new(state) };
        let by = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
        recorder.write("record", |line, _| {
            line.num("version", trace::VERSION).text("by", by);
        });
        recorder
    }

    /// Writes to a new file, and long reads, up to `bulk_mib`, to a second one beside it.
    /// A file that is there already stays: then a number is added to the name.
    pub fn create(path: &Path, bulk_mib: u64) -> Result<Recorder, UsbError> {
        let failed = |path: &Path, e: &io::Error| UsbError::Other(format!("{}: {e}", path.display()));
        let mut number = 1;
        let (path, file) = loop {
            let path = numbered(path, number);
            match File::create_new(&path) {
                Ok(file) => break (path, file),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && number < MOST_FILES => number += 1,
                Err(e) => return Err(failed(&path, &e)),
            }
        };
        let bulk: Option<(Box<dyn Write + Send>, u64)> = if bulk_mib == 0 {
            None
        } else {
            let path = bulk_path(&path);
            Some((Box::new(File::create(&path).map_err(|e| failed(&path, &e))?), bulk_mib))
        };
        Ok(Recorder::new(Box::new(file), bulk))
    }

    /// Writes zeros for the answers to these requests, from a byte on, and for the same
    /// bytes wherever they appear later.
    pub fn hide(mut self, answers: &[(Setup, usize)]) -> Recorder {
        self.hidden.extend_from_slice(answers);
        self
    }

    /// Hides these bytes too, from now on.
    pub fn hide_bytes(&self, secret: &[u8]) {
        if !secret.is_empty() {
            self.state.lock().secrets.push(secret.to_vec());
        }
    }

    fn write(&self, event: &str, fields: impl FnOnce(&mut Line, &mut State)) {
        let mut state = self.state.lock();
        if state.out.is_none() {
            return;
        }
        let next = state.threads.len() as u32;
        let thread = *state.threads.entry(std::thread::current().id()).or_insert(next);
        let mut line = Line::new();
        line.float("t", self.start.elapsed().as_secs_f64()).num("th", thread).text("ev", event);
        fields(&mut line, &mut state);
        let text = line.finish();
        state.text_left = state.text_left.saturating_sub(text.len() as u64);
        let full = state.text_left == 0;
        if full || state.out.as_mut().is_some_and(|out| out.write_all(text.as_bytes()).is_err()) {
            log::warn!("the record of the bus ends: {}", if full { "it is too long" } else { "no space" });
            state.out = None;
        }
    }

    /// Number of a device, which is described when it is met first.
    fn device(&self, device: &Identity) -> usize {
        let mut state = self.state.lock();
        if let Some(at) = state.devices.iter().position(|other| other == device) {
            return at;
        }
        let number = state.devices.len();
        state.devices.push(device.clone());
        drop(state);
        let ports: Vec<String> = device.ports.iter().map(u8::to_string).collect();
        self.write("device", |line, _| {
            line.num("dev", number as u64).hex("vid", device.vendor, 4).hex("pid", device.product, 4);
            line.num("bus", device.bus).num("addr", device.address).text("ports", &ports.join("."));
            line.text("speed", trace::speed_name(device.speed));
        });
        number
    }

    /// A call without data.
    fn call(&self, event: &str, device: usize, endpoint: Option<u8>, error: Option<&UsbError>) {
        self.write(event, |line, _| {
            line.num("dev", device as u64);
            if let Some(endpoint) = endpoint {
                line.hex("ep", endpoint, 2);
            }
            result(line, 0, error);
        });
    }

    fn control(
        &self,
        device: usize,
        setup: Setup,
        asked: usize,
        to: Duration,
        done: Result<&[u8], &UsbError>,
    ) {
        self.write("ctl", |line, state| {
            line.num("dev", device as u64).hex("rt", setup.request_type, 2).hex("rq", setup.request, 2);
            line.hex("v", setup.value, 4).hex("i", setup.index, 4).num("n", asked as u64);
            line.num("to", to.as_millis() as u64);
            let mut data = done.unwrap_or_default().to_vec();
            result(line, data.len(), done.err());
            state.mask(&mut data);
            let rule = self.hidden.iter().find(|(hidden, _)| *hidden == setup);
            if let Some(secret) = rule.and_then(|(_, from)| data.get_mut(*from..)) {
                // Bytes that are all alike would hide too much elsewhere.
                if secret.iter().any(|byte| *byte != secret[0]) {
                    state.secrets.push(secret.to_vec());
                }
                secret.fill(0);
            }
            line.bytes("d", &data);
        });
    }
}

impl State {
    fn mask(&self, data: &mut [u8]) {
        for secret in &self.secrets {
            let mut at = 0;
            let place = |rest: &[u8]| rest.windows(secret.len()).position(|window| window == secret);
            while let Some(found) = data.get(at..).and_then(place) {
                at += found + secret.len();
                data[at - secret.len()..at].fill(0);
            }
        }
    }

    /// The bytes of a read: all of them if they are few, else their ends and, if there is
    /// room, where they are in the second file.
    fn content(&mut self, line: &mut Line, data: &[u8]) {
        let masked;
        let data = if self.secrets.is_empty() {
            data
        } else {
            let mut copy = data.to_vec();
            self.mask(&mut copy);
            masked = copy;
            &masked
        };
        if data.len() <= INLINE_BYTES {
            line.bytes("d", data);
            return;
        }
        line.bytes("head", &data[..INLINE_BYTES]).bytes("tail", &data[data.len() - INLINE_BYTES..]);
        line.hex("sum", trace::sum(data), 16);
        let len = data.len() as u64;
        if let Some(bulk) = self.bulk.as_mut().filter(|_| len <= self.bulk_left) {
            if bulk.write_all(data).is_ok() {
                line.num("at", self.bulk_at);
                self.bulk_at += len;
                self.bulk_left -= len;
            } else {
                log::warn!("no space for more of the record's long reads");
                self.bulk = None;
            }
        }
    }
}

/// `FILE`, `FILE.2`, `FILE.3`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    if number > 1 {
        name.push(format!(".{number}"));
    }
    name.into()
}

fn result(line: &mut Line, good: usize, error: Option<&UsbError>) {
    match error {
        None => line.num("r", good as u64),
        Some(error) => line.num("r", trace::code(error)),
    };
    if let Some(words) = error.and_then(trace::words) {
        line.text("why", words);
    }
}

/// A bus that is being recorded.
pub struct RecordBus {
    inner: Arc<dyn Bus>,
    recorder: Arc<Recorder>,
}

impl RecordBus {
    /// Records what happens on `inner`.
    pub fn new(inner: Arc<dyn Bus>, recorder: Arc<Recorder>) -> RecordBus {
        RecordBus { inner, recorder }
    }
}

impl Bus for RecordBus {
    fn scan(&self) -> Result<Vec<Identity>, UsbError> {
        let devices = self.inner.scan()?;
        for device in &devices {
            self.recorder.device(device);
        }
        Ok(devices)
    }

    fn open(&self, device: &Identity) -> Result<Arc<dyn Transport>, UsbError> {
        let opened = self.inner.open(device);
        let number = self.recorder.device(device);
        self.recorder.write("open", |line, _| {
            line.num("dev", number as u64);
            if let Ok(transport) = &opened {
                line.float("clock", transport.clock().speed());
            }
            result(line, 0, opened.as_ref().err());
        });
        let recorder = self.recorder.clone();
        opened.map(|inner| Arc::new(RecordTransport { inner, recorder, number }) as Arc<dyn Transport>)
    }

    fn watch(&self, listener: BusListener) -> Result<(), UsbError> {
        self.inner.watch(listener)
    }

    fn unwatch(&self) {
        self.inner.unwatch();
    }
}

struct RecordTransport {
    inner: Arc<dyn Transport>,
    recorder: Arc<Recorder>,
    number: usize,
}

impl RecordTransport {
    fn note<T>(&self, event: &str, endpoint: Option<u8>, done: Result<T, UsbError>) -> Result<T, UsbError> {
        self.recorder.call(event, self.number, endpoint, done.as_ref().err());
        done
    }
}

impl Transport for RecordTransport {
    fn identity(&self) -> &Identity {
        self.inner.identity()
    }

    fn clock(&self) -> Clock {
        self.inner.clock()
    }

    fn claim(&self) -> Result<(), UsbError> {
        self.note("claim", None, self.inner.claim())
    }

    fn release(&self) -> Result<(), UsbError> {
        self.note("release", None, self.inner.release())
    }

    fn control_in(&self, setup: Setup, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError> {
        let done = self.inner.control_in(setup, data, timeout);
        let answer = done.as_ref().map(|n| &data[..(*n).min(data.len())]);
        self.recorder.control(self.number, setup, data.len(), timeout, answer);
        done
    }

    fn control_out(&self, setup: Setup, data: &[u8], timeout: Duration) -> Result<(), UsbError> {
        let done = self.inner.control_out(setup, data, timeout);
        // What was sent is wanted whether it arrived or not.
        self.recorder.write("ctl", |line, _| {
            line.num("dev", self.number as u64).hex("rt", setup.request_type, 2).hex("rq", setup.request, 2);
            line.hex("v", setup.value, 4).hex("i", setup.index, 4).num("n", data.len() as u64);
            line.num("to", timeout.as_millis() as u64);
            result(line, data.len(), done.as_ref().err());
            line.bytes("d", data);
        });
        done
    }

    fn bulk_out(&self, endpoint: u8, data: &[u8], timeout: Duration) -> Result<usize, UsbError> {
        let done = self.inner.bulk_out(endpoint, data, timeout);
        self.recorder.write("bulkout", |line, _| {
            line.num("dev", self.number as u64).hex("ep", endpoint, 2).num("n", data.len() as u64);
            line.num("to", timeout.as_millis() as u64);
            result(line, *done.as_ref().unwrap_or(&0), done.as_ref().err());
            line.hex("sum", trace::sum(data), 16);
        });
        done
    }

    fn bulk_in(&self, endpoint: u8, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError> {
        let done = self.inner.bulk_in(endpoint, data, timeout);
        let got = match &done {
            Ok(n) | Err(UsbError::Timeout { transferred: n }) => (*n).min(data.len()),
            Err(_) => 0,
        };
        self.recorder.write("bulk", |line, state| {
            line.num("dev", self.number as u64).hex("ep", endpoint, 2).num("n", data.len() as u64);
            line.num("to", timeout.as_millis() as u64);
            result(line, got, done.as_ref().err());
            line.num("got", got as u64);
            state.content(line, &data[..got]);
        });
        done
    }

    fn open_bulk_in(&self, endpoint: u8) -> Result<Box<dyn BulkStream>, UsbError> {
        let inner = self.inner.open_bulk_in(endpoint);
        let mut number = 0;
        self.recorder.write("stream", |line, state| {
            number = state.streams;
            state.streams += 1;
            line.num("dev", self.number as u64).num("s", number).hex("ep", endpoint, 2);
            result(line, 0, inner.as_ref().err());
        });
        let (recorder, device) = (self.recorder.clone(), self.number);
        inner.map(|inner| Box::new(RecordStream { inner, recorder, device, number }) as Box<dyn BulkStream>)
    }

    fn clear_halt(&self, endpoint: u8) -> Result<(), UsbError> {
        self.note("halt", Some(endpoint), self.inner.clear_halt(endpoint))
    }

    fn is_gone(&self) -> bool {
        self.inner.is_gone()
    }
}

struct RecordStream {
    inner: Box<dyn BulkStream>,
    recorder: Arc<Recorder>,
    device: usize,
    number: u32,
}

impl BulkStream for RecordStream {
    fn submit(&mut self, buffer: Vec<u8>) -> Result<(), (UsbError, Vec<u8>)> {
        let len = buffer.len();
        let done = self.inner.submit(buffer);
        if let Err((error, _)) = &done {
            self.recorder.write("submit", |line, _| {
                line.num("dev", self.device as u64).num("s", self.number).num("n", len as u64);
                result(line, 0, Some(error));
            });
        }
        done
    }

    fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        let done = self.inner.wait(timeout)?;
        self.recorder.write("xfer", |line, state| {
            let got = done.filled.min(done.buffer.len());
            line.num("dev", self.device as u64).num("s", self.number).num("n", done.buffer.len() as u64);
            result(line, got, done.status.as_ref().err());
            line.num("got", got as u64);
            state.content(line, &done.buffer[..got]);
        });
        Some(done)
    }

    fn pending(&self) -> usize {
        self.inner.pending()
    }

    fn cancel_all(&mut self) {
        self.recorder.write("cancel", |line, _| {
            line.num("dev", self.device as u64).num("s", self.number);
        });
        self.inner.cancel_all();
    }

    fn waker(&self) -> Arc<dyn Wake> {
        self.inner.waker()
    }
}
