use super::*;
use crate::vcam::port::Socket;

fn s(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn world() -> World {
    World::new(Dials::default(), Arc::new(Mount::new(Tracking::default())), None)
}

#[test]
fn light_is_what_the_dials_let_through_while_the_row_is_exposed() {
    let world = world();
    assert_eq!(world.light_s(s(3), s(10)), 7.0);
    world.turn(s(4), |dials| dials.light = 0.5);
    world.turn(s(6), |dials| dials.cap = true);
    world.turn(s(8), |dials| dials.cap = false);
    assert_eq!(world.light_s(s(3), s(10)), 1.0 + 1.0 + 0.0 + 1.0);
    assert_eq!(world.light_s(s(0), s(4)), 4.0);
    assert_eq!(world.light_s(s(6), s(7)), 0.0);
    assert_eq!(world.light_s(s(20), s(30)), 5.0);
    assert_eq!(world.light_s(s(5), s(5)), 0.0);
    assert!(world.dials_at(s(7), |dials| dials.cap) && !world.dials_at(s(8), |dials| dials.cap));
}

#[test]
fn a_camera_that_comes_back_finds_the_same_world() {
    let first = world();
    first.turn(s(10), |dials| dials.ambient_c = 5.0);
    first.pulse(s(20), Push::East, s(2));
    let again = first.plugged_in_at(s(15));
    assert_eq!(again.ambient_c(), 5.0);
    let mut steps = Vec::new();
    again.steps((s(5), s(6)), 100.0, 9, &mut steps);
    // Half a second into the pulse.
    assert_eq!(steps, [Step { place: (0.5 * GUIDE_ARCSEC_PER_S, 0.0), light_s: 1.0 }]);
    again.turn(s(1), |dials| dials.light = 3.0);
    assert_eq!(first.light_s(s(15), s(17)), 1.0 + 3.0);
}

#[test]
fn steps_follow_what_moves_and_miss_no_light() {
    let world = world();
    let mut steps = Vec::new();
    world.steps((s(0), s(60)), 0.5, 32, &mut steps);
    assert_eq!(steps, [Step { place: (0.0, 0.0), light_s: 60.0 }]);
    world.pulse(s(10), Push::South, s(1));
    world.turn(s(30), |dials| dials.light = 2.0);
    world.steps((s(0), s(60)), 0.5, 32, &mut steps);
    assert_eq!(steps.len(), 16);
    assert!((steps.iter().map(|step| step.light_s).sum::<f64>() - 90.0).abs() < 1e-9);
    assert_eq!(steps[15].place, (0.0, -GUIDE_ARCSEC_PER_S));
    world.steps((s(0), s(60)), 0.001, 32, &mut steps);
    assert_eq!(steps.len(), 32);
    // A whole turn of the worm ends where it began, and yet it moves.
    let worm = Tracking { periodic_arcsec: 5.0, period_s: 60.0, ..Tracking::default() };
    let world = World::new(Dials::default(), Arc::new(Mount::new(worm)), None);
    world.steps((s(0), s(60)), 1.0, 64, &mut steps);
    assert!((19..=20).contains(&steps.len()), "{}", steps.len());
}

#[test]
fn a_world_of_a_thousand_turns_keeps_the_newest() {
    let world = world();
    for n in 1..=1000 {
        world.turn(s(n), |dials| dials.light = n as f64);
    }
    assert_eq!(world.light_s(s(999), s(1001)), 999.0 + 1000.0);
    assert_eq!(world.shared.dials.lock().turns.len(), REMEMBERED);
}

#[test]
fn a_world_file_turns_dials_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world");
    std::fs::write(&path, "ambient 3").unwrap();
    let mount = Arc::new(Mount::new(Tracking::default()));
    let world = World::new(Dials::default(), mount, Some(&path));
    assert_eq!(world.ambient_c(), 3.0);
    std::fs::write(&path, "light 7").unwrap();
    // The file is looked at again in wall time.
    let until = Instant::now() + s(60);
    while world.dials().light != 7.0 {
        assert!(Instant::now() < until, "the file was not read again");
        std::thread::sleep(Duration::from_millis(20));
        world.look(s(5));
    }
    assert_eq!(world.ambient_c(), 20.0);
    assert_eq!(world.light_s(s(4), s(6)), 1.0 + 7.0);
}

#[test]
fn cameras_of_one_order_stand_on_one_mount_and_keep_their_world() {
    let socket = Socket::from_text("QHY600M?ambient=4&scene=xy,QHY600C?scene=xy&focus=9").unwrap();
    let place = |camera: usize| {
        let mut steps = Vec::new();
        let hour = s(3600);
        socket.port(camera).world().steps((hour, hour), 1.0, 1, &mut steps);
        steps[0].place
    };
    socket.port(0).world().pulse(s(0), Push::North, s(2));
    socket.port(1).turn(|dials| dials.pointing_arcsec.0 = 5.0);
    assert_eq!((place(0), place(1)), ((0.0, 2.0 * GUIDE_ARCSEC_PER_S), (5.0, 2.0 * GUIDE_ARCSEC_PER_S)));
    assert_eq!(socket.port(0).world().dials(), Dials { ambient_c: 4.0, ..Dials::default() });
    // A pin that was pulled when the camera left is let go.
    let port = socket.port(1);
    port.world().push(port.clock().now(), Push::South, true);
    port.unplug();
    socket.replug(1).unwrap();
    assert!(!std::ptr::eq(&*port, &*socket.port(1)));
    assert_eq!((place(1).0, socket.port(1).world().dials().focus_um), (5.0, 9.0));
    let south = 2.0 * GUIDE_ARCSEC_PER_S - place(1).1;
    assert!((0.0..3600.0 * GUIDE_ARCSEC_PER_S / 2.0).contains(&south), "{south}");
}
