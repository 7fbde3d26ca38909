//! What a cluster adds to its workloads: rights, mesh, what stands before a way in, products of operators.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{ComponentId, Grade, Model, Property, Value};

const APP: &str = "import os\nimport requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.route('/api/orders')\ndef orders():\n    return requests.get(os.environ['STOCK_URL'] + '/stock').text\n\nif __name__ == '__main__':\n    app.run()\n";

fn deployment(name: &str, more: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name}, namespace: shop }}\nspec:\n  template:\n    metadata: {{ labels: {{ app: {name} }} }}\n    spec:\n{more}      containers:\n        - name: {name}\n          image: shop/{name}\n          env: [{{ name: STOCK_URL, value: 'http://stock' }}]\n---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: shop }}\nspec:\n  selector: {{ app: {name} }}\n  ports: [{{ port: 80 }}]\n"
    )
}

fn system(more: &[(&str, &str)], account: &str) -> Model {
    let (web, stock) = (deployment("web", account), deployment("stock", ""));
    let own = [("web/app.py", APP), ("web/Dockerfile", "FROM python:3.12\nCOPY . .\n"), ("k8s/web.yaml", web.as_str()), ("k8s/stock.yaml", stock.as_str())];
    model(&own.iter().chain(more).copied().collect::<Vec<_>>())
}

/// Whether the one flow is encrypted and authenticated, as far as it is known.
fn flow(model: &Model) -> (Option<bool>, Option<bool>) {
    let flow = model.flows.iter().find(|flow| flow.target == ComponentId::new("stock")).unwrap();
    (flow.encrypted, flow.authenticated)
}

fn entry(model: &Model) -> Option<bool> {
    let entry = model.entry_points.iter().find(|entry| entry.path == "/api/orders").unwrap();
    entry.authenticated
}

#[test]
fn a_mesh_that_lets_only_members_in_encrypts() {
    let strict = |space: &str| {
        format!(
            "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {{ name: default, namespace: {space} }}\nspec: {{ mtls: {{ mode: STRICT }} }}\n"
        )
    };
    assert_eq!(flow(&system(&[], "")).0, Some(false));
    for space in ["istio-system", "shop"] {
        assert_eq!(flow(&system(&[("k8s/mesh.yaml", &strict(space))], "")).0, Some(true), "{space}");
    }
    assert_eq!(flow(&system(&[("k8s/mesh.yaml", &strict("other"))], "")).0, Some(false));
    let narrower = strict("istio-system")
        + "---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: stock, namespace: shop }\nspec: { selector: { matchLabels: { app: stock } }, mtls: { mode: PERMISSIVE } }\n";
    assert_eq!(flow(&system(&[("k8s/mesh.yaml", &narrower)], "")).0, Some(false), "the narrowest policy decides");
}

#[test]
fn a_policy_that_names_its_callers_knows_them() {
    let mesh = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: default, namespace: shop }\nspec: { mtls: { mode: STRICT } }\n---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: stock, namespace: shop }\nspec:\n  selector: { matchLabels: { app: stock } }\n  rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }]\n";
    assert_eq!(flow(&system(&[("k8s/mesh.yaml", mesh)], "")).1, Some(true));
    let another = format!(
        "{mesh}---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{ name: all, namespace: shop }}\nspec: {{ rules: [{{}}] }}\n"
    );
    assert_ne!(flow(&system(&[("k8s/mesh.yaml", &another)], "")).1, Some(true), "another policy lets anybody in");
}

#[test]
fn pods_of_linkerd_speak_encrypted() {
    let space = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations: { linkerd.io/inject: enabled }\n";
    assert_eq!(flow(&system(&[("k8s/space.yaml", space)], "")).0, Some(true));
    assert_eq!(flow(&system(&[("k8s/space.yaml", &space.replace("enabled", "disabled"))], "")).0, Some(false));
}

const INGRESS: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  namespace: shop\n  annotations: { nginx.ingress.kubernetes.io/auth-url: 'http://auth/verify' }\nspec:\n  rules:\n    - http: { paths: [{ path: /api, backend: { service: { name: web, port: { number: 80 } } } }] }\n";

#[test]
fn an_ingress_that_asks_who_calls_stands_before_the_way_in() {
    let open = INGRESS.replace("auth-url", "proxy-body-size");
    let before = entry(&system(&[("k8s/ingress.yaml", &open)], ""));
    assert_ne!(before, Some(true));
    let now = entry(&system(&[("k8s/ingress.yaml", INGRESS)], ""));
    assert_eq!(now, if before == Some(false) { None } else { Some(true) });
    let beside = open.replace("name: web\n  namespace", "name: other\n  namespace");
    assert_eq!(entry(&system(&[("k8s/ingress.yaml", INGRESS), ("k8s/open.yaml", &beside)], "")), before, "another route asks nothing");
    let snippet = INGRESS.replace("annotations: {", "annotations: { nginx.ingress.kubernetes.io/configuration-snippet: 'satisfy any;',");
    assert_eq!(entry(&system(&[("k8s/ingress.yaml", &snippet)], "")), before, "what a snippet does nobody knows");
}

#[test]
fn middlewares_stand_before_the_way_in() {
    let route = "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: { name: web, namespace: shop }\nspec:\n  routes:\n    - match: PathPrefix(`/shop`)\n      middlewares: [{ name: strip }, { name: login }]\n      services: [{ name: web, port: 80 }]\n";
    let strip = "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: { name: strip, namespace: shop }\nspec: { stripPrefix: { prefixes: [/shop] } }\n";
    let login = "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: { name: login, namespace: shop }\nspec: { basicAuth: { secret: users } }\n";
    let exposure = |model: &Model| model.entry_points.iter().find(|entry| entry.path == "/api/orders").unwrap().exposure.name();
    let bare = system(&[("k8s/route.yaml", route)], "");
    assert_eq!(exposure(&bare), "internal", "nothing leads from /shop to /api");
    let stripped = system(&[("k8s/route.yaml", route), ("k8s/strip.yaml", strip)], "");
    assert_eq!(exposure(&stripped), "internet");
    let asked = system(&[("k8s/route.yaml", route), ("k8s/strip.yaml", strip), ("k8s/login.yaml", login)], "");
    assert_eq!(entry(&asked), if entry(&stripped) == Some(false) { None } else { Some(true) });
}

#[test]
fn an_account_may_what_is_bound_to_it_everywhere() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: runner }\nrules: [{ apiGroups: [''], resources: [pods/exec, configmaps], verbs: ['*'] }]\n";
    let binding = |kind: &str, account: &str| {
        format!(
            "{role}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{ name: runner, namespace: shop }}\nroleRef: {{ kind: ClusterRole, name: runner }}\nsubjects: [{{ kind: ServiceAccount, name: {account}, namespace: shop }}]\n"
        )
    };
    let granted = |text: &str| {
        let model = system(&[("k8s/rights.yaml", text)], "      serviceAccountName: runner\n");
        let web = model.component(&ComponentId::new("web")).unwrap();
        assert!(web.properties.proofs.get(&Property::IdentityGrants).is_none_or(|proof| proof.grade == Grade::P));
        web.properties.get(Property::IdentityGrants).cloned()
    };
    assert_eq!(granted(&binding("ClusterRoleBinding", "runner")), Some(Value::List(vec!["pods_exec".to_owned()])));
    assert_eq!(granted(&binding("RoleBinding", "runner")), None, "in its own namespace it may");
    assert_eq!(granted(&binding("ClusterRoleBinding", "other")), None);
}

#[test]
fn an_operator_makes_the_store_that_clients_speak_to() {
    let cluster = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders-db, namespace: shop }\nspec: { instances: 1 }\n";
    let app = "import os\nimport psycopg2\n\nif __name__ == '__main__':\n    psycopg2.connect(host=os.environ['DB_HOST'], dbname='orders')\n";
    let deployed = deployment("web", "").replace("STOCK_URL, value: 'http://stock'", "DB_HOST, value: orders-db-rw");
    let model = model(&[("web/app.py", app), ("web/Dockerfile", "FROM python:3.12\n"), ("k8s/web.yaml", &deployed), ("k8s/db.yaml", cluster)]);
    let flows: Vec<&str> = model.flows.iter().map(|flow| flow.id.rest()).collect();
    assert_eq!(flows, ["web>orders-db:sql"]);
    let store = model.component(&ComponentId::new("orders-db")).unwrap();
    assert_eq!((store.kind.name(), store.properties.get(Property::MutableImage)), ("data_store", None), "which image it is the operator knows");
}

const ROUTED: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: pay, namespace: payments }\nspec:\n  template:\n    metadata: { labels: { app: pay } }\n    spec: { containers: [{ name: pay, image: acme/pay }] }\n---\napiVersion: v1\nkind: Service\nmetadata: { name: pay, namespace: payments }\nspec: { selector: { app: pay }, ports: [{ port: 80 }] }\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: { name: edge, namespace: infra }\nspec: { gatewayClassName: CLASS, listeners: [{ name: https, protocol: HTTPS, port: 443 }] }\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: pay, namespace: shop }\nspec: { parentRefs: [{ name: edge, namespace: infra }], rules: [{ backendRefs: [{ name: pay, namespace: payments, port: 80 }] }] }\n";

fn exposure_of_pay(class: &str, grants: &str) -> &'static str {
    let text = format!("{}---\n{grants}", ROUTED.replace("CLASS", class));
    let model = common::model(&[("k8s/all.yaml", &text)]);
    model.components.iter().find(|component| component.name == "pay").unwrap().exposure.name()
}

#[test]
fn a_route_to_another_namespace_needs_a_grant_where_grants_are_kept() {
    let grant = |from: &str, to: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {{ name: g, namespace: payments }}\nspec: {{ from: [{{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: {from} }}], to: [{{ group: '', kind: Service{to} }}] }}\n"
        )
    };
    assert_eq!(exposure_of_pay("envoy", ""), "internet", "they may lie elsewhere");
    assert_eq!(exposure_of_pay("envoy", &grant("shop", "")), "internet");
    assert_eq!(exposure_of_pay("envoy", &grant("shop", ", name: pay")), "internet");
    assert_eq!(exposure_of_pay("envoy", &grant("shop", ", name: other")), "internal");
    assert_eq!(exposure_of_pay("envoy", &grant("blog", "")), "internal");
}

#[test]
fn what_a_private_load_balancer_reaches_is_not_open() {
    assert_eq!(exposure_of_pay("gke-l7-rilb", ""), "internal");
    assert_eq!(exposure_of_pay("nginx-internal", ""), "internal");
    assert_eq!(exposure_of_pay("gke-l7-global-external-managed", ""), "internet");
}
