//! QHY600 in all its variants.

use super::schema::Model;

/// Every variant that the library can tell apart.
pub const MODELS: &[Model] = &[];
