//! Web servers in front: what they answer, who demands a credential, and where they send requests.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

fn components(model: &Model) -> Vec<&str> {
    model.components.iter().map(|component| component.id.rest()).collect()
}

/// `source>target:protocol`, and `tls` or `plain` where that is known.
fn flows(model: &Model) -> Vec<String> {
    let tls = |encrypted: Option<bool>| encrypted.map_or("", |encrypted| if encrypted { " tls" } else { " plain" });
    model.flows.iter().map(|flow| format!("{}{}", flow.id.rest(), tls(flow.encrypted))).collect()
}

/// `id`, whether a credential is demanded, the exposure, and what it leads to.
fn entries(model: &Model) -> Vec<String> {
    let demands = |known: Option<bool>| known.map_or("unknown", |known| if known { "guarded" } else { "open" });
    let entry = |entry: &threatline_model::EntryPoint| {
        let flows = entry.flows.as_ref().map_or("?".to_owned(), |flows| flows.iter().map(|flow| flow.rest().to_owned()).collect::<Vec<_>>().join(","));
        format!("{} {} {} [{flows}]", entry.id.rest(), demands(entry.authenticated), entry.exposure.name())
    };
    model.entry_points.iter().map(entry).collect()
}

const COMPOSE: &str = "services:
  edge:
    image: nginx:1.27
    ports: ['443:443']
    volumes: ['./edge/nginx.conf:/etc/nginx/nginx.conf:ro']
  users: { image: acme/users, environment: { PORT: '8080' } }
  admin: { image: acme/admin }
  php: { image: acme/php }
";

const CONF: &str = "http {
  upstream users { server users:8080; }
  server {
    location /users/ { proxy_pass http://users/; }
    location /admin { auth_basic x; auth_basic_user_file /users; allow 10.0.0.0/8; deny all; proxy_pass https://admin:8443; }
    location / { root /html; }
    location ~ \\.php$ { fastcgi_pass php:9000; }
  }
}
";

#[test]
fn a_server_hands_on_what_its_configuration_says() {
    let model = model(&[("compose.yaml", COMPOSE), ("edge/nginx.conf", CONF)]);
    assert_eq!(components(&model), ["admin", "edge", "php", "users"]);
    assert_eq!(flows(&model), ["edge>admin:https tls", "edge>php:fastcgi", "edge>users:http plain"]);
    assert_eq!(
        entries(&model),
        ["edge:ANY / unknown internet []", "edge:ANY /admin guarded internal [edge>admin:https]", "edge:ANY /users/ unknown internet [edge>users:http]",]
    );
}

#[test]
fn a_template_is_filled_in_by_the_container_that_copies_it() {
    let compose = "services:
  web:
    build: ./web
    environment: ['USERS=users:8080', 'CART=cart:7070']
  users: { image: acme/users }
  cart: { image: acme/cart }
";
    let conf = "server {
  location /users/ { proxy_pass ${SCHEME}://${USERS}; }
  location /cart/ { proxy_pass http://${CART}/; }
  location /other/ { proxy_pass http://${NOBODY}/; }
  location /self/ { proxy_pass http://127.0.0.1:7070/; }
}
";
    let dockerfile = "FROM openresty/openresty:1\nCOPY ./nginx.conf.template /etc/nginx/conf.d/default.conf.template\n";
    let model = model(&[("compose.yaml", compose), ("web/Dockerfile", dockerfile), ("web/nginx.conf.template", conf)]);
    assert_eq!(components(&model), ["cart", "users", "web"]);
    assert_eq!(flows(&model), ["web>cart:http plain", "web>users:http"], "of a scheme that nobody sets TLS is not known");
    assert_eq!(
        entries(&model),
        [
            "web:ANY /cart/ unknown internal [web>cart:http]",
            "web:ANY /other/ unknown internal [?]",
            "web:ANY /self/ unknown internal [?]",
            "web:ANY /users/ unknown internal [web>users:http]",
        ]
    );
}

#[test]
fn what_no_container_reads_makes_a_component_unless_it_is_only_told() {
    let conf = "server { location /v1/ { proxy_pass http://localhost:8000; } }";
    let made = model(&[("deploy/nginx/site.conf", conf), ("deploy/nginx/conf.d/more.conf", "location /v2/ { return 200; }")]);
    assert_eq!(components(&made), ["nginx"]);
    assert_eq!(entries(&made), ["nginx:ANY /v1/ unknown unknown [?]", "nginx:ANY /v2/ unknown unknown []"]);
    for path in ["docs/nginx.conf", "contrib/nginx.conf", "examples/nginx.conf"] {
        assert!(components(&model(&[(path, conf)])).is_empty(), "{path}");
    }
}

#[test]
fn a_config_map_is_read_by_whoever_mounts_it() {
    let cluster = "apiVersion: v1
kind: ConfigMap
metadata: { name: edge }
data:
  default.conf: |
    server { location /api/ { proxy_pass http://api; } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: front }
spec:
  template:
    spec:
      containers: [{ name: front, image: nginx, volumeMounts: [{ name: conf, mountPath: /etc/nginx/conf.d }] }]
      volumes: [{ name: conf, configMap: { name: edge } }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  template:
    metadata: { labels: { app: api } }
    spec: { containers: [{ name: api, image: acme/api }] }
---
apiVersion: v1
kind: Service
metadata: { name: api }
spec: { selector: { app: api }, ports: [{ port: 80 }] }
";
    let model = model(&[("k8s/all.yaml", cluster)]);
    assert_eq!(flows(&model), ["front>api:http plain"]);
    assert_eq!(entries(&model), ["front:ANY /api/ unknown internal [front>api:http]"]);
}

#[test]
fn a_server_in_front_of_its_own_code_answers_nothing_twice() {
    let app = "from flask import Flask\napp = Flask(__name__)\n\n@app.get('/items')\ndef items():\n    return []\n";
    let conf = "server { location / { proxy_pass http://127.0.0.1:5000; } }";
    let model = model(&[
        ("compose.yaml", "services:\n  app: { build: . , ports: ['80:80'] }\n"),
        ("Dockerfile", "FROM python:3\nCOPY . /app\nCOPY nginx.conf /etc/nginx/nginx.conf\n"),
        ("nginx.conf", conf),
        ("app.py", app),
    ]);
    assert_eq!(components(&model), ["app"]);
    assert!(flows(&model).is_empty());
    let shown = entries(&model);
    assert!(shown.len() == 1 && shown[0].starts_with("app:GET /items "), "{shown:?}");
}

const ROUTE: &str = "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: front }]
  rules:
    - matches:
        - { method: GET, path: { type: PathPrefix, value: /users } }
        - { path: { type: RegularExpression, value: '/v2/.*' } }
      backendRefs: [{ name: users, port: 80 }]
    - matches: [{ path: { value: /old } }]
      filters: [{ type: RequestRedirect, requestRedirect: { hostname: new.shop.eu } }]
";

#[test]
fn a_gateway_answers_what_nothing_here_stands_behind() {
    let alone = model(&[("k8s/route.yaml", ROUTE)]);
    assert_eq!(components(&alone), ["front"]);
    assert_eq!(entries(&alone), ["front:ANY /v2/* unknown internet [?]", "front:GET /users unknown internet [?]"]);
    let users = "apiVersion: apps/v1
kind: Deployment
metadata: { name: users }
spec:
  template:
    metadata: { labels: { app: users } }
    spec: { containers: [{ name: users, image: acme/users }] }
---
apiVersion: v1
kind: Service
metadata: { name: users }
spec: { selector: { app: users }, ports: [{ port: 80 }] }
";
    let held = model(&[("k8s/route.yaml", ROUTE), ("k8s/users.yaml", users)]);
    assert_eq!(components(&held), ["users"]);
    assert!(entries(&held).is_empty());
}

#[test]
fn a_worker_answers_its_routes() {
    let alone = model(&[("edge/wrangler.toml", "name = \"edge\"\nmain = \"src/index.ts\"\nroutes = [\"shop.eu/api/*\", { pattern = \"api.shop.eu\" }]\n")]);
    assert_eq!(components(&alone), ["edge"]);
    assert_eq!(entries(&alone), ["edge:ANY /* unknown internet [?]", "edge:ANY /api/* unknown internet [?]"]);
    assert!(components(&model(&[("wrangler.toml", "name = \"quiet\"\n")])).is_empty(), "nobody knows what it answers");
}
