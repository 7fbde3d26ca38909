//! Kotlin: Spring by annotations and by its router, Spring Security's closures, Ktor, http4k; receivers across files.
#![allow(clippy::unwrap_used)]

mod common;

use common::entries;

const KTOR: &str = "import io.ktor.server.application.*\nimport io.ktor.server.routing.*\nimport io.ktor.server.auth.*\nimport io.ktor.server.request.*\n";

#[test]
fn ktor_routes_hang_together_across_files() {
    let main = format!(
        "package shop\n{KTOR}import io.ktor.server.engine.*\nimport shop.routes.*\n\
         fun main() {{ embeddedServer(Netty, port = 8080, module = Application::module).start(wait = true) }}\n\
         fun Application.module() {{\n  routing {{\n    route(API) {{\n      orders(OrderService())\n      secured {{ admin() }}\n    }}\n\
         get(\"/health\") {{ call.respondText(\"ok\") }}\n  }}\n}}\n"
    );
    let guards = format!(
        "package shop\n{KTOR}const val API = \"/api\"\nfun Route.secured(name: String = \"jwt\", body: Route.() -> Unit) {{\n  authenticate(name) {{ body() }}\n}}\n"
    );
    let orders = format!(
        "package shop.routes\n{KTOR}import shop.OrderService\n\
         fun Route.orders(service: OrderService) {{\n  route(\"/orders\") {{\n    get(\"/{{id}}\") {{\n      val id = call.parameters[\"id\"] ?: return@get call.respond(400)\n\
         val verbose = call.request.queryParameters[\"verbose\"]\n      service.find(id)\n    }}\n    post {{ val order = call.receive<Order>() }}\n\
         authenticate(\"jwt\", optional = true) {{ get(\"/mine\") {{ call.respond(1) }} }}\n  }}\n}}\n\
         fun Route.admin() = delete(\"/admin/{{id}}\") {{ val id: String by call.parameters }}\n"
    );
    let files = [
        ("src/main/kotlin/shop/App.kt", main.as_str()),
        ("src/main/kotlin/shop/Guards.kt", &guards),
        ("src/main/kotlin/shop/OrderService.kt", "package shop\nclass OrderService { fun find(id: String) = id }\n"),
        ("src/main/kotlin/shop/routes/Orders.kt", &orders),
    ];
    assert_eq!(
        entries(&files),
        [
            "DELETE /api/admin/{id}(path:id) true",
            "GET /api/orders/mine() ?",
            "GET /api/orders/{id}(path:id,query:verbose) false",
            "GET /health() false",
            "POST /api/orders(body:body) false",
        ]
    );
}

#[test]
fn ktor_resources_and_what_is_no_route() {
    let text = format!(
        "package shop\n{KTOR}import io.ktor.resources.Resource\nimport io.ktor.server.resources.*\nimport io.ktor.client.HttpClient\nimport io.ktor.client.request.get\n\
         @Resource(\"/articles\")\nclass Articles(val sort: String? = \"new\") {{\n  @Resource(\"{{id}}\")\n  class Id(val parent: Articles = Articles(), val id: Long)\n}}\n\
         fun Application.module(client: HttpClient) {{\n  routing {{\n    get<Articles> {{ articles -> call.respond(articles.sort) }}\n    get<Articles.Id> {{ article -> client.get(\"https://x.example/y\") }}\n\
         get(\"/documented\") {{ call.respond(1) }}.describe {{ parameters {{ query(\"size\") {{ }} }} }}\n  }}\n  val names = mapOf(\"/no\" to 1)\n  names.get(\"/no\")\n}}\n"
    );
    let files = [("src/main/kotlin/shop/App.kt", text.as_str())];
    let found: Vec<String> = entries(&files).into_iter().map(|entry| entry.rsplit_once(' ').unwrap().0.to_owned()).collect();
    assert_eq!(found, ["GET /articles(query:sort)", "GET /articles/{id}(path:id,query:sort)", "GET /documented()"]);
}

const WEB: &str = "import org.springframework.web.bind.annotation.*\n";

#[test]
fn spring_annotations_constants_and_java_beside() {
    let paths = "package shop.web\nobject Paths {\n    const val ROOT = \"/v1\"\n    object Users { const val ONE = \"/{id}\" }\n}\n";
    let base = format!("package shop.web; {WEB} public abstract class Crud {{ @GetMapping(\"/list\") public String list() {{ return \"\"; }} }}")
        .replace(".*\n", ".*;");
    let controller = format!(
        "package shop.web\n{WEB}const val LIMIT = \"limit\"\n\
         data class Input(val name: String, @JsonProperty(\"mail\") val email: String?)\n\
         @RestController\n@RequestMapping(\"${{Paths.ROOT}}/users\")\nclass Users(private val users: Repository) : Crud() {{\n\
         @GetMapping(Paths.Users.ONE)\n    suspend fun one(@PathVariable id: Long, @RequestParam(LIMIT) limit: Int?, @RequestHeader(KEY) key: String) = users.find(id)\n\
         @PostMapping(value = [\"/a\", \"/b\"])\n    fun add(@RequestBody input: Input): Input {{ return input }}\n\
         companion object {{ const val KEY = \"X-Key\" }}\n}}\n\
         class Plain {{ @GetMapping(\"/never\") fun never() = 1 }}\n"
    );
    let files =
        [("src/main/java/shop/web/Crud.java", base.as_str()), ("src/main/kotlin/shop/web/Paths.kt", paths), ("src/main/kotlin/shop/web/Users.kt", &controller)];
    let found: Vec<String> = entries(&files).into_iter().map(|entry| entry.rsplit_once(' ').unwrap().0.to_owned()).collect();
    assert_eq!(
        found,
        [
            "GET /v1/users/list()",
            "GET /v1/users/{id}(header:X-Key,path:id,query:limit)",
            "POST /v1/users/a(body:email,body:name)",
            "POST /v1/users/b(body:email,body:name)",
        ]
    );
}

#[test]
fn spring_router_and_security_in_closures() {
    let router = "package shop\nimport org.springframework.web.servlet.function.router\nimport org.springframework.web.servlet.function.ServerRequest\n\
         @Configuration\nclass Routes {\n  @Bean\n  fun routes(handler: Handler) = router {\n    \"/api\".nest {\n      GET(\"/open/x\", handler::show)\n\
         accept(JSON).nest { POST(\"/orders\") { request -> handler.show(request) } }\n    }\n    GET(\"/admin\", handler::show)\n  }\n}\n\
         class Handler { fun show(request: ServerRequest) = request.param(\"q\") }\n";
    let security = "package shop\nimport org.springframework.security.config.annotation.web.builders.HttpSecurity\nimport org.springframework.security.config.annotation.web.invoke\n\
         import org.springframework.security.web.SecurityFilterChain\n\
         @Configuration\nclass Security {\n  @Bean\n  fun chain(http: HttpSecurity): SecurityFilterChain {\n    http {\n      csrf { disable() }\n      authorizeHttpRequests {\n\
         authorize(\"/api/open/**\", permitAll)\n        authorize(\"/admin\", hasRole(\"ADMIN\"))\n        authorize(anyRequest, authenticated)\n      }\n    }\n    return http.build()\n  }\n}\n";
    let files = [("src/main/kotlin/shop/Routes.kt", router), ("src/main/kotlin/shop/Security.kt", security)];
    assert_eq!(entries(&files), ["GET /admin(query:q) true", "GET /api/open/x(query:q) false", "POST /api/orders(query:q) true"]);
    let chained = security.replace(
        "http {\n      csrf { disable() }\n      authorizeHttpRequests {\n",
        "http.authorizeHttpRequests { it.requestMatchers(\"/api/open/**\").permitAll().anyRequest().authenticated() }\n    also {\n      run {\n",
    );
    let files = [("src/main/kotlin/shop/Routes.kt", router), ("src/main/kotlin/shop/Security.kt", chained.as_str())];
    assert_eq!(entries(&files), ["GET /admin(query:q) true", "GET /api/open/x(query:q) false", "POST /api/orders(query:q) true"]);
}

#[test]
fn http4k_routes_bind_below_each_other() {
    let text = "package shop\nimport org.http4k.core.*\nimport org.http4k.core.Method.GET\nimport org.http4k.core.Method.POST\nimport org.http4k.routing.bind\nimport org.http4k.routing.routes\n\
         fun users() = routes(\"/{id}\" bind GET to { req -> Response(OK).body(req.query(\"full\") ?: \"\") }, \"/\" bind POST to ::add)\n\
         fun add(request: Request): Response = Response(OK).body(request.bodyString())\n\
         val app = routes(\"/users\" bind users(), \"/ping\" bind GET to { Response(OK) }, \"/w/{id}\" bind routes(GET to { _: Request -> Response(OK) }))\n";
    let found: Vec<String> = entries(&[("src/main/kotlin/shop/App.kt", text)]).into_iter().map(|entry| entry.rsplit_once(' ').unwrap().0.to_owned()).collect();
    assert_eq!(found, ["GET /ping()", "GET /users/{id}(query:full,path:id)", "GET /w/{id}(path:id)", "POST /users(body:body)"]);
}
