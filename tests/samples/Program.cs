using Microsoft.AspNetCore.Authentication.JwtBearer;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(o => o.Authority = builder.Configuration["Authority"]);
builder.Services.AddDbContext<Shop>(o => o.UseNpgsql(builder.Configuration.GetConnectionString("Shop")));
var app = builder.Build();
app.UseAuthentication();
app.MapGet("/open", () => $"x {1 + 1:N2}");
var api = app.MapGroup("/api").RequireAuthorization();
api.MapPost("/orders", async (Order order, Shop shop) => { await shop.AddAsync(order); return Results.Ok(order with { Card = """***""" }); });
app.MapControllerRoute(name: "default", pattern: "{controller=Home}/{action=Index}/{id?}");
app.Run();

public record Order(string Card);
