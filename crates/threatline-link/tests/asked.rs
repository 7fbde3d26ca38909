//! What a cluster asks of requests before they get to a program: policies of meshes and of gateways.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{ComponentId, Model, Property, Value};

const APP: &str = "import os\nimport requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.route('/api/orders')\ndef orders():\n    return requests.get(os.environ['STOCK_URL'] + '/stock').text\n\n@app.route('/health')\ndef health():\n    return 'ok'\n\nif __name__ == '__main__':\n    app.run()\n";

fn deployment(name: &str, annotations: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name}, namespace: shop }}\nspec:\n  template:\n    metadata: {{ labels: {{ app: {name} }}, annotations: {{ {annotations} }} }}\n    spec:\n      containers:\n        - name: {name}\n          image: shop/{name}\n          ports: [{{ containerPort: 8080 }}]\n          env: [{{ name: STOCK_URL, value: 'http://stock' }}]\n---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: shop }}\nspec:\n  selector: {{ app: {name} }}\n  ports: [{{ port: 80 }}]\n"
    )
}

fn with(annotations: &str, more: &str) -> Model {
    let (web, stock) = (deployment("web", annotations), deployment("stock", annotations));
    model(&[
        ("web/app.py", APP),
        ("web/Dockerfile", "FROM python:3.12\nCOPY . .\n"),
        ("k8s/web.yaml", &web),
        ("k8s/stock.yaml", &stock),
        ("k8s/more.yaml", more),
    ])
}

/// Of a way in that the program lets everybody use: none where something before it asks who calls.
fn asked(model: &Model, path: &str) -> Option<bool> {
    model.entry_points.iter().find(|entry| entry.path == path).unwrap().authenticated
}

/// Of orders and health.
fn both(more: &str) -> (Option<bool>, Option<bool>) {
    let model = with("", more);
    (asked(&model, "/api/orders"), asked(&model, "/health"))
}

fn policy(spec: &str) -> String {
    format!("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{ name: p{}, namespace: shop }}\nspec:\n{spec}", spec.len())
}

#[test]
fn istio_lets_nobody_in_without_a_token_where_it_asks_for_one() {
    let tokens = "  rules:\n    - from: [{ source: { requestPrincipals: ['*'] } }]\n";
    let (open, asks) = (both(""), None);
    assert_eq!(both(&policy(tokens)), (asks, asks));
    assert_eq!(both(&policy(&format!("{tokens}    - to: [{{ operation: {{ paths: [/health] }} }}]\n"))), (asks, open.1));
    assert_eq!(both(&policy(&format!("{tokens}    - to: [{{ operation: {{ paths: ['/api/*'] }} }}]\n"))), (open.0, asks));
    assert_eq!(both(&format!("{}---\n{}", policy(tokens), policy("  rules: [{}]\n"))), open, "another policy lets anybody in");
    assert_eq!(both(&policy(tokens).replace("namespace: shop", "namespace: other")), open);
    assert_eq!(both(&policy(&format!("  selector: {{ matchLabels: {{ app: stock }} }}\n{tokens}"))), open);
    let claims = "  rules: [{ when: [{ key: 'request.auth.claims[role]', values: [admin] }] }]\n";
    assert_eq!(both(&policy(claims)), (asks, asks));
}

#[test]
fn istio_turns_away_who_has_no_token() {
    let (open, asks) = (both(""), None);
    let denied = |to: &str| policy(&format!("  action: DENY\n  rules:\n    - from: [{{ source: {{ notRequestPrincipals: ['*'] }} }}]\n{to}"));
    assert_eq!(both(&denied("")), (asks, asks));
    assert_eq!(both(&denied("      to: [{ operation: { paths: ['/api/*'] } }]\n")), (asks, open.1));
    assert_eq!(both(&denied("      to: [{ operation: { paths: ['/api/*'], hosts: [a.test] } }]\n")), open, "for one host only");
    let custom = "  action: CUSTOM\n  provider: { name: login }\n  rules: [{ to: [{ operation: { paths: ['/api*'] } }] }]\n";
    assert_eq!(both(&policy(custom)), (asks, open.1));
    let tokens = "apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: { name: jwt, namespace: shop }\nspec: { jwtRules: [{ issuer: 'https://id.test' }] }\n";
    assert_eq!(both(tokens), open, "who has no token passes");
}

const ROUTE: &str = "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: main, namespace: shop }\nspec: { selector: { istio: ingressgateway }, servers: [{ port: { number: 80 } }] }\n---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: web, namespace: shop }\nspec:\n  hosts: ['*']\n  gateways: [main]\n  http: [{ match: [{ uri: { prefix: /api } }], route: [{ destination: { host: web } }] }]\n";

#[test]
fn a_policy_of_the_gateway_is_for_what_comes_by_it() {
    let at = "  selector: { matchLabels: { istio: ingressgateway } }\n  action: DENY\n  rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }]\n";
    let gateway = policy(at).replace("namespace: shop", "namespace: istio-system");
    assert_eq!(asked(&with("", &format!("{gateway}{ROUTE}")), "/api/orders"), None);
    let two = ROUTE.replace("gateways: [main]", "gateways: [main, other]");
    assert_eq!(asked(&with("", &format!("{gateway}{two}")), "/api/orders"), Some(false), "of the other gateway nobody knows");
    assert_eq!(asked(&with("", &format!("{}{ROUTE}", gateway.replace("ingressgateway", "internal"))), "/api/orders"), Some(false));
}

fn http_route(more: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{ name: web, namespace: shop }}\nspec:\n  parentRefs: [{{ name: eg }}]\n  rules: [{{ backendRefs: [{{ name: web, port: 80 }}] }}]\n---\n{more}"
    )
}

#[test]
fn policies_of_envoy_gateway_stand_before_their_routes() {
    let policy = |target: &str, what: &str| {
        format!(
            "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {{ name: p{}, namespace: shop }}\nspec: {{ targetRefs: [{target}], {what} }}\n",
            target.len()
        )
    };
    let asked = |more: String| asked(&with("", &http_route(&more)), "/api/orders");
    let (gateway, route, jwt) = ("{ kind: Gateway, name: eg }", "{ kind: HTTPRoute, name: web }", "jwt: { providers: [{ name: a }] }");
    assert_eq!(asked(policy(route, jwt)), None);
    assert_eq!(asked(policy(gateway, jwt)), None);
    assert_eq!(asked(policy("{ kind: HTTPRoute, name: other }", jwt)), Some(false));
    assert_eq!(asked(policy(route, "jwt: { optional: true, providers: [{ name: a }] }")), Some(false));
    assert_eq!(asked(format!("{}---\n{}", policy(gateway, jwt), policy(route, "cors: {}"))), Some(false), "the route's own policy counts");
    assert_eq!(asked(policy("{ kind: Gateway, name: eg, sectionName: admin }", jwt)), Some(false));
}

#[test]
fn plugins_of_kong_stand_before_the_ingress_that_names_them() {
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: web, namespace: shop, annotations: { konghq.com/plugins: 'limit, keys' } }\nspec: { rules: [{ http: { paths: [{ path: /, backend: { service: { name: web, port: { number: 80 } } } }] } }] }\n---\n";
    let plugin = |name: &str, more: &str| {
        format!("{ingress}apiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {{ name: {name}, namespace: shop }}\nplugin: key-auth\n{more}")
    };
    assert_eq!(asked(&with("", &plugin("keys", "")), "/api/orders"), None);
    assert_eq!(asked(&with("", &plugin("others", "")), "/api/orders"), Some(false));
    assert_eq!(asked(&with("", &plugin("keys", "config: { anonymous: guest }\n")), "/api/orders"), Some(false));
}

#[test]
fn linkerd_knows_callers_where_it_is_told_to() {
    let flow = |annotations: &str, more: &str| {
        let model = with(annotations, more);
        model.flows.iter().find(|flow| flow.target == ComponentId::new("stock")).unwrap().authenticated
    };
    let member = "linkerd.io/inject: enabled";
    let known = format!("{member}, config.linkerd.io/default-inbound-policy: all-authenticated");
    assert_ne!(flow(member, ""), Some(true));
    assert_eq!(flow(&known, ""), Some(true));
    let server = "apiVersion: policy.linkerd.io/v1beta3\nkind: Server\nmetadata: { name: stock, namespace: shop }\nspec: { podSelector: { matchLabels: { app: stock } }, port: 8080 }\n---\n";
    let grant = |kind: &str| {
        format!(
            "{server}apiVersion: policy.linkerd.io/v1alpha1\nkind: AuthorizationPolicy\nmetadata: {{ name: a, namespace: shop }}\nspec: {{ targetRef: {{ kind: Server, name: stock }}, requiredAuthenticationRefs: [{{ kind: {kind}, name: web }}] }}\n"
        )
    };
    assert_eq!(flow(member, &grant("MeshTLSAuthentication")), Some(true));
    assert_ne!(flow(member, &grant("NetworkAuthentication")), Some(true));
    assert_ne!(flow(&known, &grant("NetworkAuthentication")), Some(true), "what the Server lets in counts");
}

#[test]
fn a_namespace_that_admits_no_privileged_pods_has_none() {
    let privileged = |more: &str| {
        let model = with("", more);
        let web = model.components.iter().find(|component| component.id == ComponentId::new("web")).unwrap().clone();
        web.properties.get(Property::RunsPrivileged).cloned()
    };
    let space =
        |level: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata: {{ name: shop, labels: {{ pod-security.kubernetes.io/enforce: {level} }} }}\n");
    assert_eq!(privileged(&space("restricted")), Some(Value::Flag(false)));
    assert_eq!(privileged(&space("privileged")), None);
}
