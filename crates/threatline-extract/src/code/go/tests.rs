#![allow(clippy::unwrap_used)]
//! Realistic Go, lowered.

use super::{lower, package_of};
use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&lower(text));
    assert_eq!(shown.trim_end(), expected.trim(), "\n--- got ---\n{shown}");
}

#[test]
fn server() {
    check(
        r#"package main

import (
	"fmt"
	_ "github.com/lib/pq"
	. "shop/util"
	chi "github.com/go-chi/chi/v5"
	"gopkg.in/yaml.v3"
)

const (
	first = iota
	second
	prefix, root = "/api", `/root`
)

type Server struct {
	*gin.Engine
	Addr, Name string `env:"ADDR"`
	routes     map[string][]Route
}

type Route struct{ Method, Path string }

type Store interface {
	io.Closer
	Find(ctx context.Context, id int64) (*Order, error)
}

type Handler func(w http.ResponseWriter, r *http.Request)
type Alias = gin.Context

func (s *Server) Run(addr string, ids ...int) error {
	r := chi.NewRouter()
	r.Route("/orders", func(r chi.Router) {
		r.With(auth).Get("/{id}", s.get)
	})
	db, err := sql.Open("postgres", fmt.Sprintf("host=%s port=%d", s.Addr, 5432))
	if err != nil {
		panic(err)
	}
	go http.ListenAndServe(":8080", r)
	defer db.Close()
	return nil
}
"#,
        r#"
package main
4 import fmt = fmt / (module)
5 import _ = github.com/lib/pq / (module)
6 import * = shop/util / *
7 import chi = github.com/go-chi/chi/v5 / (module)
8 import yaml = gopkg.in/yaml.v3 / (module)
12 first = ?()
13 second = ?()
14 prefix = "/api"
14 root = "/root"
17 Struct Server: [gin.Engine] 17:17-21
  18 field Engine: gin.Engine
  19 @tag("env:\"ADDR\"") field Addr: string
  19 @tag("env:\"ADDR\"") field Name: string
  20 field routes: map<string, []<Route>>
23 Struct Route: [] 23:23-23
  23 field Method: string
  23 field Path: string
25 Interface Store: [io.Closer] 25:25-28
  public fn Find(ctx: context.Context, id: int64) -> ()<Order, error> 27:27-27
30 Object Handler: [func<http.ResponseWriter, http.Request>] 30:30-30
31 Alias = gin.Context
33 public fn Run(addr: string, ...ids: int) -> error 33:33-45
  34 r = chi.NewRouter()
  35 r.Route("/orders", (r: chi.Router) => { 36 r.With(auth).Get("/{id}", s.get) })
  38 [db, err] = sql.Open("postgres", template["host=", s.Addr, " port=", 5432])
  39 if (err != null)
    40 throw err
  42 go_
  43 db.Close()
  44 return null
"#
        .replace("go_", "http.ListenAndServe(\":8080\", r)")
        .as_str(),
    );
}

#[test]
fn literals() {
    check(
        r#"package main
type Route struct { Name, Path string; Handler http.HandlerFunc }
type Routes []Route
var routes = Routes{
	{"Index", "/", index},
	Route{Path: "/x", Handler: func(w http.ResponseWriter, r *http.Request) {}},
}
var table = map[string]*Route{"a": {"A", "/a", a}}
var inline = []struct{ path string; n int }{{"/p", 1}, {path: "/q"}}
var body = gin.H{"status": "ok", key: -1}
var client = &http.Client{Timeout: 5 * time.Second}
var bytes, text = []byte("x\u0041\n\x42"), string('c')
var empty = make(map[string]int)
var server = new(Server)
var addr = net.JoinHostPort(host, "80")
var generic = orm.From[Order](db)
"#,
        r#"
package main
2 Struct Route: [] 2:2-2
  2 field Name: string
  2 field Path: string
  2 field Handler: http.HandlerFunc
3 Object Routes: [[]<Route>] 3:3-3
4 routes = [new Route(Name: "Index", Path: "/", Handler: index), new Route(Path: "/x", Handler: (w: http.ResponseWriter, r: http.Request) => {  })]
8 table = {"a": new Route(Name: "A", Path: "/a", Handler: a)}
9 inline = [{"path": "/p", "n": 1}, {"path": "/q"}]
10 body = {"status": "ok", key: -1}
11 client = new http.Client(Timeout: (5 * time.Second))
12 bytes = "xA\nB"
12 text = "c"
13 empty = {}
14 server = new Server()
15 addr = template[host, ":", "80"]
16 generic = orm.From<Order>(db)
"#,
    );
}

#[test]
fn control_flow() {
    check(
        r#"package main
func f(w W, r *R) (url string, err error) {
	if token := r.Header.Get("X"); token == "" || !ok(token) {
		return
	} else if x {
		y += 1
	}
	switch r.Method {
	default:
		no()
	case "GET", "HEAD":
		get()
	}
	switch {
	case a > 1:
		one()
	}
	switch v := x.(type) {
	case *T:
		v.Do()
	}
	for _, route := range routes { add(route) }
	for k, v := range m { add(k, v) }
	for i := 0; i < n; i++ { add(i) }
	for rows.Next() { scan() }
	select {
	case m := <-ch:
		use(m)
	case <-done:
	}
	db, ok := c.MustGet("db").(*gorm.DB)
	return a, nil
}
"#,
        r#"
package main
2 fn f(w: W, r: R) -> ()<string, error> 2:2-33
  3 token = r.Header.Get("X")
  3 if ((token == "") or !ok(token))
    4 return [url, err]
  else
    5 if x
      6 y = (y + 1)
  11 if ((r.Method == "GET") or (r.Method == "HEAD"))
    12 get()
  else
    10 no()
  15 if (a > 1)
    16 one()
  19 if (x instanceof T)
    19 v: T = x
    20 v.Do()
  22 loop route in routes
    22 add(route)
  23 loop [k, v] in m.entries()
    23 add(k, v)
  24 i = 0
  24 loop
    24 (i < n)
    24 ?(i)
    24 add(i)
  25 loop
    25 rows.Next()
    25 scan()
  27 if ?()
    27 m = ?(ch)
    28 use(m)
  else
    29 if ?()
      29 ?(done)
  31 db: gorm.DB = c.MustGet("db")
  32 return [a, null]
"#,
    );
}

#[test]
fn broken_text_keeps_what_is_whole() {
    let module = lower("package main\nfunc a() {\n\tx := = 3\n}\nfunc b() { r.GET(\"/x\", h) }\n");
    assert!(module.has_errors);
    assert!(show(&module).contains("r.GET(\"/x\", h)"), "{}", show(&module));
}

#[test]
fn depth_is_bounded() {
    let deep = format!("package main\nvar x = {}1{}\nvar y = 2\n", "f(".repeat(20_000), ")".repeat(20_000));
    assert!(show(&lower(&deep)).contains("y = 2"));
    let chain = format!("package main\nvar x = r{}\nvar y = 2\n", ".With(a)".repeat(5_000));
    assert!(show(&lower(&chain)).contains("y = 2"));
    let blocks = format!("package main\nfunc f() {}{}\n", "{".repeat(5_000), "}".repeat(5_000));
    let _ = lower(&blocks);
    let elements = format!("package main\nvar x = []T{}{}\n", "{".repeat(5_000), "}".repeat(5_000));
    let _ = lower(&elements);
}

#[test]
fn packages_by_path() {
    assert_eq!(package_of("github.com/go-chi/chi/v5"), "chi");
    assert_eq!(package_of("gopkg.in/yaml.v3"), "yaml");
    assert_eq!(package_of("fmt"), "fmt");
    assert_eq!(package_of("example.com/v2"), "example.com");
}

#[test]
fn the_name_of_a_package_is_the_one_that_is_used() {
    let text = "package main\nimport (\n\t\"github.com/redis/go-redis/v9\"\n\t\"github.com/segmentio/kafka-go\"\n\t\"example.com/unused-go\"\n)\nvar a, b = redis.New(), kafka.New()\n";
    let locals: Vec<String> = lower(text).imports.into_iter().map(|import| import.local).collect();
    assert_eq!(locals, ["redis", "kafka", "unused-go"]);
}

#[test]
fn a_program_is_read_that_holds_nothing_but_its_beginning() {
    let language = threatline_facts::Language::Go;
    let main = "package main\n\nimport \"acme.io/shop/internal/app\"\n\nfunc main() {\n\tapp.Run()\n}\n";
    assert!(!crate::code::read(language, main).facts.facts.is_empty());
    let other = "package app\n\nfunc helper() int { return 1 }\n";
    assert!(crate::code::read(language, other).facts.facts.is_empty());
}
