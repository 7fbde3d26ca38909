//! Rust frameworks beside axum and Actix: mounted lists, trees, services of described methods, filters.

#![allow(clippy::unwrap_used)]

mod common;

use common::told;

const CARGO: (&str, &str) = ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");

fn of(source: &str) -> Vec<String> {
    told(&[CARGO, ("src/main.rs", source)])
}

#[test]
fn rocket_mounts_lists_of_other_files() {
    let found = told(&[
        CARGO,
        (
            "src/main.rs",
            r#"#[macro_use]
extern crate rocket;
mod orders;
mod stage;

#[launch]
fn rocket() -> _ {
    rocket::build().mount("/orders", orders::routes()).attach(stage::stage())
}
"#,
        ),
        (
            "src/orders.rs",
            r#"use rocket::Route;

#[get("/<id>?<deep>&<page..>")]
fn show(id: i64, deep: bool, page: Page) {}

#[post("/", data = "<order>")]
fn create(user: User, order: Json<Order>) {}

pub fn routes() -> Vec<Route> {
    routes![show, create]
}

struct User;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, ()> {
        match jsonwebtoken::decode::<Claims>(token(req), &key, &validation) {
            Ok(_) => Outcome::Success(User),
            Err(_) => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
"#,
        ),
        (
            "src/stage.rs",
            r#"use rocket::fairing::AdHoc;

#[delete("/<id>")]
fn remove(id: i64) {}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("stage", |rocket| async { rocket.mount("/stage", routes![remove]) })
}
"#,
        ),
    ]);
    let shown: Vec<&str> = found.iter().map(String::as_str).collect();
    assert!(shown.contains(&"GET /orders/{id} open query:deep query:page"), "{shown:?}");
    assert!(shown.contains(&"DELETE /stage/{id} open"), "{shown:?}");
    assert!(shown.iter().any(|one| one.starts_with("POST /orders ") && !one.contains(" open") && one.ends_with("body:order")), "{shown:?}");
    assert_eq!(shown.len(), 3, "{shown:?}");
}

#[test]
fn salvo_trees_with_hoops() {
    let found = of(r#"use salvo::prelude::*;

#[handler]
async fn check(req: &mut Request, depot: &mut Depot, res: &mut Response, ctrl: &mut FlowCtrl) {
    if unheard(req) {
        res.status_code(StatusCode::UNAUTHORIZED);
        ctrl.skip_rest();
        return;
    }
    ctrl.call_next(req, depot, res).await;
}
#[handler]
async fn list(page: QueryParam<usize, false>) {}
#[handler]
async fn show(req: &mut Request) -> String { req.header::<String>("X-Trace").unwrap() }
#[handler]
async fn unused() {}

fn main() {
    let router = Router::new()
        .push(Router::with_path("orders").get(list).push(Router::with_path("{id|[0-9]+}").get(show)))
        .push(Router::with_path("admin").hoop(check).delete(show))
        .push(Router::new().hoop(BasicAuth::new(Validator)).path("own").push(Router::with_path("me").get(show)));
    Server::new(TcpListener::new("0.0.0.0:80").bind().await).serve(router).await;
}
"#);
    assert_eq!(
        found,
        ["DELETE /admin unknown header:X-Trace", "GET /orders open query:page", "GET /orders/{id} open header:X-Trace", "GET /own/me guarded header:X-Trace",]
    );
}

#[test]
fn poem_services_hang_where_their_object_does() {
    let found = of(r#"use poem::{get, handler, Route, Server, listener::TcpListener, middleware::Cors, EndpointExt};
use poem_openapi::{param::{Path, Query}, payload::Json, OpenApi, OpenApiService};

struct Orders;
struct Unused;

#[OpenApi(prefix_path = "/v1")]
impl Orders {
    #[oai(path = "/orders/:id", method = "get")]
    async fn show(&self, id: Path<i64>, deep: Query<bool>) {}
    #[oai(path = "/orders", method = "post")]
    async fn create(&self, order: Json<Order>) {}
    async fn helper(&self) {}
}

#[handler]
fn health() {}

#[tokio::main]
async fn main() {
    let service = OpenApiService::new(Orders, "orders", "1").server("/api");
    let ui = service.swagger_ui();
    let app = Route::new().nest("/api", service).nest("/docs", ui).at("/health", get(health)).with(Cors::new());
    Server::new(TcpListener::bind("0.0.0.0:80")).run(app).await;
}
"#);
    assert_eq!(found, ["GET /api/v1/orders/{id} open query:deep", "GET /health open", "POST /api/v1/orders open body:body"]);
}

#[test]
fn tide_nests_applications() {
    let found = of(r#"#[async_std::main]
async fn main() -> tide::Result<()> {
    let mut app = tide::new();
    app.with(tide::log::LogMiddleware::new());
    let mut api = tide::new();
    api.at("/orders/:id").get(show).delete(show);
    app.at("/api").nest(api);
    app.at("/hooks").at("/:name").post(|mut req: tide::Request<()>| async move { req.body_json::<Hook>().await });
    app.listen("0.0.0.0:80").await
}
async fn show(req: tide::Request<()>) -> tide::Result { req.header("X-Trace"); Ok("".into()) }
"#);
    assert_eq!(found, ["DELETE /api/orders/{id} open header:X-Trace", "GET /api/orders/{id} open header:X-Trace", "POST /hooks/{name} open body:body"]);
}

#[test]
fn warp_filters_put_together() {
    let found = of(r#"use warp::Filter;

#[tokio::main]
async fn main() {
    let db = warp::any().map(move || 1);
    let show = warp::path!("orders" / u64).and(warp::get()).and(db.clone()).and_then(find);
    let make = warp::path("orders").and(warp::path::end()).and(warp::post()).and(warp::body::json()).and(user()).map(create);
    let api = warp::path("api").and(show.or(make));
    let health = warp::path!("health").map(|| "up");
    warp::serve(api.or(health).with(warp::log("x"))).run(([0, 0, 0, 0], 80)).await;
}

fn user() -> impl Filter<Extract = (User,), Error = warp::Rejection> + Clone {
    warp::header::<String>("authorization").and_then(who)
}
async fn who(token: String) -> Result<User, warp::Rejection> { unheard(token) }
async fn find(id: u64, db: Db) -> Result<impl warp::Reply, warp::Rejection> { Ok("") }
fn create(order: Order, user: User) -> impl warp::Reply { "" }
"#);
    assert!(found.contains(&"* /health open".to_owned()), "{found:?}");
    assert!(found.iter().any(|one| one.starts_with("GET /api/orders/{path} ")), "{found:?}");
    assert!(found.iter().any(|one| one.starts_with("POST /api/orders ") && one.ends_with("unknown header:authorization body:body")), "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn loco_extractors_that_reject_guard() {
    let found = of(r#"use loco_rs::prelude::*;

async fn list() -> Result<Response> { format::empty() }
async fn create(auth: auth::JWT, Json(order): Json<Order>) -> Result<Response> { format::empty() }

pub fn routes() -> Routes {
    Routes::new().prefix("/orders").add("/", get(list).post(create))
}
pub fn app() -> AppRoutes {
    AppRoutes::with_default_routes().prefix("/api").add_route(routes())
}
"#);
    assert_eq!(found, ["GET /api/orders open", "POST /api/orders guarded body:body"]);
}

#[test]
fn gotham_scopes() {
    let found = of(r#"use gotham::router::builder::*;
use gotham::state::State;

fn router() -> gotham::router::Router {
    build_simple_router(|route| {
        route.get_or_head("/").to(show);
        route.scope("/api", |route| {
            route.get("/orders/:id").with_path_extractor::<Id>().to(show);
            route.with_pipeline_chain(chain, |route| { route.delete("/orders/:id").to(show); });
        });
        route.get("/nothing");
    })
}
fn show(state: State) {}
"#);
    assert_eq!(found, ["DELETE /api/orders/{id} unknown", "GET / open", "GET /api/orders/{id} open", "HEAD / open"]);
}

#[test]
fn actix_tuples_and_identities() {
    let found = of(r#"use actix_identity::Identity;
use actix_web::{delete, get, services, web, App, HttpServer};

#[get("/a")]
async fn a() -> String { String::new() }
#[get("/b")]
async fn b(who: Identity) -> String { String::new() }
#[delete("/c")]
async fn c() -> String { String::new() }

fn api(config: &mut web::ServiceConfig) {
    config.service(web::scope("/v1").service((a, b)).service(services![c]));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(web::scope("/api").configure(api))).bind("0.0.0.0:80")?.run().await
}
"#);
    assert_eq!(found, ["DELETE /api/v1/c open", "GET /api/v1/a open", "GET /api/v1/b guarded"]);
}
