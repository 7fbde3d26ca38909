//! Files of platforms that run a program for its people: Fly, Render, Heroku, Vercel, Netlify, Firebase, Supabase.
//!
//! Such a file says that a program is run, from which folder, and whether everybody can reach it. What a platform would do
//! without a word is not said by it.

mod firebase;
mod fly;
mod heroku;
mod netlify;
mod render;
mod supabase;
mod vercel;

pub use firebase::{read as read_firebase, rules};
pub use fly::read as read_fly;
pub use heroku::{procfile, read as read_heroku};
pub use netlify::{read as read_netlify, redirects};
pub use render::read as read_render;
pub use supabase::read as read_supabase;
pub use vercel::read as read_vercel;

use super::{secret, text};
use crate::node::{Entry, Node};
use threatline_facts::infra::{Hosted, HostedKind, InfraFact, Proxy, ProxyRoute, Rewrite, Variable, VariableValue};
use threatline_facts::{Extracted, Mark, Text};

/// Things of one file.
const MANY: usize = 500;

/// A program of that kind in the folder of its file.
fn hosted(platform: &str, kind: HostedKind, mark: Mark) -> Hosted {
    Hosted { platform: platform.to_owned(), kind, name: None, folder: String::new(), image: None, environment: Vec::new(), schedule: None, mark }
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    let items = node.get(key).map_or(&[][..], Node::items);
    &items[..items.len().min(MANY)]
}

fn entries<'n>(node: &'n Node, key: &str) -> &'n [Entry] {
    let entries = node.get(key).map_or(&[][..], Node::entries);
    &entries[..entries.len().min(MANY)]
}

fn owned(node: &Node, path: &[&str]) -> Option<String> {
    node.str_at(path).filter(|text| text.len() <= 1024).map(str::to_owned)
}

/// A variable that is written out.
fn variable(name: &str, value: &str, mark: Mark) -> Variable {
    Variable { name: name.to_owned(), value: VariableValue::Text(secret::hide(name, text::braces(value))), mark }
}

/// A folder as one writes it: `./web/`, `/web`, `web`; empty is the file's own.
fn folder(written: &str) -> String {
    written.trim_start_matches("./").trim_matches('/').trim_start_matches('.').to_owned()
}

/// A rule of a host of pages: what is asked for and where it leads. One that leads elsewhere has an address.
struct Rule<'r> {
    from: &'r str,
    to: &'r str,
    /// The answer is another's, under the same address.
    hands_on: bool,
    mark: Mark,
}

impl Rule<'_> {
    fn route(&self) -> Option<ProxyRoute> {
        let path = self.from.find("://").map_or(self.from, |at| self.from[at + 3..].find('/').map_or("/", |slash| &self.from[at + 3 + slash..]));
        // a rule for everything that leads into the pages is how a front end keeps its own addresses
        let everything = matches!(path, "/*" | "/**" | "/(.*)" | "/:path*");
        let is_pages = !self.to.contains("://") && (self.to.ends_with(".html") || self.to == "/");
        let own = self.hands_on && (is_pages || (everything && !self.to.contains("://")));
        // nor is what only sends everything elsewhere
        if !path.starts_with('/') || path.len() > 1024 || own || (everything && !self.hands_on) {
            return None;
        }
        let elsewhere = self.hands_on && self.to.contains("://");
        Some(ProxyRoute {
            path: Some(spelled(path)),
            exact: !path.contains(['*', ':', '(']),
            targets: if elsewhere { vec![secret::hide_in(target(self.to))] } else { Vec::new() },
            rewrite: elsewhere.then_some(Rewrite::Unknown),
            mark: self.mark,
            ..ProxyRoute::default()
        })
    }
}

/// `/a/:id/:rest*` with parameters as everywhere; a pattern in brackets varies.
fn spelled(path: &str) -> String {
    let part = |part: &str| match part.strip_prefix(':') {
        Some(name) => format!("{{{}}}", name.split(['(', '*', '+', '?']).next().unwrap_or(name)),
        None if part.contains('(') => "*".to_owned(),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The address up to what is filled in when somebody asks.
fn target(to: &str) -> Text {
    let host = to.find("://").map_or(0, |at| at + 3);
    let end = to[host..].find('/').map_or(to.len(), |slash| host + slash);
    text::braces(&to[..end])
}

fn say_rules(product: &str, rules: Vec<Rule<'_>>, mark: Mark, out: &mut Extracted) {
    let routes: Vec<ProxyRoute> = rules.iter().take(MANY).filter_map(Rule::route).collect();
    if !routes.is_empty() {
        out.say(InfraFact::Proxy(Proxy { product: product.to_owned(), config: None, told_by_labels: false, routes, mark }));
    }
}
