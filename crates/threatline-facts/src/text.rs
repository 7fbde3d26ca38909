//! Text that is only partly known.

use serde::{Deserialize, Serialize};

/// A string as one artifact knows it, with holes for what stands elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Text {
    /// Known to the letter.
    Literal(String),
    /// The value of a name that another file or scope defines; resolved by the language's resolver.
    Name(String),
    /// An environment variable, with the default that stands beside its use.
    Environment {
        /// The variable's name.
        variable: String,
        /// What is used when it is not set.
        default: Option<Box<Text>>,
    },
    /// A key of the framework's own configuration (`${billing.url:http://…}`, `IConfiguration["X"]`).
    Setting {
        /// The dotted key.
        key: String,
        /// What is used when it is not set.
        default: Option<Box<Text>>,
    },
    /// Parts put together in order.
    Joined(Vec<Text>),
    /// What a request brings, by a number of whoever evaluates the program; in no fact and no result.
    Input(u32),
    /// Nothing is known of it.
    Unknown,
}

/// What a reader says of a secret whose letters it does not keep. It stands in the text where the
/// secret stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hidden {
    /// Somebody chose it.
    Secret,
    /// One that everybody tries first: `postgres`, `changeme`, `admin`.
    Default,
    /// It waits to be replaced: `<your key>`, `xxxx`.
    Placeholder,
}

impl Hidden {
    /// What stands for it.
    pub const fn mask(self) -> &'static str {
        match self {
            Hidden::Secret => "***",
            Hidden::Default => "***default***",
            Hidden::Placeholder => "***placeholder***",
        }
    }
}

impl Text {
    /// The first secret that stood in its known parts, alone or in an address; defaults of holes are not
    /// looked at.
    pub fn hidden(&self) -> Option<Hidden> {
        match self {
            Text::Literal(text) => {
                let rest = &text[text.find("***")?..];
                let named = [Hidden::Default, Hidden::Placeholder].into_iter().find(|hidden| rest.starts_with(hidden.mask()));
                Some(named.unwrap_or(Hidden::Secret))
            }
            Text::Joined(parts) => parts.iter().find_map(Text::hidden),
            _ => None,
        }
    }

    /// The parts of it, itself if it is one.
    pub fn parts(&self) -> &[Text] {
        match self {
            Text::Joined(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The text without what only an evaluation knows: what a request brings is unknown.
    pub fn settled(self) -> Self {
        let is_open = |part: &Text| match part {
            Text::Environment { default: Some(default), .. } | Text::Setting { default: Some(default), .. } => default.brings(),
            part => part.brings(),
        };
        if !self.parts().iter().any(is_open) {
            return self;
        }
        let settled = |part: &Text| match part {
            Text::Input(_) => Text::Unknown,
            Text::Environment { variable, default: Some(default) } if default.brings() => Text::Environment { variable: variable.clone(), default: None },
            Text::Setting { key, default: Some(default) } if default.brings() => Text::Setting { key: key.clone(), default: None },
            part => part.clone(),
        };
        let parts: Vec<Text> = self.parts().iter().map(settled).collect();
        if parts.iter().all(|part| *part == Text::Unknown) { Text::Unknown } else { Text::join(parts) }
    }

    /// Whether a request brings some of it.
    fn brings(&self) -> bool {
        self.parts().iter().any(|part| matches!(part, Text::Input(_)))
    }

    /// A known text.
    pub fn literal(text: impl Into<String>) -> Self {
        Text::Literal(text.into())
    }

    /// The text if every letter of it is known.
    pub fn as_literal(&self) -> Option<&str> {
        match self {
            Text::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// Puts parts together, flattening and merging neighbouring literals, so that equal texts are
    /// equal values. What grows beyond all names and addresses (put behind itself in a loop) is unknown.
    pub fn join(parts: impl IntoIterator<Item = Text>) -> Self {
        let mut out: Vec<Text> = Vec::new();
        for part in parts {
            match part {
                Text::Joined(inner) => inner.into_iter().for_each(|part| push(&mut out, part)),
                part => push(&mut out, part),
            }
        }
        let literal = |part: &Text| if let Text::Literal(text) = part { text.len() } else { 1 };
        match out.len() {
            0 => Text::Literal(String::new()),
            1 if literal(&out[0]) <= MAX_JOINED => out.remove(0),
            _ if out.iter().map(literal).sum::<usize>() > MAX_JOINED => Text::Unknown,
            _ => Text::Joined(out),
        }
    }

    /// Replaces each hole by what `fill` knows of it; `None` leaves the hole (or takes its default
    /// where there is one and `fill` has nothing better).
    pub fn resolve(&self, fill: &mut dyn FnMut(&Text) -> Option<Text>) -> Text {
        match self {
            Text::Literal(_) | Text::Input(_) | Text::Unknown => self.clone(),
            Text::Joined(parts) => {
                let parts: Vec<Text> = parts.iter().map(|part| part.resolve(fill)).collect();
                Text::join(parts)
            }
            hole => match fill(hole) {
                Some(text) => text,
                None => hole.clone(),
            },
        }
    }

    /// The text with every remaining hole replaced by its default, and by `*` where there is none.
    pub fn with_defaults(&self) -> String {
        match self {
            Text::Literal(text) => text.clone(),
            Text::Environment { default: Some(text), .. } | Text::Setting { default: Some(text), .. } => text.with_defaults(),
            Text::Joined(parts) => parts.iter().map(Text::with_defaults).collect(),
            _ => "*".to_owned(),
        }
    }
}

/// So many bytes and parts are put together at most.
const MAX_JOINED: usize = 1 << 18;

fn push(out: &mut Vec<Text>, part: Text) {
    match (out.last_mut(), part) {
        (Some(Text::Literal(before)), Text::Literal(text)) => before.push_str(&text),
        (_, Text::Literal(text)) if text.is_empty() => {}
        (_, part) => out.push(part),
    }
}
