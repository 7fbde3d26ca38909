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

const SHOP: &str = "from flask import Flask
app = Flask(__name__)

@app.get('/items')
def items():
    return []

@app.get('/health')
def health():
    return 'ok'
";

/// A Compose project with a proxy in front of a program with two ways in.
fn behind(edge: &str, file: &str, configuration: &str) -> Model {
    let compose = format!("services:\n  edge: {{ {edge}, ports: ['80:80'] }}\n  shop: {{ build: shop }}\n");
    model(&[("compose.yaml", &compose), (file, configuration), ("shop/Dockerfile", "FROM python:3\nCOPY . /app\n"), ("shop/app.py", SHOP)])
}

#[test]
fn what_a_proxy_lets_through_is_reached_from_where_the_proxy_is() {
    let conf = "server {\n  location /shop/ { proxy_pass http://shop:5000/; }\n  location = /up { proxy_pass http://shop:5000/health; }\n}\n";
    let rewritten = behind("image: nginx, volumes: ['./nginx.conf:/etc/nginx/nginx.conf']", "nginx.conf", conf);
    assert_eq!(
        entries(&rewritten)[2..],
        ["shop:GET /health open internet []", "shop:GET /items open internet []"],
        "the beginning is cut off, the rest is handed on"
    );
    let conf = "server { location /items { proxy_pass http://shop:5000; } }";
    let kept = behind("image: nginx, volumes: ['./nginx.conf:/etc/nginx/nginx.conf']", "nginx.conf", conf);
    assert_eq!(entries(&kept)[1..], ["shop:GET /health open internal []", "shop:GET /items open internet []"], "other paths are not");
    let conf = "server { location /items { allow 10.0.0.0/8; deny all; proxy_pass http://shop:5000; } }";
    let closed = behind("image: nginx, volumes: ['./nginx.conf:/etc/nginx/nginx.conf']", "nginx.conf", conf);
    assert_eq!(entries(&closed)[1..], ["shop:GET /health open internal []", "shop:GET /items open internal []"], "nor is what few are let in to");
}

#[test]
fn a_credential_that_every_way_demands_is_demanded_behind() {
    let conf = "server { auth_basic x; auth_basic_user_file /u; location / { proxy_pass http://shop:5000; } location /health { auth_basic off; proxy_pass http://shop:5000; } }";
    let image = "image: nginx, volumes: ['./nginx.conf:/etc/nginx/nginx.conf']";
    assert_eq!(entries(&behind(image, "nginx.conf", conf))[2..], ["shop:GET /health open internet []", "shop:GET /items guarded internet []"]);
    // somebody else inside comes past the proxy
    let compose = "services:
  edge: { image: nginx, ports: ['80:80'], volumes: ['./nginx.conf:/etc/nginx/nginx.conf'] }
  shop: { build: shop }
  other: { image: dpage/pgadmin4, environment: { SHOP: 'http://shop:5000' } }
";
    let past = model(&[("compose.yaml", compose), ("nginx.conf", conf), ("shop/Dockerfile", "FROM python:3\nCOPY . /app\n"), ("shop/app.py", SHOP)]);
    assert!(entries(&past).contains(&"shop:GET /items open internet []".to_owned()), "{:?}", entries(&past));
    // and so does everybody where the port is open
    let compose = "services:
  edge: { image: nginx, ports: ['80:80'], volumes: ['./nginx.conf:/etc/nginx/nginx.conf'] }
  shop: { build: shop, ports: ['5000:5000'] }
";
    let open = model(&[("compose.yaml", compose), ("nginx.conf", conf), ("shop/Dockerfile", "FROM python:3\nCOPY . /app\n"), ("shop/app.py", SHOP)]);
    assert!(entries(&open).contains(&"shop:GET /items open internet []".to_owned()), "{:?}", entries(&open));
}

#[test]
fn every_proxy_is_joined_alike() {
    let traefik = "http:
  routers: { shop: { rule: 'PathPrefix(`/shop`)', service: shop, middlewares: [cut, staff] } }
  middlewares: { cut: { stripPrefix: { prefixes: [/shop] } }, staff: { forwardAuth: { address: 'http://auth' } } }
  services: { shop: { loadBalancer: { servers: [{ url: 'http://shop:5000' }] } } }
";
    let envoy = "static_resources:
  listeners:
    - filter_chains:
        - filters:
            - typed_config:
                http_filters: [{ name: envoy.filters.http.ext_authz, typed_config: {} }]
                route_config: { virtual_hosts: [{ routes: [{ match: { prefix: /shop/ }, route: { prefix_rewrite: /, cluster: shop } }] }] }
  clusters: [{ name: shop, load_assignment: { endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: shop, port_value: 5000 } } } }] }] } }]
";
    let kong = "_format_version: '3.0'
services: [{ name: shop, url: 'http://shop:5000', plugins: [{ name: key-auth }], routes: [{ paths: [/shop] }] }]
";
    let caddy = "shop.test {
    handle_path /shop/* {
        basic_auth {
            anna $2a$14$x
        }
        reverse_proxy shop:5000
    }
}
";
    let haproxy = "frontend edge
    mode http
    http-request auth unless { http_auth(people) }
    http-request replace-path ^/shop/(.*) /\\1
    use_backend shop if { path_beg /shop/ }
backend shop
    server one shop:5000
";
    let apache = "<VirtualHost *:80>
    ProxyPass /shop/ http://shop:5000/
    <Location /shop>
        AuthType Basic
        Require valid-user
    </Location>
</VirtualHost>
";
    for (image, file, configuration, path) in [
        ("image: caddy, volumes: ['./Caddyfile:/etc/caddy/Caddyfile']", "Caddyfile", caddy, "/shop/*"),
        ("image: haproxy, volumes: ['./edge:/usr/local/etc/haproxy']", "edge/haproxy.cfg", haproxy, "/shop/"),
        ("image: httpd, volumes: ['./vhosts/shop.conf:/usr/local/apache2/conf/extra/shop.conf']", "vhosts/shop.conf", apache, "/shop/"),
        ("image: traefik, volumes: ['./conf:/etc/traefik']", "conf/dynamic.yml", traefik, "/shop"),
        ("image: envoyproxy/envoy, volumes: ['./envoy.yaml:/etc/envoy/envoy.yaml']", "envoy.yaml", envoy, "/shop/"),
        ("image: kong, volumes: ['./kong:/kong/declarative']", "kong/kong.yml", kong, "/shop"),
    ] {
        let model = behind(image, file, configuration);
        assert_eq!(components(&model), ["edge", "shop"], "{file}");
        assert_eq!(flows(&model), ["edge>shop:http plain"], "{file}");
        assert_eq!(
            entries(&model),
            [
                format!("edge:ANY {path} guarded internet [edge>shop:http]"),
                "shop:GET /health guarded internet []".to_owned(),
                "shop:GET /items guarded internet []".to_owned()
            ],
            "{file}"
        );
    }
}

#[test]
fn labels_open_what_they_stand_on() {
    let shop = "  shop:
    build: shop
    labels:
      - traefik.http.routers.shop.rule=Host(`shop.test`) && PathPrefix(`/items`)
      - traefik.http.services.shop.loadbalancer.server.port=5000
";
    let sources = [("shop/Dockerfile", "FROM python:3\nCOPY . /app\n"), ("shop/app.py", SHOP)];
    let with = |compose: &str| model(&[&[("compose.yaml", compose)], &sources[..]].concat());
    let proxied = with(&format!("services:\n  edge: {{ image: traefik, ports: ['80:80'] }}\n{shop}"));
    assert_eq!(flows(&proxied), ["edge>shop:http plain"]);
    assert_eq!(entries(&proxied), ["shop:GET /health open internal []", "shop:GET /items open internet []"]);
    let elsewhere = with(&format!("services:\n{shop}"));
    assert_eq!(components(&elsewhere), ["shop"], "a proxy that nobody here deploys is none of the system's");
    assert_eq!(entries(&elsewhere), ["shop:GET /health open internal []", "shop:GET /items open internet []"]);
    let local = with(&format!("services:\n  edge: {{ image: traefik, ports: ['127.0.0.1:80:80'] }}\n{shop}"));
    assert_eq!(entries(&local), ["shop:GET /health open internal []", "shop:GET /items open internal []"], "a proxy that is not open opens nothing");
}

#[test]
fn a_path_that_is_written_out_behind_is_known_by_its_parts() {
    let krakend = r#"{ "version": 3, "endpoints": [
        { "endpoint": "/v1/things", "extra_config": { "auth/validator": {} }, "backend": [{ "host": ["http://shop:5000"], "url_pattern": "/items" }] }
    ] }"#;
    let model = behind("image: krakend, volumes: ['./krakend.json:/etc/krakend/krakend.json']", "krakend.json", krakend);
    assert_eq!(flows(&model), ["edge>shop:http plain"]);
    assert_eq!(
        entries(&model),
        ["edge:GET /v1/things guarded internet [edge>shop:http]", "shop:GET /health open internal []", "shop:GET /items guarded internet []"]
    );
}

#[test]
fn gateways_on_aspnet_hand_on_what_their_settings_say() {
    let program = "var builder = WebApplication.CreateBuilder(args);\nbuilder.Services.AddReverseProxy();\nvar app = builder.Build();\napp.MapReverseProxy();\napp.Run();\n";
    let project = |package: &str| {
        format!("<Project Sdk=\"Microsoft.NET.Sdk.Web\"><ItemGroup><PackageReference Include=\"{package}\" Version=\"1\" /></ItemGroup></Project>")
    };
    let compose = "services:\n  edge: { build: { context: ., dockerfile: Edge/Dockerfile }, ports: ['80:8080'] }\n  shop: { build: shop }\n";
    let with = |package: &str, file: &str, settings: &str, other: (&str, &str)| {
        let project = project(package);
        model(&[
            ("compose.yaml", compose),
            ("Edge/Edge.csproj", &project),
            ("Edge/Dockerfile", "FROM mcr.microsoft.com/dotnet/sdk:8.0\nCOPY Edge/ Edge/\nRUN dotnet publish Edge\n"),
            ("Edge/Program.cs", program),
            (file, settings),
            other,
            ("shop/Dockerfile", "FROM python:3\nCOPY . /app\n"),
            ("shop/app.py", SHOP),
        ])
    };
    let yarp = r#"{ "AllowedHosts": "*", "ReverseProxy": {
        "Routes": { "shop": { "ClusterId": "shop", "AuthorizationPolicy": "default", "Match": { "Path": "/shop/{**rest}" }, "Transforms": [{ "PathPattern": "/{**rest}" }] } },
        "Clusters": { "shop": { "Destinations": { "a": { "Address": "http://shop:5000" } } } }
    } }"#;
    let elsewhere = yarp.replace("http://shop:5000", "http://localhost:6000");
    let found = with("Yarp.ReverseProxy", "Edge/appsettings.json", yarp, ("Edge/appsettings.Local.json", &elsewhere));
    assert_eq!(flows(&found), ["edge>shop:http plain"]);
    let expected = ["edge:ANY /shop guarded internet [edge>shop:http]", "shop:GET /health guarded internet []", "shop:GET /items guarded internet []"];
    assert_eq!(entries(&found), expected, "what another environment changes counts for nothing");
    let ocelot = r#"{ "Routes": [
        { "UpstreamPathTemplate": "/shop/{everything}", "DownstreamPathTemplate": "/{everything}", "DownstreamHostAndPorts": [{ "Host": "shop", "Port": 5000 }] }
    ] }"#;
    let found = with("Ocelot", "Edge/ocelot.json", ocelot, ("Edge/appsettings.json", "{ \"AllowedHosts\": \"*\" }"));
    assert_eq!(flows(&found), ["edge>shop:http plain"]);
    let expected = ["edge:ANY /shop/ unknown internet [edge>shop:http]", "shop:GET /health open internet []", "shop:GET /items open internet []"];
    assert_eq!(entries(&found), expected);
}

#[test]
fn what_lies_beside_the_one_server_of_its_kind_is_read_by_it() {
    let compose = |more: &str| {
        format!("services:\n  nginx: {{image: nginx, volumes: ['/srv/nginx/conf:/etc/nginx'], ports: ['80:80']}}\n  shop: {{image: acme/shop}}\n{more}")
    };
    let conf = "server { location / { proxy_pass http://shop:8080; } }\n";
    let (one, two) = (compose(""), compose("  edge: {image: nginx}\n"));
    let found = |compose: &str| model(&[("site/docker/docker-compose.yml", compose), ("site/docker/shop.conf", conf)]);
    assert_eq!(found(&one).flows.iter().map(|flow| flow.id.rest()).collect::<Vec<_>>(), ["nginx>shop:http"]);
    // of two nobody knows which
    assert!(found(&two).components.iter().any(|component| component.id.rest() == "site"));
}

#[test]
fn a_gateway_that_is_a_program_opens_what_its_settings_hand_on() {
    let pom = |name: &str, more: &str| {
        let of = |group: &str, artifact: &str| format!("<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId></dependency>");
        let security = if more.is_empty() { String::new() } else { of("org.springframework.boot", more) };
        let gateway = of("org.springframework.cloud", if name == "old" { "spring-cloud-starter-netflix-zuul" } else { "spring-cloud-starter-gateway" });
        format!("<project><groupId>a</groupId><artifactId>{name}</artifactId><dependencies>{gateway}{security}</dependencies></project>")
    };
    let main = "package a;\nimport org.springframework.boot.SpringApplication;\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\n@SpringBootApplication\npublic class App { public static void main(String[] a) { SpringApplication.run(App.class, a); } }\n";
    let stock = "package b;\nimport org.springframework.web.bind.annotation.*;\n@RestController\n@RequestMapping(\"/stock\")\nclass Stock {\n  @GetMapping(\"/items\") String items() { return \"\"; }\n  @GetMapping(\"/inner\") String inner() { return \"\"; }\n}\n";
    let image = "FROM eclipse-temurin:21\nCOPY target/app.jar /\n";
    let compose = "services:\n  edge: {build: edge, ports: ['80:8080']}\n  stock: {build: stock}\n";
    let with = |name: &str, security: &str, settings: &str| {
        let pom = pom(name, security);
        entries(&model(&[
            ("docker-compose.yml", compose),
            ("edge/Dockerfile", image),
            ("edge/pom.xml", &pom),
            ("edge/src/main/java/a/App.java", main),
            ("edge/src/main/resources/application.yml", settings),
            ("stock/Dockerfile", image),
            ("stock/pom.xml", "<project><groupId>a</groupId><artifactId>stock</artifactId></project>"),
            ("stock/src/main/java/b/Stock.java", stock),
        ]))
    };
    let gateway = |predicate: &str, filter: &str| {
        format!(
            "spring:\n  cloud:\n    gateway:\n      routes:\n      - id: stock\n        uri: lb://stock\n        predicates: ['Path={predicate}']\n        filters: ['{filter}']\n"
        )
    };
    let all = ["stock:GET /stock/inner open internet []", "stock:GET /stock/items open internet []"];
    assert_eq!(with("edge", "", &gateway("/api/**", "StripPrefix=1")), all);
    assert_eq!(with("edge", "", &gateway("/api/**", "RewritePath=/api/?(?<rest>.*), /$\\{rest}")), all);
    assert_eq!(with("old", "", "zuul:\n  prefix: /api\n  routes:\n    stock: {path: '/stock/**', stripPrefix: false}\n"), all);
    let one = ["stock:GET /stock/inner open internal []", "stock:GET /stock/items open internet []"];
    assert_eq!(with("edge", "", &gateway("/stock/items", "AddRequestHeader=X, y")), one, "what no route lets through stays inside");
    let asked = ["stock:GET /stock/inner unknown internet []", "stock:GET /stock/items unknown internet []"];
    assert_eq!(
        with("edge", "spring-boot-starter-oauth2-resource-server", &gateway("/**", "TokenRelay=")),
        asked,
        "whom it lets through its settings do not say"
    );
}
