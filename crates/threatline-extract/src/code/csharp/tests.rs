#![allow(clippy::unwrap_used)]
//! Realistic C#, lowered.

use super::lower;
use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&lower(text));
    assert_eq!(shown.trim_end(), expected.trim(), "\n--- got ---\n{shown}");
}

#[test]
fn controller() {
    check(
        r####"global using System.Net;
using static Shop.Consts;
using J = Newtonsoft.Json.JsonConvert;
[assembly: ApiController]
namespace Shop.Api;

[ApiController, Route($"{Base}/x")]
[type: AuthorizeAttribute(Policy = "a", Roles = R + "b")]
public sealed class Orders<T>(IDb db, [FromKeyedServices("x")] ILog log) : Base<T>(db), IFoo where T : class
{
    public const string V = @"a""b\c", W = "x\n\u0041";
    public string? Name { get; set; } = "n";
    public int N => db?.Count ?? 0;
    public int M { get { return 1; } set => f(value); }
    private readonly Cache cache = new(3) { Size = 1 };

    public Orders() : base(1) { }

    [HttpGet("{id:int}")] [ProducesResponseType(typeof(X), 200)]
    public async Task<ActionResult<List<Dto>>> Get([FromRoute(Name = "id")] int id, [FromQuery] string q = "d", params string[] rest)
        => Ok(await db.Get(id, key: nameof(Dto.Id)));

    [return: NotNull]
    static IActionResult Fail() => throw new Bad();
}
"####,
        r####"
package Shop.Api
1 import * = System.Net / *
2 import * = Shop.Consts / *
3 import J = Newtonsoft.Json / JsonConvert
7 @ApiController() @Route(template[Base, "/x"]) @Authorize(Policy: "a", Roles: (R + "b")) Class Orders(db): [Base<T>, IFoo] 9:7-25
  9 field db: IDb
  9 @FromKeyedServices("x") field log: ILog
  11 field V: string = "a\"b\\c"
  11 field W: string = "x\nA"
  12 field Name: string = "n"
  13 field N: int = (db.Count ?? 0)
  14 field M: int = 1
  15 field cache: Cache = new Cache(3, Size: 1)
  fn set_M() 14:14-14
    14 return f(value)
  public fn Orders() 17:17-17
    17 super(1)
  @HttpGet("{id:int}") @ProducesResponseType(X, 200) public fn Get(@FromRoute(Name: "id") id: int, @FromQuery() q: string = "d", ...rest: string) -> Task<ActionResult<List<Dto>>> 20:19-21
    21 return Ok(db.Get(id, key: "Id"))
  static fn Fail() -> IActionResult 24:23-24
    24 throw new Bad()
"####,
    );
}

#[test]
fn minimal_api() {
    check(
        r####"var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHttpClient<ICat, Cat>(c => c.BaseAddress = new Uri(builder.Configuration["Url"]!));
builder.Services.AddX(o => { o.A = B.C; }).AddY(options => options.Conn(cfg.GetSection("a")?.Get<Z>()));
var app = builder.Build();
#if DEBUG
app.UseDev();
#else
app.UseProd();
#endif
var g = app.MapGroup("/api")
    .RequireAuthorization();
g.MapGet("/x/{id}", [Authorize] async ([FromServices] Db db, int id) => await db.X.FindAsync(id) is Todo t ? Results.Ok(t) : Results.NotFound());
app.MapMethods("/m", new[] { "GET", "POST" }, static (HttpContext c) => { return 1; });
app.MapPost("/a", Handler);
string Handler(int a) { return "x"; }
app.Run();
public record Todo(int Id, [property: Required] string Name) : Entity(Id);
public static class Routes
{
    public static IEndpointRouteBuilder MapTodos(this IEndpointRouteBuilder routes) { routes.MapGet("/t", Handlers.List); return routes; }
}
enum E : byte { A, B = 2 }
"####,
        r####"
1 builder = WebApplication.CreateBuilder(args)
2 builder.Services.AddHttpClient<ICat, Cat>((c) => { 2 c.BaseAddress = new Uri(builder.Configuration["Url"]) })
3 builder.Services.AddX((o) => { 3 o.A = B.C }).AddY((options) => options.Conn(cfg.GetSection("a").Get<Z>()))
4 app = builder.Build()
6 app.UseDev()
8 app.UseProd()
10 g = app.MapGroup("/api").RequireAuthorization()
12 g.MapGet("/x/{id}", @Authorize() (@FromServices() db: Db, id: int) => ((db.X.FindAsync(id) is Todo) ? Results.Ok(t) : Results.NotFound()))
13 app.MapMethods("/m", ["GET", "POST"], (c: HttpContext) => 1)
14 app.MapPost("/a", Handler)
15 public fn Handler(a: int) -> string 15:15-15
  15 return "x"
16 app.Run()
17 Record Todo(Id): [Entity] 17:17-17
  17 field Id: int
  17 @Required() field Name: string
18 Class Routes: [] 18:18-21
  public static fn MapTodos(@this() routes: IEndpointRouteBuilder) -> IEndpointRouteBuilder 20:20-20
    20 routes.MapGet("/t", Handlers.List)
    20 return routes
22 Enum E: [byte] 22:22-22
  22 field A
  22 field B = 2
"####,
    );
}

#[test]
fn statements() {
    check(
        r####"class S
{
    void Run()
    {
        var opt = new Options { A = 1, L = new List<int> { 1, 2 } };
        var d = new Dictionary<string, int> { { "a", 1 }, ["b"] = 2 };
        var an = new { x.A, B = 3 };
        int[] arr = [1, ..other];
        (a, var q) = (1, 2);
        switch (x) { case 1: case K.B: f(); break; default: h(); break; }
        switch (x) { case string s when s.Length > 1: g(); break; }
        var y = x switch { 1 or 3 => "a", _ => throw new E() };
        using var conn = new SqlConnection("c");
        using (var c2 = Open()) { c2.Run(); }
        foreach (var (k, v) in dict) Use(k);
        for (int i = 0; i < 3; i++) Do(i);
        try { A(); } catch (Ex e) when (e.X) { B(); } finally { C(); }
        a ??= b; x.y += "s";
        var z = (string)o as Foo;
        if (o is not null && !b || o is Foo) return;
        F(out var res, ref n, in m);
        var t = typeof(List<int>);
        app?.Foo()?.Bar[0].Baz(global::N.M.X);
        Func<int, int> fn = delegate (int a) { return a; };
        this.X(); base.Y(); int.Parse("1");
    }
}
"####,
        r####"
1 Class S: [] 1:1-27
  fn Run() -> void 3:3-26
    5 opt = new Options(A: 1, L: [1, 2])
    6 d = {"a": 1, "b": 2}
    7 an = {"A": x.A, "B": 3}
    8 arr: []<int> = [1, ?(other)]
    9 [a, q] = [1, 2]
    10 if ((x == 1) or (x == K.B))
      10 f()
    else
      10 h()
    11 block
      11 x
      11 block
        11 g()
    12 y = () => { 12 if ((x == 1) or (x == 3));   12 return "a"; else;   12 throw new E() }()
    13 conn = new SqlConnection("c")
    14 block
      14 c2 = Open()
      14 c2.Run()
    15 loop [k, v] in dict
      15 Use(k)
    16 i: int = 0
    16 loop
      16 (i < 3)
      16 ?(i)
      16 Do(i)
    17 try
      17 A()
    catch
      17 B()
    finally
      17 C()
    18 a = (a ?? b)
    18 x.y = (x.y + "s")
    19 z = o
    20 if (o is ?(?(((null and !b) or (o == Foo)))))
      20 return 
    21 F(res, n, m)
    22 t = List
    23 app.Foo().Bar[0].Baz(N.M.X)
    24 fn: Func<int, int> = (a: int) => a
    25 self.X()
    25 super.Y()
    25 int.Parse("1")
"####,
    );
}

#[test]
fn strings_and_namespaces() {
    check(
        r####"namespace A.B { namespace C { class Q { string a = $@"http://{host}:{port:D4}/{{x}}""b"; string b = $"\t{(a ? "x" : "y")}"; } } }
class R {
    string raw = """
        SELECT *
          FROM "x"
        """;
    string i = $$"""x {{a}} {b}""";
    string one = """one "line" """, plain = $"plain", v = @"
x";
    char c = '\x41'; bool t = true; object n = null; double f = 1.5; int m = -1;
}
"####,
        r####"
package A.B
1 Class Q: [] 1:1-1
  1 field a: string = template["http://", host, ":", port, "/{x}\"b"]
  1 field b: string = template["\t", (a ? "x" : "y")]
2 Class R: [] 2:2-11
  3 field raw: string = "SELECT *\n  FROM \"x\""
  7 field i: string = template["x ", a, " {b}"]
  8 field one: string = "one \"line\" "
  8 field plain: string = "plain"
  8 field v: string = "\nx"
  10 field c: char = "A"
  10 field t: bool = true
  10 field n: object = null
  10 field f: double = 1.5
  10 field m: int = -1
"####,
    );
}

#[test]
fn broken() {
    check(
        "class A : B { [HttpGet(\"/x\")] void X() { Call(\"y\"; } void Z() { G(); }\nvar x = ; Next();",
        r####"
1 Class A: [B] 1:1-2
  2 field x
  @HttpGet("/x") fn X() -> void 1:1-1
    1 Call("y")
  fn Z() -> void 1:1-1
    1 G()
  fn Next() 2:2-2
  1 A
  1 ?(B)
errors
"####,
    );
}

#[test]
fn nesting_is_bounded() {
    let chain = |part: &str, count: usize| format!("class A {{ object x = a{}; }}", part.repeat(count));
    for text in [
        chain(".F()", 30_000),
        chain(" + b", 30_000),
        chain("?.B", 30_000),
        format!("class A {{ object x = {}1{}; }}", "(".repeat(30_000), ")".repeat(30_000)),
        format!("class A {{ object x = {}1{}; }}", "F(() => ".repeat(10_000), ")".repeat(10_000)),
        format!("class A {{ void F() {{ {} }} }}", "{".repeat(10_000)),
        format!("class A {{ void F() {{ {} }} }}", "if (a) {} else ".repeat(10_000)),
        format!("class A {{ void F() {{ switch (a) {{ {} }} }} }}", "case 1: f(); break; ".repeat(10_000)),
        "class A { ".repeat(10_000),
        "namespace A { ".repeat(10_000),
        format!("class A {{ {}X{} x; }}", "List<".repeat(10_000), ">".repeat(10_000)),
        format!("class A {{ void F() {{ a = {} b; }} }}", "a = ".repeat(10_000)),
    ] {
        let _ = lower(&text);
    }
}
