//! The headers: generated text, every dialect, constants, layouts and signatures, and a
//! program written like those that people have.
//!
//! Needs a C and a C++ compiler (`cc`, `c++`). Clang is used as well where it is installed;
//! where `CI` is set it must be.
#![cfg(all(unix, feature = "c-abi"))]

mod abi;
mod compilers;
mod dialects;
mod generate;
mod programs;
mod signatures;
