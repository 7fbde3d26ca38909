//! Programs that start the services of a system.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

const HOST: &str = r#"
var builder = DistributedApplication.CreateBuilder(args);
var profile = ForTests() ? "http" : "https";
var cache = builder.AddRedis("cache").WithLifetime(ContainerLifetime.Persistent);
var postgres = builder.AddPostgres("postgres").WithImage("ankane/pgvector").WithImageTag("latest");
var ordersDb = postgres.AddDatabase("ordersdb");
var bus = builder.AddRabbitMQ("bus");

var identity = builder.AddProject<Projects.Identity>("identity-api", profile).WithExternalHttpEndpoints();
var orders = builder.AddProject<Projects.Orders_API>("orders-api", profile)
    .WithReference(ordersDb).WaitFor(ordersDb)
    .WithReference(cache)
    .WithReference(bus)
    .WithEnvironment("Identity__Url", identity.GetEndpoint(profile));

builder.AddNpmApp("web", "../web")
    .WithReference(orders)
    .WithExternalHttpEndpoints();
builder.AddYarp("gateway").WithExternalHttpEndpoints();
var model = builder.AddOpenAI("openai").AddModel("chat", "gpt-4o-mini");
orders.WithReference(model);
builder.Build().Run();
"#;

const ORDERS: &str = r#"
var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.MapGet("/orders", () => "none");
app.Run();
"#;

const PROJECT: &str = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>";

const SHOP: [(&str, &str); 6] = [
    ("src/Shop.AppHost/Program.cs", HOST),
    (
        "src/Shop.AppHost/Shop.AppHost.csproj",
        "<Project Sdk=\"Aspire.AppHost.Sdk/13.0.0\"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup></Project>",
    ),
    ("src/Orders.API/Orders.API.csproj", PROJECT),
    ("src/Orders.API/Program.cs", ORDERS),
    ("src/Id/Identity.csproj", PROJECT),
    ("src/Id/Program.cs", "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\napp.MapGet(\"/login\", () => \"x\");\napp.Run();\n"),
];

fn flows(model: &Model) -> Vec<String> {
    model.flows.iter().map(|flow| format!("{} -> {} {}", flow.source.rest(), flow.target.rest(), flow.protocol.as_deref().unwrap_or("?"))).collect()
}

#[test]
fn a_host_of_an_application_is_read_as_a_compose_file_is() {
    let model = model(&SHOP);
    let components: Vec<String> = model.components.iter().map(|c| format!("{} {} {}", c.id.rest(), c.kind.name(), c.exposure.name())).collect();
    assert_eq!(
        components,
        [
            "bus process internal",
            "cache data_store internal",
            "gateway process internet",
            "identity-api process internet",
            "openai external_entity internet",
            "orders-api process internal",
            "postgres data_store internal",
            "web process internet"
        ]
    );
    assert_eq!(
        flows(&model),
        [
            "orders-api -> bus amqp",
            "orders-api -> cache redis",
            "orders-api -> identity-api http",
            "orders-api -> openai https",
            "orders-api -> postgres sql",
            "web -> orders-api http"
        ]
    );
}

#[test]
fn what_a_project_says_is_its_services() {
    let model = model(&SHOP);
    let entries: Vec<String> = model.entry_points.iter().map(|e| format!("{} {}", e.component.rest(), e.path)).collect();
    assert_eq!(entries, ["identity-api /login", "orders-api /orders"]);
}

#[test]
fn a_host_of_tests_starts_nothing() {
    let test = "var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>();\nbuilder.AddRedis(\"cache\");\n";
    let model = model(&[("tests/Tests.cs", test)]);
    assert!(model.components.is_empty());
}

/// A library's routes are those of the programs that take them up, and not of every one that is built with it.
#[test]
fn routes_of_a_library_are_those_of_whoever_takes_them_up() {
    let defaults = "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>";
    let uses = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><ItemGroup><ProjectReference Include=\"..\\Defaults\\Defaults.csproj\" /></ItemGroup></Project>";
    let extensions = r#"
public static class Extensions
{
    public static IEndpointRouteBuilder MapDocuments(this IEndpointRouteBuilder app)
    {
        app.MapGet("/documents", () => "x");
        return app;
    }
    public static WebApplication MapHealth(this WebApplication app)
    {
        app.MapGet("/health", () => "x");
        return app;
    }
}
"#;
    let program = |calls: &str| format!("var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\n{calls}\napp.Run();\n");
    let (orders, stock) = (program("app.MapHealth();\napp.MapDocuments();"), program("app.MapHealth();"));
    let model = model(&[
        ("src/Defaults/Defaults.csproj", defaults),
        ("src/Defaults/Extensions.cs", extensions),
        ("src/Orders/Orders.csproj", uses),
        ("src/Orders/Program.cs", &orders),
        ("src/Stock/Stock.csproj", uses),
        ("src/Stock/Program.cs", &stock),
    ]);
    let entries: Vec<String> = model.entry_points.iter().map(|e| format!("{} {}", e.component.rest(), e.path)).collect();
    assert_eq!(entries, ["Orders /documents", "Orders /health", "Stock /health"]);
}
