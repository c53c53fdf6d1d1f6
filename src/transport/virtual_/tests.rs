//! The connection, with time as it passes.
#![forbid(unsafe_code)]

use super::*;
use crate::transport::BusEvent;

/// The marker before a frame, and a request for ten bytes.
const FRAME_MARKER: [u8; 4] = [0xEE, 0x11, 0xDD, 0x22];
const FIRMWARE: Setup = Setup::vendor_in(0xC2, 0, 0);

const SECOND: Duration = Duration::from_secs(1);

fn one(order: &str) -> (VirtualBus, Arc<dyn Transport>) {
    let bus = bus(order).unwrap();
    let device = bus.scan().unwrap().remove(0);
    let transport = bus.open(&device).unwrap();
    (bus, transport)
}

/// Initialise, exposure time, 300 rows from row 25, start.
fn start(transport: &dyn Transport, exposure_us: u16) {
    let [high, low] = exposure_us.to_be_bytes();
    for command in [
        [0xA0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0xA3, 0, 0, high, low, 0, 0, 0, 0, 0],
        [0xA2, 0, 0, 0, 0, 0, 0x01, 0x2C, 0, 25],
        [0xA6, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ] {
        transport.control_out(Setup::vendor_out(0xD1, 0, 0), &command, SECOND).unwrap();
    }
}

#[test]
fn a_frame_comes_through_the_queue() {
    let (_bus, transport) = one("QHY600M?scene=constant:258");
    start(&*transport, 2000);
    let mut stream = transport.open_bulk_in(0x81).unwrap();
    for _ in 0..4 {
        stream.submit(vec![0; 1 << 20]).unwrap();
    }
    let mut bytes = Vec::new();
    while bytes.len() < 4 + 5_760_000 {
        let done = stream.wait(60 * SECOND).expect("a completion");
        done.status.unwrap();
        bytes.extend_from_slice(&done.buffer[..done.filled]);
        stream.submit(done.buffer).unwrap();
    }
    assert_eq!(bytes[..4], FRAME_MARKER);
    assert!(bytes[8..].iter().enumerate().all(|(i, b)| *b == 1 + (i % 2) as u8));
    stream.cancel_all();
    for _ in 0..4 {
        assert_eq!(stream.wait(SECOND).unwrap().status, Err(UsbError::Cancelled));
    }
    assert_eq!(stream.pending(), 0);
    assert!(stream.wait(Duration::ZERO).is_none());
}

#[test]
fn a_synchronous_read_that_gets_nothing_times_out() {
    let (_bus, transport) = one("QHY600M");
    let error = transport.bulk_in(0x81, &mut [0; 1024], Duration::from_millis(5));
    assert_eq!(error, Err(UsbError::Timeout { transferred: 0 }));
    assert_eq!(transport.bulk_in(0x82, &mut [0; 1024], SECOND), Err(UsbError::Stall));
}

#[test]
fn a_waker_ends_a_wait_and_the_read_goes_on() {
    let (_bus, transport) = one("QHY600M");
    let mut stream = transport.open_bulk_in(0x81).unwrap();
    stream.submit(vec![0; 1024]).unwrap();
    let waker = stream.waker();
    let waiter = std::thread::spawn(move || {
        assert!(stream.wait(60 * SECOND).is_none());
        stream
    });
    waker.wake();
    let mut stream = waiter.join().unwrap();
    start(&*transport, 40);
    assert_eq!(stream.wait(60 * SECOND).unwrap().filled, 4);
}

#[test]
fn an_order_from_another_thread_feeds_a_waiting_read() {
    let (_bus, transport) = one("QHY600M");
    let other = transport.clone();
    let waiter = std::thread::spawn(move || other.bulk_in(0x81, &mut [0; 1024], 60 * SECOND));
    start(&*transport, 40);
    assert_eq!(waiter.join().unwrap(), Ok(4));
}

#[test]
fn unplugging_wakes_everybody_and_is_told() {
    let (bus, transport) = one("QHY600M,QHY600C");
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = told.clone();
    bus.watch(Arc::new(move |event| list.lock().push(event))).unwrap();
    let mut stream = transport.open_bulk_in(0x81).unwrap();
    stream.submit(vec![0; 1024]).unwrap();
    let other = transport.clone();
    let waiters = [
        std::thread::spawn(move || assert_eq!(stream.wait(60 * SECOND).unwrap().status, Err(UsbError::Gone))),
        std::thread::spawn(move || {
            assert_eq!(other.bulk_in(0x81, &mut [0; 1024], 60 * SECOND), Err(UsbError::Gone));
        }),
    ];
    bus.socket().unplug(0);
    for waiter in waiters {
        waiter.join().unwrap();
    }
    assert!(transport.is_gone());
    assert_eq!(transport.control_in(FIRMWARE, &mut [0; 10], SECOND), Err(UsbError::Gone));
    assert!(transport.open_bulk_in(0x81).is_err());
    assert_eq!(bus.scan().unwrap().len(), 1);
    assert!(matches!(bus.open(transport.identity()), Err(UsbError::Gone)));

    bus.socket().replug(0).unwrap();
    let again = bus.scan().unwrap();
    assert_eq!(again.len(), 2);
    assert_ne!(&again[0], transport.identity());
    assert!(transport.is_gone(), "the old connection stays dead");
    let fresh = bus.open(&again[0]).unwrap();
    assert_eq!(fresh.control_in(FIRMWARE, &mut [0; 10], SECOND), Ok(10));
    bus.unwatch();
    bus.socket().unplug(1);
    let told = told.lock();
    assert!(matches!(&told[..], [BusEvent::Left(a), BusEvent::Arrived(b)]
        if a == transport.identity() && b == &again[0]));
}

#[test]
fn one_claims_at_a_time() {
    let (bus, first) = one("QHY600M");
    let second = bus.open(first.identity()).unwrap();
    first.claim().unwrap();
    first.claim().unwrap();
    assert!(matches!(second.claim(), Err(UsbError::Busy(_))));
    second.release().unwrap();
    assert!(matches!(second.claim(), Err(UsbError::Busy(_))), "not its claim to give back");
    drop(first);
    second.claim().unwrap();
}

#[test]
fn lengths_that_are_no_packets_are_refused() {
    let (_bus, transport) = one("QHY600M");
    let mut stream = transport.open_bulk_in(0x81).unwrap();
    for len in [0, 1000] {
        assert_eq!(stream.submit(vec![0; len]).unwrap_err().1.len(), len);
    }
}

#[test]
fn silence_costs_every_request_its_time() {
    let (_bus, transport) = one("QHY600M?faults=silent@1:500+silent@3:500");
    assert_eq!(transport.clear_halt(0x81), Err(UsbError::Timeout { transferred: 0 }));
    // It was silent for less than that took.
    assert_eq!(transport.control_in(FIRMWARE, &mut [0; 10], SECOND), Ok(10));
    let silence = transport.control_in(FIRMWARE, &mut [0; 10], SECOND);
    assert_eq!(silence, Err(UsbError::Timeout { transferred: 0 }));
    assert_eq!(transport.clear_halt(0x81), Ok(()));
}
