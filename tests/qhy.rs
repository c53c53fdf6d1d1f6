//! The command-line tool as a user meets it: started as a program, on virtual cameras.
#![cfg(all(feature = "tools", feature = "virtual"))]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

#[path = "support/fits.rs"]
mod fits;

use fits::Fits;

/// The tool, with no device settings inherited.
fn qhy() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qhy"));
    command.env_remove("QHYCCD_DEVICES").env_remove("QHYCCD_LOG");
    command
}

fn output(arguments: &[&str]) -> Output {
    qhy().args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs the tool, which must succeed and be silent on standard error.
fn stdout(arguments: &[&str]) -> String {
    let output = output(arguments);
    let stderr = text(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{arguments:?}: {:?}, {stderr}", output.status);
    text(&output.stdout)
}

/// Runs the tool, which must fail with this code and print nothing but one line on
/// standard error; gives that line.
fn failure(arguments: &[&str]) -> String {
    let output = output(arguments);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {}", text(&output.stdout));
    assert!(stderr.starts_with("qhy: ") && stderr.lines().count() == 1, "{arguments:?}: {stderr}");
    stderr
}

/// Captures to `name` in the folder, 100 ms unless the extra arguments say otherwise.
fn capture(folder: &TempDir, camera: &str, name: &str, extra: &[&str]) -> Fits {
    let path = folder.path().join(name);
    let path_text = path.to_str().unwrap();
    let mut arguments = vec!["capture", "--virtual", camera, "--out", path_text];
    arguments.extend(extra);
    if !extra.iter().any(|a| a.starts_with("--exposure")) {
        arguments.push("--exposure=100ms");
    }
    let printed = stdout(&arguments);
    assert!(printed.starts_with(path_text), "{printed}");
    Fits::read(&path)
}

/// The value of scene `xy` in the whole frame.
fn xy(x: usize, y: usize) -> u16 {
    (7 * x + 13 * y + x * y) as u16
}

/// True if the program may be used. Absent programs fail the test in CI, and are named
/// elsewhere.
fn have(what: &str, mut probe: Command) -> bool {
    let there = probe.output().is_ok_and(|o| o.status.success());
    assert!(there || std::env::var_os("CI").is_none(), "{what} is needed in CI");
    if !there {
        // Not `eprintln!`, which the test runner hides.
        let _ = writeln!(std::io::stderr(), "skipped: {what} is not installed");
    }
    there
}

#[test]
fn help_names_the_subcommands_and_bad_arguments_exit_with_2() {
    let help = stdout(&["--help"]);
    for name in ["list", "info", "capture", "gps", "probe", "models", "matrix", "--virtual"] {
        assert!(help.contains(name), "{help}");
    }
    assert_eq!(stdout(&["--version"]), format!("qhy {}\n", env!("CARGO_PKG_VERSION")));

    let out = ["capture", "--virtual", "QHY600M", "--out", "never.fits"];
    for bad in [
        &["--exposure", "2 parsecs"][..],
        &["--exposure", "-1"],
        &["--bits", "12"],
        &["--roi", "1,2,3"],
        &["--roi", "0,0,10,10", "--area", "full"],
        &["--count", "0"],
        &["--gain", "-1"],
        &["--frobnicate"],
    ] {
        let output = output(&[&out, bad].concat());
        assert_eq!(output.status.code(), Some(2), "{bad:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty(), "{bad:?}");
    }
    assert!(!Path::new("never.fits").exists());
}

#[test]
fn a_broken_choice_of_devices_is_named() {
    assert!(failure(&["list", "--virtual", "QHY601M"]).contains("QHY601M"));
    assert!(failure(&["info", "--virtual", "QHY600M?sead=3"]).contains("sead"));
    assert!(failure(&["list", "--virtual", ""]).contains("model"));
    let output = qhy().arg("list").env("QHYCCD_DEVICES", "vitual:QHY600M").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("vitual:QHY600M"));
}

#[test]
fn list_shows_each_camera_and_the_environment_works_too() {
    let both = stdout(&["list", "--virtual", "QHY600M,QHY600C"]);
    assert_eq!(both.lines().count(), 3, "{both}");
    for model in ["QHY600M", "QHY600C"] {
        let line = both.lines().find(|l| l.starts_with(&format!("{model}-"))).expect(&both);
        assert!(line.contains("USB 3") && line.contains("virtual"), "{line}");
    }
    let output = qhy().arg("list").env("QHYCCD_DEVICES", "virtual:QHY600M,QHY600C").output().unwrap();
    assert_eq!(text(&output.stdout), both);
}

#[test]
fn info_tells_modes_controls_and_readings() {
    let info = stdout(&["info", "--virtual", "QHY600M"]);
    for part in [
        "QHY600M-",
        "IMX455",
        "PhotoGraphic DSO",
        "9600x6422",
        "24,0 9576x6388",
        "0,6388 9600x34",
        "gain",
        "USB traffic",
        "Firmware",
        "FPGA",
        "Sensor temperature",
        "Filter wheel",
    ] {
        assert!(info.contains(part), "no `{part}` in\n{info}");
    }
    let gain = info.lines().find(|l| l.starts_with("6 gain")).expect(&info);
    let numbers: Vec<&str> = gain.split_whitespace().skip(2).collect();
    assert_eq!(numbers, ["30", "0", "200", "1"]);
}

#[test]
fn a_camera_is_chosen_by_the_start_of_its_id() {
    let two = "QHY600M,QHY600C";
    assert!(failure(&["info", "--virtual", two]).contains("more than one"));
    assert!(failure(&["info", "--virtual", two, "QHY268"]).contains("no camera `QHY268`"));
    assert!(stdout(&["info", "--virtual", two, "QHY600C"]).contains("colour, RGGB"));
}

#[test]
fn models_are_listed_as_text_and_json() {
    assert!(stdout(&["models"]).lines().any(|l| l.starts_with("QHY600M ") && l.contains("1618:c601")));
    let lite = "QHY600Lite      QHY600M";
    assert!(
        stdout(&["models"])
            .lines()
            .any(|l| l.starts_with(lite) && l.contains("1024 MiB; back focus 17.5 mm"))
    );
    let json = stdout(&["models", "--json"]);
    let mut python = Command::new("python3");
    python.arg("--version");
    if !have("python3", python) {
        return;
    }
    let script =
        "import json, sys; print({m['name']: m['product_id'] for m in json.loads(sys.argv[1])}['QHY600M'])";
    let output = Command::new("python3").args(["-c", script, &json]).output().unwrap();
    assert_eq!(text(&output.stdout).trim(), "50689", "{}", text(&output.stderr));
}

#[test]
fn the_matrix_counts_functions_and_names_programs() {
    let matrix = stdout(&["matrix"]);
    let line = matrix.lines().find(|l| l.starts_with("GetQHYCCDSingleFrame ")).expect(&matrix);
    assert!(line.contains("done") && line.contains("indi"), "{line}");
    let table =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("include/qhyccd.abi.tsv")).unwrap();
    let count = |status| table.lines().filter(|l| l.split('\t').any(|cell| cell == status)).count();
    let (done, refused) = (count("done"), count("refused"));
    assert!(
        matrix.contains(&format!("{} functions: {done} done, {refused} refused", done + refused)),
        "{matrix}"
    );

    let phd2 = stdout(&["matrix", "--used-by", "phd2"]);
    assert!(phd2.contains("GetQHYCCDSingleFrame ") && phd2.lines().count() < matrix.lines().count());
    assert!(failure(&["matrix", "--used-by", "nobody"]).contains("nobody"));
}

#[test]
fn pixels_stand_where_the_region_says() {
    let folder = tempfile::tempdir().unwrap();
    let camera = "QHY600M?scene=xy&readout=instant";
    for (name, roi, x0, y0) in [
        ("corner", "0,0,64,48", 0, 0),
        ("inside", "1001,2003,33,17", 1001, 2003),
        ("last", "9592,6380,8,8", 9592, 6380),
    ] {
        let frame = capture(&folder, camera, &format!("{name}.fits"), &["--roi", roi, "--no-preview"]);
        assert_eq!((frame.cards["XORGSUBF"].as_str(), frame.cards["YORGSUBF"].as_str()), {
            let mut parts = roi.split(',');
            (parts.next().unwrap(), parts.next().unwrap())
        });
        for y in 0..frame.height {
            for x in 0..frame.width {
                assert_eq!(frame.at(x, y), xy(x0 + x, y0 + y), "{name} at {x},{y}");
            }
        }
        assert!(!folder.path().join(format!("{name}.png")).exists());
    }
}

#[test]
fn eight_bits_and_binning() {
    let folder = tempfile::tempdir().unwrap();
    let camera = "QHY600M?scene=constant:5000&readout=instant";
    let eight = capture(&folder, camera, "8.fits", &["--roi", "100,100,50,40", "--bits", "8"]);
    assert_eq!((eight.width, eight.height), (50, 40));
    assert!(!eight.cards.contains_key("BZERO"));
    assert!(eight.pixels.iter().all(|&v| v == 5000 >> 8), "{:?}", &eight.pixels[..4]);

    let binned = capture(&folder, camera, "2.fits", &["--roi", "100,100,50,40", "--bin", "2"]);
    assert_eq!((binned.width, binned.height), (50, 40));
    assert_eq!(binned.cards["XBINNING"], "2");
    assert_eq!(binned.real("XPIXSZ"), 7.52);
    assert!(binned.pixels.iter().all(|&v| v == 20_000), "{:?}", &binned.pixels[..4]);
}

#[test]
fn whole_and_effective_area() {
    let folder = tempfile::tempdir().unwrap();
    let camera = "QHY600M?scene=xy&readout=instant";
    let effective = capture(&folder, camera, "effective.fits", &["--no-preview"]);
    assert_eq!((effective.width, effective.height), (9576, 6388));
    assert!(!effective.cards.contains_key("DATASEC"));
    let full = capture(&folder, camera, "full.fits", &["--area", "full", "--no-preview"]);
    assert_eq!((full.width, full.height), (9600, 6422));
    assert_eq!(full.cards["DATASEC"], "[25:9600,1:6388]");
    assert_eq!(full.cards["BIASSEC"], "[1:9600,6389:6422]");
    for y in 0..full.height {
        for x in 0..full.width {
            assert_eq!(full.at(x, y), xy(x, y), "full at {x},{y}");
        }
    }
    for (y, row) in effective.pixels.chunks_exact(9576).enumerate() {
        assert_eq!(row, &full.pixels[y * 9600 + 24..][..9576], "row {y}");
    }
}

#[test]
fn keywords_say_what_was_set() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--roi", "101,200,30,20", "--gain", "56", "--offset", "12", "--read-mode", "1"];
    let frame = capture(&folder, "QHY600C?readout=instant", "c.fits", &settings);
    assert_eq!(frame.real("EXPTIME"), 0.1);
    assert_eq!(frame.cards["GAIN"], "56");
    assert_eq!(frame.real("EGAIN"), 0.3301);
    assert_eq!(frame.cards["OFFSET"], "12");
    assert_eq!(frame.cards["READOUTM"], "High Gain Mode 16BIT");
    assert_eq!(frame.cards["INSTRUME"], "QHY600C");
    assert!(frame.cards["CAMERAID"].starts_with("QHY600C-"));
    // RGGB seen from an odd column.
    assert_eq!(frame.cards["BAYERPAT"], "GRBG");
    assert_eq!(frame.cards["ROWORDER"], "TOP-DOWN");
    assert_eq!(frame.cards["SIMULATE"], "T");
    assert_eq!(frame.real("XPIXSZ"), 3.76);
    assert!(frame.cards.contains_key("CCD-TEMP") && frame.cards.contains_key("USBLIMIT"));
    assert!(!frame.cards.contains_key("SET-TEMP"), "nobody asked for cooling");
    let date = &frame.cards["DATE-OBS"];
    assert!(date.len() == 23 && date.starts_with("20") && date.as_bytes()[10] == b'T', "{date}");
}

/// The same record in words, from a camera and from a file, and as keywords.
#[test]
fn gps_data_are_told_in_words_and_keywords() {
    let folder = tempfile::tempdir().unwrap();
    let camera = "QHY600M?readout=instant&scene=xy&gps=on&gps_place=-33.5:151.25";
    for (bits, name) in [("16", "16.fits"), ("8", "8.fits")] {
        let settings = ["--roi", "0,0,600,20", "--gps", "--bits", bits, "--no-preview"];
        let frame = capture(&folder, camera, name, &settings);
        assert_eq!((frame.cards["GPS_SEQ"].as_str(), frame.cards["GPS_NFLG"].as_str()), ("0", "3"));
        assert_eq!(frame.cards["GPS_NST"], "locked and valid");
        assert_eq!(frame.cards["GPS_PPS"], "10000000");
        assert!((frame.real("GPS_LAT") + 33.5).abs() < 1e-6 && (frame.real("GPS_LON") - 151.25).abs() < 1e-5);
        assert_eq!(frame.real("QHY_OFF0"), 73.75 + 0.044 * frame.real("GPS_LP"));
        let words = stdout(&["gps", "--fits", folder.path().join(name).to_str().unwrap()]);
        let now = &frame.cards["GPS_NUTC"];
        for told in [
            "number 0, 9600x300 sent",
            "locked and valid",
            now,
            "-33.500000 N, 151.250000 E",
            "Doubts       none",
        ] {
            assert!(words.contains(told), "{told}: {words}");
        }
    }
    let words = stdout(&["gps", "--count", "2", "--virtual", "QHY600M?readout=instant&gps=searching"]);
    for told in ["number 0", "number 1", "not locked", "us after now", "the last second had 0 counts"] {
        assert!(words.contains(told), "{told}: {words}");
    }
    // Without a box the bytes are pixels, and no keyword is made of them.
    let without =
        capture(&folder, "QHY600M?readout=instant&scene=xy", "no.fits", &["--roi", "0,0,600,20", "--gps"]);
    assert!(!without.cards.contains_key("GPS_NUTC") && without.cards.contains_key("QHY_OFF0"));
    assert!(failure(&["gps", "--fits", "does-not-exist.fits"]).contains("does-not-exist.fits"));
}

#[test]
fn cooling_reaches_its_target_first() {
    let folder = tempfile::tempdir().unwrap();
    let extra = ["--roi", "0,0,16,16", "--cool", "5"];
    let frame = capture(&folder, "QHY600M?speed=200&ambient=20", "cold.fits", &extra);
    assert_eq!(frame.real("SET-TEMP"), 5.0);
    assert!((frame.real("CCD-TEMP") - 5.0).abs() <= 1.0, "{}", frame.real("CCD-TEMP"));
}

#[test]
fn the_seed_decides_the_noise() {
    let folder = tempfile::tempdir().unwrap();
    let roi = ["--roi", "3000,3000,200,100", "--no-preview"];
    let one = capture(&folder, "QHY600M?seed=7", "1.fits", &roi);
    let same = capture(&folder, "QHY600M?seed=7", "2.fits", &roi);
    let other = capture(&folder, "QHY600M?seed=8", "3.fits", &roi);
    assert!(one.pixels == same.pixels);
    assert!(one.pixels != other.pixels);
}

#[test]
fn stars_show_in_the_preview() {
    let folder = tempfile::tempdir().unwrap();
    for camera in ["QHY600M?speed=100", "QHY600C?speed=100"] {
        let frame = capture(&folder, camera, "first-light.fits", &["--exposure=2s"]);
        assert_eq!(frame.real("EXPTIME"), 2.0);
        let file = fs::File::open(folder.path().join("first-light.png")).unwrap();
        let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
        let mut picture = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut picture).unwrap();
        assert_eq!((info.width, info.height), (1596, 1064));
        assert_eq!(info.color_type == png::ColorType::Rgb, camera.starts_with("QHY600C"));
        picture.sort_unstable();
        let at = |part: f64| picture[((picture.len() - 1) as f64 * part) as usize];
        // A dark grey sky, and something on it that is much brighter.
        assert!((15..110).contains(&at(0.5)), "sky {}", at(0.5));
        assert!(at(0.9995) > 180, "stars {}", at(0.9995));
        assert!(at(0.9) < at(0.5) + 60, "the sky is {}..{}", at(0.5), at(0.9));
    }
}

#[test]
fn a_series_is_numbered_and_differs() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("s.fits");
    let printed = stdout(&[
        "capture",
        "--virtual=QHY600M?readout=instant",
        "--exposure=1ms",
        "--roi=500,500,64,64",
        "--count=2",
        "--no-preview",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(printed.lines().count(), 2);
    let [one, two] = ["s-001.fits", "s-002.fits"].map(|name| Fits::read(&folder.path().join(name)));
    assert!(one.pixels != two.pixels, "each frame has its own noise");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_cannot_be_done_is_refused_without_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("no.fits");
    let out = out.to_str().unwrap();
    let refused = |extra: &[&str]| {
        let basic = ["capture", "--virtual", "QHY600M?readout=instant", "--out", out];
        failure(&[&basic, extra].concat())
    };
    assert!(refused(&["--gain", "201"]).contains("gain 201 is not within 0..200"));
    assert!(refused(&["--exposure=7200s"]).contains("exposure"));
    assert!(refused(&["--cool", "-300"]).contains("cooler target"));
    refused(&["--bin", "7"]);
    refused(&["--read-mode", "99"]);
    refused(&["--roi", "9000,0,1000,10"]);
    assert!(refused(&["--camera", "QHY268"]).contains("QHY268"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let nowhere = folder.path().join("missing/no.fits");
    assert!(
        failure(&["capture", "--virtual=QHY600M", "--out", nowhere.to_str().unwrap()])
            .contains("no such folder")
    );
}

/// Ctrl-C during a long exposure: its own exit code, no file of any kind.
#[cfg(unix)]
#[test]
fn interrupting_leaves_no_file() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let folder = tempfile::tempdir().unwrap();
    let mut child = qhy()
        .args(["capture", "--virtual=QHY600M", "--exposure=3000s", "--out"])
        .arg(folder.path().join("long.fits"))
        .env("QHYCCD_LOG", "qhy=info")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("exposure started")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty());
    assert!(lines.any(|line| line.contains("interrupted")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Other people's readers accept the files and see the same numbers.
#[test]
fn astropy_and_fitsverify_accept_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let mono = capture(&folder, "QHY600M?readout=instant", "mono.fits", &["--area=full"]);
    let colour =
        capture(&folder, "QHY600C?readout=instant", "colour.fits", &["--roi=24,0,301,201", "--bits=8"]);
    let xy_frame = capture(&folder, "QHY600M?scene=xy&readout=instant", "xy.fits", &["--roi=70,90,33,7"]);
    let files = [path("mono.fits"), path("colour.fits"), path("xy.fits")];

    let mut probe = Command::new("sh");
    probe.args(["-c", "command -v fitsverify"]);
    if have("fitsverify", probe) {
        for file in &files {
            let output = Command::new("fitsverify").arg(file).output().unwrap();
            let report = text(&output.stdout);
            assert!(output.status.success(), "{report}");
            assert!(report.contains("found 0 warning(s) and 0 error(s)"), "{report}");
        }
    }

    let mut astropy = Command::new("python3");
    astropy.args(["-c", "import astropy.io.fits"]);
    if have("astropy for python3", astropy) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/fits_check.py");
        let output = Command::new("python3").arg(script).args(&files).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let reports = text(&output.stdout);
        for (report, (frame, kind)) in
            reports.lines().zip([(mono, "uint16"), (colour, "uint8"), (xy_frame, "uint16")])
        {
            let corner: Vec<String> = (0..4).map(|x| frame.at(x, 0).to_string()).collect();
            for part in [
                format!("\"shape\": [{}, {}]", frame.height, frame.width),
                format!("\"dtype\": \"{kind}\""),
                format!("\"min\": {}", frame.pixels.iter().min().unwrap()),
                format!("\"max\": {}", frame.pixels.iter().max().unwrap()),
                format!("\"corner\": [{}]", corner.join(", ")),
                format!("\"CAMERAID\": \"{}\"", frame.cards["CAMERAID"]),
                "\"SIMULATE\": true".to_string(),
            ] {
                assert!(report.contains(&part), "no {part} in {report}");
            }
        }
        assert_eq!(reports.lines().count(), 3);
    }
}
