//! The descriptors that a camera shows: one configuration, one interface, one bulk
//! endpoint that delivers pixels (public USB facts; endpoint observed).

use std::ptr;

use qhyccd::transport::{Identity, LinkSpeed};

use crate::abi::{
    ConfigDescriptor, DeviceDescriptor, EndpointDescriptor, Interface, InterfaceDescriptor, SPEED_FULL,
    SPEED_HIGH, SPEED_SUPER, SPEED_UNKNOWN,
};

/// Address of the endpoint that delivers pixels.
pub const DATA_ENDPOINT: u8 = 0x81;

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
            max_power: 50,
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
