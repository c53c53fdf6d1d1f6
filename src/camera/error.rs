//! What can go wrong, once for the whole library.

use std::fmt;

use crate::transport::UsbError;

/// Result of a library call.
pub type Result<T> = std::result::Result<T, Error>;

/// Classes of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is out of question: NaN, an impossible size, an unknown name.
    Invalid,
    /// This camera, or this library, cannot do that.
    Unsupported,
    /// Not allowed in the present state, for example a frame that nobody ordered.
    State,
    /// No such camera.
    NotFound,
    /// The camera is unplugged or stopped answering.
    Lost,
    /// The deadline passed.
    Timeout,
    /// Somebody cancelled it.
    Cancelled,
    /// No live frame is ready yet.
    NotYet,
    /// The frame that came was damaged.
    Damaged,
    /// Bytes did not move for another reason.
    Usb,
    /// A defect in this library.
    Internal,
}

/// A failure: its class, and a text for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    text: String,
}

impl Error {
    /// A failure with a text that says what was wrong.
    pub fn new(kind: ErrorKind, text: impl Into<String>) -> Error {
        Error { kind, text: text.into() }
    }

    /// Its class.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

impl From<UsbError> for Error {
    fn from(error: UsbError) -> Error {
        let kind = match error {
            UsbError::Gone => ErrorKind::Lost,
            UsbError::Timeout { .. } => ErrorKind::Timeout,
            UsbError::Cancelled => ErrorKind::Cancelled,
            UsbError::NotSupported => ErrorKind::Unsupported,
            _ => ErrorKind::Usb,
        };
        Error::new(kind, error.to_string())
    }
}
