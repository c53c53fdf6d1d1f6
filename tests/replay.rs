//! Records of runs: what is written on a virtual camera plays again without it.
#![cfg(feature = "virtual")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use qhyccd::camera::{Camera, ErrorKind, Library, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::transport::{Setup, UsbError, select};
use qhyccd::util::Rect;

const CAMERA: &str = "virtual:QHY600M?seed=5&speed=50";
const ROI: Rect = Rect { x: 1200, y: 800, width: 320, height: 240 };
const LIVE_FRAMES: usize = 4;
/// A run that hangs fails.
const LIMIT: Duration = Duration::from_secs(120);

fn library(devices: &str) -> Library {
    Library::new(select::bus_for(Some(devices)).unwrap())
}

fn mistake(devices: &str) -> String {
    match select::bus_for(Some(devices)) {
        Ok(_) => panic!("`{devices}` is no mistake"),
        Err(error) => error.to_string(),
    }
}

/// All that a program saw of a camera.
#[derive(Debug, PartialEq)]
struct Seen {
    id: String,
    firmware: [u8; 10],
    status: [u8; 64],
    flash: [[u8; 64]; 2],
    temperatures_c: Vec<f64>,
    singles: Vec<Vec<u8>>,
    live: Vec<Vec<u8>>,
}

fn run(devices: &str) -> Seen {
    let library = library(devices);
    let id = library.scan().unwrap().remove(0).id;
    let camera = library.open(&id).unwrap();
    camera.set_stream_mode(StreamMode::Single).unwrap();
    camera.init().unwrap();
    camera.set(ControlId::EXPOSURE, 2000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    let mut seen = Seen {
        firmware: camera.firmware_version().unwrap(),
        status: camera.status_bytes().unwrap(),
        flash: camera.flash_record().unwrap(),
        temperatures_c: Vec::new(),
        singles: Vec::new(),
        live: Vec::new(),
        id,
    };
    for _ in 0..2 {
        seen.temperatures_c.push(camera.temperature_c().unwrap());
        seen.singles.push(single(&camera).unwrap());
    }
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    // However slow this machine is, no frame is dropped.
    camera.set_buffer_number(64).unwrap();
    camera.begin_live().unwrap();
    seen.live = live(&camera, LIVE_FRAMES);
    camera.stop_live().unwrap();
    library.close(&camera).unwrap();
    seen
}

fn single(camera: &Camera) -> qhyccd::camera::Result<Vec<u8>> {
    let mut pixels = vec![0; camera.frame_info().len_bytes()];
    camera.start_exposure()?;
    camera.read_frame(|_| Some(&mut pixels))?;
    Ok(pixels)
}

fn live(camera: &Camera, count: usize) -> Vec<Vec<u8>> {
    let start = Instant::now();
    let mut frames = Vec::new();
    while frames.len() < count {
        let mut pixels = vec![0; camera.frame_info().len_bytes()];
        match camera.live_frame(|_| Some(&mut pixels)) {
            Ok(_) => frames.push(pixels),
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotYet, "{error}"),
        }
        assert!(start.elapsed() < LIMIT, "{} frames came", frames.len());
        std::thread::sleep(Duration::from_millis(1));
    }
    frames
}

struct Recorded {
    folder: tempfile::TempDir,
    seen: Seen,
}

impl Recorded {
    /// A run on the virtual camera.
    fn new(options: &str) -> Recorded {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.jsonl");
        let seen = run(&format!("record:{}{options}:{CAMERA}", file.display()));
        Recorded { folder, seen }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("run.jsonl")
    }

    fn replay(&self) -> String {
        format!("replay:{}", self.file().display())
    }

    /// A copy of the record's text, changed.
    fn changed(&self, change: impl FnOnce(String) -> String) -> String {
        let path = self.folder.path().join("changed.jsonl");
        fs::write(&path, change(fs::read_to_string(self.file()).unwrap())).unwrap();
        format!("replay:{}?bulk=no", path.display())
    }
}

#[test]
fn a_recorded_run_plays_without_the_camera() {
    let recorded = Recorded::new("");
    let seen = &recorded.seen;
    assert!(seen.id.starts_with("QHY600M-") && seen.live.len() == LIVE_FRAMES);
    // An empty picture would be easy to give back.
    assert!(seen.singles[0] != seen.singles[1] && seen.live[0].iter().any(|byte| *byte != 0));

    assert_eq!(run(&recorded.replay()), *seen);
    assert_eq!(run(&format!("{}?speed=500", recorded.replay())), *seen, "at another speed");
    // A replay can be recorded too, and that record plays.
    let second = recorded.folder.path().join("second.jsonl");
    assert_eq!(run(&format!("record:{}:{}", second.display(), recorded.replay())), *seen);
    assert_eq!(run(&format!("replay:{}", second.display())), *seen);
}

#[test]
fn without_pixels_the_frames_are_zeros_and_all_else_is_the_same() {
    let recorded = Recorded::new("?bulk=no");
    assert_eq!(fs::read_dir(recorded.folder.path()).unwrap().count(), 1);
    let played = run(&recorded.replay());
    assert_eq!((&played.id, &played.status), (&recorded.seen.id, &recorded.seen.status));
    assert_eq!(played.temperatures_c, recorded.seen.temperatures_c);
    assert_eq!((played.singles.len(), played.live.len()), (2, LIVE_FRAMES));
    let zeros = played.singles[0].iter().filter(|byte| **byte == 0).count();
    assert!(zeros > played.singles[0].len() * 9 / 10, "{zeros} zeros");
}

#[test]
fn polls_may_be_more_or_fewer_than_in_the_record() {
    let recorded = Recorded::new("?bulk=no");
    let library = library(&recorded.replay());
    let camera = library.open(&recorded.seen.id).unwrap();
    for _ in 0..100 {
        assert_eq!(camera.status_bytes().unwrap(), recorded.seen.status);
    }
    // No temperature was asked for before the first frame here; the record has one.
    camera.init().unwrap();
    camera.set(ControlId::EXPOSURE, 2000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    single(&camera).unwrap();
    for _ in 0..10 {
        let temp_c = camera.temperature_c().unwrap();
        assert!(recorded.seen.temperatures_c.contains(&temp_c), "{temp_c}");
    }
    single(&camera).unwrap();
}

#[test]
fn what_was_not_recorded_is_an_error_that_names_it() {
    let recorded = Recorded::new("?bulk=no");
    let library = library(&recorded.replay());
    let camera = library.open(&recorded.seen.id).unwrap();
    let text = camera.status_page(0x55).unwrap_err().to_string();
    assert!(
        text.contains("c0 d5 value 0000 index 0055 for 64 bytes") && text.contains("run.jsonl"),
        "{text}"
    );
    let text = camera.write_fpga(0x77, 0x1234).unwrap_err().to_string();
    assert!(text.contains("40 b9 value 1234 index 0077"), "{text}");
    camera.init().unwrap();
    // The same request with other data.
    let text = camera.set(ControlId::GAIN, 77.0).unwrap_err().to_string();
    assert!(text.contains("40 d1") && text.contains("not in the record"), "{text}");
    // The refused gain is not sent again, so the recorded frames come.
    camera.set(ControlId::GAIN, 30.0).unwrap();
    camera.set(ControlId::EXPOSURE, 2000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    single(&camera).unwrap();

    // More queues than the two of the single frames and that of the stream.
    let bus = select::bus_for(Some(&recorded.replay())).unwrap();
    let transport = bus.open(&bus.scan().unwrap()[0]).unwrap();
    for _ in 0..3 {
        transport.open_bulk_in(0x81).map(drop).unwrap();
    }
    let text = transport.open_bulk_in(0x81).map(drop).unwrap_err().to_string();
    assert!(text.contains("one more queue of reads on endpoint 81"), "{text}");
}

#[test]
fn damaged_records_are_refused_with_the_line() {
    let recorded = Recorded::new("");
    let cut = recorded.changed(|text| text[..text.len() / 2 + 7].to_owned());
    let text = mistake(&cut);
    assert!(text.contains("changed.jsonl: line ") && text.contains("cut off"), "{text}");

    type Damage = fn(String) -> String;
    let damaged: [(&str, Damage); 10] = [
        ("line 1: not a record", |text| text.lines().skip(1).map(|l| format!("{l}\n")).collect()),
        ("nothing in it", |_| String::new()),
        ("line 1: `{` was expected", |_| "SIMPLE  =  T".into()),
        ("form 99", |text| text.replacen("\"version\":1", "\"version\":99", 1)),
        ("`pid` is `zzzz`", |text| text.replacen("c601", "zzzz", 1)),
        ("device 7", |text| text.replace("\"dev\":0,\"rt\"", "\"dev\":7,\"rt\"")),
        ("does not fit", |text| text.replacen("\"n\":64", "\"n\":16", 1)),
        ("`sum` is missing", |text| text.replacen("\"sum\"", "\"som\"", 1)),
        ("`d` does not have", |text| text.replacen("\"got\":", "\"got\":9", 1)),
        ("cannot be", |text| text.replace("\"n\":524288", "\"n\":5")),
    ];
    for (named, change) in damaged {
        let text = mistake(&recorded.changed(change));
        assert!(text.starts_with("QHYCCD_DEVICES: ") && text.contains(named), "{named}: {text}");
    }
    fs::write(recorded.folder.path().join("changed.jsonl"), [0xFF, 0xFE, 0]).unwrap();
    assert!(mistake(&cut).contains("not text"));

    // The file with the pixels: cut off, changed, gone.
    let bulk = recorded.folder.path().join("run.jsonl.bulk");
    let mut bytes = fs::read(&bulk).unwrap();
    fs::write(&bulk, &bytes[..bytes.len() - 1]).unwrap();
    assert!(mistake(&recorded.replay()).contains("run.jsonl.bulk: has "));
    bytes[100_000] ^= 1;
    fs::write(&bulk, &bytes).unwrap();
    let library = library(&recorded.replay());
    let camera = library.open(&recorded.seen.id).unwrap();
    camera.init().unwrap();
    camera.set(ControlId::EXPOSURE, 2000.0).unwrap();
    camera.set_roi(ROI).unwrap();
    let text = single(&camera).unwrap_err().to_string();
    assert!(text.contains("not those recorded"), "{text}");
    fs::remove_file(&bulk).unwrap();
    let text = mistake(&recorded.replay());
    assert!(text.contains("run.jsonl.bulk") && text.contains("bulk=no"), "{text}");
    assert_eq!(run(&format!("{}?bulk=no", recorded.replay())).id, recorded.seen.id);
}

#[test]
fn any_damage_to_any_line_is_survived() {
    let recorded = Recorded::new("?bulk=no");
    let text = fs::read_to_string(recorded.file()).unwrap();
    let path = recorded.folder.path().join("changed.jsonl");
    // A fixed walk over places and bytes: what fails here fails again.
    let mut at = 1;
    for step in 0..300 {
        at = (at * 31 + 7919) % text.len();
        let mut bytes = text.clone().into_bytes();
        bytes[at] = b"0\"{}:,\\9-x"[step % 10];
        fs::write(&path, &bytes).unwrap();
        let Ok(bus) = select::bus_for(Some(&format!("replay:{}", path.display()))) else { continue };
        for device in bus.scan().unwrap() {
            let Ok(transport) = bus.open(&device) else { continue };
            let mut answer = [0; 64];
            let _ = transport.control_in(Setup::vendor_in(0xD2, 0, 0), &mut answer, LIMIT);
            if let Ok(mut queue) = transport.open_bulk_in(0x81) {
                queue.submit(vec![0; 1024]).unwrap();
                let _ = queue.wait(Duration::ZERO);
            }
        }
    }
}

#[test]
fn records_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl");
    let devices = format!("record:{}:{CAMERA}", file.display());
    for _ in 0..3 {
        library(&devices).scan().unwrap();
    }
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let expected = ["", ".2", ".2.bulk", ".3", ".3.bulk", ".bulk"].map(|end| format!("a.jsonl{end}"));
    assert_eq!(names, expected);
    let scan = |end: &str| library(&format!("replay:{}{end}", file.display())).scan().unwrap().remove(0).id;
    assert_eq!(scan(""), scan(".3"));
    // A bus that cannot be leaves no file.
    let text = mistake(&format!("record:{}:virtual:QHY1M", folder.path().join("b").display()));
    assert!(text.contains("QHY1M") && text.matches("QHYCCD_DEVICES").count() == 1, "{text}");
    assert!(!folder.path().join("b").exists());
    assert!(mistake("record:/no/such/folder/file:virtual:QHY600M").contains("/no/such/folder/file"));
}

#[test]
fn a_camera_that_went_is_gone_in_the_replay_too() {
    let recorded = Recorded::new("?bulk=no");
    // From the first status on the device does not answer.
    let gone = recorded.changed(|text| {
        let lost = |line: &str| {
            let status = line.contains("\"rq\":\"d2\"");
            if status { line.replace("\"r\":64", "\"r\":-4") + "\n" } else { format!("{line}\n") }
        };
        text.lines().map(lost).collect()
    });
    let bus = select::bus_for(Some(&gone)).unwrap();
    let transport = bus.open(&bus.scan().unwrap()[0]).unwrap();
    assert!(!transport.is_gone());
    let answer = transport.control_in(Setup::vendor_in(0xD2, 0, 0), &mut [0; 64], LIMIT);
    assert_eq!(answer, Err(UsbError::Gone));
    assert!(transport.is_gone());
}

/// `qhy probe` with these arguments, on a virtual camera with a serial number of note.
#[cfg(feature = "tools")]
const PROBED: &str = "QHY600M?serial=9f3a517c2be4d680&speed=50";

#[cfg(feature = "tools")]
fn probe(arguments: &[&str], report: &std::path::Path) -> (String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_qhy"))
        .env_remove("QHYCCD_DEVICES")
        .env_remove("QHYCCD_LOG")
        .args(["probe", "--virtual", PROBED, "--out"])
        .arg(report)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success() && stderr.is_empty(), "{stdout}{stderr}");
    (stdout, fs::read_to_string(report).unwrap())
}

#[cfg(feature = "tools")]
#[test]
fn a_probe_writes_a_report_that_plays_and_hides_the_serial_number() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.txt");
    let (printed, text) = probe(&["--mask-serial"], &report);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "one file");
    for part in
        ["have not driven a real camera", "single frame: 9600x6422", "live frames: 10 of 10", "alone in "]
    {
        assert!(printed.contains(part) && text.contains(part), "{part}: {printed}");
    }
    assert!(!text.contains("FAILED"), "{}", text.lines().filter(|l| l.starts_with('#')).collect::<String>());
    let pages: Vec<&str> = text.lines().filter(|l| l.contains("\"rq\":\"d5\"")).collect();
    let before = pages.iter().position(|l| l.contains("\"i\":\"0003\"")).expect("initialised");
    assert!(before >= 5, "pages are read before anything is switched");
    assert!(!pages.iter().any(|l| l.contains("\"i\":\"0035\"") || l.contains("\"i\":\"0036\"")));

    // The number itself, the sixteen bytes it stands for, and the letters as bytes.
    let plain = folder.path().join("plain");
    let number = "9f3a517c2be4d680";
    let id =
        library(&format!("record:{}?bulk=no:virtual:{PROBED}", plain.display())).scan().unwrap().remove(0).id;
    assert_eq!(id, format!("QHY600M-{number}"));
    let record = fs::read_to_string(&plain).unwrap();
    let line = record.lines().find(|l| l.contains("\"v\":\"0010\"")).expect("the question for the number");
    let (_, raw) = line.rsplit_once("\"d\":\"").expect("its answer");
    let letters: String = number.bytes().map(|b| format!("{b:02x}")).collect();
    for secret in [number, &raw[..32], &letters] {
        assert!(!text.contains(secret) && !printed.contains(secret), "{secret}");
    }

    let library = library(&format!("replay:{}?speed=1000", report.display()));
    let id = library.scan().unwrap().remove(0).id;
    assert_eq!(id, format!("QHY600M-{}", "0".repeat(16)));
    let camera = library.open(&id).unwrap();
    camera.status_bytes().unwrap();
    camera.init().unwrap();
    camera.set(ControlId::EXPOSURE, 20_000.0).unwrap();
    assert_eq!(single(&camera).unwrap().len(), 9600 * 6422 * 2);
    camera.set_stream_mode(StreamMode::Live).unwrap();
    camera.init().unwrap();
    camera.set_roi(Rect { x: 0, y: 2970, width: 9600, height: 480 }).unwrap();
    camera.set_buffer_number(64).unwrap();
    camera.begin_live().unwrap();
    live(&camera, 10);
    camera.stop_live().unwrap();
}

/// A record by hand: two orders, a status that changes, an order of a thread that never
/// asks, and a queue of two reads.
const BY_HAND: &str = r#"# for people
{"t":0,"th":0,"ev":"record","version":1}
{"t":0,"th":0,"ev":"device","dev":0,"vid":"1618","pid":"c601","bus":1,"addr":2,"ports":"1.4","speed":"super"}
{"t":0,"th":0,"ev":"open","dev":0,"r":0,"clock":1000}
{"t":1,"th":0,"ev":"ctl","dev":0,"rt":"40","rq":"01","v":"0000","i":"0000","n":1,"to":1,"r":1,"d":"0a"}
{"t":2,"th":0,"ev":"ctl","dev":0,"rt":"c0","rq":"02","v":"0000","i":"0000","n":1,"to":1,"r":1,"d":"01"}
{"t":3,"th":0,"ev":"ctl","dev":0,"rt":"c0","rq":"02","v":"0000","i":"0000","n":1,"to":1,"r":1,"d":"02"}
{"t":4,"th":0,"ev":"ctl","dev":0,"rt":"40","rq":"01","v":"0000","i":"0000","n":1,"to":1,"r":1,"d":"0b"}
{"t":5,"th":0,"ev":"ctl","dev":0,"rt":"c0","rq":"02","v":"0000","i":"0000","n":1,"to":1,"r":1,"d":"03"}
{"t":6,"th":1,"ev":"ctl","dev":0,"rt":"40","rq":"01","v":"0000","i":"0000","n":1,"to":1,"r":1,"d":"0c"}
{"t":7,"th":0,"ev":"ctl","dev":0,"rt":"c0","rq":"02","v":"0000","i":"0000","n":1,"to":1,"r":-9,"d":""}
{"t":8,"th":0,"ev":"stream","dev":0,"s":0,"ep":"81","r":0}
{"t":8,"th":0,"ev":"xfer","dev":0,"s":0,"n":2048,"r":2048,"got":2048,"head":"HEAD","tail":"TAIL","sum":"0"}
{"t":8,"th":0,"ev":"xfer","dev":0,"s":0,"n":2048,"r":4,"got":4,"d":"01020304"}
{"t":8,"th":0,"ev":"xfer","dev":0,"s":0,"n":2048,"r":-4,"got":0,"d":""}
"#;

#[test]
fn answers_follow_the_orders_and_reads_may_have_other_lengths() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("by-hand");
    fs::write(&file, BY_HAND.replace("HEAD", &"aa".repeat(64)).replace("TAIL", &"bb".repeat(64))).unwrap();
    let open = || {
        let bus = select::bus_for(Some(&format!("replay:{}", file.display()))).unwrap();
        bus.open(&bus.scan().unwrap()[0]).unwrap()
    };
    let status = |transport: &dyn qhyccd::transport::Transport| {
        let mut answer = [0];
        transport.control_in(Setup::vendor_in(2, 0, 0), &mut answer, LIMIT).map(|_| answer[0])
    };
    let order = |transport: &dyn qhyccd::transport::Transport, byte| {
        transport.control_out(Setup::vendor_out(1, 0, 0), &[byte], LIMIT).unwrap();
    };

    // One question less than in the record, then many more.
    let transport = open();
    order(&*transport, 0x0A);
    assert_eq!(status(&*transport), Ok(1));
    order(&*transport, 0x0B);
    assert_eq!(status(&*transport), Ok(3));
    for _ in 0..5 {
        assert_eq!(status(&*transport), Err(UsbError::Stall));
    }
    // What works in the background may be early.
    let transport = open();
    order(&*transport, 0x0C);
    order(&*transport, 0x0A);
    let answers: Vec<_> = (0..4).map(|_| status(&*transport)).collect();
    assert_eq!(answers, [Ok(1), Ok(2), Ok(3), Err(UsbError::Stall)]);

    // Shorter reads than those recorded: the last ends with its short packet.
    let mut queue = transport.open_bulk_in(0x81).unwrap();
    for _ in 0..4 {
        queue.submit(vec![0; 1024]).unwrap();
    }
    let reads: Vec<_> = (0..4).map(|_| queue.wait(LIMIT).unwrap()).collect();
    assert_eq!(reads.iter().map(|read| read.filled).collect::<Vec<_>>(), [1024, 1024, 4, 0]);
    assert!(reads[0].buffer.starts_with(&[0xAA; 64]) && reads[1].buffer.ends_with(&[0xBB; 64]));
    assert_eq!(reads[0].buffer[64..], [0; 960]);
    assert_eq!(reads[2].buffer[..4], [1, 2, 3, 4]);
    assert_eq!(reads[3].status, Err(UsbError::Gone));
    assert!(transport.is_gone());
    // One longer read: two recorded ones fill it.
    let mut queue = open().open_bulk_in(0x81).unwrap();
    queue.submit(vec![0; 4096]).unwrap();
    assert_eq!(queue.wait(LIMIT).unwrap().filled, 2052);
    // A wake ends a wait at once.
    let transport = open();
    let mut queue = transport.open_bulk_in(0x81).unwrap();
    queue.submit(vec![0; 1024]).unwrap();
    queue.waker().wake();
    assert!(queue.wait(LIMIT).is_none());
    assert_eq!(queue.wait(LIMIT).unwrap().filled, 1024);
}
