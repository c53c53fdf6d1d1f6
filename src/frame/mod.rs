//! Pixel kernels: pure functions on slices, no camera, no I/O.
#![forbid(unsafe_code)]
