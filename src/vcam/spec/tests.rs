use std::time::Duration;

use super::*;

fn one(text: &str) -> DeviceSpec {
    let mut list = DeviceSpec::parse_list(text).unwrap();
    assert_eq!(list.len(), 1);
    list.remove(0)
}

fn mistake(text: &str) -> String {
    DeviceSpec::parse_list(text).unwrap_err().0
}

#[test]
fn a_bare_name_gives_the_defaults() {
    let spec = one("QHY600M");
    assert_eq!(spec.model.name, "QHY600M");
    assert_eq!(spec.scene, SceneSpec::Stars);
    assert_eq!((spec.seed, spec.speed, spec.wheel), (1, 1.0, WheelSpec::usual(7)));
    assert_eq!(spec.link, LinkSpeed::Super);
    assert_eq!(spec.serial, one("QHY600M").serial);
}

#[test]
fn every_option_is_understood() {
    let spec = one(
        "qhy600c?seed=9&speed=2.5&scene=constant:77&serial=0123456789abcdef1&ambient=-5.5&speed_link=high\
         &link_rate=12.5&memory=1024&ddr=off&wheel=0&gps=on&humidity=off&pressure=off&readout=instant&loader=on&product=c6Fe\
         &faults=stall@7+lost~0.25+late@9:20&supply=11.5&hostile=7",
    );
    assert_eq!(spec.model.name, "QHY600C");
    assert_eq!((spec.seed, spec.speed, spec.dials.ambient_c), (9, 2.5, -5.5));
    assert_eq!(spec.scene, SceneSpec::Constant(77));
    assert_eq!(spec.serial[..15], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    assert_eq!(spec.serial[15], 0xF1);
    assert_eq!(
        (spec.link, spec.wheel, spec.gps.kind),
        (LinkSpeed::High, WheelSpec::usual(0), GpsKind::Locked)
    );
    assert_eq!((spec.link_rate, spec.memory_mib, spec.ddr), (LinkRate::Limited(12.5), 1024, false));
    let gps = one("QHY600M?gps=missed&gps_place=-33.5:151.2&gps_jitter=250").gps;
    assert_eq!(gps, GpsSpec { kind: GpsKind::Missed, place: (-33.5, 151.2), jitter: 250 });
    assert_eq!(one("QHY600M?wheel=5:garbage").wheel, "5:garbage".parse().unwrap());
    assert_eq!(one("QHY600M?link_rate=unlimited").link_rate, LinkRate::Unlimited);
    assert_eq!(one("QHY600M?scene=serial").scene, SceneSpec::Serial);
    assert!(!spec.humidity_sensor && !spec.pressure_sensor);
    assert_eq!((spec.readout, spec.loader), (ReadoutPace::Instant, true));
    assert_eq!(spec.product, 0xC6FE);
    assert_eq!(spec.faults.to_string(), "stall@7+lost~0.25+late@9:20");
    assert_eq!((spec.supply_v, spec.hostile), (11.5, Some(7)));
}

#[test]
fn every_scene_is_understood() {
    for (text, scene) in [
        ("stars", SceneSpec::Stars),
        ("dark", SceneSpec::Dark),
        ("flat:1.5e3", SceneSpec::Flat { e_per_s: 1500.0 }),
        ("planet", SceneSpec::Planet { arcsec: 45.0 }),
        ("planet:20.5", SceneSpec::Planet { arcsec: 20.5 }),
        ("terminator", SceneSpec::Terminator { e_per_s: 1e6, period: Duration::from_secs(1) }),
        ("terminator:5e5:800", SceneSpec::Terminator { e_per_s: 5e5, period: Duration::from_millis(800) }),
        ("sky:/a:b", SceneSpec::Sky("/a:b".into())),
        ("ramp", SceneSpec::Ramp),
        ("xy", SceneSpec::Xy),
    ] {
        assert_eq!(one(&format!("QHY600M?scene={text}")).scene, scene);
    }
}

#[test]
fn telescope_mount_and_dials_are_understood() {
    let spec = one(
        "QHY600M?focal=530&aperture=106&vignette=25&wobble=0.3&sky_scale=2&drift=1.5:-0.25&worm=6:480&light=0.5\
         &focus=-30&seeing=3.5&sky=19&pointing=120:-60&cap=on&world=/tmp/w",
    );
    let tracking = Tracking { drift_arcsec_per_min: (1.5, -0.25), periodic_arcsec: 6.0, period_s: 480.0 };
    let optics = Optics {
        focal_mm: Some(530.0),
        aperture_mm: 106.0,
        vignette_percent: 25.0,
        wobble_arcsec: Some(0.3),
        sky_scale: 2.0,
        tracking: Some(tracking),
    };
    assert_eq!(spec.optics, optics);
    let dials = Dials {
        light: 0.5,
        ambient_c: 20.0,
        focus_um: -30.0,
        seeing_arcsec: 3.5,
        sky_mag: 19.0,
        pointing_arcsec: (120.0, -60.0),
        cap: true,
    };
    assert_eq!(spec.dials, dials);
    assert_eq!(spec.world_file, Some("/tmp/w".into()));
}

#[test]
fn cameras_of_one_order_have_one_mount() {
    let list = DeviceSpec::parse_list("QHY600M?focal=200,QHY600M?drift=1:2").unwrap();
    assert_eq!(list[0].optics.tracking, list[1].optics.tracking);
    assert!(list[0].optics.tracking.is_some());
    assert!(mistake("QHY600M?drift=1:3,QHY600M?drift=1:2").contains("one mount"));
}

#[test]
fn a_variant_is_its_model_with_what_differs() {
    let lite = one("qhy600lite");
    assert_eq!((lite.model.name, lite.memory_mib, lite.trigger_socket), ("QHY600M", 1024, false));
    let pro = one("QHY600ProC?trigger=250.5");
    assert_eq!((pro.model.name, pro.memory_mib, pro.trigger_socket), ("QHY600C", 2048, true));
    assert_eq!(pro.trigger_period, Some(Duration::from_micros(250_500)));
    assert_eq!(one("QHY600Lite?memory=77").memory_mib, 77);
    for model in ["QHY600M", "QHY600Lite", "QHY600PHC"] {
        assert!(mistake(&format!("{model}?trigger=10")).contains("no trigger socket"), "{model}");
    }
    assert!(mistake("QHY600ProM?trigger=0.5").contains("`0.5`"));
    assert!(mistake("QHY9999").contains("QHY600SBFLProC"), "all are named");
}

#[test]
fn a_path_may_hold_colons_and_escapes() {
    assert_eq!(one("QHY600M?scene=file:C:/a%20b%2Cc").scene, SceneSpec::File("C:/a b,c".into()));
}

#[test]
fn cameras_of_one_order_differ_and_equal_serials_are_a_mistake() {
    let list = DeviceSpec::parse_list("QHY600M,QHY600M?seed=1,QHY600C").unwrap();
    assert_ne!(list[0].serial, list[1].serial);
    assert_ne!(list[1].serial, list[2].serial);
    let twice = "QHY600M?serial=0000000000000001,QHY600M?serial=0000000000000001";
    assert!(mistake(twice).contains("same serial"));
}

#[test]
fn mistakes_are_named() {
    for (text, named) in [
        ("", "no model name"),
        ("QHY600M,", "camera 2"),
        ("QHY9999", "`QHY9999`"),
        ("QHY600M?", "``"),
        ("QHY600M?seed", "`seed`"),
        ("QHY600M?sed=1", "`sed`"),
        ("QHY600M?seed=1&seed=1", "twice"),
        ("QHY600M?seed=-1", "`-1`"),
        ("QHY600M?speed=0", "`0`"),
        ("QHY600M?speed=nan", "`nan`"),
        ("QHY600M?speed=inf", "`inf`"),
        ("QHY600M?ambient=99", "`99`"),
        ("QHY600M?scene=moon", "`moon`"),
        ("QHY600M?scene=flat", "`flat`"),
        ("QHY600M?scene=flat:-1", "`flat:-1`"),
        ("QHY600M?scene=flat:nan", "`flat:nan`"),
        ("QHY600M?scene=planet:0", "`planet:0`"),
        ("QHY600M?scene=terminator:1", "`terminator:1`"),
        ("QHY600M?scene=terminator:1:0", "`terminator:1:0`"),
        ("QHY600M?scene=sky:", "`sky:`"),
        ("QHY600M?world=", "`world`"),
        ("QHY600M?focal=0", "`focal`"),
        ("QHY600M?aperture=inf", "`inf`"),
        ("QHY600M?vignette=101", "`101`"),
        ("QHY600M?wobble=-1", "`-1`"),
        ("QHY600M?sky_scale=nan", "`sky_scale`"),
        ("QHY600M?drift=1", "EAST:NORTH"),
        ("QHY600M?worm=5:0", "`worm`"),
        ("QHY600M?light=-1", "`light`"),
        ("QHY600M?focus=near", "`near`"),
        ("QHY600M?seeing=0", "`seeing`"),
        ("QHY600M?sky=31", "`31`"),
        ("QHY600M?pointing=1:", "EAST:NORTH"),
        ("QHY600M?cap=1", "on or off"),
        ("QHY600M?stars=1", "pointing, cap"),
        ("QHY600M?scene=constant:65536", "`constant:65536`"),
        ("QHY600M?scene=file:", "`file:`"),
        ("QHY600M?serial=12", "`12`"),
        ("QHY600M?serial=00000000000000001", "`00000000000000001`"),
        ("QHY600M?speed_link=usb2", "`usb2`"),
        ("QHY600M?wheel=8", "`8`"),
        ("QHY600M?wheel=7:fast", ":stuck"),
        ("QHY600M?gps=lost", "searching"),
        ("QHY600M?gps_place=91:0", "`91:0`"),
        ("QHY600M?gps_jitter=-1", "`-1`"),
        ("QHY600M?memory=0", "`0`"),
        ("QHY600M?memory=4096", "`4096`"),
        ("QHY600M?ddr=1", "`1`"),
        ("QHY600M?link_rate=0", "`0`"),
        ("QHY600M?link_rate=fast", "`fast`"),
        ("QHY600M?gps=yes", "`yes`"),
        ("QHY600M?loader=1", "`1`"),
        ("QHY600M?readout=fast", "`fast`"),
        ("QHY600M?scene=file:%2", "`%`"),
        ("QHY600M?faults=stall", "`faults`"),
        ("QHY600M?faults=melt@1", "losepacket"),
        ("QHY600M?supply=9", "`9`"),
        ("QHY600M?hostile=on", "`on`"),
        ("QHY600M?product=12345", "`12345`"),
    ] {
        let text_of_error = mistake(text);
        assert!(text_of_error.contains(named), "{text}: {text_of_error}");
    }
}
