//! What goes wrong with whole transfers and whole devices, with time as it passes.

use std::sync::mpsc;

use super::*;
use crate::transport::LinkSpeed;
use crate::wire::{Command, FRAME_MARKER, In, Out, page};

const FIRMWARE: Setup = Setup::vendor_in(0xC2, 0, 0);

fn socket(order: &str) -> Socket {
    Socket::from_text(order).unwrap()
}

fn ask(port: &Port) -> Result<usize, UsbError> {
    port.control_in(FIRMWARE, &mut [0; 10])
}

fn put(port: &Port, out: Out) -> Result<(), UsbError> {
    let (setup, data) = out.encode();
    port.control_out(setup, &data)
}

/// Waits for the camera to be another plugging-in.
fn next_port(socket: &Socket, old: &Arc<Port>) -> Arc<Port> {
    loop {
        let port = socket.port(0);
        if !Arc::ptr_eq(&port, old) {
            return port;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_camera_whose_power_was_off_comes_back_and_that_is_told_unasked() {
    let socket = socket("QHY600M?speed=10&faults=replug@3:200");
    let (sender, events) = mpsc::channel();
    let watch = socket.watch(Arc::new(move |event| sender.send(event).unwrap()));
    let port = socket.port(0);
    put(&port, Out::Fpga { register: 0x27, value: 7 }).unwrap();
    assert_eq!(port.with_device(|device| device.fpga(0x27)), 7);
    assert_eq!(ask(&port), Ok(10));
    assert_eq!(ask(&port), Err(UsbError::Gone));
    assert!(matches!(events.recv().unwrap(), BusEvent::Left(who) if who == *port.identity()));
    // Nobody looks at the bus meanwhile.
    let BusEvent::Arrived(who) = events.recv().unwrap() else { panic!("not an arrival") };
    let again = socket.port(0);
    assert_eq!(again.identity(), &who);
    assert_ne!(again.identity(), port.identity());
    assert!(port.is_gone() && !again.is_gone());
    assert_eq!(again.with_device(|device| device.fpga(0x27)), 0, "power-on state");
    let serial = |port: &Port| {
        let (setup, _) = In::Eeprom { value: 0x10, index: 0x10 }.encode();
        let mut bytes = [0; 16];
        port.with_device(|device| device.control_in(setup, &mut bytes, Duration::ZERO)).unwrap();
        bytes
    };
    assert_eq!(serial(&again), serial(&port));
    // It happened once.
    assert!((0..10).all(|_| ask(&again).is_ok()));
    assert_eq!(again.happened(FaultKind::Replug), 1);
    socket.unwatch(watch);
    assert!(events.recv().is_err(), "the listener is gone");
}

#[test]
fn a_watch_may_be_ended_by_its_listener() {
    let socket = Arc::new(socket("QHY600M?speed=1000"));
    let (sender, events) = mpsc::channel();
    let number = Arc::new(Mutex::new(0));
    let (inner, inner_number) = (Arc::downgrade(&socket), number.clone());
    let mut held = number.lock();
    *held = socket.watch(Arc::new(move |event| {
        if let (BusEvent::Arrived(_), Some(socket)) = (event, inner.upgrade()) {
            socket.unwatch(*inner_number.lock());
            sender.send(()).unwrap();
        }
    }));
    drop(held);
    for _ in 0..3 {
        let port = socket.port(0);
        port.power_cycle(Duration::from_millis(1));
        next_port(&socket, &port);
    }
    events.recv().unwrap();
    // A second watch hears of what comes.
    let (sender, events) = mpsc::channel();
    socket.watch(Arc::new(move |event| sender.send(matches!(event, BusEvent::Arrived(_))).unwrap()));
    socket.port(0).power_cycle(Duration::from_millis(5));
    assert_eq!(events.recv(), Ok(false));
    assert_eq!(events.recv(), Ok(true));
}

#[test]
fn what_happens_once_does_so_over_all_times_on_the_bus() {
    let socket = socket("QHY600M?faults=unplug@2+stall@5");
    let port = socket.port(0);
    ask(&port).unwrap();
    assert_eq!(ask(&port), Err(UsbError::Gone));
    socket.replug(0).unwrap();
    let again = socket.port(0);
    let answers: Vec<_> = (0..4).map(|_| ask(&again)).collect();
    assert_eq!(answers, [Ok(10), Ok(10), Err(UsbError::Stall), Ok(10)]);
}

#[test]
fn a_device_is_silent_once_or_for_a_time() {
    let socket = socket("QHY600M?speed=1000&faults=silent@2+silent@4:20000");
    let port = socket.port(0);
    let silence = Err(UsbError::Timeout { transferred: 0 });
    assert_eq!([ask(&port), ask(&port), ask(&port)], [Ok(10), silence.clone(), Ok(10)]);
    let begun = port.clock().now();
    assert_eq!(ask(&port), silence);
    while ask(&port) == silence {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(port.clock().now() - begun >= Duration::from_secs(20));
}

#[test]
fn answers_and_reads_can_be_cut() {
    let socket = socket("QHY600M?speed=1000&scene=xy&readout=instant&faults=short@1");
    let port = socket.port(0);
    assert_eq!(ask(&port), Ok(5));
    put(&port, Out::Command(Command::Init { single: true, readout: 0 })).unwrap();
    put(&port, Out::Command(Command::Start)).unwrap();
    let mut data = vec![0; 4096];
    let marker = loop {
        let step = port.bulk_in(DATA_ENDPOINT, &mut data).unwrap();
        if step.filled > 0 {
            break step;
        }
    };
    assert!(marker.ended && data[..4] == FRAME_MARKER);
    port.inject("short@2").unwrap();
    assert_eq!(port.bulk_in(DATA_ENDPOINT, &mut data).unwrap().filled, 4096);
    let cut = port.bulk_in(DATA_ENDPOINT, &mut data).unwrap();
    assert!(cut.ended && cut.filled == 2048);
}

#[test]
fn a_reset_fails_one_transfer() {
    let socket = socket("QHY600M?faults=reset@2");
    let port = socket.port(0);
    ask(&port).unwrap();
    assert!(matches!(ask(&port), Err(UsbError::Other(text)) if text.contains("reset")));
    assert!(!port.is_gone());
    ask(&port).unwrap();
}

fn power_state(port: &Port) -> u8 {
    let (setup, _) = In::Page(page::POWER).encode();
    let mut bytes = [0; 64];
    port.with_device(|device| device.control_in(setup, &mut bytes, Duration::ZERO)).unwrap();
    bytes[0]
}

#[test]
fn a_weak_supply_does_not_carry_the_cooler() {
    // Full power for an hour of camera time.
    let run = |volts: &str, half_pwm: u8| {
        let socket = socket(&format!("QHY600M?speed=100000&supply={volts}"));
        let port = socket.port(0);
        put(&port, Out::Cooler { automatic: false, half_pwm }).unwrap();
        let end = port.clock().now() + Duration::from_secs(3600);
        while port.clock().now() < end {
            if let Err(error) = ask(&port) {
                assert_eq!(error, UsbError::Gone);
                // It comes back with its cooler off, and stays.
                let again = next_port(&socket, &port);
                assert_eq!((power_state(&port), power_state(&again)), (1, 3));
                let end = again.clock().now() + Duration::from_secs(3600);
                while again.clock().now() < end {
                    ask(&again).unwrap();
                }
                again.power_cycle(Duration::ZERO);
                assert_eq!(power_state(&next_port(&socket, &again)), 1);
                return false;
            }
        }
        true
    };
    assert!(run("12", 127) && run("11.5", 127) && run("11", 20));
    assert!(!run("11", 127) && !run("11.3", 127));
}

#[test]
fn more_faults_can_be_ordered_later_and_counted() {
    let socket = socket("QHY600M,QHY600C?seed=1");
    let port = socket.port(1);
    ask(&port).unwrap();
    port.inject("stall@2+short~1").unwrap();
    assert_eq!([ask(&port), ask(&port), ask(&port)], [Ok(5), Err(UsbError::Stall), Ok(5)]);
    assert_eq!((port.happened(FaultKind::Stall), port.happened(FaultKind::Short)), (1, 2));
    assert_eq!(socket.port(0).happened(FaultKind::Short), 0);
    assert!(port.inject("melt@1").unwrap_err().0.contains("losepacket"));
    assert_eq!(port.identity().speed, LinkSpeed::Super);
}
