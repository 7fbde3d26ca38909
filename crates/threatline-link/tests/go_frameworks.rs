//! Go frameworks whose routes are registered in shapes of their own: lists of records, options, namespaces, objects.

#![allow(clippy::unwrap_used)]

mod common;

use common::told;

const GO_MOD: (&str, &str) = ("go.mod", "module example.com/shop\n\ngo 1.22\n");

fn of(source: &str) -> Vec<String> {
    told(&[GO_MOD, ("main.go", source)])
}

#[test]
fn go_zero_lists_with_options() {
    let found = of(r#"package main

import (
	"net/http"

	"github.com/golang-jwt/jwt/v5"
	"github.com/zeromicro/go-zero/rest"
)

func main() {
	server := rest.MustNewServer(rest.RestConf{Port: 8888})
	register(server)
	server.Start()
}

func register(server *rest.Server) {
	server.AddRoutes([]rest.Route{
		{Method: http.MethodPost, Path: "/orders", Handler: create},
		{Method: http.MethodGet, Path: "/orders/:id", Handler: show},
	}, rest.WithPrefix("/v1"), rest.WithJwt("k"))
	server.AddRoutes(rest.WithMiddlewares([]rest.Middleware{refuse}, []rest.Route{{Method: http.MethodDelete, Path: "/orders/:id", Handler: show}}...), rest.WithPrefix("/admin"))
	server.AddRoutes([]rest.Route{{Method: http.MethodGet, Path: "/health", Handler: show}})
}

func refuse(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := jwt.Parse(r.Header.Get("Authorization"), key); err != nil {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func create(w http.ResponseWriter, r *http.Request) {}
func show(w http.ResponseWriter, r *http.Request)   {}
"#);
    assert_eq!(found, ["DELETE /admin/orders/{id} guarded", "GET /health open", "GET /v1/orders/{id} guarded", "POST /v1/orders guarded",]);
}

#[test]
fn kratos_options_guard_what_generated_code_registers() {
    let main = |options: &str| {
        format!(
            r#"package main

import (
	"github.com/go-kratos/kratos/v2/middleware/auth/jwt"
	"github.com/go-kratos/kratos/v2/middleware/recovery"
	"github.com/go-kratos/kratos/v2/transport/http"

	v1 "example.com/shop/api/v1"
)

func main() {{
	srv := http.NewServer({options})
	v1.RegisterOrdersHTTPServer(srv, nil)
}}
"#
        )
    };
    let generated = r#"package v1

import "github.com/go-kratos/kratos/v2/transport/http"

func RegisterOrdersHTTPServer(s *http.Server, srv OrdersHTTPServer) {
	r := s.Route("/")
	r.GET("/v1/orders/{id}", _Orders_Get0_HTTP_Handler(srv))
}

func _Orders_Get0_HTTP_Handler(srv OrdersHTTPServer) func(ctx http.Context) error {
	return func(ctx http.Context) error { return ctx.Bind(nil) }
}
"#;
    let with = |options: &str| told(&[GO_MOD, ("main.go", &main(options)), ("api/v1/orders_http.pb.go", generated)]);
    assert_eq!(with("http.Middleware(recovery.Recovery(), jwt.Server(key))"), ["GET /v1/orders/{id} guarded body:body"]);
    assert_eq!(with("http.Middleware(recovery.Recovery())"), ["GET /v1/orders/{id} open body:body"]);
    assert_eq!(with("options(conf)..."), ["GET /v1/orders/{id} unknown body:body"]);
}

#[test]
fn beego_namespaces_and_mappings() {
    let found = of(r#"package main

import (
	"github.com/beego/beego/v2/server/web"
	"github.com/beego/beego/v2/server/web/context"
)

type Base struct{ web.Controller }
type Orders struct{ Base }

func (c *Orders) Get()    { c.GetString("q") }
func (c *Orders) Remove() {}
func (c *Orders) Helper() {}

func check(ctx *context.Context) {
	if ctx.Input.Header("Authorization") != secret {
		ctx.Abort(401, "no")
	}
}

func main() {
	ns := web.NewNamespace("/v1",
		web.NSNamespace("/orders",
			web.NSRouter("/", &Orders{}),
			web.NSRouter("/:id", &Orders{}, "delete,post:Remove"),
		),
		web.NSGet("/ping", func(ctx *context.Context) {}),
	)
	web.AddNamespace(ns)
	web.Router("/legacy/*", &Orders{}, "*:Remove")
	web.Run()
}
"#);
    assert_eq!(
        found,
        ["* /legacy/{path} open", "DELETE /v1/orders/{id} open", "GET /v1/orders open query:q", "GET /v1/ping open", "POST /v1/orders/{id} open",]
    );
}

#[test]
fn hertz_generated_routers_with_appended_guards() {
    let found = of(r#"package main

import (
	"context"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/hertz-contrib/keyauth"
)

func main() {
	h := server.Default()
	root := h.Group("/", rootMw()...)
	v1 := root.Group("/v1", v1Mw()...)
	v1.GET("/orders/:id", append(showMw(), Show)...)
	root.POST("/login", append(rootMw(), Login)...)
	h.Spin()
}

func rootMw() []app.HandlerFunc { return nil }
func showMw() []app.HandlerFunc { return nil }
func v1Mw() []app.HandlerFunc   { return []app.HandlerFunc{keyauth.New()} }

func Show(ctx context.Context, c *app.RequestContext)  { c.Query("deep") }
func Login(ctx context.Context, c *app.RequestContext) { c.BindAndValidate(nil) }
"#);
    assert_eq!(found, ["GET /v1/orders/{id} guarded query:deep", "POST /login open body:body"]);
}

#[test]
fn goframe_records_tell_path_and_method() {
    let found = of(r#"package main

import (
	"context"

	"github.com/gogf/gf/v2/frame/g"
	"github.com/gogf/gf/v2/net/ghttp"
)

type ShowReq struct {
	g.Meta `path:"/orders/{id}" method:"get" tags:"Orders"`
	Id     int    `json:"id" in:"path"`
	Deep   string `json:"deep"`
}
type MakeReq struct {
	g.Meta `path:"/orders" method:"post"`
	Name   string `json:"name"`
}
type Unbound struct {
	g.Meta `path:"/nowhere" method:"get"`
}
type Orders struct{}

func (o *Orders) Show(ctx context.Context, req *ShowReq) (res *ShowRes, err error) { return }
func (o *Orders) Make(ctx context.Context, req *MakeReq) (res *MakeRes, err error) { return }
func free(ctx context.Context, req *Unbound) (err error)                           { return }

func main() {
	s := g.Server()
	s.Group("/api", func(group *ghttp.RouterGroup) {
		group.Bind(new(Orders))
	})
	s.BindHandler("POST:/hook", func(r *ghttp.Request) { r.GetQuery("n") })
	s.Run()
}
"#);
    assert_eq!(found, ["GET /api/orders/{id} open query:deep", "POST /api/orders open body:name", "POST /hook open query:n"]);
}

#[test]
fn goyave_controllers_and_restful_services() {
    let goyave = of(r#"package main

import "goyave.dev/goyave/v5"

type Orders struct{ goyave.Component }

func (c *Orders) RegisterRoutes(router *goyave.Router) {
	orders := router.Subrouter("/orders")
	orders.Get("/{id}", c.Show)
}
func (c *Orders) Show(response *goyave.Response, request *goyave.Request) {}

func register(server *goyave.Server, router *goyave.Router) {
	router.Subrouter("/api").Controller(&Orders{})
}
"#);
    assert_eq!(goyave, ["GET /api/orders/{id} open"]);
    let restful = of(r#"package main

import (
	"github.com/emicklei/go-restful/v3"
	"github.com/golang-jwt/jwt/v5"
)

func main() {
	ws := new(restful.WebService)
	ws.Path("/users").Consumes(restful.MIME_JSON)
	ws.Route(ws.GET("/{id}").To(show).Param(ws.PathParameter("id", "it")))
	ws.Route(ws.DELETE("/{id}").Filter(check).To(show))
	restful.Add(ws)
}

func check(req *restful.Request, resp *restful.Response, chain *restful.FilterChain) {
	if _, err := jwt.Parse(req.HeaderParameter("Authorization"), key); err != nil {
		resp.WriteErrorString(401, "no")
		return
	}
	chain.ProcessFilter(req, resp)
}
func show(req *restful.Request, resp *restful.Response) { req.QueryParameter("deep") }
"#);
    assert_eq!(restful, ["DELETE /users/{id} guarded query:deep", "GET /users/{id} open query:deep"]);
}

#[test]
fn connect_handlers_where_they_are_hung() {
    let found = of(r#"package main

import (
	"context"
	"net/http"

	"connectrpc.com/connect"
	v1 "example.com/shop/gen/orders/v1"
	"buf.build/gen/go/shop/ordersv1connect"
)

type server struct{}

func (s *server) Show(ctx context.Context, req *connect.Request[v1.ShowRequest]) (*connect.Response[v1.ShowResponse], error) {
	return nil, nil
}
func (s *server) helper() {}

func main() {
	mux := http.NewServeMux()
	path, handler := ordersv1connect.NewOrderServiceHandler(&server{})
	mux.Handle(path, handler)
	http.ListenAndServe(":8080", mux)
}
"#);
    assert_eq!(found, ["* /*.OrderService/Show unknown"]);
}

#[test]
fn commands_with_their_flags() {
    let cobra = of(r#"package main

import (
	"github.com/spf13/cobra"
	"os/exec"
)

var verbose bool
var root = &cobra.Command{Use: "shop"}
var serve = &cobra.Command{Use: "serve [flags]", RunE: func(cmd *cobra.Command, args []string) error { return nil }}

func init() {
	root.PersistentFlags().BoolVarP(&verbose, "verbose", "v", false, "say more")
	serve.Flags().Int("port", 8080, "where")
	root.AddCommand(serve)
}

func main() {
	exec.Command("git", "status")
	root.Execute()
}
"#);
    assert_eq!(cobra, ["* shop serve unknown flag:port", "* shop unknown flag:verbose"]);
    let urfave = of(r#"package main

import "github.com/urfave/cli/v2"

func main() {
	app := &cli.App{
		Name:     "shop",
		Commands: []*cli.Command{{Name: "deploy", Flags: []cli.Flag{&cli.StringFlag{Name: "target"}}, Action: deploy}},
	}
	app.Run(nil)
}
func deploy(c *cli.Context) error { return nil }
"#);
    assert_eq!(urfave, ["* shop deploy unknown flag:target", "* shop unknown"]);
    let plain = told(&[
        GO_MOD,
        ("cmd/import/main.go", "package main\n\nimport \"flag\"\n\nfunc main() {\n\tflag.String(\"file\", \"\", \"what\")\n\tflag.Parse()\n}\n"),
        ("cmd/export/main.go", "package main\n\nimport \"flag\"\n\nfunc main() {\n\tflag.Bool(\"all\", false, \"what\")\n\tflag.Parse()\n}\n"),
    ]);
    assert_eq!(plain, ["* export unknown flag:all", "* import unknown flag:file"]);
}

#[test]
fn tools_functions_and_pocketbase() {
    let found = of(r#"package main

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

func main() {
	s := server.NewMCPServer("shop", "1")
	s.AddTool(mcp.NewTool("refund", mcp.WithDescription("gives money back")), refund)
	app := pocketbase.New()
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.GET("/orders/{id}", show).Bind(apis.RequireAuth())
		se.Router.GET("/health", show)
		return se.Next()
	})
	app.Start()
}
func refund(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) { return nil, nil }
func show(e *core.RequestEvent) error                                                      { return nil }
"#);
    assert_eq!(found, ["* refund unknown", "GET /health open", "GET /orders/{id} guarded"]);
}
