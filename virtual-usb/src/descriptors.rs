//! The descriptors that a camera shows: one configuration, one interface, one bulk
//! endpoint that delivers pixels (public USB facts; endpoint observed).

use std::ptr;

use qhyccd::transport::{Identity, LinkSpeed, Setup};

use crate::abi::{
    ConfigDescriptor, DeviceDescriptor, EndpointDescriptor, Interface, InterfaceDescriptor, SPEED_FULL,
    SPEED_HIGH, SPEED_SUPER, SPEED_UNKNOWN,
};

/// Address of the endpoint that delivers pixels.
pub const DATA_ENDPOINT: u8 = 0x81;
/// In steps of the link's unit of current.
const MAX_POWER: u8 = 50;

pub fn speed_code(speed: LinkSpeed) -> i32 {
    match speed {
        LinkSpeed::Unknown => SPEED_UNKNOWN,
        LinkSpeed::Full => SPEED_FULL,
        LinkSpeed::High => SPEED_HIGH,
        LinkSpeed::Super => SPEED_SUPER,
    }
}

/// Largest bulk packet of a link.
pub fn max_packet(speed: LinkSpeed) -> u16 {
    match speed {
        LinkSpeed::Super => 1024,
        LinkSpeed::High => 512,
        LinkSpeed::Full | LinkSpeed::Unknown => 64,
    }
}

pub fn device(identity: &Identity) -> DeviceDescriptor {
    let usb3 = identity.speed == LinkSpeed::Super;
    DeviceDescriptor {
        length: 18,
        descriptor_type: 1,
        bcd_usb: if usb3 { 0x0300 } else { 0x0210 },
        // USB 3 gives the size of packet 0 as a power of two.
        max_packet_size_0: if usb3 { 9 } else { 64 },
        vendor: identity.vendor,
        product: identity.product,
        manufacturer_index: 1,
        product_index: 2,
        num_configurations: 1,
        ..DeviceDescriptor::default()
    }
}

/// One allocation with all parts; the pointers between them stay inside it.
#[repr(C)]
struct Config {
    descriptor: ConfigDescriptor,
    interface: Interface,
    setting: InterfaceDescriptor,
    endpoint: EndpointDescriptor,
}

/// A configuration descriptor on the heap; [`free_config`] takes it back.
pub fn new_config(identity: &Identity) -> *const ConfigDescriptor {
    let config = Box::into_raw(Box::new(Config {
        descriptor: ConfigDescriptor {
            length: 9,
            descriptor_type: 2,
            total_length: 9 + 9 + 7,
            num_interfaces: 1,
            configuration_value: 1,
            string_index: 0,
            attributes: 0x80,
            max_power: MAX_POWER,
            interface: ptr::null(),
            extra: ptr::null(),
            extra_length: 0,
        },
        interface: Interface { altsetting: ptr::null(), num_altsetting: 1 },
        setting: InterfaceDescriptor {
            length: 9,
            descriptor_type: 4,
            number: 0,
            alternate_setting: 0,
            num_endpoints: 1,
            class: 0xFF,
            subclass: 0,
            protocol: 0,
            string_index: 0,
            endpoint: ptr::null(),
            extra: ptr::null(),
            extra_length: 0,
        },
        endpoint: EndpointDescriptor {
            length: 7,
            descriptor_type: 5,
            address: DATA_ENDPOINT,
            attributes: 2,
            max_packet_size: max_packet(identity.speed),
            interval: 0,
            refresh: 0,
            synch_address: 0,
            extra: ptr::null(),
            extra_length: 0,
        },
    }));
    // SAFETY: `config` was just allocated and nobody else has it; the pointers made
    // here are into the same allocation, which never moves.
    unsafe {
        (*config).setting.endpoint = &raw const (*config).endpoint;
        (*config).interface.altsetting = &raw const (*config).setting;
        (*config).descriptor.interface = &raw const (*config).interface;
        config.cast::<ConfigDescriptor>()
    }
}

/// Frees what [`new_config`] made.
///
/// # Safety
/// `config` is from [`new_config`] and not freed yet, or null.
pub unsafe fn free_config(config: *mut ConfigDescriptor) {
    if !config.is_null() {
        // SAFETY: by contract; the descriptor is the first field of `Config`.
        drop(unsafe { Box::from_raw(config.cast::<Config>()) });
    }
}

/// The text of a string descriptor.
pub fn text(identity: &Identity, index: u8) -> Option<String> {
    match index {
        1 => Some("QHYCCD".into()),
        2 => Some(format!("virtual camera {:04x}", identity.product)),
        _ => None,
    }
}

/// Answers the standard request GET_DESCRIPTOR. `None`: it is another request; inside,
/// `None`: there is no such descriptor.
pub fn request(identity: &Identity, setup: Setup) -> Option<Option<Vec<u8>>> {
    const IN_STANDARD_DEVICE: u8 = 0x80;
    const GET_DESCRIPTOR: u8 = 6;
    if (setup.request_type, setup.request) != (IN_STANDARD_DEVICE, GET_DESCRIPTOR) {
        return None;
    }
    let [index, kind] = setup.value.to_le_bytes();
    Some(match (kind, index) {
        (1, 0) => Some(device_bytes(identity)),
        (2, 0) => Some(config_bytes(identity)),
        // The one language: American English.
        (3, 0) => Some(vec![4, 3, 0x09, 0x04]),
        (3, _) => text(identity, index).map(|text| {
            let letters = text.encode_utf16().flat_map(u16::to_le_bytes);
            [2 + 2 * text.len() as u8, 3].into_iter().chain(letters).collect()
        }),
        _ => None,
    })
}

fn device_bytes(identity: &Identity) -> Vec<u8> {
    let d = device(identity);
    let mut bytes = vec![d.length, d.descriptor_type];
    bytes.extend(d.bcd_usb.to_le_bytes());
    bytes.extend([d.device_class, d.device_subclass, d.device_protocol, d.max_packet_size_0]);
    for word in [d.vendor, d.product, d.bcd_device] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend([d.manufacturer_index, d.product_index, d.serial_index, d.num_configurations]);
    bytes
}

fn config_bytes(identity: &Identity) -> Vec<u8> {
    let [low, high] = max_packet(identity.speed).to_le_bytes();
    let mut bytes = vec![9, 2, 25, 0, 1, 1, 0, 0x80, MAX_POWER];
    bytes.extend([9, 4, 0, 0, 1, 0xFF, 0, 0, 0]);
    bytes.extend([7, 5, DATA_ENDPOINT, 2, low, high, 0]);
    bytes
}
