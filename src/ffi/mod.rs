//! The C names: one plain function for each, grouped by subject. No logic lives here;
//! arguments become values, a camera method is called, its result becomes a code.
//!
//! Conventions, told once:
//!
//! - **Handles** are numbers, never followed. Any value is safe to pass; NULL, a closed
//!   handle and an invented one are errors.
//! - **Outputs** may be NULL, which is an error, and are written only on success, all or
//!   none. Each function names the room that a text or byte output needs.
//! - **Codes**: 0 is success. [`u32`] functions fail with `QHYCCD_ERROR` (0xFFFFFFFF),
//!   `double` functions with 4294967295.0, `int` functions with -1, pointers with NULL.
//!   Every failure leaves a text for `GetQHYCCDLastError`.
//! - **Threads**: any function may be called from any thread at any time.
//! - **Refused** functions are there so that programs link. They fail, change nothing,
//!   say so in the text and once in the log. `include/qhyccd.abi.tsv` lists all functions
//!   and whether they are done or refused.
//! - A function is `unsafe` if it follows a pointer, and its `# Safety` text says what the
//!   pointer must be. The others take any arguments whatever.
//!
//! Unwinding never leaves a function: the private module `entry` turns a panic into an error.

#![allow(non_snake_case)]

mod args;
mod callbacks;
mod codes;
mod entry;
mod frames;
mod handles;
mod log;
mod logfile;
mod state;
mod stdfunction;
mod timestamp;

pub mod types;

pub mod burst;
pub mod calibration;
pub mod cooling;
pub mod discovery;
pub mod events;
pub mod firmware;
pub mod geometry;
pub mod gps;
pub mod guide;
pub mod image;
pub mod library;
pub mod lifecycle;
pub mod live;
pub mod messages;
pub mod oled;
pub mod params;
pub mod pcie;
pub mod phd2;
pub mod rawio;
pub mod readmode;
pub mod sensorinfo;
pub mod single;
pub mod storage;
pub mod trigger;
pub mod tuning;
pub mod wheel;
