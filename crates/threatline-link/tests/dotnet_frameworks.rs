//! Frameworks of C# beside ASP.NET Core: sources in, entry points with their guards out.
#![allow(clippy::unwrap_used)]

mod common;

use common::{check, parameters};

#[test]
fn modules_of_carter_stand_below_their_path() {
    let directors = "using Carter; namespace Shop; public class Directors : CarterModule { public Directors() : base(\"/directors\") { RequireAuthorization(); }\n\
         public override void AddRoutes(IEndpointRouteBuilder app) { app.MapGet(\"/{id}\", (int id) => id); } }";
    let users = "using Carter; namespace Shop; public class Users : ICarterModule { public void AddRoutes(IEndpointRouteBuilder app) { app.MapPost(\"/users\", (User user) => user); } }\n\
         public class User { public string Name { get; set; } }";
    check(&[("Directors.cs", directors), ("Users.cs", users)], &["GET /directors/{id} true X", "POST /users false C"]);
}

#[test]
fn fast_endpoints_ask_for_a_user_unless_they_say_otherwise() {
    let program = "using FastEndpoints; var app = WebApplication.CreateBuilder(args).Build(); app.UseFastEndpoints(c => { c.Endpoints.RoutePrefix = \"api\"; }); app.Run();";
    let users = "using FastEndpoints; namespace Shop; public class FindUser { public string Name { get; set; } [FromHeader(\"X-Trace\")] public string Trace { get; set; } }\n\
         public class GetUser : Endpoint<FindUser> { public override void Configure() { Get(\"/users/{Name}\"); AllowAnonymous(); } public override async Task HandleAsync(FindUser req, CancellationToken ct) { } }\n\
         public class AddUser : Endpoint<FindUser> { public override void Configure() { Post(\"/users\"); Roles(\"admin\"); } public override async Task HandleAsync(FindUser req, CancellationToken ct) { } }\n\
         public class Old : EndpointWithoutRequest { public override void Configure() { Verbs(Http.PUT, Http.PATCH); Routes(\"/a\", \"/b\"); } public override async Task HandleAsync(CancellationToken ct) { } }\n\
         public class Client { public void Get(string url) { } public void Call() { Get(\"/never\"); } }";
    let files = [("Program.cs", program), ("Users.cs", users)];
    check(
        &files,
        &["GET /api/users/{Name} false X", "PATCH /api/a true X", "PATCH /api/b true X", "POST /api/users true X", "PUT /api/a true X", "PUT /api/b true X"],
    );
    let told = parameters(&files);
    assert!(told.contains(&"GET /api/users/{Name} path:Name header:X-Trace".to_owned()), "{told:?}");
    assert!(told.contains(&"POST /api/users body:Name header:X-Trace".to_owned()), "{told:?}");
}

#[test]
fn records_of_service_stack_carry_routes() {
    let records = "using ServiceStack; namespace Shop; [Route(\"/hello/{Name}\", \"GET,POST\")] public class Hello : IReturn<HelloResponse> { public string Name { get; set; } }\n\
         public class Find : IReturn<HelloResponse> { public string Id { get; set; } } public class HelloResponse { }";
    let host = "using ServiceStack; namespace Shop; public class AppHost : AppHostBase { public override void Configure(Container c) { Routes.Add<Find>(\"/find\", \"GET\"); } }";
    check(&[("AppHost.cs", host), ("Hello.cs", records)], &["GET /find unknown", "GET /hello/{Name} unknown", "POST /hello/{Name} unknown"]);
}

#[test]
fn functions_are_triggered_by_what_stands_on_a_parameter() {
    let functions = "using Microsoft.Azure.Functions.Worker; namespace Shop; public class Functions {\n\
         [Function(\"Orders\")] public HttpResponseData Orders([HttpTrigger(AuthorizationLevel.Function, \"get\", \"post\", Route = \"orders/{id}\")] HttpRequestData request, string id) { return null; }\n\
         [Function(\"Ping\")] public HttpResponseData Ping([HttpTrigger(AuthorizationLevel.Anonymous, \"get\")] HttpRequestData request) { return null; }\n\
         [Function(\"Ship\")] public void Ship([ServiceBusTrigger(\"shipments\")] string message) { }\n\
         public void Helper(HttpRequestData request) { } }";
    check(&[("Functions.cs", functions)], &["* shipments unknown", "GET /api/Ping unknown", "GET /api/orders/{id} true X", "POST /api/orders/{id} true X"]);
}

#[test]
fn consumers_are_classes_of_a_base_and_hubs_carry_their_guard() {
    let consumer =
        "using MassTransit; namespace Shop; public class Ship : IConsumer<OrderPlaced> { public async Task Consume(ConsumeContext<OrderPlaced> context) { } }";
    let hub = "using Microsoft.AspNetCore.SignalR; using Microsoft.AspNetCore.Authorization; namespace Shop; [Authorize] public class Chat : Hub { }";
    let program = "using Shop; var app = WebApplication.CreateBuilder(args).Build(); app.MapHub<Chat>(\"/chat\"); app.Run();";
    check(&[("Chat.cs", hub), ("Program.cs", program), ("Ship.cs", consumer)], &["* /chat true X", "* OrderPlaced unknown"]);
}

#[test]
fn what_is_handed_in_beside_a_request_is_no_body() {
    let program = "var app = WebApplication.CreateBuilder(args).Build(); app.MapPost(\"/orders\", (Order order, Orders orders, Db db, IClock clock) => orders.Add(order)); app.Run();";
    let types = "using Microsoft.EntityFrameworkCore; public record Order(string Item); public class Db : DbContext { public DbSet<Order> Orders => Set<Order>(); } public interface IClock { }\n\
         public class Orders { private readonly Db db; public Orders(Db db) { this.db = db; } public object Add(Order order) => order; }";
    let told = parameters(&[("Program.cs", program), ("Types.cs", types)]);
    assert_eq!(told, ["POST /orders body:order"]);
}

#[test]
fn an_overload_of_the_projects_own_takes_the_handler_first() {
    let program = "var app = WebApplication.CreateBuilder(args).Build(); var orders = app.MapGroup(\"/orders\"); orders.MapPost(Handlers.Create); orders.MapPut(Handlers.Update, \"{id}\"); app.Run();";
    let own = "public static class Routes { public static RouteHandlerBuilder MapPost(this IEndpointRouteBuilder builder, Delegate handler, string pattern = \"\") { return builder.MapPost(pattern, handler); }\n\
         public static RouteHandlerBuilder MapPut(this IEndpointRouteBuilder builder, Delegate handler, string pattern) { return builder.MapPut(pattern, handler); } }\n\
         public static class Handlers { public static string Create() => \"\"; public static string Update(int id) => \"\"; }";
    let found = parameters(&[("Program.cs", program), ("Routes.cs", own)]);
    assert!(found.contains(&"PUT /orders/{id} path:id".to_owned()) && found.iter().any(|one| one.starts_with("POST /orders")), "{found:?}");
}
