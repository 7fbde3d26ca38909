//! Frameworks of Java beside Spring: sources in, entry points with their guards out.
#![allow(clippy::unwrap_used)]

mod common;

use common::{check, composed, parameters};

const RS: &str = "import jakarta.ws.rs.*;\nimport jakarta.ws.rs.core.*;\nimport jakarta.annotation.security.*;\n";

#[test]
fn resources_under_the_path_of_their_application() {
    let application = format!("package shop; {RS} @ApplicationPath(\"/api\") public class App extends Application {{}}");
    let orders = format!(
        "package shop.orders; {RS} @Path(\"orders\") @RolesAllowed(\"clerk\") public class Orders {{\n\
         @GET public String list(@QueryParam(\"page\") int page, @Context UriInfo info) {{ return \"\"; }}\n\
         @GET @Path(\"{{id}}\") @PermitAll public String one(@PathParam(\"id\") String id) {{ return \"\"; }}\n\
         @POST public void add(Order order) {{}}\n\
         @Path(\"{{id}}/lines\") public Lines lines(@PathParam(\"id\") String id) {{ return new Lines(id); }} }}"
    );
    let lines = format!(
        "package shop.orders; {RS} public class Lines {{ Lines(String id) {{}} @DELETE @Path(\"{{line}}\") public void drop(@PathParam(\"line\") int line) {{}} }}"
    );
    let order = "package shop.orders; public class Order { private String item; private int count; }";
    let files = [
        ("src/main/java/shop/App.java", application.as_str()),
        ("src/main/java/shop/orders/Lines.java", &lines),
        ("src/main/java/shop/orders/Order.java", order),
        ("src/main/java/shop/orders/Orders.java", &orders),
    ];
    check(&files, &["DELETE /api/orders/{id}/lines/{line} true X", "GET /api/orders true X", "GET /api/orders/{id} false X", "POST /api/orders true X"]);
    assert_eq!(
        parameters(&files),
        [
            "DELETE /api/orders/{id}/lines/{line} path:id path:line",
            "GET /api/orders query:page",
            "GET /api/orders/{id} path:id",
            "POST /api/orders body:count body:item",
        ]
    );
}

#[test]
fn an_interface_tells_routes_and_a_class_who_may() {
    let contract = format!(
        "package shop; {RS} @Path(\"/users\") public interface Users {{ @GET @Path(\"{{id}}\") String get(@PathParam(\"id\") String id); @GET String all(); }}"
    );
    let resource = format!(
        "package shop; {RS} public class UsersResource implements Users {{ @RolesAllowed(\"admin\") public String get(String id) {{ return \"\"; }} public String all() {{ return \"\"; }} }}"
    );
    let client = "package shop; import jakarta.ws.rs.*; import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;\n\
         @Path(\"/stock\") @RegisterRestClient(baseUri = \"https://stock.example\") public interface Stock { @GET @Path(\"/{sku}\") String of(@PathParam(\"sku\") String sku); }";
    let files = [("src/Stock.java", client), ("src/Users.java", contract.as_str()), ("src/UsersResource.java", &resource)];
    // Access may be ruled by a descriptor: what nothing is said of stays unknown.
    check(&files, &["GET /users unknown", "GET /users/{id} true X"]);
    let calls: Vec<String> = composed(&files).calls.iter().filter_map(|call| call.target.as_ref()).map(|target| target.with_defaults()).collect();
    assert_eq!(calls, ["https://stock.example/stock/{sku}"]);
}

#[test]
fn a_filter_guards_what_carries_its_annotation() {
    let binding = "package shop; import jakarta.ws.rs.NameBinding; @NameBinding public @interface Checked {}";
    let other = "package shop; import jakarta.ws.rs.NameBinding; @NameBinding public @interface Logged {}";
    let filter = format!(
        "package shop.security; {RS} import jakarta.ws.rs.container.*; import jakarta.ws.rs.ext.Provider; import shop.Checked;\n\
         @Checked @Provider public class TokenFilter implements ContainerRequestFilter {{ private final Tokens tokens = new Tokens();\n\
         @Override public void filter(ContainerRequestContext context) {{ String token = context.getHeaderString(HttpHeaders.AUTHORIZATION);\n\
         if (!tokens.verifyToken(token)) {{ throw new NotAuthorizedException(\"Bearer\"); }} }} }}"
    );
    let logging = format!(
        "package shop.security; {RS} import jakarta.ws.rs.container.*; import shop.Logged;\n\
         @Logged public class LogFilter implements ContainerRequestFilter {{ public void filter(ContainerRequestContext context) {{ System.out.println(\"x\"); }} }}"
    );
    let tokens = "package shop.security; import io.jsonwebtoken.Jwts; class Tokens { boolean verifyToken(String token) { return Jwts.parser().parseSignedClaims(token) != null; } }";
    let resource = format!(
        "package shop; {RS} @Path(\"/r\") public class R {{ @GET @Checked public String a() {{ return \"\"; }} @GET @Path(\"b\") @Logged public String b() {{ return \"\"; }}\n\
         @GET @Path(\"c\") public String c() {{ return \"\"; }} }}"
    );
    let files = [
        ("src/main/java/shop/Checked.java", binding),
        ("src/main/java/shop/Logged.java", other),
        ("src/main/java/shop/R.java", &resource),
        ("src/main/java/shop/security/LogFilter.java", &logging),
        ("src/main/java/shop/security/TokenFilter.java", &filter),
        ("src/main/java/shop/security/Tokens.java", tokens),
    ];
    check(&files, &["GET /r true X", "GET /r/b unknown", "GET /r/c unknown"]);
}

#[test]
fn what_a_servlet_and_a_socket_answer() {
    let servlet = "package shop; import jakarta.servlet.annotation.WebServlet; import jakarta.servlet.http.*;\n\
         @WebServlet(urlPatterns = {\"/report\", \"/report/*\"}) public class Report extends HttpServlet {\n\
         protected void doGet(HttpServletRequest request, HttpServletResponse response) { request.getParameter(\"q\"); request.getHeader(\"X-Id\"); }\n\
         protected void doPost(HttpServletRequest request, HttpServletResponse response) { request.getParameter(\"title\"); } }";
    let socket = "package shop; import jakarta.websocket.server.ServerEndpoint; @ServerEndpoint(\"/chat/{room}\") public class Chat {}";
    let plain = "package shop; import jakarta.servlet.http.*; public class Base extends HttpServlet { protected void doGet(HttpServletRequest a, HttpServletResponse b) {} }";
    assert_eq!(
        parameters(&[("src/Base.java", plain), ("src/Chat.java", socket), ("src/Report.java", servlet)]),
        [
            "* /chat/{room} path:room",
            "GET /report header:X-Id query:q",
            "GET /report/{path} header:X-Id path:path query:q",
            "POST /report form:title",
            "POST /report/{path} path:path form:title",
        ]
    );
}

#[test]
fn micronaut_secures_by_the_nearest_annotation() {
    let controller = "package shop; import io.micronaut.http.annotation.*; import io.micronaut.security.annotation.Secured; import io.micronaut.security.rules.SecurityRule;\n\
         @Controller(\"/books\") @Secured(SecurityRule.IS_AUTHENTICATED) public class Books {\n\
         @Get(\"/{id}\") String one(String id) { return \"\"; } @Get(\"/all{?page,size}\") @Secured(SecurityRule.IS_ANONYMOUS) String all(int page, int size) { return \"\"; }\n\
         @Post @Secured({\"ROLE_ADMIN\"}) String add(@Body Book book) { return \"\"; } @Put(uris = {\"/a\", \"/b\"}) String put(String title) { return \"\"; } }\n\
         class Book { String title; }";
    let client = "package shop; import io.micronaut.http.annotation.*; import io.micronaut.http.client.annotation.Client; @Client(\"http://stock\") public interface Stock { @Get(\"/s\") String s(); }";
    let plain = "package shop; import io.micronaut.http.annotation.*; class NoController { @Get(\"/never\") String never() { return \"\"; } }";
    let files = [("src/Books.java", controller), ("src/NoController.java", plain), ("src/Stock.java", client)];
    check(&files, &["GET /books/all false X", "GET /books/{id} true X", "POST /books true X", "PUT /books/a true X", "PUT /books/b true X"]);
    assert_eq!(
        parameters(&files),
        ["GET /books/all query:page query:size", "GET /books/{id} path:id", "POST /books body:title", "PUT /books/a body:title", "PUT /books/b body:title"]
    );
}

#[test]
fn javalin_groups_hold_what_is_said_inside() {
    let app = "package shop; import io.javalin.Javalin; import static io.javalin.apibuilder.ApiBuilder.*;\n\
         public class App { static final String API = \"/api\"; public static void main(String[] args) {\n\
         Javalin app = Javalin.create(config -> { config.router.contextPath = \"/shop\"; config.router.apiBuilder(() -> { path(API, () -> { before(Guards::check);\n\
         path(\"users\", UserRoutes::add); get(\"me\", ctx -> ctx.result(\"x\")); }); get(\"/open\", ctx -> ctx.header(\"X-A\")); }); });\n\
         app.before(\"/soft/*\", ctx -> { if (ctx.header(\"Authorization\") == null) { ctx.status(401); return; } });\n\
         app.get(\"/soft/x\", ctx -> ctx.queryParam(\"q\")); app.start(7000); } }";
    let routes = "package shop; import static io.javalin.apibuilder.ApiBuilder.*; class UserRoutes { static void add() { get(Users::all); crud(\"{id}\", new Users()); } }";
    let users = "package shop; import io.javalin.apibuilder.CrudHandler; import io.javalin.http.Context; class Users implements CrudHandler { static void all(Context ctx) { ctx.formParam(\"f\"); }\n\
         public void getAll(Context ctx) {} public void getOne(Context ctx, String id) {} public void create(Context ctx) { ctx.bodyAsClass(User.class); } public void update(Context ctx, String id) {} public void delete(Context ctx, String id) {} }";
    let guards = "package shop; import io.javalin.http.*; class Guards { static void check(Context ctx) { if (!Tokens.verifyToken(ctx.header(\"Authorization\"))) throw new UnauthorizedResponse(); } }";
    let tokens = "package shop; import io.jsonwebtoken.Jwts; class Tokens { static boolean verifyToken(String token) { return Jwts.parser().parseSignedClaims(token) != null; } }";
    let files = [("src/App.java", app), ("src/Guards.java", guards), ("src/Tokens.java", tokens), ("src/UserRoutes.java", routes), ("src/Users.java", users)];
    check(
        &files,
        &[
            "DELETE /shop/api/users/{id} true X",
            "GET /shop/api/me true X",
            "GET /shop/api/users true X",
            "GET /shop/api/users/{id} true X",
            "GET /shop/open false C",
            "GET /shop/soft/x false S",
            "PATCH /shop/api/users/{id} true X",
            "POST /shop/api/users true X",
        ],
    );
}

#[test]
fn vertx_handlers_stand_in_order() {
    let verticle = "package shop; import io.vertx.ext.web.*; import io.vertx.ext.web.handler.*; import io.vertx.core.http.HttpMethod;\n\
         class Main { void start(JWTAuth auth) { Router router = Router.router(vertx); router.route().handler(BodyHandler.create());\n\
         router.get(\"/open\").handler(this::open); router.route(\"/api/*\").handler(JWTAuthHandler.create(auth)); router.get(\"/api/:id\").handler(this::one);\n\
         router.route(HttpMethod.POST, \"/api/all\").handler(ctx -> { ctx.next(); }).handler(this::all); router.route(\"/sub/*\").subRouter(Sub.router(vertx));\n\
         router.route().method(HttpMethod.PUT).path(\"/p\").handler(this::open); }\n\
         void open(RoutingContext ctx) { ctx.queryParam(\"q\"); } void one(RoutingContext ctx) { ctx.request().getParam(\"x\"); } void all(RoutingContext ctx) { ctx.body(); } }";
    let sub = "package shop; import io.vertx.ext.web.*; class Sub { static Router router(Vertx vertx) { Router router = Router.router(vertx); router.delete(\"/d\").handler(ctx -> ctx.end()); return router; } }";
    let client = "package shop; import io.vertx.ext.web.client.WebClient; class Client { void call(SqlClient db) { db.query(\"SELECT 1\").execute(); WebClient.create(v).getAbs(\"http://x\"); } }";
    let files = [("src/Client.java", client), ("src/Main.java", verticle), ("src/Sub.java", sub)];
    check(&files, &["DELETE /sub/d false C", "GET /api/{id} true X", "GET /open false C", "POST /api/all true X", "PUT /p false C"]);
}

#[test]
fn spark_and_the_server_of_the_jdk() {
    let spark = "package shop; import static spark.Spark.*; public class App { public static void main(String[] a) { before(\"/admin/*\", (req, res) -> { if (!Tokens.verifyToken(req.headers(\"T\"))) halt(401); });\n\
         path(\"/admin\", () -> { get(\"/x\", (req, res) -> req.queryParams(\"q\")); }); post(\"/open\", \"application/json\", (req, res) -> req.body()); } }";
    let server = "package shop; import com.sun.net.httpserver.*; class S { void run() throws Exception { HttpServer server = HttpServer.create(null, 0); server.createContext(\"/j\", new H());\n\
         server.createContext(\"/any\", exchange -> exchange.close()); } }\n\
         class H implements HttpHandler { public void handle(HttpExchange exchange) { String method = exchange.getRequestMethod(); if (\"GET\".equals(method) || method.equalsIgnoreCase(\"PUT\")) {} } }";
    let tokens = "package shop; import io.jsonwebtoken.Jwts; class Tokens { static boolean verifyToken(String token) { return Jwts.parser().parseSignedClaims(token) != null; } }";
    let files = [("src/App.java", spark), ("src/S.java", server), ("src/Tokens.java", tokens)];
    check(&files, &["* /any false C", "GET /admin/x true X", "GET /j false C", "POST /open false C", "PUT /j false C"]);
}

#[test]
fn armeria_and_helidon_hang_services_under_paths() {
    let armeria = "package shop; import com.linecorp.armeria.server.*; import com.linecorp.armeria.server.annotation.*; class A { void run() { Server.builder().annotatedService(\"/v1\", new Items())\n\
         .route().get(\"/b/{id}\").post(\"/b\").build(new B()).service(\"/c\", (ctx, req) -> null).build(); } }\n\
         class Items { @Get(\"/items/{id}\") public String one(@Param String id, @Param(\"q\") String q) { return \"\"; } }";
    let helidon = "package shop; import io.helidon.webserver.*; import io.helidon.webserver.http.*; class Main { static void routing(HttpRouting.Builder routing) { routing.register(\"/greet\", new Greet()).get(\"/h\", (req, res) -> res.send()); } }\n\
         class Greet implements HttpService { public void routing(HttpRules rules) { rules.get(\"/\", this::all).put(\"/{name}\", this::set); } void all(ServerRequest req, ServerResponse res) { req.query().first(\"lang\"); } void set(ServerRequest req, ServerResponse res) {} }";
    let found = parameters(&[("src/A.java", armeria), ("src/Main.java", helidon)]);
    assert_eq!(
        found,
        ["* /c ", "GET /b/{id} path:id", "GET /greet query:lang", "GET /h ", "GET /v1/items/{id} path:id query:q", "POST /b ", "PUT /greet/{name} path:name",]
    );
}

#[test]
fn descriptors_say_where_classes_answer() {
    let web = "<web-app><servlet><servlet-name>old</servlet-name><servlet-class>shop.Old</servlet-class></servlet>\n\
         <servlet><servlet-name>rest</servlet-name><servlet-class>shop.App</servlet-class></servlet>\n\
         <servlet-mapping><servlet-name>old</servlet-name><url-pattern>/old/*</url-pattern></servlet-mapping>\n\
         <servlet-mapping><servlet-name>rest</servlet-name><url-pattern>/services/*</url-pattern></servlet-mapping></web-app>";
    let old = "package shop; import javax.servlet.http.*; public class Old extends HttpServlet { protected void doPost(HttpServletRequest a, HttpServletResponse b) { a.getParameter(\"x\"); } }";
    let app = format!("package shop; {RS} @ApplicationPath(\"/ignored\") public class App extends Application {{}}");
    let resource = format!("package shop; {RS} @Path(\"/r\") public class R {{ @GET public String get() {{ return \"\"; }} }}");
    let files = [
        ("src/main/java/shop/App.java", app.as_str()),
        ("src/main/java/shop/Old.java", old),
        ("src/main/java/shop/R.java", &resource),
        ("src/main/webapp/WEB-INF/web.xml", web),
    ];
    assert_eq!(parameters(&files), ["GET /services/r ", "POST /old/{path} path:path form:x"]);
}

#[test]
fn routes_of_play_call_controllers() {
    let routes = "# pages\nGET  /users/:id  controllers.Users.show(id: Long, page: Int ?= 1, request: Request)\nPOST /files/$path<.+> controllers.Users.put(path)\n-> /api api.Routes\n";
    let api = "GET /stats controllers.Stats.all\n";
    let users = "package controllers; import play.mvc.*; public class Users extends Controller {\n\
         @Security.Authenticated(Secured.class) public Result show(Long id, int page, Http.Request request) { request.header(\"X-A\"); return ok(\"\"); } public Result put(String path) { return ok(\"\"); } }";
    let files = [("app/controllers/Users.java", users), ("conf/api.routes", api), ("conf/routes", routes)];
    check(&files, &["GET /api/stats unknown", "GET /users/{id} true X", "POST /files/{path} unknown"]);
    assert_eq!(parameters(&files), ["GET /api/stats ", "GET /users/{id} header:X-A path:id query:page", "POST /files/{path} path:path"]);
}

#[test]
fn destinations_of_stomp_stand_below_the_prefix_of_their_program() {
    let chat = "package shop; import org.springframework.stereotype.Controller; import org.springframework.messaging.handler.annotation.MessageMapping;\n\
         @Controller @MessageMapping(\"/chat\") public class Chat { @MessageMapping(\"/send/{room}\") public void send(String text) {} }";
    let config = "package shop; import org.springframework.messaging.simp.config.MessageBrokerRegistry; class Config { public void configureMessageBroker(MessageBrokerRegistry registry) { registry.setApplicationDestinationPrefixes(\"/app\"); } }";
    check(&[("src/main/java/shop/Chat.java", chat), ("src/main/java/shop/Config.java", config)], &["* /app/chat/send/{room} unknown"]);
}

#[test]
fn triggers_of_functions_and_models() {
    let function = "package shop; import com.microsoft.azure.functions.*; import com.microsoft.azure.functions.annotation.*; public class F {\n\
         @FunctionName(\"orders\") public String run(@HttpTrigger(name = \"req\", methods = {HttpMethod.GET}, route = \"orders/{id}\", authLevel = AuthorizationLevel.ANONYMOUS) HttpRequestMessage<String> request) { return \"\"; }\n\
         @FunctionName(\"ping\") public String ping(@HttpTrigger(name = \"req\", methods = {HttpMethod.POST}) HttpRequestMessage<String> request) { return \"\"; } }";
    let model = "package shop; import dev.langchain4j.model.openai.OpenAiChatModel; class Ask { String ask() { OpenAiChatModel model = OpenAiChatModel.builder().apiKey(System.getenv(\"KEY\")).build(); return model.generate(\"x\"); } }";
    let files = [("src/Ask.java", model), ("src/F.java", function)];
    check(&files, &["GET /api/orders/{id} unknown", "POST /api/ping true X"]);
    let technologies: Vec<String> = composed(&files).calls.iter().filter_map(|call| call.technology.clone()).collect();
    assert_eq!(technologies, ["openai"]);
}

#[test]
fn reactive_routes_of_quarkus_stand_on_any_bean() {
    let routes = "package shop; import io.quarkus.vertx.web.*; import io.quarkus.security.Authenticated; @RouteBase(path = \"/r\") public class Routes {\n\
         @Route(path = \"/a/:id\", methods = Route.HttpMethod.GET) @Authenticated public String a(@Param String id, @Param(\"q\") String q) { return \"\"; }\n\
         @Route(path = \"/*\", type = Route.HandlerType.FAILURE) public void failed() {} }";
    let files = [("src/Routes.java", routes)];
    check(&files, &["GET /r/a/{id} true X"]);
    assert_eq!(parameters(&files), ["GET /r/a/{id} path:id query:q"]);
}

#[test]
fn constants_are_made_of_others_of_their_class() {
    let paths = "package a; public final class Paths { public static final String V1 = \"/api/v1\"; public static final String ORDERS = V1 + \"/orders\"; }";
    let orders = "package a; import jakarta.ws.rs.*; @Path(Paths.ORDERS) public class Orders { private static final String ONE = \"{id}\"; private static final String LINES = ONE + \"/lines\";\n\
         @GET @Path(LINES) public String lines() { return null; } }";
    check(&[("Orders.java", orders), ("Paths.java", paths)], &["GET /api/v1/orders/{id}/lines unknown"]);
}

#[test]
fn what_stands_in_braces_in_a_class_runs_when_one_is_made() {
    let app = "package a; import io.jooby.Jooby; public class App extends Jooby { { get(\"/first\", ctx -> \"x\"); } public App() { get(\"/second\", ctx -> \"x\"); } }";
    check(&[("App.java", app)], &["GET /first false C", "GET /second false C"]);
}
