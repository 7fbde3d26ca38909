//! Spring and ASP.NET Core: sources in, entry points and ways out.
#![allow(clippy::unwrap_used)]

mod common;

use common::{composed, entries};

/// Each way out as `protocol target channel`.
fn calls(files: &[(&str, &str)]) -> Vec<String> {
    let mut out: Vec<String> = composed(files)
        .calls
        .iter()
        .map(|call| {
            let text = |text: &Option<threatline_facts::Text>| text.as_ref().map_or("-".to_owned(), |text| text.with_defaults());
            format!("{} {} {}", call.protocol.as_deref().unwrap_or("-"), text(&call.target), text(&call.channel))
        })
        .collect();
    out.sort();
    out
}

const WEB: &str = "import org.springframework.web.bind.annotation.*;\n";

#[test]
fn controllers_with_constants_arrays_and_inheritance() {
    let api = "package shop; public class Api { public static final String V1 = \"/v1\"; }";
    let base = format!("package shop; {WEB} public abstract class Crud {{ @GetMapping(\"/list\") public String list() {{ return \"\"; }} }}");
    let contract = format!("package shop; {WEB} public interface Contract {{ @PutMapping(\"/{{id}}\") String put(@PathVariable String id); }}");
    let orders = format!(
        "package shop; {WEB} @RestController @RequestMapping(path = Api.V1 + \"/orders\")\n\
         public class Orders extends Crud implements Contract {{\n\
         private static final String KEY = \"X-Key\";\n\
         @GetMapping({{\"/a\", \"/b\"}}) public String ab(@RequestParam(name = \"q\") String query, @RequestHeader(KEY) String key) {{ return \"\"; }}\n\
         @RequestMapping(value = \"/m\", method = {{RequestMethod.POST, RequestMethod.DELETE}}) public void m(@RequestBody Order order) {{}}\n\
         @Override public String put(String id) {{ return \"\"; }}\n}}"
    );
    let plain = format!("package shop; {WEB} public class NoController {{ @GetMapping(\"/never\") public void never() {{}} }}");
    let files = [
        ("src/main/java/shop/Api.java", api),
        ("src/main/java/shop/Contract.java", &contract),
        ("src/main/java/shop/Crud.java", &base),
        ("src/main/java/shop/NoController.java", &plain),
        ("src/main/java/shop/Orders.java", &orders),
    ];
    let found: Vec<String> = entries(&files).into_iter().map(|entry| entry.rsplit_once(' ').unwrap().0.to_owned()).collect();
    assert_eq!(
        found,
        [
            "DELETE /v1/orders/m(body:order)",
            "GET /v1/orders/a(header:X-Key,query:q)",
            "GET /v1/orders/b(header:X-Key,query:q)",
            "GET /v1/orders/list()",
            "POST /v1/orders/m(body:order)",
            "PUT /v1/orders/{id}(path:id)",
        ]
    );
}

#[test]
fn composed_annotations_and_functional_routes() {
    let annotation = format!("package shop; {WEB} @RequestMapping(method = RequestMethod.POST) public @interface JsonPost {{ String value() default \"\"; }}");
    let controller =
        format!("package shop; {WEB} @RestController @RequestMapping(\"/r\") public class R {{ @JsonPost(\"/submit\") public void submit() {{}} }}");
    let router = "package shop; import org.springframework.web.reactive.function.server.RouterFunctions; import static org.springframework.web.reactive.function.server.RequestPredicates.*;\n\
         class Routes { private static final String ROOT = \"/p\"; RouterFunction<ServerResponse> routes(Handler h) {\n\
         return RouterFunctions.route(GET(\"/hello\").and(accept(JSON)), h::hello).andRoute(POST(\"/echo\"), h::echo); }\n\
         RouterFunction<ServerResponse> nested(Handler h) { return RouterFunctions.route().nest(path(ROOT), b -> b.GET(\"/{id}\", h::get)).build(); } }";
    let files =
        [("src/main/java/shop/JsonPost.java", annotation.as_str()), ("src/main/java/shop/R.java", &controller), ("src/main/java/shop/Routes.java", router)];
    let found: Vec<String> = entries(&files).into_iter().map(|entry| entry.split_once('(').unwrap().0.to_owned()).collect();
    assert_eq!(found, ["GET /hello", "GET /p/{id}", "POST /echo", "POST /r/submit"]);
}

#[test]
fn parameters_by_annotation_by_type_and_by_condition() {
    let controller = format!(
        "package shop; {WEB} @RestController @RequestMapping(value = \"/x\", params = \"tenant\") public class X {{\n\
         @GetMapping(value = \"/a\", params = {{\"mode=full\", \"!skip\"}}, headers = \"X-Client=mobile\") public void a(String plain, Service service, Filter filter) {{}}\n\
         @PostMapping(\"/b\") public void b(@RequestBody Order order, @ModelAttribute Filter filter) {{}}\n\
         @PostMapping(\"/c\") public void c(@RequestBody Foreign order) {{}} }}"
    );
    let order = "package shop; public class Order extends Base { private static final long serialVersionUID = 1L; public static final String KIND = \"o\"; private int count; }";
    let base = "package shop; public class Base { private String id; }";
    let filter = "package shop; public class Filter { private String from; }";
    let files = [
        ("src/main/java/shop/Base.java", base),
        ("src/main/java/shop/Filter.java", filter),
        ("src/main/java/shop/Order.java", order),
        ("src/main/java/shop/X.java", &controller),
    ];
    assert_eq!(
        entries(&files),
        [
            "GET /x/a(header:X-Client,query:mode,query:plain,query:tenant) false",
            "POST /x/b(body:count,form:from,body:id,query:tenant) false",
            "POST /x/c(body:order,query:tenant) false",
        ]
    );
}

#[test]
fn what_follows_a_nest_stands_beside_it() {
    let router = "package shop; import org.springframework.web.servlet.function.RouterFunctions; import static org.springframework.web.servlet.function.RequestPredicates.*;\n\
         class Routes { Object routes(Handler h) { return RouterFunctions.route().nest(path(\"/a\"), b -> b.GET(\"/x\", h::x)).GET(\"/y\", h::y).build(); } }";
    let found = entries(&[("src/main/java/shop/Routes.java", router)]);
    assert_eq!(found, ["GET /a/x() ?", "GET /y() ?"]);
}

#[test]
fn files_sockets_and_gateways_are_ways_in() {
    let files = "package shop; import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;\n\
         class Files { static final String ROOT = \"/assets\"; public void addResourceHandlers(ResourceHandlerRegistry registry) {\n\
         registry.addResourceHandler(ROOT + \"/**\", \"/webjars/**\").addResourceLocations(\"classpath:/static/\"); } }";
    let sockets = "package shop; import org.springframework.web.socket.config.annotation.*;\n\
         class Sockets { public void registerStompEndpoints(StompEndpointRegistry registry) { registry.addEndpoint(\"/ws\", \"/portfolio\").withSockJS(); } }";
    let gateway = "package shop; import org.springframework.cloud.gateway.route.builder.*; import org.springframework.http.HttpMethod;\n\
         class Gateway { RouteLocator routes(RouteLocatorBuilder builder) { return builder.routes()\n\
         .route(\"one\", r -> r.method(HttpMethod.POST).and().path(\"/one\").uri(\"no://op\")).route(r -> helped(r).uri(\"no://op\")).build(); }\n\
         private BooleanSpec helped(PredicateSpec r) { return r.path(\"/two/{id}\"); } }";
    let found =
        entries(&[("src/main/java/shop/Files.java", files), ("src/main/java/shop/Gateway.java", gateway), ("src/main/java/shop/Sockets.java", sockets)]);
    assert_eq!(
        found,
        [
            "ANY /portfolio() ?",
            "ANY /two/{id}(path:id) ?",
            "ANY /ws() ?",
            "GET /assets/{path}(path:path) ?",
            "GET /webjars/{path}(path:path) ?",
            "POST /one() ?"
        ]
    );
}

#[test]
fn guards_of_methods_and_rules_of_a_chain() {
    let controller = format!(
        "package shop; {WEB} import org.springframework.security.access.prepost.PreAuthorize;\n@RestController public class C {{\n\
         @GetMapping(\"/open\") public void open() {{}}\n@GetMapping(\"/closed\") public void closed() {{}}\n\
         @PreAuthorize(\"hasRole('A')\") @GetMapping(\"/open/admin\") public void admin() {{}} }}"
    );
    let chain = "package shop; import org.springframework.security.config.annotation.web.builders.HttpSecurity; import org.springframework.security.web.SecurityFilterChain;\n\
         class S { @Bean SecurityFilterChain chain(HttpSecurity http) { http.authorizeHttpRequests(a -> a.requestMatchers(\"/open/**\").permitAll().anyRequest().authenticated()); return http.build(); } }";
    let files = [("src/main/java/shop/C.java", controller.as_str()), ("src/main/java/shop/S.java", chain)];
    assert_eq!(entries(&files), ["GET /closed() true", "GET /open() false", "GET /open/admin() true"]);
}

#[test]
fn ways_out_of_spring() {
    let client = "package shop; import org.springframework.web.client.*; import org.springframework.beans.factory.annotation.Value; import org.springframework.kafka.core.KafkaTemplate;\n\
         @Component class Client { private final RestClient client; private final KafkaTemplate<String, String> kafka; private final RestTemplate rest = new RestTemplate();\n\
         Client(@Value(\"${billing.url:http://billing}\") String url, KafkaTemplate<String, String> kafka) { this.client = RestClient.create(url); this.kafka = kafka; }\n\
         Map fetch(String id) { kafka.send(\"orders\", id); rest.getForObject(\"http://stock/items\", Map.class); return client.get().uri(\"/bills/{id}\", id).retrieve().body(Map.class); } }";
    let feign = "package shop; import org.springframework.cloud.openfeign.FeignClient; import org.springframework.web.bind.annotation.*;\n\
         @FeignClient(name = \"users\") interface Users { @GetMapping(\"/users/{id}\") User get(@PathVariable(\"id\") String id); }";
    let files = [("src/main/java/shop/Client.java", client), ("src/main/java/shop/Users.java", feign)];
    assert_eq!(calls(&files), ["http http://billing/bills/{id} -", "http http://stock/items -", "http users/users/{id} -", "kafka * orders"]);
    assert_eq!(entries(&files), [""; 0]);
}

#[test]
fn minimal_apis_with_groups_and_their_guards() {
    let program = "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\n\
         app.MapGet(\"/open\", () => \"x\");\napp.MapGet(\"/me/{id}\", (int id, string? q, Order body) => id).RequireAuthorization();\n\
         var api = app.MapGroup(\"/api\").RequireAuthorization();\napi.MapPost(\"/orders\", (Order order) => order);\n\
         api.MapGet(\"/health\", () => 1).AllowAnonymous();\napp.Run();\npublic record Order(string Card);\n";
    assert_eq!(
        entries(&[("a/Program.cs", program)]),
        ["GET /api/health() false", "GET /me/{id}(body:body,path:id,query:q) true", "GET /open() false", "POST /api/orders(body:order) true",]
    );
}

#[test]
fn controllers_of_aspnet() {
    let controller = "using Microsoft.AspNetCore.Mvc;\nusing Microsoft.AspNetCore.Authorization;\nnamespace Shop;\n\
         [ApiController] [Route(\"api/[controller]\")] [Authorize]\npublic class UsersController : ControllerBase {\n\
         [HttpGet(\"{id:int}\")] public ActionResult<User> Get(int id, [FromQuery] string q) => Ok();\n\
         [HttpPost] [AllowAnonymous] public IActionResult Create([FromBody] User user) => Ok();\n\
         [HttpGet(\"/root\")] public IActionResult Root() => Ok();\n}\npublic class User { public string Email { get; set; } }\n";
    let home = "using Microsoft.AspNetCore.Mvc;\npublic class HomeController : Controller {\n public IActionResult Index() { return View(); }\n\
         [HttpPost] public IActionResult Save([FromForm] string name) { return View(); }\n [NonAction] public string Helper() { return \"\"; } }\n";
    let program = "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\n\
         app.MapControllerRoute(name: \"default\", pattern: \"{controller=Home}/{action=Index}/{id?}\");\napp.MapControllers();\napp.Run();\n";
    let found = entries(&[("a/HomeController.cs", home), ("a/Program.cs", program), ("a/UsersController.cs", controller)]);
    assert_eq!(
        found,
        [
            "GET /Home/Index() false",
            "GET /api/Users/{id}(path:id,query:q) true",
            "GET /root() true",
            "POST /Home/Save(form:name) false",
            "POST /api/Users(body:user) false",
        ]
    );
}

#[test]
fn routes_in_extension_methods() {
    let program =
        "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\nvar v2 = app.MapGroup(\"/v2\");\nv2.MapCatalog();\napp.Run();\n";
    let catalog = "using Microsoft.AspNetCore.Builder;\nusing Microsoft.AspNetCore.Routing;\npublic static class Catalog {\n\
         public static RouteGroupBuilder MapCatalog(this RouteGroupBuilder group) { group.MapGet(\"/items\", List); return group; }\n\
         static string List(HttpContext context) => context.Request.Query[\"page\"]; }";
    assert_eq!(entries(&[("a/Catalog.cs", catalog), ("a/Program.cs", program)]), ["GET /v2/items(query:page) false"]);
}

#[test]
fn rpcs_of_a_service_in_csharp() {
    let service = |head: &str, base: &str| {
        format!(
            "using System.Threading.Tasks;\nusing Grpc.Core;\nusing Shop.Proto;\nnamespace Shop {{\n  {head}\n  public class Carts : {base} {{\n    \
             public override Task<Empty> AddItem(AddRequest request, ServerCallContext context) {{ return Task.FromResult(new Empty()); }}\n    \
             public int Helper(int x) {{ return x; }}\n  }}\n}}\n"
        )
    };
    let program = |services: &str, mapped: &str| {
        format!(
            "using Microsoft.AspNetCore.Builder;\nvar builder = WebApplication.CreateBuilder(args);\nbuilder.Services.AddGrpc({services});\nvar app = builder.Build();\n{mapped}\napp.Run();\n"
        )
    };
    let with = |text: &str, program: &str| entries(&[("web/Carts.cs", text), ("web/Program.cs", program)]);
    let open = program("", "app.MapGrpcService<Carts>();");
    let all = |text: &str| with(text, &open);
    assert_eq!(all(&service("", "Shop.Proto.CartService.CartServiceBase")), ["ANY /*.CartService/AddItem() false"]);
    assert_eq!(all(&service("[Microsoft.AspNetCore.Authorization.Authorize]", "CartService.CartServiceBase")), ["ANY /*.CartService/AddItem() true"]);
    assert!(all(&service("", "CartWatcher")).is_empty());
    assert!(all(&service("", "CommandBase").replace("ServerCallContext", "Other")).is_empty(), "a base of any kind is no service");
    let carts = service("", "CartService.CartServiceBase");
    let unknown = ["ANY /*.CartService/AddItem() ?"];
    assert_eq!(with(&carts, &program("", "app.MapGrpcService<Carts>().RequireAuthorization();")), unknown);
    assert_eq!(with(&carts, &program("options => options.Interceptors.Add<TokenInterceptor>()", "app.MapGrpcService<Carts>();")), unknown);
    assert_eq!(with(&carts, &program("", "")), unknown, "where it is mapped, something may stand before it");
}

/// What sets an application up may stand in a folder of its own: it is the whole program's all the same.
#[test]
fn conventions_and_filters_of_a_folder_beside_the_controllers() {
    let program =
        "var builder = WebApplication.CreateBuilder(args);\nbuilder.ConfigureServices();\nvar app = builder.Build();\napp.ConfigureMiddleware();\napp.Run();\n";
    let setup = "using Microsoft.AspNetCore.Builder;\nusing Microsoft.AspNetCore.Mvc.Authorization;\nusing Microsoft.Extensions.DependencyInjection;\n\nnamespace Shop.Startup\n{\n    public static class Setup\n    {\n        public static WebApplicationBuilder ConfigureServices(this WebApplicationBuilder builder)\n        {\n            builder.Services.AddControllersWithViews(x => x.Filters.Add(new AuthorizeFilter()));\n            return builder;\n        }\n\n        public static WebApplication ConfigureMiddleware(this WebApplication app)\n        {\n            app.UseAuthorization();\n            app.MapControllerRoute(name: \"default\", pattern: \"{controller=Home}/{action=Index}/{id?}\");\n            return app;\n        }\n    }\n}\n";
    let orders = "using Microsoft.AspNetCore.Mvc;\n\nnamespace Shop.Controllers\n{\n    public class OrdersController : Controller\n    {\n        public IActionResult Details(int id) => View();\n    }\n}\n";
    let home = "using Microsoft.AspNetCore.Authorization;\nusing Microsoft.AspNetCore.Mvc;\n\nnamespace Shop.Controllers\n{\n    [AllowAnonymous]\n    public class HomeController : Controller\n    {\n        public IActionResult Privacy() => View();\n    }\n}\n";
    let found = entries(&[
        ("web/Controllers/HomeController.cs", home),
        ("web/Controllers/OrdersController.cs", orders),
        ("web/Program.cs", program),
        ("web/Startup/Setup.cs", setup),
    ]);
    assert_eq!(found, ["GET /Home/Privacy() false", "GET /Orders/Details/{id}(path:id) true"]);
}
