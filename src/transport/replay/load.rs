//! From the text of a record to devices that can be played. Lines that are empty or begin
//! with `#` are for people: a report has a head.
#![forbid(unsafe_code)]

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::{Answer, Content, Device, Piece, Request, State};
use crate::transport::trace::{self, Fields, INLINE_BYTES, LONGEST_TEXT, LONGEST_TRANSFER};
use crate::transport::{DIR_IN, Identity, Setup, UsbError};
use crate::util::Clock;

/// Far more than one bus has.
const MOST_DEVICES: usize = 1000;
/// No run takes longer, in seconds.
const LONGEST_RUN: f64 = 1e9;

type Parsed<T> = Result<T, String>;

/// The devices of the record at `path`.
pub(super) fn load(path: &Path, speed: Option<f64>, with_bulk: bool) -> Result<Vec<Arc<Device>>, UsbError> {
    let failed = |path: &Path, what: String| UsbError::Other(format!("{}: {what}", path.display()));
    let text = read_text(path).map_err(|what| failed(path, what))?;
    let loader = Loader::read(&text).map_err(|what| failed(path, what))?;
    let mut bulk = None;
    if with_bulk && loader.bulk_len > 0 {
        let beside = trace::bulk_path(path);
        let file = File::open(&beside).map_err(|e| {
            failed(&beside, format!("{e}; the record has its long reads there, `bulk=no` does without"))
        })?;
        let len = file.metadata().map_or(0, |meta| meta.len());
        if len < loader.bulk_len {
            let text = format!("has {len} bytes where the record needs {}; it was cut off", loader.bulk_len);
            return Err(failed(&beside, text));
        }
        bulk = Some(Arc::new(Mutex::new(file)));
    }
    Ok(loader.devices(path, speed, bulk))
}

/// `len` bytes at an offset.
pub(super) fn read_at(file: &mut File, at: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_text(path: &Path) -> Parsed<String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    file.take(LONGEST_TEXT + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 > LONGEST_TEXT {
        return Err("too long for a record".into());
    }
    String::from_utf8(bytes).map_err(|_| "not a record: it is not text".into())
}

#[derive(Default)]
struct Loader {
    devices: Vec<Loading>,
    /// Device, endpoint and opening time of each queue.
    queues: HashMap<u32, (usize, u8, usize, f64)>,
    /// Threads that ask.
    asking: HashSet<u32>,
    /// Bytes that the second file must have.
    bulk_len: u64,
}

struct Loading {
    identity: Identity,
    speed: f64,
    /// Answers, each with its thread.
    answers: Vec<(Request, Answer, u32)>,
    state: State,
}

impl Loader {
    fn read(text: &str) -> Parsed<Loader> {
        let mut loader = Loader::default();
        let mut begun = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let here = |what: String| format!("line {}: {what}", number + 1);
            let fields = Fields::parse(line).map_err(|what| {
                let cut = number + 1 == text.lines().count() && !text.ends_with('\n');
                here(if cut { format!("{what}; the record was cut off here") } else { what })
            })?;
            let event = fields.text("ev").map_err(here)?;
            match (event, begun) {
                ("record", _) => {
                    let version: u32 = fields.num("version").map_err(here)?;
                    if version != trace::VERSION {
                        return Err(here(format!(
                            "the record has form {version}, known is {}",
                            trace::VERSION
                        )));
                    }
                    begun = true;
                }
                (_, false) => return Err(here("not a record: the line `record` is missing in front".into())),
                _ => loader.event(event, number, &fields).map_err(here)?,
            }
        }
        if begun { Ok(loader) } else { Err("not a record: there is nothing in it".into()) }
    }

    fn event(&mut self, event: &str, line: usize, fields: &Fields) -> Parsed<()> {
        match event {
            "device" => self.device(fields),
            "open" => {
                let device = self.number(fields)?;
                if fields.has("clock") {
                    self.devices[device].speed = fields.float("clock")?;
                }
                self.answer(line, fields, Request::Open)
            }
            "claim" => self.answer(line, fields, Request::Claim),
            "release" => self.answer(line, fields, Request::Release),
            "halt" => self.answer(line, fields, Request::Halt(fields.hex("ep")?)),
            "ctl" => self.control(line, fields),
            "bulkout" => {
                let (endpoint, len, sum) = (fields.hex("ep")?, fields.num("n")?, fields.hex("sum")?);
                self.answer(line, fields, Request::BulkOut { endpoint, len, sum })
            }
            "bulk" => {
                let (device, endpoint) = (self.number(fields)?, fields.hex("ep")?);
                let piece = self.piece(fields, Duration::ZERO)?;
                self.devices[device].state.reads.entry(endpoint).or_default().push_back(piece);
                Ok(())
            }
            "stream" => {
                let (device, endpoint) = (self.number(fields)?, fields.hex("ep")?);
                let opened = self.result(fields)?.map(|()| Default::default());
                let queues = self.devices[device].state.queues.entry(endpoint).or_default();
                self.queues.insert(fields.num("s")?, (device, endpoint, queues.len(), time(fields)?));
                queues.push_back(opened);
                Ok(())
            }
            "xfer" => self.transfer(fields),
            // What later versions may add is of no importance for playing.
            _ => Ok(()),
        }
    }

    fn device(&mut self, fields: &Fields) -> Parsed<()> {
        let number: usize = fields.num("dev")?;
        if number != self.devices.len() || number >= MOST_DEVICES {
            return Err(format!("device {number} does not follow device {}", self.devices.len()));
        }
        let ports = fields.text("ports")?;
        let ports: Result<Vec<u8>, _> = ports.split('.').filter(|p| !p.is_empty()).map(str::parse).collect();
        let identity = Identity {
            vendor: fields.hex("vid")?,
            product: fields.hex("pid")?,
            bus: fields.num("bus")?,
            address: fields.num("addr")?,
            ports: ports.map_err(|e| format!("`ports`: {e}"))?,
            speed: trace::speed(fields.text("speed")?)?,
        };
        self.devices.push(Loading { identity, speed: 1.0, answers: Vec::new(), state: State::default() });
        Ok(())
    }

    fn number(&self, fields: &Fields) -> Parsed<usize> {
        let number: usize = fields.num("dev")?;
        if number < self.devices.len() { Ok(number) } else { Err(format!("there is no device {number} yet")) }
    }

    fn result(&self, fields: &Fields) -> Parsed<Result<(), UsbError>> {
        let code: i32 = fields.num("r")?;
        let got = if fields.has("got") { fields.num("got")? } else { 0 };
        let words = if fields.has("why") { fields.text("why")? } else { "" };
        Ok(if code < 0 { Err(trace::error(code, got, words)) } else { Ok(()) })
    }

    fn answer(&mut self, line: usize, fields: &Fields, request: Request) -> Parsed<()> {
        let device = self.number(fields)?;
        let result = self.result(fields)?.map(|()| Vec::new());
        self.keep(device, line, fields, request, result)
    }

    fn keep(
        &mut self,
        device: usize,
        line: usize,
        fields: &Fields,
        request: Request,
        result: Result<Vec<u8>, UsbError>,
    ) -> Parsed<()> {
        let answer = Answer { line, result, leads: false };
        self.devices[device].answers.push((request, answer, fields.num("th")?));
        Ok(())
    }

    fn control(&mut self, line: usize, fields: &Fields) -> Parsed<()> {
        let device = self.number(fields)?;
        let setup = Setup {
            request_type: fields.hex("rt")?,
            request: fields.hex("rq")?,
            value: fields.hex("v")?,
            index: fields.hex("i")?,
        };
        let (asked, data): (u16, _) = (fields.num("n")?, fields.bytes("d")?);
        let asked = usize::from(asked);
        let result = self.result(fields)?;
        let right_len = if setup.request_type & DIR_IN != 0 {
            self.asking.insert(fields.num("th")?);
            let moved: i64 = fields.num("r")?;
            data.len() <= asked && (moved < 0 || moved == data.len() as i64)
        } else {
            data.len() == asked
        };
        if !right_len {
            return Err(format!("`d` has {} bytes, which does not fit `n` and `r`", data.len()));
        }
        if setup.is_in() {
            let result = result.map(|()| data);
            self.keep(device, line, fields, Request::In { setup, asked }, result)
        } else {
            let result = result.map(|()| Vec::new());
            self.keep(device, line, fields, Request::Out { setup, data }, result)
        }
    }

    fn transfer(&mut self, fields: &Fields) -> Parsed<()> {
        let queue: u32 = fields.num("s")?;
        let found = self.queues.get(&queue).copied();
        let (device, endpoint, place, opened) =
            found.ok_or_else(|| format!("there is no queue {queue} yet"))?;
        let since = (time(fields)? - opened).max(0.0);
        let at = Duration::from_secs_f64(since).mul_f64(self.devices[device].speed.clamp(1e-6, 1e6));
        let mut piece = self.piece(fields, at)?;
        // The program took these back; what had come stays. A new one will do that itself.
        if piece.error == Some(UsbError::Cancelled) {
            (piece.error, piece.short) = (None, false);
        }
        let queues = self.devices[device].state.queues.get_mut(&endpoint);
        if let Some(Ok(pieces)) = queues.and_then(|queues| queues.get_mut(place)) {
            pieces.push_back(piece);
        }
        Ok(())
    }

    fn piece(&mut self, fields: &Fields, at: Duration) -> Parsed<Piece> {
        let (asked, got): (usize, usize) = (fields.num("n")?, fields.num("got")?);
        if got > asked || asked > LONGEST_TRANSFER {
            return Err(format!("{got} bytes came of {asked}, which cannot be"));
        }
        let error = self.result(fields)?.err();
        let content = if fields.has("d") {
            Content::Whole(fields.bytes("d")?)
        } else if fields.has("at") {
            let (at, sum): (u64, _) = (fields.num("at")?, fields.hex("sum")?);
            self.bulk_len = self.bulk_len.max(at + got as u64);
            Content::Elsewhere { at, len: got, sum, ends: ends(fields, got)? }
        } else {
            Content::Ends(ends(fields, got)?, got)
        };
        if matches!(&content, Content::Whole(bytes) if bytes.len() != got) {
            return Err("`d` does not have `got` bytes".into());
        }
        Ok(Piece { at, content, short: error.is_none() && got < asked, error })
    }

    fn devices(self, path: &Path, speed: Option<f64>, bulk: Option<Arc<Mutex<File>>>) -> Vec<Arc<Device>> {
        let asking = self.asking;
        let device = |loading: Loading| {
            let Loading { identity, speed: recorded, answers, mut state } = loading;
            for (request, mut answer, thread) in answers {
                answer.leads = matches!(request, Request::Out { .. }) && asking.contains(&thread);
                state.answers.entry(request).or_default().list.push(answer);
            }
            let clock = Clock::scaled(speed.unwrap_or(recorded).clamp(1e-6, 1e6));
            let state = Mutex::new(state);
            Arc::new(Device { record: path.to_owned(), identity, clock, bulk: bulk.clone(), state })
        };
        self.devices.into_iter().map(device).collect()
    }
}

fn ends(fields: &Fields, len: usize) -> Parsed<[Vec<u8>; 2]> {
    let ends = [fields.bytes("head")?, fields.bytes("tail")?];
    let right = ends.iter().all(|end| end.len() == INLINE_BYTES) && len >= INLINE_BYTES;
    if right {
        Ok(ends)
    } else {
        Err(format!("`head` and `tail` are not {INLINE_BYTES} bytes of a longer read"))
    }
}

fn time(fields: &Fields) -> Parsed<f64> {
    let time = fields.float("t")?;
    if (0.0..LONGEST_RUN).contains(&time) { Ok(time) } else { Err(format!("`t` is {time}, which cannot be")) }
}
