//! What happens around a camera, as its frames show it.

use std::sync::Arc;

use super::*;
use crate::vcam::{Dials, Socket};

/// Rows 0 to 265 of a picture that is exposed for so many milliseconds from `at_ms` on, in
/// ADU.
fn expose(camera: &mut Device, at_ms: u64, exposure_ms: u64) -> Vec<Vec<f64>> {
    start_single(camera, SMALL, exposure_ms as u32 * 1000, ms(at_ms));
    let list = Reader::new(SMALL_BYTES).read_through(camera, at_ms, at_ms + exposure_ms + 100);
    let bytes = list.iter().find(|bytes| bytes.len() == SMALL_BYTES).unwrap();
    let value = |pair: &[u8]| f64::from(u16::from_be_bytes([pair[0], pair[1]]));
    bytes.chunks(19_200).skip(34).map(|row| row.chunks(2).map(value).collect()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn rows_end_when_the_terminator_says() {
    let mut camera = device("QHY600M?scene=terminator");
    let rows = expose(&mut camera, 490, 10);
    assert_eq!(rows.len(), 266);
    let mut late_us = 0.0;
    for (n, row) in rows.iter().enumerate() {
        // The edge is about column 4800: bright before, dark behind.
        let (bright, dark) = (mean(&row[2000..4000]), mean(&row[6000..8000]));
        assert!(bright > dark + 5000.0, "{bright} {dark}");
        let fallen: f64 = row[4000..6000].iter().map(|value| (value - dark) / (bright - dark)).sum();
        let end_us = (4000.0 + fallen) / 9600.0 * 1e6 + 5000.0;
        // Row time 62 us at 16 bit; rows end in pairs.
        let wanted_us = 500_000.0 + 73.75 + 62.0 * (44 + n / 2 * 2) as f64;
        // 2000 columns with 1.3 % of photon noise are up to 0.6 columns of 104 us. The mean
        // of all rows is good to 4 us.
        assert!((end_us - wanted_us).abs() < 300.0, "row {n}: {end_us} {wanted_us}");
        late_us += (end_us - wanted_us) / rows.len() as f64;
    }
    assert!(late_us.abs() < 25.0, "{late_us}");
}

#[test]
fn dials_count_from_the_time_at_which_they_are_turned() {
    let mut camera = device("QHY600M?scene=flat:100000");
    let world = camera.world().clone();
    let level = |camera: &mut Device, at_ms| {
        let rows = expose(camera, at_ms, 40);
        mean(&rows[100][24..]) - mean(&rows[101][..24])
    };
    let whole = level(&mut camera, 0);
    assert!(whole > 1000.0, "{whole}");
    // Row 100 is exposed from 1009 to 1049 ms: half of it under the cap.
    world.turn(ms(1029), |dials| dials.cap = true);
    assert!((level(&mut camera, 1000) / whole - 0.5).abs() < 0.03);
    assert!(level(&mut camera, 2000).abs() < 5.0);
    world.turn(ms(2900), |dials| *dials = Dials { light: 0.25, ..Dials::default() });
    assert!((level(&mut camera, 3000) / whole - 0.25).abs() < 0.02);
}

#[test]
fn a_world_file_is_read_while_a_program_talks_to_the_camera() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world");
    let socket =
        Arc::new(Socket::from_text(&format!("QHY600M?scene=dark&world={}", path.display())).unwrap());
    let port = socket.port(0);
    assert_eq!(port.world().dials(), Dials::default());
    std::fs::write(&path, "ambient -12\nfocus 40\n").unwrap();
    let (setup, len) = In::Temperature.encode();
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while port.world().dials().focus_um != 40.0 {
        assert!(std::time::Instant::now() < until, "the file was not read again");
        port.control_in(setup, &mut vec![0; len]).unwrap();
        std::thread::sleep(ms(20));
    }
    assert_eq!(port.world().dials().ambient_c, -12.0);
}
