//! The whole device, asked as a host asks it, with the time given to it.

mod burst;
mod memory;
mod rates;
mod trigger;
mod world;

use std::time::Duration;

use super::scene::xy_value;
use super::{Device, DeviceSpec};
use crate::transport::{Identity, LinkSpeed};
use crate::wire::{Command, FRAME_MARKER, In, Out, Region, fpga, page, status};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn device(order: &str) -> Device {
    let spec = DeviceSpec::parse_list(order).unwrap().remove(0);
    let identity = Identity {
        vendor: 0x1618,
        product: 0xC601,
        bus: 2,
        address: 3,
        ports: vec![1, 1],
        speed: LinkSpeed::Super,
    };
    Device::new(&spec, identity).unwrap()
}

fn put(device: &mut Device, out: Out, now: Duration) {
    let (setup, data) = out.encode();
    device.control_out(setup, &data, now).unwrap();
}

fn order(device: &mut Device, command: Command, now: Duration) {
    put(device, Out::Command(command), now);
}

fn ask(device: &mut Device, request: In, now: Duration) -> Vec<u8> {
    let (setup, len) = request.encode();
    let mut data = vec![0xEE; len];
    let n = device.control_in(setup, &mut data, now).unwrap();
    data.truncate(n);
    data
}

fn units(device: &mut Device, now: Duration) -> u32 {
    let bytes = ask(device, In::Fpga(fpga::DDR_FILL), now);
    status::decode_ddr_units(bytes.try_into().unwrap(), 6)
}

/// A host that reads in transfers of `len` bytes.
struct Reader {
    buffer: Vec<u8>,
    filled: usize,
}

impl Reader {
    fn new(len: usize) -> Reader {
        Reader { buffer: vec![0; len], filled: 0 }
    }

    /// The transfers that end now.
    fn read(&mut self, device: &mut Device, now: Duration) -> Vec<Vec<u8>> {
        let mut list = Vec::new();
        loop {
            let got = device.bulk_in(0x81, &mut self.buffer[self.filled..], now).unwrap();
            self.filled += got.filled;
            if got.ended {
                list.push(self.buffer[..self.filled].to_vec());
                self.filled = 0;
            } else if got.filled == 0 {
                return list;
            }
        }
    }

    /// The transfers that end from one time to another, millisecond by millisecond.
    fn read_through(&mut self, device: &mut Device, from_ms: u64, to_ms: u64) -> Vec<Vec<u8>> {
        (from_ms..=to_ms).flat_map(|t| self.read(device, ms(t))).collect()
    }
}

/// All transfers of `len` bytes there are now; none may be left half full.
fn transfers(device: &mut Device, len: usize, now: Duration) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(len);
    let list = reader.read(device, now);
    assert_eq!(reader.filled, 0, "a transfer hangs");
    list
}

fn start_single(device: &mut Device, region: Region, exposure_us: u32, now: Duration) {
    order(device, Command::Init { single: true, readout: 0 }, now);
    order(device, Command::Exposure { exposure_us }, now);
    order(device, Command::Region(region), now);
    order(device, Command::Bits { sixteen: true }, now);
    order(device, Command::Start, now);
}

const SMALL: Region = Region { columns: 0, first_column: 0, rows: 300, first_row: 25 };
const SMALL_BYTES: usize = 300 * 9600 * 2;

#[test]
fn identity_versions_and_pages() {
    let mut mono = device("QHY600M?serial=123456789abcdef12");
    let now = ms(0);
    assert_eq!(ask(&mut mono, In::Eeprom { value: 0, index: 8 }, now)[1], 0);
    let serial = ask(&mut mono, In::Eeprom { value: 0x10, index: 0x10 }, now);
    assert_eq!(serial, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x12]);
    assert_eq!(ask(&mut device("QHY600C"), In::Eeprom { value: 0, index: 8 }, now)[1], 1);
    assert_eq!(ask(&mut mono, In::Eeprom { value: 0, index: 0x10 }, now), [0xFF; 16]);
    assert_eq!(ask(&mut mono, In::Firmware, now)[..3], [25, 1, 1]);
    assert_eq!(ask(&mut mono, In::Fpga(0xC8), now), [25]);
    assert_eq!(ask(&mut mono, In::Fpga(0xCB), now), [16]);
    assert_eq!(ask(&mut mono, In::Page(page::POWER), now)[0], 1);
    assert_eq!(ask(&mut mono, In::Page(page::HAS_HUMIDITY), now)[0], 1);
    assert_eq!(ask(&mut mono, In::Page(page::HUMIDITY), now)[..2], [0x10, 0x68]);
    assert_eq!(ask(&mut mono, In::Page(page::HAS_PRESSURE), now)[0], 1);
    assert_eq!(ask(&mut mono, In::Page(page::PRESSURE), now)[..2], 10132_u16.to_be_bytes());
    let mut bare = device("QHY600M?humidity=off&pressure=off");
    for number in [page::HAS_HUMIDITY, page::HUMIDITY, page::HAS_PRESSURE, page::PRESSURE] {
        assert_eq!(ask(&mut bare, In::Page(number), now), [0; 64]);
    }
    assert_eq!(ask(&mut mono, In::Flash(1), now), [0xFF; 64]);
}

#[test]
fn switches_and_registers_keep_what_was_written() {
    let mut camera = device("QHY600M");
    let now = ms(0);
    put(&mut camera, Out::Fpga { register: fpga::OUTPUT_MODE, value: 5 }, now);
    put(&mut camera, Out::Sensor { register: 0x19E, value: 4 }, now);
    put(&mut camera, Out::I2c { register: 7, value: 0x1234 }, now);
    assert_eq!((camera.fpga(fpga::OUTPUT_MODE), camera.sensor(0x19E)), (5, 4));
    assert_eq!(ask(&mut camera, In::Fpga(fpga::OUTPUT_MODE), now), [5]);
    assert_eq!(ask(&mut camera, In::I2c(7), now), [0x12, 0x34]);
    ask(&mut camera, In::Page(page::WATCHDOG_ON), now);
    ask(&mut camera, In::Page(page::RBI_ON), now);
    assert!(camera.watchdog_on() && camera.rbi_removal());
    ask(&mut camera, In::Page(page::WATCHDOG_OFF), now);
    ask(&mut camera, In::Page(page::RBI_OFF), now);
    assert!(!camera.watchdog_on() && !camera.rbi_removal());
}

#[test]
fn what_it_does_not_know_it_refuses() {
    use crate::transport::Setup;
    let mut camera = device("QHY600M");
    let mut data = [0; 64];
    for setup in [Setup::vendor_in(0x77, 0, 0), Setup::vendor_in(0xE4, 0x40, 2), Setup::vendor_in(0xD1, 0, 0)]
    {
        assert!(camera.control_in(setup, &mut data, ms(0)).is_err(), "{setup:?}");
    }
    // The loader's request, an unknown command, an unknown readout code.
    let refused: [(u8, &[u8]); 3] =
        [(0xA0, &[0; 16]), (0xD1, &[0xAF; 16]), (0xD1, &[0xA0, 1, 0, 0, 0, 0, 9])];
    for (request, bytes) in refused {
        assert!(camera.control_out(Setup::vendor_out(request, 0, 0), bytes, ms(0)).is_err());
    }
    assert!(camera.bulk_in(0x82, &mut data, ms(0)).is_err());
}

#[test]
fn a_single_frame_comes_when_it_is_due() {
    let mut camera = device("QHY600M?scene=xy");
    start_single(&mut camera, SMALL, 100_000, ms(0));
    assert_eq!(units(&mut camera, ms(99)), 0);
    let mut buffer = [0; 1024];
    let early = camera.bulk_in(0x81, &mut buffer, ms(50)).unwrap();
    assert_eq!((early.filled, early.ended), (0, false));
    assert!(early.retry_at.unwrap() >= ms(100));
    // 312 row times of 62 us after the exposure it is complete.
    let half = units(&mut camera, ms(112));
    assert!(half > 0 && half < 2813, "{half}");
    let done = ms(122);
    assert_eq!(units(&mut camera, done), 2813);
    let got = Reader::new(16384).read_through(&mut camera, 122, 140);
    assert_eq!(got[0], FRAME_MARKER);
    assert!(got[1..got.len() - 1].iter().all(|t| t.len() == 16384));
    assert_eq!(got[1..].iter().map(Vec::len).sum::<usize>(), SMALL_BYTES);
    assert_eq!(got.last().unwrap().len(), SMALL_BYTES % 16384);
    assert_eq!(units(&mut camera, ms(140)), 0);
}

#[test]
fn pixels_are_at_their_place() {
    let mut camera = device("QHY600M?scene=xy&readout=instant");
    start_single(&mut camera, Region { first_row: 1025, ..SMALL }, 1000, ms(0));
    let frame = transfers(&mut camera, 1 << 20, ms(2))[1..].concat();
    for (wire_row, column) in [(0u32, 4000u32), (34, 0), (34, 9599), (299, 17)] {
        let at = ((wire_row * 9600 + column) * 2) as usize;
        let value = u16::from_be_bytes([frame[at], frame[at + 1]]);
        // Row 34 of a frame that starts at 25 is picture row 0.
        let picture_row = 1000 + wire_row as i32 - 34;
        assert_eq!(value, xy_value(column, picture_row), "row {wire_row} column {column}");
    }
    assert_eq!(frame[..4], [0, 0, 0, 0], "frame number");
}

#[test]
fn eight_bit_samples_are_the_upper_half() {
    let mut camera = device("QHY600M?scene=xy&readout=instant");
    start_single(&mut camera, SMALL, 1000, ms(0));
    order(&mut camera, Command::Bits { sixteen: false }, ms(5));
    order(&mut camera, Command::Start, ms(5));
    let frame = transfers(&mut camera, 1 << 20, ms(7))[1..].concat();
    assert_eq!(frame.len(), SMALL_BYTES / 2);
    for column in [0u32, 5000, 9599] {
        assert_eq!(frame[(100 * 9600 + column) as usize], (xy_value(column, 66) >> 8) as u8);
    }
    assert_eq!(frame[..4], [0, 0, 0, 1], "the second exposure since A0");
}

#[test]
fn the_3x3_readout_has_its_own_grid() {
    let mut camera = device("QHY600M?scene=xy&readout=instant");
    for (single, first_row) in [(true, 25), (false, 21)] {
        order(&mut camera, Command::Init { single, readout: 4 }, ms(0));
        let region = Region { rows: 2164, first_row, ..Region::default() };
        order(&mut camera, Command::Region(region), ms(0));
        if single {
            order(&mut camera, Command::Start, ms(0));
        }
        let frame = transfers(&mut camera, 1 << 20, ms(2))[1..].concat();
        let frame = &frame[..3200 * 2164 * 2];
        let at = (20 * 3200 + 3199) * 2;
        assert_eq!(u16::from_be_bytes([frame[at], frame[at + 1]]), xy_value(3199, 0), "single: {single}");
    }
}

#[test]
fn bytes_do_not_depend_on_how_they_are_read() {
    let all = |len: usize| {
        let mut camera = device("QHY600C?seed=3&readout=instant");
        start_single(&mut camera, SMALL, 2_000_000, ms(0));
        transfers(&mut camera, len, ms(2100)).concat()
    };
    let whole = all(64 << 20);
    assert_eq!(whole.len(), SMALL_BYTES + 4);
    for len in [1024, 7 * 1024, 16384, 333] {
        assert!(all(len) == whole, "reads of {len}");
    }
    // Also while it is still coming in, and in pieces of one transfer.
    let mut camera = device("QHY600C?seed=3");
    start_single(&mut camera, SMALL, 2_000_000, ms(0));
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 5 * 1024]);
    let (mut filled, mut now) = (0, ms(2000));
    while bytes.len() < whole.len() {
        let room = (filled + 1500).min(buffer.len());
        let got = camera.bulk_in(0x81, &mut buffer[filled..room], now).unwrap();
        filled += got.filled;
        if (got.ended && filled < room) || filled == buffer.len() {
            bytes.extend_from_slice(&buffer[..filled]);
            filled = 0;
        }
        now += Duration::from_micros(150);
        assert!(now < ms(4000));
    }
    assert!(bytes == whole);
}

#[test]
fn the_counter_falls_while_the_host_reads() {
    let mut camera = device("QHY600M?scene=constant:5&readout=instant");
    start_single(&mut camera, SMALL, 1000, ms(0));
    let mut buffer = vec![0; 16384];
    camera.bulk_in(0x81, &mut buffer, ms(2)).unwrap();
    assert_eq!(units(&mut camera, ms(2)), 2813, "a half unit counts");
    camera.bulk_in(0x81, &mut buffer, ms(2)).unwrap();
    assert_eq!(units(&mut camera, ms(2)), 2813 - 8);
}

#[test]
fn a_new_order_discards_what_was_there() {
    let mut camera = device("QHY600M?scene=xy&readout=instant");
    start_single(&mut camera, SMALL, 1000, ms(0));
    let mut buffer = vec![0; 16384];
    for _ in 0..3 {
        camera.bulk_in(0x81, &mut buffer, ms(2)).unwrap();
    }
    order(&mut camera, Command::Start, ms(3));
    assert_eq!(units(&mut camera, ms(3)), 0);
    let got = transfers(&mut camera, 1 << 20, ms(10));
    assert_eq!(got[0], FRAME_MARKER);
    assert_eq!(got[1..].concat()[..4], [0, 0, 0, 1]);
    for emptier in [Command::DdrOn, Command::Init { single: true, readout: 0 }] {
        order(&mut camera, Command::Start, ms(10));
        assert!(units(&mut camera, ms(20)) > 0);
        order(&mut camera, emptier, ms(20));
        assert_eq!(units(&mut camera, ms(20)), 0);
        assert!(transfers(&mut camera, 16384, ms(1000)).is_empty());
    }
}

#[test]
fn live_frames_follow_each_other_at_the_frame_rate() {
    let mut camera = device("QHY600M?scene=xy");
    order(&mut camera, Command::Init { single: false, readout: 0 }, ms(0));
    order(&mut camera, Command::Region(Region { rows: 1114, ..SMALL }), ms(0));
    order(&mut camera, Command::Bits { sixteen: false }, ms(0));
    order(&mut camera, Command::Traffic(0), ms(0));
    order(&mut camera, Command::Exposure { exposure_us: 1000 }, ms(0));
    let got = Reader::new(16384).read_through(&mut camera, 0, 1000);
    // The transfer after a marker begins a frame, and so with its number.
    let numbers: Vec<u32> = got
        .windows(2)
        .filter(|pair| pair[0] == FRAME_MARKER)
        .map(|pair| u32::from_be_bytes(pair[1][..4].try_into().unwrap()))
        .collect();
    // 22.5 a second by the manual.
    assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>());
    assert!((20..=23).contains(&numbers.len()), "{numbers:?}");
    let bytes: usize = got.iter().map(Vec::len).sum();
    assert!(bytes > (numbers.len() - 1) * (9600 * 1114 + 4));
}

#[test]
fn a_new_exposure_time_does_not_wait_for_the_old_one() {
    let mut camera = device("QHY600M?scene=constant:1&readout=instant");
    order(&mut camera, Command::Init { single: false, readout: 0 }, ms(0));
    order(&mut camera, Command::Exposure { exposure_us: 600_000_000 }, ms(0));
    order(&mut camera, Command::Exposure { exposure_us: 10_000 }, ms(100));
    assert_eq!(units(&mut camera, ms(109)), 0);
    assert!(units(&mut camera, ms(111)) > 0);
}

#[test]
fn gps_data_stand_in_row_0_if_a_box_is_plugged_in() {
    for (text, there) in [("on", true), ("off", false)] {
        let mut camera = device(&format!("QHY600M?scene=constant:0&readout=instant&gps={text}"));
        camera.set_plugged_unix(Duration::from_secs(1_735_689_600));
        for register in [fpga::OUTPUT_MODE, fpga::GPS] {
            put(&mut camera, Out::Fpga { register, value: 1 }, ms(0));
        }
        start_single(&mut camera, SMALL, 1000, ms(0));
        let frame = transfers(&mut camera, 1 << 20, ms(2))[1..].concat();
        let header = &frame[4..48];
        if there {
            assert_eq!(header[5..9], [0x25, 0x80, 0x01, 0x2C]);
            assert_eq!(header[33], 0x30);
        } else {
            assert!(header.iter().all(|b| *b == 0));
        }
        assert!(frame[48..19200].iter().all(|b| *b == 0));
    }
}

#[test]
fn the_timing_page_follows_the_orders() {
    let mut camera = device("QHY600M");
    order(&mut camera, Command::Init { single: false, readout: 0 }, ms(0));
    order(&mut camera, Command::Bits { sixteen: false }, ms(0));
    order(&mut camera, Command::Traffic(30), ms(0));
    order(&mut camera, Command::Exposure { exposure_us: 0 }, ms(0));
    let timing = |camera: &mut Device| {
        let bytes: [u8; 64] = ask(camera, In::Page(page::TIMING), ms(0)).try_into().unwrap();
        status::Timing::decode(&bytes)
    };
    let short = timing(&mut camera);
    assert_eq!((short.line_period_ns, short.lines_per_frame), (60_940, 6468));
    assert_eq!((short.frame_period_us, short.actual_exposure_us, short.long_exposure), (394_159, 40, 0));
    order(&mut camera, Command::Exposure { exposure_us: 10_000_000 }, ms(0));
    assert_eq!(timing(&mut camera).long_exposure, 1);
}

#[test]
fn the_cooler_answers_in_tenths() {
    let mut camera = device("QHY600M?ambient=20");
    let temp_c = |camera: &mut Device, t| {
        status::decode_temperature_c(ask(camera, In::Temperature, ms(t)).try_into().unwrap())
    };
    assert_eq!(temp_c(&mut camera, 0), 20.0);
    put(&mut camera, Out::Cooler { automatic: true, half_pwm: 0 }, ms(0));
    put(&mut camera, Out::Target { tenths_c: -57 }, ms(0));
    assert!((temp_c(&mut camera, 400_000) + 5.0).abs() < 0.3);
}
