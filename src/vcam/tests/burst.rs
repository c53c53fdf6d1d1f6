//! Burst mode, ordered register by register as the library does.

use super::*;

const STRIP: Region = Region { columns: 0, first_column: 0, rows: 35, first_row: 25 };
const FRAME_BYTES: usize = 35 * 19_200;

fn register(camera: &mut Device, register: u16, value: u16, now: Duration) {
    put(camera, Out::Fpga { register, value }, now);
}

/// Live strips of 10 ms, then burst mode.
fn burst(start: u16, end: u16, patch: u16) -> Device {
    let mut camera = device("QHY600M?scene=serial&readout=instant");
    order(&mut camera, Command::Init { single: false, readout: 0 }, ms(0));
    order(&mut camera, Command::Region(STRIP), ms(0));
    order(&mut camera, Command::Bits { sixteen: true }, ms(0));
    order(&mut camera, Command::Exposure { exposure_us: 10_000 }, ms(0));
    register(&mut camera, fpga::BURST_START, start, ms(0));
    register(&mut camera, fpga::BURST_END, end >> 8, ms(0));
    register(&mut camera, fpga::BURST_END + 1, end & 0xFF, ms(0));
    register(&mut camera, fpga::PATCH_NUMBER + 2, patch >> 8, ms(0));
    register(&mut camera, fpga::PATCH_NUMBER + 3, patch & 0xFF, ms(0));
    register(&mut camera, fpga::BURST_ON, 1, ms(0));
    register(&mut camera, fpga::SOFT_TRIGGER, 0, ms(0));
    camera
}

/// Frame numbers and bytes that come in a second from here.
fn second(camera: &mut Device, from_ms: u64) -> Vec<(u32, Vec<u8>)> {
    let got = Reader::new(1 << 20).read_through(camera, from_ms, from_ms + 1000);
    let mut list: Vec<Vec<u8>> = Vec::new();
    for transfer in got {
        match list.last_mut() {
            _ if transfer == FRAME_MARKER => list.push(Vec::new()),
            Some(frame) => frame.extend(transfer),
            None => panic!("bytes without a marker"),
        }
    }
    list.into_iter().map(|f| (u32::from_be_bytes(f[..4].try_into().unwrap()), f)).collect()
}

fn numbers(list: &[(u32, Vec<u8>)]) -> Vec<u32> {
    list.iter().map(|(number, _)| *number).collect()
}

#[test]
fn a_burst_gives_the_frames_between_its_limits_and_stops() {
    let mut camera = burst(1, 6, 32001);
    assert_eq!(numbers(&second(&mut camera, 1)), [], "burst mode stops the output");
    for start_ms in [2000, 4000] {
        register(&mut camera, fpga::SOFT_TRIGGER, 1, ms(start_ms));
        let got = second(&mut camera, start_ms);
        assert_eq!(numbers(&got), [2, 3, 4, 5]);
        assert!(got.iter().all(|(_, frame)| frame.len() == FRAME_BYTES));
        assert_eq!(numbers(&second(&mut camera, start_ms + 1000)), []);
        register(&mut camera, fpga::SOFT_TRIGGER, 0, ms(start_ms + 2000));
    }
    // Off, and live video runs as ever.
    register(&mut camera, fpga::BURST_ON, 0, ms(7000));
    assert!(second(&mut camera, 7000).len() > 90);
}

#[test]
fn a_running_burst_ends_with_idle() {
    let mut camera = burst(1, 60_000, 32001);
    register(&mut camera, fpga::SOFT_TRIGGER, 1, ms(0));
    assert!(second(&mut camera, 0).len() > 90);
    register(&mut camera, fpga::BURST_IDLE, 1, ms(1000));
    register(&mut camera, fpga::BURST_IDLE, 0, ms(1000));
    assert_eq!(numbers(&second(&mut camera, 1001)), []);
    // An initialise command ends it all.
    order(&mut camera, Command::Init { single: false, readout: 0 }, ms(3000));
    order(&mut camera, Command::Region(STRIP), ms(3000));
    assert!(second(&mut camera, 3000).len() > 90);
}

#[test]
fn the_last_frame_is_sent_again() {
    let mut camera = burst(1, 4, 32001);
    register(&mut camera, fpga::BURST_RESEND, 1, ms(0));
    assert_eq!(numbers(&second(&mut camera, 0)), [], "there was none");
    register(&mut camera, fpga::BURST_RESEND, 0, ms(1000));
    register(&mut camera, fpga::SOFT_TRIGGER, 1, ms(1000));
    let first = second(&mut camera, 1000);
    register(&mut camera, fpga::BURST_RESEND, 1, ms(2500));
    let again = second(&mut camera, 2500);
    assert_eq!((numbers(&first), numbers(&again)), (vec![2, 3], vec![3]));
    assert!(first[1].1 == again[0].1);
}

#[test]
fn without_a_patch_number_the_end_of_the_burst_stays_in_the_camera() {
    let mut camera = burst(1, 4, 0);
    register(&mut camera, fpga::SOFT_TRIGGER, 1, ms(0));
    let mut reader = Reader::new(1 << 20);
    let got: usize = reader.read_through(&mut camera, 0, 1000).iter().map(Vec::len).sum();
    let stays = FRAME_BYTES % 2048;
    assert_eq!(got + reader.filled, 2 * (FRAME_BYTES + 4) - stays);
    assert_eq!(units(&mut camera, ms(1000)), 1);
    // The first frame of the next burst pushes it out.
    register(&mut camera, fpga::SOFT_TRIGGER, 0, ms(1000));
    register(&mut camera, fpga::SOFT_TRIGGER, 1, ms(1000));
    let more: usize = reader.read_through(&mut camera, 1000, 1035).iter().map(Vec::len).sum();
    assert_eq!(got + more, 3 * (FRAME_BYTES + 4));
}
