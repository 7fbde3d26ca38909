//! What routes pass before they get to a Service: middlewares of Traefik, plugins of Kong, policies of gateways.

use super::super::{kong, mark};
use super::{MANY, Resource, list};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Middleware};

/// One of this resource.
fn say(resource: &Resource<'_>, targets: Vec<(String, String)>, demands: Option<&str>, rewrites: bool, limits: bool, out: &mut Extracted) {
    let mark = mark(resource.node, out);
    let demands = demands.map(str::to_owned);
    out.say(InfraFact::Middleware(Middleware { name: resource.name(), namespace: resource.namespace(), targets, demands, rewrites, limits, mark }));
}

/// Reads a Middleware of Traefik.
pub(super) fn middleware(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let has = |key: &str| spec.get(key).is_some();
    let demands = ["forwardAuth", "basicAuth", "digestAuth"].into_iter().find(|key| has(key));
    let rewrites = ["stripPrefix", "stripPrefixRegex", "replacePath", "replacePathRegex", "addPrefix"].into_iter().any(has);
    let limits = ["rateLimit", "inFlightReq"].into_iter().any(has);
    say(resource, Vec::new(), demands, rewrites, limits, out);
}

/// Reads a plugin of Kong, which routes name in an annotation.
pub(super) fn plugin(resource: &Resource<'_>, out: &mut Extracted) {
    let node = resource.node;
    let Some(plugin) = node.str_at(&["plugin"]) else { return };
    let off = node.get("disabled").and_then(Node::as_bool) == Some(true);
    let anonymous = node.at(&["config", "anonymous"]).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    let demands = (!off && !anonymous && kong::ASKING.contains(&plugin)).then_some(plugin);
    let rewrites = plugin.starts_with("request-transformer") && node.at(&["config", "replace", "uri"]).is_some();
    say(resource, Vec::new(), demands, rewrites, !off && kong::COUNTING.contains(&plugin), out);
}

/// Reads a Policy of the ingress controller that NGINX sells, which routes name.
pub(super) fn nginx(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let demands = ["jwt", "basicAuth", "oidc", "apiKey", "ingressMTLS", "externalAuth"].into_iter().find(|key| spec.get(key).is_some());
    let optional = spec.str_at(&["ingressMTLS", "verifyClient"]).is_some_and(|verify| verify != "on");
    say(resource, Vec::new(), demands.filter(|key| *key != "ingressMTLS" || !optional), false, spec.get("rateLimit").is_some(), out);
}

/// Reads a BackendConfig of Google's, which Services name in an annotation.
pub(super) fn backend(resource: &Resource<'_>, out: &mut Extracted) {
    let asks = resource.spec().and_then(|spec| spec.at(&["iap", "enabled"])).and_then(Node::as_bool) == Some(true);
    say(resource, Vec::new(), asks.then_some("iap"), false, false, out);
}

/// Reads a policy of Envoy Gateway, which names the gateways and routes that it is for.
pub(super) fn envoy(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let targets = targets(spec);
    match resource.kind {
        "SecurityPolicy" => {
            let on = |key: &str, off: &str| spec.get(key).is_some_and(|node| node.get(off).and_then(Node::as_bool) != Some(true));
            let ways = [("basicAuth", ""), ("oidc", ""), ("apiKeyAuth", ""), ("jwt", "optional"), ("extAuth", "failOpen")];
            let demands = ways.into_iter().find(|(key, off)| on(key, off)).map(|(key, _)| key);
            say(resource, targets, demands, false, false, out);
        }
        "BackendTrafficPolicy" if spec.get("rateLimit").is_some() => say(resource, targets, None, false, true, out),
        _ => {}
    }
}

/// What a policy is for, as a whole; a part of it is not told by a name.
pub(super) fn targets(spec: &Node) -> Vec<(String, String)> {
    let all = spec.get("targetRef").into_iter().chain(list(Some(spec), "targetRefs"));
    let whole = all.filter(|target| target.get("sectionName").is_none()).take(MANY);
    whole.filter_map(|target| Some((target.str_at(&["kind"])?.to_owned(), target.str_at(&["name"])?.to_owned()))).collect()
}
