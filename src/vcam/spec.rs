//! What a `virtual:` value of `QHYCCD_DEVICES` says: `virtual:QHY600M?seed=3&speed=100,QHY600C`.

use std::fmt;

/// One virtual camera as ordered.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceSpec {
    /// Name of the model.
    pub model: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Camera seconds per wall second.
    pub speed: f64,
}

/// What is wrong with the text, naming the mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError(pub String);

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SpecError {}

impl DeviceSpec {
    /// Reads the text behind `virtual:`.
    pub fn parse_list(_text: &str) -> Result<Vec<DeviceSpec>, SpecError> {
        Ok(Vec::new())
    }
}
