//! Go and Rust programs of several files, read and joined: ways in with their guards, ways out with their
//! addresses.

#![allow(clippy::unwrap_used)]

mod common;

use common::composed;

fn entries(files: &[(&str, &str)]) -> Vec<String> {
    let mut out: Vec<String> = composed(files)
        .entries
        .iter()
        .map(|entry| {
            let known = match entry.authenticated.as_ref().map(|conclusion| conclusion.holds) {
                Some(true) => "guarded",
                Some(false) => "open",
                None => "unknown",
            };
            let parameters: Vec<String> = entry.parameters.iter().filter(|one| one.place != "path").map(|one| format!(" {}:{}", one.place, one.name)).collect();
            format!("{} {} {known}{}", entry.method.as_deref().unwrap_or("*"), entry.path, parameters.concat())
        })
        .collect();
    out.sort();
    out
}

fn calls(files: &[(&str, &str)]) -> Vec<String> {
    let shown = |call: &threatline_link::compose::CodeCall| {
        let target = call.target.as_ref().map(|target| format!("{target:?}")).unwrap_or_default();
        let encrypted = match call.encrypted.as_ref().map(|conclusion| conclusion.holds) {
            Some(true) => " encrypted",
            Some(false) => " plain",
            None => "",
        };
        let credential = if call.credential.is_some() { " credential" } else { "" };
        let channel = call.channel.as_ref().map(|channel| format!(" channel={channel:?}")).unwrap_or_default();
        format!("{} {} {target}{channel}{encrypted}{credential}", call.protocol.as_deref().unwrap_or("-"), call.technology.as_deref().unwrap_or("-"))
    };
    composed(files).calls.iter().map(shown).collect()
}

const GO_MOD: (&str, &str) = ("go.mod", "module example.com/shop\n\ngo 1.22\n");

#[test]
fn net_http_with_wrapped_handlers() {
    let found = entries(&[
        GO_MOD,
        (
            "main.go",
            r#"package main

import (
	"net/http"

	"example.com/shop/auth"
)

func main() {
	mux := http.NewServeMux()
	api := http.NewServeMux()
	api.HandleFunc("GET /items/{id}", item)
	mux.Handle("/api/", http.StripPrefix("/api", api))
	mux.HandleFunc("POST /orders", auth.Require(order))
	mux.Handle("/legacy", http.HandlerFunc(legacy))
	mux.HandleFunc("GET /loud", auth.Log(item))
	http.ListenAndServe(":8080", mux)
}

func item(w http.ResponseWriter, r *http.Request)   { _ = r.URL.Query().Get("q") }
func order(w http.ResponseWriter, r *http.Request)  { _ = r.Header.Get("X-Trace") }
func legacy(w http.ResponseWriter, r *http.Request) {}
"#,
        ),
        (
            "auth/auth.go",
            r#"package auth

import (
	"net/http"

	"github.com/golang-jwt/jwt/v5"
)

func Require(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := jwt.Parse(r.Header.Get("Authorization"), key); err != nil {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func Log(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		println(r.URL.Path)
		next(w, r)
	}
}
"#,
        ),
    ]);
    assert_eq!(found, ["* /legacy open", "GET /api/items/{id} open query:q", "GET /loud open query:q", "POST /orders guarded header:X-Trace"]);
}

#[test]
fn gin_groups_across_files() {
    let found = entries(&[
        GO_MOD,
        (
            "main.go",
            "package main\n\nimport \"github.com/gin-gonic/gin\"\n\nfunc main() {\n\tr := gin.Default()\n\tr.GET(\"/ping\", ping)\n\tadmin := r.Group(\"/admin\", gin.BasicAuth(accounts))\n\tregister(admin)\n\tr.Run()\n}\nfunc ping(c *gin.Context) {}\n",
        ),
        (
            "admin.go",
            "package main\n\nimport \"github.com/gin-gonic/gin\"\n\nfunc register(g *gin.RouterGroup) {\n\tg.DELETE(\"/users/:id\", remove)\n}\nfunc remove(c *gin.Context) { _ = c.Query(\"force\") }\n",
        ),
    ]);
    assert_eq!(found, ["DELETE /admin/users/{id} guarded query:force", "GET /ping open"]);
}

#[test]
fn chi_and_gorilla() {
    let found = entries(&[
        GO_MOD,
        (
            "chi/main.go",
            "package main\n\nimport (\n\t\"net/http\"\n\t\"github.com/go-chi/chi/v5\"\n\t\"github.com/go-chi/chi/v5/middleware\"\n)\n\nfunc main() {\n\tr := chi.NewRouter()\n\tr.Use(middleware.Logger)\n\tr.Route(\"/a\", func(r chi.Router) {\n\t\tr.With(middleware.BasicAuth(\"x\", users)).Put(\"/b\", h)\n\t\tr.Get(\"/c\", h)\n\t})\n\tr.Mount(\"/m\", sub())\n}\nfunc sub() http.Handler {\n\tr := chi.NewRouter()\n\tr.Get(\"/n\", h)\n\treturn r\n}\nfunc h(w http.ResponseWriter, r *http.Request) {}\n",
        ),
        (
            "mux/main.go",
            "package main\n\nimport (\n\t\"net/http\"\n\t\"github.com/gorilla/mux\"\n)\n\nfunc main() {\n\tr := mux.NewRouter()\n\tr.HandleFunc(\"/x\", h).Methods(http.MethodPost, \"PUT\")\n\tapi := r.PathPrefix(\"/api\").Subrouter()\n\tapi.Handle(\"/y\", http.HandlerFunc(h)).Methods(\"GET\").Name(\"y\")\n\tr.Methods(\"PATCH\").Path(\"/z\").HandlerFunc(h)\n\tr.HandleFunc(\"/any\", h)\n}\nfunc h(w http.ResponseWriter, r *http.Request) {}\n",
        ),
    ]);
    let expected = ["* /any open", "GET /a/c open", "GET /api/y open", "GET /m/n open", "PATCH /z open", "POST /x open", "PUT /a/b guarded", "PUT /x open"];
    assert_eq!(found, expected);
}

#[test]
fn grpc_services_and_clients() {
    let files = [
        GO_MOD,
        (
            "main.go",
            r#"package main

import (
	"context"
	"os"

	pb "example.com/other/gen/shop/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type server struct {
	addr string
	conn *grpc.ClientConn
}

func (s *server) PlaceOrder(ctx context.Context, in *pb.Order) (*pb.Reply, error) { return nil, nil }
func (s *server) helper(ctx context.Context, in *pb.Order) (*pb.Reply, error)     { return nil, nil }
func (s *server) Close() error                                                     { return nil }

func mapEnv(target *string, key string) {
	v := os.Getenv(key)
	if v == "" {
		panic("unset")
	}
	*target = v
}

func connect(conn **grpc.ClientConn, addr string) {
	var err error
	*conn, err = grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	_ = err
}

func main() {
	svc := new(server)
	mapEnv(&svc.addr, "CART_ADDR")
	connect(&svc.conn, svc.addr)
	srv := grpc.NewServer(grpc.UnaryInterceptor(guard))
	pb.RegisterCheckoutServer(srv, svc)
}

func guard(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	if !valid(md) {
		return nil, status.Error(codes.Unauthenticated, "no")
	}
	return handler(ctx, req)
}
"#,
        ),
    ];
    let found = entries(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("* /*.Checkout/PlaceOrder"), "{found:?}");
    assert_eq!(calls(&files), ["grpc - Environment { variable: \"CART_ADDR\", default: None } plain"]);
}

#[test]
fn go_stores_brokers_and_requests() {
    let found = calls(&[
        GO_MOD,
        (
            "main.go",
            r#"package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"

	"github.com/redis/go-redis/v9"
	"github.com/segmentio/kafka-go"
)

func getEnv(key, fallback string) string {
	if v, ok := os.LookupEnv(key); ok {
		return v
	}
	return fallback
}

func main() {
	db, _ := sql.Open("postgres", os.Getenv("DATABASE_URL"))
	cache := redis.NewClient(&redis.Options{Addr: getEnv("REDIS_ADDR", "redis:6379")})
	search := os.Getenv("SEARCH_URL")
	if search == "" {
		search = "http://search:9200"
	}
	http.Get(search)
	w := &kafka.Writer{Addr: kafka.TCP("broker:9092"), Topic: "orders"}
	req, _ := http.NewRequest("GET", fmt.Sprintf("http://%s/pay", os.Getenv("PAY_HOST")), nil)
	req.Header.Set("Authorization", "Bearer x")
	_, _, _, _ = db, cache, w, req
}
"#,
        ),
    ]);
    let expected = [
        "sql postgresql Environment { variable: \"DATABASE_URL\", default: None }",
        "redis redis Environment { variable: \"REDIS_ADDR\", default: Some(Literal(\"redis:6379\")) }",
        "kafka kafka Literal(\"broker:9092\") channel=Literal(\"orders\")",
        "http - Environment { variable: \"SEARCH_URL\", default: Some(Literal(\"http://search:9200\")) }",
        "http - Joined([Literal(\"http://\"), Environment { variable: \"PAY_HOST\", default: None }, Literal(\"/pay\")]) credential",
    ];
    for line in expected {
        assert!(found.iter().any(|found| found == line), "{line}\n--- in ---\n{}", found.join("\n"));
    }
    assert_eq!(found.len(), expected.len(), "{}", found.join("\n"));
}

const CARGO: (&str, &str) = ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"1.0.0\"\n");

#[test]
fn axum_layers_and_modules() {
    let found = entries(&[
        CARGO,
        (
            "src/main.rs",
            r#"mod auth;
mod routes;
use axum::{middleware, routing::get, Router};

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/health", get(|| async { "ok" }))
        .nest("/items", routes::items::router())
        .merge(Router::new().route("/me", get(me)).route_layer(middleware::from_fn(auth::require)).route("/late", get(me)));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
async fn me() {}
"#,
        ),
        (
            "src/auth.rs",
            r#"use axum::{extract::Request, http::StatusCode, middleware::Next, response::Response};
use jsonwebtoken::{decode, DecodingKey, Validation};

pub async fn require(req: Request, next: Next) -> Result<Response, StatusCode> {
    let token = req.headers().get("authorization").and_then(|v| v.to_str().ok()).ok_or(StatusCode::UNAUTHORIZED)?;
    decode::<Claims>(token, &key(), &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(next.run(req).await)
}
"#,
        ),
        ("src/routes/mod.rs", "pub mod items;\n"),
        (
            "src/routes/items.rs",
            r#"use axum::{extract::{Path, Query}, routing::{delete, get}, Json, Router};

#[derive(serde::Deserialize)]
pub struct Search { pub term: String }

pub fn router() -> Router {
    Router::new().route("/", get(list).post(create)).route("/{id}", delete(remove))
}
async fn list(Query(search): Query<Search>) {}
async fn create(Json(body): Json<Item>) {}
async fn remove(Path(id): Path<u32>) {}
"#,
        ),
    ]);
    let expected =
        ["DELETE /items/{id} open", "GET /health open", "GET /items open query:term", "GET /late open", "GET /me guarded", "POST /items open body:body"];
    assert_eq!(found, expected);
}

#[test]
fn actix_scopes() {
    let found = entries(&[
        CARGO,
        (
            "src/main.rs",
            "mod users;\nuse actix_web::{web, App, HttpServer};\n\n#[actix_web::main]\nasync fn main() -> std::io::Result<()> {\n    HttpServer::new(|| App::new().service(web::scope(\"/api\").service(users::list)).route(\"/x\", web::post().to(x))).bind(\"0.0.0.0:80\")?.run().await\n}\nasync fn x() -> String { String::new() }\n",
        ),
        ("src/users.rs", "use actix_web::{get, HttpResponse};\n\n#[get(\"/users\")]\npub async fn list() -> HttpResponse { HttpResponse::Ok().finish() }\n"),
    ]);
    assert_eq!(found, ["GET /api/users open", "POST /x open"]);
}

#[test]
fn tonic_and_clients() {
    let files = [
        CARGO,
        (
            "src/main.rs",
            r#"use std::env;
use tonic::{transport::Server, Request, Response, Status};
pub mod pb { tonic::include_proto!("shop.v1"); }
use pb::greeter_server::{Greeter, GreeterServer};
use pb::billing_client::BillingClient;

pub struct Impl {}

#[tonic::async_trait]
impl Greeter for Impl {
    async fn say_hello(&self, request: Request<Hello>) -> Result<Response<Reply>, Status> {
        let mut client = BillingClient::connect(format!("http://{}", env::var("BILLING_ADDR").unwrap())).await.unwrap();
        Err(Status::internal("x"))
    }
}

#[tokio::main]
async fn main() {
    let pool = sqlx::PgPool::connect(&env::var("DATABASE_URL").expect("set")).await.unwrap();
    reqwest::Client::new().post("https://api.example.com/v1").bearer_auth("x").send().await.unwrap();
    Server::builder().add_service(GreeterServer::new(Impl {})).serve("0.0.0.0:50051".parse().unwrap()).await.unwrap();
}
"#,
        ),
    ];
    let found = entries(&files);
    assert_eq!(found, ["* /*.Greeter/SayHello open"]);
    let found = calls(&files);
    let expected = [
        "grpc - Joined([Literal(\"http://\"), Environment { variable: \"BILLING_ADDR\", default: None }]) channel=Literal(\"Billing\")",
        "sql postgresql Environment { variable: \"DATABASE_URL\", default: None }",
        "http - Literal(\"https://api.example.com/v1\") credential",
    ];
    for line in expected {
        assert!(found.iter().any(|found| found == line), "{line}\n--- in ---\n{}", found.join("\n"));
    }
}

#[test]
fn a_rejection_that_is_not_understood_is_not_open() {
    let main = |condition: &str| {
        format!(
            "package main\n\nimport (\n\t\"net/http\"\n\t\"example.com/other/tokens\"\n)\n\nfunc main() {{\n\thttp.Handle(\"/x\", guard(http.HandlerFunc(h)))\n}}\nfunc guard(next http.Handler) http.Handler {{\n\treturn http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {{\n\t\tif {condition} {{\n\t\t\thttp.Error(w, \"no\", 401)\n\t\t\treturn\n\t\t}}\n\t\tnext.ServeHTTP(w, r)\n\t}})\n}}\nfunc h(w http.ResponseWriter, r *http.Request) {{}}\n"
        )
    };
    for condition in ["!tokens.Valid(r)", "tokens.Check(r) != nil", "bad(r)"] {
        let found = entries(&[GO_MOD, ("main.go", &main(condition))]);
        assert_eq!(found.len(), 1);
        assert!(!found[0].contains(" open"), "{condition}: {found:?}");
    }
}

#[test]
fn extractors_that_reject_guard() {
    let found = entries(&[
        CARGO,
        (
            "src/main.rs",
            "mod user;\nuse axum::{routing::get, Router};\nuse user::User;\n\nfn app() -> Router {\n    Router::new().route(\"/me\", get(me)).route(\"/maybe\", get(maybe)).route(\"/all\", get(all))\n}\nasync fn me(user: User) {}\nasync fn maybe(user: Option<User>) {}\nasync fn all() {}\n",
        ),
        (
            "src/user.rs",
            r#"use axum::{extract::FromRequestParts, http::{request::Parts, StatusCode}};
use jsonwebtoken::decode;

pub struct User { pub id: String }

#[async_trait]
impl<S> FromRequestParts<S> for User {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let header = parts.headers.get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
        match decode::<Claims>(header, &key(), &validation()) {
            Ok(data) => Ok(User { id: data.claims.sub }),
            Err(_) => Err(StatusCode::UNAUTHORIZED),
        }
    }
}
"#,
        ),
    ]);
    assert_eq!(found, ["GET /all open", "GET /maybe open", "GET /me guarded header:authorization"]);
    let found = entries(&[
        CARGO,
        (
            "src/main.rs",
            "use actix_web::{get, HttpResponse};\nuse others::AuthUser;\n\n#[get(\"/me\")]\nasync fn me(user: AuthUser) -> HttpResponse { HttpResponse::Ok().finish() }\n",
        ),
    ]);
    assert_eq!(found, ["GET /me unknown"]);
}
