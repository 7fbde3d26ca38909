//! Filters that stand in front of routes: who demands a credential there, and who counts.

use crate::node::Node;
use threatline_facts::{Extracted, Mark};

/// Filters that let nobody pass whom they do not know.
const ASKING: &[&str] = &["ext_authz", "basic_auth", "api_key_auth", "oauth2"];

/// What a path begins with, and whether a token is asked for there.
type TokenRule = (String, bool);

/// What holds for a route.
#[derive(Clone, Debug, Default)]
pub(super) struct Guards {
    /// A filter's full name, what it is called, and where it stands.
    asking: Vec<(String, &'static str, Mark)>,
    /// The rules of a filter that asks for tokens, in order: a beginning, and whether one is asked for there.
    tokens: Option<(Vec<TokenRule>, String, Mark)>,
    pub(super) limited: Option<Mark>,
}

impl Guards {
    /// What the filters of a connection do for all of its routes.
    pub(super) fn of(filters: &[Node], out: &mut Extracted) -> Self {
        let mut guards = Guards::default();
        for filter in filters.iter().take(64) {
            let (Some(name), Some(config)) = (filter.str_at(&["name"]), filter.get("typed_config").or_else(|| filter.get("config"))) else { continue };
            // a filter that is off until a route wants it
            if filter.get("disabled").and_then(Node::as_bool) == Some(true) {
                continue;
            }
            let mut mark = || super::super::mark(filter, out);
            let kind = name.rsplit('.').next().unwrap_or(name);
            if let Some(asking) = ASKING.iter().find(|asking| **asking == kind) {
                // where nobody answers everybody passes, or only some are asked
                let open = config.get("failure_mode_allow").and_then(Node::as_bool) == Some(true)
                    || ["filter_enabled", "pass_through_matcher"].iter().any(|key| mentions(config, key, 0));
                if !open {
                    guards.asking.push((name.to_owned(), asking, mark()));
                }
            } else if kind == "jwt_authn" {
                let rules = config.get("rules").map_or(&[][..], Node::items).iter().take(256).map(rule).collect();
                guards.tokens = Some((rules, name.to_owned(), mark()));
            } else if kind == "local_ratelimit" && config.get("token_bucket").is_some() && config.get("filter_enforced").is_some() {
                guards.limited = Some(mark());
            }
        }
        guards
    }

    /// What is left of it where a level below takes some of it back.
    pub(super) fn narrowed(&self, level: &Node) -> Self {
        let mut guards = self.clone();
        for entry in level.get("typed_per_filter_config").map_or(&[][..], Node::entries) {
            // whatever is written for a filter here may take back what it does
            guards.asking.retain(|(name, ..)| *name != entry.key || entry.value.get("check_settings").is_some_and(|check| check.get("disabled").is_none()));
            guards.tokens = guards.tokens.filter(|(_, name, _)| *name != entry.key);
        }
        guards
    }

    /// Who demands a credential of whoever asks for the path.
    pub(super) fn demands(&self, path: &str) -> Option<(String, Mark)> {
        let asked = self.asking.first().map(|(_, name, mark)| ((*name).to_owned(), *mark));
        asked.or_else(|| {
            let (rules, _, mark) = self.tokens.as_ref()?;
            // the first rule that fits decides; one that fits only a part of the path leaves the rest open
            let fits = |(prefix, _): &&TokenRule| path.starts_with(prefix.as_str()) || prefix.starts_with(path);
            let (prefix, demands) = rules.iter().find(fits)?;
            (*demands && path.starts_with(prefix.as_str())).then(|| ("jwt_authn".to_owned(), *mark))
        })
    }
}

/// Where a rule holds, and whether it demands a token; one whose place is not understood holds anywhere and demands none.
fn rule(node: &Node) -> (String, bool) {
    let place = node.at(&["match", "prefix"]).or_else(|| node.at(&["match", "path"])).or_else(|| node.at(&["match", "path_separated_prefix"]));
    let only_some = node.at(&["match", "headers"]).is_some();
    let demands = node.get("requires").is_some_and(|requires| !mentions(requires, "allow_missing", 0)) && !only_some;
    place.and_then(Node::as_str).map_or_else(|| (String::new(), false), |place| (place.to_owned(), demands))
}

/// A key that begins so stands anywhere below.
fn mentions(node: &Node, key: &str, depth: u8) -> bool {
    depth > 16
        || node.entries().iter().any(|entry| entry.key.starts_with(key) || mentions(&entry.value, key, depth + 1))
        || node.items().iter().any(|item| mentions(item, key, depth + 1))
}
