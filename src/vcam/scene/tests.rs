//! Test patterns, and what tests of lit scenes share.

use super::*;

/// The lit scene of a camera with some options, and its world.
pub(super) fn scene_in_world(options: &str) -> (Box<dyn Source>, World) {
    let spec = DeviceSpec::parse_list(&format!("QHY600M?{options}")).unwrap().remove(0);
    let world = spec.world();
    match Scene::of_camera(&spec, &world).unwrap() {
        Scene::Lit(source) => (source, world),
        Scene::Pattern(_) => panic!("{options} is a test pattern"),
    }
}

pub(super) fn scene(options: &str) -> Box<dyn Source> {
    scene_in_world(options).0
}

/// Why a scene is refused.
pub(super) fn mistake(options: &str) -> String {
    let spec = DeviceSpec::parse_list(&format!("QHY600M?{options}")).unwrap().remove(0);
    Scene::of_camera(&spec, &spec.world()).err().unwrap().0
}

/// Light without noise: photo-electrons of all columns of some rows.
pub(super) struct Picture {
    pub(super) first_row: u32,
    pub(super) rows: Vec<Vec<f32>>,
}

impl Picture {
    /// All rows exposed at once.
    pub(super) fn take(scene: &dyn Source, rows: Range<u32>, from: Duration, exposure: Duration) -> Picture {
        let row = RowExposure {
            picture_row: 0,
            first_column: 24,
            bin: 1,
            filters: [Filter::None; 2],
            from,
            to: from + exposure,
        };
        Picture { first_row: rows.start, rows: rows.map(|y| whole(scene, row, y)).collect() }
    }
}

/// All pixels of a row, as the sensor takes them.
pub(super) fn whole(scene: &dyn Source, row: RowExposure, picture_row: u32) -> Vec<f32> {
    let mut light = RowLight { pixels: vec![f32::NAN; 9600 / row.bin as usize], patches: Vec::new() };
    match scene.light(&RowExposure { picture_row, ..row }, &mut light) {
        Light::Pixels => {}
        Light::Dark => light.pixels.fill(0.0),
        Light::Even(pair) => fill(&mut light.pixels, pair, &[]),
        Light::Patches(pair) => {
            let patches = std::mem::take(&mut light.patches);
            fill(&mut light.pixels, pair, &patches);
        }
    }
    assert!(light.pixels.iter().all(|e| *e >= 0.0 && e.is_finite()), "row {picture_row}");
    light.pixels
}

fn fill(pixels: &mut [f32], pair: [f32; 2], patches: &[Range<usize>]) {
    let mut touched = vec![false; pixels.len()];
    for patch in patches {
        touched[patch.clone()].fill(true);
    }
    for (column, pixel) in pixels.iter_mut().enumerate().filter(|(column, _)| !touched[*column]) {
        *pixel = pair[column % 2];
    }
}

#[test]
fn xy_tells_any_shift() {
    // A copy moved by (dx, dy) differs somewhere in a small window.
    for dx in -40i32..=40 {
        for dy in -40i32..=40 {
            if (dx, dy) == (0, 0) {
                continue;
            }
            let same = (0..8).all(|i| {
                let (x, y) = (4000 + 17 * i, 3000 + 11 * i);
                xy_value(x as u32, y) == xy_value((x + dx) as u32, y + dy)
            });
            assert!(!same, "shift {dx},{dy}");
        }
    }
}

#[test]
fn ramp_reaches_both_ends() {
    assert_eq!(ramp_value(0, 9600), 0);
    assert_eq!(ramp_value(9599, 9600), 65535);
    assert!(ramp_value(4800, 9600).abs_diff(32771) < 3);
}
