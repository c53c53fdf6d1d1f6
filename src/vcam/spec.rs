//! What a `virtual:` value of `QHYCCD_DEVICES` orders:
//! `virtual:QHY600M?seed=3&speed=100,QHY600C?scene=file:/tmp/m31.fits`.
//!
//! Cameras are separated by `,`, options follow `?` and are separated by `&`; values
//! may hold `%2C`-style escapes. Every mistake is an error that names it: a typing
//! error must not quietly become another camera.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{self, ControlId, Model};
use crate::transport::LinkSpeed;

use super::faults::{Faults, grammar};
use super::gps::{self, GpsKind, GpsSpec};
use super::rng::hash;
use super::wheel::WheelSpec;
use super::world::{self, Dials, Mount, Stuck, Tracking, World, number};
pub use scene::{Optics, SceneSpec};

mod scene;

/// One virtual camera as ordered.
#[derive(Clone, Debug)]
pub struct DeviceSpec {
    /// The model.
    pub model: &'static Model,
    /// Seed of everything random.
    pub seed: u64,
    /// Camera seconds per wall second.
    pub speed: f64,
    /// What the sensor looks at.
    pub scene: SceneSpec,
    /// The 16 serial bytes of the EEPROM.
    pub serial: [u8; 16],
    /// The telescope and how it is carried.
    pub optics: Optics,
    /// Light, air and pointing as they are at first.
    pub dials: Dials,
    /// A file that turns the dials while the camera runs.
    pub world_file: Option<PathBuf>,
    /// Speed of the USB link.
    pub link: LinkSpeed,
    /// The filter wheel in its socket.
    pub wheel: WheelSpec,
    /// The GPS box.
    pub gps: GpsSpec,
    /// The chamber has a humidity sensor.
    pub humidity_sensor: bool,
    /// The chamber has a pressure sensor.
    pub pressure_sensor: bool,
    /// Memory of the DDR buffer in MiB.
    pub memory_mib: u32,
    /// The DDR buffer works.
    pub ddr: bool,
    /// The sensor suppresses its telegraph pixels.
    pub suppression: bool,
    /// How fast bytes go over the cable.
    pub link_rate: LinkRate,
    /// How fast a frame gets from the sensor to the host.
    pub readout: ReadoutPace,
    /// It is plugged in without its firmware and waits for it.
    pub loader: bool,
    /// The USB product id it shows, the model's own unless ordered otherwise.
    pub product: u16,
    /// What goes wrong on the cable, and when.
    pub faults: Faults,
    /// It has a trigger socket.
    pub trigger_socket: bool,
    /// A source there that pulls the input low for half of each period.
    pub trigger_period: Option<Duration>,
    /// Volts of the 12 V supply.
    pub supply_v: f64,
    /// It answers rubbish; the seed says which.
    pub hostile: Option<u64>,
}

/// How fast a frame gets from the sensor to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadoutPace {
    /// Row after row, in camera time, and not faster than the link.
    Real,
    /// At once when the exposure is over, and over the cable without a limit.
    Instant,
}

/// How fast bytes go over the cable, in camera time: `speed` makes the cable faster too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LinkRate {
    /// As the speed of the link and [`ReadoutPace`] have it.
    Usual,
    /// So many megabytes (1 000 000 bytes) per second of camera time.
    Limited(f64),
    /// As fast as the host takes them.
    Unlimited,
}

/// What is wrong with the text, naming the mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError(pub String);

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SpecError {}

const OPTIONS: &str = "seed, speed, scene, world, serial, speed_link, link_rate, memory, ddr, wheel, gps, \
                       gps_place, gps_jitter, humidity, pressure, readout, loader, product, faults, supply, suppression, trigger, hostile";

/// What the fill counter can tell: 21 bits of 2048 bytes.
const MOST_MEMORY_MIB: u32 = 4095;

/// Counts in which the oscillator of a GPS box may be off in a second: a tenth of it.
const MOST_JITTER: u32 = 1_000_000;

impl DeviceSpec {
    /// The camera that a bare model name orders, as the first on its bus.
    pub fn new(model: &'static Model) -> DeviceSpec {
        DeviceSpec {
            model,
            seed: 1,
            speed: 1.0,
            scene: SceneSpec::Stars,
            serial: serial_from_seed(model, 1, 0),
            optics: Optics::default(),
            dials: Dials::default(),
            world_file: None,
            link: LinkSpeed::Super,
            wheel: WheelSpec::usual(if model.has.wheel { 7 } else { 0 }),
            gps: GpsSpec::ABSENT,
            humidity_sensor: model.control(ControlId::HUMIDITY).is_some(),
            pressure_sensor: model.control(ControlId::PRESSURE).is_some(),
            memory_mib: model.ddr_mib,
            ddr: true,
            suppression: true,
            link_rate: LinkRate::Usual,
            readout: ReadoutPace::Real,
            loader: false,
            product: model.product,
            faults: Faults::default(),
            trigger_socket: false,
            trigger_period: None,
            supply_v: 12.0,
            hostile: None,
        }
    }

    /// The world of this camera alone, with a mount of its own.
    pub(super) fn world(&self) -> World {
        self.world_on(Arc::new(self.mount()))
    }

    /// The world of this camera, on a mount that it may share.
    pub(super) fn world_on(&self, mount: Arc<Mount>) -> World {
        World::new(self.dials.clone(), mount, self.world_file.as_deref())
    }

    /// A mount that tracks as ordered.
    pub(super) fn mount(&self) -> Mount {
        Mount::new(self.optics.tracking.unwrap_or_default())
    }

    /// Seed of what its faults leave to chance: cameras of one order have each their own.
    pub(super) fn fault_seed(&self) -> u64 {
        let serial = self.serial.map(u64::from);
        hash(&[self.seed, hash(&serial)])
    }

    /// Reads the text behind `virtual:`.
    pub fn parse_list(text: &str) -> Result<Vec<DeviceSpec>, SpecError> {
        let mut list: Vec<DeviceSpec> = Vec::new();
        for (place, item) in text.split(',').enumerate() {
            let spec = parse_one(item, place)?;
            if list.iter().any(|other| other.serial == spec.serial && other.model.name == spec.model.name) {
                return err(format!(
                    "camera {}, `{item}`: another camera has the same serial number",
                    place + 1
                ));
            }
            list.push(spec);
        }
        share_mount(&mut list)?;
        Ok(list)
    }
}

/// Cameras of one order have one mount: what one of them says of it holds for all.
fn share_mount(list: &mut [DeviceSpec]) -> Result<(), SpecError> {
    let mut tracking: Option<Tracking> = None;
    for said in list.iter().filter_map(|spec| spec.optics.tracking) {
        if tracking.is_some_and(|other| other != said) {
            return err("two cameras say different things of `drift` or `worm`, but they have one mount");
        }
        tracking = Some(said);
    }
    for spec in list {
        spec.optics.tracking = tracking;
    }
    Ok(())
}

fn err<T>(text: impl Into<String>) -> Result<T, SpecError> {
    Err(SpecError(text.into()))
}

fn parse_one(item: &str, place: usize) -> Result<DeviceSpec, SpecError> {
    let (name, options) = match item.split_once('?') {
        Some((name, options)) => (name, Some(options)),
        None => (item, None),
    };
    if name.is_empty() {
        return err(format!("camera {} has no model name", place + 1));
    }
    let variant = model::variant(name);
    let Some(model) = variant.map_or_else(|| model::by_name(name), |variant| variant.model()) else {
        let models = model::all().map(|m| m.name);
        let known: Vec<_> = models.chain(model::VARIANTS.iter().map(|v| v.name)).collect();
        return err(format!("unknown model `{name}`; known: {}", known.join(", ")));
    };
    let mut spec = DeviceSpec::new(model);
    if let Some(variant) = variant {
        spec.memory_mib = variant.ddr_mib;
        spec.trigger_socket = variant.trigger_socket;
    }
    let mut serial = None;
    let mut seen: Vec<&str> = Vec::new();
    for option in options.into_iter().flat_map(|text| text.split('&')) {
        let Some((key, raw)) = option.split_once('=') else {
            return err(format!("{name}: option `{option}` has no `=value`"));
        };
        if seen.contains(&key) {
            return err(format!("{name}: option `{key}` is given twice"));
        }
        seen.push(key);
        let value = percent_decode(raw)
            .ok_or_else(|| SpecError(format!("{name}: option `{key}`: `{raw}` has a broken `%` escape")))?;
        let bad = |wanted: &str| err(format!("{name}: option `{key}`: `{value}` is not {wanted}"));
        let lacks = |what: &str| err(format!("{name}: option `{key}`: this model has no {what}"));
        match key {
            "wheel" if !model.has.wheel => return lacks("filter wheel"),
            "gps" | "gps_place" | "gps_jitter" if !model.has.gps => return lacks("GPS"),
            "humidity" if model.control(ControlId::HUMIDITY).is_none() => return lacks("such sensor"),
            "pressure" if model.control(ControlId::PRESSURE).is_none() => return lacks("such sensor"),
            "seed" => match value.parse() {
                Ok(seed) => spec.seed = seed,
                Err(_) => return bad("a whole number from 0 to 18446744073709551615"),
            },
            "speed" => match number(&value, 1e-3, 1e6) {
                Some(speed) => spec.speed = speed,
                None => return bad("a number from 0.001 to 1000000"),
            },
            "scene" => match SceneSpec::parse(&value) {
                Some(scene) => spec.scene = scene,
                None => return bad(SceneSpec::WANTED),
            },
            "world" if value.is_empty() => return bad("the path of a file"),
            "world" => spec.world_file = Some(PathBuf::from(value)),
            "serial" => match serial_from_text(&value) {
                Some(bytes) => serial = Some(bytes),
                None => return bad("16 or 17 hexadecimal digits as a camera id shows them"),
            },
            "speed_link" => match value.as_str() {
                "super" => spec.link = LinkSpeed::Super,
                "high" => spec.link = LinkSpeed::High,
                _ => return bad("super or high"),
            },
            "link_rate" => match (value.as_str(), number(&value, 1e-3, 1e6)) {
                ("unlimited", _) => spec.link_rate = LinkRate::Unlimited,
                (_, Some(rate)) => spec.link_rate = LinkRate::Limited(rate),
                _ => return bad("unlimited or a number of megabytes a second from 0.001 to 1000000"),
            },
            "memory" => match value.parse() {
                Ok(mib @ 1..=MOST_MEMORY_MIB) => spec.memory_mib = mib,
                _ => return bad("a number of MiB from 1 to 4095"),
            },
            "wheel" => match value.parse() {
                Ok(wheel) => spec.wheel = wheel,
                Err(()) => return bad(WheelSpec::GRAMMAR),
            },
            "gps" => match value.parse() {
                Ok(kind) => spec.gps.kind = kind,
                Err(()) => return bad(GpsKind::GRAMMAR),
            },
            "gps_place" => match gps::parse_place(&value) {
                Some(place) => spec.gps.place = place,
                None => return bad("LATITUDE:LONGITUDE in degrees north and east"),
            },
            "gps_jitter" => match value.parse() {
                Ok(jitter @ 0..=MOST_JITTER) => spec.gps.jitter = jitter,
                _ => return bad("a number of counts from 0 to 1000000"),
            },
            "readout" => match value.as_str() {
                "real" => spec.readout = ReadoutPace::Real,
                "instant" => spec.readout = ReadoutPace::Instant,
                _ => return bad("real or instant"),
            },
            "product" => match u16::from_str_radix(&value, 16) {
                Ok(product) => spec.product = product,
                Err(_) => return bad("a product id of up to 4 hexadecimal digits"),
            },
            "faults" => match Faults::parse(&value) {
                Some(faults) => spec.faults = faults,
                None => return bad(&grammar()),
            },
            "supply" => match number(&value, 11.0, 13.8) {
                Some(volts) => spec.supply_v = volts,
                None => return bad("a voltage from 11 to 13.8"),
            },
            "trigger" if !spec.trigger_socket => {
                return err(format!("{name}: option `trigger`: this model has no trigger socket"));
            }
            "trigger" => match number(&value, 1.0, 3.6e6) {
                Some(milliseconds) => {
                    spec.trigger_period = Some(Duration::from_secs_f64(milliseconds / 1e3));
                }
                None => return bad("a period of 1 to 3600000 milliseconds"),
            },
            "hostile" => match value.parse() {
                Ok(seed) => spec.hostile = Some(seed),
                Err(_) => return bad("a whole number from 0 to 18446744073709551615"),
            },
            "humidity" | "pressure" | "loader" | "ddr" | "suppression" => {
                let on = match value.as_str() {
                    "on" => true,
                    "off" => false,
                    _ => return bad("on or off"),
                };
                match key {
                    "ddr" => spec.ddr = on,
                    "suppression" => spec.suppression = on,
                    "humidity" => spec.humidity_sensor = on,
                    "loader" if on && model.loader.is_none() => {
                        return err(format!("{name}: option `loader`: this model needs no firmware"));
                    }
                    "loader" => spec.loader = on,
                    _ => spec.pressure_sensor = on,
                }
            }
            _ => match (spec.optics.set(key, &value), spec.dials.turn(key, &value)) {
                (Ok(true), _) | (_, Ok(())) => {}
                (Err(wanted), _) | (_, Err(Stuck::Wanted(wanted))) => return bad(wanted),
                (Ok(false), Err(Stuck::NoSuchDial)) => {
                    let known = format!("{OPTIONS}, {}, {}", scene::OPTIONS, world::NAMES);
                    return err(format!("{name}: unknown option `{key}`; known: {known}"));
                }
            },
        }
    }
    spec.serial = serial.unwrap_or_else(|| serial_from_seed(model, spec.seed, place as u64));
    Ok(spec)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The bytes that show as `text` in a camera id: a digit a byte, one or two for the last.
fn serial_from_text(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let mut bytes = [0; 16];
    match digits.len() {
        16 => bytes.copy_from_slice(&digits),
        17 if digits[15] != 0 => {
            bytes[..15].copy_from_slice(&digits[..15]);
            bytes[15] = digits[15] << 4 | digits[16];
        }
        _ => return None,
    }
    Some(bytes)
}

/// A serial number that stays the same for the same order and shows 17 digits, as those
/// of real cameras do.
fn serial_from_seed(model: &Model, seed: u64, place: u64) -> [u8; 16] {
    let name = model.name.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(257).wrapping_add(u64::from(byte)));
    let mut random = super::rng::Rng::new(&[seed, place, name]);
    let mut bytes = [0; 16];
    for byte in &mut bytes[..15] {
        *byte = (random.next() & 0x0F) as u8;
    }
    bytes[15] = 0x10 + (random.next() % 0xF0) as u8;
    bytes
}

#[cfg(test)]
mod tests;
