//! Ids. Each kind of element has an id type of its own; ids come from names, never from lines, order
//! or time.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The prefix that all ids of this kind begin with.
            pub const PREFIX: &str = $prefix;

            /// Makes the id from what stands behind the prefix; control characters, newlines and spaces
            /// at the ends are percent-encoded.
            pub fn new(rest: impl AsRef<str>) -> Self {
                Self(format!("{}{}", $prefix, encode(rest.as_ref())))
            }

            /// An id that is already written out in full.
            pub fn parse(text: &str) -> Option<Self> {
                text.starts_with($prefix).then(|| Self(text.to_owned()))
            }

            /// The id in full.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What stands behind the prefix.
            pub fn rest(&self) -> &str {
                &self.0[$prefix.len()..]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for ElementId {
            fn from(id: $name) -> Self {
                ElementId(id.0)
            }
        }

        impl From<&$name> for ElementId {
            fn from(id: &$name) -> Self {
                ElementId(id.0.clone())
            }
        }
    )*};
}

ids! {
    /// `cmp:payments`
    ComponentId "cmp:",
    /// `flw:web>payments:https`
    FlowId "flw:",
    /// `bnd:namespace/shop`
    BoundaryId "bnd:",
    /// `ent:payments:POST /refunds/{id}`
    EntryPointId "ent:",
}

/// The id of any element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ElementId(String);

impl ElementId {
    /// An id written out in full, with its prefix.
    pub fn parse(text: &str) -> Option<Self> {
        ["cmp:", "flw:", "bnd:", "ent:"].iter().any(|prefix| text.starts_with(prefix)).then(|| Self(text.to_owned()))
    }

    /// The id in full.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a component's, if it is one.
    pub fn as_component(&self) -> Option<ComponentId> {
        ComponentId::parse(&self.0)
    }

    /// The id as a flow's, if it is one.
    pub fn as_flow(&self) -> Option<FlowId> {
        FlowId::parse(&self.0)
    }

    /// The id as a boundary's, if it is one.
    pub fn as_boundary(&self) -> Option<BoundaryId> {
        BoundaryId::parse(&self.0)
    }

    /// The id as an entry point's, if it is one.
    pub fn as_entry_point(&self) -> Option<EntryPointId> {
        EntryPointId::parse(&self.0)
    }
}

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn encode(rest: &str) -> String {
    let (begin, end) = (rest.len() - rest.trim_start().len(), rest.trim_end().len());
    let mut out = String::with_capacity(rest.len());
    for (at, c) in rest.char_indices() {
        let outside = at < begin || at >= end;
        if c.is_control() || (outside && c.is_whitespace()) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}
