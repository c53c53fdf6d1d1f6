//! The camera through the in-process bus: what the Rust interface promises, seen against
//! a virtual camera whose pixels tell their places.
//!
//! No test asserts how long something took, unless a call that does not return would be
//! the failure: then a generous bound stands in for "for ever".

mod bench;
mod burst;
mod cable;
mod calibration;
mod clients;
mod controls;
mod cooling;
mod ddr;
mod effects;
mod family;
mod faults;
mod firmware;
mod gps;
mod library;
mod lifetime;
mod live;
mod loss;
mod pixels;
mod settings;
mod single;
mod threads;
mod timing;
mod trigger;
mod wheel;
