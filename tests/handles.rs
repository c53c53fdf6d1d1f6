//! What a handle is worth after its camera was lost, through the C interface.
#![cfg(all(feature = "c-abi", feature = "virtual"))]

use std::ffi::{CStr, c_void};
use std::time::{Duration, Instant};

use qhyccd::ffi::{discovery, geometry, library, lifecycle, single};

const ERROR: u32 = 0xFFFF_FFFF;

/// True if the library's own knowledge of the camera can be had by this handle.
fn answers(handle: *mut c_void) -> bool {
    let [mut x, mut y, mut width, mut height] = [7; 4];
    // SAFETY: all four are writable.
    let code = unsafe { geometry::GetQHYCCDOverScanArea(handle, &mut x, &mut y, &mut width, &mut height) };
    assert!(code == 0 || (code, [x, y, width, height]) == (ERROR, [7; 4]));
    code == 0
}

#[test]
fn the_handle_of_a_lost_camera_stays_dead_when_the_camera_is_opened_anew() {
    // SAFETY: the only test of this program, and nothing else runs yet.
    unsafe { std::env::set_var("QHYCCD_DEVICES", "virtual:QHY600M?speed=1000&faults=replug@20:1") };
    library::InitQHYCCDResource();
    assert_eq!(discovery::ScanQHYCCD(), 1);
    let mut id = [0; 32];
    // SAFETY: 32 bytes are what it wants.
    assert_eq!(unsafe { discovery::GetQHYCCDId(0, id.as_mut_ptr()) }, 0);
    // SAFETY: a text.
    let open = || unsafe { lifecycle::OpenQHYCCD(id.as_ptr().cast_mut()) };
    let old = open();
    assert!(answers(old));
    // The twentieth transfer is somewhere in here.
    assert!((0..20).any(|_| lifecycle::InitQHYCCD(old) == ERROR));
    assert!(!answers(old));
    let end = Instant::now() + Duration::from_secs(60);
    let new = loop {
        let handle = open();
        if !handle.is_null() {
            break handle;
        }
        // SAFETY: the library's own text.
        assert!(Instant::now() < end, "{:?}", unsafe { CStr::from_ptr(library::GetQHYCCDLastError()) });
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_ne!(new, old);
    assert!(answers(new) && !answers(old));
    assert_eq!(single::GetQHYCCDExposureRemaining(old), ERROR);
    assert_eq!((lifecycle::CloseQHYCCD(old), lifecycle::CloseQHYCCD(old)), (0, 0));
    assert_eq!(lifecycle::InitQHYCCD(new), 0);
    library::ReleaseQHYCCDResource();
    assert!(!answers(new));
}
