//! What comes out of the data endpoint, transfer by transfer, for every kind of fault.

use std::time::Duration;

use proptest::prelude::*;

use super::{FaultKind, Faults, Hostile, Pipe, Script};
use crate::transport::{Identity, LinkSpeed, Setup};
use crate::vcam::{Device, DeviceSpec};
use crate::wire::{Command, DATA_ENDPOINT, FRAME_MARKER, In, Out, Region, fpga, status};

/// Ten rows of two bytes a pixel: 187 packets and half a one.
const ROWS: u16 = 10;
const FRAME: usize = 9600 * 2 * ROWS as usize;
const PACKETS: usize = FRAME.div_ceil(1024);
const READ: usize = 64 * 1024;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

struct Bench {
    device: Device,
    pipe: Pipe,
    script: Script,
    buffer: Vec<u8>,
    filled: usize,
}

impl Bench {
    fn new(camera: &str, faults: &str, read_len: usize) -> Bench {
        let spec = DeviceSpec::parse_list(camera).unwrap().remove(0);
        let identity = Identity {
            vendor: 0x1618,
            product: 0xC601,
            bus: 2,
            address: 3,
            ports: vec![1, 1],
            speed: LinkSpeed::Super,
        };
        let faults = if faults.is_empty() { Faults::default() } else { Faults::parse(faults).unwrap() };
        let mut bench = Bench {
            device: Device::new(&spec, identity).unwrap(),
            pipe: Pipe::default(),
            script: Script::new(&faults, 5),
            buffer: vec![0; read_len],
            filled: 0,
        };
        bench.order(Command::Init { single: true, readout: 0 }, ms(0));
        bench.order(Command::Exposure { exposure_us: 1000 }, ms(0));
        bench
            .order(Command::Region(Region { columns: 0, first_column: 0, rows: ROWS, first_row: 25 }), ms(0));
        bench
    }

    fn order(&mut self, command: Command, now: Duration) {
        let (setup, data) = Out::Command(command).encode();
        self.device.control_out(setup, &data, now).unwrap();
    }

    /// The transfers that end now.
    fn read(&mut self, now: Duration) -> Vec<Vec<u8>> {
        let mut list = Vec::new();
        loop {
            let room = &mut self.buffer[self.filled..];
            let got = if self.pipe.is_clear(&self.script) {
                self.device.bulk_in(DATA_ENDPOINT, room, now).unwrap()
            } else {
                self.pipe.read(&mut self.device, &mut self.script, room, now).unwrap()
            };
            self.filled += got.filled;
            if got.ended {
                list.push(self.buffer[..self.filled].to_vec());
                self.filled = 0;
            } else if got.filled == 0 && got.retry_at.is_none_or(|at| at > now) {
                return list;
            }
        }
    }

    /// Orders a single frame and reads what comes of it.
    fn expose(&mut self, at: Duration) -> Vec<Vec<u8>> {
        self.order(Command::Start, at);
        self.read(at + ms(2))
    }
}

const XY: &str = "QHY600M?scene=xy&readout=instant";

/// The transfers of one frame.
fn spoiled(faults: &str) -> Vec<Vec<u8>> {
    Bench::new(XY, faults, READ).expose(ms(0))
}

fn lengths(transfers: &[Vec<u8>]) -> Vec<usize> {
    transfers.iter().map(Vec::len).collect()
}

/// The frame as it should be.
fn good() -> Vec<u8> {
    let transfers = spoiled("");
    assert_eq!(lengths(&transfers), [4, READ, READ, FRAME - 2 * READ]);
    transfers[1..].concat()
}

fn without(frame: &[u8], packet: usize) -> Vec<u8> {
    let end = ((packet + 1) * 1024).min(frame.len());
    [&frame[..packet * 1024], &frame[end..]].concat()
}

#[test]
fn what_is_not_hit_passes_in_the_same_transfers() {
    for faults in ["lost@1000000", "losepacket@9", "swap~1e-12+late~1e-12"] {
        for len in [1024, 3072, 16384, READ, 1 << 20] {
            let mut plain = Bench::new(XY, "", len);
            let mut watched = Bench::new(XY, faults, len);
            for n in 0..3 {
                assert!(plain.expose(ms(n * 10)) == watched.expose(ms(n * 10)), "{faults} {len}");
            }
        }
    }
}

/// Without the DDR a frame may turn out shorter than it was when it began.
#[test]
fn frames_that_end_early_pass_in_the_same_transfers() {
    let run = |faults: &str| {
        let mut bench = Bench::new("QHY600M?scene=xy&ddr=off", faults, 64 * 1024);
        bench.order(Command::Init { single: false, readout: 0 }, ms(0));
        bench.order(Command::Exposure { exposure_us: 1000 }, ms(0));
        let mut list = Vec::new();
        for step in 0..400 {
            // One transfer every 2 ms is far too slow.
            let room = &mut bench.buffer[bench.filled..];
            let now = ms(200 + step * 2);
            let got = if bench.pipe.is_clear(&bench.script) {
                bench.device.bulk_in(DATA_ENDPOINT, room, now).unwrap()
            } else {
                bench.pipe.read(&mut bench.device, &mut bench.script, room, now).unwrap()
            };
            bench.filled += got.filled;
            if got.ended {
                list.push(bench.buffer[..std::mem::take(&mut bench.filled)].to_vec());
            }
        }
        list
    };
    let plain = run("");
    let markers: Vec<usize> = (0..plain.len()).filter(|&at| plain[at] == FRAME_MARKER).collect();
    assert!(markers.len() > 1, "no second frame: {}", plain.len());
    let first: usize = plain[markers[0] + 1..markers[1]].iter().map(Vec::len).sum();
    assert!(first < 9600 * 6456 * 2, "{first}");
    for faults in ["lost@1000000", "lost~1e-9+losepacket@99"] {
        assert!(run(faults) == plain, "{faults}");
    }
}

#[test]
fn a_lost_packet_is_missing_and_takes_its_end_of_a_transfer_along() {
    let frame = good();
    let got = spoiled("lost@2");
    assert_eq!(got[0], FRAME_MARKER);
    assert_eq!(got[1..].concat(), frame[1024..]);
    let got = spoiled("lost@1");
    assert_eq!(got.concat(), frame, "the marker is a packet");
    // The last packet is short. Without it the transfer goes on with the next marker.
    let mut bench = Bench::new(XY, &format!("lost@{}", PACKETS + 1), 1 << 20);
    assert_eq!(lengths(&bench.expose(ms(0))), [4]);
    assert_eq!(bench.filled, FRAME / 1024 * 1024);
    bench.order(Command::Init { single: false, readout: 0 }, ms(10));
    assert!(bench.script.clear(super::Occasion::Packet).is_none(), "it happens once");
}

#[test]
fn high_speed_packets_are_half_as_long() {
    let got = Bench::new("QHY600M?scene=xy&readout=instant&speed_link=high", "lost@2", READ).expose(ms(0));
    assert_eq!(got[1..].concat(), good()[512..]);
}

#[test]
fn a_packet_comes_twice() {
    let frame = good();
    let got = spoiled("dup@3");
    assert_eq!(got[1..].concat(), [&frame[..2048], &frame[1024..]].concat());
    let got = spoiled("dup@1");
    assert_eq!(lengths(&got)[..3], [4, 4, READ]);
    let got = spoiled(&format!("dup@{}", PACKETS + 1));
    let last = FRAME % 1024;
    assert_eq!(lengths(&got), [4, READ, READ, FRAME - 2 * READ, last]);
    assert_eq!(got[4], frame[FRAME - last..]);
}

#[test]
fn a_packet_changes_its_place_with_the_next() {
    let frame = good();
    let got = spoiled("swap@3");
    let swapped = [&frame[..1024], &frame[2048..3072], &frame[1024..2048], &frame[3072..]].concat();
    assert_eq!(got[1..].concat(), swapped);
    let got = spoiled("swap@1");
    assert_eq!(got[0], [&frame[..1024], &FRAME_MARKER].concat());
    // Nothing follows the last one; the next order forgets it.
    let mut bench = Bench::new(XY, &format!("swap@{}", PACKETS + 1), READ);
    assert_eq!(bench.expose(ms(0)).concat().len(), 2 * READ + 4);
    bench.filled = 0;
    let next = bench.expose(ms(10));
    assert_eq!(lengths(&next), [4, READ, READ, FRAME - 2 * READ]);
}

#[test]
fn a_late_packet_holds_up_all_that_follows() {
    let frame = good();
    let mut bench = Bench::new(XY, "late@67:50", READ);
    bench.order(Command::Start, ms(0));
    let first = bench.read(ms(2));
    assert_eq!(lengths(&first), [4, READ]);
    assert_eq!(bench.filled, 1024);
    assert!(bench.read(ms(51)).is_empty());
    let rest = bench.read(ms(52));
    assert_eq!(lengths(&rest), [READ, FRAME - 2 * READ]);
    assert_eq!([first, rest].concat()[1..].concat(), frame);
}

#[test]
fn a_corrupt_packet_differs_in_one_bit_or_so_many_bytes() {
    let frame = good();
    for (arg, bytes) in [("", 1), (":1", 1), (":10", 10), (":5000", 1024)] {
        let got = spoiled(&format!("corrupt@5{arg}"));
        assert_eq!(lengths(&got), [4, READ, READ, FRAME - 2 * READ]);
        let got = got[1..].concat();
        let wrong: Vec<usize> = (0..FRAME).filter(|&at| got[at] != frame[at]).collect();
        assert_eq!(wrong.len(), bytes, "{arg}");
        assert!(wrong.iter().all(|at| at / 1024 == 3), "{wrong:?}");
        if arg.is_empty() {
            assert_eq!((got[wrong[0]] ^ frame[wrong[0]]).count_ones(), 1);
        }
    }
}

#[test]
fn a_frame_comes_without_its_marker() {
    let got = spoiled("nohead@1");
    assert_eq!(lengths(&got), [READ, READ, FRAME - 2 * READ]);
    assert_eq!(got.concat(), good());
}

#[test]
fn frames_are_too_long_or_too_short() {
    let frame = good();
    for extra in [1, 511, 512, 513, 1024, 5000, 1 << 20] {
        let mut bench = Bench::new(XY, &format!("longframe@2:{extra}"), 4 << 20);
        assert_eq!(bench.expose(ms(0))[1], frame);
        let got = bench.expose(ms(10));
        assert_eq!(lengths(&got), [4, FRAME + extra]);
        assert_eq!(got[1][4..FRAME], frame[4..]);
        assert_eq!(bench.expose(ms(20))[1][4..], frame[4..]);
    }
    for missing in [1, 511, 512, 513, 1024, 5000, FRAME - 1, FRAME, 1 << 30] {
        let mut bench = Bench::new(XY, &format!("shortframe@1:{missing}"), 1 << 20);
        let got = bench.expose(ms(0)).concat();
        assert_eq!(got, [&FRAME_MARKER, &frame[..FRAME.saturating_sub(missing)]].concat(), "{missing}");
        assert_eq!(bench.expose(ms(10))[1][4..], frame[4..], "{missing}");
    }
}

#[test]
fn a_frame_loses_exactly_one_packet() {
    let frame = good();
    let mut bench = Bench::new(XY, "losepacket~0.5", 1 << 20);
    let mut places = Vec::new();
    for n in 0..200 {
        let got = bench.expose(ms(n * 10));
        assert_eq!(got[0], FRAME_MARKER);
        let mut bytes = got[1..].concat();
        if bench.filled > 0 {
            // Its last packet; then the transfer hangs.
            assert_eq!(bench.filled, FRAME / 1024 * 1024);
            bytes.extend_from_slice(&bench.buffer[..bench.filled]);
            bench.filled = 0;
        }
        if bytes.len() < FRAME {
            let lost = |packet: &usize| bytes[4..] == without(&frame, *packet)[4..];
            // The number in the first bytes is another one in each frame.
            places.push((1..PACKETS).find(lost).unwrap_or(0));
        } else {
            assert_eq!(bytes[4..], frame[4..]);
        }
    }
    assert_eq!(places.len() as u64, bench.script.happened(FaultKind::LosePacket));
    assert!((70..130).contains(&places.len()), "{}", places.len());
    assert!(places.iter().filter(|place| **place < PACKETS / 2).count() > 20);
    assert!(places.iter().filter(|place| **place >= PACKETS / 2).count() > 20);
}

#[test]
fn a_reset_takes_what_the_endpoint_held() {
    let frame = good();
    let mut bench = Bench::new(XY, "", 1024);
    bench.order(Command::Start, ms(0));
    let mut got = [0; 1024];
    for _ in 0..3 {
        bench.device.bulk_in(DATA_ENDPOINT, &mut got, ms(2)).unwrap();
    }
    bench.pipe.reset(&mut bench.device, ms(2));
    let rest = bench.read(ms(2));
    assert_eq!(rest.concat(), frame[2048 + 64 * 1024..]);
    // Between frames nothing is lost.
    bench.pipe.reset(&mut bench.device, ms(9));
    assert_eq!(bench.expose(ms(10)).concat().len(), FRAME + 4);
}

#[test]
fn a_frozen_fpga_stands_still_while_the_controller_answers() {
    let mut bench = Bench::new(XY, "", 1 << 20);
    let ask = |bench: &mut Bench, request: In, now| {
        let (setup, len) = request.encode();
        let mut data = vec![0; len];
        bench.device.control_in(setup, &mut data, now).unwrap();
        data
    };
    let units = |bench: &mut Bench, now| {
        status::decode_ddr_units(ask(bench, In::Fpga(fpga::DDR_FILL), now).try_into().unwrap(), 6)
    };
    bench.order(Command::Init { single: false, readout: 0 }, ms(0));
    bench.order(Command::Region(Region { columns: 0, first_column: 0, rows: ROWS, first_row: 25 }), ms(0));
    bench.order(Command::Exposure { exposure_us: 10_000 }, ms(0));
    let first = bench.read(ms(35));
    assert_eq!(lengths(&first), [4, FRAME, 4, FRAME, 4, FRAME]);
    bench.device.freeze(ms(42), Some(ms(1042)));
    let before = units(&mut bench, ms(42));
    assert!(before > 0);
    assert!(bench.read(ms(1041)).is_empty());
    assert_eq!(units(&mut bench, ms(1041)), before);
    assert_eq!(ask(&mut bench, In::Firmware, ms(1041))[0], 25);
    // An order to it is lost.
    bench.order(Command::Exposure { exposure_us: 500_000 }, ms(1000));
    let (setup, data) = Out::Fpga { register: fpga::OUTPUT_MODE, value: 9 }.encode();
    bench.device.control_out(setup, &data, ms(1000)).unwrap();
    assert_eq!(bench.device.fpga(fpga::OUTPUT_MODE), 0);
    // It goes on where it stopped: no frame was missed.
    let next = bench.read(ms(1055));
    assert_eq!(lengths(&next), [4, FRAME, 4, FRAME]);
    assert_eq!(next[1][..4], [0, 0, 0, 3]);
    bench.device.freeze(ms(2000), None);
    assert!(bench.read(ms(10_000_000)).is_empty());
}

#[test]
fn a_hostile_device_is_bounded_and_the_same_again() {
    let run = |seed: u64| {
        let mut bench = Bench::new(XY, "", READ);
        let mut hostile = Hostile::new(seed);
        let mut seen = Vec::new();
        let mut data = [0; 64];
        for n in 0..20_000u64 {
            let now = Duration::from_micros(n * 50);
            let setup = Setup::vendor_in(0xBC, 0, 4);
            if let Ok(len) = hostile.control_in(&mut bench.device, setup, &mut data[..4], now) {
                seen.extend_from_slice(&data[..len]);
            }
            match hostile.bulk_in(&mut bench.device, DATA_ENDPOINT, &mut bench.buffer, now) {
                Ok(step) => {
                    assert!(step.filled <= READ);
                    seen.push(step.filled as u8);
                    seen.push(u8::from(step.ended));
                }
                Err(error) => seen.extend_from_slice(error.to_string().as_bytes()),
            }
        }
        seen
    };
    let first = run(1);
    assert!(first == run(1));
    assert!(first != run(2));
    let told = String::from_utf8_lossy(&first).into_owned();
    assert!(told.contains("stall") && told.contains("more than was asked"));
    assert!(first.windows(4).any(|w| w == [0xFF; 4]) && first.windows(4).any(|w| w == [0; 4]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens to packets and frames does not depend on how the host reads, and
    /// ends.
    #[test]
    fn bytes_do_not_depend_on_how_they_are_read(
        items in prop::collection::vec((0usize..10, 1u64..600, any::<bool>()), 1..5),
        packets in 1usize..40,
    ) {
        let kinds = ["lost", "dup", "corrupt", "swap", "nohead", "longframe", "shortframe", "losepacket", "lost", "dup"];
        let one = |(kind, number, chance): &(usize, u64, bool)| match chance {
            true => format!("{}~{}", kinds[*kind], 1.0 / *number as f64),
            false => format!("{}@{number}", kinds[*kind]),
        };
        let faults = items.iter().map(one).collect::<Vec<_>>().join("+");
        let bytes = |len: usize| {
            let mut bench = Bench::new(XY, &faults, len);
            let mut all = Vec::new();
            for n in 0..3 {
                all.extend(bench.expose(ms(n * 10)).concat());
                all.extend_from_slice(&bench.buffer[..bench.filled]);
                bench.filled = 0;
            }
            all
        };
        let whole = bytes(8 << 20);
        prop_assert!(whole.len() <= 3 * 2 * (FRAME + 1024 + 8));
        prop_assert!(bytes(packets * 1024) == whole, "{}", faults);
    }
}
