//! The name of a piece of content.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A git object id: 20 bytes in a SHA-1 repository, 32 in a SHA-256 one.
///
/// The engine never computes one from content and never assumes how long it is; it only trusts that
/// equal ids mean equal content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Oid {
    bytes: [u8; 32],
    len: u8,
}

impl Oid {
    /// The id of these 20 or 32 bytes; none for any other length.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if !matches!(bytes.len(), 20 | 32) {
            return None;
        }
        let mut all = [0; 32];
        all[..bytes.len()].copy_from_slice(bytes);
        Some(Self { bytes: all, len: bytes.len() as u8 })
    }

    /// An id of our own for content that no git repository holds.
    pub(crate) fn of_digest(digest: [u8; 32]) -> Self {
        Self { bytes: digest, len: 32 }
    }

    /// An id written in hexadecimal digits.
    pub fn from_hex(hex: &str) -> Option<Self> {
        if !hex.is_ascii() {
            return None;
        }
        let digit = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(digit).collect();
        Self::new(&bytes?)
    }

    /// The bytes, 20 or 32 of them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len).min(32)]
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
