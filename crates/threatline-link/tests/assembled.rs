//! Routes of classes and modules that others put together: what bases, constructors and fields hold, what a test makes
//! beside the program, and what a program says of the modules it is built with.
#![allow(clippy::unwrap_used)]

mod common;

use common::check;

const BASE: &str = "import type { Router } from 'express';\nabstract class RouterBase {\n  public readonly path: string;\n\
     protected constructor(protected readonly logger: any, path: string) { this.path = path; }\n  public abstract getRouter: () => Router;\n}\nexport default RouterBase;\n";
const ORDERS: &str = "import { Router } from 'express';\nimport RouterBase from './base';\nclass Orders extends RouterBase {\n\
     constructor(logger: any) { super(logger, 'orders'); }\n\
     public getRouter = () => {\n    const router = Router();\n    router.get('/open', this.open);\n    return router;\n  };\n\
     private open = (request, response) => { response.json(1); };\n}\nexport default Orders;\n";
const ALL: &str = "import type { Application } from 'express';\nimport Orders from './orders';\nimport type RouterBase from './base';\nclass All {\n\
     private readonly routers: RouterBase[];\n  constructor(logger: any) { this.routers = [new Orders(logger)]; }\n\
     public registerRoutes = (app: Application) => {\n    this.routers.forEach((router) => app.use(`/v2/${router.path}`, router.getRouter()));\n  };\n}\nexport default All;\n";
const APP: &str = "import express from 'express';\nimport All from './all';\nconst app = express();\nnew All(console).registerRoutes(app);\n";

#[test]
fn a_path_that_the_constructor_of_a_base_keeps() {
    check(&[("all.ts", ALL), ("app.ts", APP), ("base.ts", BASE), ("orders.ts", ORDERS)], &["GET /v2/orders/open false C"]);
}

#[test]
fn a_router_that_a_test_makes_stands_nowhere() {
    let test = "import Orders from '../orders';\ndescribe('orders', () => {\n  const orders = new Orders(console);\n  test('router', () => { orders.getRouter(); });\n});\n";
    let files = [("all.ts", ALL), ("app.ts", APP), ("base.ts", BASE), ("orders.ts", ORDERS), ("test/orders.spec.ts", test)];
    check(&files, &["GET /v2/orders/open false C"]);
    // the application of a test is the test's, and what it holds of its own is, too
    let own = "import express from 'express';\nconst app = express();\napp.get('/fake', (request, response) => { response.json(1); });\n";
    check(&[("test/fake.spec.ts", own)], &["GET /fake false C"]);
    // where only a test mounts a router, nobody knows its prefix, but it is there
    let router = "import { Router } from 'express';\nconst router = Router();\nrouter.get('/lonely', (request, response) => { response.json(1); });\nexport default router;\n";
    let mounts = "import express from 'express';\nimport router from '../lonely';\nconst app = express();\napp.use('/only-here', router);\n";
    check(&[("lonely.ts", router), ("test/lonely.spec.ts", mounts)], &["GET /lonely false C"]);
}

#[test]
fn a_handler_that_a_library_runs_within_something_is_looked_at() {
    let main = "import express from 'express';\nimport jwt from 'jsonwebtoken';\nimport { context } from '@opentelemetry/api';\n\
         const traced = (handler) => async (req, res) => { try { await context.with(span, handler, this, req, res); } catch (e) { res.status(500).end(); } };\n\
         const mine = (req, res) => { const user = jwt.verify(req.headers.authorization, KEY); res.json(user); };\nconst all = (req, res) => { res.json(1); };\n\
         const app = express();\napp.get('/mine', traced(mine));\napp.get('/all', traced(all));\n";
    check(&[("main.ts", main)], &["GET /all false C", "GET /mine true X"]);
}

#[test]
fn a_class_whose_objects_are_made_is_not_looked_at_without_one() {
    let api = "const express = require('express');\nclass Api {\n  constructor(server) {\n    this.server = server;\n    this.router = express.Router();\n    this.init();\n  }\n\
         init() { this.router.get('/items', (request, response) => { response.json(1); }); }\n  helper() { return this.server; }\n}\nmodule.exports = Api;\n";
    let app =
        "const express = require('express');\nconst Api = require('./api');\nconst app = express();\nconst api = new Api(app);\napp.use('/api', api.router);\n";
    check(&[("api.js", api), ("app.js", app)], &["GET /api/items false C"]);
    // nor what such a class makes for itself, where it is made by somebody
    let server = "const express = require('express');\nconst Api = require('./api');\nclass Server {\n  constructor() { this.api = new Api(this); }\n\
         start() {\n    const app = express();\n    app.use('/api', this.api.router);\n    app.listen(80);\n  }\n  other() { return this.api; }\n}\nmodule.exports = Server;\n";
    let index = "const Server = require('./server');\nconst server = new Server();\nserver.start();\n";
    check(&[("api.js", api), ("index.js", index), ("server.js", server)], &["GET /api/items false C"]);
    // where nobody is seen to make the server, its constructor runs once
    check(&[("api.js", api), ("server.js", server)], &["GET /api/items false C"]);
}

#[test]
fn what_is_included_of_a_module_is_its_list() {
    let main = "from django.urls import include, path\nurlpatterns = [path('api/', include('shop.api'))]\n";
    let api = "from django.urls import include, path\nfrom rest_framework import routers\nfrom .views import Ping, Orders\nrouter = routers.DefaultRouter(trailing_slash=False)\n\
         router.register('orders', Orders)\nurlpatterns = [path('ping', Ping.as_view()), path('v1/', include(router.urls))]\n";
    let views = "from django.views import View\nfrom rest_framework.viewsets import ViewSet\nclass Ping(View):\n    def get(self, request):\n        return 1\n\
         class Orders(ViewSet):\n    def list(self, request):\n        return []\n";
    let files = [("shop/__init__.py", ""), ("shop/api.py", api), ("shop/urls.py", main), ("shop/views.py", views)];
    check(&files, &["GET /api/ping unknown", "GET /api/v1/orders unknown"]);
}

const RS: &str = "import jakarta.ws.rs.*; import jakarta.ws.rs.core.*;";

#[test]
fn a_method_of_the_same_name_with_other_arguments_hides_none_of_the_base() {
    let base = format!(
        "package shop; {RS} public class Base {{ @GET public String get(@QueryParam(\"a\") String a, @QueryParam(\"b\") String b) {{ return \"\"; }} }}"
    );
    let users = format!(
        "package shop; {RS} @Path(\"users\") public class Users extends Base {{ @GET @Path(\"types\") public String get(@QueryParam(\"a\") String a) {{ return \"\"; }} }}"
    );
    check(&[("src/Base.java", &base), ("src/Users.java", &users)], &["GET /users unknown", "GET /users/types unknown"]);
    // with the same arguments it stands in its place
    let other = users.replace("@QueryParam(\"a\") String a", "@QueryParam(\"a\") String a, @QueryParam(\"b\") String b");
    check(&[("src/Base.java", &base), ("src/Users.java", &other)], &["GET /users/types unknown"]);
}

#[test]
fn resources_stand_where_jetty_puts_their_servlet() {
    let server = |holder: &str| {
        format!(
            "package shop; import org.eclipse.jetty.servlet.*; import org.glassfish.jersey.servlet.ServletContainer; import org.glassfish.jersey.server.ResourceConfig; class Server {{ void start() {{\n\
             ServletContextHandler handler = new ServletContextHandler(ServletContextHandler.SESSIONS); handler.addServlet(new ServletHolder({holder}), \"/api/*\"); }} }}"
        )
    };
    let users = format!("package shop; {RS} @Path(\"users\") public class Users {{ @GET public String all() {{ return \"\"; }} }}");
    let jersey = server("new ServletContainer(new ResourceConfig())");
    check(&[("src/Server.java", &jersey), ("src/Users.java", &users)], &["GET /api/users unknown"]);
    // another servlet is a way in of its own, and moves no resource
    let other = server("new FilesServlet()");
    check(&[("src/Server.java", &other), ("src/Users.java", &users)], &["* /api/{path} unknown", "GET /users unknown"]);
}

#[test]
fn annotated_classes_are_the_programs_also_where_tests_stand_beside() {
    let users = format!("package shop; {RS} @Path(\"users\") public class Users {{ @GET public String all() {{ return \"\"; }} }}");
    let test = format!("package shop; {RS} public class UsersTest {{ void all() {{ Users users = new Users(); users.all(); }} }}");
    check(&[("src/main/java/shop/Users.java", &users), ("src/test/java/shop/UsersTest.java", &test)], &["GET /users unknown"]);
}

const CONTROLLER: &str = "package shop.orders; import org.springframework.web.bind.annotation.*; @RestController public class Orders {\n\
     @GetMapping(\"/orders\") public String all() { return \"\"; } @GetMapping(\"/health\") public String health() { return \"\"; } }";
const SECURITY: &str = "package shop.app; import org.springframework.context.annotation.*; import org.springframework.security.config.annotation.web.builders.HttpSecurity; import org.springframework.security.web.SecurityFilterChain;\n\
     @Configuration class Security { @Bean SecurityFilterChain chain(HttpSecurity http) { http.authorizeHttpRequests(a -> a.requestMatchers(\"/health\").permitAll().anyRequest().authenticated()); return http.build(); } }";
const START: &str = "package shop.app; import org.springframework.boot.autoconfigure.SpringBootApplication; @SpringBootApplication public class Start { public static void main(String[] a) { org.springframework.boot.SpringApplication.run(Start.class, a); } }";

#[test]
fn rules_of_a_program_are_for_the_modules_it_is_built_with() {
    let (app, orders) = ("dependencies {\n    implementation project(':orders')\n}\n", "dependencies {\n}\n");
    let settings = "include 'app', 'orders'\n";
    let files = |security: &'static str, orders_starts: Option<&'static str>| {
        let mut files = vec![
            ("settings.gradle", settings),
            ("app/build.gradle", app),
            ("app/src/main/java/shop/app/Security.java", security),
            ("app/src/main/java/shop/app/Start.java", START),
            ("orders/build.gradle", orders),
            ("orders/src/main/java/shop/orders/Orders.java", CONTROLLER),
        ];
        files.extend(orders_starts.map(|start| ("orders/src/main/java/shop/app/Start.java", start)));
        files
    };
    check(&files(SECURITY, None), &["GET /health false X", "GET /orders true X"]);
    // which of two lists holds depends on what nobody knows
    let switched = SECURITY.replace("http.authorize", "if (open) { http.authorizeHttpRequests(a -> a.anyRequest().permitAll()); } else http.authorize");
    check(&files(Box::leak(switched.into_boxed_str()), None), &["GET /health unknown", "GET /orders unknown"]);
    // rules that a module lends: whether the program switches them on nobody knows
    let lent = [
        ("settings.gradle", settings),
        ("orders/build.gradle", "dependencies {\n    implementation project(':security')\n}\n"),
        ("orders/src/main/java/shop/orders/Orders.java", CONTROLLER),
        ("orders/src/main/java/shop/orders/Start.java", START),
        ("security/build.gradle", "dependencies {\n}\n"),
        ("security/src/main/java/shop/app/Security.java", SECURITY),
    ];
    check(&lent, &["GET /health unknown", "GET /orders unknown"]);
    // a module that is a program itself follows its own rules
    check(&files(SECURITY, Some(START)), &["GET /health false C", "GET /orders false C"]);
}

#[test]
fn a_function_of_an_inner_module_does_not_stand_for_one_around_it() {
    let main = "use axum::Router;\nmod v1;\n#[tokio::main]\nasync fn main() {\n    let app = Router::new().nest(\"/v1\", v1::router());\n    axum::serve(listener, app).await.unwrap();\n}\n";
    let v1 = "use axum::{Router, routing::get};\npub fn router() -> Router {\n    Router::new().route(\"/orders\", get(orders)).merge(development::router())\n}\n\
         async fn orders() {}\nmod development {\n    use axum::{Router, routing::get};\n    pub fn router() -> Router { Router::new().route(\"/echo\", get(echo)) }\n    async fn echo() {}\n}\n";
    check(
        &[("Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\naxum = \"0.7\"\n"), ("src/main.rs", main), ("src/v1.rs", v1)],
        &["GET /v1/echo false C", "GET /v1/orders false C"],
    );
}

#[test]
fn a_guard_that_some_requests_get_past_proves_nothing() {
    let main = |past: &str| {
        format!(
            "import express from 'express';\nimport jwt from 'jsonwebtoken';\n\
             const login = (req, res, next) => {{ jwt.verify(req.headers.authorization, KEY); next(); }};\n\
             const needed = (middleware) => (req, res, next) => {{ {past} middleware(req, res, next); }};\n\
             const app = express();\napp.use('/api', needed(login));\napp.get('/api/items', (req, res) => {{ res.json(1); }});\n"
        )
    };
    check(&[("main.ts", &main(""))], &["GET /api/items true X"]);
    check(&[("main.ts", &main("if (isOpen(req)) { return next(); }"))], &["GET /api/items unknown"]);
}
