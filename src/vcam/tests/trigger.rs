//! Triggers, ordered register by register as the library does.

use super::*;
use crate::vcam::SpecError;

const STRIP: Region = Region { columns: 0, first_column: 0, rows: 300, first_row: 25 };
const EXPOSURE_MS: u64 = 10;

fn write(camera: &mut Device, register: u16, value: u16, now: Duration) {
    put(camera, Out::Fpga { register, value }, now);
}

/// A camera of which the trigger input is on.
fn waiting(order_text: &str, single: bool) -> Device {
    let mut camera = device(order_text);
    order(&mut camera, Command::Init { single, readout: 0 }, ms(0));
    order(&mut camera, Command::Region(STRIP), ms(0));
    order(&mut camera, Command::Bits { sixteen: true }, ms(0));
    order(&mut camera, Command::Exposure { exposure_us: EXPOSURE_MS as u32 * 1000 }, ms(0));
    for (register, value) in [(0x3A, 0x0C), (0x27, 2), (0x8E, 1), (0x32, 1), (0x33, 0), (0x34, 3), (0x39, 1)]
    {
        write(&mut camera, register, value, ms(0));
    }
    // Nothing of a frame stays behind.
    write(&mut camera, fpga::PATCH_NUMBER + 2, 0x7D, ms(0));
    for value in [0, 1, 0] {
        write(&mut camera, 0x23, value, ms(0));
    }
    camera
}

fn arm(camera: &mut Device, now: Duration) {
    for value in [0, 1, 0] {
        write(camera, 0x3F, value, now);
    }
}

fn pulse(camera: &mut Device, now: Duration) -> Result<(), SpecError> {
    camera.trigger_in(ms(1), now)
}

const FRAME_UNITS: u32 = (300 * 19_200u32).div_ceil(2048);

#[test]
fn a_single_exposure_begins_with_the_pulse() {
    let mut camera = waiting("QHY600ProM?scene=xy&readout=instant", true);
    pulse(&mut camera, ms(50)).unwrap();
    assert_eq!(units(&mut camera, ms(100)), 0, "it was not waiting yet");
    arm(&mut camera, ms(100));
    assert_eq!(units(&mut camera, ms(5000)), 0, "it waits");
    pulse(&mut camera, ms(5000)).unwrap();
    assert_eq!(units(&mut camera, ms(5000 + EXPOSURE_MS - 1)), 0);
    assert_eq!(units(&mut camera, ms(5000 + EXPOSURE_MS)), FRAME_UNITS);
    pulse(&mut camera, ms(6000)).unwrap();
    assert_eq!(units(&mut camera, ms(7000)), FRAME_UNITS, "one frame an order");
    // The next order empties the memory; software does the same as a pulse.
    arm(&mut camera, ms(8000));
    assert_eq!(units(&mut camera, ms(8000)), 0);
    write(&mut camera, 0x23, 0, ms(8000));
    write(&mut camera, 0x23, 1, ms(9000));
    assert_eq!(units(&mut camera, ms(9000 + EXPOSURE_MS)), FRAME_UNITS);
    assert_eq!(camera.trigger_out_pulses(), 2);
    // Off: nothing waits, and A6 starts exposures again.
    arm(&mut camera, ms(10_000));
    write(&mut camera, 0x3A, 0, ms(10_000));
    pulse(&mut camera, ms(10_001)).unwrap();
    assert_eq!(units(&mut camera, ms(11_000)), 0);
    order(&mut camera, Command::Start, ms(11_000));
    assert_eq!(units(&mut camera, ms(12_000)), FRAME_UNITS);
}

#[test]
fn a_source_in_the_socket_fires_for_ever() {
    let mut camera = waiting("QHY600ProM?scene=xy&readout=instant&trigger=1000", true);
    for n in 1..4 {
        arm(&mut camera, ms(n * 1000 + 1));
        assert_eq!(units(&mut camera, ms(n * 1000 + 999)), 0);
        assert_eq!(units(&mut camera, ms(n * 1000 + 1000 + EXPOSURE_MS)), FRAME_UNITS);
    }
    assert_eq!(camera.frames(), 3);
}

#[test]
fn live_video_gives_one_frame_a_pulse() {
    let mut camera = waiting("QHY600ProM?scene=serial&readout=instant", false);
    let mut reader = Reader::new(1 << 23);
    reader.read_through(&mut camera, 1, 500);
    let before = camera.frames();
    for n in 1..4u64 {
        pulse(&mut camera, ms(n * 1000)).unwrap();
        // Two more while the first one is being exposed are lost.
        pulse(&mut camera, ms(n * 1000 + 2)).unwrap();
        pulse(&mut camera, ms(n * 1000 + 3)).unwrap();
        assert!(reader.read_through(&mut camera, n * 1000, n * 1000 + EXPOSURE_MS - 1).is_empty());
        let got = reader.read_through(&mut camera, n * 1000 + EXPOSURE_MS, n * 1000 + EXPOSURE_MS + 1);
        let bytes: usize = got.iter().filter(|t| **t != FRAME_MARKER).map(Vec::len).sum();
        assert_eq!(bytes + reader.filled, 300 * 19_200, "pulse {n}");
        assert!(reader.read_through(&mut camera, n * 1000 + 20, n * 1000 + 500).is_empty());
        reader.filled = 0;
    }
    assert!(camera.frames() > before + 3, "the sensor goes on");
    // Off, and live video runs as ever.
    write(&mut camera, 0x3A, 0, ms(5000));
    assert!(reader.read_through(&mut camera, 5000, 5500).len() > 40);
}

#[test]
fn only_the_professional_version_has_the_socket() {
    let mut plain = waiting("QHY600M?scene=xy&readout=instant", true);
    arm(&mut plain, ms(0));
    assert!(pulse(&mut plain, ms(1)).unwrap_err().0.contains("no trigger socket"));
    assert_eq!(units(&mut plain, ms(1000)), 0);
    // The other socket is not there either.
    let mut pro = waiting("QHY600ProM?scene=xy&readout=instant", true);
    write(&mut pro, 0x3A, 0x1C, ms(0));
    arm(&mut pro, ms(0));
    pulse(&mut pro, ms(1)).unwrap();
    assert_eq!(units(&mut pro, ms(1000)), 0);
}
