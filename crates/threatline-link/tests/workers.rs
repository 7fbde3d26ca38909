//! Functions at the edge: which of them are deployed.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

fn ways_in(model: &Model) -> Vec<&str> {
    model.entry_points.iter().map(|entry| entry.id.rest()).collect()
}

const FETCH: &str = "export default {\n  async fetch(request: Request, env: Env) {\n    return new Response('ok')\n  },\n}\n";
const PACKAGE: &str = "{\"name\":\"edge\",\"devDependencies\":{\"wrangler\":\"3\"}}";
const MOCK: &str = "{\"name\":\"site\",\"devDependencies\":{\"wrangler\":\"3\"}}";

/// A module of such a form that no configuration names is for development.
#[test]
fn a_worker_is_one_that_a_configuration_names() {
    let files = |main: &str| {
        let config = format!("name = \"edge\"\nmain = \"{main}\"\n");
        let files = [
            ("edge/wrangler.toml", config.as_str()),
            ("edge/package.json", PACKAGE),
            ("edge/src/index.ts", FETCH),
            ("site/package.json", MOCK),
            ("site/mock/worker.ts", FETCH),
        ];
        model(&files)
    };
    assert_eq!(ways_in(&files("src/index.ts")), ["edge:function edge"]);
    assert_eq!(ways_in(&files("dist/worker.js")), ["edge:function edge"], "it is made of the only one there");
    assert!(ways_in(&files("src/gone.ts")).is_empty());
    let alone = model(&[("site/package.json", MOCK), ("site/worker.ts", FETCH)]);
    assert_eq!(ways_in(&alone), ["site:function /worker"], "nobody says what is deployed");
}

fn components(model: &Model) -> Vec<String> {
    let found = model.components.iter().filter(|component| component.name != "user");
    found.map(|component| format!("{} {}", component.id.rest(), component.exposure.name())).collect()
}

fn flows(model: &Model) -> Vec<&str> {
    model.flows.iter().map(|flow| flow.id.rest()).filter(|id| !id.starts_with("user>")).collect()
}

const BOUND: &str = "name = \"edge\"
main = \"src/index.ts\"
route = \"shop.eu/api/*\"

[vars]
MODE = \"live\"

[[d1_databases]]
binding = \"DB\"
database_name = \"orders\"
database_id = \"83821907-97fd-44b4-8f21-e3d6b736e7ef\"

[[kv_namespaces]]
binding = \"SESSIONS\"
id = \"0123456789abcdef0123456789abcdef\"

[[queues.producers]]
binding = \"JOBS\"
queue = \"jobs\"

[[services]]
binding = \"AUTH\"
service = \"auth\"

[durable_objects]
bindings = [{ name = \"ROOM\", class_name = \"Room\" }, { name = \"SEAT\", class_name = \"Seat\", script_name = \"auth\" }]

[ai]
binding = \"AI\"

[env.staging]
[[env.staging.d1_databases]]
binding = \"DB\"
database_name = \"orders-staging\"

[env.production]
[[env.production.r2_buckets]]
binding = \"FILES\"
bucket_name = \"files\"
";

const CONSUMER: &str = "{
  // the other end
  \"main\": \"src/index.ts\",
  \"queues\": { \"consumers\": [{ \"queue\": \"jobs\" }] },
  \"d1_databases\": [{ \"binding\": \"ORDERS\", \"database_name\": \"orders\" }],
  \"triggers\": { \"crons\": [\"0 3 * * *\"] }
}";

const QUEUE: &str = "export default {\n  async queue(batch: MessageBatch, env: Env) {\n    await env.ORDERS.prepare('select 1').all()\n  },\n}\n";

/// Bindings are ways, of several workers to one store where it has one name; environments vary what the top says.
#[test]
fn a_worker_uses_what_it_is_bound_to() {
    let model = model(&[
        ("edge/wrangler.toml", BOUND),
        ("edge/package.json", PACKAGE),
        ("edge/src/index.ts", FETCH),
        ("work/wrangler.jsonc", CONSUMER),
        ("work/package.json", PACKAGE),
        ("work/src/index.ts", QUEUE),
        ("auth/wrangler.toml", "name = \"auth\"\nmain = \"index.js\"\nworkers_dev = false\n"),
        ("auth/package.json", PACKAGE),
        ("auth/index.js", FETCH),
    ]);
    assert_eq!(
        components(&model),
        ["AI unknown", "Room unknown", "SESSIONS unknown", "auth internal", "edge internet", "files unknown", "jobs unknown", "orders unknown", "work unknown"]
    );
    assert_eq!(
        flows(&model),
        [
            "edge>AI:https",
            "edge>Room:https",
            "edge>SESSIONS:https",
            "edge>auth:https",
            "edge>files:https",
            "edge>jobs:https",
            "edge>orders:https",
            "jobs>work:https",
            "work>orders:https",
        ]
    );
    assert!(ways_in(&model).contains(&"work:schedule work"));
}

/// A configuration whose program is not there makes none, nor does one that names nothing.
#[test]
fn a_configuration_of_nothing_is_no_worker() {
    let gone = model(&[("wrangler.toml", "name = \"shop\"\nmain = \"src/gone.ts\"\n"), ("package.json", PACKAGE), ("src/other.ts", "export const x = 1\n")]);
    assert!(components(&gone).is_empty(), "{:?}", components(&gone));
    let quiet = model(&[("wrangler.toml", "name = \"quiet\"\n[vars]\nA = \"b\"\n")]);
    assert!(components(&quiet).is_empty());
}

const PAGES: &str = "export const onRequestGet: PagesFunction<Env> = async ({ env }) => Response.json(await env.DB.prepare('x').all())\n";

/// Functions of Pages are ways in by their place, and whoever binds them to a store lies beside them.
#[test]
fn functions_of_pages_are_one_program() {
    let terraform = "resource \"cloudflare_pages_project\" \"site\" {\n  name = \"shop-${var.stage}\"\n}\nresource \"cloudflare_d1_database\" \"db\" {\n  name = \"orders\"\n}\n";
    let model = model(&[
        ("wrangler.toml", "name = \"shop\"\nmain = \"src/gone.ts\"\n[[d1_databases]]\nbinding = \"DB\"\ndatabase_name = \"orders\"\n"),
        ("package.json", PACKAGE),
        ("functions/api/orders/[id].ts", PAGES),
        ("functions/.well-known/webfinger.ts", PAGES),
        ("functions/first.ts", PAGES),
        ("functions/api/_middleware.ts", "export const onRequest = [async (context) => context.next()]\n"),
        ("tf/main.tf", terraform),
    ]);
    assert_eq!(components(&model), ["orders unknown", "shop internet"]);
    assert_eq!(flows(&model), ["shop>orders:https"]);
    assert_eq!(ways_in(&model), ["shop:GET /.well-known/webfinger", "shop:GET /api/orders/{id}", "shop:GET /first"]);
}
