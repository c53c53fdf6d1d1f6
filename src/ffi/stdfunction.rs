//! A C++ `std::function<void(const std::string &)>` as libstdc++ lays it out.
//!
//! `SetQHYCCDLogFunction` takes one by value, which on Linux arrives as a pointer to the
//! caller's temporary. It is copied, called and destroyed here through the two functions
//! it carries, with a string built by hand (the string ABI of GCC 5 and later). Other C++
//! libraries have other layouts; there the function is ignored.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) use gnu::LogFunction;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) use other::LogFunction;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod gnu {
    use std::ffi::{c_int, c_void};

    /// What the function object holds: a small functor, or a pointer to a large one.
    type Storage = [usize; 2];
    type Manager = unsafe extern "C" fn(*mut Storage, *const Storage, c_int) -> u8;
    type Invoker = unsafe extern "C" fn(*const Storage, *const StdString);

    const CLONE: c_int = 2;
    const DESTROY: c_int = 3;

    #[repr(C)]
    struct StdFunction {
        storage: Storage,
        manager: Option<Manager>,
        invoker: Option<Invoker>,
    }

    #[repr(C)]
    struct StdString {
        data: *const u8,
        len: usize,
        /// Capacity, since the text is not stored inside.
        capacity: usize,
        rest: usize,
    }

    /// A copy of a caller's function.
    pub(crate) struct LogFunction {
        function: Box<StdFunction>,
        manager: Manager,
        invoker: Invoker,
    }

    // SAFETY: a `std::function` is bound to no thread. It may be called from several at
    // a time, as the documentation of SetQHYCCDLogFunction says.
    unsafe impl Send for LogFunction {}
    // SAFETY: as above; calling it does not change the object itself.
    unsafe impl Sync for LogFunction {}

    impl LogFunction {
        /// Copies the function; `None` if the pointer is NULL or the function empty.
        ///
        /// # Safety
        /// A `pointer` that is not NULL points to a live libstdc++ `std::function` of
        /// the type named above.
        pub(crate) unsafe fn copy(pointer: *const c_void) -> Option<LogFunction> {
            // SAFETY: the caller's promise.
            let source = unsafe { pointer.cast::<StdFunction>().as_ref() }?;
            let (manager, invoker) = (source.manager?, source.invoker?);
            let mut function = Box::new(StdFunction { storage: [0; 2], manager: None, invoker: None });
            // SAFETY: this is how libstdc++ itself copies: destination, source, "clone".
            unsafe { manager(&mut function.storage, &source.storage, CLONE) };
            Some(LogFunction { function, manager, invoker })
        }

        /// Calls it with a line.
        pub(crate) fn call(&self, line: &str) {
            let terminated = format!("{line}\0");
            let string =
                StdString { data: terminated.as_ptr(), len: line.len(), capacity: line.len(), rest: 0 };
            // SAFETY: the storage was cloned for this invoker; the string lives through
            // the call, is terminated, and is const to the callee.
            unsafe { (self.invoker)(&self.function.storage, &string) }
        }
    }

    impl Drop for LogFunction {
        fn drop(&mut self) {
            let storage: *mut Storage = &mut self.function.storage;
            // SAFETY: the storage was cloned by this manager and is destroyed once.
            unsafe { (self.manager)(storage, storage, DESTROY) };
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::sync::Mutex;

        /// What a functor would capture: a place for lines, and a count of its copies.
        struct Capture {
            lines: Mutex<Vec<String>>,
            copies: Mutex<i32>,
        }

        unsafe extern "C" fn manager(to: *mut Storage, from: *const Storage, order: c_int) -> u8 {
            // SAFETY: the test stores a pointer to its own living `Capture`.
            unsafe {
                let capture = &*((*from)[0] as *const Capture);
                match order {
                    CLONE => {
                        *to = *from;
                        *capture.copies.lock().unwrap() += 1;
                    }
                    DESTROY => *capture.copies.lock().unwrap() -= 1,
                    _ => unreachable!(),
                }
            }
            0
        }

        unsafe extern "C" fn invoker(storage: *const Storage, string: *const StdString) {
            // SAFETY: as above; the string is what `call` built.
            unsafe {
                let capture = &*((*storage)[0] as *const Capture);
                let bytes = std::slice::from_raw_parts((*string).data, (*string).len + 1);
                assert_eq!(bytes.last(), Some(&0));
                let text = std::str::from_utf8(&bytes[..(*string).len]).unwrap().to_owned();
                capture.lines.lock().unwrap().push(text);
            }
        }

        #[test]
        fn a_function_is_copied_called_and_destroyed() {
            let capture = Capture { lines: Mutex::default(), copies: Mutex::default() };
            let copy = {
                let original = StdFunction {
                    storage: [&raw const capture as usize, 0],
                    manager: Some(manager),
                    invoker: Some(invoker),
                };
                // SAFETY: `original` has the layout of libstdc++ and lives.
                unsafe { LogFunction::copy((&raw const original).cast()) }.unwrap()
            };
            assert_eq!(*capture.copies.lock().unwrap(), 1);
            copy.call("a line");
            copy.call("");
            assert_eq!(*capture.lines.lock().unwrap(), ["a line", ""]);
            drop(copy);
            assert_eq!(*capture.copies.lock().unwrap(), 0);
        }

        #[test]
        fn empty_functions_and_null_are_none() {
            let empty = StdFunction { storage: [0; 2], manager: None, invoker: None };
            // SAFETY: the object has the layout of libstdc++ and lives.
            assert!(unsafe { LogFunction::copy((&raw const empty).cast()) }.is_none());
            // SAFETY: NULL is allowed.
            assert!(unsafe { LogFunction::copy(std::ptr::null()) }.is_none());
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod other {
    use std::ffi::c_void;

    /// Nothing that could be called.
    pub(crate) enum LogFunction {}

    impl LogFunction {
        /// Ignores the function: its layout is not known here.
        ///
        /// # Safety
        /// None needed; it has the form of the other platform's.
        pub(crate) unsafe fn copy(_pointer: *const c_void) -> Option<LogFunction> {
            log::warn!("SetQHYCCDLogFunction is not supported on this platform");
            None
        }

        /// Never called.
        pub(crate) fn call(&self, _line: &str) {
            match *self {}
        }
    }
}
