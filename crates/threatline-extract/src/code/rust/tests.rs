#![allow(clippy::unwrap_used)]
//! Realistic Rust, lowered.

use super::lower;
use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&lower(text));
    assert_eq!(shown.trim_end(), expected.trim(), "\n--- got ---\n{shown}");
}

#[test]
fn server() {
    check(
        r#"use axum::{self, extract::{Path, State as St}, routing::{get, post}, Router};
use std::env;
pub use crate::auth::*;
mod handlers;

/// The program.
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("PORT").unwrap_or_else(|_| "8080".to_string());
    let addr = format!("{}:{port}/{0}", host());
    let app = Router::new()
        .route("/users/{id}", get(handlers::show).post(create))
        .nest("/api", api::<AppState>())
        .layer(middleware::from_fn(|req: Request, next: Next| async move { next.run(req).await }))
        .with_state(Arc::new(AppState { db, url: addr.clone(), ..Default::default() }));
    let listener = tokio::net::TcpListener::bind(&addr).await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn show(Path(id): Path<u32>, St(state): St<Arc<AppState>>) -> impl IntoResponse {
    sqlx::query!("select * from t where id = $1", id).fetch_one(&state.db).await
}

#[cfg(test)]
mod tests {
    fn x() { Router::new().route("/test", get(y)); }
}
"#,
        r#"
1 import axum = axum / (module)
1 import Path = axum::extract / Path
1 import St = axum::extract / State
1 import get = axum::routing / get
1 import post = axum::routing / post
1 import Router = axum / Router
2 import env = std / env
3 import * = crate::auth / *
4 import handlers = self::handlers / (module)
8 @tokio.main() fn main() -> Result<(), Box<Error>> 8:7-19
  9 port = (env.var("PORT") ?? "8080")
  10 addr = template[host(), ":", port, "/", host()]
  11 app = Router.new().route("/users/{id}", get(handlers.show).post(create)).nest("/api", api<AppState>()).layer(middleware.from_fn((req: Request, next: Next) => next.run(req))).with_state(new AppState(db: db, url: addr, ...Default.default()))
  16 listener = tokio.net.TcpListener.bind(addr)
  17 axum.serve(listener, app)
  18 return null
21 fn show({id}: Path<u32>, {state}: St<Arc<AppState>>) -> IntoResponse 21:21-23
  22 return sqlx.query("select * from t where id = $1", id).fetch_one(state.db)
"#,
    );
}

#[test]
fn types_and_implementations() {
    check(
        r##"#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", tag("x"))]
pub struct Config<'a> {
    #[serde(default)]
    pub name: &'a str,
    items: Vec<Option<Item>>,
}
struct Wrapper(pub String, [u8; 4]);
enum Error { NotFound, Db(sqlx::Error), Other { code: u16 } }
pub trait Store: Send + Sync { async fn find(&self, id: u64) -> Result<Item, Error>; fn make() -> Self; }
impl Config<'_> {
    pub fn new(name: &str) -> Self { Self { name, items: vec![1, 2] } }
    #[get("/x", guard = "auth")]
    fn get(&self) -> &str { &self.name }
}
#[async_trait]
impl<S: Send> FromRequestParts<S> for Config<'_> {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let token = parts.headers.get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
        let claims = decode::<Claims>(token).map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(claims)
    }
}
pub mod pb { tonic::include_proto!("shop.v1"); }
pub mod inner {
    pub const RAW: &str = r#"a"b"#;
    pub fn f() {}
}
type Db = sqlx::PgPool;
static COUNT: AtomicU64 = AtomicU64::new(1_000u64);
"##,
        r##"
25 import pb = shop.v1 / (module)
3 @derive(Clone, Deserialize) @serde(rename_all: "camelCase", tag("x")) Struct Config: [FromRequestParts<S>] 3:1-7
  5 @serde(default) field name: str
  6 field items: Vec<Option<Item>>
8 Struct Wrapper: [] 8:8-8
  8 field 0: String
  8 field 1: []<u8>
9 Enum Error: [] 9:9-9
  9 field NotFound
  9 field Db: ()<sqlx.Error>
  9 field Other: ()<u16>
10 Interface Store: [Send, Sync] 10:10-10
  fn find(id: u64) -> Result<Item, Error> 10:10-10
  static fn make() -> Store 10:10-10
12 public static fn new(name: str) -> Config 12:12-12
  12 return new Config(name: name, items: [1, 2])
14 @get("/x", guard: "auth") fn get() -> str 14:13-14
  14 return self.name
19 @impl(FromRequestParts) public static fn from_request_parts(parts: Parts, : S) -> Result<Config, Config.Rejection> 19:19-23
  20 token = parts.headers.get("authorization")
  20 if !token
    20 return Err(StatusCode.UNAUTHORIZED)
  21 claims = decode<Claims>(token)
  21 if !claims
    21 return Err(StatusCode.UNAUTHORIZED)
  22 return claims
26 block
  27 RAW: str = "a\"b"
  28 public fn f() 28:28-28
26 inner = {"RAW": RAW, "f": f}
30 Db = sqlx.PgPool
31 COUNT: AtomicU64 = AtomicU64.new(1000)
"##,
    );
}

#[test]
fn control_flow() {
    check(
        r#"fn f(req: Request) -> Response {
    let url = match env::var("URL") { Ok(v) => v, Err(_) => "http://x".into() };
    let mode = if debug { "a" } else { "b" };
    let Some(user) = find(id) else { return StatusCode::UNAUTHORIZED.into_response() };
    if let Ok(token) = verify(&req) && token.ok { use_it(token) } else if x { y += 1; }
    let (a, mut b) = pair;
    for (path, h) in routes.iter() { add(path, h); }
    while let Some(m) = rx.recv().await { handle(m); }
    tokio::spawn(async move { client.get("http://b").send().await });
    lazy_static! { static ref RE: Regex = Regex::new("x").unwrap(); }
    if !ok { panic!("no {}", 1) }
    match (req.method(), req.uri().path()) {
        (&Method::GET, "/") => home(),
        (&Method::POST, path) if path.len() > 2 => { let n = 1; post(n) }
        _ => return not_found(),
    }
}
"#,
        r#"
1 fn f(req: Request) -> Response 1:1-17
  2 url = (env.var("URL") ? env.var("URL") : "http://x")
  3 mode = (debug ? "a" : "b")
  4 user = find(id)
  4 if !user
    4 return StatusCode.UNAUTHORIZED.into_response()
  5 if (verify(req) and token.ok)
    5 token = verify(req)
    5 use_it(token)
  else
    5 if x
      5 y = (y + 1)
  6 [a, b] = pair
  7 loop [path, h] in routes
    7 add(path, h)
  8 loop
    8 rx.recv()
    8 m = rx.recv()
    8 handle(m)
  9 tokio.spawn(client.get("http://b").send())
  10 RE: Regex = Regex.new("x")
  11 if !ok
    11 throw "no {}"
  13 if ((req.method() == Method.GET) and (req.uri().path() == "/"))
    13 return home()
  else
    14 if ((req.method() == Method.POST) and (path.len() > 2))
      14 [?(), path] = [req.method(), req.uri().path()]
      14 n = 1
      14 return post(n)
    else
      15 return not_found()
"#,
    );
}

#[test]
fn depth_and_repetition_are_bounded() {
    for (open, close) in [("f(", ")"), ("", ".route(1)"), ("{", "}"), ("m!(", ")"), ("match x { _ => ", "}"), ("if a {", "}"), ("|x| ", ""), ("m!{", "}")] {
        let deep = format!("fn main() {{ let x = {}1{}; }}\nconst LAST: u8 = 2;\n", open.repeat(5_000), close.repeat(5_000));
        assert!(show(&lower(&deep)).contains("LAST"), "{open}");
    }
}

#[test]
fn broken_text_keeps_what_is_whole() {
    let module = lower("fn a() { let = ; }\nfn b() -> Router { Router::new().route(\"/x\", get(h)) }\n");
    assert!(module.has_errors);
    assert!(show(&module).contains("route(\"/x\", get(h))"), "{}", show(&module));
}
