//! Programs that other people wrote, unchanged, on this library: the compiled module of
//! the Python package `qhyccd`, and the Rust crate `qhyccd-rs` in both ways of linking.
//! They run on cameras in the process and, over the libusb look-alike, on cameras on USB.
//! Their packages come from the public registries once and are kept below `target/`.
#![cfg(all(target_os = "linux", feature = "c-abi", feature = "virtual", feature = "tools"))]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::usb::{libusb_folder, uses_another_libusb};
use support::{built_dir, have, link_library, on_cameras, run, scratch, skip, target_dir};

/// Where cameras are: what stands before their order, and the folder of the libusb that
/// has them.
fn places(test: &str) -> Vec<(&'static str, Option<PathBuf>)> {
    let mut places = vec![("virtual:", None)];
    if uses_another_libusb() {
        skip(test, "not over USB: this build has libusb compiled in");
    } else {
        places.push(("virtual-usb:", Some(libusb_folder(&format!("clients-libusb-{test}")))));
    }
    places
}

/// A folder that later runs find again.
fn cache(name: &str) -> PathBuf {
    let dir = target_dir().join("clients").join(name);
    fs::create_dir_all(&dir).expect("cache folder");
    dir
}

/// The pixels of a FITS file as `qhy` writes it: one 16-bit image with the usual zero.
fn read_fits(path: &Path) -> (usize, usize, Vec<u16>) {
    let bytes = fs::read(path).expect("FITS file");
    let cards: Vec<_> =
        bytes.chunks(80).map(String::from_utf8_lossy).take_while(|c| c.trim_end() != "END").collect();
    let number = |key: &str| -> usize {
        let card = cards.iter().find(|c| c[..8].trim_end() == key).unwrap_or_else(|| panic!("no {key}"));
        let value = card[10..].split('/').next().expect("value").trim();
        value.parse::<f64>().unwrap_or_else(|e| panic!("{key} {value}: {e}")) as usize
    };
    assert_eq!((number("BITPIX"), number("NAXIS"), number("BZERO"), number("BSCALE")), (16, 2, 32768, 1));
    let (width, height) = (number("NAXIS1"), number("NAXIS2"));
    let start = ((cards.len() + 1) * 80).next_multiple_of(2880);
    let data = &bytes[start..start + width * height * 2];
    let samples = data.chunks_exact(2).map(|b| u16::from_be_bytes([b[0], b[1]]) ^ 0x8000).collect();
    (width, height, samples)
}

/// Installs the Python package in a folder of its own and puts our library in the place
/// of the one that came with it, once for all tests. `None` if that cannot be done here.
fn python_package(test: &str) -> Option<&'static Path> {
    static PACKAGE: OnceLock<Option<PathBuf>> = OnceLock::new();
    PACKAGE.get_or_init(|| install_python_package(test)).as_deref()
}

fn install_python_package(test: &str) -> Option<PathBuf> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        skip(test, "the package has no compiled module for this platform");
        return None;
    }
    if !have("python3", &["-m", "pip", "--version"], test) {
        return None;
    }
    let dir = cache("python");
    let libs = dir.join("qhyccd.libs");
    if !dir.join("qhyccd/qhyccd.abi3.so").is_file() || !dir.join("numpy").is_dir() {
        let install = run(Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--upgrade", "--target"])
            .arg(&dir)
            .args(["qhyccd==0.1.3", "numpy<3"]));
        if !install.success {
            skip(test, &format!("pip cannot install the package: {}", install.stderr));
            return None;
        }
    }
    let theirs: Vec<_> = fs::read_dir(&libs)
        .expect("libraries of the package")
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("libqhyccd-")))
        .collect();
    assert_eq!(theirs.len(), 1, "{theirs:?}");
    fs::remove_file(&theirs[0]).expect("old library");
    fs::copy(built_dir().join("libqhyccd.so"), &theirs[0]).expect("our library");
    Some(dir)
}

/// What of a frame is asked for.
struct Order {
    camera: String,
    exposure_us: u32,
    gain: u32,
    offset: u32,
}

/// The whole picture.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u16>,
}

impl Order {
    /// Takes it with `qhy`.
    fn by_tool(&self, dir: &Path) -> Picture {
        let fits = dir.join("tool.fits");
        let mut tool = on_cameras(env!("CARGO_BIN_EXE_qhy"), &format!("virtual:{}", self.camera), dir);
        tool.args(["capture", "--quiet", "--no-preview", "--area", "full", "--exposure"])
            .arg(format!("{}us", self.exposure_us))
            .args(["--gain", &self.gain.to_string(), "--offset", &self.offset.to_string(), "--out"])
            .arg(&fits);
        run(&mut tool).good();
        let (width, height, pixels) = read_fits(&fits);
        fs::remove_file(&fits).expect("FITS file");
        Picture { width, height, pixels }
    }

    /// Takes it with the Python module, which must get the same; returns the camera's id.
    fn by_module(
        &self,
        package: &Path,
        place: (&str, Option<&Path>),
        dir: &Path,
        wanted: &Picture,
    ) -> String {
        let raw = dir.join("module.raw");
        let mut module = on_cameras("python3", &format!("{}{}", place.0, self.camera), dir);
        let numbers = [wanted.width as u32, wanted.height as u32, self.exposure_us, self.gain, self.offset];
        module
            .arg("-B")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/capture.py"))
            .args([package, &raw])
            .args(numbers.map(|number| number.to_string()));
        if let Some(folder) = place.1 {
            module.env("LD_LIBRARY_PATH", folder);
        }
        let id = run(&mut module).silent();
        let bytes = fs::read(&raw).expect("pixels of the module");
        fs::remove_file(&raw).expect("pixels of the module");
        assert_eq!(bytes.len(), 2 * wanted.pixels.len(), "{}", self.camera);
        let theirs = bytes.chunks_exact(2).map(|b| u16::from_ne_bytes([b[0], b[1]]));
        let different = theirs.zip(&wanted.pixels).filter(|(a, b)| a != *b).count();
        assert_eq!(different, 0, "pixels differ, {}{}", place.0, self.camera);
        id
    }
}

#[test]
fn the_python_module_takes_the_frame_that_qhy_takes() {
    let test = "the_python_module_takes_the_frame_that_qhy_takes";
    let Some(package) = python_package(test) else { return };
    let dir = scratch("clients-python");
    let order =
        Order { camera: "QHY600M?seed=4711&speed=100".into(), exposure_us: 3_000_000, gain: 26, offset: 20 };
    let ours = order.by_tool(&dir);
    assert_eq!((ours.width, ours.height), (9600, 6422));
    for (place, libusb) in places(test) {
        let id = order.by_module(package, (place, libusb.as_deref()), &dir, &ours);
        assert!(id.starts_with("QHY600M-"), "{id}");
    }
    // Both would agree on a black frame too.
    let (low, high) = (ours.pixels.iter().min().expect("pixels"), ours.pixels.iter().max().expect("pixels"));
    assert!(high - low > 20_000, "no stars: values from {low} to {high}");
}

/// Cameras of other shapes, over USB, with the scene whose pixels tell their place.
#[test]
fn the_python_module_takes_frames_of_other_models() {
    let test = "the_python_module_takes_frames_of_other_models";
    let Some(package) = python_package(test) else { return };
    let dir = scratch("clients-python-models");
    let places = places(test);
    let (place, libusb) = places.last().expect("one at least");
    for (model, width, height) in [
        ("QHY268C", 6280, 4244),
        ("QHY533M", 3016, 3028),
        ("QHY410C", 6112, 4120),
        ("QHY183AC", 5680, 3710),
        ("QHY5III678M", 3856, 2180),
        ("QHY5III568M", 2472, 2064),
        ("QHY991", 752, 520),
    ] {
        let camera = format!("{model}?seed=1&scene=xy&speed=1000");
        let order = Order { camera, exposure_us: 1000, gain: 10, offset: 20 };
        let ours = order.by_tool(&dir);
        assert_eq!((ours.width, ours.height), (width, height), "{model}");
        let (x, y) = (width * 2 / 3, height / 2);
        assert_eq!(ours.pixels[y * width + x], (7 * x + 13 * y + x * y) as u16, "{model}: pixel {x},{y}");
        let id = order.by_module(package, (place, libusb.as_deref()), &dir, &ours);
        assert!(id.starts_with(&format!("{model}-")), "{model}: {id}");
    }
}

/// What the program in `clients/qhyccd_rs.rs` prints, at each place of cameras, with our
/// library linked in as `dylib` or `static`. Nothing if the crates cannot be had here.
fn rust_client(kind: &str, test: &str) -> Vec<String> {
    let dir = scratch(&format!("clients-rs-{kind}"));
    link_library(&dir, &["libqhyccd.so", "libqhyccd.so.20", "libqhyccd.a"]);
    fs::create_dir_all(dir.join(".cargo")).expect("folder");
    fs::write(
        dir.join("Cargo.toml"),
        "[package]\nname = \"client\"\nversion = \"0.0.0\"\nedition = \"2024\"\nrust-version = \"1.85\"\n\
         publish = false\n[[bin]]\nname = \"client\"\npath = \"main.rs\"\n\
         [dependencies]\nqhyccd-rs = \"=0.1.9\"\n[workspace]\n",
    )
    .expect("Cargo.toml");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/qhyccd_rs.rs"), dir.join("main.rs"))
        .expect("main.rs");

    let host = run(Command::new("rustc").arg("-vV")).silent();
    let host = host.lines().find_map(|l| l.strip_prefix("host: ")).expect("host");
    // Stands in for the build script of its sys crate, which looks in /usr/local/lib.
    let mut libraries = vec![format!("\"{kind}=qhyccd\"")];
    // Without development files of libusb a copy of it is in our archive.
    if kind == "static"
        && Command::new("pkg-config").args(["--exists", "libusb-1.0"]).status().is_ok_and(|s| s.success())
    {
        libraries.push("\"dylib=usb-1.0\"".into());
    }
    let config = format!(
        "[target.{host}.qhyccd]\nrustc-link-search = [{0:?}]\nrustc-link-lib = [{1}]\n",
        dir.display().to_string(),
        libraries.join(", ")
    );
    fs::write(dir.join(".cargo/config.toml"), config).expect("config");

    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).current_dir(&dir).env("CARGO_TARGET_DIR", cache(&format!("rust-{kind}")));
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        run(&mut command)
    };
    let fetched = cargo(&["fetch", "--quiet"]);
    if !fetched.success && !cargo(&["fetch", "--quiet", "--offline"]).success {
        skip(test, &format!("cargo cannot fetch the crate: {}", fetched.stderr));
        return Vec::new();
    }
    // Cargo does not see that the library it was told of has changed.
    cargo(&["clean", "--quiet", "--offline", "--package", "libqhyccd-sys"]).good();
    cargo(&["build", "--quiet", "--offline"]).good();

    let program = cache(&format!("rust-{kind}")).join("debug/client");
    let printed = places(test).into_iter().map(|(place, libusb)| {
        let devices = format!("{place}QHY600M?seed=1&scene=xy&speed=1000");
        let mut command = on_cameras(&program, &devices, &dir);
        let folders = (kind == "dylib").then(|| dir.clone()).into_iter().chain(libusb);
        command.env("LD_LIBRARY_PATH", std::env::join_paths(folders).expect("folders"));
        run(&mut command).good()
    });
    printed.collect()
}

fn check_rust_client(kind: &str, test: &str) {
    let printed = rust_client(kind, test);
    for line in [
        "1 camera, 1 filter wheel",
        "model QHY600M",
        "image_width: 9600, image_height: 6422, pixel_width: 3.76",
        "effective CCDChipArea { start_x: 24, start_y: 0, width: 9576, height: 6388 }",
        "overscan CCDChipArea { start_x: 0, start_y: 6388, width: 9600, height: 34 }",
        "colour None",
        "UsbTraffic 60 of (0.0, 60.0, 1.0)",
        "Gain 10 of (0.0, 200.0, 1.0)",
        "Offset 140 of (0.0, 255.0, 1.0)",
        "Exposure 2000 of",
        "frame 9576x6388, 16 bits, 1 channel",
        "every pixel is right",
    ] {
        for printed in &printed {
            assert!(printed.contains(line), "no `{line}` in\n{printed}");
        }
    }
}

#[test]
fn the_crate_qhyccd_rs_works_on_the_shared_library() {
    check_rust_client("dylib", "the_crate_qhyccd_rs_works_on_the_shared_library");
}

#[test]
fn the_crate_qhyccd_rs_works_on_the_static_library() {
    check_rust_client("static", "the_crate_qhyccd_rs_works_on_the_static_library");
}
