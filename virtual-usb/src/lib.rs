//! A stand-in for `libusb-1.0.so.0` whose only devices are virtual cameras.
//!
//! Any libusb program that finds this file first (`LD_LIBRARY_PATH`) talks to the
//! cameras that `QHYCCD_DEVICES` orders, without a kernel, a driver or root. No value,
//! or one that is not for virtual cameras, gives an empty bus. `QHYCCD_TRACE=FILE`
//! records every call as one JSON line.
//!
//! `VIRTUAL_USB_METER` counts what it costs itself (see `meter`).
//!
//! What it is not: a general USB simulator. Isochronous and interrupt transfers, bulk
//! streams and poll descriptors are refused with libusb's own codes.
//!
//! Names, numbers and layouts are those of the public libusb-1.0 interface.
#![cfg_attr(not(test), warn(missing_docs))]
// Arguments of the C entry points follow libusb's contract; it is stated once, here:
// pointers come from this library or are valid for the call, as libusb documents.
#![allow(clippy::missing_safety_doc)]

mod abi;
mod bus;
mod descriptors;
mod exports;
mod meter;
mod queue;
mod trace;
